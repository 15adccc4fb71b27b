//! Strict base64url (RFC 7515 section 2): the URL-safe alphabet, no padding, no whitespace, and zero
//! in the unused bits. Each byte sequence has exactly one text, so that a token cannot be changed
//! without changing its meaning.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, DecodeKind};

/// Where and why a text is not base64url.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Base64urlError {
    /// Characters from the start of the text.
    pub(crate) offset: usize,
    pub(crate) fault: Base64urlFault,
}

/// Why a text is not strict base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base64urlFault {
    /// A character outside of the alphabet.
    Character,
    /// One character is left after the groups of four, which cannot hold a byte.
    Length,
    /// The last character has unused bits that are not zero (RFC 4648 section 3.5).
    NonCanonical,
}

/// The characters of base64url (RFC 4648, section 5) in the order of their values.
pub(crate) const ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Whether it is a character of base64url.
#[must_use]
pub const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Base64urlError> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|error| match error.kind {
            DecodeKind::Symbol | DecodeKind::Padding => Base64urlError {
                offset: error.position,
                fault: Base64urlFault::Character,
            },
            DecodeKind::Length => Base64urlError {
                offset: text.len(),
                fault: Base64urlFault::Length,
            },
            DecodeKind::Trailing => Base64urlError {
                offset: text.len().saturating_sub(1),
                fault: Base64urlFault::NonCanonical,
            },
        })
}

impl fmt::Display for Base64urlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Character => "invalid base64url character (allowed: A-Z a-z 0-9 - _)",
            Self::Length => "a base64url character is missing or extra",
            Self::NonCanonical => "non-canonical base64url: unused bits are not zero",
        })
    }
}

pub(crate) fn encode(octets: &[u8]) -> String {
    BASE64URL_NOPAD.encode(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_the_one_form() {
        assert_eq!(decode("").unwrap(), b"");
        assert_eq!(decode("-_8").unwrap(), [0xFB, 0xFF]);
        for (text, offset) in [
            ("AA=", 2),
            ("AA==", 2),
            ("A+AA", 1),
            ("AA/A", 2),
            ("AA A", 2),
            ("AAAA\n", 4),
            ("é", 0),
        ] {
            let error = decode(text).unwrap_err();
            assert!(
                error.fault == Base64urlFault::Character || text.len() % 4 == 1,
                "{text}"
            );
            assert!(
                error.offset == offset || text.len() % 4 == 1,
                "{text}: {error:?}"
            );
        }
        assert_eq!(decode("A").unwrap_err().offset, 1);
        assert_eq!(decode("AAAAA").unwrap_err().offset, 5);
        assert_eq!(decode("AB").unwrap_err().offset, 1);
        assert_eq!(decode("AAB").unwrap_err().offset, 2);
    }
}
