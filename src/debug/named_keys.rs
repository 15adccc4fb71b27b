//! The keys that a token names as its own or its holder's (RFC 7800): by an RFC 7638 thumbprint, or by a
//! decentralized identifier that is the key itself.

use super::did;
use crate::algorithm::Material;
use crate::key;
use crate::text::base64url;
use crate::text::json::Value;
use crate::token::header::JoseHeader;

/// Where a key is named, and its thumbprint.
pub type Name = (&'static str, Box<str>);

/// The thumbprints that stand in a header and a payload, and those of the keys that stand there.
pub fn thumbprints(header: &str, payload: &str) -> Vec<Name> {
    /// RFC 9278
    const URN: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
    let texts = texts(header, payload).into_iter();
    let mut names: Vec<Name> = texts
        .filter_map(|(place, name)| {
            let name = name.strip_prefix(URN).unwrap_or(&name);
            (name.len() == 43).then(|| (place, name.into()))
        })
        .collect();
    let keys = keys(header, payload).into_iter();
    names.extend(keys.filter_map(|(place, key)| {
        let thumbprint = key::thumbprint::of_key(&key)?;
        Some((place, thumbprint))
    }));
    if let Some(Value::Object(jwk)) = member(claims(payload).as_ref(), "cnf", "jwk") {
        names.extend(key::thumbprint::of_jwk(jwk).map(|thumbprint| ("cnf.jwk", thumbprint)));
    }
    names
}

/// The keys that stand in a header and a payload as decentralized identifiers.
pub fn keys(header: &str, payload: &str) -> Vec<(&'static str, Material)> {
    let texts = texts(header, payload).into_iter();
    texts
        .filter_map(|(place, name)| Some((place, did::key(&name)?)))
        .collect()
}

/// The texts that may name a key, with their places.
fn texts(header: &str, payload: &str) -> Vec<(&'static str, String)> {
    let header = base64url::decode(header).ok();
    let header = header.and_then(|octets| JoseHeader::parse(&octets).ok());
    let kid = header.and_then(|header| header.kid.as_deref().map(str::to_owned));
    let claims = claims(payload);
    let iss = match &claims {
        Some(Value::Object(claims)) => claims.get("iss").and_then(Value::as_str),
        _ => None,
    };
    let of_cnf = |name| member(claims.as_ref(), "cnf", name).and_then(Value::as_str);
    let texts = [
        ("iss", iss),
        ("cnf.jkt", of_cnf("jkt")),
        ("cnf.kid", of_cnf("kid")),
    ];
    let texts = texts.map(|(place, text)| (place, text.map(str::to_owned)));
    let texts = std::iter::once(("kid", kid)).chain(texts);
    texts
        .filter_map(|(place, text)| Some((place, text?)))
        .collect()
}

fn claims(payload: &str) -> Option<Value> {
    Value::parse(&base64url::decode(payload).ok()?).ok()
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
