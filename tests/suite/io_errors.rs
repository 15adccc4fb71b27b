//! Files, pipes and streams that go wrong: a clear error, a status of the table, nothing lost.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use crate::generated::tempdir;
use crate::support::{
    BetweenPipes, Issuer, assert_printable, data, feed, jwtlens, run, status, stderr, stdout,
};
use crate::terminal::terminal;

const KEY: [&str; 2] = ["-k", "made/public_key.json"];
const AT: [&str; 2] = ["--at", "2026-11-23T18:09:24Z"];

fn token(name: &str) -> Vec<u8> {
    std::fs::read(data("made").join(name)).unwrap()
}

fn verify(arguments: &[&str], stdin: &[u8]) -> Output {
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
    let empty = tempdir("no-keys");
    for (key, told) in [
        (directory.to_str().unwrap(), "exceeds the 1 MiB limit"),
        (empty.to_str().unwrap(), "no keys found in"),
        (zeros.to_str().unwrap(), "exceeds the 1 MiB limit"),
        ("/dev/zero", "exceeds the 1 MiB limit"),
        ("/dev/null", "file is empty"),
        (page.to_str().unwrap(), "an HTML page"),
        (pem.to_str().unwrap(), "a public key (SPKI), malformed"),
        (secret.to_str().unwrap(), "PEM without an END line"),
        ("made/valid.txt", "a token"),
        ("nowhere", "no such file"),
        ("", "no such file"),
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
            "error: cannot write to stdout: no space left on device\n"
        );
    }
    // Nor where a file may grow no further.
    let folder = tempdir("limited");
    for (limit, tokens) in [(0, 1), (8, 1000)] {
        let script = format!(
            "ulimit -f {limit} && exec \"$0\" \"$@\" > '{}/out'",
            folder.display()
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_jwtlens"), "verify"])
            .args(KEY)
            .args(AT)
            .current_dir(data(""));
        let output = feed(&mut command, &token("valid.txt").repeat(tokens));
        assert_eq!(status(&output), 1, "{limit}: {}", stderr(&output));
        assert!(stderr(&output).starts_with("error: cannot write to stdout: "));
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
        let mut child = command.between_pipes();
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
            assert!(stderr(&output).starts_with("error: no token found in stdin\nhint: "));
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

/// A closed stream is as good as `/dev/null`: nothing is lost but what is written to it.
#[test]
fn a_standard_stream_that_is_closed_is_no_panic() {
    for (closed, null, expected) in [
        ("<&-", "</dev/null", 1),
        (">&-", ">/dev/null", 8),
        ("2>&-", "2>/dev/null", 8),
        ("<&- >&- 2>&-", "</dev/null >/dev/null 2>/dev/null", 1),
    ] {
        let [output, as_null] = [closed, null].map(|redirection| {
            let script = format!("\"$0\" verify -k made/public_key.json {redirection}");
            feed(
                Command::new("sh")
                    .args(["-c", &script, env!("CARGO_BIN_EXE_jwtlens")])
                    .current_dir(data("")),
                b"a.b.c",
            )
        });
        assert_eq!(status(&output), expected, "{closed}: {}", stderr(&output));
        assert_eq!(
            (output.stdout, output.stderr),
            (as_null.stdout, as_null.stderr),
            "{closed}"
        );
    }
}

/// What is said on standard error is lost with it, and nothing else.
#[test]
fn messages_that_cannot_be_written_change_nothing() {
    let mut command = jwtlens();
    command.args(["verify", "-o", "line"]).args(KEY).args(AT);
    command.args(["-f", "made/many.txt"]);
    let expected = command.output().unwrap();
    assert!(!expected.stderr.is_empty());
    let full = || Stdio::from(File::create("/dev/full").unwrap());
    // Its reader is gone at once.
    let left = || Stdio::from(std::io::pipe().unwrap().1);
    for stderr in [full, left] {
        let output = command.stderr(stderr()).output().unwrap();
        assert_eq!(
            (status(&output), output.stdout),
            (status(&expected), expected.stdout.clone())
        );
        // No summary, no error, no usage: each is dropped, and the status tells.
        for (arguments, expected) in [
            (&["verify", "-k", "nowhere", "a.b.c"][..], 1),
            (&["--no"], 2),
        ] {
            let status = jwtlens().args(arguments).stderr(stderr()).status();
            assert_eq!(status.unwrap().code(), Some(expected));
        }
    }
}

/// A terminal that was closed takes nothing more.
#[test]
fn a_terminal_that_is_gone_is_told() {
    let gone = || {
        let (master, slave) = terminal(80);
        drop(master);
        slave
    };
    let mut command = jwtlens();
    command.args(["verify"]).args(KEY).args(AT);
    command.args(["-f", "made/valid.txt"]);
    let output = command
        .stdout(gone())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(status(&output), 1);
    assert_eq!(
        stderr(&output),
        "error: cannot write to stdout: input/output error\n"
    );
    let status = command.stdout(gone()).stderr(gone()).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_directory_holds_no_tokens() {
    let mut command = jwtlens();
    command
        .args(["verify"])
        .args(KEY)
        .stdin(File::open(data("made")).unwrap());
    let output = command.output().unwrap();
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    assert_eq!(
        stderr(&output),
        "error: cannot read 'stdin': is a directory\n"
    );
}

/// What editors and other systems do to the ends of lines.
#[test]
fn any_end_of_line_will_do() {
    let good = token("valid.txt").trim_ascii().to_vec();
    for (before, after) in [
        ("", ""),
        ("", "\n"),
        ("", "\r\n"),
        ("\r\n\n", "\r\n\r\n"),
        ("\n \t\n", " \t"),
    ] {
        let input = [before.as_bytes(), &good, after.as_bytes()].concat();
        let output = verify(&["-o", "token"], &input);
        assert_eq!(status(&output), 0, "{before:?} {after:?}");
        assert_eq!(output.stdout, [&good[..], b"\n"].concat());
    }
    // A carriage return alone ends no line.
    let output = verify(&["-q"], &[&good[..], b"\r", &good].concat());
    assert_eq!(status(&output), 8);
}

/// UTF-16 and a byte order mark are told as what they are: octets that no token holds.
#[test]
fn other_encodings_are_malformed() {
    let good = String::from_utf8(token("valid.txt")).unwrap();
    let units = || good.encode_utf16();
    for input in [
        [0xFEFF]
            .into_iter()
            .chain(units())
            .flat_map(u16::to_le_bytes)
            .collect(),
        [0xFEFF]
            .into_iter()
            .chain(units())
            .flat_map(u16::to_be_bytes)
            .collect(),
        units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        units().flat_map(u16::to_be_bytes).collect(),
        format!("\u{feff}{good}").into_bytes(),
    ] {
        let expected = match input.as_slice() {
            [0xEF, ..] => "save the file as UTF-8 without BOM",
            [0xFE | 0xFF, ..] => "convert it: iconv -f UTF-16 -t UTF-8",
            [0, ..] => "convert it: iconv -f UTF-16BE -t UTF-8",
            _ => "convert it: iconv -f UTF-16LE -t UTF-8",
        };
        let output = verify(&[], &input);
        assert_eq!(status(&output), 8);
        assert!(stdout(&output).starts_with("malformed: "));
        assert!(
            stdout(&output).contains(&format!("hint: {expected}\n")),
            "{expected}"
        );
        assert_printable(&output, false);
    }
}

/// Interrupted while it waits for the next token.
#[test]
fn an_interrupt_ends_the_wait() {
    for (signal, expected) in [("INT", 130), ("TERM", 143)] {
        let mut child = jwtlens()
            .args(["verify", "-o", "line"])
            .args(KEY)
            .args(AT)
            .between_pipes();
        let mut stdin = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..2 {
            stdin.write_all(&token("valid.txt")).unwrap();
            assert!(answers.read_line(&mut String::new()).unwrap() > 0);
        }
        // Half a line: what was not decided is not told.
        stdin.write_all(b"eyJ").unwrap();
        let pid = child.id().to_string();
        let killed = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(killed.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(status(&output), expected);
        assert!(stderr(&output).starts_with("interrupted after 2 tokens in "));
        assert!(stderr(&output).ends_with("s: 2 valid\n"));
        let mut rest = String::new();
        answers.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

/// On Ctrl-C in a pipeline, the end of the input comes right after the signal.
#[test]
fn an_interrupt_at_the_end_of_the_input_is_told() {
    for (signal, expected) in [("INT", 130), ("TERM", 143)].repeat(15) {
        let (input, writer) = std::io::pipe().unwrap();
        let mut child = jwtlens()
            .args(["verify", "-o", "line"])
            .args(KEY)
            .args(AT)
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let script = "cat made/valid.txt; read -r _; kill -s $0 $1; exec >&-";
        let mut before = Command::new("sh")
            .args(["-c", script, signal, &child.id().to_string()])
            .current_dir(data(""))
            .stdin(Stdio::piped())
            .stdout(writer)
            .spawn()
            .unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        assert!(answers.read_line(&mut String::new()).unwrap() > 0);
        before.stdin.take().unwrap().write_all(b"\n").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(expected));
        assert!(before.wait().unwrap().success());
    }
}

/// A key file that changes while it is read: one of its states or an error, never a mixture that
/// verifies.
#[test]
fn a_key_file_may_change_while_it_is_read() {
    let file = tempdir("changing").join("key.json");
    // It takes more than one read to come from `x` to `y`.
    let apart = format!("{}\"y\"", " ".repeat(400_000));
    let [right, wrong] = ["made/public_key.json", "made/other_key.json"]
        .map(|name| std::fs::read_to_string(data(name)).unwrap())
        .map(|jwk| jwk.replace("\"y\"", &apart));
    assert_eq!(right.len(), wrong.len());
    std::fs::write(&file, &wrong).unwrap();
    let opened = File::options().write(true).open(&file).unwrap();
    let done = AtomicBool::new(false);
    let outputs = std::thread::scope(|scope| {
        scope.spawn(|| {
            let pause = || std::thread::sleep(Duration::from_millis(1));
            while !done.load(Relaxed) {
                for content in [&right, &wrong] {
                    opened.write_all_at(content.as_bytes(), 0).unwrap();
                    pause();
                }
                opened.set_len(1000).unwrap();
                pause();
            }
        });
        let verify = |_| {
            let mut command = jwtlens();
            command.args(["verify", "-q"]).args(AT).arg("-k").arg(&file);
            feed(&mut command, &token("valid.txt"))
        };
        let outputs: Vec<Output> = (0..200).map(verify).collect();
        done.store(true, Relaxed);
        outputs
    });
    let found: BTreeSet<i32> = outputs.iter().map(status).collect();
    assert_eq!(found, BTreeSet::from([0, 1, 7]));
}

/// A token file that grows is read to the end that it has then.
#[test]
fn a_token_file_may_grow_while_it_is_read() {
    let file = tempdir("growing").join("tokens.txt");
    let line = token("valid.txt");
    std::fs::write(&file, line.repeat(3000)).unwrap();
    let mut command = jwtlens();
    command.args(["verify", "-o", "line"]).args(KEY).args(AT);
    let mut child = command
        .arg("-f")
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(answers.next().unwrap().unwrap().starts_with("1\tvalid\t"));
    let mut appended = File::options().append(true).open(&file).unwrap();
    for _ in 0..10 {
        appended.write_all(&line.repeat(100)).unwrap();
    }
    let rest: Vec<String> = answers.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!((2999..=3999).contains(&rest.len()), "{}", rest.len());
    for (line, number) in rest.iter().zip(2..) {
        assert!(line.starts_with(&format!("{number}\tvalid\t")), "{line}");
    }
}
