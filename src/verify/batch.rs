//! Many signatures at once, in groups of one key and one algorithm: when a key is worth preparing, and
//! whose word is the last.

use std::collections::BTreeMap;
use std::iter;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::signature_check::{Question, Read};
use crate::algorithm::{Algorithm, Answer, Material, Prepare, Prepared, Signed};
use crate::key::VerificationKey;
use crate::key::set::KeySet;

/// The bytes that all prepared keys may take: six tables for P-256.
const MAX_PREPARED: usize = 5 * 1024 * 1024;

/// After so many signatures in a row that no fast path has accepted, few are still tried.
const MAX_DOUBTED: u64 = 256;

/// How many signatures of such a row are verified for each one that a fast path is asked about.
const SIGNATURES_PER_TRIAL: u64 = 32;

/// A verifier's keys, as far as they are prepared; shared between threads and clones.
#[derive(Clone, Debug)]
pub struct Batch(Arc<Shelf>);

#[derive(Debug)]
struct Shelf {
    /// For each key, in the order of the set, a slot for each algorithm that it allows.
    slots: Vec<Vec<Slot>>,
    /// The bytes that the prepared keys take.
    bytes: AtomicUsize,
    /// Held while a key is prepared, which takes memory for a moment.
    preparing: Mutex<()>,
}

/// A key under one of its algorithms, and how many signatures it was asked about.
#[derive(Debug, Default)]
struct Slot {
    asked: AtomicU64,
    /// Whether it verified one of them.
    has_verified: AtomicBool,
    /// How many of them no fast path has accepted since it accepted one.
    doubted: AtomicU64,
    /// None within, if it can't be prepared or there is no room.
    prepared: OnceLock<Option<Box<dyn Prepared>>>,
}

/// A signature that is checked, and how far.
struct Open<'r> {
    question: &'r Question<'r>,
    signature: &'r [u8],
    /// The place among the candidates of the key under which it verifies.
    verified_by: Option<usize>,
    /// The places of those that did not accept it, but whose word is not enough for a rejection.
    doubted: Vec<usize>,
}

impl Batch {
    pub fn new(keys: &KeySet) -> Self {
        let slots = |key: &VerificationKey| {
            let algorithms = key.algorithms().iter();
            algorithms.map(|_| Slot::default()).collect()
        };
        Self(Arc::new(Shelf {
            slots: keys.keys().iter().map(slots).collect(),
            bytes: AtomicUsize::new(0),
            preparing: Mutex::new(()),
        }))
    }

    /// The place among its candidates of the key under which each signature verifies: the first one.
    ///
    /// If a prepared key accepts, those before it that doubted need not be asked once more: with several
    /// keys the right one costs what the fast paths cost. Only a token that none accepts is asked of the
    /// algorithm itself.
    pub fn verify(&self, keys: &KeySet, reads: &[Read]) -> Vec<Option<usize>> {
        let mut all: Vec<Option<Open>> = reads.iter().map(Open::new).collect();
        for tried in 0.. {
            // Those that are still open, by the key that is next, and the algorithm.
            let mut groups: BTreeMap<(usize, &str), Vec<&mut Open>> = BTreeMap::new();
            for open in all.iter_mut().flatten() {
                if let (None, Some(key)) =
                    (open.verified_by, open.question.plan.candidates.get(tried))
                {
                    let group = (*key, open.question.plan.algorithm.name);
                    groups.entry(group).or_default().push(open);
                }
            }
            if groups.is_empty() {
                break;
            }
            for ((index, _), mut group) in groups {
                let answers = self.ask(keys, index, &group).unwrap_or_default();
                let answers = answers.into_iter().chain(iter::repeat(Answer::NotAsked));
                for (open, answer) in group.iter_mut().zip(answers) {
                    match answer {
                        Answer::Accepted => open.verified_by = Some(tried),
                        Answer::Doubted => open.doubted.push(tried),
                        Answer::NotAsked if open.last_word(keys, tried) => {
                            open.verified_by = Some(tried);
                        }
                        Answer::NotAsked => {}
                    }
                }
                if let Some(open) = group.iter().find(|open| open.verified_by == Some(tried))
                    && let Some((_, _, slot)) = self.slot(keys, index, open)
                {
                    slot.has_verified.store(true, Ordering::Relaxed);
                }
            }
        }
        let last_word = |open: Open| {
            let mut doubted = open.doubted.iter().copied();
            let verifies = |tried: &usize| open.last_word(keys, *tried);
            open.verified_by.or_else(|| doubted.find(verifies))
        };
        all.into_iter()
            .map(|open| open.and_then(last_word))
            .collect()
    }

    /// What the fast paths of the group's algorithm say of the signatures under this key, of the first ones only
    /// if they are unlikely to accept any.
    fn ask(&self, keys: &KeySet, index: usize, group: &[&mut Open]) -> Option<Vec<Answer>> {
        let (key, algorithm, slot) = self.slot(keys, index, group.first()?)?;
        let (count, trials) = slot.count(group.len());
        let group: Vec<(Signed, &[u8])> = group
            .iter()
            .take(trials)
            .map(|open| (open.question.signed(), open.signature))
            .collect();
        if let Some(prepare) = algorithm.prepare()
            && slot.prepared.get().is_none()
            && count >= prepare.signatures
            && slot.can_verify(prepare, key, algorithm, &group)
        {
            self.0.prepare(slot, prepare, key);
        }
        let prepared = slot.prepared.get().and_then(Option::as_ref);
        let mut answers = match prepared {
            Some(prepared) => prepared.ask(&group),
            None => vec![Answer::NotAsked; group.len()],
        };
        for (answer, (signed, signature)) in answers.iter_mut().zip(group) {
            if *answer == Answer::NotAsked {
                *answer = algorithm.ask(key.material(), signed, signature);
            }
        }
        slot.learn(&answers);
        Some(answers)
    }

    /// The key of a signature, its algorithm, and the slot for both.
    fn slot<'k>(
        &self,
        keys: &'k KeySet,
        index: usize,
        open: &Open,
    ) -> Option<(&'k VerificationKey, &'static Algorithm, &Slot)> {
        let key = keys.keys().get(index)?;
        let algorithm = open.question.plan.algorithm;
        let place = key.algorithms().iter().position(|own| *own == algorithm)?;
        Some((key, algorithm, self.0.slots.get(index)?.get(place)?))
    }

    /// How many keys are prepared.
    #[cfg(test)]
    pub fn count_prepared(&self) -> usize {
        let slots = self.0.slots.iter().flatten();
        slots
            .filter(|slot| matches!(slot.prepared.get(), Some(Some(_))))
            .count()
    }
}

impl Shelf {
    /// Prepares a key if there is room. If another thread is preparing one, this is for a later batch.
    fn prepare(&self, slot: &Slot, prepare: &Prepare, key: &VerificationKey) {
        let Ok(_preparing) = self.preparing.try_lock() else {
            return;
        };
        slot.prepared.get_or_init(|| {
            let bytes = self.bytes.load(Ordering::Relaxed);
            let bytes = bytes.saturating_add(prepare.bytes);
            if bytes > MAX_PREPARED {
                return None;
            }
            let prepared = (prepare.make)(key.material())?;
            self.bytes.store(bytes, Ordering::Relaxed);
            Some(prepared)
        });
    }
}

impl Slot {
    /// Whether the key verifies signatures at all: without one, others could make it take room, with tokens that
    /// only name it. Of a large group, the first signature is tried.
    fn can_verify(
        &self,
        prepare: &Prepare,
        key: &VerificationKey,
        algorithm: &Algorithm,
        group: &[(Signed, &[u8])],
    ) -> bool {
        let is_large = u64::try_from(group.len()).is_ok_and(|length| length >= prepare.signatures);
        self.has_verified.load(Ordering::Relaxed)
            || is_large
                && group.first().is_some_and(|(signed, signature)| {
                    algorithm.verify(key.material(), *signed, signature)
                })
    }

    /// Counts signatures: how many the key was asked about, and of how many of these a fast path is asked. After many
    /// that no fast path has accepted, it is one of a few: most are probably invalid, for which a fast path
    /// only costs time.
    fn count(&self, signatures: usize) -> (u64, usize) {
        let more = u64::try_from(signatures).unwrap_or(u64::MAX);
        let before = self.asked.fetch_add(more, Ordering::Relaxed);
        let count = before.saturating_add(more);
        let trials = if self.doubted.load(Ordering::Relaxed) < MAX_DOUBTED {
            more
        } else {
            (count / SIGNATURES_PER_TRIAL).saturating_sub(before / SIGNATURES_PER_TRIAL)
        };
        (count, usize::try_from(trials).unwrap_or(signatures))
    }

    /// Counts what the fast paths have not accepted.
    fn learn(&self, answers: &[Answer]) {
        if answers.contains(&Answer::Accepted) {
            self.doubted.store(0, Ordering::Relaxed);
        } else {
            let doubted = answers.iter().filter(|answer| **answer == Answer::Doubted);
            let doubted = u64::try_from(doubted.count()).unwrap_or(u64::MAX);
            self.doubted.fetch_add(doubted, Ordering::Relaxed);
        }
    }
}

impl<'r> Open<'r> {
    fn new(read: &'r Read) -> Option<Self> {
        Some(Self {
            question: read.question.as_ref().ok()?,
            signature: read.signature_octets(),
            verified_by: None,
            doubted: Vec::new(),
        })
    }

    /// Whether the signature verifies under a candidate.
    fn last_word(&self, keys: &KeySet, tried: usize) -> bool {
        self.material(keys, tried).is_some_and(|key| {
            let question = self.question;
            let algorithm = question.plan.algorithm;
            algorithm.last_word(key, question.signed(), self.signature)
        })
    }

    fn material<'k>(&self, keys: &'k KeySet, tried: usize) -> Option<&'k Material> {
        let index = self.question.plan.candidates.get(tried)?;
        Some(keys.keys().get(*index)?.material())
    }
}
