//! One layer of escapes over a token: percent-encoding (RFC 3986, section 2.1) or those of JSON strings
//! (RFC 8259, section 7). Encoders that escape a dot may escape `-`, `_` and `~` too; some escape `~` alone.

use std::borrow::Cow;

use jwtlens::{Escapes, is_base64url};

/// The escapes that a text goes on with, if it is the escape of a character of a token.
pub fn after(text: &[u8]) -> Option<Escapes> {
    [Escapes::Percent, Escapes::Json]
        .into_iter()
        .find(|escapes| escape(text, *escapes).is_some())
}

/// Whether a text goes on with an escape that was escaped again, as `%252E` and `\\u002e`.
pub fn is_escaped(text: &[u8]) -> bool {
    let is = |prefix: &[u8], digits: &[u8]| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            rest.get(..2)
                .is_some_and(|hex| hex.eq_ignore_ascii_case(digits))
        })
    };
    is(b"%25", b"2E") || is(br"\\u00", b"2E")
}

/// The length of the dot that a text starts with: of a token without escapes it is a plain one, of a token
/// with escapes it is escaped.
pub fn dot(text: &[u8], escapes: Option<Escapes>) -> Option<usize> {
    match escapes {
        None => text.starts_with(b".").then_some(1),
        Some(escapes) => escaped(text, b'.', escapes),
    }
}

/// The length of the tilde that a text starts with, and the escapes of a token in which it stands.
pub fn tilde(text: &[u8], escapes: Option<Escapes>) -> Option<(usize, Option<Escapes>)> {
    if text.starts_with(b"~") {
        return Some((1, escapes));
    }
    [Escapes::Percent, Escapes::Json]
        .into_iter()
        .filter(|found| escapes.is_none_or(|escapes| escapes == *found))
        .find_map(|found| Some((escaped(text, b'~', found)?, Some(found))))
}

/// The length of this character if the text starts with its escape.
fn escaped(text: &[u8], character: u8, escapes: Escapes) -> Option<usize> {
    let (byte, length) = escape(text, escapes)?;
    (byte == character).then_some(length)
}

/// The number of bytes that the text starts with and that are characters of base64url, escaped or not.
pub fn run(text: &[u8], escapes: Escapes) -> usize {
    let mut length = 0_usize;
    while let Some(rest) = text.get(length..)
        && let Some((byte, read)) = character(rest, escapes)
        && is_base64url(byte)
    {
        length = length.saturating_add(read);
    }
    length
}

/// The token without its escapes.
pub fn unescaped(token: &[u8], escapes: Option<Escapes>) -> Cow<'_, [u8]> {
    let Some(escapes) = escapes else {
        return Cow::Borrowed(token);
    };
    let mut plain = Vec::with_capacity(token.len());
    let mut rest = token;
    while let Some(first) = rest.first() {
        let (byte, length) = escape(rest, escapes).unwrap_or((*first, 1));
        plain.push(byte);
        rest = rest.get(length..).unwrap_or_default();
    }
    Cow::Owned(plain)
}

/// The character of a token that a text starts with, and its length there.
fn character(text: &[u8], escapes: Escapes) -> Option<(u8, usize)> {
    match text.first() {
        Some(byte) if is_base64url(*byte) => Some((*byte, 1)),
        _ => escape(text, escapes),
    }
}

fn escape(text: &[u8], escapes: Escapes) -> Option<(u8, usize)> {
    let prefix: &[u8] = match escapes {
        Escapes::Percent => b"%",
        Escapes::Json => br"\u00",
    };
    let digits = text.strip_prefix(prefix)?.get(..2)?;
    let byte = match digits.to_ascii_lowercase().as_slice() {
        b"2e" => b'.',
        b"2d" => b'-',
        b"5f" => b'_',
        b"7e" => b'~',
        _ => return None,
    };
    Some((byte, prefix.len().saturating_add(2)))
}
