//! The beginning of a text, read before its lines: enough to see that it is not a list of tokens.
//!
//! The decision needs the whole text or its first 64 KiB. A pipe that takes longer to give that much is a
//! slow one: its lines are processed as they come.

use std::borrow::Cow;
use std::io;
use std::time::{Duration, Instant};

use jwtlens::{Input, Token, is_line_wrapped};

use super::not_tokens::{Foreign, UTF_16};
use super::readable::Readable;
use crate::cli::scan;

/// The most that is read before the first token is verified, in bytes.
const MAX_BEGINNING: usize = 64 * 1024;

/// The first bytes of a text.
#[derive(Default)]
pub struct Beginning {
    pub bytes: Vec<u8>,
    /// Whether the text has no more.
    pub ended: bool,
    /// The error that ended it.
    pub error: Option<io::Error>,
    /// Whether enough was read to know what the text is.
    is_decided: bool,
}

/// What a text is.
#[derive(Debug, PartialEq, Eq)]
pub enum TextKind {
    /// One token per line, or text with tokens if it is scanned.
    Tokens,
    /// One token, broken into lines.
    Wrapped,
    /// Something else.
    Foreign(Foreign),
}

impl Beginning {
    /// Reads until a line is a token, the text or the beginning ends, or a line has waited long enough for
    /// the next. If the text is scanned, the first bytes are enough: they identify compressed data.
    pub fn read(source: &mut dyn Readable, scan: bool) -> Self {
        /// How long the first line waits for the next one.
        const MAX_PAUSE: Duration = Duration::from_millis(200);
        /// How long it waits for all others.
        const MAX_WAIT: Duration = Duration::from_secs(1);
        const FIRST_BYTES: usize = 16;
        // Most texts are a token: a larger buffer takes longer to clear than all else of its reading.
        let mut buffer = [0; 4096];
        let mut beginning = Self::default();
        // The start of the line that may be incomplete.
        let mut line = 0_usize;
        let mut since = None;
        while beginning.bytes.len() < MAX_BEGINNING {
            let is_scanned = scan && beginning.bytes.len() >= FIRST_BYTES;
            let is_slow = line > 0 && {
                let waited = since.get_or_insert_with(Instant::now).elapsed();
                waited > MAX_WAIT || !source.is_ready(MAX_PAUSE)
            };
            if is_scanned || is_slow {
                return beginning;
            }
            let read = match source.read(&mut buffer) {
                Ok(0) => {
                    beginning.ended = true;
                    break;
                }
                Ok(read) => buffer.get(..read).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    beginning.error = Some(error);
                    break;
                }
            };
            let begun = beginning.bytes.len();
            beginning.bytes.extend_from_slice(read);
            // Not `memrchr`, which first asks the processor what it can do: longer than one token takes.
            if let Some(end) = read.iter().rposition(|byte| *byte == b'\n') {
                let end = begun.saturating_add(end);
                let complete = beginning.bytes.get(line..end).unwrap_or_default();
                if complete.split(|byte| *byte == b'\n').any(is_token) {
                    return beginning;
                }
                line = end.saturating_add(1);
            }
        }
        beginning.is_decided = true;
        beginning
    }

    /// What the text is.
    pub fn kind(&self, scan: bool) -> TextKind {
        if let Some(compressed) = Foreign::compressed(&self.bytes) {
            return TextKind::Foreign(compressed);
        }
        let is_utf16 = self.is_utf16();
        if is_utf16 && scan {
            return TextKind::Foreign(UTF_16);
        }
        if scan || !self.is_decided {
            return TextKind::Tokens;
        }
        let text = self.text();
        let lines = text.split(|byte| *byte == b'\n');
        let lines: Vec<&[u8]> = lines.filter(|line| !Token::is_blank(line)).collect();
        // A single line gets a report.
        if lines.len() < 2 {
            return TextKind::Tokens;
        }
        if is_utf16 {
            return TextKind::Foreign(UTF_16);
        }
        if lines.iter().any(|line| is_token(line)) {
            return TextKind::Tokens;
        }
        if self.ended && is_line_wrapped(Token::new(Input::default(), &self.bytes).text) {
            return TextKind::Wrapped;
        }
        let foreign = Foreign::of(&text, &lines);
        foreign.map_or(TextKind::Tokens, TextKind::Foreign)
    }

    /// Whether the text is UTF-16: every other byte of ASCII is NUL.
    pub fn is_utf16(&self) -> bool {
        match self.bytes.as_slice() {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
            [a, b, c, d, ..] => matches!(
                [a, b, c, d].map(|byte| *byte == 0),
                [true, false, true, false] | [false, true, false, true]
            ),
            _ => false,
        }
    }

    /// The text; of UTF-16 its ASCII.
    fn text(&self) -> Cow<'_, [u8]> {
        if self.is_utf16() {
            Cow::Owned(
                self.bytes
                    .iter()
                    .copied()
                    .filter(u8::is_ascii)
                    .filter(|byte| *byte != 0)
                    .collect(),
            )
        } else {
            Cow::Borrowed(&self.bytes)
        }
    }
}

fn is_token(line: &[u8]) -> bool {
    scan::is_token(Token::new(Input::default(), line).text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

    fn kind(bytes: &[u8], scan: bool) -> String {
        let mut source = Cursor::new(bytes.to_vec());
        match Beginning::read(&mut source, scan).kind(scan) {
            TextKind::Tokens => "tokens".to_owned(),
            TextKind::Wrapped => "wrapped".to_owned(),
            TextKind::Foreign(foreign) => {
                let message = foreign.failure("x", scan).message;
                message.rsplit("found ").next().unwrap().to_owned()
            }
        }
    }

    #[test]
    fn what_is_not_a_list_of_tokens_is_recognized() {
        let (first, second) = TOKEN.split_at(30);
        let utf16 = |text: &str| -> Vec<u8> {
            let units = ["\u{feff}", text].concat();
            units.encode_utf16().flat_map(u16::to_le_bytes).collect()
        };
        let text = |text: &str| text.as_bytes().to_vec();
        for (bytes, expected) in [
            (text(""), "tokens"),
            (text("\n\n"), "tokens"),
            (text(&format!("{TOKEN}\n{TOKEN}\n")), "tokens"),
            (text(&format!("# tokens of today\n\n{TOKEN}")), "tokens"),
            (
                text(&format!("# tokens of today\nBearer {TOKEN}\nand so on\n")),
                "tokens",
            ),
            // A single line gets a report, whatever it is.
            (
                text(&format!("GET / Bearer {TOKEN}, and so on\n\n")),
                "tokens",
            ),
            (text("{\"access_token\":null}\n"), "tokens"),
            (text("<html><body>"), "tokens"),
            // So do lines that may be damaged tokens.
            (text("a\nb\nc"), "tokens"),
            (text("null\nundefined\n"), "tokens"),
            (text(&format!("{first}\n{first}")), "tokens"),
            (text(&format!("{TOKEN}=\n{TOKEN}=\n")), "tokens"),
            (text("eyJhbGci e30 c2ln\neyJhbGci e30 c2ln\n"), "tokens"),
            (text("{a\n{b\n"), "tokens"),
            (text(&format!("{first}\n{second}\n")), "wrapped"),
            (
                text(&format!("\n  Bearer {first}\r\n  {second}\r\n")),
                "wrapped",
            ),
            (text(&format!("\"{first}\n{second}\"")), "wrapped"),
            (text("{\n  \"a\": 1\n}\n"), "JSON"),
            (text(&format!("[\n  \"{TOKEN}\",\n  1\n]\n")), "JSON"),
            (text("{\n}\n"), "JSON"),
            (text("\u{feff}{\n}\n"), "JSON"),
            (
                text("{\n  \"log\": {\n    \"version\": \"1.2\"\n"),
                "a log or other text",
            ),
            (text("{\"a\":1}\n{\"a\":2}\n"), "a log or other text"),
            (text("{\n  \"kty\": \"EC\"\n}\n"), "a key"),
            (
                text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
                "a key",
            ),
            (text("\n<!DOCTYPE html>\n<html>\n</html>"), "HTML"),
            (
                text("<?xml version=\"1.0\"?>\n<a b=\"c\">d e</a>"),
                "a log or other text",
            ),
            (
                text("192.0.2.7 GET / 200\n192.0.2.7 GET / 200\n"),
                "a log or other text",
            ),
            (
                text(&format!("alice,{TOKEN}\nbob,{TOKEN}\n")),
                "a log or other text",
            ),
            (
                text("[2026-11-25 10:00:00] started\n[2026-11-25 10:00:01] stopped\n"),
                "a log or other text",
            ),
            (utf16(&format!("{TOKEN}\r\n")), "tokens"),
            (utf16(&format!("{TOKEN}\r\n{TOKEN}\r\n")), "UTF-16"),
            (utf16("{\r\n  \"a\": 1\r\n}\r\n"), "UTF-16"),
            (utf16("a log\r\nof words\r\n"), "UTF-16"),
            (b"\x1F\x8B\x08\0".to_vec(), "gzip data"),
            (b"\x28\xB5\x2F\xFD\n\n".to_vec(), "zstd data"),
            (b"\xFD7zXZ\0\0".to_vec(), "xz data"),
            (b"BZh91AY&SY\n".to_vec(), "bzip2 data"),
            (text("BZh91AYSY\n"), "tokens"),
        ] {
            let shown = String::from_utf8_lossy(&bytes);
            assert_eq!(kind(&bytes, false), expected, "{shown}");
            let scanned = match expected {
                _ if expected.ends_with(" data") => expected,
                _ if bytes.starts_with(b"\xFF\xFE") => "UTF-16",
                _ => "tokens",
            };
            assert_eq!(kind(&bytes, true), scanned, "{shown}");
        }
    }

    /// The first 64 KiB decide; what comes later is not looked at.
    #[test]
    fn the_beginning_of_a_long_text_decides() {
        let log = "192.0.2.7 GET / 200\n".repeat(10_000);
        assert_eq!(kind(log.as_bytes(), false), "a log or other text");
        assert_eq!(
            kind(format!("{log}{TOKEN}\n").as_bytes(), false),
            "a log or other text"
        );
        let json = format!("[\n{}]", "  {\"a\": 1},\n".repeat(10_000));
        assert_eq!(kind(json.as_bytes(), false), "JSON");
        let short = "a\n".repeat(60_000);
        assert_eq!(kind(short.as_bytes(), false), "tokens");
        let line = "a b ".repeat(60_000);
        assert_eq!(kind(line.as_bytes(), false), "tokens");
        // A token that is wrapped and longer than that is not looked at.
        let wrapped = format!("eyJhbGciOiJFUzI1NiJ9.\n{}\n.c2ln", "e30A".repeat(30_000));
        assert_eq!(kind(wrapped.as_bytes(), false), "tokens");
    }
}
