//! Completions in their shells, as they appear when a user presses Tab, and the install lines of the
//! README.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::generated::tempdir;
use crate::support::{is_installed, run, stderr, stdout};
use crate::terminal::terminal;

/// What is typed, and what must appear; a blank at the end asks for what may come next.
const CASES: [(&str, &[&str]); 6] = [
    (
        "jwtlens ",
        &["verify", "debug", "decode", "key", "completions", "man"],
    ),
    (
        "jwtlens verify -o ",
        &["text", "line", "json", "jsonl", "claims", "token"],
    ),
    (
        "jwtlens verify --only ",
        &["valid", "mis-signed", "malformed"],
    ),
    ("jwtlens decode --only not-v", &["not-verified"]),
    ("jwtlens verify --exp", &["--expires-within"]),
    ("jwtlens verify -k pub", &["public_key.json"]),
];

fn completions(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("completions")
        .join(file);
    path.to_str().unwrap().to_owned()
}

fn folder_with_a_key(shell: &str) -> std::path::PathBuf {
    let folder = tempdir(&format!("completions-{shell}"));
    fs::write(folder.join("public_key.json"), "{}").unwrap();
    folder
}

/// A shell at a terminal.
struct Typist {
    child: std::process::Child,
    input: fs::File,
    output: Receiver<Vec<u8>>,
}

impl Typist {
    const PROMPT: &str = "ready> ";

    fn new(shell: &str, arguments: &[&str], setup: &str) -> Self {
        let (master, slave) = terminal(200);
        let child = Command::new(shell)
            .args(arguments)
            .current_dir(folder_with_a_key(shell))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("TERM", "dumb")
            .env("LC_ALL", "C.UTF-8")
            .stdin(slave.try_clone().unwrap())
            .stdout(slave.try_clone().unwrap())
            .stderr(slave)
            .spawn()
            .unwrap();
        let mut reader = master.try_clone().unwrap();
        let (send, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut octets = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut octets) {
                if send.send(octets[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut typist = Self {
            child,
            input: master,
            output,
        };
        // Quoted, so that its echo is not taken for the prompt itself.
        typist.write(&format!("{setup}; PS1='rea''dy> '\n"));
        typist.until("");
        typist
    }

    fn write(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
    }

    /// What appears up to the first prompt after a word.
    fn until(&mut self, word: &str) -> String {
        let mut seen = String::new();
        let is_over = |seen: &str| {
            seen.split_once(word)
                .is_some_and(|(_, rest)| rest.contains(Self::PROMPT))
        };
        while !is_over(&seen) {
            match self.output.recv_timeout(Duration::from_secs(20)) {
                Ok(octets) => seen.push_str(&String::from_utf8_lossy(&octets)),
                Err(error) => panic!("no prompt after {word:?}: {error}: {seen}"),
            }
        }
        seen
    }

    /// What appears after a line and two presses of Tab.
    fn completed(&mut self, line: &str) -> String {
        // Ctrl-U takes the line away again.
        self.write(&format!("{line}\t\t\u{15}echo do''ne\n"));
        self.until("done")
    }
}

impl Drop for Typist {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn check(typist: &mut Typist) {
    for (line, expected) in CASES {
        let seen = typist.completed(line);
        for word in expected {
            assert!(seen.contains(word), "{line:?}: no {word}: {seen}");
        }
    }
    // What is complete is put in, not only shown.
    let seen = typist.completed("jwtlens completions elv");
    assert!(seen.contains("completions elvish"), "{seen}");
}

#[test]
fn bash() {
    if !is_installed("bash") {
        return;
    }
    let setup = format!("source '{}'", completions("jwtlens.bash"));
    check(&mut Typist::new(
        "bash",
        &["--norc", "--noprofile", "-i"],
        &setup,
    ));
}

#[test]
fn zsh() {
    if !is_installed("zsh") {
        return;
    }
    let setup = format!(
        "fpath=('{}' $fpath); autoload -Uz compinit; compinit -u -D",
        completions("")
    );
    check(&mut Typist::new("zsh", &["-f", "-i"], &setup));
}

/// fish tells itself what it would offer.
#[test]
fn fish() {
    if !is_installed("fish") {
        return;
    }
    for (line, expected) in CASES {
        let script = format!(
            "source '{}'; complete -C '{line}'",
            completions("jwtlens.fish")
        );
        let output = Command::new("fish")
            .args(["--no-config", "-c", &script])
            .current_dir(folder_with_a_key("fish"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", tempdir("fish-home"))
            .output()
            .unwrap();
        let offered = String::from_utf8(output.stdout).unwrap();
        for word in expected {
            assert!(
                offered
                    .lines()
                    .any(|line| line.split('\t').next() == Some(*word)),
                "{line:?}: no {word}: {offered}"
            );
        }
    }
}

/// The README's lines that install man pages and completions.
fn install_lines() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let block = readme
        .split("```")
        .find(|block| block.starts_with("sh\njwtlens man "))
        .unwrap();
    let is_command = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines = block.lines().skip(1).filter(is_command);
    lines.map(String::from).collect()
}

#[test]
fn install_lines_work_in_an_empty_home() {
    let home = tempdir("install-home");
    let bin = home.join(".cargo/bin");
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_jwtlens"), bin.join("jwtlens")).unwrap();
    let mut path = bin.into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).env_clear();
        command.env("HOME", &home).env("PATH", &path);
        command.env("TERM", "dumb").output().unwrap()
    };

    let lines = install_lines();
    assert_eq!(lines.len(), 6);
    for line in &lines {
        let output = run("sh", &["-c", line]);
        assert!(output.status.success(), "{line}: {}", stderr(&output));
        assert_eq!(stdout(&output) + &stderr(&output), "", "{line}");
    }
    for (program, arguments, expected) in [
        (
            "bash",
            ["-ic", "complete -p jwtlens"],
            "-F _jwtlens jwtlens",
        ),
        ("zsh", ["-ic", "echo ${_comps[jwtlens]}"], "_jwtlens"),
        (
            "fish",
            ["-c", "complete -C 'jwtlens verify --expires'"],
            "--expires-within",
        ),
    ] {
        if is_installed(program) {
            let output = run(program, &arguments);
            assert!(stdout(&output).contains(expected), "{program}: {output:?}");
        }
    }
    // The man of man-db, which looks next to the directories in PATH; manpath comes with it.
    if is_installed("manpath") {
        let output = run("man", &["-w", "jwtlens-verify"]);
        let page = home.join(".cargo/share/man/man1/jwtlens-verify.1");
        assert_eq!(Path::new(stdout(&output).trim_end()), page, "{output:?}");
    }
}

/// The help and the README have the same lines.
#[test]
fn the_help_has_the_install_lines() {
    let help = ["completions", "man"].map(|command| stdout(&run(&["help", command], b"")));
    for line in install_lines() {
        assert!(help.concat().contains(&line), "{line}");
    }
}
