//! A signature that is one as it is written, by a key as it is: what is asked of each text that a token may have been.

use super::budget::{self, Work};
use super::proof::{Proof, Signer};
use super::search::Case;
use super::signer::candidates::{Candidates, Given, Pass};
use super::signer::named_keys::NamedKeys;
use crate::algorithm::{Algorithm, KeyType, Material, Signed};
use crate::text::base64url;
use crate::text::json::Value;
use crate::token::header::JoseHeader;

/// More keys are not tried, those that the header names first.
const MAX_KEYS: usize = 5;

/// What it costs to read the keys that a header brings along.
const OF_OWN_KEY: u64 = 200;

/// The keys that may have signed a token.
#[derive(Clone, Copy)]
pub struct Keys<'k> {
    pub given: Given<'k>,
    pub pass: Pass,
}

/// Which signatures are asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Algorithms {
    All,
    /// Those that are fast enough for thousands of texts.
    Macs,
    /// All, of a payload that is JSON.
    OfJson,
}

/// The proof that the signature verifies with one of the keys as they are.
pub fn verified(
    case: Case,
    algorithms: Algorithms,
    keys: Keys,
    work: &mut Work,
) -> Option<(Proof, JoseHeader)> {
    let segments = &case.reading.segments;
    let header = base64url::decode(&segments.header).ok()?;
    if !work.spend(budget::of_json(&header)) {
        return None;
    }
    let header = JoseHeader::parse(&header).ok()?;
    let row = Algorithm::named(header.alg.as_deref()?)?;
    let is_asked = match algorithms {
        Algorithms::All => true,
        Algorithms::Macs | Algorithms::OfJson if row.key_type == KeyType::Oct => true,
        Algorithms::Macs => false,
        Algorithms::OfJson => is_json(&segments.payload, work),
    };
    if !is_asked {
        return None;
    }
    let signature = base64url::decode(&segments.signature).ok()?;
    let input = case.reading.signing_input();
    // Each of the given keys is looked at, and compared with the others.
    let of_keys = u64::try_from(keys.given.len()).unwrap_or(u64::MAX);
    if !work.spend(of_keys) {
        return None;
    }
    let kid = header.kid.as_deref();
    let is_own = |name| header.parameters.get(name).is_some();
    let is_named = kid.is_some_and(|kid| kid.starts_with("did:"));
    if (is_own("jwk") || is_own("x5c") || is_named) && !work.spend(OF_OWN_KEY) {
        return None;
    }
    let named = NamedKeys::read(Some(&header), b"");
    let Candidates { of_p256, others } = keys.given.candidates(Some(&header), &named, keys.pass)?;
    let mut is_by = |key: &Material| {
        if row.signature_octets(key) != signature.len() {
            return false;
        }
        let is_paid = work.spend(budget::of_verification(key, input.len()));
        work.count(1);
        is_paid && row.verify(key, Signed::Text(input.as_bytes()), &signature)
    };
    let proof = if row.key_type == KeyType::P256 {
        let mut keys = of_p256.iter().take(MAX_KEYS);
        let signer = keys.find(|key| is_by(&Material::P256(*key.key())))?;
        case.prove(&[], &[], Signer::Suspect(signer), work)
    } else {
        let of_type = others
            .iter()
            .filter(|key| key.key().key_type() == row.key_type);
        let signer = of_type.take(MAX_KEYS).find(|key| is_by(key.key()))?;
        case.prove(&[], &[], Signer::Key(signer), work)
    };
    Some((proof?, header))
}

fn is_json(segment: &str, work: &mut Work) -> bool {
    let Ok(json) = base64url::decode(segment) else {
        return false;
    };
    work.spend(budget::of_json(&json)) && Value::parse(&json).is_ok()
}
