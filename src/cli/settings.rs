//! From options to what the library is asked: formats, times and checks.

use std::ffi::OsStr;
use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;

use jiff::tz::TimeZone;
use jwtlens::{ClaimCheck, Policy, PolicyError, Verdict};

use super::Surroundings;
use super::args::{Checks, Speed, TimeArgs, Verify};
use super::formats::Format;
use super::messages::Failure;
use super::scan::Clock;
use super::time_args::At;

/// Rejects formats that are nothing but the values that `--redact` hides, formats that accept tokens at
/// times that a log's text gives, and formats that `--only` leaves empty.
pub fn check_format(asked: &Verify) -> Result<(), Failure> {
    match asked.output {
        Format::Claims | Format::Token if asked.time.at == Some(At::Line) => Err(Failure::usage(
            "--at line cannot be used with -o claims or -o token",
        )
        .hint("use -o json or -o line: a log must not decide what is accepted")),
        Format::Claims | Format::Token if asked.show.redact => Err(Failure::usage(
            "--redact cannot be used with -o claims or -o token",
        )
        .hint("use -o json or -o line")),
        Format::Claims if !asked.only.is_empty() && !asked.only.contains(&Verdict::Valid) => {
            Err(Failure::usage(format!(
                "-o claims prints the claims of valid tokens, which --only {} excludes",
                asked
                    .only
                    .iter()
                    .map(|verdict| verdict.name())
                    .collect::<Vec<_>>()
                    .join(" --only ")
            ))
            .hint("use -o jsonl for the claims of rejected tokens"))
        }
        Format::Claims
        | Format::Token
        | Format::Text
        | Format::Line
        | Format::Json
        | Format::Jsonl
        | Format::Summary
        | Format::SummaryJson => Ok(()),
    }
}

pub fn verify_policy(asked: &Verify) -> Result<Policy, PolicyError> {
    let policy = policy(&asked.time, asked.expires_within)?;
    let algorithms = asked.keys.alg.iter().copied();
    Ok(policy
        .with_algorithms(algorithms)
        .with_checks(claim_checks(&asked.checks)))
}

pub fn policy(time: &TimeArgs, expires_within: Option<i64>) -> Result<Policy, PolicyError> {
    let policy = Policy::default().with_leeway(time.leeway)?;
    let policy = match time.at {
        Some(_) => policy.at_chosen_time(),
        None => policy,
    };
    match expires_within {
        Some(seconds) => policy.with_expires_within(seconds),
        None => Ok(policy),
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

/// What the times of log lines do not say, if tokens are checked at them.
pub fn line_clock(time: &TimeArgs, surroundings: &Surroundings) -> Option<Clock> {
    (time.at == Some(At::Line)).then(|| Clock {
        zone: zone(time, surroundings),
        latest: (surroundings.clock)(),
    })
}

/// The zone of times in the output, and of times in a log that give none.
pub fn zone(time: &TimeArgs, surroundings: &Surroundings) -> TimeZone {
    let variable = |name: &str| (surroundings.variable)(OsStr::new(name));
    let is_readable = || {
        variable("TZ").is_none_or(|name| can_be_zone(&name))
            && variable("TZDIR").is_none_or(|name| can_be_zones(&name))
    };
    if time.local && is_readable() {
        TimeZone::system()
    } else {
        TimeZone::UTC
    }
}

/// Whether `$TZ` can be read as a zone. If it is the path of a file, that is read to its end, which a device or a pipe
/// may not have.
fn can_be_zone(name: &OsStr) -> bool {
    /// Files of zones have a few KiB.
    const MAX_BYTES: u64 = 1024 * 1024;
    let path = name.as_encoded_bytes();
    let path = path.strip_prefix(b":").unwrap_or(path);
    fs::metadata(OsStr::from_bytes(path)).map_or(true, |file| {
        file.is_dir() || file.is_file() && file.len() <= MAX_BYTES
    })
}

/// Whether `$TZDIR` is a directory of zones. It is searched as a whole, which may take long for another one.
fn can_be_zones(name: &OsStr) -> bool {
    Path::new(name).join("UTC").is_file()
}

/// The current time, each time it is called.
pub fn now(time: &TimeArgs, surroundings: &Surroundings) -> impl Fn() -> i64 + Copy + use<> {
    let (at, clock) = (time.at, surroundings.clock);
    move || match at {
        Some(at) => at.second(clock()),
        None => clock(),
    }
}

pub fn jobs(speed: &Speed) -> usize {
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    speed.jobs.map_or_else(cores, usize::from)
}
