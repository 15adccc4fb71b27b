//! Public keys in DER as JWKs, and back: `SubjectPublicKeyInfo` (RFC 5280, section 4.1) and
//! `RSAPublicKey` (RFC 8017, appendix A.1.1). Whether a key can be used is for the JWK's reader to say.

use der::asn1::{AnyRef, BitStringRef, ContextSpecific, ObjectIdentifier, UintRef};
use der::{Decode, Reader, SliceReader, TagNumber};

use super::KeyFault;
use super::point;
use crate::algorithm::KeyType;
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// A public key as a JWK, and what a JWK has no member for.
#[derive(Debug)]
pub(crate) struct PublicKey {
    pub(crate) jwk: Object,
    /// Whether the key is for RSASSA-PSS alone (RFC 4055, section 1.2).
    pub(crate) is_pss: bool,
    /// Why it cannot be used, whatever the JWK holds.
    pub(crate) fault: Option<KeyFault>,
}

/// `AlgorithmIdentifier` (RFC 5280, section 4.1.1.2).
struct AlgorithmIdentifier<'d> {
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'d>>,
}

/// The type of a key, as its `AlgorithmIdentifier` has it.
pub(super) enum KeyAlgorithm {
    Rsa,
    /// With the only `alg` that its parameters allow if there are any, or why they allow none.
    RsaPss(Result<Option<&'static str>, KeyFault>),
    Ec(KeyType),
    /// `crv` of a curve that JOSE has no algorithm for.
    OtherCurve(String),
    /// `crv`
    Okp(&'static str),
    /// `alg`
    Akp(&'static str),
    /// What a JWK cannot hold.
    Unknown(KeyFault),
}

const RSA: &str = "1.2.840.113549.1.1.1";
const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
const MGF1: &str = "1.2.840.113549.1.1.8";
const EC: &str = "1.2.840.10045.2.1";

/// RFC 5480, section 2.1.1.1, and SEC 2.
const CURVES: [(&str, KeyType); 4] = [
    ("1.2.840.10045.3.1.7", KeyType::P256),
    ("1.3.132.0.34", KeyType::P384),
    ("1.3.132.0.35", KeyType::P521),
    ("1.3.132.0.10", KeyType::Secp256k1),
];

/// RFC 8410, section 3, by `crv`.
const OKP: [(&str, &str); 4] = [
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];

/// RFC 9881, section 2, by `alg`.
const AKP: [(&str, &str); 3] = [
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
];

/// Curves and algorithms that have a better name than their number.
const OTHERS: [(&str, &str); 11] = [
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10046.2.1", "Diffie-Hellman"),
    ("1.2.840.113549.1.3.1", "Diffie-Hellman"),
    ("1.2.840.113549.1.1.7", "RSAES-OAEP"),
    ("1.3.132.1.12", "ECDH"),
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.3.132.0.33", "P-224"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
    ("1.2.156.10197.1.301", "SM2"),
];

/// The hash of each `alg` of RFC 7518, section 3.5, and its length.
const PSS: [(&str, &str, u8); 3] = [
    ("PS256", "2.16.840.1.101.3.4.2.1", 32),
    ("PS384", "2.16.840.1.101.3.4.2.2", 48),
    ("PS512", "2.16.840.1.101.3.4.2.3", 64),
];

/// Reads a `SubjectPublicKeyInfo` that is the whole input; none if it is malformed.
pub(crate) fn read(spki: &[u8]) -> Option<PublicKey> {
    let mut reader = SliceReader::new(spki).ok()?;
    let read = reader.sequence(|spki| {
        let algorithm = AlgorithmIdentifier::read(spki)?;
        Ok::<_, der::Error>((algorithm, BitStringRef::decode(spki)?))
    });
    let (algorithm, key) = read.ok()?;
    reader.finish().ok()?;
    algorithm.key_algorithm()?.public_key(key.as_bytes()?)
}

/// Reads an `RSAPublicKey` that is the whole input; none if it is malformed.
pub(crate) fn read_rsa(key: &[u8]) -> Option<PublicKey> {
    KeyAlgorithm::Rsa.public_key(key)
}

/// The `alg` whose signature scheme a certificate's `signatureAlgorithm` is (RFC 5758, RFC 4055, RFC 8410):
/// of ECDSA the one with its hash, whatever the curve.
pub(super) fn signature_algorithm(identifier: &[u8]) -> Option<&'static str> {
    let mut reader = SliceReader::new(identifier).ok()?;
    let algorithm = AlgorithmIdentifier::read(&mut reader).ok()?;
    reader.finish().ok()?;
    let oid = algorithm.oid.to_string();
    match (oid.as_str(), algorithm.parameters) {
        ("1.2.840.10045.4.3.2", None) => Some("ES256"),
        ("1.2.840.10045.4.3.3", None) => Some("ES384"),
        ("1.2.840.10045.4.3.4", None) => Some("ES512"),
        ("1.3.101.112", None) => Some("Ed25519"),
        (RSASSA_PSS, Some(parameters)) => pss_alg(parameters).ok()?,
        // The parameters are NULL, or were left out (RFC 4055, section 5).
        (oid, parameters) if parameters.is_none_or(AnyRef::is_null) => match oid {
            "1.2.840.113549.1.1.11" => Some("RS256"),
            "1.2.840.113549.1.1.12" => Some("RS384"),
            "1.2.840.113549.1.1.13" => Some("RS512"),
            _ => None,
        },
        (_, _) => None,
    }
}

/// Reads an `AlgorithmIdentifier`; none within if its parameters are malformed.
pub(super) fn key_algorithm<'d>(reader: &mut impl Reader<'d>) -> der::Result<Option<KeyAlgorithm>> {
    Ok(AlgorithmIdentifier::read(reader)?.key_algorithm())
}

/// The curve of this object identifier.
pub(super) fn curve(oid: ObjectIdentifier) -> KeyAlgorithm {
    match find(&CURVES, oid) {
        Some(curve) => KeyAlgorithm::Ec(curve),
        None => KeyAlgorithm::OtherCurve(name(oid)),
    }
}

impl KeyAlgorithm {
    /// The key whose `subjectPublicKey` this is; none if it is malformed.
    pub(super) fn public_key(&self, key: &[u8]) -> Option<PublicKey> {
        match self {
            Self::Rsa | Self::RsaPss(_) => {
                let mut reader = SliceReader::new(key).ok()?;
                let read = reader.sequence(|key| {
                    let n = UintRef::decode(key)?;
                    Ok::<_, der::Error>((n, UintRef::decode(key)?))
                });
                let (n, e) = read.ok()?;
                reader.finish().ok()?;
                Some(self.rsa(n.as_bytes(), e.as_bytes()))
            }
            Self::Ec(curve) => Some(Self::ec(*curve, &point::uncompressed(*curve, key)?)),
            Self::Okp(crv) => Some(Self::okp(crv, key)),
            Self::OtherCurve(_) | Self::Akp(_) | Self::Unknown(_) => Some(self.unusable()),
        }
    }

    pub(super) fn rsa(&self, n: &[u8], e: &[u8]) -> PublicKey {
        let (alg, fault) = match self {
            Self::RsaPss(Ok(alg)) => (*alg, None),
            Self::RsaPss(Err(fault)) => (None, Some(fault.clone())),
            _ => (None, None),
        };
        let [n, e] = [n, e].map(base64url::encode);
        let members = [("kty", "RSA"), ("n", &n), ("e", &e)];
        let alg = alg.map(|alg| ("alg", alg));
        PublicKey {
            jwk: jwk(members.into_iter().chain(alg)),
            is_pss: matches!(self, Self::RsaPss(_)),
            fault,
        }
    }

    /// From an uncompressed point.
    pub(super) fn ec(curve: KeyType, point: &[u8]) -> PublicKey {
        let coordinates = point.get(1..).unwrap_or_default();
        let halves = coordinates.split_at_checked(point::coordinate_bytes(curve));
        let [x, y] = <[_; 2]>::from(halves.unwrap_or_default()).map(base64url::encode);
        let members = [("kty", "EC"), ("crv", crv(curve)), ("x", &x), ("y", &y)];
        PublicKey::usual(jwk(members))
    }

    pub(super) fn okp(crv: &str, x: &[u8]) -> PublicKey {
        let x = base64url::encode(x);
        PublicKey::usual(jwk([("kty", "OKP"), ("crv", crv), ("x", &x)]))
    }

    /// A key of which nothing but its type is of use.
    pub(super) fn unusable(&self) -> PublicKey {
        let mut fault = None;
        let jwk = match self {
            Self::Rsa | Self::RsaPss(_) => jwk([("kty", "RSA")]),
            Self::Ec(curve) => jwk([("kty", "EC"), ("crv", crv(*curve))]),
            Self::OtherCurve(crv) => jwk([("kty", "EC"), ("crv", crv)]),
            Self::Okp(crv) => jwk([("kty", "OKP"), ("crv", crv)]),
            Self::Akp(alg) => jwk([("kty", "AKP"), ("alg", alg)]),
            Self::Unknown(unknown) => {
                fault = Some(unknown.clone());
                Object::default()
            }
        };
        PublicKey {
            fault,
            ..PublicKey::usual(jwk)
        }
    }
}

impl PublicKey {
    fn usual(jwk: Object) -> Self {
        Self {
            jwk,
            is_pss: false,
            fault: None,
        }
    }
}

impl<'d> AlgorithmIdentifier<'d> {
    fn read(reader: &mut impl Reader<'d>) -> der::Result<Self> {
        reader.sequence(|identifier| {
            Ok(Self {
                oid: identifier.decode()?,
                parameters: identifier.decode()?,
            })
        })
    }

    /// None if the parameters are not those of the algorithm.
    fn key_algorithm(&self) -> Option<KeyAlgorithm> {
        let oid = self.oid.to_string();
        if let Some(crv) = find(&OKP, self.oid) {
            return self.parameters.is_none().then_some(KeyAlgorithm::Okp(crv));
        }
        if let Some(alg) = find(&AKP, self.oid) {
            return self.parameters.is_none().then_some(KeyAlgorithm::Akp(alg));
        }
        match (oid.as_str(), self.parameters) {
            (RSA, None) => Some(KeyAlgorithm::Rsa),
            (RSA, Some(parameters)) => parameters.is_null().then_some(KeyAlgorithm::Rsa),
            (RSASSA_PSS, None) => Some(KeyAlgorithm::RsaPss(Ok(None))),
            (RSASSA_PSS, Some(parameters)) => {
                let alg = pss_alg(parameters).ok()?.ok_or(KeyFault::PssParameters);
                Some(KeyAlgorithm::RsaPss(alg.map(Some)))
            }
            (EC, Some(parameters)) => Some(match parameters.decode_as::<ObjectIdentifier>() {
                Ok(oid) => curve(oid),
                Err(_) => KeyAlgorithm::Unknown(KeyFault::ExplicitCurve),
            }),
            (EC, None) => None,
            _ => Some(KeyAlgorithm::Unknown(KeyFault::UnknownAlgorithm(name(
                self.oid,
            )))),
        }
    }
}

/// The `alg` that `RSASSA-PSS-params` allow, if they allow one (RFC 4055, sections 3.1 and 3.3). What is
/// left out has a default, which is that of SHA-1; a salt may be longer than the key's parameters say.
fn pss_alg(parameters: AnyRef) -> der::Result<Option<&'static str>> {
    let read = parameters.sequence(|fields| {
        let mut field = |number| ContextSpecific::<AnyRef>::decode_explicit(fields, number);
        let hash = field(TagNumber(0))?;
        let mask = field(TagNumber(1))?;
        let salt = field(TagNumber(2))?;
        let trailer = field(TagNumber(3))?;
        let hash = hash.map(|hash| identifier(hash.value)).transpose()?;
        let mask = mask.map(|mask| identifier(mask.value)).transpose()?;
        let mask_hash = match &mask {
            Some(mask) => mask.parameters.map(identifier).transpose()?,
            None => None,
        };
        let salt = salt.map_or(Ok(20), |salt| salt.value.decode_as::<u32>())?;
        let trailer = trailer.map_or(Ok(1), |trailer| trailer.value.decode_as::<u32>())?;
        let is_mgf1 = mask.is_none_or(|mask| mask.oid.to_string() == MGF1);
        let hashes = [hash, mask_hash].map(|hash| hash.map(|hash| hash.oid.to_string()));
        Ok::<_, der::Error>((hashes, is_mgf1 && trailer == 1, salt))
    });
    let ([hash, mask_hash], is_usual, salt) = read?;
    let alg = PSS.iter().find(|(_, oid, length)| {
        let is_hash = |hash: &Option<String>| hash.as_deref() == Some(oid);
        is_usual && is_hash(&hash) && is_hash(&mask_hash) && salt <= u32::from(*length)
    });
    Ok(alg.map(|(alg, ..)| *alg))
}

fn identifier(any: AnyRef<'_>) -> der::Result<AlgorithmIdentifier<'_>> {
    any.sequence(|identifier| {
        Ok(AlgorithmIdentifier {
            oid: identifier.decode()?,
            parameters: identifier.decode()?,
        })
    })
}

fn crv(curve: KeyType) -> &'static str {
    curve.crv().unwrap_or_default()
}

fn find<T: Copy>(table: &[(&str, T)], oid: ObjectIdentifier) -> Option<T> {
    let oid = oid.to_string();
    let row = table.iter().find(|(number, _)| *number == oid);
    row.map(|(_, value)| *value)
}

/// What an object identifier stands for, or its number.
fn name(oid: ObjectIdentifier) -> String {
    find(&OTHERS, oid).map_or_else(|| oid.to_string(), str::to_owned)
}

fn jwk<'v>(members: impl IntoIterator<Item = (&'static str, &'v str)>) -> Object {
    let mut jwk = Object::default();
    for (name, value) in members {
        jwk.push(name, Value::from(value));
    }
    jwk
}

/// The `SubjectPublicKeyInfo` of a JWK; none if it has no such form, or lacks a member. A key for
/// RSASSA-PSS alone says so, with the hash if its `alg` names one.
pub(crate) fn write(jwk: &Object, is_pss: bool) -> Option<Vec<u8>> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| base64url::decode(text(name)?).ok();
    let (algorithm, key) = match text("kty")? {
        "RSA" => {
            let key = sequence(&[&integer(&bytes("n")?), &integer(&bytes("e")?)]);
            let algorithm = match (is_pss, text("alg")) {
                (false, _) => sequence(&[&oid(RSA), &NULL]),
                (true, alg) => sequence(&[&oid(RSASSA_PSS), &pss_parameters(alg)]),
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
    if let Some((number, _)) = CURVES.iter().find(|(_, curve)| curve.crv() == Some(crv)) {
        return Some(sequence(&[&oid(EC), &oid(number)]));
    }
    let (number, _) = OKP.iter().find(|(_, okp)| *okp == crv)?;
    Some(sequence(&[&oid(number)]))
}

/// `RSASSA-PSS-params` of an `alg`; nothing without one.
fn pss_parameters(alg: Option<&str>) -> Vec<u8> {
    let Some((_, hash, length)) = PSS.iter().find(|(name, ..)| Some(*name) == alg) else {
        return Vec::new();
    };
    let hash = sequence(&[&oid(hash), &NULL]);
    let mask = sequence(&[&oid(MGF1), &hash]);
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
fn oid(number: &str) -> Vec<u8> {
    let oid = ObjectIdentifier::new(number);
    oid.map(|oid| element(0x06, oid.as_bytes()))
        .unwrap_or_default()
}
