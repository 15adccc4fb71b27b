//! What the program says of its own work, on standard error: always escaped, never a token.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use super::escape;
use super::exit::Exit;
use super::render::columns::{HANGING, wrapped};
use super::render::style::Paint;

/// Why a run can't go on, for the person who reads it.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
    pub hints: Vec<String>,
    /// Whether something was read and is not what was expected.
    pub is_content: bool,
}

impl Failure {
    /// Something that can't be read or written.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failure,
            message: message.into(),
            hints: Vec::new(),
            is_content: false,
        }
    }

    /// Something that was read and is not what was expected.
    pub fn content(message: impl Into<String>) -> Self {
        Self {
            is_content: true,
            ..Self::new(message)
        }
    }

    /// A command line that can't be meant.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(message)
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

/// Standard error, and how it is coloured.
#[derive(Clone, Copy)]
pub struct Messages {
    pub paint: Paint,
    /// The columns to keep within, so that nothing in a message can begin a line.
    pub width: Option<usize>,
    /// With `--quiet` only errors are told.
    pub quiet: bool,
}

impl Messages {
    pub fn error(self, message: &str) {
        self.say(&self.paint.error("error:"), "error:".len(), message);
    }

    pub fn warning(self, message: &str) {
        if !self.quiet {
            self.say(&self.paint.warning("warning:"), "warning:".len(), message);
        }
    }

    pub fn note(self, message: &str) {
        if !self.quiet {
            self.say(&self.paint.heading("note:"), "note:".len(), message);
        }
    }

    /// A hint belongs to an error, and is told wherever that is.
    pub fn hint(self, message: &str) {
        self.say(&self.paint.heading("hint:"), "hint:".len(), message);
    }

    /// A line without a label.
    pub fn line(self, message: &str) {
        if !self.quiet {
            self.say("", 0, message);
        }
    }

    /// `at` is the width of the label without its colour.
    fn say(self, label: &str, at: usize, message: &str) {
        let space = if label.is_empty() { "" } else { " " };
        let message = format!("{space}{}", escape::text(message));
        let line = format!("{label}{}\n", wrapped(&message, at, HANGING, self.width));
        // Whoever closed standard error doesn't want to hear this either.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}

/// Tells an error with its hints.
pub fn tell(error: &anyhow::Error, messages: Messages) {
    let causes: Vec<String> = error
        .chain()
        .map(|cause| {
            cause
                .downcast_ref()
                .map_or_else(|| cause.to_string(), io_reason)
        })
        .collect();
    messages.error(&causes.join(": "));
    if let Some(failure) = error.downcast_ref::<Failure>() {
        for hint in &failure.hints {
            messages.hint(hint);
        }
    }
}

/// Tells why a run can't go on, unless nobody listens any more.
pub fn finish(error: &anyhow::Error, messages: Messages) -> Exit {
    let cause = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<io::Error>());
    if cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe) {
        return Exit::BrokenPipe;
    }
    tell(error, messages);
    error
        .downcast_ref::<Failure>()
        .map_or(Exit::Failure, |failure| failure.exit)
}

/// Why a file can't be opened or read, without the system's number for it.
pub fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or_default()
                .to_lowercase()
        }
    }
}
