//! Notes: findings that cost nothing and are in every report, of valid tokens too. Each is one function
//! and one row of the table.

use std::sync::Arc;

use super::claim_check::ClaimCheck;
use super::code::Code;
use super::finding::Finding;
use super::milliseconds::{in_milliseconds, is_in_milliseconds};
use super::policy::Policy;
use super::report::Report;
use super::vendor;
use super::verdict::{SignatureStatus, Validity};
use crate::algorithm::Material;
use crate::key::set::KeySet;
use crate::key::{KeyId, KeyNote, VerificationKey};
use crate::text::abridged::abridged;
use crate::text::durations::{duration, relative};
use crate::text::json::Value;
use crate::token::input::Escapes;
use crate::token::line_wrapped::is_line_wrapped;

/// What a note may look at.
struct NoteContext<'r> {
    text: &'r [u8],
    report: &'r Report,
    policy: &'r Policy,
    /// The keys given; none with `decode`.
    keys: Option<&'r KeySet>,
    /// The signature's bytes, if they could be decoded.
    signature: Option<&'r [u8]>,
}

/// Every note, in the order in which they are shown.
const NOTES: [fn(&NoteContext) -> Option<Finding>; 19] = [
    line_wrapped,
    der_signature,
    time_in_milliseconds,
    input_trimmed,
    input_unescaped,
    kid_differs,
    unknown_kid,
    alg_alias,
    weak_secret,
    key_not_canonical,
    certificate_expired,
    secret_trimmed,
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
    let facts = NoteContext {
        text,
        report,
        policy,
        keys,
        signature,
    };
    NOTES.iter().filter_map(|note| note(&facts)).collect()
}

/// A guess by the characters; `debug` verifies the joined token.
fn line_wrapped(facts: &NoteContext) -> Option<Finding> {
    facts.report.error.as_ref()?;
    if !is_line_wrapped(facts.text) {
        return None;
    }
    let lines = facts.text.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty()).count();
    Some(match lines {
        0 | 1 => Finding::likely(Code::LineWrapped, "joined, the parts are one token")
            .with_summary("the token contains spaces"),
        lines => Finding::likely(Code::LineWrapped, "joined, the lines are one token")
            .with_summary(format!("the token is wrapped over {lines} lines")),
    })
}

/// A guess by the first bytes; `debug` knows.
fn der_signature(facts: &NoteContext) -> Option<Finding> {
    if facts.report.signature.status != SignatureStatus::Mismatch {
        return None;
    }
    der_by_its_bytes(facts.signature?)
}

fn time_in_milliseconds(facts: &NoteContext) -> Option<Finding> {
    in_milliseconds(facts.report, facts.report.claims.as_ref()?)
}

/// What was removed around the token, to show which text was verified.
fn input_trimmed(facts: &NoteContext) -> Option<Finding> {
    let removed = facts.report.input.removed;
    let what: Vec<&str> = [
        (removed.white_space, "whitespace"),
        (removed.bearer, "\"Bearer\""),
        (removed.quotes, "quotes"),
    ]
    .iter()
    .filter_map(|(is, what)| is.then_some(*what))
    .collect();
    (!what.is_empty())
        .then(|| Finding::note(Code::InputTrimmed, format!("removed: {}", what.join(", "))))
}

/// The token is not in the text as it was verified.
fn input_unescaped(facts: &NoteContext) -> Option<Finding> {
    let escapes = match facts.report.input.escapes? {
        Escapes::Percent => "percent-encoding (RFC 3986, section 2.1)",
        Escapes::Json => "JSON escapes (RFC 8259, section 7)",
    };
    Some(Finding::note(
        Code::InputUnescaped,
        format!("decoded: {escapes}"),
    ))
}

/// RFC 7515 section 4.1.4: the `kid` is a hint.
fn kid_differs(facts: &NoteContext) -> Option<Finding> {
    let kid = facts.report.header.as_ref()?.kid.as_deref()?;
    let key = facts.report.signature.key.as_ref()?;
    if key.kid.as_deref()? == kid {
        return None;
    }
    let finding = Finding::note(
        Code::KidDiffers,
        format!("header: \"{}\", key: {}", abridged(kid), named(key)),
    );
    let mut keys = facts.keys.iter().flat_map(|keys| keys.keys());
    let names_another = keys.any(|key| key.id.kid.as_deref() == Some(kid));
    Some(if names_another {
        finding.with_hint(
            "have the issuer fix \"kid\": servers that select keys by it reject the token",
        )
    } else {
        finding
    })
}

/// A key that is missing, if `kid` can be trusted.
fn unknown_kid(facts: &NoteContext) -> Option<Finding> {
    const MAX_SHOWN: usize = 5;
    if facts.report.signature.status != SignatureStatus::Mismatch {
        return None;
    }
    let kid = facts.report.header.as_ref()?.kid.as_deref()?;
    let keys = facts.keys?.keys();
    let is_other = |own: &str| own != kid;
    let mut kids = keys.iter().map(|key| key.id.kid.as_deref());
    if !kids.all(|own| own.is_some_and(is_other)) {
        return None;
    }
    let mut kids: Vec<String> = keys
        .iter()
        .take(MAX_SHOWN)
        .map(|key| named(&key.id))
        .collect();
    if keys.len() > MAX_SHOWN {
        kids.push("...".to_owned());
    }
    let finding = Finding::note(
        Code::UnknownKid,
        format!("header: \"{}\", keys: {}", abridged(kid), kids.join(", ")),
    )
    .with_summary(format!("no given key has the ID \"{}\"", abridged(kid)));
    Some(match vendor::key_source(facts.report) {
        Some(hint) => finding.with_hint(hint),
        None => finding,
    })
}

fn named(id: &KeyId) -> String {
    match &id.kid {
        Some(kid) => format!("\"{}\"", abridged(kid)),
        None => "no kid".to_owned(),
    }
}

/// The key that the signature verifies with.
fn verified_with<'r>(facts: &NoteContext<'r>) -> Option<&'r VerificationKey> {
    let id = facts.report.signature.key.as_ref()?;
    let mut keys = facts.keys?.keys().iter();
    keys.find(|key| Arc::ptr_eq(&key.id, id))
}

fn alg_alias(facts: &NoteContext) -> Option<Finding> {
    let own = verified_with(facts)?.alg()?;
    let alg = facts.report.signature.algorithm.as_deref()?;
    (own != alg).then(|| {
        let evidence = format!("\"alg\" is \"{alg}\" in the header, \"{own}\" in the key");
        Finding::note(Code::AlgAlias, evidence)
    })
}

fn weak_secret(facts: &NoteContext) -> Option<Finding> {
    let key = verified_with(facts)?;
    let alg = facts.report.signature.algorithm.as_deref()?;
    let hash = facts.report.signature.expected_octets?;
    let length = match key.material() {
        Material::Oct(secret) => secret.octets().len(),
        Material::P256(_)
        | Material::P384(_)
        | Material::P521(_)
        | Material::Secp256k1(_)
        | Material::Rsa(_)
        | Material::Ed25519(_) => return None,
    };
    (length < hash).then(|| {
        let evidence = format!("{alg} needs at least {hash} bytes, found {length}");
        Finding::note(Code::WeakSecret, evidence)
    })
}

fn key_not_canonical(facts: &NoteContext) -> Option<Finding> {
    let notes = verified_with(facts)?.notes().iter();
    let spellings: Vec<&KeyNote> = notes.filter(|note| note.is_spelling()).collect();
    let sentences: Vec<String> = spellings.iter().map(ToString::to_string).collect();
    let finding = Finding::note(Code::KeyNotCanonical, sentences.join("; "));
    match spellings.as_slice() {
        [] => None,
        [only] => Some(match only.hint() {
            Some(hint) => finding.with_hint(hint),
            None => finding,
        }),
        _ => Some(finding),
    }
}

/// The dates of a certificate decide nothing here; elsewhere they may.
fn certificate_expired(facts: &NoteContext) -> Option<Finding> {
    let ago = verified_with(facts)?
        .expires()?
        .saturating_sub(facts.report.time.now);
    (ago < 0).then(|| {
        let expired = format!("the key's certificate expired {}", relative(ago));
        let summary = format!("{expired}; this does not change the verdict");
        Finding::note(Code::CertificateExpired, expired).with_summary(summary)
    })
}

fn secret_trimmed(facts: &NoteContext) -> Option<Finding> {
    let trimmed = KeyNote::SecretTrimmed;
    let is_trimmed = verified_with(facts)?.notes().contains(&trimmed);
    is_trimmed.then(|| Finding::note(Code::SecretTrimmed, trimmed.to_string()))
}

/// RFC 8725 section 3.10: what a token says about its own key must never be trusted.
fn key_in_header(facts: &NoteContext) -> Option<Finding> {
    let parameters = &facts.report.header.as_ref()?.parameters;
    let mut names = parameters.members().iter().map(|member| &*member.name);
    if !names.any(|name| matches!(name, "jwk" | "jku" | "x5c" | "x5u")) {
        return None;
    }
    let found: Vec<&str> = ["jwk", "jku", "x5c", "x5u"]
        .into_iter()
        .filter(|name| parameters.get(name).is_some())
        .collect();
    Some(Finding::note(
        Code::KeyInHeader,
        format!("in the header: {}", found.join(", ")),
    ))
}

fn leeway_applied(facts: &NoteContext) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    let time = &facts.report.time;
    let status = time.status?;
    let strict = facts.policy.without_leeway().validity(claims, time.now);
    (strict != status).then(|| {
        let what = match strict {
            Validity::NotYetValid => "not yet valid",
            Validity::Expired | Validity::Current | Validity::Unbounded => "expired",
        };
        let leeway = duration(time.leeway.unsigned_abs());
        Finding::note(
            Code::LeewayApplied,
            format!("leeway: {leeway}; without it the token is {what}"),
        )
    })
}

fn expires_within(facts: &NoteContext) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    let time = &facts.report.time;
    let within = time.expires_within?;
    let otherwise = facts.policy.without_expires_within();
    let otherwise = otherwise.validity(claims, time.now);
    (time.status == Some(Validity::Expired) && otherwise == Validity::Current).then(|| {
        Finding::note(
            Code::ExpiresWithin,
            format!(
                "expires {}, less than the {} required",
                relative(time.expires_in.unwrap_or(0)),
                duration(within.unsigned_abs())
            ),
        )
    })
}

fn never_expires(facts: &NoteContext) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    (claims.exp.is_none() && claims.members.get("exp").is_none())
        .then(|| Finding::note(Code::NeverExpires, "\"exp\" is missing"))
}

fn issued_in_future(facts: &NoteContext) -> Option<Finding> {
    let time = &facts.report.time;
    let iat = time.issued_at.as_ref()?;
    let ahead = iat.seconds_from(time.now);
    // Milliseconds are not about clocks.
    (ahead > 0 && !is_in_milliseconds(iat)).then(|| {
        let ahead = duration(ahead.unsigned_abs());
        let evidence = format!("\"iat\" is {ahead} in the future");
        let finding = Finding::note(Code::IssuedInFuture, evidence)
            .with_summary(format!("the token was issued {ahead} in the future"));
        if facts.policy.is_time_chosen() {
            finding.with_hint("check the time of the check, and \"iat\"")
        } else {
            finding
        }
    })
}

/// RFC 7519 section 4.1.3: a recipient that is not the audience must reject the token.
fn audience_unchecked(facts: &NoteContext) -> Option<Finding> {
    facts.keys?;
    let aud = facts.report.claims.as_ref()?.aud()?;
    let is_checked = facts
        .policy
        .checks()
        .iter()
        .any(|check| matches!(check, ClaimCheck::Audience(_)));
    (!is_checked).then(|| {
        let aud = serde_json::to_string(&aud).unwrap_or_default();
        Finding::note(
            Code::AudienceUnchecked,
            format!("\"aud\" is {}", abridged(&aud)),
        )
    })
}

/// RFC 7515 sections 4.1.9 and 4.1.10 make both strings; neither decides here.
fn type_not_a_string(facts: &NoteContext) -> Option<Finding> {
    let parameters = &facts.report.header.as_ref()?.parameters;
    let found: Vec<String> = ["typ", "cty"]
        .into_iter()
        .filter_map(|name| match parameters.get(name)? {
            Value::String(_) => None,
            other => Some(format!(
                "\"{name}\" must be a string, found {}",
                other.type_name()
            )),
        })
        .collect();
    (!found.is_empty()).then(|| {
        let found = found.join("; ");
        Finding::note(Code::TypeNotAString, found.clone()).with_summary(found)
    })
}

/// A signature that begins as DER does. That it verifies once it is decoded is not shown by this.
pub fn der_by_its_bytes(signature: &[u8]) -> Option<Finding> {
    let [0x30, length @ 60..=80, 0x02, 0x1C..=0x21, ..] = signature else {
        return None;
    };
    Some(Finding::likely(
        Code::DerSignature,
        format!("it begins with the bytes 30 {length:02x} 02, as ASN.1 DER does"),
    ))
}
