//! A header that is written in no common way: as it was signed, its members are the same.

use jwtlens::Effort;

use super::{codes, debug, debugger, encode, payload, proven};
use crate::pairs::{ALGORITHMS, Pair, input};

/// A header as a common writer writes it, and as none does.
fn spellings(alg: &str) -> Vec<(String, String)> {
    let members = |members: &str| members.replace("ALG", alg);
    [
        (
            r#"{"alg":"ALG","kid":"k0"}"#,
            r#"{"alg":"ALG", "kid":"k0"}"#,
        ),
        (
            r#"{"alg":"ALG","kid":"k0"}"#,
            r#"{"alg": "ALG","kid": "k0"}"#,
        ),
        (
            r#"{"alg":"ALG","kid":"k0"}"#,
            r#"{ "alg": "ALG", "kid": "k0" }"#,
        ),
        (
            r#"{"alg":"ALG","kid":"k0"}"#,
            r#"{"alg":"ALG","\u006bid":"k0"}"#,
        ),
        (
            r#"{"typ":"JWT","alg":"ALG"}"#,
            r#"{"typ":"JWT", "alg":"ALG"}"#,
        ),
        (r#"{"alg":"ALG"}"#, r#"{"alg": "ALG" }"#),
        (r#"{"alg":"ALG"}"#, "{\"alg\":\"ALG\"}\n"),
    ]
    .map(|(signed, sent)| (members(signed), members(sent)))
    .to_vec()
}

#[test]
fn another_spelling_is_not_another_header() {
    for (key_type, algorithms) in ALGORITHMS {
        let alg = algorithms[0];
        let pair = Pair::new(key_type, 63);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        for (signed, sent) in spellings(alg) {
            let content = [encode(&signed), encode(payload(1))];
            let signature = encode(pair.sign(alg, content.join(".").as_bytes()));
            let token = format!("{}.{}.{signature}", encode(&sent), content[1]);
            let expected = codes(&["header-reserialized"]);
            assert_eq!(proven(&debug(&bench, &token)), expected, "{alg} {sent:?}");
        }
    }
}

/// The positive control: another `alg` or `kid` is another header, however it is written.
#[test]
fn another_member_is_another_header() {
    for (key_type, algorithms) in ALGORITHMS {
        let alg = algorithms[0];
        let pair = Pair::new(key_type, 63);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let signed = input(alg, &payload(1));
        let signature = encode(pair.sign(alg, signed.as_bytes()));
        let (_, claims) = signed.split_once('.').unwrap();
        let sent = encode(format!(r#"{{"alg":"{alg}", "kid":"other"}}"#));
        let report = debug(&bench, &format!("{sent}.{claims}.{signature}"));
        assert_eq!(proven(&report), codes(&["header-changed"]), "{alg}");
    }
}
