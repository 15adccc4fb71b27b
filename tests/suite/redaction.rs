//! `--redact`: personal values in every place that a token can hold them, and none of them in any output.

use std::fs;
use std::process::Output;
use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use crate::generated::tempdir;
use crate::pairs::{Pair, encode};
use crate::support::{Issuer, der, feed, jwtlens, status, stderr, stdout};

/// Part of every value that is removed, and of nothing else.
const PERSONAL: &str = "Lovelace";

/// Something personal in a form of its own.
const NUMBER: &str = "18151210";

/// Values that stay.
const KEPT: [&str; 4] = ["https://issuer.example", "audience-1", "at+jwt", "kid-1"];

const HEADER: &str = r#"{"alg":"ES256","typ":"at+jwt","cty":"x","kid":"kid-1","jku":"https://Lovelace.example/","x5u":"https://Lovelace.example/","jwk":{"Lovelace":"Lovelace"},"x5t":"Lovelace","nonce":["Lovelace",{"Lovelace":18151210}],"epk":{"a":{"b":"Lovelace"}}}"#;

const CLAIMS: &str = r#"{"iss":"https://issuer.example","aud":["audience-1"],"exp":2000000000,"nbf":1500000000,"iat":1500000000,"sub":"Lovelace","name":"Ada Lovelace","email":"a@Lovelace.example","age":18151210,"born":18151210.5,"address":{"Lovelace":{"city":"Lovelace"},"list":["Lovelace",18151210]},"amr":["Lovelace",["Lovelace"]],"cnf":{"jkt":"Lovelace"},"act":{"sub":"Lovelace"},"jti":"Lovelace","n":null,"t":true}"#;

/// Checks that the output has nothing personal, and that it has an output at all.
fn assert_redacted(output: &Output, what: &str) {
    let text = format!("{}{}", stdout(output), stderr(output));
    assert!(!text.is_empty(), "{what}");
    for personal in [PERSONAL, NUMBER, "Ada", &PERSONAL[..6]] {
        assert!(!text.contains(personal), "{what}: {personal} in {text}");
    }
}

/// A key file. It is written once: tests run at the same time.
fn key() -> &'static str {
    static KEY: LazyLock<String> = LazyLock::new(|| {
        let path = tempdir("redaction").join("key.json");
        fs::write(&path, Issuer::new(1, "kid-1").jwk()).unwrap();
        path.into_os_string().into_string().unwrap()
    });
    &KEY
}

/// Runs a command on a token in every format that it has.
fn run_all(command: &[&str], token: &str, what: &str) -> Vec<Output> {
    let formats = ["text", "line", "json", "jsonl", "summary", "summary-json"];
    formats
        .map(|format| {
            let mut run = jwtlens();
            run.args(command).args(["--redact", "-o", format]);
            let output = feed(&mut run, token.as_bytes());
            assert!(
                !matches!(status(&output), 1 | 2),
                "{what}: {}",
                stderr(&output)
            );
            assert_redacted(&output, &format!("{what}, {format}, {command:?}"));
            output
        })
        .into()
}

#[expect(clippy::too_many_lines, reason = "a list of tokens")]
/// Tokens that are rejected in all ways, so that every finding and error has something to repeat.
fn tokens() -> Vec<(&'static str, String)> {
    let issuer = Issuer::new(1, "kid-1");
    let other = Issuer::new(2, "kid-2");
    let whole = issuer.sign(HEADER.as_bytes(), CLAIMS.as_bytes());
    let (input, signature) = whole.rsplit_once('.').unwrap();
    let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let changed = |from: &str, to: &str| {
        assert!(CLAIMS.contains(from), "{from}");
        issuer.sign(HEADER.as_bytes(), CLAIMS.replacen(from, to, 1).as_bytes())
    };
    let header = |from: &str, to: &str| {
        assert!(HEADER.contains(from), "{from}");
        issuer.sign(HEADER.replacen(from, to, 1).as_bytes(), CLAIMS.as_bytes())
    };
    let raw: [u8; 64] = BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    let damaged = |at: usize, to: &str| format!("{}{to}{}", &whole[..at], &whole[at + 1..]);
    let middle = HEADER.len() * 4 / 3 + 200;
    let own_key = HEADER.replace(r#"{"Lovelace":"Lovelace"}"#, &other.jwk());
    let spaced = CLAIMS.replace(',', ", ");
    vec![
        ("valid", whole.clone()),
        (
            "SD-JWT",
            format!(
                "{whole}~{}~{}~{whole}",
                encode(br#"["Lovelace","Lovelace",{"Lovelace":18151210}]"#),
                encode(br#"["Lovelace","Lovelace"]"#)
            ),
        ),
        (
            "other signer",
            other.sign(HEADER.as_bytes(), CLAIMS.as_bytes()),
        ),
        (
            "embedded key",
            other.sign(own_key.as_bytes(), CLAIMS.as_bytes()),
        ),
        ("expired", changed("2000000000", "1600000000")),
        ("no JSON", changed("{\"iss\"", "{Lovelace")),
        (
            "duplicate",
            changed("\"jti\":\"Lovelace\"", "\"Lovelace\":1,\"Lovelace\":2"),
        ),
        (
            "nested duplicate",
            changed("{\"city\":", "{\"Lovelace\":1,\"Lovelace\":"),
        ),
        (
            "sub is an object",
            changed("\"sub\":\"Lovelace\"", "\"sub\":{\"Lovelace\":1}"),
        ),
        ("exp is text", changed("2000000000", "\"Lovelace\"")),
        (
            "iss is an object",
            changed("\"https://issuer.example\"", "{\"Lovelace\":\"Lovelace\"}"),
        ),
        (
            "aud holds an object",
            changed("\"audience-1\"", "{\"Lovelace\":\"Lovelace\"}"),
        ),
        (
            "typ is an object",
            header("\"at+jwt\"", "{\"Lovelace\":\"Lovelace\"}"),
        ),
        ("kid is an array", header("\"kid-1\"", "[\"Lovelace\"]")),
        (
            "zip is an array",
            header("\"cty\":\"x\"", "\"zip\":[\"Lovelace\"]"),
        ),
        (
            "enc is an object",
            header("\"cty\":\"x\"", "\"enc\":{\"Lovelace\":1}"),
        ),
        (
            "crit is an object",
            header("\"cty\":\"x\"", "\"crit\":{\"Lovelace\":1}"),
        ),
        (
            "crit holds an array",
            header("\"cty\":\"x\"", "\"crit\":[[\"Lovelace\"]]"),
        ),
        (
            "payload is a string",
            issuer.sign(HEADER.as_bytes(), b"\"Lovelace\""),
        ),
        (
            "payload is text",
            issuer.sign(HEADER.as_bytes(), b"Ada Lovelace 18151210"),
        ),
        (
            "payload is a token",
            issuer.sign(HEADER.as_bytes(), whole.as_bytes()),
        ),
        (
            "payload is compressed",
            issuer.sign(
                br#"{"alg":"ES256","zip":"DEF"}"#,
                &miniz_oxide::deflate::compress_to_vec(CLAIMS.as_bytes(), 6),
            ),
        ),
        (
            "re-serialized",
            format!(
                "{}.{}.{signature}",
                input.split_once('.').unwrap().0,
                encode(spaced.as_bytes())
            ),
        ),
        (
            "header changed",
            format!(
                "{}.{}.{signature}",
                encode(HEADER.replace("x5t", "x5x").as_bytes()),
                input.split_once('.').unwrap().1
            ),
        ),
        ("DER", format!("{input}.{}", encode(&der(raw)))),
        (
            "hex",
            format!("{input}.{}", data_encoding::HEXLOWER.encode(&raw)),
        ),
        ("truncated", whole[..whole.len() - 3].to_owned()),
        ("without signature", input.to_owned()),
        ("invalid character", damaged(middle, "\u{e4}")),
        ("shell character", damaged(middle, "!")),
        ("changed character", damaged(whole.len() - 20, "A")),
        (
            "in JSON",
            format!("{{\"Lovelace\":\"Lovelace\",\"Lovelace2\":{{\"access_token\":\"{whole}\"}}}}"),
        ),
        (
            "error response",
            "{\"error\":\"Lovelace\",\"error_description\":\"Lovelace\"}".to_owned(),
        ),
        ("text around", format!("Ada Lovelace: {whole}, 18151210")),
        ("a word", "Lovelace".to_owned()),
        ("two tokens", format!("{whole}{whole}")),
        (
            "unsecured",
            format!(
                "{}.{}.",
                encode(br#"{"alg":"none","x":"Lovelace"}"#),
                encode(CLAIMS.as_bytes())
            ),
        ),
        (
            "shared secret",
            format!(
                "{}.{}.{}",
                encode(br#"{"alg":"HS256","x":"Lovelace"}"#),
                encode(CLAIMS.as_bytes()),
                encode(&[7; 32])
            ),
        ),
        (
            "encrypted",
            format!(
                "{}.a.b.c.d",
                encode(br#"{"alg":"dir","enc":"A128GCM","x":"Lovelace"}"#)
            ),
        ),
    ]
}

#[test]
fn no_output_has_a_personal_value() {
    let key = key();
    let checks = [
        "--sub",
        "Ada",
        "--claim",
        "name=Ada",
        "--claim",
        "age:=18151210",
        "--claim",
        "/address/Lovelace/city=Lovelace",
        "--require",
        "/address/Lovelace/street",
        "--claim",
        "amr:=[\"Lovelace\"]",
        "--typ",
        "at+jwt",
        "--iss",
        "https://issuer.example",
    ];
    for (what, token) in tokens() {
        // A name at the top stays, and so does what is named on the command line.
        let is_top_level = matches!(what, "duplicate");
        if is_top_level {
            continue;
        }
        run_all(&["decode"], &token, what);
        run_all(&["decode", "--check-time"], &token, what);
        run_all(&["verify", "-k", key], &token, what);
        run_all(&["debug", "-v", "-k", key], &token, what);
        let checked = [&["verify", "-k", key], &checks[..]].concat();
        run_all(&checked, &token, what);
        let checked = [&["debug", "-k", key], &checks[..]].concat();
        run_all(&checked, &token, what);
    }
}

/// The error names a duplicate, which may be nested.
#[test]
fn errors_do_not_name_members() {
    let key = key();
    for (what, token) in tokens() {
        if what.contains("duplicate") {
            for output in run_all(&["verify", "-k", key], &token, what) {
                let text = format!("{}{}", stdout(&output), stderr(&output));
                let is_counted = text.contains("duplicate member");
                assert!(is_counted || text.contains("malformed"), "{text}");
            }
        }
    }
}

/// Without the option all of it is there: the test above would notice.
#[test]
fn the_same_outputs_without_the_option_have_them() {
    let key = key();
    for (what, token) in tokens().into_iter().take(5) {
        let mut run = jwtlens();
        match what {
            "SD-JWT" => run.args(["decode", "-o", "json"]),
            _ => run.args(["debug", "-o", "json", "-k", key]),
        };
        let output = stdout(&feed(&mut run, token.as_bytes()));
        assert!(
            output.contains(PERSONAL) && output.contains(NUMBER),
            "{what}"
        );
    }
}

#[test]
fn verdict_names_and_values_that_stay_are_there() {
    let key = key();
    for (what, token) in tokens() {
        let report = |redact: &[&str]| -> Value {
            let mut run = jwtlens();
            run.args(["debug", "-o", "json", "--at=1795000000", "-k", key])
                .args(redact);
            serde_json::from_str(&stdout(&feed(&mut run, token.as_bytes()))).unwrap()
        };
        let (plain, redacted) = (report(&[]), report(&["--redact"]));
        assert_eq!(plain["verdict"], redacted["verdict"], "{what}");
        assert_eq!(redacted["redacted"], true);
        assert!(plain.get("redacted").is_none());
        let codes = |report: &Value| -> Vec<Value> {
            let findings = report["findings"].as_array().unwrap();
            findings
                .iter()
                .map(|finding| {
                    serde_json::json!([finding["code"], finding["certainty"], finding["changes"]])
                })
                .collect()
        };
        assert_eq!(codes(&plain), codes(&redacted), "{what}");
        for part in ["header", "claims"] {
            let names = |report: &Value| -> Vec<String> {
                let members = report[part].as_object();
                members.map_or(Vec::new(), |members| members.keys().cloned().collect())
            };
            assert_eq!(names(&plain), names(&redacted), "{what}");
        }
        for finding in redacted["findings"].as_array().unwrap() {
            for text in ["summary", "evidence"] {
                assert!(!finding[text].as_str().unwrap().is_empty(), "{what}");
            }
        }
        assert_eq!(plain["error"]["segment"], redacted["error"]["segment"]);
        assert_eq!(plain["error"]["offset"], redacted["error"]["offset"]);
        if what == "valid" {
            let text = redacted.to_string();
            for kept in KEPT {
                assert!(text.contains(kept), "{kept}");
            }
            assert_eq!(redacted["claims"]["name"], "[redacted string]");
            assert_eq!(redacted["claims"]["age"], "[redacted number]");
            assert_eq!(redacted["claims"]["address"], "[redacted object]");
            assert_eq!(redacted["claims"]["amr"], "[redacted array]");
            assert_eq!(redacted["claims"]["t"], "[redacted boolean]");
            assert_eq!(redacted["claims"]["n"], "[redacted null]");
            assert_eq!(redacted["time"], plain["time"]);
        }
    }
}

/// The token contains or names the recovered key in a value that is removed.
#[test]
fn recovered_key_in_a_removed_value_is_not_shown() {
    let key = key();
    let signer = Issuer::new(2, "kid-2");
    let [x, _] = signer.coordinates();
    let claims = format!(r#"{{"cnf":{{"jwk":{}}},"exp":2000000000}}"#, signer.jwk());
    let thumbprint = format!(
        r#"{{"cnf":{{"jkt":"{}"}},"exp":2000000000}}"#,
        signer.thumbprint()
    );
    let header = format!(r#"{{"alg":"ES256","jwk":{}}}"#, signer.jwk());
    for token in [
        signer.token(&claims),
        signer.token(&thumbprint),
        signer.sign(header.as_bytes(), b"{\"exp\":2000000000}"),
    ] {
        let mut plain = jwtlens();
        plain.args(["debug", "-v", "-o", "json", "-k", key]);
        let plain = stdout(&feed(&mut plain, token.as_bytes()));
        assert!(
            plain.contains(&x) && plain.contains(&signer.thumbprint()),
            "{plain}"
        );
        for output in run_all(&["debug", "-v", "-k", key], &token, "named key") {
            let text = format!("{}{}", stdout(&output), stderr(&output));
            assert!(
                !text.contains(&x) && !text.contains(&signer.thumbprint()),
                "{text}"
            );
            assert!(!text.contains(&signer.thumbprint()[..8]), "{text}");
        }
    }
}

/// A claim of another type is not counted under its placeholder, and its line has none.
#[test]
fn a_claim_of_another_type_reads_as_absent() {
    let token = Issuer::new(1, "kid-1").token(r#"{"iss":1,"sub":["Lovelace"],"aud":2}"#);
    for (format, at) in [("summary-json", "/iss"), ("line", "")] {
        let [plain, redacted] = [&[][..], &["--redact"]].map(|options| {
            let mut run = jwtlens();
            run.args(["decode", "-o", format]).args(options);
            let output = stdout(&feed(&mut run, token.as_bytes()));
            match serde_json::from_str::<Value>(&output) {
                Ok(json) => json.pointer(at).unwrap().to_string(),
                Err(_) => output,
            }
        });
        assert_eq!(plain, redacted, "{format}");
        assert!(!plain.contains("redacted"), "{plain}");
    }
}

/// A run counts the same with it, and the signer of several tokens is counted without its thumbprint.
#[test]
fn redacted_summary_counts_the_same() {
    let signer = Issuer::new(2, "kid-2");
    let tokens: Vec<String> = (1..=3)
        .map(|number| signer.token(&format!(r#"{{"sub":"Lovelace-{number}"}}"#)))
        .collect();
    let tokens = tokens.join("\n");
    let summary = |format: &str, options: &[&str]| {
        let mut run = jwtlens();
        run.args(["debug", "-o", format, "-k", key()]).args(options);
        let output = feed(&mut run, tokens.as_bytes());
        (stdout(&output), stderr(&output))
    };
    let [plain, redacted] = [&[][..], &["--redact"]].map(|options| {
        let (json, _) = summary("summary-json", options);
        serde_json::from_str::<Value>(&json).unwrap()
    });
    for part in ["tokens", "verdicts", "reasons", "causes", "kid", "alg"] {
        assert_eq!(plain[part], redacted[part], "{part}");
    }
    assert_eq!(plain["signers"][signer.thumbprint()], 3);
    assert_eq!(redacted["signers"], serde_json::json!({"signer-1": 3}));
    for format in ["text", "line", "json", "jsonl", "summary", "summary-json"] {
        let (out, err) = summary(format, &["--redact"]);
        let all = out + &err;
        assert!(!all.contains(&signer.thumbprint()[..8]), "{format}: {all}");
        let is_told = all.contains("unknown signing key") && all.contains("signer-1 (3 tokens)");
        assert!(is_told || format == "summary-json", "{format}: {all}");
    }
}

/// Neither is the modulus of an RSA key, nor a key in a header that cannot be read.
#[test]
fn embedded_key_of_any_form_is_not_shown() {
    let key = key();
    let pair = Pair::new("RSA", 9);
    let header = encode(format!(r#"{{"alg":"RS256","jwk":{}}}"#, pair.jwk()));
    let input = format!("{header}.{}", encode("{\"exp\":2000000000}"));
    let of_rsa = format!("{input}.{}", encode(pair.sign("RS256", input.as_bytes())));
    let members = pair.members();
    let modulus = members.split('"').nth(7).unwrap();

    let signer = Issuer::new(2, "kid-2");
    let [x, _] = signer.coordinates();
    let header = format!(r#"{{"alg":"ES256","jwk":{},"a":"b"}}"#, signer.jwk());
    let readable = signer.sign(header.as_bytes(), b"{\"exp\":2000000000}");
    let padded = readable.replacen('.', "==.", 1);
    for (token, value) in [(of_rsa, modulus), (padded, &x)] {
        let mut plain = jwtlens();
        plain.args(["debug", "-o", "json", "-k", key]);
        let plain = stdout(&feed(&mut plain, token.as_bytes()));
        assert!(plain.contains("signed-by-embedded-key"), "{plain}");
        assert!(plain.contains(value), "{plain}");
        for output in run_all(&["debug", "-v", "-k", key], &token, "embedded key") {
            let text = format!("{}{}", stdout(&output), stderr(&output));
            assert!(!text.contains(value), "{text}");
        }
    }
}

#[test]
fn formats_that_are_nothing_but_values_are_a_usage_error() {
    let key = key();
    for (command, option) in [("verify", "--redact"), ("debug", "--redact")] {
        for format in ["token", "claims"] {
            let mut run = jwtlens();
            run.args([command, option, "-o", format, "-k", key]);
            assert_eq!(status(&feed(&mut run, b"")), 2, "{command} {format}");
        }
    }
}
