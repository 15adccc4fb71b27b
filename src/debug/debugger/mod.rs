//! From a rejected token to the reasons for its rejection.

mod one_reading;
mod passes;

use std::sync::Arc;

use super::budget::{self, Effort, Work};
use super::cause::Cause;
use super::change::{Change, Stage};
use super::ecdsa::recovered_keys::Index;
use super::evident::claim_findings::{local_clock, times};
use super::evident::facts::Facts;
use super::evident::token_kind::kinds;
use super::findings::Findings;
use super::findings::circumstances::{
    key_is_ca, malformed_payload, name_surroundings, name_utf16, outcome,
};
use super::findings::ranking;
use super::hmac_confusion::Files;
use super::proof::Proof;
use super::reading::{MAX_READ, readings};
use super::signer::chain::{self, Anchor};
use super::signer::{self, MAX_KEYS, Suspect};
use super::signing_inputs::header_variants::KeyNames;
use crate::algorithm::{Algorithm, Material};
use crate::key::KeyNote;
use crate::key::set::{KeySet, KeySource};
use crate::text::json::Value;
use crate::token::Token;
use crate::verify::Verifier;
use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};
use crate::verify::policy::Policy;
use crate::verify::report::{Reason, Report, Tried};
use crate::verify::verdict::{SignatureStatus, Verdict};

/// Verifies tokens, and finds out why they are rejected.
#[derive(Clone, Debug)]
pub struct Debugger {
    verifier: Verifier,
    suspects: Vec<Suspect>,
    /// The keys that are not on P-256.
    others: Vec<Suspect<Material>>,
    /// All of them, if they are too many to be tried in every form.
    index: Index,
    names: KeyNames,
    /// Key files as they are, for a MAC that was made with one.
    files: Files,
    effort: Effort,
    /// Whether the times given are read from a clock.
    reads_clock: bool,
    /// The subject of a CA's certificate that was given as a key.
    ca: Option<Box<str>>,
    /// The keys given, as what certificates may lead to.
    anchors: Vec<Anchor>,
    /// The sources of secrets whose newline was removed.
    trimmed: Vec<Arc<str>>,
}

/// The most that it may cost to verify the token inside another text, of which nothing is proven, in units of work.
const INNER_TOKEN: u64 = 150_000;

impl Debugger {
    /// A debugger for tokens of these keys. Keys in `also` are only used to explain failures, never to
    /// accept a token. If no key is usable, every token is unverifiable, and its signature is still
    /// examined.
    #[must_use]
    pub fn new(keys: &[KeySource], also: &[KeySource], policy: Policy, effort: Effort) -> Self {
        /// More names are not tried in a header.
        const MAX_NAMES: usize = 16;
        /// Those of RSA are six.
        const MAX_ALGORITHMS: usize = 8;
        let suspects = signer::given(keys, also);
        let others = signer::given_others(keys, also);
        let names = suspects.iter().map(|suspect| suspect.id().name());
        let keys_apart = others
            .iter()
            .filter(|other| !matches!(other.key(), Material::Oct(_)));
        let names = names.chain(keys_apart.map(|other| other.id().name()));
        let mut algorithms = Vec::from_iter((!suspects.is_empty()).then_some("ES256"));
        for other in &others {
            for row in Algorithm::of(other.key().key_type()) {
                if !algorithms.contains(&row.name) {
                    algorithms.push(row.name);
                }
            }
        }
        let is_too_many = suspects.len() > MAX_KEYS;
        Self {
            verifier: Verifier::new(KeySet::of_usable(keys), policy),
            names: KeyNames {
                kids: names.take(MAX_NAMES).map(Value::from).collect(),
                has_other_keys: !others.is_empty(),
                algorithms: algorithms
                    .into_iter()
                    .take(MAX_ALGORITHMS)
                    .map(Value::from)
                    .collect(),
            },
            index: Index::new(if is_too_many { &suspects } else { &[] }),
            suspects,
            others,
            files: Files::new(keys.iter().chain(also)),
            effort,
            reads_clock: true,
            anchors: chain::anchors(keys),
            trimmed: keys
                .iter()
                .chain(also)
                .filter(|source| {
                    let mut keys = source.keys.iter();
                    keys.any(|key| key.notes.contains(&KeyNote::SecretTrimmed))
                })
                .map(|source| Arc::clone(&source.source))
                .collect(),
            ca: keys
                .iter()
                .flat_map(|source| &source.keys)
                .filter(|key| key.usable)
                .filter_map(|key| key.certificate.as_ref())
                .find(|certificate| certificate.ca)
                .map(|certificate| certificate.subject.clone()),
        }
    }

    /// The same debugger for times that were chosen, not read from a clock: no finding blames the clock.
    #[must_use]
    pub fn at_chosen_time(self) -> Self {
        Self {
            reads_clock: false,
            ..self
        }
    }

    /// The report of [`Verifier::verify`] alone, for when nobody reads why a token is rejected.
    #[must_use]
    pub fn verify(&self, token: &Token, now: i64) -> Report {
        self.verifier.verify(token, now)
    }

    /// Judges a token as [`Verifier::verify`] does, and finds out why it is rejected. `step` is told
    /// of so many forms tried, and ends the search with `false`.
    #[must_use]
    pub fn debug(&self, token: &Token, now: i64, step: &mut dyn FnMut(u64) -> bool) -> Report {
        self.debug_within(token, now, &mut Work::new(self.effort, step))
    }

    /// The same, at the cost that is left.
    pub(super) fn debug_within(&self, token: &Token, now: i64, work: &mut Work) -> Report {
        let mut report = self.verifier.verify(token, now);
        let now = report.time.now;
        let is_excluded = report.verdict == Verdict::Unverifiable
            && report.signature.reason == Some(Reason::AlgorithmExcluded);
        if report.verdict == Verdict::Valid || is_excluded || token.too_long.is_some() {
            return report;
        }
        let readings = readings(token.text);
        let mut signature = Findings::default();
        match report.signature.status {
            SignatureStatus::Verified => {}
            SignatureStatus::Mismatch | SignatureStatus::Unchecked
                if token.text.len() > MAX_READ =>
            {
                work.leave_out();
                work.tried.exceeded_limit = Some(MAX_READ);
            }
            SignatureStatus::Mismatch | SignatureStatus::Unchecked => {
                self.search(token.text, &readings, &report, &mut signature, work);
            }
        }
        // What a note only guesses, the search knows.
        report.findings.retain(|note| !note.explains);
        let is_settled = signature.proof.is_some();
        let kinds = kinds(&Facts {
            text: token.text,
            readings: &readings,
            report: &report,
            keys: self.verifier.keys(),
            is_settled,
        });
        let is_mismatch = report.signature.status == SignatureStatus::Mismatch;
        let is_ca = self.ca.as_ref().filter(|_| is_mismatch && !is_settled);
        let ca = is_ca.map(|subject| key_is_ca(&report, subject));
        let no_such_key = report
            .findings
            .extract_if(.., |note| note.code == Code::UnknownKid && !is_settled)
            .map(|note| Finding {
                certainty: Certainty::Likely,
                explains: true,
                ..note
            });
        let found = no_such_key
            .chain(ca)
            .chain(signature.found)
            .chain(kinds)
            .collect::<Vec<_>>();
        let clock = self.reads_clock.then(|| local_clock(&report)).flatten();
        let found = found.into_iter().chain(times(&report)).chain(clock);
        let mut found = ranking::ordered(found.collect());
        if found.is_empty() {
            found.extend(malformed_payload(&report));
        }
        name_surroundings(token.text, &mut found);
        name_utf16(report.error.as_ref(), &mut found);
        if report.verdict == Verdict::Malformed {
            let inner = match &signature.proof {
                Some(proof) => inner_of(proof),
                None => readings
                    .first()
                    .map(|reading| (reading.token(), reading.causes()))
                    .filter(|(token, _)| self.cost_of_all_keys(token.len()) <= INNER_TOKEN),
            };
            self.judge_inner(inner, now, &mut found);
        }
        let is_silenced = |note: &Finding| {
            let mut silenced = found.iter().flat_map(|finding| finding.code.silences());
            silenced.any(|code| *code == note.code)
        };
        report.findings.retain(|note| !is_silenced(note));
        report.findings.splice(0..0, found);
        report.proof = signature
            .proof
            .as_ref()
            .map(|proof| Box::new(proof.report()));
        let is_told = |tried: &&Tried| tried.forms > 0 || !tried.complete;
        report.search = Some(&work.tried)
            .filter(is_told)
            .map(|tried| Box::new(tried.clone()));
        // Recovered keys are reported only if the token appears intact.
        let tells_signer =
            |finding: &Finding| matches!(finding.code, Code::SignerIsKid | Code::SignerCandidates);
        if report.findings.iter().any(tells_signer) {
            report.recovered = signature.recovered;
        }
        report
    }

    /// If the input contains a token, appends the verdict of that token to the finding that says how to
    /// extract it.
    fn judge_inner(&self, inner: Option<(String, Vec<Cause>)>, now: i64, found: &mut Vec<Finding>) {
        let Some((token, causes)) = inner else {
            return;
        };
        let tells = |finding: &Finding| {
            let mut codes = causes.iter().map(|cause| cause.code());
            codes.any(|code| code == finding.code)
        };
        let Some(place) = found.iter().position(tells) else {
            return;
        };
        let report = self.verifier.verify(&Token::from(&*token), now);
        let is_guess = |finding: &Finding| {
            finding.code == Code::SurroundedToken && finding.certainty != Certainty::Proven
        };
        // What is no token without its surroundings either is not explained by them.
        if report.verdict == Verdict::Malformed && found.get(place).is_some_and(is_guess) {
            found.remove(place);
        } else if let Some(finding) = found.get_mut(place) {
            let what = format!("; that token would be {}", outcome(&report));
            finding.evidence.to_mut().push_str(&what);
        }
    }

    /// What it costs at most to verify a token of this length.
    fn cost_of_all_keys(&self, length: usize) -> u64 {
        let keys = self.verifier.keys().keys().iter();
        let costs = keys.map(|key| budget::of_verification(key.material(), length));
        costs.fold(0, u64::saturating_add)
    }
}

/// The token that a proof leads to, if all that was done was to take it out of a text and to read it.
fn inner_of(proof: &Proof) -> Option<(String, Vec<Cause>)> {
    let is_reading = |change: &Change| {
        change.stage() == Stage::Text || change.cause() == Some(Cause::TrailingBits)
    };
    let causes = super::change::causes(proof.changes());
    let token = proof.token()?.to_owned();
    proof
        .changes()
        .iter()
        .all(is_reading)
        .then_some((token, causes))
}
