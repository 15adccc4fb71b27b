//! The prompt for tokens at a terminal: what the keys do, and how a paste is recognized.

use std::mem;
use std::time::Duration;

use super::MAX_LINE;
use super::terminal::{Received, Terminal};
use crate::cli::messages::{Failure, Messages, io_reason};

/// How a terminal that supports it marks a paste.
const PASTE_START: &[u8] = b"\x1B[200~";
const PASTE_END: &[u8] = b"\x1B[201~";

/// Ctrl-D.
const END: u8 = 0x04;

/// How to ask for tokens.
pub struct Prompt {
    /// Whether text with tokens in it is wanted.
    pub scan: bool,
    /// Whether the terminal knows control sequences.
    pub control_sequences: bool,
}

impl Prompt {
    /// Reads one line or paste, without showing it.
    pub fn ask(&self, messages: Messages) -> Result<Vec<u8>, Failure> {
        let what = if self.scan { "text" } else { "a token" };
        let prompt = format!("paste {what}, then press Enter (input is hidden): ");
        let failed =
            |error| Failure::new(format!("cannot read the terminal: {}", io_reason(&error)));
        let mut terminal = Terminal::open(&prompt, self.control_sequences).map_err(failed)?;
        let mut entry = PromptEntry::default();
        let rest = loop {
            match terminal.receive(entry.patience()).map_err(failed)? {
                Received::Bytes(bytes) => {
                    if let Some(rest) = entry.take(bytes) {
                        break rest.to_vec();
                    }
                }
                Received::Nothing => {
                    entry.text.pop();
                    break Vec::new();
                }
                Received::End => break Vec::new(),
            }
        };
        let rest = terminal.rest(&rest, MAX_LINE).map_err(failed)?;
        drop(terminal);
        // Nothing is said of a text of which the end is not known.
        let Some(rest) = rest else {
            return Err(Failure::new("the input is too long for the prompt")
                .hint("use -f FILE to read it from a file"));
        };
        let is_blank = rest.trim_ascii().is_empty();
        if !is_blank && entry.is_line {
            entry.add_lines(&rest);
        } else if !is_blank {
            messages.warning("what followed the paste was ignored; use -f FILE for several texts");
        }
        if entry.text.trim_ascii().is_empty() {
            return Err(Failure::new("no token was entered")
                .hint("pipe it in, or use -f FILE to read it from a file"));
        }
        Ok(entry.text)
    }
}

/// What was entered so far.
#[derive(Default)]
struct PromptEntry {
    text: Vec<u8>,
    /// The control sequence that is being received.
    sequence: Vec<u8>,
    is_paste: bool,
    /// Whether Enter ended it and no mark of a paste was in it: more lines of a paste may follow.
    is_line: bool,
    had_paste: bool,
}

impl PromptEntry {
    /// Takes what the terminal sent. Once Enter or Ctrl-D ends the entry, returns what came after it.
    fn take<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            if self.key(*byte) {
                return Some(rest);
            }
        }
        None
    }

    /// Adds the lines of a paste without marks, which follow at once.
    fn add_lines(&mut self, rest: &[u8]) {
        self.push(b'\n');
        for byte in rest {
            match byte {
                b'\r' | b'\n' => self.push(b'\n'),
                _ if self.key(*byte) => break,
                _ => {}
            }
        }
    }

    /// How long to wait for more; as long as it takes if there is no limit. A paste may lack the mark of
    /// its end: then Enter and Ctrl-D end the entry if nothing follows them, as something does inside a
    /// paste.
    fn patience(&self) -> Option<Duration> {
        const QUIET: Duration = Duration::from_millis(200);
        let may_be_over = self.is_paste && matches!(self.text.last(), Some(&(b'\n' | END)));
        may_be_over.then_some(QUIET)
    }

    /// Takes one byte. Returns whether it ends the entry.
    fn key(&mut self, byte: u8) -> bool {
        const ERASE_LINE: u8 = 0x15;
        const ESCAPE: u8 = 0x1B;
        if self.is_paste {
            // Terminals send a carriage return for each line break.
            self.push(if byte == b'\r' { b'\n' } else { byte });
            if let Some(text) = self.text.strip_suffix(PASTE_END) {
                self.text.truncate(text.len());
                self.is_paste = false;
            }
            return false;
        }
        match byte {
            b'\r' | b'\n' | END => {
                self.is_line = byte != END && !self.had_paste;
                return true;
            }
            ESCAPE => self.sequence = vec![ESCAPE],
            _ if !self.sequence.is_empty() => self.control(byte),
            0x08 | 0x7F => {
                // A character may have several bytes.
                while self.text.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
            }
            ERASE_LINE => self.text.clear(),
            _ => self.push(byte),
        }
        false
    }

    /// Takes a byte of a control sequence, such as an arrow key's. All but the start of a paste are ignored.
    fn control(&mut self, byte: u8) {
        self.sequence.push(byte);
        let is_complete = match self.sequence.as_slice() {
            [_, b'[' | b'O'] => false,
            [_, b'[', ..] => (0x40..=0x7E).contains(&byte),
            _ => true,
        };
        if is_complete {
            self.is_paste = mem::take(&mut self.sequence) == PASTE_START;
            self.had_paste |= self.is_paste;
        }
    }

    /// Adds a byte. Of what no line may have, only the last bytes are kept: they may end the paste.
    fn push(&mut self, byte: u8) {
        if self.text.len() > MAX_LINE.saturating_add(PASTE_END.len()) {
            self.text.remove(MAX_LINE);
        }
        self.text.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text, and what comes after its end; none if it has not ended.
    fn entered(bytes: &str) -> (String, Option<String>) {
        let mut entry = PromptEntry::default();
        let rest = entry.take(bytes.as_bytes());
        let rest = rest.map(|rest| String::from_utf8(rest.to_vec()).unwrap());
        (String::from_utf8(entry.text).unwrap(), rest)
    }

    #[test]
    fn enter_ends_the_entry() {
        for (bytes, text, rest) in [
            ("a.b.c\n", "a.b.c", Some("")),
            ("a.b.c\r\nx\n", "a.b.c", Some("\nx\n")),
            ("a.b.c\u{4}", "a.b.c", Some("")),
            ("\u{4}x", "", Some("x")),
            ("a.b.c", "a.b.c", None),
            ("ax\u{8}b\u{7f}c\n", "ac", Some("")),
            ("aé\u{7f}\u{7f}\u{7f}b\n", "b", Some("")),
            ("ab\u{15}c\n", "c", Some("")),
            // Arrow keys, F1, Home, Alt-x.
            (
                "a\u{1b}[Db\u{1b}OPc\u{1b}[1~d\u{1b}[1;5Ce\u{1b}xf\n",
                "abcdef",
                Some(""),
            ),
            ("a\u{1b}\n", "a", Some("")),
            (
                "\u{1b}[200~a\r\nb\rc\u{4}\u{1b}[201~\rx",
                "a\n\nb\nc\u{4}",
                Some("x"),
            ),
            (
                "\u{1b}[200~a\u{1b}[201~b\u{1b}[200~c\u{1b}[201~\n",
                "abc",
                Some(""),
            ),
            // No other sequence is removed from a paste.
            (
                "\u{1b}[200~a\u{1b}[1mb\u{1b}[201~\n",
                "a\u{1b}[1mb",
                Some(""),
            ),
            ("\u{1b}[200~a\n", "a\n", None),
        ] {
            let expected = (text.to_owned(), rest.map(str::to_owned));
            assert_eq!(entered(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn bytes_one_by_one_are_the_same() {
        let mut entry = PromptEntry::default();
        let bytes = b"\x1b[200~a\rb\x1b[201~\x1b[Cc";
        for byte in bytes {
            assert!(entry.take(&[*byte]).is_none());
        }
        assert_eq!(entry.take(b"\r"), Some(&b""[..]));
        assert_eq!(entry.text, b"a\nbc");
    }

    #[test]
    fn an_unfinished_paste_may_end_with_a_line() {
        for (bytes, may_be_over) in [
            ("", false),
            ("a\n", false),
            ("\u{1b}[200~", false),
            ("\u{1b}[200~a", false),
            ("\u{1b}[200~a\r", true),
            ("\u{1b}[200~a\n", true),
            ("\u{1b}[200~a\u{4}", true),
            ("\u{1b}[200~a\rb", false),
            ("\u{1b}[200~a\r\u{1b}[201~", false),
        ] {
            let mut entry = PromptEntry::default();
            entry.take(bytes.as_bytes());
            assert_eq!(entry.patience().is_some(), may_be_over, "{bytes:?}");
        }
    }

    #[test]
    fn an_entry_is_bounded() {
        let mut entry = PromptEntry::default();
        entry.take(PASTE_START);
        entry.take(&vec![b'a'; 2 * MAX_LINE]);
        let is_bounded =
            |entry: &PromptEntry| (MAX_LINE + 1..MAX_LINE + 16).contains(&entry.text.len());
        assert!(is_bounded(&entry));
        assert_eq!(entry.take(b"\x1b[201~\rx"), Some(&b"x"[..]));
        assert!(is_bounded(&entry));
    }
}
