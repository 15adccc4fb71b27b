//! The keys that a signature leads to (SEC 1, section 4.1.6): two for each form and hash. A key so
//! recovered verifies by construction, so that it proves nothing by itself; it does if it is a key that
//! was given, or one that the token itself names.

use std::collections::HashMap;

use crate::curve::{self, Coordinates};
use crate::debug::budget::{self, INVERSION, LIFT, MULTIPLICATION, Work};
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::signature_encodings::SignatureForm;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signer::named_keys::Name;
use crate::debug::signing_inputs::Hashed;
use crate::key::thumbprint;

/// So much is spent on comparing keys, in units of work.
const SHARE: u64 = 60_000;

/// So many hashes at once.
const AT_ONCE: usize = 256;

/// Keys by their coordinates, however many there are.
#[derive(Clone, Debug)]
pub struct Index {
    suspects: HashMap<Coordinates, Vec<Suspect>>,
}

impl Index {
    pub fn new(suspects: &[Suspect]) -> Self {
        let mut index: HashMap<Coordinates, Vec<Suspect>> = HashMap::new();
        for suspect in suspects {
            if let Some(coordinates) = curve::coordinates(suspect.key()) {
                index.entry(coordinates).or_default().push(suspect.clone());
            }
        }
        Self { suspects: index }
    }

    pub fn is_empty(&self) -> bool {
        self.suspects.is_empty()
    }
}

/// Compares every key that these signatures and hashes lead to with those of the index and with those
/// that the token names.
pub fn meet(
    case: Case,
    forms: &[SignatureForm],
    hashes: &[Hashed],
    index: &Index,
    names: &[Name],
    work: &mut Work,
) -> Option<Proof> {
    let kept = work.left().saturating_sub(SHARE);
    for hashes in hashes.chunk_by(|a, b| a.changes.len() == b.changes.len()) {
        for form in forms {
            for hashes in hashes.chunks(AT_ONCE) {
                if work.left() < kept {
                    work.leave_out();
                    return None;
                }
                for (hashed, coordinates) in recovered(form, hashes, work) {
                    let known = index.suspects.get(&coordinates);
                    let suspects = known
                        .into_iter()
                        .flatten()
                        .cloned()
                        .chain(named(&coordinates, names));
                    for suspect in suspects {
                        let signer = Signer::Suspect(&suspect);
                        let proof = case.prove(&form.changes, &hashed.changes, signer, work);
                        if proof.is_some() {
                            return proof;
                        }
                    }
                }
            }
        }
    }
    None
}

/// The key with these coordinates, for each place at which the token names it.
fn named(coordinates: &Coordinates, names: &[Name]) -> Vec<Suspect> {
    if names.is_empty() {
        return Vec::new();
    }
    let Some(thumbprint) = thumbprint::of_p256(coordinates) else {
        return Vec::new();
    };
    names
        .iter()
        .filter(|name| name.thumbprint() == &*thumbprint)
        .filter_map(|name| Some(Suspect::recovered(curve::key_at(coordinates)?, Some(name))))
        .collect()
}

/// The keys under which this signature verifies one of these hashes.
fn recovered<'h>(
    form: &SignatureForm,
    hashes: &'h [Hashed],
    work: &mut Work,
) -> Vec<(&'h Hashed, Coordinates)> {
    /// Two additions, their normalization and a thumbprint or two.
    const OF_A_HASH: u64 = 10;
    const OF_ALL: u64 = MULTIPLICATION + 2 * INVERSION;
    let count = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
    let cost = count.saturating_mul(OF_A_HASH).saturating_add(OF_ALL);
    let cost = cost.saturating_add(budget::of_look_ups(hashes.len()));
    if !work.spend(LIFT) {
        return Vec::new();
    }
    let (Some(r), Some(s), Some(lifted)) = (
        curve::scalar(form.r),
        curve::scalar(form.s),
        curve::lift(form.r),
    ) else {
        return Vec::new();
    };
    if !work.spend(cost) {
        return Vec::new();
    }
    work.count(count);
    let prehashes = hashes.iter().map(|hashed| curve::hash(hashed.prehash));
    let keys = curve::recovered(&r, &s, &lifted, prehashes);
    let of_each = hashes.iter().zip(keys);
    let keys = of_each.flat_map(|(hashed, keys)| keys.map(|key| Some((hashed, key?))));
    keys.flatten().collect()
}

/// The proofs that a signature verifies under a key that it leads to.
pub fn proofs(case: Case, form: &SignatureForm, hashes: &[Hashed], work: &mut Work) -> Vec<Proof> {
    let recovered = recovered(form, hashes, work).into_iter();
    recovered
        .filter_map(|(hashed, coordinates)| {
            let suspect = Suspect::recovered(curve::key_at(&coordinates)?, None);
            let signer = Signer::Suspect(&suspect);
            case.prove(&form.changes, &hashed.changes, signer, work)
        })
        .collect()
}
