//! The report for people: verdict and key, causes, header, claims, notes. What is wrong with a claim
//! stands in its row, so that no fact stands twice.

use std::iter;
use std::time::Duration;

use jwtlens::{
    Certainty, Code, Combination, Finding, Input, KeyId, Malformed, NumericDate, Reason, Report,
    SignatureStatus, Tried, Verdict, abridged,
};
use unicode_width::UnicodeWidthStr;

use super::columns::{Columns, HANGING, INDENT, Row, each_line, wrapped};
use super::headline::{has_evidence, has_summary, headline};
use super::look::{Detail, Look};
use super::{escape, rows};
use crate::cli::numbers;

/// Writes reports for people.
pub struct Text<'t>(pub &'t Look);

/// A rejected token as one line.
pub fn rejection(report: &Report) -> String {
    format!(
        "{}: {}: {}",
        position(&report.input),
        report.verdict.name(),
        headline(report)
    )
}

/// `stdin:1`, `stdin:1:17` where a line was scanned, or `argument 2`.
fn position(input: &Input) -> String {
    let source = &input.source;
    match (input.line, input.column) {
        (Some(line), Some(column)) => format!("{source}:{line}:{column}"),
        (Some(line), None) => format!("{source}:{line}"),
        (None, _) => format!("{source} {}", input.number),
    }
}

impl Text<'_> {
    /// The whole report, after a rule if it is one of several. A report that is taller than the terminal ends
    /// with the verdict and its hint, which have scrolled off the screen.
    pub fn report(&self, report: &Report) -> String {
        let verdict = self.verdict(report, &headline(report));
        let is_rejected = report.verdict > Verdict::NotVerified;
        let is_cause = |finding: &&Finding| finding.explains || finding.code == Code::UnknownKid;
        let (causes, notes): (Vec<&Finding>, Vec<&Finding>) = report
            .findings
            .iter()
            .filter(|finding| !finding.code.is_in_row() && !is_said(report, finding))
            .partition(|finding| is_cause(finding) && is_rejected);
        let of_error = report.error.as_ref().and_then(Malformed::hint);
        let first_hint = match of_error {
            _ if !causes.is_empty() => None,
            Some(hint) => Some(hint),
            None => self.key_hint(report),
        };
        let last_hint = self.last_hint(report, of_error.is_some() || !causes.is_empty());
        let hint = |hint: Option<&str>| hint.map_or(String::new(), |hint| self.hint(hint, 0));
        let head = [
            verdict.clone(),
            hint(first_hint),
            self.basis(report),
            self.causes(report, &causes),
        ]
        .concat();
        let notes = notes
            .iter()
            .map(|note| self.finding(report, "Note", note, false, note.hint.as_deref()));
        let notes: String = notes.collect();
        let end = last_hint.as_deref().map_or(String::new(), |last_hint| {
            format!("\n{}", self.hint(last_hint, 0))
        });
        let whole =
            |meanings: bool| [&*head, &self.members(report, meanings), &notes, &end].concat();
        let rule = self.rule(&report.input);
        let text = whole(true);
        if self.fits(&text) {
            return rule + &text;
        }
        // What can be omitted before any fact is: the lines between the sections, then the meanings of names.
        for meanings in [true, false] {
            let dense = whole(meanings).replace("\n\n", "\n");
            if self.fits(&dense) {
                return rule + &dense;
            }
        }
        if self.0.height.is_none() {
            return rule + &text;
        }
        let cause = causes.first();
        let body = text.strip_suffix(&*end).unwrap_or(&text);
        let brief = cause.map_or(verdict, |cause| {
            self.verdict(report, &self.in_brief(report, cause))
        });
        let advice = cause.and_then(|cause| cause.hint.as_deref());
        let advice = hint(advice.or(first_hint).or(last_hint.as_deref()));
        format!("{rule}{body}\n{brief}{advice}")
    }

    /// Whether a terminal shows the whole report and the prompt that follows it. Where only the width is given,
    /// it is that of an ordinary terminal.
    fn fits(&self, text: &str) -> bool {
        const ROWS: usize = 24;
        let rows = self.0.height.or(self.0.width.map(|_| ROWS));
        rows.is_none_or(|rows| text.lines().count() < rows)
    }

    /// How to give `debug` a key.
    fn key_hint(&self, report: &Report) -> Option<&'static str> {
        let is_rejected = report.verdict > Verdict::NotVerified;
        let has_no_key = is_rejected && report.signature.reason == Some(Reason::NoKey);
        let is_asked_for = matches!(self.0.detail, Detail::Debug { has_key: false, .. });
        (has_no_key && is_asked_for).then(|| match report.signature.algorithm.as_deref() {
            Some(alg) if alg.starts_with("HS") => "use --secret-file FILE",
            _ => "use -k FILE",
        })
    }

    /// What to do about a rejected token, at the end of its report.
    fn last_hint(&self, report: &Report, is_advised: bool) -> Option<String> {
        let alg = report.signature.algorithm.as_deref().unwrap_or_default();
        match (report.signature.reason, self.0.detail) {
            (Some(Reason::AlgorithmExcluded), _) => Some(format!("to accept it, add --alg {alg}")),
            (_, Detail::Decode | Detail::Debug { .. }) => None,
            (Some(Reason::Encrypted), Detail::Verify { .. }) => {
                Some("decrypt it with the recipient's key, then verify the JWT inside".to_owned())
            }
            (Some(Reason::AlgorithmNotAllowed), Detail::Verify { has_secret: false })
                if alg.starts_with("HS") =>
            {
                Some(format!(
                    "to verify {alg}, use --secret-file FILE with the shared secret"
                ))
            }
            (Some(Reason::AlgorithmNotAllowed), Detail::Verify { has_secret: true })
                if !alg.starts_with("HS") =>
            {
                Some(format!(
                    "to verify {}, pass the issuer's public key with -k",
                    abridged(alg)
                ))
            }
            (_, Detail::Verify { .. }) => (!is_advised && may_be_explained(report))
                .then(|| "run `jwtlens debug` with the same arguments to find out why".to_owned()),
        }
    }

    /// Whether a line with the token's position stands above its report.
    fn has_rule(&self, input: &Input) -> bool {
        self.0.several || input.number > 1
    }

    /// The line above a report that is one of several, with the position of its token.
    fn rule(&self, input: &Input) -> String {
        const LENGTH: usize = 80;
        if !self.has_rule(input) {
            return String::new();
        }
        let position = format!("--- {} ", escape::text(&position(input)));
        let length = self.0.width.unwrap_or(LENGTH).min(LENGTH);
        let dashes = "-".repeat(length.saturating_sub(position.width()));
        let rule = wrapped(&format!("{position}{dashes}"), 0, HANGING, self.0.width);
        each_line(&rule, |line| self.0.paint.faint(line)) + "\n"
    }

    /// The verdict and its reason in one sentence.
    fn verdict(&self, report: &Report, reason: &str) -> String {
        let at = report.verdict.name().len();
        let rest = format!(": {}", escape::text(reason));
        format!(
            "{}{}\n",
            self.0.paint.verdict(report.verdict),
            wrapped(&rest, at, HANGING, self.0.width)
        )
    }

    /// Which key the verdict rests on or which were tried, and where the token stood unless it was
    /// the first line.
    fn basis(&self, report: &Report) -> String {
        const MAX_SHOWN: usize = 3;
        let mut text = String::new();
        let signature = &report.signature;
        if let Some(key) = &signature.key {
            let (name, source) = named(key);
            let thumbprint = self.thumbprint(key, name.width().saturating_add(source.width()));
            text.push_str(&self.labeled("key", &name, &format!("{source}{thumbprint}")));
        }
        let labels = iter::once("tried").chain(iter::repeat(""));
        let shown = signature.refused_by.get(..MAX_SHOWN);
        let shown = shown.unwrap_or(&signature.refused_by);
        let of_one_source = shown.chunk_by(|a, b| a.source == b.source);
        for (keys, label) in of_one_source.zip(labels) {
            let names: Vec<String> = keys.iter().map(|key| named(key).0).collect();
            let source = keys.first().map_or(String::new(), |key| named(key).1);
            text.push_str(&self.labeled(label, &names.join(", "), &source));
        }
        let more = signature.refused_by.len().saturating_sub(MAX_SHOWN);
        if more > 0 {
            text.push_str(&self.labeled("", &format!("and {more} more"), ""));
        }
        let input = &report.input;
        let has_rule = self.has_rule(input);
        if !has_rule && (input.column.is_some() || input.line.is_some_and(|line| line > 1)) {
            text.push_str(&self.labeled("token", &escape::text(&position(input)), ""));
        }
        if let Some(time) = input
            .time
            .and_then(|time| NumericDate::from(time).readable(&self.0.zone))
        {
            text.push_str(&self.labeled("time", &time, " (of its line)"));
        }
        text
    }

    /// A row below the verdict; what follows its value is dim.
    fn labeled(&self, label: &str, value: &str, rest: &str) -> String {
        let lines = wrapped(value, LABELED, LABELED, self.0.width);
        let at = match lines.rsplit_once('\n') {
            Some((_, last)) => last.width(),
            None => LABELED.saturating_add(lines.width()),
        };
        let rest = wrapped(rest, at, LABELED, self.0.width);
        let rest = each_line(&rest, |line| self.0.paint.faint(line));
        format!("  {label:<5}  {lines}{rest}\n")
    }

    /// The thumbprint of a key that has another name: in full, abridged, or left to `jwtlens key`,
    /// so that it fits on the line.
    fn thumbprint(&self, key: &KeyId, before: usize) -> String {
        const MAX_SHOWN: usize = 8;
        let (Some(kid), Some(thumbprint)) = (key.kid.as_deref(), key.thumbprint.as_deref()) else {
            return String::new();
        };
        if kid == thumbprint {
            return String::new();
        }
        let start = thumbprint.get(..MAX_SHOWN).unwrap_or_default();
        let forms = [
            format!(", thumbprint {}", escape::text(thumbprint)),
            format!(", thumbprint {}...", escape::text(start)),
        ];
        let taken = LABELED.saturating_add(before);
        let fits = |form: &String| {
            let end = taken.saturating_add(form.width());
            self.0.width.is_none_or(|width| end <= width)
        };
        forms.into_iter().find(fits).unwrap_or_default()
    }

    /// Header, claims and disclosures, in the same columns; without the meanings of their names if these take
    /// too much room.
    fn members(&self, report: &Report, meanings: bool) -> String {
        let is_verified = report.signature.status == SignatureStatus::Verified;
        let of = |rows: Option<Vec<Row>>| {
            let mut rows = rows?;
            for row in &mut rows {
                row.meaning = if meanings { row.meaning } else { "" };
            }
            Some(rows)
        };
        let header = of(rows::header(report));
        let claims = of(rows::claims(report, &self.0.zone));
        let disclosures = of(rows::disclosures(report));
        let all = [&header, &claims, &disclosures]
            .into_iter()
            .flatten()
            .flatten();
        let columns = Columns::of(all, self.0.width);
        let header_heading = if is_verified {
            "Header"
        } else {
            "Header (unverified)"
        };
        let claims_heading = match report.verdict {
            _ if !is_verified => "Claims (unverified: do not trust)",
            Verdict::Valid => "Claims",
            Verdict::NotVerified
            | Verdict::Expired
            | Verdict::NotYetValid
            | Verdict::ClaimRejected
            | Verdict::Unverifiable
            | Verdict::MisSigned
            | Verdict::Malformed => "Claims (rejected)",
        };
        let section = |heading: &str, rows: Option<Vec<Row>>| {
            let rows = rows?;
            let mut text = self.heading(heading);
            if rows.is_empty() {
                text.push_str("  (none)\n");
            }
            for row in &rows {
                text.push_str(&columns.row(row, self.0.paint));
            }
            Some(text)
        };
        let header = section(header_heading, header);
        let claims = section(claims_heading, claims);
        let disclosures = section("Disclosures (unverified: do not trust)", disclosures);
        [header, claims, disclosures]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Why the token is rejected, and what was tried to find it out. What says less than the first cause is
    /// shown with `--verbose` only: it would push the claims off the screen.
    fn causes(&self, report: &Report, causes: &[&Finding]) -> String {
        let is_short = matches!(self.0.detail, Detail::Debug { verbose: false, .. });
        let mut text = String::new();
        let mut evidence = None;
        let mut is_cut = false;
        let mut hints = Vec::new();
        let is_utf16 = causes.iter().any(|finding| finding.code == Code::NulBytes);
        for finding in causes {
            let is_first = text.is_empty();
            let says_less = finding.code.is_fallback()
                || finding.code == Code::UnknownKid
                // The byte order mark of UTF-16.
                || is_utf16 && finding.code == Code::SurroundedToken;
            if is_short && !is_first && says_less {
                is_cut = true;
                continue;
            }
            let label = match (finding.explains, is_first) {
                (false, _) => "Note",
                (true, true) => "Why",
                (true, false) => "Also",
            };
            // Several findings may rest on the same proof; the first may say more.
            let known: Option<&str> = evidence.replace(&*finding.evidence);
            let is_known = known.is_some_and(|known| known.starts_with(&*finding.evidence))
                || is_short && rests_on_search(finding);
            let hint = finding.hint.as_deref().filter(|hint| !hints.contains(hint));
            hints.extend(hint);
            text.push_str(&self.finding(report, label, finding, is_known, hint));
        }
        let is_settled = causes.iter().any(|finding| is_settled(finding))
            || causes.is_empty() && is_clear(report, report.search.as_deref());
        match &report.search {
            Some(tried) if !is_short => text.push_str(&self.search(tried, causes.is_empty())),
            Some(tried) if !is_settled && !is_told(tried, causes, is_cut) => {
                if causes.is_empty() {
                    text.push_str(&self.heading("Why: no cause found"));
                }
                text.push_str(&self.line(&attempts(tried, None, is_cut)));
            }
            Some(_) | None => {}
        }
        text
    }

    /// Everything that was tried.
    fn search(&self, tried: &Tried, is_unexplained: bool) -> String {
        let heading = if is_unexplained {
            "Why: no cause found"
        } else {
            "Search"
        };
        let mut text = self.heading(heading);
        text.push_str(&self.line(&attempts(tried, tried.milliseconds, false)));
        for (what, list) in [
            ("signature", &tried.signatures),
            ("signing input", &tried.inputs),
        ] {
            text.push_str(&self.line(&combined(what, list)));
        }
        for key in &tried.keys {
            text.push_str(&self.line(&format!("key: {key}")));
        }
        text
    }

    /// What a finding says that is not on the screen yet.
    fn finding(
        &self,
        report: &Report,
        label: &str,
        finding: &Finding,
        evidence_is_known: bool,
        hint: Option<&str>,
    ) -> String {
        // The line of the verdict may cite the same section.
        let error = report.error.as_ref().map(Malformed::to_string);
        let is_cited = |section: &&str| {
            let citation = format!("({section})");
            error
                .as_ref()
                .is_some_and(|error| error.ends_with(&citation))
        };
        let section = finding.section.filter(|section| !is_cited(section));
        let about: Vec<&str> = certainty(finding).into_iter().chain(section).collect();
        let about = match about.as_slice() {
            [] => String::new(),
            about => format!(" ({})", about.join("; ")),
        };
        let mut text = self.heading(&format!("{label}: {}{about}", finding.code.name()));
        if !has_summary(report, finding) {
            text.push_str(&self.line(&finding.summary));
        }
        let is_said = evidence_is_known
            || finding.evidence == finding.summary
            || has_evidence(report, finding);
        if !is_said && !finding.code.omits_evidence() {
            text.push_str(&self.line(&finding.evidence));
        }
        if let Some(hint) = hint {
            text.push_str(&self.hint(hint, INDENT));
        }
        text
    }

    /// A cause without how it is known, for the line in which the verdict is repeated: its sentence, and its code
    /// if that takes no other line.
    fn in_brief(&self, report: &Report, finding: &Finding) -> String {
        let code = finding.code.name();
        let whole = match certainty(finding) {
            Some(known) => format!("{} ({code}, {known})", finding.summary),
            None => format!("{} ({code})", finding.summary),
        };
        let columns = format!("{}: {whole}", report.verdict.name()).width();
        if self.0.width.is_none_or(|width| columns <= width) {
            whole
        } else {
            finding.summary.to_string()
        }
    }

    fn heading(&self, heading: &str) -> String {
        let lines = wrapped(heading, 0, HANGING, self.0.width);
        let lines = each_line(&lines, |line| self.0.paint.heading(line));
        format!("\n{lines}\n")
    }

    /// A sentence of a section.
    fn line(&self, sentence: &str) -> String {
        let sentence = escape::text(sentence);
        let lines = wrapped(&sentence, INDENT, HANGING, self.0.width);
        format!("  {lines}\n")
    }

    fn hint(&self, hint: &str, indent: usize) -> String {
        const LABEL: &str = "hint:";
        let at = indent.saturating_add(LABEL.len());
        let rest = format!(" {}", escape::text(hint));
        let body = wrapped(&rest, at, at.saturating_add(1), self.0.width);
        let spaces = " ".repeat(indent);
        format!("{spaces}{}{body}\n", self.0.paint.heading(LABEL))
    }
}

/// Where the values of the rows below the verdict begin.
const LABELED: usize = "  token  ".len();

/// How much was tried, and what else can be done.
fn attempts(tried: &Tried, milliseconds: Option<u64>, is_cut: bool) -> String {
    if let Some(limit) = tried.exceeded_limit {
        let limit = limit / 1024;
        return format!("not searched: the token exceeds the search limit of {limit} KiB");
    }
    let combinations = numbers::count(tried.forms, "combination");
    let time = milliseconds.map_or(String::new(), |milliseconds| {
        let time = numbers::elapsed(Duration::from_millis(milliseconds));
        format!(" in {time}")
    });
    let left_out = match tried.keys_left_out {
        0 => String::new(),
        1 => "; 1 key was not tried in every form".to_owned(),
        keys => format!("; {keys} keys were not tried in every form"),
    };
    let more = match (tried.complete, tried.deep, is_cut) {
        (true, _, false) => "",
        (true, _, true) => "; use --verbose to see all findings",
        (false, false, false) => "; use --deep to try more",
        (false, false, true) => "; use --deep to try more, --verbose for more detail",
        (false, true, false) => "; stopped at the search limit",
        (false, true, true) => "; stopped at the search limit; use --verbose for more detail",
    };
    format!("tried {combinations}{time}{left_out}{more}")
}

/// Changes that were tried one by one and together: each once.
fn combined(what: &str, tried: &[Combination]) -> String {
    let mut changes: Vec<&str> = Vec::new();
    for change in tried.iter().flat_map(|tried| &tried.changes) {
        if !changes.contains(change) {
            changes.push(change);
        }
    }
    let more = match tried.len().saturating_sub(changes.len()) {
        0 => String::new(),
        1 => "; and 1 combination of these".to_owned(),
        more => format!("; and {more} combinations of these"),
    };
    format!("{what}: {}{more}", changes.join("; "))
}

/// Whether nothing was found: how much was tried is the evidence, and has a line of its own.
fn rests_on_search(finding: &Finding) -> bool {
    finding.tried > 0 && finding.certainty != Certainty::Proven
}

/// Whether a finding says all there is to say: nothing else can be tried, and nothing more is to be shown.
fn is_told(tried: &Tried, causes: &[&Finding], is_cut: bool) -> bool {
    let is_whole = tried.complete && tried.keys_left_out == 0 && tried.exceeded_limit.is_none();
    let is_evidence = causes.iter().any(|finding| rests_on_search(finding));
    is_whole && !is_cut && !causes.is_empty() && !is_evidence
}

/// Whether a longer search would find nothing else.
fn is_settled(finding: &Finding) -> bool {
    finding.certainty == Certainty::Proven
        || matches!(
            finding.code,
            Code::SignatureZero | Code::DetachedPayload | Code::Ellipsis | Code::Jwe
        )
}

/// Whether the line of the verdict and its hint say why, without any finding.
fn is_clear(report: &Report, search: Option<&Tried>) -> bool {
    let is_complete = search.is_some_and(|tried| tried.complete);
    let explains = |error: &Malformed| error.is_cause() || is_complete && error.hint().is_some();
    report.signature.reason == Some(Reason::NoKey) || report.error.as_ref().is_some_and(explains)
}

/// Whether the line of the verdict says the same, or another finding does.
fn is_said(report: &Report, finding: &Finding) -> bool {
    let is_of_clock = |other: &Finding| {
        matches!(
            other.code,
            Code::ClockSkew | Code::IssuerClock | Code::LocalClock
        )
    };
    finding.code == Code::IssuedInFuture
        && (report.verdict == Verdict::NotYetValid || report.findings.iter().any(is_of_clock))
}

fn certainty(finding: &Finding) -> Option<&'static str> {
    match finding.certainty {
        Certainty::Proven => Some("proven"),
        Certainty::Likely => Some("likely"),
        Certainty::Note => None,
    }
}

/// A key's name, and where it came from.
fn named(key: &KeyId) -> (String, String) {
    let name = escape::text(&escape::delimited(key.name())).into_owned();
    let name = match (&key.kid, &key.thumbprint) {
        (None, Some(_)) => format!("thumbprint {name}"),
        (Some(_), _) | (None, None) => name,
    };
    (name, format!(" ({})", escape::text(&key.source)))
}

/// Whether `debug` may know more of it than the report says.
fn may_be_explained(report: &Report) -> bool {
    match report.verdict {
        // The verdict says it all, unless there is a signature all the same.
        Verdict::Unverifiable => match report.signature.reason {
            Some(Reason::AlgorithmExcluded | Reason::Encrypted) => false,
            Some(Reason::Unsecured) => report.signature.octets.is_some_and(|octets| octets > 0),
            _ => true,
        },
        Verdict::MisSigned | Verdict::Malformed => true,
        Verdict::Valid
        | Verdict::NotVerified
        | Verdict::Expired
        | Verdict::NotYetValid
        | Verdict::ClaimRejected => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::tz::TimeZone;
    use jwtlens::{ClaimCheck, KeySet, Policy, Token, Validity, Verifier};

    use super::*;

    const VERIFY: Detail = Detail::Verify { has_secret: false };
    const DEBUG: Detail = Detail::Debug {
        verbose: false,
        has_key: true,
    };
    use crate::cli::render::style::Paint;

    /// 2026-11-23T18:09:24Z
    const NOW: i64 = 1_795_457_364;

    fn made(name: &str) -> String {
        let path = format!("{}/tests/data/made/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).unwrap().trim_end().to_owned()
    }

    fn verified(token: &str, checks: Vec<ClaimCheck>) -> Report {
        let jwk = made("public_key.json");
        let keys = KeySet::read("public_key.json", jwk.as_bytes()).unwrap();
        let policy = Policy::default().with_checks(checks);
        Verifier::new(keys, policy).verify(&Token::from(&*made(token)), NOW)
    }

    fn text(report: &Report, width: usize, detail: Detail) -> String {
        let look = Look {
            zone: TimeZone::UTC,
            paint: Paint { on: false },
            width: Some(width),
            height: None,
            several: false,
            detail,
        };
        Text(&look).report(report)
    }

    #[test]
    fn a_valid_token() {
        assert_eq!(
            text(&verified("valid.txt", Vec::new()), 80, VERIFY),
            "\
valid: signature verified, expires in 55m
  key    1fdef9ef-57e5-4fcd-84bd-2eb445efcf66 (public_key.json)

Header
  alg    algorithm   ES256
  typ    type        JWT
  kid    key ID      1fdef9ef-57e5-4fcd-84bd-2eb445efcf66

Claims
  iss    issuer      https://auth.example.com
  sub    subject     member-7
  aud    audience    transcodes-sdk (not checked; require one with --aud)
  email              ada@example.com
  role               admin
  iat    issued      2026-11-23 16:04:24 UTC, 2h 5m ago
  nbf    not before  2026-11-23 16:04:24 UTC, 2h 5m ago
  exp    expires     2026-11-23 19:04:24 UTC, in 55m
  jti    token ID    c0ffee
"
        );
    }

    #[test]
    fn every_failing_claim_is_marked_where_it_stands() {
        let audience = ClaimCheck::Audience(vec!["api".to_owned()]);
        let report = verified("expired.txt", vec![audience]);
        assert_eq!(
            text(&report, 80, VERIFY),
            "\
expired: signature verified, but the token expired 5m ago
  key    1fdef9ef-57e5-4fcd-84bd-2eb445efcf66 (public_key.json)

Header
  alg    algorithm   ES256
  typ    type        JWT
  kid    key ID      1fdef9ef-57e5-4fcd-84bd-2eb445efcf66

Claims (rejected)
  iss    issuer      https://auth.example.com
  sub    subject     member-7
! aud    audience    transcodes-sdk, expected \"api\"
  email              ada@example.com
  role               admin
  iat    issued      2026-11-23 16:04:24 UTC, 2h 5m ago
  nbf    not before  2026-11-23 16:04:24 UTC, 2h 5m ago
! exp    expires     2026-11-23 18:04:24 UTC (checked at 18:09:24 UTC)
  jti    token ID    c0ffee
"
        );
    }

    /// A proof whose sentences are as short as they should be.
    #[test]
    fn a_proven_cause_takes_four_lines_and_its_report_fits_a_screen() {
        let mut report = verified("der.txt", Vec::new());
        report.findings = vec![Finding {
            code: Code::DerSignature,
            certainty: Certainty::Proven,
            summary: "the signature is DER-encoded; ES256 requires raw R || S, 64 bytes".into(),
            evidence: "decoded from DER, it verifies with the key".into(),
            section: Some("RFC 7518, section 3.4"),
            hint: Code::DerSignature.hint().map(Into::into),
            explains: true,
            changes: vec![Code::DerSignature],
            tried: 4,
        }];
        report.search = Some(Box::default());
        let text = text(&report, 80, DEBUG);
        assert_eq!(
            text,
            "\
mis-signed: the signature does not verify
  tried  1fdef9ef-57e5-4fcd-84bd-2eb445efcf66 (public_key.json)

Why: der-signature (proven; RFC 7518, section 3.4)
  the signature is DER-encoded; ES256 requires raw R || S, 64 bytes
  decoded from DER, it verifies with the key
  hint: use dsaEncoding \"ieee-p1363\" (Node), SHA256withECDSAinP1363Format (Java)

Header (unverified)
  alg    algorithm   ES256
  typ    type        JWT
  kid    key ID      1fdef9ef-57e5-4fcd-84bd-2eb445efcf66

Claims (unverified: do not trust)
  iss    issuer      https://auth.example.com
  sub    subject     member-7
  aud    audience    transcodes-sdk
  email              ada@example.com
  role               admin
  iat    issued      2026-11-23 16:04:24 UTC, 2h 5m ago
  nbf    not before  2026-11-23 16:04:24 UTC, 2h 5m ago
  exp    expires     2026-11-23 19:04:24 UTC, in 55m
  jti    token ID    c0ffee
"
        );
        assert_eq!(text.lines().count(), 23);
    }

    /// In a terminal of 24 lines the prompt takes the last one. How much was tried is not shown with a proof.
    #[test]
    fn a_report_with_any_one_cause_fits_a_screen() {
        const SCREEN: usize = 24;
        let proven = Code::ALL.iter().filter(|code| code.explains());
        let proven = proven.map(|code| (*code, Certainty::Proven, SCREEN - 1));
        // Its evidence is the search.
        let unexplained = (Code::NoKeyMatches, Certainty::Likely, SCREEN - 1);
        // The two lines of a guess are its evidence and how much was tried.
        let guessed = (Code::SignatureOfOtherAlgorithm, Certainty::Likely, SCREEN);
        for (code, certainty, most) in proven.chain([unexplained, guessed]) {
            let mut report = verified("mis-signed.txt", Vec::new());
            report.findings = vec![Finding {
                code,
                certainty,
                summary: code.summary().into(),
                evidence: "decoded from DER, it verifies with the key".into(),
                section: code.section(),
                hint: code.hint().map(Into::into),
                explains: true,
                changes: Vec::new(),
                tried: u64::from(code == Code::NoKeyMatches),
            }];
            report.search = Some(Box::new(Tried {
                forms: 68_544,
                ..Tried::default()
            }));
            let text = text(&report, 80, DEBUG);
            assert!(text.lines().count() <= most, "{text}");
            let is_tried = text.contains("  tried 68,544 combinations; use --deep to try more\n");
            assert_eq!(is_tried, certainty == Certainty::Likely, "{text}");
        }
    }

    #[test]
    fn the_thumbprint_is_as_long_as_the_line_allows() {
        let report = verified("valid.txt", Vec::new());
        let key = |width: usize| {
            let text = text(&report, width, VERIFY);
            text.lines().nth(1).unwrap().to_owned()
        };
        let name = "  key    1fdef9ef-57e5-4fcd-84bd-2eb445efcf66 (public_key.json)";
        let full = ", thumbprint Nrqg3-M_Xwtx-1tbtc1J7Xul2DyeC0bUSy9u_5NSG6g";
        let abridged = ", thumbprint Nrqg3-M_...";
        for (widths, thumbprint) in [(63..=86, ""), (87..=118, abridged), (119..=140, full)] {
            for width in widths {
                assert_eq!(key(width), format!("{name}{thumbprint}"), "{width}");
            }
        }
    }

    #[test]
    fn an_expiry_is_compared_with_what_was_required() {
        let mut report = verified("valid.txt", Vec::new());
        report.verdict = Verdict::Expired;
        report.time.status = Some(Validity::Expired);
        for (expires_in, within, expected) in [
            (
                17_460,
                86_400,
                "expires in 4h 51m, less than the 1d required",
            ),
            (3_600, 3_600, "expires in 1h, but more than 1h is required"),
            (1, 60, "expires in 1s, less than the 1m required"),
            (0, 60, "expired just now"),
            (-300, 60, "expired 5m ago"),
        ] {
            report.time.expires_in = Some(expires_in);
            report.time.expires_within = Some(within);
            let headline = headline(&report);
            let expected = format!("signature verified, but the token {expected}");
            assert_eq!(headline, expected);
        }
    }
}
