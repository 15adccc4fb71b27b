//! Whether a signature verifies is for the rows of `src/algorithm` to say, and for nothing else. One call is
//! unsafe.

use std::fs;
use std::path::{Path, PathBuf};

/// What the crates call verification.
const VERIFICATION: [&str; 9] = [
    "PrehashVerifier",
    "verify_prehash",
    "DigestVerifier",
    "verify_digest",
    "signature::Verifier",
    "verify_strict",
    "verify_slice",
    "Pkcs1v15Sign",
    "pss::Pss",
];

/// Every file below a directory.
pub fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn signatures_are_verified_by_the_algorithms_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut calling = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // A test may ask the crate itself.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap();
        if VERIFICATION.iter().any(|call| code.contains(call)) {
            calling.push(name.to_owned());
        }
    }
    calling.sort();
    let expected = ["ecdsa", "eddsa", "hmac", "rsa"].map(|family| format!("algorithm/{family}.rs"));
    assert_eq!(calling, expected);
}

#[test]
fn one_call_is_unsafe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines().map(str::trim) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words.contains(&"unsafe") && !line.starts_with("//") {
                let name = file.strip_prefix(&root).unwrap().to_str().unwrap();
                found.push((name.to_owned(), line.to_owned()));
            }
        }
    }
    let call = "unsafe { run_in_lanes(task) };";
    assert_eq!(found, [("lanes/mod.rs".to_owned(), call.to_owned())]);
}
