//! What ties R, S, a hash and a key together (SEC 1, section 4.1.4). With R known, `s R = ±(e G + r Q)`; with S
//! known, `R = e G / s + r Q / s`. The searches here know all but some characters of one of them.

use p256::Scalar;
use p256::ecdsa::VerifyingKey;

use crate::curve::{self, Multiple, Point, Summand};
use crate::debug::signing_inputs::Hashed;

/// `e G + r Q` for each `e G`: `s R` or its negative.
pub fn sums(points: &[Point], key: &VerifyingKey, r: &Scalar) -> Vec<Point> {
    let r_times_key = curve::times_key(key, r);
    let points = points.iter();
    points.map(|point| point.plus(&r_times_key)).collect()
}

/// `e G` for each hash.
pub fn points(hashes: &[Hashed]) -> Vec<Point> {
    curve::all_times_generator(hashes.iter().map(|hashed| curve::hash(hashed.prehash)))
}

/// `e G / s` for each hash, of the inverse of s, to be added to `r Q / s`.
pub fn bases(hashes: &[Hashed], inverse: &Scalar) -> Vec<Option<Summand>> {
    let multiples = hashes
        .iter()
        .map(|hashed| curve::hash(hashed.prehash).multiply(inverse));
    let points = curve::all_times_generator(multiples).into_iter();
    curve::summands(&points.map(Multiple::fixed).collect::<Vec<_>>())
}

/// A point and its negative.
pub fn both_signs(point: Point) -> [Point; 2] {
    [point, Point::default().minus(&point)]
}

/// `e G / s`, of the inverse of s.
pub fn base(e: &Scalar, inverse: &Scalar) -> Point {
    curve::times_generator(&e.multiply(inverse))
}

/// `Q / s`, of the inverse of s.
pub fn step(key: &VerifyingKey, inverse: &Scalar) -> Point {
    curve::times_key(key, inverse)
}
