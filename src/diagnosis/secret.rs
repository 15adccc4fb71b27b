//! A MAC made with the public key as its secret: a known attack on servers that let the header's
//! `alg` decide (RFC 8725 section 2.1).

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, Mac as _};
use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use sha2::{Sha256, Sha384, Sha512};

use super::rewriting;
use super::signer;
use crate::base64url;
use crate::json::Value;

/// Nobody makes a MAC with the tenth key of a set.
const MOST_KEYS: usize = 4;

/// What was used as the secret, in words, and its octets.
type Secret = (&'static str, Vec<u8>);

/// The name of the algorithm and what its secret was, where the signature is such a MAC.
pub fn search(
    input: &str,
    signature: &[u8],
    keys: &[VerifyingKey],
    files: &[&[u8]],
) -> (u64, Option<(&'static str, &'static str)>) {
    let secrets = secrets(keys, files);
    let tried = u64::try_from(secrets.len()).unwrap_or(0);
    let found = secrets.iter().find_map(|(what, secret)| {
        let alg = match signature.len() {
            32 => Hmac::<Sha256>::new_from_slice(secret)
                .is_ok_and(|mac| mac.chain_update(input).verify_slice(signature).is_ok())
                .then_some("HS256"),
            48 => Hmac::<Sha384>::new_from_slice(secret)
                .is_ok_and(|mac| mac.chain_update(input).verify_slice(signature).is_ok())
                .then_some("HS384"),
            64 => Hmac::<Sha512>::new_from_slice(secret)
                .is_ok_and(|mac| mac.chain_update(input).verify_slice(signature).is_ok())
                .then_some("HS512"),
            _ => None,
        };
        alg.map(|alg| (alg, *what))
    });
    (tried, found)
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn secrets(keys: &[VerifyingKey], files: &[&[u8]]) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = vec![("the empty secret", Vec::new())];
    for file in files {
        secrets.push(("the key file as it is", file.to_vec()));
        secrets.push((
            "the key file without white space at its end",
            file.trim_ascii_end().to_vec(),
        ));
        secrets.push((
            "the key file with a line feed at its end",
            [file.trim_ascii_end(), b"\n"].concat(),
        ));
        let compact: Vec<u8> = file
            .iter()
            .copied()
            .filter(|octet| !octet.is_ascii_whitespace())
            .collect();
        secrets.push(("the key file without white space", compact));
        secrets.extend(spellings(file));
    }
    for key in keys.iter().take(MOST_KEYS) {
        let point = key.as_affine().to_encoded_point(false);
        let der = der(point.as_bytes());
        let pem = pem(&der);
        secrets.push(("the key in PEM", format!("{pem}\n").into_bytes()));
        secrets.push((
            "the key in PEM without a final line feed",
            pem.clone().into_bytes(),
        ));
        secrets.push((
            "the key in PEM with CRLF",
            format!("{pem}\n").replace('\n', "\r\n").into_bytes(),
        ));
        secrets.push((
            "the key in PEM with CRLF, without the final one",
            pem.replace('\n', "\r\n").into_bytes(),
        ));
        secrets.push(("the key in DER", der.clone()));
        secrets.push((
            "the key in DER, as base64 text",
            BASE64.encode(&der).into_bytes(),
        ));
        secrets.push(("the key in DER, in hex", HEXLOWER.encode(&der).into_bytes()));
        secrets.push((
            "the key in PEM, its base64 on one line",
            one_line(&der).into_bytes(),
        ));
        secrets.push((
            "the key in PEM, its base64 on one line, with a line feed",
            format!("{}\n", one_line(&der)).into_bytes(),
        ));
        let coordinates = point.as_bytes().get(1..).unwrap_or_default();
        secrets.push(("the octets of \"x\" and \"y\"", coordinates.to_vec()));
        secrets.push(("the point", point.as_bytes().to_vec()));
        secrets.push((
            "the point in hex",
            HEXLOWER.encode(point.as_bytes()).into_bytes(),
        ));
        secrets.push((
            "the compressed point",
            key.as_affine().to_encoded_point(true).as_bytes().to_vec(),
        ));
        let jwk = signer::jwk(key);
        let member = |name: &str| {
            jwk.get(name)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        for (name, text_name) in [("x", "the text of \"x\""), ("y", "the text of \"y\"")] {
            let text = member(name);
            let octets = base64url::decode(&text).unwrap_or_default();
            secrets.push((
                if name == "x" {
                    "the octets of \"x\""
                } else {
                    "the octets of \"y\""
                },
                octets,
            ));
            secrets.push((text_name, text.into_bytes()));
        }
        for order in [
            ["kty", "x", "y", "crv", "alg"],
            ["kty", "crv", "x", "y", "alg"],
        ] {
            for members in [&order[..], order.get(..4).unwrap_or_default()] {
                let members: Vec<String> = members
                    .iter()
                    .map(|name| format!("\"{name}\":\"{}\"", member(name)))
                    .collect();
                secrets.push((
                    "the JWK as compact JSON",
                    format!("{{{}}}", members.join(",")).into_bytes(),
                ));
                secrets.push((
                    "the JWK as JSON with spaces",
                    format!("{{{}}}", members.join(", ").replace("\":\"", "\": \"")).into_bytes(),
                ));
            }
        }
        let required: Vec<String> = ["crv", "kty", "x", "y"]
            .iter()
            .map(|name| format!("\"{name}\":\"{}\"", member(name)))
            .collect();
        secrets.push((
            "the JWK as its thumbprint takes it",
            format!("{{{}}}", required.join(",")).into_bytes(),
        ));
    }
    secrets
}

/// The JWKs of a file as common writers spell them, with and without a line feed.
fn spellings(file: &[u8]) -> Vec<Secret> {
    let parsed = Value::parse(file).ok();
    let Some(Value::Object(object)) = &parsed else {
        return Vec::new();
    };
    let members = match object.get("keys") {
        Some(Value::Array(items)) => items.iter().take(MOST_KEYS).collect(),
        _ => Vec::new(),
    };
    let jwks = members.into_iter().filter_map(|item| match item {
        Value::Object(jwk) => Some(jwk),
        _ => None,
    });
    std::iter::once(object)
        .chain(jwks)
        .flat_map(|jwk| {
            rewriting::styles().filter_map(|style| rewriting::written(rewriting::pairs(jwk), style))
        })
        .flat_map(|text| {
            let with_line_feed = format!("{text}\n").into_bytes();
            [
                ("the JWK as JSON", text.into_bytes()),
                ("the JWK as JSON with a line feed", with_line_feed),
            ]
        })
        .collect()
}

/// PEM as those write it who put the base64 between its lines by hand.
fn one_line(der: &[u8]) -> String {
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
        BASE64.encode(der)
    )
}

/// `SubjectPublicKeyInfo` (RFC 5480 section 2) of a P-256 point.
fn der(point: &[u8]) -> Vec<u8> {
    const BEFORE: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08,
        0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    [&BEFORE, point].concat()
}

/// RFC 7468, without a final line feed.
fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let (first, second) = text.split_at_checked(64).unwrap_or((&text, ""));
    format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----")
}
