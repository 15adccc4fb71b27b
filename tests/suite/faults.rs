//! Files, pipes and streams that go wrong: a clear error, a status of the table, nothing lost.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use crate::generated::tempdir;
use crate::support::{Issuer, data, feed, jwtlens, run, status, stderr, stdout};

const KEY: [&str; 2] = ["-k", "made/public_key.json"];
const AT: [&str; 2] = ["--at", "2026-11-23T18:09:24Z"];

fn token(name: &str) -> Vec<u8> {
    std::fs::read(data("made").join(name)).unwrap()
}

fn verify(arguments: &[&str], stdin: &[u8]) -> std::process::Output {
    run(&[&["verify"], &KEY[..], &AT, arguments].concat(), stdin)
}

#[test]
fn a_key_that_is_none_says_what_it_is() {
    let directory = tempdir("keys");
    let zeros = directory.join("zeros");
    File::create(&zeros).unwrap().set_len(100 << 20).unwrap();
    let page = directory.join("page");
    std::fs::write(&page, "\n<html>").unwrap();
    let pem = directory.join("key.pem");
    std::fs::write(
        &pem,
        "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n",
    )
    .unwrap();
    let secret = directory.join("secret.pem");
    std::fs::write(&secret, "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n").unwrap();
    for (key, told) in [
        (directory.to_str().unwrap(), "it is a directory"),
        (zeros.to_str().unwrap(), "more than 1 MiB"),
        ("/dev/zero", "more than 1 MiB"),
        ("/dev/null", "it is empty"),
        (page.to_str().unwrap(), "an HTML page"),
        (pem.to_str().unwrap(), "PEM (PUBLIC KEY)"),
        (secret.to_str().unwrap(), "PEM (EC PRIVATE KEY)"),
        ("made/valid.txt", "a token"),
        ("nowhere", "there is no such file"),
        ("", "there is no such file"),
    ] {
        let output = run(&["verify", "-k", key], &token("valid.txt"));
        assert_eq!(
            (status(&output), stdout(&output).as_str()),
            (1, ""),
            "{key}"
        );
        assert!(stderr(&output).contains(told), "{key}: {}", stderr(&output));
        assert!(
            stderr(&output).contains("\nhint: "),
            "{key}: {}",
            stderr(&output)
        );
    }
}

/// bash gives `<(command)` as a file that is a pipe.
#[test]
fn a_key_may_come_from_a_command() {
    let script =
        "\"$0\" verify -k <(cat made/public_key.json) --at 2026-11-23T18:09:24Z < made/valid.txt";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_jwtlens")])
        .current_dir(data(""))
        .output()
        .unwrap();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("valid: "));
}

#[test]
fn output_that_cannot_be_written_is_told() {
    for format in ["text", "line", "json", "jsonl", "claims", "token"] {
        let full = File::create("/dev/full").unwrap();
        let mut command = jwtlens();
        command
            .args(["verify", "-o", format])
            .args(KEY)
            .args(AT)
            .args(["-f", "made/valid.txt"]);
        let output = command
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        assert_eq!(status(&output), 1, "{format}");
        assert_eq!(
            stderr(&output),
            "error: can't write to standard output: no space left on device\n"
        );
    }
    // Nothing is printed, so nothing is lost.
    let full = File::create("/dev/full").unwrap();
    let mut command = jwtlens();
    command
        .args(["verify", "-q"])
        .args(KEY)
        .args(AT)
        .args(["-f", "made/expired.txt"]);
    assert_eq!(command.stdout(full).status().unwrap().code(), Some(3));
}

/// A reader that went away ends the run quietly, whatever the tokens were.
#[test]
fn a_broken_pipe_is_quiet() {
    for format in ["text", "line", "json", "jsonl", "token"] {
        let mut command = jwtlens();
        command.args(["verify", "-o", format]).args(KEY).args(AT);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        let line = token("valid.txt");
        // More than a pipe holds, so that the end is not only found at the end.
        for _ in 0..2000 {
            if stdin.write_all(&line).is_err() {
                break;
            }
        }
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (status(&output), stderr(&output).as_str()),
            (141, ""),
            "{format}"
        );
    }
}

/// `tail -f`: a token is answered before the next one comes.
#[test]
fn a_slow_pipe_is_answered_at_once() {
    for format in ["line", "jsonl", "text"] {
        let mut command = jwtlens();
        command.args(["verify", "-o", format]).args(KEY).args(AT);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..3 {
            stdin.write_all(&token("valid.txt")).unwrap();
            let mut line = String::new();
            while !line.contains("valid") {
                line.clear();
                assert!(answers.read_line(&mut line).unwrap() > 0);
            }
        }
        drop(stdin);
        let mut rest = String::new();
        answers.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn a_bad_line_stops_nothing() {
    let good = token("valid.txt");
    let input = [
        b"\xff\xfe\n".to_vec(),
        good.clone(),
        b"\0\0\n".to_vec(),
        vec![b'a'; (16 << 20) + 1],
        b"\n".to_vec(),
        good,
        b"\x0c\n \t\r\n\n".to_vec(),
    ]
    .concat();
    let output = verify(&["-o", "line"], &input);
    let verdicts: Vec<String> = stdout(&output)
        .lines()
        .map(|line| line.split('\t').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        verdicts,
        [
            "1 malformed",
            "2 valid",
            "3 malformed",
            "4 malformed",
            "5 valid",
            "6 malformed"
        ]
    );
    let told = stderr(&output);
    assert_eq!(status(&output), 8);
    assert!(
        told.starts_with("6 tokens in ") && told.contains(": 2 valid, 4 malformed\n"),
        "{told}"
    );
}

#[test]
fn the_most_severe_verdict_is_the_status() {
    let with = |names: &[&str]| {
        names
            .iter()
            .flat_map(|name| token(name))
            .collect::<Vec<u8>>()
    };
    for (names, expected) in [
        (&["valid.txt", "valid.txt"][..], 0),
        (&["expired.txt", "valid.txt"], 3),
        (&["not-yet-valid.txt", "expired.txt"], 4),
        (&["none.txt", "not-yet-valid.txt"], 6),
        (&["mis-signed.txt", "none.txt"], 7),
        (&["opaque.txt", "mis-signed.txt"], 8),
    ] {
        for quiet in [&["-q"][..], &["--only", "valid"], &["-o", "claims"]] {
            assert_eq!(status(&verify(quiet, &with(names))), expected, "{names:?}");
        }
    }
    assert_eq!(
        status(&verify(
            &["--aud", "other"],
            &with(&["valid.txt", "expired.txt"])
        )),
        5
    );
}

/// No usable input is no success, and no silence.
#[test]
fn nothing_in_is_an_error() {
    for input in ["", "\n\n", " \t\r\n"] {
        for format in ["text", "line", "json", "jsonl", "claims", "token"] {
            let output = verify(&["-o", format], input.as_bytes());
            assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
            assert!(stderr(&output).starts_with("error: no token in stdin\nhint: "));
        }
    }
}

/// The key's own stream is not the tokens': one of them would be empty.
#[test]
fn one_stream_is_not_read_twice() {
    let jwk = Issuer::new(1, "k").jwk();
    for arguments in [
        &["verify", "-k", "-"][..],
        &["verify", "-k", "-", "-"],
        &["verify", "-k", "-", "-f", "-"],
    ] {
        assert_eq!(status(&run(arguments, jwk.as_bytes())), 2, "{arguments:?}");
    }
    // Twice the same stream would be read as an empty key.
    let output = run(&["verify", "-k", "-", "-k", "-", "a.b.c"], jwk.as_bytes());
    assert_eq!(status(&output), 2, "{}", stderr(&output));
    assert_eq!(status(&run(&["key", "-", "-"], jwk.as_bytes())), 2);
}

/// Memory doesn't grow with the stream. `VmHWM` is the most that a process ever held.
#[test]
fn memory_is_constant() {
    const MOST: u64 = 32 * 1024;
    let mut command = jwtlens();
    command
        .args(["verify", "-o", "line", "--jobs", "2"])
        .args(KEY)
        .args(AT);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let line = token("valid.txt");
    let lines = 40_000;
    // The other end stays open, so that the process is still there when all answers have come.
    let writer = std::thread::spawn(move || {
        for _ in 0..lines {
            stdin.write_all(&line).unwrap();
        }
        stdin
    });
    let mut answer = String::new();
    for _ in 0..lines {
        answer.clear();
        assert!(answers.read_line(&mut answer).unwrap() > 0);
    }
    let proc = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = proc
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < MOST, "{peak} KiB");
    drop(writer.join().unwrap());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_standard_stream_that_is_closed_is_no_panic() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let script = format!("\"$0\" verify -k made/public_key.json {closed}");
        let output = feed(
            Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_jwtlens")])
                .current_dir(data("")),
            b"a.b.c",
        );
        assert!(
            [1, 8].contains(&status(&output)),
            "{closed}: {}",
            stderr(&output)
        );
    }
}
