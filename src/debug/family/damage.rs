//! One character of header or payload that was altered, under keys that are not on P-256.

use super::encoded_message::{self, First, Opened};
use super::hash_variants::other_macs;
use super::key_with_forms::{Target, bits};
use super::other_curves::{self, Ways};
use super::signings::Signing;
use sha2::{Digest as _, Sha256};

use crate::algorithm::{Algorithm, KeyType, Material, Parameter, StartedMac};
use crate::debug::alteration::{self, Alteration, originals};
use crate::debug::budget::{self, Work};
use crate::debug::change::Change;
use crate::debug::damaged_json::Places;
use crate::debug::proof::{Proof, Signer};
use crate::debug::reading::notation::Notation;
use crate::debug::replay::{self, SecretForm};
use crate::debug::search::Case;
use crate::debug::signer::Suspect;
use crate::debug::signing_inputs::SigningInput;
use crate::text::base64url;
use crate::token::header::JoseHeader;
use crate::token::segment::Segment;

/// The characters that are decoded together.
const GROUP: usize = 4;

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
    changed.sort_by_cached_key(|target| {
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
    if asked.is_empty() && opened.is_empty() {
        return None;
    }
    let of_header = Signing::of(case, Segment::Header);
    let plain = Signing::of(case, Segment::Payload);
    let (header, payload) = (Segment::Header, Segment::Payload);
    let both = |of: Of, work: &mut Work| {
        let [in_header, in_payload] =
            [header, payload].map(|segment| search.originals(segment, of, work));
        let found = search.walk(header, &of_header, &asked, &mut in_header.iter(), work);
        let found =
            found.or_else(|| search.walk(payload, &plain, &asked, &mut in_payload.iter(), work));
        (found, in_payload)
    };
    let (mut found, mut in_payload) = both(Of::Json, work);
    // Of a long token, a deep search can ask about only some of all texts.
    if deep && found.is_none() {
        (found, in_payload) = both(Of::Any, work);
    }
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
        let without = Search { case, opened: &[] };
        let of_secret = |target: &&Target, work: &mut Work| {
            let asked = Asked::all(case, target, alg);
            without.walk(payload, &plain, &asked, &mut in_payload.iter(), work)
        };
        let likely = changed.partition_point(|target| is_likely(&target.secret));
        let (likely, rare) = changed.split_at_checked(likely)?;
        likely
            .iter()
            .find_map(|target| of_secret(target, work))
            .or_else(|| {
                let mut faults = Signing::with_faults(case).into_iter();
                faults.find_map(|signing| {
                    search.walk(payload, &signing, &asked, &mut in_payload.iter(), work)
                })
            })
            .or_else(|| rare.iter().find_map(|target| of_secret(target, work)))
    })
}

/// The same, among those in which two characters were swapped, or one was added.
pub fn swapped_or_added(
    case: Case,
    alg: Option<&str>,
    targets: &[Target],
    opened: &[Opened],
    work: &mut Work,
) -> Option<Proof> {
    let is_asked =
        |target: &&Target| matches!(target.key.key_type(), KeyType::Oct | KeyType::Ed25519);
    let asked = targets.iter().filter(is_asked);
    let asked: Vec<Asked> = asked
        .flat_map(|target| Asked::all(case, target, alg))
        .collect();
    let search = Search { case, opened };
    [Segment::Header, Segment::Payload]
        .into_iter()
        .find_map(|segment| {
            let sent = search.sent(segment);
            if asked.is_empty() && opened.is_empty() {
                return None;
            }
            let originals = alteration::swapped_or_added_to_json(sent, work);
            let signing = Signing::of(case, segment);
            search.walk(segment, &signing, &asked, &mut originals.into_iter(), work)
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
            Some(_) => target.rows(alg),
            None => Algorithm::of(key.key_type())
                .filter(|row| target.is_for(row))
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
            if key.key_type() == KeyType::Ed25519 && !is_below_order(signature) {
                continue;
            }
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

    /// The MAC of no text yet, and what it must begin with; none if it is not a MAC.
    fn started(&self) -> Option<(StartedMac, &'a [u8])> {
        let key = &self.target.key;
        if key.key_type() != KeyType::Oct {
            return None;
        }
        let (_, parameter) = replay::message(b"", &self.of_mac, self.row, key)?;
        let bits = match parameter {
            Parameter::MacBits(bits) => Some(bits),
            // HMAC with another hash is rare: it is asked about whole texts.
            Parameter::OtherMac(_) => return None,
            _ => None,
        };
        let mac = StartedMac::new(self.row.name, key)?;
        let whole = bits.map_or(self.signature.len(), |bits| bits / 8);
        Some((mac, self.signature.get(..whole)?))
    }

    /// What it costs to ask about a text of this length, of which so much is not read yet.
    fn cost(&self, rest: usize, whole: usize) -> u64 {
        match &self.target.key {
            Material::Oct(_) => {
                budget::of_one_hash(rest, self.row.signature_octets(&self.target.key))
            }
            key => budget::of_verification(key, whole),
        }
    }
}

/// Whether the second half of a signature can be a number below the order of the group of Ed25519, which has 253 bits:
/// no other signature verifies (RFC 8032, section 5.1.7).
fn is_below_order(signature: &[u8]) -> bool {
    signature.last().is_some_and(|last| last >> 5 == 0)
}

/// Which texts a segment may have held.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// JSON, unless no altered character makes it that.
    Json,
    Any,
}

/// What was altered in a segment, and the character that stood there before.
enum Originals<'t> {
    Any(&'t str),
    Json(Vec<(Alteration, char)>),
}

impl Originals<'_> {
    fn iter(&self) -> Box<dyn Iterator<Item = (Alteration, char)> + '_> {
        match self {
            Self::Any(sent) => Box::new(originals(sent)),
            Self::Json(json) => Box::new(json.iter().copied()),
        }
    }
}

/// The texts that differ in one character from the one that was sent.
struct Search<'s> {
    case: Case<'s>,
    opened: &'s [Opened],
}

/// What was read of a text so far: what all texts have in common up to the place of the altered character.
struct Start<'a> {
    text: Vec<u8>,
    /// Its hash, if the text is hashed first.
    hash: Option<(Sha256, Option<Notation>)>,
    asked: Vec<StartedAsk<'a>>,
}

/// What is asked, with the changes to the hash, and its MAC so far if it is one.
struct StartedAsk<'a> {
    asked: &'a Asked<'a>,
    of_hash: Vec<Change>,
    mac: Option<(StartedMac, &'a [u8])>,
}

impl<'a> Start<'a> {
    fn new(signing: &Signing, asked: &'a [Asked], is_header: bool) -> Self {
        let asked = asked.iter().map(|asked| {
            let of_hash = asked.of_hash(signing.first, is_header);
            let mac = asked.started();
            StartedAsk {
                asked,
                of_hash,
                mac,
            }
        });
        let first = signing.first.as_ref();
        let mut start = Self {
            text: Vec::new(),
            hash: first.map(|(_, notation)| (Sha256::new(), *notation)),
            asked: asked.collect(),
        };
        start.read(&signing.before);
        start
    }

    fn read(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        if let Some((hash, _)) = &mut self.hash {
            hash.update(text);
            return;
        }
        for StartedAsk { mac, .. } in &mut self.asked {
            if let Some((mac, _)) = mac {
                mac.update(text);
            }
        }
    }

    /// Whose signature the text is that goes on like this.
    fn met(&self, rest: &[u8]) -> Option<&StartedAsk<'a>> {
        let hashed = self.hash.as_ref().map(|(hash, notation)| {
            let hash = hash.clone().chain_update(rest).finalize();
            notation.map_or(hash.to_vec(), |notation| notation.encode(&hash).into())
        });
        self.asked.iter().find(|started| {
            if let Some((mac, signature)) = &started.mac {
                let mut mac = mac.clone();
                mac.update(hashed.as_deref().unwrap_or(rest));
                return mac.begins_with(signature);
            }
            let Asked { row, signature, .. } = started.asked;
            let key = &started.asked.target.key;
            let text = [&self.text, rest].concat();
            let message = replay::message(&text, &started.of_hash, row, key);
            message.is_some_and(|(message, parameter)| {
                row.verify_with(parameter, key, &message, signature)
            })
        })
    }
}

impl Search<'_> {
    /// Compares each text that the header or the payload leads to, signed like this.
    fn walk(
        &self,
        segment: Segment,
        signing: &Signing,
        asked: &[Asked],
        originals: &mut dyn Iterator<Item = (Alteration, char)>,
        work: &mut Work,
    ) -> Option<Proof> {
        /// So many texts are paid for at once.
        const AT_ONCE: u64 = 64;
        if self.opened.is_empty() && asked.is_empty() {
            return None;
        }
        let case = self.case;
        let sent = self.sent(segment);
        let mut start = Start::new(signing, asked, segment == Segment::Header);
        // As far as the start goes in the segment.
        let mut at = 0_usize;
        let mut paid = 0_u64;
        let mut text = String::new();
        for (alteration, character) in originals {
            let place = alteration.place();
            let group = place.saturating_sub(place % GROUP);
            if group > at {
                start.read(&signing.form.of(sent.get(at..group)?)?);
                at = group;
            }
            text.clear();
            text.push_str(sent.get(at..place)?);
            text.extend(alteration.before(sent, character));
            text.push_str(alteration.behind(sent));
            // No base64url has such a length.
            if text.len() % GROUP == 1 {
                continue;
            }
            if paid == 0 {
                let length = text.len().saturating_add(signing.behind.len());
                let cost = self.cost(&start, length, asked);
                if !work.spend(cost.saturating_mul(AT_ONCE)) {
                    return None;
                }
                work.count(AT_ONCE);
                paid = AT_ONCE;
            }
            paid = paid.saturating_sub(1);
            let Some(mut rest) = signing.form.of(&text) else {
                continue;
            };
            rest.extend_from_slice(&signing.behind);
            let Some((of_form, of_hash, signer)) = self.met(&start, &rest, signing, || {
                let header = match segment {
                    Segment::Header => format!("{}{text}", sent.get(..at)?),
                    _ => case.reading.segments.header.clone(),
                };
                alg_of(&header)
            }) else {
                continue;
            };
            let change = alteration::edit_of(segment, sent, alteration, character)?;
            let of_input = std::iter::once(change).chain(signing.of_input.iter().cloned());
            let of_input: Vec<Change> = of_input.chain(of_hash).collect();
            let proof = case.prove(&of_form, &of_input, Signer::Key(&signer), work);
            if proof.is_some() {
                return proof;
            }
        }
        None
    }

    /// What the segment may have been.
    fn originals(&self, segment: Segment, of: Of, work: &mut Work) -> Originals<'_> {
        /// More are not paid for.
        const MAX: usize = 1 << 17;
        /// It takes a look at every character at every place.
        const OF_A_PLACE: u64 = 4;
        let sent = self.sent(segment);
        let length = u64::try_from(sent.len()).unwrap_or(u64::MAX);
        if of == Of::Any || !work.spend(length.saturating_mul(OF_A_PLACE)) {
            return Originals::Any(sent);
        }
        let Some(places) = Places::of(sent) else {
            return Originals::Any(sent);
        };
        let json = originals(sent).filter(|(alteration, c)| places.has(*alteration, *c));
        Originals::Json(json.take(MAX).collect())
    }

    fn sent(&self, segment: Segment) -> &str {
        let segments = &self.case.reading.segments;
        match segment {
            Segment::Header => &segments.header,
            _ => &segments.payload,
        }
    }

    /// What it costs to compare a text of which so much is behind the start.
    fn cost(&self, start: &Start, rest: usize, asked: &[Asked]) -> u64 {
        let whole = start.text.len().saturating_add(rest);
        let opened = self.opened.iter().map(|opened| opened.cost(whole));
        let first = start.hash.iter().map(|_| budget::of_one_hash(rest, 32));
        let asked = asked.iter().map(|asked| match start.hash {
            Some(_) => asked.cost(0, whole),
            None => asked.cost(rest, whole),
        });
        opened
            .chain(first)
            .chain(asked)
            .fold(0, u64::saturating_add)
    }

    /// What shows that this text was signed: the form of the signature, how the text was hashed, and who signed it.
    fn met(
        &self,
        start: &Start,
        rest: &[u8],
        signing: &Signing,
        alg: impl Fn() -> Option<String>,
    ) -> Option<(Vec<Change>, Vec<Change>, Suspect<Material>)> {
        let text = (!self.opened.is_empty()).then(|| [&start.text, rest].concat());
        let of_rsa = self.opened.iter().find_map(|opened| {
            let of_hash = opened.changes_for(text.as_deref()?, signing.first, &alg)?;
            Some((opened.of_form().to_vec(), of_hash, opened.signer().clone()))
        });
        of_rsa.or_else(|| {
            let StartedAsk { asked, of_hash, .. } = start.met(rest)?;
            let of_form = asked.of_form.to_vec();
            Some((of_form, of_hash.clone(), asked.target.signer()))
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
    let segments = &case.reading.segments;
    let in_header = Places::of(&segments.header);
    let in_payload = Places::of(&segments.payload);
    let is_json = |segment, alteration, c| {
        let places = match segment {
            Segment::Header => &in_header,
            _ => &in_payload,
        };
        places
            .as_ref()
            .is_some_and(|places| places.has(alteration, c))
    };
    // Of a long token only some of all texts can be asked about.
    let likely = alteration::contents_with(case.reading, is_json);
    let others = alteration::contents_with(case.reading, |segment, alteration, c| {
        !is_json(segment, alteration, c)
    });
    let inputs = inputs_of(case, alg, likely.chain(others).take(most));
    other_curves::search(case, &inputs, targets, 0, Ways::Plain, work)
}

/// The same, among the texts in which two characters were swapped, or one was added, if they are as many as is wanted.
pub fn swapped_or_added_on_other_curves(
    case: Case,
    alg: Option<&str>,
    targets: &[Target],
    is_wanted: impl Fn(usize) -> bool,
    work: &mut Work,
) -> Option<Proof> {
    if !targets.iter().any(other_curves::has_curve) {
        return None;
    }
    let contents = alteration::contents_swapped_or_added(case.reading, work);
    if !is_wanted(contents.len()) {
        return None;
    }
    let inputs = inputs_of(case, alg, contents.into_iter());
    other_curves::search(case, &inputs, targets, 0, Ways::Plain, work)
}

/// The Signing Inputs of these headers and payloads.
fn inputs_of(
    case: Case,
    alg: Option<&str>,
    contents: impl Iterator<Item = (Change, [String; 2])>,
) -> Vec<SigningInput> {
    let segments = &case.reading.segments;
    contents
        .filter_map(|(change, content)| {
            let [header, _] = &content;
            // A header that was altered says itself what it named.
            let own = (*header != segments.header).then(|| alg_of(header));
            let alg = match &own {
                Some(own) => Some(own.as_deref()?),
                None => Some(alg?),
            };
            let text = content.join(".").into_bytes();
            Some(SigningInput::new(vec![change], text, alg))
        })
        .collect()
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
        let bytes = bytes_of_rsa(suspect)?;
        let candidates = alteration::of_one_character(segment, bytes);
        among_rsa_signatures(case, inputs, suspect, candidates, work)
    })
}

/// The same, if two characters were swapped, or one was added.
pub fn swapped_or_added_to_rsa(
    case: Case,
    inputs: &[SigningInput],
    suspect: &Suspect<Material>,
    work: &mut Work,
) -> Option<Proof> {
    let segment = &case.reading.segments.signature;
    let length = u64::try_from(segment.len()).unwrap_or(u64::MAX);
    if !work.spend(length) {
        return None;
    }
    let candidates = alteration::signatures_swapped_or_added(segment, bytes_of_rsa(suspect)?);
    among_rsa_signatures(case, inputs, suspect, candidates, work)
}

fn bytes_of_rsa(suspect: &Suspect<Material>) -> Option<usize> {
    let row = Algorithm::of(KeyType::Rsa).next()?;
    Some(row.signature_octets(suspect.key()))
}

fn among_rsa_signatures(
    case: Case,
    inputs: &[SigningInput],
    suspect: &Suspect<Material>,
    mut candidates: impl Iterator<Item = (Change, String)>,
    work: &mut Work,
) -> Option<Proof> {
    candidates.find_map(|(change, text)| {
        let signature = base64url::decode(&text).ok()?;
        let target = Target::of(suspect, vec![(vec![change], signature)]);
        let opened = encoded_message::opened(&[target], work);
        encoded_message::search(case, inputs, &opened, work)
    })
}
