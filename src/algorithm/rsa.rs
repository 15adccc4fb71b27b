//! RSA (RFC 7518, sections 3.3 and 3.5): PKCS #1 v1.5, and PSS whose salt is exactly as long as the hash.
//! A signature is exactly as long as the modulus.

use rsa::BoxedUint;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pss::Pss;
use rsa::traits::PublicKeyParts as _;
use sha2::digest::FixedOutputReset;
use sha2::digest::const_oid::AssociatedOid;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Algorithm, KeyType, Material, Verify, digest};

pub static RS256: Algorithm = pkcs1::<Sha256>("RS256");
pub static RS384: Algorithm = pkcs1::<Sha384>("RS384");
pub static RS512: Algorithm = pkcs1::<Sha512>("RS512");
pub static PS256: Algorithm = pss::<Sha256>("PS256");
pub static PS384: Algorithm = pss::<Sha384>("PS384");
pub static PS512: Algorithm = pss::<Sha512>("PS512");

const fn pkcs1<D: Digest + AssociatedOid>(name: &'static str) -> Algorithm {
    row::<D>(name, "RFC 7518, section 3.3", |key, prehash, signature| {
        let Material::Rsa(key) = key else {
            return false;
        };
        let scheme = Pkcs1v15Sign::new::<D>();
        key.verify(scheme, prehash, signature).is_ok()
    })
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

const fn row<D: Digest>(name: &'static str, section: &'static str, verify: Verify) -> Algorithm {
    Algorithm {
        name,
        alias: None,
        section,
        key_type: KeyType::Rsa,
        hash: Some(digest::<D>),
        signature_octets: |key| {
            let Material::Rsa(key) = key else {
                return 0;
            };
            key.size()
        },
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
