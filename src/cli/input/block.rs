//! Tokens that are verified together: as many as can be read without waiting, up to a limit.

use std::mem;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jwtlens::{Escapes, Input, Removed, Token};

use super::MAX_LINE;
use crate::cli::messages::Failure;
use crate::cli::scan::{Skipped, Untimed};

/// Tokens of one text, with their positions.
#[derive(Default)]
pub struct Block {
    /// The text's name in reports.
    pub source: Arc<str>,
    /// The number of the first token in the run, from 1.
    pub first: u64,
    /// Whether it is the last block of the input.
    pub is_last: bool,
    /// Why the text ended early.
    pub failure: Option<Failure>,
    /// What was skipped although it starts like a token.
    pub skipped: Skipped,
    /// Tokens in lines without a time.
    pub untimed: Untimed,
    /// How much of the input was read until the end of the block.
    pub read: Option<Share>,
    bytes: Vec<u8>,
    places: Vec<TokenPlace>,
}

/// A part of the input, in bytes.
#[derive(Clone, Copy)]
pub struct Share {
    pub read: u64,
    /// The size of the input, if it is known.
    pub size: Option<u64>,
}

impl Share {
    /// How long the rest takes if this part took so long.
    pub fn left(self, elapsed: Duration) -> Option<Duration> {
        let rest = u128::from(self.size?.checked_sub(self.read)?);
        let rest = elapsed.as_millis().saturating_mul(rest);
        let milliseconds = rest.checked_div(u128::from(self.read))?;
        Some(Duration::from_millis(u64::try_from(milliseconds).ok()?))
    }
}

/// The position of a token.
struct TokenPlace {
    /// The line, from 1.
    line: u64,
    /// The byte of the line that the token starts at, from 1; none if it is the whole line.
    column: Option<u64>,
    /// The token's bytes in the block; none if the line was too long to be kept.
    bytes: Option<Range<usize>>,
    /// The escapes it was written with.
    escapes: Option<Escapes>,
    /// The time of its line.
    time: Option<i64>,
}

impl Block {
    /// The maximum number of bytes in a block, apart from a single longer line.
    pub const MAX_BYTES: usize = 128 * 1024;

    /// The maximum number of tokens in a block: a report can be much longer than its token.
    const MAX_TOKENS: usize = 1024;

    /// Whether the block is full, which only a fast source can do.
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= Self::MAX_BYTES || self.places.len() >= Self::MAX_TOKENS
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether the block has no token.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether a line or a token in it is many times longer than usual.
    pub fn is_heavy(&self) -> bool {
        self.bytes.len() > 2 * Self::MAX_BYTES
    }

    /// Empties the block and keeps its memory for the next one, except that of a long line.
    pub fn clear(&mut self) {
        let (mut bytes, mut places) = (mem::take(&mut self.bytes), mem::take(&mut self.places));
        bytes.clear();
        bytes.shrink_to(2 * Self::MAX_BYTES);
        places.clear();
        *self = Self {
            bytes,
            places,
            ..Self::default()
        };
    }

    /// Adds a line or a text that is a token.
    pub fn push(&mut self, line: u64, token: &[u8]) {
        self.push_found(line, None, token, None, None);
    }

    /// Adds a token that was found in a line.
    pub fn push_found(
        &mut self,
        line: u64,
        column: Option<u64>,
        token: &[u8],
        escapes: Option<Escapes>,
        time: Option<i64>,
    ) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(token);
        self.places.push(TokenPlace {
            line,
            column,
            bytes: Some(start..self.bytes.len()),
            escapes,
            time,
        });
    }

    /// Adds a line that is longer than [`MAX_LINE`].
    pub fn push_too_long(&mut self, line: u64) {
        self.places.push(TokenPlace {
            line,
            column: None,
            bytes: None,
            escapes: None,
            time: None,
        });
    }

    /// The tokens of the block, each with its origin.
    pub fn tokens(&self) -> Vec<Token<'_>> {
        let token = |(place, number): (&TokenPlace, u64)| {
            let input = Input {
                source: Arc::clone(&self.source),
                number,
                line: Some(place.line),
                column: place.column,
                removed: Removed::default(),
                escapes: place.escapes,
                time: place.time,
            };
            match &place.bytes {
                Some(range) => Token::new(input, self.bytes.get(range.clone()).unwrap_or_default()),
                None => Token::too_long(input, MAX_LINE),
            }
        };
        self.places.iter().zip(self.first..).map(token).collect()
    }
}
