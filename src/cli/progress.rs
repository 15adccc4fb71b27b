//! The progress line of a long run. It is shown only if nothing else is printed to the same terminal, and
//! cleared before anything else is.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter runs show no progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// The line, which is redrawn at most a few times per second.
pub struct Progress {
    on: bool,
    begun: Instant,
    line: Option<ProgressBar>,
}

impl Progress {
    pub fn new(on: bool) -> Self {
        Self {
            on,
            begun: Instant::now(),
            line: None,
        }
    }

    /// Shows `text`, which must not contain anything from the input.
    pub fn tell(&mut self, text: impl FnOnce(Duration) -> String) {
        const A_SECOND: u8 = 10;
        let elapsed = self.begun.elapsed();
        if !self.on || elapsed < PATIENCE {
            return;
        }
        let line = self.line.get_or_insert_with(|| {
            let target = ProgressDrawTarget::stderr_with_hz(A_SECOND);
            let line = ProgressBar::with_draw_target(None, target);
            match ProgressStyle::with_template("{spinner} {wide_msg}") {
                Ok(style) => line.with_style(style),
                Err(_) => line,
            }
        });
        line.set_message(text(elapsed));
        line.tick();
    }

    /// Clears the line and disables it: a search may continue until the program ends.
    pub fn end(&mut self) {
        self.clear();
        self.on = false;
    }

    /// Clears the line until the next [`tell`](Self::tell).
    pub fn clear(&mut self) {
        if let Some(line) = self.line.take() {
            line.finish_and_clear();
        }
    }
}
