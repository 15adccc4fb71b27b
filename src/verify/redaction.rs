//! A report that can be shared: what it repeats of a token's values is replaced by their types.
//!
//! The report itself is redacted, not an output format, so every format is covered. Whatever is not known to
//! be harmless is removed: from a finding, every text that is not the program's own.

use std::borrow::Cow;
use std::sync::Arc;

use super::claim_check::{Check, CheckKind};
use super::code::Code;
use super::finding::Finding;
use super::report::{ProofReport, Report};
use crate::key::KeyId;
use crate::text::json::Value;
use crate::token::claims::ClaimsSet;
use crate::token::disclosure::Disclosure;
use crate::token::header::JoseHeader;
use crate::token::malformed::Malformed;

/// The claims whose values stay.
const CLAIMS: [&str; 5] = ["iss", "aud", "exp", "nbf", "iat"];

/// The header parameters whose values stay.
const PARAMETERS: [&str; 7] = ["alg", "typ", "cty", "kid", "crit", "enc", "zip"];

/// Findings whose texts hold nothing of a token but values that stay, names of header parameters and
/// claims, numbers and durations. The evidence of a proof holds more.
const HARMLESS: &[Code] = &[
    Code::AlgAlias,
    Code::AlgKeyMismatch,
    Code::AudienceUnchecked,
    Code::CertificateExpired,
    Code::ClockSkew,
    Code::DerSignature,
    Code::Ellipsis,
    Code::ExpAsLifetime,
    Code::ExpiresBeforeIssued,
    Code::ExpiresWithin,
    Code::InputTrimmed,
    Code::InputUnescaped,
    Code::IssuedInFuture,
    Code::IssuerClock,
    Code::KeyInHeader,
    Code::KeyNotCanonical,
    Code::KidDiffers,
    Code::LeewayApplied,
    Code::LineWrapped,
    Code::LocalClock,
    Code::NeverExpires,
    Code::NoKeyMatches,
    Code::PayloadCorrupted,
    Code::PssSaltLength,
    Code::ShortLifetime,
    Code::SignatureOfOtherAlgorithm,
    Code::SignatureZero,
    Code::TimeInMilliseconds,
    Code::TimeTooLarge,
    Code::Truncated,
    Code::TypeNotAString,
    Code::UnknownKid,
    Code::Unsecured,
    Code::WeakSecret,
];

/// What stands for a text that may repeat a value.
pub const REDACTED: &str = "[redacted]";

impl Report {
    /// Replaces the values of all claims but `iss`, `aud`, `exp`, `nbf` and `iat`, and of all header
    /// parameters but `alg`, `typ`, `cty`, `kid`, `crit`, `enc` and `zip`, by their types, as a whole:
    /// `[redacted string]`. A value that stays has the type that its RFC demands. Nothing of the others is
    /// left anywhere in the report; verdict, codes, and the names of claims and header parameters stay.
    pub fn redact(&mut self) {
        if let Some(header) = &mut self.header {
            redact_header(Arc::make_mut(header));
        }
        if let Some(claims) = &mut self.claims {
            redact_claims(claims);
        }
        for disclosure in self.disclosures.iter_mut().flatten() {
            redact_disclosure(disclosure);
        }
        for check in &mut self.checks {
            redact_check(check);
        }
        let repairs = self.proof.as_deref().map(repairs).unwrap_or_default();
        for finding in &mut self.findings {
            redact_finding(finding, &repairs);
        }
        self.error = self.error.take().map(Malformed::redacted);
        if let Some(proof) = &mut self.proof {
            redact_proof(proof, &self.signature.refused_by);
        }
        if let Some(search) = &mut self.search {
            // A key that the token holds is among them.
            search.keys.clear();
        }
        // The token, or another one of the run, may hold them in any encoding.
        self.recovered.clear();
        self.redacted = true;
    }
}

/// Leaves only the codes of the changes, and the key if it is one of those given.
fn redact_proof(proof: &mut ProofReport, given: &[Arc<KeyId>]) {
    for change in &mut proof.changes {
        change.repair = None;
        change.details = None;
    }
    proof.certificates = Vec::new();
    proof.jwk = None;
    let is_given = |key: &Arc<KeyId>| {
        let is_it = |other: &Arc<KeyId>| {
            (&other.thumbprint, &other.source) == (&key.thumbprint, &key.source)
        };
        given.iter().any(is_it)
    };
    proof.key = proof.key.take().filter(is_given);
    proof.anchor = proof.anchor.take().filter(is_given);
}

fn redact_header(header: &mut JoseHeader) {
    header.parameters.replace(|name, value| {
        let stays = parameter_stays(name, value);
        (!stays).then(|| placeholder(value))
    });
    header.fault = header.fault.take().map(Malformed::redacted);
}

fn redact_claims(claims: &mut ClaimsSet) {
    claims.replace(|name, value| {
        let stays = claim_stays(name, value);
        (!stays).then(|| placeholder(value))
    });
    claims.fault = claims.fault.take().map(|fault| Box::new(fault.redacted()));
}

/// Leaves the value's type: a name may be that of a nested object.
fn redact_disclosure(disclosure: &mut Disclosure) {
    disclosure.salt = REDACTED.into();
    disclosure.name = disclosure.name.take().map(|_| REDACTED.into());
    disclosure.value = placeholder(&disclosure.value);
}

/// Redacts both sides of a comparison: the expected value of a check that passed is the token's value.
fn redact_check(check: &mut Check) {
    let top = match check.name.strip_prefix('/') {
        Some(pointer) => {
            let (top, deeper) = pointer.split_once('/').unwrap_or((pointer, ""));
            let name = top.replace("~1", "/").replace("~0", "~");
            if !deeper.is_empty() {
                check.name = format!("/{top}/{REDACTED}");
            }
            name
        }
        None => check.name.clone(),
    };
    let (stays, is_whole): (fn(&str, &Value) -> bool, _) = match check.check {
        CheckKind::Typ => (parameter_stays, true),
        // An age, not the claim itself.
        CheckKind::MaxAge => return,
        CheckKind::Iss | CheckKind::Aud => (claim_stays, true),
        CheckKind::Sub | CheckKind::Require | CheckKind::Claim => {
            (claim_stays, !check.name.starts_with('/'))
        }
    };
    let value_stays = |value: &Value| match value {
        // There is no value.
        Value::Null => true,
        value => is_whole && stays(&top, value),
    };
    for value in [&mut check.expected, &mut check.actual] {
        if !value_stays(value) {
            *value = placeholder(value);
        }
    }
}

/// What makes the signature verify, without places and characters, which are parts of the token.
fn repairs(proof: &ProofReport) -> String {
    let mut phrases: Vec<&str> = proof
        .changes
        .iter()
        .filter_map(|change| change.phrase)
        .collect();
    phrases.dedup();
    format!("{}, it verifies", phrases.join(", "))
}

/// `repairs` is the evidence of what is proven.
fn redact_finding(finding: &mut Finding, repairs: &str) {
    let is_harmless = HARMLESS.contains(&finding.code);
    if !finding.changes.is_empty() {
        finding.evidence = repairs.to_owned().into();
    } else if !is_harmless {
        redact_text(&mut finding.evidence);
    }
    if is_harmless {
        return;
    }
    // What is the same for all tokens stays.
    if matches!(finding.summary, Cow::Owned(_)) {
        finding.summary = finding.code.summary().into();
    }
    if matches!(finding.hint, Some(Cow::Owned(_))) {
        finding.hint = None;
    }
}

/// Replaces a text that is not the program's own.
fn redact_text(text: &mut Cow<'static, str>) {
    if matches!(text, Cow::Owned(_)) {
        *text = REDACTED.into();
    }
}

fn placeholder(value: &Value) -> Value {
    let name = value.type_name();
    let bare = ["a ", "an "]
        .iter()
        .find_map(|article| name.strip_prefix(article));
    Value::from(&*format!("[redacted {}]", bare.unwrap_or(name)))
}

fn parameter_stays(name: &str, value: &Value) -> bool {
    let is_typed = match name {
        "crit" => is_strings(value),
        _ => matches!(value, Value::String(_)),
    };
    PARAMETERS.contains(&name) && is_typed
}

fn claim_stays(name: &str, value: &Value) -> bool {
    let is_typed = match name {
        "iss" => matches!(value, Value::String(_)),
        "aud" => matches!(value, Value::String(_)) || is_strings(value),
        _ => matches!(value, Value::Number(_)),
    };
    CLAIMS.contains(&name) && is_typed
}

fn is_strings(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| matches!(item, Value::String(_))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            false
        }
    }
}
