//! A key that verifies a signature and says that it is not for that: wherever it stands, the finding names what
//! was ignored.

use jwtlens::{Effort, Report};
use rsa::traits::PublicKeyParts as _;

use crate::debug::{Bench, codes, debug, debugger, encode, proven};
use crate::forge;
use crate::pairs::Pair;

const ALGORITHMS: [(&str, &str); 4] = [
    ("P-256", "ES256"),
    ("P-384", "ES384"),
    ("RSA", "RS256"),
    ("Ed25519", "EdDSA"),
];

/// A key that is given and has signed nothing.
fn bench_of_another_key() -> Bench {
    debugger(&[&Pair::new("P-256", 91).jwk()], &[], Effort::Default)
}

fn signed(pair: &Pair, alg: &str, header: &str, claims: &str) -> String {
    let input = format!("{}.{}", encode(header), encode(claims));
    format!("{input}.{}", encode(pair.sign(alg, input.as_bytes())))
}

/// The evidence of what was proven.
fn evidence(report: &Report) -> &str {
    &report.findings.first().expect("a finding").evidence
}

#[test]
fn the_key_in_a_header_may_be_for_something_else() {
    let bench = bench_of_another_key();
    for (key_type, alg) in ALGORITHMS {
        let pair = Pair::new(key_type, 92);
        let members = pair.members();
        for (restriction, name) in [
            (r#""use":"enc""#, "use"),
            (r#""key_ops":["encrypt"]"#, "key_ops"),
            (r#""alg":"PS512""#, "alg"),
        ] {
            let jwk = format!("{{{restriction},{members}}}");
            let header = format!(r#"{{"alg":"{alg}","jwk":{jwk}}}"#);
            let report = debug(&bench, &signed(&pair, alg, &header, "{}"));
            let expected = codes(&["signed-by-embedded-key", "key-not-for-verification"]);
            assert_eq!(proven(&report), expected, "{alg} {name}");
            assert!(evidence(&report).contains(&format!("\"{name}\"")), "{alg}");

            let did = format!("did:jwk:{}", encode(jwk));
            let header = format!(r#"{{"alg":"{alg}","kid":"{did}"}}"#);
            let report = debug(&bench, &signed(&pair, alg, &header, "{}"));
            let expected = codes(&["signer-is-kid", "key-not-for-verification"]);
            assert_eq!(proven(&report), expected, "{alg} {name}");
        }
    }
}

#[test]
fn the_key_of_a_holder_may_be_for_something_else() {
    let bench = bench_of_another_key();
    for (key_type, alg) in ALGORITHMS {
        let pair = Pair::new(key_type, 93);
        for (restriction, faults) in [
            ("", &["signer-is-kid"][..]),
            (
                r#""use":"enc","#,
                &["signer-is-kid", "key-not-for-verification"],
            ),
        ] {
            let jwk = format!("{{{restriction}{}}}", pair.members());
            let claims = format!(r#"{{"cnf":{{"jwk":{jwk}}}}}"#);
            let header = format!(r#"{{"alg":"{alg}"}}"#);
            let report = debug(&bench, &signed(&pair, alg, &header, &claims));
            assert_eq!(proven(&report), codes(faults), "{alg}");
        }
    }
}

/// The SPKI of an RSA key for RSASSA-PSS alone says so without a member of a JWK.
#[test]
fn a_key_for_pss_is_told_as_one() {
    let pair = Pair::new("RSA", 94);
    let Pair::Rsa(key) = &pair else {
        panic!("RSA");
    };
    let public = forge::rsa_public(&key.n_bytes(), &key.e_bytes());
    let plain = vec![forge::oid(forge::RSASSA_PSS)];
    let only_256 = forge::pss(forge::SHA256, forge::SHA256, 32);
    let with_hash = [plain.clone(), vec![only_256]].concat();
    for (algorithm, named, sent, faults) in [
        (&plain, "RS256", "RS256", &["key-not-for-verification"][..]),
        (&plain, "PS384", "PS384", &[]),
        (&plain, "PS256", "RS256", &["signature-of-other-algorithm"]),
        (&with_hash, "RS256", "RS256", &["key-not-for-verification"]),
        (&with_hash, "PS512", "PS512", &["key-not-for-verification"]),
    ] {
        let spki = forge::spki(&forge::sequence(algorithm), &public);
        let pem = crate::asn1::pem("PUBLIC KEY", &spki);
        let bench = Bench::new(&[&pem], &[], jwtlens::Policy::default(), Effort::Default);
        let report = bench.report(&pair.token(named, sent, "{}"));
        assert_eq!(proven(&report), codes(faults), "{named} {sent}");
        if faults == ["key-not-for-verification"] {
            let finding = &report.findings[0];
            assert!(finding.summary.contains("RSASSA-PSS"), "{finding:?}");
            assert!(finding.evidence.contains("it allows PS256"), "{finding:?}");
            let text = format!("{finding:?}");
            assert!(
                !text.contains("JWK") && !text.contains("\\\"use\\\""),
                "{text}"
            );
        }
    }
}
