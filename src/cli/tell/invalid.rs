//! Why the value of an option is invalid, without the value.

use std::error::Error;
use std::fmt;

use jwtlens::ClaimPathError;

/// The reason, as value parsers return it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// What is expected, or what is wrong.
    Because(&'static str),
    /// After `:=` is invalid JSON: at this byte.
    Json(usize),
    /// A list of claims where one is expected.
    SeveralClaims,
    /// It does not name a claim.
    Path(ClaimPathError),
}

impl From<&'static str> for Invalid {
    fn from(reason: &'static str) -> Self {
        Self::Because(reason)
    }
}

impl From<ClaimPathError> for Invalid {
    fn from(error: ClaimPathError) -> Self {
        Self::Path(error)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Because(reason) => f.write_str(reason),
            Self::SeveralClaims => f.write_str("expected one claim"),
            Self::Path(error) => error.fmt(f),
            Self::Json(offset) => write!(
                f,
                "invalid JSON after ':=' at offset {offset}; use NAME=TEXT for a string"
            ),
        }
    }
}

impl Error for Invalid {}
