//! The text, until it is three segments of base64url.

use crate::debug::change::Change;
use crate::debug::reading::notation::exactly;
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// Stands for each byte that is not UTF-8, so that every other byte keeps its place. Only searches read it: what is
/// proven names the byte.
pub const SUBSTITUTE: char = '\u{1A}';

/// A token's segments, each of base64url characters alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    pub header: String,
    pub payload: String,
    pub signature: String,
    /// Header and payload before they were brought to base64url.
    pub written: [String; 2],
}

/// The segments of a text after these changes.
pub fn segments(token: &[u8], changes: &[Change]) -> Option<Segments> {
    let is_encoding =
        |change: &Change| matches!(change, Change::UseBase64url | Change::RemovePadding);
    let encoding = changes
        .iter()
        .position(is_encoding)
        .unwrap_or(changes.len());
    let (before, encoding) = changes.split_at_checked(encoding)?;
    let written = after(token.to_vec(), before)?;
    let plain = after(written.clone(), encoding)?;
    let [header, payload, _] = in_three(&written)?;
    let written = [header, payload];
    let [header, payload, signature] = in_three(&plain)?;
    let is_plain = |segment: &String| segment.chars().all(is_base64url);
    let are_plain = [&header, &payload, &signature].into_iter().all(is_plain);
    are_plain.then_some(Segments {
        header,
        payload,
        signature,
        written,
    })
}

fn after(text: Vec<u8>, changes: &[Change]) -> Option<Vec<u8>> {
    changes
        .iter()
        .try_fold(text, |text, change| self::text(&text, change))
}

/// A text after one change.
pub fn text(text: &[u8], change: &Change) -> Option<Vec<u8>> {
    let changed = match change {
        Change::RemoveNuls if text.contains(&0) => without_nuls(text),
        Change::DecodePercent if text.contains(&b'%') => percent_decoded(text)?,
        Change::TakeMember { pointer } => member(text, pointer)?.into_bytes(),
        Change::WriteCompact { index, unprotected } => match Value::parse(text).ok()? {
            Value::Object(jws) => compact(&jws, *index, *unprotected)?,
            _ => return None,
        },
        Change::Take { from, to, .. } => text.get(*from..*to)?.to_vec(),
        Change::DecodeBase64 => base64_decoded(text)?,
        Change::RemoveWhitespace => without_whitespace(text),
        Change::ReplaceSpaces => replaced(text, b' ', b'+'),
        Change::EditText { edit, .. } => {
            let removed = edit.removed.as_bytes();
            spliced(text, edit.at, removed, &edit.inserted)?
        }
        Change::EditBytes {
            at,
            removed,
            inserted,
            ..
        } if std::str::from_utf8(removed).is_err() => spliced(text, *at, removed, inserted)?,
        Change::EncodeSignature {
            notation,
            separators,
        } => {
            let text = std::str::from_utf8(text).ok()?;
            let (input, signature) = text.rsplit_once('.')?;
            let signature = base64url::encode(&notation.decode(signature, *separators)?);
            format!("{input}.{signature}").into_bytes()
        }
        Change::UseBase64url => replaced(&replaced(text, b'+', b'-'), b'/', b'_'),
        Change::RemovePadding => {
            let segments = text.split(|byte| *byte == b'.').map(without_padding);
            segments.collect::<Vec<_>>().join(&b'.')
        }
        _ => return None,
    };
    (changed != text).then_some(changed)
}

/// The text with others instead of these bytes; none if they do not stand there.
fn spliced(text: &[u8], at: usize, removed: &[u8], inserted: &str) -> Option<Vec<u8>> {
    let (before, rest) = text.split_at_checked(at)?;
    let behind = rest.strip_prefix(removed)?;
    Some([before, inserted.as_bytes(), behind].concat())
}

/// The changes with the bytes that edits remove, where the text that was searched has [`SUBSTITUTE`] for them.
pub fn with_bytes(token: &[u8], changes: Vec<Change>) -> Option<Vec<Change>> {
    let is_named = |change: &Change| match change {
        Change::EditText { edit, .. } => !edit.removed.contains(SUBSTITUTE),
        _ => true,
    };
    if changes.iter().all(is_named) {
        return Some(changes);
    }
    let mut text = token.to_vec();
    let named = changes.into_iter().map(|change| {
        let change = named(&text, change)?;
        text = self::text(&text, &change)?;
        Some(change)
    });
    named.collect()
}

fn named(text: &[u8], change: Change) -> Option<Change> {
    let Change::EditText { cause, edit } = change else {
        return Some(change);
    };
    let end = edit.at.checked_add(edit.removed.len())?;
    let there = text.get(edit.at..end)?;
    Some(match std::str::from_utf8(there) {
        Ok(_) => Change::EditText { cause, edit },
        Err(_) => Change::EditBytes {
            cause,
            at: edit.at,
            removed: there.to_vec(),
            inserted: edit.inserted,
        },
    })
}

/// The text with its bytes in their places.
pub fn legible(text: &[u8]) -> String {
    let mut legible = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        legible.push_str(chunk.valid());
        legible.extend(chunk.invalid().iter().map(|_| SUBSTITUTE));
    }
    legible
}

/// In UTF-16, every other byte of a token is zero.
fn without_nuls(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| *byte != 0).collect()
}

/// RFC 3986 section 2.1.
fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'%' {
            plain.push(*byte);
            continue;
        }
        let mut digit = || char::from(*bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        plain.push(u8::try_from(high << 4 | low).ok()?);
    }
    Some(plain)
}

/// The string at a JSON Pointer.
fn member(text: &[u8], pointer: &str) -> Option<String> {
    let mut value = &Value::parse(text).ok()?;
    for name in pointer.strip_prefix('/')?.split('/') {
        let name = name.replace("~1", "/").replace("~0", "~");
        value = match value {
            Value::Object(object) => object.get(&name)?,
            Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    value.as_str().map(str::to_owned)
}

/// RFC 7515 section 7.2 to section 7.1.
pub fn compact(jws: &Object, index: usize, unprotected: bool) -> Option<Vec<u8>> {
    let signature = match (jws.get("signatures"), index) {
        (Some(Value::Array(signatures)), _) => match signatures.get(index)? {
            Value::Object(signature) => signature,
            _ => return None,
        },
        (None, 0) => jws,
        (_, _) => return None,
    };
    if unprotected != signature.get("header").is_some() {
        return None;
    }
    let text = |value: Option<&Value>| Some(value?.as_str()?.to_owned());
    let segments = [
        text(signature.get("protected"))?,
        text(jws.get("payload"))?,
        text(signature.get("signature"))?,
    ];
    Some(segments.join(".").into_bytes())
}

/// RFC 4648 sections 4 and 5, with or without padding.
fn base64_decoded(text: &[u8]) -> Option<Vec<u8>> {
    use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
    [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD]
        .iter()
        .find_map(|encoding| exactly(encoding, text))
}

/// Without whitespace, also where it is written `\n` as in a string of JSON, and without characters
/// that have no width.
fn without_whitespace(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid().replace("\\r", "").replace("\\n", "");
        plain.extend_from_slice(valid.replace(is_invisible, "").as_bytes());
        plain.extend_from_slice(chunk.invalid());
    }
    plain
}

/// Whitespace and characters without a width.
pub fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
        )
}

fn replaced(text: &[u8], from: u8, to: u8) -> Vec<u8> {
    let replaced = |byte: &u8| if *byte == from { to } else { *byte };
    text.iter().map(replaced).collect()
}

fn without_padding(segment: &[u8]) -> &[u8] {
    let padding = segment.iter().rev().take_while(|byte| **byte == b'=');
    let length = segment.len().saturating_sub(padding.count());
    segment.get(..length).unwrap_or_default()
}

fn in_three(text: &[u8]) -> Option<[String; 3]> {
    let text = legible(text);
    let segments: Vec<String> = text.split('.').map(str::to_owned).collect();
    segments.try_into().ok()
}

/// Whether it is a character of base64url.
pub fn is_base64url(c: char) -> bool {
    u8::try_from(c).is_ok_and(base64url::is_base64url)
}
