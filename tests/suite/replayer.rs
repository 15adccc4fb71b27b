//! Replays a proof from what a report says of it in JSON, without any of the program's own code: each
//! change is made as it is named, and the crate of the algorithm has the last word.

mod other_families;

pub use other_families::base58;

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jwtlens::{KeySet, Policy, Report, SignatureStatus, Token, Verifier};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_256};

/// What a proof may rest on.
#[derive(Clone, Default)]
pub struct Trust {
    /// The keys that were given, as JWKs or JWK Sets.
    pub keys: Vec<String>,
    /// Those that explain a signature and verify none.
    pub others: Vec<String>,
    /// What was used as the secret of a MAC.
    pub secret: Option<Vec<u8>>,
}

/// Checks that a report calls nothing proven but what its proof shows.
pub fn check(token: &[u8], report: &Report, trust: &Trust) {
    let report = serde_json::to_value(report).unwrap();
    let told: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["certainty"] == "proven")
        .collect();
    let proof = &report["proof"];
    let Some(changes) = proof["changes"].as_array() else {
        assert_eq!(told.len(), 0, "{told:?}");
        return;
    };
    // Every change is told, in every finding, and none that was not made.
    let mut codes: Vec<&Value> = Vec::new();
    for change in changes {
        if !change["code"].is_null() && !codes.contains(&&change["code"]) {
            codes.push(&change["code"]);
        }
    }
    for finding in &told {
        let listed: Vec<&Value> = finding["changes"].as_array().unwrap().iter().collect();
        assert_eq!(listed, codes);
    }
    let set = |codes: &mut dyn Iterator<Item = &Value>| -> BTreeSet<String> {
        codes.map(ToString::to_string).collect()
    };
    assert_eq!(
        set(&mut told.iter().map(|finding| &finding["code"])),
        set(&mut codes.into_iter())
    );

    let mut replay = Replay::new(token, proof["algorithm"].as_str().unwrap());
    for change in changes {
        let kind = change["change"].as_str().unwrap();
        let before = format!("{replay:?}");
        replay.make(kind, change);
        let is_state = !matches!(
            kind,
            "correct-alg" | "ignore-alg" | "ignore-header" | "ignore-utf16"
        );
        // A change changes something.
        assert!(!is_state || before != format!("{replay:?}"), "{change}");
    }
    replay.finish(proof, trust);
}

/// A token on its way from what came in to what verifies.
#[derive(Debug)]
struct Replay {
    text: Vec<u8>,
    written: Option<String>,
    /// The signature's bytes, once they are read.
    bytes: Option<Vec<u8>>,
    /// The signature's segment, once it is edited.
    segment: Option<String>,
    content: Option<[String; 2]>,
    parts: Option<Vec<Vec<u8>>>,
    digest: String,
    hash: Option<Vec<u8>>,
    /// How many bytes R and S have.
    half: usize,
    /// The algorithm that the changes name in the place of the header's.
    algorithm: Option<String>,
    /// What is hashed, if it is a hash itself.
    first: Option<Vec<u8>>,
    has_no_info: bool,
    salt: Option<usize>,
    mac_bits: Option<usize>,
    /// So many `-` and `_` of a MAC were removed.
    mac_dropped: Option<usize>,
    mask: Option<String>,
    /// Of a MAC whose last byte is incomplete.
    mac_bits_read: Option<usize>,
    alg_change: Option<String>,
    key_changes: Vec<Value>,
    ignores_header: bool,
}

impl Replay {
    fn new(token: &[u8], alg: &str) -> Self {
        Self {
            text: token.to_vec(),
            written: None,
            bytes: None,
            segment: None,
            content: None,
            parts: None,
            digest: match alg.get(2..).unwrap_or_default() {
                "384" => "SHA-384",
                "512" => "SHA-512",
                _ => "SHA-256",
            }
            .to_owned(),
            hash: None,
            half: match alg {
                "ES384" => 48,
                "ES512" => 66,
                _ => 32,
            },
            algorithm: None,
            first: None,
            has_no_info: false,
            salt: None,
            mac_bits: None,
            mac_dropped: None,
            mask: None,
            mac_bits_read: None,
            alg_change: None,
            key_changes: Vec::new(),
            ignores_header: false,
        }
    }

    fn segments(&self) -> [String; 3] {
        let text = std::str::from_utf8(&self.text).unwrap();
        let segments: Vec<String> = text.split('.').map(str::to_owned).collect();
        segments.try_into().expect("three segments")
    }

    fn segment(&self) -> String {
        let [_, _, segment] = self.segments();
        self.segment.clone().unwrap_or(segment)
    }

    fn bytes(&self) -> Vec<u8> {
        let decoded = || base64(&self.segment(), b"-_", "").expect("base64url to the letter");
        self.bytes.clone().unwrap_or_else(decoded)
    }

    fn content(&self) -> [String; 2] {
        let [header, payload, _] = self.segments();
        self.content.clone().unwrap_or([header, payload])
    }

    fn parts(&self) -> Vec<Vec<u8>> {
        let content = || self.content().map(String::into_bytes).to_vec();
        self.parts.clone().unwrap_or_else(content)
    }

    /// What is hashed, or signed whole.
    fn message(&self) -> Vec<u8> {
        let input = || self.parts().join(&b'.');
        self.first.clone().unwrap_or_else(input)
    }

    fn hashed(&self) -> Vec<u8> {
        let input = || hash(&self.digest, &self.message());
        self.hash.clone().unwrap_or_else(input)
    }

    #[allow(clippy::too_many_lines, reason = "a table")]
    fn make(&mut self, kind: &str, change: &Value) {
        let number = |name: &str| usize::try_from(change[name].as_u64().unwrap()).unwrap();
        let text = |name: &str| change[name].as_str().unwrap();
        let is = |name: &str| change[name].as_bool().unwrap();
        match kind {
            "remove-nuls" => {
                self.text.retain(|byte| *byte != 0);
            }
            "decode-percent" => self.text = percent_decoded(&self.text),
            "take-member" => {
                let json: Value = serde_json::from_slice(&self.text).unwrap();
                let member = json.pointer(text("pointer")).unwrap().as_str().unwrap();
                self.text = member.as_bytes().to_vec();
            }
            "write-compact" => {
                let json: Value = serde_json::from_slice(&self.text).unwrap();
                let signature = match &json["signatures"] {
                    Value::Null => &json,
                    signatures => &signatures[number("index")],
                };
                assert_eq!(!signature["header"].is_null(), is("unprotected"));
                let part = |json: &Value, name: &str| json[name].as_str().unwrap().to_owned();
                self.text = [
                    part(signature, "protected"),
                    part(&json, "payload"),
                    part(signature, "signature"),
                ]
                .join(".")
                .into_bytes();
            }
            "take" => self.text = self.text[number("from")..number("to")].to_vec(),
            "decode-base64" => {
                let plain = String::from_utf8(self.text.clone()).unwrap();
                let decoded = [&b"+/"[..], b"-_"].iter().find_map(|last| {
                    let padding = "=".repeat((4 - plain.trim_end_matches('=').len() % 4) % 4);
                    base64(&plain, last, &padding).or_else(|| base64(&plain, last, ""))
                });
                self.text = decoded.unwrap();
            }
            "remove-whitespace" => {
                let plain = std::str::from_utf8(&self.text).unwrap();
                let plain = plain.replace("\\r", "").replace("\\n", "");
                let is_unseen = |c: char| {
                    let named = [0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF];
                    c.is_whitespace() || named.contains(&u32::from(c))
                };
                self.text = plain.replace(is_unseen, "").into_bytes();
            }
            "replace-spaces" => {
                self.text
                    .iter_mut()
                    .filter(|byte| **byte == b' ')
                    .for_each(|byte| *byte = b'+');
            }
            "edit-text" => {
                let plain = std::str::from_utf8(&self.text);
                let plain = plain.unwrap_or_else(|_| panic!("not UTF-8, but {change}"));
                self.text = edited(plain, &change["edit"]).into_bytes();
            }
            "edit-bytes" => {
                let removed: Vec<u8> = serde_json::from_value(change["removed"].clone()).unwrap();
                assert!(std::str::from_utf8(&removed).is_err(), "{change}");
                let (before, rest) = self.text.split_at(number("at"));
                let rest = rest.strip_prefix(&*removed);
                let rest = rest.expect("what is removed is there");
                self.text = [before, text("inserted").as_bytes(), rest].concat();
            }
            "encode-signature" => {
                let plain = String::from_utf8(self.text.clone()).unwrap();
                let (input, signature) = plain.rsplit_once('.').unwrap();
                let bytes = read_text(text("notation"), signature, is("separators"));
                self.text = format!("{input}.{}", data_encoding::BASE64URL_NOPAD.encode(&bytes))
                    .into_bytes();
            }
            "use-base64url" | "remove-padding" => {
                let plain = String::from_utf8(self.text.clone()).unwrap();
                self.written.get_or_insert_with(|| plain.clone());
                self.text = if kind == "use-base64url" {
                    plain.replace('+', "-").replace('/', "_").into_bytes()
                } else {
                    let segments = plain
                        .split('.')
                        .map(|segment| segment.trim_end_matches('='));
                    segments.collect::<Vec<_>>().join(".").into_bytes()
                };
            }
            "edit-signature" => {
                assert!(self.bytes.is_none());
                let edits = change["edits"].as_array().unwrap();
                let segment = edits
                    .iter()
                    .fold(self.segment(), |text, edit| edited(&text, edit));
                self.segment = Some(segment);
            }
            "remove-end" => {
                assert!(self.bytes.is_none());
                let mut segment = self.segment();
                assert_eq!(segment.len(), number("at") + number("count"));
                segment.truncate(number("at"));
                self.segment = Some(segment);
            }
            "restore-dropped" => {
                assert!(self.bytes.is_none() && !self.segment().contains(['-', '_']));
                self.mac_dropped = Some(number("count"));
            }
            "read-bits" => {
                assert!(self.bytes.is_none());
                let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
                let segment = self.segment();
                let values = segment.chars().map(|c| alphabet.find(c).unwrap());
                let bits: Vec<u8> = values
                    .flat_map(|value| (0..6).rev().map(move |at| u8::from(value >> at & 1 == 1)))
                    .collect();
                assert!(!bits.len().is_multiple_of(8));
                let byte = |bits: &[u8]| {
                    let missing = vec![0; 8 - bits.len()];
                    [bits, &missing]
                        .concat()
                        .iter()
                        .fold(0, |byte, bit| byte * 2 + bit)
                };
                self.bytes = Some(bits.chunks(8).map(byte).collect());
                self.mac_bits_read = Some(bits.len());
            }
            "read-hex-segment" => {
                assert!(self.bytes.is_none());
                self.bytes = Some(read_text("hex", &self.segment(), is("separators")));
            }
            "read-text" => {
                let written = String::from_utf8(self.bytes()).unwrap();
                self.bytes = Some(read_text(text("notation"), &written, is("separators")));
            }
            "read-der" => {
                let bytes = self.bytes();
                let (read, is_strict) = loose_der(&bytes, self.half);
                assert_eq!(is_strict, is("strict"));
                if self.half == 32 {
                    // What p256 reads is DER to the letter.
                    let strict = Signature::from_der(&bytes).ok();
                    let strict = strict.filter(|read| read.to_der().as_bytes() == bytes);
                    assert_eq!(strict.is_some(), is_strict);
                }
                self.bytes = Some(read);
            }
            "remove-bytes" => {
                let bytes = self.bytes();
                let end = bytes.len() - number("behind");
                self.bytes = Some(bytes[number("before")..end].to_vec());
            }
            "resize-halves" => {
                let bytes = self.bytes();
                let (r, s) = bytes.split_at(number("at"));
                self.bytes = Some(
                    [
                        resized(r, text("r"), self.half),
                        resized(s, text("s"), self.half),
                    ]
                    .concat(),
                );
            }
            "swap-halves" | "reverse-halves" => {
                let bytes = self.bytes();
                assert_eq!(bytes.len(), 2 * self.half);
                let (mut r, mut s) = (bytes[..self.half].to_vec(), bytes[self.half..].to_vec());
                if kind == "swap-halves" {
                    std::mem::swap(&mut r, &mut s);
                } else {
                    r.reverse();
                    s.reverse();
                }
                self.bytes = Some([r, s].concat());
            }
            "reverse-bytes" => {
                let mut bytes = self.bytes();
                bytes.reverse();
                self.bytes = Some(bytes);
            }
            "resize-number" => {
                self.bytes = Some(resized(&self.bytes(), "before", number("length")));
            }
            "hash-nonce" => {
                let [header, payload] = self.content();
                let json = String::from_utf8(base64(&header, b"-_", "").unwrap()).unwrap();
                let members: Value = serde_json::from_str(&json).unwrap();
                let nonce = members["nonce"].as_str().unwrap();
                let hashed = in_base64(&Sha256::digest(nonce), b"-_");
                let json = json.replace(&format!("\"{nonce}\""), &format!("\"{hashed}\""));
                assert_eq!(
                    serde_json::from_str::<Value>(&json).unwrap()["nonce"],
                    hashed.as_str()
                );
                self.content = Some([in_base64(json.as_bytes(), b"-_"), payload]);
            }
            "replace-header" | "replace-payload" => {
                let mut content = self.content();
                let sent = &mut content[usize::from(kind == "replace-payload")];
                let before = base64(sent, b"-_", "").unwrap();
                let json = text("json");
                let alike = |a: &[u8], b: &str| {
                    let a: Value = serde_json::from_slice(a).unwrap();
                    a == serde_json::from_str::<Value>(b).unwrap()
                };
                match text("code") {
                    "signed-with-newline" => {
                        assert_eq!(json.as_bytes(), [&before, &b"\n"[..]].concat());
                    }
                    "header-changed" => assert!(!alike(&before, json), "{change}"),
                    _ => assert!(alike(&before, json), "{change}"),
                }
                *sent = in_base64(json.as_bytes(), b"-_");
                self.content = Some(content);
            }
            "edit-segment" => {
                let mut content = self.content();
                let segment = &mut content[usize::from(text("segment") == "payload")];
                *segment = edited(segment, &change["edit"]);
                self.content = Some(content);
            }
            "keep-as-written" => {
                let written = self.written.as_ref().unwrap().split('.').take(2);
                self.parts = Some(written.map(|part| part.as_bytes().to_vec()).collect());
            }
            "take-header" => self.parts = Some(vec![self.parts()[0].clone()]),
            "take-payload" => self.parts = Some(vec![self.parts()[1].clone()]),
            "add-padding" => {
                let mut parts = self.parts();
                for part in &mut parts {
                    part.extend(vec![b'='; (4 - part.len() % 4) % 4]);
                }
                self.parts = Some(parts);
            }
            "use-standard-base64" => {
                let mut parts = self.parts();
                for byte in parts.iter_mut().flatten() {
                    *byte = if *byte == b'-' {
                        b'+'
                    } else if *byte == b'_' {
                        b'/'
                    } else {
                        *byte
                    };
                }
                self.parts = Some(parts);
            }
            "use-json" => {
                let decoded = self
                    .parts()
                    .into_iter()
                    .map(|part| base64(std::str::from_utf8(&part).unwrap(), b"-_", "").unwrap());
                let decoded: Vec<Vec<u8>> = decoded.collect();
                self.parts = Some(vec![decoded.join(text("separator").as_bytes())]);
            }
            "use-raw-payload" => {
                let [header, payload] = <[Vec<u8>; 2]>::try_from(self.parts()).unwrap();
                let payload = base64(std::str::from_utf8(&payload).unwrap(), b"-_", "").unwrap();
                self.parts = Some(vec![header, payload]);
            }
            "wrap-segments" => {
                let wrapped = |part: &Vec<u8>| {
                    let mut wrapped = Vec::new();
                    for (at, byte) in part.iter().enumerate() {
                        if at > 0 && at % number("columns") == 0 {
                            wrapped.extend_from_slice(text("end").as_bytes());
                        }
                        wrapped.push(*byte);
                    }
                    wrapped
                };
                self.parts = Some(self.parts().iter().map(wrapped).collect());
            }
            "quote-input" => {
                let text = self.parts().join(&b'.');
                self.parts = Some(vec![[b"\"", &*text, b"\""].concat()]);
            }
            "use-utf16" => {
                let big_endian = is("big_endian");
                let zeros = |byte: u8| if big_endian { [0, byte] } else { [byte, 0] };
                let text = self.parts().join(&b'.');
                assert!(text.is_ascii());
                self.parts = Some(vec![text.into_iter().flat_map(zeros).collect()]);
            }
            "append-line-end" => {
                let mut parts = self.parts();
                parts
                    .last_mut()
                    .unwrap()
                    .extend_from_slice(text("end").as_bytes());
                self.parts = Some(parts);
            }
            "correct-alg" => self.alg_change = Some("spelling".to_owned()),
            "use-algorithm" => self.algorithm = Some(text("algorithm").to_owned()),
            "hash-first" => {
                let hashed = hash(text("digest"), &self.message());
                self.first = Some(match change["notation"].as_str() {
                    Some(notation) => written(notation, &hashed).into_bytes(),
                    None => hashed,
                });
            }
            "take-as-hash" => self.hash = Some(self.message()[..32].to_vec()),
            "omit-digest-info" => self.has_no_info = true,
            "use-salt-length" => self.salt = Some(number("length")),
            "use-mask-digest" => self.mask = Some(text("digest").to_owned()),
            "truncate-mac" => self.mac_bits = Some(number("bits")),
            "ignore-alg" => {
                text("digest").clone_into(&mut self.digest);
                self.alg_change = Some(text("digest").to_owned());
            }
            "use-digest" => text("digest").clone_into(&mut self.digest),
            "hash-again" => self.hash = Some(hash(&self.digest, &self.hashed())),
            "hash-text" => {
                let written = written(text("notation"), &self.hashed());
                self.hash = Some(hash(&self.digest, written.as_bytes()));
            }
            "use-other-key"
            | "use-embedded-key"
            | "use-named-key"
            | "follow-certificates"
            | "swap-coordinates"
            | "reverse-coordinates"
            | "rewrite-coordinates"
            | "ignore-members"
            | "ignore-pss"
            | "negate-y"
            | "negate-private"
            | "take-y-as-private"
            | "use-small-key"
            | "rewrite-secret"
            | "use-public-secret" => self.key_changes.push(change.clone()),
            "ignore-header" | "ignore-utf16" => self.ignores_header = true,
            other => panic!("{other}"),
        }
    }

    #[allow(clippy::too_many_lines, reason = "one check per kind of change")]
    fn finish(&self, proof: &Value, trust: &Trust) {
        // One that is compared with its MAC as text has none.
        let signature = match self.mac_dropped {
            Some(_) => Vec::new(),
            None => self.bytes(),
        };
        let [header, payload] = self.content();
        let json = |segment: &str| -> Value {
            let bytes = base64(segment, b"-_", "").unwrap_or_default();
            serde_json::from_slice(&bytes).unwrap_or_default()
        };
        let names = |kind: &str| {
            let is = |change: &&Value| change["change"] == kind;
            self.key_changes.iter().find(is)
        };
        if let Some(change) = names("use-public-secret") {
            assert_eq!(proof["algorithm"], change["algorithm"]);
            assert!(self.parts.is_none() && self.hash.is_none() && proof["key"].is_null());
            let secret = trust.secret.as_ref().expect("a secret that the test used");
            let input = self.parts().join(&b'.');
            let is_mac = match change["algorithm"].as_str().unwrap() {
                "HS256" => Hmac::<Sha256>::new_from_slice(secret)
                    .unwrap()
                    .chain_update(input)
                    .verify_slice(&signature),
                "HS384" => Hmac::<Sha384>::new_from_slice(secret)
                    .unwrap()
                    .chain_update(input)
                    .verify_slice(&signature),
                _ => Hmac::<Sha512>::new_from_slice(secret)
                    .unwrap()
                    .chain_update(input)
                    .verify_slice(&signature),
            };
            assert!(is_mac.is_ok());
            return;
        }
        if proof["algorithm"] != "ES256" {
            let alg = json(&header)["alg"].clone();
            other_families::finish(self, proof, trust, alg.as_str());
            return;
        }
        // The key is one that may be named so.
        let jwk = &proof["jwk"];
        let coordinates =
            ["x", "y"].map(|name| base64(jwk[name].as_str().unwrap(), b"-_", "").unwrap());
        let [x, y] = &coordinates;
        let members = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            in_base64(x, b"-_"),
            in_base64(y, b"-_")
        );
        let thumbprint = in_base64(&Sha256::digest(members), b"-_");
        assert_eq!(proof["key"]["thumbprint"], thumbprint.as_str());
        if let Some(change) = names("use-named-key") {
            let place = change["place"].as_str().unwrap();
            let value = match place {
                "kid" => json(&header)["kid"].clone(),
                "iss" => json(&payload)["iss"].clone(),
                "cnf.jkt" => json(&payload)["cnf"]["jkt"].clone(),
                "cnf.kid" => json(&payload)["cnf"]["kid"].clone(),
                "cnf.jwk" => {
                    let holder = &json(&payload)["cnf"]["jwk"];
                    assert!(holder["x"] == jwk["x"] && holder["y"] == jwk["y"]);
                    thumbprint.clone().into()
                }
                other => panic!("{other}"),
            };
            let value = value.as_str().unwrap();
            let urn = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
            let is_thumbprint = value.strip_prefix(urn).unwrap_or(value) == thumbprint;
            let is_key = || value.starts_with("did:") && other_families::is_name(value, jwk);
            assert!(is_thumbprint || is_key(), "{value}");
        } else if let Some(change) = names("use-embedded-key") {
            let header = json(&header);
            if change["member"] == "jwk" {
                assert_eq!(header["jwk"]["x"], jwk["x"]);
            } else {
                let certificate = header["x5c"][0].as_str().unwrap();
                let certificate = data_encoding::BASE64
                    .decode(certificate.as_bytes())
                    .unwrap();
                let point = [&[4][..], x, y].concat();
                assert!(certificate.windows(65).any(|window| window == point));
            }
        } else {
            let other = names("use-other-key").is_some();
            let sources = if other { &trust.others } else { &trust.keys };
            let is_it = |jwk: &Value| {
                let given = self.key_of(jwk);
                given.is_some_and(|given| self.mistaken(&given) == coordinates)
            };
            assert!(
                sources
                    .iter()
                    .flat_map(|text| jwks(text))
                    .any(|jwk| is_it(&jwk)),
                "{proof}"
            );
        }

        // The algorithm is the header's, or it is said why not.
        let alg = json(&header)["alg"].clone();
        let alg = alg.as_str();
        match &self.alg_change {
            Some(corrected) if corrected == "spelling" => {
                assert!(alg != Some("ES256"));
                assert_eq!(alg.unwrap().trim().to_uppercase(), "ES256");
            }
            Some(digest) => {
                let own = [("ES384", "SHA-384"), ("ES512", "SHA-512")];
                assert!(alg.is_some_and(|alg| alg.trim().to_uppercase() != "ES256"));
                assert!(digest == "SHA-256" || own.contains(&(alg.unwrap(), digest)));
            }
            None => assert!(alg == Some("ES256") || self.ignores_header, "{alg:?}"),
        }

        // And it verifies.
        let point = [&[4][..], x, y].concat();
        let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
        let mut prehash = self.hashed();
        prehash.truncate(32);
        while prehash.len() < 32 {
            prehash.insert(0, 0);
        }
        let read = Signature::from_slice(&signature).unwrap();
        assert!(key.verify_prehash(&prehash, &read).is_ok());
        assert_eq!(proof["algorithm"], "ES256");
        let is_jws = self.parts.is_none() && self.hash.is_none() && self.digest == "SHA-256";
        if is_jws && self.alg_change.is_none() {
            let token = format!("{header}.{payload}.{}", in_base64(&signature, b"-_"));
            let keys = KeySet::read("k", jwk.to_string().as_bytes()).unwrap();
            let report = Verifier::new(keys, Policy::default()).verify(&Token::from(&*token), 0);
            let is_verified = report.signature.status == SignatureStatus::Verified;
            assert_eq!(is_verified, !self.ignores_header, "{token}");
        } else {
            assert!(!self.ignores_header);
        }
    }

    /// The key that was made of the given one by mistake.
    fn mistaken(&self, given: &[Vec<u8>; 2]) -> [Vec<u8>; 2] {
        use p256::elliptic_curve::ops::Reduce;
        use p256::elliptic_curve::sec1::ToEncodedPoint as _;
        use p256::{ProjectivePoint, Scalar, U256};
        let [x, y] = given;
        let point = [&[4][..], x, y].concat();
        let point = p256::PublicKey::from_sec1_bytes(&point).unwrap();
        let point = ProjectivePoint::from(*point.as_affine());
        let is = |kind: &str| {
            let mut changes = self.key_changes.iter();
            changes.any(|change| change["change"] == kind)
        };
        let number = |bytes: &[u8]| {
            let bytes: [u8; 32] = bytes.try_into().unwrap();
            <Scalar as Reduce<U256>>::reduce_bytes(&bytes.into())
        };
        let point = if is("negate-y") {
            -point
        } else if is("negate-private") {
            // 2^256 - 1, and 1.
            point - ProjectivePoint::GENERATOR * (number(&[0xFF; 32]) + Scalar::ONE)
        } else if is("take-y-as-private") {
            ProjectivePoint::GENERATOR * number(y)
        } else {
            return given.clone();
        };
        let point = point.to_affine().to_encoded_point(false);
        [point.x().unwrap().to_vec(), point.y().unwrap().to_vec()]
    }

    /// The coordinates of a JWK after the changes to the key.
    fn key_of(&self, jwk: &Value) -> Option<[Vec<u8>; 2]> {
        let has = |kind: &str| {
            self.key_changes
                .iter()
                .any(|change| change["change"] == kind)
        };
        let mut coordinates = Vec::new();
        for name in ["x", "y"] {
            let text = jwk[name].as_str()?;
            let strict = base64(text, b"-_", "").filter(|bytes| bytes.len() == 32);
            let plain = text
                .trim_end_matches('=')
                .replace('+', "-")
                .replace('/', "_");
            let rewritten = || Some(resized(&base64(&plain, b"-_", "")?, "before", 32));
            coordinates.push(if has("rewrite-coordinates") {
                rewritten()?
            } else {
                strict?
            });
        }
        if has("swap-coordinates") {
            coordinates.reverse();
        }
        if has("reverse-coordinates") {
            for octets in &mut coordinates {
                octets.reverse();
            }
        }
        // What is ignored is all that is wrong.
        let ignored = self
            .key_changes
            .iter()
            .find(|change| change["change"] == "ignore-members");
        let ignored = ignored.map_or(Vec::new(), |change| {
            change["members"].as_array().unwrap().clone()
        });
        let is_right = [
            ("kty", jwk["kty"] == "EC"),
            ("crv", jwk["crv"] == "P-256"),
            ("use", jwk["use"].is_null() || jwk["use"] == "sig"),
            ("alg", jwk["alg"].is_null() || jwk["alg"] == "ES256"),
        ];
        let is_told = |(name, is_right): (&str, bool)| ignored.contains(&name.into()) != is_right;
        let are_told = is_right.into_iter().all(is_told);
        coordinates.try_into().ok().filter(|_| are_told)
    }
}

fn jwks(text: &str) -> Vec<Value> {
    match serde_json::from_str::<Value>(text) {
        Ok(set) if set["keys"].is_array() => set["keys"].as_array().unwrap().clone(),
        Ok(jwk) => vec![jwk],
        Err(_) => Vec::new(),
    }
}

fn hash(digest: &str, bytes: &[u8]) -> Vec<u8> {
    match digest {
        "SHA-1" => Sha1::digest(bytes).to_vec(),
        "SHA-224" => Sha224::digest(bytes).to_vec(),
        "SHA-512/256" => Sha512_256::digest(bytes).to_vec(),
        "SHA3-256" => sha3::Sha3_256::digest(bytes).to_vec(),
        "SHA-256" => Sha256::digest(bytes).to_vec(),
        "SHA-384" => Sha384::digest(bytes).to_vec(),
        "SHA-512" => Sha512::digest(bytes).to_vec(),
        other => panic!("{other}"),
    }
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'%' {
            let hex = std::str::from_utf8(&text[at + 1..at + 3]).unwrap();
            plain.push(u8::from_str_radix(hex, 16).unwrap());
            at += 3;
        } else {
            plain.push(text[at]);
            at += 1;
        }
    }
    plain
}

fn edited(text: &str, edit: &Value) -> String {
    let at = usize::try_from(edit["at"].as_u64().unwrap()).unwrap();
    let (removed, inserted) = (
        edit["removed"].as_str().unwrap(),
        edit["inserted"].as_str().unwrap(),
    );
    let (before, rest) = text.split_at(at);
    let rest = rest
        .strip_prefix(removed)
        .expect("what is removed is there");
    format!("{before}{inserted}{rest}")
}

fn read_text(notation: &str, text: &str, separators: bool) -> Vec<u8> {
    if notation == "latin1" {
        assert!(!separators);
        return text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    }
    if let "numbers" | "object" = notation {
        let is_quoted = text.starts_with(['"', '\'']);
        let has_space = text.contains([' ', '\t', '\r', '\n', '\u{c}']);
        let has_separators = is_quoted || has_space || text.starts_with('[');
        assert_eq!(separators, has_separators, "{text}");
        let mut json = text.trim().to_owned();
        if is_quoted {
            json = json[1..json.len() - 1].trim().to_owned();
        }
        if notation == "numbers" && !json.starts_with('[') {
            json = format!("[{json}]");
        }
        let json: Value = serde_json::from_str(&json)
            .unwrap_or_else(|error| panic!("not read to the letter: {error}: {text}"));
        let bytes = match (&json, &json["data"]) {
            (Value::Array(bytes), _) | (_, Value::Array(bytes)) => bytes.clone(),
            _ => (0..json.as_object().unwrap().len())
                .map(|at| json[at.to_string()].clone())
                .collect(),
        };
        let byte = |byte: &Value| u8::try_from(byte.as_u64().unwrap()).unwrap();
        return bytes.iter().map(byte).collect();
    }
    let mut plain: String = text
        .chars()
        .filter(|c| !" \t\r\n\u{c}\"'".contains(*c))
        .collect();
    if notation == "hex" {
        plain = plain.strip_prefix("0x").unwrap_or(&plain).replace(':', "");
        plain = plain.replace("\\x", "");
    }
    assert_eq!(separators, plain != text);
    match notation {
        "hex" => (0..plain.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&plain[at..at + 2], 16).unwrap())
            .collect(),
        "base64" => {
            let padding = "=".repeat((4 - plain.trim_end_matches('=').len() % 4) % 4);
            let padded = base64(&plain, b"+/", &padding);
            padded.or_else(|| base64(&plain, b"+/", "")).unwrap()
        }
        "base64url" => base64(&plain, b"-_", "").unwrap(),
        other => panic!("{other}"),
    }
}

/// Two integers, unsigned, and nothing behind them.
/// How the bytes of a hash are written.
fn written(notation: &str, bytes: &[u8]) -> String {
    let hex = |byte: &u8| format!("{byte:02x}");
    match notation {
        "hex" => bytes.iter().map(hex).collect(),
        "upper-hex" => bytes.iter().map(hex).collect::<String>().to_uppercase(),
        "base64" => {
            let text = in_base64(bytes, b"+/");
            let padding = "=".repeat((4 - text.len() % 4) % 4);
            text + &padding
        }
        "base64url" => in_base64(bytes, b"-_"),
        other => panic!("{other}"),
    }
}

fn loose_der(bytes: &[u8], half: usize) -> (Vec<u8>, bool) {
    fn element(tag: u8, bytes: &[u8]) -> (&[u8], &[u8]) {
        assert_eq!(bytes[0], tag);
        let (length, rest) = match bytes[1] {
            0x81 => (usize::from(bytes[2]), &bytes[3..]),
            length => (usize::from(length), &bytes[2..]),
        };
        rest.split_at(length)
    }
    let (integers, rest) = element(0x30, bytes);
    let (r, behind_r) = element(2, integers);
    let (s, behind_s) = element(2, behind_r);
    assert!(rest.is_empty() && behind_s.is_empty());
    let is_strict = |number: &[u8]| match number {
        [] => false,
        [0, next, ..] => *next >= 0x80,
        [first, ..] => *first < 0x80,
    };
    // The shortest lengths, of numbers that are the shortest.
    let shortest = |tag: u8, content: &[u8]| {
        let length = u8::try_from(content.len()).unwrap();
        let length = if length < 0x80 {
            vec![length]
        } else {
            vec![0x81, length]
        };
        [&[tag][..], &length, content].concat()
    };
    let again = shortest(0x30, &[shortest(2, r), shortest(2, s)].concat());
    let strict = again == bytes && is_strict(r) && is_strict(s);
    (
        [resized(r, "before", half), resized(s, "before", half)].concat(),
        strict,
    )
}

/// So many bytes, by nothing but zeros more or less.
fn resized(number: &[u8], zeros: &str, length: usize) -> Vec<u8> {
    let mut number = number.to_vec();
    if zeros == "behind" {
        number.reverse();
    }
    while number.len() < length {
        number.insert(0, 0);
    }
    while number.len() > length {
        assert_eq!(number.remove(0), 0);
    }
    if zeros == "behind" {
        number.reverse();
    }
    number
}

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn in_base64(bytes: &[u8], last: &[u8]) -> String {
    let alphabet = [ALPHABET, last].concat();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| {
            bits << 8 | usize::from(*group.get(at).unwrap_or(&0))
        });
        for at in 0..=group.len() {
            text.push(char::from(alphabet[bits >> (18 - 6 * at) & 63]));
        }
    }
    text
}

/// The bytes of which a text is the base64 with this padding, to the letter.
fn base64(text: &str, last: &[u8], padding: &str) -> Option<Vec<u8>> {
    let alphabet = [ALPHABET, last].concat();
    let plain = text.strip_suffix(padding)?;
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for c in plain.bytes() {
        let six = alphabet.iter().position(|known| *known == c)?;
        bits = bits << 6 | u32::try_from(six).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 255).unwrap());
        }
    }
    (in_base64(&bytes, last) == plain).then_some(bytes)
}
