//! One character that no token has, such as a space or a `*`: every character that may have stood there is tried, with
//! the token otherwise as it is.

use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{Change, Edit};
use super::proof::{Proof, Signer};
use super::reading::{Reading, base64url_lenient};
use super::replay::is_base64url;
use super::search::Case;
use super::signer::{self, Suspect};
use crate::algorithm::{Algorithm, KeyType, Material, Signed};
use crate::text::base64url;
use crate::token::header::JoseHeader;

/// So much is spent, in units of work: enough for every character and one key on P-521.
const SHARE: u64 = 130_000;

/// More keys are not tried, those that the header names first.
const MAX_KEYS: usize = 4;

/// The proof that the one foreign character of this text was altered, and the header that was sent.
pub fn search(
    token: &[u8],
    keys: &[Suspect],
    others: &[Suspect<Material>],
    work: &mut Work,
) -> Option<(Proof, JoseHeader)> {
    let text = std::str::from_utf8(token).ok()?;
    let is_foreign = |c: char| !is_base64url(c) && c != '.';
    let mut foreign = text.match_indices(is_foreign);
    let (at, removed) = foreign.next()?;
    if foreign.next().is_some() || text.matches('.').count() != 2 {
        return None;
    }
    work.within(SHARE, |work| {
        base64url_lenient::characters().find_map(|character| {
            let edit = Edit {
                at,
                removed: removed.to_owned(),
                inserted: character.into(),
            };
            let text = edit.apply(text)?;
            let changes = vec![Change::EditText {
                cause: Cause::AlteredCharacter,
                edit,
            }];
            let reading = Reading::of(token, changes, &text)?;
            let case = Case {
                token,
                reading: &reading,
            };
            verified(case, keys, others, work)
        })
    })
}

/// The proof that the signature verifies with one of the keys as they are.
fn verified(
    case: Case,
    keys: &[Suspect],
    others: &[Suspect<Material>],
    work: &mut Work,
) -> Option<(Proof, JoseHeader)> {
    let segments = &case.reading.segments;
    let header = base64url::decode(&segments.header).ok()?;
    if !work.spend(budget::of_json(&header)) {
        return None;
    }
    let header = JoseHeader::parse(&header).ok()?;
    let row = Algorithm::named(header.alg.as_deref()?)?;
    let signature = base64url::decode(&segments.signature).ok()?;
    let input = case.reading.signing_input();
    let kid = header.kid.as_deref();
    let mut is_by = |key: &Material| {
        let is_paid = work.spend(budget::of_verification(key, input.len()));
        work.count(1);
        is_paid && row.verify(key, Signed::Text(input.as_bytes()), &signature)
    };
    let proof = if row.key_type == KeyType::P256 {
        let keys = signer::ordered(keys, kid).into_iter().take(MAX_KEYS);
        let signer = keys
            .into_iter()
            .find(|key| is_by(&Material::P256(*key.key())))?;
        case.prove(&[], &[], Signer::Suspect(&signer), work)
    } else {
        let others = signer::ordered(others, kid).into_iter();
        let of_type = others.filter(|key| key.key().key_type() == row.key_type);
        let signer = of_type.take(MAX_KEYS).find(|key| is_by(key.key()))?;
        case.prove(&[], &[], Signer::Key(&signer), work)
    };
    Some((proof?, header))
}
