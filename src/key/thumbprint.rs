//! JWK Thumbprints (RFC 7638): SHA-256 over the required members in lexical order, without whitespace.
//! A secret has none: a hash of it is not for showing.

use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};

use crate::algorithm::Material;
use crate::curve::Coordinates;
use crate::text::base64url;
use crate::text::json::Object;

/// A JWK's own, as it is written: that of RFC 7638 if the JWK is.
pub fn of_jwk(jwk: &Object) -> Option<Box<str>> {
    // RFC 8037, section 2 has that of an OKP key.
    let names: &[&str] = match jwk.get("kty")?.as_str()? {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let members = names
        .iter()
        .map(|name| Some((*name, jwk.get(name)?.as_str()?)));
    of_members(&members.collect::<Option<Vec<_>>>()?)
}

/// That of a key, however it was written.
pub fn of_key(key: &Material) -> Option<Box<str>> {
    let members = members(key)?;
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    of_members(&members)
}

/// That of the key on P-256 at these coordinates.
pub fn of_p256(coordinates: &Coordinates) -> Option<Box<str>> {
    let [x, y] = coordinates.map(|coordinate| base64url::encode(&coordinate));
    of_members(&[("crv", "P-256"), ("kty", "EC"), ("x", &x), ("y", &y)])
}

/// The required members of its JWK, in lexical order.
pub fn members(key: &Material) -> Option<Vec<(&'static str, String)>> {
    let key_type = key.key_type();
    let (kty, crv) = (key_type.kty(), key_type.crv().unwrap_or_default());
    let of_point = |x: Option<&[u8]>, y: Option<&[u8]>| {
        Some(vec![
            ("crv", crv.to_owned()),
            ("kty", kty.to_owned()),
            ("x", base64url::encode(x?)),
            ("y", base64url::encode(y?)),
        ])
    };
    match key {
        Material::P256(key) => {
            let point = key.as_affine().to_encoded_point(false);
            of_point(point.x().map(|x| &x[..]), point.y().map(|y| &y[..]))
        }
        Material::P384(key) => {
            let point = key.to_sec1_point(false);
            of_point(point.x().map(|x| &x[..]), point.y().map(|y| &y[..]))
        }
        Material::P521(key) => {
            let point = key.to_sec1_point(false);
            of_point(point.x().map(|x| &x[..]), point.y().map(|y| &y[..]))
        }
        Material::Secp256k1(key) => {
            let point = key.to_sec1_point(false);
            of_point(point.x().map(|x| &x[..]), point.y().map(|y| &y[..]))
        }
        Material::Rsa(key) => Some(vec![
            ("e", base64url::encode(&key.e_bytes())),
            ("kty", kty.to_owned()),
            ("n", base64url::encode(&key.n_bytes())),
        ]),
        Material::Ed25519(key) => Some(vec![
            ("crv", crv.to_owned()),
            ("kty", kty.to_owned()),
            ("x", base64url::encode(key.as_bytes())),
        ]),
        Material::Oct(_) => None,
    }
}

fn of_members(members: &[(&str, &str)]) -> Option<Box<str>> {
    let members = members.iter().map(|(name, value)| {
        let value = serde_json::to_string(value).ok()?;
        Some(format!("\"{name}\":{value}"))
    });
    let members = members.collect::<Option<Vec<_>>>()?.join(",");
    Some(base64url::encode(&Sha256::digest(format!("{{{members}}}"))).into())
}
