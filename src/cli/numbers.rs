//! Numbers in messages: counts and the time a run took.

use std::time::Duration;

/// A number with separators, as in `1,972`.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len().saturating_mul(2));
    for (digit, left) in digits.chars().zip((1..=digits.len()).rev()) {
        written.push(digit);
        if left > 1 && left % 3 == 1 {
            written.push(',');
        }
    }
    written
}

/// A number of things, as in `1 token` and `1,972 tokens`.
pub fn count(of: u64, what: &str) -> String {
    let plural = if of == 1 { "" } else { "s" };
    format!("{} {what}{plural}", number(of))
}

/// A number of bytes, in the largest unit of which there is one: `512 B`, `1.2 GB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut tenths = u128::from(bytes).saturating_mul(10);
    let mut units = UNITS.iter().peekable();
    while let Some(unit) = units.next() {
        if tenths < 10_000 || units.peek().is_none() {
            return match tenths % 10 {
                0 => format!("{} {unit}", tenths / 10),
                tenth => format!("{}.{tenth} {unit}", tenths / 10),
            };
        }
        tenths /= 1000;
    }
    String::new()
}

/// How long something took: `340ms`, `10.8s`, `1h 2m`.
pub fn elapsed(time: Duration) -> String {
    const TENTHS_OF_A_MINUTE: u128 = 600;
    let milliseconds = time.as_millis();
    let tenths = milliseconds.saturating_add(50) / 100;
    if milliseconds == 0 {
        return "<1ms".to_owned();
    }
    if milliseconds < 1000 {
        return format!("{milliseconds}ms");
    }
    if tenths < TENTHS_OF_A_MINUTE {
        return format!("{}.{}s", tenths / 10, tenths % 10);
    }
    let seconds = time.as_secs().max(60);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    if hours > 0 {
        format!("{}h {minutes}m", number(hours))
    } else {
        format!("{minutes}m {}s", seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        for (value, written) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1972, "1,972"),
            (123_456, "123,456"),
            (5_000_000, "5,000,000"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(number(value), written);
        }
        assert_eq!(count(0, "token"), "0 tokens");
        assert_eq!(count(1, "token"), "1 token");
        assert_eq!(count(1972, "token"), "1,972 tokens");
    }

    #[test]
    fn bytes_have_the_largest_unit() {
        for (count, written) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (1250, "1.2 kB"),
            (999_999, "999.9 kB"),
            (84_000_000, "84 MB"),
            (1_234_567_890, "1.2 GB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(bytes(count), written);
        }
    }

    #[test]
    fn times_have_two_units_at_most() {
        for (milliseconds, written) in [
            (0, "<1ms"),
            (999, "999ms"),
            (1000, "1.0s"),
            (10_812, "10.8s"),
            (59_949, "59.9s"),
            (59_950, "1m 0s"),
            (72_999, "1m 12s"),
            (3_599_999, "59m 59s"),
            (3_725_000, "1h 2m"),
            (360_000_000, "100h 0m"),
        ] {
            let time = Duration::from_millis(milliseconds);
            assert_eq!(elapsed(time), written);
        }
    }
}
