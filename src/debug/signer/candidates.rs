//! The keys that are tried on a token: those that it points to first, alone, with all that a single key gets, and then
//! the others.

use super::named_keys::NamedKeys;
use super::{MAX_KEYS, Suspect, embedded, embedded_others, named_others, ordered};
use crate::algorithm::{Algorithm, KeyType, Material};
use crate::key::KeyId;
use crate::token::header::JoseHeader;

/// The keys that are given.
#[derive(Clone, Copy)]
pub struct Given<'k> {
    pub of_p256: &'k [Suspect],
    pub others: &'k [Suspect<Material>],
}

/// Which keys one pass of the search tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Those that a token points to, if there are others.
    Named,
    /// The others, if it points to some.
    Others,
    All,
}

/// The keys of one pass, the likeliest first.
pub struct Candidates {
    pub of_p256: Vec<Suspect>,
    pub others: Vec<Suspect<Material>>,
}

/// If more given keys than these fit, a token points to none of them.
const MAX_NAMED: usize = 4;

impl Given<'_> {
    /// The keys of a pass for a token, which brings some of them along; none if it points to all or to none of them and
    /// the pass is for those that it points to.
    pub fn candidates(
        &self,
        header: Option<&JoseHeader>,
        named: &NamedKeys,
        pass: Pass,
    ) -> Option<Candidates> {
        let own_of_p256 = header.map(embedded).unwrap_or_default();
        let own_others = header.into_iter().flat_map(embedded_others);
        let own_others: Vec<_> = own_others.chain(named_others(named)).collect();
        let has_own = !(own_of_p256.is_empty() && own_others.is_empty());
        let kid = header.and_then(|header| header.kid.as_deref());
        let pointer = self.pointer(header, has_own);
        let is_named =
            |id: &KeyId, key_type| pointer.is_some_and(|pointer| pointer.is_to(id, key_type));
        let count = self.count(is_named);
        let is_split = (has_own || count > 0) && count < self.len();
        let is_tried = |id: &KeyId, key_type| match pass {
            Pass::Named => is_named(id, key_type),
            Pass::Others => !is_split || !is_named(id, key_type),
            Pass::All => true,
        };
        if pass == Pass::Named && !is_split {
            return None;
        }
        let is_of_p256 = |suspect: &&Suspect| is_tried(&suspect.id, KeyType::P256);
        let is_other = |suspect: &&Suspect<Material>| is_tried(&suspect.id, suspect.key.key_type());
        let mut candidates = Candidates {
            of_p256: ordered(self.of_p256.iter().filter(is_of_p256), kid),
            others: ordered(self.others.iter().filter(is_other), kid),
        };
        if pass != Pass::Others || !is_split {
            candidates.of_p256.extend(own_of_p256);
            candidates.others.extend(own_others);
        }
        Some(candidates)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.of_p256.len().saturating_add(self.others.len())
    }

    fn count(&self, is_it: impl Fn(&KeyId, KeyType) -> bool) -> usize {
        let of_p256 = self.of_p256.iter();
        let of_p256 = of_p256.filter(|suspect| is_it(&suspect.id, KeyType::P256));
        let others = self.others.iter();
        let others = others.filter(|suspect| is_it(&suspect.id, suspect.key.key_type()));
        of_p256.count().saturating_add(others.count())
    }

    /// How many keys on P-256 are left out of every pass.
    pub fn left_out(&self) -> usize {
        self.of_p256.len().saturating_sub(MAX_KEYS)
    }

    /// By what the header points to given keys: by `kid`, or by `alg` if there are few keys for it and the token brings
    /// none along.
    fn pointer<'h>(&self, header: Option<&'h JoseHeader>, has_own: bool) -> Option<Pointer<'h>> {
        let is_meant = |pointer: &Pointer| {
            let count = self.count(|id, key_type| pointer.is_to(id, key_type));
            (1..=MAX_NAMED).contains(&count)
        };
        let by_kid = header?.kid.as_deref().map(Pointer::Kid);
        let by_alg = || {
            let row = Algorithm::named(header?.alg.as_deref()?)?;
            Some(Pointer::Type(row.key_type)).filter(|_| !has_own)
        };
        by_kid
            .filter(is_meant)
            .or_else(|| by_alg().filter(is_meant))
    }
}

/// What a header says of the key.
#[derive(Clone, Copy)]
enum Pointer<'h> {
    Kid(&'h str),
    Type(KeyType),
}

impl Pointer<'_> {
    fn is_to(self, id: &KeyId, key_type: KeyType) -> bool {
        match self {
            Pointer::Kid(kid) => id.kid.as_deref().or(id.thumbprint.as_deref()) == Some(kid),
            Pointer::Type(of) => of == key_type,
        }
    }
}
