//! The signature algorithms (RFC 7518, section 3.1) as rows of one table (`registry`); each family is a file.
//!
//! A row answers yes or no, and nothing else in the program does: [`Verifier`](crate::Verifier) asks it
//! about a token, a batch asks it for the last word, and a proof asks it whether what was found
//! verifies. Why a signature fails is for the diagnosis to find out.

mod ecdsa;
mod eddsa;
mod hmac;
mod lenient;
mod material;
mod montgomery;
mod prepare_ed25519;
mod prepare_p256;
mod registry;
mod rsa;
mod rsa_lanes;

use std::fmt::Debug;
use std::ops::Deref;

use sha2::Digest;

pub(crate) use self::hmac::{HS256, HS384, HS512, OtherMac, StartedMac, expected_mac, shortened};
pub(crate) use ecdsa::ES256;
#[cfg(test)]
pub(crate) use ecdsa::X256;
pub(crate) use lenient::{Message, Parameter};
pub use material::KeyType;
pub(crate) use material::Material;
pub(crate) use rsa::opened;

/// From a text to its hash.
type HashFunction = fn(&[u8]) -> Hash;

/// A hash, of 64 bytes at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash {
    bytes: [u8; 64],
    length: usize,
}

/// The length of a signature, in bytes.
#[derive(Clone, Copy, Debug)]
enum SignatureOctets {
    Fixed(usize),
    OfKey(fn(&Material) -> usize),
}

/// Whether a signature is that of a hash or, if the algorithm has none, of a text.
type VerifyFunction = fn(&Material, &[u8], &[u8]) -> bool;

/// One signature algorithm.
#[derive(Debug)]
pub struct Algorithm {
    /// The value of `alg`, compared byte by byte.
    pub name: &'static str,
    /// Another name of the same algorithm.
    alias: Option<&'static str>,
    /// Where it is defined.
    pub section: &'static str,
    /// The type of the keys that it takes.
    pub key_type: KeyType,
    /// For an algorithm that signs a hash of the text.
    hash: Option<HashFunction>,
    signature_octets: SignatureOctets,
    /// Of the key, of a hash or a text, and of a signature. It has the last word.
    verify: VerifyFunction,
    /// A faster way for one signature, which may accept and never rejects.
    accepts: Option<VerifyFunction>,
    /// For an algorithm that verifies many signatures under one key faster than one by one.
    prepare: Option<Prepare>,
}

/// What a signature is of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signed<'s> {
    /// The JWS Signing Input.
    Text(&'s [u8]),
    /// The hash of it, made once for many keys, or found by `debug`.
    Prehash(&'s [u8]),
}

/// How a key is prepared for many signatures.
#[derive(Debug)]
pub(crate) struct Prepare {
    /// From so many signatures on it is worth its time.
    pub signatures: u64,
    /// The bytes that it takes, about.
    pub bytes: usize,
    /// None for a key of another type.
    pub make: fn(&Material) -> Option<Box<dyn Prepared>>,
}

/// A key that is prepared for many signatures. It may accept; what it doesn't accept is for the row to
/// decide.
pub(crate) trait Prepared: Debug + Send + Sync {
    /// What is known of each signature, in the order given.
    fn ask(&self, asked: &[(Signed, &[u8])]) -> Vec<Answer>;
}

/// What a prepared key says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It verifies.
    Accepted,
    /// It does not, unless the fast path is at fault.
    Doubted,
    /// The fast path does not apply.
    NotAsked,
}

impl Deref for Hash {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl PartialEq for Algorithm {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Algorithm {}

impl Algorithm {
    /// Whether this is a name of the algorithm: its own, or its other one.
    #[must_use]
    pub fn is_named(&self, alg: &str) -> bool {
        self.name == alg || self.alias == Some(alg)
    }

    /// The hash of a text, if the algorithm signs one.
    pub(crate) fn prehash(&self, text: &[u8]) -> Option<Hash> {
        self.hash.map(|hash| hash(text))
    }

    /// How many characters of base64url a signature has, unless that depends on the key.
    #[must_use]
    pub fn signature_characters(&self) -> Option<usize> {
        let bytes = self.fixed_signature_octets()?;
        Some(bytes.saturating_mul(8).div_ceil(6))
    }

    /// The length of a signature, unless that depends on the key.
    pub(crate) fn fixed_signature_octets(&self) -> Option<usize> {
        match self.signature_octets {
            SignatureOctets::Fixed(octets) => Some(octets),
            SignatureOctets::OfKey(_) => None,
        }
    }

    /// The length of a signature under this key.
    pub(crate) fn signature_octets(&self, key: &Material) -> usize {
        match self.signature_octets {
            SignatureOctets::Fixed(octets) => octets,
            SignatureOctets::OfKey(of_key) => of_key(key),
        }
    }

    /// Whether the signature verifies. A key of another type verifies nothing, and neither does the
    /// hash of a text under an algorithm that has none.
    pub(crate) fn verify(&self, key: &Material, signed: Signed, signature: &[u8]) -> bool {
        self.on_message(signed, |message| {
            let is_accepted = self
                .accepts
                .is_some_and(|accepts| accepts(key, message, signature));
            is_accepted || (self.verify)(key, message, signature)
        })
    }

    /// What the faster way for one signature knows of it.
    pub(crate) fn ask(&self, key: &Material, signed: Signed, signature: &[u8]) -> Answer {
        match self.accepts {
            None => Answer::NotAsked,
            Some(accepts)
                if self.on_message(signed, |message| accepts(key, message, signature)) =>
            {
                Answer::Accepted
            }
            Some(_) => Answer::Doubted,
        }
    }

    /// The same as [`verify`](Self::verify), for a signature that no faster way has accepted.
    pub(crate) fn last_word(&self, key: &Material, signed: Signed, signature: &[u8]) -> bool {
        self.on_message(signed, |message| (self.verify)(key, message, signature))
    }

    fn on_message(&self, signed: Signed, verify: impl Fn(&[u8]) -> bool) -> bool {
        match (signed, self.hash) {
            (Signed::Text(text), Some(hash)) => verify(&hash(text)),
            (Signed::Text(message), None) | (Signed::Prehash(message), Some(_)) => verify(message),
            (Signed::Prehash(_), None) => false,
        }
    }

    /// How to prepare a key for many signatures.
    pub(crate) fn prepare(&self) -> Option<&Prepare> {
        self.prepare.as_ref()
    }
}

fn digest<D: Digest>(text: &[u8]) -> Hash {
    let hash = D::digest(text);
    let mut bytes = [0; 64];
    for (byte, of_hash) in bytes.iter_mut().zip(&hash) {
        *byte = *of_hash;
    }
    Hash {
        bytes,
        length: hash.len(),
    }
}
