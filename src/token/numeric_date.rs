//! `NumericDate` (RFC 7519 section 2): seconds since 1970-01-01T00:00:00Z, exactly as claimed, and
//! readable for people. There is no clock here: what time it is comes in as a number.

use std::borrow::Cow;

use jiff::civil::{DateTime, date};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::text::decimal::Decimal;
use crate::text::json::Number;

/// A time from a token. Comparisons are exact whatever its digits, fraction or exponent.
#[derive(Clone, Debug)]
pub struct NumericDate {
    /// As it stands in the token; none for an integer, which has one spelling.
    number: Option<Number>,
    /// The whole seconds not above it, held within `i64`.
    floor: i64,
    /// Whether it is more than `floor`.
    fraction: bool,
}

impl NumericDate {
    /// Its seconds, if they are whole and written without an exponent.
    pub(crate) fn whole(&self) -> Option<i64> {
        self.text().parse().ok()
    }

    /// Takes a JSON number as a time.
    #[must_use]
    pub fn new(number: Number) -> Self {
        let (floor, fraction) = Decimal::floor(number.text());
        Self {
            number: Some(number),
            floor,
            fraction,
        }
    }

    /// The number's text in the token.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.number {
            Some(number) => number.text().into(),
            None => self.floor.to_string().into(),
        }
    }

    /// Whether it is at `second` or before.
    #[must_use]
    pub fn is_at_or_before(&self, second: i64) -> bool {
        self.floor < second || (self.floor == second && !self.fraction)
    }

    /// Whether it is earlier than `second`.
    #[must_use]
    pub fn is_before(&self, second: i64) -> bool {
        self.floor < second
    }

    /// Whether it is later than `second`.
    #[must_use]
    pub fn is_after(&self, second: i64) -> bool {
        !self.is_at_or_before(second)
    }

    /// The seconds from `now` until it, rounded up so that the result is above 0 exactly if the
    /// time is after `now`; held within `i64`.
    #[must_use]
    pub fn seconds_from(&self, now: i64) -> i64 {
        self.floor
            .saturating_sub(now)
            .saturating_add(i64::from(self.fraction))
    }

    /// RFC 3339 in that zone, to the whole second; nothing where the year has not four digits.
    #[must_use]
    pub fn rfc3339(&self, zone: &TimeZone) -> Option<String> {
        let format = if *zone == TimeZone::UTC {
            "%Y-%m-%dT%H:%M:%SZ"
        } else {
            "%Y-%m-%dT%H:%M:%S%:z"
        };
        self.formatted(zone, format)
    }

    /// The same for people: `2026-11-23 18:09:24 UTC`.
    #[must_use]
    pub fn readable(&self, zone: &TimeZone) -> Option<String> {
        let format = if *zone == TimeZone::UTC {
            "%Y-%m-%d %H:%M:%S UTC"
        } else {
            "%Y-%m-%d %H:%M:%S %:z"
        };
        self.formatted(zone, format)
    }

    fn formatted(&self, zone: &TimeZone, format: &str) -> Option<String> {
        const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);
        // The last days of the year 9999 are beyond every timestamp, not beyond every date.
        let known = self.floor.min(Timestamp::MAX.as_second());
        let offset = zone.to_offset(Timestamp::from_second(known).ok()?);
        let since = self.floor.checked_add(offset.seconds().into())?;
        let date_time = EPOCH.checked_add(SignedDuration::from_secs(since)).ok()?;
        if !(0..=9999).contains(&date_time.year()) {
            return None;
        }
        let mut written = BrokenDownTime::from(date_time);
        written.set_offset(Some(offset));
        written.to_string(format).ok()
    }
}

impl From<i64> for NumericDate {
    /// A time in whole seconds.
    fn from(seconds: i64) -> Self {
        Self {
            number: None,
            floor: seconds,
            fraction: false,
        }
    }
}

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.number {
            Some(number) => number.serialize(serializer),
            None => serializer.serialize_i64(self.floor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json::Value;

    fn date(text: &str) -> NumericDate {
        match Value::parse(text.as_bytes()).unwrap() {
            Value::Number(number) => NumericDate::new(number),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn compares_exactly() {
        for (text, second, at_or_before) in [
            ("100", 100, true),
            ("100", 99, false),
            ("100.0", 100, true),
            ("100.5", 100, false),
            ("100.5", 101, true),
            ("1e2", 100, true),
            ("-0.5", -1, false),
            ("-0.5", 0, true),
            ("9223372036854775808", i64::MAX, false),
            ("9223372036854775807", i64::MAX, true),
            ("18446744073709551616", 1_763_893_600, false),
            ("1e400", 1_763_893_600, false),
            ("-1e400", 1_763_893_600, true),
        ] {
            assert_eq!(
                date(text).is_at_or_before(second),
                at_or_before,
                "{text} {second}"
            );
            assert_eq!(
                date(text).is_after(second),
                !at_or_before,
                "{text} {second}"
            );
        }
    }

    #[test]
    fn the_seconds_until_it_are_positive_exactly_if_it_is_after() {
        for text in [
            "99",
            "99.5",
            "100",
            "100.000001",
            "100.5",
            "101",
            "1e400",
            "-1e400",
            "-7.25",
        ] {
            let date = date(text);
            assert_eq!(date.seconds_from(100) > 0, date.is_after(100), "{text}");
        }
        assert_eq!(date("-1e400").seconds_from(i64::MAX), i64::MIN);
    }

    #[test]
    fn reads_well() {
        let utc = TimeZone::UTC;
        assert_eq!(
            date("1763921364").readable(&utc).unwrap(),
            "2025-11-23 18:09:24 UTC"
        );
        assert_eq!(
            date("1763921364.9").rfc3339(&utc).unwrap(),
            "2025-11-23T18:09:24Z"
        );
        assert_eq!(
            date("253402207200").rfc3339(&utc).unwrap(),
            "9999-12-30T22:00:00Z"
        );
        assert_eq!(
            date("-62167219200").rfc3339(&utc).unwrap(),
            "0000-01-01T00:00:00Z"
        );
        assert_eq!(
            date("253402300799.9").rfc3339(&utc).unwrap(),
            "9999-12-31T23:59:59Z"
        );
        assert_eq!(date("253402300800").rfc3339(&utc), None);
        assert_eq!(date("-62167219201").rfc3339(&utc), None);
        assert_eq!(date("1763921364000").rfc3339(&utc), None);
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(
            date("0").readable(&east).unwrap(),
            "1970-01-01 02:00:00 +02:00"
        );
        assert_eq!(
            date("0").rfc3339(&east).unwrap(),
            "1970-01-01T02:00:00+02:00"
        );
        assert_eq!(
            date("253402293599").rfc3339(&east).unwrap(),
            "9999-12-31T23:59:59+02:00"
        );
        assert_eq!(date("253402293600").rfc3339(&east), None);
    }
}
