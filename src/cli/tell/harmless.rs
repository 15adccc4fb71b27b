//! The one place that decides whether a text of the user's may be shown: an argument, the value of an
//! environment variable or a file name.
//!
//! Any of them may be a token, a secret or a private key in the wrong place, split or quoted by a shell, so
//! nothing is shown because it looks harmless. What is shown is harmless by construction, as [`Harmless`]
//! lists it. Everything else is named by its place.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use jwtlens::{HEADER_START, is_base64url};

use super::vocabulary::unknown_characters;
/// The longest path that Linux takes, in bytes. A longer text is not looked up.
const MAX_PATH: usize = 4096;

/// The longest name of a file that does not exist, without its extension. A signature or a key is longer,
/// also if it is split by dots.
const MAX_FILE_NAME: usize = 19;

/// A part of a secret this short gives nothing away.
const MAX_FRAGMENT: usize = 7;

/// The most characters in which a text differs from the name that it resembles.
const MAX_EDITS: usize = 2;

/// A token is longer. Its first segment begins with `{"` in base64url.
const MIN_TOKEN: usize = 20;
/// Extensions of files that hold keys or tokens.
const EXTENSIONS: [&str; 26] = [
    "cer", "cert", "crt", "csv", "der", "har", "html", "json", "jsonl", "jwk", "jwks", "jwt",
    "key", "log", "ndjson", "p12", "p8", "pem", "pfx", "pub", "token", "tsv", "txt", "xml", "yaml",
    "yml",
];

/// What makes a text harmless, whatever else it may be.
#[derive(Clone, Copy)]
pub enum Harmless<'h> {
    /// It is one of these names or differs from one in at most [`MAX_EDITS`] characters, letter case aside.
    Name(&'h [&'h str]),
    /// The same; or it has at most [`MAX_FRAGMENT`] letters and nothing else, or is a usual word. For commands and
    /// values of options that are in none of their lists.
    Word(&'h [&'h str]),
    /// It is a number or a duration of at most [`MAX_FRAGMENT`] characters.
    Number,
    /// It is the path of something that exists, and does not contain a token.
    Path,
    /// The same; or it has a known extension and at most [`MAX_FILE_NAME`] characters before it, or consists
    /// of at most [`MAX_FRAGMENT`] letters.
    FileName,
    /// It is one of these names or resembles one, as above; or it has at most [`MAX_FRAGMENT`] characters,
    /// those of usual words in a name aside. For values that a report repeats, and for values of options.
    Value(&'h [&'h str]),
}

/// The text if it may be shown. It is not yet escaped.
pub fn shown<'t>(text: &'t OsStr, harmless: Harmless) -> Option<Cow<'t, str>> {
    let name = text.to_str().unwrap_or_default();
    let is_harmless = match harmless {
        Harmless::Name(names) => resembles_any(name, names),
        Harmless::Word(names) => resembles_any(name, names) || is_word(name),
        Harmless::Number => is_number(name),
        Harmless::Path => exists(text),
        Harmless::FileName => exists(text) || is_file_name(text),
        Harmless::Value(names) => {
            (1..=MAX_FRAGMENT).contains(&name.chars().count())
                || resembles_any(name, names)
                || unknown_characters(name).is_some_and(|unknown| {
                    unknown == 0 || unknown <= MAX_FRAGMENT && !may_be_secret(name)
                })
        }
    };
    is_harmless.then(|| text.to_string_lossy())
}

/// Why a text is not shown.
pub const NOT_SHOWN: &str = "not shown, as it may be a secret";

/// The text in quotes if it may be shown; otherwise its place and what it is like. Of a path to nothing, the directory
/// that exists is shown.
pub fn named(text: &OsStr, place: &str, harmless: Harmless) -> String {
    if let Some(text) = shown(text, harmless) {
        return format!("'{text}'");
    }
    let directory = directory(text).map_or(String::new(), |path| format!(" in '{path}'"));
    format!("{place} ({}{directory}; {NOT_SHOWN})", description(text))
}

/// The directory that exists of a path to nothing. The root and the dots tell nothing.
fn directory(text: &OsStr) -> Option<Cow<'_, str>> {
    if text.len() > MAX_PATH {
        return None;
    }
    let mut directories = Path::new(text).ancestors().skip(1);
    let directory = directories.find(|directory| directory.is_dir())?;
    directory.file_name()?;
    shown(directory.as_os_str(), Harmless::Path)
}

/// The path of a file that may be shown and means itself to a shell, also in a later command.
pub fn plain_path(file: &OsStr) -> Option<Cow<'_, str>> {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@');
    let path = shown(file, Harmless::Path)?;
    let is_ephemeral = path.starts_with("/dev/") || path.starts_with("/proc/");
    let means_itself = path.chars().all(plain) && !path.starts_with('-');
    (!is_ephemeral && means_itself).then_some(path)
}

/// A hint with this file in place of `FILE`, if it has a plain path.
pub fn with_file(hint: &str, file: &OsStr) -> String {
    let Some(path) = plain_path(file) else {
        return hint.to_owned();
    };
    // A name in the hint may contain the word too, and stands before it.
    match hint.rsplit_once(" FILE") {
        Some((before, after)) if !after.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
            format!("{before} {path}{after}")
        }
        _ => hint.to_owned(),
    }
}

/// The length of a text, and what kind of thing it looks like.
pub fn description(text: &OsStr) -> String {
    let length = match text.to_string_lossy().chars().count() {
        0 => "empty".to_owned(),
        1 => "1 character".to_owned(),
        many => format!("{many} characters"),
    };
    match kind(text) {
        Some(kind) => format!("{length}, looks like {kind}"),
        None => length,
    }
}

/// What kind of thing a text looks like, if it is one that must not be shown.
pub fn kind(text: &OsStr) -> Option<&'static str> {
    let content = text.to_string_lossy();
    if content.contains("-----BEGIN") {
        Some("PEM")
    } else if content.contains('{') && content.contains("kty") {
        Some("a JWK")
    } else if contains_token(text) {
        Some("a token")
    } else {
        None
    }
}

/// Whether the text contains what looks like a token or the beginning of one.
pub fn contains_token(text: &OsStr) -> bool {
    let text = text.to_string_lossy();
    let is_token = |c: char| c == '.' || u8::try_from(c).is_ok_and(is_base64url);
    text.match_indices(HEADER_START).any(|(start, _)| {
        let run = text.get(start..).unwrap_or_default();
        run.chars().take_while(|c| is_token(*c)).count() >= MIN_TOKEN
    })
}

fn exists(text: &OsStr) -> bool {
    // A link to nothing exists too: its name is known.
    text.len() <= MAX_PATH && fs::symlink_metadata(text).is_ok() && !contains_token(text)
}

/// What does not exist of a path is a short name with a known extension.
fn is_file_name(text: &OsStr) -> bool {
    if text.len() > MAX_PATH {
        return false;
    }
    let path = Path::new(text);
    let is_known =
        |directory: &&Path| directory.as_os_str().is_empty() || exists(directory.as_os_str());
    let missing = path.ancestors().skip(1).find(is_known);
    let missing = missing.and_then(|directory| path.strip_prefix(directory).ok()?.to_str());
    let missing = missing.unwrap_or_default();
    let Some((stem, extension)) = missing.rsplit_once('.') else {
        return false;
    };
    (1..=MAX_FILE_NAME).contains(&stem.chars().count())
        && EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
}

/// A short word or a usual one that is not the name of a secret. Several may be a password.
fn is_word(text: &str) -> bool {
    let is_short = (1..=MAX_FRAGMENT).contains(&text.len());
    let is_letters = text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_usual = || unknown_characters(text) == Some(0);
    is_letters && (is_short || is_usual()) && !may_be_secret(text)
}

/// The name that a mistyped text resembles most, letter case aside.
pub fn similar<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let closest = |edits: usize| {
        let mut names = names.iter().copied();
        // A short name resembles many others.
        names.find(|name| name.len() > edits.saturating_mul(2) && resembles(text, name, edits))
    };
    (1..=MAX_EDITS).find_map(closest)
}

/// Digits with units of at most two letters, such as `-5`, `1h30m` or a mistyped `5x`.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_digit = |c: char| c.is_ascii_digit();
    text.len() <= MAX_FRAGMENT
        && unsigned.starts_with(is_digit)
        && unsigned.split(is_digit).all(|unit| unit.len() <= 2)
        && unsigned
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '.')
}

/// Whether a text of usual words and one more has what secrets have: digits, or the name of one.
fn may_be_secret(text: &str) -> bool {
    const WORDS: [&str; 5] = ["secret", "pass", "pwd", "psk", "key"];
    let lower = text.to_ascii_lowercase();
    // A path has places in arrays.
    let has_digits = !text.starts_with('/') && lower.contains(|c: char| c.is_ascii_digit());
    has_digits || WORDS.iter().any(|word| lower.contains(word))
}

fn resembles_any(text: &str, names: &[&str]) -> bool {
    !text.is_empty() && names.iter().any(|name| resembles(text, name, MAX_EDITS))
}

/// Whether so many insertions, deletions or replacements make a name of the text.
fn resembles(text: &str, name: &str, edits: usize) -> bool {
    // The longest common beginning is part of a shortest way.
    let mut characters = text.chars().zip(name.chars());
    let common = characters.position(|(a, b)| !a.eq_ignore_ascii_case(&b));
    let common = common.unwrap_or_else(|| text.chars().count().min(name.chars().count()));
    let mut text = text.chars();
    let mut name = name.chars();
    for _ in 0..common {
        text.next();
        name.next();
    }
    let (text, name) = (text.as_str(), name.as_str());
    if text.is_empty() && name.is_empty() {
        return true;
    }
    let Some(left) = edits.checked_sub(1) else {
        return false;
    };
    let (shorter_text, shorter_name) = (without_first(text), without_first(name));
    resembles(shorter_text, shorter_name, left)
        || resembles(shorter_text, name, left)
        || resembles(text, shorter_name, left)
}

fn without_first(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shown(text: &str, harmless: Harmless) -> bool {
        match shown(OsStr::new(text), harmless) {
            Some(shown) => {
                assert_eq!(shown, text);
                true
            }
            None => false,
        }
    }

    #[test]
    fn name_is_shown_if_it_exists_or_resembles_one() {
        let names = ["--leeway", "-k", "verify"];
        let is_name = |text: &str| is_shown(text, Harmless::Name(&names));
        for text in [
            "--leeway",
            "--leway",
            "--LEEWAY",
            "--leaway",
            "--leeways",
            "--lee-way-",
            "-x",
            "verfy",
            "vreify",
            "erif",
        ] {
            assert!(is_name(text), "{text}");
        }
        for text in [
            "",
            "--le",
            "--leeway123",
            "123--leeway",
            "xyz",
            "-MIIE",
            "nonsense",
            "--lewxyz1",
            "--leeway --leeway",
        ] {
            assert!(!is_name(text), "{text}");
        }
        assert!(!is_shown("--leeway", Harmless::Name(&[])));
    }

    /// However long the texts are: neither the stack nor the time is exhausted.
    #[test]
    fn long_texts_are_compared_in_linear_time() {
        let name = "é".repeat(1_000_000);
        for (text, expected) in [
            (name.clone(), true),
            (format!("{name}ab"), true),
            (format!("a{name}b"), true),
            (format!("ab{name}c"), false),
        ] {
            assert_eq!(is_shown(&text, Harmless::Name(&[&name])), expected);
        }
    }

    #[test]
    fn word_is_shown_if_short_or_usual() {
        for (text, expected) in [
            ("foo", true),
            ("xml", true),
            ("verfiy", true),
            ("yesterday", true),
            ("access_token", false),
            ("admin-login", false),
            ("", false),
            ("hunter2", false),
            ("passwd", false),
            ("secret", false),
            ("api-key", false),
            ("swordfish", false),
            ("correct-horse-battery-staple", false),
            ("a b", false),
            ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", false),
        ] {
            assert_eq!(
                is_shown(text, Harmless::Word(&["verify"])),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn similar_name_is_found() {
        let names = ["verify", "debug", "decode", "key", "man"];
        for (text, expected) in [
            ("verfy", Some("verify")),
            ("VERIFY", Some("verify")),
            ("debgu", Some("debug")),
            ("dcode", Some("decode")),
            ("deocde", Some("decode")),
            ("veirfy", Some("verify")),
            ("keys", Some("key")),
            ("foo", None),
            ("", None),
        ] {
            assert_eq!(similar(text, &names), expected, "{text}");
        }
    }

    #[test]
    fn number_is_shown_if_short() {
        for text in [
            "0", "-5", "+30m", "90", "5x", "1e3", "1.5", "1h30m", "1500ms", "9999999",
        ] {
            assert!(is_shown(text, Harmless::Number), "{text}");
        }
        for text in [
            "",
            "-",
            "--5",
            "m5",
            "5 m",
            "5\n",
            "5é",
            "-=5",
            "5abc",
            "12345678",
            "2026-11-23",
            "d34db33f",
            "hunter2",
            "role",
            "admin-login",
            "my-secret",
        ] {
            assert!(!is_shown(text, Harmless::Number), "{text}");
        }
    }

    #[test]
    fn path_is_shown_if_it_exists() {
        for text in ["/", ".", "src", "src/cli/../main.rs", "Cargo.toml"] {
            assert!(is_shown(text, Harmless::Path), "{text}");
        }
        let long = format!("{}Cargo.toml", "./".repeat(MAX_PATH / 2));
        for text in [
            "",
            "nowhere.json",
            "nowhere/../Cargo.toml",
            "Cargo.toml\n",
            &long,
        ] {
            assert!(!is_shown(text, Harmless::Path), "{text}");
        }
    }

    /// A file may be called by a session's token.
    #[test]
    fn path_is_hidden_if_it_contains_a_token() {
        let directory = std::env::temp_dir().join(format!("redaction-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        for (name, expected) in [
            ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl", false),
            ("sess_eyJhbGciOiJFUzI1NiJ9", false),
            ("heyJude.json", true),
            ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU.json", true),
        ] {
            let path = directory.join(name);
            fs::write(&path, "").unwrap();
            for harmless in [Harmless::Path, Harmless::FileName] {
                assert_eq!(
                    shown(path.as_os_str(), harmless).is_some(),
                    expected,
                    "{name}"
                );
            }
        }
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn mistyped_file_name_is_shown_if_it_cannot_be_a_secret() {
        for (text, expected) in [
            ("nowhere.json", true),
            ("public-key.PEM", true),
            ("src/nowhere.json", true),
            ("tests/suite/../data/nowhere.json", true),
            ("tokens.2026.11.txt", true),
            ("a/nowhere.json", true),
            ("nowhere", false),
            ("src/nope", false),
            ("nowheres", false),
            ("hunter2", false),
            ("passwd", false),
            ("no-where", false),
            ("nowhere.rs", false),
            (".json", false),
            ("src/.json", false),
            ("src/nowhere.json/", true),
            ("f83OJ3D2xF1Bg8vub9tL.json", false),
            ("f83OJ3D2xF/Bg8vub9tL.json", false),
            ("f83OJ3D2xF Bg8vub9tL.json", false),
            ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.txt", false),
            ("aaaaaaaaaaaaa.bbbbbbbbbbbb.json", false),
            ("a/b.c-d/e.f-g/h.i-j/k.json", false),
        ] {
            assert_eq!(is_shown(text, Harmless::FileName), expected, "{text}");
            assert!(!is_shown(text, Harmless::Path), "{text}");
        }
    }

    #[test]
    fn value_is_shown_if_it_is_short_usual_or_in_the_token() {
        let known = ["https://auth.example.com"];
        for (text, expected) in [
            ("api", true),
            ("1234567", true),
            ("12345678", false),
            ("", false),
            ("https://auth.example.com/", true),
            ("http://auth.example.com", true),
            ("https://auth.example.net", true),
            ("tenantId", true),
            ("/realm_access/roles/0", true),
            ("orders-acme", true),
            ("orders-f83OJ3D2", false),
            ("my-secret-key", false),
            ("test-secret", false),
            ("dev-hunter2", false),
            ("app-pass", false),
            ("correct-horse-battery-staple", false),
            ("user name of the admin", false),
        ] {
            assert_eq!(is_shown(text, Harmless::Value(&known)), expected, "{text}");
        }
    }

    #[test]
    fn file_is_named_in_a_command() {
        let jq = |file: &str| with_file("jq '.FILE' FILE > key.json", OsStr::new(file));
        assert_eq!(jq("Cargo.toml"), "jq '.FILE' Cargo.toml > key.json");
        assert_eq!(jq("./src/main.rs"), "jq '.FILE' ./src/main.rs > key.json");
        for file in ["nowhere.json", "-", "/dev/null", "stdin", "$JWTLENS_KEY"] {
            assert_eq!(jq(file), jq(""), "{file}");
        }
        let directory = std::env::temp_dir().join(format!("hint-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        // The shell would read the name as something else.
        for name in ["a b.json", "a$(b).json"] {
            let file = directory.join(name);
            fs::write(&file, "").unwrap();
            assert_eq!(jq(file.to_str().unwrap()), jq(""), "{name}");
        }
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn hidden_text_is_described() {
        for (text, description) in [
            ("", "empty"),
            ("é", "1 character"),
            ("hunter2", "7 characters"),
            (
                "Bearer eyJhbGciOiJFUzI1NiJ9",
                "27 characters, looks like a token",
            ),
            ("'-----BEGIN X", "13 characters, looks like PEM"),
            ("{\"kty\":1}", "9 characters, looks like a JWK"),
        ] {
            let named = named(OsStr::new(text), "the value of -k", Harmless::FileName);
            assert_eq!(
                named,
                format!("the value of -k ({description}; {NOT_SHOWN})")
            );
        }
    }

    #[test]
    fn directory_that_exists_is_named() {
        for (text, directory) in [
            ("src/cli/nowhere", " in 'src/cli'"),
            ("src/cli/nowhere/else", " in 'src/cli'"),
            ("./src/nowhere", " in './src'"),
            ("nowhere/src", ""),
            ("/nowhere", ""),
            ("./nowhere", ""),
            ("../nowhere", ""),
            ("nowhere", ""),
            ("Cargo.toml/nowhere", ""),
        ] {
            let named = named(OsStr::new(text), "DIR", Harmless::Path);
            let length = description(OsStr::new(text));
            assert_eq!(named, format!("DIR ({length}{directory}; {NOT_SHOWN})"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn text_that_is_not_utf_8_is_a_name_only_of_a_file() {
        use std::os::unix::ffi::OsStrExt;
        let text = OsStr::from_bytes(b"\xff.json");
        for harmless in [
            Harmless::Name(&["\u{fffd}.json", ""]),
            Harmless::Value(&[""]),
            Harmless::Number,
            Harmless::FileName,
        ] {
            assert_eq!(shown(text, harmless), None);
        }
    }
}
