//! P-256 faster than one signature at a time, and what the search of the diagnosis computes on it.
//! What is fast here may accept and never rejects.

mod batch_addition;
mod factors;
pub mod fixed_key;
mod generator;
mod lanes;
mod point;
pub mod single_signature;
mod table;
#[cfg(test)]
mod test_signatures;
mod wnaf;

pub use point::*;
pub use wnaf::multiply;
