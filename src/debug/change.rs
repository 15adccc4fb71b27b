//! The changes that a proof names, each exact enough to be made again by anyone: where, what, and in
//! which notation. How each is made is in `replay/`; `cause.rs` and `change_words.rs` have the words.

use std::sync::Arc;

use serde::Serialize;

use super::cause::Cause;
use super::reading::notation::Notation;
use super::replay::SecretForm;
use super::secret_owner::Owner;
use super::signing_inputs::digest::Digest;
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
    /// The same of bytes that are not UTF-8.
    EditBytes {
        #[serde(skip)]
        cause: Cause,
        at: usize,
        removed: Vec<u8>,
        inserted: String,
    },
    /// The last segment, which is this text of the bytes, as the base64url of them.
    EncodeSignature {
        notation: Notation,
        /// Whether whitespace, quotes, brackets and the like stand between or around.
        separators: bool,
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
            | Self::EditBytes { .. }
            | Self::EncodeSignature { .. }
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
            | Self::EditBytes { cause, .. }
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
            Self::EncodeSignature { .. } | Self::ReadHexSegment { .. } | Self::ReadText { .. } => {
                Cause::SignatureAsText
            }
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
            Self::UsePublicSecret { owner: None, .. } => Cause::EmptySecret,
            Self::UsePublicSecret { .. } => Cause::HmacWithPublicKey,
            Self::IgnoreHeader => Cause::SignatureGood,
            Self::IgnoreUtf16 => Cause::SegmentUtf16,
        })
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
