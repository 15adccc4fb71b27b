//! What could have been signed instead of the Signing Input, and how it could have been hashed. A
//! text is hashed as soon as it is written: only its hashes are kept, and all texts together are
//! bounded.

pub mod digest;
pub mod header_variants;
pub mod json_styles;
mod variants;

use std::collections::HashSet;

use self::digest::Digest;
use self::header_variants::KeyNames;
use self::variants::{Headers, Variant};
use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{self, Change};
use super::reading::{Reading, header_encoding};
use super::replay;
use crate::curve::Prehash;
use crate::debug::reading::notation::Notation;
use crate::key::KeyId;
use crate::text::base64url;
use crate::token::header::JoseHeader;

/// The bytes of all texts together, each as often as it is hashed.
const MAX_HASHED: usize = 8 * 1024 * 1024;

/// The bytes of all texts that are kept.
const MAX_KEPT: usize = 2 * 1024 * 1024;

/// More changed headers are not tried with other payloads.
const MAX_PAIRED: usize = 48;

/// The hashes that a signer may have used instead of SHA-256, the likeliest first.
const DIGESTS: [Digest; 6] = [
    Digest::Sha384,
    Digest::Sha512,
    Digest::Sha1,
    Digest::Sha224,
    Digest::Sha512_256,
    Digest::Sha3_256,
];

/// A hash that may have been signed.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// What makes it differ from the hash of the Signing Input.
    pub changes: Vec<Change>,
    pub prehash: Prehash,
    /// Whether it is of the Signing Input itself.
    pub is_plain: bool,
    /// Whether it is one of few, so that it may be tried with a damaged signature.
    pub is_likely: bool,
}

impl Hashed {
    /// Whether nothing but the algorithm that the header names makes it differ.
    pub fn is_plainest(&self) -> bool {
        self.changes
            .iter()
            .all(|change| matches!(change, Change::CorrectAlg | Change::IgnoreAlg { .. }))
    }
}

/// A text that may have been signed.
#[derive(Clone, Debug)]
pub struct SigningInput {
    /// What makes it differ from the Signing Input.
    pub changes: Vec<Change>,
    pub text: Vec<u8>,
    /// The `alg` of the header that was signed with it.
    pub alg: Option<String>,
    /// Whether it is one of few, so that it may be hashed in every way.
    pub is_likely: bool,
    /// The `kid` of that header, if it is not the one that was sent.
    other_kid: Option<String>,
}

impl SigningInput {
    pub fn new(changes: Vec<Change>, text: Vec<u8>, alg: Option<&str>) -> Self {
        Self {
            changes,
            text,
            alg: alg.map(str::to_owned),
            is_likely: false,
            other_kid: None,
        }
    }

    /// Whether a key may have signed it: a header that named another key before it was changed was signed by that one.
    pub fn may_be_by(&self, key: &KeyId) -> bool {
        let kid = self.other_kid.as_deref();
        kid.is_none_or(|kid| kid == key.name())
    }
}

/// Every hash that may have been signed.
#[derive(Debug, Default)]
pub struct SigningInputs {
    /// Those with the fewest changes first.
    pub hashes: Vec<Hashed>,
    /// What was written, by its causes, each once.
    pub inputs: Vec<Vec<Cause>>,
    /// The texts, for keys that are not on P-256.
    pub texts: Vec<SigningInput>,
}

/// All of them as they are written.
struct Writer<'r> {
    signed: SigningInputs,
    /// How many bytes of texts are still kept.
    kept: usize,
    reading: &'r Reading,
    known: HashSet<Prehash>,
    left: usize,
}

/// In which ways a text is hashed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// Also by hashes that few take, and by one after the other.
    All,
    Every,
    /// By SHA-256 alone: for the pairs of faults, of which there are many.
    Plain,
}

impl SigningInputs {
    /// Hashes every text that may have been signed, each once, the likeliest first.
    pub fn new(
        reading: &Reading,
        header: Option<&JoseHeader>,
        names: &KeyNames,
        work: &mut Work,
    ) -> Self {
        let mut writer = Writer {
            signed: Self::default(),
            kept: if names.has_other_keys { MAX_KEPT } else { 0 },
            reading,
            known: HashSet::new(),
            left: MAX_HASHED,
        };
        writer.fill(header, names, work);
        let mut signed = writer.signed;
        signed
            .hashes
            .sort_by_cached_key(|hashed| hashed.changes.len());
        signed.texts.sort_by_cached_key(|input| input.changes.len());
        signed
    }
}

impl Writer<'_> {
    fn fill(&mut self, header: Option<&JoseHeader>, names: &KeyNames, work: &mut Work) {
        let segments = &self.reading.segments;
        let header_json = base64url::decode(&segments.header).unwrap_or_default();
        let meant = match header {
            Some(_) => None,
            None => header_encoding::read(&header_json),
        };
        let read = header.or(meant.as_ref().map(|(_, header)| header));
        let alg = read.and_then(|header| header.alg.as_deref());
        let header_sent = Variant::sent(&segments.header, alg);
        let payload_sent = Variant::sent(&segments.payload, None);
        let as_written = [vec![Change::KeepAsWritten]];
        let inputs = inputs();
        for inputs in [&[Vec::new()], &as_written[..], &inputs, &rare_inputs()] {
            self.pairs(&[&header_sent], &[&payload_sent], inputs, Ways::All, work);
        }

        let encoded = segments.header.len().saturating_add(segments.payload.len());
        if !work.spend(budget::of_parsing(encoded)) {
            return;
        }
        let payload_json = base64url::decode(&segments.payload).unwrap_or_default();
        let headers = Headers::new(&segments.header, &header_json, header, names, work);
        let payloads = variants::payloads(&segments.payload, payload_json, work);
        self.variants(&header_sent, &payload_sent, &headers, &payloads, work);
    }

    /// Other headers, other payloads, and both of what is likely.
    fn variants(
        &mut self,
        header_sent: &Variant,
        payload_sent: &Variant,
        headers: &Headers,
        payloads: &[Variant],
        work: &mut Work,
    ) {
        let (header_sent, payload_sent) = ([header_sent], [payload_sent]);
        let changed: Vec<_> = headers.changed.iter().collect();
        let others: Vec<_> = changed.iter().copied().chain(&headers.respelled).collect();
        let rare: Vec<_> = headers.rare.iter().collect();
        let all_payloads: Vec<_> = payloads.iter().collect();
        let likely_payloads = payloads.iter().filter(|payload| payload.is_likely());
        let likely_payloads: Vec<_> = likely_payloads.collect();
        let inputs = inputs();
        let plain = [Vec::new()];
        self.pairs(&others, &payload_sent, &plain, Ways::Every, work);
        self.pairs(&rare, &payload_sent, &plain, Ways::Plain, work);
        self.pairs(&header_sent, &all_payloads, &plain, Ways::Every, work);
        let paired = changed.get(..MAX_PAIRED).unwrap_or(&changed);
        self.pairs(paired, &likely_payloads, &plain, Ways::Plain, work);
        for header in &headers.respelled {
            let mut alike = all_payloads.clone();
            alike.retain(|payload| payload.is_like(header));
            self.pairs(&[header], &alike, &plain, Ways::Plain, work);
        }
        self.pairs(&others, &payload_sent, &inputs, Ways::Plain, work);
        self.pairs(&header_sent, &all_payloads, &inputs, Ways::Plain, work);
    }

    /// Each header with each payload, and what each of these lists of changes makes of both.
    fn pairs(
        &mut self,
        headers: &[&Variant],
        payloads: &[&Variant],
        inputs: &[Vec<Change>],
        ways: Ways,
        work: &mut Work,
    ) {
        for header in headers {
            for payload in payloads {
                let content = [&*header.segment, &*payload.segment];
                for input in inputs {
                    if !self.pay(content, ways, work) {
                        continue;
                    }
                    let text = replay::input(content, &self.reading.segments.written, input);
                    let changes = header.change.iter().chain(&payload.change).chain(input);
                    if let Some(text) = text {
                        let changes: Vec<Change> = changes.cloned().collect();
                        self.add(&changes, &text, header, ways);
                    }
                }
            }
        }
    }

    /// Pays for a text of these segments: it is written, and hashed in these ways.
    fn pay(&mut self, content: [&str; 2], ways: Ways, work: &mut Work) -> bool {
        // SHA-512 and SHA-3 take several times as long as SHA-256.
        let (passes, bytes_for_a_unit, of_a_text): (usize, usize, usize) = match ways {
            Ways::All => (7, 32, 20),
            Ways::Every => (4, 64, 8),
            Ways::Plain => (1, 256, 2),
        };
        let length: usize = content.iter().map(|segment| segment.len()).sum();
        let bytes = length.saturating_mul(passes);
        let units = length.checked_div(bytes_for_a_unit).unwrap_or_default();
        let units = units.saturating_add(of_a_text);
        let Some(left) = self.left.checked_sub(bytes) else {
            work.leave_out();
            return false;
        };
        let is_paid = work.spend(u64::try_from(units).unwrap_or(u64::MAX));
        if is_paid {
            self.left = left;
        }
        is_paid
    }

    /// Hashes a text; by SHA-256 first. The header is the one that was signed with it.
    fn add(&mut self, changes: &[Change], text: &[u8], header: &Variant, ways: Ways) {
        let alg = header.alg.as_deref();
        let once = Digest::Sha256.hash(text);
        if !self.known.insert(digest::prehash(&once)) {
            return;
        }
        if let Some(left) = self.kept.checked_sub(text.len()) {
            self.kept = left;
            self.signed.texts.push(SigningInput {
                is_likely: ways == Ways::All,
                other_kid: header.other_kid.clone(),
                ..SigningInput::new(changes.to_vec(), text.to_vec(), alg)
            });
        }
        let causes = change::causes(changes);
        if !self.signed.inputs.contains(&causes) {
            self.signed.inputs.push(causes);
        }
        let of_alg = match alg {
            Some("ES256") | None => None,
            Some(alg) if alg.trim().eq_ignore_ascii_case("ES256") => Some(Change::CorrectAlg),
            Some(_) => Some(Change::IgnoreAlg {
                digest: Digest::Sha256,
            }),
        };
        let plain = Vec::from_iter(of_alg);
        let is_plain = changes
            .iter()
            .all(|change| *change == Change::KeepAsWritten);
        let mut push = |of_hash: &[Change], hash: &[u8]| {
            let is_hashed_once = of_hash == plain;
            self.signed.hashes.push(Hashed {
                changes: [changes, of_hash].concat(),
                prehash: digest::prehash(hash),
                is_plain,
                is_likely: is_plain || (ways != Ways::Plain && is_hashed_once),
            });
        };
        push(&plain, &once);
        if ways == Ways::Plain {
            return;
        }
        let again = [&plain[..], &[Change::HashAgain]].concat();
        push(&again, &Digest::Sha256.hash(&once));
        let notations = [
            Notation::Hex,
            Notation::UpperHex,
            Notation::Base64,
            Notation::Base64url,
        ];
        let count = if ways == Ways::All { 4 } else { 3 };
        for notation in notations.into_iter().take(count) {
            let text = notation.encode(&once);
            let changes = [&plain[..], &[Change::HashText { notation }]].concat();
            push(&changes, &Digest::Sha256.hash(text.as_bytes()));
        }
        if let Some(start) = text.first_chunk::<32>().filter(|_| ways == Ways::All) {
            let changes = [&plain[..], &[Change::TakeAsHash]].concat();
            push(&changes, start);
        }
        let count = if ways == Ways::All { 6 } else { 3 };
        for digest in DIGESTS.into_iter().take(count) {
            let hash = digest.hash(text);
            // A hash that the header's own algorithm asks for is not another hash.
            if alg.and_then(Digest::of_alg) == Some(digest) {
                let asked = Change::IgnoreAlg { digest };
                push(std::slice::from_ref(&asked), &hash);
                push(&[asked, Change::HashAgain], &digest.hash(&hash));
            } else {
                let changes = [&plain[..], &[Change::UseDigest { digest }]].concat();
                push(&changes, &hash);
                if ways == Ways::All {
                    let notation = None;
                    let first = Change::HashFirst { digest, notation };
                    push(
                        &[&plain[..], &[first]].concat(),
                        &Digest::Sha256.hash(&hash),
                    );
                }
            }
        }
    }
}

/// Parts of the Signing Input, or more than it.
fn inputs() -> [Vec<Change>; 11] {
    use Change::{AddPadding, AppendLineEnd, TakeHeader, TakePayload, UseJson, UseStandardBase64};
    let line_end = |end| AppendLineEnd { end };
    let json = |separator| UseJson { separator };
    [
        vec![TakePayload],
        vec![TakeHeader],
        vec![AddPadding],
        vec![UseStandardBase64],
        vec![UseStandardBase64, AddPadding],
        vec![line_end("\n")],
        vec![line_end("\r\n")],
        vec![TakePayload, line_end("\n")],
        vec![json(".")],
        vec![json("")],
        vec![TakePayload, json(".")],
    ]
}

/// The same, of what is not tried with other headers and payloads.
fn rare_inputs() -> [Vec<Change>; 10] {
    let end = |end| vec![Change::AppendLineEnd { end }];
    let wrapped = |columns, end| vec![Change::WrapSegments { columns, end }];
    let utf16 = |big_endian| vec![Change::UseUtf16 { big_endian }];
    [
        vec![Change::UseRawPayload],
        vec![Change::QuoteInput],
        utf16(false),
        utf16(true),
        end("."),
        end(" "),
        end("\0"),
        wrapped(76, "\n"),
        wrapped(76, "\r\n"),
        wrapped(64, "\n"),
    ]
}
