//! The progress line of a long run. Between reports, it is shown only if they are not printed to the same
//! terminal; it is cleared before anything else is printed.

use std::io::{self, Write};
use std::iter::Cycle;
use std::str::Chars;
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthChar;

/// Shorter runs show no progress.
const SHOW_AFTER: Duration = Duration::from_secs(1);

/// How long a line stays at least, however often it changes.
const MIN_INTERVAL: Duration = Duration::from_millis(100);

/// Goes to the start of the line and clears it (ECMA-48, EL).
const CLEAR: &str = "\r\x1b[K";

/// What turns in front of the text.
const SPINNER: &str = "⠁⠂⠄⡀⢀⠠⠐⠈";

/// The line, which is redrawn at most a few times per second.
pub struct Progress {
    on: bool,
    /// Whether reports are printed elsewhere.
    is_apart: bool,
    begun: Instant,
    /// When the line on the terminal was drawn, if there is one.
    drawn: Option<Instant>,
    spinner: Cycle<Chars<'static>>,
}

impl Progress {
    pub fn new(on: bool, is_apart: bool) -> Self {
        Self {
            on,
            is_apart,
            begun: Instant::now(),
            drawn: None,
            spinner: SPINNER.chars().cycle(),
        }
    }

    /// Shows `text` between reports. It must not contain anything from the input.
    pub fn tell(&mut self, text: impl FnOnce(Duration) -> String) {
        if self.is_apart {
            self.show(self.begun.elapsed(), text);
        }
    }

    /// Shows `text` about the search that began then. It must not contain anything from the input.
    pub fn tell_search(&mut self, begun: Instant, text: impl FnOnce(Duration) -> String) {
        let begun = if self.is_apart { self.begun } else { begun };
        self.show(begun.elapsed(), text);
    }

    /// Clears the line if the report of the search is printed to the same terminal.
    pub fn end_search(&mut self) {
        if !self.is_apart {
            self.clear();
        }
    }

    fn show(&mut self, elapsed: Duration, text: impl FnOnce(Duration) -> String) {
        if !self.on {
            return;
        }
        let is_recent = |drawn: Instant| drawn.elapsed() < MIN_INTERVAL;
        if elapsed < SHOW_AFTER || self.drawn.is_some_and(is_recent) {
            return;
        }
        let spinner = self.spinner.next().unwrap_or(' ');
        let text = format!("{spinner} {}", text(elapsed));
        let columns = terminal_size::terminal_size_of(io::stderr());
        let columns = columns.map_or(80, |(columns, _)| usize::from(columns.0));
        write(&format!("{CLEAR}{}", within(&text, columns)));
        self.drawn = Some(Instant::now());
    }

    /// Clears the line and disables it: a search may continue until the program ends.
    pub fn end(&mut self) {
        self.clear();
        self.on = false;
    }

    /// Clears the line until the next [`tell`](Self::tell).
    pub fn clear(&mut self) {
        if self.drawn.take().is_some() {
            write(CLEAR);
        }
    }
}

fn write(text: &str) {
    // Ignore errors: stderr may be closed.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The beginning of a text that leaves the last column free: some terminals wrap a full line.
fn within(text: &str, columns: usize) -> &str {
    let mut width = 0_usize;
    let end = text.char_indices().find(|(_, character)| {
        width = width.saturating_add(character.width().unwrap_or(0));
        width >= columns
    });
    let end = end.map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leaves_the_last_column_free() {
        assert_eq!(within("1,234 tokens", 80), "1,234 tokens");
        assert_eq!(within("1,234 tokens", 13), "1,234 tokens");
        assert_eq!(within("1,234 tokens", 12), "1,234 token");
        assert_eq!(within("⠁ é 漢字", 7), "⠁ é 漢");
        assert_eq!(within("1,234", 0), "");
    }
}
