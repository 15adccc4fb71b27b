//! A proof names all that was changed and changes nothing that it does not name; nothing is said beyond
//! what was tried.

use std::collections::BTreeSet;
use std::path::Path;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use jwtlens::{Certainty, Effort, Report};
use sha2::{Digest, Sha256};

use crate::debug::{Bench, HEADER, codes, debug, debugger, encode, input, payload, proven};
use crate::support::Random;
use crate::support::{Issuer, NOW, data, der};

/// Made tokens prove what the golden cases show, and what they prove is replayed.
#[test]
fn made_tokens_prove_what_they_show() {
    let read = |name: &str| std::fs::read_to_string(data("made").join(name)).unwrap();
    let key = read("public_key.json");
    let other = read("other_key.json");
    let bench = debugger(&[&key], &[&other], Effort::Default).with_secret(key.as_bytes());
    let mut proofs = 0;
    let mut names: Vec<_> = std::fs::read_dir(data("made"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "txt"))
        .collect();
    names.sort();
    for name in names {
        let report = debug(&bench, &read(&name));
        proofs += usize::from(report.proof.is_some());
    }
    assert!(proofs > 15, "{proofs}");
}

/// A signature in DER, in base64 or as it is, with characters, bits and bytes more, fewer or others:
/// whatever is proven is replayed to the letter, so that nothing was dropped without a word.
#[test]
fn damaged_encodings_prove_nothing_false() {
    let mut random = Random::new("encodings");
    let signer = random.signer();
    let bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    let (mut proven_ones, mut all) = (0, 0);
    let mut seen = BTreeSet::new();
    for number in 0..24 {
        let input = input(HEADER, &payload(number));
        let signature = signer.sign_hash(&Sha256::digest(&input));
        for bytes in [der(signature), signature.to_vec()] {
            for segment in variants(&mut random, &bytes) {
                let report = debug(&bench, &format!("{input}.{segment}"));
                all += 1;
                proven_ones += usize::from(report.proof.is_some());
                seen.extend(proven(&report));
            }
        }
    }
    println!("{proven_ones} of {all} proven: {seen:?}");
    assert!(proven_ones > all / 3);
    for code in [
        "der-signature",
        "altered-character",
        "signature-length",
        "trailing-bits",
    ] {
        assert!(seen.contains(code), "{code}: {seen:?}");
    }
}

/// A signature's bytes as segments with something wrong.
fn variants(random: &mut Random, bytes: &[u8]) -> Vec<String> {
    let good = encode(bytes);
    let noise = encode([random.octets(), random.octets()].concat());
    let count = 1 + random.below(8);
    let at = random.below(good.len());
    let last = good.len() - 1;
    let stray = char::from(good.as_bytes()[last] ^ 1);
    let mut longer = bytes.to_vec();
    longer.extend_from_slice(&random.octets()[..count]);
    let mut zeros = bytes.to_vec();
    zeros.resize(bytes.len() + count, 0);
    let mut announced = bytes.to_vec();
    announced[1] = announced[1].wrapping_add(1);
    let text = BASE64.encode(bytes);
    vec![
        format!("{good}{}", &noise[..count]),
        format!("{}{good}", &noise[..count]),
        format!("{}{}{}", &good[..at], &noise[..count], &good[at..]),
        format!("{}{stray}", &good[..last]),
        format!("{}{stray}{}", &good[..last], &noise[..count]),
        format!("{good}="),
        format!("{good}{}", "=".repeat(count)),
        format!("{text}{}", &noise[..count]),
        format!("{good}{good}"),
        encode(&longer),
        encode(&zeros),
        encode([&[random.octets()[0]], bytes].concat()),
        encode(&announced),
        encode(text.as_bytes()),
        encode(format!("{text}{}", &noise[..count])),
        encode(HEXLOWER.encode(&longer)),
        HEXLOWER.encode(bytes),
        format!("{}{}", HEXLOWER.encode(bytes), &"0011223344556677"[..count]),
    ]
}

/// Numbers in DER that lack a zero, have one too many, or have lengths that are too long: said so.
#[test]
fn der_that_is_not_to_the_letter_is_told() {
    let mut random = Random::new("loose");
    let signer = random.signer();
    let bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    let integer = |number: &[u8]| [&[2, u8::try_from(number.len()).unwrap()], number].concat();
    let sequence = |parts: &[Vec<u8>]| {
        let content = parts.concat();
        [&[0x30, u8::try_from(content.len()).unwrap()][..], &content].concat()
    };
    for number in 0..8 {
        let input = input(HEADER, &payload(number));
        let signature = signer.sign_hash(&Sha256::digest(&input));
        let (r, s) = signature.split_at(32);
        let with_zero = |number: &[u8]| [&[0], number].concat();
        let bare = sequence(&[integer(r), integer(s)]);
        let padded = sequence(&[integer(&with_zero(&with_zero(r))), integer(&with_zero(s))]);
        let long = [&[0x30, 0x81], &der(signature)[1..]].concat();
        for bytes in [&bare, &padded, &long] {
            let report = debug(&bench, &format!("{input}.{}", encode(bytes)));
            let is_strict = *bytes == der(signature);
            assert_eq!(proven(&report), codes(&["der-signature"]), "{bytes:x?}");
            let evidence = &report.findings[0].evidence;
            assert_eq!(!evidence.contains("not canonical"), is_strict, "{evidence}");
        }
    }
}

/// What stands behind or before R and S is told as what it is.
#[test]
fn surplus_bytes_are_told() {
    let mut random = Random::new("surplus");
    let signer = random.signer();
    let bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    let input = input(HEADER, &payload(1));
    let signature = signer.sign_hash(&Sha256::digest(&input));
    let der = der(signature);
    for (bytes, place, expected) in [
        (
            [&signature[..], &[27]].concat(),
            "without the last byte",
            &["signature-length"][..],
        ),
        (
            [&[31], &signature[..]].concat(),
            "without the first byte",
            &["signature-length"],
        ),
        (
            [&der[..], &[0, 0, 0]].concat(),
            "without the last 3 bytes",
            &["signature-length", "der-signature"],
        ),
    ] {
        let report = debug(&bench, &format!("{input}.{}", encode(&bytes)));
        assert_eq!(proven(&report), codes(expected), "{place}");
        let told = &report.findings[0];
        assert!(told.evidence.contains(place), "{}", told.evidence);
        assert!(told.summary.contains("recovery ID"), "{}", told.summary);
    }
}

/// Padded standard base64 that was signed is two changes, of which either alone is not enough.
#[test]
fn signed_standard_base64_with_padding_is_told_as_both() {
    let mut random = Random::new("both");
    let signer = random.signer();
    let bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    let mut found = 0;
    for number in 0.. {
        let payload = payload(number);
        let signed_in = |encoding: data_encoding::Encoding| {
            format!(
                "{}.{}",
                encoding.encode(HEADER.as_bytes()),
                encoding.encode(payload.as_bytes())
            )
        };
        let (both, standard) = (signed_in(BASE64), signed_in(BASE64_NOPAD));
        if both == standard || standard == input(HEADER, &payload) {
            continue;
        }
        for (text, expected) in [
            (
                both,
                &["signed-standard-base64-input", "signed-padded-input"][..],
            ),
            (standard, &["signed-standard-base64-input"]),
        ] {
            let signature = encode(signer.sign_hash(&Sha256::digest(&text)));
            let report = debug(&bench, &format!("{}.{signature}", input(HEADER, &payload)));
            assert_eq!(proven(&report), codes(expected), "{text}");
        }
        found += 1;
        if found == 3 {
            return;
        }
    }
}

/// Changes to the key are those that its file needs, each with its name.
#[test]
fn what_a_key_file_says_is_told_if_it_is_ignored() {
    let mut random = Random::new("members");
    let signer = random.signer();
    let [x, y] = signer.coordinates();
    let token = signer.token(&payload(1));
    let stray = |text: &str| {
        let (start, last) = text.split_at(42);
        format!("{start}{}", char::from(last.as_bytes()[0] ^ 1))
    };
    let jwk = |kty: &str, crv: &str, more: &str| {
        format!(r#"{{"kty":"{kty}","crv":"{crv}","x":"{x}","y":"{y}"{more}}}"#)
    };
    for (jwk, told) in [
        (jwk("EC", "P-384", ""), Some("\"crv\"")),
        (jwk("RSA", "P-256", ""), Some("\"kty\"")),
        (jwk("EC", "P-256", r#","alg":"ES384""#), Some("\"alg\"")),
        (
            jwk("EC", "P-256", r#","use":"enc","key_ops":["sign"]"#),
            Some("\"use\" and \"key_ops\""),
        ),
        // Stray bits in a coordinate are no part of what is repaired.
        (jwk("EC", "P-256", "").replace(&x, &stray(&x)), None),
    ] {
        let report = debug(&debugger(&[&jwk], &[], Effort::Default), &token);
        let evidence = report.findings.first().map(|finding| &finding.evidence);
        match told {
            Some(members) => {
                assert_eq!(
                    proven(&report),
                    codes(&["key-not-for-verification"]),
                    "{jwk}"
                );
                assert!(evidence.unwrap().contains(members), "{evidence:?}");
            }
            None => assert_eq!(proven(&report), codes(&[]), "{jwk}"),
        }
    }
}

/// The finding that no cause is known.
fn unexplained(report: &Report) -> Option<&jwtlens::Finding> {
    let mut findings = report.findings.iter();
    findings.find(|finding| finding.code.name() == "no-key-matches")
}

/// Its summary.
fn told(report: &Report) -> &str {
    unexplained(report).map_or("", |finding| &finding.summary)
}

/// "No key" is said only of numbers that no key's signature has, in every way they are read.
#[test]
fn no_key_is_said_only_where_it_is_a_theorem() {
    const IMPOSSIBLE: &str = "no key can have made this signature";
    let mut random = Random::new("theorem");
    let (given, other) = (random.signer(), random.signer());
    let bench = debugger(&[&given.jwk()], &[], Effort::Default);
    let (mut swapped_ones, mut said, mut unsaid) = (0, 0, 0);
    for number in 0..40 {
        let text = input(HEADER, &payload(number));
        // Whatever the hash, R and S are those of a signature, though they are swapped or reversed.
        let signature = other.sign_hash(&random.octets());
        let (r, s) = signature.split_at(32);
        let (mut low_r, mut low_s) = (r.to_vec(), s.to_vec());
        low_r.reverse();
        low_s.reverse();
        for bytes in [[s, r].concat(), [low_r, low_s].concat()] {
            let report = debug(&bench, &format!("{text}.{}", encode(bytes)));
            assert!(!told(&report).starts_with(IMPOSSIBLE));
            swapped_ones += 1;
        }
        // Noise: it is said if none of four readings can be one. A zero byte at an edge may be padding, which
        // makes more readings.
        let noise = loop {
            let noise = [random.octets(), random.octets()].concat();
            if [0, 31, 32, 63].iter().all(|edge| noise[*edge] != 0) {
                break noise;
            }
        };
        let report = debug(&bench, &format!("{text}.{}", encode(&noise)));
        let (r, s) = noise.split_at(32);
        let reversed = |half: &[u8]| half.iter().rev().copied().collect::<Vec<u8>>();
        let readings = [
            (r.to_vec(), s.to_vec()),
            (s.to_vec(), r.to_vec()),
            (reversed(r), reversed(s)),
            (reversed(s), reversed(r)),
        ];
        let is_possible = readings.iter().any(|(r, s)| leads_to_a_key(r, s));
        assert_eq!(
            told(&report).starts_with(IMPOSSIBLE),
            !is_possible,
            "{noise:x?}"
        );
        *if is_possible { &mut unsaid } else { &mut said } += 1;
    }
    assert!(swapped_ones == 80 && unsaid > 0, "{said} {unsaid}");
    // Numbers out of range are nobody's, forwards and backwards.
    let bytes = [0xFF; 64];
    let report = debug(
        &bench,
        &format!("{}.{}", input(HEADER, "{}"), encode(bytes)),
    );
    assert!(
        told(&report).starts_with(IMPOSSIBLE),
        "{:#?}",
        report.findings
    );
    // Of another curve's signature nothing is known.
    let es256k = input(r#"{"alg":"ES256K"}"#, "{}");
    let report = debug(&bench, &format!("{es256k}.{}", encode(bytes)));
    assert!(!told(&report).starts_with(IMPOSSIBLE));
}

/// Whether any key verifies these numbers: they are in range, and there is a point with this x. One from
/// n on is rarer than one in a billion.
fn leads_to_a_key(r: &[u8], s: &[u8]) -> bool {
    let compressed = [&[2], r].concat();
    p256::ecdsa::Signature::from_slice(&[r, s].concat()).is_ok()
        && p256::PublicKey::from_sec1_bytes(&compressed).is_ok()
}

/// More keys than are tried in every form: all are compared with those that the signature leads to, and
/// what was left out is said.
#[test]
fn every_key_counts_however_many_there_are() {
    let mut random = Random::new("left out");
    let mut keys: Vec<Issuer> = (0..40)
        .map(|number| Issuer::of(&random.octets(), &format!("key-{number}")).unwrap())
        .collect();
    let stranger = random.signer();
    let set = |keys: &[Issuer]| {
        let jwks: Vec<String> = keys.iter().map(Issuer::jwk).collect();
        format!(r#"{{"keys":[{}]}}"#, jwks.join(","))
    };
    let given = random.signer().jwk();
    let also = debugger(&[&given], &[&set(&keys)], Effort::Default);
    let many = debugger(&[&set(&keys)], &[&stranger.jwk()], Effort::Default);
    let header = r#"{"alg":"ES256"}"#;
    for at in [0, 31, 32, 39] {
        let input = input(header, &payload(at));
        let good = keys[at].sign_hash(&Sha256::digest(&input));
        let report = debug(&also, &format!("{input}.{}", encode(good)));
        assert_eq!(proven(&report), codes(&["signed-by-other-key"]), "{at}");
        let report = debug(&also, &format!("{input}.{}", encode(der(good))));
        let expected = codes(&["der-signature", "signed-by-other-key"]);
        assert_eq!(proven(&report), expected, "{at}");
        let twice = keys[at].sign_hash(&Sha256::digest(Sha256::digest(&input)));
        let report = debug(&many, &format!("{input}.{}", encode(twice)));
        assert_eq!(proven(&report), codes(&["hashed-twice"]), "{at}");
    }
    // Forty keys given do not crowd out another.
    let input = input(header, "{}");
    let by_stranger = format!(
        "{input}.{}",
        encode(stranger.sign_hash(&Sha256::digest(&input)))
    );
    let report = debug(&many, &by_stranger);
    assert_eq!(proven(&report), codes(&["signed-by-other-key"]));

    // What was left out is said, and nothing is denied of it.
    let unknown = random.signer().sign(header.as_bytes(), b"{}");
    let report = debug(&many, &unknown);
    assert_eq!(report.search.as_ref().unwrap().keys_left_out, 9);
    let evidence = &unexplained(&report).unwrap().evidence;
    assert!(!evidence.contains("the given keys"), "{evidence}");
    keys.truncate(31);
    let few = debugger(&[&set(&keys)], &[&stranger.jwk()], Effort::Default);
    let report = debug(&few, &unknown);
    assert_eq!(report.search.as_ref().unwrap().keys_left_out, 0);
    let evidence = &unexplained(&report).unwrap().evidence;
    assert!(evidence.contains("the given keys"), "{evidence}");
}

/// The signature as it is meets every key, also where its zeros allow for many ways to read it. It was
/// not altered, so no proof says that it was.
#[test]
fn every_key_is_tried_with_the_signature_as_it_is() {
    use p256::elliptic_curve::ops::Reduce;
    use p256::elliptic_curve::point::AffineCoordinates;
    use p256::{ProjectivePoint, Scalar, U256};
    let scalar = |bytes: [u8; 32]| <Scalar as Reduce<U256>>::reduce_bytes(&bytes.into());
    let mut random = Random::new("many zeros");
    for effort in [Effort::Default, Effort::Deep] {
        for count in [1, 10, 20, 29] {
            // The key under which S is 1: s = (e + r d) / k.
            let input = input(r#"{"alg":"ES256"}"#, &payload(count));
            let k = scalar(random.octets());
            let r = (ProjectivePoint::GENERATOR * k).to_affine().x();
            let e = scalar(Sha256::digest(&input).into());
            let d = (k - e) * scalar(r.into()).invert().unwrap();
            let signer = Issuer::of(&d.to_bytes().into(), "signer").unwrap();
            let mut keys: Vec<String> = (0..count).map(|_| random.signer().jwk()).collect();
            keys.push(signer.jwk());
            let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
            let bench = debugger(&[&random.signer().jwk()], &[&set], effort);
            let signature = encode([r.to_vec(), Scalar::ONE.to_bytes().to_vec()].concat());
            let report = debug(&bench, &format!("{input}.{signature}"));
            assert_eq!(proven(&report), codes(&["signed-by-other-key"]), "{count}");
        }
    }
}

/// A key that occurs many times counts once.
#[test]
fn a_key_that_is_repeated_counts_once() {
    let mut random = Random::new("repeated");
    let (given, other) = (random.signer(), random.signer());
    let jwks = vec![given.jwk(); 1024 * 1024 / given.jwk().len()];
    let set = format!(r#"{{"keys":[{}]}}"#, jwks.join(","));
    let bench = debugger(&[&set], &[&set], Effort::Default);
    let report = debug(&bench, &other.token("{}"));
    assert_eq!(report.signature.keys_tried, 1);
    assert_eq!(report.signature.refused_by.len(), 1);
    let search = report.search.unwrap();
    assert_eq!((search.keys.len(), search.keys_left_out), (1, 0));
    // With another kid it is told apart, and the report says which it was.
    let again = given.jwk().replace(&given.kid, "another");
    let both = format!(r#"{{"keys":[{},{again}]}}"#, given.jwk());
    let bench = debugger(&[&both], &[], Effort::Default);
    assert_eq!(debug(&bench, &other.token("{}")).signature.keys_tried, 2);
}

/// The signature is good, and something else keeps the token from being verified: that is named too.
#[test]
fn what_a_header_demands_is_told_with_other_changes() {
    let mut random = Random::new("demands");
    let signer = random.signer();
    let bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    for header in [
        r#"{"alg":"ES256","crit":["x"],"x":1}"#,
        r#"{"alg":"ES256","b64":true}"#,
        r#"{"typ":"JWT"}"#,
    ] {
        let input = input(header, &payload(1));
        let signature = signer.sign_hash(&Sha256::digest(&input));
        let report = debug(&bench, &format!("{input}.{}", encode(signature)));
        assert_eq!(proven(&report), codes(&["signature-good"]), "{header}");
        let report = debug(&bench, &format!("{input}.{}", encode(der(signature))));
        let expected = codes(&["der-signature", "signature-good"]);
        assert_eq!(proven(&report), expected, "{header}");
    }
}

/// Random text proves nothing, whatever it looks like.
#[test]
fn random_text_proves_nothing() {
    let mut random = Random::new("random");
    let signer = random.signer();
    let bench: Bench = debugger(&[&signer.jwk()], &[], Effort::Default);
    let good = signer.token(&payload(1));
    let pieces: Vec<&str> = good.split('.').collect();
    for _ in 0..150 {
        let mut text = String::new();
        for _ in 0..=random.below(6) {
            let noise = BASE64URL_NOPAD.encode(&random.octets());
            let piece = match random.below(8) {
                0 => pieces[0],
                1 => pieces[1],
                2 => &pieces[2][..random.below(60)],
                3 => " ",
                4 => "%2E",
                5 => "=",
                6 => "\\n",
                _ => &noise[..random.below(43)],
            };
            text.push_str(piece);
            if random.below(2) == 0 {
                text.push('.');
            }
        }
        let report = bench.debug(text.as_bytes(), NOW);
        let is_proven = |finding: &jwtlens::Finding| finding.certainty == Certainty::Proven;
        assert!(!report.findings.iter().any(is_proven), "{text}");
    }
}
