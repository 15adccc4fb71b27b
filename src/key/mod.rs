//! From a file to keys. Every form of a key becomes a JWK (RFC 7517) first.

mod asn1;
mod candidates;
pub(crate) mod certificate;
mod content_fault;
mod distinguished_name;
mod ec_point;
mod encoding;
mod export;
pub(crate) mod extensions;
mod fault;
mod jwk;
mod key_conversion;
mod key_report;
mod key_usage;
mod not_a_key;
mod note;
mod oid;
mod pem;
mod private;
mod secret;
pub mod set;
mod shown;
mod source;
mod spki;
mod spki_writer;
pub(crate) mod thumbprint;
mod verification_key;
mod wrapper;
mod x5c;

pub use certificate::Certificate;
pub use content_fault::ContentFault;
pub(crate) use ec_point::uncompressed;
pub use encoding::SecretEncoding;
pub use fault::{CoordinateOrder, KeyFault};
pub use key_report::KeyReport;
pub use not_a_key::NotAKey;
pub use note::KeyNote;
pub use secret::SecretFault;
pub(crate) use secret::read as read_secret;

pub(crate) use source::{Entry, read as read_content};
pub(crate) use spki_writer::{before_key, write as write_spki};
pub use verification_key::{KeyId, VerificationKey};
