//! What a key file holds, for people.

use jwtlens::{KeyReport, KeySource};

use super::escape;
use super::layout::{Columns, HANGING, INDENT, Row, wrapped};
use super::style::Paint;

/// Each key of a source, and what is wrong with it.
pub fn text(source: &KeySource, paint: Paint, width: Option<usize>) -> String {
    let usable = source.keys.iter().filter(|key| key.usable).count();
    let name = paint.heading(&escape::text(&source.source));
    let mut text = match source.keys.len() {
        1 => format!("{name}: 1 key\n"),
        many => format!("{name}: {many} keys, {usable} usable\n"),
    };
    let rows: Vec<Vec<Row>> = source.keys.iter().map(rows).collect();
    let columns = Columns::of(rows.iter().flatten(), width);
    for (key, rows) in source.keys.iter().zip(&rows) {
        text.push('\n');
        text.push_str(&usability(key, source.keys.len() > 1, paint, width));
        for row in rows {
            text.push_str(&columns.row(row, paint));
        }
    }
    text
}

/// Whether a key can be used, and if not, why.
fn usability(key: &KeyReport, numbered: bool, paint: Paint, width: Option<usize>) -> String {
    let number = if numbered {
        format!("key {}: ", key.index)
    } else {
        String::new()
    };
    let usable = if key.usable {
        paint.good("usable for ES256 verification")
    } else {
        paint.error("not usable for verification")
    };
    let mut text = format!("{number}{usable}\n");
    for reason in &key.reasons {
        let reason_text = reason.to_string();
        text.push_str("  ");
        text.push_str(&wrapped(
            &escape::text(&reason_text),
            INDENT,
            HANGING,
            width,
        ));
        text.push('\n');
        if let Some(hint) = reason.hint() {
            text.push_str("  ");
            text.push_str(&paint.heading("hint:"));
            text.push_str(&wrapped(&format!(" {hint}"), 7, 8, width));
            text.push('\n');
        }
    }
    text
}

fn rows(key: &KeyReport) -> Vec<Row> {
    let row = |name: &str, meaning, value: Option<&str>| {
        value.map(|value| Row {
            name: name.to_owned(),
            meaning,
            value: escape::text(value).into_owned(),
            rejected: false,
        })
    };
    let note = if key.kid_is_thumbprint {
        " (matches kid)"
    } else {
        ""
    };
    let thumbprint = key
        .thumbprint
        .as_ref()
        .map(|thumbprint| format!("{thumbprint}{note}"));
    let operations = key.key_ops.as_ref().map(|ops| ops.join(", "));
    [
        row("kty", "type", key.kty.as_deref()),
        row("crv", "curve", key.crv.as_deref()),
        row("alg", "algorithm", key.alg.as_deref()),
        row("kid", "key ID", key.kid.as_deref()),
        row("use", "", key.usage.as_deref()),
        row("key_ops", "operations", operations.as_deref()),
        row("", "thumbprint", thumbprint.as_deref()),
        row(
            "",
            "private key",
            key.private.then_some("present (ignored)"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
