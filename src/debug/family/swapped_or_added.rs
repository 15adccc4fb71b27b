//! Two neighboring characters of the token that were swapped, or one that was added, under keys that are not on P-256:
//! so few texts that each is asked about by default.

use super::encoded_message::Opened;
use super::key_with_forms::Target;
use super::{altered_signature, damage};
use crate::algorithm::{KeyType, Material};
use crate::debug::budget::Work;
use crate::debug::proof::Proof;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::SigningInput;

/// More keys are not asked about texts, and about signatures under RSA, each of which is opened.
const MAX_KEYS: usize = 4;
const MAX_RSA_KEYS: usize = 1;

/// So much is spent, in units of work.
const SHARE: u64 = 100_000;

/// A curve takes long for a text: more than so many are left for [`rest`].
const FEW_TEXTS: usize = 32;

/// Looks among the texts for the one that was signed, and among the signatures for the one of the Signing Input.
pub fn search(
    case: Case,
    inputs: &[SigningInput],
    alg: Option<&str>,
    targets: &[Target],
    suspects: &[Suspect<Material>],
    opened: &[Opened],
    work: &mut Work,
) -> Option<Proof> {
    let plain = as_sent(targets);
    let are_few = |count: usize| count <= FEW_TEXTS;
    work.within(SHARE, |work| {
        damage::swapped_or_added(case, alg, &plain, opened, work)
            .or_else(|| altered_signature::swapped_or_added(case, alg, targets, work))
            .or_else(|| damage::swapped_or_added_on_other_curves(case, alg, &plain, are_few, work))
            .or_else(|| {
                // A signature that a key opens is whole.
                let is_rsa =
                    |suspect: &&Suspect<Material>| suspect.key().key_type() == KeyType::Rsa;
                let keys = suspects.iter().filter(|_| opened.is_empty());
                let mut keys = keys.filter(is_rsa).take(MAX_RSA_KEYS);
                keys.find_map(|key| damage::swapped_or_added_to_rsa(case, inputs, key, work))
            })
    })
}

/// Looks among the texts, if they are many, under keys on curves.
pub fn rest(case: Case, alg: Option<&str>, targets: &[Target], work: &mut Work) -> Option<Proof> {
    let are_many = |count: usize| count > FEW_TEXTS;
    damage::swapped_or_added_on_other_curves(case, alg, &as_sent(targets), are_many, work)
}

/// The first keys with the signature alone as it was sent.
fn as_sent<'s>(targets: &[Target<'s>]) -> Vec<Target<'s>> {
    let plain = targets.iter().filter(|target| target.secret.is_empty());
    let as_sent = |target: &Target<'s>| {
        let form = target.forms.get(..1)?;
        let is_as_sent = form.iter().all(|(changes, _)| changes.is_empty());
        is_as_sent.then(|| Target {
            suspect: target.suspect,
            secret: Vec::new(),
            key: target.key.clone(),
            row: target.row,
            forms: form.into(),
        })
    };
    plain.take(MAX_KEYS).filter_map(as_sent).collect()
}
