//! Algorithm confusion: MACs that were made with a public key.

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jwtlens::{Effort, Verdict};
use sha2::{Sha256, Sha384, Sha512};

use super::{codes, debug, debugger, encode, input, payload, proven};
use crate::pairs::Pair;
use crate::support::{Issuer, Random};

#[test]
fn a_mac_with_the_public_key_is_found() {
    let mut random = Random::new("mac");
    let signer = random.signer();
    let jwk = signer.jwk();
    let debugger = debugger(&[&jwk], &[], Effort::Default);
    let point = signer.point();
    let der = [
        &HEXLOWER
            .decode(b"3059301306072a8648ce3d020106082a8648ce3d030107034200")
            .unwrap()[..],
        &point,
    ]
    .concat();
    let text = BASE64.encode(&der);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n",
        &text[..64],
        &text[64..]
    );
    for secret in [
        jwk.clone().into_bytes(),
        pem.trim_end().into(),
        pem.into(),
        der,
        point[1..33].to_vec(),
        point[1..].to_vec(),
        Vec::new(),
        jwk.replace("\":", "\": ")
            .replace(",\"", ", \"")
            .into_bytes(),
        format!(
            "{}\n",
            serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&jwk).unwrap())
                .unwrap()
        )
        .into_bytes(),
    ] {
        for alg in ["HS256", "HS384", "HS512"] {
            let input = input(&format!(r#"{{"alg":"{alg}"}}"#), &payload(3));
            let mac = match alg {
                "HS256" => Hmac::<Sha256>::new_from_slice(&secret)
                    .unwrap()
                    .chain_update(&input)
                    .finalize()
                    .into_bytes()
                    .to_vec(),
                "HS384" => Hmac::<Sha384>::new_from_slice(&secret)
                    .unwrap()
                    .chain_update(&input)
                    .finalize()
                    .into_bytes()
                    .to_vec(),
                _ => Hmac::<Sha512>::new_from_slice(&secret)
                    .unwrap()
                    .chain_update(&input)
                    .finalize()
                    .into_bytes()
                    .to_vec(),
            };
            let debugger = debugger.clone().with_secret(&secret);
            let report = debug(&debugger, &format!("{input}.{}", encode(mac)));
            let code = if secret.is_empty() {
                "empty-secret"
            } else {
                "hmac-with-public-key"
            };
            assert_eq!(
                (report.verdict, proven(&report)),
                (Verdict::Unverifiable, codes(&[code]))
            );
        }
    }
}

/// Keys of the other types in the forms in which a server may have read them.
#[test]
fn a_mac_with_a_key_of_another_type_is_found() {
    let decoded = |jwk: &serde_json::Value, name: &str| {
        let text = jwk[name].as_str().unwrap();
        data_encoding::BASE64URL_NOPAD
            .decode(text.as_bytes())
            .unwrap()
    };
    for key_type in ["P-256", "P-384", "P-521", "secp256k1", "Ed25519"] {
        let jwk = Pair::new(key_type, 41).jwk();
        let members: serde_json::Value = serde_json::from_str(&jwk).unwrap();
        let x = decoded(&members, "x");
        let mut secrets = vec![jwk.clone().into_bytes(), x.clone()];
        if key_type != "Ed25519" {
            let y = decoded(&members, "y");
            let prefix = 2 + y.last().unwrap() % 2;
            secrets.push([&[prefix], &x[..]].concat());
            secrets.push([&x[..], &y].concat());
            secrets.push([&[4], &x[..], &y].concat());
        }
        let texts: Vec<Vec<u8>> = secrets[1..]
            .iter()
            .flat_map(|bytes| [HEXLOWER.encode(bytes), BASE64.encode(bytes)])
            .map(String::into_bytes)
            .collect();
        for secret in [secrets, texts].concat() {
            let bench = debugger(&[&jwk], &[], Effort::Default).with_secret(&secret);
            let token = Pair::Oct(secret.clone()).token("HS256", "HS256", "{}");
            let expected = codes(&["hmac-with-public-key"]);
            assert_eq!(
                proven(&debug(&bench, &token)),
                expected,
                "{key_type} {secret:?}"
            );
        }
    }
}

/// A set of many keys: whichever was taken, and the one that the header names also where hashing is
/// dear.
#[test]
fn a_mac_with_any_key_of_a_set_is_found() {
    let mut random = Random::new("macs");
    let signers: Vec<Issuer> = (0..24)
        .map(|number| Issuer::of(&random.octets(), &format!("key-{number}")).unwrap())
        .collect();
    let jwks: Vec<String> = signers.iter().map(Issuer::jwk).collect();
    let set = format!(r#"{{"keys":[{}]}}"#, jwks.join(","));
    let spaced = |text: &str| {
        let text = text.replace("\":", "\": ").replace(",\"", ", \"");
        text.replace("},{", "}, {")
    };
    let found = |keys: &str, header: &str, payload: &str, secret: &str| {
        let input = input(header, payload);
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        let mac = mac.chain_update(&input).finalize().into_bytes();
        let debugger = debugger(&[keys], &[], Effort::Default).with_secret(secret.as_bytes());
        let report = debug(&debugger, &format!("{input}.{}", encode(mac)));
        proven(&report) == codes(&["hmac-with-public-key"])
    };
    let bare = r#"{"alg":"HS256"}"#;
    let long = format!(r#"{{"x":"{}"}}"#, "x".repeat(47_000));
    for (number, jwk) in jwks.iter().enumerate() {
        let named = format!(r#"{{"alg":"HS256","kid":"key-{number}"}}"#);
        for secret in [jwk.clone(), spaced(jwk) + "\n"] {
            assert!(found(&set, &named, &long, &secret), "{secret}");
        }
        assert!(found(&set, bare, &payload(1), &spaced(jwk)), "{number}");
    }
    for secret in [&set, &spaced(&set)] {
        assert!(found(&set, bare, &payload(1), secret));
    }
    // A JWK is a set of one, and some hold it as that.
    for secret in [
        format!(r#"{{"keys":[{}]}}"#, jwks[0]),
        spaced(&format!(r#"{{"keys":[{}]}}"#, jwks[0])) + "\n",
    ] {
        assert!(found(&jwks[0], bare, &payload(1), &secret), "{secret}");
    }
}

/// A long secret is hashed once, so that as much is tried with it as with a shorter one, and proven.
#[test]
fn a_long_secret_costs_no_more_than_a_shorter_one() {
    for alg in ["HS256", "HS384", "HS512"] {
        let tried = [8 * 1024, 700 * 1024].map(|length| {
            let pair = Pair::Oct((0..=u8::MAX).cycle().take(length).collect());
            let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
            let token = pair.token(alg, alg, "{}");
            let (start, end) = token.split_at(token.len() - 9);
            let other = if end.starts_with('A') { "B" } else { "A" };
            let report = debug(&bench, &format!("{start}{other}{}", &end[1..]));
            assert_eq!(proven(&report), codes(&["altered-character"]), "{alg}");
            let report = debug(&bench, &Pair::new("oct", 3).token(alg, alg, "{}"));
            assert_eq!(proven(&report), codes(&[]), "{alg}");
            report.search.unwrap().forms
        });
        assert_eq!(tried[0], tried[1], "{alg}");
    }
}

/// A secret that was encoded twice, or got a newline as well.
#[test]
fn a_secret_that_is_wrong_twice_is_proven() {
    let secret = "a secret of thirty-two bytes or more";
    let secret = &secret[..35];
    let base64 = BASE64.encode(secret.as_bytes());
    let hex_of_base64 = HEXLOWER.encode(base64.as_bytes());
    for (given, signed, expected) in [
        (
            secret,
            format!("{base64}\n"),
            ["secret-base64", "secret-with-newline"],
        ),
        (
            secret,
            format!("{}\n", encode(secret)),
            ["secret-base64url", "secret-with-newline"],
        ),
        (
            secret,
            format!("\"{secret}\"\n"),
            ["secret-quoted", "secret-with-newline"],
        ),
        (
            secret,
            hex_of_base64.clone(),
            ["secret-base64", "secret-hex"],
        ),
        (
            &hex_of_base64,
            secret.to_owned(),
            ["secret-base64", "secret-hex"],
        ),
    ] {
        let jwk = Pair::Oct(given.as_bytes().to_vec()).jwk();
        let bench = debugger(&[&jwk], &[], Effort::Default);
        let token = Pair::Oct(signed.clone().into_bytes()).token("HS256", "HS256", "{}");
        assert_eq!(
            proven(&debug(&bench, &token)),
            codes(&expected),
            "{signed:?}"
        );
    }
}
