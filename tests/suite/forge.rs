//! Keys and certificates in DER and PEM, written by hand: an oracle for what the program reads, on every
//! machine.

use data_encoding::BASE64;

/// One element of DER.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    match (high, low) {
        (0, 0..=0x7F) => der.push(low),
        (0, _) => der.extend([0x81, low]),
        _ => der.extend([0x82, high, low]),
    }
    der.extend(content);
    der
}

pub fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// A number that is not negative.
pub fn integer(number: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if number[0] < 0x80 { &[] } else { &[0] };
    element(0x02, &[sign, number].concat())
}

pub fn bits(content: &[u8]) -> Vec<u8> {
    element(0x03, &[&[0], content].concat())
}

pub fn bytes(content: &[u8]) -> Vec<u8> {
    element(0x04, content)
}

pub fn null() -> Vec<u8> {
    vec![0x05, 0]
}

/// An object identifier by its encoding.
pub fn oid(content: &[u8]) -> Vec<u8> {
    element(0x06, content)
}

pub const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
pub const RSASSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
pub const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8];
pub const SHA1: &[u8] = &[0x2B, 14, 3, 2, 26];
pub const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
pub const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
pub const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
pub const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
pub const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
pub const P384: &[u8] = &[0x2B, 0x81, 4, 0, 34];
pub const P521: &[u8] = &[0x2B, 0x81, 4, 0, 35];
pub const SECP256K1: &[u8] = &[0x2B, 0x81, 4, 0, 10];
pub const X25519: &[u8] = &[0x2B, 0x65, 110];
pub const ED25519: &[u8] = &[0x2B, 0x65, 112];
pub const ED448: &[u8] = &[0x2B, 0x65, 113];
pub const ML_DSA_44: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17];
const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];

/// The `AlgorithmIdentifier` of a curve.
pub fn ec(curve: &[u8]) -> Vec<u8> {
    sequence(&[oid(EC), oid(curve)])
}

/// `RSASSA-PSS-params`.
pub fn pss(hash: &[u8], mask_hash: &[u8], salt: u8) -> Vec<u8> {
    let hash = sequence(&[oid(hash), null()]);
    let mask = sequence(&[oid(MGF1), sequence(&[oid(mask_hash), null()])]);
    sequence(&[
        element(0xA0, &hash),
        element(0xA1, &mask),
        element(0xA2, &integer(&[salt])),
    ])
}

/// `SubjectPublicKeyInfo`
pub fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[algorithm.to_vec(), bits(key)])
}

/// `RSAPublicKey`
pub fn rsa_public(n: &[u8], e: &[u8]) -> Vec<u8> {
    sequence(&[integer(n), integer(e)])
}

/// `RSAPrivateKey`. What only a signer needs is made up.
pub fn rsa_private(n: &[u8], e: &[u8], d: &[u8]) -> Vec<u8> {
    let mut numbers = vec![integer(&[0]), integer(n), integer(e), integer(d)];
    numbers.extend((1..=5).map(|number| integer(&[number])));
    sequence(&numbers)
}

/// `ECPrivateKey`
pub fn ec_private(d: &[u8], curve: Option<&[u8]>, point: Option<&[u8]>) -> Vec<u8> {
    let mut elements = vec![integer(&[1]), bytes(d)];
    elements.extend(curve.map(|curve| element(0xA0, &oid(curve))));
    elements.extend(point.map(|point| element(0xA1, &bits(point))));
    sequence(&elements)
}

/// `PrivateKeyInfo`
pub fn private(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[integer(&[0]), algorithm.to_vec(), bytes(key)])
}

/// A certificate.
pub struct Certificate<'c> {
    pub subject: &'c str,
    pub issuer: &'c str,
    /// None of version 1, which cannot say it.
    pub ca: Option<bool>,
    pub spki: Vec<u8>,
}

impl Certificate<'_> {
    /// As DER, signed by this function.
    pub fn der(&self, sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let signature = sequence(&[oid(ECDSA_SHA256)]);
        let validity = [b"260101000000Z", b"360101000000Z"].map(|time| element(0x17, time));
        let true_ = element(0x01, &[0xFF]);
        let constraints = if self.ca == Some(true) {
            element(0x30, &true_)
        } else {
            sequence(&[])
        };
        let extension = sequence(&[oid(BASIC_CONSTRAINTS), true_, bytes(&constraints)]);
        let extensions = element(0xA3, &sequence(&[extension]));
        let [version, extensions] = match self.ca {
            Some(_) => [element(0xA0, &integer(&[2])), extensions],
            None => [Vec::new(), Vec::new()],
        };
        let signed = sequence(&[
            version,
            integer(&[7]),
            signature.clone(),
            name(self.issuer),
            sequence(&validity),
            name(self.subject),
            self.spki.clone(),
            extensions,
        ]);
        let value = bits(&sign(&signed));
        sequence(&[signed, signature, value])
    }

    /// As DER, with a signature that nothing checks.
    pub fn unsigned(&self) -> Vec<u8> {
        self.der(|_| vec![0; 8])
    }
}

/// A name with one part, `CN`.
fn name(common: &str) -> Vec<u8> {
    let attribute = sequence(&[oid(COMMON_NAME), element(0x0C, common.as_bytes())]);
    sequence(&[element(0x31, &attribute)])
}

/// RFC 7468.
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
