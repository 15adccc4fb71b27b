//! From a refused token to the reasons of its refusal.

use std::sync::Arc;

use super::altered;
use super::around;
use super::cause::Cause;
use super::dropped;
use super::findings::Findings;
use super::headers::Names;
use super::kind::{self, kinds};
use super::lax;
use super::order;
use super::reading::{MAX_READ, Reading, readings};
use super::search::{Candidate, Proof, Targets, meet};
use super::secret;
use super::signature::{self, Form};
use super::signed::{Hashed, Signed};
use super::signer;
use super::times::times;
use super::truncated;
use super::work::Work;
use super::{Certainty, Finding};
use crate::header::JoseHeader;
use crate::json::Value;
use crate::keyset::{KeySet, KeySource};
use crate::numeric_date::relative;
use crate::policy::Policy;
use crate::report::Report;
use crate::token::Token;
use crate::verdict::{SignatureStatus, Verdict};
use crate::verify::Verifier;

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
    names: Names,
    /// Key files as they are, for a MAC that was made with one.
    files: Vec<Arc<[u8]>>,
    rsa_key_given: bool,
    effort: Effort,
}

/// One reading of a token, with all that is tried on it.
struct Search<'r> {
    reading: &'r Reading,
    header: Option<JoseHeader>,
    forms: Vec<Form>,
    candidates: Vec<Candidate>,
    hashes: Vec<Hashed>,
}

impl Debugger {
    /// A debugger for tokens under these keys. Keys of `also` explain a signature and verify none.
    /// Where no key is usable, every token is unverifiable, and its signature is still looked into.
    #[must_use]
    pub fn new(keys: &[KeySource], also: &[KeySource], policy: Policy, effort: Effort) -> Self {
        /// More names are not tried in a header.
        const MOST_NAMES: usize = 16;
        let mut candidates = signer::given(keys, &[]);
        for other in signer::given(also, &[Cause::SignedByOtherKey]) {
            if !candidates.iter().any(|known| known.key == other.key) {
                candidates.push(other);
            }
        }
        let names = candidates.iter().map(|candidate| candidate.id.name());
        Self {
            verifier: Verifier::new(KeySet::of_usable(keys), policy),
            names: Names {
                kids: names.take(MOST_NAMES).map(Value::from).collect(),
            },
            candidates,
            files: keys
                .iter()
                .filter_map(|source| source.content.clone())
                .collect(),
            rsa_key_given: keys
                .iter()
                .flat_map(|source| &source.keys)
                .any(|key| key.kty.as_deref() == Some("RSA")),
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
        let no_such_key = report
            .findings
            .extract_if(.., |note| note.code == "kid-differs" && !is_settled)
            .map(|note| Finding {
                certainty: Certainty::Likely,
                explains: true,
                ..note
            });
        let found = no_such_key
            .chain(signature.found)
            .chain(kinds)
            .collect::<Vec<_>>();
        let mut found = order::ordered(found.into_iter().chain(times(&report)).collect());
        let is_around = |finding: &&mut Finding| finding.code == Cause::SurroundedToken.row().code;
        if let Some(finding) = found.iter_mut().find(is_around)
            && let Some(what) = around::unseen(token.text)
        {
            finding.summary = format!("{what}, where nobody sees it");
            finding.hint = Some("delete it: it is no part of the token; pages and chats put such characters into what is copied".to_owned());
        }
        if report.verdict == Verdict::Malformed {
            self.judge_inner(token.text, is_settled, now, &mut found);
        }
        report.findings.splice(0..0, found);
        report.search = Some(signature.tried).filter(|tried| tried.forms > 0);
        // Of a token that is told to be something else than a whole one, no key follows.
        let tells_signer =
            |finding: &Finding| matches!(finding.code, "signer-is-kid" | "signer-candidates");
        if report.findings.iter().any(tells_signer) {
            report.recovered = signature.recovered;
        }
        report
    }

    /// Adds what the token that a text holds would get to the finding that tells how it is got at:
    /// whoever takes it out should know what comes next. Where the cause is proven, it is that token of
    /// which it is.
    fn judge_inner(&self, text: &[u8], is_settled: bool, now: i64, found: &mut [Finding]) {
        let inner = readings(text).into_iter().find_map(|reading| {
            let token = reading.segments.join(".");
            let report = self.verifier.verify(&Token::from(&*token), now);
            let is_it = !is_settled || report.signature.status == SignatureStatus::Verified;
            is_it.then_some((reading.causes, report))
        });
        let Some((causes, report)) = inner else {
            return;
        };
        let tells = |finding: &&mut Finding| {
            let mut codes = causes.iter().map(|cause| cause.row().code);
            codes.any(|code| code == finding.code)
        };
        if let Some(finding) = found.iter_mut().find(tells) {
            let what = format!("; that token would be {}", outcome(&report));
            finding.evidence.push_str(&what);
        }
    }

    /// Looks into a signature.
    fn signature(
        &self,
        text: &[u8],
        report: &Report,
        step: &mut dyn FnMut(u64) -> bool,
    ) -> Findings {
        let mut work = Work::new(self.effort, step);
        let mut all = Findings::default();
        if text.len() > MAX_READ {
            work.tried.complete = false;
        } else {
            self.search(&readings(text), report, &mut all, &mut work);
        }
        all.tried = work.tried;
        all
    }

    /// What is cheap is tried on every reading before anything else is: the first of them may be
    /// another token than the good one.
    fn search(&self, readings: &[Reading], report: &Report, all: &mut Findings, work: &mut Work) {
        let mut open = Vec::new();
        for reading in readings {
            let search = self.prepared(reading, work);
            let targets = Targets::new(&search.forms, &search.candidates, work);
            if let Some(proof) = meet(&targets, &search.hashes, work) {
                return all.prove(reading, proof, work.tried.forms);
            }
            open.push(search);
        }
        for search in &open {
            if all.signer_is_named(
                search.reading,
                search.header.as_ref(),
                &search.forms,
                &search.hashes,
                work,
            ) || self.mac(search, all, work)
            {
                return;
            }
        }
        for search in &open {
            if let Some(proof) = self.damaged(search, work) {
                return all.prove(search.reading, proof, work.tried.forms);
            }
        }
        if let Some(search) = open.first() {
            all.unknown_signer(
                search.reading,
                &search.forms,
                &search.hashes,
                search.header.as_ref(),
                report,
                self.effort,
            );
        }
    }

    fn prepared<'r>(&self, reading: &'r Reading, work: &mut Work) -> Search<'r> {
        let header =
            lax::decode(&reading.segments[0]).and_then(|octets| JoseHeader::parse(&octets).ok());
        let kid = header.as_ref().and_then(|header| header.kid.as_deref());
        let mut candidates = signer::ordered(&self.candidates, kid);
        work.tried.complete &= candidates.len() == self.candidates.len();
        candidates.extend(header.iter().flat_map(signer::embedded));
        let forms = signature::forms(&reading.last_as_written);
        let signed = Signed::new(reading, header.as_ref(), &self.names);
        work.tried.complete &= signed.complete;
        work.tried.describe(&forms, &signed.inputs, &candidates);
        Search {
            reading,
            header,
            forms,
            candidates,
            hashes: signed.hashes,
        }
    }

    /// Characters that were altered or lost.
    fn damaged(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let Search {
            reading,
            candidates,
            ..
        } = search;
        let segment = reading.last_as_written.as_str();
        if candidates.is_empty() || segment.is_empty() {
            return None;
        }
        let plain: Vec<Hashed> = search
            .hashes
            .iter()
            .filter(|hashed| hashed.is_plain)
            .cloned()
            .collect();
        // Where each hash costs a search of its own, only what the header's algorithm may mean takes part.
        let is_plainest =
            |hashed: &&Hashed| matches!(hashed.causes[..], [] | [Cause::AlgNotOfCurve]);
        let plainest: Vec<Hashed> = plain.iter().filter(is_plainest).cloned().collect();
        let plainest = plainest.as_slice();
        let mut proof = truncated::search(segment, plainest, candidates, work)
            .or_else(|| altered::in_signature(reading, &plain, candidates, work))
            .or_else(|| dropped::Search::new(plainest, candidates).run(segment, work));
        if proof.is_none() && self.effort == Effort::Deep {
            let targets = Targets::new(&search.forms, candidates, work);
            proof = altered::in_signing_input(reading, &targets, work)
                .or_else(|| altered::in_any_character(reading, &plain, candidates, work));
        }
        work.tried.complete &= self.effort == Effort::Deep;
        proof
    }

    /// RFC 8725 section 2.1: a MAC made with what everybody knows.
    fn mac(&self, search: &Search, all: &mut Findings, work: &mut Work) -> bool {
        let Some(octets) = lax::decode(&search.reading.segments[2]) else {
            return false;
        };
        let keys: Vec<_> = search
            .candidates
            .iter()
            .map(|candidate| candidate.key)
            .collect();
        let files: Vec<&[u8]> = self.files.iter().map(|file| &**file).collect();
        let input = search.reading.signing_input();
        let kid = search
            .header
            .as_ref()
            .and_then(|header| header.kid.as_deref());
        let Some((alg, secret)) = secret::search(&input, &octets, &keys, &files, kid, work) else {
            return false;
        };
        all.mac(search.reading, alg, secret, work.tried.forms);
        true
    }
}

/// A verdict in words, with the time that it rests on.
fn outcome(report: &Report) -> String {
    let verdict = report.verdict.name();
    let (name, limit) = match report.verdict {
        Verdict::Expired => ("exp", &report.time.expires_at),
        Verdict::NotYetValid => ("nbf", &report.time.not_before),
        Verdict::Valid
        | Verdict::NotVerified
        | Verdict::ClaimRefused
        | Verdict::Unverifiable
        | Verdict::MisSigned
        | Verdict::Malformed => return verdict.to_owned(),
    };
    let seconds = limit
        .as_ref()
        .map(|limit| limit.seconds_from(report.time.now));
    format!(
        "{verdict} (\"{name}\" {})",
        relative(seconds.unwrap_or_default())
    )
}
