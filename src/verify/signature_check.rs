//! The check of a token's signature: what is verified with which keys, and the result.

use std::rc::Rc;
use std::sync::Arc;

use super::read_segments::{LastHeader, Parts};
use super::report::{Reason, Signature};
use super::verdict::SignatureStatus;
use crate::algorithm::{Algorithm, Hash, Signed};
use crate::key::set::KeySet;
use crate::token::Token;
use crate::token::compact::{Compact, Jws};
use crate::token::header::JoseHeader;
use crate::token::malformed::{Malformed, TokenFault};
use crate::token::segment::Segment;

/// A token that was read, and what is to be asked of the keys.
pub struct Read<'t> {
    pub parts: Parts,
    /// Why the signature can't be checked, or how.
    pub question: Result<Question<'t>, Reason>,
}

/// A signature that can be checked.
pub struct Question<'t> {
    /// How it is checked.
    pub plan: Rc<Plan>,
    /// The JWS Signing Input.
    input: &'t [u8],
    /// Its hash, if the algorithm signs one: made once for all candidates.
    prehash: Option<Hash>,
}

/// How the signature of a token with a certain header is checked.
pub struct Plan {
    /// That of the header's `alg`.
    pub algorithm: &'static Algorithm,
    /// The keys that allow the algorithm, by their place, likeliest first.
    pub candidates: Vec<usize>,
    /// The length of a signature under these keys, if it is the same under all.
    expected_octets: Option<usize>,
}

/// What was found out about the last header. Tokens of one issuer usually share it.
#[derive(Default)]
pub struct Recent<'t> {
    header: LastHeader<'t>,
    plan: Option<(Arc<JoseHeader>, PlanOrReason)>,
}

/// How a signature is checked, or why it can't be.
type PlanOrReason = Result<Rc<Plan>, Reason>;

impl Question<'_> {
    /// What the signature is to be of.
    pub fn signed(&self) -> Signed<'_> {
        match &self.prehash {
            Some(prehash) => Signed::Prehash(prehash),
            None => Signed::Text(self.input),
        }
    }
}

impl<'t> Read<'t> {
    pub fn of(token: &Token<'t>, keys: Option<&KeySet>, recent: &mut Recent<'t>) -> Self {
        let compact = match token.too_long {
            None => Compact::parse(token.text),
            Some(limit) => {
                let fault = TokenFault::LineTooLong(limit);
                Err(Malformed::new(Segment::Token, 0, fault))
            }
        };
        match compact {
            Ok(Compact::Jws(jws)) => {
                let parts = Parts::of(&jws, &mut recent.header);
                let question = question(&jws, &parts, keys, recent);
                Self { parts, question }
            }
            Ok(Compact::Jwe(jwe)) => {
                let mut parts = Parts::default();
                parts.read_header(jwe.header, || jwe.header_octets(), &mut recent.header);
                // A header without "enc" is not one of a JWE (RFC 7516, section 4.1.2).
                let has_enc = |header: &Arc<JoseHeader>| header.parameters.get("enc").is_some();
                if parts.fault.is_none() && !parts.header.as_ref().is_some_and(has_enc) {
                    let fault = TokenFault::SegmentCount {
                        found: 5,
                        begins_as_header: true,
                        ends_in_dots: token.text.ends_with(b"..."),
                    };
                    parts.note(Some(Malformed::new(Segment::Token, 0, fault)));
                }
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
                parts: Parts::of_cut(token.text, fault, &mut recent.header),
                question: Err(Reason::Malformed),
            },
        }
    }

    /// The signature's bytes; none if nothing is to be checked.
    pub fn signature_octets(&self) -> &[u8] {
        self.parts.signature.as_deref().unwrap_or_default()
    }

    /// The report about the signature. `verified_by` is the place among the candidates of the key that verifies
    /// it.
    pub fn signature(&self, keys: Option<&KeySet>, verified_by: Option<usize>) -> Signature {
        let octets = self.parts.signature.as_deref().map(<[u8]>::len);
        let header = self.parts.header.as_ref();
        let plan = match &self.question {
            Ok(question) => &question.plan,
            Err(reason) => {
                return Signature {
                    status: SignatureStatus::Unchecked,
                    reason: Some(*reason),
                    algorithm: header.and_then(|header| header.alg.clone()),
                    octets,
                    expected_octets: None,
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
        let key = verified_by.and_then(|place| id(plan.candidates.get(place)?));
        let candidates = plan.candidates.len();
        Signature {
            status: match &key {
                Some(_) => SignatureStatus::Verified,
                None => SignatureStatus::Mismatch,
            },
            reason: None,
            algorithm: header.and_then(|header| header.alg.clone()),
            octets,
            expected_octets: plan.expected_octets,
            keys_tried: verified_by.map_or(candidates, |place| place.saturating_add(1)),
            refused_by: match &key {
                Some(_) => Vec::new(),
                None => plan.candidates.iter().filter_map(id).collect(),
            },
            key,
        }
    }
}

/// A signature is checked whenever three segments decode and a key allows `alg`, even if the payload makes
/// the token malformed.
fn question<'t>(
    jws: &Jws<'t>,
    parts: &Parts,
    keys: Option<&KeySet>,
    recent: &mut Recent,
) -> Result<Question<'t>, Reason> {
    let (Some(known), Some(_), true) = (&parts.header, &parts.signature, parts.payload_decodes)
    else {
        return Err(Reason::Malformed);
    };
    let plan = match &recent.plan {
        Some((header, plan)) if Arc::ptr_eq(header, known) => plan.clone(),
        _ => {
            let plan = Plan::new(known, keys).map(Rc::new);
            recent.plan = Some((Arc::clone(known), plan.clone()));
            plan
        }
    }?;
    let input = jws.signing_input.as_bytes();
    Ok(Question {
        input,
        prehash: plan.algorithm.prehash(input),
        plan,
    })
}

impl Plan {
    /// `alg` is settled before any cryptography (RFC 8725 section 3.1).
    fn new(known: &JoseHeader, keys: Option<&KeySet>) -> Result<Self, Reason> {
        let Some(alg) = known.alg.as_deref() else {
            return Err(Reason::Malformed);
        };
        if alg.eq_ignore_ascii_case("none") {
            return Err(Reason::Unsecured);
        }
        let Some(keys) = keys else {
            return Err(Reason::NoKey);
        };
        // A malformed `crit` may demand anything, so nothing is verified.
        if known.parameters.get("crit").is_some() && known.critical.is_empty() {
            return Err(Reason::Malformed);
        }
        if !known.critical.is_empty() {
            return Err(Reason::UnknownCritical);
        }
        if let Some(algorithm) = keys.algorithm(alg) {
            if !keys.admits(algorithm) {
                return Err(Reason::AlgorithmExcluded);
            }
            let candidates = keys.candidates(algorithm, known.kid.as_deref());
            return Ok(Self {
                expected_octets: expected_octets(algorithm, &candidates, keys),
                algorithm,
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
}

/// The length of a signature under these keys, if it is the same under all.
fn expected_octets(algorithm: &Algorithm, candidates: &[usize], keys: &KeySet) -> Option<usize> {
    let mut lengths = candidates.iter().filter_map(|index| {
        let key = keys.keys().get(*index)?;
        Some(algorithm.signature_octets(key.material()))
    });
    let first = lengths.next()?;
    lengths.all(|length| length == first).then_some(first)
}
