//! How a text could be meant as a token: taken out of what stands around it (`extract`), and brought
//! to base64url. A strict reader rejects such text; here it is read for the search alone.

pub mod base64url_lenient;
pub mod der;
pub mod extract;
pub mod foreign;
pub mod header_encoding;
pub mod notation;
pub mod signature_encodings;

use super::budget::{self, Work};
use super::cause::Cause;
use super::change::{self, Change};
use super::replay::{self, Segments};
use crate::text::base64url;

/// More readings than this of one text are not looked at.
const MAX_READINGS: usize = 6;

/// A text as three segments of base64url, with what was done to it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What had to be done, in its order.
    pub changes: Vec<Change>,
    pub segments: Segments,
}

/// The longest text that is read, in octets: no token in an HTTP header is longer, and each of a
/// hundred forms of it would be as long.
pub const MAX_READ: usize = 64 * 1024;

/// Every way to read a text as a token, the plainest first.
pub fn readings(token: &[u8]) -> Vec<Reading> {
    let found = extract::STEPS
        .iter()
        .fold(unwrapped(token), |found, step| after(found, *step));
    found
        .into_iter()
        .filter_map(|(changes, text)| Reading::of(token, changes, &text))
        .collect()
}

/// A text with what was done to it.
type Text = (Vec<Change>, String);

/// A text taken out of what it was encoded in, or wrapped in, in every way, the plainest first.
pub fn unwrapped(token: &[u8]) -> Vec<Text> {
    if token.len() > MAX_READ {
        return Vec::new();
    }
    let found = match extract::alone(Change::RemoveNuls, token) {
        Some(changes) => {
            let after = |text: Vec<u8>, change: &Change| replay::text(&text, change);
            let text = changes.iter().try_fold(token.to_vec(), after);
            Vec::from_iter(text.map(|text| (changes, replay::legible(&text))))
        }
        None => vec![(Vec::new(), replay::legible(token))],
    };
    extract::CONTAINERS
        .iter()
        .fold(found, |found, step| after(found, *step))
}

/// The texts after a step, which leaves those alone for which it has nothing to propose.
fn after(texts: Vec<Text>, step: extract::Step) -> Vec<Text> {
    let texts = texts.into_iter();
    texts
        .flat_map(|(changes, text)| match step(&text) {
            proposals if proposals.is_empty() => vec![(changes, text)],
            proposals => proposals
                .into_iter()
                .filter_map(|proposal| with(&changes, &text, &proposal))
                .collect(),
        })
        .take(MAX_READINGS)
        .collect()
}

/// A text with these changes made to it as well.
fn with(changes: &[Change], text: &str, proposal: &[Change]) -> Option<Text> {
    let text = proposal.iter().try_fold(text.to_owned(), |text, change| {
        replay::text(text.as_bytes(), change).map(|text| replay::legible(&text))
    })?;
    Some(([changes, proposal].concat(), text))
}

impl Reading {
    /// Brings each segment to base64url.
    pub fn of(token: &[u8], changes: Vec<Change>, text: &str) -> Option<Self> {
        let mut changes = replay::with_bytes(token, changes)?;
        if text.contains(['+', '/']) {
            changes.push(Change::UseBase64url);
        }
        if text.split('.').any(|segment| segment.ends_with('=')) {
            changes.push(Change::RemovePadding);
        }
        let segments = replay::segments(token, &changes)?;
        Some(Self { changes, segments })
    }

    /// The causes that the changes have, each once.
    pub fn causes(&self) -> Vec<Cause> {
        change::causes(&self.changes)
    }

    /// The Signing Input (RFC 7515 section 5.1).
    pub fn signing_input(&self) -> String {
        format!("{}.{}", self.segments.header, self.segments.payload)
    }

    /// Header and payload before their encoding; none if reading them cannot be paid for.
    pub fn content(&self, work: &mut Work) -> Option<[Vec<u8>; 2]> {
        /// The header is read for itself and for its key, as one on P-256 and as another one.
        const OF_HEADER: u64 = 3;
        /// The payload is read for itself and for a key in it.
        const OF_PAYLOAD: u64 = 2;
        let Segments {
            header, payload, ..
        } = &self.segments;
        let encoded = header.len().saturating_add(payload.len());
        if !work.spend(budget::of_parsing(encoded)) {
            return None;
        }
        let content = [header, payload].map(|part| base64url::decode(part).unwrap_or_default());
        let [header, payload] = content.each_ref().map(|part| budget::of_json(part));
        let payload = payload.saturating_mul(OF_PAYLOAD);
        let units = header.saturating_mul(OF_HEADER).saturating_add(payload);
        work.spend(units).then_some(content)
    }

    /// The token that it reads, without stray bits.
    pub fn token(&self) -> String {
        let signature = without_trailing_bits(&self.segments.signature);
        let signature = signature.as_ref().unwrap_or(&self.segments.signature);
        format!("{}.{signature}", self.signing_input())
    }
}

/// The segment with the bits zero that its last character has too many, if any is set.
pub fn without_trailing_bits(segment: &str) -> Option<String> {
    let unused = match segment.len() % 4 {
        2 => 4,
        3 => 2,
        _ => return None,
    };
    let (at, last) = segment.char_indices().next_back()?;
    let value = base64url_lenient::value(u8::try_from(last).ok()?)?;
    let kept = value >> unused << unused;
    let canonical = format!(
        "{}{}",
        segment.get(..at)?,
        base64url_lenient::character(kept)
    );
    (kept != value).then_some(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_out_of_what_stands_around_it() {
        let token = "eyJh.eyJi.c-_A";
        for (text, causes) in [
            (token.to_owned(), &[][..]),
            ("eyJh.eyJi.c+/A".to_owned(), &[Cause::StandardBase64]),
            ("eyJh.eyJi.c-_A==".to_owned(), &[Cause::PaddedBase64]),
            ("eyJh%2EeyJi.c%2B/A%3D".to_owned(), &[Cause::PercentEncoded, Cause::StandardBase64, Cause::PaddedBase64]),
            ("{\"a\":{\"access_token\":\"eyJh.eyJi.c-_A\"}}".to_owned(), &[Cause::JsonResponse]),
            ("{\"payload\":\"eyJi\",\"protected\":\"eyJh\",\"signature\":\"c-_A\"}".to_owned(), &[Cause::JsonSerialization]),
            ("{\"payload\":\"eyJi\",\"signatures\":[{\"protected\":\"eyJh\",\"signature\":\"c-_A\"}]}".to_owned(), &[Cause::JsonSerialization]),
            ("Cookie: x=y; s=eyJh.eyJi.c-_A; z=1".to_owned(), &[Cause::Cookie]),
            ("eyJh.eyJi.c-_A~eyJk~".to_owned(), &[Cause::SdJwt]),
            ("eyJh.\n eyJi.c-\\n_A".to_owned(), &[Cause::LineWrapped]),
            ("eyJh.eyJi.c-_A,eyJh.eyJi.c-_A".to_owned(), &[Cause::TwoTokens]),
            ("eyJh.eyJi.c-_AeyJh.eyJi.c-_A".to_owned(), &[Cause::TwoTokens]),
        ] {
            let found = readings(text.as_bytes());
            assert!(!found.is_empty(), "{text}");
            for reading in found {
                assert_eq!(reading.causes(), causes, "{text}");
                assert_eq!(reading.token(), "eyJh.eyJi.c-_A", "{text}");
            }
        }
        // A signature that is whole does not go on behind a space.
        let whole = format!("eyJh.eyJi.{} foo", "A".repeat(86));
        let found = readings(whole.as_bytes());
        assert_eq!(found.first().unwrap().causes(), [Cause::SurroundedToken]);
        let again = data_encoding::BASE64.encode(b"eyJh.eyJi.c-_A");
        for (text, causes) in [
            (again.as_str(), &[Cause::DoubleEncoded][..]),
            ("eyJh.eyJi.c-_A\",", &[Cause::SurroundedToken]),
            ("\u{feff}eyJh.eyJi.c-_A", &[Cause::SurroundedToken]),
            ("\u{a0}eyJh.eyJi.c-_A", &[Cause::SurroundedToken]),
            ("eyJh.eyJi.c-_A\u{3000}", &[Cause::SurroundedToken]),
            (" eyJh.eyJi.c-_A\t", &[Cause::SurroundedToken]),
            ("JWT eyJh.eyJi.c-_A", &[Cause::SurroundedToken]),
            (
                "https://a.b/#access_token=eyJh.eyJi.c-_A&x=1",
                &[Cause::SurroundedToken],
            ),
            (
                "[{\"a\":[\"Bearer eyJh.eyJi.c-_A\"]}]",
                &[Cause::JsonResponse, Cause::SurroundedToken],
            ),
            (
                "Bearer%2520eyJh.eyJi.c-_A",
                &[Cause::PercentEncoded, Cause::SurroundedToken],
            ),
            (
                "Basic%2520eyJh.eyJi.c-_A",
                &[Cause::PercentEncoded, Cause::SurroundedToken],
            ),
            (
                "eyJh.eyJi.c-_A%0A",
                &[Cause::PercentEncoded, Cause::SurroundedToken],
            ),
            ("yJh.eyJi.c-_A", &[Cause::LostCharacter]),
        ] {
            let found = readings(text.as_bytes());
            let reading = found.first().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(reading.causes(), causes, "{text}");
            assert_eq!(reading.token(), "eyJh.eyJi.c-_A", "{text}");
        }
        for text in ["", "a.b", "a.b.c.d", "a.b.c!", "{\"a\":1}", "%zz.a.b"] {
            assert!(readings(text.as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_text_beyond_the_limit_is_not_read() {
        let long = |times| format!("eyJh.{}.c-_A", "eyJi".repeat(times));
        assert_eq!(readings(long(MAX_READ / 4 - 3).as_bytes()).len(), 1);
        assert!(readings(long(MAX_READ / 4).as_bytes()).is_empty());
    }

    /// Only a header and a payload that can be read tell where a lost dot stood.
    #[test]
    fn dots_are_put_back() {
        let signature = "A".repeat(86);
        let token = format!("eyJhIjoxfQ.eyJiIjoyfQ.{signature}");
        let last = format!(".{signature}");
        for text in [
            token.replacen('.', "..", 1),
            token.replacen('.', ",", 1),
            token.replacen('.', "", 1),
            token.replacen('.', "-", 1),
            token.replace(&last, &signature),
            token.replace(&last, &format!("_{signature}")),
        ] {
            let found = readings(text.as_bytes());
            let is_it = |reading: &Reading| {
                reading.causes() == [Cause::AlteredDot] && reading.token() == token
            };
            assert!(found.iter().any(is_it), "{text}: {found:?}");
        }
    }
    #[test]
    fn stray_bits_are_removed() {
        for (segment, canonical) in [
            ("AB", Some("AA")),
            ("AAB", Some("AAA")),
            ("AA", None),
            ("AAAB", None),
            ("A", None),
            ("", None),
        ] {
            let found = without_trailing_bits(segment);
            assert_eq!(found.as_deref(), canonical, "{segment}");
        }
    }
}
