//! Tokens whose lines have no time, with `--at line`.

use super::member_path::MemberPath;
use super::zone::HOURS_ALONE;
use crate::cli::messages::Messages;
use crate::cli::numbers;

/// How many there are, and why.
#[derive(Clone, Debug, Default)]
pub struct Untimed {
    /// Tokens that are checked at the time of an earlier line.
    before: u64,
    /// Tokens that are checked now.
    now: u64,
    /// Tokens of both kinds whose lines give a zone that is not known.
    unknown_zone: u64,
    /// The first of these zones.
    zone: Option<&'static str>,
    /// A member that looks like a time, but does not count.
    member: Option<MemberPath>,
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

    /// Counts a token in a line whose zone is not known.
    pub fn count_unknown_zone(&mut self, zone: &'static str) {
        self.unknown_zone = self.unknown_zone.saturating_add(1);
        self.zone.get_or_insert(zone);
    }

    /// Keeps a member that looks like a time.
    pub fn name(&mut self, member: Option<&MemberPath>) {
        if self.member.is_none() {
            self.member = member.cloned();
        }
    }

    /// Adds what was counted later.
    pub fn add(&mut self, later: &Self) {
        self.before = self.before.saturating_add(later.before);
        self.now = self.now.saturating_add(later.now);
        self.unknown_zone = self.unknown_zone.saturating_add(later.unknown_zone);
        self.zone = self.zone.or(later.zone);
        self.name(later.member.as_ref());
    }

    pub fn is_empty(&self) -> bool {
        self.before == 0 && self.now == 0 && self.unknown_zone == 0
    }

    /// Warns of them.
    pub fn warn(&self, messages: Messages) {
        if self.before > 0 {
            let tokens = numbers::count(self.before, "token");
            let lines = if self.before == 1 {
                "was checked at the time of an earlier line: its line has no usable time"
            } else {
                "were checked at the time of an earlier line: their lines have no usable time"
            };
            messages.note(&format!("{tokens} {lines}"));
        }
        if self.now > 0 {
            let tokens = numbers::count(self.now, "token");
            let (verb, lines) = if self.now == 1 {
                (
                    "was",
                    "neither its line nor any earlier line has a usable time",
                )
            } else {
                (
                    "were",
                    "neither their lines nor any earlier line has a usable time",
                )
            };
            messages.warning(&format!(
                "{tokens} {verb} checked at the current time: {lines}"
            ));
        }
        if let Some(zone) = self.zone {
            let tokens = numbers::count(self.unknown_zone, "token");
            let why = match zone {
                HOURS_ALONE => "their offset has no minutes".to_owned(),
                area if area.ends_with('/') => {
                    format!("they have a zone name ({area}...) instead of an offset")
                }
                name => format!("they have a zone name ({name}) instead of an offset"),
            };
            messages.note(&format!("the log times of {tokens} were not used: {why}"));
            if !messages.quiet {
                messages.hint(
                    "write times in UTC or with an offset, such as 2026-11-25T22:48:00-05:00",
                );
            }
        }
        if let Some(member) = &self.member
            && (self.before > 0 || self.now > 0)
            && !messages.quiet
        {
            messages.hint(&format!(
                "\"{}\" is not read as the time; rename it, for example with `jq -c '.time = {}'`",
                member.name(),
                member.jq(),
            ));
        }
    }
}
