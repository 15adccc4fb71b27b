//! A line on a terminal that tells how far a long run is. It comes only where nothing else is printed
//! on that terminal meanwhile, and goes before anything else is.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Before this long nobody wonders.
const SHOW_AFTER: Duration = Duration::from_secs(1);

/// The line, which is drawn a few times a second however often it changes.
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

    /// Tells how far the run is: `text` holds nothing that came from outside.
    pub fn tell(&mut self, text: impl FnOnce(Duration) -> String) {
        const A_SECOND: u8 = 10;
        let elapsed = self.begun.elapsed();
        if !self.on || elapsed < SHOW_AFTER {
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

    /// Clears the line for good: a search may go on until the program ends.
    pub fn end(&mut self) {
        self.clear();
        self.on = false;
    }

    /// Makes room for something else; the next [`tell`](Self::tell) draws the line again.
    pub fn clear(&mut self) {
        if let Some(line) = self.line.take() {
            line.finish_and_clear();
        }
    }
}
