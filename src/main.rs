//! The program: reads the clock and the environment, runs a command, and ends with its status.

#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unwrap_used,
        reason = "a test that panics has failed"
    )
)]

mod cli;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::error::ErrorKind;
use rustix::fs::{FileType, fstat};

use cli::args::{Cli, ColorChoice};
use cli::exit::Exit;
use cli::messages::{Failure, Messages, finish};
use cli::tell::panics;
use cli::{Paint, Stdin, Surroundings, given_key, run, signals, usage};

fn main() -> ExitCode {
    panics::redact();
    // Each stream decides for itself; `colored` alone would decide by standard output for both.
    colored::control::set_override(true);
    // A console of Windows takes colours once it is told to; one that can't shows them as they are.
    #[cfg(windows)]
    let _ = colored::control::set_virtual_terminal(true);
    let arguments: Vec<OsString> = env::args_os().map(pem_as_value).collect();
    let exit = match Cli::from_arguments(&arguments) {
        Ok(cli) => {
            let messages = messages(cli.color);
            match run::run(cli.command, &surroundings(cli.color), messages) {
                Ok(exit) => exit,
                Err(error) => finish(&error, messages),
            }
        }
        Err(error) => refuse(&error, &arguments),
    };
    ExitCode::from(exit.and(signals::caught()).status())
}

/// PEM begins with dashes, which make an option of it. Any text may stand before it.
fn pem_as_value(argument: OsString) -> OsString {
    if !argument.as_encoded_bytes().starts_with(given_key::PEM) {
        return argument;
    }
    let mut value = OsString::from(" ");
    value.push(argument);
    value
}

/// Help and version go to standard output; anything else that clap says is wrong usage.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let messages = messages(ColorChoice::Auto);
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let error = anyhow::Error::new(match error.print() {
            Ok(()) => return Exit::SUCCESS,
            Err(error) => error,
        });
        return finish(&error.context("cannot write to stdout"), messages);
    }
    if usage::is_token_without_command(error, arguments) {
        let failure = Failure::usage("missing command before the token")
            .hint("use `jwtlens decode` or `jwtlens verify`, and pass the token on stdin");
        return finish(&failure.into(), messages);
    }
    usage::print(&usage::explain(error, arguments, messages.width));
    Exit::Usage
}

fn surroundings(color: ColorChoice) -> Surroundings {
    let stdout = io::stdout();
    let columns = env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    Surroundings {
        clock: now,
        key_variable: env::var_os("JWTLENS_KEY"),
        stdin: stdin(),
        knows_control_sequences: knows_control_sequences(),
        variable: |name| env::var_os(name),
        can_show_progress: io::stderr().is_terminal() && knows_control_sequences(),
        width: columns.or_else(|| terminal(&stdout).map(|(columns, _)| columns)),
        height: terminal(&stdout).map(|(_, rows)| rows),
        paint: paint(color, &stdout),
    }
}

fn stdin() -> Stdin {
    let stdin = io::stdin();
    let kind = fstat(&stdin).map(|stat| FileType::from_raw_mode(stat.st_mode));
    if stdin.is_terminal() {
        Stdin::Terminal
    } else if kind == Ok(FileType::RegularFile) {
        Stdin::File
    } else if kind == Ok(FileType::Fifo) {
        Stdin::Pipe
    } else {
        Stdin::Other
    }
}

fn messages(color: ColorChoice) -> Messages {
    let stderr = io::stderr();
    Messages {
        paint: paint(color, &stderr),
        width: terminal(&stderr).map(|(columns, _)| columns),
        quiet: false,
    }
}

/// The columns and rows of the terminal that the stream is.
fn terminal(stream: &impl AsFd) -> Option<(usize, usize)> {
    let (width, height) = terminal_size::terminal_size_of(stream)?;
    Some((width.0.into(), height.0.into()))
}

/// Whole seconds, as `exp` and its like are: the second that has begun.
fn now() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs())
            .unwrap_or(i64::MAX)
            .saturating_neg(),
    }
}

/// `--color`, then `NO_COLOR` (no-color.org), `CLICOLOR_FORCE` (bixense.com/clicolors), then whether
/// the stream is a terminal that knows colours.
fn paint(choice: ColorChoice, stream: &impl IsTerminal) -> Paint {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let on = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if is_set("NO_COLOR") => false,
        ColorChoice::Auto
            if env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") =>
        {
            true
        }
        ColorChoice::Auto => stream.is_terminal() && knows_control_sequences(),
    };
    Paint { on }
}

fn knows_control_sequences() -> bool {
    env::var_os("TERM").is_none_or(|term| term != "dumb")
}
