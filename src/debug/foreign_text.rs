//! Text inside a token that no token has: a character such as a space or a `*`, one that is written as an escape, or the
//! line break of a mail or a web page. What may have stood there is tried, with the token otherwise as it is.

use super::as_written::{Algorithms, Keys, verified};
use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{Change, Edit};
use super::proof::Proof;
use super::reading::foreign::{self, Span};
use super::reading::{Reading, unwrapped};
use super::replay;
use super::search::Case;
use super::signer::candidates::Pass;
use crate::token::header::JoseHeader;

/// So much is spent, in units of work: enough for every character and one key on P-521.
const SHARE: u64 = 130_000;

/// A text that a token was taken out of, with the changes that lead to it.
struct Inner<'t> {
    token: &'t [u8],
    changes: Vec<Change>,
    text: String,
}

/// The proof that what is in the token is what it looks like, a line break or an escaped character, and the header that
/// was sent.
pub fn search_known(token: &[u8], keys: Keys, work: &mut Work) -> Option<(Proof, JoseHeader)> {
    within(token, work, |inner, work| {
        let spans = foreign::spans(&inner.text);
        if spans.len() > foreign::MAX_SPANS {
            return None;
        }
        let edits = spans.iter().map(|span| span.known(&inner.text));
        let edits: Vec<(Cause, &str, String)> = edits.collect::<Option<_>>()?;
        let (_, _, last) = edits.last()?;
        // What stands for nothing behind the last segment is text around the token.
        if last.is_empty() && spans.last()?.end() == inner.text.len() {
            return None;
        }
        inner.verified(&spans, &edits, Algorithms::All, keys, work)
    })
}

/// The proof that one or two characters that no token has stand for others, or are too many, and the header that was
/// sent.
pub fn search(token: &[u8], keys: Keys, work: &mut Work) -> Option<(Proof, JoseHeader)> {
    if keys.pass == Pass::Named && keys.given.len() < 2 {
        return None;
    }
    within(token, work, |inner, work| {
        let text = &inner.text;
        let spans = foreign::spans(text);
        let signature = text.rfind('.').unwrap_or_default();
        let sent: Vec<&str> = spans
            .iter()
            .filter_map(|span| text.get(span.range()))
            .collect();
        let mut edits_of = |originals: &[&(&str, String)], algorithms| {
            let edits = originals.iter().map(|(removed, inserted)| {
                // Two of them are told as one cause.
                let cause = match (inserted.as_str(), originals) {
                    ("", [_]) => Cause::AddedCharacter,
                    _ => Cause::AlteredCharacter,
                };
                (cause, *removed, inserted.clone())
            });
            let edits: Vec<_> = edits.collect();
            inner.verified(&spans, &edits, algorithms, keys, work)
        };
        let originals = sent.iter().map(|sent| foreign::originals(sent).collect());
        let originals: Vec<Vec<(&str, String)>> = originals.collect();
        match originals.as_slice() {
            [all] => all
                .iter()
                .find_map(|original| edits_of(&[original], Algorithms::All)),
            [first, second] => {
                let both = first.iter();
                let mut both = both.flat_map(|one| second.iter().map(move |other| [one, other]));
                let are_removed = both.next()?;
                // They are thousands, of which few make JSON.
                let is_in_content = spans.iter().all(|span| span.end() <= signature);
                let fast = if is_in_content {
                    Algorithms::OfJson
                } else {
                    Algorithms::Macs
                };
                edits_of(&are_removed, Algorithms::All)
                    .or_else(|| both.find_map(|both| edits_of(&both, fast)))
            }
            _ => None,
        }
    })
}

/// How much of the budget is for [`search`].
pub fn share(token: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(token);
    match foreign::spans(&text).len() {
        1 | 2 => SHARE,
        _ => 0,
    }
}

/// Searches the text itself, and what is in a container such as a string of JSON.
fn within(
    token: &[u8],
    work: &mut Work,
    mut search: impl FnMut(&Inner, &mut Work) -> Option<(Proof, JoseHeader)>,
) -> Option<(Proof, JoseHeader)> {
    work.within(SHARE, |work| {
        let unwrapped = unwrapped(token);
        // A `%` may be damage itself.
        let is_decoded = unwrapped
            .iter()
            .any(|(changes, _)| changes.contains(&Change::DecodePercent));
        let sent = is_decoded.then(|| (Vec::new(), replay::legible(token)));
        sent.into_iter()
            .chain(unwrapped)
            .find_map(|(changes, text)| {
                let is_token = text.matches('.').count() <= 2;
                let cost = budget::of_parsing(text.len());
                (is_token && work.spend(cost)).then_some(())?;
                let inner = Inner {
                    token,
                    changes,
                    text,
                };
                search(&inner, work)
            })
    })
}

impl Inner<'_> {
    /// The proof that the signature verifies with one of the keys as they are, once each span makes way for another text.
    fn verified(
        &self,
        spans: &[Span],
        edits: &[(Cause, &str, String)],
        algorithms: Algorithms,
        keys: Keys,
        work: &mut Work,
    ) -> Option<(Proof, JoseHeader)> {
        if !work.spend(budget::of_parsing(self.text.len())) {
            return None;
        }
        let (mut changes, mut text) = (self.changes.clone(), self.text.clone());
        // The last one first: each leaves the places before it as they are.
        let edits = spans.iter().zip(edits).rev();
        for (span, (cause, removed, inserted)) in edits {
            let edit = Edit {
                at: span.range().start,
                removed: (*removed).to_owned(),
                inserted: inserted.clone(),
            };
            text = edit.apply(&text)?;
            let cause = *cause;
            changes.push(Change::EditText { cause, edit });
        }
        let reading = Reading::of(self.token, changes, &text)?;
        let case = Case {
            token: self.token,
            reading: &reading,
        };
        verified(case, algorithms, keys, work)
    }
}
