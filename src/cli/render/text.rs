//! The report for people: verdict, what it rests on, header, claims, checks, notes.

use jwtlens::json::{Member, Value};
use jwtlens::{
    Certainty, Check, Finding, Malformed, NumericDate, Reason, Report, SignatureStatus, Tried,
    Validity, Verdict, relative,
};

use super::layout::{OURS, THEIRS, Table, wrapped};
use super::style::Paint;
use super::{Detail, Look, escape, names};

/// Writes reports for people.
pub struct Text<'t>(pub &'t Look);

/// A refused token as one line, without its verdict's details.
pub fn refusal(report: &Report) -> String {
    let input = &report.input;
    let place = match input.line {
        Some(line) => match input.column {
            Some(column) => format!("{}:{line}:{column}", input.source),
            None => format!("{}:{line}", input.source),
        },
        None => format!("{} {}", input.source, input.number),
    };
    format!("{place}: {}: {}", report.verdict.name(), sentence(report))
}

impl Text<'_> {
    /// The whole report.
    pub fn report(&self, report: &Report) -> String {
        let mut text = self.verdict(report);
        text.push_str(&self.causes(report));
        if let Some(header) = &report.header {
            let authenticated = report.signature.status == SignatureStatus::Verified;
            text.push_str(&self.heading(if authenticated {
                "Header"
            } else {
                "Header (not authenticated)"
            }));
            text.push_str(&self.members(
                header.parameters.members(),
                names::parameter,
                |_| false,
                report,
            ));
        }
        if let Some(claims) = &report.claims {
            text.push_str(&self.heading(if report.claims_authenticated {
                "Claims"
            } else {
                "Claims (not authenticated: anybody may have written them)"
            }));
            if claims.members.members().is_empty() {
                text.push_str("    none\n");
            }
            text.push_str(&self.members(
                claims.members.members(),
                names::claim,
                names::is_time,
                report,
            ));
        }
        text.push_str(&self.checks(report));
        text.push_str(&self.notes(report));
        let is_refused = !matches!(report.verdict, Verdict::Valid | Verdict::NotVerified);
        if is_refused && self.0.detail == Detail::Verify {
            text.push('\n');
            text.push_str(&self.hint(
                "jwtlens debug finds out why a token is refused, and proves it",
                0,
            ));
        }
        text
    }

    fn heading(&self, heading: &str) -> String {
        let lines: Vec<String> = wrapped(heading, 0, OURS, self.0.width)
            .lines()
            .map(|line| self.0.paint.heading(line))
            .collect();
        format!("\n{}\n", lines.join("\n"))
    }

    /// The verdict in one sentence, and what it rests on.
    fn verdict(&self, report: &Report) -> String {
        let name = report.verdict.name();
        let rest = format!(": {}", escape::text(&sentence(report)));
        let at = name.len();
        let mut text = format!(
            "{}{}\n",
            self.0.paint.verdict(report.verdict),
            wrapped(&rest, at, THEIRS, self.0.width)
        );
        if let Some(Malformed {
            hint: Some(hint), ..
        }) = &report.error
        {
            text.push_str(&self.hint(hint, 0));
        }

        let mut table = Table::new(OURS);
        if let Some(line) = report.input.line {
            let column = report
                .input
                .column
                .map_or(String::new(), |column| format!(", column {column}"));
            let place = format!(
                "line {line}{column} of {}",
                escape::text(&report.input.source)
            );
            table.row("token", "", place);
        } else if report.input.number > 1 {
            table.row("token", "", format!("argument {}", report.input.number));
        }
        if let Some(key) = &report.signature.key {
            table.row(
                "algorithm",
                "",
                escaped(report.signature.algorithm.as_deref().unwrap_or_default()),
            );
            table.row(
                "key",
                "",
                key.kid
                    .as_deref()
                    .map_or_else(|| "(without kid)".into(), escaped),
            );
            if let Some(thumbprint) = &key.thumbprint {
                table.row("thumbprint", "", escaped(thumbprint));
            }
            table.row("from", "", escaped(&key.source));
        } else if !report.signature.refused_by.is_empty() {
            const SHOWN: usize = 3;
            let tried = &report.signature.refused_by;
            for key in tried.iter().take(SHOWN) {
                let kid = key
                    .kid
                    .as_deref()
                    .map_or_else(|| "(without kid)".into(), escaped);
                table.row(
                    "not by key",
                    "",
                    format!("{kid} from {}", escape::text(&key.source)),
                );
            }
            if let Some(more) = tried.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                table.row("", "", format!("and {more} more"));
            }
        }
        text.push_str(&table.lines(self.0.paint, self.0.width));
        text
    }

    fn members(
        &self,
        members: &[Member],
        meaning: fn(&str) -> &'static str,
        is_time: fn(&str) -> bool,
        report: &Report,
    ) -> String {
        let mut table = Table::new(THEIRS);
        for Member { name, value, .. } in members {
            let value = match value {
                Value::Number(number) if is_time(name) => {
                    self.time(&NumericDate::new(number.clone()), report.time.now)
                }
                other => shown(other),
            };
            table.row(escaped(&escape::delimited(name)), meaning(name), value);
        }
        table.lines(self.0.paint, self.0.width)
    }

    /// `2026-11-23 18:09:24 UTC, 2 h 5 min ago`, and the number itself where the date is not all.
    fn time(&self, time: &NumericDate, now: i64) -> String {
        let relative = relative(time.seconds_from(now));
        let whole = time.text().bytes().all(|octet| octet.is_ascii_digit());
        match time.readable(&self.0.zone) {
            Some(date) if whole => format!("{date}, {relative}"),
            Some(date) => format!("{date}, {relative} ({})", escape::text(&time.text())),
            None => format!(
                "{} (no date before the year 10000), {relative}",
                escape::text(&time.text())
            ),
        }
    }

    fn checks(&self, report: &Report) -> String {
        let mut table = Table::new(OURS);
        let (passed, evidence) = signature_check(report);
        table.row(outcome(passed), "signature", evidence);
        let (passed, evidence) = self.time_check(report);
        table.row(outcome(passed), "time", evidence);
        for check in &report.checks {
            table.row(
                outcome(Some(check.passed)),
                escaped(&check.name),
                claim_check(check),
            );
        }
        // Outcomes are coloured after the columns are measured.
        let mut lines = table.lines(Paint { on: false }, self.0.width);
        if self.0.paint.on {
            lines = lines
                .split_inclusive('\n')
                .map(|line| match line.split_at_checked(8) {
                    Some(("  passed", rest)) => format!("  {}{rest}", self.0.paint.good("passed")),
                    Some(("  failed", rest)) => format!("  {}{rest}", self.0.paint.error("failed")),
                    _ => line.to_owned(),
                })
                .collect();
        }
        format!("{}{lines}", self.heading("Checks"))
    }

    fn time_check(&self, report: &Report) -> (Option<bool>, String) {
        let time = &report.time;
        let passed = time.status.map(|status| match status {
            Validity::Current | Validity::Unbounded => true,
            Validity::Expired | Validity::NotYetValid => false,
        });
        let at = NumericDate::from(time.now).readable(&self.0.zone);
        let leeway = match time.leeway {
            0 => String::new(),
            leeway => format!(", leeway {leeway} s"),
        };
        let at = at.unwrap_or_else(|| time.now.to_string());
        let evidence = match time.status {
            Some(status) => format!("{} at {at}{leeway}", status.name()),
            None => "exp and nbf can't be read".to_owned(),
        };
        (passed, evidence)
    }

    /// Why the token is refused, and what was tried to find it out.
    fn causes(&self, report: &Report) -> String {
        let causes: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.explains)
            .collect();
        let is_proven = |finding: &&Finding| finding.certainty == Certainty::Proven;
        let is_found = causes.iter().any(is_proven);
        let tried = report
            .search
            .as_ref()
            .map(|tried| self.tried(tried, is_found));
        if causes.is_empty() && tried.is_none() {
            return String::new();
        }
        let heading = if causes.is_empty() {
            "Why: not found out"
        } else {
            "Why"
        };
        let mut text = self.heading(heading);
        let mut evidence = "";
        for finding in causes {
            // Several changes may rest on one and the same proof.
            let is_told = finding.evidence == evidence;
            evidence = &finding.evidence;
            text.push_str(&self.finding(finding, is_told));
        }
        text.push_str(&tried.unwrap_or_default());
        text
    }

    fn tried(&self, tried: &Tried, is_found: bool) -> String {
        let time = tried.milliseconds.map_or(String::new(), |milliseconds| {
            format!(" in {milliseconds} ms")
        });
        let more = match (tried.complete || is_found, tried.deep) {
            (true, _) => "",
            (false, false) => "; --deep tries more",
            (false, true) => "; the limit of the search ended it",
        };
        let tried_all = format!("  tried {} forms{time}{more}", tried.forms);
        let mut text = wrapped(&tried_all, 0, THEIRS, self.0.width);
        text.push('\n');
        if self.0.detail == (Detail::Debug { verbose: true }) {
            for (what, list) in [
                ("signature", &tried.signatures),
                ("signed", &tried.inputs),
                ("key", &tried.keys),
            ] {
                for item in list {
                    text.push_str("    ");
                    let line = format!("{what}: {}", escape::text(item));
                    text.push_str(&wrapped(&line, 4, 6, self.0.width));
                    text.push('\n');
                }
            }
        }
        text
    }

    fn notes(&self, report: &Report) -> String {
        let mut notes = report
            .findings
            .iter()
            .filter(|finding| !finding.explains)
            .peekable();
        if notes.peek().is_none() {
            return String::new();
        }
        let notes: String = notes.map(|note| self.finding(note, false)).collect();
        format!("{}{notes}", self.heading("Notes"))
    }

    fn finding(&self, finding: &Finding, evidence_is_told: bool) -> String {
        let (certainty, at) = match finding.certainty {
            Certainty::Proven => (self.0.paint.good("proven "), 9),
            Certainty::Likely => (self.0.paint.heading("likely "), 9),
            Certainty::Note => (String::new(), OURS),
        };
        let summary = format!("{}: {}", finding.code, escape::text(&finding.summary));
        let mut text = format!(
            "  {certainty}{}\n",
            wrapped(&summary, at, THEIRS, self.0.width)
        );
        if !evidence_is_told {
            text.push_str("    ");
            text.push_str(&wrapped(
                &escape::text(&finding.evidence),
                THEIRS,
                THEIRS,
                self.0.width,
            ));
            text.push('\n');
        }
        if let Some(hint) = &finding.hint {
            text.push_str(&self.hint(hint, THEIRS));
        }
        text
    }

    fn hint(&self, hint: &str, indent: usize) -> String {
        let at = indent.saturating_add("hint:".len());
        let rest = format!(" {}", escape::text(hint));
        let spaces = " ".repeat(indent);
        let body = wrapped(
            &rest,
            at,
            THEIRS.max(indent.saturating_add(2)),
            self.0.width,
        );
        format!("{spaces}{}{body}\n", self.0.paint.heading("hint:"))
    }
}

fn outcome(passed: Option<bool>) -> &'static str {
    match passed {
        Some(true) => "passed",
        Some(false) => "failed",
        None => "not made",
    }
}

fn escaped(text: &str) -> String {
    escape::text(text).into_owned()
}

/// A value as it stands in the token; a string without quotes, unless it could be taken for
/// something else.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => escaped(text),
        other => escaped_json(&other.to_string()),
    }
}

/// JSON's own escapes must not be doubled: only what it leaves raw is escaped.
fn escaped_json(json: &str) -> String {
    escape::json(json).into_owned()
}

fn is_plain(text: &str) -> bool {
    let could_be_json = Value::parse(text.as_bytes()).is_ok();
    let padded = text.trim() != text;
    !text.is_empty() && !could_be_json && !padded && !text.starts_with(['"', '[', '{'])
}

/// The verdict's reason in one sentence.
fn sentence(report: &Report) -> String {
    match report.verdict {
        Verdict::Valid => format!("the signature verifies; the token {}", expiry(report)),
        Verdict::Expired | Verdict::NotYetValid => {
            let signature = match report.signature.status {
                SignatureStatus::Verified => "the signature verifies, but the token",
                SignatureStatus::Mismatch | SignatureStatus::Unchecked => {
                    "nothing was verified; the token"
                }
            };
            format!("{signature} {}", expiry(report))
        }
        Verdict::ClaimRefused => {
            let failed: Vec<&str> = report
                .checks
                .iter()
                .filter(|check| !check.passed)
                .map(|check| check.name.as_str())
                .collect();
            let verb = if failed.len() == 1 { "is" } else { "are" };
            let names = failed.join(", ");
            format!("the signature verifies, but {names} {verb} not as asked")
        }
        Verdict::Unverifiable => format!("no check was possible: {}", unchecked_reason(report)),
        Verdict::MisSigned => match report.signature.keys_tried {
            1 => "the signature does not verify under the key".to_owned(),
            many => format!("the signature verifies under none of the {many} keys"),
        },
        Verdict::Malformed => match &report.error {
            Some(error) => error.to_string(),
            None => "the token can't be read".to_owned(),
        },
        Verdict::NotVerified => {
            let claims = match (report.signature.reason, report.time.status) {
                (Some(Reason::Encrypted), _) => "its claims are encrypted".to_owned(),
                (_, None) => "its times can't be read".to_owned(),
                (_, Some(_)) => format!("the token says that it {}", expiry(report)),
            };
            format!("decoded only, nothing was verified; {claims}")
        }
    }
}

/// `expires in 5 min`, `expired 2 h ago`, `never expires`, `is not valid before ...`.
fn expiry(report: &Report) -> String {
    let time = &report.time;
    match (time.status, time.expires_in) {
        (Some(Validity::NotYetValid), _) => {
            let from = time
                .not_before
                .as_ref()
                .map_or(0, |nbf| nbf.seconds_from(time.now));
            format!("is not valid yet: it will be {}", relative(from))
        }
        (_, None) => "never expires".to_owned(),
        (Some(Validity::Expired), Some(seconds)) if seconds > 0 => {
            format!("counts as expired: it expires {}", relative(seconds))
        }
        (_, Some(seconds)) if seconds > 0 => format!("expires {}", relative(seconds)),
        (Some(Validity::Current), Some(seconds)) => {
            format!("expired {}, within the leeway", relative(seconds))
        }
        (_, Some(seconds)) => format!("expired {}", relative(seconds)),
    }
}

fn unchecked_reason(report: &Report) -> String {
    let alg = short(report.signature.algorithm.as_deref().unwrap_or_default());
    match report.signature.reason {
        Some(Reason::NoKey) if report.verdict == Verdict::Unverifiable => {
            "there is no usable key".to_owned()
        }
        Some(Reason::NoKey) => "decode takes no key; see jwtlens verify".to_owned(),
        Some(Reason::UnsupportedAlgorithm) => {
            format!("\"alg\" is \"{alg}\", which is no known algorithm")
        }
        Some(Reason::AlgorithmNotAllowed) => {
            format!("\"alg\" is \"{alg}\", which no given key allows")
        }
        Some(Reason::Unsecured) => format!("\"alg\" is \"{alg}\": the token is not signed"),
        Some(Reason::UnknownCritical) => {
            let names: Vec<String> = report
                .header
                .iter()
                .flat_map(|header| &header.critical)
                .map(|name| format!("\"{name}\""))
                .collect();
            format!(
                "the header demands extensions that are not understood: {}",
                short(&names.join(", "))
            )
        }
        Some(Reason::Encrypted) => "the token is encrypted (JWE)".to_owned(),
        Some(Reason::Malformed) | None => "header or signature can't be read".to_owned(),
    }
}

/// So much of a token's text as a sentence can hold.
fn short(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
    }
}

fn signature_check(report: &Report) -> (Option<bool>, String) {
    let signature = &report.signature;
    let alg = escape::text(signature.algorithm.as_deref().unwrap_or_default());
    match signature.status {
        SignatureStatus::Verified => (Some(true), format!("{alg}, under the key above")),
        SignatureStatus::Mismatch => {
            let keys = match signature.keys_tried {
                1 => "does not verify under the key above".to_owned(),
                many => format!("verifies under none of {many} keys"),
            };
            let length = match (signature.octets, signature.expected_octets) {
                (Some(octets), Some(due)) if octets != due => {
                    format!("; it has {octets} octets, where {alg} has {due}")
                }
                (_, _) => String::new(),
            };
            (Some(false), format!("{alg}, {keys}{length}"))
        }
        SignatureStatus::Unchecked => (None, escaped(&unchecked_reason(report))),
    }
}

fn claim_check(check: &Check) -> String {
    let actual = match &check.actual {
        Value::Null => "missing".to_owned(),
        value => escaped_json(&value.to_string()),
    };
    let expected = escaped_json(&check.expected.to_string());
    match (check.check, check.passed) {
        ("require", true) => format!("is there: {actual}"),
        ("require", false) => "is missing, and was required".to_owned(),
        ("max-age", _) if matches!(check.actual, Value::Null) => {
            format!("is missing; at most {expected} s ago was asked for")
        }
        ("max-age", true) => format!("{actual} s old, at most {expected} s"),
        ("max-age", false) => format!("{actual} s old, where at most {expected} s was asked for"),
        (_, true) => format!("is {actual}"),
        (_, false) => format!("is {actual}, where {expected} was asked for"),
    }
}
