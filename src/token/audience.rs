//! Whom a token is for (RFC 7519, section 4.1.3).

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// `aud`, as it stands in the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// A string.
    One(Box<str>),
    /// An array of strings.
    Many(Vec<Box<str>>),
}

impl Audience {
    /// Whether `audience` is among the members, character by character.
    #[must_use]
    pub fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(member) => **member == *audience,
            Self::Many(members) => members.iter().any(|member| **member == *audience),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AudienceVisitor;
        impl<'de> Visitor<'de> for AudienceVisitor {
            type Value = Audience;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of strings")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Audience::One(name.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(Audience::Many(names))
            }
        }
        deserializer.deserialize_any(AudienceVisitor)
    }
}
