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
use style::Paint;

/// A report of a longer token is not held: JSON that is indented can be a hundred times longer than
/// the token.
const LONG: usize = 64 * 1024;

/// How reports look to people.
#[derive(Clone)]
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

/// The form of reports.
#[derive(Clone)]
pub struct Renderer {
    /// None prints nothing.
    format: Option<Format>,
    look: Look,
}

/// What is printed for some reports, in their order.
#[derive(Default)]
pub struct Printed {
    pieces: Vec<Piece>,
    /// Lines for standard error.
    pub refusals: Vec<String>,
}

/// A part of what is printed: made already, or to be made where it is written, as it may be longer
/// than anybody wants to hold.
enum Piece {
    Made(Vec<u8>),
    Long(Box<Report>, Vec<u8>),
}

impl Renderer {
    pub fn new(format: Option<Format>, look: Look) -> Self {
        Self { format, look }
    }

    /// Prints one report, or the token itself.
    pub fn render(&self, report: Report, token: &Token, printed: &mut Printed) -> Result<()> {
        match (self.format, report.verdict) {
            (None, _) => {}
            (Some(Format::Claims), verdict) if verdict != Verdict::Valid => {
                printed.refusals.push(text::refusal(&report));
            }
            (Some(format), _) if token.text.len() <= LONG => {
                if let Some(Piece::Made(made)) = printed.pieces.last_mut() {
                    self.write(format, &report, token.text, made)?;
                } else {
                    let mut made = Vec::new();
                    self.write(format, &report, token.text, &mut made)?;
                    printed.pieces.push(Piece::Made(made));
                }
            }
            (Some(_), _) => {
                let long = Piece::Long(Box::new(report), token.text.to_vec());
                printed.pieces.push(long);
            }
        }
        Ok(())
    }

    /// Writes what was printed. `begun` tells whether anything was written before.
    pub fn put(&self, printed: &Printed, begun: &mut bool, mut output: impl Write) -> Result<()> {
        for piece in &printed.pieces {
            // Before the first report there is no line between it and the one before.
            let mut output = SkipFirst {
                output: &mut output,
                skip: self.format == Some(Format::Text) && !*begun,
            };
            *begun = true;
            match (piece, self.format) {
                (Piece::Made(made), _) => output.write_all(made).context(CANNOT_WRITE)?,
                (Piece::Long(report, token), Some(format)) => {
                    self.write(format, report, token, &mut output)?;
                }
                (Piece::Long(..), None) => {}
            }
        }
        output.flush().context(CANNOT_WRITE)
    }

    fn write(
        &self,
        format: Format,
        report: &Report,
        token: &[u8],
        mut output: impl Write,
    ) -> Result<()> {
        let written = match format {
            Format::Text => write!(output, "\n{}", text::Text(&self.look).report(report)),
            Format::Line => writeln!(output, "{}", line::line(report, &self.look.zone)),
            Format::Json => write_json(output, token, |output| {
                serde_json::to_writer_pretty(output, report)
            }),
            Format::Jsonl => write_json(output, token, |output| {
                serde_json::to_writer(output, report)
            }),
            Format::Claims => {
                let claims = report.claims.as_ref().map(|claims| &claims.members);
                write_json(output, token, |output| {
                    serde_json::to_writer(output, &claims)
                })
            }
            Format::Token => writeln!(output, "{}", escape::text(&String::from_utf8_lossy(token))),
        };
        written.context(CANNOT_WRITE)
    }
}

/// Leaves out the first octet.
struct SkipFirst<W> {
    output: W,
    skip: bool,
}

impl<W: Write> Write for SkipFirst<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match octets.split_first() {
            Some((_, rest)) if self.skip => {
                self.skip = false;
                self.output.write_all(rest)?;
                Ok(octets.len())
            }
            _ => self.output.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// One JSON text on lines of its own, escaped: at once, or on its way where it may be long.
fn write_json<W: Write>(
    mut output: W,
    token: &[u8],
    write: impl FnOnce(&mut dyn Write) -> serde_json::Result<()>,
) -> io::Result<()> {
    if token.len() > LONG {
        write(&mut escape::JsonWriter(&mut output))?;
    } else {
        let mut made = Vec::with_capacity(1024);
        write(&mut made)?;
        let text = str::from_utf8(&made).map_err(io::Error::other)?;
        output.write_all(escape::json(text).as_bytes())?;
    }
    writeln!(output)
}

const CANNOT_WRITE: &str = "can't write to standard output";
