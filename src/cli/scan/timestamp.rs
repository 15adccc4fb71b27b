//! Timestamps as logs write them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// What a timestamp may leave out.
#[derive(Clone)]
pub struct Clock {
    /// The zone of a time that gives none.
    pub zone: TimeZone,
    /// A time without a year does not lie after this one, in seconds since 1970-01-01T00:00:00Z.
    pub latest: i64,
}

/// The unit of a number without one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds or milliseconds, depending on the magnitude.
    Seconds,
    Microseconds,
}

/// 2001-01-01T00:00:00Z to 2101-01-01T00:00:00Z: any other number is not a time.
const NUMBERS: std::ops::Range<i64> = 978_307_200..4_133_980_800;

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// A text that is read from its start.
#[derive(Clone, Copy)]
struct Cursor<'t>(&'t [u8]);

impl Clock {
    /// The time that a text starts with, in seconds since 1970-01-01T00:00:00Z, and its length there.
    pub fn read(&self, text: &[u8]) -> Option<(i64, usize)> {
        let start = Cursor(text);
        let (second, rest) = self
            .year_first(start)
            .or_else(|| self.day_first(start))
            .or_else(|| self.month_first(start))?;
        // A longer word is something else.
        let ends = rest
            .0
            .first()
            .is_none_or(|next| !next.is_ascii_alphanumeric());
        ends.then(|| (second, text.len().saturating_sub(rest.0.len())))
    }

    /// The time that a text is, and nothing else.
    pub fn read_whole(&self, text: &[u8]) -> Option<i64> {
        let (second, length) = self.read(text)?;
        (length == text.len()).then_some(second)
    }

    /// `2026-11-25T22:48:00.123Z`, `2026-11-25 22:48:00,123 +0100`, `2026-11-25<tab>22:48:00`,
    /// `2026/11/25 22:48:00`
    fn year_first<'t>(&self, text: Cursor<'t>) -> Option<(i64, Cursor<'t>)> {
        let (year, text) = text.number(4, 4)?;
        let (separator, text) = text.one_of(b"-/")?;
        let (month, text) = text.number(2, 2)?;
        let (_, text) = text.one_of(&[separator])?;
        let (day, text) = text.number(2, 2)?;
        let (_, text) = text.one_of(b"Tt \t_")?;
        let date = date(year, month, day)?;
        let (time, text) = time(date, text)?;
        self.zoned(time, text)
    }

    /// `25/Nov/2026:22:48:00 +0000`, `25/Nov/2026:22:48:00.123`
    fn day_first<'t>(&self, text: Cursor<'t>) -> Option<(i64, Cursor<'t>)> {
        let (day, text) = text.number(2, 2)?;
        let (_, text) = text.one_of(b"/")?;
        let (month, text) = text.month()?;
        let (_, text) = text.one_of(b"/")?;
        let (year, text) = text.number(4, 4)?;
        let (_, text) = text.one_of(b":")?;
        let date = date(year, month, day)?;
        let (time, text) = time(date, text)?;
        self.zoned(time, text)
    }

    /// `Nov 25 22:48:00`, and with a year behind it `Nov 25 22:48:00.123456 2026`
    fn month_first<'t>(&self, text: Cursor<'t>) -> Option<(i64, Cursor<'t>)> {
        let (month, text) = text.month()?;
        let (_, text) = text.one_of(b" ")?;
        let text = text.one_of(b" ").map_or(text, |(_, text)| text);
        let (day, text) = text.number(1, 2)?;
        let (_, text) = text.one_of(b" ")?;
        let of_year = |year: i64| time(date(year, month, day)?, text);
        // Any leap year has every day.
        let (_, rest) = of_year(2000)?;
        let year = rest
            .one_of(b" ")
            .and_then(|(_, rest)| rest.number(4, 4))
            .filter(|(_, rest)| !rest.0.first().is_some_and(u8::is_ascii_alphanumeric));
        if let Some((year, rest)) = year {
            let (time, _) = of_year(year)?;
            return Some((self.second(time)?, rest));
        }
        let now = jiff::Timestamp::from_second(self.latest).ok()?;
        let this_year = i64::from(self.zone.to_datetime(now).year());
        // The 29th of February may be eight years back.
        let years = (0..=8).map(|back| this_year.saturating_add(1).saturating_sub(back));
        let second = years
            .filter_map(|year| self.second(of_year(year)?.0))
            .find(|second| *second <= self.latest)?;
        Some((second, rest))
    }

    /// The time in the zone that follows, or that applies without one.
    fn zoned<'t>(&self, time: DateTime, text: Cursor<'t>) -> Option<(i64, Cursor<'t>)> {
        let utc = |text| Some((second_of(time)?, text));
        for name in [&b"Z"[..], b"z", b" UTC", b" GMT", b" Z"] {
            if let Some(rest) = text.0.strip_prefix(name)
                && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
            {
                return utc(Cursor(rest));
            }
        }
        let spaced = text.one_of(b" ").map_or(text, |(_, rest)| rest);
        match spaced.offset() {
            Some((offset, rest)) => Some((second_of(time)?.checked_sub(offset)?, rest)),
            None => Some((self.second(time)?, text)),
        }
    }

    /// The time in the zone of times that give none.
    fn second(&self, time: DateTime) -> Option<i64> {
        Some(self.zone.to_timestamp(time).ok()?.as_second())
    }
}

/// A number that is a time: Unix seconds with a fraction or without, milliseconds, or microseconds.
pub fn of_number(text: &[u8], unit: Unit) -> Option<i64> {
    let text = str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let is_time = |second: &i64| NUMBERS.contains(second);
    match unit {
        Unit::Seconds => Some(number)
            .filter(is_time)
            .or_else(|| number.checked_div(1000).filter(is_time)),
        Unit::Microseconds => number.checked_div(1_000_000).filter(is_time),
    }
}

/// The number that a text starts with, where a time stands, and its length.
pub fn number(text: &[u8]) -> Option<(i64, usize)> {
    let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let length = text.iter().take_while(is_part).count();
    let (number, rest) = text.split_at_checked(length)?;
    let ends = rest
        .first()
        .is_none_or(|next| next.is_ascii_whitespace() || b",;|\"])".contains(next));
    let second = of_number(number, Unit::Seconds)?;
    ends.then_some((second, length))
}

/// Seconds since 1970 of a time in UTC.
fn second_of(time: DateTime) -> Option<i64> {
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    let [month, day] = [month, day].map(i8::try_from);
    Date::new(i16::try_from(year).ok()?, month.ok()?, day.ok()?).ok()
}

/// `22:48:00`, with a fraction or without.
fn time(date: Date, text: Cursor) -> Option<(DateTime, Cursor)> {
    let (hour, text) = text.number(2, 2)?;
    let (_, text) = text.one_of(b":")?;
    let (minute, text) = text.number(2, 2)?;
    let (_, text) = text.one_of(b":")?;
    let (second, text) = text.number(2, 2)?;
    let [hour, minute] = [hour, minute].map(i8::try_from);
    // A leap second has no Unix time of its own.
    let second = if second == 60 { 59 } else { second };
    let second = i8::try_from(second).ok()?;
    let time = jiff::civil::Time::new(hour.ok()?, minute.ok()?, second, 0).ok()?;
    let after_fraction = text.one_of(b".,").and_then(|(_, text)| {
        let (_, text) = text.number(1, 9)?;
        Some(text)
    });
    Some((date.to_datetime(time), after_fraction.unwrap_or(text)))
}

impl Cursor<'_> {
    /// A number of so many digits, which no further digit follows.
    fn number(self, fewest: usize, most: usize) -> Option<(i64, Self)> {
        let length = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        let digits = (fewest..=most).contains(&length).then_some(digits)?;
        let number = str::from_utf8(digits).ok()?.parse().ok()?;
        Some((number, Self(rest)))
    }

    fn one_of(self, bytes: &[u8]) -> Option<(u8, Self)> {
        let (first, rest) = self.0.split_first()?;
        bytes.contains(first).then_some((*first, Self(rest)))
    }

    fn month(self) -> Option<(i64, Self)> {
        let (name, rest) = self.0.split_at_checked(3)?;
        let place = MONTHS.iter().position(|month| *month == name)?;
        Some((i64::try_from(place).ok()?.checked_add(1)?, Self(rest)))
    }

    /// `+01:00`, `+0100`, `+01`, in seconds.
    fn offset(self) -> Option<(i64, Self)> {
        let (sign, text) = self.one_of(b"+-")?;
        let (hours, minutes, rest) = if let Some((both, rest)) = text.number(4, 4) {
            (both.checked_div(100)?, both % 100, rest)
        } else {
            let (hours, rest) = text.number(2, 2)?;
            let minutes = rest.one_of(b":").and_then(|(_, rest)| rest.number(2, 2));
            let (minutes, rest) = minutes.unwrap_or((0, rest));
            (hours, minutes, rest)
        };
        if hours > 23 || minutes > 59 {
            return None;
        }
        let seconds = hours
            .checked_mul(3600)?
            .checked_add(minutes.checked_mul(60)?)?;
        Some((
            if sign == b'-' {
                seconds.checked_neg()?
            } else {
                seconds
            },
            rest,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25T22:48:00Z
    const TIME: i64 = 1_795_646_880;

    fn clock() -> Clock {
        Clock {
            zone: TimeZone::UTC,
            latest: TIME + 3600,
        }
    }

    #[test]
    fn every_format_is_read() {
        for (text, offset) in [
            ("2026-11-25T22:48:00Z", 0),
            ("2026-11-25T22:48:00.123456Z", 0),
            ("2026-11-25t22:48:00z", 0),
            ("2026-11-25 22:48:00", 0),
            ("2026-11-25 22:48:00 UTC", 0),
            ("2026-11-25 22:48:00,123", 0),
            ("2026-11-25 22:48:00,123 +0100", -3600),
            ("2026-11-25T22:48:00+01:00", -3600),
            ("2026-11-25T22:48:00.1+0100", -3600),
            ("2026-11-25T22:48:00-05", 18_000),
            ("2026-11-25 22:48:00 +0000", 0),
            ("2026-11-25\t22:48:00", 0),
            ("2026/11/25 22:48:00", 0),
            ("25/Nov/2026:22:48:00 +0000", 0),
            ("25/Nov/2026:22:48:00 -0130", 5400),
            ("25/Nov/2026:22:48:00.123", 0),
            ("Nov 25 22:48:00", 0),
            ("Nov 25 22:48:00.123456 2026", 0),
            ("Nov 25 23:48:01", 3601 - 365 * 86_400),
            ("Nov  5 22:48:00", -20 * 86_400),
            ("Dec 31 22:48:00", 36 * 86_400 - 365 * 86_400),
            ("Feb 29 22:48:00", -1000 * 86_400),
        ] {
            let read = clock().read_whole(text.as_bytes());
            assert_eq!(read, Some(TIME + offset), "{text}");
            // In a line, and not in a word.
            let line = format!("{text} host");
            assert_eq!(
                clock().read(line.as_bytes()),
                Some((TIME + offset, text.len()))
            );
            // A zone's name and a year behind the time may be missing.
            if !text.ends_with(" UTC") && !text.ends_with(" 2026") {
                assert_eq!(clock().read(format!("{text}x").as_bytes()), None, "{text}");
            }
        }
    }

    #[test]
    fn a_time_without_a_zone_is_local_if_asked_for() {
        let tokyo = Clock {
            zone: TimeZone::fixed(jiff::tz::offset(9)),
            latest: TIME,
        };
        for (text, offset) in [
            ("2026-11-25 22:48:00", -32_400),
            ("2026-11-25 22:48:00Z", 0),
            ("2026-11-25 22:48:00 +0000", 0),
            ("Nov 26 07:48:00", 0),
            ("Nov 26 07:48:01", 1 - 365 * 86_400),
        ] {
            assert_eq!(
                tokyo.read_whole(text.as_bytes()),
                Some(TIME + offset),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_not_a_time() {
        for text in [
            "",
            "2026-11-25",
            "2026-11-25T22:48",
            "2026-13-25T22:48:00Z",
            "2026-11-31T22:48:00Z",
            "2026-11-25T24:48:00Z",
            "12026-11-25T22:48:00Z",
            "2026-11/25 22:48:00",
            "2026-11-25T22:48:000",
            "25/nov/2026:22:48:00",
            "Nov 31 22:48:00",
            "Now 25 22:48:00",
            "1795646880",
        ] {
            assert_eq!(clock().read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_times_between_2001_and_2100() {
        for (text, expected) in [
            ("1795646880", Some(TIME)),
            ("1795646880.5", Some(TIME)),
            ("1795646880123", Some(TIME)),
            ("978307199", None),
            ("978307200", Some(978_307_200)),
            ("4133980799", Some(4_133_980_799)),
            ("4133980800", None),
            ("12345", None),
            ("1795646880.", None),
            ("-1795646880", None),
            ("1795646880123456", None),
            ("1.795646880e9", None),
        ] {
            assert_eq!(
                of_number(text.as_bytes(), Unit::Seconds),
                expected,
                "{text}"
            );
        }
        let micro = of_number(b"1795646880123456", Unit::Microseconds);
        assert_eq!(micro, Some(TIME));
        assert_eq!(of_number(b"1795646880", Unit::Microseconds), None);
        assert_eq!(number(b"1795646880.123 45 x"), Some((TIME, 14)));
        assert_eq!(number(b"1795646880ms"), None);
    }
}
