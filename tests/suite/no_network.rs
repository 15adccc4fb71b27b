//! No network: what the program asks of the system, as strace sees it, holds no socket of any
//! network, whatever addresses its tokens and keys name.

use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;

use crate::generated::tempdir;
use crate::support::{Issuer, data, feed, skipped};

/// The system calls of a command that concern networks or files, one a line; none where there is no
/// strace that may trace.
struct Tracer {
    output: std::path::PathBuf,
}

impl Tracer {
    fn new() -> Option<Self> {
        let output = tempdir("traced").join("calls.txt");
        let tracer = Self { output };
        let works = Command::new("strace")
            .args(["-o", "/dev/null", "true"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !works {
            skipped("there is no strace, or it may not trace");
        }
        works.then_some(tracer)
    }

    fn trace(&self, program: &str, arguments: &[&str], stdin: &[u8]) -> String {
        let mut command = Command::new("strace");
        command
            .args(["-f", "-qq", "-s", "256", "-e", "trace=%network,%file", "-o"])
            .arg(&self.output)
            .arg(program)
            .args(arguments)
            .current_dir(data(""));
        feed(&mut command, stdin);
        let calls = std::fs::read_to_string(&self.output).unwrap();
        assert!(calls.contains("execve("), "{arguments:?}: {calls}");
        calls
    }
}

/// Calls that belong to a network. A pair of sockets that signals wake a thread by is joined to
/// nothing else; without a call of `socket`, other calls can only be on it.
fn network(calls: &str) -> Vec<String> {
    let call = Regex::new(r"^\d+ +(\w+)\((.*)").unwrap();
    let is_network = |name: &str, rest: &str| match name {
        "socketpair" => !rest.starts_with("AF_UNIX"),
        "recvfrom" | "sendto" | "shutdown" => false,
        "socket" | "connect" | "bind" | "listen" => true,
        name => name.starts_with("accept") || name.contains("sock") || name.contains("msg"),
    };
    let calls = calls.lines().filter_map(|line| {
        let parts = call.captures(line)?;
        is_network(&parts[1], &parts[2]).then(|| line.to_owned())
    });
    calls.collect()
}

#[test]
fn no_command_opens_a_socket() {
    let Some(tracer) = Tracer::new() else {
        return;
    };
    // What the trace is for is seen by it: bash opens one here, and sends nothing.
    let found = tracer.trace("bash", &["-c", "exec 3<>/dev/udp/127.0.0.1/9"], b"");
    assert!(!network(&found).is_empty(), "{found}");

    let directory = tempdir("addresses");
    let canary = directory.join("canary.json");
    let canary = canary.to_str().unwrap();
    let url = "http://127.0.0.1:9/jwks.json";
    let issuer = Issuer::new(1, url);
    std::fs::write(canary, issuer.jwk()).unwrap();
    let key = issuer
        .jwk()
        .replace('}', &format!(r#","x5u":"{url}","jku":"{url}"}}"#));
    let key_file = directory.join("key.json");
    std::fs::write(&key_file, &key).unwrap();
    let mut tokens = String::new();
    for address in [
        url,
        "https://localhost:9/",
        canary,
        &format!("file://{canary}"),
    ] {
        let header = format!(
            r#"{{"alg":"ES256","jku":"{address}","x5u":"{address}","kid":"{address}","x5c":["{address}"]}}"#
        );
        let claims = format!(r#"{{"iss":"{address}","aud":"{address}","jku":"{address}"}}"#);
        for issuer in [&issuer, &Issuer::new(2, address)] {
            tokens.push_str(&issuer.sign(header.as_bytes(), claims.as_bytes()));
            tokens.push('\n');
        }
    }
    // More than a block, so that threads are used and signals are waited for.
    let many = tokens.repeat(150);
    let key = key_file.to_str().unwrap();
    let pages = directory.join("pages");
    let program = env!("CARGO_BIN_EXE_jwtlens");
    let commands: [(&[&str], &str); 14] = [
        (&["verify", "-k", key], &tokens),
        (&["verify", "-q", "--jobs", "3", "-k", key], &many),
        (&["verify", "--scan", "-o", "claims", "-k", key], &tokens),
        (&["verify", "-k", key, "--iss", url, "--aud", url], &tokens),
        (&["verify", "-k", url], &tokens),
        (&["debug", "-o", "json", "-k", key], &tokens),
        (&["debug", "-k", key, "--try-key", url], &tokens),
        (&["decode", "-o", "json"], &tokens),
        (&["decode", "-f", url], ""),
        (&["key", key], ""),
        (&["key", url], ""),
        (&["completions", "bash"], ""),
        (&["man", pages.to_str().unwrap()], ""),
        (&["help", "verify"], ""),
    ];
    for (arguments, stdin) in commands {
        let calls = tracer.trace(program, arguments, stdin.as_bytes());
        assert_eq!(network(&calls), [""; 0], "{arguments:?}");
        // Nor is a file opened that a token names.
        assert!(!calls.contains(canary), "{arguments:?}: {calls}");
        let is_ours = Path::new(program).exists() && calls.contains(program);
        assert!(is_ours, "{arguments:?}: {calls}");
    }
}
