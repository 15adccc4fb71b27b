//! A report that can be shared: what it repeats of a token's values is replaced by their types.
//!
//! The report itself is redacted, not an output format, so every format is covered. Whatever is not known to
//! be harmless is removed: from a finding, every text that is not the program's own.

use std::borrow::Cow;
use std::sync::Arc;

use super::claim_check::Check;
use super::code::Code;
use super::finding::Finding;
use super::report::{ProofReport, Report};
use crate::text::json::{Object, Value};
use crate::token::claims::ClaimsSet;
use crate::token::header::JoseHeader;
use crate::token::malformed::Malformed;

/// The claims whose values stay.
const CLAIMS: [&str; 5] = ["iss", "aud", "exp", "nbf", "iat"];

/// The header parameters whose values stay.
const PARAMETERS: [&str; 7] = ["alg", "typ", "cty", "kid", "crit", "enc", "zip"];

/// Findings whose texts hold nothing of a token but values that stay, names of header parameters and
/// claims, numbers and durations.
const HARMLESS: &[Code] = &[
    Code::AlgAlias,
    Code::AlgKeyMismatch,
    Code::AudienceUnchecked,
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
    Code::ShortLifetime,
    Code::SignatureOfOtherAlgorithm,
    Code::SignatureZero,
    Code::TimeInMilliseconds,
    Code::Truncated,
    Code::TypeNotAString,
    Code::UnknownKid,
    Code::Unsecured,
    Code::WeakSecret,
];

/// Findings that give a recovered key.
const ABOUT_RECOVERED_KEYS: [Code; 2] = [Code::SameSigner, Code::SignerCandidates];

/// Replaces a text that may repeat a value.
const TEXT: &str = "[redacted]";

impl Report {
    /// Replaces the values of all claims but `iss`, `aud`, `exp`, `nbf` and `iat`, and of all header
    /// parameters but `alg`, `typ`, `cty`, `kid`, `crit`, `enc` and `zip`, by their types, as a whole:
    /// `[redacted string]`. A value that stays has the type that its RFC demands. Nothing of the others is
    /// left anywhere in the report; verdict, codes, and the names of claims and header parameters stay.
    pub fn redact(&mut self) {
        let keys_stay = !self.names_recovered_key();
        if let Some(header) = &mut self.header {
            redact_header(Arc::make_mut(header));
        }
        if let Some(claims) = &mut self.claims {
            redact_claims(claims);
        }
        for check in &mut self.checks {
            redact_check(check);
        }
        for finding in &mut self.findings {
            redact_finding(finding, keys_stay);
        }
        self.error = self.error.take().map(Malformed::redacted);
        if let Some(proof) = &mut self.proof {
            redact_proof(proof, keys_stay);
        }
        if let Some(search) = &mut self.search {
            // A key that the token holds is among them.
            search.keys.clear();
        }
        if !keys_stay {
            self.recovered.clear();
        }
        self.redacted = true;
    }

    /// Whether a value that is removed may contain or name a recovered key.
    fn names_recovered_key(&self) -> bool {
        let of_proof = self.proof.iter().filter_map(|proof| proof.jwk.as_ref());
        let keys = self.recovered.iter().map(|key| &key.jwk).chain(of_proof);
        let coordinates = keys.filter_map(|jwk| jwk.get("x")?.as_str());
        let thumbprints = self.recovered.iter().map(|key| &*key.thumbprint);
        let of_key = self.proof.iter().filter_map(|proof| proof.key.as_ref());
        let of_key = of_key.filter_map(|key| key.thumbprint.as_deref());
        let texts: Vec<&str> = coordinates.chain(thumbprints).chain(of_key).collect();
        let header = self.header.as_ref().map(|header| &header.parameters);
        // A certificate holds its key in another encoding.
        let has_certificate = header.is_some_and(|header| header.get("x5c").is_some());
        let claims = self.claims.as_ref().map(|claims| claims.members.read());
        let gone = |object: Option<&Object>, stays: fn(&str, &Value) -> bool| {
            object.is_some_and(|object| {
                let mut members = object.members().iter();
                members.any(|member| {
                    !stays(&member.name, &member.value) && holds_any(&member.value, &texts)
                })
            })
        };
        !texts.is_empty()
            && (has_certificate || gone(header, parameter_stays) || gone(claims, claim_stays))
    }
}

/// Leaves only the codes of the changes, and the key if that may be shown.
fn redact_proof(proof: &mut ProofReport, key_stays: bool) {
    for change in &mut proof.changes {
        change.repair = None;
        change.details = None;
    }
    proof.certificates = Vec::new();
    if !key_stays {
        proof.key = None;
        proof.jwk = None;
        proof.anchor = None;
    }
}

/// Whether any string in a value, or any name, holds one of these texts.
fn holds_any(value: &Value, texts: &[&str]) -> bool {
    match value {
        Value::String(string) => texts.iter().any(|text| string.contains(text)),
        Value::Array(items) => items.iter().any(|item| holds_any(item, texts)),
        Value::Object(object) => object.members().iter().any(|member| {
            texts.iter().any(|text| member.name.contains(text)) || holds_any(&member.value, texts)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn redact_header(header: &mut JoseHeader) {
    header.parameters.replace(|name, value| {
        let stays = parameter_stays(name, value);
        (!stays).then(|| placeholder(value))
    });
    header.fault = header.fault.take().map(Malformed::redacted);
}

fn redact_claims(claims: &mut ClaimsSet) {
    let mut members = claims.members.read().clone();
    members.replace(|name, value| {
        let stays = claim_stays(name, value);
        (!stays).then(|| placeholder(value))
    });
    claims.sub = claims
        .sub
        .as_ref()
        .and_then(|_| members.get("sub")?.as_str().map(Box::from));
    claims.members = members.into();
    claims.fault = claims.fault.take().map(Malformed::redacted);
}

/// Redacts both sides of a comparison: the expected value of a check that passed is the token's value.
fn redact_check(check: &mut Check) {
    let top = match check.name.strip_prefix('/') {
        Some(pointer) => {
            let (top, deeper) = pointer.split_once('/').unwrap_or((pointer, ""));
            let name = top.replace("~1", "/").replace("~0", "~");
            if !deeper.is_empty() {
                check.name = format!("/{top}/{TEXT}");
            }
            name
        }
        None => check.name.clone(),
    };
    let (stays, is_whole): (fn(&str, &Value) -> bool, _) = match check.check {
        "typ" => (parameter_stays, true),
        // An age, not the claim itself.
        "max-age" => return,
        "iss" | "aud" => (claim_stays, true),
        _ => (claim_stays, !check.name.starts_with('/')),
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

fn redact_finding(finding: &mut Finding, keys_stay: bool) {
    let is_about_keys = ABOUT_RECOVERED_KEYS.contains(&finding.code);
    if !finding.changes.is_empty() {
        // Places and characters of the changes are parts of the token.
        let changes: Vec<&str> = finding.changes.iter().map(|code| code.name()).collect();
        let changes = changes.join(", ");
        finding.evidence = format!("the signature verifies after these changes: {changes}").into();
    } else if HARMLESS.contains(&finding.code) || is_about_keys && keys_stay {
        return;
    } else {
        redact_text(&mut finding.evidence);
    }
    redact_text(&mut finding.summary);
    if let Some(hint) = &mut finding.hint {
        redact_text(hint);
    }
}

/// Replaces a text that is not the program's own.
fn redact_text(text: &mut Cow<'static, str>) {
    if matches!(text, Cow::Owned(_)) {
        *text = TEXT.into();
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
