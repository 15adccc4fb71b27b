//! From the members of a JWK to what the key consists of (RFC 7518, section 6; RFC 8037, section 2; RFC
//! 8812, section 3.1).

use std::sync::Arc;

use jose_jwk::{Ec, EcCurves};
use rsa::BoxedUint;

use super::ec_point::CURVES;
use super::fault::{CoordinateOrder, KeyFault, RSA_BITS};
use super::note::KeyNote;
use crate::algorithm::{KeyType, Material};
use crate::text::base64url::{self, Base64urlFault, is_base64url};
use crate::text::json::{Object, Value};

/// A greater exponent costs too much time.
const MAX_RSA_EXPONENT: u64 = (1 << 33) - 1;

/// What a JWK consists of.
pub struct Parsed {
    pub material: Material,
    /// What is not written as RFC 7518 says, and still means one thing.
    pub note: Option<KeyNote>,
}

impl From<Material> for Parsed {
    fn from(material: Material) -> Self {
        Self {
            material,
            note: None,
        }
    }
}

/// Reads the members that make the key, or names all that is wrong with them.
pub fn parse(object: &Object) -> Result<Parsed, Vec<KeyFault>> {
    let kty = text(object, "kty").map_err(|fault| vec![fault])?;
    match kty {
        "EC" => ec(object).map(Parsed::from),
        "RSA" => rsa(object),
        "OKP" => okp(object).map(Parsed::from),
        "oct" => oct(object).map(Parsed::from),
        other => Err(vec![KeyFault::UnsupportedType(other.to_owned())]),
    }
}

fn ec(object: &Object) -> Result<Material, Vec<KeyFault>> {
    let (curve, length) = curve(object, "EC", &CURVES)?;
    let coordinate = |name| bytes_of_length(object, name, curve, length);
    let (x, y) = match (coordinate("x"), coordinate("y")) {
        (Ok(x), Ok(y)) => (x, y),
        (x, y) => return Err(merged([x.err(), y.err()])),
    };
    point(curve, &x, &y).ok_or_else(|| {
        vec![KeyFault::NotOnCurve {
            curve,
            order: order(curve, &x, &y),
        }]
    })
}

/// How coordinates that are not on a curve may be meant.
fn order(curve: KeyType, x: &[u8], y: &[u8]) -> CoordinateOrder {
    let reversed = |bytes: &[u8]| -> Vec<u8> { bytes.iter().rev().copied().collect() };
    if point(curve, y, x).is_some() {
        CoordinateOrder::Swapped
    } else if point(curve, &reversed(x), &reversed(y)).is_some() {
        CoordinateOrder::LittleEndian
    } else {
        CoordinateOrder::Unknown
    }
}

fn point(curve: KeyType, x: &[u8], y: &[u8]) -> Option<Material> {
    let sec1 = [&[4], x, y].concat();
    match curve {
        KeyType::P256 => {
            let ec = Ec {
                crv: EcCurves::P256,
                x: x.to_vec().into(),
                y: y.to_vec().into(),
                d: None,
            };
            let key = p256::PublicKey::try_from(&ec).ok()?;
            Some(Material::P256(key.into()))
        }
        KeyType::P384 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&sec1).ok()?;
            Some(Material::P384(key))
        }
        KeyType::P521 => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(&sec1).ok()?;
            Some(Material::P521(key))
        }
        KeyType::Secp256k1 => {
            let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&sec1).ok()?;
            Some(Material::Secp256k1(key))
        }
        KeyType::Rsa | KeyType::Ed25519 | KeyType::Oct => None,
    }
}

/// RFC 7518, section 6.3.1.1 asks for no leading zero in `n`, and knows that some writers add one.
fn rsa(object: &Object) -> Result<Parsed, Vec<KeyFault>> {
    let (n, e) = match (bytes(object, "n"), bytes(object, "e")) {
        (Ok(n), Ok(e)) => (n, e),
        (n, e) => return Err(merged([n.err(), e.err()])),
    };
    let (n, note) = match n.strip_prefix(&[0]) {
        Some(rest) => (rest, Some(KeyNote::LeadingZero)),
        None => (&n[..], None),
    };
    let mut faults = Vec::new();
    for (name, bytes) in [("n", n), ("e", &e[..])] {
        if bytes.first().is_none_or(|byte| *byte == 0) {
            faults.push(KeyFault::LeadingZero(name));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let bits = bits(n);
    if !RSA_BITS.contains(&bits) {
        faults.push(KeyFault::RsaSize(bits));
    }
    if n.last().is_some_and(|byte| byte % 2 == 0) {
        faults.push(KeyFault::RsaModulus);
    }
    let exponent = exponent(&e).filter(|e| (3..=MAX_RSA_EXPONENT).contains(e) && e % 2 == 1);
    let Some(exponent) = exponent.filter(|_| faults.is_empty()) else {
        faults.extend(exponent.is_none().then_some(KeyFault::RsaExponent));
        return Err(faults);
    };
    let (n, e) = (
        BoxedUint::from_be_slice_vartime(n),
        BoxedUint::from(exponent),
    );
    match rsa::PublicKey::new_with_size_limits(n, e, RSA_BITS) {
        Ok(key) => Ok(Parsed {
            material: Material::Rsa(Arc::new(key)),
            note,
        }),
        Err(_) => Err(vec![KeyFault::RsaModulus]),
    }
}

/// The key of an RSA JWK that is wrong in nothing but its size, for `debug` alone.
pub fn small_rsa(object: &Object) -> Option<Material> {
    const MIN_BITS: usize = 512;
    if object.get("kty").and_then(Value::as_str) != Some("RSA") {
        return None;
    }
    let (n, e) = (bytes(object, "n").ok()?, bytes(object, "e").ok()?);
    let exponent = exponent(&e).filter(|e| (3..=MAX_RSA_EXPONENT).contains(e) && e % 2 == 1)?;
    let is_number = n.first() != Some(&0) && n.last().is_some_and(|byte| byte % 2 == 1);
    if !is_number || !(MIN_BITS..*RSA_BITS.start()).contains(&bits(&n)) {
        return None;
    }
    let (n, e) = (
        BoxedUint::from_be_slice_vartime(&n),
        BoxedUint::from(exponent),
    );
    let key = rsa::PublicKey::new_with_size_limits(n, e, MIN_BITS..=*RSA_BITS.start()).ok()?;
    Some(Material::Rsa(Arc::new(key)))
}

/// The size of the modulus of an RSA JWK, whatever else is wrong with the key.
pub fn rsa_bits(object: &Object) -> Option<usize> {
    let is_rsa = object.get("kty").and_then(Value::as_str) == Some("RSA");
    let n = bytes(object, "n").ok().filter(|_| is_rsa)?;
    let start = n.iter().position(|byte| *byte != 0)?;
    Some(bits(n.get(start..)?))
}

/// The size of a number without leading zero bytes.
fn bits(bytes: &[u8]) -> usize {
    let zeros = bytes.first().map_or(0, |byte| byte.leading_zeros());
    let zeros = usize::try_from(zeros).unwrap_or_default();
    bytes.len().saturating_mul(8).saturating_sub(zeros)
}

/// A number of at most 64 bits.
fn exponent(bytes: &[u8]) -> Option<u64> {
    let mut number = [0; 8];
    let from = number.len().checked_sub(bytes.len())?;
    number.get_mut(from..)?.copy_from_slice(bytes);
    Some(u64::from_be_bytes(number))
}

/// RFC 8032, section 5.1.3: y is below the field's prime. A point of small order verifies anything.
fn okp(object: &Object) -> Result<Material, Vec<KeyFault>> {
    let (curve, length) = curve(object, "OKP", &[(KeyType::Ed25519, 32)])?;
    let x = bytes_of_length(object, "x", curve, length).map_err(|fault| vec![fault])?;
    let key = <[u8; 32]>::try_from(x).ok().and_then(|x| {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&x).ok()?;
        let is_canonical = key.to_edwards().compress().to_bytes() == x;
        (is_canonical && !key.is_weak()).then_some(key)
    });
    key.map(Material::Ed25519)
        .ok_or_else(|| vec![KeyFault::NotEd25519])
}

fn oct(object: &Object) -> Result<Material, Vec<KeyFault>> {
    match bytes(object, "k") {
        Ok(k) if k.is_empty() => Err(vec![KeyFault::EmptySecret]),
        Ok(k) => Ok(Material::Oct(k.into())),
        Err(fault) => Err(vec![fault]),
    }
}

/// The curve that `crv` names, and the length of a coordinate.
fn curve(
    object: &Object,
    kty: &'static str,
    curves: &[(KeyType, usize)],
) -> Result<(KeyType, usize), Vec<KeyFault>> {
    let crv = text(object, "crv").map_err(|fault| vec![fault])?;
    let mut curves = curves.iter().copied();
    let known = curves.find(|(curve, _)| curve.crv() == Some(crv));
    known.ok_or_else(|| {
        vec![KeyFault::UnsupportedCurve {
            kty,
            crv: crv.to_owned(),
        }]
    })
}

fn bytes_of_length(
    object: &Object,
    name: &'static str,
    key_type: KeyType,
    length: usize,
) -> Result<Vec<u8>, KeyFault> {
    let characters = length.saturating_mul(8).div_ceil(6);
    // What was cut can't be decoded, or has other bits at its end.
    let is_of_length = |text: &str| text.len() == characters || !text.bytes().all(is_base64url);
    let bytes = bytes(object, name).map_err(|fault| match text(object, name) {
        Ok(text) if !is_of_length(text) => KeyFault::Characters {
            name,
            found: text.len(),
            expected: Some(characters),
        },
        Ok(_) | Err(_) => fault,
    })?;
    if bytes.len() == length {
        Ok(bytes)
    } else {
        Err(KeyFault::Length {
            name,
            found: bytes.len(),
            expected: length,
            key_type,
            is_hex: text(object, name).is_ok_and(|text| {
                text.len() == length.saturating_mul(2)
                    && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            }),
        })
    }
}

fn bytes(object: &Object, name: &'static str) -> Result<Vec<u8>, KeyFault> {
    let text = text(object, name)?;
    let unpadded = text.trim_end_matches('=');
    let is_standard = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    if unpadded.contains(['+', '/']) && unpadded.chars().all(is_standard) {
        return Err(KeyFault::StandardBase64(vec![name]));
    }
    if text.ends_with('=') {
        return Err(KeyFault::Padding(vec![name]));
    }
    base64url::decode(text).map_err(|error| match error.fault {
        Base64urlFault::Character | Base64urlFault::NonCanonical => {
            KeyFault::NotBase64url(name, error.offset)
        }
        Base64urlFault::Length => KeyFault::Characters {
            name,
            found: text.len(),
            expected: None,
        },
    })
}

/// Two faults as one, if both members are in standard base64: by chance, one of them may have only its padding.
fn merged(faults: [Option<KeyFault>; 2]) -> Vec<KeyFault> {
    use KeyFault::{Padding, StandardBase64};
    match faults {
        [Some(Padding(a)), Some(Padding(b))] => vec![Padding([a, b].concat())],
        [
            Some(StandardBase64(a)),
            Some(StandardBase64(b) | Padding(b)),
        ]
        | [Some(Padding(a)), Some(StandardBase64(b))] => vec![StandardBase64([a, b].concat())],
        faults => faults.into_iter().flatten().collect(),
    }
}

fn text<'o>(object: &'o Object, name: &'static str) -> Result<&'o str, KeyFault> {
    let value: &Value = object.get(name).ok_or(KeyFault::Missing(name))?;
    value
        .as_str()
        .ok_or(KeyFault::MemberType(name, value.type_name(), "a string"))
}
