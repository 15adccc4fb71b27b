//! Strict reading of text; knows nothing of JOSE.

pub(crate) mod abridged;
pub(crate) mod base64url;
pub(crate) mod buffer;
pub(crate) mod counted;
pub(crate) mod decimal;
pub(crate) mod durations;
pub mod json;
mod json_fault;
