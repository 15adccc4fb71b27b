//! Tokens with the mistakes that the sessions show of RSA, HMAC and of P-256 keys that were misread, and the
//! keys that explain them.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use p256::Scalar;
use p256::elliptic_curve::PrimeField as _;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};

use crate::pairs::{Pair, Sequence, encode};
use crate::support::{Issuer, der};

const SECRET: &str = "a secret of more than thirty-two bytes";
const CLAIMS: &str = r#"{"sub":"member-1","exp":1795460664}"#;

fn input(header: &str) -> String {
    format!("{}.{}", encode(header), encode(CLAIMS))
}

/// One token per line, and a JWK Set with their keys.
pub fn made() -> [(&'static str, String); 2] {
    let rsa = Pair::new("RSA", 7);
    let Pair::Rsa(private) = &rsa else {
        panic!("RSA");
    };
    let mut random = Sequence(1 << 40);
    let small = rsa::PrivateKey::new_unchecked(&mut random, 1024).unwrap();
    let public = rsa::PublicKey::from(&small);
    let [n, e] = [public.n_bytes(), public.e_bytes()].map(encode);
    let small_jwk = format!(r#"{{"kty":"RSA","kid":"small","n":"{n}","e":"{e}"}}"#);

    let mut tokens = p256();
    for secret in [
        format!("{SECRET}\n").into_bytes(),
        BASE64.encode(SECRET.as_bytes()).into(),
        BASE64URL_NOPAD.encode(SECRET.as_bytes()).into(),
        HEXLOWER.encode(SECRET.as_bytes()).into(),
        format!("\"{SECRET}\"").into(),
        SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Sha256::digest(SECRET).to_vec(),
    ] {
        tokens.push(Pair::Oct(secret).token("HS256", "HS256", CLAIMS));
    }
    let ps256 = input(r#"{"alg":"PS256"}"#);
    let signature = rsa.sign_pss("PS256", 20, ps256.as_bytes());
    tokens.push(format!("{ps256}.{}", encode(signature)));
    let rs256 = input(r#"{"alg":"RS256"}"#);
    let hash = Sha256::digest(&rs256);
    let bare = private.sign(Pkcs1v15Sign::new_unprefixed(), &hash).unwrap();
    tokens.push(format!("{rs256}.{}", encode(bare)));
    for text in [
        format!("\"{rs256}\"").into_bytes(),
        rs256.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ] {
        tokens.push(format!("{rs256}.{}", encode(rsa.sign("RS256", &text))));
    }
    let hs256 = input(r#"{"alg":"HS256"}"#);
    let mac = Pair::Oct(SECRET.into()).sign("HS256", hs256.as_bytes());
    tokens.push(format!("{hs256}.{}", encode(&mac[..16])));
    let of_small = small.sign(Pkcs1v15Sign::new::<Sha256>(), &hash).unwrap();
    tokens.push(format!("{rs256}.{}", encode(of_small)));

    let jwks = [
        issuer().jwk(),
        rsa.jwk().replacen('{', r#"{"kid":"rsa","#, 1),
        small_jwk,
        format!(r#"{{"kty":"oct","kid":"shared","k":"{}"}}"#, encode(SECRET)),
    ];
    [
        ("families.txt", tokens.join("\n")),
        (
            "families.json",
            format!(r#"{{"keys":[{}]}}"#, jwks.join(",")),
        ),
    ]
}

/// Its first bit is set: read as signed, it is negative.
const PRIVATE: [u8; 32] = [0x91; 32];

fn issuer() -> Issuer {
    Issuer::of(&PRIVATE, "issuer").unwrap()
}

/// Tokens for the key of P-256.
fn p256() -> Vec<String> {
    let issuer = issuer();
    let number = |bytes: [u8; 32]| Scalar::from_repr(bytes.into()).unwrap();
    let signer = |scalar: Scalar| Issuer::of(&scalar.to_bytes().into(), "").unwrap();
    let d = number(PRIVATE);
    // 2^256 modulo the order of the curve.
    let two = Scalar::from(2_u64);
    let power = (0..256).fold(Scalar::ONE, |power, _| power * two);
    let y: [u8; 32] = issuer.point()[33..].try_into().unwrap();
    let header = r#"{"alg":"ES256","kid":"issuer"}"#;
    let text = input(header);
    let with = |signature: [u8; 64]| format!("{text}.{}", encode(signature));
    let sign_header = |header: &str| issuer.sign_hash(&Sha256::digest(input(header)));
    let by = |issuer: &Issuer| with(issuer.sign_hash(&Sha256::digest(&text)));

    let nonce = r#"{"alg":"ES256","nonce":"AQABAAAAAAD"}"#;
    let hashed = nonce.replace("AQABAAAAAAD", &encode(Sha256::digest("AQABAAAAAAD")));
    let vault = format!(
        "{text}.vault:v1:{}",
        BASE64.encode(&der(sign_header(header)))
    );
    vec![
        format!("{}.{}", input(nonce), encode(sign_header(&hashed))),
        with(issuer.sign_hash(&text.as_bytes()[..32])),
        vault,
        by(&signer(d - power)),
        by(&signer(number(y))),
        by(&signer(-d)),
    ]
}
