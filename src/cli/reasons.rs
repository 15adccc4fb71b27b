//! Why tokens are rejected, in so few sentences that they can be counted.

use std::collections::BTreeMap;

use jwtlens::{Check, Code, Reason, Report, Segment, TokenFault, Verdict};

/// Why a token is rejected, if its verdict does not say so.
pub fn reason(report: &Report) -> Option<String> {
    match report.verdict {
        Verdict::Malformed => {
            let error = report.error.as_ref()?;
            let mut findings = report.findings.iter();
            if findings.any(|finding| finding.code == Code::Truncated) {
                return Some(format!("malformed: {}", Code::Truncated.name()));
            }
            // Without names and counts: there are only so many reasons.
            if error.segment == Segment::Token || matches!(error.fault, TokenFault::Empty(_)) {
                return Some(format!("malformed: {:#}", error.fault));
            }
            Some(format!(
                "malformed: {}: {:#}",
                error.segment.name(),
                error.fault
            ))
        }
        Verdict::Unverifiable => Some(format!(
            "unverifiable: {}",
            report.signature.reason.map(Reason::name)?
        )),
        Verdict::ClaimRejected => {
            let refused = report.checks.iter().filter(|check| !check.passed);
            let names: Vec<&str> = refused.map(|check: &Check| check.name.as_str()).collect();
            Some(format!("claim-rejected: {}", names.join(", ")))
        }
        Verdict::Valid
        | Verdict::NotVerified
        | Verdict::Expired
        | Verdict::NotYetValid
        | Verdict::MisSigned => None,
    }
}

/// Counts one thing so many times more.
pub fn increase<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, by: u64) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(by);
}
