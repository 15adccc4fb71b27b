//! Eight 64-bit numbers in a register of AVX-512.

use std::arch::x86_64::{
    __m512i, _mm256_extract_epi64, _mm512_add_epi64, _mm512_and_si512, _mm512_extracti64x4_epi64,
    _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_setr_epi64, _mm512_slli_epi64, _mm512_srai_epi64, _mm512_srli_epi64, _mm512_sub_epi64,
    _mm512_xor_si512,
};

#[derive(Clone, Copy)]
pub struct Lanes(__m512i);

pub fn is_available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma")
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn splat(number: u64) -> Lanes {
    Lanes(_mm512_set1_epi64(number.cast_signed()))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn lanes(numbers: [u64; 8]) -> Lanes {
    let n = numbers.map(u64::cast_signed);
    Lanes(_mm512_setr_epi64(
        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7],
    ))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn numbers(lanes: Lanes) -> [u64; 8] {
    let low = _mm512_extracti64x4_epi64::<0>(lanes.0);
    let high = _mm512_extracti64x4_epi64::<1>(lanes.0);
    [
        _mm256_extract_epi64::<0>(low),
        _mm256_extract_epi64::<1>(low),
        _mm256_extract_epi64::<2>(low),
        _mm256_extract_epi64::<3>(low),
        _mm256_extract_epi64::<0>(high),
        _mm256_extract_epi64::<1>(high),
        _mm256_extract_epi64::<2>(high),
        _mm256_extract_epi64::<3>(high),
    ]
    .map(i64::cast_unsigned)
}

/// The sum modulo 2^64.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add(a: Lanes, b: Lanes) -> Lanes {
    Lanes(_mm512_add_epi64(a.0, b.0))
}

/// The difference modulo 2^64.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sub(a: Lanes, b: Lanes) -> Lanes {
    Lanes(_mm512_sub_epi64(a.0, b.0))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn and(a: Lanes, b: Lanes) -> Lanes {
    Lanes(_mm512_and_si512(a.0, b.0))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn or(a: Lanes, b: Lanes) -> Lanes {
    Lanes(_mm512_or_si512(a.0, b.0))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn xor(a: Lanes, b: Lanes) -> Lanes {
    Lanes(_mm512_xor_si512(a.0, b.0))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn shift_left<const BITS: u32>(a: Lanes) -> Lanes {
    Lanes(_mm512_slli_epi64::<BITS>(a.0))
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn shift_right<const BITS: u32>(a: Lanes) -> Lanes {
    Lanes(_mm512_srli_epi64::<BITS>(a.0))
}

/// Rounds a negative number in two's complement down.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn shift_right_signed<const BITS: u32>(a: Lanes) -> Lanes {
    Lanes(_mm512_srai_epi64::<BITS>(a.0))
}

/// The sum, modulo 2^64, and the low 52 bits of the product of the low 52 bits of both factors.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add_product_low(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    Lanes(_mm512_madd52lo_epu64(sum.0, a.0, b.0))
}

/// The sum, modulo 2^64, and the high 52 bits of the product of the low 52 bits of both factors.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add_product_high(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    Lanes(_mm512_madd52hi_epu64(sum.0, a.0, b.0))
}
