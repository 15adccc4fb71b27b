//! A key that verifies signatures, and its name.

use std::hash::Hash;
use std::sync::Arc;

use serde::Serialize;

use super::note::KeyNote;
use super::thumbprint;
use crate::algorithm::{Algorithm, Material, Signed};

/// A key that verifies signatures. The key decides which algorithms it is for, never a token's header.
#[derive(Clone, Debug)]
pub struct VerificationKey {
    /// How the key is told apart from others.
    pub id: Arc<KeyId>,
    pub(super) algorithms: Vec<&'static Algorithm>,
    /// The value of `alg`, if it has one.
    pub(super) alg: Option<Box<str>>,
    /// Whether its form says that it is for RSASSA-PSS alone.
    pub(super) is_pss: bool,
    pub(super) notes: Vec<KeyNote>,
    /// The last second of the validity of its certificate, if it has one.
    pub(super) expires: Option<i64>,
    pub(super) material: Material,
}

/// How a key is named in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyId {
    /// The JWK's own `kid`.
    pub kid: Option<Box<str>>,
    /// `kty`, the key's type.
    pub kty: &'static str,
    /// `crv`, the curve, if the type has curves.
    pub crv: Option<&'static str>,
    /// The size of the curve's field, of the modulus or of the secret.
    pub bits: usize,
    /// The JWK Thumbprint with SHA-256 (RFC 7638), in base64url; a secret has none.
    pub thumbprint: Option<Box<str>>,
    /// Where the key came from, as the user named it.
    pub source: Arc<str>,
}

impl VerificationKey {
    /// The algorithms that the key allows: those of its type and, if it has an `alg`, that one alone.
    #[must_use]
    pub fn algorithms(&self) -> &[&'static Algorithm] {
        &self.algorithms
    }

    /// Whether tokens of this algorithm may be verified with the key.
    #[must_use]
    pub fn allows(&self, algorithm: &Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether the key allows the algorithm, and `signature` is that of `input`.
    #[must_use]
    pub fn verify(&self, algorithm: &Algorithm, input: &[u8], signature: &[u8]) -> bool {
        self.allows(algorithm) && algorithm.verify(&self.material, Signed::Text(input), signature)
    }

    /// The value of the key's own `alg`.
    pub(crate) fn alg(&self) -> Option<&str> {
        self.alg.as_deref()
    }

    /// Whether it is for RSASSA-PSS alone by its algorithm identifier (RFC 4055, section 1.2).
    pub(crate) fn is_pss(&self) -> bool {
        self.is_pss
    }

    /// The last second of the validity of its certificate, since 1970-01-01T00:00:00Z.
    pub(crate) fn expires(&self) -> Option<i64> {
        self.expires
    }

    /// What is unusual about it.
    pub(crate) fn notes(&self) -> &[KeyNote] {
        &self.notes
    }

    /// What makes it the same key as another one.
    pub(crate) fn identity(&self) -> impl Eq + Hash + '_ {
        let secret = match &self.material {
            Material::Oct(secret) => Some(secret.octets()),
            Material::P256(_)
            | Material::P384(_)
            | Material::P521(_)
            | Material::Secp256k1(_)
            | Material::Rsa(_)
            | Material::Ed25519(_) => None,
        };
        let algorithms = self.algorithms.iter().map(|algorithm| algorithm.name);
        (
            self.id.thumbprint.as_deref(),
            secret,
            self.id.kid.as_deref(),
            self.alg(),
            algorithms.collect::<Vec<_>>(),
        )
    }

    /// Adds an algorithm that is not in the table, for tests of what takes any.
    #[cfg(test)]
    pub(crate) fn allow(&mut self, algorithm: &'static Algorithm) {
        self.algorithms.push(algorithm);
    }

    /// A key that nothing but its material is known of, for what `debug` repaired.
    pub(crate) fn of_material(material: Material) -> Self {
        Self {
            id: Arc::new(KeyId::new(None, &material, &"the proof's key".into())),
            algorithms: Algorithm::of(material.key_type()).collect(),
            alg: None,
            is_pss: false,
            notes: Vec::new(),
            expires: None,
            material,
        }
    }

    pub(crate) fn material(&self) -> &Material {
        &self.material
    }
}

impl KeyId {
    pub(crate) fn new(kid: Option<Box<str>>, key: &Material, source: &Arc<str>) -> Self {
        let key_type = key.key_type();
        Self {
            kid,
            kty: key_type.kty(),
            crv: key_type.crv(),
            bits: key.bits(),
            thumbprint: thumbprint::of_key(key),
            source: Arc::clone(source),
        }
    }

    /// The `kid`, else the thumbprint, which only a secret does not have.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.kid.as_deref().or(self.thumbprint.as_deref());
        name.unwrap_or("secret")
    }
}
