//! What kind of thing a text is, if it is not a signed token, or not the expected one. All of it is plain
//! to see; nothing is computed with a key.

use super::opaque;
use crate::algorithm::{Algorithm, ES256};
use crate::debug::cause::Cause;
use crate::debug::reading::base64url_lenient;
use crate::debug::reading::{MAX_READ, Reading};
use crate::debug::replay::is_base64url;
use crate::key::VerificationKey;
use crate::key::set::KeySet;
use crate::text::abridged::abridged;
use crate::text::json::Value;
use crate::token::compact::HEADER_START;
use crate::token::header::JoseHeader;
use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};
use crate::verify::report::{Reason, Report};
use crate::verify::verdict::SignatureStatus;
use crate::verify::{notes, vendor};

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
    /// The keys given.
    pub keys: &'f KeySet,
    /// Whether a computation has shown the cause: then nothing is guessed.
    pub is_settled: bool,
}

type Hypothesis = fn(&Facts) -> Option<Finding>;

/// Why a signature cannot be verified, by what is plain to see. None of it is reported if a computation
/// has shown the cause.
const SHAPES: [Hypothesis; 15] = [
    unsecured,
    jwe,
    no_token,
    opaque_token,
    ellipsis,
    signature_placeholder,
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

impl Facts<'_> {
    /// How many bytes a signature by this algorithm has under the keys that were given, if all agree.
    fn length_with_keys(&self, alg: &str) -> Option<usize> {
        let row = self.keys.algorithm(alg)?;
        let keys = self.keys.keys().iter().filter(|key| key.allows(row));
        let mut lengths = keys.map(|key| row.signature_octets(key.material()));
        let first = lengths.next()?;
        lengths.all(|length| length == first).then_some(first)
    }

    fn header(&self) -> Option<&JoseHeader> {
        self.report.header.as_deref()
    }

    /// The bytes of a segment, if there are three, strictly read or not.
    fn segment(&self, number: usize) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(self.text).ok()?;
        let segments: Vec<&str> = text.splitn(4, '.').collect();
        match segments.as_slice() {
            [_, _, _] => base64url_lenient::decode(segments.get(number)?.trim_end_matches('=')),
            _ => None,
        }
    }
}

/// RFC 7518 section 3.6, RFC 8725 section 3.2.
fn unsecured(facts: &Facts) -> Option<Finding> {
    let alg = facts.header()?.alg.as_deref()?;
    alg.eq_ignore_ascii_case("none")
        .then(|| Finding::note(Code::Unsecured, format!("\"alg\" is \"{alg}\"")))
}

fn jwe(facts: &Facts) -> Option<Finding> {
    let enc = facts
        .header()
        .and_then(|header| header.parameters.get("enc"));
    // An ellipsis of three dots makes five segments of three.
    if enc.is_none() && ellipsis(facts).is_some() {
        return None;
    }
    if facts.report.signature.reason != Some(Reason::Encrypted) {
        return None;
    }
    let alg = facts
        .header()
        .and_then(|header| header.alg.as_deref())
        .unwrap_or_default();
    // RFC 7518 section 4.1.
    let is_shared =
        alg == "dir" || alg.starts_with("PBES2") || alg.starts_with('A') && alg.ends_with("KW");
    let enc = enc.map_or("missing".to_owned(), |enc| abridged(&enc.to_string()));
    let finding = Finding::note(Code::Jwe, format!("five segments; \"enc\" is {enc}"));
    Some(if facts.header().is_some_and(vendor::is_auth0) {
        finding.with_hint(
            "request the token with the audience of your API: Auth0 then issues a signed JWT",
        )
    } else if facts.header().is_some_and(vendor::is_auth_js) {
        finding.with_hint(
            "decrypt it with the shared secret; Auth.js (NextAuth.js) derives the key from AUTH_SECRET",
        )
    } else if is_shared {
        finding.with_hint(
            "decrypt it with the secret that issuer and recipient share; the result may be a signed JWT",
        )
    } else {
        finding
    })
}

/// What a program without a token prints.
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
        "an unexpanded shell variable".to_owned()
    } else if start.to_ascii_lowercase().contains("<html") || start.starts_with("<!") {
        "an HTML page".to_owned()
    } else {
        return None;
    };
    Some(Finding::note(Code::NoToken, evidence))
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
    // Characters are put back by a proof alone.
    let causes = facts.readings.first()?.causes();
    let cause = causes
        .iter()
        .find(|cause| **cause != Cause::AlteredDot && !cause.is_damage())?;
    let evidence = "after this change it has three segments";
    Some(cause.finding(Certainty::Likely, evidence))
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
        format!("ellipsis at byte {at}"),
    ))
}

fn truncated(facts: &Facts) -> Option<Finding> {
    let text = std::str::from_utf8(facts.text).ok()?;
    if text.ends_with("...") || text.ends_with('\u{2026}') || text.contains('~') {
        return None;
    }
    let dots = text.matches('.').count();
    if dots < 2 && text.starts_with(HEADER_START) {
        let missing = ["payload and signature are", "the signature is"].get(dots)?;
        return Some(Finding::likely(
            Code::Truncated,
            format!("{missing} missing"),
        ));
    }
    let segment = text.split('.').nth(2)?;
    let named = facts.header()?.alg.as_deref()?;
    let is_verified = facts.report.signature.status == SignatureStatus::Verified;
    if dots != 2 || is_verified || named.eq_ignore_ascii_case("none") {
        return None;
    }
    let of_family = |finding: Finding| Finding {
        section: Algorithm::named(named).map_or(finding.section, |row| Some(row.section)),
        ..finding
    };
    let expected = facts.report.signature.expected_octets;
    let expected = expected.or_else(|| facts.length_with_keys(named));
    if expected.is_none()
        && let Some((bits, characters)) = cut_rsa_signature(named, segment)
    {
        let finding = Finding::likely(
            Code::Truncated,
            format!(
                "the signature has {} characters; {named} with a key of {bits} bits has {characters}",
                segment.len()
            ),
        );
        return Some(of_family(finding));
    }
    let of_named = signature_length(named);
    let whole = expected.or(of_named).unwrap_or(WHOLE);
    let octets = facts.report.signature.octets;
    let length = octets.unwrap_or(segment.len().saturating_mul(3) / 4);
    // As long as one of ES256 or ES384, it is whole.
    let is_whole = expected.is_none() && [WHOLE, 96].contains(&length);
    // A MAC that is not checked may be one of another length.
    let is_known = expected.is_some() || !named.starts_with("HS");
    if length >= whole || is_whole || !is_known || is_of_other_rsa_key(facts, length) {
        return None;
    }
    let alg = match expected.or(of_named) {
        Some(_) => named,
        None => checked_algorithm(facts),
    };
    let evidence = if octets.is_some() {
        format!("the signature has {length} bytes; {alg} has {whole}")
    } else {
        let count = match segment.len() {
            1 => "1 character".to_owned(),
            count => format!("{count} characters"),
        };
        let whole = whole.saturating_mul(8).div_ceil(6);
        format!("the signature has {count}; {alg} has {whole}")
    };
    Some(of_family(Finding::likely(Code::Truncated, evidence)))
}

/// How many bytes a signature of an algorithm has, if that does not depend on the key.
fn signature_length(alg: &str) -> Option<usize> {
    match alg {
        "ES384" => Some(96),
        "ES512" => Some(132),
        "ES256" | "ES256K" | "EdDSA" | "Ed25519" | "HS512" => Some(WHOLE),
        "HS256" => Some(32),
        "HS384" => Some(48),
        _ => None,
    }
}

/// The size of the key that an RSA signature without its last few characters was made with, and how many
/// characters it had. What is left must not be base64url, or it is one under another key.
fn cut_rsa_signature(alg: &str, segment: &str) -> Option<(usize, usize)> {
    const BITS: [usize; 3] = [2048, 3072, 4096];
    let is_rsa = alg.starts_with("RS") || alg.starts_with("PS");
    if !is_rsa || segment.len() % 4 != 1 || !segment.chars().all(is_base64url) {
        return None;
    }
    BITS.into_iter().find_map(|bits| {
        let characters = bits.div_ceil(6);
        let lost = characters.checked_sub(segment.len())?;
        (1..=3).contains(&lost).then_some((bits, characters))
    })
}

/// Whether a signature is as long as those of RSA keys of another usual size.
fn is_of_other_rsa_key(facts: &Facts, length: usize) -> bool {
    let alg = checked_algorithm(facts);
    let is_rsa = alg.starts_with("RS") || alg.starts_with("PS");
    is_rsa && [128, 256, 384, 512].contains(&length)
}

/// A program that wrote its own word for a value in the place of the signature.
fn signature_placeholder(facts: &Facts) -> Option<Finding> {
    const WORDS: [&str; 9] = [
        "[object ArrayBuffer]",
        "[object Uint8Array]",
        "[object Object]",
        "[object Promise]",
        "undefined",
        "null",
        "None",
        "NaN",
        "signature",
    ];
    let text = std::str::from_utf8(facts.text).ok()?;
    let segment = text.split('.').nth(2)?;
    let decoded = facts.segment(2).unwrap_or_default();
    let is_word = |word: &&&str| segment == **word || decoded == word.as_bytes();
    let word = WORDS.iter().find(is_word)?;
    let finding = Finding::note(Code::SignatureAsText, format!("literally \"{word}\""))
        .with_summary("the signature is a word instead of bytes");
    Some(
        finding.with_hint("pass the bytes of the signature to the encoder: Buffer.from(signature)"),
    )
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
            let start = abridged(&String::from_utf8_lossy(octets));
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

fn signature_zero(facts: &Facts) -> Option<Finding> {
    let signature = facts.segment(2)?;
    (signature.len() >= 32 && signature.iter().all(|octet| *octet == 0)).then(|| {
        Finding::likely(
            Code::SignatureZero,
            format!("{} bytes, all zero", signature.len()),
        )
    })
}

/// DER by its first bytes, although nothing verified: damaged, or by another key.
fn der_signature(facts: &Facts) -> Option<Finding> {
    if facts.report.signature.status == SignatureStatus::Verified {
        return None;
    }
    notes::der_by_its_bytes(&facts.segment(2)?)
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
    let length = facts.segment(2)?.len();
    let signature = &facts.report.signature;
    let expected = match signature.status {
        SignatureStatus::Verified => return None,
        SignatureStatus::Mismatch => signature
            .expected_octets
            .filter(|expected| *expected != length)?,
        SignatureStatus::Unchecked => {
            let alg = facts.header()?.alg.as_deref()?;
            signature_length(alg).filter(|expected| *expected != length)?
        }
    };
    let what = match length {
        32 => "HS256",
        48 => "HS384",
        96 => "ES384",
        114 => "Ed448",
        132 => "ES512",
        256 | 384 | 512 => "RS256 and other RSA algorithms",
        _ => return None,
    };
    let alg = facts.header()?.alg.as_deref()?;
    let finding = Finding::likely(
        Code::SignatureOfOtherAlgorithm,
        format!("{length} bytes, as for {what}; {alg} has {expected}"),
    );
    Some(match signature.reason {
        Some(Reason::NoKey) => {
            finding.with_hint("pass the signer's key with -k to find out which algorithm signed it")
        }
        _ => finding,
    })
}

/// Transcodes issues two kinds of token, and only one is signed with the key of the project.
fn token_of_another_kind(facts: &Facts) -> Option<Finding> {
    let claims = facts.report.claims.as_ref()?;
    let is_for_api = claims
        .aud
        .as_ref()
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

/// RFC 8725 section 3.1: the header names an algorithm of another kind of key.
fn alg_key_mismatch(facts: &Facts) -> Option<Finding> {
    match facts.report.signature.reason? {
        Reason::AlgorithmNotAllowed => {}
        Reason::NoKey
        | Reason::UnsupportedAlgorithm
        | Reason::AlgorithmExcluded
        | Reason::Unsecured
        | Reason::UnknownCritical
        | Reason::Encrypted
        | Reason::Malformed => return None,
    }
    let alg = facts.header()?.alg.as_deref()?;
    // A MAC with something public as its secret is proven to be an attack.
    let is_mac = alg.starts_with("HS");
    let finding = Finding::note(Code::AlgKeyMismatch, allowed(facts.keys.keys()));
    Some(match vendor::algorithm(facts.report) {
        Some(hint) => finding.with_hint(hint),
        None if is_mac => finding.with_hint(
            "verify it with its shared secret, or have the issuer sign with a key pair; never use a public key as the secret",
        ),
        None => finding,
    })
}

/// What these keys are, and which algorithms they allow.
fn allowed(keys: &[VerificationKey]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for algorithm in keys.iter().flat_map(VerificationKey::algorithms) {
        if !names.contains(&algorithm.name) {
            names.push(algorithm.name);
        }
    }
    let names = names.join(", ");
    match keys {
        [key] => {
            let id = &key.id;
            let what = match (id.kty, id.crv) {
                ("oct", _) => "a shared secret".to_owned(),
                (kty, Some(crv)) => format!("{kty} {crv}"),
                (kty, None) => format!("{kty} ({} bits)", id.bits),
            };
            format!("the key is {what} and allows {names}")
        }
        _ => format!("the keys allow {names}"),
    }
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
        Finding::note(Code::JsonResponse, evidence)
            .with_summary("this is JSON without a token in it")
            .with_hint("check the response: the request for the token may have failed")
    })
}
