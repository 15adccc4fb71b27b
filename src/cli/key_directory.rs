//! A directory as a key: the regular files directly in it.

use std::ffi::OsString;
use std::fs;
use std::mem;

use anyhow::Result;
use jwtlens::KeySource;

use super::given_key::Given;
use super::messages::{Failure, io_reason};

/// More files than this are hardly keys.
const MAX_FILES: usize = 1000;

/// What to do about a file that is not read.
const UNREADABLE: &str = "move it out of the directory, or name the key files";

/// The keys of a directory, in order of the files' names.
pub struct Directory {
    pub sources: Vec<KeySource>,
    /// The files that hold no key.
    pub skipped: Vec<Skipped>,
}

/// A file that holds no key in a form that is read.
pub struct Skipped {
    pub file: OsString,
    pub failure: Failure,
}

/// Reads every file that is not hidden. A file that holds no key is skipped; one that cannot be read is
/// an error.
pub fn read(directory: &Given, read: fn(&Given) -> Result<KeySource>) -> Result<Directory> {
    let files = files(directory)?;
    let mut keys = Directory {
        sources: Vec::with_capacity(files.len()),
        skipped: Vec::new(),
    };
    for file in files {
        match read(&Given::new(&file, directory.place.clone())) {
            Ok(source) => keys.sources.push(source),
            Err(mut error) => match error.downcast_mut::<Failure>() {
                Some(failure) if failure.is_content => {
                    let failure = mem::replace(failure, Failure::new(""));
                    keys.skipped.push(Skipped { file, failure });
                }
                Some(failure) => {
                    failure.hints = vec![UNREADABLE.to_owned()];
                    return Err(error);
                }
                None => return Err(error),
            },
        }
    }
    Ok(keys)
}

/// Links are followed: Kubernetes mounts keys as links into a hidden directory.
fn files(directory: &Given) -> Result<Vec<OsString>, Failure> {
    let unreadable = |error| {
        let reason = io_reason(&error);
        Failure::new(format!("cannot read {}: {reason}", directory.named()))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory.text).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default();
        if !name.as_encoded_bytes().starts_with(b".") && path.is_file() {
            files.push(OsString::from(path));
        }
    }
    if files.len() > MAX_FILES {
        return Err(Failure::new(format!(
            "{} has {} files; at most {MAX_FILES} are read",
            directory.named(),
            files.len()
        ))
        .hint("name the key files, or use a directory that holds only keys"));
    }
    files.sort_unstable();
    Ok(files)
}
