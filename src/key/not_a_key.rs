//! What stands where a key is expected and is none, told by its content.

use std::fmt;

use memchr::memmem;

use super::asn1::Kind;
use super::ec_point;
use super::encoding::Encoding;
use super::pem::{self, PemBlock, PemFault};
use super::shown;
use super::spki_writer;
use super::wrapper::Wrapper;
use crate::algorithm::KeyType;
use crate::text::json::Value;
use crate::token::compact::Compact;

/// Content that is not a key in any form that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAKey {
    /// PEM that cannot be decoded.
    Pem(PemFault),
    /// PEM with another label than that of its content.
    WrongLabel(String, Kind),
    /// PEM with a label that is not known, and neither is its content.
    UnknownLabel(String),
    /// A structure that begins as its kind does and is malformed.
    Malformed(Kind),
    /// PEM of another kind than a key or a certificate.
    InPem(Kind),
    /// DER that is not read in this encoding, or at all.
    Der(Kind, Encoding),
    /// A certificate with OpenSSL's own trust settings.
    TrustedCertificate,
    /// A private key of OpenSSH; its algorithm, as far as it is known.
    SshPrivate(Option<&'static str>),
    /// A public key of OpenSSH; its algorithm.
    Ssh(&'static str),
    /// A public key of RFC 4716.
    Ssh2 {
        /// Whether it is an Ed25519 key.
        ed25519: bool,
    },
    /// A private key of `PuTTY`.
    Putty,
    /// The parameters of a key in PEM, without the key.
    Parameters,
    /// A key of PGP.
    Pgp,
    /// The bytes of a key without its type.
    Raw(Raw, Encoding),
    /// Base64 of PEM or JSON; the extension of a file for it.
    Text(&'static str),
    /// JSON with a key inside.
    Wrapper(Wrapper),
    /// Metadata of an authorization server (RFC 8414).
    Configuration,
    /// Several JSON objects.
    JsonLines,
    /// A Python literal.
    Python,
    /// A web page.
    Html,
    /// XML with a certificate inside, as SAML metadata has it.
    XmlCertificate,
    /// Other XML.
    Xml,
    /// A token.
    Token,
    /// Text in UTF-16; the extension of a file for it.
    Utf16(&'static str),
    /// Data compressed with gzip.
    Gzip,
    /// A Java keystore.
    Keystore,
    /// The URL of a key.
    Url,
    /// Anything else.
    Unknown,
}

/// What a key without its type may be, by its length and, if it is a point, by the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    /// An Ed25519 key, a secret, or anything else of that length.
    Bytes32,
    /// A point (SEC 1, section 2.3.3) of this many bytes.
    Point(KeyType, usize),
    /// `x` and `y`.
    Coordinates(KeyType),
}

/// The public key algorithms of OpenSSH.
const SSH: [&str; 8] = [
    "ssh-rsa",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-dss",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

impl NotAKey {
    /// What this content is. It is not a JSON object, has no PEM in it, and is not a key in DER or in one
    /// line of base64.
    pub(crate) fn of(content: &[u8]) -> Self {
        if let Some(kind) = Kind::of(content) {
            return Self::Der(kind, Encoding::Binary);
        }
        match *content {
            [0x1F, 0x8B, ..] => return Self::Gzip,
            [0xFE, 0xED, 0xFE, 0xED, ..] | [0xCE, 0xCE, 0xCE, 0xCE, ..] => return Self::Keystore,
            _ => {}
        }
        match std::str::from_utf8(content) {
            Ok(text) => Self::of_text(text.trim_ascii()),
            Err(_) => {
                Raw::of(content).map_or(Self::Unknown, |raw| Self::Raw(raw, Encoding::Binary))
            }
        }
    }

    fn of_text(text: &str) -> Self {
        if text.starts_with('<') {
            return Self::of_markup(text);
        }
        if text.starts_with("---- BEGIN SSH2") {
            // Base64 of the length and the name of the algorithm, which come first.
            let ed25519 = text.contains("AAAAC3NzaC1lZDI1NTE5");
            return Self::Ssh2 { ed25519 };
        }
        if text.starts_with("PuTTY-User-Key-File-") {
            return Self::Putty;
        }
        let word = text.split_ascii_whitespace().next();
        if let Some(name) = SSH.into_iter().find(|name| word == Some(name)) {
            return Self::Ssh(name);
        }
        if !text.contains('\n') && (text.starts_with("http://") || text.starts_with("https://")) {
            return Self::Url;
        }
        if Compact::parse(text.as_bytes()).is_ok() {
            return Self::Token;
        }
        match Value::parse(text.as_bytes()) {
            Ok(value @ (Value::Array(_) | Value::String(_))) => Self::of_json(&value),
            Ok(_) | Err(_) => Self::of_encoded(text),
        }
    }

    fn of_markup(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        if text.starts_with("<!doctype html") || text.contains("<html") {
            Self::Html
        } else if text.contains("x509certificate>") {
            Self::XmlCertificate
        } else {
            Self::Xml
        }
    }

    /// What this JSON is, which is neither a JWK nor a JWK Set.
    pub(crate) fn of_json(value: &Value) -> Self {
        match value {
            Value::Object(object) if matches!(object.get("jwks_uri"), Some(Value::String(_))) => {
                Self::Configuration
            }
            _ => Wrapper::find(value).map_or(Self::Unknown, Self::Wrapper),
        }
    }

    /// What a text is that begins like a JSON object and is none; nothing if it is just malformed.
    pub(crate) fn of_malformed_json(text: &str) -> Option<Self> {
        let inside = text.trim_start().trim_start_matches('{').trim_start();
        if inside.starts_with('\'') {
            return Some(Self::Python);
        }
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let is_object = |line: &str| matches!(Value::parse(line.as_bytes()), Ok(Value::Object(_)));
        lines.all(is_object).then_some(Self::JsonLines)
    }

    fn of_encoded(text: &str) -> Self {
        let Some((encoding, bytes)) = Encoding::decode(text.as_bytes()) else {
            return Self::Unknown;
        };
        if let Some(kind) = Kind::of(&bytes) {
            return Self::Der(kind, encoding);
        }
        if let Some(raw) = Raw::of(&bytes) {
            return Self::Raw(raw, encoding);
        }
        let is_object = |json| matches!(Value::parse(json), Ok(Value::Object(_)));
        if encoding != Encoding::Base64 {
            Self::Unknown
        } else if memmem::find(&bytes, pem::BEGIN).is_some() {
            Self::Text("pem")
        } else if is_object(bytes.trim_ascii()) {
            Self::Text("json")
        } else {
            Self::Unknown
        }
    }

    /// What a text in UTF-16 is, by its first character.
    pub(crate) fn of_utf16(content: &[u8]) -> Self {
        let is_start = |byte: &&u8| byte.is_ascii_graphic();
        Self::Utf16(match content.iter().find(is_start) {
            Some(b'{' | b'[') => "json",
            Some(b'-') => "pem",
            _ => "txt",
        })
    }

    /// What a block of PEM is that is not a key.
    pub(crate) fn of_block(block: &PemBlock) -> Self {
        // The last line of its base64 is a checksum.
        if block.label.starts_with("PGP ") {
            return Self::Pgp;
        }
        let content = match &block.content {
            Ok(content) => content,
            Err(fault) => return Self::Pem(fault.clone()),
        };
        match block.label.as_str() {
            "OPENSSH PRIVATE KEY" => {
                let is_in = |name: &&str| memmem::find(content, name.as_bytes()).is_some();
                Self::SshPrivate(SSH.into_iter().find(is_in))
            }
            "TRUSTED CERTIFICATE" => Self::TrustedCertificate,
            "NEW CERTIFICATE REQUEST" => Self::InPem(Kind::CertificateRequest),
            label => match (Kind::with_label(label), Kind::of(content)) {
                (Some(kind), Some(found)) if kind == found => Self::InPem(kind),
                (_, Some(found)) => Self::WrongLabel(label.to_owned(), found),
                (Some(kind), None) => Self::Malformed(kind),
                (None, None) => Self::UnknownLabel(label.to_owned()),
            },
        }
    }

    /// Whether there is a key in it.
    pub(crate) fn holds_key(&self) -> bool {
        match self {
            Self::WrongLabel(..)
            | Self::Malformed(_)
            | Self::InPem(_)
            | Self::Der(..)
            | Self::TrustedCertificate
            | Self::SshPrivate(_)
            | Self::Ssh(_)
            | Self::Ssh2 { .. }
            | Self::Putty
            | Self::Pgp
            | Self::Text(_)
            | Self::Wrapper(_)
            | Self::JsonLines
            | Self::XmlCertificate
            | Self::Keystore => true,
            Self::Pem(_)
            | Self::UnknownLabel(_)
            | Self::Raw(..)
            | Self::Parameters
            | Self::Configuration
            | Self::Python
            | Self::Html
            | Self::Xml
            | Self::Token
            | Self::Utf16(_)
            | Self::Gzip
            | Self::Url
            | Self::Unknown => false,
        }
    }

    /// Whether it is a private key.
    pub(crate) fn is_private(&self) -> bool {
        let is_private = |kind: &Kind| {
            matches!(
                kind,
                Kind::PrivateKey
                    | Kind::RsaPrivateKey
                    | Kind::EcPrivateKey
                    | Kind::EncryptedPrivateKey
            )
        };
        let is_encrypted = |fault: &PemFault| *fault == PemFault::Encrypted;
        matches!(self, Self::SshPrivate(_))
            || matches!(self, Self::Pem(fault) if is_encrypted(fault))
            || matches!(self, Self::InPem(kind) | Self::Der(kind, _) if is_private(kind))
    }

    /// Whether a file of it is meant as a key: it holds one, or has one that is damaged or encrypted.
    pub(crate) fn is_meant_as_key(&self) -> bool {
        self.holds_key() || matches!(self, Self::Pem(_))
    }
}

impl Raw {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() == 32 {
            return Some(Self::Bytes32);
        }
        let curve_of = |point: &[u8]| {
            let mut curves = ec_point::CURVES.into_iter().map(|(curve, _)| curve);
            curves.find(|curve| ec_point::on_curve(*curve, point).is_some())
        };
        if let Some(curve) = curve_of(bytes) {
            return Some(Self::Point(curve, bytes.len()));
        }
        curve_of(&[&[4], bytes].concat()).map(Self::Coordinates)
    }

    /// What stands before the bytes in a `SubjectPublicKeyInfo`.
    pub(super) fn before(self) -> Vec<u8> {
        let before = |curve: KeyType, length| {
            spki_writer::before_key(curve.crv().unwrap_or_default(), length)
        };
        match self {
            Self::Bytes32 => before(KeyType::Ed25519, 32),
            Self::Point(curve, length) => before(curve, length),
            Self::Coordinates(curve) => {
                let length = ec_point::coordinate_bytes(curve).saturating_mul(2);
                [&*before(curve, length.saturating_add(1)), &[4]].concat()
            }
        }
    }
}

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Pem(fault) => return write!(f, "{fault}"),
            Self::WrongLabel(label, kind) => {
                return write!(f, "PEM labeled {} that holds {kind}", shown::quoted(label));
            }
            Self::UnknownLabel(label) => return write!(f, "PEM labeled {}", shown::quoted(label)),
            Self::Malformed(kind) => return write!(f, "{kind}, malformed"),
            Self::InPem(kind) => return write!(f, "{kind}"),
            Self::Der(kind, encoding) => return write!(f, "{kind}{}", encoding.suffix()),
            Self::Raw(raw, encoding) => {
                return write!(f, "{raw}{}; the key type is unknown", encoding.suffix());
            }
            Self::Wrapper(wrapper) => return write!(f, "{wrapper}"),
            Self::SshPrivate(_) => "an OpenSSH private key",
            Self::Ssh(name) => return write!(f, "an OpenSSH public key ({name})"),
            Self::TrustedCertificate => "a certificate with trust settings of OpenSSL",
            Self::Ssh2 { .. } => "an SSH public key (RFC 4716)",
            Self::Putty => "a PuTTY private key",
            Self::Parameters => "the parameters of a key, without the key",
            Self::Pgp => "an OpenPGP key",
            Self::Text("json") => "JSON in base64",
            Self::Text(_) => "PEM in base64",
            Self::Configuration => {
                "an OpenID configuration, which only links to the keys (\"jwks_uri\")"
            }
            Self::JsonLines => "several JSON objects",
            Self::Python => "a Python dictionary",
            Self::Html => "an HTML page",
            Self::XmlCertificate => "XML with a certificate inside",
            Self::Xml => "XML",
            Self::Token => "a token",
            Self::Utf16(_) => "text in UTF-16",
            Self::Gzip => "gzip data",
            Self::Keystore => "a Java keystore",
            Self::Url => "a URL",
            Self::Unknown => "unknown content",
        };
        f.write_str(text)
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes32 => f.write_str("32 bytes"),
            Self::Point(curve, _) => write!(f, "a point of {curve}"),
            Self::Coordinates(curve) => write!(f, "the coordinates of a point of {curve}"),
        }
    }
}
