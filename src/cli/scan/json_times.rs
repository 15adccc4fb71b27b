//! The times of JSON objects in a log: a token is checked at the time of the innermost object around it
//! that has one.

use serde::de::IgnoredAny;

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

/// The maximum number of braces in a line that turn out not to start an object.
const MAX_TRIED: usize = 8;

/// The maximum number of objects that are looked at for a token.
const MAX_OBJECTS: usize = 1000;

/// A document that is read line by line.
#[derive(Default)]
pub struct Json {
    /// The objects and arrays that are open at the end of the last line.
    open: Vec<Frame>,
    /// Whether a string before a colon is a member's name.
    state: State,
}

/// What may come next in an object.
#[derive(Clone, Default, PartialEq, Eq)]
enum State {
    #[default]
    Name,
    /// After the name of a member that gives a time, or of another one.
    Colon(Option<&'static [u8]>),
    Value(Option<&'static [u8]>),
}

#[derive(Clone)]
struct Frame {
    is_object: bool,
    /// Where it starts in the current line; none if it started in a line before.
    start: Option<usize>,
    time: Option<TimeMember>,
}

/// The time of an object, and where it is known from on.
#[derive(Clone, Copy)]
struct TimeMember {
    second: i64,
    known_from: usize,
}

/// The objects of a line, as far as they matter for its tokens.
#[derive(Default)]
pub struct Objects {
    /// Whether the whole line is part of a document of several lines.
    is_inside: bool,
    /// Where the first object starts.
    pub first: Option<usize>,
    /// Objects with a time, and where they end. Inner ones come before outer ones.
    timed: Vec<(usize, usize, i64)>,
}

/// Something that is not JSON.
struct NotJson;

impl Json {
    /// Reads the next line.
    pub fn read(&mut self, line: &[u8], clock: &Clock) -> Objects {
        let mut objects = Objects::default();
        if !self.open.is_empty() {
            if self.follow(line, 0, clock, &mut objects).is_ok() {
                objects.is_inside = true;
                return objects;
            }
            *self = Self::default();
            objects = Objects::default();
        }
        let mut from = 0_usize;
        let mut failed = 0_usize;
        while failed < MAX_TRIED {
            let rest = line.get(from..).unwrap_or_default();
            let Some(at) = memchr::memchr(b'{', rest) else {
                break;
            };
            let start = from.saturating_add(at);
            let text = line.get(start..).unwrap_or_default();
            let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
            let is_object = matches!(values.next(), Some(Ok(_)));
            let end = start.saturating_add(values.byte_offset());
            from = start.saturating_add(1);
            failed = failed.saturating_add(1);
            if is_object && end > start {
                let object = line.get(..end).unwrap_or_default();
                let mut one = Self::default();
                if one.follow(object, start, clock, &mut objects).is_ok() {
                    objects.first.get_or_insert(start);
                    from = end;
                    failed = failed.saturating_sub(1);
                }
            }
        }
        if objects.first.is_none() && starts_document(line) {
            let start = line.len().saturating_sub(line.trim_ascii_start().len());
            let mut document = Self::default();
            let mut inside = Objects::default();
            if document.follow(line, start, clock, &mut inside).is_ok() && !document.open.is_empty()
            {
                *self = document;
                inside.is_inside = true;
                return inside;
            }
        }
        objects
    }

    /// Follows objects and arrays from a byte of a line to its end.
    fn follow(
        &mut self,
        line: &[u8],
        start: usize,
        clock: &Clock,
        objects: &mut Objects,
    ) -> Result<(), NotJson> {
        for frame in &mut self.open {
            frame.start = None;
            if let Some(time) = &mut frame.time {
                time.known_from = 0;
            }
        }
        let mut at = start;
        while let Some(byte) = line.get(at).copied() {
            let next = at.saturating_add(1);
            match byte {
                b'{' | b'[' => {
                    if self.open.len() >= MAX_DEPTH {
                        return Err(NotJson);
                    }
                    self.open.push(Frame {
                        is_object: byte == b'{',
                        start: Some(at),
                        time: None,
                    });
                    self.state = State::Name;
                }
                b'}' | b']' => {
                    let frame = self.open.pop().ok_or(NotJson)?;
                    if frame.is_object != (byte == b'}') {
                        return Err(NotJson);
                    }
                    objects.close(&frame, next);
                    self.state = State::Name;
                }
                b'"' => {
                    let end = string_end(line, at).ok_or(NotJson)?;
                    let string = line.get(next..end).unwrap_or_default();
                    let after = end.saturating_add(1);
                    self.value_or_name(string, after, true, clock);
                    at = after;
                    continue;
                }
                b':' => {
                    let State::Colon(name) = self.state else {
                        return Err(NotJson);
                    };
                    self.state = State::Value(name);
                }
                b',' => self.state = State::Name,
                byte if byte.is_ascii_whitespace() => {}
                b'0'..=b'9' | b'-' | b't' | b'f' | b'n' => {
                    let rest = line.get(at..).unwrap_or_default();
                    let is_part =
                        |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                    let length = rest.iter().take_while(is_part).count();
                    let scalar = rest.get(..length).unwrap_or_default();
                    if serde_json::from_slice::<IgnoredAny>(scalar).is_err() {
                        return Err(NotJson);
                    }
                    at = at.saturating_add(length);
                    self.value_or_name(scalar, at, false, clock);
                    continue;
                }
                _ => return Err(NotJson),
            }
            at = next;
        }
        for frame in self.open.iter().rev() {
            // If an object continues on the next line, its time applies to what follows the time.
            if let Some(time) = frame.time {
                objects
                    .timed
                    .push((time.known_from, usize::MAX, time.second));
            }
        }
        Ok(())
    }

    fn value_or_name(&mut self, text: &[u8], after: usize, is_string: bool, clock: &Clock) {
        let Some(frame) = self.open.last_mut() else {
            return;
        };
        match self.state {
            State::Name if frame.is_object && is_string => {
                let known = MEMBERS.iter().find(|member| **member == text).copied();
                self.state = State::Colon(known);
            }
            State::Value(Some(name)) => {
                let unit = if name == MICROSECONDS {
                    Unit::Microseconds
                } else {
                    Unit::Seconds
                };
                let second =
                    of_number(text, unit).or_else(|| clock.read_whole(text).filter(|_| is_string));
                if let (None, Some(second)) = (&frame.time, second) {
                    frame.time = Some(TimeMember {
                        second,
                        known_from: after,
                    });
                }
                self.state = State::Value(None);
            }
            State::Name | State::Colon(_) | State::Value(None) => {}
        }
    }
}

impl Objects {
    fn close(&mut self, frame: &Frame, end: usize) {
        if let Some(time) = frame.time {
            // If an object is on one line, its time applies to all of it.
            let from = frame.start.unwrap_or(time.known_from);
            self.timed.push((from, end, time.second));
        }
    }

    /// The time of the innermost object around a byte that has one.
    pub fn time_at(&self, byte: usize) -> Option<i64> {
        // Objects are in the order of their ends.
        let open = self.timed.partition_point(|(_, end, _)| *end <= byte);
        let after = self.timed.iter().skip(open).take(MAX_OBJECTS);
        let mut around = after.filter(|(start, ..)| *start <= byte);
        around.next().map(|(_, _, second)| *second)
    }

    /// Whether the line is a part of a document of several lines.
    pub fn is_inside(&self) -> bool {
        self.is_inside
    }

    /// The time of the line's last object, for the lines after it.
    pub fn last_time(&self) -> Option<i64> {
        self.timed.last().map(|(_, _, second)| *second)
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

/// Whether a line may be the first one of a document: logs may start with a bracket too.
fn starts_document(line: &[u8]) -> bool {
    match line.trim_ascii() {
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'"', ..]),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'"' | b'{' | b'[', ..]),
        _ => false,
    }
}
