//! The times of JSON in a log.
//!
//! A line that is an object has the time that the object itself gives: what is nested in it, such as the
//! headers or the body of a request, may be the client's. A document of several lines, or a HAR file in one,
//! holds many events: the top-level object and the elements of arrays. There the outermost one that has a time
//! decides.

use std::ops::Range;

use memchr::memmem;
use serde::de::IgnoredAny;

use super::layouts::container;
use super::timestamp::{Clock, Unit, of_number};

/// Members that give an object's time. The last one is journald's, in microseconds.
const MEMBERS: [&[u8]; 7] = [
    b"time",
    b"timestamp",
    b"ts",
    b"@timestamp",
    b"date",
    b"startedDateTime",
    MICROSECONDS,
];

const MICROSECONDS: &[u8] = b"__REALTIME_TIMESTAMP";

/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 128;

/// The greatest difference, in seconds, between two members that give the same time. If it is greater, one of
/// them may be injected, and the object has none.
const MAX_DIFFERENCE: u64 = 60;

/// The longest name of a member that a hint quotes.
const MAX_NAME: usize = 32;

/// A document that is read line by line.
#[derive(Default)]
pub struct Json {
    /// The objects and arrays that are open at the end of the last line.
    open: Vec<Frame>,
    state: State,
    /// Whether elements of any array are events.
    is_document: bool,
    /// The first member that holds a time, but is none of [`MEMBERS`], of an event without a time.
    unlisted: Option<String>,
}

/// What may come next.
#[derive(Clone, Default, PartialEq, Eq)]
enum State {
    /// The name of a member, or an element.
    #[default]
    First,
    Colon(Member),
    Value(Member),
    /// After a value.
    Comma,
}

/// The name of a member.
#[derive(Clone, PartialEq, Eq)]
struct Member {
    time: Option<&'static [u8]>,
    /// Where it stands in its line.
    name: Range<usize>,
}

#[derive(Clone)]
struct Frame {
    is_object: bool,
    /// Whether it is something that happened, so that its time counts.
    is_event: bool,
    /// Where it starts in the current line; none if it started in a line before.
    start: Option<usize>,
    time: Option<TimeMember>,
    /// The first member that holds a time, but is none of [`MEMBERS`].
    unlisted: Option<String>,
}

/// The time of an object, and where it is known from on.
#[derive(Clone, Copy)]
struct TimeMember {
    /// None if its members differ.
    second: Option<i64>,
    known_from: usize,
}

/// The events of a line that have a time.
#[derive(Default)]
pub struct Events {
    /// Whether the line is JSON, or part of a document of several lines.
    pub is_json: bool,
    /// Where they are, in order and disjoint, and their times.
    timed: Vec<(Range<usize>, Option<i64>)>,
}

/// Something that is not JSON.
struct NotJson;

impl Json {
    /// Reads the next line.
    pub fn read(&mut self, line: &[u8], clock: &Clock) -> Events {
        if !self.open.is_empty() {
            let mut events = Events::new();
            if self.follow(line, 0, clock, &mut events).is_ok() {
                return events;
            }
        }
        self.open.clear();
        let start = container(line);
        let text = line.get(start..).unwrap_or_default();
        if !starts_json(text) {
            return Events::default();
        }
        let is_whole = serde_json::from_slice::<IgnoredAny>(text).is_ok();
        self.is_document = !is_whole || is_har(text);
        self.state = State::First;
        let mut events = Events::new();
        let followed = self.follow(line, start, clock, &mut events).is_ok();
        if followed && (is_whole || !self.open.is_empty()) {
            return events;
        }
        self.open.clear();
        Events::default()
    }

    /// The name of the first member that looks like the time of an object without one.
    pub fn unlisted(&self) -> Option<&str> {
        self.unlisted.as_deref()
    }

    /// Follows objects and arrays from a byte of a line to its end.
    fn follow(
        &mut self,
        line: &[u8],
        start: usize,
        clock: &Clock,
        events: &mut Events,
    ) -> Result<(), NotJson> {
        for frame in &mut self.open {
            frame.start = None;
            if let Some(time) = &mut frame.time {
                time.known_from = 0;
            }
        }
        // A name in a line before is not kept.
        if let State::Colon(member) | State::Value(member) = &mut self.state {
            member.name = 0..0;
        }
        let mut at = start;
        while let Some(byte) = line.get(at).copied() {
            let next = at.saturating_add(1);
            match byte {
                b'{' | b'[' => self.begin(byte == b'{', at)?,
                b'}' | b']' => {
                    let frame = self.open.pop().ok_or(NotJson)?;
                    if frame.is_object != (byte == b'}') {
                        return Err(NotJson);
                    }
                    self.close(frame, next, events);
                    self.state = State::Comma;
                    let rest = line.get(next..).unwrap_or_default();
                    if self.open.is_empty() && !rest.trim_ascii().is_empty() {
                        return Err(NotJson);
                    }
                }
                b'"' => {
                    let end = string_end(line, at).ok_or(NotJson)?;
                    if self.expects_value() {
                        self.value(line, next..end, true, clock);
                    } else if self.state == State::First {
                        self.name(line, next..end);
                    } else {
                        return Err(NotJson);
                    }
                    at = end.saturating_add(1);
                    continue;
                }
                b':' => {
                    let State::Colon(member) = &self.state else {
                        return Err(NotJson);
                    };
                    self.state = State::Value(member.clone());
                }
                b',' if self.state == State::Comma => self.state = State::First,
                byte if byte.is_ascii_whitespace() => {}
                b'0'..=b'9' | b'-' | b't' | b'f' | b'n' => {
                    let rest = line.get(at..).unwrap_or_default();
                    let is_part =
                        |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                    let length = rest.iter().take_while(is_part).count();
                    let end = at.saturating_add(length);
                    let scalar = line.get(at..end).unwrap_or_default();
                    let is_scalar = serde_json::from_slice::<IgnoredAny>(scalar).is_ok();
                    if !is_scalar || !self.expects_value() {
                        return Err(NotJson);
                    }
                    self.value(line, at..end, false, clock);
                    at = end;
                    continue;
                }
                _ => return Err(NotJson),
            }
            at = next;
        }
        for frame in self.open.iter().rev() {
            // If an object continues on the next line, its time applies to what follows the time.
            if let Some(time) = frame.time {
                events.add(time.known_from..usize::MAX, time.second);
            }
        }
        Ok(())
    }

    fn begin(&mut self, is_object: bool, start: usize) -> Result<(), NotJson> {
        if self.open.len() >= MAX_DEPTH || !self.expects_value() {
            return Err(NotJson);
        }
        let is_event = match &*self.open {
            [] => true,
            [array] => !array.is_object,
            [.., parent] => self.is_document && !parent.is_object,
        };
        self.open.push(Frame {
            is_object,
            is_event: is_object && is_event,
            start: Some(start),
            time: None,
            unlisted: None,
        });
        self.state = State::First;
        Ok(())
    }

    fn close(&mut self, frame: Frame, end: usize, events: &mut Events) {
        if let Some(time) = frame.time {
            // If an object is on one line, its time applies to all of it.
            let start = frame.start.unwrap_or(time.known_from);
            events.add(start..end, time.second);
        } else if self.unlisted.is_none() {
            self.unlisted = frame.unlisted;
        }
    }

    /// Whether a value may come next: at the top, in an array, or after the name of a member. A line that was cut
    /// starts a document; the first one that does not continue it ends it.
    fn expects_value(&self) -> bool {
        match self.open.last() {
            Some(frame) if frame.is_object => matches!(self.state, State::Value(_)),
            Some(_) | None => self.state == State::First,
        }
    }

    fn name(&mut self, line: &[u8], range: Range<usize>) {
        let text = line.get(range.clone()).unwrap_or_default();
        let time = MEMBERS.iter().find(|member| **member == text).copied();
        self.state = State::Colon(Member { time, name: range });
    }

    fn value(&mut self, line: &[u8], range: Range<usize>, is_string: bool, clock: &Clock) {
        if let State::Value(member) = &self.state
            && let Some(frame) = self.open.last_mut()
            && frame.is_event
        {
            frame.member(line, member, range, is_string, clock);
        }
        self.state = State::Comma;
    }
}

impl Frame {
    /// Takes the time of a member.
    fn member(
        &mut self,
        line: &[u8],
        member: &Member,
        value: Range<usize>,
        is_string: bool,
        clock: &Clock,
    ) {
        let text = line.get(value.clone()).unwrap_or_default();
        let unit = if member.time == Some(MICROSECONDS) {
            Unit::Microseconds
        } else {
            Unit::Seconds
        };
        let whole = clock.read_whole(text).filter(|_| is_string);
        let second = whole.or_else(|| of_number(text, unit));
        if member.time.is_none() {
            let name = line.get(member.name.clone()).unwrap_or_default();
            if self.unlisted.is_none()
                && (whole.is_some() || is_time_name(name) && second.is_some())
            {
                self.unlisted = printable(name);
            }
            return;
        }
        let Some(second) = second else {
            return;
        };
        match &mut self.time {
            None => {
                self.time = Some(TimeMember {
                    second: Some(second),
                    known_from: value.end,
                });
            }
            Some(time) => {
                let is_same = time
                    .second
                    .is_some_and(|first| first.abs_diff(second) <= MAX_DIFFERENCE);
                if !is_same {
                    time.second = None;
                }
            }
        }
    }
}

impl Events {
    /// The events of a line that is JSON.
    fn new() -> Self {
        Self {
            is_json: true,
            timed: Vec::new(),
        }
    }

    /// Adds an event, whose time applies to all events in it.
    fn add(&mut self, range: Range<usize>, second: Option<i64>) {
        while self
            .timed
            .last()
            .is_some_and(|(inner, _)| inner.start >= range.start)
        {
            self.timed.pop();
        }
        self.timed.push((range, second));
    }

    /// The time of the event around a byte.
    pub fn time_at(&self, byte: usize) -> Option<i64> {
        let after = self.timed.partition_point(|(range, _)| range.end <= byte);
        let (range, second) = self.timed.get(after)?;
        second.filter(|_| range.start <= byte)
    }

    /// The time of the line's last event, for the lines after it.
    pub fn last_time(&self) -> Option<i64> {
        self.timed.iter().rev().find_map(|(_, second)| *second)
    }
}

/// Where the string ends that starts at this quote.
fn string_end(line: &[u8], start: usize) -> Option<usize> {
    let mut at = start.saturating_add(1);
    loop {
        let rest = line.get(at..)?;
        let found = memchr::memchr2(b'"', b'\\', rest)?;
        let place = at.saturating_add(found);
        if line.get(place) == Some(&b'"') {
            return Some(place);
        }
        at = place.saturating_add(2);
    }
}

/// Whether a line may be JSON: logs may start with a bracket too.
fn starts_json(line: &[u8]) -> bool {
    match line.trim_ascii() {
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'"' | b'}', ..]),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'"' | b'{' | b'[', ..]),
        _ => false,
    }
}

/// Whether JSON starts like a HAR file: `{"log":{`.
fn is_har(text: &[u8]) -> bool {
    let mut rest = text;
    memmem::find(text, b"\"entries\"").is_some()
        && [&b"{"[..], b"\"log\"", b":", b"{"].iter().all(|part| {
            let stripped = rest.trim_ascii_start().strip_prefix(*part);
            rest = stripped.unwrap_or_default();
            stripped.is_some()
        })
}

/// Whether a number with this name may be a time.
fn is_time_name(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    [&b"time"[..], b"date"]
        .iter()
        .any(|part| name.windows(part.len()).any(|window| window == *part))
}

/// A name that a hint can quote.
fn printable(name: &[u8]) -> Option<String> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@.-".contains(byte);
    let is_short = (1..=MAX_NAME).contains(&name.len());
    (is_short && name.iter().all(is_plain)).then(|| String::from_utf8_lossy(name).into_owned())
}
