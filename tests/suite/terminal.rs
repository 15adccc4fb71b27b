//! What differs at a terminal: colours, the width, and no silent wait for input.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::support::{Issuer, data, feed, jwtlens, stdout};

/// Both ends of a terminal of so many columns.
pub fn terminal(columns: u16) -> (File, File) {
    // A program that another test starts must not keep the terminal open.
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = File::options()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    tcsetwinsize(
        &master,
        Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        },
    )
    .unwrap();
    (master.into(), slave)
}

/// What a command writes to a terminal on standard output and standard error.
fn shown(command: &mut Command, columns: u16, stdin_too: bool) -> (Option<i32>, String) {
    let (master, slave) = terminal(columns);
    let stdin = if stdin_too {
        Stdio::from(slave.try_clone().unwrap())
    } else {
        File::open(data("made/valid.txt")).unwrap().into()
    };
    on_terminal(command, stdin, master, slave)
}

/// The same on a given terminal.
pub fn on_terminal(
    command: &mut Command,
    stdin: Stdio,
    mut master: File,
    slave: File,
) -> (Option<i32>, String) {
    let mut child = command
        .stdin(stdin)
        .stdout(slave.try_clone().unwrap())
        .stderr(slave)
        .spawn()
        .unwrap();
    // The command holds the other end too; without it the terminal would never be at its end.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut octets = Vec::new();
    // A terminal whose other end is closed is an error (EIO), not an end.
    let _ = master.read_to_end(&mut octets);
    let status = child.wait().unwrap();
    (
        status.code(),
        String::from_utf8(octets).unwrap().replace("\r\n", "\n"),
    )
}

fn verify() -> Command {
    let mut command = jwtlens();
    command.args([
        "verify",
        "-k",
        "made/public_key.json",
        "--at",
        "2026-11-23T18:09:24Z",
    ]);
    command
}

/// One empty line sets the summary off from the reports above it, and none from other formats.
#[test]
fn a_summary_is_set_off_from_reports() {
    let many = ["-f", "made/many.txt"];
    for (format, before) in [("text", "\n\n"), ("line", "\n"), ("jsonl", "\n")] {
        let (_, screen) = shown(verify().args(many).args(["-o", format]), 80, false);
        let (reports, _) = screen.split_once("4 tokens in ").unwrap();
        // Progress may have been shown on the line.
        let reports = reports.trim_end_matches(['\r', '\u{1b}', '[', 'K']);
        let lines = reports.len() - reports.trim_end_matches('\n').len();
        assert_eq!(lines, before.len(), "{format}: {screen:?}");
    }
    // Nothing is above it.
    let (_, screen) = shown(
        verify().args(many).arg("--only").arg("unverifiable"),
        80,
        false,
    );
    assert!(screen.starts_with("4 tokens in "), "{screen:?}");
    let (_, screen) = shown(&mut verify(), 80, false);
    assert!(screen.ends_with("c0ffee\n"), "{screen:?}");
}

/// A terminal as stdin changes nothing if stdin is not read.
#[test]
fn nothing_waits_for_a_terminal_without_need() {
    for (arguments, expected) in [
        (
            &["verify", "-k", "made/public_key.json", "-f", "/dev/null"][..],
            1,
        ),
        (&["decode", "-f", "/dev/null"], 1),
        (&["decode", "a.b.c"], 8),
        (&["key", "made/public_key.json"], 0),
        // Without a key no token is asked for.
        (&["verify"], 1),
        (&["verify", "-k", "nowhere.json"], 1),
        (&["verify", "-k", "-"], 2),
        // A key may be private: none is entered where it is shown.
        (&["verify", "-k", "-", "a.b.c"], 2),
        (
            &[
                "debug",
                "-k",
                "made/public_key.json",
                "--try-key",
                "-",
                "a.b.c",
            ],
            2,
        ),
        (&["key", "-"], 2),
        (&["key", "made/public_key.json", "-"], 2),
        // A terminal by another name.
        (&["key", "/dev/stdin"], 1),
        (&["verify", "-k", "/proc/self/fd/1", "a.b.c"], 1),
        (&["verify", "--secret-file", "/dev/stdin", "a.b.c"], 1),
        (&["decode", "-f", "/proc/self/fd/1"], 1),
    ] {
        let (status, text) = shown(jwtlens().args(arguments), 80, true);
        assert_eq!(status, Some(expected), "{text}");
        assert!(!text.contains("paste"), "{text}");
    }
}

#[test]
fn colours_are_for_terminals() {
    let (status, text) = shown(&mut verify(), 80, false);
    assert_eq!(status, Some(0));
    assert!(text.starts_with("\u{1b}[1;32mvalid\u{1b}[0m: "), "{text}");
    for (argument, variable) in [
        (Some("--color=never"), None),
        (None, Some(("NO_COLOR", "1"))),
        (None, Some(("TERM", "dumb"))),
    ] {
        let (_, text) = shown(verify().args(argument).envs(variable), 80, false);
        assert!(text.starts_with("valid: "), "{text}");
        assert!(!text.contains('\u{1b}'));
    }
}

#[test]
fn help_fits_a_screen() {
    for command in ["verify", "debug", "decode", "key", "completions", "man"] {
        let output = feed(jwtlens().env("COLUMNS", "80").args([command, "-h"]), b"");
        let help = stdout(&output);
        assert!(help.lines().count() <= 40, "{command}: {help}");
        assert!(help.lines().all(|line| line.len() <= 80), "{help}");
    }
}

#[test]
fn lines_keep_within_the_terminal() {
    for columns in [120, 80, 50, 40] {
        let (_, text) = shown(
            verify().arg("--color=never").args([
                "--aud",
                "somebody-else",
                "--iss",
                "https://elsewhere.example.com",
            ]),
            columns,
            false,
        );
        for line in text.lines() {
            assert!(line.chars().count() <= columns.into(), "{columns}: {line}");
        }
        assert!(text.contains("claim-rejected"));
    }
}

/// A run that lasts tells how far it is, unless its results are on the same terminal; the line is gone
/// before the summary comes.
#[test]
fn a_long_run_tells_how_far_it_is() {
    let token = Issuer::new(1, "a").token("{}");
    for (name, results_elsewhere, quiet) in [
        ("verify", true, false),
        ("debug", true, false),
        ("verify", false, false),
        ("verify", true, true),
    ] {
        let (mut master, slave) = terminal(80);
        let stdout = if results_elsewhere {
            Stdio::null()
        } else {
            slave.try_clone().unwrap().into()
        };
        let mut command = jwtlens();
        let mut child = command
            .args([name, "-o", "line", "-k", &Issuer::new(1, "a").jwk()])
            .args(quiet.then_some("-q"))
            .env("TERM", "xterm")
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(slave)
            .spawn()
            .unwrap();
        drop(command);
        let mut stdin = child.stdin.take().unwrap();
        let token = token.clone();
        let writer = std::thread::spawn(move || {
            for _ in 0..15 {
                writeln!(stdin, "{token}").unwrap();
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        });
        let mut octets = Vec::new();
        let _ = master.read_to_end(&mut octets);
        writer.join().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let text = String::from_utf8(octets).unwrap();
        let drawn = text.matches('\u{1b}').count() > 0;
        assert_eq!(drawn, results_elsewhere && !quiet, "{text:?}");
        if drawn {
            let (lines, summary) = text.rsplit_once("\r\u{1b}[K").unwrap();
            assert!(lines.contains(" tokens in 1"), "{text:?}");
            assert!(
                summary.trim_start().starts_with("15 tokens in "),
                "{text:?}"
            );
            assert!(summary.ends_with("15 valid\r\n"), "{text:?}");
        }
    }
}

/// Also over text without a token.
#[test]
fn a_long_scan_shows_progress() {
    let (mut master, slave) = terminal(80);
    let mut command = jwtlens();
    let mut child = command
        .args(["decode", "--scan", "-o", "line"])
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(slave)
        .spawn()
        .unwrap();
    drop(command);
    let mut stdin = child.stdin.take().unwrap();
    let text = "GET / HTTP/1.1\n".repeat(400_000);
    let writer = std::thread::spawn(move || {
        for _ in 0..15 {
            stdin.write_all(text.as_bytes()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    });
    let mut bytes = Vec::new();
    let _ = master.read_to_end(&mut bytes);
    writer.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let shown = String::from_utf8(bytes).unwrap();
    let (lines, error) = shown.rsplit_once("\r\u{1b}[K").unwrap();
    assert!(lines.contains(" 0 tokens in 1"), "{shown:?}");
    assert!(lines.contains(" MB read"), "{shown:?}");
    assert!(error.contains("no token found in stdin"), "{shown:?}");
}

/// A search takes seconds, also that of a single token whose report is printed to the same terminal.
#[test]
fn a_long_search_shows_progress() {
    // Every character of a long payload is tried, which takes some seconds on any machine.
    let token = Issuer::new(101, "k").token(&format!(r#"{{"sub":"{}"}}"#, "x".repeat(3000)));
    let (master, slave) = terminal(80);
    let mut command = jwtlens();
    command
        .args(["debug", "--deep", "-k"])
        .arg(Issuer::new(102, "k").jwk())
        .arg(token)
        .env("TERM", "xterm");
    let (status, shown) = on_terminal(&mut command, Stdio::null(), master, slave);
    assert_eq!(status, Some(7));
    let (progress, report) = shown.rsplit_once("\r\u{1b}[K").unwrap();
    assert!(progress.contains("combinations tried"), "{shown:?}");
    assert!(report.contains("mis-signed"), "{shown:?}");
}
