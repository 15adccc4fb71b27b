//! Every form of a key is the same key: written by hand here (`forge`), so that each is read on every
//! machine.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jwtlens::{KeyReport, KeySet, KeySource, Policy, Token, Verdict, Verifier};
use proptest::prelude::*;
use rsa::traits::PublicKeyParts as _;

use crate::forge::{self, Certificate, pem};
use crate::pairs::{ALGORITHMS, Pair};
use crate::support::NOW;

/// A key pair, and its public key in forms that only some keys have.
pub struct Key {
    pub name: &'static str,
    pub jwk: String,
    pub spki: Vec<u8>,
    /// Other public forms in DER, by their label.
    public: Vec<(&'static str, Vec<u8>)>,
    /// Private forms in DER, by their label.
    pub private: Vec<(&'static str, Vec<u8>)>,
    pair: &'static Pair,
    algorithms: &'static [&'static str],
}

/// Forms of a key on a curve.
fn curve(oid: &[u8], d: &[u8], point: &[u8]) -> (Vec<u8>, Forms, Forms) {
    let parity = 2 + (point.last().unwrap() & 1);
    let compressed = [&[parity], &point[1..=d.len()]].concat();
    let algorithm = forge::ec(oid);
    let with_all = forge::ec_private(d, Some(oid), Some(point));
    let without_point = forge::ec_private(d, Some(oid), None);
    let without_curve = forge::ec_private(d, None, Some(point));
    let bare = forge::ec_private(d, None, None);
    (
        forge::spki(&algorithm, point),
        vec![("PUBLIC KEY", forge::spki(&algorithm, &compressed))],
        vec![
            ("PRIVATE KEY", forge::private(&algorithm, &without_curve)),
            ("PRIVATE KEY", forge::private(&algorithm, &bare)),
            ("PRIVATE KEY", forge::private(&algorithm, &with_all)),
            ("EC PRIVATE KEY", with_all),
            ("EC PRIVATE KEY", without_point),
        ],
    )
}

/// DER by the labels of PEM.
type Forms = Vec<(&'static str, Vec<u8>)>;

fn ed25519(key: &ed25519_dalek::SigningKey) -> (Vec<u8>, Forms, Forms) {
    let algorithm = forge::sequence(&[forge::oid(forge::ED25519)]);
    let (private, public) = (forge::bytes(key.as_bytes()), key.verifying_key().to_bytes());
    // RFC 5958: with the public key after it, as RFC 8410, section 10.3, and as `ring` has it.
    let both = |tag: u8, public: &[u8]| {
        forge::sequence(&[
            forge::integer(&[1]),
            algorithm.clone(),
            forge::bytes(&private),
            forge::element(tag, public),
        ])
    };
    (
        forge::spki(&algorithm, &public),
        vec![],
        vec![
            ("PRIVATE KEY", forge::private(&algorithm, &private)),
            ("PRIVATE KEY", both(0x81, &[&[0], &public[..]].concat())),
            ("PRIVATE KEY", both(0xA1, &forge::bits(&public))),
        ],
    )
}

fn rsa(key: &rsa::PrivateKey, is_pss: bool) -> (Vec<u8>, Forms, Forms) {
    let (n, e) = (key.n_bytes(), key.e_bytes());
    let public = forge::rsa_public(&n, &e);
    let private = forge::rsa_private(&n, &e, &[7]);
    if is_pss {
        let algorithm = forge::sequence(&[forge::oid(forge::RSASSA_PSS)]);
        let forms = vec![("PRIVATE KEY", forge::private(&algorithm, &private))];
        return (forge::spki(&algorithm, &public), vec![], forms);
    }
    let algorithm = forge::sequence(&[forge::oid(forge::RSA), forge::null()]);
    (
        forge::spki(&algorithm, &public),
        vec![("RSA PUBLIC KEY", public)],
        vec![
            ("PRIVATE KEY", forge::private(&algorithm, &private)),
            ("RSA PRIVATE KEY", private),
        ],
    )
}

pub fn keys() -> Vec<Key> {
    let mut keys = Vec::new();
    for (name, pair, algorithms) in Pair::all() {
        let mut push = |name, (spki, public, private), algorithms| {
            keys.push(Key {
                name,
                jwk: pair.jwk(),
                spki,
                public,
                private,
                pair,
                algorithms,
            });
        };
        match pair {
            Pair::P256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                let forms = curve(forge::P256, &key.to_bytes(), point.as_bytes());
                push(*name, forms, *algorithms);
            }
            Pair::P384(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let forms = curve(forge::P384, &key.to_bytes(), point.as_bytes());
                push(*name, forms, *algorithms);
            }
            Pair::P521(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let forms = curve(forge::P521, &key.to_bytes(), point.as_bytes());
                push(*name, forms, *algorithms);
            }
            Pair::Secp256k1(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let forms = curve(forge::SECP256K1, &key.to_bytes(), point.as_bytes());
                push(*name, forms, *algorithms);
            }
            Pair::Ed25519(key) => push(*name, ed25519(key), *algorithms),
            Pair::Rsa(key) => {
                push(*name, rsa(key, false), *algorithms);
                push("RSASSA-PSS", rsa(key, true), &["PS256", "PS384", "PS512"]);
            }
            Pair::Oct(_) => {}
        }
    }
    keys
}

fn only(content: &[u8]) -> KeyReport {
    let mut keys = KeySource::read("test", content).unwrap().keys;
    assert_eq!(keys.len(), 1);
    keys.remove(0)
}

/// Tokens of the key's algorithms are valid, and those of others are not even tried.
fn assert_verifies(content: &[u8], key: &Key) {
    let keys = KeySet::read("test", content).unwrap();
    let verifier = Verifier::new(keys, Policy::default());
    for alg in ALGORITHMS.iter().flat_map(|(_, algorithms)| *algorithms) {
        let is_allowed = key.algorithms.contains(alg);
        // Whatever signed it: an algorithm that the key has.
        let signed = if is_allowed { alg } else { &key.algorithms[0] };
        let token = key.pair.token(alg, signed, "{}");
        let verdict = verifier.verify(&Token::from(token.as_str()), NOW).verdict;
        let expected = if is_allowed {
            Verdict::Valid
        } else {
            Verdict::Unverifiable
        };
        assert_eq!(verdict, expected, "{} {alg}", key.name);
    }
}

/// A self-signed certificate.
pub fn certificate(spki: &[u8]) -> Vec<u8> {
    let certificate = Certificate {
        subject: "test",
        issuer: "test",
        ca: Some(false),
        spki: spki.to_vec(),
    };
    certificate.unsigned()
}

/// What is public, by its label.
fn public_forms(key: &Key) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("PUBLIC KEY", key.spki.clone()),
        ("CERTIFICATE", certificate(&key.spki)),
    ];
    forms.extend(key.public.clone());
    forms
}

#[test]
fn every_public_form_is_the_same_key() {
    for key in keys() {
        let jwk = only(key.jwk.as_bytes());
        for (label, der) in public_forms(&key) {
            let text = pem(label, &der);
            let with_bom = format!("\u{feff}{text}");
            let escaped = text.replace('\n', "\\n");
            let notes = |content: &[u8]| -> Vec<String> {
                let notes = only(content).notes;
                notes.iter().map(ToString::to_string).collect()
            };
            for content in [
                text.clone().into_bytes(),
                text.replace('\n', "\r\n").into_bytes(),
                text.replace('\n', " ").into_bytes(),
                format!("Bag Attributes\n  friendlyName: k\n{text}rest").into_bytes(),
                with_bom.clone().into_bytes(),
                escaped.clone().into_bytes(),
                format!("\"{}\"", text.replace('\n', "\\r\\n")).into_bytes(),
                der.clone(),
                BASE64.encode(&der).into_bytes(),
                format!("{}\n", BASE64.encode(&der)).into_bytes(),
                format!(r#"{{"k":"{escaped}"}}"#).into_bytes(),
            ] {
                let read = only(&content);
                let what = format!("{} {label} {}", key.name, String::from_utf8_lossy(&content));
                assert_eq!(read.thumbprint, jwk.thumbprint, "{what}");
                assert_eq!((&read.kty, &read.crv), (&jwk.kty, &jwk.crv), "{what}");
                assert!(read.usable && !read.private, "{what}");
                assert_eq!(read.algorithms, key.algorithms, "{what}");
                assert_verifies(&content, &key);
                assert_eq!(read.certificate.is_some(), label == "CERTIFICATE", "{what}");
            }
            let has = |content: &str, text: &str| {
                let notes = notes(content.as_bytes());
                notes.iter().any(|note| note.contains(text))
            };
            assert!(has(&with_bom, "byte order mark"));
            assert!(has(&escaped, "\\n"));
            assert_eq!(
                has(&text, "the chain of the certificate"),
                label == "CERTIFICATE"
            );
        }
    }
}

#[test]
fn the_public_half_of_a_private_key_is_the_same_key() {
    for key in keys() {
        let jwk = only(key.jwk.as_bytes());
        for (label, der) in &key.private {
            let read = only(pem(label, der).as_bytes());
            assert_eq!(read.thumbprint, jwk.thumbprint, "{} {label}", key.name);
            assert!(read.usable && read.private);
            assert_eq!(read.algorithms, key.algorithms, "{} {label}", key.name);
            assert_verifies(pem(label, der).as_bytes(), &key);
            assert!(KeySource::read("test", der).is_err());
            assert!(KeySource::read("test", BASE64.encode(der).as_bytes()).is_err());
        }
    }
}

/// RFC 8410, sections 10.1 and 10.3.
#[test]
fn examples_of_rfc_8410_are_one_key() {
    let public = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";
    let private = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
    let with_public = "-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
";
    let thumbprint = only(public.as_bytes()).thumbprint;
    assert!(thumbprint.is_some());
    for text in [private, with_public] {
        assert_eq!(only(text.as_bytes()).thumbprint, thumbprint);
    }
}

#[test]
fn a_usable_key_is_written_as_it_was_read() {
    for key in keys() {
        let read = only(pem("PUBLIC KEY", &key.spki).as_bytes());
        assert_eq!(read.public_pem().unwrap(), pem("PUBLIC KEY", &key.spki));
        match read.public_jwk() {
            Some(jwk) => assert_eq!(jwk.to_string(), key.jwk),
            // A JWK without "alg" would allow RS256.
            None => assert_eq!(key.name, "RSASSA-PSS"),
        }
    }
}

/// However often a key is converted, it allows no more than before, or a warning says so.
#[test]
fn a_converted_key_allows_no_more_algorithms() {
    let rsa = crate::cases::rsa_jwk("k");
    for alg in ["PS256", "PS384", "PS512"] {
        let jwk = rsa.replace("RS256", alg);
        let pem = only(jwk.as_bytes()).public_pem().unwrap();
        let read = only(pem.as_bytes());
        assert_eq!(read.algorithms, [alg]);
        let jwk = read.public_jwk().unwrap().to_string();
        assert_eq!(only(jwk.as_bytes()).algorithms, [alg]);
    }
    let read = only(rsa.as_bytes());
    assert_eq!(read.alg_lost_in_pem(), Some("RS256"));
    let plain = rsa.replace(r#""alg":"RS256","#, "");
    assert_eq!(only(plain.as_bytes()).alg_lost_in_pem(), None);
}

/// Only the members of the key's own type are written, and only if they are strings.
#[test]
fn foreign_members_are_not_written() {
    let more =
        r#","n":["hunter2hunter2"],"e":{"d":"hunter2hunter2"},"y":"hunter2hunter2","use":"sig"}"#;
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
    let read = only(format!("{jwk}{more}").as_bytes());
    let written = read.public_jwk().unwrap().to_string();
    assert_eq!(written, format!(r#"{jwk},"use":"sig"}}"#));
}

#[test]
fn what_a_key_ids_map_names_is_the_kid() {
    let keys = keys();
    let member = |kid: &str, key: &Key| {
        let text = pem("CERTIFICATE", &certificate(&key.spki)).replace('\n', "\\n");
        format!(r#""{kid}":"{text}""#)
    };
    let map = format!("{{{},{}}}", member("a", &keys[0]), member("b", &keys[1]));
    let source = KeySource::read("test", map.as_bytes()).unwrap();
    let kids: Vec<_> = source.keys.iter().map(|key| key.kid.as_deref()).collect();
    assert_eq!(kids, [Some("a"), Some("b")]);
    assert_eq!(
        source.keys[0].thumbprint,
        only(keys[0].jwk.as_bytes()).thumbprint
    );
}

/// Subject, issuer, and whether it is a CA's; none of version 1.
type Names<'n> = (&'n str, &'n str, Option<bool>);

/// Which of these certificates count.
fn counting(certificates: &[Names]) -> Vec<bool> {
    let spki = &keys()[0].spki;
    let der = certificates
        .iter()
        .map(|&(subject, issuer, ca)| Certificate {
            subject,
            issuer,
            ca,
            spki: spki.clone(),
        });
    let text: String = der.map(|it| pem("CERTIFICATE", &it.unsigned())).collect();
    let source = KeySource::read("test", text.as_bytes()).unwrap();
    source.keys.iter().map(|key| key.usable).collect()
}

#[test]
fn one_certificate_of_a_chain_counts() {
    let (leaf, middle, root) = (
        ("leaf", "M", Some(false)),
        ("M", "R", Some(true)),
        ("R", "R", Some(true)),
    );
    let counts: [(&[Names], &[bool]); 20] = [
        (&[leaf, middle, root], &[true, false, false]),
        (&[leaf, middle], &[true, false]),
        // The first that is not a CA's, wherever it stands.
        (
            &[("a", "b", Some(true)), ("b", "c", Some(false))],
            &[false, true],
        ),
        // All are CAs'.
        (&[middle, root], &[true, false]),
        (&[root], &[true]),
        // In any order.
        (&[root, middle, leaf], &[false, false, true]),
        (&[middle, leaf, root], &[false, true, false]),
        // Not a chain.
        (&[leaf, root], &[true, true]),
        // Twice in one file, or signed by two CAs.
        (&[leaf, root, root], &[true, true, true]),
        (&[leaf, middle, middle, root], &[true, false, false, false]),
        (&[leaf, leaf, middle], &[true, true, false]),
        (
            &[leaf, middle, ("R", "X", Some(true)), root],
            &[true, false, false, false],
        ),
        // Another letter case.
        (
            &[leaf, middle, ("r", "R", Some(true))],
            &[true, false, false],
        ),
        // A root of version 1 is a CA's.
        (
            &[("leaf", "R", Some(true)), ("R", "R", None)],
            &[true, false],
        ),
        (&[("idp", "idp", None)], &[true]),
        // A leaf with the name of its CA.
        (&[("R", "R", Some(false)), root], &[true, false]),
        // Circles.
        (
            &[("a", "b", Some(true)), ("b", "a", Some(true))],
            &[true, false],
        ),
        (
            &[
                leaf,
                middle,
                ("R", "M", Some(true)),
                ("a", "b", Some(true)),
                ("b", "a", Some(true)),
            ],
            &[true, false, false, false, false],
        ),
        (
            &[leaf, ("other", "M", Some(false)), middle],
            &[true, true, false],
        ),
        // Two self-signed certificates of one name: a key and the one that follows it.
        (
            &[("idp", "idp", Some(false)), ("idp", "idp", Some(false))],
            &[true, true],
        ),
    ];
    for (certificates, expected) in counts {
        assert_eq!(counting(certificates), expected, "{certificates:?}");
    }
}

/// The one that cannot be read may be the one that counts.
#[test]
fn no_ca_counts_beside_a_certificate_that_cannot_be_read() {
    let ca = Certificate {
        subject: "M",
        issuer: "R",
        ca: Some(true),
        spki: keys()[0].spki.clone(),
    };
    let ca = pem("CERTIFICATE", &ca.unsigned());
    let usable = |text: &str| -> Vec<bool> {
        let source = KeySource::read("test", text.as_bytes()).unwrap();
        source.keys.iter().map(|key| key.usable).collect()
    };
    let leaf = certificate(&keys()[1].spki);
    assert_eq!(usable(&ca), [true]);
    for label in ["CERTIFICATE", "TRUSTED CERTIFICATE"] {
        let damaged = pem(label, &leaf[..leaf.len() - 1]);
        assert_eq!(usable(&format!("{damaged}{ca}")), [false, false], "{label}");
    }
}

#[test]
fn a_certificate_is_described() {
    let key = &keys()[0];
    let certificate = Certificate {
        subject: "token, signer",
        issuer: "Test CA",
        ca: Some(true),
        spki: key.spki.clone(),
    };
    let der = certificate.unsigned();
    let at = der.windows(6).position(|date| date == b"260101").unwrap();
    let mut old = der.clone();
    old[at..at + 6].copy_from_slice(b"500101");
    let json = serde_json::to_value(only(&old).certificate.unwrap()).unwrap();
    assert_eq!(json["not_before"], "1950-01-01T00:00:00Z");
    let read = only(&der).certificate.unwrap();
    assert_eq!(&*read.subject, "CN=token\\, signer");
    assert_eq!(&*read.issuer, "CN=Test CA");
    assert!(read.ca);
    let json = serde_json::to_value(&read).unwrap();
    assert_eq!(json["not_before"], "2026-01-01T00:00:00Z");
    assert_eq!(json["not_after"], "2036-01-01T00:00:00Z");
    let sha256 = <sha2::Sha256 as sha2::Digest>::digest(&der);
    assert_eq!(json["x5t#S256"], BASE64URL_NOPAD.encode(&sha256));
}

#[test]
fn x5c_is_held_against_the_key() {
    let keys = keys();
    let own = certificate(&keys[0].spki);
    let described = only(&own).certificate.unwrap();
    let (x5t, x5t_s256) = (&described.x5t, &described.x5t_s256);
    let other = certificate(&keys[1].spki);
    let with = |more: &str| {
        let jwk = keys[0].jwk.trim_end_matches('}');
        only(format!("{jwk},{more}}}").as_bytes())
    };
    let x5c = |der: &[u8]| format!(r#""x5c":["{}"]"#, BASE64.encode(der));
    for (more, expected) in [
        (x5c(&own), None),
        (
            format!(r#"{},"x5t":"{x5t}","x5t#S256":"{x5t_s256}""#, x5c(&own)),
            None,
        ),
        (x5c(&other), Some("contains a different key")),
        (
            r#""x5c":["AAAA"]"#.to_owned(),
            Some("is not an array of certificates"),
        ),
        (
            r#""x5c":"AAAA""#.to_owned(),
            Some("is not an array of certificates"),
        ),
        (
            r#""x5c":[]"#.to_owned(),
            Some("is not an array of certificates"),
        ),
        (
            format!(r#"{},"x5t":"{x5t_s256}""#, x5c(&own)),
            Some("\"x5t\" is not the thumbprint"),
        ),
        (
            format!(r#"{},"x5t#S256":7"#, x5c(&own)),
            Some("\"x5t#S256\" is not the thumbprint"),
        ),
    ] {
        let read = with(&more);
        assert!(read.usable, "{more}");
        let notes: Vec<String> = read.notes.iter().map(ToString::to_string).collect();
        assert_eq!(
            notes.len(),
            usize::from(expected.is_some()),
            "{more} {notes:?}"
        );
        assert!(
            expected.is_none_or(|text| notes[0].contains(text)),
            "{notes:?}"
        );
        assert!(read.notes.iter().all(jwtlens::KeyNote::is_warning));
    }
}

#[test]
fn pss_parameters_decide_the_algorithm() {
    let Some((_, Pair::Rsa(rsa), _)) = Pair::all().iter().find(|(name, ..)| *name == "RSA") else {
        panic!("no RSA key");
    };
    let key = forge::rsa_public(&rsa.n_bytes(), &rsa.e_bytes());
    let read = |parameters: Option<Vec<u8>>| {
        let mut algorithm = vec![forge::oid(forge::RSASSA_PSS)];
        algorithm.extend(parameters);
        only(&forge::spki(&forge::sequence(&algorithm), &key))
    };
    assert_eq!(read(None).algorithms, ["PS256", "PS384", "PS512"]);
    for (hash, salt, alg) in [
        (forge::SHA256, 32, "PS256"),
        (forge::SHA384, 48, "PS384"),
        (forge::SHA512, 20, "PS512"),
    ] {
        assert_eq!(
            read(Some(forge::pss(hash, hash, salt))).alg.as_deref(),
            Some(alg)
        );
    }
    let unfit = "RSASSA-PSS parameters that fit none of PS256, PS384 and PS512";
    for parameters in [
        forge::sequence(&[]),
        forge::pss(forge::SHA1, forge::SHA1, 20),
        forge::pss(forge::SHA256, forge::SHA1, 32),
        forge::pss(forge::SHA256, forge::SHA512, 32),
        forge::pss(forge::SHA256, forge::SHA256, 33),
    ] {
        let key = read(Some(parameters));
        assert!(!key.usable);
        assert!(key.reasons.iter().any(|reason| reason.to_string() == unfit));
    }
    let malformed = forge::sequence(&[forge::oid(forge::RSASSA_PSS), forge::null()]);
    assert!(KeySource::read("test", &forge::spki(&malformed, &key)).is_err());
}

#[test]
fn keys_that_jose_cannot_use_are_named() {
    let named = |oid: &[u8]| {
        let algorithm = forge::sequence(&[forge::oid(oid)]);
        let key = only(&forge::spki(&algorithm, &[7; 57]));
        assert!(!key.usable);
        let reasons: Vec<String> = key.reasons.iter().map(ToString::to_string).collect();
        format!("{:?} {:?} {reasons:?}", key.crv, key.alg)
    };
    for (oid, name) in [
        (forge::X25519, "X25519"),
        (forge::ED448, "Ed448"),
        (forge::ML_DSA_44, "ML-DSA-44"),
        (&[0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 1][..], "DSA"),
        (&[0x2A, 3], "1.2.3"),
    ] {
        assert!(named(oid).contains(name), "{}", named(oid));
    }
    let brainpool = forge::ec(&[0x2B, 0x24, 3, 3, 2, 8, 1, 1, 7]);
    let key = only(&forge::spki(&brainpool, &[4; 65]));
    assert_eq!(key.crv.as_deref(), Some("brainpoolP256r1"));
    let explicit = forge::sequence(&[forge::oid(forge::EC), forge::sequence(&[])]);
    let key = only(&forge::spki(&explicit, &[4; 65]));
    assert_eq!(
        key.reasons[0].to_string(),
        "an EC key with explicit curve parameters"
    );
}

#[test]
fn der_is_read_strictly() {
    for key in keys() {
        for (label, der) in public_forms(&key).iter().chain(&key.private) {
            let trailing = [&der[..], &[0]].concat();
            for wrong in [&trailing[..], &der[..der.len() - 1], &der[1..], &der[..1]] {
                assert!(
                    KeySource::read("test", wrong).is_err(),
                    "{} {label}",
                    key.name
                );
                let text = pem(label, wrong);
                let error = KeySource::read("test", text.as_bytes()).unwrap_err();
                assert!(!error.hint().is_empty(), "{} {label}", key.name);
            }
        }
    }
}

/// A form of a key as a text or bytes, at random.
fn any_form() -> impl Strategy<Value = Vec<u8>> {
    let mut forms = Vec::new();
    for key in keys() {
        forms.push(key.jwk.clone().into_bytes());
        for (label, der) in public_forms(&key).iter().chain(&key.private) {
            let text = pem(label, der);
            forms.push(format!(r#"{{"k":"{}"}}"#, text.replace('\n', "\\n")).into_bytes());
            forms.push(format!("{text}{text}").into_bytes());
            forms.push(BASE64.encode(der).into_bytes());
            forms.push(der.clone());
        }
    }
    prop::sample::select(forms)
}

/// The private number of [`Pair`] in base64, hexadecimal and decimal, wherever in a group it begins.
fn shows_private_number(text: &str) -> bool {
    [
        "BwcHBwcHBwcH",
        "cHBwcHBwcHBw",
        "HBwcHBwcHBwc",
        "07070707070707",
        "7, 7, 7, 7, 7, 7, 7",
    ]
    .iter()
    .any(|number| text.contains(number))
}

/// A private key as PEM, or as what people paste.
fn any_private_form() -> impl Strategy<Value = String> {
    let mut forms = Vec::new();
    // Of an RSA key only the public members are real.
    for key in keys().iter().filter(|key| !key.name.starts_with("RSA")) {
        for (label, der) in &key.private {
            let text = pem(label, der);
            assert!(shows_private_number(&text.replace('\n', "")), "{text}");
            forms.push(text.replace('\n', " "));
            forms.push(text.replace('\n', ""));
            forms.push(text.replace('\n', "\\n"));
            forms.push(text.replace("-----\n", " "));
            forms.push(text.replace("PRIVATE", "PUBLIC"));
            forms.push(format!(
                "{{\"private_key\":\"{}\",\"a\":1}}",
                text.replace('\n', "\\n")
            ));
            forms.push(BASE64.encode(der));
            forms.push(data_encoding::HEXLOWER.encode(der));
            forms.push(text);
        }
    }
    prop::sample::select(forms)
}

proptest! {
    /// However a private key is damaged, nothing of it is kept, and nothing is in a message.
    #[test]
    fn nothing_of_a_private_key_is_kept_or_shown(
        mut content in any_private_form(),
        cut in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        if let Some((at, length)) = cut {
            let from = at.index(content.len());
            let to = from + length.index(content.len() - from);
            content.replace_range(from..to, "");
        }
        let said = match KeySource::read("test", content.as_bytes()) {
            Ok(source) => format!("{source:?} {}", serde_json::to_string(&source).unwrap()),
            Err(error) => format!("{error} {error:?} {}", error.hint()),
        };
        prop_assert!(!shows_private_number(&said), "{}", said);
    }

    /// Whatever is wrong with a key, reading it ends, and what is usable can be written and read again.
    #[test]
    fn damaged_keys_are_read_without_harm(
        mut content in any_form(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        if let Some(cut) = cut {
            content.truncate(cut.index(content.len()));
        }
        match KeySource::read("test", &content) {
            Ok(source) => for key in &source.keys {
                prop_assert_eq!(key.usable, key.reasons.is_empty());
                if let Some(text) = key.public_pem() {
                    let again = only(text.as_bytes());
                    prop_assert!(again.usable);
                    prop_assert_eq!(&again.kty, &key.kty);
                }
            },
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
