//! Who signed a token that no given key verifies.

use data_encoding::BASE64URL_NOPAD;
use jwtlens::{Certainty, Effort, Finding, Report, Tally, Verdict};
use sha2::{Digest, Sha256};

use super::mistakes::HASHED;
use super::{HEADER, KID, codes, debug, debugger, encode, halves, input, payload, proven};
use crate::cases::embedded_certificate;
use crate::pairs::Pair;
use crate::support::{Issuer, Random};

/// What a key in the header says of itself is no less than what a given key says.
#[test]
fn an_embedded_key_is_for_its_own_algorithm() {
    let given = Random::new("embedded").signer();
    let bench = debugger(&[&given.jwk()], &[], Effort::Default);
    let pair = Pair::new("RSA", 9);
    for (of_key, is_for_it) in [("RS256", true), ("PS256", false)] {
        let header = format!(r#"{{"alg":"RS256","jwk":{}}}"#, pair.jwk_for(of_key));
        let input = input(&header, &payload(1));
        let signature = pair.sign("RS256", input.as_bytes());
        let report = debug(&bench, &format!("{input}.{}", encode(signature)));
        let expected: &[_] = if is_for_it {
            &["signed-by-embedded-key"]
        } else {
            &["key-not-for-verification", "signed-by-embedded-key"]
        };
        assert_eq!(proven(&report), codes(expected), "{of_key}");
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn the_signer_is_found() {
    let mut random = Random::new("signer");
    let (given, other) = (random.signer(), random.signer());
    let jwk = given.jwk();
    let sign = |signer: &Issuer, header: &str| {
        let input = input(header, &payload(1));
        format!(
            "{input}.{}",
            encode(signer.sign_hash(&Sha256::digest(&input)))
        )
    };
    let plain = debugger(&[&jwk], &[], Effort::Default);
    let by_other = sign(&other, HEADER);
    let report = debug(
        &debugger(&[&jwk], &[&other.jwk()], Effort::Default),
        &by_other,
    );
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signed-by-other-key"]))
    );

    let embedded = HEADER.replace("\"typ\"", &format!("\"jwk\":{},\"typ\"", other.jwk()));
    let report = debug(&plain, &sign(&other, &embedded));
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signed-by-embedded-key"]))
    );

    let named = HEADER.replace(KID, &other.thumbprint());
    let report = debug(&plain, &sign(&other, &named));
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signer-is-kid"]))
    );

    let [x, y] = given.coordinates();
    let reversed = |text: &str| {
        let mut octets = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        octets.reverse();
        encode(octets)
    };
    let with_zero =
        |text: &str| encode([&[0][..], &BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()].concat());
    for (code, jwk) in [
        (
            "key-coordinates-swapped",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{y}","y":"{x}"}}"#),
        ),
        (
            "key-coordinates-reversed",
            format!(
                r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#,
                reversed(&x),
                reversed(&y)
            ),
        ),
        (
            "key-coordinates-padded",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}=","y":"{y}="}}"#),
        ),
        (
            "key-coordinates-padded",
            format!(
                r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#,
                with_zero(&x),
                with_zero(&y)
            ),
        ),
        (
            "key-coordinates-padded key-coordinates-swapped",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{y}=","y":"{x}="}}"#),
        ),
        (
            "key-not-for-verification",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","use":"enc"}}"#),
        ),
    ] {
        let report = debug(
            &debugger(&[&jwk], &[], Effort::Default),
            &sign(&given, HEADER),
        );
        assert_eq!(
            (report.verdict, proven(&report)),
            (
                Verdict::Unverifiable,
                codes(&code.split(' ').collect::<Vec<_>>())
            )
        );
    }

    for (alg, hash) in [
        ("ES384", HASHED[5]),
        ("ES512", HASHED[6]),
        ("ES384", HASHED[0]),
        ("RS256", HASHED[0]),
    ] {
        for pad in [0, 16, 34] {
            let input = input(&format!(r#"{{"alg":"{alg}"}}"#), &payload(2));
            let (r, s) = halves(given.sign_hash(&(hash.make)(input.as_bytes())));
            let octets = [vec![0; pad], r, vec![0; pad], s].concat();
            let report = debug(&plain, &format!("{input}.{}", encode(octets)));
            let expected = if pad == 0 {
                codes(&["alg-key-mismatch"])
            } else {
                codes(&["alg-key-mismatch", "signature-length"])
            };
            assert_eq!(
                (report.verdict, proven(&report)),
                (Verdict::Unverifiable, expected),
                "{alg} {pad}"
            );
        }
    }
}

#[test]
fn two_tokens_tell_their_signer() {
    let mut random = Random::new("signers");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let token = |signer: &Issuer, number: usize| {
        let input = input(HEADER, &payload(number));
        format!(
            "{input}.{}",
            encode(signer.sign_hash(&Sha256::digest(&input)))
        )
    };
    let mut tally = Tally::default();
    let mut note = |token: &str| {
        let mut report = debug(&debugger, token);
        tally.count(&mut report);
        let mut findings = report.findings.into_iter();
        findings
            .find(|finding| finding.certainty == Certainty::Proven)
            .map(|finding| (finding.code.name(), finding.evidence))
    };
    assert_eq!(note(&token(&other, 1)), None);
    assert_eq!(note(&token(&random.signer(), 1)), None);
    // The same token again leads to the same two keys, of which only one signed it.
    assert_eq!(note(&token(&other, 1)), None);
    let (code, evidence) = note(&token(&other, 2)).unwrap();
    assert_eq!(code, "same-signer");
    let [x, y] = other.coordinates();
    assert!(evidence.contains(&x) && evidence.contains(&y));
    // The key stands in the report before.
    let (_, evidence) = note(&token(&other, 3)).unwrap();
    assert!(evidence.contains(&other.thumbprint()) && !evidence.contains(&x));
    assert_eq!(tally.signers(), [(other.thumbprint().as_str(), 3)]);
    // The first token counts as theirs; those of the other signer and the repeated one do not.
    assert_eq!(tally.causes(), [("same-signer", 3), ("no-key-matches", 2)]);
}

/// A fact shown to people is a field in JSON: a program takes the signer from it, not from a sentence.
#[test]
fn recovered_keys_are_told_as_jwks() {
    let mut random = Random::new("recovered");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let recovered = |report: &Report| {
        let report = serde_json::to_value(report).unwrap();
        let keys = report["recovered"].as_array().unwrap().clone();
        keys.into_iter().map(|key| {
            let member = |name: &str| key["jwk"][name].as_str().unwrap().to_owned();
            let thumbprint = key["thumbprint"].as_str().unwrap().to_owned();
            (thumbprint, [member("x"), member("y")])
        })
    };
    let signer = (other.thumbprint(), other.coordinates());
    let mut first = debug(&debugger, &other.token(&payload(1)));
    assert_eq!(recovered(&first).len(), 2);
    assert!(recovered(&first).any(|key| key == signer));

    // A second token tells which of the two it is, and so does a kid that is its thumbprint.
    let mut second = debug(&debugger, &other.token(&payload(2)));
    let mut tally = Tally::default();
    tally.count(&mut first);
    assert_eq!(recovered(&first).len(), 2);
    tally.count(&mut second);
    let named = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, other.thumbprint());
    let named = debug(&debugger, &other.sign(named.as_bytes(), b"{}"));
    for report in [&second, &named] {
        assert!(recovered(report).eq(std::iter::once(signer.clone())));
    }

    // From a token without its payload no key follows, and of a good one nobody asks.
    let token = other.token(&payload(1));
    let segments: Vec<&str> = token.split('.').collect();
    let detached = format!("{}..{}", segments[0], segments[2]);
    for token in [&detached, &given.token(&payload(1))] {
        assert_eq!(recovered(&debug(&debugger, token)).len(), 0, "{token}");
    }
}

/// A key that a token itself names by its thumbprint (RFC 7800, RFC 9449), and one in a certificate.
#[test]
fn keys_that_a_token_names_are_found() {
    let mut random = Random::new("named");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let claims = format!(r#"{{"cnf":{{"jkt":"{}"}}}}"#, other.thumbprint());
    let report = debug(&debugger, &other.token(&claims));
    assert_eq!(proven(&report), codes(&["signer-is-kid"]));
    let Finding {
        summary, evidence, ..
    } = &report.findings[0];
    assert!(summary.contains("\"cnf.jkt\""), "{summary}");
    assert!(evidence.contains(&other.coordinates()[0]), "{evidence}");

    // A thumbprint that was not signed can be chosen after the signature, and tells nothing.
    let named = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, other.thumbprint());
    for (input, signed) in [
        (input(&named, "{}"), encode("{}")),
        (input(&named, "{}"), input(r#"{"alg":"ES256"}"#, "{}")),
        (input(HEADER, &claims), encode(HEADER)),
    ] {
        let signature = encode(other.sign_hash(&Sha256::digest(&signed)));
        let report = debug(&debugger, &format!("{input}.{signature}"));
        assert_eq!(proven(&report), codes(&[]), "{input}");
    }

    let report = debug(&debugger, &embedded_certificate());
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signed-by-embedded-key"]))
    );
}
