//! The operations of `avx512` number by number: for tests on any machine, and in the place of AVX-512 on
//! other architectures, where no lane is used.

const MASK: u64 = (1 << 52) - 1;

#[derive(Clone, Copy)]
pub struct Lanes([u64; 8]);

/// It is slower than the portable way.
pub fn is_available() -> bool {
    cfg!(test)
}

pub fn splat(number: u64) -> Lanes {
    Lanes([number; 8])
}

pub fn lanes(numbers: [u64; 8]) -> Lanes {
    Lanes(numbers)
}

pub fn numbers(lanes: Lanes) -> [u64; 8] {
    lanes.0
}

pub fn add(a: Lanes, b: Lanes) -> Lanes {
    pairs(a, b, u64::wrapping_add)
}

pub fn sub(a: Lanes, b: Lanes) -> Lanes {
    pairs(a, b, u64::wrapping_sub)
}

pub fn and(a: Lanes, b: Lanes) -> Lanes {
    pairs(a, b, |a, b| a & b)
}

pub fn or(a: Lanes, b: Lanes) -> Lanes {
    pairs(a, b, |a, b| a | b)
}

pub fn xor(a: Lanes, b: Lanes) -> Lanes {
    pairs(a, b, |a, b| a ^ b)
}

pub fn shift_left<const BITS: u32>(a: Lanes) -> Lanes {
    Lanes(a.0.map(|number| number << BITS))
}

pub fn shift_right<const BITS: u32>(a: Lanes) -> Lanes {
    Lanes(a.0.map(|number| number >> BITS))
}

pub fn shift_right_signed<const BITS: u32>(a: Lanes) -> Lanes {
    Lanes(a.0.map(|number| (number.cast_signed() >> BITS).cast_unsigned()))
}

pub fn add_product_low(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    add(
        sum,
        pairs(a, b, |a, b| (a & MASK).wrapping_mul(b & MASK) & MASK),
    )
}

pub fn add_product_high(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    let high = |a, b| {
        let product = u128::from(a & MASK).wrapping_mul(u128::from(b & MASK));
        // A product of numbers of 52 bits has 104.
        u64::try_from(product >> 52).unwrap_or_default()
    };
    add(sum, pairs(a, b, high))
}

fn pairs(a: Lanes, b: Lanes, operation: impl Fn(u64, u64) -> u64) -> Lanes {
    let mut result = a;
    for (a, b) in result.0.iter_mut().zip(b.0) {
        *a = operation(*a, b);
    }
    result
}
