//! As much DER (X.690) as keys, certificates and signatures of tests need, written here so that no test
//! relies on the code that it checks.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::support::{Issuer, der};

const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// Object identifiers with their tag and length.
const EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
const ECDSA_WITH_SHA256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const RSA_ENCRYPTION: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";
const BASIC_CONSTRAINTS: &[u8] = b"\x06\x03\x55\x1d\x13";
pub const P256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
pub const P384: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x22";
pub const P521: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x23";

/// A value with its tag and length.
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let mut value = vec![tag];
    if content.len() > 0x7f {
        value.push(0x80 | u8::try_from(length.len() - zeros).unwrap());
    }
    // Even the length of an empty value has a digit.
    value.extend(&length[zeros.min(length.len() - 1)..]);
    value.extend(content);
    value
}

pub fn integer(unsigned: &[u8]) -> Vec<u8> {
    let zeros = unsigned.iter().take_while(|byte| **byte == 0).count();
    let digits = &unsigned[zeros..];
    let sign: &[u8] = match digits.first() {
        Some(0..=0x7f) => &[],
        _ => &[0],
    };
    tlv(INTEGER, &[sign, digits])
}

pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], bytes])
}

/// R and S in DER, whatever the curve.
pub fn signature(r_and_s: &[u8]) -> Vec<u8> {
    let (r, s) = r_and_s.split_at(r_and_s.len() / 2);
    tlv(SEQUENCE, &[&integer(r), &integer(s)])
}

/// The SPKI of a point.
pub fn ec_public_key(curve: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = tlv(SEQUENCE, &[EC_PUBLIC_KEY, curve]);
    tlv(SEQUENCE, &[&algorithm, &bit_string(point)])
}

/// The SPKI of an RSA key.
pub fn rsa_public_key(n: &[u8], e: &[u8]) -> Vec<u8> {
    let algorithm = tlv(SEQUENCE, &[RSA_ENCRYPTION, b"\x05\x00"]);
    let key = tlv(SEQUENCE, &[&integer(n), &integer(e)]);
    tlv(SEQUENCE, &[&algorithm, &bit_string(&key)])
}

/// A certificate in DER, from 2026 to 2046.
pub fn certificate(subject: (&str, &Issuer), issuer: (&str, &Issuer), is_ca: bool) -> Vec<u8> {
    let name = |text: &str| {
        let attribute = tlv(SEQUENCE, &[COMMON_NAME, &tlv(0x0c, &[text.as_bytes()])]);
        tlv(SEQUENCE, &[&tlv(0x31, &[&attribute])])
    };
    let algorithm = tlv(SEQUENCE, &[ECDSA_WITH_SHA256]);
    let validity = [b"261101000000Z", b"461101000000Z"].map(|time| tlv(0x17, &[time]));
    let constraints: &[u8] = if is_ca { b"\x01\x01\xff" } else { b"" };
    let constraints = tlv(OCTET_STRING, &[&tlv(SEQUENCE, &[constraints])]);
    let extension = tlv(
        SEQUENCE,
        &[BASIC_CONSTRAINTS, b"\x01\x01\xff", &constraints],
    );
    let signed = tlv(
        SEQUENCE,
        &[
            &tlv(0xa0, &[&integer(&[2])]),
            &integer(&[1]),
            &algorithm,
            &name(issuer.0),
            &tlv(SEQUENCE, &[&validity.concat()]),
            &name(subject.0),
            &ec_public_key(P256, &subject.1.point()),
            &tlv(0xa3, &[&tlv(SEQUENCE, &[&extension])]),
        ],
    );
    let signature = bit_string(&der(issuer.1.sign_hash(&Sha256::digest(&signed))));
    tlv(SEQUENCE, &[&signed, &algorithm, &signature])
}

/// RFC 7468.
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    let lines: Vec<&str> = (0..base64.len())
        .step_by(64)
        .map(|at| &base64[at..base64.len().min(at + 64)])
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
