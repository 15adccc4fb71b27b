//! How the values of options are read.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use jwtlens::{Algorithm, ClaimPath, Verdict, json::Value};

use super::tell::invalid::Invalid;

pub const VERIFY_VERDICTS: [Verdict; 7] = [
    Verdict::Valid,
    Verdict::Expired,
    Verdict::NotYetValid,
    Verdict::ClaimRejected,
    Verdict::Unverifiable,
    Verdict::MisSigned,
    Verdict::Malformed,
];

pub const DECODE_VERDICTS: [Verdict; 4] = [
    Verdict::NotVerified,
    Verdict::Expired,
    Verdict::NotYetValid,
    Verdict::Malformed,
];

pub fn verdicts(
    verdicts: &'static [Verdict],
    when: fn(Verdict) -> Option<&'static str>,
) -> impl TypedValueParser<Value = Verdict> {
    let named = verdicts.iter().map(move |verdict| {
        let value = PossibleValue::new(verdict.name());
        match when(*verdict) {
            Some(when) => value.help(when),
            None => value,
        }
    });
    PossibleValuesParser::new(named).try_map(|name| {
        Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.name() == name)
            .ok_or("not a verdict")
    })
}

/// The algorithms, by their names in `alg`.
pub fn algorithms() -> impl TypedValueParser<Value = &'static Algorithm> {
    let names = Algorithm::all().map(|algorithm| algorithm.name);
    PossibleValuesParser::new(names)
        .try_map(|name| Algorithm::named(&name).ok_or("not an algorithm"))
}

/// One claim: with `--require a,b` people mean two.
pub fn required_claim(text: &str) -> Result<ClaimPath, Invalid> {
    if text.contains(',') && !text.starts_with('/') {
        return Err(Invalid::SeveralClaims);
    }
    Ok(ClaimPath::new(text)?)
}

pub fn jobs(text: &str) -> Result<u16, Invalid> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=256).contains(number));
    number.ok_or(Invalid::Because("expected a number from 1 to 256"))
}

/// `NAME=TEXT` or `NAME:=JSON`, split at the first `=`.
pub fn claim_equals(text: &str) -> Result<(ClaimPath, Value), Invalid> {
    let (name, value) = text
        .split_once('=')
        .ok_or(Invalid::Because("expected NAME=TEXT or NAME:=JSON"))?;
    let (name, value) = match name.strip_suffix(':') {
        Some(name) => {
            let value = Value::parse(value.as_bytes());
            (name, value.map_err(|error| Invalid::Json(error.offset))?)
        }
        None => (name, Value::from(value)),
    };
    Ok((ClaimPath::new(name)?, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_claim_is_one_claim() {
        for name in ["sub", "/a,b", "/realm_access/roles/0", "https://a/b"] {
            assert_eq!(required_claim(name), Ok(ClaimPath::new(name).unwrap()));
        }
        for wrong in ["a,b", "a, b", "a,", ",", ""] {
            assert!(required_claim(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_claim_check_splits_at_the_first_equals_sign() {
        let (path, value) = claim_equals("http://a/b=c=d").unwrap();
        assert_eq!(
            (path, value.to_string()),
            (ClaimPath::new("http://a/b").unwrap(), "\"c=d\"".into())
        );
        let (path, value) = claim_equals("n:={\"a\":1.0}").unwrap();
        assert_eq!(
            (path, value.to_string()),
            (ClaimPath::new("n").unwrap(), "{\"a\":1.0}".into())
        );
        for wrong in ["n", "=x", ":=1", "n:=", "n:=x", "/a~=x"] {
            assert!(claim_equals(wrong).is_err(), "{wrong}");
        }
    }
}
