//! Why the value of an option is invalid, without the value.

use std::error::Error;
use std::fmt;

/// The reason, as value parsers return it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// What is expected, or what is wrong.
    Because(&'static str),
    /// After `:=` is invalid JSON: at this byte.
    Json(usize),
}

impl From<&'static str> for Invalid {
    fn from(reason: &'static str) -> Self {
        Self::Because(reason)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Because(reason) => f.write_str(reason),
            Self::Json(offset) => write!(
                f,
                "invalid JSON after ':=' at byte {offset}; use NAME=TEXT for a string"
            ),
        }
    }
}

impl Error for Invalid {}
