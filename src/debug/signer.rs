//! Who may have signed: the keys given, keys that are not trusted, keys as they may have been meant,
//! and the keys that follow from the signature itself (SEC 1, section 4.1.6).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use data_encoding::BASE64;
use p256::ecdsa::VerifyingKey;
use serde::Serialize;

use super::change::{Change, Zeros};
use super::der;
use super::digest::Digest;
use super::named;
use super::notation::exactly;
use super::proof::Proof;
use super::replay::{self, HALF};
use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};

use crate::algorithm::{Algorithm, Material};
use crate::curve::{self, Coordinates};
use crate::key::set::KeySource;
use crate::key::{self, KeyId, KeyReport, VerificationKey};
use crate::text::base64url;
use crate::text::json::{Object, Value};
use crate::token::header::JoseHeader;

/// More keys are not tried in every form for one token.
pub const MAX_KEYS: usize = 32;

/// A key that may have signed. What had to be done to get at it is among its changes, or it is not
/// made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect<K = VerifyingKey> {
    changes: Vec<Change>,
    key: K,
    id: Arc<KeyId>,
    /// The only algorithm that it is for, if it says so.
    alg: Option<Box<str>>,
}

/// An unusable JWK as it may have been meant: a key, and the changes that lead to it.
type Repaired = (Vec<Change>, VerifyingKey);

impl Suspect {
    fn new(
        changes: Vec<Change>,
        key: VerifyingKey,
        kid: Option<Box<str>>,
        source: &Arc<str>,
    ) -> Self {
        let id = Arc::new(KeyId::new(kid, &Material::P256(key), source));
        let alg = None;
        Self {
            changes,
            key,
            id,
            alg,
        }
    }

    /// A key that a signature leads to; one that the token names at this place, if any.
    pub fn recovered(key: VerifyingKey, place: Option<&'static str>) -> Self {
        let change = place.map(|place| Change::UseNamedKey { place });
        Self::new(Vec::from_iter(change), key, None, &"the signature".into())
    }

    /// The keys that may have signed in the place of this one, which was given.
    pub fn mistaken(&self) -> Vec<Self> {
        let keys = [
            (Change::NegateY, curve::negated(&self.key)),
            (Change::NegatePrivate, curve::of_negative_private(&self.key)),
            (Change::TakeYAsPrivate, curve::of_private_y(&self.key)),
        ];
        let keys = keys
            .into_iter()
            .filter_map(|(change, key)| Some((change, key?)));
        keys.map(|(change, key)| {
            let changes = [&self.changes[..], &[change]].concat();
            Self::new(changes, key, self.id.kid.clone(), &self.id.source)
        })
        .collect()
    }

    /// Whether it is given, or comes with this header.
    pub fn is_at_hand(&self, header: Option<&JoseHeader>) -> bool {
        let is_embedded = |change: &Change| matches!(change, Change::UseEmbeddedKey { .. });
        !self.changes.iter().any(is_embedded)
            || header.is_some_and(|header| embedded(header).contains(self))
    }
}

impl<K> Suspect<K> {
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub fn key(&self) -> &K {
        &self.key
    }

    pub fn id(&self) -> &Arc<KeyId> {
        &self.id
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
            let rejected = report.rejected.as_ref();
            let repaired = rejected.map_or(Vec::new(), |rejected| {
                repaired(&rejected.coordinates, &rejected.foreign)
            });
            let repaired = repaired.iter().map(|(changes, key)| (&changes[..], *key));
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
pub fn ordered<K: Clone>(suspects: &[Suspect<K>], kid: Option<&str>) -> Vec<Suspect<K>> {
    let mut ordered: Vec<&Suspect<K>> = suspects.iter().collect();
    ordered.sort_by_key(|suspect| {
        let is_named = kid.is_some() && suspect.id.kid.as_deref() == kid;
        (!is_named, suspect.changes.len())
    });
    ordered.into_iter().take(MAX_KEYS).cloned().collect()
}

/// The keys that the header brings along: `jwk` (RFC 7515 section 4.1.3) and the first certificate
/// of `x5c` (section 4.1.6). Nobody vouches for them.
pub fn embedded(header: &JoseHeader) -> Vec<Suspect> {
    let source: Arc<str> = "the token header".into();
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

impl Suspect<Material> {
    fn other(
        changes: Vec<Change>,
        key: Material,
        kid: Option<Box<str>>,
        source: &Arc<str>,
    ) -> Self {
        let id = Arc::new(KeyId::new(kid, &key, source));
        let alg = None;
        Self {
            changes,
            key,
            id,
            alg,
        }
    }

    /// The same key with one change more.
    pub fn with(&self, change: Option<Change>) -> Self {
        let changes = self.changes.iter().cloned().chain(change).collect();
        Self {
            changes,
            ..self.clone()
        }
    }

    /// The same key, as it is and as one that is for any algorithm.
    pub fn for_any_algorithm(self) -> Vec<Self> {
        let members = vec!["alg"];
        let other = self
            .alg
            .as_ref()
            .map(|_| self.with(Some(Change::IgnoreMembers { members })));
        std::iter::once(self).chain(other).collect()
    }

    /// Whether the key may be used for this algorithm, by itself or by what is ignored of it. What the
    /// algorithm is in the place of the header's (`is_other`) says nothing of the key.
    pub fn is_for(&self, algorithm: &Algorithm, is_other: bool) -> bool {
        let ignores = |change: &Change| match change {
            Change::IgnoreMembers { members } => members.contains(&"alg"),
            _ => false,
        };
        let ignores = self.changes.iter().any(ignores);
        match &self.alg {
            Some(alg) if algorithm.is_named(alg) => !ignores,
            Some(_) => ignores != is_other,
            None => true,
        }
    }

    /// The key after its changes; none if one of them cannot be made.
    pub fn changed_key(&self) -> Option<Material> {
        let changed = |key: Material, change: &Change| match (key, change) {
            (Material::Oct(secret), Change::RewriteSecret { form }) => {
                Some(Material::Oct(form.apply(secret.octets())?.to_vec().into()))
            }
            (key, _) => Some(key),
        };
        self.changes.iter().try_fold(self.key.clone(), changed)
    }

    /// Whether it is given, or comes with this header, or the token names it.
    pub fn comes_with(&self, header: Option<&JoseHeader>, names: &[named::Name]) -> bool {
        self.changes.iter().all(|change| match change {
            Change::UseEmbeddedKey { member } => {
                let embedded = header.map(embedded_others).unwrap_or_default();
                embedded.iter().any(|other| {
                    other.changes == [Change::UseEmbeddedKey { member }]
                        && other.id.thumbprint == self.id.thumbprint
                })
            }
            Change::UseNamedKey { place } => names.iter().any(|(named, name)| {
                named == place && Some(&**name) == self.id.thumbprint.as_deref()
            }),
            _ => true,
        })
    }
}

/// The keys of these sources that are not on P-256, as they are and as they may have been meant.
pub fn given_others(keys: &[KeySource], others: &[KeySource]) -> Vec<Suspect<Material>> {
    let keys = keys.iter().map(|source| (source, None));
    let others = others
        .iter()
        .map(|source| (source, Some(Change::UseOtherKey)));
    let mut suspects: Vec<Suspect<Material>> = Vec::new();
    let mut known = HashSet::new();
    for (source, change) in keys.chain(others) {
        for report in &source.keys {
            let usable = report.key.iter();
            let usable = usable.map(|key| (None, key.material().clone()));
            let rejected = report.rejected.iter().filter_map(|rejected| {
                let material = rejected.material.clone()?;
                let members = rejected.usage.clone();
                let change = match &material {
                    _ if !members.is_empty() => Change::IgnoreMembers { members },
                    key => Change::UseSmallKey { bits: key.bits() },
                };
                Some((Some(change), material))
            });
            let plain = usable.chain(rejected);
            let plain = plain.map(|(repair, material)| (Vec::from_iter(repair), material));
            for (repairs, material) in plain.chain(repaired_others(report)) {
                let changes: Vec<Change> = change.iter().cloned().chain(repairs).collect();
                let kid = report.kid.clone();
                let alg = report.key.as_ref().and_then(VerificationKey::alg);
                let suspect = Suspect {
                    alg: alg.map(Box::from),
                    ..Suspect::other(changes, material, kid, &source.source)
                };
                let thumbprint = suspect.id.thumbprint.clone();
                let is_new =
                    thumbprint.is_none() || known.insert((thumbprint, suspect.id.kid.clone()));
                if suspect.key.p256().is_none() && is_new {
                    suspects.push(suspect);
                }
            }
        }
    }
    suspects
}

/// What a JWK of another curve than P-256 that cannot be used may have been meant as.
fn repaired_others(report: &KeyReport) -> Vec<(Vec<Change>, Material)> {
    /// What stands before a key of Ed25519 in its SPKI (RFC 8410, section 4).
    const BEFORE_KEY: &[u8] = b"\x30\x2A\x30\x05\x06\x03\x2B\x65\x70\x03\x21\x00";
    let (Some(rejected), Some(crv)) = (&report.rejected, report.crv.as_deref()) else {
        return Vec::new();
    };
    let (kty, length) = match crv {
        "P-384" => ("EC", 48),
        "P-521" => ("EC", 66),
        "secp256k1" => ("EC", 32),
        "Ed25519" => ("OKP", 32),
        _ => return Vec::new(),
    };
    let coordinate = |name: &str| {
        let text = rejected.coordinates.get(name)?.as_str()?;
        let plain = text
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let written = base64url::decode(&plain).ok()?;
        let key = written.strip_prefix(BEFORE_KEY).filter(|_| kty == "OKP");
        let number = key.unwrap_or(&written);
        let bytes = replay::resized(number, Zeros::Before, length)?;
        let is_changed = base64url::encode(&bytes) != text;
        Some((bytes, is_changed))
    };
    let coordinates = match (kty, coordinate("x"), coordinate("y")) {
        ("EC", Some(x), Some(y)) => vec![x, y],
        ("OKP", Some(x), _) => vec![x],
        (_, _, _) => return Vec::new(),
    };
    let is_changed = coordinates.iter().any(|(_, is_changed)| *is_changed);
    let members = rejected.usage.clone();
    let ignored = (!members.is_empty()).then_some(Change::IgnoreMembers { members });
    let orders = [
        None,
        Some(Change::SwapCoordinates).filter(|_| kty == "EC"),
        Some(Change::ReverseCoordinates),
    ];
    let keys = orders.into_iter().filter_map(|order| {
        let mut bytes: Vec<Vec<u8>> = coordinates.iter().map(|(bytes, _)| bytes.clone()).collect();
        match order {
            Some(Change::SwapCoordinates) => bytes.reverse(),
            Some(_) => bytes.iter_mut().for_each(|bytes| bytes.reverse()),
            None => {}
        }
        let members = ["x", "y"].into_iter().zip(&bytes);
        let members: Vec<String> = members
            .map(|(name, bytes)| format!(r#","{name}":"{}""#, base64url::encode(bytes)))
            .collect();
        let jwk = format!(r#"{{"kty":"{kty}","crv":"{crv}"{}}}"#, members.concat());
        let key = KeyReport::read(0, &"the key".into(), &jwk).key?;
        let rewritten = is_changed.then_some(Change::RewriteCoordinates);
        let changes = rewritten.into_iter().chain(order);
        // A key that is merely for something else is tried as it is.
        let changes: Vec<Change> = changes.collect();
        let is_repaired = !changes.is_empty();
        let changes = changes.into_iter().chain(ignored.clone()).collect();
        is_repaired.then(|| (changes, key.material().clone()))
    });
    keys.collect()
}

/// The keys that the header brings along and that are not on P-256.
pub fn embedded_others(header: &JoseHeader) -> Vec<Suspect<Material>> {
    let source: Arc<str> = "the token header".into();
    let jwk = header.parameters.get("jwk");
    let jwk = jwk.map(|jwk| KeyReport::read(0, &source, &jwk.to_string()));
    let x5c = match header.parameters.get("x5c") {
        Some(Value::Array(certificates)) => certificates.first().and_then(Value::as_str),
        _ => None,
    };
    let x5c = x5c
        .and_then(|text| exactly(&BASE64, text.as_bytes()))
        .and_then(|certificate| KeySource::read(&source, &certificate).ok())
        .and_then(|source| source.keys.into_iter().next());
    [("jwk", jwk), ("x5c", x5c)]
        .into_iter()
        .filter_map(|(member, report)| {
            let material = report?.key?.material().clone();
            let is_other = !matches!(material, Material::P256(_) | Material::Oct(_));
            let changes = vec![Change::UseEmbeddedKey { member }];
            is_other.then(|| Suspect::other(changes, material, None, &source))
        })
        .collect()
}

/// The keys that the token names by what they are, and that no signature leads to.
pub fn named_others(header: &str, payload: &str) -> Vec<Suspect<Material>> {
    let source: Arc<str> = "the token".into();
    let keys = named::keys(header, payload).into_iter();
    keys.filter(|(_, key)| key.p256().is_none())
        .map(|(place, key)| Suspect::other(vec![Change::UseNamedKey { place }], key, None, &source))
        .collect()
}

/// A public key as a JWK.
pub fn jwk_of(key: &Material) -> Option<Object> {
    let mut jwk = Object::default();
    for (name, value) in key::thumbprint::members(key)? {
        jwk.push(name, Value::from(&*value));
    }
    Some(jwk)
}

/// What a JWK that can't be used may have been meant as: each key with the changes that lead to it.
/// `ignored` are the members by which it says of itself that it is for something else.
fn repaired(jwk: &Object, ignored: &[&'static str]) -> Vec<Repaired> {
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
        let finding = Finding::new(
            Code::SameSigner,
            Certainty::Proven,
            format!("key recovered from {count} signatures: {}", key.jwk),
        );
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
