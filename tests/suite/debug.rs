//! A signer that does wrong in every way there is a finding for, alone and in pairs, with fresh keys
//! each run: the finding must be that very one. And signatures without a cause, for which nothing may
//! be proven.
//!
//! `JWTLENS_SEED` repeats a run.

use std::collections::BTreeSet;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jwtlens::{
    Certainty, ClaimCheck, Debugger, Effort, Finding, Input, KeySource, Policy, Report, Signers,
    Token, Verdict,
};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::cases::{CASES, embedded_certificate, other_jwk};
use crate::replayer::{self, Trust};
use crate::support::{Issuer, NOW, Random, der};

impl Random {
    pub fn signer(&mut self) -> Issuer {
        loop {
            if let Some(issuer) = Issuer::of(&self.octets(), KID) {
                return issuer;
            }
        }
    }
}

pub const KID: &str = "1fdef9ef-57e5-4fcd-84bd-2eb445efcf66";
pub const HEADER: &str =
    r#"{"alg":"ES256","typ":"JWT","kid":"1fdef9ef-57e5-4fcd-84bd-2eb445efcf66"}"#;

pub fn payload(number: usize) -> String {
    format!(
        r#"{{"sub":"member-{number}","aud":"transcodes-sdk","url":"https://example.com/é","exp":{}}}"#,
        NOW + 3600
    )
}

pub fn encode(text: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(text.as_ref())
}

fn source(jwk: &str) -> KeySource {
    KeySource::read("public_key.json", jwk.as_bytes()).unwrap()
}

/// A debugger, and what its proofs may rest on.
#[derive(Clone)]
pub struct Bench {
    debugger: Debugger,
    trust: Trust,
}

impl Bench {
    pub fn new(keys: &[&str], also: &[&str], policy: Policy, effort: Effort) -> Self {
        let read = |jwks: &[&str]| jwks.iter().map(|jwk| source(jwk)).collect::<Vec<_>>();
        let owned = |jwks: &[&str]| jwks.iter().map(ToString::to_string).collect();
        Self {
            debugger: Debugger::new(&read(keys), &read(also), policy, effort),
            trust: Trust {
                keys: owned(keys),
                others: owned(also),
                secret: None,
            },
        }
    }

    /// With what a MAC was made with.
    pub fn with_secret(mut self, secret: &[u8]) -> Self {
        self.trust.secret = Some(secret.to_vec());
        self
    }

    /// The report of a token. What it proves is replayed.
    pub fn debug(&self, token: &[u8], now: i64) -> Report {
        let token = Token::new(Input::default(), token);
        let report = self.debugger.debug(&token, now, &mut |_| true);
        replayer::check(token.text, &report, &self.trust);
        report
    }

    /// The report of a token alone.
    pub fn report(&self, token: &str) -> Report {
        let token = Token::new(Input::default(), token.as_bytes());
        self.debugger.debug(&token, NOW, &mut |_| true)
    }

    /// Replays what a report proves.
    pub fn check(&self, token: &str, report: &Report) {
        let token = Token::new(Input::default(), token.as_bytes());
        replayer::check(token.text, report, &self.trust);
    }
}

pub fn debugger(keys: &[&str], also: &[&str], effort: Effort) -> Bench {
    Bench::new(keys, also, Policy::default(), effort)
}

pub fn debug(debugger: &Bench, token: &str) -> Report {
    debugger.debug(token.as_bytes(), NOW)
}

/// The changes that a report has proven, as a set.
pub fn proven(report: &Report) -> BTreeSet<&'static str> {
    let proven = report
        .findings
        .iter()
        .filter(|finding| finding.certainty == Certainty::Proven);
    proven
        .flat_map(|finding| &finding.changes)
        .map(|code| code.name())
        .collect()
}

/// What is signed instead of the Signing Input, and what is sent.
#[derive(Clone, Copy, Debug)]
struct Fault<T> {
    code: &'static str,
    make: T,
}

type Text = fn(header: &str, payload: &str) -> Vec<u8>;
type Hash = fn(text: &[u8]) -> Vec<u8>;
type Octets = fn(signature: [u8; 64]) -> Vec<u8>;
type Written = fn(token: &str) -> Option<String>;

pub fn input(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

const SIGNED: [Fault<Text>; 14] = [
    Fault {
        code: "",
        make: |header, payload| input(header, payload).into(),
    },
    Fault {
        code: "signed-payload-only",
        make: |_, payload| encode(payload).into(),
    },
    Fault {
        code: "signed-header-only",
        make: |header, _| encode(header).into(),
    },
    Fault {
        code: "signed-decoded-json",
        make: |header, payload| format!("{header}.{payload}").into(),
    },
    Fault {
        code: "signed-padded-input",
        make: |header, payload| {
            format!(
                "{}.{}",
                data_encoding::BASE64URL.encode(header.as_bytes()),
                data_encoding::BASE64URL.encode(payload.as_bytes())
            )
            .into()
        },
    },
    Fault {
        code: "signed-standard-base64-input",
        make: |header, payload| {
            format!(
                "{}.{}",
                BASE64_NOPAD.encode(header.as_bytes()),
                BASE64_NOPAD.encode(payload.as_bytes())
            )
            .into()
        },
    },
    Fault {
        code: "signed-with-newline",
        make: |header, payload| format!("{}\n", input(header, payload)).into(),
    },
    Fault {
        code: "payload-reserialized",
        make: |header, payload| {
            input(
                header,
                &payload.replace("\":", "\": ").replace(",\"", ", \""),
            )
            .into()
        },
    },
    Fault {
        code: "payload-reserialized",
        make: |header, payload| {
            input(header, &payload.replace('/', "\\/").replace('é', "\\u00e9")).into()
        },
    },
    Fault {
        code: "payload-reserialized",
        make: |header, payload| {
            let value: serde_json::Value = serde_json::from_str(payload).unwrap();
            input(header, &serde_json::to_string_pretty(&value).unwrap()).into()
        },
    },
    Fault {
        code: "header-reserialized",
        make: |header, payload| {
            input(
                &header.replace("\":", "\": ").replace(",\"", ", \""),
                payload,
            )
            .into()
        },
    },
    Fault {
        code: "header-changed",
        make: |_, payload| input(r#"{"alg":"ES256","typ":"JWT"}"#, payload).into(),
    },
    Fault {
        code: "header-changed",
        make: |header, payload| input(&header.replace(r#""typ":"JWT","#, ""), payload).into(),
    },
    Fault {
        code: "header-changed",
        make: |header, payload| input(&header.replace("JWT", "at+jwt"), payload).into(),
    },
];

const HASHED: [Fault<Hash>; 8] = [
    Fault {
        code: "",
        make: |text| Sha256::digest(text).to_vec(),
    },
    Fault {
        code: "hashed-twice",
        make: |text| Sha256::digest(Sha256::digest(text)).to_vec(),
    },
    Fault {
        code: "hashed-as-text",
        make: |text| Sha256::digest(HEXLOWER.encode(&Sha256::digest(text))).to_vec(),
    },
    Fault {
        code: "hashed-as-text",
        make: |text| Sha256::digest(HEXUPPER.encode(&Sha256::digest(text))).to_vec(),
    },
    Fault {
        code: "hashed-as-text",
        make: |text| Sha256::digest(BASE64.encode(&Sha256::digest(text))).to_vec(),
    },
    Fault {
        code: "other-hash",
        make: |text| Sha384::digest(text)[..32].to_vec(),
    },
    Fault {
        code: "other-hash",
        make: |text| Sha512::digest(text)[..32].to_vec(),
    },
    Fault {
        code: "other-hash",
        make: |text| [&[0; 12][..], &Sha1::digest(text)].concat(),
    },
];

fn halves(signature: [u8; 64]) -> (Vec<u8>, Vec<u8>) {
    (signature[..32].to_vec(), signature[32..].to_vec())
}

const WRITTEN_SIGNATURE: [Fault<Octets>; 14] = [
    Fault {
        code: "",
        make: |signature| signature.to_vec(),
    },
    Fault {
        code: "der-signature",
        make: |signature| der(signature),
    },
    Fault {
        code: "signature-length",
        make: |signature| {
            let (r, s) = halves(signature);
            [&[0][..], &r, &[0], &s].concat()
        },
    },
    Fault {
        code: "signature-length",
        make: |signature| {
            let (r, s) = halves(signature);
            [&[0; 34][..], &r, &[0; 34], &s].concat()
        },
    },
    Fault {
        code: "signature-length",
        make: |signature| {
            let (r, s) = halves(signature);
            [&r[..], &[0], &s, &[0]].concat()
        },
    },
    Fault {
        code: "signature-length",
        make: |signature| [&signature[..], &[27]].concat(),
    },
    Fault {
        code: "signature-swapped",
        make: |signature| {
            let (r, s) = halves(signature);
            [s, r].concat()
        },
    },
    Fault {
        code: "signature-little-endian",
        make: |signature| {
            let (mut r, mut s) = halves(signature);
            r.reverse();
            s.reverse();
            [r, s].concat()
        },
    },
    Fault {
        code: "signature-as-text",
        make: |signature| HEXLOWER.encode(&signature).into(),
    },
    Fault {
        code: "signature-as-text",
        make: |signature| BASE64.encode(&signature).into(),
    },
    Fault {
        code: "signature-as-text",
        make: |signature| encode(signature).into(),
    },
    Fault {
        code: "signature-as-text",
        make: |signature| BASE64.encode(HEXLOWER.encode(&signature).as_bytes()).into(),
    },
    Fault {
        code: "signature-as-text",
        make: |signature| {
            let text = BASE64.encode(&signature);
            format!("{}\n{}\n", &text[..64], &text[64..]).into()
        },
    },
    Fault {
        code: "altered-character",
        make: |signature| [&signature[..], &[4]].concat(),
    },
];

/// What happens to the whole token; none where it has nothing to be done to.
const WRITTEN_TOKEN: [Fault<Written>; 16] = [
    Fault {
        code: "",
        make: |token| Some(token.to_owned()),
    },
    Fault {
        code: "standard-base64",
        make: |token| {
            token
                .contains(['-', '_'])
                .then(|| token.replace('-', "+").replace('_', "/"))
        },
    },
    Fault {
        code: "padded-base64",
        make: |token| {
            let padded = token
                .split('.')
                .map(|segment| format!("{segment}{}", "=".repeat((4 - segment.len() % 4) % 4)));
            Some(padded.collect::<Vec<_>>().join(".")).filter(|padded| padded != token)
        },
    },
    Fault {
        code: "trailing-bits",
        make: |token| {
            let last = token.bytes().last()?;
            let surplus = token.len() - token.rfind('.')? - 1;
            // The next character differs in the last bit alone.
            (surplus % 4 > 1)
                .then(|| format!("{}{}", &token[..token.len() - 1], char::from(last + 1)))
        },
    },
    Fault {
        code: "line-wrapped",
        make: |token| Some(format!("{}\r\n {}", &token[..64], &token[64..])),
    },
    Fault {
        code: "percent-encoded",
        make: |token| Some(token.replace('.', "%2E")),
    },
    Fault {
        code: "json-response",
        make: |token| {
            Some(format!(
                r#"{{"token_type":"Bearer","data":{{"id_token":"{token}"}}}}"#
            ))
        },
    },
    Fault {
        code: "cookie",
        make: |token| Some(format!("Cookie: theme=dark; session={token}; x=1")),
    },
    Fault {
        code: "sd-jwt",
        make: |token| Some(format!("{token}~WyJhIiwiYiJd~")),
    },
    Fault {
        code: "json-response",
        make: |token| Some(format!(r#"[{{"a":{{"b":["{token}"]}}}}]"#)),
    },
    Fault {
        code: "surrounded-token",
        make: |token| Some(format!("export TOKEN=\"{token}\";")),
    },
    Fault {
        code: "surrounded-token",
        make: |token| Some(format!("b'{token}'")),
    },
    Fault {
        code: "surrounded-token",
        make: |token| Some(format!("https://a.b/c#access_token={token}&x=1")),
    },
    Fault {
        code: "surrounded-token",
        make: |token| Some(format!("\u{feff}{token}")),
    },
    Fault {
        code: "double-encoded",
        make: |token| Some(BASE64.encode(token.as_bytes())),
    },
    Fault {
        code: "altered-character",
        make: |token| Some(token.replacen('.', "", 1)),
    },
];

pub fn codes(faults: &[&'static str]) -> BTreeSet<&'static str> {
    faults
        .iter()
        .copied()
        .filter(|code| !code.is_empty())
        .collect()
}

/// Every fault alone, and every pair of faults of two kinds.
#[test]
fn every_fault_is_found_alone_and_in_pairs() {
    let mut random = Random::new("pairs");
    let signer = random.signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Default);
    let mut checked = 0;
    for signed in SIGNED {
        for hashed in HASHED {
            for octets in WRITTEN_SIGNATURE {
                for written in WRITTEN_TOKEN {
                    // A text that is signed as it is written has one fault alone.
                    let signed_as_written = [
                        ("padded-base64", "signed-padded-input"),
                        ("standard-base64", "signed-standard-base64-input"),
                    ]
                    .contains(&(written.code, signed.code));
                    if signed_as_written {
                        continue;
                    }
                    let faults = [signed.code, hashed.code, octets.code, written.code];
                    let expected = codes(&faults);
                    if octets.code == "altered-character" && written.code == "trailing-bits" {
                        // The stray bits are those of what was copied along.
                        continue;
                    }
                    let count = faults.iter().filter(|code| !code.is_empty()).count();
                    if count != expected.len() || expected.is_empty() || expected.len() > 2 {
                        continue;
                    }
                    let payload = payload(random.below(1000));
                    let text = (signed.make)(HEADER, &payload);
                    let is_plain = text == input(HEADER, &payload).as_bytes();
                    let is_url_safe = !text.iter().any(|octet| b"+/".contains(octet));
                    if (!signed.code.is_empty() && is_plain)
                        || (signed.code == "signed-standard-base64-input" && is_url_safe)
                    {
                        // It needs no padding, or has nothing that base64url writes otherwise.
                        continue;
                    }
                    let signature = (octets.make)(signer.sign_hash(&(hashed.make)(&text)));
                    let token = format!("{}.{}", input(HEADER, &payload), encode(signature));
                    let Some(token) = (written.make)(&token) else {
                        continue;
                    };
                    let report = debug(&debugger, &token);
                    assert_ne!(report.verdict, Verdict::Valid, "{expected:?}");
                    assert_eq!(proven(&report), expected, "{token}");
                    // A proof stands alone: nothing that is only likely contradicts it.
                    for finding in report.findings.iter().filter(|finding| finding.explains) {
                        assert_eq!(
                            finding.certainty,
                            Certainty::Proven,
                            "{}",
                            finding.code.name()
                        );
                    }
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 300, "{checked}");
}

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
            .find(|finding| finding.code.name() == "no-key-matches");
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
                1 => "(1 character at byte 86 of the signature)".to_owned(),
                count => format!("({count} characters at byte 86 of the signature)"),
            };
            assert!(report.findings[0].evidence.contains(&place), "{report:?}");
            let json = serde_json::to_string(&report).unwrap();
            assert!(!json.contains("hunter2"), "{json}");
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

/// Everything that is needed stands among the changes, and nothing else.
#[test]
fn changes_are_complete_and_smallest() {
    let mut random = Random::new("changes");
    let signer = random.signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Default);
    let sent = |header: &str, signed: &str, octets: &dyn Fn([u8; 64]) -> Vec<u8>| {
        let signature = signer.sign_hash(&Sha256::digest(signed));
        let token = format!(
            "{}.{}",
            input(header, &payload(1)),
            encode(octets(signature))
        );
        proven(&debug(&debugger, &token))
    };
    let raw = |signature: [u8; 64]| signature.to_vec();
    let good = input(HEADER, &payload(1));
    for alg in ["RS256", "HS256", "none"] {
        let header = HEADER.replace("ES256", alg);
        assert_eq!(
            sent(&header, &good, &raw),
            codes(&["header-changed"]),
            "{alg}"
        );
    }
    let lower = HEADER.replace("ES256", "es256");
    assert_eq!(
        sent(&lower, &input(&lower, &payload(1)), &raw),
        codes(&["alg-misspelled"])
    );
    // In Python's spelling, and together with another payload or a line feed.
    let spaced = HEADER.replace("\":", "\": ").replace(",\"", ", \"");
    for (header, signed, expected) in [
        (
            spaced.replace(KID, "x"),
            input(&spaced, &payload(1)),
            &["header-changed"][..],
        ),
        (
            HEADER.replace(KID, "x"),
            input(
                HEADER,
                &payload(1).replace("\":", "\": ").replace(",\"", ", \""),
            ),
            &["header-changed", "payload-reserialized"],
        ),
        (
            HEADER.replace(KID, "x"),
            format!("{good}\n"),
            &["header-changed", "signed-with-newline"],
        ),
    ] {
        assert_eq!(sent(&header, &signed, &raw), codes(expected));
    }
    // Half of these end in a digit whose unused bits are not zero.
    for number in 0..6 {
        let input = input(HEADER, &payload(number));
        let octets = der(signer.sign_hash(&Sha256::digest(&input)));
        let token = format!("{input}.{}", HEXLOWER.encode(&octets));
        let expected = codes(&["signature-as-text", "der-signature"]);
        assert_eq!(proven(&debug(&debugger, &token)), expected, "{token}");
    }
}

/// A signature that leads to no key, and a kid that no key has: there is always a reason.
#[test]
fn there_is_always_a_reason() {
    let mut random = Random::new("reason");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    for number in 0..6 {
        let noise = [random.octets(), random.octets()].concat();
        let token = format!("{}.{}", input(HEADER, &payload(number)), encode(noise));
        let report = debug(&debugger, &token);
        let lead = report.findings.first().map(|finding| finding.code.name());
        assert_eq!(lead, Some("no-key-matches"), "{token}");
        let keys = report.recovered.len();
        assert!([0, 2].contains(&keys), "{keys}");
    }
    let stranger = other.sign(HEADER.replace(KID, "old").as_bytes(), b"{}");
    let report = debug(&debugger, &stranger);
    let lead = &report.findings[0];
    assert_eq!(
        (lead.code.name(), lead.certainty, lead.explains),
        ("unknown-kid", Certainty::Likely, true)
    );
    // ES384 and a P-256 key: with either hash.
    let report = debug(&debugger, &other.sign(br#"{"alg":"ES384"}"#, b"{}"));
    assert_eq!(report.recovered.len(), 4);
}

/// The same budget for every token: a file of many keys, or a signature that can be read in many
/// ways, ends the search early and says so.
#[test]
fn searches_end_within_their_budget() {
    let mut random = Random::new("budget");
    let keys: Vec<String> = (0..32).map(|_| random.signer().jwk()).collect();
    let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let debugger = debugger(&[&set], &[], Effort::Default);
    let nested = format!(
        r#"{{"a":{}{}{}}}"#,
        "[".repeat(120),
        vec!["1"; 20_000].join(","),
        "]".repeat(120)
    );
    let members: Vec<String> = (0..3000).map(|n| format!(r#","m{n}":{n}"#)).collect();
    let long_header = HEADER.replace('}', &format!("{}}}", members.join("")));
    for (header, payload) in [
        (HEADER.to_owned(), payload(1)),
        (HEADER.to_owned(), nested),
        (long_header, payload(1)),
    ] {
        for length in [60, 62, 63, 64] {
            let noise = [random.octets(), random.octets()].concat();
            let token = format!("{}.{}", input(&header, &payload), encode(&noise[..length]));
            let begun = std::time::Instant::now();
            let report = debug(&debugger, &token);
            println!("{length}, {} octets: {:?}", token.len(), begun.elapsed());
            assert!(report.search.is_some_and(|search| !search.complete));
        }
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn the_signer_is_found() {
    let mut random = Random::new("signer");
    let (given, other) = (random.signer(), random.signer());
    let jwk = given.jwk();
    let sign = |signer: &Issuer, header: &str| {
        let input = input(header, &payload(1));
        format!(
            "{input}.{}",
            encode(signer.sign_hash(&Sha256::digest(&input)))
        )
    };
    let plain = debugger(&[&jwk], &[], Effort::Default);
    let by_other = sign(&other, HEADER);
    let report = debug(
        &debugger(&[&jwk], &[&other.jwk()], Effort::Default),
        &by_other,
    );
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signed-by-other-key"]))
    );

    let embedded = HEADER.replace("\"typ\"", &format!("\"jwk\":{},\"typ\"", other.jwk()));
    let report = debug(&plain, &sign(&other, &embedded));
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signed-by-embedded-key"]))
    );

    let named = HEADER.replace(KID, &other.thumbprint());
    let report = debug(&plain, &sign(&other, &named));
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signer-is-kid"]))
    );

    let [x, y] = given.coordinates();
    let reversed = |text: &str| {
        let mut octets = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        octets.reverse();
        encode(octets)
    };
    let with_zero =
        |text: &str| encode([&[0][..], &BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()].concat());
    for (code, jwk) in [
        (
            "key-coordinates-swapped",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{y}","y":"{x}"}}"#),
        ),
        (
            "key-coordinates-reversed",
            format!(
                r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#,
                reversed(&x),
                reversed(&y)
            ),
        ),
        (
            "key-coordinates-padded",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}=","y":"{y}="}}"#),
        ),
        (
            "key-coordinates-padded",
            format!(
                r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#,
                with_zero(&x),
                with_zero(&y)
            ),
        ),
        (
            "key-coordinates-padded key-coordinates-swapped",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{y}=","y":"{x}="}}"#),
        ),
        (
            "key-not-for-verification",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","use":"enc"}}"#),
        ),
    ] {
        let report = debug(
            &debugger(&[&jwk], &[], Effort::Default),
            &sign(&given, HEADER),
        );
        assert_eq!(
            (report.verdict, proven(&report)),
            (
                Verdict::Unverifiable,
                codes(&code.split(' ').collect::<Vec<_>>())
            )
        );
    }

    for (alg, hash) in [
        ("ES384", HASHED[5]),
        ("ES512", HASHED[6]),
        ("ES384", HASHED[0]),
        ("RS256", HASHED[0]),
    ] {
        for pad in [0, 16, 34] {
            let input = input(&format!(r#"{{"alg":"{alg}"}}"#), &payload(2));
            let (r, s) = halves(given.sign_hash(&(hash.make)(input.as_bytes())));
            let octets = [vec![0; pad], r, vec![0; pad], s].concat();
            let report = debug(&plain, &format!("{input}.{}", encode(octets)));
            let expected = if pad == 0 {
                codes(&["alg-key-mismatch"])
            } else {
                codes(&["alg-key-mismatch", "signature-length"])
            };
            assert_eq!(
                (report.verdict, proven(&report)),
                (Verdict::Unverifiable, expected),
                "{alg} {pad}"
            );
        }
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

#[test]
fn two_tokens_tell_their_signer() {
    let mut random = Random::new("signers");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let token = |signer: &Issuer, number: usize| {
        let input = input(HEADER, &payload(number));
        format!(
            "{input}.{}",
            encode(signer.sign_hash(&Sha256::digest(&input)))
        )
    };
    let mut signers = Signers::default();
    let mut note = |token: &str| {
        signers
            .note(&mut debug(&debugger, token).recovered)
            .map(|finding| (finding.code.name(), finding.evidence))
    };
    assert_eq!(note(&token(&other, 1)), None);
    assert_eq!(note(&token(&random.signer(), 1)), None);
    // The same token again leads to the same two keys, of which only one signed it.
    assert_eq!(note(&token(&other, 1)), None);
    let (code, evidence) = note(&token(&other, 2)).unwrap();
    assert_eq!(code, "same-signer");
    let [x, y] = other.coordinates();
    assert!(evidence.contains(&x) && evidence.contains(&y));
    assert_eq!(signers.shared(), [(other.thumbprint().as_str(), 2)]);
}

/// A fact shown to people is a field in JSON: a program takes the signer from it, not from a sentence.
#[test]
fn recovered_keys_are_told_as_jwks() {
    let mut random = Random::new("recovered");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let recovered = |report: &Report| {
        let report = serde_json::to_value(report).unwrap();
        let keys = report["recovered"].as_array().unwrap().clone();
        keys.into_iter().map(|key| {
            let member = |name: &str| key["jwk"][name].as_str().unwrap().to_owned();
            let thumbprint = key["thumbprint"].as_str().unwrap().to_owned();
            (thumbprint, [member("x"), member("y")])
        })
    };
    let signer = (other.thumbprint(), other.coordinates());
    let first = debug(&debugger, &other.token(&payload(1)));
    assert_eq!(recovered(&first).len(), 2);
    assert!(recovered(&first).any(|key| key == signer));

    // A second token tells which of the two it is, and so does a kid that is its thumbprint.
    let mut second = debug(&debugger, &other.token(&payload(2)));
    let mut signers = Signers::default();
    assert!(signers.note(&mut first.recovered.clone()).is_none());
    assert!(signers.note(&mut second.recovered).is_some());
    let named = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, other.thumbprint());
    let named = debug(&debugger, &other.sign(named.as_bytes(), b"{}"));
    for report in [&second, &named] {
        assert!(recovered(report).eq(std::iter::once(signer.clone())));
    }

    // From a token without its payload no key follows, and of a good one nobody asks.
    let token = other.token(&payload(1));
    let segments: Vec<&str> = token.split('.').collect();
    let detached = format!("{}..{}", segments[0], segments[2]);
    for token in [&detached, &given.token(&payload(1))] {
        assert_eq!(recovered(&debug(&debugger, token)).len(), 0, "{token}");
    }
}

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
            assert_eq!(
                (report.verdict, proven(&report)),
                (Verdict::Unverifiable, codes(&["hmac-with-public-key"]))
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

/// What a token inside other text would get is told beside what is to be taken off, and nothing else
/// is changed by it.
#[test]
fn the_token_inside_is_judged_too() {
    let mut random = Random::new("inside");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let at = |exp: i64| {
        format!(
            r#"{{"sub":"; that token would be valid","exp":{}}}"#,
            NOW + exp
        )
    };
    let early = format!(r#"{{"nbf":{}}}"#, NOW + 90);
    let rsa = [random.octets(), random.octets()].concat().repeat(4);
    let rsa = format!("{}.{}", input(r#"{"alg":"RS256"}"#, &at(3600)), encode(rsa));
    for (token, outcome) in [
        (given.token(&at(3600)), "valid"),
        (given.token(&at(-7500)), "expired (\"exp\" 2h 5m ago)"),
        (given.token(&early), "not-yet-valid (\"nbf\" in 1m 30s)"),
        (other.token(&at(3600)), "mis-signed"),
        (rsa, "unverifiable"),
        (given.token("[]"), "malformed"),
    ] {
        for (text, code) in [
            (format!("see {token}, please"), "surrounded-token"),
            (format!(r#"{{"access_token":"{token}"}}"#), "json-response"),
            (format!("Cookie: a=b; s={token}; c=d"), "cookie"),
            (format!("{token}~eyJh~"), "sd-jwt"),
        ] {
            let report = debug(&debugger, &text);
            assert_eq!(report.verdict, Verdict::Malformed, "{text}");
            let told: Vec<_> = report
                .findings
                .iter()
                .filter_map(|finding| {
                    let (_, outcome) = finding.evidence.split_once("; that token would be ")?;
                    Some((finding.code.name(), outcome))
                })
                .collect();
            assert_eq!(told, [(code, outcome)], "{text}");
        }
    }
    // Where more than taking it out is needed, the proof tells what, and the token taken out is not it.
    let der = {
        let input = input(HEADER, &at(3600));
        format!(
            "{input}.{}",
            encode(der(given.sign_hash(&Sha256::digest(&input))))
        )
    };
    for text in [format!("see {der}, please"), der, given.token("[]")] {
        let report = debug(&debugger, &text);
        let is_told = |finding: &Finding| finding.evidence.contains("that token would be");
        assert!(!report.findings.iter().any(is_told), "{text}");
    }
}

/// Nothing is invented: neither for noise nor for tokens that were changed in more than one place. Chance
/// proves nothing in any number of tokens; a fault of a search shows at a length or a reading, so each length
/// occurs, and that of a signature often.
#[test]
fn nothing_is_proven_without_a_cause() {
    let mut random = Random::new("noise");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let mut tokens = Vec::new();
    for (number, length) in (0..97).chain([64; 100]).enumerate() {
        let noise = [random.octets(), random.octets(), random.octets()].concat();
        tokens.push(format!(
            "{}.{}",
            input(HEADER, &payload(number)),
            encode(&noise[..length])
        ));
    }
    for number in 0..20 {
        let good = |payload: &str| encode(given.sign_hash(&Sha256::digest(input(HEADER, payload))));
        let changed = payload(number).replace("member", "Mumber");
        tokens.push(format!(
            "{}.{}",
            input(HEADER, &changed),
            good(&payload(number))
        ));
        let input = input(HEADER, &payload(number));
        tokens.push(format!(
            "{input}.{}",
            encode(other.sign_hash(&Sha256::digest(&input)))
        ));
        tokens.push(format!("{input}.{}", encode([0; 64])));
    }
    let (first, second) = tokens.split_at(tokens.len() / 2);
    std::thread::scope(|scope| {
        for tokens in [first, second] {
            let debugger = &debugger;
            scope.spawn(move || {
                for token in tokens {
                    let report = debug(debugger, token);
                    assert_eq!(proven(&report), codes(&[]), "{token}");
                    assert!(
                        report
                            .findings
                            .iter()
                            .all(|finding| finding.certainty != Certainty::Proven),
                        "{token}"
                    );
                    assert_ne!(report.verdict, Verdict::Valid);
                }
            });
        }
    });
}

/// Each case has its cause, as certain as it is said to be.
#[test]
fn causes_of_the_cases_are_found() {
    let mut proofs = 0;
    for case in CASES.iter() {
        for (certainty, code, effort) in case.causes {
            let other = other_jwk();
            let also = if *code == "signed-by-other-key" {
                vec![other.as_str()]
            } else {
                Vec::new()
            };
            let debugger = debugger(&[&case.key], &also, *effort);
            let report = debug(&debugger, &case.token);
            let mut found = report.findings.iter();
            let found = found.find(|finding| finding.code.name() == *code);
            let found = found.unwrap_or_else(|| panic!("{}: {:#?}", case.id, report.findings));
            assert_eq!(found.certainty.name(), *certainty, "{} {code}", case.id);
            proofs += usize::from(*certainty == "proven");
        }
    }
    assert!(proofs > 10);
}

/// What is plainly there to see, and what times and claims tell: never proven.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn kinds_and_times_are_told() {
    let mut random = Random::new("kinds");
    let signer = random.signer();
    let jwk = signer.jwk();
    let rsa = crate::cases::rsa_jwk("rsa");
    let keys = debugger(&[&jwk], &[], Effort::Default);
    let with_rsa = debugger(&[&rsa], &[], Effort::Default);
    let good = signer.token(&payload(1));
    let (input, _) = good.rsplit_once('.').unwrap();
    let with_signature = |octets: &[u8]| format!("{input}.{}", encode(octets));
    let claims = |claims: &str| signer.token(&claims.replace("NOW", &NOW.to_string()));
    for (code, certainty, token) in [
        (
            "unsecured",
            Certainty::Note,
            format!("{}.{}.", encode(r#"{"alg":"nOnE"}"#), encode("{}")),
        ),
        (
            "jwe",
            Certainty::Note,
            format!("{}.a.a.a.a", encode(r#"{"alg":"dir","enc":"A128GCM"}"#)),
        ),
        (
            "opaque-token",
            Certainty::Note,
            "v4x7Gq0tYlbFzN1sXo2Zr9".to_owned(),
        ),
        ("no-token", Certainty::Note, "undefined".to_owned()),
        ("no-token", Certainty::Note, "<!doctype html><p>".to_owned()),
        (
            "ellipsis",
            Certainty::Likely,
            format!("{}...{}", &good[..30], &good[90..]),
        ),
        (
            "ellipsis",
            Certainty::Likely,
            format!("{}\u{2026}", &good[..30]),
        ),
        (
            "truncated",
            Certainty::Likely,
            good[..good.len() - 30].to_owned(),
        ),
        ("truncated", Certainty::Likely, input.to_owned()),
        ("truncated", Certainty::Likely, good[..40].to_owned()),
        ("truncated", Certainty::Likely, format!("{input}.")),
        (
            "detached-payload",
            Certainty::Note,
            good.replace(good.split('.').nth(1).unwrap(), ""),
        ),
        (
            "deflated-payload",
            Certainty::Note,
            signer.sign(
                br#"{"alg":"ES256","zip":"DEF"}"#,
                b"\xab\x56\x4a\x54\xb2\x32\xac\x05\x00",
            ),
        ),
        (
            "nested-jwt",
            Certainty::Note,
            signer.sign(HEADER.as_bytes(), good.as_bytes()),
        ),
        (
            "signature-zero",
            Certainty::Likely,
            with_signature(&[0; 64]),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[1; 32]),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[0xEE; 96]),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[0xEE; 132]),
        ),
        (
            "signature-of-other-algorithm",
            Certainty::Likely,
            with_signature(&[1; 256]),
        ),
        (
            "der-signature",
            Certainty::Likely,
            with_signature(&[&[0x30, 69, 2, 32][..], &[1; 67]].concat()),
        ),
        (
            "two-tokens",
            Certainty::Likely,
            format!("{good} {good}").replace("eyJzdWIi", "eyJzdWIj"),
        ),
        (
            "json-response",
            Certainty::Note,
            r#"{"error":"invalid_grant"}"#.to_owned(),
        ),
        (
            "token-of-another-kind",
            Certainty::Likely,
            claims(r#"{"aud":"transcodes-mcp","exp":1}"#),
        ),
        (
            "token-of-another-kind",
            Certainty::Likely,
            claims(r#"{"oid":"a","pid":"b","mid":"c","exp":1}"#),
        ),
        (
            "alg-key-mismatch",
            Certainty::Note,
            random.signer().sign(br#"{"alg":"RS256"}"#, b"{}"),
        ),
        (
            "time-in-milliseconds",
            Certainty::Likely,
            claims(r#"{"nbf":1795392000000}"#),
        ),
        (
            "time-as-text",
            Certainty::Likely,
            claims(r#"{"exp":"2026-11-23"}"#),
        ),
        (
            "clock-skew",
            Certainty::Likely,
            claims(r#"{"exp":1795391990}"#),
        ),
        (
            "clock-skew",
            Certainty::Likely,
            claims(r#"{"nbf":1795392300}"#),
        ),
        (
            "issuer-clock",
            Certainty::Likely,
            claims(r#"{"iat":100,"exp":200}"#),
        ),
        (
            "issuer-clock",
            Certainty::Likely,
            claims(r#"{"iat":1795392010,"nbf":1795392010}"#),
        ),
        (
            "expires-before-issued",
            Certainty::Likely,
            claims(r#"{"iat":1795390000,"exp":1795380000}"#),
        ),
        (
            "short-lifetime",
            Certainty::Likely,
            claims(r#"{"iat":1795390000,"exp":1795390015}"#),
        ),
        (
            "no-key-matches",
            Certainty::Likely,
            random.signer().token(&payload(1)),
        ),
        (
            "signer-candidates",
            Certainty::Note,
            random.signer().token(&payload(1)),
        ),
    ] {
        let report = debug(&keys, &token);
        assert_ne!(report.verdict, Verdict::Valid, "{code}");
        let found = report
            .findings
            .iter()
            .find(|finding| finding.code.name() == code);
        let found = found.unwrap_or_else(|| panic!("{code}: {:#?}", report.findings));
        assert_eq!(found.certainty, certainty, "{code}");
        assert!(found.hint.is_some(), "{code}");
        assert_eq!(proven(&report), codes(&[]), "{code}");
    }
    let by_other = random.signer().token("{}");
    assert!(
        debug(&with_rsa, &by_other)
            .findings
            .iter()
            .any(|finding| finding.code.name() == "alg-key-mismatch")
    );
    // The leeway that a finding names is of full minutes, with room for the time that goes on.
    for (claims, least, leeway) in [
        (r#"{"exp":1795391990}"#, 11, 60),
        (r#"{"exp":1795391990.5}"#, 10, 60),
        (r#"{"exp":1795391949}"#, 52, 120),
        (r#"{"nbf":1795392300}"#, 300, 300),
    ] {
        let token = signer.token(claims);
        let hint = debug(&keys, &token)
            .findings
            .iter()
            .find(|finding| finding.code.name() == "clock-skew")
            .unwrap()
            .hint
            .clone();
        let hint = hint.unwrap();
        let (_, named) = hint.split_once("--leeway ").unwrap();
        let named: String = named.chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(named, leeway.to_string(), "{claims}");
        let verdict = |leeway: i64| {
            let policy = Policy::default().with_leeway(leeway).unwrap();
            debug(&Bench::new(&[&jwk], &[], policy, Effort::Default), &token).verdict
        };
        assert_eq!(verdict(leeway), Verdict::Valid, "{claims}");
        assert_eq!(verdict(least), Verdict::Valid, "{claims}");
        assert_ne!(verdict(least - 1), Verdict::Valid, "{claims}");
    }
    told_first(&keys, &good);
    told_in_words(&keys, &signer);
}

/// The first of several findings, and those that would be wrong beside it.
fn told_first(keys: &Bench, good: &str) {
    let mac = |alg: &str, octets: usize| {
        let input = input(&format!(r#"{{"alg":"{alg}"}}"#), &payload(1));
        format!("{input}.{}", encode(vec![1; octets]))
    };
    let shortened = |dots: &str| format!("{}{dots}{}", &good[..100], &good[good.len() - 40..]);
    let inside = format!(
        "{}...{}",
        &good[..good.len() - 60],
        &good[good.len() - 20..]
    );
    for (text, first, not) in [
        (inside, "ellipsis", "jwe"),
        (shortened("..."), "ellipsis", "surrounded-token"),
        (
            format!("see {}, please", shortened("...")),
            "ellipsis",
            "surrounded-token",
        ),
        (
            mac("HS256", 32),
            "alg-key-mismatch",
            "signature-of-other-algorithm",
        ),
        (
            mac("HS384", 48),
            "alg-key-mismatch",
            "signature-of-other-algorithm",
        ),
        (mac("HS512", 64), "alg-key-mismatch", "signer-candidates"),
        (
            format!("\u{a0}{good}"),
            "surrounded-token",
            "signature-good",
        ),
    ] {
        let report = debug(keys, &text);
        assert_eq!(report.findings[0].code.name(), first, "{text}");
        assert!(
            report
                .findings
                .iter()
                .all(|finding| finding.code.name() != not),
            "{text}"
        );
    }
    // Three dots without a token.
    let report = debug(keys, "*   Trying 93.184.216.34:443...");
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.code.name() != "ellipsis")
    );
}

/// What a finding says besides its code.
fn told_in_words(keys: &Bench, signer: &Issuer) {
    let jwe_of = |header: &str| format!("{}.a.a.a.a", encode(header));
    let jwe = |alg: &str| jwe_of(&format!(r#"{{"alg":"{alg}","enc":"A128GCM"}}"#));
    let good = signer.token(&payload(1));
    for (text, code, words) in [
        (jwe("dir"), "jwe", "the secret"),
        (
            jwe_of(r#"{"alg":"dir","enc":"A256GCM"}"#),
            "jwe",
            "AUTH_SECRET",
        ),
        (
            jwe_of(r#"{"alg":"dir","enc":"A256CBC-HS512","kid":"a"}"#),
            "jwe",
            "AUTH_SECRET",
        ),
        (
            jwe_of(r#"{"alg":"dir","enc":"A256GCM","cty":"JWT"}"#),
            "jwe",
            "the secret",
        ),
        (jwe("A256GCMKW"), "jwe", "the secret"),
        (jwe("PBES2-HS256+A128KW"), "jwe", "the secret"),
        (jwe("ECDH-ES+A128KW"), "jwe", "private key"),
        (
            format!("\u{a0}{good}"),
            "surrounded-token",
            "before the token: no-break space (U+00A0)",
        ),
        (
            format!("{good}\u{3000}"),
            "surrounded-token",
            "after the token: ideographic space (U+3000)",
        ),
        (
            format!("\u{a0}see {good}"),
            "surrounded-token",
            "extra text",
        ),
        (
            signer.token(r#"{"iat":1795391000,"exp":3600}"#),
            "exp-as-lifetime",
            "now + 3600",
        ),
        (
            signer.token(r#"{"nbf":1795392000000}"#),
            "time-in-milliseconds",
            "1795392000000 probably means 2026-11-23T",
        ),
        (
            signer.token(r#"{"nbf":1795392000000000}"#),
            "time-in-milliseconds",
            "divide by 1000000 ",
        ),
        (
            signer.token(r#"{"nbf":1795392000000000000}"#),
            "time-in-milliseconds",
            "are in nanoseconds",
        ),
        (
            signer.token(r#"{"exp":1795391990}"#),
            "clock-skew",
            "get a new one",
        ),
    ] {
        let report = debug(keys, &text);
        let found = report
            .findings
            .iter()
            .find(|finding| finding.code.name() == code);
        let found = found.unwrap_or_else(|| panic!("{code}: {:#?}", report.findings));
        let told = format!("{}\n{}\n{:?}", found.summary, found.evidence, found.hint);
        assert!(told.contains(words), "{told}");
    }
    let lifetime = debug(keys, &signer.token(r#"{"iat":1795391000,"exp":3600}"#));
    assert!(
        lifetime
            .findings
            .iter()
            .all(|finding| finding.code.name() != "expires-before-issued")
    );
}

/// A clock that is behind explains only why a token is early, and only if it was asked.
#[test]
fn the_local_clock_is_blamed_for_early_tokens_only() {
    const EARLY: i64 = 1_000_000_000;
    let mut random = Random::new("clock");
    let (signer, other) = (random.signer(), random.signer());
    let policy = Policy::default().with_checks([ClaimCheck::MaxAge(60)]);
    let keys = Debugger::new(&[source(&signer.jwk())], &[], policy, Effort::Default);
    let blames = |keys: &Debugger, token: &str, now: i64| {
        let report = keys.debug(&Token::from(token), now, &mut |_| true);
        let mut codes = report.findings.iter().map(|finding| finding.code.name());
        (report.verdict, codes.any(|code| code == "local-clock"))
    };
    let early = signer.token(r#"{"iat":1795392300,"nbf":1795392300}"#);
    let issued_later = signer.token(r#"{"iat":1795392300}"#);
    for (token, verdict, is_blamed) in [
        (&*early, Verdict::NotYetValid, true),
        (&*issued_later, Verdict::ClaimRejected, true),
        (&*signer.token("{}"), Verdict::ClaimRejected, false),
        (
            &*signer.token(r#"{"iat":1,"exp":1}"#),
            Verdict::Expired,
            false,
        ),
        (
            &*other.token(r#"{"nbf":1795392300}"#),
            Verdict::MisSigned,
            false,
        ),
        ("no-token", Verdict::Malformed, false),
    ] {
        assert_eq!(blames(&keys, token, EARLY), (verdict, is_blamed), "{token}");
        let at = keys.clone().at_chosen_time();
        assert_eq!(blames(&at, token, EARLY), (verdict, false), "{token}");
    }
    assert_eq!(blames(&keys, &early, NOW), (Verdict::NotYetValid, false));
}

/// A time in milliseconds is in the far future: it explains why a token is early, and nothing else.
#[test]
fn milliseconds_explain_early_tokens_only() {
    let signer = Random::new("milliseconds").signer();
    let policy = Policy::default().with_checks([ClaimCheck::MaxAge(60)]);
    let judged = |policy: Policy, claims: &str| {
        let keys = Bench::new(&[&signer.jwk()], &[], policy, Effort::Default);
        let report = debug(&keys, &signer.token(claims));
        let mut found = report.findings.iter();
        let found = found.find(|finding| finding.code.name() == "time-in-milliseconds");
        let others = report
            .findings
            .iter()
            .filter(|other| other.code.name() == "time-in-milliseconds");
        assert_eq!(others.count(), 1, "{claims}");
        (report.verdict, found.unwrap().explains)
    };
    for (policy, claims, verdict, explains) in [
        (
            Policy::default(),
            r#"{"exp":1795395600000}"#,
            Verdict::Valid,
            false,
        ),
        (
            Policy::default(),
            r#"{"exp":1,"iat":1795392000000}"#,
            Verdict::Expired,
            false,
        ),
        (
            Policy::default(),
            r#"{"nbf":1795392000000}"#,
            Verdict::NotYetValid,
            true,
        ),
        (
            Policy::default(),
            r#"{"nbf":1795392001,"exp":1795395600000}"#,
            Verdict::NotYetValid,
            false,
        ),
        (
            policy.clone(),
            r#"{"iat":1795392000000}"#,
            Verdict::ClaimRejected,
            true,
        ),
        (
            policy,
            r#"{"iat":1,"exp":1795395600000}"#,
            Verdict::ClaimRejected,
            false,
        ),
    ] {
        assert_eq!(judged(policy, claims), (verdict, explains), "{claims}");
    }
}

/// A name that differs only in what people overlook.
#[test]
fn names_that_almost_fit_are_told() {
    let signer = Random::new("names").signer();
    let token = signer.token(r#"{"iss":"https://auth.example.com","aud":["a","Transcodes-SDK"]}"#);
    for (check, code) in [
        (
            ClaimCheck::Issuer("http://auth.example.com/".to_owned()),
            Some("issuer-almost"),
        ),
        (
            ClaimCheck::Issuer("https://auth.example.org".to_owned()),
            None,
        ),
        (
            ClaimCheck::Audience(vec!["api".to_owned(), " transcodes-sdk".to_owned()]),
            Some("audience-almost"),
        ),
        (ClaimCheck::Audience(vec!["transcodes".to_owned()]), None),
    ] {
        let policy = Policy::default().with_checks([check]);
        let report = debug(
            &Bench::new(&[&signer.jwk()], &[], policy, Effort::Default),
            &token,
        );
        assert_eq!(report.verdict, Verdict::ClaimRejected);
        let found = report
            .findings
            .iter()
            .find(|finding| finding.certainty == Certainty::Likely);
        assert_eq!(found.map(|finding| finding.code.name()), code);
    }
}

/// A proof names every change: also what is removed around a token inside an encoding.
#[test]
fn what_is_around_a_token_inside_is_named() {
    let signer = Random::new("inside").signer();
    let keys = debugger(&[&signer.jwk()], &[], Effort::Default);
    let token = signer.token(&payload(1));
    let inner = format!(" Bearer \"{token}\"\r\n");
    let hex = HEXUPPER.encode(inner.as_bytes());
    let percent: String = hex
        .as_bytes()
        .chunks(2)
        .flat_map(|pair| [b'%', pair[0], pair[1]])
        .map(char::from)
        .collect();
    let json = serde_json::json!({ "access_token": inner }).to_string();
    let base64 = BASE64.encode(inner.as_bytes());
    let utf16: Vec<u8> = format!("\u{feff}{token}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (text, code) in [
        (percent.into_bytes(), "percent-encoded"),
        (json.into_bytes(), "json-response"),
        (base64.into_bytes(), "double-encoded"),
        (utf16, "nul-bytes"),
    ] {
        let report = keys.debug(&text, NOW);
        assert_eq!(
            proven(&report),
            codes(&[code, "surrounded-token"]),
            "{code}"
        );
    }
}

/// The reply of a token endpoint is shown only as far as its text is known in advance.
#[test]
fn an_error_response_is_not_repeated() {
    let keys = debugger(&[], &[], Effort::Default);
    for (error, expected) in [
        (r#""invalid_grant""#, r#""error" is "invalid_grant""#),
        (r#""hunter2hunter2""#, r#"it has an "error" member"#),
        (r#""invalid_grant hunter2""#, r#"it has an "error" member"#),
        (r#"{"code":"hunter2"}"#, r#"it has an "error" member"#),
    ] {
        let response = format!(
            r#"{{"error":{error},"error_description":"hunter2","error_uri":"https://hunter2.example"}}"#
        );
        let report = debug(&keys, &response);
        let mut found = report.findings.iter();
        let found = found.find(|found| found.code == jwtlens::Code::JsonResponse);
        assert_eq!(found.unwrap().evidence, expected);
        let json = serde_json::to_string(&report).unwrap();
        assert!(!json.contains("hunter2"), "{json}");
    }
}

/// What is searched is bounded by the length of the token: a hundred forms of a long one, or a
/// hundred thousand places in it, would take memory and time without end.
#[test]
fn long_tokens_are_not_searched() {
    let signer = Random::new("long").signer();
    let debugger = debugger(&[&signer.jwk()], &[], Effort::Deep);
    let signature = encode([0x55; 64]);
    let long = "x".repeat(60_000);
    for payload in [
        format!(r#"{{"a":"{long}"}}"#),
        format!(r#"{{"a":"{}"}}"#, long.repeat(20)),
    ] {
        let report = debug(
            &debugger,
            &format!("{}.{signature}", input(HEADER, &payload)),
        );
        assert_eq!(report.verdict, Verdict::MisSigned);
        let search = report.search.unwrap();
        assert_eq!((search.forms, search.complete), (0, false));
        assert_eq!(search.exceeded_limit, Some(64 * 1024));
    }
    let tokens = format!("{0}.eyJ.{0}.eyJ.a", "eyJ".repeat(300_000));
    let report = debug(&debugger, &tokens);
    assert_eq!(report.verdict, Verdict::Malformed);
    assert_eq!(report.search.unwrap().exceeded_limit, Some(64 * 1024));
    let signature = signer.sign_hash(&Sha256::digest("another input"));
    let short = format!("{}.{}", input(HEADER, &payload(1)), encode(signature));
    let search = debug(&debugger, &short).search.unwrap();
    assert_eq!(search.exceeded_limit, None);
    assert!(search.forms > 0);
}

/// A key that a token itself names by its thumbprint (RFC 7800, RFC 9449), and one in a certificate.
#[test]
fn keys_that_a_token_names_are_found() {
    let mut random = Random::new("named");
    let (given, other) = (random.signer(), random.signer());
    let debugger = debugger(&[&given.jwk()], &[], Effort::Default);
    let claims = format!(r#"{{"cnf":{{"jkt":"{}"}}}}"#, other.thumbprint());
    let report = debug(&debugger, &other.token(&claims));
    assert_eq!(proven(&report), codes(&["signer-is-kid"]));
    let evidence = &report.findings[0].evidence;
    assert!(
        evidence.contains("\"cnf.jkt\"") && evidence.contains(&other.coordinates()[0]),
        "{evidence}"
    );

    // A thumbprint that was not signed can be chosen after the signature, and tells nothing.
    let named = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, other.thumbprint());
    for (input, signed) in [
        (input(&named, "{}"), encode("{}")),
        (input(&named, "{}"), input(r#"{"alg":"ES256"}"#, "{}")),
        (input(HEADER, &claims), encode(HEADER)),
    ] {
        let signature = encode(other.sign_hash(&Sha256::digest(&signed)));
        let report = debug(&debugger, &format!("{input}.{signature}"));
        assert_eq!(proven(&report), codes(&[]), "{input}");
    }

    let report = debug(&debugger, &embedded_certificate());
    assert_eq!(
        (report.verdict, proven(&report)),
        (Verdict::MisSigned, codes(&["signed-by-embedded-key"]))
    );
}
