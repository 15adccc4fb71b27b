//! What a search for the cause of a refusal costs, from one token to its report: `cargo bench`.
//!
//! Medians of one thread, for a token of the ordinary length whose cause is found at once, for one
//! by an unknown signer (the whole default search, and the costliest one), and with the deep search.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that can't be made ends with a panic"
)]

use std::time::{Duration, Instant};

use jwtlens::{Debugger, Effort, KeySource, Policy, Token};

fn main() {
    let file = |name: &str| {
        std::fs::read(format!(
            "{}/tests/data/made/{name}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap()
    };
    let key = KeySource::read("public_key.json", &file("public_key.json")).unwrap();
    let text = |name: &str| String::from_utf8(file(name)).unwrap().trim_end().to_owned();
    let unknown = text("mis-signed.txt");
    let (input, signature) = unknown.rsplit_once('.').unwrap();
    let lost: String = signature
        .chars()
        .enumerate()
        .filter(|(at, _)| !matches!(at, 10 | 20 | 60))
        .map(|(_, character)| character)
        .collect();
    let cases = [
        (
            "der-hashed-twice, found",
            text("der-hashed-twice.txt"),
            Effort::Default,
            21,
        ),
        (
            "altered-character of the signature, found",
            text("altered.txt"),
            Effort::Default,
            21,
        ),
        ("unknown signer", unknown.clone(), Effort::Default, 21),
        (
            "unknown signer, three characters lost",
            format!("{input}.{lost}"),
            Effort::Default,
            21,
        ),
        ("unknown signer, --deep", unknown.clone(), Effort::Deep, 3),
    ];
    for (what, text, effort, times) in cases {
        let debugger = Debugger::new(std::slice::from_ref(&key), &[], Policy::default(), effort);
        let mut taken: Vec<Duration> = (0..times)
            .map(|_| {
                let begun = Instant::now();
                let report =
                    debugger.debug(&Token::from(text.as_str()), 1_795_457_364, &mut |_| true);
                assert!(report.search.is_some());
                begun.elapsed()
            })
            .collect();
        taken.sort();
        let median = taken.get(taken.len() / 2).unwrap();
        println!("{what}: {median:.1?} ({} octets)", text.len());
    }
}
