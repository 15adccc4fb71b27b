//! Why content has no key, in the words of a message and its hint.

use std::borrow::Cow;
use std::fmt;

use super::not_a_key::NotAKey;
use super::shown;
use crate::text::json::JsonError;

/// Why content has no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentFault {
    /// Nothing but whitespace.
    Empty,
    /// Malformed JSON.
    Json(JsonError),
    /// A JSON object with neither `kty` nor `keys`.
    NoKey,
    /// `keys` of another type than an array.
    KeysType(&'static str),
    /// A JWK Set without members.
    NoMembers,
    /// Content that is not a key in any form.
    NotAKey(NotAKey),
}

impl ContentFault {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "check the command or download that wrote it".into(),
            Self::Json(error) if error.fault.is_trailing_comma() => "remove the comma".into(),
            Self::Json(error) if error.fault.is_end_of_input() => {
                "copy the file again; it may be truncated".into()
            }
            Self::Json(_) => {
                "a JWK is a JSON object, such as {\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"...\",\"y\":\"...\"}"
                    .into()
            }
            Self::NoKey | Self::KeysType(_) => {
                "a JWK has a \"kty\" member; a JWK Set has a \"keys\" array".into()
            }
            Self::NoMembers => {
                "the service publishes no key at the moment, or this is the wrong file".into()
            }
            Self::NotAKey(other) => other.hint().into(),
        }
    }
}

impl fmt::Display for ContentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("file is empty; expected a key"),
            Self::Json(error) => write!(f, "invalid JSON: {}", shown::json(error)),
            Self::NoKey => {
                f.write_str("expected a key, found an object with neither \"kty\" nor \"keys\"")
            }
            Self::KeysType(found) => write!(f, "\"keys\" must be an array, found {found}"),
            Self::NoMembers => f.write_str("the JWK Set is empty"),
            Self::NotAKey(other) if other.is_private() => {
                write!(f, "expected a public key, found {other}")
            }
            Self::NotAKey(other) => write!(f, "expected a key, found {other}"),
        }
    }
}

impl From<NotAKey> for ContentFault {
    fn from(other: NotAKey) -> Self {
        Self::NotAKey(other)
    }
}
