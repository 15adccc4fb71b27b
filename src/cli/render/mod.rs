//! Reports in every output format. Renderers read a report and decide nothing.

pub mod columns;
pub mod escape;
mod findings;
mod headline;
mod json_line;
pub mod key;
mod key_rows;
pub mod labels;
mod line;
mod look;
mod page;
mod rows;
mod statistics_table;
pub mod style;
mod text;

pub use look::{Detail, Look};

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use jwtlens::{Report, Token, Verdict};

use super::formats::Format;
use super::statistics::Statistics;

/// The report of a longer token is not held in memory: indented JSON can be a hundred times longer
/// than the token.
const MAX_HELD_TOKEN: usize = 64 * 1024;

/// Writes reports in one format.
#[derive(Clone)]
pub struct Renderer {
    /// None prints nothing.
    format: Option<Format>,
    look: Look,
}

/// The output of some reports, in order.
#[derive(Default)]
pub struct Printed {
    pieces: Vec<Piece>,
    /// Lines for stderr.
    pub refusals: Vec<String>,
}

/// A part of the output: rendered already, or rendered while it is written because it may be too long
/// to hold in memory.
enum Piece {
    Made(Vec<u8>),
    /// With the token itself if that is the output.
    Long(Box<Report>, Vec<u8>),
}

impl Renderer {
    pub fn new(format: Option<Format>, look: Look) -> Self {
        Self { format, look }
    }

    /// The shorter form of many reports.
    pub fn hint(&self) -> Option<&'static str> {
        let is_text = self.format == Some(Format::Text);
        is_text.then_some("use -o line for one line per token, or -o summary for counts")
    }

    /// Whether statistics are printed, and no report.
    pub fn is_summary(&self) -> bool {
        self.format.is_some_and(Format::is_summary)
    }

    /// Whether reports for people are printed to a terminal.
    pub fn is_text_in_terminal(&self) -> bool {
        self.format == Some(Format::Text) && self.look.height.is_some()
    }

    /// Writes the statistics, if the format is one of them.
    pub fn put_statistics(&self, statistics: &Statistics, mut output: impl Write) -> Result<()> {
        let written = match self.format {
            Some(Format::Summary) => statistics_table::text(statistics, &self.look, &mut output),
            Some(Format::SummaryJson) => statistics_table::json(statistics)
                .and_then(|json| output.write_all(json.as_bytes())),
            Some(
                Format::Text
                | Format::Line
                | Format::Json
                | Format::Jsonl
                | Format::Claims
                | Format::Token,
            )
            | None => Ok(()),
        };
        written.and_then(|()| output.flush()).context(CANNOT_WRITE)
    }

    /// Prints one report, or the token itself. The claims of a long token are taken out of the report.
    pub fn render(&self, report: &mut Report, token: &Token, printed: &mut Printed) -> Result<()> {
        match (self.format, report.verdict) {
            (None | Some(Format::Summary | Format::SummaryJson), _) => {}
            (Some(Format::Claims), verdict) if verdict != Verdict::Valid => {
                printed.refusals.push(text::rejection(report));
            }
            (Some(format), _) if token.text.len() <= MAX_HELD_TOKEN => {
                if !matches!(printed.pieces.last(), Some(Piece::Made(_))) {
                    printed.pieces.push(Piece::Made(Vec::new()));
                }
                if let Some(Piece::Made(made)) = printed.pieces.last_mut() {
                    let start = made.len();
                    match format {
                        Format::Jsonl => json_line::append(made, report).context(CANNOT_WRITE)?,
                        Format::Claims => {
                            let claims = report.claims.as_ref().map(|claims| &claims.members);
                            json_line::append(made, &claims).context(CANNOT_WRITE)?;
                        }
                        Format::Json => {
                            self.write(format, report, token.text, &mut *made)?;
                            escape::json_from(made, start).context(CANNOT_WRITE)?;
                        }
                        Format::Text
                        | Format::Line
                        | Format::Token
                        | Format::Summary
                        | Format::SummaryJson => {
                            self.write(format, report, token.text, &mut *made)?;
                        }
                    }
                }
            }
            (Some(format), _) => {
                let text = if format == Format::Token {
                    token.text
                } else {
                    &[]
                };
                let claims = report.claims.take();
                let report = Report {
                    claims,
                    ..report.clone()
                };
                let long = Piece::Long(Box::new(report), text.to_vec());
                printed.pieces.push(long);
            }
        }
        Ok(())
    }

    /// Writes the output. `begun` is whether anything was written before.
    pub fn put(&self, printed: &Printed, begun: &mut bool, mut output: impl Write) -> Result<()> {
        for piece in &printed.pieces {
            // No blank line before the first report.
            let mut output = SkipFirst {
                output: &mut output,
                skip: self.format == Some(Format::Text) && !*begun,
            };
            *begun = true;
            match (piece, self.format) {
                (Piece::Made(made), _) => output.write_all(made).context(CANNOT_WRITE)?,
                (Piece::Long(report, token), Some(format)) => {
                    let mut output = BufWriter::with_capacity(MAX_HELD_TOKEN, output);
                    if is_json(format) {
                        let output = escape::JsonWriter(&mut output);
                        self.write(format, report, token, output)?;
                    } else {
                        self.write(format, report, token, &mut output)?;
                    }
                    output.flush().context(CANNOT_WRITE)?;
                }
                (Piece::Long(..), None) => {}
            }
        }
        output.flush().context(CANNOT_WRITE)
    }

    /// Writes one report; JSON as `serde_json` writes it, not escaped yet.
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
            Format::Json => {
                if let Some(claims) = &report.claims {
                    claims.members.read();
                }
                serde_json::to_writer_pretty(&mut output, report)
                    .map_err(io::Error::from)
                    .and_then(|()| writeln!(output))
            }
            Format::Jsonl => serde_json::to_writer(&mut output, report)
                .map_err(io::Error::from)
                .and_then(|()| writeln!(output)),
            Format::Claims => {
                let claims = report.claims.as_ref().map(|claims| &claims.members);
                serde_json::to_writer(&mut output, &claims)
                    .map_err(io::Error::from)
                    .and_then(|()| writeln!(output))
            }
            // They are about all tokens.
            Format::Summary | Format::SummaryJson => Ok(()),
            Format::Token => writeln!(output, "{}", escape::text(&String::from_utf8_lossy(token))),
        };
        written.context(CANNOT_WRITE)
    }
}

/// Leaves out the first byte.
struct SkipFirst<W> {
    output: W,
    skip: bool,
}

impl<W: Write> Write for SkipFirst<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes.split_first() {
            Some((_, rest)) if self.skip => {
                self.skip = false;
                self.output.write_all(rest)?;
                Ok(bytes.len())
            }
            _ => self.output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

fn is_json(format: Format) -> bool {
    match format {
        Format::Json | Format::Jsonl | Format::Claims => true,
        Format::Text | Format::Line | Format::Token | Format::Summary | Format::SummaryJson => {
            false
        }
    }
}

const CANNOT_WRITE: &str = "cannot write to stdout";
