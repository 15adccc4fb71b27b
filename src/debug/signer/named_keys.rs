//! The keys that a token names as its own or its holder's (RFC 7800): by an RFC 7638 thumbprint, or by a
//! decentralized identifier that is the key itself.

use super::did;
use crate::debug::change::Change;
use crate::key::KeyReport;
use crate::text::json::Value;
use crate::token::header::JoseHeader;

/// Where a key is named, and how.
#[derive(Clone, Debug)]
pub struct Name {
    place: &'static str,
    thumbprint: Box<str>,
    /// The members by which the key says there that it is for something else.
    ignored: Vec<&'static str>,
}

impl Name {
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The changes that it takes to use the key.
    pub fn changes(&self) -> Vec<Change> {
        let place = self.place;
        let members = self.ignored.clone();
        let ignored = (!members.is_empty()).then_some(Change::IgnoreMembers { members });
        let named = Change::UseNamedKey { place };
        std::iter::once(named).chain(ignored).collect()
    }

    /// Whether it is the name of this key at this place, and whatever speaks against the key is among the
    /// changes.
    pub fn is_of(&self, place: &str, thumbprint: Option<&str>, changes: &[Change]) -> bool {
        self.place == place
            && Some(&*self.thumbprint) == thumbprint
            && self.changes().iter().all(|change| changes.contains(change))
    }

    fn of_key(place: &'static str, report: &KeyReport) -> Option<Self> {
        let rejected = report.rejected.as_ref();
        let usage = rejected.map(|rejected| rejected.usage.clone());
        Some(Self {
            place,
            thumbprint: report.thumbprint.clone()?,
            ignored: usage.unwrap_or_default(),
        })
    }
}

/// What the token names a key by.
#[derive(Debug)]
pub struct NamedKeys {
    texts: Vec<(&'static str, Box<str>)>,
    /// `jwk` in `cnf`.
    holder: Option<KeyReport>,
}

impl NamedKeys {
    /// Those of a header and of a payload's JSON.
    pub fn read(header: Option<&JoseHeader>, payload: &[u8]) -> Self {
        let claims = Value::parse(payload).ok();
        let kid = header.and_then(|header| header.kid.as_deref());
        let iss = match &claims {
            Some(Value::Object(claims)) => claims.get("iss").and_then(Value::as_str),
            _ => None,
        };
        let of_cnf = |name| member(claims.as_ref(), "cnf", name);
        let text = |name| of_cnf(name).and_then(Value::as_str);
        let texts = [
            ("kid", kid),
            ("iss", iss),
            ("cnf.jkt", text("jkt")),
            ("cnf.kid", text("kid")),
        ];
        let texts = texts.into_iter();
        let holder = match of_cnf("jwk") {
            Some(jwk @ Value::Object(_)) => {
                let source = "the token".into();
                Some(KeyReport::read(0, &source, &jwk.to_string()))
            }
            _ => None,
        };
        Self {
            texts: texts
                .filter_map(|(place, text)| Some((place, text?.into())))
                .collect(),
            holder,
        }
    }

    /// The thumbprints that stand there, and those of the keys that stand there.
    pub fn thumbprints(&self) -> Vec<Name> {
        /// RFC 9278
        const URN: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
        let texts = self.texts.iter().filter_map(|(place, name)| {
            let name = name.strip_prefix(URN).unwrap_or(name);
            (name.len() == 43).then(|| Name {
                place,
                thumbprint: name.into(),
                ignored: Vec::new(),
            })
        });
        let keys = self.keys().into_iter();
        let keys = keys.filter_map(|(place, report)| Name::of_key(place, &report));
        texts.chain(keys).collect()
    }

    /// The keys that stand there, as decentralized identifiers or as a JWK.
    pub fn keys(&self) -> Vec<(&'static str, KeyReport)> {
        let texts = self.texts.iter();
        texts
            .filter_map(|(place, name)| Some((*place, did::key(name)?)))
            .chain(self.holder.clone().map(|report| ("cnf.jwk", report)))
            .collect()
    }
}

fn member<'v>(claims: Option<&'v Value>, outer: &str, inner: &str) -> Option<&'v Value> {
    match claims {
        Some(Value::Object(claims)) => match claims.get(outer) {
            Some(Value::Object(object)) => object.get(inner),
            _ => None,
        },
        _ => None,
    }
}
