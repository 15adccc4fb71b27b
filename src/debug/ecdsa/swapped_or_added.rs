//! Two neighboring characters of the token that were swapped, or one that was added, under a key on P-256: so few texts
//! that each is looked up by default.

use super::single_edit;
use crate::debug::alteration;
use crate::debug::budget::Work;
use crate::debug::proof::Proof;
use crate::debug::reading::signature_encodings::SignatureForm;
use crate::debug::replay::HALF;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::Hashed;

/// More keys are not asked about texts, and about signatures, each of which costs a product of points for each key.
const MAX_KEYS: usize = 4;
const MAX_KEYS_OF_SIGNATURE: usize = 2;

/// So much is spent, in units of work.
const SHARE: u64 = 60_000;

/// Looks among the texts for the one that was signed, and among the signatures for the one of the Signing Input.
pub fn search(
    case: Case,
    forms: &[SignatureForm],
    hashes: &[Hashed],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    let plain = forms.get(..1).unwrap_or_default();
    if suspects.is_empty() || plain.is_empty() {
        return None;
    }
    let most = |count: usize| suspects.get(..count).unwrap_or(suspects);
    work.within(SHARE, |work| {
        let contents = alteration::contents_swapped_or_added(case.reading, work).into_iter();
        single_edit::in_contents(case, contents, plain, most(MAX_KEYS), work).or_else(|| {
            let hashes = hashes.get(..1)?;
            in_signature(case, hashes, most(MAX_KEYS_OF_SIGNATURE), work)
        })
    })
}

fn in_signature(
    case: Case,
    hashes: &[Hashed],
    suspects: &[Suspect],
    work: &mut Work,
) -> Option<Proof> {
    let segment = &case.reading.segments.signature;
    let length = u64::try_from(segment.len()).unwrap_or(u64::MAX);
    if !work.spend(length) {
        return None;
    }
    let changes = alteration::signatures_swapped_or_added(segment, 2 * HALF);
    let forms = changes.filter_map(|(change, _)| SignatureForm::of(segment, vec![change]));
    let forms: Vec<SignatureForm> = forms.collect();
    single_edit::one_of(case, &forms, hashes, suspects, work)
}
