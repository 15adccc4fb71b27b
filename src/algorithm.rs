//! The algorithms of RFC 7518 section 3 that this program verifies, as one table.
//!
//! A primitive answers yes or no; why a signature fails is for the diagnosis to find out.

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{Signature, VerifyingKey};

/// One signature algorithm and the keys it takes.
#[derive(Debug)]
pub struct Algorithm {
    /// The value of `alg`, compared octet by octet.
    pub name: &'static str,
    /// The `kty` that its keys must have.
    pub kty: &'static str,
    /// The `crv` that its keys must have.
    pub crv: &'static str,
    /// The octets of a signature.
    pub signature_octets: usize,
    /// Where it is defined.
    pub section: &'static str,
    verify: fn(&VerifyingKey, &[u8], &[u8]) -> bool,
    verify_prehash: fn(&VerifyingKey, &[u8], &[u8]) -> bool,
}

/// Every algorithm that can be verified.
static ALGORITHMS: [Algorithm; 1] = [Algorithm {
    name: "ES256",
    kty: "EC",
    crv: "P-256",
    signature_octets: 64,
    section: "section 3.4 of RFC 7518",
    verify: es256,
    verify_prehash: es256_prehash,
}];

/// Names of signature and MAC algorithms that are registered for `alg` but not verified here: RFC
/// 7518 section 3.1, RFC 8037, RFC 8812, RFC 9864. A name that is not here is a misspelling or an
/// invention.
const REGISTERED: [&str; 16] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES384",
    "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448", "none",
];

impl Algorithm {
    /// The algorithm that keys of this type and curve allow.
    #[must_use]
    pub fn for_key(kty: &str, crv: &str) -> Option<&'static Self> {
        ALGORITHMS
            .iter()
            .find(|algorithm| algorithm.kty == kty && algorithm.crv == crv)
    }

    /// The algorithm of that name, compared octet by octet.
    #[must_use]
    pub fn named(alg: &str) -> Option<&'static Self> {
        ALGORITHMS.iter().find(|algorithm| algorithm.name == alg)
    }

    /// Whether `alg` is a name that the registry knows, verified here or not.
    #[must_use]
    pub fn is_registered(alg: &str) -> bool {
        REGISTERED.contains(&alg) || Self::named(alg).is_some()
    }

    /// Whether `signature` is that of `input` under `key`.
    pub(crate) fn verify(&self, key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
        (self.verify)(key, input, signature)
    }

    /// Whether `signature` is that of an input with this hash under `key`: for proofs alone, which may
    /// be of another hash than the algorithm's.
    pub(crate) fn verify_prehash(
        &self,
        key: &VerifyingKey,
        prehash: &[u8],
        signature: &[u8],
    ) -> bool {
        (self.verify_prehash)(key, prehash, signature)
    }
}

/// RFC 7518 section 3.4: exactly 64 octets, R and S in `1..n`; a high S is as good as a low one.
fn es256(key: &VerifyingKey, input: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
}

fn es256_prehash(key: &VerifyingKey, prehash: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_octet_by_octet() {
        for name in ["ES256", "RS256", "none", "EdDSA"] {
            assert!(Algorithm::is_registered(name));
        }
        for name in ["es256", "ES256 ", "", "NONE", "ES521"] {
            assert!(!Algorithm::is_registered(name), "{name}");
        }
        assert_eq!(Algorithm::for_key("EC", "P-256").unwrap().name, "ES256");
        assert!(Algorithm::for_key("EC", "P-384").is_none());
        assert!(Algorithm::for_key("OKP", "P-256").is_none());
    }
}
