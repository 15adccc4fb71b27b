//! The header as it may have been before somebody changed it.

use super::digest::Digest;
use super::json_styles::{self, Pair, Style};
use crate::debug::budget::Work;
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// A header with many members is no reason to try thousands.
const MAX_HEADERS: usize = 120;

/// A header of more members is not changed: each change is a list of all of them.
const MAX_MEMBERS: usize = 64;

/// A member that was left out stood among the first ones.
const MAX_PLACES: usize = 8;

/// The values that the keys would have had in a header.
#[derive(Clone, Debug, Default)]
pub struct KeyNames {
    /// Their `kid`; the RFC 7638 thumbprint of a key without one.
    pub kids: Vec<Value>,
    /// The algorithms that the keys allow.
    pub algorithms: Vec<Value>,
    /// Whether there are keys that are not on P-256.
    pub has_other_keys: bool,
}

/// A header with other members, written as the header is.
pub struct Changed {
    pub text: String,
    pub alg: Option<String>,
    /// The `kid`, if it is another one than the header has.
    pub other_kid: Option<String>,
}

/// The header with `kid`, `typ` or `alg` left out, put in, or with a value that the keys have.
pub fn changed(
    parameters: &Object,
    json: &[u8],
    names: &KeyNames,
    work: &mut Work,
) -> Vec<Changed> {
    if parameters.members().len() > MAX_MEMBERS {
        work.leave_out();
        return Vec::new();
    }
    let style = json_styles::style_of(parameters, json, work);
    let types: Vec<Value> = ["JWT", "jwt", "at+jwt"].map(Value::from).to_vec();
    // Each with the count of its members that were changed.
    let mut headers: Vec<(usize, Vec<Pair>)> = vec![(0, json_styles::pairs(parameters))];
    for (name, values) in [
        ("kid", &names.kids[..]),
        ("typ", &types),
        ("alg", &names.algorithms),
    ] {
        let room = MAX_HEADERS.saturating_sub(headers.len());
        let more = headers.iter().flat_map(|(count, header)| {
            let others = with_other(header, name, values);
            others.map(|other| (count.saturating_add(1), other))
        });
        let more: Vec<_> = more.take(room).collect();
        headers.extend(more);
    }
    headers.sort_by_key(|(count, _)| *count);
    // With the values that it already has, it would differ in its spelling alone.
    let sent = json_styles::pairs(parameters);
    headers
        .into_iter()
        .filter(|(_, header)| !are_same(header, &sent))
        .filter_map(|(_, header)| spelled(header, parameters, style, work))
        .collect()
}

/// Whether two headers have the same members in one order.
fn are_same(a: &[Pair], b: &[Pair]) -> bool {
    let is_same = |((name, value), (other, of_other)): (&Pair, &Pair)| {
        name == other && value.same_value(of_other)
    };
    a.len() == b.len() && a.iter().zip(b).all(is_same)
}

/// The header with the `zip` that was lost by what decompressed the payload and compressed it again.
pub fn with_zip(parameters: &Object, json: &[u8], work: &mut Work) -> Vec<Changed> {
    if parameters.members().len() > MAX_MEMBERS {
        return Vec::new();
    }
    let style = json_styles::style_of(parameters, json, work);
    let zip = [Value::from("DEF")];
    let sent = json_styles::pairs(parameters);
    let headers = with_other(&sent, "zip", &zip);
    headers
        .filter_map(|header| spelled(header, parameters, style, work))
        .collect()
}

fn spelled(header: Vec<Pair>, sent: &Object, style: Style, work: &mut Work) -> Option<Changed> {
    let member = |wanted| {
        let member = header.iter().find(|(name, _)| *name == wanted);
        member.and_then(|(_, value)| value.as_str())
    };
    let kid_sent = sent.get("kid").and_then(Value::as_str);
    Some(Changed {
        alg: member("alg").map(str::to_owned),
        other_kid: member("kid")
            .filter(|kid| Some(*kid) != kid_sent)
            .map(str::to_owned),
        text: json_styles::written(header, style, work)?,
    })
}

/// A header without a member or with another value of it; where it has none, with one at each place.
fn with_other<'m>(
    header: &[Pair<'m>],
    name: &'m str,
    values: &'m [Value],
) -> impl Iterator<Item = Vec<Pair<'m>>> {
    let place = header.iter().position(|(known, _)| *known == name);
    let without: Vec<Pair> = header
        .iter()
        .filter(|(known, _)| *known != name)
        .copied()
        .collect();
    let places = match place {
        Some(at) => at..at.saturating_add(1),
        None => 0..header.len().saturating_add(1).min(MAX_PLACES),
    };
    let left_out = place.map(|_| without.clone());
    let put_in = values.iter().flat_map(move |value| {
        let without = without.clone();
        places.clone().map(move |at| {
            let mut with = without.clone();
            with.insert(at.min(with.len()), (name, value));
            with
        })
    });
    left_out.into_iter().chain(put_in)
}

/// A header of few members with these in every other order, as it is written and in the usual spacings.
pub fn reordered(parameters: &Object, json: &[u8], work: &mut Work) -> Vec<String> {
    /// Twenty-three other orders.
    const MAX_ORDERED: usize = 4;
    let sent = json_styles::pairs(parameters);
    if sent.len() > MAX_ORDERED {
        return Vec::new();
    }
    let style = json_styles::style_of(parameters, json, work);
    let mut orders: Vec<Vec<Pair>> = vec![Vec::new()];
    for member in sent {
        let mut longer = Vec::new();
        for order in &orders {
            for at in 0..=order.len() {
                let mut order = order.clone();
                order.insert(at, member);
                longer.push(order);
            }
        }
        orders = longer;
    }
    let mut texts = Vec::new();
    for style in style.with_usual_spacings() {
        let written = orders.iter();
        let written = written.filter_map(|order| json_styles::written(order.clone(), style, work));
        texts.extend(written.filter(|text| text.as_bytes() != json));
    }
    texts
}

/// The header with the base64url of the SHA-256 hash of its `nonce` in the place of that, as Microsoft
/// signs tokens for Microsoft Graph.
pub fn with_hashed_nonce(json: &[u8]) -> Option<String> {
    let json = std::str::from_utf8(json).ok()?;
    let Ok(Value::Object(header)) = Value::parse(json.as_bytes()) else {
        return None;
    };
    let nonce = header.get("nonce")?.as_str()?;
    let quoted = format!("\"{nonce}\"");
    let hash = base64url::encode(&Digest::Sha256.hash(nonce.as_bytes()));
    // Written with escapes, or the value of another member too, it has no one place.
    let is_once = json.matches(&*quoted).count() == 1;
    is_once.then(|| json.replace(&*quoted, &format!("\"{hash}\"")))
}
