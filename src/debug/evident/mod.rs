//! What shows why a token is rejected without a key: what kind of thing the text is, what its times and claims
//! say, and where its payload was damaged. None of it is ever proven by a signature.

pub mod alg;
mod alg_key_mismatch;
pub mod claim_findings;
pub mod facts;
pub mod opaque;
pub mod payload_damage;
mod signature_shape;
pub mod token_kind;
