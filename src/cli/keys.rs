//! Where keys are found: options, the environment, or the file that everybody has.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use jwtlens::{Compact, KeySource, KeySourceError};

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

/// What PEM begins with (RFC 7468 section 2).
pub const PEM: &[u8] = b"-----BEGIN ";

/// Reads a key file, the JSON itself, or standard input.
pub fn read(key: &OsStr) -> Result<KeySource> {
    let octets = key.as_encoded_bytes();
    let begins = |start: &[u8]| octets.trim_ascii_start().starts_with(start);
    // No file's name begins with the mark of PEM: what stands there is told by its content.
    if begins(b"{") || begins(PEM) {
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
            .hint(KeySourceError::Token.hint())
            .into());
    }
    let name = key.to_string_lossy();
    let content = File::open(key)
        .map_err(|error| io_reason(&error))
        .and_then(read_limited)
        .map_err(|reason| {
            Failure::new(format!(
                "can't read the key \"{}\": {reason}",
                without_secrets(&name)
            ))
            .hint(match octets {
                [] => "the name is empty: is a variable unset?",
                _ if octets.starts_with(b"http") => {
                    "nothing is fetched from the network: -k <(curl -s ADDRESS) reads what curl fetches"
                }
                _ => "a key is given as a file's path, as the JSON itself, or as - for standard input",
            })
        })?;
    describe(&name, &content)
}

/// Keys that are not trusted: files, or folders of them. In a folder what is no key is passed over.
pub fn also(asked: &[OsString], messages: Messages) -> Result<Vec<KeySource>> {
    no_secret(asked)?;
    let mut sources = Vec::new();
    for key in asked {
        if !Path::new(key).is_dir() {
            sources.push(read(key)?);
            continue;
        }
        let name = without_secrets(&key.to_string_lossy());
        let entries = fs::read_dir(key).map_err(|error| {
            Failure::new(format!(
                "can't read the folder \"{name}\": {}",
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
        sources.extend(files.iter().filter_map(|file| read(file).ok()));
        if sources.len() == before {
            messages.warning(&format!("no key is in the folder \"{name}\""));
        }
    }
    Ok(sources)
}

fn describe(source: &str, content: &[u8]) -> Result<KeySource> {
    KeySource::read(source, content)
        .map_err(|error| unusable(&format!("key \"{}\"", without_secrets(source)), &error).into())
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
        return Err("it has more than 1 MiB, which no key file has".to_owned());
    }
    Ok(content)
}
