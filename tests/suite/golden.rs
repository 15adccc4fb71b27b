//! What a person sees: `tests/golden/*.md` and the README are sessions in a shell, run again and
//! compared word for word. `SNAPSHOTS=overwrite` rewrites them.
//!
//! In a `console` block a line that begins with `$ ` is a command for `sh` (`> ` continues it), what
//! follows is its output, both streams in one, and `? N` an exit status other than 0. Pipes and
//! redirections are what the program is for, so a shell runs the blocks. They run in `tests/data`;
//! the README's in `tests/data/made`. A block that says `needs=NAME` is left as it is where that
//! program is not installed. `$HOME` is a folder of the file's own.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use snapbox::Data;
use snapbox::data::DataFormat;

use crate::generated::tempdir;
use crate::support::is_installed;

/// Runs the blocks of a file and compares it with itself as it should be.
fn check(file: &Path, directory: &Path) {
    let home = tempdir(&format!("home-{}", file.file_stem().unwrap().display()));
    let text = fs::read_to_string(file).unwrap();
    let mut again = String::new();
    let mut lines = text.lines().peekable();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        again.push_str(line);
        again.push('\n');
        let Some(block) = line.strip_prefix("```console") else {
            continue;
        };
        if let Some((_, program)) = block.split_once("needs=")
            && !is_installed(program)
        {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                again.push_str(line);
                again.push('\n');
            }
            again.push_str("```\n");
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ ") else {
                continue;
            };
            let mut script = command.to_owned();
            again.push_str(line);
            again.push('\n');
            while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
                script.push('\n');
                script.push_str(&more[2..]);
                again.push_str(more);
                again.push('\n');
            }
            again.push_str(&run(&script, directory, &home));
            commands += 1;
        }
    }
    assert!(commands > 0, "{}: no command", file.display());
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(again, Data::read_from(file, Some(DataFormat::Text)).raw());
}

fn run(script: &str, directory: &Path, home: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_jwtlens")).parent().unwrap();
    let mut path = OsString::from(program);
    path.push(":");
    path.push(env::var_os("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .current_dir(directory)
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .output()
        .unwrap();
    let mut shown = String::from_utf8(output.stdout).unwrap();
    // How long something took is another number each time.
    let time = Regex::new(r#"( in |"milliseconds": ?)\d+( ms|,)"#).unwrap();
    shown = time.replace_all(&shown, "${1}N${2}").into_owned();
    let run = Regex::new(r"( tokens? in )[\d.]+m?s").unwrap();
    shown = run.replace_all(&shown, "${1}N").into_owned();
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push_str("(no line feed)\n");
    }
    match output.status.code().unwrap() {
        0 => shown,
        status => format!("{shown}? {status}\n"),
    }
}

#[test]
fn sessions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = fs::read_dir(root.join("tests/golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        check(&file, &root.join("tests/data"));
    }
}

#[test]
fn readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    check(&root.join("README.md"), &root.join("tests/data/made"));
    // The command to try it with, but for building anew.
    let text = fs::read_to_string(root.join("README.md")).unwrap();
    let mut tries = text
        .lines()
        .filter_map(|line| line.strip_prefix("cargo run --release -- "));
    let output = run(&format!("jwtlens {}", tries.next().unwrap()), root, root);
    assert!(output.starts_with("valid: "), "{output}");
}
