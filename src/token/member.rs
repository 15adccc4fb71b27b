//! Reading a segment as a JSON object, and its members by type.

use super::malformed::{Malformed, TokenFault};
use super::segment::Segment;
use crate::text::json::{Object, Value};

/// Reads the decoded bytes of a segment that must be a JSON object.
pub(super) fn read_object(segment: Segment, bytes: &[u8]) -> Result<Object, Malformed> {
    if bytes.is_empty() {
        return Err(Malformed::new(segment, 0, TokenFault::Empty(segment)));
    }
    match Value::parse(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => {
            let fault = TokenFault::NotAnObject(other.type_name());
            Err(Malformed::new(segment, 0, fault))
        }
        Err(error) => {
            let fault = TokenFault::Json(error.fault);
            Err(Malformed::new(segment, error.offset, fault))
        }
    }
}

/// The fault of a member that must be a string if it is present.
pub(super) fn string_fault(
    segment: Segment,
    object: &Object,
    name: &'static str,
    section: &'static str,
) -> Option<Malformed> {
    let member = object.member(name)?;
    if member.value.as_str().is_some() {
        return None;
    }
    let found = member.value.type_name();
    let fault = TokenFault::NotAString {
        name,
        found,
        section,
    };
    Some(Malformed::new(segment, member.offset, fault))
}
