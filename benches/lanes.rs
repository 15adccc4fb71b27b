//! What a token costs in a stream of tokens under one key on a CPU with AVX-512 IFMA, in CPU time of one
//! thread: `cargo bench --bench lanes`, and without AVX-512:
//! `cargo bench --bench lanes --features portable`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that can't be made ends with a panic"
)]

use std::time::Duration;

use jwtlens::{KeySet, Policy, Token, Verdict, Verifier};
use rustix::time::{ClockId, clock_gettime};

const TOKENS: usize = 128;
const ROUNDS: usize = 201;

/// Before the tokens expire.
const NOW: i64 = 1_300_000_000;

/// The claims of RFC 7515, appendix A.
const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// RFC 7515, sections A.3 and A.2: the algorithm, the header, the signature and the key.
const EXAMPLES: [(&str, &str, &str, &str); 2] = [
    (
        "ES256",
        "eyJhbGciOiJFUzI1NiJ9",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
    ),
    (
        "RS256, 2048 bits",
        "eyJhbGciOiJSUzI1NiJ9",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#,
    ),
];

fn main() {
    #[cfg(target_arch = "x86_64")]
    let has_lanes = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma");
    #[cfg(not(target_arch = "x86_64"))]
    let has_lanes = false;
    if !has_lanes {
        println!("skipped: the CPU has no AVX-512 IFMA");
        return;
    }
    for (name, header, signature, key) in EXAMPLES {
        let keys = KeySet::read("key", key.as_bytes()).unwrap();
        let verifier = Verifier::new(keys, Policy::default()).without_findings();
        let token = format!("{header}.{CLAIMS}.{signature}");
        let tokens = vec![Token::from(token.as_str()); TOKENS];
        let mut times: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let begun = cpu_time();
                let reports = verifier.verify_all(&tokens, NOW);
                let time = cpu_time().saturating_sub(begun);
                assert!(
                    reports
                        .iter()
                        .all(|report| report.verdict == Verdict::Valid)
                );
                time
            })
            .collect();
        times.sort();
        let median = times[ROUNDS / 2].as_nanos() as f64 / TOKENS as f64;
        println!("{name:18} {:6.2} µs per token", median / 1000.0);
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap(),
        time.tv_nsec.try_into().unwrap(),
    )
}
