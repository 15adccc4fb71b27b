//! Signatures without a cause, for which nothing may be proven, and what the search for one costs.

use std::fs;

use jwtlens::{Certainty, Effort, Verdict};
use sha2::{Digest, Sha256};

use super::{HEADER, KID, codes, debug, debugger, encode, input, payload, proven};
use crate::generated::tempdir;
use crate::pairs::Pair;
use crate::support::{Random, feed, jwtlens, stdout};

/// A signature that leads to no key, and a kid that no key has: there is always a reason.
#[test]
fn there_is_always_a_reason() {
    let mut random = Random::new("reason");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    for number in 0..6 {
        let noise = [random.octets(), random.octets()].concat();
        let token = format!("{}.{}", input(HEADER, &payload(number)), encode(noise));
        let report = debug(&debugger, &token);
        let lead = report.findings.first().map(|finding| finding.code.name());
        assert_eq!(lead, Some("no-key-matches"), "{token}");
        let keys = report.recovered.len();
        assert!([0, 2].contains(&keys), "{keys}");
    }
    let stranger = other.sign(HEADER.replace(KID, "old").as_bytes(), b"{}");
    let report = debug(&debugger, &stranger);
    let lead = &report.findings[0];
    assert_eq!(
        (lead.code.name(), lead.certainty, lead.explains),
        ("unknown-kid", Certainty::Likely, true)
    );
    // ES384 and a P-256 key: with either hash.
    let report = debug(&debugger, &other.sign(br#"{"alg":"ES384"}"#, b"{}"));
    assert_eq!(report.recovered.len(), 4);
}

/// Without a header that can be read, there is no algorithm to search with: a report says so.
#[test]
fn unreadable_header_is_told_if_nothing_can_be_searched() {
    let key = Pair::new("P-384", 7);
    let path = tempdir("unreadable-header").join("key.json");
    fs::write(&path, key.jwk()).unwrap();
    let token = key.token("ES384", "ES384", r#"{"sub":"a"}"#);
    let (_, rest) = token.split_once('.').unwrap();
    let damaged = format!("{}.{rest}", encode("{\"\u{1}lg\":\u{1}ES384\"}"));
    for (options, end) in [(&[][..], "; use --deep\n"), (&["--deep"], "\n")] {
        let mut run = jwtlens();
        run.args(["debug", "-k"]).arg(&path).args(options);
        let report = stdout(&feed(&mut run, damaged.as_bytes()));
        let expected = format!(
            "\nWhy: no cause found\n  not searched: the header, which names the algorithm, \
             cannot be read{end}"
        );
        assert!(report.contains(&expected), "{report}");
    }
}

/// The same budget for every token: a file of many keys, or a signature that can be read in many
/// ways, ends the search early and says so.
#[test]
fn searches_end_within_their_budget() {
    let mut random = Random::new("budget");
    let keys: Vec<String> = (0..32).map(|_| random.signer().jwk()).collect();
    let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let debugger = debugger(&[&set], &[], Effort::Default);
    let nested = format!(
        r#"{{"a":{}{}{}}}"#,
        "[".repeat(120),
        vec!["1"; 20_000].join(","),
        "]".repeat(120)
    );
    let members: Vec<String> = (0..3000).map(|n| format!(r#","m{n}":{n}"#)).collect();
    let long_header = HEADER.replace('}', &format!("{}}}", members.join("")));
    for (header, payload) in [
        (HEADER.to_owned(), payload(1)),
        (HEADER.to_owned(), nested),
        (long_header, payload(1)),
    ] {
        for length in [60, 62, 63, 64] {
            let noise = [random.octets(), random.octets()].concat();
            let token = format!("{}.{}", input(&header, &payload), encode(&noise[..length]));
            let begun = std::time::Instant::now();
            let report = debug(&debugger, &token);
            println!("{length}, {} octets: {:?}", token.len(), begun.elapsed());
            assert!(report.search.is_some_and(|search| !search.complete));
        }
    }
}

/// Nothing is invented: neither for noise nor for tokens that were changed in more than one place. Chance
/// proves nothing in any number of tokens; a fault of a search shows at a length or a reading, so each length
/// occurs, and that of a signature often.
#[test]
fn nothing_is_proven_without_a_cause() {
    let mut random = Random::new("noise");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let mut tokens = Vec::new();
    for (number, length) in (0..97).chain([64; 100]).enumerate() {
        let noise = [random.octets(), random.octets(), random.octets()].concat();
        tokens.push(format!(
            "{}.{}",
            input(HEADER, &payload(number)),
            encode(&noise[..length])
        ));
    }
    for number in 0..20 {
        let good = |payload: &str| encode(given.sign_hash(&Sha256::digest(input(HEADER, payload))));
        let changed = payload(number).replace("member", "Mumber");
        tokens.push(format!(
            "{}.{}",
            input(HEADER, &changed),
            good(&payload(number))
        ));
        let input = input(HEADER, &payload(number));
        tokens.push(format!(
            "{input}.{}",
            encode(other.sign_hash(&Sha256::digest(&input)))
        ));
        tokens.push(format!("{input}.{}", encode([0; 64])));
    }
    let (first, second) = tokens.split_at(tokens.len() / 2);
    std::thread::scope(|scope| {
        for tokens in [first, second] {
            let debugger = &debugger;
            scope.spawn(move || {
                for token in tokens {
                    let report = debug(debugger, token);
                    assert_eq!(proven(&report), codes(&[]), "{token}");
                    assert!(
                        report
                            .findings
                            .iter()
                            .all(|finding| finding.certainty != Certainty::Proven),
                        "{token}"
                    );
                    assert_ne!(report.verdict, Verdict::Valid);
                }
            });
        }
    });
}

/// What is searched is bounded by the length of the token: a hundred forms of a long one, or a
/// hundred thousand places in it, would take memory and time without end.
#[test]
fn long_tokens_are_not_searched() {
    let signer = Random::new("long").signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Deep);
    let signature = encode([0x55; 64]);
    let long = "x".repeat(60_000);
    for payload in [
        format!(r#"{{"a":"{long}"}}"#),
        format!(r#"{{"a":"{}"}}"#, long.repeat(20)),
    ] {
        let report = debug(
            &debugger,
            &format!("{}.{signature}", input(HEADER, &payload)),
        );
        assert_eq!(report.verdict, Verdict::MisSigned);
        let search = report.search.unwrap();
        assert_eq!((search.forms, search.complete), (0, false));
        assert_eq!(search.exceeded_limit, Some(64 * 1024));
    }
    let tokens = format!("{0}.eyJ.{0}.eyJ.a", "eyJ".repeat(300_000));
    let report = debug(&debugger, &tokens);
    assert_eq!(report.verdict, Verdict::Malformed);
    assert_eq!(report.search.unwrap().exceeded_limit, Some(64 * 1024));
    let signature = signer.sign_hash(&Sha256::digest("another input"));
    let short = format!("{}.{}", input(HEADER, &payload(1)), encode(signature));
    let search = debug(&debugger, &short).search.unwrap();
    assert_eq!(search.exceeded_limit, None);
    assert!(search.forms > 0);
}
