//! Bytes written as text, and the command that undoes it.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

/// How a file has its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Binary,
    /// Base64 (RFC 4648, section 4).
    Base64,
    /// Base64 without its padding, of which this is missing.
    UnpaddedBase64(&'static str),
    /// Base64url (RFC 4648, section 5); the padding that is missing.
    Base64Url(&'static str),
    /// Hexadecimal digits, perhaps with colons between them.
    Hex,
}

/// How the text of a secret stands for its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretEncoding {
    /// Its own bytes.
    Text,
    /// Base64 (RFC 4648, section 4), padded or not.
    Base64,
    /// Base64url (RFC 4648, section 5), padded or not.
    Base64Url,
    /// Hexadecimal digits in either case.
    Hex,
}

/// Fewer hexadecimal digits are no key.
const MIN_HEX: usize = 32;

impl Encoding {
    /// What a text stands for, if it is one of these encodings and nothing else, apart from whitespace.
    pub(crate) fn decode(text: &[u8]) -> Option<(Self, Zeroizing<Vec<u8>>)> {
        let mut compact = Zeroizing::new(Vec::with_capacity(text.len()));
        compact.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        if compact.is_empty() {
            return None;
        }
        let mut digits = Zeroizing::new(Vec::with_capacity(compact.len()));
        digits.extend(compact.iter().filter(|byte| **byte != b':'));
        if digits.len() >= MIN_HEX
            && let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(&digits)
        {
            return Some((Self::Hex, bytes.into()));
        }
        if let Ok(bytes) = BASE64.decode(&compact) {
            return Some((Self::Base64, bytes.into()));
        }
        let padding = compact.iter().rev().take_while(|byte| **byte == b'=');
        let padding = padding.count();
        let length = compact.len().saturating_sub(padding);
        compact.truncate(length);
        let is_base64 = compact.iter().any(|byte| matches!(byte, b'+' | b'/'));
        for byte in compact.iter_mut() {
            match byte {
                b'+' => *byte = b'-',
                b'/' => *byte = b'_',
                _ => {}
            }
        }
        let bytes = BASE64URL_NOPAD.decode(&compact).ok()?;
        let missing = match (compact.len() % 4, padding) {
            (2, 0) => "==",
            (2, 1) | (3, 0) => "=",
            _ => "",
        };
        let encoding = if is_base64 {
            Self::UnpaddedBase64(missing)
        } else {
            Self::Base64Url(missing)
        };
        Some((encoding, bytes.into()))
    }

    /// A command that writes the bytes, to be followed by a redirection or a pipe.
    pub(crate) fn command(self) -> String {
        match self {
            Self::Binary => "cat FILE".to_owned(),
            Self::Base64 => "base64 -d < FILE".to_owned(),
            Self::UnpaddedBase64("") | Self::Base64Url("") => {
                "tr -- -_ +/ < FILE | base64 -d".to_owned()
            }
            Self::UnpaddedBase64(missing) | Self::Base64Url(missing) => {
                format!("(tr -- -_ +/ < FILE; echo {missing}) | base64 -d")
            }
            Self::Hex => "tr -d : < FILE | xxd -r -p".to_owned(),
        }
    }

    /// A command that puts the bytes through another one, which reads standard input.
    pub(crate) fn through(self, command: &str) -> String {
        match self {
            Self::Binary => format!("{command} < FILE"),
            Self::Base64 | Self::UnpaddedBase64(_) | Self::Base64Url(_) | Self::Hex => {
                format!("{} | {command}", self.command())
            }
        }
    }

    /// After what the bytes are: how they are written.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Binary => "",
            Self::Base64 => " in base64",
            Self::UnpaddedBase64(_) => " in base64 without padding",
            Self::Base64Url(_) => " in base64url",
            Self::Hex => " in hexadecimal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_told_from_the_others() {
        let bytes: Vec<u8> = (0xE0..=0xFF).collect();
        let hex = HEXLOWER_PERMISSIVE.encode(&bytes);
        let base64 = BASE64.encode(&bytes);
        let base64url = BASE64URL_NOPAD.encode(&bytes);
        let colons: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let (first, second) = base64.split_at(20);
        for (text, encoding) in [
            (hex.clone(), Encoding::Hex),
            (format!("{hex}\n"), Encoding::Hex),
            (colons.join(":"), Encoding::Hex),
            (base64.clone(), Encoding::Base64),
            (format!("{first}\r\n{second}\n"), Encoding::Base64),
            (base64url.clone(), Encoding::Base64Url("=")),
            (format!("{base64url}="), Encoding::Base64Url("")),
            (base64.replace('=', ""), Encoding::UnpaddedBase64("=")),
        ] {
            let (found, decoded) = Encoding::decode(text.as_bytes()).unwrap();
            assert_eq!((found, &*decoded), (encoding, &bytes), "{text}");
        }
        for text in ["", " ", "AAAA.AAAA", "A", "é", "0123456789abcdeg?"] {
            assert_eq!(Encoding::decode(text.as_bytes()), None, "{text}");
        }
    }
}
