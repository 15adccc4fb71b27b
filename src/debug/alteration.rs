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
    pub fn place(self) -> usize {
        match self {
            Self::Replaced(at) | Self::Lost(at) | Self::Added(at) => at,
        }
    }

    /// What stands behind the place in the text as it was, of this text.
    pub fn behind(self, text: &str) -> &str {
        let at = match self {
            Self::Replaced(at) | Self::Added(at) => at.saturating_add(1),
            Self::Lost(at) => at,
        };
        text.get(at..).unwrap_or_default()
    }

    /// What stood at the place, if it is not one where too much stands now.
    pub fn before(self, character: char) -> Option<char> {
        (!matches!(self, Self::Added(_))).then_some(character)
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

/// What makes a text as it was, if that is one character, or two neighbors.
pub fn between(text: &str, original: &str) -> Option<(Cause, Edit)> {
    let alike = |pair: &(u8, u8)| pair.0 == pair.1;
    let both = || text.bytes().zip(original.bytes());
    let at = both().take_while(alike).count();
    let from_end = text.bytes().rev().zip(original.bytes().rev());
    let shortest = text.len().min(original.len()).saturating_sub(at);
    let end = from_end.take_while(alike).take(shortest).count();
    let removed = text.get(at..text.len().checked_sub(end)?)?;
    let inserted = original.get(at..original.len().checked_sub(end)?)?;
    let is_swapped = || inserted.chars().rev().eq(removed.chars());
    let cause = match (removed.chars().count(), inserted.chars().count()) {
        (1, 1) => Cause::AlteredCharacter,
        (0, 1) => Cause::LostCharacter,
        (1, 0) => Cause::AddedCharacter,
        (2, 2) if is_swapped() => Cause::SwappedCharacters,
        (_, _) => return None,
    };
    let edit = Edit {
        at,
        removed: removed.to_owned(),
        inserted: inserted.to_owned(),
    };
    Some((cause, edit))
}

/// What makes a text as it was, if that is one character that was sent percent-encoded.
pub fn of_escape(text: &str, original: &str) -> Option<(Cause, Edit)> {
    /// `%2B`
    const LENGTH: usize = 3;
    let at = text.find('%')?;
    let end = at.checked_add(LENGTH)?;
    let edit = Edit {
        at,
        removed: text.get(at..end)?.to_owned(),
        inserted: original.get(at..)?.chars().next()?.into(),
    };
    let is_original = edit.apply(text).as_deref() == Some(original);
    is_original.then_some((Cause::AlteredCharacter, edit))
}

/// Every alteration of one character that may have made this text, with the character that stood there before; of one
/// that was added that is any.
pub fn originals(text: &str) -> impl Iterator<Item = (Alteration, char)> {
    let length = text.len();
    (0..=length).flat_map(move |at| {
        let is_within = at < length;
        let others = base64url_lenient::characters().flat_map(move |character| {
            let replaced = is_within.then_some((Alteration::Replaced(at), character));
            replaced
                .into_iter()
                .chain([(Alteration::Lost(at), character)])
        });
        others.chain(is_within.then_some((Alteration::Added(at), 'A')))
    })
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
    contents_with(reading, |_, _, _| true)
}

/// The same for some of the alterations.
pub fn contents_with<'r>(
    reading: &'r Reading,
    is_wanted: impl Fn(Segment, Alteration, char) -> bool + 'r,
) -> impl Iterator<Item = (Change, [String; 2])> + 'r {
    let (header, payload) = (&reading.segments.header, &reading.segments.payload);
    let segments = [(Segment::Header, header), (Segment::Payload, payload)];
    let all = segments.into_iter().flat_map(|(segment, text)| {
        originals(text).map(move |(alteration, c)| (segment, text, alteration, c))
    });
    all.filter(move |(segment, _, alteration, c)| is_wanted(*segment, *alteration, *c))
        .filter_map(move |(segment, text, alteration, c)| {
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
