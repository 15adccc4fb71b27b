//! What can be found of ECDSA on P-256 alone: the keys that a signature leads to, and damage that its algebra
//! finds faster than one trial after the other.

pub mod dropped_characters;
mod partial_sums;
pub mod recovered_keys;
mod relation;
mod signature_layout;
pub mod single_edit;
pub mod swapped_or_added;
pub mod truncated;
