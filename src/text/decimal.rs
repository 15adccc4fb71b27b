//! The exact worth of a JSON number's text, however many digits it has: what a token claims must
//! never be rounded or wrapped into something else.

/// The floor of every number above `i64`.
const BEYOND: (i64, bool) = (i64::MAX, true);

/// A decimal number `0.d1d2d3... * 10^point`, with neither leading nor trailing zero digits; zero
/// has no digits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// The worth of a number in JSON's grammar, or nothing where its exponent is beyond 64 bits.
    pub(crate) fn exact(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));

        let all = whole.bytes().chain(fraction.bytes());
        let zeros = all.clone().take_while(|d| *d == b'0').count();
        let mut digits: Vec<u8> = all.skip(zeros).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                point: 0,
            });
        }

        let shift = i64::try_from(whole.len())
            .ok()?
            .checked_sub(i64::try_from(zeros).ok()?)?;
        let point = exponent.parse::<i64>().ok()?.checked_add(shift)?;
        Some(Self {
            negative,
            digits,
            point,
        })
    }

    /// The greatest integer not above the number, held within `i64`, and whether the number is
    /// more than that integer; so a number beyond `i64` is more than every `i64`.
    pub(crate) fn floor(text: &str) -> (i64, bool) {
        let Some(number) = Self::exact(text) else {
            // The exponent is beyond 64 bits: far from zero, or next to it.
            let negative = text.starts_with('-');
            let tiny = text.contains("e-") || text.contains("E-");
            return match (negative, tiny) {
                (false, true) => (0, true),
                (true, true) => (-1, true),
                (false, false) => BEYOND,
                (true, false) => (i64::MIN, false),
            };
        };
        let length = usize::try_from(number.point).unwrap_or(0);
        let fraction = number.digits.len() > length;
        // One digit more than `i64` has is enough to know that it is beyond.
        let whole = number
            .digits
            .iter()
            .chain(std::iter::repeat(&b'0'))
            .take(length.min(20))
            .fold(0_i128, |sum, d| {
                sum.saturating_mul(10)
                    .saturating_add(i128::from(d.saturating_sub(b'0')))
            });
        let floor = match (number.negative, fraction) {
            (false, _) => whole,
            (true, false) => whole.saturating_neg(),
            (true, true) => whole.saturating_neg().saturating_sub(1),
        };
        match i64::try_from(floor) {
            Ok(floor) => (floor, fraction),
            Err(_) if number.negative => (i64::MIN, false),
            Err(_) => BEYOND,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn floor_is_exact() {
        for (text, floor, fraction) in [
            ("0", 0, false),
            ("-0", 0, false),
            ("0.0e99999999999999999999", 0, false),
            ("1763893600", 1_763_893_600, false),
            ("1763893600.000", 1_763_893_600, false),
            ("1763893600.001", 1_763_893_600, true),
            ("17638936e2", 1_763_893_600, false),
            ("17638936000E-1", 1_763_893_600, false),
            ("0.017638936e+11", 1_763_893_600, false),
            ("-1", -1, false),
            ("-0.5", -1, true),
            ("-1.5", -2, true),
            ("0.9", 0, true),
            ("1e-400", 0, true),
            ("-1e-99999999999999999999", -1, true),
            ("9223372036854775807", i64::MAX, false),
            ("9223372036854775808", i64::MAX, true),
            ("18446744073709551616", i64::MAX, true),
            ("340282366920938463463374607431768211457", i64::MAX, true),
            ("-9223372036854775808", i64::MIN, false),
            ("-9223372036854775809", i64::MIN, false),
            ("1e400", i64::MAX, true),
            ("1e9223372036854775807", i64::MAX, true),
            ("-1e99999999999999999999", i64::MIN, false),
        ] {
            assert_eq!(Decimal::floor(text), (floor, fraction), "{text}");
        }
    }
}
