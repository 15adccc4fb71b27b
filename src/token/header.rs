//! The JOSE Header (RFC 7515 section 4): every parameter in order, and those that decide, typed.

use std::collections::HashSet;
use std::sync::Arc;

use memchr::memmem;

use super::malformed::{CritFault, Malformed, TokenFault};
use super::member::{read_object, string_fault};
use super::segment::Segment;
use crate::text::json::{Object, Value};

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
    /// What makes the header malformed.
    pub fault: Option<Malformed>,
}

impl JoseHeader {
    /// Reads a header's bytes.
    ///
    /// # Errors
    ///
    /// Bytes that are not JSON, or JSON that is not an object.
    pub fn parse(octets: &[u8]) -> Result<Self, Malformed> {
        let parameters = read_object(Segment::Header, octets).map_err(|error| {
            if error.offset == 0 && ends_as_header(octets) {
                Malformed::new(Segment::Header, 0, TokenFault::HeaderStart)
            } else {
                error
            }
        })?;
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
            string_fault(
                Segment::Header,
                &parameters,
                "kid",
                "RFC 7515, section 4.1.4",
            ),
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

/// Whether bytes that do not start as a JSON object end as a header does.
fn ends_as_header(octets: &[u8]) -> bool {
    let has_alg = memmem::find(octets, b"\"alg\":").is_some();
    has_alg && !octets.starts_with(b"{") && octets.ends_with(b"\"}")
}

fn alg_fault(parameters: &Object) -> Option<Malformed> {
    if parameters.get("alg").is_none() {
        return Some(Malformed::new(Segment::Header, 0, TokenFault::MissingAlg));
    }
    string_fault(
        Segment::Header,
        parameters,
        "alg",
        "RFC 7515, section 4.1.1",
    )
}

/// The names in `crit`, which must be an array of strings, neither empty nor with duplicates.
fn read_critical(parameters: &Object) -> Result<Vec<Box<str>>, Malformed> {
    let Some(member) = parameters.member("crit") else {
        return Ok(Vec::new());
    };
    let fail = |fault| {
        let fault = TokenFault::Crit(fault);
        Err(Malformed::new(Segment::Header, member.offset, fault))
    };
    let Value::Array(items) = &member.value else {
        return fail(CritFault::NotAnArray(member.value.type_name()));
    };
    if items.is_empty() {
        return fail(CritFault::Empty);
    }
    let mut names = Vec::with_capacity(items.len());
    let mut seen = HashSet::with_capacity(items.len());
    for item in items {
        let Some(name) = item.as_str() else {
            return fail(CritFault::NotStrings(item.type_name()));
        };
        if !seen.insert(name) {
            return fail(CritFault::Duplicate(name.into()));
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
    fn every_ill_formed_header_is_reported() {
        for (json, offset, message) in [
            ("{}", 0, "missing \"alg\" (RFC 7515, section 4.1.1)"),
            (
                r#"{"alg":1}"#,
                7,
                "\"alg\" must be a string, found a number (RFC 7515, section 4.1.1)",
            ),
            (
                r#"{"alg":"ES256","kid":null}"#,
                21,
                "\"kid\" must be a string, found null (RFC 7515, section 4.1.4)",
            ),
            (
                r#"{"alg":"ES256","crit":"exp"}"#,
                22,
                "\"crit\" must be an array, found a string (RFC 7515, section 4.1.11)",
            ),
            (
                r#"{"alg":"ES256","crit":[]}"#,
                22,
                "\"crit\" must not be empty (RFC 7515, section 4.1.11)",
            ),
            (
                r#"{"alg":"ES256","crit":[1]}"#,
                22,
                "\"crit\" must hold only strings, found a number (RFC 7515, section 4.1.11)",
            ),
            (
                r#"{"alg":"ES256","crit":["a","a"]}"#,
                22,
                "duplicate \"a\" in \"crit\" (RFC 7515, section 4.1.11)",
            ),
        ] {
            let fault = JoseHeader::parse(json.as_bytes()).unwrap().fault.unwrap();
            assert_eq!(
                (fault.offset, fault.fault.to_string()),
                (offset, message.to_owned())
            );
        }
        for (json, offset, message) in [
            ("[]", 0, "expected a JSON object, found an array"),
            ("", 0, "header is empty"),
            (
                r#"{"alg":"none","alg":"ES256"}"#,
                20,
                "invalid JSON: duplicate member \"alg\"",
            ),
        ] {
            let fault = JoseHeader::parse(json.as_bytes()).unwrap_err();
            assert_eq!(
                (fault.offset, fault.fault.to_string()),
                (offset, message.to_owned())
            );
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
