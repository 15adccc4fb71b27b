//! Short tokens by their number: every spelling of `alg` with a signature of every length, for tests and
//! measurements of what a search costs.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};

/// More than these are the same again, with other signatures.
const ALGS: [&str; 24] = [
    r#""ES256""#,
    r#""es256""#,
    r#""Es256""#,
    r#"" ES256""#,
    r#""ES256 ""#,
    r#""\tES256\n""#,
    r#""eS256\u00a0""#,
    r#""ES-256""#,
    r#""ES384""#,
    r#""ES512""#,
    r#""ES256K""#,
    r#""es384""#,
    r#""RS256""#,
    r#""PS256""#,
    r#""HS256""#,
    r#""EdDSA""#,
    r#""none""#,
    r#""NONE""#,
    r#""""#,
    "null",
    "256",
    r#"["ES256"]"#,
    r#"{"ES256":1}"#,
    "",
];

/// Signatures have from 0 to 140 characters.
const LENGTHS: usize = 141;

/// The token of this number.
pub fn token(number: usize) -> String {
    let length = number % LENGTHS;
    let header = match ALGS.iter().cycle().nth(number / LENGTHS) {
        None | Some(&"") => "{}".to_owned(),
        Some(alg) => format!(r#"{{"alg":{alg}}}"#),
    };
    let noise = characters(number, length);
    let mut signature = match noise.bytes().next().unwrap_or_default() % 8 {
        0 => "A".repeat(length),
        1 => "-".repeat(length),
        2 => format!("MEUCI{noise}"),
        _ => noise,
    };
    signature.truncate(length);
    let [header, payload] =
        [header.as_str(), r#"{"sub":"a"}"#].map(|json| BASE64URL_NOPAD.encode(json.as_bytes()));
    format!("{header}.{payload}.{signature}")
}

fn characters(number: usize, count: usize) -> String {
    let octets = (0..count.div_ceil(32)).flat_map(|block| {
        let seed = [number.to_be_bytes(), block.to_be_bytes()].concat();
        Sha256::digest(seed)
    });
    let mut text = BASE64URL_NOPAD.encode(&octets.collect::<Vec<u8>>());
    text.truncate(count);
    text
}
