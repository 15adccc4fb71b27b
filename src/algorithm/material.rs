//! What a key consists of, by its type. The enum is closed: a new type of key is a list of compiler
//! errors to walk.

use std::fmt;
use std::sync::Arc;

use rsa::traits::PublicKeyParts as _;
use zeroize::Zeroizing;

/// A type of key: its `kty` and, for types that have curves, its `crv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// A point of P-256 (RFC 7518, section 6.2).
    P256,
    /// A point of P-384 (RFC 7518, section 6.2).
    P384,
    /// A point of P-521 (RFC 7518, section 6.2).
    P521,
    /// A point of secp256k1 (RFC 8812, section 3.1).
    Secp256k1,
    /// A modulus and an exponent (RFC 7518, section 6.3).
    Rsa,
    /// A point of Ed25519 (RFC 8037, section 2).
    Ed25519,
    /// A shared secret (RFC 7518, section 6.4).
    Oct,
}

/// A key without its names.
#[derive(Clone, Debug)]
pub enum Material {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Secp256k1(k256::ecdsa::VerifyingKey),
    Rsa(Arc<rsa::PublicKey>),
    Ed25519(ed25519_dalek::VerifyingKey),
    Oct(Secret),
}

/// A shared secret, which is never shown, and is cleared when its last owner drops it.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<Vec<u8>>>);

impl KeyType {
    /// The value of `kty`.
    #[must_use]
    pub fn kty(self) -> &'static str {
        match self {
            Self::P256 | Self::P384 | Self::P521 | Self::Secp256k1 => "EC",
            Self::Rsa => "RSA",
            Self::Ed25519 => "OKP",
            Self::Oct => "oct",
        }
    }

    /// The value of `crv`, for types that have curves.
    #[must_use]
    pub fn crv(self) -> Option<&'static str> {
        match self {
            Self::P256 => Some("P-256"),
            Self::P384 => Some("P-384"),
            Self::P521 => Some("P-521"),
            Self::Secp256k1 => Some("secp256k1"),
            Self::Ed25519 => Some("Ed25519"),
            Self::Rsa | Self::Oct => None,
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.crv().unwrap_or(self.kty()))
    }
}

impl Material {
    pub fn key_type(&self) -> KeyType {
        match self {
            Self::P256(_) => KeyType::P256,
            Self::P384(_) => KeyType::P384,
            Self::P521(_) => KeyType::P521,
            Self::Secp256k1(_) => KeyType::Secp256k1,
            Self::Rsa(_) => KeyType::Rsa,
            Self::Ed25519(_) => KeyType::Ed25519,
            Self::Oct(_) => KeyType::Oct,
        }
    }

    /// The size of the key: of the curve's field, of the modulus, or of the secret.
    pub fn bits(&self) -> usize {
        match self {
            Self::P256(_) | Self::Secp256k1(_) | Self::Ed25519(_) => 256,
            Self::P384(_) => 384,
            Self::P521(_) => 521,
            Self::Rsa(key) => usize::try_from(key.n().bit_width()).unwrap_or(usize::MAX),
            Self::Oct(secret) => secret.octets().len().saturating_mul(8),
        }
    }

    /// The point, if the key is on P-256: the searches of `debug` compute with it.
    pub fn p256(&self) -> Option<&p256::ecdsa::VerifyingKey> {
        match self {
            Self::P256(key) => Some(key),
            Self::P384(_)
            | Self::P521(_)
            | Self::Secp256k1(_)
            | Self::Rsa(_)
            | Self::Ed25519(_)
            | Self::Oct(_) => None,
        }
    }
}

impl Secret {
    /// For the code that computes with it: nothing else may see it.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Secret {
    fn from(octets: Vec<u8>) -> Self {
        Self(Arc::new(octets.into()))
    }
}

/// Says nothing of the secret.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}
