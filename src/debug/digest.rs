//! The hash functions that a signer may have used, and what ECDSA on P-256 takes of a hash.

use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::curve::Prehash;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Digest {
    #[serde(rename = "SHA-1")]
    Sha1,
    #[serde(rename = "SHA-256")]
    Sha256,
    #[serde(rename = "SHA-384")]
    Sha384,
    #[serde(rename = "SHA-512")]
    Sha512,
}

impl Digest {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The one that an `alg` of ECDSA on another curve asks for.
    pub fn of_alg(alg: &str) -> Option<Self> {
        match alg {
            "ES384" => Some(Self::Sha384),
            "ES512" => Some(Self::Sha512),
            _ => None,
        }
    }

    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// The leftmost 256 bits of a longer hash, and a shorter hash as the number that it is.
pub fn prehash(hash: &[u8]) -> Prehash {
    let mut prehash = Prehash::default();
    let kept = hash.get(..prehash.len()).unwrap_or(hash);
    let from = prehash.len().saturating_sub(kept.len());
    if let Some(place) = prehash.get_mut(from..) {
        place.copy_from_slice(kept);
    }
    prehash
}
