//! What must hold for any octets whatever. The fuzzer looks for octets for which it doesn't, and the
//! ordinary tests go through all that it has found worth keeping.
//!
//! What is asked of the library is held against a reading of its own: base64url, the header and the
//! times are read here once more by other code, and the signature is checked by `p256` alone.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use jwtlens::{
    Compact, Input, KeySet, KeySource, Policy, Report, Token, Verdict, Verifier, decode,
};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use regex::Regex;
use serde_json::Value;
use serde_json::value::RawValue;

#[path = "../../src/cli/render/escape.rs"]
mod escape;

/// The time that is now.
const NOW: i64 = 1_795_392_000;

static ISSUERS: LazyLock<[SigningKey; 3]> =
    LazyLock::new(|| [1, 2, 3].map(|secret| SigningKey::from_slice(&[secret; 32]).unwrap()));

/// Knows the first two issuers. Its tables are made once and used for all.
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let [a, b, _] = &*ISSUERS;
    let set = format!(r#"{{"keys":[{},{}]}}"#, jwk(a, "a"), jwk(b, "b"));
    Verifier::new(
        KeySet::read("set", set.as_bytes()).unwrap(),
        Policy::default(),
    )
});

fn jwk(key: &SigningKey, kid: &str) -> String {
    let point = key.verifying_key().to_encoded_point(false);
    let [x, y] = [point.x().unwrap(), point.y().unwrap()].map(|octets| base64url(octets));
    format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"{kid}"}}"#)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64url(octets: &[u8]) -> String {
    let mut text = String::new();
    for group in octets.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| {
            bits << 8 | u32::from(*group.get(at).unwrap_or(&0))
        });
        for at in 0..=group.len() {
            let six = bits >> (18 - 6 * at) & 63;
            text.push(char::from(ALPHABET[six as usize]));
        }
    }
    text
}

/// The octets of which a text is the base64url; none where it is that of no octets.
fn octets_of(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.bytes() {
        let six = ALPHABET.iter().position(|known| *known == c)?;
        bits = bits << 6 | u32::try_from(six).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 255) as u8);
        }
    }
    // Whoever writes these octets writes this text.
    (base64url(&octets) == text).then_some(octets)
}

fn sign(key: &SigningKey, header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", base64url(header), base64url(payload));
    let signature: Signature = key.sign(input.as_bytes());
    format!("{input}.{}", base64url(&signature.to_bytes()))
}

/// The members of an object, each as it stands: its numbers may be out of every range.
fn members(json: &[u8]) -> Option<HashMap<String, &RawValue>> {
    serde_json::from_slice(json).ok()
}

/// Whether a text is a token that may be accepted, by a reading that has nothing in common with the
/// library's but `p256`: it knows less, and so may say yes where the library says no.
fn may_be_valid(text: &str, keys: &[&VerifyingKey], now: i64) -> bool {
    let segments: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = segments[..] else {
        return false;
    };
    let (Some(header_octets), Some(payload_octets), Some(octets)) =
        (octets_of(header), octets_of(payload), octets_of(signature))
    else {
        return false;
    };
    let (Some(parameters), Some(claims)) = (members(&header_octets), members(&payload_octets))
    else {
        return false;
    };
    let alg = parameters
        .get("alg")
        .map(|alg| serde_json::from_str::<String>(alg.get()));
    let is_es256 = alg.is_some_and(|alg| alg.is_ok_and(|alg| alg == "ES256"));
    let has_extension = ["crit", "b64"]
        .iter()
        .any(|name| parameters.contains_key(*name));
    // A double is not exact, so that equal ones say nothing.
    let time = |name: &str| claims.get(name).map(|time| time.get().parse::<f64>());
    let in_time = time("exp").is_none_or(|exp| exp.is_ok_and(|exp| exp >= now as f64))
        && time("nbf").is_none_or(|nbf| nbf.is_ok_and(|nbf| nbf <= now as f64));
    let input = format!("{header}.{payload}");
    let is_signed = octets.len() == 64
        && Signature::from_slice(&octets).is_ok_and(|signature| {
            keys.iter()
                .any(|key| key.verify(input.as_bytes(), &signature).is_ok())
        });
    is_es256 && !has_extension && in_time && is_signed
}

fn json(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

/// Holds what is said of a text against the other reading, and both ways of verifying against each
/// other.
fn judged(octets: &[u8]) -> Report {
    let token = Token::new(Input::default(), octets);
    let report = VERIFIER.verify(&token, NOW);
    let again = VERIFIER.verify_all(&[token.clone(), token.clone()], NOW);
    for other in &again {
        assert_eq!(json(other), json(&report));
    }
    if report.verdict == Verdict::Valid {
        let text = std::str::from_utf8(token.text).unwrap();
        let keys = [&ISSUERS[0], &ISSUERS[1]].map(SigningKey::verifying_key);
        assert!(may_be_valid(text, &keys, NOW), "{text}");
        assert!(report.claims.is_some() && report.error.is_none());
    }
    let decoded = decode(&token, &Policy::default(), NOW, true);
    assert!(![Verdict::Valid, Verdict::MisSigned].contains(&decoded.verdict));
    // What can't be decoded can't be valid, and what is decoded is the same, but for an SD-JWT.
    let is_decoded = decoded.verdict != Verdict::Malformed && decoded.disclosures.is_none();
    assert_eq!(is_decoded, report.verdict != Verdict::Malformed);
    report
}

/// A token, or what is taken for one.
pub fn token(data: &[u8]) {
    let report = judged(data);
    let token = Token::new(Input::default(), data);
    if let Ok(Compact::Jws(jws)) = Compact::parse(token.text) {
        for (text, ours) in [
            (jws.header, jws.header_octets()),
            (jws.payload, jws.payload_octets()),
            (jws.signature, jws.signature_octets()),
        ] {
            assert_eq!(ours.ok(), octets_of(text), "{text}");
        }
    }
    serde_json::from_str::<&RawValue>(&json(&report)).unwrap();
}

/// A header and a payload, parted by a line feed, signed by a key that is trusted: what is accepted,
/// and that no change to it is.
pub fn verdict(data: &[u8]) {
    let Some((change, rest)) = data.split_first_chunk::<3>() else {
        return;
    };
    let end = rest
        .iter()
        .position(|octet| *octet == b'\n')
        .unwrap_or(rest.len());
    let (header, payload) = rest.split_at(end);
    let text = sign(&ISSUERS[0], header, payload.get(1..).unwrap_or_default());
    let report = judged(text.as_bytes());
    let mut changed = text.clone().into_bytes();
    let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % changed.len();
    changed[at] = change[2];
    if changed != text.as_bytes() && report.verdict == Verdict::Valid {
        let report = judged(&changed);
        // White space and the like is taken off around a token: then it is another text.
        assert_ne!(report.verdict, Verdict::Valid, "{text}");
    }
}

/// A key file: what is used is a point of the curve, for signatures, and in its strict form.
pub fn key(data: &[u8]) {
    let Ok(source) = KeySource::read("file", data) else {
        return;
    };
    serde_json::to_string(&source).unwrap();
    // A key that occurs twice with the same algorithm and kid counts once.
    let usable = source.keys.iter().filter(|key| key.usable);
    let has_secret = usable.clone().any(|key| key.thumbprint.is_none());
    let distinct: BTreeSet<_> = usable
        .map(|key| (&key.alg, &key.kid, &key.thumbprint))
        .collect();
    let count = KeySet::new([&source]).map_or(0, |set| set.keys().len());
    assert!((count > 0) != distinct.is_empty());
    // Secrets have no thumbprint to tell them apart.
    assert!(count <= distinct.len() || has_secret);
    for key in &source.keys {
        assert!(key.usable == key.reasons.is_empty());
        // What is written is the same key.
        if let Some(pem) = key.public_pem() {
            let again = KeySource::read("file", pem.as_bytes()).unwrap();
            assert!(again.keys[0].usable);
            assert_eq!(again.keys[0].thumbprint, key.thumbprint);
        }
    }
    let json = members(data).unwrap_or_default();
    let jwks: Vec<&[u8]> = match (json.get("kty"), json.get("keys")) {
        (None, None) => return,
        (None, Some(keys)) => match serde_json::from_str::<Vec<&RawValue>>(keys.get()) {
            Ok(jwks) => jwks.iter().map(|jwk| jwk.get().as_bytes()).collect(),
            // PEM of that name.
            Err(_) => return,
        },
        (Some(_), _) => vec![data],
    };
    assert_eq!(jwks.len(), source.keys.len());
    for (key, jwk) in source.keys.iter().zip(jwks) {
        if key.usable {
            let jwk = members(jwk).unwrap();
            let value = |name: &str| -> Option<Value> {
                Some(serde_json::from_str(jwk.get(name)?.get()).unwrap())
            };
            let name = |member: &str| value(member).map(|value| value.as_str().unwrap().to_owned());
            let (kty, crv) = (name("kty").unwrap(), name("crv").unwrap_or_default());
            let octets = |member: &str| octets_of(&name(member).unwrap()).unwrap();
            let algorithms: &[&str] = match (kty.as_str(), crv.as_str()) {
                ("EC", "P-256") => {
                    let point = [&[4][..], &octets("x"), &octets("y")].concat();
                    assert!(VerifyingKey::from_sec1_bytes(&point).is_ok());
                    &["ES256"]
                }
                ("EC", "P-384") => &["ES384"],
                ("EC", "P-521") => &["ES512"],
                ("EC", "secp256k1") => &["ES256K"],
                ("OKP", "Ed25519") => {
                    assert_eq!(octets("x").len(), 32);
                    &["EdDSA", "Ed25519"]
                }
                ("RSA", _) => {
                    assert!((256..=2049).contains(&octets("n").len()) && !octets("e").is_empty());
                    &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
                }
                ("oct", _) => {
                    assert!(!octets("k").is_empty());
                    &["HS256", "HS384", "HS512"]
                }
                other => panic!("{other:?}"),
            };
            assert!(value("use").is_none_or(|usage| usage == "sig"));
            assert!(value("alg").is_none_or(|alg| algorithms.iter().any(|known| alg == *known)));
            assert!(
                key.algorithms
                    .iter()
                    .all(|known| algorithms.contains(known))
            );
            let is_private = key.private || kty == "oct";
            let may_verify = |operations: Value| {
                let operations = operations.as_array().unwrap();
                operations.contains(&"verify".into())
                    || is_private && operations.contains(&"sign".into())
            };
            assert!(value("key_ops").is_none_or(may_verify));
        }
    }
}

/// Keys, one a line: a set says of each what the key alone says.
pub fn set(data: &[u8]) {
    let lines: Vec<&[u8]> = data.split(|octet| *octet == b'\n').collect();
    let is_json = |line: &&[u8]| serde_json::from_slice::<&RawValue>(line).is_ok();
    // In a set all is two levels deeper, and may be too deep there.
    let is_flat = |line: &&[u8]| line.iter().filter(|octet| b"[{".contains(octet)).count() < 100;
    let jwks: Vec<&[u8]> = lines
        .into_iter()
        .filter(is_json)
        .filter(is_flat)
        .take(20)
        .collect();
    if jwks.is_empty() {
        return;
    }
    let set = [b"{\"keys\":[", &jwks.join(&b","[..])[..], b"]}"].concat();
    let source = KeySource::read("set", &set).unwrap();
    assert_eq!(source.keys.len(), jwks.len());
    for (key, jwk) in source.keys.iter().zip(jwks) {
        // Alone, an object without `kty` is no key at all.
        let has_type = members(jwk).is_some_and(|members| members.contains_key("kty"));
        let alone = KeySource::read("set", jwk).ok().filter(|_| has_type);
        let Some(mut alone) = alone else {
            assert!(!key.usable);
            continue;
        };
        alone.keys[0].index = key.index;
        let [alone, key] = [&alone.keys[0], key].map(|key| serde_json::to_string(key).unwrap());
        assert_eq!(alone, key);
    }
}

/// Lines of a stream: judged in blocks that end anywhere, each gets the report that it gets alone. A
/// line that begins with `+`, `*` or `-` is a payload that is signed by the first issuer, by the
/// second, or by one that is not trusted.
pub fn lines(data: &[u8]) {
    let Some((cuts, rest)) = data.split_first_chunk::<4>() else {
        return;
    };
    let text = |line: &[u8]| match line.split_first() {
        Some((b'+', payload)) => sign(&ISSUERS[0], br#"{"alg":"ES256","kid":"a"}"#, payload).into(),
        Some((b'*', payload)) => sign(&ISSUERS[1], br#"{"alg":"ES256","kid":"a"}"#, payload).into(),
        Some((b'-', payload)) => sign(&ISSUERS[2], br#"{"alg":"ES256","kid":"b"}"#, payload).into(),
        _ => line.to_vec(),
    };
    let texts: Vec<Vec<u8>> = rest
        .split(|octet| *octet == b'\n')
        .take(64)
        .map(text)
        .collect();
    let tokens: Vec<Token> = texts
        .iter()
        .map(|text| Token::new(Input::default(), text))
        .collect();
    let alone: Vec<String> = tokens
        .iter()
        .map(|token| json(&VERIFIER.verify(token, NOW)))
        .collect();
    let mut blocks = Vec::new();
    let mut open = &tokens[..];
    for cut in cuts.iter().cycle() {
        if open.is_empty() {
            break;
        }
        let (block, rest) = open.split_at((usize::from(*cut) + 1).min(open.len()));
        blocks.extend(VERIFIER.verify_all(block, NOW).iter().map(json));
        open = rest;
    }
    assert_eq!(alone, blocks);
}

/// Any text, escaped for people and for programs.
pub fn escape(data: &[u8]) {
    static FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Noncharacter_Code_Point}\u{2800}--\u{20}]")
            .unwrap()
    });
    let Ok(raw) = std::str::from_utf8(data) else {
        return;
    };
    assert_eq!(raw.chars().any(escape::is_hostile), FOREIGN.is_match(raw));
    let shown = escape::text(raw);
    assert!(!FOREIGN.is_match(&shown), "{shown:?}");
    assert_eq!(unescaped(&shown), raw);

    let plain = serde_json::to_string(raw).unwrap();
    let shown = escape::json(&plain);
    assert!(!FOREIGN.is_match(&shown), "{shown:?}");
    assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), raw);
    let mut written = Vec::new();
    serde_json::to_writer(escape::JsonWriter(&mut written), raw).unwrap();
    assert_eq!(written, shown.as_bytes());
    let mut made = [data, plain.as_bytes()].concat();
    escape::json_from(&mut made, data.len()).unwrap();
    assert_eq!(made, [data, shown.as_bytes()].concat());
}

/// The text of which an escaped text was made.
fn unescaped(shown: &str) -> String {
    let mut raw = String::new();
    let mut rest = shown.chars();
    while let Some(c) = rest.next() {
        raw.push(match c {
            '\\' => match rest.next().unwrap() {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '\\' => '\\',
                'u' => {
                    let digits: String = rest.by_ref().take_while(|c| *c != '}').skip(1).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
                }
                other => panic!("\\{other}"),
            },
            c => c,
        });
    }
    raw
}

/// Takes any octets, and panics where they break its rule.
pub type Property = fn(&[u8]);

/// Every target, by its name.
pub const ALL: [(&str, Property); 6] = [
    ("token", token),
    ("verdict", verdict),
    ("key", key),
    ("set", set),
    ("lines", lines),
    ("escape", escape),
];
