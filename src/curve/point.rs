//! Arithmetic on P-256 for the search of the diagnosis and for the tables of a fixed key. Nothing here
//! accepts a token.
//!
//! `p256` keeps the coordinates of its points to itself, so that it can't normalize many of them
//! with one inversion. Sums are therefore made here, in Jacobian coordinates over `p256`'s own field;
//! multiplications of points are sums of few of them (`wnaf`).

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime and points of a curve have no overflow"
)]

use crypto_bigint::Uint;
use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::Curve as _;
use p256::elliptic_curve::bigint::{CheckedAdd as _, Encoding as _};
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::point::DecompressPoint as _;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::elliptic_curve::subtle::Choice;
use p256::elliptic_curve::{Field as _, PrimeField as _};
use p256::{AffinePoint, FieldBytes, FieldElement, NistP256, ProjectivePoint, Scalar, U256};

use super::batch_addition::{self, Affine};
use super::table::{Odd, Table, WINDOWS};
use super::wnaf::multiply;

/// The 32 octets that ECDSA on P-256 takes of a hash (FIPS 186-5 section 6.4.1).
pub type Prehash = [u8; 32];

/// A point as 33 octets (SEC 1, section 2.3.3), to be compared and looked up. The point at infinity
/// is all zeros, as no other is.
pub type Compressed = [u8; 33];

/// The x of a point.
pub type Abscissa = [u8; 32];

/// The x and the y of a point.
pub type Coordinates = [[u8; 32]; 2];

/// What has been computed, in tenths of an addition of points, for the tests of the budget.
#[cfg(test)]
pub mod counted {
    use std::cell::Cell;

    thread_local! {
        static TENTHS: Cell<u64> = const { Cell::new(0) };
    }

    pub fn count(tenths: u64) {
        TENTHS.with(|total| total.set(total.get().saturating_add(tenths)));
    }

    /// What was counted since it was last asked.
    pub fn take() -> u64 {
        TENTHS.with(Cell::take)
    }
}

#[cfg(not(test))]
mod counted {
    pub const fn count(_: u64) {}
}

use counted::count;

/// What operations cost, in tenths of an addition of points.
mod tenths {
    pub const ADDITION: u64 = 10;
    /// Of a point with z = 1.
    pub const MIXED_ADDITION: u64 = 7;
    pub const DOUBLING: u64 = 5;
    /// Of a field element, and of a scalar.
    pub const INVERSION: u64 = 170;
    /// As one of many that share an inversion.
    pub const BATCH_ADDITION: u64 = 6;
    /// A square root.
    pub const LIFT: u64 = 200;
    /// What each of many points costs besides the inversion.
    pub const NORMALIZATION: u64 = 5;
    /// Three products.
    pub const COMPARISON: u64 = 2;
}

/// A point `(x / z^2, y / z^3)`; at infinity z is zero.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    x: FieldElement,
    y: FieldElement,
    z: FieldElement,
}

impl Default for Point {
    /// The point at infinity.
    fn default() -> Self {
        Self {
            x: FieldElement::ONE,
            y: FieldElement::ONE,
            z: FieldElement::ZERO,
        }
    }
}

impl From<ProjectivePoint> for Point {
    fn from(point: ProjectivePoint) -> Self {
        count(tenths::INVERSION);
        point.to_affine().into()
    }
}

impl From<AffinePoint> for Point {
    fn from(point: AffinePoint) -> Self {
        let encoded = point.to_encoded_point(false);
        let coordinate = |octets: Option<&FieldBytes>| {
            octets.and_then(|octets| Option::<FieldElement>::from(FieldElement::from_repr(*octets)))
        };
        match (coordinate(encoded.x()), coordinate(encoded.y())) {
            (Some(x), Some(y)) => Self::normal(x, y),
            (_, _) => Self::default(),
        }
    }
}

impl Point {
    /// The point with these coordinates.
    pub const fn normal(x: FieldElement, y: FieldElement) -> Self {
        Self {
            x,
            y,
            z: FieldElement::ONE,
        }
    }

    /// The sum (2007 Bernstein and Lange, "add-2007-bl").
    pub fn plus(&self, other: &Self) -> Self {
        let is_normal = other.z == FieldElement::ONE;
        count(if is_normal {
            tenths::MIXED_ADDITION
        } else {
            tenths::ADDITION
        });
        if bool::from(self.z.is_zero()) {
            return *other;
        }
        if bool::from(other.z.is_zero()) {
            return *self;
        }
        let z1_squared = self.z.square();
        let u2 = other.x * z1_squared;
        let s2 = other.y * self.z * z1_squared;
        let (u1, s1) = if is_normal {
            (self.x, self.y)
        } else {
            let z2_squared = other.z.square();
            (self.x * z2_squared, self.y * other.z * z2_squared)
        };
        let (h, r) = (u2 - u1, s2 - s1);
        if bool::from(h.is_zero()) {
            return if bool::from(r.is_zero()) {
                self.doubled()
            } else {
                Self::default()
            };
        }
        let h_squared = h.square();
        let h_cubed = h_squared * h;
        let v = u1 * h_squared;
        let x = r.square() - h_cubed - v.double();
        Self {
            x,
            y: r * (v - x) - s1 * h_cubed,
            z: self.z * other.z * h,
        }
    }

    /// The same point with z = 1, which takes less time to be added.
    pub fn normalized(&self) -> Self {
        let point = normalized(&[*self]).into_iter().flatten().next();
        point.map_or_else(Self::default, |(x, y)| Self::normal(x, y))
    }

    /// Whether the x of the point is this number. The point at infinity has none.
    pub fn has_x(&self, x: &FieldElement) -> bool {
        !bool::from(self.z.is_zero()) && *x * self.z.square() == self.x
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&Self {
            y: -other.y,
            ..*other
        })
    }

    /// A small multiple.
    pub fn times(&self, k: u8) -> Self {
        let mut sum = Self::default();
        for bit in (0..8).rev() {
            sum = sum.doubled();
            if k >> bit & 1 == 1 {
                sum = sum.plus(self);
            }
        }
        sum
    }

    /// Twice the point, on a curve with a = -3 (2001 Bernstein, "dbl-2001-b", with fewer additions: in
    /// this field they take half as long as products).
    pub fn doubled(&self) -> Self {
        count(tenths::DOUBLING);
        let delta = self.z.square();
        let twice_gamma = self.y.square().double();
        let four_beta = (self.x * twice_gamma).double();
        let product = (self.x - delta) * (self.x + delta);
        let alpha = product.double() + product;
        let x = alpha.square() - four_beta.double();
        Self {
            x,
            y: alpha * (four_beta - x) - twice_gamma.square().double(),
            z: (self.y * self.z).double(),
        }
    }
}

/// `k P` together with k, modulo the field's prime.
#[derive(Clone, Copy, Debug)]
pub struct Multiple {
    pub point: Point,
    k: FieldElement,
}

impl Default for Multiple {
    /// `0 P`
    fn default() -> Self {
        Self::fixed(Point::default())
    }
}

impl Multiple {
    /// `k P`, if k is a number that an x can be.
    pub fn new(point: Point, k: [u8; 32]) -> Option<Self> {
        let k = Option::<FieldElement>::from(FieldElement::from_repr(FieldBytes::from(k)))?;
        Some(Self { point, k })
    }

    /// A point that counts as no multiple.
    pub fn fixed(point: Point) -> Self {
        Self {
            point,
            k: FieldElement::ZERO,
        }
    }

    /// `2^k P` for each k up to 256.
    pub fn doublings(point: &Point) -> Vec<Self> {
        let powers = std::iter::successors(Some(FieldElement::ONE), |k| Some(k.double()));
        doublings(point, 257)
            .into_iter()
            .zip(powers)
            .map(|(point, k)| Self { point, k })
            .collect()
    }

    pub fn plus(&self, other: &Self) -> Self {
        Self {
            point: self.point.plus(&other.point),
            k: self.k + other.k,
        }
    }

    pub fn minus(&self, other: &Self) -> Self {
        Self {
            point: self.point.minus(&other.point),
            k: self.k - other.k,
        }
    }
}

/// Affine multiples, for sums of which nothing but the x is asked; none at infinity.
pub fn summands(multiples: &[Multiple]) -> Vec<Option<Summand>> {
    let points: Vec<Point> = multiples.iter().map(|multiple| multiple.point).collect();
    normalized(&points)
        .into_iter()
        .zip(multiples)
        .map(|(point, multiple)| {
            point.map(|(x, y)| Summand {
                x,
                y,
                x_plus_k: x + multiple.k,
            })
        })
        .collect()
}

/// A multiple that is made ready to be added to many others.
#[derive(Clone, Copy, Debug)]
pub struct Summand {
    x: FieldElement,
    y: FieldElement,
    x_plus_k: FieldElement,
}

impl Summand {
    /// Whether the sum `k P` has k as its x. That x is `l^2 - x1 - x2`, where `l` is the slope of the
    /// line through both points: three products tell, and no inversion. Equal points pass as well; what
    /// passes is yet to be verified.
    pub fn sum_is_its_own_x(&self, other: &Self) -> bool {
        count(tenths::COMPARISON);
        let (x, y) = (other.x - self.x, other.y - self.y);
        y.square() == (self.x_plus_k + other.x_plus_k) * x.square()
    }

    /// The x of the point.
    pub fn abscissa(&self) -> Abscissa {
        self.x.to_repr().into()
    }
}

/// Affine coordinates, with one inversion for all (Montgomery's trick); none at infinity.
pub fn normalized(points: &[Point]) -> Vec<Option<(FieldElement, FieldElement)>> {
    if points.is_empty() {
        return Vec::new();
    }
    let each = u64::try_from(points.len()).unwrap_or(u64::MAX);
    count(tenths::INVERSION.saturating_add(each.saturating_mul(tenths::NORMALIZATION)));
    let is_finite = |point: &Point| !bool::from(point.z.is_zero());
    let mut products = Vec::with_capacity(points.len());
    let mut product = FieldElement::ONE;
    for point in points {
        products.push(product);
        if is_finite(point) {
            product *= point.z;
        }
    }
    let mut inverse = Option::<FieldElement>::from(product.invert()).unwrap_or(FieldElement::ONE);
    let mut found: Vec<_> = points
        .iter()
        .zip(products)
        .rev()
        .map(|(point, before)| {
            is_finite(point).then(|| {
                let z = inverse * before;
                inverse *= point.z;
                let z_squared = z.square();
                (point.x * z_squared, point.y * z_squared * z)
            })
        })
        .collect();
    found.reverse();
    found
}

/// The points as octets, normalized together.
pub fn compressed(points: &[Point]) -> Vec<Compressed> {
    normalized(points)
        .into_iter()
        .map(|point| {
            let mut octets = [0; 33];
            if let (Some((x, y)), Some((tag, place))) = (point, octets.split_first_mut()) {
                *tag = 2 + u8::from(bool::from(y.is_odd()));
                place.copy_from_slice(&x.to_repr());
            }
            octets
        })
        .collect()
}

/// The x of each point, normalized together; zero at infinity, as no point of the curve has it with
/// a y that a signature could lead to.
pub fn abscissas(points: &[Point]) -> Vec<Abscissa> {
    normalized(points)
        .into_iter()
        .map(|point| point.map_or([0; 32], |(x, _)| x.to_repr().into()))
        .collect()
}

/// The number in these octets, from 1 to n - 1.
pub fn scalar(octets: [u8; 32]) -> Option<Scalar> {
    let scalar = Option::<Scalar>::from(Scalar::from_repr(FieldBytes::from(octets)))?;
    (!bool::from(scalar.is_zero())).then_some(scalar)
}

/// A hash as ECDSA takes it: modulo n.
pub fn hash(prehash: Prehash) -> Scalar {
    Scalar::reduce_bytes(&FieldBytes::from(prehash))
}

/// `1 / k`, many times faster than by `p256`. The time depends on k, which must not be a secret.
pub fn inverse_vartime(k: &Scalar) -> Option<Scalar> {
    const ORDER: crypto_bigint::Odd<Uint<4>> =
        crypto_bigint::Odd::<Uint<4>>::from_be_hex(Scalar::MODULUS);
    let k = Uint::from_be_slice(&k.to_repr());
    let inverse = Option::<Uint<4>>::from(k.invert_odd_mod_vartime(&ORDER))?;
    scalar(inverse.to_be_bytes().into())
}

/// `1 / k`
pub fn inverse(k: &Scalar) -> Option<Scalar> {
    count(tenths::INVERSION);
    k.invert().into()
}

/// The point with an even y that a signature's r is the x of; half of all numbers have none.
pub fn lift(r: [u8; 32]) -> Option<Point> {
    count(tenths::LIFT);
    let point = Option::<AffinePoint>::from(AffinePoint::decompress(
        &FieldBytes::from(r),
        Choice::from(0),
    ))?;
    Some(point.into())
}

/// Whether any key at all makes this signature, of any input: both numbers are from 1 to n - 1, and r
/// is the x of a point modulo n (SEC 1, section 4.1.6).
pub fn is_signature(r: [u8; 32], s: [u8; 32]) -> bool {
    if scalar(r).is_none() || scalar(s).is_none() {
        return false;
    }
    // An x from n on is rare.
    let from_n_on = || {
        let x = U256::from_be_slice(&r).checked_add(&NistP256::ORDER);
        lift(Option::<U256>::from(x)?.to_be_bytes())
    };
    lift(r).or_else(from_n_on).is_some()
}

/// `e G`
pub fn times_generator(e: &Scalar) -> Point {
    if bool::from(e.is_zero()) {
        return Point::default();
    }
    let points = addends(e).map(|(x, y)| Point::normal(x, y));
    points.fold(Point::default(), |sum, point| sum.plus(&point))
}

/// The points that add up to `e G`, if e is not zero.
fn addends(e: &Scalar) -> impl Iterator<Item = Affine> {
    let table = Table::of_generator();
    let number = Odd::new(e);
    (0..WINDOWS).map(move |window| table.entry(window, &number))
}

/// Of fewer numbers, the inversions cost more than they save.
pub const MANY: usize = 48;

/// `e G` for each e. Hashes come in hundreds, so that a table pays, and additions that share an inversion.
pub fn all_times_generator(hashes: impl Iterator<Item = Scalar>) -> Vec<Point> {
    let hashes: Vec<Scalar> = hashes.collect();
    if hashes.len() < MANY {
        return hashes.iter().map(times_generator).collect();
    }
    let mut addends: Vec<_> = hashes.iter().map(addends).collect();
    let mut sums: Vec<Affine> = addends.iter_mut().filter_map(Iterator::next).collect();
    let places = hashes.iter().enumerate();
    let zeros = places.filter_map(|(place, e)| bool::from(e.is_zero()).then_some(place));
    let mut exceptional: Vec<usize> = zeros.collect();
    for _ in 1..WINDOWS {
        let each = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
        count(tenths::INVERSION.saturating_add(each.saturating_mul(tenths::BATCH_ADDITION)));
        let next: Vec<Affine> = addends.iter_mut().filter_map(Iterator::next).collect();
        exceptional.extend(batch_addition::add_each(&mut sums, &next));
    }
    let mut points: Vec<Point> = sums.into_iter().map(|(x, y)| Point::normal(x, y)).collect();
    for place in exceptional {
        if let (Some(point), Some(e)) = (points.get_mut(place), hashes.get(place)) {
            *point = times_generator(e);
        }
    }
    points
}

/// `k Q`
pub fn times_key(key: &VerifyingKey, k: &Scalar) -> Point {
    multiply(&Point::from(*key.as_affine()), k)
}

/// -Q: the point with the other y.
pub fn negated(key: &VerifyingKey) -> Option<VerifyingKey> {
    key_of(Point::default().minus(&Point::from(*key.as_affine())))
}

/// The key of d - 2^256, if `key` is that of d.
pub fn of_negative_private(key: &VerifyingKey) -> Option<VerifyingKey> {
    let difference = <Scalar as Reduce<U256>>::reduce(U256::MAX) + Scalar::ONE;
    key_of(Point::from(*key.as_affine()).minus(&times_generator(&difference)))
}

/// The key whose private number is the y of this one.
pub fn of_private_y(key: &VerifyingKey) -> Option<VerifyingKey> {
    let [_, y] = coordinates(key)?;
    let y = scalar(y)?;
    key_of(times_generator(&y))
}

fn key_of(point: Point) -> Option<VerifyingKey> {
    let (x, y) = normalized(&[point]).pop()??;
    key_at(&[x, y].map(|number| number.to_repr().into()))
}

/// The coordinates of a key.
pub fn coordinates(key: &VerifyingKey) -> Option<Coordinates> {
    let point = key.to_encoded_point(false);
    let (x, y) = (point.x()?, point.y()?);
    Some([(*x).into(), (*y).into()])
}

/// The key at these coordinates, if they are a point.
pub fn key_at([x, y]: &Coordinates) -> Option<VerifyingKey> {
    VerifyingKey::from_sec1_bytes(&[&[4][..], x, y].concat()).ok()
}

/// The two points that `e G` must be one of for the signature to verify: `±s R - r Q`.
pub fn targets(s_times_lifted: &Point, r_times_key: &Point) -> [Point; 2] {
    [
        s_times_lifted.minus(r_times_key),
        Point::default().minus(&s_times_lifted.plus(r_times_key)),
    ]
}

/// The two keys under which a signature of each hash verifies: `(±s R - e G) / r` (SEC 1, section
/// 4.1.6).
pub fn recovered(
    r: &Scalar,
    s: &Scalar,
    lifted: &Point,
    hashes: impl Iterator<Item = Scalar>,
) -> Vec<[Option<Coordinates>; 2]> {
    let inverse = inverse(r).unwrap_or(Scalar::ZERO);
    let point = multiply(lifted, &(*s * inverse));
    let hashes = all_times_generator(hashes.map(|e| e * inverse));
    let keys: Vec<Point> = hashes
        .iter()
        .flat_map(|hash| [point.minus(hash), Point::default().minus(&point.plus(hash))])
        .collect();
    let coordinates: Vec<_> = normalized(&keys)
        .into_iter()
        .map(|key| key.map(|(x, y)| [x, y].map(|number| number.to_repr().into())))
        .collect();
    let (pairs, _) = coordinates.as_chunks();
    pairs.to_vec()
}

/// `2^k P` for each k below `count`.
pub fn doublings(point: &Point, count: usize) -> Vec<Point> {
    std::iter::successors(Some(*point), |point| Some(point.doubled()))
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use p256::elliptic_curve::ops::MulByGenerator as _;

    use super::*;

    /// Sums, doublings and the exceptional cases are those of `p256`.
    #[test]
    fn points_are_those_of_p256() {
        let point = |k: u64| ProjectivePoint::mul_by_generator(&Scalar::from(k));
        let octets = |point: ProjectivePoint| compressed(&[point.into()])[0];
        for (a, b) in [
            (1, 1),
            (1, 2),
            (2, 1),
            (7, 1_000_003),
            (5, 5),
            (0, 3),
            (3, 0),
            (0, 0),
        ] {
            let sum = Point::from(point(a)).plus(&point(b).into());
            assert_eq!(compressed(&[sum]), [octets(point(a) + point(b))], "{a} {b}");
        }
        assert_eq!(
            compressed(&[Point::from(point(9)).plus(&Point::from(-point(9)))]),
            [[0; 33]]
        );
        let doubled = doublings(&point(3).into(), 5);
        let expected: Vec<_> = [3, 6, 12, 24, 48].map(point).map(octets).to_vec();
        assert_eq!(compressed(&doubled), expected);
        assert_eq!(
            compressed(&[Point::from(point(9)).minus(&Point::from(point(9)))]),
            [[0; 33]]
        );
        assert_eq!(
            compressed(&[Point::from(point(9)).times(200)]),
            [octets(point(1800))]
        );
        let numbers = [
            Scalar::from(0_u64),
            Scalar::from(1_u64),
            Scalar::from(256_u64),
            -Scalar::from(1_u64),
            -Scalar::from(257_u64),
        ];
        let expected = numbers.map(|e| octets(ProjectivePoint::mul_by_generator(&e)));
        // Alone, and as some of many, of which zero leads through the point at infinity.
        for count in [1, 8] {
            let all = compressed(&all_times_generator(numbers.repeat(count).into_iter()));
            assert_eq!(all, expected.repeat(count));
        }
        // Infinity in the middle spoils nobody's inversion.
        let mixed = [Point::from(point(4)), Point::default(), doubled[3]];
        assert_eq!(
            compressed(&mixed),
            [octets(point(4)), [0; 33], octets(point(24))]
        );
        let x: Vec<u8> = point(24)
            .to_affine()
            .to_encoded_point(false)
            .x()
            .unwrap()
            .to_vec();
        assert_eq!(abscissas(&mixed)[2].to_vec(), x);
    }
}
