//! Reports as people and programs want them. Renderers read a report and decide nothing.

pub mod escape;
pub mod key;
mod layout;
mod line;
mod names;
pub mod style;
mod text;

use std::io::Write;

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use jwtlens::{Report, Token, Verdict};

use super::args::Format;
use super::messages::Messages;
use style::Paint;

/// How reports look to people.
pub struct Look {
    pub zone: TimeZone,
    pub paint: Paint,
    /// The columns to keep within.
    pub width: Option<usize>,
    pub detail: Detail,
}

/// What a report is a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    Decode,
    /// Points to `debug` where a token is refused.
    Verify,
    /// Tells what was searched for, in full where it is asked for.
    Debug {
        verbose: bool,
    },
}

/// Where reports go, and in which form.
pub struct Renderer<'o> {
    /// None prints nothing.
    format: Option<Format>,
    output: Box<dyn Write + 'o>,
    look: Look,
    messages: Messages,
    begun: bool,
}

impl<'o> Renderer<'o> {
    pub fn new(
        format: Option<Format>,
        output: Box<dyn Write + 'o>,
        look: Look,
        messages: Messages,
    ) -> Self {
        Self {
            format,
            output,
            look,
            messages,
            begun: false,
        }
    }

    /// Prints one report, at once and whole, or the token itself.
    pub fn render(&mut self, report: &Report, token: &Token) -> Result<()> {
        let Some(format) = self.format else {
            return Ok(());
        };
        let shown = match format {
            Format::Text => {
                let space = if self.begun { "\n" } else { "" };
                format!("{space}{}", text::Text(&self.look).report(report))
            }
            Format::Line => format!("{}\n", line::line(report, &self.look.zone)),
            Format::Json => format!("{}\n", escape::json(&serde_json::to_string_pretty(report)?)),
            Format::Jsonl => format!("{}\n", escape::json(&serde_json::to_string(report)?)),
            Format::Claims => {
                let (Verdict::Valid, Some(claims)) = (report.verdict, &report.claims) else {
                    self.messages.line(&text::refusal(report));
                    return Ok(());
                };
                format!(
                    "{}\n",
                    escape::json(&serde_json::to_string(&claims.members)?)
                )
            }
            Format::Token => {
                format!("{}\n", escape::text(&String::from_utf8_lossy(token.text)))
            }
        };
        self.begun = true;
        self.output
            .write_all(shown.as_bytes())
            .context(CANNOT_WRITE)
    }

    /// Hands over all that was printed.
    pub fn flush(&mut self) -> Result<()> {
        self.output.flush().context(CANNOT_WRITE)
    }
}

const CANNOT_WRITE: &str = "can't write to standard output";
