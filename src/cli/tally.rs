//! What many rejected tokens have in common: causes, key IDs, signers, clocks.

use std::collections::BTreeMap;
use std::time::Duration;

use jwtlens::{Certainty, Code, Report, Signers, Verdict};

use super::escape;
use super::figures;
use super::messages::Messages;

/// The most of one kind that are printed.
const SHOWN: usize = 5;

/// Bounds memory if every token has another key ID.
const MAX_KIDS: usize = 10_000;

/// The longest key ID that is counted, in bytes.
const MAX_KID: usize = 256;

/// Counts over the reports of one run.
#[derive(Default)]
pub struct Tally {
    rejected: u64,
    causes: BTreeMap<Code, u64>,
    kids: BTreeMap<Box<str>, u64>,
    /// The least and the most seconds from `iat` to now.
    ages: Option<(i64, i64)>,
    pub signers: Signers,
    judged: u64,
}

impl Tally {
    /// Counts a report.
    pub fn note(&mut self, report: &Report) {
        self.judged = self.judged.saturating_add(1);
        if let Some(iat) = &report.time.issued_at {
            let age = iat.seconds_from(report.time.now).saturating_neg();
            let (least, most) = self.ages.unwrap_or((age, age));
            self.ages = Some((least.min(age), most.max(age)));
        }
        if report.verdict == Verdict::Valid {
            return;
        }
        self.rejected = self.rejected.saturating_add(1);
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
    }

    /// How far a run is, and the search of its next token: `12 tokens in 3.4s: 9 rejected; searching: 260
    /// combinations tried`.
    pub fn pace(&self, elapsed: Duration, tried: u64) -> String {
        let search = format!("searching: {} tried", figures::count(tried, "combination"));
        if self.judged == 0 {
            return search;
        }
        let tokens = figures::count(self.judged, "token");
        let rejected = figures::number(self.rejected);
        format!(
            "{tokens} in {}: {rejected} rejected; {search}",
            figures::elapsed(elapsed)
        )
    }

    /// How many tokens for each cause. The first token of a signer met again was one whose content
    /// might have been changed; now it is one of that signer.
    fn causes(&self) -> BTreeMap<Code, u64> {
        let mut causes = self.causes.clone();
        let first = u64::try_from(self.signers.shared().len()).unwrap_or(u64::MAX);
        let guessed = causes.remove(&Code::NoKeyMatches).unwrap_or(0);
        let moved = first.min(guessed);
        if let Some(left) = guessed.checked_sub(moved).filter(|left| *left > 0) {
            causes.insert(Code::NoKeyMatches, left);
        }
        if moved > 0 {
            let same = causes.entry(Code::SameSigner).or_default();
            *same = same.saturating_add(moved);
        }
        causes
    }

    /// Prints what more than one token had in common.
    pub fn tell(&self, messages: Messages) {
        if self.judged < 2 || self.rejected == 0 {
            return;
        }
        let list = |what: &str, mut counts: Vec<(&str, u64)>| {
            counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            if !counts.is_empty() {
                let more = if counts.len() > SHOWN { ", ..." } else { "" };
                let shown: Vec<String> = counts
                    .iter()
                    .take(SHOWN)
                    .map(|(name, count)| {
                        let tokens = figures::count(*count, "token");
                        format!("{} ({tokens})", escape::delimited(name))
                    })
                    .collect();
                messages.line(&format!("{what}: {}{more}", shown.join(", ")));
            }
        };
        let causes = self.causes();
        list(
            "causes",
            causes
                .iter()
                .map(|(code, count)| (code.name(), *count))
                .collect(),
        );
        list(
            "key IDs of rejected tokens",
            self.kids
                .iter()
                .map(|(kid, count)| (&**kid, *count))
                .collect(),
        );
        list("unknown signing keys by thumbprint", self.signers.shared());
        if let Some((least, most)) = self.ages {
            let (newest, oldest) = (age(least), age(most));
            messages.line(&if newest == oldest {
                format!("issued {newest}")
            } else {
                format!("issued between {oldest} and {newest}")
            });
            if least < 0 {
                let ahead = jwtlens::duration(least.unsigned_abs());
                messages.hint(&format!(
                    "synchronize the clocks with NTP: they differ by at least {ahead}"
                ));
            }
        }
    }
}

/// How many seconds ago: `2h 5m ago`, `1m in the future`.
fn age(seconds: i64) -> String {
    let duration = jwtlens::duration(seconds.unsigned_abs());
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("{duration} ago"),
        _ => format!("{duration} in the future"),
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}
