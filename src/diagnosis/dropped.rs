//! `-` and `_` that were removed from a signature instead of written: a search for their places.
//!
//! As for an altered character, candidates are sums of points that are known beforehand: the value of
//! a half is the sum of its characters' values times powers of two, and so is its multiple of a
//! point. A walk over the places adds one point at a step.

use std::collections::HashMap;
use std::sync::Arc;

use p256::{ProjectivePoint, Scalar};

use super::cause::Cause;
use super::lax;
use super::search::{Candidate, Proof, verifies};
use super::signature::Form;
use super::signed::Hashed;
use crate::curve::{self, Abscissa, Point};

/// How many characters may have been lost for a search to be made.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// In one half of the signature, where the other is whole.
    pub in_one: usize,
    /// In both together.
    pub in_both: usize,
}

/// How a signature that is whole is laid out.
#[derive(Clone, Debug)]
struct Layout {
    causes: &'static [Cause],
    characters: usize,
    r: Number,
    s: Number,
}

/// R or S in a signature.
#[derive(Clone, Debug)]
struct Number {
    /// What stands before it, after the number before.
    before: Vec<u8>,
    /// Its first bit.
    bit: usize,
    octets: usize,
}

impl Number {
    /// The bit after its last.
    fn end(&self) -> usize {
        self.bit.saturating_add(self.octets.saturating_mul(8))
    }
}

impl Layout {
    fn new(causes: &'static [Cause], before: [Vec<u8>; 2], octets: [usize; 2]) -> Self {
        let [before_r, before_s] = before;
        let [r, s] = octets;
        let r = Number {
            bit: before_r.len().saturating_mul(8),
            before: before_r,
            octets: r,
        };
        let bit = r.end().saturating_add(before_s.len().saturating_mul(8));
        let s = Number {
            bit,
            before: before_s,
            octets: s,
        };
        Self {
            causes,
            characters: s.end().div_ceil(6),
            r,
            s,
        }
    }

    /// R || S, and DER, where a number has an octet more before a high bit, and an octet less where
    /// it begins with a zero; more of these are rarer than one in ten thousand.
    fn all() -> Vec<Self> {
        const LENGTHS: [u8; 3] = [31, 32, 33];
        let header = |length: u8| match length {
            33 => vec![2, length, 0],
            _ => vec![2, length],
        };
        let der = LENGTHS.iter().flat_map(|r| {
            LENGTHS.iter().map(move |s| {
                let sequence = [0x30, 4_u8.saturating_add(*r).saturating_add(*s)];
                let before = [[&sequence[..], &header(*r)].concat(), header(*s)];
                let octets = [r, s].map(|length| usize::from(*length).min(32));
                Self::new(&[Cause::DerSignature], before, octets)
            })
        });
        let plain = Self::new(&[], [Vec::new(), Vec::new()], [32, 32]);
        std::iter::once(plain).chain(der).collect()
    }
}

/// A signature of which characters were lost, with what it may have been made of.
pub struct Search<'s> {
    hashes: &'s [Hashed],
    /// `e G` of each hash.
    points: Vec<ProjectivePoint>,
    candidates: &'s [Candidate],
    /// How many places were tried.
    pub tried: u64,
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
            tried: 0,
        }
    }

    /// Puts the lost characters back.
    pub fn run(&mut self, segment: &str, limits: Limits) -> Option<Proof> {
        let values = segment
            .bytes()
            .map(lax::value)
            .collect::<Option<Vec<u8>>>()?;
        for layout in &Layout::all() {
            let Some(lost) = layout
                .characters
                .checked_sub(values.len())
                .filter(|lost| *lost > 0)
            else {
                continue;
            };
            if bits(&values, 0, layout.r.before.len()) != layout.r.before {
                continue;
            }
            for in_r in 0..=lost {
                let in_s = lost.saturating_sub(in_r);
                // The character in which R ends and S begins counts for both when it is lost.
                let shared = layout.s.before.is_empty() && in_r > 0;
                for (in_s, before) in [(in_s, in_r)]
                    .into_iter()
                    .chain(shared.then(|| (in_s.saturating_add(1), in_r.saturating_sub(1))))
                {
                    let most = if in_r == 0 || in_s == 0 {
                        limits.in_one
                    } else {
                        limits.in_both
                    };
                    if in_r.max(in_s) > most || lost > most {
                        continue;
                    }
                    if let Some(proof) = self.split(&values, layout, [in_r, in_s], before) {
                        let detail = match lost {
                            1 => "one character lost".to_owned(),
                            many => format!("{many} characters lost"),
                        };
                        return Some(Proof {
                            causes: [&[Cause::DroppedCharacters], layout.causes, &proof.causes]
                                .concat(),
                            detail: Some(detail),
                            ..proof
                        });
                    }
                }
            }
        }
        None
    }

    fn split(
        &mut self,
        values: &[u8],
        layout: &Layout,
        [in_r, in_s]: [usize; 2],
        before: usize,
    ) -> Option<Proof> {
        let shifted = layout.r.end().checked_sub(before.checked_mul(6)?)?;
        if bits(values, shifted, layout.s.before.len()) != layout.s.before {
            return None;
        }
        let r = Half::new(values, &layout.r, in_r, 0)?;
        let s = Half::new(values, &layout.s, in_s, before)?;
        if in_s == 0 {
            return self.in_r(&r, s.whole()?);
        }
        let mut found = None;
        r.every(None, &mut |_, r| {
            found = self.in_s(&s, r);
            found.is_none()
        });
        found
    }

    /// With R known: `s R = ±(e G + r Q)`, for every hash and key at once.
    fn in_s(&mut self, half: &Half, r: [u8; 32]) -> Option<Proof> {
        let (lifted, r_scalar) = (curve::lift(r)?, curve::scalar(r)?);
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
        half.search(&lifted, &Point::default(), &mut self.tried, |x, s| {
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
    fn in_r(&mut self, half: &Half, s: [u8; 32]) -> Option<Proof> {
        let inverse = Option::<Scalar>::from(curve::scalar(s)?.invert())?;
        for candidate in self.candidates {
            let key = curve::times_key(&candidate.key, &inverse);
            for (hashed, point) in self.hashes.iter().zip(&self.points) {
                let base = Point::from(curve::multiply(point, &inverse));
                let found = half.search(&key, &base, &mut self.tried, |x, r| {
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

/// So many octets from this bit on.
fn bits(values: &[u8], from: usize, octets: usize) -> Vec<u8> {
    let bit = |at: usize| {
        let value = values.get(at / 6).copied().unwrap_or(0);
        value >> (5_usize.saturating_sub(at % 6)) & 1
    };
    (0..octets)
        .map(|octet| {
            (0..8).fold(0, |sum, at| {
                sum << 1
                    | bit(from
                        .saturating_add(octet.saturating_mul(8))
                        .saturating_add(at))
            })
        })
        .collect()
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
        tried: &mut u64,
        is_it: impl Fn(Abscissa, [u8; 32]) -> Option<Proof>,
    ) -> Option<Proof> {
        /// Normalizing many points together is cheaper.
        const AT_ONCE: usize = 1024;
        let mut points = Vec::new();
        let mut halves = Vec::new();
        let mut found = None;
        let mut look = |points: &mut Vec<Point>, halves: &mut Vec<[u8; 32]>| {
            *tried = tried.saturating_add(u64::try_from(points.len()).unwrap_or(0));
            let abscissas = curve::abscissas(points);
            found = abscissas
                .into_iter()
                .zip(halves.iter())
                .find_map(|(x, half)| is_it(x, *half));
            points.clear();
            halves.clear();
            found.is_none()
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
