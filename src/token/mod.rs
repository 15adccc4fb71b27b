//! A token as it was read: its source, and what was removed around it.

pub(crate) mod audience;
mod bearer;
pub(crate) mod claims;
pub(crate) mod claims_fast_path;
pub(crate) mod compact;
pub(crate) mod disclosure;
pub(crate) mod foreign_character;
pub(crate) mod header;
pub(crate) mod input;
pub mod line_wrapped;
pub(crate) mod malformed;
mod member;
pub(crate) mod numeric_date;
pub(crate) mod segment;

use std::fmt;

use input::Input;

/// One token, with what is known of its origin.
#[derive(Clone)]
pub struct Token<'t> {
    /// Where it came from.
    pub input: Input,
    /// The token itself.
    pub text: &'t [u8],
    /// The limit in bytes that its line exceeds; nothing of the line is kept.
    pub too_long: Option<usize>,
}

impl Token<'_> {
    /// A line that was too long to be held: nothing of it is known but that.
    #[must_use]
    pub fn too_long(input: Input, limit: usize) -> Self {
        Self {
            input,
            text: &[],
            too_long: Some(limit),
        }
    }
}

impl<'t> From<&'t str> for Token<'t> {
    /// A token with no known source, read as by [`Token::new`].
    fn from(text: &'t str) -> Self {
        Self::new(Input::default(), text.as_bytes())
    }
}

/// Shows the length only: a token is a secret.
impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("input", &self.input)
            .field("bytes", &self.text.len())
            .finish()
    }
}
