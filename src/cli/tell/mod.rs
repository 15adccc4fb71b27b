//! What the program prints about its own work, and what it must not print.

pub mod harmless;
pub mod hidden_values;
pub mod invalid;
pub mod panics;
mod vocabulary;
