//! Distinguished names as text (RFC 4514): the most specific part first, special characters escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

/// The short names of RFC 4514, section 3, and of others that certificates have.
const TYPES: [(&str, &str); 12] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// The text of a `Name` (RFC 5280, section 4.1.2.4); none if it is malformed.
pub(super) fn text(name: &[u8]) -> Option<String> {
    let mut reader = SliceReader::new(name).ok()?;
    let read = reader.sequence(|name| {
        let mut parts = Vec::new();
        while !name.is_finished() {
            parts.push(relative(AnyRef::decode(name)?)?);
        }
        Ok::<_, der::Error>(parts)
    });
    let mut parts = read.ok()?;
    reader.finish().ok()?;
    parts.reverse();
    Some(parts.join(","))
}

/// A SET of one attribute or more.
fn relative(name: AnyRef) -> der::Result<String> {
    name.tag().assert_eq(Tag::Set)?;
    let mut reader = SliceReader::new(name.value())?;
    let mut attributes = Vec::new();
    while !reader.is_finished() {
        attributes.push(reader.sequence(|attribute| {
            let oid: ObjectIdentifier = attribute.decode()?;
            let oid = oid.to_string();
            let value = attribute.tlv_bytes()?;
            let name = TYPES.iter().find(|(number, _)| *number == oid);
            let name = name.map_or(&*oid, |(_, name)| name);
            Ok::<_, der::Error>(match string(AnyRef::from_der(value)?) {
                Some(text) => format!("{name}={}", escaped(&text)),
                None => format!("{name}=#{}", HEXLOWER.encode(value)),
            })
        })?);
    }
    Ok(attributes.join("+"))
}

/// The text of a string type.
fn string(value: AnyRef<'_>) -> Option<Cow<'_, str>> {
    match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::VisibleString
        | Tag::NumericString => std::str::from_utf8(value.value()).ok().map(Cow::from),
        // As programs write it: Latin-1.
        Tag::TeletexString => Some(value.value().iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let (pairs, rest) = value.value().as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().copied().map(u16::from_be_bytes).collect();
            let text = String::from_utf16(&units).ok()?;
            rest.is_empty().then_some(text.into())
        }
        _ => None,
    }
}

/// RFC 4514, section 2.4. Control characters are left to whoever prints the text.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        match c {
            '\0' => escaped.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                let _ = write!(escaped, "\\{c}");
            }
            ' ' if at == 0 || at == last => escaped.push_str("\\ "),
            '#' if at == 0 => escaped.push_str("\\#"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    /// An attribute of type 2.5.4.x.
    fn attribute(x: u8, tag: u8, value: &[u8]) -> Vec<u8> {
        let oid = element(0x06, &[0x55, 4, x]);
        element(0x30, &[oid, element(tag, value)].concat())
    }

    fn name(parts: &[&[Vec<u8>]]) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = parts
            .iter()
            .map(|part| element(0x31, &part.concat()))
            .collect();
        element(0x30, &parts.concat())
    }

    #[test]
    fn the_most_specific_part_comes_first() {
        let (country, unit) = (attribute(6, 0x13, b"DE"), attribute(11, 0x0C, b"U"));
        let common = attribute(3, 0x0C, "Ä".as_bytes());
        let name = name(&[&[country], &[common, unit]]);
        assert_eq!(text(&name).unwrap(), "CN=Ä+OU=U,C=DE");
        assert_eq!(text(&[0x30, 0]).unwrap(), "");
        assert_eq!(text(&name[..name.len() - 1]), None);
        assert_eq!(text(&[&name[..], &[0]].concat()), None);
    }

    #[test]
    fn every_string_is_text_and_nothing_in_it_looks_like_a_separator() {
        for (tag, value, expected) in [
            (0x0C, &b" a,b+c=\"d\" "[..], "CN=\\ a\\,b\\+c=\\\"d\\\"\\ "),
            (0x16, b"#1\0", "CN=\\#1\\00"),
            (0x14, b"\xC4", "CN=Ä"),
            (0x1E, b"\0A\x20\xAC", "CN=A\u{20AC}"),
            (0x1E, b"\0", "CN=#1e0100"),
            (0x0C, b"\xFF", "CN=#0c01ff"),
            (0x02, b"\x01", "CN=#020101"),
        ] {
            assert_eq!(
                text(&name(&[&[attribute(3, tag, value)]])).unwrap(),
                expected
            );
        }
        let unknown = name(&[&[attribute(127, 0x0C, b"x")]]);
        assert_eq!(text(&unknown).unwrap(), "2.5.4.127=x");
    }
}
