//! The odd multiples of a point for each window of a scalar, so that a multiple of the point is a sum
//! of entries, without a doubling.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime have no overflow; indices are below the lengths next to them"
)]

use std::sync::LazyLock;

use p256::elliptic_curve::PrimeField as _;
use p256::{FieldBytes, FieldElement, ProjectivePoint, Scalar};

use super::batch_addition::{Affine, add_each};
use super::point::{Point, doublings, normalized};

/// Bits of a window: 832 KiB for a key. Twelve would save a tenth of the time and take the triple.
pub const BITS: usize = 10;

/// Windows of a scalar.
pub const WINDOWS: usize = 256_usize.div_ceil(BITS);

/// The odd multiples of a point for each window: 1, 3, 5 ... times its power of two.
pub struct Table(Vec<Vec<Affine>>);

impl Table {
    pub fn of(point: &ProjectivePoint) -> Self {
        // No power of two below 2^256 times a point is at infinity, as the group's order is a prime.
        let at_infinity = (FieldElement::ZERO, FieldElement::ZERO);
        let doublings: Vec<Affine> = normalized(&doublings(&Point::from(*point), 256))
            .into_iter()
            .map(|point| point.unwrap_or(at_infinity))
            .collect();
        let steps: Vec<&[Affine]> = doublings.chunks(BITS).collect();
        let mut windows: Vec<Vec<Affine>> = steps
            .iter()
            .map(|steps| steps.first().copied().into_iter().collect())
            .collect();
        // 1 and 3 are 1 and 1 + 2; these and 5 and 7 are 1 and 3, and 1 + 4 and 3 + 4. No two that are
        // added are equal or opposite, since their sum is not zero and below the group's order.
        for bit in 1..BITS {
            let mut sums = Vec::new();
            let mut addends = Vec::new();
            for (multiples, steps) in windows.iter().zip(&steps) {
                if let Some(step) = steps.get(bit) {
                    sums.extend_from_slice(multiples);
                    addends.resize(sums.len(), *step);
                }
            }
            add_each(&mut sums, &addends);
            let mut sums = sums.into_iter();
            for (multiples, steps) in windows.iter_mut().zip(&steps) {
                if steps.len() > bit {
                    multiples.extend(sums.by_ref().take(multiples.len()));
                }
            }
        }
        Self(windows)
    }

    /// That of the generator.
    pub fn of_generator() -> &'static Self {
        static GENERATOR: LazyLock<Table> =
            LazyLock::new(|| Table::of(&ProjectivePoint::GENERATOR));
        &GENERATOR
    }

    /// The point that a number adds for one of its windows.
    pub fn entry(&self, window: usize, number: &Odd) -> Affine {
        let (place, is_negative) = number.place(window);
        let multiples = self.0.get(window).map(Vec::as_slice).unwrap_or_default();
        // A digit out of the table would be a fault here, and a point that leads to no r.
        let (x, y) = multiples
            .get(place)
            .copied()
            .unwrap_or((FieldElement::ZERO, FieldElement::ZERO));
        (x, if is_negative { -y } else { y })
    }

    /// The odd multiples of each window.
    pub fn into_windows(self) -> impl Iterator<Item = Vec<Affine>> {
        self.0.into_iter()
    }
}

/// The bits of a number, and zeros beyond them.
pub struct Bits([u64; 4]);

impl Bits {
    pub fn of(big_endian: &FieldBytes) -> Self {
        let mut limbs = [0; 4];
        for (limb, octets) in limbs.iter_mut().zip(big_endian.rchunks(8)) {
            *limb = octets
                .iter()
                .fold(0, |limb, octet| limb << 8 | u64::from(*octet));
        }
        Self(limbs)
    }

    /// All of them, least significant word first.
    pub fn words(&self) -> [u64; 4] {
        self.0
    }

    /// 64 bits, of which the lowest is this one.
    pub fn from(&self, bit: usize) -> u64 {
        let limb = |index: usize| self.0.get(index).copied().unwrap_or_default();
        let (low, high) = (limb(bit / 64), limb(bit / 64 + 1));
        match bit % 64 {
            0 => low,
            shift => low >> shift | high << (64 - shift),
        }
    }
}

/// A scalar that is not zero, in digits that are all odd, each from -1023 to 1023: none is zero, so
/// that each is an entry of the table or its negative.
pub struct Odd {
    magnitude: Bits,
    is_negative: bool,
}

impl Odd {
    pub fn new(k: &Scalar) -> Self {
        // Only an odd number has such digits; n - k is odd where k is even.
        let is_negative = !bool::from(k.is_odd());
        let odd = if is_negative { -*k } else { *k };
        let magnitude = Bits::of(&odd.to_repr());
        Self {
            magnitude,
            is_negative,
        }
    }

    /// The place of the digit's magnitude in the table, and whether the digit is negative.
    pub fn place(&self, window: usize) -> (usize, bool) {
        let (magnitude, is_negative) = self.digit(window);
        (magnitude / 2, is_negative)
    }

    /// The digit's magnitude, and whether it is negative.
    pub fn digit(&self, window: usize) -> (usize, bool) {
        const RANGE: u64 = 1 << BITS;
        // The window and the lowest bit of the next one. What the digits before have left is odd, and
        // this one has to leave something odd to the next: its bits less a power of two, or as they
        // are where the next one's lowest bit is set, whose weight is just that.
        let value = self.magnitude.from(window * BITS) & (2 * RANGE - 1) | 1;
        let is_last = window + 1 == WINDOWS;
        let is_below = !is_last && value < RANGE;
        let magnitude = match (is_last, is_below) {
            (true, _) => value,
            (false, true) => RANGE - value,
            (false, false) => value - RANGE,
        };
        let magnitude = usize::try_from(magnitude).unwrap_or(usize::MAX);
        (magnitude, is_below != self.is_negative)
    }
}
