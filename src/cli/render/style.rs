//! Colors by meaning. Only the sixteen colors of every terminal are used, and of these only such as
//! are readable on a dark and on a light background; color never carries information on its own.

use colored::Colorize;
use jwtlens::Verdict;

/// Colors a stream, or doesn't. `colored` itself is set to color always: it would decide for both
/// streams by standard output alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    pub fn verdict(self, verdict: Verdict) -> String {
        let name = verdict.name();
        match verdict {
            Verdict::Valid if self.on => name.green().bold().to_string(),
            Verdict::Valid | Verdict::NotVerified => self.heading(name),
            Verdict::Expired
            | Verdict::NotYetValid
            | Verdict::ClaimRejected
            | Verdict::Unverifiable
            | Verdict::MisSigned
            | Verdict::Malformed => self.error(name),
        }
    }

    pub fn heading(self, text: &str) -> String {
        if self.on {
            text.bold().to_string()
        } else {
            text.to_owned()
        }
    }

    pub fn faint(self, text: &str) -> String {
        if self.on && !text.is_empty() {
            text.dimmed().to_string()
        } else {
            text.to_owned()
        }
    }

    pub fn good(self, text: &str) -> String {
        if self.on {
            text.green().to_string()
        } else {
            text.to_owned()
        }
    }

    pub fn warning(self, text: &str) -> String {
        if self.on {
            text.magenta().bold().to_string()
        } else {
            text.to_owned()
        }
    }

    pub fn error(self, text: &str) -> String {
        if self.on {
            text.red().bold().to_string()
        } else {
            text.to_owned()
        }
    }
}
