//! Why a token is rejected. Stands above `verify`, and turns no rejected token into a valid one.
//!
//! [`Debugger`] (`debugger`) puts together what kind of thing the text is (`token_kind`, `opaque`), what its
//! times show (`claim_findings`), and what would make its signature verify. That search brings the text into the
//! form of a token (`extract`, `reading`), reads R and S in every way (`signature_encodings`), writes and hashes
//! what may have been signed (`signing_inputs`, `header_variants`, `json_styles`), gathers the keys (`signer`,
//! `repaired_key`) and tries all combinations (`search`; `family`, if the key is not on P-256). `ecdsa`
//! compares the keys that the signature leads to, and looks for damage; `hmac_confusion` looks for a MAC; all
//! within a budget (`budget`). If the key is that of a certificate in the header, `chain` asks whether a given
//! key issued it.
//!
//! What a search finds is a list of changes (`change`) and a key. It becomes a `proof` only if these
//! changes, made strictly to the token as it came in (`replay`), lead to a signature that verifies. Every
//! change has a cause (`cause`); a proof becomes findings (`findings`), the strongest first (`ranking`).
//!
//! [`Tally`] compares the tokens of a run: what many of them have in common, and who signed more than one
//! (`same_signer`).

mod alg;
mod base64url_lenient;
mod budget;
#[cfg(test)]
mod budget_tests;
mod cause;
mod chain;
mod change;
mod claim_findings;
mod debugger;
mod der;
mod did;
mod digest;
mod ecdsa;
mod extract;
mod family;
mod findings;
mod header_variants;
mod hmac_confusion;
mod json_styles;
mod named_keys;
mod notation;
mod opaque;
mod payload_damage;
mod proof;
mod ranking;
mod reading;
mod repaired_key;
mod replay;
mod same_signer;
mod search;
#[cfg(test)]
mod short_tokens;
mod signature_encodings;
mod signer;
mod signing_inputs;
mod tally;
mod token_kind;
mod wording;

pub use budget::Effort;
pub use debugger::Debugger;
pub use tally::Tally;
