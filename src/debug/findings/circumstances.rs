//! What a report says of a token besides what its search found: what it is in, what stands around it, and what the
//! token inside would be.

use crate::debug::reading::extract;
use crate::text::durations::relative;
use crate::text::json::JsonFault;
use crate::token::malformed::{Malformed, TokenFault};
use crate::token::segment::Segment;
use crate::verify::code::Code;
use crate::verify::finding::Finding;
use crate::verify::report::Report;
use crate::verify::vendor;
use crate::verify::verdict::{SignatureStatus, Verdict};

/// Says that a token is in UTF-16, and what its byte order mark is.
pub fn name_utf16(error: Option<&Malformed>, found: &mut [Finding]) {
    let Some(error) = error.filter(|error| error.fault.is_utf16()) else {
        return;
    };
    for finding in found {
        // The byte order mark goes with the encoding.
        for removed in [
            "with the NUL bytes removed, without the text around it,",
            "with the NUL bytes removed,",
        ] {
            if let Some(rest) = finding.evidence.strip_prefix(removed) {
                finding.evidence = format!("converted to UTF-8,{rest}").into();
            }
        }
        if finding.code == Code::NulBytes {
            finding.summary = "the token is in UTF-16".into();
            finding.hint = error.hint().map(Into::into);
        } else if finding.code == Code::SurroundedToken {
            finding.summary = "the text begins with the byte order mark of UTF-16".into();
            finding.hint = None;
        }
    }
}

/// A verdict in words, with the time that it rests on.
pub fn outcome(report: &Report) -> String {
    let verdict = report.verdict.name();
    let (name, limit) = match report.verdict {
        Verdict::Expired => ("exp", &report.time.expires_at),
        Verdict::NotYetValid => ("nbf", &report.time.not_before),
        Verdict::Valid
        | Verdict::NotVerified
        | Verdict::ClaimRejected
        | Verdict::Unverifiable
        | Verdict::MisSigned
        | Verdict::Malformed => return verdict.to_owned(),
    };
    let seconds = limit
        .as_ref()
        .map(|limit| limit.seconds_from(report.time.now));
    format!(
        "{verdict} (\"{name}\" {})",
        relative(seconds.unwrap_or_default())
    )
}

/// RFC 7519, section 7.2: a signature that verifies does not make a JWT of a payload that is not a Claims Set.
pub fn malformed_payload(report: &Report) -> Option<Finding> {
    let error = report.error.as_ref()?;
    let is_verified = report.signature.status == SignatureStatus::Verified;
    let hint = match &error.fault {
        TokenFault::Json(JsonFault::Grammar { .. }) if error.hint().is_none() => {
            "have the issuer sign a JSON object; for other data, use a JWS library"
        }
        _ => error.hint()?,
    };
    (is_verified && error.segment == Segment::Payload).then(|| Finding {
        section: Some("RFC 7519, section 7.2"),
        ..Finding::note(Code::SignatureGood, "the signature verifies with the key")
            .with_summary("the token is rejected because of its payload alone")
            .with_hint(hint)
    })
}

/// Says what the text around a token is, where it is known.
pub fn name_surroundings(text: &[u8], found: &mut [Finding]) {
    let is_around = |finding: &&mut Finding| finding.code == Code::SurroundedToken;
    let Some(finding) = found.iter_mut().find(is_around) else {
        return;
    };
    if let Some(what) = extract::unseen(text) {
        finding.summary = what.into();
        finding.hint = Some(if text.starts_with("\u{FEFF}".as_bytes()) {
            "save the file as UTF-8 without BOM".into()
        } else {
            "delete it; web pages and chats often add such characters".into()
        });
    }
    if extract::is_signed_cookie(text) {
        finding.summary = "this is a signed cookie: a token and the signature of the cookie".into();
        finding.hint =
            Some("use the value that the cookie library returns, as req.signedCookies".into());
    }
}

/// RFC 5280, section 4.2.1.9: a CA's key does not sign tokens.
pub fn key_is_ca(report: &Report, subject: &str) -> Finding {
    let finding = Finding::likely(
        Code::KeyIsCaCertificate,
        format!("its subject is {subject}"),
    );
    match &report.claims {
        Some(claims) if vendor::is_kubernetes(claims) => {
            finding.with_hint("use the API server's keys: kubectl get --raw /openid/v1/jwks")
        }
        _ => finding,
    }
}
