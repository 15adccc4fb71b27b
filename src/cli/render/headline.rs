//! The verdict's reason in one sentence. Its text is not escaped yet.

use jwtlens::json::{Object, Value};
use jwtlens::{
    Algorithm, Base64urlFault, Check, CheckKind, ClaimPath, Code, Finding, ForeignCharacter,
    Malformed, Reason, Report, Segment, SignatureStatus, Time, TokenFault, Validity, Verdict,
    abridged, duration, relative,
};

use crate::cli::numbers;

/// What follows the verdict's name.
pub fn headline(report: &Report) -> String {
    let signature = &report.signature;
    let expiry = expiry(&report.time);
    match report.verdict {
        Verdict::Valid => {
            let hint = match report.time.status {
                Some(Validity::Unbounded) => " (no \"exp\"; --require exp rejects it)",
                _ => "",
            };
            format!("signature verified, {expiry}{hint}")
        }
        Verdict::Expired | Verdict::NotYetValid
            if signature.status == SignatureStatus::Verified =>
        {
            format!("signature verified, but the token {expiry}")
        }
        Verdict::Expired | Verdict::NotYetValid => format!("signature not checked; {expiry}"),
        Verdict::ClaimRejected => format!("signature verified, but {}", failed(report)),
        Verdict::Unverifiable => unchecked_reason(report),
        Verdict::MisSigned => mismatch(report),
        Verdict::Malformed => match &report.error {
            Some(error) => malformed(report, error),
            None => "the token could not be parsed".to_owned(),
        },
        Verdict::NotVerified => match (signature.reason, report.time.status) {
            (Some(Reason::Encrypted), _) => "the claims are encrypted (JWE)".to_owned(),
            (Some(Reason::Unsecured), _) => format!("{}; {expiry}", unchecked_reason(report)),
            (_, None) => "signature not checked".to_owned(),
            (_, Some(_)) => format!("signature not checked; {expiry}"),
        },
    }
}

/// `expires in 5m`, `expired 2h ago`, `never expires`, `becomes valid in 2m`.
fn expiry(time: &Time) -> String {
    if time.status == Some(Validity::NotYetValid) {
        let nbf = time.not_before.as_ref();
        let seconds = nbf.map_or(0, |nbf| nbf.seconds_from(time.now));
        return if is_after_last_date(seconds, time) {
            "becomes valid after year 9999".to_owned()
        } else {
            format!("becomes valid {}", relative(seconds))
        };
    }
    let Some(seconds) = time.expires_in else {
        return "never expires".to_owned();
    };
    match (time.status, seconds) {
        (_, 1..) if is_after_last_date(seconds, time) => "expires after year 9999".to_owned(),
        (_, 1..) => format!("expires {}{}", relative(seconds), too_soon(time)),
        (Some(Validity::Current), _) => {
            format!("still within the leeway (expired {})", relative(seconds))
        }
        (_, 0) => "expired just now".to_owned(),
        (_, _) => format!("expired {}", relative(seconds)),
    }
}

/// Whether a time so many seconds from now has no date of four digits.
fn is_after_last_date(seconds: i64, time: &Time) -> bool {
    /// 9999-12-31T23:59:59Z.
    const LAST_SECOND: i64 = 253_402_300_799;
    seconds > LAST_SECOND.saturating_sub(time.now)
}

/// How much longer a token must live that counts as expired because it expires soon.
pub fn too_soon(time: &Time) -> String {
    match (time.status, time.expires_in, time.expires_within) {
        (Some(Validity::Expired), Some(seconds @ 1..), Some(within)) => {
            let required = duration(within.unsigned_abs());
            if seconds < within {
                format!(", less than the {required} required")
            } else {
                format!(", but more than {required} is required")
            }
        }
        (_, _, _) => String::new(),
    }
}

/// What the claim checks found: one failure in words, more of them by name.
fn failed(report: &Report) -> String {
    let failed = report.checks.iter().filter(|check| !check.passed);
    let failed: Vec<&Check> = failed.collect();
    let claims = report.claims.as_ref().map(|claims| claims.members.read());
    match failed.as_slice() {
        [check] => match (check.check, &check.actual) {
            // A claim that must have a value may be null.
            (CheckKind::Require, _) => format!("\"{}\" is missing", check.name),
            (_, _) if is_missing(check, claims) => format!("\"{}\" is missing", check.name),
            (CheckKind::MaxAge, age) if age.as_i64().is_some_and(i64::is_negative) => {
                "the token was issued in the future".to_owned()
            }
            (CheckKind::MaxAge, _) => "the token is too old".to_owned(),
            (_, _) => format!("\"{}\" does not match", check.name),
        },
        many => {
            let names: Vec<String> = many
                .iter()
                .map(|check| format!("\"{}\"", check.name))
                .collect();
            format!("{} claim checks failed: {}", many.len(), names.join(", "))
        }
    }
}

/// Whether the token has nothing to compare. The value of a claim that is compared may be null.
pub fn is_missing(check: &Check, claims: Option<&Object>) -> bool {
    let path = ClaimPath::new(&check.name).ok();
    let found = path
        .zip(claims)
        .is_some_and(|(path, claims)| path.find(claims).is_some());
    matches!(check.actual, Value::Null) && (check.check != CheckKind::Claim || !found)
}

/// What makes the token malformed, with the length of a signature if that is known, and without what a finding
/// says of a character.
fn malformed(report: &Report, error: &Malformed) -> String {
    let is_standard = |finding: &Finding| finding.code == Code::StandardBase64;
    match (&error.fault, signature_lengths(report, error)) {
        (_, Some((length, expected))) => {
            format!(
                "signature has {}, expected {expected} for {}",
                numbers::count(u64::try_from(length).unwrap_or(u64::MAX), "character"),
                report.signature.algorithm.as_deref().unwrap_or_default()
            )
        }
        (TokenFault::Character(ForeignCharacter::StandardBase64(byte)), _)
            if report.findings.iter().any(is_standard) =>
        {
            let (segment, at) = (error.segment, error.offset);
            let character = char::from(*byte);
            format!("{segment}, offset {at}: invalid character '{character}'")
        }
        (_, _) => error.to_string(),
    }
}

/// How many characters a signature has that is not base64url, and how many it should have, if that is known and not
/// the same.
fn signature_lengths(report: &Report, error: &Malformed) -> Option<(usize, usize)> {
    let length = match error.fault {
        TokenFault::Base64url(Base64urlFault::Length) => error.offset,
        // What was cut may have other bits at its end.
        TokenFault::Base64url(Base64urlFault::NonCanonical) => error.offset.checked_add(1)?,
        _ => return None,
    };
    let algorithm = Algorithm::named(report.signature.algorithm.as_deref()?)?;
    let expected = algorithm.signature_characters()?;
    let is_of_signature = error.segment == Segment::Signature;
    (is_of_signature && length != expected).then_some((length, expected))
}

/// Whether the headline says what the summary of a finding does.
pub fn has_summary(report: &Report, finding: &Finding) -> bool {
    let fault = report.error.as_ref().map(|error| &error.fault);
    match (finding.code, fault) {
        (Code::TimeAsText, Some(TokenFault::NotANumericDate { .. })) => true,
        // What is said of other padding is more.
        (Code::PaddedBase64, Some(TokenFault::Character(ForeignCharacter::Padding(_)))) => {
            finding.summary == finding.code.summary()
        }
        (_, _) => false,
    }
}

/// Whether the headline says what the evidence of a finding does.
pub fn has_evidence(report: &Report, finding: &Finding) -> bool {
    let error = report.error.as_ref();
    finding.code == Code::Truncated
        && error.is_some_and(|error| signature_lengths(report, error).is_some())
}

fn mismatch(report: &Report) -> String {
    /// The lengths of signatures of either curve of `EdDSA` (RFC 8032, sections 5.1.6 and 5.2.6).
    const ED25519: usize = 64;
    const ED448: usize = 114;
    let signature = &report.signature;
    let alg = signature.algorithm.as_deref().unwrap_or_default();
    let explains = |finding: &Finding| finding.explains && finding.code != Code::NoKeyMatches;
    let is_explained = report.findings.iter().any(explains);
    match (signature.octets, signature.expected_octets) {
        (Some(ED448), Some(ED25519)) if alg == "EdDSA" && !is_explained => {
            format!("the signature is of Ed448 ({ED448} bytes), but the key is Ed25519")
        }
        (Some(0), Some(expected)) => {
            format!("the signature is empty, expected {expected} bytes for {alg}")
        }
        (Some(length), Some(expected)) if length != expected && !is_explained => {
            let found = numbers::count(u64::try_from(length).unwrap_or(u64::MAX), "byte");
            format!("the signature has {found}, expected {expected} for {alg}")
        }
        (_, _) => match signature.keys_tried {
            1 => "the signature does not verify".to_owned(),
            many => format!("the signature does not verify with any of the {many} keys"),
        },
    }
}

fn unchecked_reason(report: &Report) -> String {
    let alg = abridged(report.signature.algorithm.as_deref().unwrap_or_default());
    match report.signature.reason {
        Some(Reason::NoKey) => "no key to verify the signature with".to_owned(),
        Some(Reason::UnsupportedAlgorithm) => format!("unknown \"alg\": \"{alg}\""),
        Some(Reason::AlgorithmNotAllowed) if Algorithm::named(&alg).is_none() => {
            format!("\"alg\" is \"{alg}\", which jwtlens does not support")
        }
        Some(Reason::AlgorithmNotAllowed) => {
            format!("\"alg\" is \"{alg}\", which no given key supports")
        }
        Some(Reason::AlgorithmExcluded) => {
            format!("\"alg\" is \"{alg}\", which --alg excludes")
        }
        Some(Reason::Unsecured) if report.signature.octets.is_some_and(|octets| octets > 0) => {
            format!("\"alg\" is \"{alg}\", so the signature cannot be checked")
        }
        Some(Reason::Unsecured) => format!("\"alg\" is \"{alg}\": the token is not signed"),
        Some(Reason::UnknownCritical) => {
            let names: Vec<String> = report
                .header
                .iter()
                .flat_map(|header| &header.critical)
                .map(|name| format!("\"{name}\""))
                .collect();
            let parameters = match names.len() {
                1 => "parameter",
                _ => "parameters",
            };
            let header = report.header.as_deref();
            let is_missing =
                |name: &str| header.is_some_and(|header| header.parameters.get(name).is_none());
            let mut critical = header.iter().flat_map(|header| &header.critical);
            let missing = if critical.all(|name| is_missing(name)) {
                ", which the header does not have"
            } else {
                ""
            };
            format!(
                "unsupported critical header {parameters}: {}{missing}",
                abridged(&names.join(", "))
            )
        }
        Some(Reason::Encrypted) => "the token is encrypted (JWE)".to_owned(),
        Some(Reason::Malformed) | None => {
            "the header or the signature could not be parsed".to_owned()
        }
    }
}
