//! Why a token is rejected. Stands above `verify`, and turns no rejected token into a valid one.
//!
//! [`Debugger`] (`debugger`) puts together what can be seen without a key (`evident/`) and what would make the
//! signature verify. That search reads the text as a token and its signature as R and S (`reading/`), writes
//! and hashes what may have been signed (`signing_inputs/`), gathers the keys (`signer/`) and tries all
//! combinations (`search`; `family/`, if the key is not on P-256). `ecdsa/` compares the keys that the signature
//! leads to, and looks for damage; `hmac_confusion` looks for a MAC; all within a budget (`budget`).
//!
//! What a search finds is a list of changes (`change`) and a key. It becomes a `proof` only if these
//! changes, made strictly to the token as it came in (`replay/`), lead to a signature that verifies. Every
//! change has a cause (`cause`); a proof becomes findings (`findings/`), the strongest first.
//!
//! [`Tally`] compares the tokens of a run: what many of them have in common, and who signed more than one
//! (`same_signer`).

mod alteration;
mod as_written;
mod budget;
#[cfg(test)]
mod budget_tests;
mod cause;
mod change;
mod change_words;
mod contradiction;
mod damaged_json;
mod debugger;
mod ecdsa;
mod evident;
mod family;
mod findings;
mod foreign_text;
mod hmac_confusion;
mod proof;
mod reading;
mod replay;
mod same_signer;
mod search;
mod secret_owner;
#[cfg(test)]
mod short_tokens;
mod signer;
mod signing_inputs;
mod swapped_dot;
mod tally;

pub use budget::Effort;
pub use debugger::Debugger;
pub use tally::Tally;
