//! Lines without what only a terminal or an editor shows: the escape sequences of colors and a byte order mark.

use std::borrow::Cow;

use memchr::memchr;

const ESCAPE: u8 = 0x1B;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A line without them.
pub struct PlainLine<'l> {
    pub text: Cow<'l, [u8]>,
    /// Where something was removed from the text, in order, and the number of bytes removed so far.
    removed: Vec<(usize, usize)>,
}

impl<'l> PlainLine<'l> {
    pub fn new(line: &'l [u8]) -> Self {
        let has_mark = line.starts_with(BYTE_ORDER_MARK);
        if !has_mark && memchr(ESCAPE, line).is_none() {
            return Self {
                text: Cow::Borrowed(line),
                removed: Vec::new(),
            };
        }
        let mut plain = Self {
            text: Cow::Owned(Vec::with_capacity(line.len())),
            removed: Vec::new(),
        };
        let mut rest = line;
        if has_mark {
            plain.remove(&mut rest, BYTE_ORDER_MARK.len());
        }
        while let Some(at) = memchr(ESCAPE, rest) {
            let (before, after) = rest.split_at_checked(at).unwrap_or_default();
            plain.text.to_mut().extend_from_slice(before);
            rest = after;
            plain.remove(&mut rest, sequence(after));
        }
        plain.text.to_mut().extend_from_slice(rest);
        plain
    }

    /// Where a byte of the line is in the text.
    pub fn place(removed: &[(usize, usize)], byte: usize) -> usize {
        let before = removed.partition_point(|(at, count)| at.saturating_add(*count) <= byte);
        let count = before
            .checked_sub(1)
            .and_then(|last| removed.get(last))
            .map_or(0, |(_, count)| *count);
        byte.saturating_sub(count)
    }

    pub fn into_removed(self) -> Vec<(usize, usize)> {
        self.removed
    }

    fn remove(&mut self, rest: &mut &[u8], length: usize) {
        let count = self.removed.last().map_or(0, |(_, count)| *count);
        self.removed
            .push((self.text.len(), count.saturating_add(length)));
        *rest = rest.get(length..).unwrap_or_default();
    }
}

/// The length of the escape sequence that a text starts with: `ESC [`, parameters, and a letter (ECMA-48,
/// section 5.4). An escape alone is removed too.
fn sequence(text: &[u8]) -> usize {
    let Some(parameters) = text.strip_prefix(&[ESCAPE, b'[']) else {
        return 1;
    };
    let is_parameter = |byte: &&u8| (0x20..0x40).contains(*byte);
    let length = parameters.iter().take_while(is_parameter).count();
    let has_letter = parameters
        .get(length)
        .is_some_and(|byte| (0x40..0x7F).contains(byte));
    length
        .saturating_add(2)
        .saturating_add(usize::from(has_letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_a_byte_order_mark_are_removed() {
        for (line, expected) in [
            ("", ""),
            ("abc", "abc"),
            ("\u{feff}abc", "abc"),
            ("a\u{feff}bc", "a\u{feff}bc"),
            ("\x1b[2m2026\x1b[0m \x1b[1;38;5;2mINFO\x1b[m", "2026 INFO"),
            ("\u{feff}\x1b[2mx", "x"),
            ("\x1b", ""),
            ("\x1b[", ""),
            ("\x1b[1", ""),
            ("\x1b[1\u{e9}", "\u{e9}"),
            ("\x1bx", "x"),
        ] {
            let plain = PlainLine::new(line.as_bytes());
            assert_eq!(plain.text, expected.as_bytes(), "{line:?}");
        }
    }

    #[test]
    fn place_of_a_byte_is_known() {
        let line = "\u{feff}a\x1b[2mb\x1b[0m\x1b[1mc";
        let plain = PlainLine::new(line.as_bytes());
        assert_eq!(plain.text, &b"abc"[..]);
        let removed = plain.into_removed();
        for (place, letter) in ["a", "b", "c"].iter().enumerate() {
            let byte = line.rfind(letter).unwrap();
            assert_eq!(PlainLine::place(&removed, byte), place, "{letter}");
        }
    }
}
