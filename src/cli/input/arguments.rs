//! Tokens as arguments, and files that are named where a token is expected.

use std::ffi::OsString;
use std::path::Path;

use jwtlens::{Input, Token};

use crate::cli::given_key::Given;
use crate::cli::keys;
use crate::cli::messages::Failure;
use crate::cli::scan;
use crate::cli::tell::harmless::{Harmless, named, with_file};

/// What messages call an argument that is not to be shown.
const PLACE: &str = "TOKEN";

/// The values of the options that take a key.
#[derive(Clone, Copy)]
pub struct KeyOptions<'k> {
    /// Of `-k`.
    pub trusted: &'k [OsString],
    /// Of `--try-key`.
    pub untrusted: &'k [OsString],
}

impl KeyOptions<'_> {
    /// Whether one of them is stdin.
    pub fn read_stdin(self) -> bool {
        let mut all = self.trusted.iter().chain(self.untrusted);
        all.any(|key| key == "-")
    }
}

/// The tokens of a command line. `keys` is none for a command without such options.
pub fn tokens(given: &[OsString], keys: Option<KeyOptions>) -> Result<Vec<OsString>, Failure> {
    let tokens = with_bearer(given);
    let files: Vec<&OsString> = tokens.iter().filter(|token| is_file(token)).collect();
    // A pattern may match other files too.
    match files.iter().find(|file| is_key(file)).or(files.first()) {
        Some(file) => Err(file_name(file, keys)),
        None => Ok(tokens),
    }
}

/// Joins `Authorization: Bearer TOKEN`, which is one token but three arguments without quotes.
fn with_bearer(given: &[OsString]) -> Vec<OsString> {
    let mut tokens: Vec<OsString> = Vec::new();
    let mut goes_on = false;
    for part in given {
        match tokens.last_mut() {
            Some(token) if goes_on => {
                token.push(" ");
                token.push(part);
            }
            _ => tokens.push(part.clone()),
        }
        goes_on =
            part.eq_ignore_ascii_case("bearer") || part.eq_ignore_ascii_case("authorization:");
    }
    tokens
}

/// Whether an argument is not a token but the name of an existing file.
fn is_file(argument: &OsString) -> bool {
    let token = Token::new(Input::default(), argument.as_encoded_bytes());
    let path = Path::new(argument);
    !scan::is_token(token.text) && path.exists() && !path.is_dir()
}

fn is_key(file: &OsString) -> bool {
    // A pipe could be read only once.
    Path::new(file).is_file() && keys::read(&Given::new(file, PLACE)).is_ok()
}

fn file_name(file: &OsString, keys: Option<KeyOptions>) -> Failure {
    let name = named(file, PLACE, Harmless::Path);
    if !is_key(file) {
        return Failure::usage(format!(
            "expected a token, found the name of a file: {name}"
        ))
        .hint(with_file("use -f FILE to read tokens from it", file));
    }
    let failure = Failure::usage(format!("expected a token, found a key file: {name}"));
    match keys {
        // A key that is only tried must not become one that is trusted.
        Some(keys) if keys.untrusted.iter().any(is_key) => {
            failure.hint("use --try-key DIR, or repeat --try-key for each file")
        }
        Some(keys) if keys.trusted.iter().any(is_key) => {
            failure.hint("use -k DIR, or repeat -k for each file")
        }
        Some(_) => failure.hint(with_file(
            "pass the key with -k FILE, and the token on stdin",
            file,
        )),
        None => failure.hint(with_file(
            "use `jwtlens key FILE` to see what it holds",
            file,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_without_quotes_is_one_token() {
        let joined =
            |given: &[&str]| with_bearer(&given.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(joined(&["a", "b"]), ["a", "b"]);
        assert_eq!(joined(&["Bearer", "a", "b"]), ["Bearer a", "b"]);
        assert_eq!(
            joined(&["x", "authorization:", "BEARER", "a", "bearer", "b"]),
            ["x", "authorization: BEARER a", "bearer b"]
        );
        assert_eq!(joined(&["a", "Bearer"]), ["a", "Bearer"]);
    }
}
