//! From what a search has met to the findings that tell it.

use serde::de::IgnoredAny;

use super::cause::Cause;
use super::change::{self, Change, repairs};
use super::lax;
use super::proof::Proof;
use super::reading::Reading;
use super::signature::Form;
use super::signer::{Recovered, Suspect};
use super::{Certainty, Effort, Finding, Tried, finding};
use crate::curve;
use crate::report::Report;
use crate::verdict::SignatureStatus;

/// Everything found out about a signature.
#[derive(Default)]
pub struct Findings {
    pub found: Vec<Finding>,
    pub proof: Option<Proof>,
    pub recovered: Vec<Recovered>,
}

impl Findings {
    /// One finding for each change that the proof needs, all with the same evidence.
    pub fn prove(&mut self, proof: Proof, tried: u64) {
        let evidence = evidence(&proof);
        let causes = change::causes(proof.changes());
        self.found.extend(causes.iter().map(|cause| {
            let row = cause.row();
            Finding {
                changes: proof.codes(),
                tried,
                ..finding(
                    row.code,
                    Certainty::Proven,
                    row.summary,
                    format!("{evidence} ({})", row.section),
                    row.hint,
                )
            }
        }));
        let is_named = causes.contains(&Cause::SignerIsKid);
        self.recovered = Vec::from_iter(Recovered::of(&proof).filter(|_| is_named));
        self.proof = Some(proof);
    }

    /// The keys that the signature leads to, and what it may mean that none of them is known.
    pub fn unknown_signer(&mut self, unknown: &Unknown) {
        let Unknown { report, effort, .. } = unknown;
        if is_broken(unknown.reading) {
            self.found.push(payload_damaged(*effort));
            return;
        }
        if report.signature.status == SignatureStatus::Mismatch {
            self.found.push(unknown.content_changed());
        }
        let mut keys: Vec<Recovered> = Vec::new();
        for key in unknown.proofs.iter().filter_map(Recovered::of) {
            if !keys.iter().any(|known| known.thumbprint == key.thumbprint) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return;
        }
        let thumbprints: Vec<&str> = keys.iter().map(|key| &*key.thumbprint).collect();
        self.found.push(finding(
            "signer-candidates",
            Certainty::Note,
            "if the token is intact and signed as its alg says, one of these keys signed it",
            format!(
                "by their RFC 7638 thumbprints: {}",
                thumbprints.join(" or ")
            ),
            "compare them with jwtlens key FILE; a second refused token tells which of them it is",
        ));
        self.recovered = keys;
    }
}

/// What a proof shows, in one sentence.
fn evidence(proof: &Proof) -> String {
    let of_key = |change: &&Change| {
        matches!(
            change,
            Change::UseNamedKey { .. } | Change::UsePublicSecret { .. } | Change::IgnoreHeader
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
    match (changes.iter().find(of_key), proof.key(), proof.jwk()) {
        (Some(Change::UseNamedKey { place }), _, Some(jwk)) => format!(
            "the key that follows from the signature{with} has the thumbprint that the token names in \"{place}\": {jwk}"
        ),
        (Some(Change::UsePublicSecret { algorithm, secret }), _, _) => {
            format!("{algorithm} gives exactly this signature{with} where its secret is {secret}")
        }
        (_, Some(key), _) => {
            let start = match others.as_slice() {
                [] => "over the token as it is",
                _ => &repairs,
            };
            let name = key.kid.as_deref().unwrap_or(&key.thumbprint);
            format!(
                "{start}, the signature verifies under {name} from {}",
                key.source
            )
        }
        (_, None, _) => repairs,
    }
}

/// A signature for which nothing was found.
pub struct Unknown<'u> {
    pub reading: &'u Reading,
    pub forms: &'u [Form],
    /// The proofs that it verifies under a key that it leads to.
    pub proofs: Vec<Proof>,
    pub report: &'u Report,
    pub keys_left_out: usize,
    pub effort: Effort,
}

impl Unknown<'_> {
    fn content_changed(&self) -> Finding {
        let is_es256 = self.report.signature.algorithm.as_deref() == Some("ES256");
        let possible = |form: &Form| curve::is_signature(form.r, form.s);
        let is_impossible = !self.forms.is_empty() && !self.forms.iter().any(possible);
        let (summary, evidence) = if is_es256 && is_impossible {
            (
                "no key can have made this signature, in any way it was read: it was damaged, or made up"
                    .to_owned(),
                match self.forms.len() {
                    1 => "R is not the x of a point of P-256, or R or S is out of range".to_owned(),
                    forms => format!(
                        "in each of {forms} ways to read it, R is not the x of a point of P-256, or R or S is out of range"
                    ),
                },
            )
        } else {
            let summary = match self.keys_left_out {
                0 => "nothing that was tried makes the signature verify under any key given",
                _ => "nothing that was tried makes the signature verify",
            };
            (summary.to_owned(), "this is consistent with another signer, and with a header or payload that was changed after signing".to_owned())
        };
        let other = if is_es256 && is_impossible {
            "get it again and copy it whole"
        } else {
            "try an older key with --try-key KEY"
        };
        let deep = match self.effort {
            Effort::Default => ", and --deep for a single altered character",
            Effort::Deep => "",
        };
        finding(
            "no-key-matches",
            Certainty::Likely,
            summary,
            evidence,
            format!("compare the token with the one that the issuer handed out; {other}{deep}"),
        )
    }
}

/// Whether the payload begins as a JSON object and is none, or can't be decoded: no signer makes such
/// a token.
fn is_broken(reading: &Reading) -> bool {
    match lax::decode(&reading.segments.payload) {
        Some(octets) => {
            let json = std::str::from_utf8(&octets).ok();
            let is_json = json.is_some_and(|json| serde_json::from_str::<IgnoredAny>(json).is_ok());
            octets.starts_with(b"{") && !is_json
        }
        None => true,
    }
}

fn payload_damaged(effort: Effort) -> Finding {
    let deep = match effort {
        Effort::Default => "; --deep looks for a single altered character",
        Effort::Deep => "",
    };
    finding(
        "no-key-matches",
        Certainty::Likely,
        "the payload was damaged after signing",
        "it is no longer the JSON object that it begins as, so that its signature can't fit",
        format!("get the token again and copy it whole{deep}"),
    )
}

impl Tried {
    /// Adds what is tried to the lists. Of many keys only some are tried in every form.
    pub fn describe(&mut self, forms: &[Form], inputs: &[Vec<Cause>], suspects: &[Suspect]) {
        let name = |causes: &[Cause]| match causes {
            [] => "as it is".to_owned(),
            causes => {
                let repairs: Vec<&str> = causes.iter().map(|cause| cause.row().repair).collect();
                repairs.join(", ")
            }
        };
        let once = |list: &mut Vec<String>, text: String| {
            if !list.contains(&text) {
                list.push(text);
            }
        };
        for form in forms {
            once(&mut self.signatures, name(&change::causes(&form.changes)));
        }
        for input in inputs {
            once(&mut self.inputs, name(input));
        }
        for suspect in suspects {
            let id = suspect.id();
            let kid = id.kid.as_deref().unwrap_or(&id.thumbprint);
            let causes = change::causes(suspect.changes());
            once(
                &mut self.keys,
                format!("{kid} from {}, {}", id.source, name(&causes)),
            );
        }
    }
}
