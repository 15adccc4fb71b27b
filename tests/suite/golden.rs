//! What users see: `tests/golden/*.md`, the README and the pages of `docs/` are shell sessions, run and
//! compared word for word. `SNAPSHOTS=overwrite` updates them.
//!
//! In a `console` block, a line that starts with `$ ` is a command for `sh` (`> ` continues it). Its
//! output follows, stdout and stderr combined, then `? N` for an exit status other than 0. A shell runs
//! the commands, because jwtlens is meant for pipes and redirections: in `tests/data`, or for the README
//! and `docs/` in `tests/data/made`. A block with `needs=NAME` (or `needs=NAME,NAME`) is left as it is
//! if a program is not installed. `$HOME` is a separate directory for each file.

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

/// Runs the blocks of a file and compares the result with the file.
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
        if let Some((_, programs)) = block.split_once("needs=")
            && !programs.split(',').all(is_installed)
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
    // Durations differ each time.
    let time = Regex::new(r#"("milliseconds": ?)\d+,"#).unwrap();
    shown = time.replace_all(&shown, "${1}N,").into_owned();
    let run = Regex::new(r"( (?:token|combination)s? in )<?[\d.]+m?s").unwrap();
    shown = run.replace_all(&shown, "${1}N").into_owned();
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push_str("(no line feed)\n");
    }
    match output.status.code().unwrap() {
        0 => shown,
        status => format!("{shown}? {status}\n"),
    }
}

/// One test per file, so that they run in parallel and a difference in one hides none in another.
macro_rules! sessions {
    ($($name:ident: $file:literal in $directory:literal;)*) => {
        $(
            #[test]
            fn $name() {
                let root = Path::new(env!("CARGO_MANIFEST_DIR"));
                check(&root.join($file), &root.join($directory));
            }
        )*

        /// The files, by their paths in the repository.
        pub const FILES: &[&str] = &[$($file),*];
    };
}

sessions! {
    readme: "README.md" in "tests/data/made";
    databases: "docs/databases.md" in "tests/data/made";
    json: "docs/json.md" in "tests/data/made";
    recipes: "docs/recipes.md" in "tests/data/made";
    scripts: "docs/scripts.md" in "tests/data/made";
    sharing: "docs/sharing.md" in "tests/data/made";
    streams: "docs/streams.md" in "tests/data/made";
    transcodes: "docs/transcodes.md" in "tests/data/made";
    algorithms: "tests/golden/algorithms.md" in "tests/data";
    debug: "tests/golden/debug.md" in "tests/data";
    decode: "tests/golden/decode.md" in "tests/data";
    findings: "tests/golden/findings.md" in "tests/data";
    formats: "tests/golden/formats.md" in "tests/data";
    key: "tests/golden/key.md" in "tests/data";
    logs: "tests/golden/logs.md" in "tests/data";
    tasks: "tests/golden/tasks.md" in "tests/data";
    usage: "tests/golden/usage.md" in "tests/data";
    verify: "tests/golden/verify.md" in "tests/data";
}

#[test]
fn every_session_file_has_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for directory in ["tests/golden", "docs"] {
        for entry in fs::read_dir(root.join(directory)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let file = format!("{directory}/{name}");
            let is_session = fs::read_to_string(root.join(&file))
                .is_ok_and(|text| text.contains("\n```console"));
            assert_eq!(FILES.contains(&&*file), is_session, "{file}");
        }
    }
}

#[test]
fn the_readme_command_verifies_the_sample() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("README.md")).unwrap();
    let mut commands = text
        .lines()
        .filter_map(|line| line.strip_prefix("cargo run --release -- "));
    let command = format!("jwtlens {}", commands.next().unwrap());
    let output = run(&command, root, root);
    assert!(output.starts_with("valid: "), "{output}");
}

#[test]
fn the_readme_is_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(text.lines().count() < 250);
}

/// Every page is found from the top of the README.
#[test]
fn the_readme_contents_link_every_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("README.md")).unwrap();
    let contents = text.split("**Contents:**").nth(1).unwrap();
    let contents = contents.split("\n\n").next().unwrap();
    for entry in fs::read_dir(root.join("docs")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let is_page = Path::new(&file).extension() == Some("md".as_ref());
        assert!(
            !is_page || contents.contains(&format!("](docs/{file}")),
            "{file}"
        );
    }
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let is_kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
            text.chars()
                .filter(is_kept)
                .collect::<String>()
                .replace(' ', "-")
        })
        .collect()
}

#[test]
fn relative_links_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let link = Regex::new(r"\]\(([^):#]*)(?:#([^)]*))?\)").unwrap();
    let mut links = 0;
    for directory in ["", "docs"] {
        for entry in fs::read_dir(root.join(directory)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_none_or(|kind| kind != "md") {
                continue;
            }
            for found in link.captures_iter(&fs::read_to_string(&file).unwrap()) {
                let target = match &found[1] {
                    "" => file.clone(),
                    name => file.with_file_name(name),
                };
                assert!(target.exists(), "{}: {}", file.display(), &found[1]);
                if let Some(anchor) = found.get(2) {
                    let anchors = anchors(&fs::read_to_string(&target).unwrap());
                    let is_there = anchors.contains(&anchor.as_str().to_owned());
                    assert!(is_there, "{}: {}", file.display(), &found[0]);
                }
                links += 1;
            }
        }
    }
    assert!(links > 10, "{links}");
}
