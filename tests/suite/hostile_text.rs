//! Hostile text in every place that is shown: nothing of it leaves raw, and no line of it can be
//! taken for one of ours.

use std::process::Output;

use crate::generated::tempdir;
use crate::support::{Issuer, assert_printable, feed, jwtlens, status, stdout};

/// What moves the cursor, hides, turns text around, and begins a line of ours.
const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;t\u{7}\r\u{8}\u{7f}\u{9b}31m\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\u{115f}\nvalid: forged\u{2028}valid: forged\n  key    forged\n! exp    forged\nWhy: forged (proven)\n  hint: forged\n--- forged\nerror: forged\tforged \\u{1b}";

const FORMATS: [&str; 6] = ["text", "line", "json", "jsonl", "claims", "token"];

fn check(output: &Output, tabs: bool) {
    assert_printable(output, tabs);
    for stream in [&output.stdout, &output.stderr] {
        for line in String::from_utf8_lossy(stream).lines() {
            for start in [
                "valid: forged",
                "  key    forged",
                "! exp    forged",
                "Why: forged",
                "  hint: forged",
                "--- forged",
                "error: forged",
                "forged",
            ] {
                assert!(!line.starts_with(start), "{line}");
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn in_tokens() {
    let issuer = Issuer::new(1, "k");
    let hostile = quoted(HOSTILE);
    let tokens = [
        issuer.token(&format!(r#"{{{hostile}:{hostile},"sub":{hostile},"aud":[{hostile}],"n":{{{hostile}:[{hostile}]}}}}"#)),
        issuer.sign(format!(r#"{{"alg":"ES256","kid":{hostile},"typ":{hostile},{hostile}:1}}"#).as_bytes(), b"{}"),
        issuer.sign(format!(r#"{{"alg":{hostile}}}"#).as_bytes(), b"{}"),
        issuer.sign(format!(r#"{{"alg":"ES256","crit":[{hostile}]}}"#).as_bytes(), b"{}"),
        issuer.token(&format!("{{{hostile}:1,{hostile}:2}}")),
        issuer.token(HOSTILE),
        Issuer::new(2, "k").token(&format!("{{{hostile}:{hostile}}}")),
        format!("{HOSTILE}.a.b").replace('\n', ""),
        HOSTILE.to_owned(),
    ];
    let verified = FORMATS.map(|format| ("verify", format));
    let debugged = [("debug", "text"), ("debug", "json")];
    for (token, number) in tokens.iter().zip(0..) {
        for (name, format) in verified.into_iter().chain(debugged) {
            // A search takes a while, so that it is made in one width each.
            let widths = ["", "40", "1"];
            let widths = if name == "debug" {
                &widths[number % 3..][..1]
            } else {
                &widths[..]
            };
            for columns in widths {
                let mut command = jwtlens();
                command.env("COLUMNS", columns).args([
                    name,
                    "--color=always",
                    "-o",
                    format,
                    "-k",
                    &issuer.jwk(),
                    "--sub",
                    HOSTILE,
                    "--typ",
                    HOSTILE,
                ]);
                let twice = [token.as_bytes(), b"\n", token.as_bytes()].concat();
                check(&feed(&mut command, &twice), format == "line");
            }
        }
    }
}

#[test]
fn in_keys() {
    let hostile = quoted(HOSTILE);
    let good: serde_json::Value = serde_json::from_str(&Issuer::new(1, "k").jwk()).unwrap();
    let directory = tempdir("hostile-keys");
    // A file's name may hold all of it but "/" and NUL.
    let file = directory.join(HOSTILE);
    for name in [
        "kty", "crv", "alg", "kid", "use", "key_ops", "x", "y", HOSTILE,
    ] {
        for value in [HOSTILE.into(), serde_json::Value::from(vec![HOSTILE])] {
            let mut jwk = good.clone();
            jwk[name] = value;
            std::fs::write(&file, jwk.to_string()).unwrap();
            for arguments in [
                &["key"][..],
                &["key", "-o", "json"],
                &["verify", "a.b.c", "-k"],
                &["verify", "-o", "json", "a.b.c", "-k"],
            ] {
                check(&feed(jwtlens().args(arguments).arg(&file), b""), false);
            }
        }
    }
    std::fs::write(&file, format!("{{{hostile}:1,{hostile}:2}}")).unwrap();
    let output = feed(jwtlens().arg("key").arg(&file), b"");
    check(&output, false);
    assert_eq!(status(&output), 1);
}

#[test]
fn in_arguments() {
    let hostiles = [
        HOSTILE.to_owned(),
        format!("--{HOSTILE}"),
        format!("-{HOSTILE}"),
        format!("--at={HOSTILE}"),
        format!("{HOSTILE}={HOSTILE}"),
        format!("/{HOSTILE}"),
    ];
    let before: [&[&str]; 15] = [
        &[],
        &["help"],
        &["verify"],
        &["decode"],
        &["key"],
        &["verify", "-f"],
        &["verify", "-k"],
        &["verify", "-o"],
        &["verify", "--at"],
        &["verify", "--leeway"],
        &["verify", "--only"],
        &["verify", "--claim"],
        &["verify", "--color"],
        &["completions"],
        &["verify", "a.b.c", "-k"],
    ];
    for hostile in &hostiles {
        for before in before {
            let output = feed(jwtlens().args(before).arg(hostile), b"");
            check(&output, false);
            assert_ne!(status(&output), 0);
        }
    }
    for (name, hostile) in hostiles.iter().map(|hostile| ("JWTLENS_KEY", hostile)) {
        check(
            &feed(jwtlens().env(name, hostile).arg("verify"), b"a.b.c"),
            false,
        );
    }
}

/// Spaces in a claim's name are no columns of ours.
#[test]
fn in_names_beside_our_own_words() {
    let payload = r#"{"sub    subject":"admin","exp    expires":"2096-10-02 07:06:40 UTC, in 69y","hint:":"trust it"}"#;
    let token = Issuer::new(1, "k").token(payload);
    let output = feed(jwtlens().arg("decode"), token.as_bytes());
    let told = String::from_utf8(output.stdout).unwrap();
    for (imitation, shown) in [
        ("  sub    subject", "\"sub    subject\""),
        ("  exp    expires", "\"exp    expires\""),
        ("  hint:", "\"hint:\""),
    ] {
        assert!(!told.contains(imitation) && told.contains(shown), "{told}");
    }
    // Nor is a value what we say of it.
    let payload = r#"{"aud":"me, expected \"you\" (not checked)","iss":"me, expected \"you\""}"#;
    let token = Issuer::new(1, "k").token(payload);
    let mut command = jwtlens();
    command.args(["verify", "--iss=us", "-k", &Issuer::new(1, "k").jwk()]);
    let told = stdout(&feed(&mut command, token.as_bytes()));
    let row = r#"! iss  issuer     "me, expected \"you\"", expected "us""#;
    assert!(told.lines().any(|line| line == row), "{told}");
    let mut command = jwtlens();
    command.args(["verify", "-k", &Issuer::new(1, "k").jwk()]);
    let told = stdout(&feed(&mut command, token.as_bytes()));
    let row = r#"  aud  audience   "me, expected \"you\" (not checked)" (not checked; require one with --aud)"#;
    assert!(told.lines().any(|line| line == row), "{told}");
    // A kid is no list of them.
    let tokens = [r#"{"alg":"ES256","kid":"a, 99 b"}"#; 2]
        .map(|header| Issuer::new(1, "k").sign(header.as_bytes(), b"{}") + "\n");
    let mut command = jwtlens();
    command.args(["debug", "-o", "line", "-k", "made/other_key.json"]);
    let output = feed(&mut command, tokens.concat().as_bytes());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("key IDs of rejected tokens: \"a, 99 b\" (2 tokens)\n"),
        "{told}"
    );
}
