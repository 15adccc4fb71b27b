//! Errors, warnings, notes and hints on stderr: always escaped, and never with a token in them.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use super::escape;
use super::exit::Exit;
use super::render::columns::{HANGING, wrapped};
use super::render::style::Paint;

/// The width at which a hint is wrapped: a command stays on one line, so that it can be copied.
pub fn hint_width(hint: &str, width: Option<usize>) -> Option<usize> {
    let is_command = |part: &str| {
        let command = part.trim_start_matches('(');
        PROGRAMS.iter().any(|name| command.starts_with(name))
    };
    width.filter(|_| !hint.split(": ").any(is_command))
}

/// Why a run cannot continue, with hints.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
    pub hints: Vec<String>,
    /// Whether something was read and is not what was expected.
    pub is_content: bool,
    /// Whether what was read is meant as a key, in a form that has to be converted or repaired.
    pub is_meant_as_key: bool,
}

impl Failure {
    /// Something that cannot be read or written.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failure,
            message: message.into(),
            hints: Vec::new(),
            is_content: false,
            is_meant_as_key: false,
        }
    }

    /// Something that was read and is not what was expected.
    pub fn content(message: impl Into<String>) -> Self {
        Self {
            is_content: true,
            ..Self::new(message)
        }
    }

    /// An invalid command line.
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

    pub fn hints(mut self, hints: Vec<String>) -> Self {
        self.hints.extend(hints);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

/// Programs whose commands are hints.
const PROGRAMS: [&str; 9] = [
    "echo ",
    "openssl ",
    "ssh-keygen ",
    "jq ",
    "curl ",
    "iconv ",
    "sed ",
    "base64 ",
    "keytool ",
];

/// How messages are printed to stderr.
#[derive(Clone, Copy)]
pub struct Messages {
    pub paint: Paint,
    /// The maximum width, so that no text in a message can start a line.
    pub width: Option<usize>,
    /// With `--quiet`, only errors are printed.
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

    /// Printed even with `--quiet`: a hint belongs to an error.
    pub fn hint(self, message: &str) {
        let width = hint_width(message, self.width);
        Self { width, ..self }.say(&self.paint.heading("hint:"), "hint:".len(), message);
    }

    /// A line without a label.
    pub fn line(self, message: &str) {
        if !self.quiet {
            self.say("", 0, message);
        }
    }

    /// `at` is the width of the label without its color.
    fn say(self, label: &str, at: usize, message: &str) {
        let space = if label.is_empty() { "" } else { " " };
        let message = format!("{space}{}", escape::text(message));
        let line = format!("{label}{}\n", wrapped(&message, at, HANGING, self.width));
        // Ignore errors: stderr may be closed.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}

/// Prints an error with its hints.
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

/// Prints why a run cannot continue, unless stdout is a closed pipe. Returns the exit status.
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

/// Why a file cannot be opened or read, without the error number.
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
