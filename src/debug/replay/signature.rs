//! The signature, from its segment to its bytes.

use crate::debug::change::{Change, Zeros};
use crate::debug::reading::der;
use crate::debug::reading::notation::Notation;
use crate::text::base64url;

/// The bytes of R and of S on P-256.
pub const HALF: usize = 32;

/// A signature as far as it was read.
#[derive(Clone, PartialEq, Eq)]
enum ReplayedSignature {
    Segment(String),
    Bytes(Vec<u8>),
}

/// The bytes of a segment after these changes. A change that changes nothing can't be made, and changes
/// that undo each other can't either: they would name a fault where there is none.
///
/// `half` is how many bytes R and S have.
pub fn bytes(segment: &str, changes: &[Change], half: usize) -> Option<Vec<u8>> {
    let sent = ReplayedSignature::Segment(segment.to_owned());
    let received = changes.iter().try_fold(sent.clone(), |signature, change| {
        signature.after(change, half)
    })?;
    let bytes = received.bytes()?;
    let is_changed = changes.is_empty() || sent.bytes().as_ref() != Some(&bytes);
    is_changed.then_some(bytes)
}

impl ReplayedSignature {
    fn bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Segment(segment) => base64url::decode(&segment).ok(),
            Self::Bytes(bytes) => Some(bytes),
        }
    }

    fn after(self, change: &Change, half: usize) -> Option<Self> {
        match (self, change) {
            (Self::Segment(segment), Change::EditSignature { edits, .. }) => {
                let edited = edits
                    .iter()
                    .try_fold(segment.clone(), |segment, edit| edit.apply(&segment))?;
                (edited != segment).then_some(Self::Segment(edited))
            }
            (Self::Segment(segment), Change::RestoreDropped { count, edits }) => {
                let is_special = |text: &str| matches!(text, "-" | "_");
                let are_dropped = edits
                    .iter()
                    .all(|edit| edit.removed.is_empty() && is_special(&edit.inserted));
                if edits.len() != *count || !are_dropped || segment.contains(['-', '_']) {
                    return None;
                }
                let restored = edits
                    .iter()
                    .try_fold(segment, |segment, edit| edit.apply(&segment))?;
                Some(Self::Segment(restored))
            }
            (Self::Segment(segment), Change::RemoveEnd { at, count }) => {
                let (kept, end) = segment.split_at_checked(*at)?;
                (*count > 0 && end.len() == *count).then(|| Self::Segment(kept.to_owned()))
            }
            (Self::Segment(segment), Change::ReadBits) => all_bits(&segment).map(Self::Bytes),
            (Self::Segment(segment), Change::ReadHexSegment { separators }) => {
                Notation::Hex.decode(&segment, *separators).map(Self::Bytes)
            }
            (signature, change) => after(&signature.bytes()?, change, half).map(Self::Bytes),
        }
    }
}

/// The bits of a segment that ends within a byte, and zeros behind them. One that is base64url has whole bytes.
fn all_bits(segment: &str) -> Option<Vec<u8>> {
    if base64url::decode(segment).is_ok() {
        return None;
    }
    let zeros = "A".repeat(segment.len().wrapping_neg() % 4);
    let mut bytes = base64url::decode(&format!("{segment}{zeros}")).ok()?;
    bytes.truncate(segment.len().checked_mul(6)?.div_ceil(8));
    Some(bytes)
}

/// Bytes after one change to them.
pub fn after(bytes: &[u8], change: &Change, half: usize) -> Option<Vec<u8>> {
    let changed = match change {
        Change::ReadText {
            notation,
            separators,
        } => notation.decode(std::str::from_utf8(bytes).ok()?, *separators),
        Change::ReadDer { strict } => {
            let (integers, is_strict) = der::integers(bytes)?;
            let [r, s] = integers.map(|integer| resized(integer, Zeros::Before, half));
            (*strict == is_strict).then_some([r?, s?].concat())
        }
        Change::RemoveBytes { before, behind } => {
            let end = bytes.len().checked_sub(*behind)?;
            (*before > 0 || *behind > 0).then_some(())?;
            bytes.get(*before..end).map(<[u8]>::to_vec)
        }
        Change::ResizeHalves { at, r, s } => {
            let (first, second) = bytes.split_at_checked(*at)?;
            Some([resized(first, *r, half)?, resized(second, *s, half)?].concat())
        }
        Change::SwapHalves => {
            let [r, s] = halves(bytes, half)?;
            Some([s, r].concat())
        }
        Change::ReverseHalves => {
            let [mut r, mut s] = halves(bytes, half)?;
            r.reverse();
            s.reverse();
            Some([r, s].concat())
        }
        Change::ReverseBytes => Some(bytes.iter().rev().copied().collect()),
        Change::ResizeNumber { length } => resized(bytes, Zeros::Before, *length),
        _ => None,
    };
    changed.filter(|changed| changed != bytes)
}

/// A number with as many bytes as a half: nothing but zeros is added or removed.
pub fn resized(number: &[u8], zeros: Zeros, length: usize) -> Option<Vec<u8>> {
    let surplus = number.len().saturating_sub(length);
    let (removed, kept) = match zeros {
        Zeros::Before => number.split_at_checked(surplus)?,
        Zeros::Behind => {
            let (kept, removed) = number.split_at_checked(number.len().checked_sub(surplus)?)?;
            (removed, kept)
        }
    };
    if removed.iter().any(|byte| *byte != 0) {
        return None;
    }
    let missing = vec![0; length.checked_sub(kept.len())?];
    Some(match zeros {
        Zeros::Before => [&missing, kept].concat(),
        Zeros::Behind => [kept, &missing].concat(),
    })
}

fn halves(bytes: &[u8], half: usize) -> Option<[Vec<u8>; 2]> {
    let (r, s) = bytes.split_at_checked(half)?;
    (s.len() == half).then(|| [r.to_vec(), s.to_vec()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debug::cause::Cause;
    use crate::debug::change::Edit;

    fn edited(at: usize, removed: &str, inserted: &str) -> Change {
        let edits = vec![Edit {
            at,
            removed: removed.to_owned(),
            inserted: inserted.to_owned(),
        }];
        let cause = Cause::AlteredCharacter;
        Change::EditSignature { cause, edits }
    }

    #[test]
    fn what_changes_nothing_is_not_a_change() {
        let zeros = (Zeros::Before, Zeros::Before);
        let resized = |at| Change::ResizeHalves {
            at,
            r: zeros.0,
            s: zeros.1,
        };
        let alike = base64url::encode(&[7; 2 * HALF]);
        let unlike = base64url::encode(&[[7; HALF], [9; HALF]].concat());
        for (segment, changes, expected) in [
            (&unlike, vec![], true),
            (&unlike, vec![edited(5, "w", "x")], true),
            (&unlike, vec![edited(4, "B", "B")], false),
            (&unlike, vec![edited(3, "", "")], false),
            (&unlike, vec![Change::SwapHalves], true),
            (&unlike, vec![Change::SwapHalves, Change::SwapHalves], false),
            (&alike, vec![Change::SwapHalves], false),
            (&unlike, vec![Change::ReverseHalves], false),
            (&unlike, vec![resized(HALF)], false),
            (&unlike, vec![Change::RemoveEnd { at: 84, count: 0 }], false),
            (&unlike, vec![Change::RemoveEnd { at: 84, count: 2 }], true),
            (&unlike, vec![Change::RemoveEnd { at: 84, count: 1 }], false),
            (&unlike, vec![Change::RemoveEnd { at: 87, count: 0 }], false),
            // One character of the last two bits, and back.
            (
                &unlike,
                vec![edited(85, "Q", "R"), edited(85, "R", "Q")],
                false,
            ),
        ] {
            let made = bytes(segment, &changes, HALF).is_some();
            assert_eq!(made, expected, "{segment}: {changes:?}");
        }
    }
}
