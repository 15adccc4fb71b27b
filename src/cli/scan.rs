//! Tokens in any text: logs, HAR files, cookies, HTTP dumps.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// What a JOSE header in base64url begins with: `{"`.
const START: &[u8] = b"eyJ";

/// The shortest header is `{"alg":""}`, of 10 octets.
const SHORTEST_HEADER: usize = 14;

/// The places of all tokens in a text, in their order: what begins as a header does and goes on with
/// two more segments, or with four (RFC 7516). They do not overlap.
pub fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new(START));
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| FINDER.find(rest)) {
        let start = from.saturating_add(at);
        match text.get(start..).and_then(token) {
            Some(length) => {
                let end = start.saturating_add(length);
                found.push(start..end);
                from = end;
            }
            // The run of characters is no token, wherever one looks into it.
            None => from = start.saturating_add(run(text.get(start..).unwrap_or_default())),
        }
    }
    found
}

/// The length of the token that the text begins with.
fn token(text: &[u8]) -> Option<usize> {
    let header = run(text);
    if header < SHORTEST_HEADER {
        return None;
    }
    let payload = after_dot(text, header)?;
    let signature = after_dot(text, payload)?;
    // An encrypted token has five segments; a dot at the end of a sentence is none of its own.
    let five = after_dot(text, signature).and_then(|fourth| {
        after_dot(text, fourth).filter(|fifth| *fifth > fourth.saturating_add(1))
    });
    Some(five.unwrap_or(signature))
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
        tokens(text.as_bytes())
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn tokens_are_found_in_any_text() {
        const JWS: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl-_";
        const UNSECURED: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.";
        const JWE: &str = "eyJhbGciOiJkaXIifQ.a.b.c.d";
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
        ] {
            for token in [JWS, JWE] {
                let count = around.matches('@').count();
                assert_eq!(
                    found(&around.replace('@', token)),
                    vec![token; count],
                    "{around}"
                );
            }
        }
        assert_eq!(found(&format!("a {UNSECURED} b")), [UNSECURED]);
        for none in [
            "",
            "eyJ",
            "eyJhbGciOiJFUzI1NiJ9",
            "eyJhbGciOiJFUzI1NiJ9.eyJ9",
            "eyJ.eyJ.eyJ",
            "eyJ eyJ eyJ",
            "plain text. with. dots.",
        ] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    /// A text that begins many tokens and ends none is looked at once.
    #[test]
    fn rubbish_is_passed_over() {
        assert!(tokens("eyJ".repeat(1_000_000).as_bytes()).is_empty());
        assert!(tokens("eyJ.".repeat(1_000_000).as_bytes()).is_empty());
    }
}
