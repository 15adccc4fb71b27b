//! Text inside a token that no token has: a character such as a space or a `*`, one that is written as an escape, or the
//! line break of a mail or a web page. What may have stood there is tried, with the token otherwise as it is.

use super::as_written::{Algorithms, Keys, verified};
use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{Change, Edit};
use super::proof::Proof;
use super::reading::foreign::{self, Span};
use super::reading::{Reading, base64url_lenient, unwrapped};
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
        let sent = |span: &Span| text.get(span.range());
        let mut edits_of = |originals: &[Option<char>], algorithms| {
            let edits = spans.iter().zip(originals).map(|(span, original)| {
                // Two of them are told as one cause.
                let cause = match (original, originals) {
                    (None, [_]) => Cause::AddedCharacter,
                    _ => Cause::AlteredCharacter,
                };
                Some((
                    cause,
                    sent(span)?,
                    original.map(String::from).unwrap_or_default(),
                ))
            });
            let edits = edits.collect::<Option<Vec<_>>>()?;
            inner.verified(&spans, &edits, algorithms, keys, work)
        };
        let originals = || std::iter::once(None).chain(base64url_lenient::characters().map(Some));
        match spans.as_slice() {
            [_] => originals().find_map(|original| edits_of(&[original], Algorithms::All)),
            [_, _] => edits_of(&[None, None], Algorithms::All).or_else(|| {
                let both =
                    originals().flat_map(|first| originals().map(move |second| [first, second]));
                // They are thousands.
                both.skip(1)
                    .find_map(|both| edits_of(&both, Algorithms::Macs))
            }),
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
        unwrapped(token).into_iter().find_map(|(changes, text)| {
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
