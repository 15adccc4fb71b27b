//! The hash functions that a signer may have used, and what ECDSA on P-256 takes of a hash.

use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512, Sha512_256};
use sha3::Sha3_256;

use crate::algorithm::{Algorithm, OtherMac};
use crate::curve::Prehash;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Digest {
    #[serde(rename = "SHA-1")]
    Sha1,
    #[serde(rename = "SHA-224")]
    Sha224,
    #[serde(rename = "SHA-256")]
    Sha256,
    #[serde(rename = "SHA-384")]
    Sha384,
    #[serde(rename = "SHA-512")]
    Sha512,
    #[serde(rename = "SHA-512/256")]
    Sha512_256,
    #[serde(rename = "SHA3-256")]
    Sha3_256,
}

impl Digest {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha512_256 => "SHA-512/256",
            Self::Sha3_256 => "SHA3-256",
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

    /// The one of a row of RSA or ECDSA.
    pub fn of_row(algorithm: &Algorithm) -> Option<Self> {
        match algorithm.name {
            "ES256" | "ES256K" | "RS256" | "PS256" => Some(Self::Sha256),
            "ES384" | "RS384" | "PS384" => Some(Self::Sha384),
            "ES512" | "RS512" | "PS512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The DER of a `DigestInfo` (RFC 8017, section 9.2) up to the hash.
    pub fn before_hash(self) -> &'static [u8] {
        match self {
            Self::Sha1 => &[
                0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04,
                0x14,
            ],
            Self::Sha224 => const { &of_nist(4, 28) },
            Self::Sha256 => const { &of_nist(1, 32) },
            Self::Sha384 => const { &of_nist(2, 48) },
            Self::Sha512 => const { &of_nist(3, 64) },
            Self::Sha512_256 => const { &of_nist(6, 32) },
            Self::Sha3_256 => const { &of_nist(8, 32) },
        }
    }

    /// The HMAC with this hash, if it is not one of JOSE.
    pub fn mac(self) -> Option<OtherMac> {
        match self {
            Self::Sha1 => Some(OtherMac::Sha1),
            Self::Sha224 => Some(OtherMac::Sha224),
            Self::Sha512_256 => Some(OtherMac::Sha512_256),
            Self::Sha256 | Self::Sha384 | Self::Sha512 | Self::Sha3_256 => None,
        }
    }

    /// The bytes of a hash.
    pub fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 | Self::Sha512_256 | Self::Sha3_256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha224 => Sha224::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
            Self::Sha512_256 => Sha512_256::digest(bytes).to_vec(),
            Self::Sha3_256 => Sha3_256::digest(bytes).to_vec(),
        }
    }
}

/// The same for a hash of SHA-2 or SHA-3 with this last arc and this length.
const fn of_nist(arc: u8, length: u8) -> [u8; 19] {
    [
        0x30,
        length.wrapping_add(17),
        0x30,
        0x0D,
        0x06,
        0x09,
        0x60,
        0x86,
        0x48,
        0x01,
        0x65,
        0x03,
        0x04,
        0x02,
        arc,
        0x05,
        0x00,
        0x04,
        length,
    ]
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
