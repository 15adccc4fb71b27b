//! One function per command.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::CommandFactory;
use jwtlens::{
    Debugger, Effort, KeyNote, KeySet, KeySource, Report, Tally, Token, Verdict, Verifier,
};
use rustix::time::{ClockId, clock_gettime};

use super::args::{self, Cli, Command, Debug, Decode, Key, Speed, TimeArgs, Verify};
use super::exit::Exit;
use super::formats::{Format, KeyFormat};
use super::given_key::Given;
use super::help::man;
use super::input::{KeyOptions, Source};
use super::messages::{Failure, Messages, tell};
use super::progress::Progress;
use super::render::key::{self as render_key, Converted};
use super::render::{Detail, Look, Renderer};
use super::settings::{check_format, jobs, line_clock, now, policy, verify_policy, zone};
use super::sink::lock;
use super::stream::{BATCH_SIZE, LineTimeUse, Stream};
use super::time_args::At;
use super::{Stdin, Surroundings};
use super::{debug_summary, keys, secrets};

/// A search that takes longer is stopped and reported as incomplete. Work is bounded by counting, but a slow
/// machine needs more time for it.
const MAX_SEARCH: Duration = Duration::from_secs(9);

/// Runs the command.
pub fn run(command: Command, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
    match command {
        Command::Verify(asked) => verify(
            &asked.verify,
            &asked.speed,
            surroundings,
            Messages {
                quiet: asked.verify.show.quiet,
                ..messages
            },
        ),
        Command::Debug(asked) => debug(
            &asked,
            surroundings,
            Messages {
                quiet: asked.verify.show.quiet,
                ..messages
            },
        ),
        Command::Decode(asked) => decode(
            &asked.decode,
            &asked.speed,
            surroundings,
            Messages {
                quiet: asked.decode.show.quiet,
                ..messages
            },
        ),
        Command::Key(asked) => key(
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

fn verify(
    asked: &Verify,
    speed: &Speed,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Exit> {
    check_format(asked)?;
    let (source, keys) = inputs(asked, &[], true, surroundings, messages)?;
    let sources = sources(&asked.keys, &keys, surroundings, messages)?;
    let set = KeySet::new(&sources).map_err(|error| keys::none_usable(&keys, &error))?;
    let detail = Detail::Verify {
        has_secret: sources.iter().any(KeySource::holds_secret),
    };
    let mut verifier = Verifier::new(set, verify_policy(asked)?);
    if asked.show.quiet || !asked.output.shows_findings() {
        verifier = verifier.without_findings();
    }
    let now = now(&asked.time, surroundings);
    let judge = |tokens: &[Token]| verifier.verify_all(tokens, now());
    stream(asked, surroundings, messages, detail, judge).run_on(source, &|| jobs(speed))
}

fn debug(asked: &Debug, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
    check_format(&asked.verify)?;
    let (source, keys) = inputs(&asked.verify, &asked.try_key, false, surroundings, messages)?;
    let sources = sources(&asked.verify.keys, &keys, surroundings, messages)?;
    let also = keys::also(&asked.try_key, messages)?;
    // Without a usable key nothing can be verified, but much can still be found out.
    let unusable = match KeySet::new(&sources) {
        Err(error) if !sources.is_empty() => Some(keys::none_usable(&keys, &error)),
        Ok(_) | Err(_) => None,
    };
    let effort = if asked.deep {
        Effort::Deep
    } else {
        Effort::Default
    };
    let debugger = Debugger::new(&sources, &also, verify_policy(&asked.verify)?, effort);
    let debugger = match asked.verify.time.at {
        Some(_) => debugger.at_chosen_time(),
        None => debugger,
    };
    let now = now(&asked.verify.time, surroundings);
    let mut tally = Tally::default();
    let (mut is_about_key, mut is_proven) = (false, false);
    let progress = progress(asked.verify.output, surroundings, messages);
    let shown = Arc::clone(&progress);
    let mut judge = |token: &Token| {
        let begun = Instant::now();
        let cpu_begun = cpu_time();
        let mut tried = 0_u64;
        let mut report = debugger.debug(token, now(), &mut |count| {
            tried = tried.saturating_add(count);
            lock(&shown).tell_search(begun, |elapsed| debug_summary::pace(&tally, elapsed, tried));
            // On a loaded machine, only CPU time counts.
            begun.elapsed() < MAX_SEARCH || cpu_time().saturating_sub(cpu_begun) < MAX_SEARCH
        });
        lock(&shown).end_search();
        if let Some(search) = &mut report.search {
            search.milliseconds = u64::try_from(begun.elapsed().as_millis()).ok();
        }
        tally.count(&mut report);
        let mut findings = report.findings.iter();
        is_about_key |= findings.any(|finding| finding.code.is_about_key());
        is_proven |= report.proof.is_some();
        report
    };
    let detail = Detail::Debug {
        verbose: asked.verbose,
        has_key: !sources.is_empty(),
    };
    let judge = |tokens: &[Token]| tokens.iter().map(&mut judge).collect();
    let mut stream = stream(&asked.verify, surroundings, messages, detail, judge);
    stream.progress = progress;
    // A search takes long enough for its result to be printed at once.
    stream.together = 1;
    let judged = stream.run(source);
    drop(stream);
    if judged.is_ok() && !asked.verify.output.is_summary() {
        debug_summary::tell(&tally, asked.verify.show.redact, messages);
    }
    let Some(error) = unusable else {
        return judged;
    };
    let is_reported = asked.verify.output.shows_findings() && asked.verify.only.is_empty();
    // What a report says, with a hint of its own, is not repeated.
    match is_reported && !asked.verify.show.quiet {
        true if is_about_key => messages.error("no usable key"),
        true if is_proven => messages.error(&error.to_string()),
        _ => tell(&error, messages),
    }
    Ok(Exit::Failure.and(judged?))
}

/// The CPU time of this thread.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
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

fn decode(
    asked: &Decode,
    speed: &Speed,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Exit> {
    let clock = line_clock(&asked.time, surroundings);
    let source = Source::new(&asked.tokens, clock, None, surroundings)?;
    if asked.show.quiet && !asked.check_time {
        // Printed even with --quiet, because a script might expect more.
        Messages {
            quiet: false,
            ..messages
        }
        .warning(
            "decode -q fails for malformed tokens only; add --check-time to fail for expired ones",
        );
    }
    let policy = policy(&asked.time, asked.expires_within)?;
    let now = now(&asked.time, surroundings);
    let renderer = renderer(
        asked.output.into(),
        asked.show.quiet,
        &asked.time,
        asked.tokens.are_several(),
        Detail::Decode,
        surroundings,
    );
    let judge = |tokens: &[Token]| {
        let now = now();
        let decode = |token| jwtlens::decode(token, &policy, now, asked.check_time);
        tokens.iter().map(decode).collect()
    };
    Stream {
        judge,
        together: BATCH_SIZE,
        renderer,
        only: &asked.only,
        fail_fast: asked.show.fail_fast,
        redact: asked.show.redact,
        line_times: line_times(&asked.time, asked.tokens.scan),
        progress: progress(asked.output.into(), surroundings, messages),
        messages,
    }
    .run_on(source, &|| jobs(speed))
}

fn key(asked: &Key, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
    let given = if asked.keys.is_empty() && surroundings.stdin == Stdin::File {
        vec!["-".into()]
    } else {
        asked.keys.clone()
    };
    let variable = surroundings.key_variable.as_ref();
    let keys = Given::operands("KEY", &given);
    let keys = keys::find(keys, variable, messages)?;
    if keys.is_empty() {
        let hint = match surroundings.stdin {
            Stdin::Pipe => keys::PIPE,
            Stdin::Terminal | Stdin::File | Stdin::Other => keys::ARGUMENT,
        };
        return Err(keys::missing(hint).into());
    }
    if given.is_empty() && surroundings.stdin == Stdin::Pipe {
        // Printed even with --quiet: a script could take the answer for that about another key.
        let messages = Messages {
            quiet: false,
            ..messages
        };
        messages.note(&format!("stdin is not read; {}", keys::PIPE));
    }
    not_from_terminal(keys.iter().map(|key| key.text), surroundings)?;
    let mut exit = Exit::SUCCESS;
    let mut sources = Vec::new();
    for key in &keys {
        match keys::read_all(key, messages) {
            Ok(read) => sources.extend(read),
            Err(error) => {
                exit = exit.and(Exit::Failure);
                tell(&error, messages);
            }
        }
    }
    for source in &sources {
        if !source.is_usable() {
            exit = exit.and(Exit::Failure);
        }
        if asked.output != KeyFormat::Text {
            warn_of_private_key(source, messages);
        }
    }
    let mut converted = |converted: Converted| {
        if !converted.is_complete {
            exit = exit.and(Exit::Failure);
        }
        converted.text
    };
    let shown = match asked.output {
        KeyFormat::Text if asked.quiet => String::new(),
        KeyFormat::Text => {
            let now = (surroundings.clock)();
            render_key::text(&sources, surroundings.paint, surroundings.width, now)
        }
        KeyFormat::Json => render_key::json(&sources)?,
        KeyFormat::Jwk => converted(render_key::jwk_set(&sources, messages)?),
        KeyFormat::Pem => converted(render_key::pem(&sources, messages)),
    };
    if asked.quiet {
        return Ok(exit);
    }
    Ok(exit.and(print(shown.as_bytes())?))
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
