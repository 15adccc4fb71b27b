//! When a key is worth a table: the bookkeeping between a [`Verifier`](crate::Verifier) and
//! [`FixedKey`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use crate::fixed_key::{FixedKey, Signed, verify_alone};
use crate::keyset::KeySet;
use crate::verify::Read;

/// From this many signatures on a table has paid for itself.
const WORTH_A_TABLE: u64 = 32;

/// More keys have no table: each takes 832 KiB.
const MOST_TABLES: usize = 16;

/// The tables of a verifier's keys, as far as they are made; shared between threads and clones.
#[derive(Clone, Debug)]
pub struct Tables(Arc<[Slot]>);

/// A key's table, and how many signatures it was asked about.
#[derive(Debug, Default)]
struct Slot {
    asked: AtomicU64,
    table: OnceLock<FixedKey>,
}

impl Tables {
    pub fn new(keys: usize) -> Self {
        Self(
            (0..keys.min(MOST_TABLES))
                .map(|_| Slot::default())
                .collect(),
        )
    }

    /// The place among its candidates of the key under which each signature verifies.
    pub fn verify(&self, keys: &KeySet, reads: &[Read]) -> Vec<Option<usize>> {
        let mut found = vec![None; reads.len()];
        let hashed: Vec<Option<Signed>> = reads.iter().map(signed).collect();
        for tried in 0.. {
            // Those that are still open, by the key that is next.
            let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (token, read) in reads.iter().enumerate() {
                let is_open = found.get(token) == Some(&None);
                if let (true, Ok(question)) = (is_open, &read.question)
                    && let Some(key) = question.candidates.get(tried)
                {
                    open.entry(*key).or_default().push(token);
                }
            }
            if open.is_empty() {
                break;
            }
            for (key, tokens) in open {
                let signed: Vec<(usize, Signed)> = tokens
                    .into_iter()
                    .filter_map(|token| Some((token, (*hashed.get(token)?)?)))
                    .collect();
                for ((token, _), verifies) in signed.iter().zip(self.ask(keys, key, &signed)) {
                    if let (true, Some(place)) = (verifies, found.get_mut(*token)) {
                        *place = Some(tried);
                    }
                }
            }
        }
        found
    }

    fn ask(&self, keys: &KeySet, index: usize, signed: &[(usize, Signed)]) -> Vec<bool> {
        let Some(key) = keys.keys().get(index) else {
            return Vec::new();
        };
        let signed: Vec<Signed> = signed.iter().map(|(_, signed)| *signed).collect();
        let count = u64::try_from(signed.len()).unwrap_or(u64::MAX);
        let table = self.0.get(index).filter(|slot| {
            let before = slot.asked.fetch_add(count, Ordering::Relaxed);
            before.saturating_add(count) >= WORTH_A_TABLE
        });
        match table {
            Some(slot) => slot
                .table
                .get_or_init(|| FixedKey::new(key.public()))
                .verify(&signed),
            None => signed
                .iter()
                .map(|signed| verify_alone(key.public(), signed))
                .collect(),
        }
    }
}

fn signed<'r>(read: &'r Read) -> Option<Signed<'r>> {
    let question = read.question.as_ref().ok()?;
    Some(Signed {
        prehash: Sha256::digest(question.input).into(),
        signature: read.signature_octets(),
    })
}
