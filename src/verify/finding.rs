//! One thing found out about a token. No finding changes a verdict.

use serde::{Serialize, Serializer};

use super::code::Code;

/// One thing found out about a token.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// How sure it is.
    pub certainty: Certainty,
    /// What is wrong, in one sentence.
    pub summary: String,
    /// What shows it.
    pub evidence: String,
    /// The section of the RFC that says how it should be.
    pub section: Option<&'static str>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether it may be why the token is rejected.
    pub explains: bool,
    /// All changes that together make the signature verify, in order.
    pub changes: Vec<Code>,
    /// How many combinations were tried until it was found.
    pub tried: u64,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// A computation shows it.
    Proven,
    /// It fits what is seen.
    Likely,
    /// Directly observed in the token.
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

impl Finding {
    /// A finding in the words of its row.
    pub(crate) fn new(code: Code, certainty: Certainty, evidence: impl Into<String>) -> Self {
        Self {
            code,
            certainty,
            summary: code.summary().to_owned(),
            evidence: evidence.into(),
            section: code.section(),
            hint: code.hint().map(str::to_owned),
            explains: code.explains(),
            changes: Vec::new(),
            tried: 0,
        }
    }

    /// What is plain to see in the token.
    pub(crate) fn note(code: Code, evidence: impl Into<String>) -> Self {
        Self::new(code, Certainty::Note, evidence)
    }

    pub(crate) fn likely(code: Code, evidence: impl Into<String>) -> Self {
        Self::new(code, Certainty::Likely, evidence)
    }

    pub(crate) fn with_summary(self, summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..self
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}
