//! The time of a log line, for `--at line`.
//!
//! A log contains text that clients chose, so a time in a URL, in quoted text or in a token is ignored.

use super::json_times::{Json, Objects};
use super::timestamp::{Clock, number};

/// Names before a number that is a time, as in `ts=1795646880.123`.
const NAMES: [&[u8]; 5] = [b"time=", b"timestamp=", b"ts=", b"@timestamp=", b"date="];

/// The times of the lines of one text, in their order.
pub struct LineTimes {
    clock: Clock,
    json: Json,
    /// The time of the line before.
    before: Option<i64>,
    line: LineTime,
}

/// The times of one line.
#[derive(Default)]
struct LineTime {
    objects: Objects,
    /// The time outside of objects, else that of the line before.
    second: Option<i64>,
}

impl LineTimes {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            json: Json::default(),
            before: None,
            line: LineTime::default(),
        }
    }

    /// Reads the next line.
    pub fn read(&mut self, line: &[u8]) {
        let objects = self.json.read(line, &self.clock);
        let own = if objects.is_inside() {
            None
        } else {
            let text = objects.first.and_then(|first| line.get(..first));
            leftmost(text.unwrap_or(line), &self.clock)
        };
        self.line.second = own.or(self.before);
        // Inside a document of several lines, only the times of its objects count.
        if !objects.is_inside() {
            self.before = own.or(objects.last_time()).or(self.before);
        }
        self.line.objects = objects;
    }

    /// The time of the token at this byte of the line.
    pub fn at(&self, byte: usize) -> Option<i64> {
        self.line.objects.time_at(byte).or(self.line.second)
    }
}

/// The leftmost time outside of tokens, URLs and quoted text. In quotes it must be all there is.
fn leftmost(line: &[u8], clock: &Clock) -> Option<i64> {
    let mut at = 0_usize;
    let mut before = None;
    while let Some(byte) = line.get(at).copied() {
        let rest = line.get(at..).unwrap_or_default();
        let is_start = before
            .is_none_or(|byte: u8| byte.is_ascii_whitespace() || b"[(<>{=,;|\"'".contains(&byte));
        if byte == b'"' {
            let (quoted, length) = quoted(rest);
            if let Some(second) = clock.read_whole(quoted) {
                return Some(second);
            }
            at = at.saturating_add(length);
            before = Some(b'"');
            continue;
        }
        if is_start {
            if let Some((second, _)) = clock.read(rest) {
                return Some(second);
            }
            if stands_for_time(line, at)
                && let Some((second, _)) = number(rest)
            {
                return Some(second);
            }
            let skipped = url_or_token(rest);
            if skipped > 0 {
                at = at.saturating_add(skipped);
                before = Some(b'x');
                continue;
            }
        }
        at = at.saturating_add(1);
        before = Some(byte);
    }
    None
}

/// Whether a number at this place is a time: at the line's start, or after a name that says so.
fn stands_for_time(line: &[u8], at: usize) -> bool {
    let before = line.get(..at).unwrap_or_default();
    let is_start = matches!(before.trim_ascii(), [] | [b'[']);
    let is_named = |name: &&[u8]| {
        before.strip_suffix(*name).is_some_and(|rest| {
            !rest
                .last()
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-.@&?".contains(byte))
        })
    };
    is_start || NAMES.iter().any(is_named)
}

/// The text between the quote that a text starts with and the next, and its length with both.
fn quoted(text: &[u8]) -> (&[u8], usize) {
    let mut end = 1_usize;
    while let Some(byte) = text.get(end) {
        match byte {
            b'"' => break,
            b'\\' => end = end.saturating_add(2),
            _ => end = end.saturating_add(1),
        }
    }
    let end = end.min(text.len());
    (text.get(1..end).unwrap_or_default(), end.saturating_add(1))
}

/// The length of the URL, path or token that a text starts with; 0 if it is something else.
fn url_or_token(text: &[u8]) -> usize {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'"';
    let end = text.iter().position(is_end).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or_default();
    let part = word.iter().position(|byte| b",;|".contains(byte));
    let part = word.get(..part.unwrap_or(word.len())).unwrap_or_default();
    let is_url = part.starts_with(b"/")
        || part.contains(&b'?')
        || part.windows(3).any(|three| three == b"://");
    if is_url {
        return end;
    }
    if super::start(part) == Some(0) {
        return super::run(text, None).max(1);
    }
    0
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// 2026-11-25T22:48:00Z
    const TIME: i64 = 1_795_646_880;

    /// The time of the token `@` in each line that has one.
    fn times(text: &str) -> Vec<Option<i64>> {
        let mut times = LineTimes::new(Clock {
            zone: TimeZone::UTC,
            latest: TIME,
        });
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
        let mut found = Vec::new();
        for line in text.lines() {
            let at = line.find('@');
            times.read(line.replacen('@', token, 1).as_bytes());
            found.extend(at.map(|at| times.at(at).map(|second| second - TIME)));
        }
        found
    }

    #[test]
    fn time_outside_of_urls_quotes_and_tokens_decides() {
        for line in [
            "2026-11-25T22:48:00Z @",
            "@ 2026-11-25T22:48:00Z",
            "[25/Nov/2026:22:48:00 +0000] \"GET /?t=@&since=2020-01-01T00:00:00Z HTTP/1.1\" 200",
            "\"GET /@ HTTP/1.1\" 2026-11-25T22:48:00Z",
            "GET /2020-01-01T00:00:00Z/@ 2026-11-25T22:48:00Z",
            "https://x/?a=1,2020-01-01T00:00:00Z @ 2026-11-25T22:48:00Z",
            "url=https://x/?a=2020-01-01T00:00:00Z @ 2026-11-25T22:48:00Z",
            "\"said \\\" 2020-01-01T00:00:00Z\" @ 2026-11-25T22:48:00Z",
            "time=\"2026-11-25T22:48:00Z\" level=info msg=\"@ 2020-01-01T00:00:00Z\"",
            "ts=1795646880.123 @",
            "1795646880.123 @",
            "[1795646880] @",
            "<34>1 2026-11-25T22:48:00.003Z host app - - - @",
            "<34>Nov 25 22:48:00 host app: @",
            "@,2026-11-25T22:48:00Z",
            "2026-11-25T22:48:00Z,@",
            "2026-11-25 22:48:00,@",
        ] {
            assert_eq!(times(line), [Some(0)], "{line}");
        }
        for line in [
            "@",
            "GET /?since=2026-11-25T22:48:00Z&t=@ HTTP/1.1",
            "\"GET /?since=2026-11-25T22:48:00Z\" @",
            "id=1795646880 @",
            "took 1795646880 @",
            "x2026-11-25T22:48:00Z @",
            "\"2026-11-25T22:48:00Z GET\" @",
            "https://x/2026-11-25T22:48:00Z,2026-11-25T22:48:00Z @",
            "?ts=1795646880&t=@",
        ] {
            assert_eq!(times(line), [None], "{line}");
        }
    }

    #[test]
    fn innermost_object_with_a_time_decides() {
        for (text, expected) in [
            (r#"{"time":"2026-11-25T22:48:00Z","token":"@"}"#, Some(0)),
            (r#"{"token":"@","time":"2026-11-25T22:48:00Z"}"#, Some(0)),
            (r#"{"ts":1795646880.5,"t":"@"}"#, Some(0)),
            (r#"{"date":1795646880123,"t":"@"}"#, Some(0)),
            (
                r#"{"t":"@","__REALTIME_TIMESTAMP":"1795646880123456"}"#,
                Some(0),
            ),
            (
                r#"{"time":"2026-11-25T22:48:05Z","a":{"t":"@","ts":1795646880}}"#,
                Some(0),
            ),
            (
                r#"{"time":"2026-11-25T22:48:00Z","a":{"b":{"t":"@"}},"c":{"ts":1}}"#,
                Some(0),
            ),
            (
                r#"{"a":[{"ts":1795646885},{"t":"@"}],"time":"2026-11-25T22:48:00Z"}"#,
                Some(0),
            ),
            (r#"2026-11-25T22:48:00Z stdout F {"msg":"@"}"#, Some(0)),
            (
                r#"2026-11-25T22:48:05Z stdout F {"msg":"@","time":"2026-11-25T22:48:00Z"}"#,
                Some(0),
            ),
            (r#"{"msg":"2026-11-25T22:48:00Z @"}"#, None),
            (r#"{"msg":"time","t":"@"}"#, None),
            (
                r#"{"msg":"{\"time\":\"2026-11-25T22:48:00Z\"}","t":"@"}"#,
                None,
            ),
            (r#"{"expires":"2026-11-25T22:48:00Z","t":"@"}"#, None),
            (r#"{"time":"soon","t":"@"}"#, None),
            (r#"{"time":{"a":"2026-11-25T22:48:00Z"},"t":"@"}"#, None),
        ] {
            assert_eq!(times(text), [expected], "{text}");
        }
    }

    #[test]
    fn object_of_several_lines_has_the_time_before_the_token() {
        let har = r#"{
  "log": {
    "pages": [{ "startedDateTime": "2026-11-25T22:40:00Z" }],
    "entries": [
      {
        "startedDateTime": "2026-11-25T22:48:00.000Z",
        "request": {
          "cookies": [{ "expires": "2027-01-01T00:00:00Z" }],
          "headers": [
            { "name": "Authorization", "value": "Bearer @" }
          ]
        }
      },
      {
        "request": { "headers": [ { "value": "@" } ] },
        "startedDateTime": "2026-11-25T22:48:07Z"
      }
    ]
  }
}
@"#;
        assert_eq!(times(har), [Some(0), None, None]);
    }

    #[test]
    fn line_without_a_time_has_that_of_the_line_before() {
        let text = "@\n2026-11-25T22:48:00Z first\n  at @\n\n@\n[x] @\n2026-11-25T22:48:05Z @\n";
        assert_eq!(times(text), [None, Some(0), Some(0), Some(0), Some(5)]);
        let json = "{\"time\":\"2026-11-25T22:48:00Z\"}\n@\n{\"t\":\"@\"}\n{ \"a\"\n@";
        assert_eq!(times(json), [Some(0); 3]);
    }
}
