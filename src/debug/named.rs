//! The keys that a token names by their RFC 7638 thumbprint: its own, or its holder's (RFC 7800).

use crate::key;
use crate::text::base64url;
use crate::text::json::Value;
use crate::token::header::JoseHeader;

/// Where a key is named, and its thumbprint.
pub type Name = (&'static str, Box<str>);

/// The thumbprints that stand in a header and a payload.
pub fn thumbprints(header: &str, payload: &str) -> Vec<Name> {
    /// RFC 9278
    const URN: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
    let header = base64url::decode(header).ok();
    let header = header.and_then(|octets| JoseHeader::parse(&octets).ok());
    let claims = base64url::decode(payload).ok();
    let claims = claims.and_then(|octets| Value::parse(&octets).ok());
    let cnf = match &claims {
        Some(Value::Object(claims)) => claims.get("cnf"),
        _ => None,
    };
    let of_cnf = |name: &str| match cnf {
        Some(Value::Object(cnf)) => cnf.get(name),
        _ => None,
    };
    let jwk = match of_cnf("jwk") {
        Some(Value::Object(jwk)) => key::thumbprint::of_jwk(jwk),
        _ => None,
    };
    let kid = header.as_ref().and_then(|header| header.kid.as_deref());
    let named = [
        ("kid", kid),
        ("cnf.jkt", of_cnf("jkt").and_then(Value::as_str)),
        ("cnf.kid", of_cnf("kid").and_then(Value::as_str)),
    ];
    let texts = named.into_iter().filter_map(|(place, name)| {
        let name = name?;
        let name = name.strip_prefix(URN).unwrap_or(name);
        (name.len() == 43).then(|| (place, name.into()))
    });
    texts.chain(jwk.map(|jwk| ("cnf.jwk", jwk))).collect()
}
