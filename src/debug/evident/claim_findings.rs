//! What times and claims show about a rejected token. None of it is ever proven: clocks and people differ.

use jiff::tz::TimeZone;

use crate::text::abridged::abridged;
use crate::text::durations::{duration, relative};
use crate::text::json::Value;
use crate::token::claims::ClaimsSet;
use crate::token::numeric_date::NumericDate;
use crate::verify::claim_check::CheckKind;
use crate::verify::code::Code;
use crate::verify::finding::Finding;
use crate::verify::milliseconds::{early_by, in_milliseconds, is_in_milliseconds};
use crate::verify::report::Report;
use crate::verify::verdict::{MAX_EARLY, MAX_LATE, Validity, Verdict};

/// 2026-11-01T00:00:00Z: this program does not run earlier, unless the clock is wrong.
const WRITTEN: i64 = 1_793_491_200;

/// 2010-01-01T00:00:00Z: there was no JWT before.
const FIRST_TOKENS: i64 = 1_262_304_000;

/// Every hypothesis about times and claims.
const TIMES: [fn(&Report, &ClaimsSet) -> Option<Finding>; 9] = [
    explained_by_milliseconds,
    as_text,
    as_lifetime,
    clock_skew,
    issuer_clock,
    expires_before_issued,
    short_lifetime,
    audience_almost,
    issuer_almost,
];

/// What times and claims show.
pub fn times(report: &Report) -> Vec<Finding> {
    let Some(claims) = &report.claims else {
        return Vec::new();
    };
    // The times of an unverified token are no evidence about a clock.
    let is_rejected = matches!(report.verdict, Verdict::MisSigned | Verdict::Malformed);
    let is_of_clock = |code| matches!(code, Code::ClockSkew | Code::IssuerClock);
    // Whatever claims say, it is no reason for which a signature does not verify.
    let is_of_signature = matches!(report.verdict, Verdict::MisSigned | Verdict::Unverifiable);
    TIMES
        .iter()
        .filter_map(|hypothesis| hypothesis(report, claims))
        .filter(|finding| !(is_rejected && is_of_clock(finding.code)))
        .map(|finding| Finding {
            explains: finding.explains && !is_of_signature,
            ..finding
        })
        .collect()
}

fn explained_by_milliseconds(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    in_milliseconds(report, claims).filter(|finding| finding.explains)
}

/// A lifetime instead of a time, from `expiresIn` for example.
fn as_lifetime(_: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let seconds = lifetime_as_exp(claims)?;
    let lifetime = duration(seconds.unsigned_abs());
    Some(
        Finding::likely(
            Code::ExpAsLifetime,
            format!("\"exp\" is {seconds}, which would be a lifetime of {lifetime}"),
        )
        .with_hint(format!(
            "set \"exp\" to now + {seconds}, in seconds since 1970"
        )),
    )
}

/// The value of `exp`, if it looks like a lifetime.
fn lifetime_as_exp(claims: &ClaimsSet) -> Option<i64> {
    /// Less is some small number that stands for "long ago".
    const MIN_LIFETIME: i64 = 60;
    /// Ten years.
    const MAX_LIFETIME: i64 = 315_360_000;
    // An issuer whose clock began in 1970 means such a time.
    let is_clock_wrong = claims
        .iat
        .as_ref()
        .is_some_and(|iat| iat.is_before(FIRST_TOKENS));
    let seconds = claims.exp.as_ref()?.whole()?;
    ((MIN_LIFETIME..=MAX_LIFETIME).contains(&seconds) && !is_clock_wrong).then_some(seconds)
}

fn as_text(_: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let (name, text) = ["exp", "nbf", "iat"]
        .into_iter()
        .find_map(|name| Some((name, claims.members.get(name)?.as_str()?)))?;
    let seconds: Option<i64> = text.parse().ok();
    let time = seconds.and_then(|seconds| NumericDate::from(seconds).rfc3339(&TimeZone::UTC));
    let evidence = match time {
        Some(time) => format!("as a number, \"{name}\" would be {time}"),
        None => format!("\"{name}\" is \"{}\"", abridged(text)),
    };
    Some(Finding::likely(Code::TimeAsText, evidence))
}

fn clock_skew(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    /// Seconds until the leeway is tried.
    const MARGIN: i64 = 10;
    let time = &report.time;
    let (name, limit, near) = match time.status? {
        Validity::Expired => ("exp", claims.exp.as_ref()?, -MAX_LATE..=0),
        Validity::NotYetValid => ("nbf", claims.nbf.as_ref()?, 1..=MAX_EARLY),
        Validity::Current | Validity::Unbounded => return None,
    };
    let ahead = limit.seconds_from(time.now);
    // Of an expired token the leeway must cover one second more.
    let off = match time.status? {
        Validity::Expired => ahead.saturating_neg().saturating_add(1),
        Validity::NotYetValid | Validity::Current | Validity::Unbounded => ahead,
    };
    // What the leeway already covers is rejected for another reason.
    if !near.contains(&ahead) || time.expires_within.is_some() {
        return None;
    }
    // A full minute with some room: the time goes on while the hint is read.
    let minutes = off.saturating_add(MARGIN).saturating_add(59) / 60;
    let leeway = minutes.saturating_mul(60).min(MAX_EARLY);
    let hint = match time.status? {
        Validity::Expired => {
            format!("get a new token, or use --leeway {leeway} if the clocks differ")
        }
        Validity::NotYetValid | Validity::Current | Validity::Unbounded => {
            format!("synchronize the clocks with NTP, or use --leeway {leeway}")
        }
    };
    let finding = Finding::likely(
        Code::ClockSkew,
        match ahead {
            1.. => format!(
                "\"{name}\" is {} in the future",
                duration(ahead.unsigned_abs())
            ),
            _ => format!("\"{name}\" was {}", relative(ahead)),
        },
    )
    .with_hint(hint);
    // The issuer's clock gave both.
    Some(
        match claims.iat.as_ref().map(|iat| iat.seconds_from(time.now)) {
            Some(1..) if ahead > 0 => finding.with_summary(format!(
                "the issuer's clock is {} ahead: \"iat\" and \"nbf\" are in the future",
                duration(ahead.unsigned_abs())
            )),
            _ => finding,
        },
    )
}

/// Whether a new token that is so many seconds ahead may have local time instead of UTC.
fn is_off_by_a_zone(ahead: i64) -> bool {
    /// Most zones differ by multiples of it.
    const HALF_HOUR: i64 = 30 * 60;
    /// How long ago a new token may have been issued.
    const MAX_AGE: i64 = 5 * 60;
    /// The zone that is furthest ahead of UTC.
    const MAX_ZONE: i64 = 14 * 3600;
    let at_issue = ahead.saturating_add(MAX_AGE);
    (HALF_HOUR..=MAX_ZONE.saturating_add(MAX_AGE)).contains(&at_issue)
        && at_issue.rem_euclid(HALF_HOUR) <= MAX_AGE
}

fn issuer_clock(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let iat = claims.iat.as_ref()?;
    let ahead = iat.seconds_from(report.time.now);
    let evidence = if iat.is_before(FIRST_TOKENS) {
        "\"iat\" is before 2010, as on a device whose clock starts in 1970".to_owned()
    } else {
        let is_early = report.time.status == Some(Validity::NotYetValid);
        // What explains an early "nbf" explains "iat".
        if ahead <= 0 || is_in_milliseconds(iat) || is_early && clock_skew(report, claims).is_some()
        {
            return None;
        }
        format!(
            "\"iat\" is {} in the future",
            duration(ahead.unsigned_abs())
        )
    };
    let finding = Finding::likely(Code::IssuerClock, evidence);
    Some(if is_off_by_a_zone(ahead) {
        finding.with_hint("have the issuer use UTC; it may use local time")
    } else {
        finding
    })
}

/// A clock that is behind makes tokens early, and nothing else.
pub fn local_clock(report: &Report) -> Option<Finding> {
    early_by(report)?;
    (report.time.now < WRITTEN).then(|| {
        let now = NumericDate::from(report.time.now).rfc3339(&TimeZone::UTC);
        let now = now.unwrap_or_else(|| report.time.now.to_string());
        Finding::likely(Code::LocalClock, format!("now is {now}"))
    })
}

fn expires_before_issued(_: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let lifetime = lifetime(claims)?;
    // Times in different units have no order.
    let is_other_unit = [&claims.exp, &claims.iat]
        .into_iter()
        .flatten()
        .any(is_in_milliseconds);
    (lifetime < 0 && !is_other_unit && lifetime_as_exp(claims).is_none()).then_some(())?;
    let before = duration(lifetime.unsigned_abs());
    Some(Finding::note(
        Code::ExpiresBeforeIssued,
        format!("\"exp\" is {before} before \"iat\""),
    ))
}

fn short_lifetime(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    const SHORT: i64 = 60;
    let lifetime = lifetime(claims)?;
    let is_expired = report.time.status == Some(Validity::Expired);
    (is_expired && (0..SHORT).contains(&lifetime)).then(|| {
        Finding::likely(
            Code::ShortLifetime,
            format!("\"exp\" is {lifetime}s after \"iat\""),
        )
    })
}

/// Whole seconds from `iat` to `exp`.
fn lifetime(claims: &ClaimsSet) -> Option<i64> {
    claims
        .exp
        .as_ref()?
        .whole()?
        .checked_sub(claims.iat.as_ref()?.whole()?)
}

fn audience_almost(report: &Report, _: &ClaimsSet) -> Option<Finding> {
    almost(report, CheckKind::Aud, Code::AudienceAlmost)
}

fn issuer_almost(report: &Report, _: &ClaimsSet) -> Option<Finding> {
    almost(report, CheckKind::Iss, Code::IssuerAlmost)
}

fn almost(report: &Report, check: CheckKind, code: Code) -> Option<Finding> {
    let check = report
        .checks
        .iter()
        .find(|made| made.check == check && !made.passed)?;
    let (expected, actual) = (texts(&check.expected), texts(&check.actual));
    let pairs = expected
        .iter()
        .flat_map(|expected| actual.iter().map(move |actual| (expected, actual)));
    let (expected, actual) = pairs
        .into_iter()
        .find(|(expected, actual)| blurred(expected) == blurred(actual))?;
    Some(Finding::likely(
        code,
        format!(
            "expected \"{}\", found \"{}\"",
            abridged(expected),
            abridged(actual)
        ),
    ))
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// Without differences that are easily overlooked.
fn blurred(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or(&text);
    text.trim_end_matches('/').to_owned()
}
