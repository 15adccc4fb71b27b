//! Errors in the command line, in clap's words, with nothing hostile, no token and no key in them.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::escape;

/// What stands in the place of a token.
pub const TOKEN: &str = "[token]";

/// What stands in the place of a key, which may be a private one.
const KEY: &str = "[key]";

/// A run of this many characters may be a secret by its looks alone.
const SECRET_LENGTH: usize = 20;

/// After a token, a run of this many is likely its rest, behind a character that no token holds.
const REST_LENGTH: usize = 12;

/// No name has so many numbers in it.
const SIGNATURE_OCTETS: usize = 32;

/// An argument as it may be shown: escaped, without a token or a key, and not longer than a line or two.
pub fn presentable(argument: &OsStr) -> String {
    const SHOWN: usize = 160;
    let text = without_secrets(&argument.to_string_lossy());
    match text.char_indices().nth(SHOWN) {
        None => escape::text(&text).into_owned(),
        Some((end, _)) => format!("{}...", escape::text(text.get(..end).unwrap_or_default())),
    }
}

/// The text with [`TOKEN`] in the place of everything that looks like a token or a part of one, and
/// [`KEY`] in that of a JWK or a set, whatever is wrong with it.
pub fn without_secrets(text: &str) -> String {
    if text.contains("kty")
        && let Some((before, _)) = text.split_once('{')
    {
        return without_secrets(before) + KEY;
    }
    // The octets of a signature, one by one.
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    if numbers.filter(|number| !number.is_empty()).count() >= SIGNATURE_OCTETS {
        return TOKEN.to_owned();
    }
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=".contains(c);
    let mut shown = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let run = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(run);
        if shown.contains(TOKEN) && run.len() >= REST_LENGTH {
            shown.push_str(TOKEN);
        } else {
            shown.push_str(&without_token(run));
        }
        let other = after.find(is_token).unwrap_or(after.len());
        let (between, after) = after.split_at(other);
        shown.push_str(between);
        rest = after;
    }
    shown
}

/// A run of a token's characters, of which some may be a path's.
fn without_token(run: &str) -> String {
    let (before, token) = match run.find("eyJ").and_then(|start| run.get(..start)) {
        Some(before) => (before, TOKEN),
        None => (run, ""),
    };
    // Standard base64 has the path's own separator in it.
    if is_random(before) {
        return TOKEN.to_owned();
    }
    let shown = |part| if is_random(part) { TOKEN } else { part };
    before.split('/').map(shown).collect::<Vec<_>>().join("/") + token
}

/// Whether it looks like base64 of something random, as a signature is: a name of a file, a word or a
/// UUID stays within upper case, lower case or digits for longer.
fn is_random(text: &str) -> bool {
    let class = |octet: u8| match octet {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let classes: Vec<u8> = text.bytes().map(class).collect();
    let changes = classes
        .windows(2)
        .filter(|pair| pair.first() != pair.last())
        .count();
    let has_all = (0..3).all(|class| classes.contains(&class));
    has_all
        && text.len() >= SECRET_LENGTH
        && changes.saturating_mul(5) > text.len().saturating_mul(2)
}

/// The error for these arguments with each of them made presentable. clap puts arguments into its
/// messages as they are, so it is asked again with arguments that can do no harm.
pub fn explain(
    refused: &clap::Error,
    arguments: &[OsString],
    parse: impl Fn(Vec<OsString>) -> Option<clap::Error>,
) -> String {
    let shown: Vec<OsString> = arguments
        .iter()
        .map(|argument| presentable(argument).into())
        .collect();
    match parse(shown) {
        Some(error) => advised(error, arguments).render().to_string(),
        // What is wrong is gone with what was not presentable.
        None => match refused.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(argument)) => {
                format!("error: invalid value for '{}'\n", escape::text(argument))
            }
            _ => "error: an argument can't be read\n".to_owned(),
        },
    }
}

/// The error with our advice, where there is a better one than clap's.
fn advised(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let is_guess = |error: &clap::Error, kind| error.get(kind).is_some();
    let name = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(name)) => name.clone(),
        _ => String::new(),
    };
    let advice = match error.kind() {
        ErrorKind::UnknownArgument => {
            // Passed as a value after `--` it would be a token, and none begins with "-".
            error.remove(ContextKind::Suggested);
            let option = name(&error, ContextKind::InvalidArg);
            let leads = arguments
                .get(1)
                .is_some_and(|first| first.as_encoded_bytes().starts_with(b"-"));
            let is_guess = is_guess(&error, ContextKind::SuggestedArg);
            option_elsewhere(&option).or((leads && !is_guess).then_some(
                "a command comes first, as in jwtlens verify -k public_key.json < token.txt",
            ))
        }
        ErrorKind::InvalidSubcommand => {
            let command = name(&error, ContextKind::InvalidSubcommand);
            let advice = command_elsewhere(&command);
            if advice.is_some() {
                error.remove(ContextKind::SuggestedSubcommand);
            }
            let is_guess = is_guess(&error, ContextKind::SuggestedSubcommand);
            advice.or((!is_guess)
                .then_some("the commands are verify, debug, decode, key, completions and man"))
        }
        _ => None,
    };
    if let Some(advice) = advice {
        error.remove(ContextKind::SuggestedArg);
        let advice = ContextValue::StyledStrs(vec![StyledStr::from(advice)]);
        error.insert(ContextKind::Suggested, advice);
    }
    error
}

/// Options that other programs have, and what stands for them here.
fn option_elsewhere(option: &str) -> Option<&'static str> {
    match option {
        "--public-key" | "--pubkey" | "--jwk" | "--jwks" | "--pem" | "--secret" | "-S" | "-s" => {
            Some("the public key is given with -k KEY")
        }
        "--token" | "--jwt" | "-t" => Some(
            "a token needs no option: it comes on standard input, with -f FILE from a file, or as an argument",
        ),
        "--json" | "--jsonl" | "--format" | "--pretty" | "-p" => {
            Some("-o FORMAT tells how to print, for example -o json")
        }
        "--alg" | "--algorithm" | "--algorithms" | "-A" | "-a" => {
            Some("the key decides the algorithm, so none is named")
        }
        "--ignore-exp" | "--no-exp" | "--ignore-expiration" => Some(
            "an expired token is known by the exit status 3; --at TIME judges by another time than now",
        ),
        "--now" | "--time" | "--date" => Some("--at TIME judges by another time than now"),
        "--verbose" | "-v" => Some("jwtlens debug tells more about a token that is refused"),
        _ => None,
    }
}

/// Commands that other programs have, and what stands for them here.
fn command_elsewhere(command: &str) -> Option<&'static str> {
    match command {
        "validate" | "check" | "test" => Some("jwtlens verify checks a token"),
        "inspect" | "show" | "view" | "print" | "parse" | "read" => {
            Some("jwtlens decode shows a token, jwtlens verify checks it too")
        }
        "explain" | "why" | "diagnose" => Some("jwtlens debug finds out why a token is refused"),
        "sign" | "encode" | "create" | "generate" | "issue" => {
            Some("jwtlens makes no tokens: it has no use for a private key")
        }
        "version" => Some("jwtlens --version tells it"),
        _ => None,
    }
}

/// Whether a token stands where a command is due.
pub fn is_token_without_command(error: &clap::Error, arguments: &[OsString]) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument
    ) && arguments
        .get(1)
        .is_some_and(|argument| presentable(argument).contains(TOKEN))
}

/// Lines of wrong usage that are escaped already.
pub fn print(lines: &str) {
    let _ = io::stderr().write_all(lines.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_and_no_key_is_shown() {
        let jwt = format!("eyJ{0}.eyJ{0}.{0}{0}{0}{0}", "A1-_bcdefghijk");
        let standard = "G7i/efXP08RhBwMoEA6HNlJAKjkfHl/5rRff/QvrlVa177WVcg8mlrNPli1VB/udrG3g5eZtVrXrUwmKn/kvlg";
        for (argument, shown) in [
            (jwt.clone(), "[token]".to_owned()),
            (format!("--leeway={jwt}"), "--leeway=[token]".to_owned()),
            (format!("Bearer {jwt}"), "Bearer [token]".to_owned()),
            (format!("x/{jwt}/y"), "x/[token]".to_owned()),
            (format!("{jwt}.{standard}"), "[token]".to_owned()),
            (
                format!("{jwt}é{}", &standard[..12]),
                "[token]é[token]".to_owned(),
            ),
            (standard.to_owned(), "[token]".to_owned()),
            (format!("{standard}.eyJ"), "[token]".to_owned()),
            (format!("a/{}/eyJ", &standard[..24]), "[token]".to_owned()),
            (format!("{:?}", [7; 64]), "[token]".to_owned()),
            (format!("keys/{standard}"), "[token]".to_owned()),
            (standard[..24].to_owned(), "[token]".to_owned()),
            (
                "a/very/long/folder/and-many-more-of-them/transcodes-production-2025-11-23.json"
                    .to_owned(),
                "a/very/long/folder/and-many-more-of-them/transcodes-production-2025-11-23.json"
                    .to_owned(),
            ),
            (
                r#"--at='{"kty":"EC","d":"AQEBAQEBAQEBAQEBAQEBAQ"}'"#.to_owned(),
                "--at='[key]".to_owned(),
            ),
            (
                r#"{"keys":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]"#.to_owned(),
                "[key]".to_owned(),
            ),
            (
                "1fdef9ef-57e5-4fcd-84bd-2eb445efcf66".to_owned(),
                "1fdef9ef-57e5-4fcd-84bd-2eb445efcf66".to_owned(),
            ),
            (
                "/Users/Ada/Documents/Project2025/PublicKeys/public_key.json".to_owned(),
                "/Users/Ada/Documents/Project2025/PublicKeys/public_key.json".to_owned(),
            ),
            ("--output=jsonx".to_owned(), "--output=jsonx".to_owned()),
            (
                "a\nhint: b\u{202e}\\".to_owned(),
                "a\\nhint: b\\u{202e}\\\\".to_owned(),
            ),
            ("é ".repeat(100), format!("{}...", "é ".repeat(80))),
        ] {
            assert_eq!(presentable(OsStr::new(&argument)), shown);
        }
    }
}
