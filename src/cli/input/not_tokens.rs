//! Input that is clearly not a list of tokens, and the command that helps.

use memchr::memmem;
use serde::de::IgnoredAny;

use jwtlens::{
    HEADER_START, Input, NO_TOKEN_IN_BINARY, NO_TOKEN_IN_HTML, NO_TOKEN_IN_JSON, Token, is_binary,
    is_html,
};

use crate::cli::messages::Failure;
use crate::cli::scan;

/// Something other than tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// As in "found JSON".
    what: &'static str,
    hint: &'static str,
}

const JSON: Foreign = Foreign {
    what: "JSON",
    hint: "use --scan to find the token, or extract it with `jq -r .access_token`",
};

const OTHER_JSON: Foreign = Foreign {
    what: "JSON",
    hint: NO_TOKEN_IN_JSON,
};

const BINARY: Foreign = Foreign {
    what: "binary data",
    hint: NO_TOKEN_IN_BINARY,
};

const KEY: Foreign = Foreign {
    what: "a key",
    hint: "pass a token; use `jwtlens key` to see what a key holds",
};

const HTML: Foreign = Foreign {
    what: "HTML",
    hint: NO_TOKEN_IN_HTML,
};

const TEXT: Foreign = Foreign {
    what: "a log or other text",
    hint: "use --scan to find tokens in text",
};

/// Text in UTF-16, which has to be converted, whatever it holds.
pub const UTF_16: Foreign = Foreign {
    what: "UTF-16",
    hint: "convert it: iconv -f UTF-16 -t UTF-8",
};

/// Compressed data by its first bytes.
const COMPRESSED: [(&[u8], Foreign); 4] = [
    (
        b"\x1F\x8B",
        Foreign {
            what: "gzip data",
            hint: "decompress it with zcat first",
        },
    ),
    (
        b"\x28\xB5\x2F\xFD",
        Foreign {
            what: "zstd data",
            hint: "decompress it with zstdcat first",
        },
    ),
    (
        b"\xFD7zXZ\0",
        Foreign {
            what: "xz data",
            hint: "decompress it with xzcat first",
        },
    ),
    (
        // The level, and the first block.
        b"BZh91AY&SY",
        Foreign {
            what: "bzip2 data",
            hint: "decompress it with bzcat first",
        },
    ),
];

impl Foreign {
    /// Compressed data, which is nothing else.
    pub fn compressed(bytes: &[u8]) -> Option<Self> {
        COMPRESSED
            .into_iter()
            .find_map(|(magic, foreign)| bytes.starts_with(magic).then_some(foreign))
    }

    /// What a text of several lines without a token is; none if it may be a list of damaged tokens.
    pub fn of(text: &[u8], lines: &[&[u8]]) -> Option<Self> {
        by_start(text, lines).or_else(|| is_prose(lines).then_some(TEXT))
    }

    /// The error for a text of this name. With `scan`, any text is expected.
    pub fn failure(self, name: &str, scan: bool) -> Failure {
        let expected = match (self == UTF_16, scan) {
            (true, _) => "UTF-8 text",
            (false, true) => "text",
            (false, false) => "one token per line",
        };
        Failure::new(format!("{name}: expected {expected}, found {}", self.what)).hint(self.hint)
    }
}

fn by_start(text: &[u8], lines: &[&[u8]]) -> Option<Foreign> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let text = text.trim_ascii_start();
    let is_in = |word: &[u8]| memmem::find(text, word).is_some();
    if is_binary(text) {
        return Some(BINARY);
    }
    if text.starts_with(b"-----BEGIN ") {
        return Some(KEY);
    }
    if text.starts_with(b"<") {
        return is_html(text).then_some(HTML);
    }
    let (opening, rest) = text.split_first()?;
    let first = rest.trim_ascii_start().first();
    let is_json = match opening {
        b'{' => matches!(first, Some(b'"' | b'}')),
        b'[' => match first {
            Some(b'"' | b'{' | b'[') => true,
            // A timestamp in brackets begins with a digit too.
            Some(_) => lines.first().is_some_and(|line| line.trim_ascii() == b"["),
            None => false,
        },
        _ => false,
    };
    if !is_json {
        return None;
    }
    if is_in(b"\"kty\"") {
        return Some(KEY);
    }
    // JSON Lines is a log, and a HAR file is one too.
    let is_value = |line: &&[u8]| serde_json::from_slice::<IgnoredAny>(line).is_ok();
    let is_har = rest.trim_ascii_start().starts_with(b"\"log\"");
    Some(if is_har || lines.first().is_some_and(is_value) {
        TEXT
    } else if is_in(HEADER_START.as_bytes()) || !is_value(&text) {
        JSON
    } else {
        OTHER_JSON
    })
}

/// Whether more than half of the lines have words or a token after other text.
fn is_prose(lines: &[&[u8]]) -> bool {
    let is_words = |line: &&&[u8]| {
        let text = Token::new(Input::default(), line).text;
        let has_words = || text.iter().any(u8::is_ascii_whitespace);
        // What starts as a token may be a damaged one.
        scan::start(text) != Some(0) && (has_words() || scan::token(text).is_some())
    };
    lines.iter().filter(is_words).count() > lines.len() / 2
}
