//! Times and durations on the command line.

use jiff::civil::{Date, DateTime, date};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use jwtlens::Policy;

use super::tell::invalid::Invalid;

/// The longest duration: ten thousand years, in seconds. Sums with any date stay within bounds.
const MAX_DURATION: i64 = 10_000 * 366 * 86_400;

const TOO_LONG: Invalid = Invalid::Because("exceeds the maximum of 10,000 years");

/// The last second that RFC 3339 can write: 9999-12-31T23:59:59Z.
const LAST: i64 = 253_402_300_799;

/// `--at`: the time to use instead of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Seconds since 1970-01-01T00:00:00Z.
    Second(i64),
    /// Seconds from now.
    FromNow(i64),
    /// For each token the time of its line; now for one without.
    Line,
}

impl At {
    /// The time in seconds since 1970-01-01T00:00:00Z, given what time it is.
    pub fn second(self, now: i64) -> i64 {
        match self {
            Self::Second(second) => second,
            Self::FromNow(seconds) => now.saturating_add(seconds),
            Self::Line => now,
        }
    }
}

/// Reads Unix seconds, RFC 3339 (to the second below), a date (its first second UTC), a signed duration from
/// now, or `line`.
pub fn at(text: &str) -> Result<At, Invalid> {
    if text == "line" {
        return Ok(At::Line);
    }
    if let Ok(second) = text.parse::<i64>() {
        return if Timestamp::from_second(second).is_ok() || (0..=LAST).contains(&second) {
            Ok(At::Second(second))
        } else {
            Err("beyond year 9999: expected Unix seconds, not milliseconds".into())
        };
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        let second = timestamp.as_second();
        let before = i64::from(timestamp.subsec_nanosecond() < 0);
        return Ok(At::Second(second.saturating_sub(before)));
    }
    if let Ok(date) = text.parse::<Date>()
        && let Ok(midnight) = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0))
        && text.len() == "2026-11-23".len()
    {
        return Ok(At::Second(midnight.as_second()));
    }
    if let Some(second) = last_days(text) {
        return Ok(At::Second(second));
    }
    if text.parse::<DateTime>().is_ok() {
        return Err("missing time zone: add Z or an offset".into());
    }
    seconds(text).map(At::FromNow).map_err(|_| {
        "expected RFC 3339 (2026-11-23T18:09:24Z), a date, Unix seconds, an offset from now (-1h, +30m), or line"
            .into()
    })
}

/// RFC 3339 in the last two days of the year 9999, which `Timestamp` leaves out.
fn last_days(text: &str) -> Option<i64> {
    const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);
    let pieces = Pieces::parse(text).ok()?;
    let local = pieces.date().to_datetime(pieces.time()?);
    let offset = i64::from(pieces.to_numeric_offset()?.seconds());
    let second = local.duration_since(EPOCH).as_secs().checked_sub(offset)?;
    (0..=LAST).contains(&second).then_some(second)
}

/// Reads a duration such as `90`, `90s`, `5m`, `1h30m` or `7d`: seconds, not below 0.
pub fn duration(text: &str) -> Result<i64, Invalid> {
    let seconds = match text.parse::<i64>() {
        Ok(seconds) if seconds.abs() <= MAX_DURATION => Ok(seconds),
        Ok(_) => Err(TOO_LONG),
        Err(_) => seconds(text),
    }?;
    if seconds < 0 {
        Err("must not be negative".into())
    } else {
        Ok(seconds)
    }
}

/// Reads a duration that a policy takes as its leeway.
pub fn leeway(text: &str) -> Result<i64, Invalid> {
    let policy = Policy::default().with_leeway(duration(text)?);
    policy
        .map(|policy| policy.leeway())
        .map_err(|_| Invalid::Because("expected a duration from 0 to 365 days"))
}

fn seconds(text: &str) -> Result<i64, Invalid> {
    const EXPECTED: Invalid =
        Invalid::Because("expected seconds (90) or a duration with units (90s, 5m, 1h30m, 7d)");
    let span: Span = text.parse().map_err(|_| EXPECTED)?;
    let duration: SignedDuration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| EXPECTED)?;
    if duration.subsec_nanos() != 0 {
        return Err("fractions of a second are not supported".into());
    }
    match duration.as_secs() {
        seconds if seconds.abs() <= MAX_DURATION => Ok(seconds),
        _ => Err(TOO_LONG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("0", At::Second(0)),
            ("-1", At::Second(-1)),
            ("1763921364", At::Second(1_763_921_364)),
            ("2025-11-23T18:09:24Z", At::Second(1_763_921_364)),
            ("2025-11-23T18:09:24.9Z", At::Second(1_763_921_364)),
            ("2025-11-23T20:09:24+02:00", At::Second(1_763_921_364)),
            ("1969-12-31T23:59:59.5Z", At::Second(-1)),
            ("9999-12-31T23:59:59Z", At::Second(LAST)),
            ("9999-12-31T23:59:59.9+01:00", At::Second(LAST - 3600)),
            ("253402300799", At::Second(LAST)),
            ("-1h", At::FromNow(-3600)),
            ("+30m", At::FromNow(1800)),
            ("2d", At::FromNow(172_800)),
            ("2025-11-23", At::Second(1_763_856_000)),
            ("line", At::Line),
        ] {
            assert_eq!(at(text).unwrap(), expected, "{text}");
        }
        assert_eq!(At::FromNow(-5).second(100), 95);
        for text in [
            "",
            "now",
            "253402300800",
            "9999-12-31T23:59:59-01:00",
            "9999-12-31T23:59:59",
            "1763921364000",
            "2025-13-23",
            "2025-11-23T18:09:24",
            "Line",
            "1y",
            "-",
            "1e9",
        ] {
            assert!(at(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("0", 0),
            ("90", 90),
            ("90s", 90),
            ("5m", 300),
            ("1h30m", 5400),
            ("7d", 604_800),
            ("1w", 604_800),
        ] {
            assert_eq!(duration(text).unwrap(), expected, "{text}");
        }
        for text in [
            "",
            "-1",
            "-5m",
            "1.5",
            "1500ms",
            "1mo",
            "1y",
            "x",
            "9223372036854775807",
            "999999999h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(leeway("365d"), Ok(31_536_000));
        assert_eq!(
            leeway("366d").unwrap_err(),
            Invalid::Because("expected a duration from 0 to 365 days")
        );
        assert_eq!(leeway("-1").unwrap_err(), duration("-1").unwrap_err());
    }

    /// Only years can't be read: they differ in length.
    #[test]
    fn durations_are_read_as_they_are_written() {
        for seconds in [0_i64, 59, 60, 61, 3_300, 7_500, 86_400, 90_000, 31_449_600] {
            let text = jwtlens::duration(seconds.unsigned_abs());
            assert_eq!(duration(&text).unwrap(), seconds, "{text}");
        }
    }
}
