//! Tokens in any text: logs, HAR files, cookies, HTTP dumps.

mod abbreviation;
mod cursor;
#[cfg(test)]
mod hostile_lines;
mod json_times;
mod layouts;
mod leftmost_time;
mod line_time;
mod member_path;
mod plain_line;
mod prefixes;
mod skipped;
mod timestamp;
mod token_escapes;
mod untimed;
mod words;
mod zone;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use data_encoding::{BASE64URL_NOPAD, Encoding};
use jwtlens::{Escapes, HEADER_START, HEADER_STARTS, MAX_TOKEN, is_base64url};
use memchr::memmem::Finder;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

pub use line_time::{LineTimes, TokenTime};
pub use skipped::{SkipReason, Skipped};
pub use timestamp::Clock;
pub use token_escapes::unescaped;
pub use untimed::Untimed;

/// What a token may start with: its header, or base64 of that.
const STARTS: [&str; 6] = {
    let [a, b, c, d, e] = HEADER_STARTS;
    [a, b, c, d, e, ENCODED]
};

/// Base64 of a token.
const ENCODED: &str = "ZXlK";

/// The maximum number of starts that are tried in one run of characters: a word before a token may end as
/// a header starts.
const MAX_TRIED: usize = 8;

/// What a text has that starts like a token.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A token, and the escapes it is written with.
    Token(Range<usize>, Option<Escapes>),
    /// Something that is not a token any more.
    Skipped(Range<usize>, SkipReason),
}

/// Where a token may start next: the first place of one of [`STARTS`].
pub fn start(text: &[u8]) -> Option<usize> {
    /// One search for each start is faster than one for all.
    static FINDERS: LazyLock<[Finder; STARTS.len()]> = LazyLock::new(|| STARTS.map(Finder::new));
    const MAX_WINDOW: usize = 64 * 1024;
    /// All but the last byte of the longest start.
    const OVERLAP: usize = ENCODED.len() - 1;
    // Finders take longer to make than a text that is one token.
    if STARTS
        .iter()
        .any(|start| text.starts_with(start.as_bytes()))
    {
        return Some(0);
    }
    // Each start is searched for in a window, which grows: what is far is not looked at for what is near.
    let mut window = 64_usize;
    let mut from = 0_usize;
    loop {
        let next = from.saturating_add(window);
        let end = next.saturating_add(OVERLAP).min(text.len());
        let mut rest = text.get(from..end)?;
        let mut first = None;
        for finder in FINDERS.iter() {
            if let Some(found) = finder.find(rest) {
                first = Some(found);
                // Only an earlier one is looked for, which may overlap with it.
                let before = found.saturating_add(OVERLAP).min(rest.len());
                rest = rest.get(..before).unwrap_or_default();
            }
        }
        if let Some(found) = first {
            return Some(from.saturating_add(found));
        }
        if end == text.len() {
            return None;
        }
        from = next;
        window = window.saturating_mul(2).min(MAX_WINDOW);
    }
}

/// The first token in a text that is written without escapes.
pub fn token(text: &[u8]) -> Option<Range<usize>> {
    let mut from = 0_usize;
    loop {
        let end = match next(text.get(from..)?)? {
            Found::Token(range, None) => {
                return Some(from.saturating_add(range.start)..from.saturating_add(range.end));
            }
            Found::Token(range, Some(_)) | Found::Skipped(range, _) => range.end,
        };
        from = from.saturating_add(end);
    }
}

/// Whether a text is a token and nothing else.
pub fn is_token(text: &[u8]) -> bool {
    token(text) == Some(0..text.len())
}

/// What comes first in a text: a token, which is a header (a JSON object) and two more segments, or four
/// if the header is that of a JWE (RFC 7516); or something that starts like one.
pub fn next(text: &[u8]) -> Option<Found> {
    let mut from = 0_usize;
    loop {
        let at = from.saturating_add(start(text.get(from..)?)?);
        let rest = text.get(at..)?;
        let is_apart = is_apart(text.get(..at)?);
        if rest.starts_with(ENCODED.as_bytes()) {
            if is_apart && is_encoded_again(rest) {
                return Some(Found::Skipped(
                    at..at.saturating_add(base64_run(rest)),
                    SkipReason::DoubleEncoded,
                ));
            }
            from = at.saturating_add(ENCODED.len());
            continue;
        }
        let escapes = token_escapes::after(rest.get(run(rest, None)..)?);
        let end = at.saturating_add(run(rest, escapes));
        if let Some(found) = token_within(text, at..end, escapes) {
            return Some(found);
        }
        if is_apart && is_header_start(rest) {
            let is_escaped_again = token_escapes::is_escaped(text.get(end..)?);
            let reason = if is_escaped_again {
                SkipReason::DoubleEscaped
            } else {
                SkipReason::Damaged
            };
            return Some(Found::Skipped(at..end, reason));
        }
        from = end;
    }
}

/// Whether a word may start after this text: it ends with no character of base64url, or with an escape.
fn is_apart(before: &[u8]) -> bool {
    let is_word = before.last().copied().is_some_and(is_base64url);
    let is_escape = matches!(before, [.., b'\\', b'n' | b'r' | b't'])
        || matches!(before, [.., b'%', first, second] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit());
    !is_word || is_escape
}

/// The first token whose header is in this run of characters.
fn token_within(text: &[u8], run: Range<usize>, escapes: Option<Escapes>) -> Option<Found> {
    let mut at = run.start;
    token_escapes::dot(text.get(run.end..)?, escapes)?;
    for _ in 0..MAX_TRIED {
        let header = run.end.saturating_sub(at);
        if let Some((length, escapes)) = length(text.get(at..)?, header, escapes) {
            let end = at.saturating_add(length);
            return Some(match abbreviation::after(text, at..end, escapes) {
                0 => Found::Token(at..end, escapes),
                more => Found::Skipped(at..end.saturating_add(more), SkipReason::Damaged),
            });
        }
        let after = at.saturating_add(1);
        at = after.saturating_add(start(text.get(after..run.end)?)?);
    }
    None
}

/// The length of the token that the text starts with, given that of its first segment, and its escapes: those of
/// its dots, or if these are plain, of its tildes.
fn length(
    text: &[u8],
    header: usize,
    escapes: Option<Escapes>,
) -> Option<(usize, Option<Escapes>)> {
    let segment = unescaped(text.get(..header)?, escapes);
    if segment.len() > MAX_TOKEN {
        return None;
    }
    let json = BASE64URL_NOPAD.decode(&segment).ok()?;
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(&json).ok()?;
    let after_dot = |at: usize| {
        let dot = token_escapes::dot(text.get(at..)?, escapes)?;
        let segment = at.saturating_add(dot);
        Some(segment.saturating_add(run(text.get(segment..)?, escapes)))
    };
    let signature = after_dot(after_dot(header)?)?;
    // A dot at the end of a sentence, or before a file's extension, does not separate a segment.
    let five = members
        .contains_key("enc")
        .then(|| after_dot(after_dot(signature)?));
    if let Some(end) = five.flatten() {
        return Some((end, escapes));
    }
    let (disclosures, escapes) = disclosures(text.get(signature..)?, escapes);
    Some((signature.saturating_add(disclosures), escapes))
}

/// The number of bytes of what makes an SD-JWT of the JWT before it (RFC 9901, section 4), and the escapes of both:
/// a `~` before each disclosure and after the last one, and a JWT or nothing; 0 without a disclosure.
fn disclosures(text: &[u8], of_jwt: Option<Escapes>) -> (usize, Option<Escapes>) {
    let mut end = 0_usize;
    let mut escapes = of_jwt;
    let next = |end: usize, escapes| {
        let rest = text.get(end..).unwrap_or_default();
        let (tilde, escapes) = token_escapes::tilde(rest, escapes)?;
        Some((end.saturating_add(tilde), escapes))
    };
    while let Some((start, of_tilde)) = next(end, escapes) {
        let rest = text.get(start..).unwrap_or_default();
        let length = run(rest, of_tilde);
        let disclosure = rest.get(..length).unwrap_or_default();
        if !is_disclosure(&unescaped(disclosure, of_tilde)) {
            break;
        }
        escapes = of_tilde;
        end = start.saturating_add(length);
    }
    let Some((start, escapes)) = next(end, escapes).filter(|_| end > 0) else {
        return (end, escapes);
    };
    // Not read as a token, after which disclosures might follow once more, without end.
    let rest = text.get(start..).unwrap_or_default();
    let mut segments = rest.starts_with(HEADER_START.as_bytes()).then_some(0_usize);
    for segment in 0..3 {
        segments = segments.and_then(|at| {
            let at_dot = rest.get(at..)?;
            let dot = if segment > 0 {
                token_escapes::dot(at_dot, of_jwt)?
            } else {
                0
            };
            let start = at.saturating_add(dot);
            Some(start.saturating_add(run(rest.get(start..)?, escapes)))
        });
    }
    (start.saturating_add(segments.unwrap_or(0)), escapes)
}

/// Whether it is base64url of a JSON array.
fn is_disclosure(text: &[u8]) -> bool {
    let json = BASE64URL_NOPAD.decode(text).unwrap_or_default();
    serde_json::from_slice::<Vec<IgnoredAny>>(&json).is_ok()
}

/// The number of bytes that the text starts with and that are characters of base64url.
fn run(text: &[u8], escapes: Option<Escapes>) -> usize {
    match escapes {
        None => text
            .iter()
            .copied()
            .take_while(|byte| is_base64url(*byte))
            .count(),
        Some(escapes) => token_escapes::run(text, escapes),
    }
}

/// The number of bytes that the text starts with and that are characters of base64 or base64url.
fn base64_run(text: &[u8]) -> usize {
    let is_base64 = |byte: &&u8| is_base64url(**byte) || matches!(byte, b'+' | b'/' | b'=');
    text.iter().take_while(is_base64).count()
}

/// Whether a text starts with base64url of a JOSE Header, as far as its first parameter tells.
fn is_header_start(text: &[u8]) -> bool {
    const NAMES: [&str; 12] = [
        "alg", "typ", "kid", "enc", "cty", "jku", "jwk", "x5", "crit", "zip", "b64", "epk",
    ];
    let json = decoded_start(text);
    let name = json
        .strip_prefix(b"{")
        .and_then(|json| json.trim_ascii_start().strip_prefix(b"\""));
    name.is_some_and(|name| NAMES.iter().any(|known| name.starts_with(known.as_bytes())))
}

/// Whether a text starts with base64 of a token.
fn is_encoded_again(text: &[u8]) -> bool {
    is_header_start(&decoded_start(text))
}

/// What the start of a text is in base64 or base64url; empty if it is neither.
fn decoded_start(text: &[u8]) -> Vec<u8> {
    // Whole groups of four characters.
    const MAX_WORD: usize = 64;
    static EITHER: LazyLock<Encoding> = LazyLock::new(|| {
        let mut either = BASE64URL_NOPAD.specification();
        either.translate.from.push_str("+/");
        either.translate.to.push_str("-_");
        either.encoding().unwrap_or(BASE64URL_NOPAD)
    });
    let is_base64 = |byte: &&u8| is_base64url(**byte) || matches!(byte, b'+' | b'/');
    let length = text.iter().take(MAX_WORD).take_while(is_base64).count();
    let groups = text
        .get(..length.saturating_sub(length % 4))
        .unwrap_or_default();
    EITHER.decode(groups).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn found(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(range) = token(&text.as_bytes()[from..]) {
            found.push(&text[from + range.start..from + range.end]);
            from += range.end;
        }
        found
    }

    #[test]
    fn tokens_are_found_in_any_text() {
        const JWS: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl-_";
        const UNSECURED: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.";
        const JWE: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.a.b.c.d";
        let spaced = [
            "{ \"alg\":\"ES256\"}",
            "{\n \"alg\":\"ES256\"}",
            "{\r\n\"alg\":\"ES256\"}",
            "{\t\"alg\":\"ES256\"}",
        ]
        .map(|header| format!("{}.e30.c2ln", BASE64URL_NOPAD.encode(header.as_bytes())));
        for around in [
            "@",
            "GET /?token=@&x=1",
            "\"@\"",
            "{\"access_token\":\"@\"}",
            "Cookie: a=b; s=@; c=d",
            "see @.",
            "<@>",
            "\u{e9}@\u{e9}",
            "(@)",
            "@,@",
            "@ @",
            "/f/@.json.gz",
            "surveyJob-eyJ @",
        ] {
            for token in [JWS, JWE]
                .into_iter()
                .chain(spaced.iter().map(String::as_str))
            {
                let count = around.matches('@').count();
                assert_eq!(
                    found(&around.replace('@', token)),
                    vec![token; count],
                    "{around}"
                );
            }
        }
        assert_eq!(found(&format!("a {UNSECURED} b")), [UNSECURED]);
        for sd_jwt in [
            format!("{JWS}~WyJhIiwxXQ~WyJhIiwxXQ~"),
            format!("{JWS}~WyJhIiwxXQ~{JWS}"),
            format!("{JWS}~WyJhIiwxXQ"),
        ] {
            assert_eq!(found(&format!("a={sd_jwt}, b")), [&*sd_jwt]);
        }
        assert_eq!(found(&format!("{JWS}~user~1")), [JWS]);
        assert_eq!(found(&format!("x~{JWS}~{JWS}~y")), [JWS, JWS]);
        assert_eq!(found(&format!("a={JWS}~; b")), [JWS]);
        // Many in a row do not exhaust the stack.
        assert_eq!(
            found(&format!("{JWS}~WyJhIiwxXQ~").repeat(20_000)).len(),
            10_000
        );
        assert_eq!(
            found(&format!("{JWS}~WyJhIiwxXQ~foo")),
            [format!("{JWS}~WyJhIiwxXQ~")]
        );
        assert_eq!(found(&format!("{JWS}.{JWS}")), [JWS, JWS]);
        assert_eq!(found(&format!("keyJwt_{JWS}")), [JWS]);
        for none in [
            "",
            "eyJ",
            "eyJhbGciOiJFUzI1NiJ9",
            "eyJhbGciOiJFUzI1NiJ9.eyJ9",
            "eyJ.eyJ.eyJ",
            "eyJ eyJ eyJ",
            "plain text. with. dots.",
            "at com.acme.SurveyJobSchedulerFactory.create.run(Foo.java:3)",
        ] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    /// The first start is found wherever it is, also across the windows of the search.
    #[test]
    fn the_first_start_is_found() {
        for length in [
            0, 1, 60, 61, 62, 63, 64, 65, 66, 67, 190, 191, 192, 193, 70_000, 200_000,
        ] {
            let text = "e".repeat(length);
            assert_eq!(start(text.as_bytes()), None);
            for first in STARTS {
                assert_eq!(
                    start(format!("{text}{first}").as_bytes()),
                    Some(length),
                    "{first}"
                );
                for second in STARTS {
                    let text = format!("{text}{first}{second}eyJ");
                    assert_eq!(start(text.as_bytes()), Some(length), "{first} {second}");
                }
            }
        }
    }

    const HEADER: &str = "eyJhbGciOiJFUzI1NiJ9";

    /// All that is found: tokens with their escapes undone, and the reasons for what is skipped.
    fn all(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let mut rest = text.as_bytes();
        while let Some(found) = next(rest) {
            let end = match found {
                Found::Token(range, escapes) => {
                    let token = unescaped(&rest[range.clone()], escapes).into_owned();
                    all.push(String::from_utf8(token).unwrap());
                    range.end
                }
                Found::Skipped(range, reason) => {
                    all.push(format!("{reason:?}"));
                    range.end
                }
            };
            rest = &rest[end..];
        }
        all
    }

    #[test]
    fn one_layer_of_escapes_is_undone() {
        let token = format!("{HEADER}.eyJzdWIiOiJhIn0.c2ln-_F0dXJl");
        for (from, to) in [
            (".", "%2E"),
            (".", "%2e"),
            (".", "\\u002e"),
            (".", "\\u002E"),
        ] {
            let escaped = token.replace(from, to);
            let dash = to.replace("2E", "2D").replace("2e", "2d");
            let line = to.replace("2E", "5F").replace("2e", "5f");
            for text in [
                escaped.clone(),
                format!("{escaped}."),
                format!("?t={escaped}&u=1"),
                format!("\"{escaped}\""),
                format!("Bearer%20{escaped}%3B"),
                escaped.replace('-', &dash).replace('_', &line),
            ] {
                assert_eq!(all(&text), [token.as_str()], "{text}");
            }
            // Not two tokens of one, and not one of two.
            assert_eq!(
                all(&format!("{escaped} {token}")),
                [&token, &token].map(String::as_str)
            );
            // A layer is one of all dots.
            assert_eq!(all(&token.replacen(from, to, 1)), ["Damaged"]);
        }
        let [percent, json] = ["%2E", "\\u002e"].map(|dot| token.replace('.', dot));
        assert_eq!(
            next(percent.as_bytes()),
            Some(Found::Token(0..percent.len(), Some(Escapes::Percent)))
        );
        assert_eq!(
            next(json.as_bytes()),
            Some(Found::Token(0..json.len(), Some(Escapes::Json)))
        );
        let sd_jwt = format!("{token}~WyJhIiwxXQ~WyJhIiwyXQ~");
        for tilde in ["~", "%7E", "%7e", "\\u007e", "\\u007E"] {
            let text = sd_jwt.replace('~', tilde);
            assert_eq!(all(&text), [sd_jwt.as_str()], "{text}");
            let text = format!("?t={text}{token}&u=1");
            assert_eq!(all(&text), [format!("{sd_jwt}{token}")], "{text}");
            // Without a disclosure, it is not an SD-JWT.
            assert_eq!(all(&format!("{token}{tilde}x")), [token.as_str()]);
        }
        for (dot, tilde) in [("%2E", "%7E"), ("%2e", "~"), ("\\u002e", "\\u007e")] {
            let text = sd_jwt.replace('.', dot).replace('~', tilde);
            assert_eq!(all(&text), [sd_jwt.as_str()], "{text}");
        }
        assert_eq!(
            all(&sd_jwt.replace('.', "%2E").replace('~', "\\u007e")),
            [token.as_str()]
        );
        // Behind a token that has plain dots, an escape is not a part of it.
        assert_eq!(all(&format!("{token}%2Dx")), [token.as_str()]);
    }

    #[test]
    fn what_is_no_token_any_more_is_counted() {
        let token = format!("{HEADER}.eyJzdWIiOiJhIn0.c2lnbmF0dXJl");
        let again = data_encoding::BASE64.encode(token.as_bytes());
        for (text, expected) in [
            (HEADER.to_owned(), &["Damaged"][..]),
            ("x eyJhbGciOi".to_owned(), &["Damaged"]),
            ("eyJ0eXAiOiJKV1QiLA...".to_owned(), &["Damaged"]),
            (format!("{HEADER}."), &["Damaged"]),
            (format!("{HEADER}.eyJzdWIiOiJhIn0"), &["Damaged"]),
            (format!("{HEADER}.eyJzdWIi\\nOiJhIn0.c2ln"), &["Damaged"]),
            (format!("{HEADER}=.eyJzdWIiOiJhIn0=.c2ln"), &["Damaged"]),
            (format!("x{HEADER}"), &[]),
            (format!("Bearer%20{HEADER}"), &["Damaged"]),
            (format!("\\n{HEADER}"), &["Damaged"]),
            (format!("{HEADER}%2EeyJzdWIiOiJhIn0"), &["Damaged"]),
            (
                format!("{HEADER}%252EeyJzdWIiOiJhIn0%252Ec2ln"),
                &["DoubleEscaped"],
            ),
            (
                format!("{HEADER}\\\\u002eeyJzdWIiOiJhIn0\\\\u002ec2ln"),
                &["DoubleEscaped"],
            ),
            (format!("token: {again}"), &["DoubleEncoded"]),
            (format!("a{again}"), &[]),
            (again[..16].to_owned(), &["DoubleEncoded"]),
            // Anything else that starts with `{"`.
            ("eyJzdWIiOiJhIn0".to_owned(), &[]),
            ("ZXlKemRXSWlPaUpoSW4w".to_owned(), &[]),
            ("eyJ ZXlK".to_owned(), &[]),
        ] {
            assert_eq!(all(&text), expected, "{text}");
        }
    }

    /// A text that begins many tokens and ends none is looked at a few times, however long it is.
    #[test]
    fn rubbish_is_skipped() {
        for rubbish in [
            "eyJ",
            "eyJ.",
            "eyJhbGciOiJFUzI1NiJ9.",
            "eyJ%2D",
            "eyJ%2E",
            "eyJhbGciOiJFUzI1NiJ9%2D",
            "eyJhbGciOiJFUzI1NiJ9%2E",
            "eyJhbGciOiJFUzI1NiJ9%252E",
            "eyJhbGciOiJFUzI1NiJ9.e30.c2ln%7EWyJhIiwxXQ%7E",
            "eyJ%7E",
            "eyJ\\u002d",
            "ZXlK",
            "ZXlKaGJHY2",
            "ZXlKaGJHY2.",
        ] {
            assert!(found(&rubbish.repeat(300_000)).len() < 300_000);
        }
        assert!(token("eyJ".repeat(3_000_000).as_bytes()).is_none());
        assert!(token(format!("{}.a.b", "eyJ".repeat(300_000)).as_bytes()).is_none());
    }
}
