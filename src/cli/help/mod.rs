//! Help and man pages, made from the command line's own definition.

pub mod man;
pub mod sections;
