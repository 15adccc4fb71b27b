//! Signatures of keys that are not on P-256: every form of the signature with every text, hash and key, those
//! with the fewest changes first. What P-256 can do faster is in `search`; an RSA signature tells by itself
//! what it is of (`rsa`).

mod encoded_message;
mod target;

use super::alg::{is_other_algorithm, rows};
use super::change::Change;
use super::digest::Digest;
use super::notation::Notation;
use super::proof::{Proof, Signer};
use super::replay::{self, SecretForm};
use super::search::Case;
use super::signature_encodings;
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
        for target in targets.iter().rev().filter(|target| !rsa(target)) {
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

/// Every key in every form that its signature and, if it is a secret, it itself may have.
fn targets<'s>(case: Case, suspects: &'s [Suspect<Material>], work: &mut Work) -> Vec<Target<'s>> {
    let segment = &case.reading.segments.signature;
    suspects
        .iter()
        .flat_map(|suspect| {
            let key = suspect.key();
            let length = signature_length(key);
            let forms = signature_encodings::forms_for(segment, key.key_type(), length, work);
            let plain = Target {
                suspect,
                secret: None,
                key: key.clone(),
                forms: forms.clone(),
            };
            let Material::Oct(secret) = key else {
                return vec![plain];
            };
            let changed = SecretForm::ALL.into_iter().filter_map(|form| {
                if !work.spend(work::of_verification(key, 0)) {
                    return None;
                }
                let octets = form.apply(secret.octets())?;
                Some(Target {
                    suspect,
                    secret: Some(form),
                    key: Material::Oct(octets.to_vec().into()),
                    forms: forms.clone(),
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
        for (of_form, signature) in &self.forms {
            let Some(left) = left.checked_sub(of_form.len()) else {
                continue;
            };
            for (of_row, row) in rows(input.alg.as_deref(), key_type) {
                let is_other = of_row.iter().any(is_other_algorithm);
                let is_of_length = row.signature_octets(&self.key) == signature.len()
                    && self.suspect.is_for(row, is_other);
                let Some(left) = left.checked_sub(of_row.len()).filter(|_| is_of_length) else {
                    continue;
                };
                let ways = match left {
                    0 => vec![Vec::new()],
                    1 if input.is_likely => ways(row),
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
    let digests = [Digest::Sha256, Digest::Sha384, Digest::Sha512, Digest::Sha1];
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
