//! An unusable JWK on P-256 as it may have been meant: coordinates that are swapped, reversed or padded,
//! and members that say it is for something else.

use p256::ecdsa::VerifyingKey;

use crate::algorithm::Material;
use crate::curve;
use crate::debug::change::{Change, Zeros};
use crate::debug::replay::{self, HALF};
use crate::key::KeyReport;
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

/// What a JWK of another curve than P-256 that cannot be used may have been meant as.
pub fn repaired_others(report: &KeyReport) -> Vec<(Vec<Change>, Material)> {
    /// What stands before a key of Ed25519 in its SPKI (RFC 8410, section 4).
    const BEFORE_KEY: &[u8] = b"\x30\x2A\x30\x05\x06\x03\x2B\x65\x70\x03\x21\x00";
    let (Some(rejected), Some(crv)) = (&report.rejected, report.crv.as_deref()) else {
        return Vec::new();
    };
    let (kty, length) = match crv {
        "P-384" => ("EC", 48),
        "P-521" => ("EC", 66),
        "secp256k1" => ("EC", 32),
        "Ed25519" => ("OKP", 32),
        _ => return Vec::new(),
    };
    let coordinate = |name: &str| {
        let text = rejected.coordinates.get(name)?.as_str()?;
        let plain = text
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let written = base64url::decode(&plain).ok()?;
        let key = written.strip_prefix(BEFORE_KEY).filter(|_| kty == "OKP");
        let number = key.unwrap_or(&written);
        let bytes = replay::resized(number, Zeros::Before, length)?;
        let is_changed = base64url::encode(&bytes) != text;
        Some((bytes, is_changed))
    };
    let coordinates = match (kty, coordinate("x"), coordinate("y")) {
        ("EC", Some(x), Some(y)) => vec![x, y],
        ("OKP", Some(x), _) => vec![x],
        (_, _, _) => return Vec::new(),
    };
    let is_changed = coordinates.iter().any(|(_, is_changed)| *is_changed);
    let members = rejected.usage.clone();
    let ignored = (!members.is_empty()).then_some(Change::IgnoreMembers { members });
    let orders = [
        None,
        Some(Change::SwapCoordinates).filter(|_| kty == "EC"),
        Some(Change::ReverseCoordinates),
    ];
    let keys = orders.into_iter().filter_map(|order| {
        let mut bytes: Vec<Vec<u8>> = coordinates.iter().map(|(bytes, _)| bytes.clone()).collect();
        match order {
            Some(Change::SwapCoordinates) => bytes.reverse(),
            Some(_) => bytes.iter_mut().for_each(|bytes| bytes.reverse()),
            None => {}
        }
        let members = ["x", "y"].into_iter().zip(&bytes);
        let members: Vec<String> = members
            .map(|(name, bytes)| format!(r#","{name}":"{}""#, base64url::encode(bytes)))
            .collect();
        let jwk = format!(r#"{{"kty":"{kty}","crv":"{crv}"{}}}"#, members.concat());
        let key = KeyReport::read(0, &"the key".into(), &jwk).key?;
        let rewritten = is_changed.then_some(Change::RewriteCoordinates);
        let changes = rewritten.into_iter().chain(order);
        // A key that is merely for something else is tried as it is.
        let changes: Vec<Change> = changes.collect();
        let is_repaired = !changes.is_empty();
        let changes = changes.into_iter().chain(ignored.clone()).collect();
        is_repaired.then(|| (changes, key.material().clone()))
    });
    keys.collect()
}
