//! Tokens whose lines have no time, with `--at line`.

use crate::cli::messages::Messages;
use crate::cli::numbers;

/// How many there are, and why.
#[derive(Clone, Debug, Default)]
pub struct Untimed {
    /// Tokens that are checked at the time of an earlier line.
    before: u64,
    /// Tokens that are checked now.
    now: u64,
    /// A member that looks like a time, but does not count.
    member: Option<String>,
}

impl Untimed {
    /// Counts a token in a line without a time, after a line that has one.
    pub fn count_before(&mut self) {
        self.before = self.before.saturating_add(1);
    }

    /// Counts a token that no time precedes.
    pub fn count_now(&mut self) {
        self.now = self.now.saturating_add(1);
    }

    /// Keeps the name of a member that looks like a time.
    pub fn name(&mut self, member: Option<&str>) {
        if self.member.is_none() {
            self.member = member.map(ToOwned::to_owned);
        }
    }

    /// Adds what was counted later.
    pub fn add(&mut self, later: &Self) {
        self.before = self.before.saturating_add(later.before);
        self.now = self.now.saturating_add(later.now);
        self.name(later.member.as_deref());
    }

    /// Warns of them.
    pub fn warn(&self, messages: Messages) {
        if self.before > 0 {
            let tokens = numbers::count(self.before, "token");
            let lines = if self.before == 1 {
                "was checked at the time of an earlier line: its line has no time"
            } else {
                "were checked at the time of an earlier line: their lines have no time"
            };
            messages.note(&format!("{tokens} {lines}"));
        }
        if self.now > 0 {
            let tokens = numbers::count(self.now, "token");
            let (verb, object) = if self.now == 1 {
                ("was", "it")
            } else {
                ("were", "them")
            };
            messages.warning(&format!(
                "{tokens} {verb} checked at the current time: no time precedes {object} in the log"
            ));
        }
        if let Some(member) = &self.member
            && (self.before > 0 || self.now > 0)
            && !messages.quiet
        {
            messages.hint(&format!(
                "\"{member}\" is not read as the time; rename it, for example with `jq -c '.time = .[\"{member}\"]'`"
            ));
        }
    }
}
