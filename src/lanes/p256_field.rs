//! The field of P-256, `p = 2^256 - 2^224 + 2^192 + 2^96 - 1`, in eight lanes.
//!
//! An element has five limbs of 52 bits, each below 2^52, and is below 2^257: it need not be below p. It is
//! in Montgomery form, times `R = 2^260`.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "indices are below the lengths of arrays; the limbs' bounds are argued at each function"
)]

use super::LANES;
use super::avx512::{
    Lanes, add, add_product_high, add_product_low, and, lanes, numbers, or, shift_left,
    shift_right, shift_right_signed, splat, sub, xor,
};

/// An element in each lane, least significant limb first.
pub type Element = [Lanes; 5];

const MASK: u64 = (1 << 52) - 1;

/// The prime. Since `-1 / p` is 1 modulo 2^52, the multiple of p that a step of a reduction adds is the
/// lowest limb itself.
const P: [u64; 5] = [MASK, (1 << 44) - 1, 0, 1 << 36, 0xFFFF_FFFF << 16];

/// `R` modulo p: one.
pub const ONE: [u64; 5] = [
    0x10,
    0xf_0000_0000_0000,
    0xf_ffff_ffff_ffff,
    0xf_feff_ffff_ffff,
    0xf_ffff,
];

/// The same element in every lane.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn constant(limbs: [u64; 5]) -> Element {
    let mut element = [splat(0); 5];
    for (lane, limb) in element.iter_mut().zip(limbs) {
        *lane = splat(limb);
    }
    element
}

/// The numbers below 2^256 whose 64-bit words, least significant first, are those of each lane.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn from_words(words: [[u64; LANES]; 4]) -> Element {
    let mask = splat(MASK);
    let [a, b, c, d] = [
        lanes(words[0]),
        lanes(words[1]),
        lanes(words[2]),
        lanes(words[3]),
    ];
    [
        and(a, mask),
        and(or(shift_right::<52>(a), shift_left::<12>(b)), mask),
        and(or(shift_right::<40>(b), shift_left::<24>(c)), mask),
        and(or(shift_right::<28>(c), shift_left::<36>(d)), mask),
        shift_right::<16>(d),
    ]
}

/// `a b / R` modulo p: below 2^257 for elements.
///
/// A limb of the product is a sum of at most ten numbers below 2^52.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn product(a: &Element, b: &Element) -> Element {
    let mut product = [splat(0); 10];
    for i in 0..5 {
        for j in 0..5 {
            product[i + j] = add_product_low(product[i + j], a[i], b[j]);
            product[i + j + 1] = add_product_high(product[i + j + 1], a[i], b[j]);
        }
    }
    reduced(product)
}

/// `a^2 / R` modulo p: below 2^257 for an element.
///
/// The sums are those of `product`: the products that are in it twice are made once, and doubled.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn square(a: &Element) -> Element {
    let mut product = [splat(0); 10];
    for i in 0..5 {
        for j in i + 1..5 {
            product[i + j] = add_product_low(product[i + j], a[i], a[j]);
            product[i + j + 1] = add_product_high(product[i + j + 1], a[i], a[j]);
        }
    }
    for limb in &mut product {
        *limb = add(*limb, *limb);
    }
    for i in 0..5 {
        product[2 * i] = add_product_low(product[2 * i], a[i], a[i]);
        product[2 * i + 1] = add_product_high(product[2 * i + 1], a[i], a[i]);
    }
    reduced(product)
}

/// A product of elements, divided by R modulo p.
///
/// The product is below 2^514, to which at most `(R - 1) p` is added: the quotient by `R = 2^260` is below
/// `2^254 + 2^256`. Each limb receives at most six numbers below 2^52, one m, and a carry below 2^6, and so
/// stays below `17 * 2^52`.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
fn reduced(mut product: [Lanes; 10]) -> Element {
    let mask = splat(MASK);
    for i in 0..5 {
        // The lowest limb plus m (2^52 - 1) is a multiple of 2^52: what is above m in it, and m.
        let m = and(product[i], mask);
        let carry = add(shift_right::<52>(product[i]), m);
        product[i + 1] = add(product[i + 1], carry);
        for j in [1, 3, 4] {
            let limb = splat(P[j]);
            product[i + j] = add_product_low(product[i + j], m, limb);
            product[i + j + 1] = add_product_high(product[i + j + 1], m, limb);
        }
    }
    carried([product[5], product[6], product[7], product[8], product[9]])
}

/// `a - b` modulo p, above 0 and below `2^256 + 2^228`. The limbs of b may be below `3 * 2^52`, and b itself
/// below `6 * 2^256`: as much as the sum of three elements.
///
/// The difference and 8 p is above `2^256` and below `10 * 2^256`. Of it, `q p` is subtracted, where q is the
/// number above bit 256 in the topmost limb, not carried, which is from 1 to 10. What the limbs below carry
/// to it is from -4 to 10 times 2^208, and `q (2^256 - p)`, above 2^223 and below 2^228, makes up for it.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn difference(a: &Element, b: &Element) -> Element {
    let mut limbs = [splat(0); 5];
    for i in 0..5 {
        limbs[i] = sub(add(a[i], splat(8 * P[i])), b[i]);
    }
    let q = shift_right::<48>(limbs[4]);
    limbs[4] = and(limbs[4], splat((1 << 48) - 1));
    // q (2^256 - p) = q (2^224 - 2^192 - 2^96 + 1)
    limbs[0] = add(limbs[0], q);
    limbs[1] = sub(limbs[1], shift_left::<44>(q));
    limbs[3] = sub(limbs[3], shift_left::<36>(q));
    limbs[4] = add(limbs[4], shift_left::<16>(q));
    carried(limbs)
}

/// The sum, limb by limb: for a difference.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn sum(a: &Element, b: &Element) -> Element {
    let mut limbs = *a;
    for i in 0..5 {
        limbs[i] = add(a[i], b[i]);
    }
    limbs
}

/// `p - y` in the lanes whose `signs` are all ones, y in those whose are zeros; y is at most p.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn negated_if(y: &Element, signs: Lanes) -> Element {
    let mut negative = *y;
    for i in 0..5 {
        negative[i] = sub(splat(P[i]), y[i]);
    }
    let negative = carried(negative);
    let mut limbs = *y;
    for i in 0..5 {
        limbs[i] = xor(y[i], and(xor(y[i], negative[i]), signs));
    }
    limbs
}

/// Whether the elements of each lane are equal modulo p.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
pub fn are_equal(a: &Element, b: &Element) -> [bool; LANES] {
    // Of all multiples of p, only p itself is in the range of a difference.
    let difference = difference(a, b);
    let mut others = splat(0);
    for i in 0..5 {
        others = or(others, xor(difference[i], splat(P[i])));
    }
    numbers(others).map(|others| others == 0)
}

/// The same number, which must not be negative, with limbs below 2^52. A limb may be negative.
#[inline]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
fn carried(mut limbs: Element) -> Element {
    let mask = splat(MASK);
    for i in 0..4 {
        let carry = shift_right_signed::<52>(limbs[i]);
        limbs[i] = and(limbs[i], mask);
        limbs[i + 1] = add(limbs[i + 1], carry);
    }
    limbs
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::lanes::{Task, run};
    use crypto_bigint::{NonZero, U512};

    /// An element of any value in each lane.
    type Values = [U512; LANES];

    fn p() -> U512 {
        value(P)
    }

    fn power_of_two(exponent: u32) -> U512 {
        U512::ONE.shl_vartime(exponent)
    }

    fn value(limbs: [u64; 5]) -> U512 {
        let mut value = U512::ZERO;
        for limb in limbs.into_iter().rev() {
            value = value.shl_vartime(52).wrapping_add(&U512::from(limb));
        }
        value
    }

    fn limb(value: &U512, index: u32) -> u64 {
        value.shr_vartime(52 * index).to_words()[0] & MASK
    }

    #[cfg_attr(
        all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
        target_feature(enable = "avx512f,avx512ifma")
    )]
    fn element(values: &Values) -> Element {
        [0, 1, 2, 3, 4].map(|index| lanes(values.map(|value| limb(&value, index))))
    }

    /// The limbs must be carried.
    #[cfg_attr(
        all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
        target_feature(enable = "avx512f,avx512ifma")
    )]
    fn values(element: &Element) -> Values {
        let mut limbs = [[0; LANES]; 5];
        for (limbs, lanes) in limbs.iter_mut().zip(element) {
            *limbs = numbers(*lanes);
        }
        std::array::from_fn(|lane| {
            assert!(limbs.iter().all(|limb| limb[lane] <= MASK));
            value(limbs.map(|limb| limb[lane]))
        })
    }

    fn modulo_p(value: &U512) -> U512 {
        value.rem_vartime(&NonZero::new(p()).unwrap())
    }

    fn random(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    /// Numbers below 2^257 at the edges of their range and of their limbs, and random ones.
    fn edges() -> Vec<U512> {
        let largest = power_of_two(257).wrapping_sub(&U512::ONE);
        let mut edges = vec![U512::ZERO, largest];
        let multiples = [p(), p().shl_vartime(1), power_of_two(256), value(ONE)];
        let powers = [0, 1, 51, 52, 64, 96, 104, 128, 156, 192, 208, 224].map(power_of_two);
        for number in multiples.into_iter().chain(powers) {
            edges.push(number);
            edges.push(number.wrapping_add(&U512::ONE));
            edges.push(number.wrapping_sub(&U512::ONE));
            edges.push(p().wrapping_sub(&number).bitand(&largest));
        }
        // Every choice of limbs that are all ones or zero; the topmost one has 49 bits.
        for choice in 0..32_u64 {
            let limbs =
                [0, 1, 2, 3, 4].map(|index| if choice >> index & 1 == 1 { MASK } else { 0 });
            edges.push(value(limbs).bitand(&largest));
        }
        let mut seed = 7;
        for _ in 0..64 {
            let limbs = [0; 5].map(|_| random(&mut seed) & MASK);
            edges.push(value(limbs).bitand(&largest));
        }
        edges.retain(|edge| *edge <= largest);
        edges
    }

    /// Runs over all pairs of edges, eight at once.
    fn each_pair(mut check: impl FnMut(&Values, &Values)) {
        let edges = edges();
        for shift in 0..edges.len() {
            for start in (0..edges.len()).step_by(LANES) {
                let at = |place: usize| edges[place % edges.len()];
                check(
                    &std::array::from_fn(|lane| at(start + lane)),
                    &std::array::from_fn(|lane| at(start + lane + shift)),
                );
            }
        }
    }

    /// Two elements, and what each function makes of them.
    pub struct Operations {
        a: Values,
        b: Values,
        from_words: Values,
        product: Values,
        square: Values,
        difference: Values,
        difference_of_sum: Values,
        negative: Values,
        are_equal: [bool; LANES],
    }

    impl Operations {
        fn of(a: &Values, b: &Values) -> Self {
            let mut operations = Self {
                a: *a,
                b: *b,
                from_words: *a,
                product: *a,
                square: *a,
                difference: *a,
                difference_of_sum: *a,
                negative: *a,
                are_equal: [false; LANES],
            };
            assert!(run(Task::Field(&mut operations)));
            operations
        }

        #[cfg_attr(
            all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
            target_feature(enable = "avx512f,avx512ifma")
        )]
        pub fn run(&mut self) {
            let (a, b) = (element(&self.a), element(&self.b));
            let words = [0, 1, 2, 3].map(|index| self.a.map(|a| a.to_words()[index]));
            self.from_words = values(&from_words(words));
            self.product = values(&product(&a, &b));
            self.square = values(&square(&a));
            self.difference = values(&difference(&a, &b));
            self.difference_of_sum = values(&difference(&a, &sum(&b, &sum(&b, &b))));
            let signs = std::array::from_fn(|lane| if lane % 2 == 1 { u64::MAX } else { 0 });
            let at_most_p = element(&self.a.map(|a| modulo_p(&a)));
            self.negative = values(&negated_if(&at_most_p, lanes(signs)));
            self.are_equal = are_equal(&a, &b);
        }
    }

    #[test]
    fn results_are_those_of_a_library() {
        let limit = power_of_two(257);
        let above_differences = power_of_two(256).wrapping_add(&power_of_two(228));
        let multiply = |a: &U512, b: &U512| modulo_p(&modulo_p(a).wrapping_mul(&modulo_p(b)));
        let negative = |a: &U512| p().shl_vartime(3).wrapping_sub(a);
        each_pair(|first, second| {
            let found = Operations::of(first, second);
            for lane in 0..LANES {
                let (a, b) = (&first[lane], &second[lane]);
                let below = power_of_two(256).wrapping_sub(&U512::ONE);
                assert_eq!(found.from_words[lane], a.bitand(&below));
                // Products are those by R, as both sides are multiplied by it.
                let times_r = |quotient: &U512| multiply(quotient, &value(ONE));
                assert!(found.product[lane] < limit && found.square[lane] < limit);
                assert_eq!(times_r(&found.product[lane]), multiply(a, b));
                assert_eq!(times_r(&found.square[lane]), multiply(a, a));
                let difference = &found.difference[lane];
                assert!(U512::ZERO < *difference && *difference < above_differences);
                assert_eq!(
                    modulo_p(difference),
                    modulo_p(&a.wrapping_add(&negative(b)))
                );
                let difference = &found.difference_of_sum[lane];
                assert!(U512::ZERO < *difference && *difference < above_differences);
                assert_eq!(
                    modulo_p(difference),
                    modulo_p(&a.wrapping_add(&negative(&b.wrapping_add(b).wrapping_add(b))))
                );
                let a = modulo_p(a);
                let negative = if lane % 2 == 1 {
                    p().wrapping_sub(&a)
                } else {
                    a
                };
                assert_eq!(found.negative[lane], negative);
                assert_eq!(found.are_equal[lane], a == modulo_p(b));
            }
        });
    }

    #[test]
    fn one_is_r() {
        assert_eq!(value(ONE), modulo_p(&power_of_two(260)));
        let a = p().wrapping_sub(&U512::ONE);
        let found = Operations::of(&[a; LANES], &[value(ONE); LANES]);
        assert_eq!(found.product.map(|product| modulo_p(&product)), [a; LANES]);
    }
}
