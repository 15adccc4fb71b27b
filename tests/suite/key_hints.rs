//! Every hint that names a command is run: for each kind of file that is not a key, what the hint says makes
//! a file that is the key. A command whose program is not installed is skipped, and the test says so.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use jwtlens::{KeySource, SecretEncoding};

use crate::forge::pem;
use crate::generated::tempdir;
use crate::key_forms::{Key, certificate, keys};
use crate::support::{is_installed, jwtlens, status, stderr};

const PROGRAMS: [&str; 9] = [
    "curl",
    "gzip",
    "iconv",
    "jq",
    "keytool",
    "openssl",
    "python3",
    "ssh-keygen",
    "xxd",
];

/// The commands of the hints. All write to a file.
fn commands(file: &str, directory: &Path) -> Vec<String> {
    let output = jwtlens()
        .args(["key", file])
        .current_dir(directory)
        .output()
        .unwrap();
    assert_eq!(status(&output), 1);
    let said = stderr(&output);
    let hints = said
        .lines()
        .filter(|line| line.starts_with("hint: ") && line.contains("> "));
    let command = |hint: &str| hint.splitn(3, ": ").last().unwrap().to_owned();
    hints.map(command).collect()
}

/// The first of them.
fn command(file: &str, directory: &Path) -> String {
    let mut commands = commands(file, directory);
    assert!(!commands.is_empty(), "{file}");
    commands.remove(0)
}

/// The file that a command writes.
fn output_of(command: &str) -> &str {
    command.rsplit_once("> ").unwrap().1
}

/// The names and contents of all files.
fn files(directory: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// Runs a command of a hint. It makes one file and leaves all others as they are.
fn sh_new(command: &str, directory: &Path) -> Vec<u8> {
    let before = files(directory);
    sh(command, directory);
    let mut after = files(directory);
    let made = after.remove(OsStr::new(output_of(command)));
    assert_eq!(after, before, "{command}");
    made.unwrap_or_else(|| panic!("{command}"))
}

fn sh(script: &str, directory: &Path) {
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn are_installed(command: &str) -> bool {
    let words: Vec<&str> = command
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .collect();
    let mut needed = PROGRAMS.iter().filter(|program| words.contains(program));
    needed.all(|program| is_installed(program))
}

fn thumbprint(content: &[u8]) -> String {
    let source = KeySource::read("test", content);
    let source =
        source.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(content)));
    source.keys[0].thumbprint.clone().unwrap().into()
}

/// Runs what is said about this content, and compares the key. `adapt` answers prompts.
fn assert_helps(name: &str, content: &[u8], key: &Key, adapt: impl Fn(String) -> String) {
    let directory = tempdir(&format!("hint-{}", name.replace([' ', '/'], "-")));
    let file = directory.join("FILE");
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    // The names that a person would choose are taken.
    for name in ["key", "keys", "certs", "FILE"] {
        for extension in ["pub", "pub.pem", "pem", "der", "json", "txt"] {
            fs::write(directory.join(format!("{name}.{extension}")), "kept").unwrap();
        }
    }
    let command = adapt(command("FILE", &directory));
    if !are_installed(&command) {
        return;
    }
    let made = sh_new(&command, &directory);
    let expected = thumbprint(key.jwk.as_bytes());
    assert_eq!(thumbprint(&made), expected, "{name}: {command}");
}

fn assert_each_helps(contents: Vec<(&str, Vec<u8>)>, key: &Key) {
    for (name, content) in contents {
        assert_helps(&format!("{} {name}", key.name), &content, key, |command| {
            command
        });
    }
}

#[test]
fn encoded_keys() {
    for key in keys() {
        let spki = &key.spki;
        let base64 = BASE64.encode(spki);
        let hex = HEXLOWER.encode(spki);
        let colons: Vec<String> = spki.iter().map(|byte| format!("{byte:02X}")).collect();
        let text = pem("PUBLIC KEY", spki);
        let (first, second) = base64.split_at(40);
        assert_each_helps(
            vec![
                ("wrapped", format!("{first}\n{second}\n").into_bytes()),
                (
                    "base64url",
                    BASE64URL_NOPAD.encode(spki).replace('+', "-").into_bytes(),
                ),
                ("hex", format!("{hex}\n").into_bytes()),
                ("colons", colons.join(":").into_bytes()),
                ("pem in base64", BASE64.encode(text.as_bytes()).into_bytes()),
                (
                    "jwk in base64",
                    BASE64.encode(key.jwk.as_bytes()).into_bytes(),
                ),
            ]
            .into_iter()
            // One line of base64 is read, and some keys are the same in base64url.
            .filter(|(_, content)| KeySource::read("test", content).is_err())
            .collect(),
            &key,
        );
    }
}

#[test]
fn raw_keys() {
    for key in keys() {
        // What follows the algorithm: a point of a curve, or 32 bytes.
        let length = match key.name {
            "P-256" | "secp256k1" => 65,
            "P-384" => 97,
            "P-521" => 133,
            "Ed25519" => 32,
            _ => continue,
        };
        let raw = &key.spki[key.spki.len() - length..];
        let mut raws = vec![("raw", raw.to_vec())];
        if length > 32 {
            let parity = 2 + (raw.last().unwrap() & 1);
            raws.push(("coordinates", raw[1..].to_vec()));
            raws.push(("compressed", [&[parity], &raw[1..=length / 2]].concat()));
        }
        for (name, raw) in raws {
            if key.name == "secp256k1" && name == "compressed" && raw_is_on_p256(&raw) {
                continue;
            }
            for (encoding, content) in [
                ("binary", raw.clone()),
                ("base64", BASE64.encode(&raw).into_bytes()),
                (
                    "base64 without padding",
                    BASE64_NOPAD.encode(&raw).into_bytes(),
                ),
                ("base64url", BASE64URL_NOPAD.encode(&raw).into_bytes()),
                ("hex", HEXLOWER.encode(&raw).into_bytes()),
            ] {
                assert_helps(
                    &format!("{} {name} {encoding}", key.name),
                    &content,
                    &key,
                    |it| it,
                );
            }
        }
    }
}

/// A compressed point of one curve may have the `x` of a point of another.
fn raw_is_on_p256(point: &[u8]) -> bool {
    p256::PublicKey::from_sec1_bytes(point).is_ok()
}

#[test]
fn labels() {
    for key in keys() {
        let certificate = certificate(&key.spki);
        let mut contents = vec![
            (
                "certificate as key",
                pem("PUBLIC KEY", &certificate).into_bytes(),
            ),
            (
                "key as certificate",
                pem("CERTIFICATE", &key.spki).into_bytes(),
            ),
            ("x509", pem("X509 CERTIFICATE", &certificate).into_bytes()),
            ("unknown", pem("EC PUBLIC KEY", &key.spki).into_bytes()),
        ];
        let (label, private) = key.private.last().unwrap();
        let wrong = if *label == "PRIVATE KEY" {
            "RSA PRIVATE KEY"
        } else {
            "PRIVATE KEY"
        };
        contents.push(("private", pem(wrong, private).into_bytes()));
        assert_each_helps(contents, &key);
    }
}

#[test]
fn wrappers() {
    for key in keys() {
        let jwk = &key.jwk;
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let text = pem("CERTIFICATE", &certificate(&key.spki));
        let base64 = BASE64.encode(&key.spki);
        let contents = [
            ("jwks", format!(r#"{{"jwks":{{"keys":[{jwk}]}}}}"#)),
            ("key", format!(r#"{{"key":{jwk},"request_id":"a"}}"#)),
            ("keys by kid", format!(r#"{{"keys":{{"k-1":{jwk}}}}}"#)),
            (
                "long name",
                format!(r#"{{"{}":[{{"x":{jwk}}}]}}"#, "n".repeat(30)),
            ),
            ("array", format!("[{jwk}]")),
            ("inner array", format!(r#"{{"data":[{jwk}]}}"#)),
            ("json text", json(jwk)),
            (
                "inner json text",
                format!(r#"{{"{}":{}}}"#, "a b", json(jwk)),
            ),
            ("pem", format!(r#"{{"algorithm":7,"pem":{}}}"#, json(&text))),
            (
                "long name of pem",
                format!(r#"{{"a":7,"{}":{}}}"#, "n".repeat(30), json(&text)),
            ),
            (
                "Vault",
                format!(r#"{{"data":{{"keys":{{"1":{{"k":{}}}}}}}}}"#, json(&text)),
            ),
            ("KMS", format!(r#"{{"KeyId":"a","PublicKey":"{base64}"}}"#)),
            (
                "Keycloak",
                format!(r#"{{"realm":"a","public_key":"{base64}"}}"#),
            ),
            (
                "Kubernetes",
                format!(
                    r#"{{"data":{{"tls.crt":"{}"}}}}"#,
                    BASE64.encode(text.as_bytes())
                ),
            ),
            ("lines", format!("{jwk}\n{jwk}\n")),
            (
                "python",
                format!("{{'a': None, {}", jwk[1..].replace('"', "'")),
            ),
        ];
        let contents = contents.map(|(name, text)| (name, text.into_bytes()));
        assert_each_helps(contents.to_vec(), &key);
    }
}

#[test]
fn other_texts() {
    let key = &keys()[0];
    let der = certificate(&key.spki);
    let utf16: Vec<u8> = key.jwk.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let xml = format!(
        "<?xml version=\"1.0\"?>\n<md:X>\n<ds:X509Certificate>\n{}\n</ds:X509Certificate></md:X>",
        BASE64.encode(&der)
    );
    let directory = tempdir("hint-jwks");
    fs::write(directory.join("set"), format!("{{\"keys\":[{}]}}", key.jwk)).unwrap();
    let url = format!("file://{}/set", directory.display());
    assert_each_helps(
        vec![
            ("utf-16", utf16.clone()),
            ("utf-16 with a mark", [b"\xFF\xFE", &utf16[..]].concat()),
            ("saml", xml.into_bytes()),
            (
                "configuration",
                format!(r#"{{"issuer":"a","jwks_uri":"{url}"}}"#).into_bytes(),
            ),
        ],
        key,
    );
    // Nothing is fetched by a test.
    let content = b"https://example.com/jwks.json\n";
    let to_file = |command: String| command.replace("$(cat FILE)", &url);
    assert_helps("url", content, key, to_file);
}

/// What only other programs write. The key is made by them too.
#[test]
fn files_of_other_programs() {
    if !is_installed("openssl") {
        return;
    }
    let directory = tempdir("hint-openssl");
    let made = |script: &str, name: &str| {
        sh(script, &directory);
        fs::read(directory.join(name)).unwrap()
    };
    let key = &keys()[0];
    let (label, private) = &key.private[0];
    fs::write(directory.join("key"), pem(label, private)).unwrap();
    sh(
        "openssl req -x509 -key key -subj /CN=a -out cert",
        &directory,
    );
    let with_password = |command: String| {
        let command = command.replace("openssl pkey", "openssl pkey -passin pass:x");
        command.replace("openssl pkcs12", "openssl pkcs12 -passin pass:x")
    };
    for (name, script) in [
        (
            "encrypted",
            "openssl pkey -in key -aes256 -passout pass:x -out o",
        ),
        (
            "encrypted old",
            "openssl ec -in key -aes128 -passout pass:x -out o",
        ),
        (
            "encrypted der",
            "openssl pkcs8 -topk8 -in key -outform der -passout pass:x -out o",
        ),
        ("private der", "openssl pkey -in key -outform der -out o"),
        (
            "private base64",
            "openssl pkey -in key -outform der | base64 > o",
        ),
        (
            "private hex",
            "openssl pkey -in key -outform der | od -An -v -tx1 > o",
        ),
        ("request", "openssl req -new -key key -subj /CN=a -out o"),
        (
            "new request",
            "openssl req -new -newhdr -key key -subj /CN=a -out o",
        ),
        (
            "request der",
            "openssl req -new -key key -subj /CN=a -outform der -out o",
        ),
        ("pkcs7", "openssl crl2pkcs7 -nocrl -certfile cert -out o"),
        (
            "pkcs7 der",
            "openssl crl2pkcs7 -nocrl -certfile cert -outform der -out o",
        ),
        (
            "trusted",
            "openssl x509 -in cert -trustout -addtrust serverAuth -out o",
        ),
        (
            "pkcs12",
            "openssl pkcs12 -export -in cert -inkey key -passout pass:x -out o",
        ),
        (
            "pkcs12 base64",
            "openssl pkcs12 -export -in cert -inkey key -passout pass:x | base64 > o",
        ),
        (
            "service account",
            "printf '{\"a\":1,\"private_key\":\"%s\"}' \"$(sed 's/$/\\\\n/' key | tr -d '\\n')\" > o",
        ),
    ] {
        assert_helps(name, &made(script, "o"), key, with_password);
    }
    if is_installed("gzip") {
        fs::write(directory.join("jwk"), &key.jwk).unwrap();
        assert_helps("gzip", &made("gzip -c jwk > o", "o"), key, |it| it);
    }
    if is_installed("keytool") {
        let script = "rm o && openssl pkcs12 -export -in cert -inkey key -passout pass:changeit -name a -out p && keytool -importkeystore -srckeystore p -srcstoretype PKCS12 -srcstorepass changeit -destkeystore o -deststoretype JKS -deststorepass changeit 2> /dev/null";
        let answer = |command: String| {
            command
                .replace("ALIAS", "a")
                .replace("keytool", "keytool -storepass changeit")
        };
        assert_helps("keystore", &made(script, "o"), key, answer);
    }
}

#[test]
fn files_of_openssh() {
    if !is_installed("ssh-keygen") {
        return;
    }
    for (kind, options) in [
        ("rsa", "-b 2048"),
        ("ecdsa", "-b 256"),
        ("ecdsa", "-b 384"),
        ("ecdsa", "-b 521"),
        ("ed25519", ""),
    ] {
        let directory = tempdir(&format!("hint-ssh-{kind}{options}"));
        sh(
            &format!("ssh-keygen -q -t {kind} {options} -N '' -f k"),
            &directory,
        );
        sh("ssh-keygen -e -m RFC4716 -f k.pub > k.rfc4716", &directory);
        // The same key from each form, one of which OpenSSL reads by itself.
        let mut thumbprints = Vec::new();
        for name in ["k", "k.pub", "k.rfc4716"] {
            let command = command(name, &directory);
            if !are_installed(&command) {
                continue;
            }
            thumbprints.push(thumbprint(&sh_new(&command, &directory)));
        }
        // It converts no Ed25519 key to what OpenSSL reads.
        if is_installed("openssl") && kind != "ed25519" {
            sh("ssh-keygen -q -p -m PKCS8 -N '' -f k", &directory);
            sh("openssl pkey -in k -pubout -out o", &directory);
            thumbprints.push(thumbprint(&fs::read(directory.join("o")).unwrap()));
        }
        assert!(thumbprints.len() >= 3);
        assert!(
            thumbprints.iter().all(|other| *other == thumbprints[0]),
            "{kind}"
        );
    }
}

/// `openssl` reads what `-o pem` writes, and writes what is read.
#[test]
fn openssl_agrees_on_pem() {
    if !is_installed("openssl") {
        return;
    }
    let directory = tempdir("openssl-pem");
    for key in keys() {
        let text = pem("PUBLIC KEY", &key.spki);
        fs::write(directory.join("k"), &text).unwrap();
        sh("openssl pkey -pubin -in k -out o", &directory);
        assert_eq!(
            fs::read_to_string(directory.join("o")).unwrap(),
            text,
            "{}",
            key.name
        );
        let source = KeySource::read("test", text.as_bytes()).unwrap();
        if source.keys[0].usable {
            assert_eq!(source.keys[0].public_pem().unwrap(), text);
        }
    }
}

#[test]
fn a_curve_is_named() {
    if !is_installed("openssl") {
        return;
    }
    let directory = tempdir("hint-curve");
    let key = &keys()[0];
    fs::write(directory.join("k"), pem("PUBLIC KEY", &key.spki)).unwrap();
    sh(
        "openssl ec -pubin -in k -param_enc explicit -out FILE",
        &directory,
    );
    let content = fs::read(directory.join("FILE")).unwrap();
    let source = KeySource::read("test", &content).unwrap();
    let hint = source.keys[0].reasons[0].hint().unwrap();
    let command = hint.split_once(": ").unwrap().1;
    let made = sh_new(command, &directory);
    assert_eq!(thumbprint(&made), thumbprint(key.jwk.as_bytes()));
}

/// Following the hint must not destroy the private key, whatever it is called and wherever it comes from.
#[test]
fn commands_overwrite_no_file() {
    if !is_installed("openssl") {
        return;
    }
    let directory = tempdir("hint-overwrite");
    let key = &keys()[0];
    let (label, private) = &key.private[0];
    fs::write(directory.join("key.pem"), pem(label, private)).unwrap();
    sh(
        "openssl pkey -in key.pem -outform der -out key.der",
        &directory,
    );
    let name = "key.der";
    let first = command(name, &directory);
    assert_eq!(
        first,
        "openssl pkey -pubout -inform der < key.der > key.pub.pem"
    );
    sh_new(&first, &directory);
    let second = command(name, &directory);
    assert_eq!(output_of(&second), "key-2.pub.pem");
    sh_new(&second, &directory);
    // An encrypted key that reads itself.
    sh(
        "openssl pkey -in key.pem -aes256 -passout pass:x -out o && mv o key.pem",
        &directory,
    );
    let encrypted = command("key.pem", &directory).replace("pkey", "pkey -passin pass:x");
    assert_eq!(output_of(&encrypted), "key-3.pub.pem");
    let made = sh_new(&encrypted, &directory);
    assert_eq!(thumbprint(&made), thumbprint(key.jwk.as_bytes()));
}

/// A PKCS #12 file need not have a certificate.
#[test]
fn key_of_pkcs12_without_certificate() {
    if !is_installed("openssl") {
        return;
    }
    let directory = tempdir("hint-pkcs12");
    let key = &keys()[0];
    let (label, private) = &key.private[0];
    fs::write(directory.join("k"), pem(label, private)).unwrap();
    for (name, script) in [
        (
            "o.p12",
            "openssl pkcs12 -export -nocerts -inkey k -passout pass:x -out o.p12",
        ),
        (
            "o.txt",
            "openssl pkcs12 -export -nocerts -inkey k -passout pass:x | base64 > o.txt",
        ),
    ] {
        sh(script, &directory);
        let commands = commands(name, &directory);
        let [_, second] = commands.as_slice() else {
            panic!("{commands:?}");
        };
        let second = second.replace("pkcs12", "pkcs12 -passin pass:x");
        let made = sh_new(&second, &directory);
        assert_eq!(thumbprint(&made), thumbprint(key.jwk.as_bytes()));
        fs::remove_file(directory.join(output_of(&second))).unwrap();
    }
}

/// The option that the hint names reads the secret.
#[test]
fn secret_in_place_of_key_names_its_encoding() {
    let directory = tempdir("hint-secret");
    let secret: Vec<u8> = (0xE0..=0xFF).collect();
    for (content, option) in [
        (HEXLOWER.encode(&secret), " --secret-encoding hex"),
        (BASE64.encode(&secret), " --secret-encoding base64"),
        (BASE64_NOPAD.encode(&secret), " --secret-encoding base64"),
        (
            BASE64URL_NOPAD.encode(&secret),
            " --secret-encoding base64url",
        ),
    ] {
        fs::write(directory.join("s.txt"), &content).unwrap();
        let output = jwtlens()
            .args(["key", "s.txt"])
            .current_dir(&directory)
            .output()
            .unwrap();
        let said = stderr(&output);
        let expected = format!(
            "hint: for a shared secret, use `jwtlens verify --secret-file s.txt{option}`\n"
        );
        assert!(said.contains(&expected), "{said}");
        assert!(!said.contains(&content));
        let encoding = match option.rsplit(' ').next().unwrap() {
            "hex" => SecretEncoding::Hex,
            "base64" => SecretEncoding::Base64,
            _ => SecretEncoding::Base64Url,
        };
        let source = KeySource::secret("s", content.as_bytes(), encoding).unwrap();
        assert_eq!(source.keys[0].bits, Some(256));
    }
}
