//! What speaks against changes that make a signature verify: damage that would be told as the mistake of a signer, or as
//! text around a token.

use super::cause::Cause;
use super::change::{self, Change, Edit};
use super::reading::base64url_lenient;
use super::reading::notation::Notation;
use super::replay::Segments;
use crate::algorithm::Algorithm;
use crate::text::base64url;
use crate::token::header::JoseHeader;

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

    /// Whether damage explains the token better. A whole signature has so many bytes.
    pub fn is_contradicted(&self, whole: usize) -> bool {
        self.is_cut_within_bits()
            || self.is_cut_at_a_foreign_character(whole)
            || self.is_cut_at_an_edit()
            || self.is_padding_cut()
            || self.is_edit_of_a_foreign_character()
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

    /// What is missing follows one character that no token has: it is not text around the token.
    fn is_cut_at_a_foreign_character(&self, whole: usize) -> bool {
        let is_taken = |change: &Change| matches!(change, Change::Take { .. });
        let signature = self.segments.signature.as_bytes();
        let is_cut = self.has(Cause::MacCut) || self.has(Cause::Truncated);
        if !is_cut || signature.is_empty() || !self.changes.iter().any(is_taken) {
            return false;
        }
        let characters = whole.saturating_mul(8).div_ceil(6);
        let missing = characters.saturating_sub(signature.len());
        let mut places = self.token.windows(signature.len());
        let behind = places
            .rposition(|part| part == signature)
            .and_then(|at| self.token.get(at.checked_add(signature.len())?..));
        let Some((_, behind)) = behind.and_then(<[u8]>::split_first) else {
            return false;
        };
        // The rest of a character of several bytes.
        let is_within = |byte: &&u8| (0x80..0xC0).contains(*byte);
        let behind = behind.iter().skip_while(is_within);
        let run = behind.take_while(|byte| base64url_lenient::value(**byte).is_some());
        let run = run.count();
        run > 0 && (run == missing || run.saturating_add(1) == missing)
    }

    /// A MAC that was cut by a signer ends where it was edited: it was cut once, somewhere else.
    fn is_cut_at_an_edit(&self) -> bool {
        let length = self.segments.signature.len();
        let is_at_end = |edit: &Edit| edit.at.saturating_add(edit.removed.len()) >= length;
        self.has(Cause::MacTruncated) && self.edits().any(is_at_end)
    }

    /// The bits behind a base64 text are the first ones of its padding.
    fn is_padding_cut(&self) -> bool {
        let notation = Notation::Base64;
        let is_text = |change: &Change| matches!(change, Change::ReadText { notation: of, .. } if *of == notation);
        let text = base64url_lenient::decode(&self.segments.signature);
        self.has(Cause::TrailingBits)
            && self.changes.iter().any(is_text)
            && text.is_some_and(|text| !text.len().is_multiple_of(4))
    }

    /// Of a signature in base64url, one character is of standard base64: it is the one that was altered.
    fn is_edit_of_a_foreign_character(&self) -> bool {
        let mut segments = self.token.rsplit(|byte| *byte == b'.');
        let sent = segments.next().unwrap_or_default();
        let is_mixed = sent.iter().any(|byte| matches!(byte, b'-' | b'_'));
        let is_foreign = |edit: &Edit| matches!(sent.get(edit.at), Some(b'+' | b'/'));
        is_mixed && self.has(Cause::StandardBase64) && self.edits().any(is_foreign)
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
