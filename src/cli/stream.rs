//! From a source of tokens to their reports, one after the other and in constant memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use jwtlens::{Input, Report, Token, Verdict};

use super::exit::Exit;
use super::input::{Line, Lines, MAX_LINE, Source};
use super::messages::{Failure, Messages};
use super::render::Renderer;

/// How many tokens there were of each verdict.
#[derive(Default)]
pub struct Summary {
    counts: BTreeMap<Verdict, u64>,
}

/// What a stream of tokens is put through.
pub struct Stream<'s, J> {
    /// Judges one token.
    pub judge: J,
    /// Prints its report.
    pub renderer: Renderer<'s>,
    /// Only tokens of these verdicts are printed; of all, where it is empty.
    pub only: &'s [Verdict],
    pub messages: Messages,
}

impl<J: FnMut(&Token) -> Report> Stream<'_, J> {
    /// Judges every token and prints what was asked for. The exit status is that of the most severe
    /// verdict; a source that ends in an error counts as one without a full judgement.
    pub fn run(&mut self, source: Source) -> Result<Exit> {
        let mut summary = Summary::default();
        let mut exit = Exit::SUCCESS;
        match source {
            Source::Arguments(arguments) => {
                let source: Arc<str> = "argument".into();
                for (argument, number) in arguments.iter().zip(1..) {
                    let input = Input {
                        source: Arc::clone(&source),
                        number,
                        ..Input::default()
                    };
                    let token = Token::new(input, argument.as_encoded_bytes());
                    let verdict = self.one(&token, &mut summary)?;
                    if verdict == Verdict::Malformed
                        && !self.messages.quiet
                        && Path::new(argument).is_file()
                    {
                        self.renderer.flush()?;
                        self.messages.hint(&format!(
                            "there is a file \"{}\": give it with -f, or on standard input",
                            argument.to_string_lossy()
                        ));
                    }
                }
            }
            Source::Lines(lines) => exit = self.lines(lines, &mut summary)?,
        }
        self.renderer.flush()?;
        if summary.total() > 1 {
            self.messages.line(&summary.to_string());
        }
        Ok(exit.and(summary.exit()))
    }

    fn lines(&mut self, mut lines: Lines, summary: &mut Summary) -> Result<Exit> {
        let source = Arc::clone(&lines.name);
        loop {
            if !lines.has_line_ahead() {
                // What is known is shown before a slow source is waited for.
                self.renderer.flush()?;
            }
            let (line, content) = match lines.next() {
                Ok(Some((line, content))) => (line, content),
                Ok(None) => break,
                Err(failure) => {
                    self.renderer.flush()?;
                    self.messages.error(&failure.message);
                    return Ok(failure.exit);
                }
            };
            let number = summary.total().saturating_add(1);
            let input = Input {
                source: Arc::clone(&source),
                number,
                line: Some(line),
                ..Input::default()
            };
            let token = match content {
                Line::Text(text) => Token::new(input, text),
                Line::TooLong => Token::too_long(input, MAX_LINE),
            };
            if !token.is_blank() {
                self.one(&token, summary)?;
            }
        }
        if summary.total() == 0 {
            return Err(Failure::new(format!("no token in {source}"))
                .hint("a token is due on each line; an empty variable or a failed command leaves none")
                .into());
        }
        Ok(Exit::SUCCESS)
    }

    fn one(&mut self, token: &Token, summary: &mut Summary) -> Result<Verdict> {
        let report = (self.judge)(token);
        summary.count(report.verdict);
        if self.only.is_empty() || self.only.contains(&report.verdict) {
            self.renderer.render(&report, token)?;
        }
        Ok(report.verdict)
    }
}

impl Summary {
    fn count(&mut self, verdict: Verdict) {
        let count = self.counts.entry(verdict).or_default();
        *count = count.saturating_add(1);
    }

    fn total(&self) -> u64 {
        self.counts
            .values()
            .fold(0, |total, count| total.saturating_add(*count))
    }

    fn exit(&self) -> Exit {
        self.counts
            .keys()
            .map(|verdict| Exit::Judged(*verdict))
            .fold(Exit::SUCCESS, Exit::and)
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: Vec<String> = self
            .counts
            .iter()
            .map(|(verdict, count)| format!("{count} {}", verdict.name()))
            .collect();
        write!(f, "{} tokens: {}", self.total(), counts.join(", "))
    }
}
