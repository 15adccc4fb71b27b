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

/// The tokens of a command line. `keys` are the values of all options that take a key; none for a command
/// without any.
pub fn tokens(given: &[OsString], keys: Option<&[OsString]>) -> Result<Vec<OsString>, Failure> {
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

fn file_name(file: &OsString, keys: Option<&[OsString]>) -> Failure {
    let name = named(file, PLACE, Harmless::Path);
    if !is_key(file) {
        return Failure::usage(format!(
            "expected a token, found the name of a file: {name}"
        ))
        .hint(with_file("use -f FILE to read tokens from it", file));
    }
    let failure = Failure::usage(format!("expected a token, found a key file: {name}"));
    match keys {
        Some(keys) if keys.iter().any(is_key) => failure.hint(
            "the shell expands keys/* to several arguments; pass the directory, or repeat -k",
        ),
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
