//! Where a payload was damaged whose rest is readable again with one character more or less.

use serde::de::IgnoredAny;

use crate::debug::reading::base64url_lenient;

/// What happened to a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    Missing,
    Added,
}

/// What happened near which byte of a payload's segment; none if that does not make JSON of it.
pub fn place(segment: &str) -> Option<(usize, Shift)> {
    /// How far before the first fault of the JSON the damage may be, and behind it.
    const BEFORE: usize = 32;
    const BEHIND: usize = 8;
    /// A longer payload takes too long to read so often.
    const MAX_LENGTH: usize = 1024;
    if !segment.is_ascii() || segment.len() > MAX_LENGTH {
        return None;
    }
    // Four characters are three bytes.
    let fault = fault(segment)?.saturating_mul(4) / 3;
    let places = fault.saturating_sub(BEFORE)..fault.saturating_add(BEHIND).min(segment.len());
    let found = |at: usize, shift| {
        let (before, rest) = segment.split_at_checked(at)?;
        let is_right = match shift {
            Shift::Missing => {
                base64url_lenient::characters().any(|c| is_json(&format!("{before}{c}{rest}")))
            }
            Shift::Added => is_json(&format!("{before}{}", rest.get(1..)?)),
        };
        is_right.then_some((at, shift))
    };
    [Shift::Missing, Shift::Added]
        .into_iter()
        .find_map(|shift| {
            let all: Vec<_> = places.clone().filter_map(|at| found(at, shift)).collect();
            // A few characters before and behind the place do as well.
            all.get(all.len() / 2).copied()
        })
}

/// Whether it is an object: almost any character makes a number.
fn is_json(segment: &str) -> bool {
    let bytes = base64url_lenient::decode(segment).unwrap_or_default();
    // What is skipped is not checked to be UTF-8.
    std::str::from_utf8(&bytes)
        .is_ok_and(|json| json.starts_with('{') && serde_json::from_str::<IgnoredAny>(json).is_ok())
}

/// The first byte that is not JSON.
fn fault(segment: &str) -> Option<usize> {
    // Five characters are not whole bytes.
    let end = segment
        .len()
        .checked_sub(usize::from(segment.len() % 4 == 1))?;
    let bytes = base64url_lenient::decode(segment.get(..end)?)?;
    let valid = match std::str::from_utf8(&bytes) {
        Ok(_) => bytes.len(),
        Err(error) => error.valid_up_to(),
    };
    let start = bytes.get(..valid)?;
    match serde_json::from_slice::<IgnoredAny>(start) {
        Ok(_) => None,
        Err(error) => {
            let lines = start
                .split(|byte| *byte == b'\n')
                .map(|line| line.len().saturating_add(1));
            let before: usize = lines.take(error.line().saturating_sub(1)).sum();
            Some(before.saturating_add(error.column()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::base64url;

    #[test]
    fn the_place_is_found() {
        let json = r#"{"sub":"member-1","name":"Ada Lovelace","exp":1895392000,"role":"admin"}"#;
        let segment = base64url::encode(json.as_bytes());
        assert_eq!(place(&segment), None);
        for at in 10..segment.len() - 10 {
            let missing = format!("{}{}", &segment[..at], &segment[at + 1..]);
            let added = format!("{}Q{}", &segment[..at], &segment[at..]);
            for (text, expected) in [(missing, Shift::Missing), (added, Shift::Added)] {
                // What is told is right, or nothing is told.
                if let Some((place, shift)) = place(&text) {
                    assert_eq!(shift, expected, "{at}");
                    assert!(place.abs_diff(at) <= 16, "{at}: {place}");
                }
            }
        }
        for text in ["", "A", "eyJ", "e30", "!!!!"] {
            assert_eq!(place(text), None);
        }
    }
}
