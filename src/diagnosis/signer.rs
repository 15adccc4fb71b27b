//! Who may have signed: the keys given, keys that are not trusted, keys as they may have been meant,
//! and the keys that follow from the signature itself (SEC 1, section 4.1.6).

use std::collections::HashMap;
use std::sync::Arc;

use p256::ecdsa::VerifyingKey;
use serde::Serialize;

use super::cause::Cause;
use super::lax;
use super::search::Candidate;
use super::signature::{self, Form};
use super::signed::Hashed;
use super::{Certainty, Finding};
use crate::algorithm::Material;
use crate::base64url;
use crate::curve;
use crate::header::JoseHeader;
use crate::json::{Object, Value};
use crate::key::{self, KeyId, KeyReport};
use crate::keyset::KeySource;

/// More keys are not looked at for one token.
pub const MOST: usize = 32;

/// The keys of these sources, as they are and as they may have been meant.
pub fn given(sources: &[KeySource], causes: &[Cause]) -> Vec<Candidate> {
    let reports = sources
        .iter()
        .flat_map(|source| source.keys.iter().map(move |report| (source, report)));
    reports
        .flat_map(|(source, report)| {
            let usable = report.key.as_ref().and_then(|key| {
                Some(Candidate {
                    causes: causes.to_vec(),
                    key: *key.material().p256()?,
                    id: Arc::clone(&key.id),
                })
            });
            let mended = report.mended.iter().map(|(faults, key)| Candidate {
                causes: [causes, faults].concat(),
                key: *key,
                id: Arc::new(KeyId::new(
                    report.kid.clone(),
                    &Material::P256(*key),
                    &source.source,
                )),
            });
            usable.into_iter().chain(mended).collect::<Vec<_>>()
        })
        .collect()
}

/// The candidates in the order in which they are tried: those that the header's `kid` names, then
/// those that need no excuse.
pub fn ordered(candidates: &[Candidate], kid: Option<&str>) -> Vec<Candidate> {
    let mut ordered: Vec<&Candidate> = candidates.iter().collect();
    ordered.sort_by_key(|candidate| {
        let is_named = kid.is_some() && candidate.id.kid.as_deref() == kid;
        (!is_named, candidate.causes.len())
    });
    ordered.into_iter().take(MOST).cloned().collect()
}

/// The keys that the header brings along: `jwk` (RFC 7515 section 4.1.3) and the first certificate
/// of `x5c` (section 4.1.6). Nobody vouches for them.
pub fn embedded(header: &JoseHeader) -> Vec<Candidate> {
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
        .and_then(|text| data_encoding::BASE64.decode(text.as_bytes()).ok())
        .and_then(|certificate| of_certificate(&certificate));
    jwk.into_iter()
        .chain(x5c)
        .map(|key| Candidate {
            causes: vec![Cause::SignedByEmbeddedKey],
            key,
            id: Arc::new(KeyId::new(None, &Material::P256(key), &source)),
        })
        .collect()
}

/// The P-256 key of a certificate (RFC 5280 section 4.1). What stands around it is of no interest
/// here: only a key that verifies the signature comes to anything.
fn of_certificate(certificate: &[u8]) -> Option<VerifyingKey> {
    /// `AlgorithmIdentifier` of a P-256 key, then a BIT STRING of 66 octets without unused bits.
    const BEFORE: &[u8] = &[
        0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86,
        0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    const POINT: usize = 65;
    let at = certificate
        .windows(BEFORE.len())
        .position(|window| window == BEFORE)?;
    let rest = certificate.get(at..)?.get(BEFORE.len()..)?;
    VerifyingKey::from_sec1_bytes(rest.get(..POINT)?).ok()
}

/// What a JWK that can't be used may have been meant as: each key with the faults that are looked
/// past. `is_foreign` tells that it says of itself that it is for something else.
pub fn mended(jwk: &Object, is_foreign: bool) -> Vec<(Vec<Cause>, VerifyingKey)> {
    let coordinate = |name: &str| {
        let text = jwk.get(name)?.as_str()?;
        let plain = text
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let written = lax::decode(&plain)?;
        let octets = signature::leading(&written)?;
        Some((octets, plain != text || written.len() != octets.len()))
    };
    let (Some((x, x_mended)), Some((y, y_mended))) = (coordinate("x"), coordinate("y")) else {
        return Vec::new();
    };
    let reversed = |mut octets: [u8; 32]| {
        octets.reverse();
        octets
    };
    let padded = (x_mended || y_mended).then_some(Cause::KeyCoordinatesPadded);
    [
        (None, x, y),
        (Some(Cause::KeyCoordinatesExchanged), y, x),
        (
            Some(Cause::KeyCoordinatesReversed),
            reversed(x),
            reversed(y),
        ),
    ]
    .into_iter()
    .filter_map(|(order, x, y)| {
        let of_coordinates: Vec<Cause> = padded.into_iter().chain(order).collect();
        let other = is_foreign || of_coordinates.is_empty();
        let causes = of_coordinates
            .into_iter()
            .chain(other.then_some(Cause::KeyNotForVerification));
        let point = [&[4][..], &x, &y].concat();
        let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
        Some((causes.collect(), key))
    })
    .collect()
}

/// RFC 7638 with SHA-256.
pub fn thumbprint(key: &VerifyingKey) -> Box<str> {
    key::thumbprint::of_key(&Material::P256(*key)).unwrap_or_default()
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

/// A key that follows from a signature.
#[derive(Clone, Debug, Serialize)]
pub struct Recovered {
    /// Its RFC 7638 thumbprint.
    pub thumbprint: Box<str>,
    /// The key as a JWK.
    pub jwk: Object,
}

impl From<&VerifyingKey> for Recovered {
    fn from(key: &VerifyingKey) -> Self {
        Self {
            thumbprint: thumbprint(key),
            jwk: jwk(key),
        }
    }
}

/// The two keys under which this form of the signature verifies this hash.
pub fn recovered(form: &Form, hashed: &Hashed) -> Vec<VerifyingKey> {
    let (Some(r), Some(s), Some(lifted)) = (
        curve::scalar(form.r),
        curve::scalar(form.s),
        curve::lift(form.r),
    ) else {
        return Vec::new();
    };
    let s_times_lifted = curve::multiply(&lifted, &s);
    curve::recovered(&r, &s_times_lifted, &curve::hash(hashed.prehash))
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
            summary: format!("{count} refused tokens of this run were signed by one and the same key, which is not among those given"),
            evidence: format!("their signatures lead to the same key: {}", key.jwk),
            hint: Some("compare its x and y with the key in the issuer's console; if it is theirs, this is the public key to use".to_owned()),
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
