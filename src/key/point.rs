//! Points as other forms than a JWK have them: compressed, or not there at all, where a private key
//! stands. Whether a point with both coordinates is on its curve is for the JWK's reader to say.

use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p384::elliptic_curve::sec1::ToSec1Point as _;

/// A curve of RFC 7518 section 6.2.1.1 or RFC 8812.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

impl Curve {
    pub(crate) const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// The value of `crv`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// The bytes of a coordinate.
    pub(crate) fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The point in its uncompressed form (SEC 1, section 2.3.3), from that or the compressed one; none
    /// if it is neither, or no point has this `x`.
    pub(crate) fn uncompressed(self, point: &[u8]) -> Option<Vec<u8>> {
        match point {
            [4, coordinates @ ..] => {
                let length = self.coordinate_bytes().checked_mul(2)?;
                (coordinates.len() == length).then(|| point.to_vec())
            }
            [2 | 3, ..] => self.on_curve(point),
            _ => None,
        }
    }

    /// The point in its uncompressed form, if it is on the curve.
    pub(crate) fn on_curve(self, point: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            Self::P256 => {
                let key = p256::PublicKey::from_sec1_bytes(point).ok()?;
                key.to_encoded_point(false).as_bytes().to_vec()
            }
            Self::P384 => {
                let key = p384::PublicKey::from_sec1_bytes(point).ok()?;
                key.to_sec1_point(false).as_bytes().to_vec()
            }
            Self::P521 => {
                let key = p521::PublicKey::from_sec1_bytes(point).ok()?;
                key.to_sec1_point(false).as_bytes().to_vec()
            }
            Self::Secp256k1 => {
                let key = k256::PublicKey::from_sec1_bytes(point).ok()?;
                key.to_sec1_point(false).as_bytes().to_vec()
            }
        })
    }

    /// The public key of a private one, uncompressed.
    pub(crate) fn public_point(self, private: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            Self::P256 => {
                let key = p256::SecretKey::from_slice(private).ok()?.public_key();
                key.to_encoded_point(false).as_bytes().to_vec()
            }
            Self::P384 => {
                let key = p384::SecretKey::from_slice(private).ok()?.public_key();
                key.to_sec1_point(false).as_bytes().to_vec()
            }
            Self::P521 => {
                let key = p521::SecretKey::from_slice(private).ok()?.public_key();
                key.to_sec1_point(false).as_bytes().to_vec()
            }
            Self::Secp256k1 => {
                let key = k256::SecretKey::from_slice(private).ok()?.public_key();
                key.to_sec1_point(false).as_bytes().to_vec()
            }
        })
    }
}

/// The Ed25519 public key of a private one (RFC 8032 section 5.1.5).
pub(crate) fn ed25519_public_key(private: &[u8]) -> Option<[u8; 32]> {
    let seed: &[u8; 32] = private.try_into().ok()?;
    let key = ed25519_dalek::SigningKey::from_bytes(seed);
    Some(key.verifying_key().to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_same_in_each_form() {
        for curve in Curve::ALL {
            let private = vec![1; curve.coordinate_bytes()];
            let point = curve.public_point(&private).unwrap();
            assert_eq!(point.len(), 1 + 2 * curve.coordinate_bytes());
            assert_eq!(curve.uncompressed(&point), Some(point.clone()));
            let parity = 2 + (point.last().unwrap() & 1);
            let compressed = [&[parity], &point[1..=curve.coordinate_bytes()]].concat();
            assert_eq!(curve.uncompressed(&compressed), Some(point.clone()));
            let other = [&[parity ^ 1], &compressed[1..]].concat();
            assert_ne!(curve.uncompressed(&other), Some(point.clone()));
            assert!(curve.uncompressed(&other).is_some());

            assert_eq!(curve.on_curve(&point), Some(point.clone()));
            let mut moved = point.clone();
            *moved.last_mut().unwrap() ^= 1;
            assert_eq!(curve.on_curve(&moved), None);

            let hybrid = [&[parity + 4], &point[1..]].concat();
            let long = [&point[..], &[0]].concat();
            for wrong in [&[], &[0][..], &[4], &[2], &hybrid, &long, &compressed[1..]] {
                assert_eq!(curve.uncompressed(wrong), None);
            }
            assert_eq!(curve.public_point(&[]), None);
            assert_eq!(curve.public_point(&vec![0xFF; private.len()]), None);
        }
    }

    /// RFC 8037 appendix A.1 and A.2.
    #[test]
    fn ed25519_is_that_of_rfc_8037() {
        let decode = |text| crate::base64url::decode(text).unwrap();
        let private = decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
        let public = decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(ed25519_public_key(&private).unwrap()[..], public);
        assert_eq!(ed25519_public_key(&private[1..]), None);
    }
}
