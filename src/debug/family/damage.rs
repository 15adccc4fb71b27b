//! One character of header or payload that was altered, under keys that are not on P-256.

use super::encoded_message::{self, Opened};
use super::key_with_forms::Target;
use super::other_curves::{self, Ways};
use crate::algorithm::{Algorithm, KeyType, Material, Message, Parameter};
use crate::debug::budget::{self, Work};
use crate::debug::change::Change;
use crate::debug::ecdsa::single_edit;
use crate::debug::proof::{Proof, Signer};
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::SigningInput;
use crate::text::base64url;

/// Looks for the text that was signed among those that differ in one character.
pub fn search(case: Case, targets: &[Target], opened: &[Opened], work: &mut Work) -> Option<Proof> {
    /// More secrets are not tried with each text.
    const MAX_SECRETS: usize = 4;
    let is_tried = |target: &&Target| match target.key.key_type() {
        KeyType::Oct => true,
        KeyType::Ed25519 => work.tried.deep,
        KeyType::P256 | KeyType::P384 | KeyType::P521 | KeyType::Secp256k1 | KeyType::Rsa => false,
    };
    let deep = work.tried.deep;
    // A deep search also takes the secret in every form that another program may have read.
    let most = if deep { usize::MAX } else { MAX_SECRETS };
    let tried = targets
        .iter()
        .filter(|target| deep || target.secret.is_empty());
    let asked: Vec<_> = tried.filter(is_tried).take(most).collect();
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

/// The same for ECDSA on the other curves, where each text is hashed and looked up.
pub fn on_other_curves(
    case: Case,
    alg: Option<&str>,
    targets: &[Target],
    work: &mut Work,
) -> Option<Proof> {
    /// The bytes of all texts together.
    const MAX_BYTES: usize = 16 * 1024 * 1024;
    if !targets.iter().any(other_curves::has_curve) {
        return None;
    }
    let length = case.reading.signing_input().len().max(1);
    let most = MAX_BYTES.checked_div(length)?;
    let inputs = single_edit::contents(case.reading).take(most);
    let inputs: Vec<SigningInput> = inputs
        .map(|(change, text)| SigningInput {
            changes: vec![change],
            text: text.into_bytes(),
            alg: alg.map(str::to_owned),
            is_likely: false,
        })
        .collect();
    other_curves::search(case, &inputs, targets, 0, Ways::Plain, work)
}

/// One character of an RSA signature that was altered: what each candidate holds tells whether it is the right one.
pub fn in_rsa_signature(
    case: Case,
    inputs: &[SigningInput],
    suspects: &[Suspect<Material>],
    work: &mut Work,
) -> Option<Proof> {
    let segment = &case.reading.segments.signature;
    let is_rsa = |suspect: &&Suspect<Material>| suspect.key().key_type() == KeyType::Rsa;
    suspects.iter().filter(is_rsa).find_map(|suspect| {
        let row = Algorithm::of(KeyType::Rsa).next()?;
        let bytes = row.signature_octets(suspect.key());
        single_edit::of_one_character(segment, bytes).find_map(|(change, text)| {
            let signature = base64url::decode(&text).ok()?;
            let target = Target {
                suspect,
                secret: Vec::new(),
                key: suspect.key().clone(),
                forms: [(vec![change], signature)].into(),
            };
            let opened = encoded_message::opened(&[target], work);
            encoded_message::search(case, inputs, &opened, work)
        })
    })
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
