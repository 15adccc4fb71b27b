//! The tokens and keys in `tests/data/made`, which golden cases read, and those in `tests/data/sample`:
//! made here, deterministically, and compared with what is committed. `SNAPSHOTS=overwrite` renews them.

use std::collections::BTreeSet;
use std::path::Path;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest, Sha256, Sha384};
use snapbox::Data;
use snapbox::data::DataFormat;

use crate::cases::rsa_jwk;
use crate::forge::{self, Certificate, pem};
use crate::made_families;
use crate::support::{Issuer, data, der, run, stdout};

/// 2026-11-23T18:09:24Z, the time of the golden cases.
const NOW: i64 = 1_795_457_364;

/// The issuer whose key is `public_key.json`.
fn issuer() -> Issuer {
    Issuer::new(1, "1fdef9ef-57e5-4fcd-84bd-2eb445efcf66")
}

/// Whose key nobody was given, or in `set.json` only.
fn other() -> Issuer {
    Issuer::new(2, "6d1bc1f8-2f3c-4e0c-9a3e-0d5b0f3f6a11")
}

/// The claims of a signed-in member, at these times from now.
fn claims(nbf: i64, exp: i64) -> String {
    format!(
        r#"{{"iss":"https://auth.example.com","sub":"member-7","aud":"transcodes-sdk","email":"ada@example.com","role":"admin","iat":{},"nbf":{},"exp":{},"jti":"c0ffee"}}"#,
        NOW - 7500,
        NOW + nbf,
        NOW + exp
    )
}

fn tokens() -> Vec<(&'static str, String)> {
    let (issuer, other) = (issuer(), other());
    let good = claims(-7500, 3300);
    let with_header = |header: &str| issuer.sign(header.as_bytes(), good.as_bytes());
    let valid = issuer.token(&good);
    let (signed, signature) = valid.rsplit_once('.').unwrap();
    let short =
        BASE64URL_NOPAD.encode(&BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap()[..63]);
    let hostile =
        "\u{1b}[2J\u{202e}x\u{9b}\u{200b}\u{e0041} \\u001b\nvalid: the signature verifies";
    let hostile = serde_json::to_string(hostile).unwrap();
    let expired = issuer.token(&claims(-7500, -300));
    let mis_signed = other.sign(issuer.header().as_bytes(), good.as_bytes());
    let many = [valid.as_str(), "", &expired, &mis_signed, "no-token"]
        .map(|line| format!("{line}\n"))
        .concat();
    vec![
        ("valid", valid.clone()),
        ("expired", expired),
        ("not-yet-valid", issuer.token(&claims(120, 3300))),
        ("mis-signed", mis_signed),
        ("by-other-key", other.token(&good)),
        ("other-kid", issuer.sign(other.header().as_bytes(), good.as_bytes())),
        ("short-signature", format!("{signed}.{short}")),
        ("none", with_header(r#"{"alg":"none"}"#)),
        ("rs256", with_header(r#"{"alg":"RS256"}"#)),
        ("unknown-alg", with_header(r#"{"alg":"ES256X"}"#)),
        ("critical", with_header(r#"{"alg":"ES256","crit":["exp"],"exp":1}"#)),
        ("unencoded", with_header(r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#)),
        ("empty-crit", with_header(r#"{"alg":"ES256","crit":[]}"#)),
        ("embedded-key", with_header(&format!(r#"{{"alg":"ES256","jwk":{}}}"#, other.jwk()))),
        (
            "by-certificate",
            with_header(&format!(
                r#"{{"alg":"ES256","x5c":["{}"]}}"#,
                BASE64.encode(&certificate("auth.example.com", false, &issuer))
            )),
        ),
        ("without-alg", with_header(r#"{"typ":"JWT"}"#)),
        ("duplicate", issuer.token(r#"{"sub":"a","n":{"x":1,"\u0078":2}}"#)),
        ("exp-is-text", issuer.token(r#"{"exp":"1795460664"}"#)),
        ("sub-is-a-number", issuer.token(r#"{"sub":7,"exp":1795460664}"#)),
        ("payload-is-an-array", issuer.token("[1]")),
        ("payload-is-no-json", issuer.token("hello")),
        ("payload-has-a-bom", issuer.token("\u{feff}{}")),
        ("unbounded", issuer.token(r#"{"sub":"service"}"#)),
        ("without-exp", issuer.token(r#"{"sub":"member-7","aud":"transcodes-sdk"}"#)),
        ("no-claims", issuer.token("{}")),
        ("issued-in-future", issuer.token(&format!(r#"{{"iat":{},"exp":{}}}"#, NOW + 60, NOW + 3600))),
        (
            "as-it-stands",
            issuer.token(
                r#"{"z":12345678901234567890123,"a":1.0,"b":1E5,"exp":1795460664.25,"list":[1, 2.50,{"k":null}],"quoted":"7","padded":" x ","empty":"","roles":{"editor":["write"]}}"#,
            ),
        ),
        ("hostile", issuer.token(&format!(r#"{{{hostile}:{hostile},"exp":{}}}"#, NOW + 60))),
        (
            "opaque",
            "v4x7Gq0tYlbFzN1sXo2Zr9".to_owned(),
        ),
        ("encrypted", encrypted()),
        ("many", many),
    ]
}

/// The segments of a JWE in their usual lengths. Nothing is encrypted in them.
fn encrypted() -> String {
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let segments = [256, 12, 63, 16].map(|length: usize| {
        let blocks =
            (0..length.div_ceil(32)).flat_map(|block| Sha256::digest(format!("{length} {block}")));
        BASE64URL_NOPAD.encode(&blocks.take(length).collect::<Vec<u8>>())
    });
    format!("{header}.{}", segments.join("."))
}

/// The public key and the token in `tests/data/sample`: those of a Transcodes project and of one of its
/// members.
pub fn sample() -> (String, String) {
    /// 2046-11-23T18:09:24Z
    const EXP: i64 = 2_426_609_364;
    let kid = "5c0f7a52-3e0b-4d3c-9a41-6f2d8b7e1c90";
    let issuer = Issuer::new(3, kid);
    let [x, y] = issuer.coordinates();
    let members = [
        ("kty", "EC"),
        ("x", &x),
        ("y", &y),
        ("crv", "P-256"),
        ("alg", "ES256"),
        ("kid", kid),
    ];
    let members = members.map(|(name, value)| format!("  \"{name}\": \"{value}\""));
    let header = format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
    let claims = format!(
        r#"{{"sub":"member-7","email":"ada@example.com","role":"admin","projectId":"project-1","aud":"transcodes-sdk","iat":{NOW},"exp":{EXP}}}"#
    );
    (
        format!("{{\n{}\n}}", members.join(",\n")),
        issuer.sign(header.as_bytes(), claims.as_bytes()),
    )
}

/// Tokens of a signer that does wrong, one for each cause that golden cases show.
fn wrong_tokens() -> Vec<(&'static str, String)> {
    let (issuer, other) = (issuer(), other());
    let encode = |octets: &[u8]| BASE64URL_NOPAD.encode(octets);
    let claims = claims(-7500, 3300);
    let input = format!(
        "{}.{}",
        encode(issuer.header().as_bytes()),
        encode(claims.as_bytes())
    );
    let over = |text: &str| issuer.sign_hash(&Sha256::digest(text));
    let with = |octets: &[u8]| format!("{input}.{}", encode(octets));
    let good = with(&over(&input));
    let twice = issuer.sign_hash(&Sha256::digest(Sha256::digest(&input)));
    let spaced = claims.replace("\":", "\": ").replace(",\"", ", \"");
    let spaced = format!(
        "{}.{}",
        encode(issuer.header().as_bytes()),
        encode(spaced.as_bytes())
    );
    let without_kid = format!(
        "{}.{}",
        encode(br#"{"alg":"ES256","typ":"JWT"}"#),
        encode(claims.as_bytes())
    );
    let named = issuer.header().replace(&issuer.kid, &other.thumbprint());
    let embedded = format!(r#"{{"alg":"ES256","jwk":{}}}"#, other.jwk());
    let es384 = format!(
        "{}.{}",
        encode(br#"{"alg":"ES384"}"#),
        encode(claims.as_bytes())
    );
    let hs256 = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256"}"#),
        encode(claims.as_bytes())
    );
    let mac = Hmac::<Sha256>::new_from_slice(format!("{}\n", issuer.jwk()).as_bytes()).unwrap();
    let mac = mac.chain_update(&hs256).finalize().into_bytes();
    let at = input.len() + 20;
    let altered = format!(
        "{}{}{}",
        &good[..at],
        if &good[at..=at] == "A" { "B" } else { "A" },
        &good[at + 1..]
    );
    vec![
        ("der", with(&der(over(&input)))),
        ("der-hashed-twice", with(&der(twice))),
        ("hashed-twice", with(&twice)),
        (
            "hex-signature",
            with(HEXLOWER.encode(&over(&input)).as_bytes()),
        ),
        ("standard-base64", good.replace('-', "+").replace('_', "/")),
        ("payload-only", with(&over(&encode(claims.as_bytes())))),
        ("with-newline", with(&over(&format!("{input}\n")))),
        ("payload-reserialized", with(&over(&spaced))),
        ("header-changed", with(&over(&without_kid))),
        ("altered", altered),
        ("dropped", good.replace(['-', '_'], "")),
        (
            "signer-is-kid",
            other.sign(named.as_bytes(), claims.as_bytes()),
        ),
        (
            "by-embedded-key",
            other.sign(embedded.as_bytes(), claims.as_bytes()),
        ),
        (
            "es384",
            format!(
                "{es384}.{}",
                encode(&issuer.sign_hash(&Sha384::digest(&es384)[..32]))
            ),
        ),
        ("mac", format!("{hs256}.{}", encode(&mac))),
        (
            "milliseconds",
            issuer.token(r#"{"iat":1795449864000,"nbf":1795449864000,"exp":1795460664000}"#),
        ),
        ("skew", issuer.token(r#"{"exp":1795457360}"#)),
        (
            "api-token",
            other.token(
                r#"{"oid":"o-1","pid":"p-1","mid":"m-1","aud":"transcodes-mcp","exp":1795460664}"#,
            ),
        ),
        (
            "reply",
            format!(r#"{{"access_token":"{good}","token_type":"Bearer"}}"#),
        ),
        ("zero", with(&[0; 64])),
        ("cut", good[..good.len() - 40].to_owned()),
        ("mistakes", mistakes()),
    ]
}

/// A line for each mistake that no other token here shows.
fn mistakes() -> String {
    let (issuer, unknown) = (issuer(), Issuer::new(4, "unknown"));
    let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let header = issuer.header();
    let claims = claims(-7500, 3300);
    let of = |header: &str, claims: &str| {
        format!(
            "{}.{}",
            encode(header.as_bytes()),
            encode(claims.as_bytes())
        )
    };
    let input = of(&header, &claims);
    let over = |text: &str| issuer.sign_hash(&Sha256::digest(text));
    let with = |bytes: &[u8]| format!("{input}.{}", encode(bytes));
    let with_header = |header: &str| issuer.sign(header.as_bytes(), claims.as_bytes());
    let signature = over(&input);
    let (r, s) = signature.split_at(32);
    let reversed = |half: &[u8]| half.iter().rev().copied().collect::<Vec<u8>>();
    let good = with(&signature);
    let [of_header, of_payload, of_signature] =
        good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let last = BASE64URL_NOPAD.specification().symbols;
    let last = last
        .find(good.chars().last().unwrap())
        .map(|at| &last[at + 1..=at + 1]);
    let spaced = header.replace("\":", "\": ").replace(",\"", ", \"");
    let text = "{\"sub\":\"\u{fb}\u{ff}>>>???\"}";
    let (padded, standard) = (data_encoding::BASE64URL, data_encoding::BASE64_NOPAD);
    let in_base64 = |base64: &data_encoding::Encoding| {
        let [header, payload] = [&header, text].map(|part| base64.encode(part.as_bytes()));
        let signature = encode(&over(&format!("{header}.{payload}")));
        format!("{}.{signature}", of(&issuer.header(), text))
    };
    let signer = r#"{"alg":"ES256","signer":"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/1"}"#;
    let by_load_balancer = [signer, &claims]
        .map(|part| padded.encode(part.as_bytes()))
        .join(".");
    let by_load_balancer = format!(
        "{by_load_balancer}.{}",
        padded.encode(&over(&by_load_balancer))
    );
    let hs256 = of(r#"{"alg":"HS256"}"#, "{}");
    let es384 = of(r#"{"alg":"ES384"}"#, "{}");
    let (at, cut) = (input.len() + 20, 30);
    [
        // How the token is written.
        good.replace('.', "%2E"),
        format!(
            r#"{{"protected":"{of_header}","payload":"{of_payload}","signature":"{of_signature}"}}"#
        ),
        format!("theme=dark; session={good}; Path=/"),
        good.replace('-', " ").replace('_', "/"),
        format!("{good},{good}"),
        format!("JWT {good}"),
        format!("\u{a0}{good}"),
        data_encoding::BASE64.encode(good.as_bytes()),
        good.replacen('.', ",", 1),
        format!("{}{}", &good[..at], &good[at + 1..]),
        format!("{}A{}", &good[..at], &good[at..]),
        format!("{good}~WyJzYWx0IiwibmFtZSIsIkFkYSJd~"),
        format!("{good}=="),
        by_load_balancer,
        format!("{}{}", &good[..good.len() - 1], last.unwrap()),
        // How the signature is written.
        with(&[&[0], r, &[0], s].concat()),
        with(&[&signature[..], &[27]].concat()),
        with(&[s, r].concat()),
        with(&[reversed(r), reversed(s)].concat()),
        // What was signed.
        with(&over(of_header)),
        with(&over(&format!("{header}.{claims}"))),
        in_base64(&padded),
        in_base64(&standard),
        with(&issuer.sign_hash(&Sha256::digest(HEXLOWER.encode(&Sha256::digest(&input))))),
        with(&issuer.sign_hash(&Sha384::digest(&input)[..32])),
        with_header(r#"{"alg":"es256"}"#),
        with(&over(&of(&spaced, &claims))),
        with_header(r#"{"alg":"ES256","crit":["exp"],"exp":1}"#),
        // An unknown signer, twice.
        unknown.sign(header.as_bytes(), claims.as_bytes()),
        unknown.sign(header.as_bytes(), b"{}"),
        other().token("{}"),
        // What the text is.
        format!("{}.", of(r#"{"alg":"none"}"#, &claims)),
        "null".to_owned(),
        format!("{}...{}", &good[..cut], &good[good.len() - cut..]),
        format!("{of_header}..{of_signature}"),
        with(&[1; 96]),
        format!("{hs256}.{}", encode(&[1; 32])),
        format!("{es384}.{}", encode(&[1; 96])),
        issuer.token(&good),
        issuer.sign(
            br#"{"alg":"ES256","zip":"DEF"}"#,
            b"\xab\x56\x4a\x54\xb2\x32\xac\x05\x00",
        ),
        r#"{"error":"invalid_grant"}"#.to_owned(),
        // Times and claims.
        issuer.token(r#"{"exp":3600}"#),
        issuer.token(r#"{"exp":"1795460664"}"#),
        issuer.token(r#"{"iat":1795457000,"exp":1795450000}"#),
        issuer.token(r#"{"iat":1795457000,"exp":1795457015}"#),
        with_header(r#"{"alg":"ES256","typ":5}"#),
    ]
    .join("\n")
}

fn keys() -> Vec<(&'static str, String)> {
    let (issuer, other) = (issuer(), other());
    let jwk: serde_json::Value = serde_json::from_str(&issuer.jwk()).unwrap();
    let with = |name: &str, value: &str| {
        let mut jwk = jwk.clone();
        jwk[name] = value.into();
        jwk.to_string()
    };
    let mut swapped = jwk.clone();
    swapped["x"] = jwk["y"].clone();
    swapped["y"] = jwk["x"].clone();
    let mut reversed = jwk.clone();
    for (name, text) in ["x", "y"].iter().zip(issuer.coordinates()) {
        let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        bytes.reverse();
        reversed[name] = BASE64URL_NOPAD.encode(&bytes).into();
    }
    let rsa = rsa_jwk("rsa-1");
    let padded = format!("{}=", jwk["x"].as_str().unwrap());
    vec![
        ("public_key", issuer.jwk()),
        ("other_key", other.jwk()),
        (
            "set",
            format!(r#"{{"keys":[{rsa},{},{},7]}}"#, issuer.jwk(), other.jwk()),
        ),
        ("swapped", swapped.to_string()),
        ("little-endian", reversed.to_string()),
        ("rsa", rsa),
        ("private", with("d", &BASE64URL_NOPAD.encode(&[1; 32]))),
        ("padded", with("x", &padded)),
        ("encryption", with("use", "enc")),
        ("off-curve", with("x", &BASE64URL_NOPAD.encode(&[7; 32]))),
    ]
}

/// Compares a file with what it is made to be.
pub fn assert_made(path: &Path, content: &str) {
    let committed = Data::read_from(path, Some(DataFormat::Text)).raw();
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(content, committed);
}

fn spki(issuer: &Issuer) -> Vec<u8> {
    forge::spki(&forge::ec(forge::P256), &issuer.point())
}

/// A certificate by the authority of `forms/ca.pem`.
fn certificate(subject: &str, ca: bool, key: &Issuer) -> Vec<u8> {
    let certificate = Certificate {
        subject,
        issuer: "Example CA",
        ca: Some(ca),
        spki: spki(key),
    };
    certificate.der(|signed| der(other().sign_hash(&Sha256::digest(signed))))
}

/// Other forms of the issuer's key.
fn key_forms() -> Vec<(&'static str, String)> {
    let (issuer, other) = (issuer(), other());
    let certificate =
        |subject: &str, ca: bool, key: &Issuer| pem("CERTIFICATE", &certificate(subject, ca, key));
    let leaf = certificate("auth.example.com", false, &issuer);
    let ca = certificate("Example CA", true, &other);
    let private = forge::ec_private(&[1; 32], None, None);
    vec![
        ("public_key.pem", pem("PUBLIC KEY", &spki(&issuer))),
        (
            "private.pem",
            pem(
                "PRIVATE KEY",
                &forge::private(&forge::ec(forge::P256), &private),
            ),
        ),
        (
            "chain.pem",
            format!(
                "Bag Attributes\nsubject=CN = auth.example.com\n{leaf}subject=CN = Example CA\n{ca}"
            ),
        ),
        ("ca.pem", ca),
        (
            "certificates.json",
            format!("{{\"{}\":\"{}\"}}", issuer.kid, leaf.replace('\n', "\\n")),
        ),
    ]
}

#[test]
fn tokens_and_keys_are_those_made_today() {
    let tokens = tokens()
        .into_iter()
        .chain(wrong_tokens())
        .map(|(name, token)| (format!("made/{name}.txt"), token));
    let keys = keys()
        .into_iter()
        .map(|(name, key)| (format!("made/{name}.json"), key));
    let (sample_key, sample_token) = sample();
    let sample = [
        ("sample/public_key.json".to_owned(), sample_key),
        ("sample/token.txt".to_owned(), sample_token),
    ];
    let families = made_families::made();
    let families = families.map(|(name, content)| (format!("made/{name}"), content));
    let mut made = BTreeSet::new();
    let key_forms = key_forms().into_iter();
    let key_forms = key_forms.map(|(name, content)| (format!("forms/{name}"), content));
    for (name, content) in tokens
        .chain(keys)
        .chain(key_forms)
        .chain(sample)
        .chain(families)
    {
        let content = format!("{}\n", content.trim_end_matches('\n'));
        let path = data(&name);
        assert_made(&path, &content);
        made.insert(path);
    }
    // No file is left over, or of anyone else.
    let found =
        ["made", "forms", "sample"].map(|directory| std::fs::read_dir(data(directory)).unwrap());
    let found = found
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    assert_eq!(found.collect::<BTreeSet<_>>(), made);
}

/// The command at the head of README.md, until 2046.
#[test]
fn the_sample_is_valid_for_twenty_years() {
    let command = "cargo run --release -- verify -k tests/data/sample/public_key.json < tests/data/sample/token.txt";
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    assert!(std::fs::read_to_string(readme).unwrap().contains(command));
    let token = std::fs::read(data("sample/token.txt")).unwrap();
    for (at, expected) in [
        ("2026-11-23T18:09:24Z", "valid"),
        ("2036-12-31T23:59:59Z", "valid"),
        ("2046-11-23T18:09:23Z", "valid"),
        ("2046-11-23T18:09:24Z", "expired"),
    ] {
        let arguments = [
            "verify",
            "-o",
            "line",
            "-k",
            "sample/public_key.json",
            "--aud",
            "transcodes-sdk",
            "--at",
            at,
        ];
        let output = run(&arguments, &token);
        let line = stdout(&output);
        assert_eq!(line.split('\t').nth(1), Some(expected), "{at}: {line}");
    }
}
