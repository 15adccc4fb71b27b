//! Where keys are found: options, the environment, or the file that everybody has.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use jwtlens::{Compact, KeySource, KeySourceError, NotAKey};
use zeroize::Zeroizing;

use super::key_directory::{self, Directory};
use super::messages::{Failure, Messages, io_reason};
use super::usage::without_secrets;

/// The most that is read of a key file, in octets.
const MAX_KEY_FILE: u64 = 1024 * 1024;

const DEFAULT_FILE: &str = "public_key.json";
const VARIABLE: &str = "$JWTLENS_KEY";

/// What the user asked for, or what stands in for it. `hint` tells how to ask.
pub fn find(
    asked: &[OsString],
    variable: Option<&OsString>,
    hint: &str,
    messages: Messages,
) -> Result<Vec<OsString>, Failure> {
    if asked.iter().filter(|key| *key == "-").count() > 1 {
        return Err(Failure::usage(
            "\"-\" stands for a key twice, but standard input can be read once",
        ));
    }
    if !asked.is_empty() {
        no_secret(asked)?;
        return Ok(asked.to_vec());
    }
    match variable {
        Some(key) if key.is_empty() => Err(Failure::new(format!("{VARIABLE} is set, but empty"))
            .hint(format!("unset it, or set it to a key file; {hint}"))),
        Some(key) => Ok(vec![key.clone()]),
        None if Path::new(DEFAULT_FILE).exists() => {
            messages.note(&format!("the key is taken from ./{DEFAULT_FILE}"));
            Ok(vec![DEFAULT_FILE.into()])
        }
        None => Err(Failure::new(format!(
            "no key: none is given, {VARIABLE} is not set, and there is no ./{DEFAULT_FILE}"
        ))
        .hint(format!(
            "{hint}; a Transcodes project shows its own in the JSON Web Key panel"
        ))),
    }
}

/// A secret must not be an argument: other users can see it.
fn no_secret(arguments: &[OsString]) -> Result<(), Failure> {
    let is_secret = |key: &OsString| {
        let octets = key.as_encoded_bytes();
        let is_inline = octets.trim_ascii_start().starts_with(b"{");
        let source = KeySource::read("the command line", octets);
        is_inline && source.is_ok_and(|source| source.holds_secret())
    };
    if arguments.iter().any(is_secret) {
        return Err(
            Failure::usage("a key argument contains a secret, which other users can see")
                .hint("give the name of a file that holds it, or set $JWTLENS_KEY"),
        );
    }
    Ok(())
}

/// A key file that stands where a token is due may be the key that is missing.
pub fn given_as_token(failure: Failure, tokens: &[OsString]) -> Failure {
    let is_key = |token: &&OsString| Path::new(token).is_file() && read(token).is_ok();
    match tokens.iter().find(is_key) {
        Some(key) => Failure {
            hints: vec![format!(
                "\"{}\" is a key: give it with -k, and the token on standard input",
                key.to_string_lossy()
            )],
            ..failure
        },
        None => failure,
    }
}

/// How `verify` is told a key.
pub const OPTION: &str = "name the key file with -k, for example -k public_key.json";

/// How `key` is told one.
pub const ARGUMENT: &str = "name the key file, for example jwtlens key public_key.json";

/// Whether one of the keys is to come from standard input.
pub fn need_stdin(keys: &[OsString]) -> bool {
    keys.iter().any(|key| key == "-")
}

/// What marks PEM (RFC 7468, section 2). No name of a file has it.
pub const PEM: &[u8] = b"-----BEGIN";

/// Whether it is the content of a key, not the name of a file.
pub fn is_inline(key: &OsStr) -> bool {
    let octets = key.as_encoded_bytes();
    octets.trim_ascii_start().starts_with(b"{") || octets.windows(PEM.len()).any(|text| text == PEM)
}

/// Reads a key file, the content of one, standard input, or each file of a directory.
pub fn read_all(key: &OsStr, messages: Messages) -> Result<Vec<KeySource>> {
    if is_inline(key) || !Path::new(key).is_dir() {
        return Ok(vec![read(key)?]);
    }
    let name = without_secrets(&key.to_string_lossy());
    let Directory { sources, skipped } = key_directory::read(key, read)?;
    if sources.is_empty() {
        return Err(
            Failure::content(format!("no key in the directory \"{name}\""))
                .hint("the files directly in it are read, apart from hidden ones")
                .into(),
        );
    }
    note_skipped(&name, skipped, messages);
    Ok(sources)
}

fn note_skipped(directory: &str, skipped: usize, messages: Messages) {
    match skipped {
        0 => {}
        1 => messages.note(&format!(
            "skipped 1 file in \"{directory}\" that holds no key"
        )),
        many => messages.note(&format!(
            "skipped {many} files in \"{directory}\" that hold no key"
        )),
    }
}

/// Reads a key file, the content of one, or standard input.
pub fn read(key: &OsStr) -> Result<KeySource> {
    let octets = key.as_encoded_bytes();
    if is_inline(key) {
        return describe("the command line", octets);
    }
    if key == "-" {
        let content = read_limited(io::stdin().lock()).map_err(|reason| {
            Failure::new(format!("can't read a key from standard input: {reason}"))
        })?;
        return describe("stdin", &content);
    }
    if octets.starts_with(b"eyJ") && Compact::parse(octets).is_ok() && !Path::new(key).exists() {
        return Err(Failure::new("the key looks like a token")
            .hint(NotAKey::Token.hint())
            .into());
    }
    let what = format!("the key \"{}\"", without_secrets(&key.to_string_lossy()));
    let content = read_file(key, &what).map_err(|failure| {
        failure.hint(match octets {
            [] => "the name is empty: is a variable unset?",
            _ if octets.starts_with(b"http") => {
                "nothing is fetched from the network: -k <(curl -s ADDRESS) reads what curl fetches"
            }
            _ => "a key is given as a file's path, as the key itself, or as - for standard input",
        })
    })?;
    describe(&key.to_string_lossy(), &content)
}

/// Reads a file that holds a key or a secret. `what` is how messages name it.
pub fn read_file(path: &OsStr, what: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let content = File::open(path).map_err(|error| io_reason(&error));
    content
        .and_then(read_limited)
        .map_err(|reason| Failure::new(format!("can't read {what}: {reason}")))
}

/// Keys that are not trusted: files, or directories of them.
pub fn also(asked: &[OsString], messages: Messages) -> Result<Vec<KeySource>> {
    no_secret(asked)?;
    let mut sources = Vec::new();
    for key in asked {
        if !Path::new(key).is_dir() {
            sources.push(read(key)?);
            continue;
        }
        let name = without_secrets(&key.to_string_lossy());
        let keys = key_directory::read(key, read)?;
        if keys.sources.is_empty() {
            messages.warning(&format!("no key in the directory \"{name}\""));
        } else {
            note_skipped(&name, keys.skipped, messages);
        }
        sources.extend(keys.sources);
    }
    Ok(sources)
}

fn describe(source: &str, content: &[u8]) -> Result<KeySource> {
    KeySource::read(source, content)
        .map_err(|error| unusable(&format!("key \"{}\"", without_secrets(source)), &error).into())
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
        return Err("it has more than 1 MiB, which no key file has".to_owned());
    }
    Ok(content)
}
