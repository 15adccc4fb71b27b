//! What is generated and committed is what would be generated today. `SNAPSHOTS=overwrite` renews it.

use std::path::Path;

use snapbox::Data;
use snapbox::data::DataFormat;

use crate::support::{run, status, stdout};

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
    let mut pages: Vec<String> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    for command in [
        "jwtlens",
        "jwtlens-decode",
        "jwtlens-key",
        "jwtlens-man",
        "jwtlens-verify",
    ] {
        assert!(pages.contains(&format!("{command}.1")), "{pages:?}");
    }
    let main = std::fs::read_to_string(directory.join("jwtlens.1")).unwrap();
    assert_eq!(main, stdout(&run(&["man"], b"")));
    assert!(main.contains(".TH jwtlens 1"));
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
