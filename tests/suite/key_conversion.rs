//! `jwtlens key -o jwk` and `-o pem`: which keys they write, and why not the others; and `-q`, which only answers.

use std::fs;
use std::path::PathBuf;

use data_encoding::BASE64;

use crate::forge::pem;
use crate::generated::tempdir;
use crate::key_forms::{Key, keys};
use crate::support::{run, status, stderr, stdout};

fn file(name: &str, content: &str) -> PathBuf {
    let file = tempdir(&format!("conversion-{name}")).join(name);
    fs::write(&file, content).unwrap();
    file
}

fn pss() -> Key {
    keys()
        .into_iter()
        .find(|key| key.name == "RSASSA-PSS")
        .unwrap()
}

#[test]
fn jwk_cannot_record_pss_without_a_hash() {
    let text = pem("PUBLIC KEY", &pss().spki);
    let path = file("pss.pub.pem", &text);
    let path = path.to_str().unwrap();
    let output = run(&["key", "-o", "jwk", path], b"");
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    assert_eq!(
        stderr(&output),
        format!(
            "error: {path}: a JWK without \"alg\" cannot record the restriction to RSASSA-PSS\nhint: use -o pem\n"
        )
    );
    let output = run(&["key", "-o", "pem", path], b"");
    assert_eq!((status(&output), stdout(&output)), (0, text));
}

#[test]
fn every_reason_is_named() {
    let jwk = r#"{"kty":"OKP","crv":"X25519","x":"AAAA","use":"enc"}"#;
    let path = file("jwe.jwk", jwk);
    let output = run(&["key", "-o", "jwk", path.to_str().unwrap()], b"");
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    let said = stderr(&output);
    for reason in [
        "\"crv\" must be \"Ed25519\", found \"X25519\"",
        "\"use\" must be \"sig\", found \"enc\"",
        "\nhint: ask the issuer for the public signing key; this one is for key agreement",
    ] {
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn key_of_two_sources_is_written_once() {
    let key = &keys()[0];
    let text = pem("PUBLIC KEY", &key.spki);
    let path = file("key.pem", &text);
    let path = path.to_str().unwrap();
    let output = run(&["key", "-o", "pem", path, path], b"");
    assert_eq!((status(&output), stdout(&output)), (0, text));
    let output = run(&["key", "-o", "jwk", path, path], b"");
    assert_eq!(stdout(&output).matches("\"kty\"").count(), 1);
    // With another key ID it is another key.
    let other = file("other.json", &key.jwk.replacen('{', r#"{"kid":"a","#, 1));
    let output = run(&["key", "-o", "jwk", path, other.to_str().unwrap()], b"");
    assert_eq!(stdout(&output).matches("\"kty\"").count(), 2);
}

/// The argument could be the name of a file, so it is not read as a key.
#[test]
fn key_in_base64_is_read_from_files_and_stdin_only() {
    let base64 = BASE64.encode(&keys()[0].spki);
    let output = run(&["key", &base64], b"");
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    assert_eq!(
        stderr(&output),
        format!(
            "error: KEY 1 ({} characters; not shown, as it may be a secret): a key in base64 must be in a file or on stdin\nhint: write it to a file, or pipe it in and use - for the key\n",
            base64.len()
        )
    );
    let output = run(&["key", "-"], base64.as_bytes());
    assert_eq!(status(&output), 0);
}

#[test]
fn quiet_answers_by_the_exit_status_alone() {
    let key = &keys()[0];
    let usable = file("usable.json", &key.jwk);
    let encryption = r#"{"kty":"OKP","crv":"X25519","x":"AAAA","use":"enc"}"#;
    let unusable = file("unusable.json", encryption);
    for (path, exit) in [(&usable, 0), (&unusable, 1)] {
        let path = path.to_str().unwrap();
        for format in ["text", "json", "jwk", "pem"] {
            let [quiet, loud] = [&["-q"][..], &[]].map(|option| {
                let asked = [&["key", "-o", format, path], option].concat();
                run(&asked, b"")
            });
            assert_eq!((status(&quiet), status(&loud)), (exit, exit), "{format}");
            assert_eq!(stdout(&quiet), "");
        }
        assert_eq!(stderr(&run(&["key", "-q", path], b"")), "");
    }
    // An error is not a part of the report.
    let output = run(&["key", "-q", "missing.json"], b"");
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    assert!(stderr(&output).starts_with("error: cannot read 'missing.json': "));
}
