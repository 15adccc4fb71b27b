//! The keys that a token names as its own or its holder's (RFC 7800): by an RFC 7638 thumbprint, or by a
//! decentralized identifier that is the key itself.

use super::did;
use crate::algorithm::Material;
use crate::key;
use crate::text::json::Value;
use crate::token::header::JoseHeader;

/// Where a key is named, and its thumbprint.
pub type Name = (&'static str, Box<str>);

/// What the token names a key by.
#[derive(Debug)]
pub struct NamedKeys {
    texts: Vec<(&'static str, Box<str>)>,
    /// The thumbprint of a `jwk` in `cnf`.
    holder: Option<Box<str>>,
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
            Some(Value::Object(jwk)) => key::thumbprint::of_jwk(jwk),
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
            (name.len() == 43).then(|| (*place, name.into()))
        });
        let keys = self.keys().into_iter();
        let keys = keys.filter_map(|(place, key)| Some((place, key::thumbprint::of_key(&key)?)));
        let holder = self.holder.iter().map(|name| ("cnf.jwk", name.clone()));
        texts.chain(keys).chain(holder).collect()
    }

    /// The keys that stand there as decentralized identifiers.
    pub fn keys(&self) -> Vec<(&'static str, Material)> {
        let texts = self.texts.iter();
        texts
            .filter_map(|(place, name)| Some((*place, did::key(name)?)))
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
