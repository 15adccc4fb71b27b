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

use super::timestamp::{Clock, Moment, fractional_number, number};
use super::words::{strip_any, word};

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

/// The time of a line, if its layout is known. What a client writes does not hide that it is.
pub fn own_time(line: &[u8], clock: &Clock) -> Option<Moment> {
    at_start(line, clock)
        .or_else(|| after_address(line, clock))
        .or_else(|| of_rails(line, clock))
}

/// The time that a line starts with. A line that starts with a space continues another one.
fn at_start(line: &[u8], clock: &Clock) -> Option<Moment> {
    let mut rest = line;
    if let Some(after) = priority(rest) {
        // RFC 5424 has a version after the priority, RFC 3164 none.
        rest = after.strip_prefix(b"1 ").unwrap_or(after);
    }
    for _ in 0..=MAX_WORDS {
        if let Some((moment, length)) = time(rest, clock) {
            let after = rest.get(length..).unwrap_or_default();
            let other = of_access_log(after, clock).or_else(|| before_request(after, clock));
            return Some(match other {
                Some(other) => moment.agreeing(other),
                None => moment,
            });
        }
        rest = rest.get(logger_word(rest)?..)?;
    }
    None
}

/// The time of an access log behind a time: what is at the start may be what the client gives as its address
/// (`X-Forwarded-For`), as in `2026-11-25T22:48:00Z, 192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] "GET ...`.
fn of_access_log(text: &[u8], clock: &Clock) -> Option<Moment> {
    let unquoted = memchr(b'"', text).unwrap_or(text.len());
    let mut range = word(text, 0);
    while range.start < unquoted {
        let next = word(text, range.end);
        let content = text.get(range.clone())?;
        if content != b"-" && is_address(content) && text.get(next.clone()) == Some(b"-") {
            return after_address(text.get(range.start..)?, clock);
        }
        range = next;
    }
    None
}

/// The time in brackets right before a quoted request, whatever proxies' addresses or names come before it.
fn before_request(text: &[u8], clock: &Clock) -> Option<Moment> {
    let unquoted = memchr(b'"', text)?;
    let before = text.get(..unquoted)?.strip_suffix(b"] ")?;
    let start = memrchr(b'[', before)?.saturating_add(1);
    let (moment, length) = clock.read(before.get(start..)?)?;
    (start.saturating_add(length) == before.len()).then_some(moment)
}

/// What comes after a priority of syslog: `<34>`.
fn priority(line: &[u8]) -> Option<&[u8]> {
    let digits = line.strip_prefix(b"<")?;
    let length = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=3).contains(&length).then_some(())?;
    digits.get(length..)?.strip_prefix(b">")
}

/// The time that a text starts with, and its length: plain, in a bracket, or with a name.
fn time(text: &[u8], clock: &Clock) -> Option<(Moment, usize)> {
    let (rest, (moment, length)) = if let Some(rest) = strip_any(text, &NAMES) {
        named_time(rest, clock)?
    } else if let Some(rest) = text.strip_prefix(b"[") {
        let rest = strip_any(rest, &WEEKDAYS).unwrap_or(rest);
        let read = clock.read(rest).or_else(|| number(rest))?;
        let next = rest.get(read.1)?;
        (*next == b']' || next.is_ascii_whitespace()).then_some((rest, read))?
    } else {
        let rest = strip_any(text, &WEEKDAYS).unwrap_or(text);
        // A number without a fraction may be an ID.
        let read = clock.read(rest).or_else(|| fractional_number(rest))?;
        let ends = rest
            .get(read.1)
            .is_none_or(|next| b",;|".contains(next) || next.is_ascii_whitespace());
        ends.then_some((rest, read))?
    };
    let before = text.len().saturating_sub(rest.len());
    Some((moment, before.saturating_add(length)))
}

/// The time behind a name.
fn named_time<'t>(text: &'t [u8], clock: &Clock) -> Option<(&'t [u8], (Moment, usize))> {
    let is_space = |at: usize| text.get(at).is_some_and(u8::is_ascii_whitespace);
    if let Some(quoted) = text.strip_prefix(b"\"") {
        let end = memchr(b'"', quoted)?;
        let moment = clock.read_whole(quoted.get(..end)?)?;
        let length = end.saturating_add(2);
        return is_space(length).then_some((text, (moment, length)));
    }
    // Without a field after it, it may be the body of a form.
    let read = clock.read(text).or_else(|| number(text))?;
    is_space(read.1).then_some((text, read))
}

/// The length of a word that loggers write before the time, with what separates it from the next.
pub fn logger_word(text: &[u8]) -> Option<usize> {
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
fn after_address(line: &[u8], clock: &Clock) -> Option<Moment> {
    let mut range = behind_addresses(line)?;
    let mut only = None;
    let mut is_doubtful = false;
    let mut words = 0_usize;
    let mut is_plain = true;
    while let Some(content) = line.get(range.clone()).filter(|word| !word.is_empty()) {
        let bracket = content.strip_prefix(b"[");
        let start = range.start.saturating_add(usize::from(bracket.is_some()));
        let text = line.get(start..)?;
        let number = || bracket.and_then(number);
        is_doubtful |= bracket.is_none() && is_time_elsewhere(content, text, clock);
        if let Some((moment, length)) = clock.read(text).or_else(number) {
            let is_closed = bracket.is_some() && text.get(length) == Some(&b']');
            is_doubtful |= !is_closed || !is_plain || words > MAX_NAMES || only.is_some();
            if is_closed {
                only = Some(moment);
            }
        }
        is_plain &= !content.iter().any(|byte| b"\"'`/?&=<>".contains(byte));
        words = words.saturating_add(1);
        range = word(line, range.end);
    }
    // Without a time in brackets, the layout is another one.
    let moment = only?;
    Some(if is_doubtful {
        Moment::Contradictory
    } else {
        moment
    })
}

/// The word behind the client's address, which proxies' addresses, or the name of a host, may come before.
fn behind_addresses(line: &[u8]) -> Option<Range<usize>> {
    let mut range = word(line, 0);
    // `X-Forwarded-For`
    while let Some([list @ .., b',']) = line.get(range.clone()) {
        is_address_list(list).then_some(())?;
        range = word(line, range.end);
    }
    let next = word(line, range.end);
    if is_address_list(line.get(range.clone())?) {
        return Some(next);
    }
    is_host(line.get(range)?).then_some(())?;
    is_address(line.get(next.clone())?).then(|| word(line, next.end))
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
    !is_url && (fractional_number(value).is_some() || is_named && clock.read(value).is_some())
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

fn is_address_list(word: &[u8]) -> bool {
    word.split(|byte| *byte == b',').all(is_address)
}

/// Whether a word is the name of a host, as `www.example.com:443` or `localhost`.
fn is_host(word: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b".:-_".contains(byte);
    !word.is_empty() && word.iter().all(is_part) && !word.ends_with(b":")
}

/// The time in `Started GET "/path" for 192.0.2.7 at 2026-11-25 22:48:00 +0000`. The path has no spaces.
fn of_rails(line: &[u8], clock: &Clock) -> Option<Moment> {
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
