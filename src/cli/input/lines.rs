//! One text as lines: each line is a token, or with `--scan` may hold some.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jwtlens::Token;
use memchr::{memchr, memchr_iter, memrchr};

use super::MAX_LINE;
use super::beginning::{Beginning, TextKind};
use super::block::Block;
use super::readable::{Readable, unreadable};
use crate::cli::scan::{self, Found, LineTimes, TokenTime};

/// The most that is read before the tokens found so far are verified, in bytes.
const MAX_CONSUMED: u64 = 4 * 1024 * 1024;

/// A text that is read line by line.
pub struct Lines {
    /// The text's name in reports.
    pub name: Arc<str>,
    /// The number of bytes that were read.
    pub consumed: u64,
    reader: Resumed,
    /// The line that is being read, or was read last.
    line: Vec<u8>,
    /// The number of its bytes that were searched for tokens.
    scanned: usize,
    state: LineState,
    number: u64,
    /// Whether to search the lines for tokens.
    scan: bool,
    /// Whether the text is UTF-16: its last line break leaves a NUL.
    is_utf16: bool,
    /// The times of its lines, if the tokens are checked at them.
    times: Option<LineTimes>,
}

/// How much of a line was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineState {
    Ended,
    Begun,
    TooLong,
}

/// What comes next in the text.
enum Next<'l> {
    Line(u64, &'l [u8]),
    /// A line longer than [`MAX_LINE`].
    TooLong(u64),
    /// An incomplete line; reading more would block.
    Pending,
    End,
}

/// A source whose beginning was read, and what of it is in memory.
struct Resumed {
    buffer: Vec<u8>,
    /// What of the buffer was not consumed yet.
    rest: Range<usize>,
    /// Whether the beginning is all there is. A terminal would be read again after its end.
    ended: bool,
    /// The error that ended the beginning.
    error: Option<io::Error>,
    source: Box<dyn Readable>,
}

impl Resumed {
    /// The size of the buffer once the beginning is consumed. A source that fills it gets one twice as
    /// large: to clear it takes time, which a single token has no use for.
    const MIN_BUFFER: usize = 4096;

    /// What was read and not consumed.
    fn buffered(&self) -> &[u8] {
        self.buffer.get(self.rest.clone()).unwrap_or_default()
    }

    /// Reads more if everything was consumed. Nothing more comes after the end.
    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.rest.is_empty() && !self.ended {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            if self.rest.end >= self.buffer.len() {
                let size = self.buffer.len().saturating_mul(2);
                let size = size.clamp(Self::MIN_BUFFER, Block::MAX_BYTES);
                self.buffer.resize(size, 0);
            }
            self.rest = 0..0;
            self.rest.end = self.source.read(&mut self.buffer)?;
        }
        Ok(self.buffered())
    }

    fn consume(&mut self, bytes: usize) {
        let start = self.rest.start.saturating_add(bytes);
        self.rest.start = start.min(self.rest.end);
    }

    fn is_ready(&self) -> bool {
        let has_more = !self.rest.is_empty();
        has_more || self.ended || self.error.is_some() || self.source.is_ready(Duration::ZERO)
    }
}

impl Lines {
    /// Reads the beginning of a text, and with it what the text is.
    pub fn open(name: &str, mut source: Box<dyn Readable>, scan: bool) -> (Self, TextKind) {
        let beginning = Beginning::read(&mut *source, scan);
        let kind = beginning.kind(scan);
        let lines = Self {
            name: name.into(),
            consumed: 0,
            is_utf16: beginning.is_utf16(),
            reader: Resumed {
                rest: 0..beginning.bytes.len(),
                buffer: beginning.bytes,
                ended: beginning.ended,
                error: beginning.error,
                source,
            },
            line: Vec::new(),
            scanned: 0,
            state: LineState::Ended,
            number: 0,
            scan,
            times: None,
        };
        (lines, kind)
    }

    /// The same text, each of whose tokens has the time of its line.
    pub fn with_times(self, times: Option<LineTimes>) -> Self {
        Self { times, ..self }
    }

    /// Adds tokens to `block`: those that can be read without waiting, and at least one unless that is too far
    /// away. Returns whether the text has ended.
    pub fn read(&mut self, block: &mut Block) -> bool {
        let begun = self.consumed;
        loop {
            if self.scan && self.state == LineState::Ended {
                self.take_tokens(block);
                // A line without a token may have the time of the next one.
                if !block.is_full() && self.times.is_none() {
                    self.skip_lines();
                }
            }
            // If tokens are far apart, one does not wait for the next, and progress is shown meanwhile.
            if block.is_full() || self.consumed.saturating_sub(begun) >= MAX_CONSUMED {
                return false;
            }
            let (scan, is_utf16) = (self.scan, self.is_utf16);
            // A line break of UTF-16 is two bytes or four, one of which ends the line.
            let is_blank = |line: &[u8]| {
                Token::is_blank(line)
                    || is_utf16 && matches!(line, [0] | [0, b'\r', 0] | [b'\r', 0])
            };
            match self.next(block.is_empty()) {
                // Its tokens are taken when the loop starts again.
                Ok(Next::Line(..)) if scan => {
                    self.scanned = 0;
                    if let Some(times) = &mut self.times {
                        times.read(&self.line);
                    }
                }
                Ok(Next::Line(_, line)) if is_blank(line) => {}
                Ok(Next::Line(number, line)) => block.push(number, line),
                Ok(Next::TooLong(number)) => {
                    self.line.clear();
                    block.push_too_long(number);
                }
                Ok(Next::Pending) => return false,
                Ok(Next::End) => return true,
                Err(error) => {
                    block.failure = Some(unreadable(&self.name, &error));
                    return true;
                }
            }
        }
    }

    /// Adds the whole text, without its last newline, as one token.
    pub fn read_whole(self, block: &mut Block) {
        // It is all in memory.
        let text = self.reader.buffered();
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace());
        let breaks = blank.filter(|byte| **byte == b'\n').count();
        let line = u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1);
        block.push(line, text);
    }

    /// Adds the tokens of the current line, as many as the block takes.
    fn take_tokens(&mut self, block: &mut Block) {
        while !block.is_full()
            && let Some(rest) = self.line.get(self.scanned..)
            && let Some(found) = scan::next(rest)
        {
            let column = |start: usize| {
                let column = self.scanned.saturating_add(start).saturating_add(1);
                u64::try_from(column).unwrap_or(u64::MAX)
            };
            let end = match found {
                Found::Token(range, escapes) => {
                    let time = self.times.as_ref().and_then(|times| {
                        let place = self.scanned.saturating_add(range.start);
                        let time = times.at(place);
                        if let Some(zone) = times.unknown_zone(place) {
                            block.untimed.count_unknown_zone(zone);
                        }
                        if !matches!(time, Some(TokenTime::Own(_))) {
                            block.untimed.name(times.unlisted());
                        }
                        if matches!(time, Some(TokenTime::Before(_))) {
                            block.untimed.count_before();
                        }
                        time.map(TokenTime::second)
                    });
                    let column = column(range.start);
                    let token = rest.get(range.clone()).unwrap_or_default();
                    let token = scan::unescaped(token, escapes);
                    block.push_found(self.number, Some(column), &token, escapes, time);
                    range.end
                }
                Found::Skipped(range, reason) => {
                    let column = column(range.start);
                    block.skipped.count(reason, &self.name, self.number, column);
                    range.end
                }
            };
            self.scanned = self.scanned.saturating_add(end);
        }
    }

    /// Skips buffered lines in which no token starts.
    fn skip_lines(&mut self) {
        let buffered = self.reader.buffered();
        let whole = memrchr(b'\n', buffered).map_or(0, |last| last.saturating_add(1));
        let lines = buffered.get(..whole).unwrap_or_default();
        let plain = match scan::start(lines) {
            Some(start) => lines.get(..start).and_then(|before| memrchr(b'\n', before)),
            None => whole.checked_sub(1),
        };
        let skipped = plain.map_or(0, |last| last.saturating_add(1));
        let count = memchr_iter(b'\n', lines.get(..skipped).unwrap_or_default()).count();
        self.number = self
            .number
            .saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.consume(skipped);
    }

    fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.consumed = self.consumed.saturating_add(bytes);
    }

    /// The next line with its number, without its newline. A line longer than [`MAX_LINE`] is
    /// skipped without being kept. Unless it may wait, only what can be read at once is read.
    fn next(&mut self, may_wait: bool) -> io::Result<Next<'_>> {
        if self.state == LineState::Ended {
            self.line.clear();
            // The memory of a long line is not kept.
            self.line.shrink_to(2 * Block::MAX_BYTES);
        }
        loop {
            if self.reader.buffered().is_empty() && !may_wait && !self.reader.is_ready() {
                return Ok(Next::Pending);
            }
            let buffered = match self.reader.fill() {
                Ok(buffered) => buffered,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffered.is_empty() && self.state == LineState::Ended {
                return Ok(Next::End);
            }
            let end = next_newline(buffered);
            let part = buffered
                .get(..end.unwrap_or(buffered.len()))
                .unwrap_or_default();
            if self.state == LineState::TooLong
                || self.line.len().saturating_add(part.len()) > MAX_LINE
            {
                self.state = LineState::TooLong;
                self.line = Vec::new();
            } else {
                self.state = LineState::Begun;
                self.line.extend_from_slice(part);
            }
            let ended = end.is_some() || buffered.is_empty();
            let used = part.len().saturating_add(usize::from(end.is_some()));
            self.consume(used);
            if ended {
                self.number = self.number.saturating_add(1);
                let next = match self.state {
                    LineState::TooLong => Next::TooLong(self.number),
                    LineState::Begun | LineState::Ended => Next::Line(self.number, &self.line),
                };
                self.state = LineState::Ended;
                return Ok(next);
            }
        }
    }
}

/// `memchr` first asks the processor what it can do, which takes longer than one token.
fn next_newline(buffered: &[u8]) -> Option<usize> {
    if buffered.len() <= Resumed::MIN_BUFFER {
        buffered.iter().position(|byte| *byte == b'\n')
    } else {
        memchr(b'\n', buffered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::io::{Cursor, Read};

    fn lines(content: Vec<u8>) -> Vec<(u64, Option<Vec<u8>>)> {
        let (mut lines, _) = Lines::open("test", Box::new(Cursor::new(content)), false);
        let mut all = Vec::new();
        loop {
            match lines.next(true).unwrap() {
                Next::Line(number, text) => all.push((number, Some(text.to_vec()))),
                Next::TooLong(number) => all.push((number, None)),
                Next::Pending => panic!("nothing is pending if it may wait"),
                Next::End => return all,
            }
        }
    }

    /// A source of five bytes a read that has nothing to read every other time.
    struct Slow(Cursor<Vec<u8>>, Cell<bool>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(5);
            self.0.read(&mut buffer[..most])
        }
    }

    impl Readable for Slow {
        fn is_ready(&self, _: Duration) -> bool {
            self.1.replace(!self.1.get())
        }
    }

    #[test]
    fn an_incomplete_line_delays_no_other() {
        let source = Cursor::new(b"a\nb\nccc\n\ndddddddddddddd\ne".to_vec());
        let source = Slow(source, Cell::new(false));
        let (mut lines, _) = Lines::open("test", Box::new(source), false);
        let mut block = Block::default();
        let mut blocks = Vec::new();
        loop {
            block.clear();
            let ended = lines.read(&mut block);
            let tokens = block.tokens();
            let texts = tokens.iter().map(|token| token.text.to_vec());
            let texts: Vec<String> = texts.map(|text| String::from_utf8(text).unwrap()).collect();
            blocks.push(texts.join(" "));
            if ended {
                break;
            }
        }
        assert_eq!(blocks, ["a b ccc", "dddddddddddddd e", ""]);
    }

    #[test]
    fn lines_end_with_a_line_feed_or_with_the_text() {
        let some = |number, text: &str| (number, Some(text.as_bytes().to_vec()));
        assert_eq!(lines(b"".to_vec()), []);
        assert_eq!(lines(b"\n".to_vec()), [some(1, "")]);
        assert_eq!(
            lines(b"a\r\n\nb".to_vec()),
            [some(1, "a\r"), some(2, ""), some(3, "b")]
        );
    }

    #[test]
    fn a_line_at_the_limit_is_kept_and_a_longer_one_is_not() {
        let mut content = vec![b'a'; MAX_LINE];
        content.extend_from_slice(b"\nb\n");
        content.extend(vec![b'c'; MAX_LINE + 1]);
        content.extend_from_slice(b"\nd\n");
        content.extend(vec![b'e'; 3 * MAX_LINE]);
        let lengths: Vec<_> = lines(content)
            .into_iter()
            .map(|(number, line)| (number, line.map(|l| l.len())))
            .collect();
        assert_eq!(
            lengths,
            [
                (1, Some(MAX_LINE)),
                (2, Some(1)),
                (3, None),
                (4, Some(1)),
                (5, None)
            ]
        );
    }

    /// An error that ends the beginning of a text is reported after its lines.
    #[test]
    fn an_error_comes_after_the_lines_before_it() {
        struct Broken(Cursor<Vec<u8>>);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                match self.0.read(buffer)? {
                    0 => Err(io::Error::other("Broken (os error 5)")),
                    read => Ok(read),
                }
            }
        }
        impl Readable for Broken {
            fn is_ready(&self, _: Duration) -> bool {
                true
            }
        }
        let source = Broken(Cursor::new(b"a\nb\n".to_vec()));
        let (mut lines, _) = Lines::open("test", Box::new(source), false);
        let mut block = Block::default();
        assert!(lines.read(&mut block));
        assert_eq!(block.len(), 2);
        let failure = block.failure.unwrap();
        assert_eq!(failure.message, "cannot read 'test': broken");
    }
}
