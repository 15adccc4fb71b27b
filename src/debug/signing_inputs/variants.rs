//! The header and the payload as they may have been when they were signed.

use std::sync::Arc;

use super::header_variants::{self, KeyNames};
use super::json_styles;
use crate::algorithm::Algorithm;
use crate::debug::alteration;
use crate::debug::budget::{self, Work};
use crate::debug::cause::Cause;
use crate::debug::change::Change;
use crate::debug::damaged_json::Places;
use crate::text::base64url;
use crate::text::json::{Object, Value};
use crate::token::header::JoseHeader;
use crate::token::segment::Segment;

/// The bytes of all spellings of one object together.
const MAX_SPELLED: usize = 1024 * 1024;

/// A header or payload, as it was sent or another.
pub struct Variant {
    pub segment: String,
    pub change: Option<Change>,
    /// The header's `alg`; of a payload it means nothing.
    pub alg: Option<String>,
    /// The header's `kid`, if it is not the one that was sent.
    pub other_kid: Option<String>,
    /// The styles in which it is written so, if it is written in any.
    styles: Styles,
}

/// Some of the styles in which JSON is written, by their numbers.
#[derive(Clone, Copy, Default)]
struct Styles(u128);

/// Other headers than the one that was sent.
#[derive(Default)]
pub struct Headers {
    /// With other members.
    pub changed: Vec<Variant>,
    /// The same members, written otherwise.
    pub respelled: Vec<Variant>,
    /// Not tried with anything else that was changed.
    pub rare: Vec<Variant>,
}

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

impl Variant {
    pub fn sent(segment: &str, alg: Option<&str>) -> Self {
        Self {
            segment: segment.to_owned(),
            change: None,
            alg: alg.map(str::to_owned),
            other_kid: None,
            styles: Styles::default(),
        }
    }

    fn of_header(cause: Cause, json: Arc<str>, alg: Option<String>) -> Self {
        Self {
            segment: base64url::encode(json.as_bytes()),
            change: Some(Change::ReplaceHeader { cause, json }),
            alg,
            other_kid: None,
            styles: Styles::default(),
        }
    }

    fn of_payload(cause: Cause, json: Arc<str>) -> Self {
        Self {
            segment: base64url::encode(json.as_bytes()),
            change: Some(Change::ReplacePayload { cause, json }),
            alg: None,
            other_kid: None,
            styles: Styles::default(),
        }
    }

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

    /// Whether it is written on one line, if it is known how.
    pub fn is_likely(&self) -> bool {
        self.styles.are_likely()
    }

    /// Whether one writer may have written both: in one style, or two writers each on one line.
    pub fn is_like(&self, other: &Self) -> bool {
        let are_likely = self.is_likely() && other.is_likely();
        are_likely || self.styles.meet(other.styles)
    }
}

impl Headers {
    /// Those that this header, of these bytes, may have been. Without one, those that one altered character makes of the
    /// segment.
    pub fn new(
        sent: &str,
        json: &[u8],
        header: Option<&JoseHeader>,
        names: &KeyNames,
        work: &mut Work,
    ) -> Self {
        let alg = header.and_then(|header| header.alg.as_deref());
        let mut headers = Self::default();
        if work.spend(budget::of_json(json))
            && let Some(json) = header_variants::with_hashed_nonce(json)
        {
            headers.rare.push(Variant {
                change: Some(Change::HashNonce),
                ..Variant::sent(&base64url::encode(json.as_bytes()), alg)
            });
        }
        match header {
            Some(header) => headers.fill(sent, json, header, names, work),
            None => headers.rare.extend(repaired_headers(sent, work)),
        }
        headers
    }

    fn fill(
        &mut self,
        sent: &str,
        json: &[u8],
        header: &JoseHeader,
        names: &KeyNames,
        work: &mut Work,
    ) {
        let alg = header.alg.as_deref();
        for changed in header_variants::changed(&header.parameters, json, names, work) {
            // Damage seldom makes the name of one algorithm that of another.
            let is_other = changed.alg.as_deref() != alg
                && alg.is_some_and(|alg| Algorithm::named(alg).is_some());
            let variant = Variant {
                other_kid: changed.other_kid,
                ..Variant::of_header(Cause::HeaderChanged, changed.text.into(), changed.alg)
            };
            self.changed.push(if is_other {
                variant
            } else {
                variant.or_damaged(Segment::Header, sent)
            });
        }
        for changed in header_variants::with_zip(&header.parameters, json, work) {
            let json = changed.text.into();
            self.rare
                .push(Variant::of_header(Cause::HeaderChanged, json, changed.alg));
        }
        let respelled = |json| {
            let alg = alg.map(str::to_owned);
            Variant::of_header(Cause::HeaderReserialized, json, alg)
        };
        let reordered = header_variants::reordered(&header.parameters, json, work);
        let reordered = reordered.into_iter();
        self.rare
            .extend(reordered.map(|json| respelled(json.into())));
        let spellings = spellings(&header.parameters, work);
        self.respelled = written(spellings, json, Segment::Header, sent, respelled);
    }
}

/// The payload as it may have been, of these bytes.
pub fn payloads(sent: &str, json: Vec<u8>, work: &mut Work) -> Vec<Variant> {
    let mut payloads = Vec::new();
    if work.spend(budget::of_json(&json))
        && let Ok(Value::Object(claims)) = Value::parse(&json)
    {
        let respelled = |json| Variant::of_payload(Cause::PayloadReserialized, json);
        let spellings = spellings(&claims, work);
        payloads = written(spellings, &json, Segment::Payload, sent, respelled);
    }
    if let Ok(json) = String::from_utf8(json) {
        let with_newline = format!("{json}\n").into();
        payloads.push(Variant::of_payload(Cause::SignedWithNewline, with_newline));
    }
    payloads
}

/// A segment in other spellings; as damage if no common writer wrote the one that was sent.
fn written(
    spellings: Vec<(Arc<str>, Styles)>,
    json: &[u8],
    segment: Segment,
    sent: &str,
    respelled: impl Fn(Arc<str>) -> Variant,
) -> Vec<Variant> {
    let is_written = is_spelling(json, &spellings);
    let variants = spellings.into_iter().map(|(json, styles)| {
        let variant = Variant {
            styles,
            ..respelled(json)
        };
        if is_written {
            variant
        } else {
            variant.or_damaged(segment, sent)
        }
    });
    variants.collect()
}

/// The headers that one altered character makes of this segment, which is not one.
fn repaired_headers(sent: &str, work: &mut Work) -> Vec<Variant> {
    /// A header of which more can be made has lost no structure.
    const MAX: usize = 512;
    /// It takes a look at every character at every place.
    const OF_A_PLACE: u64 = 4;
    let length = u64::try_from(sent.len()).unwrap_or(u64::MAX);
    if !work.spend(length.saturating_mul(OF_A_PLACE)) {
        return Vec::new();
    }
    let Some(places) = Places::of(sent) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (alteration, character) in alteration::originals(sent) {
        if !places.has(alteration, character) {
            continue;
        }
        if found.len() == MAX || !work.spend(budget::of_hash(sent.len())) {
            work.leave_out();
            break;
        }
        let edit = alteration.undo(sent, character);
        let segment = edit.and_then(|edit| edit.apply(sent));
        let json = segment.as_deref().map(base64url::decode);
        let (Some(segment), Some(Ok(json))) = (segment, json) else {
            continue;
        };
        let header = JoseHeader::parse(&json).ok();
        let alg = header.and_then(|header| header.alg);
        if let Some(alg) = alg.filter(|alg| Algorithm::named(alg).is_some()) {
            let change = alteration::edit_of(Segment::Header, sent, alteration, character);
            found.push(Variant {
                segment,
                change,
                alg: Some(alg.as_ref().to_owned()),
                other_kid: None,
                styles: Styles::default(),
            });
        }
    }
    found
}

/// Whether a common writer wrote this JSON, with a newline or without.
fn is_spelling(json: &[u8], spellings: &[(Arc<str>, Styles)]) -> bool {
    let json = json.trim_ascii_end();
    spellings.iter().any(|(known, _)| known.as_bytes() == json)
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
