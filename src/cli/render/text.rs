//! The report for people: verdict and key, causes, header, claims, notes. What is wrong with a claim
//! stands in its row, so that no fact stands twice.

use jwtlens::{
    Algorithm, Code, Finding, Input, Malformed, NumericDate, Reason, Report, SignatureStatus,
    Verdict, abridged,
};
use unicode_width::UnicodeWidthStr;

use super::columns::{Columns, HANGING, Row, each_line, wrapped};
use super::headline::headline;
use super::look::{Detail, Look};
use super::{escape, findings, key_rows, page, rows};

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
        // What goes with a cause stands with it. Without a key, that is all there is to find.
        let has_key = report.signature.reason != Some(Reason::NoKey);
        let is_cause = |finding: &&Finding| {
            finding.explains
                || finding.code == Code::UnknownKid
                || finding.code == Code::SignerCandidates && has_key
        };
        let (causes, notes): (Vec<&Finding>, Vec<&Finding>) = report
            .findings
            .iter()
            .filter(|finding| !finding.code.is_in_row() && !findings::is_said(report, finding))
            .partition(|finding| is_cause(finding) && is_rejected);
        let of_error = report.error.as_ref().and_then(Malformed::hint);
        let first_hint = match of_error {
            _ if !causes.is_empty() => None,
            Some(hint) => Some(hint),
            None => self.key_hint(report),
        };
        let last_hint = self.last_hint(report, of_error.is_some() || !causes.is_empty());
        let hint =
            |hint: Option<&str>| hint.map_or(String::new(), |hint| page::hint(self.0, hint, 0));
        let head = [
            verdict.clone(),
            hint(first_hint),
            key_rows::rows(self.0, &report.signature),
            self.place(&report.input),
        ]
        .concat();
        let of_notes = |is_brief: bool| -> String {
            let notes = notes.iter().map(|note| {
                let hint = note.hint.as_deref().filter(|_| !is_brief);
                findings::section(self.0, report, "Note", note, is_brief, hint)
            });
            notes.collect()
        };
        let end = last_hint.as_deref().map_or(String::new(), |last_hint| {
            format!("\n{}", page::hint(self.0, last_hint, 0))
        });
        let whole = |meanings: bool, is_brief: bool| {
            let causes = findings::causes(self.0, report, &causes, is_brief);
            let members = self.members(report, meanings);
            [&*head, &causes, &members, &of_notes(is_brief), &end].concat()
        };
        let rule = self.rule(&report.input);
        let text = whole(true, false);
        // With its blank lines, a report without a cause leaves room for the command as well.
        if self.fits(&text, usize::from(!is_rejected)) {
            return rule + &text;
        }
        // What can be omitted before any fact is: the lines between the sections, then the meanings of names, and
        // then what `--verbose` shows of all findings but the cause.
        let can_be_brief =
            matches!(self.0.detail, Detail::Debug { verbose: false, .. }) && is_rejected;
        let forms = [(true, false), (false, false), (true, true), (false, true)];
        let is_possible = |(_, is_brief): &(bool, bool)| can_be_brief || !is_brief;
        for (meanings, is_brief) in forms.into_iter().filter(is_possible) {
            let dense = whole(meanings, is_brief).replace("\n\n", "\n");
            if self.fits(&dense, 0) {
                return rule + &dense;
            }
        }
        if self.0.height.is_none() {
            return rule + &text;
        }
        let cause = causes.first();
        let body = text.strip_suffix(&*end).unwrap_or(&text);
        let brief = cause.map_or(verdict, |cause| {
            self.verdict(report, &findings::in_brief(self.0, report, cause))
        });
        let advice = cause.and_then(|cause| cause.hint.as_deref());
        let advice = hint(advice.or(first_hint).or(last_hint.as_deref()));
        format!("{rule}{body}\n{brief}{advice}")
    }

    /// Whether a terminal shows the whole report and the prompt that follows it. Where only the width is given,
    /// it is that of an ordinary terminal, of which so many rows are to spare.
    fn fits(&self, text: &str, spare: usize) -> bool {
        const ROWS: usize = 24;
        let rows = self
            .0
            .height
            .or(self.0.width.map(|_| ROWS.saturating_sub(spare)));
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

    /// Where the token stood unless it was the first line, and the time of its line.
    fn place(&self, input: &Input) -> String {
        let mut text = String::new();
        let has_rule = self.has_rule(input);
        if !has_rule && (input.column.is_some() || input.line.is_some_and(|line| line > 1)) {
            let position = position(input);
            text.push_str(&page::labeled(
                self.0,
                "token",
                &escape::text(&position),
                "",
            ));
        }
        if let Some(time) = input
            .time
            .and_then(|time| NumericDate::from(time).readable(&self.0.zone))
        {
            text.push_str(&page::labeled(
                self.0,
                "time",
                &time,
                " (from the log line)",
            ));
        }
        text
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
            let mut text = page::heading(self.0, heading);
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
}

/// Whether `debug` may know more of it than the report says.
fn may_be_explained(report: &Report) -> bool {
    match report.verdict {
        // The verdict says it all, unless there is a signature all the same.
        Verdict::Unverifiable => match report.signature.reason {
            Some(Reason::AlgorithmExcluded | Reason::Encrypted) => false,
            Some(Reason::AlgorithmNotAllowed) => !is_of_named_family(report),
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

/// Whether the signature has a length that it has only with `alg` and its like, so that no other key made it.
fn is_of_named_family(report: &Report) -> bool {
    /// The bytes of a signature of ECDSA on P-256, of Ed25519 and of HS512.
    const OF_MANY: usize = 64;
    /// The least bytes of a signature of RSA: no other is as long.
    const RSA: usize = 256;
    let signature = &report.signature;
    let algorithm = signature.algorithm.as_deref().and_then(Algorithm::named);
    let (Some(algorithm), Some(octets)) = (algorithm, signature.octets) else {
        return false;
    };
    match algorithm.signature_characters() {
        Some(characters) => octets != OF_MANY && octets.saturating_mul(8).div_ceil(6) == characters,
        None => octets >= RSA,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::tz::TimeZone;
    use jwtlens::{Certainty, ClaimCheck, KeySet, Policy, Token, Tried, Validity, Verifier};

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
  keys   1fdef9ef-57e5-4fcd-84bd-2eb445efcf66 (public_key.json)

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
