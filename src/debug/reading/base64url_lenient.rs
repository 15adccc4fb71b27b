//! Base64url character by character, and without strictness: for the search alone.

use std::sync::LazyLock;

use data_encoding::{BASE64URL_NOPAD, Encoding};

use crate::text::base64url::ALPHABET;

/// What a character is worth.
pub fn value(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character.wrapping_sub(b'A')),
        b'a'..=b'z' => Some(character.wrapping_sub(b'a').wrapping_add(26)),
        b'0'..=b'9' => Some(character.wrapping_sub(b'0').wrapping_add(52)),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

/// The character of a value below 64.
pub fn character(value: u8) -> char {
    ALPHABET
        .get(usize::from(value))
        .map_or('A', |c| char::from(*c))
}

/// Every character.
pub fn characters() -> impl Iterator<Item = char> {
    ALPHABET.iter().map(|c| char::from(*c))
}

/// The octets, whatever the unused bits of the last character are.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    static LAX: LazyLock<Encoding> = LazyLock::new(|| {
        let mut lax = BASE64URL_NOPAD.specification();
        lax.check_trailing_bits = false;
        // The specification is a good one but for its strictness.
        lax.encoding().unwrap_or(BASE64URL_NOPAD)
    });
    LAX.decode(text.as_bytes()).ok()
}

/// So many characters that have these bits, and zeros behind them.
pub fn end(value: u64, bits: usize, characters: usize) -> Option<String> {
    let zeros = characters.checked_mul(6)?.checked_sub(bits)?;
    let padded = u128::from(value).checked_shl(u32::try_from(zeros).ok()?)?;
    if value.checked_shr(u32::try_from(bits).ok()?)? != 0 {
        return None;
    }
    let digits = (0..characters).rev().map(|place| {
        let shift = u32::try_from(place.checked_mul(6)?).ok()?;
        let digit = padded.checked_shr(shift)? & 0x3F;
        Some(character(u8::try_from(digit).ok()?))
    });
    digits.collect()
}
