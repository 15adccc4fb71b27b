//! Every test of the program as a whole, in one binary: it links once.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod advice;
mod algorithms;
mod asn1;
mod cases;
mod chains;
mod codes;
mod conformance;
mod corpus;
mod debug;
mod differential;
mod environment;
mod exact_words;
mod families;
mod forge;
mod generated;
mod golden;
mod hostile_text;
mod io_errors;
mod key_conversion;
mod key_directories;
mod key_forms;
mod key_hints;
mod layers;
mod limits;
mod made;
mod made_families;
mod misplaced;
mod mixed_streams;
mod no_network;
mod one_door;
mod pairs;
mod prompt;
mod proofs;
mod properties;
mod readme_svg;
mod real_world;
mod redaction;
mod repetition;
mod replayer;
mod rfc_examples;
mod screen;
mod secrets;
mod shared_secrets;
mod shells;
mod statistics;
mod streams;
mod supply_chain;
mod support;
mod terminal;
mod wording;
mod wycheproof_sets;
