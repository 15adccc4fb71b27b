//! Characters, escapes and line breaks inside a token that no token has.

use data_encoding::BASE64;
use jwtlens::Effort;

use super::{Bench, codes, debug, debugger, payload, proven};
use crate::pairs::Pair;

const FAMILIES: [(&str, &str); 7] = [
    ("P-256", "ES256"),
    ("P-384", "ES384"),
    ("Ed25519", "EdDSA"),
    ("RSA", "RS256"),
    ("oct", "HS256"),
    ("oct", "HS384"),
    ("oct", "HS512"),
];

fn token(key_type: &str, alg: &str) -> (Bench, String) {
    let pair = Pair::new(key_type, 61);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    (bench, pair.token(alg, alg, &payload(1)))
}

/// A place in each segment, and the last ones.
fn places(token: &str) -> [usize; 6] {
    let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
    let end = token.len();
    [7, dots[0] + 22, dots[1] + 10, end - 3, end - 2, end - 1]
}

#[test]
fn escapes_and_line_breaks_are_told_as_that() {
    for (key_type, alg) in FAMILIES {
        let (bench, token) = token(key_type, alg);
        for at in places(&token) {
            let (before, rest) = token.split_at(at);
            let (character, behind) = rest.split_at(1);
            let code = u32::from(character.chars().next().unwrap());
            for (text, expected) in [
                (format!("\\u{code:04x}"), "altered-character"),
                (format!("&#{code};"), "altered-character"),
                (format!("%{code:02x}"), "percent-encoded"),
                (format!("&amp;{character}"), "altered-character"),
                (format!("<br>{character}"), "line-wrapped"),
                (format!("=\r\n{character}"), "line-wrapped"),
                (format!("\\u200b{character}"), "line-wrapped"),
            ] {
                let report = debug(&bench, &format!("{before}{text}{behind}"));
                assert_eq!(proven(&report), codes(&[expected]), "{alg} {at} {text:?}");
            }
        }
        // Behind the token, it is text around it.
        for text in ["&amp;x=1", "<br>", "\\u002d"] {
            let found = proven(&debug(&bench, &format!("{token}{text}")));
            assert_eq!(found, codes(&["surrounded-token"]), "{alg} {text}");
        }
    }
}

#[test]
fn a_character_written_as_three_is_one() {
    for (key_type, alg) in FAMILIES {
        let (bench, token) = token(key_type, alg);
        for at in places(&token) {
            let (before, rest) = token.split_at(at);
            let report = debug(&bench, &format!("{before}%2B{}", &rest[1..]));
            assert_eq!(proven(&report), codes(&["altered-character"]), "{alg} {at}");
            let repair = format!("\"{}\" instead of \"%2B\"", &rest[..1]);
            let evidence = &report.findings[0].evidence;
            assert!(evidence.contains(&repair), "{alg} {at} {evidence}");
        }
    }
}

#[test]
fn a_foreign_character_may_be_too_many_or_in_a_container() {
    for (key_type, alg) in FAMILIES {
        let (bench, token) = token(key_type, alg);
        for at in places(&token) {
            let (before, rest) = token.split_at(at);
            let added = format!("{before}*{rest}");
            let report = debug(&bench, &added);
            assert_eq!(proven(&report), codes(&["altered-character"]), "{alg} {at}");
            let evidence = &report.findings[0].evidence;
            assert!(evidence.contains("\"*\" removed at offset"), "{evidence}");
            let replaced = format!("{before}*{}", &rest[1..]);
            for (text, container) in [
                (BASE64.encode(replaced.as_bytes()), "double-encoded"),
                (
                    format!(r#"{{"access_token":"{replaced}"}}"#),
                    "json-response",
                ),
                (format!(r#"{{"access_token":"{added}"}}"#), "json-response"),
            ] {
                let expected = codes(&["altered-character", container]);
                assert_eq!(proven(&debug(&bench, &text)), expected, "{alg} {at} {text}");
            }
        }
    }
}

#[test]
fn two_foreign_characters_are_found() {
    for (key_type, alg) in FAMILIES {
        let (bench, token) = token(key_type, alg);
        for at in places(&token) {
            let (before, rest) = token.split_at(at - 3);
            let added = format!("{before}*{}*{}", &rest[..3], &rest[3..]);
            let report = debug(&bench, &added);
            assert_eq!(proven(&report), codes(&["altered-character"]), "{alg} {at}");
            let summary = "several characters of the token were altered";
            assert_eq!(report.findings[0].summary, summary, "{alg} {at}");
            let replaced = format!("{before}*{}*{}", &rest[1..3], &rest[4..]);
            let found = proven(&debug(&bench, &replaced));
            // What other signatures were, their keys do not tell.
            let is_in_signature = at > token.rfind('.').unwrap();
            let is_mac = alg.starts_with("HS");
            let expected = if is_in_signature && !is_mac {
                codes(&[])
            } else {
                codes(&["altered-character"])
            };
            assert_eq!(found, expected, "{alg} {at}");
        }
    }
}

/// What is removed is named as the byte that it is; the character that is shown for it elsewhere is another one.
#[test]
fn a_byte_that_is_not_utf8_is_named() {
    for (key_type, alg) in FAMILIES {
        let (bench, token) = token(key_type, alg);
        for at in places(&token) {
            for (byte, name) in [(0xBE, "the byte 0xBE"), (0x1A, "\"\u{1a}\"")] {
                let mut sent = token.clone().into_bytes();
                sent[at] = byte;
                let report = bench.debug(&sent, crate::support::NOW);
                assert_eq!(proven(&report), codes(&["altered-character"]), "{alg} {at}");
                let character = &token[at..=at];
                let repair = format!("\"{character}\" instead of {name} at offset {at}");
                let proof = &report.proof.as_ref().unwrap().changes[0];
                assert!(
                    proof.repair.as_ref().unwrap().contains(&repair),
                    "{proof:?}"
                );
            }
        }
    }
}

/// What is compared of a MAC then tells nothing of the rest, so that it may have been damaged as well as cut.
#[test]
fn a_mac_is_not_proven_cut_where_other_text_follows() {
    for (alg, characters) in [("HS256", 43), ("HS384", 64), ("HS512", 86)] {
        let (bench, token) = token("oct", alg);
        for back in (1..=10).chain([characters / 2]) {
            let (before, rest) = token.split_at(token.len() - back);
            for run in ["***", "~~~", "\\x2d", "&;", "%", "~WyJhIl0~", "; ", "\",\""] {
                for behind in ["", &rest[1..]] {
                    let found = proven(&debug(&bench, &format!("{before}{run}{behind}")));
                    for code in ["truncated", "mac-truncated", "surrounded-token", "sd-jwt"] {
                        assert!(!found.contains(code), "{alg} {back} {run} {found:?}");
                    }
                }
            }
        }
    }
}

/// A payload that was written again with a newline is not one with a character too many.
#[test]
fn a_newline_behind_the_payload_is_not_a_character() {
    for (key_type, alg) in FAMILIES {
        let pair = Pair::new(key_type, 62);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        for claims in [r#"{"sub":"a"}"#, r#"{"sub":"ab"}"#, r#"{"sub":"abc"}"#] {
            let token = pair.token(alg, alg, claims);
            let (start, signature) = token.rsplit_once('.').unwrap();
            let (header, _) = start.split_once('.').unwrap();
            let payload = super::encode(format!("{claims}\n"));
            let report = debug(&bench, &format!("{header}.{payload}.{signature}"));
            assert_eq!(
                proven(&report),
                codes(&["payload-reserialized"]),
                "{alg} {claims}"
            );
        }
    }
}
