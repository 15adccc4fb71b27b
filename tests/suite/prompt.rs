//! The prompt for a token at a terminal: what is entered is hidden and whole, and the terminal is as before
//! on every way out.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::support::{Issuer, is_installed};
use crate::terminal::terminal;

const PROMPT: &str = "paste a token, then press Enter (input is hidden): ";

/// A command that has a terminal of its own, and writes its results to a pipe.
struct Session {
    master: File,
    slave: File,
    child: Child,
    before: Termios,
    shown: String,
}

/// The local modes: the terminal's driver sets flags of its own in the others.
fn modes(termios: &Termios) -> LocalModes {
    termios.local_modes
}

impl Session {
    /// Starts the program; none if it can't be given a terminal that sends it signals.
    fn start(arguments: &[&str], stderr: Option<Stdio>) -> Option<Self> {
        if !is_installed("setsid") {
            return None;
        }
        let (master, slave) = terminal(80);
        let before = tcgetattr(&slave).unwrap();
        let mut command = Command::new("setsid");
        command
            .args(["--ctty", env!("CARGO_BIN_EXE_jwtlens")])
            .args(arguments)
            .arg("--color=never")
            .env_remove("JWTLENS_KEY")
            .env("TERM", "xterm")
            .current_dir(crate::support::data(""))
            .stdin(slave.try_clone().unwrap())
            .stdout(Stdio::piped())
            .stderr(stderr.unwrap_or_else(|| slave.try_clone().unwrap().into()));
        let child = command.spawn().unwrap();
        Some(Self {
            master,
            slave,
            child,
            before,
            shown: String::new(),
        })
    }

    /// A session that shows the prompt.
    fn prompted(arguments: &[&str]) -> Option<Self> {
        let mut session = Self::start(arguments, None)?;
        session.wait_for(PROMPT);
        Some(session)
    }

    /// Reads what the terminal shows until it has shown this.
    fn wait_for(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.shown.contains(text) {
            let waited = begun.elapsed();
            assert!(
                waited < Duration::from_secs(30),
                "{text:?}: {:?}",
                self.shown
            );
            self.read();
        }
    }

    /// Reads what the terminal shows within a tenth of a second. Returns whether that was anything.
    fn read(&mut self) -> bool {
        let timeout = Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        let mut polled = [PollFd::new(&self.master, PollFlags::IN)];
        if poll(&mut polled, Some(&timeout)).unwrap() == 0 {
            return false;
        }
        let mut buffer = [0; 4096];
        let read = self.master.read(&mut buffer).unwrap_or(0);
        self.shown += std::str::from_utf8(&buffer[..read]).unwrap();
        true
    }

    fn enter(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(killed.unwrap().success());
    }

    /// The state of the process: `T` is stopped.
    fn wait_for_state(&self, state: char) {
        let begun = Instant::now();
        loop {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
            if stat.rsplit_once(") ").unwrap().1.starts_with(state) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{stat}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn is_hidden(&self) -> bool {
        let now = modes(&tcgetattr(&self.slave).unwrap());
        let hidden = LocalModes::ICANON | LocalModes::ECHO;
        assert!(now.contains(hidden) || !now.intersects(hidden), "{now:?}");
        !now.contains(hidden)
    }

    /// Waits for the end. Returns the exit status, the results and what the terminal has shown.
    fn end(mut self) -> (Option<i32>, String, String) {
        let mut results = String::new();
        let mut stdout = self.child.stdout.take().unwrap();
        stdout.read_to_string(&mut results).unwrap();
        let status = self.child.wait().unwrap();
        while self.read() {}
        let after = tcgetattr(&self.slave).unwrap();
        assert_eq!(modes(&after), modes(&self.before));
        // Nothing is left for a shell to read.
        let mut raw = after;
        raw.make_raw();
        tcsetattr(&self.slave, OptionalActions::Now, &raw).unwrap();
        let mut polled = [PollFd::new(&self.slave, PollFlags::IN)];
        assert_eq!(poll(&mut polled, Some(&Timespec::default())), Ok(0));
        let shown = self.shown.replace("\r\n", "\n");
        assert_eq!(
            shown.matches("\u{1b}[?2004h").count(),
            shown.matches("\u{1b}[?2004l").count()
        );
        (status.code(), results, shown)
    }
}

fn verify() -> Vec<String> {
    let key = Issuer::new(1, "a").jwk();
    ["verify", "-o", "line", "-k", &key]
        .map(String::from)
        .to_vec()
}

fn arguments(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// A token of more than 10 KiB.
fn long_token() -> String {
    let claims = format!(r#"{{"sub":"ada","a":"{}"}}"#, "x".repeat(8000));
    let token = Issuer::new(1, "a").token(&claims);
    assert!(token.len() > 10 * 1024);
    token
}

#[test]
fn a_long_token_is_entered_whole_and_hidden() {
    let verify = verify();
    for (before, after) in [("", "\r"), ("\u{1b}[200~", "\u{1b}[201~\r"), ("", "\n")] {
        let Some(mut session) = Session::prompted(&arguments(&verify)) else {
            return;
        };
        assert!(session.is_hidden());
        session.enter(&format!("{before}{}{after}", long_token()));
        let (status, results, shown) = session.end();
        assert_eq!(results, "1\tvalid\t-\tada\ta\t-\tstdin\n");
        assert_eq!(status, Some(0));
        assert_eq!(shown, format!("\u{1b}[?2004h{PROMPT}\u{1b}[?2004l\n"));
    }
}

#[test]
fn a_dash_asks_too() {
    for arguments in [
        &["decode", "-o", "line", "-"],
        &["decode", "-o", "line", "-f-"],
    ] {
        let Some(mut session) = Session::prompted(arguments) else {
            return;
        };
        session.enter(&format!("Bearer {}\r", long_token()));
        let (status, results, _) = session.end();
        assert_eq!(
            (status, results.as_str()),
            (Some(0), "1\tnot-verified\t-\tada\ta\t-\tstdin\n")
        );
    }
}

#[test]
fn text_is_entered_to_be_scanned() {
    let arguments = ["decode", "--scan", "-o", "line"];
    let Some(mut session) = Session::start(&arguments, None) else {
        return;
    };
    session.wait_for("paste text, then press Enter (input is hidden): ");
    let token = long_token();
    session.enter(&format!(
        "\u{1b}[200~GET /\rAuthorization: Bearer {token}\r\r\u{1b}[201~\r"
    ));
    let (status, results, _) = session.end();
    assert_eq!(
        (status, results.as_str()),
        (Some(0), "2\tnot-verified\t-\tada\ta\t23\tstdin\n")
    );
}

/// All lines of a paste are read as from stdin, whether the terminal marks it or not, and none of them reaches the
/// shell.
#[test]
fn a_paste_of_several_lines_is_one_entry() {
    let verify = verify();
    let token = long_token();
    let Some(mut session) = Session::prompted(&arguments(&verify)) else {
        return;
    };
    session.enter(&format!("\u{1b}[200~{token}\r{token}\r\u{1b}[201~\r"));
    let (status, results, _) = session.end();
    assert_eq!(status, Some(0));
    assert_eq!(
        results,
        "1\tvalid\t-\tada\ta\t-\tstdin\n2\tvalid\t-\tada\ta\t-\tstdin\n"
    );

    let (first, second) = token.split_at(5000);
    let mut session = Session::prompted(&arguments(&verify)).unwrap();
    session.enter(&format!("\u{1b}[200~{first}\r{second}\r\u{1b}[201~\r"));
    let (status, results, _) = session.end();
    assert_eq!(
        (status, results.as_str()),
        (Some(8), "1\tmalformed\t-\t-\t-\t-\tstdin\n")
    );

    let mut session = Session::prompted(&arguments(&verify)).unwrap();
    session.enter(&format!("{token}\rrm -rf {token}\r"));
    let (status, results, shown) = session.end();
    assert_eq!(
        (status, results.as_str()),
        (
            Some(8),
            "1\tvalid\t-\tada\ta\t-\tstdin\n2\tmalformed\t-\t-\t-\t-\tstdin\n"
        )
    );
    assert!(!shown.contains("rm -rf"), "{shown:?}");

    let mut session = Session::prompted(&arguments(&verify)).unwrap();
    session.enter(&format!("{first}\r{second}\r"));
    let (status, results, shown) = session.end();
    assert_eq!(
        (status, results.as_str()),
        (Some(8), "1\tmalformed\t-\t-\t-\t-\tstdin\n")
    );
    assert!(!shown.contains(&second[..20]), "{shown:?}");

    let mut session = Session::prompted(&arguments(&verify)).unwrap();
    session.enter(&format!("{{\r  \"access_token\": \"{token}\"\r}}\r"));
    let (status, results, shown) = session.end();
    assert_eq!((status, results.as_str()), (Some(1), ""));
    assert!(
        shown.contains("expected one token per line, found JSON"),
        "{shown:?}"
    );

    let mut session = Session::prompted(&arguments(&verify)).unwrap();
    session.enter(&format!("\u{1b}[200~{token}\u{1b}[201~\r{token}\r"));
    let (status, results, shown) = session.end();
    assert_eq!(
        (status, results.as_str()),
        (Some(0), "1\tvalid\t-\tada\ta\t-\tstdin\n")
    );
    assert!(
        shown.contains("warning: what followed the paste was ignored"),
        "{shown:?}"
    );
}

/// A paste without the mark of its end, and one that pauses after a line.
#[test]
fn an_unfinished_paste_can_be_ended() {
    let verify = verify();
    let token = long_token();
    for end in ["\r", "\n", "\u{4}"] {
        let Some(mut session) = Session::prompted(&arguments(&verify)) else {
            return;
        };
        session.enter(&format!("\u{1b}[200~{token}"));
        std::thread::sleep(Duration::from_millis(500));
        assert!(session.is_hidden());
        session.enter(end);
        let (status, results, _) = session.end();
        assert_eq!(
            (status, results.as_str()),
            (Some(0), "1\tvalid\t-\tada\ta\t-\tstdin\n"),
            "{end:?}"
        );
    }
    let mut session = Session::prompted(&["decode"]).unwrap();
    session.enter("\u{1b}[200~\u{4}");
    let (status, _, shown) = session.end();
    assert_eq!(status, Some(1));
    assert!(shown.contains("error: no token was entered\n"), "{shown:?}");
}

#[test]
fn nothing_entered_is_an_error() {
    for nothing in [
        "\r",
        "\u{4}",
        "\u{1b}[200~\r \r\u{1b}[201~\r",
        "abc\u{15}\r",
    ] {
        let Some(mut session) = Session::prompted(&["decode"]) else {
            return;
        };
        session.enter(nothing);
        let (status, results, shown) = session.end();
        assert_eq!((status, results.as_str()), (Some(1), ""), "{nothing:?}");
        assert!(shown.contains("error: no token was entered\n"), "{shown:?}");
        assert!(
            shown.contains("hint: pipe it in, or use -f FILE"),
            "{shown:?}"
        );
    }
}

/// Of what never ends, not all is held in memory, and nothing of it is used.
#[test]
fn more_lines_than_a_line_may_have_bytes_are_an_error() {
    const MAX_LINE: usize = 16 * 1024 * 1024;
    let Some(mut session) = Session::prompted(&["decode"]) else {
        return;
    };
    session.enter("a.b.c\r");
    session.enter(&"x".repeat(MAX_LINE + 1));
    let (status, results, shown) = session.end();
    assert_eq!((status, results.as_str()), (Some(1), ""));
    let message = "error: the input is too long for the prompt\n";
    assert!(shown.contains(message), "{shown:?}");
}

#[test]
fn another_name_of_stdin_prompts_too() {
    for name in ["-", "/dev/stdin", "/dev/fd/0"] {
        let Some(mut session) = Session::prompted(&["decode", "-o", "line", "-f", name]) else {
            return;
        };
        session.enter(&format!("{}\r", long_token()));
        let (status, results, _) = session.end();
        let expected = "1\tnot-verified\t-\tada\ta\t-\tstdin\n";
        assert_eq!((status, results.as_str()), (Some(0), expected), "{name}");
    }
}

/// Ctrl-C and Ctrl-\ come from the terminal; other signals from anywhere.
#[test]
fn a_signal_restores_the_terminal() {
    for (key, signal, expected) in [
        ("abc\u{3}", "", Some(130)),
        ("abc", "INT", Some(130)),
        ("abc", "TERM", Some(143)),
        // These end the program as they end any other.
        ("abc\u{1c}", "", None),
        ("abc", "HUP", None),
    ] {
        let Some(mut session) = Session::prompted(&["decode"]) else {
            return;
        };
        session.enter(key);
        if !signal.is_empty() {
            session.signal(signal);
        }
        let (status, results, shown) = session.end();
        assert_eq!(
            (status, results.as_str()),
            (expected, ""),
            "{key:?} {signal}"
        );
        assert_eq!(shown, format!("\u{1b}[?2004h{PROMPT}\u{1b}[?2004l\n"));
    }
}

#[test]
fn a_stopped_program_restores_the_terminal_and_asks_again() {
    let Some(mut session) = Session::prompted(&["decode", "-o", "line"]) else {
        return;
    };
    session.enter("abc\u{1a}");
    session.wait_for_state('T');
    assert!(!session.is_hidden());
    session.wait_for("\u{1b}[?2004l\r\n");
    session.shown.clear();
    session.signal("CONT");
    session.wait_for(PROMPT);
    assert!(session.is_hidden());
    // What was entered before is still there.
    session.enter(&format!("\u{15}{}\r", long_token()));
    let (status, results, _) = session.end();
    assert_eq!(
        (status, results.as_str()),
        (Some(0), "1\tnot-verified\t-\tada\ta\t-\tstdin\n")
    );
}

/// After the prompt, signals work as without one.
#[test]
fn a_search_after_the_prompt_can_be_interrupted() {
    let key = Issuer::new(2, "b").jwk();
    for (signal, expected) in [("INT", Some(130)), ("TERM", Some(143)), ("HUP", None)] {
        let Some(mut session) = Session::prompted(&["debug", "--deep", "-k", &key]) else {
            return;
        };
        session.enter(&format!("{}\r", long_token()));
        session.wait_for("\u{1b}[?2004l");
        // The search takes about a second.
        std::thread::sleep(Duration::from_millis(400));
        let begun = Instant::now();
        session.signal(signal);
        let (status, results, _) = session.end();
        assert_eq!((status, results.as_str()), (expected, ""), "{signal}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{signal}");
    }
}

/// Without stderr at the terminal the prompt is still seen there.
#[test]
fn the_prompt_is_seen_wherever_stderr_goes() {
    let Some(mut session) = Session::start(&["decode", "-q", "--check-time"], Some(Stdio::piped()))
    else {
        return;
    };
    session.wait_for(PROMPT);
    session.enter(&format!("{}\r", long_token()));
    let mut stderr = String::new();
    let mut pipe = session.child.stderr.take().unwrap();
    pipe.read_to_string(&mut stderr).unwrap();
    let (status, ..) = session.end();
    assert_eq!(status, Some(0));
    assert!(stderr.contains(PROMPT), "{stderr:?}");
}

#[test]
fn a_terminal_without_control_sequences_gets_none() {
    if !is_installed("setsid") {
        return;
    }
    let (mut master, slave) = terminal(80);
    let mut command = Command::new("setsid");
    let mut child = command
        .args(["--ctty", env!("CARGO_BIN_EXE_jwtlens"), "decode"])
        .env("TERM", "dumb")
        .stdin(slave.try_clone().unwrap())
        .stdout(Stdio::null())
        .stderr(slave)
        .spawn()
        .unwrap();
    command.stdin(Stdio::null()).stderr(Stdio::null());
    master.write_all(b"\n").unwrap();
    let mut shown = Vec::new();
    let _ = master.read_to_end(&mut shown);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let shown = String::from_utf8(shown).unwrap();
    assert!(
        shown.contains(PROMPT) && !shown.contains('\u{1b}'),
        "{shown:?}"
    );
}
