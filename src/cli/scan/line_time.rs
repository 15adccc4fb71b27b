//! The time of a log line, for `--at line`.

use super::json_times::{Events, Json};
use super::layouts::own_time;
use super::timestamp::Clock;

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
    events: Events,
    /// The time of a line that is not JSON.
    own: Option<i64>,
    /// The time of the line before.
    before: Option<i64>,
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
            before: None,
            line: LineTime::default(),
        }
    }

    /// Reads the next line.
    pub fn read(&mut self, line: &[u8]) {
        let events = self.json.read(line, &self.clock);
        let own = if events.is_json {
            None
        } else {
            own_time(line, &self.clock)
        };
        let last = own.or(events.last_time());
        self.line = LineTime {
            events,
            own,
            before: self.before,
        };
        self.before = last.or(self.before);
    }

    /// The time of the token at this byte of the line.
    pub fn at(&self, byte: usize) -> Option<TokenTime> {
        let LineTime {
            events,
            own,
            before,
        } = &self.line;
        let own = own.or_else(|| events.time_at(byte)).map(TokenTime::Own);
        own.or(before.map(TokenTime::Before))
    }

    /// The name of a member that looks like a time, but is none of those that count.
    pub fn unlisted(&self) -> Option<&str> {
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

    /// The time of the token `@` in each line that has one.
    fn times(text: &str) -> Vec<Option<TokenTime>> {
        let mut times = line_times();
        let mut found = Vec::new();
        for line in text.lines() {
            let at = line.find('@');
            times.read(line.replacen('@', TOKEN, 1).as_bytes());
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
        ] {
            assert_eq!(times(line), [Some(own(0))], "{line}");
        }
    }

    #[test]
    fn time_anywhere_else_does_not() {
        for line in [
            "@",
            "GET /?since=2026-11-25T22:48:00Z&t=@ HTTP/1.1",
            "\"GET /?since=2026-11-25T22:48:00Z\" @",
            "\"GET /@ HTTP/1.1\" 2026-11-25T22:48:00Z",
            "\"said \\\" 2026-11-25T22:48:00Z\" @ 2026-11-25T22:48:00Z",
            "GET 2026-11-25T22:48:00Z @ HTTP/1.1",
            "id=1795646880 @",
            "[ada] 1795646880x @",
            "[/?t=] 2026-11-25 22:48:00 @",
            "[] 2026-11-25 22:48:00 @",
            "took 1795646880 @",
            "x2026-11-25T22:48:00Z @",
            "\"2026-11-25T22:48:00Z GET\" @",
            "'2026-11-25T22:48:00Z' @",
            "\"\"2026-11-25T22:48:00Z\"\",@",
            "https://x/2026-11-25T22:48:00Z,2026-11-25T22:48:00Z @",
            "2026-11-25T22:48:00Z/path?t=@",
            "2026-11-25T22:48:00Z.example/?t=@",
            "?ts=1795646880&t=@",
            "date=2026-11-25T22:48:00Z&t=@",
            "date=2026-11-25T22:48:00Z",
            "X-Since: 2026-11-25T22:48:00Z @",
            "  2026-11-25T22:48:00Z @",
            "login of ada [2026-11-25T22:48:00Z] @",
            "192.0.2.7 - [2026-11-25T22:48:00Z @",
            "192.0.2.7 - [01/Jan/2020:00:00:00] 1795646880.123 \"GET /?t=@ HTTP/1.1\" 200",
            "192.0.2.7 - [01/Jan/2020:00:00:00] \"GET /?t=@ HTTP/1.1\" 200 time=2026-11-25T22:48:00Z",
            "192.0.2.7 \"GET /x [2026-11-25T22:48:00Z] HTTP/1.1\" 200 @",
            "192.0.2.7 GET /x [2026-11-25T22:48:00Z] HTTP/1.1 200 @",
            "192.0.2.7 - - a b [2026-11-25T22:48:00Z] \"GET /@ HTTP/1.1\" 200",
            "Started GET \"/?t=@\" for 192.0.2.7 at 2026-11-25 22:48:00 +0000 x",
            "ada Started GET \"/?t=@\" for 192.0.2.7 at 2026-11-25 22:48:00 +0000",
            "POST {\"time\":\"2026-11-25T22:48:00Z\",\"t\":\"@\"}",
            "{\"time\":\"2026-11-25T22:48:00Z\"} @",
        ] {
            let found = times(line);
            assert!(found.iter().all(Option::is_none), "{line}: {found:?}");
        }
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
            (r#"{"a":[{"t":"@","time":"2026-11-25T22:48:00Z"}]}"#, None),
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
            assert_eq!(times.unlisted(), expected, "{line}");
        }
    }

    /// A time that grows with the square of the length would not end.
    #[test]
    fn long_line_is_read_in_linear_time() {
        const LENGTH: usize = 256 * 1024;
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
            "time=",
        ] {
            for start in ["", "192.0.2.7 - ", "[", "{\"a\":["] {
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
