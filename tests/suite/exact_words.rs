//! What messages and reports say where another sentence would mislead: about the wrong cause, unit, key or place.

use std::fs;
use std::path::Path;

use crate::generated::tempdir;
use crate::pairs::{Pair, encode};
use crate::support::{Issuer, feed, jwtlens, status, stderr, stdout};

const CLAIMS: &str = r#"{"sub":"user-42"}"#;

/// Both outputs of a command in a directory, at 80 columns.
fn output(directory: &Path, arguments: &[&str], stdin: &str) -> String {
    let mut command = jwtlens();
    command.env("COLUMNS", "80");
    command.current_dir(directory).args(arguments);
    let output = feed(&mut command, stdin.as_bytes());
    stdout(&output) + &stderr(&output)
}

/// A directory with the public key of this issuer in `key.json`.
fn with_key(name: &str, issuer: &Issuer) -> std::path::PathBuf {
    let directory = tempdir(name);
    fs::write(directory.join("key.json"), issuer.jwk()).unwrap();
    directory
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[track_caller]
fn assert_lacks(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(!text.contains(part), "{part} in {text}");
    }
}

#[test]
fn empty_secret_is_no_public_key() {
    let directory = tempdir("empty-secret");
    fs::write(directory.join("secret"), "0123456789abcdef0123456789abcdef").unwrap();
    let token = Pair::Oct(Vec::new()).token("HS256", "HS256", CLAIMS);
    let text = output(&directory, &["debug", "--secret-file", "secret"], &token);
    assert_has(
        &text,
        &[
            "Why: empty-secret (proven; RFC 7518, section 3.2)\n",
            "  HS256 with the empty secret produces this signature\n",
        ],
    );
    assert_lacks(&text, &["hmac-with-public-key"]);
}

#[test]
fn time_beyond_any_unit_is_not_in_milliseconds() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("time-too-large", &issuer);
    let verify = |claims: &str| {
        output(
            &directory,
            &["verify", "-k", "key.json"],
            &issuer.token(claims),
        )
    };
    let large = verify(r#"{"exp":1e300}"#);
    assert_has(
        &large,
        &["Note: time-too-large (likely; RFC 7519, section 2)\n"],
    );
    assert_lacks(&large, &["time-in-milliseconds"]);
    let milliseconds = verify(r#"{"exp":4102444800000}"#);
    assert_has(&milliseconds, &["time-in-milliseconds"]);
    assert_lacks(&milliseconds, &["time-too-large"]);
}

/// A valid token's report has at most 22 lines, also with a note on one of nine claims.
#[test]
fn a_valid_report_with_a_note_has_22_lines() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("valid-with-note", &issuer);
    let claims = r#"{"iss":"a","sub":"b","aud":"c","email":"d","role":"e","iat":1,"nbf":1,"exp":4102444800000,"jti":"f"}"#;
    let text = output(
        &directory,
        &["verify", "-k", "key.json"],
        &issuer.token(claims),
    );
    assert_has(&text, &["valid: ", "Note: time-in-milliseconds"]);
    assert!(text.lines().count() <= 22, "{text}");
}

#[test]
fn exp_before_iat_is_a_fact_about_the_issuer() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("exp-before-iat", &issuer);
    let token = issuer.token(r#"{"iat":1700006900,"exp":1700000000}"#);
    let text = output(&directory, &["debug", "-k", "key.json"], &token);
    assert_has(
        &text,
        &[
            "Why: expires-before-issued\n",
            "  hint: check how the issuer computes \"exp\"\n",
        ],
    );
    assert_lacks(&text, &["unit"]);
}

#[test]
fn issued_in_future_blames_clocks_only_without_at() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("issued-in-future", &issuer);
    let token = issuer.token(r#"{"iat":4000000000}"#);
    let verify = ["verify", "-k", "key.json"];
    let now = output(&directory, &verify, &token);
    assert_has(
        &now,
        &["hint: check the clocks of the issuer and of this machine\n"],
    );
    let at = output(
        &directory,
        &[&verify[..], &["--at", "2020-01-01"]].concat(),
        &token,
    );
    assert_has(
        &at,
        &[
            "Note: issued-in-future",
            "hint: check the time of the check, and \"iat\"\n",
        ],
    );
    assert_lacks(&at, &["clock"]);
}

/// If a token has no signature, or nothing of it is as it was, no search finds more.
#[test]
fn deep_is_not_advised_for_tokens_without_a_signature() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("deep-in-vain", &issuer);
    let debug = |token: &str| output(&directory, &["debug", "-k", "key.json"], token);
    let none = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(CLAIMS));
    let signed = issuer.token(CLAIMS);
    for (token, code) in [
        (none, "unsecured"),
        (signed.to_lowercase(), "altered-character"),
        (
            signed[..=signed.rfind('.').unwrap()].to_owned(),
            "signature-removed",
        ),
    ] {
        let text = debug(&token);
        assert_has(&text, &["Why: ", code]);
        assert_lacks(&text, &["--deep"]);
    }
    assert_has(
        &debug(&Issuer::new(2, "k").token(CLAIMS)),
        &["use --deep to try more"],
    );
}

/// Text around a token explains nothing if what is left is no token either.
#[test]
fn surroundings_of_a_malformed_token_are_no_cause() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("malformed-inside", &issuer);
    let token = issuer.token(CLAIMS);
    let debug = |token: &str| output(&directory, &["debug", "-k", "key.json"], token);
    let (start, end) = token.split_at(token.find('.').unwrap() + 9);
    let text = debug(&format!("{start}..{end}"));
    assert_has(
        &text,
        &["malformed: expected 3 dot-separated segments, found 5\n"],
    );
    assert_lacks(&text, &["surrounded-token", "would be malformed"]);
    assert_has(
        &debug(&format!("token {token}")),
        &["surrounded-token", "would be valid\n"],
    );
}

#[test]
fn list_of_values_is_named_as_one() {
    let directory = tempdir("lists");
    for (option, list, message, hint) in [
        (
            "--only",
            "expired,mis-signed",
            "error: '--only' takes one verdict\n",
            "hint: repeat the option: --only expired --only mis-signed\n",
        ),
        (
            "--alg",
            "RS256,PS256",
            "error: '--alg' takes one algorithm\n",
            "hint: repeat the option: --alg RS256 --alg PS256\n",
        ),
        (
            "--require",
            "email,azp",
            "error: '--require' takes one claim\n",
            "hint: repeat the option, or write a name with a comma as a JSON Pointer",
        ),
    ] {
        let text = output(&directory, &["verify", option, list], "");
        assert_has(&text, &[message, hint]);
        assert_lacks(&text, &["secret"]);
    }
    let text = output(&directory, &["decode", "--expires-within", "30d"], "");
    assert_has(
        &text,
        &[
            "error: --expires-within requires --check-time\n",
            "hint: add --check-time: without it, decode checks no times\n",
        ],
    );
}

#[test]
fn key_reports_a_weak_secret_as_verify_does() {
    let directory = tempdir("key-weak-secret");
    let note = "  note: HS256 needs a secret of at least 32 bytes, found 5 (RFC 7518,";
    for (secret, members, expected) in [
        (5, "", Some(note)),
        (32, "", None),
        (
            32,
            r#","alg":"HS512""#,
            Some("  note: HS512 needs a secret of at least 64 bytes, found 32"),
        ),
    ] {
        let jwk = format!(
            r#"{{"kty":"oct","k":"{}"{members}}}"#,
            encode(vec![7; secret])
        );
        fs::write(directory.join("k.json"), jwk).unwrap();
        let text = output(&directory, &["key", "k.json"], "");
        match expected {
            Some(note) => assert_has(&text, &[note]),
            None => assert_lacks(&text, &["note:"]),
        }
    }
}

#[test]
fn damaged_keys_have_no_thumbprint() {
    let directory = tempdir("no-thumbprint");
    let jwk = Issuer::new(1, "k").jwk();
    let [x, y] = Issuer::new(1, "k").coordinates();
    let swapped = jwk.replace(&x, "#").replace(&y, &x).replace('#', &y);
    for (jwk, has_thumbprint, words) in [
        (jwk.clone(), true, "usable for ES256\n"),
        (swapped, false, "hint: swap \"x\" and \"y\" in the key\n"),
        (
            jwk.replace(&x, &x[..42]),
            false,
            "hint: download the key again; it may be truncated\n",
        ),
        (
            jwk.replace(&x, &format!("{x}=")),
            false,
            "hint: remove the \"=\"",
        ),
        (
            jwk.replace("P-256", "p-256"),
            false,
            "hint: write \"P-256\"\n",
        ),
        (
            jwk.replace("P-256", "P256"),
            false,
            "hint: write \"P-256\"\n",
        ),
        // The members are a key's, which is for something else.
        (
            jwk.replace("\"kty\"", "\"use\":\"enc\",\"kty\""),
            true,
            "\"use\" must be \"sig\"",
        ),
        (
            jwk.replace("\"kty\"", "\"use\":1,\"kty\""),
            true,
            "\"use\" must be a string",
        ),
    ] {
        fs::write(directory.join("k.json"), &jwk).unwrap();
        let text = output(&directory, &["key", "k.json"], "");
        assert_has(&text, &[words]);
        assert_eq!(text.contains("thumbprint"), has_thumbprint, "{text}");
        let json = output(&directory, &["key", "-o", "json", "k.json"], "");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            json["keys"][0]["thumbprint"].is_string(),
            has_thumbprint,
            "{json}"
        );
    }
}

/// What debug finds more is worth a hint, and only that.
#[test]
fn debug_is_advised_unless_the_first_line_says_all() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("debug-advice", &issuer);
    let verify = |token: &str| output(&directory, &["verify", "-k", "key.json"], token);
    let hint = "hint: run `jwtlens debug`";
    let rsa = Pair::new("RSA", 7).token("RS256", "RS256", CLAIMS);
    let text = verify(&rsa);
    assert_has(
        &text,
        &["\"alg\" is \"RS256\", which no given key supports\n"],
    );
    assert_lacks(&text, &[hint]);
    // ES256, whatever its header says.
    let other = issuer.sign(br#"{"alg":"RS256"}"#, CLAIMS.as_bytes());
    assert_has(&verify(&other), &[hint]);
}

/// The key of a file is named by the file, if that is all its name.
#[test]
fn key_without_kid_is_named_by_its_file() {
    let directory = tempdir("unnamed-key");
    let (first, second) = (Pair::new("P-256", 3), Pair::new("P-256", 4));
    fs::write(directory.join("first.json"), first.jwk()).unwrap();
    fs::write(directory.join("second.json"), second.jwk()).unwrap();
    let token = first.token("RS256", "ES256", CLAIMS);
    let debug = ["debug", "-k", "second.json", "-k", "first.json"];
    let text = output(&directory, &debug, &token);
    assert_has(&text, &["with the key in first.json"]);
    let set = format!("{{\"keys\":[{},{}]}}", first.jwk(), second.jwk());
    fs::write(directory.join("set.json"), set).unwrap();
    let text = output(&directory, &["debug", "-k", "set.json"], &token);
    assert_has(&text, &["with the key with thumbprint\n"]);
}

#[test]
fn quiet_debug_keeps_status_and_stderr() {
    let issuer = Issuer::new(1, "k");
    let directory = with_key("quiet-debug", &issuer);
    let early = issuer.token(r#"{"nbf":4000000000}"#);
    let tokens = [
        Issuer::new(2, "k").token(CLAIMS),
        issuer.token(CLAIMS),
        early,
        "x.y".to_owned(),
    ];
    for token in tokens {
        let run = |arguments: &[&str]| {
            let mut command = jwtlens();
            command.current_dir(&directory).args(arguments);
            feed(&mut command, token.as_bytes())
        };
        let loud = run(&["debug", "-k", "key.json"]);
        let quiet = run(&["debug", "-k", "key.json", "-q"]);
        assert_eq!(status(&quiet), status(&loud), "{token}");
        assert_eq!(stdout(&quiet) + &stderr(&quiet), "", "{token}");
    }
}

#[test]
fn summary_is_not_broken_between_a_count_and_its_noun() {
    let directory = tempdir("summary-lines");
    let kids = [
        "a".repeat(37),
        "b".repeat(44),
        "c".repeat(51),
        "d".repeat(56),
    ];
    let mut tokens = String::new();
    for kid in &kids {
        let issuer = Issuer::new(1, kid);
        fs::write(directory.join("key.json"), issuer.jwk()).unwrap();
        tokens += &(issuer.token(CLAIMS) + "\n");
        tokens += &(issuer.token(r#"{"exp":1}"#) + "\n");
        tokens += &(issuer.token(r#"{"nbf":4000000000}"#) + "\n");
    }
    let text = output(
        &directory,
        &["verify", "-o", "summary", "-k", "key.json"],
        &tokens,
    );
    assert_has(&text, &["1 not-yet-valid\n"]);
    for line in text.lines() {
        let last = line.rsplit(' ').next().unwrap();
        assert!(last.parse::<u64>().is_err(), "{text}");
    }
}
