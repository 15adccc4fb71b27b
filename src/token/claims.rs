//! The Claims Set (RFC 7519 section 4): every claim in order, and the Registered Claim Names, typed.

use std::ops::{Deref, Range};
use std::sync::OnceLock;

use serde::{Serialize, Serializer};

use super::audience::Audience;
use super::claims_fast_path::FastClaims;
use super::malformed::{Malformed, TokenFault};
use super::member::{read_object, string_fault};
use super::numeric_date::NumericDate;
use super::segment::Segment;
use crate::text::buffer::Buffered;
use crate::text::json::{Object, Value, verbatim};

/// A payload that is a JSON object. Where a registered claim has not the type that RFC 7519 section
/// 4.1 demands, it reads as absent and [`fault`](Self::fault) says so: such a token is malformed.
#[derive(Clone, Debug, Default)]
pub struct ClaimsSet {
    /// All claims, as they stand in the token.
    pub members: Members,
    /// `exp`, from when on it must not be accepted (section 4.1.4).
    pub exp: Option<NumericDate>,
    /// `nbf`, before when it must not be accepted (section 4.1.5).
    pub nbf: Option<NumericDate>,
    /// `iat`, when it was issued (section 4.1.6).
    pub iat: Option<NumericDate>,
    /// What makes the Claims Set malformed.
    pub fault: Option<Box<Malformed>>,
}

/// All claims in order. If no decision needs them, they are read when they are first asked for.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// The Claims Set as it was written, if it is known to be valid.
    text: Buffered<String>,
    /// Whether the text has no whitespace between its parts and no escapes.
    is_dense: bool,
    /// Where the characters of `iss` are in the text.
    iss: Option<Range<usize>>,
    /// Where those of `sub` are.
    sub: Option<Range<usize>>,
    /// Where the JSON of `aud` is in the text.
    aud: Option<Range<usize>>,
    object: OnceLock<Object>,
    /// The claims of another type than RFC 7519 demands whose values were replaced by strings.
    mistyped: Vec<&'static str>,
}

impl ClaimsSet {
    /// Reads a payload's bytes.
    ///
    /// # Errors
    ///
    /// Bytes that are not JSON, or JSON that is not an object.
    pub fn parse(octets: impl Into<Vec<u8>>) -> Result<Self, Malformed> {
        match String::from_utf8(octets.into()) {
            Ok(text) => Self::ordinary(text).or_else(|text| Self::parse_all(text.as_bytes())),
            Err(error) => Self::parse_all(error.as_bytes()),
        }
    }

    /// A Claims Set without a fault, its members unread; the text if there may be one.
    fn ordinary(text: String) -> Result<Self, String> {
        let Some(claims) = FastClaims::read(&text) else {
            return Err(text);
        };
        let [exp, nbf, iat] =
            [claims.exp, claims.nbf, claims.iat].map(|time| time.map(NumericDate::from));
        Ok(Self {
            members: Members {
                text: text.into(),
                is_dense: claims.is_dense,
                iss: claims.iss,
                sub: claims.sub,
                aud: claims.aud,
                object: OnceLock::new(),
                mistyped: Vec::new(),
            },
            exp,
            nbf,
            iat,
            fault: None,
        })
    }

    /// `iss`, who issued it (section 4.1.1).
    #[must_use]
    pub fn iss(&self) -> Option<&str> {
        self.members.string("iss", self.members.iss.as_ref())
    }

    /// `sub`, whom the token is about (section 4.1.2).
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.members.string("sub", self.members.sub.as_ref())
    }

    /// `aud`, whom the token is for (section 4.1.3).
    #[must_use]
    pub fn aud(&self) -> Option<Audience<'_>> {
        match &self.members.aud {
            Some(place) => Audience::of_json(self.members.text.get(place.clone())?),
            None => Audience::of(self.members.read_claim("aud")?),
        }
    }

    /// Replaces the values for which there is another one. What reads as absent still does.
    pub(crate) fn replace(&mut self, with: impl Fn(&str, &Value) -> Option<Value>) {
        let mut members = self.members.read().clone();
        let is_mistyped = |name: &&str| match *name {
            "aud" => audience_fault(&members).is_some(),
            name => members
                .get(name)
                .is_some_and(|value| value.as_str().is_none()),
        };
        let mistyped = ["iss", "sub", "aud"].into_iter().filter(is_mistyped);
        let mistyped = mistyped.collect();
        members.replace(with);
        self.members = Members {
            mistyped,
            ..members.into()
        };
    }

    /// The full parser: reads every member, and reports every fault.
    fn parse_all(octets: &[u8]) -> Result<Self, Malformed> {
        let members = read_object(Segment::Payload, octets)?;
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
            .chain(&audience_fault(&members))
            .chain(strings.iter().flatten())
            .min_by_key(|fault| fault.offset)
            .map(|fault| Box::new(fault.clone()));
        let [exp, nbf, iat] = times.map(Result::unwrap_or_default);
        Ok(Self {
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

    /// A claim that is a string, by its place in the text. A claim without a place is not in an unread text.
    fn string(&self, name: &str, place: Option<&Range<usize>>) -> Option<&str> {
        match place {
            Some(place) => self.text.get(place.clone()),
            None => self.read_claim(name)?.as_str(),
        }
    }

    /// A claim of a Claims Set that was read, if its type was not another one.
    fn read_claim(&self, name: &str) -> Option<&Value> {
        let is_mistyped = self.mistyped.contains(&name);
        self.object.get()?.get(name).filter(|_| !is_mistyped)
    }

    /// The Claims Set as it was written, if it has not been parsed and can be part of a line of JSON as it is: no
    /// whitespace between its parts, and only escapes in their canonical form.
    fn as_written(&self) -> Option<&str> {
        (self.is_dense && self.object.get().is_none()).then_some(&*self.text)
    }
}

impl From<Object> for Members {
    fn from(object: Object) -> Self {
        Self {
            object: object.into(),
            ..Self::default()
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
        match self.as_written().and_then(verbatim) {
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

fn audience_fault(members: &Object) -> Option<Malformed> {
    let member = members.member("aud")?;
    let fault = || Malformed::new(Segment::Payload, member.offset, TokenFault::NotAnAudience);
    Audience::of(&member.value).is_none().then(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the fast path accepts, the full parser reads the same, and the JSON of both is equal.
    #[test]
    fn the_fast_path_matches_the_full_parser() {
        let deep =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        let (at_limit, beyond) = (deep(8), deep(9));
        let many = |members| {
            let members = (0..members).map(|i| format!("\"m{i}\":{i}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        for (json, is_ordinary) in [
            ("{}", true),
            (
                r#"{"exp":1,"nbf":-2,"iat":3,"aud":"a","sub":"s","x":[1.5,null,true,{"y":"z"}]}"#,
                true,
            ),
            (r#"{"aud":["a","b"],"big":12345678901234567890123}"#, true),
            (
                r#" { "exp" : 9223372036854775807 , "n" : "\u0061\u007f\uFFff" } "#,
                true,
            ),
            (r#"{"n":"\ud83d\ude00"}"#, false),
            (r#"{"n":"\uD83D"}"#, false),
            (r#"{"n":"\u12G4"}"#, false),
            (r#"{"n":"\x"}"#, false),
            (r#"{"n":"\""#, false),
            ("{\"n\":\"\u{1f}\"}", false),
            ("{\"n\":\"\u{7f}\u{e9}\u{1F600}\"}", true),
            (r#"{"a":1,"b":{"a":[],"c":{}},"c":[[],{}]}"#, true),
            (r#"{"n":[0,-0,0.0,1e5,1E+5,1.5e-05,-12.50]}"#, true),
            (r#"{"n":01}"#, false),
            (r#"{"n":1.}"#, false),
            (r#"{"n":.1}"#, false),
            (r#"{"n":+1}"#, false),
            (r#"{"n":1e}"#, false),
            (r#"{"n":-}"#, false),
            (r#"{"n":nul}"#, false),
            (r#"{"n":nulll}"#, false),
            (r#"{"n":[1,]}"#, false),
            (r#"{"n":[1 2]}"#, false),
            (r#"{"n":1,}"#, false),
            (r#"{"n" 1}"#, false),
            (r#"{"n":}"#, false),
            (r"{n:1}", false),
            (r#"{"a":1}{}"#, false),
            (r#"{"a":1"#, false),
            ("{\u{c}}", false),
            (r#"{"aud":["a\u0062"]}"#, false),
            (r#"{"aud":"\u0062"}"#, false),
            (r#"{"aud":[]}"#, true),
            (r#"{"aud": [ "a" , "b" ] }"#, true),
            (r#"{"iss":"\u0062"}"#, false),
            ("{\"iss\":\"\u{e9}\",\"sub\":\"s\"}", true),
            (r#"{"sub":"\u0062"}"#, false),
            (r#"{"sub":"\u{e9}"}"#, false),
            (r#"{"sub":""}"#, true),
            (r#"{"q":"a\"b\\","s":" white space "}"#, true),
            (r#" { "exp" : 1 , "sub" : "dense" } "#, true),
            (&at_limit, true),
            (&beyond, false),
            (&many(32), true),
            (&many(33), false),
            (r#"{"exp":1.0}"#, false),
            (r#"{"exp":1e3}"#, false),
            (r#"{"exp":-0}"#, false),
            (r#"{"exp":9223372036854775808}"#, false),
            (r#"{"x":1e400}"#, true),
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
            assert_eq!(is_read_alike(json), is_ordinary, "{json}");
        }
    }

    /// Whether the fast path accepts a text; then the full parser reads the same.
    fn is_read_alike(json: &str) -> bool {
        let Ok(quick) = ClaimsSet::ordinary(json.to_owned()) else {
            return false;
        };
        let plain = ClaimsSet::parse_all(json.as_bytes()).unwrap();
        assert!(plain.fault.is_none(), "{json}");
        let strings =
            |claims: &ClaimsSet| [claims.iss(), claims.sub()].map(|text| text.map(str::to_owned));
        assert_eq!(strings(&quick), strings(&plain), "{json}");
        assert_eq!(quick.aud(), plain.aud(), "{json}");
        let times = |claims: &ClaimsSet| {
            [&claims.exp, &claims.nbf, &claims.iat]
                .map(|time| time.as_ref().map(|time| time.text().into_owned()))
        };
        assert_eq!(times(&quick), times(&plain), "{json}");
        let line = serde_json::to_string(&plain.members).unwrap();
        assert_eq!(serde_json::to_string(&quick.members).unwrap(), line);
        assert_eq!(quick.members.members().len(), plain.members.members().len());
        assert_eq!(serde_json::to_string(&quick.members).unwrap(), line);
        true
    }

    #[test]
    fn the_fast_path_matches_the_full_parser_on_every_single_edit() {
        const INSERTED: &[u8] = b"\"\\{}[]:,.+-0159eEaud \n\t\x0b\x1f\x7fn";
        let (mut accepted, mut rejected) = (0, 0);
        for json in [
            r#"{"exp":12,"nbf":-2,"aud":["a","b"],"sub":"s","x":[1.5e3,null,{"y":"z"}]}"#,
            r#"{"iat":1,"aud":"a","a":{"b":[true,false,{}]},"n":"\u00e9\n","jti":""}"#,
        ] {
            for place in 0..=json.len() {
                let (before, after) = json.split_at(place);
                let without = after.get(1..).unwrap_or_default();
                let inserted = INSERTED.iter().flat_map(|byte| {
                    let byte = char::from(*byte);
                    [
                        format!("{before}{byte}{after}"),
                        format!("{before}{byte}{without}"),
                    ]
                });
                for edited in inserted.chain([format!("{before}{without}"), before.to_owned()]) {
                    let is_accepted = is_read_alike(&edited);
                    accepted += usize::from(is_accepted);
                    rejected += usize::from(!is_accepted);
                }
            }
        }
        assert!(accepted > 1000 && rejected > 1000, "{accepted} {rejected}");
    }

    #[test]
    fn registered_claims_are_typed() {
        let claims =
            ClaimsSet::parse(br#"{"aud":["a","b"],"exp":1.5,"nbf":1,"iat":0,"x":{}}"#).unwrap();
        assert!(claims.fault.is_none());
        assert_eq!(claims.exp.as_ref().unwrap().text(), "1.5");
        let aud = claims.aud().unwrap();
        assert!(
            aud.contains("a") && aud.contains("b") && !aud.contains("A") && !aud.contains("ab")
        );
        assert!(
            ClaimsSet::parse(br#"{"aud":"a"}"#)
                .unwrap()
                .aud()
                .unwrap()
                .contains("a")
        );
        assert!(
            !ClaimsSet::parse(br#"{"aud":[]}"#)
                .unwrap()
                .aud()
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
