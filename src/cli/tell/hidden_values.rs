//! Claim checks in a report repeat what the command line asked for, which may be a token or a secret that
//! a shell put there.

use std::ffi::OsStr;

use jwtlens::json::{Object, Value};
use jwtlens::{CheckKind, Report};

use super::harmless::{Harmless, shown};
use crate::cli::render::labels;

/// Replaces what a report repeats of the claim checks on the command line, unless it is harmless: a claim's
/// name by its option and number, an expected value by its option.
pub fn redact(report: &mut Report) {
    let (mut required, mut compared) = (0_usize, 0_usize);
    for check in &mut report.checks {
        let number = match check.check {
            CheckKind::Require => &mut required,
            CheckKind::Claim => &mut compared,
            CheckKind::Iss
            | CheckKind::Aud
            | CheckKind::Sub
            | CheckKind::Typ
            | CheckKind::MaxAge => &mut 0,
        };
        *number = number.saturating_add(1);
        let has_path = matches!(check.check, CheckKind::Require | CheckKind::Claim);
        // A path that leads to a value consists of the token's own names.
        if has_path && matches!(check.actual, Value::Null) {
            let claims = report.claims.as_ref().map(|claims| claims.members.read());
            if !is_harmless_path(&check.name, claims) {
                check.name = format!("[name in --{} {number}]", check.check.name());
            }
        }
        let is_actual = check.passed && !matches!(check.expected, Value::Array(_));
        if !is_actual {
            let place = format!("[value of --{}]", check.check.name());
            check.expected = expected(&check.expected, &check.actual, &place);
        }
    }
}

/// A registered claim, the token's own names, or a text that is harmless as a whole.
fn is_harmless_path(path: &str, claims: Option<&Object>) -> bool {
    let mut known = Vec::new();
    if let Some(claims) = claims {
        member_names(claims, &mut known);
    }
    let is_index = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_known =
        |part: &str| labels::is_registered(part) || known.contains(&part) || is_index(part);
    // Dots are taken for those of a path, as in other programs.
    path.strip_prefix('/')
        .unwrap_or(path)
        .split(['/', '.'])
        .all(is_known)
        || shown(OsStr::new(path), Harmless::Value(&known)).is_some()
}

/// All names of members, at any depth.
fn member_names<'o>(object: &'o Object, names: &mut Vec<&'o str>) {
    for member in object.members() {
        names.push(&member.name);
        names_in(&member.value, names);
    }
}

fn names_in<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Object(object) => member_names(object, names),
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The most items of an expected array that are judged one by one.
const MAX_ITEMS: usize = 3;

/// The expected value with `place` instead of each text that is neither short nor resembles one of the
/// token's.
fn expected(expected: &Value, actual: &Value, place: &str) -> Value {
    let texts: Vec<String> = match actual {
        Value::Array(items) => items.iter().chain([actual]).map(text_of).collect(),
        other => vec![text_of(other)],
    };
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let one = |value: &Value| {
        let text = text_of(value);
        let is_harmless =
            text.is_empty() || shown(OsStr::new(&text), Harmless::Value(&texts)).is_some();
        if is_harmless {
            value.clone()
        } else {
            Value::from(place)
        }
    };
    match expected {
        // Many short parts may be a secret that was split.
        Value::Array(items) if items.len() > MAX_ITEMS => Value::from(place),
        Value::Array(items) => Value::Array(items.iter().map(one).collect()),
        other => one(other),
    }
}

/// A string's characters, or another value as JSON.
fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use jwtlens::{ClaimCheck, ClaimPath, KeySet, Policy, Token, Verifier};

    use super::*;

    const SECRET: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    /// `{"alg":"ES256"}.{"aud":["api","transcodes-sdk"],"tenant":{"name":"example"}}`, which is mis-signed.
    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOlsiYXBpIiwidHJhbnNjb2Rlcy1zZGsiXSwidGVuYW50Ijp7Im5hbWUiOiJleGFtcGxlIn19.AAAA";

    /// The name and the expected value of a check in a report.
    fn redacted(check: ClaimCheck) -> (String, String) {
        let keys = KeySet::read("k", JWK.as_bytes()).unwrap();
        let policy = Policy::default().with_checks([check]);
        let mut report = Verifier::new(keys, policy).verify(&Token::from(TOKEN), 0);
        redact(&mut report);
        let check = &report.checks[0];
        (check.name.clone(), check.expected.to_string())
    }

    #[test]
    fn expected_value_is_repeated_if_harmless() {
        let aud =
            |names: &[&str]| ClaimCheck::Audience(names.iter().map(ToString::to_string).collect());
        for (check, expected) in [
            (aud(&["web"]), "\"web\""),
            (aud(&["transcode-sdk"]), "\"transcode-sdk\""),
            (aud(&[SECRET]), "\"[value of --aud]\""),
            (aud(&["api", SECRET]), "[\"api\",\"[value of --aud]\"]"),
            (ClaimCheck::Issuer(SECRET.into()), "\"[value of --iss]\""),
            (ClaimCheck::Subject(SECRET.into()), "\"[value of --sub]\""),
            (ClaimCheck::Type(SECRET.into()), "\"[value of --typ]\""),
            (ClaimCheck::MaxAge(5), "5"),
        ] {
            assert_eq!(redacted(check).1, expected);
        }
    }

    /// Each part is short, and together they may be a key.
    #[test]
    fn long_array_is_not_repeated() {
        let tenant = || ClaimPath::new("tenant").unwrap();
        for (json, expected) in [
            (r#"["a","b","c"]"#, r#"["a","b","c"]"#),
            ("[201,17,43,250]", "\"[value of --claim]\""),
        ] {
            let value = Value::parse(json.as_bytes()).unwrap();
            assert_eq!(redacted(ClaimCheck::Equals(tenant(), value)).1, expected);
        }
    }

    #[test]
    fn name_is_repeated_if_harmless() {
        let long = format!("/tenant/{SECRET}");
        for (path, name) in [
            ("email_verified", "email_verified"),
            ("tenant", "tenant"),
            ("tenants", "tenants"),
            ("/tenant/name", "/tenant/name"),
            ("/tenant/0/name", "/tenant/0/name"),
            ("tenant.0.name", "tenant.0.name"),
            ("tenant.f83OJ3D2", "[name in --require 1]"),
            ("role", "role"),
            ("f83OJ3D2", "[name in --require 1]"),
            (SECRET, "[name in --require 1]"),
            ("/f83OJ/3D2xF/1Bg8v", "[name in --require 1]"),
            (&long, "[name in --require 1]"),
        ] {
            let check = ClaimCheck::Require(ClaimPath::new(path).unwrap());
            assert_eq!(redacted(check).0, name, "{path}");
            let check = ClaimCheck::Equals(ClaimPath::new(path).unwrap(), SECRET.into());
            let (claim, expected) = redacted(check);
            assert_eq!(claim, name.replace("require", "claim"), "{path}");
            assert_eq!(expected, "\"[value of --claim]\"");
        }
    }
}
