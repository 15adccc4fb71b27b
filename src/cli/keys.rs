//! Where keys are found: options, the environment, or the file that everybody has.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use jwtlens::{Compact, HEADER_START, KeySource, KeySourceError, NotAKey};
use zeroize::Zeroizing;

use super::given_key::{Given, VARIABLE, is_inline};
use super::key_directory::{self, Directory};
use super::messages::{Failure, Messages, io_reason};

/// The most that is read of a key file, in octets.
const MAX_KEY_FILE: u64 = 1024 * 1024;

const DEFAULT_FILE: &str = "public_key.json";

/// The keys that were given, or else the defaults; none if there is neither.
pub fn find<'g>(
    asked: Vec<Given<'g>>,
    variable: Option<&'g OsString>,
    messages: Messages,
) -> Result<Vec<Given<'g>>, Failure> {
    if asked.iter().filter(|key| key.text == "-").count() > 1 {
        return Err(Failure::usage(
            "\"-\" was given as a key more than once, but stdin can be read only once",
        ));
    }
    if !asked.is_empty() {
        no_secret(&asked)?;
        return Ok(asked);
    }
    match variable {
        Some(key) if key.is_empty() => {
            Err(Failure::new(format!("{VARIABLE} is empty"))
                .hint("unset it, or set it to a key file"))
        }
        Some(key) => Ok(vec![Given::new(key, VARIABLE)]),
        None if Path::new(DEFAULT_FILE).exists() => {
            messages.note(&format!("using the key in ./{DEFAULT_FILE}"));
            Ok(vec![Given::new(OsStr::new(DEFAULT_FILE), DEFAULT_FILE)])
        }
        None => Ok(Vec::new()),
    }
}

/// The error if there is no key at all. `hint` says how to give one.
pub fn missing(hint: &str) -> Failure {
    Failure::new(format!(
        "no key given, {VARIABLE} is not set, and ./{DEFAULT_FILE} does not exist"
    ))
    .hint(hint)
}

/// A secret must not be an argument: other users can see it.
fn no_secret(arguments: &[Given]) -> Result<(), Failure> {
    let is_secret = |key: &Given| {
        let bytes = key.text.as_encoded_bytes();
        let is_inline = bytes.trim_ascii_start().starts_with(b"{");
        let source = KeySource::read(&key.place, bytes);
        is_inline && source.is_ok_and(|source| source.holds_secret())
    };
    match arguments.iter().find(|key| is_secret(key)) {
        Some(key) => Err(Failure::usage(format!(
            "{} contains a secret, which other users can see",
            key.place
        ))
        .hint("give the name of a file that holds it, or set $JWTLENS_KEY")),
        None => Ok(()),
    }
}

/// How `verify` is told a key.
pub const OPTION: &str = "use -k FILE, for example -k public_key.json";

/// How `key` is told one.
pub const ARGUMENT: &str = "name the key file, for example `jwtlens key public_key.json`";

/// Reads a key file, the content of one, stdin, or each file of a directory.
pub fn read_all(given: &Given, messages: Messages) -> Result<Vec<KeySource>> {
    if !given.is_directory() {
        return Ok(vec![read(given)?]);
    }
    let directory = key_directory::read(given, read)?;
    if directory.sources.is_empty() {
        return Err(
            Failure::content(format!("no keys found in {}", given.named()))
                .hint("jwtlens reads the files directly in the directory, except hidden ones")
                .into(),
        );
    }
    note_skipped(given, &directory, messages);
    Ok(directory.sources)
}

fn note_skipped(given: &Given, directory: &Directory, messages: Messages) {
    let name = given.named();
    match directory.skipped {
        0 => {}
        1 => messages.note(&format!("skipped 1 file in {name}: not a key")),
        many => messages.note(&format!("skipped {many} files in {name}: not keys")),
    }
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
    if octets.starts_with(HEADER_START.as_bytes())
        && Compact::parse(octets).is_ok()
        && !Path::new(key).exists()
    {
        return Err(Failure::new("expected a key, found a token")
            .hint(NotAKey::Token.hint())
            .into());
    }
    let content = read_content(key, &given.named()).map_err(|failure| {
        failure.hint(match octets {
            [] => "the file name is empty; is a shell variable unset?",
            _ if octets.starts_with(b"http") => {
                "jwtlens has no network access; use -k <(curl -s URL)"
            }
            _ => "KEY is a file, a directory, the key itself, or - for stdin",
        })
    })?;
    describe(&given.source(), &content)
}

/// Reads a file that holds a key or a secret. `name` is what messages call it.
pub fn read_content(path: &OsStr, name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let content = File::open(path).map_err(|error| io_reason(&error));
    content
        .and_then(read_limited)
        .map_err(|reason| Failure::new(format!("cannot read {name}: {reason}")))
}

/// Keys that are not trusted: files, or directories of them.
pub fn also(asked: &[OsString], messages: Messages) -> Result<Vec<KeySource>> {
    let asked = Given::values("--try-key", asked);
    no_secret(&asked)?;
    let mut sources = Vec::new();
    for given in asked {
        if !given.is_directory() {
            sources.push(read(&given)?);
            continue;
        }
        let directory = key_directory::read(&given, read)?;
        if directory.sources.is_empty() {
            messages.warning(&format!("no keys found in {}", given.named()));
        } else {
            note_skipped(&given, &directory, messages);
        }
        sources.extend(directory.sources);
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
    Failure::content(format!("{what}: {error}")).hint(error.hint())
}

fn read_limited(source: impl Read) -> Result<Zeroizing<Vec<u8>>, String> {
    // More than an ordinary key file: it is read at once, and no copy of it is left behind.
    let mut content = Zeroizing::new(Vec::with_capacity(8192));
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
