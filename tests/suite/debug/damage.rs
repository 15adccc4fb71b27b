//! Tokens that were damaged after they were signed.

use data_encoding::BASE64;
use jwtlens::{Effort, Verdict};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::mistakes::HASHED;
use super::{HEADER, KID, codes, debug, debugger, encode, halves, input, payload, proven};
use crate::pairs::Pair;
use crate::support::{NOW, Random, der};

/// A half that begins with a zero octet, and was written without it.
#[test]
fn lost_zeros_are_found() {
    let mut random = Random::new("zeros");
    let signer = random.signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Default);
    let (mut r_short, mut s_short) = (0, 0);
    for number in 0.. {
        let payload = payload(number);
        let signature = signer.sign_hash(&Sha256::digest(input(HEADER, &payload)));
        let (r, s) = halves(signature);
        if r[0] != 0 && s[0] != 0 {
            continue;
        }
        let octets = if r[0] == 0 {
            [&r[1..], &s].concat()
        } else {
            [&r[..], &s[1..]].concat()
        };
        let report = debug(
            &debugger,
            &format!("{}.{}", input(HEADER, &payload), encode(octets)),
        );
        assert_eq!(proven(&report), codes(&["signature-length"]));
        *if r[0] == 0 {
            &mut r_short
        } else {
            &mut s_short
        } += 1;
        if r_short > 0 && s_short > 0 {
            return;
        }
    }
}

#[test]
fn altered_characters_of_the_signature_are_found() {
    let mut random = Random::new("altered");
    let signer = random.signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Default);
    let characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for at in 0..86 {
        let payload = payload(at);
        let input = input(HEADER, &payload);
        let signature = signer.sign_hash(&Sha256::digest(&input));
        // Every place, and some of them with the halves swapped as well.
        let is_swapped = at % 7 == 1;
        let segment = if is_swapped {
            encode([&signature[32..], &signature[..32]].concat())
        } else {
            encode(signature)
        };
        let there = characters.find(&segment[at..=at]).unwrap();
        let other = &characters[(there + 1 + random.below(63)) % 64..][..1];
        for changed in [
            format!("{}{other}{}", &segment[..at], &segment[at + 1..]),
            format!("{}{}", &segment[..at], &segment[at + 1..]),
            format!("{}{other}{}", &segment[..at], &segment[at..]),
        ] {
            let report = debug(&debugger, &format!("{input}.{changed}"));
            let mut found = proven(&report);
            assert_eq!(
                found.remove("signature-swapped"),
                is_swapped,
                "{at} {changed}"
            );
            // Bits without a meaning are stray; where the last character is missing, the token was cut;
            // and one before the last may stand for an octet too many.
            let expected = [
                "altered-character",
                "trailing-bits",
                "truncated",
                "signature-length",
                "dropped-characters",
            ];
            assert!(
                found.len() == 1 && expected.iter().any(|code| found.contains(code)),
                "{at} {changed}: {found:?}"
            );
        }
    }
}

#[test]
fn an_altered_character_of_header_or_payload_is_found_with_deep() {
    let mut random = Random::new("deep");
    let signer = random.signer();
    let jwk = signer.jwk();
    let (plain, deep) = (
        debugger(&[&jwk], &[], Effort::Default),
        debugger(&[&jwk], &[], Effort::Deep),
    );
    for in_der in [false, true] {
        let input = input(HEADER, r#"{"sub":"a"}"#);
        let signature = signer.sign_hash(&Sha256::digest(&input));
        let signature = if in_der {
            der(signature)
        } else {
            signature.to_vec()
        };
        let token = format!("{input}.{}", encode(signature));
        // In the header, kid and typ are tried with the key's own values at once.
        let at = input.len() - 1 - random.below(10);
        let other = if &token[at..=at] == "Q" { "R" } else { "Q" };
        let altered = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        let expected = if in_der {
            codes(&["altered-character", "der-signature"])
        } else {
            codes(&["altered-character"])
        };
        assert_eq!(proven(&debug(&plain, &altered)), codes(&[]), "{altered}");
        assert_eq!(proven(&debug(&deep, &altered)), expected, "{altered}");
    }
}

/// A key on Ed25519 or P-384 costs more for each text: JSON is asked about first.
#[test]
fn an_altered_character_late_in_a_long_payload_is_found_with_deep_in_other_families() {
    let claims = format!(
        r#"{{"iss":"https://auth.example.com","sub":"user-42","scope":"{}","jti":"a1b2c3"}}"#,
        "read write ".repeat(13)
    );
    for (key_type, alg) in [("Ed25519", "EdDSA"), ("P-384", "ES384")] {
        let pair = Pair::new(key_type, 7);
        let token = pair.token(alg, alg, &claims);
        let sent = encode(&claims);
        let altered = encode(claims.replace("a1b2c3", "b1b2c3"));
        let differ = sent.bytes().zip(altered.bytes()).filter(|(a, b)| a != b);
        assert_eq!(differ.count(), 1, "{key_type}");
        let deep = debugger(&[&pair.jwk()], &[], Effort::Deep);
        let report = debug(&deep, &token.replace(&sent, &altered));
        assert_eq!(proven(&report), codes(&["altered-character"]), "{key_type}");
    }
}

#[test]
fn dropped_characters_are_found() {
    const ENOUGH: usize = 2;
    let mut random = Random::new("dropped");
    let signer = random.signer();
    let jwk = signer.jwk();
    let plain = debugger(&[&jwk], &[], Effort::Default);
    let deep = debugger(&[&jwk], &[], Effort::Deep);
    // Of each kind two tokens that lost one, two, three and four; when it is swapped too, no more than
    // three.
    let mut found = [[0; 4], [0; 4], [0, 0, 0, ENOUGH]];
    for number in 0.. {
        let payload = payload(number);
        let input = input(HEADER, &payload);
        let signature = signer.sign_hash(&Sha256::digest(&input));
        if [&signature[..2], &signature[32..34]].contains(&&[0, 0][..]) {
            // Two zeros are too rare for a search.
            continue;
        }
        let swapped = [&signature[32..], &signature[..32]].concat();
        for ((octets, more), found) in [
            (signature.to_vec(), None),
            (der(signature), Some("der-signature")),
            (swapped, Some("signature-swapped")),
        ]
        .into_iter()
        .zip(&mut found)
        {
            let segment = encode(octets);
            let lost = segment.matches(['-', '_']).count();
            let Some(found) = lost.checked_sub(1).and_then(|lost| found.get_mut(lost)) else {
                continue;
            };
            if *found == ENOUGH {
                continue;
            }
            let (by_default, most) = match more {
                Some("signature-swapped") => (2, 3),
                _ => (3, 4),
            };
            // The one that R and S have in common costs as much as two.
            let is_shared = more != Some("der-signature") && "-_".contains(&segment[42..=42]);
            let counted = lost + usize::from(is_shared);
            if counted > most {
                continue;
            }
            // Two of R and one of S cost more than anything else that three can be, and come last. In DER
            // they are seen to be these.
            let in_r = segment[..43].matches(['-', '_']).count();
            let is_costly = more.is_none() && [lost, in_r] == [3, 2];
            let token = format!("{input}.{}", segment.replace(['-', '_'], ""));
            let mut report = debug(&plain, &token);
            if proven(&report).is_empty() && (counted > by_default || is_costly) {
                assert!(report.search.is_some_and(|search| !search.complete));
                report = debug(&deep, &token);
            }
            // What is lost at the end is a signature that was cut.
            let is_cut = segment.trim_end_matches(['-', '_']).len() == segment.len() - lost;
            let code = if is_cut {
                "truncated"
            } else {
                "dropped-characters"
            };
            let expected: Vec<&str> = [code].into_iter().chain(more).collect();
            assert_eq!(
                proven(&report),
                codes(&expected),
                "{token} {segment} {}",
                signer.jwk()
            );
            *found += 1;
        }
        if found.iter().flatten().all(|found| *found == ENOUGH) {
            return;
        }
    }
}

/// A token that a shell wrote in UTF-16 is told as one, not as a token that is good as it is.
#[test]
fn a_token_in_utf_16_is_found() {
    let mut random = Random::new("utf-16");
    let signer = random.signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Default);
    let token = signer.token(&payload(1));
    let marked = format!("\u{feff}{token}");
    let octets = |text: &str, octets: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(octets).collect()
    };
    for text in [
        octets(&token, u16::to_le_bytes),
        octets(&token, u16::to_be_bytes),
        octets(&marked, u16::to_le_bytes),
        octets(&marked, u16::to_be_bytes),
        [&octets(&marked, u16::to_le_bytes)[..], b"\r\0"].concat(),
        [&token.as_bytes()[..40], b"\0", &token.as_bytes()[40..]].concat(),
    ] {
        let report = debugger.debug(&text, NOW);
        // A byte order mark is around the token.
        let is_marked = text.starts_with(&[0xFF, 0xFE]) || text.starts_with(&[0xFE, 0xFF]);
        let expected = ["nul-bytes", "surrounded-token"];
        let expected = &expected[..=usize::from(is_marked)];
        assert_eq!(proven(&report), codes(expected), "{text:?}");
        assert_eq!(report.verdict, Verdict::Malformed);
    }
}

/// A URL or a form took every `+` for a space; those of a folded token are none.
#[test]
fn spaces_that_were_plus_are_found() {
    let mut random = Random::new("spaces");
    let signer = random.signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Default);
    let mut found = 0;
    for number in 0.. {
        let input = input(HEADER, &payload(number));
        let signature = signer.sign_hash(&Sha256::digest(&input));
        let text = BASE64.encode(&signature);
        if !text[1..].contains('+') {
            continue;
        }
        let report = debug(&debugger, &format!("{input}.{}", text.replace('+', " ")));
        let expected = ["spaces-for-plus", "standard-base64", "padded-base64"];
        assert_eq!(proven(&report), codes(&expected), "{text}");
        let folded = encode(signature);
        let folded = format!("{input}.{} {}", &folded[..40], &folded[40..]);
        assert_eq!(proven(&debug(&debugger, &folded)), codes(&["line-wrapped"]));
        found += 1;
        if found == 4 {
            return;
        }
    }
}

/// Of a payload that no signer would make no signer follows.
#[test]
fn a_payload_that_was_damaged_leads_to_no_signer() {
    let mut random = Random::new("damaged");
    let (signer, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&other.jwk()], &[], Effort::Default);
    let input = input(HEADER, r#"{"sub":"somebody","n":1}"#);
    let signature = encode(signer.sign_hash(&Sha256::digest(&input)));
    let told = |input: &str| {
        let report = debug(&debugger, &format!("{input}.{signature}"));
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.code.name() == "payload-corrupted");
        (
            finding.map(|finding| finding.summary.clone().into_owned()),
            report.recovered.len(),
        )
    };
    let damaged = Some("the payload was corrupted after signing".to_owned());
    let (header, payload) = input.split_once('.').unwrap();
    assert_eq!(told(&input).1, 2);
    assert_ne!(told(&input).0, damaged);
    for payload in [
        &payload[..payload.len() - 4],
        &format!("{}{}", &payload[..8], &payload[9..]),
        &payload[..payload.len() - 3],
    ] {
        assert_eq!(
            told(&format!("{header}.{payload}")),
            (damaged.clone(), 0),
            "{payload}"
        );
    }
}

/// A token that lost its end, with one key and with many: the kid names the last of them.
#[test]
fn cut_tokens_are_found() {
    let mut random = Random::new("cut");
    let signer = random.signer();
    let mut keys: Vec<String> = (0..39)
        .map(|_| random.signer().jwk().replace(KID, "another"))
        .collect();
    keys.push(signer.jwk());
    let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let alone = debugger(&[&signer.jwk()], &[], Effort::Default);
    let among_many = debugger(&[&set], &[], Effort::Default);
    for (debugger, most) in [(alone, 6), (among_many, 5)] {
        for lost in 1..=most {
            for in_der in [false, true] {
                let input = input(HEADER, &payload(lost));
                let signature = signer.sign_hash(&Sha256::digest(&input));
                let (octets, expected) = if in_der {
                    (der(signature), codes(&["truncated", "der-signature"]))
                } else {
                    (signature.to_vec(), codes(&["truncated"]))
                };
                // R and S without a zero at their beginning are as long as DER makes them.
                // Six characters of DER are more than four octets.
                if in_der && (lost > 5 || ![70, 71, 72].contains(&octets.len())) {
                    continue;
                }
                // A zero byte that S lost is one of those that a number may lose.
                if signature[63] == 0 {
                    continue;
                }
                let token = format!("{input}.{}", encode(octets));
                let report = debug(&debugger, &token[..token.len() - lost]);
                assert_eq!(proven(&report), expected, "{lost} {token}");
            }
        }
        for surplus in ["Q", "A", "x", "Qx", "hunter2A"] {
            let token = format!("{}{surplus}", signer.token(&payload(7)));
            let report = debug(&debugger, &token);
            assert_eq!(proven(&report), codes(&["altered-character"]), "{token}");
            // What was copied along may be a secret.
            let place = match surplus.len() {
                1 => "without the character at offset 86 of the signature".to_owned(),
                count => {
                    format!("without the {count} characters from offset 86 of the signature on")
                }
            };
            assert!(report.findings[0].evidence.contains(&place), "{report:?}");
            let json = serde_json::to_string(&report).unwrap();
            assert!(!json.contains("hunter2"), "{json}");
        }
    }
}

/// The end of a signature under a key of every type: its last character, or two.
#[test]
fn cut_tokens_of_every_family_are_found() {
    for (key_type, alg) in [
        ("P-384", "ES384"),
        ("P-521", "ES512"),
        ("secp256k1", "ES256K"),
        ("Ed25519", "EdDSA"),
        ("RSA", "RS256"),
    ] {
        let pair = Pair::new(key_type, 21);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        for number in 0..3 {
            let token = pair.token(alg, alg, &payload(number));
            for lost in 1..=2 {
                let report = debug(&bench, &token[..token.len() - lost]);
                assert_eq!(proven(&report), codes(&["truncated"]), "{alg} {lost}");
            }
        }
    }
}

/// A header that one altered character keeps from being JSON: what it was can be told from what it is.
#[test]
fn a_header_that_is_not_json_any_more_is_found() {
    for (key_type, alg) in [
        ("P-256", "ES256"),
        ("P-384", "ES384"),
        ("P-521", "ES512"),
        ("secp256k1", "ES256K"),
        ("Ed25519", "EdDSA"),
        ("RSA", "PS256"),
        ("oct", "HS256"),
    ] {
        let pair = Pair::new(key_type, 22);
        let bench = debugger(&[&pair.jwk()], &[], Effort::Default);
        let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
        let input = input(&header, &payload(1));
        let signature = encode(pair.sign(alg, input.as_bytes()));
        // A quote, a colon and a brace, and what stands for parts of two of them.
        for at in [1, 2, 8, 13, 19, 22, 30] {
            for damaged in [
                format!("{}~{}", &input[..at], &input[at + 1..]).replace('~', "_"),
                format!("{}_{}", &input[..at], &input[at..]),
                format!("{}{}", &input[..at], &input[at + 1..]),
            ] {
                let report = debug(&bench, &format!("{damaged}.{signature}"));
                let is_json = report.header.is_some();
                let found = proven(&report);
                let expected = codes(&["altered-character"]);
                assert!(is_json || found == expected, "{alg} {damaged}: {found:?}");
            }
        }
    }
}

/// One altered character of the signature, where the kid names one of many keys.
#[test]
fn damage_is_found_among_many_keys() {
    let mut random = Random::new("many");
    let signer = random.signer();
    let mut keys: Vec<String> = (0..31)
        .map(|_| random.signer().jwk().replace(KID, "another"))
        .collect();
    keys.push(signer.jwk());
    let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let debugger = debugger(&[&set], &[], Effort::Default);
    for (at, in_der) in [(5, false), (30, false), (60, false), (20, true), (70, true)] {
        let input = input(HEADER, &payload(at));
        let signature = signer.sign_hash(&Sha256::digest(&input));
        let (octets, expected) = if in_der {
            (
                der(signature),
                codes(&["altered-character", "der-signature"]),
            )
        } else {
            (signature.to_vec(), codes(&["altered-character"]))
        };
        let segment = encode(octets);
        let other = if &segment[at..=at] == "Q" { "R" } else { "Q" };
        let altered = format!("{}{other}{}", &segment[..at], &segment[at + 1..]);
        let report = debug(&debugger, &format!("{input}.{altered}"));
        assert_eq!(proven(&report), expected, "{altered}");
    }
}

/// What happens to a token happens to one whose header asks for another hash as well.
#[test]
fn damage_is_found_under_other_algorithms() {
    let mut random = Random::new("algorithms");
    let signer = random.signer();
    let [debugger, deep] =
        [Effort::Default, Effort::Deep].map(|effort| debugger(&[&signer.jwk()], &[], effort));
    for (alg, hash) in [("ES384", HASHED[5]), ("ES512", HASHED[6])] {
        let input = input(&format!(r#"{{"alg":"{alg}"}}"#), &payload(2));
        let hashed = (hash.make)(input.as_bytes());
        let found = |segment: String| proven(&debug(&debugger, &format!("{input}.{segment}")));
        let with = |more: &[&'static str]| codes(&[more, &["alg-key-mismatch"]].concat());

        let (r, s) = halves(signer.sign_hash(&hashed));
        let whole = encode([&r[..], &s].concat());
        assert_eq!(found(whole[..83].to_owned()), with(&["truncated"]), "{alg}");
        let zeros = [0; 16];
        let padded = encode([&zeros[..], &r, &zeros, &s].concat());
        let other = if &padded[40..=40] == "Q" { "R" } else { "Q" };
        let altered = format!("{}{other}{}", &padded[..40], &padded[41..]);
        let expected = with(&["altered-character", "signature-length"]);
        assert_eq!(found(altered), expected, "{alg}");

        let again = match alg {
            "ES384" => Sha384::digest(Sha384::digest(&input)).to_vec(),
            _ => Sha512::digest(Sha512::digest(&input)).to_vec(),
        };
        let twice = encode(signer.sign_hash(&again[..32]));
        assert_eq!(found(twice), with(&["hashed-twice"]), "{alg}");

        // R and S share a character; without it both must be sought at once, which takes longer.
        for (is_shared, debugger) in [(false, &debugger), (true, &deep)] {
            let dropped = (0..).find_map(|number| {
                let input = self::input(&format!(r#"{{"alg":"{alg}"}}"#), &payload(number));
                let text = encode(signer.sign_hash(&(hash.make)(input.as_bytes())));
                let mut lost = text.match_indices(['-', '_']).map(|(at, _)| at);
                let is_case = lost.clone().count() == 2 && lost.any(|at| at == 42) == is_shared;
                is_case.then(|| format!("{input}.{}", text.replace(['-', '_'], "")))
            });
            let found = proven(&debug(debugger, &dropped.unwrap()));
            assert_eq!(found, with(&["dropped-characters"]), "{alg}");
        }
    }
}
