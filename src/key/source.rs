//! From the content of a file to the keys in it, each as a JWK. The content tells its form, never the
//! name of the file. Whether a key can be used is for the JWK's reader to say.

use std::iter;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::asn1::Kind;
use super::certificate::{self, Certificate, Issued};
use super::content_fault::ContentFault;
use super::encoding::SecretEncoding;
use super::not_a_key::NotAKey;
use super::pem::{self, PemBlock};
use super::private::{self, is_private_member};
use super::spki::{self, PublicKey};
use super::{KeyFault, KeyNote};
use crate::text::json::{self, Object, Value};

/// A key as a JWK, and what its form says that a JWK has no member for.
#[derive(Default)]
pub(crate) struct Entry {
    pub(crate) jwk: Object,
    /// Why it cannot be used, whatever the JWK holds.
    pub(crate) fault: Option<KeyFault>,
    /// Whether it is for RSASSA-PSS alone.
    pub(crate) is_pss: bool,
    /// Whether it is the public half of a private key.
    pub(crate) is_private: bool,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) notes: Vec<KeyNote>,
    /// How the text of a secret was read; none of a JWK.
    pub(crate) encoding: Option<SecretEncoding>,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The keys in content.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) entries: Vec<Entry>,
    /// Whether private members stand beside the keys of a JWK Set.
    pub(crate) has_private_member: bool,
}

/// Reads content in any form that has keys.
pub(crate) fn read(content: &[u8]) -> Result<Content, ContentFault> {
    if content.trim_ascii().is_empty() {
        return Err(ContentFault::Empty);
    }
    if is_utf16(content) {
        return Err(NotAKey::of_utf16(content).into());
    }
    let (has_bom, text) = match content.strip_prefix(BOM) {
        Some(text) => (true, text),
        None => (false, content),
    };
    let mut read = if text.trim_ascii_start().starts_with(b"{") {
        of_json(text)?
    } else if pem::find(text, pem::BEGIN).is_some() {
        of_pem(text)?.into()
    } else {
        of_der(content)?.into()
    };
    if has_bom {
        for entry in &mut read.entries {
            entry.notes.insert(0, KeyNote::ByteOrderMark);
        }
    }
    Ok(read)
}

/// A byte order mark of UTF-16, or ASCII in every other byte.
fn is_utf16(content: &[u8]) -> bool {
    match content {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [first, 0, second, 0, ..] => first.is_ascii_graphic() && second.is_ascii(),
        _ => false,
    }
}

/// A JWK, a JWK Set, or a map of key IDs to PEM.
fn of_json(text: &[u8]) -> Result<Content, ContentFault> {
    let malformed = |error| {
        let text = std::str::from_utf8(text).ok();
        match text.and_then(NotAKey::of_malformed_json) {
            Some(other) => ContentFault::NotAKey(other),
            None => ContentFault::Json(error),
        }
    };
    let text = json::text_of(text).map_err(malformed)?;
    let members = json::raw_members(text).map_err(malformed)?;
    let members = members.unwrap_or_default();
    let member = |wanted: &str| members.iter().find(|(name, _)| name == wanted);
    if member("kty").is_some() {
        return Ok(vec![Entry::of_jwk(text)].into());
    }
    if let Some((_, keys)) = member("keys")
        && let Some(items) = json::raw_items(keys).map_err(ContentFault::Json)?
    {
        return match items.as_slice() {
            [] => Err(ContentFault::NoMembers),
            _ => Ok(Content {
                entries: items.into_iter().map(Entry::of_jwk).collect(),
                has_private_member: members.iter().any(|(name, _)| is_private_member(name)),
            }),
        };
    }
    if let Some(entries) = of_map(&members) {
        return Ok(entries.into());
    }
    let value = Value::parse(text.as_bytes()).map_err(ContentFault::Json)?;
    match NotAKey::of_json(&value) {
        NotAKey::Unknown => Err(match member("keys") {
            Some((_, keys)) => ContentFault::KeysType(json::type_of(keys)),
            None => ContentFault::NoKey,
        }),
        other => Err(other.into()),
    }
}

/// PEM by key ID, as Google publishes its certificates.
fn of_map(members: &[(String, &str)]) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    for (kid, raw) in members {
        let text: Zeroizing<String> = serde_json::from_str::<String>(raw).ok()?.into();
        pem::find(text.as_bytes(), pem::BEGIN)?;
        let keys = match of_pem(text.as_bytes()) {
            Ok(keys) => keys,
            Err(other) => vec![Entry::unusable(KeyFault::NotAKey(other))],
        };
        entries.extend(keys.into_iter().map(|mut entry| {
            if entry.jwk.get("kid").is_none() {
                entry.jwk.push("kid", Value::from(&**kid));
            }
            entry
        }));
    }
    (!entries.is_empty()).then_some(entries)
}

fn of_pem(text: &[u8]) -> Result<Vec<Entry>, NotAKey> {
    let blocks = pem::blocks(text);
    let mut forms: Vec<(&PemBlock, Result<DerKey, NotAKey>)> = blocks
        .iter()
        // OpenSSL writes the curve of an EC key before it.
        .filter(|block| !block.label.ends_with(" PARAMETERS"))
        .map(|block| (block, DerKey::of_block(block)))
        .collect();
    match forms.as_slice() {
        [] => return Err(NotAKey::Parameters),
        // The content is this and nothing else.
        [(_, Err(other))] => return Err(other.clone()),
        _ => {}
    }
    let certificates: Vec<&Issued> = forms
        .iter()
        .filter_map(|(_, form)| form.as_ref().ok()?.certificate())
        .collect();
    // Beside a certificate that cannot be read, which may be the one that counts, no CA's does.
    let is_unread = |(block, form): &(&PemBlock, Result<DerKey, NotAKey>)| {
        form.is_err() && block.label.ends_with("CERTIFICATE")
    };
    let may_count = |issued: &Issued| !(issued.may_issue() && forms.iter().any(is_unread));
    let counting: Vec<bool> = certificate::end_entities(&certificates)
        .into_iter()
        .zip(&certificates)
        .map(|(counts, issued)| counts && may_count(issued))
        .collect();
    let mut counting = counting.into_iter();
    let entries = forms.drain(..).map(|(block, form)| {
        let is_issuer =
            matches!(&form, Ok(DerKey::Certificate(_))) && counting.next() == Some(false);
        let mut entry = match form {
            Ok(form) => form.entry(),
            Err(other) => Entry::unusable(KeyFault::NotAKey(other)),
        };
        if is_issuer {
            entry.fault = Some(KeyFault::ChainIssuer);
        }
        if block.escaped {
            entry.notes.push(KeyNote::EscapedLineEnds);
        }
        entry
    });
    Ok(entries.collect())
}

/// A public key or a certificate in DER, or in one line of base64.
fn of_der(content: &[u8]) -> Result<Vec<Entry>, NotAKey> {
    let line = content.trim_ascii();
    let decoded = BASE64.decode(line).map(Zeroizing::new);
    let der = match &decoded {
        Ok(decoded) if Kind::of(decoded).is_some() => decoded,
        Ok(_) | Err(_) => content,
    };
    match Kind::of(der) {
        Some(kind) if kind.is_public() => match DerKey::of(kind, der) {
            Some(form) => Ok(vec![form.entry()]),
            None => Err(NotAKey::Malformed(kind)),
        },
        Some(_) | None => Err(NotAKey::of(content)),
    }
}

/// A key in DER.
enum DerKey<'d> {
    Public(PublicKey),
    Private(PublicKey),
    Certificate(Box<Issued<'d>>),
}

impl<'d> DerKey<'d> {
    fn of_block(block: &'d PemBlock) -> Result<Self, NotAKey> {
        let kind = Kind::with_label(&block.label);
        match (kind, &block.content) {
            (Some(kind), Ok(der)) if Kind::of(der) == Some(kind) && kind.is_key() => {
                Self::of(kind, der).ok_or(NotAKey::Malformed(kind))
            }
            _ => Err(NotAKey::of_block(block)),
        }
    }

    /// None if it is malformed, or has no key in the clear.
    fn of(kind: Kind, der: &'d [u8]) -> Option<Self> {
        match kind {
            Kind::PublicKey => spki::read(der).map(Self::Public),
            Kind::RsaPublicKey => spki::read_rsa(der).map(Self::Public),
            Kind::Certificate => {
                certificate::read(der).map(|issued| Self::Certificate(Box::new(issued)))
            }
            Kind::PrivateKey => private::read(der).map(Self::Private),
            Kind::RsaPrivateKey => private::read_rsa(der).map(Self::Private),
            Kind::EcPrivateKey => private::read_ec(der).map(Self::Private),
            Kind::EncryptedPrivateKey
            | Kind::CertificateRequest
            | Kind::Crl
            | Kind::Pkcs12
            | Kind::Pkcs7 => None,
        }
    }

    fn certificate(&self) -> Option<&Issued<'d>> {
        match self {
            Self::Certificate(issued) => Some(issued),
            Self::Public(_) | Self::Private(_) => None,
        }
    }

    fn entry(self) -> Entry {
        let is_private = matches!(self, Self::Private(_));
        let (key, certificate) = match self {
            Self::Public(key) | Self::Private(key) => (key, None),
            Self::Certificate(issued) => {
                let Issued {
                    key, certificate, ..
                } = *issued;
                (key, Some(certificate))
            }
        };
        Entry {
            jwk: key.jwk,
            fault: key.fault,
            is_pss: key.is_pss,
            is_private,
            notes: certificate
                .iter()
                .flat_map(|certificate| {
                    let ca = certificate.ca.then_some(KeyNote::CaCertificate);
                    iter::once(KeyNote::Certificate).chain(ca)
                })
                .collect(),
            certificate,
            encoding: None,
        }
    }
}

impl Entry {
    /// A JWK as it stands in a file.
    pub(super) fn of_jwk(text: &str) -> Self {
        match Value::parse(text.as_bytes()) {
            Ok(Value::Object(jwk)) => Self {
                jwk,
                ..Self::default()
            },
            Ok(other) => Self::unusable(KeyFault::NotAnObject(other.type_name())),
            Err(error) => Self::unusable(KeyFault::Json(error)),
        }
    }

    fn unusable(fault: KeyFault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }
}

impl From<Vec<Entry>> for Content {
    fn from(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            has_private_member: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    /// What each content is said to be, and the beginning of the hint.
    fn assert_messages(contents: &[(&[u8], &str, &str)]) {
        for (content, message, hint) in contents {
            let fault = read(content).err().unwrap();
            assert_eq!(fault.to_string(), *message);
            let given = fault.hint();
            assert!(given.starts_with(hint), "{given}");
        }
    }

    #[test]
    fn malformed_content_is_named() {
        assert_messages(&[
            (
                b" \n",
                "file is empty; expected a key",
                "check the command or download that wrote it",
            ),
            (
                b"{",
                "invalid JSON: unexpected end of input inside an object at offset 1",
                "copy the file again; it may be truncated",
            ),
            (
                b"{\"kty\" \"EC\"}",
                "invalid JSON: expected ':', found a string at offset 7",
                "a JWK is a JSON object, such as {",
            ),
            (
                b"{}",
                "expected a key, found an object with neither \"kty\" nor \"keys\"",
                "a JWK has a \"kty\" member; a JWK Set has a \"keys\" array",
            ),
            (
                b"{\"keys\":{}}",
                "\"keys\" must be an array, found an object",
                "a JWK has a \"kty\" member; a JWK Set has a \"keys\" array",
            ),
            (
                b"{\"keys\":[]}",
                "the JWK Set is empty",
                "the service publishes no key",
            ),
            (
                b"hello",
                "expected a key, found unknown content",
                "pass a JWK, a JWK Set, or",
            ),
            (b"[]", "expected a key, found unknown content", "pass a JWK"),
            (
                b"\xFF",
                "expected a key, found unknown content",
                "pass a JWK",
            ),
            (
                b"-----BEGIN ",
                "expected a key, found PEM with a malformed BEGIN line",
                "copy the file again",
            ),
            (
                b"-----BEGIN PUBLIC KEY-----\nAAAA\n",
                "expected a key, found PEM without an END line",
                "copy the file again",
            ),
            (
                b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                "expected a key, found a public key (SPKI), malformed",
                "copy the file again",
            ),
            (
                b"-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----\n",
                "expected a key, found PEM labeled [9 characters]",
                "pass a JWK",
            ),
            (
                b"-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n",
                "expected a key, found the parameters of a key, without the key",
                "use the file that holds the key itself",
            ),
            (
                b"\x30\x0C\x30\x06\x06\x02\x2A\x03\x05\0\x03\x02\x01\xFF",
                "expected a key, found a public key (SPKI), malformed",
                "copy the file again",
            ),
        ]);
    }

    #[test]
    fn other_content_is_named_without_a_command() {
        assert_messages(&[
            (
                b"<!doctype html><p>",
                "expected a key, found an HTML page",
                "check the URL",
            ),
            (b"<a/>", "expected a key, found XML", "ask the issuer for a JWK Set or"),
            (
                b"aa.bb.cc\n",
                "expected a key, found a token",
                "check whether the key and the token are swapped",
            ),
            (
                b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----",
                "expected a key, found an OpenPGP key",
                "ask the issuer for its JWK Set",
            ),
            (
                b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
                "expected a key, found a PuTTY private key",
                "export the key from PuTTYgen in OpenSSH format",
            ),
            (
                b"ssh-dss AAAA",
                "expected a key, found an OpenSSH public key (ssh-dss)",
                "convert it",
            ),
        ]);
    }

    /// RFC 7517 section 4: members that are not understood are ignored, `keys` too.
    #[test]
    fn an_object_with_kty_is_a_key_whatever_else_it_has() {
        let key = JWK.replacen('{', r#"{"keys":[7,{}],"k":"-----BEGIN X-----","#, 1);
        assert_eq!(read(key.as_bytes()).unwrap().entries.len(), 1);
    }

    #[test]
    fn a_single_block_is_the_content_and_one_of_several_a_member() {
        let encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        assert!(read(encrypted.as_bytes()).is_err());
        let entries = read(encrypted.repeat(2).as_bytes()).unwrap().entries;
        let fault = KeyFault::NotAKey(NotAKey::Pem(pem::PemFault::Encrypted));
        assert!(
            entries
                .iter()
                .all(|entry| entry.fault == Some(fault.clone()))
        );
        assert_eq!(entries.len(), 2);
    }

    /// A name in a command must do no harm there, and a long one may be anything.
    #[test]
    fn only_harmless_names_are_in_a_command() {
        for (name, command) in [
            ("jwks", "jq '.jwks' FILE > OUTPUT.json"),
            ("a.b-c", "jq '.[\"a.b-c\"]' FILE > OUTPUT.json"),
            ("1", "jq '.[\"1\"]' FILE > OUTPUT.json"),
            (
                "'; rm -rf ~ #",
                "jq '{keys: [.. | objects | select(.kty)]}' FILE > OUTPUT.json",
            ),
            (
                "a b",
                "jq '{keys: [.. | objects | select(.kty)]}' FILE > OUTPUT.json",
            ),
            (
                "c2VjcmV0c2VjcmV0c2Vjcm",
                "jq '{keys: [.. | objects | select(.kty)]}' FILE > OUTPUT.json",
            ),
        ] {
            let fault = read(format!("{{\"{name}\":{JWK}}}").as_bytes())
                .err()
                .unwrap();
            assert_eq!(fault.hint(), format!("extract the key: {command}"));
            let shown = fault.to_string();
            assert_eq!(shown.contains(name), command.contains(name), "{shown}");
        }
    }
}
