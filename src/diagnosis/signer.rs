//! Who may have signed: the keys given, keys that are not trusted, keys as they may have been meant,
//! and the keys that follow from the signature itself (SEC 1, section 4.1.6).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use data_encoding::BASE64;
use p256::ecdsa::VerifyingKey;
use serde::Serialize;

use super::change::Change;
use super::der;
use super::digest::Digest;
use super::notation::exactly;
use super::proof::Proof;
use super::replay::HALF;
use super::{Certainty, Finding};
use crate::algorithm::Material;
use crate::curve::Coordinates;
use crate::key::{self, KeyId, KeyReport};
use crate::keyset::KeySource;
use crate::text::base64url;
use crate::text::json::{Object, Value};
use crate::token::header::JoseHeader;

/// More keys are not tried in every form for one token.
pub const MAX_KEYS: usize = 32;

/// A key that may have signed. What had to be done to get at it is among its changes, or it is not
/// made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    changes: Vec<Change>,
    key: VerifyingKey,
    id: Arc<KeyId>,
}

/// An unusable JWK as it may have been meant: a key, and the changes that lead to it.
pub type Repaired = (Vec<Change>, VerifyingKey);

impl Suspect {
    fn new(
        changes: Vec<Change>,
        key: VerifyingKey,
        kid: Option<Box<str>>,
        source: &Arc<str>,
    ) -> Self {
        let id = Arc::new(KeyId::new(kid, &Material::P256(key), source));
        Self { changes, key, id }
    }

    /// A key that a signature leads to; one that the token names at this place, if any.
    pub fn recovered(key: VerifyingKey, place: Option<&'static str>) -> Self {
        let change = place.map(|place| Change::UseNamedKey { place });
        Self::new(Vec::from_iter(change), key, None, &"the signature".into())
    }

    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    pub fn id(&self) -> &Arc<KeyId> {
        &self.id
    }

    /// Whether it is given, or comes with this header.
    pub fn is_at_hand(&self, header: Option<&JoseHeader>) -> bool {
        let is_embedded = |change: &Change| matches!(change, Change::UseEmbeddedKey { .. });
        !self.changes.iter().any(is_embedded)
            || header.is_some_and(|header| embedded(header).contains(self))
    }
}

/// The keys of these sources, as they are and as they may have been meant, each once. `others` are
/// those that explain a signature and verify none.
pub fn given(keys: &[KeySource], others: &[KeySource]) -> Vec<Suspect> {
    let keys = keys.iter().map(|source| (source, &[][..]));
    let others = others
        .iter()
        .map(|source| (source, &[Change::UseOtherKey][..]));
    let suspects = keys.chain(others).flat_map(|(source, changes)| {
        let of = move |report: &KeyReport, (repairs, key): (&[Change], VerifyingKey)| {
            let changes = [changes, repairs].concat();
            Suspect::new(changes, key, report.kid.clone(), &source.source)
        };
        source.keys.iter().flat_map(move |report| {
            let usable = report
                .key
                .iter()
                .filter_map(|key| Some((&[][..], *key.material().p256()?)));
            let repaired = report.repaired.iter();
            let repaired = repaired.map(|(changes, key)| (&changes[..], *key));
            let suspects = usable.chain(repaired).map(|key| of(report, key));
            suspects.collect::<Vec<_>>()
        })
    });
    let mut known = HashSet::new();
    let is_new = |suspect: &Suspect| {
        let repairs = suspect
            .changes
            .iter()
            .filter(|change| **change != Change::UseOtherKey);
        let repairs: Vec<String> = repairs.map(Change::repair).collect();
        known.insert((
            suspect.id.thumbprint.clone(),
            suspect.id.kid.clone(),
            repairs,
        ))
    };
    suspects.filter(is_new).collect()
}

/// The candidates in the order in which they are tried: those that the header's `kid` names, then
/// those that need no excuse.
pub fn ordered(suspects: &[Suspect], kid: Option<&str>) -> Vec<Suspect> {
    let mut ordered: Vec<&Suspect> = suspects.iter().collect();
    ordered.sort_by_key(|suspect| {
        let is_named = kid.is_some() && suspect.id.kid.as_deref() == kid;
        (!is_named, suspect.changes.len())
    });
    ordered.into_iter().take(MAX_KEYS).cloned().collect()
}

/// The keys that the header brings along: `jwk` (RFC 7515 section 4.1.3) and the first certificate
/// of `x5c` (section 4.1.6). Nobody vouches for them.
pub fn embedded(header: &JoseHeader) -> Vec<Suspect> {
    let source: Arc<str> = "the token's own header".into();
    let jwk = header
        .parameters
        .get("jwk")
        .map(|jwk| KeyReport::read(0, &source, &jwk.to_string()));
    let jwk = jwk.and_then(|report| report.key?.material().p256().copied());
    let x5c = match header.parameters.get("x5c") {
        Some(Value::Array(certificates)) => certificates.first().and_then(Value::as_str),
        _ => None,
    };
    let x5c = x5c
        .and_then(|text| exactly(&BASE64, text.as_bytes()))
        .and_then(|certificate| of_certificate(&certificate));
    let keys = [("jwk", jwk), ("x5c", x5c)].into_iter();
    let keys = keys.filter_map(|(member, key)| Some((member, key?)));
    keys.map(|(member, key)| {
        let changes = vec![Change::UseEmbeddedKey { member }];
        Suspect::new(changes, key, None, &source)
    })
    .collect()
}

/// The P-256 key of a certificate (RFC 5280 section 4.1).
fn of_certificate(certificate: &[u8]) -> Option<VerifyingKey> {
    /// `AlgorithmIdentifier` of a P-256 key, then a BIT STRING of 66 octets without unused bits.
    const BEFORE_POINT: &[u8] = &[
        0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86,
        0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    let certificate = der::element(0x30, certificate)?;
    let certificate = der::element(0x30, certificate.content)?.content;
    // The version may be missing; serial number, signature, issuer, validity and subject may not.
    let version = der::element(0xA0, certificate);
    let mut rest = version.map_or(certificate, |version| version.rest);
    for tag in [0x02, 0x30, 0x30, 0x30, 0x30] {
        rest = der::element(tag, rest)?.rest;
    }
    let key = der::element(0x30, rest)?.content;
    VerifyingKey::from_sec1_bytes(key.strip_prefix(BEFORE_POINT)?).ok()
}

/// What a JWK that can't be used may have been meant as: each key with the changes that lead to it.
/// `ignored` are the members by which it says of itself that it is for something else.
pub fn repaired(jwk: &Object, ignored: &[&'static str]) -> Vec<Repaired> {
    let coordinate = |name: &str| {
        let text = jwk.get(name)?.as_str()?;
        let plain = text
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let written = base64url::decode(&plain).ok()?;
        let zeros = written.len().saturating_sub(HALF);
        let (zeros, number) = written.split_at_checked(zeros)?;
        let mut octets = [0; HALF];
        octets
            .get_mut(HALF.checked_sub(number.len())?..)?
            .copy_from_slice(number);
        let is_number = zeros.iter().all(|octet| *octet == 0);
        is_number.then(|| (octets, base64url::encode(&octets) != text))
    };
    let (Some((x, x_changed)), Some((y, y_changed))) = (coordinate("x"), coordinate("y")) else {
        return Vec::new();
    };
    let reversed = |mut octets: [u8; HALF]| {
        octets.reverse();
        octets
    };
    let rewritten = (x_changed || y_changed).then_some(Change::RewriteCoordinates);
    let ignored = (!ignored.is_empty()).then(|| Change::IgnoreMembers {
        members: ignored.to_vec(),
    });
    [
        (None, x, y),
        (Some(Change::SwapCoordinates), y, x),
        (Some(Change::ReverseCoordinates), reversed(x), reversed(y)),
    ]
    .into_iter()
    .filter_map(|(order, x, y)| {
        let changes = rewritten.iter().cloned().chain(order);
        let changes: Vec<Change> = changes.chain(ignored.clone()).collect();
        let point = [&[4][..], &x, &y].concat();
        let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
        (!changes.is_empty()).then_some((changes, key))
    })
    .collect()
}

/// RFC 7638 with SHA-256.
pub fn thumbprint_of(coordinates: &Coordinates) -> Box<str> {
    let [x, y] = coordinates.map(|octets| base64url::encode(&octets));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    base64url::encode(&Digest::Sha256.hash(members.as_bytes())).into()
}

/// A key as a JWK, as it would stand in a `public_key.json`.
pub fn jwk(key: &VerifyingKey) -> Object {
    let point = key.to_encoded_point(false);
    let coordinate = |octets: Option<&p256::FieldBytes>| {
        base64url::encode(octets.map_or(&[][..], |octets| octets))
    };
    let text = format!(
        r#"{{"kty":"EC","x":"{}","y":"{}","crv":"P-256","alg":"ES256"}}"#,
        coordinate(point.x()),
        coordinate(point.y())
    );
    match Value::parse(text.as_bytes()) {
        Ok(Value::Object(object)) => object,
        Ok(_) | Err(_) => Object::default(),
    }
}

/// A key that follows from a signature, which verifies under it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Recovered {
    /// Its RFC 7638 thumbprint.
    pub thumbprint: Box<str>,
    /// The key as a JWK.
    pub jwk: Object,
}

impl Recovered {
    /// The key of a proof; none if it is a secret's.
    pub(super) fn of(proof: &Proof) -> Option<Self> {
        let jwk = proof.jwk()?.clone();
        let thumbprint = key::thumbprint::of_jwk(&jwk)?;
        Some(Self { thumbprint, jwk })
    }
}

/// The signers of a run's refused tokens, as far as they follow from the signatures: a key that two
/// tokens lead to signed both, since chance meets it never.
#[derive(Debug, Default)]
pub struct Signers {
    seen: HashMap<Box<str>, u64>,
}

impl Signers {
    /// Takes note of a token's possible signers; a finding where one was met before, which then stays
    /// alone among them. A single one is known already.
    pub fn note(&mut self, recovered: &mut Vec<Recovered>) -> Option<Finding> {
        /// A run of refused tokens of ever other signers must not fill the memory.
        const MOST: usize = 100_000;
        if recovered.len() < 2 {
            return None;
        }
        // The same token again leads to the same two keys, which tells nothing new.
        if recovered
            .iter()
            .all(|key| self.seen.contains_key(&key.thumbprint))
        {
            return None;
        }
        let mut met = None;
        for key in recovered.iter() {
            if let Some(count) = self.seen.get_mut(&key.thumbprint) {
                *count = count.saturating_add(1);
                met = Some((key.clone(), *count));
            } else if self.seen.len() < MOST {
                self.seen.insert(key.thumbprint.clone(), 1);
            }
        }
        let (key, count) = met?;
        let finding = Finding {
            code: "same-signer",
            certainty: Certainty::Proven,
            summary: format!("{count} refused tokens of this run were signed by one and the same key, which is not among those given").into(),
            evidence: format!("their signatures lead to the same key: {}", key.jwk).into(),
            hint: Some("compare its x and y with the key in the issuer's console; if it is theirs, this is the public key to use".into()),
            explains: true,
            changes: Vec::new(),
            tried: 0,
        };
        *recovered = vec![key];
        Some(finding)
    }

    /// The signers of more than one token, with how many, the busiest first.
    #[must_use]
    pub fn shared(&self) -> Vec<(&str, u64)> {
        let mut shared: Vec<(&str, u64)> = self
            .seen
            .iter()
            .filter(|(_, count)| **count > 1)
            .map(|(thumbprint, count)| (&**thumbprint, *count))
            .collect();
        shared.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        shared
    }
}
