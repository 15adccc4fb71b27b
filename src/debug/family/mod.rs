//! Signatures of keys that are not on P-256: every form of the signature with every text, hash and key, those
//! with the fewest changes first. What P-256 can do faster is in `search`, and in `other_curves` for the other curves;
//! an RSA signature tells by itself what it is of (`encoded_message`).

mod altered_signature;
mod damage;
mod encoded_message;
mod hash_variants;
mod key_with_forms;
mod lost_characters;
mod mac_text;
mod other_curves;
mod signings;
mod swapped_or_added;

use std::sync::Arc;

use super::budget::{self, Work};
use super::change::Change;
use super::evident::alg::is_other_algorithm;
use super::proof::{Proof, Signer};
use super::reading::signature_encodings::{self, Bytes};
use super::replay::{self, SecretForm};
use super::search::Case;
use super::signer::Suspect;
use super::signing_inputs::SigningInput;
pub use encoded_message::Opened;
use hash_variants::{LIKELY_WAYS, other_macs, ways};
use key_with_forms::{Target, bits};
use other_curves::Ways;
pub use other_curves::is_curve;

use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, KeyType, Material, shortened};

/// So much is spent on the signatures of one token, in units of work.
const SHARE: u64 = 150_000;

/// More changes at once to text, hash, signature and secret are not looked for.
const MAX_CHANGES: usize = 3;

/// A longer secret is not tried in other forms: it costs more to write them than to hash a text.
const MAX_SECRET: usize = 4096;

/// The proof with the fewest changes that a key of another type than P-256 signed the token.
pub fn search(
    case: Case,
    inputs: &[SigningInput],
    suspects: &[Suspect<Material>],
    opened: &[Opened],
    work: &mut Work,
) -> Option<Proof> {
    let kept = work.left().saturating_sub(SHARE);
    if let Some(proof) = encoded_message::search(case, inputs, opened, work) {
        return Some(proof);
    }
    let targets = targets(case, suspects, |key| key != KeyType::Rsa, work);
    let alg = inputs.first().and_then(|input| input.alg.as_deref());
    // A signature by a key that the header's algorithm is not for is rarer than any fault of one that it is for.
    let (of_alg, others) = by_alg(targets, alg);
    of_keys(case, inputs, &of_alg, kept_for(&others, kept, work), work)
        .or_else(|| of_keys(case, inputs, &others, kept, work))
}

/// The type of the keys that the header's algorithm is for.
fn named_type(alg: Option<&str>) -> Option<KeyType> {
    alg.and_then(Algorithm::named).map(|row| row.key_type)
}

/// The keys that the header's algorithm is for, and the others.
fn by_alg<'s>(targets: Vec<Target<'s>>, alg: Option<&str>) -> (Vec<Target<'s>>, Vec<Target<'s>>) {
    let key_type = named_type(alg);
    let is_of_alg = |target: &Target| Some(target.key.key_type()) == key_type;
    targets.into_iter().partition(is_of_alg)
}

/// What is left for the keys of other algorithms, if there are any: half of what there is above this.
fn kept_for(others: &[Target], kept: u64, work: &Work) -> u64 {
    match others {
        [] => kept,
        _ => kept.midpoint(work.left().max(kept)),
    }
}

/// The same of these keys, on curves first.
fn of_keys(
    case: Case,
    inputs: &[SigningInput],
    targets: &[Target],
    kept: u64,
    work: &mut Work,
) -> Option<Proof> {
    if let Some(proof) = other_curves::search(case, inputs, targets, kept, Ways::All, work) {
        return Some(proof);
    }
    let one_by_one = |target: &&Target| !other_curves::has_curve(target);
    // Header and payload in other spellings are many, so that what is likelier comes before them, but not two faults
    // before one.
    let phases = (0..=MAX_CHANGES).flat_map(|changes| [(true, changes), (false, changes)]);
    for (is_likely, changes) in phases {
        // A key that is a change itself leaves fewer others to be tried with it.
        for target in targets.iter().rev().filter(one_by_one) {
            let Some(left) = changes.checked_sub(target.changes()) else {
                continue;
            };
            // Those with the fewest changes come first.
            let fewer = inputs.partition_point(|input| input.changes.len() <= left);
            let may_be_by = |input: &&SigningInput| {
                input.is_likely == is_likely && input.may_be_by(target.suspect.id())
            };
            let inputs = inputs.get(..fewer).unwrap_or_default().iter();
            for input in inputs.filter(may_be_by) {
                if work.left() <= kept || !work.spend(1) {
                    work.leave_out();
                    return None;
                }
                let proof = target.meet(case, input, changes, work);
                if proof.is_some() {
                    return proof;
                }
            }
        }
    }
    None
}

/// The proof that the end of the signature is missing, that characters of a MAC were altered, or one of header or
/// payload: by default of RSA, whose signatures tell what they are of, of MACs, which are fast, and of Ed25519 if
/// there is time.
pub fn damaged(
    case: Case,
    inputs: &[SigningInput],
    alg: Option<&str>,
    suspects: &[Suspect<Material>],
    opened: &[Opened],
    work: &mut Work,
) -> Option<Proof> {
    let is_tried = |key| key != KeyType::Rsa;
    let targets = targets(case, suspects, is_tried, work);
    let (of_alg, others) = by_alg(targets, alg);
    let is_of_rsa = named_type(alg) == Some(KeyType::Rsa);
    let (opened_of_alg, opened_others) = if is_of_rsa {
        (opened, &[][..])
    } else {
        (&[][..], opened)
    };
    let found = mac_text::search(case, inputs, &of_alg, work)
        .or_else(|| {
            swapped_or_added::search(case, inputs, alg, &of_alg, suspects, opened_of_alg, work)
        })
        .or_else(|| lost_characters::search(case, inputs, alg, suspects, work))
        .or_else(|| altered_signature::search(case, alg, &of_alg, work))
        .or_else(|| swapped_or_added::rest(case, alg, &of_alg, work))
        .or_else(|| damage::search(case, alg, &of_alg, opened_of_alg, work))
        .or_else(|| mac_text::search(case, inputs, &others, work))
        .or_else(|| damage::search(case, alg, &others, opened_others, work));
    if found.is_some() {
        return found;
    }
    if !work.tried.deep {
        let is_tried = |suspect: &Suspect<Material>| suspect.key().key_type() != KeyType::Oct;
        // Of what can't be read as a signature, a deep search tries nothing either.
        // Without a header that can be read, only such a search tries its texts.
        let is_open = alg.is_none()
            && of_alg
                .iter()
                .chain(&others)
                .any(|target| !target.forms.is_empty());
        if (work.tried.forms > 0 || is_open) && suspects.iter().any(is_tried) {
            work.leave_out();
        }
        return None;
    }
    damage::on_other_curves(case, alg, &of_alg, work)
        .or_else(|| damage::on_other_curves(case, alg, &others, work))
        .or_else(|| damage::in_rsa_signature(case, inputs, suspects, work))
}

/// The signature in each form, opened with each RSA key.
pub fn opened(case: Case, suspects: &[Suspect<Material>], work: &mut Work) -> Vec<Opened> {
    work.within(SHARE, |work| {
        let targets = targets(case, suspects, |key| key == KeyType::Rsa, work);
        encoded_message::opened(&targets, work)
    })
}

/// Every key of a type in every form that its signature and, if it is a secret, it itself may have.
fn targets<'s>(
    case: Case,
    suspects: &'s [Suspect<Material>],
    is_tried: impl Fn(KeyType) -> bool,
    work: &mut Work,
) -> Vec<Target<'s>> {
    let segment = &case.reading.segments.signature;
    // Keys of one size have the same forms.
    let mut read: Vec<(KeyType, usize, Arc<[Bytes]>)> = Vec::new();
    suspects
        .iter()
        .filter(|suspect| is_tried(suspect.key().key_type()))
        .flat_map(|suspect| {
            let key = suspect.key();
            let (key_type, length) = (key.key_type(), signature_length(key));
            let is_it = |(of, with, _): &&(KeyType, usize, _)| (*of, *with) == (key_type, length);
            let forms = if let Some((.., forms)) = read.iter().find(is_it) {
                Arc::clone(forms)
            } else {
                let forms: Arc<[Bytes]> =
                    signature_encodings::forms_for(segment, key_type, length, work).into();
                let changes = forms.iter().map(|(changes, _)| &**changes);
                work.tried.describe(changes, std::iter::empty());
                read.push((key_type, length, Arc::clone(&forms)));
                forms
            };
            let plain = Target {
                suspect,
                secret: Vec::new(),
                key: key.clone(),
                row: None,
                forms: Arc::clone(&forms),
            };
            let Material::Oct(secret) = key else {
                return vec![plain];
            };
            if secret.octets().len() > MAX_SECRET {
                work.leave_out();
                return hashed(&plain, work);
            }
            let both = SecretForm::PAIRS.into_iter().map(Vec::from);
            let alone = SecretForm::ALL.into_iter().rev().map(|form| vec![form]);
            let changed = both.chain(alone).filter_map(|changes| {
                if !work.spend(budget::of_verification(key, 0)) {
                    return None;
                }
                let changed = |key: Zeroizing<Vec<u8>>, form: &SecretForm| {
                    let is_of_it = form.is_of(suspect.encoding());
                    is_of_it.then(|| form.apply(&key)).flatten()
                };
                let given = Zeroizing::new(secret.octets().to_vec());
                let octets = changes.iter().try_fold(given, changed)?;
                Some(Target {
                    suspect,
                    secret: changes,
                    key: Material::Oct(octets.to_vec().into()),
                    row: None,
                    forms: Arc::clone(&forms),
                })
            });
            std::iter::once(plain).chain(changed).collect()
        })
        .collect()
}

/// A long secret, hashed once for each algorithm instead of once for each text.
fn hashed<'s>(target: &Target<'s>, work: &mut Work) -> Vec<Target<'s>> {
    let rows = Algorithm::of(target.key.key_type());
    let hashed = rows.filter_map(|row| {
        let length = row.signature_octets(&target.key);
        let secret = target.key.bits() / 8;
        if !work.spend(budget::of_one_hash(secret, length)) {
            return None;
        }
        Some(Target {
            suspect: target.suspect,
            secret: Vec::new(),
            key: shortened(row.name, &target.key)?,
            row: Some(row),
            forms: Arc::clone(&target.forms),
        })
    });
    hashed.collect()
}

/// The length of a signature; of a MAC the longest.
fn signature_length(key: &Material) -> usize {
    let lengths = Algorithm::of(key.key_type()).map(|row| row.signature_octets(key));
    lengths.max().unwrap_or_default()
}

/// A MAC of so many bits, of a text that was hashed before and cut then.
fn hashed_and_cut(row: &Algorithm, key: &Material, bits: usize) -> Vec<Vec<Change>> {
    let cuts = other_macs(row, key, bits).into_iter();
    let first = |change: &Change| matches!(change, Change::HashFirst { .. });
    let pairs = cuts.flat_map(|cut| {
        let ways = ways(row).into_iter();
        let ways = ways.filter(move |way| way.iter().all(first));
        ways.map(move |way| [&way[..], &cut].concat())
    });
    pairs.collect()
}

impl Target<'_> {
    /// Asks about one text with exactly so many changes to it, to the hash, the signature and the secret.
    fn meet(
        &self,
        case: Case,
        input: &SigningInput,
        changes: usize,
        work: &mut Work,
    ) -> Option<Proof> {
        let least = input.changes.len().saturating_add(self.changes());
        let left = changes.checked_sub(least)?;
        for (of_form, signature) in self.forms.iter() {
            let Some(left) = left.checked_sub(of_form.len()) else {
                continue;
            };
            for (of_row, row) in self.rows(input.alg.as_deref()) {
                let is_other = of_row.iter().any(is_other_algorithm);
                let is_for = self.suspect.is_for(row, is_other);
                let Some(left) = left.checked_sub(of_row.len()).filter(|_| is_for) else {
                    continue;
                };
                let bits = bits(case, of_form, signature);
                let is_of_length = row.signature_octets(&self.key).checked_mul(8)? == bits;
                let ways = match left {
                    0 if is_of_length => vec![Vec::new()],
                    1 => {
                        let others = other_macs(row, &self.key, bits);
                        let is_likely = is_of_length && input.is_likely;
                        let ways = Vec::from_iter(is_likely.then(|| ways(row)));
                        ways.into_iter().flatten().chain(others).collect()
                    }
                    2 if input.is_likely && !is_of_length => hashed_and_cut(row, &self.key, bits),
                    _ => continue,
                };
                let count = if changes > 1 { LIKELY_WAYS } else { usize::MAX };
                for of_hash in ways.into_iter().take(count) {
                    let of_hash = [&of_row[..], &of_hash].concat();
                    let (message, parameter) =
                        replay::message(&input.text, &of_hash, row, &self.key)?;
                    if !work.spend(budget::of_verification(&self.key, input.text.len())) {
                        return None;
                    }
                    work.count(1);
                    if row.verify_with(parameter, &self.key, &message, signature) {
                        let of_input = [&input.changes[..], &of_hash].concat();
                        let signer = Signer::Key(&self.signer());
                        let proof = case.prove(of_form, &of_input, signer, work);
                        if proof.is_some() {
                            return proof;
                        }
                    }
                }
            }
        }
        None
    }
}
