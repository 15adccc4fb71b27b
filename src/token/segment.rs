//! The parts of a token.

use std::fmt;

use serde::{Serialize, Serializer};

/// The part of a token that a fault is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The JOSE Header.
    Header,
    /// The payload, a Claims Set.
    Payload,
    /// The signature.
    Signature,
    /// The token as a whole.
    Token,
    /// A disclosure of an SD-JWT, counted from 1.
    Disclosure(usize),
    /// The Key Binding JWT of an SD-JWT.
    KeyBinding,
}

impl Segment {
    /// The name in the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
            Self::Token => "token",
            Self::Disclosure(_) => "disclosure",
            Self::KeyBinding => "key-binding",
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Disclosure(number) => write!(f, " {number}"),
            Self::Header | Self::Payload | Self::Signature | Self::Token | Self::KeyBinding => {
                Ok(())
            }
        }
    }
}

impl Serialize for Segment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
