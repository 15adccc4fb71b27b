//! Which finding comes first, and which says nothing beside another. A proof is told before what is
//! plainly to be seen, and that before what is only likely.

use super::{Certainty, Finding};

/// A finding, and those that say less than it, or could not hold together with it.
const MOOT: [(&str, &[&str]); 10] = [
    ("jwe", &["truncated", "two-tokens", "no-key-matches"]),
    ("two-tokens", &["no-key-matches", "signer-candidates"]),
    ("unsecured", &["no-key-matches", "signer-candidates"]),
    (
        "ellipsis",
        &["truncated", "no-key-matches", "signer-candidates"],
    ),
    ("detached-payload", &["no-key-matches", "signer-candidates"]),
    (
        "signature-zero",
        &[
            "truncated",
            "no-key-matches",
            "signer-candidates",
            "signature-of-other-algorithm",
        ],
    ),
    (
        "signature-of-other-algorithm",
        &["no-key-matches", "signer-candidates"],
    ),
    (
        "key-for-hs256",
        &[
            "signature-of-other-algorithm",
            "truncated",
            "no-key-matches",
            "signer-candidates",
        ],
    ),
    ("der-signature", &["truncated"]),
    ("truncated", &["no-key-matches", "signer-candidates"]),
];

/// The causes of a refusal as they are told.
pub fn ordered(found: Vec<Finding>) -> Vec<Finding> {
    let codes: Vec<(&str, Certainty)> = found
        .iter()
        .map(|finding| (finding.code, finding.certainty))
        .collect();
    let is_moot = |finding: &Finding| {
        let silenced = |(stronger, weaker): &(&str, &[&str])| {
            codes.iter().any(|(code, _)| code == stronger) && weaker.contains(&finding.code)
        };
        finding.certainty != Certainty::Proven && MOOT.iter().any(silenced)
    };
    let mut told: Vec<Finding> = found
        .into_iter()
        .filter(|finding| !is_moot(finding))
        .collect();
    told.sort_by_key(rank);
    told
}

fn rank(finding: &Finding) -> u8 {
    match (finding.certainty, finding.code) {
        (Certainty::Proven, _) => 0,
        // The key that is missing explains everything but a token that is none.
        (_, "kid-differs") => 1,
        (_, "no-key-matches") => 4,
        (_, "signer-candidates") => 5,
        (Certainty::Note, _) => 2,
        (Certainty::Likely, _) => 3,
    }
}
