//! One character of a signature that was altered, lost or added, on every curve.

use jwtlens::{Effort, Report};

use super::{codes, debug, debugger, payload, proven};
use crate::pairs::Pair;

/// A token without the character at this place of its signature, with another one there, and with one more, each with
/// what repairs it.
fn damaged(token: &str, at: usize) -> [(String, String); 3] {
    let start = token.rfind('.').unwrap() + 1;
    let (before, rest) = token.split_at(start + at);
    let other = if rest.starts_with('x') { "y" } else { "x" };
    let (character, behind) = rest.split_at(1);
    // Of equal neighbors, the first one is lost.
    let first = at
        - before
            .bytes()
            .rev()
            .take_while(|b| [*b] == character.as_bytes())
            .count();
    [
        (
            format!("{before}{behind}"),
            format!("with \"{character}\" inserted at offset {first} of the signature"),
        ),
        (
            format!("{before}{other}{behind}"),
            format!("with \"{character}\" instead of \"{other}\" at signature offset {at}"),
        ),
        (
            format!("{before}{other}{rest}"),
            format!("with \"{other}\" removed at offset {at} of the signature"),
        ),
    ]
}

fn repair(report: &Report) -> String {
    let proof = report.proof.as_ref().unwrap();
    let repairs = proof.changes.iter().map(|change| change.repair.as_deref());
    repairs.flatten().collect::<Vec<&str>>().join(", ")
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
            for (damaged, expected) in damaged(&token, at) {
                let report = debug(&bench, &damaged);
                assert_eq!(proven(&report), codes(&["altered-character"]), "{damaged}");
                assert_eq!(repair(&report), expected, "{alg} {damaged}");
            }
        }
    }
}

/// R is hashed with the text on Ed25519, so that each candidate costs a verification.
#[test]
fn a_deep_search_finds_one_in_the_first_half_of_an_ed25519_signature() {
    let pair = Pair::new("Ed25519", 61);
    let token = pair.token("EdDSA", "EdDSA", &payload(1));
    let by_default = debugger(&[&pair.jwk()], &[], Effort::Default);
    let deep = debugger(&[&pair.jwk()], &[], Effort::Deep);
    for at in [0, 5, 20, 41] {
        let [lost, replaced, added] = damaged(&token, at);
        for (damaged, expected) in [&lost, &replaced] {
            assert_eq!(
                proven(&debug(&by_default, damaged)),
                codes(&[]),
                "{damaged}"
            );
            let report = debug(&deep, damaged);
            assert_eq!(proven(&report), codes(&["altered-character"]), "{damaged}");
            assert_eq!(&repair(&report), expected, "{damaged}");
        }
        // Of one too many, there are few.
        let (damaged, expected) = added;
        let report = debug(&by_default, &damaged);
        assert_eq!(repair(&report), expected, "{damaged}");
    }
}
