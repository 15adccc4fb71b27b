//! Two neighboring characters that were swapped, or one that was added, anywhere in a token: found by default under every
//! key.

use jwtlens::{Effort, Report};

use super::{Bench, codes, debug, debugger, payload, proven};
use crate::pairs::{ALGORITHMS, Pair};

/// Each algorithm with a key of its own and a token.
fn all() -> impl Iterator<Item = (&'static str, Bench, String)> {
    let all = ALGORITHMS
        .into_iter()
        .flat_map(|(key_type, algorithms)| algorithms.iter().map(move |alg| (key_type, *alg)));
    all.map(|(key_type, alg)| {
        let pair = Pair::new(key_type, 64);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        (alg, bench, pair.token(alg, alg, &payload(1)))
    })
}

/// Two places in each segment, with its start.
fn places(token: &str) -> Vec<(&'static str, usize, usize)> {
    let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
    let (payload, signature) = (dots[0] + 1, dots[1] + 1);
    let middle = usize::midpoint(signature, token.len());
    vec![
        ("header", 0, 5),
        ("header", 0, dots[0] - 4),
        ("payload", payload, payload + 9),
        ("payload", payload, dots[1] - 5),
        ("signature", signature, signature + 7),
        ("signature", signature, middle),
        ("signature", signature, token.len() - 6),
    ]
}

/// What was done, as it is told, and the characters.
fn edit(report: &Report) -> (String, String) {
    let repair = report.proof.as_ref().unwrap().changes[0].repair.clone();
    (
        repair.unwrap_or_default(),
        report.findings[0].summary.to_string(),
    )
}

#[test]
fn swapped_neighbors_are_found_in_every_segment() {
    for (alg, bench, token) in all() {
        for (segment, start, near) in places(&token) {
            let is_swapped = |at: &usize| token.as_bytes()[*at] != token.as_bytes()[at + 1];
            let at = (near..near + 4).find(is_swapped).unwrap();
            let (original, rest) = token[at..].split_at(2);
            let swapped: String = original.chars().rev().collect();
            let report = debug(&bench, &format!("{}{swapped}{rest}", &token[..at]));
            assert_eq!(
                proven(&report),
                codes(&["altered-character"]),
                "{alg} {segment} {at}"
            );
            let (repair, summary) = edit(&report);
            let offset = at - start;
            assert_eq!(
                repair,
                format!(
                    "with \"{original}\" instead of \"{swapped}\" at {segment} offset {offset}"
                ),
                "{alg}"
            );
            assert_eq!(
                summary, "two neighboring characters of the token are swapped",
                "{alg}"
            );
        }
    }
}

#[test]
fn an_added_character_is_found_in_every_segment() {
    for (alg, bench, token) in all() {
        for (segment, start, near) in places(&token) {
            // Among equal neighbors, the place is any of theirs.
            let other = ["Q", "h", "7"];
            let other = other
                .into_iter()
                .find(|c| !token[near - 1..=near].contains(c));
            let other = other.unwrap();
            let added = format!("{}{other}{}", &token[..near], &token[near..]);
            let report = debug(&bench, &added);
            assert_eq!(
                proven(&report),
                codes(&["altered-character"]),
                "{alg} {segment} {near}"
            );
            let (repair, summary) = edit(&report);
            let offset = near - start;
            assert_eq!(
                repair,
                format!("with \"{other}\" removed at offset {offset} of the {segment}"),
                "{alg}"
            );
            assert_eq!(summary, "the token has one character too many", "{alg}");
        }
    }
}

/// A text that no alteration makes the signed one has no proof.
#[test]
fn two_swaps_are_not_one() {
    for (alg, bench, token) in all() {
        let at = token.find('.').unwrap() + 9;
        let mut damaged = token.clone().into_bytes();
        damaged.swap(at, at + 1);
        damaged.swap(at + 12, at + 13);
        assert_ne!(damaged, token.as_bytes());
        let report = debug(&bench, std::str::from_utf8(&damaged).unwrap());
        assert_eq!(proven(&report), codes(&[]), "{alg}");
    }
}
