//! What ties R, S, a hash and a key together (SEC 1, section 4.1.4). With R known, `s R = ±(e G + r Q)`; with S
//! known, `R = e G / s + r Q / s`. The searches here know all but some characters of one of them.

use p256::ecdsa::VerifyingKey;
use p256::{ProjectivePoint, Scalar};

use crate::curve::{self, Point};

/// `e G + r Q` for each `e G`: `s R` or its negative.
pub fn sums(points: &[ProjectivePoint], key: &VerifyingKey, r: &Scalar) -> Vec<Point> {
    let r_times_key = Point::from(curve::times_key(key, r));
    let points = points.iter().copied();
    points
        .map(|point| r_times_key.plus(&point.into()))
        .collect()
}

/// A point and its negative.
pub fn both_signs(point: Point) -> [Point; 2] {
    [point, Point::default().minus(&point)]
}

/// `e G / s`, of the inverse of s.
pub fn base(e: &Scalar, inverse: &Scalar) -> Point {
    curve::times_generator(&e.multiply(inverse)).into()
}

/// `Q / s`, of the inverse of s.
pub fn step(key: &VerifyingKey, inverse: &Scalar) -> ProjectivePoint {
    curve::times_key(key, inverse)
}
