//! `-` and `_` that were removed from a signature instead of written: a search for their places.
//!
//! A signature of 86 characters has nearly three of them, so that four must be within reach. The value
//! of a half is a sum with one summand for each character that is put back (see `partial_sums.rs`), and so
//! is its multiple of a point. All sums are therefore met half way: with R known, `s R = ±(e G + r Q)`,
//! where the sums of some summands stand in a table and the rest is looked up in it; with S known,
//! `(e G + r Q) / s` must have r as its x, which three products of field elements tell for each pair
//! of sums. Where both have lost something, one is walked through and the other is met, whichever way
//! costs less. The ways in which so many characters can be lost are tried cheapest first, as long as
//! the budget allows.

use std::collections::HashMap;

use super::partial_sums::{Half, LOST, Put, Summands, follows, ways};
use super::relation;
use super::signature_layout::{Layout, values};
use crate::curve::{self, Abscissa, Multiple, Point};
use crate::debug::budget::{self, INVERSION, LIFT, MULTIPLICATION, Work};
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit};
use crate::debug::proof::{Proof, Signer};
use crate::debug::replay::HALF;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::Hashed;

/// How many characters may have been lost for a search to be made.
const MAX_DROPPED: usize = 4;

/// One way in which characters can be lost.
struct Split<'l> {
    layout: &'l Layout,
    r: Half,
    s: Half,
    /// Whether the character in which one ends and the other begins was lost, and is put back already.
    is_shared: bool,
    /// Whether S is walked through, and R is met.
    through_s: bool,
    cost: u64,
}

impl<'l> Split<'l> {
    /// So many characters are lost in the number that stands first and in the other one. None if what
    /// stands between them is not what should.
    fn new(
        layout: &'l Layout,
        values: &[u8],
        [in_first, in_second]: [usize; 2],
        pairs: u64,
    ) -> Option<Self> {
        let [first, second] = layout.in_order();
        if !layout.has(values, first.end()..second.bit, in_first) {
            return None;
        }
        let first = Half::new(values, first, in_first, 0)?;
        let second = Half::new(values, second, in_second, in_first)?;
        let (r, s) = if layout.is_swapped() {
            (second, first)
        } else {
            (first, second)
        };
        let through_r = ways(r.lost).saturating_mul(LIFT.saturating_add(in_s(s.lost, pairs) / 2));
        let through_s = ways(s.lost).saturating_mul(in_r(r.lost).saturating_mul(pairs));
        Some(Self {
            layout,
            r,
            s,
            is_shared: false,
            through_s: through_s < through_r,
            cost: through_r.min(through_s),
        })
    }
}

/// What it costs to find a point's multiples with one character more or less at any place: the
/// doublings, and some additions for each character, once as it is and once more for each that is put
/// back.
fn summands(lost: usize) -> u64 {
    // At most 43 characters are left, and one of six bits takes four additions at most.
    const ONCE: u64 = 560;
    const OF_A_SHIFT: u64 = 350;
    let lost = u64::try_from(lost).unwrap_or(u64::MAX);
    ONCE.saturating_add(OF_A_SHIFT.saturating_mul(lost))
}

/// What it costs to add up at most two summands, and to normalize the sum.
const OF_A_SUM: u64 = 3;

/// What it costs to meet S with R known, for so many hashes times keys. Half of all R are no x of a
/// point.
fn in_s(lost: usize, pairs: u64) -> u64 {
    /// Two sums, one of each sign, and their normalization.
    const OF_A_PAIR: u64 = 3;
    /// Inversions and some additions.
    const OF_A_KEY: u64 = MULTIPLICATION + 2 * INVERSION;
    if lost == 0 {
        return u64::MAX;
    }
    let (walked, table) = (ways(lost / 2), ways(lost.div_ceil(2)));
    summands(lost)
        .saturating_add(pairs.saturating_mul(OF_A_KEY))
        .saturating_add(table.saturating_mul(OF_A_SUM))
        .saturating_add(walked.saturating_mul(OF_A_SUM))
        .saturating_add(walked.saturating_mul(pairs).saturating_mul(OF_A_PAIR))
}

/// What it costs to meet R with S known, for one hash and one key.
fn in_r(lost: usize) -> u64 {
    /// A pair of sums takes three products, an addition of points a dozen and more.
    const PAIRS: u64 = 5;
    if lost == 0 {
        return u64::MAX;
    }
    let sums = ways(lost / 2).saturating_add(ways(lost.div_ceil(2)));
    summands(lost)
        .saturating_add(MULTIPLICATION + 5 * INVERSION)
        .saturating_add(sums.saturating_mul(OF_A_SUM))
        .saturating_add(ways(lost) / PAIRS)
}

/// A signature of which characters were lost, with what it may have been made of.
pub struct DroppedSearch<'s> {
    case: Case<'s>,
    hashes: &'s [Hashed],
    /// `e G` of each hash.
    points: Vec<Point>,
    suspects: &'s [Suspect],
}

impl<'s> DroppedSearch<'s> {
    /// The hashes are few: each costs a search of its own. Without any there is nothing to search.
    pub fn new(
        case: Case<'s>,
        hashes: &'s [Hashed],
        suspects: &'s [Suspect],
        work: &mut Work,
    ) -> Option<Self> {
        let cost = budget::of_look_ups(hashes.len());
        if hashes.is_empty() || suspects.is_empty() || !work.spend(cost) {
            return None;
        }
        Some(Self {
            case,
            hashes,
            points: relation::points(hashes),
            suspects,
        })
    }

    /// Puts the lost characters back.
    pub fn run(&self, work: &mut Work) -> Option<Proof> {
        let values = values(&self.case.reading.segments.signature)?;
        let layouts = Layout::all();
        for split in self.splits(&values, &layouts) {
            if split.cost > work.left() {
                work.leave_out();
                continue;
            }
            let proof = self.split(&split, work);
            if proof.is_some() {
                return proof;
            }
        }
        None
    }

    /// Every way in which the characters that are missing can be lost, the cheapest first.
    fn splits<'l>(&self, values: &[u8], layouts: &'l [Layout]) -> Vec<Split<'l>> {
        let pairs = self.suspects.len().saturating_mul(self.hashes.len());
        let pairs = u64::try_from(pairs).unwrap_or(u64::MAX);
        let mut splits = Vec::new();
        for layout in layouts {
            let lost = layout.characters.saturating_sub(values.len());
            if !(1..=MAX_DROPPED).contains(&lost) || !layout.begins(values) {
                continue;
            }
            for in_first in 0..=lost {
                let in_each = [in_first, lost.saturating_sub(in_first)];
                splits.extend(Split::new(layout, values, in_each, pairs));
            }
            // The character in which one ends and the other begins counts for both: it is put back first.
            let others = match lost.saturating_sub(1) {
                others if others > 0 && layout.is_without_gap() => others,
                _ => continue,
            };
            let [first, _] = layout.in_order();
            let shared = (0..=others).flat_map(|in_first| LOST.map(|value| (in_first, value)));
            splits.extend(shared.filter_map(|(in_first, value)| {
                let at = first.places().1.checked_sub(in_first)?;
                let (before, behind) = values.split_at_checked(at)?;
                let values = [before, &[value], behind].concat();
                let in_each = [in_first, others.saturating_sub(in_first)];
                let split = Split::new(layout, &values, in_each, pairs)?;
                Some(Split {
                    is_shared: true,
                    ..split
                })
            }));
        }
        // What is rare comes last, however cheap: two faults at once, and the one character of many.
        splits.sort_by_cached_key(|split| (split.layout.is_swapped(), split.is_shared, split.cost));
        splits
    }

    fn split(&self, split: &Split, work: &mut Work) -> Option<Proof> {
        let Split { layout, r, s, .. } = split;
        let walked = if split.through_s { s } else { r };
        for octets in walked.every() {
            let step = if split.through_s {
                self.in_r(layout, r, octets, work)
            } else {
                self.in_s(layout, s, octets, work)
            };
            match step {
                Step::Proven(proof) => return Some(*proof),
                Step::Unpaid => return None,
                Step::Over => {}
            }
        }
        None
    }

    /// With R known: `s R = ±(e G + r Q)`, for every hash and key at once.
    fn in_s(&self, layout: &Layout, half: &Half, r: [u8; HALF], work: &mut Work) -> Step {
        /// Normalizing many points together is cheaper.
        const AT_ONCE: usize = 256;
        let pairs = self.suspects.len().saturating_mul(self.hashes.len());
        if !work.spend(LIFT) {
            return Step::Unpaid;
        }
        let (Some(lifted), Some(r_scalar)) = (curve::lift(r), curve::scalar(r)) else {
            return Step::Over;
        };
        if !work.spend(in_s(half.lost, u64::try_from(pairs).unwrap_or(u64::MAX))) {
            return Step::Unpaid;
        }
        work.count(ways(half.lost));
        let mut targets = Vec::new();
        let mut places = Vec::new();
        for suspect in self.suspects {
            let sums = relation::sums(&self.points, suspect.key(), &r_scalar);
            for (hashed, sum) in self.hashes.iter().zip(sums) {
                targets.extend(relation::both_signs(sum));
                places.extend([(hashed, suspect); 2]);
            }
        }
        let (walked, table) = Summands::new(half, &lifted).in_two(&Multiple::default());
        let table: HashMap<Abscissa, &[Put]> = table
            .ready()
            .into_iter()
            .map(|(puts, summand)| (summand.abscissa(), puts))
            .collect();
        let sums: Vec<(&[Put], &Multiple)> = walked.iter().collect();
        let proof = sums.chunks(AT_ONCE).find_map(|sums| {
            let rests: Vec<Point> = sums
                .iter()
                .flat_map(|(_, sum)| targets.iter().map(|target| target.minus(&sum.point)))
                .collect();
            let ways = sums
                .iter()
                .flat_map(|(puts, _)| places.iter().map(move |place| (puts, place)));
            let met = curve::abscissas(&rests).into_iter().zip(ways);
            met.filter_map(|(x, way)| Some((table.get(&x)?, way)))
                .find_map(|(others, (puts, (hashed, suspect)))| {
                    let s = half.with(puts, others)?;
                    self.prove(layout, [r, s], hashed, suspect, work)
                })
        });
        Step::of(proof)
    }

    /// With S known: `(e G + r Q) / s` must have r as its x.
    fn in_r(&self, layout: &Layout, half: &Half, s: [u8; HALF], work: &mut Work) -> Step {
        if !work.spend(1) {
            return Step::Unpaid;
        }
        let Some(inverse) = curve::scalar(s).and_then(|s| curve::inverse(&s)) else {
            return Step::Over;
        };
        for suspect in self.suspects {
            let mut summands = None;
            for hashed in self.hashes {
                if !work.spend(in_r(half.lost)) {
                    return Step::Unpaid;
                }
                work.count(ways(half.lost));
                let summands = summands.get_or_insert_with(|| {
                    Summands::new(half, &relation::step(suspect.key(), &inverse))
                });
                let base = relation::base(&curve::hash(hashed.prehash), &inverse);
                let (walked, table) = summands.in_two(&Multiple::fixed(base));
                let (walked, table) = (walked.ready(), table.ready());
                let proof = walked.iter().find_map(|(puts, sum)| {
                    let from = table.partition_point(|(others, _)| !follows(others, puts));
                    let mut others = table.get(from..).into_iter().flatten();
                    others.find_map(|(others, other)| {
                        let is_met = sum.sum_is_its_own_x(other);
                        let r = is_met.then(|| half.with(puts, others)).flatten()?;
                        self.prove(layout, [r, s], hashed, suspect, work)
                    })
                });
                if proof.is_some() {
                    return Step::of(proof);
                }
            }
        }
        Step::Over
    }

    /// The proof that R and S, written whole, are what characters were lost of.
    fn prove(
        &self,
        layout: &Layout,
        [r, s]: [[u8; HALF]; 2],
        hashed: &Hashed,
        suspect: &Suspect,
        work: &mut Work,
    ) -> Option<Proof> {
        let whole = layout.segment(r, s)?;
        let edits = Change::EditSignature {
            cause: Cause::DroppedCharacters,
            edits: inserted(&self.case.reading.segments.signature, &whole)?,
        };
        let changes = [&[edits], &layout.changes[..]].concat();
        let signer = Signer::Suspect(suspect);
        self.case.prove(&changes, &hashed.changes, signer, work)
    }
}

/// What came of a step.
enum Step {
    Proven(Box<Proof>),
    Over,
    /// It can't be paid for.
    Unpaid,
}

impl Step {
    fn of(proof: Option<Proof>) -> Self {
        proof.map_or(Self::Over, |proof| Self::Proven(Box::new(proof)))
    }
}

/// The edits that put into a text what is in the whole besides; none unless these are `-` and `_`.
fn inserted(text: &str, whole: &str) -> Option<Vec<Edit>> {
    let mut left = text.chars().peekable();
    let mut edits = Vec::new();
    for (at, character) in whole.char_indices() {
        if left.next_if_eq(&character).is_none() {
            matches!(character, '-' | '_').then_some(())?;
            edits.push(Edit::insert(at, character));
        }
    }
    left.next().is_none().then_some(edits)
}
