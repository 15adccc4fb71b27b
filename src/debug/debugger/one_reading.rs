//! What is tried on one reading of a token.

use std::sync::Arc;

use super::Debugger;
use crate::algorithm::{Algorithm, KeyType, Material};
use crate::debug::budget::{Effort, Work};
use crate::debug::change::Change;
use crate::debug::ecdsa::dropped_characters;
use crate::debug::ecdsa::recovered_keys;
use crate::debug::ecdsa::single_edit;
use crate::debug::ecdsa::swapped_or_added;
use crate::debug::ecdsa::truncated;
use crate::debug::family::{self, Opened};
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::signature_encodings::{self, SignatureForm};
use crate::debug::search::{Case, Targets, meet};
use crate::debug::signer::Suspect;
use crate::debug::signer::candidates::Pass;
use crate::debug::signer::named_keys::NamedKeys;
use crate::debug::signing_inputs::header_variants::KeyNames;
use crate::debug::signing_inputs::{Hashed, SigningInputs};
use crate::token::header::JoseHeader;

/// The longest MAC, in bytes.
const MAX_MAC: usize = 64;

/// With more of them, a damaged signature is not tried with other signing inputs.
pub(super) const FEW_KEYS: usize = 4;

/// One reading of a token, with all that is tried on it.
pub(super) struct Search<'r> {
    pub(super) case: Case<'r>,
    pub(super) header: Option<JoseHeader>,
    pub(super) forms: Vec<SignatureForm>,
    suspects: Vec<Suspect>,
    others: Vec<Suspect<Material>>,
    signed: Arc<SigningInputs>,
    /// The signature, opened with each RSA key.
    pub(super) opened: Vec<Opened>,
    named: NamedKeys,
}

impl Debugger {
    /// What is cheap: every form of the signature, with every text, hash and key.
    pub(super) fn plain(&self, search: &mut Search, work: &mut Work) -> Option<Proof> {
        let case = search.case;
        let targets = Targets::new(&search.forms, &search.suspects, work);
        let (proof, most_changes) = match self.known_as_it_is(search, work) {
            Some(proof) => (Some(proof), 0),
            None => meet(case, &targets, &search.signed.hashes, work),
        };
        if proof.is_some() {
            work.tried
                .describe_inputs(&search.signed.inputs, most_changes);
            return proof;
        }
        search.opened = family::opened(case, &search.others, work);
        let texts = &search.signed.texts;
        let proof = family::search(case, texts, &search.others, &search.opened, work);
        let most_changes = proof.as_ref().map_or(usize::MAX, |proof| {
            let changes = proof.changes().len();
            changes.saturating_sub(case.reading.changes.len())
        });
        work.tried
            .describe_inputs(&search.signed.inputs, most_changes);
        proof
    }

    /// All that is tried on a reading in this pass; none if the pass has no keys of its own for it.
    pub(super) fn prepared<'r, 's>(
        &self,
        case: Case<'r>,
        pass: Pass,
        mut others: impl Iterator<Item = &'s Search<'r>>,
        work: &mut Work,
    ) -> Option<Search<'r>>
    where
        'r: 's,
    {
        let segments = &case.reading.segments;
        let content = case.reading.content(work);
        let [header, payload] = content.unwrap_or_default();
        let header = JoseHeader::parse(&header).ok();
        let keys_named = NamedKeys::read(header.as_ref(), &payload);
        let candidates = self
            .given()
            .candidates(header.as_ref(), &keys_named, pass)?;
        let same_content = others.find(|other| {
            let other = &other.case.reading.segments;
            (&other.header, &other.payload, &other.written)
                == (&segments.header, &segments.payload, &segments.written)
        });
        work.tried.keys_left_out = self.given().left_out();
        let suspects = candidates.of_p256;
        let others = candidates.others.into_iter();
        let others: Vec<_> = others.flat_map(Suspect::for_any_algorithm).collect();
        let forms = signature_encodings::forms(&segments.signature, work);
        let names = KeyNames {
            // Texts are written once for all passes.
            has_other_keys: !(others.is_empty() && self.others.is_empty()),
            ..self.names.clone()
        };
        let signed = match same_content {
            Some(other) => Arc::clone(&other.signed),
            // The other half is for what is compared with them.
            None => work
                .within(work.left() / 2, |work| {
                    SigningInputs::new(case.reading, header.as_ref(), &names, work)
                })
                .into(),
        };
        let of_p256 = suspects
            .iter()
            .map(|suspect| (&**suspect.id(), suspect.changes()));
        let of_others = others.iter().map(|other| (&**other.id(), other.changes()));
        let changes = forms.iter().map(|form| &*form.changes);
        let keys = of_p256.chain(of_others);
        work.tried.describe(changes, keys);
        Some(Search {
            case,
            header,
            forms,
            suspects,
            others,
            signed,
            opened: Vec::new(),
            named: keys_named,
        })
    }

    /// The signature, as it is, leads to one of too many keys: compared first, for it costs little.
    fn known_as_it_is(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let form = search.forms.get(..1).unwrap_or_default();
        let plainest = search.of(Hashed::is_plainest);
        if self.index.is_empty() || plainest.is_empty() {
            return None;
        }
        recovered_keys::meet(search.case, form, &plainest, &self.index, &[], work)
    }

    /// The signature leads to a key that is given, or to one that the token itself names.
    pub(super) fn known_or_named(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let names = search.named.thumbprints();
        if names.is_empty() && self.index.is_empty() {
            return None;
        }
        let Search { forms, signed, .. } = search;
        recovered_keys::meet(
            search.case,
            forms,
            &signed.hashes,
            &self.index,
            &names,
            work,
        )
    }

    /// RFC 8725 section 2.1: a MAC made with what everybody knows.
    pub(super) fn mac(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let of_others = search.others.iter();
        let of_others = of_others.map(|other| (Arc::clone(other.id()), other.key().clone()));
        let keys: Vec<_> = search
            .suspects
            .iter()
            .map(|suspect| (Arc::clone(suspect.id()), Material::P256(*suspect.key())))
            .chain(of_others)
            .collect();
        let input = search.case.reading.signing_input();
        let kid = search.header.as_ref();
        let kid = kid.and_then(|header| header.kid.as_deref());
        let bytes = signature_encodings::bytes_of(&search.case.reading.segments.signature, MAX_MAC);
        bytes.into_iter().find_map(|(changes, signature)| {
            let secret = self.files.search(&input, &signature, &keys, kid, work)?;
            search
                .case
                .prove(&changes, &[], Signer::Secret(&secret), work)
        })
    }

    /// Characters that were altered or lost, first as the keys on P-256 or the others tell, by the header's algorithm.
    pub(super) fn damaged(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let of_others = |work: &mut Work| {
            family::damaged(
                search.case,
                &search.signed.texts,
                search.alg(),
                &search.others,
                &search.opened,
                work,
            )
        };
        let row = search.alg().and_then(Algorithm::named);
        if row.is_some_and(|row| row.key_type == KeyType::P256) {
            self.damaged_on_p256(search, work)
                .or_else(|| of_others(work))
        } else {
            of_others(work).or_else(|| self.damaged_on_p256(search, work))
        }
    }

    fn damaged_on_p256(&self, search: &Search, work: &mut Work) -> Option<Proof> {
        let Search { case, .. } = search;
        let is_empty = case.reading.segments.signature.is_empty();
        // Where each hash costs a search of its own, only what the header's algorithm may mean takes part.
        let plain: Vec<Hashed> = search.of(|hashed| hashed.is_plain);
        let plainest: Vec<Hashed> = search.of(Hashed::is_plainest);
        let suspects = &*search.suspects;
        if suspects.is_empty() || plain.is_empty() || is_empty {
            return None;
        }
        let forms = &search.forms;
        let proof = swapped_or_added::search(*case, forms, &plainest, suspects, work)
            .or_else(|| truncated::search(*case, &plainest, suspects, work))
            .or_else(|| {
                // Each hash is tried with each key.
                let likely = match suspects.len() {
                    ..=FEW_KEYS => search.of(|hashed| hashed.is_likely),
                    _ => plain.clone(),
                };
                single_edit::in_signature(*case, &likely, suspects, work)
            })
            .or_else(|| {
                dropped_characters::DroppedSearch::new(*case, &plainest, suspects, work)?.run(work)
            });
        if proof.is_some() {
            return proof;
        }
        match self.effort {
            Effort::Default => {
                // Of what can't be read as a signature, a deep search tries nothing either.
                let is_mac = search.alg().is_some_and(|alg| alg.starts_with("HS"));
                if work.tried.forms > 0 && !is_mac {
                    work.leave_out();
                }
                None
            }
            Effort::Deep => single_edit::in_signing_input(*case, &search.forms, suspects, work)
                .or_else(|| single_edit::in_any_character(*case, &plain, suspects, work)),
        }
    }
}

impl Search<'_> {
    /// One of so many parts of what it costs is for damage: keys on curves have most searches for that.
    pub(super) fn parts(&self) -> u64 {
        let named = self.alg().and_then(Algorithm::named);
        let is_of_curve = named.is_some_and(|row| family::is_curve(row.key_type));
        let is_for_it = |other: &Suspect<Material>| {
            named.is_some_and(|row| row.key_type == other.key().key_type())
        };
        if is_of_curve && self.others.iter().any(is_for_it) {
            2
        } else if self.suspects.is_empty() {
            8
        } else {
            3
        }
    }

    /// A key that somebody made of one of the keys by mistake.
    pub(super) fn mistaken(&self, work: &mut Work) -> Option<Proof> {
        /// Of more keys the rest is not tried.
        const MAX_KEYS: usize = 4;
        /// Three keys for each, made with multiples of the generator.
        const OF_A_KEY: u64 = 140;
        let keys = self.suspects.iter().take(MAX_KEYS);
        let mistaken: Vec<Suspect> = keys
            .take_while(|_| work.spend(OF_A_KEY))
            .flat_map(Suspect::mistaken)
            .collect();
        let plain = self.forms.get(..1).unwrap_or_default();
        let targets = Targets::new(plain, &mistaken, work);
        meet(self.case, &targets, &self.of(Hashed::is_plainest), work).0
    }

    fn alg(&self) -> Option<&str> {
        self.header.as_ref()?.alg.as_deref()
    }

    fn of(&self, is_wanted: impl Fn(&Hashed) -> bool) -> Vec<Hashed> {
        let wanted = self.signed.hashes.iter().filter(|hashed| is_wanted(hashed));
        wanted.cloned().collect()
    }

    /// The proofs that the signature verifies under a key that it leads to, if the token is intact and
    /// signed as its `alg` says. Key recovery is meaningless for a damaged signature.
    pub(super) fn recovered(&self, work: &mut Work) -> Vec<Proof> {
        let is_whole = |form: &&SignatureForm| {
            matches!(
                form.changes.as_slice(),
                [] | [Change::ReadDer { strict: true }]
            )
        };
        let is_of_alg = |hashed: &Hashed| {
            let is_asked = |change: &Change| matches!(change, Change::IgnoreAlg { .. });
            hashed.changes.iter().all(is_asked)
        };
        match self.forms.iter().find(is_whole) {
            Some(form) if self.alg().is_some_and(is_of_p256) => {
                recovered_keys::proofs(self.case, form, &self.of(is_of_alg), work)
            }
            Some(_) | None => Vec::new(),
        }
    }
}

/// Whether a signature of 64 bytes may be one under a key on P-256. Under secp256k1 it has as many.
fn is_of_p256(alg: &str) -> bool {
    alg.starts_with("ES") && alg != "ES256K"
}
