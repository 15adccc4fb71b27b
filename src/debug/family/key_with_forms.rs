//! A key with everything that a signature under it may be.

use std::sync::Arc;

use crate::algorithm::{Algorithm, Material};
use crate::debug::change::Change;
use crate::debug::evident::alg;
use crate::debug::reading::signature_encodings::Bytes;
use crate::debug::replay::SecretForm;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;

/// A key, what it is changed to, and the signature in each form that such a key allows.
pub struct Target<'s> {
    pub suspect: &'s Suspect<Material>,
    pub secret: Vec<SecretForm>,
    pub key: Material,
    /// The only algorithm that the key is for, if it is not for all of its type: that of a long secret's hash.
    pub row: Option<&'static Algorithm>,
    pub forms: Arc<[Bytes]>,
}

impl<'s> Target<'s> {
    /// The key as it is, with these signatures.
    pub fn of(suspect: &'s Suspect<Material>, forms: Vec<Bytes>) -> Self {
        Self {
            suspect,
            secret: Vec::new(),
            key: suspect.key().clone(),
            row: None,
            forms: forms.into(),
        }
    }

    /// The algorithms that a signature under the key may be of, as [`alg::rows`] has them.
    pub fn rows(&self, alg: Option<&str>) -> Vec<(Vec<Change>, &'static Algorithm)> {
        let mut rows = alg::rows(alg, self.key.key_type());
        rows.retain(|(_, row)| self.is_for(row));
        rows
    }

    pub fn is_for(&self, row: &'static Algorithm) -> bool {
        self.row.is_none_or(|only| only.name == row.name)
    }

    /// How many changes the key takes.
    pub fn changes(&self) -> usize {
        let of_key = self.suspect.changes().len();
        of_key.saturating_add(self.secret.len())
    }

    /// The signer with this key, for a proof.
    pub fn signer(&self) -> Suspect<Material> {
        let forms = self.secret.iter().copied();
        self.suspect
            .with(forms.map(|form| Change::RewriteSecret { form }))
    }
}

/// How many bits a signature in this form has.
pub fn bits(case: Case, of_form: &[Change], signature: &[u8]) -> usize {
    match of_form.first() {
        Some(Change::ReadBits) => case.reading.segments.signature.len().saturating_mul(6),
        _ => signature.len().saturating_mul(8),
    }
}
