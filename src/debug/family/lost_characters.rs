//! A signature that lost its last character or two, under a key that is not on P-256: so few bits that every
//! value of them is tried.

use std::ops::RangeInclusive;

use super::encoded_message;
use super::hash_variants::{LIKELY_WAYS, ways};
use super::key_with_forms::Target;
use super::other_curves::{self, Ways};
use crate::algorithm::{Algorithm, KeyType, Material};
use crate::debug::budget::{self, Work};
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit};
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::base64url_lenient;
use crate::debug::reading::signature_encodings::Bytes;
use crate::debug::replay;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::SigningInput;
use crate::text::base64url;

/// More bits are not tried.
const MAX_BITS: usize = 8;

/// Of ECDSA, whose ends differ by multiples of a point, so many more are tried of the Signing Input as it is.
const MAX_BITS_ON_CURVE: usize = 12;

/// So much is spent, in units of work: enough for six bits under one key on P-521.
const SHARE: u64 = 130_000;

/// Puts the end back, of a signature by the algorithm that the header names.
pub fn search(
    case: Case,
    inputs: &[SigningInput],
    alg: Option<&str>,
    suspects: &[Suspect<Material>],
    work: &mut Work,
) -> Option<Proof> {
    /// More keys are not tried.
    const MAX_KEYS: usize = 5;
    let suspects = suspects.iter().filter_map(|suspect| {
        // A MAC is compared as far as it is there.
        let key_type =
            Some(suspect.key().key_type()).filter(|key_type| *key_type != KeyType::Oct)?;
        let row = Algorithm::of(key_type).find(|row| Some(row.name) == alg)?;
        suspect.is_for(row, false).then_some((suspect, row))
    });
    let suspects: Vec<_> = suspects.take(MAX_KEYS).collect();
    let likely = inputs.iter().filter(|input| input.is_likely);
    let likely: Vec<SigningInput> = likely.cloned().collect();
    let of_curves = |work: &mut Work| {
        let on_curve = || {
            let is_on_curve = |key_type| other_curves::is_curve(key_type);
            let suspects = suspects.iter();
            suspects.filter(move |(suspect, _)| is_on_curve(suspect.key().key_type()))
        };
        let targets = on_curve().filter_map(|(suspect, row)| {
            let forms = completed(case, suspect.key(), row, 1..=MAX_BITS)?;
            Some(Target::of(suspect, forms))
        });
        let targets: Vec<Target> = targets.collect();
        let found = other_curves::search(case, &likely, &targets, 0, Ways::All, work);
        found.or_else(|| {
            // The first key alone: the ends are many.
            let (suspect, row) = on_curve().next()?;
            if !work.spend(1 << MAX_BITS_ON_CURVE) {
                return None;
            }
            let forms = completed(case, suspect.key(), row, MAX_BITS + 1..=MAX_BITS_ON_CURVE)?;
            let plain = likely.get(..1)?;
            let targets = [Target::of(suspect, forms)];
            other_curves::search(case, plain, &targets, 0, Ways::Plain, work)
        })
    };
    work.within(SHARE, |work| {
        let of_curves = of_curves(work);
        of_curves.or_else(|| {
            suspects.iter().find_map(|(suspect, row)| {
                let forms = || completed(case, suspect.key(), row, 1..=MAX_BITS);
                match suspect.key() {
                    Material::Rsa(_) => of_rsa(case, inputs, suspect, forms()?, work),
                    Material::Ed25519(_) => one_by_one(case, inputs, suspect, row, &forms()?, work),
                    _ => None,
                }
            })
        })
    })
}

/// The signature with each end that it may have had, if so many bits are missing.
fn completed(
    case: Case,
    key: &Material,
    row: &'static Algorithm,
    missing: RangeInclusive<usize>,
) -> Option<Vec<Bytes>> {
    let segment = &case.reading.segments.signature;
    let whole = row.signature_octets(key).checked_mul(8)?;
    let characters = whole.div_ceil(6).checked_sub(segment.len())?;
    let bits = whole.checked_sub(segment.len().checked_mul(6)?)?;
    if !missing.contains(&bits) {
        return None;
    }
    let form = |lost| {
        let end = base64url_lenient::end(lost, bits, characters)?;
        let signature = base64url::decode(&format!("{segment}{end}")).ok()?;
        let edit = Change::EditSignature {
            cause: Cause::Truncated,
            edits: vec![Edit::insert(segment.len(), end)],
        };
        Some((vec![edit], signature))
    };
    (0..1_u64 << bits).map(form).collect()
}

/// What an RSA signature holds tells by itself whether it is whole.
fn of_rsa(
    case: Case,
    inputs: &[SigningInput],
    suspect: &Suspect<Material>,
    forms: Vec<Bytes>,
    work: &mut Work,
) -> Option<Proof> {
    let target = Target::of(suspect, forms);
    let opened = encoded_message::opened(&[target], work);
    encoded_message::search(case, inputs, &opened, work)
}

/// Asks about each end, of the Signing Input first and then of what else may have been signed.
fn one_by_one(
    case: Case,
    inputs: &[SigningInput],
    suspect: &Suspect<Material>,
    row: &'static Algorithm,
    forms: &[Bytes],
    work: &mut Work,
) -> Option<Proof> {
    let key = suspect.key();
    let is_tried =
        |input: &&SigningInput| input.is_likely && input.alg.as_deref() == Some(row.name);
    for input in inputs.iter().filter(is_tried) {
        let others = ways(row).into_iter().take(LIKELY_WAYS);
        // One other fault, not two.
        let others = others.filter(|_| input.changes.is_empty());
        for of_hash in std::iter::once(Vec::new()).chain(others) {
            if !work.spend(budget::of_hash(input.text.len())) {
                return None;
            }
            let (message, parameter) = replay::message(&input.text, &of_hash, row, key)?;
            for (of_form, signature) in forms {
                if !work.spend(budget::of_verification(key, 0)) {
                    return None;
                }
                work.count(1);
                if row.verify_with(parameter, key, &message, signature) {
                    let of_input = [&input.changes[..], &of_hash].concat();
                    return case.prove(of_form, &of_input, Signer::Key(suspect), work);
                }
            }
        }
    }
    None
}
