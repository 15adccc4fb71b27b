//! The words of a line.

use std::ops::Range;

/// The next word from a byte on; an empty one at the end of the line.
pub fn word(line: &[u8], from: usize) -> Range<usize> {
    let rest = line.get(from..).unwrap_or_default();
    let spaces = rest
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let start = from.saturating_add(spaces).min(line.len());
    let rest = line.get(start..).unwrap_or_default();
    let length = rest
        .iter()
        .take_while(|byte| !byte.is_ascii_whitespace())
        .count();
    start..start.saturating_add(length)
}

/// The text behind the first of these prefixes that it has.
pub fn strip_any<'t>(text: &'t [u8], prefixes: &[&str]) -> Option<&'t [u8]> {
    prefixes
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix.as_bytes()))
}
