//! The JWS Compact Serialization (RFC 7515 section 3.1): segments, their bytes and the JWS Signing
//! Input. A JWE (RFC 7516) is recognized by its five segments, and only its header is read.

use std::fmt;

use super::malformed::{Malformed, PLACEHOLDERS, TokenFault};
use super::segment::Segment;
use crate::text::base64url::{self, is_base64url};

/// The longest token that is read, in bytes.
pub const MAX_TOKEN: usize = 2 * 1024 * 1024;

/// `{"` in base64url: what the header of nearly every token begins with.
pub const HEADER_START: &str = "eyJ";

/// What any JSON object begins with in base64url: `{"`, or `{` before a space, a tab or a line break.
pub const HEADER_STARTS: [&str; 5] = [HEADER_START, "eyA", "ewo", "ew0", "ewk"];

/// A token's text, split into its segments; nothing is decoded yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compact<'t> {
    /// Three segments: a JSON Web Signature.
    Jws(Jws<'t>),
    /// Five segments: a JSON Web Encryption, if its header can be read and has `enc`.
    Jwe(Jwe<'t>),
}

/// The three segments of a JWS, in base64url.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Jws<'t> {
    /// The JWS Protected Header.
    pub header: &'t str,
    /// The JWS Payload.
    pub payload: &'t str,
    /// The JWS Signature.
    pub signature: &'t str,
    /// What is signed: header, `.` and payload, as they stand (RFC 7515 section 5.1, step 5).
    pub signing_input: &'t str,
}

/// The header segment of a JWE, in base64url; the other four are of no use without a private key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Jwe<'t> {
    /// The JWE Protected Header.
    pub header: &'t str,
}

impl<'t> Compact<'t> {
    /// Splits a token of at most [`MAX_TOKEN`] bytes that holds only `A-Z a-z 0-9 - _ .`.
    ///
    /// # Errors
    ///
    /// A token that is too long, holds another character, or has neither three nor five segments.
    pub fn parse(token: &'t [u8]) -> Result<Self, Malformed> {
        if token.len() > MAX_TOKEN {
            let fault = TokenFault::TokenTooLong(MAX_TOKEN);
            return Err(Malformed::new(Segment::Token, 0, fault));
        }
        if token.is_empty() {
            return Err(Malformed::new(
                Segment::Token,
                0,
                TokenFault::Empty(Segment::Token),
            ));
        }
        // For nearly all tokens every byte is checked, so check many at a time.
        let is_foreign = |octet: &u8| !is_compact(*octet);
        if token
            .iter()
            .fold(false, |any, octet| any | is_foreign(octet))
        {
            let at = token.iter().position(is_foreign).unwrap_or_default();
            return Err(Malformed::at_character(token, at));
        }
        // The alphabet is ASCII, so the text is UTF-8 and this error cannot occur.
        let text = std::str::from_utf8(token)
            .map_err(|error| Malformed::at_character(token, error.valid_up_to()))?;

        // Not `memchr`, which first asks the processor what it can do: longer than one token takes.
        let mut segments = text.split('.');
        let three = (segments.next(), segments.next(), segments.next());
        match (three, segments.count()) {
            ((Some(header), Some(payload), Some(signature)), 0) => Ok(Self::Jws(Jws {
                header,
                payload,
                signature,
                signing_input: text
                    .strip_suffix(signature)
                    .and_then(|rest| rest.strip_suffix('.'))
                    .unwrap_or_default(),
            })),
            ((Some(header), _, _), 2) => Ok(Self::Jwe(Jwe { header })),
            (_, _) => {
                let placeholder = PLACEHOLDERS
                    .into_iter()
                    .find(|word| text.eq_ignore_ascii_case(word));
                if let Some(word) = placeholder {
                    let fault = TokenFault::Placeholder(word);
                    return Err(Malformed::new(Segment::Token, 0, fault));
                }
                let dots = text.bytes().filter(|byte| *byte == b'.').count();
                let fault = TokenFault::SegmentCount {
                    found: dots.saturating_add(1),
                    begins_as_header: text.starts_with(HEADER_START),
                    ends_in_dots: text.ends_with("..."),
                };
                Err(Malformed::new(Segment::Token, 0, fault))
            }
        }
    }
}

impl Jws<'_> {
    /// The header's bytes.
    ///
    /// # Errors
    ///
    /// What is not strict base64url, with its offset; so for the other two segments.
    pub fn header_octets(&self) -> Result<Vec<u8>, Malformed> {
        decode(Segment::Header, self.header)
    }

    /// The payload's bytes.
    ///
    /// # Errors
    ///
    /// As [`header_octets`](Self::header_octets).
    pub fn payload_octets(&self) -> Result<Vec<u8>, Malformed> {
        decode(Segment::Payload, self.payload)
    }

    /// The signature's bytes.
    ///
    /// # Errors
    ///
    /// As [`header_octets`](Self::header_octets).
    pub fn signature_octets(&self) -> Result<Vec<u8>, Malformed> {
        decode(Segment::Signature, self.signature)
    }
}

impl Jwe<'_> {
    /// The header's bytes.
    ///
    /// # Errors
    ///
    /// As [`Jws::header_octets`].
    pub fn header_octets(&self) -> Result<Vec<u8>, Malformed> {
        decode(Segment::Header, self.header)
    }
}

/// Shows lengths only: a `Debug` of a token ends in logs, and a token is a secret.
impl fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws")
            .field("header", &self.header.len())
            .field("payload", &self.payload.len())
            .field("signature", &self.signature.len())
            .finish_non_exhaustive()
    }
}

/// Shows lengths only, as for [`Jws`].
impl fmt::Debug for Jwe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwe")
            .field("header", &self.header.len())
            .finish()
    }
}

pub(super) fn is_compact(octet: u8) -> bool {
    is_base64url(octet) || octet == b'.'
}

fn decode(segment: Segment, text: &str) -> Result<Vec<u8>, Malformed> {
    base64url::decode(text)
        .map_err(|error| Malformed::new(segment, error.offset, TokenFault::Base64url(error.fault)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(token: &[u8]) -> (Segment, usize, String) {
        let fault = Compact::parse(token).unwrap_err();
        (fault.segment, fault.offset, fault.fault.to_string())
    }

    #[test]
    fn three_segments_and_what_is_signed() {
        let Ok(Compact::Jws(jws)) = Compact::parse(b"aa.bb.cc") else {
            panic!()
        };
        assert_eq!((jws.header, jws.payload, jws.signature), ("aa", "bb", "cc"));
        assert_eq!(jws.signing_input, "aa.bb");
        let Ok(Compact::Jws(jws)) = Compact::parse(b"..") else {
            panic!()
        };
        assert_eq!(
            (jws.header, jws.payload, jws.signature, jws.signing_input),
            ("", "", "", ".")
        );
    }

    #[test]
    fn other_segment_counts_are_malformed() {
        for (token, found) in [
            (&b"aa"[..], 1),
            (b"aa.bb", 2),
            (b"a.b.c.d", 4),
            (b"a.b.c.d.e.f", 6),
        ] {
            let (segment, offset, message) = fault(token);
            assert_eq!((segment, offset), (Segment::Token, 0));
            assert_eq!(
                message,
                format!("expected 3 dot-separated segments, found {found}")
            );
        }
        assert_eq!(
            Compact::parse(b"aa.b.c.d.e").unwrap(),
            Compact::Jwe(Jwe { header: "aa" })
        );
    }

    #[test]
    fn an_invalid_character_reports_its_position() {
        for (token, segment, offset) in [
            (&b"aa=.bb.cc"[..], Segment::Header, 2),
            (b"aa.b+b.cc", Segment::Payload, 1),
            (b"aa.bb.cc/", Segment::Signature, 2),
            (b"aa bb", Segment::Token, 2),
            (b"aa.bb.cc~dd", Segment::Signature, 2),
            ("aa.bb.c\u{a0}".as_bytes(), Segment::Signature, 1),
            (b"aa.\0.cc", Segment::Payload, 0),
            (b"\xFFaa", Segment::Token, 0),
        ] {
            let found = fault(token);
            assert_eq!((found.0, found.1), (segment, offset), "{}", found.2);
            assert!(!found.2.is_empty());
        }
    }

    #[test]
    fn a_token_at_the_limit_is_read_and_a_longer_one_is_not() {
        let mut token = vec![b'a'; MAX_TOKEN];
        token[1] = b'.';
        token[2] = b'.';
        assert!(Compact::parse(&token).is_ok());
        token.push(b'a');
        assert_eq!(
            fault(&token),
            (
                Segment::Token,
                0,
                "token exceeds the 2 MiB limit".to_owned()
            )
        );
    }

    #[test]
    fn debug_shows_nothing_of_the_token() {
        let shown = format!("{:?}", Compact::parse(b"SECRET.SECRET.SECRET").unwrap());
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
