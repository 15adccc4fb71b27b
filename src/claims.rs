//! The Claims Set (RFC 7519 section 4): every claim in order, and the Registered Claim Names, typed.

use crate::compact::{Malformed, Segment};
use crate::header::{read_object, string_fault};
use crate::json::{Object, Value};
use crate::numeric_date::NumericDate;

/// A payload that is a JSON object. Where a registered claim has not the type that RFC 7519 section
/// 4.1 demands, it reads as absent and [`fault`](Self::fault) says so: such a token is malformed.
#[derive(Clone, Debug, Default)]
pub struct ClaimsSet {
    /// All claims, as they stand in the token.
    pub members: Object,
    /// `aud`, whom the token is for (section 4.1.3).
    pub aud: Option<Audience>,
    /// `exp`, from when on it must not be accepted (section 4.1.4).
    pub exp: Option<NumericDate>,
    /// `nbf`, before when it must not be accepted (section 4.1.5).
    pub nbf: Option<NumericDate>,
    /// `iat`, when it was issued (section 4.1.6).
    pub iat: Option<NumericDate>,
    /// What makes the Claims Set ill-formed.
    pub fault: Option<Malformed>,
}

/// The members of `aud`: one where it is a string, any number where it is an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(Vec<Box<str>>);

impl ClaimsSet {
    /// Reads a payload's octets.
    ///
    /// # Errors
    ///
    /// Octets that are not JSON, or JSON that is no object.
    pub fn parse(octets: &[u8]) -> Result<Self, Malformed> {
        let members = read_object(Segment::Payload, octets)?;
        let aud = read_audience(&members);
        let times = ["exp", "nbf", "iat"].map(|name| read_time(&members, name));
        let strings =
            [("iss", "4.1.1"), ("sub", "4.1.2"), ("jti", "4.1.7")].map(|(name, section)| {
                string_fault(
                    Segment::Payload,
                    &members,
                    name,
                    &format!("{section} of RFC 7519"),
                )
            });

        let fault = times
            .iter()
            .filter_map(|time| time.as_ref().err())
            .chain(aud.as_ref().err())
            .chain(strings.iter().flatten())
            .min_by_key(|fault| fault.offset)
            .cloned();
        let [exp, nbf, iat] = times.map(Result::unwrap_or_default);
        Ok(Self {
            aud: aud.unwrap_or_default(),
            exp,
            nbf,
            iat,
            fault,
            members,
        })
    }
}

impl Audience {
    /// Whether `audience` is among the members, character by character.
    #[must_use]
    pub fn contains(&self, audience: &str) -> bool {
        self.0.iter().any(|member| **member == *audience)
    }
}

fn read_time(members: &Object, name: &str) -> Result<Option<NumericDate>, Malformed> {
    match members.member(name) {
        None => Ok(None),
        Some(member) => match &member.value {
            Value::Number(number) => Ok(Some(NumericDate::new(number.clone()))),
            other => {
                let found = other.type_name();
                let message = format!(
                    "\"{name}\" is {found}, where a number of seconds is due (section 2 of RFC 7519)"
                );
                Err(Malformed::new(Segment::Payload, member.offset, message))
            }
        },
    }
}

fn read_audience(members: &Object) -> Result<Option<Audience>, Malformed> {
    let Some(member) = members.member("aud") else {
        return Ok(None);
    };
    let names = match &member.value {
        Value::String(name) => Some(vec![name.clone()]),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(Box::from))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    };
    names.map(|names| Some(Audience(names))).ok_or_else(|| {
        let message =
            "\"aud\" is neither a string nor an array of strings (section 4.1.3 of RFC 7519)";
        Malformed::new(Segment::Payload, member.offset, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_wrong_type_is_a_fault_and_never_no_limit() {
        const NUMBER: &str = "where a number of seconds is due (section 2 of RFC 7519)";
        for (json, offset, message) in [
            (
                r#"{"exp":"1"}"#,
                7,
                format!("\"exp\" is a string, {NUMBER}"),
            ),
            (r#"{"exp":null}"#, 7, format!("\"exp\" is null, {NUMBER}")),
            (
                r#"{"nbf":[1]}"#,
                7,
                format!("\"nbf\" is an array, {NUMBER}"),
            ),
            (
                r#"{"iat":true}"#,
                7,
                format!("\"iat\" is a boolean, {NUMBER}"),
            ),
            (
                r#"{"exp":{"$serde_json::private::Number":"9999999999"}}"#,
                7,
                format!("\"exp\" is an object, {NUMBER}"),
            ),
            (
                r#"{"sub":1,"exp":"1"}"#,
                7,
                "\"sub\" is a number, where a string is due (section 4.1.2 of RFC 7519)".to_owned(),
            ),
            (
                r#"{"iss":[]}"#,
                7,
                "\"iss\" is an array, where a string is due (section 4.1.1 of RFC 7519)".to_owned(),
            ),
            (
                r#"{"jti":1}"#,
                7,
                "\"jti\" is a number, where a string is due (section 4.1.7 of RFC 7519)".to_owned(),
            ),
            (
                r#"{"aud":["a",1]}"#,
                7,
                "\"aud\" is neither a string nor an array of strings (section 4.1.3 of RFC 7519)"
                    .to_owned(),
            ),
        ] {
            let claims = ClaimsSet::parse(json.as_bytes()).unwrap();
            let fault = claims.fault.unwrap();
            assert_eq!((fault.offset, fault.message), (offset, message));
            assert!(claims.exp.is_none() && claims.nbf.is_none() && claims.iat.is_none());
        }
    }
}
