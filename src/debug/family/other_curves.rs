//! ECDSA on the curves that are not P-256, as `search` has it for P-256: R, S and the key give the point that
//! the hash must lead to, so that forms times keys and texts times hashes are computed once each and
//! then compared, instead of a verification for each pair.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime and points of a curve have no overflow"
)]

use std::collections::HashMap;

use p384::elliptic_curve::group::ff::{Field as _, PrimeField as _};
use p384::elliptic_curve::ops::Reduce;
use p384::elliptic_curve::point::DecompressPoint;
use p384::elliptic_curve::subtle::Choice;
use p384::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytes, ProjectivePoint, Scalar};

use super::hash_variants::{LIKELY_WAYS, ways};
use super::key_with_forms::Target;
use crate::algorithm::{Algorithm, KeyType, Material, Message};
use crate::debug::budget::{self, Work};
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

/// A form of the signature with a key, and the two points of which the hash must lead to one.
struct Expected<'t, P> {
    target: &'t Target<'t>,
    form: usize,
    points: [P; 2],
}

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
    let p384 = |key: &Material| match key {
        Material::P384(key) => Some((*key.as_affine()).into()),
        _ => None,
    };
    let p521 = |key: &Material| match key {
        Material::P521(key) => Some((*key.as_affine()).into()),
        _ => None,
    };
    let secp256k1 = |key: &Material| match key {
        Material::Secp256k1(key) => Some((*key.as_affine()).into()),
        _ => None,
    };
    on::<p384::NistP384>(case, inputs, targets, p384, kept, ways, work)
        .or_else(|| on::<p521::NistP521>(case, inputs, targets, p521, kept, ways, work))
        .or_else(|| on::<k256::Secp256k1>(case, inputs, targets, secp256k1, kept, ways, work))
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
    C: CurveArithmetic,
    AffinePoint<C>: DecompressPoint<C>,
    Scalar<C>: Reduce<FieldBytes<C>>,
{
    let keys: Vec<_> = targets
        .iter()
        .filter_map(|target| Some((target, point(&target.key)?)))
        .collect();
    let (first, _) = keys.first()?;
    let cost = budget::of_curve(&first.key);
    let expected = expected::<C>(&keys, cost.multiplication, kept, work);
    if expected.is_empty() || work.left() <= kept || !work.spend(cost.multiples) {
        return None;
    }
    let multiples = Multiples::of_generator::<C>();
    let comparisons = u64::try_from(expected.len()).unwrap_or(u64::MAX);
    let mut best: Option<Proof> = None;
    let size = |proof: &Proof| proof.changes().len();
    for hashed in hashes(inputs, first.key.key_type(), ways) {
        let least = case.reading.changes.len().saturating_add(hashed.changes());
        if best.as_ref().is_some_and(|best| size(best) <= least) {
            continue;
        }
        let cost = cost.look_up.saturating_add(comparisons);
        let units = budget::of_hash(hashed.input.text.len()).saturating_add(cost);
        if work.left() <= kept || !work.spend(units) {
            work.leave_out();
            break;
        }
        work.count(comparisons);
        let Some(hash) = hashed.hash(&first.key).and_then(|hash| number::<C>(&hash)) else {
            continue;
        };
        let sum = multiples.times(&hash);
        for expected in expected.iter().filter(|found| found.points.contains(&sum)) {
            let proof = expected.prove(case, &hashed, work);
            best = best.into_iter().chain(proof).min_by_key(size);
        }
    }
    best
}

/// The points for each form of the signature and each key, the plainest ones first.
fn expected<'t, C>(
    keys: &[(&'t Target<'t>, ProjectivePoint<C>)],
    multiplication: u64,
    kept: u64,
    work: &mut Work,
) -> Vec<Expected<'t, ProjectivePoint<C>>>
where
    C: CurveArithmetic,
    AffinePoint<C>: DecompressPoint<C>,
    Scalar<C>: Reduce<FieldBytes<C>>,
{
    /// So many forms are all of one kind: R and S in either order, and in either order of bytes.
    const ORDERS: usize = 4;
    /// On the curve where points cost most.
    const ADDITIONS: u64 = 20;
    let mut pairs: Vec<(usize, usize)> = keys
        .iter()
        .enumerate()
        .flat_map(|(key, (target, _))| (0..target.forms.len()).map(move |form| (form, key)))
        .collect();
    // The plainest form meets every key.
    pairs.sort_by_cached_key(|(form, key)| (*form > 0, (form / ORDERS).saturating_add(*key)));
    let mut found = Vec::new();
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
        let is_known = nonces
            .get(r_bytes)
            .is_some_and(|nonce| nonce.is_next(key, &s));
        let cost = if is_known {
            ADDITIONS
        } else {
            multiplication.saturating_mul(2)
        };
        if work.left() <= kept || !work.spend(cost) {
            work.leave_out();
            break;
        }
        let nonce = nonces.entry(r_bytes).or_insert_with(|| Nonce::new(r_bytes));
        if let Some([of_signature, of_key]) = nonce.products(&r, &s, key, point) {
            found.push(Expected {
                target,
                form,
                points: [of_signature - of_key, -of_signature - of_key],
            });
        }
    }
    found
}

/// The point R, with the last of its multiples that was computed, and the multiples of keys by its x.
struct Nonce<C: CurveArithmetic> {
    /// None if no point has this x.
    lifted: Option<ProjectivePoint<C>>,
    multiple: Option<(Scalar<C>, ProjectivePoint<C>)>,
    of_keys: HashMap<usize, ProjectivePoint<C>>,
}

impl<C> Nonce<C>
where
    C: CurveArithmetic,
    AffinePoint<C>: DecompressPoint<C>,
{
    fn new(r: &[u8]) -> Self {
        let decompressed =
            field_bytes::<C>(r).map(|r| AffinePoint::<C>::decompress(&r, Choice::from(0)));
        let affine = decompressed.and_then(Option::<AffinePoint<C>>::from);
        Self {
            lifted: affine.map(Into::into),
            multiple: None,
            of_keys: HashMap::new(),
        }
    }

    /// Whether additions alone lead to the products with this number, and this key.
    fn is_next(&self, key: usize, s: &Scalar<C>) -> bool {
        let is_next = |last: &Scalar<C>| last == s || *last + Scalar::<C>::ONE == *s;
        let of_signature = self
            .multiple
            .as_ref()
            .is_some_and(|(last, _)| is_next(last));
        self.lifted.is_none() || (of_signature && self.of_keys.contains_key(&key))
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
        let of_signature = match &self.multiple {
            Some((last, multiple)) if last == s => *multiple,
            Some((last, multiple)) if *last + Scalar::<C>::ONE == *s => *multiple + lifted,
            Some(_) | None => lifted * *s,
        };
        self.multiple = Some((*s, of_signature));
        let of_key = self.of_keys.entry(key).or_insert_with(|| *point * *r);
        Some([of_signature, *of_key])
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

impl<P> Expected<'_, P> {
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
    fn of_generator<C: CurveArithmetic<ProjectivePoint = P>>() -> Self {
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

/// A number modulo the order of the curve; none if it is zero or too long.
fn number<C>(bytes: &[u8]) -> Option<Scalar<C>>
where
    C: CurveArithmetic,
    Scalar<C>: Reduce<FieldBytes<C>>,
{
    let number = Scalar::<C>::reduce(&field_bytes::<C>(bytes)?);
    (!bool::from(number.is_zero())).then_some(number)
}

/// The first bytes, as many as the curve takes.
fn field_bytes<C: CurveArithmetic>(bytes: &[u8]) -> Option<FieldBytes<C>> {
    let mut field = FieldBytes::<C>::default();
    let length = field.len();
    field.copy_from_slice(bytes.get(..length)?);
    Some(field)
}

/// Whether a key is one on these curves.
pub fn has_curve(target: &Target) -> bool {
    matches!(
        target.key.key_type(),
        KeyType::P384 | KeyType::P521 | KeyType::Secp256k1
    )
}
