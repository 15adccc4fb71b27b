//! What the program prints about its own work, and what it must not print.

pub mod checks;
pub mod invalid;
pub mod panics;
pub mod redaction;
mod vocabulary;
