//! What a run found, for people: as a table that fits a screen.

use std::fmt::Display;
use std::io::{self, Write};

use jwtlens::{Code, MAX_EARLY, MAX_LATE, NumericDate, duration};

use super::columns::{unbroken, wrapped};
use super::escape;
use super::look::Look;
use crate::cli::numbers::{count, number};
use crate::cli::statistics::{Named, Names, Range, Statistics, Verdicts};

/// Where the second column begins.
const COLUMN: usize = "checked   ".len();

/// More lines do not fit a small terminal, with a line for the prompt.
const MAX_LINES: usize = 23;

/// So many names of one kind are listed on any terminal; others are counted.
const MIN_NAMES: usize = 2;

/// More causes or signers are counted, not listed.
const MAX_LISTED: usize = 6;

/// As much of a name as a line can hold.
const MAX_NAME: usize = 48;

/// Writes the summary as JSON, which is not escaped yet.
pub fn json(statistics: &Statistics) -> io::Result<String> {
    let text = serde_json::to_string_pretty(statistics)?;
    Ok(format!("{}\n", escape::json(&text)))
}

/// Writes the summary as text.
pub fn text(statistics: &Statistics, look: &Look, mut output: impl Write) -> io::Result<()> {
    let mut above = Vec::new();
    rows(statistics, look, &mut above)?;
    let rest = MAX_LINES.saturating_sub(line_count(&above));
    let mut shown = Vec::new();
    for most in MIN_NAMES..=MAX_LINES.max(MIN_NAMES) {
        let mut names = Vec::new();
        name_rows(statistics, look, most, &mut names)?;
        if most == MIN_NAMES || line_count(&names) <= rest {
            shown = names;
        }
    }
    output.write_all(&above)?;
    output.write_all(&shown)
}

fn line_count(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// One row: a label and a value.
fn row(label: &str, value: &str, look: &Look, mut output: impl Write) -> io::Result<()> {
    let value = with_counts(&escape::text(value));
    let value = wrapped(&value, COLUMN, COLUMN, look.width);
    writeln!(output, "{label:<COLUMN$}{value}")
}

/// An escaped text in which no line ends between a number and the word after it.
fn with_counts(text: &str) -> String {
    let is_count = |word: &str| {
        let number = word.trim_start_matches('(');
        !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit() || c == b',')
    };
    let mut joined = String::new();
    for word in text.split_inclusive(' ') {
        match word.strip_suffix(' ') {
            Some(number) if is_count(number) => joined.push_str(&unbroken(word)),
            Some(_) | None => joined.push_str(word),
        }
    }
    joined
}

/// Everything but the names.
fn rows(statistics: &Statistics, look: &Look, mut output: impl Write) -> io::Result<()> {
    let total = count(statistics.tokens, "token");
    let verdicts = match statistics.tokens {
        0 => String::new(),
        _ => format!(": {}", verdicts(&statistics.verdicts)),
    };
    let line = with_counts(&format!("{total}{verdicts}"));
    writeln!(output, "{}", wrapped(&line, 0, COLUMN, look.width))?;
    let mut row = |label: &str, value: &str| row(label, value, look, &mut output);
    if let Some(checked) = statistics.checked_at {
        row("checked", &range(checked, look))?;
    }
    if let Some(issued) = statistics.issued_at {
        row("issued", &range(issued, look))?;
    }
    let skew = [
        (statistics.skew.expired, "expired", MAX_LATE, "before"),
        (
            statistics.skew.not_yet_valid,
            "became valid",
            MAX_EARLY,
            "after",
        ),
    ];
    let skew: Vec<String> = skew
        .into_iter()
        .filter(|(tokens, ..)| *tokens > 0)
        .map(|(tokens, what, most, when)| {
            format!(
                "{} {what} at most {} {when} the check",
                count(tokens, "token"),
                duration(most.unsigned_abs())
            )
        })
        .collect();
    if !skew.is_empty() {
        row("skew", &skew.join(", "))?;
    }
    let causes = statistics.causes();
    if !causes.is_empty() {
        row("causes", &listed(&causes))?;
    }
    let signers = statistics.signers.most();
    if !signers.is_empty() {
        let keys = match signers.as_slice() {
            [_] => "unknown signing key",
            _ => "unknown signing keys",
        };
        row("signers", &format!("{keys}: {}", listed(&signers)))?;
    }
    let mut reasons = statistics.reasons.most();
    // The first line counts the verdicts, and the row above the causes.
    let is_verdict = |reason: &str| {
        let mut counts = statistics.verdicts.counts();
        counts.any(|(verdict, _)| verdict.name() == reason)
    };
    let is_cause = |reason: &str| {
        let last = reason.rsplit(": ").next().unwrap_or_default();
        let truncated = Code::Truncated;
        let cause = if last == truncated.summary() {
            truncated.name()
        } else {
            last
        };
        statistics.causes.contains_key(cause)
    };
    reasons.retain(|(reason, _)| !is_verdict(reason) && !is_cause(reason));
    for (place, (reason, tokens)) in reasons.iter().enumerate() {
        let label = if place == 0 { "reasons" } else { "" };
        let tokens = format!(" ({})", count(*tokens, "token"));
        let taken = COLUMN.saturating_add(tokens.len());
        let room = look.width.map(|width| width.saturating_sub(taken));
        let reason = fitted(reason, room.unwrap_or(usize::MAX));
        row(label, &format!("{reason}{tokens}"))?;
    }
    Ok(())
}

/// `der-signature (2 tokens), truncated (1 token), and 3 more`
fn listed(counts: &[(impl Display, u64)]) -> String {
    let shown = counts.iter().take(MAX_LISTED);
    let shown = shown.map(|(name, tokens)| format!("{name} ({})", count(*tokens, "token")));
    let more = match counts.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    shown.collect::<Vec<_>>().join(", ") + &more
}

/// At most so many names of each kind.
fn name_rows(
    statistics: &Statistics,
    look: &Look,
    most: usize,
    mut output: impl Write,
) -> io::Result<()> {
    for (label, names) in [
        ("kid", &statistics.kid),
        ("iss", &statistics.iss),
        ("alg", &statistics.alg),
    ] {
        for (place, name) in lines(names, most).iter().enumerate() {
            row(if place == 0 { label } else { "" }, name, look, &mut output)?;
        }
    }
    Ok(())
}

/// The most frequent names, and how many tokens have others.
fn lines(names: &Names, most: usize) -> Vec<String> {
    let all = names.most();
    let name = |named: &Named| {
        let name = match &named.name {
            None => "(none)".to_owned(),
            // Its own text can't pass for that of a token without one.
            Some(name) if name.starts_with('(') => format!("\"{}\"", fitted(name, MAX_NAME)),
            Some(name) => escape::delimited(&fitted(name, MAX_NAME)).into_owned(),
        };
        format!("{name}: {}", verdicts(&named.verdicts))
    };
    let mut lines: Vec<String> = all.iter().take(most).map(name).collect();
    let rest = all.iter().skip(most);
    let tokens = rest.fold(names.others().total(), |sum, named| {
        sum.saturating_add(named.tokens)
    });
    if tokens > 0
        && let Some(last) = lines.last_mut()
    {
        last.push_str("; others: ");
        last.push_str(&count(tokens, "token"));
    }
    lines
}

/// As much of a text as so many characters can hold.
fn fitted(text: &str, most: usize) -> String {
    const DOTS: &str = "...";
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(DOTS.len());
    let start: String = text.chars().take(kept).collect();
    start + DOTS
}

/// `1 valid, 286 expired`
fn verdicts(verdicts: &Verdicts) -> String {
    let verdicts = verdicts.counts();
    let verdicts = verdicts.map(|(verdict, count)| format!("{} {}", number(count), verdict.name()));
    verdicts.collect::<Vec<_>>().join(", ")
}

/// One time, or the first and the last.
fn range(range: Range, look: &Look) -> String {
    let readable = |second: i64| {
        let date = NumericDate::from(second).readable(&look.zone);
        date.unwrap_or_else(|| second.to_string())
    };
    if range.first == range.last {
        readable(range.first)
    } else {
        format!("{} to {}", readable(range.first), readable(range.last))
    }
}
