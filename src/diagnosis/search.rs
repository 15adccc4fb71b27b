//! The search for what makes a signature verify: how R and S are written, times what was signed and
//! how it was hashed, times which key. The product is not walked through: `R` and `S` and the key
//! give the point that the hash must lead to, so the points of all signatures and keys are put into
//! one table, and each hash is looked up in it. Equal points are a proof, which the primitive then
//! confirms.

use std::collections::HashMap;
use std::sync::Arc;

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};

use super::cause::Cause;
use super::signature::Form;
use super::signed::Hashed;
use crate::curve::{self, Compressed, Prehash};
use crate::key::KeyId;

/// A key that may have signed.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Why it is not simply one of the keys given.
    pub causes: Vec<Cause>,
    pub key: VerifyingKey,
    pub id: Arc<KeyId>,
}

/// What makes the signature verify.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Every change that is needed.
    pub causes: Vec<Cause>,
    pub key: Arc<KeyId>,
    /// What no row of a table can say: a place, a character.
    pub detail: Option<String>,
}

/// Signatures times keys, ready to meet any number of hashes.
pub struct Targets<'s> {
    forms: &'s [Form],
    candidates: &'s [Candidate],
    points: HashMap<Compressed, (usize, usize)>,
}

impl<'s> Targets<'s> {
    pub fn new(forms: &'s [Form], candidates: &'s [Candidate]) -> Self {
        let mut places = Vec::new();
        let mut points = Vec::new();
        for (f, form) in forms.iter().enumerate() {
            let (Some(r), Some(s), Some(lifted)) = (
                curve::scalar(form.r),
                curve::scalar(form.s),
                curve::lift(form.r),
            ) else {
                continue;
            };
            let s_times_lifted = curve::multiply(&lifted, &s);
            for (c, candidate) in candidates.iter().enumerate() {
                let r_times_key = curve::times_key(&candidate.key, &r);
                points.extend(curve::targets(&s_times_lifted, &r_times_key));
                places.extend([(f, c); 2]);
            }
        }
        let mut found = HashMap::new();
        for (point, place) in curve::compressed(&points).into_iter().zip(places) {
            // The plainest form and key of a point stay.
            found.entry(point).or_insert(place);
        }
        Self {
            forms,
            candidates,
            points: found,
        }
    }

    /// Whether any signature can be one at all: its r is the x of a point.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Looks each hash up; the proof with the fewest changes.
    pub fn meet(&self, hashes: &[Hashed]) -> Option<Proof> {
        if self.is_empty() {
            return None;
        }
        let points =
            curve::all_times_generator(hashes.iter().map(|hashed| curve::hash(hashed.prehash)));
        let met = curve::compressed(&points)
            .into_iter()
            .zip(hashes)
            .filter_map(|(point, hashed)| {
                let (f, c) = *self.points.get(&point)?;
                let (form, candidate) = (self.forms.get(f)?, self.candidates.get(c)?);
                verifies(&candidate.key, form, hashed.prehash).then(|| Proof {
                    causes: [&form.causes[..], &hashed.causes, &candidate.causes].concat(),
                    key: Arc::clone(&candidate.id),
                    detail: hashed
                        .as_written
                        .then(|| "signed as it is written".to_owned()),
                })
            });
        met.min_by_key(|proof| proof.causes.len())
    }
}

/// What p256 itself says.
pub fn verifies(key: &VerifyingKey, form: &Form, prehash: Prehash) -> bool {
    Signature::from_scalars(form.r, form.s)
        .is_ok_and(|signature| key.verify_prehash(&prehash, &signature).is_ok())
}
