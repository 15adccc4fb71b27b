//! Where keys are found: options, the environment, or the file that everybody has.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use jwtlens::{Compact, KeySource, KeySourceError};

use super::messages::{Failure, Messages, io_reason};
use super::tell::redaction::{Harmless, named, shown};

/// The most that is read of a key file, in octets.
const MAX_KEY_FILE: u64 = 1024 * 1024;

const DEFAULT_FILE: &str = "public_key.json";
/// How errors name the variable.
pub const VARIABLE: &str = "$JWTLENS_KEY";

/// A key as it was given: the name of a file, the JSON itself, or `-`.
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

    fn is_from_variable(&self) -> bool {
        self.place == VARIABLE
    }

    /// In messages.
    fn named(&self) -> String {
        named(self.text, &self.place, Harmless::FileName)
    }

    /// In reports, as the source of a key that was read.
    fn source(&self) -> Cow<'_, str> {
        shown(self.text, Harmless::Path).unwrap_or(Cow::Borrowed(&self.place))
    }
}

/// What the user asked for, or what stands in for it. `hint` tells how to ask.
pub fn find<'g>(
    asked: Vec<Given<'g>>,
    variable: Option<&'g OsString>,
    hint: &str,
    messages: Messages,
) -> Result<Vec<Given<'g>>, Failure> {
    if asked.iter().filter(|key| key.text == "-").count() > 1 {
        return Err(Failure::usage(
            "\"-\" stands for a key twice, but standard input can be read once",
        ));
    }
    if !asked.is_empty() {
        return Ok(asked);
    }
    match variable {
        Some(key) if key.is_empty() => Err(Failure::new(format!("{VARIABLE} is set, but empty"))
            .hint(format!("unset it, or set it to a key file; {hint}"))),
        Some(key) => Ok(vec![Given::new(key, VARIABLE)]),
        None if Path::new(DEFAULT_FILE).exists() => {
            messages.note(&format!("the key is taken from ./{DEFAULT_FILE}"));
            Ok(vec![Given::new(OsStr::new(DEFAULT_FILE), DEFAULT_FILE)])
        }
        None => Err(Failure::new(format!(
            "no key: none is given, {VARIABLE} is not set, and there is no ./{DEFAULT_FILE}"
        ))
        .hint(format!(
            "{hint}; a Transcodes project shows its own in the JSON Web Key panel"
        ))),
    }
}

/// How `verify` is told a key.
pub const OPTION: &str = "name the key file with -k, for example -k public_key.json";

/// How `key` is told one.
pub const ARGUMENT: &str = "name the key file, for example jwtlens key public_key.json";

/// Whether one of the keys is to come from standard input.
pub fn need_stdin(keys: &[Given]) -> bool {
    keys.iter().any(|key| key.text == "-")
}

/// What PEM begins with (RFC 7468 section 2).
pub const PEM: &[u8] = b"-----BEGIN ";

/// Whether it is the key itself, not the name of a file. No name begins with the mark of PEM.
pub fn is_inline(key: &OsStr) -> bool {
    let start = key.as_encoded_bytes().trim_ascii_start();
    start.starts_with(b"{") || start.starts_with(PEM)
}

/// Reads a key. An error about the file that `$JWTLENS_KEY` names gives the variable too.
pub fn read(given: &Given) -> Result<KeySource> {
    if is_inline(given.text) {
        return describe(&given.place, given.text.as_encoded_bytes());
    }
    let source = read_file(given);
    if given.is_from_variable() {
        source.context(VARIABLE)
    } else {
        source
    }
}

fn read_file(given: &Given) -> Result<KeySource> {
    let key = given.text;
    let octets = key.as_encoded_bytes();
    if key == "-" {
        let content = read_limited(io::stdin().lock())
            .map_err(|reason| Failure::new(format!("cannot read key from stdin: {reason}")))?;
        return describe("stdin", &content);
    }
    if octets.starts_with(b"eyJ") && Compact::parse(octets).is_ok() && !Path::new(key).exists() {
        return Err(Failure::new("expected a key, found a token")
            .hint(KeySourceError::Token.hint())
            .into());
    }
    let content = File::open(key)
        .map_err(|error| io_reason(&error))
        .and_then(read_limited)
        .map_err(|reason| {
            Failure::new(format!("cannot read {}: {reason}", given.named())).hint(match octets {
                [] => "the file name is empty; is a shell variable unset?",
                _ if octets.starts_with(b"http") => {
                    "jwtlens has no network access; use -k <(curl -s URL)"
                }
                _ => "KEY is a file path, inline JSON, or - for stdin",
            })
        })?;
    describe(&given.source(), &content)
}

/// Keys that are not trusted: files, or directories of them. In a directory what is not a key is skipped.
pub fn also(asked: &[OsString], messages: Messages) -> Result<Vec<KeySource>> {
    let mut sources = Vec::new();
    for given in Given::values("--try-key", asked) {
        if !Path::new(given.text).is_dir() {
            sources.push(read(&given)?);
            continue;
        }
        let directory = given.named();
        let entries = fs::read_dir(given.text).map_err(|error| {
            Failure::new(format!(
                "cannot read directory {directory}: {}",
                io_reason(&error)
            ))
        })?;
        let mut files: Vec<OsString> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_file())
            .map(OsString::from)
            .collect();
        files.sort();
        let before = sources.len();
        let files = Given::values("--try-key", &files);
        sources.extend(files.iter().filter_map(|file| read(file).ok()));
        if sources.len() == before {
            messages.warning(&format!("no keys found in {directory}"));
        }
    }
    Ok(sources)
}

fn describe(source: &str, content: &[u8]) -> Result<KeySource> {
    KeySource::read(source, content)
        .map_err(|error| unusable(&format!("key \"{source}\""), &error).into())
}

/// The error for keys of which none is usable.
pub fn none_usable(keys: &[Given], error: &KeySourceError) -> anyhow::Error {
    let failure = anyhow::Error::from(Failure::new(error.to_string()).hint(error.hint()));
    // An inline key is named after the variable.
    let names_a_file = |given: &Given| given.is_from_variable() && !is_inline(given.text);
    if keys.iter().any(names_a_file) {
        failure.context(VARIABLE)
    } else {
        failure
    }
}

/// A key error with its hint.
pub fn unusable(what: &str, error: &KeySourceError) -> Failure {
    Failure::new(format!("{what}: {error}")).hint(error.hint())
}

fn read_limited(source: impl Read) -> Result<Vec<u8>, String> {
    // More than an ordinary key file, so that it is read at once.
    let mut content = Vec::with_capacity(4096);
    let limit = MAX_KEY_FILE.saturating_add(1);
    source
        .take(limit)
        .read_to_end(&mut content)
        .map_err(|error| io_reason(&error))?;
    if u64::try_from(content.len()).is_ok_and(|length| length > MAX_KEY_FILE) {
        return Err("exceeds the 1 MiB limit for keys".to_owned());
    }
    Ok(content)
}
