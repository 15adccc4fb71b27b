//! In what order readings and keys are searched, and what each part may cost.

use super::Debugger;
use super::one_reading::{FEW_KEYS, Search};
use crate::debug::as_written::{Algorithms, Keys, verified};
use crate::debug::budget::{Effort, Work};
use crate::debug::findings::{Context, Findings, Unknown};
use crate::debug::foreign_text;
use crate::debug::proof::Proof;
use crate::debug::reading::Reading;
use crate::debug::search::Case;
use crate::debug::signer::candidates::{Given, Pass};
use crate::debug::signer::chain;
use crate::debug::swapped_dot;
use crate::token::header::JoseHeader;
use crate::verify::report::Report;
use crate::verify::verdict::Verdict;

/// So much is spent by default on a token that seems whole, in units of work: its signer is then likely unknown.
const UNKNOWN_SIGNER: u64 = 325_000;

/// The part of what a search may cost that is kept for the keys that a token does not point to.
const KEPT_FOR_OTHERS: u64 = 6;

/// The part of it that is not spent if none of many keys is pointed to.
const KEPT_FOR_MANY: u64 = 8;

/// A search with the keys of one pass.
struct Attempt<'r> {
    token: &'r [u8],
    pass: Pass,
    /// What it may cost, unless the signer is known.
    most: u64,
}

impl Debugger {
    /// What is cheap is tried on every reading before anything else is: the first of them may be
    /// another token than the good one.
    pub(super) fn search(
        &self,
        token: &[u8],
        readings: &[Reading],
        report: &Report,
        all: &mut Findings,
        work: &mut Work,
    ) {
        let is_whole = is_whole(report);
        let most = match self.effort {
            Effort::Default if is_whole && self.is_costly(report) => UNKNOWN_SIGNER,
            Effort::Default | Effort::Deep => u64::MAX,
        };
        let keys = |pass| Keys {
            given: self.given(),
            pass,
        };
        if let Some((proof, header)) = foreign_text::search_known(token, keys(Pass::All), work) {
            return self.prove(proof, Some(&header), report, all, work);
        }
        // What the token points to is searched alone first, with most of what there is.
        let before = work.left();
        let most = most.min(before);
        let mut named: Vec<Search> = Vec::new();
        let kept = before / KEPT_FOR_OTHERS;
        let attempt = Attempt {
            token,
            pass: Pass::Named,
            most: most.saturating_sub(most / KEPT_FOR_OTHERS),
        };
        let found = work.within(before.saturating_sub(kept), |work| {
            self.attempt(&attempt, readings, &[], &mut named, work)
        });
        if let Some((proof, header)) = found {
            return self.prove(proof, header.as_ref(), report, all, work);
        }
        // What each of many keys costs besides is not counted.
        let is_one_of_many = is_whole && named.is_empty() && self.given().len() > FEW_KEYS;
        let most = if is_one_of_many {
            most.saturating_sub(most / KEPT_FOR_MANY)
        } else {
            most
        };
        let attempt = Attempt {
            token,
            pass: if named.is_empty() {
                Pass::All
            } else {
                Pass::Others
            },
            most: most.saturating_sub(before.saturating_sub(work.left())),
        };
        let mut open: Vec<Search> = Vec::new();
        let found = self.attempt(&attempt, readings, &named, &mut open, work);
        if let Some((proof, header)) = found {
            return self.prove(proof, header.as_ref(), report, all, work);
        }
        if let Some(search) = open.first() {
            all.unknown_signer(&Unknown {
                reading: search.case.reading,
                has_header: search.header.is_some(),
                forms: &search.forms,
                proofs: search.recovered(work),
                report,
                keys_left_out: work.tried.keys_left_out,
                tried: work.tried.forms,
            });
        }
    }

    /// The proof that a key of this pass signed the token, whole or damaged, and the header that was sent.
    fn attempt<'r>(
        &self,
        attempt: &Attempt<'r>,
        readings: &'r [Reading],
        earlier: &[Search<'r>],
        open: &mut Vec<Search<'r>>,
        work: &mut Work,
    ) -> Option<(Proof, Option<JoseHeader>)> {
        let Attempt { token, pass, most } = *attempt;
        let before = work.left();
        let of_foreign = foreign_text::share(token).min(before / 2);
        let of_intact = most.min(before.saturating_sub(of_foreign));
        let keys = Keys {
            given: self.given(),
            pass,
        };
        for reading in readings {
            let case = Case { token, reading };
            if let Some((proof, header)) = verified(case, Algorithms::All, keys, work) {
                return Some((proof, Some(header)));
            }
        }
        let mut proof = work.within(of_intact, |work| {
            self.intact(attempt, readings, earlier, open, work)
        });
        if proof.is_none() {
            let found = swapped_dot::search(token, keys, work)
                .or_else(|| foreign_text::search(token, keys, work));
            if let Some((proof, header)) = found {
                return Some((proof, Some(header)));
            }
            // A signature that a key opens is one by it, so that the signer is known.
            let is_known = open.iter().any(|search| !search.opened.is_empty());
            let spent = before.saturating_sub(work.left());
            let most = if is_known {
                u64::MAX
            } else {
                most.saturating_sub(spent)
            };
            proof = work.within(most, |work| {
                let mut searches = open.iter().zip(rests(open)).enumerate();
                searches.find_map(|(number, (search, rest))| {
                    let share = work.share(rest);
                    let proof = work.within(share, |work| self.damaged(search, work));
                    Some((number, proof?))
                })
            });
        }
        let (number, proof) = proof?;
        let header = open.get(number).and_then(|search| search.header.clone());
        Some((proof, header))
    }

    pub(super) fn given(&self) -> Given<'_> {
        Given {
            of_p256: &self.suspects,
            others: &self.others,
        }
    }

    /// Whether each combination costs point operations, or there are many keys of which it may.
    fn is_costly(&self, report: &Report) -> bool {
        let alg = report.signature.algorithm.as_deref();
        self.suspects.len() > FEW_KEYS || alg.is_some_and(|alg| alg.starts_with("ES"))
    }

    /// The proof that no character of the token was altered or lost, with the number of the reading.
    fn intact<'r>(
        &self,
        attempt: &Attempt<'r>,
        readings: &'r [Reading],
        earlier: &[Search<'r>],
        open: &mut Vec<Search<'r>>,
        work: &mut Work,
    ) -> Option<(usize, Proof)> {
        let mut cut = None;
        for (reading, rest) in readings.iter().zip(rests(readings)) {
            let case = Case {
                token: attempt.token,
                reading,
            };
            let share = work.share(rest);
            let number = open.len();
            let of_reading = work.within(share, |work| {
                let same_content = earlier.iter().chain(&*open);
                let mut search = self.prepared(case, attempt.pass, same_content, work)?;
                // The rest is for the searches that come after this one.
                let kept = share.checked_div(search.parts()).unwrap_or_default();
                let most = work.left().saturating_sub(kept);
                let proof = work.within(most, |work| self.plain(&mut search, work));
                Some((search, proof))
            });
            let Some((search, proof)) = of_reading else {
                continue;
            };
            open.push(search);
            match proof {
                // Another reading may explain why the rest of a MAC is missing.
                Some(proof) if proof.is_of_cut_mac() => {
                    cut.get_or_insert((number, proof));
                }
                Some(proof) => return Some((number, proof)),
                None => {}
            }
        }
        if cut.is_some() {
            return cut;
        }
        let mut searches = open.iter().zip(rests(open)).enumerate();
        searches.find_map(|(number, (search, rest))| {
            let proof = work.within(work.share(rest), |work| {
                self.known_or_named(search, work)
                    .or_else(|| search.mistaken(work))
                    .or_else(|| self.mac(search, work))
            });
            Some((number, proof?))
        })
    }

    /// Tells what a proof shows, and where the certificates of the header lead to.
    fn prove(
        &self,
        mut proof: Proof,
        header: Option<&JoseHeader>,
        report: &Report,
        all: &mut Findings,
        work: &mut Work,
    ) {
        let certificates = proof.certificates();
        let anchor = chain::anchor(certificates, &self.anchors, report.time.now, work);
        if let Some(anchor) = anchor {
            proof.end_in(anchor);
        }
        let context = Context {
            report,
            header,
            keys: &self.suspects,
            trimmed: &self.trimmed,
        };
        all.prove(proof, work.tried.forms, &context);
    }
}

/// How many of these are left, from each on.
fn rests<T>(all: &[T]) -> impl Iterator<Item = u64> {
    (1..=u64::try_from(all.len()).unwrap_or(u64::MAX)).rev()
}

/// Whether the token can be read, with a signature of the right length: it may be one by an unknown signer.
fn is_whole(report: &Report) -> bool {
    let signature = &report.signature;
    report.verdict == Verdict::MisSigned
        && signature.octets.is_some()
        && signature.octets == signature.expected_octets
}
