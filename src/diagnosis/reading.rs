//! How a text could be meant as a token: taken out of what stands around it, and brought to
//! base64url. A strict reader refuses such text; here it is read for the search alone.

use super::cause::Cause;
use crate::json::{Object, Value};

/// More readings than this of one text are not looked at.
const MAX_READINGS: usize = 6;

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

/// Every way to read a text as a token, the plainest first.
pub fn readings(text: &[u8]) -> Vec<Reading> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Vec::new();
    };
    let mut found = vec![(Vec::new(), text.to_owned())];
    for step in [
        decoded,
        from_json,
        from_cookie,
        before_tilde,
        apart,
        unwrapped,
    ] {
        found = found
            .into_iter()
            .flat_map(|(causes, text)| match step(&text) {
                None => vec![(causes, text)],
                Some((cause, texts)) => texts
                    .into_iter()
                    .map(|text| {
                        let causes = causes.iter().copied().chain([cause]).collect();
                        (causes, text)
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
        if stray {
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

type Step = Option<(Cause, Vec<String>)>;

/// `%2E`, `%3D`, `%2B`, `%2F` and their like (RFC 3986 section 2.1).
fn decoded(text: &str) -> Step {
    if !text.contains('%') {
        return None;
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        if octet != b'%' {
            plain.push(octet);
            continue;
        }
        let high = char::from(octets.next()?).to_digit(16)?;
        let low = char::from(octets.next()?).to_digit(16)?;
        plain.push(u8::try_from(high << 4 | low).ok()?);
    }
    Some((Cause::PercentEncoded, vec![String::from_utf8(plain).ok()?]))
}

/// A JWS in its JSON Serialization, or a reply that holds a token.
fn from_json(text: &str) -> Step {
    if !text.starts_with('{') {
        return None;
    }
    let Ok(Value::Object(object)) = Value::parse(text.as_bytes()) else {
        return None;
    };
    if let Some(payload) = object.get("payload").and_then(Value::as_str) {
        let signatures: Vec<&Object> = match object.get("signatures") {
            Some(Value::Array(items)) => items.iter().filter_map(as_object).collect(),
            _ => vec![&object],
        };
        let compact = signatures.iter().filter_map(|signature| {
            let protected = signature.get("protected")?.as_str()?;
            let signature = signature.get("signature")?.as_str()?;
            Some(format!("{protected}.{payload}.{signature}"))
        });
        return Some((Cause::JsonSerialization, compact.collect()));
    }
    let mut tokens = Vec::new();
    strings(&object, 0, &mut |text| {
        if text.starts_with("eyJ")
            && text.matches('.').count() == 2
            && !tokens.iter().any(|token| token == text)
        {
            tokens.push(text.to_owned());
        }
    });
    (!tokens.is_empty()).then_some((Cause::JsonReply, tokens))
}

fn as_object(value: &Value) -> Option<&Object> {
    match value {
        Value::Object(object) => Some(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

/// Every string member of an object and of the objects in it, some levels deep.
fn strings<'o>(object: &'o Object, depth: usize, take: &mut impl FnMut(&'o str)) {
    const DEEPEST: usize = 4;
    for member in object.members() {
        match &member.value {
            Value::String(text) => take(text),
            Value::Object(inner) if depth < DEEPEST => {
                strings(inner, depth.saturating_add(1), take);
            }
            Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_) => {}
        }
    }
}

/// `Cookie: a=b; session=eyJ...; c=d`
fn from_cookie(text: &str) -> Step {
    let tokens: Vec<String> = text
        .split([';', ' ', '\t'])
        .filter_map(|pair| pair.split_once('='))
        .map(|(_, value)| value.trim_matches('"'))
        .filter(|value| value.starts_with("eyJ"))
        .map(str::to_owned)
        .collect();
    (!tokens.is_empty()).then_some((Cause::Cookie, tokens))
}

/// The signed token of an SD-JWT.
fn before_tilde(text: &str) -> Step {
    let (token, _) = text.split_once('~')?;
    Some((Cause::SdJwt, vec![token.to_owned()]))
}

/// Two whole tokens, with white space, a comma or nothing between them.
fn apart(text: &str) -> Step {
    let whole = |part: &&str| part.starts_with("eyJ") && part.matches('.').count() == 2;
    let parts: Vec<&str> = text
        .split([' ', ',', ';', '\t', '\r', '\n'])
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 1 && parts.iter().all(whole) {
        return Some((
            Cause::TwoTokens,
            parts.into_iter().map(String::from).collect(),
        ));
    }
    // The third segment is the first token's signature and the second token's header.
    let mut dots = text.match_indices('.').map(|(at, _)| at);
    let (second, third) = (dots.nth(1)?, dots.next()?);
    let at = second.checked_add(text.get(second..third)?.rfind("eyJ")?)?;
    let (first, second) = text.split_at_checked(at)?;
    let both = [first, second];
    both.iter()
        .all(whole)
        .then(|| (Cause::TwoTokens, both.map(String::from).to_vec()))
}

/// Without white space, and without line feeds that were escaped as in a string of JSON.
fn unwrapped(text: &str) -> Step {
    let plain: String = text.replace("\\r", "").replace("\\n", "");
    let plain: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    (plain != text).then(|| (Cause::LineWrapped, vec![plain]))
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
        for text in ["", "a.b", "a.b.c.d", "a.b.c!", "{\"a\":1}", "%zz.a.b"] {
            assert!(readings(text.as_bytes()).is_empty(), "{text}");
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
