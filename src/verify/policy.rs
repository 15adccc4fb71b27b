//! What is checked of a token besides its signature: the time, and claim checks. What time it is
//! comes with each token, so that a policy is made once and serves for as long as a program runs.

use std::error::Error;
use std::fmt;

use serde::Serialize;

use super::verdict::Validity;
use crate::algorithm::Algorithm;
use crate::text::json::{Object, Value};
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
}

/// A time that no [`Policy`] can have, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// A leeway below 0 or above [`Policy::MAX_LEEWAY`].
    Leeway(i64),
    /// A required remaining lifetime below 0, which would accept expired tokens.
    ExpiresWithin(i64),
}

/// One claim check.
#[derive(Clone, Debug)]
pub enum ClaimCheck {
    /// `iss` is this string (RFC 7519 section 4.1.1).
    Issuer(String),
    /// `aud` is or holds one of these strings (section 4.1.3).
    Audience(Vec<String>),
    /// `sub` is this string (section 4.1.2).
    Subject(String),
    /// `typ` in the header is this media type, compared as RFC 7515 section 4.1.9 says.
    Type(String),
    /// The claim is there, and not null.
    Require(ClaimPath),
    /// The claim is this value.
    Equals(ClaimPath, Value),
    /// `iat` is there, no longer ago than these seconds and not in the future, give or take the leeway.
    MaxAge(i64),
}

/// A claim's bare name, or a JSON Pointer (RFC 6901) to a value inside a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(String);

/// How a claim check went, with both sides of the comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The claim, or the header parameter `typ`.
    pub name: String,
    /// What was asked: `iss`, `aud`, `sub`, `typ`, `require`, `claim` or `max-age`.
    pub check: &'static str,
    /// Whether it holds.
    pub passed: bool,
    /// What was asked for; null where only presence was.
    pub expected: Value,
    /// What the token has; null where it has nothing.
    pub actual: Value,
}

impl Policy {
    /// The longest leeway: 365 days. A longer one only serves to accept every expired token.
    pub const MAX_LEEWAY: i64 = 365 * 86_400;

    /// The same policy with a leeway: how long ago `exp` may be, and how far in the future `nbf`.
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
            .map(|check| self.check_one(check, header, claims, now))
            .collect()
    }

    fn check_one(
        &self,
        check: &ClaimCheck,
        header: Option<&JoseHeader>,
        claims: Option<&ClaimsSet>,
        now: i64,
    ) -> Check {
        let claim = |name: &str| claims.and_then(|claims| claims.members.get(name));
        let strings = |name: &str, kind: &'static str, expected: &str| Check {
            name: name.to_owned(),
            check: kind,
            passed: claim(name).and_then(Value::as_str) == Some(expected),
            expected: expected.into(),
            actual: owned(claim(name)),
        };
        match check {
            ClaimCheck::Issuer(expected) => strings("iss", "iss", expected),
            ClaimCheck::Subject(expected) => strings("sub", "sub", expected),
            ClaimCheck::Audience(any) => Check {
                name: "aud".to_owned(),
                check: "aud",
                passed: claims
                    .and_then(|claims| claims.aud.as_ref())
                    .is_some_and(|aud| any.iter().any(|name| aud.contains(name))),
                expected: match any.as_slice() {
                    [one] => one.as_str().into(),
                    many => Value::Array(many.iter().map(|name| name.as_str().into()).collect()),
                },
                actual: owned(claim("aud")),
            },
            ClaimCheck::Type(expected) => Check {
                name: "typ".to_owned(),
                check: "typ",
                passed: header
                    .and_then(|header| header.typ.as_deref())
                    .is_some_and(|typ| same_media_type(typ, expected)),
                expected: expected.as_str().into(),
                actual: owned(header.and_then(|header| header.parameters.get("typ"))),
            },
            ClaimCheck::Require(path) => {
                let found = claims.and_then(|claims| path.find(&claims.members));
                Check {
                    name: path.0.clone(),
                    check: "require",
                    passed: found.is_some_and(|value| !matches!(value, Value::Null)),
                    expected: Value::Null,
                    actual: owned(found),
                }
            }
            ClaimCheck::Equals(path, expected) => {
                let found = claims.and_then(|claims| path.find(&claims.members));
                Check {
                    name: path.0.clone(),
                    check: "claim",
                    passed: found.is_some_and(|value| value.same_value(expected)),
                    expected: expected.clone(),
                    actual: owned(found),
                }
            }
            ClaimCheck::MaxAge(seconds) => {
                let oldest = now.saturating_sub(*seconds).saturating_sub(self.leeway);
                let newest = now.saturating_add(self.leeway);
                let iat = claims.and_then(|claims| claims.iat.as_ref());
                Check {
                    name: "iat".to_owned(),
                    check: "max-age",
                    passed: iat.is_some_and(|iat| !iat.is_before(oldest) && !iat.is_after(newest)),
                    expected: Value::from(*seconds),
                    actual: iat.map_or(Value::Null, |iat| {
                        Value::from(iat.seconds_from(now).saturating_neg())
                    }),
                }
            }
        }
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

impl ClaimPath {
    /// Takes a bare name, or a JSON Pointer where it begins with `/`.
    ///
    /// # Errors
    ///
    /// An empty name, or a pointer with a `~` that neither `0` nor `1` follows (RFC 6901 section 3).
    pub fn new(path: &str) -> Result<Self, &'static str> {
        if path.is_empty() {
            return Err("claim name is empty");
        }
        if path.starts_with('/')
            && path
                .split('~')
                .skip(1)
                .any(|rest| !rest.starts_with(['0', '1']))
        {
            return Err("invalid JSON Pointer: escape \"~\" as \"~0\" and \"/\" as \"~1\"");
        }
        Ok(Self(path.to_owned()))
    }

    /// The value at this path.
    #[must_use]
    pub fn find<'c>(&self, claims: &'c Object) -> Option<&'c Value> {
        let Some(pointer) = self.0.strip_prefix('/') else {
            return claims.get(&self.0);
        };
        let mut tokens = pointer
            .split('/')
            .map(|token| token.replace("~1", "/").replace("~0", "~"));
        let first = claims.get(&tokens.next()?)?;
        tokens.try_fold(first, |value, token| match value {
            Value::Object(object) => object.get(&token),
            Value::Array(items) => items.get(array_index(&token)?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }
}

/// RFC 6901 section 4: digits without a leading zero.
fn array_index(token: &str) -> Option<usize> {
    let digits = token.bytes().all(|octet| octet.is_ascii_digit());
    if digits && (token == "0" || !token.starts_with('0')) {
        token.parse().ok()
    } else {
        None
    }
}

fn owned(value: Option<&Value>) -> Value {
    value.cloned().unwrap_or(Value::Null)
}

/// RFC 7515 section 4.1.9: without regard to case, and `application/` may be left out where no
/// other `/` stands in the value.
fn same_media_type(a: &str, b: &str) -> bool {
    fn short(media_type: &str) -> String {
        let lower = media_type.to_ascii_lowercase();
        match lower.strip_prefix("application/") {
            Some(rest) if !rest.contains('/') => rest.to_owned(),
            Some(_) | None => lower,
        }
    }
    short(a) == short(b)
}

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

    fn passes(check: ClaimCheck, json: &str) -> bool {
        let header = JoseHeader::parse(br#"{"alg":"ES256","typ":"at+JWT"}"#).unwrap();
        let policy = Policy::default().with_leeway(5).unwrap();
        let policy = policy.with_checks([check]);
        let unread = policy.check(Some(&header), None, 1000);
        assert!(
            unread
                .iter()
                .all(|check| check.check == "typ" || !check.passed)
        );
        policy.check(Some(&header), Some(&claims(json)), 1000)[0].passed
    }

    #[test]
    fn claims_are_compared_exactly() {
        let path = |path: &str| ClaimPath::new(path).unwrap();
        let text = |name: &str, text: &str| ClaimCheck::Equals(path(name), text.into());
        let json = |name: &str, json: &str| {
            ClaimCheck::Equals(path(name), Value::parse(json.as_bytes()).unwrap())
        };
        let aud =
            |names: &[&str]| ClaimCheck::Audience(names.iter().map(ToString::to_string).collect());
        for (check, claims, passed) in [
            (ClaimCheck::Issuer("a".into()), r#"{"iss":"a"}"#, true),
            (ClaimCheck::Issuer("a".into()), r#"{"iss":"A"}"#, false),
            (ClaimCheck::Issuer("a".into()), "{}", false),
            (ClaimCheck::Subject("a".into()), r#"{"sub":"a"}"#, true),
            (ClaimCheck::Subject("a".into()), r#"{"sub":"a "}"#, false),
            (aud(&["x", "b"]), r#"{"aud":["a","b"]}"#, true),
            (aud(&["x", "b"]), r#"{"aud":"b"}"#, true),
            (aud(&["x"]), r#"{"aud":["a","b"]}"#, false),
            (aud(&["x"]), "{}", false),
            (ClaimCheck::Require(path("a")), r#"{"a":0}"#, true),
            (ClaimCheck::Require(path("a")), r#"{"a":null}"#, false),
            (ClaimCheck::Require(path("a")), "{}", false),
            (
                ClaimCheck::Require(path("/a/1/b~1~0")),
                r#"{"a":[0,{"b/~":1}]}"#,
                true,
            ),
            (ClaimCheck::Require(path("/a/01")), r#"{"a":[0,1]}"#, false),
            (ClaimCheck::Require(path("/a/+1")), r#"{"a":[0,1]}"#, false),
            (ClaimCheck::Require(path("/a/2")), r#"{"a":[0,1]}"#, false),
            (ClaimCheck::Require(path("/")), r#"{"":1}"#, true),
            (text("https://a/b", "1"), r#"{"https://a/b":"1"}"#, true),
            (text("a", "1"), r#"{"a":1}"#, false),
            (json("a", "1"), r#"{"a":1.0}"#, true),
            (json("a", "1"), r#"{"a":"1"}"#, false),
            (json("a", "[1,2]"), r#"{"a":[2,1]}"#, false),
            (json("a", "null"), "{}", false),
            (json("a", "null"), r#"{"a":null}"#, true),
            (ClaimCheck::MaxAge(10), r#"{"iat":985}"#, true),
            (ClaimCheck::MaxAge(10), r#"{"iat":984.999}"#, false),
            (ClaimCheck::MaxAge(10), r#"{"iat":984}"#, false),
            (ClaimCheck::MaxAge(10), r#"{"iat":1000}"#, true),
            (ClaimCheck::MaxAge(10), r#"{"iat":1005}"#, true),
            (ClaimCheck::MaxAge(10), r#"{"iat":1005.001}"#, false),
            (ClaimCheck::MaxAge(10), r#"{"iat":2000}"#, false),
            (ClaimCheck::MaxAge(i64::MAX), r#"{"iat":1006}"#, false),
            (ClaimCheck::MaxAge(10), "{}", false),
            (ClaimCheck::Type("AT+jwt".into()), "{}", true),
            (ClaimCheck::Type("application/at+jwt".into()), "{}", true),
            (ClaimCheck::Type("jwt".into()), "{}", false),
        ] {
            assert_eq!(passes(check.clone(), claims), passed, "{check:?} {claims}");
        }
        assert!(same_media_type("Application/x/y", "application/x/y"));
        assert!(!same_media_type("application/x/y", "x/y"));
    }

    #[test]
    fn a_path_is_a_name_or_a_pointer() {
        assert!(ClaimPath::new("a~b").is_ok());
        assert!(ClaimPath::new("").is_err());
        assert!(ClaimPath::new("/a~").is_err());
        assert!(ClaimPath::new("/a~2").is_err());
    }
}
