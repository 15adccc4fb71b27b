//! The zones of timestamps.

use super::cursor::Cursor;

/// The zone behind a time.
#[derive(Debug, PartialEq, Eq)]
pub enum Zone {
    /// The offset from UTC in seconds.
    Offset(i64),
    /// A name that does not give the offset, or the area of one.
    Unknown(&'static str),
    Missing,
}

/// Abbreviations of zones other than UTC. Some stand for several zones.
const ABBREVIATIONS: [&str; 29] = [
    "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "CEST", "EET", "EEST", "WET",
    "WEST", "BST", "IST", "JST", "KST", "MSK", "AEST", "AEDT", "HST", "AKST", "AKDT", "NZST",
    "NZDT", "SAST", "SGT", "HKT",
];

/// What the names of zones such as `Europe/Paris` start with.
const AREAS: [&str; 11] = [
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
    "Etc/",
];

/// What an offset of hours alone is called.
pub const HOURS_ALONE: &str = "hours alone";

/// The zone that a text behind a time starts with, and the text behind it.
pub fn zone(text: Cursor<'_>) -> (Zone, Cursor<'_>) {
    let (zone, rest) = offset_or_name(text).unwrap_or((Zone::Missing, text));
    // Java gives the name too: `+01:00[Europe/Paris]`.
    match bracketed_name(rest) {
        Some((name, rest)) if zone == Zone::Missing => (Zone::Unknown(name), rest),
        Some((_, rest)) => (zone, rest),
        None => (zone, rest),
    }
}

fn offset_or_name(text: Cursor<'_>) -> Option<(Zone, Cursor<'_>)> {
    if let Some((offset, rest)) = offset(text) {
        return Some((Zone::Offset(offset), rest));
    }
    let (is_spaced, text) = match text.one_of(b" ") {
        Some((_, rest)) => (true, rest),
        None => (false, text),
    };
    if let Some((offset, rest)) = offset(text) {
        // Hours alone are an offset right behind the time; behind a space they may be anything.
        let length = text.0.len().saturating_sub(rest.0.len());
        let zone = if length > HOURS {
            Zone::Offset(offset)
        } else {
            Zone::Unknown(HOURS_ALONE)
        };
        return Some((zone, rest));
    }
    let (name, rest) = name(text);
    match name {
        b"Z" => Some((Zone::Offset(0), rest)),
        b"z" if !is_spaced => Some((Zone::Offset(0), rest)),
        b"UTC" | b"GMT" => {
            let (offset, rest) = offset(rest).unwrap_or((0, rest));
            Some((Zone::Offset(offset), rest))
        }
        _ => Some((Zone::Unknown(known(name)?), rest)),
    }
}

/// The length of an offset that has hours alone.
const HOURS: usize = "+01".len();

/// `+01:00`, `+0100`, `+01`, in seconds.
fn offset(text: Cursor<'_>) -> Option<(i64, Cursor<'_>)> {
    let (sign, text) = text.one_of(b"+-")?;
    let (hours, minutes, rest) = if let Some((both, rest)) = text.number(4, 4) {
        (both.checked_div(100)?, both % 100, rest)
    } else {
        let (hours, rest) = text.number(2, 2)?;
        let minutes = rest.one_of(b":").and_then(|(_, rest)| rest.number(2, 2));
        let (minutes, rest) = minutes.unwrap_or((0, rest));
        (hours, minutes, rest)
    };
    (hours <= 23 && minutes <= 59).then_some(())?;
    let seconds = hours
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?;
    let seconds = if sign == b'-' {
        seconds.checked_neg()?
    } else {
        seconds
    };
    Some((seconds, rest))
}

/// The name that a text starts with, and the text behind it.
fn name(text: Cursor<'_>) -> (&[u8], Cursor<'_>) {
    const MAX_NAME: usize = 40;
    let is_part = |byte: &&u8| byte.is_ascii_alphabetic() || b"/_".contains(byte);
    let bytes = text.0.iter().take(MAX_NAME);
    let length = bytes.take_while(is_part).count();
    let (name, rest) = text.0.split_at_checked(length).unwrap_or_default();
    (name, Cursor(rest))
}

/// The name of a zone in brackets, and what comes after it.
fn bracketed_name(text: Cursor<'_>) -> Option<(&'static str, Cursor<'_>)> {
    let (_, text) = text.one_of(b"[")?;
    let (name, rest) = name(text);
    let of_utc = match name {
        b"UTC" | b"GMT" | b"Z" => Some("UTC"),
        _ => None,
    };
    let name = of_utc.or_else(|| known(name))?;
    let (_, rest) = rest.one_of(b"]")?;
    Some((name, rest))
}

/// The abbreviation, or the area of a name. A name is not shown as a whole: it is a text from a log.
fn known(name: &[u8]) -> Option<&'static str> {
    let mut abbreviations = ABBREVIATIONS.into_iter();
    let mut areas = AREAS.into_iter();
    abbreviations
        .find(|known| known.as_bytes() == name)
        .or_else(|| areas.find(|area| name.starts_with(area.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_behind_a_time_is_read() {
        for (text, expected, rest) in [
            ("", Zone::Missing, ""),
            (" host", Zone::Missing, " host"),
            ("Z", Zone::Offset(0), ""),
            ("z,", Zone::Offset(0), ","),
            (" Z x", Zone::Offset(0), " x"),
            (" z x", Zone::Missing, " z x"),
            (" UTC [7]", Zone::Offset(0), " [7]"),
            (" GMT", Zone::Offset(0), ""),
            (" GMT+0100 (CET)", Zone::Offset(3600), " (CET)"),
            ("UTC-05:30", Zone::Offset(-19_800), ""),
            ("+01:00[Europe/Paris]", Zone::Offset(3600), ""),
            ("Z[UTC] x", Zone::Offset(0), " x"),
            ("Z[main] x", Zone::Offset(0), "[main] x"),
            ("[America/Argentina/Salta]", Zone::Unknown("America/"), ""),
            ("-05", Zone::Offset(-18_000), ""),
            ("-05:30", Zone::Offset(-19_800), ""),
            (" -0530", Zone::Offset(-19_800), ""),
            (" +05:30 x", Zone::Offset(19_800), " x"),
            // It may be a number of its own.
            (" -05", Zone::Unknown(HOURS_ALONE), ""),
            (" -5 x", Zone::Missing, " -5 x"),
            (" - x", Zone::Missing, " - x"),
            ("-05th", Zone::Offset(-18_000), "th"),
            ("+2400", Zone::Missing, "+2400"),
            ("+0160", Zone::Missing, "+0160"),
            (" EST", Zone::Unknown("EST"), ""),
            ("CEST x", Zone::Unknown("CEST"), " x"),
            (" Europe/Berlin]", Zone::Unknown("Europe/"), "]"),
            (" Estonia", Zone::Missing, " Estonia"),
            (" ESTIMATE", Zone::Missing, " ESTIMATE"),
            (" UTCX", Zone::Missing, " UTCX"),
            (" est", Zone::Missing, " est"),
        ] {
            let (zone, after) = zone(Cursor(text.as_bytes()));
            assert_eq!(zone, expected, "{text}");
            assert_eq!(after.0, rest.as_bytes(), "{text}");
        }
    }
}
