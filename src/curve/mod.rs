//! P-256 faster than one signature at a time, and what the search of the diagnosis computes on it.
//! What is fast here may accept and never rejects.

pub mod batch;
mod point;

pub use point::*;
