//! Characters that were swapped with a dot or across one: six texts, each of which is asked about.

use super::as_written::{Algorithms, Keys, verified};
use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{Change, Edit};
use super::proof::Proof;
use super::reading::{Reading, unwrapped};
use super::search::Case;
use crate::token::header::JoseHeader;

/// The proof that two characters at a dot have to be swapped, and the header that was sent.
pub fn search(token: &[u8], keys: Keys, work: &mut Work) -> Option<(Proof, JoseHeader)> {
    let (changes, text) = unwrapped(token).into_iter().next()?;
    if text.matches('.').count() != 2 || !text.is_ascii() {
        return None;
    }
    let dots = text.match_indices('.').map(|(at, _)| at);
    let ranges = dots.flat_map(|at| {
        let (before, behind) = (at.saturating_sub(1), at.saturating_add(1));
        [before..=at, at..=behind, before..=behind]
    });
    let mut edits = ranges.filter_map(|range| {
        let removed = text.get(range.clone())?;
        let mut swapped: Vec<char> = removed.chars().collect();
        swapped.reverse();
        Some(Edit {
            at: *range.start(),
            removed: removed.to_owned(),
            inserted: swapped.into_iter().collect(),
        })
    });
    edits.find_map(|edit| {
        if !work.spend(budget::of_parsing(text.len())) {
            return None;
        }
        let swapped = edit.apply(&text)?;
        let cause = Cause::SwappedCharacters;
        let change = Change::EditText { cause, edit };
        let reading = Reading::of(token, [&changes[..], &[change]].concat(), &swapped)?;
        let inner = Case {
            token,
            reading: &reading,
        };
        verified(inner, Algorithms::All, keys, work)
    })
}
