//! The search for what makes a signature verify: how R and S are written, times what was signed and
//! how it was hashed, times which key. Not every combination is tried: `R`, `S` and the key give the target point of the
//! hash, so the target points of all signatures and keys are put into one hash map, and each hash is
//! looked up in it. Equal points are replayed to become a proof.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::budget::{self, LIFT, MULTIPLICATION, PROOF, Work};
use super::change::Change;
use super::proof::{Proof, Signer};
use super::reading::Reading;
use super::reading::signature_encodings::SignatureForm;
use super::signer::Suspect;
use super::signing_inputs::Hashed;
use crate::curve::{self, Compressed};

/// A token as it came in, read in one way: what proofs are about.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    pub token: &'c [u8],
    pub reading: &'c Reading,
}

impl Case<'_> {
    /// The proof that the signature verifies with these changes, and those of the reading.
    pub fn prove(
        &self,
        of_signature: &[Change],
        of_input: &[Change],
        signer: Signer,
        work: &mut Work,
    ) -> Option<Proof> {
        let text = budget::of_parsing(self.token.len());
        let cost = PROOF.saturating_add(text).saturating_add(signer.cost());
        // Read for the proof, again by `verify`, and compared if they are written otherwise.
        if !work.spend(cost) || self.reading.content(work).is_none() {
            return None;
        }
        let changes = [&self.reading.changes[..], of_signature, of_input].concat();
        Proof::of(self.token, changes, signer)
    }
}

/// Signatures times keys, ready to meet any number of hashes.
pub struct Targets<'s> {
    forms: &'s [SignatureForm],
    suspects: &'s [Suspect],
    points: HashMap<Compressed, (usize, usize)>,
}

/// A signature, a hash and a key that fit.
pub struct Met<'m> {
    pub form: &'m SignatureForm,
    pub hashed: &'m Hashed,
    pub suspect: &'m Suspect,
}

impl Met<'_> {
    pub fn prove(&self, case: Case, work: &mut Work) -> Option<Proof> {
        let signer = Signer::Suspect(self.suspect);
        case.prove(&self.form.changes, &self.hashed.changes, signer, work)
    }
}

impl<'s> Targets<'s> {
    /// The plainest signatures and the first keys meet each other first.
    pub fn new(forms: &'s [SignatureForm], suspects: &'s [Suspect], work: &mut Work) -> Self {
        /// A file of many keys times a signature that can be read in many ways.
        const MAX_PAIRS: usize = 600;
        /// A signature of 64 bytes has so many ways, all of the same kind.
        const PLAIN: usize = 4;
        /// Two sums. All points are normalized together in the end.
        const OF_A_PAIR: u64 = 4;
        let lifted: Vec<_> = forms
            .iter()
            .map(|form| {
                let (r, s) = (curve::scalar(form.r)?, curve::scalar(form.s)?);
                if suspects.is_empty() || !work.spend(LIFT) {
                    return None;
                }
                // Half of all numbers are no x of a point.
                let lifted = curve::lift(form.r)?;
                let is_paid = work.spend(MULTIPLICATION);
                is_paid.then(|| (r, curve::multiply(&lifted, &s)))
            })
            .collect();
        let mut pairs: Vec<(usize, usize)> = (0..forms.len())
            .filter(|f| lifted.get(*f).is_some_and(Option::is_some))
            .flat_map(|f| (0..suspects.len()).map(move |c| (f, c)))
            .collect();
        // The plainest form meets every key, so that none is left out altogether.
        pairs.sort_by_cached_key(|(f, c)| (*f > 0, (f / PLAIN).saturating_add(*c)));
        if pairs.len() > MAX_PAIRS {
            pairs.truncate(MAX_PAIRS);
            work.leave_out();
        }
        pairs.sort_unstable();
        let mut places = Vec::new();
        let mut points = Vec::new();
        // Many forms of one signature have the same R.
        let mut multiples = HashMap::new();
        for (f, c) in pairs {
            let (Some(Some((r, s_times_lifted))), Some(suspect)) = (lifted.get(f), suspects.get(c))
            else {
                continue;
            };
            let multiple = multiples.entry((r.to_bytes(), c));
            let of_multiple = match &multiple {
                Entry::Occupied(_) => 0,
                Entry::Vacant(_) => MULTIPLICATION,
            };
            if !work.spend(of_multiple.saturating_add(OF_A_PAIR)) {
                break;
            }
            let r_times_key = multiple.or_insert_with(|| curve::times_key(suspect.key(), r));
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
            suspects,
            points: found,
        }
    }

    /// Whether no signature can be one at all: no r is the x of a point.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Looks each hash up, if that can be paid for.
    pub fn meet<'m>(&'m self, hashes: &'m [Hashed], work: &mut Work) -> Option<Vec<Met<'m>>> {
        let count = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
        let pairs = self.forms.len().saturating_mul(self.suspects.len());
        let pairs = u64::try_from(pairs).unwrap_or(u64::MAX);
        let cost = if self.is_empty() {
            1
        } else {
            budget::of_look_ups(hashes.len())
        };
        if !work.spend(cost) {
            return None;
        }
        work.count(count.saturating_mul(pairs));
        if self.is_empty() {
            return Some(Vec::new());
        }
        let points =
            curve::all_times_generator(hashes.iter().map(|hashed| curve::hash(hashed.prehash)));
        let points = curve::compressed(&points);
        let met = hashes.iter().zip(&points).filter_map(|(hashed, point)| {
            let (form, suspect) = self.points.get(point)?;
            Some(Met {
                form: self.forms.get(*form)?,
                hashed,
                suspect: self.suspects.get(*suspect)?,
            })
        });
        Some(met.collect())
    }
}

/// Looks hashes up, those with the fewest changes first, until no smaller proof can come. Returns the proof, and the
/// most changes that a hash it looked up has.
pub fn meet(
    case: Case,
    targets: &Targets,
    hashes: &[Hashed],
    work: &mut Work,
) -> (Option<Proof>, usize) {
    let mut best: Option<Proof> = None;
    let mut most = 0;
    let size = |proof: &Proof| proof.changes().len();
    for level in hashes.chunk_by(|a, b| a.changes.len() == b.changes.len()) {
        let changes = level.first().map_or(0, |hashed| hashed.changes.len());
        let least = case.reading.changes.len().saturating_add(changes);
        if best.as_ref().is_some_and(|best| size(best) <= least) {
            break;
        }
        let Some(met) = targets.meet(level, work) else {
            break;
        };
        most = changes;
        let proofs = met.iter().filter_map(|met| met.prove(case, work));
        best = best.into_iter().chain(proofs).min_by_key(size);
    }
    (best, most)
}
