//! Tokens, signatures, secrets and private keys in every place of the command line, of the environment and
//! of the input, as a shell may have split, quoted or joined them: no part of them is printed.
//!
//! The places are those that the help names, so that a new option is tested without a change here.
//! `JWTLENS_SEED` tries other texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use regex::Regex;

use crate::generated::tempdir;
use crate::secrets::Parts;
use crate::support::{Issuer, NOW, Random, der, feed, jwtlens, run, status, stdout};

/// A text of which parts must not be printed.
#[derive(Clone)]
struct Secret {
    kind: String,
    text: String,
    parts: Parts,
}

impl Secret {
    /// `parts` are what is secret in it: the whole text, or the private members of a key.
    fn new(kind: impl Into<String>, text: impl Into<String>, parts: &[&str]) -> Self {
        Self {
            kind: kind.into(),
            text: text.into(),
            parts: Parts::of(parts),
        }
    }

    fn whole(kind: impl Into<String>, text: &str) -> Self {
        Self::new(kind, text, &[text])
    }
}

/// ASN.1 DER.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut encoded = vec![tag];
    match length {
        0..0x80 => encoded.push(u8::try_from(length).unwrap()),
        0x80..0x100 => encoded.extend([0x81, u8::try_from(length).unwrap()]),
        _ => {
            encoded.push(0x82);
            encoded.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    encoded.extend(content);
    encoded
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    match bytes.first() {
        Some(0x80..) => tlv(0x02, &[&[0], bytes].concat()),
        _ => tlv(0x02, bytes),
    }
}

/// A PEM file, of which the base64 of `private` is secret.
fn pem(kind: &str, label: &str, der: &[u8], private: &[&[u8]]) -> Secret {
    let base64 = BASE64.encode(der);
    let part = |bytes: &&[u8]| {
        let found = der.windows(bytes.len()).position(|window| window == *bytes);
        let start = found.unwrap();
        // Each character holds six bits.
        let (first, end) = ((start * 8).div_ceil(6), (start + bytes.len()) * 8 / 6);
        &base64[first..end]
    };
    let parts: Vec<&str> = private.iter().map(part).collect();
    let lines: Vec<&str> = (0..base64.len())
        .step_by(64)
        .map(|start| &base64[start..base64.len().min(start + 64)])
        .collect();
    let text = format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    );
    Secret::new(kind, text, &parts)
}

/// PKCS #8 of an algorithm's identifier and a private key.
fn pkcs8(algorithm: &[Vec<u8>], key: &[u8]) -> Vec<u8> {
    sequence(&[integer(&[0]), sequence(algorithm), tlv(0x04, key)])
}

const EC: &[u8] = &[0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
const RSA: &[u8] = &[
    0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 0x05, 0,
];
const ED25519: &[u8] = &[0x06, 3, 0x2B, 0x65, 0x70];
const CURVES: [(&str, &[u8], usize); 4] = [
    (
        "P-256",
        &[0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7],
        32,
    ),
    ("P-384", &[0x06, 5, 0x2B, 0x81, 4, 0, 0x22], 48),
    ("P-521", &[0x06, 5, 0x2B, 0x81, 4, 0, 0x23], 66),
    ("secp256k1", &[0x06, 5, 0x2B, 0x81, 4, 0, 0x0A], 32),
];

/// Private keys of every type and form. Those on P-256 are real; of the others only the form is.
fn private_keys(random: &mut Random) -> Vec<Secret> {
    let mut keys = Vec::new();
    for (curve, oid, size) in CURVES {
        let mut d = random.bytes(size);
        let mut point = [vec![4], random.bytes(2 * size)].concat();
        if curve == "P-256" {
            point = Issuer::of(d.as_slice().try_into().unwrap(), "k")
                .unwrap()
                .point();
        }
        if curve == "P-521" {
            d[0] &= 1;
        }
        let public = tlv(0xA1, &tlv(0x03, &[&[0], point.as_slice()].concat()));
        let private = [integer(&[1]), tlv(0x04, &d)];
        let sec1 = |parameters: Vec<u8>| sequence(&[private.concat(), parameters, public.clone()]);
        let der = sec1(tlv(0xA0, oid));
        keys.push(pem(&format!("{curve} SEC1"), "EC PRIVATE KEY", &der, &[&d]));
        let der = pkcs8(&[EC.to_vec(), oid.to_vec()], &sec1(Vec::new()));
        keys.push(pem(&format!("{curve} PKCS8"), "PRIVATE KEY", &der, &[&d]));
        let [x, y] =
            [&point[1..=size], &point[size + 1..]].map(|half| BASE64URL_NOPAD.encode(half));
        let d = BASE64URL_NOPAD.encode(&d);
        let jwk = format!(r#"{{"kty":"EC","crv":"{curve}","x":"{x}","y":"{y}","d":"{d}"}}"#);
        keys.push(Secret::new(format!("{curve} JWK"), jwk, &[&d]));
    }

    let (d, x) = (random.bytes(32), random.bytes(32));
    let der = pkcs8(&[ED25519.to_vec()], &tlv(0x04, &d));
    keys.push(pem("Ed25519 PKCS8", "PRIVATE KEY", &der, &[&d]));
    let [d, x] = [d, x].map(|bytes| BASE64URL_NOPAD.encode(&bytes));
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{d}","x":"{x}"}}"#);
    keys.push(Secret::new("Ed25519 JWK", jwk, &[&d]));

    let n = random.bytes(256);
    let names = ["d", "p", "q", "dp", "dq", "qi"];
    let private = [256, 128, 128, 128, 128, 128].map(|length| random.bytes(length));
    let borrowed: Vec<&[u8]> = private.iter().map(Vec::as_slice).collect();
    let numbers: Vec<Vec<u8>> = private.iter().map(|number| integer(number)).collect();
    let der = sequence(&[
        integer(&[0]),
        integer(&n),
        integer(&[1, 0, 1]),
        numbers.concat(),
    ]);
    keys.push(pem("RSA PKCS1", "RSA PRIVATE KEY", &der, &borrowed));
    let der = pkcs8(&[RSA.to_vec()], &der);
    keys.push(pem("RSA PKCS8", "PRIVATE KEY", &der, &borrowed));
    let private = private.map(|number| BASE64URL_NOPAD.encode(&number));
    let members: Vec<String> = names
        .iter()
        .zip(&private)
        .map(|(name, value)| format!(r#","{name}":"{value}""#))
        .collect();
    let members = members.concat();
    let n = BASE64URL_NOPAD.encode(&n);
    let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"{members}}}"#);
    let private: Vec<&str> = private.iter().map(String::as_str).collect();
    keys.push(Secret::new("RSA JWK", jwk, &private));

    let k = BASE64URL_NOPAD.encode(&random.octets());
    keys.push(Secret::new(
        "oct JWK",
        format!(r#"{{"kty":"oct","k":"{k}"}}"#),
        &[&k],
    ));
    let set = keys.iter().find(|key| key.kind == "P-256 JWK").unwrap();
    let set = Secret {
        kind: "JWK Set".to_owned(),
        text: format!("{{\n  \"keys\": [\n    {}\n  ]\n}}\n", set.text),
        ..set.clone()
    };
    keys.push(set);
    keys
}

/// Bytes in each way in which they are written.
fn written(kind: &str, bytes: &[u8]) -> Vec<Secret> {
    [
        ("base64url", BASE64URL_NOPAD.encode(bytes)),
        ("base64", BASE64.encode(bytes)),
        ("hex", HEXLOWER.encode(bytes)),
        ("HEX", HEXUPPER.encode(bytes)),
        ("list", format!("{bytes:?}")),
    ]
    .map(|(form, text)| Secret::whole(format!("{kind} in {form}"), &text))
    .into()
}

/// Tokens of every family. The first is valid.
fn tokens(random: &mut Random, issuer: &Issuer) -> Vec<Secret> {
    let payload = |random: &mut Random| {
        let id = HEXLOWER.encode(&random.bytes(8));
        format!(
            r#"{{"sub":"{id}","email":"{id}@example.com","exp":{}}}"#,
            NOW + 3600
        )
    };
    let mut tokens = vec![("ES256", issuer.token(&payload(random)))];
    for (alg, length) in [
        ("HS256", 32),
        ("RS256", 256),
        ("ES384", 96),
        ("EdDSA", 64),
        ("none", 0),
    ] {
        let header = BASE64URL_NOPAD.encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes());
        let claims = BASE64URL_NOPAD.encode(payload(random).as_bytes());
        let signature = BASE64URL_NOPAD.encode(&random.bytes(length));
        tokens.push((alg, format!("{header}.{claims}.{signature}")));
    }
    let secret = |(alg, token): (&str, String)| {
        // The header is nobody's secret.
        let (_, rest) = token.split_once('.').unwrap();
        Secret::new(format!("{alg} token"), token.clone(), &[rest])
    };
    tokens.into_iter().map(secret).collect()
}

fn secrets(random: &mut Random, issuer: &Issuer) -> Vec<Secret> {
    let mut secrets = private_keys(random);
    secrets.extend(tokens(random, issuer));
    secrets.extend(written("d", &random.octets()));
    let signature = issuer.sign_hash(&random.octets());
    secrets.extend(written("signature", &signature));
    secrets.extend(written("DER signature", &der(signature)));
    let word = |random: &mut Random| {
        let letters = random.octets().map(|byte| char::from(b'a' + byte % 26));
        letters[..5].iter().collect::<String>()
    };
    for separator in ["-", " ", "_", ""] {
        let words = [(); 5].map(|()| word(random));
        secrets.push(Secret::whole(
            format!("words with {separator:?}"),
            &words.join(separator),
        ));
    }
    secrets
}

/// What a shell, a person or a program may put into, before or around a text.
const SEPARATORS: [&str; 16] = [
    "\"", "'", "=", " ", "\n", "\r\n", "\t", "\\n", ",", "-", "--", ".", "/", ":", "é", "\u{202e}",
];
const BEFORE: [&str; 17] = [
    "\"",
    "'",
    "-",
    "--",
    "---",
    "--key=",
    "-k",
    "--token ",
    "--nope=",
    "-qx",
    "Bearer ",
    "Authorization: Bearer ",
    "@",
    "./",
    "$",
    "x=",
    "a:=",
];
const AFTER: [&str; 5] = ["\"", "'", "=", "\n", "!"];
/// Of files that hold keys or tokens.
const EXTENSIONS: [&str; 4] = [".json", ".pem", ".JWT", ".txt"];

/// The text with what may happen to it on its way.
fn mangled(text: &str, random: &mut Random) -> String {
    let mut text = match random.below(6) {
        0 => text.replace('\n', "\\n"),
        1 => text.replace('\n', " "),
        2 => text.replace('\n', ""),
        3 => text.trim().to_owned(),
        _ => text.to_owned(),
    };
    if random.below(8) == 0 {
        text = text.repeat(2);
    }
    let after = match random.below(8) {
        0 => random.pick(&AFTER),
        1 => random.pick(&EXTENSIONS),
        _ => "",
    };
    for _ in 0..random.below(6) {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let separator = random.pick(&SEPARATORS);
        // What a shell leaves before an extension may be short enough to be a file name.
        if !EXTENSIONS.contains(&after) || !separator.contains(char::is_whitespace) {
            text.insert_str(at, separator);
        }
    }
    if random.below(3) == 0 {
        text.insert_str(0, random.pick(&BEFORE));
    }
    text + after
}

/// Where a text is put.
#[derive(Clone, Debug)]
enum Place {
    /// These arguments, with [`HERE`] in place of the text.
    Arguments(Vec<String>),
    /// The environment variable of this name.
    Variable(&'static str),
    /// Standard input, with these arguments.
    Stdin(&'static [&'static str]),
    /// The content of a file that this option names.
    File(&'static str),
}

const HERE: &str = "\0";

/// A command with the formats that it prints, and every place that its help names.
struct Command {
    name: String,
    formats: Vec<String>,
    places: Vec<Place>,
}

impl Command {
    /// Whether it reads what stands there as a token, a key or a claim, whatever it is.
    fn reads(&self, place: &Place) -> bool {
        let is_judge = ["verify", "debug", "decode"].contains(&&*self.name);
        match place {
            Place::Arguments(arguments) => {
                match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    [_, HERE] | [_, "-k" | "-f" | "--try-key" | "--aud" | "--require", HERE] => {
                        is_judge || self.name == "key"
                    }
                    _ => false,
                }
            }
            Place::Variable(name) => *name == "JWTLENS_KEY" && is_judge,
            Place::Stdin(_) | Place::File(_) => is_judge,
        }
    }
}

fn commands() -> Vec<Command> {
    let help = stdout(&run(&["--help"], b""));
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().take_while(|line| !line.is_empty());
    names
        .map(|line| command(line.split_whitespace().next().unwrap()))
        .collect()
}

fn command(name: &str) -> Command {
    let option = Regex::new(r"(?m)^ +(?:-(\w), +|    )--([a-z-]+)(?: <[^>]+>)?").unwrap();
    let help = stdout(&run(&["help", name], b""));
    let short = stdout(&run(&[name, "-h"], b""));
    let flat = short.split_whitespace().collect::<Vec<_>>().join(" ");
    let formats =
        Regex::new(r"--output <FORMAT> [^\[]*\[default: text\] \[possible values: ([^\]]+)\]")
            .unwrap();
    let formats = formats.captures(&flat).map_or(Vec::new(), |found| {
        found[1].split(", ").map(String::from).collect()
    });
    let mut places = Vec::new();
    let mut put = |arguments: &[&str]| {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        places.push(Place::Arguments(arguments.collect()));
    };
    for found in option.captures_iter(&help) {
        let long = format!("--{}", &found[2]);
        put(&[name, &long, HERE]);
        put(&[name, &format!("{long}={HERE}")]);
        put(&[name, &format!("{long}{HERE}")]);
        put(&[name, &format!("{long} {HERE}")]);
        put(&[&long, HERE, name]);
        put(&[name, &long, HERE, &long, HERE]);
        if let Some(short) = found.get(1) {
            let short = format!("-{}", short.as_str());
            put(&[name, &short, HERE]);
            put(&[name, &format!("{short}{HERE}")]);
            put(&[name, &format!("{short}={HERE}")]);
        }
    }
    for arguments in [
        &[name, HERE][..],
        &[name, HERE, HERE],
        &[name, HERE, "x", HERE],
        &[name, "--", HERE],
        &[name, "--", "--", HERE],
        &[name, "-", HERE],
        &[name, &format!("-{HERE}")],
        &[name, &format!("--{HERE}")],
        &[name, &format!("{HERE}={HERE}")],
        &[HERE, name],
        &[HERE],
        &["--", HERE],
        &[name, "help", HERE],
        &["help", name, HERE],
        &["help", HERE],
        &[&format!("{name}{HERE}")],
        &[&format!("{name} {HERE}")],
    ] {
        put(arguments);
    }
    places
        .extend(["JWTLENS_KEY", "COLUMNS", "TERM", "TZ", "NO_COLOR", "LANG"].map(Place::Variable));
    places.extend([&[][..], &["-"], &["-k", "-"], &["--scan"]].map(Place::Stdin));
    places.extend(["-k", "-f", "--try-key", "--secret-file"].map(Place::File));
    Command {
        name: name.to_owned(),
        formats,
        places,
    }
}

/// A directory in which a command finds a key, and a token of that key.
struct Surroundings {
    directory: PathBuf,
    token: String,
}

impl Surroundings {
    fn new(name: &str) -> (Self, Issuer) {
        let directory = tempdir(name);
        let issuer = Issuer::new(1, "k");
        std::fs::write(directory.join("public_key.json"), issuer.jwk()).unwrap();
        let token = issuer.token(&format!(r#"{{"aud":"api","exp":{}}}"#, NOW + 3600));
        (Self { directory, token }, issuer)
    }

    fn run(&self, command: &Command, place: &Place, text: &str, random: &mut Random) -> Output {
        let mut process = jwtlens();
        process
            .current_dir(&self.directory)
            .env("RUST_BACKTRACE", "full");
        let mut text = text.to_owned();
        if command.name == "man" {
            // A directory of this name is made: here, and nowhere else.
            process.current_dir(scratch(&self.directory));
            text = text.replace('/', "_");
        }
        let mut stdin = self.token.clone();
        let mut arguments = vec![command.name.clone()];
        match place {
            Place::Arguments(given) => arguments.clone_from(given),
            Place::Variable(name) => {
                process.env(name, &text);
            }
            Place::Stdin(given) => {
                arguments.extend(given.iter().map(|argument| (*argument).to_owned()));
                stdin.clone_from(&text);
            }
            Place::File(option) => {
                std::fs::write(self.directory.join("file.txt"), &text).unwrap();
                arguments.extend([option, "file.txt"].map(String::from));
            }
        }

        // Options of our own come first, so that no "--" makes tokens of them.
        let given = arguments.concat();
        let mut format = String::new();
        let mut options = Vec::new();
        if !given.contains("-o") && !command.formats.is_empty() && random.below(4) > 0 {
            format = random.pick(&command.formats);
            options.extend(["-o".to_owned(), format.clone()]);
        }
        let takes_time = ["verify", "debug", "decode"].contains(&&*command.name);
        if takes_time && !given.contains("--at") && random.below(2) == 0 {
            options.push(format!("--at={NOW}"));
        }
        if let Some(at) = arguments
            .iter()
            .position(|argument| *argument == command.name)
        {
            arguments.splice((at + 1)..=at, options);
        }

        let is_split = random.below(4) == 0;
        for argument in &arguments {
            if argument == HERE && is_split {
                // As a shell does without quotes.
                process.args(text.split_whitespace());
            } else {
                process.arg(argument.replace(HERE, &text));
            }
        }
        let mut output = feed(&mut process, stdin.as_bytes());
        // This format prints the tokens themselves.
        if format == "token" && status(&output) == 0 {
            output.stdout.clear();
        }
        output
    }
}

fn scratch(directory: &Path) -> PathBuf {
    let scratch = directory.join("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    scratch
}

#[test]
fn no_misplaced_secret_is_printed() {
    /// For each place, and for those that are read to their end.
    const TEXTS: [usize; 2] = [4, 40];
    let mut random = Random::seeded("no_misplaced_secret_is_printed", 14);
    let (surroundings, issuer) = Surroundings::new("misplaced");
    let secrets = secrets(&mut random, &issuer);
    let mut statuses = BTreeMap::<i32, usize>::new();
    let mut next = 0;
    for command in commands() {
        for place in &command.places {
            for _ in 0..TEXTS[usize::from(command.reads(place))] {
                // Each kind in its turn, so that every one comes to every option.
                let secret = &secrets[next % secrets.len()];
                next += 1;
                let text = mangled(&secret.text, &mut random);
                let output = surroundings.run(&command, place, &text, &mut random);
                *statuses.entry(status(&output)).or_default() += 1;
                for printed in [&output.stdout, &output.stderr] {
                    let leak = secret.parts.found_in(printed);
                    let printed = String::from_utf8_lossy(printed);
                    assert_eq!(
                        leak, None,
                        "{} at {place:?} of {}: {text:?}\n{printed}",
                        secret.kind, command.name
                    );
                }
            }
        }
    }
    println!("{next} runs by status: {statuses:?}");
    // Texts reach the report of a token, and each kind of error.
    for status in [0, 1, 2, 5, 8] {
        assert!(statuses.contains_key(&status), "{status}: {statuses:?}");
    }
}

/// A key file with a secret in each member that is not an identifier, and in the members' names.
fn keys_with(secret: &str) -> Vec<String> {
    let p256 = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
    let mut keys: Vec<String> = ["use", "alg", "x5c", "x5t", "key_ops"]
        .into_iter()
        .flat_map(|name| {
            [
                format!(r#"{{{p256},"{name}":"{secret}"}}"#),
                format!(r#"{{{p256},"{name}":["{secret}"]}}"#),
                format!(r#"{{{p256},"{name}":["{secret}","{secret}"]}}"#),
            ]
        })
        .collect();
    for text in [
        r#"{"kty":"S"}"#,
        r#"{"keys":[{"kty":"S"}]}"#,
        r#"{"kty":"EC","crv":"S"}"#,
        r#"{"kty":"OKP","crv":"S","x":"S"}"#,
        r#"{"kty":"EC","crv":"P-256","x":"S","y":"S"}"#,
        r#"{"kty":"RSA","n":"S","e":"S"}"#,
        r#"{"S":1,"S":2}"#,
        r#"{"kty":"EC","S":1,"S":2}"#,
        r#"{"keys":[{"kty":"EC","S":1,"S":2}]}"#,
        r#"{"S":{"kty":"EC"}}"#,
        r#"{"S":{"keys":[]}}"#,
        r#"{"S":[{"keys":[]}]}"#,
        r#"{"jwks_uri":"S"}"#,
        r#"{"public_key":"S"}"#,
        r#"{"KeyId":"S","PublicKey":"S","KeySpec":"S"}"#,
        "{'kty':'S'}",
        "-----BEGIN S-----\nAAAA\n-----END S-----\n",
        "-----BEGIN PUBLIC KEY S-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nS\n-----END S-----\n",
        "ssh-ed25519 S S",
        "<S>",
        "S:S",
    ] {
        keys.push(text.replace('S', secret));
    }
    keys
}

#[test]
fn no_member_of_a_key_prints_a_secret() {
    let mut random = Random::seeded("no_member_of_a_key_prints_a_secret", 14);
    let (surroundings, _) = Surroundings::new("members");
    let mut secrets = written("d", &random.octets());
    secrets.extend(written("key", &random.bytes(16)));
    secrets.push(Secret::whole("words", "correct-horse-battery"));
    let mut statuses = BTreeMap::<i32, usize>::new();
    let mut next = 0;
    for secret in &secrets {
        for key in keys_with(&secret.text) {
            let file = surroundings.directory.join("file.json");
            std::fs::write(&file, &key).unwrap();
            let ways: [&[&str]; 8] = [
                &["verify", "-k", &key],
                &["verify", "-k", "file.json", "-o", "json"],
                &["debug", "-k", "public_key.json", "--try-key", &key],
                &["debug", "-k", &key, "-o", "json"],
                &["key", "-"],
                &["key", "-o", "json", &key],
                &["key", "-o", "jwk", "file.json"],
                &["key"],
            ];
            // Each way in its turn.
            next += 1;
            let way = ways[next % ways.len()];
            let mut process = jwtlens();
            process
                .current_dir(&surroundings.directory)
                .args(way)
                .env("RUST_BACKTRACE", "full");
            let stdin = match way {
                ["key", "-"] => &key,
                _ => &surroundings.token,
            };
            if way == ["key"] {
                process.env("JWTLENS_KEY", &key);
            }
            let output = feed(&mut process, stdin.as_bytes());
            *statuses.entry(status(&output)).or_default() += 1;
            for printed in [&output.stdout, &output.stderr] {
                let leak = secret.parts.found_in(printed);
                let printed = String::from_utf8_lossy(printed);
                assert_eq!(leak, None, "{way:?} {}: {key}\n{printed}", secret.kind);
            }
        }
    }
    assert!(next > 300 && statuses.contains_key(&1), "{statuses:?}");
}

/// The first test above can fail: the program prints what is a part of a token's claims, where it belongs.
#[test]
fn printed_secret_is_found() {
    let mut random = Random::seeded("printed_secret_is_found", 14);
    let (surroundings, issuer) = Surroundings::new("placed");
    let secret = Secret::whole("claim", &HEXLOWER.encode(&random.octets()));
    let token = issuer.token(&format!(r#"{{"sub":"{}"}}"#, secret.text));
    let decode = command("decode");
    let place = Place::Arguments(vec!["decode".to_owned(), HERE.to_owned()]);
    let output = surroundings.run(&decode, &place, &token, &mut random);
    assert!(secret.parts.found_in(&output.stdout).is_some());
}
