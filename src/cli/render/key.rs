//! What a key file holds, for people.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;

use anyhow::Result;
use jiff::tz::TimeZone;
use jwtlens::{KeyFault, KeyNote, KeyReport, KeySet, KeySource, NumericDate, relative};

use super::columns::{Columns, HANGING, INDENT, Row, wrapped};
use super::escape;
use super::style::Paint;
use crate::cli::key_hints;
use crate::cli::messages::{Messages, hint_width};
use crate::cli::numbers;

/// What is said of a private key.
pub const PRIVATE: &str = "contains a private key; only its public half is used";

/// Sources as JSON, each an object.
pub fn json(sources: &[KeySource]) -> Result<String> {
    let mut text = String::new();
    for source in sources {
        text.push_str(&escape::json(&serde_json::to_string_pretty(source)?));
        text.push('\n');
    }
    Ok(text)
}

/// Keys in another form.
pub struct Converted {
    pub text: String,
    /// Whether each source has a key in the text.
    pub is_complete: bool,
}

/// The usable public keys of all sources as one JWK Set; nothing if there are none.
pub fn jwk_set(sources: &[KeySource], messages: Messages) -> Result<Converted> {
    let (keys, is_complete) = convertible(sources, messages, |key| key.public_jwk().is_some());
    let keys: Vec<_> = keys
        .into_iter()
        .filter_map(|(_, key)| key.public_jwk())
        .collect();
    let text = if keys.is_empty() {
        String::new()
    } else {
        let set = BTreeMap::from([("keys", keys)]);
        escape::json(&serde_json::to_string_pretty(&set)?).into_owned() + "\n"
    };
    Ok(Converted { text, is_complete })
}

/// The usable public keys of all sources as PEM.
pub fn pem(sources: &[KeySource], messages: Messages) -> Converted {
    let (keys, is_complete) = convertible(sources, messages, |key| key.public_pem().is_some());
    for (source, key) in &keys {
        if let Some(alg) = key.alg_lost_in_pem() {
            messages.warning(&format!(
                "{}: key {}: PEM cannot record \"alg\": the restriction to {alg} is lost",
                source.source, key.index
            ));
        }
    }
    let text = keys
        .iter()
        .filter_map(|(_, key)| key.public_pem())
        .collect();
    Converted { text, is_complete }
}

/// The usable public keys that have this form, each once, and whether each source has one. Those that are
/// left out are counted on stderr.
fn convertible(
    sources: &[KeySource],
    messages: Messages,
    has_form: fn(&KeyReport) -> bool,
) -> (Vec<(&KeySource, &KeyReport)>, bool) {
    let mut convertible = Vec::new();
    let mut is_complete = true;
    for source in sources {
        let public = source.keys.iter().filter(|key| has_form(key));
        let before = convertible.len();
        convertible.extend(public.map(|key| (source, key)));
        let count = convertible.len().saturating_sub(before);
        let all = source.keys.len();
        let name = &source.source;
        if count == 0 {
            is_complete = false;
            report_none(source, messages);
        } else if count < all {
            let left_out = all.saturating_sub(count);
            messages.warning(&format!("{name}: cannot convert {left_out} of {all} keys"));
        }
    }
    let mut seen = HashSet::new();
    convertible
        .retain(|(_, key)| seen.insert((&key.thumbprint, &key.alg, &key.kid, &key.algorithms)));
    (convertible, is_complete)
}

/// Why a source has no key to convert.
fn report_none(source: &KeySource, messages: Messages) {
    let name = &source.source;
    if source.keys.iter().any(|key| key.public_pem().is_some()) {
        messages.error(&format!(
            "{name}: a JWK without \"alg\" cannot record the restriction to RSASSA-PSS"
        ));
        messages.hint("use -o pem");
        return;
    }
    match KeySet::new([source]) {
        Ok(_) => {
            messages.error(&format!("{name}: no usable public key to convert"));
            messages.hint("a shared secret has no public key");
        }
        Err(error) => {
            messages.error(&error.to_string());
            for hint in key_hints::lines(&error.hint(), Some(OsStr::new(&**name))) {
                messages.hint(&hint);
            }
        }
    }
}

/// Each key of each source, and what is wrong with it.
pub fn text(sources: &[KeySource], paint: Paint, width: Option<usize>, now: i64) -> String {
    let sources: Vec<String> = sources
        .iter()
        .map(|source| of_source(source, paint, width, now))
        .collect();
    sources.join("\n")
}

fn of_source(source: &KeySource, paint: Paint, width: Option<usize>, now: i64) -> String {
    /// The most keys that are listed.
    const MAX_KEYS: usize = 100;
    let usable = source.keys.iter().filter(|key| key.usable).count();
    let name = paint.heading(&escape::text(&source.source));
    let mut text = match source.keys.len() {
        1 => format!("{name}: 1 key\n"),
        many => format!("{name}: {many} keys, {usable} usable\n"),
    };
    let listed = source.keys.iter().take(MAX_KEYS);
    let rows: Vec<Vec<Row>> = listed.map(|key| rows(key, now)).collect();
    let columns = Columns::of(rows.iter().flatten(), width);
    for (key, rows) in source.keys.iter().zip(&rows) {
        text.push('\n');
        text.push_str(&usability(source, key, paint, width));
        for row in rows {
            text.push_str(&columns.row(row, paint));
        }
    }
    let more = source.keys.len().saturating_sub(MAX_KEYS);
    if more > 0 {
        let keys = numbers::count(u64::try_from(more).unwrap_or(u64::MAX), "more key");
        text.extend(["\nand ", &keys, "; use -o json to see all\n"]);
    }
    text
}

/// Whether a key can be used, and if not, why.
fn usability(source: &KeySource, key: &KeyReport, paint: Paint, width: Option<usize>) -> String {
    let number = if source.keys.len() > 1 {
        format!("key {}: ", key.index)
    } else {
        String::new()
    };
    let usable = if key.usable {
        let usable = format!("usable for {}", key.algorithms.join(", "));
        let lines = wrapped(&usable, number.len(), HANGING, width);
        let lines: Vec<_> = lines.lines().map(|line| paint.good(line)).collect();
        lines.join("\n")
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
    }
    // Another key of the chain is used: there is nothing to do, and its notes repeat the reason.
    if key.reasons.contains(&KeyFault::ChainIssuer) {
        return text;
    }
    let hint = key.hint().unwrap_or_default();
    for hint in key_hints::lines(&hint, Some(OsStr::new(&*source.source))) {
        text.push_str("  ");
        text.push_str(&paint.heading("hint:"));
        let width = hint_width(&hint, width);
        text.push_str(&wrapped(&format!(" {hint}"), 7, 8, width));
        text.push('\n');
    }
    let mut notes = Vec::new();
    if key.private {
        notes.push((true, PRIVATE.to_owned()));
    }
    notes.extend(key.notes.iter().map(|note| {
        let hint = note
            .hint()
            .map_or(String::new(), |hint| format!("; {hint}"));
        (note.is_warning(), format!("{note}{hint}"))
    }));
    for (is_warning, note) in notes {
        let (label, at) = if is_warning {
            (paint.warning("warning:"), 10)
        } else {
            (paint.heading("note:"), 7)
        };
        text.push_str("  ");
        text.push_str(&label);
        text.push_str(&wrapped(&format!(" {note}"), at, 4, width));
        text.push('\n');
    }
    text
}

fn rows(key: &KeyReport, now: i64) -> Vec<Row> {
    let row = |name: &str, meaning, value: Option<&str>| {
        value.map(|value| Row {
            name: name.to_owned(),
            meaning,
            value: escape::text(value).into_owned(),
            ..Row::default()
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
    let size = key.bits.filter(|_| key.crv.is_none());
    let size = size.map(|bits| format!("{bits} bits"));
    let mut rows: Vec<Option<Row>> = vec![
        row("kty", "type", key.kty.as_deref()),
        row("crv", "curve", key.crv.as_deref()),
        row("", "size", size.as_deref()),
        row("alg", "algorithm", key.alg.as_deref()),
        row("kid", "key ID", key.kid.as_deref()),
        row("use", "", key.usage.as_deref()),
        row("key_ops", "operations", operations.as_deref()),
        row("", "thumbprint", thumbprint.as_deref()),
    ];
    if let Some(certificate) = &key.certificate {
        let time = |seconds: i64| NumericDate::from(seconds).readable(&TimeZone::UTC);
        let dates = match [certificate.not_before, certificate.not_after].map(time) {
            [Some(from), Some(to)] => Some(format!("{from} to {to}")),
            _ => None,
        };
        let since_end = certificate.not_after.saturating_sub(now);
        let until_start = certificate.not_before.saturating_sub(now);
        let state = if since_end < 0 {
            format!(", expired {}", relative(since_end))
        } else if until_start > 0 {
            format!(", starting {}", relative(until_start))
        } else {
            String::new()
        };
        // A note says so of a certificate that is the key itself.
        let unchecked = if !key.usable || key.notes.contains(&KeyNote::Certificate) {
            ""
        } else {
            " (not checked)"
        };
        let dates = dates.map(|dates| format!("{dates}{state}{unchecked}"));
        let is_said = key.reasons.contains(&KeyFault::ChainIssuer);
        let ca = (certificate.ca && !is_said).then_some("yes");
        rows.extend([
            row("", "subject", Some(&certificate.subject)),
            row("", "issuer", Some(&certificate.issuer)),
            row("", "valid", dates.as_deref()),
            row("", "CA", ca),
            row("x5t", "SHA-1", Some(&certificate.x5t)),
            row("x5t#S256", "SHA-256", Some(&certificate.x5t_s256)),
        ]);
    }
    rows.into_iter().flatten().collect()
}
