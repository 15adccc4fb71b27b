//! What a signature and a whole token cost beside other implementations, in one process.
//!
//! Every round runs each of them once over the same tokens, on one thread, and takes that thread's
//! processor time; told are medians, and the medians of the ratios of each round.

use std::hint::black_box;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{DecodingKey, Validation};
use jwtlens::{KeySet, Policy, Token, Verdict, Verifier};
use p256::ecdsa::signature::{Signer, Verifier as _};
use p256::ecdsa::{Signature, SigningKey};
use rustix::time::{ClockId, clock_gettime};

const TOKENS: usize = 2048;
const ROUNDS: usize = 15;

/// 2026-11-23T00:00:00Z; the tokens expire in 2050, so that peers without a clock to set accept them.
const NOW: i64 = 1_795_392_000;

/// Nanoseconds of this thread on a processor.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs all in turn, and tells each one's median beside the first one's.
fn compare(what: &str, rows: &[(&str, &dyn Fn() -> usize)]) {
    let mut taken: Vec<Vec<f64>> = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((_, run), taken) in rows.iter().zip(&mut taken) {
            let begun = now();
            assert_eq!(black_box(run()), TOKENS);
            taken.push((now() - begun) / TOKENS as f64);
        }
    }
    println!("{what}");
    for ((name, _), times) in rows.iter().zip(&taken) {
        let ratios = times.iter().zip(&taken[0]).map(|(time, first)| first / time);
        println!(
            "  {name:24} {:8.2} us   {:6.2} times {}",
            median(times.clone()) / 1e3,
            median(ratios.collect()),
            rows[0].0
        );
    }
}

fn main() {
    let signer = SigningKey::from_slice(&[7; 32]).unwrap();
    let point = signer.verifying_key().to_encoded_point(false);
    let [x, y] = [&point.as_bytes()[1..33], &point.as_bytes()[33..]].map(|c| BASE64URL_NOPAD.encode(c));
    let jwk = format!(r#"{{"kty":"EC","crv":"P-256","alg":"ES256","kid":"bench","x":"{x}","y":"{y}"}}"#);

    let header = BASE64URL_NOPAD.encode(br#"{"alg":"ES256","typ":"JWT","kid":"bench"}"#);
    let tokens: Vec<(String, [u8; 64])> = (0..TOKENS)
        .map(|number| {
            let claims = format!(
                r#"{{"iss":"https://auth.example.com/","sub":"user-{number:08}","aud":"https://api.example.com","iat":{NOW},"exp":2524608000,"jti":"{:032x}","role":"admin","email":"user{number:06}@example.com","name":"Ada Lovelace","scope":"read:items write:items"}}"#,
                number * 7919
            );
            let input = format!("{header}.{}", BASE64URL_NOPAD.encode(claims.as_bytes()));
            let signature: Signature = signer.sign(input.as_bytes());
            (input, signature.to_bytes().into())
        })
        .collect();
    let whole: Vec<String> = tokens
        .iter()
        .map(|(input, signature)| format!("{input}.{}", BASE64URL_NOPAD.encode(signature)))
        .collect();
    println!("{TOKENS} tokens of {} octets, {ROUNDS} rounds, one thread", whole[0].len());

    let aws = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED, point.as_bytes());
    let ring = ring::signature::UnparsedPublicKey::new(&ring::signature::ECDSA_P256_SHA256_FIXED, point.as_bytes());
    let verifier = Verifier::new(KeySet::read("bench", jwk.as_bytes()).unwrap(), Policy::default());
    let given: Vec<Token> = whole.iter().map(|token| Token::from(token.as_str())).collect();
    let all = |verifier: &Verifier| {
        let reports = given.chunks(128).flat_map(|tokens| verifier.verify_all(tokens, NOW));
        reports.filter(|report| report.verdict == Verdict::Valid).count()
    };
    let without_findings = verifier.clone().without_findings();
    let count = |verify: &dyn Fn(&[u8], &[u8; 64]) -> bool| {
        tokens.iter().filter(|(input, signature)| verify(input.as_bytes(), signature)).count()
    };
    compare(
        "signatures, SHA-256 included",
        &[
            ("aws-lc-rs", &|| count(&|input, signature| aws.verify(input, signature).is_ok())),
            ("ring", &|| count(&|input, signature| ring.verify(input, signature).is_ok())),
            ("p256", &|| {
                count(&|input, signature| {
                    let signature = Signature::from_slice(signature).unwrap();
                    signer.verifying_key().verify(input, &signature).is_ok()
                })
            }),
            // The claims are read too: the signature alone has no door of its own.
            ("jwtlens, whole tokens", &|| all(&without_findings)),
        ],
    );

    let key: jsonwebtoken::jwk::Jwk = serde_json::from_str(&jwk).unwrap();
    let key = DecodingKey::from_jwk(&key).unwrap();
    let mut validation = Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.validate_aud = false;
    compare(
        "whole tokens, claims read",
        &[
            ("jsonwebtoken, aws-lc-rs", &|| {
                whole
                    .iter()
                    .filter(|token| jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation).is_ok())
                    .count()
            }),
            ("jwtlens, one by one", &|| {
                given.iter().filter(|token| verifier.verify(token, NOW).verdict == Verdict::Valid).count()
            }),
            ("jwtlens, 128 at once", &|| all(&verifier)),
        ],
    );
}
