//! The summary of a run of many tokens.

use std::collections::BTreeMap;
use std::iter;
use std::time::{Duration, Instant};

use jwtlens::{Recovered, Report, Verdict};

use super::input::Share;
use super::messages::Messages;
use super::numbers;
use super::reasons::{increase, reason};
use super::scan::{Skipped, Untimed};
use super::statistics::Statistics;

/// The most reasons that are printed.
const MAX_REASONS: usize = 3;

/// How many tokens there were of each verdict, and why.
#[derive(Default)]
pub struct Summary {
    /// None once it is printed, and for a part of a run.
    begun: Option<Instant>,
    is_interrupted: bool,
    /// What to do if the run prints more than a reader can take in.
    hint: Option<&'static str>,
    verdicts: BTreeMap<Verdict, u64>,
    reasons: BTreeMap<String, u64>,
    skipped: Skipped,
    untimed: Untimed,
    /// Whether tokens may have been valid at the times of their lines.
    suggests_line_times: bool,
    /// What is printed instead of the summary.
    statistics: Option<Statistics>,
}

impl Summary {
    /// A summary that measures the time from here on, and prints the hint if there were more than a handful of
    /// tokens.
    pub fn begin(hint: Option<&'static str>) -> Self {
        Self {
            begun: Some(Instant::now()),
            hint,
            ..Self::default()
        }
    }

    /// There may be more tokens than were verified.
    pub fn interrupt(&mut self) {
        self.is_interrupted = true;
    }

    pub fn count(&mut self, report: &Report) {
        increase(&mut self.verdicts, report.verdict, 1);
        if let Some(reason) = reason(report) {
            increase(&mut self.reasons, reason, 1);
        }
    }

    /// Counts a token that is checked now because its line has no time.
    pub fn count_without_time(&mut self) {
        self.untimed.count_now();
    }

    /// A token in a log has expired by now.
    pub fn suggest_line_times(&mut self) {
        self.suggests_line_times = true;
    }

    /// Counts a report for the statistics, which are then printed instead of the summary.
    /// `recovered` are the keys that it had before it was redacted.
    pub fn count_for_statistics(&mut self, report: &Report, recovered: &[Recovered]) {
        let statistics = self.statistics.get_or_insert_default();
        statistics.count(report, recovered);
    }

    /// The statistics of the run.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics.clone().unwrap_or_default();
        statistics.skipped = self.has_skipped().then(|| self.skipped.clone());
        statistics.count_first_tokens();
        statistics
    }

    /// Counts what `--scan` skipped, and tokens in lines without a time.
    pub fn scanned(&mut self, skipped: &Skipped, untimed: &Untimed) {
        self.skipped.add(skipped);
        self.untimed.add(untimed);
    }

    /// Whether there was something like a token.
    pub fn has_skipped(&self) -> bool {
        !self.skipped.is_empty()
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.skipped.add(&other.skipped);
        self.untimed.add(&other.untimed);
        self.suggests_line_times |= other.suggests_line_times;
        if let Some(statistics) = &other.statistics {
            self.statistics.get_or_insert_default().add(statistics);
        }
        for (verdict, count) in &other.verdicts {
            increase(&mut self.verdicts, *verdict, *count);
        }
        for (reason, count) in &other.reasons {
            increase(&mut self.reasons, reason.clone(), *count);
        }
    }

    pub fn total(&self) -> u64 {
        let counts = self.verdicts.values();
        counts.fold(0, |total, count| total.saturating_add(*count))
    }

    /// The most severe verdict.
    pub fn worst(&self) -> Option<Verdict> {
        self.verdicts.keys().next_back().copied()
    }

    /// `1,972 tokens in 10.8s (182/s)`; the rate of a short run would be that of its start.
    pub fn pace(&self, elapsed: Duration) -> String {
        const MIN_TOKENS: u64 = 1000;
        const MIN_MILLISECONDS: u64 = 500;
        let total = self.total();
        let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let rate = total.saturating_mul(1000).checked_div(milliseconds);
        let rate = match rate.filter(|_| total >= MIN_TOKENS && milliseconds >= MIN_MILLISECONDS) {
            Some(rate) => format!(" ({}/s)", numbers::number(rate)),
            None => String::new(),
        };
        let tokens = numbers::count(total, "token");
        format!("{tokens} in {}{rate}", numbers::elapsed(elapsed))
    }

    /// The same with how long the rest may take, or how much was read, and with what was found so far:
    /// `1,972 tokens in 10.8s (182/s), 1m 2s left: 1,970 valid, 2 expired`
    pub fn progress(&self, elapsed: Duration, read: Option<Share>) -> String {
        let rest = read.map(|share| match share.left(elapsed) {
            Some(left) => format!(", {} left", numbers::elapsed(left)),
            None => format!(", {} read", numbers::bytes(share.read)),
        });
        let rest = rest.unwrap_or_default();
        let verdicts = match self.verdicts() {
            verdicts if verdicts.is_empty() => verdicts,
            verdicts => format!(": {verdicts}"),
        };
        // A narrow terminal cuts the end.
        format!("{}{rest}{verdicts}", self.pace(elapsed))
    }

    /// `1,970 valid, 2 expired`
    fn verdicts(&self) -> String {
        let verdicts = self.verdicts.iter();
        let verdicts = verdicts
            .map(|(verdict, count)| format!("{} {}", numbers::number(*count), verdict.name()));
        verdicts.collect::<Vec<_>>().join(", ")
    }

    /// Prints the summary, once: a signal may come when the run has just ended. Returns whether it did.
    /// Statistics are printed elsewhere. An empty line sets it off from reports `above` it.
    pub fn tell(&mut self, messages: Messages, has_statistics: bool, above: bool) -> bool {
        const MAX_WITHOUT_HINT: u64 = 5;
        let Some(begun) = self.begun.take() else {
            return false;
        };
        let is_silent = self.total() < 2
            && self.skipped.is_empty()
            && self.untimed.is_empty()
            && !self.suggests_line_times;
        if above && !is_silent {
            messages.line("");
        }
        self.skipped.warn(messages);
        self.untimed.warn(messages);
        if self.suggests_line_times && !messages.quiet {
            messages.hint("use --at line to check each token at the time of its log line");
        }
        if has_statistics {
            if self.is_interrupted {
                messages
                    .warning("interrupted; the summary covers only the tokens processed so far");
            }
            return true;
        }
        let lines = self.lines(begun);
        for line in &lines {
            messages.line(line);
        }
        if let Some(hint) = self.hint
            && !lines.is_empty()
            && self.total() > MAX_WITHOUT_HINT
        {
            messages.hint(hint);
        }
        true
    }

    /// The lines about more than one token.
    fn lines(&self, begun: Instant) -> Vec<String> {
        if self.total() < 2 {
            return Vec::new();
        }
        let pace = self.pace(begun.elapsed());
        let mut reasons: Vec<(&str, u64)> = self
            .reasons
            .iter()
            .map(|(reason, count)| (reason.as_str(), *count))
            .collect();
        reasons.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        // The line for a single other reason can hold the reason.
        let shown = match reasons.len().saturating_sub(MAX_REASONS) {
            1 => reasons.len(),
            _ => MAX_REASONS,
        };
        let reasons = reasons
            .iter()
            .take(shown)
            .map(|(reason, count)| format!("  {reason} ({})", numbers::count(*count, "token")))
            .chain(others(reasons.get(shown..).unwrap_or_default()));
        let after = if self.is_interrupted {
            "interrupted after "
        } else {
            ""
        };
        iter::once(format!("{after}{pace}: {}", self.verdicts()))
            .chain(reasons)
            .collect()
    }
}

/// The line about the reasons that are not printed.
fn others(reasons: &[(&str, u64)]) -> Option<String> {
    let tokens = reasons.iter();
    let tokens = tokens.fold(0_u64, |all, (_, count)| all.saturating_add(*count));
    let number = u64::try_from(reasons.len()).unwrap_or(u64::MAX);
    (number > 0).then(|| {
        format!(
            "  and {} more reasons ({})",
            numbers::number(number),
            numbers::count(tokens, "token")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(tokens: u64) -> Summary {
        let mut summary = Summary::begin(None);
        increase(&mut summary.verdicts, Verdict::Valid, tokens);
        summary
    }

    #[test]
    fn a_summary_is_about_more_than_one_token() {
        for (tokens, lines) in [(0, 0), (1, 0), (2, 1)] {
            assert_eq!(summary(tokens).lines(Instant::now()).len(), lines);
        }
    }

    #[test]
    fn summary_counts_the_reasons_that_it_does_not_print() {
        let mut summary = summary(9);
        for (reason, tokens) in [("a", 4), ("b", 3), ("c", 2), ("d", 1), ("e", 1)] {
            increase(&mut summary.reasons, reason.to_owned(), tokens);
        }
        assert_eq!(
            summary.lines(Instant::now())[1..],
            [
                "  a (4 tokens)",
                "  b (3 tokens)",
                "  c (2 tokens)",
                "  and 2 more reasons (2 tokens)"
            ]
        );
    }

    #[test]
    fn a_single_other_reason_is_printed_itself() {
        let mut summary = summary(9);
        for (reason, tokens) in [("a", 4), ("b", 3), ("c", 2), ("d", 1)] {
            increase(&mut summary.reasons, reason.to_owned(), tokens);
        }
        let lines = summary.lines(Instant::now());
        assert_eq!(lines[4..], ["  d (1 token)"]);
    }

    #[test]
    fn a_short_run_has_no_rate() {
        for (tokens, milliseconds, pace) in [
            (1, 0, "1 token in <1ms"),
            (999, 5000, "999 tokens in 5.0s"),
            (100_000, 499, "100,000 tokens in 499ms"),
            (1000, 500, "1,000 tokens in 500ms (2,000/s)"),
            (1972, 10_812, "1,972 tokens in 10.8s (182/s)"),
        ] {
            let elapsed = Duration::from_millis(milliseconds);
            assert_eq!(summary(tokens).pace(elapsed), pace);
        }
    }
}
