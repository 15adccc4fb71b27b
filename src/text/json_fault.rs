//! What is wrong with a text that is not strict JSON, in the terms of RFC 8259: `serde_json` has its own.

use std::fmt;

use super::abridged::abridged;

/// The deepest nesting that is read. `serde_json` has the same limit.
pub const MAX_DEPTH: usize = 127;

/// Values of JavaScript and Python that JSON does not have.
const LITERALS: [&str; 6] = ["NaN", "Infinity", "True", "False", "None", "undefined"];

/// Where and why a text is not strict JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Bytes from the start of the text.
    pub offset: usize,
    /// What is wrong there.
    pub fault: JsonFault,
}

/// Why a text is not strict JSON. The alternate `Display` (`{:#}`) leaves the member's name out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// It begins with a byte order mark (RFC 8259 section 8.1).
    ByteOrderMark,
    /// It is not UTF-8.
    NotUtf8,
    /// This member occurs more than once in one object (RFC 8259 section 4).
    DuplicateMember(Box<str>),
    /// It has more than [`MAX_DEPTH`] levels.
    TooDeep,
    /// It has single quotes around a string, as `str` of a Python dict writes.
    SingleQuotes,
    /// It has a value of JavaScript or Python that JSON does not have.
    Literal(&'static str),
    /// It does not follow the grammar.
    Grammar {
        /// What is wrong: one of a fixed set of sentences.
        expected: &'static str,
        /// What stands there instead, if that is known and not redacted: punctuation or a kind of thing.
        found: Option<&'static str>,
    },
}

impl JsonError {
    pub(super) fn new(offset: usize, fault: JsonFault) -> Self {
        Self { offset, fault }
    }

    /// Converts `serde_json`'s line and column to a byte offset in the whole text.
    pub(super) fn of(error: &serde_json::Error, text: &str, start: usize) -> Self {
        let within = if error.is_eof() {
            text.len()
        } else {
            let line_start: usize = text
                .split_inclusive('\n')
                .take(error.line().saturating_sub(1))
                .map(str::len)
                .sum();
            line_start.saturating_add(error.column().saturating_sub(1))
        };
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let is_quote = |at: usize| text.as_bytes().get(at) == Some(&b'\'');
        if ["key must be a string", "expected value"]
            .iter()
            .any(|sentence| message.starts_with(sentence))
            && is_quote(within)
        {
            return Self::new(start.saturating_add(within), JsonFault::SingleQuotes);
        }
        let rest = text.get(within..).unwrap_or_default();
        if let Some(literal) = LITERALS.iter().find(|literal| rest.starts_with(**literal)) {
            return Self::new(start.saturating_add(within), JsonFault::Literal(literal));
        }
        // For this one fault `serde_json` gives the place before it.
        let within = within.saturating_add(usize::from(message.starts_with("control character")));
        let before = text.get(..within).unwrap_or_default().trim_ascii_end();
        let is_end = rest.starts_with(['}', ']']) && before.ends_with(',');
        let expected = if is_end {
            TRAILING_COMMA
        } else {
            expected(message)
        };
        let found = found(rest).filter(|_| expected.starts_with("expected "));
        Self::new(
            start.saturating_add(within),
            JsonFault::Grammar { expected, found },
        )
    }
}

/// The fault of `[1,]` and `{"a":1,}`.
const TRAILING_COMMA: &str = "trailing comma";

/// What the faults of a text begin with that just ends.
const END_OF_INPUT: &str = "unexpected end of input";

/// A fault in the terms of RFC 8259, from the sentence of `serde_json`.
fn expected(message: &str) -> &'static str {
    match message {
        "EOF while parsing a list" => "unexpected end of input inside an array",
        "EOF while parsing an object" => "unexpected end of input inside an object",
        "EOF while parsing a string" => "unexpected end of input inside a string",
        "EOF while parsing a value" => "unexpected end of input inside a value",
        "expected `:`" => "expected ':'",
        "expected `,` or `]`" => "expected ',' or ']'",
        "expected `,` or `}`" => "expected ',' or '}'",
        "key must be a string" | "expected `\"`" => "expected a member name",
        "expected value" | "expected ident" => "expected a value",
        "invalid escape" => "invalid escape in a string",
        "invalid number" => "invalid number",
        "invalid unicode code point"
        | "lone leading surrogate in hex escape"
        | "unexpected end of hex escape" => "unpaired surrogate",
        "trailing characters" => "expected the end of the text",
        TRAILING_COMMA => TRAILING_COMMA,
        _ if message.starts_with("control character") => "control character in a string",
        _ => "syntax error",
    }
}

/// What begins here: punctuation as it is, and of anything else only its kind.
fn found(rest: &str) -> Option<&'static str> {
    Some(match rest.chars().next()? {
        '{' => "'{'",
        '}' => "'}'",
        '[' => "'['",
        ']' => "']'",
        ':' => "':'",
        ',' => "','",
        '"' => "a string",
        '-' | '0'..='9' => "a number",
        first if first.is_alphabetic() => "a letter",
        first if first.is_control() => "a control character",
        _ => "an invalid character",
    })
}

impl JsonFault {
    /// Whether the text ends before its value does.
    pub(crate) fn is_end_of_input(&self) -> bool {
        matches!(self, Self::Grammar { expected, .. } if expected.starts_with(END_OF_INPUT))
    }

    /// Whether a comma follows the last member or item.
    pub(crate) fn is_trailing_comma(&self) -> bool {
        matches!(
            self,
            Self::Grammar {
                expected: TRAILING_COMMA,
                ..
            }
        )
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        if f.alternate() {
            write!(f, "{:#} at offset {offset}", self.fault)
        } else {
            write!(f, "{} at offset {offset}", self.fault)
        }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("unexpected byte order mark (BOM)"),
            Self::NotUtf8 => f.write_str("not UTF-8"),
            Self::DuplicateMember(_) if f.alternate() => f.write_str("duplicate member"),
            Self::DuplicateMember(name) => write!(f, "duplicate member \"{}\"", abridged(name)),
            Self::TooDeep => write!(f, "nesting exceeds {MAX_DEPTH} levels"),
            Self::SingleQuotes => f.write_str("single quotes, as in a Python dict"),
            Self::Literal(literal) => write!(f, "{literal} is not a JSON value"),
            Self::Grammar {
                expected,
                found: Some(found),
            } if !f.alternate() => write!(f, "{expected}, found {found}"),
            Self::Grammar { expected, .. } => f.write_str(expected),
        }
    }
}

impl std::error::Error for JsonError {}
