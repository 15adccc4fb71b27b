//! What kind of thing a text is, where it is no signed token, or another one than is meant. All of it
//! is plainly there to see; nothing is computed with a key.

use std::borrow::Cow;

use super::cause::Cause;
use super::lax;
use super::reading::{MAX_READ, Reading};
use super::replay::is_base64url;
use super::{Certainty, Finding, finding, note};
use crate::algorithm::ES256;
use crate::report::{Reason, Report};
use crate::text::json::{Value, abridged};
use crate::token::header::JoseHeader;
use crate::verdict::SignatureStatus;

/// The octets of an ES256 signature: what a token lacks that is checked with no algorithm.
const WHOLE: usize = 64;

/// The most that is inflated.
const MAX_INFLATED: usize = 64 * 1024;

/// What a hypothesis about the kind may look at.
pub struct Facts<'f> {
    pub text: &'f [u8],
    /// How the text could be meant as a token.
    pub readings: &'f [Reading],
    pub report: &'f Report,
    /// Whether a computation has shown the cause: then nothing is guessed.
    pub is_settled: bool,
    /// Whether an RSA key is among the keys given.
    pub rsa_key_given: bool,
}

type Hypothesis = fn(&Facts) -> Option<Finding>;

/// Why a signature can't be verified, by what is plainly there to see. Where a computation has shown
/// the cause, none of it is worth a word.
const SHAPES: [Hypothesis; 15] = [
    unsecured,
    jwe,
    no_token,
    opaque_token,
    ellipsis,
    written_otherwise,
    truncated,
    detached_payload,
    signature_zero,
    der_signature,
    signature_of_other_algorithm,
    key_for_rs256,
    key_for_hs256,
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

fn likely(
    code: &'static str,
    summary: &'static str,
    evidence: impl Into<Cow<'static, str>>,
    hint: &'static str,
) -> Finding {
    finding(code, Certainty::Likely, summary, evidence, hint)
}

/// What is plainly there to see.
fn plain(
    code: &'static str,
    summary: impl Into<Cow<'static, str>>,
    evidence: impl Into<Cow<'static, str>>,
) -> Finding {
    Finding {
        explains: true,
        ..note(code, summary, evidence)
    }
}

impl Facts<'_> {
    fn header(&self) -> Option<&JoseHeader> {
        self.report.header.as_deref()
    }

    /// The octets of a segment, where there are three, strictly read or not.
    fn segment(&self, number: usize) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(self.text).ok()?;
        let segments: Vec<&str> = text.splitn(4, '.').collect();
        match segments.as_slice() {
            [_, _, _] => lax::decode(segments.get(number)?.trim_end_matches('=')),
            _ => None,
        }
    }
}

/// RFC 7518 section 3.6, RFC 8725 section 3.2.
fn unsecured(facts: &Facts) -> Option<Finding> {
    let alg = facts.header()?.alg.as_deref()?;
    alg.eq_ignore_ascii_case("none").then(|| {
        plain(
            "unsecured",
            "the token is not signed at all: anybody can have written it",
            format!("\"alg\" is \"{alg}\""),
        )
        .with_hint("never accept it; the issuer must sign, with \"alg\" \"ES256\"")
    })
}

fn jwe(facts: &Facts) -> Option<Finding> {
    let enc = facts
        .header()
        .and_then(|header| header.parameters.get("enc"));
    // An ellipsis of three dots makes five segments of three.
    if enc.is_none() && ellipsis(facts).is_some() {
        return None;
    }
    let alg = facts
        .header()
        .and_then(|header| header.alg.as_deref())
        .unwrap_or_default();
    // RFC 7518 section 4.1.
    let is_secret =
        alg == "dir" || alg.starts_with("PBES2") || alg.starts_with('A') && alg.ends_with("KW");
    let hint = if is_secret {
        "decrypt it first, with the secret that its issuer and its receiver share: a session of Auth.js (NextAuth) is such a token, with a key made of AUTH_SECRET or NEXTAUTH_SECRET"
    } else {
        "decrypt it with the receiver's private key first; what comes out may be a signed token"
    };
    (facts.report.signature.reason == Some(Reason::Encrypted)).then(|| {
        plain(
            "jwe",
            "the token is encrypted, so that only its receiver can read it",
            format!(
                "five segments; \"enc\" is {}",
                enc.map_or("missing".to_owned(), |enc| abridged(&enc.to_string()))
            ),
        )
        .with_hint(hint)
    })
}

/// What a program prints that had no token.
fn no_token(facts: &Facts) -> Option<Finding> {
    const WORDS: [&str; 8] = [
        "null",
        "undefined",
        "none",
        "nil",
        "nan",
        "bearer",
        "[object object]",
        "[object promise]",
    ];
    let text = std::str::from_utf8(facts.text).ok()?;
    let start = text.get(..text.len().min(100)).unwrap_or_default();
    let evidence = if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        format!("literally \"{}\"", abridged(text))
    } else if text.starts_with('$') {
        "a variable's name, which no shell has replaced".to_owned()
    } else if start.to_ascii_lowercase().contains("<html") || start.starts_with("<!") {
        "it is an HTML page".to_owned()
    } else {
        return None;
    };
    Some(
        plain("no-token", "this is no token: the program that was to give one had none", evidence)
            .with_hint("look at what comes before: a request that failed, a variable or a field that is not set"),
    )
}

fn opaque_token(facts: &Facts) -> Option<Finding> {
    /// Whatever it is made of, nobody could guess it.
    const SHORTEST: usize = 16;
    let text = std::str::from_utf8(facts.text).ok()?;
    let is_one_word = text.len() >= SHORTEST
        && !text.starts_with("--")
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '~' | '+'));
    (is_one_word && !text.starts_with("eyJ") && no_token(facts).is_none()).then(|| {
        plain("opaque-token",
            "the token is opaque: a name for something that the issuer keeps, not a JWT",
            "one segment, and it holds no JSON",
        )
        .with_hint("only the issuer can judge it: ask its introspection or user-info address, or ask for a JWT")
    })
}

/// What a proof would have told better: the text was brought into the form of a token, but nothing
/// verified.
fn written_otherwise(facts: &Facts) -> Option<Finding> {
    if facts.report.signature.reason == Some(Reason::Encrypted) {
        return None;
    }
    // Characters are put back by a proof alone.
    let causes = facts.readings.first()?.causes();
    let cause = causes
        .iter()
        .find(|cause| **cause != Cause::AlteredDot && !cause.is_damage())?;
    let row = cause.row();
    let evidence = format!("read so, it has three segments ({})", row.section);
    Some(likely(row.code, row.summary, evidence, row.hint))
}

fn ellipsis(facts: &Facts) -> Option<Finding> {
    /// A shorter word may be one of any language.
    const LONG: usize = 16;
    let text = String::from_utf8_lossy(facts.text);
    let find = |text: &str| text.find("...").or_else(|| text.find('\u{2026}'));
    // Three dots stand in many a text: what they shorten must look like a token.
    let looks_like_token = |word: &str| {
        let runs = word.split(|c| !is_base64url(c));
        word.contains("eyJ") || runs.filter(|run| run.len() >= LONG).count() > 1
    };
    let at = if text.starts_with("eyJ") {
        find(&text)?
    } else {
        let mut words = text.split_whitespace();
        let word = words.find(|word| find(word).is_some() && looks_like_token(word))?;
        text.find(word)?.saturating_add(find(word)?)
    };
    Some(likely(
        "ellipsis",
        "the token was shortened for show: a part of it is left out",
        format!("an ellipsis at octet {at}"),
        "copy the whole token from its source, not from a log or a page that shortens it",
    ))
}

fn truncated(facts: &Facts) -> Option<Finding> {
    let text = std::str::from_utf8(facts.text).ok()?;
    let hint = "copy the whole token; a column, a variable or a header may be too short for it";
    if text.ends_with("...") || text.ends_with('\u{2026}') || text.contains('~') {
        return None;
    }
    let dots = text.matches('.').count();
    if dots < 2 && text.starts_with("eyJ") {
        let parts = ["its payload and its signature are", "its signature is"];
        let missing = parts.get(dots)?;
        return Some(likely(
            "truncated",
            "the token is cut off",
            format!("{missing} missing"),
            hint,
        ));
    }
    let segment = text.split('.').nth(2)?;
    let octets = facts
        .report
        .signature
        .octets
        .unwrap_or(segment.len().saturating_mul(3) / 4);
    let is_mac = facts
        .header()
        .and_then(|header| header.alg.as_deref())
        .is_some_and(|alg| alg.starts_with("HS"));
    let is_unsigned = facts.header()?.alg.as_deref()?.eq_ignore_ascii_case("none");
    let expected = facts.report.signature.expected_octets;
    let whole = expected.unwrap_or(WHOLE);
    let is_cut =
        dots == 2 && octets < whole && facts.report.signature.status != SignatureStatus::Verified;
    let is_known = expected.is_some() || !is_mac && !is_unsigned;
    (is_cut && is_known).then(|| {
        let evidence = format!(
            "its signature has {octets} octets, where {} has {whole}",
            checked_algorithm(facts)
        );
        likely("truncated", "the token is cut off", evidence, hint)
    })
}

/// RFC 7515 appendix F.
fn detached_payload(facts: &Facts) -> Option<Finding> {
    let text = std::str::from_utf8(facts.text).ok()?;
    let segments: Vec<&str> = text.splitn(4, '.').collect();
    let is_detached = matches!(segments.as_slice(), [header, "", signature] if !header.is_empty() && !signature.is_empty());
    is_detached.then(|| {
        plain("detached-payload",
            "the payload was taken out of the token and travels apart, as the body of a message for example",
            "nothing stands between the two dots",
        )
        .with_hint("put base64url(body) between the dots, then verify")
    })
}

/// SMART Health Cards and others: the header's `zip` is `DEF` (RFC 1951).
fn deflated_payload(facts: &Facts) -> Option<Finding> {
    let zip = facts.header()?.parameters.get("zip")?.as_str()?;
    if zip != "DEF" {
        return None;
    }
    let inflated =
        miniz_oxide::inflate::decompress_to_vec_with_limit(&facts.segment(1)?, MAX_INFLATED);
    let shown = match &inflated {
        Ok(octets) => abridged(&String::from_utf8_lossy(octets)),
        Err(error) => format!("it can't be inflated: {error}"),
    };
    Some(
        plain("deflated-payload",
            "the payload is compressed, which a JWT's is not",
            format!("\"zip\" is \"DEF\"; inflated it begins with {shown}"),
        )
        .with_hint("a JWS like a SMART Health Card is signed over the compressed octets: verify first, then inflate"),
    )
}

/// RFC 7519 section 5.2.
fn nested_jwt(facts: &Facts) -> Option<Finding> {
    let payload = facts.segment(1)?;
    let is_token =
        payload.starts_with(b"eyJ") && payload.split(|octet| *octet == b'.').count() >= 3;
    is_token.then(|| {
        plain(
            "nested-jwt",
            "the payload is itself a token",
            "its payload begins with \"eyJ\" and has segments",
        )
        .with_hint("verify the outer token, then the payload as a token of its own")
    })
}

fn signature_zero(facts: &Facts) -> Option<Finding> {
    let signature = facts.segment(2)?;
    (signature.len() >= 32 && signature.iter().all(|octet| *octet == 0)).then(|| {
        likely(
            "signature-zero",
            "the signature is all zeros: a placeholder, or the attack on CVE-2022-21449 (\"psychic signatures\")",
            format!("{} octets, all zero", signature.len()),
            "nothing can be mended: find out who sent it; an unpatched Java 15 to 18 would accept it",
        )
    })
}

/// DER by its first octets, although nothing verified: damaged, or by another key.
fn der_signature(facts: &Facts) -> Option<Finding> {
    if facts.report.signature.status == SignatureStatus::Verified {
        return None;
    }
    der_by_its_octets(&facts.segment(2)?)
}

/// A signature that begins as DER does. That it verifies once it is decoded is not shown by this.
pub fn der_by_its_octets(signature: &[u8]) -> Option<Finding> {
    let [0x30, length @ 60..=80, 0x02, 0x1C..=0x21, ..] = signature else {
        return None;
    };
    let row = Cause::DerSignature.row();
    Some(likely(
        row.code,
        row.summary,
        format!(
            "it begins with the octets 30 {length:02x} 02, as ASN.1 DER does ({})",
            row.section
        ),
        row.hint,
    ))
}

/// The algorithm that the signature was checked with; without one, the algorithm of this program's first
/// users.
fn checked_algorithm<'r>(facts: &'r Facts) -> &'r str {
    let signature = &facts.report.signature;
    match (signature.status, &signature.algorithm) {
        (SignatureStatus::Mismatch, Some(alg)) => alg,
        (_, _) => ES256.name,
    }
}

fn signature_of_other_algorithm(facts: &Facts) -> Option<Finding> {
    let octets = facts.segment(2)?.len();
    let signature = &facts.report.signature;
    let expected = match signature.status {
        SignatureStatus::Verified => return None,
        SignatureStatus::Mismatch => signature
            .expected_octets
            .filter(|length| *length != octets)?,
        SignatureStatus::Unchecked => WHOLE,
    };
    let what = match octets {
        32 => "HMAC with SHA-256 (HS256)",
        48 => "HMAC with SHA-384 (HS384)",
        96 => "ECDSA on P-384 (ES384)",
        132 => "ECDSA on P-521 (ES512)",
        256 | 384 | 512 => "RSA (RS256 and its kind)",
        _ => return None,
    };
    Some(likely(
        "signature-of-other-algorithm",
        "the signature has the length of another algorithm's",
        format!(
            "{octets} octets, as {what} has; {} has {expected}",
            checked_algorithm(facts)
        ),
        "the signer must use the key that belongs to the algorithm, and name the algorithm in \"alg\"",
    ))
}

/// Transcodes hands out two kinds of token, and only one is signed with the key of the project.
fn token_of_another_kind(facts: &Facts) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    let for_api = claims
        .aud
        .as_ref()
        .is_some_and(|aud| aud.contains("transcodes-mcp"));
    let named: Vec<&str> = ["oid", "pid", "mid"]
        .into_iter()
        .filter(|name| claims.members.get(name).is_some())
        .collect();
    (for_api || named.len() > 1).then(|| {
        let evidence = if for_api { "\"aud\" is \"transcodes-mcp\"".to_owned() } else { format!("it has {}", named.join(", ")) };
        likely(
            "token-of-another-kind",
            "this looks like a Transcodes API token, not a member's access token",
            evidence,
            "it travels in x-transcodes-token and need not be signed with the project's key; a member's access token has \"aud\" \"transcodes-sdk\"",
        )
    })
}

fn key_for_rs256(facts: &Facts) -> Option<Finding> {
    let alg = facts.header()?.alg.as_deref()?;
    let by_header = matches!(alg, "RS256" | "RS384" | "RS512");
    let is_mixed = if facts.rsa_key_given {
        alg.starts_with("ES")
    } else {
        by_header
    };
    (is_without_key(facts) && is_mixed).then(|| {
        let evidence = if facts.rsa_key_given { "an RSA key is among the keys given" } else { "the header's \"alg\" is for an RSA key" };
        plain("key-for-rs256", "RS256 and ES256 are mixed up: one of token and key is for RSA", evidence)
            .with_hint("give the key of the algorithm that the issuer signs with; where the tokens are from Transcodes, that is ES256 (its older pages told people to set RS256): take public_key.json from the JSON Web Key panel")
    })
}

/// Whether no key given allows the header's algorithm.
fn is_without_key(facts: &Facts) -> bool {
    matches!(
        facts.report.signature.reason,
        Some(Reason::NoKey | Reason::AlgorithmNotAllowed)
    )
}

/// What `key_for_rs256` is for RSA. One with a MAC over what everybody knows is proven to be an attack.
fn key_for_hs256(facts: &Facts) -> Option<Finding> {
    let alg = facts.header()?.alg.as_deref()?;
    let octets = match alg {
        "HS256" => 32,
        "HS384" => 48,
        "HS512" => 64,
        _ => return None,
    };
    (is_without_key(facts) && facts.segment(2)?.len() == octets).then(|| {
        plain(
            "key-for-hs256",
            format!("the token is signed with a shared secret ({alg}), and no key given is one for it"),
            format!("\"alg\" is \"{alg}\", and the signature has {octets} octets, as {alg} has"),
        )
        .with_hint("only who has the secret can verify it: have the issuer sign with ES256, or find out whether this is the token of another service; never take a public key for the secret")
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
    let evidence = match (known, error) {
        (Some(known), _) => format!("\"error\" is \"{known}\""),
        (None, Some(_)) => "it has an \"error\" member".to_owned(),
        (None, None) => "no member is a token".to_owned(),
    };
    let is_read = facts.text.len() <= MAX_READ;
    (is_read && facts.readings.is_empty()).then(|| {
        plain(
            "json-reply",
            "this is JSON, and no token is in it",
            evidence,
        )
        .with_hint("the request for the token may have failed: look at the reply")
    })
}
