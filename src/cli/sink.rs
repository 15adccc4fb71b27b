//! Where reports go, in the order of their tokens, and what is told at the end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use super::exit::Exit;
use super::input::Share;
use super::messages::{Failure, Messages, finish, tell};
use super::output::Output;
use super::progress::Progress;
use super::render::{Printed, Renderer};
use super::summary::Summary;

/// The stack of a thread in bytes, whatever `RUST_MIN_STACK` says. JSON of 127 levels takes the most of
/// it: 107 KiB in a release build, 117 KiB in one for tests (on `x86_64`, all else of a thread included).
pub const STACK: usize = 256 * 1024;

/// The results of a block.
#[derive(Default)]
pub struct Done {
    pub printed: Printed,
    pub summary: Summary,
    pub failure: Option<Failure>,
    /// Whether a rejected token ends the run.
    pub stop: bool,
    /// How much of the input has been read.
    pub read: Option<Share>,
}

/// The sink, shared by the workers and the signal handler.
pub type Shared = Arc<Mutex<Sink>>;

/// Writes blocks, one after the other.
pub struct Sink {
    output: Output,
    renderer: Renderer,
    begun: bool,
    progress: Arc<Mutex<Progress>>,
    summary: Arc<Mutex<Summary>>,
    exit: Exit,
    /// Whose turn it is.
    pub turn: u64,
    pub stopped: bool,
}

impl Sink {
    pub fn new(
        renderer: &Renderer,
        progress: &Arc<Mutex<Progress>>,
        hint: Option<&'static str>,
    ) -> Self {
        Self {
            output: Output::new(),
            renderer: renderer.clone(),
            begun: false,
            progress: Arc::clone(progress),
            summary: Arc::new(Mutex::new(Summary::begin(hint))),
            exit: Exit::SUCCESS,
            turn: 0,
            stopped: false,
        }
    }

    pub fn put(&mut self, done: Done, messages: Messages) -> Result<()> {
        if !done.printed.refusals.is_empty() {
            lock(&self.progress).clear();
        }
        for refusal in &done.printed.refusals {
            messages.line(refusal);
        }
        // Count verified tokens even if the reader of the results is stalled.
        lock(&self.summary).add(&done.summary);
        let written = self
            .renderer
            .put(&done.printed, &mut self.begun, &mut self.output);
        if written.is_err() {
            lock(&self.progress).clear();
        }
        written?;
        self.stopped = done.stop;
        self.tell_progress(done.read);
        self.fail(done.failure, messages);
        Ok(())
    }

    pub fn tell_progress(&self, read: Option<Share>) {
        lock(&self.progress).tell(|elapsed| lock(&self.summary).progress(elapsed, read));
    }

    /// Reports why a text was not read to its end.
    pub fn fail(&mut self, failure: Option<Failure>, messages: Messages) {
        if let Some(failure) = failure {
            lock(&self.progress).clear();
            self.exit = self.exit.and(failure.exit);
            tell(&failure.into(), messages);
        }
    }

    pub fn require_a_token(&self, source: &str, is_scanned: bool) -> Result<()> {
        let summary = lock(&self.summary);
        if summary.total() > 0 || self.exit != Exit::SUCCESS {
            return Ok(());
        }
        let failure = Failure::new(format!("no token found in {source}"));
        Err(match (summary.has_skipped(), is_scanned) {
            (true, _) => failure,
            (false, true) => failure.hint("check whether the tokens are masked (***) or truncated"),
            (false, false) => {
                failure.hint("check whether a variable is empty or the previous command failed")
            }
        }
        .into())
    }

    /// Prints the summary.
    pub fn end(&mut self, messages: Messages) -> Exit {
        lock(&self.progress).end();
        let mut summary = lock(&self.summary);
        let is_summary = self.renderer.is_summary();
        // Both streams are on one screen.
        let is_below_reports =
            self.begun && messages.width.is_some() && self.renderer.is_text_in_terminal();
        let is_first = summary.tell(messages, is_summary, is_below_reports);
        let exit = self.exit.and(Exit::of_tokens(summary.worst()));
        if !is_summary || !is_first || summary.total() == 0 {
            return exit;
        }
        let statistics = summary.statistics();
        match self.renderer.put_statistics(&statistics, &mut self.output) {
            Ok(()) => exit,
            Err(error) => exit.and(finish(&error, messages)),
        }
    }

    /// The summary alone: it can be printed while the sink waits for the reader of the results.
    pub fn summary(&self) -> Arc<Mutex<Summary>> {
        Arc::clone(&self.summary)
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
