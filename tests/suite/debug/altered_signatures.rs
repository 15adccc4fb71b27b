//! One character of a signature that was altered, lost or added, on every curve.

use jwtlens::Effort;

use super::{codes, debug, debugger, payload, proven};
use crate::pairs::Pair;

/// A token without the character at this place of its signature, with another one there, and with one more.
fn damaged(token: &str, at: usize) -> [String; 3] {
    let start = token.rfind('.').unwrap() + 1;
    let (before, rest) = token.split_at(start + at);
    let other = if rest.starts_with('x') { "y" } else { "x" };
    [
        format!("{before}{}", &rest[1..]),
        format!("{before}{other}{}", &rest[1..]),
        format!("{before}{other}{rest}"),
    ]
}

#[test]
fn one_character_of_a_signature_is_found_on_every_curve() {
    for (key_type, alg, places) in [
        ("P-256", "ES256", [5, 42, 70]),
        ("P-384", "ES384", [5, 60, 120]),
        ("P-521", "ES512", [5, 80, 160]),
        ("secp256k1", "ES256K", [5, 42, 70]),
        ("Ed25519", "EdDSA", [43, 50, 80]),
    ] {
        let pair = Pair::new(key_type, 61);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let token = pair.token(alg, alg, &payload(1));
        for at in places {
            for damaged in damaged(&token, at) {
                let report = debug(&bench, &damaged);
                assert_eq!(proven(&report), codes(&["altered-character"]), "{damaged}");
            }
        }
    }
}

/// R is hashed with the text on Ed25519, so that each candidate costs a verification.
#[test]
fn a_deep_search_finds_one_in_the_first_half_of_an_ed25519_signature() {
    let pair = Pair::new("Ed25519", 61);
    let token = pair.token("EdDSA", "EdDSA", &payload(1));
    let [lost, replaced, _] = damaged(&token, 20);
    for (effort, expected) in [
        (Effort::Default, &[][..]),
        (Effort::Deep, &["altered-character"]),
    ] {
        let bench = debugger(&[&pair.jwk()], &[], effort);
        for damaged in [&lost, &replaced] {
            assert_eq!(
                proven(&debug(&bench, damaged)),
                codes(expected),
                "{damaged}"
            );
        }
    }
}
