//! Every finding is shown in a session, and no session shows a finding that does not exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jwtlens::{Code, Debugger, Effort, Input, KeySource, Policy, Token};
use regex::Regex;

use crate::golden::FILES;
use crate::support::Issuer;
use crate::wording::split_session;

/// The codes in the output of sessions, in text and in JSON.
fn shown() -> BTreeSet<String> {
    let code =
        Regex::new(r#"(?m)^(?:Why|Also|Note): ([a-z0-9-]+)(?: \(|$)|"code": ?"([a-z0-9-]+)""#)
            .unwrap();
    let mut shown = BTreeSet::new();
    for file in FILES {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let (_, output) = split_session(&text);
        for found in code.captures_iter(&output) {
            let name = found.get(1).or(found.get(2)).unwrap();
            shown.insert(name.as_str().to_owned());
        }
    }
    shown
}

/// The codes of a token that is used while the clock is in 1970: sessions have the time that they give.
fn shown_in_1970() -> BTreeSet<String> {
    let issuer = Issuer::new(1, "key");
    let key = KeySource::read("key.json", issuer.jwk().as_bytes()).unwrap();
    let debugger = Debugger::new(&[key], &[], Policy::default(), Effort::Default);
    let token = issuer.token(r#"{"nbf":1795392000,"exp":1795395600}"#);
    let token = Token::new(Input::default(), token.as_bytes());
    let report = debugger.debug(&token, 100, &mut |_| true);
    let names = report.findings.iter().map(|finding| finding.code.name());
    names.map(str::to_owned).collect()
}

/// At 80 columns, unless the evidence is a whole key.
#[test]
fn a_finding_takes_five_lines() {
    let finding = Regex::new(r"(?m)^(?:Why|Also|Note): [a-z0-9-]+.*\n(?: .*\n)*").unwrap();
    let mut found = 0;
    for file in ["debug.md", "findings.md", "verify.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden")
            .join(file);
        for section in finding.find_iter(&fs::read_to_string(path).unwrap()) {
            let section = section.as_str();
            // How much was tried is not about the finding.
            let lines = section.lines().filter(|line| !line.starts_with("  tried "));
            assert!(
                lines.count() <= 5 || section.contains("\"kty\""),
                "{section}"
            );
            found += 1;
        }
    }
    assert!(found > Code::ALL.len(), "{found}");
}

#[test]
fn every_code_is_shown() {
    let mut shown = shown();
    shown.extend(shown_in_1970());
    let codes: BTreeSet<String> = Code::ALL
        .iter()
        .map(|code| code.name().to_owned())
        .collect();
    let missing: Vec<_> = codes.difference(&shown).collect();
    let unknown: Vec<_> = shown.difference(&codes).collect();
    assert!(missing.is_empty(), "in no session: {missing:?}");
    assert!(unknown.is_empty(), "not in the table: {unknown:?}");
}
