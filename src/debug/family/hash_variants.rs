//! How a text may have been hashed otherwise than its algorithm does it, and how a MAC may have been cut.

use crate::algorithm::{Algorithm, KeyType, Material};
use crate::debug::cause::Cause;
use crate::debug::change::Change;
use crate::debug::reading::notation::Notation;
use crate::debug::signing_inputs::digest::Digest;

/// So many ways to hash a text are tried together with another change.
pub const LIKELY_WAYS: usize = 6;

/// What a MAC of so many bits may be that has another length than those of its row.
pub fn other_macs(row: &Algorithm, key: &Material, bits: usize) -> Vec<Vec<Change>> {
    let whole = row.signature_octets(key).saturating_mul(8);
    if row.key_type != KeyType::Oct {
        return Vec::new();
    }
    let is_half = bits.saturating_mul(2) == whole;
    let cause = if is_half {
        Cause::MacTruncated
    } else {
        Cause::MacCut
    };
    let truncated = (bits < whole).then_some(Change::TruncateMac { cause, bits });
    let digests = [Digest::Sha1, Digest::Sha224, Digest::Sha512_256];
    let others = digests
        .into_iter()
        .filter(|digest| digest.length().saturating_mul(8) == bits)
        .map(|digest| Change::UseDigest { digest });
    let all = truncated.into_iter().chain(others);
    all.map(|change| vec![change]).collect()
}

/// How a text may have been hashed otherwise, or before the algorithm did what it does with it.
pub fn ways(row: &Algorithm) -> Vec<Vec<Change>> {
    const TEXTS: [Option<Notation>; 4] = [
        None,
        Some(Notation::Hex),
        Some(Notation::Base64),
        Some(Notation::Base64url),
    ];
    let mut ways = Vec::new();
    let own = Digest::of_row(row);
    let digests = [
        Digest::Sha256,
        Digest::Sha384,
        Digest::Sha512,
        Digest::Sha1,
        Digest::Sha3_256,
        Digest::Sha512_256,
        Digest::Sha224,
    ];
    let first = match own {
        Some(own) => vec![own, Digest::Sha256],
        None => vec![Digest::Sha256, Digest::Sha512],
    };
    for notation in TEXTS {
        for digest in &first {
            let digest = *digest;
            let first = vec![Change::HashFirst { digest, notation }];
            if !ways.contains(&first) {
                ways.push(first);
            }
        }
    }
    if own.is_some() {
        let others = digests.into_iter().filter(|digest| Some(*digest) != own);
        let others = others.map(|digest| vec![Change::UseDigest { digest }]);
        ways.splice(1..1, others.collect::<Vec<_>>());
    }
    ways
}
