//! From a token to its report: the one place where all facts come together. One token and many go the
//! same way; only the keys are asked in another manner.

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::claims::ClaimsSet;
use crate::compact::{Compact, Jws, Malformed};
use crate::diagnosis::notes;
use crate::header::JoseHeader;
use crate::keyset::KeySet;
use crate::policy::Policy;
use crate::report::{Reason, Report, Signature, Time};
use crate::tables::Tables;
use crate::token::Token;
use crate::verdict::{Facts, Scope, SignatureStatus, Verdict};

/// Keys and policy, made once and used for any number of tokens, from any number of threads.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: KeySet,
    policy: Policy,
    tables: Tables,
    findings: bool,
}

impl Verifier {
    /// A verifier for tokens under any of these keys.
    #[must_use]
    pub fn new(keys: KeySet, policy: Policy) -> Self {
        let tables = Tables::new(keys.keys().len());
        Self {
            keys,
            policy,
            tables,
            findings: true,
        }
    }

    /// The same verifier, whose reports have no findings: for those who show none.
    #[must_use]
    pub fn without_findings(self) -> Self {
        Self {
            findings: false,
            ..self
        }
    }

    /// Judges signature, time and claims of a token, at `now` in seconds since
    /// 1970-01-01T00:00:00Z. Every fault of the token is in the report.
    #[must_use]
    pub fn verify(&self, token: &Token, now: i64) -> Report {
        let read = Read::of(token, Some(&self.keys), &mut None);
        let verified_by = read.question.as_ref().ok().and_then(|question| {
            let keys = question.candidates.iter().copied();
            keys.enumerate().find_map(|(tried, index)| {
                let key = self.keys.keys().get(index)?;
                key.verify(question.input.as_bytes(), read.signature_octets())
                    .then_some(tried)
            })
        });
        self.report(token, read, verified_by, now)
    }

    /// Judges many tokens: the same reports as of [`verify`](Self::verify), in the order given, and
    /// faster by far.
    #[must_use]
    pub fn verify_all(&self, tokens: &[Token], now: i64) -> Vec<Report> {
        let mut last_header = None;
        let reads: Vec<Read> = tokens
            .iter()
            .map(|token| Read::of(token, Some(&self.keys), &mut last_header))
            .collect();
        let verified_by = self.tables.verify(&self.keys, &reads);
        reads
            .into_iter()
            .zip(tokens)
            .zip(verified_by)
            .map(|((read, token), verified_by)| self.report(token, read, verified_by, now))
            .collect()
    }

    fn report(
        &self,
        token: &Token,
        mut read: Read,
        verified_by: Option<usize>,
        now: i64,
    ) -> Report {
        let signature = read.signature(Some(&self.keys), verified_by);
        let octets = read.parts.signature.take();
        let mut report = report(token, read, signature, &self.policy, now, Scope::Verify);
        if self.findings {
            report.findings = notes(&report, &self.policy, Some(&self.keys), octets.as_deref());
        }
        report
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
    let mut read = Read::of(token, None, &mut None);
    let signature = read.signature(None, None);
    let octets = read.parts.signature.take();
    let mut report = report(token, read, signature, policy, now, scope);
    report.findings = notes(&report, policy, None, octets.as_deref());
    report
}

/// A token's segments, as far as each can be read.
#[derive(Default)]
struct Parts {
    header: Option<Arc<JoseHeader>>,
    claims: Option<ClaimsSet>,
    signature: Option<Vec<u8>>,
    /// Whether the payload is base64url, whatever is in it.
    payload_decodes: bool,
    /// The first fault, in the order of the segments.
    fault: Option<Malformed>,
}

/// The last header that was read, beside its segment: the tokens of one issuer share theirs.
type LastHeader<'t> = Option<(&'t str, Arc<JoseHeader>)>;

/// A token that was read, and what is to be asked of the keys.
pub(crate) struct Read<'t> {
    parts: Parts,
    /// Why the signature can't be checked, or how.
    pub(crate) question: Result<Question<'t>, Reason>,
}

/// A signature that can be checked.
pub(crate) struct Question<'t> {
    pub(crate) input: &'t str,
    /// The keys that allow the header's `alg`, by their place, likeliest first.
    pub(crate) candidates: Vec<usize>,
}

impl<'t> Read<'t> {
    fn of(token: &Token<'t>, keys: Option<&KeySet>, last_header: &mut LastHeader<'t>) -> Self {
        let compact = match token.too_long {
            None => Compact::parse(token.text),
            Some(limit) => Err(Malformed::too_long(&format!(
                "a line may have {limit} octets"
            ))),
        };
        match compact {
            Ok(Compact::Jws(jws)) => {
                let parts = Parts::of(&jws, last_header);
                let question = question(&jws, &parts, keys);
                Self { parts, question }
            }
            Ok(Compact::Jwe(jwe)) => {
                let mut parts = Parts::default();
                parts.read_header(jwe.header, || jwe.header_octets(), last_header);
                let reason = if parts.fault.is_none() {
                    Reason::Encrypted
                } else {
                    Reason::Malformed
                };
                Self {
                    parts,
                    question: Err(reason),
                }
            }
            Err(fault) => Self {
                parts: Parts {
                    fault: Some(fault),
                    ..Parts::default()
                },
                question: Err(Reason::Malformed),
            },
        }
    }

    /// The signature's octets; none where nothing is to be checked.
    pub(crate) fn signature_octets(&self) -> &[u8] {
        self.parts.signature.as_deref().unwrap_or_default()
    }

    /// What is to be told of the signature. `verified_by` is the place among the candidates of the
    /// key under which it verifies.
    fn signature(&self, keys: Option<&KeySet>, verified_by: Option<usize>) -> Signature {
        let octets = self.parts.signature.as_ref().map(Vec::len);
        let header = self.parts.header.as_ref();
        let question = match &self.question {
            Ok(question) => question,
            Err(reason) => {
                return Signature {
                    status: SignatureStatus::Unchecked,
                    reason: Some(*reason),
                    algorithm: header.and_then(|header| header.alg.clone()),
                    octets,
                    key: None,
                    keys_tried: 0,
                    refused_by: Vec::new(),
                };
            }
        };
        let id = |index: &usize| {
            let key = keys?.keys().get(*index)?;
            Some(Arc::clone(&key.id))
        };
        let key = verified_by.and_then(|place| id(question.candidates.get(place)?));
        let candidates = question.candidates.len();
        Signature {
            status: match &key {
                Some(_) => SignatureStatus::Verified,
                None => SignatureStatus::Mismatch,
            },
            reason: None,
            algorithm: header.and_then(|header| header.alg.clone()),
            octets,
            keys_tried: verified_by.map_or(candidates, |place| place.saturating_add(1)),
            refused_by: match &key {
                Some(_) => Vec::new(),
                None => question.candidates.iter().filter_map(id).collect(),
            },
            key,
        }
    }
}

fn report(
    token: &Token,
    read: Read,
    signature: Signature,
    policy: &Policy,
    now: i64,
    scope: Scope,
) -> Report {
    let Parts {
        header,
        claims,
        fault,
        signature: _,
        payload_decodes: _,
    } = read.parts;

    let time = time(policy, now, claims.as_ref());
    let checks = policy.check(header.as_deref(), claims.as_ref(), now);
    let verdict = Verdict::of(Facts {
        scope,
        well_formed: fault.is_none(),
        signature: signature.status,
        validity: time.status,
        checks_hold: checks.iter().all(|check| check.passed),
    });
    Report {
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
        proof: None,
        search: None,
        recovered: Vec::new(),
    }
}

impl Parts {
    fn of<'t>(jws: &Jws<'t>, last_header: &mut LastHeader<'t>) -> Self {
        let mut parts = Self::default();
        parts.read_header(jws.header, || jws.header_octets(), last_header);
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

    fn read_header<'t>(
        &mut self,
        segment: &'t str,
        octets: impl FnOnce() -> Result<Vec<u8>, Malformed>,
        last: &mut LastHeader<'t>,
    ) {
        let header = match last {
            Some((text, header)) if *text == segment => Ok(Arc::clone(header)),
            _ => octets().and_then(|octets| JoseHeader::parse(&octets).map(Arc::new)),
        };
        match header {
            Ok(header) => {
                self.note(header.fault.clone());
                *last = Some((segment, Arc::clone(&header)));
                self.header = Some(header);
            }
            Err(fault) => self.note(Some(fault)),
        }
    }

    fn note(&mut self, fault: Option<Malformed>) {
        self.fault = self.fault.take().or(fault);
    }
}

/// A signature is judged wherever three segments decode and `alg` fits a key, also where the payload
/// makes the token malformed. `alg` is settled before any cryptography (RFC 8725 section 3.1).
fn question<'t>(
    jws: &Jws<'t>,
    parts: &Parts,
    keys: Option<&KeySet>,
) -> Result<Question<'t>, Reason> {
    let (Some(known), Some(_), true) = (&parts.header, &parts.signature, parts.payload_decodes)
    else {
        return Err(Reason::Malformed);
    };
    let Some(alg) = known.alg.as_deref() else {
        return Err(Reason::Malformed);
    };
    if alg.eq_ignore_ascii_case("none") {
        return Err(Reason::Unsecured);
    }
    let Some(keys) = keys else {
        return Err(Reason::NoKey);
    };
    // What an ill-formed `crit` demands nobody can tell, so nothing is settled under it.
    if known.parameters.get("crit").is_some() && known.critical.is_empty() {
        return Err(Reason::Malformed);
    }
    if !known.critical.is_empty() {
        return Err(Reason::UnknownCritical);
    }
    let candidates = keys.candidates(alg, known.kid.as_deref());
    if !candidates.is_empty() {
        return Ok(Question {
            input: jws.signing_input,
            candidates,
        });
    }
    Err(if keys.keys().is_empty() {
        Reason::NoKey
    } else if Algorithm::is_registered(alg) {
        Reason::AlgorithmNotAllowed
    } else {
        Reason::UnsupportedAlgorithm
    })
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
        leeway: policy.leeway,
        expires_within: policy.expires_within,
        issued_at: claims.and_then(|claims| claims.iat.clone()),
        not_before: claims.and_then(|claims| claims.nbf.clone()),
        expires_in: expires_at.as_ref().map(|exp| exp.seconds_from(now)),
        expires_at,
    }
}
