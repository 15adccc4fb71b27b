//! A signature that lost its last character or two, under a key that is not on P-256: so few bits that every
//! value of them is tried.

use crate::algorithm::{Algorithm, KeyType, Material, Parameter};
use crate::debug::budget::{self, Work};
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit};
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::base64url_lenient;
use crate::debug::replay;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::text::base64url;

/// More bits are not tried.
const MAX_BITS: usize = 8;

/// So much is spent, in units of work: enough for six bits under one key on P-521.
const SHARE: u64 = 130_000;

/// Puts the end back, of a signature by the algorithm that the header names.
pub fn search(
    case: Case,
    alg: Option<&str>,
    suspects: &[Suspect<Material>],
    work: &mut Work,
) -> Option<Proof> {
    /// More keys are not tried.
    const MAX_KEYS: usize = 4;
    let suspects = suspects.iter().filter_map(|suspect| {
        // A MAC is compared as far as it is there.
        let key_type =
            Some(suspect.key().key_type()).filter(|key_type| *key_type != KeyType::Oct)?;
        let row = Algorithm::of(key_type).find(|row| Some(row.name) == alg)?;
        suspect.is_for(row, false).then_some((suspect, row))
    });
    let mut suspects = suspects.take(MAX_KEYS);
    work.within(SHARE, |work| {
        suspects.find_map(|(suspect, row)| of_key(case, suspect, row, work))
    })
}

fn of_key(
    case: Case,
    suspect: &Suspect<Material>,
    row: &'static Algorithm,
    work: &mut Work,
) -> Option<Proof> {
    let key = suspect.key();
    let segment = &case.reading.segments.signature;
    let whole = row.signature_octets(key).checked_mul(8)?;
    let characters = whole.div_ceil(6).checked_sub(segment.len())?;
    let bits = whole.checked_sub(segment.len().checked_mul(6)?)?;
    let input = case.reading.signing_input();
    if !(1..=MAX_BITS).contains(&bits) || !work.spend(budget::of_hash(input.len())) {
        return None;
    }
    let (message, _) = replay::message(input.as_bytes(), &[], row, key)?;
    for lost in 0..1_u64 << bits {
        if !work.spend(budget::of_verification(key, 0)) {
            return None;
        }
        work.count(1);
        let end = base64url_lenient::end(lost, bits, characters)?;
        let signature = base64url::decode(&format!("{segment}{end}")).ok()?;
        if row.verify_with(Parameter::Usual, key, &message, &signature) {
            let edit = Change::EditSignature {
                cause: Cause::Truncated,
                edits: vec![Edit::insert(segment.len(), end)],
            };
            return case.prove(&[edit], &[], Signer::Key(suspect), work);
        }
    }
    None
}
