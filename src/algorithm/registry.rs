//! The table of all algorithms, and of the names that are registered for `alg`.

use super::{Algorithm, KeyType, ecdsa, eddsa, hmac, rsa};

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

    /// Whether `alg` is a name that the registry knows, verified here or not.
    #[must_use]
    pub fn is_registered(alg: &str) -> bool {
        REGISTERED.contains(&alg) || Self::named(alg).is_some()
    }
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
