//! One character of header or payload that was altered, under keys that are not on P-256.

use super::encoded_message::Opened;
use super::key_with_forms::Target;
use crate::algorithm::{Algorithm, KeyType, Material, Message, Parameter};
use crate::debug::budget::{self, Work};
use crate::debug::change::Change;
use crate::debug::ecdsa::single_edit;
use crate::debug::proof::{Proof, Signer};
use crate::debug::search::Case;

/// Looks for the text that was signed among those that differ in one character.
pub fn search(case: Case, targets: &[Target], opened: &[Opened], work: &mut Work) -> Option<Proof> {
    /// More secrets are not tried with each text.
    const MAX_SECRETS: usize = 4;
    let is_tried = |target: &&Target| match target.key.key_type() {
        KeyType::Oct => true,
        KeyType::Ed25519 => work.tried.deep,
        KeyType::P256 | KeyType::P384 | KeyType::P521 | KeyType::Secp256k1 | KeyType::Rsa => false,
    };
    let as_given = targets.iter().filter(|target| target.secret.is_none());
    let asked: Vec<_> = as_given.filter(is_tried).take(MAX_SECRETS).collect();
    if opened.is_empty() && asked.is_empty() {
        return None;
    }
    let length = case.reading.signing_input().len();
    let keys = asked.iter().map(|target| match &target.key {
        // A secret is hashed with every text.
        Material::Oct(secret) => budget::of_one_hash(length.saturating_add(secret.octets().len())),
        key => budget::of_verification(key, length),
    });
    let of_signatures = u64::try_from(opened.len()).unwrap_or(u64::MAX);
    let hashes = budget::of_one_hash(length).saturating_mul(of_signatures);
    let cost = keys.fold(hashes, u64::saturating_add);
    for (change, text) in single_edit::contents(case.reading) {
        if !work.spend(cost) {
            return None;
        }
        work.count(1);
        let of_rsa = opened.iter().find_map(|opened| {
            let of_row = opened.changes_for(&text)?;
            Some((opened.of_form(), of_row, opened.signer().clone()))
        });
        let met = of_rsa.or_else(|| {
            asked.iter().find_map(|target| {
                let of_form = target.form_that_verifies(&text)?;
                Some((of_form, Vec::new(), target.signer()))
            })
        });
        if let Some((of_form, of_row, signer)) = met {
            let of_input: Vec<Change> = std::iter::once(change).chain(of_row).collect();
            let proof = case.prove(of_form, &of_input, Signer::Key(&signer), work);
            if proof.is_some() {
                return proof;
            }
        }
    }
    None
}

impl Target<'_> {
    /// The signature as it stands, if it is that of the text by one of the key's algorithms.
    fn form_that_verifies(&self, text: &str) -> Option<&[Change]> {
        let (of_form, signature) = self
            .forms
            .first()
            .filter(|(of_form, _)| of_form.is_empty())?;
        let message = Message::Text(text.as_bytes().to_vec());
        let mut rows = Algorithm::of(self.key.key_type());
        let is_verified = rows.any(|row| {
            row.signature_octets(&self.key) == signature.len()
                && row.verify_with(Parameter::Usual, &self.key, &message, signature)
        });
        is_verified.then_some(&**of_form)
    }
}
