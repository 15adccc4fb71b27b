//! What the length and the bytes of a signature show, although it does not verify.

use super::facts::Facts;
use crate::algorithm::{Algorithm, ES256};
use crate::debug::replay::is_base64url;
use crate::text::abridged::abridged;
use crate::text::counted::counted;
use crate::token::compact::HEADER_START;
use crate::verify::code::Code;
use crate::verify::finding::Finding;
use crate::verify::notes;
use crate::verify::report::Reason;
use crate::verify::verdict::SignatureStatus;

/// The bytes of an ES256 signature: what is compared if no algorithm was used.
const WHOLE: usize = 64;

/// The characters of the shortest signature, of HS256.
const SHORTEST: usize = 43;

pub fn truncated(facts: &Facts) -> Option<Finding> {
    let text = std::str::from_utf8(facts.text).ok()?;
    if text.ends_with("...") || text.ends_with('\u{2026}') || text.contains('~') {
        return None;
    }
    if let Some(lower) = lowercased(text) {
        return Some(lower);
    }
    let dots = text.matches('.').count();
    if dots < 2 && text.starts_with(HEADER_START) {
        let is_second = |(at, _): (usize, &str)| at > 0;
        if dots == 0 && text.match_indices(HEADER_START).any(is_second) {
            let evidence = "\"eyJ\", the start of a segment, occurs more than once";
            return Some(
                Finding::likely(Code::AlteredCharacter, evidence)
                    .with_summary("the dots between the segments are missing"),
            );
        }
        let missing = ["payload and signature are", "the signature is"].get(dots)?;
        return Some(Finding::likely(
            Code::Truncated,
            format!("{missing} missing"),
        ));
    }
    let segment = text.split('.').nth(2)?;
    let named = facts.header()?.alg.as_deref()?;
    let is_verified = facts.report.signature.status == SignatureStatus::Verified;
    let is_removed = segment.is_empty()
        || is_word_for_removed(segment)
        || signature_placeholder(facts).is_some();
    if dots != 2 || is_verified || is_removed || named.eq_ignore_ascii_case("none") {
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
        let found = counted(length, "byte");
        format!("the signature has {found}; {alg} has {whole}")
    } else {
        let found = counted(segment.len(), "character");
        let whole = whole.saturating_mul(8).div_ceil(6);
        format!("the signature has {found}; {alg} has {whole}")
    };
    Some(of_family(Finding::likely(Code::Truncated, evidence)))
}

/// A token without any capital letter: `eyJ` is one in every token whose header is a JSON object.
fn lowercased(text: &str) -> Option<Finding> {
    /// By chance, so many characters have a capital letter.
    const MIN_LENGTH: usize = 40;
    let is_cased = |c: char| c.is_ascii_uppercase();
    let start = HEADER_START.to_ascii_lowercase();
    let is_lower = text.len() >= MIN_LENGTH && text.starts_with(&start) && !text.contains(is_cased);
    is_lower.then(|| {
        let summary = "the token was converted to lowercase; base64url is case-sensitive";
        Finding::likely(Code::AlteredCharacter, summary).with_summary(summary)
    })
}

/// How many bytes a signature of an algorithm has, if that does not depend on the key.
fn signature_length(alg: &str) -> Option<usize> {
    Algorithm::named(alg)?.fixed_signature_octets()
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

/// A program that wrote its own word for a value in the place of the signature, or a person who wrote one of a sample.
pub fn signature_placeholder(facts: &Facts) -> Option<Finding> {
    /// What a program writes for a value that is not text.
    const VALUES: [&str; 10] = [
        "[object ArrayBuffer]",
        "[object Uint8Array]",
        "[object Object]",
        "[object Promise]",
        "undefined",
        "null",
        "None",
        "NaN",
        "true",
        "false",
    ];
    /// What stands in a sample, in any letter case.
    const SAMPLES: [&str; 8] = [
        "signature",
        "sig",
        "your_signature",
        "your-signature",
        "your_signature_here",
        "signature_here",
        "placeholder",
        "%s",
    ];
    let text = std::str::from_utf8(facts.text).ok()?;
    let (_, segment) = text.split_once('.')?.1.split_once('.')?;
    let decoded = facts.segment(2).unwrap_or_default();
    let is_value = |word: &&&str| segment == **word || decoded == word.as_bytes();
    let is_sample = |word: &&&str| {
        segment.eq_ignore_ascii_case(word) || decoded.eq_ignore_ascii_case(word.as_bytes())
    };
    let of_program = VALUES.iter().find(is_value);
    let of_sample = SAMPLES.iter().find(is_sample);
    // What it names is not shown: it may be a part of the signature.
    let evidence = match of_program.or(of_sample) {
        Some(word) => format!("the signature segment is \"{word}\""),
        None if is_template(segment) => "a template's placeholder is in its place".to_owned(),
        None if is_of_x(segment) => "the signature segment is nothing but \"x\"".to_owned(),
        None => return None,
    };
    let finding = Finding::note(Code::SignatureAsText, evidence)
        .with_summary("the signature is a word instead of bytes");
    Some(finding.with_hint(match of_program {
        Some(_) => "pass the bytes of the signature to the encoder: Buffer.from(signature)",
        None => "replace the sample or placeholder with the signature",
    }))
}

/// `${signature}`, `{{ signature }}`, `<signature>` and their like: a name that a program should have replaced.
fn is_template(segment: &str) -> bool {
    const MARKS: [(&str, &str); 6] = [
        ("${", "}"),
        ("{{", "}}"),
        ("{", "}"),
        ("<", ">"),
        ("[", "]"),
        ("%", "%"),
    ];
    /// A longer one is more than a name.
    const MAX_NAME: usize = 40;
    MARKS.iter().any(|(start, end)| {
        let name = segment.strip_prefix(start);
        let name = name.and_then(|rest| rest.strip_suffix(end)).map(str::trim);
        name.is_some_and(|name| {
            name.len() <= MAX_NAME
                && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name
                    .chars()
                    .all(|c| is_base64url(c) || matches!(c, '.' | ' '))
        })
    })
}

/// Whether nothing but `x` is there, which no signature is as short as.
fn is_of_x(segment: &str) -> bool {
    (2..SHORTEST).contains(&segment.len())
        && segment.bytes().all(|byte| matches!(byte, b'x' | b'X'))
}

/// A signature that a proxy, a log or an attacker took away: nothing, or a word for it, is in its place.
pub fn signature_removed(facts: &Facts) -> Option<Finding> {
    let text = std::str::from_utf8(facts.text).ok()?;
    // Of a text with characters that no token has, no header was read.
    let alg = facts.header().and_then(|header| header.alg.as_deref());
    let (input, signature) = text.rsplit_once('.')?;
    let (_, payload) = input.split_once('.')?;
    let is_unsecured = alg.is_some_and(|alg| alg.eq_ignore_ascii_case("none"));
    let is_jws = !payload.is_empty() && !payload.contains('.') && text.starts_with(HEADER_START);
    if !is_jws || is_unsecured {
        return None;
    }
    if signature.is_empty() {
        let evidence = "nothing follows the second dot";
        return Some(Finding::likely(Code::SignatureRemoved, evidence));
    }
    is_word_for_removed(signature).then(|| {
        // The placeholder is not shown: a part of the signature may stand before it.
        let evidence = "a placeholder is in its place";
        let finding = Finding::likely(Code::SignatureRemoved, evidence)
            .with_summary("a placeholder stands in for the signature");
        match signature {
            // Cloud Run and Cloud Functions, of the tokens that they pass on.
            "SIGNATURE_REMOVED_BY_GOOGLE" => finding
                .with_hint("reject it unless Cloud Run sent it, which removes verified signatures"),
            _ => finding,
        }
    })
}

/// Whether a segment is a word that stands for something left out, which no signature is as short as.
fn is_word_for_removed(segment: &str) -> bool {
    const WORDS: [&str; 7] = [
        "removed", "redacted", "stripped", "omitted", "masked", "hidden", "***",
    ];
    let word = segment.to_ascii_lowercase();
    segment.len() < SHORTEST && WORDS.iter().any(|of_word| word.contains(of_word))
}

pub fn signature_zero(facts: &Facts) -> Option<Finding> {
    let signature = facts.segment(2)?;
    (signature.len() >= 32 && signature.iter().all(|octet| *octet == 0)).then(|| {
        Finding::likely(
            Code::SignatureZero,
            format!("{} bytes, all zero", signature.len()),
        )
    })
}

/// DER by its first bytes, although nothing verified: damaged, or by another key.
pub fn der_signature(facts: &Facts) -> Option<Finding> {
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

pub fn signature_of_other_algorithm(facts: &Facts) -> Option<Finding> {
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
        32 => "an HS256 signature",
        48 => "an HS384 signature",
        96 => "an ES384 signature",
        114 => "an Ed448 signature",
        132 => "an ES512 signature",
        256 | 384 | 512 => "an RSA signature",
        _ => return None,
    };
    let alg = facts.header()?.alg.as_deref()?;
    let finding = Finding::likely(
        Code::SignatureOfOtherAlgorithm,
        format!("expected {expected} bytes, found {length}"),
    )
    .with_summary(format!(
        "the signature has the length of {what}, not of {}",
        abridged(alg)
    ));
    Some(match signature.reason {
        Some(Reason::NoKey) => {
            finding.with_hint("pass the signer's key with -k to find out which algorithm was used")
        }
        _ => finding,
    })
}
