//! One character of a segment that was altered, lost or added: every text that the segment may have been before, with
//! the change that leads to it. What is made of these texts is for the searches of each family.

use std::cmp::Ordering;

use serde::de::IgnoredAny;

use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{Change, Edit};
use super::damaged_json::Places;
use super::reading::Reading;
use super::reading::base64url_lenient;
use crate::text::base64url;
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
    /// The character at this place and the one behind it are swapped.
    Swapped(usize),
}

impl Alteration {
    pub fn place(self) -> usize {
        match self {
            Self::Replaced(at) | Self::Lost(at) | Self::Added(at) | Self::Swapped(at) => at,
        }
    }

    /// What stands behind the place in the text as it was, of this text.
    pub fn behind(self, text: &str) -> &str {
        let at = match self {
            Self::Replaced(at) | Self::Added(at) => at.saturating_add(1),
            Self::Swapped(at) => at.saturating_add(2),
            Self::Lost(at) => at,
        };
        text.get(at..).unwrap_or_default()
    }

    /// What stood at the place of this text, if it is not one where too much stands now.
    pub fn before(self, text: &str, character: char) -> impl Iterator<Item = char> + Clone + use<> {
        let there = |at: usize| text.as_bytes().get(at).copied().map(char::from);
        let both = match self {
            Self::Replaced(_) | Self::Lost(_) => [Some(character), None],
            Self::Added(_) => [None, None],
            Self::Swapped(at) => [there(at.saturating_add(1)), there(at)],
        };
        both.into_iter().flatten()
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
            Self::Swapped(_) => {
                let removed = text.get(at..at.checked_add(2)?)?;
                let inserted: String = removed.chars().rev().collect();
                Edit {
                    at,
                    removed: (removed != inserted).then(|| removed.to_owned())?,
                    inserted,
                }
            }
        })
    }

    fn cause(self) -> Cause {
        match self {
            Self::Replaced(_) => Cause::AlteredCharacter,
            Self::Lost(_) => Cause::LostCharacter,
            Self::Added(_) => Cause::AddedCharacter,
            Self::Swapped(_) => Cause::SwappedCharacters,
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
            Self::Replaced(_) | Self::Lost(_) | Self::Added(_) | Self::Swapped(_) => self.cause(),
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

/// Any character, where none counts.
const ANY: char = 'A';

/// Whether two neighbors are swapped at this place.
fn is_swapped(text: &str, at: usize) -> bool {
    let next = at.saturating_add(1);
    let there = |at: usize| text.as_bytes().get(at);
    there(next).is_some() && there(at) != there(next)
}

/// Every alteration that added a character to this text, or swapped two neighbors.
pub fn swapped_or_added(text: &str) -> impl Iterator<Item = (Alteration, char)> {
    (0..text.len()).flat_map(move |at| {
        let swapped = is_swapped(text, at).then_some(Alteration::Swapped(at));
        let both = [Alteration::Added(at)].into_iter().chain(swapped);
        both.map(|alteration| (alteration, ANY))
    })
}

/// Every alteration of one character or of two neighbors that may have made this text, with the character that stood
/// there before; of one that was added, and of two, that is any.
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
        let added = is_within.then_some((Alteration::Added(at), ANY));
        let swapped = is_swapped(text, at).then_some((Alteration::Swapped(at), ANY));
        others.chain(added).chain(swapped)
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

/// Header and payload as they may have been signed if two characters were swapped, or one was added, and if they were
/// JSON objects, with the change that leads to them.
pub fn contents_swapped_or_added(reading: &Reading, work: &mut Work) -> Vec<(Change, [String; 2])> {
    let (header, payload) = (&reading.segments.header, &reading.segments.payload);
    let mut contents = Vec::new();
    for (segment, text) in [(Segment::Header, header), (Segment::Payload, payload)] {
        for (alteration, c) in swapped_or_added_to_json(text, work) {
            let edit = alteration.undo(text, c);
            let Some(sent) = edit.and_then(|edit| edit.apply(text)) else {
                continue;
            };
            let content = match segment {
                Segment::Header => [sent, payload.clone()],
                _ => [header.clone(), sent],
            };
            let change = edit_of(segment, text, alteration, c);
            contents.extend(change.map(|change| (change, content)));
        }
    }
    contents
}

/// Every alteration that added a character to this text, or swapped two neighbors, before which it was a JSON object.
pub fn swapped_or_added_to_json(text: &str, work: &mut Work) -> Vec<(Alteration, char)> {
    /// More are not paid for.
    const MAX: usize = 1 << 9;
    let mut found = Vec::new();
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let places = work.spend(length).then(|| Places::of(text)).flatten();
    let Some(places) = places else {
        return found;
    };
    let cost = budget::of_parsing(text.len()).saturating_add(1);
    for (alteration, c) in swapped_or_added(text) {
        if !places.has(alteration, c) {
            continue;
        }
        if found.len() == MAX || !work.spend(cost) {
            work.leave_out();
            break;
        }
        let edit = alteration.undo(text, c);
        let sent = edit.and_then(|edit| edit.apply(text));
        let json = sent.and_then(|sent| base64url::decode(&sent).ok());
        let is_object = |json: &[u8]| {
            json.trim_ascii_start().starts_with(b"{")
                && serde_json::from_slice::<IgnoredAny>(json).is_ok()
        };
        if json.is_some_and(|json| is_object(&json)) {
            found.push((alteration, c));
        }
    }
    found
}

/// The same as [`contents`], for some of these alterations.
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

/// Every segment of a signature of so many bytes that this one is with two neighbors swapped, or with a character added,
/// with the change that leads to it.
pub fn signatures_swapped_or_added(
    segment: &str,
    bytes: usize,
) -> impl Iterator<Item = (Change, String)> + '_ {
    let whole = bytes.saturating_mul(8).div_ceil(6);
    let is_of_length = move |alteration: &Alteration| match alteration {
        Alteration::Added(_) => segment.len().checked_sub(1) == Some(whole),
        _ => segment.len() == whole,
    };
    let alterations = swapped_or_added(segment).map(|(alteration, _)| alteration);
    alterations
        .filter(is_of_length)
        .filter_map(move |alteration| {
            let text = alteration.undo(segment, ANY)?.apply(segment)?;
            Some((alteration.of_signature(segment, ANY)?, text))
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
