//! Sums of points of P-256 in eight lanes, and whether each is that of a signature.
//!
//! The sums are in Jacobian coordinates, `x = X / Z^2` and `y = Y / Z^3`, and the addends in affine ones, so
//! that nothing is divided. The formulas do not hold for points with the same x: then Z becomes zero and
//! stays so.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "indices are below the lengths of arrays"
)]

use super::LANES;
use super::avx512::lanes;
use super::p256_field::{
    Element, ONE, are_equal, constant, difference, from_words, negated_if, product, square, sum,
};

/// A point in affine coordinates, each in Montgomery form and below p, in four words, least significant
/// first. It fills a line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Entry {
    pub x: [u64; 4],
    pub y: [u64; 4],
}

/// An entry of a table, perhaps negated.
#[derive(Clone, Copy)]
pub struct Addend<'t> {
    pub entry: &'t Entry,
    pub is_negative: bool,
}

/// Eight sums of points, and the r of eight signatures.
pub struct Sums<'t> {
    /// A point of each sum at a time.
    pub addends: &'t [[Addend<'t>; LANES]],
    /// Below p, in four words, least significant first.
    pub r: &'t [[u64; 4]; LANES],
    /// Whether the x of the sum is r; none where the formulas do not hold.
    pub answers: &'t mut [Option<bool>; LANES],
}

impl Sums<'_> {
    #[allow(clippy::many_single_char_names, reason = "the names of the formulas")]
    #[cfg_attr(
        all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
        target_feature(enable = "avx512f,avx512ifma")
    )]
    pub(super) fn run(self) {
        let Some((first, others)) = self.addends.split_first() else {
            return;
        };
        let (mut x, mut y) = point(first);
        let mut z = constant(ONE);
        for addends in others {
            let (other_x, other_y) = point(addends);
            let z_squared = square(&z);
            let z_cubed = product(&z_squared, &z);
            let h = difference(&product(&other_x, &z_squared), &x);
            let slope = difference(&product(&other_y, &z_cubed), &y);
            let h_squared = square(&h);
            let h_cubed = product(&h_squared, &h);
            let v = product(&x, &h_squared);
            x = difference(&square(&slope), &sum(&h_cubed, &sum(&v, &v)));
            y = difference(
                &product(&slope, &difference(&v, &x)),
                &product(&y, &h_cubed),
            );
            z = product(&z, &h);
        }
        // x = r if X = r Z^2: in Montgomery form, both divided by R.
        let r = from_words(std::array::from_fn(|word| self.r.map(|r| r[word])));
        let expected = product(&r, &square(&z));
        let one = constant([1, 0, 0, 0, 0]);
        let are_met = are_equal(&expected, &product(&x, &one));
        let are_at_infinity = are_equal(&z, &constant([0; 5]));
        for (answer, (is_met, is_at_infinity)) in self
            .answers
            .iter_mut()
            .zip(are_met.into_iter().zip(are_at_infinity))
        {
            *answer = (!is_at_infinity).then_some(is_met);
        }
    }
}

/// A point in each lane.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
fn point(addends: &[Addend; LANES]) -> (Element, Element) {
    let mut x = [[0; LANES]; 4];
    let mut y = x;
    let mut signs = [0; LANES];
    for (lane, addend) in addends.iter().enumerate() {
        for word in 0..4 {
            x[word][lane] = addend.entry.x[word];
            y[word][lane] = addend.entry.y[word];
        }
        signs[lane] = if addend.is_negative { u64::MAX } else { 0 };
    }
    (from_words(x), negated_if(&from_words(y), lanes(signs)))
}
