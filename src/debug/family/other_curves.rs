//! ECDSA on the curves that are not P-256, as `search` has it for P-256: R, S and the key give the point that
//! the hash must lead to, so that forms times keys and texts times hashes are computed once each and
//! then compared, instead of a verification for each pair.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime and points of a curve have no overflow"
)]

use std::collections::HashMap;

use p384::elliptic_curve::group::ff::{Field as _, PrimeField as _};
use p384::elliptic_curve::ops::{MulVartime as _, Reduce};
use p384::elliptic_curve::point::{AffineCoordinates as _, DecompressPoint};
use p384::elliptic_curve::subtle::Choice;
use p384::elliptic_curve::{
    AffinePoint, BatchNormalize, CurveArithmetic, FieldBytes, Group as _, ProjectivePoint, Scalar,
};

use super::hash_variants::{LIKELY_WAYS, ways};
use super::key_with_forms::Target;
use crate::algorithm::{Algorithm, KeyType, Material, Message};
use crate::debug::budget::{self, CurveCosts, Work};
use crate::debug::change::Change;
use crate::debug::evident::alg::{is_other_algorithm, rows};
use crate::debug::proof::{Proof, Signer};
use crate::debug::replay;
use crate::debug::search::Case;
use crate::debug::signing_inputs::SigningInput;

/// A hash that may have been signed.
struct HashedInput<'i> {
    input: &'i SigningInput,
    /// The algorithm, if the header names another one, and how the text is hashed.
    changes: Vec<Change>,
    algorithm: &'static Algorithm,
}

impl HashedInput<'_> {
    fn changes(&self) -> usize {
        self.input.changes.len().saturating_add(self.changes.len())
    }

    /// For a key of the algorithm's type.
    fn hash(&self, key: &Material) -> Option<Vec<u8>> {
        let message = replay::message(&self.input.text, &self.changes, self.algorithm, key)?;
        match message {
            (Message::Prehash(hash), _) => Some(hash),
            (Message::Text(_), _) => None,
        }
    }
}

/// In which ways a text is hashed.
#[derive(Clone, Copy)]
pub enum Ways {
    All,
    /// As its algorithm says.
    Plain,
}

/// A form of the signature with a key.
struct Expected<'t> {
    target: &'t Target<'t>,
    form: usize,
}

/// What is expected of a hash, by the x of the point that the hash must lead to, or its negative.
type Points<'t, C> = HashMap<FieldBytes<C>, Vec<Expected<'t>>>;

/// The bits of a digit of a number.
const DIGIT: usize = 6;

/// The multiples of a curve's generator by each digit of a number, the last digit first.
struct Multiples<P>(Vec<Vec<P>>);

/// The proof with the fewest changes that one of these keys signed the token.
pub fn search(
    case: Case,
    inputs: &[SigningInput],
    targets: &[Target],
    kept: u64,
    ways: Ways,
    work: &mut Work,
) -> Option<Proof> {
    on::<p384::NistP384>(case, inputs, targets, of_p384, kept, ways, work)
        .or_else(|| on::<p521::NistP521>(case, inputs, targets, of_p521, kept, ways, work))
        .or_else(|| on::<k256::Secp256k1>(case, inputs, targets, of_k256, kept, ways, work))
}

/// The point of a key on P-384.
pub fn of_p384(key: &Material) -> Option<ProjectivePoint<p384::NistP384>> {
    match key {
        Material::P384(key) => Some((*key.as_affine()).into()),
        _ => None,
    }
}

/// The point of a key on P-521.
pub fn of_p521(key: &Material) -> Option<ProjectivePoint<p521::NistP521>> {
    match key {
        Material::P521(key) => Some((*key.as_affine()).into()),
        _ => None,
    }
}

/// The point of a key on secp256k1.
pub fn of_k256(key: &Material) -> Option<ProjectivePoint<k256::Secp256k1>> {
    match key {
        Material::Secp256k1(key) => Some((*key.as_affine()).into()),
        _ => None,
    }
}

/// The same, of the keys on one curve.
fn on<C>(
    case: Case,
    inputs: &[SigningInput],
    targets: &[Target],
    point: impl Fn(&Material) -> Option<ProjectivePoint<C>>,
    kept: u64,
    ways: Ways,
    work: &mut Work,
) -> Option<Proof>
where
    C: Curve,
{
    let keys: Vec<_> = targets
        .iter()
        .filter_map(|target| Some((target, point(&target.key)?)))
        .collect();
    let (first, _) = keys.first()?;
    let costs = budget::of_curve(&first.key);
    let expected = expected::<C>(&keys, &costs, kept, work);
    if expected.is_empty() || work.left() <= kept || !work.spend(costs.multiples) {
        return None;
    }
    let multiples = Multiples::of_generator::<C>();
    let comparisons = u64::try_from(expected.len()).unwrap_or(u64::MAX);
    let mut best: Option<Proof> = None;
    let size = |proof: &Proof| proof.changes().len();
    let all = hashes(inputs, first.key.key_type(), ways);
    for hashes in all.chunks(AT_ONCE) {
        let is_smaller = |hashed: &&HashedInput| {
            let least = case.reading.changes.len().saturating_add(hashed.changes());
            best.as_ref().is_none_or(|best| size(best) > least)
        };
        let is_paid = |hashed: &&HashedInput| {
            let units = budget::of_hash(hashed.input.text.len()).saturating_add(costs.look_up);
            let is_paid = work.left() > kept && work.spend(units);
            if is_paid {
                work.count(comparisons);
            } else {
                work.leave_out();
            }
            is_paid
        };
        let smaller = hashes.iter().filter(is_smaller);
        let (hashes, sums): (Vec<&HashedInput>, Vec<_>) = smaller
            .take_while(is_paid)
            .filter_map(|hashed| {
                let hash = number::<C>(&hashed.hash(&first.key)?)?;
                Some((hashed, multiples.times(&hash)))
            })
            .unzip();
        for (hashed, x) in hashes.into_iter().zip(abscissas::<C>(&sums)) {
            for expected in expected.get(&x).into_iter().flatten() {
                let proof = expected.prove(case, hashed, work);
                best = best.into_iter().chain(proof).min_by_key(size);
            }
        }
    }
    best
}

/// So many points are normalized together.
const AT_ONCE: usize = 32;

/// A curve whose points are normalized together.
pub trait Curve:
    CurveArithmetic<
        ProjectivePoint: BatchNormalize<
            [ProjectivePoint<Self>; AT_ONCE],
            Output = [AffinePoint<Self>; AT_ONCE],
        >,
        AffinePoint: DecompressPoint<Self>,
        Scalar: Reduce<FieldBytes<Self>>,
    >
{
}

impl Curve for p384::NistP384 {}
impl Curve for p521::NistP521 {}
impl Curve for k256::Secp256k1 {}

/// The x of each point, of which none is the point at infinity but by chance.
pub fn abscissas<C: Curve>(points: &[ProjectivePoint<C>]) -> Vec<FieldBytes<C>> {
    let normalized = points.chunks(AT_ONCE).flat_map(|points| {
        // Slices are normalized point by point: only arrays have one inversion.
        let mut array = [ProjectivePoint::<C>::generator(); AT_ONCE];
        array
            .iter_mut()
            .zip(points)
            .for_each(|(place, point)| *place = *point);
        ProjectivePoint::<C>::batch_normalize(&array)
            .into_iter()
            .take(points.len())
    });
    normalized.map(|point| point.x()).collect()
}

/// The points for each form of the signature and each key, the plainest ones first.
fn expected<'t, C>(
    keys: &[(&'t Target<'t>, ProjectivePoint<C>)],
    costs: &CurveCosts,
    kept: u64,
    work: &mut Work,
) -> Points<'t, C>
where
    C: Curve,
{
    /// So many forms are all of one kind: R and S in either order, and in either order of bytes.
    const ORDERS: usize = 4;
    let mut pairs: Vec<(usize, usize)> = keys
        .iter()
        .enumerate()
        .flat_map(|(key, (target, _))| (0..target.forms.len()).map(move |form| (form, key)))
        .collect();
    // The plainest form meets every key.
    pairs.sort_by_cached_key(|(form, key)| (*form > 0, (form / ORDERS).saturating_add(*key)));
    let (mut found, mut points) = (Vec::new(), Vec::new());
    let mut nonces: HashMap<&[u8], Nonce<C>> = HashMap::new();
    for (form, key) in pairs {
        let Some((target, point)) = keys.get(key) else {
            continue;
        };
        let halves = target.forms.get(form);
        let halves = halves.and_then(|(_, bytes)| bytes.split_at_checked(bytes.len() / 2));
        let numbers = halves.and_then(|(r, s)| Some((r, number::<C>(r)?, number::<C>(s)?)));
        let Some((r_bytes, r, s)) = numbers else {
            continue;
        };
        // What is known of this R is not computed again.
        let nonce = nonces.get(r_bytes);
        let cost = nonce.map_or(costs.multiplication.saturating_mul(2), |nonce| {
            nonce.cost(key, &s, costs)
        });
        // Two sums, with what it takes to normalize them.
        let cost = cost.saturating_add(costs.addition.saturating_mul(3));
        if work.left() <= kept || !work.spend(cost) {
            work.leave_out();
            break;
        }
        let nonce = nonces.entry(r_bytes).or_insert_with(|| Nonce::new(r_bytes));
        if let Some([of_signature, of_key]) = nonce.products(&r, &s, key, point) {
            points.extend([of_signature - of_key, -of_signature - of_key]);
            found.extend([(target, form); 2]);
        }
    }
    let mut expected = Points::<C>::new();
    for ((target, form), x) in found.into_iter().zip(abscissas::<C>(&points)) {
        let expected: &mut Vec<_> = expected.entry(x).or_default();
        expected.push(Expected { target, form });
    }
    expected
}

/// The point R, with its multiples, and the multiples of keys by its x.
struct Nonce<C: Curve> {
    /// None if no point has this x.
    lifted: Option<ProjectivePoint<C>>,
    /// By the bytes of the number.
    multiples: HashMap<FieldBytes<C>, ProjectivePoint<C>>,
    of_keys: HashMap<usize, ProjectivePoint<C>>,
}

impl<C> Nonce<C>
where
    C: Curve,
{
    fn new(r: &[u8]) -> Self {
        Self {
            lifted: lifted::<C>(r),
            multiples: HashMap::new(),
            of_keys: HashMap::new(),
        }
    }

    /// What it costs to compute the products with this number, and this key.
    fn cost(&self, key: usize, s: &Scalar<C>, costs: &CurveCosts) -> u64 {
        if self.lifted.is_none() {
            return 0;
        }
        let last = *s - Scalar::<C>::ONE;
        let of_signature = if self.multiples.contains_key(&s.to_repr()) {
            0
        } else if self.multiples.contains_key(&last.to_repr()) {
            costs.addition
        } else {
            costs.multiplication
        };
        let is_known = self.of_keys.contains_key(&key);
        of_signature.saturating_add(if is_known { 0 } else { costs.multiplication })
    }

    /// `s R` and `r Q`.
    fn products(
        &mut self,
        r: &Scalar<C>,
        s: &Scalar<C>,
        key: usize,
        point: &ProjectivePoint<C>,
    ) -> Option<[ProjectivePoint<C>; 2]> {
        let lifted = self.lifted?;
        let last = (*s - Scalar::<C>::ONE).to_repr();
        let last = self.multiples.get(&last).copied();
        let of_signature = self.multiples.entry(s.to_repr());
        let of_signature = of_signature.or_insert_with(|| {
            last.map_or_else(|| lifted.mul_vartime(s), |multiple| multiple + lifted)
        });
        let of_key = self.of_keys.entry(key);
        let of_key = of_key.or_insert_with(|| point.mul_vartime(r));
        Some([*of_signature, *of_key])
    }
}

/// Every hash that may have been signed, those with the fewest changes first.
fn hashes(inputs: &[SigningInput], key_type: KeyType, of: Ways) -> Vec<HashedInput<'_>> {
    let mut hashes = Vec::new();
    for input in inputs {
        for (of_row, algorithm) in rows(input.alg.as_deref(), key_type) {
            let count = match of {
                Ways::All if input.is_likely => usize::MAX,
                Ways::All => LIKELY_WAYS,
                Ways::Plain => 0,
            };
            let ways = ways(algorithm).into_iter().take(count);
            hashes.extend(
                std::iter::once(Vec::new())
                    .chain(ways)
                    .map(|way| HashedInput {
                        input,
                        changes: [&of_row[..], &way].concat(),
                        algorithm,
                    }),
            );
        }
    }
    // Header and payload in other spellings are many, and less likely; so are pairs with another hash. What
    // is likely is one fault, however many changes it takes.
    hashes.sort_by_cached_key(|hashed| {
        let of_input = hashed.input.changes.len();
        let of_hash = hashed.changes.len();
        let faults = if hashed.input.is_likely {
            of_input.min(1)
        } else {
            of_input
        };
        (
            faults.saturating_add(of_hash),
            !hashed.input.is_likely,
            of_hash,
        )
    });
    hashes
}

impl Expected<'_> {
    fn prove(&self, case: Case, hashed: &HashedInput, work: &mut Work) -> Option<Proof> {
        let Target { suspect, forms, .. } = self.target;
        let is_other = hashed.changes.iter().any(is_other_algorithm);
        if !suspect.is_for(hashed.algorithm, is_other) {
            return None;
        }
        let (of_form, _) = forms.get(self.form)?;
        let of_input = [&hashed.input.changes[..], &hashed.changes].concat();
        let signer = self.target.signer();
        case.prove(of_form, &of_input, Signer::Key(&signer), work)
    }
}

impl<P: p384::elliptic_curve::Group> Multiples<P> {
    fn of_generator<C: Curve<ProjectivePoint = P>>() -> Self {
        let mut digit = P::generator();
        let places = Scalar::<C>::NUM_BITS.div_ceil(6);
        let multiples = (0..places).map(|_| {
            let first = digit;
            let multiples = std::iter::successors(Some(P::identity()), |last| Some(*last + first));
            let multiples: Vec<P> = multiples.take((1 << DIGIT) + 1).collect();
            digit = multiples.last().copied().unwrap_or(first);
            multiples
        });
        Self(multiples.collect())
    }

    fn times(&self, number: &P::Scalar) -> P {
        let bytes = number.to_repr();
        let byte = |at: usize| {
            let from_end = bytes.as_ref().iter().rev();
            from_end.copied().nth(at).unwrap_or_default()
        };
        let digit = |place: usize| {
            let bit = place * DIGIT;
            let two = u16::from_le_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
            usize::from(two >> (bit % 8) & ((1 << DIGIT) - 1))
        };
        let places = self.0.iter().enumerate();
        let multiples = places.filter_map(|(place, multiples)| match digit(place) {
            0 => None,
            digit => multiples.get(digit),
        });
        multiples.fold(P::identity(), |sum, multiple| sum + *multiple)
    }
}

/// A point with this x.
pub fn lifted<C: Curve>(x: &[u8]) -> Option<ProjectivePoint<C>> {
    let decompressed = AffinePoint::<C>::decompress(&field_bytes::<C>(x)?, Choice::from(0));
    Option::<AffinePoint<C>>::from(decompressed).map(Into::into)
}

/// A number modulo the order of the curve; none if it is zero or too long.
pub fn number<C>(bytes: &[u8]) -> Option<Scalar<C>>
where
    C: Curve,
{
    let number = Scalar::<C>::reduce(&field_bytes::<C>(bytes)?);
    (!bool::from(number.is_zero())).then_some(number)
}

/// The first bytes, as many as the curve takes.
fn field_bytes<C: Curve>(bytes: &[u8]) -> Option<FieldBytes<C>> {
    let mut field = FieldBytes::<C>::default();
    let length = field.len();
    field.copy_from_slice(bytes.get(..length)?);
    Some(field)
}

/// Whether a key is one on these curves.
pub fn has_curve(target: &Target) -> bool {
    is_curve(target.key.key_type())
}

/// Whether it is one of these curves.
pub fn is_curve(key_type: KeyType) -> bool {
    matches!(key_type, KeyType::P384 | KeyType::P521 | KeyType::Secp256k1)
}
