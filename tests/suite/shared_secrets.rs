//! Shared secrets: where they come from, what never becomes one, and that nothing of them is shown.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::forge::pem;
use crate::generated::tempdir;
use crate::key_forms::{certificate, keys};
use crate::pairs::{encode, input};
use crate::support::{feed, jwtlens, run, status, stderr, stdout};

/// Text, and long enough for every hash.
const SECRET: &str = "correct?horse>battery~staple-correct?horse>battery~staple-correct?horse>";

fn token(secret: &[u8]) -> Vec<u8> {
    let input = input("HS256", "{}");
    let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    let mac = mac.chain_update(&input).finalize().into_bytes();
    format!("{input}.{}\n", encode(mac)).into_bytes()
}

fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = tempdir(&format!("secret-{name}")).join("secret");
    fs::write(&file, content).unwrap();
    file
}

/// `verify` with these arguments, of a token under [`SECRET`].
fn verify(arguments: &[&str]) -> Output {
    let all = [&["verify", "-o", "json"], arguments].concat();
    run(&all, &token(SECRET.as_bytes()))
}

fn report(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

fn codes(output: &Output) -> Vec<String> {
    let report = report(output);
    let findings = report["findings"].as_array().unwrap();
    let codes = findings.iter().map(|finding| finding["code"].as_str());
    codes.map(|code| code.unwrap().to_owned()).collect()
}

/// No eight characters in a row of the secret in any encoding.
fn assert_hidden(secret: &str, output: &Output) {
    let said = format!("{}{}", stdout(output), stderr(output));
    let bytes = secret.as_bytes();
    for form in [
        secret.to_owned(),
        BASE64.encode(bytes),
        BASE64URL.encode(bytes),
        HEXLOWER.encode(bytes),
        HEXUPPER.encode(bytes),
    ] {
        for at in 0..form.len().saturating_sub(8) {
            assert!(!said.contains(&form[at..at + 8]), "{form}: {said}");
        }
    }
}

#[test]
fn a_secret_is_read_in_each_encoding() {
    let bytes = SECRET.as_bytes();
    for (encoding, text, is_trimmed) in [
        ("text", SECRET.to_owned(), false),
        ("text", format!("{SECRET}\n"), true),
        ("text", format!("{SECRET}\r\n"), true),
        ("base64", BASE64.encode(bytes), false),
        ("base64", format!("{}\n", BASE64_NOPAD.encode(bytes)), false),
        ("base64url", BASE64URL_NOPAD.encode(bytes), false),
        (
            "base64url",
            format!("{}\r\n", BASE64URL.encode(bytes)),
            false,
        ),
        ("hex", HEXLOWER.encode(bytes), false),
        ("hex", format!("{}\n", HEXUPPER.encode(bytes)), false),
    ] {
        let path = file("encodings", &text);
        let path = path.to_str().unwrap();
        let from_file = verify(&["--secret-encoding", encoding, "--secret-file", path]);
        let mut command = jwtlens();
        command.env("A_SECRET", &text).args([
            "verify",
            "-o",
            "json",
            "--secret-env",
            "A_SECRET",
            "--secret-encoding",
            encoding,
        ]);
        let from_variable = feed(&mut command, &token(bytes));
        for (output, source) in [(from_file, path), (from_variable, "$A_SECRET")] {
            assert_eq!(
                status(&output),
                0,
                "{encoding} {text:?}: {}",
                stderr(&output)
            );
            let report = report(&output);
            assert_eq!(report["verdict"], "valid");
            assert_eq!(report["signature"]["key"]["source"], source);
            assert!(report["signature"]["key"]["thumbprint"].is_null());
            let is_noted = codes(&output).contains(&"secret-trimmed".to_owned());
            assert_eq!(is_noted, is_trimmed, "{encoding} {text:?}");
            assert_hidden(SECRET, &output);
        }
    }
    // Only one newline is removed.
    let path = file("newlines", format!("{SECRET}\n\n"));
    assert_eq!(
        status(&verify(&["--secret-file", path.to_str().unwrap()])),
        7
    );
}

#[test]
fn several_secrets_and_keys_are_tried() {
    let (one, two) = (file("one", "another"), file("two", SECRET));
    let output = verify(&[
        "-k",
        "made/public_key.json",
        "--secret-file",
        one.to_str().unwrap(),
        "--secret-file",
        two.to_str().unwrap(),
    ]);
    assert_eq!(status(&output), 0);
    assert_eq!(report(&output)["signature"]["keys_tried"], 2);
}

/// With a secret, no key is looked for elsewhere.
#[test]
fn a_secret_stands_in_for_the_default_key() {
    let directory = tempdir("secret-default");
    fs::write(directory.join("public_key.json"), "broken").unwrap();
    fs::write(directory.join("secret"), SECRET).unwrap();
    let mut command = jwtlens();
    command
        .current_dir(&directory)
        .env("JWTLENS_KEY", "nowhere")
        .args(["verify", "--secret-file", "secret"]);
    let output = feed(&mut command, &token(SECRET.as_bytes()));
    assert_eq!((status(&output), stderr(&output).as_str()), (0, ""));
}

#[test]
fn a_missing_or_empty_secret_is_an_error() {
    for (content, encoding, expected) in [
        ("", "text", "the secret is empty"),
        ("\n", "text", "the secret is empty"),
        (" \n", "base64", "the secret is empty"),
        ("\r\n", "hex", "the secret is empty"),
        (SECRET, "base64", "the secret is not valid base64"),
        (SECRET, "base64url", "the secret is not valid base64url"),
        (SECRET, "hex", "the secret is not valid hex"),
    ] {
        let path = file("missing", content);
        let output = verify(&[
            "--secret-file",
            path.to_str().unwrap(),
            "--secret-encoding",
            encoding,
        ]);
        assert_eq!(status(&output), 1);
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        assert_hidden(SECRET, &output);
    }
    // The name of the variable may be the secret itself.
    for arguments in [["--secret-env", SECRET], ["--secret-file", SECRET]] {
        let output = verify(&arguments);
        assert_eq!(status(&output), 1);
        assert_hidden(SECRET, &output);
        let said = stderr(&output);
        let is_named = said.contains("is not set") || said.contains("no such file");
        assert!(is_named, "{said}");
    }
}

/// A public key that is taken for a secret is what algorithm confusion needs (RFC 8725, section 2.1).
#[test]
fn no_key_is_a_secret_in_any_form() {
    for key in keys() {
        let certificate = certificate(&key.spki);
        let spki = pem("PUBLIC KEY", &key.spki);
        let private = pem(key.private[0].0, &key.private[0].1);
        let base64 = BASE64.encode(&key.spki);
        for (form, encoding) in [
            (key.jwk.clone().into_bytes(), "text"),
            (format!("{{\"keys\":[{}]}}\n", key.jwk).into_bytes(), "text"),
            (spki.clone().into_bytes(), "text"),
            (format!("\u{feff}{spki}").into_bytes(), "text"),
            (spki.replace('\n', "\\n").into_bytes(), "text"),
            (pem("CERTIFICATE", &certificate).into_bytes(), "text"),
            (private.into_bytes(), "text"),
            (key.spki.clone(), "text"),
            (certificate, "text"),
            (base64.clone().into_bytes(), "text"),
            (base64.into_bytes(), "base64"),
            (BASE64.encode(spki.as_bytes()).into_bytes(), "base64"),
            (HEXLOWER.encode(&key.spki).into_bytes(), "hex"),
        ] {
            let path = file("confusion", &form);
            let path = path.to_str().unwrap();
            let arguments = [
                "verify",
                "--secret-encoding",
                encoding,
                "--secret-file",
                path,
            ];
            let output = run(&arguments, &token(&form));
            let what = format!("{} {}", key.name, String::from_utf8_lossy(&form));
            assert_eq!(
                (status(&output), stdout(&output).as_str()),
                (1, ""),
                "{what}"
            );
            assert!(
                stderr(&output).contains("expected a secret, found a key"),
                "{what}"
            );

            // As the key that it is, it checks no MAC, not even one that it would be the secret of.
            if encoding == "text" {
                let output = run(&["verify", "-k", path], &token(&form));
                assert_eq!(status(&output), 6, "{what}");
                // Nor is it the secret of a JWK.
                let k = BASE64URL_NOPAD.encode(&form);
                let path = file("confusion-jwk", format!(r#"{{"kty":"oct","k":"{k}"}}"#));
                let output = run(&["verify", "-k", path.to_str().unwrap()], &token(&form));
                assert_eq!(status(&output), 1, "{what}");
                assert!(stderr(&output).contains("\"k\" holds a key"), "{what}");
            }
        }
    }
    let jwk = r#"{"kty":"oct","k":"c2VjcmV0LXNlY3JldA"}"#;
    let output = verify(&["--secret-file", file("jwk", jwk).to_str().unwrap()]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("expected a secret, found a JWK"));
    assert_hidden("secret-secret", &output);
}

#[test]
fn nothing_but_a_jwk_becomes_a_secret_with_k() {
    for content in [
        SECRET.to_owned(),
        BASE64.encode(SECRET.as_bytes()),
        HEXLOWER.encode(SECRET.as_bytes()),
    ] {
        let path = file("plain", &content);
        let output = verify(&["-k", path.to_str().unwrap()]);
        assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
        assert_hidden(SECRET, &output);
    }
    let k = BASE64URL_NOPAD.encode(SECRET.as_bytes());
    let jwk = format!(r#"{{"kty":"oct","k":"{k}"}}"#);
    let path = file("oct", &jwk);
    for command in ["verify", "debug"] {
        for format in ["text", "json", "jsonl", "line"] {
            let arguments = [command, "-o", format, "-k", path.to_str().unwrap()];
            let output = run(&arguments, &token(SECRET.as_bytes()));
            assert_eq!(status(&output), 0);
            assert_hidden(SECRET, &output);
            let output = run(&arguments, &token(b"another"));
            assert_eq!(status(&output), 7);
            assert_hidden(SECRET, &output);
        }
    }
    // There is no public key to convert.
    for (format, expected) in [("text", 0), ("json", 0), ("jwk", 1), ("pem", 1)] {
        let output = run(&["key", "-o", format, path.to_str().unwrap()], b"");
        assert_eq!(status(&output), expected);
        assert_hidden(SECRET, &output);
    }
}

/// The file is hex, and `--secret-encoding` says otherwise, or the other way around.
#[test]
fn the_encoding_of_a_secret_is_found_if_another_one_was_named() {
    let secret = *b"0123456789abcdef0123456789abcdef";
    let hex = HEXLOWER.encode(&secret);
    let base64 = BASE64.decode(hex.as_bytes()).unwrap();
    for (signed, named, expected) in [
        (&secret[..], "base64", "secret-hex"),
        (&secret, "base64url", "secret-hex"),
        (&secret, "text", "secret-hex"),
        // Of a text that is read as hex, the letter case is lost: it proves nothing as base64.
        (&base64, "text", "secret-base64"),
        (hex.as_bytes(), "base64", "secret-base64"),
        (hex.as_bytes(), "base64url", "secret-base64"),
        (hex.as_bytes(), "hex", "secret-hex"),
    ] {
        let path = file("encoding", &hex);
        let path = path.to_str().unwrap();
        let arguments = ["debug", "-o", "json", "--secret-file", path];
        let output = run(
            &[&arguments[..], &["--secret-encoding", named]].concat(),
            &token(signed),
        );
        let codes = codes(&output);
        assert!(codes.contains(&expected.to_owned()), "{named}: {codes:?}");
        assert_hidden(&hex, &output);
    }
}

/// RFC 2104, section 2: a key that is longer than a block is hashed first, and a shorter one filled with zeros.
#[test]
fn a_damaged_mac_says_nothing_of_the_secret() {
    for secret in ["k".repeat(100), "q".to_owned()] {
        let path = file("damaged", &secret);
        let mut token = token(secret.as_bytes());
        let at = token.len() - 20;
        token[at] = if token[at] == b'A' { b'B' } else { b'A' };
        let output = run(
            &[
                "debug",
                "-o",
                "json",
                "--secret-file",
                path.to_str().unwrap(),
            ],
            &token,
        );
        let codes = codes(&output);
        assert!(codes.contains(&"altered-character".to_owned()), "{codes:?}");
        assert!(
            !codes.iter().any(|code| code.starts_with("secret-")),
            "{codes:?}"
        );
    }
}

/// What is said of a secret is about how it was given.
#[test]
fn the_words_about_a_secret_fit_how_it_was_given() {
    let bytes = *b"\xFF\xFE\xFD456789abcdef0123456789abcdef!";
    let [base64, hex] = [BASE64.encode(&bytes), HEXLOWER.encode(&bytes)];
    let marked = format!("\u{feff}{base64}");
    let quoted = format!("\"{base64}\"");
    let hash = Sha256::digest(base64.as_bytes());
    let text = ["--secret-encoding", "text"];
    let in_base64 = ["--secret-encoding", "base64"];
    let in_hex = ["--secret-encoding", "hex"];
    for (given, options, signed, told) in [
        (
            &base64,
            text,
            &bytes[..],
            "the signer decoded the secret from base64",
        ),
        (&hex, text, &bytes, "the signer decoded the secret from hex"),
        (
            &base64,
            in_base64,
            base64.as_bytes(),
            "the signer used the secret's base64 text without decoding it",
        ),
        (
            &hex,
            in_hex,
            hex.as_bytes(),
            "the signer used the secret's hex text without decoding it",
        ),
        (
            &base64,
            in_base64,
            hex.as_bytes(),
            "the signer used the hex text of the secret instead of its bytes",
        ),
        (&hex, in_base64, &bytes, "the secret is hex, not base64"),
        (
            &marked,
            text,
            &bytes,
            "the signer decoded the secret from base64",
        ),
        (
            &quoted,
            text,
            &bytes,
            "the signer decoded the secret from base64",
        ),
        (
            &base64,
            text,
            &hash,
            "the signer used a hash of the secret as the HMAC key",
        ),
    ] {
        let path = file("words", given);
        let path = path.to_str().unwrap();
        let arguments = ["debug", "-o", "json", "--secret-file", path];
        let output = run(&[&arguments[..], &options].concat(), &token(signed));
        let report = report(&output);
        let findings = report["findings"].as_array().unwrap();
        let summaries: Vec<&str> = findings
            .iter()
            .map(|finding| finding["summary"].as_str().unwrap())
            .collect();
        assert!(summaries.contains(&told), "{told}: {summaries:?}");
        assert_hidden(&base64, &output);
    }
    for (k, signed, told) in [
        (
            hex.clone(),
            &bytes[..],
            "\"k\" in the JWK is hex, not base64url",
        ),
        (
            BASE64URL_NOPAD.encode(&bytes),
            BASE64URL_NOPAD.encode(&bytes).as_bytes(),
            "the signer used the text of \"k\" as the secret, without decoding it",
        ),
    ] {
        let path = file("words", format!(r#"{{"kty":"oct","k":"{k}"}}"#));
        let arguments = ["debug", "-o", "json", "-k", path.to_str().unwrap()];
        let output = run(&arguments, &token(signed));
        assert_eq!(report(&output)["findings"][0]["summary"], told);
    }
    let path = file("marked", &marked);
    let arguments = ["verify", "--secret-file", path.to_str().unwrap()];
    let output = run(&[&arguments[..], &in_base64].concat(), &token(&bytes));
    assert!(stderr(&output).contains("byte order mark"));
}

#[test]
fn no_public_key_is_suggested_for_a_mac() {
    let path = file("hint", SECRET);
    let arguments = [
        "debug",
        "-o",
        "json",
        "--secret-file",
        path.to_str().unwrap(),
    ];
    let output = run(&arguments, &token(b"another"));
    let report = report(&output);
    let findings = report["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["code"] == "no-key-matches");
    assert_eq!(
        finding.unwrap()["hint"],
        "compare the token with the original, and the secret with the signer's"
    );
}
