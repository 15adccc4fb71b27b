//! A directory as a key: the regular files directly in it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use anyhow::Result;
use jwtlens::KeySource;

use super::messages::{Failure, io_reason};
use super::usage::without_secrets;

/// More files than this are hardly keys.
const MAX_FILES: usize = 1000;

/// The keys of a directory, in order of the files' names.
pub struct Directory {
    pub sources: Vec<KeySource>,
    /// How many files hold no key.
    pub skipped: usize,
}

/// Reads every file that is not hidden. A file that holds no key is skipped; one that cannot be read is
/// an error.
pub fn read(directory: &OsStr, read: impl Fn(&OsStr) -> Result<KeySource>) -> Result<Directory> {
    let files = files(Path::new(directory))?;
    let mut keys = Directory {
        sources: Vec::with_capacity(files.len()),
        skipped: 0,
    };
    for file in files {
        match read(&file) {
            Ok(source) => keys.sources.push(source),
            Err(error)
                if error
                    .downcast_ref::<Failure>()
                    .is_some_and(|failure| failure.is_content) =>
            {
                keys.skipped = keys.skipped.saturating_add(1);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(keys)
}

/// Links are followed: Kubernetes mounts keys as links into a hidden directory.
fn files(directory: &Path) -> Result<Vec<OsString>, Failure> {
    let name = || without_secrets(&directory.to_string_lossy());
    let unreadable = |error| {
        let reason = io_reason(&error);
        Failure::new(format!(
            "cannot read the directory \"{}\": {reason}",
            name()
        ))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default();
        if !name.as_encoded_bytes().starts_with(b".") && path.is_file() {
            files.push(OsString::from(path));
        }
    }
    if files.len() > MAX_FILES {
        return Err(Failure::new(format!(
            "the directory \"{}\" has {} files; at most {MAX_FILES} are read",
            name(),
            files.len()
        ))
        .hint("give the keys as files, or a directory of keys alone"));
    }
    files.sort();
    Ok(files)
}
