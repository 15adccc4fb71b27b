//! Powers modulo an RSA modulus (P. L. Montgomery, 1985), for many signatures under one key: about twice
//! as fast as by the crate `rsa`. Signatures and public keys are no secret, so the time may depend on them.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "indices are below N, the length of all arrays; sums of 64-bit products fit into 128 bits"
)]

/// A number, least significant limb first.
type Limbs<const N: usize> = [u64; N];

/// An odd modulus of N limbs, all of which it needs.
#[derive(Debug)]
pub struct Modulus<const N: usize> {
    n: Limbs<N>,
    /// `-1 / n` modulo 2^64.
    negative_inverse: u64,
    /// `R^2` modulo n, with `R = 2^(64 N)`.
    r_squared: Limbs<N>,
}

impl<const N: usize> Modulus<N> {
    /// None for a number of another length, and for an even one.
    pub fn new(big_endian: &[u8]) -> Option<Self> {
        let n: Limbs<N> = limbs(big_endian)?;
        let (lowest, highest) = (n.first()?, n.last()?);
        if lowest % 2 == 0 || highest.leading_zeros() > 0 {
            return None;
        }
        // Each step doubles the number of right bits (Newton); one is right from the start.
        let inverse = (0..6).fold(1_u64, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(inverse)))
        });
        let mut modulus = Self {
            n,
            negative_inverse: inverse.wrapping_neg(),
            r_squared: [0; N],
        };
        // R modulo n is R - n, as n has its topmost bit. From there to R^2 it is doubled.
        let r = subtract(&[0; N], &n).0;
        modulus.r_squared = (0..64 * N).fold(r, |power, _| modulus.twice(&power));
        Some(modulus)
    }

    /// `s^65537` modulo the modulus, most significant byte first. None if s is not below the modulus, or of
    /// another length.
    pub fn power_65537(&self, s: &[u8]) -> Option<Vec<u8>> {
        let s: Limbs<N> = limbs(s)?;
        let is_below = subtract(&s, &self.n).1;
        if !is_below {
            return None;
        }
        // In Montgomery form, s R; a product with s itself leaves it.
        let mut power = self.product(&s, &self.r_squared);
        for _ in 0..16 {
            power = self.product(&power, &power);
        }
        let power = self.product(&power, &s);
        Some(
            power
                .iter()
                .rev()
                .flat_map(|limb| limb.to_be_bytes())
                .collect(),
        )
    }

    /// `a b / R` modulo n, below n. a is below n.
    ///
    /// Each step adds a multiple of a, and that multiple of n which makes the lowest limb zero, and drops
    /// that limb. The sum stays below 2 n, as `(2 n + (2^64 - 1) n + (2^64 - 1) n) / 2^64` is 2 n and a is
    /// below n. Its bit beyond N limbs is `above`.
    fn product(&self, a: &Limbs<N>, b: &Limbs<N>) -> Limbs<N> {
        let mut sum = [0; N];
        let mut above = false;
        for factor in b {
            let (low, mut carry) = multiply_add(a[0], *factor, sum[0], 0);
            let multiple = low.wrapping_mul(self.negative_inverse);
            let (_, mut other_carry) = multiply_add(self.n[0], multiple, low, 0);
            for place in 1..N {
                let (low, high) = multiply_add(a[place], *factor, sum[place], carry);
                carry = high;
                let (low, high) = multiply_add(self.n[place], multiple, low, other_carry);
                other_carry = high;
                sum[place - 1] = low;
            }
            let (top, first) = carry.overflowing_add(other_carry);
            let (top, second) = top.overflowing_add(u64::from(above));
            sum[N - 1] = top;
            above = first || second;
        }
        self.reduced(&sum, above)
    }

    /// `2 a` modulo n, for a below n.
    fn twice(&self, a: &Limbs<N>) -> Limbs<N> {
        let mut carry = 0;
        let double = a.map(|limb| {
            let twice = limb << 1 | carry;
            carry = limb >> 63;
            twice
        });
        self.reduced(&double, carry == 1)
    }

    /// A number below 2 n, of which one bit may be above the limbs, less n if it is not below n.
    fn reduced(&self, a: &Limbs<N>, above: bool) -> Limbs<N> {
        let (difference, is_below) = subtract(a, &self.n);
        if above || !is_below { difference } else { *a }
    }
}

/// The number of exactly N limbs in these bytes.
fn limbs<const N: usize>(big_endian: &[u8]) -> Option<Limbs<N>> {
    let (octets, []) = big_endian.as_chunks() else {
        return None;
    };
    let mut limbs: Limbs<N> = octets
        .iter()
        .map(|octets| u64::from_be_bytes(*octets))
        .collect::<Vec<u64>>()
        .try_into()
        .ok()?;
    limbs.reverse();
    Some(limbs)
}

/// The difference modulo R, and whether a is below b.
fn subtract<const N: usize>(a: &Limbs<N>, b: &Limbs<N>) -> (Limbs<N>, bool) {
    let mut difference = *a;
    let mut borrow = false;
    for (limb, b) in difference.iter_mut().zip(b) {
        let (less, first) = limb.overflowing_sub(*b);
        let (less, second) = less.overflowing_sub(u64::from(borrow));
        *limb = less;
        borrow = first || second;
    }
    (difference, borrow)
}

/// `a b + c + d`, its low and its high limb.
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let sum = u128::from(a) * u128::from(b) + u128::from(c) + u128::from(d);
    let (low, high) = (sum & u128::from(u64::MAX), sum >> 64);
    // Both are below 2^64.
    (
        u64::try_from(low).unwrap_or_default(),
        u64::try_from(high).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::material::Material;
    use rsa::BoxedUint;
    use sha2::{Digest, Sha256};

    const BYTES: usize = 256;

    type BigNumber = [u8; BYTES];

    /// Bytes that a number repeats.
    fn random(number: u32) -> BigNumber {
        let mut bytes = [0; BYTES];
        for (place, chunk) in (0_u32..).zip(bytes.chunks_mut(32)) {
            let seed = [number.to_be_bytes(), place.to_be_bytes()].concat();
            chunk.copy_from_slice(&Sha256::digest(seed));
        }
        bytes
    }

    /// The same by the crate `rsa`.
    fn expected(n: &BigNumber, s: &BigNumber) -> Option<Vec<u8>> {
        let uint = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 2048).unwrap();
        let key = rsa::PublicKey::new(uint(n), BoxedUint::from(65537_u64)).unwrap();
        crate::algorithm::opened(&Material::Rsa(key.into()), s)
    }

    /// Moduli with long runs of ones and of zeros, and random ones.
    fn moduli() -> Vec<BigNumber> {
        let mut ones = [0xFF; BYTES];
        let mut moduli = vec![ones];
        ones[BYTES - 1] = 0x01;
        moduli.push(ones);
        let mut power = [0; BYTES];
        power[0] = 0x80;
        power[BYTES - 1] = 1;
        moduli.push(power);
        let mut middle = power;
        middle[8..248].fill(0xFF);
        moduli.push(middle);
        for number in 0..20 {
            let mut modulus = random(number);
            modulus[0] |= 0x80;
            modulus[BYTES - 1] |= 1;
            moduli.push(modulus);
        }
        moduli
    }

    #[test]
    fn powers_are_those_of_rsa() {
        for (number, n) in (1000..).zip(moduli()) {
            let modulus = Modulus::<32>::new(&n).unwrap();
            let mut less_one = n;
            less_one[BYTES - 1] -= 1;
            let mut one = [0; BYTES];
            one[BYTES - 1] = 1;
            let mut half = n;
            half[0] &= 0x7F;
            let numbers = [
                [0; BYTES],
                one,
                less_one,
                half,
                [0x7F; BYTES],
                n,
                [0xFF; BYTES],
            ];
            for s in numbers
                .into_iter()
                .chain((0..20).map(|more| random(number * 100 + more)))
            {
                assert_eq!(modulus.power_65537(&s), expected(&n, &s));
            }
        }
    }

    #[test]
    fn numbers_of_another_length_are_not_taken() {
        let n = moduli()[5];
        let modulus = Modulus::<32>::new(&n).unwrap();
        for length in [0, 1, 8, 255] {
            assert!(Modulus::<32>::new(&n[..length]).is_none());
            assert_eq!(modulus.power_65537(&n[..length]), None);
        }
        let longer = [&[0], &n[..]].concat();
        assert!(Modulus::<32>::new(&longer).is_none());
        assert_eq!(modulus.power_65537(&longer), None);
        let (mut even, mut short) = (n, n);
        even[BYTES - 1] &= 0xFE;
        short[0] &= 0x7F;
        assert!(Modulus::<32>::new(&even).is_none());
        assert!(Modulus::<32>::new(&short).is_none());
        assert!(Modulus::<48>::new(&n).is_none());
    }
}
