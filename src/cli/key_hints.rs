//! Hints about keys: the placeholders of their commands become the file that was read and one that is new,
//! so that to follow a hint never overwrites a file.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::iter;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::tell::harmless::{plain_path, with_file};

/// The lines of a hint, with this file in place of `FILE`, and a file that does not exist in place of
/// `OUTPUT`.
pub fn lines(hint: &str, file: Option<&OsStr>) -> Vec<String> {
    // Of this run: two hints must not name one file either.
    static NAMED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    lines_with(hint, file, &mut named)
}

fn lines_with(hint: &str, file: Option<&OsStr>, named: &mut BTreeSet<String>) -> Vec<String> {
    hint.lines()
        .map(|line| match file {
            Some(file) => with_output(&with_file(line, file), Some(file), named),
            None => with_output(line, None, named),
        })
        .collect()
}

/// The output is the last word of a command: `key.der` becomes `key.pub.pem`.
fn with_output(line: &str, file: Option<&OsStr>, named: &mut BTreeSet<String>) -> String {
    let Some((command, extension)) = line.rsplit_once("> OUTPUT.") else {
        return line.to_owned();
    };
    let path = file.and_then(plain_path);
    let stem = path.as_deref().and_then(|path| stem(path, extension));
    let stem = stem.unwrap_or("key");
    let others = (2_u64..).map(|number| format!("{stem}-{number}.pub.{extension}"));
    let mut candidates = iter::once(format!("{stem}.pub.{extension}")).chain(others);
    let name = candidates.find(|name| !named.contains(name) && fs::symlink_metadata(name).is_err());
    let name = name.unwrap_or_default();
    let line = format!("{command}> {name}");
    named.insert(name);
    line
}

/// The name of a file without its extensions, as far as they say what the output's name says too.
fn stem<'p>(path: &'p str, extension: &str) -> Option<&'p str> {
    let stem = Path::new(path).file_stem()?.to_str()?;
    let stem = stem
        .strip_suffix(extension)
        .and_then(|stem| stem.strip_suffix('.'))
        .unwrap_or(stem);
    let stem = stem.strip_suffix(".pub").unwrap_or(stem);
    (!stem.is_empty() && !stem.starts_with('-')).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_a_new_file() {
        let directory = std::env::temp_dir().join(format!("key-hints-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        for (name, output) in [
            ("k.der", "k.pub.pem"),
            ("k.pem", "k.pub.pem"),
            ("k", "k.pub.pem"),
            ("k.pub", "k.pub.pem"),
            ("k.pub.pem", "k.pub.pem"),
            ("k.pem.gz", "k.pub.pem"),
            ("auth.example.com.key", "auth.example.com.pub.pem"),
            ("-k.der", "key.pub.pem"),
            ("a b.der", "key.pub.pem"),
        ] {
            let file = directory.join(name);
            fs::write(&file, "").unwrap();
            let hint = "one\ntwo: openssl x < FILE > OUTPUT.pem";
            let lines = lines_with(hint, Some(file.as_os_str()), &mut BTreeSet::new());
            assert_eq!(lines[0], "one");
            let (_, found) = lines[1].rsplit_once("> ").unwrap();
            assert_eq!(found, output, "{name}");
        }
        fs::remove_dir_all(directory).unwrap();
        let mut named = BTreeSet::new();
        let mut line = |hint, file| lines_with(hint, file, &mut named).concat();
        assert_eq!(line("x > OUTPUT.toml", None), "x > key.pub.toml");
        assert_eq!(line("x > OUTPUT.toml", None), "x > key-2.pub.toml");
        let manifest = Some(OsStr::new("Cargo.toml"));
        assert_eq!(
            line("x FILE > OUTPUT.toml", manifest),
            "x Cargo.toml > Cargo.pub.toml"
        );
    }
}
