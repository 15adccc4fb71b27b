//! Where tokens come from: arguments, standard input or a file, one token a line.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::mem;
use std::ops::Range;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;

use jwtlens::{Compact, Input, Policy, Removed, Token, Verdict};
use memchr::{memchr, memchr_iter, memrchr};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Surroundings;
use super::args::Tokens;
use super::messages::{Failure, io_reason};
use super::scan;
use super::tell::redaction::{Harmless, contains_token, named, shown};

/// The longest line that is read, in octets, without its line feed.
const MAX_LINE: usize = 16 * 1024 * 1024;

/// Tokens, before any is read.
pub enum Source {
    Arguments(Vec<OsString>),
    Lines(Lines),
}

/// Text of which each line is a token.
pub struct Lines {
    /// As reports name it, and messages.
    pub name: Arc<str>,
    reader: BufReader<Box<dyn Readable>>,
    /// The line that is being read, or was read last.
    line: Vec<u8>,
    /// So much of it has given its tokens.
    scanned: usize,
    state: State,
    number: u64,
    tokens: u64,
    /// Whether tokens are looked for in the lines, or the lines are tokens.
    scan: bool,
}

/// How much of a line was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ended,
    Begun,
    TooLong,
}

/// What comes next in the input.
enum Next<'l> {
    Line(u64, &'l [u8]),
    /// A line of which there is more than anybody wants to hold.
    TooLong(u64),
    /// The rest of the line is still to come, and nobody wants to wait for it.
    Pending,
    End,
}

/// Lines that are judged together.
#[derive(Default)]
pub struct Block {
    text: Vec<u8>,
    lines: Vec<Place>,
    /// Whether nothing comes after this.
    pub is_last: bool,
    /// Why the source ended before its end.
    pub failure: Option<Failure>,
}

/// Where a token stands: in the input, among the tokens, and in the block's text; the last is none
/// where the line was too long to be held.
struct Place {
    line: u64,
    /// The octet of the line that it begins with, from 1; none where it is the whole line.
    column: Option<u64>,
    number: u64,
    text: Option<Range<usize>>,
}

impl Block {
    /// So much text is judged together where it can be had at once, in octets.
    const FULL: usize = 128 * 1024;

    /// So many tokens, however short: their reports are not.
    const MOST: usize = 1024;

    /// So much is searched for tokens before those that were found are judged.
    const PASSED: usize = 32 * Self::FULL;

    /// Whether it takes no more: then the source is a fast one.
    pub fn is_full(&self) -> bool {
        self.text.len() >= Self::FULL || self.lines.len() >= Self::MOST
    }

    /// How many tokens it holds.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it holds a line or a token of many times the ordinary length.
    pub fn is_heavy(&self) -> bool {
        self.text.len() > 2 * Self::FULL
    }

    /// Leaves the memory, so that the next lines need no other.
    pub fn clear(&mut self) {
        let (mut text, mut lines) = (mem::take(&mut self.text), mem::take(&mut self.lines));
        text.clear();
        // The memory of a line of many times the ordinary is not kept.
        text.shrink_to(2 * Self::FULL);
        lines.clear();
        *self = Self {
            text,
            lines,
            ..Self::default()
        };
    }

    fn hold(&mut self, text: &[u8]) -> Range<usize> {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        start..self.text.len()
    }

    /// What to do with lines that are no tokens, but hold one or are one together: each of them gets a
    /// report of its own, and none of those can tell.
    pub fn advice(&self) -> Option<&'static str> {
        let lines = self.lines.iter().map(|place| {
            let line = self.text.get(place.text.clone()?)?;
            Some(Token::new(Input::default(), line).text)
        });
        let lines: Vec<&[u8]> = lines.collect::<Option<_>>()?;
        if lines.len() < 2 || lines.iter().any(|line| Compact::parse(line).is_ok()) {
            return None;
        }
        if lines.iter().any(|line| scan::token(line).is_some()) {
            return Some("these lines are a text with a token in it: --scan finds it");
        }
        let joined = lines.concat();
        let joined = Token::new(Input::default(), &joined);
        let is_token =
            jwtlens::decode(&joined, &Policy::default(), 0, false).verdict != Verdict::Malformed;
        is_token.then_some("together these lines are one token: join them with tr -d '[:space:]'")
    }

    /// The tokens of the block, each with its origin.
    pub fn tokens(&self, source: &Arc<str>) -> Vec<Token<'_>> {
        let token = |place: &Place| {
            let input = Input {
                source: Arc::clone(source),
                number: place.number,
                line: Some(place.line),
                column: place.column,
                removed: Removed::default(),
            };
            match &place.text {
                Some(range) => Token::new(input, self.text.get(range.clone()).unwrap_or_default()),
                None => Token::too_long(input, MAX_LINE),
            }
        };
        self.lines.iter().map(token).collect()
    }
}

/// A source that tells whether it has anything to read, its end included, without waiting for it.
trait Readable: Read + Send {
    fn is_ready(&self) -> bool;
}

impl Readable for io::Stdin {
    fn is_ready(&self) -> bool {
        can_be_read(self)
    }
}

impl Readable for File {
    fn is_ready(&self) -> bool {
        can_be_read(self)
    }
}

/// A source that can't be asked is read: its error is told there.
fn can_be_read(source: &impl AsFd) -> bool {
    let mut asked = [PollFd::new(source, PollFlags::IN)];
    !matches!(poll(&mut asked, Some(&Timespec::default())), Ok(0))
}

impl Source {
    /// Finds out where the tokens are, and opens it. `stdin_is_taken` tells that the key comes from
    /// standard input.
    pub fn open(
        tokens: &Tokens,
        stdin_is_taken: bool,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let scan = tokens.scan;
        let lines = |lines: Lines| Self::Lines(Lines { scan, ..lines });
        if tokens.file.is_some() && !tokens.given.is_empty() {
            return Err(Failure::usage("TOKEN and --file can't be used together"));
        }
        let from_stdin = tokens.given.iter().any(|token| token == "-");
        if from_stdin && tokens.given.len() > 1 {
            return Err(Failure::usage("\"-\" can't be used beside other tokens"));
        }
        if !from_stdin && !tokens.given.is_empty() {
            if scan {
                return Err(
                    Failure::usage("--scan reads a text, not tokens as arguments")
                        .hint("give the text on standard input, or with -f FILE"),
                );
            }
            return Ok(Self::Arguments(joined(&tokens.given)));
        }
        match &tokens.file {
            Some(file) if file.as_os_str() != "-" => Ok(lines(Lines::of_file(file)?)),
            _ if stdin_is_taken => Err(Failure::usage(
                "key and tokens can't both come from standard input",
            )
            .hint("read the tokens from a file with -f FILE")),
            None if !from_stdin && surroundings.stdin_is_terminal => {
                Err(Failure::usage("no token: standard input is a terminal")
                    .hint("pipe the token in, for example from wl-paste, xclip -o or pbpaste")
                    .hint("or read a file with -f FILE; `-` waits for what you type"))
            }
            _ => Ok(lines(Lines::new("stdin", io::stdin()))),
        }
    }
}

/// `Authorization: Bearer TOKEN` without quotes is three arguments to a shell, and one token.
fn joined(given: &[OsString]) -> Vec<OsString> {
    let mut tokens: Vec<OsString> = Vec::new();
    let mut goes_on = false;
    for part in given {
        match tokens.last_mut() {
            Some(token) if goes_on => {
                token.push(" ");
                token.push(part);
            }
            _ => tokens.push(part.clone()),
        }
        goes_on =
            part.eq_ignore_ascii_case("bearer") || part.eq_ignore_ascii_case("authorization:");
    }
    tokens
}

impl Lines {
    fn new(name: &str, source: impl Readable + 'static) -> Self {
        const AHEAD: usize = 128 * 1024;
        Self {
            name: name.into(),
            reader: BufReader::with_capacity(AHEAD, Box::new(source)),
            line: Vec::new(),
            scanned: 0,
            state: State::Ended,
            number: 0,
            tokens: 0,
            scan: false,
        }
    }

    fn of_file(path: &Path) -> Result<Self, Failure> {
        const PLACE: &str = "the value of -f";
        let name = path.as_os_str();
        let file = File::open(path).map_err(|error| {
            let shown = named(name, PLACE, Harmless::FileName);
            let failure = Failure::new(format!("cannot read {shown}: {}", io_reason(&error)));
            if contains_token(name) {
                failure.hint("-f expects a file name; pass a token without -f")
            } else {
                failure
            }
        })?;
        let name = shown(name, Harmless::Path);
        Ok(Self::new(name.as_deref().unwrap_or(PLACE), file))
    }

    /// Fills `block` with the tokens that can be had without waiting, one at least. What was in it is
    /// gone.
    pub fn read(&mut self, block: &mut Block) {
        block.clear();
        let mut passed = 0_usize;
        loop {
            if self.scan && self.state == State::Ended {
                self.take_tokens(block);
                if !block.is_full() {
                    passed = passed.saturating_add(self.pass_over_lines());
                }
            }
            // A token is not kept waiting for others where these are far between.
            let is_enough = passed >= Block::PASSED && !block.lines.is_empty();
            if block.is_full() || is_enough {
                return;
            }
            let scan = self.scan;
            match self.next(block.lines.is_empty()) {
                // Its tokens are taken at the head of the loop.
                Ok(Next::Line(..)) if scan => self.scanned = 0,
                Ok(Next::Line(_, text)) if Token::is_blank(text) => {}
                Ok(Next::Line(line, text)) => {
                    let text = block.hold(text);
                    self.put(block, line, None, Some(text));
                }
                Ok(Next::TooLong(line)) => {
                    self.line.clear();
                    self.put(block, line, None, None);
                }
                Ok(Next::Pending) => return,
                Ok(Next::End) => {
                    block.is_last = true;
                    return;
                }
                Err(failure) => {
                    block.is_last = true;
                    block.failure = Some(failure);
                    return;
                }
            }
        }
    }

    fn put(
        &mut self,
        block: &mut Block,
        line: u64,
        column: Option<u64>,
        text: Option<Range<usize>>,
    ) {
        self.tokens = self.tokens.saturating_add(1);
        block.lines.push(Place {
            line,
            column,
            number: self.tokens,
            text,
        });
    }

    /// Puts the tokens of the line that was read last into the block, as many as it takes.
    fn take_tokens(&mut self, block: &mut Block) {
        while !block.is_full()
            && let Some(rest) = self.line.get(self.scanned..)
            && let Some(range) = scan::token(rest)
        {
            let text = block.hold(rest.get(range.clone()).unwrap_or_default());
            let column = self.scanned.saturating_add(range.start).saturating_add(1);
            self.scanned = self.scanned.saturating_add(range.end);
            self.put(block, self.number, u64::try_from(column).ok(), Some(text));
        }
    }

    /// Passes over the lines that were read ahead and hold no beginning of a token, so many octets.
    fn pass_over_lines(&mut self) -> usize {
        let ahead = self.reader.buffer();
        let whole = memrchr(b'\n', ahead).map_or(0, |last| last.saturating_add(1));
        let lines = ahead.get(..whole).unwrap_or_default();
        let plain = match scan::start(lines) {
            Some(start) => lines.get(..start).and_then(|before| memrchr(b'\n', before)),
            None => whole.checked_sub(1),
        };
        let passed = plain.map_or(0, |last| last.saturating_add(1));
        let count = memchr_iter(b'\n', lines.get(..passed).unwrap_or_default()).count();
        self.number = self
            .number
            .saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.reader.consume(passed);
        passed
    }

    /// The next line with its number, without its line feed. A line longer than [`MAX_LINE`] is
    /// passed over without being held. Unless it may wait, nothing is read that can't be had at once.
    fn next(&mut self, may_wait: bool) -> Result<Next<'_>, Failure> {
        if self.state == State::Ended {
            self.line.clear();
            // The memory of a line of many times the ordinary is not kept.
            self.line.shrink_to(2 * Block::FULL);
        }
        loop {
            if self.reader.buffer().is_empty() && !may_wait && !self.reader.get_ref().is_ready() {
                return Ok(Next::Pending);
            }
            let ahead = match self.reader.fill_buf() {
                Ok(ahead) => ahead,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let (name, reason) = (&self.name, io_reason(&error));
                    return Err(Failure::new(format!("cannot read '{name}': {reason}")));
                }
            };
            if ahead.is_empty() && self.state == State::Ended {
                return Ok(Next::End);
            }
            let end = memchr(b'\n', ahead);
            let part = ahead.get(..end.unwrap_or(ahead.len())).unwrap_or_default();
            if self.state == State::TooLong || self.line.len().saturating_add(part.len()) > MAX_LINE
            {
                self.state = State::TooLong;
                self.line = Vec::new();
            } else {
                self.state = State::Begun;
                self.line.extend_from_slice(part);
            }
            let ended = end.is_some() || ahead.is_empty();
            let used = part.len().saturating_add(usize::from(end.is_some()));
            self.reader.consume(used);
            if ended {
                self.number = self.number.saturating_add(1);
                let next = match self.state {
                    State::TooLong => Next::TooLong(self.number),
                    State::Begun | State::Ended => Next::Line(self.number, &self.line),
                };
                self.state = State::Ended;
                return Ok(next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    impl Readable for io::Cursor<Vec<u8>> {
        fn is_ready(&self) -> bool {
            true
        }
    }

    fn lines(content: Vec<u8>) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new("test", io::Cursor::new(content));
        let mut all = Vec::new();
        loop {
            match lines.next(true).unwrap() {
                Next::Line(number, text) => all.push((number, Some(text.to_vec()))),
                Next::TooLong(number) => all.push((number, None)),
                Next::Pending => panic!("nothing is pending where it may be waited for"),
                Next::End => return all,
            }
        }
    }

    /// A source that has nothing to read every other time.
    struct Slow(io::Cursor<Vec<u8>>, Cell<bool>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(5);
            self.0.read(&mut buffer[..most])
        }
    }

    impl Readable for Slow {
        fn is_ready(&self) -> bool {
            self.1.replace(!self.1.get())
        }
    }

    #[test]
    fn a_line_that_has_only_begun_keeps_none_waiting() {
        let source = io::Cursor::new(b"a\nb\nccc\n\ndddddddddddddd\ne".to_vec());
        let mut lines = Lines::new("test", Slow(source, Cell::new(false)));
        let mut block = Block::default();
        let mut blocks = Vec::new();
        while !block.is_last {
            lines.read(&mut block);
            let tokens = block.tokens(&"test".into());
            let texts = tokens.iter().map(|token| token.text.to_vec());
            let texts: Vec<String> = texts.map(|text| String::from_utf8(text).unwrap()).collect();
            blocks.push(texts.join(" "));
        }
        assert_eq!(blocks, ["a b", "ccc", "dddddddddddddd e", ""]);
    }

    #[test]
    fn a_header_without_quotes_is_one_token() {
        let joined = |given: &[&str]| joined(&given.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(joined(&["a", "b"]), ["a", "b"]);
        assert_eq!(joined(&["Bearer", "a", "b"]), ["Bearer a", "b"]);
        assert_eq!(
            joined(&["x", "authorization:", "BEARER", "a", "bearer", "b"]),
            ["x", "authorization: BEARER a", "bearer b"]
        );
        assert_eq!(joined(&["a", "Bearer"]), ["a", "Bearer"]);
    }

    #[test]
    fn lines_that_belong_together_are_told_so() {
        const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        let (first, second) = TOKEN.split_at(30);
        let advice = |text: String| {
            let mut block = Block::default();
            Lines::new("test", io::Cursor::new(text.into_bytes())).read(&mut block);
            block
                .advice()
                .map(|advice| advice.rsplit(": ").next().unwrap())
        };
        for (text, told) in [
            (
                format!("{first}\n{second}"),
                Some("join them with tr -d '[:space:]'"),
            ),
            (
                format!("  {first}\r\n\n  {second}\r\n"),
                Some("join them with tr -d '[:space:]'"),
            ),
            (
                format!("> GET /\n> Cookie: a={TOKEN}"),
                Some("--scan finds it"),
            ),
            (format!("{TOKEN}\n{TOKEN}"), None),
            (format!("# tokens\n{TOKEN}"), None),
            (format!("x {TOKEN}"), None),
            // Two that were cut have three segments together, and are none.
            (format!("{first}\n{first}"), None),
            ("a\nb".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(advice(text.clone()), told, "{text}");
        }
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
    fn a_line_at_the_limit_is_held_and_a_longer_one_is_not() {
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
}
