//! ECDSA (RFC 7518, section 3.4; RFC 8812, section 3.2): a signature is R and S, each as long as the
//! curve's order, and nothing else. A high S is as good as a low one.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p384::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::prepare_p256::FIXED_KEY;
use super::{Algorithm, KeyType, Material, SignatureOctets, VerifyFunction, digest};
use crate::curve::single_signature;

pub static ES256: Algorithm = Algorithm {
    accepts: Some(p256_accepts),
    prepare: Some(FIXED_KEY),
    ..row::<Sha256>("ES256", KeyType::P256, 64, p256)
};
pub static ES384: Algorithm = row::<Sha384>("ES384", KeyType::P384, 96, p384);
pub static ES512: Algorithm = row::<Sha512>("ES512", KeyType::P521, 132, p521);
pub static ES256K: Algorithm = Algorithm {
    section: "RFC 8812, section 3.2",
    ..row::<Sha256>("ES256K", KeyType::Secp256k1, 64, secp256k1)
};

/// A second algorithm for keys on P-256, which no RFC has and no key allows by itself: for tests of what
/// takes any algorithm.
#[cfg(test)]
pub static X256: Algorithm = Algorithm {
    accepts: Some(p256_accepts),
    prepare: Some(FIXED_KEY),
    ..row::<Sha512>("X256", KeyType::P256, 64, p256)
};

const fn row<D: Digest>(
    name: &'static str,
    key_type: KeyType,
    signature_octets: usize,
    verify: VerifyFunction,
) -> Algorithm {
    Algorithm {
        name,
        alias: None,
        section: "RFC 7518, section 3.4",
        key_type,
        hash: Some(digest::<D>),
        signature_octets: SignatureOctets::Fixed(signature_octets),
        verify,
        accepts: None,
        prepare: None,
    }
}

fn p256(key: &Material, prehash: &[u8], signature: &[u8]) -> bool {
    let Material::P256(key) = key else {
        return false;
    };
    p256::ecdsa::Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
}

/// ECDSA takes the leftmost bits of a longer hash.
fn p256_accepts(key: &Material, prehash: &[u8], signature: &[u8]) -> bool {
    let key = key.p256().zip(prehash.first_chunk());
    key.is_some_and(|(key, prehash)| single_signature::accepts(key, *prehash, signature))
}

fn p384(key: &Material, prehash: &[u8], signature: &[u8]) -> bool {
    let Material::P384(key) = key else {
        return false;
    };
    p384::ecdsa::Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
}

fn p521(key: &Material, prehash: &[u8], signature: &[u8]) -> bool {
    let Material::P521(key) = key else {
        return false;
    };
    p521::ecdsa::Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
}

/// `k256` rejects a high S, as Bitcoin does and JOSE does not.
fn secp256k1(key: &Material, prehash: &[u8], signature: &[u8]) -> bool {
    let Material::Secp256k1(key) = key else {
        return false;
    };
    k256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
        let signature = signature.normalize_s();
        key.verify_prehash(prehash, &signature).is_ok()
    })
}
