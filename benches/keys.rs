//! What an ES256 token costs in a stream, by the number of keys in turn and by the share of mis-signed tokens,
//! in CPU time of one thread: `cargo bench --bench keys`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that can't be made ends with a panic"
)]

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jwtlens::{KeySet, Policy, Token, Verdict, Verifier};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use rustix::time::{ClockId, clock_gettime};

const BATCH: usize = 128;

/// Enough that the first tokens, which prepare the keys, count for little.
const TOKENS: usize = 200 * BATCH;

/// 2026-11-23T00:00:00Z; the tokens expire in 2050.
const NOW: i64 = 1_795_392_000;

/// Of so many tokens, one is mis-signed.
#[derive(Clone, Copy)]
enum MisSigned {
    None,
    OneOf(usize),
}

fn main() {
    for keys in [1, 4, 6, 8, 16, 32, 100] {
        measure("with kid", keys, true, MisSigned::None);
    }
    for keys in [4, 6, 8, 16] {
        measure("without kid", keys, false, MisSigned::None);
    }
    measure("one of 20 mis-signed", 1, true, MisSigned::OneOf(20));
    measure("all mis-signed", 1, true, MisSigned::OneOf(1));
}

fn measure(name: &str, keys: usize, has_kid: bool, mis_signed: MisSigned) {
    let signers: Vec<SigningKey> = (1..)
        .take(keys)
        .map(|key: u8| SigningKey::from_slice(&[key; 32]).unwrap())
        .collect();
    let jwks: Vec<String> = signers.iter().enumerate().map(jwk).collect();
    let set = format!(r#"{{"keys":[{}]}}"#, jwks.join(","));
    let set = KeySet::read("set", set.as_bytes()).unwrap();
    let verifier = Verifier::new(set, Policy::default()).without_findings();
    let texts: Vec<String> = (0..TOKENS)
        .map(|number| {
            let is_mis_signed = matches!(mis_signed, MisSigned::OneOf(of) if number % of == 0);
            token(&signers, number, has_kid, is_mis_signed)
        })
        .collect();
    let tokens: Vec<Token> = texts
        .iter()
        .map(|text| Token::from(text.as_str()))
        .collect();
    let begun = cpu_time();
    let mut valid = 0;
    for batch in tokens.chunks(BATCH) {
        let reports = verifier.verify_all(batch, NOW);
        let is_valid = reports
            .iter()
            .filter(|report| report.verdict == Verdict::Valid);
        valid += is_valid.count();
    }
    let time = cpu_time().saturating_sub(begun);
    let expected = match mis_signed {
        MisSigned::None => TOKENS,
        MisSigned::OneOf(of) => TOKENS - TOKENS.div_ceil(of),
    };
    assert_eq!(valid, expected);
    let time = time.as_nanos() as f64 / TOKENS as f64 / 1000.0;
    println!("{name:22} {keys:3} keys {time:7.2} µs per token");
}

fn jwk((number, signer): (usize, &SigningKey)) -> String {
    let point = signer.verifying_key().to_encoded_point(false);
    let [x, y] = [point.x().unwrap(), point.y().unwrap()].map(|c| BASE64URL_NOPAD.encode(c));
    format!(r#"{{"kty":"EC","crv":"P-256","kid":"key-{number}","x":"{x}","y":"{y}"}}"#)
}

fn token(signers: &[SigningKey], number: usize, has_kid: bool, is_mis_signed: bool) -> String {
    let key = number % signers.len();
    let header = if has_kid {
        format!(r#"{{"alg":"ES256","typ":"JWT","kid":"key-{key}"}}"#)
    } else {
        r#"{"alg":"ES256","typ":"JWT"}"#.to_owned()
    };
    let claims = format!(
        r#"{{"iss":"https://auth.example.com/","sub":"user-{number}","aud":"https://api.example.com","iat":1795000000,"exp":2524608000,"email":"user{number}@example.com","name":"Ada Lovelace","scope":"read:items write:items"}}"#
    );
    let [header, claims] = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes()));
    let input = format!("{header}.{claims}");
    let signed = if is_mis_signed {
        "another input"
    } else {
        &input
    };
    let signature: Signature = signers[key].sign(signed.as_bytes());
    let signature = BASE64URL_NOPAD.encode(&signature.to_bytes());
    format!("{input}.{signature}")
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap(),
        time.tv_nsec.try_into().unwrap(),
    )
}
