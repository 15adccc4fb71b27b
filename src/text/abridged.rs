//! Texts from a token, short enough for a message.

use std::borrow::Cow;

/// The most characters of a text from a token in a message.
const MAX_SHOWN: usize = 60;

/// A text from a token for a message, which must stay readable whatever the token holds.
#[must_use]
pub fn abridged(text: &str) -> Cow<'_, str> {
    abridged_to(text, MAX_SHOWN)
}

/// At most so many characters of a text from a token.
#[must_use]
pub fn abridged_to(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return text.into();
    }
    match text.char_indices().nth(most) {
        None => text.into(),
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()).into(),
    }
}
