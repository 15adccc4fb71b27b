//! Where R and S stand in the characters of a signature: for the searches that change characters.

use std::ops::Range;

use crate::debug::change::{Change, Zeros};
use crate::debug::reading::base64url_lenient;
use crate::debug::replay::HALF;
use crate::text::base64url;

/// How a signature that is whole is laid out.
#[derive(Clone, Debug)]
pub struct Layout {
    pub changes: Vec<Change>,
    pub characters: usize,
    pub r: EncodedNumber,
    pub s: EncodedNumber,
}

/// R or S in a signature.
#[derive(Clone, Debug)]
pub struct EncodedNumber {
    /// What stands before it, after the number before.
    pub before: Vec<u8>,
    /// Its first bit.
    pub bit: usize,
    pub octets: usize,
}

impl EncodedNumber {
    /// The bit after its last.
    pub fn end(&self) -> usize {
        self.bit.saturating_add(self.octets.saturating_mul(8))
    }

    /// The character in which it begins, and the one in which it ends.
    pub fn places(&self) -> (usize, usize) {
        (self.bit / 6, self.end().saturating_sub(1) / 6)
    }

    /// The first of the characters that count for nothing else, and the one in which it ends, which may
    /// count for something else too.
    pub fn whole_places(&self) -> (usize, usize) {
        (self.bit.div_ceil(6), self.places().1)
    }

    /// Its value in characters that are all there.
    pub fn value(&self, values: &[u8]) -> Option<[u8; HALF]> {
        let mut value = [0; HALF];
        let bytes = bits(values, self.bit, self.octets);
        value
            .get_mut(HALF.checked_sub(bytes.len())?..)?
            .copy_from_slice(&bytes);
        Some(value)
    }
}

impl Layout {
    fn new(changes: Vec<Change>, before: [Vec<u8>; 2], octets: [usize; 2]) -> Self {
        let [before_r, before_s] = before;
        let [r, s] = octets;
        let r = EncodedNumber {
            bit: before_r.len().saturating_mul(8),
            before: before_r,
            octets: r,
        };
        let bit = r.end().saturating_add(before_s.len().saturating_mul(8));
        let s = EncodedNumber {
            bit,
            before: before_s,
            octets: s,
        };
        Self {
            changes,
            characters: s.end().div_ceil(6),
            r,
            s,
        }
    }

    /// R || S, S || R, R || S with the zeros of a longer curve, and DER, where a number has an octet
    /// more before a high bit, and an octet less where it begins with a zero; more of these are rarer
    /// than one in ten thousand.
    pub fn all() -> Vec<Self> {
        const LENGTHS: [u8; 3] = [31, 32, 33];
        let header = |length: u8| match length {
            33 => vec![2, length, 0],
            _ => vec![2, length],
        };
        let der = LENGTHS.iter().flat_map(|r| {
            LENGTHS.iter().map(move |s| {
                let sequence = [0x30, 4_u8.saturating_add(*r).saturating_add(*s)];
                let before = [[&sequence[..], &header(*r)].concat(), header(*s)];
                let octets = [r, s].map(|length| usize::from(*length).min(HALF));
                Self::new(vec![Change::ReadDer { strict: true }], before, octets)
            })
        });
        let plain = Self::new(Vec::new(), [Vec::new(), Vec::new()], [HALF, HALF]);
        let swapped = Self {
            changes: vec![Change::SwapHalves],
            r: plain.s.clone(),
            s: plain.r.clone(),
            ..plain
        };
        // With the zeros that ES384 and ES512 have before the numbers of a shorter curve.
        let padded = [48, 66].map(|length: usize| {
            let zeros = vec![0; length.saturating_sub(HALF)];
            let resized = Change::ResizeHalves {
                at: length,
                r: Zeros::Before,
                s: Zeros::Before,
            };
            Self::new(vec![resized], [zeros.clone(), zeros], [HALF, HALF])
        });
        [plain, swapped]
            .into_iter()
            .chain(padded)
            .chain(der)
            .collect()
    }

    /// Whether S stands before R.
    pub fn is_swapped(&self) -> bool {
        self.s.bit < self.r.bit
    }

    /// Both numbers as they stand.
    pub fn in_order(&self) -> [&EncodedNumber; 2] {
        if self.is_swapped() {
            [&self.s, &self.r]
        } else {
            [&self.r, &self.s]
        }
    }

    /// Whether one number begins where the other ends.
    pub fn is_without_gap(&self) -> bool {
        self.r.before.is_empty() && self.s.before.is_empty()
    }

    /// R and S of characters that are all there, whatever stands before them.
    pub fn numbers(&self, segment: &str) -> Option<[[u8; HALF]; 2]> {
        let values = values(segment)?;
        Some([self.r.value(&values)?, self.s.value(&values)?])
    }

    /// The segment of a signature that has this layout.
    pub fn segment(&self, r: [u8; HALF], s: [u8; HALF]) -> Option<String> {
        let mut bytes = Vec::new();
        for number in self.in_order() {
            let value = if number.bit == self.r.bit { r } else { s };
            let (zeros, written) = value.split_at_checked(HALF.checked_sub(number.octets)?)?;
            if zeros.iter().any(|byte| *byte != 0) {
                return None;
            }
            bytes.extend_from_slice(&number.before);
            bytes.extend_from_slice(written);
        }
        Some(base64url::encode(&bytes))
    }

    /// Whether what stands before both numbers is what should stand there.
    pub fn begins(&self, values: &[u8]) -> bool {
        let [first, _] = self.in_order();
        self.has(values, 0..first.bit, 0)
    }

    /// The same, with every bit: what is left over for other layouts is less likely.
    pub fn begins_exactly(&self, values: &[u8]) -> bool {
        bits(values, 0, self.r.before.len()) == self.r.before
    }

    /// Whether these bits are what they are in every signature of this layout, after so many lost
    /// characters. Those of a character that counts for a number too are left out: it may be lost or
    /// altered.
    pub fn has(&self, values: &[u8], bits: Range<usize>, lost: usize) -> bool {
        let empty = [0; HALF];
        let whole = self.segment(empty, empty);
        let Some(whole) = whole.and_then(|segment| self::values(&segment)) else {
            return false;
        };
        (bits.start.div_ceil(6)..bits.end / 6).all(|at| {
            let there = at.checked_sub(lost).and_then(|at| values.get(at));
            there.is_some() && there == whole.get(at)
        })
    }
}

/// What the characters are worth.
pub fn values(segment: &str) -> Option<Vec<u8>> {
    segment.bytes().map(base64url_lenient::value).collect()
}

/// So many octets from this bit on.
fn bits(values: &[u8], from: usize, octets: usize) -> Vec<u8> {
    let value = |at: usize| values.get(at).map_or(0, |value| u32::from(*value));
    (0..octets)
        .map(|octet| {
            // An octet stands in two characters or in three.
            let first = from.saturating_add(octet.saturating_mul(8));
            let eighteen = (0..3).fold(0, |sum, at| {
                sum << 6 | value((first / 6).saturating_add(at))
            });
            let [.., octet] = (eighteen >> 10_usize.saturating_sub(first % 6)).to_be_bytes();
            octet
        })
        .collect()
}
