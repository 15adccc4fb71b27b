//! A key pair, or a secret, of each type, which signs with every algorithm of its type.

use std::convert::Infallible;
use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p384::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pss::Pss;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// Every algorithm, by the type of its keys.
pub const ALGORITHMS: [(&str, &[&str]); 7] = [
    ("P-256", &["ES256"]),
    ("P-384", &["ES384"]),
    ("P-521", &["ES512"]),
    ("secp256k1", &["ES256K"]),
    ("Ed25519", &["EdDSA", "Ed25519"]),
    (
        "RSA",
        &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
    ),
    ("oct", &["HS256", "HS384", "HS512"]),
];

/// Octets that look random, the same in every run.
pub struct Sequence(pub u64);

impl TryRng for Sequence {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_be_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_be_bytes(octets))
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
        for chunk in place.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Sequence {}

/// What signs.
pub enum Pair {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
    Oct(Vec<u8>),
}

pub fn encode(octets: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(octets.as_ref())
}

impl Pair {
    /// The pair of that type; another one for each seed.
    pub fn new(key_type: &str, seed: u8) -> Self {
        // A leading zero byte keeps the number below the order of P-521.
        let secret = |length: usize| {
            let mut secret = vec![seed; length];
            secret[0] = 0;
            secret
        };
        match key_type {
            "P-256" => Self::P256(p256::ecdsa::SigningKey::from_slice(&secret(32)).unwrap()),
            "P-384" => Self::P384(p384::ecdsa::SigningKey::from_slice(&secret(48)).unwrap()),
            "P-521" => Self::P521(p521::ecdsa::SigningKey::from_slice(&secret(66)).unwrap()),
            "secp256k1" => {
                Self::Secp256k1(k256::ecdsa::SigningKey::from_slice(&secret(32)).unwrap())
            }
            "Ed25519" => Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])),
            "RSA" => {
                let mut random = Sequence(u64::from(seed) << 32);
                Self::Rsa(Box::new(rsa::PrivateKey::new(&mut random, 2048).unwrap()))
            }
            "oct" => Self::Oct(vec![seed; 64]),
            other => panic!("{other}"),
        }
    }

    /// One pair of each type, with its algorithms.
    pub fn all() -> &'static [(&'static str, Self, &'static [&'static str])] {
        static ALL: LazyLock<Vec<(&str, Pair, &[&str])>> = LazyLock::new(|| {
            let pair = |(key_type, algorithms)| (key_type, Pair::new(key_type, 7), algorithms);
            ALGORITHMS.into_iter().map(pair).collect()
        });
        &ALL
    }

    /// The members of the public JWK, or of the secret, without braces.
    pub fn members(&self) -> String {
        let ec = |crv: &str, point: &[u8]| {
            let (x, y) = point[1..].split_at(point.len() / 2);
            let (x, y) = (encode(x), encode(y));
            format!(r#""kty":"EC","crv":"{crv}","x":"{x}","y":"{y}""#)
        };
        match self {
            Self::P256(key) => ec(
                "P-256",
                key.verifying_key().to_encoded_point(false).as_bytes(),
            ),
            Self::P384(key) => ec("P-384", key.verifying_key().to_sec1_point(false).as_bytes()),
            Self::P521(key) => ec("P-521", key.verifying_key().to_sec1_point(false).as_bytes()),
            Self::Secp256k1(key) => ec(
                "secp256k1",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Self::Ed25519(key) => format!(
                r#""kty":"OKP","crv":"Ed25519","x":"{}""#,
                encode(key.verifying_key().as_bytes())
            ),
            Self::Rsa(key) => {
                let (n, e) = (encode(key.n_bytes()), encode(key.e_bytes()));
                format!(r#""kty":"RSA","n":"{n}","e":"{e}""#)
            }
            Self::Oct(secret) => format!(r#""kty":"oct","k":"{}""#, encode(secret)),
        }
    }

    pub fn jwk(&self) -> String {
        format!("{{{}}}", self.members())
    }

    /// The JWK with an `alg`.
    pub fn jwk_for(&self, alg: &str) -> String {
        format!(r#"{{"alg":"{alg}",{}}}"#, self.members())
    }

    /// A signature by an algorithm of the pair's type.
    pub fn sign(&self, alg: &str, input: &[u8]) -> Vec<u8> {
        match (self, alg) {
            (Self::P256(key), "ES256") => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&Sha256::digest(input)).unwrap();
                signature.to_bytes().to_vec()
            }
            (Self::P384(key), "ES384") => {
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash(&Sha384::digest(input)).unwrap();
                signature.to_bytes().to_vec()
            }
            (Self::P521(key), "ES512") => {
                let signature: p521::ecdsa::Signature =
                    key.sign_prehash(&Sha512::digest(input)).unwrap();
                signature.to_bytes().to_vec()
            }
            (Self::Secp256k1(key), "ES256K") => {
                let signature: k256::ecdsa::Signature =
                    key.sign_prehash(&Sha256::digest(input)).unwrap();
                signature.to_bytes().to_vec()
            }
            (Self::Ed25519(key), "EdDSA" | "Ed25519") => key.sign(input).to_bytes().to_vec(),
            (Self::Rsa(key), "RS256") => key
                .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(input))
                .unwrap(),
            (Self::Rsa(key), "RS384") => key
                .sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(input))
                .unwrap(),
            (Self::Rsa(key), "RS512") => key
                .sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(input))
                .unwrap(),
            (Self::Rsa(_), "PS256") => self.sign_pss(alg, 32, input),
            (Self::Rsa(_), "PS384") => self.sign_pss(alg, 48, input),
            (Self::Rsa(_), "PS512") => self.sign_pss(alg, 64, input),
            (Self::Oct(secret), "HS256") => Hmac::<Sha256>::new_from_slice(secret)
                .unwrap()
                .chain_update(input)
                .finalize()
                .into_bytes()
                .to_vec(),
            (Self::Oct(secret), "HS384") => Hmac::<Sha384>::new_from_slice(secret)
                .unwrap()
                .chain_update(input)
                .finalize()
                .into_bytes()
                .to_vec(),
            (Self::Oct(secret), "HS512") => Hmac::<Sha512>::new_from_slice(secret)
                .unwrap()
                .chain_update(input)
                .finalize()
                .into_bytes()
                .to_vec(),
            (_, other) => panic!("{other}"),
        }
    }

    /// PSS with a salt of any length.
    pub fn sign_pss(&self, alg: &str, salt: usize, input: &[u8]) -> Vec<u8> {
        let Self::Rsa(key) = self else {
            panic!("{alg}");
        };
        let random = &mut Sequence(1);
        match alg {
            "PS256" => {
                let scheme = Pss::<Sha256>::new_with_salt(salt);
                key.sign_with_rng(random, scheme, &Sha256::digest(input))
            }
            "PS384" => {
                let scheme = Pss::<Sha384>::new_with_salt(salt);
                key.sign_with_rng(random, scheme, &Sha384::digest(input))
            }
            "PS512" => {
                let scheme = Pss::<Sha512>::new_with_salt(salt);
                key.sign_with_rng(random, scheme, &Sha512::digest(input))
            }
            other => panic!("{other}"),
        }
        .unwrap()
    }

    /// A token whose header names one algorithm, signed by another.
    pub fn token(&self, named: &str, signed: &str, claims: &str) -> String {
        let input = input(named, claims);
        let signature = self.sign(signed, input.as_bytes());
        format!("{input}.{}", encode(signature))
    }
}

/// A JWS Signing Input.
pub fn input(alg: &str, claims: &str) -> String {
    let header = format!(r#"{{"alg":"{alg}"}}"#);
    format!("{}.{}", encode(header), encode(claims))
}
