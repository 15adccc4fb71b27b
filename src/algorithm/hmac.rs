//! HMAC with SHA-2 (RFC 7518, section 3.2), compared in constant time by the rows: a MAC is all of the hash,
//! never a part of it.

use std::fmt;

use ::hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::digest::common::BlockSizeUser;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_256};
use zeroize::Zeroizing;

use super::{Algorithm, Answer, KeyType, Material, Prepare, Prepared, SignatureOctets, Signed};

/// HMAC with a hash that JOSE has no algorithm for: for `debug` to name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherMac {
    Sha1,
    Sha224,
    Sha512_256,
}

/// A secret with both of its padded blocks hashed (RFC 2104, section 4): as secret as the key.
struct HashedSecret<M>(M);

pub static HS256: Algorithm = row::<Hmac<Sha256>>("HS256", 32);
pub static HS384: Algorithm = row::<Hmac<Sha384>>("HS384", 48);
pub static HS512: Algorithm = row::<Hmac<Sha512>>("HS512", 64);

const fn row<M: Mac + KeyInit + Clone + Send + Sync + 'static>(
    name: &'static str,
    signature_octets: usize,
) -> Algorithm {
    Algorithm {
        name,
        alias: None,
        section: "RFC 7518, section 3.2",
        key_type: KeyType::Oct,
        hash: None,
        signature_octets: SignatureOctets::Fixed(signature_octets),
        verify: |key, text, signature| {
            mac::<M>(key, text).is_some_and(|mac| mac.verify_slice(signature).is_ok())
        },
        accepts: None,
        prepare: Some(Prepare {
            signatures: 2,
            bytes: 1024,
            make: |key| {
                let mac = mac::<M>(key, b"")?;
                Some(Box::new(HashedSecret(mac)))
            },
        }),
    }
}

impl<M: Mac + Clone + Send + Sync> Prepared for HashedSecret<M> {
    fn ask(&self, asked: &[(Signed, &[u8])]) -> Vec<Answer> {
        let answer = |(signed, signature): &(Signed, &[u8])| match signed {
            Signed::Text(text) => {
                let mac = self.0.clone().chain_update(text);
                match mac.verify_slice(signature) {
                    Ok(()) => Answer::Accepted,
                    Err(_) => Answer::Doubted,
                }
            }
            Signed::Prehash(_) => Answer::NotAsked,
        };
        asked.iter().map(answer).collect()
    }
}

impl<M> fmt::Debug for HashedSecret<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashedSecret").finish_non_exhaustive()
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

/// The MAC of a text by an algorithm of this family, for `debug` to compare a damaged one with. It is as secret
/// as the key.
pub fn expected_mac(alg: &str, key: &Material, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    fn of<M: Mac + KeyInit>(key: &Material, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = mac::<M>(key, text)?.finalize().into_bytes();
        Some(Zeroizing::new(bytes.to_vec()))
    }
    match alg {
        "HS256" => of::<Hmac<Sha256>>(key, text),
        "HS384" => of::<Hmac<Sha384>>(key, text),
        "HS512" => of::<Hmac<Sha512>>(key, text),
        _ => None,
    }
}

/// A secret for which an algorithm of this family makes the same MACs as for this one: one that is longer than a block
/// is hashed first (RFC 2104, section 2), and here once for all texts.
pub fn shortened(alg: &str, key: &Material) -> Option<Material> {
    fn of<H: Digest + BlockSizeUser>(secret: &[u8]) -> Option<Material> {
        let is_longer = secret.len() > H::block_size();
        is_longer.then(|| Material::Oct(H::digest(secret).to_vec().into()))
    }
    let Material::Oct(secret) = key else {
        return None;
    };
    match alg {
        "HS256" => of::<Sha256>(secret.octets()),
        "HS384" => of::<Sha384>(secret.octets()),
        "HS512" => of::<Sha512>(secret.octets()),
        _ => None,
    }
}

/// The MAC of a text that is read part by part: `debug` goes on from one start to very many ends. As secret as the key.
#[derive(Clone)]
pub enum StartedMac {
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl StartedMac {
    /// Of no text yet, by an algorithm of this family.
    pub fn new(alg: &str, key: &Material) -> Option<Self> {
        match alg {
            "HS256" => mac(key, b"").map(Self::Sha256),
            "HS384" => mac(key, b"").map(Self::Sha384),
            "HS512" => mac(key, b"").map(Self::Sha512),
            _ => None,
        }
    }

    pub fn update(&mut self, text: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(text),
            Self::Sha384(mac) => mac.update(text),
            Self::Sha512(mac) => mac.update(text),
        }
    }

    /// Whether the MAC begins with these bytes.
    pub fn begins_with(self, start: &[u8]) -> bool {
        match self {
            Self::Sha256(mac) => mac.verify_truncated_left(start),
            Self::Sha384(mac) => mac.verify_truncated_left(start),
            Self::Sha512(mac) => mac.verify_truncated_left(start),
        }
        .is_ok()
    }
}

/// Whether these are the first bits of a MAC, exactly so many, and enough of them not to be met by chance. Bits
/// of the last byte that are not among them are zero.
pub fn verify_truncated(
    alg: &str,
    bits: usize,
    key: &Material,
    text: &[u8],
    signature: &[u8],
) -> bool {
    const FEWEST: usize = 128;
    let Some(mut start) = expected_mac(alg, key, text) else {
        return false;
    };
    if bits < FEWEST || bits > start.len().saturating_mul(8) {
        return false;
    }
    start.truncate(bits.div_ceil(8));
    let unused = bits.wrapping_neg() % 8;
    if let Some(last) = start.last_mut() {
        *last = *last >> unused << unused;
    }
    **start == *signature
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
