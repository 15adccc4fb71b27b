//! What the program prints about its own work, and what it must not print.

pub mod checks;
pub mod harmless;
pub mod invalid;
pub mod panics;
mod vocabulary;
