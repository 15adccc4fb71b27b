//! What stands in the place of a signature: a word, a template's placeholder, or its bytes written as JavaScript does.

use data_encoding::BASE64URL_NOPAD;
use jwtlens::{Certainty, Effort};

use super::{codes, debug, debugger, proven};
use crate::pairs::Pair;

#[test]
fn a_placeholder_is_named() {
    for (key_type, alg) in [("P-256", "ES256"), ("oct", "HS256"), ("RSA", "RS256")] {
        let pair = Pair::new(key_type, 51);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let token = pair.token(alg, alg, r#"{"sub":"a"}"#);
        let (input, signature) = token.rsplit_once('.').unwrap();
        for word in [
            "SIGNATURE",
            "signature",
            "xxx",
            "true",
            "YOUR_SIGNATURE",
            "${signature}",
            "{{signature}}",
            "{{ jwt.signature }}",
            "<signature>",
            "[object ArrayBuffer]",
        ] {
            let report = debug(&bench, &format!("{input}.{word}"));
            let first = &report.findings[0];
            assert_eq!(first.code.name(), "signature-as-text", "{alg} {word}");
            assert_eq!(first.certainty, Certainty::Note, "{alg} {word}");
            let summary = "the signature is a word instead of bytes";
            assert_eq!(first.summary, summary, "{alg} {word}");
            let told = report.findings.iter().map(|finding| finding.code.name());
            let told: Vec<&str> = told.collect();
            for other in ["truncated", "surrounded-token", "signature-removed"] {
                assert!(!told.contains(&other), "{alg} {word}: {told:?}");
            }
        }
        // A signature in brackets is not a placeholder, and neither is the start of one.
        let first = |text: String| debug(&bench, &text).findings[0].code.name().to_owned();
        for not in [
            format!("{input}.<{signature}>"),
            format!("{input}.{}", &signature[..6]),
            format!("{input}.{}", "x".repeat(signature.len())),
        ] {
            assert_ne!(first(not.clone()), "signature-as-text", "{alg} {not}");
        }
        // What it names may be a part of the signature.
        let name = format!("a{}", &signature[..20]);
        let report = debug(&bench, &format!("{input}.{{{{{name}}}}}"));
        let json = serde_json::to_string(&report.findings).unwrap();
        assert!(json.contains("template") && !json.contains(&name), "{json}");
    }
}

#[test]
fn a_signature_that_is_not_encoded_is_read() {
    for (key_type, alg) in [
        ("P-256", "ES256"),
        ("P-521", "ES512"),
        ("Ed25519", "EdDSA"),
        ("RSA", "RS256"),
        ("oct", "HS256"),
    ] {
        let pair = Pair::new(key_type, 52);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let token = pair.token(alg, alg, r#"{"sub":"a"}"#);
        let (input, signature) = token.rsplit_once('.').unwrap();
        let bytes = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        let array = serde_json::to_string(&bytes).unwrap();
        let object = serde_json::to_string(
            &bytes
                .iter()
                .enumerate()
                .map(|(at, byte)| (at, *byte))
                .collect::<std::collections::BTreeMap<usize, u8>>(),
        )
        .unwrap();
        for text in [
            object.clone(),
            array.replace(',', ", "),
            format!(r#"{{"type":"Buffer","data":{array}}}"#),
            array[1..array.len() - 1].to_owned(),
            array,
        ] {
            let report = debug(&bench, &format!("{input}.{text}"));
            assert_eq!(
                proven(&report),
                codes(&["signature-as-text"]),
                "{alg} {text}"
            );
            // What was damaged is not proven by reading what is there.
            let wrong = !bytes[7];
            let (altered, digit) = with_byte(&text, &bytes, wrong);
            let damaged = [
                altered,
                format!("{}\"{}", &text[..digit], &text[digit..]),
                format!("{} {}", &text[..digit], &text[digit..]),
                format!("{}0{}", &text[..digit], &text[digit..]),
                format!("{}{}", &text[..digit], &text[digit + 1..]),
            ];
            for damaged in damaged {
                let found = proven(&debug(&bench, &format!("{input}.{damaged}")));
                let is_space = damaged.replace(' ', "") == text.replace(' ', "")
                    && !text[..digit].ends_with(|c: char| c.is_ascii_digit());
                // A wrong number may be a wrong character of the segment, which is named then.
                let is_named = found.contains("altered-character");
                assert!(
                    found.is_empty() || is_named || is_space,
                    "{alg} {damaged}: {found:?}"
                );
            }
        }
    }
}

/// A text of bytes with another one as the eighth, and where the last digit of that stands.
fn with_byte(text: &str, bytes: &[u8], wrong: u8) -> (String, usize) {
    let eighth = bytes[7].to_string();
    let is_object = text.contains("\"7\":");
    let at = if is_object {
        text.find("\"7\":").unwrap() + "\"7\":".len()
    } else {
        let numbers = text.find('[').map_or(0, |at| at + 1);
        let mut commas = text[numbers..].match_indices(',').map(|(at, _)| at);
        let after = numbers + commas.nth(6).unwrap() + 1;
        after + text[after..].find(|c: char| c.is_ascii_digit()).unwrap()
    };
    let (before, rest) = text.split_at(at);
    let behind = rest.strip_prefix(&*eighth).unwrap();
    (format!("{before}{wrong}{behind}"), at + eighth.len() - 1)
}
