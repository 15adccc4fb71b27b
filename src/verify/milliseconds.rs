//! Times in milliseconds or smaller units, where a JWT has seconds.

use jiff::tz::TimeZone;

use super::claim_check::{Check, CheckKind};
use super::code::Code;
use super::finding::Finding;
use super::report::Report;
use super::verdict::Verdict;
use crate::token::claims::ClaimsSet;
use crate::token::numeric_date::NumericDate;

/// Seconds since 1970 reach this in the year 33658; milliseconds did in 2001.
const MILLISECONDS: i64 = 1_000_000_000_000;

/// Whether a time is too far ahead to be one in seconds.
pub fn is_in_milliseconds(time: &NumericDate) -> bool {
    time.is_after(MILLISECONDS)
}

/// RFC 7519 section 2: a `NumericDate` is in seconds. Such a time is in the far future: it makes a token
/// early and never expired.
pub fn in_milliseconds(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let times = [
        ("exp", &claims.exp),
        ("nbf", &claims.nbf),
        ("iat", &claims.iat),
    ];
    let found: Vec<&str> = times
        .into_iter()
        .filter(|(_, time)| time.as_ref().is_some_and(is_in_milliseconds))
        .map(|(name, _)| name)
        .collect();
    let first = times
        .into_iter()
        .find_map(|(_, time)| time.as_ref().filter(|time| is_in_milliseconds(time)))?;
    let names: Vec<String> = found.iter().map(|name| format!("\"{name}\"")).collect();
    let seconds = first.seconds_from(0);
    let (unit, divisor): (_, i64) = match seconds {
        // Held within `i64`: no unit makes it a date.
        i64::MAX => ("", 1),
        _ if first.is_after(MILLISECONDS * 1_000_000) => ("nanoseconds", 1_000_000_000),
        _ if first.is_after(MILLISECONDS * 1000) => ("microseconds", 1_000_000),
        _ => ("milliseconds", 1000),
    };
    let meant = seconds
        .checked_div(divisor)
        .and_then(|time| NumericDate::from(time).rfc3339(&TimeZone::UTC))
        .zip(names.first())
        .map(|(date, name)| format!("as {unit}, {name} would be {date}"));
    let names = names.join(", ");
    let evidence = match meant {
        Some(meant) if found.len() == 1 => meant,
        Some(meant) => format!("{names}; {meant}"),
        None if divisor == 1 => format!("{names}: not a date, even in nanoseconds"),
        None => format!("{names}: after year 9999"),
    };
    let finding = match divisor {
        1 => Finding::likely(Code::TimeTooLarge, evidence),
        1000 => Finding::likely(Code::TimeInMilliseconds, evidence),
        _ => Finding::likely(Code::TimeInMilliseconds, evidence)
            .with_summary(format!("times are in {unit}; expected seconds"))
            .with_hint(format!("divide by {divisor} when issuing")),
    };
    Some(Finding {
        explains: early_by(report).is_some_and(|name| found.contains(&name)),
        ..finding
    })
}

/// The claim by which a token is rejected as used too early: `nbf`, or the `iat` of a token that may have
/// a certain age and is from the future.
pub fn early_by(report: &Report) -> Option<&'static str> {
    match report.verdict {
        Verdict::NotYetValid => Some("nbf"),
        Verdict::ClaimRejected => {
            let iat = report.time.issued_at.as_ref()?;
            let fails = |check: &Check| check.check == CheckKind::MaxAge && !check.passed;
            let is_early = iat.is_after(report.time.now) && report.checks.iter().any(fails);
            is_early.then_some("iat")
        }
        Verdict::Valid
        | Verdict::NotVerified
        | Verdict::Expired
        | Verdict::Unverifiable
        | Verdict::MisSigned
        | Verdict::Malformed => None,
    }
}
