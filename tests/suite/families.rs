//! Faults of every family, alone and in pairs, signed by code of its own: how many of those that can be proven
//! are, how long it takes, and that nothing else ever is. `JWTLENS_SEED` gives other tokens;
//! `cargo test --release --test suite -- --ignored --nocapture every_pair` tries all pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use jwtlens::{Certainty, Effort, SignatureStatus};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p384::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::traits::PublicKeyParts as _;
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use sha3::Sha3_256;

use crate::debug::{Bench, debug, debugger, proven};
use crate::pairs::{Pair, encode};
use crate::support::Random;

/// One mistake of a signer, or of what lies between it and the verifier.
#[derive(Clone, Copy, Debug)]
struct Fault {
    code: &'static str,
    kind: Kind,
    make: Make,
}

/// Two faults of one kind exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Input,
    Hash,
    Key,
    Signature,
    Damage,
    Container,
}

#[derive(Clone, Copy, Debug)]
enum Make {
    /// What is signed, of header and payload.
    Input(fn(&str, &str) -> Vec<u8>),
    /// What is signed, of the input.
    Message(fn(&[u8]) -> Vec<u8>),
    /// The algorithm that signs.
    Algorithm(&'static str),
    /// The length of the salt.
    Salt(usize),
    /// The secret that signs, of the given one.
    Secret(fn(&[u8]) -> Vec<u8>),
    /// Another key that is given to explain it.
    OtherKey,
    /// What is sent, of the signature.
    Signature(fn(&[u8]) -> Vec<u8>),
    /// What is sent, of the token.
    Token(fn(&str) -> String),
    /// What arrives of a segment by its number, of the text and a number that is any.
    Damage(usize, fn(&str, usize) -> String),
}

const fn fault(code: &'static str, kind: Kind, make: Make) -> Fault {
    Fault { code, kind, make }
}

fn both(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

/// Faults that any signer can make.
const SHARED: &[Fault] = &[
    fault(
        "signed-payload-only",
        Kind::Input,
        Make::Input(|_, payload| encode(payload).into()),
    ),
    fault(
        "signed-header-only",
        Kind::Input,
        Make::Input(|header, _| encode(header).into()),
    ),
    fault(
        "signed-decoded-json",
        Kind::Input,
        Make::Input(|header, payload| format!("{header}.{payload}").into()),
    ),
    fault(
        "signed-decoded-json",
        Kind::Input,
        Make::Input(|header, payload| format!("{}.{payload}", encode(header)).into()),
    ),
    fault(
        "signed-with-newline",
        Kind::Input,
        Make::Input(|header, payload| format!("{}\n", both(header, payload)).into()),
    ),
    fault(
        "signed-with-newline",
        Kind::Input,
        Make::Input(|header, payload| format!("{}.", both(header, payload)).into()),
    ),
    fault(
        "signed-quoted-input",
        Kind::Input,
        Make::Input(|header, payload| format!("\"{}\"", both(header, payload)).into()),
    ),
    fault(
        "signed-utf16-input",
        Kind::Input,
        Make::Input(|header, payload| {
            let units = both(header, payload).into_bytes().into_iter();
            units.flat_map(|byte| [byte, 0]).collect()
        }),
    ),
    fault(
        "signature-as-text",
        Kind::Signature,
        Make::Signature(|signature| HEXLOWER.encode(signature).into()),
    ),
    fault(
        "signature-as-text",
        Kind::Signature,
        Make::Signature(|signature| BASE64.encode(signature).into()),
    ),
    fault(
        "surrounded-token",
        Kind::Container,
        Make::Token(|token| format!("token={token}&x=1")),
    ),
    fault(
        "double-encoded",
        Kind::Container,
        Make::Token(|token| BASE64.encode(token.as_bytes())),
    ),
    fault(
        "line-wrapped",
        Kind::Container,
        Make::Token(|token| format!("{}\n  {}", &token[..40], &token[40..])),
    ),
    fault("signed-by-other-key", Kind::Key, Make::OtherKey),
];

/// Faults of families whose hash can be another one, or made before.
const HASHED: &[Fault] = &[fault(
    "hashed-twice",
    Kind::Hash,
    Make::Message(|input| Sha256::digest(input).to_vec()),
)];

const HEX_HASH: Fault = fault(
    "hashed-as-text",
    Kind::Hash,
    Make::Message(|input| HEXLOWER.encode(&Sha256::digest(input)).into()),
);

fn halves(signature: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (r, s) = signature.split_at(signature.len() / 2);
    (r.to_vec(), s.to_vec())
}

/// A DER INTEGER, and elements in a SEQUENCE.
fn der(signature: &[u8]) -> Vec<u8> {
    crate::asn1::signature(signature)
}

const ECDSA: &[Fault] = &[
    fault("der-signature", Kind::Signature, Make::Signature(der)),
    fault(
        "signature-swapped",
        Kind::Signature,
        Make::Signature(|signature| {
            let (r, s) = halves(signature);
            [s, r].concat()
        }),
    ),
    fault(
        "signature-little-endian",
        Kind::Signature,
        Make::Signature(|signature| {
            let (mut r, mut s) = halves(signature);
            r.reverse();
            s.reverse();
            [r, s].concat()
        }),
    ),
];

const RSA: &[Fault] = &[
    fault(
        "signature-little-endian",
        Kind::Signature,
        Make::Signature(|signature| signature.iter().rev().copied().collect()),
    ),
    fault(
        "signature-length",
        Kind::Signature,
        Make::Signature(|signature| [&[0][..], signature].concat()),
    ),
];

const EDDSA: &[Fault] = &[
    fault(
        "signature-little-endian",
        Kind::Signature,
        Make::Signature(|signature| {
            let (mut r, mut s) = halves(signature);
            r.reverse();
            s.reverse();
            [r, s].concat()
        }),
    ),
    fault(
        "hashed-twice",
        Kind::Hash,
        Make::Message(|input| Sha512::digest(input).to_vec()),
    ),
];

const HMAC: &[Fault] = &[
    fault(
        "mac-truncated",
        Kind::Signature,
        Make::Signature(|mac| mac[..mac.len() / 2].to_vec()),
    ),
    fault(
        "secret-with-newline",
        Kind::Key,
        Make::Secret(|secret| [secret, b"\n"].concat()),
    ),
    fault(
        "secret-base64",
        Kind::Key,
        Make::Secret(|secret| BASE64.encode(secret).into()),
    ),
    fault(
        "secret-base64url",
        Kind::Key,
        Make::Secret(|secret| BASE64URL_NOPAD.encode(secret).into()),
    ),
    fault(
        "secret-hex",
        Kind::Key,
        Make::Secret(|secret| HEXLOWER.encode(secret).into()),
    ),
];

/// Another character in the place of one.
fn altered(text: &str, number: usize) -> String {
    let at = number % text.len();
    let other = if text.as_bytes()[at] == b'x' {
        "y"
    } else {
        "x"
    };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// A character that is missing.
fn lost(text: &str, number: usize) -> String {
    let at = number % text.len();
    format!("{}{}", &text[..at], &text[at + 1..])
}

/// A character that stands there twice.
fn doubled(text: &str, number: usize) -> String {
    let at = number % text.len();
    format!("{}{}", &text[..=at], &text[at..])
}

const fn damage(code: &'static str, segment: usize, make: fn(&str, usize) -> String) -> Fault {
    fault(code, Kind::Damage, Make::Damage(segment, make))
}

/// What can be proven of a payload that was damaged.
const DAMAGED_PAYLOAD: &[Fault] = &[
    damage("altered-character", 1, altered),
    damage("altered-character", 1, lost),
    damage("altered-character", 1, doubled),
];

/// What can be proven of a signature that was damaged.
const DAMAGED_SIGNATURE: &[Fault] = &[
    damage("altered-character", 2, altered),
    damage("altered-character", 2, lost),
    damage("altered-character", 2, doubled),
];

/// The last character is missing.
const CUT: Fault = damage("truncated", 2, |text, _| text[..text.len() - 1].to_owned());

/// Several are missing.
const CUT_MAC: Fault = damage("truncated", 2, |text, number| {
    text[..text.len() - 1 - number % 19].to_owned()
});

/// The faults of an algorithm that lie behind the signer.
fn damages(alg: &str) -> Vec<Fault> {
    match alg {
        "ES256" => [DAMAGED_SIGNATURE, &[CUT]].concat(),
        "HS256" => [DAMAGED_PAYLOAD, DAMAGED_SIGNATURE, &[CUT, CUT_MAC]].concat(),
        "RS256" | "PS256" => [DAMAGED_PAYLOAD, &[CUT]].concat(),
        _ => vec![CUT],
    }
}

/// The faults of an algorithm.
fn faults(alg: &str) -> Vec<Fault> {
    let mut faults = SHARED.to_vec();
    match &alg[..2] {
        "ES" => faults.extend([HASHED, ECDSA, &[HEX_HASH]].concat()),
        "Ed" => faults.extend([HASHED, EDDSA, &[HEX_HASH]].concat()),
        "HS" => faults.extend([HASHED, HMAC, &[HEX_HASH]].concat()),
        _ => faults.extend([HASHED, RSA, &[HEX_HASH]].concat()),
    }
    let other: &[(&str, &str)] = match alg {
        "RS256" => &[
            ("other-hash", "RS512"),
            ("signature-of-other-algorithm", "PS256"),
        ],
        "PS256" => &[
            ("signature-of-other-algorithm", "RS256"),
            ("other-hash", "PS384"),
        ],
        "HS256" => &[("other-hash", "HS512"), ("other-hash", "HS384")],
        _ => &[],
    };
    for (code, signed) in other {
        faults.push(fault(code, Kind::Hash, Make::Algorithm(signed)));
    }
    if alg == "PS256" {
        faults.push(fault("pss-salt-length", Kind::Hash, Make::Salt(0)));
        faults.push(fault("pss-salt-length", Kind::Hash, Make::Salt(222)));
    }
    faults.extend(damages(alg));
    faults
}

/// About how many bytes payloads have.
const SIZES: [usize; 3] = [50, 200, 600];

/// One of them for a token of this number.
fn size(number: usize) -> usize {
    SIZES[number / 7 % SIZES.len()]
}

/// A payload of that size, with words that are different in each token.
fn payload(number: usize) -> String {
    let start = format!(r#"{{"sub":"member-{number}","n":{number},"exp":1895392000"#);
    let missing = size(number).saturating_sub(start.len() + 20);
    let words = HEXLOWER.encode(&Sha512::digest(start.as_bytes()));
    let words: String = words.chars().cycle().take(missing).collect();
    let text = match missing {
        0 => String::new(),
        _ => format!(r#","text":"{words}""#),
    };
    format!("{start}{text}}}")
}

/// The token that a signer with these faults makes.
fn token(alg: &str, pair: &Pair, other: &Pair, number: usize, faults: &[Fault]) -> String {
    let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
    let payload = payload(number);
    let mut text = both(&header, &payload).into_bytes();
    let (mut signed, mut salt) = (alg, None);
    let mut key_pair = pair;
    let secret;
    for fault in faults {
        match fault.make {
            Make::Input(make) => text = make(&header, &payload),
            Make::Message(make) => text = make(&text),
            Make::Algorithm(other) => signed = other,
            Make::Salt(length) => salt = Some(length),
            Make::OtherKey => key_pair = other,
            Make::Secret(_) | Make::Signature(_) | Make::Token(_) | Make::Damage(..) => {}
        }
    }
    let changed = faults.iter().find_map(|fault| match (fault.make, pair) {
        (Make::Secret(make), Pair::Oct(secret)) => Some(Pair::Oct(make(secret))),
        _ => None,
    });
    if let Some(changed) = changed {
        secret = changed;
        key_pair = &secret;
    }
    let mut signature = match salt {
        Some(length) => key_pair.sign_pss(signed, length, &text),
        None => key_pair.sign(signed, &text),
    };
    for fault in faults {
        if let Make::Signature(make) = fault.make {
            signature = make(&signature);
        }
    }
    let mut segments = [encode(&header), encode(&payload), encode(signature)];
    for fault in faults {
        if let Make::Damage(segment, make) = fault.make {
            segments[segment] = make(&segments[segment], number);
        }
    }
    let token = segments.join(".");
    let container = faults.iter().find_map(|fault| match fault.make {
        Make::Token(make) => Some(make),
        _ => None,
    });
    container.map_or(token.clone(), |make| make(&token))
}

/// Whether both can be proven together. Where the header alone was signed, the payload may be any.
fn can_be_proven(first: Fault, second: Fault) -> bool {
    let is_of_payload = |fault: Fault| matches!(fault.make, Make::Damage(1, _));
    let is_of_header = |fault: Fault| fault.code == "signed-header-only";
    ![(first, second), (second, first)]
        .into_iter()
        .any(|(one, other)| is_of_payload(one) && is_of_header(other))
}

/// Every fault alone, and every pair of two kinds.
fn combinations(faults: &[Fault]) -> Vec<Vec<Fault>> {
    let mut all: Vec<Vec<Fault>> = faults.iter().map(|fault| vec![*fault]).collect();
    for (at, first) in faults.iter().enumerate() {
        for second in &faults[at + 1..] {
            if first.kind != second.kind && can_be_proven(*first, *second) {
                let mut pair = vec![*first, *second];
                pair.sort_by_key(|fault| fault.kind);
                all.push(pair);
            }
        }
    }
    all
}

#[derive(Default)]
struct Rate {
    made: usize,
    proven: usize,
    /// Of all of them, and the most of one.
    time: Duration,
    most: Duration,
}

/// The CPU time that this thread has used.
fn cpu() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// At least 95 of 100 faults and pairs of faults are proven as what they are, and none as anything else.
#[test]
fn faults_of_every_family_are_proven() {
    try_faults(6);
}

#[test]
#[ignore = "takes a minute"]
fn every_pair_of_faults_is_proven() {
    try_faults(1);
}

/// Each fault alone, and one of so many pairs.
fn try_faults(of_pairs: usize) {
    let mut random = Random::seeded("families", 18);
    let mut rates: BTreeMap<(&str, &str), Rate> = BTreeMap::new();
    let mut sizes: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for (key_type, _, algorithms) in Pair::all() {
        let seeds = [random.below(200), random.below(200)].map(|seed| u8::try_from(seed).unwrap());
        let [pair, other] = [seeds[0] + 1, seeds[1] + 2].map(|seed| Pair::new(key_type, seed));
        let (jwk, other_jwk) = (pair.jwk(), other.jwk());
        let bench: Bench = debugger(&[&jwk], &[&other_jwk], Effort::Default);
        for alg in *algorithms {
            // The other rows of a family differ in their hash alone.
            if ![
                "ES256", "ES384", "ES512", "ES256K", "EdDSA", "RS256", "PS256", "HS256",
            ]
            .contains(alg)
            {
                continue;
            }
            for faults in combinations(&faults(alg)) {
                let number = random.below(1_000_000);
                if faults.len() > 1 && !number.is_multiple_of(of_pairs) {
                    continue;
                }
                let token = token(alg, &pair, &other, number, &faults);
                let start = cpu();
                let report = bench.report(&token);
                let time = cpu().saturating_sub(start);
                bench.check(&token, &report);
                let found = proven(&report);
                let expected: BTreeSet<&str> = faults.iter().map(|fault| fault.code).collect();
                let kind = if faults.len() == 1 {
                    "alone"
                } else {
                    "in pairs"
                };
                for fault in &faults {
                    let rate = rates.entry((fault.code, kind)).or_default();
                    rate.made += 1;
                    rate.proven += usize::from(found == expected);
                    rate.time += time;
                    rate.most = rate.most.max(time);
                }
                let size = size(number);
                let (made, found_of_size) = sizes.entry(size).or_default();
                *made += 1;
                *found_of_size += usize::from(found == expected);
                if found != expected {
                    missed.push(format!("{alg} {size} {expected:?}: {found:?}"));
                }
                // A proof is no acceptance.
                assert_ne!(
                    report.signature.status,
                    SignatureStatus::Verified,
                    "{alg} {faults:?}"
                );
            }
        }
    }
    let (mut made, mut proven) = (0, 0);
    for ((code, kind), rate) in &rates {
        let mean = rate.time.as_secs_f64() * 1000.0 / rate.made as f64;
        let most = rate.most.as_millis();
        println!(
            "{code} {kind}: {} of {}, {mean:.1} ms of CPU on average, {most} ms at most",
            rate.proven, rate.made
        );
        made += rate.made;
        proven += rate.proven;
    }
    println!("{proven} of {made} in all; not proven as what they are: {missed:#?}");
    assert!(proven * 100 >= made * 95, "{proven} of {made}");
    for (size, (made, proven)) in sizes {
        println!("payloads of {size} bytes: {proven} of {made}");
        assert!(proven * 100 >= made * 95, "{size}: {proven} of {made}");
    }
}

/// One character of the payload that another one replaced, that was lost or added.
#[test]
fn an_altered_character_is_found() {
    let mut random = Random::seeded("altered", 18);
    let characters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').collect();
    for (key_type, alg) in [
        ("RSA", "RS256"),
        ("RSA", "PS384"),
        ("oct", "HS256"),
        ("oct", "HS512"),
    ] {
        let pair = Pair::new(key_type, 9);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        for number in 0..6 {
            let token = pair.token(alg, alg, &format!(r#"{{"sub":"member-{number}","n":12}}"#));
            let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
            let at = dots[0] + 1 + random.below(dots[1] - dots[0] - 1);
            let other = random.pick(&characters);
            let altered = match number % 3 {
                0 => format!("{}{other}{}", &token[..at], &token[at + 1..]),
                1 => format!("{}{other}{}", &token[..at], &token[at..]),
                _ => format!("{}{}", &token[..at], &token[at + 1..]),
            };
            let expected = BTreeSet::from_iter((altered != token).then_some("altered-character"));
            assert_eq!(
                proven(&debug(&bench, &altered)),
                expected,
                "{alg} {altered}"
            );
        }
    }
}

/// The key of a header or a name in it proves nothing unless it was signed: it could be made of the signature.
#[test]
fn a_key_made_of_a_signature_proves_nothing() {
    use p256::ecdsa::{Signature, VerifyingKey};
    let given = Pair::new("P-256", 5).jwk();
    let bench = debugger(&[&given], &[], Effort::Default);
    let signature = Signature::from_slice(&Pair::new("P-256", 6).sign("ES256", b"")).unwrap();
    // The key for which the signature is that of this hash.
    let made = |hash: &[u8]| {
        let id = 0_u8.try_into().unwrap();
        let key = VerifyingKey::recover_from_prehash(hash, &signature, id).unwrap();
        let point = key.to_encoded_point(false);
        let [x, y] = [point.x(), point.y()].map(|number| encode(number.unwrap()));
        let jwk = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let thumbprint = encode(Sha256::digest(&jwk));
        (jwk, thumbprint)
    };
    let start = r#"{"alg":"ES256","typ":"JWT","kid":""#;
    let payload = r#"{"sub":"member-1"}"#;
    let first = encode(start).into_bytes()[..32].to_vec();
    let mut tokens = Vec::new();
    let (_, thumbprint) = made(&first);
    tokens.push((format!("{start}{thumbprint}\"}}"), payload.to_owned()));
    for text in [
        encode(payload),
        payload.to_owned(),
        format!("{}\n", encode(payload)),
    ] {
        let (jwk, thumbprint) = made(&Sha256::digest(text));
        tokens.push((format!("{start}{thumbprint}\"}}"), payload.to_owned()));
        tokens.push((
            format!(r#"{{"alg":"ES256","jwk":{jwk}}}"#),
            payload.to_owned(),
        ));
    }
    let header = r#"{"alg":"ES256"}"#;
    let (jwk, thumbprint) = made(&Sha256::digest(encode(header)));
    for payload in [
        format!(r#"{{"cnf":{{"jkt":"{thumbprint}"}}}}"#),
        format!(r#"{{"cnf":{{"jwk":{jwk}}}}}"#),
        format!(r#"{{"iss":"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{thumbprint}"}}"#),
    ] {
        tokens.push((header.to_owned(), payload));
    }
    for (header, payload) in tokens {
        let token = format!(
            "{}.{}",
            both(&header, &payload),
            encode(signature.to_bytes())
        );
        assert_eq!(
            proven(&debug(&bench, &token)),
            BTreeSet::new(),
            "{header} {payload}"
        );
    }
}

/// JWKs of other curves that are written wrong, and that show what they were meant as.
#[test]
fn a_miswritten_key_is_read_as_it_was_meant() {
    for (key_type, alg) in [
        ("P-384", "ES384"),
        ("P-521", "ES512"),
        ("secp256k1", "ES256K"),
    ] {
        let pair = Pair::new(key_type, 9);
        let token = pair.token(alg, alg, "{}");
        let swapped = pair
            .jwk()
            .replace("\"x\"", "\"z\"")
            .replace("\"y\"", "\"x\"");
        let swapped = swapped.replace("\"z\"", "\"y\"");
        let bench = debugger(&[&swapped], &[], Effort::Default);
        let expected = BTreeSet::from(["key-coordinates-swapped"]);
        assert_eq!(proven(&debug(&bench, &token)), expected, "{alg}");
    }
    let pair = Pair::new("Ed25519", 9);
    let Pair::Ed25519(key) = &pair else {
        panic!("Ed25519");
    };
    let token = pair.token("EdDSA", "EdDSA", "{}");
    let spki = [
        b"0*0\x05\x06\x03+ep\x03!\0",
        &key.verifying_key().to_bytes()[..],
    ]
    .concat();
    for x in [encode(spki), BASE64.encode(key.verifying_key().as_bytes())] {
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        let bench = debugger(&[&jwk], &[], Effort::Default);
        let expected = BTreeSet::from(["key-coordinates-padded"]);
        assert_eq!(proven(&debug(&bench, &token)), expected, "{x}");
    }
}

/// A hash that JOSE does not know.
#[test]
fn sha3_is_told() {
    let pair = Pair::new("P-256", 9);
    let Pair::P256(p256) = &pair else {
        panic!("P-256");
    };
    let input = crate::pairs::input("ES256", "{}");
    let signature: p256::ecdsa::Signature = p256.sign_prehash(&Sha3_256::digest(&input)).unwrap();
    let of_p256 = format!("{input}.{}", encode(signature.to_bytes()));
    let other = Pair::new("RSA", 9);
    let Pair::Rsa(rsa) = &other else {
        panic!("RSA");
    };
    let input = crate::pairs::input("RS256", "{}");
    let info = HEXLOWER
        .decode(b"3031300d060960864801650304020805000420")
        .unwrap();
    let hashed = [info, Sha3_256::digest(&input).to_vec()].concat();
    let signature = rsa
        .sign(rsa::pkcs1v15::Pkcs1v15Sign::new_unprefixed(), &hashed)
        .unwrap();
    let of_rsa = format!("{input}.{}", encode(signature));
    for (pair, token) in [(&pair, of_p256), (&other, of_rsa)] {
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let expected = BTreeSet::from(["other-hash"]);
        assert_eq!(proven(&debug(&bench, &token)), expected, "{token}");
    }
}

/// MACs by other hashes, and parts of them.
#[test]
fn a_mac_of_another_kind_is_told() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let pair = Pair::new("oct", 9);
    let Pair::Oct(secret) = &pair else {
        panic!("oct");
    };
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    let input = crate::pairs::input("HS256", "{}");
    let whole = pair.sign("HS256", input.as_bytes());
    let of_512_256 = Hmac::<sha2::Sha512_256>::new_from_slice(secret).unwrap();
    let of_512_256 = of_512_256.chain_update(&input).finalize().into_bytes();
    for (mac, codes) in [
        (&whole[..16], &["mac-truncated"][..]),
        (&whole[..31], &["truncated"]),
        (&whole[..17], &["truncated"]),
        (&whole[..15], &[]),
        (&of_512_256[..], &["other-hash"]),
        (
            &pair.sign("HS512", input.as_bytes())[..32],
            &["mac-truncated", "other-hash"],
        ),
    ] {
        let token = format!("{input}.{}", encode(mac));
        let expected: BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(proven(&debug(&bench, &token)), expected, "{}", mac.len());
    }
}

/// A MAC is compared with what it should be, and at most one of its characters is shown, or two that are swapped.
#[test]
fn a_damaged_mac_is_told() {
    // Its MAC has two characters that are not letters or digits.
    let pair = Pair::new("oct", 9);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    let claims = (0..).map(|number| format!(r#"{{"sub":"member-{number}"}}"#));
    let mut tokens = claims.map(|claims| pair.token("HS256", "HS256", &claims));
    let token = tokens.find(|token| {
        let mac = token.rsplit_once('.').unwrap().1;
        let is_whole = mac.as_bytes().windows(2).all(|two| two[0] != two[1]);
        is_whole && mac.matches(['-', '_']).count() == 2 && !mac.starts_with('x')
    });
    let token = token.unwrap();
    let (input, mac) = token.rsplit_once('.').unwrap();
    let swapped = [&mac[1..2], &mac[..1], &mac[2..]].concat();
    let first = &mac[..1];
    for (damaged, code, told) in [
        (
            format!("x{}", &mac[1..]),
            "altered-character",
            &*format!("\"{first}\" instead of \"x\" at signature offset 0"),
        ),
        (
            mac[1..].to_owned(),
            "altered-character",
            "inserted at offset 0 of the signature",
        ),
        (
            format!("{first}{mac}"),
            "altered-character",
            "removed at offset ",
        ),
        (swapped, "altered-character", "\" instead of \""),
        (
            format!("{mac}\u{22}}}").replace(['"', '}'], "A"),
            "altered-character",
            "without the 2 characters from offset ",
        ),
        (
            mac.replace(['-', '_'], ""),
            "dropped-characters",
            "with 2 characters \"-\" or \"_\" restored",
        ),
    ] {
        let report = debug(&bench, &format!("{input}.{damaged}"));
        assert_eq!(proven(&report), BTreeSet::from([code]), "{damaged}");
        let evidence = &report.findings[0].evidence;
        assert!(evidence.contains(told), "{evidence}");
        let json = serde_json::to_string(&report.proof).unwrap();
        assert!(
            !json.contains(&mac[4..]) && !json.contains(&mac[..mac.len() - 4]),
            "{json}"
        );
    }
    // Two faults are not one.
    let twice = format!("xx{}", &mac[2..]);
    assert_eq!(
        proven(&debug(&bench, &format!("{input}.{twice}"))),
        BTreeSet::new()
    );
}

/// The hash of MGF1 is SHA-1 unless Java is told otherwise.
#[test]
fn a_pss_mask_of_sha1_is_told() {
    let pair = Pair::new("RSA", 9);
    let Pair::Rsa(key) = &pair else {
        panic!("RSA");
    };
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    let input = crate::pairs::input("PS256", "{}");
    for salt in [&[7_u8; 32][..], &[7; 20]] {
        let hash = Sha256::digest([&[0; 8], &Sha256::digest(&input)[..], salt].concat());
        let mut block = [vec![0; 223 - salt.len() - 1], vec![1], salt.to_vec()].concat();
        let mask =
            (0_u32..).flat_map(|n| sha1::Sha1::digest([&hash[..], &n.to_be_bytes()].concat()));
        block
            .iter_mut()
            .zip(mask)
            .for_each(|(byte, mask)| *byte ^= mask);
        block[0] &= 0x7F;
        let encoded = [block, hash.to_vec(), vec![0xBC]].concat();
        let number = rsa::BoxedUint::from_be_slice(&encoded, 2048).unwrap();
        let random = &mut crate::pairs::Sequence(3);
        let signature = rsa::hazmat::rsa_decrypt_and_check(&**key, Some(random), &number).unwrap();
        let token = format!("{input}.{}", encode(signature.to_be_bytes()));
        let report = debug(&bench, &token);
        assert_eq!(proven(&report), BTreeSet::from(["pss-salt-length"]));
        let summaries: Vec<&str> = report
            .findings
            .iter()
            .map(|found| &*found.summary)
            .collect();
        let of_mask = summaries
            .iter()
            .filter(|summary| summary.starts_with("MGF1"));
        let of_salt = summaries.iter().filter(|summary| summary.contains("salt"));
        assert_eq!((of_mask.count(), of_salt.count()), (1, 1 - salt.len() / 32));
    }
}

/// Segments with the line breaks of base64 as programs write it.
#[test]
fn line_breaks_that_were_signed_are_told() {
    let pair = Pair::new("oct", 9);
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    let claims = format!(r#"{{"sub":"{}"}}"#, "x".repeat(100));
    let input = crate::pairs::input("HS256", &claims);
    for (columns, end) in [(76, "\n"), (76, "\r\n"), (64, "\n")] {
        let lines = |segment: &str| {
            let lines = segment.as_bytes().chunks(columns);
            let lines = lines.map(|line| std::str::from_utf8(line).unwrap());
            lines.collect::<Vec<_>>().join(end)
        };
        let (header, payload) = input.split_once('.').unwrap();
        let signed = format!("{}.{}", lines(header), lines(payload));
        let token = format!("{input}.{}", encode(pair.sign("HS256", signed.as_bytes())));
        let report = debug(&bench, &token);
        assert_eq!(proven(&report), BTreeSet::from(["signed-with-newline"]));
        assert!(report.findings[0].summary.contains("line breaks"));
    }
}

/// The bits of an incomplete last byte count: if they are not those of the MAC, it was not cut there.
#[test]
fn the_last_bits_of_a_cut_mac_are_those_of_the_mac() {
    let characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for alg in ["HS256", "HS384", "HS512"] {
        let pair = Pair::new("oct", 9);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let token = pair.token(alg, alg, r#"{"sub":"member-1"}"#);
        let (input, mac) = token.rsplit_once('.').unwrap();
        for length in 22..mac.len() {
            let start = format!("{input}.{}", &mac[..length]);
            let report = debug(&bench, &start);
            let found: Vec<&str> = report
                .findings
                .iter()
                .filter(|finding| finding.certainty == Certainty::Proven)
                .map(|finding| finding.code.name())
                .collect();
            let is_half = length * 6 * 2 == pair.sign(alg, b"").len() * 8;
            let expected = if is_half {
                "mac-truncated"
            } else {
                "truncated"
            };
            assert_eq!(found, [expected], "{alg} {length}");
            // The last bit of the last character.
            let last = characters.find(&mac[length - 1..length]).unwrap() ^ 1;
            let other = &characters[last..=last];
            let contradicted = format!("{input}.{}{other}", &mac[..length - 1]);
            // Zeros in the place of the last bits are whole bytes, which the MAC begins with.
            let mac = contradicted.rsplit_once('.').unwrap().1;
            if BASE64URL_NOPAD.decode(mac.as_bytes()).is_err() {
                let found = proven(&debug(&bench, &contradicted));
                assert!(!found.contains("truncated"), "{alg} {length}: {found:?}");
            }
        }
    }
}

/// A signature without its last character is told as what it is, and completed if that can be done.
#[test]
fn a_cut_signature_is_told() {
    for (key_type, alg) in [
        ("P-384", "ES384"),
        ("P-521", "ES512"),
        ("secp256k1", "ES256K"),
        ("Ed25519", "EdDSA"),
        ("RSA", "RS256"),
        ("RSA", "PS512"),
        ("oct", "HS256"),
        ("oct", "HS384"),
        ("oct", "HS512"),
    ] {
        let pair = Pair::new(key_type, 9);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let mut token = pair.token(alg, alg, r#"{"sub":"member-1"}"#);
        token.pop();
        let report = debug(&bench, &token);
        assert_eq!(proven(&report), BTreeSet::from(["truncated"]), "{alg}");
        let finding = &report.findings[0];
        let restores = finding.evidence.contains("restored");
        assert_eq!(restores, key_type != "oct", "{alg}: {}", finding.evidence);
        assert!(!finding.evidence.contains("corrected"), "{alg}");
    }
}

/// The payload's JSON alone, hashed with the hash of another algorithm: on fresh keys.
#[test]
fn pairs_of_input_and_hash_are_proven_on_every_curve() {
    let mut random = Random::seeded("curves", 18);
    for (key_type, alg) in [("P-384", "ES384"), ("P-521", "ES512")] {
        for _ in 0..10 {
            let pair = Pair::new(key_type, u8::try_from(random.below(250)).unwrap() + 1);
            let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
            let claims = r#"{"iss":"https://issuer.example","sub":"member-1","exp":1900000000}"#;
            let input = crate::pairs::input(alg, claims);
            let hash = Sha256::digest(claims);
            let signature = match &pair {
                Pair::P384(key) => {
                    let signature: p384::ecdsa::Signature =
                        key.sign_prehash(&[&[0; 16], &hash[..]].concat()).unwrap();
                    signature.to_bytes().to_vec()
                }
                Pair::P521(key) => {
                    let signature: p521::ecdsa::Signature =
                        key.sign_prehash(&[&[0; 34], &hash[..]].concat()).unwrap();
                    signature.to_bytes().to_vec()
                }
                _ => panic!("{key_type}"),
            };
            let token = format!("{input}.{}", encode(signature));
            let expected =
                BTreeSet::from(["signed-decoded-json", "signed-payload-only", "other-hash"]);
            assert_eq!(proven(&debug(&bench, &token)), expected, "{alg}");
            let plain = format!("{input}.{}", encode(pair.sign(alg, claims.as_bytes())));
            let expected = BTreeSet::from(["signed-decoded-json", "signed-payload-only"]);
            assert_eq!(proven(&debug(&bench, &plain)), expected, "{alg}");
        }
    }
}

/// A secret as files, shells and old decoders change it.
#[test]
fn a_secret_that_was_changed_is_told() {
    let text = "a-long-enough-secret_for-HS256-12345678901";
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    for (given, signs, code) in [
        (text.to_owned(), format!("{text} "), "secret-with-newline"),
        (format!(" {text}\t"), text.to_owned(), "secret-with-newline"),
        (
            format!("\u{feff}{text}"),
            text.to_owned(),
            "secret-with-newline",
        ),
        (
            text.to_owned(),
            format!("\u{feff}{text}"),
            "secret-with-newline",
        ),
        (text.to_owned(), format!("'{text}'"), "secret-quoted"),
        (
            text.to_owned(),
            HEXUPPER.encode(text.as_bytes()),
            "secret-hex",
        ),
        (
            format!("base64:{}", BASE64.encode(text.as_bytes())),
            text.to_owned(),
            "secret-base64",
        ),
    ] {
        let jwk = Pair::Oct(given.clone().into_bytes()).jwk();
        let bench = debugger(&[&jwk], &[], Effort::Default);
        let token = Pair::Oct(signs.into_bytes()).token("HS256", "HS256", "{}");
        assert_eq!(
            proven(&debug(&bench, &token)),
            BTreeSet::from([code]),
            "{given}"
        );
    }
    // `echo` wrote a newline, and another program encoded or decoded what it wrote.
    let with_newline = format!("{text}\n");
    let encoded = BASE64.encode(with_newline.as_bytes());
    for (given, signs) in [(text, &*encoded), (&*encoded, text)] {
        let bench = debugger(&[&Pair::Oct(given.into()).jwk()], &[], Effort::Default);
        let token = Pair::Oct(signs.into()).token("HS256", "HS256", "{}");
        let expected = BTreeSet::from(["secret-with-newline", "secret-base64"]);
        assert_eq!(proven(&debug(&bench, &token)), expected, "{given}");
    }
    let bench = debugger(&[&Pair::Oct(text.into()).jwk()], &[], Effort::Default);
    // As a decoder reads it that ignores what is not base64.
    let lenient = BASE64.decode(plain.as_bytes()).unwrap();
    let token = Pair::Oct(lenient).token("HS256", "HS256", "{}");
    assert_eq!(
        proven(&debug(&bench, &token)),
        BTreeSet::from(["secret-base64"])
    );
}

/// A did:key holds an RSA key as PKCS #1.
#[test]
fn a_decentralized_identifier_may_be_an_rsa_key() {
    let pair = Pair::new("RSA", 9);
    let Pair::Rsa(key) = &pair else {
        panic!("RSA");
    };
    let pkcs1 = crate::forge::rsa_public(&key.n_bytes(), &key.e_bytes());
    let did = crate::replayer::base58(&[&[0x85, 0x24], &pkcs1[..]].concat());
    let header = format!(r#"{{"alg":"RS256","kid":"did:key:z{did}#key"}}"#);
    let input = both(&header, "{}");
    let token = format!("{input}.{}", encode(pair.sign("RS256", input.as_bytes())));
    let given = Pair::new("P-256", 5).jwk();
    let bench = debugger(&[&given], &[], Effort::Default);
    assert_eq!(
        proven(&debug(&bench, &token)),
        BTreeSet::from(["signer-is-kid"])
    );
}

/// The readings of one text share its budget: what is heavy in the first does not hide the last.
#[test]
fn the_last_signature_of_many_is_proven() {
    let pair = Pair::new("P-256", 9);
    let nested = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let claims = format!(r#"{{"n":[{}]}}"#, vec![nested; 50].join(","));
    let part = |number: usize, pair: &Pair| {
        let header = format!(r#"{{"alg":"ES256","n":{number}}}"#);
        let signature = pair.sign("ES256", both(&header, &claims).as_bytes());
        format!(
            r#"{{"protected":"{}","signature":"{}"}}"#,
            encode(header),
            encode(signature)
        )
    };
    let other = Pair::new("P-256", 10);
    let parts: Vec<String> = (0..6)
        .map(|number| part(number, if number == 5 { &pair } else { &other }))
        .collect();
    let text = format!(
        r#"{{"payload":"{}","signatures":[{}]}}"#,
        encode(&claims),
        parts.join(",")
    );
    let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
    assert_eq!(
        proven(&debug(&bench, &text)),
        BTreeSet::from(["json-serialization"])
    );
}

/// What nobody can know is not proven: another key, another text.
#[test]
fn a_token_of_a_stranger_is_not_explained() {
    let mut random = Random::seeded("strangers", 18);
    for (key_type, pair, algorithms) in Pair::all() {
        let seed = u8::try_from(random.below(100)).unwrap() + 100;
        let stranger = Pair::new(key_type, seed);
        let jwk = pair.jwk();
        let bench = debugger(&[&jwk], &[], Effort::Default);
        for alg in *algorithms {
            for hashed in [Sha256::digest("a").to_vec(), Sha384::digest("b").to_vec()] {
                let header = format!(r#"{{"alg":"{alg}"}}"#);
                let signature = stranger.sign(alg, both(&header, "{}").as_bytes());
                let report = debug(
                    &bench,
                    &format!("{}.{}", both(&header, "{}"), encode(signature)),
                );
                assert!(proven(&report).is_empty(), "{alg}");
                let other_text = pair.sign(alg, &hashed);
                let report = debug(
                    &bench,
                    &format!("{}.{}", both(&header, "{}"), encode(other_text)),
                );
                assert!(proven(&report).is_empty(), "{alg}");
            }
        }
    }
}

/// The tokens of the sessions are proven to be what they are, and the proofs are replayed.
#[test]
fn the_mistakes_of_the_sessions_are_proven() {
    let [(_, tokens), (_, keys)] = crate::made_families::made();
    let bench = debugger(&[&keys], &[], Effort::Default);
    let expected = [
        "nonce-hashed",
        "not-hashed",
        "vault-prefix",
        "signer-key-negative",
        "signer-key-is-y",
        "key-y-negated",
        "secret-with-newline",
        "secret-base64",
        "secret-base64url",
        "secret-hex",
        "secret-quoted",
        "secret-utf16",
        "secret-hashed",
        "pss-salt-length",
        "digest-info-missing",
        "signed-quoted-input",
        "signed-utf16-input",
        "mac-truncated",
        "key-too-small",
    ];
    assert_eq!(tokens.lines().count(), expected.len());
    for (token, code) in tokens.lines().zip(expected) {
        let report = debug(&bench, token);
        assert!(
            proven(&report).contains(code),
            "{code}: {:#?}",
            report.findings
        );
    }
}

/// Algorithm confusion is proven for every type of public key, in the forms in which servers read them.
#[test]
fn a_mac_with_a_public_key_is_proven() {
    for (key_type, pair, _) in Pair::all() {
        let jwk = pair.jwk();
        if *key_type == "oct" {
            continue;
        }
        let source = jwtlens::KeySource::read("key", jwk.as_bytes()).unwrap();
        let pem = source.keys[0].public_pem().unwrap();
        let crlf = pem.replace('\n', "\r\n");
        for secret in [&jwk, &pem, pem.trim_end(), &crlf] {
            let token = Pair::Oct(secret.as_bytes().to_vec()).token("HS256", "HS256", "{}");
            let bench = debugger(&[&jwk], &[], Effort::Default).with_secret(secret.as_bytes());
            let report = debug(&bench, &token);
            assert!(
                proven(&report).contains("hmac-with-public-key"),
                "{key_type}"
            );
        }
        // Whose key it is: given, merely tried, or the token's own.
        let given = Pair::new("P-256", 99).jwk();
        let thumbprint = source.keys[0].thumbprint.as_deref().unwrap();
        let signer = Pair::Oct(pem.clone().into_bytes());
        let input = both(&format!(r#"{{"alg":"HS256","jwk":{jwk}}}"#), "{}");
        let embedded = format!("{input}.{}", encode(signer.sign("HS256", input.as_bytes())));
        let plain = signer.token("HS256", "HS256", "{}");
        for (keys, also, token, place) in [
            (vec![&*given, &jwk], vec![], &plain, "public_key.json"),
            (vec![&*given], vec![&*jwk], &plain, "public_key.json"),
            (vec![&*given], vec![], &embedded, "the token header"),
        ] {
            let bench = debugger(&keys, &also, Effort::Default).with_secret(pem.as_bytes());
            let report = debug(&bench, token);
            let expected = format!("key {thumbprint} from {place}");
            let evidence = &report.findings[0].evidence;
            assert!(evidence.contains(&expected), "{key_type}: {evidence}");
        }
    }
}
