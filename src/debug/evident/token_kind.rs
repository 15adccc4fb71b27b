//! What kind of thing a text is, if it is not a signed token, or not the expected one. All of it is plain
//! to see; nothing is computed with a key.

use super::alg_key_mismatch::alg_key_mismatch;
use super::facts::Facts;
use super::opaque;
use super::signature_shape::{
    der_signature, signature_of_other_algorithm, signature_placeholder, signature_removed,
    signature_zero, truncated,
};
use crate::debug::cause::Cause;
use crate::debug::findings::wording;
use crate::debug::reading::MAX_READ;
use crate::debug::replay::is_base64url;
use crate::text::abridged::abridged;
use crate::text::base64url;
use crate::text::json::Value;
use crate::token::compact::HEADER_START;
use crate::token::foreign_character::{NO_TOKEN_IN_HTML, is_html};
use crate::token::header::JoseHeader;
use crate::token::malformed::PLACEHOLDERS;
use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};
use crate::verify::report::Reason;
use crate::verify::vendor;

/// The most that is inflated.
const MAX_INFLATED: usize = 64 * 1024;

type Hypothesis = fn(&Facts) -> Option<Finding>;

/// Why a signature cannot be verified, by what is plain to see. None of it is reported if a computation
/// has shown the cause.
const SHAPES: [Hypothesis; 16] = [
    unsecured,
    jwe,
    no_token,
    opaque_token,
    ellipsis,
    signature_placeholder,
    signature_removed,
    written_otherwise,
    truncated,
    detached_payload,
    signature_zero,
    der_signature,
    signature_of_other_algorithm,
    alg_key_mismatch,
    json_without_token,
    nested_jwt,
];

/// What the token holds, whoever signed it.
const CONTENTS: [Hypothesis; 2] = [deflated_payload, token_of_another_kind];

/// What kind of thing the text is.
pub fn kinds(facts: &Facts) -> Vec<Finding> {
    let shapes = SHAPES.iter().filter(|_| !facts.is_settled);
    shapes
        .chain(&CONTENTS)
        .filter_map(|kind| kind(facts))
        .collect()
}

/// RFC 7518 section 3.6, RFC 8725 section 3.2.
fn unsecured(facts: &Facts) -> Option<Finding> {
    let alg = facts.header()?.alg.as_deref()?;
    alg.eq_ignore_ascii_case("none")
        .then(|| Finding::note(Code::Unsecured, format!("\"alg\" is \"{alg}\"")))
}

fn jwe(facts: &Facts) -> Option<Finding> {
    if facts.report.signature.reason != Some(Reason::Encrypted) {
        return None;
    }
    let header = facts.header()?;
    let enc = header.parameters.get("enc")?;
    let alg = header.alg.as_deref().unwrap_or_default();
    // RFC 7518 section 4.1.
    let is_shared =
        alg == "dir" || alg.starts_with("PBES2") || alg.starts_with('A') && alg.ends_with("KW");
    let enc = enc.to_string();
    let enc = abridged(&enc);
    let finding = Finding::note(Code::Jwe, format!("five segments; \"enc\" is {enc}"));
    Some(if vendor::is_auth0(header) {
        finding.with_hint("request it with your API's audience: Auth0 then issues a signed JWT")
    } else if vendor::is_auth_js(header) {
        finding.with_hint("decode it with Auth.js (NextAuth.js): its key comes from AUTH_SECRET")
    } else if is_shared {
        finding.with_hint("decrypt it with the shared secret; a signed JWT may be inside")
    } else {
        finding
    })
}

/// What a program without a token prints.
fn no_token(facts: &Facts) -> Option<Finding> {
    const OBJECTS: [&str; 2] = ["[object object]", "[object promise]"];
    if is_html(facts.text) {
        let finding = Finding::note(Code::NoToken, "an HTML page");
        return Some(finding.with_hint(NO_TOKEN_IN_HTML));
    }
    let text = std::str::from_utf8(facts.text).ok()?;
    let mut words = PLACEHOLDERS.iter().chain(&OBJECTS);
    if words.any(|word| text.eq_ignore_ascii_case(word)) {
        let evidence = format!("the text is \"{}\"", abridged(text));
        Some(Finding::note(Code::NoToken, evidence))
    } else if text.starts_with('$') {
        let finding = Finding::note(Code::NoToken, "the text begins with \"$\"")
            .with_summary("the shell did not expand a variable");
        Some(finding.with_hint("to expand a shell variable, use double quotes: \"$NAME\""))
    } else {
        None
    }
}

fn opaque_token(facts: &Facts) -> Option<Finding> {
    /// Long enough not to be guessed.
    const MIN_OPAQUE: usize = 16;
    let text = std::str::from_utf8(facts.text).ok()?;
    if let Some(named) = opaque::named(text) {
        return Some(named);
    }
    let is_one_word = text.len() >= MIN_OPAQUE
        && !text.starts_with("--")
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '~' | '+'));
    (is_one_word && !text.starts_with(HEADER_START) && no_token(facts).is_none())
        .then(|| Finding::note(Code::OpaqueToken, "a single segment, which is not JSON"))
}

/// A change that makes a token of the text, although nothing verifies then.
fn written_otherwise(facts: &Facts) -> Option<Finding> {
    if facts.report.signature.reason == Some(Reason::Encrypted) {
        return None;
    }
    // The text around a placeholder is a part of it.
    if signature_placeholder(facts).is_some() {
        return None;
    }
    // Characters are put back by a proof alone.
    let reading = facts.readings.first()?;
    let causes = reading.causes();
    let cause = causes
        .iter()
        .find(|cause| **cause != Cause::AlteredDot && !cause.is_damage())?;
    let evidence = "after this change, it has three segments";
    let finding = cause.finding(Certainty::Likely, evidence);
    let header = base64url::decode(&reading.segments.header).ok();
    let header = header.and_then(|header| JoseHeader::parse(&header).ok());
    let is_padded = *cause == Cause::PaddedBase64;
    Some(
        if is_padded && header.as_ref().is_some_and(vendor::is_load_balancer) {
            wording::of_load_balancer(finding)
        } else {
            finding
        },
    )
}

fn ellipsis(facts: &Facts) -> Option<Finding> {
    /// A shorter word may be one of any language.
    const MIN_RUN: usize = 16;
    let text = String::from_utf8_lossy(facts.text);
    let find = |text: &str| text.find("...").or_else(|| text.find('\u{2026}'));
    // Three dots are in many texts: what they shorten must look like a token.
    let looks_like_token = |word: &str| {
        let runs = word.split(|c| !is_base64url(c));
        word.contains(HEADER_START) || runs.filter(|run| run.len() >= MIN_RUN).count() > 1
    };
    let at = if text.starts_with(HEADER_START) {
        find(&text)?
    } else {
        let mut words = text.split_whitespace();
        let word = words.find(|word| find(word).is_some() && looks_like_token(word))?;
        text.find(word)?.saturating_add(find(word)?)
    };
    Some(Finding::likely(
        Code::Ellipsis,
        format!("ellipsis at offset {at}"),
    ))
}

/// RFC 7515 appendix F.
fn detached_payload(facts: &Facts) -> Option<Finding> {
    let text = std::str::from_utf8(facts.text).ok()?;
    let segments: Vec<&str> = text.splitn(4, '.').collect();
    let is_detached = matches!(segments.as_slice(), [header, "", signature] if !header.is_empty() && !signature.is_empty());
    is_detached.then(|| Finding::note(Code::DetachedPayload, "the payload segment is empty"))
}

/// SMART Health Cards and others: the header's `zip` is `DEF` (RFC 1951).
fn deflated_payload(facts: &Facts) -> Option<Finding> {
    let zip = facts.header()?.parameters.get("zip");
    let inflated = || {
        Some(miniz_oxide::inflate::decompress_to_vec_with_limit(
            &facts.segment(1)?,
            MAX_INFLATED,
        ))
    };
    let Some(zip) = zip else {
        // What inflates to JSON was deflated, though the header has lost its "zip".
        let is_lost = facts.report.claims.is_none()
            && inflated()?.is_ok_and(|octets| octets.starts_with(b"{"));
        let evidence = "the payload inflates to JSON, and the header has no \"zip\"";
        return is_lost.then(|| Finding::note(Code::DeflatedPayload, evidence));
    };
    if zip.as_str()? != "DEF" {
        return None;
    }
    let inflated = inflated()?;
    let what = match &inflated {
        Ok(octets) => {
            let start = abridged(&String::from_utf8_lossy(octets)).into_owned();
            format!("inflated, it begins with {start}")
        }
        Err(error) => format!("it cannot be inflated: {error}"),
    };
    Some(Finding::note(
        Code::DeflatedPayload,
        format!("\"zip\" is \"DEF\"; {what}"),
    ))
}

/// RFC 7519 section 5.2.
fn nested_jwt(facts: &Facts) -> Option<Finding> {
    let payload = facts.segment(1)?;
    let is_token = payload.starts_with(HEADER_START.as_bytes())
        && payload.split(|octet| *octet == b'.').count() >= 3;
    is_token.then(|| {
        Finding::note(
            Code::NestedJwt,
            "the payload begins with \"eyJ\" and has segments",
        )
    })
}

/// Transcodes issues two kinds of token, and only one is signed with the key of the project.
fn token_of_another_kind(facts: &Facts) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    let is_for_api = claims
        .aud()
        .is_some_and(|aud| aud.contains("transcodes-mcp"));
    vendor::is_transcodes_api(claims).then(|| {
        let evidence = if is_for_api {
            "\"aud\" is \"transcodes-mcp\""
        } else {
            "it has \"oid\", \"pid\" and \"mid\""
        };
        Finding::likely(Code::TokenOfAnotherKind, evidence)
    })
}

fn json_without_token(facts: &Facts) -> Option<Finding> {
    /// The codes of RFC 6749, 6750, 7009, 8628, 8693, 8707 and 9449, and of `OpenID` Connect Core 1.0. Any
    /// other text may be a secret.
    const OAUTH_ERRORS: [&str; 25] = [
        "access_denied",
        "account_selection_required",
        "authorization_pending",
        "consent_required",
        "expired_token",
        "insufficient_scope",
        "interaction_required",
        "invalid_client",
        "invalid_dpop_proof",
        "invalid_grant",
        "invalid_request",
        "invalid_request_object",
        "invalid_request_uri",
        "invalid_scope",
        "invalid_target",
        "invalid_token",
        "login_required",
        "server_error",
        "slow_down",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "unsupported_token_type",
        "use_dpop_nonce",
    ];
    let value = Value::parse(facts.text).ok()?;
    let error = match &value {
        Value::Object(object) => object.get("error"),
        Value::Array(_) => None,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let known = error.and_then(Value::as_str);
    let known = known.filter(|error| OAUTH_ERRORS.contains(error));
    let summary = "this is JSON without a token in it";
    let evidence = match (known, error) {
        (Some(known), _) => format!("\"error\" is \"{known}\""),
        (None, Some(_)) => "it has an \"error\" member".to_owned(),
        (None, None) => summary.to_owned(),
    };
    let is_read = facts.text.len() <= MAX_READ;
    (is_read && facts.readings.is_empty()).then(|| {
        Finding::note(Code::JsonResponse, evidence)
            .with_summary(summary)
            .with_hint("check the response: the request for the token may have failed")
    })
}
