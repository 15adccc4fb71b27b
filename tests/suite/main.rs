//! Every test of the program as a whole, in one binary: it links once.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod agreement;
mod debug;
mod faults;
mod generated;
mod golden;
mod hostile_text;
mod made;
mod picture;
mod properties;
mod shells;
mod streams;
mod support;
mod terminal;
mod wild;
mod wycheproof_sets;
