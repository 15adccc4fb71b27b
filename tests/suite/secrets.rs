//! What is secret stays so: the signature of a token, without which it is worth nothing, and the
//! private part of a key, in whatever state the key is.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;
use std::process::Output;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use jwtlens::{Compact, Debugger, Effort, KeySet, KeySource, Policy, Token, Verifier, decode};
use sha2::{Digest as _, Sha256};

use crate::generated::tempdir;
use crate::support::{Issuer, NOW, data, der, feed, jwtlens};

/// The parts of secrets that must not be printed: so many characters in a row that it is not by chance, by
/// their number.
#[derive(Clone)]
pub struct Parts(BTreeMap<usize, HashSet<Vec<u8>>>);

impl Parts {
    /// Of a text itself, in another base64, in hex, and as a list of numbers.
    pub fn of(secrets: &[&str]) -> Self {
        let mut parts: BTreeMap<usize, HashSet<Vec<u8>>> = BTreeMap::new();
        for secret in secrets {
            let octets = BASE64URL_NOPAD.decode(secret.as_bytes());
            let octets = octets.unwrap_or_else(|_| secret.as_bytes().to_vec());
            let list = |octets: &[u8]| format!("{octets:?}").replace(['[', ']'], "");
            for (length, form) in [
                (8, (*secret).to_owned()),
                (8, BASE64.encode(&octets)),
                (12, HEXLOWER.encode(&octets)),
                (32, list(&octets)),
                (32, list(secret.as_bytes())),
            ] {
                let windows = form.as_bytes().windows(length).map(<[u8]>::to_vec);
                parts.entry(length).or_default().extend(windows);
            }
        }
        Self(parts)
    }

    /// A part that stands in a text.
    pub fn found_in(&self, text: &[u8]) -> Option<String> {
        self.0.iter().find_map(|(length, parts)| {
            // Hex is written in either case.
            let text = match length {
                12 => text.to_ascii_lowercase(),
                _ => text.to_vec(),
            };
            let found = text
                .windows(*length)
                .find(|window| parts.contains(*window))?;
            Some(String::from_utf8_lossy(found).into_owned())
        })
    }
}

fn part_of(secret: &str, text: &str) -> Option<String> {
    Parts::of(&[secret]).found_in(text.as_bytes())
}

fn assert_hidden(secret: &str, what: &str, output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert_eq!(part_of(secret, &text), None, "{what}: {text}");
    }
}

/// As programs show it that were never asked not to.
fn assert_hidden_in_debug(secret: &str, value: &dyn Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(part_of(secret, &plain), None, "{text}");
    }
}

#[test]
fn parts_are_found() {
    let secret = BASE64URL_NOPAD.encode(&[0xFB; 32]);
    for text in [
        format!("x{}y", &secret[9..17]),
        format!("x{}y", BASE64.encode(&[0xFB; 32])),
        "FBFBFBFBFBFB".to_owned(),
        format!("{:?}", [0xFB; 16]),
        format!("{:?}", secret.as_bytes()),
    ] {
        assert!(part_of(&secret, &text).is_some(), "{text}");
    }
    assert_eq!(part_of(&secret, &secret[..7]), None);
    assert_eq!(part_of(&secret, "[1, 2, 3]"), None);
}

/// Tokens good and bad, with the text of their signatures.
fn signed() -> Vec<(String, String)> {
    let issuer = Issuer::new(1, "k");
    let good = issuer.token(r#"{"sub":"a"}"#);
    let mut tokens = vec![
        issuer.token(r#"{"exp":1}"#),
        issuer.token(r#"{"sub":1}"#),
        issuer.token("no JSON"),
        issuer.sign(br#"{"alg":"none"}"#, b"{}"),
        issuer.sign(br#"{"alg":"HS256"}"#, b"{}"),
        issuer.sign(br#"{"alg":"ES256","crit":["x"]}"#, b"{}"),
        Issuer::new(2, "k").token("{}"),
        good.replace(".eyJ", ".eyK"),
    ];
    let (input, signature) = good.rsplit_once('.').unwrap();
    let octets = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let octets: [u8; 64] = octets.try_into().unwrap();
    for changed in [
        format!("{signature}="),
        format!("{signature}A"),
        format!("{signature}~"),
        format!("{signature}/{signature}"),
        format!("{signature}.{signature}"),
        format!("{signature}.{signature}.{signature}"),
        signature[..80].to_owned(),
        signature.replace(&signature[40..41], "é"),
        BASE64URL_NOPAD.encode(&der(octets)),
        HEXLOWER.encode(&octets),
        BASE64.encode(&octets),
    ] {
        tokens.push(format!("{input}.{changed}"));
    }
    tokens.push(good);
    let of_file = |name: &str| std::fs::read_to_string(data("made").join(name)).unwrap();
    for name in [
        "altered.txt",
        "dropped.txt",
        "der.txt",
        "hex-signature.txt",
        "mac.txt",
    ] {
        tokens.push(of_file(name).trim().to_owned());
    }
    let with_signature = |token: String| {
        let signature = token.split('.').nth(2).unwrap().to_owned();
        (token, signature)
    };
    tokens.into_iter().map(with_signature).collect()
}

/// No report, message or backtrace shows a part of a signature: only `-o token` writes tokens.
#[test]
fn no_part_of_a_signature_is_shown() {
    let jwk = Issuer::new(1, "k").jwk();
    let file = tempdir("signatures").join("tokens.txt");
    for (token, signature) in signed() {
        std::fs::write(&file, &token).unwrap();
        let file = file.to_str().unwrap();
        let commands: [&[&str]; 9] = [
            &["verify", "-k", &jwk],
            &["verify", "-o", "line", "-k", &jwk],
            &["verify", "-o", "json", "-k", &jwk],
            &["verify", "-o", "claims", "-k", &jwk],
            &["decode"],
            &["decode", "-o", "jsonl"],
            &["debug", "-v", "-k", &jwk],
            &["debug", "-o", "json", "-k", &jwk],
            // A key is looked for in it.
            &["key", file],
        ];
        for arguments in commands {
            let mut command = jwtlens();
            let output = feed(
                command.args(arguments).env("RUST_BACKTRACE", "full"),
                token.as_bytes(),
            );
            assert_hidden(&signature, &format!("{arguments:?} {token}"), &output);
        }
        for arguments in [
            &["verify", "-k", &jwk][..],
            &["decode"],
            &["verify", "a.b.c", "-k"],
            &["--at"],
        ] {
            let output = feed(jwtlens().args(arguments).arg(&token), b"");
            assert_hidden(&signature, &format!("{arguments:?} {token}"), &output);
        }
    }
}

/// Values of the library end in the logs of programs that use it.
#[test]
fn no_debug_shows_a_signature() {
    let source = KeySource::read("k", Issuer::new(1, "k").jwk().as_bytes()).unwrap();
    let verifier = Verifier::new(KeySet::new([&source]).unwrap(), Policy::default());
    let sources = [source];
    let debugger = Debugger::new(&sources, &[], Policy::default(), Effort::Default);
    for (text, signature) in signed() {
        let token = Token::from(text.as_str());
        assert_hidden_in_debug(&signature, &token);
        assert_hidden_in_debug(&signature, &Compact::parse(text.as_bytes()));
        for report in [
            verifier.verify(&token, NOW),
            debugger.debug(&token, NOW, &mut |_| true),
            decode(&token, &Policy::default(), NOW, true),
        ] {
            assert_hidden_in_debug(&signature, &report);
        }
    }
}

/// Keys with a private part, good and spoilt, each with its secrets.
fn private_keys() -> Vec<(String, Vec<String>)> {
    let octets = |name: &str| -> [u8; 32] { Sha256::digest(name).into() };
    let secret = |name: &str| BASE64URL_NOPAD.encode(&octets(name));
    let d = secret("d");
    let issuer = Issuer::of(&octets("d"), "k").unwrap();
    let public = issuer.jwk();
    let open = public.trim_end_matches('}');
    let mut keys = Vec::new();
    let mut key = |jwk: String, secrets: &[&String]| {
        keys.push((jwk, secrets.iter().map(|s| (*s).clone()).collect()));
    };
    let ec = format!(r#"{open},"d":"{d}"}}"#);
    key(ec.clone(), &[&d]);
    key(format!(r#"{{"keys":[{public},{ec}]}}"#), &[&d]);
    key(format!(r#"{{"keys":[{public}],"d":"{d}"}}"#), &[&d]);
    // Faults beside it, in it, and after it.
    key(ec.replace("P-256", "P-384"), &[&d]);
    key(ec.replace("\"x\"", "\"X\""), &[&d]);
    key(ec.replace("\"alg\"", "\"use\""), &[&d]);
    key(ec.replace("\"kid\":\"k\"", "\"kid\":1"), &[&d]);
    key(format!(r#"{open},"d":["{d}"]}}"#), &[&d]);
    key(format!(r#"{open},"d":{{"d":"{d}"}}}}"#), &[&d]);
    key(format!(r#"{open},"d":"{d}","d":"{d}"}}"#), &[&d]);
    key(format!(r#"{open},"\u0064":"{d}","d":"{d}"}}"#), &[&d]);
    key(
        format!(r#"{{"keys":[{public},{open},"d":"{d}","d":"{d}"}}]}}"#),
        &[&d],
    );
    key(format!(r#"{open},"d":"{d}"#), &[&d]);
    key(format!(r#"{open},"d":"{d}"}}}}"#), &[&d]);
    key(format!(r#"{open},"d":{d}}}"#), &[&d]);
    key(format!("[{ec}]"), &[&d]);
    key(format!("\"{d}\""), &[&d]);
    // One that looks like no secret.
    let plain = BASE64URL_NOPAD.encode(&[1; 32]);
    key(
        public.replace('{', &format!(r#"{{"d":"{plain}","#)),
        &[&plain],
    );
    let [e, f] = [secret("e"), secret("f")];
    for name in ["p", "q", "dp", "dq", "qi"] {
        let rsa = format!(r#"{{"kty":"RSA","n":"AQAB","e":"AQAB","d":"{e}","{name}":"{f}"}}"#);
        key(rsa, &[&e, &f]);
    }
    let oth = format!(r#"{{"kty":"RSA","n":"AQAB","e":"AQAB","oth":[{{"r":"{e}"}}]}}"#);
    key(oth, &[&e]);
    key(format!(r#"{{"kty":"oct","k":"{e}"}}"#), &[&e]);
    key(
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"AQAB","d":"{e}"}}"#),
        &[&e],
    );
    key(
        format!("-----BEGIN EC PRIVATE KEY-----\n{e}\n-----END EC PRIVATE KEY-----\n"),
        &[&e],
    );
    key(
        format!("-----BEGIN EC PRIVATE KEY\n{e}\n-----END EC PRIVATE KEY-----\n"),
        &[&e],
    );
    key(format!("-----BEGIN {e}"), &[&e]);
    keys
}

#[test]
fn no_private_part_of_a_key_is_shown() {
    let token = Issuer::new(1, "k").token("{}");
    let file = tempdir("private").join("key.json");
    for (key, secrets) in private_keys() {
        std::fs::write(&file, &key).unwrap();
        let file = file.to_str().unwrap();
        let public = "made/public_key.json";
        let quoted = format!("'{key}'");
        let commands: [&[&str]; 19] = [
            &["key", file],
            &["key", "-o", "json", file],
            &["verify", "-k", file],
            &["verify", "-o", "json", "-k", file],
            &["verify", "-o", "jsonl", "-k", file],
            &["verify", "-o", "line", "-k", file],
            &["verify", "-o", "claims", "-k", file],
            &["verify", "-o", "token", "-k", file],
            &["debug", "-v", "-k", file],
            &["debug", "-o", "json", "-k", file],
            &["debug", "-o", "json", "-k", public, "--try-key", file],
            // Put where it does not belong.
            &["decode", "-f", file],
            &["verify", "-k", public, &key],
            &["verify", "-k", &quoted],
            &["key", &quoted],
            &["debug", "-k", public, "--try-key", &quoted],
            &["verify", "-k", public, "-f", &quoted],
            &["verify", "-k", public, "--at", &key],
            &["help", &key],
        ];
        for arguments in commands {
            let mut command = jwtlens();
            command.args(arguments).env("RUST_BACKTRACE", "full");
            let output = feed(&mut command, token.as_bytes());
            for secret in &secrets {
                assert_hidden(secret, &format!("{arguments:?} {key}"), &output);
            }
        }
        for name in ["key", "verify"] {
            for key in [&key, &quoted] {
                let output = feed(
                    jwtlens().arg(name).env("JWTLENS_KEY", key),
                    token.as_bytes(),
                );
                for secret in &secrets {
                    assert_hidden(secret, &format!("{name} {key}"), &output);
                }
            }
        }
    }
}

#[test]
fn no_private_part_of_a_key_is_kept() {
    let mut read = 0;
    for (key, secrets) in private_keys() {
        let source = match KeySource::read("k", key.as_bytes()) {
            Ok(source) => source,
            Err(error) => {
                for secret in &secrets {
                    assert_hidden_in_debug(secret, &error);
                    assert_eq!(part_of(secret, &error.to_string()), None);
                }
                continue;
            }
        };
        read += 1;
        let sources = [source];
        let debugger = Debugger::new(&sources, &sources, Policy::default(), Effort::Default);
        let token = Issuer::new(2, "k").token("{}");
        let report = debugger.debug(&Token::from(token.as_str()), NOW, &mut |_| true);
        for secret in &secrets {
            assert_hidden_in_debug(secret, &sources);
            assert_hidden_in_debug(secret, &debugger);
            assert_hidden_in_debug(secret, &report);
            let json = serde_json::to_string(&sources).unwrap();
            assert_eq!(part_of(secret, &json), None);
        }
    }
    assert!(read > 10, "{read}");
}
