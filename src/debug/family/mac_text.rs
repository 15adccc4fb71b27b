//! Characters of a MAC that were altered, lost, added or swapped: with the secret, what the MAC should be is known,
//! and the texts of both are compared. What is shown is at most one character of it, or two that are swapped.

use super::hash_variants::ways;
use super::key_with_forms::Target;
use crate::algorithm::{KeyType, Message, expected_mac};
use crate::debug::alteration;
use crate::debug::budget::{self, Work};
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit};
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::notation::Notation;
use crate::debug::replay;
use crate::debug::search::Case;
use crate::debug::signing_inputs::SigningInput;
use crate::text::base64url;

/// More characters behind a MAC were not copied along.
const MAX_SURPLUS: usize = 8;

/// Compares the MAC with that of each likely text under each secret.
pub fn search(
    case: Case,
    inputs: &[SigningInput],
    targets: &[Target],
    work: &mut Work,
) -> Option<Proof> {
    let segment = &case.reading.segments.signature;
    let macs = || {
        // The secret as it is comes first: HMAC takes some forms of it, such as the hash of a long one, for the same
        // key. The likeliest form is the last.
        let (plain, changed): (Vec<&Target>, Vec<&Target>) = targets
            .iter()
            .filter(|target| target.key.key_type() == KeyType::Oct)
            .partition(|target| target.secret.is_empty());
        plain.into_iter().chain(changed.into_iter().rev())
    };
    for input in inputs.iter().filter(|input| input.is_likely) {
        // One other fault, not two.
        let is_tried = |target: &&Target| input.changes.is_empty() || target.secret.is_empty();
        for target in macs().filter(is_tried) {
            let is_plain = input.changes.is_empty() && target.secret.is_empty();
            for (of_row, row) in target.rows(input.alg.as_deref()) {
                let others = ways(row)
                    .into_iter()
                    .filter(|_| is_plain && of_row.is_empty());
                for way in std::iter::once(Vec::new()).chain(others) {
                    let cost = budget::of_verification(&target.key, input.text.len());
                    if !work.spend(cost) {
                        return None;
                    }
                    work.count(1);
                    let of_hash = [&of_row[..], &way].concat();
                    let message = replay::message(&input.text, &of_hash, row, &target.key)?;
                    let (Message::Text(text), _) = message else {
                        continue;
                    };
                    let mac = expected_mac(row.name, &target.key, &text)?;
                    let is_alone = is_plain && way.is_empty();
                    for sent in sent(&mac).take(if is_alone { usize::MAX } else { 1 }) {
                        let Some(repair) = repair(segment, &sent.segment) else {
                            continue;
                        };
                        let of_form = [&[repair], &sent.of_form[..]].concat();
                        let of_input = [&input.changes[..], &of_hash, &sent.of_mac].concat();
                        let signer = target.signer();
                        let proof = case.prove(&of_form, &of_input, Signer::Key(&signer), work);
                        if proof.is_some() {
                            return proof;
                        }
                    }
                }
            }
        }
    }
    None
}

/// A segment that a MAC may have been sent as.
struct Sent {
    segment: String,
    of_form: Vec<Change>,
    of_mac: Vec<Change>,
}

/// The MAC as it should be sent, and then the ways in which signers get that wrong: as text, or cut to its half.
fn sent(mac: &[u8]) -> impl Iterator<Item = Sent> {
    let plain = Sent {
        segment: base64url::encode(mac),
        of_form: Vec::new(),
        of_mac: Vec::new(),
    };
    let half = mac.get(..mac.len() / 2).unwrap_or_default();
    let truncated = Sent {
        segment: base64url::encode(half),
        of_form: Vec::new(),
        of_mac: vec![Change::TruncateMac {
            cause: Cause::MacTruncated,
            bits: half.len().saturating_mul(8),
        }],
    };
    let notations = [
        Notation::Hex,
        Notation::UpperHex,
        Notation::Base64,
        Notation::Base64url,
    ];
    let texts = notations.into_iter().map(|notation| Sent {
        segment: base64url::encode(notation.encode(mac).as_bytes()),
        of_form: vec![Change::ReadText {
            notation,
            separators: false,
        }],
        of_mac: Vec::new(),
    });
    let texts: Vec<Sent> = texts.collect();
    [plain, truncated].into_iter().chain(texts)
}

/// What makes the segment the text of the MAC, if one thing does.
fn repair(segment: &str, mac: &str) -> Option<Change> {
    if segment.starts_with(mac) {
        let count = segment.len().checked_sub(mac.len())?;
        let at = mac.len();
        return (1..=MAX_SURPLUS)
            .contains(&count)
            .then_some(Change::RemoveEnd { at, count });
    }
    dropped(segment, mac).or_else(|| edit(segment, mac))
}

/// One character, or two neighbors.
fn edit(segment: &str, mac: &str) -> Option<Change> {
    let (cause, edit) = alteration::between(segment, mac)?;
    let is_special = |c| matches!(c, '-' | '_');
    let cause = match cause {
        Cause::LostCharacter if edit.at == segment.len() => Cause::Truncated,
        Cause::LostCharacter
            if edit.inserted.contains(is_special) && !segment.contains(is_special) =>
        {
            Cause::DroppedCharacters
        }
        cause => cause,
    };
    let edits = vec![edit];
    Some(Change::EditSignature { cause, edits })
}

/// All of its `-` and `_`, if there is more than one.
fn dropped(segment: &str, mac: &str) -> Option<Change> {
    let is_special = |c: char| matches!(c, '-' | '_');
    if !mac.chars().filter(|c| !is_special(*c)).eq(segment.chars()) {
        return None;
    }
    let places = mac.match_indices(is_special);
    let edits: Vec<Edit> = places.map(|(at, text)| Edit::insert(at, text)).collect();
    let count = edits.len();
    (count > 1).then_some(Change::RestoreDropped { count, edits })
}
