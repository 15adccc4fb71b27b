//! The command that makes a key of content that is none. A test makes a file of each kind, runs what the hint says,
//! and reads the key.
//!
//! In a command, `FILE` stands for the content's file, and `OUTPUT` for the stem of a new file: only the
//! caller knows which files exist, and a command must not overwrite one.

use super::asn1::Kind;
use super::encoding::Encoding;
use super::not_a_key::{NotAKey, Raw};
use super::pem::PemFault;
use super::shown;

impl NotAKey {
    /// What to do about it, each of the ways on a line of its own.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self.command() {
            Some(command) => format!("{}: {command}", self.advice()),
            None => self.advice().to_owned(),
        };
        match self {
            Self::Raw(Raw::Bytes32, encoding) => {
                let option = match encoding {
                    Encoding::Binary => "",
                    Encoding::Base64 | Encoding::UnpaddedBase64(_) => " --secret-encoding base64",
                    Encoding::Base64Url(_) => " --secret-encoding base64url",
                    Encoding::Hex => " --secret-encoding hex",
                };
                format!(
                    "for a shared secret, use `jwtlens verify --secret-file FILE{option}`\n{hint}"
                )
            }
            Self::InPem(Kind::Pkcs12) => {
                format!(
                    "{hint}\n{}",
                    without_certificate("openssl pkcs12 -nocerts -nodes -in FILE")
                )
            }
            Self::Der(Kind::Pkcs12, encoding) => {
                let extract = encoding.through("openssl pkcs12 -nocerts -nodes");
                format!("{hint}\n{}", without_certificate(&extract))
            }
            _ => hint,
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::Pem(PemFault::Encrypted) | Self::SshPrivate(_) => "extract the public key",
            Self::InPem(kind) | Self::Der(kind, _) => match kind {
                Kind::PublicKey | Kind::RsaPublicKey | Kind::Certificate => "decode the file",
                Kind::PrivateKey
                | Kind::RsaPrivateKey
                | Kind::EcPrivateKey
                | Kind::EncryptedPrivateKey
                | Kind::CertificateRequest => "extract the public key",
                Kind::Pkcs12 | Kind::Pkcs7 => "extract the certificates",
                Kind::Crl => {
                    "use a certificate or the key itself, not a list of revoked certificates"
                }
            },
            Self::Pem(_) | Self::Malformed(_) => {
                "copy the file again; it may be truncated or damaged"
            }
            Self::WrongLabel(..) => "fix the PEM label",
            Self::Xml => "ask the issuer for a JWK Set or a certificate in PEM, instead of XML",
            Self::Putty => "export the key from PuTTYgen in OpenSSH format",
            Self::Parameters => "use the file that holds the key itself",
            Self::UnknownLabel(_) | Self::Unknown => {
                "pass a JWK, a JWK Set, or a public key or certificate in PEM or DER\nfor a shared secret, use `jwtlens verify --secret-file FILE`"
            }
            Self::TrustedCertificate | Self::Ssh(_) | Self::Ssh2 { .. } => "convert it",
            Self::Pgp => "ask the issuer for its JWK Set: OpenPGP keys cannot verify JWTs",
            Self::Raw(Raw::Bytes32, _) => "for an Ed25519 public key, add the key's type",
            Self::Raw(Raw::Point(..) | Raw::Coordinates(_), _) => "add the key's type",
            Self::Text(_) => "decode the file",
            Self::Wrapper(_) | Self::XmlCertificate | Self::Keystore => "extract the key",
            Self::Configuration | Self::Url => "download the key set",
            Self::JsonLines => "make a JWK Set of them",
            Self::Python => "convert it to JSON",
            Self::Html => {
                "check the URL and whether it requires a login: this is a page, not a key"
            }
            Self::Token => "check whether the key and the token are swapped",
            Self::Utf16(_) => "save the file as UTF-8",
            Self::Gzip => "decompress the file",
        }
    }

    fn command(&self) -> Option<String> {
        Some(match self {
            Self::Pem(PemFault::Encrypted) => "openssl pkey -in FILE -pubout > OUTPUT.pem".to_owned(),
            Self::InPem(kind) => format!("{} -in FILE > OUTPUT.pem", openssl(*kind)?),
            Self::Der(Kind::PublicKey | Kind::RsaPublicKey | Kind::Certificate, encoding) => {
                format!("{} > OUTPUT.der", encoding.command())
            }
            Self::Der(kind @ Kind::Pkcs12, encoding) => {
                format!("{} > OUTPUT.pem", encoding.through(openssl(*kind)?))
            }
            Self::Der(kind, encoding) => {
                let openssl = format!("{} -inform der", openssl(*kind)?);
                format!("{} > OUTPUT.pem", encoding.through(&openssl))
            }
            Self::WrongLabel(label, kind) => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || c == ' ';
                let right = kind.label();
                let is_harmless = label.chars().all(is_plain) && shown::value(label) == *label;
                is_harmless
                    .then(|| format!("sed 's/ {label}-/ {right}-/' FILE > OUTPUT.pem"))?
            }
            Self::TrustedCertificate => "openssl x509 -in FILE > OUTPUT.pem".to_owned(),
            Self::Ssh("ssh-ed25519") => ed25519("cat FILE"),
            Self::Ssh("ssh-rsa" | "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521") => {
                "ssh-keygen -e -m PKCS8 -f FILE > OUTPUT.pem".to_owned()
            }
            Self::SshPrivate(Some("ssh-ed25519")) => ed25519("ssh-keygen -y -f FILE"),
            Self::SshPrivate(Some(_)) => "ssh-keygen -e -m PKCS8 -f FILE > OUTPUT.pem".to_owned(),
            Self::Ssh2 { ed25519: true } => ed25519("ssh-keygen -i -f FILE"),
            Self::Ssh2 { ed25519: false } => {
                "ssh-keygen -i -f FILE | ssh-keygen -e -m PKCS8 -f /dev/stdin > OUTPUT.pem".to_owned()
            }
            Self::Raw(raw, encoding) => {
                let before = data_encoding::BASE64.encode(&raw.before());
                format!("(echo {before} | base64 -d; {}) > OUTPUT.der", encoding.command())
            }
            Self::Text(extension) => format!("base64 -d < FILE > OUTPUT.{extension}"),
            Self::Wrapper(wrapper) => wrapper.command()?,
            Self::Configuration => {
                "curl -s \"$(jq -r .jwks_uri FILE)\" > OUTPUT.json".to_owned()
            }
            Self::Url => "curl -s \"$(cat FILE)\" > OUTPUT.json".to_owned(),
            Self::JsonLines => "jq -s '{keys: .}' FILE > OUTPUT.json".to_owned(),
            Self::Python => {
                "python3 -c 'import ast, json, sys; print(json.dumps(ast.literal_eval(sys.stdin.read())))' < FILE > OUTPUT.json".to_owned()
            }
            Self::XmlCertificate => {
                "tr -d '[:space:]' < FILE | grep -o 'X509Certificate>[^<]*' | head -n 1 | cut -d '>' -f 2 > OUTPUT.txt".to_owned()
            }
            Self::Utf16(extension) => {
                format!("iconv -f UTF-16 -t UTF-8 FILE > OUTPUT.{extension}")
            }
            Self::Gzip => "gzip -d < FILE > OUTPUT.json".to_owned(),
            Self::Keystore => "keytool -exportcert -rfc -keystore FILE -alias ALIAS > OUTPUT.pem".to_owned(),
            Self::Pem(_)
            | Self::Malformed(_)
            | Self::UnknownLabel(_)
            | Self::SshPrivate(None)
            | Self::Ssh(_)
            | Self::Putty
            | Self::Parameters
            | Self::Pgp
            | Self::Html
            | Self::Xml
            | Self::Token
            | Self::Unknown => return None,
        })
    }
}

/// The command of OpenSSL that takes the key or the certificates out.
fn openssl(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::PrivateKey | Kind::RsaPrivateKey | Kind::EcPrivateKey | Kind::EncryptedPrivateKey => {
            Some("openssl pkey -pubout")
        }
        Kind::CertificateRequest => Some("openssl req -pubkey -noout"),
        Kind::Pkcs12 => Some("openssl pkcs12 -nokeys"),
        Kind::Pkcs7 => Some("openssl pkcs7 -print_certs"),
        Kind::PublicKey | Kind::RsaPublicKey | Kind::Certificate | Kind::Crl => None,
    }
}

/// What to do if a PKCS #12 file has a private key alone. Whether it does is encrypted.
fn without_certificate(extract: &str) -> String {
    format!("if it has no certificate: {extract} | openssl pkey -pubout > OUTPUT.pem")
}

/// `ssh-keygen` converts no Ed25519 key, so the last 32 bytes of its own form get a type.
fn ed25519(keys: &str) -> String {
    let before = data_encoding::BASE64.encode(&Raw::Bytes32.before());
    format!(
        "(echo {before} | base64 -d; {keys} | cut -d ' ' -f 2 | base64 -d | tail -c 32) > OUTPUT.der"
    )
}
