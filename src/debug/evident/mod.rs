//! What can be seen of a rejected token without computing a signature: what kind of thing the text is, what its
//! times and claims say, and where its payload was damaged.

pub mod alg;
mod alg_key_mismatch;
pub mod claim_findings;
pub mod facts;
pub mod opaque;
pub mod payload_damage;
mod signature_shape;
pub mod token_kind;
