//! Findings: what is worth knowing of a token besides its verdict. No finding changes a verdict.
//!
//! Notes (`notes`) cost nothing and stand in every report. The rest is for refused tokens alone and
//! is put together by [`Debugger`]: what kind of thing the text is (`kind`), what its times tell
//! (`times`), and what would make its signature verify. That search brings the text into the form of a
//! token (`around`, `reading`), reads R and S in every way (`signature`), writes and hashes what may
//! have been signed (`signed`, `headers`, `rewriting`), gathers the keys (`signer`) and lets all of
//! these meet (`search`); `recovery` compares the keys that the signature leads to; `truncated`,
//! `altered` and `dropped` look for damage in what `layout` tells, `secret` for a MAC, all within a
//! budget (`work`).
//!
//! Whatever a search has met is a list of changes (`change`) and a key. It becomes a `proof` only if these
//! changes, made strictly to the token as it came in (`replay`), lead to a signature that verifies. Every
//! change has a cause (`cause`); a proof becomes findings (`findings`), the strongest first (`order`).
//! Whatever is found is one row of one table (`code`), which has its name, sentence and hint.

mod altered;
mod around;
#[cfg(test)]
mod budget;
mod cause;
mod change;
mod code;
mod debug;
mod der;
mod digest;
mod dropped;
mod findings;
mod headers;
mod kind;
mod lax;
mod layout;
mod named;
mod notation;
mod notes;
mod order;
mod proof;
mod reading;
mod recovery;
mod replay;
mod rewriting;
mod search;
mod secret;
#[cfg(test)]
mod short_tokens;
mod signature;
mod signed;
mod signer;
mod summands;
mod times;
mod truncated;
mod vendor;
mod work;
mod wrapped;

use serde::{Serialize, Serializer};

use cause::Cause;

pub use code::Code;
pub use debug::{Debugger, Effort};
pub(crate) use notes::notes;
pub use proof::Proof;
pub use signer::{Recovered, Signers};
pub(crate) use signer::{Repaired, repaired};
pub use wrapped::is_line_wrapped;

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

/// Statistics of a search, which tries combinations of signature encoding, signing input, hash and key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// How many combinations were tried.
    pub forms: u64,
    /// How long it took, if the caller has measured it.
    pub milliseconds: Option<u64>,
    /// Whether it was the deep search.
    pub deep: bool,
    /// Whether nothing was left out for its cost.
    pub complete: bool,
    /// The limit in bytes that the token exceeds, if it was not searched for that reason.
    pub exceeded_limit: Option<usize>,
    /// How many keys were not tried in every form, but compared with the keys that the signature leads
    /// to.
    pub keys_left_out: usize,
    /// How R and S were read, one a reading.
    pub signatures: Vec<String>,
    /// What may have been signed, one an input.
    pub inputs: Vec<String>,
    /// The keys, one each.
    pub keys: Vec<String>,
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
    fn new(code: Code, certainty: Certainty, evidence: impl Into<String>) -> Self {
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
    fn note(code: Code, evidence: impl Into<String>) -> Self {
        Self::new(code, Certainty::Note, evidence)
    }

    fn likely(code: Code, evidence: impl Into<String>) -> Self {
        Self::new(code, Certainty::Likely, evidence)
    }

    /// A finding in the words of a cause.
    fn of_cause(cause: Cause, certainty: Certainty, evidence: impl Into<String>) -> Self {
        Self {
            summary: cause.summary().to_owned(),
            hint: cause.hint().map(str::to_owned),
            ..Self::new(cause.code(), certainty, evidence)
        }
    }

    fn with_summary(self, summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..self
        }
    }

    fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}
