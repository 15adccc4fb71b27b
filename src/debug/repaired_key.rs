//! An unusable JWK on P-256 as it may have been meant: coordinates that are swapped, reversed or padded,
//! and members that say it is for something else.

use p256::ecdsa::VerifyingKey;

use super::change::Change;
use super::replay::HALF;
use crate::curve;
use crate::text::base64url;
use crate::text::json::Object;

/// An unusable JWK as it may have been meant: a key, and the changes that lead to it.
type Repaired = (Vec<Change>, VerifyingKey);

/// What a JWK that can't be used may have been meant as: each key with the changes that lead to it.
/// `ignored` are the members by which it says of itself that it is for something else.
pub fn repaired(jwk: &Object, ignored: &[&'static str]) -> Vec<Repaired> {
    let coordinate = |name: &str| {
        let text = jwk.get(name)?.as_str()?;
        let plain = text
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let written = base64url::decode(&plain).ok()?;
        let zeros = written.len().saturating_sub(HALF);
        let (zeros, number) = written.split_at_checked(zeros)?;
        let mut octets = [0; HALF];
        octets
            .get_mut(HALF.checked_sub(number.len())?..)?
            .copy_from_slice(number);
        let is_number = zeros.iter().all(|octet| *octet == 0);
        is_number.then(|| (octets, base64url::encode(&octets) != text))
    };
    let (Some((x, x_changed)), Some((y, y_changed))) = (coordinate("x"), coordinate("y")) else {
        return Vec::new();
    };
    let reversed = |mut octets: [u8; HALF]| {
        octets.reverse();
        octets
    };
    let rewritten = (x_changed || y_changed).then_some(Change::RewriteCoordinates);
    let ignored = (!ignored.is_empty()).then(|| Change::IgnoreMembers {
        members: ignored.to_vec(),
    });
    [
        (None, x, y),
        (Some(Change::SwapCoordinates), y, x),
        (Some(Change::ReverseCoordinates), reversed(x), reversed(y)),
    ]
    .into_iter()
    .filter_map(|(order, x, y)| {
        let changes = rewritten.iter().cloned().chain(order);
        let changes: Vec<Change> = changes.chain(ignored.clone()).collect();
        let key = curve::key_at(&[x, y])?;
        (!changes.is_empty()).then_some((changes, key))
    })
    .collect()
}
