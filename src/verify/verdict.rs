//! The decision: one value, made by one pure function of the facts.

use serde::{Serialize, Serializer};

/// By how many seconds a token may be too late, and a clock that differs is still a likely cause. Every token expires:
/// most that are later are simply old.
pub const MAX_LATE: i64 = 60;

/// By how many seconds a token may be too early, and a clock that differs is still a likely cause. Hardly anything else
/// makes a token early; more is not a skew, but a clock that is wrong.
pub const MAX_EARLY: i64 = 300;

/// Whether the signature verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureStatus {
    /// It verifies under a given key.
    Verified,
    /// It was checked and verifies under none.
    Mismatch,
    /// It was not checked.
    Unchecked,
}

/// How a token stands in time, by its `exp` and `nbf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// `exp` is in the future and `nbf`, if any, has passed.
    Current,
    /// `exp` has passed.
    Expired,
    /// `nbf` is in the future, whatever `exp` says.
    NotYetValid,
    /// There is no `exp`, and `nbf`, if any, has passed.
    Unbounded,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Signature, time and claim checks.
    Verify,
    /// Reading alone.
    Decode,
    /// Reading and time, without a signature.
    DecodeAndTime,
}

/// Inputs to the verdict.
#[derive(Clone, Copy, Debug)]
pub struct VerdictInput {
    /// What was asked for.
    pub scope: Scope,
    /// Whether the token is a well-formed JWT (or a JWE with a header that can be read).
    pub well_formed: bool,
    /// The signature.
    pub signature: SignatureStatus,
    /// The time, where the claims could be read.
    pub validity: Option<Validity>,
    /// Whether every claim check asked for holds.
    pub checks_hold: bool,
}

/// The verdict on one token. Later ones are more severe; the most severe of a run is its exit
/// status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The signature verifies under a given key, and times and claim checks hold.
    Valid,
    /// The token can be read; its signature was not checked. It accepts nothing, and its
    /// [status](Self::status) is still 0.
    NotVerified,
    /// Verified, but `exp` has passed.
    Expired,
    /// Verified, but `nbf` is in the future.
    NotYetValid,
    /// Verified and current, but a claim check fails.
    ClaimRejected,
    /// No check of the signature was possible.
    Unverifiable,
    /// The signature verifies under none of the given keys.
    MisSigned,
    /// Not a JWT.
    Malformed,
}

impl Verdict {
    /// Every verdict, mildest first.
    pub const ALL: [Self; 8] = [
        Self::Valid,
        Self::NotVerified,
        Self::Expired,
        Self::NotYetValid,
        Self::ClaimRejected,
        Self::Unverifiable,
        Self::MisSigned,
        Self::Malformed,
    ];

    /// The verdict on these facts: the first that holds of malformed, unverifiable, mis-signed,
    /// not-yet-valid, expired, claim-rejected and valid.
    #[must_use]
    pub fn of(facts: VerdictInput) -> Self {
        if !facts.well_formed {
            return Self::Malformed;
        }
        match (facts.scope, facts.signature, facts.validity) {
            (Scope::Decode, _, _)
            | (Scope::DecodeAndTime, _, None | Some(Validity::Current | Validity::Unbounded)) => {
                Self::NotVerified
            }
            (Scope::Verify, SignatureStatus::Unchecked, _) => Self::Unverifiable,
            (Scope::Verify, SignatureStatus::Mismatch, _) => Self::MisSigned,
            // A signed payload that could not be read as claims is well-formed in no way.
            (Scope::Verify, SignatureStatus::Verified, None) => Self::Malformed,
            (Scope::DecodeAndTime, _, Some(Validity::NotYetValid))
            | (Scope::Verify, SignatureStatus::Verified, Some(Validity::NotYetValid)) => {
                Self::NotYetValid
            }
            (Scope::DecodeAndTime, _, Some(Validity::Expired))
            | (Scope::Verify, SignatureStatus::Verified, Some(Validity::Expired)) => Self::Expired,
            (
                Scope::Verify,
                SignatureStatus::Verified,
                Some(Validity::Current | Validity::Unbounded),
            ) => {
                if facts.checks_hold {
                    Self::Valid
                } else {
                    Self::ClaimRejected
                }
            }
        }
    }

    /// The exit status of a run in which this verdict is the most severe. It is 0 for
    /// [`NotVerified`](Self::NotVerified) too, since a `decode` that could read its token did what it was
    /// asked: compare with [`Valid`](Self::Valid) to accept a token.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Valid | Self::NotVerified => 0,
            Self::Expired => 3,
            Self::NotYetValid => 4,
            Self::ClaimRejected => 5,
            Self::Unverifiable => 6,
            Self::MisSigned => 7,
            Self::Malformed => 8,
        }
    }

    /// The verdict's name: stable, for programs and people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::NotVerified => "not-verified",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::ClaimRejected => "claim-rejected",
            Self::Unverifiable => "unverifiable",
            Self::MisSigned => "mis-signed",
            Self::Malformed => "malformed",
        }
    }
}

impl SignatureStatus {
    /// The name in the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Mismatch => "mismatch",
            Self::Unchecked => "unchecked",
        }
    }
}

impl Validity {
    /// The name in the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Unbounded => "unbounded",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for SignatureStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for Validity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, said a second time in the words of the contract.
    fn expected(facts: VerdictInput) -> Verdict {
        let verified = facts.signature == SignatureStatus::Verified;
        let is = |validity| facts.validity == Some(validity);
        let judged_in_time = facts.scope != Scope::Decode;
        if !facts.well_formed {
            Verdict::Malformed
        } else if facts.scope == Scope::Verify && facts.signature == SignatureStatus::Unchecked {
            Verdict::Unverifiable
        } else if facts.scope == Scope::Verify && !verified {
            Verdict::MisSigned
        } else if facts.scope == Scope::Verify && facts.validity.is_none() {
            Verdict::Malformed
        } else if judged_in_time && is(Validity::NotYetValid) {
            Verdict::NotYetValid
        } else if judged_in_time && is(Validity::Expired) {
            Verdict::Expired
        } else if facts.scope != Scope::Verify {
            Verdict::NotVerified
        } else if !facts.checks_hold {
            Verdict::ClaimRejected
        } else {
            Verdict::Valid
        }
    }

    #[test]
    fn the_whole_table() {
        let mut valid = Vec::new();
        for scope in [Scope::Verify, Scope::Decode, Scope::DecodeAndTime] {
            for well_formed in [false, true] {
                for signature in [
                    SignatureStatus::Verified,
                    SignatureStatus::Mismatch,
                    SignatureStatus::Unchecked,
                ] {
                    for validity in [
                        None,
                        Some(Validity::Current),
                        Some(Validity::Expired),
                        Some(Validity::NotYetValid),
                        Some(Validity::Unbounded),
                    ] {
                        for checks_hold in [false, true] {
                            let facts = VerdictInput {
                                scope,
                                well_formed,
                                signature,
                                validity,
                                checks_hold,
                            };
                            let verdict = Verdict::of(facts);
                            assert_eq!(verdict, expected(facts), "{facts:?}");
                            if verdict == Verdict::Valid {
                                valid.push(facts);
                            }
                        }
                    }
                }
            }
        }
        // Of 180 combinations of facts exactly two are valid.
        assert_eq!(valid.len(), 2);
        for facts in valid {
            assert_eq!(facts.scope, Scope::Verify);
            assert_eq!(facts.signature, SignatureStatus::Verified);
            assert!(facts.well_formed && facts.checks_hold);
            assert!(matches!(
                facts.validity,
                Some(Validity::Current | Validity::Unbounded)
            ));
        }
    }

    #[test]
    fn severity_and_status_grow_together() {
        assert!(Verdict::ALL.is_sorted());
        assert!(Verdict::ALL.is_sorted_by_key(|verdict| verdict.status()));
        assert_eq!(Verdict::ALL.map(Verdict::status), [0, 0, 3, 4, 5, 6, 7, 8]);
    }
}
