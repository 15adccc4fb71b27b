//! Header and claims as they stand in the token, and next to each what is wrong with it.

use jiff::tz::TimeZone;
use jwtlens::json::{Member, Object, Value};
use jwtlens::{
    Check, CheckKind, ClaimPath, Code, Disclosure, Malformed, NumericDate, Reason, Report, Segment,
    Validity, Verdict, duration, relative,
};

use super::columns::{Row, unbroken};
use super::headline::{is_missing, too_soon};
use super::{escape, labels};
use crate::cli::numbers;

/// The rows of the header.
pub fn header(report: &Report) -> Option<Vec<Row>> {
    let header = report.header.as_ref()?;
    let culprit = match report.signature.reason {
        Some(
            Reason::UnsupportedAlgorithm
            | Reason::AlgorithmNotAllowed
            | Reason::AlgorithmExcluded
            | Reason::Unsecured,
        ) => "alg",
        Some(Reason::UnknownCritical) => "crit",
        Some(Reason::NoKey | Reason::Encrypted | Reason::Malformed) | None => "",
    };
    let row = |member: &Member, failed: &[String]| Row {
        name: name(&member.name),
        meaning: labels::parameter(&member.name),
        value: certificates(member)
            .or_else(|| embedded_key(member))
            .unwrap_or_else(|| annotated(&member.value, failed, report.redacted)),
        note: note(failed),
        rejected: !failed.is_empty()
            || *member.name == *culprit
            || is_at_fault(report, Segment::Header, member),
    };
    let is_of_header = |check: &&Check| check.check == CheckKind::Typ;
    let checks = report.checks.iter().filter(is_of_header).collect();
    let meaning = labels::parameter;
    Some(rows(
        &header.parameters,
        checks,
        meaning,
        report.redacted,
        row,
    ))
}

/// The rows of the claims, and of claims that are missing.
pub fn claims(report: &Report, zone: &TimeZone) -> Option<Vec<Row>> {
    let claims = report.claims.as_ref()?;
    let row = |member: &Member, failed: &[String]| {
        let is_at_fault = is_at_fault(report, Segment::Payload, member);
        let mut note = note(failed);
        let (value, is_in_time) = match &member.value {
            Value::Number(number) if labels::is_time(&member.name) => {
                let time = NumericDate::new(number.clone());
                let deciding = deciding_time(report, &member.name, &time, zone);
                deciding.map_or_else(
                    || {
                        let (note, holds) = time_note(report, &member.name, &time);
                        (readable(&time, Some(report.time.now), zone) + &note, holds)
                    },
                    |text| (text, false),
                )
            }
            value if failed.is_empty() && is_unchecked_audience(report, member) => {
                note.push_str(" (not checked; require one with --aud)");
                (distinct(value, report.redacted), true)
            }
            value => (annotated(value, failed, report.redacted), true),
        };
        Row {
            name: name(&member.name),
            meaning: labels::claim(&member.name),
            value,
            note,
            rejected: !failed.is_empty() || !is_in_time || is_at_fault,
        }
    };
    let is_of_claims = |check: &&Check| check.check != CheckKind::Typ;
    let checks = report.checks.iter().filter(is_of_claims).collect();
    let meaning = labels::claim;
    Some(rows(&claims.members, checks, meaning, report.redacted, row))
}

/// The rows of what an SD-JWT discloses.
pub fn disclosures(report: &Report) -> Option<Vec<Row>> {
    let row = |disclosure: &Disclosure| Row {
        name: disclosure.name.as_deref().map(name).unwrap_or_default(),
        meaning: if disclosure.name.is_none() {
            "element"
        } else {
            ""
        },
        value: shown(&disclosure.value, report.redacted),
        ..Row::default()
    };
    Some(report.disclosures.as_ref()?.iter().map(row).collect())
}

/// A row for each member, then one for each failed check of what is missing or stands deeper.
fn rows(
    object: &Object,
    checks: Vec<&Check>,
    meaning: fn(&str) -> &'static str,
    redacted: bool,
    row: impl Fn(&Member, &[String]) -> Row,
) -> Vec<Row> {
    // A name that begins with a slash is a JSON Pointer.
    let member = |check: &Check| {
        let bare = (!check.name.starts_with('/')).then_some(&*check.name)?;
        object.member(bare)
    };
    let (here, elsewhere): (Vec<&Check>, Vec<&Check>) = checks
        .into_iter()
        .filter(|check| !check.passed)
        .partition(|check| member(check).is_some());
    let members = object.members().iter().map(|member| {
        let failed = here.iter().filter(|check| *check.name == *member.name);
        let failed = failed.map(|check| wanted(check, object, redacted));
        let failed: Vec<String> = failed.collect();
        row(member, &failed)
    });
    let elsewhere = elsewhere.iter().map(|check| {
        let value = if is_missing(check, Some(object)) {
            "missing".to_owned()
        } else {
            distinct(&check.actual, redacted)
        };
        Row {
            name: name(&check.name),
            meaning: meaning(&check.name),
            value,
            note: note(&[wanted(check, object, redacted)]),
            rejected: true,
        }
    });
    members.chain(elsewhere).collect()
}

/// What a failed check wanted, and how to ask for what the token has.
fn wanted(check: &Check, object: &Object, redacted: bool) -> String {
    // A placeholder for the same type says nothing.
    let is_hidden = |text: &str| redacted && text.starts_with("[redacted ");
    if check.expected.as_str().is_some_and(is_hidden) {
        return "does not match".to_owned();
    }
    let expectation = expectation(check);
    match correction(check, object) {
        Some(correction) => format!("{expectation} (use {correction})"),
        None => expectation,
    }
}

/// The check that was probably meant: of a value that is not a string, of an item of an array, or of a value
/// inside a claim.
fn correction(check: &Check, object: &Object) -> Option<String> {
    let is_claim = check.check == CheckKind::Claim;
    let expected = check.expected.as_str().filter(|_| is_claim);
    match (&check.actual, expected) {
        (Value::Null, _) if is_claim || check.check == CheckKind::Require => {
            let nested = format!("/{}", check.name.replace('.', "/"));
            let is_found = |path: ClaimPath| path.find(object).is_some();
            let is_nested = check.name.contains('.') && ClaimPath::new(&nested).is_ok_and(is_found);
            is_nested.then(|| name(&nested))
        }
        (Value::Array(items), Some(text))
            if check.name == "aud" && items.iter().any(|item| item.as_str() == Some(text)) =>
        {
            Some(format!("--aud {}", name(text)))
        }
        (Value::Array(items), Some(text)) => {
            let index = items.iter().position(|item| item.as_str() == Some(text))?;
            let path = check.name.strip_prefix('/').unwrap_or(&check.name);
            Some(format!(
                "{}={}",
                name(&format!("/{path}/{index}")),
                name(text)
            ))
        }
        (Value::Bool(_) | Value::Number(_), Some(text)) if check.actual.to_string() == *text => {
            Some(format!("{}:={text}", name(&check.name)))
        }
        (_, _) => None,
    }
}

/// What a failed check wanted.
fn expectation(check: &Check) -> String {
    match (check.check, &check.expected) {
        (CheckKind::Require, _) => "required".to_owned(),
        (CheckKind::MaxAge, _) if matches!(check.actual, Value::Null) => {
            "required by --max-age".to_owned()
        }
        (CheckKind::MaxAge, _) if check.actual.as_i64().is_some_and(i64::is_negative) => {
            "expected a time in the past".to_owned()
        }
        (CheckKind::MaxAge, seconds) => {
            let seconds = seconds.as_i64().unwrap_or_default();
            format!("more than the {} allowed", duration(seconds.unsigned_abs()))
        }
        (CheckKind::Aud, Value::Array(names)) => {
            let names: Vec<String> = names.iter().map(json).collect();
            format!("expected {}", names.join(" or "))
        }
        (_, expected) => format!("expected {}", json(expected)),
    }
}

/// Whether the token is malformed because of this member.
fn is_at_fault(report: &Report, segment: Segment, member: &Member) -> bool {
    let is_fault = |error: &Malformed| error.segment == segment && error.offset == member.offset;
    report.error.as_ref().is_some_and(is_fault)
}

/// An audience matters for a token that would be accepted, and nothing else does then.
fn is_unchecked_audience(report: &Report, member: &Member) -> bool {
    let is_noted = |code| report.findings.iter().any(|finding| finding.code == code);
    report.verdict == Verdict::Valid && &*member.name == "aud" && is_noted(Code::AudienceUnchecked)
}

/// The time on which the verdict rests, and that of the check: the line of the verdict says how far it is from it.
fn deciding_time(
    report: &Report,
    name: &str,
    time: &NumericDate,
    zone: &TimeZone,
) -> Option<String> {
    let is_deciding = report.verdict == Verdict::Expired && name == "exp"
        || report.verdict == Verdict::NotYetValid && name == "nbf";
    is_deciding.then(|| {
        let checked = checked_at(time, report.time.now, zone);
        readable(time, None, zone) + &checked
    })
}

/// What the time check says of a claim on which the verdict does not rest, and whether it holds.
fn time_note(report: &Report, name: &str, time: &NumericDate) -> (String, bool) {
    let checked = &report.time;
    let is_ahead = time.is_after(checked.now);
    let leeway = || {
        format!(
            " (within the leeway of {})",
            duration(checked.leeway.unsigned_abs())
        )
    };
    match (name, checked.status) {
        ("exp", Some(Validity::Expired)) if is_ahead => (too_soon(checked), false),
        ("exp", Some(Validity::Expired)) | ("nbf", Some(Validity::NotYetValid)) => {
            (String::new(), false)
        }
        ("exp", Some(Validity::Current)) if !is_ahead => (leeway(), true),
        ("nbf", Some(_)) if is_ahead => (leeway(), true),
        (_, _) => (String::new(), true),
    }
}

/// ` (checked at 18:09:24 UTC)`, with the date if it is another day.
fn checked_at(time: &NumericDate, now: i64, zone: &TimeZone) -> String {
    const DATE: usize = "2026-11-23 ".len();
    let Some(now) = NumericDate::from(now).readable(zone) else {
        return format!(" (checked at {now})");
    };
    let date = time.readable(zone);
    let is_same_day = date.is_some_and(|date| date.get(..DATE) == now.get(..DATE));
    let shown = if is_same_day {
        now.get(DATE..).unwrap_or_default()
    } else {
        &now
    };
    format!(" {}", unbroken(&format!("(checked at {shown})")))
}

/// `2026-11-23 18:09:24 UTC, 2h 5m ago`, and the number itself if the date is not all of it; without `now` only the
/// date.
fn readable(time: &NumericDate, now: Option<i64>, zone: &TimeZone) -> String {
    let relative = now.map(|now| format!(", {}", unbroken(&relative(time.seconds_from(now)))));
    let relative = relative.unwrap_or_default();
    let number = time.text();
    let number = escape::text(&number);
    let whole = number.bytes().all(|byte| byte.is_ascii_digit());
    match time.readable(zone) {
        Some(date) if whole => format!("{date}{relative}"),
        Some(date) => format!("{date}{relative} ({number})"),
        None => format!("{number} (after year 9999)"),
    }
}

/// A name that can't be taken for one of our own labels or for several columns.
fn name(name: &str) -> String {
    let quoted = if name.ends_with(':') {
        format!("\"{name}\"").into()
    } else {
        escape::delimited(name)
    };
    escape::text(&quoted).into_owned()
}

/// A value, which [`note`] may follow.
fn annotated(value: &Value, failed: &[String], redacted: bool) -> String {
    if failed.is_empty() {
        shown(value, redacted)
    } else {
        distinct(value, redacted)
    }
}

/// How many certificates a header holds (`x5c`, RFC 7515, section 4.1.6): they would fill the screen, and say
/// nothing to a reader.
fn certificates(member: &Member) -> Option<String> {
    let Value::Array(items) = &member.value else {
        return None;
    };
    let is_certificates =
        &*member.name == "x5c" && items.iter().all(|item| item.as_str().is_some());
    let count = u64::try_from(items.len())
        .ok()
        .filter(|_| is_certificates)?;
    Some(format!(
        "{} (use -o json to see them)",
        numbers::count(count, "certificate")
    ))
}

/// What kind of key a header holds (`jwk`, RFC 7515, section 4.1.3): its coordinates would fill the screen too.
fn embedded_key(member: &Member) -> Option<String> {
    let Value::Object(jwk) = &member.value else {
        return None;
    };
    let text = |name| jwk.get(name).and_then(Value::as_str);
    let kind = match (text("kty")?, text("crv")) {
        ("EC", Some(crv @ ("P-256" | "P-384" | "P-521" | "secp256k1"))) => format!("EC {crv}"),
        ("OKP", Some(crv @ ("Ed25519" | "Ed448"))) => format!("OKP {crv}"),
        (kty @ ("EC" | "OKP" | "RSA"), _) => kty.to_owned(),
        (_, _) => return None,
    };
    (&*member.name == "jwk").then(|| format!("{kind} (use -o json to see it)"))
}

/// What is wrong with a value.
fn note(failed: &[String]) -> String {
    failed.iter().flat_map(|failed| [", ", failed]).collect()
}

/// A value as it stands in the token; a string without quotes, unless it could be taken for
/// something else. In a report that is redacted, the placeholder of a value can't be told from a string.
fn shown(value: &Value, redacted: bool) -> String {
    match value {
        Value::String(text) if redacted && is_placeholder(text) => text.to_string(),
        Value::String(text) if is_plain(text) => escape::text(text).into_owned(),
        other => json(other),
    }
}

/// The same before words of our own: a string that could imitate them is in quotes.
fn distinct(value: &Value, redacted: bool) -> String {
    let could_imitate = |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '(');
    match value {
        Value::String(text) if redacted && is_placeholder(text) => text.to_string(),
        Value::String(text) if text.contains(could_imitate) => json(value),
        value => shown(value, redacted),
    }
}

/// JSON's own escapes must not be doubled: only what it leaves raw is escaped.
fn json(value: &Value) -> String {
    escape::json(&value.to_string()).into_owned()
}

fn is_placeholder(text: &str) -> bool {
    let kind = text.strip_prefix("[redacted ");
    let kind = kind.and_then(|kind| kind.strip_suffix(']'));
    kind.is_some_and(|kind| kind.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn is_plain(text: &str) -> bool {
    // What else begins JSON is quoted below.
    let is_number = || {
        let has_its_characters = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        has_its_characters && Value::parse(text.as_bytes()).is_ok()
    };
    let could_be_json = matches!(text, "true" | "false" | "null") || is_number();
    let padded = text.trim() != text;
    let could_be_abridged = text.contains("... (");
    let has_quote = text.starts_with(['"', '[', '{']);
    !text.is_empty() && !could_be_json && !padded && !could_be_abridged && !has_quote
}
