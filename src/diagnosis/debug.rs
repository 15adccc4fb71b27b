//! From a refused token to the reasons of its refusal.

use std::sync::Arc;

use p256::ecdsa::VerifyingKey;

use super::altered;
use super::cause::Cause;
use super::dropped;
use super::kind::{self, kinds};
use super::lax;
use super::reading::{Reading, readings};
use super::search::{Candidate, Proof, Targets};
use super::secret;
use super::signature::{self, Form};
use super::signed::{self, Hashed, Input};
use super::signer::{self, Recovered};
use super::times::times;
use super::{Certainty, Finding, Tried, finding};
use crate::header::JoseHeader;
use crate::json::Value;
use crate::keyset::{KeySet, KeySource};
use crate::policy::Policy;
use crate::report::Report;
use crate::token::Token;
use crate::verdict::{SignatureStatus, Verdict};
use crate::verify::Verifier;

/// The longest text that is searched, in octets.
const MAX_SEARCHED: usize = 64 * 1024;

/// How much a search may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Less than the blink of an eye.
    Default,
    /// Some seconds: every character of the token, and more lost ones.
    Deep,
}

/// Verifies tokens, and finds out why they are refused.
#[derive(Clone, Debug)]
pub struct Debugger {
    verifier: Verifier,
    candidates: Vec<Candidate>,
    kids: Vec<Box<str>>,
    /// Key files as they are, for a MAC that was made with one.
    files: Vec<Arc<[u8]>>,
    rsa_key_given: bool,
    effort: Effort,
}

/// Everything found out about a signature.
#[derive(Default)]
struct Findings {
    proof: Option<Proof>,
    found: Vec<Finding>,
    tried: Tried,
    recovered: Vec<Recovered>,
}

impl Debugger {
    /// A debugger for tokens under these keys. Keys of `also` explain a signature and verify none.
    /// Where no key is usable, every token is unverifiable, and its signature is still looked into.
    #[must_use]
    pub fn new(keys: &[KeySource], also: &[KeySource], policy: Policy, effort: Effort) -> Self {
        let mut candidates = signer::given(keys, &[]);
        for other in signer::given(also, &[Cause::SignedByOtherKey]) {
            if !candidates.iter().any(|known| known.key == other.key) {
                candidates.push(other);
            }
        }
        candidates.sort_by_key(|candidate| candidate.causes.len());
        let reports = keys.iter().flat_map(|source| &source.keys);
        Self {
            verifier: Verifier::new(KeySet::of_usable(keys), policy),
            candidates,
            kids: reports.clone().filter_map(|key| key.kid.clone()).collect(),
            files: keys
                .iter()
                .filter_map(|source| source.content.clone())
                .collect(),
            rsa_key_given: reports.clone().any(|key| key.kty.as_deref() == Some("RSA")),
            effort,
        }
    }

    /// Judges a token as [`Verifier::verify`] does, and finds out why it is refused. `step` is told
    /// of so many forms tried, and ends the search with `false`.
    #[must_use]
    pub fn debug(&self, token: &Token, now: i64, step: &mut dyn FnMut(u64) -> bool) -> Report {
        let mut report = self.verifier.verify(token, now);
        if report.verdict == Verdict::Valid || token.too_long.is_some() {
            return report;
        }
        let signature = match report.signature.status {
            SignatureStatus::Verified => Findings::default(),
            SignatureStatus::Mismatch | SignatureStatus::Unchecked => {
                self.signature(token.text, &report, step)
            }
        };
        let is_proven = |finding: &Finding| finding.certainty == Certainty::Proven;
        let is_settled = signature.found.iter().any(is_proven);
        // What a note only guesses, the search knows.
        report.findings.retain(|note| !note.explains);
        let kinds = kinds(&kind::Facts {
            text: token.text,
            report: &report,
            is_settled,
            rsa_key_given: self.rsa_key_given,
        });
        let searched = signature.tried.forms > 0;
        let found = signature
            .found
            .into_iter()
            .chain(kinds)
            .chain(times(&report));
        let found: Vec<Finding> = found.collect();
        report.findings.splice(0..0, found);
        report.search = searched.then_some(signature.tried);
        report.recovered = signature.recovered;
        report
    }

    /// Looks into a signature. A token beyond the length of any that travels in an HTTP header is not
    /// searched: each of a hundred forms of it would be as long.
    fn signature(
        &self,
        text: &[u8],
        report: &Report,
        step: &mut dyn FnMut(u64) -> bool,
    ) -> Findings {
        let mut all = Findings {
            tried: Tried {
                deep: self.effort == Effort::Deep,
                complete: true,
                ..Tried::default()
            },
            ..Findings::default()
        };
        if text.len() > MAX_SEARCHED {
            all.tried.complete = false;
            return all;
        }
        for reading in readings(text) {
            let forms = signature::forms(reading.segments[2].as_str());
            let header = lax::decode(&reading.segments[0])
                .and_then(|octets| JoseHeader::parse(&octets).ok());
            self.one_reading(
                &Facts {
                    reading: &reading,
                    forms: &forms,
                    header: header.as_ref(),
                    report,
                },
                &mut all,
                step,
            );
            if all.proof.is_some() {
                break;
            }
        }
        all
    }

    fn one_reading(&self, facts: &Facts, all: &mut Findings, step: &mut dyn FnMut(u64) -> bool) {
        let Facts {
            reading,
            forms,
            header,
            report,
        } = *facts;
        let alg = header.and_then(|header| header.alg.as_deref());
        let mut candidates = self.candidates.clone();
        candidates.extend(header.iter().flat_map(|header| signer::embedded(header)));
        let kids: Vec<&str> = self.kids.iter().map(|kid| &**kid).collect();
        let inputs = signed::inputs(reading, &kids);
        let mut hashes: Vec<Hashed> = inputs
            .iter()
            .flat_map(|input| signed::hashes(input, alg))
            .collect();
        hashes.sort_by_key(|hashed| hashed.causes.len());
        all.tried.describe(forms, &inputs, &candidates);

        let targets = Targets::new(forms, &candidates);
        let pairs = len(forms).saturating_mul(len(&candidates));
        let proof = meet(&targets, &hashes, &mut |count| {
            all.tried.add(count.saturating_mul(pairs), step)
        });
        if let Some(proof) = proof {
            return all.prove(reading, proof);
        }
        let plain = plain_hashes(&hashes, &inputs, alg);
        if let Some(found) = signer_is_named(facts, forms, &hashes, all.tried.forms) {
            all.found.push(found);
            return;
        }
        if self.mac(reading, all) {
            return;
        }
        if let Some(proof) = self.damaged(reading, &plain, &candidates, &targets, all, step) {
            return all.prove(reading, proof);
        }
        if let (Some(form), Some(hashed), Some("ES256")) = (forms.first(), plain.first(), alg) {
            all.unknown_signer(form, hashed, report, self.effort);
        }
    }

    /// Characters that were altered or lost.
    fn damaged(
        &self,
        reading: &Reading,
        plain: &[Hashed],
        candidates: &[Candidate],
        targets: &Targets,
        all: &mut Findings,
        step: &mut dyn FnMut(u64) -> bool,
    ) -> Option<Proof> {
        let segment = reading.last_as_written.as_str();
        if candidates.is_empty() || segment.is_empty() {
            return None;
        }
        let pairs = len(plain).saturating_mul(len(candidates));
        let proof = altered::in_signature(reading, plain, candidates);
        all.tried.add(
            altered::signature_candidates(segment).saturating_mul(pairs),
            step,
        );
        if proof.is_some() {
            return proof;
        }
        let limits = match self.effort {
            Effort::Default => dropped::Limits {
                in_one: 2,
                in_both: 2,
            },
            Effort::Deep => dropped::Limits {
                in_one: 4,
                in_both: 3,
            },
        };
        // Each hash and key costs a search of its own, so that only the plainest takes part.
        let mut search = dropped::Search::new(plain.get(..1)?, candidates);
        let proof = search.run(segment, limits);
        all.tried.add(search.tried, step);
        if proof.is_some() {
            return proof;
        }
        match self.effort {
            Effort::Default => {
                all.tried.complete = false;
                altered::in_last_character(reading, plain, candidates)
            }
            Effort::Deep => {
                all.tried.complete &= altered::signing_input_candidates(reading).1;
                let mut count = |count: u64| all.tried.add(count, step);
                altered::in_signing_input(reading, targets, &mut count)
                    .or_else(|| altered::in_any_character(reading, plain, candidates, &mut count))
            }
        }
    }

    /// RFC 8725 section 2.1: a MAC made with what everybody knows.
    fn mac(&self, reading: &Reading, all: &mut Findings) -> bool {
        let Some(octets) = lax::decode(&reading.segments[2]) else {
            return false;
        };
        let keys: Vec<VerifyingKey> = self
            .candidates
            .iter()
            .map(|candidate| candidate.key)
            .collect();
        let files: Vec<&[u8]> = self.files.iter().map(|file| &**file).collect();
        let (tried, found) = secret::search(&reading.signing_input(), &octets, &keys, &files);
        all.tried.forms = all.tried.forms.saturating_add(tried);
        let Some((alg, secret)) = found else {
            return false;
        };
        all.found.push(Finding {
            changes: vec!["hmac-with-public-key"],
            tried: all.tried.forms,
            ..finding(
                "hmac-with-public-key",
                Certainty::Proven,
                "the token is not signed but carries a MAC made with what everybody knows: a known attack",
                format!("{alg} gives exactly this signature where its secret is {secret} (RFC 8725, section 2.1)"),
                "never accept it, and look at your server: one that takes \"alg\" from the header accepts this token from anybody; pin ES256 there",
            )
        });
        true
    }
}

/// What a search in one reading may look at.
#[derive(Clone, Copy)]
struct Facts<'f> {
    reading: &'f Reading,
    forms: &'f [Form],
    header: Option<&'f JoseHeader>,
    report: &'f Report,
}

/// The hashes of what should have been signed, in every way.
fn plain_hashes(hashes: &[Hashed], inputs: &[Input], alg: Option<&str>) -> Vec<Hashed> {
    let plain = inputs.iter().filter(|input| input.causes.is_empty());
    let of_plain: Vec<Hashed> = plain.flat_map(|input| signed::hashes(input, alg)).collect();
    hashes
        .iter()
        .filter(|hashed| of_plain.iter().any(|plain| plain.prehash == hashed.prehash))
        .cloned()
        .collect()
}

/// Looks hashes up, those with the fewest changes first, until no smaller proof can come.
fn meet(targets: &Targets, hashes: &[Hashed], step: &mut dyn FnMut(u64) -> bool) -> Option<Proof> {
    let mut best: Option<Proof> = None;
    for level in hashes.chunk_by(|a, b| a.causes.len() == b.causes.len()) {
        let changes = level.first().map_or(0, |hashed| hashed.causes.len());
        if best
            .as_ref()
            .is_some_and(|best| best.causes.len() <= changes)
        {
            break;
        }
        let found = targets.meet(level);
        let is_better = match (&best, &found) {
            (Some(best), Some(found)) => found.causes.len() < best.causes.len(),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if is_better {
            best = found;
        }
        if !step(len(level)) {
            break;
        }
    }
    best
}

/// A recovered key whose thumbprint the token itself names: in `kid`, or in `cnf` (RFC 7800, RFC
/// 9449). Chance names none.
fn signer_is_named(
    facts: &Facts,
    forms: &[Form],
    hashes: &[Hashed],
    tried: u64,
) -> Option<Finding> {
    /// The likeliest; each costs two multiplications of a point.
    const MOST: usize = 64;
    let kid = facts.header.and_then(|header| header.kid.as_deref());
    let claims =
        lax::decode(&facts.reading.segments[1]).and_then(|octets| Value::parse(&octets).ok());
    let jkt = match &claims {
        Some(Value::Object(claims)) => match claims.get("cnf") {
            Some(Value::Object(cnf)) => cnf.get("jkt").and_then(Value::as_str),
            _ => None,
        },
        _ => None,
    };
    let is_thumbprint = |name: &&str| name.len() == 43;
    let named: Vec<(&str, &str)> = [("kid", kid), ("cnf.jkt", jkt)]
        .into_iter()
        .filter_map(|(place, name)| Some((place, name.filter(is_thumbprint)?)))
        .collect();
    if named.is_empty() {
        return None;
    }
    let pairs = hashes
        .iter()
        .flat_map(|hashed| forms.iter().map(move |form| (form, hashed)));
    for (form, hashed) in pairs.take(MOST) {
        for key in signer::recovered(form, hashed) {
            let thumbprint = signer::thumbprint(&key);
            let Some((place, _)) = named.iter().find(|(_, name)| **name == *thumbprint) else {
                continue;
            };
            let causes = [&form.causes[..], &hashed.causes].concat();
            let with = match causes.as_slice() {
                [] => String::new(),
                causes => format!(", {}", repairs(causes)),
            };
            return Some(Finding {
                changes: ["signer-is-kid"]
                    .into_iter()
                    .chain(causes.iter().map(|cause| cause.row().code))
                    .collect(),
                tried,
                ..finding(
                    "signer-is-kid",
                    Certainty::Proven,
                    "the token is intact, and the key given is not the one that signed it: it is stale, or another service's",
                    format!(
                        "the key that follows from the signature{with} has the thumbprint that the token names in \"{place}\": {}",
                        signer::jwk_text(&key)
                    ),
                    "get the issuer's key of today; if you trust where this kid comes from, the key above is it",
                )
            });
        }
    }
    None
}

impl Findings {
    /// One finding for each change that the proof needs.
    fn prove(&mut self, reading: &Reading, proof: Proof) {
        let causes: Vec<Cause> = reading
            .causes
            .iter()
            .copied()
            .chain(proof.causes.iter().copied())
            .collect();
        let mut causes_once: Vec<Cause> = Vec::new();
        for cause in causes {
            // The bits were those of a character that was damaged.
            let damage = [Cause::AlteredCharacter, Cause::DroppedCharacters];
            let is_explained = cause == Cause::TrailingBits
                && damage.iter().any(|damage| proof.causes.contains(damage));
            if !is_explained && !causes_once.contains(&cause) {
                causes_once.push(cause);
            }
        }
        let key = &proof.key;
        let name = key.kid.as_deref().unwrap_or(&key.thumbprint);
        let detail = proof
            .detail
            .as_ref()
            .map_or(String::new(), |detail| format!(" ({detail})"));
        let tried = self.tried.forms;
        let changes: Vec<&'static str> = causes_once.iter().map(|cause| cause.row().code).collect();
        if causes_once.is_empty() {
            self.found.push(Finding {
                tried,
                ..finding(
                    "signature-good",
                    Certainty::Proven,
                    "the signature itself is good; the token is refused for what its header demands",
                    format!("over the token as it is, the signature verifies under {name} from {}", key.source),
                    "look at crit, b64 and alg in the header: the issuer must leave out what a plain JWT does not have",
                )
            });
        }
        for cause in &causes_once {
            let row = cause.row();
            self.found.push(Finding {
                changes: changes.clone(),
                tried,
                ..finding(
                    row.code,
                    Certainty::Proven,
                    row.summary,
                    format!(
                        "{}{detail}, the signature verifies under {name} from {} ({})",
                        repairs(&causes_once),
                        key.source,
                        row.section
                    ),
                    row.hint,
                )
            });
        }
        self.proof = Some(Proof {
            causes: causes_once,
            ..proof
        });
    }

    /// The keys that the signature leads to, and what it may mean that none of them is known.
    fn unknown_signer(&mut self, form: &Form, hashed: &Hashed, report: &Report, effort: Effort) {
        let keys: Vec<Recovered> = signer::recovered(form, hashed)
            .iter()
            .map(|key| Recovered {
                thumbprint: signer::thumbprint(key),
                jwk: signer::jwk_text(key),
            })
            .collect();
        if keys.is_empty() {
            return;
        }
        if report.signature.status == SignatureStatus::Mismatch {
            self.found.push(finding(
                "content-changed",
                Certainty::Likely,
                "no form of this token verifies under any key that is known",
                "this is consistent with another signer, and with a header or payload that was changed after signing",
                match effort {
                    Effort::Default => "compare the token with the one that the issuer handed out; try an older key with --also KEY, and --deep for a single altered character",
                    Effort::Deep => "compare the token with the one that the issuer handed out; try an older key with --also KEY",
                },
            ));
        }
        let thumbprints: Vec<&str> = keys.iter().map(|key| &*key.thumbprint).collect();
        self.found.push(finding(
            "signer-candidates",
            Certainty::Note,
            "if the token is intact, one of these keys signed it",
            format!("by their RFC 7638 thumbprints: {}", thumbprints.join(" or ")),
            "compare them with jwtlens key FILE; a second refused token tells which of the two it is",
        ));
        self.recovered = keys;
    }
}

/// What was done, in one phrase.
fn repairs(causes: &[Cause]) -> String {
    let repairs: Vec<&str> = causes.iter().map(|cause| cause.row().repair).collect();
    repairs.join(", ")
}

fn len<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

impl Tried {
    /// Counts, and passes the count on.
    fn add(&mut self, count: u64, step: &mut dyn FnMut(u64) -> bool) -> bool {
        self.forms = self.forms.saturating_add(count);
        let on = step(count);
        self.complete &= on;
        on
    }

    fn describe(&mut self, forms: &[Form], inputs: &[Input], candidates: &[Candidate]) {
        let name = |causes: &[Cause]| match causes {
            [] => "as it is".to_owned(),
            causes => repairs(causes),
        };
        let once = |list: &mut Vec<String>, text: String| {
            if !list.contains(&text) {
                list.push(text);
            }
        };
        for form in forms {
            once(&mut self.signatures, name(&form.causes));
        }
        for input in inputs {
            once(&mut self.inputs, name(&input.causes));
        }
        for candidate in candidates {
            let kid = candidate
                .id
                .kid
                .as_deref()
                .unwrap_or(&candidate.id.thumbprint);
            once(
                &mut self.keys,
                format!(
                    "{kid} from {}, {}",
                    candidate.id.source,
                    name(&candidate.causes)
                ),
            );
        }
    }
}
