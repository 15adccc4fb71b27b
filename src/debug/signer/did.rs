//! Keys that are their own names: `did:key` and `did:jwk`.

use crate::algorithm::KeyType;
use crate::key::set::KeySource;
use crate::key::{KeyReport, uncompressed};
use crate::text::base64url;

/// Longer ones are not read: that of an RSA key of 4096 bits has 720 characters.
const MAX_LENGTH: usize = 2048;

/// The key that a decentralized identifier stands for, with a fragment or without.
pub fn key(name: &str) -> Option<KeyReport> {
    let (did, _) = name.split_once('#').unwrap_or((name, ""));
    if did.len() > MAX_LENGTH {
        return None;
    }
    if let Some(jwk) = did.strip_prefix("did:jwk:") {
        let jwk = String::from_utf8(base64url::decode(jwk).ok()?).ok()?;
        return of_jwk(&jwk);
    }
    let bytes = base58(did.strip_prefix("did:key:z")?)?;
    // The code of the type as a variable-length number, then the key.
    let (code, key) = bytes.split_at_checked(2)?;
    let curve = match code {
        [0xED, 0x01] => {
            let x = base64url::encode(key);
            return of_jwk(&format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#));
        }
        [0x80, 0x24] => KeyType::P256,
        [0x81, 0x24] => KeyType::P384,
        [0x82, 0x24] => KeyType::P521,
        [0xE7, 0x01] => KeyType::Secp256k1,
        // PKCS #1 in DER.
        [0x85, 0x24] => {
            let source = KeySource::read("the token", key).ok()?;
            return source.keys.into_iter().next();
        }
        // A JWK in the form of RFC 8785.
        [0xD1, 0xD6] => {
            let json = key.strip_prefix(&[0x03])?;
            return of_jwk(std::str::from_utf8(json).ok()?);
        }
        _ => return None,
    };
    let point = uncompressed(curve, key)?;
    let coordinates = point.get(1..)?;
    let (x, y) = coordinates.split_at_checked(coordinates.len() / 2)?;
    let (x, y) = (base64url::encode(x), base64url::encode(y));
    let crv = curve.crv()?;
    of_jwk(&format!(
        r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"}}"#
    ))
}

fn of_jwk(jwk: &str) -> Option<KeyReport> {
    let report = KeyReport::read(0, &"the token".into(), jwk);
    // A secret in public is not a key.
    (report.kty.as_deref() != Some("oct")).then_some(report)
}

/// The alphabet of Bitcoin, as multibase has it.
fn base58(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    /// That of an RSA key of 4096 bits; a JWK is in base64url elsewhere.
    const MAX_LENGTH: usize = 1024;
    if text.len() > MAX_LENGTH {
        return None;
    }
    let mut little_endian: Vec<u8> = Vec::new();
    for character in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == character)?;
        let mut carry = u32::try_from(digit).ok()?;
        for byte in &mut little_endian {
            let value = u32::from(*byte).wrapping_mul(58).wrapping_add(carry);
            *byte = u8::try_from(value & 0xFF).ok()?;
            carry = value >> 8;
        }
        if carry > 0 {
            little_endian.push(u8::try_from(carry).ok()?);
        }
    }
    let zeros = text
        .bytes()
        .take_while(|character| *character == b'1')
        .count();
    little_endian.resize(little_endian.len().saturating_add(zeros), 0);
    little_endian.reverse();
    Some(little_endian)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the specifications.
    #[test]
    fn names_are_keys() {
        for (name, key_type) in [
            (
                "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                KeyType::Ed25519,
            ),
            (
                "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
                KeyType::Secp256k1,
            ),
            (
                "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169#key-1",
                KeyType::P256,
            ),
            (
                "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9#0",
                KeyType::P256,
            ),
        ] {
            let key = key(name).unwrap();
            let material = key.key.unwrap().material().key_type();
            assert_eq!(material, key_type, "{name}");
        }
        for name in ["", "did:key:z", "did:key:z0", "did:key:z6Mk", "did:web:a"] {
            assert!(key(name).is_none(), "{name}");
        }
    }
}
