//! One character of a signature that was altered, lost or added, on the curves that are not P-256 and on Ed25519.
//!
//! One half of the signature is as it was, so that a candidate for the other one costs some additions of points instead
//! of a verification: with R known, `s R` must be `±(e G + r Q)`, and `S B` must be `R + k A` on Ed25519; with s known,
//! `(e G + r Q) / s` must have r as its x. An R on Ed25519 is hashed, so that each costs a verification.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers modulo a prime and points of a curve have no overflow"
)]

use std::collections::HashMap;
use std::ops::{Add, Sub};

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::traits::Identity as _;
use p384::elliptic_curve::group::ff::Field as _;
use p384::elliptic_curve::ops::MulVartime as _;
use p384::elliptic_curve::{Group as _, ProjectivePoint, Scalar};
use sha2::{Digest as _, Sha512};

use super::key_with_forms::Target;
use super::other_curves::{self, Curve, abscissas, lifted, number, of_k256, of_p384, of_p521};
use crate::algorithm::{Algorithm, KeyType, Material, Message, Signed};
use crate::debug::alteration;
use crate::debug::budget::{self, CurveCosts, Work};
use crate::debug::change::Change;
use crate::debug::proof::{Proof, Signer};
use crate::debug::replay;
use crate::debug::search::Case;
use crate::text::base64url;

/// More keys are not tried.
const MAX_KEYS: usize = 5;

/// A candidate differs from the one before in one bit, seldom in more; if two characters are swapped, in those of two
/// pairs.
const ADDITIONS: u64 = 1;
const ADDITIONS_OF_SWAPPED: u64 = 12;

/// The characters at one place.
const CHARACTERS: usize = 64;

/// The proof that one of these keys made the signature, before one of its characters was altered.
pub fn search(case: Case, alg: Option<&str>, targets: &[Target], work: &mut Work) -> Option<Proof> {
    among(case, alg, targets, Edits::of, work)
}

/// The same, before two of its characters were swapped, or one was added.
pub fn swapped_or_added(
    case: Case,
    alg: Option<&str>,
    targets: &[Target],
    work: &mut Work,
) -> Option<Proof> {
    among(case, alg, targets, Edits::swapped_or_added, work)
}

fn among(
    case: Case,
    alg: Option<&str>,
    targets: &[Target],
    edits: impl Fn(Case, usize, &mut Work) -> Option<Edits>,
    work: &mut Work,
) -> Option<Proof> {
    let row = Algorithm::named(alg?)?;
    let is_for = |target: &&Target| {
        target.key.key_type() == row.key_type && target.suspect.is_for(row, false)
    };
    let targets = targets.iter().filter(is_for).take(MAX_KEYS);
    let targets: Vec<&Target> = targets.collect();
    let key = &targets.first()?.key;
    if !matches!(row.key_type, KeyType::Ed25519) && !other_curves::is_curve(row.key_type) {
        return None;
    }
    let edits = edits(case, row.signature_octets(key), work)?;
    let edit_search = Search {
        case,
        row,
        targets: &targets,
        edits: &edits,
        text: case.reading.signing_input(),
    };
    match row.key_type {
        KeyType::P384 => edit_search.on::<p384::NistP384>(of_p384, work),
        KeyType::P521 => edit_search.on::<p521::NistP521>(of_p521, work),
        KeyType::Secp256k1 => edit_search.on::<k256::Secp256k1>(of_k256, work),
        KeyType::Ed25519 => edit_search.on_ed25519(work),
        KeyType::P256 | KeyType::Rsa | KeyType::Oct => None,
    }
}

/// A signature as it may have been.
struct Candidate {
    change: Change,
    signature: Vec<u8>,
}

/// Every signature that one character makes of the one that was sent.
struct Edits {
    candidates: Vec<Candidate>,
    half: usize,
    /// What it takes from one candidate to the next.
    additions: u64,
    /// Whether there are so few that each may be verified.
    are_few: bool,
}

impl Edits {
    fn of(case: Case, octets: usize, work: &mut Work) -> Option<Self> {
        /// A segment is written and read, with its change.
        const OF_A_CANDIDATE: u64 = 1;
        let segment = &case.reading.segments.signature;
        let characters = octets.saturating_mul(8).div_ceil(6);
        if segment.len().abs_diff(characters) > 1 {
            return None;
        }
        let count = u64::try_from(segment.len().saturating_mul(CHARACTERS)).unwrap_or(u64::MAX);
        if !work.spend(count.saturating_mul(OF_A_CANDIDATE)) {
            return None;
        }
        let texts: Vec<_> = alteration::of_one_character(segment, octets).collect();
        // In the order of the Gray code, each character differs from the one before in one bit.
        let in_order = texts.chunks(CHARACTERS).flat_map(|of_place| {
            let numbers = 0..CHARACTERS;
            numbers.filter_map(|number| of_place.get(number ^ (number >> 1)))
        });
        let candidates = in_order.filter_map(|(change, text)| {
            let signature = base64url::decode(text).ok()?;
            let change = change.clone();
            (signature.len() == octets).then_some(Candidate { change, signature })
        });
        Some(Self {
            candidates: candidates.collect(),
            half: octets / 2,
            additions: ADDITIONS,
            are_few: false,
        })
    }

    /// Those that two neighbors make of it, or a character too many.
    fn swapped_or_added(case: Case, octets: usize, work: &mut Work) -> Option<Self> {
        let segment = &case.reading.segments.signature;
        if !work.spend(u64::try_from(segment.len()).unwrap_or(u64::MAX)) {
            return None;
        }
        let texts = alteration::signatures_swapped_or_added(segment, octets);
        let candidates = texts.filter_map(|(change, text)| {
            let signature = base64url::decode(&text).ok()?;
            (signature.len() == octets).then_some(Candidate { change, signature })
        });
        Some(Self {
            candidates: candidates.collect(),
            half: octets / 2,
            additions: ADDITIONS_OF_SWAPPED,
            are_few: true,
        })
    }

    /// Those of which the first half is as it was.
    fn of_second_half(&self) -> Vec<&Candidate> {
        let first =
            |candidate: &Candidate| candidate.signature.get(..self.half).map(<[u8]>::to_vec);
        let known = self.candidates.last().and_then(first);
        let candidates = self.candidates.iter();
        candidates
            .filter(|candidate| first(candidate) == known)
            .collect()
    }

    /// Those of which the second half is as it was.
    fn of_first_half(&self) -> Vec<&Candidate> {
        let second =
            |candidate: &Candidate| candidate.signature.get(self.half..).map(<[u8]>::to_vec);
        let known = self.candidates.first().and_then(second);
        let candidates = self.candidates.iter();
        candidates
            .filter(|candidate| second(candidate) == known)
            .collect()
    }
}

struct Search<'s> {
    case: Case<'s>,
    row: &'static Algorithm,
    targets: &'s [&'s Target<'s>],
    edits: &'s Edits,
    text: String,
}

impl Search<'_> {
    fn on<C: Curve>(
        &self,
        point: fn(&Material) -> Option<ProjectivePoint<C>>,
        work: &mut Work,
    ) -> Option<Proof> {
        let key = &self.targets.first()?.key;
        let costs = budget::of_curve(key);
        let message = replay::message(self.text.as_bytes(), &[], self.row, key)?;
        let (Message::Prehash(hash), _) = message else {
            return None;
        };
        let keys = self.targets.iter();
        let keys = keys.filter_map(|target| Some((*target, point(&target.key)?)));
        let keys: Vec<(&Target, ProjectivePoint<C>)> = keys.collect();
        self.in_s::<C>(&hash, &keys, &costs, work)
            .or_else(|| self.in_r::<C>(&hash, &keys, &costs, work))
            .or_else(|| self.between(work))
    }

    /// R is as it was: `s R = ±(e G + r Q)`, for every key at once.
    fn in_s<C: Curve>(
        &self,
        hash: &[u8],
        keys: &[(&Target, ProjectivePoint<C>)],
        costs: &CurveCosts,
        work: &mut Work,
    ) -> Option<Proof> {
        let candidates = self.edits.of_second_half();
        let (r_bytes, _) = candidates
            .first()?
            .signature
            .split_at_checked(self.edits.half)?;
        let products = u64::try_from(keys.len().saturating_add(2)).unwrap_or(u64::MAX);
        self.pay(candidates.len(), products, costs, work)?;
        let (nonce, r) = (lifted::<C>(r_bytes)?, number::<C>(r_bytes)?);
        let of_hash = ProjectivePoint::<C>::generator().mul_vartime(&number::<C>(hash)?);
        let sums = keys.iter().map(|(_, key)| of_hash + key.mul_vartime(&r));
        let sums: Vec<_> = sums.collect();
        let targets = keys.iter().map(|(target, _)| *target);
        let expected: HashMap<_, _> = abscissas::<C>(&sums).into_iter().zip(targets).collect();
        let numbers = candidates.iter();
        let numbers = numbers.filter_map(|candidate| candidate.signature.get(self.edits.half..));
        let doublings = doublings(nonce, numbers.clone());
        let points = walk(ProjectivePoint::<C>::identity(), &doublings, numbers);
        let met = candidates.iter().zip(abscissas::<C>(&points));
        let mut met = met.filter_map(|(candidate, x)| Some((*candidate, *expected.get(&x)?)));
        met.find_map(|(candidate, target)| self.prove(candidate, target, work))
    }

    /// S is as it was: `(e G + r Q) / s` has r as its x.
    fn in_r<C: Curve>(
        &self,
        hash: &[u8],
        keys: &[(&Target, ProjectivePoint<C>)],
        costs: &CurveCosts,
        work: &mut Work,
    ) -> Option<Proof> {
        let candidates = self.edits.of_first_half();
        let (_, s_bytes) = candidates
            .first()?
            .signature
            .split_at_checked(self.edits.half)?;
        let inverse = Option::<Scalar<C>>::from(number::<C>(s_bytes)?.invert())?;
        for (target, key) in keys {
            self.pay(candidates.len(), 2, costs, work)?;
            let start =
                ProjectivePoint::<C>::generator().mul_vartime(&(number::<C>(hash)? * inverse));
            let step = key.mul_vartime(&inverse);
            let numbers = candidates.iter();
            let numbers =
                numbers.filter_map(|candidate| candidate.signature.get(..self.edits.half));
            let points = walk(start, &doublings(step, numbers.clone()), numbers.clone());
            let met = candidates.iter().zip(numbers).zip(abscissas::<C>(&points));
            let mut met = met.filter(|((_, r), x)| {
                let r = number::<C>(r);
                r.is_some() && r == number::<C>(x)
            });
            let proof = met.find_map(|((candidate, _), _)| self.prove(candidate, target, work));
            if proof.is_some() {
                return proof;
            }
        }
        None
    }

    /// A character that is of both halves, or an R that costs a verification.
    fn between(&self, work: &mut Work) -> Option<Proof> {
        let half = self.edits.half;
        let first = self.edits.candidates.first()?;
        let last = self.edits.candidates.last()?;
        let is_open = work.tried.deep || self.edits.are_few;
        let is_open_in_r = is_open && self.row.key_type == KeyType::Ed25519;
        let is_open = |candidate: &&Candidate| {
            let is_r = candidate.signature.get(half..) == first.signature.get(half..);
            let is_s = candidate.signature.get(..half) == last.signature.get(..half);
            !is_s && (!is_r || is_open_in_r)
        };
        for target in self.targets {
            for candidate in self.edits.candidates.iter().filter(is_open) {
                let cost = budget::of_verification(&target.key, self.text.len());
                if !work.spend(cost) {
                    return None;
                }
                work.count(1);
                let text = Signed::Text(self.text.as_bytes());
                if self.row.verify(&target.key, text, &candidate.signature) {
                    return self.prove(candidate, target, work);
                }
            }
        }
        None
    }

    /// R is as it was: `S B = R + k A` (RFC 8032, section 5.1.7).
    fn on_ed25519(&self, work: &mut Work) -> Option<Proof> {
        let candidates = self.edits.of_second_half();
        let (r_bytes, _) = candidates
            .first()?
            .signature
            .split_at_checked(self.edits.half)?;
        let costs = budget::of_curve(&self.targets.first()?.key);
        let keys = u64::try_from(self.targets.len()).unwrap_or(u64::MAX);
        self.pay(candidates.len(), keys.saturating_add(1), &costs, work)?;
        let r = CompressedEdwardsY::from_slice(r_bytes).ok()?.decompress();
        let sums = self.targets.iter().filter_map(|target| {
            let Material::Ed25519(key) = &target.key else {
                return None;
            };
            let point = CompressedEdwardsY(key.to_bytes()).decompress()?;
            let hash = Sha512::new()
                .chain_update(r_bytes)
                .chain_update(key.as_bytes())
                .chain_update(&self.text);
            let hash = curve25519_dalek::Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
            Some((*target, r? + point * hash))
        });
        let sums: Vec<(&Target, EdwardsPoint)> = sums.collect();
        // The number is little-endian.
        let numbers = candidates.iter().filter_map(|candidate| {
            let number = candidate.signature.get(self.edits.half..)?;
            Some(number.iter().rev().copied().collect::<Vec<u8>>())
        });
        let numbers: Vec<Vec<u8>> = numbers.collect();
        let numbers = numbers.iter().map(Vec::as_slice);
        let doublings = doublings(ED25519_BASEPOINT_POINT, numbers.clone());
        let points = walk(EdwardsPoint::identity(), &doublings, numbers);
        let met = candidates
            .iter()
            .zip(points)
            .filter_map(|(candidate, point)| {
                let (target, _) = sums.iter().find(|(_, sum)| *sum == point)?;
                Some((*candidate, *target))
            });
        let mut met = met.collect::<Vec<_>>().into_iter();
        met.find_map(|(candidate, target)| self.prove(candidate, target, work))
            .or_else(|| self.between(work))
    }

    /// Pays for so many candidates, for products of points and the doublings of one.
    fn pay(
        &self,
        candidates: usize,
        products: u64,
        costs: &CurveCosts,
        work: &mut Work,
    ) -> Option<()> {
        let count = u64::try_from(candidates).unwrap_or(u64::MAX);
        // A point is normalized for as much as a sum.
        let of_each = costs
            .addition
            .saturating_mul(self.edits.additions.saturating_add(1));
        let bits = u64::try_from(self.edits.half.saturating_mul(8)).unwrap_or(u64::MAX);
        let units = count
            .saturating_mul(of_each)
            .saturating_add(bits.saturating_mul(costs.addition))
            .saturating_add(products.saturating_mul(costs.multiplication));
        let is_paid = work.spend(units);
        if is_paid {
            work.count(count);
        }
        is_paid.then_some(())
    }

    fn prove(&self, candidate: &Candidate, target: &Target, work: &mut Work) -> Option<Proof> {
        let signer = target.signer();
        let change = std::slice::from_ref(&candidate.change);
        self.case.prove(change, &[], Signer::Key(&signer), work)
    }
}

/// `2^k P` for each bit that one of these numbers has.
fn doublings<'n, P: Copy + Add<Output = P>>(
    point: P,
    mut numbers: impl Iterator<Item = &'n [u8]>,
) -> Vec<P> {
    let bits = numbers.next().map_or(0, |number| number.len() * 8);
    let doublings = std::iter::successors(Some(point), |point| Some(*point + *point));
    doublings.take(bits).collect()
}

/// `start + n P` for each of these big-endian numbers, by the bits in which it differs from the one before.
fn walk<'n, P: Copy + Add<Output = P> + Sub<Output = P>>(
    start: P,
    doublings: &[P],
    numbers: impl Iterator<Item = &'n [u8]>,
) -> Vec<P> {
    let mut point = start;
    let mut last: Vec<u8> = Vec::new();
    let points = numbers.map(|number| {
        last.resize(number.len(), 0);
        let bytes = number.iter().rev().zip(last.iter().rev()).enumerate();
        for (place, (new, old)) in bytes {
            let changed = new ^ old;
            for bit in (0..8).filter(|bit| changed >> bit & 1 == 1) {
                let Some(doubling) = doublings.get(place * 8 + bit) else {
                    continue;
                };
                point = if new >> bit & 1 == 1 {
                    point + *doubling
                } else {
                    point - *doubling
                };
            }
        }
        last.copy_from_slice(number);
        point
    });
    points.collect()
}
