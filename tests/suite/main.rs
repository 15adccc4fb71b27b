//! Every test of the program as a whole, in one binary: it links once.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod generated;
mod golden;
mod made;
mod support;
mod wild;
mod wycheproof_sets;
