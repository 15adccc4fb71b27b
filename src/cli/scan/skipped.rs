//! What `--scan` skipped although it starts like a token.

use std::sync::Arc;

use serde::Serialize;

use crate::cli::messages::Messages;
use crate::cli::numbers;

/// Why something is not a token any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// A part is missing, or has other characters in it.
    Damaged,
    /// It is in base64 once more.
    DoubleEncoded,
    /// It has two layers of escapes.
    DoubleEscaped,
}

/// How many there were, and where the first one is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Skipped {
    damaged: Count,
    encoded_again: Count,
    escaped_again: Count,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Count {
    count: u64,
    first: Option<Position>,
}

#[derive(Clone, Debug, Serialize)]
struct Position {
    source: Arc<str>,
    line: u64,
    column: u64,
}

impl Skipped {
    /// Counts one.
    pub fn count(&mut self, reason: SkipReason, source: &Arc<str>, line: u64, column: u64) {
        let count = match reason {
            SkipReason::Damaged => &mut self.damaged,
            SkipReason::DoubleEncoded => &mut self.encoded_again,
            SkipReason::DoubleEscaped => &mut self.escaped_again,
        };
        count.count = count.count.saturating_add(1);
        count.first.get_or_insert_with(|| Position {
            source: Arc::clone(source),
            line,
            column,
        });
    }

    /// Whether nothing was skipped.
    pub fn is_empty(&self) -> bool {
        let counts = [&self.damaged, &self.encoded_again, &self.escaped_again];
        counts.iter().all(|count| count.count == 0)
    }

    /// Adds what was counted later.
    pub fn add(&mut self, later: &Self) {
        self.damaged.add(&later.damaged);
        self.encoded_again.add(&later.encoded_again);
        self.escaped_again.add(&later.escaped_again);
    }

    /// Warns of what was skipped.
    pub fn warn(&self, messages: Messages) {
        for (count, [one, many], hint) in [
            (
                &self.damaged,
                ["truncated or damaged token", "truncated or damaged tokens"],
                "check whether the logger truncates or wraps long lines",
            ),
            (
                &self.encoded_again,
                [
                    "token that is encoded twice",
                    "tokens that are encoded twice",
                ],
                "decode the text once, then scan it, for example with `base64 -d`",
            ),
            (
                &self.escaped_again,
                [
                    "token that is escaped twice",
                    "tokens that are escaped twice",
                ],
                r"undo one layer of escapes, for example with `sed 's/%25/%/g; s/\\u/\u/g'`",
            ),
        ] {
            if let Some(first) = &count.first {
                let Position {
                    source,
                    line,
                    column,
                } = first;
                let number = numbers::number(count.count);
                let what = if count.count == 1 { one } else { many };
                messages.warning(&format!(
                    "skipped {number} {what}, the first at {source}:{line}:{column}"
                ));
                if !messages.quiet {
                    messages.hint(hint);
                }
            }
        }
    }
}

impl Count {
    fn add(&mut self, later: &Self) {
        self.count = self.count.saturating_add(later.count);
        self.first = self.first.take().or_else(|| later.first.clone());
    }
}
