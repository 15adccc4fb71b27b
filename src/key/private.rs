//! The public half of private keys in DER: PKCS #8 (RFC 5958), PKCS #1 (RFC 8017, appendix A.1.2) and
//! SEC 1 (RFC 5915). The private half is not copied, except into the computation of a public key that
//! the file leaves out; the crates that compute it clear their copy.

use der::asn1::{AnyRef, BitStringRef, ContextSpecific, OctetStringRef, UintRef};
use der::{Decode, Reader, SliceReader, TagNumber};

use super::KeyFault;
use super::ec_point;
use super::spki::{self, KeyAlgorithm, PublicKey};
use crate::algorithm::KeyType;

/// Reads a `PrivateKeyInfo` that is the whole input; none if it is malformed.
pub(super) fn read(key: &[u8]) -> Option<PublicKey> {
    let mut reader = SliceReader::new(key).ok()?;
    let read = reader.sequence(|info| {
        let _version = u8::decode(info)?;
        let algorithm = spki::key_algorithm(info)?;
        let private = <&OctetStringRef>::decode(info)?;
        // Attributes, and the public key of RFC 5958, which some programs write with a wrong tag.
        skip_rest(info)?;
        Ok::<_, der::Error>((algorithm, private.as_bytes()))
    });
    let (algorithm, private) = read.ok()?;
    reader.finish().ok()?;
    let algorithm = algorithm?;
    match &algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss(_) => rsa(private, &algorithm),
        KeyAlgorithm::Ec(_) => ec(private, Some(algorithm)),
        KeyAlgorithm::Okp(crv @ "Ed25519") => {
            // RFC 8410, section 7: within, the key is an OCTET STRING once more.
            let seed = <&OctetStringRef>::from_der(private).ok()?;
            let public = ec_point::public(KeyType::Ed25519, seed.as_bytes())?;
            Some(KeyAlgorithm::okp(crv, &public))
        }
        KeyAlgorithm::OtherCurve(_)
        | KeyAlgorithm::Okp(_)
        | KeyAlgorithm::Akp(_)
        | KeyAlgorithm::Unknown(_) => Some(algorithm.unusable()),
    }
}

/// Reads an `RSAPrivateKey` that is the whole input; none if it is malformed.
pub(super) fn read_rsa(key: &[u8]) -> Option<PublicKey> {
    rsa(key, &KeyAlgorithm::Rsa)
}

/// Reads an `ECPrivateKey` that is the whole input; none if it is malformed.
pub(super) fn read_ec(key: &[u8]) -> Option<PublicKey> {
    ec(key, None)
}

fn rsa(key: &[u8], algorithm: &KeyAlgorithm) -> Option<PublicKey> {
    let mut reader = SliceReader::new(key).ok()?;
    let read = reader.sequence(|key| {
        let _version = u8::decode(key)?;
        let n = UintRef::decode(key)?;
        let e = UintRef::decode(key)?;
        skip_rest(key)?;
        Ok::<_, der::Error>((n, e))
    });
    let (n, e) = read.ok()?;
    reader.finish().ok()?;
    Some(algorithm.rsa(n.as_bytes(), e.as_bytes()))
}

/// The curve stands around the key or in it.
fn ec(key: &[u8], outer: Option<KeyAlgorithm>) -> Option<PublicKey> {
    let mut reader = SliceReader::new(key).ok()?;
    let read = reader.sequence(|key| {
        let _version = u8::decode(key)?;
        let private = <&OctetStringRef>::decode(key)?;
        let curve = ContextSpecific::<AnyRef>::decode_explicit(key, TagNumber(0))?;
        let public = ContextSpecific::<BitStringRef>::decode_explicit(key, TagNumber(1))?;
        Ok::<_, der::Error>((private.as_bytes(), curve, public))
    });
    let (private, curve, public) = read.ok()?;
    reader.finish().ok()?;
    let algorithm = match (outer, curve) {
        (Some(outer), _) => outer,
        (None, Some(curve)) => match curve.value.decode_as() {
            Ok(oid) => spki::curve(oid),
            Err(_) => KeyAlgorithm::Unknown(KeyFault::ExplicitCurve),
        },
        (None, None) => return None,
    };
    match (&algorithm, public) {
        (_, Some(public)) => algorithm.public_key(public.value.as_bytes()?),
        (KeyAlgorithm::Ec(curve), None) => Some(KeyAlgorithm::ec(
            *curve,
            &ec_point::public(*curve, private)?,
        )),
        (_, None) => Some(algorithm.unusable()),
    }
}

fn skip_rest<'d>(reader: &mut impl Reader<'d>) -> der::Result<()> {
    while !reader.is_finished() {
        AnyRef::decode(reader)?;
    }
    Ok(())
}

/// A member that only a private or a secret key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
pub fn is_private_member(name: &str) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].contains(&name)
}
