//! How a signature's segment could be meant as R and S: every way to read it is a list of changes.

use std::collections::HashSet;

use super::base64url_lenient;
use super::der;
use super::notation::Notation;
use super::without_trailing_bits;
use crate::algorithm::KeyType;
use crate::debug::budget::{self, Work};
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit, Zeros};
use crate::debug::replay::{self, HALF};

/// The longest segment and the longest signature that are looked at; RSA's are longer.
const MAX_LENGTH: usize = 1024;

/// More forms of one segment are not looked at: of most there are four.
const MAX_FORMS: usize = 256;

/// So many characters behind the end of a signature are taken for copied along.
const MAX_SURPLUS: usize = 8;

/// R and S as they may have been meant, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureForm {
    /// What was done to read them, in its order.
    pub changes: Vec<Change>,
    pub r: [u8; HALF],
    pub s: [u8; HALF],
}

impl SignatureForm {
    /// R and S of a segment after these changes.
    pub fn of(segment: &str, changes: Vec<Change>) -> Option<Self> {
        let bytes = replay::signature(segment, &changes, HALF)?;
        let (r, s) = bytes.split_at_checked(HALF)?;
        let (r, s) = (r.try_into().ok()?, s.try_into().ok()?);
        Some(Self { changes, r, s })
    }
}

/// Every way to read the segment as R and S, the plainest first.
pub fn forms(segment: &str, work: &mut Work) -> Vec<SignatureForm> {
    const STEPS_FOR_A_UNIT: usize = 8;
    let steps = segment.len() / STEPS_FOR_A_UNIT;
    if segment.len() > MAX_LENGTH || !work.spend(u64::try_from(steps).unwrap_or(u64::MAX)) {
        return Vec::new();
    }
    let mut forms: Vec<SignatureForm> = Vec::new();
    let mut known = HashSet::new();
    // The plainest of several ways to read the same is kept.
    let mut readings = readings(segment);
    readings.sort_by_cached_key(Vec::len);
    for changes in readings {
        for order in ORDERS {
            if forms.len() == MAX_FORMS || !work.spend(1) {
                work.leave_out();
                return forms;
            }
            let form = SignatureForm::of(segment, [&changes[..], order].concat());
            forms.extend(form.filter(|form| known.insert((form.r, form.s))));
        }
    }
    forms.sort_by_cached_key(|form| form.changes.len());
    forms
}

/// How R and S may be written once they are found.
const ORDERS: [&[Change]; 4] = [
    &[],
    &[Change::SwapHalves],
    &[Change::ReverseHalves],
    &[Change::SwapHalves, Change::ReverseHalves],
];

/// Every way to read the segment as the signature of a key that is not on P-256, the plainest first.
/// `length` is how many bytes its signatures have.
pub fn forms_for(segment: &str, key: KeyType, length: usize, work: &mut Work) -> Vec<Bytes> {
    /// A signature that was written as an object of its bytes.
    const MAX_GROWTH: usize = 14;
    const MAX_FORMS: usize = 64;
    const OF_A_FORM: u64 = 4;
    let half = length / 2;
    if segment.len() > length.saturating_mul(MAX_GROWTH)
        || !work.spend(budget::of_parsing(segment.len().saturating_mul(8)))
    {
        return Vec::new();
    }
    let mut forms: Vec<Bytes> = Vec::new();
    let mut known = HashSet::new();
    let mut texts = texts(segment, length);
    if key == KeyType::Oct {
        // Its bits are not those of a whole MAC that someone changed.
        texts.splice(0..0, cut(segment));
    }
    texts.sort_by_cached_key(|(changes, _)| changes.len());
    for (changes, bytes) in texts {
        // Two numbers may part at any byte.
        if !work.spend(u64::try_from(bytes.len()).unwrap_or(u64::MAX)) {
            return forms;
        }
        let of_key: Vec<Vec<Change>> = match key {
            KeyType::P256 | KeyType::P384 | KeyType::P521 | KeyType::Secp256k1 => {
                let halves = halves(&bytes, half);
                let orders =
                    |of_halves: Vec<Change>| ORDERS.map(|order| [&of_halves[..], order].concat());
                halves.into_iter().flat_map(orders).collect()
            }
            KeyType::Ed25519 => {
                // Both halves reversed and swapped are all bytes reversed.
                let [plain, swapped, reversed, _] = ORDERS.map(<[Change]>::to_vec);
                vec![plain, swapped, reversed, vec![Change::ReverseBytes]]
            }
            KeyType::Rsa => {
                let resized = [vec![], vec![Change::ResizeNumber { length }]].into_iter();
                let reversed = [&[][..], &[Change::ReverseBytes]];
                resized
                    .flat_map(|resized| reversed.map(|order| [&resized[..], order].concat()))
                    .collect()
            }
            KeyType::Oct => vec![Vec::new()],
        };
        for of_key in of_key {
            let cost = budget::of_parsing(segment.len()).saturating_add(OF_A_FORM);
            if forms.len() == MAX_FORMS || !work.spend(cost) {
                work.leave_out();
                return forms;
            }
            let changes = [&changes[..], &of_key].concat();
            let bytes = replay::signature(segment, &changes, half);
            // The length of a MAC tells its hash.
            let is_whole = |bytes: &Vec<u8>| bytes.len() == length || key == KeyType::Oct;
            if let Some(bytes) = bytes.filter(is_whole)
                && known.insert(bytes.clone())
            {
                forms.push((changes, bytes));
            }
        }
    }
    forms.sort_by_cached_key(|(changes, _)| changes.len());
    forms
}

/// Every way to read the segment as 64 bytes.
fn readings(segment: &str) -> Vec<Vec<Change>> {
    let texts = texts(segment, HALF.saturating_mul(2));
    texts
        .into_iter()
        .flat_map(|(changes, bytes)| {
            let halves = halves(&bytes, HALF).into_iter();
            halves.map(move |of_halves| [&changes[..], &of_halves].concat())
        })
        .collect()
}

/// The bytes that the segment may stand for, if they should be this many.
fn texts(segment: &str, length: usize) -> Vec<Bytes> {
    let starts = bytes_of(segment, length);
    // Text of text as well: hex that was then written in base64, or the reverse.
    let once: Vec<_> = of_hex(segment)
        .into_iter()
        .chain(starts.iter().flat_map(of_text))
        .collect();
    let twice: Vec<_> = once.iter().flat_map(of_text).collect();
    starts.into_iter().chain(once).chain(twice).collect()
}

/// Bytes, and the changes to the segment that lead to them.
pub type Bytes = (Vec<Change>, Vec<u8>);

/// The bytes of a segment: without what was copied along, as it is, or without stray bits.
pub fn bytes_of(segment: &str, length: usize) -> Vec<Bytes> {
    let repairs = surplus(segment, length).into_iter();
    let repairs = repairs.chain([Vec::new()]).chain(stray_bits(segment));
    repairs
        .filter_map(|changes| {
            let bytes = replay::signature(segment, &changes, HALF)?;
            Some((changes, bytes))
        })
        .collect()
}

/// All bits of a MAC that was cut within a byte.
fn cut(segment: &str) -> Option<Bytes> {
    let changes = vec![Change::ReadBits];
    let bytes = replay::signature(segment, &changes, HALF)?;
    Some((changes, bytes))
}

fn edited(cause: Cause, edit: Edit) -> Change {
    let edits = vec![edit];
    Change::EditSignature { cause, edits }
}

/// Sets the bits to zero that the last character has too many.
pub fn stray_bits(segment: &str) -> Option<Vec<Change>> {
    let canonical = without_trailing_bits(segment)?;
    let at = segment.len().checked_sub(1)?;
    let edit = Edit {
        at,
        removed: segment.get(at..)?.to_owned(),
        inserted: canonical.get(at..)?.to_owned(),
    };
    Some(vec![edited(Cause::TrailingBits, edit)])
}

/// Removes characters that were copied along, behind a whole signature or behind DER. If the last character of
/// what is left has bits to spare that are not zero, a byte more was written, such as the `v` of a
/// recoverable signature.
fn surplus(segment: &str, length: usize) -> Vec<Vec<Change>> {
    let whole = length.saturating_mul(8).div_ceil(6);
    let start = segment
        .get(..4)
        .and_then(base64url_lenient::decode)
        .unwrap_or_default();
    let of_der = der::announced_length(&start).map(|bytes| bytes.saturating_mul(8).div_ceil(6));
    // Zeros behind DER are the rest of a buffer, not characters of something else.
    let is_rest = |surplus: &str| surplus.bytes().all(|character| character == b'A');
    let ends = [(Some(whole), false), (of_der, true)];
    let ends = ends.into_iter().filter_map(|(end, is_der)| {
        let surplus = segment.get(end?..)?;
        let is_surplus =
            (1..=MAX_SURPLUS).contains(&surplus.len()) && !(is_der && is_rest(surplus));
        is_surplus.then_some((end?, surplus))
    });
    let ends = ends.map(|(at, surplus)| (at, surplus.len()));
    // The whole of it once more, unless it is a pattern, which no signature is.
    let middle = segment.len() / 2;
    let halves = segment.split_at_checked(middle);
    let is_twice = halves.is_some_and(|(first, second)| {
        let start = first.get(..4).unwrap_or_default();
        first == second && first.matches(start).count() == 1
    });
    let twice = is_twice.then_some((middle, middle));
    ends.chain(twice)
        .map(|(at, count)| vec![Change::RemoveEnd { at, count }])
        .collect()
}

/// What the segment itself stands for in hex.
fn of_hex(segment: &str) -> Option<Bytes> {
    let separators = Notation::Hex.has_separators(segment);
    let bytes = Notation::Hex.decode(segment, separators)?;
    Some((vec![Change::ReadHexSegment { separators }], bytes))
}

/// What bytes stand for that are text in hex, in base64 or in decimal numbers.
fn of_text((changes, bytes): &Bytes) -> Vec<Bytes> {
    const NOTATIONS: [Notation; 6] = [
        Notation::Hex,
        Notation::Numbers,
        Notation::Object,
        Notation::Latin1,
        Notation::Base64,
        Notation::Base64url,
    ];
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Vec::new();
    };
    let read = NOTATIONS.into_iter().filter_map(|notation| {
        let separators = notation.has_separators(text);
        let bytes = notation.decode(text, separators)?;
        let change = Change::ReadText {
            notation,
            separators,
        };
        Some(([&changes[..], &[change]].concat(), bytes))
    });
    read.collect()
}

/// How bytes of any length could be R and S.
fn halves(bytes: &[u8], half: usize) -> Vec<Vec<Change>> {
    /// A half that lost more than this is rarer than one in a billion.
    const MAX_LOST: usize = 4;
    /// Lost zeros may have been put back at the end of the whole.
    const RESIZED: [(Zeros, Zeros); 3] = [
        (Zeros::Before, Zeros::Before),
        (Zeros::Behind, Zeros::Behind),
        (Zeros::Before, Zeros::Behind),
    ];
    /// More bytes are text, or no two numbers.
    const MAX_BYTES: usize = 512;
    let twice = half.saturating_mul(2);
    let mut found = Vec::new();
    if let Some(length) = der::sequence_length(bytes) {
        let behind = bytes.len().saturating_sub(length);
        let alone = (behind > 0).then_some(Change::RemoveBytes { before: 0, behind });
        for strict in [true, false] {
            let read = Change::ReadDer { strict };
            found.push(alone.iter().cloned().chain([read]).collect());
        }
    }
    if bytes.len() == twice {
        found.push(Vec::new());
    }
    if (twice.saturating_sub(MAX_LOST)..=MAX_BYTES).contains(&bytes.len()) {
        for at in 1..bytes.len() {
            let resized = RESIZED.map(|(r, s)| Change::ResizeHalves { at, r, s });
            let made = |change: &Change| replay::signature_bytes(bytes, change, half).is_some();
            found.extend(resized.into_iter().filter(made).map(|change| vec![change]));
        }
    }
    if bytes.len() == twice.saturating_add(1) {
        for (before, behind) in [(0, 1), (1, 0)] {
            found.push(vec![Change::RemoveBytes { before, behind }]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debug::Effort;
    use crate::debug::change;
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

    const R: [u8; HALF] = [0x11; HALF];
    const S: [u8; HALF] = [0x90; HALF];

    fn forms(segment: &str) -> Vec<SignatureForm> {
        super::forms(segment, &mut Work::new(Effort::Default, &mut |_| true))
    }

    /// The causes of the form that reads R and S.
    fn causes(octets: &[u8]) -> Vec<Cause> {
        let forms = forms(&BASE64URL_NOPAD.encode(octets));
        let form = forms.iter().find(|form| (form.r, form.s) == (R, S));
        let form = form.unwrap_or_else(|| panic!("{octets:x?}"));
        change::causes(&form.changes)
    }

    #[test]
    fn r_and_s_are_read_out_of_every_form() {
        use Cause::{
            DerSignature, SignatureAsText, SignatureLength, SignatureLittleEndian, SignatureSwapped,
        };
        let raw = [R, S].concat();
        let der = [&[0x30, 69, 2, 32][..], &R, &[2, 33, 0], &S].concat();
        assert_eq!(causes(&raw), []);
        assert_eq!(causes(&der), [DerSignature]);
        assert_eq!(causes(&[S, R].concat()), [SignatureSwapped]);
        assert_eq!(
            causes(&[&[0][..], &R, &[0], &S].concat()),
            [SignatureLength]
        );
        assert_eq!(
            causes(&[&R[..], &[0], &S, &[0]].concat()),
            [SignatureLength]
        );
        assert_eq!(
            causes(&[&[0; 34][..], &R, &[0; 34], &S].concat()),
            [SignatureLength]
        );
        assert_eq!(causes(&[&raw[..], &[27]].concat()), [Cause::SurplusBytes]);
        assert_eq!(
            causes(&[&raw[..], &[4]].concat()),
            [Cause::SurplusCharacters]
        );
        let colons = HEXLOWER.encode(&raw).replace("11", "11:");
        assert_eq!(causes(colons.as_bytes()), [SignatureAsText]);
        let wrapped = BASE64.encode(&der).replace("ER", "E\nR");
        assert_eq!(causes(wrapped.as_bytes()), [SignatureAsText, DerSignature]);
        let twice = BASE64.encode(HEXLOWER.encode(&raw).as_bytes());
        assert_eq!(causes(twice.as_bytes()), [SignatureAsText]);
        assert_eq!(causes(HEXLOWER.encode(&raw).as_bytes()), [SignatureAsText]);
        let numbers: Vec<String> = raw.iter().map(u8::to_string).collect();
        assert_eq!(causes(numbers.join(",").as_bytes()), [SignatureAsText]);
        assert_eq!(
            causes(BASE64.encode(&der).as_bytes()),
            [SignatureAsText, DerSignature]
        );
        // This base64 text begins like DER that ends before the last line feed.
        let mut r = R;
        (r[0], r[1]) = (0xd1, 0x61);
        let text = BASE64.encode(&[r, S].concat());
        assert!(text.starts_with("0W"));
        let lines = format!("{}\n{}\n", &text[..64], &text[64..]);
        let form = forms(&BASE64URL_NOPAD.encode(lines.as_bytes()))
            .into_iter()
            .find(|form| (form.r, form.s) == (r, S));
        assert_eq!(change::causes(&form.unwrap().changes), [SignatureAsText]);
        let (mut r, mut s) = (R, S);
        (r[0], s[31]) = (0, 1);
        let backwards: Vec<u8> = r.iter().rev().chain(s.iter().rev()).copied().collect();
        let form = forms(&BASE64URL_NOPAD.encode(&backwards))
            .into_iter()
            .find(|form| (form.r, form.s) == (r, s));
        assert_eq!(
            change::causes(&form.unwrap().changes),
            [SignatureLittleEndian]
        );
        let form = forms(&BASE64URL_NOPAD.encode(&[&r[1..], &s].concat()))
            .into_iter()
            .find(|form| (form.r, form.s) == (r, s));
        assert_eq!(change::causes(&form.unwrap().changes), [SignatureLength]);
        // Lost in the middle, put back at the beginning: 64 octets all the same.
        let (mut r, s) = ([0x90; HALF], [0x11; 31]);
        r[0] = 0x80;
        let form = forms(&BASE64URL_NOPAD.encode(&[&[0][..], &r, &s].concat()))
            .into_iter()
            .find(|form| form.r == r);
        assert_eq!(change::causes(&form.unwrap().changes), [SignatureLength]);
    }

    #[test]
    fn nothing_is_read_out_of_other_lengths() {
        for length in [0, 1, 32, 48, 59, 97, 256] {
            assert_eq!(
                forms(&BASE64URL_NOPAD.encode(&vec![0x55; length])),
                [],
                "{length}"
            );
        }
        assert_eq!(forms(&"A".repeat(MAX_LENGTH + 1)), []);
    }
}
