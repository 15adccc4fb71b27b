//! What an RSA signature is of can be read from it with the public key (RFC 8017, section 9): the hash that
//! was signed, or the salt and what it was hashed to. One exponentiation for each form and key is enough for
//! any number of texts.

use super::key_with_forms::Target;
use crate::algorithm::{self, Algorithm, Material};
use crate::debug::budget::{self, Work};
use crate::debug::change::Change;
use crate::debug::evident::alg::change_to;
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::notation::Notation;
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::SigningInput;
use crate::debug::signing_inputs::digest::Digest;

/// What a signature holds.
enum Encoded {
    /// RSASSA-PKCS1-v1_5: a hash, and whether it stands in a `DigestInfo`.
    Pkcs1 {
        digest: Digest,
        hash: Vec<u8>,
        has_info: bool,
    },
    /// RSASSA-PSS: `hash` is that of eight zeros, the hash of the text, and the salt.
    Pss {
        digest: Digest,
        /// The hash of MGF1.
        mask: Digest,
        hash: Vec<u8>,
        salt: Vec<u8>,
    },
}

/// A signature in one form, read with one key.
pub struct Opened {
    signer: Suspect<Material>,
    of_form: Vec<Change>,
    encoded: Encoded,
}

const DIGESTS: [Digest; 7] = [
    Digest::Sha256,
    Digest::Sha384,
    Digest::Sha512,
    Digest::Sha1,
    Digest::Sha224,
    Digest::Sha512_256,
    Digest::Sha3_256,
];

/// Reads the signature in each of its forms, the plainest with every key first.
pub fn opened(targets: &[Target], work: &mut Work) -> Vec<Opened> {
    let mut found = Vec::new();
    let forms = targets.iter().flat_map(|target| {
        let forms = target.forms.iter().enumerate();
        forms.map(move |(rank, form)| (rank, target, form))
    });
    let mut forms: Vec<_> = forms.collect();
    forms.sort_by_cached_key(|(rank, ..)| *rank);
    for (_, target, (of_form, signature)) in forms {
        if !work.spend(budget::of_verification(&target.key, 0)) {
            break;
        }
        work.count(1);
        let Some(bytes) = algorithm::opened(&target.key, signature) else {
            continue;
        };
        let encoded = pkcs1(&bytes)
            .into_iter()
            .chain(pss(&bytes, target.key.bits()));
        found.extend(encoded.map(|encoded| Opened {
            signer: target.signer(),
            of_form: of_form.clone(),
            encoded,
        }));
    }
    found
}

/// Compares what the signatures hold with the hashes of each text.
pub fn search(
    case: Case,
    inputs: &[SigningInput],
    opened: &[Opened],
    work: &mut Work,
) -> Option<Proof> {
    for opened in opened {
        for input in inputs {
            for first in firsts(input.is_likely) {
                if !work.spend(budget::of_hash(input.text.len())) {
                    return None;
                }
                work.count(1);
                let of_hash = opened.changes_for(&input.text, first, || input.alg.clone());
                let Some(of_hash) = of_hash else {
                    continue;
                };
                let of_input: Vec<Change> = input.changes.iter().cloned().chain(of_hash).collect();
                if !work.spend(budget::of_verification(
                    opened.signer.key(),
                    input.text.len(),
                )) {
                    return None;
                }
                let signer = Signer::Key(&opened.signer);
                let proof = case.prove(&opened.of_form, &of_input, signer, work);
                if proof.is_some() {
                    return proof;
                }
            }
        }
    }
    None
}

impl Opened {
    pub fn of_form(&self) -> &[Change] {
        &self.of_form
    }

    pub fn signer(&self) -> &Suspect<Material> {
        &self.signer
    }

    /// What it costs to compare it with the hash of a text of so many bytes.
    pub fn cost(&self, bytes: usize) -> u64 {
        let digest = match &self.encoded {
            Encoded::Pkcs1 { digest, .. } | Encoded::Pss { digest, .. } => digest,
        };
        budget::of_one_hash(bytes, digest.length())
    }

    /// How the signature of this text, hashed first like this, differs from the one that `alg` asks for; none if it is not
    /// one of this text.
    pub fn changes_for(
        &self,
        text: &[u8],
        first: First,
        alg: impl FnOnce() -> Option<String>,
    ) -> Option<Vec<Change>> {
        let hashed = |digest: Digest| match &first {
            Some((first, None)) => digest.hash(&first.hash(text)),
            Some((first, Some(notation))) => {
                digest.hash(notation.encode(&first.hash(text)).as_bytes())
            }
            None => digest.hash(text),
        };
        if !self.encoded.is_of(hashed) {
            return None;
        }
        let of_row = self.encoded.changes(alg()?.as_str())?;
        let (of_alg, parameters): (Vec<_>, Vec<_>) = of_row
            .into_iter()
            .partition(|change| matches!(change, Change::CorrectAlg | Change::UseAlgorithm { .. }));
        let first = first.map(|(digest, notation)| Change::HashFirst { digest, notation });
        Some(of_alg.into_iter().chain(first).chain(parameters).collect())
    }
}

/// What a text was hashed with before the algorithm hashed it, and how that hash was written if it was text.
pub type First = Option<(Digest, Option<Notation>)>;

/// What a text may have been hashed with before the algorithm hashed it.
fn firsts(is_likely: bool) -> Vec<First> {
    let mut firsts = vec![None];
    if is_likely {
        for notation in [
            None,
            Some(Notation::Hex),
            Some(Notation::Base64),
            Some(Notation::Base64url),
        ] {
            let digests = [Digest::Sha256, Digest::Sha384, Digest::Sha512];
            firsts.extend(digests.map(|digest| Some((digest, notation))));
        }
    }
    firsts
}

impl Encoded {
    /// Whether it is of a text with these hashes.
    fn is_of(&self, hashed: impl Fn(Digest) -> Vec<u8>) -> bool {
        match self {
            Self::Pkcs1 { digest, hash, .. } => *hash == hashed(*digest),
            Self::Pss {
                digest, hash, salt, ..
            } => {
                let text = [&[0; 8][..], &hashed(*digest), salt].concat();
                *hash == digest.hash(&text)
            }
        }
    }

    /// How it differs from the signature that `alg` asks for.
    fn changes(&self, alg: &str) -> Option<Vec<Change>> {
        let (family, digest) = match self {
            Self::Pkcs1 { digest, .. } => ("RS", *digest),
            Self::Pss { digest, .. } => ("PS", *digest),
        };
        let of_family = |row: &&'static Algorithm| row.name.starts_with(family);
        let rows = || ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].into_iter();
        let mut all = rows().filter_map(Algorithm::named).filter(of_family);
        let of_digest = all.find(|row| Digest::of_row(row) == Some(digest));
        let mut changes = Vec::new();
        if let Some(row) = of_digest {
            changes.extend(change_to(alg, row));
        } else {
            // A hash that no row has: the header's own algorithm with another hash.
            let is_it = |row: &&'static Algorithm| row.name.eq_ignore_ascii_case(alg.trim());
            let row = rows()
                .filter_map(Algorithm::named)
                .filter(of_family)
                .find(is_it)?;
            changes.extend(change_to(alg, row));
            changes.push(Change::UseDigest { digest });
        }
        match self {
            Self::Pkcs1 { has_info, .. } if !has_info => changes.push(Change::OmitDigestInfo),
            Self::Pss { salt, mask, .. } => {
                let length = salt.len();
                if length != digest.length() {
                    changes.push(Change::UseSaltLength { length });
                }
                if *mask != digest {
                    changes.push(Change::UseMaskDigest { digest: *mask });
                }
            }
            Self::Pkcs1 { .. } => {}
        }
        Some(changes)
    }
}

/// RFC 8017, section 9.2. Without a `DigestInfo` the length tells the hash.
fn pkcs1(encoded: &[u8]) -> Vec<Encoded> {
    let Some(rest) = encoded.strip_prefix(&[0, 1]) else {
        return Vec::new();
    };
    let padding = rest.iter().take_while(|byte| **byte == 0xFF).count();
    let Some([0, content @ ..]) = rest.get(padding..) else {
        return Vec::new();
    };
    let encoded = DIGESTS.into_iter().filter_map(|digest| {
        let with_info = content.strip_prefix(digest.before_hash());
        let hash = with_info.unwrap_or(content);
        (hash.len() == digest.length()).then(|| Encoded::Pkcs1 {
            digest,
            hash: hash.to_vec(),
            has_info: with_info.is_some(),
        })
    });
    encoded.collect()
}

/// RFC 8017, section 9.1.2, with MGF1 of the same hash or of SHA-1, and a salt of any length.
fn pss(encoded: &[u8], bits: usize) -> Vec<Encoded> {
    let bits = bits.saturating_sub(1);
    let length = bits.div_ceil(8);
    let zeros = encoded.len().saturating_sub(length);
    let digests = DIGESTS.into_iter().take(3);
    let digests =
        digests.flat_map(|digest| [digest, Digest::Sha1].map(|of_mask| (digest, of_mask)));
    let encoded = digests.filter_map(|(digest, of_mask)| {
        let (before, encoded) = encoded.split_at_checked(zeros)?;
        let (masked, rest) =
            encoded.split_at_checked(length.checked_sub(digest.length())?.checked_sub(1)?)?;
        let (hash, [0xBC]) = rest.split_at_checked(digest.length())? else {
            return None;
        };
        let mask = mask(of_mask, hash, masked.len());
        let mut block: Vec<u8> = masked.iter().zip(mask).map(|(a, b)| a ^ b).collect();
        let unused = length.saturating_mul(8).saturating_sub(bits);
        let first = block.first_mut()?;
        *first &= 0xFF_u8.checked_shr(u32::try_from(unused).ok()?)?;
        let padding = block.iter().take_while(|byte| **byte == 0).count();
        let [1, salt @ ..] = block.get(padding..)? else {
            return None;
        };
        before.iter().all(|byte| *byte == 0).then(|| Encoded::Pss {
            digest,
            mask: of_mask,
            hash: hash.to_vec(),
            salt: salt.to_vec(),
        })
    });
    encoded.collect()
}

/// MGF1 (RFC 8017, appendix B.2.1).
fn mask(digest: Digest, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::new();
    let mut counter = 0_u32;
    while mask.len() < length {
        mask.extend(digest.hash(&[seed, &counter.to_be_bytes()].concat()));
        counter = counter.saturating_add(1);
    }
    mask.truncate(length);
    mask
}
