//! Which algorithm a signature may be of, and what that says of the header's `alg`.

use crate::algorithm::{Algorithm, KeyType};
use crate::debug::cause::Cause;
use crate::debug::change::Change;
use crate::debug::signing_inputs::digest::Digest;

/// The algorithms that a signature may be of, with the change that the header's `alg` needs for it; the one
/// that it names first.
pub fn rows(alg: Option<&str>, key_type: KeyType) -> Vec<(Vec<Change>, &'static Algorithm)> {
    let Some(alg) = alg else {
        return Vec::new();
    };
    let mut rows: Vec<(Vec<Change>, &'static Algorithm)> = Algorithm::of(key_type)
        .filter(|row| row.name == alg || !row.is_named(alg))
        .map(|row| (Vec::from_iter(change_to(alg, row)), row))
        .collect();
    // Of two names of one algorithm the first is enough.
    rows.dedup_by(|(_, second), (_, first)| first.is_named(second.name));
    rows.sort_by_cached_key(|(changes, _)| changes.len());
    rows
}

/// What it takes to read `alg` as the name of this algorithm.
pub fn change_to(alg: &str, row: &'static Algorithm) -> Option<Change> {
    if row.is_named(alg) {
        return None;
    }
    if row.name.eq_ignore_ascii_case(alg.trim()) {
        return Some(Change::CorrectAlg);
    }
    let named = Algorithm::named(alg).filter(|named| named.key_type == row.key_type);
    let cause = match named {
        Some(named) if named.name.get(..2) == row.name.get(..2) => Cause::OtherHash,
        Some(_) => Cause::OtherAlgorithm,
        None => Cause::AlgKeyMismatch,
    };
    let algorithm = row.name;
    Some(Change::UseAlgorithm { cause, algorithm })
}

pub fn is_other_algorithm(change: &Change) -> bool {
    matches!(change, Change::UseAlgorithm { .. })
}

/// The algorithm that the signature is of: the one that the header names, or the changes say why it is
/// another one.
pub fn row(alg: Option<&str>, changes: &[Change], key_type: KeyType) -> Option<&'static Algorithm> {
    let alg = alg?;
    let told: Vec<&Change> = changes
        .iter()
        .filter(|change| matches!(change, Change::CorrectAlg | Change::UseAlgorithm { .. }))
        .collect();
    let mut rows = Algorithm::of(key_type);
    match told.as_slice() {
        [] => rows.find(|row| row.name == alg),
        [told] => rows.find(|row| {
            let is_it = |change: &Change| match change {
                Change::UseAlgorithm { algorithm, .. } => *algorithm == row.name,
                _ => true,
            };
            is_it(told) && change_to(alg, row).as_ref() == Some(told)
        }),
        _ => None,
    }
}

/// Whether the changes say why the signature is one of ES256 although the header's `alg` is another.
pub fn alg_is_told(alg: Option<&str>, changes: &[Change]) -> bool {
    let told = changes.iter().find_map(|change| match change {
        Change::CorrectAlg => Some(None),
        Change::IgnoreAlg { digest } => Some(Some(*digest)),
        _ => None,
    });
    match (alg, told) {
        (Some("ES256"), told) => told.is_none(),
        (Some(alg), Some(None)) => alg.trim().eq_ignore_ascii_case("ES256"),
        (Some(alg), Some(Some(digest))) => {
            !alg.trim().eq_ignore_ascii_case("ES256")
                && (digest == Digest::Sha256 || Digest::of_alg(alg) == Some(digest))
        }
        (Some(_) | None, _) => false,
    }
}
