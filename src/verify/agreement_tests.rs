//! One token, many tokens and `debug` answer alike, whatever the algorithm: shown with a second one for
//! the same key, which signs another hash.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::elliptic_curve::PrimeField as _;
use p256::elliptic_curve::bigint::ArrayEncoding as _;
use p256::elliptic_curve::ops::Reduce as _;
use p256::elliptic_curve::point::DecompressPoint as _;
use p256::elliptic_curve::subtle::Choice;
use p256::{AffinePoint, ProjectivePoint, Scalar, U256};

use super::Verifier;
use super::policy::Policy;
use super::report::Report;
use super::verdict::Verdict;
use crate::algorithm::{Algorithm, ES256, X256, expected_mac};
use crate::debug::{Debugger, Effort};
use crate::key::set::{KeySet, KeySource};
use crate::token::Token;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

/// Key files, each with a key that allows both algorithms.
fn sources(seeds: &[u8]) -> Vec<KeySource> {
    let keys = seeds.iter().map(|seed| *key(*seed).verifying_key());
    keys.map(|key| source(&key)).collect()
}

fn source(key: &VerifyingKey) -> KeySource {
    let point = key.to_encoded_point(false);
    let coordinate = |octets: Option<&p256::FieldBytes>| BASE64URL_NOPAD.encode(octets.unwrap());
    let (x, y) = (coordinate(point.x()), coordinate(point.y()));
    let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
    let mut source = KeySource::read("key", jwk.as_bytes()).unwrap();
    source.keys[0].key.as_mut().unwrap().allow(&X256);
    source
}

/// A token that names one algorithm and is signed by another.
fn token(seed: u8, named: &Algorithm, signed: &Algorithm, number: usize) -> String {
    let header = format!(r#"{{"alg":"{}"}}"#, named.name);
    let claims = format!(r#"{{"jti":"{number}"}}"#);
    let input = [header, claims]
        .map(|text| BASE64URL_NOPAD.encode(text.as_bytes()))
        .join(".");
    let prehash = signed.prehash(input.as_bytes()).unwrap();
    let signature: Signature = key(seed).sign_prehash(&prehash).unwrap();
    format!("{input}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes()))
}

/// What must be the same, however it was asked.
fn answer(report: &Report) -> String {
    serde_json::to_string(&(report.verdict, &report.signature)).unwrap()
}

#[test]
fn one_token_many_tokens_and_debug_agree_on_every_algorithm() {
    let sources = sources(&[1, 2, 3]);
    let verifier = Verifier::new(KeySet::new(&sources).unwrap(), Policy::default());
    let debugger = Debugger::new(&sources, &[], Policy::default(), Effort::Default);
    let rows = [&ES256, &X256];
    let mut made = Vec::new();
    for number in 0..100 {
        for (place, row) in rows.into_iter().enumerate() {
            let signer = u8::try_from(1 + number % 3).unwrap();
            made.push((token(signer, row, row, number), Verdict::Valid));
            if number % 20 == 0 {
                // Another signer, another hash, and a signature without its end.
                made.push((token(9, row, row, number), Verdict::MisSigned));
                let other = rows[1 - place];
                made.push((token(signer, row, other, number), Verdict::MisSigned));
                let mut short = token(signer, row, row, number);
                short.truncate(short.len() - 2);
                made.push((short, Verdict::MisSigned));
            }
        }
    }
    let tokens: Vec<Token> = made
        .iter()
        .map(|(token, _)| Token::from(token.as_str()))
        .collect();
    // A key is prepared after it has verified a signature.
    let _ = verifier.verify_all(&tokens, 0);
    let together = verifier.verify_all(&tokens, 0);
    // Three keys, each for both algorithms.
    assert_eq!(verifier.batch.count_prepared(), 6);
    for ((token, (_, verdict)), report) in tokens.iter().zip(&made).zip(&together) {
        assert_eq!(report.verdict, *verdict);
        let expected = answer(report);
        assert_eq!(answer(&verifier.verify(token, 0)), expected);
        assert_eq!(answer(&debugger.debug(token, 0, &mut |_| true)), expected);
        assert_eq!(report.signature.expected_octets, Some(64));
    }
}

/// A secret is prepared like a public key: what it does not accept, the algorithm itself rejects.
#[test]
fn secret_that_is_prepared_answers_as_one_that_is_not() {
    let jwk = r#"{"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg"}"#;
    let sources = [KeySource::read("key", jwk.as_bytes()).unwrap()];
    let keys = KeySet::new(&sources).unwrap();
    let material = keys.keys()[0].material();
    let mut texts = Vec::new();
    for alg in ["HS256", "HS384", "HS512"] {
        for number in 0..40 {
            let claims = format!(r#"{{"jti":"{number}"}}"#);
            let input = [format!(r#"{{"alg":"{alg}"}}"#), claims]
                .map(|text| BASE64URL_NOPAD.encode(text.as_bytes()))
                .join(".");
            let mut mac = expected_mac(alg, material, input.as_bytes()).unwrap();
            match number % 4 {
                1 => mac.truncate(16),
                2 => mac[0] ^= 1,
                _ => {}
            }
            texts.push(format!("{input}.{}", BASE64URL_NOPAD.encode(&mac)));
        }
    }
    let tokens: Vec<Token> = texts
        .iter()
        .map(|text| Token::from(text.as_str()))
        .collect();
    let verifier = Verifier::new(keys, Policy::default());
    let together = verifier.verify_all(&tokens, 0);
    assert_eq!(verifier.batch.count_prepared(), 3);
    for ((number, token), report) in tokens.iter().enumerate().zip(&together) {
        let is_whole = !matches!(number % 4, 1 | 2);
        assert_eq!(report.verdict == Verdict::Valid, is_whole, "{number}");
        assert_eq!(answer(&verifier.verify(token, 0)), answer(report));
    }
    let shown = format!("{verifier:?}");
    assert!(
        shown.contains("HashedSecret") && !shown.contains("0123456789"),
        "{shown}"
    );
}

/// After many invalid tokens few are still asked about, and valid ones are accepted all the same, by the keys that
/// `verify` names.
#[test]
fn many_invalid_tokens_do_not_change_the_answers_about_others() {
    let sources = sources(&[1, 2, 1]);
    let verifier = Verifier::new(KeySet::new(&sources).unwrap(), Policy::default());
    for (count, signer) in [(300, 9), (40, 2), (300, 9), (1, 1), (20, 9), (40, 1)] {
        let texts: Vec<String> = (0..count)
            .map(|number| token(signer, &ES256, &ES256, number))
            .collect();
        let tokens: Vec<Token> = texts
            .iter()
            .map(|text| Token::from(text.as_str()))
            .collect();
        let expected = if signer == 9 {
            Verdict::MisSigned
        } else {
            Verdict::Valid
        };
        for tokens in tokens.chunks(16) {
            for (token, report) in tokens.iter().zip(verifier.verify_all(tokens, 0)) {
                assert_eq!(report.verdict, expected);
                assert_eq!(answer(&report), answer(&verifier.verify(token, 0)));
            }
        }
    }
}

/// A key takes room only if it verifies signatures: a token that names it is not enough. Nor does one that cannot be
/// prepared.
#[test]
fn keys_that_verify_nothing_take_no_room() {
    let sources = sources(&[1, 2]);
    for (signers, prepared) in [([9, 9], 0), ([1, 9], 1), ([1, 2], 2)] {
        let verifier = Verifier::new(KeySet::new(&sources).unwrap(), Policy::default());
        for signer in signers {
            let texts: Vec<String> = (0..100)
                .map(|number| token(signer, &ES256, &ES256, number))
                .collect();
            let tokens: Vec<Token> = texts
                .iter()
                .map(|text| Token::from(text.as_str()))
                .collect();
            // Few at a time, and many.
            for size in [10, 100] {
                for tokens in tokens.chunks(size) {
                    let reports = verifier.verify_all(tokens, 0);
                    assert_eq!(reports[0].verdict == Verdict::Valid, signer != 9);
                }
            }
        }
        assert_eq!(verifier.batch.count_prepared(), prepared, "{signers:?}");
    }
}

#[test]
fn prepared_keys_take_limited_room() {
    let seeds: Vec<u8> = (1..=11).collect();
    let verifier = Verifier::new(KeySet::new(&sources(&seeds)).unwrap(), Policy::default());
    for seed in seeds {
        let texts: Vec<String> = (0..600)
            .map(|number| token(seed, &ES256, &ES256, number))
            .collect();
        let tokens: Vec<Token> = texts
            .iter()
            .map(|text| Token::from(text.as_str()))
            .collect();
        for report in verifier.verify_all(&tokens, 0) {
            assert_eq!(report.verdict, Verdict::Valid, "{seed}");
        }
    }
    assert_eq!(verifier.batch.count_prepared(), 6);
}

/// A signature verifies under two keys, which follow from the two points with its x. Here the x is above the group's
/// order, and the faster ways differ in what they know of it.
#[test]
fn the_first_of_two_keys_is_named_however_many_tokens_there_are() {
    let text = token(1, &ES256, &ES256, 0);
    let (input, _) = text.rsplit_once('.').unwrap();
    let prehash = ES256.prehash(input.as_bytes()).unwrap();
    let hash = Scalar::reduce_bytes(&<[u8; 32]>::try_from(&*prehash).unwrap().into());
    let order = U256::from_be_slice(&(-Scalar::ONE).to_repr()).wrapping_add(&U256::ONE);
    let (r, point) = (1_u64..)
        .find_map(|r| {
            let x = order.wrapping_add(&U256::from_u64(r));
            let point = AffinePoint::decompress(&x.to_be_byte_array(), Choice::from(0));
            Some((Scalar::from(r), Option::<AffinePoint>::from(point)?))
        })
        .unwrap();
    let s = Scalar::from(77_u64);
    let signature = [r.to_repr(), s.to_repr()].concat();
    let text = format!("{input}.{}", BASE64URL_NOPAD.encode(&signature));
    let sources: Vec<KeySource> = [s, -s]
        .into_iter()
        .map(|s| {
            let inverse = r.invert().unwrap();
            let key = ProjectivePoint::from(point) * (s * inverse)
                - ProjectivePoint::GENERATOR * (hash * inverse);
            source(&VerifyingKey::from_affine(key.to_affine()).unwrap())
        })
        .collect();
    let verifier = Verifier::new(KeySet::new(&sources).unwrap(), Policy::default());
    let token = Token::from(text.as_str());
    let expected = answer(&verifier.verify(&token, 0));
    assert!(expected.contains("verified"), "{expected}");
    let many = |tokens: &[Token]| {
        for report in verifier.verify_all(tokens, 0) {
            assert_eq!(answer(&report), expected);
        }
    };
    for _ in 0..10 {
        many(&vec![token.clone(); 8]);
    }
    assert_eq!(verifier.batch.count_prepared(), 1);
    // After these, each key is tried in its own time.
    let others: Vec<String> = (0..300)
        .map(|number| self::token(9, &ES256, &ES256, number))
        .collect();
    let others: Vec<Token> = others
        .iter()
        .map(|text| Token::from(text.as_str()))
        .collect();
    for report in verifier.verify_all(&others, 0) {
        assert_eq!(report.verdict, Verdict::MisSigned);
    }
    for _ in 0..100 {
        many(std::slice::from_ref(&token));
    }
}

/// What the table has not is not allowed by any key, whatever it is called.
#[test]
fn an_algorithm_that_no_key_allows_is_not_checked() {
    let mut sources = sources(&[1]);
    let text = token(1, &X256, &X256, 0);
    let verdict = |sources: &[KeySource]| {
        let verifier = Verifier::new(KeySet::new(sources).unwrap(), Policy::default());
        verifier.verify(&Token::from(text.as_str()), 0).verdict
    };
    assert_eq!(verdict(&sources), Verdict::Valid);
    let jwk = sources[0].content.clone().unwrap();
    sources[0] = KeySource::read("key", &jwk).unwrap();
    assert_eq!(verdict(&sources), Verdict::Unverifiable);
}
