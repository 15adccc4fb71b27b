//! A MAC made with the public key as its secret: a known attack on servers that let the header's
//! `alg` decide (RFC 8725 section 2.1).

use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use super::budget::{self, Work};
use super::change::Change;
use super::reading::der;
use super::secret_owner::Owner;
use super::signer;
use super::signing_inputs::json_styles;
use crate::algorithm::{Algorithm, HS256, HS384, HS512, Material, Signed};
use crate::key::set::KeySource;
use crate::key::{KeyId, write_spki};
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// So much is spent on the secrets of a token, in units of work: some 30 ms.
const SHARE: u64 = 50_000;

/// So many octets are written or hashed for one unit.
const OCTETS: usize = 128;

/// What was used as the secret, in words, and its octets.
type NamedSecret = (&'static str, Vec<u8>);

/// A secret that is none, and the algorithm of the MAC that was made with it.
pub struct Secret {
    changes: [Change; 1],
    algorithm: &'static str,
    octets: Vec<u8>,
}

impl Secret {
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
    files: Vec<File>,
    /// Whether one of them holds JSON that takes too long to read.
    has_unread: bool,
}

#[derive(Clone, Debug)]
struct File {
    source: Arc<str>,
    content: Arc<[u8]>,
    set: Option<Object>,
}

/// A public key that may have been used as a secret.
pub type PublicKey = (Arc<KeyId>, Material);

/// A MAC, and how many secrets were tried for it.
struct Attempt<'a> {
    input: &'a [u8],
    signature: &'a [u8],
    algorithm: &'static str,
    tried: u64,
}

impl Files {
    pub fn new<'s>(sources: impl Iterator<Item = &'s KeySource>) -> Self {
        let mut has_unread = false;
        let files = sources.filter_map(|source| {
            let content = source.content.clone()?;
            let is_read = budget::of_json(&content) <= SHARE;
            has_unread |= !is_read;
            let set = is_read.then(|| as_set(&content)).flatten();
            let source = Arc::clone(&source.source);
            Some(File {
                source,
                content,
                set,
            })
        });
        Self {
            files: files.collect(),
            has_unread,
        }
    }

    /// The secret with which the signature is such a MAC. Keys, and JWKs of the files by their `kid`,
    /// come in the order in which they are likely.
    pub fn search(
        &self,
        input: &str,
        signature: &[u8],
        keys: &[PublicKey],
        kid: Option<&str>,
        work: &mut Work,
    ) -> Option<Secret> {
        let algorithm = match signature.len() {
            32 => "HS256",
            48 => "HS384",
            64 => "HS512",
            _ => return None,
        };
        if self.has_unread {
            work.leave_out();
        }
        let mut attempt = Attempt {
            input: input.as_bytes(),
            signature,
            algorithm,
            tried: 0,
        };
        let found = work.within(SHARE, |work| self.find(keys, kid, &mut attempt, work));
        work.count(attempt.tried);
        found
    }

    /// Tries every secret, likely ones first.
    fn find(
        &self,
        keys: &[PublicKey],
        kid: Option<&str>,
        attempt: &mut Attempt,
        work: &mut Work,
    ) -> Option<Secret> {
        let empty = attempt.with(("the empty secret", Vec::new()), None, work);
        if empty.is_some() {
            return empty;
        }
        for File {
            source, content, ..
        } in &self.files
        {
            if !work.spend(of_octets(content.len().saturating_mul(4))) {
                break;
            }
            let owner = Owner::new(None, source);
            let found = attempt.with_any(of_file(content), &owner, work);
            if found.is_some() {
                return found;
            }
        }
        let sets = || {
            self.files
                .iter()
                .filter_map(|file| Some((&file.source, file.set.as_ref()?)))
        };
        let mut jwks: Vec<_> = sets()
            .flat_map(|(source, set)| members(set).into_iter().map(move |jwk| (source, jwk)))
            .map(|(source, jwk)| (jwk.get("kid").and_then(Value::as_str), source, jwk))
            .collect();
        jwks.sort_by_cached_key(|(name, ..)| kid.is_none() || *name != kid);
        for rank in 0..jwks.len().max(keys.len()) {
            const WHAT: [&str; 2] = ["the JWK as JSON", "the JWK as JSON with a newline"];
            let of_jwk = jwks.get(rank).and_then(|(name, source, jwk)| {
                let owner = Owner::new(*name, source);
                attempt.with_spellings(jwk, WHAT, &owner, work)
            });
            let found = of_jwk.or_else(|| {
                let (id, key) = keys.get(rank)?;
                let owner = Owner::new(Some(id.name()), &id.source);
                let is_paid = work.spend(of_octets(MAX_FORMS.saturating_mul(key.bits() / 8)));
                let secrets = is_paid.then(|| of_key(key));
                attempt.with_any(secrets.into_iter().flatten(), &owner, work)
            });
            if found.is_some() || work.left() == 0 {
                return found;
            }
        }
        sets().find_map(|(source, set)| {
            const WHAT: [&str; 2] = ["the JWK Set as JSON", "the JWK Set as JSON with a newline"];
            attempt.with_spellings(set, WHAT, &Owner::new(None, source), work)
        })
    }
}

/// What it costs to write or to hash so many octets.
fn of_octets(octets: usize) -> u64 {
    u64::try_from(octets / OCTETS).unwrap_or(u64::MAX)
}

impl Attempt<'_> {
    /// The secret, if the signature is a MAC with it.
    fn with(
        &mut self,
        (name, octets): NamedSecret,
        owner: Option<&Owner>,
        work: &mut Work,
    ) -> Option<Secret> {
        let length = self.input.len().saturating_add(octets.len());
        if !work.spend(of_octets(length).saturating_add(4)) {
            return None;
        }
        self.tried = self.tried.saturating_add(1);
        let algorithm = self.algorithm;
        let change = Change::UsePublicSecret {
            algorithm,
            secret: name,
            owner: owner.cloned(),
        };
        let secret = Secret {
            changes: [change],
            algorithm,
            octets,
        };
        secret
            .verifies(self.input, self.signature)
            .then_some(secret)
    }

    fn with_any(
        &mut self,
        secrets: impl IntoIterator<Item = NamedSecret>,
        owner: &Owner,
        work: &mut Work,
    ) -> Option<Secret> {
        let mut secrets = secrets.into_iter();
        secrets.find_map(|named| self.with(named, Some(owner), work))
    }

    /// The same with a JWK, or a set of them, as common writers spell it, with and without a line feed.
    fn with_spellings(
        &mut self,
        object: &Object,
        [plain, with_newline]: [&'static str; 2],
        owner: &Owner,
        work: &mut Work,
    ) -> Option<Secret> {
        // If nothing is to be escaped, most styles are alike.
        let mut last = None;
        json_styles::styles().find_map(|style| {
            let text = json_styles::written(json_styles::pairs(object), style, work)?;
            if last.as_ref() == Some(&text) {
                return None;
            }
            let ended = format!("{text}\n").into_bytes();
            let both = [(plain, text.clone().into_bytes()), (with_newline, ended)];
            last = Some(text);
            self.with_any(both, owner, work)
        })
    }
}

fn of_file(file: &[u8]) -> [NamedSecret; 4] {
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
    let Ok(Value::Object(read)) = Value::parse(file) else {
        return None;
    };
    if matches!(read.get("keys"), Some(Value::Array(_))) {
        return Some(read);
    }
    let mut set = Object::default();
    set.push("keys", Value::Array([Value::Object(read)].into()));
    Some(set)
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

/// A key has fewer forms than this.
const MAX_FORMS: usize = 64;

/// A public key in every form that a server may have read and used as the secret.
fn of_key(key: &Material) -> Vec<NamedSecret> {
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
    let bytes = |name: &str| base64url::decode(member(name)).unwrap_or_default();
    if jwk.get("y").is_some() {
        secrets.extend(of_point(&bytes("x"), &bytes("y")));
    }
    for (name, bytes_names, text_name) in [
        ("x", IN_BYTES_OF_X, "the text of \"x\""),
        ("y", IN_BYTES_OF_Y, "the text of \"y\""),
        ("n", IN_BYTES_OF_N, "the text of \"n\""),
    ] {
        if jwk.get(name).is_some() {
            secrets.extend(of_bytes(&bytes(name), bytes_names));
            secrets.push((text_name, member(name).as_bytes().to_vec()));
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

/// What bytes are called as they are, in hex of small and of capital letters, and in base64.
type BytesNames = [&'static str; 4];

const IN_POINT: BytesNames = [
    "the point",
    "the point in hex",
    "the point in uppercase hex",
    "the point in base64",
];

const IN_COMPRESSED_POINT: BytesNames = [
    "the compressed point",
    "the compressed point in hex",
    "the compressed point in uppercase hex",
    "the compressed point in base64",
];

const IN_COORDINATES: BytesNames = [
    "the bytes of \"x\" and \"y\"",
    "the bytes of \"x\" and \"y\" in hex",
    "the bytes of \"x\" and \"y\" in uppercase hex",
    "the bytes of \"x\" and \"y\" in base64",
];

const IN_BYTES_OF_X: BytesNames = [
    "the bytes of \"x\"",
    "the bytes of \"x\" in hex",
    "the bytes of \"x\" in uppercase hex",
    "the bytes of \"x\" in base64",
];

const IN_BYTES_OF_Y: BytesNames = [
    "the bytes of \"y\"",
    "the bytes of \"y\" in hex",
    "the bytes of \"y\" in uppercase hex",
    "the bytes of \"y\" in base64",
];

const IN_BYTES_OF_N: BytesNames = [
    "the bytes of \"n\"",
    "the bytes of \"n\" in hex",
    "the bytes of \"n\" in uppercase hex",
    "the bytes of \"n\" in base64",
];

fn of_bytes(bytes: &[u8], names: BytesNames) -> Vec<NamedSecret> {
    let texts = [HEXLOWER, HEXUPPER, BASE64].map(|encoding| encoding.encode(bytes).into_bytes());
    let forms = std::iter::once(bytes.to_vec()).chain(texts);
    names.into_iter().zip(forms).collect()
}

/// A point of a curve, in the forms of SEC 1, section 2.3.3, and its coordinates alone.
fn of_point(x: &[u8], y: &[u8]) -> Vec<NamedSecret> {
    let is_odd = y.last().is_some_and(|last| last % 2 == 1);
    let compressed = [&[if is_odd { 3 } else { 2 }], x].concat();
    [
        of_bytes(&[x, y].concat(), IN_COORDINATES),
        of_bytes(&[&[4], x, y].concat(), IN_POINT),
        of_bytes(&compressed, IN_COMPRESSED_POINT),
    ]
    .concat()
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
fn of_der(der: &[u8], label: &Label) -> Vec<NamedSecret> {
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
