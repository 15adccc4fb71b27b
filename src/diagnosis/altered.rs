//! One character of the token that was changed, lost or added.
//!
//! In the signature the candidates differ by a multiple of a power of two, so that each costs an
//! addition of points instead of a verification: with R known, `s R` must be `±(e G + r Q)`; with s
//! known, `(e G + r Q) / s` must have r as its x. In header and payload each candidate is a hash to be
//! looked up.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::cause::Cause;
use super::lax;
use super::reading::Reading;
use super::search::{Candidate, Proof, Targets, verifies};
use super::signature::{self, Form};
use super::signed::Hashed;
use crate::compact::Segment;
use crate::curve::{self, Point};

/// The characters of a good signature; the last one carries two bits.
const CHARACTERS: usize = 86;

/// The character whose bits belong to R and to S.
const BOUNDARY: usize = 42;

/// The segments with one character altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// The character at this place is another.
    Replaced(usize),
    /// A character is missing before this place.
    Lost(usize),
    /// The character at this place is one too many.
    Added(usize),
}

impl Change {
    fn place(self) -> usize {
        match self {
            Self::Replaced(at) | Self::Lost(at) | Self::Added(at) => at,
        }
    }

    /// The text as it was, where `character` stood there.
    fn undone(self, text: &str, character: char) -> Option<String> {
        let (before, rest) = text.split_at_checked(self.place())?;
        let after = match self {
            Self::Lost(_) => rest,
            Self::Replaced(_) | Self::Added(_) => rest.get(1..)?,
        };
        Some(match self {
            Self::Replaced(_) | Self::Lost(_) => format!("{before}{character}{after}"),
            Self::Added(_) => format!("{before}{after}"),
        })
    }

    fn detail(self, segment: Segment, character: char) -> String {
        let at = self.place();
        match self {
            Self::Replaced(_) => format!("\"{character}\" at octet {at} of the {segment}"),
            Self::Lost(_) => format!("\"{character}\" put back at octet {at} of the {segment}"),
            Self::Added(_) => format!("the character at octet {at} of the {segment} taken out"),
        }
    }
}

/// How many candidates there are in a signature of about the right length.
pub fn signature_candidates(segment: &str) -> u64 {
    let count = match segment.len() {
        85 => CHARACTERS.saturating_mul(64),
        CHARACTERS => CHARACTERS.saturating_mul(63),
        87 => 87,
        _ => 0,
    };
    u64::try_from(count).unwrap_or(0)
}

/// Looks for one altered character in the signature segment.
pub fn in_signature(
    reading: &Reading,
    hashes: &[Hashed],
    candidates: &[Candidate],
) -> Option<Proof> {
    let segment = &reading.last_as_written;
    let change: fn(usize) -> Change = match segment.len() {
        85 => Change::Lost,
        CHARACTERS => Change::Replaced,
        87 => Change::Added,
        _ => return None,
    };
    let mut found = Found {
        hashes,
        candidates,
        proof: None,
    };
    if segment.len() == 87 {
        let forms = (0..87)
            .filter_map(|at| Some((change(at), 'A', plain(&change(at).undone(segment, 'A')?)?)));
        found.one_by_one(forms.collect());
        return found.proof;
    }
    let few = (0..64).filter_map(|value| {
        let character = lax::character(value);
        Some((
            change(BOUNDARY),
            character,
            plain(&change(BOUNDARY).undone(segment, character)?)?,
        ))
    });
    let last = ['A', 'Q', 'g', 'w'].into_iter().filter_map(|character| {
        let change = change(CHARACTERS - 1);
        Some((
            change,
            character,
            plain(&change.undone(segment, character)?)?,
        ))
    });
    found.one_by_one(few.chain(last).collect());
    if found.proof.is_none() {
        found.in_s(segment, change);
    }
    if found.proof.is_none() {
        found.in_r(segment, change);
    }
    found.proof
}

/// Looks for another last character, in a signature of any length.
pub fn in_last_character(
    reading: &Reading,
    hashes: &[Hashed],
    candidates: &[Candidate],
) -> Option<Proof> {
    let segment = &reading.last_as_written;
    let last = segment.len().checked_sub(1)?;
    replaced(reading, hashes, candidates, last)
}

/// Looks for another character at any place, in a signature of any length. `step` is told how many
/// were tried, and ends the search with `false`.
pub fn in_any_character(
    reading: &Reading,
    hashes: &[Hashed],
    candidates: &[Candidate],
    step: &mut dyn FnMut(u64) -> bool,
) -> Option<Proof> {
    /// DER and base64 of it are not longer; RSA signatures are.
    const LONGEST: usize = 140;
    let segment = &reading.last_as_written;
    if matches!(segment.len(), 85..=87) || segment.len() > LONGEST {
        return None;
    }
    for at in 0..segment.len() {
        let proof = replaced(reading, hashes, candidates, at);
        if proof.is_some() || !step(64) {
            return proof;
        }
    }
    None
}

fn replaced(
    reading: &Reading,
    hashes: &[Hashed],
    candidates: &[Candidate],
    at: usize,
) -> Option<Proof> {
    let change = Change::Replaced(at);
    let forms: Vec<(char, Form)> = lax::characters()
        .filter_map(|character| {
            Some((
                character,
                change.undone(&reading.last_as_written, character)?,
            ))
        })
        .flat_map(|(character, text)| {
            signature::forms(&text)
                .into_iter()
                .map(move |form| (character, form))
        })
        .collect();
    let (characters, forms): (Vec<char>, Vec<Form>) = forms.into_iter().unzip();
    let targets = Targets::new(&forms, candidates);
    let proof = targets.meet(hashes)?;
    // Which form it was is told by asking once more, one by one.
    characters
        .into_iter()
        .zip(&forms)
        .find_map(|(character, form)| {
            Targets::new(std::slice::from_ref(form), candidates).meet(hashes)?;
            Some(Proof {
                causes: [&[Cause::AlteredCharacter], &proof.causes[..]].concat(),
                detail: Some(change.detail(Segment::Signature, character)),
                ..proof.clone()
            })
        })
}

/// R and S of 64 octets.
fn plain(segment: &str) -> Option<Form> {
    signature::forms(segment)
        .into_iter()
        .find(|form| form.causes.is_empty())
}

struct Found<'f> {
    hashes: &'f [Hashed],
    candidates: &'f [Candidate],
    proof: Option<Proof>,
}

impl Found<'_> {
    /// Candidates of which there are few enough to be tried like any other signature.
    fn one_by_one(&mut self, changes: Vec<(Change, char, Form)>) {
        for (change, character, form) in changes {
            let forms = [form];
            let Some(proof) = Targets::new(&forms, self.candidates).meet(self.hashes) else {
                continue;
            };
            self.keep(change, character, proof);
            return;
        }
    }

    fn keep(&mut self, change: Change, character: char, proof: Proof) {
        self.proof = Some(Proof {
            causes: [&[Cause::AlteredCharacter][..], &proof.causes].concat(),
            detail: Some(change.detail(Segment::Signature, character)),
            ..proof
        });
    }

    /// R is as it was: `s R = ±(e G + r Q)`, for every hash and key at once.
    fn in_s(&mut self, segment: &str, change: fn(usize) -> Change) -> Option<()> {
        let known = plain(&change(CHARACTERS - 2).undone(segment, 'A')?)?;
        let (lifted, r) = (curve::lift(known.r)?, curve::scalar(known.r)?);
        let mut sums = Vec::new();
        let mut places = Vec::new();
        for (c, candidate) in self.candidates.iter().enumerate() {
            let r_times_key = Point::from(curve::times_key(&candidate.key, &r));
            for (h, hashed) in self.hashes.iter().enumerate() {
                let e_times_generator = curve::times_generator(&curve::hash(hashed.prehash));
                sums.push(r_times_key.plus(&e_times_generator.into()));
                places.push((h, c));
            }
        }
        let sums: HashMap<[u8; 32], (usize, usize)> =
            curve::abscissas(&sums).into_iter().zip(places).collect();

        // Each step of a character is the same multiple of R.
        let first = plain(&change(BOUNDARY + 1).undone(segment, 'A')?)?;
        let start = curve::multiply(&lifted, &curve::hash(first.s)).into();
        let steps = Steps {
            segment,
            change,
            doublings: curve::doublings(&lifted, 256),
            lowest: 506,
        };
        steps.walk(BOUNDARY + 1..CHARACTERS - 1, start, &mut |at, points| {
            for (value, x) in (0..64).zip(curve::abscissas(points)) {
                if let Some((h, c)) = sums.get(&x) {
                    self.confirm(segment, change(at), value, *h, *c);
                }
            }
        })
    }

    /// S is as it was: `(e G + r Q) / s` must have r as its x, for each hash and key.
    fn in_r(&mut self, segment: &str, change: fn(usize) -> Change) -> Option<()> {
        /// A hash and a key take some milliseconds; the plain ones come first.
        const MOST: usize = 2;
        let known = plain(&change(0).undone(segment, 'A')?)?;
        let inverse = Option::<p256::Scalar>::from(curve::scalar(known.s)?.invert())?;
        let pairs = self.hashes.iter().enumerate().flat_map(|(h, hashed)| {
            let e = curve::hash(hashed.prehash);
            self.candidates
                .iter()
                .enumerate()
                .map(move |(c, candidate)| (h, c, e, candidate))
        });
        let pairs: Vec<_> = pairs.take(MOST).collect();
        for (h, c, e, candidate) in pairs {
            let key = curve::times_key(&candidate.key, &inverse);
            let base = Point::from(curve::multiply(&curve::times_generator(&e), &inverse));
            let first = plain(&change(0).undone(segment, 'A')?)?;
            let start = base.plus(&curve::multiply(&key, &curve::hash(first.r)).into());
            let steps = Steps {
                segment,
                change,
                doublings: curve::doublings(&key, 256),
                lowest: 250,
            };
            steps.walk(0..BOUNDARY, start, &mut |at, points| {
                let candidates = (0..64).filter_map(|value| {
                    Some((
                        value,
                        plain(&change(at).undone(segment, lax::character(value))?)?,
                    ))
                });
                for ((value, form), x) in candidates.zip(curve::abscissas(points)) {
                    if form.r == x {
                        self.confirm(segment, change(at), value, h, c);
                    }
                }
            })?;
        }
        None
    }

    fn confirm(
        &mut self,
        segment: &str,
        change: Change,
        value: u8,
        hash: usize,
        candidate: usize,
    ) -> Option<()> {
        let character = lax::character(value);
        let form = plain(&change.undone(segment, character)?)?;
        let (hashed, candidate) = (self.hashes.get(hash)?, self.candidates.get(candidate)?);
        if verifies(&candidate.key, &form, hashed.prehash) {
            let proof = Proof {
                causes: [&hashed.causes[..], &candidate.causes].concat(),
                key: Arc::clone(&candidate.id),
                detail: None,
            };
            self.keep(change, character, proof);
        }
        None
    }
}

/// The places of one half of a signature, and what a character at each is worth as a multiple of a
/// point.
struct Steps<'s> {
    segment: &'s str,
    change: fn(usize) -> Change,
    /// `2^k P`
    doublings: Vec<Point>,
    /// The bit that the lowest bit of character 0 would stand for.
    lowest: usize,
}

impl Steps<'_> {
    /// Shows the points of all 64 characters at each place. `start` is the first place's point with
    /// the character "A", which is worth nothing.
    fn walk(
        &self,
        places: std::ops::Range<usize>,
        start: Point,
        show: &mut dyn FnMut(usize, &[Point]),
    ) -> Option<()> {
        let mut start = start;
        for at in places {
            let step = self.step(at)?;
            show(at, &walk(start, step));
            let worth = |place: usize| {
                let value = lax::value(*self.segment.as_bytes().get(place)?)?;
                Some((value, place))
            };
            // From one place to the next, one character is back in the text: where one was lost, it
            // is the same one that moves up a place; else the next one leaves it.
            let (value, place) = worth(at)?;
            start = start.plus(&step.times(value));
            let Some(next) = self.step(at.saturating_add(1)) else {
                return Some(());
            };
            let leaving = match (self.change)(at) {
                Change::Lost(_) => value,
                Change::Replaced(_) | Change::Added(_) => worth(place.saturating_add(1))?.0,
            };
            start = start.minus(&next.times(leaving));
        }
        Some(())
    }

    fn step(&self, at: usize) -> Option<&Point> {
        self.doublings
            .get(self.lowest.checked_sub(at.checked_mul(6)?)?)
    }
}

/// The 64 points from `start` on, `step` apart.
fn walk(start: Point, step: &Point) -> Vec<Point> {
    std::iter::successors(Some(start), |point| Some(point.plus(step)))
        .take(64)
        .collect()
}

/// How many alterations of header and payload are looked at, and whether these are all.
pub fn signing_input_candidates(reading: &Reading) -> (usize, bool) {
    /// Hashing a long text as often as it has places to alter takes its time, in octets.
    const MOST_HASHED: usize = 1 << 30;
    const MOST: usize = 400_000;
    /// Another character at a place, a lost one before it, or one too many.
    const EACH: usize = 129;
    let length = reading.signing_input().len();
    let most = MOST_HASHED.checked_div(length).unwrap_or(0).min(MOST);
    (most, length.saturating_mul(EACH) <= most)
}

/// Looks for one altered character in header and payload: some 50,000 hashes for an ordinary token.
/// `step` is told how many were tried, and ends the search with `false`.
pub fn in_signing_input(
    reading: &Reading,
    targets: &Targets,
    step: &mut dyn FnMut(u64) -> bool,
) -> Option<Proof> {
    /// Normalizing many points together is cheaper.
    const AT_ONCE: usize = 512;
    if targets.is_empty() {
        return None;
    }
    let [header, payload, _] = &reading.segments;
    let segments = [(Segment::Header, header), (Segment::Payload, payload)];
    let changes = segments.into_iter().flat_map(|(segment, text)| {
        let places = 0..=text.len();
        places.flat_map(move |at| {
            let others = lax::characters()
                .flat_map(move |c| [(Change::Replaced(at), c), (Change::Lost(at), c)]);
            others
                .chain([(Change::Added(at), 'A')])
                .map(move |(change, c)| (segment, change, c))
        })
    });
    let mut batch = Vec::with_capacity(AT_ONCE);
    let mut changes = changes.take(signing_input_candidates(reading).0).peekable();
    while let Some((segment, change, character)) = changes.next() {
        let input = match segment {
            Segment::Header => change
                .undone(header, character)
                .map(|header| format!("{header}.{payload}")),
            Segment::Payload | Segment::Signature | Segment::Token => change
                .undone(payload, character)
                .map(|payload| format!("{header}.{payload}")),
        };
        if let Some(input) = input {
            let prehash = Sha256::digest(input).into();
            batch.push((
                segment,
                change,
                character,
                Hashed {
                    causes: vec![Cause::AlteredCharacter],
                    prehash,
                    as_written: false,
                },
            ));
        }
        if batch.len() == AT_ONCE || changes.peek().is_none() {
            if let Some(proof) = met(targets, &batch) {
                return Some(proof);
            }
            if !step(u64::try_from(batch.len()).unwrap_or(0)) {
                return None;
            }
            batch.clear();
        }
    }
    None
}

fn met(targets: &Targets, batch: &[(Segment, Change, char, Hashed)]) -> Option<Proof> {
    let hashes: Vec<Hashed> = batch
        .iter()
        .map(|(_, _, _, hashed)| hashed.clone())
        .collect();
    targets.meet(&hashes)?;
    batch
        .iter()
        .find_map(|(segment, change, character, hashed)| {
            let proof = targets.meet(std::slice::from_ref(hashed))?;
            Some(Proof {
                detail: Some(change.detail(*segment, *character)),
                ..proof
            })
        })
}
