//! One character of the token that was changed, lost or added, in a signature of 64 bytes and in DER.
//!
//! In the signature the candidates differ by a multiple of a power of two, so that each costs an addition of points
//! instead of a verification: with R known, `s R` must be `±(e G + r Q)`. With S known, `(e G + r Q) / s` must have r
//! as its x: the points `r Q / s` are the same for all hashes, and three products of field elements compare each
//! with a hash. In header and payload each candidate is a hash to be looked up.

use std::cmp::Ordering;
use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::relation;
use super::signature_layout::{Layout, values};
use crate::curve::{self, Multiple, Point, Summand};
use crate::debug::alteration::{Alteration, contents};
use crate::debug::budget::{self, INVERSION, LIFT, MULTIPLICATION, Work};
use crate::debug::change::Change;
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::base64url_lenient;
use crate::debug::reading::signature_encodings::{self, SignatureForm, stray_bits};
use crate::debug::replay::HALF;
use crate::debug::search::{Case, Targets};
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::Hashed;
use crate::debug::signing_inputs::digest::Digest;

/// Looks for one altered character in the signature segment.
pub fn in_signature(
    case: Case,
    hashes: &[Hashed],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    let segment = case.reading.segments.signature.as_str();
    let values = values(segment)?;
    let (first, _) = hashes.split_first()?;
    if suspects.is_empty() {
        return None;
    }
    let mut layouts = Layout::all();
    layouts.sort_by_cached_key(|layout| !layout.begins_exactly(&values));
    let searches = layouts.iter().filter_map(|layout| {
        let alteration: fn(usize) -> Alteration = match segment.len().cmp(&layout.characters) {
            Ordering::Less => Alteration::Lost,
            Ordering::Equal => Alteration::Replaced,
            Ordering::Greater => Alteration::Added,
        };
        let is_near = layout.characters.abs_diff(segment.len()) <= 1;
        // Three faults at once are not looked for.
        let hashes = if layout.is_swapped() {
            std::slice::from_ref(first)
        } else {
            hashes
        };
        (is_near && layout.begins(&values)).then_some(EditSearch {
            case,
            layout,
            segment,
            alteration,
            hashes,
            suspects,
        })
    });
    let searches: Vec<EditSearch> = searches.collect();
    let found = searches.iter().find_map(|search| search.likely(work));
    found.or_else(|| searches.iter().find_map(|search| search.rest(work)))
}

/// Looks for another character at any place, in a signature of any length.
pub fn in_any_character(
    case: Case,
    hashes: &[Hashed],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    /// DER and base64 of it are not longer; RSA signatures are.
    const MAX_INPUT: usize = 140;
    let segment = case.reading.segments.signature.as_str();
    if matches!(segment.len(), 85..=87) || segment.len() > MAX_INPUT {
        return None;
    }
    (0..segment.len()).find_map(|at| {
        let alteration = Alteration::Replaced(at);
        let mut forms = Vec::new();
        for character in base64url_lenient::characters() {
            let change = alteration.of_signature(segment, character)?;
            let text = alteration.undo(segment, character)?.apply(segment)?;
            for form in signature_encodings::forms(&text, work) {
                let changes = [std::slice::from_ref(&change), &form.changes].concat();
                forms.push(SignatureForm { changes, ..form });
            }
        }
        one_of(case, &forms, hashes, suspects, work)
    })
}

/// The form that verifies.
pub fn one_of(
    case: Case,
    forms: &[SignatureForm],
    hashes: &[Hashed],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    let targets = Targets::new(forms, suspects, work);
    let met = targets.meet(hashes, work)?;
    met.iter().find_map(|met| met.prove(case, work))
}

/// A search for one character of a signature.
struct EditSearch<'e> {
    case: Case<'e>,
    layout: &'e Layout,
    segment: &'e str,
    alteration: fn(usize) -> Alteration,
    hashes: &'e [Hashed],
    suspects: &'e [Suspect],
}

impl EditSearch<'_> {
    /// R and S, if the character stood there.
    fn numbers(&self, at: usize, character: char) -> Option<[[u8; HALF]; 2]> {
        let edit = (self.alteration)(at).undo(self.segment, character)?;
        self.layout.numbers(&edit.apply(self.segment)?)
    }

    /// The changes that put the character there.
    fn changes(&self, at: usize, character: char) -> Option<Vec<Change>> {
        let alteration = (self.alteration)(at);
        let text = alteration
            .undo(self.segment, character)?
            .apply(self.segment)?;
        let edit = alteration.of_signature(self.segment, character)?;
        let changes = [edit]
            .into_iter()
            .chain(stray_bits(&text).into_iter().flatten());
        Some(changes.chain(self.layout.changes.iter().cloned()).collect())
    }

    /// What takes little for each key: every place where a character is too many, or else all of S, and R with the
    /// likeliest hash.
    fn likely(&self, work: &mut Work) -> Option<Proof> {
        if self.segment.len() > self.layout.characters {
            return self.one_by_one((0..self.segment.len()).collect(), 1, work);
        }
        // Of the last character, only a few bits count.
        let [_, second] = self.layout.in_order();
        self.one_by_one(vec![second.places().1], 64, work)
            .or_else(|| self.in_s(work))
            .or_else(|| self.in_r(self.likeliest().0, work))
    }

    /// The characters that count for R and for S, or for one of them in part, and R with the other hashes.
    fn rest(&self, work: &mut Work) -> Option<Proof> {
        if self.segment.len() > self.layout.characters {
            return None;
        }
        let [first, second] = self.layout.in_order();
        let in_part = (!first.bit.is_multiple_of(6)).then_some(first.places().0);
        let between = first.places().1..=second.places().0;
        let places = in_part.into_iter().chain(between);
        self.one_by_one(places.collect(), 64, work)
            .or_else(|| self.in_r(self.likeliest().1, work))
    }

    /// The hashes that each key is asked about before one is about the others; of one key, all.
    fn likeliest(&self) -> (&[Hashed], &[Hashed]) {
        let count = match self.suspects {
            [_] => self.hashes.len(),
            _ => 1,
        };
        self.hashes.split_at_checked(count).unwrap_or_default()
    }

    /// Places of which there are few enough to be tried like any other signature.
    fn one_by_one(&self, places: Vec<usize>, characters: usize, work: &mut Work) -> Option<Proof> {
        let mut forms: Vec<SignatureForm> = Vec::new();
        for at in places {
            if !work.spend(u64::try_from(characters).unwrap_or(u64::MAX)) {
                return None;
            }
            for character in base64url_lenient::characters().take(characters) {
                let changes = self.changes(at, character);
                let form = changes.and_then(|changes| SignatureForm::of(self.segment, changes));
                // Those that make no difference for R and S are one candidate.
                let is_new = |form: &SignatureForm| {
                    !forms
                        .iter()
                        .any(|known| (known.r, known.s) == (form.r, form.s))
                };
                forms.extend(form.filter(is_new));
            }
        }
        one_of(self.case, &forms, self.hashes, self.suspects, work)
    }

    /// R is as it was: `s R = ±(e G + r Q)`, for every hash and key at once.
    fn in_s(&self, work: &mut Work) -> Option<Proof> {
        const OF_A_KEY: u64 = MULTIPLICATION + INVERSION;
        /// An addition, and its normalization.
        const OF_A_SUM: u64 = 3;
        let (from, last) = self.layout.s.whole_places();
        let [known_r, _] = self.numbers(last.checked_sub(1)?, 'A')?;
        if !work.spend(LIFT) {
            return None;
        }
        let (lifted, r) = (curve::lift(known_r)?, curve::scalar(known_r)?);
        let mut sums = Vec::new();
        let mut places = Vec::new();
        let hashes = u64::try_from(self.hashes.len()).unwrap_or(u64::MAX);
        if !work.spend(budget::of_look_ups(self.hashes.len())) {
            return None;
        }
        let points = relation::points(self.hashes);
        for suspect in self.suspects {
            let cost = hashes.saturating_mul(OF_A_SUM).saturating_add(OF_A_KEY);
            if !work.spend(cost) {
                break;
            }
            sums.extend(relation::sums(&points, suspect.key(), &r));
            places.extend(self.hashes.iter().map(|hashed| (hashed, suspect)));
        }
        let sums: HashMap<[u8; 32], (&Hashed, &Suspect)> =
            curve::abscissas(&sums).into_iter().zip(places).collect();
        if sums.is_empty() || !work.spend(Steps::COST) {
            return None;
        }

        // Each step of a character is the same multiple of R.
        let [_, first_s] = self.numbers(from, 'A')?;
        let start = curve::multiply(&lifted, &curve::hash(first_s));
        let steps = Steps {
            segment: self.segment,
            alteration: self.alteration,
            doublings: &curve::doublings(&lifted, 256),
            lowest: self.layout.s.end().checked_sub(6)?,
        };
        work.count(Steps::count(&(from..last)));
        let mut proof = None;
        steps.walk(from..last, start, &mut |at, points| {
            for (value, x) in (0..64).zip(curve::abscissas(points)) {
                if let (None, Some((hashed, suspect))) = (&proof, sums.get(&x)) {
                    proof = self.prove(at, value, hashed, suspect, work);
                }
            }
        });
        proof
    }

    /// S is as it was: `(e G + r Q) / s` must have r as its x, for each hash and key. What r is with each
    /// character at each place, and that multiple of `Q / s`, is the same for all hashes.
    fn in_r(&self, hashes: &[Hashed], work: &mut Work) -> Option<Proof> {
        /// A segment is written and read.
        const OF_A_PLACE: u64 = 8;
        /// A point is normalized.
        const OF_A_MULTIPLE: u64 = 1;
        /// So many comparisons cost as much as an addition.
        const COMPARISONS: u64 = 4;
        /// Each hash takes a comparison of each character at each place: only so many are likely enough.
        const MAX_HASHES: usize = 48;
        let (from, last) = self.layout.r.whole_places();
        let [known_r, known_s] = self.numbers(from, 'A')?;
        let hashes = hashes.get(..MAX_HASHES).unwrap_or(hashes);
        if hashes.is_empty() {
            return None;
        }
        let count = Steps::count(&(from..last));
        let places = u64::try_from(last.saturating_sub(from)).unwrap_or(u64::MAX);
        let cost = places.saturating_mul(OF_A_PLACE).saturating_add(INVERSION);
        let of_hashes = budget::of_look_ups(hashes.len()).saturating_add(INVERSION);
        if !work.spend(cost.saturating_add(of_hashes)) {
            return None;
        }
        let inverse = curve::inverse(&curve::scalar(known_s)?)?;
        let bases = relation::bases(hashes, &inverse);
        // What R is with the character "A", which is worth nothing, at each place.
        let numbers: HashMap<usize, [u8; HALF]> = (from..last)
            .filter_map(|at| {
                let [r, _] = self.numbers(at, 'A')?;
                Some((at, r))
            })
            .collect();
        for suspect in self.suspects {
            let of_table = count
                .saturating_mul(OF_A_MULTIPLE)
                .saturating_add(INVERSION);
            if !work.spend(Steps::COST.saturating_add(of_table)) {
                return None;
            }
            let key = relation::step(suspect.key(), &inverse);
            let steps = Steps {
                segment: self.segment,
                alteration: self.alteration,
                doublings: &curve::doublings(&key, 256),
                lowest: self.layout.r.end().checked_sub(6)?,
            };
            let (mut multiples, mut places) = (Vec::new(), Vec::new());
            let start = curve::multiply(&key, &curve::hash(known_r));
            steps.walk(from..last, start, &mut |at, points| {
                let (Some(number), Some(bit)) = (numbers.get(&at), steps.bit(at)) else {
                    return;
                };
                for (value, point) in (0..64).zip(points) {
                    let number = with_value(*number, value, bit);
                    if let Some(multiple) = Multiple::new(*point, number) {
                        multiples.push(multiple);
                        places.push((at, value));
                    }
                }
            });
            let multiples = curve::summands(&multiples);
            for (hashed, base) in hashes.iter().zip(&bases) {
                if !work.spend(count / COMPARISONS) {
                    return None;
                }
                work.count(count);
                let Some(base) = base else { continue };
                let is_met = |multiple: &&Option<Summand>| {
                    multiple.is_some_and(|multiple| base.sum_is_its_own_x(&multiple))
                };
                let met = multiples
                    .iter()
                    .zip(&places)
                    .filter(|(multiple, _)| is_met(multiple));
                let proof = met
                    .map(|(_, place)| *place)
                    .find_map(|(at, value)| self.prove(at, value, hashed, suspect, work));
                if proof.is_some() {
                    return proof;
                }
            }
        }
        None
    }

    fn prove(
        &self,
        at: usize,
        value: u8,
        hashed: &Hashed,
        suspect: &Suspect,
        work: &mut Work,
    ) -> Option<Proof> {
        let changes = self.changes(at, base64url_lenient::character(value))?;
        let signer = Signer::Suspect(suspect);
        self.case.prove(&changes, &hashed.changes, signer, work)
    }
}

/// The places of one half of a signature, and what a character at each is worth as a multiple of a
/// point.
struct Steps<'s> {
    segment: &'s str,
    alteration: fn(usize) -> Alteration,
    /// `2^k P`
    doublings: &'s [Point],
    /// The bit that the lowest bit of character 0 would stand for.
    lowest: usize,
}

impl Steps<'_> {
    /// Some multiplications, the doublings, an addition and its normalization for each character, and some at each place.
    const COST: u64 = 2 * MULTIPLICATION + 256 / 2 + 43 * (64 + 64 / 2 + 16);

    fn count(places: &std::ops::Range<usize>) -> u64 {
        u64::try_from(places.len().saturating_mul(64)).unwrap_or(u64::MAX)
    }

    /// Shows the points of all 64 characters at each place. `start` is the first place's point with
    /// the character "A", which is worth nothing.
    fn walk(
        &self,
        places: std::ops::Range<usize>,
        start: Point,
        show: &mut dyn FnMut(usize, &[Point]),
    ) -> Option<()> {
        let mut start = start;
        for at in places {
            let step = self.step(at)?;
            show(at, &walk(start, step));
            let worth = |place: usize| {
                let value = base64url_lenient::value(*self.segment.as_bytes().get(place)?)?;
                Some((value, place))
            };
            // From one place to the next, one character is back in the text: where one was lost, it
            // is the same one that moves up a place; else the next one leaves it.
            let (value, place) = worth(at)?;
            start = start.plus(&step.times(value));
            let Some(next) = self.step(at.saturating_add(1)) else {
                return Some(());
            };
            let leaving = match (self.alteration)(at) {
                Alteration::Lost(_) => value,
                Alteration::Replaced(_) | Alteration::Added(_) | Alteration::Swapped(_) => {
                    worth(place.saturating_add(1))?.0
                }
            };
            start = start.minus(&next.times(leaving));
        }
        Some(())
    }

    fn step(&self, at: usize) -> Option<&Point> {
        self.doublings.get(self.bit(at)?)
    }

    /// The bit of the number that the lowest bit of a character stands for.
    fn bit(&self, at: usize) -> Option<usize> {
        self.lowest.checked_sub(at.checked_mul(6)?)
    }
}

/// A number with this value at a bit, where it has zeros.
fn with_value(mut number: [u8; HALF], value: u8, bit: usize) -> [u8; HALF] {
    let [high, low] = u16::from(value)
        .wrapping_shl(u32::try_from(bit % 8).unwrap_or_default())
        .to_be_bytes();
    let mut bytes = number.iter_mut().rev().skip(bit / 8);
    for part in [low, high] {
        if let Some(byte) = bytes.next() {
            *byte |= part;
        }
    }
    number
}

/// The 64 points from `start` on, `step` apart.
fn walk(start: Point, step: &Point) -> Vec<Point> {
    std::iter::successors(Some(start), |point| Some(point.plus(step)))
        .take(64)
        .collect()
}

/// Looks for one altered character in header and payload: some 50,000 hashes for an ordinary token.
pub fn in_signing_input(
    case: Case,
    forms: &[SignatureForm],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    in_contents(case, contents(case.reading), forms, suspects, work)
}

/// Looks for the header and payload that were signed among these.
pub fn in_contents(
    case: Case,
    changes: impl Iterator<Item = (Change, [String; 2])>,
    forms: &[SignatureForm],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    /// Normalizing many points together is cheaper.
    const AT_ONCE: usize = 512;
    const BYTES_FOR_A_UNIT: usize = 128;
    let targets = Targets::new(forms, suspects, work);
    if targets.is_empty() {
        return None;
    }
    // Long texts take their time to be written and hashed.
    let each = case.reading.signing_input().len() / BYTES_FOR_A_UNIT;
    let each = u64::try_from(each).unwrap_or(u64::MAX).saturating_add(1);
    let mut changes = changes.peekable();
    while changes.peek().is_some() {
        let count = u64::try_from(AT_ONCE).unwrap_or(u64::MAX);
        if !work.spend(count.saturating_mul(each)) {
            return None;
        }
        let batch: Vec<Hashed> = changes
            .by_ref()
            .take(AT_ONCE)
            .map(|(change, content)| Hashed {
                changes: vec![change],
                prehash: Sha256::digest(content.join(".")).into(),
                is_plain: false,
                is_likely: false,
            })
            .collect();
        let met = targets.meet(&batch, work)?;
        let proof = met.iter().find_map(|met| {
            let digest = Digest::Sha256;
            // What the header's algorithm was, only the header as it was can tell.
            let algs = [
                None,
                Some(Change::CorrectAlg),
                Some(Change::IgnoreAlg { digest }),
            ];
            algs.into_iter().find_map(|alg| {
                let of_input = met.hashed.changes.iter().cloned().chain(alg);
                let of_input: Vec<Change> = of_input.collect();
                let signer = Signer::Suspect(met.suspect);
                case.prove(&met.form.changes, &of_input, signer, work)
            })
        });
        if proof.is_some() {
            return proof;
        }
    }
    None
}
