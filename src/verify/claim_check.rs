//! What a claim must be, and how it is compared.

use std::error::Error;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::text::json::{Object, Value};
use crate::token::claims::ClaimsSet;
use crate::token::header::JoseHeader;

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

/// Why a text is not a [`ClaimPath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimPathError {
    /// It is empty.
    Empty,
    /// A `~` in a JSON Pointer that neither `0` nor `1` follows.
    Escape,
}

/// What a claim check asks for; written as the option that asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// [`ClaimCheck::Issuer`]
    Iss,
    /// [`ClaimCheck::Audience`]
    Aud,
    /// [`ClaimCheck::Subject`]
    Sub,
    /// [`ClaimCheck::Type`]
    Typ,
    /// [`ClaimCheck::Require`]
    Require,
    /// [`ClaimCheck::Equals`]
    Claim,
    /// [`ClaimCheck::MaxAge`]
    MaxAge,
}

/// How a claim check went, with both sides of the comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The claim, or the header parameter `typ`.
    pub name: String,
    /// What was asked.
    pub check: CheckKind,
    /// Whether it holds.
    pub passed: bool,
    /// What was asked for; null where only presence was.
    pub expected: Value,
    /// What the token has; null where it has nothing.
    pub actual: Value,
}

impl CheckKind {
    /// The option's name, without dashes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Iss => "iss",
            Self::Aud => "aud",
            Self::Sub => "sub",
            Self::Typ => "typ",
            Self::Require => "require",
            Self::Claim => "claim",
            Self::MaxAge => "max-age",
        }
    }
}

impl Serialize for CheckKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl ClaimCheck {
    /// Makes the check. What could not be read counts as absent.
    pub(super) fn made(
        &self,
        header: Option<&JoseHeader>,
        claims: Option<&ClaimsSet>,
        now: i64,
        leeway: i64,
    ) -> Check {
        let claim = |name: &str| claims.and_then(|claims| claims.members.get(name));
        let string = |kind: CheckKind, expected: &str, actual: Option<&str>| Check {
            name: kind.name().to_owned(),
            check: kind,
            passed: actual == Some(expected),
            expected: expected.into(),
            // One of another type is shown as it is.
            actual: actual.map_or_else(|| owned(claim(kind.name())), Value::from),
        };
        match self {
            Self::Issuer(expected) => {
                string(CheckKind::Iss, expected, claims.and_then(ClaimsSet::iss))
            }
            Self::Subject(expected) => {
                string(CheckKind::Sub, expected, claims.and_then(ClaimsSet::sub))
            }
            Self::Audience(any) => {
                let aud = claims.and_then(ClaimsSet::aud);
                Check {
                    name: "aud".to_owned(),
                    check: CheckKind::Aud,
                    passed: aud
                        .as_ref()
                        .is_some_and(|aud| any.iter().any(|name| aud.contains(name))),
                    expected: match any.as_slice() {
                        [one] => one.as_str().into(),
                        many => {
                            Value::Array(many.iter().map(|name| name.as_str().into()).collect())
                        }
                    },
                    actual: aud.map_or_else(|| owned(claim("aud")), |aud| aud.to_value()),
                }
            }
            Self::Type(expected) => Check {
                name: "typ".to_owned(),
                check: CheckKind::Typ,
                passed: header
                    .and_then(|header| header.typ.as_deref())
                    .is_some_and(|typ| same_media_type(typ, expected)),
                expected: expected.as_str().into(),
                actual: owned(header.and_then(|header| header.parameters.get("typ"))),
            },
            Self::Require(path) => {
                let found = claims.and_then(|claims| path.find(&claims.members));
                Check {
                    name: path.0.clone(),
                    check: CheckKind::Require,
                    passed: found.is_some_and(|value| !matches!(value, Value::Null)),
                    expected: Value::Null,
                    actual: owned(found),
                }
            }
            Self::Equals(path, expected) => {
                let found = claims.and_then(|claims| path.find(&claims.members));
                Check {
                    name: path.0.clone(),
                    check: CheckKind::Claim,
                    passed: found.is_some_and(|value| value.same_value(expected)),
                    expected: expected.clone(),
                    actual: owned(found),
                }
            }
            Self::MaxAge(seconds) => {
                let oldest = now.saturating_sub(*seconds).saturating_sub(leeway);
                let newest = now.saturating_add(leeway);
                let iat = claims.and_then(|claims| claims.iat.as_ref());
                Check {
                    name: "iat".to_owned(),
                    check: CheckKind::MaxAge,
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

impl ClaimPath {
    /// Takes a bare name, or a JSON Pointer where it begins with `/`.
    ///
    /// # Errors
    ///
    /// An empty name, or a pointer with a `~` that neither `0` nor `1` follows (RFC 6901 section 3).
    pub fn new(path: &str) -> Result<Self, ClaimPathError> {
        if path.is_empty() {
            return Err(ClaimPathError::Empty);
        }
        if path.starts_with('/')
            && path
                .split('~')
                .skip(1)
                .any(|rest| !rest.starts_with(['0', '1']))
        {
            return Err(ClaimPathError::Escape);
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

impl fmt::Display for ClaimPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "claim name is empty",
            Self::Escape => "invalid JSON Pointer: escape \"~\" as \"~0\" and \"/\" as \"~1\"",
        })
    }
}

impl Error for ClaimPathError {}

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

    fn passes(check: &ClaimCheck, json: &str) -> bool {
        let header = JoseHeader::parse(br#"{"alg":"ES256","typ":"at+JWT"}"#).unwrap();
        let made = |claims| check.made(Some(&header), claims, 1000, 5);
        let unread = made(None);
        assert!(unread.check == CheckKind::Typ || !unread.passed);
        made(Some(&claims(json))).passed
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
            assert_eq!(passes(&check, claims), passed, "{check:?} {claims}");
        }
        assert!(same_media_type("Application/x/y", "application/x/y"));
        assert!(!same_media_type("application/x/y", "x/y"));
    }

    #[test]
    fn a_path_is_a_name_or_a_pointer() {
        assert!(ClaimPath::new("a~b").is_ok());
        assert_eq!(ClaimPath::new(""), Err(ClaimPathError::Empty));
        for path in ["/a~", "/a~2"] {
            assert_eq!(ClaimPath::new(path), Err(ClaimPathError::Escape));
        }
    }
}
