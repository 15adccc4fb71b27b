//! How text reports look, and for which command.

use jiff::tz::TimeZone;

use super::style::Paint;

/// How text reports look.
#[derive(Clone)]
pub struct Look {
    pub zone: TimeZone,
    pub paint: Paint,
    /// The columns that no line exceeds.
    pub width: Option<usize>,
    /// The rows of the terminal; none for a pipe or a file.
    pub height: Option<usize>,
    /// Whether several tokens or files were named, so that the first report needs a name too.
    pub several: bool,
    pub detail: Detail,
}

/// The command that a report belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    Decode,
    /// Points to `debug` if a token is rejected.
    Verify {
        /// Whether a shared secret was given.
        has_secret: bool,
    },
    /// Reports what was searched for, with all details if `verbose`.
    Debug {
        verbose: bool,
        /// Whether a key was given, usable or not.
        has_key: bool,
    },
}
