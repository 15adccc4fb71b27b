//! Base64url as RFC 7515 section 2 has it: the URL-safe alphabet, no padding, no white space, and
//! zero in the bits that no octet needs. One text for each octet sequence, so that nobody can
//! change a token and keep its meaning.

use data_encoding::{BASE64URL_NOPAD, DecodeKind};

/// Where and why a text is not base64url.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Base64urlError {
    /// Characters from the start of the text.
    pub(crate) offset: usize,
    pub(crate) message: &'static str,
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Base64urlError> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|error| match error.kind {
            DecodeKind::Symbol | DecodeKind::Padding => Base64urlError {
                offset: error.position,
                message: "a character that is not base64url (A-Z a-z 0-9 - _)",
            },
            // A group of four characters makes three octets; one character alone makes none.
            DecodeKind::Length => Base64urlError {
                offset: text.len(),
                message: "no base64url text has this length; a character is missing or too many",
            },
            DecodeKind::Trailing => Base64urlError {
                offset: text.len().saturating_sub(1),
                message: "the last character has bits that belong to no octet and are not zero",
            },
        })
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
                error.message.starts_with("a character") || text.len() % 4 == 1,
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
