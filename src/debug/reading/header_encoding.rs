//! A header that a strict reader rejects for how its JSON is encoded: in UTF-16, or behind a byte order mark.

use crate::token::header::JoseHeader;

/// What the header is encoded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderEncoding {
    /// UTF-8 behind a byte order mark (RFC 8259, section 8.1).
    Marked,
    Utf16,
}

/// The header as it was meant.
pub fn read(bytes: &[u8]) -> Option<(HeaderEncoding, JoseHeader)> {
    let (encoding, text) = match bytes {
        [0xEF, 0xBB, 0xBF, text @ ..] => (HeaderEncoding::Marked, text.to_vec()),
        [0xFF, 0xFE, text @ ..] => (HeaderEncoding::Utf16, utf8(text, u16::from_le_bytes)?),
        [0xFE, 0xFF, text @ ..] => (HeaderEncoding::Utf16, utf8(text, u16::from_be_bytes)?),
        [b'{', 0, ..] => (HeaderEncoding::Utf16, utf8(bytes, u16::from_le_bytes)?),
        [0, b'{', ..] => (HeaderEncoding::Utf16, utf8(bytes, u16::from_be_bytes)?),
        _ => return None,
    };
    let header = JoseHeader::parse(&text).ok()?;
    Some((encoding, header))
}

fn utf8(text: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Vec<u8>> {
    let (units, []) = text.as_chunks() else {
        return None;
    };
    let characters = char::decode_utf16(units.iter().map(|bytes| unit(*bytes)));
    let text: Result<String, _> = characters.collect();
    text.ok().map(String::into_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_in_every_encoding() {
        let json = r#"{"alg":"ES256","kid":"é"}"#;
        let units = |unit: fn(u16) -> [u8; 2]| json.encode_utf16().flat_map(unit).collect();
        let (little, big): (Vec<u8>, Vec<u8>) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
        let utf32 = json.chars().flat_map(|c| u32::from(c).to_le_bytes());
        for (bytes, expected) in [
            (json.as_bytes().to_vec(), None),
            (
                [b"\xEF\xBB\xBF", json.as_bytes()].concat(),
                Some(HeaderEncoding::Marked),
            ),
            (little.clone(), Some(HeaderEncoding::Utf16)),
            (big.clone(), Some(HeaderEncoding::Utf16)),
            (
                [&[0xFF, 0xFE], &little[..]].concat(),
                Some(HeaderEncoding::Utf16),
            ),
            (
                [&[0xFE, 0xFF], &big[..]].concat(),
                Some(HeaderEncoding::Utf16),
            ),
            ([&[0xFF, 0xFE], &big[..]].concat(), None),
            (little[1..].to_vec(), None),
            (little[..little.len() - 2].to_vec(), None),
            (utf32.collect(), None),
            (b"\xEF\xBB\xBF{".to_vec(), None),
            (Vec::new(), None),
        ] {
            let read = read(&bytes);
            assert_eq!(
                read.as_ref().map(|(encoding, _)| *encoding),
                expected,
                "{bytes:?}"
            );
            let alg = read.and_then(|(_, header)| header.alg);
            assert_eq!(alg.as_deref(), expected.map(|_| "ES256"));
        }
    }
}
