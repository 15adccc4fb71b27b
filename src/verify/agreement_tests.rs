//! One token, many tokens and `debug` answer alike, whatever the algorithm: shown with a second one for
//! the same key, which signs another hash.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};

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
    let source = |seed: &u8| {
        let point = key(*seed).verifying_key().to_encoded_point(false);
        let coordinate =
            |octets: Option<&p256::FieldBytes>| BASE64URL_NOPAD.encode(octets.unwrap());
        let (x, y) = (coordinate(point.x()), coordinate(point.y()));
        let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
        let mut source = KeySource::read("key", jwk.as_bytes()).unwrap();
        source.keys[0].key.as_mut().unwrap().allow(&X256);
        source
    };
    seeds.iter().map(source).collect()
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
    let together = verifier.verify_all(&tokens, 0);
    // Three keys, each prepared for both algorithms.
    assert_eq!(verifier.batch.made(), 6);
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
    assert_eq!(verifier.batch.made(), 3);
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
