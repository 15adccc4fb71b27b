//! A character that no compact serialization holds, and what it usually means.

use std::fmt;

use memchr::memmem;

use super::compact::HEADER_START;
use super::segment::Segment;
use crate::text::base64url;

/// What a character outside of `A-Z a-z 0-9 - _ .` is, as far as it shows where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignCharacter {
    /// `=` after something that does not begin as a token: an assignment.
    Assignment,
    /// `=` as base64 pads; whether an AWS load balancer made the token, which signs its padding.
    Padding(bool),
    /// `/` in something without the segments of a token: a path.
    Path,
    /// `:` or `/` in text of several words, as in an HTTP header.
    InText(u8),
    /// `+` or `/` of standard base64.
    StandardBase64(u8),
    /// Space, tab, CR or LF.
    Whitespace,
    /// `~`, which separates the parts of an SD-JWT (RFC 9901).
    SdJwt,
    /// `$` at the start: a shell variable that was not expanded.
    ShellVariable,
    /// `$` or `!`, which a shell interprets.
    ShellCharacter(u8),
    /// The text is a URL; whether a token may be in it.
    Url(bool),
    /// The text is a JWK, or a JWK Set.
    Jwk(bool),
    /// The text is PEM.
    Pem,
    /// The text is JSON; whether a token may be in it.
    Json(bool),
    /// U+FEFF at the start.
    ByteOrderMark,
    /// The text is in UTF-16, with a byte order mark or in this byte order.
    Utf16(&'static str),
    /// The text is a web page.
    Html,
    /// The text is binary data.
    Binary,
    /// Another printable ASCII character.
    Ascii(u8),
    /// Any other byte.
    Byte(u8),
    /// One that is not to be shown, and its hint.
    Redacted(Option<&'static str>),
}

/// What to do about JSON without a token in it.
pub const NO_TOKEN_IN_JSON: &str = "check where it came from; it contains no token";

/// What to do about a web page.
pub const NO_TOKEN_IN_HTML: &str =
    "check the request that returned it: an error or login page has no token";

/// What to do about binary data.
pub const NO_TOKEN_IN_BINARY: &str = "check the file name; a token is plain text";

impl ForeignCharacter {
    /// The segment and the offset there of a token's byte at `at`, which is outside of the alphabet, and what
    /// it is.
    pub(super) fn at(token: &[u8], at: usize) -> (Segment, usize, Self) {
        let (before, rest) = token.split_at_checked(at).unwrap_or((token, &[]));
        let (segment, offset) = place(token, before);
        let has_token = memmem::find(token, HEADER_START.as_bytes()).is_some();
        let character = match rest {
            _ if is_url(token) => Self::Url(has_token),
            _ if token.starts_with(b"-----BEGIN ") => Self::Pem,
            [b'=', ..] if !before.starts_with(b"ey") => Self::Assignment,
            [b'=', ..] => Self::Padding(is_of_load_balancer(token)),
            [byte @ (b'/' | b':'), ..] if segment == Segment::Token && is_text(token) => {
                Self::InText(*byte)
            }
            [b'/', ..] if segment == Segment::Token => Self::Path,
            [byte @ (b'+' | b'/'), ..] => Self::StandardBase64(*byte),
            [b' ' | b'\t' | b'\r' | b'\n', ..] => Self::Whitespace,
            [b'~', ..] if begins_as_jws(before) => Self::SdJwt,
            [b'$', ..] if offset == 0 && segment == Segment::Token => Self::ShellVariable,
            [byte @ (b'$' | b'!'), ..] => Self::ShellCharacter(*byte),
            [b'{' | b'"', ..] if names_a_key(token) => {
                Self::Jwk(memmem::find(token, b"\"keys\"").is_some())
            }
            [b'<', ..] if is_html(token) => Self::Html,
            [b'{', ..] => Self::Json(has_token),
            [b'[', ..] if before.is_empty() => Self::Json(has_token),
            [byte @ 0x21..=0x7E, ..] => Self::Ascii(*byte),
            [0xEF, 0xBB, 0xBF, ..] => Self::ByteOrderMark,
            [byte, ..] => match utf16(token) {
                Some(name) => Self::Utf16(name),
                None if is_binary(token) => Self::Binary,
                None => Self::Byte(*byte),
            },
            [] => Self::Byte(0),
        };
        (segment, offset, character)
    }

    /// The same, unless its sentence shows the character.
    pub(super) fn redacted(self) -> Self {
        match self {
            Self::Assignment
            | Self::Path
            | Self::InText(_)
            | Self::StandardBase64(_)
            | Self::ShellVariable
            | Self::ShellCharacter(_)
            | Self::Ascii(_)
            | Self::Byte(_) => Self::Redacted(self.hint()),
            Self::Padding(_)
            | Self::Whitespace
            | Self::SdJwt
            | Self::Url(_)
            | Self::Jwk(_)
            | Self::Pem
            | Self::Json(_)
            | Self::ByteOrderMark
            | Self::Utf16(_)
            | Self::Html
            | Self::Binary
            | Self::Redacted(_) => self,
        }
    }

    /// Whether its sentence is about the whole text, not about the character.
    pub(super) fn is_of_whole(self) -> bool {
        matches!(
            self,
            Self::Url(_)
                | Self::Jwk(_)
                | Self::Pem
                | Self::Json(_)
                | Self::Utf16(_)
                | Self::Html
                | Self::Binary
        )
    }

    pub(super) fn hint(self) -> Option<&'static str> {
        match self {
            Self::Assignment => {
                Some("pass only the part after \"=\", or use --scan to find tokens in text")
            }
            Self::InText(_) => Some("pass the token alone, or use --scan to find it in the text"),
            Self::Padding(false) => {
                Some("re-encode the token as base64url without padding (RFC 7515, section 2)")
            }
            Self::Padding(true) => {
                Some("use a library that accepts the padding, such as aws-jwt-verify")
            }
            Self::Path => Some("to read tokens from a file, use -f FILE"),
            Self::StandardBase64(_) => {
                Some("re-encode the token as base64url, with \"-\" and \"_\" (RFC 4648, section 5)")
            }
            Self::Whitespace => {
                Some("put one token per line, or use --scan to find tokens in text")
            }
            Self::ShellVariable => Some("to expand a shell variable, use double quotes: \"$NAME\""),
            Self::ShellCharacter(_) => {
                Some("copy the token again; in a shell, put it in single quotes")
            }
            Self::Url(true) => Some("pass only the token in it, or use --scan to find it"),
            Self::Url(false) => Some("pass the token itself: jwtlens has no network access"),
            Self::Jwk(_) | Self::Pem => {
                Some("pass a token; use `jwtlens key` to see what a key holds")
            }
            Self::Json(false) => Some(NO_TOKEN_IN_JSON),
            Self::Json(true) => {
                Some("use --scan to find the token, or extract it with `jq -r .access_token`")
            }
            Self::ByteOrderMark => Some("save the file as UTF-8 without BOM"),
            Self::Utf16("UTF-16LE") => Some("convert it: iconv -f UTF-16LE -t UTF-8"),
            Self::Utf16("UTF-16BE") => Some("convert it: iconv -f UTF-16BE -t UTF-8"),
            Self::Utf16(_) => Some("convert it: iconv -f UTF-16 -t UTF-8"),
            Self::Html => Some(NO_TOKEN_IN_HTML),
            Self::Binary => Some(NO_TOKEN_IN_BINARY),
            Self::SdJwt => Some("to see what an SD-JWT contains, use `jwtlens decode`"),
            Self::Redacted(hint) => hint,
            Self::Ascii(_) | Self::Byte(_) => None,
        }
    }
}

impl fmt::Display for ForeignCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assignment => f.write_str("invalid character '='"),
            Self::Padding(_) => f.write_str("unexpected \"=\" padding"),
            Self::Path => f.write_str("invalid character '/'"),
            Self::StandardBase64(byte) => write!(
                f,
                "invalid character '{}' (standard base64)",
                char::from(*byte)
            ),
            Self::Whitespace => f.write_str("whitespace inside the token"),
            Self::SdJwt => f.write_str("invalid character '~', as in an SD-JWT (RFC 9901)"),
            Self::ShellVariable => f.write_str("invalid character '$'"),
            Self::ShellCharacter(byte) | Self::InText(byte) | Self::Ascii(byte) => {
                write!(f, "invalid character '{}'", char::from(*byte))
            }
            Self::Redacted(_) => f.write_str("invalid character"),
            Self::Url(_) => f.write_str("expected a JWT, found a URL"),
            Self::Jwk(false) => f.write_str("expected a JWT, found a JWK"),
            Self::Jwk(true) => f.write_str("expected a JWT, found a JWK Set"),
            Self::Pem => f.write_str("expected a JWT, found a key or certificate in PEM"),
            Self::Json(_) => f.write_str("expected a compact JWT, found JSON"),
            Self::Utf16(_) => f.write_str("expected UTF-8, found UTF-16"),
            Self::Html => f.write_str("expected a JWT, found HTML"),
            Self::Binary => f.write_str("expected a JWT, found binary data"),
            Self::ByteOrderMark => f.write_str("unexpected byte order mark (BOM)"),
            Self::Byte(byte) => write!(f, "invalid byte 0x{byte:02X}"),
        }
    }
}

/// Whether the header names an AWS load balancer as the signer (`signer`, an ARN).
fn is_of_load_balancer(token: &[u8]) -> bool {
    let header = token.split(|byte| matches!(byte, b'.' | b'=')).next();
    let header = header.and_then(|header| str::from_utf8(header).ok());
    let json = header.and_then(|header| base64url::decode(header).ok());
    json.is_some_and(|json| memmem::find(&json, b":elasticloadbalancing:").is_some())
}

/// Whether the text is an address of a web page or a service.
fn is_url(token: &[u8]) -> bool {
    token.starts_with(b"https://") || token.starts_with(b"http://")
}

/// The segment of the character that follows `before`, and its offset there.
fn place(token: &[u8], before: &[u8]) -> (Segment, usize) {
    let segments = token.split(|byte| *byte == b'.').count();
    let segment = match (segments, before.split(|byte| *byte == b'.').count()) {
        (3 | 5, 1) => Segment::Header,
        (3, 2) => Segment::Payload,
        (3, 3) => Segment::Signature,
        _ => Segment::Token,
    };
    let offset = match segment {
        Segment::Token | Segment::Disclosure(_) | Segment::KeyBinding => before.len(),
        Segment::Header | Segment::Payload | Segment::Signature => {
            let in_segment = before.iter().rev().take_while(|byte| **byte != b'.');
            in_segment.count()
        }
    };
    (segment, offset)
}

/// The name of the UTF-16 encoding of a text that starts with a byte order mark or with ASCII characters.
fn utf16(text: &[u8]) -> Option<&'static str> {
    match text {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => Some("UTF-16BE"),
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => Some("UTF-16LE"),
        _ => None,
    }
}

/// Whether a text that begins with `<` is a web page.
#[must_use]
pub fn is_html(text: &[u8]) -> bool {
    const MAX_LOOKED_AT: usize = 1024;
    let start = text.get(..MAX_LOOKED_AT).unwrap_or(text);
    let start = start.to_ascii_lowercase();
    let tags: [&[u8]; 2] = [b"<html", b"<!doctype html"];
    start.starts_with(b"<") && tags.iter().any(|tag| memmem::find(&start, tag).is_some())
}

/// Whether these bytes are not text in any encoding that extends ASCII, such as Latin-1 or Shift-JIS: they have NUL
/// bytes or many control characters, of which random bytes have one in nine.
#[must_use]
pub fn is_binary(text: &[u8]) -> bool {
    /// One in so many bytes.
    const MIN_CONTROLS: usize = 20;
    let count = |is: fn(&&u8) -> bool| text.iter().filter(is).count();
    let is_mostly_ascii = || {
        let characters = count(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
        characters > text.len() / 2
    };
    let is_utf8 = || match str::from_utf8(text) {
        Ok(_) => true,
        // A text that was cut inside a character.
        Err(error) => error.error_len().is_none(),
    };
    let controls = count(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace());
    let is_control = |controls: usize| controls > text.len() / MIN_CONTROLS && !is_utf8();
    (text.contains(&0) || is_control(controls)) && !is_mostly_ascii()
}

/// Whether the text has several words.
fn is_text(text: &[u8]) -> bool {
    text.contains(&b' ')
}

/// Whether it has three segments.
fn begins_as_jws(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'.').count() == 3
}

/// Whether the text is a JWK, or a line of one.
fn names_a_key(text: &[u8]) -> bool {
    text.windows(5).any(|part| part == b"\"kty\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_another_encoding_is_not_binary() {
        // "Привет, мир" in KOI8-R and "こんにちは" in Shift-JIS, several lines of each.
        let koi8 = b"\xF0\xD2\xC9\xD7\xC5\xD4, \xCD\xC9\xD2\n".repeat(3);
        let sjis = b"\x82\xB1\x82\xF1\x82\xC9\x82\xBF\x82\xCD\r\n".repeat(3);
        let latin1 = b"\xE9\xE8\xE0\xFC\xF6 caf\xE9\n".repeat(3);
        let utf8 = "\u{1b}\u{1b}Привет".as_bytes().to_vec();
        for text in [koi8, sjis, latin1, utf8, b"\0\0text".to_vec(), Vec::new()] {
            assert!(!is_binary(&text), "{text:x?}");
        }
        let gzip = b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03\xCB\x48\xCD\xC9\xC9\x07\x00".to_vec();
        let der = b"\x30\x45\x02\x21\x00\xB4\x91\xC3\x02\x20\x7F\x81\x9A\xE5".to_vec();
        let random = b"\x8A\xF3\x11\xC7\x90\xDE\x04\xB2\x6E\xE1\x9C\xD5\x83\xAA\xF9\xBC".to_vec();
        for data in [gzip, der, random] {
            assert!(is_binary(&data), "{data:x?}");
        }
    }
}
