//! Sums of many points at once, in affine coordinates: all divisions are made with one inversion
//! (Montgomery's trick), so that an addition costs about six multiplications.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime have no overflow"
)]

use std::cell::Cell;

use p256::FieldElement;

/// A point that is not at infinity.
pub type Affine = (FieldElement, FieldElement);

thread_local! {
    // 208 KiB for a full batch: to hand it back each time costs an allocator more than all tokens of
    // the batch do.
    static PRODUCTS: Cell<Vec<Affine>> = const { Cell::new(Vec::new()) };
}

/// Adds to each point its addend, all with one inversion. Returns the places of those for which the
/// formulas do not hold, since both points have the same x: what stands there then is no sum.
pub fn add_each(sums: &mut [Affine], addends: &[Affine]) -> Vec<usize> {
    let mut products = PRODUCTS.take();
    // Two products, of every other difference: neither waits for the other's multiplications.
    let (mut product, mut other) = (FieldElement::ONE, FieldElement::ONE);
    for (a, b) in sums.iter().zip(addends) {
        let difference = b.0 - a.0;
        products.push((product, difference));
        (product, other) = (other, product * difference);
    }
    let mut exceptional = Vec::new();
    // A test of each difference would cost every batch what few batches need.
    if bool::from((product * other).is_zero()) {
        (product, other) = (FieldElement::ONE, FieldElement::ONE);
        for (place, (before, difference)) in products.iter_mut().enumerate() {
            if bool::from(difference.is_zero()) {
                // One in the place of zero keeps the product of the others.
                *difference = FieldElement::ONE;
                exceptional.push(place);
            }
            *before = product;
            (product, other) = (other, product * *difference);
        }
    }
    let inverse = Option::<FieldElement>::from((product * other).invert());
    let inverse = inverse.unwrap_or(FieldElement::ZERO);
    // That of the last difference's product, and that of the one before it.
    let (mut inverse, mut other) = (inverse * product, inverse * other);
    for ((a, b), (product, difference)) in
        sums.iter_mut().zip(addends).zip(products.drain(..)).rev()
    {
        let slope = (b.1 - a.1) * (product * inverse);
        (inverse, other) = (other, inverse * difference);
        let x = slope.square() - a.0 - b.0;
        *a = (x, slope * (a.0 - x) - a.1);
    }
    PRODUCTS.set(products);
    exceptional
}
