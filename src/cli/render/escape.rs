//! Text from a token, a key, an argument or a file's name is hostile until it went through here:
//! nothing that moves a cursor, hides itself or turns text around leaves the program raw.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// Every character that is a control (Cc), a format character (Cf, with all bidirectional
/// controls), a space other than U+0020 (Zs), a line or paragraph separator (Zl, Zp), or a noncharacter,
/// has `Default_Ignorable_Code_Point`, or is the blank U+2800. A test holds the table against Unicode's own.
const HOSTILE: [(char, char); 47] = [
    ('\u{0000}', '\u{001F}'),
    ('\u{007F}', '\u{00A0}'),
    ('\u{00AD}', '\u{00AD}'),
    ('\u{034F}', '\u{034F}'),
    ('\u{0600}', '\u{0605}'),
    ('\u{061C}', '\u{061C}'),
    ('\u{06DD}', '\u{06DD}'),
    ('\u{070F}', '\u{070F}'),
    ('\u{0890}', '\u{0891}'),
    ('\u{08E2}', '\u{08E2}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{2000}', '\u{200F}'),
    ('\u{2028}', '\u{202F}'),
    ('\u{205F}', '\u{206F}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FDD0}', '\u{FDEF}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFFB}'),
    ('\u{FFFE}', '\u{FFFF}'),
    ('\u{110BD}', '\u{110BD}'),
    ('\u{110CD}', '\u{110CD}'),
    ('\u{13430}', '\u{1343F}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{1FFFE}', '\u{1FFFF}'),
    ('\u{2FFFE}', '\u{2FFFF}'),
    ('\u{3FFFE}', '\u{3FFFF}'),
    ('\u{4FFFE}', '\u{4FFFF}'),
    ('\u{5FFFE}', '\u{5FFFF}'),
    ('\u{6FFFE}', '\u{6FFFF}'),
    ('\u{7FFFE}', '\u{7FFFF}'),
    ('\u{8FFFE}', '\u{8FFFF}'),
    ('\u{9FFFE}', '\u{9FFFF}'),
    ('\u{AFFFE}', '\u{AFFFF}'),
    ('\u{BFFFE}', '\u{BFFFF}'),
    ('\u{CFFFE}', '\u{CFFFF}'),
    ('\u{DFFFE}', '\u{E0FFF}'),
    ('\u{EFFFE}', '\u{EFFFF}'),
    ('\u{FFFFE}', '\u{FFFFF}'),
    ('\u{10FFFE}', '\u{10FFFF}'),
];

/// Whether a character must not leave the program raw.
pub fn is_hostile(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let after = HOSTILE.partition_point(|(first, _)| *first <= c);
    after
        .checked_sub(1)
        .and_then(|i| HOSTILE.get(i))
        .is_some_and(|(_, last)| c <= *last)
}

/// Whether a character is drawn over the one before it, or not at all.
fn is_combining(c: char) -> bool {
    !c.is_ascii() && c.escape_debug().len() > 1
}

/// For people: hostile characters become `\n`, `\r`, `\t` or `\u{...}`, as does one that combines with a quote before it,
/// and a backslash becomes two, so that an escape differs from text that looks like one.
pub fn text(text: &str) -> Cow<'_, str> {
    // Most texts are plain ASCII, which is checked many bytes at a time.
    let is_plain = |plain, octet| plain & matches!(octet, b' '..=b'[' | b']'..=b'~');
    if text.bytes().fold(true, is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len().saturating_add(16));
    let mut is_behind_quote = false;
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if is_hostile(c) || (is_behind_quote && is_combining(c)) => {
                // Writing to a String can't fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
            c => escaped.push(c),
        }
        is_behind_quote = c == '"' || (is_behind_quote && is_combining(c));
    }
    Cow::Owned(escaped)
}

/// A name, in quotes if it is empty or could be taken for its surroundings in a table or a list.
pub fn delimited(name: &str) -> Cow<'_, str> {
    let is_delimiter = |c: char| c.is_whitespace() || matches!(c, ',' | '"');
    if name.is_empty() || name.contains(is_delimiter) {
        // A quote within would end it.
        Cow::Owned(format!("\"{}\"", name.replace('"', "\\\"")))
    } else {
        Cow::Borrowed(name)
    }
}

/// For programs: in JSON that `serde_json` wrote, what it leaves raw becomes `\uXXXX`, which is the
/// same value. Such characters occur only inside strings there, and newlines only between members.
pub fn json(json: &str) -> Cow<'_, str> {
    let is_raw = |c: char| c != '\n' && is_hostile(c);
    // Nearly all of it is printable ASCII, which is checked many bytes at a time.
    if json.bytes().fold(true, |plain, octet| {
        plain & matches!(octet, b' '..=b'~' | b'\n')
    }) {
        return Cow::Borrowed(json);
    }
    if !json.chars().any(is_raw) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len().saturating_add(16));
    for c in json.chars() {
        if is_raw(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Escapes what stands in `made` from `start` on, as [`json`].
pub fn json_from(made: &mut Vec<u8>, start: usize) -> io::Result<()> {
    let text = made.get(start..).unwrap_or_default();
    let text = str::from_utf8(text).map_err(io::Error::other)?;
    if let Cow::Owned(escaped) = json(text) {
        made.truncate(start);
        made.extend_from_slice(escaped.as_bytes());
    }
    Ok(())
}

/// [`json`] as a writer, so that a report of any length need not be held in memory.
pub struct JsonWriter<W>(pub W);

impl<W: io::Write> io::Write for JsonWriter<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        // `serde_json` writes whole strings or whole parts of them, cut at ASCII characters.
        let text = str::from_utf8(octets).map_err(io::Error::other)?;
        self.0.write_all(json(text).as_bytes())?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_unicode() {
        let hostile = regex::Regex::new(
            r"^[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Noncharacter_Code_Point}\u{2800}--\u{20}]$",
        )
        .unwrap();
        let mut buffer = [0; 4];
        for c in char::MIN..=char::MAX {
            assert_eq!(
                is_hostile(c),
                hostile.is_match(c.encode_utf8(&mut buffer)),
                "{c:?}"
            );
        }
    }

    #[test]
    fn an_escape_is_told_from_its_likeness() {
        for (raw, shown) in [
            ("plain é 漢字 🙂", "plain é 漢字 🙂"),
            ("a\nb\r\t", "a\\nb\\r\\t"),
            ("a\\nb", "a\\\\nb"),
            (
                "\u{1b}[31m\u{9b}\u{7f}\0",
                "\\u{1b}[31m\\u{9b}\\u{7f}\\u{0}",
            ),
            (
                "\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}",
                "\\u{202e}\\u{2066}\\u{200b}\\u{feff}\\u{e0041}",
            ),
            // A letter may have an accent; a quote with one no longer looks like a quote.
            ("e\u{301} \"e\u{301}\"", "e\u{301} \"e\u{301}\""),
            ("\"\u{301}\u{308}\" é", "\"\\u{301}\\u{308}\" é"),
        ] {
            assert_eq!(text(raw), shown);
        }
    }

    #[test]
    fn a_name_can_not_imitate_what_stands_beside_it() {
        for (name, shown) in [
            ("https://a.b/c-d_e", "https://a.b/c-d_e"),
            ("", "\"\""),
            ("exp    expires", "\"exp    expires\""),
            ("a, 9 b", "\"a, 9 b\""),
            ("a,b", "\"a,b\""),
            ("a\u{a0}b", "\"a\u{a0}b\""),
            ("\"a\"", "\"\\\"a\\\"\""),
        ] {
            assert_eq!(delimited(name), shown);
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let raw = "\u{1b}\u{7f}\u{85}\u{202e}\u{2028}\u{e0041}\\\"é🙂\n";
        let plain = serde_json::to_string_pretty(&[raw]).unwrap();
        let escaped = json(&plain);
        assert!(!escaped.chars().any(|c| c != '\n' && is_hostile(c)));
        assert_eq!(
            serde_json::from_str::<[String; 1]>(&escaped).unwrap(),
            [raw]
        );
        assert!(escaped.contains("\\u202e") && escaped.contains("\\udb40\\udc41"));
        let mut written = Vec::new();
        serde_json::to_writer_pretty(JsonWriter(&mut written), &[raw]).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), escaped);
    }
}
