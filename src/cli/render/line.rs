//! One line per token, for `awk` and `grep`: line, verdict, expiry, `sub`, `kid`, column and source,
//! separated by tabs. The line of an argument is its number, and an expiry beyond the year 9999 is the
//! number in the token.

use jiff::tz::TimeZone;
use jwtlens::Report;

use super::escape;

/// The line, without its newline. A missing value is `-`; a claim that is `-` itself, or begins with a
/// backslash, is escaped.
pub fn line(report: &Report, zone: &TimeZone) -> String {
    let number = report.input.line.unwrap_or(report.input.number);
    let expiry = report
        .time
        .expires_at
        .as_ref()
        .map(|exp| exp.rfc3339(zone).unwrap_or_else(|| exp.text().into_owned()));
    let sub = report.claims.as_ref().and_then(|claims| claims.sub());
    let kid = report
        .header
        .as_ref()
        .and_then(|header| header.kid.as_deref());
    let field = |text: Option<&str>| match text {
        None => "-".to_owned(),
        Some("-") => "\\u{2d}".to_owned(),
        Some(text) => escape::text(text).into_owned(),
    };
    let column = report.input.column.map(|column| column.to_string());
    format!(
        "{number}\t{}\t{}\t{}\t{}\t{}\t{}",
        report.verdict.name(),
        expiry.as_deref().unwrap_or("-"),
        field(sub),
        field(kid),
        column.as_deref().unwrap_or("-"),
        field(Some(&report.input.source))
    )
}
