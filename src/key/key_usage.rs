//! What a JWK says that it is for (RFC 7517, sections 4.2 to 4.4), and what of it is not verification.

use std::collections::HashSet;

use super::KeyFault;
use crate::text::json::{Object, Value};

/// What `use`, `key_ops`, `alg` and `kid` say against verification, or are of the wrong type.
pub(super) fn usage_faults(object: &Object, is_private: bool) -> Vec<KeyFault> {
    let mut faults = Vec::new();
    for name in ["use", "alg", "kid"] {
        if let Some(value) = object.get(name) {
            match value.as_str() {
                None => {
                    faults.push(KeyFault::MemberType(name, value.type_name(), "a string"));
                }
                Some(usage) if name == "use" && usage != "sig" => {
                    faults.push(KeyFault::Use(usage.to_owned()));
                }
                Some(_) => {}
            }
        }
    }
    if let Some(value) = object.get("key_ops") {
        match strings(Some(value)) {
            None => {
                let expected = "an array of strings";
                faults.push(KeyFault::MemberType("key_ops", value.type_name(), expected));
            }
            Some(operations) => {
                let mut seen = HashSet::new();
                if let Some(operation) = operations.iter().find(|op| !seen.insert(&***op)) {
                    faults.push(KeyFault::DuplicateKeyOp(operation.to_string()));
                }
                // A private key that may sign has a public one that may verify.
                let verifies = |operation: &str| match operation {
                    "verify" => true,
                    "sign" => is_private,
                    _ => false,
                };
                if !operations.iter().any(|operation| verifies(operation)) {
                    faults.push(KeyFault::KeyOps(operations));
                }
            }
        }
    }
    faults
}

/// The members by which a JWK that may be a P-256 key says that it is something else, or not for
/// verification.
pub(super) fn foreign_members(object: &Object, usage: &[KeyFault]) -> Vec<&'static str> {
    let is_faulty = |name: &&str| {
        usage.iter().any(|fault| match fault {
            KeyFault::MemberType(member, ..) => member == name,
            KeyFault::Use(_) => *name == "use",
            KeyFault::KeyOps(_) | KeyFault::DuplicateKeyOp(_) => *name == "key_ops",
            _ => false,
        })
    };
    let is_foreign = |name: &&str| {
        let value = object.get(name).map(Value::as_str);
        match *name {
            "kty" => value != Some(Some("EC")),
            "crv" => value != Some(Some("P-256")),
            "alg" => value.is_some_and(|alg| alg != Some("ES256")),
            _ => false,
        }
    };
    ["kty", "crv", "use", "key_ops", "alg", "kid"]
        .into_iter()
        .filter(|name| is_faulty(name) || is_foreign(name))
        .collect()
}

/// The members by which a key says that it is for something else.
pub(super) fn wrong_members(faults: &[KeyFault]) -> Vec<&'static str> {
    let is_wrong = |name: &&str| {
        faults.iter().any(|fault| match fault {
            KeyFault::MemberType(member, ..) => member == name,
            KeyFault::Use(_) => *name == "use",
            KeyFault::KeyOps(_) | KeyFault::DuplicateKeyOp(_) => *name == "key_ops",
            KeyFault::Algorithm { .. } => *name == "alg",
            _ => false,
        })
    };
    let names = ["use", "key_ops", "alg", "kid"].into_iter();
    names.filter(is_wrong).collect()
}

pub(super) fn strings(value: Option<&Value>) -> Option<Vec<Box<str>>> {
    match value? {
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(Box::from))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            None
        }
    }
}
