//! Notes: findings that cost nothing and stand in every report, on valid tokens too. Each is one
//! function and one row of the table.

use super::cause::Cause;
use super::{Certainty, Finding, finding, is_line_wrapped, kind, note, times};
use crate::key::KeyId;
use crate::keyset::KeySet;
use crate::policy::{ClaimCheck, Policy};
use crate::report::Report;
use crate::text::json::{Value, abridged};
use crate::token::Escapes;
use crate::token::numeric_date::{duration, relative};
use crate::verdict::{SignatureStatus, Validity};

/// What a note may look at.
struct Facts<'r> {
    text: &'r [u8],
    report: &'r Report,
    policy: &'r Policy,
    /// The keys given; none with `decode`.
    keys: Option<&'r KeySet>,
    /// The signature's octets, where they could be decoded.
    signature: Option<&'r [u8]>,
}

/// Every note, in the order in which they are shown.
const NOTES: [fn(&Facts) -> Option<Finding>; 13] = [
    line_wrapped,
    der_signature,
    time_in_milliseconds,
    input_trimmed,
    input_unescaped,
    kid_differs,
    key_in_header,
    leeway_applied,
    expires_within,
    never_expires,
    issued_in_future,
    audience_unchecked,
    type_not_a_string,
];

/// Makes every note that holds of this report.
pub(crate) fn notes(
    text: &[u8],
    report: &Report,
    policy: &Policy,
    keys: Option<&KeySet>,
    signature: Option<&[u8]>,
) -> Vec<Finding> {
    let facts = Facts {
        text,
        report,
        policy,
        keys,
        signature,
    };
    NOTES.iter().filter_map(|note| note(&facts)).collect()
}

/// A guess by the characters; `debug` verifies the joined token.
fn line_wrapped(facts: &Facts) -> Option<Finding> {
    facts.report.error.as_ref()?;
    let row = Cause::LineWrapped.row();
    is_line_wrapped(facts.text).then(|| {
        let evidence = format!("joined, the lines are one token ({})", row.section);
        finding(row.code, Certainty::Likely, row.summary, evidence, row.hint)
    })
}

/// A guess by the first octets; `debug` knows.
fn der_signature(facts: &Facts) -> Option<Finding> {
    if facts.report.signature.status != SignatureStatus::Mismatch {
        return None;
    }
    kind::der_by_its_octets(facts.signature?)
}

fn time_in_milliseconds(facts: &Facts) -> Option<Finding> {
    times::in_milliseconds(facts.report, facts.report.claims.as_ref()?)
}

/// What was taken off around the token, so that nobody wonders which text was judged.
fn input_trimmed(facts: &Facts) -> Option<Finding> {
    let removed = facts.report.input.removed;
    let what: Vec<&str> = [
        (removed.white_space, "white space"),
        (removed.bearer, "\"Bearer\""),
        (removed.quotes, "quotes"),
    ]
    .iter()
    .filter_map(|(is, what)| is.then_some(*what))
    .collect();
    (!what.is_empty()).then(|| {
        note(
            "input-trimmed",
            "text around the token was taken off",
            format!("taken off: {}", what.join(", ")),
        )
    })
}

/// The token is not in the text as it was verified.
fn input_unescaped(facts: &Facts) -> Option<Finding> {
    let (what, section) = match facts.report.input.escapes? {
        Escapes::Percent => ("percent-encoding", "RFC 3986, section 2.1"),
        Escapes::Json => ("JSON escapes", "RFC 8259, section 7"),
    };
    Some(note(
        "input-unescaped",
        "escapes in the token were undone",
        format!("undone: {what} ({section})"),
    ))
}

/// RFC 7515 section 4.1.4: the `kid` is a hint, but one that differs tells of a key that was changed.
fn kid_differs(facts: &Facts) -> Option<Finding> {
    let kid = facts.report.header.as_ref()?.kid.as_deref()?;
    let named = |id: &KeyId| match &id.kid {
        Some(kid) => format!("\"{}\"", abridged(kid)),
        None => "no kid".to_owned(),
    };
    match (&facts.report.signature.key, facts.report.signature.status) {
        (Some(key), SignatureStatus::Verified) => (key.kid.as_deref()? != kid).then(|| {
            note(
                "kid-differs",
                "the signature verifies under a key of another kid than the header names",
                format!("the header has \"{}\", the key {}", abridged(kid), named(key)),
            )
            .with_hint(if facts.keys.is_some_and(|keys| keys.keys().iter().any(|key| key.id.kid.as_deref() == Some(kid))) {
                "the kid names another key of those given: a server that chooses the key by kid refuses the token, so the issuer must write the kid of the key that it signs with"
            } else {
                "kid only names a key; the token is good, but its issuer and your key file name the key differently"
            })
        }),
        (None, SignatureStatus::Mismatch) => {
            let keys = facts.keys?.keys();
            let strangers = keys.iter().all(|key| key.id.kid.as_deref().is_some_and(|own| own != kid));
            strangers.then(|| {
                const SHOWN: usize = 5;
                let mut kids: Vec<String> = keys.iter().take(SHOWN).map(|key| named(&key.id)).collect();
                if keys.len() > SHOWN {
                    kids.push("...".to_owned());
                }
                note(
                    "kid-differs",
                    "the header names a key that is not among the keys given",
                    format!("the header has \"{}\", the keys given {}", abridged(kid), kids.join(", ")),
                )
                .with_hint("the key file may be older than the token's key, or belong to another project: download public_key.json again")
            })
        }
        (Some(_) | None, _) => None,
    }
}

/// RFC 8725 section 3.10: what a token says of its own key must never be trusted.
fn key_in_header(facts: &Facts) -> Option<Finding> {
    let parameters = &facts.report.header.as_ref()?.parameters;
    let found: Vec<&str> = ["jwk", "jku", "x5c", "x5u"]
        .into_iter()
        .filter(|name| parameters.get(name).is_some())
        .collect();
    (!found.is_empty()).then(|| {
        note(
            "key-in-header",
            "the header brings its own key or an address of one; it was not used",
            format!("in the header: {}", found.join(", ")),
        )
    })
}

fn leeway_applied(facts: &Facts) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    let time = &facts.report.time;
    let status = time.status?;
    let strict = facts.policy.without_leeway().validity(claims, time.now);
    (strict != status).then(|| {
        let what = match strict {
            Validity::NotYetValid => "not yet valid",
            Validity::Expired | Validity::Current | Validity::Unbounded => "expired",
        };
        note(
            "leeway-applied",
            format!("without the leeway the token would be {what}"),
            format!("leeway: {}", duration(time.leeway.unsigned_abs())),
        )
    })
}

fn expires_within(facts: &Facts) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    let time = &facts.report.time;
    let within = time.expires_within?;
    let otherwise = facts.policy.without_expires_within();
    let otherwise = otherwise.validity(claims, time.now);
    (time.status == Some(Validity::Expired) && otherwise == Validity::Current).then(|| {
        note(
            "expires-within",
            "the token counts as expired because it expires soon",
            format!(
                "\"exp\" is {}, and was to be {} ahead at least",
                relative(time.expires_in.unwrap_or(0)),
                duration(within.unsigned_abs())
            ),
        )
    })
}

fn never_expires(facts: &Facts) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    (claims.exp.is_none() && claims.members.get("exp").is_none()).then(|| {
        note(
            "never-expires",
            "the token never expires",
            "it has no \"exp\" (RFC 7519, section 4.1.4)",
        )
        .with_hint("--require exp refuses such tokens; --max-age limits their age from \"iat\"")
    })
}

fn issued_in_future(facts: &Facts) -> Option<Finding> {
    let time = &facts.report.time;
    let iat = time.issued_at.as_ref()?;
    let ahead = iat.seconds_from(time.now);
    // Milliseconds are no matter of clocks.
    (ahead > 0 && !times::is_in_milliseconds(iat)).then(|| {
        note(
            "issued-in-future",
            "the token says that it was issued in the future",
            format!("\"iat\" is {} ahead of now", duration(ahead.unsigned_abs())),
        )
        .with_hint("the issuer's clock or this one is wrong")
    })
}

/// RFC 7519 section 4.1.3: whoever is not the audience must refuse the token.
fn audience_unchecked(facts: &Facts) -> Option<Finding> {
    facts.keys?;
    let aud = facts.report.claims.as_ref()?.aud.as_ref()?;
    let asked = facts
        .policy
        .checks()
        .iter()
        .any(|check| matches!(check, ClaimCheck::Audience(_)));
    (!asked).then(|| {
        note(
            "audience-unchecked",
            "the token is for an audience that nobody asked about",
            format!(
                "\"aud\" is {}",
                abridged(&serde_json::to_string(aud).unwrap_or_default())
            ),
        )
        .with_hint("--aud NAME refuses tokens that are meant for others")
    })
}

/// RFC 7515 sections 4.1.9 and 4.1.10 make both strings; neither decides here.
fn type_not_a_string(facts: &Facts) -> Option<Finding> {
    let parameters = &facts.report.header.as_ref()?.parameters;
    let found: Vec<String> = ["typ", "cty"]
        .into_iter()
        .filter_map(|name| match parameters.get(name)? {
            Value::String(_) => None,
            other => Some(format!("\"{name}\" is {}", other.type_name())),
        })
        .collect();
    (!found.is_empty()).then(|| {
        note(
            "type-not-a-string",
            "a media type in the header is no string",
            found.join(", "),
        )
    })
}
