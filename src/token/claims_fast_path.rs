//! Ordinary Claims Sets in one pass, without keeping what decides nothing and without allocating.
//!
//! A fast path for streams of tokens. It handles ordinary, valid Claims Sets only, and leaves every fault,
//! every time that is not an integer, and every name with an escape to the full parser,
//! [`Value`](crate::text::json::Value). What it accepts, the full parser reads the same.

use std::ops::Range;

/// More members than these in one object are not ordinary.
const MAX_MEMBERS: usize = 32;

/// Neither are claims with more levels of arrays and objects in them.
const MAX_DEPTH: usize = 8;

/// Where the registered claims that decide are in the text, and the times.
#[derive(Debug, Default)]
pub(crate) struct FastClaims {
    /// The characters of the string, which has no escapes.
    pub(crate) iss: Option<Range<usize>>,
    /// The same.
    pub(crate) sub: Option<Range<usize>>,
    /// The JSON of a string or of an array of strings, none of which has escapes.
    pub(crate) aud: Option<Range<usize>>,
    pub(crate) exp: Option<i64>,
    pub(crate) nbf: Option<i64>,
    pub(crate) iat: Option<i64>,
    /// Whether the text has no whitespace outside of strings and no escapes.
    pub(crate) is_dense: bool,
}

impl FastClaims {
    /// Reads a Claims Set in which nothing is at fault; none where anything may be.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut claims = Self::default();
        let mut scanner = Scanner {
            length: text.len(),
            rest: text.as_bytes(),
            is_dense: true,
        };
        scanner.object(|scanner, name| {
            match name {
                b"exp" => claims.exp = Some(scanner.integer()?),
                b"nbf" => claims.nbf = Some(scanner.integer()?),
                b"iat" => claims.iat = Some(scanner.integer()?),
                b"aud" => claims.aud = Some(scanner.audience()?),
                b"iss" => claims.iss = Some(scanner.plain_string()?.1),
                b"sub" => claims.sub = Some(scanner.plain_string()?.1),
                b"jti" => scanner.string().map(|_| ())?,
                _ => scanner.value(MAX_DEPTH)?,
            }
            Some(())
        })?;
        claims.is_dense = scanner.is_dense;
        // Nothing but whitespace may follow.
        let ends = scanner.peek().is_none();
        claims.is_dense &= scanner.is_dense;
        ends.then_some(claims)
    }
}

/// Reads JSON (RFC 8259) as far as it is ordinary: each function takes what it is named after, after
/// whitespace, or gives none.
struct Scanner<'t> {
    /// That of the whole text.
    length: usize,
    /// What was not read yet.
    rest: &'t [u8],
    /// Whether neither whitespace nor an escape was read.
    is_dense: bool,
}

impl<'t> Scanner<'t> {
    /// The first byte that is not whitespace, which is not taken.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.rest.split_first()? {
                (b' ' | b'\t' | b'\n' | b'\r', rest) => {
                    self.rest = rest;
                    self.is_dense = false;
                }
                (byte, _) => return Some(*byte),
            }
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.rest = self.rest.get(1..)?;
        Some(byte)
    }

    /// How much of the text was read.
    fn position(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    /// An object without duplicate names, each of whose values `member` takes.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &'t [u8]) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.peek()? == b'}' {
            return self.take(b'}');
        }
        let mut names = Names::default();
        loop {
            let (name, _) = self.plain_string()?;
            names.add(name)?;
            self.take(b':')?;
            member(self, name)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn array(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(b'[')?;
        if self.peek()? == b']' {
            return self.take(b']');
        }
        loop {
            item(self)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Any value of so many levels at most.
    fn value(&mut self, levels: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => {
                let levels = levels.checked_sub(1)?;
                self.object(|scanner, _| scanner.value(levels))
            }
            b'[' => {
                let levels = levels.checked_sub(1)?;
                self.array(|scanner| scanner.value(levels))
            }
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => self.number(),
        }
    }

    fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(literal)?;
        Some(())
    }

    /// A string's characters with their place, if it has no escapes.
    fn plain_string(&mut self) -> Option<(&'t [u8], Range<usize>)> {
        let (text, has_escapes) = self.string()?;
        let end = self.position().checked_sub(1)?;
        let start = end.checked_sub(text.len())?;
        (!has_escapes).then_some((text, start..end))
    }

    /// What stands between the quotes, and whether it has escapes.
    fn string(&mut self) -> Option<(&'t [u8], bool)> {
        self.take(b'"')?;
        let text = self.rest;
        let mut has_escapes = false;
        loop {
            let (_, rest) = self.rest.split_at_checked(plain_length(self.rest))?;
            match rest.split_first()? {
                (b'"', after) => {
                    self.rest = after;
                    self.is_dense &= !has_escapes;
                    let length = text.len().checked_sub(rest.len())?;
                    return Some((text.get(..length)?, has_escapes));
                }
                (b'\\', escape) => {
                    has_escapes = true;
                    self.rest = after_escape(escape)?;
                }
                // A control character.
                _ => return None,
            }
        }
    }

    /// A string, or an array of strings.
    fn audience(&mut self) -> Option<Range<usize>> {
        let is_array = self.peek()? == b'[';
        let start = self.position();
        if is_array {
            self.array(|scanner| scanner.plain_string().map(|_| ()))?;
        } else {
            self.plain_string()?;
        }
        Some(start..self.position())
    }

    /// An integer in its only spelling.
    fn integer(&mut self) -> Option<i64> {
        self.peek()?;
        let before = self.rest;
        self.number()?;
        let length = before.len().checked_sub(self.rest.len())?;
        let text = before.get(..length).filter(|text| *text != b"-0")?;
        str::from_utf8(text).ok()?.parse().ok()
    }

    fn number(&mut self) -> Option<()> {
        self.rest = self.rest.strip_prefix(b"-").unwrap_or(self.rest);
        match self.rest.split_first()? {
            (b'0', rest) => self.rest = rest,
            _ => self.digits()?,
        }
        if let Some(fraction) = self.rest.strip_prefix(b".") {
            self.rest = fraction;
            self.digits()?;
        }
        if let [b'e' | b'E', exponent @ ..] = self.rest {
            let [plus, minus] = [b"+", b"-"].map(|sign| exponent.strip_prefix(sign));
            self.rest = plus.or(minus).unwrap_or(exponent);
            self.digits()?;
        }
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit());
        let count = digits.count();
        self.rest = self.rest.get(count..)?;
        (count > 0).then_some(())
    }
}

/// What follows an escape without its backslash; none of one that is not valid, or is a half of a surrogate
/// pair.
fn after_escape(escape: &[u8]) -> Option<&[u8]> {
    match escape {
        [
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            rest @ ..,
        ] => Some(rest),
        [
            b'u',
            b'd' | b'D',
            b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
            ..,
        ] => None,
        [b'u', digits @ ..] => {
            let (digits, rest) = digits.split_first_chunk::<4>()?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(rest)
        }
        _ => None,
    }
}

/// How many characters of a string are neither its end, nor an escape, nor a control character. Eight are
/// examined at a time.
fn plain_length(text: &[u8]) -> usize {
    let (chunks, _) = text.as_chunks();
    let mut length: usize = 0;
    for chunk in chunks {
        let special = special(u64::from_le_bytes(*chunk));
        if special != 0 {
            let place = special.trailing_zeros() / 8;
            return length.saturating_add(usize::try_from(place).unwrap_or_default());
        }
        length = length.saturating_add(8);
    }
    let rest = text.get(length..).unwrap_or_default();
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    let place = rest.iter().position(is_special);
    length.saturating_add(place.unwrap_or(rest.len()))
}

/// The highest bit of each byte that is a quote, a backslash or a control character. A byte above such a
/// one may be marked by its borrow; the lowest is always right.
fn special(bytes: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGHEST: u64 = ONES << 7;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(ONES.wrapping_mul(limit)) & !bytes;
    let equal = |byte: u8| below(bytes ^ ONES.wrapping_mul(byte.into()), 1);
    (below(bytes, 0x20) | equal(b'"') | equal(b'\\')) & HIGHEST
}

/// The names of an object's members.
#[derive(Default)]
struct Names<'t> {
    all: [&'t [u8]; MAX_MEMBERS],
    count: usize,
    /// A bit for each name that may be among them: most new ones need not be compared with all.
    seen: u64,
}

impl<'t> Names<'t> {
    /// Adds a name; none if it is there already, or if there are too many.
    fn add(&mut self, name: &'t [u8]) -> Option<()> {
        let [first, last] = [name.first(), name.last()].map(|byte| *byte.unwrap_or(&0));
        let hash = first.wrapping_mul(7) ^ last ^ name.len().to_le_bytes()[0];
        let bit = 1_u64.wrapping_shl(hash.into());
        let names = self.all.get(..self.count)?;
        if self.seen & bit != 0 && names.contains(&name) {
            return None;
        }
        self.seen |= bit;
        *self.all.get_mut(self.count)? = name;
        self.count = self.count.saturating_add(1);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place of a string and next to every other byte that ends one.
    #[test]
    fn string_ends_at_the_first_special_byte() {
        let simple = |text: &[u8]| {
            let is_special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < b' ';
            text.iter().position(is_special).unwrap_or(text.len())
        };
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255 {
                    for next in [
                        b'a', b'"', b'\\', 0x1F, b' ', b'!', b'#', b'[', b']', 0x80, 0xFF,
                    ] {
                        let mut text = vec![b'a'; length];
                        text[place] = byte;
                        if let Some(after) = text.get_mut(place + 1) {
                            *after = next;
                        }
                        assert_eq!(plain_length(&text), simple(&text), "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_distinct() {
        let all: Vec<String> = (0..MAX_MEMBERS)
            .map(|number| format!("m{number}"))
            .collect();
        let mut names = Names::default();
        for name in &all {
            assert!(names.add(name.as_bytes()).is_some());
        }
        assert!(names.add(b"another").is_none());
        let mut names = Names::default();
        for name in all.iter().skip(1) {
            assert!(names.add(name.as_bytes()).is_some());
        }
        for name in all.iter().skip(1) {
            assert!(names.add(name.as_bytes()).is_none(), "{name}");
        }
        assert!(names.add(b"").is_some());
        assert!(Names::default().add(b"").is_some());
    }
}
