//! The examples of RFC 7515, appendix A, of RFC 7520, section 4, and of RFC 8037, appendix A.4, with their
//! keys, as published.

use jwtlens::{
    Debugger, Effort, KeySet, KeySource, Policy, Report, SignatureStatus, Token, Verdict, Verifier,
};

/// Before the `exp` of the examples of RFC 7515.
pub const AT: i64 = 1_300_819_379;

pub struct Example {
    /// Where it stands.
    pub section: &'static str,
    /// What it is.
    pub title: &'static str,
    pub key: &'static str,
    pub token: String,
    verdict: Verdict,
    signature: SignatureStatus,
}

const RFC_7515: [(&str, &str, &str, &str, &str); 3] = [
    (
        "RFC 7515, A.1",
        "HS256",
        r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    ),
    (
        "RFC 7515, A.2",
        "RS256",
        r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#,
        "eyJhbGciOiJSUzI1NiJ9",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
    ),
    (
        "RFC 7515, A.3",
        "ES256",
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        "eyJhbGciOiJFUzI1NiJ9",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    ),
];

/// The Claims Set of RFC 7519, section 3.1.
const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

const RFC_7515_A4: &str = r#"{"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}"#;

const BILBO_RSA: &str = r#"{"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"}"#;

const BILBO_EC: &str = r#"{"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}"#;

const SYMMETRIC: &str = r#"{"kty":"oct","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037","use":"sig","alg":"HS256","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}"#;

/// The content of RFC 7520, section 4: prose, not JSON.
const CONTENT: &str = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";

const HS256_HEADER: &str =
    "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9";
const HS256_SIGNATURE: &str = "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0";

/// Those with an integrity-protected `alg` as the Compact Serialization has them; the others cannot be
/// written in it.
const RFC_7520: [(&str, &str, &str, &str, &str); 6] = [
    (
        "RFC 7520, 4.1",
        "RS256",
        BILBO_RSA,
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
        "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
    ),
    (
        "RFC 7520, 4.2",
        "PS384",
        BILBO_RSA,
        "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
        "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw",
    ),
    (
        "RFC 7520, 4.3",
        "ES512",
        BILBO_EC,
        "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
        "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2",
    ),
    (
        "RFC 7520, 4.4",
        "HS256",
        SYMMETRIC,
        HS256_HEADER,
        HS256_SIGNATURE,
    ),
    (
        "RFC 7520, 4.6",
        "HS256, from the JSON Serialization",
        SYMMETRIC,
        "eyJhbGciOiJIUzI1NiJ9",
        "bWUSVaxorn7bEF1djytBd0kHv70Ly5pvbomzMWSOr20",
    ),
    (
        "RFC 7520, 4.8.2",
        "RS256, from the JSON Serialization",
        BILBO_RSA,
        "eyJhbGciOiJSUzI1NiJ9",
        "MIsjqtVlOpa71KE-Mss8_Nq2YH4FGhiocsqrgi5NvyG53uoimic1tcMdSg-qptrzZc7CG6Svw2Y13TDIqHzTUrL_lR2ZFcryNFiHkSw129EghGpwkpxaTn_THJTCglNbADko1MZBCdwzJxwqZc-1RlpO2HibUYyXSwO97BSe0_evZKdjvvKSgsIqjytKSeAMbhMBdMma622_BG5t4sdbuCHtFjp9iJmkio47AIwqkZV1aIZsv33uPUqBBCXbYoQJwt7mxPftHmNlGoOSMxR_3thmXTCm4US-xiNOyhbm8afKK64jU6_TPtQHiJeQJxz9G3Tx-083B745_AfYOnlC9w",
    ),
];

/// All of them, with what is to come of each.
pub fn examples() -> Vec<Example> {
    use SignatureStatus::{Mismatch, Unchecked, Verified};
    use Verdict::{Malformed, Unverifiable, Valid};

    let example =
        |section, title, key, [header, payload, signature]: [&str; 3], verdict, status| Example {
            section,
            title,
            key,
            token: format!("{header}.{payload}.{signature}"),
            verdict,
            signature: status,
        };
    let mut examples: Vec<Example> = RFC_7515
        .into_iter()
        .map(|(section, alg, key, header, signature)| {
            let segments = [header, CLAIMS, signature];
            example(section, alg, key, segments, Valid, Verified)
        })
        .collect();
    // "Payload" is not JSON.
    let es512 = [
        "eyJhbGciOiJFUzUxMiJ9",
        "UGF5bG9hZA",
        "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
    ];
    examples.push(example(
        "RFC 7515, A.4",
        "ES512",
        RFC_7515_A4,
        es512,
        Malformed,
        Verified,
    ));
    let unsecured = ["eyJhbGciOiJub25lIn0", CLAIMS, ""];
    let titles = [
        "none, with a secret",
        "none, with an RSA key",
        "none, with an EC key",
    ];
    for ((_, _, key, ..), title) in RFC_7515.into_iter().zip(titles) {
        let section = "RFC 7515, A.5";
        examples.push(example(
            section,
            title,
            key,
            unsecured,
            Unverifiable,
            Unchecked,
        ));
    }
    for (section, alg, key, header, signature) in RFC_7520 {
        let segments = [header, CONTENT, signature];
        examples.push(example(section, alg, key, segments, Malformed, Verified));
    }
    // Without the content there is nothing that the signature could be of.
    let detached = [HS256_HEADER, "", HS256_SIGNATURE];
    let title = "HS256, detached content";
    examples.push(example(
        "RFC 7520, 4.5",
        title,
        SYMMETRIC,
        detached,
        Malformed,
        Mismatch,
    ));
    examples.push(example(
        "RFC 8037, A.4",
        "EdDSA",
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        [
            "eyJhbGciOiJFZERTQSJ9",
            "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ],
        Malformed,
        Verified,
    ));
    examples
}

/// `verify`, `verify_all` and `debug` give each the same verdict, under its key and among all keys.
#[test]
fn examples_get_their_verdicts() {
    let all: Vec<&str> = examples().iter().map(|example| example.key).collect();
    let all = format!(r#"{{"keys":[{}]}}"#, all.join(","));
    for example in examples() {
        for keys in [example.key, &all] {
            let source = KeySource::read("key", keys.as_bytes()).unwrap();
            let debugger = Debugger::new(
                std::slice::from_ref(&source),
                &[],
                Policy::default(),
                Effort::Default,
            );
            let verifier = Verifier::new(KeySet::new([&source]).unwrap(), Policy::default());
            let token = Token::from(&*example.token);
            let assert_expected = |report: &Report| {
                assert_eq!(report.verdict, example.verdict, "{}", example.section);
                let status = report.signature.status;
                assert_eq!(status, example.signature, "{}", example.section);
            };
            assert_expected(&verifier.verify(&token, AT));
            for report in verifier.verify_all(&vec![token.clone(); 40], AT) {
                assert_expected(&report);
            }
            assert_expected(&debugger.debug(&token, AT, &mut |_| true));
        }
    }
}

/// RFC 7520, sections 4.6 to 4.8: the JSON Serialization is not a JWT.
#[test]
fn the_json_serialization_is_malformed() {
    let verifier = Verifier::new(
        KeySet::read("key", SYMMETRIC.as_bytes()).unwrap(),
        Policy::default(),
    );
    let (section, _, _, protected, signature) = RFC_7520[4];
    let flattened = format!(
        r#"{{"payload":"{CONTENT}","protected":"{protected}","header":{{"kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037"}},"signature":"{signature}"}}"#
    );
    let report = verifier.verify(&Token::from(&*flattened), AT);
    assert_eq!(report.verdict, Verdict::Malformed, "{section}");
    assert_eq!(report.signature.status, SignatureStatus::Unchecked);
}
