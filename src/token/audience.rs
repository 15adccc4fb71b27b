//! Whom a token is for (RFC 7519, section 4.1.3).

use serde::Serialize;

use crate::text::json::Value;

/// `aud`, as it stands in the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Audience<'c> {
    /// A string.
    One(&'c str),
    /// An array of strings.
    Many(Vec<&'c str>),
}

impl<'c> Audience<'c> {
    /// The audience that a claim names, if it is one.
    pub(super) fn of(claim: &'c Value) -> Option<Self> {
        match claim {
            Value::String(name) => Some(Self::One(name)),
            Value::Array(items) => {
                let names = items.iter().map(Value::as_str);
                names.collect::<Option<_>>().map(Self::Many)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        }
    }

    /// The audience that this JSON stands for, whose strings have no escapes.
    pub(super) fn of_json(json: &'c str) -> Option<Self> {
        match json.strip_prefix('"') {
            Some(name) => name.strip_suffix('"').map(Self::One),
            None => serde_json::from_str(json).ok().map(Self::Many),
        }
    }

    /// The claim as it stands in the token.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::One(name) => (*name).into(),
            Self::Many(names) => Value::Array(names.iter().map(|name| (*name).into()).collect()),
        }
    }

    /// Whether `audience` is among the members, character by character.
    #[must_use]
    pub fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(member) => *member == audience,
            Self::Many(members) => members.contains(&audience),
        }
    }
}
