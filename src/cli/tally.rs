//! What many refused tokens have in common: causes, key IDs, signers, clocks.

use std::collections::BTreeMap;

use jwtlens::{Certainty, Report, Signers, Verdict};

use super::escape;
use super::messages::Messages;

/// More of one kind are not told.
const SHOWN: usize = 5;

/// A stream of ever other key IDs must not fill the memory.
const MAX_KIDS: usize = 10_000;

/// Nor may long ones, in octets: no key is looked for by such a name.
const MAX_KID: usize = 256;

/// A run of input that is no token may be one that was broken into lines, up to this many octets.
const MAX_WRAPPED: usize = 64 * 1024;

/// Counts over the reports of one run.
#[derive(Default)]
pub struct Tally {
    refused: u64,
    causes: BTreeMap<&'static str, u64>,
    kids: BTreeMap<Box<str>, u64>,
    /// The least and the most seconds from `iat` to now.
    ages: Option<(i64, i64)>,
    pub signers: Signers,
    /// All lines, as long as none is a token.
    lines: Option<Vec<u8>>,
    malformed: u64,
    judged: u64,
}

impl Tally {
    /// Takes note of a report and of the text that it is about.
    pub fn note(&mut self, report: &Report, text: &[u8]) {
        self.judged = self.judged.saturating_add(1);
        if let Some(iat) = &report.time.issued_at {
            let age = iat.seconds_from(report.time.now).saturating_neg();
            let (least, most) = self.ages.unwrap_or((age, age));
            self.ages = Some((least.min(age), most.max(age)));
        }
        if report.verdict == Verdict::Valid {
            return;
        }
        self.refused = self.refused.saturating_add(1);
        let causes = report
            .findings
            .iter()
            .filter(|finding| finding.certainty != Certainty::Note);
        for finding in causes {
            add(&mut self.causes, finding.code);
        }
        if let Some(kid) = report.header.as_ref().and_then(|header| header.kid.clone())
            && kid.len() <= MAX_KID
            && (self.kids.len() < MAX_KIDS || self.kids.contains_key(&kid))
        {
            add(&mut self.kids, kid);
        }
        if report.verdict == Verdict::Malformed {
            self.malformed = self.malformed.saturating_add(1);
            let lines = self.lines.get_or_insert_default();
            if lines.len().saturating_add(text.len()) <= MAX_WRAPPED {
                lines.extend_from_slice(text);
            } else {
                self.malformed = 0;
            }
        }
    }

    /// The lines put together, where none of them was a token.
    pub fn joined(&self) -> Option<&[u8]> {
        let all = self.judged > 1 && self.malformed == self.judged;
        self.lines.as_deref().filter(|_| all)
    }

    /// How many tokens for each cause. The first token of a signer met again was one whose content
    /// might have been changed; now it is one of that signer.
    fn causes(&self) -> BTreeMap<&'static str, u64> {
        let mut causes = self.causes.clone();
        let first = u64::try_from(self.signers.shared().len()).unwrap_or(u64::MAX);
        let guessed = causes.remove("content-changed").unwrap_or(0);
        let moved = first.min(guessed);
        if let Some(left) = guessed.checked_sub(moved).filter(|left| *left > 0) {
            causes.insert("content-changed", left);
        }
        if moved > 0 {
            let same = causes.entry("same-signer").or_default();
            *same = same.saturating_add(moved);
        }
        causes
    }

    /// Tells what more than one token had in common.
    pub fn tell(&self, messages: Messages) {
        if self.judged < 2 || self.refused == 0 {
            return;
        }
        let list = |what: &str, mut counts: Vec<(&str, u64)>| {
            counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            if !counts.is_empty() {
                let more = if counts.len() > SHOWN { ", ..." } else { "" };
                let shown: Vec<String> = counts
                    .iter()
                    .take(SHOWN)
                    .map(|(name, count)| format!("{count} {}", escape::delimited(name)))
                    .collect();
                messages.line(&format!("{what}: {}{more}", shown.join(", ")));
            }
        };
        let causes = self.causes();
        list(
            "causes",
            causes.iter().map(|(code, count)| (*code, *count)).collect(),
        );
        list(
            "kids of refused tokens",
            self.kids
                .iter()
                .map(|(kid, count)| (&**kid, *count))
                .collect(),
        );
        list("unknown signers by thumbprint", self.signers.shared());
        if let Some((least, most)) = self.ages {
            messages.line(&format!(
                "issued between {} and {}",
                jwtlens::relative(most.saturating_neg()),
                jwtlens::relative(least.saturating_neg())
            ));
            if least < 0 {
                messages.hint(&format!(
                    "the clocks differ by {} at least: set them by NTP",
                    jwtlens::duration(least.unsigned_abs())
                ));
            }
        }
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}
