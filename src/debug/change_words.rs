//! What was done, in words, for each change that a proof names.

use std::iter;

use super::cause::Cause;
use super::change::{Change, Edit};
use super::signing_inputs::digest::Digest;
use crate::text::abridged::abridged_to;

impl Edit {
    fn described(&self) -> String {
        let Self {
            at,
            removed,
            inserted,
        } = self;
        match (&**removed, &**inserted) {
            (removed, "") => format!("\"{removed}\" removed at offset {at}"),
            ("", inserted) => format!("\"{inserted}\" inserted at offset {at}"),
            (removed, inserted) => {
                format!("\"{inserted}\" instead of \"{removed}\" at offset {at}")
            }
        }
    }

    /// The same with the segment, of which `at` counts the characters.
    fn described_in(&self, segment: &str) -> String {
        let Self {
            at,
            removed,
            inserted,
        } = self;
        if removed.is_empty() || inserted.is_empty() {
            format!("{} of the {segment}", self.described())
        } else {
            format!("\"{inserted}\" instead of \"{removed}\" at {segment} offset {at}")
        }
    }
}

impl Change {
    /// What was done, in one phrase: that of its cause, or a more exact one.
    pub fn repair(&self) -> String {
        let of_cause = || {
            self.cause()
                .map_or("over the text as received", Cause::repair)
        };
        if let Some(phrase) = self.phrase() {
            return phrase;
        }
        match self.detail() {
            Some(detail) => format!("{} ({detail})", of_cause()),
            None => of_cause().to_owned(),
        }
    }

    /// A phrase with a place, a character, a length or a notation in it.
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn phrase(&self) -> Option<String> {
        /// An ordinary header is shown whole.
        const MAX_HEADER: usize = 120;
        Some(match self {
            Self::ReadBits => "with the bits of its incomplete last byte".to_owned(),
            Self::Take {
                cause: Cause::TwoTokens,
                from: 0,
                ..
            } => "with the first token alone".to_owned(),
            Self::Take {
                cause: Cause::TwoTokens,
                from,
                ..
            } => format!("with the token at offset {from} alone"),
            Self::EditText {
                cause: Cause::VaultPrefix,
                edit,
            } => format!(
                "with \"{}\" removed at the start of the signature",
                edit.removed
            ),
            Self::EditText { edit, .. } => format!("with {}", edit.described()),
            Self::EditBytes {
                at,
                removed,
                inserted,
                ..
            } => {
                let noun = if removed.len() == 1 { "byte" } else { "bytes" };
                let removed: Vec<String> = removed.iter().map(|b| format!("0x{b:02X}")).collect();
                let removed = format!("the {noun} {}", removed.join(" "));
                if inserted.is_empty() {
                    format!("with {removed} removed at offset {at}")
                } else {
                    format!("with \"{inserted}\" instead of {removed} at offset {at}")
                }
            }
            Self::EditSegment { edit, segment, .. } => {
                format!("with {}", edit.described_in(&segment.to_string()))
            }
            // The summary says that they are characters of the signature.
            Self::EditSignature {
                cause: Cause::DroppedCharacters,
                edits,
            } => {
                let unit = iter::once("offset ").chain(iter::repeat(""));
                let edits = edits.iter().zip(unit);
                let edits: Vec<String> = edits
                    .map(|(Edit { at, inserted, .. }, unit)| {
                        format!("\"{inserted}\" at {unit}{at}")
                    })
                    .collect();
                format!("with {} restored", enumerated(&edits))
            }
            // What was there is what its unused bits make of the same character.
            Self::EditSignature {
                cause: Cause::TrailingBits,
                edits,
            } => {
                let Edit { at, inserted, .. } = edits.first()?;
                format!("with \"{inserted}\" at offset {at} of the signature")
            }
            Self::EditSignature {
                cause: Cause::Truncated,
                edits,
            } if edits.iter().all(|edit| edit.removed.is_empty()) => {
                let edits = edits.iter();
                let edits: Vec<String> = edits
                    .map(|Edit { at, inserted, .. }| {
                        format!("\"{inserted}\" restored at offset {at}")
                    })
                    .collect();
                format!("with {} of the signature", enumerated(&edits))
            }
            Self::EditSignature { edits, .. } if edits.len() == 1 => {
                format!("with {}", edits.first()?.described_in("signature"))
            }
            Self::EditSignature { edits, .. } => {
                let edits: Vec<String> = edits.iter().map(Edit::described).collect();
                format!("with {} of the signature", enumerated(&edits))
            }
            Self::RestoreDropped { count, .. } => {
                format!("with {count} characters \"-\" or \"_\" restored")
            }
            Self::RemoveEnd { at, count: 1 } => {
                format!("without the character at offset {at} of the signature")
            }
            Self::RemoveEnd { at, count } => {
                format!("without the {count} characters from offset {at} of the signature on")
            }
            Self::ReadHexSegment { separators: false } => {
                "with the signature read as hex, not base64url".to_owned()
            }
            Self::ReadHexSegment { separators: true } => {
                "with the signature read as hex with separators, not base64url".to_owned()
            }
            Self::EncodeSignature { notation, .. } => format!(
                "with the signature encoded as base64url, not as {}",
                notation.name()
            ),
            Self::ReadText {
                notation,
                separators,
            } => {
                let separators = if *separators { " with separators" } else { "" };
                format!(
                    "with the signature decoded from {}{separators}",
                    notation.name()
                )
            }
            Self::RemoveBytes { before, behind } => match (before, behind) {
                (0, 1) => "without the last byte".to_owned(),
                (0, behind) => format!("without the last {behind} bytes"),
                (1, _) => "without the first byte".to_owned(),
                (before, _) => format!("without the first {before} bytes"),
            },
            Self::ResizeHalves { at, .. } => {
                format!("with R and S resized (S begins at offset {at})")
            }
            Self::ResizeNumber { length } => {
                format!("with the signature resized to {length} bytes")
            }
            Self::ReplaceHeader { json, .. } => {
                format!("with the header {}", abridged_to(json, MAX_HEADER))
            }
            Self::IgnoreAlg {
                digest: Digest::Sha256,
            } => "checked as ES256".to_owned(),
            Self::IgnoreAlg { digest } => {
                format!("checked as ECDSA on P-256 with {}", digest.name())
            }
            Self::UseAlgorithm { algorithm, .. } => format!("checked as {algorithm}"),
            Self::UseDigest { digest } => format!("hashed with {}", digest.name()),
            Self::HashFirst {
                digest,
                notation: None,
            } => format!("hashed twice, first with {}", digest.name()),
            Self::HashFirst {
                digest,
                notation: Some(notation),
            } => format!(
                "with the {} hash written as {}",
                digest.name(),
                notation.name()
            ),
            Self::HashText { notation } => format!("with the hash written as {}", notation.name()),
            Self::UseSaltLength { length: 1 } => "with a salt of 1 byte".to_owned(),
            Self::UseSaltLength { length } => format!("with a salt of {length} bytes"),
            Self::UseMaskDigest { digest } => format!("with {} in MGF1", digest.name()),
            Self::TruncateMac { bits, .. } => match bits % 8 {
                0 => format!("compared with the first {} bytes of the MAC", bits / 8),
                _ => format!("compared with the first {bits} bits of the MAC"),
            },
            Self::UseSmallKey { bits } => format!("with a key of only {bits} bits"),
            Self::IgnoreMembers { members } => {
                let members: Vec<String> =
                    members.iter().map(|name| format!("\"{name}\"")).collect();
                format!("ignoring {} in the JWK", enumerated(&members))
            }
            _ => return None,
        })
    }

    /// What the phrase of its cause cannot say: a variant, a header, what a key allows.
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn detail(&self) -> Option<String> {
        match self {
            Self::WriteCompact {
                unprotected: true, ..
            } => Some("without its unprotected header".to_owned()),
            Self::WrapSegments { columns, end } => Some(format!(
                "{} after every {columns} characters",
                if *end == "\n" { "LF" } else { "CRLF" }
            )),
            Self::ReadDer { strict: false } => {
                Some("not canonical: numbers or lengths are not minimal".to_owned())
            }
            Self::ReplacePayload {
                cause: Cause::SignedWithNewline,
                ..
            } => Some("in the payload, after its JSON".to_owned()),
            Self::UseJson { separator: "" } => Some("without a dot".to_owned()),
            Self::UseRawPayload => Some("the payload alone is not encoded".to_owned()),
            Self::AppendLineEnd { end } => match *end {
                "\r\n" => Some("CRLF".to_owned()),
                "." => Some("a dot".to_owned()),
                " " => Some("a space".to_owned()),
                "\0" => Some("a NUL byte".to_owned()),
                _ => None,
            },
            Self::UseUtf16 { big_endian: false } => Some("little-endian".to_owned()),
            Self::UseUtf16 { big_endian: true } => Some("big-endian".to_owned()),
            Self::RewriteSecret { form } => Some(form.described().to_owned()),
            Self::IgnorePss { allowed } => Some(format!("it allows {}", allowed.join(", "))),
            Self::RemoveNuls
            | Self::DecodePercent
            | Self::TakeMember { .. }
            | Self::WriteCompact { .. }
            | Self::Take { .. }
            | Self::DecodeBase64
            | Self::RemoveWhitespace
            | Self::ReplaceSpaces
            | Self::EditText { .. }
            | Self::EditBytes { .. }
            | Self::EncodeSignature { .. }
            | Self::UseBase64url
            | Self::RemovePadding
            | Self::EditSignature { .. }
            | Self::RestoreDropped { .. }
            | Self::RemoveEnd { .. }
            | Self::ReadBits
            | Self::ReadHexSegment { .. }
            | Self::ReadText { .. }
            | Self::ReadDer { .. }
            | Self::RemoveBytes { .. }
            | Self::ResizeHalves { .. }
            | Self::SwapHalves
            | Self::ReverseHalves
            | Self::ReverseBytes
            | Self::ResizeNumber { .. }
            | Self::ReplaceHeader { .. }
            | Self::ReplacePayload { .. }
            | Self::EditSegment { .. }
            | Self::HashNonce
            | Self::KeepAsWritten
            | Self::TakeHeader
            | Self::TakePayload
            | Self::AddPadding
            | Self::UseStandardBase64
            | Self::UseJson { .. }
            | Self::QuoteInput
            | Self::CorrectAlg
            | Self::IgnoreAlg { .. }
            | Self::UseAlgorithm { .. }
            | Self::UseDigest { .. }
            | Self::HashFirst { .. }
            | Self::TakeAsHash
            | Self::OmitDigestInfo
            | Self::UseSaltLength { .. }
            | Self::UseMaskDigest { .. }
            | Self::TruncateMac { .. }
            | Self::HashAgain
            | Self::HashText { .. }
            | Self::UseOtherKey
            | Self::UseEmbeddedKey { .. }
            | Self::FollowCertificates { .. }
            | Self::UseNamedKey { .. }
            | Self::SwapCoordinates
            | Self::ReverseCoordinates
            | Self::RewriteCoordinates
            | Self::IgnoreMembers { .. }
            | Self::NegateY
            | Self::NegatePrivate
            | Self::TakeYAsPrivate
            | Self::UseSmallKey { .. }
            | Self::UsePublicSecret { .. }
            | Self::IgnoreHeader
            | Self::IgnoreUtf16 => None,
        }
    }
}

/// `a`, `a and b`, `a, b and c`.
fn enumerated(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What was done, in one phrase.
pub fn repairs(changes: &[Change]) -> String {
    let mut repairs: Vec<String> = Vec::new();
    for repair in changes.iter().map(Change::repair) {
        match repairs.last_mut() {
            Some(last) if *last == repair => last.push_str(" twice"),
            _ => repairs.push(repair),
        }
    }
    repairs.join(", ")
}
