//! Where a text has what no token has, and what that may stand for.

use std::ops::Range;

use super::base64url_lenient;
use crate::debug::cause::Cause;
use crate::debug::replay::{is_base64url, is_invisible};

/// A character that no token has, or an escape or a tag that begins with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span(Range<usize>);

/// Line breaks as mails and web pages have them: quoted-printable (RFC 2045, section 6.7) and HTML.
const BREAKS: [&str; 11] = [
    "=\r\n",
    "=\n",
    "<br>",
    "<br/>",
    "<br />",
    "<BR>",
    "<wbr>",
    "&shy;",
    "&nbsp;",
    "&zwnj;",
    "&ZeroWidthSpace;",
];

/// What a web page writes for characters that no token has.
const ENTITIES: [&str; 4] = ["&amp;", "&lt;", "&gt;", "&quot;"];

impl Span {
    pub fn range(&self) -> Range<usize> {
        self.0.clone()
    }

    pub fn end(&self) -> usize {
        self.0.end
    }

    /// What the span makes way for if it is what it looks like, and why; none if it looks like nothing known.
    pub fn known<'t>(&self, text: &'t str) -> Option<(Cause, &'t str, String)> {
        let span = text.get(self.range())?;
        let none = String::new();
        if BREAKS.contains(&span) {
            return Some((Cause::LineWrapped, span, none));
        }
        if ENTITIES.contains(&span) {
            return Some((Cause::InsertedText, span, none));
        }
        let (length, character) = escape(span)?;
        if length < span.len() {
            return None;
        }
        if is_invisible(character) {
            return Some((Cause::LineWrapped, span, none));
        }
        let is_of_token = is_base64url(character) || character == '.';
        is_of_token.then(|| (Cause::EscapedCharacter, span, character.into()))
    }
}

/// What may stand in the place of a span or of its beginning: nothing, the two digits behind a `%`, or one character.
pub fn originals(span: &str) -> impl Iterator<Item = (&str, String)> {
    let is_percent = span.len() > 1 && span.starts_with('%');
    let behind = is_percent.then_some(("%", String::new()));
    let characters = base64url_lenient::characters();
    let characters = characters.map(move |character| (span, character.into()));
    std::iter::once((span, String::new()))
        .chain(behind)
        .chain(characters)
}

/// A text with more is not a token with a few characters that no token has.
pub const MAX_SPANS: usize = 16;

/// Everything in a text that no token has, in its order; of more than [`MAX_SPANS`], one more.
pub fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = text;
    let is_foreign = |c: char| !is_base64url(c) && c != '.';
    while let Some(found) = rest.find(is_foreign)
        && spans.len() <= MAX_SPANS
    {
        let (_, from) = rest.split_at(found);
        let length = length(from);
        let start = text.len().saturating_sub(from.len());
        spans.push(Span(start..start.saturating_add(length)));
        rest = from.get(length..).unwrap_or_default();
    }
    spans
}

/// How long the span is that a text begins with.
fn length(text: &str) -> usize {
    let known = BREAKS.iter().chain(&ENTITIES);
    let mut known = known.filter(|known| text.starts_with(**known));
    let first = text.chars().next().map_or(0, char::len_utf8);
    let of_percent = || {
        let digits = text.strip_prefix('%')?.get(..2)?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hex.then_some(3)
    };
    let of_escape = || escape(text).map(|(length, _)| length);
    known
        .next()
        .map(|known| known.len())
        .or_else(of_escape)
        .or_else(of_percent)
        .unwrap_or(first)
}

/// The character that a text begins with as JSON (RFC 8259, section 7), Python or HTML escape it, and the length of that.
fn escape(text: &str) -> Option<(usize, char)> {
    /// No character has a longer number.
    const MAX_DIGITS: usize = 8;
    let number = |digits: &str, radix| {
        let is_digit = |c: char| c.is_digit(radix);
        let number = u32::from_str_radix(digits, radix).ok();
        let number = number.filter(|_| digits.chars().all(is_digit));
        number.and_then(char::from_u32)
    };
    if let Some(rest) = text.strip_prefix("\\u") {
        const LENGTH: usize = 6;
        return Some((LENGTH, number(rest.get(..4)?, 16)?));
    }
    if let Some(rest) = text.strip_prefix("\\x") {
        const LENGTH: usize = 4;
        return Some((LENGTH, number(rest.get(..2)?, 16)?));
    }
    let rest = text.strip_prefix("&#")?;
    let (radix, rest) = match rest.strip_prefix(['x', 'X']) {
        Some(rest) => (16, rest),
        None => (10, rest),
    };
    let length = rest
        .bytes()
        .take(MAX_DIGITS)
        .take_while(u8::is_ascii_hexdigit)
        .count();
    let (digits, behind) = rest.split_at_checked(length)?;
    let behind = behind.strip_prefix(';')?;
    let length = text.len().saturating_sub(behind.len());
    Some((length, number(digits, radix)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_breaks_are_whole_spans() {
        for (text, expected) in [
            ("ab.c", &[][..]),
            ("a*b", &["*"]),
            ("a**b", &["*", "*"]),
            ("a%2Bb%2", &["%2B", "%"]),
            ("a\\u002db\\u00", &["\\u002d", "\\"]),
            ("a\\x2db\\x+2", &["\\x2d", "\\", "+"]),
            ("a&#45;b&#x2d;c&#;d", &["&#45;", "&#x2d;", "&", "#", ";"]),
            ("a=\r\nb=\nc=", &["=\r\n", "=\n", "="]),
            ("a<br/>b<b>", &["<br/>", "<", ">"]),
            ("a&amp;b&ampc", &["&amp;", "&"]),
            ("a&#+45;b\\u+02db", &["&", "#", "+", ";", "\\", "+"]),
            ("a&#000000045;b", &["&", "#", ";"]),
            ("\u{e9}a\u{feff}", &["\u{e9}", "\u{feff}"]),
        ] {
            let found = spans(text);
            let found: Vec<&str> = found.iter().map(|span| &text[span.range()]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_known_is_told() {
        let known = |text: &str| {
            let span = spans(text).first()?.clone();
            let (cause, _, character) = span.known(text)?;
            Some((cause, character))
        };
        for (text, expected) in [
            ("\\u002d", Some((Cause::EscapedCharacter, "-"))),
            ("&#95;", Some((Cause::EscapedCharacter, "_"))),
            ("\\x79", Some((Cause::EscapedCharacter, "y"))),
            ("&#x2E;", Some((Cause::EscapedCharacter, "."))),
            ("\\u200b", Some((Cause::LineWrapped, ""))),
            ("=\n", Some((Cause::LineWrapped, ""))),
            ("&amp;", Some((Cause::InsertedText, ""))),
            ("\\u0026", None),
            ("%2D", None),
            ("*", None),
        ] {
            let expected = expected.map(|(cause, character)| (cause, character.to_owned()));
            assert_eq!(known(text), expected, "{text}");
        }
    }
}
