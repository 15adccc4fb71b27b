//! `jwtlens debug`

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jwtlens::{Debugger, Effort, KeySet, Tally, Token};
use rustix::time::{ClockId, clock_gettime};

use super::{inputs, progress, sources, stream};
use crate::cli::args::Debug;
use crate::cli::exit::Exit;
use crate::cli::messages::{Messages, tell};
use crate::cli::render::Detail;
use crate::cli::settings::{check_format, now, verify_policy};
use crate::cli::sink::lock;
use crate::cli::{Surroundings, debug_summary, keys};

/// A search that takes longer is stopped and reported as incomplete. Work is bounded by counting, but a slow
/// machine needs more time for it.
const MAX_SEARCH: Duration = Duration::from_secs(9);

pub fn run(asked: &Debug, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
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
        // Nothing is printed, and a search does not change the verdict.
        if messages.quiet {
            return debugger.verify(token, now());
        }
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
    if judged.is_ok() && !messages.quiet && !asked.verify.output.is_summary() {
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
