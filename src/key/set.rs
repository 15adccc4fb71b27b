//! Where keys come from and which of them a token is tried with. A JWK is a set of one.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::algorithm::{Algorithm, Material};
use crate::key::{
    self, ContentFault, Entry as KeyEntry, KeyFault, KeyNote, KeyReport, SecretEncoding,
    SecretFault, VerificationKey,
};

/// More unusable keys are counted, and their reasons are not shown.
const MAX_REASONS: usize = 10;

/// The keys that tokens are verified with. Each of them verifies tokens of any issuer: which key belongs
/// to which `iss` is not known here.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<VerificationKey>,
    /// The only algorithms to verify, whatever the keys allow; all if empty.
    only: Vec<&'static Algorithm>,
}

/// One key file, or the like: a JWK or a JWK Set, its members read one by one.
#[derive(Clone, Debug, Serialize)]
pub struct KeySource {
    /// As the user named it.
    pub source: Arc<str>,
    /// The keys in it, usable or not.
    pub keys: Vec<KeyReport>,
    /// What was read, unless it holds a private key.
    #[serde(skip)]
    pub(crate) content: Option<Arc<[u8]>>,
}

/// Why there is no key to verify with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySourceError {
    /// A source without a key.
    Content(ContentFault),
    /// Keys, but none that can be used.
    NoneUsable(Vec<UnusableKey>),
}

/// A key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableKey {
    /// Where it comes from.
    pub source: Arc<str>,
    /// Its place among several keys of the source, from 0.
    pub index: Option<usize>,
    /// What is wrong with it.
    pub reasons: Vec<KeyFault>,
}

impl KeySource {
    /// Reads the keys in this content, whose form it tells itself: a JWK or a JWK Set (RFC 7517), PEM, DER,
    /// a certificate.
    ///
    /// # Errors
    ///
    /// Content without a key. A key that can't be used is no error here: see
    /// [`KeyReport::reasons`].
    pub fn read(source: &str, content: &[u8]) -> Result<Self, KeySourceError> {
        let read = key::read_content(content).map_err(KeySourceError::Content)?;
        let kept = (!read.has_private_member).then_some(content);
        Ok(Self::of(source, read.entries, kept))
    }

    /// A source with one key, the shared secret that this text stands for. Unlike [`KeySource::read`] it
    /// takes any text for a secret, unless it is a key.
    ///
    /// # Errors
    ///
    /// A text that is empty, not in the encoding, or a key.
    pub fn secret(
        source: &str,
        text: &[u8],
        encoding: SecretEncoding,
    ) -> Result<Self, SecretFault> {
        Ok(Self::of(
            source,
            vec![key::read_secret(text, encoding)?],
            None,
        ))
    }

    fn of(source: &str, entries: Vec<KeyEntry>, content: Option<&[u8]>) -> Self {
        let source: Arc<str> = source.into();
        let mut keys: Vec<KeyReport> = entries
            .into_iter()
            .enumerate()
            .map(|(index, entry)| KeyReport::of(index, &source, entry))
            .collect();
        note_same_kids(&mut keys);
        // Of a key that can't be read nobody knows what it holds.
        let is_secret = keys
            .iter()
            .any(|key| key.is_confidential() || key.is_unread());
        Self {
            source,
            keys,
            content: content.filter(|_| !is_secret).map(Arc::from),
        }
    }

    /// Whether any of its keys can be used.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.keys.iter().any(|key| key.usable)
    }

    /// Whether any of its keys is a shared secret, usable or not.
    #[must_use]
    pub fn holds_secret(&self) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|key| key.kty.as_deref() == Some("oct"))
    }

    /// Whether any of its usable keys holds a private part.
    #[must_use]
    pub fn holds_private_key(&self) -> bool {
        self.keys.iter().any(|key| key.private && key.usable)
    }
}

impl KeySet {
    /// All usable keys of these sources, in their order.
    ///
    /// # Errors
    ///
    /// [`KeySourceError::NoneUsable`], with every reason.
    pub fn new<'s>(
        sources: impl IntoIterator<Item = &'s KeySource>,
    ) -> Result<Self, KeySourceError> {
        let sources: Vec<&KeySource> = sources.into_iter().collect();
        let keys = distinct(sources.iter().copied());
        if !keys.is_empty() {
            return Ok(Self {
                keys,
                only: Vec::new(),
            });
        }
        let keys = sources.into_iter().flat_map(|source| {
            let unusable = |key| UnusableKey::of(source, key);
            source.keys.iter().map(unusable)
        });
        Err(KeySourceError::NoneUsable(keys.collect()))
    }

    /// All usable keys of these sources, of which there may be none: then every token is
    /// unverifiable.
    pub(crate) fn of_usable(sources: &[KeySource]) -> Self {
        Self {
            keys: distinct(sources),
            only: Vec::new(),
        }
    }

    /// One key, as it is.
    pub(crate) fn of_material(material: Material) -> Self {
        Self {
            keys: vec![VerificationKey::of_material(material)],
            only: Vec::new(),
        }
    }

    /// The same keys for these algorithms alone, under any of their names; for all that the keys allow if
    /// there is none.
    #[must_use]
    pub(crate) fn narrowed(self, only: Vec<&'static Algorithm>) -> Self {
        Self { only, ..self }
    }

    /// Whether the set is not narrowed to other algorithms.
    pub(crate) fn admits(&self, algorithm: &Algorithm) -> bool {
        let is_named = |row: &&Algorithm| row.is_named(algorithm.name);
        self.only.is_empty() || self.only.iter().any(is_named)
    }

    /// The usable keys of one source: [`KeySource::read`] and [`KeySet::new`].
    ///
    /// # Errors
    ///
    /// As those two.
    pub fn read(source: &str, content: &[u8]) -> Result<Self, KeySourceError> {
        Self::new([&KeySource::read(source, content)?])
    }

    /// All keys.
    #[must_use]
    pub fn keys(&self) -> &[VerificationKey] {
        &self.keys
    }

    /// The algorithm of that name, if any key allows it.
    #[must_use]
    pub fn algorithm(&self, alg: &str) -> Option<&'static Algorithm> {
        let mut allowed = self.keys.iter().flat_map(VerificationKey::algorithms);
        allowed.find(|algorithm| algorithm.name == alg).copied()
    }
}

/// The usable keys. One that occurs again, with the same names and algorithms, counts once.
fn distinct<'s>(sources: impl IntoIterator<Item = &'s KeySource>) -> Vec<VerificationKey> {
    let mut seen = HashSet::new();
    let reports = sources.into_iter().flat_map(|source| &source.keys);
    let keys = reports.filter_map(|report| report.key.as_ref());
    keys.filter(|key| seen.insert(key.identity()))
        .cloned()
        .collect()
}

impl UnusableKey {
    fn of(source: &KeySource, key: &KeyReport) -> Self {
        Self {
            source: Arc::clone(&source.source),
            index: (source.keys.len() > 1).then_some(key.index),
            reasons: key.reasons.clone(),
        }
    }
}

/// On one line: `keys.json, key 1: "kty" is missing`.
impl fmt::Display for UnusableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(index) = self.index {
            write!(f, ", key {index}")?;
        }
        f.write_str(": ")?;
        listed(f, &self.reasons)
    }
}

/// Writes each of these, separated by semicolons.
fn listed(f: &mut fmt::Formatter<'_>, items: &[impl fmt::Display]) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        let separator = if place == 0 { "" } else { "; " };
        write!(f, "{separator}{item}")?;
    }
    Ok(())
}

impl KeySourceError {
    /// Whether the content is meant as a key, in a form that has to be converted or repaired.
    #[must_use]
    pub fn is_meant_as_key(&self) -> bool {
        match self {
            Self::Content(ContentFault::NotAKey(other)) => other.is_meant_as_key(),
            Self::Content(_) => false,
            Self::NoneUsable(_) => true,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Content(fault) => fault.hint(),
            Self::NoneUsable(keys) => match keys.as_slice() {
                [key] => {
                    let hint = key.reasons.iter().find_map(KeyFault::hint);
                    hint.unwrap_or("use `jwtlens key FILE` to see what the file holds".into())
                }
                _ => "use `jwtlens key` to see what each file holds".into(),
            },
        }
    }
}

/// Notes a usable key that has the `kid` of an earlier one: keys of other types may share it (RFC 7517, section
/// 4.5), and the same key may occur twice.
fn note_same_kids(keys: &mut [KeyReport]) {
    let mut first: HashMap<_, (usize, Option<Box<str>>)> = HashMap::new();
    for key in keys.iter_mut().filter(|key| key.usable) {
        let (Some(kid), Some(kty)) = (key.kid.clone(), key.kty.clone()) else {
            continue;
        };
        if kid.is_empty() {
            continue;
        }
        match first.entry((kid, kty)) {
            Entry::Vacant(entry) => {
                entry.insert((key.index, key.thumbprint.clone()));
            }
            Entry::Occupied(entry) => {
                let (index, thumbprint) = entry.get();
                if *thumbprint != key.thumbprint {
                    key.notes.push(KeyNote::SameKid(*index));
                }
            }
        }
    }
}

impl fmt::Display for KeySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(fault) => write!(f, "{fault}"),
            Self::NoneUsable(keys) => {
                let shown = keys.get(..MAX_REASONS).unwrap_or(keys);
                listed(f, shown)?;
                match keys.len().saturating_sub(shown.len()) {
                    0 => Ok(()),
                    1 => f.write_str("; and 1 more key"),
                    more => write!(f, "; and {more} more keys"),
                }
            }
        }
    }
}

impl std::error::Error for KeySourceError {}

#[cfg(test)]
mod tests {
    use super::*;

    const JWK: &str = r#"{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    /// RFC 7517 section 4: members that are not understood are ignored, `keys` too.
    #[test]
    fn what_has_a_kty_is_a_key_whatever_else_it_has() {
        let key = JWK.replacen('{', r#"{"keys":[7,{}],"#, 1);
        let source = KeySource::read("k", key.as_bytes()).unwrap();
        assert_eq!(source.keys.len(), 1);
        assert!(source.is_usable());
    }

    #[test]
    fn a_member_that_cannot_be_used_is_passed_over() {
        let twice = JWK.replace("\"kid\":\"a\"", "\"kid\":\"a\",\"kid\":\"a\"");
        let set = format!(r#"{{"keys":[7,{{"kty":"RSA"}},{twice},{JWK}]}}"#);
        let source = KeySource::read("k", set.as_bytes()).unwrap();
        assert_eq!(
            source.keys.iter().map(|key| key.usable).collect::<Vec<_>>(),
            [false, false, false, true]
        );
        assert_eq!(KeySet::new([&source]).unwrap().keys().len(), 1);
    }

    #[test]
    fn a_key_that_occurs_twice_counts_once() {
        let count = |keys: &[&str]| {
            let set = format!("{{\"keys\":[{}]}}", keys.join(","));
            KeySet::read("k", set.as_bytes()).unwrap().keys().len()
        };
        let secret = |k: &str, more: &str| format!(r#"{{"kty":"oct","k":"{k}"{more}}}"#);
        let (one, two) = (secret("AAAA", ""), secret("AAAB", ""));
        assert_eq!(count(&[JWK, JWK]), 1);
        assert_eq!(
            count(&[
                JWK,
                &JWK.replace("\"kid\":\"a\"", "\"use\":\"sig\",\"kid\":\"a\"")
            ]),
            1
        );
        assert_eq!(count(&[JWK, &JWK.replace("\"a\"", "\"b\"")]), 2);
        assert_eq!(
            count(&[
                JWK,
                &JWK.replace("\"kid\":\"a\"", "\"alg\":\"ES256\",\"kid\":\"a\"")
            ]),
            2
        );
        assert_eq!(count(&[&one, &one]), 1);
        assert_eq!(count(&[&one, &two]), 2);
        assert_eq!(count(&[&one, &secret("AAAA", r#","alg":"HS256""#)]), 2);
    }

    #[test]
    fn a_repeated_key_counts_once_and_many_reasons_are_counted() {
        let other = JWK.replace("\"a\"", "\"b\"");
        let set = format!(r#"{{"keys":[{JWK},{other},{JWK},{other}]}}"#);
        assert_eq!(KeySet::read("k", set.as_bytes()).unwrap().keys().len(), 2);
        let source = KeySource::read("k", JWK.as_bytes()).unwrap();
        assert_eq!(KeySet::new([&source, &source]).unwrap().keys().len(), 1);
        assert_eq!(KeySet::of_usable(&[source.clone(), source]).keys().len(), 1);
        for (count, end) in [
            (10, "k, key 9: a JWK must be a JSON object, found a number"),
            (
                11,
                "a JWK must be a JSON object, found a number; and 1 more key",
            ),
            (
                5000,
                "a JWK must be a JSON object, found a number; and 4990 more keys",
            ),
        ] {
            let set = format!(r#"{{"keys":[{}]}}"#, vec!["7"; count].join(","));
            let error = KeySet::read("k", set.as_bytes()).unwrap_err().to_string();
            assert!(error.ends_with(end) && error.len() < 1000, "{error}");
        }
    }
}
