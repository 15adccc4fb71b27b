//! Why a token is rejected. Stands above `verify`, and turns no rejected token into a valid one.
//!
//! [`Debugger`] (`run`) puts together what kind of thing the text is (`kind`, `opaque`), what its times show (`times`),
//! and what would make its signature verify. That search brings the text into the form of a token
//! (`around`, `reading`), reads R and S in every way (`signature`), writes and hashes what may have been
//! signed (`signed`, `headers`, `rewriting`), gathers the keys (`signer`) and tries all combinations
//! (`search`; `family`, if the key is not on P-256); `recovery` compares the keys that the signature leads to; `truncated`, `altered` and
//! `dropped` look for damage with what `layout` knows, `secret` for a MAC, all within a budget (`work`).
//! Where the key is that of a certificate in the header, `chain` asks whether a given key issued it.
//!
//! What a search finds is a list of changes (`change`) and a key. It becomes a `proof` only if these
//! changes, made strictly to the token as it came in (`replay`), lead to a signature that verifies. Every
//! change has a cause (`cause`); a proof becomes findings (`findings`), the strongest first (`order`).

mod altered;
mod around;
#[cfg(test)]
mod budget;
mod cause;
mod chain;
mod change;
mod der;
mod did;
mod digest;
mod dropped;
mod family;
mod findings;
mod headers;
mod kind;
mod lax;
mod layout;
mod named;
mod notation;
mod opaque;
mod order;
mod proof;
mod reading;
mod recovery;
mod replay;
mod rewriting;
mod run;
mod search;
mod secret;
mod shifted;
#[cfg(test)]
mod short_tokens;
mod signature;
mod signed;
mod signer;
mod summands;
mod times;
mod truncated;
mod wording;
mod work;

pub use proof::Proof;
pub use run::{Debugger, Effort};
pub use signer::{Recovered, Signers};
