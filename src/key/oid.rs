//! Object identifiers of keys (RFC 5280, section 4.1.1.2), and what they stand for in a JWK.

use der::asn1::ObjectIdentifier;

use crate::algorithm::KeyType;

pub const RSA: &str = "1.2.840.113549.1.1.1";
pub const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
pub const MGF1: &str = "1.2.840.113549.1.1.8";
pub const EC: &str = "1.2.840.10045.2.1";

/// RFC 5480, section 2.1.1.1, and SEC 2.
pub const CURVES: [(&str, KeyType); 4] = [
    ("1.2.840.10045.3.1.7", KeyType::P256),
    ("1.3.132.0.34", KeyType::P384),
    ("1.3.132.0.35", KeyType::P521),
    ("1.3.132.0.10", KeyType::Secp256k1),
];

/// RFC 8410, section 3, by `crv`.
pub const OKP: [(&str, &str); 4] = [
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];

/// RFC 9881, section 2, by `alg`.
pub const AKP: [(&str, &str); 3] = [
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
];

/// Curves and algorithms that have a better name than their number.
pub const OTHERS: [(&str, &str); 11] = [
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
pub const PSS: [(&str, &str, u8); 3] = [
    ("PS256", "2.16.840.1.101.3.4.2.1", 32),
    ("PS384", "2.16.840.1.101.3.4.2.2", 48),
    ("PS512", "2.16.840.1.101.3.4.2.3", 64),
];

pub fn find<T: Copy>(table: &[(&str, T)], oid: ObjectIdentifier) -> Option<T> {
    let oid = oid.to_string();
    let row = table.iter().find(|(number, _)| *number == oid);
    row.map(|(_, value)| *value)
}

/// What an object identifier stands for, or its number.
pub fn name(oid: ObjectIdentifier) -> String {
    find(&OTHERS, oid).map_or_else(|| oid.to_string(), str::to_owned)
}
