//! What many tokens have in common: causes, key IDs, signers, clocks.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::same_signer::SignerTracker;
use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};
use crate::verify::report::Report;
use crate::verify::verdict::Verdict;

/// A run with a new key ID in every token must not fill the memory.
const MAX_KIDS: usize = 10_000;

/// Nor may long ones, in bytes.
const MAX_KID: usize = 256;

/// Counts over the reports of one run. All but [`tokens`](Self::tokens), [`ages`](Self::ages) and
/// [`ahead`](Self::ahead) are about rejected tokens; lists begin with what is most frequent.
#[derive(Debug, Default)]
pub struct Tally {
    tokens: u64,
    rejected: u64,
    causes: BTreeMap<Code, u64>,
    kids: BTreeMap<Box<str>, u64>,
    /// The first and the last `iat`, in seconds since 1970-01-01T00:00:00Z.
    issued: Option<RangeInclusive<i64>>,
    /// The last time of a check.
    now: i64,
    /// How many seconds an `iat` was in the future.
    ahead: i64,
    signers: SignerTracker,
}

impl Tally {
    /// Counts a report, and adds what it shows together with those before it: a key to which the signatures
    /// of two tokens lead signed both.
    pub fn count(&mut self, report: &mut Report) {
        let is_guess = |finding: &Finding| Code::SameSigner.silences().contains(&finding.code);
        let guesses = report
            .findings
            .iter()
            .filter(|finding| is_cause(finding) && is_guess(finding));
        let guesses: Vec<Code> = guesses.map(|finding| finding.code).collect();
        if let Some(met) = self.signers.note(&mut report.recovered, &guesses) {
            // What could only be guessed of the first token is known with the second.
            if let Some(guesses) = met.first {
                increase(&mut self.causes, Code::SameSigner, 1);
                for guess in guesses {
                    decrease(&mut self.causes, guess);
                }
            }
            report.findings.retain(|other| !is_guess(other));
            report.findings.insert(0, met.finding);
        }
        self.tokens = self.tokens.saturating_add(1);
        let now = report.time.now;
        self.now = self.now.max(now);
        if let Some(iat) = &report.time.issued_at {
            let time = iat.seconds_from(0);
            let (first, last) = self.issued.take().unwrap_or(time..=time).into_inner();
            self.issued = Some(first.min(time)..=last.max(time));
            self.ahead = self.ahead.max(iat.seconds_from(now));
        }
        if report.verdict == Verdict::Valid {
            return;
        }
        self.rejected = self.rejected.saturating_add(1);
        for finding in report.findings.iter().filter(|finding| is_cause(finding)) {
            increase(&mut self.causes, finding.code, 1);
        }
        if let Some(kid) = report.header.as_ref().and_then(|header| header.kid.clone())
            && kid.len() <= MAX_KID
            && (self.kids.len() < MAX_KIDS || self.kids.contains_key(&kid))
        {
            increase(&mut self.kids, kid, 1);
        }
    }

    /// How many tokens there were.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// How many of them were rejected.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// How many tokens for each cause, as their reports give it. The first token of a signer that later ones
    /// reveal counts as theirs.
    #[must_use]
    pub fn causes(&self) -> Vec<(&'static str, u64)> {
        most_frequent(
            self.causes
                .iter()
                .map(|(code, count)| (code.name(), *count)),
        )
    }

    /// How many tokens for each key ID in their headers.
    #[must_use]
    pub fn key_ids(&self) -> Vec<(&str, u64)> {
        most_frequent(self.kids.iter().map(|(kid, count)| (&**kid, *count)))
    }

    /// The signers of more than one token, by thumbprint, with how many.
    #[must_use]
    pub fn signers(&self) -> Vec<(&str, u64)> {
        most_frequent(self.signers.shared())
    }

    /// The least and the most seconds from an `iat` to the last time of a check.
    #[must_use]
    pub fn ages(&self) -> Option<RangeInclusive<i64>> {
        let (first, last) = self.issued.clone()?.into_inner();
        Some(self.now.saturating_sub(last)..=self.now.saturating_sub(first))
    }

    /// The most seconds that an `iat` was in the future when its token was checked; none if none was.
    #[must_use]
    pub fn ahead(&self) -> Option<u64> {
        u64::try_from(self.ahead).ok().filter(|ahead| *ahead > 0)
    }
}

fn is_cause(finding: &Finding) -> bool {
    finding.certainty != Certainty::Note
}

fn increase<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, by: u64) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(by);
}

/// Takes one of a count, and the count itself if nothing is left of it.
fn decrease(counts: &mut BTreeMap<Code, u64>, code: Code) {
    if let Some(count) = counts.get_mut(&code) {
        *count = count.saturating_sub(1);
    }
    counts.retain(|_, count| *count > 0);
}

fn most_frequent<'n>(counts: impl Iterator<Item = (&'n str, u64)>) -> Vec<(&'n str, u64)> {
    let mut counts: Vec<(&str, u64)> = counts.collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts
}
