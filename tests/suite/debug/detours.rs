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
        let places: Vec<usize> = places.step_by(7).collect();
        assert!(!places.is_empty(), "{alg}");
        for at in places {
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
        // As long as half a MAC, or longer: less is never compared.
        for length in [signature.len().div_ceil(2), 24] {
            let cut = debug(
                &bench,
                &format!("{}{}", &token[..start], &signature[..length]),
            );
            let is_cut =
                proven(&cut).contains("mac-truncated") || proven(&cut).contains("truncated");
            assert!(is_cut, "{alg} {length}");
            for gap in [" ", "\t", "\u{200b}", "\u{a0}"] {
                let (before, behind) = (&signature[..9], &signature[9..length]);
                let report = debug(&bench, &format!("{}{before}{gap}{behind}", &token[..start]));
                assert_eq!(proven(&report), codes(&[]), "{alg} {length} {gap:?}");
            }
        }
    }
}

/// What percent-decoding or the other alphabet made is removed or replaced again: nothing else speaks for it.
#[test]
fn damage_with_another_fault_is_not_an_encoding() {
    for (key_type, algorithms) in ALGORITHMS {
        let alg = algorithms[0];
        let pair = Pair::new(key_type, 61);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let header = encode(format!(r#"{{"alg":"{alg}"}}"#));
        let content = format!("{header}.{}", encode(r#"{"sub":"a","exp":1999999999}"#));
        let at = header.len() + 10;
        let signed = |text: &str| pair.sign(alg, text.as_bytes());
        let hex = encode(data_encoding::HEXLOWER.encode(&signed(&content)));
        let with_newline = encode(signed(&format!("{content}\n")));
        let plain = encode(signed(&content));
        let (before, behind) = (&content[..at], &content[at..]);
        let replaced = format!("{before}+{}", &behind[1..]);
        let (first, rest) = with_newline.split_at(9);
        for text in [
            format!("{replaced}.{hex}"),
            format!("{before}%2B{behind}.{hex}"),
            format!("{before}%41{behind}.{hex}"),
            format!("{}.{plain}", &format!("{before}%2D{behind}")[1..]),
            format!("{content}.{first}%41{rest}"),
        ] {
            let found = proven(&debug(&bench, &text));
            for code in ["percent-encoded", "standard-base64"] {
                assert!(!found.contains(code), "{alg} {text} {found:?}");
            }
        }
        // The positive control: all of an encoding, with the same fault.
        let standard = |text: &str| text.replace('-', "+").replace('_', "/");
        let percent = |text: &str| text.replace('.', "%2E");
        let found = |text: String| proven(&debug(&bench, &text));
        let expected = codes(&["percent-encoded", "signed-with-newline"]);
        assert_eq!(
            found(percent(&format!("{content}.{with_newline}"))),
            expected,
            "{alg}"
        );
        if with_newline.contains(['-', '_']) {
            let expected = codes(&["standard-base64", "signed-with-newline"]);
            let text = standard(&format!("{content}.{with_newline}"));
            assert_eq!(found(text), expected, "{alg}");
        }
    }
}

/// A line break instead of a character wraps no line.
#[test]
fn a_line_break_instead_of_a_character_is_damage() {
    for (key_type, alg) in families() {
        let (bench, token) = token(key_type, alg);
        let [first, second] = dots(&token);
        for at in [first - 9, first + 18, second + 18] {
            for gap in ["\r\n", "\n", "  "] {
                let damaged = format!("{}{gap}{}", &token[..at], &token[at + 1..]);
                let found = proven(&debug(&bench, &damaged));
                assert!(
                    !found.contains("line-wrapped"),
                    "{alg} {at} {gap:?} {found:?}"
                );
            }
        }
        // The positive control: in lines, and a character is missing somewhere else.
        let lost = format!("{}{}", &token[..second + 18], &token[second + 19..]);
        let wrapped = format!("{}\n{}", &lost[..first + 5], &lost[first + 5..]);
        let expected = match alg {
            // Only a deep search finds what an RSA signature lost, or R on Ed25519, which is hashed.
            "RS256" | "EdDSA" => codes(&[]),
            _ => codes(&["line-wrapped", "altered-character"]),
        };
        assert_eq!(proven(&debug(&bench, &wrapped)), expected, "{alg}");
    }
}

/// A sentence counts the characters that its repair shows.
#[test]
fn the_characters_of_an_edit_are_counted() {
    let (bench, token) = token("P-256", "ES256");
    let [first, _] = dots(&token);
    let (before, behind) = token.split_at(first + 14);
    let swapped: String = token[first - 1..first + 2].chars().rev().collect();
    for (text, summary) in [
        (
            token[1..].to_owned(),
            "one character of the token is missing",
        ),
        (
            token[2..].to_owned(),
            "2 characters of the token are missing",
        ),
        (
            format!("{before}*{behind}"),
            "the token has one character too many",
        ),
        (
            format!("{before}%2B{behind}"),
            "the token has 3 characters too many",
        ),
        (
            format!("{before}\\xe9{behind}"),
            "the token has 4 characters too many",
        ),
        (
            format!("{}{swapped}{}", &token[..first - 1], &token[first + 2..]),
            "3 neighboring characters of the token are in reverse order",
        ),
    ] {
        let report = debug(&bench, &text);
        assert_eq!(report.findings[0].summary, summary, "{text}");
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
