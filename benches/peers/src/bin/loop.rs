//! A file of tokens, one per line, verified one after the other with `jsonwebtoken`, to be compared with
//! `jwtlens verify -q -j 1` as a whole program: `loop TOKENS KEY`, of which KEY is a JWK.

use std::{env, fs, process};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

fn main() {
    let read = |number| fs::read_to_string(env::args().nth(number).expect("TOKENS KEY")).unwrap();
    let (tokens, key) = (read(1), read(2));
    let key: Jwk = serde_json::from_str(&key).unwrap();
    let key = DecodingKey::from_jwk(&key).unwrap();
    let first = tokens.lines().next().unwrap();
    let mut validation = Validation::new(decode_header(first).unwrap().alg);
    validation.validate_aud = false;
    let is_valid = |token: &str| decode::<serde_json::Value>(token, &key, &validation).is_ok();
    process::exit(i32::from(!tokens.lines().all(is_valid)));
}
