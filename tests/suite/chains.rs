//! Certificates in a header that lead to a given key, and those that do not quite.

use data_encoding::BASE64;
use jwtlens::{Effort, Policy, SignatureStatus, Verdict};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use sha2::{Digest as _, Sha384};

use crate::asn1::{self, P256, P384, P521, bit_string, integer, tlv};
use crate::debug::{Bench, debug, proven};
use crate::pairs::{Pair, encode};

const SEQUENCE: u8 = 0x30;
const NULL: &[u8] = b"\x05\x00";
const SHA256: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const BASIC_CONSTRAINTS: &[u8] = b"\x55\x1d\x13";
const KEY_USAGE: &[u8] = b"\x55\x1d\x0f";
const NAME_CONSTRAINTS: &[u8] = b"\x55\x1d\x1e";
const SUBJECT_ALTERNATIVE_NAME: &[u8] = b"\x55\x1d\x11";
const EXTENDED_KEY_USAGE: &[u8] = b"\x55\x1d\x25";
const UNKNOWN: &[u8] = b"\x2a\x03\x04";

const CERT_SIGN: &[u8] = b"\x03\x02\x02\x04";
const CRL_SIGN: &[u8] = b"\x03\x02\x01\x02";
const DIGITAL_SIGNATURE: &[u8] = b"\x03\x02\x07\x80";
const KEY_AGREEMENT: &[u8] = b"\x03\x02\x03\x08";

const CA: &[u8] = b"\x30\x03\x01\x01\xff";
const CA_OF_LEAVES: &[u8] = b"\x30\x06\x01\x01\xff\x02\x01\x00";
const NOT_CA: &[u8] = b"\x30\x00";

type Extension = (&'static [u8], bool, &'static [u8]);

/// What a certificate is made of.
#[derive(Clone)]
struct Template {
    subject: &'static str,
    issuer: &'static str,
    /// Until 1949 a `UTCTime` is of this century.
    validity: [&'static [u8]; 2],
    /// None for a certificate of version 1.
    extensions: Option<Vec<Extension>>,
    /// The algorithm that the signed part names, if it is another one.
    named: Option<&'static str>,
}

impl Template {
    fn new(subject: &'static str, issuer: &'static str, extensions: &[Extension]) -> Self {
        Self {
            subject,
            issuer,
            validity: [b"261101000000Z", b"461101000000Z"],
            extensions: Some(extensions.to_vec()),
            named: None,
        }
    }

    /// The certificate of this key, by that one.
    fn signed(&self, key: &Pair, by: &Pair, alg: &str) -> Vec<u8> {
        let name = |text: &str| {
            let attribute = tlv(
                SEQUENCE,
                &[b"\x06\x03\x55\x04\x03", &tlv(0x0c, &[text.as_bytes()])],
            );
            tlv(SEQUENCE, &[&tlv(0x31, &[&attribute])])
        };
        let extension = |(id, critical, value): &Extension| {
            let critical: &[u8] = if *critical { b"\x01\x01\xff" } else { b"" };
            tlv(
                SEQUENCE,
                &[&tlv(0x06, &[id]), critical, &tlv(0x04, &[value])],
            )
        };
        let validity = self.validity.map(|time| tlv(0x17, &[time]));
        let (version, extensions) = match &self.extensions {
            Some(extensions) => {
                let all: Vec<u8> = extensions.iter().flat_map(extension).collect();
                (
                    tlv(0xa0, &[&integer(&[2])]),
                    tlv(0xa3, &[&tlv(SEQUENCE, &[&all])]),
                )
            }
            None => (Vec::new(), Vec::new()),
        };
        let signed = tlv(
            SEQUENCE,
            &[
                &version,
                &integer(&[1]),
                &identifier(self.named.unwrap_or(alg)),
                &name(self.issuer),
                &tlv(SEQUENCE, &[&validity.concat()]),
                &name(self.subject),
                &spki(key),
                &extensions,
            ],
        );
        let signature = match (by, alg) {
            (Pair::P256(key), "ES384") => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&Sha384::digest(&signed)).unwrap();
                asn1::signature(&signature.to_bytes())
            }
            (_, "ES256" | "ES384" | "ES512") => asn1::signature(&by.sign(alg, &signed)),
            (_, _) => by.sign(alg, &signed),
        };
        tlv(
            SEQUENCE,
            &[&signed, &identifier(alg), &bit_string(&signature)],
        )
    }
}

/// `AlgorithmIdentifier` of a signature.
fn identifier(alg: &str) -> Vec<u8> {
    let ecdsa = |last: u8| {
        let oid = [b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03", &[last][..]].concat();
        tlv(SEQUENCE, &[&oid])
    };
    let rsa = |last: u8, parameters: &[u8]| {
        let oid = [b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01", &[last][..]].concat();
        tlv(SEQUENCE, &[&oid, parameters])
    };
    match alg {
        "ES256" => ecdsa(2),
        "ES384" => ecdsa(3),
        "ES512" => ecdsa(4),
        "RS256" => rsa(11, NULL),
        "RS384" => rsa(12, NULL),
        "RS512" => rsa(13, NULL),
        "PS256" => {
            let hash = tlv(SEQUENCE, &[SHA256, NULL]);
            let mask = tlv(
                SEQUENCE,
                &[b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08", &hash],
            );
            let salt = integer(&[32]);
            let fields = [
                tlv(0xa0, &[&hash]),
                tlv(0xa1, &[&mask]),
                tlv(0xa2, &[&salt]),
            ];
            rsa(10, &tlv(SEQUENCE, &[&fields.concat()]))
        }
        _ => tlv(SEQUENCE, &[b"\x06\x03\x2b\x65\x70"]),
    }
}

fn spki(key: &Pair) -> Vec<u8> {
    use rsa::traits::PublicKeyParts as _;
    match key {
        Pair::P256(key) => {
            asn1::ec_public_key(P256, key.verifying_key().to_encoded_point(false).as_bytes())
        }
        Pair::P384(key) => {
            asn1::ec_public_key(P384, key.verifying_key().to_sec1_point(false).as_bytes())
        }
        Pair::P521(key) => {
            asn1::ec_public_key(P521, key.verifying_key().to_sec1_point(false).as_bytes())
        }
        Pair::Ed25519(key) => {
            let algorithm = tlv(SEQUENCE, &[b"\x06\x03\x2b\x65\x70"]);
            let key = bit_string(key.verifying_key().as_bytes());
            tlv(SEQUENCE, &[&algorithm, &key])
        }
        Pair::Rsa(key) => asn1::rsa_public_key(&key.n_bytes(), &key.e_bytes()),
        Pair::Secp256k1(_) | Pair::Oct(_) => panic!("not of a certificate"),
    }
}

/// A token that is signed by this key, with these certificates.
fn token(signer: &Pair, alg: &str, certificates: &[Vec<u8>]) -> String {
    token_with(signer, alg, certificates, "")
}

/// The same, with more members of the header.
fn token_with(signer: &Pair, alg: &str, certificates: &[Vec<u8>], more: &str) -> String {
    let x5c: Vec<String> = certificates
        .iter()
        .map(|der| format!("\"{}\"", BASE64.encode(der)))
        .collect();
    let header = format!(r#"{{"alg":"{alg}",{more}"x5c":[{}]}}"#, x5c.join(","));
    let input = format!("{}.{}", encode(header), encode(r#"{"sub":"member-1"}"#));
    let signature = signer.sign(alg, input.as_bytes());
    format!("{input}.{}", encode(signature))
}

/// Whether the chain is proven to end in a key given. The verdict stays in any case.
fn is_chain(keys: &[&str], also: &[&str], token: &str) -> bool {
    let bench = Bench::new(keys, also, Policy::default(), Effort::Default);
    let report = debug(&bench, token);
    assert!(matches!(
        report.verdict,
        Verdict::MisSigned | Verdict::Unverifiable
    ));
    assert_ne!(report.signature.status, SignatureStatus::Verified);
    let proven = proven(&report);
    assert!(proven.contains("signed-by-embedded-key"), "{proven:?}");
    proven.contains("chain-to-given-key")
}

fn root() -> Template {
    Template::new(
        "root",
        "root",
        &[(BASIC_CONSTRAINTS, true, CA), (KEY_USAGE, true, CERT_SIGN)],
    )
}

fn leaf(issuer: &'static str) -> Template {
    Template::new(
        "leaf",
        issuer,
        &[
            (BASIC_CONSTRAINTS, true, NOT_CA),
            (KEY_USAGE, true, DIGITAL_SIGNATURE),
        ],
    )
}

/// Every algorithm of a certificate, and every form in which a root is given.
#[test]
fn certificates_lead_to_a_given_key() {
    let pair = |key_type| Pair::new(key_type, 11);
    for (by, alg) in [
        (pair("P-256"), "ES256"),
        (pair("P-256"), "ES384"),
        (pair("P-384"), "ES384"),
        (pair("P-521"), "ES512"),
        (pair("RSA"), "RS256"),
        (pair("RSA"), "RS384"),
        (pair("RSA"), "RS512"),
        (pair("RSA"), "PS256"),
        (pair("Ed25519"), "Ed25519"),
    ] {
        let signer = Pair::new("P-256", 12);
        let leaf = leaf("root").signed(&signer, &by, alg);
        let root = root().signed(&by, &by, alg);
        let alone = token(&signer, "ES256", std::slice::from_ref(&leaf));
        let both = token(&signer, "ES256", &[leaf, root.clone()]);
        let given = [by.jwk(), asn1::pem("CERTIFICATE", &root)];
        let other = Pair::new("P-256", 13).jwk();
        for token in [&alone, &both] {
            for key in &given {
                assert!(is_chain(&[key], &[], token), "{alg}");
                assert!(is_chain(&[&other, key], &[], token), "{alg}");
            }
            // A key that is merely tried vouches for nothing.
            assert!(!is_chain(&[&other], &[&given[0]], token), "{alg}");
        }
    }
    // The keys of the signer are of any family.
    for (key_type, alg) in [
        ("RSA", "PS256"),
        ("Ed25519", "EdDSA"),
        ("P-384", "ES384"),
        ("P-256", "ES256"),
    ] {
        let (signer, by) = (Pair::new(key_type, 21), Pair::new("P-256", 22));
        let leaf = leaf("root").signed(&signer, &by, "ES256");
        let chain = [leaf];
        assert!(is_chain(&[&by.jwk()], &[], &token(&signer, alg, &chain)));
        // The same key as a JWK, or another one, hides no certificate.
        for jwk in [signer.jwk(), Pair::new(key_type, 23).jwk()] {
            let token = token_with(&signer, alg, &chain, &format!("\"jwk\":{jwk},"));
            assert!(is_chain(&[&by.jwk()], &[], &token), "{alg}");
        }
    }
}

/// A chain of four: the signer, two intermediate authorities and the root.
struct Four {
    templates: [Template; 4],
    keys: [Pair; 4],
    /// Who signs each.
    by: [usize; 4],
    alg: &'static str,
}

impl Four {
    fn new() -> Self {
        let ca = [(BASIC_CONSTRAINTS, true, CA), (KEY_USAGE, true, CERT_SIGN)];
        let issuing = [
            (BASIC_CONSTRAINTS, true, CA_OF_LEAVES),
            (KEY_USAGE, true, CERT_SIGN),
        ];
        Self {
            templates: [
                leaf("issuing"),
                Template::new("issuing", "middle", &issuing),
                Template::new("middle", "root", &ca),
                root(),
            ],
            keys: [1, 2, 3, 4].map(|seed| Pair::new("P-256", 30 + seed)),
            by: [1, 2, 3, 3],
            alg: "ES256",
        }
    }

    fn certificates(&self) -> Vec<Vec<u8>> {
        let all = self.templates.iter().zip(&self.keys).zip(self.by);
        all.map(|((template, key), by)| template.signed(key, &self.keys[by], self.alg))
            .collect()
    }

    /// With the root's key given, or its certificate.
    fn is_proven(&self) -> bool {
        let certificates = self.certificates();
        let token = token(&self.keys[0], "ES256", &certificates);
        let pem = asn1::pem("CERTIFICATE", &certificates[3]);
        let without_root = crate::chains::token(&self.keys[0], "ES256", &certificates[..3]);
        let answers = [
            is_chain(&[&self.keys[3].jwk()], &[], &token),
            is_chain(&[&pem], &[], &token),
            is_chain(&[&pem], &[], &without_root),
        ];
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:?}"
        );
        answers[0]
    }

    fn with(mut self, place: usize, extensions: &[Extension]) -> Self {
        self.templates[place].extensions = Some(extensions.to_vec());
        self
    }
}

/// Each extension is compared with those before it, so that there must not be many.
#[test]
fn a_certificate_has_a_few_extensions() {
    for (more, is_proven) in [(60_u8, true), (70, false)] {
        let mut extensions = vec![(BASIC_CONSTRAINTS, true, CA)];
        extensions.extend((0..more).map(|number| {
            let id: &'static [u8] = vec![0x2A, 3, number].leak();
            (id, false, NULL)
        }));
        let four = Four::new().with(2, &extensions);
        assert_eq!(four.is_proven(), is_proven, "{more}");
    }
}

#[test]
fn a_chain_is_checked_as_a_whole() {
    assert!(Four::new().is_proven());
    let constraints = (BASIC_CONSTRAINTS, true, CA);
    // What restricts nothing.
    for extensions in [
        vec![constraints],
        vec![constraints, (UNKNOWN, false, b"\x05\x00")],
        vec![
            constraints,
            (SUBJECT_ALTERNATIVE_NAME, true, b"\x30\x03\x82\x01a"),
        ],
    ] {
        assert!(
            Four::new().with(2, &extensions).is_proven(),
            "{extensions:?}"
        );
    }
    for place in [1, 2, 3] {
        for extensions in [
            vec![],
            vec![(BASIC_CONSTRAINTS, true, NOT_CA)],
            vec![constraints, (KEY_USAGE, true, CRL_SIGN)],
            vec![constraints, (UNKNOWN, true, NULL)],
            vec![constraints, (NAME_CONSTRAINTS, false, b"\x30\x00")],
            vec![constraints, (EXTENDED_KEY_USAGE, true, b"\x30\x00")],
            vec![constraints, constraints],
            vec![constraints, (KEY_USAGE, true, b"\x04\x01\x04")],
        ] {
            let four = Four::new().with(place, &extensions);
            assert!(!four.is_proven(), "{place}: {extensions:?}");
        }
        // A root of version 1 cannot say that it is a CA's.
        let mut four = Four::new();
        four.templates[place].extensions = None;
        assert_eq!(four.is_proven(), place == 3);
    }
    // One more authority than the path length allows.
    for place in [2, 3] {
        let four = Four::new().with(place, &[(BASIC_CONSTRAINTS, true, CA_OF_LEAVES)]);
        assert!(!four.is_proven(), "{place}");
    }
    for extensions in [
        vec![(KEY_USAGE, true, KEY_AGREEMENT)],
        vec![(UNKNOWN, true, NULL)],
    ] {
        assert!(!Four::new().with(0, &extensions).is_proven());
    }
    for place in 0..4 {
        for validity in [
            [&b"261101000000Z"[..], b"261102000000Z"],
            [b"461101000000Z", b"471101000000Z"],
        ] {
            let mut four = Four::new();
            four.templates[place].validity = validity;
            // The certificate of a root that is given as a bare key need not be there, but counts if it is.
            assert!(!four.is_proven(), "{place}");
        }
        let mut four = Four::new();
        four.templates[place].named = Some("ES384");
        // Nothing rests on the signature of the root itself.
        assert_eq!(four.is_proven(), place == 3, "{place}");
    }
    for place in 0..3 {
        let mut four = Four::new();
        four.templates[place].issuer = "stranger";
        assert!(!four.is_proven(), "{place}");
        let mut four = Four::new();
        four.by[place] = 0;
        assert!(!four.is_proven(), "{place}");
    }
}

#[test]
fn a_chain_ends_where_it_must() {
    let four = Four::new();
    let certificates = four.certificates();
    let root = four.keys[3].jwk();
    // In the key of an intermediate authority as well.
    let all = token(&four.keys[0], "ES256", &certificates);
    for key in &four.keys[1..] {
        assert!(is_chain(&[&key.jwk()], &[], &all));
    }
    assert!(!is_chain(&[&Pair::new("P-256", 99).jwk()], &[], &all));
    // Out of order, with one missing, or with one that is not a certificate.
    let of = |places: &[usize]| {
        let chosen: Vec<_> = places
            .iter()
            .map(|place| certificates[*place].clone())
            .collect();
        token(&four.keys[0], "ES256", &chosen)
    };
    for places in [&[0, 2, 1, 3][..], &[0, 1, 3], &[0, 3], &[0], &[0, 1]] {
        assert!(!is_chain(&[&root], &[], &of(places)), "{places:?}");
    }
    assert!(is_chain(&[&root], &[], &of(&[0, 1, 2])));
    assert!(!is_chain(
        &[&root],
        &[],
        &of(&[0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3])
    ));
    let broken = [&certificates[..], &[b"0".to_vec()]].concat();
    assert!(!is_chain(
        &[&root],
        &[],
        &token(&four.keys[0], "ES256", &broken)
    ));
    // What comes after the given key does not count.
    let mut expired = Four::new();
    expired.templates[3].validity = [b"261101000000Z", b"261102000000Z"];
    let token_of_expired = token(&expired.keys[0], "ES256", &expired.certificates());
    assert!(is_chain(&[&expired.keys[2].jwk()], &[], &token_of_expired));
    assert!(!is_chain(&[&root], &[], &token_of_expired));
    // The certificate of a signer does not issue others.
    let pem = asn1::pem("CERTIFICATE", &certificates[0]);
    let forged = leaf("leaf").signed(&four.keys[1], &four.keys[0], "ES256");
    assert!(!is_chain(
        &[&pem],
        &[],
        &token(&four.keys[1], "ES256", &[forged])
    ));
}
