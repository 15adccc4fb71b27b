//! The times of JSON in a log.
//!
//! A token has the time of the innermost object around it that has one. What holds what a client wrote, such as
//! headers or a body, never decides.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::member_path::{MemberPath, is_time_name};
use super::prefixes::{before_json, prefix};
use super::timestamp::{Clock, Moment, Unit, of_number};

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

/// Members that hold what a client wrote, in lowercase and without `_` and `-`.
const CLIENT_MEMBERS: [&[u8]; 38] = [
    b"args",
    b"arguments",
    b"body",
    b"claims",
    b"cookie",
    b"cookies",
    b"form",
    b"formdata",
    b"header",
    b"headers",
    b"httprequest",
    b"multivalueheaders",
    b"multivaluequerystringparameters",
    b"parameters",
    b"params",
    b"pathparameters",
    b"payload",
    b"post",
    b"postdata",
    b"query",
    b"queryparameters",
    b"queryparams",
    b"querystring",
    b"querystringparameters",
    b"req",
    b"reqbody",
    b"reqheaders",
    b"reqquery",
    b"request",
    b"requestbody",
    b"requestheaders",
    b"requestobject",
    b"requestparameters",
    b"requestparams",
    b"res",
    b"response",
    b"responseheaders",
    b"variables",
];

/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 128;

/// A document that is read line by line.
#[derive(Default)]
pub struct Json {
    /// The objects and arrays that are open at the end of the last line.
    open: Vec<Frame>,
    state: State,
    /// The first member that holds a time, but is none of [`MEMBERS`], of an event without a time.
    unlisted: Option<MemberPath>,
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
    /// Whether it is one of [`CLIENT_MEMBERS`].
    is_client: bool,
    /// Where it stands in its line.
    name: Range<usize>,
}

struct Frame {
    is_object: bool,
    /// Whether it is the document itself or an element of an array.
    is_event: bool,
    /// Whether a client may have written it.
    is_client: bool,
    /// The name of the member that it is the value of, if that is a member of an event.
    name: Option<MemberPath>,
    /// Where it starts in the current line; none if it started in a line before.
    start: Option<usize>,
    time: Option<TimeMember>,
    /// The first member that holds a time, but is none of [`MEMBERS`].
    unlisted: Option<MemberPath>,
}

/// The time of an object, and where it is known from on.
#[derive(Clone, Copy)]
struct TimeMember {
    name: &'static [u8],
    moment: Moment,
    known_from: usize,
}

/// What a line that is JSON gives.
#[derive(Default)]
pub struct Events {
    /// Whether the line is JSON, or part of a document of several lines.
    pub is_json: bool,
    /// Whether it starts a document.
    pub starts_document: bool,
    /// The objects that have a time, inner ones before outer ones.
    timed: Vec<Timed>,
    /// Where the time changes in the line, in order, and the time from there on.
    changes: Vec<(usize, Option<Moment>)>,
}

/// An object that has a time.
#[derive(Clone)]
struct Timed {
    range: Range<usize>,
    moment: Moment,
}

/// Something that is not JSON.
struct NotJson;

impl Json {
    /// Reads the next line.
    pub fn read(&mut self, line: &[u8], clock: &Clock) -> Events {
        if !self.open.is_empty() {
            let mut events = Events::default();
            if self.follow(line, 0, clock, &mut events).is_ok() {
                return events.of_json();
            }
        }
        self.open.clear();
        let Some(start) = start(line) else {
            return Events::default();
        };
        let text = line.get(start..).unwrap_or_default();
        let is_whole = serde_json::from_slice::<IgnoredAny>(text).is_ok();
        // What is before each line of a document is not followed.
        let is_followed = is_whole || start == 0;
        self.state = State::First;
        let mut events = Events {
            starts_document: true,
            ..Events::default()
        };
        let is_json = is_followed && self.follow(line, start, clock, &mut events).is_ok();
        if is_json && (is_whole || !self.open.is_empty()) {
            return events.of_json();
        }
        self.open.clear();
        Events::default()
    }

    /// The first member that looks like the time of an object without one.
    pub fn unlisted(&self) -> Option<&MemberPath> {
        self.unlisted.as_ref()
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
                b'{' | b'[' => self.begin(byte == b'{', line, at)?,
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
        for frame in self.open.iter().rev().filter(|frame| !frame.is_client) {
            // If an object continues on the next line, its time applies to what follows the time.
            if let Some(time) = frame.time {
                events.timed.push(Timed {
                    range: time.known_from..usize::MAX,
                    moment: time.moment,
                });
            }
        }
        Ok(())
    }

    fn begin(&mut self, is_object: bool, line: &[u8], start: usize) -> Result<(), NotJson> {
        if self.open.len() >= MAX_DEPTH || !self.expects_value() {
            return Err(NotJson);
        }
        let member = match &self.state {
            State::Value(member) => Some(member),
            State::First | State::Colon(_) | State::Comma => None,
        };
        let parent = self.open.last();
        let name = member.filter(|_| is_object && parent.is_some_and(|parent| parent.is_event));
        let is_client = member.is_some_and(|member| member.is_client)
            || parent.is_some_and(|parent| parent.is_client);
        self.open.push(Frame {
            is_object,
            is_event: is_object && parent.is_none_or(|parent| !parent.is_object),
            is_client,
            name: name.and_then(|member| MemberPath::new(line.get(member.name.clone())?)),
            start: Some(start),
            time: None,
            unlisted: None,
        });
        self.state = State::First;
        Ok(())
    }

    fn close(&mut self, frame: Frame, end: usize, events: &mut Events) {
        if frame.is_client {
            return;
        }
        if let Some(time) = frame.time {
            // If an object is on one line, its time applies to all of it.
            events.timed.push(Timed {
                range: frame.start.unwrap_or(time.known_from)..end,
                moment: time.moment,
            });
        } else if frame.is_event && self.unlisted.is_none() {
            self.unlisted.clone_from(&frame.unlisted);
        }
        // A token next to an object does not have its time.
        if let Some(name) = frame.name
            && let Some(parent) = self.open.last_mut()
            && parent.unlisted.is_none()
        {
            let listed = frame.time.and_then(|time| MemberPath::new(time.name));
            parent.unlisted = listed.or(frame.unlisted).map(|inner| name.join(inner));
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
        let is_client = is_client_member(text);
        self.state = State::Colon(Member {
            time,
            is_client,
            name: range,
        });
    }

    fn value(&mut self, line: &[u8], range: Range<usize>, is_string: bool, clock: &Clock) {
        if let State::Value(member) = &self.state
            && let Some(frame) = self.open.last_mut()
            && !frame.is_client
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
        let moment = whole.or_else(|| of_number(text, unit).map(Moment::At));
        let Some(name) = member.time else {
            let name = line.get(member.name.clone()).unwrap_or_default();
            let is_time = whole.is_some() || is_time_name(name) && moment.is_some();
            if self.unlisted.is_none() && is_time {
                self.unlisted = MemberPath::new(name);
            }
            return;
        };
        let Some(moment) = moment else {
            return;
        };
        match &mut self.time {
            None => {
                self.time = Some(TimeMember {
                    name,
                    moment,
                    known_from: value.end,
                });
            }
            Some(time) => time.moment = time.moment.agreeing(moment),
        }
    }
}

impl Events {
    /// The same of a line that is JSON.
    fn of_json(self) -> Self {
        Self {
            is_json: true,
            changes: self.changes(),
            ..self
        }
    }

    fn changes(&self) -> Vec<(usize, Option<Moment>)> {
        // Of those that start at one place, the outer ones come first.
        let mut timed: Vec<Timed> = self.timed.iter().rev().cloned().collect();
        timed.sort_by_key(|timed| timed.range.start);
        let mut changes = Vec::new();
        let mut around: Vec<Timed> = Vec::new();
        for inner in timed {
            leave(&mut around, inner.range.start, &mut changes);
            changes.push((inner.range.start, Some(inner.moment)));
            around.push(inner);
        }
        leave(&mut around, usize::MAX, &mut changes);
        changes
    }

    /// The time of the innermost object around a byte.
    pub fn time_at(&self, byte: usize) -> Option<Moment> {
        let after = self.changes.partition_point(|(from, _)| *from <= byte);
        let (_, moment) = self.changes.get(after.checked_sub(1)?)?;
        *moment
    }

    /// Whether an object has a time.
    pub fn has_time(&self) -> bool {
        !self.timed.is_empty()
    }

    /// The time of the line's last object, for the lines after it.
    pub fn last_time(&self) -> Option<i64> {
        self.timed
            .iter()
            .rev()
            .find_map(|timed| timed.moment.second())
    }
}

/// Leaves the objects that end before a byte.
fn leave(around: &mut Vec<Timed>, byte: usize, changes: &mut Vec<(usize, Option<Moment>)>) {
    while let Some(inner) = around.pop_if(|inner| inner.range.end <= byte) {
        changes.push((inner.range.end, around.last().map(|outer| outer.moment)));
    }
}

/// Where JSON starts in a line.
fn start(line: &[u8]) -> Option<usize> {
    let starts_json = |start: &usize| line.get(*start..).is_some_and(starts_json);
    let prefix = prefix(line);
    let places = [0, prefix].into_iter();
    places.into_iter().find(starts_json).or_else(|| {
        let words = before_json(line.get(prefix..)?)?;
        Some(prefix.saturating_add(words)).filter(starts_json)
    })
}

/// Whether the value of a member is what a client wrote.
fn is_client_member(name: &[u8]) -> bool {
    const MAX_NAME: usize = 40;
    if name.len() > MAX_NAME {
        return false;
    }
    // A name that is written with escapes may be any of them, and `http.request.headers` is one of several.
    let is_client = |part: &[u8]| {
        let letters = part.iter().filter(|byte| !b"_-".contains(byte));
        let part: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
        CLIENT_MEMBERS.contains(&part.as_slice())
    };
    name.contains(&b'\\') || name.split(|byte| *byte == b'.').any(is_client)
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
