//! Where keys come from and which of them a token is tried with. A JWK is a set of one.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::algorithm::Algorithm;
use crate::compact::Compact;
use crate::json::{self, JsonError};
use crate::key::{KeyReport, VerificationKey, is_private_member};

/// The keys that tokens are verified with.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<VerificationKey>,
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
    /// Nothing but white space.
    Empty,
    /// An HTML or XML page.
    Html,
    /// A PEM file, by the label after `BEGIN`.
    Pem(String),
    /// A certificate or a key in ASN.1 DER.
    Der,
    /// A token instead of a key.
    Token,
    /// Text in UTF-16.
    Utf16,
    /// Not JSON.
    Json(JsonError),
    /// JSON, but neither a JWK nor a JWK Set; what it is instead.
    NotAKey(&'static str),
    /// A JWK Set without members.
    NoMembers,
    /// Keys, but none that can be used.
    NoneUsable {
        /// One line a key, with its reasons.
        refused: Vec<String>,
        /// What to do about the only key's first fault.
        hint: Option<&'static str>,
    },
}

impl KeySource {
    /// Reads a JWK or a JWK Set (RFC 7517), told apart by their content.
    ///
    /// # Errors
    ///
    /// Content that is neither. A key that can't be used is no error here: see
    /// [`KeyReport::reasons`].
    pub fn read(source: &str, content: &[u8]) -> Result<Self, KeySourceError> {
        let text = json_text(content)?;
        let source: Arc<str> = source.into();
        let is_private;
        let keys = match json::raw_members(text).map_err(KeySourceError::Json)? {
            None => return Err(KeySourceError::NotAKey(json::type_of(text))),
            Some(members) => {
                is_private = members.iter().any(|(name, _)| is_private_member(name));
                let is_key = members.iter().any(|(name, _)| name == "kty");
                match members.iter().find(|(name, _)| name == "keys") {
                    Some((_, keys)) if !is_key => {
                        let Some(items) = json::raw_items(keys).map_err(KeySourceError::Json)?
                        else {
                            return Err(KeySourceError::NotAKey(
                                "an object whose \"keys\" is no array",
                            ));
                        };
                        items
                            .iter()
                            .enumerate()
                            .map(|(index, item)| KeyReport::read(index, &source, item.as_bytes()))
                            .collect()
                    }
                    _ if !is_key => {
                        return Err(KeySourceError::NotAKey(
                            "an object without \"kty\" and \"keys\"",
                        ));
                    }
                    _ => vec![KeyReport::read(0, &source, text.as_bytes())],
                }
            }
        };
        if keys.is_empty() {
            Err(KeySourceError::NoMembers)
        } else {
            // Of a member that can't be read nobody knows what it holds.
            let is_secret = is_private
                || keys
                    .iter()
                    .any(|key| key.is_confidential() || key.is_unread());
            let content = (!is_secret).then(|| content.into());
            Ok(Self {
                source,
                keys,
                content,
            })
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
        let mut keys = Vec::new();
        let mut refused = Vec::new();
        let mut faults = Vec::new();
        for source in sources {
            for report in &source.keys {
                if let Some(key) = &report.key {
                    keys.push(key.clone());
                } else {
                    refused.push(refusal(source, report));
                    faults.push(report.reasons.first());
                }
            }
        }
        if keys.is_empty() {
            let hint = match faults.as_slice() {
                [Some(fault)] => fault.hint(),
                _ => None,
            };
            Err(KeySourceError::NoneUsable { refused, hint })
        } else {
            Ok(Self { keys })
        }
    }

    /// All usable keys of these sources, of which there may be none: then every token is
    /// unverifiable.
    pub(crate) fn of_usable(sources: &[KeySource]) -> Self {
        let reports = sources.iter().flat_map(|source| &source.keys);
        Self {
            keys: reports.filter_map(|report| report.key.clone()).collect(),
        }
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

    /// The places of the keys that allow this algorithm: those with the header's `kid` first, then the
    /// rest. The `kid` orders, it never decides (RFC 7515 section 4.1.4 calls it a hint).
    #[must_use]
    pub fn candidates(&self, algorithm: &Algorithm, kid: Option<&str>) -> Vec<usize> {
        let fitting = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.allows(algorithm));
        let (named, others): (Vec<_>, Vec<_>) =
            fitting.partition(|(_, key)| kid.is_some() && key.id.kid.as_deref() == kid);
        named
            .into_iter()
            .chain(others)
            .map(|(index, _)| index)
            .collect()
    }

    /// The algorithm of that name, if any key allows it.
    #[must_use]
    pub fn algorithm(&self, alg: &str) -> Option<&'static Algorithm> {
        let mut allowed = self.keys.iter().flat_map(VerificationKey::algorithms);
        allowed.find(|algorithm| algorithm.name == alg).copied()
    }
}

fn refusal(source: &KeySource, report: &KeyReport) -> String {
    let reasons: Vec<String> = report.reasons.iter().map(ToString::to_string).collect();
    let place = match source.keys.len() {
        1 => String::new(),
        _ => format!(", key {}", report.index),
    };
    format!("{}{place}: {}", source.source, reasons.join("; "))
}

/// The JSON text in a key file, or what the file looks like instead.
fn json_text(content: &[u8]) -> Result<&str, KeySourceError> {
    let trimmed = content.trim_ascii();
    if trimmed.is_empty() {
        return Err(KeySourceError::Empty);
    }
    if content.starts_with(b"\xFF\xFE") || content.starts_with(b"\xFE\xFF") {
        return Err(KeySourceError::Utf16);
    }
    if trimmed.starts_with(b"<") {
        return Err(KeySourceError::Html);
    }
    if !trimmed.starts_with(b"{")
        && let Some(label) = after(trimmed, b"-----BEGIN")
    {
        let end = label
            .windows(5)
            .position(|five| five == b"-----")
            .unwrap_or(0);
        let label = label.get(..end).unwrap_or_default().trim_ascii();
        // Where the line's own dashes are missing, the key itself follows.
        let is_label = |octet: &u8| matches!(octet, b'A'..=b'Z' | b'0'..=b'9' | b' ');
        let label = if label.iter().all(is_label) {
            String::from_utf8_lossy(label)
        } else {
            "no label".into()
        };
        return Err(KeySourceError::Pem(json::abridged(&label)));
    }
    if !trimmed.starts_with(b"{") && Compact::parse(trimmed).is_ok() {
        return Err(KeySourceError::Token);
    }
    if is_der(content) {
        return Err(KeySourceError::Der);
    }
    json::text_of(content).map_err(KeySourceError::Json)
}

/// What follows the first place of a mark. Before it a PEM file may hold anything (RFC 7468 section 2).
fn after<'t>(text: &'t [u8], mark: &[u8]) -> Option<&'t [u8]> {
    let at = text.windows(mark.len()).position(|some| some == mark)?;
    text.get(at..)?.get(mark.len()..)
}

/// A SEQUENCE of ASN.1 that ends with the file.
fn is_der(content: &[u8]) -> bool {
    let (before, length) = match *content {
        [0x30, length @ ..=0x7F, ..] => (2, usize::from(length)),
        [0x30, 0x81, length, ..] => (3, usize::from(length)),
        [0x30, 0x82, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
        _ => return false,
    };
    content.len().checked_sub(before) == Some(length)
}

impl KeySourceError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "download the key again; the download may have failed",
            Self::Html => {
                "a page was saved instead of the key; an address that needs a login answers with one"
            }
            Self::Pem(_) => {
                "PEM is not read; this makes a JWK of a key or a certificate, and of a private key its public half alone: node -p \"JSON.stringify(crypto.createPublicKey(fs.readFileSync(0)).export({format:'jwk'}))\" < FILE > key.json"
            }
            Self::Der => {
                "DER is not read; openssl x509 -inform der < FILE makes PEM of a certificate, openssl pkey -pubin -inform der < FILE of a key"
            }
            Self::Token => "the key and the token may be exchanged: -k takes the key",
            Self::Utf16 => "save the file as UTF-8 without a byte order mark",
            Self::Json(_) => {
                "a key is JSON, such as {\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"...\",\"y\":\"...\"}"
            }
            Self::NotAKey(_) => {
                "a JWK has the member \"kty\", a JWK Set the member \"keys\", an array of JWKs"
            }
            Self::NoMembers => {
                "the service publishes no key at the moment, or the file is not the right one"
            }
            Self::NoneUsable {
                hint: Some(hint), ..
            } => hint,
            Self::NoneUsable { hint: None, .. } => "jwtlens key shows what a file holds",
        }
    }
}

impl fmt::Display for KeySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty, where a JWK or a JWK Set is due"),
            Self::Html => {
                f.write_str("it looks like an HTML page, where a JWK or a JWK Set is due")
            }
            Self::Pem(label) => {
                write!(
                    f,
                    "it looks like PEM ({label}), where a JWK or a JWK Set is due"
                )
            }
            Self::Der => f.write_str(
                "it looks like a certificate or a key in DER, where a JWK or a JWK Set is due",
            ),
            Self::Token => f.write_str("it looks like a token, where a JWK or a JWK Set is due"),
            Self::Utf16 => f.write_str("it looks like UTF-16, where JSON is UTF-8"),
            Self::Json(error) => write!(f, "not JSON: {error}"),
            Self::NotAKey(found) => write!(f, "{found}, where a JWK or a JWK Set is due"),
            Self::NoMembers => f.write_str("a JWK Set without a key"),
            Self::NoneUsable { refused, .. } => {
                write!(f, "no usable key: {}", refused.join("; "))
            }
        }
    }
}

impl std::error::Error for KeySourceError {}

#[cfg(test)]
mod tests {
    use super::*;

    const JWK: &str = r#"{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    fn error(content: &[u8]) -> String {
        KeySet::read("k", content).unwrap_err().to_string()
    }

    /// RFC 7517 section 4: members that are not understood are ignored, `keys` too.
    #[test]
    fn what_has_a_kty_is_a_key_whatever_else_it_has() {
        let key = JWK.replacen('{', r#"{"keys":[7,{}],"#, 1);
        let source = KeySource::read("k", key.as_bytes()).unwrap();
        assert_eq!(source.keys.len(), 1);
        assert!(source.is_usable());
    }

    #[test]
    fn content_tells_what_it_is() {
        const DUE: &str = "where a JWK or a JWK Set is due";
        for (content, expected) in [
            (&b" \n"[..], format!("it is empty, {DUE}")),
            (b"<!doctype html>", format!("it looks like an HTML page, {DUE}")),
            (
                b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                format!("it looks like PEM (PUBLIC KEY), {DUE}"),
            ),
            (b"-----BEGIN ", format!("it looks like PEM (), {DUE}")),
            (
                b"Certificate:\n  Data:\n-----BEGIN CERTIFICATE-----\nAAAA\n",
                format!("it looks like PEM (CERTIFICATE), {DUE}"),
            ),
            (b"\x30\x03\x02\x01\x00", format!("it looks like a certificate or a key in DER, {DUE}")),
            (
                b"\x30\x81\x03\x02\x01\x00",
                format!("it looks like a certificate or a key in DER, {DUE}"),
            ),
            (
                b"\x30\x82\x00\x03\x02\x01\x00",
                format!("it looks like a certificate or a key in DER, {DUE}"),
            ),
            (b"\x30\x03\x02\x01", "not JSON: trailing characters (octet 1)".to_owned()),
            (b"aa.bb.cc\n", format!("it looks like a token, {DUE}")),
            (b"\xFF\xFE{\0}\0", "it looks like UTF-16, where JSON is UTF-8".to_owned()),
            (b"hello", "not JSON: expected value (octet 0)".to_owned()),
            (b"[]", format!("an array, {DUE}")),
            (b"\"{}\"", format!("a string, {DUE}")),
            (b"{}", format!("an object without \"kty\" and \"keys\", {DUE}")),
            (b"{\"keys\":{}}", format!("an object whose \"keys\" is no array, {DUE}")),
            (b"{\"keys\":[]}", "a JWK Set without a key".to_owned()),
            (
                b"{\"keys\":[{\"kty\":\"oct\"},7]}",
                "no usable key: k, key 0: \"k\" is missing; k, key 1: a number, where a JWK is a JSON object".to_owned(),
            ),
        ] {
            assert_eq!(error(content), expected);
        }
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
    fn kid_orders_and_never_decides() {
        let set: Vec<String> = ["a", "b", "c", "b"]
            .iter()
            .map(|kid| JWK.replace("\"a\"", &format!("\"{kid}\"")))
            .collect();
        let keys =
            KeySet::read("k", format!(r#"{{"keys":[{}]}}"#, set.join(",")).as_bytes()).unwrap();
        let es256 = keys.algorithm("ES256").unwrap();
        let order = |kid| -> Vec<_> {
            keys.candidates(es256, kid)
                .into_iter()
                .map(|index| keys.keys()[index].id.kid.as_deref().unwrap())
                .collect()
        };
        assert_eq!(order(None), ["a", "b", "c", "b"]);
        assert_eq!(order(Some("b")), ["b", "b", "a", "c"]);
        assert_eq!(order(Some("z")), ["a", "b", "c", "b"]);
        assert_eq!(keys.algorithm("ES384"), None);
        assert_eq!(keys.algorithm("none"), None);
    }
}
