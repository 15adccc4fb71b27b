//! Everything that any output may show of one token. Renderers read it and decide nothing; its JSON
//! form is the contract with programs: fields may be added, none is renamed or retyped.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::claim_check::Check;
use super::code::Code;
use super::finding::Finding;
use super::verdict::{SignatureStatus, Validity, Verdict};
use crate::key::{Certificate, KeyId};
use crate::text::json::Object;
use crate::token::claims::ClaimsSet;
use crate::token::disclosure::Disclosure;
use crate::token::header::JoseHeader;
use crate::token::input::Input;
use crate::token::malformed::Malformed;
use crate::token::numeric_date::NumericDate;

/// What is known of one token.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// Where the token came from.
    pub input: Input,
    /// The JOSE Header, as it stands in the token.
    #[serde(serialize_with = "header_members")]
    pub header: Option<Arc<JoseHeader>>,
    /// The Claims Set, as it stands in the token, of a rejected one too: what may be relied on is
    /// [`valid_claims`](Self::valid_claims).
    #[serde(serialize_with = "claims_members")]
    pub claims: Option<ClaimsSet>,
    /// What an SD-JWT discloses; none of another token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosures: Option<Vec<Disclosure>>,
    /// The signature and what it rests on.
    pub signature: Signature,
    /// The times.
    pub time: Time,
    /// The claim checks that were asked for.
    pub checks: Vec<Check>,
    /// What else is worth knowing.
    pub findings: Vec<Finding>,
    /// Why the token is malformed.
    pub error: Option<Malformed>,
    /// What makes the signature verify, where that is proven: the findings that are rest on it.
    pub proof: Option<Box<ProofReport>>,
    /// What a search has tried, or why none was made of a long token; otherwise null where none was made.
    pub search: Option<Box<Tried>>,
    /// The keys that follow from a signature that verifies under none given: one of them signed the
    /// token, if it is intact; one alone where that is known.
    pub recovered: Vec<Recovered>,
    /// Whether the token's values were [replaced](Self::redact).
    #[serde(skip_serializing_if = "is_false")]
    pub redacted: bool,
}

/// The signature's part of a report.
#[derive(Clone, Debug, Serialize)]
pub struct Signature {
    /// Whether it verifies.
    pub status: SignatureStatus,
    /// Why it was not checked.
    pub reason: Option<Reason>,
    /// The header's `alg`.
    pub algorithm: Option<Arc<str>>,
    /// The signature's length in bytes, if it could be decoded.
    pub octets: Option<usize>,
    /// The length in bytes of a signature for the keys that were tried; null if it was not
    /// checked, or if these keys differ.
    pub expected_octets: Option<usize>,
    /// The key under which it verifies.
    pub key: Option<Arc<KeyId>>,
    /// How many keys it was tried with.
    pub keys_tried: usize,
    /// Those keys, where it verifies under none of them.
    pub refused_by: Vec<Arc<KeyId>>,
}

/// Why a signature was not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No key was asked for.
    NoKey,
    /// `alg` is not a known algorithm.
    UnsupportedAlgorithm,
    /// `alg` is an algorithm that no given key allows.
    AlgorithmNotAllowed,
    /// A given key allows `alg`, and the policy excludes it.
    AlgorithmExcluded,
    /// `alg` is `none` (RFC 7518 section 3.6), in any letter case.
    Unsecured,
    /// The header demands an extension that is not understood.
    UnknownCritical,
    /// The token is a JWE.
    Encrypted,
    /// Header or signature can't be read.
    Malformed,
}

/// The times of a report, as the token has them.
#[derive(Clone, Debug, Serialize)]
pub struct Time {
    /// How the token stands in time; null where its claims can't be read.
    pub status: Option<Validity>,
    /// Now, in seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// The leeway in seconds.
    pub leeway: i64,
    /// The time within which an expiry counts as passed, in seconds, where it was asked for.
    pub expires_within: Option<i64>,
    /// `iat`
    pub issued_at: Option<NumericDate>,
    /// `nbf`
    pub not_before: Option<NumericDate>,
    /// `exp`
    pub expires_at: Option<NumericDate>,
    /// Seconds from now to `exp`, rounded up: above 0 exactly if `exp` is in the future.
    pub expires_in: Option<i64>,
}

/// Every change that makes the signature verify, in the order in which they are made, and what they lead to.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct ProofReport {
    /// The changes.
    pub changes: Vec<ChangeReport>,
    /// The algorithm that the signature is of.
    pub algorithm: &'static str,
    /// The key that it verifies with; none if it is a MAC.
    pub key: Option<Arc<KeyId>>,
    /// The key as a JWK; none of a secret.
    pub jwk: Option<Object>,
    /// Those of the header, if the key is that of the first. They are not checked.
    pub certificates: Vec<Certificate>,
    /// The given key that issued them.
    pub anchor: Option<Arc<KeyId>>,
}

/// One change of a proof, with all that is needed to make it again.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct ChangeReport {
    /// The finding that names it; none if it takes another change back.
    pub code: Option<Code>,
    /// What was done, in one phrase without any part of the token.
    #[serde(skip)]
    pub(crate) phrase: Option<&'static str>,
    /// The same in detail; none if the report is redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// Its name, and where, what and in which notation; none if the report is redacted.
    #[serde(flatten)]
    pub details: Option<Object>,
}

/// A key that follows from a signature, which verifies under it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Recovered {
    /// Its RFC 7638 thumbprint.
    pub thumbprint: Box<str>,
    /// The key as a JWK.
    pub jwk: Object,
}

/// Statistics of a search, which tries combinations of signature encoding, signing input, hash and key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// How many combinations were tried.
    pub forms: u64,
    /// How long it took, if the caller has measured it.
    pub milliseconds: Option<u64>,
    /// Whether it was the deep search.
    pub deep: bool,
    /// Whether nothing was left out for its cost.
    pub complete: bool,
    /// The limit in bytes that the token exceeds, if it was not searched for that reason.
    pub exceeded_limit: Option<usize>,
    /// How many keys were not tried in every form, but compared with the keys that the signature leads
    /// to.
    pub keys_left_out: usize,
    /// How R and S were read, one per reading.
    pub signatures: Vec<Combination>,
    /// What may have been signed, one per input.
    pub inputs: Vec<Combination>,
    /// The keys, one each.
    pub keys: Vec<String>,
}

/// Changes that were tried together; one text in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination {
    /// What was done, each in one phrase.
    pub changes: Vec<&'static str>,
}

impl Serialize for Combination {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.changes.join(", "))
    }
}

impl Report {
    /// The claims, if the verdict is [`Verdict::Valid`]; none of a token that is rejected or that was
    /// only decoded.
    #[must_use]
    pub fn valid_claims(&self) -> Option<&ClaimsSet> {
        match self.verdict {
            Verdict::Valid => self.claims.as_ref(),
            Verdict::NotVerified
            | Verdict::Expired
            | Verdict::NotYetValid
            | Verdict::ClaimRejected
            | Verdict::Unverifiable
            | Verdict::MisSigned
            | Verdict::Malformed => None,
        }
    }
}

/// Shows no change, which may repeat a part of the signature: a `Debug` of a report ends in logs.
impl fmt::Debug for ProofReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofReport")
            .field("changes", &self.changes)
            .field("algorithm", &self.algorithm)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ChangeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeReport")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl Reason {
    /// The name in the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoKey => "no-key",
            Self::UnsupportedAlgorithm => "unsupported-algorithm",
            Self::AlgorithmNotAllowed => "algorithm-not-allowed",
            Self::AlgorithmExcluded => "algorithm-excluded",
            Self::Unsecured => "unsecured",
            Self::UnknownCritical => "unknown-critical",
            Self::Encrypted => "encrypted",
            Self::Malformed => "malformed",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_false(is: &bool) -> bool {
    !is
}

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn header_members<S: Serializer>(
    header: &Option<Arc<JoseHeader>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let members: Option<&Object> = header.as_ref().map(|header| &header.parameters);
    members.serialize(serializer)
}

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn claims_members<S: Serializer>(
    claims: &Option<ClaimsSet>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let members = claims.as_ref().map(|claims| &claims.members);
    members.serialize(serializer)
}
