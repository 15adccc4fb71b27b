//! A key as the user gave it, and what messages and reports call it.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::tell::harmless::{Harmless, named, shown};

/// How errors name the variable.
pub const VARIABLE: &str = "$JWTLENS_KEY";

/// What marks PEM (RFC 7468, section 2). No name of a file has it.
pub const PEM: &[u8] = b"-----BEGIN";

/// Whether it is the content of a key, not the name of a file.
pub fn is_inline(key: &OsStr) -> bool {
    let bytes = key.as_encoded_bytes();
    bytes.trim_ascii_start().starts_with(b"{") || bytes.windows(PEM.len()).any(|text| text == PEM)
}

/// A key as it was given: the name of a file or directory, the key itself, or `-`.
pub struct Given<'g> {
    pub text: &'g OsStr,
    /// What messages call it if it is not to be shown.
    pub place: Cow<'static, str>,
}

impl<'g> Given<'g> {
    pub fn new(text: &'g OsStr, place: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text,
            place: place.into(),
        }
    }

    /// Each value of an option.
    pub fn values(option: &str, values: &'g [OsString]) -> Vec<Self> {
        let given = |text: &'g OsString| Self::new(text, format!("the value of {option}"));
        values.iter().map(given).collect()
    }

    /// Each of the operands of this name.
    pub fn operands(name: &str, operands: &'g [OsString]) -> Vec<Self> {
        let given =
            |(text, number): (&'g OsString, usize)| Self::new(text, format!("{name} {number}"));
        operands.iter().zip(1..).map(given).collect()
    }

    pub fn is_from_variable(&self) -> bool {
        self.place == VARIABLE
    }

    /// Whether it was not meant as a secret: an operand of `jwtlens key`, which has no options for them,
    /// or a key that is not trusted.
    pub fn cannot_be_a_secret(&self) -> bool {
        self.place.starts_with("KEY ") || self.place == "the value of --try-key"
    }

    pub fn is_directory(&self) -> bool {
        !is_inline(self.text) && Path::new(self.text).is_dir()
    }

    /// In messages.
    pub fn named(&self) -> String {
        named(self.text, &self.place, Harmless::FileName)
    }

    /// In messages about a secret, where only the name of a file that exists may be shown.
    pub fn named_path(&self) -> String {
        named(self.text, &self.place, Harmless::Path)
    }

    /// In reports, as the source of a key that was read.
    pub fn source(&self) -> Cow<'_, str> {
        shown(self.text, Harmless::Path).unwrap_or(Cow::Borrowed(&self.place))
    }
}
