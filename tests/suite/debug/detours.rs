//! Damage that looks like something else: the plainest explanation is proven, or none.

use jwtlens::Effort;

use super::{Bench, codes, debug, debugger, encode, payload, proven};
use crate::pairs::{ALGORITHMS, Pair};

fn token(key_type: &str, alg: &str) -> (Bench, String) {
    let pair = Pair::new(key_type, 61);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    (bench, pair.token(alg, alg, &payload(1)))
}

/// The first algorithm of each type.
fn families() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALGORITHMS
        .into_iter()
        .map(|(key_type, algorithms)| (key_type, algorithms[0]))
}

fn dots(token: &str) -> [usize; 2] {
    let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
    [dots[0], dots[1]]
}

#[test]
fn characters_swapped_at_a_dot_are_found() {
    for (key_type, alg) in families() {
        let (bench, token) = token(key_type, alg);
        for at in dots(&token) {
            for range in [at - 1..at + 1, at..at + 2, at - 1..at + 2] {
                let swapped: String = token[range.clone()].chars().rev().collect();
                if swapped == token[range.clone()] {
                    continue;
                }
                let damaged = format!("{}{swapped}{}", &token[..range.start], &token[range.end..]);
                let report = debug(&bench, &damaged);
                assert_eq!(proven(&report), codes(&["altered-character"]), "{damaged}");
            }
        }
    }
}

#[test]
fn a_lost_beginning_is_found() {
    for (key_type, alg) in families() {
        let (bench, token) = token(key_type, alg);
        for lost in 1..=2 {
            let report = debug(&bench, &token[lost..]);
            assert_eq!(
                proven(&report),
                codes(&["altered-character"]),
                "{alg} {lost}"
            );
        }
    }
}

#[test]
fn a_signature_that_stands_twice_is_found() {
    for (key_type, alg) in families() {
        let (bench, token) = token(key_type, alg);
        let signature = &token[dots(&token)[1] + 1..];
        let report = debug(&bench, &format!("{token}{signature}"));
        assert_eq!(proven(&report), codes(&["altered-character"]), "{alg}");
    }
}

#[test]
fn escapes_of_python_are_told_as_that() {
    for (key_type, alg) in families() {
        let (bench, token) = token(key_type, alg);
        let at = dots(&token)[0] + 9;
        let code = u32::from(token.chars().nth(at).unwrap());
        let escaped = format!("{}\\x{code:02x}{}", &token[..at], &token[at + 1..]);
        let report = debug(&bench, &escaped);
        assert_eq!(proven(&report), codes(&["altered-character"]), "{alg}");
        let report = debug(&bench, &token.replace('y', "\\x79"));
        assert_eq!(proven(&report), codes(&["altered-character"]), "{alg}");
    }
}

/// A `%` before two hex digits is damage, not percent-encoding.
#[test]
fn a_percent_sign_is_removed_alone() {
    for (key_type, alg) in families() {
        let (bench, token) = token(key_type, alg);
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let places = (10..token.len() - 1).filter(|at| token[*at..at + 2].chars().all(is_hex));
        for at in places.step_by(7) {
            let report = debug(&bench, &format!("{}%{}", &token[..at], &token[at..]));
            assert_eq!(proven(&report), codes(&["altered-character"]), "{alg} {at}");
            let evidence = &report.findings[0].evidence;
            assert!(evidence.contains("\"%\" removed"), "{alg} {at} {evidence}");
        }
    }
}

/// Two faults are two changes.
#[test]
fn percent_encoding_is_no_detour_to_damage() {
    let (bench, token) = token("oct", "HS256");
    let at = dots(&token)[0] + 12;
    let end = token.len() - 20;
    let damaged = format!(
        "{}*{}%2B{}",
        &token[..at],
        &token[at + 1..end],
        &token[end + 1..]
    );
    let report = debug(&bench, &damaged);
    assert_eq!(proven(&report), codes(&["altered-character"]));
    assert!(!report.findings[0].evidence.contains("decoded"));
}

#[test]
fn two_foreign_characters_of_the_payload_are_found() {
    for (key_type, alg) in [("P-256", "ES256"), ("Ed25519", "EdDSA"), ("RSA", "RS256")] {
        let (bench, token) = token(key_type, alg);
        let at = dots(&token)[0] + 3;
        let damaged = format!(
            "{}*{}*{}",
            &token[..at],
            &token[at + 1..at + 3],
            &token[at + 4..]
        );
        let report = debug(&bench, &damaged);
        assert_eq!(proven(&report), codes(&["altered-character"]), "{alg}");
    }
}

/// Whitespace in a MAC that was cut may stand for characters that are missing.
#[test]
fn a_mac_with_a_gap_was_not_cut() {
    for alg in ["HS256", "HS384", "HS512"] {
        let (bench, token) = token("oct", alg);
        let start = dots(&token)[1] + 1;
        let signature = &token[start..];
        for length in [signature.len() / 2, 24] {
            for gap in [" ", "\t", "\u{200b}", "\u{a0}"] {
                let (before, behind) = (&signature[..9], &signature[9..length]);
                let report = debug(&bench, &format!("{}{before}{gap}{behind}", &token[..start]));
                assert_eq!(proven(&report), codes(&[]), "{alg} {length} {gap:?}");
            }
        }
    }
}

/// Quotes stand around text, not in it.
#[test]
fn a_signature_in_hex_has_no_quote_inside() {
    let pair = Pair::new("P-384", 61);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    let input = format!("{}.{}", encode(r#"{"alg":"ES384"}"#), encode(payload(1)));
    let hex = data_encoding::HEXLOWER.encode(&pair.sign("ES384", input.as_bytes()));
    let proven_of = |text: String| proven(&debug(&bench, &format!("{input}.{}", encode(text))));
    assert_eq!(
        proven_of(format!("\"{hex}\"")),
        codes(&["signature-as-text"])
    );
    assert_eq!(
        proven_of(format!("{}\"{}", &hex[..10], &hex[10..])),
        codes(&[])
    );
}
