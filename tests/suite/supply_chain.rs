//! What the program is made of, held against `deny.toml`, and what its package holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use toml::Table;

/// Asks cargo about this package, without any network.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

fn read_toml(name: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// A list of strings, or of what a member of each table says.
fn names(list: &toml::Value, member: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    let name = |item: &toml::Value| {
        let text = item.as_str().or_else(|| item.get(member)?.as_str());
        text.unwrap().to_owned()
    };
    items.map(name).collect()
}

/// A package of a lock file: its name with its version, where it came from, and what it needs.
#[derive(Clone, Debug)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    needs: Vec<String>,
}

/// All that the program is built from on any system: what `Cargo.toml` names for it and for its
/// build, and what `Cargo.lock` says that these need.
fn built_from(manifest: &Table, lock: &Table) -> Vec<Locked> {
    let text = |package: &toml::Value, member: &str| {
        let text = package.get(member)?.as_str();
        text.map(str::to_owned)
    };
    let locked: Vec<Locked> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| Locked {
            name: text(package, "name").unwrap(),
            version: text(package, "version").unwrap(),
            source: text(package, "source"),
            checksum: text(package, "checksum"),
            needs: package
                .get("dependencies")
                .map_or_else(Vec::new, |needs| names(needs, "")),
        })
        .collect();
    let ours = locked
        .iter()
        .find(|package| package.name == "jwtlens")
        .unwrap();
    let mut tables: Vec<&Table> = vec![manifest];
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    tables.extend(
        targets
            .into_iter()
            .flat_map(Table::values)
            .filter_map(toml::Value::as_table),
    );
    let direct: BTreeSet<&String> = tables
        .iter()
        .flat_map(|table| ["dependencies", "build-dependencies"].map(|kind| table.get(kind)))
        .flatten()
        .flat_map(|table| table.as_table().unwrap().keys())
        .collect();
    // `name`, or `name version` where there are two.
    let find = |need: &str| {
        let (name, version) = need.split_once(' ').unwrap_or((need, ""));
        let is_it = |package: &&Locked| {
            package.name == name && (version.is_empty() || package.version == version)
        };
        locked.iter().find(is_it).unwrap()
    };
    let is_direct = |need: &&String| {
        direct
            .iter()
            .any(|name| need.split(' ').next() == Some(name))
    };
    let mut found: BTreeMap<(String, String), Locked> = BTreeMap::new();
    let mut open: Vec<&Locked> = ours
        .needs
        .iter()
        .filter(is_direct)
        .map(|need| find(need))
        .collect();
    assert_eq!(open.len(), direct.len());
    while let Some(package) = open.pop() {
        let id = (package.name.clone(), package.version.clone());
        if found.insert(id, package.clone()).is_none() {
            open.extend(package.needs.iter().map(|need| find(need)));
        }
    }
    found.into_values().collect()
}

/// Everything that `deny.toml` has against these packages.
fn refused(packages: &[Locked], deny: &Table) -> Vec<String> {
    let banned = names(&deny["bans"]["deny"], "crate");
    let mut refused = Vec::new();
    for Locked { name, source, .. } in packages {
        if banned.contains(name) {
            refused.push(format!("{name} is banned"));
        }
        let from = "registry+https://github.com/rust-lang/crates.io-index";
        if source.as_deref() != Some(from) {
            refused.push(format!("{name} comes from {source:?}"));
        }
    }
    refused
}

/// What is there in more than one version, but for what may be.
fn twice(packages: &BTreeSet<(String, String)>, deny: &Table) -> Vec<String> {
    let skipped = names(&deny["bans"]["skip"], "crate");
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, version) in packages {
        if !skipped.contains(&format!("{name}@{version}")) {
            *versions.entry(name).or_default() += 1;
        }
    }
    let twice = versions.into_iter().filter(|(_, count)| *count > 1);
    twice.map(|(name, _)| name.to_owned()).collect()
}

/// Names and versions of what the program is built from on this machine.
fn built_here() -> BTreeSet<(String, String)> {
    let arguments = ["tree", "--locked", "--offline", "--edges", "normal,build"];
    let tree = cargo(&[&arguments[..], &["--prefix", "none", "--format", "{p}"]].concat());
    let package = |line: &str| {
        let mut words = line.split_whitespace().map(String::from);
        let (name, version) = (words.next()?, words.next()?);
        Some((name, version.trim_start_matches('v').to_owned()))
    };
    let packages: BTreeSet<(String, String)> = tree.lines().filter_map(package).collect();
    assert!(packages.len() > 50, "{tree}");
    packages
}

#[test]
fn nothing_is_built_in_twice() {
    let deny = read_toml("deny.toml");
    let mut packages = built_here();
    assert_eq!(twice(&packages, &deny), [""; 0]);
    packages.insert(("memchr".to_owned(), "1.0.0".to_owned()));
    assert_eq!(twice(&packages, &deny), ["memchr"]);
}

/// No crate that opens sockets, and none from elsewhere: on any system that the program
/// is built for.
#[test]
fn nothing_banned_is_built_in() {
    let deny = read_toml("deny.toml");
    let (manifest, lock) = (read_toml("Cargo.toml"), read_toml("Cargo.lock"));
    let packages = built_from(&manifest, &lock);
    assert!(packages.len() > 50, "{}", packages.len());
    assert_eq!(refused(&packages, &deny), [""; 0]);

    // Each kind is found where there is one, deep down and for another system.
    let with = |name: &str, version: &str, source: &str, of: &str| {
        let mut lock = lock.clone();
        let package = format!("name = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"");
        let list = lock["package"].as_array_mut().unwrap();
        list.push(package.parse::<Table>().unwrap().into());
        let needing = list
            .iter_mut()
            .find(|package| package["name"].as_str() == Some(of));
        let needs = needing.unwrap().as_table_mut().unwrap();
        let needs = needs
            .entry("dependencies")
            .or_insert(toml::Value::Array(vec![]));
        needs
            .as_array_mut()
            .unwrap()
            .push(format!("{name} {version}").into());
        refused(&built_from(&manifest, &lock), &deny)
    };
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    assert_eq!(
        with("socket2", "1.0.0", registry, "windows-sys"),
        ["socket2 is banned"]
    );
    assert_eq!(
        with("x", "1.0.0", "git+https://example.com/x", "cfg-if"),
        [r#"x comes from Some("git+https://example.com/x")"#]
    );
    // What tests alone are built with does not count.
    assert_eq!(with("socket2", "1.0.0", registry, "proptest"), [""; 0]);
}

/// What is fuzzed and measured is what is given away: the fuzzer and the peers have lock files of their own,
/// with the same crates.
#[test]
fn the_fuzzer_and_the_peers_are_built_from_the_same() {
    let packages = |lock: &str| -> BTreeSet<(String, String, String)> {
        let packages = built_from(&read_toml("Cargo.toml"), &read_toml(lock));
        let id = |package: Locked| (package.name, package.version, package.checksum.unwrap());
        packages.into_iter().map(id).collect()
    };
    let ours = packages("Cargo.lock");
    for package in ["tests/fuzz", "benches/peers"] {
        let theirs = packages(&format!("{package}/Cargo.lock"));
        // Ours has what only tests ask of a crate too.
        let other: Vec<_> = theirs.difference(&ours).collect();
        assert!(
            other.is_empty(),
            "{package}/Cargo.toml says how to renew its lock file: {other:?}"
        );
    }
}

/// What cargo knows of the packages that are built on this machine.
fn metadata() -> Value {
    let compiler = Command::new("rustc").arg("-vV").output().unwrap();
    let compiler = String::from_utf8(compiler.stdout).unwrap();
    let host = compiler
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    let arguments = ["metadata", "--format-version=1", "--locked", "--offline"];
    let told = cargo(&[&arguments[..], &["--filter-platform", host]].concat());
    serde_json::from_str(&told).unwrap()
}

/// Whether one may choose among the licences of an SPDX expression so that all are allowed. An older
/// form has a slash for OR.
fn is_licensed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    fn any<'e>(
        words: &mut std::iter::Peekable<impl Iterator<Item = &'e str>>,
        allowed: &BTreeSet<&str>,
    ) -> bool {
        let mut holds = all(words, allowed);
        while words.next_if_eq(&"OR").is_some() {
            holds |= all(words, allowed);
        }
        holds
    }
    fn all<'e>(
        words: &mut std::iter::Peekable<impl Iterator<Item = &'e str>>,
        allowed: &BTreeSet<&str>,
    ) -> bool {
        let mut holds = one(words, allowed);
        while words.next_if_eq(&"AND").is_some() {
            holds &= one(words, allowed);
        }
        holds
    }
    fn one<'e>(
        words: &mut std::iter::Peekable<impl Iterator<Item = &'e str>>,
        allowed: &BTreeSet<&str>,
    ) -> bool {
        let word = words.next().expect("a licence");
        if word == "(" {
            let holds = any(words, allowed);
            assert_eq!(words.next(), Some(")"));
            return holds;
        }
        match words.next_if_eq(&"WITH") {
            Some(_) => allowed.contains(format!("{word} WITH {}", words.next().unwrap()).as_str()),
            None => allowed.contains(word),
        }
    }
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let holds = any(&mut words, allowed);
    assert_eq!(words.next(), None, "{expression}");
    holds
}

#[test]
fn licence_expressions_are_read() {
    let allowed = BTreeSet::from(["MIT", "Unicode-3.0"]);
    for (expression, holds) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT AND (GPL-3.0 OR Apache-2.0)", false),
        ("GPL-3.0 OR Apache-2.0 WITH LLVM-exception OR MIT", true),
        ("MIT WITH LLVM-exception", false),
    ] {
        assert_eq!(is_licensed(expression, &allowed), holds, "{expression}");
    }
}

/// Every licence is one that `deny.toml` allows, and it allows none that nobody has.
#[test]
fn licences_and_features_are_allowed() {
    let deny = read_toml("deny.toml");
    let packages = built_here();
    let metadata = metadata();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let built: Vec<&Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| packages.contains(&(text(&package["name"]), text(&package["version"]))))
        .collect();
    assert!(built.len() > 50, "{}", built.len());
    let licences = &deny["licenses"];
    let allow = names(&licences["allow"], "");
    let exceptions = licences["exceptions"].as_array().unwrap();
    let allowed_for = |name: &str, but: &str| {
        let own = exceptions
            .iter()
            .filter(|exception| exception["crate"].as_str() == Some(name));
        let own = own.flat_map(|exception| names(&exception["allow"], ""));
        let all: Vec<String> = own
            .chain(allow.clone())
            .filter(|licence| licence != but)
            .collect();
        all
    };
    let refused_without = |but: &str| -> Vec<&str> {
        let is_refused = |package: &&Value| {
            let allowed = allowed_for(package["name"].as_str().unwrap(), but);
            let allowed = allowed.iter().map(String::as_str).collect();
            !is_licensed(package["license"].as_str().unwrap(), &allowed)
        };
        let refused = built.iter().copied().filter(is_refused);
        refused
            .map(|package| package["name"].as_str().unwrap())
            .collect()
    };
    assert_eq!(refused_without(""), [""; 0]);
    let excepted = exceptions
        .iter()
        .flat_map(|exception| names(&exception["allow"], ""));
    for licence in allow.iter().cloned().chain(excepted) {
        let needed = licence == "Apache-2.0" || !refused_without(&licence).is_empty();
        assert!(needed, "{licence} is allowed in vain");
    }

    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    for ban in deny["bans"]["features"].as_array().unwrap() {
        let (name, denied) = (ban["crate"].as_str().unwrap(), names(&ban["deny"], ""));
        let is_it = |node: &&Value| node["id"].as_str().unwrap().contains(&format!("#{name}@"));
        let mut found = 0;
        for node in nodes.iter().filter(is_it) {
            for feature in node["features"].as_array().unwrap() {
                assert!(
                    !denied.iter().any(|denied| feature == denied.as_str()),
                    "{name} {feature}"
                );
                found += 1;
            }
        }
        assert!(found > 0, "{name} has no features to deny");
    }
}

/// What `cargo install` and crates.io get: the program, its texts, and none of the test data. The code
/// grows with the program; everything else stays small.
#[test]
fn the_package_is_small() {
    let listed = cargo(&["package", "--list", "--allow-dirty", "--offline"]);
    let mut octets = 0;
    for file in listed.lines() {
        let made = ["Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"].contains(&file);
        let ours = ["src/", "completions/", "docs/", "examples/", "man/"]
            .iter()
            .any(|folder| file.starts_with(folder));
        let is_text =
            !file.contains('/') && Path::new(file).extension().is_some_and(|kind| kind == "md");
        let other = file == "Cargo.toml" || file.starts_with("LICENSE-");
        assert!(made || ours || is_text || other, "{file}");
        let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if !file.starts_with("src/") {
            octets += std::fs::metadata(path).map_or(0, |file| file.len());
        }
    }
    for needed in [
        "src/main.rs",
        "README.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ] {
        assert!(listed.lines().any(|file| file == needed), "{needed}");
    }
    assert!(octets < 300_000, "{octets}");
}
