//! Why a token is rejected. Stands above `verify`, and turns no rejected token into a valid one.
//!
//! [`Debugger`] (`debugger`) puts together what kind of thing the text is (`kind`), what its times show (`times`),
//! and what would make its signature verify. That search brings the text into the form of a token
//! (`around`, `reading`), reads R and S in every way (`signature`), writes and hashes what may have been
//! signed (`signed`, `headers`, `rewriting`), gathers the keys (`signer`) and tries all combinations
//! (`search`; `family`, if the key is not on P-256); `recovery` compares the keys that the signature leads to; `truncated`, `altered` and
//! `dropped` look for damage with what `layout` knows, `secret` for a MAC, all within a budget (`work`).
//!
//! What a search finds is a list of changes (`change`) and a key. It becomes a `proof` only if these
//! changes, made strictly to the token as it came in (`replay`), lead to a signature that verifies. Every
//! change has a cause (`cause`); a proof becomes findings (`findings`), the strongest first (`order`).
//!
//! [`Tally`] compares the tokens of a run: what many of them have in common, and who signed more than one
//! (`same_signer`).

mod alg;
mod altered;
mod around;
#[cfg(test)]
mod budget;
mod cause;
mod change;
mod debugger;
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
mod order;
mod proof;
mod reading;
mod recovery;
mod replay;
mod rewriting;
mod same_signer;
mod search;
mod secret;
#[cfg(test)]
mod short_tokens;
mod signature;
mod signed;
mod signer;
mod summands;
mod tally;
mod times;
mod truncated;
mod wording;
mod work;

pub use debugger::Debugger;
pub use tally::Tally;
pub use work::Effort;
