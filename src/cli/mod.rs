//! The program around the library: what comes in, what goes out, and the exit status.

mod arg_values;
pub mod args;
mod debug_summary;
pub mod exit;
mod formats;
pub mod given_key;
mod help;
mod input;
mod key_directory;
mod key_hints;
mod keys;
pub mod messages;
mod numbers;
mod output;
mod progress;
mod reasons;
mod render;
pub mod run;
mod scan;
mod secrets;
mod settings;
pub mod signals;
mod sink;
mod statistics;
mod stream;
mod summary;
pub mod tell;
mod time_args;
pub mod usage;

pub use render::escape;
pub use render::style::Paint;

use std::ffi::{OsStr, OsString};

/// What stdin is, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stdin {
    Terminal,
    /// A regular file.
    File,
    /// A pipe.
    Pipe,
    Other,
}

/// What the program reads from its environment, apart from files: only `main` does.
pub struct Surroundings {
    /// Seconds since 1970-01-01T00:00:00Z, read again for each batch of tokens, because a stream may take long.
    pub clock: fn() -> i64,
    /// `$JWTLENS_KEY`
    pub key_variable: Option<OsString>,
    /// What stdin is.
    pub stdin: Stdin,
    /// Whether the terminal knows control sequences.
    pub knows_control_sequences: bool,
    /// Any other variable, for a secret in it.
    pub variable: fn(&OsStr) -> Option<OsString>,
    /// Whether stderr is a terminal that can redraw a line.
    pub can_show_progress: bool,
    /// The width of the output; none for a pipe or a file.
    pub width: Option<usize>,
    /// The rows of the terminal; none for a pipe or a file.
    pub height: Option<usize>,
    /// How stdout is colored.
    pub paint: Paint,
}
