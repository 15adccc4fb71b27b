//! Where a token came from, and what was removed to get at it.

use std::sync::Arc;

use serde::Serialize;

/// Where a token came from.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    /// `argument`, `stdin` or a file's name.
    pub source: Arc<str>,
    /// The number of the token in this run, from 1.
    pub number: u64,
    /// The line it stands on, from 1; an argument has none.
    pub line: Option<u64>,
    /// The byte of that line at which it begins, from 1, if it was found in other text.
    pub column: Option<u64>,
    /// What was removed around it.
    pub removed: Removed,
    /// The escapes that were undone in it, which a note reports.
    #[serde(skip)]
    pub escapes: Option<Escapes>,
    /// The time of the line it was found in, in seconds since 1970-01-01T00:00:00Z: it is checked at that
    /// time instead of now. [`Time::now`](crate::Time::now) gives it.
    #[serde(skip)]
    pub time: Option<i64>,
}

/// What was taken off around a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// White space (space, tab, CR, LF) at either end.
    pub white_space: bool,
    /// `Bearer ` or `Authorization: Bearer `, in any letter case.
    pub bearer: bool,
    /// One pair of quotes.
    pub quotes: bool,
}

/// A layer of escapes that a token was written with in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Percent-encoding (RFC 3986, section 2.1).
    Percent,
    /// Those of JSON strings (RFC 8259, section 7).
    Json,
}

impl Default for Input {
    /// The only token of a run, as an argument.
    fn default() -> Self {
        Self {
            source: "argument".into(),
            number: 1,
            line: None,
            column: None,
            removed: Removed::default(),
            escapes: None,
            time: None,
        }
    }
}
