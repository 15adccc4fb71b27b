//! From how many signatures on a key on P-256 is worth a table, and what its batch says of each.

use super::{Answer, Prepare, Prepared, Signed};
use crate::curve::Prehash;
use crate::curve::fixed_key::FixedKey;

pub const FIXED_KEY: Prepare = Prepare {
    // A table takes as long as some 30 signatures, one by one.
    signatures: 32,
    bytes: 832 * 1024,
    make: |key| Some(Box::new(FixedKey::new(key.p256()?))),
};

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
