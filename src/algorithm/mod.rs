//! The signature algorithms (RFC 7518, section 3.1) as rows of one table; each family is a file.
//!
//! A row answers yes or no, and nothing else in the program does: [`Verifier`](crate::Verifier) asks it
//! about a token, a batch asks it for the last word, and a proof asks it whether what was found
//! verifies. Why a signature fails is for the diagnosis to find out.

mod ecdsa;
mod eddsa;
mod hmac;
mod material;
mod rsa;

use std::fmt::Debug;

use sha2::Digest;

pub(crate) use self::hmac::{HS256, HS384, HS512, OtherMac};
pub(crate) use ecdsa::ES256;
#[cfg(test)]
pub(crate) use ecdsa::X256;
pub use material::KeyType;
pub(crate) use material::Material;
pub(crate) use rsa::opened;

/// From a text to its hash.
type Hash = fn(&[u8]) -> Vec<u8>;

/// Whether a signature is that of a hash or, if the algorithm has none, of a text.
type Verify = fn(&Material, &[u8], &[u8]) -> bool;

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
    hash: Option<Hash>,
    /// The length of a signature.
    signature_octets: fn(&Material) -> usize,
    /// Of the key, of a hash or a text, and of a signature.
    verify: Verify,
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

/// What a row is asked about by `debug`.
#[derive(Debug)]
pub(crate) enum Message {
    /// A text, of an algorithm that hashes it or signs it whole.
    Text(Vec<u8>),
    /// A hash.
    Prehash(Vec<u8>),
}

/// In what a signature that `debug` explains differs from those of its row. `verify` knows the usual one
/// alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    Usual,
    /// PKCS #1 v1.5 of exactly these bytes.
    NoDigestInfo,
    /// PSS with a salt of this many bytes.
    SaltLength(usize),
    /// The first bytes of a MAC, so many of them.
    MacLength(usize),
    /// HMAC with a hash that no row has.
    OtherMac(OtherMac),
}

/// How a key is prepared for many signatures.
#[derive(Debug)]
pub(crate) struct Prepare {
    /// From so many signatures on it is worth its time.
    pub signatures: u64,
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

/// Every algorithm that can be verified.
static ALGORITHMS: [&Algorithm; 15] = [
    &ecdsa::ES256,
    &ecdsa::ES384,
    &ecdsa::ES512,
    &ecdsa::ES256K,
    &rsa::RS256,
    &rsa::RS384,
    &rsa::RS512,
    &rsa::PS256,
    &rsa::PS384,
    &rsa::PS512,
    &eddsa::EDDSA,
    &eddsa::ED25519,
    &hmac::HS256,
    &hmac::HS384,
    &hmac::HS512,
];

/// Names that are registered for `alg` but not verified here: RFC 7518 section 3.1, RFC 9864, and ML-DSA.
/// A name that is in neither table is a misspelling or an invention.
const REGISTERED: [&str; 5] = ["Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "none"];

impl PartialEq for Algorithm {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Algorithm {}

impl Algorithm {
    /// All algorithms, in the order of their documentation.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ALGORITHMS.into_iter()
    }

    /// The algorithms that keys of this type allow.
    pub fn of(key_type: KeyType) -> impl Iterator<Item = &'static Self> {
        let rows = ALGORITHMS.into_iter();
        rows.filter(move |algorithm| algorithm.key_type == key_type)
    }

    /// The algorithm of that name, compared byte by byte.
    #[must_use]
    pub fn named(alg: &str) -> Option<&'static Self> {
        let mut rows = ALGORITHMS.into_iter();
        rows.find(|algorithm| algorithm.name == alg)
    }

    /// Whether this is a name of the algorithm: its own, or its other one.
    #[must_use]
    pub fn is_named(&self, alg: &str) -> bool {
        self.name == alg || self.alias == Some(alg)
    }

    /// Whether `alg` is a name that the registry knows, verified here or not.
    #[must_use]
    pub fn is_registered(alg: &str) -> bool {
        REGISTERED.contains(&alg) || Self::named(alg).is_some()
    }

    /// The hash of a text, if the algorithm signs one.
    pub(crate) fn prehash(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.hash.map(|hash| hash(text))
    }

    /// The length of a signature under this key.
    pub(crate) fn signature_octets(&self, key: &Material) -> usize {
        (self.signature_octets)(key)
    }

    /// Whether the signature verifies. A key of another type verifies nothing, and neither does the
    /// hash of a text under an algorithm that has none.
    pub(crate) fn verify(&self, key: &Material, signed: Signed, signature: &[u8]) -> bool {
        let of = |message: &[u8]| (self.verify)(key, message, signature);
        match (signed, self.hash) {
            (Signed::Text(text), Some(hash)) => of(&hash(text)),
            (Signed::Text(message), None) | (Signed::Prehash(message), Some(_)) => of(message),
            (Signed::Prehash(_), None) => false,
        }
    }

    /// Whether the signature verifies with this parameter, for `debug` to name it.
    pub(crate) fn verify_with(
        &self,
        parameter: Parameter,
        key: &Material,
        message: &Message,
        signature: &[u8],
    ) -> bool {
        match (parameter, message) {
            (Parameter::Usual, Message::Text(text)) => {
                self.verify(key, Signed::Text(text), signature)
            }
            (Parameter::Usual, Message::Prehash(hash)) => {
                self.verify(key, Signed::Prehash(hash), signature)
            }
            (Parameter::MacLength(length), Message::Text(text)) => {
                hmac::verify_truncated(self.name, length, key, text, signature)
            }
            (Parameter::OtherMac(mac), Message::Text(text)) => {
                self.key_type == KeyType::Oct && mac.verify(key, text, signature)
            }
            (Parameter::NoDigestInfo | Parameter::SaltLength(_), Message::Text(_))
            | (Parameter::MacLength(_) | Parameter::OtherMac(_), Message::Prehash(_)) => false,
            (Parameter::NoDigestInfo, Message::Prehash(bytes)) => {
                self.name.starts_with("RS") && rsa::verify_unprefixed(key, bytes, signature)
            }
            (Parameter::SaltLength(length), Message::Prehash(hash)) => {
                rsa::verify_salted(self.name, length, key, hash, signature)
            }
        }
    }

    /// How to prepare a key for many signatures.
    pub(crate) fn prepare(&self) -> Option<&Prepare> {
        self.prepare.as_ref()
    }
}

fn digest<D: Digest>(text: &[u8]) -> Vec<u8> {
    D::digest(text).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_byte_by_byte() {
        for name in ["ES256", "RS256", "none", "EdDSA", "Ed448"] {
            assert!(Algorithm::is_registered(name));
        }
        for name in ["es256", "ES256 ", "", "NONE", "ES521"] {
            assert!(!Algorithm::is_registered(name), "{name}");
        }
    }
}
