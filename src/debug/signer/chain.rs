//! Whether the certificates in a header lead to a key that was given (RFC 5280, section 6.1). Revocation
//! and the names of the subject are not checked.

use std::sync::Arc;

use data_encoding::BASE64;

use crate::algorithm::{Algorithm, KeyType};
use crate::debug::budget::{self, Work};
use crate::debug::change::Change;
use crate::debug::reading::notation::exactly;
use crate::debug::replay;
use crate::debug::signing_inputs::digest::Digest;
use crate::key::certificate::{self, Issued};
use crate::key::extensions::Extensions;
use crate::key::set::KeySource;
use crate::key::{Certificate, KeyId, KeyNote, VerificationKey};
use crate::text::json::Value;
use crate::token::header::JoseHeader;

/// More certificates are not looked at.
const MAX_CERTIFICATES: usize = 10;

/// A given key in which a chain may end.
#[derive(Clone, Debug)]
pub struct Anchor {
    key: VerificationKey,
    /// What the certificate that the key was given in says of it as an issuer.
    certificate: Option<Issuer>,
}

#[derive(Clone, Debug)]
struct Issuer {
    /// Its name, as DER.
    subject: Box<[u8]>,
    not_before: i64,
    not_after: i64,
    is_old_root: bool,
    /// None if they have more than is checked here.
    extensions: Option<Extensions>,
}

/// The usable keys of these sources.
pub fn anchors(keys: &[KeySource]) -> Vec<Anchor> {
    let reports = keys.iter().flat_map(|source| &source.keys);
    // A certificate of another key tells nothing of this one.
    let reports = reports.filter(|report| !report.notes.contains(&KeyNote::X5cKey));
    let anchors = reports.filter_map(|report| {
        let certificate = match &report.certificate {
            Some(certificate) => Some(Issuer::of(&certificate::read(&certificate.der)?)),
            None => None,
        };
        Some(Anchor {
            key: report.key.clone()?,
            certificate,
        })
    });
    anchors.collect()
}

/// The certificates of a header's `x5c` (RFC 7515, section 4.1.6); the first alone if one of the others
/// cannot be read or if there are too many.
pub fn certificates(header: &JoseHeader) -> Vec<Certificate> {
    let Some(Value::Array(x5c)) = header.parameters.get("x5c") else {
        return Vec::new();
    };
    let read = |text: &Value| {
        let der = exactly(&BASE64, text.as_str()?.as_bytes())?;
        Some(certificate::read(&der)?.certificate)
    };
    let first = || x5c.first().and_then(read);
    let all = match x5c.len() {
        0..=MAX_CERTIFICATES => x5c.iter().map(read).collect(),
        _ => None,
    };
    all.unwrap_or_else(|| Vec::from_iter(first()))
}

/// The given key in which the chain of these certificates ends: each is signed by the next one, whose name
/// it has as its issuer and which is a CA's; all are valid now.
pub fn anchor(
    certificates: &[Certificate],
    anchors: &[Anchor],
    now: i64,
    work: &mut Work,
) -> Option<Arc<KeyId>> {
    // Read for its names, and once more for its key.
    let bytes = certificates.iter().map(|certificate| certificate.der.len());
    let bytes = bytes.sum::<usize>().saturating_mul(2);
    if anchors.is_empty() || !work.spend(budget::of_parsing(bytes)) {
        return None;
    }
    let chain: Vec<Issued> = certificates
        .iter()
        .map(|certificate| certificate::read(&certificate.der))
        .collect::<Option<_>>()?;
    let leaf = chain.first()?;
    if !leaf.extensions()?.may_sign() || !is_valid(leaf, now) {
        return None;
    }
    // Intermediate certificates between the issuer and the leaf.
    let mut between = 0_u32;
    for (issued, place) in chain.iter().zip(1..) {
        let Some(issuer) = chain.get(place) else {
            let mut anchors = anchors.iter().filter(|anchor| {
                work.spend(1)
                    && anchor.may_issue(issued, between, now)
                    && is_signed_by(issued, &anchor.key, work)
            });
            return anchors.next().map(|anchor| Arc::clone(&anchor.key.id));
        };
        let key = key_of(issuer)?;
        let is_linked = issuer.subject == issued.issuer && is_valid(issuer, now);
        if !is_linked || !is_signed_by(issued, &key, work) {
            return None;
        }
        let extensions = issuer.extensions()?;
        let anchor = anchors.iter().find(|anchor| {
            work.spend(1)
                && anchor.key.id.thumbprint == key.id.thumbprint
                && anchor.may_issue(issued, between, now)
        });
        if let Some(anchor) = anchor {
            let may_issue = issuer.is_old_root() || extensions.may_issue(between);
            return may_issue.then(|| Arc::clone(&anchor.key.id));
        }
        if !extensions.may_issue(between) {
            return None;
        }
        if issuer.subject != issuer.issuer {
            between = between.saturating_add(1);
        }
    }
    None
}

impl Anchor {
    /// Whether the certificate that the key was given in, if any, lets it issue this one.
    fn may_issue(&self, issued: &Issued, between: u32, now: i64) -> bool {
        let Some(own) = &self.certificate else {
            return true;
        };
        let may_issue = own
            .extensions
            .is_some_and(|extensions| own.is_old_root || extensions.may_issue(between));
        let is_valid = (own.not_before..=own.not_after).contains(&now);
        *own.subject == *issued.issuer && is_valid && may_issue
    }
}

impl Issuer {
    fn of(issued: &Issued) -> Self {
        Self {
            subject: issued.subject.into(),
            not_before: issued.certificate.not_before,
            not_after: issued.certificate.not_after,
            is_old_root: issued.is_old_root(),
            extensions: issued.extensions(),
        }
    }
}

fn is_valid(issued: &Issued, now: i64) -> bool {
    (issued.certificate.not_before..=issued.certificate.not_after).contains(&now)
}

/// The key of a certificate, if it can be used at all.
fn key_of(issued: &Issued) -> Option<VerificationKey> {
    let source = KeySource::read("the token header", &issued.certificate.der).ok()?;
    source.keys.into_iter().next()?.key
}

/// Whether the signature of a certificate is by this key.
fn is_signed_by(issued: &Issued, key: &VerificationKey, work: &mut Work) -> bool {
    let is_signed = || {
        let named = Algorithm::named(issued.algorithm?)?;
        let material = key.material();
        let (row, changes, signature) = match material.key_type() {
            KeyType::P256 | KeyType::P384 | KeyType::P521 => {
                // In a certificate, every curve goes with every hash, and signatures are in DER.
                let row = Algorithm::of(material.key_type()).next()?;
                let digest = Digest::of_row(named).filter(|_| named.name.starts_with("ES"))?;
                let other = Digest::of_row(row) != Some(digest);
                let half = row.signature_octets(material) / 2;
                let read = Change::ReadDer { strict: true };
                let signature = replay::signature_bytes(issued.signature, &read, half)?;
                let changes = Vec::from_iter(other.then_some(Change::UseDigest { digest }));
                (row, changes, signature)
            }
            KeyType::Rsa | KeyType::Ed25519 if key.allows(named) => {
                (named, Vec::new(), issued.signature.to_vec())
            }
            KeyType::Rsa | KeyType::Ed25519 | KeyType::Secp256k1 | KeyType::Oct => return None,
        };
        let (message, parameter) = replay::message(issued.signed, &changes, row, material)?;
        Some(row.verify_with(parameter, material, &message, &signature))
    };
    let cost = budget::of_verification(key.material(), issued.signed.len());
    work.spend(cost) && is_signed() == Some(true)
}
