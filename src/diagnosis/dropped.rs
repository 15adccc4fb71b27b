//! `-` and `_` that were removed from a signature instead of written: a search for their places.
//!
//! As for an altered character, candidates are sums of points that are known beforehand: the value of
//! a half is the sum of its characters' values times powers of two, and so is its multiple of a
//! point. A walk over the places adds one point at a step. The ways in which so many characters can be
//! lost are tried cheapest first, as long as the budget allows.

use std::collections::HashMap;
use std::sync::Arc;

use p256::{ProjectivePoint, Scalar};

use super::cause::Cause;
use super::layout::{Layout, Number, bits, values};
use super::search::{Candidate, Proof, verifies};
use super::signature::Form;
use super::signed::Hashed;
use super::work::{MULTIPLICATION, Work};
use crate::curve::{self, Abscissa, Point};

/// How many characters may have been lost for a search to be made.
const MOST: usize = 4;

/// One way in which characters can be lost.
struct Split {
    layout: usize,
    in_r: usize,
    in_s: usize,
    /// How many of them stood before S.
    before: usize,
    cost: u64,
}

impl Split {
    /// The walk over R is made once for each key, or each of its steps begins a walk over S.
    fn cost(in_r: usize, in_s: usize, keys: usize) -> u64 {
        const WALK: u64 = 500;
        let keys = u64::try_from(keys).unwrap_or(u64::MAX);
        let multiplications = keys.saturating_add(1).saturating_mul(MULTIPLICATION);
        let walk = |lost| u64::saturating_add(WALK, ways(lost));
        if in_s == 0 {
            walk(in_r)
                .saturating_add(MULTIPLICATION)
                .saturating_mul(keys)
        } else {
            ways(in_r).saturating_mul(walk(in_s).saturating_add(multiplications))
        }
    }
}

/// In how many ways so many characters can be put back into a half.
fn ways(lost: usize) -> u64 {
    const CHARACTERS: u64 = 43;
    (1..).zip(0..lost).fold(1_u64, |ways, (k, _)| {
        let places = CHARACTERS.saturating_sub(u64::try_from(lost).unwrap_or(0));
        let next = ways
            .saturating_mul(places.saturating_add(k))
            .saturating_mul(2);
        next.checked_div(k).unwrap_or(next)
    })
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
            let layout = layouts.get(split.layout)?;
            if split.cost > work.left() {
                work.tried.complete = false;
                return None;
            }
            let Some(proof) = self.split(&values, layout, &split, work) else {
                continue;
            };
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
    fn splits(&self, values: &[u8], layouts: &[Layout]) -> Vec<Split> {
        let mut splits = Vec::new();
        for (number, layout) in layouts.iter().enumerate() {
            let lost = layout.characters.saturating_sub(values.len());
            if !(1..=MOST).contains(&lost) || !layout.begins(values) {
                continue;
            }
            for in_r in 0..=lost {
                let in_s = lost.saturating_sub(in_r);
                // The character in which R ends and S begins counts for both when it is lost.
                let shared = layout.s.before.is_empty() && in_r > 0;
                let counted_twice = (in_s.saturating_add(1), in_r.saturating_sub(1));
                for (in_s, before) in [(in_s, in_r)]
                    .into_iter()
                    .chain(shared.then_some(counted_twice))
                {
                    splits.push(Split {
                        layout: number,
                        in_r,
                        in_s,
                        before,
                        cost: Split::cost(in_r, in_s, self.candidates.len()),
                    });
                }
            }
        }
        splits.sort_by_key(|split| split.cost);
        splits
    }

    fn split(
        &self,
        values: &[u8],
        layout: &Layout,
        split: &Split,
        work: &mut Work,
    ) -> Option<Proof> {
        let Split {
            in_r, in_s, before, ..
        } = *split;
        let shifted = layout.r.end().checked_sub(before.checked_mul(6)?)?;
        if bits(values, shifted, layout.s.before.len()) != layout.s.before {
            return None;
        }
        let r = Half::new(values, &layout.r, in_r, 0)?;
        let s = Half::new(values, &layout.s, in_s, before)?;
        if in_s == 0 {
            return self.in_r(&r, s.whole()?, work);
        }
        let mut found = None;
        r.every(None, &mut |_, r| {
            // Each R is lifted to its point, of which half have none.
            let is_paid = work.spend(MULTIPLICATION);
            if is_paid {
                found = self.in_s(&s, r, work);
            }
            found.is_none() && is_paid
        });
        found
    }

    /// With R known: `s R = ±(e G + r Q)`, for every hash and key at once.
    fn in_s(&self, half: &Half, r: [u8; 32], work: &mut Work) -> Option<Proof> {
        /// The doublings of R, before a step is made.
        const WALK: u64 = 300;
        let (lifted, r_scalar) = (curve::lift(r)?, curve::scalar(r)?);
        let keys = u64::try_from(self.candidates.len()).unwrap_or(u64::MAX);
        if !work.spend(keys.saturating_mul(MULTIPLICATION).saturating_add(WALK)) {
            return None;
        }
        let mut sums = Vec::new();
        let mut places = Vec::new();
        for candidate in self.candidates {
            let r_times_key = Point::from(curve::times_key(&candidate.key, &r_scalar));
            for (hashed, point) in self.hashes.iter().zip(&self.points) {
                sums.push(r_times_key.plus(&(*point).into()));
                places.push((hashed, candidate));
            }
        }
        let sums: HashMap<Abscissa, _> = curve::abscissas(&sums).into_iter().zip(places).collect();
        half.search(&lifted, &Point::default(), work, |x, s| {
            let (hashed, candidate) = sums.get(&x)?;
            proof(
                &Form {
                    causes: Vec::new(),
                    r,
                    s,
                },
                hashed,
                candidate,
            )
        })
    }

    /// With S known: `(e G + r Q) / s` must have r as its x.
    fn in_r(&self, half: &Half, s: [u8; 32], work: &mut Work) -> Option<Proof> {
        let inverse = Option::<Scalar>::from(curve::scalar(s)?.invert())?;
        for candidate in self.candidates {
            let key = curve::times_key(&candidate.key, &inverse);
            for (hashed, point) in self.hashes.iter().zip(&self.points) {
                if !work.spend(MULTIPLICATION.saturating_mul(3)) {
                    return None;
                }
                let base = Point::from(curve::multiply(point, &inverse));
                let found = half.search(&key, &base, work, |x, r| {
                    if x != r {
                        return None;
                    }
                    proof(
                        &Form {
                            causes: Vec::new(),
                            r,
                            s,
                        },
                        hashed,
                        candidate,
                    )
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}

fn proof(form: &Form, hashed: &Hashed, candidate: &Candidate) -> Option<Proof> {
    verifies(&candidate.key, form, hashed.prehash).then(|| Proof {
        causes: [&hashed.causes[..], &candidate.causes].concat(),
        key: Arc::clone(&candidate.id),
        detail: None,
    })
}

/// The characters that are left of R or of S, and what they are worth in it.
struct Half {
    values: Vec<u8>,
    lost: usize,
    /// How many characters it has when it is whole.
    characters: usize,
    /// The bits of the first character that belong to it.
    first_mask: u8,
    /// How many bits of the last character do not.
    surplus: usize,
}

/// What one character at one place adds.
#[derive(Clone, Copy, Default)]
struct Part {
    point: Point,
    octets: [u8; 32],
}

impl Half {
    /// A number that is `lost` characters short, after `before` lost ones.
    fn new(values: &[u8], number: &Number, lost: usize, before: usize) -> Option<Self> {
        let (bit, end) = (number.bit, number.end());
        let (first, after) = (bit / 6, end.div_ceil(6));
        let from = first.checked_sub(before)?;
        let to = after.checked_sub(before)?.checked_sub(lost)?;
        Some(Self {
            values: values.get(from..to)?.to_vec(),
            lost,
            characters: after.checked_sub(first)?,
            first_mask: 0x3F >> (bit % 6),
            surplus: after.checked_mul(6)?.checked_sub(end)?,
        })
    }

    /// The octets of a half that has lost nothing.
    fn whole(&self) -> Option<[u8; 32]> {
        let mut whole = None;
        self.every(None, &mut |_, octets| {
            whole = Some(octets);
            false
        });
        whole
    }

    /// Asks `is_it` of the x of `base` plus each value's multiple of `point`, with the value.
    fn search(
        &self,
        point: &ProjectivePoint,
        base: &Point,
        work: &mut Work,
        is_it: impl Fn(Abscissa, [u8; 32]) -> Option<Proof>,
    ) -> Option<Proof> {
        /// Normalizing many points together is cheaper.
        const AT_ONCE: usize = 1024;
        let mut points = Vec::new();
        let mut halves = Vec::new();
        let mut found = None;
        let mut look = |points: &mut Vec<Point>, halves: &mut Vec<[u8; 32]>| {
            let count = u64::try_from(points.len()).unwrap_or(0);
            work.count(count);
            let is_paid = work.spend(count.saturating_mul(2));
            let abscissas = curve::abscissas(points);
            found = abscissas
                .into_iter()
                .zip(halves.iter())
                .find_map(|(x, half)| is_it(x, *half));
            points.clear();
            halves.clear();
            found.is_none() && is_paid
        };
        let on = self.every(Some(point), &mut |sum, octets| {
            points.push(sum.plus(base));
            halves.push(octets);
            points.len() < AT_ONCE || look(&mut points, &mut halves)
        });
        if on {
            look(&mut points, &mut halves);
        }
        found
    }

    /// Every value of the half with `-` and `_` put back in every place, with its multiple of the
    /// point. Goes on while `take` says so, and tells whether it went on to the end.
    fn every(
        &self,
        point: Option<&ProjectivePoint>,
        take: &mut dyn FnMut(&Point, [u8; 32]) -> bool,
    ) -> bool {
        let powers = point
            .map(|point| curve::doublings(point, 256))
            .unwrap_or_default();
        let part = |place: usize, value: u8| self.part(place, value, &powers);
        let after = |lost: usize| -> Vec<Part> {
            self.values
                .iter()
                .enumerate()
                .map(|(at, value)| part(at.saturating_add(lost), *value))
                .collect()
        };
        let mut rest = vec![Part::default()];
        for part in after(self.lost).iter().rev() {
            let next = rest.last().map_or(*part, |sum| sum.plus(part));
            rest.push(next);
        }
        rest.reverse();
        let walk = Walk {
            known: (0..self.lost).map(after).collect(),
            put_back: (0..self.characters)
                .map(|place| [part(place, 62), part(place, 63)])
                .collect(),
            rest,
        };
        walk.from(0, 0, Part::default(), take)
    }

    fn part(&self, place: usize, value: u8, powers: &[Point]) -> Part {
        let value = if place == 0 {
            value & self.first_mask
        } else {
            value
        };
        let after = self.characters.saturating_sub(1).saturating_sub(place);
        let mut part = Part::default();
        for bit in 0..6_usize {
            let weight = after
                .saturating_mul(6)
                .saturating_add(bit)
                .checked_sub(self.surplus);
            let Some(weight) = weight.filter(|_| value >> bit & 1 == 1) else {
                continue;
            };
            if let Some(octet) = 31_usize
                .checked_sub(weight / 8)
                .and_then(|i| part.octets.get_mut(i))
            {
                *octet |= 1 << (weight % 8);
            }
            if let Some(power) = powers.get(weight) {
                part.point = part.point.plus(power);
            }
        }
        part
    }
}

impl Part {
    /// Both; their bits are not the same.
    fn plus(&self, other: &Self) -> Self {
        let mut octets = self.octets;
        for (octet, more) in octets.iter_mut().zip(other.octets) {
            *octet |= more;
        }
        Self {
            point: self.point.plus(&other.point),
            octets,
        }
    }
}

/// A walk over all places: at each, a character is put back or the next one that is left is taken.
struct Walk {
    /// What the characters that are left add, after so many that were put back.
    known: Vec<Vec<Part>>,
    /// What "-" and "_" add at each place.
    put_back: Vec<[Part; 2]>,
    /// What all characters from one on add, once nothing is missing.
    rest: Vec<Part>,
}

impl Walk {
    fn from(
        &self,
        at: usize,
        put: usize,
        sum: Part,
        take: &mut dyn FnMut(&Point, [u8; 32]) -> bool,
    ) -> bool {
        let Some(known) = self.known.get(put) else {
            let Some(rest) = self.rest.get(at) else {
                return true;
            };
            let whole = sum.plus(rest);
            return take(&whole.point, whole.octets);
        };
        for part in self
            .put_back
            .get(at.saturating_add(put))
            .into_iter()
            .flatten()
        {
            if !self.from(at, put.saturating_add(1), sum.plus(part), take) {
                return false;
            }
        }
        match known.get(at) {
            Some(part) => self.from(at.saturating_add(1), put, sum.plus(part), take),
            None => true,
        }
    }
}
