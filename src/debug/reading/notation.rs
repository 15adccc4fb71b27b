//! Bytes written as text: how a hash or a signature may have been written before it was signed or
//! encoded. Each notation is read to the letter; only separators may be ignored, and only if asked.

use data_encoding::{BASE64, BASE64_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};
use serde::Serialize;

use crate::text::base64url;

/// A way to write bytes as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notation {
    Hex,
    /// With the letters A to F. Hex is read in either case.
    UpperHex,
    /// With or without padding.
    Base64,
    Base64url,
    /// `12,34,...`, as an array of bytes becomes a string in JavaScript.
    Numbers,
    /// `{"0":12,"1":34}`, as JavaScript writes a `Uint8Array`, or `{"type":"Buffer","data":[12,34]}`.
    Object,
    /// Each byte as the character with its number, as if the bytes were Latin-1.
    Latin1,
}

impl Notation {
    pub fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::UpperHex => "hex in capital letters",
            Self::Base64 => "base64",
            Self::Base64url => "base64url",
            Self::Numbers => "decimal numbers",
            Self::Object => "a JSON object of bytes",
            Self::Latin1 => "Latin-1 converted to UTF-8",
        }
    }

    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => HEXLOWER.encode(bytes),
            Self::UpperHex => HEXUPPER.encode(bytes),
            Self::Base64 => BASE64.encode(bytes),
            Self::Base64url => base64url::encode(bytes),
            Self::Numbers => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                numbers.join(",")
            }
            Self::Object => {
                let members = bytes.iter().enumerate();
                let members: Vec<String> =
                    members.map(|(at, byte)| format!("{at}:{byte}")).collect();
                format!("{{{}}}", members.join(","))
            }
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
        }
    }

    /// The bytes that a text stands for. `separators` says whether there are any in it to be ignored:
    /// whitespace and quotes; colons, `0x` and `\x` in hex; brackets around numbers.
    pub fn decode(self, text: &str, separators: bool) -> Option<Vec<u8>> {
        let plain = self.without_separators(text);
        if separators != (plain != text) {
            return None;
        }
        match self {
            Self::Hex | Self::UpperHex => HEXLOWER_PERMISSIVE.decode(plain.as_bytes()).ok(),
            Self::Base64 => [BASE64, BASE64_NOPAD]
                .iter()
                .find_map(|base64| exactly(base64, plain.as_bytes())),
            Self::Base64url => base64url::decode(&plain).ok(),
            Self::Numbers => numbers(&plain),
            Self::Object => {
                let buffer = plain.strip_prefix("{type:Buffer,data:[");
                if let Some(data) = buffer.and_then(|rest| rest.strip_suffix("]}")) {
                    return numbers(data);
                }
                let members = plain.strip_prefix('{')?.strip_suffix('}')?.split(',');
                let byte = |(at, member): (usize, &str)| {
                    let (name, byte) = member.split_once(':')?;
                    (name.parse() == Ok(at))
                        .then(|| byte.parse().ok())
                        .flatten()
                };
                members.enumerate().map(byte).collect()
            }
            Self::Latin1 => plain.chars().map(|c| u8::try_from(c).ok()).collect(),
        }
    }

    /// Whether `decode` has separators to ignore in this text.
    pub fn has_separators(self, text: &str) -> bool {
        self.without_separators(text) != text
    }

    fn without_separators(self, text: &str) -> String {
        let is_separator = |c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'');
        if self == Self::Latin1 {
            return text.to_owned();
        }
        let plain = text.replace(is_separator, "");
        match self {
            Self::Hex | Self::UpperHex => {
                let plain = plain.strip_prefix("0x").unwrap_or(&plain);
                plain.replace("\\x", "").replace(':', "")
            }
            Self::Numbers => plain
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .unwrap_or(&plain)
                .to_owned(),
            Self::Base64 | Self::Base64url | Self::Object | Self::Latin1 => plain,
        }
    }
}

fn numbers(text: &str) -> Option<Vec<u8>> {
    text.split(',').map(|number| number.parse().ok()).collect()
}

/// The bytes of which a text is the encoding, and not several encodings one behind the other.
pub fn exactly(encoding: &Encoding, text: &[u8]) -> Option<Vec<u8>> {
    let bytes = encoding.decode(text).ok()?;
    (encoding.encode(&bytes).as_bytes() == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_reads_what_it_writes() {
        let bytes: Vec<u8> = (0..=255).collect();
        for notation in [
            Notation::Hex,
            Notation::UpperHex,
            Notation::Base64,
            Notation::Base64url,
            Notation::Numbers,
            Notation::Object,
        ] {
            let text = notation.encode(&bytes);
            assert_eq!(notation.decode(&text, false).as_ref(), Some(&bytes));
            // What is to be ignored must be there, and nothing else is ignored.
            assert_eq!(notation.decode(&text, true), None);
            let spaced = format!("\"{text}\"\n");
            assert_eq!(notation.decode(&spaced, true).as_ref(), Some(&bytes));
            assert_eq!(notation.decode(&spaced, false), None);
            assert!(notation.has_separators(&spaced) && !notation.has_separators(&text));
        }
        for (notation, text) in [
            (Notation::Hex, "abc"),
            (Notation::Hex, "0x0xab"),
            (Notation::Base64, "AB=="),
            (Notation::Base64, "AB"),
            (Notation::Base64, "A-=="),
            (Notation::Base64, "AA==AAAA"),
            (Notation::Base64url, "AB"),
            (Notation::Base64url, "AA=="),
            (Notation::Numbers, "1,,2"),
            (Notation::Numbers, "[1,2"),
            (Notation::Numbers, "256"),
        ] {
            for separators in [false, true] {
                assert_eq!(notation.decode(text, separators), None, "{text}");
            }
        }
        assert_eq!(
            Notation::Hex.decode("0xAb:cD", true),
            Some(vec![0xAB, 0xCD])
        );
        assert_eq!(Notation::Numbers.decode("[1,2]", true), Some(vec![1, 2]));
    }
}
