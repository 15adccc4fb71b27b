//! What times and claims tell of a refused token. None of it is ever proven: clocks and people differ.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::{Certainty, Finding, finding};
use crate::policy::Check;
use crate::report::Report;
use crate::text::json::{Value, abridged};
use crate::token::claims::ClaimsSet;
use crate::token::numeric_date::{NumericDate, duration};
use crate::verdict::{Validity, Verdict};

/// 2026-11-01T00:00:00Z: nobody runs this program earlier, unless the clock is wrong.
const WRITTEN: i64 = 1_793_491_200;

/// 2010-01-01T00:00:00Z: there was no JWT before.
const FIRST_TOKENS: i64 = 1_262_304_000;

/// Differences of clocks that NTP would mend are below this.
const SKEW: i64 = 300;

/// Seconds since 1970 reach this in the year 33658; milliseconds did in 2001.
const MILLISECONDS: i64 = 1_000_000_000_000;

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

/// What times and claims tell.
pub fn times(report: &Report) -> Vec<Finding> {
    let Some(claims) = &report.claims else {
        return Vec::new();
    };
    TIMES
        .iter()
        .filter_map(|hypothesis| hypothesis(report, claims))
        .collect()
}

/// The claim by which a token is rejected as used too early: `nbf`, or the `iat` of a token that may have
/// a certain age and is from the future.
fn early_by(report: &Report) -> Option<&'static str> {
    match report.verdict {
        Verdict::NotYetValid => Some("nbf"),
        Verdict::ClaimRefused => {
            let iat = report.time.issued_at.as_ref()?;
            let fails = |check: &Check| check.check == "max-age" && !check.passed;
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

fn likely(
    code: &'static str,
    summary: impl Into<Cow<'static, str>>,
    evidence: impl Into<Cow<'static, str>>,
    hint: impl Into<Cow<'static, str>>,
) -> Finding {
    finding(code, Certainty::Likely, summary, evidence, hint)
}

/// Whether a time is too far ahead to be one in seconds.
pub fn is_in_milliseconds(time: &NumericDate) -> bool {
    time.is_after(MILLISECONDS)
}

fn explained_by_milliseconds(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    in_milliseconds(report, claims).filter(|finding| finding.explains)
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
    let (unit, divisor): (_, i64) = match first {
        time if time.is_after(MILLISECONDS * 1_000_000) => ("nanoseconds", 1_000_000_000),
        time if time.is_after(MILLISECONDS * 1000) => ("microseconds", 1_000_000),
        _ => ("milliseconds", 1000),
    };
    let hint = match divisor {
        1000 => "the issuer must divide by 1000: Math.floor(Date.now() / 1000)".to_owned(),
        _ => format!("the issuer must divide by {divisor} and write whole seconds"),
    };
    let meant = whole(first)
        .and_then(|time| NumericDate::from(time.checked_div(divisor)?).rfc3339(&TimeZone::UTC))
        .map_or(String::new(), |date| {
            format!("; {} was meant as {date}", first.text())
        });
    let names = found.join(", ");
    let finding = likely(
        "exp-in-milliseconds",
        format!(
            "a time is written in {unit}, where seconds are due: the token would live for thousands of years"
        ),
        format!("{names}: more than {MILLISECONDS} (RFC 7519, section 2){meant}"),
        hint,
    );
    Some(Finding {
        explains: early_by(report).is_some_and(|name| found.contains(&name)),
        ..finding
    })
}

/// A lifetime in the place of a time, by `expiresIn` for example.
fn as_lifetime(_: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let seconds = lifetime_as_exp(claims)?;
    Some(likely(
        "exp-as-lifetime",
        "\"exp\" holds a lifetime in seconds, where the time is due at which the token expires",
        format!(
            "\"exp\" is {seconds}, which as a lifetime is {} (RFC 7519, section 4.1.4)",
            duration(seconds.unsigned_abs())
        ),
        format!(
            "the issuer must add it to the time of issue: \"exp\" is now + {seconds}, in seconds since 1970"
        ),
    ))
}

/// What `exp` holds, where that is a lifetime.
fn lifetime_as_exp(claims: &ClaimsSet) -> Option<i64> {
    /// Less is some small number that stands for "long ago".
    const SHORTEST: i64 = 60;
    /// Ten years.
    const LONGEST: i64 = 315_360_000;
    // An issuer whose clock began in 1970 means such a time.
    let is_clock_wrong = claims
        .iat
        .as_ref()
        .is_some_and(|iat| iat.is_before(FIRST_TOKENS));
    let seconds = whole(claims.exp.as_ref()?)?;
    ((SHORTEST..=LONGEST).contains(&seconds) && !is_clock_wrong).then_some(seconds)
}

fn as_text(_: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let (name, text) = ["exp", "nbf", "iat"]
        .into_iter()
        .find_map(|name| Some((name, claims.members.get(name)?.as_str()?)))?;
    Some(likely(
        "exp-as-text",
        "a time is written as text, where a number is due",
        format!("\"{name}\" is \"{}\" (RFC 7519, section 2)", abridged(text)),
        "the issuer must write seconds since 1970 as a JSON number, without quotes",
    ))
}

fn clock_skew(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    /// Seconds until the leeway is tried.
    const ROOM: i64 = 10;
    let time = &report.time;
    let off = match time.status? {
        Validity::Expired => time.expires_in.map(i64::saturating_neg)?.saturating_add(1),
        Validity::NotYetValid => claims.nbf.as_ref()?.seconds_from(time.now),
        Validity::Current | Validity::Unbounded => return None,
    };
    // What the leeway covers already is refused for another reason.
    if !(1..=SKEW).contains(&off) || time.expires_within.is_some() {
        return None;
    }
    // A full minute with some room: the time goes on while the hint is read.
    let minutes = off.saturating_add(ROOM).saturating_add(59) / 60;
    let leeway = minutes.saturating_mul(60).min(SKEW);
    let otherwise = match time.status? {
        Validity::Expired => "; it may as well just have expired: then get a new token",
        Validity::NotYetValid | Validity::Current | Validity::Unbounded => "",
    };
    Some(likely(
        "clock-skew",
        "the token is refused by a few moments only: two clocks may differ",
        format!("off by {}", duration(off.unsigned_abs())),
        format!("set the clocks by NTP; --leeway {leeway} would accept it{otherwise}"),
    ))
}

fn issuer_clock(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let iat = claims.iat.as_ref()?;
    let evidence = if iat.is_before(FIRST_TOKENS) {
        "\"iat\" is before 2010, when there was no JWT".to_owned()
    } else {
        let ahead = iat.seconds_from(report.time.now);
        if ahead <= 0 || is_in_milliseconds(iat) {
            return None;
        }
        format!("\"iat\" is {} ahead of now", duration(ahead.unsigned_abs()))
    };
    Some(likely(
        "issuer-clock",
        "the clock of the issuer may be wrong",
        evidence,
        "set the issuer's clock by NTP; a device without a clock begins in 1970",
    ))
}

/// A clock that is behind makes tokens early, and nothing else.
pub fn local_clock(report: &Report) -> Option<Finding> {
    early_by(report)?;
    (report.time.now < WRITTEN).then(|| {
        likely(
            "local-clock",
            "the clock of this machine is before the time at which this program was written",
            format!("now is {}", report.time.now),
            "set the clock of this machine by NTP",
        )
    })
}

fn expires_before_issued(_: &Report, claims: &ClaimsSet) -> Option<Finding> {
    let lifetime = lifetime(claims)?;
    (lifetime < 0 && lifetime_as_exp(claims).is_none()).then_some(())?;
    Some(likely(
        "expires-before-issued",
        "the token expired before it was issued, by its own times",
        format!(
            "\"exp\" is {} before \"iat\"",
            duration(lifetime.unsigned_abs())
        ),
        "the issuer adds the lifetime in another unit or to another clock than its \"iat\"",
    ))
}

fn short_lifetime(report: &Report, claims: &ClaimsSet) -> Option<Finding> {
    const SHORT: i64 = 60;
    let lifetime = lifetime(claims)?;
    let is_expired = report.time.status == Some(Validity::Expired);
    (is_expired && (0..SHORT).contains(&lifetime)).then_some(())?;
    Some(likely(
        "short-lifetime",
        "the token lives for less than a minute",
        format!("from \"iat\" to \"exp\" it is {lifetime} s"),
        "the issuer may have taken minutes for seconds, or milliseconds for seconds",
    ))
}

/// Whole seconds from `iat` to `exp`.
fn lifetime(claims: &ClaimsSet) -> Option<i64> {
    whole(claims.exp.as_ref()?)?.checked_sub(whole(claims.iat.as_ref()?)?)
}

fn whole(time: &NumericDate) -> Option<i64> {
    time.text().parse().ok()
}

fn audience_almost(report: &Report, _: &ClaimsSet) -> Option<Finding> {
    almost(
        report,
        "aud",
        "audience-almost",
        "the audience is the one asked for but for its spelling",
    )
}

fn issuer_almost(report: &Report, _: &ClaimsSet) -> Option<Finding> {
    almost(
        report,
        "iss",
        "issuer-almost",
        "the issuer is the one asked for but for its spelling",
    )
}

fn almost(
    report: &Report,
    check: &str,
    code: &'static str,
    summary: &'static str,
) -> Option<Finding> {
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
    Some(likely(
        code,
        summary,
        format!(
            "asked for was \"{}\", in the token is \"{}\"",
            abridged(expected),
            abridged(actual)
        ),
        "both must be the same to the character: letter case, \"/\" at the end, http and https, and white space count",
    ))
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// Without what people overlook.
fn blurred(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or(&text);
    text.trim_end_matches('/').to_owned()
}
