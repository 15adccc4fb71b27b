//! Reports as people and programs want them. Renderers read a report and decide nothing.

pub mod escape;
pub mod key;
mod layout;
mod line;
mod names;
pub mod style;
mod text;

use std::io::{self, Write};

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
        let output = &mut self.output;
        let written = match format {
            Format::Text => {
                let space = if self.begun { "\n" } else { "" };
                write!(output, "{space}{}", text::Text(&self.look).report(report))
            }
            Format::Line => writeln!(output, "{}", line::line(report, &self.look.zone)),
            Format::Json => write_json(output, |output| {
                serde_json::to_writer_pretty(output, report)
            }),
            Format::Jsonl => write_json(output, |output| serde_json::to_writer(output, report)),
            Format::Claims => {
                let (Verdict::Valid, Some(claims)) = (report.verdict, &report.claims) else {
                    self.messages.line(&text::refusal(report));
                    return Ok(());
                };
                write_json(output, |output| {
                    serde_json::to_writer(output, &claims.members)
                })
            }
            Format::Token => {
                writeln!(
                    output,
                    "{}",
                    escape::text(&String::from_utf8_lossy(token.text))
                )
            }
        };
        self.begun = true;
        written.context(CANNOT_WRITE)
    }

    /// Hands over all that was printed.
    pub fn flush(&mut self) -> Result<()> {
        self.output.flush().context(CANNOT_WRITE)
    }
}

/// One JSON text on lines of its own, escaped.
fn write_json<W: Write>(
    mut output: W,
    write: impl FnOnce(escape::JsonWriter<&mut W>) -> serde_json::Result<()>,
) -> io::Result<()> {
    write(escape::JsonWriter(&mut output))?;
    writeln!(output)
}

const CANNOT_WRITE: &str = "can't write to standard output";
