//! A panic is a bug, and its message may quote the text that it failed on.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, Location};
use std::process;

/// The exit status of a Rust program that panicked.
const STATUS: i32 = 101;

/// Makes a panic print where it happened, without its message, and end the program at once: a thread that waits
/// for the one that panicked would wait forever, and an abort could write tokens and secrets to a core dump.
pub fn redact() {
    panic::set_hook(Box::new(|panic| {
        let report = panic_report(panic.location(), &Backtrace::capture());
        let _ = io::stderr().write_all(report.as_bytes());
        process::exit(STATUS);
    }));
}

fn panic_report(location: Option<&Location>, backtrace: &Backtrace) -> String {
    let place = location.map_or_else(String::new, |location| format!(" at {location}"));
    let mut report = format!("error: internal error{place}; please report it as a bug\n");
    if backtrace.status() == BacktraceStatus::Captured {
        report.push_str(&backtrace.to_string());
    }
    report
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::Command;

    use super::*;

    /// The next test runs this one in a process of its own, as a hook is shared by all threads.
    #[test]
    #[ignore = "panics"]
    fn panic_with_a_secret() {
        redact();
        panic!("a {} secret", "well-kept");
    }

    #[test]
    fn panic_prints_its_place_alone() {
        for backtrace in ["0", "full"] {
            let output = Command::new(env::current_exe().unwrap())
                .args(["--ignored", "--exact", "--nocapture"])
                .arg("cli::tell::panics::tests::panic_with_a_secret")
                .env("RUST_BACKTRACE", backtrace)
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(STATUS));
            let stderr = String::from_utf8(output.stderr).unwrap();
            let stdout = String::from_utf8(output.stdout).unwrap();
            let start = "error: internal error at src/cli/tell/panics.rs:";
            assert!(stderr.starts_with(start), "{stderr}{stdout}");
            let frames = stderr.matches("panic_with_a_secret").count();
            assert_eq!(frames > 0, backtrace == "full", "{stderr}");
            for text in ["well-kept", "a {} secret"] {
                assert!(!stderr.contains(text) && !stdout.contains(text));
            }
        }
    }
}
