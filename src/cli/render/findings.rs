//! Why a token is rejected, and what was tried to find it out.

use std::time::Duration;

use jwtlens::{
    Certainty, Code, Combination, Finding, Malformed, REDACTED, Reason, Report, Segment,
    TokenFault, Tried, Verdict, abridged,
};
use unicode_width::UnicodeWidthStr;

use super::columns::INDENT;
use super::headline::{has_evidence, has_summary};
use super::look::{Detail, Look};
use super::page;
use crate::cli::numbers;

/// Why the token is rejected, and what was tried to find it out. What says less than the first cause is
/// shown with `--verbose` only: it would push the claims off the screen.
/// Brief, what comes after the first cause is its sentence alone.
pub fn causes(look: &Look, report: &Report, causes: &[&Finding], is_brief: bool) -> String {
    let is_debug = matches!(look.detail, Detail::Debug { has_key: true, .. });
    let is_short = matches!(look.detail, Detail::Debug { verbose: false, .. });
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
        let is_brief = is_brief && !is_first;
        is_cut |= is_brief;
        text.push_str(&section(
            look,
            report,
            label,
            finding,
            is_known || is_brief,
            hint.filter(|_| !is_brief),
        ));
    }
    let is_settled = causes.iter().any(|finding| is_settled(finding))
        || causes.is_empty() && is_clear(report, report.search.as_deref());
    match &report.search {
        Some(tried) if !is_short => {
            text.push_str(&search(look, report, tried, causes.is_empty()));
        }
        Some(tried) if !is_settled && !is_told(tried, causes, is_cut) => {
            if causes.is_empty() {
                text.push_str(&page::heading(look, "Why: no cause found"));
            }
            text.push_str(&page::line(
                look,
                &attempts(report, tried, None, is_cut, causes),
            ));
        }
        None if is_debug && causes.is_empty() && is_header_unread(report) => {
            text.push_str(&page::heading(look, "Why: no cause found"));
            text.push_str(&page::line(look, HEADER_UNREAD));
        }
        Some(_) | None => {}
    }
    text
}

const HEADER_UNREAD: &str = "not searched: the header, which names the algorithm, cannot be read";

/// Whether damage to the header leaves no algorithm to search with, and nothing else says why.
fn is_header_unread(report: &Report) -> bool {
    let is_unread = |error: &Malformed| {
        let is_content = matches!(error.fault, TokenFault::Json(_) | TokenFault::Base64url(_));
        error.segment == Segment::Header
            && is_content
            && error.hint().is_none()
            && !error.is_cause()
    };
    report.header.is_none() && report.error.as_ref().is_some_and(is_unread)
}

/// Everything that was tried.
fn search(look: &Look, report: &Report, tried: &Tried, is_unexplained: bool) -> String {
    let heading = if is_unexplained {
        "Why: no cause found"
    } else {
        "Search"
    };
    let mut text = page::heading(look, heading);
    text.push_str(&page::line(
        look,
        &attempts(report, tried, tried.milliseconds, false, &[]),
    ));
    for (what, list) in [
        ("signature", &tried.signatures),
        ("signing input", &tried.inputs),
    ] {
        text.push_str(&page::line(look, &combined(what, list)));
    }
    for key in &tried.keys {
        text.push_str(&page::line(look, &format!("key: {key}")));
    }
    text
}

/// What a finding says that is not on the screen yet.
pub fn section(
    look: &Look,
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
    let mut text = page::heading(look, &format!("{label}: {}{about}", finding.code.name()));
    if !has_summary(report, finding) {
        text.push_str(&page::line(look, &finding.summary));
    }
    let is_hidden = report.redacted && finding.evidence == REDACTED;
    let is_said = is_hidden
        || evidence_is_known
        || finding.evidence == finding.summary
        || has_evidence(report, finding);
    if !is_said && !finding.code.omits_evidence() {
        text.push_str(&page::line(look, &finding.evidence));
    }
    if let Some(hint) = hint {
        text.push_str(&page::hint(look, hint, INDENT));
    }
    text
}

/// A cause without how it is known, for the line in which the verdict is repeated: its sentence, and its code
/// if that takes no other line.
pub fn in_brief(look: &Look, report: &Report, finding: &Finding) -> String {
    let code = finding.code.name();
    let alg = report.signature.algorithm.as_deref();
    let summary = match (finding.code, finding.certainty, alg) {
        // The sentence is about the keys alone.
        (Code::AlgKeyMismatch, Certainty::Note, Some(alg)) => {
            format!("\"alg\" is \"{}\"; {}", abridged(alg), finding.summary)
        }
        (_, _, _) => finding.summary.to_string(),
    };
    let whole = match certainty(finding) {
        Some(known) => format!("{summary} ({code}, {known})"),
        None => format!("{summary} ({code})"),
    };
    let columns = format!("{}: {whole}", report.verdict.name()).width();
    if look.width.is_none_or(|width| columns <= width) {
        whole
    } else {
        summary
    }
}

/// How much was tried, and what else can be done.
fn attempts(
    report: &Report,
    tried: &Tried,
    milliseconds: Option<u64>,
    is_cut: bool,
    causes: &[&Finding],
) -> String {
    let is_useless = causes
        .iter()
        .any(|finding| is_beyond_search(report, finding));
    if let Some(limit) = tried.exceeded_limit {
        let limit = limit / 1024;
        return format!("not searched: the token exceeds the search limit of {limit} KiB");
    }
    if tried.forms == 0 && is_header_unread(report) {
        let deep = if tried.deep { "" } else { "; use --deep" };
        return format!("{HEADER_UNREAD}{deep}");
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
        (false, false, false) if is_useless => "",
        (false, false, true) if is_useless => "; use --verbose for more detail",
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

/// Whether a longer search does not help: no key can verify the signature, there is none, the payload needs another
/// one, or no character is left as it was.
fn is_beyond_search(report: &Report, finding: &Finding) -> bool {
    match finding.code {
        Code::AlgKeyMismatch => finding.certainty == Certainty::Note,
        Code::Unsecured => report.signature.octets == Some(0),
        // A proof is of one character; what is only likely is about all of them.
        Code::AlteredCharacter => finding.certainty == Certainty::Likely,
        Code::NestedJwt | Code::SignatureRemoved => true,
        _ => false,
    }
}

/// Whether the line of the verdict and its hint say why, without any finding.
fn is_clear(report: &Report, search: Option<&Tried>) -> bool {
    let is_complete = search.is_some_and(|tried| tried.complete);
    let explains = |error: &Malformed| error.is_cause() || is_complete && error.hint().is_some();
    report.signature.reason == Some(Reason::NoKey) || report.error.as_ref().is_some_and(explains)
}

/// Whether the line of the verdict says the same, or another finding does.
pub fn is_said(report: &Report, finding: &Finding) -> bool {
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
