//! R or S of which characters were lost, as a sum with one summand for each that is put back.
//!
//! The value of a half is the sum of its characters' values times powers of two. Where the first
//! character is put back behind `q` others, those stay in their places, and the rest moves up one; what
//! that changes is one number for each `q`, whatever the other lost characters are. So it is with the
//! next one, among what has moved up already: the whole is a sum of numbers of which each depends on one
//! character's place alone. Multiples of a point are sums in the same way.

use super::signature_layout::EncodedNumber;
use crate::curve::{self, Multiple, Point, Summand};

/// What may have been lost.
pub const LOST: [u8; 2] = [62, 63];

/// In how many ways so many characters can be put back into a half.
pub fn ways(lost: usize) -> u64 {
    const CHARACTERS: u64 = 43;
    (1..).zip(0..lost).fold(1_u64, |ways, (k, _)| {
        let places = CHARACTERS.saturating_sub(u64::try_from(lost).unwrap_or(0));
        let next = ways
            .saturating_mul(places.saturating_add(k))
            .saturating_mul(2);
        next.checked_div(k).unwrap_or(next)
    })
}

/// The characters that are left of R or of S.
#[derive(Clone, Debug)]
pub struct Half {
    values: Vec<u8>,
    /// Where it stands in its characters when they are all there.
    number: EncodedNumber,
    pub lost: usize,
}

/// A character that is put back behind so many that are left, and behind all that were put back before.
#[derive(Clone, Copy, Debug)]
pub struct Put {
    behind: usize,
    value: u8,
}

impl Put {
    /// Where its term stands among those of all places.
    fn term(self) -> usize {
        let other = usize::from(self.value == LOST[1]);
        self.behind.saturating_mul(LOST.len()).saturating_add(other)
    }
}

/// Whether the first can be put back behind the last.
pub fn follows(behind: &[Put], puts: &[Put]) -> bool {
    match (puts.last(), behind.first()) {
        (Some(last), Some(first)) => last.behind <= first.behind,
        (_, None) | (None, _) => true,
    }
}

impl Half {
    /// A number that is `lost` characters short, after `before` lost ones.
    pub fn new(values: &[u8], number: &EncodedNumber, lost: usize, before: usize) -> Option<Self> {
        let (begin, end) = number.places();
        let begin = begin.checked_sub(before)?;
        let whole = values.get(begin..)?;
        let left = end
            .checked_sub(before)?
            .checked_sub(begin)?
            .saturating_add(1);
        Some(Self {
            values: whole.get(..left.checked_sub(lost)?)?.to_vec(),
            number: EncodedNumber {
                bit: number.bit % 6,
                ..number.clone()
            },
            lost,
        })
    }

    /// Every value that it may have had.
    pub fn every(&self) -> impl Iterator<Item = [u8; 32]> + '_ {
        let puts = self.puts(self.lost).into_iter();
        puts.filter_map(|puts| self.with(&puts, &[]))
    }

    /// Its value with all that was lost in its place again, the second behind the first.
    pub fn with(&self, first: &[Put], second: &[Put]) -> Option<[u8; 32]> {
        if !follows(second, first) {
            return None;
        }
        let mut values = self.values.clone();
        for put in first.iter().chain(second).rev() {
            values.insert(put.behind, put.value);
        }
        self.number.value(&values)
    }

    /// Every way to put so many characters back, in the order of the first.
    fn puts(&self, count: usize) -> Vec<Vec<Put>> {
        (0..count).fold(vec![Vec::new()], |all: Vec<Vec<Put>>, _| {
            let more = |puts: Vec<Put>| {
                let from = puts.last().map_or(0, |put| put.behind);
                (from..=self.values.len())
                    .flat_map(|behind| LOST.map(|value| Put { behind, value }))
                    .map(move |put| [&puts[..], &[put]].concat())
            };
            all.into_iter().flat_map(more).collect()
        })
    }

    /// What a character at a place adds: its value is written with few digits of -1, 0 and 1.
    fn part(&self, place: usize, value: u8, powers: &[Multiple]) -> Multiple {
        let begin = place.saturating_mul(6);
        let end = begin.saturating_add(6);
        let foreign = self.number.bit.saturating_sub(begin);
        let surplus = end.saturating_sub(self.number.end());
        let mut value = (value & (0x3F >> foreign)) >> surplus;
        let weights = powers.get(self.number.end().saturating_sub(end)..);
        let mut sum = Multiple::default();
        for power in weights.into_iter().flatten() {
            match value & 3 {
                1 => sum = sum.plus(power),
                3 => sum = sum.minus(power),
                _ => {}
            }
            // Half of what is left of it.
            value = (value >> 1).saturating_add(u8::from(value & 3 == 3));
            if value == 0 {
                break;
            }
        }
        sum
    }
}

/// The multiples of a point by all that a half may have been.
pub struct Summands<'h> {
    half: &'h Half,
    /// What is left, with all that was lost before it.
    rest: Multiple,
    /// What each lost character adds, by its place.
    terms: Vec<Vec<Multiple>>,
}

impl<'h> Summands<'h> {
    pub fn new(half: &'h Half, point: &Point) -> Self {
        let powers = Multiple::doublings(point);
        let part = |place: usize, value: u8| half.part(place, value, &powers);
        let moved = |by: usize| -> Vec<Multiple> {
            let parts = half.values.iter().zip(by..);
            parts.map(|(value, place)| part(place, *value)).collect()
        };
        let places = 0..half.values.len().saturating_add(half.lost);
        let put_back: Vec<_> = places
            .map(|place| LOST.map(|value| part(place, value)))
            .collect();
        let mut here = moved(0);
        let mut terms = Vec::new();
        for nth in 0..half.lost {
            let further = moved(nth.saturating_add(1));
            let mut shifts = vec![Multiple::default()];
            for (here, further) in here.iter().zip(&further) {
                let before = shifts.last().copied().unwrap_or_default();
                shifts.push(before.plus(here).minus(further));
            }
            let of_places = shifts.iter().zip(put_back.iter().skip(nth));
            let of_places = of_places.flat_map(|(shift, put)| put.map(|put| put.plus(shift)));
            terms.push(of_places.collect());
            here = further;
        }
        let mut rest = Multiple::default();
        for part in &here {
            rest = rest.plus(part);
        }
        Self { half, rest, terms }
    }

    /// All multiples, each as a sum of one of the first and one of the second. `base` is in each of the
    /// first.
    pub fn in_two(&self, base: &Multiple) -> (Sums, Sums) {
        let (first, second) = self.terms.split_at(self.terms.len() / 2);
        let base = base.plus(&self.rest);
        (
            self.sums(first, &base),
            self.sums(second, &Multiple::default()),
        )
    }

    fn sums(&self, terms: &[Vec<Multiple>], base: &Multiple) -> Sums {
        let puts = self.half.puts(terms.len());
        let of = |puts: &Vec<Put>| {
            let terms = puts.iter().zip(terms);
            let terms = terms.filter_map(|(put, term)| term.get(put.term()));
            terms.fold(*base, |sum, term| sum.plus(term))
        };
        let multiples = puts.iter().map(of).collect();
        Sums { puts, multiples }
    }
}

/// Multiples, and what is put back for each.
pub struct Sums {
    puts: Vec<Vec<Put>>,
    multiples: Vec<Multiple>,
}

impl Sums {
    pub fn iter(&self) -> impl Iterator<Item = (&[Put], &Multiple)> {
        self.puts.iter().map(Vec::as_slice).zip(&self.multiples)
    }

    /// Those that are points of their own, ready to be added.
    pub fn ready(&self) -> Vec<(&[Put], Summand)> {
        let summands = curve::summands(&self.multiples);
        let ready = self.puts.iter().zip(summands);
        ready
            .filter_map(|(puts, summand)| Some((&puts[..], summand?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ProjectivePoint;
    use p256::elliptic_curve::ops::MulByGenerator as _;

    /// Every value's multiple is a sum of one of the first and one of the second, wherever the number
    /// stands in its characters.
    #[test]
    fn every_value_is_a_sum_of_two() {
        for (bit, octets, lost) in [
            (0, 32, 1),
            (0, 32, 2),
            (256, 32, 2),
            (32, 32, 2),
            (40, 31, 1),
            (298, 32, 3),
        ] {
            let number = EncodedNumber {
                before: Vec::new(),
                bit,
                octets,
            };
            let values: Vec<u8> = (0..100)
                .map(|place| (place * place + 7) % 61)
                .map(|value: u32| u8::try_from(value).unwrap())
                .collect();
            let half = Half::new(&values, &number, lost, 0).unwrap();
            let (first, second) = Summands::new(&half, &ProjectivePoint::GENERATOR.into())
                .in_two(&Multiple::default());
            let mut sums = 0;
            for (before, sum) in first.iter().step_by(13) {
                for (behind, other) in second
                    .iter()
                    .filter(|(puts, _)| follows(puts, before))
                    .step_by(7)
                {
                    let value = half.with(before, behind).unwrap();
                    let multiple = ProjectivePoint::mul_by_generator(&curve::hash(value));
                    assert_eq!(
                        curve::abscissas(&[sum.plus(other).point]),
                        curve::abscissas(&[multiple.into()]),
                        "{bit} {octets} {before:?} {behind:?}"
                    );
                    sums += 1;
                }
            }
            assert!(sums > 5, "{sums}");
            let pairs = first.iter().map(|(before, _)| {
                let behind = second.iter().filter(|(puts, _)| follows(puts, before));
                behind.count()
            });
            assert_eq!(half.every().count(), pairs.sum::<usize>());
        }
        let half = Half::new(
            &[0; 43],
            &EncodedNumber {
                before: Vec::new(),
                bit: 0,
                octets: 32,
            },
            3,
            0,
        );
        assert_eq!(u64::try_from(half.unwrap().every().count()), Ok(ways(3)));
    }
}
