//! Every algorithm under every type of key: what is valid, and what never is.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation};
use jwtlens::{
    Algorithm, Certainty, Code, Debugger, Effort, KeySet, KeySource, Policy, Reason, Report, Token,
    Verdict, Verifier,
};

use crate::pairs::{ALGORITHMS, Pair, encode, input};
use crate::support::NOW;

const CLAIMS: &str = r#"{"sub":"ada"}"#;

fn verifier(jwks: &[String]) -> Verifier {
    let set = format!(r#"{{"keys":[{}]}}"#, jwks.join(","));
    let keys = KeySet::read("keys", set.as_bytes()).unwrap();
    Verifier::new(keys, Policy::default())
}

/// One token, and the same one among many, which must agree. Only ES256 prepares a key, once it was asked
/// about 32 signatures.
fn verify(verifier: &Verifier, token: &str) -> Report {
    let report = verifier.verify(&Token::from(token), NOW);
    let count = match report.signature.algorithm.as_deref() {
        Some("ES256") => 40,
        _ => 2,
    };
    let many = vec![Token::from(token); count];
    let json = |report: &Report| serde_json::to_string(report).unwrap();
    for other in verifier.verify_all(&many, NOW) {
        assert_eq!(json(&other), json(&report));
    }
    report
}

fn is_alias(one: &str, other: &str) -> bool {
    one == other
        || [one, other]
            .iter()
            .all(|alg| ["EdDSA", "Ed25519"].contains(alg))
}

/// The key decides the algorithm: a header that names one of another key type reaches no code of it, and
/// one that names another of the same type reaches that one alone.
#[test]
fn no_algorithm_reaches_the_code_of_another_key_type() {
    let names = || ALGORITHMS.iter().flat_map(|(_, algorithms)| *algorithms);
    let unknown = ["none", "Ed448", "ML-DSA-44", "es256", "HS256 ", "RS1", ""];
    for (key_type, pair, algorithms) in Pair::all() {
        let verifier = verifier(&[pair.jwk()]);
        for signed in *algorithms {
            for named in names().chain(&unknown) {
                let report = verify(&verifier, &pair.token(named, signed, CLAIMS));
                let what = format!("{key_type} {signed} as {named}: {report:?}");
                if is_alias(named, signed) {
                    assert_eq!(report.verdict, Verdict::Valid, "{what}");
                } else if algorithms.contains(named) {
                    assert_eq!(report.verdict, Verdict::MisSigned, "{what}");
                } else {
                    assert_eq!(report.verdict, Verdict::Unverifiable, "{what}");
                    let expected = match *named {
                        "none" => Reason::Unsecured,
                        "es256" | "HS256 " | "RS1" | "" => Reason::UnsupportedAlgorithm,
                        _ => Reason::AlgorithmNotAllowed,
                    };
                    assert_eq!(report.signature.reason, Some(expected), "{what}");
                    assert_eq!(report.signature.keys_tried, 0, "{what}");
                }
            }
        }
    }
}

/// A key with an `alg` allows that one alone, by either of its names.
#[test]
fn an_alg_of_the_key_narrows_it() {
    for (key_type, pair, algorithms) in Pair::all() {
        for own in *algorithms {
            let verifier = verifier(&[pair.jwk_for(own)]);
            for alg in *algorithms {
                let report = verify(&verifier, &pair.token(alg, alg, CLAIMS));
                let expected = if is_alias(own, alg) {
                    Verdict::Valid
                } else {
                    Verdict::Unverifiable
                };
                assert_eq!(report.verdict, expected, "{own} {alg}");
                let has_note = report
                    .findings
                    .iter()
                    .any(|note| note.code == Code::AlgAlias);
                assert_eq!(has_note, own != alg && is_alias(own, alg), "{own} {alg}");
            }
        }
        // One of another type makes the key unusable.
        for (other, names) in ALGORITHMS {
            for alg in names.iter().filter(|_| other != *key_type) {
                let jwk = pair.jwk_for(alg);
                let source = KeySource::read("key", jwk.as_bytes()).unwrap();
                assert!(!source.is_usable(), "{key_type} {alg}");
            }
        }
    }
}

/// A set of all of them finds the key of each token, and what is wrong is told of each.
#[test]
fn every_key_in_one_set() {
    let jwks = |seed: u8| -> Vec<String> {
        let types = ALGORITHMS.iter().filter(|(key_type, _)| *key_type != "RSA");
        types
            .map(|(key_type, _)| Pair::new(key_type, seed).jwk())
            .collect()
    };
    let mut all = jwks(1);
    all.extend(Pair::all().iter().map(|(_, pair, _)| pair.jwk()));
    all.extend(jwks(2));
    let verifier = verifier(&all);
    for (key_type, pair, algorithms) in Pair::all() {
        for alg in *algorithms {
            let token = pair.token(alg, alg, CLAIMS);
            let report = verify(&verifier, &token);
            assert_eq!(report.verdict, Verdict::Valid, "{alg}");
            let key = report.signature.key.unwrap();
            assert_eq!(key.crv.unwrap_or(key.kty), *key_type);
            assert_eq!(key.thumbprint.is_none(), *key_type == "oct");
            assert_eq!(report.signature.octets, report.signature.expected_octets);
            let tried = if *key_type == "RSA" { 1 } else { 2 };
            assert_eq!(report.signature.keys_tried, tried, "{alg}");
        }
    }
}

/// The token with another signature.
fn with_signature(token: &str, signature: &[u8]) -> String {
    let (input, _) = token.rsplit_once('.').unwrap();
    format!("{input}.{}", encode(signature))
}

fn signature_of(token: &str) -> Vec<u8> {
    let (_, signature) = token.rsplit_once('.').unwrap();
    BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap()
}

/// Tokens that differ from a good one in their signature or in what it is of.
fn mutations(token: &str) -> Vec<String> {
    let signature = signature_of(token);
    let length = signature.len();
    let mut octets: Vec<Vec<u8>> = Vec::new();
    for bit in (0..length * 8).step_by(61).chain([length * 8 - 1]) {
        let mut flipped = signature.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        octets.push(flipped);
    }
    octets.push(Vec::new());
    octets.push(signature[..length - 1].to_vec());
    octets.push(signature[1..].to_vec());
    octets.push(signature[..length / 2].to_vec());
    octets.push([&signature[..], &[0]].concat());
    octets.push([&[0], &signature[..]].concat());
    octets.push([&signature[..], &signature].concat());
    octets.push(vec![0; length]);
    octets.push(vec![0xFF; length]);
    let mut mutations: Vec<String> = octets
        .iter()
        .map(|signature| with_signature(token, signature))
        .collect();
    let claims = encode(CLAIMS);
    mutations.push(token.replacen(&claims, &encode(r#"{"sub":"bob"}"#), 1));
    mutations
}

fn theirs(token: &str, alg: jsonwebtoken::Algorithm, jwk: &str) -> bool {
    let jwk: Jwk = serde_json::from_str(jwk).unwrap();
    let mut validation = Validation::new(alg);
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation).is_ok()
}

/// `jsonwebtoken` says the same of every algorithm that it has.
#[test]
fn every_mutation_is_rejected_and_jsonwebtoken_agrees() {
    let mut agreed = Vec::new();
    for (_, pair, algorithms) in Pair::all() {
        let verifier = verifier(&[pair.jwk()]);
        for alg in *algorithms {
            let good = pair.token(alg, alg, CLAIMS);
            let peer = alg.parse::<jsonwebtoken::Algorithm>().ok();
            let compare = |token: &str, verdict: Verdict| {
                let report = verify(&verifier, token);
                assert_eq!(report.verdict, verdict, "{alg} {token}");
                if let Some(peer) = peer {
                    let theirs = theirs(token, peer, &pair.jwk_for(alg));
                    assert_eq!(theirs, verdict == Verdict::Valid, "{alg} {token}");
                }
            };
            compare(&good, Verdict::Valid);
            for token in mutations(&good) {
                compare(&token, Verdict::MisSigned);
            }
            agreed.extend(peer.is_some().then_some(*alg));
        }
    }
    let of_both = [
        "ES256", "ES384", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "HS256",
        "HS384", "HS512",
    ];
    assert_eq!(agreed, of_both);
}

/// `debug` has the same verdict of every algorithm, and no chance change is proven to be anything.
#[test]
fn debug_agrees_and_proves_nothing_of_a_random_change() {
    for (key_type, pair, algorithms) in Pair::all() {
        let source = KeySource::read("key", pair.jwk().as_bytes()).unwrap();
        let debugger = Debugger::new(&[source], &[], Policy::default(), Effort::Default);
        for alg in *algorithms {
            let good = pair.token(alg, alg, CLAIMS);
            let debug = |token: &str| debugger.debug(&Token::from(token), NOW, &mut |_| true);
            assert_eq!(debug(&good).verdict, Verdict::Valid, "{alg}");
            let mut other = signature_of(&good);
            // Too many bits for a damage that is searched for.
            for octet in &mut other {
                *octet ^= 0x55;
            }
            let report = debug(&with_signature(&good, &other));
            assert_eq!(report.verdict, Verdict::MisSigned, "{alg}");
            let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
            assert!(!codes.is_empty(), "{alg}");
            for finding in &report.findings {
                assert_ne!(finding.certainty, Certainty::Proven, "{alg} {finding:?}");
            }
            // What is known of one algorithm alone is not said of another.
            if *key_type != "P-256" {
                for code in [
                    Code::SignerCandidates,
                    Code::AlgKeyMismatch,
                    Code::SignatureOfOtherAlgorithm,
                ] {
                    assert!(!codes.contains(&code), "{alg} {code:?}");
                }
                assert!(report.recovered.is_empty());
                let text = serde_json::to_string(&report.findings).unwrap();
                assert!(
                    !text.contains("P-256") && !text.contains("ES256 "),
                    "{alg} {text}"
                );
            }
        }
    }
}

/// `n - s` in the place of `s`, which anyone can compute: RFC 7518 does not forbid it.
#[test]
fn a_high_s_is_as_good_as_a_low_one() {
    for (key_type, pair, algorithms) in &Pair::all()[..4] {
        let alg = algorithms[0];
        let verifier = verifier(&[pair.jwk()]);
        let token = pair.token(alg, alg, CLAIMS);
        let signature = signature_of(&token);
        let (r, s) = signature.split_at(signature.len() / 2);
        let other = negated(key_type, s);
        assert_ne!(other, s);
        let token = with_signature(&token, &[r, &other].concat());
        assert_eq!(verify(&verifier, &token).verdict, Verdict::Valid, "{alg}");
    }
}

/// `n - s` modulo the order of a curve.
fn negated(key_type: &str, s: &[u8]) -> Vec<u8> {
    match key_type {
        "P-256" => {
            use p256::elliptic_curve::PrimeField as _;
            let s = p256::FieldBytes::from(<[u8; 32]>::try_from(s).unwrap());
            (-p256::Scalar::from_repr(s).unwrap()).to_repr().to_vec()
        }
        "P-384" => {
            use p384::elliptic_curve::PrimeField as _;
            let s = p384::FieldBytes::try_from(s).unwrap();
            (-p384::Scalar::from_repr(s).unwrap()).to_repr().to_vec()
        }
        "P-521" => {
            use p384::elliptic_curve::PrimeField as _;
            let s = p521::FieldBytes::try_from(s).unwrap();
            (-p521::Scalar::from_repr(s).unwrap()).to_repr().to_vec()
        }
        _ => {
            use p384::elliptic_curve::PrimeField as _;
            let s = k256::FieldBytes::try_from(s).unwrap();
            (-k256::Scalar::from_repr(s).unwrap()).to_repr().to_vec()
        }
    }
}

/// RFC 8032, section 5.1.7: S is below the group's order, 2^252 + 27742317777372353535851937790883648493.
#[test]
fn a_non_canonical_s_is_rejected() {
    const ORDER: [u8; 32] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let pair = Pair::new("Ed25519", 7);
    let verifier = verifier(&[pair.jwk()]);
    let token = pair.token("EdDSA", "EdDSA", CLAIMS);
    let mut signature = signature_of(&token);
    let mut carry = 0;
    for (octet, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*octet) + u16::from(order) + carry;
        *octet = u8::try_from(sum & 0xFF).unwrap();
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    let token = with_signature(&token, &signature);
    assert_eq!(verify(&verifier, &token).verdict, Verdict::MisSigned);
}

/// RFC 7518, section 3.5: the salt is as long as the hash.
#[test]
fn a_salt_of_another_length_is_rejected() {
    let (_, pair, _) = &Pair::all()[5];
    let verifier = verifier(&[pair.jwk()]);
    for (alg, length) in [("PS256", 32), ("PS384", 48), ("PS512", 64)] {
        for salt in [0, 20, 32, 48, 64, length - 1, length + 1] {
            let input = input(alg, CLAIMS);
            let signature = pair.sign_pss(alg, salt, input.as_bytes());
            let token = format!("{input}.{}", encode(signature));
            let expected = if salt == length {
                Verdict::Valid
            } else {
                Verdict::MisSigned
            };
            assert_eq!(verify(&verifier, &token).verdict, expected, "{alg} {salt}");
        }
    }
}

/// RFC 8725, section 2.1: the text of a public key is not a secret.
#[test]
fn a_public_key_is_never_taken_as_a_secret() {
    for (key_type, pair, _) in Pair::all().iter().filter(|(name, ..)| *name != "oct") {
        let jwk = pair.jwk();
        let verifier = verifier(std::slice::from_ref(&jwk));
        for secret in [
            jwk.clone().into_bytes(),
            jwk.replace(',', ", ").into_bytes(),
            vec![0],
        ] {
            for alg in ["HS256", "HS384", "HS512"] {
                let token = Pair::Oct(secret.clone()).token(alg, alg, CLAIMS);
                let report = verify(&verifier, &token);
                assert_eq!(report.verdict, Verdict::Unverifiable, "{key_type} {alg}");
            }
        }
    }
}

/// RFC 7518, section 3.2: a secret is at least as long as the hash.
#[test]
fn a_short_secret_verifies_with_a_note() {
    for (alg, length) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        for (secret, is_weak) in [(1, true), (length - 1, true), (length, false), (200, false)] {
            let pair = Pair::Oct(vec![7; secret]);
            let report = verify(&verifier(&[pair.jwk()]), &pair.token(alg, alg, CLAIMS));
            assert_eq!(report.verdict, Verdict::Valid);
            let note = report
                .findings
                .iter()
                .find(|note| note.code == Code::WeakSecret);
            assert_eq!(note.is_some(), is_weak, "{alg} {secret}");
            if let Some(note) = note {
                let evidence = format!("{alg} needs at least {length} bytes, found {secret}");
                assert_eq!(note.evidence, evidence);
            }
        }
    }
}

/// With RSA keys of several sizes no one length is expected.
#[test]
fn the_expected_length_is_that_of_the_keys_tried() {
    let (_, pair, _) = &Pair::all()[5];
    let long = format!(
        r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#,
        encode([0xFF; 384])
    );
    let mut token = pair.token("RS256", "RS256", CLAIMS);
    token.truncate(token.len() - 2);
    let expected = |jwks: &[String]| {
        let report = verify(&verifier(jwks), &token);
        assert_eq!(report.verdict, Verdict::MisSigned);
        report.signature.expected_octets
    };
    assert_eq!(expected(&[pair.jwk()]), Some(256));
    assert_eq!(expected(std::slice::from_ref(&long)), Some(384));
    assert_eq!(expected(&[pair.jwk(), long]), None);
}

/// RFC 8725, section 3.1: what the caller does not accept is unverifiable, whatever the key allows and
/// however the signature is. `verify`, `verify_all` and `debug` agree.
#[test]
fn a_policy_narrows_the_algorithms() {
    let row = |name: &str| Algorithm::named(name).unwrap();
    for (_, pair, algorithms) in Pair::all() {
        let keys = KeySet::read("key", pair.jwk().as_bytes()).unwrap();
        for alg in *algorithms {
            let good = pair.token(alg, alg, CLAIMS);
            let mut signature = signature_of(&good);
            signature[0] ^= 1;
            let bad = with_signature(&good, &signature);
            for only in Algorithm::all().map(|only| only.name) {
                let policy = Policy::default().with_algorithms([row(only)]);
                let verifier = Verifier::new(keys.clone(), policy);
                for (token, verdict) in [(&good, Verdict::Valid), (&bad, Verdict::MisSigned)] {
                    let report = verify(&verifier, token);
                    if is_alias(only, alg) {
                        assert_eq!(report.verdict, verdict, "{alg} {only}");
                    } else {
                        assert_eq!(report.verdict, Verdict::Unverifiable, "{alg} {only}");
                        let reason = Some(Reason::AlgorithmExcluded);
                        assert_eq!(report.signature.reason, reason, "{alg} {only}");
                        assert_eq!(report.signature.keys_tried, 0, "{alg} {only}");
                    }
                }
            }
            // A search takes longer: one policy that accepts the algorithm, among others, and one that
            // does not.
            let source = KeySource::read("key", pair.jwk().as_bytes()).unwrap();
            let other = if *alg == "HS256" { "RS256" } else { "HS256" };
            for (only, verdict) in [
                (vec![row(other), row(alg)], Verdict::Valid),
                (vec![row(other)], Verdict::Unverifiable),
            ] {
                let policy = Policy::default().with_algorithms(only);
                let keys = std::slice::from_ref(&source);
                let debugger = Debugger::new(keys, &[], policy, Effort::Default);
                let report = debugger.debug(&Token::from(&*good), NOW, &mut |_| true);
                assert_eq!(report.verdict, verdict, "{alg}");
            }
        }
    }
}

/// A key that a policy leaves nothing to verify with does not stand in for another one.
#[test]
fn a_policy_narrows_a_set_of_keys() {
    let jwks: Vec<String> = Pair::all().iter().map(|(_, pair, _)| pair.jwk()).collect();
    let set = format!(r#"{{"keys":[{}]}}"#, jwks.join(","));
    let keys = KeySet::read("keys", set.as_bytes()).unwrap();
    let accepted = ["ES384", "PS256", "Ed25519", "HS512"];
    let rows = accepted.map(|name| Algorithm::named(name).unwrap());
    let verifier = Verifier::new(keys, Policy::default().with_algorithms(rows));
    for (_, pair, algorithms) in Pair::all() {
        for alg in *algorithms {
            let is_accepted = accepted.iter().any(|only| is_alias(only, alg));
            let expected = if is_accepted {
                Verdict::Valid
            } else {
                Verdict::Unverifiable
            };
            let report = verify(&verifier, &pair.token(alg, alg, CLAIMS));
            assert_eq!(report.verdict, expected, "{alg}");
        }
    }
}
