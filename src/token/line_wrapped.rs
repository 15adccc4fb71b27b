//! A token that was broken into lines, as far as it can be seen without a key.

use data_encoding::BASE64URL_NOPAD;

use super::header::JoseHeader;
use crate::text::base64url::is_base64url;

/// A longer text is not joined, in bytes.
const MAX_WRAPPED: usize = 64 * 1024;

/// Whether a text of several lines is one token: joined they are a header and two or four more segments,
/// in base64url or base64, and only the first line starts with a header.
#[must_use]
pub fn is_line_wrapped(text: &[u8]) -> bool {
    let is_segment = |byte: u8| is_base64url(byte) || matches!(byte, b'+' | b'/' | b'=' | b'.');
    if text.len() > MAX_WRAPPED {
        return false;
    }
    let lines: Vec<&[u8]> = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .collect();
    let joined = lines.concat();
    let segments = joined.split(|byte| *byte == b'.').count();
    lines.len() > 1
        && matches!(segments, 3 | 5)
        && joined.iter().copied().all(is_segment)
        && starts_with_header(&joined)
        && !lines.iter().skip(1).any(|line| starts_with_header(line))
}

/// Whether the first segment is a JOSE Header with an `alg`.
fn starts_with_header(text: &[u8]) -> bool {
    let segment = text.split(|byte| *byte == b'.').next().unwrap_or_default();
    let plain: Vec<u8> = segment
        .trim_ascii_end()
        .iter()
        .filter(|byte| **byte != b'=')
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        })
        .collect();
    let header = BASE64URL_NOPAD.decode(&plain).ok();
    header.is_some_and(|json| JoseHeader::parse(&json).is_ok_and(|header| header.alg.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_one_token_are_told_from_several() {
        const HEADER: &str = "eyJhbGciOiJFUzI1NiJ9";
        let token = format!("{HEADER}.eyJzdWIiOiJhIn0.c2lnbmF0dXJl");
        let (first, second) = token.split_at(30);
        let fold = |text: &str, width: usize, end: &str| {
            let lines: Vec<&str> = (0..text.len())
                .step_by(width)
                .map(|at| &text[at..text.len().min(at + width)])
                .collect();
            lines.join(end)
        };
        for (text, expected) in [
            (format!("{first}\n{second}"), true),
            (format!("  {first}\r\n\n\t{second}\r\n"), true),
            (fold(&token, 1, "\n"), true),
            (fold(&token, 7, "\r"), true),
            (token.replace('.', ".\n"), true),
            (token.replace('.', "\n."), true),
            // base64 breaks its output into lines, and adds padding.
            (format!("{HEADER}\n.eyJzdWIi\nOiJhIn0=.c2ln/+\nFA=="), true),
            // An encrypted token has five segments.
            (format!("{HEADER}.a.b.\nc.d"), true),
            (token.clone(), false),
            (format!("{token}\n"), false),
            (format!("{first} {second}"), false),
            // Two tokens, both truncated.
            (format!("{first}\n{first}"), false),
            (format!("{token}\n{token}"), false),
            (format!("{first}\n\"{second}\""), false),
            (format!("{HEADER}\n{second}"), false),
            ("a.b\nc.d".to_owned(), false),
            ("a\nb".to_owned(), false),
            (String::new(), false),
            (
                fold(&format!("{token}{}", "A".repeat(MAX_WRAPPED)), 76, "\n"),
                false,
            ),
        ] {
            assert_eq!(is_line_wrapped(text.as_bytes()), expected, "{text}");
        }
    }
}
