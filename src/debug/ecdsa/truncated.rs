//! A signature that lost its last characters: `s = s0 + k`, with a small k. Since `s R = ±(e G + r Q)`,
//! it is `k R = ±(e G + r Q) - s0 R`, and baby-step giant-step finds k in O(√k).

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime and points of a curve have no overflow"
)]

use std::collections::HashMap;

use p256::Scalar;

use super::relation;
use super::signature_layout::{Layout, values};
use crate::curve::{self, Abscissa, Point};
use crate::debug::budget::{LIFT, MULTIPLICATION, Work};
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit};
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::base64url_lenient;
use crate::debug::replay::HALF;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::Hashed;

/// The bits that are searched for: four octets.
const MAX_BITS: usize = 32;

/// The same, of a deep search.
const MAX_BITS_DEEP: usize = 38;

/// A signature without its end.
struct Cut<'c> {
    case: Case<'c>,
    layout: Layout,
    /// R, and S with zeros in the place of what was lost.
    r: [u8; HALF],
    s: [u8; HALF],
    bits: usize,
    characters: usize,
}

/// Puts the lost end back.
pub fn search(
    case: Case,
    hashes: &[Hashed],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    let most = if work.tried.deep {
        MAX_BITS_DEEP
    } else {
        MAX_BITS
    };
    let mut layouts = Layout::all();
    if let Some(values) = values(&case.reading.segments.signature) {
        layouts.sort_by_cached_key(|layout| !layout.begins_exactly(&values));
    }
    layouts
        .into_iter()
        .filter(|layout| !layout.is_swapped())
        .filter_map(|layout| Cut::new(case, layout))
        .filter(|cut| cut.bits <= most)
        .find_map(|cut| cut.search(hashes, suspects, work))
}

impl<'c> Cut<'c> {
    fn new(case: Case<'c>, layout: Layout) -> Option<Self> {
        let segment = case.reading.segments.signature.as_str();
        let characters = layout.characters.checked_sub(segment.len())?;
        let bits = layout.s.end().checked_sub(segment.len().checked_mul(6)?)?;
        let [r, s] = layout.numbers(&format!("{segment}{}", "A".repeat(characters)))?;
        let is_cut = characters > 0 && bits < layout.s.octets.checked_mul(8)?;
        (is_cut && layout.begins(&values(segment)?)).then_some(Self {
            case,
            layout,
            r,
            s,
            bits,
            characters,
        })
    }

    fn search(&self, hashes: &[Hashed], suspects: &[Suspect], work: &mut Work) -> Option<Proof> {
        /// R is lifted and multiplied, and so are the first of its multiples.
        const START: u64 = LIFT + 4 * MULTIPLICATION;
        if hashes.is_empty() || suspects.is_empty() || !work.spend(START) {
            return None;
        }
        let (r, lifted) = (curve::scalar(self.r)?, curve::lift(self.r)?);
        let s_times_lifted = curve::multiply(&lifted, &curve::hash(self.s));
        // One table serves all hashes and keys. It holds the multiples of both signs.
        let steps = 1_u64 << self.bits.div_ceil(2);
        if !work.spend(steps.saturating_add(START).saturating_mul(2)) {
            return None;
        }
        let table = BabySteps::new(lifted, steps);
        // To the next middle of 2 * steps + 1 multiples.
        let stride = steps.checked_mul(2)?.checked_add(1)?;
        let giant = curve::multiply(&lifted, &Scalar::from(stride)).normalized();
        let first = curve::multiply(&lifted, &Scalar::from(steps));
        let giants = (1_u64 << self.bits).checked_div(stride)?.saturating_add(1);
        let known = s_times_lifted;
        for suspect in suspects {
            for hashed in hashes {
                let cost = giants.saturating_add(MULTIPLICATION).saturating_mul(4);
                if !work.spend(cost) {
                    return None;
                }
                let points = relation::points(std::slice::from_ref(hashed));
                let sums = relation::sums(&points, suspect.key(), &r);
                for sum in sums.into_iter().flat_map(relation::both_signs) {
                    let start = sum.minus(&known).minus(&first);
                    work.count(giants);
                    let found = table
                        .meet(start, giant, giants)
                        .find_map(|k| self.prove(k, hashed, suspect, work));
                    if found.is_some() {
                        return found;
                    }
                }
            }
        }
        None
    }

    /// The signature with these bits at its end.
    fn prove(&self, k: u64, hashed: &Hashed, suspect: &Suspect, work: &mut Work) -> Option<Proof> {
        let segment = &self.case.reading.segments.signature;
        let end = base64url_lenient::end(k, self.bits, self.characters)?;
        let edit = Edit::insert(segment.len(), end);
        let edits = Change::EditSignature {
            cause: Cause::Truncated,
            edits: vec![edit],
        };
        let changes = [&[edits], &self.layout.changes[..]].concat();
        let signer = Signer::Suspect(suspect);
        self.case.prove(&changes, &hashed.changes, signer, work)
    }
}

/// The abscissas of `j R` for each j up to `steps`: that of `-j R` is the same.
struct BabySteps {
    multiples: HashMap<u64, u64>,
    steps: u64,
}

/// Few enough points at once, so that memory stays small.
const AT_ONCE: u64 = 1024;

impl BabySteps {
    fn new(point: Point, steps: u64) -> Self {
        let mut multiples = HashMap::new();
        let mut next = Point::default();
        for from in (0..=steps).step_by(1024) {
            let js: Vec<u64> = (from..=steps.min(from.saturating_add(AT_ONCE - 1))).collect();
            let points: Vec<Point> = js
                .iter()
                .map(|_| {
                    let this = next;
                    next = this.plus(&point);
                    this
                })
                .collect();
            let abscissas = curve::abscissas(&points);
            multiples.extend(abscissas.iter().map(short).zip(js));
        }
        Self { multiples, steps }
    }

    /// Every k for which `k R` may be the target: `start` is the target without the first middle, and
    /// each further one is `giant` less.
    fn meet(&self, start: Point, giant: Point, giants: u64) -> impl Iterator<Item = u64> + '_ {
        let stride = self.steps.saturating_mul(2).saturating_add(1);
        let mut next = start;
        (0..giants).step_by(1024).flat_map(move |from| {
            let is: Vec<u64> = (from..giants.min(from.saturating_add(AT_ONCE))).collect();
            let points: Vec<Point> = is
                .iter()
                .map(|_| {
                    let this = next;
                    next = this.minus(&giant);
                    this
                })
                .collect();
            let abscissas = curve::abscissas(&points);
            let met = abscissas.iter().map(short).zip(is).filter_map(|(x, i)| {
                let j = *self.multiples.get(&x)?;
                let middle = i.saturating_mul(stride).saturating_add(self.steps);
                Some([middle.checked_add(j), middle.checked_sub(j)])
            });
            met.flatten().flatten().collect::<Vec<u64>>()
        })
    }
}

/// Enough of an abscissa to find it again; what is found is verified.
fn short(x: &Abscissa) -> u64 {
    x.iter()
        .take(8)
        .fold(0, |sum, octet| sum << 8 | u64::from(*octet))
}
