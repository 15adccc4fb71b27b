//! Signatures of keys that are not on P-256: every form of the signature with every text, hash and key, those
//! with the fewest changes first. What P-256 can do faster is in `search`, and in `ecdsa` for the other curves;
//! an RSA signature tells by itself what it is of (`encoded_message`).

mod damage;
mod ecdsa;
mod encoded_message;
mod target;

use std::sync::Arc;

use super::alg::{is_other_algorithm, rows};
use super::cause::Cause;
use super::change::Change;
use super::digest::Digest;
use super::notation::Notation;
use super::proof::{Proof, Signer};
use super::replay::{self, SecretForm};
use super::search::Case;
use super::signature_encodings::{self, Bytes};
use super::signer::Suspect;
use super::signing_inputs::Input;
use super::work::{self, Work};
use target::Target;

use crate::algorithm::{Algorithm, KeyType, Material};

/// So much is spent on the signatures of one token, in units of work.
const SHARE: u64 = 130_000;

/// More changes at once to text, hash, signature and secret are not looked for.
const MAX_CHANGES: usize = 3;

/// So many ways to hash a text are tried together with another change.
const LIKELY_WAYS: usize = 6;

/// The proof with the fewest changes that a key of another type than P-256 signed the token.
pub fn search(
    case: Case,
    inputs: &[Input],
    suspects: &[Suspect<Material>],
    work: &mut Work,
) -> Option<Proof> {
    let kept = work.left().saturating_sub(SHARE);
    let targets = targets(case, suspects, work);
    let rsa = |target: &&Target| target.key.key_type() == KeyType::Rsa;
    let opened = targets.iter().filter(rsa);
    let opened: Vec<_> = opened
        .flat_map(|target| encoded_message::opened(target, work))
        .collect();
    if let Some(proof) = encoded_message::search(case, inputs, &opened, work) {
        return Some(proof);
    }
    if let Some(proof) = ecdsa::search(case, inputs, &targets, kept, work) {
        return Some(proof);
    }
    let one_by_one = |target: &&Target| !rsa(target) && !ecdsa::has_curve(target);
    // Header and payload in other spellings are many, so that pairs of what is likelier come before them.
    let phases = [
        (true, 0..=2),
        (false, 0..=MAX_CHANGES),
        (true, 3..=MAX_CHANGES),
    ];
    let phases = phases.into_iter();
    let phases =
        phases.flat_map(|(is_likely, changes)| changes.map(move |count| (is_likely, count)));
    for (is_likely, changes) in phases {
        // A key that is a change itself leaves fewer others to be tried with it.
        for target in targets.iter().rev().filter(one_by_one) {
            for input in inputs.iter().filter(|input| input.is_likely == is_likely) {
                if work.left() <= kept || !work.spend(1) {
                    work.leave_out();
                    return None;
                }
                let proof = target.meet(case, input, changes, work);
                if proof.is_some() {
                    return proof;
                }
            }
        }
    }
    None
}

/// The proof that one character of header or payload was altered: of RSA, whose signatures tell what they
/// are of, and of MACs, which are fast; of Ed25519 if there is time.
pub fn damaged(case: Case, suspects: &[Suspect<Material>], work: &mut Work) -> Option<Proof> {
    let targets = targets(case, suspects, work);
    let opened = targets
        .iter()
        .filter(|target| target.key.key_type() == KeyType::Rsa)
        .flat_map(|target| encoded_message::opened(target, work))
        .collect::<Vec<_>>();
    damage::search(case, &targets, &opened, work)
}

/// Every key in every form that its signature and, if it is a secret, it itself may have.
fn targets<'s>(case: Case, suspects: &'s [Suspect<Material>], work: &mut Work) -> Vec<Target<'s>> {
    let segment = &case.reading.segments.signature;
    // Keys of one size have the same forms.
    let mut read: Vec<(KeyType, usize, Arc<[Bytes]>)> = Vec::new();
    suspects
        .iter()
        .flat_map(|suspect| {
            let key = suspect.key();
            let (key_type, length) = (key.key_type(), signature_length(key));
            let is_it = |(of, with, _): &&(KeyType, usize, _)| (*of, *with) == (key_type, length);
            let forms = if let Some((.., forms)) = read.iter().find(is_it) {
                Arc::clone(forms)
            } else {
                let forms: Arc<[Bytes]> =
                    signature_encodings::forms_for(segment, key_type, length, work).into();
                read.push((key_type, length, Arc::clone(&forms)));
                forms
            };
            let plain = Target {
                suspect,
                secret: None,
                key: key.clone(),
                forms: Arc::clone(&forms),
            };
            let Material::Oct(secret) = key else {
                return vec![plain];
            };
            let changed = SecretForm::ALL.into_iter().rev().filter_map(|form| {
                if !work.spend(work::of_verification(key, 0)) {
                    return None;
                }
                let octets = form.apply(secret.octets())?;
                Some(Target {
                    suspect,
                    secret: Some(form),
                    key: Material::Oct(octets.to_vec().into()),
                    forms: Arc::clone(&forms),
                })
            });
            std::iter::once(plain).chain(changed).collect()
        })
        .collect()
}

/// The length of a signature; of a MAC the longest.
fn signature_length(key: &Material) -> usize {
    let lengths = Algorithm::of(key.key_type()).map(|row| row.signature_octets(key));
    lengths.max().unwrap_or_default()
}

impl Target<'_> {
    /// Asks about one text with exactly so many changes to it, to the hash, the signature and the secret.
    fn meet(&self, case: Case, input: &Input, changes: usize, work: &mut Work) -> Option<Proof> {
        let of_secret = usize::from(self.secret.is_some());
        let of_key = self.suspect.changes().len().saturating_add(of_secret);
        let least = input.changes.len().saturating_add(of_key);
        let left = changes.checked_sub(least)?;
        let key_type = self.key.key_type();
        for (of_form, signature) in self.forms.iter() {
            let Some(left) = left.checked_sub(of_form.len()) else {
                continue;
            };
            for (of_row, row) in rows(input.alg.as_deref(), key_type) {
                let is_other = of_row.iter().any(is_other_algorithm);
                let is_for = self.suspect.is_for(row, is_other);
                let Some(left) = left.checked_sub(of_row.len()).filter(|_| is_for) else {
                    continue;
                };
                let is_of_length = row.signature_octets(&self.key) == signature.len();
                let ways = match left {
                    0 if is_of_length => vec![Vec::new()],
                    1 => {
                        let others = other_macs(row, &self.key, signature.len());
                        let is_likely = is_of_length && input.is_likely;
                        let ways = Vec::from_iter(is_likely.then(|| ways(row)));
                        ways.into_iter().flatten().chain(others).collect()
                    }
                    _ => continue,
                };
                let count = if changes > 1 { LIKELY_WAYS } else { usize::MAX };
                for of_hash in ways.into_iter().take(count) {
                    let of_hash = [&of_row[..], &of_hash].concat();
                    let (message, parameter) =
                        replay::message(&input.text, &of_hash, row, &self.key)?;
                    if !work.spend(work::of_verification(&self.key, input.text.len())) {
                        return None;
                    }
                    work.count(1);
                    if row.verify_with(parameter, &self.key, &message, signature) {
                        let of_input = [&input.changes[..], &of_hash].concat();
                        let signer = Signer::Key(&self.signer());
                        let proof = case.prove(of_form, &of_input, signer, work);
                        if proof.is_some() {
                            return proof;
                        }
                    }
                }
            }
        }
        None
    }
}

/// What a MAC may be that has another length than those of its row.
fn other_macs(row: &Algorithm, key: &Material, length: usize) -> Vec<Vec<Change>> {
    let whole = row.signature_octets(key);
    if row.key_type != KeyType::Oct {
        return Vec::new();
    }
    let is_half = length.saturating_mul(2) == whole;
    let cause = if is_half {
        Cause::MacTruncated
    } else {
        Cause::Truncated
    };
    let truncated = (length < whole).then_some(Change::TruncateMac { cause, length });
    let digests = [Digest::Sha1, Digest::Sha224, Digest::Sha512_256];
    let others = digests
        .into_iter()
        .filter(|digest| digest.length() == length)
        .map(|digest| Change::UseDigest { digest });
    let all = truncated.into_iter().chain(others);
    all.map(|change| vec![change]).collect()
}

/// How a text may have been hashed otherwise, or before the algorithm did what it does with it.
fn ways(row: &Algorithm) -> Vec<Vec<Change>> {
    const TEXTS: [Option<Notation>; 4] = [
        None,
        Some(Notation::Hex),
        Some(Notation::Base64),
        Some(Notation::Base64url),
    ];
    let mut ways = Vec::new();
    let own = Digest::of_row(row);
    let digests = [
        Digest::Sha256,
        Digest::Sha384,
        Digest::Sha512,
        Digest::Sha1,
        Digest::Sha3_256,
        Digest::Sha512_256,
        Digest::Sha224,
    ];
    let first = match own {
        Some(own) => vec![own, Digest::Sha256],
        None => vec![Digest::Sha256, Digest::Sha512],
    };
    for notation in TEXTS {
        for digest in &first {
            let digest = *digest;
            let first = vec![Change::HashFirst { digest, notation }];
            if !ways.contains(&first) {
                ways.push(first);
            }
        }
    }
    if own.is_some() {
        let others = digests.into_iter().filter(|digest| Some(*digest) != own);
        let others = others.map(|digest| vec![Change::UseDigest { digest }]);
        ways.splice(1..1, others.collect::<Vec<_>>());
    }
    ways
}
