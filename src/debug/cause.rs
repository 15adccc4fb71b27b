//! The causes that a search can prove: each with its code, and the phrase for what was done to make the
//! signature verify. How it is looked for is in the other files.
//!
//! What they cost is counted in units of work (`budget`), so that a search ends; figures are in
//! `cargo bench --bench debug`. A proof is always [`Proven`](crate::Certainty::Proven).

use std::borrow::Cow;

use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};

/// Why a token is rejected. Several may have the same code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each has a code and a phrase")]
pub enum Cause {
    // How the token is written.
    NulBytes,
    PercentEncoded,
    JsonResponse,
    JsonSerialization,
    Cookie,
    SpacesForPlus,
    VaultPrefix,
    LineWrapped,
    TwoTokens,
    SurroundedToken,
    DoubleEncoded,
    AlteredDot,
    SdJwt,
    StandardBase64,
    PaddedBase64,
    TrailingBits,
    // How the signature is written.
    DerSignature,
    SignatureLength,
    SignatureAsText,
    SignatureSwapped,
    SignatureLittleEndian,
    /// Of a signature that is one number.
    NumberLength,
    NumberLittleEndian,
    DroppedCharacters,
    AlteredCharacter,
    LostCharacter,
    AddedCharacter,
    SwappedCharacters,
    EscapedCharacter,
    InsertedText,
    SurplusCharacters,
    SurplusBytes,
    Truncated,
    // What was signed.
    SignedPayloadOnly,
    SignedHeaderOnly,
    SignedDecodedJson,
    SignedPaddedInput,
    SignedStandardBase64Input,
    SignedWithNewline,
    SignedWithSuffix,
    SignedQuotedInput,
    SignedUtf16Input,
    SignedWrappedInput,
    NotHashed,
    HashedTwice,
    HashedAsText,
    OtherHash,
    DigestInfoMissing,
    PssSaltLength,
    PssMask,
    MacTruncated,
    /// Some of its end is missing, not half of it.
    MacCut,
    OtherAlgorithm,
    AlgKeyMismatch,
    AlgMisspelled,
    PayloadReserialized,
    HeaderReserialized,
    HeaderChanged,
    NonceHashed,
    // Which key.
    SignedByOtherKey,
    SignedByEmbeddedKey,
    ChainToGivenKey,
    KeyCoordinatesSwapped,
    KeyCoordinatesReversed,
    KeyCoordinatesPadded,
    KeyNotForVerification,
    KeyForPss,
    SignerIsKid,
    KeyYNegated,
    SignerKeyNegative,
    SignerKeyIsY,
    KeyTooSmall,
    SecretWithNewline,
    SecretWithSpace,
    SecretBase64,
    SecretBase64url,
    SecretHex,
    SecretQuoted,
    SecretUtf16,
    SecretHashed,
    HmacWithPublicKey,
    EmptySecret,
    // What verification still demands.
    SignatureGood,
    SegmentUtf16,
}

impl Cause {
    /// A finding in the words of this cause.
    pub fn finding(self, certainty: Certainty, evidence: impl Into<Cow<'static, str>>) -> Finding {
        Finding {
            summary: self.summary().into(),
            hint: self.hint().map(Cow::from),
            ..Finding::new(self.code(), certainty, evidence)
        }
    }

    /// Whether characters of the token are not those that were sent.
    pub fn is_damage(self) -> bool {
        matches!(
            self,
            Self::DroppedCharacters
                | Self::AlteredCharacter
                | Self::LostCharacter
                | Self::AddedCharacter
                | Self::SwappedCharacters
                | Self::EscapedCharacter
                | Self::InsertedText
                | Self::SurplusCharacters
                | Self::Truncated
                | Self::MacCut
        )
    }

    pub fn code(self) -> Code {
        self.row().0
    }

    /// What was done to make the signature verify: "decoded from DER".
    pub fn repair(self) -> &'static str {
        self.row().1
    }

    /// The sentence of its code, unless the cause is a special case of that.
    pub fn summary(self) -> &'static str {
        match self {
            Self::AlteredDot => "a dot between the segments is missing, doubled or replaced",
            Self::LostCharacter => "one character of the token is missing",
            Self::AddedCharacter => "the token has one character too many",
            Self::SwappedCharacters => "two neighboring characters of the token are swapped",
            Self::EscapedCharacter => "a character of the token is written as an escape",
            Self::InsertedText => "there is text inside the token that is not part of it",
            Self::SurplusCharacters => "the token has extra characters at its end",
            Self::SurplusBytes => {
                "the signature has extra bytes: a recovery ID (v) or the rest of a buffer"
            }
            Self::SegmentUtf16 => "the header is JSON in UTF-16; JWTs use UTF-8",
            Self::KeyForPss => {
                "the key verifies the signature, but id-RSASSA-PSS restricts its algorithms"
            }
            Self::SecretWithSpace => {
                "the secrets differ by surrounding whitespace or a byte order mark"
            }
            Self::NumberLength => {
                "leading zero bytes of the signature are missing, or there are too many"
            }
            Self::NumberLittleEndian => "the signature is little-endian; JWS uses big-endian",
            Self::SignedWithSuffix => "extra text after the Signing Input was signed",
            Self::SignedWrappedInput => "the segments were signed with line breaks in their base64",
            Self::PssMask => "MGF1 of the PSS signature uses SHA-1 instead of the hash of \"alg\"",
            Self::OtherAlgorithm => {
                "the signature was made with a different algorithm than \"alg\" names"
            }
            _ => self.code().summary(),
        }
    }

    /// The hint of its code, unless the cause is a special case of that.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::SurplusCharacters => Some("copy only the token, without what follows it"),
            Self::SurplusBytes => {
                Some("write R and S alone, without v: only what the signing call returned")
            }
            Self::SegmentUtf16 => {
                Some("encode the JSON as UTF-8: Encoding.UTF8.GetBytes, not Unicode")
            }
            Self::NumberLength => Some("write the signature with as many bytes as the modulus has"),
            Self::NumberLittleEndian => {
                Some("write the bytes of the signature in big-endian order")
            }
            Self::KeyForPss => {
                Some("sign with what the key allows, or publish the key as rsaEncryption")
            }
            Self::SecretWithSpace => Some("write the secret without them on both sides"),
            Self::SignedWrappedInput => {
                Some("remove the line breaks before signing; openssl and PostgreSQL add them")
            }
            Self::PssMask => Some("name the hash of MGF1 as well: MGF1ParameterSpec.SHA256 (Java)"),
            Self::SignedWithSuffix => {
                Some("sign exactly base64url(header) + \".\" + base64url(payload)")
            }
            _ => self.code().hint(),
        }
    }

    #[rustfmt::skip]
    fn row(self) -> (Code, &'static str) {
        match self {
            Self::NulBytes => (Code::NulBytes, "with the NUL bytes removed"),
            Self::PercentEncoded => (Code::PercentEncoded, "percent-decoded"),
            Self::JsonResponse => (Code::JsonResponse, "once extracted from the JSON"),
            Self::JsonSerialization => (Code::JsonSerialization, "in the Compact Serialization"),
            Self::Cookie => (Code::Cookie, "once extracted from the cookie"),
            Self::SpacesForPlus => (Code::SpacesForPlus, "with \"+\" instead of each space"),
            Self::VaultPrefix => (Code::VaultPrefix, "with the prefix removed"),
            Self::LineWrapped => (Code::LineWrapped, "without whitespace and invisible characters"),
            Self::TwoTokens => (Code::TwoTokens, "with one of the two tokens alone"),
            Self::SurroundedToken => (Code::SurroundedToken, "without the text around it"),
            Self::DoubleEncoded => (Code::DoubleEncoded, "decoded from base64"),
            Self::AlteredDot => (Code::AlteredCharacter, "with its two dots restored"),
            Self::SdJwt => (Code::SdJwt, "without the first \"~\" and what follows it"),
            Self::StandardBase64 => (Code::StandardBase64, "with \"-\" and \"_\" instead of \"+\" and \"/\""),
            Self::PaddedBase64 => (Code::PaddedBase64, "without padding"),
            Self::TrailingBits => (Code::TrailingBits, "with the last character corrected"),
            Self::DerSignature => (Code::DerSignature, "decoded from DER"),
            Self::SignatureLength => (Code::SignatureLength, "with R and S resized"),
            Self::SurplusBytes => (Code::SignatureLength, "without the extra bytes"),
            Self::SignatureAsText => (Code::SignatureAsText, "with the signature decoded from text"),
            Self::SignatureSwapped => (Code::SignatureSwapped, "with R and S swapped"),
            Self::SignatureLittleEndian => (Code::SignatureLittleEndian, "with the bytes of R and S reversed"),
            Self::NumberLength => (Code::SignatureLength, "with the signature resized"),
            Self::NumberLittleEndian => (Code::SignatureLittleEndian, "with the bytes of the signature reversed"),
            Self::DroppedCharacters => (Code::DroppedCharacters, "with the missing \"-\" and \"_\" restored"),
            Self::AlteredCharacter => (Code::AlteredCharacter, "with one character restored"),
            Self::LostCharacter => (Code::AlteredCharacter, "with one character inserted"),
            Self::AddedCharacter => (Code::AlteredCharacter, "with one character removed"),
            Self::SwappedCharacters => (Code::AlteredCharacter, "with two swapped characters restored"),
            Self::EscapedCharacter => (Code::AlteredCharacter, "with an escaped character restored"),
            Self::InsertedText => (Code::AlteredCharacter, "without the text inside it"),
            Self::SurplusCharacters => (Code::AlteredCharacter, "without the extra characters"),
            Self::Truncated => (Code::Truncated, "with the end of the signature restored"),
            Self::MacCut => (Code::Truncated, "compared with the start of the MAC"),
            Self::SignedPayloadOnly => (Code::SignedPayloadOnly, "over the payload alone"),
            Self::SignedHeaderOnly => (Code::SignedHeaderOnly, "over the header alone"),
            Self::SignedDecodedJson => (Code::SignedDecodedJson, "over the unencoded JSON"),
            Self::SignedPaddedInput => (Code::SignedPaddedInput, "over the segments with \"=\" padding"),
            Self::SignedStandardBase64Input => (Code::SignedStandardBase64Input, "over the segments in standard base64"),
            Self::SignedWithNewline => (Code::SignedWithNewline, "with a newline appended"),
            Self::SignedWithSuffix => (Code::SignedWithNewline, "with more text at the end"),
            Self::SignedQuotedInput => (Code::SignedQuotedInput, "over the Signing Input in quotes"),
            Self::SignedUtf16Input => (Code::SignedUtf16Input, "over the Signing Input as UTF-16"),
            Self::SignedWrappedInput => (Code::SignedWithNewline, "over the segments with line breaks"),
            Self::NotHashed => (Code::NotHashed, "with the input's first bytes instead of its hash"),
            Self::HashedTwice => (Code::HashedTwice, "hashed twice"),
            Self::HashedAsText => (Code::HashedAsText, "with the hash written as text"),
            Self::OtherHash => (Code::OtherHash, "with another hash"),
            Self::DigestInfoMissing => (Code::DigestInfoMissing, "without DigestInfo"),
            Self::PssSaltLength => (Code::PssSaltLength, "with another salt length"),
            Self::PssMask => (Code::PssSaltLength, "with MGF1 of another hash"),
            Self::MacTruncated => (Code::MacTruncated, "compared with the start of the MAC"),
            Self::OtherAlgorithm => (Code::SignatureOfOtherAlgorithm, "with another algorithm"),
            Self::AlgKeyMismatch => (Code::AlgKeyMismatch, "regardless of \"alg\""),
            Self::AlgMisspelled => (Code::AlgMisspelled, "with \"alg\" spelled correctly"),
            Self::PayloadReserialized => (Code::PayloadReserialized, "with the payload serialized differently"),
            Self::HeaderReserialized => (Code::HeaderReserialized, "with the header serialized differently"),
            Self::HeaderChanged => (Code::HeaderChanged, "with another header"),
            Self::NonceHashed => (Code::NonceHashed, "with \"nonce\" hashed"),
            Self::SignedByOtherKey => (Code::SignedByOtherKey, "with --try-key"),
            Self::SignedByEmbeddedKey => (Code::SignedByEmbeddedKey, "with the key in its own header"),
            Self::ChainToGivenKey => (Code::ChainToGivenKey, "with its certificates followed to a given key"),
            Self::KeyCoordinatesSwapped => (Code::KeyCoordinatesSwapped, "with the point (y, x)"),
            Self::KeyCoordinatesReversed => (Code::KeyCoordinatesReversed, "with the bytes of \"x\" and \"y\" reversed"),
            Self::KeyCoordinatesPadded => (Code::KeyCoordinatesPadded, "with \"x\" and \"y\" normalized"),
            Self::KeyNotForVerification => (Code::KeyNotForVerification, "ignoring restrictions in the JWK"),
            Self::KeyForPss => (Code::KeyNotForVerification, "without the key's restriction by id-RSASSA-PSS"),
            Self::SignerIsKid => (Code::SignerIsKid, "with the key that the token names"),
            Self::KeyYNegated => (Code::KeyYNegated, "with \"y\" negated"),
            Self::SignerKeyNegative => (Code::SignerKeyNegative, "with d - 2^256 as the private key"),
            Self::SignerKeyIsY => (Code::SignerKeyIsY, "with \"y\" as the private key"),
            Self::KeyTooSmall => (Code::KeyTooSmall, "with a key that is too small"),
            Self::SecretWithNewline => (Code::SecretWithNewline, "with another line ending of the secret"),
            Self::SecretWithSpace => (Code::SecretWithNewline, "with other whitespace around the secret"),
            Self::SecretBase64 => (Code::SecretBase64, "with the secret in another encoding"),
            Self::SecretBase64url => (Code::SecretBase64url, "with the secret in another encoding"),
            Self::SecretHex => (Code::SecretHex, "with the secret in another encoding"),
            Self::SecretQuoted => (Code::SecretQuoted, "with the secret in quotes"),
            Self::SecretUtf16 => (Code::SecretUtf16, "with the secret in another encoding"),
            Self::SecretHashed => (Code::SecretHashed, "with the hash of the secret"),
            Self::HmacWithPublicKey => (Code::HmacWithPublicKey, "with a public secret"),
            Self::EmptySecret => (Code::EmptySecret, "with the empty secret"),
            Self::SignatureGood => (Code::SignatureGood, "unchanged"),
            Self::SegmentUtf16 => (Code::NulBytes, "unchanged"),
        }
    }
}
