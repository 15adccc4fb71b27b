//! Arithmetic in the eight 64-bit lanes of AVX-512 IFMA: eight signatures at once. What is computed here
//! may lead to an acceptance and never to a rejection.
//!
//! The instructions multiply numbers of 52 bits, so numbers are in limbs of 52 bits, each in 64: the
//! bits above hold sums that are not carried yet. An operand of a product is always carried, since
//! the instructions ignore those bits.
//!
//! Tests use a model of the instructions, so that every bound is tested on any machine. Where the compiler
//! is told that the processor has the instructions (`RUSTFLAGS=-Ctarget-cpu=native`), the same tests use them.

#[cfg_attr(
    not(all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma"))),
    path = "model.rs"
)]
mod avx512;
pub mod p256;
mod p256_field;
pub mod rsa;

/// The numbers that are computed at once.
pub const LANES: usize = 8;

/// What can be computed in lanes.
pub enum Task<'t> {
    P256(p256::Sums<'t>),
    Rsa(rsa::Powers<'t>),
    #[cfg(test)]
    Field(&'t mut p256_field::tests::Operations),
}

/// Whether the processor has the instructions. The feature `portable` turns them off, to measure what they
/// gain.
pub fn are_available() -> bool {
    avx512::is_available() && !cfg!(feature = "portable")
}

/// Runs a task; returns false, without having done so, if the processor cannot.
#[must_use]
#[allow(
    unsafe_code,
    reason = "the one place where the instructions are known to be there"
)]
#[allow(unused_unsafe, reason = "the model is safe to call")]
pub fn run(task: Task) -> bool {
    if !are_available() {
        return false;
    }
    // SAFETY: the processor has the features that the function enables; in the model, it enables none.
    unsafe { run_in_lanes(task) };
    true
}

#[cfg_attr(
    all(target_arch = "x86_64", any(not(test), target_feature = "avx512ifma")),
    target_feature(enable = "avx512f,avx512ifma")
)]
fn run_in_lanes(task: Task) {
    match task {
        Task::P256(sums) => sums.run(),
        Task::Rsa(powers) => powers.run(),
        #[cfg(test)]
        Task::Field(operations) => operations.run(),
    }
}
