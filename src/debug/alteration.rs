//! One character of a segment that was altered, lost or added: every text that the segment may have been before, with
//! the change that leads to it. What is made of these texts is for the searches of each family.

use std::cmp::Ordering;

use super::cause::Cause;
use super::change::{Change, Edit};
use super::reading::Reading;
use super::reading::base64url_lenient;
use crate::token::segment::Segment;

/// One character of a text that was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// The character at this place is another.
    Replaced(usize),
    /// A character is missing before this place.
    Lost(usize),
    /// The character at this place is one too many.
    Added(usize),
}

impl Alteration {
    fn place(self) -> usize {
        match self {
            Self::Replaced(at) | Self::Lost(at) | Self::Added(at) => at,
        }
    }

    /// What makes the text as it was, if `character` stood there.
    pub fn undo(self, text: &str, character: char) -> Option<Edit> {
        let at = self.place();
        let there = || text.get(at..at.checked_add(1)?);
        Some(match self {
            Self::Replaced(_) => Edit {
                at,
                removed: there()?.to_owned(),
                inserted: character.into(),
            },
            Self::Lost(_) => Edit::insert(at, character),
            Self::Added(_) => Edit::remove(at, there()?),
        })
    }

    fn cause(self) -> Cause {
        match self {
            Self::Replaced(_) => Cause::AlteredCharacter,
            Self::Lost(_) => Cause::LostCharacter,
            Self::Added(_) => Cause::AddedCharacter,
        }
    }

    /// The change to a signature's segment.
    pub fn of_signature(self, segment: &str, character: char) -> Option<Change> {
        let is_special = |c| matches!(c, '-' | '_');
        let cause = match self {
            Self::Lost(at) if at == segment.len() => Cause::Truncated,
            // If none of its kind is left, they were removed, however few they were.
            Self::Lost(_) if is_special(character) && !segment.contains(is_special) => {
                Cause::DroppedCharacters
            }
            Self::Replaced(_) | Self::Lost(_) | Self::Added(_) => self.cause(),
        };
        let edits = vec![self.undo(segment, character)?];
        Some(Change::EditSignature { cause, edits })
    }
}

/// Shows every text that this one may have been before one of its characters was altered, until something is made of
/// one. Each is shown in the same place: they are too many for a text of their own.
pub fn each_original<T>(
    text: &str,
    show: &mut dyn FnMut(Alteration, char, &str) -> Option<T>,
) -> Option<T> {
    let mut original = String::with_capacity(text.len().saturating_add(1));
    for at in 0..=text.len() {
        let (before, behind) = text.split_at_checked(at)?;
        let after = behind.get(1..);
        let mut show = |alteration, character: char, after: &str| {
            original.clear();
            original.push_str(before);
            if !matches!(alteration, Alteration::Added(_)) {
                original.push(character);
            }
            original.push_str(after);
            show(alteration, character, &original)
        };
        for character in base64url_lenient::characters() {
            let replaced = after.and_then(|after| show(Alteration::Replaced(at), character, after));
            let lost = || show(Alteration::Lost(at), character, behind);
            if let Some(made) = replaced.or_else(lost) {
                return Some(made);
            }
        }
        if let Some(after) = after
            && let Some(made) = show(Alteration::Added(at), 'A', after)
        {
            return Some(made);
        }
    }
    None
}

/// The change that leads from a segment to what it was before.
pub fn edit_of(
    segment: Segment,
    text: &str,
    alteration: Alteration,
    character: char,
) -> Option<Change> {
    Some(Change::EditSegment {
        cause: alteration.cause(),
        segment,
        edit: alteration.undo(text, character)?,
    })
}

/// Header and payload as they may have been signed if one character was altered, with the change that leads to them.
/// What cannot be base64url is left out.
pub fn contents(reading: &Reading) -> impl Iterator<Item = (Change, [String; 2])> {
    let (header, payload) = (&reading.segments.header, &reading.segments.payload);
    let segments = [(Segment::Header, header), (Segment::Payload, payload)];
    segments.into_iter().flat_map(move |(segment, text)| {
        let places = 0..=text.len();
        places.flat_map(move |at| {
            let others = base64url_lenient::characters()
                .flat_map(move |c| [(Alteration::Replaced(at), c), (Alteration::Lost(at), c)]);
            others
                .chain([(Alteration::Added(at), 'A')])
                .filter_map(move |(alteration, c)| {
                    let change = edit_of(segment, text, alteration, c)?;
                    let Change::EditSegment { edit, .. } = &change else {
                        return None;
                    };
                    let sent = edit.apply(text).filter(|sent| sent.len() % 4 != 1)?;
                    let content = match segment {
                        Segment::Header => [sent, payload.clone()],
                        _ => [header.clone(), sent],
                    };
                    Some((change, content))
                })
        })
    })
}

/// Every segment of a signature of so many bytes that differs from this one in one character, with the change that
/// leads to it.
pub fn of_one_character(
    segment: &str,
    bytes: usize,
) -> impl Iterator<Item = (Change, String)> + '_ {
    let whole = bytes.saturating_mul(8).div_ceil(6);
    let (alteration, characters): (fn(usize) -> Alteration, usize) = match segment.len().cmp(&whole)
    {
        Ordering::Less => (Alteration::Lost, 64),
        Ordering::Equal => (Alteration::Replaced, 64),
        // What is removed is what stands there.
        Ordering::Greater => (Alteration::Added, 1),
    };
    let is_near = whole.abs_diff(segment.len()) <= 1;
    let places = (0..=segment.len()).filter(move |_| is_near);
    places.flat_map(move |at| {
        let characters = base64url_lenient::characters().take(characters);
        characters.filter_map(move |character| {
            let text = alteration(at).undo(segment, character)?.apply(segment)?;
            Some((alteration(at).of_signature(segment, character)?, text))
        })
    })
}
