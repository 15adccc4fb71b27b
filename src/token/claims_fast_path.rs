//! Ordinary Claims Sets in one pass, without keeping what decides nothing.
//!
//! A fast path for streams of tokens. It handles ordinary, valid Claims Sets only, and leaves every fault, and
//! every time that is not an integer, to the full parser, [`Value`](crate::text::json::Value). What it accepts,
//! the full parser reads the same.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::audience::Audience;

/// More members than these in one object are not ordinary.
const MAX_MEMBERS: usize = 64;

/// The registered claims that decide, and nothing else.
#[derive(Debug, Default)]
pub(crate) struct FastClaims {
    pub(crate) sub: Option<Box<str>>,
    pub(crate) aud: Option<Audience>,
    pub(crate) exp: Option<i64>,
    pub(crate) nbf: Option<i64>,
    pub(crate) iat: Option<i64>,
}

impl FastClaims {
    /// Reads a Claims Set in which nothing is at fault; none where anything may be.
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl<'de> Deserialize<'de> for FastClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Claims;
        impl<'de> Visitor<'de> for Claims {
            type Value = FastClaims;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a Claims Set")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut claims = FastClaims::default();
                let mut names = UniqueNames::new();
                while let Some(name) = map.next_key::<JsonString>()? {
                    match &*name.0 {
                        "exp" => claims.exp = Some(map.next_value()?),
                        "nbf" => claims.nbf = Some(map.next_value()?),
                        "iat" => claims.iat = Some(map.next_value()?),
                        "aud" => claims.aud = Some(map.next_value()?),
                        "sub" => claims.sub = Some(map.next_value::<JsonString>()?.0.into()),
                        "iss" | "jti" => {
                            map.next_value::<JsonString>()?;
                        }
                        _ => {
                            map.next_value::<UniqueKeysValue>()?;
                        }
                    }
                    names.add(name)?;
                }
                Ok(claims)
            }
        }
        deserializer.deserialize_map(Claims)
    }
}

/// The names of an object's members, none of them twice.
struct UniqueNames<'de>(Vec<JsonString<'de>>);

impl<'de> UniqueNames<'de> {
    fn new() -> Self {
        // As many as most tokens have.
        Self(Vec::with_capacity(12))
    }

    fn add<E: Error>(&mut self, name: JsonString<'de>) -> Result<(), E> {
        if self.0.len() >= MAX_MEMBERS || self.0.iter().any(|other| other.0 == name.0) {
            return Err(E::custom("not ordinary"));
        }
        self.0.push(name);
        Ok(())
    }
}

/// A string, copied only where it has escapes.
struct JsonString<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for JsonString<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;
        impl<'de> Visitor<'de> for AnyText {
            type Value = JsonString<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(JsonString(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(JsonString(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(AnyText)
    }
}

/// Any value in which no object has a member twice.
struct UniqueKeysValue;

impl<'de> Deserialize<'de> for UniqueKeysValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl<'de> Visitor<'de> for AnyValue {
            type Value = UniqueKeysValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E: Error>(self) -> Result<UniqueKeysValue, E> {
                Ok(UniqueKeysValue)
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<UniqueKeysValue, E> {
                Ok(UniqueKeysValue)
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<UniqueKeysValue, E> {
                Ok(UniqueKeysValue)
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<UniqueKeysValue, E> {
                Ok(UniqueKeysValue)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<UniqueKeysValue, E> {
                Ok(UniqueKeysValue)
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<UniqueKeysValue, E> {
                Ok(UniqueKeysValue)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<UniqueKeysValue, A::Error> {
                while seq.next_element::<UniqueKeysValue>()?.is_some() {}
                Ok(UniqueKeysValue)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueKeysValue, A::Error> {
                let mut names = UniqueNames::new();
                while let Some(name) = map.next_key::<JsonString>()? {
                    names.add(name)?;
                    map.next_value::<UniqueKeysValue>()?;
                }
                Ok(UniqueKeysValue)
            }
        }
        deserializer.deserialize_any(AnyValue)
    }
}
