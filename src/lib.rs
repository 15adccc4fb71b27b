//! Decode a JSON Web Token, verify it with a key, and find out why it is rejected.
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
//! Keys and policy are made once. A [`Verifier`] is safe to share between threads. [`Token::bearer`] takes
//! the value of an `Authorization` header and nothing that only resembles one; [`Report::valid_claims`]
//! are the claims of a valid token. `examples/server` is the whole program.
//!
//! ```
//! use jwtlens::{ClaimCheck, ClaimPath, ClaimsSet, KeySet, Policy, Token, Verifier};
//!
//! // Without these checks a token without `exp`, or for another service, is valid.
//! let policy = Policy::default().with_checks([
//!     ClaimCheck::Require(ClaimPath::new("exp")?),
//!     ClaimCheck::Audience(vec!["transcodes-sdk".to_owned()]),
//! ]);
//!
//! /// The claims of the client that sends this header, or the error it gets.
//! fn member(guard: &Verifier, header: Option<&str>, now: i64) -> Result<ClaimsSet, &'static str> {
//!     const INVALID: &str = "Invalid or expired token";
//!     let token = Token::bearer(header.ok_or("No token")?).ok_or(INVALID)?;
//!     let report = guard.verify(&token, now);
//!     report.valid_claims().cloned().ok_or(INVALID)
//! }
//! # let jwk = br#"{"kty":"EC","crv":"P-256","x":"b_A7lJJBzh2t1DUZ5pYOCoW0GmmgXDKBA6orzhWUyhY","y":"PE91OlW_AdxT9sCwx-7ni0DG_30lqW4igrmJzvccFEo","alg":"ES256","kid":"1fdef9ef-57e5-4fcd-84bd-2eb445efcf66"}"#;
//! # let guard = Verifier::new(KeySet::read("public_key.json", jwk)?, policy);
//! # let valid = "Bearer eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6IjFmZGVmOWVmLTU3ZTUtNGZjZC04NGJkLTJlYjQ0NWVmY2Y2NiJ9.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJzdWIiOiJtZW1iZXItNyIsImF1ZCI6InRyYW5zY29kZXMtc2RrIiwiZW1haWwiOiJhZGFAZXhhbXBsZS5jb20iLCJyb2xlIjoiYWRtaW4iLCJpYXQiOjE3OTU0NDk4NjQsIm5iZiI6MTc5NTQ0OTg2NCwiZXhwIjoxNzk1NDYwNjY0LCJqdGkiOiJjMGZmZWUifQ.BiYouFDpUVpKXWsD0zquTWHY2gJOFlcl406HEehOaFMpsBfQLEsOdUjXu_cm776x-O8ybkQjyMFeiKKGojbY6Q";
//! # let now = 1_795_457_364;
//! # assert_eq!(member(&guard, None, now).unwrap_err(), "No token");
//! # assert_eq!(member(&guard, Some(valid), now).unwrap().sub(), Some("member-7"));
//! # assert!(member(&guard, Some(valid), now + 3300).is_err());
//! # assert!(member(&guard, valid.strip_prefix("Bearer "), now).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Keys and algorithms
//!
//! [`KeySet::read`] takes the content of a key file in any form: a JWK or JWK Set, a public key or X.509
//! certificate in PEM or DER, the public half of a private key in PEM, or a JSON object of key IDs and PEM.
//! A certificate only carries a key: its dates, its chain and its key usage are not checked.
//! [`KeySource::secret`] makes a key of a shared secret; nothing else does, except a JWK with `kty` `oct`.
//!
//! The type of a key decides which algorithms it verifies ([`VerificationKey::algorithms`]), never the
//! token's header, and [`Policy::with_algorithms`] accepts fewer. [`Algorithm::all`] lists them: ECDSA on
//! P-256, P-384, P-521 and secp256k1, RSA with PKCS #1 v1.5 and PSS, Ed25519, and HMAC.
//!
//! # Rejected tokens
//!
//! A fault in a token is never an error of a function: it is part of the [`Report`], which is always
//! complete. [`Verdict`] is the decision in one word. [`Signature`], [`Time`] and [`Check`] are the facts
//! behind it, each reported independently of the others. [`Report::claims`] has the claims of a rejected token
//! too. Only [`Verdict::Valid`] accepts a token: [`decode`] verifies nothing, and its
//! [`Verdict::NotVerified`] has the [status](Verdict::status) 0, as has a valid token.
//!
//! Errors are about the caller's input: [`KeySource::read`] and [`KeySet::read`] fail on content without a
//! usable key ([`KeySourceError`]), [`ClaimPath::new`] on an invalid path, and [`Policy`] on a leeway or time
//! that would accept expired tokens ([`PolicyError`]).
//!
//! # What to require
//!
//! [`Policy::default`] allows no leeway and checks no claim. It accepts a token without `exp`, of any age,
//! for any audience and of any issuer. Require `exp`, and check the audience: a key that signs for several
//! services signs tokens that differ in nothing but the audience. Keys are not bound to an issuer: with more
//! than one issuer, build a [`Verifier`] for each, with its keys and [`ClaimCheck::Issuer`].
//!
//! # Many tokens, or no key
//!
//! [`Verifier::verify_all`] verifies many tokens at once: the same reports, several times faster. [`decode`]
//! reads a token without a key, and reports that nothing was verified.
//!
//! # Why a token is rejected
//!
//! A [`Debugger`] makes the same report and searches for the cause. A [`Finding`] is [`Certainty::Proven`] only
//! if a computation shows it. No finding turns a rejected token into a valid one. A [`Tally`] counts the
//! reports of a run, and finds what its rejected tokens have in common.
//!
//! # Other languages
//!
//! [`Report`] serializes with `serde`; its JSON is stable: fields may be added, but are never renamed or
//! retyped. Numbers and the order of members are kept as they are in the token ([`json`]).
//!
//! # Data flow
//!
//! A [`Token`] is split into its segments ([`Compact`]), these are read into a [`JoseHeader`] and a
//! [`ClaimsSet`], the [`KeySet`] selects candidate keys, an [`Algorithm`] verifies the signature, and
//! [`Verdict::of`] makes the decision from these facts.

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
mod curve;
mod debug;
mod key;
mod lanes;
mod text;
mod token;
mod verify;

pub use algorithm::{Algorithm, KeyType};
pub use debug::{Debugger, Effort, Tally};
pub use key::set::{KeySet, KeySource, KeySourceError, UnusableKey};
pub use key::{
    Certificate, ContentFault, CoordinateOrder, KeyFault, KeyId, KeyNote, KeyReport, NotAKey,
    SecretEncoding, SecretFault, VerificationKey,
};
pub use text::abridged::abridged;
pub use text::base64url::{Base64urlFault, is_base64url};
pub use text::durations::{duration, relative};
pub use text::json;
pub use token::Token;
pub use token::audience::Audience;
pub use token::claims::{ClaimsSet, Members};
pub use token::compact::{Compact, HEADER_START, HEADER_STARTS, Jwe, Jws, MAX_TOKEN};
pub use token::disclosure::Disclosure;
pub use token::foreign_character::{
    ForeignCharacter, NO_TOKEN_IN_BINARY, NO_TOKEN_IN_HTML, NO_TOKEN_IN_JSON, is_binary, is_html,
};
pub use token::header::JoseHeader;
pub use token::input::{Escapes, Input, Removed};
pub use token::line_wrapped::is_line_wrapped;
pub use token::malformed::{CritFault, Malformed, TokenFault};
pub use token::numeric_date::NumericDate;
pub use token::segment::Segment;
pub use verify::claim_check::{Check, CheckKind, ClaimCheck, ClaimPath, ClaimPathError};
pub use verify::code::Code;
pub use verify::finding::{Certainty, Finding};
pub use verify::policy::{Policy, PolicyError};
pub use verify::redaction::REDACTED;
pub use verify::report::{
    ChangeReport, Combination, ProofReport, Reason, Recovered, Report, Signature, Time, Tried,
};
pub use verify::verdict::{
    MAX_EARLY, MAX_LATE, Scope, SignatureStatus, Validity, Verdict, VerdictInput,
};
pub use verify::{Verifier, decode};
