//! The end of a replay for keys that are not on P-256: the crate of the algorithm is asked itself.

use ed25519_dalek::Verifier as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
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
    let signature = replay.bytes();
    if algorithm.starts_with("HS") {
        let secrets = secrets(replay, proof, trust);
        let is_mac = |secret: &Vec<u8>| mac(algorithm, secret, &replay.message(), &signature);
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
    let form = replay
        .key_changes
        .iter()
        .find(|change| change["change"] == "rewrite-secret")
        .map_or("", |change| change["form"].as_str().unwrap());
    given.filter_map(|secret| changed(&secret, form)).collect()
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
        "" => secret.to_vec(),
        "with-newline" => [secret, b"\n"].concat(),
        "with-crlf" => [secret, b"\r\n"].concat(),
        "without-newline" => text?.strip_suffix('\n')?.trim_end_matches('\r').into(),
        "from-base64" => decoded(b"+/")?,
        "from-base64url" => decoded(b"-_")?,
        "from-hex" => {
            let digits = text?.trim();
            let pairs = (0..digits.len()).step_by(2);
            let bytes = pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok());
            bytes.collect::<Option<Vec<u8>>>()?
        }
        "as-base64" => {
            let text = in_base64(secret, b"+/");
            let padding = "=".repeat((4 - text.len() % 4) % 4);
            (text + &padding).into_bytes()
        }
        "as-base64url" => in_base64(secret, b"-_").into_bytes(),
        "as-hex" => super::written("hex", secret).into_bytes(),
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

fn mac(algorithm: &str, secret: &[u8], message: &[u8], mac: &[u8]) -> bool {
    match algorithm {
        "HS256" => Hmac::<Sha256>::new_from_slice(secret)
            .unwrap()
            .chain_update(message)
            .verify_slice(mac)
            .is_ok(),
        "HS384" => Hmac::<Sha384>::new_from_slice(secret)
            .unwrap()
            .chain_update(message)
            .verify_slice(mac)
            .is_ok(),
        _ => Hmac::<Sha512>::new_from_slice(secret)
            .unwrap()
            .chain_update(message)
            .verify_slice(mac)
            .is_ok(),
    }
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
    if let Some(change) = replay
        .key_changes
        .iter()
        .find(|change| change["change"] == "use-embedded-key")
    {
        return change["member"] == "x5c" || same(&header["jwk"]);
    }
    if has(replay, "use-named-key") {
        return true;
    }
    let other = has(replay, "use-other-key");
    let sources = if other { &trust.others } else { &trust.keys };
    let mut given = sources.iter().flat_map(|text| jwks(text));
    given.any(|given| {
        let bits = base64(given["n"].as_str().unwrap_or_default(), b"-_", "");
        let is_small = bits.is_some_and(|n| !n.is_empty() && n.len() < 256);
        same(&given) && is_small == has(replay, "use-small-key")
    })
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
            "SHA-1" => return of_sha1(key, &hashed, signature),
            "SHA-224" => Pkcs1v15Sign::new::<Sha224>(),
            "SHA-256" => Pkcs1v15Sign::new::<Sha256>(),
            "SHA-384" => Pkcs1v15Sign::new::<Sha384>(),
            "SHA-512" => Pkcs1v15Sign::new::<Sha512>(),
            "SHA-512/256" => Pkcs1v15Sign::new::<Sha512_256>(),
            other => panic!("{other}"),
        };
        return key.verify(scheme, &hashed, signature).is_ok();
    }
    let salt = replay.salt.unwrap_or(hashed.len());
    let verified = match digest {
        "SHA-256" => key.verify(Pss::<Sha256>::new_with_salt(salt), &hashed, signature),
        "SHA-384" => key.verify(Pss::<Sha384>::new_with_salt(salt), &hashed, signature),
        _ => key.verify(Pss::<Sha512>::new_with_salt(salt), &hashed, signature),
    };
    verified.is_ok()
}

/// The crate has no object identifier for SHA-1 here: RFC 8017, section 9.2 has its `DigestInfo`.
fn of_sha1(key: &rsa::PublicKey, hashed: &[u8], signature: &[u8]) -> bool {
    let info = data_encoding::HEXLOWER
        .decode(b"3021300906052b0e03021a05000414")
        .unwrap();
    let scheme = Pkcs1v15Sign::new_unprefixed();
    key.verify(scheme, &[info, hashed.to_vec()].concat(), signature)
        .is_ok()
}
