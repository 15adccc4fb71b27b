//! Bytes written as text: how a hash or a signature may have been written before it was signed or
//! encoded. Each notation is read to the letter; only separators may be ignored, and only if asked.

use data_encoding::{BASE64, BASE64_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};
use serde::Serialize;

use crate::text::base64url;
use crate::text::json::Value;

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
    /// `12,34,...`, as an array of bytes becomes a string in JavaScript, or `[12,34]`.
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
                let members: Vec<String> = members
                    .map(|(at, byte)| format!("\"{at}\":{byte}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
        }
    }

    /// The bytes that a text stands for. `separators` says whether there are any in it to be ignored:
    /// whitespace, and quotes around it; colons, `0x` and `\x` in hex; in JSON, what may stand around or between its tokens.
    pub fn decode(self, text: &str, separators: bool) -> Option<Vec<u8>> {
        if let Self::Numbers | Self::Object = self {
            let json = (separators == self.has_separators(text)).then(|| unquoted(text))?;
            return match self {
                Self::Numbers if json.starts_with('[') => numbers(json),
                Self::Numbers => numbers(&format!("[{json}]")),
                _ => object(json),
            };
        }
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
            Self::Numbers | Self::Object => None,
            Self::Latin1 => plain.chars().map(|c| u8::try_from(c).ok()).collect(),
        }
    }

    /// Whether `decode` has separators to ignore in this text.
    pub fn has_separators(self, text: &str) -> bool {
        match self {
            Self::Numbers | Self::Object => {
                text.contains(|c: char| c.is_ascii_whitespace())
                    || text.starts_with(['"', '\'', '['])
            }
            _ => self.without_separators(text) != text,
        }
    }

    fn without_separators(self, text: &str) -> String {
        if self == Self::Latin1 {
            return text.to_owned();
        }
        let plain = unquoted(text).replace(|c: char| c.is_ascii_whitespace(), "");
        match self {
            Self::Hex | Self::UpperHex => {
                let plain = plain.strip_prefix("0x").unwrap_or(&plain);
                plain.replace("\\x", "").replace(':', "")
            }
            _ => plain,
        }
    }
}

/// A text without whitespace and one pair of quotes around it.
fn unquoted(text: &str) -> &str {
    let text = text.trim_ascii();
    let quoted = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    ['"', '\'']
        .into_iter()
        .find_map(quoted)
        .map_or(text, str::trim_ascii)
}

/// A JSON array of bytes.
fn numbers(json: &str) -> Option<Vec<u8>> {
    serde_json::from_str(json).ok()
}

/// A JSON object of bytes by their places, or as Node.js writes a `Buffer`.
fn object(json: &str) -> Option<Vec<u8>> {
    let Ok(Value::Object(object)) = Value::parse(json.as_bytes()) else {
        return None;
    };
    let byte = |value: &Value| u8::try_from(value.as_i64()?).ok();
    if object.get("type").and_then(Value::as_str) == Some("Buffer") {
        return match (object.get("data"), object.members().len()) {
            (Some(Value::Array(bytes)), 2) => bytes.iter().map(byte).collect(),
            (_, _) => None,
        };
    }
    let members = object.members().iter().enumerate();
    let bytes = members.map(|(at, member)| {
        let is_next = *member.name == *at.to_string();
        is_next.then(|| byte(&member.value)).flatten()
    });
    bytes.collect()
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
            (Notation::Numbers, "[1\",2]"),
            (Notation::Numbers, "1 2,3"),
            (Notation::Numbers, "01,2"),
            (Notation::Numbers, "+1,2"),
            (Notation::Numbers, "1,2]"),
            (Notation::Numbers, "1],[2"),
            (Notation::Object, "{\"0\":1,\"1\"\":2}"),
            (Notation::Object, "{\"0\":1,\"2\":2}"),
            (Notation::Object, "{\"0\":1,\"01\":2}"),
            (Notation::Object, "{\"0\":1,\"0\":2}"),
            (Notation::Object, "{0:1,1:2}"),
            (
                Notation::Object,
                "{\"type\":\"Buffer\",\"data\":[1,2],\"a\":1}",
            ),
            (Notation::Object, "{\"type\":\"Buffer\",\"data\":[1 2]}"),
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
        let buffer = "{\"type\":\"Buffer\",\"data\":[1,2]}";
        assert_eq!(Notation::Object.decode(buffer, false), Some(vec![1, 2]));
        assert_eq!(Notation::Numbers.decode("1, 2", true), Some(vec![1, 2]));
    }
}
