//! Tokens that a log abbreviates: an ellipsis or a placeholder stands for the rest.

use std::collections::BTreeMap;
use std::ops::Range;

use data_encoding::BASE64URL_NOPAD;
use jwtlens::{Algorithm, Escapes};
use serde_json::value::RawValue;

use super::token_escapes::unescaped;

/// The number of bytes after the end of a token that stand for the rest of it: an ellipsis, whose dots may have been
/// taken for those of the token, or a placeholder such as `[REDACTED]` instead of a signature.
pub fn after(text: &[u8], token: Range<usize>, escapes: Option<Escapes>) -> usize {
    let rest = text.get(token.end..).unwrap_or_default();
    let token = text.get(token).unwrap_or_default();
    let more = left_out(token, rest);
    // An ellipsis after a whole token stands for other text.
    if more > 0 && is_whole(&unescaped(token, escapes)) {
        return 0;
    }
    more
}

fn left_out(token: &[u8], rest: &[u8]) -> usize {
    let is_dot = |byte: &&u8| **byte == b'.';
    let dots = rest.iter().take_while(is_dot).count();
    let all_dots = token.iter().rev().take_while(is_dot).count();
    if dots > 0 && dots.saturating_add(all_dots) >= 3 {
        return dots;
    }
    if rest.starts_with("\u{2026}".as_bytes()) {
        return "\u{2026}".len();
    }
    let is_placeholder = all_dots > 0 && matches!(rest, [b'[' | b'<' | b'*', ..]);
    usize::from(is_placeholder)
}

/// Whether a token has a signature, and one as long as those of its algorithm.
fn is_whole(token: &[u8]) -> bool {
    /// The usual sizes of RSA keys.
    const RSA_BITS: [usize; 3] = [2048, 3072, 4096];
    let mut segments = token.split(|byte| *byte == b'.');
    let (header, signature) = (segments.next().unwrap_or_default(), segments.nth(1));
    let json = BASE64URL_NOPAD.decode(header).unwrap_or_default();
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(&json).unwrap_or_default();
    let alg = members
        .get("alg")
        .map_or("", |alg| alg.get().trim_matches('"'));
    let (Some(algorithm), Some(signature), None) =
        (Algorithm::named(alg), signature, segments.next())
    else {
        return false;
    };
    match algorithm.signature_characters() {
        Some(whole) => signature.len() == whole,
        None => RSA_BITS
            .map(|bits| bits.div_ceil(6))
            .contains(&signature.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::scan::tests::found;
    use crate::cli::scan::{Found, SkipReason, next};

    #[test]
    fn abbreviated_tokens_are_skipped() {
        const HEADER: &str = "eyJhbGciOiJFUzI1NiJ9";
        const JWS: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl-_";
        let input = &JWS[..JWS.rfind('.').unwrap()];
        for abbreviated in [
            format!("{}...", &HEADER[..15]),
            format!("{HEADER}..."),
            format!("{HEADER}...dXJl-_"),
            format!("{HEADER}.ey..."),
            format!("{}...", &input[..30]),
            format!("{input}..."),
            format!("{input}....."),
            format!("{}...", &JWS[..JWS.len() - 4]),
            format!("{}\u{2026}", &JWS[..JWS.len() - 4]),
            format!("{input}.[REDACTED]"),
            format!("{input}.<signature>"),
            format!("{input}.***"),
        ] {
            for (before, after) in [("", ""), ("Bearer ", " ok"), ("{\"t\":\"", "\"}")] {
                let text = format!("{before}{abbreviated}{after}");
                let Some(Found::Skipped(range, SkipReason::Damaged)) = next(text.as_bytes()) else {
                    panic!("{text}")
                };
                assert_eq!(range.start, before.len(), "{text}");
                // What follows is found.
                let text = format!("{text} {JWS}");
                assert_eq!(found(&text), [JWS], "{text}");
            }
        }
        // A whole token, whatever the dots stand for.
        for (alg, characters) in [("ES256", 86), ("ES512", 176), ("HS256", 43), ("RS256", 342)] {
            let header = BASE64URL_NOPAD.encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes());
            let whole = format!("{header}.e30.{}", "A".repeat(characters));
            let cut = &whole[..whole.len() - 1];
            for dots in ["...", "\u{2026}", "....."] {
                assert_eq!(
                    found(&format!("{whole}{dots} {JWS}")),
                    [&whole, JWS],
                    "{alg}"
                );
                assert_eq!(found(&format!("{cut}{dots} {JWS}")), [JWS], "{alg}");
                let escaped = whole.replace('.', "%2E");
                let text = format!("?t={escaped}{dots}");
                let length = escaped.len();
                let token = Found::Token(3..3 + length, Some(Escapes::Percent));
                assert_eq!(next(text.as_bytes()), Some(token), "{alg}");
            }
        }
        // The end of a sentence, a file's extension, a detached payload, an unsecured token.
        for (text, token) in [
            (format!("{JWS}."), JWS),
            (format!("{JWS}.."), JWS),
            (format!("{JWS}.txt"), JWS),
            (format!("{JWS}[0]"), JWS),
            (format!("{JWS}*"), JWS),
            (format!("{HEADER}..c2ln"), &format!("{HEADER}..c2ln")),
            (format!("{input}."), &format!("{input}.")),
            (format!("{input}.\"]"), &format!("{input}.")),
        ] {
            assert_eq!(found(&text), [token], "{text}");
        }
    }
}
