//! One character of header or payload that was altered, under keys that are not on P-256.

use super::encoded_message::{self, First, Opened};
use super::hash_variants::other_macs;
use super::key_with_forms::{Target, bits};
use super::other_curves::{self, Ways};
use crate::algorithm::{Algorithm, KeyType, Material};
use crate::debug::alteration;
use crate::debug::budget::{self, Work};
use crate::debug::change::Change;
use crate::debug::evident::alg::rows;
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::notation::Notation;
use crate::debug::replay::{self, SecretForm};
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::SigningInput;
use crate::debug::signing_inputs::digest::Digest;
use crate::text::base64url;
use crate::token::header::JoseHeader;
use crate::token::segment::Segment;

/// Another fault of the signer, besides the character that was altered.
#[derive(Default)]
struct Fault {
    of_input: Vec<Change>,
    first: First,
}

/// Looks for the text that was signed among those that differ in one character, alone first and then with another fault
/// of the signer.
pub fn search(
    case: Case,
    alg: Option<&str>,
    targets: &[Target],
    opened: &[Opened],
    work: &mut Work,
) -> Option<Proof> {
    /// More secrets are not tried with each text.
    const MAX_SECRETS: usize = 4;
    /// So much is spent on two faults at once, in units of work.
    const SHARE: u64 = 120_000;
    const SHARE_OF_RSA: u64 = 330_000;
    let of_secret = |target: &&Target| target.key.key_type() == KeyType::Oct;
    let (plain, mut changed): (Vec<&Target>, Vec<&Target>) = targets
        .iter()
        .filter(of_secret)
        .partition(|target| target.secret.is_empty());
    // Of several secrets, each in its likeliest form first.
    changed.sort_by_key(|target| {
        let likeliest = |form| SecretForm::ALL.iter().position(|likely| likely == form);
        let rank = target.secret.first().and_then(likeliest);
        (!is_likely(&target.secret), target.secret.len(), rank)
    });
    let deep = work.tried.deep;
    // A deep search also asks a key on Ed25519 about every text.
    let of_ed25519 = |target: &&Target| deep && target.key.key_type() == KeyType::Ed25519;
    let plain = plain
        .into_iter()
        .take(if deep { usize::MAX } else { MAX_SECRETS });
    let asked: Vec<Asked> = plain
        .chain(targets.iter().filter(of_ed25519))
        .flat_map(|target| Asked::all(case, target, alg))
        .collect();
    let search = Search { case, opened };
    let alone = Fault::default();
    let mut segments = [Segment::Header, Segment::Payload].into_iter();
    let found = segments.find_map(|segment| search.walk(segment, &alone, &asked, work));
    if found.is_some() {
        return found;
    }
    // A signature that a key opens is one by it, so that it pays to find out of what.
    let share = match (deep, opened) {
        (true, _) => u64::MAX,
        (false, []) => SHARE,
        (false, _) => SHARE_OF_RSA,
    };
    work.within(share, |work| {
        let payload = Segment::Payload;
        let without = Search { case, opened: &[] };
        let of_secret = |target: &&Target, work: &mut Work| {
            let asked = Asked::all(case, target, alg);
            without.walk(payload, &alone, &asked, work)
        };
        let likely = changed.partition_point(|target| is_likely(&target.secret));
        let (likely, rare) = changed.split_at_checked(likely)?;
        likely
            .iter()
            .find_map(|target| of_secret(target, work))
            .or_else(|| faults().find_map(|fault| search.walk(payload, &fault, &asked, work)))
            .or_else(|| rare.iter().find_map(|target| of_secret(target, work)))
    })
}

/// Whether it is one of the ways in which secrets are usually misread.
fn is_likely(secret: &[SecretForm]) -> bool {
    use SecretForm::{
        AsBase64, AsBase64url, AsHex, FromBase64, FromBase64url, FromHex, WithNewline,
    };
    matches!(
        secret,
        [FromBase64 | FromBase64url | FromHex | WithNewline | AsBase64 | AsBase64url | AsHex]
    )
}

/// What may be wrong in the text or its hash as well, the likeliest first.
fn faults() -> impl Iterator<Item = Fault> {
    let inputs = [
        Change::TakePayload,
        Change::UseJson { separator: "." },
        Change::AppendLineEnd { end: "\n" },
        Change::UseRawPayload,
        Change::QuoteInput,
        Change::AppendLineEnd { end: "." },
        Change::UseUtf16 { big_endian: false },
        Change::AppendLineEnd { end: "\r\n" },
    ];
    let of_inputs = inputs.into_iter().map(|change| Fault {
        of_input: vec![change],
        first: None,
    });
    let notations = [None, Some(Notation::Hex), Some(Notation::Base64)];
    let of_hashes = notations.into_iter().map(|notation| Fault {
        of_input: Vec::new(),
        first: Some((Digest::Sha256, notation)),
    });
    of_inputs.chain(of_hashes)
}

/// The signature in one form, and the algorithm that is asked whether it is that of a text.
struct Asked<'a> {
    target: &'a Target<'a>,
    of_form: &'a [Change],
    signature: &'a [u8],
    /// What the header's `alg` needs, and how a MAC was cut.
    of_alg: Vec<Change>,
    of_mac: Vec<Change>,
    row: &'static Algorithm,
}

impl<'a> Asked<'a> {
    /// Every form that has the length of an algorithm's signature; or else, of the start of the MAC that the header names.
    fn all(case: Case, target: &'a Target, alg: Option<&str>) -> Vec<Self> {
        let key = &target.key;
        // A header that was damaged may have named any of them.
        let rows = match alg {
            Some(_) => rows(alg, key.key_type()),
            None => Algorithm::of(key.key_type())
                .map(|row| (Vec::new(), row))
                .collect(),
        };
        let is_whole = |(_, row): &&(Vec<Change>, &'static Algorithm), bits: usize| {
            row.signature_octets(key).checked_mul(8) == Some(bits)
        };
        let mut asked = Vec::new();
        for (of_form, signature) in target.forms.iter() {
            let bits = bits(case, of_form, signature);
            let with = |of_alg: &[Change], of_mac, row| Self {
                target,
                of_form,
                signature,
                of_alg: of_alg.to_vec(),
                of_mac,
                row,
            };
            let whole = rows.iter().filter(|row| is_whole(row, bits));
            asked.extend(whole.map(|(of_alg, row)| with(of_alg, Vec::new(), row)));
            let is_named = |(of_alg, _): &&(Vec<Change>, _)| alg.is_some() && of_alg.is_empty();
            if !rows.iter().any(|row| is_whole(&row, bits))
                && let Some((_, row)) = rows.iter().find(is_named)
            {
                let macs = other_macs(row, key, bits).into_iter();
                asked.extend(macs.map(|of_mac| with(&[], of_mac, row)));
            }
        }
        asked
    }

    /// How the text is hashed.
    fn of_hash(&self, first: First, is_header: bool) -> Vec<Change> {
        // What the header's algorithm was, only the header as it was can tell.
        let of_alg = self.of_alg.iter().filter(|_| !is_header).cloned();
        let first = first.map(|(digest, notation)| Change::HashFirst { digest, notation });
        let of_mac = self.of_mac.iter().cloned();
        of_alg.chain(first).chain(of_mac).collect()
    }

    fn cost(&self, length: usize) -> u64 {
        match &self.target.key {
            // A secret is hashed with every text.
            Material::Oct(secret) => {
                let bytes = length.saturating_add(secret.octets().len());
                budget::of_one_hash(bytes, self.row.signature_octets(&self.target.key))
            }
            key => budget::of_verification(key, length),
        }
    }
}

/// The texts that differ in one character from the one that was sent.
struct Search<'s> {
    case: Case<'s>,
    opened: &'s [Opened],
}

impl Search<'_> {
    /// Compares each text that the header or the payload leads to, made and hashed as with this fault.
    fn walk(
        &self,
        segment: Segment,
        fault: &Fault,
        asked: &[Asked],
        work: &mut Work,
    ) -> Option<Proof> {
        /// So many texts are paid for at once.
        const AT_ONCE: u64 = 64;
        if self.opened.is_empty() && asked.is_empty() {
            return None;
        }
        let case = self.case;
        let segments = &case.reading.segments;
        let length = case.reading.signing_input().len();
        let opened = self.opened.iter().map(|opened| opened.cost(length));
        let costs = asked.iter().map(|asked| asked.cost(length));
        let cost = opened.chain(costs).fold(0, u64::saturating_add);
        let is_header = segment == Segment::Header;
        let of_hash = |asked: &Asked| asked.of_hash(fault.first, is_header);
        let of_hashes: Vec<_> = asked.iter().map(of_hash).collect();
        let sent = if is_header {
            &segments.header
        } else {
            &segments.payload
        };
        let mut plain = Vec::new();
        let mut paid = 0_u64;
        let found = alteration::each_original(sent, &mut |altered, character, original| {
            if paid == 0 {
                if !work.spend(cost.saturating_mul(AT_ONCE)) {
                    return Some(None);
                }
                work.count(AT_ONCE);
                paid = AT_ONCE;
            }
            paid = paid.saturating_sub(1);
            // No base64url has such a length.
            if original.len() % 4 == 1 {
                return None;
            }
            let content = if is_header {
                [original, &segments.payload]
            } else {
                [&segments.header, original]
            };
            let made;
            let text = if fault.of_input.is_empty() {
                plain.clear();
                plain.extend_from_slice(content[0].as_bytes());
                plain.push(b'.');
                plain.extend_from_slice(content[1].as_bytes());
                &plain
            } else {
                made = replay::input(content, &segments.written, &fault.of_input)?;
                &made
            };
            let (of_form, of_hash, signer) =
                self.met(content[0], text, fault, asked, &of_hashes)?;
            let change = alteration::edit_of(segment, sent, altered, character)?;
            let of_input = std::iter::once(change).chain(fault.of_input.iter().cloned());
            let of_input: Vec<Change> = of_input.chain(of_hash).collect();
            case.prove(of_form, &of_input, Signer::Key(&signer), work)
                .map(Some)
        });
        found.flatten()
    }

    /// What shows that this text was signed: the form of the signature, how the text was hashed, and who signed it.
    fn met<'a>(
        &'a self,
        header: &str,
        text: &[u8],
        fault: &Fault,
        asked: &'a [Asked],
        of_hashes: &[Vec<Change>],
    ) -> Option<(&'a [Change], Vec<Change>, Suspect<Material>)> {
        let of_rsa = self.opened.iter().find_map(|opened| {
            let of_hash = opened.changes_for(text, fault.first, || alg_of(header))?;
            Some((opened.of_form(), of_hash, opened.signer().clone()))
        });
        of_rsa.or_else(|| {
            asked.iter().zip(of_hashes).find_map(|(asked, of_hash)| {
                let Asked { row, signature, .. } = asked;
                let key = &asked.target.key;
                let (message, parameter) = replay::message(text, of_hash, row, key)?;
                let is_met = row.verify_with(parameter, key, &message, signature);
                is_met.then(|| (asked.of_form, of_hash.clone(), asked.target.signer()))
            })
        })
    }
}

/// The header's `alg`.
fn alg_of(header: &str) -> Option<String> {
    let header = JoseHeader::parse(&base64url::decode(header).ok()?).ok()?;
    header.alg.as_deref().map(str::to_owned)
}

/// The same for ECDSA on the other curves, where each text is hashed and looked up.
pub fn on_other_curves(
    case: Case,
    alg: Option<&str>,
    targets: &[Target],
    work: &mut Work,
) -> Option<Proof> {
    /// The bytes of all texts together.
    const MAX_BYTES: usize = 16 * 1024 * 1024;
    if !targets.iter().any(other_curves::has_curve) {
        return None;
    }
    let length = case.reading.signing_input().len().max(1);
    let most = MAX_BYTES.checked_div(length)?;
    let inputs = alteration::contents(case.reading).take(most);
    let inputs: Vec<SigningInput> = inputs
        .map(|(change, content)| SigningInput {
            changes: vec![change],
            text: content.join(".").into_bytes(),
            alg: alg.map(str::to_owned),
            is_likely: false,
        })
        .collect();
    other_curves::search(case, &inputs, targets, 0, Ways::Plain, work)
}

/// One character of an RSA signature that was altered: what each candidate holds tells whether it is the right one.
pub fn in_rsa_signature(
    case: Case,
    inputs: &[SigningInput],
    suspects: &[Suspect<Material>],
    work: &mut Work,
) -> Option<Proof> {
    let segment = &case.reading.segments.signature;
    let is_rsa = |suspect: &&Suspect<Material>| suspect.key().key_type() == KeyType::Rsa;
    suspects.iter().filter(is_rsa).find_map(|suspect| {
        let row = Algorithm::of(KeyType::Rsa).next()?;
        let bytes = row.signature_octets(suspect.key());
        alteration::of_one_character(segment, bytes).find_map(|(change, text)| {
            let signature = base64url::decode(&text).ok()?;
            let target = Target::of(suspect, vec![(vec![change], signature)]);
            let opened = encoded_message::opened(&[target], work);
            encoded_message::search(case, inputs, &opened, work)
        })
    })
}
