//! What a key consists of, by its type. The enum is closed: a new type of key is a list of compiler
//! errors to walk.

use std::fmt;

use p256::ecdsa::VerifyingKey;

/// A type of key: its `kty` and, where the type has curves, its `crv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// A point of P-256 (RFC 7518, section 6.2).
    P256,
}

/// A key without its names.
#[derive(Clone, Debug)]
pub enum Material {
    P256(VerifyingKey),
}

impl KeyType {
    /// The value of `kty`.
    #[must_use]
    pub fn kty(self) -> &'static str {
        match self {
            Self::P256 => "EC",
        }
    }

    /// The value of `crv`, for types that have curves.
    #[must_use]
    pub fn crv(self) -> Option<&'static str> {
        match self {
            Self::P256 => Some("P-256"),
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kty())?;
        self.crv().map_or(Ok(()), |crv| write!(f, " {crv}"))
    }
}

impl Material {
    pub fn key_type(&self) -> KeyType {
        match self {
            Self::P256(_) => KeyType::P256,
        }
    }

    /// The point, if the key is on P-256: the searches of `debug` compute with it.
    #[expect(clippy::unnecessary_wraps, reason = "for types that are yet to come")]
    pub fn p256(&self) -> Option<&VerifyingKey> {
        match self {
            Self::P256(key) => Some(key),
        }
    }
}
