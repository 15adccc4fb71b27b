//! One function a command.

use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::CommandFactory;
use jiff::tz::TimeZone;
use jwtlens::{
    ClaimCheck, Compact, Debugger, Effort, Input, KeySet, KeySource, KeySourceError, Policy,
    Report, Token, Verdict, Verifier,
};

use super::Surroundings;
use super::args::{
    Checks, Cli, Command, Debug, Decode, Format, Key, KeyFormat, Keys, Speed, Time, Verify,
};
use super::exit::Exit;
use super::input::Source;
use super::messages::{Failure, Messages, io_reason, tell};
use super::progress::Progress;
use super::render::{Detail, Look, Renderer, key as render_key};
use super::stream::{Stream, TOGETHER};
use super::tally::Tally;
use super::{keys, manual, secrets, usage};

/// A search that takes longer is ended, and says that it was not complete: work is counted, but a slow
/// machine takes its time for it.
const LONGEST_SEARCH: Duration = Duration::from_secs(9);

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
        Command::Key(asked) => key(&asked, surroundings, messages),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "jwtlens", &mut script);
            print(&script)
        }
        Command::Man { dir: None } => print(manual::main_page().as_bytes()),
        Command::Man { dir: Some(dir) } => {
            manual::write_all(&dir).map_err(|error| {
                Failure::new(format!(
                    "can't write manual pages to \"{}\": {}",
                    usage::without_secrets(&dir.to_string_lossy()),
                    io_reason(&error)
                ))
            })?;
            Ok(Exit::SUCCESS)
        }
    }
}

fn verify(
    asked: &Verify,
    speed: &Speed,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Exit> {
    let (source, names) = inputs(asked, surroundings, messages)?;
    let sources = sources(&asked.keys, &names, surroundings, messages)?;
    let keys = KeySet::new(&sources).map_err(|error| unusable(&error))?;
    let mut verifier = Verifier::new(keys, verify_policy(asked));
    if asked.show.quiet || !asked.output.shows_findings() {
        verifier = verifier.without_findings();
    }
    let now = now(&asked.time, surroundings);
    let judge = |tokens: &[Token]| verifier.verify_all(tokens, now());
    stream(asked, surroundings, messages, Detail::Verify, judge).run_on(source, &|| jobs(speed))
}

fn debug(asked: &Debug, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
    let (source, names) = inputs(&asked.verify, surroundings, messages)?;
    let sources = sources(&asked.verify.keys, &names, surroundings, messages)?;
    let also = keys::also(&asked.also, messages)?;
    // Without a usable key nothing is judged in full, but much can be found out.
    let exit = match KeySet::new(&sources) {
        Ok(_) => Exit::SUCCESS,
        Err(error) => {
            tell(&unusable(&error), messages);
            Exit::Failure
        }
    };
    let effort = if asked.deep {
        Effort::Deep
    } else {
        Effort::Default
    };
    let debugger = Debugger::new(&sources, &also, verify_policy(&asked.verify), effort);
    let now = now(&asked.verify.time, surroundings);
    let mut tally = Tally::default();
    let mut progress = Progress::new(shows_progress(surroundings, messages));
    let mut judge = |token: &Token| {
        let begun = Instant::now();
        let mut tried = 0_u64;
        progress.restart();
        let mut report = debugger.debug(token, now(), &mut |count| {
            tried = tried.saturating_add(count);
            progress.tell(|_| format!("searching: {tried} forms tried"));
            begun.elapsed() < LONGEST_SEARCH
        });
        progress.clear();
        if let Some(search) = &mut report.search {
            search.milliseconds = u64::try_from(begun.elapsed().as_millis()).ok();
        }
        if let Some(finding) = tally.signers.note(&mut report.recovered) {
            // What was only likely of one token is known of two.
            let guesses = ["content-changed", "signer-candidates"];
            report
                .findings
                .retain(|other| !guesses.contains(&other.code));
            report.findings.insert(0, finding);
        }
        tally.note(&report, token.text);
        report
    };
    let detail = Detail::Debug {
        verbose: asked.verbose,
    };
    let judge = |tokens: &[Token]| tokens.iter().map(&mut judge).collect();
    let mut stream = stream(&asked.verify, surroundings, messages, detail, judge);
    // Each search has a line of its own, and takes long enough to be told at once.
    stream.progress = false;
    stream.together = 1;
    let judged = stream.run(source)?;
    tally.tell(messages);
    if let Some(lines) = tally.joined()
        && let Ok(Compact::Jws(_)) = Compact::parse(lines)
    {
        let whole = debugger.debug(&Token::new(Input::default(), lines), now(), &mut |_| true);
        messages.hint(&format!(
            "line-wrapped: put together, these lines are one token, which is {}",
            whole.verdict.name()
        ));
    }
    Ok(exit.and(judged))
}

/// Where the tokens come from, and the names of the keys.
fn inputs(
    asked: &Verify,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<(Source, Vec<OsString>)> {
    let names = key_names(&asked.keys, surroundings, messages)
        .map_err(|failure| keys::given_as_token(failure, &asked.tokens.given));
    let stdin_is_taken = names.as_ref().is_ok_and(|names| keys::need_stdin(names));
    let (source, names) = match (
        Source::open(&asked.tokens, stdin_is_taken, surroundings),
        names,
    ) {
        // Everything that is missing is told at once.
        (Err(error), Err(no_key)) => {
            let exit = error.exit;
            tell(&error.into(), messages);
            return Err(Failure { exit, ..no_key }.into());
        }
        (source, names) => (source?, names?),
    };
    Ok((source, names))
}

fn verify_policy(asked: &Verify) -> Policy {
    Policy {
        checks: claim_checks(&asked.checks),
        ..policy(&asked.time, asked.expires_within)
    }
}

/// What every token of `verify` and `debug` is put through.
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
        together: TOGETHER,
        renderer,
        only,
        fail_fast: asked.show.fail_fast,
        progress: shows_progress(surroundings, messages),
        messages,
    }
}

fn shows_progress(surroundings: &Surroundings, messages: Messages) -> bool {
    surroundings.can_show_progress && !messages.quiet
}

fn jobs(speed: &Speed) -> usize {
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    speed.jobs.map_or_else(cores, usize::from)
}

fn decode(
    asked: &Decode,
    speed: &Speed,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Exit> {
    let source = Source::open(&asked.tokens, false, surroundings)?;
    let policy = policy(&asked.time, asked.expires_within);
    let now = now(&asked.time, surroundings);
    let renderer = renderer(
        asked.output.into(),
        asked.show.quiet,
        &asked.time,
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
        together: TOGETHER,
        renderer,
        only: &asked.only,
        fail_fast: asked.show.fail_fast,
        progress: shows_progress(surroundings, messages),
        messages,
    }
    .run_on(source, &|| jobs(speed))
}

fn key(asked: &Key, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
    let variable = surroundings.key_variable.as_ref();
    let names = keys::find(&asked.keys, variable, keys::ARGUMENT, messages)?;
    let mut exit = Exit::SUCCESS;
    let mut sources = Vec::new();
    for name in &names {
        match keys::read_all(name, messages) {
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
        warn_of_private_key(source, messages);
    }
    let shown = match asked.output {
        KeyFormat::Text => render_key::text(&sources, surroundings.paint, surroundings.width),
        KeyFormat::Json => render_key::json(&sources)?,
        KeyFormat::Jwk => render_key::jwk_set(&sources, messages)?,
        KeyFormat::Pem => render_key::pem(&sources, messages),
    };
    Ok(exit.and(print(shown.as_bytes())?))
}

fn key_names(
    asked: &Keys,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Vec<OsString>, Failure> {
    if asked.keys.is_empty() && asked.secrets.are_given() {
        return Ok(Vec::new());
    }
    let variable = surroundings.key_variable.as_ref();
    keys::find(&asked.keys, variable, keys::OPTION, messages)
}

fn sources(
    asked: &Keys,
    names: &[OsString],
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Vec<KeySource>> {
    let mut sources = Vec::new();
    for name in names {
        sources.extend(keys::read_all(name, messages)?);
    }
    sources.extend(secrets::read(&asked.secrets, surroundings)?);
    for source in &sources {
        warn_of_private_key(source, messages);
        warn_of_keys(source, messages);
    }
    Ok(sources)
}

fn unusable(error: &KeySourceError) -> anyhow::Error {
    Failure::new(error.to_string()).hint(error.hint()).into()
}

fn warn_of_private_key(source: &KeySource, messages: Messages) {
    if source.holds_private_key() {
        messages.warning(&format!(
            "\"{}\" holds a private key: only its public half is used; keep the private key where tokens are signed",
            source.source
        ));
    }
}

/// What is wrong with keys that are used all the same.
fn warn_of_keys(source: &KeySource, messages: Messages) {
    for key in source.keys.iter().filter(|key| key.usable) {
        for note in key.notes.iter().filter(|note| note.is_warning()) {
            messages.warning(&format!("{}: key {}: {note}", source.source, key.index));
        }
    }
}

/// What time it is whenever it is asked.
fn now(time: &Time, surroundings: &Surroundings) -> impl Fn() -> i64 + Copy + use<> {
    let (at, clock) = (time.at, surroundings.clock);
    move || match at {
        Some(at) => at.second(clock()),
        None => clock(),
    }
}

fn policy(time: &Time, expires_within: Option<i64>) -> Policy {
    Policy {
        leeway: time.leeway,
        expires_within,
        checks: Vec::new(),
    }
}

fn claim_checks(asked: &Checks) -> Vec<ClaimCheck> {
    let audience = (!asked.aud.is_empty()).then(|| ClaimCheck::Audience(asked.aud.clone()));
    let named = [
        asked.iss.clone().map(ClaimCheck::Issuer),
        asked.sub.clone().map(ClaimCheck::Subject),
        audience,
        asked.typ.clone().map(ClaimCheck::Type),
        asked.max_age.map(ClaimCheck::MaxAge),
    ];
    let require = asked.require.iter().cloned().map(ClaimCheck::Require);
    let equals = asked
        .claim
        .iter()
        .cloned()
        .map(|(path, value)| ClaimCheck::Equals(path, value));
    named
        .into_iter()
        .flatten()
        .chain(require)
        .chain(equals)
        .collect()
}

fn renderer(
    format: Format,
    quiet: bool,
    time: &Time,
    detail: Detail,
    surroundings: &Surroundings,
) -> Renderer {
    let zone = if time.local {
        TimeZone::system()
    } else {
        TimeZone::UTC
    };
    let look = Look {
        zone,
        paint: surroundings.paint,
        width: surroundings.width,
        detail,
    };
    Renderer::new((!quiet).then_some(format), look)
}

fn print(text: &[u8]) -> Result<Exit> {
    let mut output = io::stdout().lock();
    output
        .write_all(text)
        .and_then(|()| output.flush())
        .context("can't write to standard output")?;
    Ok(Exit::SUCCESS)
}
