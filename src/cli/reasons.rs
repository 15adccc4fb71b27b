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
                return Some(format!("malformed: {}", Code::Truncated.summary()));
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
            unchecked(report.signature.reason?)
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

/// Why a signature is not checked, without names from the token.
fn unchecked(reason: Reason) -> &'static str {
    match reason {
        Reason::NoKey => "no key to verify the signature with",
        Reason::UnsupportedAlgorithm => "unknown \"alg\"",
        Reason::AlgorithmNotAllowed => "no given key supports \"alg\"",
        Reason::AlgorithmExcluded => "excluded by --alg",
        Reason::Unsecured => "\"alg\" is \"none\"",
        Reason::UnknownCritical => "unsupported critical header parameter",
        Reason::Encrypted => "the token is encrypted (JWE)",
        Reason::Malformed => "the header or the signature could not be parsed",
    }
}

/// Counts one thing so many times more.
pub fn increase<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, by: u64) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(by);
}
