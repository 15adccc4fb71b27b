//! What a search for the cause of a rejection costs, from one token to its report, in CPU time of one
//! thread: `cargo bench --bench debug`.
//!
//! Medians for a token of the ordinary length whose cause is found at once, for one by an unknown signer
//! (the whole default search, and the costliest one), and with the deep search; then the most of 100
//! short tokens, of every spelling of `alg` and every length of a signature.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that can't be made ends with a panic"
)]

use std::time::Duration;

use jwtlens::{Debugger, Effort, KeySource, Policy, Token};
use rustix::time::{ClockId, clock_gettime};

#[path = "../src/debug/short_tokens.rs"]
mod short_tokens;

/// 2026-11-23T18:09:24Z
const NOW: i64 = 1_795_457_364;

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
                let begun = cpu();
                let report = debugger.debug(&Token::from(&*text), NOW, &mut |_| true);
                assert!(report.search.is_some());
                cpu().checked_sub(begun).unwrap()
            })
            .collect();
        taken.sort();
        let median = taken.get(taken.len() / 2).unwrap();
        println!("{what}: {median:.1?} ({} bytes)", text.len());
    }
    for (effort, name) in [(Effort::Default, "default"), (Effort::Deep, "--deep")] {
        /// Prime to the lengths and the spellings, so that all of them take part.
        const STEP: usize = 89;
        let debugger = Debugger::new(std::slice::from_ref(&key), &[], Policy::default(), effort);
        let taken = (0..100).map(|number| {
            let text = short_tokens::token(number * STEP);
            let begun = cpu();
            let report = debugger.debug(&Token::from(&*text), NOW, &mut |_| true);
            assert!(report.proof.is_none());
            (cpu().checked_sub(begun).unwrap(), text)
        });
        let (most, text) = taken.max().unwrap();
        println!("short tokens, {name}: at most {most:.1?} ({text})");
    }
}

/// The CPU time of this thread.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}
