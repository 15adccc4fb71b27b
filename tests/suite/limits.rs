//! What a machine has little of: memory, stack, open files, threads.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;

use crate::generated::tempdir;
use crate::support::{BetweenPipes, data, feed, jwtlens, skipped, status, stderr};

const MIB: u64 = 1024;

/// By this many threads, whatever machine this is: each takes its share.
const JOBS: [&str; 2] = ["--jobs", "8"];

/// Ordinary tokens, however many.
pub const ORDINARY: u64 = 32 * MIB;

/// Anything that never ends.
const ENDLESS: u64 = 64 * MIB;

/// Lines and tokens at their limits, by one thread.
const LONGEST: u64 = 96 * MIB;

/// The most that a running process ever held, in KiB.
fn peak(child: &Child) -> u64 {
    let file = format!("/proc/{}/status", child.id());
    let status = std::fs::read_to_string(file).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

fn spawn(command: &mut Command) -> (Child, ChildStdin) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    (child, stdin)
}

/// What a command holds once it has taken all blocks, and how it ends.
pub fn fed(command: &mut Command, blocks: impl Iterator<Item = Vec<u8>>) -> (u64, Option<i32>) {
    let (mut child, mut stdin) = spawn(command);
    for block in blocks {
        stdin.write_all(&block).unwrap();
    }
    // A pipe holds 64 KiB: all but those were taken.
    let peak = peak(&child);
    drop(stdin);
    (peak, child.wait().unwrap().code())
}

/// The shortest that is read as a token.
fn short() -> Vec<u8> {
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"none"}"#);
    format!("{header}.e30.\n").into_bytes()
}

fn verify(arguments: &[&str]) -> Command {
    let mut command = jwtlens();
    command.args(["verify", "-k", "made/public_key.json"]);
    command
        .args(["--at", "2026-11-23T18:09:24Z"])
        .args(arguments);
    command
}

const LINES: usize = 2_000_000;
const BLOCK: usize = 10_000;

#[test]
fn memory_is_constant_over_two_million_lines() {
    let blocks = || (0..LINES / BLOCK).map(|_| short().repeat(BLOCK));
    let (peak, status) = fed(
        jwtlens().args(["decode", "-o", "line"]).args(JOBS),
        blocks(),
    );
    assert_eq!(status, Some(0));
    assert!(peak < ORDINARY, "{peak} KiB");
    let (peak, status) = fed(verify(&["-q"]).args(JOBS).arg("-"), blocks());
    assert_eq!(status, Some(6));
    assert!(peak < ORDINARY, "{peak} KiB");
    // The measure can tell: this one holds what it is given.
    let mut holds = Command::new("awk");
    let (peak, _) = fed(holds.arg("{ line[NR] = $0 }"), blocks());
    assert!(peak > ENDLESS, "{peak} KiB");
}

#[test]
fn memory_is_constant_over_verified_tokens() {
    let valid = std::fs::read(data("made/valid.txt")).unwrap();
    let blocks = (0..80).map(|_| valid.repeat(500));
    let (peak, status) = fed(verify(&["-o", "jsonl"]).args(JOBS), blocks);
    assert_eq!(status, Some(0));
    assert!(peak < ORDINARY, "{peak} KiB");
}

/// What is counted for the summary is text of the tokens, ever another.
#[test]
fn memory_is_constant_over_ever_other_faults() {
    let token = |number: usize| {
        let header = format!(r#"{{"alg":"ES256","kid":"{number}","n{number}":1,"n{number}":1}}"#);
        format!("{}.e30.AAAA\n", BASE64URL_NOPAD.encode(header.as_bytes())).into_bytes()
    };
    let block = |number: usize| (0..1000).flat_map(|at| token(number * 1000 + at)).collect();
    let (peak, status) = fed(verify(&["-o", "line"]).args(JOBS), (0..200).map(block));
    assert_eq!(status, Some(8));
    assert!(peak < ORDINARY, "{peak} KiB");
    // Those that `debug` counts have names of any length.
    let token = |number: usize| {
        let kid = format!("{number}{}", "k".repeat(1 << 20));
        let header = format!(r#"{{"alg":"none","kid":"{kid}"}}"#);
        format!("{}.e30.\n", BASE64URL_NOPAD.encode(header.as_bytes())).into_bytes()
    };
    let mut debug = jwtlens();
    debug.args(["debug", "-o", "line", "-k", "made/public_key.json"]);
    let (peak, status) = fed(&mut debug, (0..150).map(token));
    assert_eq!(status, Some(6));
    assert!(peak < LONGEST, "{peak} KiB");
}

/// Streams without end: of tokens, of text, and of a line that never ends.
#[test]
fn memory_is_constant_without_end() {
    let valid = std::fs::read(data("made/valid.txt")).unwrap();
    let scanned = [
        &b"\xff text, no token: eyJ. \""[..],
        valid.trim_ascii(),
        b"\" a\0",
    ]
    .concat();
    for (arguments, block) in [
        (&["-o", "line"][..], valid.repeat(100)),
        (&["--scan", "-o", "jsonl"], scanned.repeat(100)),
        (&["-q"], vec![0; 1 << 20]),
        (&["--scan", "-q"], vec![b'e'; 1 << 20]),
    ] {
        let (mut child, mut stdin) = spawn(verify(arguments).args(JOBS));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(1) {
            stdin.write_all(&block).unwrap();
        }
        let peak = peak(&child);
        assert!(peak < ENDLESS, "{arguments:?}: {peak} KiB");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// The longest lines, and the longest tokens of the JSON that takes the most.
#[test]
fn memory_is_bounded_over_the_longest() {
    let token = |unit: &str| {
        let items = unit.repeat(1_572_000 / unit.len());
        let [header, payload] = [r#"{"alg":"ES256"}"#, &format!(r#"{{"a":[{items}0]}}"#)]
            .map(|json| BASE64URL_NOPAD.encode(json.as_bytes()));
        let token = format!("{header}.{payload}.{}\n", "A".repeat(86)).into_bytes();
        assert!((2_096_000..=2 << 20).contains(&token.len()));
        token
    };
    let line = |unit: &str| [unit.repeat((16 << 20) / unit.len()).as_bytes(), b"\n"].concat();
    // Some tokens on one line, as --scan finds them.
    let scanned = |unit: &str| {
        let token = [token(unit).trim_ascii_end(), b" "].concat();
        [token.repeat(7), b"\n".to_vec()].concat()
    };
    let text = &["verify", "--jobs", "1"][..];
    let json = &["verify", "--jobs", "1", "-o", "json"][..];
    let scan = &["verify", "--jobs", "1", "--scan"][..];
    let debug = &["debug", "-o", "json"][..];
    for (options, block, expected) in [
        (text, token("0,"), 7),
        (json, token("0,"), 7),
        (text, token(r#"{"a":0},"#), 7),
        (json, token(r#"{"a":0},"#), 7),
        (text, token("[],"), 7),
        (text, token("[0],"), 7),
        (json, token("[[[[[[0]]]]]],"), 7),
        (debug, token("[0],"), 7),
        (json, line("a"), 8),
        (text, line("."), 8),
        (debug, line("."), 8),
        (debug, line("eyJ..."), 8),
        // A block has seven tokens.
        (scan, scanned("[1,1,1,1,1],"), 7),
    ] {
        let mut command = jwtlens();
        command.args(options).args(["-k", "made/public_key.json"]);
        let blocks = if options == scan { 2 } else { 4 };
        let (peak, status) = fed(&mut command, (0..blocks).map(|_| block.clone()));
        assert_eq!(status, Some(expected));
        assert!(peak < LONGEST, "{options:?}: {peak} KiB");
    }
}

/// Runs the program from a shell that sets limits first.
fn limited(limit: &str, arguments: &[&str], stdin: &[u8]) -> Output {
    let script = format!("{limit} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_jwtlens")])
        .args(arguments)
        .env_clear()
        .current_dir(data(""));
    feed(&mut command, stdin)
}

/// JSON that is nested 100,000 deep, wherever a token or a key has JSON: told as too deep by every
/// command, with a stack of 256 KiB, on the first thread and on the others.
#[test]
fn deep_nesting_takes_no_stack() {
    const DEEP: usize = 100_000;
    let arrays = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let tokens = |depth| {
        let good = r#"{"alg":"ES256"}"#;
        let key = format!(r#"{{"alg":"ES256","jwk":{}}}"#, objects(depth));
        let crit = format!(r#"{{"alg":"ES256","crit":{}}}"#, arrays(depth));
        let aud = format!(r#"{{"aud":{}}}"#, arrays(depth));
        let mut tokens = String::new();
        for (header, payload) in [
            (good, &*arrays(depth)),
            (good, &objects(depth)),
            (good, &aud),
            (&key, "{}"),
            (&crit, "{}"),
        ] {
            let segments = [header, payload].map(|json| BASE64URL_NOPAD.encode(json.as_bytes()));
            tokens.extend([&segments.join("."), ".", &"A".repeat(86), "\n"]);
        }
        tokens
    };
    let deep = tokens(DEEP);
    // The deepest that are read take as much, and are short: enough for a dozen blocks, so that every
    // thread meets them, and those that are rejected at the same level.
    let many = [tokens(126), tokens(128)].concat().repeat(200) + &deep;
    let key = "made/public_key.json";
    let small = "ulimit -s 256 && export RUST_MIN_STACK=16384";
    for (options, input) in [
        (&["decode", "-o", "json"][..], &deep),
        (&["verify", "-o", "json", "--jobs", "3", "-k", key], &many),
        (&["verify", "--scan", "--jobs", "3", "-k", key], &many),
        (&["decode", "--jobs", "3"], &many),
        (&["debug", "-v", "-k", key], &(tokens(126) + &deep)),
    ] {
        let output = limited(small, options, input.as_bytes());
        let told = stderr(&output);
        assert_eq!(status(&output), 8, "{options:?}: {told}");
        assert!(told.contains("nesting exceeds 127 levels"), "{told}");
    }
    let file = tempdir("deep").join("key.json");
    for jwk in [
        format!(r#"{{"keys":{}}}"#, arrays(DEEP)),
        format!(r#"{{"x":{}}}"#, objects(DEEP)),
    ] {
        std::fs::write(&file, jwk).unwrap();
        let file = file.to_str().unwrap();
        for arguments in [
            &["key", file][..],
            &["verify", "-k", file, "a.b.c"],
            &["debug", "-k", file, "a.b.c"],
        ] {
            let output = limited(small, arguments, b"");
            assert_eq!(status(&output), 1, "{arguments:?}: {}", stderr(&output));
        }
    }
}

/// The program where not one more thread can be had; none where that can't be arranged. No limit holds
/// for root, so that root runs it as nobody.
fn alone(arguments: &[&str]) -> Option<Command> {
    let user = Command::new("id").arg("-u").output().ok()?;
    let nobody: &[&str] = if user.stdout == b"0\n" {
        &["setpriv", "--reuid=65534", "--clear-groups"]
    } else {
        &[]
    };
    let limit = ["prlimit", "--nproc=1", env!("CARGO_BIN_EXE_jwtlens")];
    // What runs in the background of a shell was started with SIGINT ignored.
    let signals = ["env", "--default-signal=INT,TERM"];
    let command = |arguments: &[&str]| {
        let words = [&signals, nobody, &limit, arguments].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(data(""));
        command
    };
    let tried = command(&["--version"]).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        skipped("setpriv and prlimit, which take threads away, are not there or may not");
        return None;
    }
    Some(command(arguments))
}

/// Threads that can't be had are done without.
#[test]
fn few_threads_do_the_same() {
    let tokens = tempdir("threads").join("tokens.txt");
    let valid = std::fs::read(data("made/valid.txt")).unwrap();
    std::fs::write(&tokens, valid.repeat(4000)).unwrap();
    let tokens = tokens.to_str().unwrap();
    let key = ["verify", "-o", "line", "-k", "made/public_key.json"];
    let time = ["--at", "2026-11-23T18:09:24Z", "-f", tokens];
    let arguments = |jobs| [&key[..], &time, &["--jobs", jobs]].concat();
    let expected = jwtlens().args(arguments("1")).output().unwrap();
    assert_eq!(status(&expected), 0);
    for jobs in ["2", "100"] {
        let Some(mut alone) = alone(&arguments(jobs)) else {
            return;
        };
        let output = alone.stdin(Stdio::null()).output().unwrap();
        assert_eq!(status(&output), 0, "{jobs}: {}", stderr(&output));
        assert!(output.stdout == expected.stdout, "{jobs}");
    }
}

/// Signals are waited for on a thread; without it they end the program as they end any other.
#[test]
fn signals_are_not_lost_without_their_thread() {
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let Some(mut alone) = alone(&["decode", "-o", "line"]) else {
            return;
        };
        let mut child = alone.between_pipes();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&short()).unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        answers.read_line(&mut String::new()).unwrap();
        let pid = child.id().to_string();
        let killed = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(killed.unwrap().success());
        // One that goes on ends with its input.
        drop(stdin);
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(number), "{status}");
    }
}

/// Key and tokens are read one after the other: the descriptor that loads the program is enough.
#[test]
fn one_more_open_file_is_enough() {
    let key = ["verify", "-k", "made/public_key.json", "-o", "line"];
    let time = ["--at", "2026-11-23T18:09:24Z"];
    for files in [
        &["-f", "made/valid.txt", "-f", "made/valid.txt"][..],
        &["-f", "made/many.txt", "-f", "-"],
    ] {
        let arguments = [&key[..], &time, files].concat();
        let valid = std::fs::read(data("made/valid.txt")).unwrap();
        let expected = feed(jwtlens().args(&arguments), &valid);
        let output = limited("ulimit -n 4", &arguments, &valid);
        assert_eq!(status(&output), status(&expected), "{}", stderr(&output));
        assert!(output.stdout == expected.stdout);
    }
}
