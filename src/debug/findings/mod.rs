//! Converts the results of a search to findings.

pub mod circumstances;
pub mod ranking;
pub mod wording;

use std::sync::Arc;

use serde::de::IgnoredAny;

use super::cause::Cause;
use super::change::{self, Change};
use super::change_words::repairs;
use super::proof::Proof;
use super::reading::Reading;
use super::signer::Suspect;
use crate::curve;
use crate::debug::evident::payload_damage::{self, Shift};
use crate::debug::reading::base64url_lenient;
use crate::debug::reading::signature_encodings::SignatureForm;
use crate::key::KeyId;
use crate::text::json::Object;
use crate::token::header::JoseHeader;
use crate::token::malformed::Malformed;
use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};
use crate::verify::report::{Combination, Recovered, Report, Tried};
use crate::verify::vendor;
use crate::verify::verdict::SignatureStatus;

/// Everything found out about a signature.
#[derive(Default)]
pub struct Findings {
    pub found: Vec<Finding>,
    pub proof: Option<Proof>,
    pub recovered: Vec<Recovered>,
}

/// What a proof is about.
pub struct Context<'c> {
    pub report: &'c Report,
    pub header: Option<&'c JoseHeader>,
    /// The keys given.
    pub keys: &'c [Suspect],
    /// The sources of secrets whose newline was removed.
    pub trimmed: &'c [Arc<str>],
}

impl Findings {
    /// One finding for each cause that the proof needs, all with the same evidence.
    pub fn prove(&mut self, proof: Proof, tried: u64, context: &Context) {
        let evidence = evidence(&proof, context);
        let causes = change::causes(proof.changes());
        let alg = context.report.signature.algorithm.as_deref();
        let is_unsecured = alg.is_some_and(|alg| alg.eq_ignore_ascii_case("none"));
        let keeps_padding = context.header.is_some_and(vendor::is_load_balancer);
        self.found.extend(causes.iter().map(|cause| {
            let finding = cause.finding(Certainty::Proven, evidence.clone());
            let finding = match cause {
                Cause::PaddedBase64 if keeps_padding => wording::of_load_balancer(finding),
                Cause::SignedByEmbeddedKey => match proof.certificates() {
                    [] => wording::of_embedded_key(finding, context.header),
                    [certificate, ..] => {
                        wording::of_certificate(finding, certificate, proof.anchor().is_some())
                    }
                },
                // Nobody does so by mistake.
                Cause::HeaderChanged if is_unsecured => {
                    finding.with_hint("reject it: anyone can set \"alg\" to \"none\"")
                }
                Cause::KeyForPss => Finding {
                    section: Some("RFC 4055, section 1.2"),
                    ..finding
                },
                Cause::ChainToGivenKey => match proof.anchor() {
                    Some(anchor) => {
                        wording::of_chain(finding, proof.certificates(), &context.name(anchor))
                    }
                    None => finding,
                },
                Cause::AlgKeyMismatch => {
                    let alg = context.header.and_then(|header| header.alg.as_deref());
                    wording::of_alg(finding, proof.changes(), alg, proof.algorithm())
                }
                Cause::KeyNotForVerification => wording::of_restrictions(finding, proof.changes()),
                Cause::SignerIsKid => wording::of_named_key(finding, proof.changes()),
                Cause::SignatureGood => {
                    let error = context.report.error.as_ref();
                    wording::of_good_signature(finding, context.header, error, proof.algorithm())
                }
                Cause::LineWrapped
                | Cause::AlteredCharacter
                | Cause::EscapedCharacter
                | Cause::LostCharacter
                | Cause::AddedCharacter
                | Cause::SwappedCharacters => wording::of_edits(finding, *cause, proof.changes()),
                Cause::SignatureAsText => wording::of_text(finding, proof.changes()),
                Cause::PssSaltLength => {
                    wording::of_salt(finding, proof.changes(), proof.algorithm())
                }
                Cause::SecretWithNewline => match proof.key() {
                    Some(key) if context.trimmed.contains(&key.source) => {
                        wording::of_trimmed_secret(finding, &key.source)
                    }
                    Some(_) | None => finding,
                },
                Cause::OtherAlgorithm => {
                    let alg = context.header.and_then(|header| header.alg.as_deref());
                    wording::of_other_algorithm(finding, alg, proof.algorithm())
                }
                Cause::SecretBase64 | Cause::SecretBase64url | Cause::SecretHex => {
                    wording::of_secret(finding, proof.changes(), proof.encoding())
                }
                _ => wording::of_algorithm(finding, *cause, proof.algorithm()),
            };
            Finding {
                changes: proof.codes(),
                tried,
                ..finding
            }
        }));
        let is_named = causes.contains(&Cause::SignerIsKid);
        self.recovered = Vec::from_iter(proof.recovered().filter(|_| is_named));
        self.proof = Some(proof);
    }

    /// The keys recovered from the signature, and what it may mean that none of them is known.
    pub fn unknown_signer(&mut self, unknown: &Unknown) {
        let Unknown { report, .. } = unknown;
        // What no JSON writer makes is not damage.
        let is_python = report.error.as_ref().is_some_and(Malformed::is_cause);
        if is_broken(unknown.reading) && !is_python {
            let payload = &unknown.reading.segments.payload;
            if unknown.has_header && begins_as_object(payload) {
                self.found.push(payload_corrupted(payload));
            }
            return;
        }
        if report.signature.status == SignatureStatus::Mismatch {
            self.found.push(unknown.no_key_matches());
        }
        let mut keys: Vec<Recovered> = Vec::new();
        for key in unknown.proofs.iter().filter_map(Proof::recovered) {
            if !keys.iter().any(|known| known.thumbprint == key.thumbprint) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return;
        }
        let thumbprints: Vec<&str> = keys.iter().map(|key| &*key.thumbprint).collect();
        let thumbprints = format!("JWK thumbprints: {}", thumbprints.join(" or "));
        self.found
            .push(Finding::note(Code::SignerCandidates, thumbprints));
        self.recovered = keys;
    }
}

/// The key alone, without what it may be used for.
fn without_alg(jwk: &Object) -> Object {
    let mut key = Object::default();
    for member in jwk.members() {
        if &*member.name != "alg" {
            key.push(&member.name, member.value.clone());
        }
    }
    key
}

/// What a proof shows, in one sentence.
fn evidence(proof: &Proof, context: &Context) -> String {
    let of_key = |change: &&Change| {
        matches!(
            change,
            Change::UseNamedKey { .. }
                | Change::UseEmbeddedKey { .. }
                | Change::UseOtherKey
                | Change::UsePublicSecret { .. }
                | Change::RewriteSecret { .. }
                | Change::IgnoreHeader
                | Change::IgnoreUtf16
                | Change::FollowCertificates { .. }
        )
    };
    let changes = proof.changes();
    let others: Vec<Change> = changes
        .iter()
        .filter(|change| !of_key(change))
        .cloned()
        .collect();
    let repairs = repairs(&others);
    let with = match others.as_slice() {
        [] => String::new(),
        _ => format!(", {repairs},"),
    };
    let start = match others.as_slice() {
        [] => String::new(),
        _ => format!("{repairs}, "),
    };
    let mut of_keys = changes.iter().filter(of_key);
    let key_change = of_keys.find(|change| **change != Change::UseOtherKey);
    match (key_change, proof.key(), proof.jwk()) {
        (Some(Change::UseNamedKey { place }), Some(key), Some(jwk)) if key.crv != Some("P-256") => {
            format!("{start}the key in \"{place}\" verifies it: {jwk}")
        }
        (Some(Change::UseNamedKey { .. }), _, Some(jwk)) => {
            let jwk = without_alg(jwk);
            format!("{start}it verifies with the recovered key {jwk}")
        }
        (
            Some(Change::UsePublicSecret {
                algorithm,
                secret,
                owner,
            }),
            _,
            _,
        ) => {
            let as_secret = match owner {
                Some(owner) => format!(" ({owner}) as the secret"),
                None => String::new(),
            };
            format!("{algorithm} with {secret}{as_secret}{with} produces this signature")
        }
        (Some(Change::RewriteSecret { .. }), Some(key), _) => {
            let forms = changes.iter().filter_map(|change| match change {
                Change::RewriteSecret { form } => Some(form.described()),
                _ => None,
            });
            let forms: Vec<&str> = forms.collect();
            let forms = forms.join(" and ");
            let name = context.name(key);
            match others.as_slice() {
                [] => format!("it verifies with {name}, {forms}"),
                _ => format!("{repairs}, it verifies with {name}, {forms}"),
            }
        }
        (Some(Change::UseEmbeddedKey { member }), Some(key), _) => {
            format!("{start}the key in \"{member}\" verifies it: {}", key.name())
        }
        // Another key is all that it takes.
        (None, Some(key), _) if others.is_empty() => {
            format!("{} verifies it", context.name(key))
        }
        (_, Some(key), _) if others.is_empty() => {
            format!("the signature verifies with {}", context.name(key))
        }
        (_, Some(key), _) => format!("{repairs}, it verifies with {}", context.name(key)),
        (_, None, _) => repairs,
    }
}

impl Context<'_> {
    /// A key in words: the only key needs no name, and no source if that is in the report already.
    fn name(&self, key: &KeyId) -> String {
        let is_it = |other: &KeyId| other.thumbprint == key.thumbprint;
        match (self.report.signature.refused_by.as_slice(), self.keys) {
            (_, _) if key.kty == "oct" => format!("the secret in {}", key.source),
            ([tried], _) if is_it(tried) => "the key".to_owned(),
            (_, [given]) if is_it(given.id()) => format!("the key from {}", key.source),
            // All keys are from one source, which the report names.
            (tried, _)
                if tried.iter().any(|other| is_it(other))
                    && tried.iter().all(|other| other.source == key.source) =>
            {
                format!("key {}", key.name())
            }
            (_, _) => {
                let of_source = self
                    .keys
                    .iter()
                    .filter(|given| given.id().source == key.source);
                match (&key.kid, of_source.count()) {
                    (None, 1) => format!("the key in {}", key.source),
                    (None, _) => {
                        format!("the key with thumbprint {} from {}", key.name(), key.source)
                    }
                    (Some(kid), _) => format!("key {kid} from {}", key.source),
                }
            }
        }
    }
}

/// A signature for which nothing was found.
pub struct Unknown<'u> {
    pub reading: &'u Reading,
    /// Whether its header is a JSON object.
    pub has_header: bool,
    pub forms: &'u [SignatureForm],
    /// The proofs that it verifies under a key that it leads to.
    pub proofs: Vec<Proof>,
    pub report: &'u Report,
    pub keys_left_out: usize,
    /// How many combinations were tried.
    pub tried: u64,
}

impl Unknown<'_> {
    fn no_key_matches(&self) -> Finding {
        let is_es256 = self.report.signature.algorithm.as_deref() == Some("ES256");
        let possible = |form: &SignatureForm| curve::is_signature(form.r, form.s);
        let is_impossible = !self.forms.is_empty() && !self.forms.iter().any(possible);
        if is_es256 && is_impossible {
            let reason = "R is not the x-coordinate of a point on P-256, or R or S is out of range";
            let evidence = match self.forms.len() {
                1 => reason.to_owned(),
                forms => format!("in each of {forms} interpretations, {reason}"),
            };
            return Finding::likely(Code::NoKeyMatches, evidence)
                .with_summary("no key can have made this signature: it is corrupted or fabricated")
                .with_hint("fetch the token again and copy all of it");
        }
        let finding = Finding::likely(
            Code::NoKeyMatches,
            match self.keys_left_out {
                0 => "no known signing mistake explains the signature with the given keys",
                _ => "no known signing mistake explains the signature",
            },
        );
        let alg = self.report.signature.algorithm.as_deref();
        let is_mac = alg.is_some_and(|alg| alg.starts_with("HS"));
        let finding = Finding {
            tried: self.tried,
            ..finding
        };
        if is_mac {
            finding
                .with_summary(
                    "another secret was used, or the token was modified or corrupted after signing",
                )
                .with_hint("compare the token with the original, and the secret with the signer's")
        } else {
            finding
        }
    }
}

/// Whether the payload begins like a JSON object and is not one, or cannot be decoded: no signer makes
/// such a token.
fn is_broken(reading: &Reading) -> bool {
    match base64url_lenient::decode(&reading.segments.payload) {
        Some(octets) => {
            let json = std::str::from_utf8(&octets).ok();
            let is_json = json.is_some_and(|json| serde_json::from_str::<IgnoredAny>(json).is_ok());
            octets.starts_with(b"{") && !is_json
        }
        None => true,
    }
}

/// Whether a payload's segment begins with `{`, whatever follows.
fn begins_as_object(segment: &str) -> bool {
    let start = segment.get(..2).and_then(base64url_lenient::decode);
    start.is_some_and(|octets| octets == b"{")
}

fn payload_corrupted(payload: &str) -> Finding {
    let evidence = match payload_damage::place(payload) {
        Some((at, Shift::Missing)) => {
            format!(
                "a character is missing near offset {at}: with one there, the rest is valid JSON"
            )
        }
        Some((at, Shift::Added)) => {
            format!(
                "there is an extra character near offset {at}: without it, the rest is valid JSON"
            )
        }
        None => "it begins like a JSON object but is not valid JSON".to_owned(),
    };
    Finding::likely(Code::PayloadCorrupted, evidence)
}

impl Tried {
    /// Adds the signatures and keys that are tried to the lists. Of many keys only some are tried in every form.
    pub fn describe<'t>(
        &mut self,
        signatures: impl Iterator<Item = &'t [Change]>,
        keys: impl Iterator<Item = (&'t KeyId, &'t [Change])>,
    ) {
        for changes in signatures {
            push_once(&mut self.signatures, combination(&change::causes(changes)));
        }
        for (id, changes) in keys {
            let tried = combination(&change::causes(changes)).changes.join(", ");
            let key = match id.kty {
                "oct" => format!("the secret in {}", id.source),
                _ => format!("{} from {}", id.name(), id.source),
            };
            push_once(&mut self.keys, format!("{key}, {tried}"));
        }
    }

    /// Adds the signing inputs of so many changes at most.
    pub fn describe_inputs(&mut self, inputs: &[Vec<Cause>], most_changes: usize) {
        let is_tried = |input: &&Vec<Cause>| input.len() <= most_changes;
        for input in inputs.iter().filter(is_tried) {
            push_once(&mut self.inputs, combination(input));
        }
    }
}

fn combination(causes: &[Cause]) -> Combination {
    Combination {
        changes: match causes {
            [] => vec!["unchanged"],
            causes => causes.iter().map(|cause| cause.repair()).collect(),
        },
    }
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
