//! The JWS Compact Serialization (RFC 7515 section 3.1): segments, their octets and the JWS Signing
//! Input. A JWE (RFC 7516) is told apart by its five segments and goes no further than its header.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::text::base64url;

/// The longest token that is read, in octets.
pub const MAX_TOKEN: usize = 2 * 1024 * 1024;

/// A token's text, split into its segments; nothing is decoded yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compact<'t> {
    /// Three segments: a JSON Web Signature.
    Jws(Jws<'t>),
    /// Five segments: a JSON Web Encryption, if its header can be read.
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

/// Which part of a token a fault is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The JOSE Header.
    Header,
    /// The payload, a Claims Set.
    Payload,
    /// The signature.
    Signature,
    /// The token as a whole.
    Token,
}

/// Why a text is no JWT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Malformed {
    /// The part that is at fault.
    pub segment: Segment,
    /// Octets from the segment's start: in its encoded form where the encoding is at fault, in its
    /// decoded form where the JSON is.
    pub offset: usize,
    /// What is wrong, in lower case and without the token's own signature or payload.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl<'t> Compact<'t> {
    /// Splits a token of at most [`MAX_TOKEN`] octets that holds only `A-Z a-z 0-9 - _ .`.
    ///
    /// # Errors
    ///
    /// A token that is too long, holds another character, or has neither three nor five segments.
    pub fn parse(token: &'t [u8]) -> Result<Self, Malformed> {
        if token.len() > MAX_TOKEN {
            return Err(Malformed::too_long(&format!(
                "a token may have {MAX_TOKEN} octets"
            )));
        }
        if token.is_empty() {
            return Err(Malformed::new(Segment::Token, 0, "the token is empty")
                .with_hint("if it came from a shell variable, see whether that is set"));
        }
        // Of nearly all tokens every octet is looked at, many together.
        let is_foreign = |octet: &u8| !is_compact(*octet);
        if token
            .iter()
            .fold(false, |any, octet| any | is_foreign(octet))
        {
            let at = token.iter().position(is_foreign).unwrap_or_default();
            return Err(foreign_character(token, at));
        }
        // The alphabet is ASCII, so the text is UTF-8; the error can't occur.
        let text = std::str::from_utf8(token)
            .map_err(|e| Malformed::new(Segment::Token, e.valid_up_to(), "not UTF-8"))?;

        let mut segments = text.split('.');
        match (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.count(),
        ) {
            (Some(header), Some(payload), Some(signature), 0) => {
                let length = header.len().saturating_add(payload.len()).saturating_add(1);
                let signing_input = text.get(..length).unwrap_or_default();
                Ok(Self::Jws(Jws {
                    header,
                    payload,
                    signature,
                    signing_input,
                }))
            }
            (Some(header), Some(_), Some(_), 2) => Ok(Self::Jwe(Jwe { header })),
            (_, _, _, more) => {
                let dots = text.bytes().filter(|octet| *octet == b'.').count();
                let found = match (dots, more) {
                    (0, _) => "one segment".to_owned(),
                    (dots, _) => format!("{} segments", dots.saturating_add(1)),
                };
                let message = format!("{found}, separated by \".\"; a signed JWT has three");
                let malformed = Malformed::new(Segment::Token, 0, message);
                // What `{"` begins with is a header's.
                let begins = text.starts_with("eyJ");
                let hint = match dots {
                    0 if !begins => {
                        "an opaque token only the service that issued it can judge; a word such as null is no token: what comes before had none"
                    }
                    1 if !begins => "if this is a file's name: -f FILE reads tokens from a file",
                    0 | 1 => {
                        "the token is cut off: copy it again, and give it on standard input, where no shell cuts it at a space, $ or !"
                    }
                    _ => "the token may be two in one: each stands on a line of its own",
                };
                Err(malformed.with_hint(hint))
            }
        }
    }
}

impl Jws<'_> {
    /// The header's octets.
    ///
    /// # Errors
    ///
    /// What is not strict base64url, with its offset; so for the other two segments.
    pub fn header_octets(&self) -> Result<Vec<u8>, Malformed> {
        decode(Segment::Header, self.header)
    }

    /// The payload's octets.
    ///
    /// # Errors
    ///
    /// As [`header_octets`](Self::header_octets).
    pub fn payload_octets(&self) -> Result<Vec<u8>, Malformed> {
        decode(Segment::Payload, self.payload)
    }

    /// The signature's octets.
    ///
    /// # Errors
    ///
    /// As [`header_octets`](Self::header_octets).
    pub fn signature_octets(&self) -> Result<Vec<u8>, Malformed> {
        decode(Segment::Signature, self.signature)
    }
}

impl Jwe<'_> {
    /// The header's octets.
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

impl Malformed {
    pub(crate) fn new(segment: Segment, offset: usize, message: impl Into<String>) -> Self {
        Self {
            segment,
            offset,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// A token or a line beyond its limit, of which no more was read.
    pub(crate) fn too_long(limit: &str) -> Self {
        Self::new(Segment::Token, 0, format!("too long: {limit}"))
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.segment {
            Segment::Token if self.offset == 0 => f.write_str(&self.message),
            segment => write!(f, "{segment}, octet {}: {}", self.offset, self.message),
        }
    }
}

impl std::error::Error for Malformed {}

impl Segment {
    /// The name in the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
            Self::Token => "token",
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Segment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

fn is_compact(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.')
}

fn decode(segment: Segment, text: &str) -> Result<Vec<u8>, Malformed> {
    base64url::decode(text).map_err(|error| Malformed::new(segment, error.offset, error.message))
}

/// Names the character that no token holds, its segment and, where it is a common one, its cause.
fn foreign_character(token: &[u8], at: usize) -> Malformed {
    let (before, rest) = token.split_at_checked(at).unwrap_or((token, &[]));
    let segments = token.split(|octet| *octet == b'.').count();
    let segment = match (segments, before.split(|octet| *octet == b'.').count()) {
        (3 | 5, 1) => Segment::Header,
        (3, 2) => Segment::Payload,
        (3, 3) => Segment::Signature,
        _ => Segment::Token,
    };
    let offset = match segment {
        Segment::Token => at,
        Segment::Header | Segment::Payload | Segment::Signature => before
            .iter()
            .rev()
            .take_while(|octet| **octet != b'.')
            .count(),
    };
    let (what, hint) = match rest.first() {
        Some(b'=') if !before.starts_with(b"ey") => (
            "\"=\", which no JWT holds".to_owned(),
            Some("give what stands behind the \"=\" alone; --scan finds tokens in any text"),
        ),
        Some(b'=') => (
            "\"=\": padding, which a JWT does not have".to_owned(),
            Some("the token was written with padded base64 where base64url without padding is due"),
        ),
        Some(b'/') if segment == Segment::Token => (
            "the character \"/\", which no JWT holds".to_owned(),
            Some("if this is a file's name: -f FILE reads tokens from a file"),
        ),
        Some(b'+' | b'/') => (
            "a character of standard base64, where base64url has \"-\" and \"_\"".to_owned(),
            Some("the token was written with standard base64 where base64url is due"),
        ),
        Some(b' ' | b'\t' | b'\r' | b'\n') => (
            "white space inside the token".to_owned(),
            Some("a token stands on one line, alone; --scan finds tokens in any text"),
        ),
        Some(b'~') => (
            "\"~\": an SD-JWT (RFC 9901), which is not read here".to_owned(),
            None,
        ),
        Some(b'$') if offset == 0 && segment == Segment::Token => (
            "the character \"$\", which no JWT holds".to_owned(),
            Some("for the shell to put in a variable, write it in double quotes: \"$NAME\""),
        ),
        Some(octet @ (b'$' | b'!')) => (
            format!(
                "the character \"{}\", which no JWT holds",
                char::from(*octet)
            ),
            Some(
                "copy the token alone, and give it on standard input, where no shell takes $ or ! for its own",
            ),
        ),
        Some(b'{' | b'"') if names_a_key(token) => (
            "this is a key (JWK), where a JWT is due".to_owned(),
            Some("the key and the token may be exchanged: -k takes the key"),
        ),
        Some(b'{') => (
            "\"{\": this is JSON, where a JWT in its compact form is due".to_owned(),
            Some("of a reply, take the token out first, for example with jq -r .access_token"),
        ),
        Some(octet @ 0x21..=0x7E) => (
            format!(
                "the character \"{}\", which no JWT holds",
                char::from(*octet)
            ),
            None,
        ),
        Some(0xEF) if rest.starts_with(b"\xEF\xBB\xBF") => (
            "a byte order mark, which no JWT holds".to_owned(),
            Some("save the text as UTF-8 without a byte order mark"),
        ),
        Some(octet @ (0x00 | 0xFE | 0xFF)) => (
            format!("the octet 0x{octet:02X}, which no JWT holds"),
            Some(
                "text in UTF-16 has it, as > of PowerShell writes it: save it as UTF-8 without a byte order mark",
            ),
        ),
        Some(octet) => (format!("the octet 0x{octet:02X}, which no JWT holds"), None),
        None => (String::new(), None),
    };
    let malformed = Malformed::new(segment, offset, what);
    match hint {
        Some(hint) => malformed.with_hint(hint),
        None => malformed,
    }
}

/// Whether the text is a JWK, or a line of one.
fn names_a_key(text: &[u8]) -> bool {
    text.windows(5).any(|part| part == b"\"kty\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(token: &[u8]) -> (Segment, usize, String) {
        let fault = Compact::parse(token).unwrap_err();
        (fault.segment, fault.offset, fault.message)
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
    fn other_counts_are_no_jws() {
        for (token, found) in [
            (&b"aa"[..], "one segment"),
            (b"aa.bb", "2 segments"),
            (b"a.b.c.d", "4 segments"),
            (b"a.b.c.d.e.f", "6 segments"),
        ] {
            let (segment, offset, message) = fault(token);
            assert_eq!((segment, offset), (Segment::Token, 0));
            assert_eq!(
                message,
                format!("{found}, separated by \".\"; a signed JWT has three")
            );
        }
        assert_eq!(
            Compact::parse(b"aa.b.c.d.e").unwrap(),
            Compact::Jwe(Jwe { header: "aa" })
        );
    }

    #[test]
    fn a_foreign_character_is_told_with_its_place() {
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
                "too long: a token may have 2097152 octets".to_owned()
            )
        );
    }

    #[test]
    fn debug_shows_nothing_of_the_token() {
        let shown = format!("{:?}", Compact::parse(b"SECRET.SECRET.SECRET").unwrap());
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
