//! A file per command, and what they share.

mod debug;
mod decode;
mod key;
mod verify;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use clap::CommandFactory;
use jwtlens::{KeyNote, KeySource, Report, Token, Verdict};

use crate::cli::args::{self, Cli, Command, TimeArgs, Verify};
use crate::cli::exit::Exit;
use crate::cli::formats::Format;
use crate::cli::given_key::Given;
use crate::cli::help::man;
use crate::cli::input::{KeyOptions, Source};
use crate::cli::messages::{Failure, Messages};
use crate::cli::progress::Progress;
use crate::cli::render::key as render_key;
use crate::cli::render::{Detail, Look, Renderer};
use crate::cli::settings::{line_clock, zone};
use crate::cli::stream::{BATCH_SIZE, LineTimeUse, Stream};
use crate::cli::time_args::At;
use crate::cli::{Stdin, Surroundings, keys, secrets};

/// Runs the command.
pub fn run(command: Command, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
    match command {
        Command::Verify(asked) => verify::run(
            &asked.verify,
            &asked.speed,
            surroundings,
            Messages {
                quiet: asked.verify.show.quiet,
                ..messages
            },
        ),
        Command::Debug(asked) => debug::run(
            &asked,
            surroundings,
            Messages {
                quiet: asked.verify.show.quiet,
                ..messages
            },
        ),
        Command::Decode(asked) => decode::run(
            &asked.decode,
            &asked.speed,
            surroundings,
            Messages {
                quiet: asked.decode.show.quiet,
                ..messages
            },
        ),
        Command::Key(asked) => key::run(
            &asked,
            surroundings,
            Messages {
                quiet: asked.quiet,
                ..messages
            },
        ),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "jwtlens", &mut script);
            print(&script)
        }
        Command::Man { dir: None } => print(man::main_page().as_bytes()),
        Command::Man { dir: Some(dir) } => {
            not_a_command(&dir)?;
            man::write_all(&dir)?;
            Ok(Exit::SUCCESS)
        }
    }
}

/// Rejects a directory that would be made by mistake.
fn not_a_command(dir: &Path) -> Result<(), Failure> {
    let name = dir.to_string_lossy();
    let command = name.strip_prefix("jwtlens-").unwrap_or(&name);
    let mut program = Cli::command();
    program.build();
    let is_command = program
        .get_subcommands()
        .any(|known| known.get_name() == command);
    if dir.exists() || !(is_command || command == "jwtlens") {
        return Ok(());
    }
    let help = match command {
        "help" | "jwtlens" => "`jwtlens help`".to_owned(),
        command => format!("`jwtlens help {command}`"),
    };
    Err(
        Failure::usage(format!("'{name}' is a command, not a directory"))
            .hint(format!("to read about it, use {help}")),
    )
}

/// Where the tokens and the keys come from. `also` are keys that are not trusted.
fn inputs<'g>(
    asked: &'g Verify,
    also: &[OsString],
    needs_key: bool,
    surroundings: &'g Surroundings,
    messages: Messages,
) -> Result<(Source, Vec<Given<'g>>)> {
    let options = KeyOptions {
        trusted: &asked.keys.given,
        untrusted: also,
    };
    let clock = line_clock(&asked.time, surroundings);
    let source = Source::new(&asked.tokens, clock, Some(options), surroundings)?;
    let variable = surroundings.key_variable.as_ref();
    let keys = Given::values("-k", &asked.keys.given);
    let keys = if keys.is_empty() && asked.keys.secrets.are_given() {
        Ok(keys)
    } else {
        match keys::find(keys, variable, messages) {
            Ok(keys) if keys.is_empty() && needs_key => Err(keys::missing(keys::OPTION)),
            found => found,
        }
    };
    if keys.is_err() {
        // Everything that is missing is reported at once.
        source.report_missing(messages);
    }
    let keys = keys?;
    not_from_terminal(
        keys.iter()
            .map(|key| key.text)
            .chain(also.iter().map(OsString::as_os_str)),
        surroundings,
    )?;
    Ok((source, keys))
}

/// How `verify` and `debug` process tokens.
fn stream<'a, J: FnMut(&[Token]) -> Vec<Report>>(
    asked: &'a Verify,
    surroundings: &Surroundings,
    messages: Messages,
    detail: Detail,
    judge: J,
) -> Stream<'a, J> {
    let renderer = renderer(
        asked.output,
        asked.show.quiet,
        &asked.time,
        asked.tokens.are_several(),
        detail,
        surroundings,
    );
    let only = match (asked.output, asked.only.as_slice()) {
        // The accepted tokens, unless others are asked for.
        (Format::Token, []) => &[Verdict::Valid],
        (_, only) => only,
    };
    Stream {
        judge,
        together: BATCH_SIZE,
        renderer,
        only,
        fail_fast: asked.show.fail_fast,
        redact: asked.show.redact,
        line_times: match asked.output {
            // --at line cannot be used with them.
            Format::Token | Format::Claims => LineTimeUse::Unavailable,
            Format::Text
            | Format::Line
            | Format::Json
            | Format::Jsonl
            | Format::Summary
            | Format::SummaryJson => line_times(&asked.time, asked.tokens.scan),
        },
        progress: progress(asked.output, surroundings, messages),
        messages,
    }
}

fn line_times(time: &TimeArgs, scan: bool) -> LineTimeUse {
    match time.at {
        Some(At::Line) => LineTimeUse::Used,
        None if scan => LineTimeUse::Ignored,
        Some(_) | None => LineTimeUse::Unavailable,
    }
}

/// The line about a long run.
fn progress(
    format: Format,
    surroundings: &Surroundings,
    messages: Messages,
) -> Arc<Mutex<Progress>> {
    let is_apart = surroundings.height.is_none() || format.is_summary();
    let is_shown = surroundings.can_show_progress && !messages.quiet;
    Arc::new(Mutex::new(Progress::new(is_shown, is_apart)))
}

/// Rejects a key that would be entered at a terminal: it may be private, and would be shown.
fn not_from_terminal<'k>(
    mut keys: impl Iterator<Item = &'k OsStr>,
    surroundings: &Surroundings,
) -> Result<(), Failure> {
    if surroundings.stdin == Stdin::Terminal && keys.any(|key| key == "-") {
        return Err(Failure::usage("cannot read a key from the terminal")
            .hint("pipe the key in, or pass the name of its file"));
    }
    Ok(())
}

fn sources(
    asked: &args::Keys,
    given: &[Given],
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Vec<KeySource>> {
    let mut sources = Vec::new();
    for key in given {
        sources.extend(keys::read_all(key, messages)?);
    }
    sources.extend(secrets::read(&asked.secrets, surroundings)?);
    // If none is usable, that is an error, which names them all.
    if sources.iter().any(KeySource::is_usable) {
        for source in &sources {
            keys::warn_if_unusable(source, messages);
        }
    }
    for source in &sources {
        warn_of_private_key(source, messages);
        warn_of_keys(source, messages);
    }
    Ok(sources)
}

fn warn_of_private_key(source: &KeySource, messages: Messages) {
    if source.holds_private_key() {
        messages.warning(&format!("{}: {}", source.source, render_key::PRIVATE));
    }
}

/// Warns of keys that are used although something is wrong with them.
fn warn_of_keys(source: &KeySource, messages: Messages) {
    for key in source.keys.iter().filter(|key| key.usable) {
        // A self-signed certificate is often a CA's; `key` and `debug` say so.
        let is_told = |note: &&KeyNote| note.is_warning() && **note != KeyNote::CaCertificate;
        for note in key.notes.iter().filter(is_told) {
            messages.warning(&format!("{}: key {}: {note}", source.source, key.index));
        }
    }
}

fn renderer(
    format: Format,
    quiet: bool,
    time: &TimeArgs,
    several: bool,
    detail: Detail,
    surroundings: &Surroundings,
) -> Renderer {
    let look = Look {
        zone: zone(time, surroundings),
        paint: surroundings.paint,
        width: surroundings.width,
        height: surroundings.height,
        several,
        detail,
    };
    Renderer::new((!quiet).then_some(format), look)
}

fn print(text: &[u8]) -> Result<Exit> {
    let mut output = io::stdout().lock();
    output
        .write_all(text)
        .and_then(|()| output.flush())
        .context("cannot write to stdout")?;
    Ok(Exit::SUCCESS)
}
