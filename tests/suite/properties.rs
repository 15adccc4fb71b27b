//! Whatever comes in: no panic, a status of the table, nothing but printable text.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use jwtlens::{Compact, KeySet, Policy, Token, Verdict, Verifier, decode};
use proptest::prelude::*;
use serde_json::value::RawValue;

use crate::generated::tempdir;
use crate::support::{Issuer, NOW, assert_printable, data, feed, jwtlens, status, stderr};

/// Two issuers that are known to the verifier, which has a table for each key, and one that is not.
static ISSUERS: LazyLock<([Issuer; 3], Verifier)> = LazyLock::new(|| {
    let issuers = [
        Issuer::new(1, "a"),
        Issuer::new(2, "b"),
        Issuer::new(3, "c"),
    ];
    let set = format!(r#"{{"keys":[{},{}]}}"#, issuers[0].jwk(), issuers[1].jwk());
    let keys = KeySet::read("k", set.as_bytes()).unwrap();
    let verifier = Verifier::new(keys, Policy::default());
    for issuer in &issuers[..2] {
        let good = issuer.token("{}");
        let many = vec![Token::from(good.as_str()); 40];
        let reports = verifier.verify_all(&many, NOW);
        assert!(
            reports
                .iter()
                .all(|report| report.verdict == Verdict::Valid)
        );
    }
    (issuers, verifier)
});

/// Text that is nearly JSON of a token: its own words, in any order.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        " ",
        "\"alg\"",
        "\"ES256\"",
        "\"none\"",
        "\"kid\"",
        "\"crit\"",
        "\"b64\"",
        "\"exp\"",
        "\"nbf\"",
        "\"iat\"",
        "\"aud\"",
        "\"sub\"",
        "1",
        "-1",
        "1e9",
        "1e999999999",
        "0.5",
        "99999999999999999999",
        "null",
        "true",
        "\"a\"",
        "\"\\u0061lg\"",
        "\"\\ud800\"",
        "\u{feff}",
        "\u{202e}",
        "\0",
        "\"$serde_json::private::Number\"",
        "{\"exp\":1795395600}",
        "\"exp\":1795395600,",
        "\"alg\":\"ES256\"",
    ]);
    prop_oneof![
        prop::collection::vec(words, 0..12).prop_map(|words| words.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
        Just(br#"{"exp":1795395600}"#.to_vec()),
        Just(br#"{"alg":"ES256","kid":"k"}"#.to_vec()),
    ]
}

/// A file that each case writes anew.
static KEY_FILE: LazyLock<PathBuf> = LazyLock::new(|| tempdir("any-key").join("key"));

/// A line: a token, text around one, nothing, or anything.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let good = Issuer::new(1, "k").token("{}");
    prop_oneof![
        Just(good.clone().into_bytes()),
        Just(format!("Bearer {good}\r").into_bytes()),
        Just(format!("x {good} y {good}").into_bytes()),
        Just(b" \t".to_vec()),
        Just(Vec::new()),
        (nearly_json(), nearly_json())
            .prop_map(|(header, payload)| Issuer::new(1, "k").sign(&header, &payload).into()),
        prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn arguments() -> impl Strategy<Value = Vec<OsString>> {
    let words = prop::sample::select(vec![
        "verify",
        "debug",
        "--try-key",
        "-v",
        "decode",
        "key",
        "man",
        "help",
        "-k",
        "-f",
        "-o",
        "json",
        "line",
        "claims",
        "token",
        "-",
        "--",
        "--at",
        "--leeway",
        "--aud",
        "--claim",
        "a=b",
        "a:=1",
        "--only",
        "valid",
        "-q",
        "--color",
        "always",
        "--expires-within",
        "1h",
        "-1h",
        "made/public_key.json",
        "made/valid.txt",
        "--check-time",
        "--scan",
        "--jobs",
        "2",
        "--fail-fast",
        "--local",
        "--max-age",
        "--require",
        "{\"kty\":\"EC\"}",
        "a.b.c",
        "..",
        "--help",
        "--version",
        "completions",
        "zsh",
    ]);
    let word = prop_oneof![
        4 => words.prop_map(OsString::from),
        // No path: `man DIR` would write there.
        1 => prop::collection::vec(any::<u8>().prop_filter("no path", |octet| !b"\0/".contains(octet)), 0..30)
            .prop_map(|octets| OsString::from_vec([b"--x".to_vec(), octets].concat())),
    ];
    prop::collection::vec(word, 0..7).prop_filter("man writes files", |words| {
        !words.iter().any(|word| word == "man") || words.len() == 1
    })
}

proptest! {
    #[test]
    fn any_octets_are_judged(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        let keys = KeySet::read("k", Issuer::new(1, "k").jwk().as_bytes()).unwrap();
        let token = Token::new(jwtlens::Input::default(), &octets);
        let report = Verifier::new(keys, Policy::default()).verify(&token, NOW);
        prop_assert_eq!(report.verdict, Verdict::Malformed);
        prop_assert_eq!(decode(&token, &Policy::default(), NOW, true).verdict, Verdict::Malformed);
        prop_assert!(KeySet::read("k", &octets).is_err());
    }

    /// A valid token is signed, is the same text when encoded again, and its claims read as
    /// independent JSON of the same times.
    #[test]
    fn an_accepted_token_re_encodes_to_itself(header in nearly_json(), payload in nearly_json(), now in NOW - 9000..NOW + 9000) {
        let issuer = Issuer::new(1, "k");
        let keys = KeySet::read("k", issuer.jwk().as_bytes()).unwrap();
        let text = issuer.sign(&header, &payload);
        let report = Verifier::new(keys, Policy::default()).verify(&Token::from(text.as_str()), now);
        if report.verdict == Verdict::Valid {
            let Ok(Compact::Jws(jws)) = Compact::parse(text.as_bytes()) else { panic!() };
            let segments = [jws.header_octets(), jws.payload_octets(), jws.signature_octets()];
            prop_assert_eq!(segments.map(|octets| BASE64URL_NOPAD.encode(&octets.unwrap())).join("."), text);
            let claims: HashMap<String, &RawValue> = serde_json::from_slice(&payload).unwrap();
            let exp = claims.get("exp").map(|exp| exp.get().parse::<f64>().unwrap());
            prop_assert!(exp.is_none_or(|exp| exp > now as f64), "{claims:?}");
        }
    }

    /// Many tokens at once get the reports that each gets alone.
    #[test]
    fn many_are_judged_as_one_by_one(
        pairs in prop::collection::vec((nearly_json(), nearly_json(), 0..5_u8), 1..60),
        raw in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..90), 0..4),
    ) {
        let (issuers, verifier) = &*ISSUERS;
        let mut texts: Vec<Vec<u8>> = raw;
        for (header, payload, kind) in &pairs {
            texts.push(match kind {
                0 => issuers[0].token("{}").into(),
                1 => issuers[1].token("{\"exp\":1}").into(),
                2 => issuers[2].token("{}").into(),
                3 => issuers[1].sign(header, payload).into(),
                _ => issuers[0].sign(&[b"{\"alg\":\"ES256\",\"kid\":\"b\",\"x\":", &header[..], b"}"].concat(), payload).into(),
            });
        }
        let tokens: Vec<Token> = texts.iter().map(|text| Token::new(jwtlens::Input::default(), text)).collect();
        let json = |report: &jwtlens::Report| serde_json::to_string(report).unwrap();
        let alone: Vec<String> = tokens.iter().map(|token| json(&verifier.verify(token, NOW))).collect();
        let together: Vec<String> = verifier.verify_all(&tokens, NOW).iter().map(json).collect();
        prop_assert_eq!(alone, together);
        let briefly = verifier.clone().without_findings().verify_all(&tokens, NOW);
        for (brief, whole) in briefly.iter().zip(verifier.verify_all(&tokens, NOW)) {
            prop_assert_eq!((brief.verdict, &brief.error), (whole.verdict, &whole.error));
            prop_assert!(brief.findings.is_empty());
        }
    }

    /// No change to a good token leaves it good, unless what was changed is taken off around it.
    #[test]
    fn no_changed_token_is_accepted(at in any::<prop::sample::Index>(), octet in any::<u8>(), kind in 0..3) {
        let issuer = Issuer::new(1, "k");
        let good = issuer.token(r#"{"sub":"a"}"#);
        let mut changed = good.clone().into_bytes();
        let at = at.index(changed.len());
        match kind {
            0 => changed[at] = octet,
            1 => changed.insert(at, octet),
            _ => drop(changed.remove(at)),
        }
        let keys = KeySet::read("k", issuer.jwk().as_bytes()).unwrap();
        let token = Token::new(jwtlens::Input::default(), &changed);
        let report = Verifier::new(keys, Policy::default()).verify(&token, NOW);
        prop_assert_eq!(report.verdict == Verdict::Valid, token.text == good.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_program_survives_its_input(
        segments in prop::collection::vec(nearly_json(), 0..4),
        raw in prop::collection::vec(any::<u8>(), 0..200),
        format in prop::sample::select(vec!["text", "line", "json", "jsonl", "claims", "token"]),
        command in prop::sample::select(vec!["verify", "verify", "verify", "verify", "debug"]),
    ) {
        let name = command;
        let issuer = Issuer::new(1, "k");
        let mut input = segments.iter().map(|octets| BASE64URL_NOPAD.encode(octets)).collect::<Vec<_>>().join(".").into_bytes();
        input.push(b'\n');
        for pair in segments.windows(2) {
            input.extend(issuer.sign(&pair[0], &pair[1]).bytes());
            input.push(b'\n');
        }
        input.extend(raw);
        let mut command = jwtlens();
        command.args([name, "--color=always", "-o", format, "-k", &issuer.jwk()]);
        let output = feed(&mut command, &input);
        prop_assert!([0, 3, 4, 5, 6, 7, 8, 1].contains(&status(&output)));
        assert_printable(&output, format == "line");
    }

    #[test]
    fn the_program_survives_its_key(key in nearly_json(), format in prop::sample::select(vec!["text", "json"])) {
        let output = feed(jwtlens().args(["key", "-o", format, "-"]), &key);
        prop_assert!([0, 1].contains(&status(&output)));
        assert_printable(&output, false);
    }

    /// Each line that is not blank is answered once, in its order, whatever is in the others.
    #[test]
    fn every_line_has_its_answer(
        lines in prop::collection::vec(line(), 0..12),
        command in prop::sample::select(vec!["verify", "decode"]),
        jobs in prop::sample::select(vec!["1", "3"]),
    ) {
        let jwk = Issuer::new(1, "k").jwk();
        let key = if command == "verify" { &["-k", jwk.as_str()][..] } else { &[] };
        let input = lines.join(&b'\n');
        let mut program = jwtlens();
        program.args([command, "-o", "jsonl", "--jobs", jobs]).args(key);
        let output = feed(&mut program, &input);
        assert_printable(&output, false);
        let answered: Vec<u64> = serde_json::Deserializer::from_slice(&output.stdout)
            .into_iter::<serde_json::Value>()
            .map(|report| report.unwrap()["input"]["line"].as_u64().unwrap())
            .collect();
        let is_blank = |line: &[u8]| line.iter().all(|octet| b" \t\r".contains(octet));
        let numbered = (1..).zip(input.split(|octet| *octet == b'\n'));
        let due: Vec<u64> = numbered.filter(|(_, line)| !is_blank(line)).map(|(number, _)| number).collect();
        // Several lines that are plainly something else are named once instead.
        let is_named_once = due.len() > 1 && answered.is_empty() && stderr(&output).contains("hint:");
        prop_assert_eq!(status(&output) == 1, due.is_empty() || is_named_once);
        if !is_named_once {
            prop_assert_eq!(answered, due);
        }
        // Looked through as a text, they end as well.
        let output = feed(program.arg("--scan"), &input);
        assert_printable(&output, false);
        prop_assert!([0, 1, 3, 4, 6, 7, 8].contains(&status(&output)));
    }

    /// A file that holds no point of the signer's verifies none of its tokens.
    #[test]
    fn no_other_key_file_verifies(
        key in prop_oneof![nearly_json(), prop::collection::vec(any::<u8>(), 0..60), Just(Issuer::new(2, "k").jwk().into_bytes())],
        command in prop::sample::select(vec!["verify", "verify", "verify", "debug"]),
    ) {
        let file = KEY_FILE.as_path();
        std::fs::write(file, &key).unwrap();
        let token = Issuer::new(1, "k").token("{}");
        let mut program = jwtlens();
        program.args([command, "--color=always"]);
        if command == "debug" {
            program.arg("--try-key").arg(data("made/other_key.json"));
        }
        let output = feed(program.arg("-k").arg(file), token.as_bytes());
        prop_assert!([1, 6, 7].contains(&status(&output)));
        assert_printable(&output, false);
    }

    #[test]
    fn the_program_survives_its_arguments(arguments in arguments(), input in nearly_json()) {
        let output = feed(jwtlens().args(&arguments), &input);
        prop_assert!([0, 1, 2, 3, 4, 5, 6, 7, 8].contains(&status(&output)), "{:?}", arguments);
        let scripts = arguments.iter().any(|word| word == "man" || word == "completions");
        if !scripts {
            assert_printable(&output, true);
        }
    }
}
