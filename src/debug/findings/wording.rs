//! What a finding says of one algorithm and not of another.

use jiff::tz::TimeZone;

use crate::algorithm::Algorithm;
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit};
use crate::debug::reading::notation::Notation;
use crate::debug::replay::SecretForm;
use crate::debug::signing_inputs::digest::Digest;
use crate::key::{Certificate, SecretEncoding};
use crate::text::abridged::abridged;
use crate::token::header::JoseHeader;
use crate::token::malformed::{CritFault, Malformed, TokenFault};
use crate::token::numeric_date::NumericDate;
use crate::verify::finding::Finding;

/// Where `crit` is specified.
const CRIT: &str = "RFC 7515, section 4.1.11";

/// The finding that a signature verifies, and why its header is rejected nevertheless.
pub fn of_good_signature(
    finding: Finding,
    header: Option<&JoseHeader>,
    error: Option<&Malformed>,
    algorithm: &str,
) -> Finding {
    let Some(header) = header else {
        return match error.and_then(Malformed::hint) {
            Some(hint) => finding.with_hint(hint),
            None => finding,
        };
    };
    let is_critical = |name: &str| header.critical.iter().any(|critical| &**critical == name);
    // What is wrong with the header is in the line of the verdict.
    let (section, hint) = match header.fault.as_ref().map(|malformed| &malformed.fault) {
        Some(TokenFault::MissingAlg) => (
            "RFC 7515, section 4.1.1",
            format!("have the issuer add \"alg\": \"{algorithm}\" to the header"),
        ),
        Some(TokenFault::Crit(CritFault::Empty)) => {
            (CRIT, "have the issuer remove the empty \"crit\"".to_owned())
        }
        Some(TokenFault::Crit(_)) => (
            CRIT,
            "have the issuer remove \"crit\", or list the names of extensions in it".to_owned(),
        ),
        Some(TokenFault::NotAString { name, section, .. }) => (
            *section,
            format!("have the issuer write \"{name}\" as a string"),
        ),
        None if is_critical("b64") => {
            let finding = finding.with_summary("a JWT must not use \"b64\"");
            return Finding {
                section: Some("RFC 7797, section 7"),
                ..finding
            }
            .with_hint("have the issuer encode the payload, and remove \"b64\" and \"crit\"");
        }
        None if !header.critical.is_empty() => (
            CRIT,
            "have the issuer remove \"crit\", or use a library that supports its names".to_owned(),
        ),
        Some(_) | None => return finding,
    };
    Finding {
        section: Some(section),
        ..finding
    }
    .with_hint(hint)
}

/// The finding of an `alg` for another kind of key than that which signed.
pub fn of_alg(finding: Finding, changes: &[Change], alg: Option<&str>, algorithm: &str) -> Finding {
    let digest = changes.iter().find_map(|change| match change {
        Change::IgnoreAlg { digest } if *digest != Digest::Sha256 => Some(*digest),
        _ => None,
    });
    let finding = match alg {
        Some(alg) if alg.eq_ignore_ascii_case("none") => finding.with_summary(format!(
            "the token has a signature, although \"alg\" is \"{alg}\""
        )),
        _ => finding,
    };
    let curve = match digest {
        Some(Digest::Sha384) => "P-384",
        Some(_) => "P-521",
        None => {
            return finding.with_hint(format!("have the issuer set \"alg\" to \"{algorithm}\""));
        }
    };
    finding.with_hint(format!(
        "sign with SHA-256 and set \"alg\" to \"ES256\", or sign with a {curve} key"
    ))
}

/// The finding that the signer's secret ends with the newline that was removed from the file.
pub fn of_trimmed_secret(finding: Finding, source: &str) -> Finding {
    finding
        .with_summary(format!(
            "the signer's secret ends with a newline, which is removed from {source}"
        ))
        .with_hint("encode secret and newline as base64 and use --secret-encoding base64")
}

/// The finding that the signature is one of another algorithm of the same key.
pub fn of_other_algorithm(finding: Finding, alg: Option<&str>, algorithm: &str) -> Finding {
    let Some(alg) = alg.and_then(Algorithm::named) else {
        return finding;
    };
    finding.with_hint(format!(
        "set \"alg\" to \"{algorithm}\", or sign with {}",
        alg.name
    ))
}

/// The finding of the padding in a token of an AWS load balancer, which signs it.
pub fn of_load_balancer(finding: Finding) -> Finding {
    finding
        .with_summary("an AWS load balancer made the token, and pads its segments with \"=\"")
        .with_hint("use a library that accepts the padding, such as aws-jwt-verify")
}

/// The finding that a key's own members forbid its use: which of them, and what to do about it.
pub fn of_restrictions(finding: Finding, changes: &[Change]) -> Finding {
    let mut members = changes.iter().filter_map(|change| match change {
        Change::IgnoreMembers { members } => Some(members.as_slice()),
        _ => None,
    });
    let Some([name]) = members.next() else {
        return finding;
    };
    let (section, hint) = match &**name {
        "kty" => (
            "RFC 7517, section 4.1",
            "write the registered name of the key type: \"EC\", \"RSA\", \"OKP\" or \"oct\"",
        ),
        "use" => (
            "RFC 7517, section 4.2",
            "use the issuer's signature key, or remove \"use\" from the key file",
        ),
        "key_ops" => (
            "RFC 7517, section 4.3",
            "use the issuer's signature key, or remove \"key_ops\" from the key file",
        ),
        "alg" => (
            "RFC 7517, section 4.4",
            "sign with the key's \"alg\", or remove \"alg\" from the key file",
        ),
        _ => return finding,
    };
    Finding {
        section: Some(section),
        ..finding
    }
    .with_hint(hint)
}

/// The finding that the token names the key that signed it.
pub fn of_named_key(finding: Finding, changes: &[Change]) -> Finding {
    let place = changes.iter().find_map(|change| match change {
        Change::UseNamedKey { place } => Some(*place),
        _ => None,
    });
    match place {
        Some("kid") => {
            finding.with_summary("\"kid\" names the key that signed the token, which was not given")
        }
        Some(place) => finding.with_summary(format!(
            "\"{place}\" names the key that signed the token, which was not given"
        )),
        None => finding,
    }
}

/// The finding of a PSS salt that is too short or too long.
pub fn of_salt(finding: Finding, changes: &[Change], algorithm: &str) -> Finding {
    let found = changes.iter().find_map(|change| match change {
        Change::UseSaltLength { length } => Some(*length),
        _ => None,
    });
    let digest = Algorithm::named(algorithm).and_then(Digest::of_row);
    match (found, digest) {
        (Some(found), Some(digest)) => finding.with_summary(format!(
            "the PSS salt must have {} bytes for {algorithm}, found {found}",
            digest.length()
        )),
        (_, _) => finding,
    }
}

/// The finding of characters inside a token that are not the token's: of several of them, or of line breaks that are
/// written as text.
pub fn of_edits(finding: Finding, cause: Cause, changes: &[Change]) -> Finding {
    let is_of_it = |change: &&Change| match change {
        Change::EditText { cause: of, .. } | Change::EditBytes { cause: of, .. } => *of == cause,
        _ => false,
    };
    let edits: Vec<&Change> = changes.iter().filter(is_of_it).collect();
    match (cause, edits.as_slice()) {
        (Cause::LineWrapped, [_, ..]) => finding
            .with_summary("the token has line breaks as HTML or quoted-printable mail write them")
            .with_hint("copy the token from where it was issued, not from the page or the mail"),
        (Cause::EscapedCharacter, [_, _, ..]) => {
            finding.with_summary("characters of the token are written as escapes")
        }
        (Cause::AlteredCharacter, [_, _, ..]) => {
            finding.with_summary("several characters of the token were altered")
        }
        (_, [Change::EditText { edit, .. }]) => of_edit(finding, cause, edit),
        (_, _) => finding,
    }
}

/// The finding of an edit of more characters than its cause speaks of.
fn of_edit(finding: Finding, cause: Cause, edit: &Edit) -> Finding {
    let removed = edit.removed.chars().count();
    let inserted = edit.inserted.chars().count();
    match (cause, removed, inserted) {
        (Cause::LostCharacter, _, 2..) => {
            finding.with_summary(format!("{inserted} characters of the token are missing"))
        }
        (Cause::AddedCharacter, 2.., _) => {
            finding.with_summary(format!("the token has {removed} characters too many"))
        }
        (Cause::SwappedCharacters, 3.., _) => finding.with_summary(format!(
            "{removed} neighboring characters of the token are in reverse order"
        )),
        (_, _, _) => finding,
    }
}

/// The finding of a signature that is text, by the kind of that.
pub fn of_text(finding: Finding, changes: &[Change]) -> Finding {
    let worded = |change: &Change| match change {
        Change::EncodeSignature { .. } => Some((
            "the signature was written as JSON numbers, without base64url encoding",
            "encode the bytes of the signature as base64url",
        )),
        Change::ReadHexSegment { .. } => Some((
            "the signature was hex-encoded instead of base64url-encoded",
            "encode the bytes of the signature as base64url, not hex",
        )),
        Change::ReadText {
            notation: Notation::Numbers | Notation::Object,
            ..
        } => Some((
            "the signature was written as JSON numbers before base64url encoding",
            "encode the bytes of the signature, not their JSON text",
        )),
        Change::ReadText {
            notation: Notation::Latin1,
            ..
        } => Some((
            "the signature was converted to UTF-8 before base64url encoding",
            "encode the bytes of the signature, not a string of them",
        )),
        _ => None,
    };
    match changes.iter().find_map(worded) {
        Some((summary, hint)) => finding.with_summary(summary).with_hint(hint),
        None => finding,
    }
}

/// The finding of a cause, in the terms of the algorithm that the signature is of.
pub fn of_algorithm(finding: Finding, cause: Cause, algorithm: &str) -> Finding {
    let half: usize = match algorithm {
        "ES384" => 48,
        "ES512" => 66,
        _ => 32,
    };
    let whole = half.saturating_mul(2);
    let section = Algorithm::named(algorithm).map(|row| row.section);
    let hash = algorithm.get(2..5).unwrap_or_default();
    let worded = match (cause, algorithm) {
        (Cause::Truncated, "ES256") => finding,
        (_, "ES256") => return finding,
        (Cause::DerSignature, _) => finding
            .with_summary(format!(
                "the signature is DER-encoded; {algorithm} requires raw R || S, {whole} bytes"
            ))
            .with_hint(format!(
                "use dsaEncoding \"ieee-p1363\" (Node), SHA{hash}withECDSAinP1363Format (Java)"
            )),
        (Cause::SignatureLength, _) => finding.with_hint(format!(
            "write {half} bytes each: to_bytes({half}, \"big\"), FillBytes, padStart({whole}, \"0\")"
        )),
        (Cause::AlgMisspelled, _) => finding
            .with_summary(format!(
                "\"alg\" must be exactly \"{algorithm}\": it is case-sensitive"
            ))
            .with_hint(format!("write \"{algorithm}\" exactly so, without spaces")),
        (Cause::OtherHash, _) => finding
            .with_summary("the signer used a different hash than \"alg\" names")
            .with_hint(if algorithm == "ES512" || algorithm == "ES384" || algorithm == "ES256K" {
                format!("use SHA-{hash}, which {algorithm} requires")
            } else {
                format!("set \"alg\" to \"{algorithm}\", or sign with the hash that \"alg\" names")
            }),
        (Cause::KeyCoordinatesPadded, "EdDSA" | "Ed25519") => finding
            .with_summary("\"x\" in the key file is not base64url of 32 bytes")
            .with_hint("write \"x\" as base64url of the key's 32 bytes, without SPKI and \"=\""),
        (Cause::KeyCoordinatesPadded, _) => finding
            .with_summary(format!(
                "\"x\" or \"y\" in the key file is not base64url of {half} bytes"
            ))
            .with_hint(format!(
                "write \"x\" and \"y\" as base64url of exactly {half} bytes, without \"=\""
            )),
        (Cause::HashedTwice, "EdDSA" | "Ed25519" | "HS256" | "HS384" | "HS512") => finding
            .with_hint(format!("pass the message itself: {algorithm} hashes it")),
        (Cause::SignatureSwapped, "EdDSA" | "Ed25519") => {
            finding.with_summary("the halves of the signature are swapped")
        }
        (Cause::SignatureLittleEndian, "EdDSA" | "Ed25519") => finding
            .with_summary("the bytes of both halves of the signature are reversed")
            .with_hint("write the signature as the library returns it: Ed25519 is little-endian"),
        (_, _) => finding,
    };
    Finding {
        section: match cause {
            Cause::DerSignature
            | Cause::Truncated
            | Cause::MacCut
            | Cause::NumberLength
            | Cause::NumberLittleEndian
            | Cause::SignatureAsText
            | Cause::SignatureLength
            | Cause::SignatureSwapped
            | Cause::SignatureLittleEndian
            | Cause::OtherHash
            | Cause::HashedTwice
            | Cause::HashedAsText => section.or(worded.section),
            _ => worded.section,
        },
        ..worded
    }
}

/// The finding that the secret is encoded on one side alone, or otherwise. `given` is how its text was read; none if
/// it is a JWK's.
pub fn of_secret(finding: Finding, changes: &[Change], given: Option<SecretEncoding>) -> Finding {
    use SecretEncoding::{Base64, Base64Url, Hex, Text};
    let mut forms = changes.iter().filter_map(|change| match change {
        Change::RewriteSecret { form } => Some(*form),
        _ => None,
    });
    // What stands around a secret is removed before it is decoded.
    let Some(form) = forms.next_back() else {
        return finding;
    };
    let (encoding, is_decoded) = match form {
        SecretForm::FromLenientBase64 => {
            return finding
                .with_summary(
                    "the signer decoded the secret from base64, ignoring other characters in it",
                )
                .with_hint("remove its line breaks, then use --secret-encoding base64");
        }
        SecretForm::FromPrefixedBase64 => {
            return finding
                .with_summary("the signer decoded the secret from base64, without its prefix")
                .with_hint("use --secret-encoding base64, without the prefix \"base64:\"");
        }
        SecretForm::HexNotBase64 => {
            let (what, hint) = match given {
                Some(_) => ("the secret is hex, not base64", "use --secret-encoding hex"),
                None => (
                    "\"k\" in the JWK is hex, not base64url",
                    "write \"k\" as base64url of the bytes of the secret",
                ),
            };
            return finding.with_summary(what).with_hint(hint);
        }
        SecretForm::FromBase64 => (Base64, true),
        SecretForm::FromBase64url => (Base64Url, true),
        SecretForm::FromHex => (Hex, true),
        SecretForm::AsBase64 | SecretForm::AsUnpaddedBase64 => (Base64, false),
        SecretForm::AsBase64url | SecretForm::AsPaddedBase64url => (Base64Url, false),
        SecretForm::AsHex | SecretForm::AsUpperHex => (Hex, false),
        _ => return finding,
    };
    let name = encoding.name();
    let (summary, hint) = match (is_decoded, given) {
        (true, Some(Text)) => (
            format!("the signer decoded the secret from {name}"),
            format!("use --secret-encoding {name}"),
        ),
        (true, Some(_)) => (
            format!("the signer decoded the secret a second time, from {name}"),
            "decode the secret once on both sides".to_owned(),
        ),
        (true, None) => (
            format!("the signer decoded the secret in the JWK a second time, from {name}"),
            "write \"k\" as base64url of the bytes that the signer uses".to_owned(),
        ),
        (false, Some(given)) if given == encoding => (
            format!("the signer used the secret's {name} text without decoding it"),
            format!("use --secret-encoding text, or make the signer decode {name}"),
        ),
        (false, None) if encoding == Base64Url => (
            "the signer used the text of \"k\" as the secret, without decoding it".to_owned(),
            "make the signer decode \"k\" from base64url".to_owned(),
        ),
        (false, _) => (
            format!("the signer used the {name} text of the secret instead of its bytes"),
            format!("make the signer use the bytes, or give the {name} text as the secret"),
        ),
    };
    finding.with_summary(summary).with_hint(hint)
}

/// The finding that a token's own key verifies it, for types of token that work so.
pub fn of_embedded_key(finding: Finding, header: Option<&JoseHeader>) -> Finding {
    let typ = header.and_then(|header| header.parameters.get("typ")?.as_str());
    match typ.map(str::to_ascii_lowercase).as_deref() {
        Some("dpop+jwt") => finding
            .with_summary(
                "the signature is that of the key in its own header, as in every DPoP proof",
            )
            .with_hint("compare the key's thumbprint with \"cnf.jkt\" of the access token"),
        Some("openid4vci-proof+jwt") => finding
            .with_summary(
                "the signature is that of the key in its own header, as in every OpenID4VCI proof",
            )
            .with_hint("check \"aud\" and \"nonce\": they show for which issuer it was made"),
        _ => finding,
    }
}

/// The finding that the key of the header's certificate verifies it: what it is worth, its chain decides.
pub fn of_certificate(finding: Finding, certificate: &Certificate, has_chain: bool) -> Finding {
    let time = |seconds: i64| {
        let time = NumericDate::from(seconds).rfc3339(&TimeZone::UTC);
        time.unwrap_or_else(|| seconds.to_string())
    };
    let Certificate {
        subject, issuer, ..
    } = certificate;
    let subject = abridged(subject);
    // The finding about the chain says who issued it, and that its dates hold.
    let evidence = if has_chain {
        format!("the key of {subject} verifies it")
    } else {
        format!(
            "the key of {subject} verifies it; issued by {}, valid from {} to {}",
            abridged(issuer),
            time(certificate.not_before),
            time(certificate.not_after),
        )
    };
    let hint = "pass the root with -k to check the chain, the certificate to accept it";
    Finding {
        evidence: evidence.into(),
        hint: (!has_chain).then(|| hint.into()),
        ..finding
    }
    .with_summary(if has_chain {
        "the token is signed with the key of the certificate in its header"
    } else {
        "the token was signed with the certificate in its header, which anyone can do"
    })
}

/// The finding that a chain of certificates ends in a given key.
pub fn of_chain(finding: Finding, certificates: &[Certificate], anchor: &str) -> Finding {
    let count = match certificates.len() {
        1 => "1 certificate".to_owned(),
        count => format!("{count} certificates"),
    };
    let evidence = format!(
        "the chain of {count} ends at {anchor} (signatures, names, dates and CA constraints checked)"
    );
    Finding {
        evidence: evidence.into(),
        ..finding
    }
}
