//! The header as it may have been before somebody changed it.

use super::rewriting::{self, Pair};
use crate::text::json::{Object, Value};

/// A header with many members is no reason to try thousands.
const MOST: usize = 120;

/// A member that was left out stood among the first ones.
const MOST_PLACES: usize = 8;

/// The values that the keys would have had in a header.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Their `kid`; the RFC 7638 thumbprint of a key without one.
    pub kids: Vec<Value>,
}

/// A header with other members, written as the header is.
pub struct Changed {
    pub text: String,
    pub alg: Option<String>,
}

/// The header with `kid`, `typ` or `alg` left out, put in, or with a value that the keys have.
pub fn changed(parameters: &Object, json: &[u8], names: &Names) -> Vec<Changed> {
    let style = rewriting::style_of(parameters, json);
    let types: Vec<Value> = ["JWT", "jwt", "at+jwt"].map(Value::from).to_vec();
    let algorithms = [Value::from("ES256")];
    let mut headers: Vec<Vec<Pair>> = vec![rewriting::pairs(parameters)];
    for (name, values) in [
        ("kid", &names.kids[..]),
        ("typ", &types),
        ("alg", &algorithms),
    ] {
        let room = MOST.saturating_sub(headers.len());
        let more: Vec<Vec<Pair>> = headers
            .iter()
            .flat_map(|header| with_other(header, name, values))
            .take(room)
            .collect();
        headers.extend(more);
    }
    headers
        .into_iter()
        .skip(1)
        .filter_map(|header| {
            let alg = header.iter().find(|(name, _)| *name == "alg");
            Some(Changed {
                alg: alg.and_then(|(_, alg)| alg.as_str()).map(str::to_owned),
                text: rewriting::written(header, style)?,
            })
        })
        .collect()
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
        None => 0..header.len().saturating_add(1).min(MOST_PLACES),
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
