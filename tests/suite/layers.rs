//! A directory of `src` uses those below it alone, as CONTRIBUTING.md says.

use std::fs;
use std::path::Path;

use regex::Regex;

use crate::one_door::sources;

/// The directories of the library, from the ground up.
const LAYERS: [&str; 8] = [
    "text",
    "token",
    "lanes",
    "curve",
    "algorithm",
    "key",
    "verify",
    "debug",
];

#[test]
fn a_directory_uses_only_those_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let used = Regex::new(r"crate::(\w+)").unwrap();
    let place = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let mut files = Vec::new();
    let mut seen = 0;
    for (layer, name) in LAYERS.iter().enumerate() {
        files.clear();
        sources(&root.join(name), &mut files);
        for file in &files {
            let text = fs::read_to_string(file).unwrap();
            // Tests may use anything; those in a file of their own are named in its `mod`.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let is_test = ["agreement_tests.rs", "budget_tests.rs", "short_tokens.rs"];
            if is_test.iter().any(|test| file.ends_with(test)) {
                continue;
            }
            for (_, [other]) in used.captures_iter(code).map(|found| found.extract()) {
                let other = place(other).unwrap_or_default();
                assert!(other <= layer, "{} uses {}", file.display(), LAYERS[other]);
                seen += usize::from(other < layer);
            }
        }
    }
    assert!(seen > 100);
}

#[test]
fn contributing_lists_the_directories_in_their_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let listed = text.lines().filter_map(|line| line.strip_prefix("| `src/"));
    let listed: Vec<&str> = listed.filter_map(|line| line.split('/').next()).collect();
    assert_eq!(listed.split_last(), Some((&"cli", &LAYERS[..])));
}
