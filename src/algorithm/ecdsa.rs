//! ECDSA (RFC 7518, section 3.4): a signature is R and S, each as long as the curve's order, and
//! nothing else. A high S is as good as a low one.

use p256::ecdsa::Signature;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::Sha256;

use super::{Algorithm, Answer, KeyType, Material, Prepare, Prepared, Signed, digest};
use crate::curve::Prehash;
use crate::curve::batch::FixedKey;

pub static ES256: Algorithm = Algorithm {
    name: "ES256",
    section: "RFC 7518, section 3.4",
    key_type: KeyType::P256,
    hash: Some(digest::<Sha256>),
    signature_octets: |_| 64,
    verify: p256,
    prepare: Some(PREPARE),
};

const PREPARE: Prepare = Prepare {
    // From here on the table of the key has paid for itself.
    signatures: 32,
    make: |key| Some(Box::new(FixedKey::new(key.p256()?))),
};

/// A second algorithm for keys on P-256, which no RFC has and no key allows by itself: for tests of what
/// takes any algorithm.
#[cfg(test)]
pub static X256: Algorithm = Algorithm {
    name: "X256",
    hash: Some(digest::<sha2::Sha512>),
    section: ES256.section,
    key_type: KeyType::P256,
    signature_octets: ES256.signature_octets,
    verify: p256,
    prepare: Some(PREPARE),
};

fn p256(key: &Material, prehash: &[u8], signature: &[u8]) -> bool {
    key.p256().is_some_and(|key| {
        Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
    })
}

impl Prepared for FixedKey {
    fn ask(&self, asked: &[(Signed, &[u8])]) -> Vec<Answer> {
        let asked: Vec<Option<(Prehash, &[u8])>> = asked
            .iter()
            .map(|(signed, signature)| match signed {
                // ECDSA takes the leftmost bits of a longer hash.
                Signed::Prehash(prehash) => Some((*prehash.first_chunk()?, *signature)),
                Signed::Text(_) => None,
            })
            .collect();
        let known: Vec<(Prehash, &[u8])> = asked.iter().flatten().copied().collect();
        let mut accepted = self.accepts(&known).into_iter();
        asked
            .iter()
            .map(
                |asked| match asked.and_then(|_| accepted.next().flatten()) {
                    Some(true) => Answer::Accepted,
                    Some(false) => Answer::Doubted,
                    None => Answer::NotAsked,
                },
            )
            .collect()
    }
}
