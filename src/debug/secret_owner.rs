//! Where public data comes from that was used as a secret.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A source, and the name of the key in it if the data is that of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owner {
    #[serde(rename = "key", skip_serializing_if = "Option::is_none")]
    name: Option<Box<str>>,
    source: Arc<str>,
}

impl Owner {
    pub fn new(name: Option<&str>, source: &Arc<str>) -> Self {
        Self {
            name: name.map(Box::from),
            source: Arc::clone(source),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "key {name} from {}", self.source),
            None => f.write_str(&self.source),
        }
    }
}
