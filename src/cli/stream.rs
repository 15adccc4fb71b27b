//! From a source of tokens to their reports, in order and in constant memory: the one place that uses
//! threads.
//!
//! Lines come in blocks: what can be had without waiting, up to a limit. A slow source gives blocks of
//! a line, which are answered at once. A source that fills a block is a fast one: from then on, each worker
//! takes a numbered block, verifies it, and writes it in turn.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::{mem, process};

use anyhow::Result;
use jwtlens::{Input, Report, Token, Verdict};

use super::exit::Exit;
use super::input::{Block, Source, Texts};
use super::messages::{Messages, finish};
use super::progress::Progress;
use super::render::Renderer;
use super::signals;
use super::sink::{Done, STACK, Shared, Sink, lock};
use super::tell::hidden_values;

/// The number of tokens that are verified together: enough for a batch of signatures.
pub const BATCH_SIZE: usize = 128;

/// Whether tokens are checked at the times of their lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LineTimeUse {
    Used,
    /// They are found in a log and checked now.
    Ignored,
    /// They are not in a log, or the time was given.
    Unavailable,
}

/// How tokens are processed.
pub struct Stream<'s, J> {
    /// Verifies tokens.
    pub judge: J,
    /// How many are verified before the first report is printed; one if that takes long.
    pub together: usize,
    /// Renders their reports.
    pub renderer: Renderer,
    /// Only tokens with these verdicts are printed; all if empty.
    pub only: &'s [Verdict],
    /// Whether to stop at the first rejected token.
    pub fail_fast: bool,
    pub line_times: LineTimeUse,
    /// Whether the reports leave out the values of the tokens.
    pub redact: bool,
    /// The progress line.
    pub progress: Arc<Mutex<Progress>>,
    pub messages: Messages,
}

impl<J: FnMut(&[Token]) -> Vec<Report>> Stream<'_, J> {
    /// Verifies every token on this thread. The exit status is that of the most severe verdict, or 1 if the
    /// source ends in an error.
    pub fn run(&mut self, source: Source) -> Result<Exit> {
        match source {
            Source::Arguments(arguments) => {
                let mut sink = Sink::new(&self.renderer, &self.progress, self.hint());
                let source: Arc<str> = "argument".into();
                for (argument, number) in arguments.iter().zip(1..) {
                    let input = Input {
                        source: Arc::clone(&source),
                        number,
                        ..Input::default()
                    };
                    let tokens = [Token::new(input, argument.as_encoded_bytes())];
                    let done = self.judged(&tokens)?;
                    self.put(&mut sink, done)?;
                    if sink.stopped {
                        break;
                    }
                }
                Ok(sink.end(self.messages))
            }
            Source::Texts(texts) => self.texts(texts, &|| 1, |_, _, sink, _| sink),
        }
    }

    /// Verifies blocks on this thread. If one of them is full and there are more jobs, `fan_out` does
    /// the rest.
    fn texts(
        &mut self,
        mut texts: Texts,
        jobs: &dyn Fn() -> usize,
        fan_out: impl FnOnce(&Self, Texts, Shared, usize) -> Shared,
    ) -> Result<Exit> {
        let is_entered = texts.prompt(self.messages)?;
        let description = texts.description.clone();
        let is_scanned = texts.scan;
        let mut shared: Shared = Arc::new(Mutex::new(Sink::new(
            &self.renderer,
            &self.progress,
            self.hint(),
        )));
        let mut block = Block::default();
        for number in 0.. {
            texts.read(&mut block);
            if number == 0 && (!block.is_last || block.len() > 1 || is_entered) {
                // A single token is verified too fast to be interrupted.
                signals::watch(Arc::clone(&shared), self.messages);
            }
            let failure = block.failure.take();
            for tokens in block.tokens().chunks(self.together) {
                let mut done = self.judged(tokens)?;
                done.read = block.read;
                self.put(&mut lock(&shared), done)?;
                if lock(&shared).stopped {
                    break;
                }
            }
            let mut sink = lock(&shared);
            lock(&sink.summary()).scanned(&block.skipped, &block.untimed);
            if block.tokens().is_empty() {
                sink.tell_progress(block.read);
            }
            if !sink.stopped {
                sink.fail(failure, self.messages);
            }
            if block.is_last || sink.stopped {
                break;
            }
            drop(sink);
            // Counting the cores reads several files, so a short run skips it.
            let jobs = if block.is_full() { jobs() } else { 1 };
            if jobs > 1 {
                shared = fan_out(self, texts, shared, jobs);
                break;
            }
        }
        let mut sink = lock(&shared);
        let caught = signals::caught();
        if caught != Exit::SUCCESS {
            lock(&sink.summary()).interrupt();
        }
        let exit = sink.end(self.messages).and(caught);
        if caught == Exit::SUCCESS {
            sink.require_a_token(&description, is_scanned)?;
        }
        Ok(exit)
    }

    fn block(&mut self, block: &mut Block) -> Result<Done> {
        let mut done = Done {
            failure: block.failure.take(),
            read: block.read,
            ..Done::default()
        };
        done.summary.scanned(&block.skipped, &block.untimed);
        for tokens in block.tokens().chunks(self.together) {
            self.judge(tokens, &mut done)?;
            if done.stop {
                // What comes after the rejected token was never reached.
                done.failure = None;
                break;
            }
        }
        Ok(done)
    }

    /// What to do if there are many tokens; nothing if only some of them are printed.
    fn hint(&self) -> Option<&'static str> {
        self.renderer.hint().filter(|_| self.only.is_empty())
    }

    fn judged(&mut self, tokens: &[Token]) -> Result<Done> {
        let mut done = Done::default();
        self.judge(tokens, &mut done)?;
        Ok(done)
    }

    fn judge(&mut self, tokens: &[Token], done: &mut Done) -> Result<()> {
        // A report is large: it is not moved.
        for (report, token) in (self.judge)(tokens).iter_mut().zip(tokens) {
            hidden_values::redact(report);
            let mut recovered = Vec::new();
            if self.redact {
                // Still counted: the same tokens have the same causes.
                recovered = mem::take(&mut report.recovered);
                report.redact();
            }
            done.summary.count(report);
            if self.line_times == LineTimeUse::Used && report.input.time.is_none() {
                done.summary.count_without_time();
            }
            let verdict = report.verdict;
            if self.line_times == LineTimeUse::Ignored && verdict == Verdict::Expired {
                done.summary.suggest_line_times();
            }
            if self.only.is_empty() || self.only.contains(&verdict) {
                if self.renderer.is_summary() {
                    let recovered = if self.redact {
                        &recovered
                    } else {
                        &report.recovered
                    };
                    done.summary.count_for_statistics(report, recovered);
                }
                self.renderer.render(report, token, &mut done.printed)?;
            }
            if self.fail_fast && verdict > Verdict::NotVerified {
                done.stop = true;
                break;
            }
        }
        Ok(())
    }

    /// Writes a block and counts it.
    fn put(&self, sink: &mut Sink, done: Done) -> Result<()> {
        sink.put(done, self.messages)
    }
}

impl<J: Fn(&[Token]) -> Vec<Report> + Copy + Send + Sync> Stream<'_, J> {
    /// Verifies tokens on this many threads, once the source has proved to be fast. The output does not depend on
    /// their number.
    pub fn run_on(&mut self, source: Source, jobs: &dyn Fn() -> usize) -> Result<Exit> {
        match source {
            Source::Texts(texts) => self.texts(texts, jobs, Self::workers),
            source @ Source::Arguments(_) => self.run(source),
        }
    }

    fn workers(&self, texts: Texts, output: Shared, jobs: usize) -> Shared {
        let turn = lock(&output).turn;
        let input = Mutex::new((texts, turn, false));
        let turned = Condvar::new();
        let work = || {
            let mut own = Stream {
                judge: self.judge,
                together: self.together,
                renderer: self.renderer.clone(),
                only: self.only,
                fail_fast: self.fail_fast,
                redact: self.redact,
                line_times: self.line_times,
                progress: Arc::clone(&self.progress),
                messages: self.messages,
            };
            let mut block = Block::default();
            loop {
                let mut source = lock(&input);
                let (texts, next, ended) = &mut *source;
                if *ended {
                    break;
                }
                texts.read(&mut block);
                *ended = block.is_last;
                let turn = *next;
                *next = turn.saturating_add(1);
                // Only one block that takes much memory is processed at a time: nothing is read meanwhile.
                let source = block.is_heavy().then_some(source);
                let done = own.block(&mut block);
                let mut sink = lock(&output);
                while sink.turn != turn {
                    sink = turned.wait(sink).unwrap_or_else(PoisonError::into_inner);
                }
                sink.turn = turn.saturating_add(1);
                let put = done.and_then(|done| own.put(&mut sink, done));
                if let Err(error) = put {
                    // Do not wait for the other workers: one may be waiting for input that never comes.
                    process::exit(
                        finish(&error, self.messages)
                            .and(signals::caught())
                            .status()
                            .into(),
                    );
                }
                if sink.stopped {
                    process::exit(
                        sink.end(self.messages)
                            .and(signals::caught())
                            .status()
                            .into(),
                    );
                }
                turned.notify_all();
                if source.is_some() {
                    block.clear();
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..jobs {
                // If no more threads can be started, those that exist do the work.
                let thread = thread::Builder::new().stack_size(STACK);
                if thread.spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
        output
    }
}
