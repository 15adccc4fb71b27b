//! What a search for the cause of a refusal costs, from one token to its report: `cargo bench`.
//!
//! Medians of one thread, for a token of the ordinary length whose cause is found at once, for one
//! by an unknown signer (the whole default search), and for the latter with the deep search.

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
    for (what, token, effort, times) in [
        (
            "der-hashed-twice, found",
            "der-hashed-twice.txt",
            Effort::Default,
            21,
        ),
        (
            "altered-character of the signature, found",
            "altered.txt",
            Effort::Default,
            21,
        ),
        (
            "unknown signer, default",
            "mis-signed.txt",
            Effort::Default,
            21,
        ),
        ("unknown signer, --deep", "mis-signed.txt", Effort::Deep, 3),
    ] {
        let text = String::from_utf8(file(token)).unwrap();
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
