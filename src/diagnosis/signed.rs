//! What could have been signed instead of the Signing Input, and how it could have been hashed. A
//! text is hashed as soon as it is written: only its hashes are kept, and all texts together are
//! bounded.

use std::collections::HashSet;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::cause::Cause;
use super::headers::{self, Names};
use super::lax;
use super::reading::Reading;
use super::rewriting;
use crate::curve::Prehash;
use crate::text::base64url;
use crate::text::json::{Object, Value};
use crate::token::header::JoseHeader;

/// The octets of all texts together, each as often as it is hashed.
const MOST_HASHED: usize = 8 * 1024 * 1024;

/// The octets of all spellings of one object together.
const MOST_SPELLED: usize = 1024 * 1024;

/// A hash that may have been signed.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// What makes it differ from the hash of the Signing Input.
    pub causes: Vec<Cause>,
    pub prehash: Prehash,
    /// Whether it is of the Signing Input itself.
    pub is_plain: bool,
    /// What no cause can say: which hash, and that the text was taken as it stood.
    pub detail: Option<&'static str>,
}

/// Every hash that may have been signed.
#[derive(Debug)]
pub struct Signed {
    /// Those with the fewest causes first.
    pub hashes: Vec<Hashed>,
    /// What was written, by its causes, each once.
    pub inputs: Vec<Vec<Cause>>,
    /// Whether nothing was left out for its length.
    pub complete: bool,
    known: HashSet<Prehash>,
    left: usize,
}

/// In which ways a text is hashed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    Every,
    /// By SHA-256 alone: for the pairs of faults, of which there are many.
    Plain,
}

/// A segment in another form than it has.
struct Variant {
    causes: Vec<Cause>,
    segment: String,
    /// The header's `alg`; of a payload it means nothing.
    alg: Option<String>,
}

impl Signed {
    /// Hashes every text that may have been signed, each once, the likeliest first.
    pub fn new(reading: &Reading, header: Option<&JoseHeader>, names: &Names) -> Self {
        let mut signed = Self {
            hashes: Vec::new(),
            inputs: Vec::new(),
            complete: true,
            known: HashSet::new(),
            left: MOST_HASHED,
        };
        signed.fill(reading, header, names);
        signed.hashes.sort_by_key(|hashed| hashed.causes.len());
        signed
    }

    fn fill(&mut self, reading: &Reading, header: Option<&JoseHeader>, names: &Names) {
        let [header_segment, payload_segment, _] = &reading.segments;
        let as_is = |segment: &String, alg: Option<&str>| Variant {
            causes: Vec::new(),
            segment: segment.clone(),
            alg: alg.map(str::to_owned),
        };
        let alg = header.and_then(|header| header.alg.as_deref());
        let headers = [as_is(header_segment, alg)];
        let payloads = [as_is(payload_segment, None)];
        self.pairs(&headers, &payloads, Ways::Every);
        if let Some([header, payload]) = &reading.written {
            let before = self.hashes.len();
            self.add(&[], format!("{header}.{payload}"), alg, Ways::Every);
            for hashed in self.hashes.iter_mut().skip(before) {
                hashed.detail = hashed.detail.or(Some("signed as it is written"));
            }
        }
        self.wrapped(&headers, &payloads, Ways::Every);

        let header_json = lax::decode(header_segment).unwrap_or_default();
        let payload_json = lax::decode(payload_segment).unwrap_or_default();
        let (mut other_headers, mut other_payloads) = (Vec::new(), Vec::new());
        if let Some(header) = header {
            for changed in headers::changed(&header.parameters, &header_json, names) {
                other_headers.push(Variant {
                    causes: vec![Cause::HeaderChanged],
                    segment: base64url::encode(changed.text.as_bytes()),
                    alg: changed.alg,
                });
            }
            for segment in self.spellings(&header.parameters) {
                other_headers.push(Variant {
                    causes: vec![Cause::HeaderRewritten],
                    ..as_is(&segment, alg)
                });
            }
        }
        if let Ok(Value::Object(claims)) = Value::parse(&payload_json) {
            for segment in self.spellings(&claims) {
                other_payloads.push(Variant {
                    causes: vec![Cause::PayloadRewritten],
                    ..as_is(&segment, None)
                });
            }
        }
        other_payloads.push(Variant {
            causes: vec![Cause::SignedWithNewline],
            segment: base64url::encode(&[&payload_json[..], b"\n"].concat()),
            alg: None,
        });
        self.pairs(&other_headers, &payloads, Ways::Every);
        self.pairs(&headers, &other_payloads, Ways::Every);
        self.pairs(&other_headers, &other_payloads, Ways::Plain);
        self.wrapped(&other_headers, &payloads, Ways::Plain);
        self.wrapped(&headers, &other_payloads, Ways::Plain);
    }

    fn pairs(&mut self, headers: &[Variant], payloads: &[Variant], ways: Ways) {
        for header in headers {
            for payload in payloads {
                let causes = [&header.causes[..], &payload.causes].concat();
                let input = format!("{}.{}", header.segment, payload.segment);
                self.add(&causes, &input, header.alg.as_deref(), ways);
            }
        }
    }

    /// A part of the Signing Input, or more than it.
    fn wrapped(&mut self, headers: &[Variant], payloads: &[Variant], ways: Ways) {
        use Cause::{
            SignedDecodedJson, SignedHeaderOnly, SignedPaddedInput, SignedPayloadOnly,
            SignedStandardBase64Input, SignedWithNewline,
        };
        let standard = |segment: &str| segment.replace('-', "+").replace('_', "/");
        let padded = |segment: &str| {
            let missing = (4_usize).saturating_sub(segment.len() % 4) % 4;
            format!("{segment}{}", "=".repeat(missing))
        };
        for header in headers {
            for payload in payloads {
                let alg = header.alg.as_deref();
                let known = [&header.causes[..], &payload.causes].concat();
                let (h, p) = (header.segment.as_str(), payload.segment.as_str());
                let mut add = |causes: &[Cause], text: &[u8]| {
                    self.add(&[&known, causes].concat(), text, alg, ways);
                };
                add(&[SignedPayloadOnly], p.as_bytes());
                add(&[SignedHeaderOnly], h.as_bytes());
                let both = format!("{}.{}", padded(h), padded(p));
                add(&[SignedPaddedInput], both.as_bytes());
                let both = format!("{}.{}", standard(h), standard(p));
                add(&[SignedStandardBase64Input], both.as_bytes());
                let both = format!("{}.{}", padded(&standard(h)), padded(&standard(p)));
                add(&[SignedStandardBase64Input], both.as_bytes());
                for end in ["\n", "\r\n"] {
                    let both = format!("{h}.{p}{end}");
                    add(&[SignedWithNewline], both.as_bytes());
                }
                let alone = format!("{p}\n");
                add(&[SignedPayloadOnly, SignedWithNewline], alone.as_bytes());
                if let (Some(h), Some(p)) = (lax::decode(h), lax::decode(p)) {
                    for between in [&b"."[..], b""] {
                        add(&[SignedDecodedJson], &[&h, between, &p].concat());
                    }
                    add(&[SignedPayloadOnly, SignedDecodedJson], &p);
                }
            }
        }
    }

    /// An object in every spelling, each once, encoded.
    fn spellings(&mut self, object: &Object) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut octets: usize = 0;
        for style in rewriting::styles() {
            let spelled = rewriting::written(rewriting::pairs(object), style)
                .map(|text| base64url::encode(text.as_bytes()));
            octets = octets.saturating_add(spelled.as_ref().map_or(0, String::len));
            match spelled {
                Some(spelled) if octets <= MOST_SPELLED => {
                    if !found.contains(&spelled) {
                        found.push(spelled);
                    }
                }
                Some(_) | None => self.complete = false,
            }
        }
        found
    }

    /// Hashes a text; SHA-256 first. `alg` is the one of the header that was signed with it.
    fn add(&mut self, causes: &[Cause], text: impl AsRef<[u8]>, alg: Option<&str>, ways: Ways) {
        let text = text.as_ref();
        let passes = if ways == Ways::Every { 4 } else { 1 };
        let octets = text.len().saturating_mul(passes);
        let Some(left) = self.left.checked_sub(octets) else {
            self.complete = false;
            return;
        };
        self.left = left;
        let once = Sha256::digest(text);
        if !self.known.insert(once.into()) {
            return;
        }
        if !self.inputs.iter().any(|known| known == causes) {
            self.inputs.push(causes.to_vec());
        }
        let of_alg = match alg {
            Some("ES256") | None => None,
            Some(alg) if alg.trim().eq_ignore_ascii_case("ES256") => Some(Cause::AlgMisspelled),
            Some(_) => Some(Cause::AlgNotOfCurve),
        };
        // A hash that the header's own algorithm asks for is no other hash.
        let longer = |size: &str| match alg {
            Some(alg) if alg.starts_with("ES") && alg.ends_with(size) => None,
            Some(_) | None => Some(Cause::OtherHash),
        };
        let mut push = |cause: Option<Cause>, prehash: Prehash, detail: Option<&'static str>| {
            let of_hash = of_alg.iter().copied().chain(cause);
            self.hashes.push(Hashed {
                causes: causes.iter().copied().chain(of_hash).collect(),
                prehash,
                is_plain: causes.is_empty(),
                detail,
            });
        };
        push(None, once.into(), None);
        if ways == Ways::Plain {
            return;
        }
        let of = |text: String| Sha256::digest(text).into();
        push(Some(Cause::HashedTwice), Sha256::digest(once).into(), None);
        for text in [
            HEXLOWER.encode(&once),
            HEXUPPER.encode(&once),
            BASE64.encode(&once),
        ] {
            push(Some(Cause::HashedAsHex), of(text), None);
        }
        let twice = |longer: Option<Cause>| longer.is_none().then_some(Some(Cause::HashedTwice));
        let sha384 = Sha384::digest(text);
        let detail = Some("hashed by SHA-384");
        push(longer("384"), leftmost(&sha384), detail);
        if let Some(twice) = twice(longer("384")) {
            push(twice, leftmost(&Sha384::digest(sha384)), detail);
        }
        let sha512 = Sha512::digest(text);
        let detail = Some("hashed by SHA-512");
        push(longer("512"), leftmost(&sha512), detail);
        if let Some(twice) = twice(longer("512")) {
            push(twice, leftmost(&Sha512::digest(sha512)), detail);
        }
        let sha1 = leftmost(&Sha1::digest(text));
        push(Some(Cause::OtherHash), sha1, Some("hashed by SHA-1"));
    }
}

/// The leftmost 256 bits of a longer hash, and a shorter hash as the number that it is.
fn leftmost(hash: &[u8]) -> Prehash {
    let mut prehash = Prehash::default();
    let kept = hash.get(..prehash.len()).unwrap_or(hash);
    let from = prehash.len().saturating_sub(kept.len());
    if let Some(place) = prehash.get_mut(from..) {
        place.copy_from_slice(kept);
    }
    prehash
}
