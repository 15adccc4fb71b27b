//! What could have been signed instead of the Signing Input, and how it could have been hashed.

use std::collections::HashSet;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::cause::Cause;
use super::lax;
use super::reading::Reading;
use super::rewriting;
use crate::base64url;
use crate::curve::Prehash;
use crate::header::JoseHeader;
use crate::json::{Object, Value};

/// A text that may have been signed.
#[derive(Clone, Debug)]
pub struct Input {
    /// What makes it differ from the Signing Input.
    pub causes: Vec<Cause>,
    pub octets: Vec<u8>,
    /// Whether it is the text as it was written, before it was brought to base64url.
    pub as_written: bool,
}

/// A hash that may have been signed.
#[derive(Clone, Debug)]
pub struct Hashed {
    pub causes: Vec<Cause>,
    pub prehash: Prehash,
    /// As of its input.
    pub as_written: bool,
}

/// Every text that may have been signed, each once, the likeliest first.
pub fn inputs(reading: &Reading, kids: &[&str]) -> Vec<Input> {
    let [header, payload, _] = &reading.segments;
    let mut inputs = Inputs::default();
    inputs.add(&[], reading.signing_input());
    if let Some([header, payload]) = &reading.written {
        inputs.add(&[], format!("{header}.{payload}"));
        if let Some(input) = inputs.found.last_mut() {
            input.as_written = true;
        }
    }

    let standard = |segment: &str| segment.replace('-', "+").replace('_', "/");
    let padded = |segment: &str| {
        let missing = (4_usize).saturating_sub(segment.len() % 4) % 4;
        format!("{segment}{}", "=".repeat(missing))
    };
    inputs.add(&[Cause::SignedPayloadOnly], payload.clone());
    inputs.add(&[Cause::SignedHeaderOnly], header.clone());
    inputs.add(
        &[Cause::SignedPaddedInput],
        format!("{}.{}", padded(header), padded(payload)),
    );
    inputs.add(
        &[Cause::SignedStandardBase64Input],
        format!("{}.{}", standard(header), standard(payload)),
    );
    inputs.add(
        &[Cause::SignedStandardBase64Input],
        format!(
            "{}.{}",
            padded(&standard(header)),
            padded(&standard(payload))
        ),
    );
    for end in ["\n", "\r\n"] {
        inputs.add(
            &[Cause::SignedWithNewline],
            format!("{}{end}", reading.signing_input()),
        );
    }
    let (Some(header_json), Some(payload_json)) = (lax::decode(header), lax::decode(payload))
    else {
        return inputs.found;
    };
    for between in [&b"."[..], b""] {
        inputs.add(
            &[Cause::SignedDecodedJson],
            [&header_json, between, &payload_json].concat(),
        );
    }
    inputs.add(
        &[Cause::SignedPayloadOnly, Cause::SignedDecodedJson],
        payload_json.clone(),
    );

    let parsed = JoseHeader::parse(&header_json).ok();
    if let Some(parsed) = &parsed {
        for changed in changed_headers(&parsed.parameters, kids) {
            let changed = base64url::encode(changed.as_bytes());
            inputs.add(&[Cause::HeaderChanged], format!("{changed}.{payload}"));
        }
    }
    let headers: Vec<String> = parsed
        .iter()
        .flat_map(|header| spellings(&header.parameters))
        .collect();
    let payloads: Vec<String> = match Value::parse(&payload_json) {
        Ok(Value::Object(claims)) => spellings(&claims),
        Ok(_) | Err(_) => Vec::new(),
    };
    for payload in &payloads {
        inputs.add(&[Cause::PayloadRewritten], format!("{header}.{payload}"));
    }
    for header in &headers {
        inputs.add(&[Cause::HeaderRewritten], format!("{header}.{payload}"));
    }
    for (header, payload) in headers.iter().zip(&payloads) {
        inputs.add(
            &[Cause::HeaderRewritten, Cause::PayloadRewritten],
            format!("{header}.{payload}"),
        );
    }
    inputs.found
}

#[derive(Default)]
struct Inputs {
    found: Vec<Input>,
    known: HashSet<Vec<u8>>,
}

impl Inputs {
    fn add(&mut self, causes: &[Cause], octets: impl Into<Vec<u8>>) {
        let octets = octets.into();
        if self.known.insert(octets.clone()) {
            self.found.push(Input {
                causes: causes.to_vec(),
                octets,
                as_written: false,
            });
        }
    }
}

/// An object in every spelling, encoded.
fn spellings(object: &Object) -> Vec<String> {
    rewriting::styles()
        .map(|style| base64url::encode(rewriting::written(object, style).as_bytes()))
        .collect()
}

/// The header with `kid`, `typ` or `alg` left out, put in, or with a value that the keys have.
fn changed_headers(parameters: &Object, kids: &[&str]) -> Vec<String> {
    /// A header with many members is no reason to try thousands.
    const MOST: usize = 120;
    let texts = |names: &[&str]| {
        names
            .iter()
            .map(|name| Value::from(*name))
            .collect::<Vec<_>>()
    };
    let choices = [
        ("kid", texts(kids)),
        ("typ", texts(&["JWT", "at+jwt"])),
        ("alg", texts(&["ES256"])),
    ];
    let members: Vec<(&str, &Value)> = parameters
        .members()
        .iter()
        .map(|member| (&*member.name, &member.value))
        .collect();
    let mut headers: Vec<Vec<(&str, &Value)>> = vec![members];
    for (name, values) in &choices {
        let mut more = Vec::new();
        for header in &headers {
            let place = header.iter().position(|(known, _)| known == name);
            match place {
                Some(at) => {
                    let mut without = header.clone();
                    without.remove(at);
                    more.push(without);
                    for value in values {
                        let mut with = header.clone();
                        if let Some(member) = with.get_mut(at) {
                            member.1 = value;
                        }
                        more.push(with);
                    }
                }
                None => {
                    for value in values {
                        for at in 0..=header.len() {
                            let mut with = header.clone();
                            with.insert(at, (name, value));
                            more.push(with);
                        }
                    }
                }
            }
        }
        headers.extend(more);
        headers.truncate(MOST);
    }
    headers
        .into_iter()
        .skip(1)
        .map(|header| rewriting::compact(header.into_iter()))
        .collect()
}

/// A text hashed in every way; SHA-256 first.
pub fn hashes(input: &Input, alg: Option<&str>) -> Vec<Hashed> {
    let text = &input.octets;
    let once = Sha256::digest(text);
    // A hash that the header's own algorithm asks for is no other hash.
    let longer = |size: &str| match alg {
        Some(alg) if alg.ends_with(size) => Cause::AlgNotOfCurve,
        Some(_) | None => Cause::OtherHash,
    };
    let plain = match alg {
        Some("ES256") | None => None,
        Some(_) => Some(Cause::AlgNotOfCurve),
    };
    let of = |text: String| Sha256::digest(text).into();
    let found: [(Option<Cause>, Prehash); 8] = [
        (plain, once.into()),
        (Some(Cause::HashedTwice), Sha256::digest(once).into()),
        (Some(Cause::HashedAsHex), of(HEXLOWER.encode(&once))),
        (Some(Cause::HashedAsHex), of(HEXUPPER.encode(&once))),
        (Some(Cause::HashedAsHex), of(BASE64.encode(&once))),
        (Some(longer("384")), leftmost(&Sha384::digest(text))),
        (Some(longer("512")), leftmost(&Sha512::digest(text))),
        (Some(Cause::OtherHash), leftmost(&Sha1::digest(text))),
    ];
    found
        .into_iter()
        .map(|(cause, prehash)| Hashed {
            causes: input.causes.iter().copied().chain(cause).collect(),
            prehash,
            as_written: input.as_written,
        })
        .collect()
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
