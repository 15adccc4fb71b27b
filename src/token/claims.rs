//! The Claims Set (RFC 7519 section 4): every claim in order, and the Registered Claim Names, typed.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::audience::Audience;
use super::claims_fast_path::FastClaims;
use super::malformed::{Malformed, TokenFault};
use super::member::{read_object, string_fault};
use super::numeric_date::NumericDate;
use super::segment::Segment;
use crate::text::json::{Object, Value};

/// A payload that is a JSON object. Where a registered claim has not the type that RFC 7519 section
/// 4.1 demands, it reads as absent and [`fault`](Self::fault) says so: such a token is malformed.
#[derive(Clone, Debug, Default)]
pub struct ClaimsSet {
    /// All claims, as they stand in the token.
    pub members: Members,
    /// `sub`, whom the token is about (section 4.1.2).
    pub sub: Option<Box<str>>,
    /// `aud`, whom the token is for (section 4.1.3).
    pub aud: Option<Audience>,
    /// `exp`, from when on it must not be accepted (section 4.1.4).
    pub exp: Option<NumericDate>,
    /// `nbf`, before when it must not be accepted (section 4.1.5).
    pub nbf: Option<NumericDate>,
    /// `iat`, when it was issued (section 4.1.6).
    pub iat: Option<NumericDate>,
    /// What makes the Claims Set malformed.
    pub fault: Option<Malformed>,
}

/// All claims in order. Where nothing that decides is in want of them, they are read when they are first
/// asked for.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// The Claims Set as it was written, where it is known to be sound.
    text: Box<str>,
    object: OnceLock<Object>,
}

impl ClaimsSet {
    /// Reads a payload's bytes.
    ///
    /// # Errors
    ///
    /// Bytes that are not JSON, or JSON that is not an object.
    pub fn parse(octets: &[u8]) -> Result<Self, Malformed> {
        match Self::ordinary(octets) {
            Some(claims) => Ok(claims),
            None => Self::parse_all(octets),
        }
    }

    /// A Claims Set without a fault, its members unread.
    fn ordinary(octets: &[u8]) -> Option<Self> {
        let text = str::from_utf8(octets).ok()?;
        let FastClaims {
            sub,
            aud,
            exp,
            nbf,
            iat,
        } = FastClaims::read(text)?;
        let [exp, nbf, iat] = [exp, nbf, iat].map(|time| time.map(NumericDate::from));
        Some(Self {
            members: Members {
                text: text.into(),
                object: OnceLock::new(),
            },
            sub,
            aud,
            exp,
            nbf,
            iat,
            fault: None,
        })
    }

    /// The full parser: reads every member, and reports every fault.
    fn parse_all(octets: &[u8]) -> Result<Self, Malformed> {
        let members = read_object(Segment::Payload, octets)?;
        let aud = read_audience(&members);
        let times = ["exp", "nbf", "iat"].map(|name| read_time(&members, name));
        let strings = [
            ("iss", "RFC 7519, section 4.1.1"),
            ("sub", "RFC 7519, section 4.1.2"),
            ("jti", "RFC 7519, section 4.1.7"),
        ]
        .map(|(name, section)| string_fault(Segment::Payload, &members, name, section));

        let fault = times
            .iter()
            .filter_map(|time| time.as_ref().err())
            .chain(aud.as_ref().err())
            .chain(strings.iter().flatten())
            .min_by_key(|fault| fault.offset)
            .cloned();
        let [exp, nbf, iat] = times.map(Result::unwrap_or_default);
        Ok(Self {
            sub: members.get("sub").and_then(Value::as_str).map(Box::from),
            aud: aud.unwrap_or_default(),
            exp,
            nbf,
            iat,
            fault,
            members: members.into(),
        })
    }
}

impl Members {
    /// Reads all claims now, if they were not.
    pub fn read(&self) -> &Object {
        self.object
            .get_or_init(|| match Value::parse(self.text.as_bytes()) {
                Ok(Value::Object(object)) => object,
                // Only an object is taken for a Claims Set.
                Ok(_) | Err(_) => Object::default(),
            })
    }

    /// The Claims Set as it was written, if it has not been parsed and can be part of a line of JSON as it is: no
    /// whitespace between its parts, and only escapes in their canonical form.
    fn as_written(&self) -> Option<&str> {
        if self.object.get().is_some() || self.text.contains('\\') {
            return None;
        }
        // Without escapes every quote is the end or the beginning of a string.
        let between = self.text.split('"').step_by(2);
        let is_dense = |part: &str| !part.bytes().any(|octet| octet.is_ascii_whitespace());
        between.into_iter().all(is_dense).then_some(&self.text)
    }
}

impl From<Object> for Members {
    fn from(object: Object) -> Self {
        Self {
            text: Box::default(),
            object: object.into(),
        }
    }
}

impl Deref for Members {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.read()
    }
}

/// On one line the claims are what was written. To be indented they must have been [read](Members::read).
impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = self.as_written();
        match written.and_then(|text| serde_json::from_str::<&RawValue>(text).ok()) {
            Some(raw) => raw.serialize(serializer),
            None => (**self).serialize(serializer),
        }
    }
}

fn read_time(members: &Object, name: &'static str) -> Result<Option<NumericDate>, Malformed> {
    match members.member(name) {
        None => Ok(None),
        Some(member) => match &member.value {
            Value::Number(number) => Ok(Some(NumericDate::new(number.clone()))),
            other => {
                let found = other.type_name();
                let fault = TokenFault::NotANumericDate { name, found };
                Err(Malformed::new(Segment::Payload, member.offset, fault))
            }
        },
    }
}

fn read_audience(members: &Object) -> Result<Option<Audience>, Malformed> {
    let Some(member) = members.member("aud") else {
        return Ok(None);
    };
    let audience = match &member.value {
        Value::String(name) => Some(Audience::One(name.clone())),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(Box::from))
            .collect::<Option<_>>()
            .map(Audience::Many),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    };
    audience
        .map(Some)
        .ok_or_else(|| Malformed::new(Segment::Payload, member.offset, TokenFault::NotAnAudience))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the fast path accepts, the full parser reads the same, and the JSON of both is equal.
    #[test]
    fn the_fast_path_matches_the_full_parser() {
        let deep =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        let (at_limit, beyond) = (deep(126), deep(127));
        let many = (0..70)
            .map(|i| format!("\"m{i}\":{i}"))
            .collect::<Vec<_>>()
            .join(",");
        for (json, is_ordinary) in [
            ("{}", true),
            (
                r#"{"exp":1,"nbf":-2,"iat":3,"aud":"a","sub":"s","x":[1.5,null,true,{"y":"z"}]}"#,
                true,
            ),
            (r#"{"aud":["a","b"],"big":12345678901234567890123}"#, true),
            (
                r#" { "exp" : 9223372036854775807 , "n" : "\u0061\ud83d\ude00" } "#,
                true,
            ),
            (r#"{"q":"a\"b\\","s":" white space "}"#, true),
            (r#" { "exp" : 1 , "sub" : "dense" } "#, true),
            (&at_limit, true),
            (&beyond, false),
            (&format!("{{{many}}}"), false),
            (r#"{"exp":1.0}"#, false),
            (r#"{"exp":1e3}"#, false),
            (r#"{"exp":-0}"#, false),
            (r#"{"exp":9223372036854775808}"#, false),
            (r#"{"x":1e400}"#, false),
            (r#"{"exp":"1"}"#, false),
            (r#"{"exp":null}"#, false),
            (r#"{"exp":1,"\u0065xp":2}"#, false),
            (r#"{"a":{"b":[{"c":1,"c":2}]}}"#, false),
            (r#"{"sub":1}"#, false),
            (r#"{"iss":null}"#, false),
            (r#"{"aud":[1]}"#, false),
            (r#"{"aud":{}}"#, false),
            (r#"{"a":"\ud800"}"#, false),
            (r#"{"a":1} x"#, false),
            (
                r#"{"exp":{"$serde_json::private::Number":"9999999999"}}"#,
                false,
            ),
            (
                r#"{"a":{"$serde_json::private::RawValue":"9999999999"}}"#,
                true,
            ),
            ("[]", false),
            ("\u{feff}{}", false),
            ("", false),
        ] {
            let quick = ClaimsSet::ordinary(json.as_bytes());
            assert_eq!(quick.is_some(), is_ordinary, "{json}");
            let plain = ClaimsSet::parse_all(json.as_bytes());
            let Some(quick) = quick else { continue };
            let plain = plain.unwrap();
            assert!(plain.fault.is_none());
            assert_eq!((&quick.sub, &quick.aud), (&plain.sub, &plain.aud));
            let times = |claims: &ClaimsSet| {
                [&claims.exp, &claims.nbf, &claims.iat]
                    .map(|time| time.as_ref().map(|time| time.text().into_owned()))
            };
            assert_eq!(times(&quick), times(&plain));
            let line = serde_json::to_string(&plain.members).unwrap();
            assert_eq!(serde_json::to_string(&quick.members).unwrap(), line);
            assert_eq!(quick.members.members().len(), plain.members.members().len());
            assert_eq!(serde_json::to_string(&quick.members).unwrap(), line);
        }
    }

    #[test]
    fn registered_claims_are_typed() {
        let claims =
            ClaimsSet::parse(br#"{"aud":["a","b"],"exp":1.5,"nbf":1,"iat":0,"x":{}}"#).unwrap();
        assert!(claims.fault.is_none());
        assert_eq!(claims.exp.unwrap().text(), "1.5");
        let aud = claims.aud.unwrap();
        assert!(
            aud.contains("a") && aud.contains("b") && !aud.contains("A") && !aud.contains("ab")
        );
        assert!(
            ClaimsSet::parse(br#"{"aud":"a"}"#)
                .unwrap()
                .aud
                .unwrap()
                .contains("a")
        );
        assert!(
            !ClaimsSet::parse(br#"{"aud":[]}"#)
                .unwrap()
                .aud
                .unwrap()
                .contains("")
        );
    }

    #[test]
    fn a_wrong_type_is_malformed_not_ignored() {
        let number = |name: &str, found: &str| {
            format!("\"{name}\" must be a number of seconds, found {found} (RFC 7519, section 2)")
        };
        let string = |name: &str, found: &str, section: &str| {
            format!("\"{name}\" must be a string, found {found} (RFC 7519, section {section})")
        };
        for (json, offset, message) in [
            (r#"{"exp":"1"}"#, 7, number("exp", "a string")),
            (r#"{"exp":null}"#, 7, number("exp", "null")),
            (r#"{"nbf":[1]}"#, 7, number("nbf", "an array")),
            (r#"{"iat":true}"#, 7, number("iat", "a boolean")),
            (
                r#"{"exp":{"$serde_json::private::Number":"9999999999"}}"#,
                7,
                number("exp", "an object"),
            ),
            (
                r#"{"sub":1,"exp":"1"}"#,
                7,
                string("sub", "a number", "4.1.2"),
            ),
            (r#"{"iss":[]}"#, 7, string("iss", "an array", "4.1.1")),
            (r#"{"jti":1}"#, 7, string("jti", "a number", "4.1.7")),
            (
                r#"{"aud":["a",1]}"#,
                7,
                "\"aud\" must be a string or an array of strings (RFC 7519, section 4.1.3)"
                    .to_owned(),
            ),
        ] {
            let claims = ClaimsSet::parse(json.as_bytes()).unwrap();
            let fault = claims.fault.unwrap();
            assert_eq!((fault.offset, fault.fault.to_string()), (offset, message));
            assert!(claims.exp.is_none() && claims.nbf.is_none() && claims.iat.is_none());
        }
    }
}
