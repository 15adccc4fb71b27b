//! What a run found, without a token in it: the output of `-o summary` and `-o summary-json`.
//!
//! Memory is bounded: only the first names are counted separately, all others together. Names are added in
//! the order of the tokens, so the result does not depend on the number of threads.

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, HashMap};

use jwtlens::{
    Certainty, ClaimsSet, Code, Finding, MAX_EARLY, MAX_LATE, NumericDate, Recovered, Report,
    Validity, Verdict,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::reasons::{increase, reason};
use super::scan::Skipped;

/// The maximum number of names of one kind that are counted separately.
const MAX_NAMES: usize = 1000;

/// The maximum length in bytes of such a name.
const MAX_NAME: usize = 256;

/// The maximum number of keys that may have signed a token and are remembered: a run of rejected tokens
/// of ever other signers must not fill the memory.
const MAX_CANDIDATES: usize = 100_000;

/// The maximum number of reasons in the output.
const MAX_REASONS: usize = 10;

/// Counts over the tokens of a run.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Statistics {
    pub tokens: u64,
    pub verdicts: Verdicts,
    pub reasons: Reasons,
    pub causes: BTreeMap<&'static str, u64>,
    pub signers: Signers,
    #[serde(skip)]
    guesses: BTreeMap<ThumbprintStart, Guess>,
    pub kid: Names,
    pub iss: Names,
    pub alg: Names,
    pub checked_at: Option<Range>,
    pub issued_at: Option<Range>,
    pub skew: Skew,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Skipped>,
}

/// Tokens by verdict.
#[derive(Clone, Debug, Default)]
pub struct Verdicts(BTreeMap<Verdict, u64>);

/// Tokens by the reason for which they are rejected.
#[derive(Clone, Debug, Default)]
pub struct Reasons(BTreeMap<String, u64>);

/// Rejected tokens by the thumbprint of the unknown key that signed several of them. The first of them is counted
/// at the end: its signer is known only with the second.
#[derive(Clone, Debug, Default)]
pub struct Signers {
    tokens: BTreeMap<Box<str>, u64>,
    /// Whether the thumbprints are left out: those of recovered keys are parts of the tokens.
    is_redacted: bool,
}

/// Enough of a thumbprint to tell it from others.
type ThumbprintStart = [u8; 16];

/// How a token was counted whose signer a later one may reveal.
#[derive(Clone, Debug, Default)]
struct Guess {
    /// Its causes that a known signer silences.
    causes: Box<[Code]>,
    /// Its reason, if one of them is it.
    reason: Option<Box<str>>,
}

/// Tokens by a name in them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// In the order of their first token.
    named: Vec<Named>,
    index: HashMap<Option<Box<str>>, usize>,
    others: Verdicts,
}

/// The tokens with one name, or without one.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Named {
    pub name: Option<Box<str>>,
    pub tokens: u64,
    pub verdicts: Verdicts,
}

/// The first and the last of some times, in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Range {
    pub first: i64,
    pub last: i64,
}

/// Tokens that a clock skew may explain.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Skew {
    /// Tokens that expired at most [`MAX_LATE`] before they were checked.
    pub expired: u64,
    /// Tokens that became valid at most [`MAX_EARLY`] after.
    pub not_yet_valid: u64,
}

impl Statistics {
    /// Counts a report. `recovered` are the keys that it had before it was redacted.
    pub fn count(&mut self, report: &Report, recovered: &[Recovered]) {
        self.signers.is_redacted |= report.redacted;
        let verdict = report.verdict;
        self.tokens = self.tokens.saturating_add(1);
        self.verdicts.increase(verdict, 1);
        if verdict > Verdict::NotVerified {
            let reason = reason_of(report);
            let is_cause = |finding: &&Finding| finding.certainty != Certainty::Note;
            let causes = report.findings.iter().filter(is_cause);
            for finding in causes.clone() {
                increase(&mut self.causes, finding.code.name(), 1);
            }
            match recovered {
                [] => {}
                [signer] => self.count_signer(report, &signer.thumbprint),
                candidates => {
                    let causes = causes.map(|finding| finding.code);
                    let causes: Box<[Code]> = causes.filter(|code| is_guess(*code)).collect();
                    let is_reason = |code: &Code| reason == mis_signed_by(*code);
                    let reason = causes.iter().any(is_reason).then(|| reason.as_str().into());
                    let guess = Guess { causes, reason };
                    for candidate in candidates {
                        self.guess(start_of(&candidate.thumbprint), &guess);
                    }
                }
            }
            increase(&mut self.reasons.0, reason, 1);
        }
        let header = report.header.as_deref();
        let claims = report.claims.as_ref();
        let kid = header.and_then(|header| header.kid.as_deref());
        let alg = header.and_then(|header| header.alg.as_deref());
        let iss = claims.and_then(ClaimsSet::iss);
        self.kid.increase(kid, verdict);
        self.alg.increase(alg, verdict);
        self.iss.increase(iss, verdict);
        let now = report.time.now;
        extend(&mut self.checked_at, Range::of(now));
        if let Some(iat) = &report.time.issued_at {
            extend(&mut self.issued_at, Range::of(iat.seconds_from(0)));
        }
        self.skew.count(report);
    }

    /// Counts a token that has its signer in common with an earlier one.
    fn count_signer(&mut self, report: &Report, signer: &str) {
        let mut findings = report.findings.iter();
        if findings.any(|finding| finding.code == Code::SameSigner)
            && (self.signers.tokens.len() < MAX_NAMES || self.signers.tokens.contains_key(signer))
        {
            increase(&mut self.signers.tokens, signer.into(), 1);
        }
    }

    /// Remembers how the first token is counted that this key may have signed.
    fn guess(&mut self, signer: ThumbprintStart, guess: &Guess) {
        if self.guesses.len() < MAX_CANDIDATES {
            self.guesses.entry(signer).or_insert_with(|| guess.clone());
        }
    }

    /// Adds what was counted of later tokens.
    pub fn add(&mut self, later: &Self) {
        self.tokens = self.tokens.saturating_add(later.tokens);
        self.verdicts.add(&later.verdicts);
        for (reason, count) in &later.reasons.0 {
            increase(&mut self.reasons.0, reason.clone(), *count);
        }
        for (code, count) in &later.causes {
            increase(&mut self.causes, code, *count);
        }
        for (signer, tokens) in &later.signers.tokens {
            increase(&mut self.signers.tokens, signer.clone(), *tokens);
        }
        self.signers.is_redacted |= later.signers.is_redacted;
        for (signer, guess) in &later.guesses {
            self.guess(*signer, guess);
        }
        for (names, later) in [
            (&mut self.kid, &later.kid),
            (&mut self.alg, &later.alg),
            (&mut self.iss, &later.iss),
        ] {
            names.add(later);
        }
        for (range, later) in [
            (&mut self.checked_at, later.checked_at),
            (&mut self.issued_at, later.issued_at),
        ] {
            if let Some(later) = later {
                extend(range, later);
            }
        }
        self.skew.expired = self.skew.expired.saturating_add(later.skew.expired);
        let early = later.skew.not_yet_valid;
        self.skew.not_yet_valid = self.skew.not_yet_valid.saturating_add(early);
    }

    /// Counts the first token of each signer as signed by it, at the end of the run: what could only be guessed of
    /// that token is known with the second.
    pub fn count_first_tokens(&mut self) {
        for (signer, tokens) in &mut self.signers.tokens {
            // It may be none of those that --only selects.
            let Some(first) = self.guesses.get(&start_of(signer)) else {
                continue;
            };
            *tokens = tokens.saturating_add(1);
            increase(&mut self.causes, Code::SameSigner.name(), 1);
            for code in &first.causes {
                decrease(&mut self.causes, code.name());
            }
            if let Some(reason) = &first.reason {
                decrease(&mut self.reasons.0, reason.as_ref());
                increase(&mut self.reasons.0, mis_signed_by(Code::SameSigner), 1);
            }
        }
    }

    /// The causes of rejections, the most frequent first.
    pub fn causes(&self) -> Vec<(&'static str, u64)> {
        let mut causes: Vec<_> = self
            .causes
            .iter()
            .map(|(code, count)| (*code, *count))
            .collect();
        causes.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        causes
    }
}

/// Why a token is rejected: in the words of the summary of other formats, or by its first cause.
fn reason_of(report: &Report) -> String {
    reason(report).unwrap_or_else(|| {
        let verdict = report.verdict.name();
        let cause = report.findings.iter().find(|finding| finding.explains);
        match cause {
            Some(cause) if report.verdict == Verdict::MisSigned => mis_signed_by(cause.code),
            Some(_) | None => verdict.to_owned(),
        }
    })
}

/// The reason of a token that is mis-signed by this cause.
fn mis_signed_by(cause: Code) -> String {
    format!("{}: {}", Verdict::MisSigned.name(), cause.name())
}

/// Whether a cause is not one of a token any more once its signer is known.
fn is_guess(cause: Code) -> bool {
    Code::SameSigner.silences().contains(&cause)
}

/// What stands for the thumbprint of a recovered key that is not shown.
pub fn numbered(number: usize) -> String {
    format!("signer-{number}")
}

fn start_of(thumbprint: &str) -> ThumbprintStart {
    thumbprint
        .as_bytes()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}

/// Counts one less, and nothing more if none is left.
fn decrease<K: Ord + Borrow<str>>(counts: &mut BTreeMap<K, u64>, key: &str) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl Verdicts {
    fn increase(&mut self, verdict: Verdict, by: u64) {
        increase(&mut self.0, verdict, by);
    }

    fn add(&mut self, later: &Self) {
        for (verdict, count) in &later.0 {
            self.increase(*verdict, *count);
        }
    }

    /// The number of tokens of each verdict, mildest first.
    pub fn counts(&self) -> impl Iterator<Item = (Verdict, u64)> {
        self.0.iter().map(|(verdict, count)| (*verdict, *count))
    }

    /// The number of tokens.
    pub fn total(&self) -> u64 {
        let counts = self.0.values();
        counts.fold(0, |total, count| total.saturating_add(*count))
    }
}

impl Reasons {
    /// The most frequent ones.
    pub fn most(&self) -> Vec<(&str, u64)> {
        let counts = self.0.iter().map(|(reason, count)| (&**reason, *count));
        let mut counts: Vec<_> = counts.collect();
        counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts.truncate(MAX_REASONS);
        counts
    }
}

impl Signers {
    /// The number of tokens of each, those of most tokens first. Redacted, they are only numbered.
    pub fn most(&self) -> Vec<(Cow<'_, str>, u64)> {
        let counts = self.tokens.iter();
        let mut counts: Vec<_> = counts
            .map(|(signer, tokens)| (Cow::from(&**signer), *tokens))
            .collect();
        counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        if self.is_redacted {
            for (number, (signer, _)) in (1_usize..).zip(&mut counts) {
                *signer = numbered(number).into();
            }
        }
        counts
    }
}

impl Names {
    fn increase(&mut self, name: Option<&str>, verdict: Verdict) {
        if let Some(verdicts) = self.verdicts_of(name) {
            verdicts.increase(verdict, 1);
        }
    }

    fn add(&mut self, later: &Self) {
        for named in &later.named {
            if let Some(verdicts) = self.verdicts_of(named.name.as_deref()) {
                verdicts.add(&named.verdicts);
            }
        }
        self.others.add(&later.others);
    }

    /// The counts of a name, or those of all others.
    fn verdicts_of(&mut self, name: Option<&str>) -> Option<&mut Verdicts> {
        let is_long = name.is_some_and(|name| name.len() > MAX_NAME);
        let name: Option<Box<str>> = name.map(Box::from);
        let known = self.index.get(&name).copied();
        let place = match known {
            Some(place) => place,
            None if is_long || self.named.len() >= MAX_NAMES => return Some(&mut self.others),
            None => {
                let place = self.named.len();
                self.index.insert(name.clone(), place);
                self.named.push(Named {
                    name,
                    tokens: 0,
                    verdicts: Verdicts::default(),
                });
                place
            }
        };
        self.named.get_mut(place).map(|named| &mut named.verdicts)
    }

    /// The names, those of most tokens first.
    pub fn most(&self) -> Vec<Named> {
        let mut named: Vec<Named> = self.named.clone();
        for named in &mut named {
            named.tokens = named.verdicts.total();
        }
        named.sort_unstable_by(|a, b| b.tokens.cmp(&a.tokens).then(a.name.cmp(&b.name)));
        named
    }

    /// The tokens whose names are not counted each.
    pub fn others(&self) -> &Verdicts {
        &self.others
    }
}

impl Range {
    fn of(second: i64) -> Self {
        Self {
            first: second,
            last: second,
        }
    }
}

fn extend(range: &mut Option<Range>, other: Range) {
    let known = range.unwrap_or(other);
    *range = Some(Range {
        first: known.first.min(other.first),
        last: known.last.max(other.last),
    });
}

impl Skew {
    /// Ignores tokens that are rejected for another reason: their times are not trustworthy.
    fn count(&mut self, report: &Report) {
        let time = &report.time;
        let decides = matches!(
            report.verdict,
            Verdict::Expired | Verdict::NotYetValid | Verdict::NotVerified
        );
        let is_late = |seconds: i64| (-MAX_LATE..=0).contains(&seconds);
        let is_early = |nbf: &NumericDate| (0..=MAX_EARLY).contains(&nbf.seconds_from(time.now));
        match time.status.filter(|_| decides) {
            Some(Validity::Expired) if time.expires_in.is_some_and(is_late) => {
                self.expired = self.expired.saturating_add(1);
            }
            Some(Validity::NotYetValid) if time.not_before.as_ref().is_some_and(is_early) => {
                self.not_yet_valid = self.not_yet_valid.saturating_add(1);
            }
            Some(_) | None => {}
        }
    }
}

impl Serialize for Verdicts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (verdict, count) in &self.0 {
            map.serialize_entry(verdict.name(), count)?;
        }
        map.end()
    }
}

impl Serialize for Signers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.most())
    }
}

impl Serialize for Reasons {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct ReasonCount<'r> {
            reason: &'r str,
            tokens: u64,
        }
        let reasons = self.most().into_iter();
        serializer.collect_seq(reasons.map(|(reason, tokens)| ReasonCount { reason, tokens }))
    }
}

/// `names`, and `others` for the tokens whose names are not counted each.
impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("names", &self.most())?;
        map.serialize_entry("others", &self.others)?;
        map.end()
    }
}
