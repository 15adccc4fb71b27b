//! Lines of known layouts in which a client writes a time of its choice.

use jiff::tz::TimeZone;

use super::{Clock, LineTimes, TokenTime};

const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";

/// 2026-11-25T22:48:00Z
const TIME: i64 = 1_795_646_880;

/// Lines of servers and frameworks, in which `$` is where a client can write.
const LAYOUTS: [&str; 31] = [
    // nginx, Apache and Traefik, also with a host, and nginx with ISO 8601.
    r#"192.0.2.7 - $ [25/Nov/2026:22:48:00 +0000] "GET /$ HTTP/1.1" 200 12 "$" "$""#,
    r#"192.0.2.7 - $ [2026-11-25T22:48:00+00:00] "GET /?a=$ HTTP/1.1" 200 12 "$" "$""#,
    r#"x.example:443 192.0.2.7 - $ [25/Nov/2026:22:48:00 +0000] "GET /$ HTTP/1.1" 200 12 "$" "$""#,
    r#"localhost - $ [25/Nov/2026:22:48:00 +0000] "GET /$ HTTP/1.1" 200 12 "$" "$""#,
    r#"192.0.2.7, 198.51.100.9 - $ [25/Nov/2026:22:48:00 +0000] "GET /$ HTTP/1.1" 200 12 "$" "$""#,
    r#"access.log:192.0.2.7 - $ [25/Nov/2026:22:48:00 +0000] "GET /$ HTTP/1.1" 200 12 "$" "$""#,
    r#"web-0 web 192.0.2.7 - $ [25/Nov/2026:22:48:00 +0000] "GET /$ HTTP/1.1" 200 12 "$" "$""#,
    r#"[25/Nov/2026 22:48:00] "GET /$ HTTP/1.1" 200 12"#,
    "I1125 22:48:00.123456       7 main.go:7] $",
    r#"79a59df900b949e5 bucket [25/Nov/2026:22:48:00 +0000] 192.0.2.7 arn 3E57 REST.GET.OBJECT k "GET /$ HTTP/1.1" 200 - 12 12 5 4 "$" "$" -"#,
    r#"2026/11/25 22:48:00 [error] 31#31: *1 failed, client: 192.0.2.7, request: "GET /$ HTTP/1.1", referrer: "$""#,
    "[Wed Nov 25 22:48:00.123456 2026] [core:error] [pid 7] [client 192.0.2.7:1] AH00126: $",
    // Envoy and Istio, an ALB, CloudFront, HAProxy.
    r#"[2026-11-25T22:48:00.123Z] "GET /$ HTTP/1.1" 200 - 0 12 5 4 "$" "$""#,
    r#"https 2026-11-25T22:48:00.186641Z app/lb/5 192.0.2.7:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://x.example:443/$ HTTP/1.1" "$" - - "Root=$" 2026-11-25T22:47:59.186641Z "forward""#,
    "2026-11-25\t22:48:00\tFRA2\t12\t192.0.2.7\tGET\tx.example\t/$\t200\t$\t$\tt=$",
    r#"192.0.2.7:33317 [25/Nov/2026:22:48:00.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {$|$} "GET /$ HTTP/1.1""#,
    r#"Nov 25 22:48:00 lb haproxy[9]: 192.0.2.7:1 [25/Nov/2026:22:48:00.655] http-in static/srv1 {$|$} "GET /$ HTTP/1.1""#,
    // journald, syslog, containers.
    "2026-11-25T22:48:00+0000 host app[812]: $",
    "1795646880.123456 host app[812]: $",
    "<34>1 2026-11-25T22:48:00.003Z host app 812 ID47 - $",
    "<34>Nov 25 22:48:00 host app: $",
    "2026-11-25T22:48:00.123456789Z stdout F $",
    // Rails, Spring, logfmt.
    "I, [2026-11-25T22:48:00.123456 #812]  INFO -- : $",
    r#"Started GET "/$" for 192.0.2.7 at 2026-11-25 22:48:00 +0000"#,
    "2026-11-25 22:48:00.123  INFO 1 --- [main] c.e.App : $",
    r#"time="2026-11-25T22:48:00Z" level=info msg="$""#,
    r#"level=info ts=2026-11-25T22:48:00Z msg="$""#,
    // Caddy, Traefik, Docker, pino, with strings that are not escaped.
    r#"{"level":"info","ts":1795646880.25,"request":{"uri":"/$","headers":{"Date":["$"],"date":"$"}},"status":200}"#,
    r#"{"ClientHost":"192.0.2.7","RequestPath":"/$","ClientUsername":"$","time":"2026-11-25T22:48:00Z"}"#,
    r#"{"log":"$","stream":"stdout","time":"2026-11-25T22:48:00.1Z"}"#,
    r#"{"req":{"url":"/$","headers":{"date":"$","user-agent":"$"}},"time":1795646880123,"msg":"$"}"#,
];

/// What a client may write, in which `^` is a time of its choice.
const ATTACKS: [&str; 44] = [
    "^",
    "[^]",
    "(^)",
    "<^>",
    "\"^\"",
    "'^'",
    "`^`",
    "\\\"^",
    "\"\"^\"\"",
    " ^ ",
    " [^] ",
    "x [^] \"",
    "\" ^ ",
    "\" [^] \"",
    "\\\" ^ ",
    "' ^ '",
    "x ^ \\\"",
    "x [^] \\\"x",
    "{} ^",
    "{} [^]",
    "?a=^&b=1",
    "a=^&b=",
    "x.example/^/x",
    "//x.example/?a=1,^",
    "x,^,",
    "x,\"^\",",
    ";^;",
    "|^|",
    "time=^",
    " time=^ ",
    " time=\"^\" x",
    "ts=^",
    "\" for 192.0.2.9 at ^",
    "\" for 192.0.2.9 at ^ \"",
    r#"{"time":"^","t":"@"}"#,
    r#" {"time":"^","t":"@"} "#,
    r#"{\"time\":\"^\",\"t\":\"@\"}"#,
    r#"x","time":"^","y":""#,
    r#"x","y":{"time":"^","t":"@"},"z":""#,
    r#"x"} {"time":"^","t":"@"#,
    r#"x","y":[{"time":"^","t":"@"}],"z":""#,
    r#"x","@timestamp":"^","y":""#,
    "x HTTP/1.1\" 200 12 \"-\" \"-\" ^",
    "192.0.2.9 - - [^] \"GET / HTTP/1.1\"",
];

/// Times that a client may choose.
const CHOSEN: [&str; 8] = [
    "2020-01-01T00:00:00Z",
    "2020-01-01 00:00:00",
    "01/Jan/2020:00:00:00 +0000",
    "01/Jan/2020:00:00:00",
    "2020/01/01 00:00:00",
    "Jan  1 00:00:00",
    "1577836800",
    "1577836800.123",
];

/// A time that a client writes is never the time of its token, however it is quoted.
#[test]
fn time_of_a_client_never_decides() {
    for layout in LAYOUTS {
        let plain = layout.replacen('$', TOKEN, 1).replace('$', "x");
        assert_eq!(times_in(&plain), [OWN], "{plain}");
        // In JSON whose strings are not escaped, nothing tells an object that a client added from one of the log.
        let is_json = layout.starts_with('{');
        let adds_object =
            |attack: &str| attack.contains(r#""y":{"#) || attack.contains(r#""y":[{"#);
        for attack in ATTACKS
            .iter()
            .filter(|attack| !(is_json && adds_object(attack)))
        {
            for time in CHOSEN {
                let attack = attack.replace('^', time).replace('@', TOKEN);
                check_attack(layout, &attack);
            }
        }
    }
}

/// Writes an attack, with a token at either end, in one place of a layout and in all of them.
fn check_attack(layout: &str, attack: &str) {
    for attack in [
        format!("{attack}{TOKEN}"),
        format!("{attack} {TOKEN}"),
        format!("{TOKEN} {attack}"),
    ] {
        for (place, _) in layout.match_indices('$') {
            let (before, after) = (&layout[..place], &layout[place + 1..]);
            let line = format!("{before}{attack}{after}");
            for line in [line.replace('$', "x"), line.replace('$', &attack)] {
                for time in times_in(&line) {
                    assert!(time.is_none() || time == OWN, "{line}: {time:?}");
                }
            }
        }
    }
}

const OWN: Option<TokenTime> = Some(TokenTime::Own(TIME));

/// The time of each token in a line.
fn times_in(line: &str) -> Vec<Option<TokenTime>> {
    let mut times = LineTimes::new(Clock {
        zone: TimeZone::UTC,
        latest: TIME,
    });
    times.read(line.as_bytes());
    let tokens = line.match_indices(TOKEN);
    tokens.map(|(at, _)| times.at(at)).collect()
}
