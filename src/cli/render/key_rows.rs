//! The key that a verdict rests on, or the keys that were tried.

use std::iter;

use jwtlens::{KeyId, Signature};
use unicode_width::UnicodeWidthStr;

use super::escape;
use super::look::Look;
use super::page::{self, LABELED};

/// Which key the verdict rests on, or which were tried.
pub fn rows(look: &Look, signature: &Signature) -> String {
    const MAX_SHOWN: usize = 3;
    let mut text = String::new();
    if let Some(key) = &signature.key {
        let (name, source) = named(key);
        let thumbprint = thumbprint(look, key, name.width().saturating_add(source.width()));
        text.push_str(&page::labeled(
            look,
            "key",
            &name,
            &format!("{source}{thumbprint}"),
        ));
    }
    let labels = iter::once("keys").chain(iter::repeat(""));
    let shown = signature.refused_by.get(..MAX_SHOWN);
    let shown = shown.unwrap_or(&signature.refused_by);
    let of_one_source = shown.chunk_by(|a, b| a.source == b.source);
    for (keys, label) in of_one_source.zip(labels) {
        let names: Vec<String> = keys.iter().map(|key| named(key).0).collect();
        let source = keys.first().map_or(String::new(), |key| named(key).1);
        text.push_str(&page::labeled(look, label, &names.join(", "), &source));
    }
    let more = signature.refused_by.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        text.push_str(&page::labeled(look, "", &format!("and {more} more"), ""));
    }
    text
}

/// The thumbprint of a key that has another name: in full, abridged, or left to `jwtlens key`,
/// so that it fits on the line.
fn thumbprint(look: &Look, key: &KeyId, before: usize) -> String {
    const MAX_SHOWN: usize = 8;
    let (Some(kid), Some(thumbprint)) = (key.kid.as_deref(), key.thumbprint.as_deref()) else {
        return String::new();
    };
    if kid == thumbprint {
        return String::new();
    }
    let start = thumbprint.get(..MAX_SHOWN).unwrap_or_default();
    let forms = [
        format!(", thumbprint {}", escape::text(thumbprint)),
        format!(", thumbprint {}...", escape::text(start)),
    ];
    let taken = LABELED.saturating_add(before);
    let fits = |form: &String| {
        let end = taken.saturating_add(form.width());
        look.width.is_none_or(|width| end <= width)
    };
    forms.into_iter().find(fits).unwrap_or_default()
}

/// A key's name, and where it came from.
fn named(key: &KeyId) -> (String, String) {
    let name = escape::text(&escape::delimited(key.name())).into_owned();
    let name = match (&key.kid, &key.thumbprint) {
        (None, Some(_)) => format!("thumbprint {name}"),
        (Some(_), _) | (None, None) => name,
    };
    (name, format!(" ({})", escape::text(&key.source)))
}
