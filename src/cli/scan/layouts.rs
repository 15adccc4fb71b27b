//! Where the known layouts of log lines have the line's time.
//!
//! Clients choose what is in a URL, a header, a user name or a body. So a time counts only in a place that a
//! layout gives it, and only if no client can have written it:
//! - at the start of the line, after nothing but what a logger writes;
//! - in brackets after the client's address, if no other word of the line is a time;
//! - at the end of the line that Rails logs for a request.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use memchr::{memchr, memrchr};

use super::timestamp::{Clock, number};

/// Names before a time, as in `ts=1795646880.123`.
const NAMES: [&str; 5] = ["time=", "timestamp=", "ts=", "@timestamp=", "date="];

/// Names before a level, as in `level=info ts=1795646880.123`.
const LEVEL_NAMES: [&str; 3] = ["level=", "lvl=", "severity="];

/// Words before a time: levels, and the types of requests of AWS load balancers.
const WORDS: [&str; 22] = [
    "trace", "verbose", "debug", "info", "notice", "warn", "warning", "err", "error", "fatal",
    "crit", "critical", "severe", "alert", "emerg", "panic", "http", "https", "h2", "ws", "wss",
    "grpcs",
];

const WEEKDAYS: [&str; 7] = ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "];

/// The maximum number of words before a time at the start of the line.
const MAX_WORDS: usize = 3;

/// The maximum number of words between an address and a time in brackets: `-` and a user's name of two words.
const MAX_NAMES: usize = 3;

/// The time of a line of text.
pub fn own_time(line: &[u8], clock: &Clock) -> Option<i64> {
    at_start(line, clock)
        .or_else(|| after_address(line, clock))
        .or_else(|| of_rails(line, clock))
}

/// The length of what Docker Compose (`web-1  | `) and `kubectl logs --prefix` (`[pod/web-1/web] `) write before a
/// line.
pub fn container(line: &[u8]) -> usize {
    let first = word(line, 0);
    let name = line.get(first.clone()).unwrap_or_default();
    let second = word(line, first.end);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let end = if name.starts_with(b"[pod/") && name.ends_with(b"]") {
        first.end
    } else if !name.is_empty() && name.iter().all(is_name) && line.get(second.clone()) == Some(b"|")
    {
        second.end
    } else {
        return 0;
    };
    word(line, end).start
}

/// The time that a line starts with. A line that starts with a space continues another one.
fn at_start(line: &[u8], clock: &Clock) -> Option<i64> {
    let mut rest = line.get(container(line)..)?;
    if let Some(after) = priority(rest) {
        // RFC 5424 has a version after the priority, RFC 3164 none.
        rest = after.strip_prefix(b"1 ").unwrap_or(after);
    }
    for _ in 0..=MAX_WORDS {
        if let Some(second) = time(rest, clock) {
            return Some(second);
        }
        rest = rest.get(logger_word(rest)?..)?;
    }
    None
}

/// What comes after a priority of syslog: `<34>`.
fn priority(line: &[u8]) -> Option<&[u8]> {
    let digits = line.strip_prefix(b"<")?;
    let length = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=3).contains(&length).then_some(())?;
    digits.get(length..)?.strip_prefix(b">")
}

/// The time that a text starts with: plain, in a bracket, or with a name.
fn time(text: &[u8], clock: &Clock) -> Option<i64> {
    if let Some(text) = strip_any(text, &NAMES) {
        if let Some(text) = text.strip_prefix(b"\"") {
            let end = memchr(b'"', text)?;
            let is_word = text.get(end.saturating_add(1))?.is_ascii_whitespace();
            return clock.read_whole(text.get(..end)?).filter(|_| is_word);
        }
        // Without a field after it, it may be the body of a form.
        return ends(text, read(text, clock)?, |next| {
            next.is_some_and(u8::is_ascii_whitespace)
        });
    }
    if let Some(text) = text.strip_prefix(b"[") {
        let text = strip_any(text, &WEEKDAYS).unwrap_or(text);
        return ends(text, read(text, clock)?, |next| {
            next.is_some_and(|next| *next == b']' || next.is_ascii_whitespace())
        });
    }
    let text = strip_any(text, &WEEKDAYS).unwrap_or(text);
    ends(text, read(text, clock)?, |next| {
        next.is_none_or(|next| b",;|".contains(next) || next.is_ascii_whitespace())
    })
}

fn read(text: &[u8], clock: &Clock) -> Option<(i64, usize)> {
    clock.read(text).or_else(|| number(text))
}

/// The time if what comes after it may follow a time.
fn ends(
    text: &[u8],
    (second, length): (i64, usize),
    may_follow: impl Fn(Option<&u8>) -> bool,
) -> Option<i64> {
    may_follow(text.get(length)).then_some(second)
}

/// The length of a word that loggers write before the time, with what separates it from the next.
fn logger_word(text: &[u8]) -> Option<usize> {
    let range = word(text, 0);
    let word_after = word(text, range.end).start;
    let content = text.get(range)?;
    // `TOKEN,TIME`
    if let Some(token) = super::token(content).filter(|token| token.start == 0) {
        return match content.get(token.end) {
            Some(b',' | b';' | b'|') => Some(token.end.saturating_add(1)),
            Some(_) => None,
            None => Some(word_after),
        };
    }
    let bare = strip_any(content, &LEVEL_NAMES).unwrap_or(content);
    let bare = bare.strip_prefix(b"[").unwrap_or(bare);
    let bare = bare.strip_suffix(b":").unwrap_or(bare);
    let bare = bare.strip_suffix(b"]").unwrap_or(bare);
    let is_known = WORDS
        .iter()
        .any(|known| known.as_bytes().eq_ignore_ascii_case(bare));
    // Ruby has the level's first letter: `I, [2026-...`.
    let is_initial = matches!(content, [initial, b','] if initial.is_ascii_uppercase());
    (is_known || is_initial || is_logger_name(content)).then_some(word_after)
}

/// A thread or a process: `[main]`, `[http-nio-8080-exec-1]`, `app[812]:`.
fn is_logger_name(word: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-#:".contains(byte);
    let bare = word.strip_suffix(b":").unwrap_or(word);
    let inner = bare.strip_suffix(b"]").and_then(|bare| {
        let open = memchr(b'[', bare)?;
        let (name, inner) = bare.split_at_checked(open)?;
        name.iter().all(is_name).then_some(inner.get(1..)?)
    });
    inner.is_some_and(|inner| !inner.is_empty() && inner.iter().all(is_name))
}

/// The time in brackets after an address, as in `192.0.2.7 - ada [25/Nov/2026:22:48:00 +0000] "GET ...`.
///
/// The name of the user is the client's, and its quotes may not be escaped. So what is in quotes cannot be told,
/// and if several words are a time, none counts.
fn after_address(line: &[u8], clock: &Clock) -> Option<i64> {
    let mut only = None;
    let mut before = word(line, 0);
    let mut range = word(line, before.end);
    if !is_address(line.get(before.clone())?) {
        is_host(line.get(before)?).then_some(())?;
        before = range;
        is_address(line.get(before.clone())?).then_some(())?;
        range = word(line, before.end);
    }
    let mut words = 0_usize;
    let mut is_plain = true;
    while let Some(content) = line.get(range.clone()).filter(|word| !word.is_empty()) {
        let bracket = content.strip_prefix(b"[");
        let start = range.start.saturating_add(usize::from(bracket.is_some()));
        let text = line.get(start..)?;
        let number = || bracket.and_then(number);
        if bracket.is_none() && is_time_elsewhere(content, text, clock) {
            return None;
        }
        if let Some((second, length)) = clock.read(text).or_else(number) {
            let is_closed = bracket.is_some() && text.get(length) == Some(&b']');
            if only.is_some() || !is_closed || !is_plain || words > MAX_NAMES {
                return None;
            }
            only = Some(second);
        }
        is_plain &= !content.iter().any(|byte| b"\"'`/?&=<>".contains(byte));
        words = words.saturating_add(1);
        range = word(line, range.end);
    }
    only
}

/// Whether a word that is not in quotes is, or has as its value, what may be the line's own time: the one in
/// brackets may then be the name of a user.
fn is_time_elsewhere(word: &[u8], text: &[u8], clock: &Clock) -> bool {
    let is_url = word.iter().any(|byte| b"/?&".contains(byte));
    let value = match memchr(b'=', word) {
        Some(at) => text.get(at.saturating_add(1)..).unwrap_or_default(),
        None => text,
    };
    let is_named = value.len() < text.len();
    !is_url && (number(value).is_some() || is_named && clock.read(value).is_some())
}

/// Whether a word is an IP address, with a port or without, or what stands for that of a client without one.
fn is_address(word: &[u8]) -> bool {
    let Ok(word) = str::from_utf8(word) else {
        return false;
    };
    matches!(word, "-" | "unix:")
        || word.parse::<IpAddr>().is_ok()
        || word.parse::<SocketAddr>().is_ok()
}

/// Whether a word is the name of a host, as `www.example.com:443`.
fn is_host(word: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b".:-_".contains(byte);
    word.iter().all(is_part) && word.contains(&b'.') && !word.ends_with(b":")
}

/// The time in `Started GET "/path" for 192.0.2.7 at 2026-11-25 22:48:00 +0000`. The path has no spaces.
fn of_rails(line: &[u8], clock: &Clock) -> Option<i64> {
    let (first, last) = (memchr(b'"', line)?, memrchr(b'"', line)?);
    let before = str::from_utf8(line.get(..first)?).ok()?;
    let mut before = before.split_ascii_whitespace().rev();
    let method = before.next()?;
    let is_request =
        method.bytes().all(|byte| byte.is_ascii_uppercase()) && before.next() == Some("Started");
    let has_tags_only = before.all(|tag| tag.starts_with('[') && tag.ends_with(']'));
    (is_request && has_tags_only).then_some(())?;
    let after = line.get(last..)?.strip_prefix(b"\" for ")?;
    let address = word(after, 0);
    let time = after.get(address.end..)?.strip_prefix(b" at ")?;
    is_address(after.get(address)?).then_some(())?;
    clock.read_whole(time.trim_ascii_end())
}

/// The next word from a byte on; an empty one at the end of the line.
fn word(line: &[u8], from: usize) -> Range<usize> {
    let rest = line.get(from..).unwrap_or_default();
    let spaces = rest
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let start = from.saturating_add(spaces).min(line.len());
    let rest = line.get(start..).unwrap_or_default();
    let length = rest
        .iter()
        .take_while(|byte| !byte.is_ascii_whitespace())
        .count();
    start..start.saturating_add(length)
}

fn strip_any<'t>(text: &'t [u8], prefixes: &[&str]) -> Option<&'t [u8]> {
    prefixes
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix.as_bytes()))
}
