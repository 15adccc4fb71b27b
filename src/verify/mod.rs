//! From a token to its report: the one place where all facts come together. One token and many go the
//! same way; only the keys are asked in another manner.

#[cfg(test)]
mod agreement_tests;
mod batch;
pub mod claim_check;
pub mod code;
pub mod finding;
pub mod milliseconds;
pub mod notes;
pub mod policy;
mod read_segments;
pub mod redaction;
pub mod report;
mod signature_check;
pub mod vendor;
pub mod verdict;

use batch::Batch;
use read_segments::Parts;
use signature_check::{Read, Recent};

use code::Code;
use finding::Finding;

use crate::key::set::KeySet;
use crate::token::Token;
use crate::token::claims::ClaimsSet;
use crate::token::disclosure::SdJwt;
use notes::notes;
use policy::Policy;
use report::{Report, Signature, Time};
use verdict::{Scope, Verdict, VerdictInput};

/// Keys and policy, made once and used for any number of tokens, from any number of threads.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: KeySet,
    policy: Policy,
    batch: Batch,
    findings: bool,
}

impl Verifier {
    /// A verifier for tokens under any of these keys.
    #[must_use]
    pub fn new(keys: KeySet, policy: Policy) -> Self {
        let keys = keys.narrowed(policy.algorithms().to_vec());
        let batch = Batch::new(&keys);
        Self {
            keys,
            policy,
            batch,
            findings: true,
        }
    }

    /// The same verifier, without findings in its reports, for callers that do not show them.
    #[must_use]
    pub fn without_findings(self) -> Self {
        Self {
            findings: false,
            ..self
        }
    }

    /// The keys that tokens are verified with.
    pub(crate) fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// Checks the signature, times and claims of a token, at `now` in seconds since
    /// 1970-01-01T00:00:00Z. Every fault of the token is in the report.
    #[must_use]
    pub fn verify(&self, token: &Token, now: i64) -> Report {
        let mut read = Read::of(token, Some(&self.keys), &mut Recent::default());
        let verified_by = read.question.as_ref().ok().and_then(|question| {
            let keys = question.plan.candidates.iter().copied();
            keys.enumerate().find_map(|(tried, index)| {
                let key = self.keys.keys().get(index)?.material();
                let (signed, signature) = (question.signed(), read.signature_octets());
                let verifies = question.plan.algorithm.verify(key, signed, signature);
                verifies.then_some(tried)
            })
        });
        self.report(token, &mut read, verified_by, now)
    }

    /// Verifies many tokens: the same reports as [`verify`](Self::verify), in the order given, and several times
    /// faster.
    #[must_use]
    pub fn verify_all(&self, tokens: &[Token], now: i64) -> Vec<Report> {
        let mut recent = Recent::default();
        let mut reads: Vec<Read> = tokens
            .iter()
            .map(|token| Read::of(token, Some(&self.keys), &mut recent))
            .collect();
        let verified_by = self.batch.verify(&self.keys, &reads);
        reads
            .iter_mut()
            .zip(tokens)
            .zip(verified_by)
            .map(|((read, token), verified_by)| self.report(token, read, verified_by, now))
            .collect()
    }

    fn report(
        &self,
        token: &Token,
        read: &mut Read,
        verified_by: Option<usize>,
        now: i64,
    ) -> Report {
        let now = token.input.time.unwrap_or(now);
        let signature = read.signature(Some(&self.keys), verified_by);
        let parts = &mut read.parts;
        let report = report(token, parts, signature, &self.policy, now, Scope::Verify);
        if !self.findings {
            return report;
        }
        let findings = notes(
            token.text,
            &report,
            &self.policy,
            Some(&self.keys),
            parts.signature.as_deref(),
        );
        Report { findings, ..report }
    }
}

/// Reads a token without a key: its signature stays unchecked. With `check_time`, the time is
/// checked.
#[must_use]
pub fn decode(token: &Token, policy: &Policy, now: i64, check_time: bool) -> Report {
    let scope = if check_time {
        Scope::DecodeAndTime
    } else {
        Scope::Decode
    };
    let now = token.input.time.unwrap_or(now);
    let sd_jwt = SdJwt::of(token.text);
    let jwt = Token {
        text: sd_jwt.as_ref().map_or(token.text, |parts| parts.jwt),
        ..token.clone()
    };
    let mut read = Read::of(&jwt, None, &mut Recent::default());
    let (disclosures, has_key_binding) = match sd_jwt {
        None => (None, false),
        Some(parts) => {
            let disclosures = parts
                .disclosures
                .map_err(|fault| read.parts.note(Some(fault)));
            (disclosures.ok(), parts.has_key_binding)
        }
    };
    let signature = read.signature(None, None);
    let parts = &mut read.parts;
    let mut report = report(&jwt, parts, signature, policy, now, scope);
    report.disclosures = disclosures;
    report.findings = notes(jwt.text, &report, policy, None, parts.signature.as_deref());
    if has_key_binding {
        let evidence = "the part after the last \"~\" is a JWT";
        report
            .findings
            .push(Finding::note(Code::KeyBinding, evidence));
    }
    report
}

/// The report, into which header and claims are moved.
fn report(
    token: &Token,
    parts: &mut Parts,
    signature: Signature,
    policy: &Policy,
    now: i64,
    scope: Scope,
) -> Report {
    let header = parts.header.take();
    let claims = parts.claims.take();
    let fault = parts.fault.take();
    let time = time(policy, now, claims.as_ref());
    let checks = policy.check(header.as_deref(), claims.as_ref(), now);
    let verdict = Verdict::of(VerdictInput {
        scope,
        well_formed: fault.is_none(),
        signature: signature.status,
        validity: time.status,
        checks_hold: checks.iter().all(|check| check.passed),
    });
    Report {
        verdict,
        input: token.input.clone(),
        header,
        claims,
        disclosures: None,
        signature,
        time,
        checks,
        findings: Vec::new(),
        error: fault,
        proof: None,
        search: None,
        recovered: Vec::new(),
        redacted: false,
    }
}

fn time(policy: &Policy, now: i64, claims: Option<&ClaimsSet>) -> Time {
    let expires_at = claims.and_then(|claims| claims.exp.clone());
    Time {
        // A time of the wrong type is no limit that was read: nothing is said of such a token.
        status: claims
            .filter(|claims| {
                let read = [("exp", claims.exp.is_some()), ("nbf", claims.nbf.is_some())];
                claims.fault.is_none()
                    || read
                        .iter()
                        .all(|(name, typed)| *typed || claims.members.get(name).is_none())
            })
            .map(|claims| policy.validity(claims, now)),
        now,
        leeway: policy.leeway(),
        expires_within: policy.expires_within(),
        issued_at: claims.and_then(|claims| claims.iat.clone()),
        not_before: claims.and_then(|claims| claims.nbf.clone()),
        expires_in: expires_at.as_ref().map(|exp| exp.seconds_from(now)),
        expires_at,
    }
}
