//! Who may have signed: the keys given, keys that are not trusted, keys as they may have been meant,
//! and the keys that follow from the signature itself (SEC 1, section 4.1.6).

pub mod candidates;
pub mod chain;
pub mod did;
pub mod named_keys;
pub mod repaired_key;

use std::collections::HashSet;
use std::sync::Arc;

use data_encoding::BASE64;
use p256::ecdsa::VerifyingKey;

use self::named_keys::{Name, NamedKeys};
use self::repaired_key::{repaired, repaired_others};
use super::change::Change;
use crate::debug::reading::der;
use crate::debug::reading::notation::exactly;

use crate::algorithm::{Algorithm, Material};
use crate::curve;
use crate::key::set::KeySource;
use crate::key::{self, KeyId, KeyReport, SecretEncoding, VerificationKey};
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
    limit: Option<Limit>,
    /// How the text of a secret was read; none of a JWK.
    encoding: Option<SecretEncoding>,
}

/// What a key says of the algorithms that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Limit {
    algorithms: Vec<&'static Algorithm>,
    /// What it takes to use it for others.
    ignored: Change,
}

impl Limit {
    fn of(key: &VerificationKey) -> Option<Self> {
        let algorithms = key.algorithms();
        let is_for_all = algorithms.len() == Algorithm::of(key.material().key_type()).count();
        let names = || algorithms.iter().map(|algorithm| algorithm.name).collect();
        (!is_for_all).then(|| Self {
            algorithms: algorithms.to_vec(),
            ignored: if key.is_pss() {
                Change::IgnorePss { allowed: names() }
            } else {
                let members = vec!["alg"];
                Change::IgnoreMembers { members }
            },
        })
    }
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
            limit: None,
            encoding: None,
        }
    }

    /// A key that a signature leads to; one that the token names, if any.
    pub fn recovered(key: VerifyingKey, name: Option<&Name>) -> Self {
        let changes = name.map(Name::changes).unwrap_or_default();
        Self::new(changes, key, None, &"the signature".into())
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
fn ordered<'s, K: Clone + 's>(
    suspects: impl Iterator<Item = &'s Suspect<K>>,
    kid: Option<&str>,
) -> Vec<Suspect<K>> {
    let mut ordered: Vec<&Suspect<K>> = suspects.collect();
    ordered.sort_by_cached_key(|suspect| {
        let is_named = kid.is_some() && suspect.id.kid.as_deref() == kid;
        (!is_named, suspect.changes.len())
    });
    ordered.into_iter().take(MAX_KEYS).cloned().collect()
}

/// The keys that the header brings along: the first certificate of `x5c` (RFC 7515, section 4.1.6) and `jwk`
/// (section 4.1.3). Nobody vouches for them. If both hold the same key, the certificate tells more of it.
pub fn embedded(header: &JoseHeader) -> Vec<Suspect> {
    let source: Arc<str> = "the token header".into();
    let suspect = |change, key| Suspect::new(change, key, None, &source);
    let certified = first_certificate(header).and_then(|der| of_certificate(&der));
    let certified = certified.map(|key| suspect(vec![of_member("x5c")], key));
    let jwk = embedded_jwk(header, &source).and_then(|report| variant(&report));
    let jwk = jwk.and_then(|variant| {
        let changes = [&[of_member("jwk")], &variant.changes[..]].concat();
        Some(suspect(changes, *variant.key.p256()?))
    });
    once(certified.into_iter().chain(jwk))
}

fn of_member(member: &'static str) -> Change {
    Change::UseEmbeddedKey { member }
}

fn embedded_jwk(header: &JoseHeader, source: &Arc<str>) -> Option<KeyReport> {
    let jwk = header.parameters.get("jwk")?;
    Some(KeyReport::read(0, source, &jwk.to_string()))
}

fn first_certificate(header: &JoseHeader) -> Option<Vec<u8>> {
    match header.parameters.get("x5c") {
        Some(Value::Array(x5c)) => exactly(&BASE64, x5c.first()?.as_str()?.as_bytes()),
        _ => None,
    }
}

/// Each key once.
fn once<K>(suspects: impl Iterator<Item = Suspect<K>>) -> Vec<Suspect<K>> {
    let mut known = HashSet::new();
    suspects
        .filter(|suspect| known.insert(suspect.id.thumbprint.clone()))
        .collect()
}

/// A key that was read, as it can be used for a signature.
struct Variant {
    /// What of it is to be ignored for that.
    changes: Vec<Change>,
    key: Material,
    limit: Option<Limit>,
}

/// The key as it is; as what it is, if only what it is said to be for is wrong, or its size.
fn variant(report: &KeyReport) -> Option<Variant> {
    if let Some(key) = &report.key {
        return Some(Variant {
            changes: Vec::new(),
            key: key.material().clone(),
            limit: Limit::of(key),
        });
    }
    let rejected = report.rejected.as_ref()?;
    let key = rejected.material.clone()?;
    let members = rejected.usage.clone();
    let change = match &key {
        _ if !members.is_empty() => Change::IgnoreMembers { members },
        key => Change::UseSmallKey { bits: key.bits() },
    };
    Some(Variant {
        changes: vec![change],
        key,
        limit: None,
    })
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
            limit: None,
            encoding: None,
        }
    }

    /// A key that the token brings along, unless it is on P-256 or a secret.
    fn public(change: Change, variant: Variant, source: &Arc<str>) -> Option<Self> {
        let is_other = !matches!(variant.key, Material::P256(_) | Material::Oct(_));
        let changes = [&[change], &variant.changes[..]].concat();
        is_other.then(|| Self {
            limit: variant.limit,
            ..Self::other(changes, variant.key, None, source)
        })
    }

    /// How the text of a secret was read; none of a JWK.
    pub fn encoding(&self) -> Option<SecretEncoding> {
        self.encoding
    }

    /// The same key with these changes more.
    pub fn with(&self, more: impl IntoIterator<Item = Change>) -> Self {
        let changes = self.changes.iter().cloned().chain(more).collect();
        Self {
            changes,
            ..self.clone()
        }
    }

    /// The same key, as it is and as one that is for any algorithm.
    pub fn for_any_algorithm(self) -> Vec<Self> {
        let limit = self.limit.as_ref();
        let other = limit.map(|limit| self.with([limit.ignored.clone()]));
        std::iter::once(self).chain(other).collect()
    }

    /// Whether the key may be used for this algorithm, by itself or by what is ignored of it. What the
    /// algorithm is in the place of the header's (`is_other`) says nothing of the key.
    pub fn is_for(&self, algorithm: &'static Algorithm, is_other: bool) -> bool {
        let Some(limit) = &self.limit else {
            return true;
        };
        let ignores = self.changes.contains(&limit.ignored);
        if limit.algorithms.contains(&algorithm) {
            !ignores
        } else {
            ignores != is_other
        }
    }

    /// The key after its changes; none if one of them cannot be made.
    pub fn changed_key(&self) -> Option<Material> {
        let changed = |key: Material, change: &Change| match (key, change) {
            (Material::Oct(secret), Change::RewriteSecret { form })
                if form.is_of(self.encoding) =>
            {
                Some(Material::Oct(form.apply(secret.octets())?.to_vec().into()))
            }
            (_, Change::RewriteSecret { .. }) => None,
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
                    other.changes.contains(&of_member(member))
                        && other
                            .changes
                            .iter()
                            .all(|change| self.changes.contains(change))
                        && other.id.thumbprint == self.id.thumbprint
                        && other.limit == self.limit
                })
            }
            Change::UseNamedKey { place } => {
                let thumbprint = self.id.thumbprint.as_deref();
                names
                    .iter()
                    .any(|name| name.is_of(place, thumbprint, &self.changes))
            }
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
            let as_meant = repaired_others(report).into_iter();
            let as_meant = as_meant.map(|(changes, key)| Variant {
                changes,
                key,
                limit: None,
            });
            for variant in variant(report).into_iter().chain(as_meant) {
                let changes = change.iter().cloned().chain(variant.changes).collect();
                let kid = report.kid.clone();
                let suspect = Suspect {
                    limit: variant.limit,
                    encoding: report.encoding,
                    ..Suspect::other(changes, variant.key, kid, &source.source)
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
    let certified = first_certificate(header)
        .and_then(|certificate| KeySource::read(&source, &certificate).ok())
        .and_then(|source| source.keys.into_iter().next());
    let reports = [("x5c", certified), ("jwk", embedded_jwk(header, &source))];
    let suspects = reports.into_iter().filter_map(|(member, report)| {
        Suspect::public(of_member(member), variant(&report?)?, &source)
    });
    once(suspects)
}

/// The keys that the token names by what they are, and that no signature leads to.
pub fn named_others(named: &NamedKeys) -> Vec<Suspect<Material>> {
    let source: Arc<str> = "the token".into();
    let keys = named.keys().into_iter();
    keys.filter_map(|(place, report)| {
        let change = Change::UseNamedKey { place };
        Suspect::public(change, variant(&report)?, &source)
    })
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
        ("crv", "P-256"),
        ("x", &*x),
        ("y", &*y),
        ("alg", "ES256"),
    ] {
        jwk.push(name, Value::from(value));
    }
    jwk
}
