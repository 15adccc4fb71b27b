//! Strict base64url (RFC 7515 section 2): the URL-safe alphabet, no padding, no whitespace, and zero
//! in the unused bits. Each byte sequence has exactly one text, so that a token cannot be changed
//! without changing its meaning.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, DecodeKind};

use super::buffer;

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

/// The bits that each byte stands for as the first, second, third and fourth character of a group.
static BITS: [[u32; 256]; 4] = [bits(18), bits(12), bits(6), bits(0)];

/// Of a byte outside of the alphabet: a bit that no group has.
const INVALID: u32 = 1 << 24;

#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which rejects a fault"
)]
const fn bits(shift: u32) -> [u32; 256] {
    let mut bits = [INVALID; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        bits[ALPHABET[value] as usize] = (value as u32) << shift;
        value += 1;
    }
    bits
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Base64urlError> {
    match decode_valid(text.as_bytes()) {
        Some(bytes) => Ok(bytes),
        None => decode_or_explain(text),
    }
}

/// The bytes of a text that is strict base64url, twice as fast as [`decode_or_explain`]; none of another one.
fn decode_valid(text: &[u8]) -> Option<Vec<u8>> {
    let (groups, rest) = text.as_chunks();
    let length = groups.len().saturating_mul(3);
    let mut bytes = buffer::empty();
    bytes.resize(length.saturating_add(2), 0);
    let mut seen = 0;
    let (triples, _) = bytes.as_chunks_mut();
    for (group, triple) in groups.iter().zip(triples) {
        let bits = bits_of(*group);
        seen |= bits;
        let [_, decoded @ ..] = bits.to_be_bytes();
        *triple = decoded;
    }
    bytes.truncate(length);
    // The characters that are missing in the last group stand for zero bits.
    let (last, count) = match *rest {
        [] => ([b'A'; 4], 0),
        [a, b] => ([a, b, b'A', b'A'], 1),
        [a, b, c] => ([a, b, c, b'A'], 2),
        _ => return None,
    };
    let bits = bits_of(last);
    let [_, last @ ..] = bits.to_be_bytes();
    let (last, unused) = last.split_at_checked(count)?;
    bytes.extend_from_slice(last);
    let is_valid = (seen | bits) & INVALID == 0 && unused.iter().all(|unused| *unused == 0);
    is_valid.then_some(bytes)
}

fn bits_of(group: [u8; 4]) -> u32 {
    let bits = |(bits, character): (&[u32; 256], u8)| {
        let bits = bits.get(usize::from(character));
        bits.copied().unwrap_or(INVALID)
    };
    let [a, b, c, d] = group;
    let [first, second, third, fourth] = &BITS;
    bits((first, a)) | bits((second, b)) | bits((third, c)) | bits((fourth, d))
}

fn decode_or_explain(text: &str) -> Result<Vec<u8>, Base64urlError> {
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
            Self::Length => "invalid base64url length",
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

    /// Every byte at every place of texts of every length modulo four, and every end.
    #[test]
    fn fast_decoder_agrees_with_the_one_that_explains() {
        let (mut valid, mut invalid) = (0, 0);
        let mut check = |text: &[u8]| {
            // A text is UTF-8, in which no other byte above 127 stands alone.
            let Ok(text) = str::from_utf8(text) else {
                assert_eq!(decode_valid(text), None);
                return;
            };
            let explained = decode_or_explain(text).ok();
            assert_eq!(decode_valid(text.as_bytes()), explained, "{text:?}");
            valid += usize::from(explained.is_some());
            invalid += usize::from(explained.is_none());
        };
        for length in 0..14 {
            let text: Vec<u8> = ALPHABET.iter().copied().skip(20).take(length).collect();
            check(&text);
            for place in 0..length {
                for byte in 0..=255 {
                    let mut text = text.clone();
                    text[place] = byte;
                    check(&text);
                }
            }
        }
        for a in ALPHABET {
            for b in ALPHABET {
                check(&[*a, *b]);
                check(&[b'A', *a, *b]);
                check(&[b'A', b'Q', b'_', b'-', *a, *b]);
            }
        }
        assert!(valid > 3000 && invalid > 20_000, "{valid} {invalid}");
    }
}
