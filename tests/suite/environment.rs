//! The machine around the program: its environment, its folders and its clock change no answer
//! that they have no part in.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::generated::tempdir;
use crate::support::{
    Issuer, NOW, assert_printable, feed, jwtlens, skipped, status, stderr, stdout,
};

const BAD: &[u8] = b"\xff\x1b[2J\xfe";

fn bad() -> &'static OsStr {
    OsStr::from_bytes(BAD)
}

fn verify() -> Command {
    let mut command = jwtlens();
    command.args(["verify", "-k", &Issuer::new(1, "k").jwk()]);
    command.args(["--at", &NOW.to_string()]);
    command
}

#[test]
fn the_environment_changes_no_answer() {
    let token = Issuer::new(1, "k").token(r#"{"sub":"é漢🙂","exp":1795395600}"#);
    let answer = |command: &mut Command| {
        let output = feed(command, token.as_bytes());
        (status(&output), output.stdout, output.stderr)
    };
    let expected = answer(&mut verify());
    assert_eq!(expected.0, 0);
    let texts = [
        ("LANG", "C"),
        ("LC_ALL", "C"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("HOME", "/nonexistent"),
        ("TMPDIR", "/nonexistent"),
        ("TZ", "Nowhere/Land"),
        ("COLUMNS", "99999999999999999999"),
        ("COLUMNS", "-1"),
        ("RUST_BACKTRACE", "full"),
        ("JWTLENS_KEY", ""),
    ];
    let texts = texts.map(|(name, value)| (name, OsStr::new(value)));
    let octets = [
        "LANG",
        "HOME",
        "TZ",
        "TERM",
        "COLUMNS",
        "NO_COLOR",
        "JWTLENS_KEY",
    ];
    let octets = octets.map(|name| (name, bad()));
    for (name, value) in texts.into_iter().chain(octets) {
        let found = answer(verify().env(name, value));
        assert!(found == expected, "{name}={value:?}");
    }
    // Nor does a zone, unless it is asked for.
    let local = answer(verify().arg("--local").env("TZ", "Asia/Tokyo"));
    assert_eq!(local.0, 0);
    assert!(local.1 != expected.1);
    for zone in ["Nowhere/Land", "/dev/null", "/dev/zero", ":/dev/zero", ""] {
        assert_eq!(
            answer(verify().arg("--local").env("TZ", zone)).0,
            0,
            "{zone}"
        );
    }
    assert_eq!(answer(verify().arg("--local").env("TZ", bad())).0, 0);
    // The whole file system is not searched for zones.
    let begun = Instant::now();
    let everywhere = answer(
        verify()
            .arg("--local")
            .env("TZ", "Asia/Tokyo")
            .env("TZDIR", "/"),
    );
    assert_eq!(everywhere.0, 0);
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

/// Names and arguments are octets: those that are no text are used as they are, and shown escaped.
#[test]
fn octets_that_are_no_text() {
    let directory = tempdir("octets");
    let token = Issuer::new(1, "k").token("{}");
    let key = directory.join(bad());
    let tokens = directory.join(OsString::from_vec([BAD, b".txt"].concat()));
    fs::write(&key, Issuer::new(1, "k").jwk()).unwrap();
    fs::write(&tokens, &token).unwrap();
    let check = |command: &mut Command, expected: i32| -> Output {
        let output = feed(command, b"");
        assert_printable(&output, false);
        assert_eq!(status(&output), expected, "{}", stderr(&output));
        output
    };
    let found = check(
        jwtlens()
            .arg("verify")
            .arg("-k")
            .arg(&key)
            .arg("-f")
            .arg(&tokens),
        0,
    );
    assert!(stdout(&found).starts_with("valid: "));
    check(
        jwtlens().args(["verify", &token]).env("JWTLENS_KEY", &key),
        0,
    );
    check(jwtlens().arg("key").arg(&key), 0);
    check(jwtlens().args(["key", "-o", "json"]).arg(&key), 0);
    // None of these is there, or can be meant.
    check(
        jwtlens().args(["verify", &token]).env("JWTLENS_KEY", bad()),
        1,
    );
    check(jwtlens().args(["verify", &token, "-k"]).arg(bad()), 1);
    check(jwtlens().args(["decode", "-f"]).arg(bad()), 1);
    check(
        jwtlens()
            .args(["debug", &token, "--try-key"])
            .arg(bad())
            .arg("-k")
            .arg(&key),
        1,
    );
    check(jwtlens().arg("decode").arg(bad()), 8);
    check(jwtlens().arg(bad()), 2);
    for option in [
        "--at", "--leeway", "--aud", "--claim", "--only", "-o", "--color", "--jobs",
    ] {
        let output = feed(verify().arg(option).arg(bad()), b"");
        assert_printable(&output, false);
        assert_eq!(status(&output), 2, "{option}: {}", stderr(&output));
    }
}

/// A folder that is gone, and a key file that is none.
#[test]
fn the_folder_may_be_gone() {
    let token = Issuer::new(1, "k").token("{}");
    let directory = tempdir("gone");
    let script = "rmdir \"$PWD\" && exec \"$0\" verify \"$@\"";
    let gone = |name: &str, arguments: &[&str]| {
        let directory = directory.join(name);
        fs::create_dir(&directory).unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", script, env!("CARGO_BIN_EXE_jwtlens")])
            .args(arguments);
        feed(command.env_clear().current_dir(directory), token.as_bytes())
    };
    let output = gone("a", &[]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).starts_with("error: no key given"));
    assert_eq!(status(&gone("b", &["-k", &Issuer::new(1, "k").jwk()])), 0);

    let output = |what: &str| {
        let output = feed(
            jwtlens().arg("verify").current_dir(&directory),
            token.as_bytes(),
        );
        assert_eq!(status(&output), 1, "{what}");
        stderr(&output)
    };
    let default = directory.join("public_key.json");
    fs::create_dir(&default).unwrap();
    assert!(output("a directory").contains("no keys found in 'public_key.json'"));
    fs::remove_dir(&default).unwrap();
    std::os::unix::fs::symlink(&default, &default).unwrap();
    output("a link to itself");
}

/// Times at the edges of what calendars know, and beyond.
#[test]
fn any_time_can_be_now() {
    let issuer = Issuer::new(1, "k");
    let token = |claims: &str| issuer.token(claims);
    let jwk = issuer.jwk();
    for (now, claims, expected) in [
        ("1970-01-01T00:00:00Z", r#"{"nbf":1,"exp":2}"#, 4),
        ("1970-01-01T00:00:00Z", r#"{"nbf":0,"exp":1}"#, 0),
        ("1970-01-01T00:00:00Z", r#"{"exp":0}"#, 3),
        ("-1", r#"{"exp":-1}"#, 3),
        ("-1", r#"{"exp":0}"#, 0),
        // The last second of 31 bits, and the one after it.
        ("2038-01-19T03:14:07Z", r#"{"exp":2147483648}"#, 0),
        ("2038-01-19T03:14:08Z", r#"{"exp":2147483648}"#, 3),
        ("2106-02-07T06:28:16Z", r#"{"exp":4294967297}"#, 0),
        // The last second that RFC 3339 can write.
        ("9999-12-31T23:59:59Z", r#"{"exp":253402300800}"#, 0),
        ("9999-12-31T23:59:59Z", r#"{"exp":1e400}"#, 0),
        ("0000-01-01T00:00:00Z", r#"{"nbf":-1e400,"exp":1}"#, 0),
        // A clock can't show these.
        ("253402300800", "{}", 2),
        ("9223372036854775807", "{}", 2),
        ("-9223372036854775808", "{}", 2),
    ] {
        for format in ["text", "line", "json"] {
            for more in [&[][..], &["--leeway", "3650000d", "--max-age", "1s"]] {
                let arguments = ["-k", &jwk, "-o", format, &format!("--at={now}")];
                let mut command = jwtlens();
                command.arg("verify").args(arguments).args(more);
                let output = feed(&mut command, token(claims).as_bytes());
                assert_printable(&output, format == "line");
                if more.is_empty() {
                    assert_eq!(
                        status(&output),
                        expected,
                        "{now} {claims}: {}",
                        stderr(&output)
                    );
                } else {
                    assert!([0, 2, 3, 4, 5].contains(&status(&output)), "{now} {claims}");
                }
            }
        }
    }
}

/// The machine's own clock at those times, where there is a program that makes it so.
#[test]
fn the_clock_may_be_wrong() {
    if Command::new("faketime").arg("--version").output().is_err() {
        skipped("there is no faketime, which sets the clock of a program");
        return;
    }
    let token = Issuer::new(1, "k").token(r#"{"nbf":1000000000,"exp":3000000000}"#);
    for (clock, second, expected) in [
        ("1970-01-01 00:00:01", 1, 4),
        ("2026-11-23 18:09:24", 1_795_457_364, 0),
        ("2038-01-19 03:14:08", 2_147_483_648, 0),
        ("9999-12-31 23:59:50", 253_402_300_790, 3),
    ] {
        let program = env!("CARGO_BIN_EXE_jwtlens");
        let mut command = Command::new("faketime");
        command.args(["-f", &format!("@{clock}"), program]);
        command.args(["verify", "-o", "json", "-k", &Issuer::new(1, "k").jwk()]);
        let output = feed(command.env("TZ", "UTC"), token.as_bytes());
        assert_eq!(status(&output), expected, "{clock}: {}", stderr(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let now = report["time"]["now"].as_i64().unwrap();
        assert!((second..second + 100).contains(&now), "{clock}: {now}");
    }
}
