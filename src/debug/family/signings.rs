//! What is signed of a header or payload with one altered character: as it should be, or with another fault of the signer.

use super::encoded_message::First;
use crate::debug::change::Change;
use crate::debug::reading::base64url_lenient;
use crate::debug::reading::notation::Notation;
use crate::debug::search::Case;
use crate::debug::signing_inputs::digest::Digest;
use crate::text::base64url;
use crate::token::segment::Segment;

/// What is signed of a text with an altered character, and how it is hashed first: as it should be, or with another fault
/// of the signer.
pub struct Signing {
    pub of_input: Vec<Change>,
    pub first: First,
    /// What is signed before and behind the segment.
    pub before: Vec<u8>,
    pub behind: Vec<u8>,
    /// How the segment itself is signed.
    pub form: Form,
}

#[derive(Clone, Copy)]
pub enum Form {
    Sent,
    Decoded,
    Utf16,
}

impl Form {
    /// The segment from the start of a group on.
    pub fn of(self, segment: &str) -> Option<Vec<u8>> {
        Some(match self {
            Self::Sent => segment.as_bytes().to_vec(),
            Self::Decoded => base64url_lenient::decode(segment)?,
            Self::Utf16 => utf16(segment),
        })
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.bytes().flat_map(|byte| [byte, 0]).collect()
}

impl Signing {
    /// The Signing Input with another header or payload.
    pub fn of(case: Case, segment: Segment) -> Self {
        let segments = &case.reading.segments;
        let (before, behind) = match segment {
            Segment::Header => (String::new(), format!(".{}", segments.payload)),
            _ => (format!("{}.", segments.header), String::new()),
        };
        Self {
            of_input: Vec::new(),
            first: None,
            before: before.into(),
            behind: behind.into(),
            form: Form::Sent,
        }
    }

    /// What may be wrong with a payload's text or its hash as well, the likeliest first.
    pub fn with_faults(case: Case) -> Vec<Self> {
        let header = &case.reading.segments.header;
        let json = base64url::decode(header).unwrap_or_default();
        let start = format!("{header}.");
        let line_end = |end: &'static str| {
            let change = Change::AppendLineEnd { end };
            (change, start.clone().into_bytes(), Form::Sent, end)
        };
        let inputs = [
            (Change::TakePayload, Vec::new(), Form::Sent, ""),
            (
                Change::UseJson { separator: "." },
                [&json[..], b"."].concat(),
                Form::Decoded,
                "",
            ),
            line_end("\n"),
            (
                Change::UseRawPayload,
                start.clone().into(),
                Form::Decoded,
                "",
            ),
            (
                Change::QuoteInput,
                format!("\"{start}").into(),
                Form::Sent,
                "\"",
            ),
            line_end("."),
            (
                Change::UseUtf16 { big_endian: false },
                utf16(&start),
                Form::Utf16,
                "",
            ),
            line_end("\r\n"),
        ];
        let of_inputs = inputs.map(|(change, before, form, behind)| Self {
            of_input: vec![change],
            first: None,
            before,
            behind: behind.into(),
            form,
        });
        let notations = [None, Some(Notation::Hex), Some(Notation::Base64)];
        let of_hashes = notations.map(|notation| Self {
            first: Some((Digest::Sha256, notation)),
            ..Self::of(case, Segment::Payload)
        });
        of_inputs.into_iter().chain(of_hashes).collect()
    }
}
