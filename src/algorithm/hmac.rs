//! HMAC with SHA-2 (RFC 7518, section 3.2), compared in constant time: a MAC is all of the hash, never a
//! part of it.

use ::hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use super::{Algorithm, KeyType, Material};

pub static HS256: Algorithm = row::<Hmac<Sha256>>("HS256", |_| 32);
pub static HS384: Algorithm = row::<Hmac<Sha384>>("HS384", |_| 48);
pub static HS512: Algorithm = row::<Hmac<Sha512>>("HS512", |_| 64);

const fn row<M: Mac + KeyInit>(
    name: &'static str,
    signature_octets: fn(&Material) -> usize,
) -> Algorithm {
    Algorithm {
        name,
        alias: None,
        section: "RFC 7518, section 3.2",
        key_type: KeyType::Oct,
        hash: None,
        signature_octets,
        verify: |key, text, signature| {
            let Material::Oct(secret) = key else {
                return false;
            };
            <M as KeyInit>::new_from_slice(secret.octets())
                .is_ok_and(|mac| mac.chain_update(text).verify_slice(signature).is_ok())
        },
        accepts: None,
        prepare: None,
    }
}
