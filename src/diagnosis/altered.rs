//! One character of the token that was changed, lost or added, in a signature of 64 octets and in DER.
//!
//! In the signature the candidates differ by a multiple of a power of two, so that each costs an
//! addition of points instead of a verification: with R known, `s R` must be `±(e G + r Q)`; with s
//! known, `(e G + r Q) / s` must have r as its x. In header and payload each candidate is a hash to be
//! looked up.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::cause::Cause;
use super::lax;
use super::layout::{Layout, values};
use super::reading::Reading;
use super::search::{Candidate, Proof, Targets, verifies};
use super::signature::{self, Form};
use super::signed::Hashed;
use super::work::{LOOK_UP, MULTIPLICATION, Work};
use crate::curve::{self, Point};
use crate::token::malformed::Segment;

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

    fn cause(self) -> Cause {
        match self {
            Self::Replaced(_) => Cause::AlteredCharacter,
            Self::Lost(_) => Cause::LostCharacter,
            Self::Added(_) => Cause::AddedCharacter,
        }
    }

    fn detail(self, segment: Segment, character: char) -> String {
        let at = self.place();
        match self {
            Self::Replaced(_) | Self::Lost(_) => {
                format!("\"{character}\" at octet {at} of the {segment}")
            }
            Self::Added(_) => format!("the one at octet {at} of the {segment}"),
        }
    }
}

/// Looks for one altered character in the signature segment.
pub fn in_signature(
    reading: &Reading,
    hashes: &[Hashed],
    candidates: &[Candidate],
    work: &mut Work,
) -> Option<Proof> {
    let segment = reading.last_as_written.as_str();
    let values = values(segment)?;
    for layout in &Layout::all() {
        let change: fn(usize) -> Change = match segment.len().cmp(&layout.characters) {
            Ordering::Less => Change::Lost,
            Ordering::Equal => Change::Replaced,
            Ordering::Greater => Change::Added,
        };
        if layout.characters.abs_diff(segment.len()) > 1 {
            continue;
        }
        if !layout.begins(&values) {
            continue;
        }
        // Three faults at once are not looked for.
        let hashes = if layout.is_swapped() {
            hashes.get(..1).unwrap_or_default()
        } else {
            hashes
        };
        let mut found = Found {
            layout,
            segment,
            change,
            hashes,
            candidates,
            proof: None,
        };
        if segment.len() > layout.characters {
            found.one_by_one((0..segment.len()).collect(), 1, work);
        } else {
            // Characters that count for R and for S, or for one of them in part.
            let [first, second] = layout.in_order();
            let in_part = (!first.bit.is_multiple_of(6)).then_some(first.places().0);
            let between = first.places().1..=second.places().0;
            let places = in_part
                .into_iter()
                .chain(between)
                .chain([second.places().1]);
            found.one_by_one(places.collect(), 64, work);
            if found.proof.is_none() {
                found.in_s(work);
            }
            if found.proof.is_none() {
                found.in_r(work);
            }
        }
        if found.proof.is_some() {
            return found.proof;
        }
    }
    None
}

/// Looks for another character at any place, in a signature of any length.
pub fn in_any_character(
    reading: &Reading,
    hashes: &[Hashed],
    candidates: &[Candidate],
    work: &mut Work,
) -> Option<Proof> {
    /// DER and base64 of it are not longer; RSA signatures are.
    const LONGEST: usize = 140;
    let segment = &reading.last_as_written;
    if matches!(segment.len(), 85..=87) || segment.len() > LONGEST {
        return None;
    }
    (0..segment.len()).find_map(|at| replaced(reading, hashes, candidates, at, work))
}

fn replaced(
    reading: &Reading,
    hashes: &[Hashed],
    candidates: &[Candidate],
    at: usize,
    work: &mut Work,
) -> Option<Proof> {
    let change = Change::Replaced(at);
    let forms: Vec<(Change, char, Form)> = lax::characters()
        .filter_map(|character| {
            let text = change.undone(&reading.last_as_written, character)?;
            Some((character, text))
        })
        .flat_map(|(character, text)| {
            let forms = signature::forms(&text).into_iter();
            forms.map(move |form| (change, character, form))
        })
        .collect();
    one_of(forms, &reading.last_as_written, hashes, candidates, work)
}

/// The change whose form verifies.
fn one_of(
    changes: Vec<(Change, char, Form)>,
    segment: &str,
    hashes: &[Hashed],
    candidates: &[Candidate],
    work: &mut Work,
) -> Option<Proof> {
    let forms: Vec<Form> = changes.iter().map(|(_, _, form)| form.clone()).collect();
    let targets = Targets::new(&forms, candidates, work);
    let count = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
    if !work.spend(count.saturating_mul(LOOK_UP)) {
        return None;
    }
    work.count(count.saturating_mul(targets.pairs()));
    targets.meet(hashes)?;
    // Which form it was is told by asking once more, one by one.
    changes.into_iter().find_map(|(change, character, form)| {
        let proof = Targets::new(&[form], candidates, work).meet(hashes)?;
        Some(told(proof, change, character, segment))
    })
}

fn told(proof: Proof, change: Change, character: char, segment: &str) -> Proof {
    let is_special = |c| matches!(c, '-' | '_');
    let cause = match change {
        // Where none of its kind is left, they were removed, however few they were.
        Change::Lost(_) if is_special(character) && !segment.contains(is_special) => {
            Cause::DroppedCharacters
        }
        Change::Replaced(_) | Change::Lost(_) | Change::Added(_) => change.cause(),
    };
    Proof {
        causes: [&[cause][..], &proof.causes].concat(),
        detail: Some(change.detail(Segment::Signature, character)),
        ..proof
    }
}

struct Found<'f> {
    layout: &'f Layout,
    segment: &'f str,
    change: fn(usize) -> Change,
    hashes: &'f [Hashed],
    candidates: &'f [Candidate],
    proof: Option<Proof>,
}

impl Found<'_> {
    /// R and S, where the character stood there.
    fn form(&self, at: usize, character: char) -> Option<Form> {
        let text = (self.change)(at).undone(self.segment, character)?;
        self.layout.form(&text)
    }

    /// Places of which there are few enough to be tried like any other signature.
    fn one_by_one(&mut self, places: Vec<usize>, characters: usize, work: &mut Work) {
        /// Those that make no difference for R and S are one candidate.
        fn is_new(known: &[(Change, char, Form)], form: &Form) -> bool {
            !known.iter().any(|(_, _, known)| known == form)
        }
        let mut changes = Vec::new();
        for at in places {
            for character in lax::characters().take(characters) {
                if let Some(form) = self.form(at, character)
                    && is_new(&changes, &form)
                {
                    changes.push(((self.change)(at), character, form));
                }
            }
        }
        self.proof = one_of(changes, self.segment, self.hashes, self.candidates, work);
    }

    /// R is as it was: `s R = ±(e G + r Q)`, for every hash and key at once.
    fn in_s(&mut self, work: &mut Work) -> Option<()> {
        let (from, last) = self.layout.s.whole_places();
        let known = self.form(last.checked_sub(1)?, 'A')?;
        let (lifted, r) = (curve::lift(known.r)?, curve::scalar(known.r)?);
        let mut sums = Vec::new();
        let mut places = Vec::new();
        let hashes = u64::try_from(self.hashes.len()).unwrap_or(u64::MAX);
        for (c, candidate) in self.candidates.iter().enumerate() {
            if !work.spend(
                hashes
                    .saturating_mul(LOOK_UP)
                    .saturating_add(MULTIPLICATION),
            ) {
                break;
            }
            let r_times_key = Point::from(curve::times_key(&candidate.key, &r));
            let hashes = self.hashes.iter().map(|hashed| curve::hash(hashed.prehash));
            for (h, point) in curve::all_times_generator(hashes).iter().enumerate() {
                sums.push(r_times_key.plus(point));
                places.push((h, c));
            }
        }
        let sums: HashMap<[u8; 32], (usize, usize)> =
            curve::abscissas(&sums).into_iter().zip(places).collect();

        // Each step of a character is the same multiple of R.
        let start = curve::multiply(&lifted, &curve::hash(self.form(from, 'A')?.s)).into();
        let steps = Steps {
            segment: self.segment,
            change: self.change,
            doublings: &curve::doublings(&lifted, 256),
            lowest: self.layout.s.end().checked_sub(6)?,
        };
        if !work.spend(Steps::cost()) {
            return None;
        }
        work.count(Steps::count(&(from..last)));
        steps.walk(from..last, start, &mut |at, points| {
            for (value, x) in (0..64).zip(curve::abscissas(points)) {
                if let Some((h, c)) = sums.get(&x) {
                    self.confirm(at, value, *h, *c);
                }
            }
        })
    }

    /// S is as it was: `(e G + r Q) / s` must have r as its x, for each hash and key. The plainest hash
    /// and the first key come first.
    fn in_r(&mut self, work: &mut Work) -> Option<()> {
        let (from, last) = self.layout.r.whole_places();
        let known = self.form(from, 'A')?;
        let inverse = Option::<p256::Scalar>::from(curve::scalar(known.s)?.invert())?;
        let mut pairs: Vec<(usize, usize)> = (0..self.hashes.len())
            .flat_map(|h| (0..self.candidates.len()).map(move |c| (h, c)))
            .collect();
        pairs.sort_by_key(|(h, c)| h.saturating_add(*c));
        // What R is with each character at each place is the same for all of them.
        let wanted: HashMap<usize, Vec<Option<[u8; 32]>>> = (from..last)
            .map(|at| {
                let r = |value| Some(self.form(at, lax::character(value))?.r);
                (at, (0..64).map(r).collect())
            })
            .collect();
        let mut keys: HashMap<usize, (Point, Vec<Point>)> = HashMap::new();
        for (h, c) in pairs {
            let (hashed, candidate) = (self.hashes.get(h)?, self.candidates.get(c)?);
            let (times_r, doublings) = keys.entry(c).or_insert_with(|| {
                let key = curve::times_key(&candidate.key, &inverse);
                let times_r = curve::multiply(&key, &curve::hash(known.r));
                (times_r.into(), curve::doublings(&key, 256))
            });
            let e = curve::hash(hashed.prehash);
            let base = Point::from(curve::times_generator(&e.multiply(&inverse)));
            let start = base.plus(times_r);
            let steps = Steps {
                segment: self.segment,
                change: self.change,
                doublings,
                lowest: self.layout.r.end().checked_sub(6)?,
            };
            if !work.spend(Steps::cost()) {
                return None;
            }
            work.count(Steps::count(&(from..last)));
            steps.walk(from..last, start, &mut |at, points| {
                let wanted = wanted.get(&at).into_iter().flatten();
                for (value, (x, r)) in (0..64).zip(curve::abscissas(points).iter().zip(wanted)) {
                    if r.as_ref() == Some(x) {
                        self.confirm(at, value, h, c);
                    }
                }
            })?;
            if self.proof.is_some() {
                break;
            }
        }
        None
    }

    fn confirm(&mut self, at: usize, value: u8, hash: usize, candidate: usize) -> Option<()> {
        let character = lax::character(value);
        let form = self.form(at, character)?;
        let (hashed, candidate) = (self.hashes.get(hash)?, self.candidates.get(candidate)?);
        if verifies(&candidate.key, &form, hashed.prehash) {
            let proof = Proof {
                causes: [&form.causes[..], &hashed.causes, &candidate.causes].concat(),
                key: Arc::clone(&candidate.id),
                detail: None,
            };
            self.proof = Some(told(proof, (self.change)(at), character, self.segment));
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
    doublings: &'s [Point],
    /// The bit that the lowest bit of character 0 would stand for.
    lowest: usize,
}

impl Steps<'_> {
    /// Some multiplications, the doublings, and two additions' worth for each character.
    fn cost() -> u64 {
        const OF_A_HALF: u64 = 43 * 64 * 2;
        MULTIPLICATION.saturating_mul(4).saturating_add(OF_A_HALF)
    }

    fn count(places: &std::ops::Range<usize>) -> u64 {
        u64::try_from(places.len().saturating_mul(64)).unwrap_or(u64::MAX)
    }

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

/// Looks for one altered character in header and payload: some 50,000 hashes for an ordinary token.
pub fn in_signing_input(reading: &Reading, targets: &Targets, work: &mut Work) -> Option<Proof> {
    /// Normalizing many points together is cheaper.
    const AT_ONCE: usize = 512;
    const OCTETS_A_UNIT: usize = 128;
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
    // Long texts take their time to be hashed.
    let each = reading.signing_input().len() / OCTETS_A_UNIT;
    let each = u64::try_from(each)
        .unwrap_or(u64::MAX)
        .saturating_add(LOOK_UP);
    let mut changes = changes.peekable();
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
                    causes: vec![change.cause()],
                    prehash,
                    is_plain: false,
                    detail: None,
                },
            ));
        }
        if batch.len() == AT_ONCE || changes.peek().is_none() {
            let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            if !work.spend(count.saturating_mul(each)) {
                return None;
            }
            work.count(count);
            if let Some(proof) = met(targets, &batch) {
                return Some(proof);
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
