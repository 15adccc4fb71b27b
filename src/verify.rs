//! From a token to its report: the one place where all facts come together.

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::claims::ClaimsSet;
use crate::compact::{Compact, Jws, Malformed};
use crate::diagnosis::notes;
use crate::header::JoseHeader;
use crate::keyset::KeySet;
use crate::policy::Policy;
use crate::report::{Reason, Report, Signature, Time};
use crate::token::Token;
use crate::verdict::{Facts, Scope, SignatureStatus, Verdict};

/// Keys and policy, made once and used for any number of tokens, from any number of threads.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: KeySet,
    policy: Policy,
}

impl Verifier {
    /// A verifier for tokens under any of these keys.
    #[must_use]
    pub fn new(keys: KeySet, policy: Policy) -> Self {
        Self { keys, policy }
    }

    /// Judges signature, time and claims of a token, at `now` in seconds since
    /// 1970-01-01T00:00:00Z. Every fault of the token is in the report.
    #[must_use]
    pub fn verify(&self, token: &Token, now: i64) -> Report {
        report(token, &self.policy, now, Scope::Verify, Some(&self.keys))
    }
}

/// Reads a token without a key: its signature stays unchecked. With `check_time` the time is
/// judged.
#[must_use]
pub fn decode(token: &Token, policy: &Policy, now: i64, check_time: bool) -> Report {
    let scope = if check_time {
        Scope::DecodeAndTime
    } else {
        Scope::Decode
    };
    report(token, policy, now, scope, None)
}

/// A token's segments, as far as each can be read.
#[derive(Default)]
struct Parts {
    header: Option<JoseHeader>,
    claims: Option<ClaimsSet>,
    signature: Option<Vec<u8>>,
    /// Whether the payload is base64url, whatever is in it.
    payload_decodes: bool,
    /// The first fault, in the order of the segments.
    fault: Option<Malformed>,
}

fn report(token: &Token, policy: &Policy, now: i64, scope: Scope, keys: Option<&KeySet>) -> Report {
    let compact = match token.too_long {
        None => Compact::parse(token.text),
        Some(limit) => Err(Malformed::too_long(&format!(
            "a line may have {limit} octets"
        ))),
    };
    let (parts, signature) = match &compact {
        Ok(Compact::Jws(jws)) => {
            let parts = Parts::of(jws);
            let signature = judge(jws, &parts, keys);
            (parts, signature)
        }
        Ok(Compact::Jwe(jwe)) => {
            let mut parts = Parts::default();
            parts.read_header(jwe.header_octets());
            let reason = if parts.fault.is_none() {
                Reason::Encrypted
            } else {
                Reason::Malformed
            };
            let signature = unchecked(reason, parts.header.as_ref());
            (parts, signature)
        }
        Err(fault) => {
            let parts = Parts {
                fault: Some(fault.clone()),
                ..Parts::default()
            };
            (parts, unchecked(Reason::Malformed, None))
        }
    };
    let Parts {
        header,
        claims,
        fault,
        signature: octets,
        payload_decodes: _,
    } = parts;

    let time = time(policy, now, claims.as_ref());
    let checks = policy.check(header.as_ref(), claims.as_ref(), now);
    let verdict = Verdict::of(Facts {
        scope,
        well_formed: fault.is_none(),
        signature: signature.status,
        validity: time.status,
        checks_hold: checks.iter().all(|check| check.passed),
    });
    let mut report = Report {
        verdict,
        claims_authenticated: signature.status == SignatureStatus::Verified && claims.is_some(),
        input: token.input.clone(),
        header,
        claims,
        signature,
        time,
        checks,
        findings: Vec::new(),
        error: fault,
        search: None,
        recovered: Vec::new(),
    };
    report.findings = notes(&report, policy, keys, octets.as_deref());
    report
}

impl Parts {
    fn of(jws: &Jws) -> Self {
        let mut parts = Self::default();
        parts.read_header(jws.header_octets());
        match jws.payload_octets() {
            Ok(octets) => {
                parts.payload_decodes = true;
                match ClaimsSet::parse(&octets) {
                    Ok(claims) => {
                        parts.note(claims.fault.clone());
                        parts.claims = Some(claims);
                    }
                    Err(fault) => parts.note(Some(fault)),
                }
            }
            Err(fault) => parts.note(Some(fault)),
        }
        match jws.signature_octets() {
            Ok(octets) => parts.signature = Some(octets),
            Err(fault) => parts.note(Some(fault)),
        }
        parts
    }

    fn read_header(&mut self, octets: Result<Vec<u8>, Malformed>) {
        match octets.and_then(|octets| JoseHeader::parse(&octets)) {
            Ok(header) => {
                self.note(header.fault.clone());
                self.header = Some(header);
            }
            Err(fault) => self.note(Some(fault)),
        }
    }

    fn note(&mut self, fault: Option<Malformed>) {
        self.fault = self.fault.take().or(fault);
    }
}

/// Judges a signature wherever three segments decode and `alg` fits a key, also where the payload
/// makes the token malformed. `alg` is settled before any cryptography (RFC 8725 section 3.1).
fn judge(jws: &Jws, parts: &Parts, keys: Option<&KeySet>) -> Signature {
    let header = parts.header.as_ref();
    let octets = parts.signature.as_ref().map(Vec::len);
    let without = |reason| Signature {
        octets,
        ..unchecked(reason, header)
    };

    let (Some(known), Some(signature), true) = (header, &parts.signature, parts.payload_decodes)
    else {
        return without(Reason::Malformed);
    };
    let Some(alg) = known.alg.as_deref() else {
        return without(Reason::Malformed);
    };
    if alg.eq_ignore_ascii_case("none") {
        return without(Reason::Unsecured);
    }
    let Some(keys) = keys else {
        return without(Reason::NoKey);
    };
    // What an ill-formed `crit` demands nobody can tell, so nothing is settled under it.
    if known.parameters.get("crit").is_some() && known.critical.is_empty() {
        return without(Reason::Malformed);
    }
    if !known.critical.is_empty() {
        return without(Reason::UnknownCritical);
    }

    let mut tried = Vec::new();
    let mut verified = None;
    for key in keys.candidates(alg, known.kid.as_deref()) {
        tried.push(Arc::clone(&key.id));
        if key.verify(jws.signing_input.as_bytes(), signature) {
            verified = Some(Arc::clone(&key.id));
            break;
        }
    }
    if tried.is_empty() {
        return without(if keys.keys().is_empty() {
            Reason::NoKey
        } else if Algorithm::is_registered(alg) {
            Reason::AlgorithmNotAllowed
        } else {
            Reason::UnsupportedAlgorithm
        });
    }
    Signature {
        status: match &verified {
            Some(_) => SignatureStatus::Verified,
            None => SignatureStatus::Mismatch,
        },
        reason: None,
        algorithm: Some(alg.into()),
        octets,
        keys_tried: tried.len(),
        refused_by: if verified.is_some() {
            Vec::new()
        } else {
            tried
        },
        key: verified,
    }
}

fn unchecked(reason: Reason, header: Option<&JoseHeader>) -> Signature {
    Signature {
        status: SignatureStatus::Unchecked,
        reason: Some(reason),
        algorithm: header.and_then(|header| header.alg.clone()),
        octets: None,
        key: None,
        keys_tried: 0,
        refused_by: Vec::new(),
    }
}

fn time(policy: &Policy, now: i64, claims: Option<&ClaimsSet>) -> Time {
    let expires_at = claims.and_then(|claims| claims.exp.clone());
    Time {
        // A time of the wrong type is no limit that was read: nothing is said of such a token.
        status: claims
            .filter(|claims| {
                let read = [("exp", claims.exp.is_some()), ("nbf", claims.nbf.is_some())];
                read.iter()
                    .all(|(name, typed)| *typed || claims.members.get(name).is_none())
            })
            .map(|claims| policy.validity(claims, now)),
        now,
        leeway: policy.leeway,
        expires_within: policy.expires_within,
        issued_at: claims.and_then(|claims| claims.iat.clone()),
        not_before: claims.and_then(|claims| claims.nbf.clone()),
        expires_in: expires_at.as_ref().map(|exp| exp.seconds_from(now)),
        expires_at,
    }
}
