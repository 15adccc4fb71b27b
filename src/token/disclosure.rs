//! An SD-JWT (RFC 9901): an issuer-signed JWT, then what its holder discloses of it. Only shown, never
//! trusted: what the issuer signed are digests of the disclosures, and these are not compared.

use std::fmt;

use serde::Serialize;

use super::claims::ClaimsSet;
use super::compact::{Compact, Jws, MAX_TOKEN};
use super::header::JoseHeader;
use super::malformed::{Malformed, TokenFault};
use super::segment::Segment;
use crate::text::base64url::{self, Base64urlFault, is_base64url};
use crate::text::json::Value;

/// What stands between the parts of an SD-JWT (section 4).
const SEPARATOR: u8 = b'~';

/// The text of an SD-JWT, split into its parts; none is read yet but the disclosures.
pub(crate) struct SdJwt<'t> {
    /// The issuer-signed JWT.
    pub jwt: &'t [u8],
    /// The disclosures, in order, or the first fault.
    pub disclosures: Result<Vec<Disclosure>, Malformed>,
    /// Whether a Key Binding JWT follows (section 4.3).
    pub has_key_binding: bool,
}

/// A disclosure (section 4.2): a member of an object, or an element of an array.
#[derive(Clone, Serialize)]
pub struct Disclosure {
    /// What keeps the value from being guessed from its digest.
    pub salt: Box<str>,
    /// The member's name; none of an element.
    pub name: Option<Box<str>>,
    /// The value that is disclosed.
    pub value: Value,
}

impl<'t> SdJwt<'t> {
    /// The parts of a text that is a JWS in compact serialization up to the first `~`; none of any other text.
    pub fn of(text: &'t [u8]) -> Option<Self> {
        if text.len() > MAX_TOKEN {
            return None;
        }
        // Nearly no text has one, and `contains` is faster than `position`.
        if !text.contains(&SEPARATOR) {
            return None;
        }
        let at = text.iter().position(|byte| *byte == SEPARATOR)?;
        let (jwt, rest) = text.split_at_checked(at)?;
        let Ok(Compact::Jws(_)) = Compact::parse(jwt) else {
            return None;
        };
        // The replacement character is outside of base64url, as what it replaces is.
        let rest = String::from_utf8_lossy(rest.get(1..)?);
        let mut parts: Vec<&str> = rest.split(char::from(SEPARATOR)).collect();
        let last = parts.pop().unwrap_or_default();
        let count = parts.len();
        let disclosures: Result<Vec<Disclosure>, Malformed> = (1..)
            .zip(parts)
            .map(|(number, text)| Disclosure::read(number, text))
            .collect();
        let ending = match Compact::parse(last.as_bytes()) {
            _ if last.is_empty() => Ok(()),
            _ if !last.contains('.') => {
                let number = count.saturating_add(1);
                Err(Disclosure::fault(number, 0, TokenFault::UnendedDisclosure))
            }
            Ok(Compact::Jws(jws)) if is_jwt(&jws) => Ok(()),
            Ok(_) | Err(_) => {
                let fault = TokenFault::NotAKeyBinding;
                Err(Malformed::new(Segment::KeyBinding, 0, fault))
            }
        };
        let has_key_binding = !last.is_empty() && ending.is_ok();
        Some(Self {
            jwt,
            disclosures: disclosures.and_then(|disclosures| ending.map(|()| disclosures)),
            has_key_binding,
        })
    }
}

/// Whether its segments can be read.
fn is_jwt(jws: &Jws) -> bool {
    let header = jws
        .header_octets()
        .and_then(|octets| JoseHeader::parse(&octets));
    let claims = jws.payload_octets().and_then(ClaimsSet::parse);
    header.is_ok_and(|header| header.fault.is_none())
        && claims.is_ok_and(|claims| claims.fault.is_none())
        && jws.signature_octets().is_ok()
}

impl Disclosure {
    /// Reads base64url of a JSON array: salt, name and value, or salt and value.
    fn read(number: usize, text: &str) -> Result<Self, Malformed> {
        if let Some(at) = text.bytes().position(|byte| !is_base64url(byte)) {
            let fault = TokenFault::Base64url(Base64urlFault::Character);
            return Err(Self::fault(number, at, fault));
        }
        let octets = base64url::decode(text).map_err(|error| {
            Self::fault(number, error.offset, TokenFault::Base64url(error.fault))
        })?;
        let value = Value::parse(&octets)
            .map_err(|error| Self::fault(number, error.offset, TokenFault::Json(error.fault)))?;
        let Value::Array(items) = value else {
            return Err(Self::fault(number, 0, TokenFault::NotADisclosure));
        };
        let mut items = Vec::from(items).into_iter();
        match (items.next(), items.next(), items.next(), items.next()) {
            (Some(Value::String(salt)), Some(Value::String(name)), Some(value), None) => Ok(Self {
                salt,
                name: Some(name),
                value,
            }),
            (Some(Value::String(salt)), Some(value), None, None) => Ok(Self {
                salt,
                name: None,
                value,
            }),
            (_, _, _, _) => Err(Self::fault(number, 0, TokenFault::NotADisclosure)),
        }
    }

    fn fault(number: usize, offset: usize, fault: TokenFault) -> Malformed {
        Malformed::new(Segment::Disclosure(number), offset, fault)
    }
}

/// Shows nothing of it: a `Debug` of a report ends in logs.
impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disclosure").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    fn parts(rest: &str) -> Result<Vec<(Option<String>, String)>, String> {
        let text = format!("e30.e30.AAAA{rest}");
        let sd_jwt = SdJwt::of(text.as_bytes()).unwrap();
        assert_eq!(sd_jwt.jwt, b"e30.e30.AAAA");
        let disclosures = sd_jwt.disclosures.map_err(|fault| fault.to_string())?;
        let shown = |one: Disclosure| (one.name.map(String::from), one.value.to_string());
        Ok(disclosures.into_iter().map(shown).collect())
    }

    fn encoded(json: &str) -> String {
        BASE64URL_NOPAD.encode(json.as_bytes())
    }

    #[test]
    fn members_and_elements_are_read() {
        let member = encoded(r#"["c2FsdA","given_name","Ada"]"#);
        let element = encoded(r#"["c2FsdA",{"city":"Rome"}]"#);
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(parts("~"), Ok(vec![]));
        let both = Ok(vec![
            (name("given_name"), "\"Ada\"".to_owned()),
            (None, "{\"city\":\"Rome\"}".to_owned()),
        ]);
        assert_eq!(parts(&format!("~{member}~{element}~")), both);
        let key_binding = "eyJhbGciOiJFUzI1NiJ9.e30.AAAA";
        assert_eq!(parts(&format!("~{member}~{element}~{key_binding}")), both);
    }

    #[test]
    fn key_binding_is_one_that_can_be_read() {
        for (rest, expected) in [
            ("~eyJhbGciOiJFUzI1NiJ9.e30.AAAA", true),
            ("~", false),
            ("~a.b.c", false),
            ("~x", false),
        ] {
            let text = format!("e30.e30.AAAA{rest}");
            let sd_jwt = SdJwt::of(text.as_bytes()).unwrap();
            assert_eq!(sd_jwt.has_key_binding, expected, "{rest}");
        }
    }

    #[test]
    fn every_fault_has_its_place() {
        let good = encoded(r#"["c2FsdA","a",1]"#);
        let array = "expected an array of salt, name and value, or of salt and value (RFC 9901, section 4.2)";
        let key_binding = "expected a Key Binding JWT after the last \"~\" (RFC 9901, section 4.3)";
        for (rest, expected) in [
            (format!("~{good}~ab=d~"), "disclosure 2, offset 2: invalid base64url character (allowed: A-Z a-z 0-9 - _)".to_owned()),
            (format!("~{}~", encoded("[1")), "disclosure 1 JSON, offset 2: invalid JSON: unexpected end of input inside an array".to_owned()),
            (format!("~{}~", encoded("{}")), format!("disclosure 1: {array}")),
            (format!("~{}~", encoded("[1,\"a\",1]")), format!("disclosure 1: {array}")),
            (format!("~{}~", encoded("[\"a\",1,1]")), format!("disclosure 1: {array}")),
            (format!("~{}~", encoded("[\"a\"]")), format!("disclosure 1: {array}")),
            (
                format!("~{good}"),
                "disclosure 1: expected \"~\" after the last disclosure (RFC 9901, section 4)".to_owned(),
            ),
            (format!("~{good}~ab=~"), "disclosure 2, offset 2: invalid base64url character (allowed: A-Z a-z 0-9 - _)".to_owned()),
            (format!("~{good}~e30.e30"), format!("key-binding: {key_binding}")),
            (format!("~{good}~e30.e30.AAAA"), format!("key-binding: {key_binding}")),
        ] {
            assert_eq!(parts(&rest), Err(expected), "{rest}");
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["e30.e30.AAAA", "e30.e30~", "~", "a~b", "e30.e30.A+A~"] {
            assert!(SdJwt::of(text.as_bytes()).is_none(), "{text}");
        }
    }
}
