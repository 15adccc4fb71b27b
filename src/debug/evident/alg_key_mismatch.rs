//! An `alg` that none of the keys allows (RFC 8725, section 3.1).

use super::facts::Facts;
use crate::key::VerificationKey;
use crate::verify::code::Code;
use crate::verify::finding::Finding;
use crate::verify::report::Reason;
use crate::verify::vendor;

/// RFC 8725 section 3.1: the header names an algorithm of another kind of key.
pub fn alg_key_mismatch(facts: &Facts) -> Option<Finding> {
    match facts.report.signature.reason? {
        Reason::AlgorithmNotAllowed => {}
        Reason::NoKey
        | Reason::UnsupportedAlgorithm
        | Reason::AlgorithmExcluded
        | Reason::Unsecured
        | Reason::UnknownCritical
        | Reason::Encrypted
        | Reason::Malformed => return None,
    }
    let alg = facts.header()?.alg.as_deref()?;
    // A MAC with something public as its secret is proven to be an attack.
    let is_mac = alg.starts_with("HS");
    // The verdict's line has the `alg` already.
    let allowed = allowed(facts.keys.keys());
    let finding = Finding::note(Code::AlgKeyMismatch, allowed.clone()).with_summary(allowed);
    Some(match vendor::algorithm(facts.report) {
        Some(hint) => finding.with_hint(hint),
        None if is_mac => {
            finding.with_hint("use --secret-file with the shared secret, never with a public key")
        }
        None => finding,
    })
}

/// What these keys are, and which algorithms they allow.
fn allowed(keys: &[VerificationKey]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for algorithm in keys.iter().flat_map(VerificationKey::algorithms) {
        if !names.contains(&algorithm.name) {
            names.push(algorithm.name);
        }
    }
    let names = names.join(", ");
    match keys {
        [key] => {
            let id = &key.id;
            let what = match (id.kty, id.crv) {
                ("oct", _) => "a shared secret".to_owned(),
                (kty, Some(crv)) => format!("{kty} {crv}"),
                (kty, None) => format!("{kty} ({} bits)", id.bits),
            };
            format!("the key is {what} and supports {names}")
        }
        _ => format!("the keys support {names}"),
    }
}
