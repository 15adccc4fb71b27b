//! When a key is worth a table: the bookkeeping between a [`Verifier`](crate::Verifier) and
//! [`FixedKey`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use crate::curve::batch::{FixedKey, Signed, verify_alone};
use crate::key::VerificationKey;
use crate::keyset::KeySet;
use crate::verify::Read;

/// From this many signatures on a table has paid for itself.
const WORTH_A_TABLE: u64 = 32;

/// More keys have no table: each takes 832 KiB.
const MOST_TABLES: usize = 16;

/// The tables of a verifier's keys, as far as they are made; shared between threads and clones.
#[derive(Clone, Debug)]
pub struct Tables(Arc<Shelf>);

#[derive(Debug)]
struct Shelf {
    slots: Vec<Slot>,
    made: AtomicUsize,
}

/// A key's table, and how many signatures it was asked about.
#[derive(Debug, Default)]
struct Slot {
    asked: AtomicU64,
    /// None within, where there are too many tables already.
    table: OnceLock<Option<FixedKey>>,
}

/// What is known of a signature under one key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Verifies,
    Refused,
    /// Not accepted by a table, whose word is not enough for a refusal.
    Doubted,
}

impl Tables {
    pub fn new(keys: usize) -> Self {
        Self(Arc::new(Shelf {
            slots: (0..keys).map(|_| Slot::default()).collect(),
            made: AtomicUsize::new(0),
        }))
    }

    /// The place among its candidates of the key under which each signature verifies: the first one.
    ///
    /// Where a table accepts, the keys before it need not be asked once more: with several keys the
    /// right one costs what the tables cost. Only a token that no table accepts is asked of `p256`.
    pub fn verify(&self, keys: &KeySet, reads: &[Read]) -> Vec<Option<usize>> {
        let mut found = vec![None; reads.len()];
        let mut doubted: Vec<Vec<usize>> = vec![Vec::new(); reads.len()];
        let hashed: Vec<Option<Signed>> = reads.iter().map(signed).collect();
        for tried in 0.. {
            // Those that are still open, by the key that is next.
            let mut open: BTreeMap<usize, Vec<(usize, Signed)>> = BTreeMap::new();
            for (token, (read, signed)) in reads.iter().zip(&hashed).enumerate() {
                let is_open = found.get(token) == Some(&None);
                if let (true, Ok(question), Some(signed)) = (is_open, &read.question, signed)
                    && let Some(key) = question.candidates.get(tried)
                {
                    open.entry(*key).or_default().push((token, *signed));
                }
            }
            if open.is_empty() {
                break;
            }
            for (key, signed) in open {
                for ((token, _), answer) in signed.iter().zip(self.ask(keys, key, &signed)) {
                    match (answer, found.get_mut(*token), doubted.get_mut(*token)) {
                        (Answer::Verifies, Some(found), _) => *found = Some(tried),
                        (Answer::Doubted, _, Some(doubted)) => doubted.push(tried),
                        (_, _, _) => {}
                    }
                }
            }
        }
        for ((found, doubted), (read, signed)) in found
            .iter_mut()
            .zip(&doubted)
            .zip(reads.iter().zip(&hashed))
        {
            if let (None, Ok(question), Some(signed)) = (*found, &read.question, signed) {
                *found = doubted.iter().copied().find(|tried| {
                    let key = question
                        .candidates
                        .get(*tried)
                        .and_then(|key| keys.keys().get(*key));
                    key.is_some_and(|key| verify_alone(key.public(), signed))
                });
            }
        }
        found
    }

    fn ask(&self, keys: &KeySet, index: usize, signed: &[(usize, Signed)]) -> Vec<Answer> {
        let Some(key) = keys.keys().get(index) else {
            return Vec::new();
        };
        let signed: Vec<Signed> = signed.iter().map(|(_, signed)| *signed).collect();
        let alone = |signed: &Signed| {
            if verify_alone(key.public(), signed) {
                Answer::Verifies
            } else {
                Answer::Refused
            }
        };
        match self.table(key, index, signed.len()) {
            Some(table) => {
                let accepted = table.accepts(&signed).into_iter();
                let answer = |(accepted, signed)| match accepted {
                    Some(true) => Answer::Verifies,
                    Some(false) => Answer::Doubted,
                    None => alone(signed),
                };
                accepted.zip(&signed).map(answer).collect()
            }
            None => signed.iter().map(alone).collect(),
        }
    }

    /// The key's table, once it was asked about enough signatures.
    fn table(&self, key: &VerificationKey, index: usize, count: usize) -> Option<&FixedKey> {
        let slot = self.0.slots.get(index)?;
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let before = slot.asked.fetch_add(count, Ordering::Relaxed);
        if before.saturating_add(count) < WORTH_A_TABLE {
            return None;
        }
        let make = || {
            let is_room = self.0.made.fetch_add(1, Ordering::Relaxed) < MOST_TABLES;
            is_room.then(|| FixedKey::new(key.public()))
        };
        slot.table.get_or_init(make).as_ref()
    }
}

fn signed<'r>(read: &'r Read) -> Option<Signed<'r>> {
    let question = read.question.as_ref().ok()?;
    Some(Signed {
        prehash: Sha256::digest(question.input).into(),
        signature: read.signature_octets(),
    })
}
