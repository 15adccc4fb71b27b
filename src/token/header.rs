//! The JOSE Header (RFC 7515 section 4): every parameter in order, and those that decide, typed.

use std::sync::Arc;

use crate::text::json::{Object, Value, abridged};
use crate::token::compact::{Malformed, Segment};

/// A header that is a JSON object. Where a parameter that decides is not what the RFC demands, it
/// reads as absent and [`fault`](Self::fault) says so: such a token is malformed.
#[derive(Clone, Debug, Default)]
pub struct JoseHeader {
    /// All parameters, as they stand in the token.
    pub parameters: Object,
    /// `alg`, the algorithm (section 4.1.1).
    pub alg: Option<Arc<str>>,
    /// `kid`, the key's ID (section 4.1.4).
    pub kid: Option<Box<str>>,
    /// `typ`, the media type of the whole (section 4.1.9).
    pub typ: Option<Box<str>>,
    /// The names of extensions that must be understood: those in `crit` (section 4.1.11), and
    /// `b64` (RFC 7797) wherever it stands.
    pub critical: Vec<Box<str>>,
    /// What makes the header ill-formed.
    pub fault: Option<Malformed>,
}

impl JoseHeader {
    /// Reads a header's octets.
    ///
    /// # Errors
    ///
    /// Octets that are not JSON, or JSON that is no object.
    pub fn parse(octets: &[u8]) -> Result<Self, Malformed> {
        let parameters = read_object(Segment::Header, octets)?;
        let text = |name: &str| parameters.get(name).and_then(Value::as_str);
        let mut header = Self {
            alg: text("alg").map(Arc::from),
            kid: text("kid").map(Box::from),
            typ: text("typ").map(Box::from),
            ..Self::default()
        };
        let critical = read_critical(&parameters);
        header.fault = [
            alg_fault(&parameters),
            string_fault(Segment::Header, &parameters, "kid", "4.1.4 of RFC 7515"),
            critical.as_ref().err().cloned(),
        ]
        .into_iter()
        .flatten()
        .next();
        header.critical = critical.unwrap_or_default();
        if parameters.get("b64").is_some() && !header.critical.iter().any(|name| &**name == "b64") {
            header.critical.push("b64".into());
        }
        header.parameters = parameters;
        Ok(header)
    }
}

/// Reads the octets of a segment that must be a JSON object.
pub(crate) fn read_object(segment: Segment, octets: &[u8]) -> Result<Object, Malformed> {
    match Value::parse(octets) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => {
            let message = format!("{}, where a JSON object is due", other.type_name());
            Err(Malformed::new(segment, 0, message))
        }
        Err(error) => Err(Malformed::new(
            segment,
            error.offset,
            format!("not JSON: {}", error.message),
        )),
    }
}

/// The fault of a member that must be a string where it is given at all.
pub(crate) fn string_fault(
    segment: Segment,
    object: &Object,
    name: &str,
    section: &str,
) -> Option<Malformed> {
    let member = object.member(name)?;
    if member.value.as_str().is_some() {
        return None;
    }
    let found = member.value.type_name();
    let message = format!("\"{name}\" is {found}, where a string is due (section {section})");
    Some(Malformed::new(segment, member.offset, message))
}

fn alg_fault(parameters: &Object) -> Option<Malformed> {
    const SECTION: &str = "4.1.1 of RFC 7515";
    if parameters.get("alg").is_none() {
        let message = format!("\"alg\" is missing (section {SECTION})");
        return Some(Malformed::new(Segment::Header, 0, message));
    }
    string_fault(Segment::Header, parameters, "alg", SECTION)
}

/// The names in `crit`, which must be an array of strings, neither empty nor with one twice.
fn read_critical(parameters: &Object) -> Result<Vec<Box<str>>, Malformed> {
    let Some(member) = parameters.member("crit") else {
        return Ok(Vec::new());
    };
    let fail = |what: String| {
        let message = format!("\"crit\" {what} (section 4.1.11 of RFC 7515)");
        Err(Malformed::new(Segment::Header, member.offset, message))
    };
    let Value::Array(items) = &member.value else {
        return fail(format!(
            "is {}, where an array is due",
            member.value.type_name()
        ));
    };
    if items.is_empty() {
        return fail("is an empty array, where names are due".to_owned());
    }
    let mut names = Vec::with_capacity(items.len());
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    for item in items {
        let Some(name) = item.as_str() else {
            return fail(format!("holds {}, where strings are due", item.type_name()));
        };
        if !seen.insert(name) {
            return fail(format!("names \"{}\" twice", abridged(name)));
        }
        names.push(Box::from(name));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_is_typed() {
        let header = JoseHeader::parse(br#"{"typ":"JWT","kid":"k","alg":"ES256"}"#).unwrap();
        assert_eq!(header.alg.as_deref(), Some("ES256"));
        assert_eq!(header.kid.as_deref(), Some("k"));
        assert_eq!(header.typ.as_deref(), Some("JWT"));
        assert!(header.critical.is_empty() && header.fault.is_none());
        assert_eq!(header.parameters.members().len(), 3);
    }

    #[test]
    fn every_ill_formed_header_is_told() {
        for (json, offset, message) in [
            ("{}", 0, "\"alg\" is missing (section 4.1.1 of RFC 7515)"),
            (
                r#"{"alg":1}"#,
                7,
                "\"alg\" is a number, where a string is due (section 4.1.1 of RFC 7515)",
            ),
            (
                r#"{"alg":"ES256","kid":null}"#,
                21,
                "\"kid\" is null, where a string is due (section 4.1.4 of RFC 7515)",
            ),
            (
                r#"{"alg":"ES256","crit":"exp"}"#,
                22,
                "\"crit\" is a string, where an array is due (section 4.1.11 of RFC 7515)",
            ),
            (
                r#"{"alg":"ES256","crit":[]}"#,
                22,
                "\"crit\" is an empty array, where names are due (section 4.1.11 of RFC 7515)",
            ),
            (
                r#"{"alg":"ES256","crit":[1]}"#,
                22,
                "\"crit\" holds a number, where strings are due (section 4.1.11 of RFC 7515)",
            ),
            (
                r#"{"alg":"ES256","crit":["a","a"]}"#,
                22,
                "\"crit\" names \"a\" twice (section 4.1.11 of RFC 7515)",
            ),
        ] {
            let fault = JoseHeader::parse(json.as_bytes()).unwrap().fault.unwrap();
            assert_eq!((fault.offset, fault.message.as_str()), (offset, message));
        }
        for (json, offset, message) in [
            ("[]", 0, "an array, where a JSON object is due"),
            ("", 0, "not JSON: the text ends inside a value"),
            (
                r#"{"alg":"none","alg":"ES256"}"#,
                20,
                "not JSON: member \"alg\" appears twice",
            ),
        ] {
            let fault = JoseHeader::parse(json.as_bytes()).unwrap_err();
            assert_eq!((fault.offset, fault.message.as_str()), (offset, message));
        }
    }

    #[test]
    fn b64_must_be_understood_wherever_it_stands() {
        for json in [
            r#"{"alg":"ES256","b64":true}"#,
            r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#,
        ] {
            assert_eq!(
                JoseHeader::parse(json.as_bytes()).unwrap().critical,
                ["b64".into()]
            );
        }
    }
}
