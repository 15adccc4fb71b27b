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
    let mut found = Vec::new();
    let decoded = lax::decode(segment);
    let inner = decoded
        .as_deref()
        .and_then(|octets| std::str::from_utf8(octets).ok());
    for text in [Some(segment), inner].into_iter().flatten() {
        let text = text.trim().trim_start_matches("0x");
        if let Ok(octets) = HEXLOWER_PERMISSIVE.decode(text.as_bytes()) {
            found.push((vec![Cause::SignatureAsText], octets));
        }
    }
    if let Some(text) = inner.map(str::trim) {
        let decoders = [
            BASE64.decode(text.as_bytes()).ok(),
            BASE64_NOPAD.decode(text.as_bytes()).ok(),
            lax::decode(text),
        ];
        if let Some(octets) = decoders.into_iter().flatten().next() {
            found.push((vec![Cause::SignatureAsText], octets));
        }
    }
    if let Some(octets) = decoded {
        found.insert(0, (Vec::new(), octets));
    }
    found
}

type Halves = (Option<Cause>, [u8; HALF], [u8; HALF]);

/// R and S in octets of any length.
fn halves(octets: &[u8]) -> Vec<Halves> {
    /// A half that lost more than this is rarer than one in a billion.
    const MOST_LOST: usize = 4;
    let mut found = Vec::new();
    if let Some((r, s)) = from_der(octets) {
        found.push((Some(Cause::DerSignature), r, s));
    }
    if let Some((r, s)) = octets.split_at_checked(HALF)
        && let (Ok(r), Ok(s)) = (r.try_into(), s.try_into())
    {
        found.push((None, r, s));
        return found;
    }
    let shortest = (2 * HALF).saturating_sub(MOST_LOST);
    if (shortest..=LONGEST).contains(&octets.len()) {
        for at in 1..octets.len() {
            let Some((r, s)) = octets.split_at_checked(at) else {
                continue;
            };
            for strip in [leading, trailing] {
                if let (Some(r), Some(s)) = (strip(r), strip(s)) {
                    found.push((Some(Cause::SignatureLength), r, s));
                }
            }
        }
    }
    // An octet more, as `v` of a recoverable signature, at either end.
    if let ([_, inner @ ..], [outer @ .., _]) = (octets, octets) {
        for octets in [inner, outer] {
            if let Some((r, s)) = octets.split_at_checked(HALF)
                && let (Ok(r), Ok(s)) = (r.try_into(), s.try_into())
            {
                found.push((Some(Cause::SignatureLength), r, s));
            }
        }
    }
    found
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
    use data_encoding::BASE64URL_NOPAD;

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
            causes(data_encoding::HEXLOWER.encode(&raw).as_bytes()),
            [SignatureAsText]
        );
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
