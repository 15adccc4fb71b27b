//! What speaks against changes that make a signature verify: damage that would be told as the mistake of a signer, or as
//! text around a token.

use std::slice;

use serde::de::IgnoredAny;

use super::cause::Cause;
use super::change::{self, Change, Edit, Stage};
use super::reading::base64url_lenient;
use super::reading::notation::Notation;
use super::replay::{self, Segments, is_invisible};
use crate::algorithm::Algorithm;
use crate::text::base64url::{self, ALPHABET};
use crate::token::header::JoseHeader;
use crate::token::segment::Segment;

/// A token as it came in, with the changes that are said to lead to one that verifies.
pub struct Explanation<'e> {
    token: &'e [u8],
    segments: &'e Segments,
    changes: &'e [Change],
}

impl<'e> Explanation<'e> {
    pub fn new(token: &'e [u8], segments: &'e Segments, changes: &'e [Change]) -> Self {
        Self {
            token,
            segments,
            changes,
        }
    }

    /// Whether damage explains the token better than these changes, which lead to this whole signature.
    pub fn is_contradicted(&self, signature: &[u8]) -> bool {
        self.is_cut_within_bits()
            || self.is_cut_at_a_foreign_character(signature)
            || self.is_cut_at_an_edit()
            || self.is_cut_behind_a_gap()
            || self.is_padding_cut()
            || self.is_mixed()
            || self.is_decoded_for_edits()
            || self.is_wrapped_for_edits()
            || self.is_alg_damaged()
    }

    fn has(&self, cause: Cause) -> bool {
        change::causes(self.changes).contains(&cause)
    }

    fn edits(&self) -> impl Iterator<Item = &Edit> {
        let of_signature = |change: &'e Change| match change {
            Change::EditSignature { edits, .. } => Some(edits),
            _ => None,
        };
        self.changes.iter().filter_map(of_signature).flatten()
    }

    /// Bits were removed from a MAC that was cut: those of its last character belong to it, and if they contradict it, it
    /// was not cut.
    fn is_cut_within_bits(&self) -> bool {
        self.has(Cause::MacCut) && self.has(Cause::TrailingBits)
    }

    /// The text before each of its changes, as it was then, with the change.
    fn texts(&self) -> Vec<(Vec<u8>, &'e Change)> {
        let mut text = self.token.to_vec();
        let mut texts = Vec::new();
        for change in self.changes {
            let Some(changed) = replay::text(&text, change) else {
                break;
            };
            texts.push((std::mem::replace(&mut text, changed), change));
        }
        texts
    }

    /// Behind the place where it is said to be cut, more follows after a character that no token has: that may be the rest,
    /// damaged, and the bits that are compared cannot tell. Only quotes, whitespace and the rest of a JSON object are
    /// certainly around the token, unless they are as many characters as are missing.
    fn is_cut_at_a_foreign_character(&self, signature: &[u8]) -> bool {
        let is_cut = [Cause::MacCut, Cause::MacTruncated, Cause::Truncated];
        if !is_cut.into_iter().any(|cause| self.has(cause)) {
            return false;
        }
        let whole = base64url::encode(signature);
        let missing = whole.len().saturating_sub(self.segments.signature.len());
        let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
        let is_rest = |behind: &[u8]| {
            !(behind.iter().all(is_around) || ends_object(behind))
                || (missing > 0 && behind.len() == missing)
        };
        let goes_on = |(text, change): &(Vec<u8>, &Change)| {
            let Change::Take { to, .. } = change else {
                return false;
            };
            // Damage that looks like percent-encoding may have been decoded.
            let before = self.token.get(..*to).unwrap_or_default();
            let is_unchanged = text.get(..*to) == Some(before);
            let sent = self.token.get(*to..).filter(|_| is_unchanged);
            [text.get(*to..), sent].into_iter().flatten().any(is_rest)
        };
        self.texts().iter().any(goes_on)
    }

    /// A MAC that was cut by a signer ends where it was edited, or went on: it was cut once, somewhere else.
    fn is_cut_at_an_edit(&self) -> bool {
        let length = self.segments.signature.len();
        let is_at_end = |edit: &Edit| edit.at.saturating_add(edit.removed.len()) >= length;
        let goes_on = |change: &Change| matches!(change, Change::RemoveEnd { .. });
        self.has(Cause::MacTruncated)
            && (self.edits().any(is_at_end) || self.changes.iter().any(goes_on))
    }

    /// Within a MAC that was cut there is whitespace that breaks no line, or something that nobody sees: it may stand for
    /// characters that are missing there.
    fn is_cut_behind_a_gap(&self) -> bool {
        let is_removed = |c: char| c.is_whitespace() || is_invisible(c);
        let has_gap = |(text, change): &(Vec<u8>, &Change)| {
            let text = replay::legible(text);
            let signature = text.trim_matches(is_removed).rsplit('.').next();
            let signature = signature.unwrap_or_default();
            let mut runs = signature.split(|c| !is_removed(c));
            matches!(change, Change::RemoveWhitespace)
                && runs.any(|run| !run.is_empty() && !run.contains(['\n', '\r']))
        };
        (self.has(Cause::MacCut) || self.has(Cause::MacTruncated))
            && self.texts().iter().any(has_gap)
    }

    /// The bits behind a base64 text are the first ones of its padding.
    fn is_padding_cut(&self) -> bool {
        let notation = Notation::Base64;
        let is_text = |change: &Change| matches!(change, Change::ReadText { notation: of, .. } if *of == notation);
        let segment = self.segments.signature.as_bytes();
        let text = base64url_lenient::decode(&self.segments.signature);
        // A single character has six such bits, the last of two has four, and that of three two.
        let (bits, first_of_padding) = match segment.len() % 4 {
            1 => (0b11_1111, b'=' >> 2),
            2 => (0b1111, b'=' >> 4),
            _ => (0b11, b'=' >> 6),
        };
        let last = segment
            .last()
            .and_then(|last| ALPHABET.iter().position(|of| of == last));
        self.has(Cause::TrailingBits)
            && self.changes.iter().any(is_text)
            && text.is_some_and(|text| !text.len().is_multiple_of(4))
            && last.is_none_or(|last| last & bits == usize::from(first_of_padding))
    }

    /// A segment has characters of both alphabets, so that it was not written in standard base64.
    fn is_mixed(&self) -> bool {
        let is_mixed = |(text, change): &(Vec<u8>, &Change)| {
            let mut segments = text.split(|byte| *byte == b'.');
            match change {
                Change::ReplaceSpaces => segments.any(|segment| !may_have_had_plus(segment)),
                Change::UseBase64url => segments.any(|segment| !may_be_standard(segment)),
                _ => false,
            }
        };
        self.texts().iter().any(is_mixed)
    }

    /// All that percent-decoding or the other alphabet accounts for is edited afterwards: that is the damage, and the token
    /// was not encoded so.
    fn is_decoded_for_edits(&self) -> bool {
        let is_for_edits = |(number, (text, change)): (usize, &(Vec<u8>, &Change))| {
            let decoded = replay::text(text, change).unwrap_or_default();
            let made = match change {
                Change::DecodePercent => decoded_places(text),
                Change::UseBase64url => {
                    let is_made = |at: &usize| text.get(*at) != decoded.get(*at);
                    (0..decoded.len()).filter(is_made).collect()
                }
                _ => return false,
            };
            let later = self.changes.get(number.saturating_add(1)..);
            let later = later.unwrap_or_default();
            let is_edited = |at: &usize| edits_character(&decoded, *at, later);
            !made.is_empty() && made.iter().all(is_edited)
        };
        self.texts().iter().enumerate().any(is_for_edits)
    }

    /// Wherever whitespace within the token is removed, a character is put in: the whitespace replaces it, and breaks no
    /// line.
    fn is_wrapped_for_edits(&self) -> bool {
        let is_for_edits = |(number, (text, change)): (usize, &(Vec<u8>, &Change))| {
            let later = self.changes.get(number.saturating_add(1)..);
            let later = later.unwrap_or_default();
            let Some(joined) = replay::text(text, change) else {
                return false;
            };
            let gaps = gaps(text, &joined);
            let is_filled = |at: &usize| {
                let before = joined.get(..*at).unwrap_or_default();
                let start = before.iter().rposition(|byte| *byte == b'.');
                let start = start.map_or(0, |dot| dot.saturating_add(1));
                let number = before.split(|byte| *byte == b'.').skip(1).count();
                let segments = text_segments(&joined);
                let segment = segments.get(number).map_or("", |segment| segment);
                later.iter().any(|change| match change {
                    Change::EditText { edit, .. } => {
                        inserts_at(edit, &replay::legible(&joined), *at)
                    }
                    Change::EditSegment {
                        segment: of, edit, ..
                    } => {
                        usize::from(*of != Segment::Header) == number
                            && inserts_at(edit, segment, at.saturating_sub(start))
                    }
                    Change::EditSignature { edits, .. } => edits.iter().any(|edit| {
                        number == 2 && inserts_at(edit, segment, at.saturating_sub(start))
                    }),
                    _ => false,
                })
            };
            matches!(change, Change::RemoveWhitespace)
                && !gaps.is_empty()
                && gaps.iter().all(is_filled)
        };
        self.texts().iter().enumerate().any(is_for_edits)
    }

    /// Of a header that was not signed, `alg` is the name of the algorithm but for what one altered character stands for: it
    /// was damaged, and is not the name of another algorithm.
    fn is_alg_damaged(&self) -> bool {
        /// A character of base64url stands for bits of so many bytes.
        const BYTES: usize = 2;
        let algorithm = self.changes.iter().find_map(|change| match change {
            Change::UseAlgorithm { algorithm, .. } => Some(*algorithm),
            Change::IgnoreAlg { .. } => Some("ES256"),
            _ => None,
        });
        let header = base64url::decode(&self.segments.header).ok();
        let header = header.and_then(|header| JoseHeader::parse(&header).ok());
        let alg = header.as_ref().and_then(|header| header.alg.as_deref());
        let (Some(algorithm), Some(alg)) = (algorithm, alg) else {
            return false;
        };
        let differing = alg.bytes().zip(algorithm.bytes()).filter(|(a, b)| a != b);
        self.changes.contains(&Change::TakePayload)
            && Algorithm::named(alg).is_none()
            && alg.len() == algorithm.len()
            && differing.count() <= BYTES
    }
}

/// Whether one of these changes edits the character at this place of the text: with another one there, it does not
/// apply.
fn edits_character(text: &[u8], at: usize, later: &[Change]) -> bool {
    let mut text = text.to_vec();
    let Some(character) = text.get_mut(at) else {
        return false;
    };
    // Of the same alphabet, so that what else changes stays as it is.
    *character = match *character {
        b'+' => b'/',
        b'/' => b'+',
        b'-' => b'_',
        b'_' => b'-',
        b'A' => b'B',
        other if other.is_ascii_alphanumeric() => b'A',
        _ => return false,
    };
    let mut segments: Vec<String> = Vec::new();
    for change in later {
        if let Some(changed) = replay::text(&text, change) {
            text = changed;
            continue;
        }
        if change.stage() == Stage::Text {
            return matches!(change, Change::EditText { .. });
        }
        if segments.is_empty() {
            segments = text_segments(&text);
        }
        let (number, edits) = match change {
            Change::EditSegment { segment, edit, .. } => (
                usize::from(*segment != Segment::Header),
                slice::from_ref(edit),
            ),
            Change::EditSignature { edits, .. } => (2, edits.as_slice()),
            _ => continue,
        };
        let Some(segment) = segments.get_mut(number) else {
            return false;
        };
        let edited = edits
            .iter()
            .try_fold(segment.clone(), |text, edit| edit.apply(&text));
        match edited {
            Some(edited) => *segment = edited,
            None => return true,
        }
    }
    false
}

/// Where characters that were percent-encoded stand in the decoded text.
fn decoded_places(text: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut bytes = text.iter();
    let mut at = 0_usize;
    while let Some(byte) = bytes.next() {
        if *byte == b'%' {
            places.push(at);
            bytes.next();
            bytes.next();
        }
        at = at.saturating_add(1);
    }
    places
}

/// Where something was removed within the text that is left.
fn gaps(text: &[u8], left: &[u8]) -> Vec<usize> {
    let mut gaps = Vec::new();
    let mut at = 0_usize;
    for byte in text {
        if left.get(at) == Some(byte) {
            at = at.saturating_add(1);
        } else {
            gaps.push(at);
        }
    }
    gaps.retain(|at| *at > 0 && *at < left.len());
    gaps.dedup();
    gaps
}

/// Whether an edit puts something in at this place, or at one where it makes the same text.
fn inserts_at(edit: &Edit, text: &str, at: usize) -> bool {
    let here = Edit::insert(at, &*edit.inserted);
    edit.removed.is_empty() && here.apply(text) == edit.apply(text)
}

fn text_segments(text: &[u8]) -> Vec<String> {
    let text = replay::legible(text);
    text.split('.').map(str::to_owned).collect()
}

/// Whether a text is the rest of a JSON object behind a string in it, but for its last brace.
fn ends_object(text: &[u8]) -> bool {
    let is_json = |json: Vec<u8>| serde_json::from_slice::<IgnoredAny>(&json).is_ok();
    text.starts_with(b"\"")
        && [&b""[..], b"}"]
            .iter()
            .any(|end| is_json([b"{\"\":\"", text, end].concat()))
}

/// Whether standard base64, or a form that decodes `+` as a space, explains why this character of the segment was sent
/// instead of the original one.
pub fn is_of_alphabet(segment: &[u8], sent: &str, original: &str) -> bool {
    match (sent, original) {
        ("+", "-") | ("/", "_") => may_be_standard(segment),
        (" ", "-") => may_have_had_plus(segment),
        _ => false,
    }
}

/// Whether a segment may have been written in standard base64 and replaced in part: all `+` or all `/`, if the other
/// one was forgotten, or only the first of each kind, by JavaScript's `replace`.
fn may_be_standard(segment: &[u8]) -> bool {
    let is_replaced = |character: u8, other: u8| {
        let mut of_both = segment
            .iter()
            .filter(|byte| [character, other].contains(*byte));
        let is_alike = |byte: &u8| *byte == other;
        of_both.clone().all(|byte| *byte == character) || {
            of_both.next();
            of_both.all(is_alike)
        }
    };
    is_replaced(b'-', b'+') && is_replaced(b'_', b'/')
}

/// Whether each space of a segment may have been a `+` that a form decoded: then no other `+` is left, and the segment
/// is in standard base64.
fn may_have_had_plus(segment: &[u8]) -> bool {
    let is_other = |byte: &u8| matches!(byte, b'-' | b'_' | b'+');
    !segment.contains(&b' ') || !segment.iter().any(is_other)
}
