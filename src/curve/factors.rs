//! The numbers that a signature multiplies G and the key with, for many signatures at once.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime have no overflow"
)]

use p256::Scalar;
use p256::elliptic_curve::Field as _;

use crate::curve::{self, Prehash};

/// `r`, and the two factors.
pub struct Factors {
    pub r: Scalar,
    pub u1: Scalar,
    pub u2: Scalar,
}

/// `e / s` and `r / s` for each, with one inversion for all; none where a number is out of its range
/// or the hash is zero, whose product has no odd form.
pub fn factors(batch: &[(Prehash, &[u8])]) -> Vec<Option<Factors>> {
    let numbers: Vec<Option<[Scalar; 3]>> = batch
        .iter()
        .map(|(prehash, signature)| {
            let (r, s) = signature.split_at_checked(32)?;
            let r = curve::scalar(r.try_into().ok()?)?;
            let s = curve::scalar(s.try_into().ok()?)?;
            let e = curve::hash(*prehash);
            (!bool::from(e.is_zero())).then_some([r, s, e])
        })
        .collect();
    let mut product = Scalar::ONE;
    let mut products = Vec::with_capacity(batch.len());
    for [_, s, _] in numbers.iter().flatten() {
        products.push(product);
        product *= s;
    }
    // Signatures are no secret: the time may depend on them.
    let mut inverse = curve::inverse_vartime(&product).unwrap_or(Scalar::ZERO);
    let mut found: Vec<Option<Factors>> = numbers
        .into_iter()
        .rev()
        .map(|numbers| {
            let [r, s, e] = numbers?;
            let s_inverse = inverse * products.pop()?;
            inverse *= s;
            Some(Factors {
                r,
                u1: e * s_inverse,
                u2: r * s_inverse,
            })
        })
        .collect();
    found.reverse();
    found
}
