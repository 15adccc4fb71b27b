//! What a key file holds, for people.

use jwtlens::{KeyReport, KeySource};

use super::escape;
use super::layout::{OURS, Table, wrapped};
use super::style::Paint;

/// Each key of a source, and what is wrong with it.
pub fn text(source: &KeySource, paint: Paint, width: Option<usize>) -> String {
    let usable = source.keys.iter().filter(|key| key.usable).count();
    let mut text = match source.keys.len() {
        1 => format!(
            "{}: one key\n",
            paint.heading(&escape::text(&source.source))
        ),
        many => format!(
            "{}: {many} keys, {usable} usable\n",
            paint.heading(&escape::text(&source.source))
        ),
    };
    for key in &source.keys {
        text.push('\n');
        text.push_str(&one(key, source.keys.len() > 1, paint, width));
    }
    text
}

fn one(key: &KeyReport, numbered: bool, paint: Paint, width: Option<usize>) -> String {
    let number = if numbered {
        format!("key {}: ", key.index)
    } else {
        String::new()
    };
    let usable = if key.usable {
        paint.good(&format!("usable to verify {}", key.algorithms.join(", ")))
    } else {
        paint.error("not usable to verify")
    };
    let mut text = format!("{number}{usable}\n");
    for reason in &key.reasons {
        let reason_text = reason.to_string();
        text.push_str("  ");
        text.push_str(&wrapped(&escape::text(&reason_text), 2, 4, width));
        text.push('\n');
        if let Some(hint) = reason.hint() {
            text.push_str("  ");
            text.push_str(&paint.heading("hint:"));
            text.push_str(&wrapped(&format!(" {hint}"), 7, 4, width));
            text.push('\n');
        }
    }
    for note in &key.notes {
        text.push_str("  note: ");
        text.push_str(note);
        text.push('\n');
    }

    let mut table = Table::new(OURS);
    let mut row = |name: &str, meaning: &str, value: Option<&str>| {
        if let Some(value) = value {
            table.row(name, meaning, escape::text(value));
        }
    };
    row("kty", "type", key.kty.as_deref());
    row("crv", "curve", key.crv.as_deref());
    let size = key.bits.filter(|_| key.crv.is_none());
    row(
        "",
        "size",
        size.map(|bits| format!("{bits} bits")).as_deref(),
    );
    row("alg", "algorithm", key.alg.as_deref());
    row("kid", "key ID", key.kid.as_deref());
    row("use", "use", key.usage.as_deref());
    row(
        "key_ops",
        "operations",
        key.key_ops.as_ref().map(|ops| ops.join(", ")).as_deref(),
    );
    let note = match (&key.kid, key.kid_is_thumbprint) {
        (None, _) => "",
        (Some(_), true) => " (the kid is this thumbprint)",
        (Some(_), false) => " (the kid is not this thumbprint)",
    };
    let thumbprint = key
        .thumbprint
        .as_ref()
        .map(|thumbprint| format!("{thumbprint}{note}"));
    row("", "thumbprint", thumbprint.as_deref());
    row(
        "",
        "private part",
        key.private.then_some("present; neither kept nor shown"),
    );
    text.push_str(&table.lines(paint, width));
    text
}
