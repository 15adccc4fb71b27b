//! A key with everything that a signature under it may be.

use std::sync::Arc;

use crate::algorithm::Material;
use crate::debug::change::Change;
use crate::debug::reading::signature_encodings::Bytes;
use crate::debug::replay::SecretForm;
use crate::debug::signer::Suspect;

/// A key, what it is changed to, and the signature in each form that such a key allows.
pub struct Target<'s> {
    pub suspect: &'s Suspect<Material>,
    pub secret: Vec<SecretForm>,
    pub key: Material,
    pub forms: Arc<[Bytes]>,
}

impl Target<'_> {
    /// The signer with this key, for a proof.
    pub fn signer(&self) -> Suspect<Material> {
        let forms = self.secret.iter().copied();
        self.suspect
            .with(forms.map(|form| Change::RewriteSecret { form }))
    }
}
