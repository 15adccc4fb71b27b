//! P-256 faster than one signature at a time, and what the search of the diagnosis computes on it.
//! What is fast here may accept and never rejects.

mod batch_addition;
pub mod fixed_key;
mod generator;
mod point;
#[cfg(test)]
mod samples;
pub mod single;
mod table;

pub use point::*;
