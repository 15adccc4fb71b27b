//! JSON (RFC 8259) as a token or a key holds it: strictly read, and kept as it stands.
//!
//! `serde_json` reads the grammar; this module stands apart because `serde_json::Value` keeps the
//! last of duplicate members and loses the digits of numbers, and because its remedies are chosen
//! by a member's *name*, which a token may hold. Here each value is first taken as a [`RawValue`],
//! dispatched on its first byte, and then read by its type.

use std::collections::HashSet;
use std::fmt;
use std::iter;

use serde::de::value::{self, BorrowedStrDeserializer, MapDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use zeroize::Zeroize;

use super::decimal::Decimal;
pub use super::json_fault::{JsonError, JsonFault, MAX_DEPTH};

/// Up to this many members a duplicate is looked for pair by pair, which needs no allocation.
const FEW_MEMBERS: usize = 16;

/// One JSON value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, with the text that stood in the source.
    Number(Number),
    /// A string, without its escapes.
    String(Box<str>),
    /// An array.
    Array(Box<[Value]>),
    /// An object, its members in the order of the source.
    Object(Object),
}

/// A JSON object without duplicate members, in the order of the source.
#[derive(Clone, Debug, Default)]
pub struct Object {
    members: Vec<Member>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name, without its escapes.
    pub name: Box<str>,
    /// The value.
    pub value: Value,
    /// Where the value begins: bytes from the start of the whole text.
    pub offset: usize,
}

/// A JSON number as it stood in the source: `1.0` and `1E5` stay so, and no digit is lost.
#[derive(Clone, Debug)]
pub struct Number(Box<RawValue>);

impl Value {
    /// Reads one JSON text: UTF-8 without a byte order mark, no duplicate member at any depth, at
    /// most [`MAX_DEPTH`] levels.
    ///
    /// # Errors
    ///
    /// The first fault, with its offset in `text`.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let text = text_of(text)?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|e| JsonError::of(&e, text, 0))?;
        Reader { text }.value(raw, 0)
    }

    /// The name of the value's type, as RFC 8259 has it, with its article.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The string's content, where the value is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The number, if the value is an integer of 64 bits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.text().parse().ok(),
            Self::Null | Self::Bool(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Whether both are the same value: numbers by what they are worth (`1e1` is `10`), strings by
    /// their characters, objects whatever the order of their members.
    #[must_use]
    pub fn same_value(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.same_value(b),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_value(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.members.len() == b.members.len()
                    && a.members
                        .iter()
                        .all(|m| b.get(&m.name).is_some_and(|v| m.value.same_value(v)))
            }
            (
                Self::Null
                | Self::Bool(_)
                | Self::Number(_)
                | Self::String(_)
                | Self::Array(_)
                | Self::Object(_),
                _,
            ) => false,
        }
    }
}

impl Object {
    /// The members, in the order of the source.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member of that name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|m| *m.name == *name)
    }

    /// The value of the member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.member(name).map(|m| &m.value)
    }
}

impl Object {
    /// Overwrites the strings of the members that are chosen by name, which hold secrets.
    pub(crate) fn clear(&mut self, is_chosen: fn(&str) -> bool) {
        for member in &mut self.members {
            if let (true, Value::String(text)) = (is_chosen(&member.name), &mut member.value) {
                text.zeroize();
            }
        }
    }

    /// Replaces the values for which there is another one.
    pub(crate) fn replace(&mut self, other: impl Fn(&str, &Value) -> Option<Value>) {
        for member in &mut self.members {
            if let Some(value) = other(&member.name, &member.value) {
                member.value = value;
            }
        }
    }

    /// The members of a value that serializes to an object; none of another one.
    pub(crate) fn of(value: &impl Serialize) -> Option<Self> {
        match Value::parse(&serde_json::to_vec(value).ok()?) {
            Ok(Value::Object(object)) => Some(object),
            Ok(_) | Err(_) => None,
        }
    }

    /// Adds a member, which must be of a new name.
    pub(crate) fn push(&mut self, name: &str, value: Value) {
        self.members.push(Member {
            name: name.into(),
            value,
            offset: 0,
        });
    }
}

impl Number {
    /// The number's text in the source.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Whether both are worth the same, exactly.
    fn same_value(&self, other: &Self) -> bool {
        // Equal texts are equal numbers; an exponent beyond `Decimal` is compared by text alone.
        self.text() == other.text()
            || match (Decimal::exact(self.text()), Decimal::exact(other.text())) {
                (Some(a), Some(b)) => a == b,
                (None, _) | (_, None) => false,
            }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        // An integer's text is always JSON; `null` could only stand for a fault of `serde_json`.
        RawValue::from_string(number.to_string())
            .map_or(Self::Null, |raw| Self::Number(Number(raw)))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

/// Reads raw values that are slices of one text.
struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&self, raw: &'a RawValue, depth: usize) -> Result<Value, JsonError> {
        let text = raw.get();
        let fail = |e: serde_json::Error| JsonError::of(&e, text, self.offset(raw));
        match text.as_bytes().first() {
            Some(b'{') => Ok(Value::Object(self.object(raw, depth)?)),
            Some(b'[') => {
                let depth = self.deeper(raw, depth)?;
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(fail)?;
                // Of many small arrays, what a growing one had too much would be most of it.
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.value(item, depth)?);
                }
                Ok(Value::Array(values.into()))
            }
            Some(b'"') => Ok(Value::String(serde_json::from_str(text).map_err(fail)?)),
            Some(b't') => Ok(Value::Bool(true)),
            Some(b'f') => Ok(Value::Bool(false)),
            Some(b'n') => Ok(Value::Null),
            Some(_) | None => Ok(Value::Number(Number(raw.to_owned()))),
        }
    }

    fn object(&self, raw: &'a RawValue, depth: usize) -> Result<Object, JsonError> {
        let depth = self.deeper(raw, depth)?;
        let RawMembers(raw_members) = serde_json::from_str(raw.get())
            .map_err(|e| JsonError::of(&e, raw.get(), self.offset(raw)))?;
        self.reject_duplicates(&raw_members)?;
        let mut members = Vec::with_capacity(raw_members.len());
        for (name, raw) in raw_members {
            members.push(Member {
                name: name.into(),
                value: self.value(raw, depth)?,
                offset: self.offset(raw),
            });
        }
        Ok(Object { members })
    }

    fn reject_duplicates(&self, members: &[(String, &RawValue)]) -> Result<(), JsonError> {
        let again = if members.len() <= FEW_MEMBERS {
            members
                .iter()
                .enumerate()
                .find(|(i, (name, _))| members.iter().take(*i).any(|(earlier, _)| earlier == name))
                .map(|(_, member)| member)
        } else {
            let mut seen = HashSet::with_capacity(members.len());
            members.iter().find(|(name, _)| !seen.insert(name.as_str()))
        };
        match again {
            None => Ok(()),
            Some((name, raw)) => Err(JsonError::new(
                self.offset(raw),
                JsonFault::DuplicateMember(name.as_str().into()),
            )),
        }
    }

    fn deeper(&self, raw: &RawValue, depth: usize) -> Result<usize, JsonError> {
        if depth >= MAX_DEPTH {
            return Err(JsonError::new(self.offset(raw), JsonFault::TooDeep));
        }
        Ok(depth.saturating_add(1))
    }

    /// Where `raw`, a slice of `self.text`, begins in it.
    fn offset(&self, raw: &RawValue) -> usize {
        raw.get()
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr())
    }
}

/// Bytes as JSON text: UTF-8 without a byte order mark (RFC 8259 section 8.1).
pub(crate) fn text_of(octets: &[u8]) -> Result<&str, JsonError> {
    if octets.starts_with(b"\xEF\xBB\xBF") {
        return Err(JsonError::new(0, JsonFault::ByteOrderMark));
    }
    std::str::from_utf8(octets).map_err(|e| JsonError::new(e.valid_up_to(), JsonFault::NotUtf8))
}

/// The members of an object as texts, so that a fault in one leaves the others readable; none if
/// the text is JSON but not an object.
pub(crate) fn raw_members(text: &str) -> Result<Option<Vec<(String, &str)>>, JsonError> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|e| JsonError::of(&e, text, 0))?;
    if !raw.get().starts_with('{') {
        return Ok(None);
    }
    let RawMembers(members) =
        serde_json::from_str(raw.get()).map_err(|e| JsonError::of(&e, raw.get(), 0))?;
    Reader { text }.reject_duplicates(&members)?;
    Ok(Some(
        members
            .into_iter()
            .map(|(name, raw)| (name, raw.get()))
            .collect(),
    ))
}

/// The items of an array as texts; none if the text is JSON but not an array.
pub(crate) fn raw_items(text: &str) -> Result<Option<Vec<&str>>, JsonError> {
    if !text.starts_with('[') {
        return Ok(None);
    }
    let items: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|e| JsonError::of(&e, text, 0))?;
    Ok(Some(items.into_iter().map(RawValue::get).collect()))
}

/// A text that is known to be JSON, without reading it again: made as `serde_json` makes it of what it has read.
/// If it did so in another manner, this would be none.
pub(crate) fn verbatim(json: &str) -> Option<&RawValue> {
    const NAME: &str = "$serde_json::private::RawValue";
    let text = BorrowedStrDeserializer::<value::Error>::new(json);
    let read = MapDeserializer::new(iter::once((NAME, text)));
    <&RawValue>::deserialize(read).ok()
}

/// The type of a JSON text, with its article.
pub(crate) fn type_of(text: &str) -> &'static str {
    Value::parse(text.as_bytes()).map_or("other JSON", |value| value.type_name())
}

/// An object's members before they are read further. Names are compared without their escapes.
struct RawMembers<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for RawMembers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(MembersVisitor).map(RawMembers)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items.iter()),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len()))?;
        for member in &self.members {
            map.serialize_entry(&member.name, &member.value)?;
        }
        map.end()
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Value::parse(text.as_bytes()).unwrap().to_string()
    }

    fn fault(text: &[u8]) -> (usize, String) {
        let error = Value::parse(text).unwrap_err();
        (error.offset, error.fault.to_string())
    }

    #[test]
    fn keeps_numbers_and_order_as_they_stand() {
        let text =
            r#"{"z":12345678901234567890123,"a":1.0,"m":[1E5,-0.0e-0,1e400],"k":{"y":1,"x":2}}"#;
        assert_eq!(shown(text), text);
    }

    #[test]
    fn private_names_of_serde_json_are_names_like_others() {
        let number = r#"{"exp":{"$serde_json::private::Number":"9999999999"}}"#;
        let raw = r#"{"exp":{"$serde_json::private::RawValue":"9999999999"}}"#;
        for text in [number, raw] {
            assert_eq!(shown(text), text);
            let Ok(Value::Object(object)) = Value::parse(text.as_bytes()) else {
                panic!("{text}")
            };
            assert_eq!(object.get("exp").unwrap().type_name(), "an object");
        }
    }

    #[test]
    fn known_json_is_taken_without_reading_it() {
        for json in ["{\"a\":[1.0,true]}", "1e400", "not read"] {
            assert_eq!(verbatim(json).unwrap().get(), json);
            assert_eq!(
                serde_json::to_string(verbatim(json).unwrap()).unwrap(),
                json
            );
        }
    }

    #[test]
    fn rejects_duplicates_at_any_depth_and_in_any_spelling() {
        let twice = |name: &str| format!("duplicate member \"{name}\"");
        assert_eq!(fault(br#"{"alg":1,"alg":1}"#), (15, twice("alg")));
        assert_eq!(fault(br#"{"alg":1,"\u0061lg":2}"#), (20, twice("alg")));
        assert_eq!(fault(br#"{"a":[{"b":{"c":1,"c":1}}]}"#), (22, twice("c")));
        let many: Vec<String> = (0..40).map(|i| format!("\"m{}\":0", i % 39)).collect();
        assert_eq!(
            fault(format!("{{{}}}", many.join(",")).as_bytes()).1,
            twice("m0")
        );
    }

    #[test]
    fn a_fault_reports_its_byte_offset() {
        assert_eq!(fault(b"{\"a\":\n\n01}"), (8, "invalid number".to_owned()));
        assert_eq!(
            fault(b"[{\"a\" 1}]"),
            (6, "expected ':', found a number".to_owned())
        );
        assert_eq!(
            fault(b"{\"a\":1"),
            (6, "unexpected end of input inside an object".to_owned())
        );
        assert_eq!(
            fault(b""),
            (0, "unexpected end of input inside a value".to_owned())
        );
        assert_eq!(
            fault(b"{} x"),
            (3, "expected the end of the text, found a letter".to_owned())
        );
        assert_eq!(fault(b"{\"a\":1, }"), (8, "trailing comma".to_owned()));
        assert_eq!(fault(b"[1,]"), (3, "trailing comma".to_owned()));
        assert_eq!(
            fault(b"{a:1}"),
            (1, "expected a member name, found a letter".to_owned())
        );
        assert_eq!(
            fault(b"[\"\x01\"]"),
            (2, "control character in a string".to_owned())
        );
        assert_eq!(
            fault(b"\xEF\xBB\xBF{}"),
            (0, "unexpected byte order mark (BOM)".to_owned())
        );
        assert_eq!(fault(b"{\"a\":\"\xFF\"}"), (6, "not UTF-8".to_owned()));
        assert_eq!(fault(b"[0,{\"a\":\"\\ud800\"}]").1, "unpaired surrogate");
    }

    #[test]
    fn reads_127_levels_and_no_more() {
        for (open, close, inner) in [("[", "]", "1"), ("{\"a\":", "}", "1")] {
            let nested = |n: usize| format!("{}{inner}{}", open.repeat(n), close.repeat(n));
            assert!(Value::parse(nested(127).as_bytes()).is_ok());
            let (offset, message) = fault(nested(128).as_bytes());
            assert_eq!(offset, open.len() * 127);
            assert_eq!(message, "nesting exceeds 127 levels");
            assert_eq!(fault(nested(20_000).as_bytes()).0, open.len() * 127);
        }
    }

    #[test]
    fn values_are_compared_by_worth() {
        let value = |text: &str| Value::parse(text.as_bytes()).unwrap();
        for (a, b) in [
            ("1", "1.0"),
            ("10", "1e1"),
            ("-0", "0.0"),
            ("true", "true"),
            ("[1,2]", "[1.0,20e-1]"),
            (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1.00}"#),
            ("1e99999999999999999999", "1e99999999999999999999"),
        ] {
            assert!(value(a).same_value(&value(b)), "{a} {b}");
        }
        for (a, b) in [
            ("12345678901234567890123", "12345678901234567890124"),
            ("1", "\"1\""),
            ("[1]", "[1,1]"),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            ("null", "false"),
            ("true", "false"),
            ("1e99999999999999999999", "1e99999999999999999998"),
        ] {
            assert!(!value(a).same_value(&value(b)), "{a} {b}");
        }
    }
}
