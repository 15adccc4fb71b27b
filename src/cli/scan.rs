//! Tokens in any text: logs, HAR files, cookies, HTTP dumps.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use data_encoding::BASE64URL_NOPAD;
use jwtlens::MAX_TOKEN;
use serde_json::value::RawValue;

/// What a JOSE Header in base64url begins with: `{"`, and `{` before a space, a tab or a line's end.
const STARTS: [&str; 5] = ["eyJ", "eyA", "ewk", "ewo", "ew0"];

/// Beginnings that are looked into where one run of characters has several: a word before a token may
/// end as a header begins, and more than these are no token's.
const TRIED: usize = 8;

/// Where a token may begin next: the first place of one of [`STARTS`].
pub fn start(text: &[u8]) -> Option<usize> {
    static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(STARTS).ok());
    match &*FINDER {
        Some(finder) => finder.find(text).map(|found| found.start()),
        // Five short words are within every limit of the search; if not, each place may be one.
        None => (!text.is_empty()).then_some(0),
    }
}

/// The first token in a text: a header, which is a JSON object, and two more segments; or four, where
/// the header is that of a JWE (RFC 7516).
pub fn token(text: &[u8]) -> Option<Range<usize>> {
    let mut from = 0_usize;
    loop {
        let mut at = from.saturating_add(start(text.get(from..)?)?);
        let end = at.saturating_add(run(text.get(at..)?));
        if text.get(end) == Some(&b'.') {
            for _ in 0..TRIED {
                if let Some(length) = text
                    .get(at..)
                    .and_then(|rest| length(rest, end.saturating_sub(at)))
                {
                    return Some(at..at.saturating_add(length));
                }
                let after = at.saturating_add(1);
                match text.get(after..end).and_then(start) {
                    Some(next) => at = after.saturating_add(next),
                    None => break,
                }
            }
        }
        from = end.max(from.saturating_add(1));
    }
}

/// The length of the token that the text begins with, given that of its first segment.
fn length(text: &[u8], header: usize) -> Option<usize> {
    if header > MAX_TOKEN {
        return None;
    }
    let octets = BASE64URL_NOPAD.decode(text.get(..header)?).ok()?;
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(&octets).ok()?;
    let payload = after_dot(text, header)?;
    let signature = after_dot(text, payload)?;
    // A dot at the end of a sentence, or before a file's ending, is no segment's.
    let five = members
        .contains_key("enc")
        .then(|| after_dot(text, signature).and_then(|fourth| after_dot(text, fourth)));
    Some(five.flatten().unwrap_or(signature))
}

/// The end of the segment behind the dot that stands at `at`.
fn after_dot(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?.strip_prefix(b".")?;
    Some(at.saturating_add(1).saturating_add(run(rest)))
}

/// How many characters of base64url the text begins with.
fn run(text: &[u8]) -> usize {
    let is_base64url = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    text.iter().take_while(|octet| is_base64url(octet)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
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

    /// A text that begins many tokens and ends none is looked at a few times, however long it is.
    #[test]
    fn rubbish_is_passed_over() {
        for rubbish in ["eyJ", "eyJ.", "eyJhbGciOiJFUzI1NiJ9."] {
            assert!(found(&rubbish.repeat(300_000)).len() < 300_000);
        }
        assert!(token("eyJ".repeat(3_000_000).as_bytes()).is_none());
        assert!(token(format!("{}.a.b", "eyJ".repeat(300_000)).as_bytes()).is_none());
    }
}
