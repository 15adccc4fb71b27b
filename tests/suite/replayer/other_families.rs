//! The end of a replay for keys that are not on P-256: the crate of the algorithm is asked itself.

use ed25519_dalek::Verifier as _;
use p384::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::BoxedUint;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pss::Pss;
use serde_json::Value;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_256};

use super::{Replay, Trust, base64, hash, in_base64, jwks};

/// Asserts that the key is one that may be named so, the algorithm one that is told, and that the signature
/// verifies.
pub fn finish(replay: &Replay, proof: &Value, trust: &Trust, alg: Option<&str>) {
    let algorithm = proof["algorithm"].as_str().unwrap();
    match (&replay.algorithm, replay.alg_change.as_deref()) {
        (Some(named), None) => assert!(named == algorithm && alg != Some(algorithm)),
        (None, Some("spelling")) => {
            let alg = alg.unwrap();
            assert!(alg != algorithm && alg.trim().eq_ignore_ascii_case(algorithm));
        }
        (None, None) => assert!(replay.ignores_header || alg == Some(algorithm), "{alg:?}"),
        (_, other) => panic!("{other:?}"),
    }
    if let Some(count) = replay.mac_dropped {
        assert!(algorithm.starts_with("HS"));
        let is_mac = |secret: &Vec<u8>| {
            let whole = in_base64(&mac(replay, secret), b"-_");
            let kept = whole.replace(['-', '_'], "");
            whole.len() - kept.len() == count && kept == replay.segment()
        };
        assert!(secrets(replay, proof, trust).iter().any(is_mac), "{proof}");
        return;
    }
    let signature = replay.bytes();
    if algorithm.starts_with("HS") {
        let secrets = secrets(replay, proof, trust);
        let is_mac = |secret: &Vec<u8>| mac(replay, secret) == signature;
        assert!(secrets.iter().any(is_mac), "{proof}");
        return;
    }
    let jwk = &proof["jwk"];
    assert!(is_at_hand(replay, jwk, trust), "{proof}");
    assert!(verifies(replay, algorithm, jwk, &signature), "{proof}");
}

/// The given secrets after the changes.
fn secrets(replay: &Replay, proof: &Value, trust: &Trust) -> Vec<Vec<u8>> {
    assert!(proof["jwk"].is_null());
    let other = has(replay, "use-other-key");
    let sources = if other { &trust.others } else { &trust.keys };
    let jwks = sources.iter().flat_map(|text| jwks(text));
    let given = jwks.filter_map(|jwk| base64(jwk["k"].as_str()?, b"-_", ""));
    let given = given.chain(trust.secret.clone());
    let forms = replay
        .key_changes
        .iter()
        .filter(|change| change["change"] == "rewrite-secret");
    let forms: Vec<&str> = forms
        .map(|change| change["form"].as_str().unwrap())
        .collect();
    let rewritten = |secret: Vec<u8>| {
        forms
            .iter()
            .try_fold(secret, |secret, form| changed(&secret, form))
    };
    given.filter_map(rewritten).collect()
}

fn changed(secret: &[u8], form: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(secret).ok();
    let decoded = |last: &[u8]| {
        let text = text?.trim();
        let padding = "=".repeat((4 - text.trim_end_matches('=').len() % 4) % 4);
        base64(text, last, &padding).or_else(|| base64(text, last, ""))
    };
    let units = || Some(text?.encode_utf16().collect::<Vec<u16>>());
    Some(match form {
        "with-newline" => [secret, b"\n"].concat(),
        "with-crlf" => [secret, b"\r\n"].concat(),
        "without-newline" => text?.strip_suffix('\n')?.trim_end_matches('\r').into(),
        "with-space" => [secret, b" "].concat(),
        "without-whitespace" => text?.trim().into(),
        "with-bom" => format!("\u{feff}{}", text?).into_bytes(),
        "without-bom" => text?.strip_prefix('\u{feff}')?.into(),
        "from-base64" => decoded(b"+/")?,
        "from-prefixed-base64" => {
            return changed(text?.strip_prefix("base64:")?.as_bytes(), "from-base64");
        }
        "from-lenient-base64" => {
            let plain: String = text?
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))
                .collect();
            let bits: Vec<u32> = plain
                .chars()
                .flat_map(|c| {
                    let alphabet =
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                    let value = alphabet.find(c).unwrap();
                    (0..6)
                        .rev()
                        .map(move |bit| u32::from(value >> bit & 1 == 1))
                })
                .collect();
            let bytes = bits.chunks_exact(8);
            let byte = |bits: &[u32]| bits.iter().fold(0, |sum, bit| sum * 2 + bit);
            bytes
                .map(|bits| u8::try_from(byte(bits)).unwrap())
                .collect()
        }
        "from-base64url" => decoded(b"-_")?,
        "from-hex" => {
            let digits = text?.trim();
            let pairs = (0..digits.len()).step_by(2);
            let bytes = pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok());
            bytes.collect::<Option<Vec<u8>>>()?
        }
        "hex-not-base64" => changed(in_base64(secret, b"+/").as_bytes(), "from-hex")?,
        "base64-not-hex" => {
            let text = super::written("hex", secret);
            changed(text.as_bytes(), "from-base64")?
        }
        "as-base64" => {
            let text = in_base64(secret, b"+/");
            let padding = "=".repeat((4 - text.len() % 4) % 4);
            (text + &padding).into_bytes()
        }
        "as-unpadded-base64" => in_base64(secret, b"+/").into_bytes(),
        "as-padded-base64url" => {
            let text = in_base64(secret, b"-_");
            let padding = "=".repeat((4 - text.len() % 4) % 4);
            (text + &padding).into_bytes()
        }
        "sha512" => hash("SHA-512", secret),
        "sha512-as-hex" => super::written("hex", &hash("SHA-512", secret)).into_bytes(),
        "sha256" => hash("SHA-256", secret),
        "sha256-as-hex" => super::written("hex", &hash("SHA-256", secret)).into_bytes(),
        "as-base64url" => in_base64(secret, b"-_").into_bytes(),
        "as-hex" => super::written("hex", secret).into_bytes(),
        "as-upper-hex" => super::written("upper-hex", secret).into_bytes(),
        "in-single-quotes" => format!("'{}'", text?).into_bytes(),
        "in-quotes" => format!("\"{}\"", text?).into_bytes(),
        "without-quotes" => secret[1..secret.len() - 1].to_vec(),
        "utf16-le" => units()?
            .iter()
            .flat_map(|unit| unit.to_le_bytes())
            .collect(),
        "utf16-be" => units()?
            .iter()
            .flat_map(|unit| unit.to_be_bytes())
            .collect(),
        other => panic!("{other}"),
    })
}

/// RFC 2104, with the hash and the length that the changes name.
fn mac(replay: &Replay, secret: &[u8]) -> Vec<u8> {
    let digest = replay.digest.as_str();
    let block = match digest {
        "SHA-384" | "SHA-512" | "SHA-512/256" => 128,
        _ => 64,
    };
    let mut key = if secret.len() > block {
        hash(digest, secret)
    } else {
        secret.to_vec()
    };
    key.resize(block, 0);
    let pad = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = hash(digest, &[pad(0x36), replay.message()].concat());
    let mut mac = hash(digest, &[pad(0x5C), inner].concat());
    assert!(replay.mac_bits_read.is_none() || replay.mac_bits_read == replay.mac_bits);
    if let Some(bits) = replay.mac_bits {
        assert!((128..mac.len() * 8).contains(&bits));
        mac.truncate(bits.div_ceil(8));
        if let (Some(last), 1..) = (mac.last_mut(), bits % 8) {
            *last &= 0xFF << (8 - bits % 8);
        }
    }
    mac
}

fn has(replay: &Replay, kind: &str) -> bool {
    let mut changes = replay.key_changes.iter();
    changes.any(|change| change["change"] == kind)
}

/// Whether the key was given, or stands in the token, as the changes say.
fn is_at_hand(replay: &Replay, jwk: &Value, trust: &Trust) -> bool {
    let same = |other: &Value| {
        let mut names = ["kty", "crv", "x", "y", "n", "e"].into_iter();
        names.all(|name| other[name] == jwk[name])
    };
    let [header, _] = replay.content();
    let header = base64(&header, b"-_", "").unwrap_or_default();
    let header: Value = serde_json::from_slice(&header).unwrap_or_default();
    let change = |kind: &str| {
        let mut changes = replay.key_changes.iter();
        changes.find(|change| change["change"] == kind)
    };
    if let Some(change) = change("use-embedded-key") {
        if change["member"] == "jwk" {
            return same(&header["jwk"]);
        }
        let certificate = header["x5c"][0].as_str().unwrap();
        let certificate = data_encoding::BASE64
            .decode(certificate.as_bytes())
            .unwrap();
        // Nothing but a key has so many bytes of it in one place.
        let number = |name: &str| base64(jwk[name].as_str().unwrap(), b"-_", "").unwrap();
        let key = match jwk["kty"].as_str().unwrap() {
            "EC" => [number("x"), number("y")].concat(),
            "OKP" => number("x"),
            _ => number("n"),
        };
        return certificate.windows(key.len()).any(|window| window == key);
    }
    if change("use-named-key").is_some_and(|change| change["place"] == "cnf.jwk") {
        let [_, payload] = replay.content();
        let payload = base64(&payload, b"-_", "").unwrap();
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        return same(&payload["cnf"]["jwk"]);
    }
    if let Some(change) = change("use-named-key") {
        return self_named(replay, change["place"].as_str().unwrap())
            .is_some_and(|name| is_name(&name, jwk));
    }
    let other = has(replay, "use-other-key");
    let sources = if other { &trust.others } else { &trust.keys };
    let mut given = sources.iter().flat_map(|text| jwks(text));
    given.any(|given| {
        if let Some(repaired) = repaired(replay, &given) {
            return same(&repaired);
        }
        let bits = base64(given["n"].as_str().unwrap_or_default(), b"-_", "");
        let is_small = bits.is_some_and(|n| !n.is_empty() && n.len() < 256);
        same(&given) && is_small == has(replay, "use-small-key")
    })
}

/// What the token names its key by.
fn self_named(replay: &Replay, place: &str) -> Option<String> {
    let content = replay.content().map(|segment| {
        let json = base64(&segment, b"-_", "").unwrap_or_default();
        serde_json::from_slice::<Value>(&json).unwrap_or_default()
    });
    let [header, payload] = content;
    let name = match place {
        "kid" => &header["kid"],
        "iss" => &payload["iss"],
        "cnf.jkt" => &payload["cnf"]["jkt"],
        "cnf.kid" => &payload["cnf"]["kid"],
        other => panic!("{other}"),
    };
    name.as_str().map(str::to_owned)
}

/// Whether a decentralized identifier is this key.
pub fn is_name(name: &str, jwk: &Value) -> bool {
    let did = name.split('#').next().unwrap();
    if let Some(encoded) = did.strip_prefix("did:jwk:") {
        let key: Value = serde_json::from_slice(&base64(encoded, b"-_", "").unwrap()).unwrap();
        let mut members = ["kty", "crv", "x", "y", "n", "e"].into_iter();
        return members.all(|member| key[member] == jwk[member]);
    }
    let number = |name: &str| base64(jwk[name].as_str().unwrap(), b"-_", "").unwrap();
    let compressed = || {
        let sign = 2 + (number("y").last().unwrap() & 1);
        [&[sign][..], &number("x")].concat()
    };
    if jwk["kty"] == "RSA" {
        let pkcs1 = crate::asn1::tlv(
            0x30,
            &[
                &crate::asn1::integer(&number("n")),
                &crate::asn1::integer(&number("e")),
            ],
        );
        let bytes = [&[0x85, 0x24][..], &pkcs1].concat();
        return did.strip_prefix("did:key:z") == Some(&*base58(&bytes));
    }
    let (code, key) = match jwk["crv"].as_str().unwrap() {
        "Ed25519" => ([0xED, 0x01], number("x")),
        "secp256k1" => ([0xE7, 0x01], compressed()),
        "P-256" => ([0x80, 0x24], compressed()),
        "P-384" => ([0x81, 0x24], compressed()),
        "P-521" => ([0x82, 0x24], compressed()),
        other => panic!("{other}"),
    };
    did.strip_prefix("did:key:z") == Some(&*base58(&[&code[..], &key].concat()))
}

/// The digits of a number to the base 58.
pub fn base58(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut number = bytes.to_vec();
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 58).unwrap();
            rest = value % 58;
        }
        digits.push(char::from(ALPHABET[usize::try_from(rest).unwrap()]));
    }
    digits.iter().rev().collect()
}

/// A given JWK after the changes to its coordinates; none if there are none.
fn repaired(replay: &Replay, given: &Value) -> Option<Value> {
    let kinds = [
        "rewrite-coordinates",
        "swap-coordinates",
        "reverse-coordinates",
    ];
    let [rewrite, swap, reverse] = kinds.map(|kind| has(replay, kind));
    if !(rewrite || swap || reverse) {
        return None;
    }
    let length = match given["crv"].as_str()? {
        "P-384" => 48,
        "P-521" => 66,
        _ => 32,
    };
    let coordinate = |name: &str| {
        let text = given[name].as_str()?;
        let plain = text
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        assert!(rewrite || plain == text);
        let mut bytes = base64(&plain, b"-_", "")?;
        // RFC 8410, section 10.1 has what stands before a key of Ed25519.
        if given["kty"] == "OKP" && bytes.len() == 44 {
            bytes.drain(..12);
        }
        let mut bytes = super::resized(&bytes, "before", length);
        if reverse {
            bytes.reverse();
        }
        Some(in_base64(&bytes, b"-_"))
    };
    let mut repaired = given.clone();
    let (x, y) = (coordinate("x"), coordinate("y"));
    let (x, y) = if swap { (y, x) } else { (x, y) };
    repaired["x"] = x?.into();
    if let Some(y) = y {
        repaired["y"] = y.into();
    }
    Some(repaired)
}

fn verifies(replay: &Replay, algorithm: &str, jwk: &Value, signature: &[u8]) -> bool {
    let number = |name: &str| base64(jwk[name].as_str().unwrap(), b"-_", "").unwrap();
    let point = || [&[4][..], &number("x"), &number("y")].concat();
    let padded = |length: usize| {
        let hash = replay.hashed();
        [vec![0; length.saturating_sub(hash.len())], hash].concat()
    };
    match algorithm {
        "ES384" => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&point()).unwrap();
            let signature = p384::ecdsa::Signature::from_slice(signature).unwrap();
            key.verify_prehash(&padded(48), &signature).is_ok()
        }
        "ES512" => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(&point()).unwrap();
            let signature = p521::ecdsa::Signature::from_slice(signature).unwrap();
            key.verify_prehash(&padded(66), &signature).is_ok()
        }
        "ES256K" => {
            let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&point()).unwrap();
            let signature = k256::ecdsa::Signature::from_slice(signature).unwrap();
            let signature = signature.normalize_s();
            key.verify_prehash(&padded(32), &signature).is_ok()
        }
        "EdDSA" | "Ed25519" => {
            let x = number("x").try_into().unwrap();
            let key = ed25519_dalek::VerifyingKey::from_bytes(&x).unwrap();
            let signature = ed25519_dalek::Signature::from_slice(signature).unwrap();
            key.verify(&replay.message(), &signature).is_ok()
        }
        _ => {
            let (n, e) = (number("n"), number("e"));
            let numbers = [n, e].map(|number| BoxedUint::from_be_slice_vartime(&number));
            let [n, e] = numbers;
            let key = rsa::PublicKey::new_with_size_limits(n, e, 512..=16384).unwrap();
            rsa_verifies(replay, algorithm, &key, signature)
        }
    }
}

fn rsa_verifies(replay: &Replay, algorithm: &str, key: &rsa::PublicKey, signature: &[u8]) -> bool {
    let digest = replay.digest.as_str();
    let hashed = hash(digest, &replay.message());
    if algorithm.starts_with("RS") {
        let scheme = match digest {
            _ if replay.has_no_info => Pkcs1v15Sign::new_unprefixed(),
            "SHA-1" => {
                let info = b"3021300906052b0e03021a05000414";
                return of_other_hash(info, key, &hashed, signature);
            }
            "SHA-224" => Pkcs1v15Sign::new::<Sha224>(),
            "SHA-256" => Pkcs1v15Sign::new::<Sha256>(),
            "SHA-384" => Pkcs1v15Sign::new::<Sha384>(),
            "SHA-512" => Pkcs1v15Sign::new::<Sha512>(),
            "SHA-512/256" => Pkcs1v15Sign::new::<Sha512_256>(),
            "SHA3-256" => {
                let info = b"3031300d060960864801650304020805000420";
                return of_other_hash(info, key, &hashed, signature);
            }
            other => panic!("{other}"),
        };
        return key.verify(scheme, &hashed, signature).is_ok();
    }
    let salt = replay.salt.unwrap_or(hashed.len());
    if let Some(mask) = &replay.mask {
        assert_eq!(mask, "SHA-1");
        return is_pss_with_sha1_mask(digest, salt, key, &hashed, signature);
    }
    let verified = match digest {
        "SHA-256" => key.verify(Pss::<Sha256>::new_with_salt(salt), &hashed, signature),
        "SHA-384" => key.verify(Pss::<Sha384>::new_with_salt(salt), &hashed, signature),
        _ => key.verify(Pss::<Sha512>::new_with_salt(salt), &hashed, signature),
    };
    verified.is_ok()
}

/// The crate has no object identifier for the hash here: RFC 8017, section 9.2 and NIST's registry have its
/// `DigestInfo`, which is given in hex.
fn of_other_hash(info: &[u8], key: &rsa::PublicKey, hashed: &[u8], signature: &[u8]) -> bool {
    let info = data_encoding::HEXLOWER.decode(info).unwrap();
    let scheme = Pkcs1v15Sign::new_unprefixed();
    key.verify(scheme, &[info, hashed.to_vec()].concat(), signature)
        .is_ok()
}

/// The salt is taken out of the encoded message, and the message encoded once more (RFC 8017, section 9.1.1).
fn is_pss_with_sha1_mask(
    digest: &str,
    salt: usize,
    key: &rsa::PublicKey,
    hashed: &[u8],
    signature: &[u8],
) -> bool {
    use rsa::traits::PublicKeyParts as _;
    let number = BoxedUint::from_be_slice(signature, key.n_bits_precision()).unwrap();
    let encoded = rsa::hazmat::rsa_encrypt(key, &number)
        .unwrap()
        .to_be_bytes();
    let bits = usize::try_from(key.n().bit_width()).unwrap() - 1;
    let encoded = &encoded[encoded.len() - bits.div_ceil(8)..];
    let block = encoded.len() - hashed.len() - 1;
    let mask = |seed: &[u8]| {
        let blocks = (0..).flat_map(|n: u32| hash("SHA-1", &[seed, &n.to_be_bytes()].concat()));
        blocks.take(block).collect::<Vec<u8>>()
    };
    let xored = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| a ^ b).collect::<Vec<u8>>();
    let seed = &encoded[block..encoded.len() - 1];
    let opened = xored(&encoded[..block], &mask(seed));
    let salt = &opened[block - salt..];
    let again = hash(digest, &[&[0; 8], hashed, salt].concat());
    let padding = [vec![0; block - salt.len() - 1], vec![1], salt.to_vec()].concat();
    let mut masked = xored(&padding, &mask(&again));
    masked[0] &= 0xFF >> (encoded.len() * 8 - bits);
    [masked, again, vec![0xBC]].concat() == encoded
}
