//! Wycheproof's vectors, run whole. Their known label faults concern other algorithms; for ES256
//! there is no exception.

use jwtlens::{KeySet, Policy, SignatureStatus, Token, Verdict, Verifier};
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

use crate::support::{NOW, read_json};

/// Runs every group of a file whose key is on P-256; the others hold no ES256 token.
fn run(file: &str) {
    let vectors = read_json(file);
    let mut good_ones = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        // A group without a public key has its key under `private`.
        let key = if group["public"].is_null() {
            &group["private"]
        } else {
            &group["public"]
        };
        let tests = group["tests"].as_array().unwrap();
        // `wrong_curve` says P-384 of a point on P-256.
        if !key.to_string().contains("\"EC\"") && !key.to_string().contains("\"crv\"") {
            // {"alg":"ES256" at the start of a header, in base64url.
            assert!(
                tests
                    .iter()
                    .all(|test| !test["jws"].to_string().contains("eyJhbGciOiJFUzI1NiI"))
            );
            continue;
        }
        let verifier = KeySet::read(file, key.to_string().as_bytes())
            .map(|keys| Verifier::new(keys, Policy::default()));
        for test in tests {
            // A JWS in its JSON Serialization is no string.
            let jws = test["jws"]
                .as_str()
                .map_or_else(|| test["jws"].to_string(), String::from);
            let found = verifier
                .as_ref()
                .ok()
                .map(|verifier| verifier.verify(&Token::from(jws.as_str()), NOW));
            // The payloads of the valid ones are no JSON objects.
            assert!(
                found
                    .as_ref()
                    .is_none_or(|report| report.verdict != Verdict::Valid)
            );
            let good =
                found.is_some_and(|report| report.signature.status == SignatureStatus::Verified);
            let on_p256 = key.to_string().contains("\"P-256\"");
            assert_eq!(
                good,
                on_p256 && test["result"] == "valid",
                "{file} {}",
                test["tcId"]
            );
            good_ones += usize::from(good);
        }
    }
    // The key file holds no valid ES256 case: every key in it is faulty.
    assert_eq!(good_ones > 0, file == "json_web_signature_test.json");
}

#[test]
fn json_web_signature() {
    run("json_web_signature_test.json");
}

#[test]
fn json_web_key() {
    run("json_web_key_test.json");
}

#[test]
fn ecdsa_p256_p1363() {
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        let point = &group.key.key;
        let encode = |octets: &[u8]| data_encoding::BASE64URL_NOPAD.encode(octets);
        assert_eq!((point.len(), point[0]), (65, 4));
        let jwk = format!(
            r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#,
            encode(&point[1..33]),
            encode(&point[33..])
        );
        let keys = KeySet::read("group", jwk.as_bytes()).unwrap();
        let es256 = keys.algorithm("ES256").unwrap();
        for test in &group.tests {
            let verified = keys.keys()[0].verify(es256, &test.msg, &test.sig);
            assert_eq!(
                verified,
                test.result == TestResult::Valid,
                "{}: {}",
                test.tc_id,
                test.comment
            );
            count += 1;
        }
    }
    assert_eq!(count, set.number_of_tests);
}
