//! Colours by what they mean. Only the sixteen of every terminal are used, so that a dark and a
//! light one show them readably; and a colour never says what no word says.

use colored::Colorize;
use jwtlens::Verdict;

/// Colours a stream, or doesn't. `colored` itself is set to colour always: it would decide for both
/// streams by standard output alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    pub fn verdict(self, verdict: Verdict) -> String {
        let name = verdict.name();
        if !self.on {
            return name.to_owned();
        }
        match verdict {
            Verdict::Valid => name.green().bold(),
            Verdict::NotVerified | Verdict::Expired | Verdict::NotYetValid => name.yellow().bold(),
            Verdict::ClaimRefused
            | Verdict::Unverifiable
            | Verdict::MisSigned
            | Verdict::Malformed => name.red().bold(),
        }
        .to_string()
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
            text.yellow().bold().to_string()
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
