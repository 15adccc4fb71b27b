//! What could have been signed instead of the Signing Input, and how it could have been hashed. A
//! text is hashed as soon as it is written: only its hashes are kept, and all texts together are
//! bounded.

pub mod digest;
pub mod header_variants;
pub mod json_styles;

use std::collections::HashSet;
use std::sync::Arc;

use self::digest::Digest;
use self::header_variants::KeyNames;
use super::alteration;
use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{self, Change};
use super::reading::Reading;
use super::replay;
use crate::algorithm::Algorithm;
use crate::curve::Prehash;
use crate::debug::reading::notation::Notation;
use crate::key::KeyId;
use crate::text::base64url;
use crate::text::json::{Object, Value};
use crate::token::header::JoseHeader;
use crate::token::segment::Segment;

/// The bytes of all texts together, each as often as it is hashed.
const MAX_HASHED: usize = 8 * 1024 * 1024;

/// The bytes of all spellings of one object together.
const MAX_SPELLED: usize = 1024 * 1024;

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

/// A header or payload, as it was sent or another.
struct Variant {
    segment: String,
    change: Option<Change>,
    /// The header's `alg`; of a payload it means nothing.
    alg: Option<String>,
    /// The header's `kid`, if it is not the one that was sent.
    other_kid: Option<String>,
    /// The styles in which it is written so, if it is written in any.
    styles: Styles,
}

/// Some of the styles in which JSON is written, by their numbers.
#[derive(Clone, Copy, Default)]
struct Styles(u128);

impl Styles {
    fn one(number: usize) -> Self {
        let number = u32::try_from(number).ok();
        Self(
            number
                .and_then(|number| 1_u128.checked_shl(number))
                .unwrap_or_default(),
        )
    }

    fn are_none(self) -> bool {
        self.0 == 0
    }

    /// Whether both have one in common, or there is none that could be.
    fn meet(self, other: Self) -> bool {
        self.are_none() || other.are_none() || self.0 & other.0 != 0
    }

    /// Whether one of them takes one line, if there is any.
    fn are_likely(self) -> bool {
        self.are_none() || self.0.trailing_zeros() < json_styles::ON_ONE_LINE
    }
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
    #[allow(clippy::too_many_lines, reason = "one kind of text after the other")]
    fn fill(&mut self, header: Option<&JoseHeader>, names: &KeyNames, work: &mut Work) {
        let alg = header.and_then(|header| header.alg.as_deref());
        let segments = &self.reading.segments;
        let inputs = inputs();
        let as_sent = |segment: &str, alg: Option<&str>| Variant {
            segment: segment.to_owned(),
            change: None,
            alg: alg.map(str::to_owned),
            other_kid: None,
            styles: Styles::default(),
        };
        let (header_sent, payload_sent) = (
            as_sent(&segments.header, alg),
            as_sent(&segments.payload, None),
        );
        let (headers, payloads) = ([&header_sent], [&payload_sent]);
        self.pairs(&headers, &payloads, &[Vec::new()], Ways::All, work);
        let as_written = vec![Change::KeepAsWritten];
        self.pairs(&headers, &payloads, &[as_written], Ways::All, work);
        self.pairs(&headers, &payloads, &inputs, Ways::All, work);
        self.pairs(&headers, &payloads, &rare_inputs(), Ways::All, work);

        let encoded = segments.header.len().saturating_add(segments.payload.len());
        if !work.spend(budget::of_parsing(encoded)) {
            return;
        }
        let header_json = base64url::decode(&segments.header).unwrap_or_default();
        let payload_json = base64url::decode(&segments.payload).unwrap_or_default();
        let mut changed_headers = Vec::new();
        let (mut respelled_headers, mut other_payloads) = (Vec::new(), Vec::new());
        // Not tried with anything else that was changed.
        let mut rare_headers = Vec::new();
        if work.spend(budget::of_json(&header_json))
            && let Some(json) = header_variants::with_hashed_nonce(&header_json)
        {
            rare_headers.push(Variant {
                segment: base64url::encode(json.as_bytes()),
                change: Some(Change::HashNonce),
                alg: alg.map(str::to_owned),
                other_kid: None,
                styles: Styles::default(),
            });
        }
        if let Some(header) = header {
            for changed in header_variants::changed(&header.parameters, &header_json, names, work) {
                let json = changed.text.into();
                // Damage seldom makes the name of one algorithm that of another.
                let is_other = changed.alg.as_deref() != alg
                    && alg.is_some_and(|alg| Algorithm::named(alg).is_some());
                let variant = Variant {
                    other_kid: changed.other_kid,
                    ..header_variant(Cause::HeaderChanged, json, changed.alg)
                };
                changed_headers.push(if is_other {
                    variant
                } else {
                    variant.or_damaged(Segment::Header, &segments.header)
                });
            }
            for changed in header_variants::with_zip(&header.parameters, &header_json, work) {
                let json = changed.text.into();
                rare_headers.push(header_variant(Cause::HeaderChanged, json, changed.alg));
            }
            for json in header_variants::reordered(&header.parameters, &header_json, work) {
                let alg = alg.map(str::to_owned);
                rare_headers.push(header_variant(Cause::HeaderReserialized, json.into(), alg));
            }
            let spellings = spellings(&header.parameters, work);
            let is_written = is_spelling(&header_json, &spellings);
            for (json, styles) in spellings {
                let alg = alg.map(str::to_owned);
                let variant = header_variant(Cause::HeaderReserialized, json, alg);
                let variant = Variant { styles, ..variant };
                respelled_headers.push(if is_written {
                    variant
                } else {
                    variant.or_damaged(Segment::Header, &segments.header)
                });
            }
        }
        if work.spend(budget::of_json(&payload_json))
            && let Ok(Value::Object(claims)) = Value::parse(&payload_json)
        {
            let spellings = spellings(&claims, work);
            let is_written = is_spelling(&payload_json, &spellings);
            other_payloads.extend(spellings.into_iter().map(|(json, styles)| {
                let variant = payload_variant(Cause::PayloadReserialized, json);
                let variant = Variant { styles, ..variant };
                if is_written {
                    variant
                } else {
                    variant.or_damaged(Segment::Payload, &segments.payload)
                }
            }));
        }
        if let Ok(json) = String::from_utf8(payload_json) {
            let with_newline = format!("{json}\n").into();
            other_payloads.push(payload_variant(Cause::SignedWithNewline, with_newline));
        }
        let plain = [Vec::new()];
        let changed_headers: Vec<_> = changed_headers.iter().collect();
        let other_headers: Vec<_> = changed_headers
            .iter()
            .copied()
            .chain(&respelled_headers)
            .collect();
        let rare_headers: Vec<_> = rare_headers.iter().collect();
        let likely_payloads: Vec<_> = other_payloads
            .iter()
            .filter(|payload| payload.styles.are_likely())
            .collect();
        let all_payloads: Vec<_> = other_payloads.iter().collect();
        self.pairs(&other_headers, &payloads, &plain, Ways::Every, work);
        self.pairs(&rare_headers, &payloads, &plain, Ways::Plain, work);
        self.pairs(&headers, &all_payloads, &plain, Ways::Every, work);
        self.pairs(
            changed_headers
                .get(..MAX_PAIRED)
                .unwrap_or(&changed_headers),
            &likely_payloads,
            &plain,
            Ways::Plain,
            work,
        );
        for header in &respelled_headers {
            // Who writes both writes them in one style, or two writers write each on one line.
            let mut alike = all_payloads.clone();
            alike.retain(|payload| {
                let are_likely = [payload.styles, header.styles]
                    .iter()
                    .all(|styles| styles.are_likely());
                are_likely || payload.styles.meet(header.styles)
            });
            self.pairs(&[header], &alike, &plain, Ways::Plain, work);
        }
        self.pairs(&other_headers, &payloads, &inputs, Ways::Plain, work);
        self.pairs(&headers, &all_payloads, &inputs, Ways::Plain, work);
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

impl Variant {
    /// The same as damage, if one character of the segment as it was sent makes all the difference.
    fn or_damaged(self, segment: Segment, sent: &str) -> Self {
        let damage = alteration::between(sent, &self.segment);
        let damage = damage.map(|(cause, edit)| Change::EditSegment {
            cause,
            segment,
            edit,
        });
        Self {
            change: damage.or(self.change),
            ..self
        }
    }
}

/// Whether a common writer wrote this JSON.
fn is_spelling(json: &[u8], spellings: &[(Arc<str>, Styles)]) -> bool {
    spellings.iter().any(|(known, _)| known.as_bytes() == json)
}

fn header_variant(cause: Cause, json: Arc<str>, alg: Option<String>) -> Variant {
    Variant {
        segment: base64url::encode(json.as_bytes()),
        change: Some(Change::ReplaceHeader { cause, json }),
        alg,
        other_kid: None,
        styles: Styles::default(),
    }
}

fn payload_variant(cause: Cause, json: Arc<str>) -> Variant {
    Variant {
        segment: base64url::encode(json.as_bytes()),
        change: Some(Change::ReplacePayload { cause, json }),
        alg: None,
        other_kid: None,
        styles: Styles::default(),
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

/// An object in every spelling, each once, with the styles that lead to it.
fn spellings(object: &Object, work: &mut Work) -> Vec<(Arc<str>, Styles)> {
    let mut found: Vec<(Arc<str>, Styles)> = Vec::new();
    let mut bytes: usize = 0;
    for (number, style) in json_styles::styles().enumerate() {
        let spelled = json_styles::written(json_styles::pairs(object), style, work);
        bytes = bytes.saturating_add(spelled.as_ref().map_or(0, String::len));
        match spelled {
            Some(spelled) if bytes <= MAX_SPELLED => {
                let style = Styles::one(number);
                match found.iter_mut().find(|(known, _)| **known == *spelled) {
                    Some((_, styles)) => styles.0 |= style.0,
                    None => found.push((spelled.into(), style)),
                }
            }
            Some(_) | None => work.leave_out(),
        }
        if bytes > MAX_SPELLED {
            break;
        }
    }
    found
}
