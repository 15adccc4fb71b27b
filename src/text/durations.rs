//! Spans of time, and times relative to now, as messages have them.

/// A span of seconds in its two largest units, written as durations are read: `2h 5m`, `9y 49d`. A
/// year has 365 days here.
#[must_use]
pub fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 5] = [
        (365 * 86_400, "y"),
        (86_400, "d"),
        (3_600, "h"),
        (60, "m"),
        (1, "s"),
    ];
    let mut rest = seconds;
    let mut parts = Vec::with_capacity(2);
    for (size, unit) in UNITS {
        let count = rest.checked_div(size).unwrap_or(0);
        rest = rest.checked_rem(size).unwrap_or(0);
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
        // The second unit is the one right below the first, or none: never `9y 3s`.
        if parts.len() == 2 || (parts.len() == 1 && count == 0) {
            break;
        }
    }
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}

/// How far a time is from now: `in 5m`, `2h 5m ago`, `now`.
#[must_use]
pub fn relative(seconds_from_now: i64) -> String {
    match seconds_from_now {
        0 => "now".to_owned(),
        ahead @ 1.. => format!("in {}", duration(ahead.unsigned_abs())),
        past => format!("{} ago", duration(past.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_at_most_two_units() {
        for (seconds, text) in [
            (0, "0s"),
            (1, "1s"),
            (60, "1m"),
            (7_500, "2h 5m"),
            (7_200, "2h"),
            (3_601, "1h"),
            (86_400 * 365 * 9 + 86_400 * 49 + 5, "9y 49d"),
            (u64::MAX, "584942417355y 26d"),
        ] {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!(relative(0), "now");
        assert_eq!(relative(90), "in 1m 30s");
        assert_eq!(relative(-90), "1m 30s ago");
        assert_eq!(relative(i64::MIN), "292471208677y 195d ago");
    }
}
