//! Public keys in DER as JWKs: `SubjectPublicKeyInfo` (RFC 5280, section 4.1) and `RSAPublicKey` (RFC 8017,
//! appendix A.1.1). Whether a key can be used is for the JWK's reader to say.

use der::asn1::{AnyRef, BitStringRef, ContextSpecific, ObjectIdentifier, UintRef};
use der::{Decode, Reader, SliceReader, TagNumber};

use super::ec_point;
use super::fault::KeyFault;
use super::oid;
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
        (oid::RSASSA_PSS, Some(parameters)) => pss_alg(parameters).ok()?,
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
    match oid::find(&oid::CURVES, oid) {
        Some(curve) => KeyAlgorithm::Ec(curve),
        None => KeyAlgorithm::OtherCurve(oid::name(oid)),
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
            Self::Ec(curve) => Some(Self::ec(*curve, &ec_point::uncompressed(*curve, key)?)),
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
        let halves = coordinates.split_at_checked(ec_point::coordinate_bytes(curve));
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
        if let Some(crv) = oid::find(&oid::OKP, self.oid) {
            return self.parameters.is_none().then_some(KeyAlgorithm::Okp(crv));
        }
        if let Some(alg) = oid::find(&oid::AKP, self.oid) {
            return self.parameters.is_none().then_some(KeyAlgorithm::Akp(alg));
        }
        match (oid.as_str(), self.parameters) {
            (oid::RSA, None) => Some(KeyAlgorithm::Rsa),
            (oid::RSA, Some(parameters)) => parameters.is_null().then_some(KeyAlgorithm::Rsa),
            (oid::RSASSA_PSS, None) => Some(KeyAlgorithm::RsaPss(Ok(None))),
            (oid::RSASSA_PSS, Some(parameters)) => {
                let alg = pss_alg(parameters).ok()?.ok_or(KeyFault::PssParameters);
                Some(KeyAlgorithm::RsaPss(alg.map(Some)))
            }
            (oid::EC, Some(parameters)) => Some(match parameters.decode_as::<ObjectIdentifier>() {
                Ok(oid) => curve(oid),
                Err(_) => KeyAlgorithm::Unknown(KeyFault::ExplicitCurve),
            }),
            (oid::EC, None) => None,
            _ => Some(KeyAlgorithm::Unknown(KeyFault::UnknownAlgorithm(
                oid::name(self.oid),
            ))),
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
        let is_mgf1 = mask.is_none_or(|mask| mask.oid.to_string() == oid::MGF1);
        let hashes = [hash, mask_hash].map(|hash| hash.map(|hash| hash.oid.to_string()));
        Ok::<_, der::Error>((hashes, is_mgf1 && trailer == 1, salt))
    });
    let ([hash, mask_hash], is_usual, salt) = read?;
    let alg = oid::PSS.iter().find(|(_, oid, length)| {
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

fn jwk<'v>(members: impl IntoIterator<Item = (&'static str, &'v str)>) -> Object {
    let mut jwk = Object::default();
    for (name, value) in members {
        jwk.push(name, Value::from(value));
    }
    jwk
}
