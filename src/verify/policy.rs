//! What is checked of a token besides its signature: the time, and claim checks. What time it is
//! comes with each token, so that a policy is made once and serves for as long as a program runs.

use std::error::Error;
use std::fmt;

use super::claim_check::{Check, ClaimCheck};
use super::verdict::Validity;
use crate::algorithm::Algorithm;
use crate::token::claims::ClaimsSet;
use crate::token::header::JoseHeader;

/// How `exp` and `nbf` are compared with the time, and the claim checks. All times are whole seconds.
///
/// The default has no leeway and no claim checks. What is not asked for is not checked: the default
/// accepts a token without `exp`, of any age, for any audience, of any subject, `typ` and issuer. Keys
/// are not bound to an issuer either: under a key set of several issuers, each of them can sign tokens
/// that name another as `iss`. Require `exp` and the audience at least, and with more than one issuer
/// make a verifier for each, with its keys and its [`ClaimCheck::Issuer`].
///
/// ```
/// use jwtlens::{ClaimCheck, ClaimPath, Policy};
///
/// let policy = Policy::default().with_leeway(60)?.with_checks([
///     ClaimCheck::Require(ClaimPath::new("exp")?),
///     ClaimCheck::Audience(vec!["transcodes-sdk".to_owned()]),
/// ]);
/// assert_eq!(policy.leeway(), 60);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    leeway: i64,
    expires_within: Option<i64>,
    checks: Vec<ClaimCheck>,
    algorithms: Vec<&'static Algorithm>,
    is_time_chosen: bool,
}

/// A time that no [`Policy`] can have, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// A leeway below 0 or above [`Policy::MAX_LEEWAY`].
    Leeway(i64),
    /// A required remaining lifetime below 0, which would accept expired tokens.
    ExpiresWithin(i64),
}

impl Policy {
    /// The longest leeway: 365 days. A longer one only serves to accept every expired token.
    pub const MAX_LEEWAY: i64 = 365 * 86_400;

    /// The same policy with a leeway: how long ago `exp` may be, how far in the future `nbf`, and how much older than
    /// [`ClaimCheck::MaxAge`] a token.
    ///
    /// # Errors
    ///
    /// A leeway below 0 or above [`MAX_LEEWAY`](Self::MAX_LEEWAY).
    pub fn with_leeway(self, seconds: i64) -> Result<Self, PolicyError> {
        if !(0..=Self::MAX_LEEWAY).contains(&seconds) {
            return Err(PolicyError::Leeway(seconds));
        }
        Ok(Self {
            leeway: seconds,
            ..self
        })
    }

    /// The same policy, by which a token that expires within this time counts as expired. The leeway
    /// then applies to `nbf` alone.
    ///
    /// # Errors
    ///
    /// A time below 0.
    pub fn with_expires_within(self, seconds: i64) -> Result<Self, PolicyError> {
        if seconds < 0 {
            return Err(PolicyError::ExpiresWithin(seconds));
        }
        Ok(Self {
            expires_within: Some(seconds),
            ..self
        })
    }

    /// The same policy with more claim checks. All of them must hold.
    #[must_use]
    pub fn with_checks(mut self, checks: impl IntoIterator<Item = ClaimCheck>) -> Self {
        self.checks.extend(checks);
        self
    }

    /// The same policy, which accepts only these algorithms, under any of their names (RFC 8725 section
    /// 3.1). Without any, each key accepts all algorithms of its type, or the one that its `alg` names.
    #[must_use]
    pub fn with_algorithms(
        mut self,
        algorithms: impl IntoIterator<Item = &'static Algorithm>,
    ) -> Self {
        self.algorithms.extend(algorithms);
        self
    }

    /// The same policy for times that were chosen, not read from a clock: no note blames the clock.
    #[must_use]
    pub fn at_chosen_time(self) -> Self {
        Self {
            is_time_chosen: true,
            ..self
        }
    }

    /// Whether the times at which tokens are checked were chosen.
    pub(crate) fn is_time_chosen(&self) -> bool {
        self.is_time_chosen
    }

    /// The only algorithms that are accepted; all if empty.
    #[must_use]
    pub fn algorithms(&self) -> &[&'static Algorithm] {
        &self.algorithms
    }

    /// The leeway in seconds.
    #[must_use]
    pub fn leeway(&self) -> i64 {
        self.leeway
    }

    /// The time within which a token must not expire, in seconds.
    #[must_use]
    pub fn expires_within(&self) -> Option<i64> {
        self.expires_within
    }

    /// The claim checks.
    #[must_use]
    pub fn checks(&self) -> &[ClaimCheck] {
        &self.checks
    }

    /// The times of this policy without its leeway.
    pub(crate) fn without_leeway(&self) -> Self {
        Self {
            leeway: 0,
            expires_within: self.expires_within,
            ..Self::default()
        }
    }

    /// The times of this policy, where a token may expire at any time from now on.
    pub(crate) fn without_expires_within(&self) -> Self {
        Self {
            leeway: self.leeway,
            expires_within: None,
            ..Self::default()
        }
    }

    /// How the claims stand in time. `exp` equal to now has passed, `nbf` equal to now holds (RFC
    /// 7519 sections 4.1.4 and 4.1.5).
    #[must_use]
    pub fn validity(&self, claims: &ClaimsSet, now: i64) -> Validity {
        let ends = match self.expires_within {
            Some(within) => now.saturating_add(within),
            None => now.saturating_sub(self.leeway),
        };
        if claims
            .nbf
            .as_ref()
            .is_some_and(|nbf| nbf.is_after(now.saturating_add(self.leeway)))
        {
            return Validity::NotYetValid;
        }
        match &claims.exp {
            Some(exp) if exp.is_at_or_before(ends) => Validity::Expired,
            Some(_) => Validity::Current,
            None => Validity::Unbounded,
        }
    }

    /// Makes every claim check. What could not be read counts as absent.
    #[must_use]
    pub fn check(
        &self,
        header: Option<&JoseHeader>,
        claims: Option<&ClaimsSet>,
        now: i64,
    ) -> Vec<Check> {
        self.checks
            .iter()
            .map(|check| check.made(header, claims, now, self.leeway))
            .collect()
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leeway(seconds) => write!(
                f,
                "the leeway must be from 0 to {} seconds (365 days), found {seconds}",
                Policy::MAX_LEEWAY
            ),
            Self::ExpiresWithin(seconds) => write!(
                f,
                "the time within which a token must not expire must not be negative, found {seconds}"
            ),
        }
    }
}

impl Error for PolicyError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> ClaimsSet {
        let claims = ClaimsSet::parse(json.as_bytes()).unwrap();
        assert!(claims.fault.is_none());
        claims
    }

    #[test]
    fn time_has_sharp_edges() {
        use Validity::{Current, Expired, NotYetValid, Unbounded};
        let at = |leeway, expires_within| {
            let policy = Policy::default().with_leeway(leeway).unwrap();
            match expires_within {
                Some(seconds) => policy.with_expires_within(seconds).unwrap(),
                None => policy,
            }
        };
        for (json, leeway, within, expected) in [
            (r#"{"exp":1000}"#, 0, None, Expired),
            (r#"{"exp":1000.001}"#, 0, None, Current),
            (r#"{"exp":1001}"#, 0, None, Current),
            (r#"{"nbf":1000}"#, 0, None, Unbounded),
            (r#"{"nbf":1000.001}"#, 0, None, NotYetValid),
            (r#"{"nbf":1001,"exp":10}"#, 0, None, NotYetValid),
            (r#"{"nbf":1000,"exp":1001}"#, 0, None, Current),
            ("{}", 0, None, Unbounded),
            (r#"{"exp":990}"#, 10, None, Expired),
            (r#"{"exp":991}"#, 10, None, Current),
            (r#"{"nbf":1010}"#, 10, None, Unbounded),
            (r#"{"nbf":1011}"#, 10, None, NotYetValid),
            (r#"{"exp":1060}"#, 0, Some(60), Expired),
            (r#"{"exp":1061}"#, 0, Some(60), Current),
            (r#"{"exp":1030}"#, 100, Some(60), Expired),
            (r#"{"exp":1000}"#, 100, Some(0), Expired),
            ("{}", 0, Some(60), Unbounded),
            (r#"{"exp":1e400}"#, 0, Some(i64::MAX), Current),
            (r#"{"nbf":1e400}"#, Policy::MAX_LEEWAY, None, NotYetValid),
            (r#"{"exp":-1e400}"#, Policy::MAX_LEEWAY, None, Expired),
        ] {
            assert_eq!(
                at(leeway, within).validity(&claims(json), 1000),
                expected,
                "{json}"
            );
        }
    }

    #[test]
    fn no_policy_accepts_every_expired_token() {
        let policy = Policy::default;
        for (seconds, allowed) in [
            (i64::MIN, false),
            (-1, false),
            (0, true),
            (31_536_000, true),
            (31_536_001, false),
            (i64::MAX, false),
        ] {
            let leeway = policy().with_leeway(seconds);
            assert_eq!(leeway.is_ok(), allowed, "{seconds}");
            let error = PolicyError::Leeway(seconds);
            assert_eq!(leeway.err(), (!allowed).then_some(error));
        }
        for (seconds, allowed) in [(i64::MIN, false), (-1, false), (0, true), (i64::MAX, true)] {
            let within = policy().with_expires_within(seconds);
            assert_eq!(within.is_ok(), allowed, "{seconds}");
            let error = PolicyError::ExpiresWithin(seconds);
            assert_eq!(within.err(), (!allowed).then_some(error));
        }
        assert_eq!(
            PolicyError::Leeway(-1).to_string(),
            "the leeway must be from 0 to 31536000 seconds (365 days), found -1"
        );
        assert_eq!(
            PolicyError::ExpiresWithin(-1).to_string(),
            "the time within which a token must not expire must not be negative, found -1"
        );
    }
}
