//! Ed25519 (RFC 8037, section 3.1), under both its names: the general one of RFC 8037 and the fully
//! specified one of RFC 9864. S is canonical, and no point is of small order.

use ed25519_dalek::Signature;

use super::prepare_ed25519::FIXED_KEY;
use super::{Algorithm, KeyType, Material, SignatureOctets};

pub static EDDSA: Algorithm = Algorithm {
    name: "EdDSA",
    alias: Some("Ed25519"),
    section: "RFC 8037, section 3.1",
    key_type: KeyType::Ed25519,
    hash: None,
    signature_octets: SignatureOctets::Fixed(64),
    verify: ed25519,
    accepts: None,
    prepare: Some(FIXED_KEY),
};

pub static ED25519: Algorithm = Algorithm {
    name: "Ed25519",
    alias: Some("EdDSA"),
    section: "RFC 9864, section 2.2",
    key_type: KeyType::Ed25519,
    hash: None,
    signature_octets: SignatureOctets::Fixed(64),
    verify: ed25519,
    accepts: None,
    prepare: Some(FIXED_KEY),
};

fn ed25519(key: &Material, text: &[u8], signature: &[u8]) -> bool {
    let Material::Ed25519(key) = key else {
        return false;
    };
    Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_strict(text, &signature).is_ok())
}
