//! What messages and reports advise, word for word, for the mistakes that newcomers make.

use std::fs;
use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};

use crate::asn1;
use crate::generated::tempdir;
use crate::pairs::Pair;
use crate::support::{Issuer, feed, jwtlens, status, stderr, stdout};

const CLAIMS: &str = r#"{"sub":"user-42"}"#;

/// Both outputs of a command in a directory.
fn output(directory: &Path, arguments: &[&str], stdin: &str) -> String {
    let mut command = jwtlens();
    command.current_dir(directory).args(arguments);
    let output = feed(&mut command, stdin.as_bytes());
    stdout(&output) + &stderr(&output)
}

fn assert_told(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn hidden_path_is_described_with_the_directory_that_exists() {
    let directory = tempdir("hidden-path");
    fs::create_dir(directory.join("keys")).unwrap();
    for (arguments, place) in [
        (&["verify", "-f", "keys/jwt"][..], "the value of -f"),
        (&["verify", "-k", "keys/jwt", "a.b.c"], "the value of -k"),
        (
            &["verify", "--secret-file", "keys/jwt", "a.b.c"],
            "the value of --secret-file",
        ),
        (&["key", "keys/jwt"], "KEY 1"),
    ] {
        let text = output(&directory, arguments, "");
        let expected = format!(
            "cannot read {place} (8 characters in 'keys'; not shown, as it may be a secret): no such file"
        );
        assert_told(&text, &[&expected]);
        assert!(!text.contains("keys/jwt"), "{text}");
    }
}

#[test]
fn option_of_another_program_is_named() {
    let directory = tempdir("foreign-options");
    for (option, hint) in [
        ("--no-color", "hint: use --color never, or set NO_COLOR"),
        ("--key-file", "hint: use -k KEY"),
        (
            "--jwks-url",
            "hint: jwtlens has no network access; use -k <(curl -s URL)",
        ),
        ("--clock-skew", "hint: use --leeway DURATION"),
    ] {
        let text = output(&directory, &["verify", option], "");
        let problem = format!("error: unexpected argument '{option}' found");
        assert_told(&text, &[&problem, hint]);
    }
    let text = output(&directory, &["key", "-k", "hunter2hunter2"], "");
    assert_told(&text, &["hint: pass the file without -k: jwtlens key FILE"]);
    assert!(!text.contains("hunter2"), "{text}");
    let text = output(
        &directory,
        &["verify", "--at", "2026-11-27T03:00:00", "a.b.c"],
        "",
    );
    assert_told(&text, &["missing time zone: add Z or an offset"]);
}

/// A signer that read the newline of the file, which is removed here.
#[test]
fn secret_with_the_newline_of_its_file_is_explained() {
    let directory = tempdir("newline");
    let secret = [[7; 64].as_slice(), b"\n"].concat();
    let token = Pair::Oct(secret.clone()).token("HS256", "HS256", CLAIMS);
    fs::write(directory.join("secret.txt"), &secret).unwrap();
    fs::write(directory.join("secret.b64"), BASE64.encode(&secret)).unwrap();
    fs::write(directory.join("trimmed.txt"), [7; 64]).unwrap();
    let debug = |file| output(&directory, &["debug", "--secret-file", file], &token);
    assert_told(
        &debug("secret.txt"),
        &[
            "Why: secret-with-newline (proven",
            "  the signer's secret ends with a newline, which is removed from secret.txt\n",
            "  hint: encode secret and newline as base64 and use --secret-encoding base64\n",
        ],
    );
    assert_told(
        &debug("trimmed.txt"),
        &["  the secrets differ by a trailing newline\n"],
    );
    let mut command = jwtlens();
    command.current_dir(&directory);
    command.args([
        "verify",
        "--secret-file",
        "secret.b64",
        "--secret-encoding",
        "base64",
    ]);
    assert_eq!(status(&feed(&mut command, token.as_bytes())), 0);
}

#[test]
fn key_of_a_ca_certificate_has_a_warning() {
    let directory = tempdir("ca-warning");
    let root = Issuer::new(1, "root");
    let warning =
        "  warning: the key is from a CA certificate; CA keys sign certificates, not tokens\n";
    for is_ca in [true, false] {
        let certificate = asn1::certificate(("Test", &root), ("Test", &root), is_ca);
        fs::write(
            directory.join("ca.pem"),
            asn1::pem("CERTIFICATE", &certificate),
        )
        .unwrap();
        let text = output(&directory, &["key", "ca.pem"], "");
        assert_eq!(text.contains(warning), is_ca, "{text}");
        // It is used, and a certificate that signs itself is often one: no warning each time.
        let text = output(&directory, &["verify", "-k", "ca.pem"], &root.token(CLAIMS));
        assert!(
            text.starts_with("valid: ") && !text.contains("CA"),
            "{text}"
        );
    }
}

#[test]
fn coordinate_in_hex_is_recognized() {
    let directory = tempdir("hex-coordinate");
    let issuer = Issuer::new(1, "k");
    let [x, y] = issuer.coordinates();
    let hex = HEXLOWER.encode(&issuer.point()[1..33]);
    let key = format!(r#"{{"kty":"EC","crv":"P-256","x":"{hex}","y":"{y}"}}"#);
    fs::write(directory.join("key.json"), &key).unwrap();
    let text = output(&directory, &["key", "key.json"], "");
    assert_told(
        &text,
        &["hint: it looks like hex; encode its bytes as base64url"],
    );
    fs::write(
        directory.join("key.json"),
        key.replace(&hex, &(x + "AAAAAAAAAAAAAAAAAAAAA")),
    )
    .unwrap();
    let text = output(&directory, &["key", "key.json"], "");
    assert!(!text.contains("hex"), "{text}");
}

#[test]
fn damage_to_a_copied_token_is_named() {
    let directory = tempdir("copied");
    let issuer = Issuer::new(1, "k");
    fs::write(directory.join("key.json"), issuer.jwk()).unwrap();
    let token = issuer.token(CLAIMS);
    let debug = |token: &str| output(&directory, &["debug", "-k", "key.json"], token);
    let verify = |token: &str| output(&directory, &["verify", "-k", "key.json"], token);
    assert_told(
        &debug(&token.to_lowercase()),
        &["  the token was converted to lowercase; base64url is case-sensitive\n"],
    );
    assert!(!debug(&token[1..]).contains("lowercase"));
    let shortened = "hint: copy the full token from its source, not from a log or web page\n";
    assert_told(&verify(&format!("{}...", &token[..60])), &[shortened]);
    let marked = format!("\u{feff}{token}");
    let hint = "hint: save the file as UTF-8 without BOM\n";
    assert_told(&verify(&marked), &[hint]);
    assert_told(&debug(&marked), &[hint]);
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut command = jwtlens();
    command
        .current_dir(&directory)
        .args(["debug", "-k", "key.json"]);
    let text = stdout(&feed(&mut command, &utf16));
    assert_told(&text, &["  converted to UTF-8, it verifies with the key"]);
}

#[test]
fn header_and_claims_are_corrected() {
    let directory = tempdir("corrected");
    let issuer = Issuer::new(1, "k");
    fs::write(directory.join("key.json"), issuer.jwk()).unwrap();
    let verify = |header: &str, claims: &str| {
        let token = issuer.sign(header.as_bytes(), claims.as_bytes());
        output(&directory, &["verify", "-k", "key.json"], &token)
    };
    let critical = |rest: &str| {
        let header = format!(r#"{{"alg":"ES256","crit":["urn:x"]{rest}}}"#);
        verify(&header, CLAIMS)
    };
    let unsupported = "unverifiable: unsupported critical header parameter: \"urn:x\"";
    assert_told(
        &critical(""),
        &[&format!("{unsupported}, which the header does not have\n")],
    );
    assert_told(&critical(r#","urn:x":1"#), &[&format!("{unsupported}\n")]);
    let header = r#"{"alg":"ES256"}"#;
    assert_told(
        &verify(header, r#"{"exp":null}"#),
        &["hint: have the issuer write seconds since 1970 as a number, or omit the claim\n"],
    );
    let later = verify(header, r#"{"exp":1e30}"#);
    assert_told(
        &later,
        &["valid: signature verified, expires after year 9999\n"],
    );
    assert!(!later.contains(", in "), "{later}");
    let unsupported = verify(r#"{"alg":"ML-DSA-44"}"#, CLAIMS);
    assert_told(
        &unsupported,
        &["unverifiable: \"alg\" is \"ML-DSA-44\", which jwtlens does not support\n"],
    );
}

/// A longer search does not help if no key can verify the signature.
#[test]
fn deep_is_advised_only_if_it_can_help() {
    let directory = tempdir("deep-advice");
    let issuer = Issuer::new(1, "k");
    let rsa = Pair::new("RSA", 7);
    fs::write(directory.join("key.json"), issuer.jwk()).unwrap();
    fs::write(directory.join("rsa.json"), rsa.jwk()).unwrap();
    let other = Issuer::new(2, "k").token(CLAIMS);
    let debug = |key| output(&directory, &["debug", "-k", key], &other);
    assert_told(&debug("key.json"), &["use --deep to try more"]);
    let text = debug("rsa.json");
    assert!(
        text.contains("  tried ") && !text.contains("--deep"),
        "{text}"
    );
    let token = rsa.token("RS256", "PS256", CLAIMS);
    let text = output(&directory, &["debug", "-k", "rsa.json"], &token);
    assert_told(
        &text,
        &["hint: set \"alg\" to \"PS256\", or sign with RS256\n"],
    );
    // Candidates explain nothing.
    let json = output(
        &directory,
        &["debug", "-k", "key.json", "-o", "json"],
        &other,
    );
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let candidates = findings
        .iter()
        .find(|finding| finding["code"] == "signer-candidates");
    assert_eq!(candidates.unwrap()["explains"], false);
}
