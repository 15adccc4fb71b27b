//! The search for what makes a signature verify: how R and S are written, times what was signed and
//! how it was hashed, times which key. The product is not walked through: `R` and `S` and the key
//! give the point that the hash must lead to, so the points of all signatures and keys are put into
//! one table, and each hash is looked up in it. Equal points are a proof, which the primitive then
//! confirms.

use std::collections::HashMap;
use std::sync::Arc;

use p256::ecdsa::VerifyingKey;

use super::cause::Cause;
use super::signature::Form;
use super::signed::Hashed;
use super::work::{LOOK_UP, MULTIPLICATION, Work};
use crate::algorithm::{ES256, Material, Signed};
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
    /// The plainest signatures and the first keys meet each other first.
    pub fn new(forms: &'s [Form], candidates: &'s [Candidate], work: &mut Work) -> Self {
        /// A file of many keys times a signature that can be read in many ways.
        const MOST: usize = 600;
        /// A signature of 64 octets has so many ways, all of the same kind.
        const PLAIN: usize = 4;
        let lifted: Vec<_> = forms
            .iter()
            .map(|form| {
                let s = curve::scalar(form.s)?;
                if !work.spend(MULTIPLICATION) {
                    return None;
                }
                Some((
                    curve::scalar(form.r)?,
                    curve::multiply(&curve::lift(form.r)?, &s),
                ))
            })
            .collect();
        let mut pairs: Vec<(usize, usize)> = (0..forms.len())
            .filter(|f| lifted.get(*f).is_some_and(Option::is_some))
            .flat_map(|f| (0..candidates.len()).map(move |c| (f, c)))
            .collect();
        pairs.sort_by_key(|(f, c)| (f / PLAIN).saturating_add(*c));
        if pairs.len() > MOST {
            pairs.truncate(MOST);
            work.tried.complete = false;
        }
        pairs.sort_unstable();
        let mut places = Vec::new();
        let mut points = Vec::new();
        // Many forms of one signature have the same R.
        let mut multiples = HashMap::new();
        for (f, c) in pairs {
            let (Some(Some((r, s_times_lifted))), Some(candidate)) =
                (lifted.get(f), candidates.get(c))
            else {
                continue;
            };
            if !work.spend(MULTIPLICATION) {
                break;
            }
            let r_times_key = multiples
                .entry((r.to_bytes(), c))
                .or_insert_with(|| curve::times_key(&candidate.key, r));
            points.extend(curve::targets(s_times_lifted, r_times_key));
            places.extend([(f, c); 2]);
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

    /// How many signatures under how many keys.
    pub fn pairs(&self) -> u64 {
        let pairs = self.forms.len().saturating_mul(self.candidates.len());
        u64::try_from(pairs).unwrap_or(u64::MAX)
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
                    detail: hashed.detail.map(str::to_owned),
                })
            });
        met.min_by_key(|proof| proof.causes.len())
    }
}

/// Looks hashes up, those with the fewest changes first, until no smaller proof can come.
pub fn meet(targets: &Targets, hashes: &[Hashed], work: &mut Work) -> Option<Proof> {
    let mut best: Option<Proof> = None;
    for level in hashes.chunk_by(|a, b| a.causes.len() == b.causes.len()) {
        let changes = level.first().map_or(0, |hashed| hashed.causes.len());
        let count = u64::try_from(level.len()).unwrap_or(u64::MAX);
        let is_best = best
            .as_ref()
            .is_some_and(|best| best.causes.len() <= changes);
        if is_best || !work.spend(count.saturating_mul(LOOK_UP)) {
            break;
        }
        let found = targets.meet(level);
        work.count(count.saturating_mul(targets.pairs()));
        let is_better = match (&best, &found) {
            (Some(best), Some(found)) => found.causes.len() < best.causes.len(),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if is_better {
            best = found;
        }
    }
    best
}

/// What the algorithm itself says.
pub fn verifies(key: &VerifyingKey, form: &Form, prehash: Prehash) -> bool {
    let signature = [form.r, form.s].concat();
    ES256.verify(&Material::P256(*key), Signed::Prehash(&prehash), &signature)
}
