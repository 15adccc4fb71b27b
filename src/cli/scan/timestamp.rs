//! Timestamps as logs write them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::cursor::Cursor;
use super::zone::{Zone, zone};

/// What a timestamp may leave out.
#[derive(Clone)]
pub struct Clock {
    /// The zone of a time that gives none.
    pub zone: TimeZone,
    /// A time without a year does not lie after this one, in seconds since 1970-01-01T00:00:00Z.
    pub latest: i64,
}

/// What a timestamp gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    At(i64),
    /// A time in a zone whose offset is not known, such as `EST`.
    UnknownZone(&'static str),
    /// Several times that differ: one of them may be a client's.
    Contradictory,
}

/// The greatest difference, in seconds, between two times that are one.
const MAX_DIFFERENCE: u64 = 60;

/// The unit of a number without one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds or milliseconds, depending on the magnitude.
    Seconds,
    Microseconds,
}

/// 2001-01-01T00:00:00Z to 2101-01-01T00:00:00Z: any other number is not a time.
const NUMBERS: std::ops::Range<i64> = 978_307_200..4_133_980_800;

impl Moment {
    /// Seconds since 1970-01-01T00:00:00Z, if they are known.
    pub fn second(self) -> Option<i64> {
        match self {
            Self::At(second) => Some(second),
            Self::UnknownZone(_) | Self::Contradictory => None,
        }
    }

    /// This time if another one, which also may be that of the line, is the same.
    pub fn agreeing(self, other: Self) -> Self {
        match (self, other) {
            (Self::At(first), Self::At(second)) if first.abs_diff(second) > MAX_DIFFERENCE => {
                Self::Contradictory
            }
            (Self::At(_), Self::At(_)) => self,
            (Self::Contradictory, _) | (_, Self::Contradictory) => Self::Contradictory,
            (Self::UnknownZone(name), _) | (_, Self::UnknownZone(name)) => Self::UnknownZone(name),
        }
    }
}

impl Clock {
    /// The time that a text starts with, and its length there.
    pub fn read(&self, text: &[u8]) -> Option<(Moment, usize)> {
        let start = Cursor(text);
        let (moment, rest) = self
            .year_first(start)
            .or_else(|| self.day_first(start))
            .or_else(|| self.month_first(start))
            .or_else(|| self.level_first(start))?;
        // A longer word is something else.
        let ends = rest
            .0
            .first()
            .is_none_or(|next| !next.is_ascii_alphanumeric());
        ends.then(|| (moment, text.len().saturating_sub(rest.0.len())))
    }

    /// The time that a text is, and nothing else.
    pub fn read_whole(&self, text: &[u8]) -> Option<Moment> {
        let (moment, length) = self.read(text)?;
        (length == text.len()).then_some(moment)
    }

    /// `2026-11-25T22:48:00.123Z`, `2026-11-25 22:48:00,123 +0100`, `2026-11-25<tab>22:48:00`,
    /// `2026/11/25 22:48:00`
    fn year_first<'t>(&self, text: Cursor<'t>) -> Option<(Moment, Cursor<'t>)> {
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

    /// `25/Nov/2026:22:48:00 +0000`, `25/Nov/2026:22:48:00.123`, `25/Nov/2026 22:48:00`, `25-Nov-2026 22:48:00.123`
    fn day_first<'t>(&self, text: Cursor<'t>) -> Option<(Moment, Cursor<'t>)> {
        let (day, text) = text.number(2, 2)?;
        let (separator, text) = text.one_of(b"/-")?;
        let (month, text) = text.month()?;
        let (_, text) = text.one_of(&[separator])?;
        let (year, text) = text.number(4, 4)?;
        let (_, text) = text.one_of(b": ")?;
        let date = date(year, month, day)?;
        let (time, text) = time(date, text)?;
        self.zoned(time, text)
    }

    /// `Nov 25 22:48:00`, and with a zone or a year behind it `Nov 25 22:48:00.123456 UTC 2026`
    fn month_first<'t>(&self, text: Cursor<'t>) -> Option<(Moment, Cursor<'t>)> {
        let (month, text) = text.month()?;
        let (_, text) = text.one_of(b" ")?;
        let text = text.one_of(b" ").map_or(text, |(_, text)| text);
        let (day, text) = text.number(1, 2)?;
        let (_, text) = text.one_of(b" ")?;
        let (_, rest) = time(leap_day(month, day)?, text)?;
        let (zone, rest) = zone(rest);
        let of_year = |year: i64| self.moment(time(date(year, month, day)?, text)?.0, &zone);
        let year = rest
            .one_of(b" ")
            .and_then(|(_, rest)| rest.number(4, 4))
            .filter(|(_, rest)| !rest.0.first().is_some_and(u8::is_ascii_alphanumeric));
        if let Some((year, rest)) = year {
            return Some((of_year(year)?, rest));
        }
        Some((self.latest(of_year)?, rest))
    }

    /// `I1125 22:48:00.123456`, as of klog
    fn level_first<'t>(&self, text: Cursor<'t>) -> Option<(Moment, Cursor<'t>)> {
        let (_, text) = text.one_of(b"IWEF")?;
        let (both, text) = text.number(4, 4)?;
        let (month, day) = (both.checked_div(100)?, both % 100);
        let (_, text) = text.one_of(b" ")?;
        let (_, rest) = time(leap_day(month, day)?, text)?;
        let of_year = |year| self.moment(time(date(year, month, day)?, text)?.0, &Zone::Missing);
        Some((self.latest(of_year)?, rest))
    }

    /// The latest time that does not lie after [`Clock::latest`], among those of several years.
    fn latest(&self, of_year: impl Fn(i64) -> Option<Moment>) -> Option<Moment> {
        let now = jiff::Timestamp::from_second(self.latest).ok()?;
        let this_year = i64::from(self.zone.to_datetime(now).year());
        // The 29th of February may be eight years back.
        let years = (0..=8).map(|back| this_year.saturating_add(1).saturating_sub(back));
        let is_past = |moment: &Moment| moment.second().is_none_or(|second| second <= self.latest);
        years.filter_map(of_year).find(is_past)
    }

    /// The time in the zone that follows, or that applies without one.
    fn zoned<'t>(&self, time: DateTime, text: Cursor<'t>) -> Option<(Moment, Cursor<'t>)> {
        let (zone, rest) = zone(text);
        Some((self.moment(time, &zone)?, rest))
    }

    fn moment(&self, time: DateTime, zone: &Zone) -> Option<Moment> {
        Some(match zone {
            Zone::Offset(offset) => {
                let utc = TimeZone::UTC.to_timestamp(time).ok()?.as_second();
                Moment::At(utc.checked_sub(*offset)?)
            }
            Zone::Missing => Moment::At(self.zone.to_timestamp(time).ok()?.as_second()),
            Zone::Unknown(name) => Moment::UnknownZone(name),
        })
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

/// The number that a text starts with, where a time stands, and its length. One without a fraction may be an ID.
pub fn number(text: &[u8]) -> Option<(Moment, usize)> {
    let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let length = text.iter().take_while(is_part).count();
    let (number, rest) = text.split_at_checked(length)?;
    let ends = rest
        .first()
        .is_none_or(|next| next.is_ascii_whitespace() || b",;|\"])".contains(next));
    let second = of_number(number, Unit::Seconds)?;
    ends.then_some((Moment::At(second), length))
}

/// The same if the number has a fraction.
pub fn fractional_number(text: &[u8]) -> Option<(Moment, usize)> {
    let (moment, length) = number(text)?;
    text.get(..length)?
        .contains(&b'.')
        .then_some((moment, length))
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    let [month, day] = [month, day].map(i8::try_from);
    Date::new(i16::try_from(year).ok()?, month.ok()?, day.ok()?).ok()
}

/// Any leap year has every day.
fn leap_day(month: i64, day: i64) -> Option<Date> {
    date(2000, month, day)
}

/// `22:48:00`, with a fraction or without.
fn time(date: Date, text: Cursor<'_>) -> Option<(DateTime, Cursor<'_>)> {
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
            ("2026-11-25 22:48:00-05", 18_000),
            ("2026-11-25 22:48:00 GMT+0100", -3600),
            ("2026-11-25T22:48:00+01:00[Europe/Paris]", -3600),
            ("25/Nov/2026 22:48:00", 0),
            ("25-Nov-2026 22:48:00.123", 0),
            ("25-Nov-2026 22:48:00 UTC", 0),
            ("I1125 22:48:00.123456", 0),
            ("E1126 22:48:00", 86_400 - 365 * 86_400),
            ("Nov 25 22:48:00 GMT 2026", 0),
            ("Nov 25 22:48:00 +0100 2026", -3600),
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
            let expected = Moment::At(TIME + offset);
            assert_eq!(read, Some(expected), "{text}");
            // In a line, and not in a word.
            let line = format!("{text} host");
            assert_eq!(clock().read(line.as_bytes()), Some((expected, text.len())));
            // What is behind the time itself may be missing, and after a bracket a word may end.
            if !text.ends_with(" UTC") && !text.ends_with(" 2026") && !text.ends_with(']') {
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
                Some(Moment::At(TIME + offset)),
                "{text}"
            );
        }
    }

    #[test]
    fn time_in_another_zone_is_not_read_as_utc() {
        for text in [
            "2026-11-25 22:48:00 EST",
            "2026-11-25 22:48:00,123 CEST",
            "2026-11-25T22:48:00[Europe/Paris]",
            "2026-11-25 22:48:00 -05",
            "25-Nov-2026 22:48:00 Europe/Berlin",
            "Nov 25 22:48:00 PST 2026",
        ] {
            let read = clock().read_whole(text.as_bytes());
            assert!(matches!(read, Some(Moment::UnknownZone(_))), "{text}");
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
            "25/Nov-2026 22:48:00",
            "D1125 22:48:00",
            "I1125 22:48",
            "2026-11-25 22:48:00EST5",
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
        assert_eq!(number(b"1795646880.123 45 x"), Some((Moment::At(TIME), 14)));
        assert_eq!(number(b"1795646880ms"), None);
    }
}
