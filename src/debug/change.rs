//! The changes that a proof names, each exact enough to be made again by anyone: where, what, and in
//! which notation. How each is made is in `replay/`; `cause.rs` has the words.

use std::iter;
use std::sync::Arc;

use serde::Serialize;

use super::cause::Cause;
use super::reading::notation::Notation;
use super::replay::SecretForm;
use super::secret_owner::Owner;
use super::signing_inputs::digest::Digest;
use crate::text::abridged::abridged_to;
use crate::token::segment::Segment;

/// One change, with everything that is needed to make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    // The text, until it is three segments of base64url.
    RemoveNuls,
    DecodePercent,
    /// The string at this JSON Pointer (RFC 6901), read as every token is.
    TakeMember {
        pointer: String,
    },
    /// `signatures[index]`, or the only signature.
    WriteCompact {
        index: usize,
        /// Whether the signature has an unprotected header, which is left out.
        unprotected: bool,
    },
    /// These bytes alone.
    Take {
        #[serde(skip)]
        cause: Cause,
        from: usize,
        to: usize,
    },
    DecodeBase64,
    RemoveWhitespace,
    ReplaceSpaces,
    EditText {
        #[serde(skip)]
        cause: Cause,
        edit: Edit,
    },
    UseBase64url,
    RemovePadding,

    // The signature, from its segment to its bytes.
    EditSignature {
        #[serde(skip)]
        cause: Cause,
        edits: Vec<Edit>,
    },
    /// So many `-` and `_` put back into a MAC, which are not shown: it is as secret as the key.
    RestoreDropped {
        count: usize,
        #[serde(skip)]
        edits: Vec<Edit>,
    },
    /// So many characters from this byte to the end, of which nothing is shown: they may be a secret.
    RemoveEnd {
        at: usize,
        count: usize,
    },
    /// All bits of the characters, of which the last byte has only some: a MAC was cut within it.
    ReadBits,
    /// The segment itself is hex.
    ReadHexSegment {
        separators: bool,
    },
    ReadText {
        notation: Notation,
        /// Whether whitespace, quotes, brackets and the like stand between or around.
        separators: bool,
    },
    ReadDer {
        /// Whether it is DER to the letter.
        strict: bool,
    },
    RemoveBytes {
        before: usize,
        behind: usize,
    },
    /// R before this byte and S behind it, each brought to the length of a half.
    ResizeHalves {
        at: usize,
        r: Zeros,
        s: Zeros,
    },
    SwapHalves,
    ReverseHalves,
    /// All bytes, of a signature that is one number.
    ReverseBytes,
    /// Zeros before a number, which has this many bytes then.
    ResizeNumber {
        length: usize,
    },

    // Header and payload, as they were when they were signed.
    ReplaceHeader {
        #[serde(skip)]
        cause: Cause,
        json: Arc<str>,
    },
    ReplacePayload {
        #[serde(skip)]
        cause: Cause,
        json: Arc<str>,
    },
    EditSegment {
        #[serde(skip)]
        cause: Cause,
        segment: Segment,
        edit: Edit,
    },
    /// The header's `nonce` makes way for the base64url of its SHA-256 hash.
    HashNonce,

    // What was made of them to be signed.
    /// Takes `UseBase64url` and `RemovePadding` back, so that it has no cause of its own.
    KeepAsWritten,
    TakeHeader,
    TakePayload,
    AddPadding,
    UseStandardBase64,
    UseJson {
        separator: &'static str,
    },
    /// The payload before its encoding, after the segment of the header (RFC 7797).
    UseRawPayload,
    AppendLineEnd {
        end: &'static str,
    },
    QuoteInput,
    /// Header and payload with line breaks after so many characters, each.
    WrapSegments {
        columns: usize,
        end: &'static str,
    },
    /// The text in UTF-16.
    UseUtf16 {
        big_endian: bool,
    },

    // How it was hashed.
    CorrectAlg,
    IgnoreAlg {
        digest: Digest,
    },
    /// The signature is of this algorithm, which the header does not name.
    UseAlgorithm {
        #[serde(skip)]
        cause: Cause,
        algorithm: &'static str,
    },
    UseDigest {
        digest: Digest,
    },
    /// What is signed is the hash of the text, as bytes or written as text; the algorithm then does with it
    /// what it does with any text.
    HashFirst {
        digest: Digest,
        notation: Option<Notation>,
    },
    /// The first bytes of the text stand for its hash.
    TakeAsHash,
    /// PKCS #1 v1.5 without the `DigestInfo` around the hash.
    OmitDigestInfo,
    UseSaltLength {
        length: usize,
    },
    /// MGF1 of PSS with another hash than that of the text.
    UseMaskDigest {
        digest: Digest,
    },
    /// Only the first bits of a MAC.
    TruncateMac {
        #[serde(skip)]
        cause: Cause,
        bits: usize,
    },
    HashAgain,
    HashText {
        notation: Notation,
    },

    // Who signed it.
    UseOtherKey,
    UseEmbeddedKey {
        member: &'static str,
    },
    /// The certificates of the header, each issued under the next one, to a given key.
    FollowCertificates {
        certificates: usize,
    },
    /// The key whose thumbprint the token names at this place.
    UseNamedKey {
        place: &'static str,
    },
    SwapCoordinates,
    ReverseCoordinates,
    RewriteCoordinates,
    IgnoreMembers {
        members: Vec<&'static str>,
    },
    /// An RSA key is for RSASSA-PSS alone, by these algorithms.
    IgnorePss {
        allowed: Vec<&'static str>,
    },
    /// The point with the other y of the same x.
    NegateY,
    /// The key whose private number is d - 2^256: d was read as a negative number.
    NegatePrivate,
    /// The key whose private number is the given key's y.
    TakeYAsPrivate,
    /// An RSA key with fewer bits than RFC 7518 demands.
    UseSmallKey {
        bits: usize,
    },
    RewriteSecret {
        form: SecretForm,
    },
    /// A MAC with something that is public as its secret.
    UsePublicSecret {
        algorithm: &'static str,
        secret: &'static str,
        /// Of the empty secret, none.
        #[serde(flatten)]
        owner: Option<Owner>,
    },

    // What `verify` still rejects.
    IgnoreHeader,
    /// The same, of a header that cannot be read because it is in UTF-16.
    IgnoreUtf16,
}

/// Characters of a text that make way for others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The byte at which it is made, after all edits before it.
    pub at: usize,
    pub removed: String,
    pub inserted: String,
}

/// Where a number gains or loses zero bytes until it has its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zeros {
    Before,
    Behind,
}

/// What a change is made to. Changes are made in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Text,
    Signature,
    Content,
    Input,
    Hash,
    Key,
    Verdict,
}

impl Edit {
    pub fn insert(at: usize, inserted: impl Into<String>) -> Self {
        Self {
            at,
            removed: String::new(),
            inserted: inserted.into(),
        }
    }

    pub fn remove(at: usize, removed: impl Into<String>) -> Self {
        Self {
            at,
            removed: removed.into(),
            inserted: String::new(),
        }
    }

    /// The text after the edit; none if it does not have what is to be removed.
    pub fn apply(&self, text: &str) -> Option<String> {
        let (before, rest) = text.split_at_checked(self.at)?;
        let after = rest.strip_prefix(&*self.removed)?;
        Some(format!("{before}{}{after}", self.inserted))
    }

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
    pub fn stage(&self) -> Stage {
        match self {
            Self::RemoveNuls
            | Self::DecodePercent
            | Self::TakeMember { .. }
            | Self::WriteCompact { .. }
            | Self::Take { .. }
            | Self::DecodeBase64
            | Self::RemoveWhitespace
            | Self::ReplaceSpaces
            | Self::EditText { .. }
            | Self::UseBase64url
            | Self::RemovePadding => Stage::Text,
            Self::EditSignature { .. }
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
            | Self::ResizeNumber { .. } => Stage::Signature,
            Self::ReplaceHeader { .. }
            | Self::ReplacePayload { .. }
            | Self::EditSegment { .. }
            | Self::HashNonce => Stage::Content,
            Self::KeepAsWritten
            | Self::TakeHeader
            | Self::TakePayload
            | Self::AddPadding
            | Self::UseStandardBase64
            | Self::UseJson { .. }
            | Self::UseRawPayload
            | Self::AppendLineEnd { .. }
            | Self::QuoteInput
            | Self::WrapSegments { .. }
            | Self::UseUtf16 { .. } => Stage::Input,
            Self::CorrectAlg
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
            | Self::HashText { .. } => Stage::Hash,
            Self::UseOtherKey
            | Self::UseEmbeddedKey { .. }
            | Self::FollowCertificates { .. }
            | Self::UseNamedKey { .. }
            | Self::SwapCoordinates
            | Self::ReverseCoordinates
            | Self::RewriteCoordinates
            | Self::IgnoreMembers { .. }
            | Self::IgnorePss { .. }
            | Self::NegateY
            | Self::NegatePrivate
            | Self::TakeYAsPrivate
            | Self::UseSmallKey { .. }
            | Self::RewriteSecret { .. }
            | Self::UsePublicSecret { .. } => Stage::Key,
            Self::IgnoreHeader | Self::IgnoreUtf16 => Stage::Verdict,
        }
    }

    /// Why it is needed.
    pub fn cause(&self) -> Option<Cause> {
        Some(match self {
            Self::Take { cause, .. }
            | Self::EditText { cause, .. }
            | Self::EditSignature { cause, .. }
            | Self::ReplaceHeader { cause, .. }
            | Self::ReplacePayload { cause, .. }
            | Self::EditSegment { cause, .. }
            | Self::UseAlgorithm { cause, .. }
            | Self::TruncateMac { cause, .. } => *cause,
            Self::RemoveNuls => Cause::NulBytes,
            Self::DecodePercent => Cause::PercentEncoded,
            Self::TakeMember { .. } => Cause::JsonResponse,
            Self::WriteCompact { .. } => Cause::JsonSerialization,
            Self::DecodeBase64 => Cause::DoubleEncoded,
            Self::RemoveWhitespace => Cause::LineWrapped,
            Self::ReplaceSpaces => Cause::SpacesForPlus,
            Self::UseBase64url => Cause::StandardBase64,
            Self::RemovePadding => Cause::PaddedBase64,
            Self::RestoreDropped { .. } => Cause::DroppedCharacters,
            Self::RemoveEnd { .. } => Cause::SurplusCharacters,
            Self::ReadHexSegment { .. } | Self::ReadText { .. } => Cause::SignatureAsText,
            Self::ReadDer { .. } => Cause::DerSignature,
            Self::RemoveBytes { .. } => Cause::SurplusBytes,
            Self::ResizeHalves { .. } => Cause::SignatureLength,
            Self::SwapHalves => Cause::SignatureSwapped,
            Self::ReverseHalves => Cause::SignatureLittleEndian,
            Self::ReverseBytes => Cause::NumberLittleEndian,
            Self::ResizeNumber { .. } => Cause::NumberLength,
            Self::HashNonce => Cause::NonceHashed,
            Self::ReadBits => Cause::MacCut,
            Self::KeepAsWritten => return None,
            Self::TakeHeader => Cause::SignedHeaderOnly,
            Self::TakePayload => Cause::SignedPayloadOnly,
            Self::AddPadding => Cause::SignedPaddedInput,
            Self::UseStandardBase64 => Cause::SignedStandardBase64Input,
            Self::UseJson { .. } | Self::UseRawPayload => Cause::SignedDecodedJson,
            Self::AppendLineEnd { end } if end.ends_with('\n') => Cause::SignedWithNewline,
            Self::AppendLineEnd { .. } => Cause::SignedWithSuffix,
            Self::QuoteInput => Cause::SignedQuotedInput,
            Self::WrapSegments { .. } => Cause::SignedWrappedInput,
            Self::UseUtf16 { .. } => Cause::SignedUtf16Input,
            Self::CorrectAlg => Cause::AlgMisspelled,
            Self::IgnoreAlg { .. } => Cause::AlgKeyMismatch,
            Self::UseDigest { .. } => Cause::OtherHash,
            Self::HashAgain | Self::HashFirst { notation: None, .. } => Cause::HashedTwice,
            Self::HashText { .. } | Self::HashFirst { .. } => Cause::HashedAsText,
            Self::TakeAsHash => Cause::NotHashed,
            Self::OmitDigestInfo => Cause::DigestInfoMissing,
            Self::UseSaltLength { .. } => Cause::PssSaltLength,
            Self::UseMaskDigest { .. } => Cause::PssMask,
            Self::UseOtherKey => Cause::SignedByOtherKey,
            Self::UseEmbeddedKey { .. } => Cause::SignedByEmbeddedKey,
            Self::FollowCertificates { .. } => Cause::ChainToGivenKey,
            Self::UseNamedKey { .. } => Cause::SignerIsKid,
            Self::SwapCoordinates => Cause::KeyCoordinatesSwapped,
            Self::ReverseCoordinates => Cause::KeyCoordinatesReversed,
            Self::RewriteCoordinates => Cause::KeyCoordinatesPadded,
            Self::IgnoreMembers { .. } => Cause::KeyNotForVerification,
            Self::IgnorePss { .. } => Cause::KeyForPss,
            Self::NegateY => Cause::KeyYNegated,
            Self::NegatePrivate => Cause::SignerKeyNegative,
            Self::TakeYAsPrivate => Cause::SignerKeyIsY,
            Self::UseSmallKey { .. } => Cause::KeyTooSmall,
            Self::RewriteSecret { form } => form.cause(),
            Self::UsePublicSecret { .. } => Cause::HmacWithPublicKey,
            Self::IgnoreHeader => Cause::SignatureGood,
            Self::IgnoreUtf16 => Cause::SegmentUtf16,
        })
    }

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
                format!("with {} as header", abridged_to(json, MAX_HEADER))
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

/// The causes of these changes, each once.
pub fn causes(changes: &[Change]) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for cause in changes.iter().filter_map(Change::cause) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
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
