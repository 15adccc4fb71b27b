//! What only `debug` asks a row: whether a signature verifies in a way in which `verify` accepts none.

use super::{Algorithm, KeyType, Material, OtherMac, Signed, hmac, rsa};

/// What a row is asked about by `debug`.
#[derive(Debug)]
pub enum Message {
    /// A text, of an algorithm that hashes it or signs it whole.
    Text(Vec<u8>),
    /// A hash.
    Prehash(Vec<u8>),
}

/// In what a signature that `debug` explains differs from those of its row. `verify` knows the usual one
/// alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    Usual,
    /// PKCS #1 v1.5 of exactly these bytes.
    NoDigestInfo,
    /// PSS with a salt of this many bytes.
    SaltLength(usize),
    /// PSS with a salt of this many bytes and MGF1 with SHA-1.
    Sha1Mask(usize),
    /// The first bits of a MAC, so many of them.
    MacBits(usize),
    /// HMAC with a hash that no row has.
    OtherMac(OtherMac),
}

impl Algorithm {
    /// Whether the signature verifies with this parameter, for `debug` to name it.
    pub(crate) fn verify_with(
        &self,
        parameter: Parameter,
        key: &Material,
        message: &Message,
        signature: &[u8],
    ) -> bool {
        match (parameter, message) {
            (Parameter::Usual, Message::Text(text)) => {
                self.verify(key, Signed::Text(text), signature)
            }
            (Parameter::Usual, Message::Prehash(hash)) => {
                self.verify(key, Signed::Prehash(hash), signature)
            }
            (Parameter::MacBits(bits), Message::Text(text)) => {
                hmac::verify_truncated(self.name, bits, key, text, signature)
            }
            (Parameter::OtherMac(mac), Message::Text(text)) => {
                self.key_type == KeyType::Oct && mac.verify(key, text, signature)
            }
            (
                Parameter::NoDigestInfo | Parameter::SaltLength(_) | Parameter::Sha1Mask(_),
                Message::Text(_),
            )
            | (Parameter::MacBits(_) | Parameter::OtherMac(_), Message::Prehash(_)) => false,
            (Parameter::NoDigestInfo, Message::Prehash(bytes)) => {
                self.name.starts_with("RS") && rsa::verify_unprefixed(key, bytes, signature)
            }
            (Parameter::SaltLength(length), Message::Prehash(hash)) => {
                rsa::verify_salted(self.name, length, key, hash, signature)
            }
            (Parameter::Sha1Mask(length), Message::Prehash(hash)) => {
                rsa::verify_with_sha1_mask(self.name, length, key, hash, signature)
            }
        }
    }
}
