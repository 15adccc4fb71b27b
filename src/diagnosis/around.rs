//! What stands around a token, and how it is taken off: one step after the other, of which each may
//! give several texts, and none where it has nothing to do.

use super::cause::Cause;
use super::lax;
use crate::text::json::Value;

/// What is left of a text, with what was done to it; none where that is not worth a word.
type Texts = Vec<(Option<Cause>, String)>;

/// Every step, in the order in which the wrappings come off.
pub const STEPS: [fn(&str) -> Texts; 11] = [
    decoded_again,
    decoded,
    // Encoded twice, as by a form that holds a URL.
    decoded,
    from_json,
    from_cookie,
    before_tilde,
    apart,
    dotted,
    with_plus,
    inside,
    first_lost,
];

/// How many tokens of one text, or places in it, are looked at: a text of many is hostile or a log.
const MOST: usize = 16;

/// The characters of a signature of 64 octets.
const SIGNATURE: usize = 86;

/// What an object begins with in base64url: `{"`, or white space after the brace.
const STARTS: [&str; 5] = ["eyJ", "eyA", "ewo", "ew0", "ewk"];

/// The text, whatever its encoding: of UTF-16, every other octet is zero.
pub fn legible(text: &[u8]) -> (Option<Cause>, String) {
    if !text.contains(&0) {
        return (None, String::from_utf8_lossy(text).into_owned());
    }
    let marks = [&[0xFE, 0xFF], &[0xFF, 0xFE]];
    let unmarked = marks.iter().find_map(|mark| text.strip_prefix(*mark));
    let octets = unmarked.unwrap_or(text).iter().copied();
    let octets: Vec<u8> = octets.filter(|octet| *octet != 0).collect();
    let text = String::from_utf8_lossy(&octets).into_owned();
    (Some(Cause::ZeroOctets), text)
}

fn begins(text: &str) -> bool {
    STARTS.iter().any(|start| text.starts_with(start))
}

/// Whether it is a character of base64url.
pub fn is_base64url(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Whether it looks like a token from one end to the other.
fn is_whole(text: &str) -> bool {
    begins(text) && text.matches('.').count() == 2 && !text.contains(char::is_whitespace)
}

/// Every token in a text, each once: what begins as a header does, at the beginning of a word, and
/// goes on with two more segments, of base64url or of standard base64.
fn tokens(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut behind = 0;
    // Every start begins with it. Each octet is looked at a few times, however many words there are.
    for (at, _) in text.match_indices('e') {
        let Some((before, word)) = text.split_at_checked(at) else {
            break;
        };
        if at < behind || !begins(word) {
            continue;
        }
        if found.len() == MOST {
            break;
        }
        let end = word.find(|c| !is_base64url(c) && !matches!(c, '.' | '+' | '/' | '='));
        let word = word.get(..end.unwrap_or(word.len())).unwrap_or_default();
        behind = at.saturating_add(word.len());
        let is_apart = !before.ends_with(is_base64url)
            || ["\\n", "\\r", "\\t"]
                .iter()
                .any(|end| before.ends_with(end));
        let dots: Vec<usize> = word.match_indices('.').map(|(at, _)| at).collect();
        let end = dots.get(2).copied().unwrap_or(word.len());
        // An ellipsis parts no segments.
        let is_shortened = word.find("...").is_some_and(|at| at < end);
        if let (true, Some(token)) = (is_apart && dots.len() > 1, word.get(..end))
            && !found.contains(&token)
            && !is_shortened
        {
            found.push(token);
        }
    }
    found
}

/// A token in base64 once more.
fn decoded_again(text: &str) -> Texts {
    let plain: String = text.split_whitespace().collect();
    let plain = plain.trim_end_matches('=');
    let plain = plain.replace('+', "-").replace('/', "_");
    lax::decode(&plain)
        .and_then(|octets| String::from_utf8(octets).ok())
        .filter(|inner| !tokens(inner).is_empty())
        .map(|inner| (Some(Cause::EncodedAgain), inner))
        .into_iter()
        .collect()
}

/// `%2E`, `%3D`, `%2B`, `%2F` and their like (RFC 3986 section 2.1).
fn decoded(text: &str) -> Texts {
    percent_decoded(text)
        .map(|plain| (Some(Cause::PercentEncoded), plain.trim().to_owned()))
        .into_iter()
        .collect()
}

fn percent_decoded(text: &str) -> Option<String> {
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
    String::from_utf8(plain).ok()
}

/// A JWS in its JSON Serialization, or a reply that holds a token.
fn from_json(text: &str) -> Texts {
    let Ok(value @ (Value::Object(_) | Value::Array(_))) = Value::parse(text.as_bytes()) else {
        return Vec::new();
    };
    if let Value::Object(object) = &value
        && let Some(payload) = object.get("payload").and_then(Value::as_str)
    {
        let signatures: Vec<&Value> = match object.get("signatures") {
            Some(Value::Array(items)) => items.iter().collect(),
            _ => vec![&value],
        };
        let compact = signatures.iter().filter_map(|signature| {
            let Value::Object(signature) = signature else {
                return None;
            };
            let protected = signature.get("protected")?.as_str()?;
            let signature = signature.get("signature")?.as_str()?;
            let compact = format!("{protected}.{payload}.{signature}");
            Some((Some(Cause::JsonSerialization), compact))
        });
        return compact.collect();
    }
    let mut found: Vec<String> = Vec::new();
    strings(&value, 0, &mut |text| {
        let text = text.trim();
        let text = text.strip_prefix("Bearer ").unwrap_or(text);
        if found.len() == MOST {
            return;
        }
        let is_new = !found.iter().any(|known| known == text);
        if is_new && (is_whole(text) || !tokens(text).is_empty()) {
            found.push(text.to_owned());
        }
    });
    let of_reply = |text| (Some(Cause::JsonReply), text);
    found.into_iter().map(of_reply).collect()
}

/// Every string in a value, some levels deep.
fn strings<'v>(value: &'v Value, depth: usize, take: &mut impl FnMut(&'v str)) {
    const DEEPEST: usize = 8;
    let inner = depth.saturating_add(1);
    match value {
        Value::String(text) => take(text),
        Value::Object(object) if depth < DEEPEST => {
            for member in object.members() {
                strings(&member.value, inner, take);
            }
        }
        Value::Array(items) if depth < DEEPEST => {
            for item in items {
                strings(item, inner, take);
            }
        }
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `Cookie: a=b; session=eyJ...; c=d`
fn from_cookie(text: &str) -> Texts {
    let (name, pairs) = text.split_once(':').unwrap_or(("", text));
    let is_header = ["cookie", "set-cookie"]
        .iter()
        .any(|header| name.trim().eq_ignore_ascii_case(header));
    if !is_header && !text.contains("; ") {
        return Vec::new();
    }
    let values = pairs.split(';').filter_map(|pair| pair.split_once('='));
    values
        .map(|(_, value)| value.trim().trim_matches('"'))
        .filter(|value| begins(value))
        .map(|value| (Some(Cause::Cookie), value.to_owned()))
        .collect()
}

/// The signed token of an SD-JWT.
fn before_tilde(text: &str) -> Texts {
    let token = text.split_once('~').map(|(token, _)| token);
    token
        .filter(|token| is_whole(token))
        .map(|token| (Some(Cause::SdJwt), token.to_owned()))
        .into_iter()
        .collect()
}

/// Two whole tokens, with white space, a comma or nothing between them.
fn apart(text: &str) -> Texts {
    let of_two = |part: &str| (Some(Cause::TwoTokens), part.to_owned());
    let parts: Vec<&str> = text
        .split([' ', ',', ';', '\t', '\r', '\n'])
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 1 && parts.iter().all(|part| is_whole(part)) {
        return parts.into_iter().map(of_two).collect();
    }
    glued(text)
        .filter(|both| both.iter().all(|part| is_whole(part)))
        .map_or(Vec::new(), |both| both.into_iter().map(of_two).collect())
}

/// The third segment is the first token's signature and the second token's header.
fn glued(text: &str) -> Option<[&str; 2]> {
    let mut dots = text.match_indices('.').map(|(at, _)| at);
    let (second, third) = (dots.nth(1)?, dots.next()?);
    let segment = text.get(second..third)?;
    let start = STARTS
        .iter()
        .filter_map(|start| segment.rfind(start))
        .max()?;
    let (first, second) = text.split_at_checked(second.checked_add(start)?)?;
    Some([first, second])
}

/// A dot that was doubled, replaced or lost. Only a header that can be read is one.
fn dotted(text: &str) -> Texts {
    let text = text.trim();
    let segments: Vec<&str> = text.split(|c| !is_base64url(c)).collect();
    let full: Vec<&str> = segments
        .iter()
        .copied()
        .filter(|segment| !segment.is_empty())
        .collect();
    if !begins(text) || text.matches('.').count() == 2 {
        return Vec::new();
    }
    let found: Vec<[&str; 3]> = match full.as_slice() {
        [header, payload, signature] => vec![[*header, *payload, *signature]],
        [both, signature] if !is_object(both) => {
            let starts = STARTS.iter().flat_map(|start| both.match_indices(start));
            let split = starts
                .take(MOST)
                .filter_map(|(at, _)| both.split_at_checked(at));
            let with_other = split.flat_map(|(header, payload)| {
                let shorter = header.get(..header.len().saturating_sub(1));
                [Some(header), shorter]
                    .map(|header| [header.unwrap_or_default(), payload, *signature])
            });
            with_other.collect()
        }
        [header, both] => [0, 1]
            .into_iter()
            .filter_map(|more| {
                let at = both.len().checked_sub(SIGNATURE)?;
                let payload = both.get(..at.checked_sub(more)?)?;
                Some([*header, payload, both.get(at..)?])
            })
            .filter(|[_, payload, _]| is_object(payload))
            .collect(),
        _ => Vec::new(),
    };
    let found = found.into_iter().filter(|[header, _, _]| is_object(header));
    found
        .map(|segments| (Some(Cause::AlteredDot), segments.join(".")))
        .collect()
}

fn is_object(segment: &str) -> bool {
    lax::decode(segment).is_some_and(|octets| matches!(Value::parse(&octets), Ok(Value::Object(_))))
}

/// A token with spaces inside, which may be all that is left of `+`.
fn with_plus(text: &str) -> Texts {
    let is_base64 = |c: char| is_base64url(c) || matches!(c, '+' | '/' | '=' | '.' | ' ');
    let with_plus = text.replace(' ', "+");
    let is_token = with_plus != text && is_whole(&with_plus) && text.chars().all(is_base64);
    if !is_token {
        return Vec::new();
    }
    vec![
        (None, text.to_owned()),
        (Some(Cause::SpacesForPlus), with_plus),
    ]
}

/// A token between other words; or one with white space inside, also with line feeds that were
/// escaped as in a string of JSON, and with characters that nobody sees.
fn inside(text: &str) -> Texts {
    let trimmed = text.trim();
    let around = tokens(trimmed)
        .into_iter()
        .filter(|token| *token != trimmed)
        .map(|token| (Some(Cause::SurroundedToken), token.to_owned()));
    let plain = trimmed.replace("\\r", "").replace("\\n", "");
    let plain: String = plain.chars().filter(|c| !is_invisible(*c)).collect();
    let wrapped = (plain != trimmed).then_some((Some(Cause::LineWrapped), plain));
    // Nothing but white space and more of the same: the token goes on there, unless it is whole.
    let is_whole = |token: &&str| {
        let signature = token.rsplit('.').next();
        signature.is_some_and(|signature| signature.len() == SIGNATURE)
    };
    let goes_on = begins(trimmed)
        && !tokens(trimmed).iter().any(is_whole)
        && trimmed
            .chars()
            .all(|c| is_base64url(c) || c == '.' || c.is_whitespace());
    let mut texts: Texts = around.chain(wrapped).collect();
    if goes_on {
        texts.reverse();
    }
    if texts.is_empty() && trimmed != text {
        // What a strict reader takes off as well is not worth a word.
        let is_taken_off = text.trim_matches([' ', '\t', '\r', '\n']) == trimmed;
        let cause = (!is_taken_off).then_some(Cause::SurroundedToken);
        texts.push((cause, trimmed.to_owned()));
    }
    texts
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
        )
}

/// What nobody sees around a token that has nothing else around it, and where it stands.
pub fn unseen(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let token = text.trim_matches(is_invisible);
    let is_alone = token.chars().all(|c| is_base64url(c) || ".+/=".contains(c));
    let ends = [
        (text.chars().next(), "before"),
        (text.chars().next_back(), "behind"),
    ];
    let (character, place) = ends
        .into_iter()
        .find_map(|(c, place)| Some((c.filter(|c| is_invisible(*c))?, place)))?;
    let name = match character {
        '\u{A0}' => "a no-break space",
        '\u{AD}' => "a soft hyphen",
        '\u{200B}' => "a zero-width space",
        '\u{3000}' => "an ideographic space",
        '\u{FEFF}' => "a byte order mark",
        c if c.is_whitespace() => "white space",
        _ => "an invisible character",
    };
    let code = u32::from(character);
    (is_alone && !token.is_empty())
        .then(|| format!("{name} (U+{code:04X}) stands {place} the token"))
}

/// `yJhbGciOi...`
fn first_lost(text: &str) -> Texts {
    let whole = format!("e{text}");
    let is_lost = is_whole(&whole);
    is_lost
        .then_some((Some(Cause::LostCharacter), whole))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hostile text costs no more for each word that it has.
    #[test]
    fn a_few_tokens_of_many_are_looked_at() {
        let many: Vec<String> = (0..1000).map(|n| format!("eyJ{n}.a.b")).collect();
        assert_eq!(tokens(&many.join(" ")).len(), MOST);
        assert_eq!(
            from_json(&format!("[\"{}\"]", many.join("\",\""))).len(),
            MOST
        );
        let starts = format!("eyJhbGciOiJFUzI1NiJ9{}.AA", "eyJhIjoxfQ".repeat(1000));
        assert!(dotted(&starts).len() <= 2 * MOST);
    }
}
