//! From a rejected token to the reasons for its rejection.

use std::sync::Arc;

use super::budget::{Effort, Work};
use super::cause::Cause;
use super::change::{Change, Stage};
use super::ecdsa::dropped_characters;
use super::ecdsa::recovered_keys::{self, Index};
use super::ecdsa::single_edit;
use super::ecdsa::truncated;
use super::evident::claim_findings::{local_clock, times};
use super::evident::facts::Facts;
use super::evident::token_kind::kinds;
use super::family::{self, Opened};
use super::findings::circumstances::{
    key_is_ca, malformed_payload, name_surroundings, name_utf16, outcome,
};
use super::findings::ranking;
use super::findings::{Context, Findings, Unknown};
use super::foreign_text;
use super::hmac_confusion::Files;
use super::proof::{Proof, Signer};
use super::reading::signature_encodings::{self, SignatureForm};
use super::reading::{MAX_READ, Reading, readings};
use super::search::{Case, Targets, meet};
use super::signer::chain::{self, Anchor};
use super::signer::named_keys::NamedKeys;
use super::signer::{self, MAX_KEYS, Suspect};
use super::signing_inputs::header_variants::KeyNames;
use super::signing_inputs::{Hashed, SigningInputs};
use crate::algorithm::{Algorithm, KeyType, Material};
use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};

use crate::key::KeyNote;
use crate::key::set::{KeySet, KeySource};
use crate::text::json::Value;
use crate::token::Token;
use crate::token::header::JoseHeader;
use crate::verify::Verifier;
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

/// The longest MAC, in bytes.
const MAX_MAC: usize = 64;

/// So much is spent by default on a token that seems whole, in units of work: its signer is then likely unknown.
const UNKNOWN_SIGNER: u64 = 170_000;

/// With more of them, a damaged signature is not tried with other signing inputs.
const FEW_KEYS: usize = 4;

/// One reading of a token, with all that is tried on it.
struct Search<'r> {
    case: Case<'r>,
    header: Option<JoseHeader>,
    forms: Vec<SignatureForm>,
    suspects: Vec<Suspect>,
    others: Vec<Suspect<Material>>,
    signed: Arc<SigningInputs>,
    /// The signature, opened with each RSA key.
    opened: Vec<Opened>,
    named: NamedKeys,
}

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
                    .map(|reading| (reading.token(), reading.causes())),
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

    /// What is cheap is tried on every reading before anything else is: the first of them may be
    /// another token than the good one.
    fn search(
        &self,
        token: &[u8],
        readings: &[Reading],
        report: &Report,
        all: &mut Findings,
        work: &mut Work,
    ) {
        let is_whole = is_whole(report);
        let most = match self.effort {
            Effort::Default if is_whole && self.is_costly(report) => UNKNOWN_SIGNER,
            Effort::Default | Effort::Deep => u64::MAX,
        };
        let mut open: Vec<Search> = Vec::new();
        let keys = foreign_text::Keys {
            of_p256: &self.suspects,
            others: &self.others,
        };
        if let Some((proof, header)) = foreign_text::search_known(token, keys, work) {
            return self.prove(proof, Some(&header), report, all, work);
        }
        let before = work.left();
        let most = most.min(before.saturating_sub(foreign_text::share(token)));
        let mut proof = work.within(most, |work| self.intact(token, readings, &mut open, work));
        if proof.is_none() {
            if let Some((proof, header)) = foreign_text::search(token, keys, work) {
                return self.prove(proof, Some(&header), report, all, work);
            }
            // A signature that a key opens is one by it, so that the signer is known.
            let is_known = open.iter().any(|search| !search.opened.is_empty());
            let spent = before.saturating_sub(work.left());
            let most = if is_known {
                u64::MAX
            } else {
                most.saturating_sub(spent)
            };
            proof = work.within(most, |work| {
                let mut searches = open.iter().zip(rests(&open)).enumerate();
                searches.find_map(|(number, (search, rest))| {
                    let share = work.share(rest);
                    let proof = work.within(share, |work| self.damaged(search, work));
                    Some((number, proof?))
                })
            });
        }
        if let Some((number, proof)) = proof {
            let header = open.get(number).and_then(|search| search.header.as_ref());
            return self.prove(proof, header, report, all, work);
        }
        if let Some(search) = open.first() {
            all.unknown_signer(&Unknown {
                reading: search.case.reading,
                has_header: search.header.is_some(),
                forms: &search.forms,
                proofs: search.recovered(work),
                report,
                keys_left_out: work.tried.keys_left_out,
                tried: work.tried.forms,
            });
        }
    }

    /// Whether each combination costs point operations, or there are many keys of which it may.
    fn is_costly(&self, report: &Report) -> bool {
        let alg = report.signature.algorithm.as_deref();
        self.suspects.len() > FEW_KEYS || alg.is_some_and(|alg| alg.starts_with("ES"))
    }

    /// The proof that no character of the token was altered or lost, with the number of the reading.
    fn intact<'r>(
        &self,
        token: &'r [u8],
        readings: &'r [Reading],
        open: &mut Vec<Search<'r>>,
        work: &mut Work,
    ) -> Option<(usize, Proof)> {
        let mut cut = None;
        for (number, (reading, rest)) in readings.iter().zip(rests(readings)).enumerate() {
            let case = Case { token, reading };
            let share = work.share(rest);
            // The rest is for the searches that come after this one, of which keys on P-256 have most.
            let kept = if self.suspects.is_empty() {
                share / 8
            } else {
                share / 3
            };
            let share = share.saturating_sub(kept);
            let (search, proof) = work.within(share, |work| self.plain(case, open, work));
            open.push(search);
            match proof {
                // Another reading may explain why the rest of a MAC is missing.
                Some(proof) if proof.is_of_cut_mac() => {
                    cut.get_or_insert((number, proof));
                }
                Some(proof) => return Some((number, proof)),
                None => {}
            }
        }
        if cut.is_some() {
            return cut;
        }
        let mut searches = open.iter().zip(rests(open)).enumerate();
        searches.find_map(|(number, (search, rest))| {
            let proof = work.within(work.share(rest), |work| {
                self.known_or_named(search, work)
                    .or_else(|| search.mistaken(work))
                    .or_else(|| self.mac(search, work))
            });
            Some((number, proof?))
        })
    }

    /// Tells what a proof shows, and where the certificates of the header lead to.
    fn prove(
        &self,
        mut proof: Proof,
        header: Option<&JoseHeader>,
        report: &Report,
        all: &mut Findings,
        work: &mut Work,
    ) {
        let certificates = proof.certificates();
        let anchor = chain::anchor(certificates, &self.anchors, report.time.now, work);
        if let Some(anchor) = anchor {
            proof.end_in(anchor);
        }
        let context = Context {
            report,
            header,
            keys: &self.suspects,
            trimmed: &self.trimmed,
        };
        all.prove(proof, work.tried.forms, &context);
    }

    /// What is cheap: every form of the signature, with every text, hash and key.
    fn plain<'r>(
        &self,
        case: Case<'r>,
        others: &[Search],
        work: &mut Work,
    ) -> (Search<'r>, Option<Proof>) {
        let mut search = self.prepared(case, others, work);
        let targets = Targets::new(&search.forms, &search.suspects, work);
        let (proof, most_changes) = match self.known_as_it_is(&search, work) {
            Some(proof) => (Some(proof), 0),
            None => meet(case, &targets, &search.signed.hashes, work),
        };
        if proof.is_some() {
            work.tried
                .describe_inputs(&search.signed.inputs, most_changes);
            return (search, proof);
        }
        search.opened = family::opened(case, &search.others, work);
        let texts = &search.signed.texts;
        let proof = family::search(case, texts, &search.others, &search.opened, work);
        let most_changes = proof.as_ref().map_or(usize::MAX, |proof| {
            let changes = proof.changes().len();
            changes.saturating_sub(case.reading.changes.len())
        });
        work.tried
            .describe_inputs(&search.signed.inputs, most_changes);
        (search, proof)
    }

    fn prepared<'r>(&self, case: Case<'r>, others: &[Search], work: &mut Work) -> Search<'r> {
        let segments = &case.reading.segments;
        let content = case.reading.content(work);
        let [header, payload] = content.unwrap_or_default();
        let header = JoseHeader::parse(&header).ok();
        let keys_named = NamedKeys::read(header.as_ref(), &payload);
        let same_content = others.iter().find(|other| {
            let other = &other.case.reading.segments;
            (&other.header, &other.payload, &other.written)
                == (&segments.header, &segments.payload, &segments.written)
        });
        let kid = header.as_ref().and_then(|header| header.kid.as_deref());
        let mut suspects = signer::ordered(&self.suspects, kid);
        work.tried.keys_left_out = self.suspects.len().saturating_sub(suspects.len());
        suspects.extend(header.iter().flat_map(signer::embedded));
        let others = signer::ordered(&self.others, kid).into_iter();
        let others = others
            .chain(header.iter().flat_map(signer::embedded_others))
            .chain(signer::named_others(&keys_named));
        let others: Vec<_> = others.flat_map(Suspect::for_any_algorithm).collect();
        let forms = signature_encodings::forms(&segments.signature, work);
        let names = KeyNames {
            has_other_keys: !others.is_empty(),
            ..self.names.clone()
        };
        let signed = match same_content {
            Some(other) => Arc::clone(&other.signed),
            // The other half is for what is compared with them.
            None => work
                .within(work.left() / 2, |work| {
                    SigningInputs::new(case.reading, header.as_ref(), &names, work)
                })
                .into(),
        };
        let of_p256 = suspects
            .iter()
            .map(|suspect| (&**suspect.id(), suspect.changes()));
        let of_others = others.iter().map(|other| (&**other.id(), other.changes()));
        let changes = forms.iter().map(|form| &*form.changes);
        let keys = of_p256.chain(of_others);
        work.tried.describe(changes, keys);
        Search {
            case,
            header,
            forms,
            suspects,
            others,
            signed,
            opened: Vec::new(),
            named: keys_named,
        }
    }

    /// The signature, as it is, leads to one of too many keys: compared first, for it costs little.
    fn known_as_it_is(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let form = search.forms.get(..1).unwrap_or_default();
        let plainest = search.of(Hashed::is_plainest);
        if self.index.is_empty() || plainest.is_empty() {
            return None;
        }
        recovered_keys::meet(search.case, form, &plainest, &self.index, &[], work)
    }

    /// The signature leads to a key that is given, or to one that the token itself names.
    fn known_or_named(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let names = search.named.thumbprints();
        if names.is_empty() && self.index.is_empty() {
            return None;
        }
        let Search { forms, signed, .. } = search;
        recovered_keys::meet(
            search.case,
            forms,
            &signed.hashes,
            &self.index,
            &names,
            work,
        )
    }

    /// RFC 8725 section 2.1: a MAC made with what everybody knows.
    fn mac(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let of_others = search.others.iter();
        let of_others = of_others.map(|other| (Arc::clone(other.id()), other.key().clone()));
        let keys: Vec<_> = search
            .suspects
            .iter()
            .map(|suspect| (Arc::clone(suspect.id()), Material::P256(*suspect.key())))
            .chain(of_others)
            .collect();
        let input = search.case.reading.signing_input();
        let kid = search.header.as_ref();
        let kid = kid.and_then(|header| header.kid.as_deref());
        let bytes = signature_encodings::bytes_of(&search.case.reading.segments.signature, MAX_MAC);
        bytes.into_iter().find_map(|(changes, signature)| {
            let secret = self.files.search(&input, &signature, &keys, kid, work)?;
            search
                .case
                .prove(&changes, &[], Signer::Secret(&secret), work)
        })
    }

    /// Characters that were altered or lost, first as the keys on P-256 or the others tell, by the header's algorithm.
    fn damaged(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let of_others = |work: &mut Work| {
            family::damaged(
                search.case,
                &search.signed.texts,
                search.alg(),
                &search.others,
                &search.opened,
                work,
            )
        };
        let row = search.alg().and_then(Algorithm::named);
        if row.is_some_and(|row| row.key_type == KeyType::P256) {
            self.damaged_on_p256(search, work)
                .or_else(|| of_others(work))
        } else {
            of_others(work).or_else(|| self.damaged_on_p256(search, work))
        }
    }

    fn damaged_on_p256(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let Search { case, .. } = search;
        let is_empty = case.reading.segments.signature.is_empty();
        // Where each hash costs a search of its own, only what the header's algorithm may mean takes part.
        let plain: Vec<Hashed> = search.of(|hashed| hashed.is_plain);
        let plainest: Vec<Hashed> = search.of(Hashed::is_plainest);
        let suspects = &*search.suspects;
        if suspects.is_empty() || plain.is_empty() || is_empty {
            return None;
        }
        let proof = truncated::search(*case, &plainest, suspects, work)
            .or_else(|| {
                // Each hash is tried with each key.
                let likely = match suspects.len() {
                    ..=FEW_KEYS => search.of(|hashed| hashed.is_likely),
                    _ => plain.clone(),
                };
                single_edit::in_signature(*case, &likely, suspects, work)
            })
            .or_else(|| {
                dropped_characters::DroppedSearch::new(*case, &plainest, suspects, work)?.run(work)
            });
        if proof.is_some() {
            return proof;
        }
        match self.effort {
            Effort::Default => {
                // Of what can't be read as a signature, a deep search tries nothing either.
                let is_mac = search.alg().is_some_and(|alg| alg.starts_with("HS"));
                if work.tried.forms > 0 && !is_mac {
                    work.leave_out();
                }
                None
            }
            Effort::Deep => single_edit::in_signing_input(*case, &search.forms, suspects, work)
                .or_else(|| single_edit::in_any_character(*case, &plain, suspects, work)),
        }
    }
}

impl Search<'_> {
    /// A key that somebody made of one of the keys by mistake.
    fn mistaken(&self, work: &mut Work) -> Option<Proof> {
        /// Of more keys the rest is not tried.
        const MAX_KEYS: usize = 4;
        /// Three keys for each, made with multiples of the generator.
        const OF_A_KEY: u64 = 140;
        let keys = self.suspects.iter().take(MAX_KEYS);
        let mistaken: Vec<Suspect> = keys
            .take_while(|_| work.spend(OF_A_KEY))
            .flat_map(Suspect::mistaken)
            .collect();
        let plain = self.forms.get(..1).unwrap_or_default();
        let targets = Targets::new(plain, &mistaken, work);
        meet(self.case, &targets, &self.of(Hashed::is_plainest), work).0
    }

    fn alg(&self) -> Option<&str> {
        self.header.as_ref()?.alg.as_deref()
    }

    fn of(&self, is_wanted: impl Fn(&Hashed) -> bool) -> Vec<Hashed> {
        let wanted = self.signed.hashes.iter().filter(|hashed| is_wanted(hashed));
        wanted.cloned().collect()
    }

    /// The proofs that the signature verifies under a key that it leads to, if the token is intact and
    /// signed as its `alg` says. Key recovery is meaningless for a damaged signature.
    fn recovered(&self, work: &mut Work) -> Vec<Proof> {
        let is_whole = |form: &&SignatureForm| {
            matches!(
                form.changes.as_slice(),
                [] | [Change::ReadDer { strict: true }]
            )
        };
        let is_of_alg = |hashed: &Hashed| {
            let is_asked = |change: &Change| matches!(change, Change::IgnoreAlg { .. });
            hashed.changes.iter().all(is_asked)
        };
        match self.forms.iter().find(is_whole) {
            Some(form) if self.alg().is_some_and(is_of_p256) => {
                recovered_keys::proofs(self.case, form, &self.of(is_of_alg), work)
            }
            Some(_) | None => Vec::new(),
        }
    }
}

/// How many of these are left, from each on.
fn rests<T>(all: &[T]) -> impl Iterator<Item = u64> {
    (1..=u64::try_from(all.len()).unwrap_or(u64::MAX)).rev()
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

/// Whether the token can be read, with a signature of the right length: it may be one by an unknown signer.
fn is_whole(report: &Report) -> bool {
    let signature = &report.signature;
    report.verdict == Verdict::MisSigned
        && signature.octets.is_some()
        && signature.octets == signature.expected_octets
}

/// Whether a signature of 64 bytes may be one under a key on P-256. Under secp256k1 it has as many.
fn is_of_p256(alg: &str) -> bool {
    alg.starts_with("ES") && alg != "ES256K"
}
