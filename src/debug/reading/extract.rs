//! What stands around a token, and how it is removed: one step after the other, each of which may
//! propose several changes, and none if it has nothing to do. How they are made is in `replay/token_text.rs`.

use std::ops::RangeInclusive;

use super::base64url_lenient;
use super::header_encoding;
use super::notation::Notation;
use crate::debug::budget;
use crate::debug::cause::Cause;
use crate::debug::change::{Change, Edit};
use crate::debug::replay::{self, SUBSTITUTE, is_base64url, is_invisible};
use crate::text::json::Value;
use crate::token::Token;
use crate::token::compact::HEADER_STARTS;

/// Changes to be made one after the other. None of them leaves the text as it is.
type Proposal = Vec<Change>;

/// A step, which proposes changes to a text.
pub type Step = fn(&str) -> Vec<Proposal>;

/// The steps that take a text out of what it was encoded in, or wrapped in.
pub const CONTAINERS: [Step; 5] = [
    decoded_again,
    decoded,
    // Encoded twice, as by a form that holds a URL.
    decoded,
    from_json,
    from_cookie,
];

/// The steps after these, in the order in which the wrappings come off.
pub const STEPS: [Step; 8] = [
    before_tilde,
    without_vault_prefix,
    with_encoded_signature,
    apart,
    dotted,
    with_plus,
    inside,
    first_lost,
];

/// How many tokens of one text, or places in it, are looked at: a text of many is hostile or a log.
const MAX_TOKENS: usize = 16;

/// The characters of a whole signature: of 64 bytes, of other ECDSA and MACs, and of RSA with 2048, 3072 and 4096 bits.
const SIGNATURES: [usize; 8] = [86, 43, 64, 128, 176, 342, 512, 683];

fn begins(text: &str) -> bool {
    HEADER_STARTS.iter().any(|start| text.starts_with(start))
}

/// Whether it looks like a token from one end to the other.
fn is_whole(text: &str) -> bool {
    begins(text) && in_three(text) && !text.contains(char::is_whitespace)
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
        if found.len() == MAX_TOKENS {
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

/// A text after a change.
fn after(text: &str, change: &Change) -> Option<String> {
    replay::text(text.as_bytes(), change).map(|text| replay::legible(&text))
}

/// The change that leaves nothing but this part of a text.
fn take(cause: Cause, text: &str, part: &str) -> Change {
    let from = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let to = from.saturating_add(part.len());
    Change::Take { cause, from, to }
}

/// A change, and what then stands around the token: `Bearer`, quotes, whitespace or a byte order mark.
pub fn alone(change: Change, text: &[u8]) -> Option<Proposal> {
    let inner = replay::legible(&replay::text(text, &change)?);
    let unmarked = inner.trim_start_matches(SUBSTITUTE);
    let token = Token::from(unmarked).text;
    let token = str::from_utf8(token).ok()?;
    let mut changes = vec![change];
    if token.len() < inner.len() {
        changes.push(take(Cause::SurroundedToken, &inner, token));
    }
    Some(changes)
}

/// A token in base64 once more, in lines or not.
fn decoded_again(text: &str) -> Vec<Proposal> {
    let is_wrapped = text.contains(|c: char| c.is_ascii_whitespace());
    let mut changes = Vec::from_iter(is_wrapped.then_some(Change::RemoveWhitespace));
    let plain = match changes.first() {
        Some(change) => after(text, change),
        None => Some(text.to_owned()),
    };
    let decoded = plain.and_then(|plain| {
        let inner = after(&plain, &Change::DecodeBase64)?;
        let holds_token = is_whole(&inner) || !tokens(&inner).is_empty();
        alone(Change::DecodeBase64, plain.as_bytes()).filter(|_| holds_token)
    });
    let proposal = decoded.map(|decoded| {
        changes.extend(decoded);
        changes
    });
    Vec::from_iter(proposal)
}

/// `%2E`, `%3D`, `%2B`, `%2F` and their like (RFC 3986 section 2.1).
fn decoded(text: &str) -> Vec<Proposal> {
    Vec::from_iter(alone(Change::DecodePercent, text.as_bytes()))
}

/// A JWS in its JSON Serialization, or a reply that holds a token.
fn from_json(text: &str) -> Vec<Proposal> {
    /// A text that is nested more deeply takes too long to read so often.
    const MAX_WORK: u64 = 4096;
    if budget::of_json(text.as_bytes()) > MAX_WORK {
        return Vec::new();
    }
    let Ok(value @ (Value::Object(_) | Value::Array(_))) = Value::parse(text.as_bytes()) else {
        return Vec::new();
    };
    if let Value::Object(object) = &value
        && object.get("payload").and_then(Value::as_str).is_some()
    {
        let count = match object.get("signatures") {
            Some(Value::Array(items)) => items.len().min(MAX_TOKENS),
            _ => 1,
        };
        let signatures = (0..count).flat_map(|index| [(index, false), (index, true)]);
        return signatures
            .filter(|(index, unprotected)| replay::compact(object, *index, *unprotected).is_some())
            .map(|(index, unprotected)| vec![Change::WriteCompact { index, unprotected }])
            .collect();
    }
    let mut found: Vec<(Change, String)> = Vec::new();
    strings(&value, "", 0, &mut |string, pointer| {
        let token = Token::from(string).text;
        let token = String::from_utf8_lossy(token);
        let is_new = !found.iter().any(|(_, known)| *known == token);
        if found.len() < MAX_TOKENS && is_new && (is_whole(&token) || !tokens(&token).is_empty()) {
            let pointer = pointer.to_owned();
            found.push((Change::TakeMember { pointer }, token.into_owned()));
        }
    });
    let proposals = found.into_iter();
    proposals
        .filter_map(|(change, _)| alone(change, text.as_bytes()))
        .collect()
}

/// Every string in a value, some levels deep, with its JSON Pointer.
fn strings<'v>(
    value: &'v Value,
    pointer: &str,
    depth: usize,
    take: &mut impl FnMut(&'v str, &str),
) {
    const DEEPEST: usize = 8;
    let inner = depth.saturating_add(1);
    match value {
        Value::String(text) => take(text, pointer),
        Value::Object(object) if depth < DEEPEST => {
            for member in object.members() {
                let name = member.name.replace('~', "~0").replace('/', "~1");
                strings(&member.value, &format!("{pointer}/{name}"), inner, take);
            }
        }
        Value::Array(items) if depth < DEEPEST => {
            for (index, item) in items.iter().enumerate() {
                strings(item, &format!("{pointer}/{index}"), inner, take);
            }
        }
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `Cookie: a=b; session=eyJ...; c=d`
fn from_cookie(text: &str) -> Vec<Proposal> {
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
        .map(|value| vec![take(Cause::Cookie, text, value)])
        .collect()
}

/// A signature as the transit engine of Vault returns it: `vault:v1:`, then base64.
fn without_vault_prefix(text: &str) -> Vec<Proposal> {
    let proposal = text.rfind(".vault:v").and_then(|dot| {
        let at = dot.checked_add(1)?;
        let (version, _) = text.get(at..)?.strip_prefix("vault:v")?.split_once(':')?;
        let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        let edit = Edit::remove(at, format!("vault:v{version}:"));
        let cause = Cause::VaultPrefix;
        is_number.then(|| vec![Change::EditText { cause, edit }])
    });
    Vec::from_iter(proposal)
}

/// A signature that was not encoded: its bytes as numbers, or as the object that JavaScript makes of them.
fn with_encoded_signature(text: &str) -> Vec<Proposal> {
    /// A signature has more bytes, and fewer.
    const BYTES: RangeInclusive<usize> = 16..=2048;
    let segments: Vec<&str> = text.split('.').collect();
    let [header, _, signature] = segments.as_slice() else {
        return Vec::new();
    };
    if !begins(header) || !signature.contains(',') {
        return Vec::new();
    }
    let notations = [Notation::Numbers, Notation::Object].into_iter();
    let change = notations.filter_map(|notation| {
        let separators = notation.has_separators(signature);
        let bytes = notation.decode(signature, separators)?;
        BYTES
            .contains(&bytes.len())
            .then_some(Change::EncodeSignature {
                notation,
                separators,
            })
    });
    change.map(|change| vec![change]).collect()
}

/// The signed token of an SD-JWT.
fn before_tilde(text: &str) -> Vec<Proposal> {
    let token = text.split_once('~').map(|(token, _)| token);
    let token = token.filter(|token| is_whole(token));
    Vec::from_iter(token.map(|token| vec![take(Cause::SdJwt, text, token)]))
}

/// Two whole tokens, with white space, a comma or nothing between them.
fn apart(text: &str) -> Vec<Proposal> {
    let of_two = |part: &str| vec![take(Cause::TwoTokens, text, part)];
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
    let start = HEADER_STARTS
        .iter()
        .filter_map(|start| segment.rfind(start))
        .max()?;
    let (first, second) = text.split_at_checked(second.checked_add(start)?)?;
    Some([first, second])
}

/// Dots that were doubled, replaced or lost. Only a header that can be read is one.
fn dotted(text: &str) -> Vec<Proposal> {
    let full: Vec<&str> = text
        .split(|c| !is_base64url(c))
        .filter(|segment| !segment.is_empty())
        .collect();
    if !begins(text) || text.matches('.').count() == 2 {
        return Vec::new();
    }
    let found: Vec<[&str; 3]> = match full.as_slice() {
        [header, payload, signature] => vec![[*header, *payload, *signature]],
        [both, signature] if !is_object(both) => {
            let starts = HEADER_STARTS
                .iter()
                .flat_map(|start| both.match_indices(start));
            let split = starts
                .take(MAX_TOKENS)
                .filter_map(|(at, _)| both.split_at_checked(at));
            let with_other = split.flat_map(|(header, payload)| {
                let shorter = header.get(..header.len().saturating_sub(1));
                [Some(header), shorter]
                    .map(|header| [header.unwrap_or_default(), payload, *signature])
            });
            with_other.collect()
        }
        [header, both] => SIGNATURES
            .into_iter()
            .flat_map(|length| [(length, 0), (length, 1)])
            .filter_map(|(length, more)| {
                let at = both.len().checked_sub(length)?;
                let payload = both.get(..at.checked_sub(more)?)?;
                Some([*header, payload, both.get(at..)?])
            })
            .filter(|[_, payload, _]| is_object(payload))
            .collect(),
        _ => Vec::new(),
    };
    let found = found.into_iter().filter(|[header, _, _]| is_object(header));
    found.filter_map(|segments| dots(text, segments)).collect()
}

/// The edits that leave one dot between these parts of a text, if they are all of it.
fn dots(text: &str, [header, payload, signature]: [&str; 3]) -> Option<Proposal> {
    /// More than this is a text of its own, which no report repeats.
    const MAX_GAP: usize = 7;
    let (header, rest) = text.split_at_checked(header.len())?;
    let (first_gap, rest) = rest.split_once(payload)?;
    let second_gap = rest.strip_suffix(signature)?;
    let first = header.len();
    let second = first.checked_add(payload.len())?.checked_add(1)?;
    let gaps = [(first, first_gap), (second, second_gap)].into_iter();
    if gaps.clone().any(|(_, gap)| gap.chars().count() > MAX_GAP) {
        return None;
    }
    let edits = gaps.filter(|(_, gap)| *gap != ".");
    let edits = edits.map(|(at, gap)| Change::EditText {
        cause: Cause::AlteredDot,
        edit: Edit {
            at,
            removed: gap.to_owned(),
            inserted: ".".to_owned(),
        },
    });
    Some(edits.collect())
}

fn is_object(segment: &str) -> bool {
    base64url_lenient::decode(segment)
        .is_some_and(|octets| matches!(Value::parse(&octets), Ok(Value::Object(_))))
}

/// A token with spaces inside, which may be all that is left of `+`.
fn with_plus(text: &str) -> Vec<Proposal> {
    let is_base64 = |c: char| is_base64url(c) || matches!(c, '+' | '/' | '=' | '.' | ' ');
    let with_plus = text.replace(' ', "+");
    let is_whole = is_whole(&with_plus) || (in_three(text) && has_encoded_header(&with_plus));
    let is_token = with_plus != text && is_whole && text.chars().all(is_base64);
    if !is_token {
        return Vec::new();
    }
    vec![Vec::new(), vec![Change::ReplaceSpaces]]
}

fn in_three(text: &str) -> bool {
    text.matches('.').count() == 2
}

/// Whether a text begins with a header behind a byte order mark, or in UTF-16.
fn has_encoded_header(text: &str) -> bool {
    let (header, _) = text.split_once('.').unwrap_or((text, ""));
    let header = header.trim_end_matches('=').replace('+', "-");
    let header = base64url_lenient::decode(&header.replace('/', "_"));
    header.is_some_and(|header| header_encoding::read(&header).is_some())
}

/// A token between other words; or one with white space inside, also with line feeds that were
/// escaped as in a string of JSON, and with characters that nobody sees.
fn inside(text: &str) -> Vec<Proposal> {
    let trimmed = text.trim();
    let around = tokens(trimmed)
        .into_iter()
        .filter(|token| *token != trimmed)
        .map(|token| vec![take(Cause::SurroundedToken, text, token)]);
    let plain = after(text, &Change::RemoveWhitespace);
    let is_wrapped = plain.is_some_and(|plain| plain != trimmed);
    let wrapped = is_wrapped.then(|| vec![Change::RemoveWhitespace]);
    // Nothing but white space and more of the same: the token goes on there, unless it is whole.
    let is_whole = |token: &&str| {
        let signature = token.rsplit('.').next();
        signature.is_some_and(|signature| SIGNATURES.contains(&signature.len()))
    };
    let goes_on = begins(trimmed)
        && !tokens(trimmed).iter().any(is_whole)
        && trimmed
            .chars()
            .all(|c| is_base64url(c) || c == '.' || c.is_whitespace());
    let mut proposals: Vec<Proposal> = around.chain(wrapped).collect();
    if goes_on {
        proposals.reverse();
    }
    if proposals.is_empty() && trimmed != text {
        proposals.push(vec![take(Cause::SurroundedToken, text, trimmed)]);
    }
    proposals
}

/// Whether the text is a cookie as Express signs it: `s:`, the value and a MAC.
pub fn is_signed_cookie(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let cookie = text
        .strip_prefix("s:")
        .or_else(|| text.strip_prefix("s%3A"));
    cookie.is_some_and(|cookie| cookie.matches('.').count() == 3)
}

/// What nobody sees around a token that has nothing else around it, and where it stands.
pub fn unseen(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let token = text.trim_matches(is_invisible);
    let is_alone = token.chars().all(|c| is_base64url(c) || ".+/=".contains(c));
    let ends = [
        (text.chars().next(), "before"),
        (text.chars().next_back(), "after"),
    ];
    let (character, place) = ends
        .into_iter()
        .find_map(|(c, place)| Some((c.filter(|c| is_invisible(*c))?, place)))?;
    let name = match character {
        '\u{A0}' => "no-break space",
        '\u{AD}' => "soft hyphen",
        '\u{200B}' => "zero-width space",
        '\u{3000}' => "ideographic space",
        '\u{FEFF}' => "byte order mark",
        c if c.is_whitespace() => "whitespace",
        _ => "unprintable character",
    };
    let code = u32::from(character);
    (is_alone && !token.is_empty()).then(|| {
        format!("there is an invisible character {place} the token: {name} (U+{code:04X})")
    })
}

/// `yJhbGciOi...` or `JhbGciOi...`
fn first_lost(text: &str) -> Vec<Proposal> {
    let is_lost = |start: &&str| {
        let whole = format!("{start}{text}");
        // What a header in UTF-16 begins with may go on after `ey`, too.
        let is_header = || whole.split('.').next().is_some_and(is_object);
        is_whole(&whole) && (*start == "e" || is_header())
    };
    let start = ["e", "ey"].into_iter().find(is_lost);
    let edit = start.map(|start| Change::EditText {
        cause: Cause::LostCharacter,
        edit: Edit::insert(0, start),
    });
    Vec::from_iter(edit.map(|edit| vec![edit]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_in_a_token_with_an_encoded_header_may_be_plus() {
        let of = |header: &[u8]| {
            let header = data_encoding::BASE64.encode(header);
            let text = format!("{}.eyJh.c c", header.replace('+', " "));
            with_plus(&text).len()
        };
        let json = r#"{"alg":"ES256"}"#;
        let units = json.encode_utf16();
        assert_eq!(of(json.as_bytes()), 2);
        assert_eq!(of(format!("\u{feff}{json}").as_bytes()), 2);
        assert_eq!(of(&units.flat_map(u16::to_le_bytes).collect::<Vec<_>>()), 2);
        assert_eq!(of(b"\xEF\xBB\xBF{"), 0);
    }

    /// A hostile text costs no more for each word that it has.
    #[test]
    fn a_few_tokens_of_many_are_looked_at() {
        let many: Vec<String> = (0..1000).map(|n| format!("eyJ{n}.a.b")).collect();
        assert_eq!(tokens(&many.join(" ")).len(), MAX_TOKENS);
        assert_eq!(
            from_json(&format!("[\"{}\"]", many.join("\",\""))).len(),
            MAX_TOKENS
        );
        let starts = format!("eyJhbGciOiJFUzI1NiJ9{}.AA", "eyJhIjoxfQ".repeat(1000));
        assert!(dotted(&starts).len() <= 2 * MAX_TOKENS);
    }
}
