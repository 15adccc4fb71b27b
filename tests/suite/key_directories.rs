//! A directory as a key.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::generated::tempdir;
use crate::support::{data, run, skipped, status, stderr, stdout};

/// The sources that `jwtlens key` shows.
fn sources(directory: &Path) -> Vec<String> {
    let output = run(&["key", directory.to_str().unwrap()], b"");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    stdout(&output)
        .lines()
        .filter_map(|line| line.strip_suffix(": 1 key"))
        .map(|path| path.rsplit('/').next().unwrap().to_owned())
        .collect()
}

fn key() -> Vec<u8> {
    fs::read(data("made/public_key.json")).unwrap()
}

#[test]
fn regular_files_are_read_in_order_of_their_names() {
    let directory = tempdir("key-directory");
    for name in ["b.json", "a", "C.pem", ".hidden"] {
        fs::write(directory.join(name), key()).unwrap();
    }
    fs::create_dir(directory.join("inner")).unwrap();
    fs::write(directory.join("inner/d"), key()).unwrap();
    // As Kubernetes mounts a volume.
    fs::create_dir(directory.join("..data")).unwrap();
    fs::write(directory.join("..data/e"), key()).unwrap();
    symlink("..data/e", directory.join("e")).unwrap();
    symlink("nowhere", directory.join("f")).unwrap();
    assert_eq!(sources(&directory), ["C.pem", "a", "b.json", "e"]);
}

#[test]
fn what_holds_no_key_is_skipped_and_named() {
    let directory = tempdir("key-directory-skipped");
    fs::write(directory.join("a"), key()).unwrap();
    for (name, content) in [("b", "<html>"), ("c", ""), ("d", "{}")] {
        fs::write(directory.join(name), content).unwrap();
    }
    let output = run(&["key", directory.to_str().unwrap()], b"");
    assert!(
        stderr(&output).contains("skipped 'b', 'c', 'd' in "),
        "{}",
        stderr(&output)
    );
    assert_eq!(status(&output), 0);
    fs::remove_file(directory.join("a")).unwrap();
    let output = run(&["key", directory.to_str().unwrap()], b"");
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("no keys found in"));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let directory = tempdir("key-directory-unreadable");
    fs::write(directory.join("a"), key()).unwrap();
    fs::write(directory.join("b"), vec![b' '; (1 << 20) + 1]).unwrap();
    let output = run(&["key", directory.to_str().unwrap()], b"");
    assert_eq!(status(&output), 1);
    assert!(
        stderr(&output).contains("exceeds the 1 MiB limit"),
        "{}",
        stderr(&output)
    );
    let hint = "hint: move it out of the directory, or name the key files\n";
    assert!(stderr(&output).ends_with(hint), "{}", stderr(&output));
    fs::write(directory.join("b"), key()).unwrap();
    fs::set_permissions(directory.join("b"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(directory.join("b")).is_ok() {
        skipped("this user may read every file");
        return;
    }
    let output = run(&["key", directory.to_str().unwrap()], b"");
    assert_eq!(status(&output), 1);
    assert!(
        stderr(&output).contains("permission denied"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_thousand_files_are_read_and_no_more() {
    let directory = tempdir("key-directory-many");
    for number in 0..1000 {
        fs::write(directory.join(format!("{number:04}")), key()).unwrap();
    }
    assert_eq!(sources(&directory).len(), 1000);
    fs::write(directory.join("1000"), key()).unwrap();
    let output = run(&["key", directory.to_str().unwrap()], b"");
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    assert!(
        stderr(&output).contains("1001 files; at most 1000"),
        "{}",
        stderr(&output)
    );
}

/// A key that has to be converted is a key all the same.
#[test]
fn each_key_to_convert_is_named_with_what_it_is() {
    let directory = tempdir("key-directory-convert");
    let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    fs::write(directory.join("id.pem"), text).unwrap();
    fs::write(directory.join("note.txt"), "hello").unwrap();
    let name = directory.to_str().unwrap();
    let output = run(&["key", name], b"");
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    let encrypted = format!(
        "note: skipped 'id.pem' in '{name}': expected a public key, found an encrypted private key\n"
    );
    let other = format!("note: skipped 'note.txt' in '{name}': not a public key\n");
    let none = format!("error: no keys found in '{name}'\n");
    let hint = format!(
        "hint: extract the public key: openssl pkey -in {name}/id.pem -pubout > id.pub.pem\n"
    );
    assert_eq!(stderr(&output), format!("{encrypted}{other}{none}{hint}"));

    fs::write(
        directory.join("b.pub"),
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB a",
    )
    .unwrap();
    let output = run(&["key", name], b"");
    let said = stderr(&output);
    let ssh = "skipped 'b.pub' in ";
    assert!(said.contains(ssh), "{said}");
    assert!(
        said.contains("found an OpenSSH public key (ssh-rsa)\n"),
        "{said}"
    );
    let hint = format!("hint: to see how to convert a file, use `jwtlens key {name}/b.pub`\n");
    assert!(said.ends_with(&hint), "{said}");
}
