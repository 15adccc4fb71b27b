//! One thing found out about a token. No finding changes a verdict.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::code::Code;

/// One thing found out about a token. A borrowed text is the program's own; an owned one may repeat what
/// the token holds.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// How sure it is.
    pub certainty: Certainty,
    /// What is wrong, in one sentence.
    pub summary: Cow<'static, str>,
    /// What shows it.
    pub evidence: Cow<'static, str>,
    /// The section of the RFC that says how it should be.
    pub section: Option<&'static str>,
    /// What to do about it.
    pub hint: Option<Cow<'static, str>>,
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
    pub(crate) fn new(
        code: Code,
        certainty: Certainty,
        evidence: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            certainty,
            summary: code.summary().into(),
            evidence: evidence.into(),
            section: code.section(),
            hint: code.hint().map(Cow::from),
            explains: code.explains(),
            changes: Vec::new(),
            tried: 0,
        }
    }

    /// What is plain to see in the token.
    pub(crate) fn note(code: Code, evidence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code, Certainty::Note, evidence)
    }

    pub(crate) fn likely(code: Code, evidence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code, Certainty::Likely, evidence)
    }

    pub(crate) fn with_summary(self, summary: impl Into<Cow<'static, str>>) -> Self {
        Self {
            summary: summary.into(),
            ..self
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}
