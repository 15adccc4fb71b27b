//! How a text could be meant as a token: taken out of what stands around it (`around`), and brought
//! to base64url. A strict reader refuses such text; here it is read for the search alone.

use super::around;
use super::cause::Cause;

/// More readings than this of one text are not looked at.
const MAX_READINGS: usize = 6;

/// Two digits for each octet of a signature, of which some may be missing.
const SHORTEST_HEX: usize = 100;

/// A text as three segments of base64url, with what was done to it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What had to be done, in its order.
    pub causes: Vec<Cause>,
    /// Header, payload and signature, in base64url without padding.
    pub segments: [String; 3],
    /// The signature with the last character as it stood: its bits may be those of a character that
    /// was damaged.
    pub last_as_written: String,
    /// Header and payload as they stood, where that is something else.
    pub written: Option<[String; 2]>,
}

/// The longest text that is read, in octets: no token in an HTTP header is longer, and each of a
/// hundred forms of it would be as long.
pub const MAX_READ: usize = 64 * 1024;

/// Every way to read a text as a token, the plainest first.
pub fn readings(text: &[u8]) -> Vec<Reading> {
    if text.len() > MAX_READ {
        return Vec::new();
    }
    let (cause, text) = around::legible(text);
    let mut found = vec![(Vec::from_iter(cause), text)];
    for step in around::STEPS {
        found = found
            .into_iter()
            .flat_map(|(causes, text)| match step(&text) {
                texts if texts.is_empty() => vec![(causes, text)],
                texts => texts
                    .into_iter()
                    .map(|(cause, text)| {
                        // Encoded twice is one cause.
                        let new = cause.filter(|cause| !causes.contains(cause));
                        (causes.iter().copied().chain(new).collect(), text)
                    })
                    .collect(),
            })
            .take(MAX_READINGS)
            .collect();
    }
    found
        .into_iter()
        .filter_map(|(causes, text)| Reading::of(causes, &text))
        .collect()
}

impl Reading {
    /// Splits into three segments and brings each to base64url.
    fn of(mut causes: Vec<Cause>, text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let segments = [parts.next()?, parts.next()?, parts.next()?];
        if parts.next().is_some() {
            return None;
        }
        let written = segments;
        if segments.iter().any(|segment| segment.contains(['+', '/'])) {
            causes.push(Cause::StandardBase64);
        }
        if segments.iter().any(|segment| segment.ends_with('=')) {
            causes.push(Cause::PaddedBase64);
        }
        let segments = segments.map(|segment| {
            let plain = segment.trim_end_matches('=');
            plain.replace('+', "-").replace('/', "_")
        });
        let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !segments
            .iter()
            .all(|segment| segment.chars().all(is_base64url))
        {
            return None;
        }
        let [header, payload, signature] = segments;
        let last_as_written = signature.clone();
        let (signature, stray) = without_trailing_bits(signature);
        // A hexadecimal digit at the end of a signature in hex has no bits to spare.
        let is_hex = last_as_written.len() > SHORTEST_HEX
            && last_as_written
                .bytes()
                .all(|octet| octet.is_ascii_hexdigit());
        if stray && !is_hex {
            causes.push(Cause::TrailingBits);
        }
        let differs = header != written[0] || payload != written[1];
        Some(Self {
            causes,
            written: differs.then(|| [written[0].to_owned(), written[1].to_owned()]),
            segments: [header, payload, signature],
            last_as_written,
        })
    }

    /// The Signing Input (RFC 7515 section 5.1).
    pub fn signing_input(&self) -> String {
        let [header, payload, _] = &self.segments;
        format!("{header}.{payload}")
    }
}

/// The segment with the bits zero that its last character has too many, and whether any was set.
fn without_trailing_bits(segment: String) -> (String, bool) {
    let unused = match segment.len() % 4 {
        2 => 4,
        3 => 2,
        _ => return (segment, false),
    };
    let Some(value) = segment.bytes().last().and_then(super::lax::value) else {
        return (segment, false);
    };
    let kept = value >> unused << unused;
    if kept == value {
        return (segment, false);
    }
    let mut canonical = segment;
    canonical.pop();
    canonical.push(super::lax::character(kept));
    (canonical, true)
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
            ("{\"a\":{\"access_token\":\"eyJh.eyJi.c-_A\"}}".to_owned(), &[Cause::JsonReply]),
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
                assert_eq!(reading.causes, causes, "{text}");
                assert_eq!(reading.segments, ["eyJh", "eyJi", "c-_A"], "{text}");
            }
        }
        // A signature that is whole does not go on behind a space.
        let whole = format!("eyJh.eyJi.{} foo", "A".repeat(86));
        let found = readings(whole.as_bytes());
        assert_eq!(found.first().unwrap().causes, [Cause::SurroundedToken]);
        let again = data_encoding::BASE64.encode(b"eyJh.eyJi.c-_A");
        for (text, causes) in [
            (again.as_str(), &[Cause::EncodedAgain][..]),
            ("eyJh.eyJi.c-_A\",", &[Cause::SurroundedToken]),
            ("\u{feff}eyJh.eyJi.c-_A", &[Cause::SurroundedToken]),
            ("\u{a0}eyJh.eyJi.c-_A", &[Cause::SurroundedToken]),
            ("eyJh.eyJi.c-_A\u{3000}", &[Cause::SurroundedToken]),
            (" eyJh.eyJi.c-_A\t", &[]),
            ("JWT eyJh.eyJi.c-_A", &[Cause::SurroundedToken]),
            (
                "https://a.b/#access_token=eyJh.eyJi.c-_A&x=1",
                &[Cause::SurroundedToken],
            ),
            ("[{\"a\":[\"Bearer eyJh.eyJi.c-_A\"]}]", &[Cause::JsonReply]),
            (
                "Bearer%2520eyJh.eyJi.c-_A",
                &[Cause::PercentEncoded, Cause::SurroundedToken],
            ),
            ("eyJh.eyJi.c-_A%0A", &[Cause::PercentEncoded]),
            ("yJh.eyJi.c-_A", &[Cause::LostCharacter]),
        ] {
            let found = readings(text.as_bytes());
            let reading = found.first().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(reading.causes, causes, "{text}");
            assert_eq!(reading.segments, ["eyJh", "eyJi", "c-_A"], "{text}");
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
                reading.causes == [Cause::AlteredDot] && reading.segments.join(".") == token
            };
            assert!(found.iter().any(is_it), "{text}: {found:?}");
        }
    }

    #[test]
    fn stray_bits_are_taken_off() {
        let reading = &readings(b"eyJh.eyJi.AB")[0];
        assert_eq!(
            (reading.causes.as_slice(), reading.segments[2].as_str()),
            (&[Cause::TrailingBits][..], "AA")
        );
    }
}
