//! Strict reading of text; knows nothing of JOSE.

pub(crate) mod base64url;
pub(crate) mod decimal;
pub mod json;
pub(crate) mod words;
