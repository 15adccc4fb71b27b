//! A MAC made with the public key as its secret: a known attack on servers that let the header's
//! `alg` decide (RFC 8725 section 2.1).

use std::iter;
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;

use super::change::Change;
use super::der;
use super::json_styles;
use super::signer;
use super::work::Work;
use crate::algorithm::{Algorithm, HS256, HS384, HS512, Material, Signed};
use crate::key::write_spki;
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// The name of a secret of no bytes.
pub const EMPTY_SECRET: &str = "the empty secret";

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
        keys: &[Material],
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
        keys: &[Material],
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
        iter::once((EMPTY_SECRET, Vec::new()))
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
        json_styles::styles().map(|style| json_styles::written(json_styles::pairs(object), style));
    // Where nothing is to be escaped, most styles are alike.
    let mut last = None;
    texts.flat_map(move |text| {
        let octets = text.as_ref().map_or(json_styles::MAX_JSON, String::len);
        let new = text.filter(|text| last.replace(text.clone()).as_ref() != Some(text));
        let both = new.map(|text| [text.clone(), format!("{text}\n")]);
        [0, 1].map(|n| {
            let text = both.as_ref().and_then(|both| both.get(n));
            let name = what.get(n).copied().unwrap_or_default();
            (octets, text.map(|text| (name, text.clone().into_bytes())))
        })
    })
}

/// A public key in every form that a server may have read and used as the secret.
fn of_key(key: &Material) -> Vec<Named> {
    let Some(jwk) = signer::jwk_of(key) else {
        return Vec::new();
    };
    let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut secrets = match write_spki(&jwk, false) {
        Some(spki) => of_der(&spki, &IN_SPKI),
        None => Vec::new(),
    };
    if let (Material::Rsa(_), Some(spki)) = (key, write_spki(&jwk, false)) {
        secrets.extend(pkcs1(&spki).iter().flat_map(|key| of_der(key, &IN_PKCS1)));
    }
    if let Material::P256(key) = key {
        let point = key.as_affine().to_encoded_point(false);
        let point = point.as_bytes();
        let coordinates = point.get(1..).unwrap_or_default();
        let compressed = key.as_affine().to_encoded_point(true);
        secrets.extend([
            ("the bytes of \"x\" and \"y\"", coordinates.to_vec()),
            ("the point", point.to_vec()),
            ("the point in hex", HEXLOWER.encode(point).into_bytes()),
            ("the compressed point", compressed.as_bytes().to_vec()),
        ]);
    }
    for (name, bytes_name, text_name) in [
        ("x", "the bytes of \"x\"", "the text of \"x\""),
        ("y", "the bytes of \"y\"", "the text of \"y\""),
        ("n", "the bytes of \"n\"", "the text of \"n\""),
    ] {
        if jwk.get(name).is_some() {
            let text = member(name);
            secrets.push((bytes_name, base64url::decode(text).unwrap_or_default()));
            secrets.push((text_name, text.as_bytes().to_vec()));
        }
    }
    let alg = Algorithm::of(key.key_type())
        .next()
        .map_or("", |row| row.name);
    let value = |name: &str| if name == "alg" { alg } else { member(name) };
    let orders: [&[&str]; 4] = [
        &["kty", "x", "y", "crv"],
        &["kty", "crv", "x", "y"],
        &["kty", "n", "e"],
        &["kty", "e", "n"],
    ];
    let written = |names: &[&str], comma: &str, colon: &str| {
        let members = names.iter().filter(|name| !value(name).is_empty());
        let members: Vec<String> = members
            .map(|name| format!("\"{name}\"{colon}\"{}\"", value(name)))
            .collect();
        format!("{{{}}}", members.join(comma)).into_bytes()
    };
    for order in orders {
        // Those of another type of key.
        if order.iter().filter(|name| jwk.get(name).is_some()).count() != jwk.members().len() {
            continue;
        }
        for names in [&[order, &["alg"]].concat()[..], order] {
            secrets.push(("the JWK as compact JSON", written(names, ",", ":")));
            secrets.push(("the JWK as JSON with spaces", written(names, ", ", ": ")));
        }
    }
    let what = "the JWK in the form of its thumbprint (RFC 7638)";
    secrets.push((what, written(&["crv", "e", "kty", "n", "x", "y"], ",", ":")));
    secrets
}

/// A label of PEM, and what its forms are called.
struct Label {
    label: &'static str,
    names: [&'static str; 9],
}

const IN_SPKI: Label = Label {
    label: "PUBLIC KEY",
    names: [
        "the key in PEM",
        "the key in PEM without a final newline",
        "the key in PEM with CRLF",
        "the key in PEM with CRLF, without the final one",
        "the key in DER",
        "the key in DER, as base64 text",
        "the key in DER, in hex",
        "the key in PEM, its base64 on one line",
        "the key in PEM, its base64 on one line, with a newline",
    ],
};

const IN_PKCS1: Label = Label {
    label: "RSA PUBLIC KEY",
    names: [
        "the key in PEM (PKCS#1)",
        "the key in PEM (PKCS#1) without a final newline",
        "the key in PEM (PKCS#1) with CRLF",
        "the key in PEM (PKCS#1) with CRLF, without the final one",
        "the key in DER (PKCS#1)",
        "the key in DER (PKCS#1), as base64 text",
        "the key in DER (PKCS#1), in hex",
        "the key in PEM (PKCS#1), its base64 on one line",
        "the key in PEM (PKCS#1), its base64 on one line, with a newline",
    ],
};

/// DER, and PEM of it (RFC 7468).
fn of_der(der: &[u8], label: &Label) -> Vec<Named> {
    const LINE: usize = 64;
    let base64 = BASE64.encode(der);
    let pem = |content: &str| {
        let label = label.label;
        format!("-----BEGIN {label}-----\n{content}\n-----END {label}-----")
    };
    let lines: Vec<String> = base64
        .as_bytes()
        .chunks(LINE)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let (wrapped, one_line) = (pem(&lines.join("\n")), pem(&base64));
    let forms = [
        format!("{wrapped}\n").into_bytes(),
        wrapped.clone().into_bytes(),
        format!("{wrapped}\n").replace('\n', "\r\n").into_bytes(),
        wrapped.replace('\n', "\r\n").into_bytes(),
        der.to_vec(),
        base64.into_bytes(),
        HEXLOWER.encode(der).into_bytes(),
        one_line.clone().into_bytes(),
        format!("{one_line}\n").into_bytes(),
    ];
    label.names.into_iter().zip(forms).collect()
}

/// The PKCS#1 form of an RSA key (RFC 8017, appendix A.1.1), which its SPKI holds.
fn pkcs1(spki: &[u8]) -> Option<Vec<u8>> {
    let content = der::element(0x30, spki)?.content;
    let key = der::element(0x03, der::element(0x30, content)?.rest)?.content;
    key.strip_prefix(&[0]).map(<[u8]>::to_vec)
}
