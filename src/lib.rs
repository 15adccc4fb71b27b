//! See through a JSON Web Token: decode it, verify it under a JWK, and say why it is refused.
//!
//! The library decides and prints nothing; it reads no clock, no file and no environment. A
//! [`Verifier`] is built once from keys and a [`Policy`], can be shared between threads, and turns
//! each [`Token`] into a [`Report`].
//!
//! ```
//! use jwtlens::{KeySet, Policy, Token, Verdict, Verifier};
//!
//! let jwk = br#"{"kty":"EC","crv":"P-256","kid":"A.3",
//!     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
//!     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
//! let keys = KeySet::read("RFC 7515, A.3", jwk)?;
//!
//! let token = "eyJhbGciOiJFUzI1NiJ9.\
//!     eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
//!     DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
//!
//! let verifier = Verifier::new(keys, Policy::default());
//! let now = 1_300_000_000; // seconds since 1970-01-01T00:00:00Z
//! assert_eq!(verifier.verify(&Token::from(token), now).verdict, Verdict::Valid);
//! assert_eq!(verifier.verify(&Token::from(token), 1_300_819_380).verdict, Verdict::Expired);
//! # Ok::<(), jwtlens::KeySourceError>(())
//! ```
//!
//! The way of the data: a [`Token`] is split into its segments ([`Compact`]), these are read into a
//! [`JoseHeader`] and a [`ClaimsSet`], the [`KeySet`] gives the candidates, an [`Algorithm`] answers
//! with one bit, and [`Verdict::of`] makes the decision of these facts.

#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unwrap_used,
        reason = "a test that panics has failed"
    )
)]

mod algorithm;
mod base64url;
mod claims;
mod compact;
mod curve;
mod decimal;
mod diagnosis;
pub mod fixed_key;
mod header;
pub mod json;
mod key;
mod keyset;
mod numeric_date;
mod ordinary;
mod policy;
mod report;
mod tables;
mod token;
mod verdict;
mod verify;

pub use algorithm::Algorithm;
pub use claims::{Audience, ClaimsSet, Members};
pub use compact::{Compact, Jwe, Jws, MAX_TOKEN, Malformed, Segment};
pub use diagnosis::{Certainty, Debugger, Effort, Finding, Recovered, Signers, Tried};
pub use header::JoseHeader;
pub use key::{KeyFault, KeyId, KeyReport, VerificationKey};
pub use keyset::{KeySet, KeySource, KeySourceError};
pub use numeric_date::{NumericDate, relative};
pub use policy::{Check, ClaimCheck, ClaimPath, Policy};
pub use report::{Input, Reason, Report, Signature, Time};
pub use token::{Removed, Token};
pub use verdict::{Facts, Scope, SignatureStatus, Validity, Verdict};
pub use verify::{Verifier, decode};
