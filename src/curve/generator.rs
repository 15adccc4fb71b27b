//! The first odd multiples of the generator of P-256, computed by the compiler: a run that verifies one
//! signature has no time to make a table.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler, to which an index out of bounds and an overflow are errors"
)]

use p256::FieldElement;

use super::batch_addition::Affine;
use super::point::Point;

/// How many there are.
const MULTIPLES: usize = 32;

/// `G, 3 G, 5 G ... 63 G`, all with z = 1.
#[allow(
    long_running_const_eval,
    reason = "it takes the compiler a second or two"
)]
pub static ODD_MULTIPLES: [Point; MULTIPLES] = odd_multiples();

/// The generator (SEC 2, section 2.4.2).
const GENERATOR: Affine = (
    element([
        0x6b17_d1f2_e12c_4247,
        0xf8bc_e6e5_63a4_40f2,
        0x7703_7d81_2deb_33a0,
        0xf4a1_3945_d898_c296,
    ]),
    element([
        0x4fe3_42e2_fe1a_7f9b,
        0x8ee7_eb4a_7c0f_9e16,
        0x2bce_3357_6b31_5ece,
        0xcbb6_4068_37bf_51f5,
    ]),
);

const fn odd_multiples() -> [Point; MULTIPLES] {
    let (x, y) = GENERATOR;
    // Twice the generator, on a curve with a = -3.
    let three = FieldElement::from_u64(3);
    let slope = x.square().multiply(&three).sub(&three);
    let twice = third((x, y), x, slope.multiply(&inverse(&y.double())));
    let mut multiples = [Point::normal(x, y); MULTIPLES];
    let mut multiple = (x, y);
    let mut index = 1;
    while index < MULTIPLES {
        let (x, y) = multiple;
        let slope = twice.1.sub(&y);
        let slope = slope.multiply(&inverse(&twice.0.sub(&x)));
        multiple = third((x, y), twice.0, slope);
        multiples[index] = Point::normal(multiple.0, multiple.1);
        index += 1;
    }
    multiples
}

/// The sum of a point and of one with this x on the line with this slope.
const fn third((x, y): Affine, other_x: FieldElement, slope: FieldElement) -> Affine {
    let third = slope.square().sub(&x).sub(&other_x);
    (third, slope.multiply(&x.sub(&third)).sub(&y))
}

/// `1 / x`, by Fermat's little theorem.
const fn inverse(x: &FieldElement) -> FieldElement {
    // p - 2
    x.pow_vartime(&[
        0xffff_ffff_ffff_fffd,
        0x0000_0000_ffff_ffff,
        0,
        0xffff_ffff_0000_0001,
    ])
}

/// A number below p, most significant limb first.
const fn element(limbs: [u64; 4]) -> FieldElement {
    let next = FieldElement::from_u64(1 << 32).square();
    let mut number = FieldElement::ZERO;
    let mut index = 0;
    while index < limbs.len() {
        let limb = FieldElement::from_u64(limbs[index]);
        number = number.multiply(&next).add(&limb);
        index += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::{compressed, times_generator};
    use p256::Scalar;

    #[test]
    fn odd_multiples_are_those_of_p256() {
        for (multiple, k) in ODD_MULTIPLES.iter().zip((1_u64..).step_by(2)) {
            let expected = times_generator(&Scalar::from(k));
            assert_eq!(compressed(&[*multiple]), compressed(&[expected]), "{k}");
        }
    }
}
