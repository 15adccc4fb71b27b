//! What kind of thing a text is, in which order findings are given, and in which words.

use std::collections::BTreeSet;

use data_encoding::{BASE64, HEXUPPER};
use jwtlens::{Certainty, ClaimCheck, Effort, Finding, Policy, Verdict};
use sha2::{Digest, Sha256};

use super::{Bench, HEADER, codes, debug, debugger, encode, input, payload, proven};
use crate::pairs::Pair;
use crate::support::{Issuer, NOW, Random, der};

/// What a token inside other text would get is told beside what is to be taken off, and nothing else
/// is changed by it.
#[test]
fn the_token_inside_is_judged_too() {
    let mut random = Random::new("inside");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let at = |exp: i64| {
        format!(
            r#"{{"sub":"; that token would be valid","exp":{}}}"#,
            NOW + exp
        )
    };
    let early = format!(r#"{{"nbf":{}}}"#, NOW + 90);
    let rsa = [random.octets(), random.octets()].concat().repeat(4);
    let rsa = format!("{}.{}", input(r#"{"alg":"RS256"}"#, &at(3600)), encode(rsa));
    for (token, outcome) in [
        (given.token(&at(3600)), "valid"),
        (given.token(&at(-7500)), "expired (\"exp\" 2h 5m ago)"),
        (given.token(&early), "not-yet-valid (\"nbf\" in 1m 30s)"),
        (other.token(&at(3600)), "mis-signed"),
        (rsa, "unverifiable"),
        (given.token("[]"), "malformed"),
    ] {
        for (text, code) in [
            (format!("see {token}, please"), "surrounded-token"),
            (format!(r#"{{"access_token":"{token}"}}"#), "json-response"),
            (format!("Cookie: a=b; s={token}; c=d"), "cookie"),
            (format!("{token}~eyJh~"), "sd-jwt"),
        ] {
            let report = debug(&debugger, &text);
            assert_eq!(report.verdict, Verdict::Malformed, "{text}");
            let told: Vec<_> = report
                .findings
                .iter()
                .filter_map(|finding| {
                    let (_, outcome) = finding.evidence.split_once("; that token would be ")?;
                    Some((finding.code.name(), outcome))
                })
                .collect();
            assert_eq!(told, [(code, outcome)], "{text}");
        }
    }
    // Where more than taking it out is needed, the proof tells what, and the token taken out is not it.
    let der = {
        let input = input(HEADER, &at(3600));
        format!(
            "{input}.{}",
            encode(der(given.sign_hash(&Sha256::digest(&input))))
        )
    };
    for text in [format!("see {der}, please"), der, given.token("[]")] {
        let report = debug(&debugger, &text);
        let is_told = |finding: &Finding| finding.evidence.contains("that token would be");
        assert!(!report.findings.iter().any(is_told), "{text}");
    }
}

/// What is plainly there to see, and what times and claims tell: never proven.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn kinds_and_times_are_told() {
    let mut random = Random::new("kinds");
    let signer = random.signer();
    let jwk = signer.jwk();
    let rsa = crate::cases::rsa_jwk("rsa");
    let keys = debugger(&[&jwk], &[], Effort::Default);
    let with_rsa = debugger(&[&rsa], &[], Effort::Default);
    let good = signer.token(&payload(1));
    let (input, _) = good.rsplit_once('.').unwrap();
    let with_signature = |octets: &[u8]| format!("{input}.{}", encode(octets));
    let with_text = |text: &str| format!("{input}.{text}");
    let claims = |claims: &str| signer.token(&claims.replace("NOW", &NOW.to_string()));
    for (code, certainty, token) in [
        (
            "unsecured",
            Certainty::Note,
            format!("{}.{}.", encode(r#"{"alg":"nOnE"}"#), encode("{}")),
        ),
        (
            "jwe",
            Certainty::Note,
            format!("{}.a.a.a.a", encode(r#"{"alg":"dir","enc":"A128GCM"}"#)),
        ),
        (
            "opaque-token",
            Certainty::Note,
            "v4x7Gq0tYlbFzN1sXo2Zr9".to_owned(),
        ),
        ("no-token", Certainty::Note, "undefined".to_owned()),
        ("no-token", Certainty::Note, "<!doctype html><p>".to_owned()),
        (
            "ellipsis",
            Certainty::Likely,
            format!("{}...{}", &good[..30], &good[90..]),
        ),
        (
            "ellipsis",
            Certainty::Likely,
            format!("{}\u{2026}", &good[..30]),
        ),
        (
            "truncated",
            Certainty::Likely,
            good[..good.len() - 30].to_owned(),
        ),
        ("truncated", Certainty::Likely, input.to_owned()),
        ("truncated", Certainty::Likely, good[..40].to_owned()),
        (
            "detached-payload",
            Certainty::Note,
            good.replace(good.split('.').nth(1).unwrap(), ""),
        ),
        (
            "deflated-payload",
            Certainty::Note,
            signer.sign(
                br#"{"alg":"ES256","zip":"DEF"}"#,
                b"\xab\x56\x4a\x54\xb2\x32\xac\x05\x00",
            ),
        ),
        (
            "nested-jwt",
            Certainty::Note,
            signer.sign(HEADER.as_bytes(), good.as_bytes()),
        ),
        (
            "signature-zero",
            Certainty::Likely,
            with_signature(&[0; 64]),
        ),
        ("signature-removed", Certainty::Likely, with_text("")),
        (
            "signature-removed",
            Certainty::Likely,
            with_text("SIGNATURE_REMOVED_BY_GOOGLE"),
        ),
        (
            "signature-removed",
            Certainty::Likely,
            with_text("[REDACTED]"),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[1; 32]),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[0xEE; 96]),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[0xEE; 132]),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[1; 256]),
        ),
        (
            "der-signature",
            Certainty::Likely,
            with_signature(&[&[0x30, 69, 2, 32][..], &[1; 67]].concat()),
        ),
        (
            "two-tokens",
            Certainty::Likely,
            format!("{good} {good}").replace("eyJzdWIi", "eyJzdWIj"),
        ),
        (
            "json-response",
            Certainty::Note,
            r#"{"error":"invalid_grant"}"#.to_owned(),
        ),
        (
            "token-of-another-kind",
            Certainty::Likely,
            claims(r#"{"aud":"transcodes-mcp","exp":1}"#),
        ),
        (
            "token-of-another-kind",
            Certainty::Likely,
            claims(r#"{"oid":"a","pid":"b","mid":"c","exp":1}"#),
        ),
        (
            "alg-key-mismatch",
            Certainty::Note,
            random.signer().sign(br#"{"alg":"RS256"}"#, b"{}"),
        ),
        (
            "time-in-milliseconds",
            Certainty::Likely,
            claims(r#"{"nbf":1795392000000}"#),
        ),
        (
            "time-as-text",
            Certainty::Likely,
            claims(r#"{"exp":"2026-11-23"}"#),
        ),
        (
            "clock-skew",
            Certainty::Likely,
            claims(r#"{"exp":1795391990}"#),
        ),
        (
            "clock-skew",
            Certainty::Likely,
            claims(r#"{"nbf":1795392300}"#),
        ),
        (
            "issuer-clock",
            Certainty::Likely,
            claims(r#"{"iat":100,"exp":200}"#),
        ),
        (
            "issuer-clock",
            Certainty::Likely,
            claims(r#"{"iat":1795392400,"nbf":1795392400}"#),
        ),
        (
            "expires-before-issued",
            Certainty::Note,
            claims(r#"{"iat":1795390000,"exp":1795380000}"#),
        ),
        (
            "short-lifetime",
            Certainty::Likely,
            claims(r#"{"iat":1795390000,"exp":1795390015}"#),
        ),
        (
            "no-key-matches",
            Certainty::Likely,
            random.signer().token(&payload(1)),
        ),
        (
            "signer-candidates",
            Certainty::Note,
            random.signer().token(&payload(1)),
        ),
    ] {
        let report = debug(&keys, &token);
        assert_ne!(report.verdict, Verdict::Valid, "{code}");
        let found = report
            .findings
            .iter()
            .find(|finding| finding.code.name() == code);
        let found = found.unwrap_or_else(|| panic!("{code}: {:#?}", report.findings));
        assert_eq!(found.certainty, certainty, "{code}");
        assert!(found.hint.is_some(), "{code}");
        assert_eq!(proven(&report), codes(&[]), "{code}");
    }
    let by_other = random.signer().token("{}");
    assert!(
        debug(&with_rsa, &by_other)
            .findings
            .iter()
            .any(|finding| finding.code.name() == "alg-key-mismatch")
    );
    // The leeway that a finding names is of full minutes, with room for the time that goes on.
    for (claims, least, leeway) in [
        (r#"{"exp":1795391990}"#, 11, 60),
        (r#"{"exp":1795391990.5}"#, 10, 60),
        (r#"{"exp":1795391949}"#, 52, 120),
        (r#"{"nbf":1795392300}"#, 300, 300),
    ] {
        let token = signer.token(claims);
        let hint = debug(&keys, &token)
            .findings
            .iter()
            .find(|finding| finding.code.name() == "clock-skew")
            .unwrap()
            .hint
            .clone();
        let hint = hint.unwrap();
        let (_, named) = hint.split_once("--leeway ").unwrap();
        let named: String = named.chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(named, leeway.to_string(), "{claims}");
        let verdict = |leeway: i64| {
            let policy = Policy::default().with_leeway(leeway).unwrap();
            debug(&Bench::new(&[&jwk], &[], policy, Effort::Default), &token).verdict
        };
        assert_eq!(verdict(leeway), Verdict::Valid, "{claims}");
        assert_eq!(verdict(least), Verdict::Valid, "{claims}");
        assert_ne!(verdict(least - 1), Verdict::Valid, "{claims}");
    }
    told_first(&keys, &good);
    told_in_words(&keys, &signer);
}

/// The first of several findings, and those that would be wrong beside it.
fn told_first(keys: &Bench, good: &str) {
    let mac = |alg: &str, octets: usize| {
        let input = input(&format!(r#"{{"alg":"{alg}"}}"#), &payload(1));
        format!("{input}.{}", encode(vec![1; octets]))
    };
    let shortened = |dots: &str| format!("{}{dots}{}", &good[..100], &good[good.len() - 40..]);
    let inside = format!(
        "{}...{}",
        &good[..good.len() - 60],
        &good[good.len() - 20..]
    );
    for (text, first, not) in [
        (inside, "ellipsis", "jwe"),
        (shortened("..."), "ellipsis", "surrounded-token"),
        (
            format!("see {}, please", shortened("...")),
            "ellipsis",
            "surrounded-token",
        ),
        (
            mac("HS256", 32),
            "alg-key-mismatch",
            "signature-of-other-algorithm",
        ),
        (
            mac("HS384", 48),
            "alg-key-mismatch",
            "signature-of-other-algorithm",
        ),
        (mac("HS512", 64), "alg-key-mismatch", "signer-candidates"),
        (
            format!("\u{a0}{good}"),
            "surrounded-token",
            "signature-good",
        ),
    ] {
        let report = debug(keys, &text);
        assert_eq!(report.findings[0].code.name(), first, "{text}");
        assert!(
            report
                .findings
                .iter()
                .all(|finding| finding.code.name() != not),
            "{text}"
        );
    }
    // Three dots without a token.
    let report = debug(keys, "*   Trying 93.184.216.34:443...");
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.code.name() != "ellipsis")
    );
}

/// What a finding says besides its code.
fn told_in_words(keys: &Bench, signer: &Issuer) {
    let jwe_of = |header: &str| format!("{}.a.a.a.a", encode(header));
    let jwe = |alg: &str| jwe_of(&format!(r#"{{"alg":"{alg}","enc":"A128GCM"}}"#));
    let good = signer.token(&payload(1));
    for (text, code, words) in [
        (jwe("dir"), "jwe", "the shared secret"),
        (
            jwe_of(r#"{"alg":"dir","enc":"A256GCM"}"#),
            "jwe",
            "the shared secret",
        ),
        (
            jwe_of(r#"{"alg":"dir","enc":"A256CBC-HS512","kid":"a"}"#),
            "jwe",
            "the shared secret",
        ),
        (
            jwe_of(&format!(
                r#"{{"alg":"dir","enc":"A256CBC-HS512","kid":"{}"}}"#,
                "A".repeat(86)
            )),
            "jwe",
            "AUTH_SECRET",
        ),
        (
            jwe_of(r#"{"alg":"dir","enc":"A256GCM","cty":"JWT"}"#),
            "jwe",
            "the shared secret",
        ),
        (jwe("A256GCMKW"), "jwe", "the shared secret"),
        (jwe("PBES2-HS256+A128KW"), "jwe", "the shared secret"),
        (jwe("ECDH-ES+A128KW"), "jwe", "the recipient's key"),
        (
            format!("\u{a0}{good}"),
            "surrounded-token",
            "before the token: no-break space (U+00A0)",
        ),
        (
            format!("{good}\u{3000}"),
            "surrounded-token",
            "after the token: ideographic space (U+3000)",
        ),
        (
            format!("\u{a0}see {good}"),
            "surrounded-token",
            "extra text",
        ),
        (
            signer.token(r#"{"iat":1795391000,"exp":3600}"#),
            "exp-as-lifetime",
            "now + 3600",
        ),
        (
            signer.token(r#"{"nbf":1795392000000}"#),
            "time-in-milliseconds",
            "as milliseconds, \"nbf\" would be 2026-11-23T",
        ),
        (
            signer.token(r#"{"nbf":1795392000000000}"#),
            "time-in-milliseconds",
            "divide by 1000000 ",
        ),
        (
            signer.token(r#"{"nbf":1795392000000000000}"#),
            "time-in-milliseconds",
            "are in nanoseconds",
        ),
        (
            signer.token(r#"{"nbf":1795392000000000000.5}"#),
            "time-in-milliseconds",
            "as nanoseconds, \"nbf\" would be 2026-11-23T",
        ),
        (
            signer.token(r#"{"nbf":17953920000000000000000}"#),
            "time-too-large",
            "times are too large",
        ),
        (
            signer.token(r#"{"exp":1795391990}"#),
            "clock-skew",
            "get a new token",
        ),
    ] {
        let report = debug(keys, &text);
        let found = report
            .findings
            .iter()
            .find(|finding| finding.code.name() == code);
        let found = found.unwrap_or_else(|| panic!("{code}: {:#?}", report.findings));
        let told = format!("{}\n{}\n{:?}", found.summary, found.evidence, found.hint);
        assert!(told.contains(words), "{told}");
    }
}

/// `exp` in seconds, `iat` in milliseconds; or `exp` as a lifetime.
#[test]
fn times_in_different_units_have_no_order() {
    let signer = Random::new("units").signer();
    let keys = &debugger(&[&signer.jwk()], &[], Effort::Default);
    for claims in [
        r#"{"iat":1795391000,"exp":3600}"#,
        r#"{"iat":1795390000000,"nbf":1795390000000,"exp":1795391000}"#,
    ] {
        let report = debug(keys, &signer.token(claims));
        let mut codes = report.findings.iter().map(|finding| finding.code.name());
        assert!(
            codes.all(|code| code != "expires-before-issued"),
            "{claims}"
        );
    }
}

/// A proof names every change: also what is removed around a token inside an encoding.
#[test]
fn what_is_around_a_token_inside_is_named() {
    let signer = Random::new("inside").signer();
    let keys = debugger(&[&signer.jwk()], &[], Effort::Default);
    let token = signer.token(&payload(1));
    let inner = format!(" Bearer \"{token}\"\r\n");
    let hex = HEXUPPER.encode(inner.as_bytes());
    let percent: String = hex
        .as_bytes()
        .chunks(2)
        .flat_map(|pair| [b'%', pair[0], pair[1]])
        .map(char::from)
        .collect();
    let json = serde_json::json!({ "access_token": inner }).to_string();
    let base64 = BASE64.encode(inner.as_bytes());
    let utf16: Vec<u8> = format!("\u{feff}{token}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (text, code) in [
        (percent.into_bytes(), "percent-encoded"),
        (json.into_bytes(), "json-response"),
        (base64.into_bytes(), "double-encoded"),
        (utf16, "nul-bytes"),
    ] {
        let report = keys.debug(&text, NOW);
        assert_eq!(
            proven(&report),
            codes(&[code, "surrounded-token"]),
            "{code}"
        );
    }
}

/// The reply of a token endpoint is shown only as far as its text is known in advance.
/// A header that was signed in UTF-16 or behind a byte order mark: the signature is good, and what is wrong is named.
#[test]
fn a_header_in_another_encoding_is_named() {
    for (key_type, alg) in [
        ("P-256", "ES256"),
        ("P-384", "ES384"),
        ("Ed25519", "EdDSA"),
        ("RSA", "RS256"),
        ("RSA", "PS256"),
        ("oct", "HS256"),
    ] {
        let pair = Pair::new(key_type, 71);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let json = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
        let utf16 = |order: fn(u16) -> [u8; 2]| json.encode_utf16().flat_map(order).collect();
        let (little, big): (Vec<u8>, Vec<u8>) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
        let utf32 = json.chars().flat_map(|c| u32::from(c).to_le_bytes());
        let utf32: Vec<u8> = utf32.collect();
        let signed = |header: &[u8], change: &str| {
            let input = format!("{}.{}", encode(header), encode(payload(1)));
            let signature = encode(pair.sign(alg, format!("{input}{change}").as_bytes()));
            debug(&bench, &format!("{input}.{signature}"))
        };
        for (header, code) in [
            (
                [b"\xEF\xBB\xBF", json.as_bytes()].concat(),
                "signature-good",
            ),
            (little.clone(), "nul-bytes"),
            (big, "nul-bytes"),
            ([&[0xFF, 0xFE], &little[..]].concat(), "nul-bytes"),
        ] {
            let report = signed(&header, "");
            assert_eq!(report.verdict, Verdict::Malformed, "{alg}");
            assert_eq!(proven(&report), codes(&[code]), "{alg} {header:?}");
            // Nothing is said of what was signed besides.
            assert_eq!(
                proven(&signed(&header, "\n")),
                codes(&[]),
                "{alg} {header:?}"
            );
        }
        // No encoding is named that it is not in.
        let found = proven(&signed(&utf32, ""));
        assert!(!found.contains("nul-bytes"), "{alg}: {found:?}");
    }
}

#[test]
fn an_error_response_is_not_repeated() {
    let keys = debugger(&[], &[], Effort::Default);
    for (error, expected) in [
        (r#""invalid_grant""#, r#""error" is "invalid_grant""#),
        (r#""hunter2hunter2""#, r#"it has an "error" member"#),
        (r#""invalid_grant hunter2""#, r#"it has an "error" member"#),
        (r#"{"code":"hunter2"}"#, r#"it has an "error" member"#),
    ] {
        let response = format!(
            r#"{{"error":{error},"error_description":"hunter2","error_uri":"https://hunter2.example"}}"#
        );
        let report = debug(&keys, &response);
        let mut found = report.findings.iter();
        let found = found.find(|found| found.code == jwtlens::Code::JsonResponse);
        assert_eq!(found.unwrap().evidence, expected);
        let json = serde_json::to_string(&report).unwrap();
        assert!(!json.contains("hunter2"), "{json}");
    }
}

/// Anyone may have written the claims of a token whose signature does not verify: they are no reason.
#[test]
fn claims_do_not_explain_a_signature() {
    let mut random = Random::new("claims");
    let (given, other) = (random.signer(), random.signer());
    let policy =
        Policy::default().with_checks([ClaimCheck::Issuer("https://auth.example.com/".to_owned())]);
    let bench = Bench::new(&[&given.jwk()], &[], policy, Effort::Default);
    let claims = format!(
        r#"{{"iss":"https://auth.example.com","iat":{},"exp":{}}}"#,
        NOW - 1990,
        NOW - 2000
    );
    for (signer, reasons) in [
        (&given, vec!["expires-before-issued", "issuer-almost"]),
        (&other, vec!["no-key-matches"]),
    ] {
        let report = debug(&bench, &signer.token(&claims));
        let explains = report.findings.iter().filter(|finding| finding.explains);
        let explains: Vec<_> = explains.map(|finding| finding.code.name()).collect();
        assert_eq!(explains, reasons);
        let found = report.findings.iter().map(|finding| finding.code.name());
        let found: BTreeSet<_> = found.collect();
        assert!(found.is_superset(&codes(&["expires-before-issued", "issuer-almost"])));
    }
}

#[test]
fn a_clock_in_local_time_is_told_from_a_wrong_one() {
    let mut random = Random::new("zone");
    let signer = random.signer();
    let bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    let zone = "have the issuer use UTC; it may use local time";
    let clock = "synchronize the issuer's clock with NTP";
    for (ahead, hint) in [
        (9 * 3600, zone),
        (9 * 3600 - 299, zone),
        (5 * 3600 + 1800, zone),
        (9 * 3600 - 301, clock),
        (9 * 3600 + 1, clock),
        (600, clock),
        (15 * 3600, clock),
    ] {
        let claims = format!(r#"{{"iat":{0},"nbf":{0}}}"#, NOW + ahead);
        let report = debug(&bench, &signer.token(&claims));
        let found = &report.findings[0];
        assert_eq!(
            (found.code.name(), found.hint.as_deref()),
            ("issuer-clock", Some(hint)),
            "{ahead}"
        );
    }
}

#[test]
fn nobody_sets_alg_to_none_by_mistake() {
    let mut random = Random::new("none");
    let signer = random.signer();
    let bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    let token = signer.token(&payload(1));
    let (_, rest) = token.split_once('.').unwrap();
    let report = debug(&bench, &format!("{}.{rest}", encode(r#"{"alg":"none"}"#)));
    let found = &report.findings[0];
    assert_eq!(found.code.name(), "header-changed");
    assert_eq!(
        found.hint.as_deref(),
        Some("reject it: anyone can set \"alg\" to \"none\"")
    );
}
