//! What a DER text is by its outermost elements: each kind of key, certificate or container has others.
//! The label of PEM only claims it.

use std::fmt;

use der::asn1::AnyRef;
use der::{Class, Decode, Reader, SliceReader, Tag, Tagged};

/// A structure of ASN.1 that holds, or is taken to hold, a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `SubjectPublicKeyInfo` (RFC 5280 section 4.1)
    PublicKey,
    /// `RSAPublicKey` (RFC 8017 appendix A.1.1)
    RsaPublicKey,
    /// `Certificate` (RFC 5280 section 4.1)
    Certificate,
    /// `PrivateKeyInfo` (RFC 5208, RFC 5958)
    PrivateKey,
    /// `RSAPrivateKey` (RFC 8017 appendix A.1.2)
    RsaPrivateKey,
    /// `ECPrivateKey` (RFC 5915)
    EcPrivateKey,
    /// `EncryptedPrivateKeyInfo` (RFC 5958)
    EncryptedPrivateKey,
    /// `CertificationRequest` (RFC 2986)
    CertificateRequest,
    /// `CertificateList` (RFC 5280 section 5.1)
    Crl,
    /// `PFX` (RFC 7292)
    Pkcs12,
    /// `ContentInfo` (RFC 5652), of which certificates are `signedData`
    Pkcs7,
}

impl Kind {
    const ALL: [Self; 11] = [
        Self::PublicKey,
        Self::RsaPublicKey,
        Self::Certificate,
        Self::PrivateKey,
        Self::RsaPrivateKey,
        Self::EcPrivateKey,
        Self::EncryptedPrivateKey,
        Self::CertificateRequest,
        Self::Crl,
        Self::Pkcs12,
        Self::Pkcs7,
    ];

    /// The kind that this label of PEM stands for.
    pub(crate) fn with_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }

    /// The label of PEM.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::PublicKey => "PUBLIC KEY",
            Self::RsaPublicKey => "RSA PUBLIC KEY",
            Self::Certificate => "CERTIFICATE",
            Self::PrivateKey => "PRIVATE KEY",
            Self::RsaPrivateKey => "RSA PRIVATE KEY",
            Self::EcPrivateKey => "EC PRIVATE KEY",
            Self::EncryptedPrivateKey => "ENCRYPTED PRIVATE KEY",
            Self::CertificateRequest => "CERTIFICATE REQUEST",
            Self::Crl => "X509 CRL",
            Self::Pkcs12 => "PKCS12",
            Self::Pkcs7 => "PKCS7",
        }
    }

    /// Whether it is read in any encoding.
    pub(crate) fn is_public(self) -> bool {
        matches!(
            self,
            Self::PublicKey | Self::RsaPublicKey | Self::Certificate
        )
    }

    /// Whether it is read as PEM.
    pub(crate) fn is_key(self) -> bool {
        let is_private = matches!(
            self,
            Self::PrivateKey | Self::RsaPrivateKey | Self::EcPrivateKey
        );
        self.is_public() || is_private
    }

    /// What this DER text looks like, if it is one element and nothing after it.
    pub(crate) fn of(der: &[u8]) -> Option<Self> {
        let elements_of_outer = elements(AnyRef::from_der(der).ok()?)?;
        match *elements_of_outer.as_slice() {
            [algorithm, key] if is_algorithm(algorithm) => match key.tag() {
                Tag::BitString => Some(Self::PublicKey),
                Tag::OctetString => Some(Self::EncryptedPrivateKey),
                _ => None,
            },
            [signed, algorithm, signature]
                if is_algorithm(algorithm) && signature.tag() == Tag::BitString =>
            {
                Self::of_signed(&elements(signed)?)
            }
            [n, e] if is_integer(n) && is_integer(e) => Some(Self::RsaPublicKey),
            [version, algorithm, key, ..]
                if is_integer(version)
                    && is_algorithm(algorithm)
                    && key.tag() == Tag::OctetString =>
            {
                Some(Self::PrivateKey)
            }
            [version, key, ..] if is_integer(version) && key.tag() == Tag::OctetString => {
                Some(Self::EcPrivateKey)
            }
            // Version, two numbers of the public key and six of the private one.
            [version, n, e, _, _, _, _, _, coefficient, ..]
                if [version, n, e, coefficient].into_iter().all(is_integer) =>
            {
                Some(Self::RsaPrivateKey)
            }
            [version, content, ..] if is_integer(version) && is_algorithm(content) => {
                Some(Self::Pkcs12)
            }
            [content_type, content]
                if content_type.tag() == Tag::ObjectIdentifier
                    && content.tag().class() == Class::ContextSpecific =>
            {
                Some(Self::Pkcs7)
            }
            _ => None,
        }
    }

    /// What is signed, in the structure that RFC 5280 and RFC 2986 have in common.
    fn of_signed(signed: &[AnyRef<'_>]) -> Option<Self> {
        let is_time = |any: &AnyRef| matches!(any.tag(), Tag::UtcTime | Tag::GeneralizedTime);
        match signed {
            _ if signed.iter().any(is_time) => Some(Self::Crl),
            [version, _, key, ..] if is_integer(*version) && is_public_key(*key) => {
                Some(Self::CertificateRequest)
            }
            _ if signed.iter().any(|any| is_public_key(*any)) => Some(Self::Certificate),
            _ => None,
        }
    }
}

/// The elements of a SEQUENCE.
fn elements(any: AnyRef<'_>) -> Option<Vec<AnyRef<'_>>> {
    if any.tag() != Tag::Sequence {
        return None;
    }
    let mut reader = SliceReader::new(any.value()).ok()?;
    let mut elements = Vec::new();
    while !reader.is_finished() {
        elements.push(reader.decode().ok()?);
    }
    Some(elements)
}

fn is_integer(any: AnyRef<'_>) -> bool {
    any.tag() == Tag::Integer
}

/// A SEQUENCE that begins with an OBJECT IDENTIFIER, as an `AlgorithmIdentifier` and a `ContentInfo` do.
fn is_algorithm(any: AnyRef<'_>) -> bool {
    elements(any).is_some_and(|elements| {
        let first = elements.first();
        first.is_some_and(|first| first.tag() == Tag::ObjectIdentifier)
    })
}

fn is_public_key(any: AnyRef<'_>) -> bool {
    elements(any).is_some_and(|elements| match *elements.as_slice() {
        [algorithm, key] => is_algorithm(algorithm) && key.tag() == Tag::BitString,
        _ => false,
    })
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublicKey => "a public key (SPKI)",
            Self::RsaPublicKey => "an RSA public key (PKCS #1)",
            Self::Certificate => "a certificate (X.509)",
            Self::PrivateKey => "a private key (PKCS #8)",
            Self::RsaPrivateKey => "an RSA private key (PKCS #1)",
            Self::EcPrivateKey => "an EC private key (SEC 1)",
            Self::EncryptedPrivateKey => "an encrypted private key (PKCS #8)",
            Self::CertificateRequest => "a certificate request (PKCS #10)",
            Self::Crl => "a certificate revocation list",
            Self::Pkcs12 => "a PKCS #12 file",
            Self::Pkcs7 => "a PKCS #7 file",
        })
    }
}
