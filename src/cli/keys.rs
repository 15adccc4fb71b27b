//! Where keys come from: options, the environment, or the default file.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use anyhow::{Context, Result};
use jwtlens::{Compact, ContentFault, HEADER_START, KeySet, KeySource, KeySourceError, NotAKey};
use zeroize::Zeroizing;

use super::given_key::{Given, VARIABLE, is_inline};
use super::key_directory::{self, Directory, Skipped};
use super::key_hints;
use super::messages::{Failure, Messages, io_reason};
use super::tell::harmless::{Harmless, plain_path, shown};

/// The most that is read of a key file, in bytes.
const MAX_KEY_FILE: u64 = 1024 * 1024;

/// The most skipped files of a directory that are named.
const MAX_NAMED: usize = 3;

const DEFAULT_FILE: &str = "public_key.json";

/// The keys that were given, or else the defaults; none if there is neither.
pub fn find<'g>(
    asked: Vec<Given<'g>>,
    variable: Option<&'g OsString>,
    messages: Messages,
) -> Result<Vec<Given<'g>>, Failure> {
    if asked.iter().filter(|key| key.text == "-").count() > 1 {
        return Err(Failure::usage(
            "'-' was given as a key more than once, but stdin can be read only once",
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
        let is_json = bytes.trim_ascii_start().starts_with(b"{");
        is_json && KeySource::read(&key.place, bytes).is_ok_and(|source| source.holds_secret())
    };
    match arguments.iter().find(|key| is_secret(key)) {
        Some(key) => Err(Failure::usage(format!(
            "{} contains a secret, which other users can see",
            key.place
        ))
        .hint("pass the name of a file that holds it, or set $JWTLENS_KEY")),
        None => Ok(()),
    }
}

/// How to give `verify` a key.
pub const OPTION: &str = "use -k FILE, or --secret-file FILE for a shared secret";

/// How to give `key` a key.
pub const ARGUMENT: &str = "name the key file, for example `jwtlens key public_key.json`";

/// The same if stdin is a pipe.
pub const PIPE: &str = "to read a key from stdin, use `jwtlens key -`";

/// Reads a key file, the content of one, stdin, or each file of a directory.
pub fn read_all(given: &Given, messages: Messages) -> Result<Vec<KeySource>> {
    if !given.is_directory() {
        return Ok(vec![read(given)?]);
    }
    let directory = key_directory::read(given, read)?;
    note_skipped(given, &directory, messages);
    if directory.sources.is_empty() {
        return Err(
            Failure::content(format!("no keys found in {}", given.named()))
                .hints(directory_hints(&directory))
                .into(),
        );
    }
    Ok(directory.sources)
}

/// What to do about a directory without a key.
fn directory_hints(directory: &Directory) -> Vec<String> {
    let mut meant = directory
        .skipped
        .iter()
        .filter(|skipped| skipped.failure.is_meant_as_key);
    match (meant.next(), meant.next()) {
        (Some(only), None) => only.failure.hints.clone(),
        (Some(first), Some(_)) => vec![match plain_path(&first.file) {
            Some(path) => format!("to see how to convert a file, use `jwtlens key {path}`"),
            None => "to see how to convert a file, use `jwtlens key FILE`".to_owned(),
        }],
        (None, _) => {
            vec!["move the keys there: subdirectories and hidden files are not read".to_owned()]
        }
    }
}

/// A file that is meant as a key is named with what it is, the others together.
fn note_skipped(given: &Given, directory: &Directory, messages: Messages) {
    let name = given.named();
    let (meant, others): (Vec<&Skipped>, Vec<&Skipped>) = directory
        .skipped
        .iter()
        .partition(|skipped| skipped.failure.is_meant_as_key);
    for skipped in meant.iter().take(MAX_NAMED) {
        let source = Given::new(&skipped.file, given.place.clone());
        let message = &skipped.failure.message;
        let reason = message.strip_prefix(&*source.source());
        let reason = reason.unwrap_or(message).trim_start_matches(": ");
        messages.note(&format!("skipped {} in {name}: {reason}", name_of(skipped)));
    }
    match meant.len().saturating_sub(MAX_NAMED) {
        0 => {}
        1 => messages.note(&format!(
            "skipped 1 more key in {name}; to see how to convert one, use `jwtlens key FILE`"
        )),
        more => messages.note(&format!(
            "skipped {more} more keys in {name}; to see how to convert one, use `jwtlens key FILE`"
        )),
    }
    let skipped: Vec<String> = others
        .iter()
        .take(MAX_NAMED)
        .map(|other| name_of(other))
        .collect();
    let more = match others.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let skipped = skipped.join(", ");
    match others.len() {
        0 => {}
        1 => messages.note(&format!("skipped {skipped} in {name}: not a public key")),
        _ => messages.note(&format!(
            "skipped {skipped}{more} in {name}: not public keys"
        )),
    }
}

/// The name of a skipped file, if it may be shown.
fn name_of(skipped: &Skipped) -> String {
    let is_shown = shown(&skipped.file, Harmless::Path).is_some();
    let name = Path::new(&skipped.file).file_name().filter(|_| is_shown);
    name.map_or_else(
        || "a file with a token in its name".to_owned(),
        |name| format!("'{}'", name.to_string_lossy()),
    )
}

/// Reads a key. An error about the file that `$JWTLENS_KEY` names gives the variable too.
pub fn read(given: &Given) -> Result<KeySource> {
    if is_inline(given.text) {
        return describe(&given.place, given.text.as_encoded_bytes(), None);
    }
    let source = read_file(given);
    // A file that cannot be named is called by the variable already.
    let is_named = || {
        source
            .as_ref()
            .is_err_and(|error| error.to_string().contains(VARIABLE))
    };
    if given.is_from_variable() && !is_named() {
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
        return describe("stdin", &content, None);
    }
    if octets.starts_with(HEADER_START.as_bytes())
        && Compact::parse(octets).is_ok()
        && !Path::new(key).exists()
    {
        return Err(Failure::new("expected a key, found a token")
            .hint(NotAKey::Token.hint())
            .into());
    }
    if !Path::new(key).exists() && is_base64_key(octets) {
        return Err(Failure::new(format!(
            "{}: a key in base64 must be in a file or on stdin",
            given.named()
        ))
        .hint("write it to a file, or pipe it in and use - for the key")
        .into());
    }
    let is_url = octets.starts_with(b"https://") || octets.starts_with(b"http://");
    if is_url && !Path::new(key).exists() {
        let hint = if given.place.starts_with("KEY ") {
            "jwtlens has no network access; use `curl -s URL | jwtlens key -`"
        } else {
            "jwtlens has no network access; use -k <(curl -s URL)"
        };
        return Err(Failure::new(format!(
            "{} is a URL; expected a file or the key itself",
            given.place
        ))
        .hint(hint)
        .into());
    }
    let content = read_content(key, &given.named()).map_err(|failure| {
        if !failure.hints.is_empty() {
            return failure;
        }
        let hint = match octets {
            [] => "the file name is empty; is a shell variable unset?",
            _ if Path::new(key).exists() => "check that it is a key file, and that you may read it",
            _ if octets.starts_with(b"file:") => "use the path without file://",
            _ if given.is_from_variable() => "set it to a file, a directory, or the key itself",
            _ if given.cannot_be_a_secret() => "use a file, a directory, the key itself, or - for stdin",
            _ => "use a file, a directory, the key itself, or - for stdin\nfor a shared secret, use --secret-file FILE",
        };
        failure.hints(key_hints::lines(hint, None))
    })?;
    describe(&given.source(), &content, Some(key))
}

/// Whether an argument is a key in DER in one line of base64, instead of the name of a file.
fn is_base64_key(argument: &[u8]) -> bool {
    match KeySource::read("", argument) {
        _ if argument.iter().all(u8::is_ascii_hexdigit) => false,
        Ok(_) => true,
        Err(KeySourceError::Content(ContentFault::NotAKey(other))) => {
            matches!(other, NotAKey::Der(..) | NotAKey::Malformed(_))
        }
        Err(_) => false,
    }
}

/// Reads a file that holds a key or a secret. `name` is what messages call it.
pub fn read_content(path: &OsStr, name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failure = |reason| Failure::new(format!("cannot read {name}: {reason}"));
    let file = File::open(path).map_err(|error| failure(io_reason(&error)))?;
    if file.is_terminal() {
        // It would be shown as it is entered.
        return Err(failure("it is a terminal".to_owned()).hint("name a file, or pipe the key in"));
    }
    read_limited(file).map_err(failure)
}

/// Keys that are not trusted: files, or directories of them.
pub fn also(asked: &[OsString], messages: Messages) -> Result<Vec<KeySource>> {
    let asked = Given::values("--try-key", asked);
    no_secret(&asked)?;
    let mut sources = Vec::new();
    for given in asked {
        if !given.is_directory() {
            let source = read(&given)?;
            warn_if_unusable(&source, messages);
            sources.push(source);
            continue;
        }
        let directory = key_directory::read(&given, read)?;
        note_skipped(&given, &directory, messages);
        if directory.sources.is_empty() {
            messages.warning(&format!("no keys found in {}", given.named()));
        }
        sources.extend(directory.sources);
    }
    Ok(sources)
}

/// `file` is the name of the file that holds it, if it has one.
fn describe(source: &str, content: &[u8], file: Option<&OsStr>) -> Result<KeySource> {
    KeySource::read(source, content).map_err(|error| {
        let mut failure = Failure::content(format!("{source}: {error}"))
            .hints(key_hints::lines(&error.hint(), file));
        failure.is_meant_as_key = error.is_meant_as_key();
        failure.into()
    })
}

pub fn warn_if_unusable(source: &KeySource, messages: Messages) {
    if let Err(error) = KeySet::new([source]) {
        messages.warning(&format!("skipped {error}"));
    }
}

/// The error if none of the keys is usable.
pub fn none_usable(keys: &[Given], error: &KeySourceError) -> anyhow::Error {
    let file = match keys {
        [only] if !only.is_directory() => Some(only.text),
        _ => None,
    };
    let failure = Failure::new(error.to_string()).hints(key_hints::lines(&error.hint(), file));
    let failure = anyhow::Error::from(failure);
    // An inline key is named after the variable.
    let names_a_file = |given: &Given| given.is_from_variable() && !is_inline(given.text);
    if keys.iter().any(names_a_file) {
        failure.context(VARIABLE)
    } else {
        failure
    }
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
