//! How the octets of a signature could be meant as R and S.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};

use super::cause::Cause;
use super::lax;

/// The octets of R and of S on P-256.
const HALF: usize = 32;

/// The longest text and the longest signature that are looked at; RSA's are longer.
const LONGEST: usize = 512;

/// R and S as they may have been meant, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What was done to read them, in its order.
    pub causes: Vec<Cause>,
    pub r: [u8; HALF],
    pub s: [u8; HALF],
}

/// Every way to read the segment as R and S, the plainest first.
pub fn forms(segment: &str) -> Vec<Form> {
    if segment.len() > LONGEST {
        return Vec::new();
    }
    let mut forms: Vec<Form> = Vec::new();
    for (causes, octets) in octets(segment) {
        for (cause, r, s) in halves(&octets) {
            let causes: Vec<Cause> = causes.iter().copied().chain(cause).collect();
            for (swapped, reversed) in [(false, false), (true, false), (false, true), (true, true)]
            {
                let mut form = Form {
                    causes: causes.clone(),
                    r,
                    s,
                };
                if swapped {
                    form.causes.push(Cause::SignatureSwapped);
                    (form.r, form.s) = (form.s, form.r);
                }
                if reversed {
                    form.causes.push(Cause::SignatureLittleEndian);
                    form.r.reverse();
                    form.s.reverse();
                }
                if !forms
                    .iter()
                    .any(|known| (known.r, known.s) == (form.r, form.s))
                {
                    forms.push(form);
                }
            }
        }
    }
    forms.sort_by_key(|form| form.causes.len());
    forms
}

/// The segment decoded, and decoded again where what comes out is text.
fn octets(segment: &str) -> Vec<(Vec<Cause>, Vec<u8>)> {
    let as_text = |octets| (vec![Cause::SignatureAsText], octets);
    let decoded = lax::decode(segment);
    let mut inner: Vec<Vec<u8>> = of_hex(segment).into_iter().collect();
    inner.extend(decoded.iter().flat_map(|octets| of_text(octets)));
    // Text of text: hex that was then written in base64, or the reverse.
    let twice: Vec<Vec<u8>> = inner.iter().flat_map(|octets| of_text(octets)).collect();
    let whole = without_surplus(segment);
    whole
        .map(|octets| (vec![Cause::SurplusCharacters], octets))
        .into_iter()
        .chain(decoded.map(|octets| (Vec::new(), octets)))
        .chain(inner.into_iter().chain(twice).map(as_text))
        .collect()
}

/// 64 octets behind which something was copied along. Where the 86th character has bits to spare that
/// are not zero, an octet more was written, such as the `v` of a recoverable signature.
fn without_surplus(segment: &str) -> Option<Vec<u8>> {
    const WHOLE: usize = 86;
    const MOST_SURPLUS: usize = 4;
    let (whole, surplus) = segment.split_at_checked(WHOLE)?;
    let last = lax::value(*whole.as_bytes().last()?)?;
    let is_surplus = (1..=MOST_SURPLUS).contains(&surplus.len()) && last.trailing_zeros() >= 4;
    is_surplus.then(|| lax::decode(whole)).flatten()
}

/// What octets that are text in hex, in base64 or in decimal numbers stand for.
fn of_text(octets: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(octets) else {
        return Vec::new();
    };
    let text: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && !matches!(c, '"' | '\''))
        .collect();
    let decoders = [
        BASE64.decode(text.as_bytes()).ok(),
        BASE64_NOPAD.decode(text.as_bytes()).ok(),
        lax::decode(&text),
    ];
    let base64 = decoders.into_iter().flatten().next();
    of_hex(&text)
        .into_iter()
        .chain(of_numbers(&text))
        .chain(base64)
        .collect()
}

/// `12,34,...`, as an array of octets becomes a string in JavaScript.
fn of_numbers(text: &str) -> Option<Vec<u8>> {
    let numbers = text.trim_matches(['[', ']']).split(',');
    numbers.map(|number| number.parse().ok()).collect()
}

/// Hex, also as `0x...` and with colons.
fn of_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_start_matches("0x").replace(':', "");
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()
}

type Halves = (Option<Cause>, [u8; HALF], [u8; HALF]);

/// How the octets of one half are brought to 32.
type Strip = fn(&[u8]) -> Option<[u8; HALF]>;

/// R and S in octets of any length.
fn halves(octets: &[u8]) -> Vec<Halves> {
    /// A half that lost more than this is rarer than one in a billion.
    const MOST_LOST: usize = 4;
    /// Lost zeros may have been put back at the end of the whole.
    const STRIPS: [(Strip, Strip); 4] = [
        (leading, leading),
        (trailing, trailing),
        (leading, trailing),
        (filled, filled),
    ];
    let mut found = Vec::new();
    if let Some((r, s)) = from_der(octets) {
        found.push((Some(Cause::DerSignature), r, s));
    }
    if let Some((r, s)) = in_two(octets) {
        found.push((None, r, s));
    }
    let shortest = (2 * HALF).saturating_sub(MOST_LOST);
    if (shortest..=LONGEST).contains(&octets.len()) {
        for at in 1..octets.len() {
            let Some((r, s)) = octets.split_at_checked(at) else {
                continue;
            };
            for (of_r, of_s) in STRIPS {
                if let (Some(r), Some(s)) = (of_r(r), of_s(s)) {
                    found.push((Some(Cause::SignatureLength), r, s));
                }
            }
        }
    }
    // An octet more, as `v` of a recoverable signature, at either end.
    if let ([_, inner @ ..], [outer @ .., _]) = (octets, octets) {
        for (r, s) in [inner, outer].into_iter().filter_map(in_two) {
            found.push((Some(Cause::SignatureLength), r, s));
        }
    }
    found
}

/// 64 octets as R and S.
fn in_two(octets: &[u8]) -> Option<([u8; HALF], [u8; HALF])> {
    let (r, s) = octets.split_at_checked(HALF)?;
    Some((r.try_into().ok()?, s.try_into().ok()?))
}

/// A number of any length with 32 octets, where it fits.
pub fn leading(octets: &[u8]) -> Option<[u8; HALF]> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let surplus = octets.len().saturating_sub(HALF);
    let kept = octets.get(surplus.min(zeros)..)?;
    let mut half = [0; HALF];
    half.get_mut(HALF.checked_sub(kept.len())?..)?
        .copy_from_slice(kept);
    Some(half)
}

/// The first 32 octets, where nothing but zeros follows.
fn trailing(octets: &[u8]) -> Option<[u8; HALF]> {
    let (half, rest) = octets.split_at_checked(HALF)?;
    rest.iter().all(|octet| *octet == 0).then_some(())?;
    half.try_into().ok()
}

/// The octets with the zeros at their end that a little-endian number has lost.
fn filled(octets: &[u8]) -> Option<[u8; HALF]> {
    let mut half = [0; HALF];
    half.get_mut(..octets.len())?.copy_from_slice(octets);
    Some(half)
}

/// `SEQUENCE { INTEGER r, INTEGER s }` (RFC 3279 section 2.2.3), also where a number has lost the
/// zero before a high bit, or has too many.
fn from_der(octets: &[u8]) -> Option<([u8; HALF], [u8; HALF])> {
    let (content, _) = element(0x30, octets)?;
    let (r, rest) = element(0x02, content)?;
    let (s, _) = element(0x02, rest)?;
    Some((leading(r)?, leading(s)?))
}

/// The content of a DER element with this tag and a length below 256, and what follows.
fn element(tag: u8, octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match octets {
        [first, 0x81, length, rest @ ..] if *first == tag => (*length, rest),
        [first, length @ ..=0x7F, rest @ ..] if *first == tag => (*length, rest),
        _ => return None,
    };
    rest.split_at_checked(length.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

    const R: [u8; HALF] = [0x11; HALF];
    const S: [u8; HALF] = [0x90; HALF];

    /// The causes of the form that reads R and S.
    fn causes(octets: &[u8]) -> Vec<Cause> {
        let forms = forms(&BASE64URL_NOPAD.encode(octets));
        let form = forms.iter().find(|form| (form.r, form.s) == (R, S));
        form.unwrap_or_else(|| panic!("{octets:x?}")).causes.clone()
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
        assert_eq!(causes(&[&raw[..], &[27]].concat()), [SignatureLength]);
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
        let (mut r, mut s) = (R, S);
        (r[0], s[31]) = (0, 1);
        let backwards: Vec<u8> = r.iter().rev().chain(s.iter().rev()).copied().collect();
        let form = forms(&BASE64URL_NOPAD.encode(&backwards))
            .into_iter()
            .find(|form| (form.r, form.s) == (r, s));
        assert_eq!(form.unwrap().causes, [SignatureLittleEndian]);
        let form = forms(&BASE64URL_NOPAD.encode(&[&r[1..], &s].concat()))
            .into_iter()
            .find(|form| (form.r, form.s) == (r, s));
        assert_eq!(form.unwrap().causes, [SignatureLength]);
        // Lost in the middle, put back at the beginning: 64 octets all the same.
        let (mut r, s) = ([0x90; HALF], [0x11; 31]);
        r[0] = 0x80;
        let form = forms(&BASE64URL_NOPAD.encode(&[&[0][..], &r, &s].concat()))
            .into_iter()
            .find(|form| form.r == r);
        assert_eq!(form.unwrap().causes, [SignatureLength]);
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
        assert_eq!(forms(&"A".repeat(LONGEST + 1)), []);
    }
}
