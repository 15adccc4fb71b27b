//! The time of a line whose layout is not known: the leftmost one outside tokens, URLs, request lines and quotes.

use memchr::memmem;

use super::timestamp::{Clock, Moment, number};
use super::words::word;

/// The methods of request lines (RFC 9110, section 9.3, and RFC 5789).
const METHODS: [&[u8]; 9] = [
    b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"CONNECT", b"TRACE",
];

/// The leftmost time of a line.
///
/// Quotes may not be escaped. So behind a quoted text, a time counts only if no other time in the line, quoted or
/// not, differs from it. A number at the start of a line may be an ID, so it counts only in a line without another
/// time.
pub fn leftmost_time(line: &[u8], clock: &Clock) -> Option<Moment> {
    let written = Csv(line).time(clock).or_else(|| {
        let mut scan = Scan {
            line,
            at: 0,
            quote: None,
            last_version: last_version(line),
            request_end: 0,
            word: Word::default(),
            has_quotes: false,
            unquoted: None,
            all: None,
        };
        scan.run(clock)
    });
    written.or_else(|| number(line).map(|(moment, _)| moment))
}

/// The end of the last protocol version in a line, or its start.
fn last_version(line: &[u8]) -> usize {
    memmem::rfind(line, b" HTTP/").map_or(0, |at| word(line, at).end)
}

/// A walk through a line.
struct Scan<'l> {
    line: &'l [u8],
    at: usize,
    /// The quote that is open.
    quote: Option<u8>,
    /// Where the last protocol version ends (RFC 9112, section 3): what is between a method and it may be the client's.
    last_version: usize,
    /// Where the request line ends that was found last.
    request_end: usize,
    word: Word,
    /// Whether a quoted text was found.
    has_quotes: bool,
    /// The leftmost time outside quotes.
    unquoted: Option<Moment>,
    /// All times.
    all: Option<Moment>,
}

/// What is before a byte in its word.
#[derive(Default)]
struct Word {
    start: usize,
    /// Whether it may be a URL, or escaped.
    is_url: bool,
    is_named: bool,
}

/// A line that can't be read to its end.
struct Unreadable;

impl Scan<'_> {
    fn run(&mut self, clock: &Clock) -> Option<Moment> {
        while let Some(byte) = self.line.get(self.at).copied() {
            self.step(byte, clock).ok()?;
            if !self.has_quotes && self.unquoted.is_some() {
                return self.unquoted;
            }
        }
        let moment = self.unquoted.filter(|_| self.quote.is_none())?;
        Some(moment.agreeing(self.all?))
    }

    fn step(&mut self, byte: u8, clock: &Clock) -> Result<(), Unreadable> {
        let before = self.at.checked_sub(1).and_then(|at| self.line.get(at));
        let next = self.line.get(self.at.saturating_add(1)).copied();
        let is_in_word = before.is_some_and(u8::is_ascii_alphanumeric);
        let rest = self.line.get(self.at..).unwrap_or_default();
        if byte.is_ascii_whitespace() {
            self.word = Word {
                start: self.at.saturating_add(1),
                ..Word::default()
            };
        } else if byte == b'\\' {
            // An escape outside quotes is not of this line alone.
            if self.quote.is_none() && next == Some(b'"') {
                return Err(Unreadable);
            }
            self.word.is_url = true;
            self.at = self.at.saturating_add(1);
        } else if byte == b'"'
            || matches!(byte, b'\'' | b'`') && (!is_in_word || self.quote.is_some())
        {
            self.quote(byte, is_in_word, next)?;
        } else if self.quote.is_none() && byte == b'{' && matches!(next, Some(b'"' | b'\\')) {
            // A body, or JSON that is damaged.
            return Err(Unreadable);
        } else if b"/?&%#@".contains(&byte) {
            self.word.is_url = true;
        } else if byte == b'=' {
            self.word.is_named = true;
        } else if self.at == self.word.start && self.starts_request(rest) {
            self.request_end = self.last_version;
            self.has_quotes = true;
        } else if !self.word.is_url
            && (byte.is_ascii_digit() || byte.is_ascii_uppercase())
            && before.is_none_or(|before| {
                before.is_ascii_whitespace() || b"[(<,;|=:\"'`".contains(before)
            })
            && let Some((moment, length)) = clock.read(rest)
        {
            self.time(moment, length);
            return Ok(());
        }
        self.at = self.at.saturating_add(1);
        Ok(())
    }

    /// Takes a quote, which opens or closes a quoted text.
    fn quote(&mut self, byte: u8, is_in_word: bool, next: Option<u8>) -> Result<(), Unreadable> {
        self.has_quotes = true;
        match self.quote {
            None if is_in_word => return Err(Unreadable),
            None => self.quote = Some(byte),
            Some(open) if open == byte => {
                let is_apart =
                    next.is_none_or(|next| !next.is_ascii_alphanumeric() && next != byte);
                // An apostrophe in a quoted text.
                if !is_apart && byte != b'\'' {
                    return Err(Unreadable);
                }
                if is_apart {
                    self.quote = None;
                }
            }
            Some(_) => {}
        }
        // What is quoted is words of its own.
        self.word = Word {
            start: self.at.saturating_add(1),
            ..Word::default()
        };
        Ok(())
    }

    /// Whether a text starts with the method of a request.
    fn starts_request(&self, text: &[u8]) -> bool {
        let is_method = |method: &&[u8]| {
            let after = text.strip_prefix(*method);
            after.is_some_and(|after| after.starts_with(b" "))
        };
        self.at >= self.request_end && METHODS.iter().any(is_method)
    }

    /// Takes a time, if it is a word.
    fn time(&mut self, moment: Moment, length: usize) {
        let end = self.at.saturating_add(length);
        let next = self.line.get(end).copied();
        let after_next = self.line.get(end.saturating_add(1)).copied();
        let is_space = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace());
        let is_word = is_space(next)
            || next.is_some_and(|next| b"])>,;|\"'`".contains(&next))
            || next == Some(b':') && is_space(after_next);
        // A line that is one field may be the body of a form.
        let is_form = self.word.is_named && self.word.start == 0 && next.is_none();
        if is_word && !is_form {
            self.all = Some(self.all.map_or(moment, |all| all.agreeing(moment)));
            if self.quote.is_none() && self.at >= self.request_end && self.unquoted.is_none() {
                self.unquoted = Some(moment);
            }
        } else {
            self.word.is_url = true;
        }
        self.at = end;
    }
}

/// A line of comma-separated values (RFC 4180, section 2), also with semicolons or tabs, of which some are quoted.
struct Csv<'l>(&'l [u8]);

impl Csv<'_> {
    /// The leftmost value that is a time. The first value decides alone.
    fn time(&self, clock: &Clock) -> Option<Moment> {
        let mut rest = self.0.trim_ascii_end();
        let first = field(rest)?;
        let separator = *rest.get(first.1)?;
        b",;\t".contains(&separator).then_some(())?;
        let mut leftmost = None;
        let mut all: Option<Moment> = None;
        let mut has_quotes = false;
        let mut is_first = true;
        loop {
            let (value, length, is_quoted) = field(rest)?;
            has_quotes |= is_quoted;
            if let Some(moment) = clock.read_whole(value) {
                all = Some(all.map_or(moment, |all| all.agreeing(moment)));
                if is_first && is_quoted {
                    leftmost = all;
                }
            }
            is_first = false;
            match rest.get(length) {
                None => break,
                Some(next) if *next == separator => {
                    rest = rest.get(length.saturating_add(1)..)?;
                }
                Some(_) => return None,
            }
        }
        leftmost.or(all).filter(|_| has_quotes)
    }
}

/// The value that a text starts with, its length there, and whether it is quoted.
fn field(text: &[u8]) -> Option<(&[u8], usize, bool)> {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let is_part = |byte: &&u8| !b",;\t\"".contains(*byte);
        let length = text.iter().take_while(is_part).count();
        return Some((text.get(..length)?, length, false));
    };
    let mut end = 0_usize;
    loop {
        end = end.saturating_add(memchr::memchr(b'"', quoted.get(end..)?)?);
        if quoted.get(end.saturating_add(1)) != Some(&b'"') {
            let length = end.saturating_add(2);
            return Some((quoted.get(..end)?, length, true));
        }
        end = end.saturating_add(2);
    }
}
