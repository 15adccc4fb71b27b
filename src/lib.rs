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
//! # In a server
//!
//! Keys and policy are made once; after that nothing is read, written or remembered, so a [`Verifier`]
//! stands in shared state as it is. What `Authorization` says is a token as it comes: `Bearer ` is taken
//! off. `examples/server` is the whole program.
//!
//! ```
//! use jwtlens::{ClaimsSet, Token, Verdict, Verifier};
//!
//! /// The claims of whoever sends this header, or what to tell them.
//! fn member(guard: &Verifier, header: Option<&str>, now: i64) -> Result<ClaimsSet, &'static str> {
//!     let report = guard.verify(&Token::from(header.ok_or("No token")?), now);
//!     match (report.verdict, report.claims) {
//!         (Verdict::Valid, Some(claims)) => Ok(claims),
//!         _ => Err("Invalid or expired token"),
//!     }
//! }
//! # let keys = jwtlens::KeySet::read("k", br#"{"kty":"EC","crv":"P-256",
//! #     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
//! #     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#).unwrap();
//! # let guard = Verifier::new(keys, jwtlens::Policy::default());
//! # assert_eq!(member(&guard, None, 0).unwrap_err(), "No token");
//! # assert_eq!(member(&guard, Some("Bearer a.b.c"), 0).unwrap_err(), "Invalid or expired token");
//! # let token = "Bearer eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
//! # assert!(member(&guard, Some(token), 1_300_000_000).is_ok());
//! ```
//!
//! # What is refused, and how it is told
//!
//! A fault of a token is never an error of a function: it is in the [`Report`], which is always made in
//! full. [`Verdict`] is the decision in one word; [`Signature`], [`Time`] and [`Check`] are the facts that
//! it rests on, each told whatever the others say. Look at the verdict: claims are in the report of a
//! refused token too, and [`Report::claims_authenticated`] tells whose they are.
//!
//! Errors are for what is wrong with *your* side: [`KeySource::read`] and [`KeySet::read`] fail on a file
//! that holds no usable key ([`KeySourceError`]), and [`ClaimPath::new`] on a path that is none.
//!
//! # What to ask for
//!
//! [`Policy::default`] is strict about times and asks nothing of the claims. Ask for the audience, at
//! least: a key that signs for several services makes their tokens alike in everything else.
//!
//! ```
//! use jwtlens::{ClaimCheck, Policy};
//!
//! let policy = Policy {
//!     leeway: 60,
//!     checks: vec![ClaimCheck::Audience(vec!["transcodes-sdk".to_owned()])],
//!     ..Policy::default()
//! };
//! # assert_eq!(policy.expires_within, None);
//! ```
//!
//! # Many tokens, and no key
//!
//! [`Verifier::verify_all`] judges many tokens at once: the same reports, faster by far. [`decode`] reads
//! a token without a key, and says that nothing was verified.
//!
//! # Why a token is refused
//!
//! A [`Debugger`] makes the same report and looks further. A [`Finding`] is [`Certainty::Proven`] only
//! where a computation shows it; none turns a refused token into a valid one.
//!
//! # Programs of other languages
//!
//! [`Report`] serializes with `serde`; its JSON is a contract: fields may be added, none is renamed or
//! given another type. Numbers and the order of members are the token's own ([`json`]).
//!
//! # The way of the data
//!
//! A [`Token`] is split into its segments ([`Compact`]), these are read into a [`JoseHeader`] and a
//! [`ClaimsSet`], the [`KeySet`] gives the candidates, an [`Algorithm`] answers with one bit, and
//! [`Verdict::of`] makes the decision of these facts.

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
mod header;
pub mod json;
mod key;
mod keyset;
mod numeric_date;
mod ordinary;
mod policy;
mod report;
mod token;
mod verdict;
mod verify;

pub use algorithm::{Algorithm, KeyType};
pub use claims::{Audience, ClaimsSet, Members};
pub use compact::{Compact, Jwe, Jws, MAX_TOKEN, Malformed, Segment};
pub use diagnosis::{Certainty, Debugger, Effort, Finding, Recovered, Signers, Tried};
pub use header::JoseHeader;
pub use key::{
    Certificate, ContentFault, KeyFault, KeyId, KeyNote, KeyReport, NotAKey, SecretEncoding,
    SecretFault, VerificationKey,
};
pub use keyset::{KeySet, KeySource, KeySourceError};
pub use numeric_date::{NumericDate, relative};
pub use policy::{Check, ClaimCheck, ClaimPath, Policy};
pub use report::{Input, Reason, Report, Signature, Time};
pub use token::{Removed, Token};
pub use verdict::{Facts, Scope, SignatureStatus, Validity, Verdict};
pub use verify::{Verifier, decode};
