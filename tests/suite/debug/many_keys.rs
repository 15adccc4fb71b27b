//! Of several keys, or secrets, the one that signed is found, also for a token that was changed or damaged.

use std::collections::BTreeSet;

use jwtlens::Effort;

use super::{Bench, debug, debugger, encode, proven};
use crate::pairs::Pair;

/// So many keys of a type, each with a `kid` if they have one.
fn keys(key_type: &str, count: u8, have_kid: bool) -> (Vec<Pair>, Bench) {
    let pairs: Vec<Pair> = (0..count)
        .map(|number| Pair::new(key_type, 31 + number))
        .collect();
    let jwk = |(number, pair): (usize, &Pair)| {
        if have_kid {
            format!(r#"{{"kid":"{}",{}}}"#, kid(number), pair.members())
        } else {
            pair.jwk()
        }
    };
    let jwks: Vec<String> = pairs.iter().enumerate().map(jwk).collect();
    let jwks: Vec<&str> = jwks.iter().map(String::as_str).collect();
    let bench = debugger(&jwks, &[], Effort::Default);
    (pairs, bench)
}

fn kid(number: usize) -> String {
    format!("key-{number}")
}

/// A token that was signed with one header and has another one.
fn with_header(pair: &Pair, alg: &str, signed: &str, sent: &str) -> String {
    let payload = encode(r#"{"sub":"member-1","aud":"app"}"#);
    let input = format!("{}.{payload}", encode(signed));
    let signature = encode(pair.sign(alg, input.as_bytes()));
    format!("{}.{payload}.{signature}", encode(sent))
}

#[test]
fn a_header_with_the_name_of_another_key_is_found() {
    for count in [3, 6] {
        let (pairs, bench) = keys("Ed25519", count, true);
        for (number, pair) in pairs.iter().enumerate() {
            let other = kid((number + 1) % pairs.len());
            let signed = format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{}"}}"#, kid(number));
            let sent = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{other}"}}"#);
            let report = debug(&bench, &with_header(pair, "EdDSA", &signed, &sent));
            assert_eq!(proven(&report), BTreeSet::from(["header-changed"]));
            assert!(report.findings[0].evidence.contains(&signed), "{number}");
        }
    }
}

#[test]
fn a_reserialized_header_is_found_with_several_secrets() {
    let (pairs, bench) = keys("oct", 6, true);
    for (number, pair) in pairs.iter().enumerate() {
        let kid = kid(number);
        let sent = format!(r#"{{"alg":"HS512","kid":"{kid}","typ":"JWT"}}"#);
        for signed in [
            format!(r#"{{"typ":"JWT","alg":"HS512","kid":"{kid}"}}"#),
            format!(r#"{{"alg": "HS512", "kid": "{kid}", "typ": "JWT"}}"#),
        ] {
            let report = debug(&bench, &with_header(pair, "HS512", &signed, &sent));
            let expected = BTreeSet::from(["header-reserialized"]);
            assert_eq!(proven(&report), expected, "{signed}");
        }
    }
}

#[test]
fn an_altered_signature_is_found_with_several_keys() {
    for count in [4, 5, 8] {
        let (pairs, bench) = keys("P-256", count, false);
        let token = pairs
            .last()
            .unwrap()
            .token("ES256", "ES256", r#"{"sub":"a"}"#);
        let start = token.rfind('.').unwrap() + 1;
        for at in [3, 20, 39, 50, 70, 84] {
            let (before, rest) = token.split_at(start + at);
            let other = if rest.starts_with('A') { "B" } else { "A" };
            let report = debug(&bench, &format!("{before}{other}{}", &rest[1..]));
            let expected = BTreeSet::from(["altered-character"]);
            assert_eq!(proven(&report), expected, "{count} {at}");
        }
    }
}

/// A key of another type says nothing of a token whose header names the algorithm of the right one.
#[test]
fn a_key_of_another_type_hides_no_fault() {
    let types = [
        ("P-256", "ES256"),
        ("P-384", "ES384"),
        ("P-521", "ES512"),
        ("secp256k1", "ES256K"),
        ("Ed25519", "EdDSA"),
        ("RSA", "RS256"),
        ("oct", "HS512"),
    ];
    let others = types.map(|(key_type, _)| (key_type, Pair::new(key_type, 32)));
    for (key_type, alg) in types {
        let pair = Pair::new(key_type, 31);
        let header = format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"a"}}"#);
        let input = format!("{}.{}", encode(header), encode(r#"{"sub":"member-1"}"#));
        let signature = encode(pair.sign(alg, input.as_bytes()));
        let hex = data_encoding::HEXLOWER.encode(&pair.sign(alg, input.as_bytes()));
        let newline = encode(pair.sign(alg, format!("{input}\n").as_bytes()));
        let (before, rest) = signature.split_at(signature.len() - 23);
        let wrong = if rest.starts_with('A') { "B" } else { "A" };
        let altered = format!("{before}{wrong}{}", &rest[1..]);
        for (other_type, other) in others.iter().filter(|(other, _)| *other != key_type) {
            let jwk = |pair: &Pair, kid| format!(r#"{{"kid":"{kid}",{}}}"#, pair.members());
            let jwks = [jwk(&pair, "a"), jwk(other, "b")];
            for [first, second] in [[0, 1], [1, 0]] {
                let keys = [&*jwks[first], &*jwks[second]];
                let bench = debugger(&keys, &[], Effort::Default);
                let of_signature =
                    |signature: &str| proven(&debug(&bench, &format!("{input}.{signature}")));
                let context = format!("{alg} with {other_type} {first}");
                let expected = BTreeSet::from(["signature-as-text"]);
                assert_eq!(of_signature(&hex), expected, "{context}");
                let expected = BTreeSet::from(["signed-with-newline"]);
                assert_eq!(of_signature(&newline), expected, "{context}");
                if key_type != "RSA" {
                    let expected = BTreeSet::from(["altered-character"]);
                    assert_eq!(of_signature(&altered), expected, "{context}");
                }
            }
        }
    }
}

/// The key that the header names is searched alone, whatever the other keys cost.
#[test]
fn a_named_key_is_found_among_many() {
    for (key_type, alg, count) in [
        ("P-521", "ES512", 4),
        ("P-384", "ES384", 4),
        ("Ed25519", "EdDSA", 100),
        ("P-256", "ES256", 100),
    ] {
        let (pairs, bench) = keys(key_type, count, true);
        let pair = pairs.last().unwrap();
        let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, kid(pairs.len() - 1));
        let input = format!("{}.{}", encode(header), encode(r#"{"sub":"member-1"}"#));
        let signature = encode(pair.sign(alg, input.as_bytes()));
        let (before, rest) = signature.split_at(60);
        let report = debug(&bench, &format!("{input}.{before}*{}", &rest[1..]));
        let expected = BTreeSet::from(["altered-character"]);
        assert_eq!(proven(&report), expected, "{alg}");
        let newline = encode(pair.sign(alg, format!("{input}\n").as_bytes()));
        let report = debug(&bench, &format!("{input}.{newline}"));
        let expected = BTreeSet::from(["signed-with-newline"]);
        assert_eq!(proven(&report), expected, "{alg}");
    }
}

#[test]
fn an_embedded_key_is_found_among_many() {
    let pair = Pair::new("P-384", 7);
    let (_, bench) = keys("P-384", 100, true);
    let header = format!(r#"{{"alg":"ES384","typ":"dpop+jwt","jwk":{}}}"#, pair.jwk());
    let input = format!("{}.{}", encode(header), encode(r#"{"jti":"a"}"#));
    let signature = encode(pair.sign("ES384", input.as_bytes()));
    let report = debug(&bench, &format!("{input}.{signature}"));
    let expected = BTreeSet::from(["signed-by-embedded-key"]);
    assert_eq!(proven(&report), expected);
}

/// A token that points to no key is searched with each of a few.
#[test]
fn a_foreign_character_is_found_with_a_few_keys() {
    for (key_type, alg) in [("P-256", "ES256"), ("Ed25519", "EdDSA"), ("oct", "HS256")] {
        let (pairs, bench) = keys(key_type, 5, false);
        let token = pairs.last().unwrap().token(alg, alg, r#"{"sub":"a"}"#);
        let (before, rest) = token.split_at(token.len() - 20);
        let report = debug(&bench, &format!("{before}*{}", &rest[1..]));
        let expected = BTreeSet::from(["altered-character"]);
        assert_eq!(proven(&report), expected, "{alg}");
    }
}

#[test]
fn a_header_in_another_order_and_spacing_is_found() {
    let (written, sent) = (
        r#"{"typ": "JWT", "alg": "ALG", "app": "a"}"#,
        r#"{"alg":"ALG","app":"a","typ":"JWT"}"#,
    );
    for (key_type, algorithms) in crate::pairs::ALGORITHMS {
        let alg = algorithms[0];
        let (pairs, bench) = keys(key_type, 1, false);
        for (signed, sent) in [(written, sent), (sent, written)] {
            let [signed, sent] = [signed, sent].map(|header| header.replace("ALG", alg));
            let report = debug(&bench, &with_header(&pairs[0], alg, &signed, &sent));
            let expected = BTreeSet::from(["header-reserialized"]);
            assert_eq!(proven(&report), expected, "{signed}");
        }
    }
}

/// To ask more would cost more than all that is searched.
#[test]
fn an_unproven_token_inside_is_verified_unless_there_are_too_many_keys() {
    let (pairs, bench) = keys("P-384", 80, false);
    let (_, too_many) = keys("P-384", 90, false);
    let header = r#"{"alg":"ES384"}"#;
    let known = with_header(&pairs[79], "ES384", header, header);
    let other = Pair::new("P-384", 200);
    let unknown = with_header(&other, "ES384", header, header);
    for (bench, token, expected) in [
        (&bench, &known, Some("valid")),
        (&bench, &unknown, Some("mis-signed")),
        (&too_many, &unknown, None),
    ] {
        let report = debug(bench, &format!("see {token}, please"));
        let (_, evidence) = report.findings[0]
            .evidence
            .split_once(", it has three segments")
            .unwrap();
        assert_eq!(evidence.strip_prefix("; that token would be "), expected);
    }
}
