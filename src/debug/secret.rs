//! A MAC made with the public key as its secret: a known attack on servers that let the header's
//! `alg` decide (RFC 8725 section 2.1).

use std::iter;
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;

use super::change::Change;
use super::rewriting;
use super::signer;
use super::work::Work;
use crate::algorithm::{HS256, HS384, HS512, Material, Signed};
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// So much is spent on the secrets of a token, in units of work: some 30 ms.
const SHARE: u64 = 50_000;

/// So many octets are hashed for one unit.
const OCTETS: usize = 256;

/// What was used as the secret, in words, and its octets.
type Named = (&'static str, Vec<u8>);

/// A secret that is none, and the algorithm of the MAC that was made with it.
pub struct Secret {
    changes: [Change; 1],
    algorithm: &'static str,
    octets: Vec<u8>,
}

impl Secret {
    fn new(algorithm: &'static str, (secret, octets): Named) -> Self {
        Self {
            changes: [Change::UsePublicSecret { algorithm, secret }],
            algorithm,
            octets,
        }
    }

    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// Whether `signature` is the MAC of `input`.
    pub fn verifies(&self, input: &[u8], signature: &[u8]) -> bool {
        let secret = Material::Oct(self.octets.clone().into());
        let algorithm = [&HS256, &HS384, &HS512]
            .into_iter()
            .find(|row| row.name == self.algorithm);
        algorithm.is_some_and(|row| row.verify(&secret, Signed::Text(input), signature))
    }
}

/// Key files, and the JWKs in them, as secrets.
#[derive(Clone, Debug)]
pub struct Files {
    files: Vec<Arc<[u8]>>,
    sets: Vec<Object>,
}

impl Files {
    pub fn new(files: Vec<Arc<[u8]>>) -> Self {
        let sets = files.iter().filter_map(|file| as_set(file)).collect();
        Self { files, sets }
    }

    /// The secret with which the signature is such a MAC. Keys, and JWKs of the files by their `kid`,
    /// come in the order in which they are likely.
    pub fn search(
        &self,
        input: &str,
        signature: &[u8],
        keys: &[VerifyingKey],
        kid: Option<&str>,
        work: &mut Work,
    ) -> Option<Secret> {
        let algorithm = match signature.len() {
            32 => "HS256",
            48 => "HS384",
            64 => "HS512",
            _ => return None,
        };
        let kept = work.left().saturating_sub(SHARE);
        let mut tried = 0_u64;
        let mut found = None;
        for (written, named) in self.secrets(keys, kid) {
            let octets = input.len().saturating_add(written);
            let units = u64::try_from(octets / OCTETS).unwrap_or(u64::MAX);
            if work.left() < kept || !work.spend(units.saturating_add(2)) {
                work.leave_out();
                break;
            }
            let Some(named) = named else {
                continue;
            };
            tried = tried.saturating_add(1);
            let secret = Secret::new(algorithm, named);
            if secret.verifies(input.as_bytes(), signature) {
                found = Some(secret);
                break;
            }
        }
        work.count(tried);
        found
    }

    /// Every secret, likely ones first; each is made when it is asked for. Octets that were written come
    /// with it, also where it is none, or was there before.
    fn secrets(
        &self,
        keys: &[VerifyingKey],
        kid: Option<&str>,
    ) -> impl Iterator<Item = (usize, Option<Named>)> {
        let counted = |named: Named| (named.1.len(), Some(named));
        let mut jwks: Vec<&Object> = self.sets.iter().flat_map(members).collect();
        jwks.sort_by_key(|jwk| kid.is_none() || jwk.get("kid").and_then(Value::as_str) != kid);
        let ranks = 0..jwks.len().max(keys.len());
        let ranked = ranks.flat_map(move |rank| {
            const WHAT: [&str; 2] = ["the JWK as JSON", "the JWK as JSON with a newline"];
            let jwk = jwks.get(rank).copied().into_iter();
            let key = keys.get(rank).into_iter();
            jwk.flat_map(|jwk| spellings(jwk, WHAT))
                .chain(key.flat_map(of_key).map(counted))
        });
        let of_sets = self.sets.iter().flat_map(|set| {
            const WHAT: [&str; 2] = ["the JWK Set as JSON", "the JWK Set as JSON with a newline"];
            spellings(set, WHAT)
        });
        iter::once(("the empty secret", Vec::new()))
            .chain(self.files.iter().flat_map(|file| of_file(file)))
            .map(counted)
            .chain(ranked)
            .chain(of_sets)
    }
}

fn of_file(file: &[u8]) -> [Named; 4] {
    let trimmed = file.trim_ascii_end();
    let is_visible = |octet: &u8| !octet.is_ascii_whitespace();
    [
        ("the unmodified key file", file.to_vec()),
        ("the key file without trailing whitespace", trimmed.to_vec()),
        (
            "the key file with a trailing newline",
            [trimmed, b"\n"].concat(),
        ),
        (
            "the key file without whitespace",
            file.iter().copied().filter(is_visible).collect(),
        ),
    ]
}

/// A key file as a JWK Set, of which a JWK is one of one.
fn as_set(file: &[u8]) -> Option<Object> {
    let object = |text: &[u8]| match Value::parse(text) {
        Ok(Value::Object(object)) => Some(object),
        Ok(_) | Err(_) => None,
    };
    let read = object(file)?;
    if matches!(read.get("keys"), Some(Value::Array(_))) {
        Some(read)
    } else {
        object(&[b"{\"keys\":[", file, b"]}"].concat())
    }
}

/// The JWKs of a set.
fn members(set: &Object) -> Vec<&Object> {
    let items = match set.get("keys") {
        Some(Value::Array(items)) => &**items,
        _ => &[],
    };
    let jwks = items.iter().filter_map(|item| match item {
        Value::Object(jwk) => Some(jwk),
        _ => None,
    });
    jwks.collect()
}

/// A JWK, or a set of them, as common writers spell it, with and without a line feed.
fn spellings(
    object: &Object,
    what: [&'static str; 2],
) -> impl Iterator<Item = (usize, Option<Named>)> {
    let texts =
        rewriting::styles().map(|style| rewriting::written(rewriting::pairs(object), style));
    // Where nothing is to be escaped, most styles are alike.
    let mut last = None;
    texts.flat_map(move |text| {
        let octets = text.as_ref().map_or(rewriting::LONGEST, String::len);
        let new = text.filter(|text| last.replace(text.clone()).as_ref() != Some(text));
        let both = new.map(|text| [text.clone(), format!("{text}\n")]);
        [0, 1].map(|n| {
            let text = both.as_ref().and_then(|both| both.get(n));
            let name = what.get(n).copied().unwrap_or_default();
            (octets, text.map(|text| (name, text.clone().into_bytes())))
        })
    })
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn of_key(key: &VerifyingKey) -> Vec<Named> {
    let mut secrets: Vec<Named> = Vec::new();
    let point = key.as_affine().to_encoded_point(false);
    let der = der(point.as_bytes());
    let pem = pem(&der);
    secrets.push(("the key in PEM", format!("{pem}\n").into_bytes()));
    secrets.push((
        "the key in PEM without a final newline",
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
        "the key in PEM, its base64 on one line, with a newline",
        format!("{}\n", one_line(&der)).into_bytes(),
    ));
    let coordinates = point.as_bytes().get(1..).unwrap_or_default();
    secrets.push(("the bytes of \"x\" and \"y\"", coordinates.to_vec()));
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
                "the bytes of \"x\""
            } else {
                "the bytes of \"y\""
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
        "the JWK in the form of its thumbprint (RFC 7638)",
        format!("{{{}}}", required.join(",")).into_bytes(),
    ));
    secrets
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
