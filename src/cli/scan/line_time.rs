//! The time of a log line, for `--at line`.

use super::json_times::{Events, Json};
use super::layouts::own_time;
use super::leftmost_time::leftmost_time;
use super::member_path::MemberPath;
use super::plain_line::PlainLine;
use super::prefixes::prefix;
use super::timestamp::{Clock, Moment};

/// The times of the lines of one text, in their order.
pub struct LineTimes {
    clock: Clock,
    json: Json,
    /// The number of lines whose layout is known.
    known_lines: u64,
    /// The number of JSON documents that have a time.
    timed_documents: u64,
    document: Document,
    /// The time of the line before.
    before: Option<i64>,
    line: LineTime,
}

/// The JSON document that is being read.
#[derive(Default)]
struct Document {
    /// Whether its times count.
    decides: bool,
    /// Whether a time was found in it.
    is_timed: bool,
}

/// The times of one line.
#[derive(Default)]
struct LineTime {
    events: Events,
    /// The time of a line that is not JSON.
    own: Option<Moment>,
    /// The time of the line before.
    before: Option<i64>,
    /// What was removed from it before it was read.
    removed: Vec<(usize, usize)>,
}

/// The time at which a token is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTime {
    /// That of its line.
    Own(i64),
    /// That of a line before, because its own has none.
    Before(i64),
}

impl TokenTime {
    pub fn second(self) -> i64 {
        match self {
            Self::Own(second) | Self::Before(second) => second,
        }
    }
}

impl LineTimes {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            json: Json::default(),
            known_lines: 0,
            timed_documents: 0,
            document: Document::default(),
            before: None,
            line: LineTime::default(),
        }
    }

    /// Reads the next line.
    pub fn read(&mut self, line: &[u8]) {
        let line = PlainLine::new(line);
        let events = self.json.read(&line.text, &self.clock);
        let own = if events.is_json {
            None
        } else {
            self.time_of_text(&line.text)
        };
        let events = self.counting(events);
        let last = own.and_then(Moment::second).or(events.last_time());
        self.line = LineTime {
            events,
            own,
            before: self.before,
            removed: line.into_removed(),
        };
        self.before = last.or(self.before);
    }

    /// The time of a line that is not JSON, if it counts.
    ///
    /// A log may have the body of a request on a line of its own. So once a layout was recognized, lines without
    /// it have no time, and of JSON and other lines those count that were more frequent so far.
    fn time_of_text(&mut self, line: &[u8]) -> Option<Moment> {
        let own = own_time(line, &self.clock).or_else(|| {
            let start = Some(prefix(line)).filter(|start| *start > 0)?;
            own_time(line.get(start..)?, &self.clock)
        });
        if own.is_some() {
            self.known_lines = self.known_lines.saturating_add(1);
            return own.filter(|_| self.known_lines > self.timed_documents);
        }
        let is_known = self.known_lines > 0 || self.timed_documents > 0;
        if is_known {
            None
        } else {
            leftmost_time(line, &self.clock)
        }
    }

    /// The times of JSON, if they count.
    fn counting(&mut self, events: Events) -> Events {
        if events.starts_document {
            self.document = Document {
                decides: self.timed_documents >= self.known_lines,
                is_timed: false,
            };
        }
        if events.has_time() && !self.document.is_timed {
            self.document.is_timed = true;
            self.timed_documents = self.timed_documents.saturating_add(1);
        }
        if self.document.decides {
            events
        } else {
            Events::default()
        }
    }

    /// The time of the token at this byte of the line.
    pub fn at(&self, byte: usize) -> Option<TokenTime> {
        let own = self.moment_at(byte).and_then(Moment::second);
        let before = self.line.before;
        own.map(TokenTime::Own).or(before.map(TokenTime::Before))
    }

    /// The zone of that time, if its offset is not known.
    pub fn unknown_zone(&self, byte: usize) -> Option<&'static str> {
        match self.moment_at(byte) {
            Some(Moment::UnknownZone(name)) => Some(name),
            _ => None,
        }
    }

    fn moment_at(&self, byte: usize) -> Option<Moment> {
        let place = PlainLine::place(&self.line.removed, byte);
        self.line.own.or_else(|| self.line.events.time_at(place))
    }

    /// A member that looks like a time, but is none of those that count.
    pub fn unlisted(&self) -> Option<&MemberPath> {
        self.json.unlisted()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";

    /// 2026-11-25T22:48:00Z
    const TIME: i64 = 1_795_646_880;

    fn line_times() -> LineTimes {
        LineTimes::new(Clock {
            zone: TimeZone::UTC,
            latest: TIME,
        })
    }

    /// The time of the token in each line that has one: the last `@`.
    fn times(text: &str) -> Vec<Option<TokenTime>> {
        let mut times = line_times();
        let mut found = Vec::new();
        for line in text.lines() {
            let at = line.rfind('@');
            let mut line = line.to_owned();
            if let Some(at) = at {
                line.replace_range(at..=at, TOKEN);
            }
            times.read(line.as_bytes());
            found.extend(at.map(|at| times.at(at)));
        }
        found
    }

    fn own(second: i64) -> TokenTime {
        TokenTime::Own(TIME + second)
    }

    fn before(second: i64) -> TokenTime {
        TokenTime::Before(TIME + second)
    }

    #[test]
    fn time_in_the_place_of_a_layout_decides() {
        for line in [
            "2026-11-25T22:48:00Z @",
            "@ 2026-11-25T22:48:00Z",
            "@,2026-11-25T22:48:00Z",
            "2026-11-25T22:48:00Z,@",
            "2026-11-25 22:48:00,@",
            "1795646880.123 @",
            "[1795646880] @",
            "1795646880 @",
            "1795646880123 @",
            "1795646880,@",
            "1795646880.5 took 1 [x] @",
            "<34>1 2026-11-25T22:48:00.003Z host app - - - @",
            "<34>Nov 25 22:48:00 host app: @",
            "Nov 25 22:48:00 host app: @",
            "Wed Nov 25 22:48:00 2026 @",
            "[Wed Nov 25 22:48:00.123456 2026] [core:error] @",
            "I, [2026-11-25T22:48:00.123456 #812]  INFO -- : @",
            "INFO 2026-11-25 22:48:00,123 @",
            "[warn] 2026-11-25 22:48:00 @",
            "TRACE 2026-11-25 22:48:00 @",
            "[http-nio-8080-exec-1] INFO 2026-11-25 22:48:00 @",
            "app[812]: 2026-11-25 22:48:00 @",
            "h2 2026-11-25T22:48:00.123456Z app/lb/1 192.0.2.7:1 @",
            "time=\"2026-11-25T22:48:00Z\" level=info msg=\"@ 2020-01-01T00:00:00Z\"",
            "level=info ts=2026-11-25T22:48:00.1Z caller=main.go:1 token=@",
            "ts=1795646880.123 msg=@",
            "web-1  | 2026-11-25T22:48:00Z @",
            "[pod/web-1/web] 2026-11-25T22:48:00Z @",
            "web-1  | {\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7 - ada b [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "2001:db8::1 - - [2026-11-25T22:48:00+00:00] \"GET /?t=@ HTTP/1.1\" 200",
            "x.example:443 192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7 - {} [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7:33317 [25/Nov/2026:22:48:00.655] http-in static/srv1 \"GET /?t=@ HTTP/1.1\"",
            "192.0.2.7 [1795646880.123] \"GET /?t=@ HTTP/1.1\" 200",
            "Started GET \"/?t=@\" for 192.0.2.7 at 2026-11-25 22:48:00 +0000",
            "[4b1d] Started GET \"/?t=@\" for ::1 at 2026-11-25 22:48:00 +0000\r",
            "localhost - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7, 198.51.100.9 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7,198.51.100.9 - ada [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200 \"1234567890 x\"",
            "[25/Nov/2026 22:48:00] \"GET /?t=@ HTTP/1.1\" 200 12",
            "25-Nov-2026 22:48:00.123 INFO [main] App.run @",
            "[25-Nov-2026 22:48:00 UTC] PHP Warning: @",
            "I1125 22:48:00.123456    7 main.go:7] @",
            "\u{1b}[2m2026-11-25T22:48:00.123456Z\u{1b}[0m \u{1b}[32m INFO\u{1b}[0m app: @",
            "\u{1b}[36mweb-1  | \u{1b}[0m{\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "\u{feff}2026-11-25T22:48:00Z @",
            "\u{feff}{\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "2026-11-25T23:48:00+01:00[Europe/Paris] INFO @",
            "app.log:2026-11-25T22:48:00Z @",
            "/var/log/app.log:12:2026-11-25 22:48:00 @",
            "access.log:192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "web-0 web 2026-11-25T22:48:00Z @",
            "web-0 web 192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "web-0 web {\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "app.log:{\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "INFO {\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "[main] INFO {\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "app[7]: @cee: {\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "2026-11-25T22:48:00Z stdout F 192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
        ] {
            assert_eq!(times(line), [Some(own(0))], "{line}");
        }
    }

    #[test]
    fn leftmost_time_decides_in_other_layouts() {
        for line in [
            "79a59df900b949e5 bucket [25/Nov/2026:22:48:00 +0000] 192.0.2.7 arn 3E57 REST.GET.OBJECT k \"GET /k?t=@ HTTP/1.1\" 200",
            "@,ada,2026-11-25T22:48:00Z,2020-01-01T00:00:00Z",
            "7;ada lovelace;25/Nov/2026 22:48:00;@",
            "ada\t2026-11-25 22:48:00\t@",
            "\"@\",\"ada\",\"2026-11-25 22:48:00\"",
            "\"2026-11-25T22:48:00Z\",\"@\",\"2020-01-01T00:00:00Z\"",
            "7,\"said \"\"x, y\"\"\",2026-11-25 22:48:00,\"@\"",
            "  2026-11-25T22:48:00Z @",
            "X-Since: 2026-11-25T22:48:00Z @",
            "login of ada [2026-11-25T22:48:00Z] @",
            "level=info caller=a.go:7 ts=2026-11-25T22:48:00Z msg=@",
            "can't verify at 2026-11-25T22:48:00Z: @",
            "verified (2026-11-25T22:48:00Z) @",
            "GET /?since=2020-01-01T00:00:00Z&t=@ HTTP/1.1 2026-11-25T22:48:00Z",
            "\"GET /?since=2020-01-01T00:00:00Z&t=@ HTTP/1.1\" 200 2026-11-25T22:48:00Z",
            "\"GET /@ HTTP/1.1\" 2026-11-25T22:48:00Z",
            "https://x/2020-01-01T00:00:00Z 2026-11-25T22:48:00Z @",
            "192.0.2.7 GET /x 200 @ 2026-11-25T22:48:00Z",
            "1234567890 app 2026-11-25T22:48:00Z @",
        ] {
            assert_eq!(times(line), [Some(own(0))], "{line}");
        }
    }

    #[test]
    fn time_in_a_url_or_in_quotes_does_not_decide() {
        for line in [
            "@",
            "GET /?since=2026-11-25T22:48:00Z&t=@ HTTP/1.1",
            "\"GET /?since=2026-11-25T22:48:00Z\" @",
            "GET 2026-11-25T22:48:00Z @ HTTP/1.1",
            "GET /x HTTP/1.1 2026-11-25T22:48:00Z @ curl HTTP/1.1 2020-01-01T00:00:00Z",
            "id=1795646880 @",
            "INFO 1795646880 @",
            "[ada] 1795646880x @",
            "[/?t=] 1795646880.5 @",
            "took 1795646880.5 @",
            "x2026-11-25T22:48:00Z @",
            "\"2026-11-25T22:48:00Z GET\" @",
            "'2026-11-25T22:48:00Z' @",
            "`2026-11-25T22:48:00Z` @",
            "\"\"2026-11-25T22:48:00Z\"\",@",
            "\\\"2026-11-25T22:48:00Z\\\" @",
            "https://x/2026-11-25T22:48:00Z,2026-11-25T22:48:00Z @",
            "2026-11-25T22:48:00Z/path?t=@",
            "2026-11-25T22:48:00Z.example/?t=@",
            "?ts=1795646880&t=@",
            "date=2026-11-25T22:48:00Z&t=@",
            "t=@,date=2026-11-25T22:48:00Z",
            "192.0.2.7 - [01/Jan/2020:00:00:00] 1795646880.123 \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7 - [01/Jan/2020:00:00:00] \"GET /?t=@ HTTP/1.1\" 200 time=2026-11-25T22:48:00Z",
            "192.0.2.7 \"GET /x [2026-11-25T22:48:00Z] HTTP/1.1\" 200 @",
            "192.0.2.7 GET /x [2026-11-25T22:48:00Z] HTTP/1.1 200 @",
            "192.0.2.7 - - a b [2026-11-25T22:48:00Z] \"GET /@ HTTP/1.1\" 200",
            "2020-01-01T00:00:00Z, 192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /@ HTTP/1.1\" 200",
            "[2020-01-01T00:00:00Z], 192.0.2.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /@ HTTP/1.1\" 200",
            "2020-01-01T00:00:00Z - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "2020-01-01T00:00:00Z, unknown - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "2020-01-01T00:00:00Z,198.51.100.7 - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "2020-01-01T00:00:00Z 192.0.2.7 [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            "web-0 web 2020-01-01T00:00:00Z - - [25/Nov/2026:22:48:00 +0000] \"GET /?t=@ HTTP/1.1\" 200",
            // Behind quotes, two times that differ.
            "\"x\" 2020-01-01T00:00:00Z \"\" 2026-11-25T22:48:00Z @",
            "\"2020-01-01T00:00:00Z\" 2026-11-25T22:48:00Z @",
            "\"x\",\"2020-01-01T00:00:00Z\",\"2026-11-25T22:48:00Z\",\"@\"",
            "\"x\" 2026-11-25T22:48:00Z \"@",
            "POST {\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "POST {\"a\":1} 2026-11-25T22:48:00Z @",
            "{\"time\":\"2026-11-25T22:48:00Z\"} @",
            "{\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\",}",
            "{\"time\":\"2026-11-25T22:48:00Z\",\"n\":NaN,\"t\":\"@\"}",
        ] {
            let found = times(line);
            assert!(found.iter().all(Option::is_none), "{line}: {found:?}");
        }
    }

    /// A name such as `EST` is not read as UTC, and no other time of the line decides instead.
    #[test]
    fn time_in_an_unknown_zone_is_not_used() {
        for line in [
            "2026-11-25 22:48:00 EST @ 2020-01-01T00:00:00Z",
            "[25-Nov-2026 22:48:00 Europe/Berlin] @",
            "192.0.2.7 - - [25/Nov/2026:22:48:00 CET] \"GET /@ HTTP/1.1\" 200",
            "app 2026-11-25 22:48:00 PST @ 2020-01-01T00:00:00Z",
            r#"{"time":"2026-11-25 22:48:00 EST","t":"@"}"#,
            r#"{"time":"2020-01-01T00:00:00Z","e":{"time":"2026-11-25 22:48:00 EST","t":"@"}}"#,
        ] {
            let mut times = line_times();
            times.read(b"2026-11-25T22:47:00Z start");
            times.known_lines = 0;
            times.read(line.replace('@', TOKEN).as_bytes());
            let place = line.find('@').unwrap();
            assert_eq!(times.at(place), Some(before(-60)), "{line}");
            assert!(times.unknown_zone(place).is_some(), "{line}");
        }
    }

    /// The body of a request on a line of its own decides neither for its token nor for the lines after it.
    #[test]
    fn line_without_the_layout_of_the_log_does_not_decide() {
        for body in [
            "2020 since 2020-01-01T00:00:00Z @",
            "since 2020-01-01T00:00:00Z @",
            "date=2020-01-01T00:00:00Z&t=@",
            "\"2020-01-01T00:00:00Z\",\"@\"",
            r#"{"time":"2020-01-01T00:00:00Z","t":"@"}"#,
            r#"[{"time":"2020-01-01T00:00:00Z","t":"@"}]"#,
            "{\n\"time\":\"2020-01-01T00:00:00Z\",\n\"ts\":1577836800,\n\"t\":\"@\"\n}",
        ] {
            let log =
                format!("2026-11-25T22:48:00Z POST\n{body}\n@\n2026-11-25T22:48:05Z @\n{body}");
            assert_eq!(
                times(&log),
                [before(0), before(0), own(5), before(5)].map(Some),
                "{log}"
            );
        }
        // In a log of JSON, it is the other lines that do not count.
        let json = r#"{"time":"2026-11-25T22:48:00Z","t":"@"}"#;
        for line in ["2020-01-01T00:00:00Z @", "since 2020-01-01T00:00:00Z @"] {
            let log = format!("{json}\n{line}\n{json}");
            assert_eq!(times(&log), [own(0), before(0), own(0)].map(Some), "{log}");
        }
        // What a container prints before its log is not the log.
        let log = format!("2026-11-25T22:47:55Z start\n{json}\n{json}");
        assert_eq!(times(&log), [before(-5), own(0)].map(Some));
    }

    #[test]
    fn object_has_the_time_that_it_gives_itself() {
        for (text, expected) in [
            (
                r#"{"time":"2026-11-25T22:48:00Z","token":"@"}"#,
                Some(own(0)),
            ),
            (
                r#"{"token":"@","time":"2026-11-25T22:48:00Z"}"#,
                Some(own(0)),
            ),
            (r#"{"ts":1795646880.5,"t":"@"}"#, Some(own(0))),
            (r#"{"date":1795646880123,"t":"@"}"#, Some(own(0))),
            (
                r#"{"t":"@","__REALTIME_TIMESTAMP":"1795646880123456"}"#,
                Some(own(0)),
            ),
            (
                r#"{"time":"2026-11-25T22:48:00Z","req":{"t":"@","date":"2020-01-01T00:00:00Z"}}"#,
                Some(own(0)),
            ),
            (
                r#"{"req":{"t":"@","date":"2020-01-01T00:00:00Z"},"time":1795646880}"#,
                Some(own(0)),
            ),
            (
                r#"{"a":[{"ts":1577836800},{"t":"@"}],"time":"2026-11-25T22:48:00Z"}"#,
                Some(own(0)),
            ),
            (
                r#"[{"ts":1795646885},{"ts":1795646880,"t":"@"}]"#,
                Some(own(0)),
            ),
            // Two members that agree, and two that do not.
            (
                r#"{"timestamp":"2026-11-25T22:48:00Z","date":1795646940,"t":"@"}"#,
                Some(own(0)),
            ),
            (
                r#"{"timestamp":"2026-11-25T22:48:00Z","date":1795646941,"t":"@"}"#,
                None,
            ),
            (
                r#"{"time":"2020-01-01T00:00:00Z","t":"@","time":"2026-11-25T22:48:00Z"}"#,
                None,
            ),
            // A runtime adds its own time.
            (r#"2026-11-25T22:48:00Z stdout F {"msg":"@"}"#, Some(own(0))),
            (
                r#"2026-11-25T22:48:00Z stdout F {"msg":"@","time":"2020-01-01T00:00:00Z"}"#,
                Some(own(0)),
            ),
            (r#"{"msg":"2026-11-25T22:48:00Z @"}"#, None),
            (r#"{"msg":"time","t":"@"}"#, None),
            (
                r#"{"msg":"{\"time\":\"2026-11-25T22:48:00Z\"}","t":"@"}"#,
                None,
            ),
            (r#"{"expires":"2026-11-25T22:48:00Z","t":"@"}"#, None),
            (r#"{"req":{"t":"@","time":"2026-11-25T22:48:00Z"}}"#, None),
            (
                r#"{"a":[{"t":"@","time":"2026-11-25T22:48:00Z"}]}"#,
                Some(own(0)),
            ),
            (r#"{"time":"soon","t":"@"}"#, None),
            (r#"{"time":{"a":"2026-11-25T22:48:00Z"},"t":"@"}"#, None),
            (r#"{"a":1} {"time":"2026-11-25T22:48:00Z","t":"@"}"#, None),
            (
                r#"{"log": {"entries":[{"startedDateTime":"2026-11-25T22:48:00Z","request":{"t":"@"}}]}}"#,
                Some(own(0)),
            ),
        ] {
            assert_eq!(times(text), [expected], "{text}");
        }
    }

    #[test]
    fn innermost_object_that_no_client_wrote_decides() {
        for (text, expected) in [
            (
                r#"{"events":[{"time":1577836800,"msg":"x"},{"time":1795646880,"msg":"@"}]}"#,
                Some(own(0)),
            ),
            (
                r#"{"event":{"detail":{"ts":1795646880,"log":{"t":"@"}}}}"#,
                Some(own(0)),
            ),
            (
                r#"{"time":"2020-01-01T00:00:00Z","event":{"time":1795646880,"t":"@"}}"#,
                Some(own(0)),
            ),
            (
                r#"{"time":1795646880,"http.request.headers":{"time":"2020-01-01T00:00:00Z","t":"@"}}"#,
                Some(own(0)),
            ),
            (
                r#"{"time":1795646880,"re\u0071":{"time":"2020-01-01T00:00:00Z","t":"@"}}"#,
                Some(own(0)),
            ),
            (
                r#"{"time":1795646880,"event":{"time":"2020-01-01T00:00:00Z"},"t":"@"}"#,
                Some(own(0)),
            ),
            (
                r#"{"time":1795646880,"a":[{"time":"2020-01-01T00:00:00Z"},{"t":"@"}]}"#,
                Some(own(0)),
            ),
            // A duration, and the time of the event.
            (
                r#"{"time":1200000000,"@timestamp":"2026-11-25T22:48:00Z","t":"@"}"#,
                None,
            ),
            (
                r#"{"time":1200000,"@timestamp":"2026-11-25T22:48:00Z","t":"@"}"#,
                Some(own(0)),
            ),
            (
                r#"{"log":{"entries":[{"startedDateTime":"soon","request":{"postData":{"params":[{"time":"2020-01-01T00:00:00Z","value":"@"}]}}}]}}"#,
                None,
            ),
            (
                r#"{"Query-String":{"time":"2020-01-01T00:00:00Z","t":"@"}}"#,
                None,
            ),
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
          "postData": { "time": "2020-01-01T00:00:00Z", "list": [
            { "time": "2020-01-01T00:00:00Z", "text": "@" } ] },
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
        assert_eq!(
            times(har),
            [Some(own(0)), Some(own(0)), Some(before(0)), Some(before(7))]
        );
        let nested = "{\n\"req\": {\n\"date\": \"2020-01-01T00:00:00Z\",\n\"t\": \"@\"\n},\n\"time\": 1795646880\n}";
        assert_eq!(times(nested), [None]);
    }

    #[test]
    fn line_without_a_time_has_that_of_the_line_before() {
        let text = "@\n2026-11-25T22:48:00Z first\n  at @\n\n@\n[x] @\n2026-11-25T22:48:05Z @\n";
        assert_eq!(
            times(text),
            [
                None,
                Some(before(0)),
                Some(before(0)),
                Some(before(0)),
                Some(own(5))
            ]
        );
        let json = "{\"time\":\"2026-11-25T22:48:00Z\"}\n@\n{\"t\":\"@\"}\n{ \"a\"\n@";
        assert_eq!(times(json), [Some(before(0)); 3]);
    }

    /// Lines that are cut do not become a document whose time applies to all lines after them.
    #[test]
    fn line_that_is_cut_does_not_hide_the_next() {
        for cut in [
            "{\"time\":\"2026-11-25T22:48:00Z\",",
            "{\"time\":\"2026-11-25T22:48:00Z\",\"a\":",
            "{\"time\":\"2026-11-25T22:48:00Z\",\"a\":[",
            "{\"time\":\"2026-11-25T22:48:00Z\",\"a\":{",
            "{\"time\":\"2026-11-25T22:48:00Z\",\"a\":1",
            "{\"time\":\"2026-11-25T22:48:00Z\",\"a\":\"x",
        ] {
            let line =
                |second| format!("{{\"time\":\"2026-11-25T22:48:0{second}Z\",\"t\":\"@\"}}\n");
            let found = times(&format!("{cut}\n{}{}", line(5), line(6)));
            assert_eq!(found[1], Some(own(6)), "{cut}");
        }
    }

    #[test]
    fn member_that_looks_like_a_time_is_named() {
        for (line, expected) in [
            (
                r#"{"time_local":"25/Nov/2026:22:48:00 +0000","t":"@"}"#,
                Some("time_local"),
            ),
            (
                r#"{"t":"@","start_time":"2026-11-25T22:48:00.1Z"}"#,
                Some("start_time"),
            ),
            (r#"{"start_time":1795646880,"t":"@"}"#, Some("start_time")),
            (r#"{"msec":1795646880.123,"t":"@"}"#, Some("msec")),
            (r#"{"msec":"1795646880.123","t":"@"}"#, Some("msec")),
            (
                r#"{"timestamp_ms":1795646880123,"t":"@"}"#,
                Some("timestamp_ms"),
            ),
            (
                r#"{"eventTime":"2026-11-25T22:48:00Z","t":"@"}"#,
                Some("eventTime"),
            ),
            (
                r#"{"log":{"time":"2026-11-25T22:48:00Z"},"t":"@"}"#,
                Some("log.time"),
            ),
            (
                r#"{"log.time":"2026-11-25T22:48:00Z","t":"@"}"#,
                Some("log.time"),
            ),
            (r#"{"id":1795646880,"t":"@"}"#, None),
            (
                r#"{"time":1795646880,"time_local":"2026-11-25T22:48:00Z","t":"@"}"#,
                None,
            ),
            (
                r#"{"req":{"time_local":"2026-11-25T22:48:00Z"},"t":"@"}"#,
                None,
            ),
            (r#"{"time local":"2026-11-25T22:48:00Z","t":"@"}"#, None),
        ] {
            let mut times = line_times();
            times.read(line.replace('@', TOKEN).as_bytes());
            let name = times.unlisted().map(MemberPath::name);
            assert_eq!(name.as_deref(), expected, "{line}");
        }
    }

    /// A time that grows with the square of the length would not end.
    #[test]
    fn long_line_is_read_in_linear_time() {
        const LENGTH: usize = 128 * 1024;
        for part in [
            "{",
            "[",
            "[{",
            "{\"",
            "{\"a\":",
            "\"",
            "\\",
            "'",
            "/",
            "?a=",
            "://",
            "x ",
            "1",
            "20261125 ",
            "eyJ",
            "eyJhbGciOiJFUzI1NiJ9.",
            "[2026-11-25T22:48:00Z] ",
            "2026-11-25T22:48:00Z,",
            "<34>",
            "info ",
            "a | ",
            "{\"ts\":1795646880}",
            "{\"ts\":1795646880},",
            "Nov 25 22:48:00 ",
            "x Nov 25 22:48:00 ",
            "time=",
            "GET ",
            "GET / HTTP/1.1 ",
            "\"\",",
            "\"2026-11-25T22:48:00Z\",",
            "' \"",
            "\u{1b}[",
            "\u{1b}[1m",
            "{\"a\":{\"ts\":1795646880},\"ts\":1795646880},",
            "192.0.2.7 - ",
            "192.0.2.7, ",
            "a:",
            "@cee: ",
        ] {
            for start in ["", "192.0.2.7 - ", "[", "{\"a\":[", "x \"\" ", "a.log:"] {
                let line = format!("{start}{}", part.repeat(LENGTH / part.len()));
                let mut times = line_times();
                for _ in 0..2 {
                    times.read(line.as_bytes());
                    for place in (0..line.len()).step_by(64) {
                        times.at(place);
                    }
                }
            }
        }
    }
}
