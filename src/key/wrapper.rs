//! JSON with a key inside: replies of key services, configurations, and JWKs one level too deep. Only
//! the outermost value is taken for a key, so what is found here is named, with the command for `jq`.

use std::fmt;

use super::asn1::Kind;
use super::encoding::Encoding;
use super::{pem, shown};
use crate::text::json::{Object, Value};

/// Where JSON has a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    outer: Outer,
    /// For `jq`; none if a name on the way is not harmless in a command.
    path: Option<String>,
    content: WrappedContent,
}

/// What the whole is, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outer {
    Object,
    Array,
    String,
    Keycloak,
    Kms,
}

/// What is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WrappedContent {
    Jwk,
    JwkSet,
    ArrayOfJwks,
    /// A string that holds JSON.
    Json,
    Pem,
    PrivatePem,
    /// DER in one line of base64.
    Der,
    /// Base64 of one of the other forms, by the extension of a file for it.
    Base64(&'static str),
}

impl Wrapper {
    /// The first key inside of a JSON value, in its order.
    pub(crate) fn find(value: &Value) -> Option<Self> {
        let outer = match value {
            Value::Object(object) if is_text(object, "public_key") && is_text(object, "realm") => {
                Outer::Keycloak
            }
            Value::Object(object) if is_text(object, "PublicKey") => Outer::Kms,
            Value::Object(_) => Outer::Object,
            Value::Array(_) => Outer::Array,
            Value::String(_) => Outer::String,
            Value::Null | Value::Bool(_) | Value::Number(_) => return None,
        };
        let (path, content) = search(value)?;
        let path = path.map(|steps| steps.into_iter().rev().collect::<String>());
        Some(Self {
            outer,
            // The value itself is ".", and an index needs a dot before it.
            path: path.map(|path| match path.strip_prefix('.') {
                Some(_) => path,
                None => format!(".{path}"),
            }),
            content,
        })
    }

    /// The command that takes the key out.
    pub(crate) fn command(&self) -> Option<String> {
        let path = match (&self.path, self.content) {
            (Some(path), _) => path,
            (None, WrappedContent::Jwk | WrappedContent::JwkSet | WrappedContent::ArrayOfJwks) => {
                let all = "jq '{keys: [.. | objects | select(.kty)]}' FILE > OUTPUT.json";
                return Some(all.to_owned());
            }
            (None, WrappedContent::Json) => {
                let all = "jq -r '.. | strings | select(contains(\"kty\"))' FILE > OUTPUT.json";
                return Some(all.to_owned());
            }
            (None, WrappedContent::Pem) => {
                let all =
                    "jq -r '.. | strings | select(contains(\"-----BEGIN\"))' FILE > OUTPUT.pem";
                return Some(all.to_owned());
            }
            (None, _) => return None,
        };
        Some(match self.content {
            WrappedContent::Jwk | WrappedContent::JwkSet => {
                format!("jq '{path}' FILE > OUTPUT.json")
            }
            WrappedContent::ArrayOfJwks => format!("jq '{{keys: {path}}}' FILE > OUTPUT.json"),
            WrappedContent::Json => format!("jq -r '{path}' FILE > OUTPUT.json"),
            WrappedContent::Pem => format!("jq -r '{path}' FILE > OUTPUT.pem"),
            WrappedContent::PrivatePem => {
                format!("jq -r '{path}' FILE | openssl pkey -pubout > OUTPUT.pem")
            }
            WrappedContent::Der => format!("jq -r '{path}' FILE > OUTPUT.txt"),
            WrappedContent::Base64(extension) => {
                format!("jq -r '{path}' FILE | base64 -d > OUTPUT.{extension}")
            }
        })
    }
}

/// The steps from the last to the first, if all can be shown, and what they lead to.
fn search(value: &Value) -> Option<(Option<Vec<String>>, WrappedContent)> {
    if let Some(content) = content(value) {
        return Some((Some(Vec::new()), content));
    }
    let step = |step: Option<String>, value| {
        let (steps, content) = search(value)?;
        let steps = steps.zip(step).map(|(mut steps, step)| {
            steps.push(step);
            steps
        });
        Some((steps, content))
    };
    match value {
        Value::Object(object) => object
            .members()
            .iter()
            .find_map(|member| step(name(&member.name), &member.value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| step(Some(format!("[{index}]")), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A step of `jq` to the member of this name, if it can do no harm in a command.
fn name(name: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_harmless = |c: char| is_plain(c) || "-.".contains(c);
    if name.is_empty() || !shown::is_member(name) || !name.chars().all(is_harmless) {
        None
    } else if name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        Some(format!(".{name}"))
    } else {
        Some(format!("[\"{name}\"]"))
    }
}

fn content(value: &Value) -> Option<WrappedContent> {
    let is_jwk = |value: &Value| matches!(value, Value::Object(object) if is_text(object, "kty"));
    match value {
        Value::Object(object) => match object.get("keys") {
            _ if is_text(object, "kty") => Some(WrappedContent::Jwk),
            Some(Value::Array(keys)) if keys.first().is_some_and(is_jwk) => {
                Some(WrappedContent::JwkSet)
            }
            _ => None,
        },
        Value::Array(items) if items.first().is_some_and(is_jwk) => {
            Some(WrappedContent::ArrayOfJwks)
        }
        Value::String(text) => of_text(text),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn of_text(text: &str) -> Option<WrappedContent> {
    if let [block, ..] = pem::blocks(text.as_bytes()).as_slice() {
        let is_private = block.label.ends_with("PRIVATE KEY");
        return Some(if is_private {
            WrappedContent::PrivatePem
        } else {
            WrappedContent::Pem
        });
    }
    if text.trim_start().starts_with('{') {
        let value = Value::parse(text.trim().as_bytes()).ok()?;
        return matches!(
            content(&value)?,
            WrappedContent::Jwk | WrappedContent::JwkSet
        )
        .then_some(WrappedContent::Json);
    }
    let (encoding, bytes) = Encoding::decode(text.as_bytes())?;
    if encoding != Encoding::Base64 {
        return None;
    }
    let text = || std::str::from_utf8(&bytes).ok();
    match Kind::of(&bytes) {
        Some(Kind::PublicKey | Kind::RsaPublicKey | Kind::Certificate) => Some(WrappedContent::Der),
        Some(_) => None,
        None => match of_text(text()?)? {
            WrappedContent::Json => Some(WrappedContent::Base64("json")),
            WrappedContent::Pem => Some(WrappedContent::Base64("pem")),
            _ => None,
        },
    }
}

fn is_text(object: &Object, name: &str) -> bool {
    matches!(object.get(name), Some(Value::String(_)))
}

impl fmt::Display for Wrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outer = match self.outer {
            Outer::Object => "a JSON object",
            Outer::Array => "a JSON array",
            Outer::String => "a JSON string",
            Outer::Keycloak => "a Keycloak realm description",
            Outer::Kms => "a KMS response",
        };
        let content = match self.content {
            WrappedContent::Jwk => "a JWK",
            WrappedContent::JwkSet => "a JWK Set",
            WrappedContent::ArrayOfJwks => "JWKs",
            WrappedContent::Json => "a key as JSON text",
            WrappedContent::Pem => "a key in PEM",
            WrappedContent::PrivatePem => "a private key in PEM",
            WrappedContent::Der => "a key in base64",
            WrappedContent::Base64(_) => "base64 of a key",
        };
        write!(f, "{outer} with {content} inside")?;
        match self.path.as_deref() {
            None | Some(".") => Ok(()),
            Some(path) => {
                let names = path
                    .trim_start_matches('.')
                    .replace("[\"", ".")
                    .replace("\"]", "");
                write!(f, " (in \"{names}\")")
            }
        }
    }
}
