//! Held against programs that others wrote: where they and we must agree, we do, and every
//! difference has its reason.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use jose_jws::Flattened;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use jwtlens::{Compact, JoseHeader, KeySet, Policy, Token, Verdict, Verifier};

use crate::cases::CASES;
use crate::support::{Issuer, feed, is_installed, status, stderr};
use crate::wycheproof_sets::jose;

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}

/// Every token of the public vectors and of our cases, and the vectors of other serializations.
fn public_tokens() -> Vec<String> {
    let cases = CASES.iter().map(|case| case.token.clone());
    let vectors = jose().into_iter().map(|vector| vector.jws);
    cases.chain(vectors).collect()
}

/// The octets of the three segments, where they are a JWS whose header is an object.
fn our_segments(token: &str) -> Option<[Vec<u8>; 3]> {
    match Compact::parse(token.as_bytes()) {
        Ok(Compact::Jws(jws)) => {
            let header = jws.header_octets().ok()?;
            JoseHeader::parse(&header).ok()?;
            Some([
                header,
                jws.payload_octets().ok()?,
                jws.signature_octets().ok()?,
            ])
        }
        Ok(Compact::Jwe(_)) | Err(_) => None,
    }
}

fn their_segments(token: &str) -> Option<[Vec<u8>; 3]> {
    let jws: Flattened = token.parse().ok()?;
    let header: &[u8] = jws.signature.protected.as_ref()?.as_ref();
    let payload = jws
        .payload
        .map(|payload| payload.to_vec())
        .unwrap_or_default();
    Some([header.to_vec(), payload, jws.signature.signature.to_vec()])
}

/// Why `jose-jws` refuses a header that is good JSON and whose segments are good base64url.
fn jose_jws_is_stricter(header: &[u8]) -> Option<&'static str> {
    let header: serde_json::Value = serde_json::from_slice(header).ok()?;
    let known = |name: &str| {
        ["HS", "RS", "ES", "PS"].iter().any(|kind| {
            ["256", "384", "512"]
                .iter()
                .any(|size| name == format!("{kind}{size}"))
        }) || ["EdDSA", "ES256K", "none"].contains(&name)
    };
    match header["alg"].as_str() {
        None => Some("a missing or non-string alg is told in our verdict, not by the segments"),
        Some(alg) if !known(alg) => Some("it refuses an alg that it has no name for"),
        Some(_) if header.get("crit").is_some() => Some("it refuses an ill-formed crit at once"),
        Some(_) if header.get("jwk").is_some() => Some("it reads the key in the header, we do not"),
        Some(_) => None,
    }
}

#[test]
fn segments_are_those_of_jose_jws() {
    let (mut both, mut neither) = (0, 0);
    let mut compare = |token: &str| match (our_segments(token), their_segments(token)) {
        (Some(ours), Some(theirs)) => {
            assert_eq!(ours, theirs, "{token}");
            both += 1;
        }
        (None, None) => neither += 1,
        (Some(ours), None) => {
            assert!(
                jose_jws_is_stricter(&ours[0]).is_some(),
                "only we read {token}"
            );
        }
        (None, Some(_)) => panic!("only jose-jws reads {token}"),
    };
    for token in public_tokens() {
        compare(&token);
    }
    let token = Issuer::new(1, "k").token(r#"{"sub":"a"}"#);
    for at in 0..token.len() {
        for foreign in ["A", "B", "_", "=", "+", ".", "", " ", "é"] {
            compare(&format!("{}{foreign}{}", &token[..at], &token[at + 1..]));
        }
    }
    assert!(both > 100 && neither > 100, "{both} {neither}");
}

fn ours(token: &str, jwk: &str, now: i64) -> bool {
    KeySet::read("jwk", jwk.as_bytes()).is_ok_and(|keys| {
        let verifier = Verifier::new(keys, Policy::default());
        verifier.verify(&Token::from(token), now).verdict == Verdict::Valid
    })
}

/// `jsonwebtoken` reads the clock itself.
fn theirs(token: &str, jwk: &str) -> bool {
    let Ok(jwk) = serde_json::from_str::<Jwk>(jwk) else {
        return false;
    };
    let Ok(key) = DecodingKey::from_jwk(&jwk) else {
        return false;
    };
    let mut validation = Validation::new(Algorithm::ES256);
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation).is_ok()
}

/// Both answers in one and the same second.
fn answers(token: impl Fn(i64) -> String, jwk: &str) -> (bool, bool) {
    loop {
        let before = now();
        let token = token(before);
        let found = (ours(&token, jwk, before), theirs(&token, jwk));
        if now() == before {
            return found;
        }
    }
}

#[test]
fn verdicts_are_those_of_jsonwebtoken() {
    let issuer = Issuer::new(1, "k");
    let other = Issuer::new(2, "k");
    let jwk = issuer.jwk();
    let claims =
        |now: i64, nbf: i64, exp: i64| format!(r#"{{"nbf":{},"exp":{}}}"#, now + nbf, now + exp);
    for (nbf, exp, good) in [
        (-60, 60, true),
        (-60, -60, false),
        (60, 120, false),
        (0, 60, true),
    ] {
        let found = answers(|now| issuer.token(&claims(now, nbf, exp)), &jwk);
        assert_eq!(found, (good, good), "{nbf} {exp}");
    }
    assert_eq!(answers(|_| issuer.token("{}"), &jwk), (true, true));
    assert_eq!(answers(|_| other.token("{}"), &jwk), (false, false));
    for alg in ["none", "HS256", "ES384", "RS256", "es256", ""] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        assert_eq!(
            answers(|_| issuer.sign(header.as_bytes(), b"{}"), &jwk),
            (false, false),
            "{alg}"
        );
    }
    let good = issuer.token(r#"{"sub":"a"}"#);
    for at in 0..good.len() {
        for foreign in ["A", "z", "=", "."] {
            let changed = format!("{}{foreign}{}", &good[..at], &good[at + 1..]);
            let accepted = changed == good;
            assert_eq!(
                answers(|_| changed.clone(), &jwk),
                (accepted, accepted),
                "{changed}"
            );
        }
    }
    // Each case under its JWK.
    let mut accepted = 0;
    for case in CASES.iter().filter(|case| case.key.starts_with('{')) {
        let found = answers(|_| case.token.clone(), &case.key);
        assert_eq!(found.0, found.1, "{}", case.id);
        accepted += usize::from(found.0);
    }
    assert!(accepted > 3, "{accepted}");
}

/// Node's answer for each case: whether the signature verifies over the text as it is, or null where Node
/// can't read the key. Padding and stray bits are no matter to it.
const NODE: &str = r#"
const {createPublicKey, verify} = require("crypto");
const HASHES = {ES256: "sha256", ES384: "sha384", ES512: "sha512", RS256: "sha256"};
const answer = ({token, key}) => {
    const [header, payload, signature] = token.split("~")[0].split(".");
    const {alg} = JSON.parse(Buffer.from(header, "base64url"));
    try {
        key = createPublicKey(key.startsWith("{") ? {key: JSON.parse(key), format: "jwk"} : key);
    } catch {
        return null;
    }
    key = alg.startsWith("ES") ? {key, dsaEncoding: "ieee-p1363"} : key;
    return verify(HASHES[alg], Buffer.from(header + "." + payload), key, Buffer.from(signature, "base64url"));
};
const cases = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(cases.map(answer)));
"#;

/// What is signed well is so by another program too, of every algorithm, and nothing else is.
#[test]
fn cases_are_signed_as_they_say() {
    if !is_installed("node") {
        return;
    }
    // A MAC is not a signature, and a header may name another hash than that of the key's algorithm.
    let cases: Vec<_> = CASES
        .iter()
        .filter(|case| !case.id.ends_with("-by-p256") && !case.id.starts_with("mac-under-"))
        .collect();
    let asked: Vec<_> = cases
        .iter()
        .map(|case| serde_json::json!({"token": case.token, "key": case.key}))
        .collect();
    let asked = serde_json::to_vec(&asked).unwrap();
    let output = feed(Command::new("node").args(["-e", NODE]), &asked);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let answers: Vec<Option<bool>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), cases.len());
    let mut counts = [0; 2];
    for (case, verifies) in cases.into_iter().zip(answers) {
        let Some(verifies) = verifies else {
            assert_eq!(case.id, "pem-on-one-line");
            continue;
        };
        let says = ["valid", "signed well"]
            .iter()
            .any(|good| case.truth.contains(good));
        assert_eq!(verifies, says, "{}", case.id);
        counts[usize::from(verifies)] += 1;
    }
    assert!(counts[0] > 10 && counts[1] > 20, "{counts:?}");
}

/// Where `jsonwebtoken` accepts what we refuse.
#[test]
fn every_difference_to_jsonwebtoken_has_its_reason() {
    let issuer = Issuer::new(1, "k");
    let jwk = issuer.jwk();
    let with = |name: &str, value: serde_json::Value| {
        let mut jwk: serde_json::Value = serde_json::from_str(&jwk).unwrap();
        jwk[name] = value;
        jwk.to_string()
    };
    let plain = issuer.token("{}");
    let crit = issuer.sign(br#"{"alg":"ES256","crit":["x"],"x":1}"#, b"{}");
    let header_twice = issuer.sign(br#"{"x":1,"alg":"ES256","x":2}"#, b"{}");
    for (reason, token, jwk) in [
        (
            "RFC 7515, 4.1.11: what crit names must be understood",
            &crit,
            jwk.clone(),
        ),
        (
            "RFC 7517, 4.2: a key for encryption signs nothing",
            &plain,
            with("use", "enc".into()),
        ),
        (
            "RFC 7517, 4.3: key_ops without verify",
            &plain,
            with("key_ops", vec!["sign"].into()),
        ),
        (
            "RFC 7518, 6.2.1.1: crv is another curve's name",
            &plain,
            with("crv", "P-384".into()),
        ),
        (
            "RFC 7515, 4: header parameter names are unique",
            &header_twice,
            jwk.clone(),
        ),
    ] {
        assert_eq!(answers(|_| token.clone(), &jwk), (false, true), "{reason}");
    }
    for (reason, payload) in [
        ("RFC 7519, 4.1.4: on or after exp", r#"{"exp":NOW}"#),
        (
            "RFC 7519, 4: claim names are unique",
            r#"{"x":"a","x":"b"}"#,
        ),
        (
            "the same, at any depth and with escapes",
            r#"{"a":{"b":1,"\u0062":2}}"#,
        ),
        ("RFC 7519, 4.1.6: iat is a number", r#"{"iat":"0"}"#),
    ] {
        let token = |now: i64| issuer.token(&payload.replace("NOW", &now.to_string()));
        assert_eq!(answers(token, &jwk), (false, true), "{reason}");
    }
}

/// What is signed is the text itself, so a decoded token that is encoded again is the same text.
#[test]
fn an_accepted_token_encodes_to_itself() {
    let mut read = 0;
    for token in public_tokens() {
        if let Some(segments) = our_segments(&token) {
            assert_eq!(
                segments
                    .map(|octets| BASE64URL_NOPAD.encode(&octets))
                    .join("."),
                token
            );
            read += 1;
        }
    }
    assert!(read > 50, "{read}");
}
