//! Findings: what is worth knowing of a token besides its verdict. No finding changes a verdict.

mod notes;

use serde::{Serialize, Serializer};

pub(crate) use notes::notes;

/// One thing found out about a token.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Its name: kebab-case and stable.
    pub code: &'static str,
    /// How sure it is.
    pub certainty: Certainty,
    /// What was found, in one sentence.
    pub summary: String,
    /// What it rests on.
    pub evidence: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// A computation shows it.
    Proven,
    /// It fits what is seen.
    Likely,
    /// It is plainly there to see.
    Note,
}

impl Certainty {
    /// The name in the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
            Self::Note => "note",
        }
    }
}

impl Serialize for Certainty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
