//! Reports as lines of JSON, several times faster than `serde_json` writes them: nearly all texts in a report are
//! plain ASCII, and are copied as they are. The others are left to `serde_json`, and so is a report with a
//! value that is not written here.

use serde::ser::{self, Error as _, Impossible, Serialize, Serializer};
use serde_json::Error;

use super::escape;

/// The name under which `serde_json` serializes a text that is JSON already. If it were another one, the tests
/// would show it.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Whether it stands for itself in a string.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !is_quoted(byte)
}

/// Whether it takes a backslash before it.
fn is_quoted(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

/// Appends a value and a newline: what `serde_json` writes, [escaped](escape::json).
pub fn append(line: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Error> {
    let start = line.len();
    let mut writer = Writer {
        line,
        is_raw: false,
    };
    if value.serialize(&mut writer).is_err() {
        line.truncate(start);
        let json = serde_json::to_string(value)?;
        line.extend_from_slice(escape::json(&json).as_bytes());
    }
    line.push(b'\n');
    Ok(())
}

struct Writer<'l> {
    line: &'l mut Vec<u8>,
    /// Whether the next text is JSON already.
    is_raw: bool,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.line.extend_from_slice(text.as_bytes());
    }

    fn put_integer(&mut self, number: u64) {
        let mut digits = [0; 20];
        let mut rest = number;
        let mut count: usize = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0'.saturating_add((rest % 10).to_le_bytes()[0]);
            rest /= 10;
            count = count.saturating_add(1);
            if rest == 0 {
                break;
            }
        }
        let start = digits.len().saturating_sub(count);
        self.line
            .extend_from_slice(digits.get(start..).unwrap_or_default());
    }
}

/// An array or an object of which some items are written.
struct Items<'w, 'l> {
    writer: &'w mut Writer<'l>,
    is_first: bool,
    end: &'static str,
}

impl<'w, 'l> Items<'w, 'l> {
    fn begin(writer: &'w mut Writer<'l>, start: &str, end: &'static str) -> Self {
        writer.put(start);
        Self {
            writer,
            is_first: true,
            end,
        }
    }

    fn put_comma(&mut self) {
        if !self.is_first {
            self.writer.line.push(b',');
        }
        self.is_first = false;
    }
}

fn not_written<T>() -> Result<T, Error> {
    Err(Error::custom("not written here"))
}

impl<'w, 'l> Serializer for &'w mut Writer<'l> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'w, 'l>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Items<'w, 'l>;
    type SerializeStruct = Items<'w, 'l>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        if self.is_raw {
            self.put(&escape::json(text));
            return Ok(());
        }
        // Without a branch, so that many bytes are examined at a time.
        if text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
            self.line.push(b'"');
            self.line.extend_from_slice(text.as_bytes());
            self.line.push(b'"');
        } else if text.bytes().all(|byte| is_plain(byte) || is_quoted(byte)) {
            self.line.push(b'"');
            for byte in text.bytes() {
                if is_quoted(byte) {
                    self.line.push(b'\\');
                }
                self.line.push(byte);
            }
            self.line.push(b'"');
        } else {
            self.put(&escape::json(&serde_json::to_string(text)?));
        }
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.put(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Result<(), Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Result<(), Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i64(self, number: i64) -> Result<(), Error> {
        if number < 0 {
            self.line.push(b'-');
        }
        self.put_integer(number.unsigned_abs());
        Ok(())
    }

    fn serialize_u8(self, number: u8) -> Result<(), Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Result<(), Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Result<(), Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u64(self, number: u64) -> Result<(), Error> {
        self.put_integer(number);
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Result<(), Error> {
        not_written()
    }

    fn serialize_f64(self, _: f64) -> Result<(), Error> {
        not_written()
    }

    fn serialize_char(self, _: char) -> Result<(), Error> {
        not_written()
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        not_written()
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.put("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        not_written()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w, 'l>, Error> {
        Ok(Items::begin(self, "[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        not_written()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        not_written()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        not_written()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'w, 'l>, Error> {
        Ok(Items::begin(self, "{", "}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Items<'w, 'l>, Error> {
        self.is_raw = name == RAW_VALUE;
        if self.is_raw {
            Ok(Items::begin(self, "", ""))
        } else {
            Ok(Items::begin(self, "{", "}"))
        }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        not_written()
    }
}

impl ser::SerializeSeq for Items<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        self.put_comma();
        item.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.writer.put(self.end);
        Ok(())
    }
}

impl ser::SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Error> {
        self.put_comma();
        name.serialize(&mut *self.writer)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.writer.line.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.writer.put(self.end);
        Ok(())
    }
}

impl ser::SerializeStruct for Items<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[expect(
        clippy::inline_always,
        reason = "a name whose length the compiler knows is copied without a call"
    )]
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        if !self.writer.is_raw {
            // The program's own names are plain.
            self.put_comma();
            self.writer.line.push(b'"');
            self.writer.put(name);
            self.writer.put("\":");
        }
        value.serialize(&mut *self.writer)?;
        self.writer.is_raw = false;
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        self.writer.put(self.end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jwtlens::json::Value;
    use jwtlens::{KeySet, Policy, Token, Verifier};
    use serde::Serialize;

    use super::*;

    /// Of every kind that a report has, and some that it has not.
    #[derive(Serialize)]
    struct Kinds<'t> {
        text: &'t str,
        none: Option<u8>,
        some: Option<i64>,
        list: Vec<&'t str>,
        empty: Vec<u8>,
        names: BTreeMap<&'t str, Option<bool>>,
        json: Value,
        unit: (),
        #[serde(skip_serializing_if = "Option::is_none")]
        other: Option<f64>,
        numbers: (u64, i64),
    }

    #[derive(Serialize)]
    enum Unit {
        #[serde(rename = "a\"b")]
        Quoted,
    }

    fn expected(value: &impl Serialize) -> String {
        let json = serde_json::to_string(value).unwrap();
        format!("{}\n", escape::json(&json))
    }

    fn written(value: &impl Serialize) -> String {
        let mut line = b"before\n".to_vec();
        append(&mut line, value).unwrap();
        let line = String::from_utf8(line).unwrap();
        line.strip_prefix("before\n").unwrap().to_owned()
    }

    /// What is written here without a fallback.
    fn written_here(value: &impl Serialize) -> bool {
        let mut line = Vec::new();
        let mut writer = Writer {
            line: &mut line,
            is_raw: false,
        };
        value.serialize(&mut writer).is_ok()
    }

    #[test]
    fn lines_are_those_of_serde_json() {
        for text in [
            "",
            "plain text ~!#[]",
            "\"",
            "\\",
            "a\u{7f}\u{80}\u{85}\u{202e}\u{2028}\u{e0041}é🙂\u{fffe}",
            "\0\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f}",
            "</script>",
        ] {
            let json =
                Value::parse(br#"{"a":[1.0,-1E5,1e400,"\u001b",{}],"\u2028":null}"#).unwrap();
            let mut kinds = Kinds {
                text,
                none: None,
                some: Some(i64::MIN),
                list: vec![text, text],
                empty: Vec::new(),
                names: [(text, Some(true)), ("x", None)].into(),
                json,
                unit: (),
                other: None,
                numbers: (0, 0),
            };
            // A tuple is not written here.
            assert!(!written_here(&kinds));
            assert_eq!(written(&kinds), expected(&kinds));
            kinds.other = Some(0.5);
            assert_eq!(written(&kinds), expected(&kinds));
            for value in [kinds.json.clone(), Value::from(text), Value::from(i64::MAX)] {
                assert!(written_here(&value));
                assert_eq!(written(&value), expected(&value));
            }
            assert!(written_here(&kinds.names) && written_here(&kinds.list));
            assert_eq!(written(&kinds.names), expected(&kinds.names));
            assert_eq!(written(&kinds.list), expected(&kinds.list));
        }
        for number in [0, 1, 9, 10, 99, 100, 12_345, u64::MAX / 10, u64::MAX] {
            assert_eq!(written(&number), expected(&number));
        }
        for number in [i64::MIN, -10, -1, 0, i64::MAX] {
            assert_eq!(written(&number), expected(&number));
        }
        assert_eq!(written(&Unit::Quoted), expected(&Unit::Quoted));
    }

    /// A line of its own, and claims that are written as they stand in the token.
    #[test]
    fn reports_are_written_without_serde_json() {
        const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
        let verifier = Verifier::new(
            KeySet::read("k", JWK.as_bytes()).unwrap(),
            Policy::default(),
        );
        for token in [
            "eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOlsiYXBpIiwidHJhbnNjb2Rlcy1zZGsiXSwidGVuYW50Ijp7Im5hbWUiOiJleGFtcGxlIn19.AAAA",
            // RFC 7515, A.3: with line breaks.
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
            "a.b",
            "",
        ] {
            let report = verifier.verify(&Token::from(token), 0);
            assert!(written_here(&report), "{token}");
            assert_eq!(written(&report), expected(&report), "{token}");
        }
    }
}
