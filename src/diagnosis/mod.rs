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
//! change belongs to a row of one table (`cause`); a proof becomes findings (`findings`), of which the
//! strongest come first (`order`).

mod altered;
mod around;
#[cfg(test)]
mod budget;
mod cause;
mod change;
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
mod work;
mod wrapped;

use std::borrow::Cow;

use serde::{Serialize, Serializer};

pub use debug::{Debugger, Effort};
pub(crate) use notes::notes;
pub use proof::Proof;
pub use signer::{Recovered, Signers};
pub(crate) use signer::{Repaired, repaired};
pub use wrapped::is_line_wrapped;

/// One thing found out about a token. A borrowed text is the program's own; an owned one may repeat what
/// the token holds.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Its name: kebab-case and stable.
    pub code: &'static str,
    /// How sure it is.
    pub certainty: Certainty,
    /// What was found, in one sentence.
    pub summary: Cow<'static, str>,
    /// What it rests on.
    pub evidence: Cow<'static, str>,
    /// What to do about it.
    pub hint: Option<Cow<'static, str>>,
    /// Whether it may be why the token is refused; others are worth knowing besides.
    pub explains: bool,
    /// Everything that is needed, together, to make the signature verify: codes, in their order.
    pub changes: Vec<&'static str>,
    /// How many forms of the token were tried until it was found.
    pub tried: u64,
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

/// What a search has tried: every form of the signature with every text and hash, under every key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// How many forms of the token were tried.
    pub forms: u64,
    /// How long it took, as far as whoever asked has measured it.
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

fn finding(
    code: &'static str,
    certainty: Certainty,
    summary: impl Into<Cow<'static, str>>,
    evidence: impl Into<Cow<'static, str>>,
    hint: impl Into<Cow<'static, str>>,
) -> Finding {
    Finding {
        certainty,
        explains: true,
        hint: Some(hint.into()),
        ..note(code, summary, evidence)
    }
}

fn note(
    code: &'static str,
    summary: impl Into<Cow<'static, str>>,
    evidence: impl Into<Cow<'static, str>>,
) -> Finding {
    Finding {
        code,
        certainty: Certainty::Note,
        summary: summary.into(),
        evidence: evidence.into(),
        hint: None,
        explains: false,
        changes: Vec::new(),
        tried: 0,
    }
}

impl Finding {
    fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}
