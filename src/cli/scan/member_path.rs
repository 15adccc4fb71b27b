//! Members of JSON that look like a time, for a hint.

/// The name of a member, or the names of an object and a member of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPath(Vec<String>);

impl MemberPath {
    /// The path of a member whose name can be quoted.
    pub fn new(name: &[u8]) -> Option<Self> {
        const MAX_NAME: usize = 32;
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@.-".contains(byte);
        let is_short = (1..=MAX_NAME).contains(&name.len());
        (is_short && name.iter().all(is_plain))
            .then(|| Self(vec![String::from_utf8_lossy(name).into_owned()]))
    }

    /// The path of a member of the object that is at this one.
    pub fn join(mut self, inner: Self) -> Self {
        self.0.extend(inner.0);
        self
    }

    /// `log.time`
    pub fn name(&self) -> String {
        self.0.join(".")
    }

    /// `.["log"]["time"]`
    pub fn jq(&self) -> String {
        let names = self.0.iter().map(|name| format!("[\"{name}\"]"));
        format!(".{}", names.collect::<String>())
    }
}

/// Whether a number with this name may be a time.
pub fn is_time_name(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    [&b"time"[..], b"date", b"msec", b"epoch"]
        .iter()
        .any(|part| name.windows(part.len()).any(|window| window == *part))
}
