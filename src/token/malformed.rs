//! Why a text is not a JWT: each fault as a value, with its sentence and its hint.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::foreign_character::ForeignCharacter;
use super::segment::Segment;
use crate::text::abridged::abridged;
use crate::text::base64url::Base64urlFault;
use crate::text::counted::counted;
use crate::text::json::JsonFault;

/// What programs print in place of a token that they do not have, in lowercase.
pub(crate) const PLACEHOLDERS: [&str; 6] = ["null", "undefined", "none", "nil", "nan", "bearer"];

/// A fault that makes a token malformed, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The part that holds the fault.
    pub segment: Segment,
    /// Its place in the segment, counted from 0: in characters of its encoded form if the encoding is at
    /// fault, in bytes of its decoded form if the JSON is.
    pub offset: usize,
    /// What is wrong there.
    pub fault: TokenFault,
}

/// What makes a token malformed. `Display` gives one sentence without any part of the token but the
/// offending character or member name; the alternate form (`{:#}`) leaves names and counts out, so
/// that there are only so many sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// The token exceeds this limit in bytes.
    TokenTooLong(usize),
    /// The token's line exceeds this limit in bytes.
    LineTooLong(usize),
    /// The token, or a segment that must be JSON, is empty.
    Empty(Segment),
    /// The text is a word that programs print in place of a token.
    Placeholder(&'static str),
    /// The token has neither three segments (JWS) nor five (JWE).
    SegmentCount {
        /// How many it has.
        found: usize,
        /// Whether it begins as an encoded JSON object does.
        begins_as_header: bool,
        /// Whether it ends in the three dots with which programs shorten a text.
        ends_in_dots: bool,
    },
    /// A character that no compact serialization holds.
    Character(ForeignCharacter),
    /// A segment is not base64url.
    Base64url(Base64urlFault),
    /// A segment is not JSON.
    Json(JsonFault),
    /// All of the header but its first characters is JSON.
    HeaderStart,
    /// A segment is JSON of this type instead of an object.
    NotAnObject(&'static str),
    /// The header has no `alg`.
    MissingAlg,
    /// A member that must be a string has another type.
    NotAString {
        /// The member.
        name: &'static str,
        /// The type found, with its article.
        found: &'static str,
        /// The RFC and its section.
        section: &'static str,
    },
    /// A claim that must be a `NumericDate` has another type.
    NotANumericDate {
        /// The claim.
        name: &'static str,
        /// The type found, with its article.
        found: &'static str,
    },
    /// `aud` is neither a string nor an array of strings.
    NotAnAudience,
    /// `crit` is malformed.
    Crit(CritFault),
    /// A disclosure of an SD-JWT is JSON of another form.
    NotADisclosure,
    /// The last disclosure of an SD-JWT does not end.
    UnendedDisclosure,
    /// What follows the disclosures of an SD-JWT is not a JWT.
    NotAKeyBinding,
}

/// What is wrong with a `crit` header parameter (RFC 7515 section 4.1.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CritFault {
    /// It has this type.
    NotAnArray(&'static str),
    /// It names nothing.
    Empty,
    /// It holds a value of this type.
    NotStrings(&'static str),
    /// It holds this name more than once.
    Duplicate(Box<str>),
}

impl Malformed {
    pub(crate) fn new(segment: Segment, offset: usize, fault: TokenFault) -> Self {
        Self {
            segment,
            offset,
            fault,
        }
    }

    /// The fault of a token whose byte at `at` is outside of the alphabet.
    pub(super) fn at_character(token: &[u8], at: usize) -> Self {
        let (segment, offset, character) = ForeignCharacter::at(token, at);
        Self::new(segment, offset, TokenFault::Character(character))
    }

    /// The same fault without the character or the name that is at fault.
    pub(crate) fn redacted(self) -> Self {
        const NAME: &str = "[redacted]";
        let fault = match self.fault {
            TokenFault::Character(character) => TokenFault::Character(character.redacted()),
            TokenFault::Json(JsonFault::DuplicateMember(_)) => {
                TokenFault::Json(JsonFault::DuplicateMember(NAME.into()))
            }
            TokenFault::Crit(CritFault::Duplicate(_)) => {
                TokenFault::Crit(CritFault::Duplicate(NAME.into()))
            }
            TokenFault::Json(JsonFault::Grammar { expected, .. }) => {
                TokenFault::Json(JsonFault::Grammar {
                    expected,
                    found: None,
                })
            }
            fault @ (TokenFault::TokenTooLong(_)
            | TokenFault::LineTooLong(_)
            | TokenFault::Empty(_)
            | TokenFault::Placeholder(_)
            | TokenFault::SegmentCount { .. }
            | TokenFault::Base64url(_)
            | TokenFault::Json(
                JsonFault::ByteOrderMark
                | JsonFault::NotUtf8
                | JsonFault::TooDeep
                | JsonFault::SingleQuotes
                | JsonFault::Literal(_),
            )
            | TokenFault::HeaderStart
            | TokenFault::NotAnObject(_)
            | TokenFault::MissingAlg
            | TokenFault::NotAString { .. }
            | TokenFault::NotANumericDate { .. }
            | TokenFault::NotAnAudience
            | TokenFault::NotADisclosure
            | TokenFault::UnendedDisclosure
            | TokenFault::NotAKeyBinding
            | TokenFault::Crit(
                CritFault::NotAnArray(_) | CritFault::Empty | CritFault::NotStrings(_),
            )) => fault,
        };
        Self { fault, ..self }
    }

    /// Whether not even the header begins like a JSON object.
    fn is_not_a_jwt(&self) -> bool {
        /// A JSON object begins with `{`, and nearly always with `{"`.
        const MAX_START: usize = 1;
        self.segment == Segment::Header
            && self.offset <= MAX_START
            && matches!(
                self.fault,
                TokenFault::Base64url(_) | TokenFault::Json(JsonFault::NotUtf8)
            )
            || (self.segment, self.offset) == (Segment::Header, 0)
                && matches!(self.fault, TokenFault::Json(JsonFault::Grammar { .. }))
    }

    /// Whether the fault says why the token is rejected, so that a search has nothing to add.
    #[must_use]
    pub fn is_cause(&self) -> bool {
        matches!(
            self.fault,
            TokenFault::Placeholder(_)
                | TokenFault::NotANumericDate { .. }
                | TokenFault::Json(JsonFault::SingleQuotes | JsonFault::Literal(_))
        )
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match &self.fault {
            TokenFault::Empty(Segment::Token) => Some("check that the shell variable is set"),
            TokenFault::Placeholder("bearer") => Some("pass the token that follows \"Bearer\""),
            TokenFault::Placeholder(_) => {
                Some("check the previous step: a request failed, or a variable is not set")
            }
            _ if self.is_not_a_jwt() => {
                Some("pass a JWT: its header is a JSON object and begins with \"ey\"")
            }
            TokenFault::Json(JsonFault::Literal("NaN" | "Infinity" | "undefined")) => {
                Some("have the issuer write null, or omit the member")
            }
            TokenFault::Json(JsonFault::SingleQuotes | JsonFault::Literal(_)) => {
                Some("have the issuer serialize the JSON: json.dumps in Python, not str")
            }
            TokenFault::Json(fault) if fault.is_trailing_comma() => {
                Some("have the issuer remove the comma, or use a JSON serializer")
            }
            TokenFault::SegmentCount {
                ends_in_dots: true,
                begins_as_header: true,
                ..
            } => Some("copy the full token from its source, not from a log or web page"),
            TokenFault::SegmentCount {
                found,
                begins_as_header,
                ..
            } => Some(match (found, begins_as_header) {
                (1, false) => "if it is an opaque token, ask its issuer to validate it",
                (2, false) => "to read tokens from a file, use -f FILE",
                (1 | 2, true) => "copy the whole token again, without line breaks",
                (_, _) => "if these are two tokens, put each on its own line",
            }),
            TokenFault::Character(character) => character.hint(),
            TokenFault::HeaderStart => {
                Some("copy the token again; an intact one starts with \"ey\"")
            }
            TokenFault::MissingAlg => {
                Some("have the issuer set \"alg\" to the algorithm that it signs with")
            }
            TokenFault::NotAnObject(_) if self.segment == Segment::Payload => {
                Some("have the issuer sign a JSON object of claims")
            }
            TokenFault::Json(JsonFault::ByteOrderMark) => {
                Some("have the issuer write the JSON without a byte order mark")
            }
            TokenFault::NotAString { .. } => Some("have the issuer write it as a string"),
            TokenFault::NotAnAudience => {
                Some("have the issuer write \"aud\" as a string or an array of strings")
            }
            TokenFault::Crit(CritFault::Empty) => Some("have the issuer remove the empty \"crit\""),
            TokenFault::Crit(_) => {
                Some("have the issuer remove \"crit\", or list the names of extensions in it")
            }
            TokenFault::Json(JsonFault::DuplicateMember(_)) => {
                Some("have the issuer remove the duplicate: parsers disagree on which counts")
            }
            TokenFault::NotANumericDate { found: "null", .. } => {
                Some("have the issuer write seconds since 1970 as a number, or omit the claim")
            }
            TokenFault::NotANumericDate { .. } => {
                Some("have the issuer write seconds since 1970 as a number, without quotes")
            }
            TokenFault::Base64url(_) if self.segment == Segment::Header => {
                Some("copy the whole token again; it starts with \"ey\"")
            }
            TokenFault::TokenTooLong(_)
            | TokenFault::LineTooLong(_)
            | TokenFault::Empty(_)
            | TokenFault::Base64url(_)
            | TokenFault::Json(_)
            | TokenFault::NotAnObject(_)
            | TokenFault::NotADisclosure => None,
            TokenFault::NotAKeyBinding => {
                Some("copy the whole token again; the last part may be truncated")
            }
            TokenFault::UnendedDisclosure => {
                Some("copy the whole token again, up to the last \"~\"")
            }
        }
    }
}

impl TokenFault {
    /// Whether the token is in UTF-16.
    pub(crate) fn is_utf16(&self) -> bool {
        matches!(self, Self::Character(ForeignCharacter::Utf16(_)))
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: usize = 1024 * 1024;
        match self {
            Self::TokenTooLong(limit) => write!(f, "token exceeds the {} MiB limit", limit / MIB),
            Self::LineTooLong(limit) => write!(f, "line exceeds the {} MiB limit", limit / MIB),
            Self::Empty(Segment::Token) => f.write_str("the token is empty"),
            Self::Empty(segment) => write!(f, "{segment} is empty"),
            Self::Placeholder("bearer") => f.write_str("expected a token after \"Bearer\""),
            Self::Placeholder(word) => write!(f, "expected a token, found \"{word}\""),
            Self::SegmentCount { .. } if f.alternate() => {
                f.write_str("expected 3 dot-separated segments")
            }
            Self::SegmentCount { found, .. } => {
                write!(f, "expected 3 dot-separated segments, found {found}")
            }
            Self::Character(character) => character.fmt(f),
            Self::Base64url(fault) => fault.fmt(f),
            Self::Json(fault) => {
                f.write_str("invalid JSON: ")?;
                fault.fmt(f)
            }
            Self::HeaderStart => f.write_str("invalid JSON: expected \"{\""),
            Self::NotAnObject(found) => write!(f, "expected a JSON object, found {found}"),
            Self::MissingAlg => f.write_str("missing \"alg\" (RFC 7515, section 4.1.1)"),
            Self::NotAString {
                name,
                found,
                section,
            } => write!(f, "\"{name}\" must be a string, found {found} ({section})"),
            Self::NotANumericDate { name, found } => write!(
                f,
                "\"{name}\" must be a number of seconds, found {found} (RFC 7519, section 2)"
            ),
            Self::NotAnAudience => f.write_str(
                "\"aud\" must be a string or an array of strings (RFC 7519, section 4.1.3)",
            ),
            Self::NotADisclosure => f.write_str(
                "expected an array of salt, name and value, or of salt and value (RFC 9901, section 4.2)",
            ),
            Self::UnendedDisclosure => f.write_str(
                "expected \"~\" after the last disclosure (RFC 9901, section 4)",
            ),
            Self::NotAKeyBinding => f.write_str(
                "expected a Key Binding JWT after the last \"~\" (RFC 9901, section 4.3)",
            ),
            Self::Crit(fault) => {
                fault.fmt(f)?;
                f.write_str(" (RFC 7515, section 4.1.11)")
            }
        }
    }
}

impl fmt::Display for CritFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnArray(found) => write!(f, "\"crit\" must be an array, found {found}"),
            Self::Empty => f.write_str("\"crit\" must not be empty"),
            Self::NotStrings(found) => {
                write!(f, "\"crit\" must hold only strings, found {found}")
            }
            Self::Duplicate(_) if f.alternate() => f.write_str("duplicate name in \"crit\""),
            Self::Duplicate(name) => write!(f, "duplicate \"{}\" in \"crit\"", abridged(name)),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.segment {
            Segment::Token if self.offset == 0 => self.fault.fmt(f),
            // The sentence is about the segment or the text as a whole.
            _ if matches!(self.fault, TokenFault::Empty(_)) => self.fault.fmt(f),
            _ if matches!(self.fault, TokenFault::Character(character) if character.is_of_whole()) => {
                self.fault.fmt(f)
            }
            segment if self.fault == TokenFault::Base64url(Base64urlFault::Length) => write!(
                f,
                "{segment}: {} is not a valid base64url length",
                counted(self.offset, "character")
            ),
            // What is missing, or is about the whole, has no place.
            segment
                if matches!(
                    self.fault,
                    TokenFault::MissingAlg
                        | TokenFault::NotADisclosure
                        | TokenFault::UnendedDisclosure
                        | TokenFault::NotAKeyBinding
                ) =>
            {
                write!(f, "{segment}: {}", self.fault)
            }
            // Offsets count the characters of the segment, or the bytes of the JSON in it.
            segment => {
                let of_what = match self.fault {
                    TokenFault::Character(_) | TokenFault::Base64url(_) => "",
                    _ => " JSON",
                };
                write!(
                    f,
                    "{segment}{of_what}, offset {}: {}",
                    self.offset, self.fault
                )
            }
        }
    }
}

impl std::error::Error for Malformed {}

/// `segment`, `offset`, `message` and `hint`; of a disclosure its `number` too.
impl Serialize for Malformed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Malformed", 5)?;
        object.serialize_field("segment", &self.segment)?;
        match self.segment {
            Segment::Disclosure(number) => object.serialize_field("number", &number)?,
            _ => object.skip_field("number")?,
        }
        object.serialize_field("offset", &self.offset)?;
        object.serialize_field("message", &self.fault.to_string())?;
        object.serialize_field("hint", &self.hint())?;
        object.end()
    }
}
