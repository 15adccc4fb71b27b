//! JWKs as DER: `SubjectPublicKeyInfo` (RFC 5280, section 4.1).

use der::asn1::ObjectIdentifier;

use super::oid;
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// The `SubjectPublicKeyInfo` of a JWK; none if it has no such form, or lacks a member. A key for
/// RSASSA-PSS alone says so, with the hash if its `alg` names one.
pub(crate) fn write(jwk: &Object, is_pss: bool) -> Option<Vec<u8>> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| base64url::decode(text(name)?).ok();
    let (algorithm, key) = match text("kty")? {
        "RSA" => {
            let key = sequence(&[&integer(&bytes("n")?), &integer(&bytes("e")?)]);
            let algorithm = match (is_pss, text("alg")) {
                (false, _) => sequence(&[&identifier(oid::RSA), &NULL]),
                (true, alg) => sequence(&[&identifier(oid::RSASSA_PSS), &pss_parameters(alg)]),
            };
            (algorithm, key)
        }
        "EC" => {
            let point = [&[4], &*bytes("x")?, &*bytes("y")?].concat();
            (algorithm_of(text("crv")?)?, point)
        }
        "OKP" => (algorithm_of(text("crv")?)?, bytes("x")?),
        _ => return None,
    };
    Some(spki(&algorithm, &key))
}

/// What stands before a key of this curve and length in its `SubjectPublicKeyInfo`.
pub(crate) fn before_key(crv: &str, length: usize) -> Vec<u8> {
    let algorithm = algorithm_of(crv).unwrap_or_default();
    let mut spki = spki(&algorithm, &vec![0; length]);
    spki.truncate(spki.len().saturating_sub(length));
    spki
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let key = element(0x03, &[&[0], key].concat());
    sequence(&[algorithm, &key])
}

/// The `AlgorithmIdentifier` of a curve, by its name in a JWK.
fn algorithm_of(crv: &str) -> Option<Vec<u8>> {
    if let Some((number, _)) = oid::CURVES
        .iter()
        .find(|(_, curve)| curve.crv() == Some(crv))
    {
        return Some(sequence(&[&identifier(oid::EC), &identifier(number)]));
    }
    let (number, _) = oid::OKP.iter().find(|(_, okp)| *okp == crv)?;
    Some(sequence(&[&identifier(number)]))
}

/// `RSASSA-PSS-params` of an `alg`; nothing without one.
fn pss_parameters(alg: Option<&str>) -> Vec<u8> {
    let Some((_, hash, length)) = oid::PSS.iter().find(|(name, ..)| Some(*name) == alg) else {
        return Vec::new();
    };
    let hash = sequence(&[&identifier(hash), &NULL]);
    let mask = sequence(&[&identifier(oid::MGF1), &hash]);
    sequence(&[
        &element(0xA0, &hash),
        &element(0xA1, &mask),
        &element(0xA2, &integer(&[*length])),
    ])
}

const NULL: [u8; 2] = [0x05, 0];

/// One element of DER.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let mut element = vec![tag];
    match without_leading_zeros(&length) {
        [] => element.push(0),
        [short @ 0..=0x7F] => element.push(*short),
        long => {
            element.extend(u8::try_from(long.len()).map(|count| 0x80 | count));
            element.extend(long);
        }
    }
    element.extend(content);
    element
}

fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// A number that is not negative, from its bytes with or without leading zeros.
fn integer(number: &[u8]) -> Vec<u8> {
    let number = without_leading_zeros(number);
    let is_positive = number.first().is_some_and(|first| *first < 0x80);
    let sign: &[u8] = if is_positive { &[] } else { &[0] };
    element(0x02, &[sign, number].concat())
}

pub(super) fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// An object identifier of the tables above.
fn identifier(number: &str) -> Vec<u8> {
    let oid = ObjectIdentifier::new(number);
    oid.map(|oid| element(0x06, oid.as_bytes()))
        .unwrap_or_default()
}
