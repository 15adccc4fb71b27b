//! Where the base64url of JSON can have been altered. JSON is text, so that what is before and behind the place decodes
//! to text, and so does the group of characters that the place is in: most places and characters are ruled out.

use std::ops::RangeInclusive;

use super::alteration::Alteration;
use super::reading::base64url_lenient;

/// So many characters are decoded together, to so many bytes.
const GROUP: usize = 4;
const BYTES: usize = 3;

/// The places in a segment at which one character can have been altered.
pub struct Places<'t> {
    segment: &'t str,
    replaced: RangeInclusive<usize>,
    lost: RangeInclusive<usize>,
    added: RangeInclusive<usize>,
    swapped: RangeInclusive<usize>,
}

impl<'t> Places<'t> {
    /// The places in a segment that held JSON. None if one altered character does not explain what it holds.
    pub fn of(segment: &'t str) -> Option<Self> {
        let last = last_before_fault(segment)?;
        let replaced = first_behind_faults(segment, 0, 1)?;
        let places = Self {
            segment,
            replaced: replaced..=last,
            // Behind a character that was lost or added, groups begin one character earlier or later.
            lost: first_behind_faults(segment, GROUP - 1, 0)?..=last,
            added: first_behind_faults(segment, 1, 1)?..=last,
            // The second of two may be in the group behind.
            swapped: replaced.saturating_sub(1)..=last,
        };
        let all = [
            &places.replaced,
            &places.lost,
            &places.added,
            &places.swapped,
        ];
        let is_none = all.into_iter().all(RangeInclusive::is_empty);
        (!is_none).then_some(places)
    }

    /// Whether the segment can have been JSON with this character instead.
    pub fn has(&self, alteration: Alteration, character: char) -> bool {
        let places = match alteration {
            Alteration::Replaced(_) => &self.replaced,
            Alteration::Lost(_) => &self.lost,
            Alteration::Added(_) => &self.added,
            Alteration::Swapped(_) => &self.swapped,
        };
        let at = alteration.place();
        let there = alteration.before(self.segment, character);
        places.contains(&at) && is_text(self.segment, at, &there, alteration.behind(self.segment))
    }
}

/// The last place at which an altered character can have made a byte be other than text.
fn last_before_fault(segment: &str) -> Option<usize> {
    let bytes = decoded(segment)?;
    let fault = std::str::from_utf8(&bytes).err();
    let fault = fault.map(|fault| fault.valid_up_to());
    let control = bytes.iter().position(|byte| is_control(*byte));
    let first = fault.into_iter().chain(control).min();
    Some(first.map_or(usize::MAX, |first| {
        // Of a character of UTF-8 the last of four bytes may be the one that is wrong.
        let group = first.saturating_add(3) / BYTES;
        group.saturating_mul(GROUP).saturating_add(GROUP - 1)
    }))
}

/// The first place at which an altered character can have made any byte be other than text, where groups begin behind
/// so many characters. A byte may be wrong because of one so many groups before it.
fn first_behind_faults(segment: &str, begin: usize, groups: usize) -> Option<usize> {
    let bytes = decoded(segment.get(begin..).unwrap_or_default())?;
    let mut end = 0_usize;
    let mut fault = None;
    for chunk in bytes.utf8_chunks() {
        end = end.saturating_add(chunk.valid().len());
        if !chunk.invalid().is_empty() {
            fault = Some(end);
        }
        end = end.saturating_add(chunk.invalid().len());
    }
    let control = bytes.iter().rposition(|byte| is_control(*byte));
    let last = fault.into_iter().chain(control).max();
    Some(last.map_or(0, |last| {
        let group = (last / BYTES).saturating_sub(groups);
        group.saturating_mul(GROUP)
    }))
}

/// The bytes of a text; the bits of a last character alone are none.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let alone = usize::from(text.len() % GROUP == 1);
    base64url_lenient::decode(text.get(..text.len().checked_sub(alone)?)?)
}

/// Whether JSON never has this byte (RFC 8259, section 7).
fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Whether the group of a place is text if these characters stand there, and then what stands behind.
fn is_text(
    segment: &str,
    at: usize,
    characters: &(impl Iterator<Item = char> + Clone),
    behind: &str,
) -> bool {
    let start = at.saturating_sub(at % GROUP);
    let decoded = |from: usize, groups: usize| {
        let before = segment.as_bytes().get(from..at).unwrap_or_default();
        let characters = characters
            .clone()
            .filter_map(|character| u8::try_from(character).ok());
        let text = before
            .iter()
            .copied()
            .chain(characters)
            .chain(behind.bytes());
        Decoded::of(text.take(groups.saturating_mul(GROUP)))
    };
    let group = decoded(start, 1);
    let group = group.bytes();
    if group.is_ascii() {
        return !group.iter().any(|byte| is_control(*byte));
    }
    // A character of UTF-8 may begin in the group before, and end in the one behind.
    let around = decoded(start.saturating_sub(GROUP), 3);
    let around = around.bytes();
    let is_rest = |byte: &&u8| start > 0 && (0x80..0xC0).contains(*byte);
    let begun = around.iter().take_while(is_rest).count().min(BYTES);
    match std::str::from_utf8(around.get(begun..).unwrap_or_default()) {
        Ok(_) => true,
        Err(fault) => fault.error_len().is_none(),
    }
}

/// The bytes of three groups at most: they are too many for a text of their own.
struct Decoded {
    bytes: [u8; 3 * BYTES],
    count: usize,
}

impl Decoded {
    fn of(characters: impl Iterator<Item = u8>) -> Self {
        let mut decoded = Self {
            bytes: [0; 3 * BYTES],
            count: 0,
        };
        let (mut bits, mut count) = (0_u32, 0_u32);
        for value in characters.filter_map(base64url_lenient::value) {
            bits = bits << 6 | u32::from(value);
            count = count.saturating_add(6);
            let Some(left) = count.checked_sub(8) else {
                continue;
            };
            let [.., byte] = bits.checked_shr(left).unwrap_or_default().to_be_bytes();
            if let Some(place) = decoded.bytes.get_mut(decoded.count) {
                *place = byte;
                decoded.count = decoded.count.saturating_add(1);
            }
            count = left;
        }
        decoded
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debug::alteration::originals;
    use crate::text::base64url;

    /// Every altered character of every place is among the candidates, and few others are.
    #[test]
    fn what_was_altered_is_found() {
        let (mut all, mut kept) = (0, 0);
        for json in [
            r#"{"sub":"member-1","n":12,"exp":1895392000}"#,
            r#"{"name":"Zoë Жук 日本 😀😀","e":"é"}"#,
            "{\n\t\"a\": \"b\"\r\n}",
            "é",
        ] {
            let text = base64url::encode(json.as_bytes());
            for at in 0..text.len() {
                let mut damaged = vec![format!("{}{}", &text[..at], &text[at + 1..])];
                for character in base64url_lenient::characters() {
                    let end = &text[at + 1..];
                    damaged.push(format!("{}{character}{end}", &text[..at]));
                    damaged.push(format!("{}{character}{}", &text[..at], &text[at..]));
                }
                if let Some(next) = text.get(at + 1..at + 2) {
                    damaged.push(format!(
                        "{}{next}{}{}",
                        &text[..at],
                        &text[at..=at],
                        &text[at + 2..]
                    ));
                }
                for sent in damaged {
                    let Some(places) = Places::of(&sent) else {
                        panic!("{sent}");
                    };
                    let is_original = |(alteration, character): &(Alteration, char)| {
                        let edit = alteration.undo(&sent, *character).unwrap();
                        edit.apply(&sent).as_ref() == Some(&text)
                    };
                    let candidates = || originals(&sent).filter(|(a, c)| places.has(*a, *c));
                    let first = originals(&sent).find(is_original);
                    assert_eq!(candidates().find(is_original), first, "{sent} {text}");
                    all += originals(&sent).count();
                    kept += candidates().count();
                }
            }
        }
        assert!(kept * 4 < all, "{kept} of {all}");
    }
}
