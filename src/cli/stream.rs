//! From a source of tokens to their reports, in their order and in constant memory: the one place
//! that knows threads.
//!
//! Lines come in blocks: what can be had without waiting, up to a limit. A slow source gives blocks of
//! a line, which are answered at once. A source that fills a block is a fast one: from then on each
//! worker takes a block with its turn, judges it, and writes it when its turn has come.

use std::path::Path;
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Result;
use jwtlens::{Input, Report, Token, Verdict};

use super::exit::Exit;
use super::input::{Block, Lines, Source};
use super::messages::{Failure, Messages, finish};
use super::progress::Progress;
use super::render::{Printed, Renderer};
use super::signals;
use super::summary::Summary;

/// Tokens that are judged together: enough for a batch of signatures.
const TOGETHER: usize = 128;

/// What tokens are put through.
pub struct Stream<'s, J> {
    /// Judges tokens.
    pub judge: J,
    /// Makes their reports readable.
    pub renderer: Renderer,
    /// Only tokens of these verdicts are printed; of all, where it is empty.
    pub only: &'s [Verdict],
    /// Whether to stop at the first refusal.
    pub fail_fast: bool,
    /// Whether a line on the terminal tells how far a long run is.
    pub progress: bool,
    pub messages: Messages,
}

/// What was made of a block.
#[derive(Default)]
struct Done {
    printed: Printed,
    summary: Summary,
    failure: Option<Failure>,
    /// Whether a refusal ends the run.
    stop: bool,
}

/// The sink, and whoever may end the run.
pub type Shared = Arc<Mutex<Sink>>;

/// Where blocks go, one after the other.
pub struct Sink {
    begun: bool,
    progress: Progress,
    summary: Summary,
    exit: Exit,
    /// Whose turn it is.
    turn: u64,
    stopped: bool,
}

impl<J: FnMut(&[Token]) -> Vec<Report>> Stream<'_, J> {
    /// Judges every token on this thread. The exit status is that of the most severe verdict; a
    /// source that ends in an error counts as one without a full judgement.
    pub fn run(&mut self, source: Source) -> Result<Exit> {
        match source {
            Source::Arguments(arguments) => {
                let mut sink = Sink::new(self.progress);
                let source: Arc<str> = "argument".into();
                for (argument, number) in arguments.iter().zip(1..) {
                    let input = Input {
                        source: Arc::clone(&source),
                        number,
                        ..Input::default()
                    };
                    let tokens = [Token::new(input, argument.as_encoded_bytes())];
                    let done = self.judged(&tokens)?;
                    let is_malformed = done.summary.worst() == Some(Verdict::Malformed);
                    self.put(&mut sink, done)?;
                    if is_malformed && !self.messages.quiet && Path::new(argument).is_file() {
                        self.messages.hint(&format!(
                            "there is a file \"{}\": give it with -f, or on standard input",
                            argument.to_string_lossy()
                        ));
                    }
                    if sink.stopped {
                        break;
                    }
                }
                Ok(sink.end(self.messages))
            }
            Source::Lines(lines) => self.lines(lines, 1, |_, _, sink, _| sink),
        }
    }

    /// Judges blocks on this thread; where one of them is full and there are more jobs, `fan_out` does
    /// the rest.
    fn lines(
        &mut self,
        mut lines: Lines,
        jobs: usize,
        fan_out: impl FnOnce(&Self, Lines, Shared, usize) -> Shared,
    ) -> Result<Exit> {
        let name = Arc::clone(&lines.name);
        let mut shared: Shared = Arc::new(Mutex::new(Sink::new(self.progress)));
        let mut block = Block::default();
        for number in 0.. {
            lines.read(&mut block);
            let done = self.block(&mut block, &name)?;
            let mut sink = lock(&shared);
            self.put(&mut sink, done)?;
            if block.is_last || sink.stopped {
                break;
            }
            drop(sink);
            if number == 0 {
                // A run of one block is over before anybody could interrupt it.
                signals::watch(Arc::clone(&shared), self.messages);
            }
            if block.is_full && jobs > 1 {
                shared = fan_out(self, lines, shared, jobs);
                break;
            }
        }
        let mut sink = lock(&shared);
        sink.require_a_token(&name)?;
        Ok(sink.end(self.messages))
    }

    fn block(&mut self, block: &mut Block, source: &Arc<str>) -> Result<Done> {
        let failure = block.failure.take();
        let mut done = Done::default();
        for tokens in block.tokens(source).chunks(TOGETHER) {
            self.judge(tokens, &mut done)?;
            if done.stop {
                return Ok(done);
            }
        }
        Ok(Done { failure, ..done })
    }

    fn judged(&mut self, tokens: &[Token]) -> Result<Done> {
        let mut done = Done::default();
        self.judge(tokens, &mut done)?;
        Ok(done)
    }

    fn judge(&mut self, tokens: &[Token], done: &mut Done) -> Result<()> {
        for (report, token) in (self.judge)(tokens).into_iter().zip(tokens) {
            done.summary.count(&report);
            let verdict = report.verdict;
            if self.only.is_empty() || self.only.contains(&verdict) {
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
        sink.put(done, &self.renderer, self.messages)
    }
}

impl<J: Fn(&[Token]) -> Vec<Report> + Copy + Send + Sync> Stream<'_, J> {
    /// Judges every token on as many threads, once the source has shown to be a fast one. What is
    /// printed is the same whatever their number.
    pub fn run_on(&mut self, source: Source, jobs: usize) -> Result<Exit> {
        match source {
            Source::Lines(lines) => self.lines(lines, jobs, Self::workers),
            source @ Source::Arguments(_) => self.run(source),
        }
    }

    fn workers(&self, lines: Lines, output: Shared, jobs: usize) -> Shared {
        let name = Arc::clone(&lines.name);
        let turn = lock(&output).turn;
        let input = Mutex::new((lines, turn, false));
        let turned = Condvar::new();
        let work = || {
            let mut own = Stream {
                judge: self.judge,
                renderer: self.renderer.clone(),
                only: self.only,
                fail_fast: self.fail_fast,
                progress: self.progress,
                messages: self.messages,
            };
            let mut block = Block::default();
            loop {
                let turn = {
                    let mut input = lock(&input);
                    let (lines, next, ended) = &mut *input;
                    if *ended {
                        break;
                    }
                    lines.read(&mut block);
                    *ended = block.is_last;
                    let turn = *next;
                    *next = turn.saturating_add(1);
                    turn
                };
                let done = own.block(&mut block, &name);
                let mut sink = lock(&output);
                while sink.turn != turn {
                    sink = turned.wait(sink).unwrap_or_else(PoisonError::into_inner);
                }
                let put = done.and_then(|done| own.put(&mut sink, done));
                if let Err(error) = put {
                    // Another worker may wait for input that never comes: nobody is waited for.
                    process::exit(finish(&error, self.messages).status().into());
                }
                if sink.stopped {
                    process::exit(sink.end(self.messages).status().into());
                }
                turned.notify_all();
            }
        };
        thread::scope(|scope| {
            for _ in 1..jobs {
                // Where the machine allows no more threads, those that there are do the work.
                if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
        output
    }
}

impl Sink {
    fn new(progress: bool) -> Self {
        Self {
            begun: false,
            progress: Progress::new(progress),
            summary: Summary::begin(),
            exit: Exit::SUCCESS,
            turn: 0,
            stopped: false,
        }
    }

    fn put(&mut self, done: Done, renderer: &Renderer, messages: Messages) -> Result<()> {
        if !done.printed.refusals.is_empty() {
            self.progress.clear();
        }
        for refusal in &done.printed.refusals {
            messages.line(refusal);
        }
        let written = renderer.put(&done.printed, &mut self.begun, std::io::stdout().lock());
        if written.is_err() {
            self.progress.clear();
        }
        written?;
        self.summary.add(&done.summary);
        self.turn = self.turn.saturating_add(1);
        self.stopped = done.stop;
        self.progress.tell(|elapsed| self.summary.pace(elapsed));
        if let Some(failure) = done.failure {
            self.progress.clear();
            messages.error(&failure.message);
            self.exit = self.exit.and(failure.exit);
        }
        Ok(())
    }

    fn require_a_token(&self, source: &str) -> Result<()> {
        if self.summary.total() > 0 || self.exit != Exit::SUCCESS {
            return Ok(());
        }
        let hint = "a token is due on each line, or anywhere with --scan; an empty variable or a failed command leaves none";
        Err(Failure::new(format!("no token in {source}"))
            .hint(hint)
            .into())
    }

    /// Tells what was done.
    pub fn end(&mut self, messages: Messages) -> Exit {
        self.progress.clear();
        self.summary.tell(messages);
        self.exit.and(self.summary.exit())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
