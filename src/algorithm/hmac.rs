//! HMAC with SHA-2 (RFC 7518, section 3.2), compared in constant time: a MAC is all of the hash, never a
//! part of it.

use ::hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_256};

use super::{Algorithm, KeyType, Material};

/// HMAC with a hash that JOSE has no algorithm for: for `debug` to name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherMac {
    Sha1,
    Sha224,
    Sha512_256,
}

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
            mac::<M>(key, text).is_some_and(|mac| mac.verify_slice(signature).is_ok())
        },
        accepts: None,
        prepare: None,
    }
}

/// The MAC of a text; none if the key is not a secret.
fn mac<M: Mac + KeyInit>(key: &Material, text: &[u8]) -> Option<M> {
    let Material::Oct(secret) = key else {
        return None;
    };
    let mac = <M as KeyInit>::new_from_slice(secret.octets()).ok()?;
    Some(mac.chain_update(text))
}

/// Whether these are the first bytes of a MAC, exactly so many, and enough of them not to be met by chance.
pub fn verify_truncated(
    alg: &str,
    length: usize,
    key: &Material,
    text: &[u8],
    signature: &[u8],
) -> bool {
    const SHORTEST: usize = 16;
    fn starts<M: Mac + KeyInit>(key: &Material, text: &[u8], start: &[u8]) -> bool {
        mac::<M>(key, text).is_some_and(|mac| mac.verify_truncated_left(start).is_ok())
    }
    if signature.len() != length || length < SHORTEST {
        return false;
    }
    match alg {
        "HS256" => starts::<Hmac<Sha256>>(key, text, signature),
        "HS384" => starts::<Hmac<Sha384>>(key, text, signature),
        "HS512" => starts::<Hmac<Sha512>>(key, text, signature),
        _ => false,
    }
}

impl OtherMac {
    pub(super) fn verify(self, key: &Material, text: &[u8], signature: &[u8]) -> bool {
        fn is_mac<M: Mac + KeyInit>(key: &Material, text: &[u8], signature: &[u8]) -> bool {
            mac::<M>(key, text).is_some_and(|mac| mac.verify_slice(signature).is_ok())
        }
        match self {
            Self::Sha1 => is_mac::<Hmac<Sha1>>(key, text, signature),
            Self::Sha224 => is_mac::<Hmac<Sha224>>(key, text, signature),
            Self::Sha512_256 => is_mac::<Hmac<Sha512_256>>(key, text, signature),
        }
    }
}
