//! Which finding comes first, and which is not reported with another. Proofs come before what is plain to
//! see, and that before what is only likely.

use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};

/// The causes of a rejection in the order of the report.
pub fn ordered(found: Vec<Finding>) -> Vec<Finding> {
    let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
    let is_silenced = |finding: &Finding| {
        let is_by = |code: &Code| code.silences().contains(&finding.code);
        finding.certainty != Certainty::Proven && codes.iter().any(is_by)
    };
    let mut reported: Vec<Finding> = found
        .into_iter()
        .filter(|finding| !is_silenced(finding))
        .collect();
    reported.sort_by_cached_key(rank);
    reported
}

fn rank(finding: &Finding) -> u8 {
    match (finding.certainty, finding.code) {
        (Certainty::Proven, _) => 0,
        // Another kind of token has another key, and a missing key explains everything else, unless the text is
        // not a token.
        (_, Code::TokenOfAnotherKind) => 1,
        (_, Code::UnknownKid) => 2,
        (_, Code::NoKeyMatches | Code::PayloadCorrupted) => 5,
        (_, Code::SignerCandidates) => 6,
        (_, _) if !finding.explains => 7,
        (Certainty::Note, _) => 3,
        (Certainty::Likely, _) => 4,
    }
}
