//! Powers modulo one RSA modulus in eight lanes, for a modulus of any length up to 4096 bits.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "indices are below the number of limbs; the limbs' bounds are argued at each function"
)]

use super::LANES;
use super::avx512::{
    Lanes, add, add_product_high, add_product_low, and, lanes, numbers, shift_right, splat,
};

const BITS: usize = 52;
const MASK: u64 = (1 << BITS) - 1;

/// The limbs of a modulus of 4096 bits.
const MAX_LIMBS: usize = 80;

/// A number in each lane, least significant limb first; the limbs beyond those of the modulus are unused.
type Number = [Lanes; MAX_LIMBS];

/// An odd modulus n in L limbs, with `R = 2^(52 L)` at least 2^32 times as large as n.
#[derive(Debug)]
pub struct Modulus {
    n: Vec<u64>,
    /// `-1 / n` modulo 2^52.
    negative_inverse: u64,
    /// `R^2` modulo n.
    r_squared: Vec<u64>,
}

/// Eight powers with the exponent 65537.
pub struct Powers<'t> {
    pub modulus: &'t Modulus,
    /// The bases, each below n. Then the powers: below n, unless they are below `2^-31 n`, where n may be
    /// added. A limb of all lanes at a time, as many as the modulus has.
    pub numbers: &'t mut [[u64; LANES]],
}

/// The limbs of a modulus of so many bytes.
pub const fn limbs(bytes: usize) -> usize {
    (8 * bytes + 32).div_ceil(BITS)
}

/// Two limbs are 13 bytes: each two of a number, least significant first.
pub fn pairs_of_limbs(big_endian: &[u8]) -> impl Iterator<Item = [u64; 2]> {
    big_endian.rchunks(2 * BITS / 8).map(|bytes| {
        let mut number = [0; 16];
        number[16 - bytes.len()..].copy_from_slice(bytes);
        let number = u128::from_be_bytes(number);
        let limb = |number: u128| u64::try_from(number & u128::from(MASK)).unwrap_or_default();
        [limb(number), limb(number >> BITS)]
    })
}

impl Modulus {
    /// None for an even number, and for one of more than 4096 bits.
    pub fn new(big_endian: &[u8]) -> Option<Self> {
        let length = limbs(big_endian.len());
        let mut n: Vec<u64> = pairs_of_limbs(big_endian).flatten().collect();
        n.resize(length, 0);
        let lowest = *n.first()?;
        if lowest % 2 == 0 || length > MAX_LIMBS {
            return None;
        }
        // Each step doubles the number of right bits (Newton); one is right from the start.
        let inverse = (0..6).fold(1_u64, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(inverse)))
        });
        let mut power = vec![0; length];
        power[0] = 1;
        for _ in 0..2 * BITS * length {
            double(&mut power, &n);
        }
        Some(Self {
            n,
            negative_inverse: inverse.wrapping_neg() & MASK,
            r_squared: power,
        })
    }
}

/// `2 a` modulo n, for a below n.
fn double(a: &mut [u64], n: &[u64]) {
    let mut carry = 0;
    for limb in a.iter_mut() {
        *limb = *limb << 1 | carry;
        carry = *limb >> BITS;
        *limb &= MASK;
    }
    if a.iter().rev().ge(n.iter().rev()) {
        let mut borrow = 0;
        for (limb, n) in a.iter_mut().zip(n) {
            let difference = limb.wrapping_sub(*n).wrapping_sub(borrow);
            borrow = difference >> 63;
            *limb = difference & MASK;
        }
    }
}

impl Powers<'_> {
    #[cfg_attr(
        all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
        target_feature(enable = "avx512f,avx512ifma")
    )]
    pub(super) fn run(self) {
        let mut base = [splat(0); MAX_LIMBS];
        let mut r_squared = base;
        for (lane, limbs) in base.iter_mut().zip(self.numbers.iter()) {
            *lane = lanes(*limbs);
        }
        for (lane, limb) in r_squared.iter_mut().zip(&self.modulus.r_squared) {
            *lane = splat(*limb);
        }
        // In Montgomery form, s R; a product with s itself leaves it.
        let mut power = base;
        product(&mut power, &r_squared, self.modulus);
        for _ in 0..16 {
            let factor = power;
            product(&mut power, &factor, self.modulus);
        }
        // With a below 2 n and s below n, what is added to `m n / R`, which is below n, is below 2^-31 n.
        product(&mut power, &base, self.modulus);
        for (limbs, lane) in self.numbers.iter_mut().zip(power) {
            *limbs = numbers(lane);
        }
    }
}

/// Multiplies a by `b / R` modulo n: below 2 n, for numbers below 2 n, since R is above 4 n.
///
/// Each step adds a multiple of a, and that multiple of n which makes the lowest limb zero, and drops that
/// limb. In all steps, a limb receives at most 4 numbers below 2^52 for each of at most 80 limbs, and
/// carries below 2^10: it stays below 2^61.
#[inline(never)]
#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
fn product(a: &mut Number, b: &Number, modulus: &Modulus) {
    let count = modulus.n.len().min(MAX_LIMBS);
    let n = &modulus.n[..count];
    let a = &mut a[..count];
    let mut sums = [splat(0); MAX_LIMBS];
    let sums = &mut sums[..count];
    let negative_inverse = splat(modulus.negative_inverse);
    for factor in &b[..count] {
        let lowest = add_product_low(sums[0], a[0], *factor);
        let multiple = add_product_low(splat(0), lowest, negative_inverse);
        let lowest = add_product_low(lowest, multiple, splat(n[0]));
        for place in 1..count {
            let mut sum = sums[place];
            sum = add_product_low(sum, a[place], *factor);
            sum = add_product_high(sum, a[place - 1], *factor);
            sum = add_product_low(sum, multiple, splat(n[place]));
            sum = add_product_high(sum, multiple, splat(n[place - 1]));
            sums[place - 1] = sum;
        }
        sums[0] = add(sums[0], shift_right::<52>(lowest));
        let highest = add_product_high(splat(0), a[count - 1], *factor);
        sums[count - 1] = add_product_high(highest, multiple, splat(n[count - 1]));
    }
    let mut carry = splat(0);
    for (limb, sum) in a.iter_mut().zip(sums) {
        let sum = add(*sum, carry);
        *limb = and(sum, splat(MASK));
        carry = shift_right::<52>(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Task, run};
    use crypto_bigint::Resize as _;
    use rsa::{BoxedUint, PublicKey};
    use sha2::{Digest, Sha256};

    /// The number in a lane.
    fn lane(numbers: &[[u64; LANES]], lane: usize) -> BoxedUint {
        let mut value = BoxedUint::zero_with_precision(8192);
        for limbs in numbers.iter().rev() {
            assert!(limbs[lane] <= MASK);
            value = value.shl_vartime(52).unwrap() | BoxedUint::from(limbs[lane]).resize(8192);
        }
        value
    }

    fn expected(n: &[u8], s: &[u8]) -> BoxedUint {
        let number = |bytes: &[u8]| {
            BoxedUint::from_be_slice(bytes, u32::try_from(8 * bytes.len()).unwrap()).unwrap()
        };
        let key = PublicKey::new_unchecked(number(n), BoxedUint::from(65_537_u64));
        rsa::hazmat::rsa_encrypt(&key, &number(s))
            .unwrap()
            .resize(8192)
    }

    /// Random bytes.
    fn random(number: u64, length: usize) -> Vec<u8> {
        (0_u64..)
            .flat_map(|block| Sha256::digest([number.to_be_bytes(), block.to_be_bytes()].concat()))
            .take(length)
            .collect()
    }

    /// Moduli at the edges of their range and of their limbs, and random ones.
    fn moduli(length: usize) -> Vec<Vec<u8>> {
        let ones = vec![0xFF; length];
        let mut lowest = vec![0; length];
        lowest[0] = 0x80;
        lowest[length - 1] = 1;
        let mut half = lowest.clone();
        half[length / 2..].fill(0xFF);
        let mut moduli = vec![ones, lowest, half];
        for number in 0..3 {
            let mut modulus = random(number, length);
            modulus[0] |= 0x80;
            modulus[length - 1] |= 1;
            moduli.push(modulus);
        }
        moduli
    }

    fn minus(number: &[u8], less: u8) -> Vec<u8> {
        let mut number = number.to_vec();
        let mut borrow = less;
        for byte in number.iter_mut().rev() {
            let (difference, is_below) = byte.overflowing_sub(borrow);
            *byte = difference;
            borrow = u8::from(is_below);
        }
        number
    }

    #[test]
    fn powers_are_those_of_a_library() {
        for length in [256, 384, 512] {
            for (index, n) in (0..).zip(moduli(length)) {
                let modulus = Modulus::new(&n).unwrap();
                let mut one = vec![0; length];
                one[length - 1] = 1;
                let mut bases = vec![vec![0; length], one, minus(&n, 1), minus(&n, 2)];
                // A number of which every second limb is all ones.
                let mut stripes = vec![0; length];
                for chunk in stripes.rchunks_mut(13) {
                    let start = chunk.len().saturating_sub(6);
                    chunk[start..].fill(0xFF);
                }
                stripes[0] = 0;
                bases.push(stripes);
                while bases.len() < 16 {
                    let mut base =
                        random(1000 * index + u64::try_from(bases.len()).unwrap(), length);
                    base[0] &= 0x7F;
                    bases.push(base);
                }
                for bases in bases.chunks(LANES) {
                    let mut numbers = vec![[0; LANES]; limbs(length)];
                    for (lane, base) in bases.iter().enumerate() {
                        let limbs = pairs_of_limbs(base).flatten();
                        for (row, limb) in numbers.iter_mut().zip(limbs) {
                            row[lane] = limb;
                        }
                    }
                    assert!(run(Task::Rsa(Powers {
                        modulus: &modulus,
                        numbers: &mut numbers
                    })));
                    let modulus = BoxedUint::from_be_slice(&n, 8192).unwrap();
                    for (place, base) in bases.iter().enumerate() {
                        let power = lane(&numbers, place);
                        let less = power.wrapping_sub(&modulus);
                        let power = if power < modulus { power } else { less };
                        assert_eq!(power, expected(&n, base));
                    }
                }
            }
        }
    }

    #[test]
    fn even_and_long_moduli_are_not_taken() {
        assert!(Modulus::new(&[]).is_none());
        assert!(Modulus::new(&[0xFE; 256]).is_none());
        assert!(Modulus::new(&[0xFF; 512]).is_some());
        assert!(Modulus::new(&[0xFF; 520]).is_none());
    }
}
