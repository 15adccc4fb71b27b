//! RSA (RFC 7518, sections 3.3 and 3.5): PKCS #1 v1.5, and PSS whose salt is exactly as long as the hash.
//! A signature is exactly as long as the modulus.

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
        prepare: None,
    }
}
