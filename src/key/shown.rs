//! What messages and reports show of a key file's own text. A secret or a private key may stand in any
//! member, so a text is shown only if it is short or a name that is known in advance.

use crate::text::json::{JsonError, JsonFault};

/// A part of a secret this short gives nothing away.
const MAX_FRAGMENT: usize = 7;

/// The longest name that is compared with the known ones.
const MAX_NAME: usize = 40;

/// Values of `kty`, `crv`, `use`, `key_ops` and `alg` (RFC 7517, 7518, 8037, 8812, 9864 and the registries
/// of IANA), what other programs write in their place, and labels of PEM (RFC 7468).
const NAMES: &[&str] = &[
    "A128CBC-HS256",
    "A128GCMKW",
    "A192CBC-HS384",
    "A192GCMKW",
    "A256CBC-HS512",
    "A256GCMKW",
    "BLS12381G1",
    "BLS12381G2",
    "brainpoolP256r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "CERTIFICATE",
    "CERTIFICATE REQUEST",
    "CRYDI2",
    "CRYDI3",
    "CRYDI5",
    "Curve25519",
    "decrypt",
    "deriveBits",
    "deriveKey",
    "DH PARAMETERS",
    "Dilithium2",
    "DSA PARAMETERS",
    "DSA PRIVATE KEY",
    "DSA PUBLIC KEY",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
    "ECDSA-P256",
    "ECDSA-P384",
    "ECDSA-P521",
    "ECDSA_P256_SHA256",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "ECDSA_NIST_P256",
    "EC PARAMETERS",
    "EC PRIVATE KEY",
    "EC PUBLIC KEY",
    "Ed25519",
    "encrypt",
    "encryption",
    "ENCRYPTED PRIVATE KEY",
    "ESP256",
    "ESP384",
    "ESP512",
    "HMAC-SHA256",
    "HmacSHA256",
    "HmacSHA384",
    "HmacSHA512",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
    "nistP256",
    "nistP384",
    "nistP521",
    "OPENSSH PRIVATE KEY",
    "OPENSSL EC PARAMETERS",
    "PBES2-HS256+A128KW",
    "PBES2-HS384+A192KW",
    "PBES2-HS512+A256KW",
    "PKCS12",
    "PRIVATE KEY",
    "prime256v1",
    "PUBLIC KEY",
    "RSA PRIVATE KEY",
    "RSA PUBLIC KEY",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "RSASSA-PSS",
    "RSASSA-PKCS1-v1_5",
    "RSA1_5",
    "secp256k1",
    "secp256r1",
    "secp384r1",
    "secp521r1",
    "SHA256withECDSA",
    "SHA384withECDSA",
    "SHA512withECDSA",
    "SHA256withRSA",
    "SHA384withRSA",
    "SHA512withRSA",
    "signature",
    "TRUSTED CERTIFICATE",
    "unwrapKey",
    "wrapKey",
    "X509 CRL",
    "X509 CERTIFICATE",
];

/// Members of a JWK or a JWK Set.
const MEMBERS: &[&str] = &[
    "alg", "crv", "d", "dp", "dq", "e", "exp", "ext", "iat", "k", "key_ops", "keys", "kid", "kty",
    "n", "nbf", "oth", "p", "priv", "pub", "q", "qi", "use", "x", "x5c", "x5t", "x5t#S256", "x5u",
    "y",
];

/// Members around a key in what services and programs write.
const WRAPPERS: &[&str] = &[
    "access_token",
    "certificate",
    "certificates",
    "private_key",
    "privateKey",
    "jwk_set",
    "SecretString",
    "jwks.json",
    "public_key",
    "publicKey",
    "public-key",
    "PublicKey",
    "publicKeyPem",
    "public_key_pem",
    "public_keys",
    "publicKeys",
    "response",
    "signing_key",
    "signing_keys",
    "signingKey",
    "signingKeys",
    "verification_key",
    "verificationKey",
];

/// Whether a member's name may be shown.
pub fn is_member(name: &str) -> bool {
    name.len() <= MAX_FRAGMENT || MEMBERS.contains(&name) || WRAPPERS.contains(&name)
}

/// A value if it may be shown; otherwise how long it is, in brackets.
pub fn value(text: &str) -> String {
    let length = text.chars().take(MAX_NAME).count();
    let is_known = || NAMES.iter().any(|name| name.eq_ignore_ascii_case(text));
    if length <= MAX_FRAGMENT || is_known() {
        text.to_owned()
    } else {
        format!("[{} characters]", text.chars().count())
    }
}

/// The same in quotes, for messages.
pub fn quoted(text: &str) -> String {
    let shown = value(text);
    if shown == text {
        format!("\"{text}\"")
    } else {
        shown
    }
}

/// What is wrong with the JSON of a key. The name of a duplicate member is shown if it is a JWK's.
pub fn json(error: &JsonError) -> String {
    match &error.fault {
        JsonFault::DuplicateMember(name) if !MEMBERS.contains(&&**name) => format!("{error:#}"),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json::Value;

    #[test]
    fn known_and_short_values_are_shown() {
        for text in [
            "ES256",
            "es256",
            "SECP256R1",
            "",
            "1234567",
            "EC PRIVATE KEY",
        ] {
            assert_eq!(value(text), text);
            assert_eq!(quoted(text), format!("\"{text}\""));
        }
        for text in ["12345678", "ES256-0123456", "EC PRIVATE KEY 0A1B2C3D"] {
            let shown = format!("[{} characters]", text.len());
            assert_eq!(value(text), shown);
            assert_eq!(quoted(text), shown);
        }
        let error = |name: &str| {
            let text = format!(r#"{{"{name}":1,"{name}":2}}"#);
            json(&Value::parse(text.as_bytes()).unwrap_err())
        };
        assert_eq!(error("kid"), "duplicate member \"kid\" at offset 15");
        assert_eq!(error("dQw4w9WgXcQ"), "duplicate member at offset 31");
    }
}
