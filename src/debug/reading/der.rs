//! The little of ASN.1 DER that is read here: elements one behind the other, and the signature of
//! RFC 3279 section 2.2.3.

/// An element's content and what follows it.
pub struct Element<'d> {
    pub content: &'d [u8],
    pub rest: &'d [u8],
    /// Whether its length is written in the shortest form, as DER demands.
    is_short: bool,
}

/// Reads an element with this tag.
pub fn element(tag: u8, bytes: &[u8]) -> Option<Element<'_>> {
    let (length, rest, least) = match *bytes {
        [first, length @ ..=0x7F, ref rest @ ..] if first == tag => (length.into(), rest, 0),
        [first, 0x81, length, ref rest @ ..] if first == tag => (usize::from(length), rest, 0x80),
        [first, 0x82, high, low, ref rest @ ..] if first == tag => {
            (u16::from_be_bytes([high, low]).into(), rest, 0x100)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(Element {
        content,
        rest,
        is_short: length >= least,
    })
}

/// `SEQUENCE { INTEGER r, INTEGER s }` with nothing behind either, and whether it is DER to the letter:
/// if not, a length is longer than need be, or a number has zeros too many or lacks the one before a
/// high bit, and both are read as unsigned.
pub fn integers(bytes: &[u8]) -> Option<([&[u8]; 2], bool)> {
    let sequence = element(0x30, bytes)?;
    let r = element(0x02, sequence.content)?;
    let s = element(0x02, r.rest)?;
    if !sequence.rest.is_empty() || !s.rest.is_empty() {
        return None;
    }
    let is_integer = |element: &Element| {
        element.is_short
            && match *element.content {
                [] => false,
                [0, next, ..] => next >= 0x80,
                [first, ..] => first < 0x80,
            }
    };
    let strict = sequence.is_short && is_integer(&r) && is_integer(&s);
    Some(([r.content, s.content], strict))
}

/// The bytes of the SEQUENCE with which these begin.
pub fn sequence_length(bytes: &[u8]) -> Option<usize> {
    bytes.len().checked_sub(element(0x30, bytes)?.rest.len())
}

/// The bytes that a SEQUENCE of fewer than 256 has by its own account.
pub fn announced_length(start: &[u8]) -> Option<usize> {
    match *start {
        [0x30, length @ ..=0x7F, ..] => Some(usize::from(length).saturating_add(2)),
        [0x30, 0x81, length, ..] => Some(usize::from(length).saturating_add(3)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_read_to_its_end() {
        for (bytes, strict) in [
            (&[0x30, 6, 2, 1, 0x7F, 2, 1, 1][..], Some(true)),
            (&[0x30, 7, 2, 2, 0, 0x80, 2, 1, 1], Some(true)),
            // A zero too many, one that is missing, a length in two bytes.
            (&[0x30, 7, 2, 2, 0, 0x7F, 2, 1, 1], Some(false)),
            (&[0x30, 6, 2, 1, 0x80, 2, 1, 1], Some(false)),
            (&[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1], Some(false)),
            (&[0x30, 7, 2, 0x81, 1, 1, 2, 1, 1], Some(false)),
            (&[0x30, 4, 2, 0, 2, 0], Some(false)),
            // Something behind the numbers or behind the whole, and too little.
            (&[0x30, 7, 2, 1, 1, 2, 1, 1, 0], None),
            (&[0x30, 6, 2, 1, 1, 2, 1, 1, 0], None),
            (&[0x30, 6, 2, 1, 1, 2, 1], None),
            (&[0x31, 6, 2, 1, 1, 2, 1, 1], None),
            (&[0x30, 6, 2, 1, 1, 3, 1, 1], None),
            (&[], None),
        ] {
            assert_eq!(
                integers(bytes).map(|(_, strict)| strict),
                strict,
                "{bytes:x?}"
            );
        }
        let long = [&[0x30, 0x82, 1, 0][..], &[7; 256]].concat();
        assert_eq!(sequence_length(&long), Some(260));
        assert_eq!(sequence_length(&[0x30, 1, 0, 9, 9]), Some(3));
        assert_eq!(announced_length(&[0x30, 70]), Some(72));
        assert_eq!(announced_length(&[0x30, 0x81, 137]), Some(140));
        assert_eq!(announced_length(&[0x30, 0x82, 1, 1]), None);
    }
}
