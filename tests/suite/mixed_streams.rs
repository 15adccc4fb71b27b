//! A stream of every algorithm under a set of a hundred keys: in order, in constant memory, and with one
//! verification per token whose `kid` names its key.

use std::path::PathBuf;
use std::process::Command;

use crate::generated::tempdir;
use crate::limits::{ORDINARY, fed};
use crate::pairs::{ALGORITHMS, Pair, encode};
use crate::support::{NOW, feed, jwtlens, status, stdout};

/// How many keys there are of each type. Of RSA, whose keys take long to make, only the last one signs.
const SEEDS: u8 = 15;
const RSA: u8 = 10;

/// A key, its `kid`, and its algorithms.
type Signer<'p> = (&'p Pair, String, &'p [&'p str]);

/// The key file of a hundred keys.
fn key_file(signers: &[Signer]) -> PathBuf {
    let with_kid = |members: &str, kid: &str| format!(r#"{{"kid":"{kid}",{members}}}"#);
    let mut jwks: Vec<String> = (1..RSA)
        .map(|number| {
            let n = encode([0xFF - 2 * number; 256]);
            with_kid(
                &format!(r#""kty":"RSA","n":"{n}","e":"AQAB""#),
                &format!("RSA-{number}"),
            )
        })
        .collect();
    jwks.extend(
        signers
            .iter()
            .map(|(pair, kid, _)| with_kid(&pair.members(), kid)),
    );
    assert_eq!(jwks.len(), 100);
    let file = tempdir("mixed-streams").join("keys.json");
    std::fs::write(&file, format!(r#"{{"keys":[{}]}}"#, jwks.join(","))).unwrap();
    file
}

/// What is to be told of a line: verdict, `sub`, the key's `kid`.
type Line = (&'static str, String, Option<String>);

/// So many lines for each key and algorithm, each with another `sub`.
fn stream(signers: &[Signer], rounds: usize) -> (String, Vec<Line>) {
    let mut text = String::new();
    let mut lines = Vec::new();
    let signers = signers.iter().cycle().take(signers.len() * rounds);
    for (number, (pair, kid, algorithms)) in signers.enumerate() {
        for alg in *algorithms {
            let header = encode(format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#));
            let sub = format!("{number} {alg}");
            let claims = encode(format!(r#"{{"sub":"{sub}"}}"#));
            let mut signature = pair.sign(alg, format!("{header}.{claims}").as_bytes());
            let is_good = lines.len() % 11 != 5;
            signature[3] ^= u8::from(!is_good);
            text.extend([&header, ".", &claims, ".", &encode(signature), "\n"]);
            lines.push(if is_good {
                ("valid", sub, Some(kid.clone()))
            } else {
                ("mis-signed", sub, None)
            });
        }
    }
    (text, lines)
}

fn verify(file: &std::path::Path, jobs: &str) -> Command {
    let mut command = jwtlens();
    command
        .args(["verify", "-o", "jsonl", "--jobs", jobs])
        .args(["--at", &NOW.to_string(), "-k"])
        .arg(file);
    command
}

#[test]
fn every_algorithm_under_a_hundred_keys() {
    let others: Vec<(Pair, String, &[&str])> = (1..=SEEDS)
        .flat_map(|seed| {
            let types = ALGORITHMS.iter().filter(|(key_type, _)| *key_type != "RSA");
            types.map(move |(key_type, algorithms)| {
                let kid = format!("{key_type}-{seed}");
                (Pair::new(key_type, seed), kid, *algorithms)
            })
        })
        .collect();
    let (_, rsa, algorithms) = &Pair::all()[5];
    let mut signers: Vec<Signer> = others
        .iter()
        .map(|(pair, kid, algorithms)| (pair, kid.clone(), *algorithms))
        .collect();
    signers.push((rsa, format!("RSA-{RSA}"), algorithms));
    let file = key_file(&signers);
    let (text, lines) = stream(&signers, 4);
    for jobs in ["1", "8"] {
        let output = feed(&mut verify(&file, jobs), text.as_bytes());
        assert_eq!(status(&output), 7);
        let reports = stdout(&output);
        assert_eq!(reports.lines().count(), lines.len());
        for (report, (verdict, sub, kid)) in reports.lines().zip(&lines) {
            let report: serde_json::Value = serde_json::from_str(report).unwrap();
            assert_eq!(report["verdict"], *verdict, "{sub}");
            assert_eq!(report["claims"]["sub"], **sub);
            let signature = &report["signature"];
            assert_eq!(signature["key"]["kid"].as_str(), kid.as_deref(), "{sub}");
            if kid.is_some() {
                assert_eq!(signature["keys_tried"], 1, "{sub}");
            }
        }
    }
    let good: String = text
        .split_inclusive('\n')
        .zip(&lines)
        .filter(|(_, (verdict, ..))| *verdict == "valid")
        .map(|(line, _)| line)
        .collect();
    let blocks = std::iter::repeat_n(good.into_bytes(), 40);
    let (peak, status) = fed(&mut verify(&file, "8"), blocks);
    assert_eq!(status, Some(0));
    assert!(peak < ORDINARY, "{peak} KiB");
}
