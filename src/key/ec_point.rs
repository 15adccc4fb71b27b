//! Points as other forms than a JWK have them: compressed, or missing where a private key stands. Whether
//! a point with both coordinates is on its curve is for the JWK's reader to say.

use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p384::elliptic_curve::sec1::ToSec1Point as _;

use crate::algorithm::KeyType;

/// The curves of EC keys, and the bytes of a coordinate (RFC 7518, section 6.2.1.2; RFC 8812, section 3.1).
pub const CURVES: [(KeyType, usize); 4] = [
    (KeyType::P256, 32),
    (KeyType::P384, 48),
    (KeyType::P521, 66),
    (KeyType::Secp256k1, 32),
];

/// The bytes of a coordinate; 0 if it is not a curve of EC keys.
pub fn coordinate_bytes(curve: KeyType) -> usize {
    let found = CURVES.iter().find(|(known, _)| *known == curve);
    found.map_or(0, |(_, bytes)| *bytes)
}

/// The point in its uncompressed form (SEC 1, section 2.3.3), from that or the compressed one; none if it is
/// neither, or if no point has this `x`.
pub fn uncompressed(curve: KeyType, point: &[u8]) -> Option<Vec<u8>> {
    match point {
        [4, coordinates @ ..] => {
            let length = coordinate_bytes(curve).saturating_mul(2);
            (coordinates.len() == length).then(|| point.to_vec())
        }
        [2 | 3, ..] => on_curve(curve, point),
        _ => None,
    }
}

/// The point in its uncompressed form, if it is on the curve.
pub fn on_curve(curve: KeyType, point: &[u8]) -> Option<Vec<u8>> {
    match curve {
        KeyType::P256 => {
            let key = p256::PublicKey::from_sec1_bytes(point).ok()?;
            Some(key.to_encoded_point(false).as_bytes().to_vec())
        }
        KeyType::P384 => {
            let key = p384::PublicKey::from_sec1_bytes(point).ok()?;
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
        KeyType::P521 => {
            let key = p521::PublicKey::from_sec1_bytes(point).ok()?;
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
        KeyType::Secp256k1 => {
            let key = k256::PublicKey::from_sec1_bytes(point).ok()?;
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
        KeyType::Rsa | KeyType::Ed25519 | KeyType::Oct => None,
    }
}

/// The public key of a private one: a point in its uncompressed form, or the bytes of an Ed25519 key (RFC
/// 8032, section 5.1.5).
pub fn public(curve: KeyType, private: &[u8]) -> Option<Vec<u8>> {
    match curve {
        KeyType::P256 => {
            let key = p256::SecretKey::from_slice(private).ok()?.public_key();
            Some(key.to_encoded_point(false).as_bytes().to_vec())
        }
        KeyType::P384 => {
            let key = p384::SecretKey::from_slice(private).ok()?.public_key();
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
        KeyType::P521 => {
            let key = p521::SecretKey::from_slice(private).ok()?.public_key();
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
        KeyType::Secp256k1 => {
            let key = k256::SecretKey::from_slice(private).ok()?.public_key();
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
        KeyType::Ed25519 => {
            let seed: &[u8; 32] = private.try_into().ok()?;
            let key = ed25519_dalek::SigningKey::from_bytes(seed);
            Some(key.verifying_key().to_bytes().to_vec())
        }
        KeyType::Rsa | KeyType::Oct => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_same_in_each_form() {
        for (curve, length) in CURVES {
            let private = vec![1; length];
            let point = public(curve, &private).unwrap();
            assert_eq!(point.len(), 1 + 2 * length);
            assert_eq!(uncompressed(curve, &point), Some(point.clone()));
            let parity = 2 + (point.last().unwrap() & 1);
            let compressed = [&[parity], &point[1..=length]].concat();
            assert_eq!(uncompressed(curve, &compressed), Some(point.clone()));
            let other = [&[parity ^ 1], &compressed[1..]].concat();
            assert_ne!(uncompressed(curve, &other), Some(point.clone()));
            assert!(uncompressed(curve, &other).is_some());

            assert_eq!(on_curve(curve, &point), Some(point.clone()));
            let mut moved = point.clone();
            *moved.last_mut().unwrap() ^= 1;
            assert_eq!(on_curve(curve, &moved), None);

            let hybrid = [&[parity + 4], &point[1..]].concat();
            let long = [&point[..], &[0]].concat();
            for wrong in [&[], &[0][..], &[4], &[2], &hybrid, &long, &compressed[1..]] {
                assert_eq!(uncompressed(curve, wrong), None);
            }
            assert_eq!(public(curve, &[]), None);
            assert_eq!(public(curve, &vec![0xFF; length]), None);
        }
    }

    /// RFC 8037, appendix A.1 and A.2.
    #[test]
    fn ed25519_is_that_of_rfc_8037() {
        let decode = |text| crate::text::base64url::decode(text).unwrap();
        let private = decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
        let expected = decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(public(KeyType::Ed25519, &private), Some(expected));
        assert_eq!(public(KeyType::Ed25519, &private[1..]), None);
    }
}
