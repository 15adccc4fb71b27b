//! `-` and `_` that were removed from a signature instead of written: a search for their places.
//!
//! A signature of 86 characters has nearly three of them, so that four must be within reach. The value
//! of a half is a sum with one summand for each character that is put back (see `summands.rs`), and so
//! is its multiple of a point. All sums are therefore met half way: with R known, `s R = ±(e G + r Q)`,
//! where the sums of some summands stand in a table and the rest is looked up in it; with S known,
//! `(e G + r Q) / s` must have r as its x, which three products of field elements tell for each pair
//! of sums. Where both have lost something, one is walked through and the other is met, whichever way
//! costs less. The ways in which so many characters can be lost are tried cheapest first, as long as
//! the budget allows.

use std::collections::HashMap;
use std::sync::Arc;

use p256::{ProjectivePoint, Scalar};

use super::cause::Cause;
use super::layout::{Layout, bits, values};
use super::search::{Candidate, Proof, verifies};
use super::signature::Form;
use super::signed::Hashed;
use super::summands::{Half, Put, Summands, follows, ways};
use super::work::{MULTIPLICATION, Work};
use crate::curve::{self, Abscissa, Multiple, Point};

/// How many characters may have been lost for a search to be made.
const MOST: usize = 4;

/// One way in which characters can be lost.
struct Split<'l> {
    layout: &'l Layout,
    r: Half,
    s: Half,
    /// Whether the character in which one ends and the other begins is lost.
    is_shared: bool,
    /// Whether S is walked through, and R is met.
    through_s: bool,
    cost: u64,
}

/// What it costs to find a point's multiples with one character more or less at any place.
const SUMMANDS: u64 = 400;

impl<'l> Split<'l> {
    /// So many characters are lost in the number that stands first and in the other one, and so many
    /// before the latter. None where what stands between them is not what should.
    fn new(
        layout: &'l Layout,
        values: &[u8],
        [in_first, in_second]: [usize; 2],
        before: usize,
        keys: u64,
    ) -> Option<Self> {
        let [first, second] = layout.in_order();
        let between = first.end().checked_sub(before.checked_mul(6)?)?;
        if bits(values, between, second.before.len()) != second.before {
            return None;
        }
        let first = Half::new(values, first, in_first, 0)?;
        let second = Half::new(values, second, in_second, before)?;
        let (r, s) = if layout.is_swapped() {
            (second, first)
        } else {
            (first, second)
        };
        let through_r = ways(r.lost).saturating_mul(LIFT.saturating_add(in_s(s.lost, keys) / 2));
        let through_s = ways(s.lost).saturating_mul(in_r(r.lost).saturating_mul(keys));
        Some(Self {
            layout,
            r,
            s,
            is_shared: before != in_first,
            through_s: through_s < through_r,
            cost: through_r.min(through_s),
        })
    }
}

/// What it costs to find out whether a number is the x of a point.
const LIFT: u64 = 20;

/// What it costs to meet S with R known. Half of all R are no x of a point.
fn in_s(lost: usize, keys: u64) -> u64 {
    if lost == 0 {
        return u64::MAX;
    }
    let (walked, table) = (ways(lost / 2), ways(lost.div_ceil(2)));
    let looked_up = walked.saturating_mul(keys).saturating_mul(2);
    SUMMANDS
        .saturating_add(keys.saturating_mul(MULTIPLICATION))
        .saturating_add(table)
        .saturating_add(looked_up)
}

/// What it costs to meet R with S known, for one key.
fn in_r(lost: usize) -> u64 {
    /// A pair of sums takes three products, an addition of points a dozen and more.
    const PAIRS: u64 = 5;
    if lost == 0 {
        return u64::MAX;
    }
    let sums = ways(lost / 2).saturating_add(ways(lost.div_ceil(2)));
    SUMMANDS
        .saturating_add(MULTIPLICATION.saturating_mul(2))
        .saturating_add(sums)
        .saturating_add(ways(lost) / PAIRS)
}

/// A signature of which characters were lost, with what it may have been made of.
pub struct Search<'s> {
    hashes: &'s [Hashed],
    /// `e G` of each hash.
    points: Vec<ProjectivePoint>,
    candidates: &'s [Candidate],
}

impl<'s> Search<'s> {
    /// The hashes are few: each costs a search of its own.
    pub fn new(hashes: &'s [Hashed], candidates: &'s [Candidate]) -> Self {
        let points = hashes
            .iter()
            .map(|hashed| curve::times_generator(&curve::hash(hashed.prehash)))
            .collect();
        Self {
            hashes,
            points,
            candidates,
        }
    }

    /// Puts the lost characters back.
    pub fn run(&self, segment: &str, work: &mut Work) -> Option<Proof> {
        let values = values(segment)?;
        let layouts = Layout::all();
        for split in self.splits(&values, &layouts) {
            if split.cost > work.left() {
                work.tried.complete = false;
                return None;
            }
            let Some(proof) = self.split(&split, work) else {
                continue;
            };
            let layout = split.layout;
            let detail = match layout.characters.saturating_sub(values.len()) {
                1 => "one character lost".to_owned(),
                many => format!("{many} characters lost"),
            };
            return Some(Proof {
                causes: [&[Cause::DroppedCharacters], layout.causes, &proof.causes].concat(),
                detail: Some(detail),
                ..proof
            });
        }
        None
    }

    /// Every way in which the characters that are missing can be lost, the cheapest first.
    fn splits<'l>(&self, values: &[u8], layouts: &'l [Layout]) -> Vec<Split<'l>> {
        let pairs = self.candidates.len().saturating_mul(self.hashes.len());
        let pairs = u64::try_from(pairs).unwrap_or(u64::MAX);
        let mut splits = Vec::new();
        for layout in layouts {
            let lost = layout.characters.saturating_sub(values.len());
            if !(1..=MOST).contains(&lost) || !layout.begins(values) {
                continue;
            }
            for in_first in 0..=lost {
                let in_second = lost.saturating_sub(in_first);
                splits.extend(Split::new(
                    layout,
                    values,
                    [in_first, in_second],
                    in_first,
                    pairs,
                ));
                // The character in which one ends and the other begins counts for both when it is lost.
                if let Some(before) = in_first.checked_sub(1)
                    && layout.is_without_gap()
                {
                    let in_both = [in_first, in_second.saturating_add(1)];
                    splits.extend(Split::new(layout, values, in_both, before, pairs));
                }
            }
        }
        // What is rare comes last, however cheap: two faults at once, and the one character of many.
        splits.sort_by_key(|split| (split.layout.is_swapped(), split.is_shared, split.cost));
        splits
    }

    fn split(&self, split: &Split, work: &mut Work) -> Option<Proof> {
        let Split { r, s, .. } = split;
        let walked = if split.through_s { s } else { r };
        walked.every().find_map(|octets| {
            if split.through_s {
                self.in_r(r, octets, work)
            } else {
                self.in_s(s, octets, work)
            }
        })
    }

    /// With R known: `s R = ±(e G + r Q)`, for every hash and key at once.
    fn in_s(&self, half: &Half, r: [u8; 32], work: &mut Work) -> Option<Proof> {
        let keys = u64::try_from(self.candidates.len()).unwrap_or(u64::MAX);
        if !work.spend(LIFT) {
            return None;
        }
        let (lifted, r_scalar) = (curve::lift(r)?, curve::scalar(r)?);
        if !work.spend(in_s(half.lost, keys)) {
            return None;
        }
        work.count(ways(half.lost));
        let mut targets = Vec::new();
        let mut places = Vec::new();
        for candidate in self.candidates {
            let r_times_key = Point::from(curve::times_key(&candidate.key, &r_scalar));
            for (hashed, point) in self.hashes.iter().zip(&self.points) {
                let sum = r_times_key.plus(&(*point).into());
                targets.extend([sum, Point::default().minus(&sum)]);
                places.extend([(hashed, candidate); 2]);
            }
        }
        let (walked, table) = Summands::new(half, &lifted).in_two(&Multiple::default());
        let table: HashMap<Abscissa, &[Put]> = table
            .ready()
            .into_iter()
            .map(|(puts, summand)| (summand.abscissa(), puts))
            .collect();
        walked.iter().find_map(|(puts, sum)| {
            let rests: Vec<Point> = targets
                .iter()
                .map(|target| target.minus(&sum.point))
                .collect();
            let met = curve::abscissas(&rests).into_iter().zip(&places);
            met.filter_map(|(x, place)| Some((table.get(&x)?, place)))
                .find_map(|(others, (hashed, candidate))| {
                    proof(r, half.with(puts, others)?, hashed, candidate)
                })
        })
    }

    /// With S known: `(e G + r Q) / s` must have r as its x.
    fn in_r(&self, half: &Half, s: [u8; 32], work: &mut Work) -> Option<Proof> {
        let inverse = Option::<Scalar>::from(curve::scalar(s)?.invert())?;
        for candidate in self.candidates {
            let key = curve::times_key(&candidate.key, &inverse);
            let summands = Summands::new(half, &key);
            for (hashed, point) in self.hashes.iter().zip(&self.points) {
                if !work.spend(in_r(half.lost)) {
                    return None;
                }
                work.count(ways(half.lost));
                let base = Point::from(curve::multiply(point, &inverse));
                let (walked, table) = summands.in_two(&Multiple::fixed(base));
                let (walked, table) = (walked.ready(), table.ready());
                let found = walked.iter().find_map(|(puts, sum)| {
                    let from = table.partition_point(|(others, _)| !follows(others, puts));
                    let mut others = table.get(from..).into_iter().flatten();
                    others.find_map(|(others, other)| {
                        let is_met = sum.sum_is_its_own_x(other);
                        let r = is_met.then(|| half.with(puts, others)).flatten()?;
                        proof(r, s, hashed, candidate)
                    })
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}

fn proof(r: [u8; 32], s: [u8; 32], hashed: &Hashed, candidate: &Candidate) -> Option<Proof> {
    let form = Form {
        causes: Vec::new(),
        r,
        s,
    };
    verifies(&candidate.key, &form, hashed.prehash).then(|| Proof {
        causes: [&hashed.causes[..], &candidate.causes].concat(),
        key: Arc::clone(&candidate.id),
        detail: None,
    })
}
