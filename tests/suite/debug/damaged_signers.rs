//! Damage that looks like a mistake of the signer, or like text around the token, is not told as that.

use std::collections::BTreeSet;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jwtlens::Effort;

use super::{Bench, debug, debugger, encode, proven};
use crate::pairs::Pair;

fn bench() -> (Pair, Bench) {
    let pair = Pair::new("oct", 9);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    (pair, bench)
}

/// A Signing Input with the text of its MAC.
fn with_mac(pair: &Pair, number: usize) -> (String, String) {
    let input = crate::pairs::input("HS256", &format!(r#"{{"sub":"member-{number}"}}"#));
    let mac = encode(pair.sign("HS256", input.as_bytes()));
    (input, mac)
}

fn tokens(pair: &Pair) -> impl Iterator<Item = (String, String)> + '_ {
    (0..40).map(|number| with_mac(pair, number))
}

/// What follows a foreign character in a MAC is the rest of it, not text around the token.
#[test]
fn a_foreign_character_does_not_end_a_mac() {
    let (pair, bench) = bench();
    let (input, mac) = tokens(&pair).next().unwrap();
    for at in [24, 30, 41] {
        for foreign in ["\"", "'", ",", "~", "%", "&", "\u{e9}", "\u{feff}", " "] {
            for rest in [at, at + 1] {
                let token = format!("{input}.{}{foreign}{}", &mac[..at], &mac[rest..]);
                let found = proven(&debug(&bench, &token));
                for code in ["truncated", "surrounded-token", "sd-jwt"] {
                    assert!(!found.contains(code), "{at} {foreign} {rest}: {found:?}");
                }
            }
        }
        // Where little follows, it is text around a token that was cut.
        let quoted = format!("{input}.{}\",\"id\":\"1\"", &mac[..at]);
        let expected = BTreeSet::from(["surrounded-token", "truncated"]);
        assert_eq!(proven(&debug(&bench, &quoted)), expected, "{at}");
    }
}

/// Neither where more was damaged, nor where the text was encoded once more.
#[test]
fn a_damaged_mac_was_not_cut() {
    let (pair, bench) = bench();
    for (input, mac) in tokens(&pair) {
        let damaged = [
            // At the half, where a signer would have cut it, and behind that.
            format!("{}*{}", &mac[..22], &mac[23..]),
            format!("{}*{}", &mac[..26], &mac[27..]),
            // Twice, and at its end as well.
            format!("{}*{}*{}", &mac[..24], &mac[25..34], &mac[35..]),
            format!("{}*{}", &mac[..30], &mac[31..41]),
            // As a form decodes "+".
            format!("{} {} {}", &mac[..24], &mac[25..30], &mac[31..]),
        ];
        for segment in damaged {
            let token = format!("{input}.{segment}");
            for text in [BASE64.encode(token.as_bytes()), token] {
                let found = proven(&debug(&bench, &text));
                for code in ["truncated", "mac-truncated", "surrounded-token"] {
                    assert!(!found.contains(code), "{text}: {found:?}");
                }
            }
        }
        let other = if mac.as_bytes()[25] == b'A' { "Q" } else { "A" };
        let cut = format!("{input}.{}{other}{}", &mac[..25], &mac[26..30]);
        let found = proven(&debug(&bench, &cut));
        assert!(!found.contains("mac-truncated"), "{found:?}");
    }
}

/// What is as long as the missing end of a MAC, or ends as it does, is that.
#[test]
fn the_rest_of_a_mac_is_not_text_around_the_token() {
    let (pair, bench) = bench();
    for (input, mac) in tokens(&pair).take(10) {
        let length = mac.len();
        for end in [
            "**".to_owned(),
            "%2a".to_owned(),
            format!("**{}", &mac[length - 3..]),
            format!("&amp;{}", &mac[length - 2..]),
        ] {
            let start = &mac[..length - end.len()];
            let found = proven(&debug(&bench, &format!("{input}.{start}{end}")));
            assert!(!found.contains("surrounded-token"), "{end}: {found:?}");
            assert!(!found.contains("truncated"), "{end}: {found:?}");
        }
    }
}

/// The bits at the end of a MAC that was cut are bits of it.
#[test]
fn a_cut_mac_has_no_bits_to_spare() {
    let (pair, bench) = bench();
    for (input, mac) in tokens(&pair).take(10) {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let value = alphabet.find(&mac[29..30]).unwrap();
        // Of its six bits, four are behind the last whole byte.
        let other = &alphabet[value ^ 5..=value ^ 5];
        let found = proven(&debug(&bench, &format!("{input}.{}{other}", &mac[..29])));
        assert!(!found.contains("trailing-bits"), "{found:?}");
        let found = proven(&debug(&bench, &format!("{input}.{}", &mac[..30])));
        assert_eq!(found, BTreeSet::from(["truncated"]));
    }
}

/// Half of a MAC is what a signer sent, unless it ends where it was damaged.
#[test]
fn a_mac_that_was_cut_or_altered_at_its_end_is_not_half_of_one() {
    let (pair, bench) = bench();
    for (input, mac) in tokens(&pair) {
        let cut = proven(&debug(&bench, &format!("{input}.{}", &mac[..21])));
        assert!(!cut.contains("mac-truncated"), "{cut:?}");
        let other = if mac.as_bytes()[21] == b'A' { "Q" } else { "A" };
        let altered = format!("{input}.{}{other}", &mac[..21]);
        let found = proven(&debug(&bench, &altered));
        assert!(!found.contains("altered-character"), "{found:?}");
    }
}

/// The bits at the end of a base64 text that was cut are those of its padding.
#[test]
fn a_text_without_its_last_character_is_not_a_strange_encoding() {
    let (pair, bench) = bench();
    for (input, mac) in tokens(&pair) {
        let mac = BASE64URL_NOPAD.decode(mac.as_bytes()).unwrap();
        let mut token = format!("{input}.{}", encode(BASE64.encode(&mac)));
        token.pop();
        let expected = BTreeSet::from(["signature-as-text", "truncated"]);
        assert_eq!(proven(&debug(&bench, &token)), expected);
    }
}

/// One character of standard base64 in a text of base64url is the one that was altered.
#[test]
fn a_mixed_alphabet_is_damage() {
    let (pair, bench) = bench();
    let is_mixed = |mac: &String| mac[1..].contains(['-', '_']);
    let (input, mac) = tokens(&pair).find(|(_, mac)| is_mixed(mac)).unwrap();
    let token = format!("{input}.+{}", &mac[1..]);
    let found = proven(&debug(&bench, &token));
    assert!(!found.contains("standard-base64"), "{found:?}");
    // Neither is the first of several.
    let has_two = |mac: &String| mac.matches('-').count() > 1;
    let (input, mac) = tokens(&pair).find(|(_, mac)| has_two(mac)).unwrap();
    let partly = format!("{input}.{}", mac.replacen('-', "+", 1));
    let expected = BTreeSet::from(["altered-character"]);
    assert_eq!(proven(&debug(&bench, &partly)), expected);
    // A form decodes every "+" as a space, and no "-".
    let has_three = |mac: &String| mac.matches('-').count() > 2;
    let mut all = tokens(&pair).chain((40..400).map(|number| with_mac(&pair, number)));
    let (input, mac) = all.find(|(_, mac)| has_three(mac)).unwrap();
    let found = proven(&debug(
        &bench,
        &format!("{input}.{}", mac.replacen('-', " ", 2)),
    ));
    assert!(!found.contains("spaces-for-plus"), "{found:?}");
    // JavaScript's `replace` leaves all but the first.
    let is_of_one_kind = |mac: &String| mac.matches('-').count() > 1 && !mac.contains('_');
    let (input, mac) = tokens(&pair).find(|(_, mac)| is_of_one_kind(mac)).unwrap();
    let replaced = mac.replace('-', "+").replacen('+', "-", 1);
    let expected = BTreeSet::from(["standard-base64"]);
    assert_eq!(
        proven(&debug(&bench, &format!("{input}.{replaced}"))),
        expected
    );
}

/// Who replaces only one of the two characters of standard base64, or sends one `+` in a form, has damaged nothing.
#[test]
fn one_character_of_standard_base64_is_no_damage() {
    let (pair, bench) = bench();
    let all = || tokens(&pair).chain((40..400).map(|number| with_mac(&pair, number)));
    let counts = |mac: &str| ['-', '_'].map(|character| mac.matches(character).count());
    let token = |(input, mac): (String, String), from: char, to: &str| {
        format!("{input}.{}", mac.replace(from, to))
    };
    for (from, to, wanted) in [('-', "+", [1, 2]), ('_', "/", [2, 1]), ('-', "+", [3, 1])] {
        let sent = all().find(|(_, mac)| counts(mac) == wanted).unwrap();
        let expected = BTreeSet::from(["standard-base64"]);
        let found = proven(&debug(&bench, &token(sent, from, to)));
        assert_eq!(found, expected, "{wanted:?}");
    }
    let sent = all().find(|(_, mac)| counts(mac) == [1, 0]).unwrap();
    let expected = BTreeSet::from(["spaces-for-plus", "standard-base64"]);
    assert_eq!(proven(&debug(&bench, &token(sent, '-', " "))), expected);
}

/// However long the payload of a MAC is.
#[test]
fn altered_character_of_a_long_payload_is_found_under_one_secret() {
    let pair = Pair::new("oct", 9);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    for (alg, length) in [("HS256", 300), ("HS384", 200), ("HS512", 200)] {
        let claims = format!(
            r#"{{"sub":"member-1","text":"{}"}}"#,
            "word ".repeat(length / 5)
        );
        let input = crate::pairs::input(alg, &claims);
        let mac = encode(pair.sign(alg, input.as_bytes()));
        // The lowest bit of a byte stands in one character.
        let mut other = claims.into_bytes();
        other[60] ^= 1;
        let header = input.split('.').next().unwrap();
        let altered = format!("{header}.{}", encode(other));
        let found = proven(&debug(&bench, &format!("{altered}.{mac}")));
        assert_eq!(found, BTreeSet::from(["altered-character"]), "{alg}");
    }
}

/// A character that no token has is found wherever it stands, for every algorithm.
#[test]
fn a_foreign_character_is_altered() {
    for (key_type, alg) in [
        ("oct", "HS256"),
        ("P-256", "ES256"),
        ("P-384", "ES384"),
        ("RSA", "RS256"),
    ] {
        let pair = Pair::new(key_type, 9);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let input = crate::pairs::input(alg, r#"{"sub":"member-1"}"#);
        let token = format!("{input}.{}", encode(pair.sign(alg, input.as_bytes())));
        let payload = input.find('.').unwrap() + 1;
        for at in [5, payload + 5, input.len() + 10, token.len() - 1] {
            for foreign in ["*", " ", "\u{e9}"] {
                if foreign == " " && at == token.len() - 1 {
                    continue;
                }
                let damaged = format!("{}{foreign}{}", &token[..at], &token[at + 1..]);
                let report = debug(&bench, &damaged);
                assert_eq!(
                    proven(&report),
                    BTreeSet::from(["altered-character"]),
                    "{alg} {at} {foreign}"
                );
                let expected = format!("\"{}\" instead of", &token[at..=at]);
                let told = report.findings[0].evidence.contains(&*expected);
                assert!(
                    told || foreign == " ",
                    "{alg} {at}: {}",
                    report.findings[0].evidence
                );
            }
        }
    }
}

/// Wherever it stands in a token whose other characters are of base64url.
#[test]
fn one_foreign_character_is_not_another_alphabet() {
    let (pair, bench) = bench();
    let is_mixed = |mac: &String| mac.contains(['-', '_']);
    let (input, mac) = tokens(&pair).find(|(_, mac)| is_mixed(mac)).unwrap();
    let payload = input.find('.').unwrap() + 1;
    for at in [5, 9, payload + 5, payload + 12] {
        for foreign in ["+", "/"] {
            let token = format!("{}{foreign}{}.{mac}", &input[..at], &input[at + 1..]);
            let found = proven(&debug(&bench, &token));
            assert!(!found.contains("standard-base64"), "{token}: {found:?}");
        }
    }
}

/// Where the payload alone was signed, nothing tells what the header was: an `alg` that is damaged is not another one.
#[test]
fn a_damaged_alg_is_not_another_algorithm() {
    for (key_type, alg, damaged) in [("oct", "HS256", "HS2v6"), ("P-256", "ES256", "ES2u6")] {
        let pair = Pair::new(key_type, 9);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let payload = encode(r#"{"sub":"member-1"}"#);
        let signature = encode(pair.sign(alg, payload.as_bytes()));
        let found = |alg: &str| {
            let header = encode(format!(r#"{{"alg":"{alg}"}}"#));
            proven(&debug(&bench, &format!("{header}.{payload}.{signature}")))
        };
        assert!(!found(damaged).contains("alg-key-mismatch"), "{alg}");
        assert_eq!(found(alg), BTreeSet::from(["signed-payload-only"]));
        // What is known, or is quite another name, was written so.
        let told = BTreeSet::from(["signed-payload-only", "alg-key-mismatch"]);
        for other in ["RS256", "none"] {
            assert_eq!(found(other), told, "{alg} {other}");
        }
    }
}

/// A line break inside a MAC is not where it was cut.
#[test]
fn a_wrapped_mac_was_not_cut() {
    let (pair, bench) = bench();
    for (input, mac) in tokens(&pair).take(5) {
        for behind in 1..8 {
            let at = mac.len() - behind;
            for end in ["\\n", "\\r\\n", "\n"] {
                let token = format!("{input}.{}{end}{}", &mac[..at], &mac[at..]);
                let expected = BTreeSet::from(["line-wrapped"]);
                assert_eq!(proven(&debug(&bench, &token)), expected, "{token}");
            }
        }
    }
}

/// Words behind a token are not the rest of it, and its second dot is found, whatever the length of its signature.
#[test]
fn a_signature_of_any_length_is_whole() {
    for (key_type, pair, algorithms) in Pair::all() {
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        for alg in *algorithms {
            let input = crate::pairs::input(alg, r#"{"sub":"member-1"}"#);
            let signature = encode(pair.sign(alg, input.as_bytes()));
            for words in [" 200", " ok", "\tx"] {
                let found = proven(&debug(&bench, &format!("{input}.{signature}{words}")));
                assert_eq!(found, BTreeSet::from(["surrounded-token"]), "{alg}");
            }
            for dot in ["", "-", "x"] {
                let found = proven(&debug(&bench, &format!("{input}{dot}{signature}")));
                let expected = BTreeSet::from(["altered-character"]);
                assert_eq!(found, expected, "{key_type} {alg} {dot}");
            }
        }
    }
}

/// Where one character makes the header what it was, that character and its place are told, unless the header names another
/// algorithm.
#[test]
fn a_damaged_header_is_told_by_its_character() {
    for (key_type, alg) in [("P-256", "ES256"), ("P-384", "ES384"), ("Ed25519", "EdDSA")] {
        let pair = Pair::new(key_type, 9);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let header = |alg: &str, typ: &str| encode(format!(r#"{{"typ":"{typ}","alg":"{alg}"}}"#));
        let payload = encode(r#"{"sub":"member-1"}"#);
        let good = header(alg, "JWT");
        let input = format!("{good}.{payload}");
        let signature = encode(pair.sign(alg, input.as_bytes()));
        let damaged = header(alg, "JWU");
        let differs = |(_, pair): &(usize, (char, char))| pair.0 != pair.1;
        let differing: Vec<_> = good
            .chars()
            .zip(damaged.chars())
            .enumerate()
            .filter(differs)
            .collect();
        let [(at, (was, is))] = differing[..] else {
            panic!("{good} {damaged}");
        };
        let report = debug(&bench, &format!("{damaged}.{payload}.{signature}"));
        assert_eq!(
            proven(&report),
            BTreeSet::from(["altered-character"]),
            "{alg}"
        );
        let expected = format!("\"{was}\" instead of \"{is}\" at header offset {at}");
        let evidence = &report.findings[0].evidence;
        assert!(evidence.contains(&expected), "{alg}: {evidence}");
    }
}

/// A tab that no writer writes after a colon was a space.
#[test]
fn a_damaged_space_is_not_another_spelling() {
    for (key_type, alg) in [("oct", "HS256"), ("P-256", "ES256"), ("P-384", "ES384")] {
        let pair = Pair::new(key_type, 9);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let claims = r#"{"subx": "mem", "n": 1}"#;
        let input = crate::pairs::input(alg, claims);
        let signature = encode(pair.sign(alg, input.as_bytes()));
        let sent = crate::pairs::input(alg, &claims.replacen(": ", ":\t", 1));
        let found = proven(&debug(&bench, &format!("{sent}.{signature}")));
        assert_eq!(found, BTreeSet::from(["altered-character"]), "{alg}");
        let compact = crate::pairs::input(alg, r#"{"subx":"mem","n":1}"#);
        let found = proven(&debug(&bench, &format!("{compact}.{signature}")));
        assert_eq!(found, BTreeSet::from(["payload-reserialized"]), "{alg}");
    }
}

/// All bytes of an Ed25519 signature in reverse order are one mistake.
#[test]
fn a_reversed_signature_is_not_swapped() {
    let pair = Pair::new("Ed25519", 9);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    let input = crate::pairs::input("EdDSA", r#"{"sub":"member-1"}"#);
    let mut signature = pair.sign("EdDSA", input.as_bytes());
    signature.reverse();
    let found = proven(&debug(&bench, &format!("{input}.{}", encode(signature))));
    assert_eq!(found, BTreeSet::from(["signature-little-endian"]));
}
