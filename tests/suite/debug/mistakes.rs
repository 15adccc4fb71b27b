//! A signer that does wrong in every way there is a finding for, alone and in pairs: the finding must be that very
//! one.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER, HEXUPPER};
use jwtlens::{Certainty, Effort, Verdict};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{HEADER, KID, codes, debug, debugger, encode, halves, input, payload, proven};
use crate::cases::{CASES, other_jwk};
use crate::support::{Random, der};

/// What is signed instead of the Signing Input, and what is sent.
#[derive(Clone, Copy, Debug)]
pub struct Fault<T> {
    pub code: &'static str,
    pub make: T,
}

type Text = fn(header: &str, payload: &str) -> Vec<u8>;

pub type Hash = fn(text: &[u8]) -> Vec<u8>;

type Octets = fn(signature: [u8; 64]) -> Vec<u8>;

type Written = fn(token: &str) -> Option<String>;

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

pub const HASHED: [Fault<Hash>; 8] = [
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
