//! What the tests of both fast paths verify.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::PrimeField as _;
use p256::elliptic_curve::ops::{MulByGenerator as _, Reduce as _};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{ProjectivePoint, Scalar};
use sha2::{Digest, Sha256};

/// Octets that a number repeats.
pub fn random(number: u64) -> [u8; 32] {
    Sha256::digest(number.to_be_bytes()).into()
}

pub fn sign(key: &SigningKey, prehash: [u8; 32]) -> Vec<u8> {
    let signature: Signature = key.sign_prehash(&prehash).unwrap();
    signature.to_bytes().to_vec()
}

/// A signature made backwards: of `u1`, `u2` and the key's private number.
pub fn constructed(d: Scalar, u1: Scalar, u2: Scalar) -> ([u8; 32], Vec<u8>) {
    let point = ProjectivePoint::mul_by_generator(&(u1 + u2 * d));
    let x = *point.to_affine().to_encoded_point(false).x().unwrap();
    let r = Scalar::reduce_bytes(&x);
    let s = r * u2.invert().unwrap();
    (
        (u1 * s).to_repr().into(),
        [r.to_repr(), s.to_repr()].concat(),
    )
}
