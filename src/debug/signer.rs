//! Who may have signed: the keys given, keys that are not trusted, keys as they may have been meant,
//! and the keys that follow from the signature itself (SEC 1, section 4.1.6).

use std::collections::HashSet;
use std::sync::Arc;

use data_encoding::BASE64;
use p256::ecdsa::VerifyingKey;

use super::change::Change;
use super::der;
use super::named_keys::{Name, NamedKeys};
use super::notation::exactly;
use super::repaired_key::{repaired, repaired_others};

use crate::algorithm::{Algorithm, Material};
use crate::curve;
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
    /// Whether it is an RSA key for RSASSA-PSS alone.
    is_for_pss: bool,
}

impl Suspect {
    fn new(
        changes: Vec<Change>,
        key: VerifyingKey,
        kid: Option<Box<str>>,
        source: &Arc<str>,
    ) -> Self {
        let id = Arc::new(KeyId::new(kid, &Material::P256(key), source));
        Self {
            changes,
            key,
            id,
            alg: None,
            is_for_pss: false,
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
    /// The bytes of an uncompressed point.
    const POINT: usize = 65;
    let certificate = der::element(0x30, certificate)?;
    let certificate = der::element(0x30, certificate.content)?.content;
    // The version may be missing; serial number, signature, issuer, validity and subject may not.
    let version = der::element(0xA0, certificate);
    let mut rest = version.map_or(certificate, |version| version.rest);
    for tag in [0x02, 0x30, 0x30, 0x30, 0x30] {
        rest = der::element(tag, rest)?.rest;
    }
    let length = rest
        .len()
        .checked_sub(der::element(0x30, rest)?.rest.len())?;
    let before = key::before_key("P-256", POINT);
    VerifyingKey::from_sec1_bytes(rest.get(..length)?.strip_prefix(&*before)?).ok()
}

impl Suspect<Material> {
    fn other(
        changes: Vec<Change>,
        key: Material,
        kid: Option<Box<str>>,
        source: &Arc<str>,
    ) -> Self {
        let id = Arc::new(KeyId::new(kid, &key, source));
        Self {
            changes,
            key,
            id,
            alg: None,
            is_for_pss: false,
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
        if self.is_for_pss && !algorithm.name.starts_with("PS") {
            return false;
        }
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
    pub fn comes_with(&self, header: Option<&JoseHeader>, names: &[Name]) -> bool {
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
                    is_for_pss: report.key.as_ref().is_some_and(is_for_pss),
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
            let key = report?.key?;
            let material = key.material().clone();
            let is_other = !matches!(material, Material::P256(_) | Material::Oct(_));
            let changes = vec![Change::UseEmbeddedKey { member }];
            is_other.then(|| Suspect {
                alg: key.alg().map(Into::into),
                is_for_pss: is_for_pss(&key),
                ..Suspect::other(changes, material, None, &source)
            })
        })
        .collect()
}

/// Whether an RSA key may only be used for RSASSA-PSS, with any hash (RFC 4055, section 1.2).
fn is_for_pss(key: &VerificationKey) -> bool {
    let is_pss = |row: &&Algorithm| row.name.starts_with("PS");
    let algorithms = key.algorithms();
    key.alg().is_none() && !algorithms.is_empty() && algorithms.iter().all(is_pss)
}

/// The keys that the token names by what they are, and that no signature leads to.
pub fn named_others(named: &NamedKeys) -> Vec<Suspect<Material>> {
    let source: Arc<str> = "the token".into();
    let keys = named.keys().into_iter();
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

/// A key as a JWK, as it would stand in a `public_key.json`.
pub fn jwk(key: &VerifyingKey) -> Object {
    let [x, y] = curve::coordinates(key).unwrap_or_default();
    let (x, y) = (base64url::encode(&x), base64url::encode(&y));
    let mut jwk = Object::default();
    for (name, value) in [
        ("kty", "EC"),
        ("x", &*x),
        ("y", &*y),
        ("crv", "P-256"),
        ("alg", "ES256"),
    ] {
        jwk.push(name, Value::from(value));
    }
    jwk
}
