//! What is generated and committed is what would be generated today. `SNAPSHOTS=overwrite` renews it.

use std::collections::BTreeSet;
use std::path::Path;

use snapbox::Data;
use snapbox::data::DataFormat;

use crate::support::{data, is_installed, run, status, stderr, stdout};

#[test]
fn completions() {
    for (shell, file) in [
        ("bash", "jwtlens.bash"),
        ("elvish", "jwtlens.elv"),
        ("fish", "jwtlens.fish"),
        ("powershell", "_jwtlens.ps1"),
        ("zsh", "_jwtlens"),
    ] {
        let output = run(&["completions", shell], b"");
        assert_eq!(status(&output), 0);
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("completions")
            .join(file);
        let committed = Data::read_from(&path, Some(DataFormat::Text)).raw();
        snapbox::Assert::new()
            .action_env("SNAPSHOTS")
            .eq(stdout(&output), committed);
    }
}

#[test]
fn manual_pages() {
    let directory = tempdir("man");
    let output = run(&["man", directory.to_str().unwrap()], b"");
    assert_eq!(status(&output), 0);
    for page in PAGES {
        let made = std::fs::read_to_string(directory.join(page)).unwrap();
        let committed = Data::read_from(&man(page), Some(DataFormat::Text)).raw();
        snapbox::Assert::new()
            .action_env("SNAPSHOTS")
            .eq(made, committed);
    }
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), PAGES.len());
    assert_eq!(std::fs::read_dir(man("")).unwrap().count(), PAGES.len());
    let main = std::fs::read_to_string(directory.join("jwtlens.1")).unwrap();
    assert_eq!(main, stdout(&run(&["man"], b"")));
}

const PAGES: [&str; 7] = [
    "jwtlens.1",
    "jwtlens-completions.1",
    "jwtlens-debug.1",
    "jwtlens-decode.1",
    "jwtlens-key.1",
    "jwtlens-man.1",
    "jwtlens-verify.1",
];

fn man(page: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("man").join(page)
}

/// What renders the pages has nothing to say of them.
#[test]
fn manual_pages_are_sound() {
    let linters: [(&str, &[&str]); 2] = [
        ("mandoc", &["-Tlint", "-Wstyle"]),
        ("groff", &["-ww", "-man", "-Tutf8", "-z"]),
    ];
    for (linter, arguments) in linters {
        if !is_installed(linter) {
            continue;
        }
        for page in PAGES {
            let output = std::process::Command::new(linter)
                .args(arguments)
                .arg(man(page))
                .output()
                .unwrap();
            let said = stdout(&output) + &stderr(&output);
            assert_eq!((said.as_str(), status(&output)), ("", 0), "{linter} {page}");
        }
    }
}

/// Every section, every member of the reports, and the day that the changelog has.
#[test]
fn manual_pages_tell_all() {
    let read = |page: &str| {
        let page = std::fs::read_to_string(man(page)).unwrap();
        page.replace("\\-", "-").replace("\\(aq", "'")
    };
    for page in ["jwtlens-verify.1", "jwtlens-debug.1", "jwtlens-key.1"] {
        let text = read(page);
        for section in [
            "SYNOPSIS",
            "EXIT STATUS",
            "JSON OUTPUT",
            "FILES",
            "ENVIRONMENT",
            "EXAMPLES",
        ] {
            assert!(
                text.contains(&format!("\n.SH {section}\n")),
                "{page}: {section}"
            );
        }
    }
    let report = run(
        &["debug", "-o", "json", "-k", "made/public_key.json"],
        &std::fs::read(data("made/der.txt")).unwrap(),
    );
    let key = run(&["key", "-o", "json", "made/public_key.json"], b"");
    for (output, page) in [
        (&report, "jwtlens-verify.1"),
        (&report, "jwtlens-debug.1"),
        (&report, "jwtlens-decode.1"),
        (&key, "jwtlens-key.1"),
    ] {
        let text = read(page);
        let (_, section) = text.split_once(".SH JSON OUTPUT").unwrap();
        let (section, _) = section.split_once("\n.SH ").unwrap();
        let words: Vec<&str> = section
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .collect();
        let mut members = Vec::new();
        collect_members(
            &serde_json::from_slice(&output.stdout).unwrap(),
            &mut members,
        );
        assert!(members.len() > 10);
        for member in members {
            // In bold a name follows "\\fB".
            let bold = format!("fB{member}");
            assert!(
                words.contains(&member.as_str()) || words.contains(&bold.as_str()),
                "{page}: {member}"
            );
        }
    }
    let changes = std::fs::read_to_string(man("../CHANGELOG.md")).unwrap();
    let (_, rest) = changes
        .split_once(&format!("## {} - ", env!("CARGO_PKG_VERSION")))
        .unwrap();
    let day = rest.lines().next().unwrap();
    assert!(read("jwtlens.1").starts_with(&format!(".TH JWTLENS 1 {day} ")));
}

/// The fields of the JSON output: each is in a table of `docs/json.md`, and no other.
#[test]
fn json_reference_is_complete() {
    let keys = format!(
        r#"{{"keys":[{},{{"kty":"EC","key_ops":["verify"]}}]}}"#,
        std::fs::read_to_string(data("made/public_key.json")).unwrap()
    );
    let key = ["-k", "made/public_key.json", "-o", "json"];
    let report = |command: &[&str], token: &str| {
        let token = std::fs::read(data(token)).unwrap();
        run(&[command, &key].concat(), &token)
    };
    let valid = std::fs::read(data("made/valid.txt")).unwrap();
    let mut fields = BTreeSet::new();
    for output in [
        report(&["verify", "--aud", "x"], "made/valid.txt"),
        report(&["debug"], "made/der.txt"),
        report(&["debug"], "made/mis-signed.txt"),
        report(&["verify"], "made/opaque.txt"),
        // An SD-JWT that discloses "b", with the salt "a".
        run(
            &["decode", "-o", "json"],
            &[valid.trim_ascii_end(), b"~WyJhIiwiYiJd~"].concat(),
        ),
        run(
            &["decode", "-o", "json"],
            &[valid.trim_ascii_end(), b"~x~"].concat(),
        ),
        run(&["key", "-o", "json", &keys], b""),
        run(&["key", "-o", "json", "forms/certificates.json"], b""),
        run(
            &[
                "debug",
                "-k",
                "forms/ca.pem",
                "-o",
                "json",
                "--at",
                "1795457364",
            ],
            &std::fs::read(data("made/by-certificate.txt")).unwrap(),
        ),
    ] {
        let value = serde_json::from_slice(&output.stdout).unwrap();
        collect_fields(&value, "", &mut fields);
    }
    // What is null or empty in one report has members in another.
    let all = fields.clone();
    fields.retain(|field| {
        let has_member = |other: &String| {
            let rest = other.strip_prefix(field.as_str());
            rest.is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        !all.iter().any(has_member)
    });
    let reference = std::fs::read_to_string(man("../docs/json.md")).unwrap();
    let rows = reference
        .lines()
        .filter_map(|line| line.strip_prefix("| `"));
    let documented: BTreeSet<String> = rows
        .map(|row| row.split('`').next().unwrap().to_owned())
        .collect();
    assert_eq!(fields, documented);
}

/// The paths of a report's fields, such as `findings[].code`.
fn collect_fields(value: &serde_json::Value, path: &str, fields: &mut BTreeSet<String>) {
    // Objects that are a token's or a key's, or described elsewhere in the table.
    const WHOLE: [&str; 8] = [
        "header",
        "claims",
        "proof.anchor",
        "proof.certificates[]",
        "proof.changes[]",
        "proof.jwk",
        "recovered[].jwk",
        "signature.refused_by[]",
    ];
    match value {
        serde_json::Value::Object(members) if !WHOLE.contains(&path) => {
            for (name, value) in members {
                let path = format!("{path}.{name}");
                let path = path.trim_start_matches('.');
                collect_fields(value, path, fields);
            }
        }
        serde_json::Value::Array(values) if !values.is_empty() => {
            for value in values {
                collect_fields(value, &format!("{path}[]"), fields);
            }
        }
        _ => {
            fields.insert(path.to_owned());
        }
    }
}

/// The names of a report's own members, not of those in the token.
fn collect_members(value: &serde_json::Value, names: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                names.push(name.clone());
                if !["header", "claims", "jwk"].contains(&name.as_str()) {
                    collect_members(value, names);
                }
            }
        }
        serde_json::Value::Array(values) => {
            for value in values {
                collect_members(value, names);
            }
        }
        _ => {}
    }
}

/// The lowest compiler that the package names is one that all its dependencies take.
#[test]
fn rust_version() {
    let ask = |program: &str, arguments: &[&str]| {
        let mut command = std::process::Command::new(program);
        let output = command
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let compiler = ask("rustc", &["-vV"]);
    let host = compiler
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    // Dependencies of other platforms need not be on this machine.
    let arguments = [
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--filter-platform",
        host,
    ];
    let metadata: serde_json::Value =
        serde_json::from_str(&ask(env!("CARGO"), &arguments)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let version = |text: &str| -> Vec<u32> {
        text.split('.')
            .map(|part| part.parse().unwrap())
            .chain([0])
            .take(3)
            .collect()
    };
    let ours = packages
        .iter()
        .find(|package| package["name"] == "jwtlens")
        .unwrap();
    let ours = version(ours["rust_version"].as_str().unwrap());
    let mut compared = 0;
    for package in packages {
        if let Some(theirs) = package["rust_version"].as_str() {
            assert!(
                version(theirs) <= ours,
                "{} needs Rust {theirs}",
                package["name"]
            );
            compared += 1;
        }
    }
    assert!(compared > 50, "{compared}");
}

/// A fresh directory below the one that cargo gives to tests.
pub fn tempdir(name: &str) -> std::path::PathBuf {
    let directory =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}
