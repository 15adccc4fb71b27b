//! Where tokens come from: arguments, stdin or files.

mod arguments;
mod beginning;
mod block;
mod lines;
mod not_tokens;
mod prompt;
mod readable;
mod terminal;
mod texts;

use std::ffi::OsString;

use super::Surroundings;
use super::args::Tokens;
use super::messages::{Failure, Messages};
use super::scan::Clock;

pub use arguments::KeyOptions;
pub use block::{Block, Share};
pub use terminal::SIGNALS_BY_DEFAULT;
pub use texts::Texts;

/// The longest line that is read, in bytes, without its newline.
const MAX_LINE: usize = 16 * 1024 * 1024;

/// The tokens of a run, before any is read.
pub enum Source {
    Arguments(Vec<OsString>),
    Texts(Texts),
}

impl Source {
    /// Decides where the tokens come from. `key_options` is none for a command without options that take
    /// a key. With `line_clock`, tokens have the times of their lines.
    pub fn new(
        tokens: &Tokens,
        line_clock: Option<Clock>,
        key_options: Option<KeyOptions>,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let has_stdin = tokens.given.iter().any(|token| token == "-");
        if has_stdin && tokens.given.len() > 1 {
            return Err(
                Failure::usage("'-' cannot be combined with other tokens").hint("remove '-'")
            );
        }
        if !tokens.given.is_empty() && !tokens.files.is_empty() {
            return Err(if has_stdin {
                Failure::usage("'-' and --file cannot be used together")
                    .hint("remove '-', or use -f - to read stdin too")
            } else {
                Failure::usage("TOKEN and --file cannot be used together")
                    .hint("for several files, repeat the option: -f FILE -f FILE")
            });
        }
        if !tokens.given.is_empty() && !has_stdin {
            if line_clock.is_some() {
                return Err(
                    Failure::usage("--at line cannot be used with TOKEN arguments")
                        .hint("pass the log on stdin or with -f FILE"),
                );
            }
            if tokens.scan {
                return Err(Failure::usage("--scan cannot be used with TOKEN arguments")
                    .hint("pass the text on stdin or with -f FILE"));
            }
            return arguments::tokens(&tokens.given, key_options).map(Self::Arguments);
        }
        let scan = tokens.scan || line_clock.is_some();
        let texts = Texts::new(&tokens.files, scan, line_clock, surroundings);
        match texts.stdin_count() {
            2.. => Err(Failure::usage(
                "'-f -' is given twice, but stdin can only be read once",
            )),
            1 if key_options.is_some_and(KeyOptions::read_stdin) => Err(Failure::usage(
                "cannot read both the key and the tokens from stdin",
            )
            .hint("read the tokens from a file with -f FILE")),
            0 | 1 => Ok(Self::Texts(texts)),
        }
    }

    /// Reports files that don't exist.
    pub fn report_missing(&self, messages: Messages) {
        match self {
            Self::Arguments(_) => {}
            Self::Texts(texts) => texts.report_missing(messages),
        }
    }
}
