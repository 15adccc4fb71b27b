//! A shared secret from a file or an environment variable. Only what is asked for as a secret becomes
//! one, and never what is a public key: that is the mistake of algorithm confusion (RFC 8725, section
//! 2.1), made by the verifier itself.

use std::borrow::Cow;
use std::fmt;

use data_encoding::{
    BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER_PERMISSIVE,
};
use zeroize::Zeroizing;

use super::content_fault::ContentFault;
use super::encoding::SecretEncoding;
use super::pem;
use super::source::{self, Entry};
use super::{KeyFault, KeyNote};
use crate::text::base64url;
use crate::text::json::{Object, Value};
use crate::token::compact::Compact;

/// The byte order mark of UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Why there is no secret. Nothing of the text is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretFault {
    /// No bytes are left after trimming and decoding.
    Empty,
    /// The text is not in the encoding.
    Encoding {
        /// The encoding.
        encoding: SecretEncoding,
        /// What is wrong with the text.
        fault: EncodingFault,
        /// What makes the text valid.
        remedy: Remedy,
    },
    /// The text, or what it stands for, is a public or private key in a form that is read as a key.
    PublicKey,
    /// The text is a JWK, or a JWK Set, with a secret.
    SecretJwk,
    /// The text is a token.
    Token,
}

/// What makes a text invalid in an encoding. No character of a secret is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingFault {
    /// A character that the encoding does not have, at this byte, from 0.
    Character(usize),
    /// The byte order mark of UTF-8 before the text.
    ByteOrderMark,
    /// A separator at this byte, which is not a part of the secret.
    Separator(char, usize),
    /// Every character is of the encoding, but a digit or the padding is missing, or there is too much of it.
    Length,
}

/// What makes the text of a secret valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// This separator removed.
    WithoutSeparator(char),
    /// `0x` at the beginning removed.
    WithoutPrefix,
    /// The missing digit of hexadecimal text, which another encoding would take as it is.
    MissingDigit,
    /// The byte order mark removed.
    WithoutByteOrderMark,
    /// Another encoding.
    Encoding(SecretEncoding),
}

/// Reads a secret as the only key of its source.
pub(crate) fn read(text: &[u8], encoding: SecretEncoding) -> Result<Entry, SecretFault> {
    let mut notes = Vec::new();
    let secret = match encoding {
        SecretEncoding::Text => {
            let line = text.strip_suffix(b"\n");
            let line = line.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
            notes.extend(line.map(|_| KeyNote::SecretTrimmed));
            Zeroizing::new(line.unwrap_or(text).to_vec())
        }
        SecretEncoding::Base64 | SecretEncoding::Base64Url | SecretEncoding::Hex => {
            decode(text, encoding).ok_or_else(|| invalid(text, encoding))?
        }
    };
    if secret.is_empty() {
        return Err(SecretFault::Empty);
    }
    not_a_key(text)?;
    not_a_key(&secret)?;
    if is_token(text) {
        return Err(SecretFault::Token);
    }
    let mut jwk = Object::default();
    let k = base64url::encode(&secret);
    for (name, value) in [("kty", "oct"), ("k", &*Zeroizing::new(k))] {
        jwk.push(name, Value::from(value));
    }
    Ok(Entry {
        jwk,
        notes,
        encoding: Some(encoding),
        ..Entry::default()
    })
}

fn decode(text: &[u8], encoding: SecretEncoding) -> Option<Zeroizing<Vec<u8>>> {
    let bases = encoding.bases();
    let mut decoded = bases.iter().map(|base| base.decode(text.trim_ascii()));
    decoded.find_map(Result::ok).map(Zeroizing::new)
}

/// What is wrong with a text that is not in this encoding, and what makes it valid.
fn invalid(text: &[u8], encoding: SecretEncoding) -> SecretFault {
    let secret = text.trim_ascii();
    let offset = text.len().saturating_sub(text.trim_ascii_start().len());
    let foreign = secret.iter().position(|byte| !encoding.has(*byte));
    let separator = foreign.and_then(|at| {
        // A line break may be CRLF.
        let found = match *secret.get(at)? {
            b'\r' => '\n',
            other => char::from(other),
        };
        encoding.separators().contains(&found).then_some(found)
    });
    let marked = secret.strip_prefix(BOM);
    let fault = match foreign.map(|at| at.saturating_add(offset)) {
        Some(_) if marked.is_some() => EncodingFault::ByteOrderMark,
        Some(at) => separator.map_or(EncodingFault::Character(at), |separator| {
            EncodingFault::Separator(separator, at)
        }),
        None => EncodingFault::Length,
    };
    let is_valid = |text: &[u8]| decode(text, encoding).is_some();
    let without = separator.filter(|separator| {
        let mut rest = Zeroizing::new(secret.to_vec());
        rest.retain(|byte| char::from(*byte) != *separator && *byte != b'\r');
        is_valid(&rest)
    });
    let prefix = secret
        .strip_prefix(b"0x")
        .filter(|_| encoding == SecretEncoding::Hex);
    let others = [
        SecretEncoding::Hex,
        SecretEncoding::Base64,
        SecretEncoding::Base64Url,
    ];
    let remedy = if let Some(separator) = without {
        Remedy::WithoutSeparator(separator)
    } else if prefix.is_some_and(is_valid) {
        Remedy::WithoutPrefix
    } else if marked.is_some_and(is_valid) {
        Remedy::WithoutByteOrderMark
    } else if (encoding, fault) == (SecretEncoding::Hex, EncodingFault::Length) {
        Remedy::MissingDigit
    } else {
        let mut others = others
            .into_iter()
            .filter(|other| decode(text, *other).is_some());
        Remedy::Encoding(others.next().unwrap_or(SecretEncoding::Text))
    };
    SecretFault::Encoding {
        encoding,
        fault,
        remedy,
    }
}

/// Fails if content is a key in any form, also one that is not read as a key but recognized.
pub(super) fn not_a_key(content: &[u8]) -> Result<(), SecretFault> {
    let entries = match source::read(content) {
        Ok(content) => content.entries,
        Err(ContentFault::NotAKey(other)) if other.holds_key() || is_labeled_key(content) => {
            return Err(SecretFault::PublicKey);
        }
        Err(_) => Vec::new(),
    };
    for entry in entries {
        match (entry.fault, entry.jwk.get("kty").and_then(Value::as_str)) {
            (_, Some("oct")) => return Err(SecretFault::SecretJwk),
            (Some(KeyFault::NotAKey(other)), _) if other.holds_key() => {
                return Err(SecretFault::PublicKey);
            }
            (Some(KeyFault::Json(_) | KeyFault::NotAnObject(_) | KeyFault::NotAKey(_)), _)
            | (None, None) => {}
            (Some(_), _) | (None, Some(_)) => return Err(SecretFault::PublicKey),
        }
    }
    Ok(())
}

/// Whether it is a JWS in the Compact Serialization with a readable header.
fn is_token(text: &[u8]) -> bool {
    match Compact::parse(text.trim_ascii()) {
        Ok(Compact::Jws(jws)) => base64url::decode(jws.header).is_ok_and(|header| {
            matches!(Value::parse(&header), Ok(Value::Object(header)) if header.get("alg").is_some())
        }),
        Ok(Compact::Jwe(_)) | Err(_) => false,
    }
}

/// Whether it is PEM with the label of a key, whatever is wrong with it.
fn is_labeled_key(content: &[u8]) -> bool {
    let labels = [&b"KEY-----"[..], b"CERTIFICATE-----"];
    pem::find(content, pem::BEGIN).is_some()
        && labels
            .iter()
            .any(|label| pem::find(content, label).is_some())
}

impl SecretEncoding {
    /// Its forms, with and without padding; none for a text that is the secret itself.
    fn bases(self) -> Vec<Encoding> {
        match self {
            Self::Text => Vec::new(),
            Self::Base64 => vec![BASE64, BASE64_NOPAD],
            Self::Base64Url => vec![BASE64URL, BASE64URL_NOPAD],
            Self::Hex => vec![HEXLOWER_PERMISSIVE],
        }
    }

    /// What may stand between the characters of a text and is not a part of the secret: line breaks, and
    /// those of a fingerprint or a dump.
    fn separators(self) -> &'static [char] {
        match self {
            Self::Text => &[],
            Self::Base64 | Self::Base64Url => &['\n'],
            Self::Hex => &['\n', ':', ' ', '-'],
        }
    }

    /// Whether a text in this encoding may have this character.
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Text => true,
            Self::Base64 => byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
            Self::Base64Url => byte.is_ascii_alphanumeric() || b"-_=".contains(&byte),
            Self::Hex => byte.is_ascii_hexdigit(),
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Hex => "hex",
        }
    }
}

impl SecretFault {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "check that the file or variable contains the secret".into(),
            Self::Encoding { remedy, .. } => match remedy {
                Remedy::WithoutSeparator('\n') => "remove the line breaks: tr -d '\\r\\n'".into(),
                Remedy::WithoutSeparator(separator) => {
                    format!("remove the separators: tr -d '{separator}'").into()
                }
                Remedy::WithoutPrefix => "remove the 0x".into(),
                Remedy::WithoutByteOrderMark => "save the file as UTF-8 without BOM".into(),
                Remedy::MissingDigit => "the secret may be truncated; copy it again".into(),
                Remedy::Encoding(SecretEncoding::Text) => {
                    "if the text itself is the secret, use --secret-encoding text".into()
                }
                Remedy::Encoding(other) => format!("use --secret-encoding {}", other.name()).into(),
            },
            Self::PublicKey => {
                "pass public keys with -k; as a secret, one allows algorithm confusion".into()
            }
            Self::Token => "check whether the token and the secret are swapped".into(),
            Self::SecretJwk => "pass the JWK with -k; these options take the secret itself".into(),
        }
    }
}

impl fmt::Display for SecretFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the secret is empty"),
            Self::Encoding {
                encoding, fault, ..
            } => {
                write!(f, "the secret is not valid {}: {fault}", encoding.name())
            }
            Self::PublicKey => f.write_str("expected a secret, found a key"),
            Self::Token => f.write_str("expected a secret, found a token"),
            Self::SecretJwk => f.write_str("expected a secret, found a JWK"),
        }
    }
}

impl fmt::Display for EncodingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("it begins with a UTF-8 byte order mark"),
            Self::Character(at) => write!(f, "invalid character at offset {at}"),
            Self::Separator('\n', at) => write!(f, "line break at offset {at}"),
            Self::Separator(separator, at) => {
                write!(f, "'{separator}' at offset {at}")
            }
            Self::Length => f.write_str("a character or the padding is missing, or one too many"),
        }
    }
}

impl std::error::Error for SecretFault {}

#[cfg(test)]
mod tests {
    use super::*;

    fn k(text: &str, encoding: SecretEncoding) -> Result<(Vec<u8>, bool), SecretFault> {
        let entry = read(text.as_bytes(), encoding)?;
        let k = entry.jwk.get("k").and_then(Value::as_str).unwrap();
        let trimmed = entry.notes == [KeyNote::SecretTrimmed];
        Ok((base64url::decode(k).unwrap(), trimmed))
    }

    #[test]
    fn one_line_end_is_trimmed_and_noted() {
        for (text, secret, trimmed) in [
            ("secret", "secret", false),
            ("secret\n", "secret", true),
            ("secret\r\n", "secret", true),
            ("secret\n\n", "secret\n", true),
            ("secret\r", "secret\r", false),
            (" secret ", " secret ", false),
        ] {
            let expected = (secret.as_bytes().to_vec(), trimmed);
            assert_eq!(k(text, SecretEncoding::Text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn each_encoding_is_read() {
        let bytes = (vec![0xFB, 0xFF], false);
        for (text, encoding) in [
            ("+/8=", SecretEncoding::Base64),
            ("+/8\r\n", SecretEncoding::Base64),
            ("-_8", SecretEncoding::Base64Url),
            (" -_8=\n", SecretEncoding::Base64Url),
            ("fbFF\n", SecretEncoding::Hex),
        ] {
            assert_eq!(k(text, encoding), Ok(bytes.clone()), "{text:?}");
        }
        for (text, encoding) in [
            ("-_8=", SecretEncoding::Base64),
            ("+/9", SecretEncoding::Base64),
            ("+/8", SecretEncoding::Base64Url),
            ("-_8==", SecretEncoding::Base64Url),
            ("fbf", SecretEncoding::Hex),
            ("fb ff", SecretEncoding::Hex),
            ("é", SecretEncoding::Hex),
        ] {
            let fault = k(text, encoding).unwrap_err();
            let is_named =
                matches!(fault, SecretFault::Encoding { encoding: named, .. } if named == encoding);
            assert!(is_named, "{text:?}");
        }
    }

    #[test]
    fn invalid_encoding_is_located_and_a_remedy_is_named() {
        for (text, encoding, message, hint) in [
            (
                "c2VjcmV0-g==",
                SecretEncoding::Base64,
                "base64: invalid character at offset 8",
                "use --secret-encoding base64url",
            ),
            (
                " c2Vj+g==",
                SecretEncoding::Base64Url,
                "base64url: invalid character at offset 5",
                "use --secret-encoding base64",
            ),
            (
                "hunter two",
                SecretEncoding::Base64,
                "base64: invalid character at offset 6",
                "if the text itself is the secret, use --secret-encoding text",
            ),
            (
                "hunter2!",
                SecretEncoding::Base64,
                "base64: invalid character at offset 7",
                "if the text itself is the secret, use --secret-encoding text",
            ),
            (
                "AB:CD:EF",
                SecretEncoding::Hex,
                "hex: ':' at offset 2",
                "remove the separators: tr -d ':'",
            ),
            (
                "abcd\r\nef01\n",
                SecretEncoding::Hex,
                "hex: line break at offset 4",
                "remove the line breaks: tr -d '\\r\\n'",
            ),
            (
                "0xabcd",
                SecretEncoding::Hex,
                "hex: invalid character at offset 1",
                "remove the 0x",
            ),
            (
                "abc",
                SecretEncoding::Hex,
                "hex: a character or the padding is missing, or one too many",
                "the secret may be truncated; copy it again",
            ),
        ] {
            let fault = k(text, encoding).unwrap_err();
            let expected = format!("the secret is not valid {message}");
            assert_eq!(fault.to_string(), expected, "{text:?}");
            assert_eq!(fault.hint(), hint, "{text:?}");
        }
    }

    #[test]
    fn an_empty_secret_is_an_error() {
        for (text, encoding) in [
            ("", SecretEncoding::Text),
            ("\n", SecretEncoding::Text),
            ("\r\n", SecretEncoding::Text),
            (" ", SecretEncoding::Base64),
            ("", SecretEncoding::Base64Url),
            ("\n", SecretEncoding::Hex),
        ] {
            assert_eq!(k(text, encoding), Err(SecretFault::Empty), "{text:?}");
        }
    }

    /// RFC 8410, section 10.1.
    #[test]
    fn a_key_in_any_form_is_not_a_secret() {
        let base64 = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
        let jwk = r#"{"kty":"OKP","crv":"X25519","x":"AAAA"}"#;
        let set = format!("{{\"keys\":[7,{jwk}]}}");
        let hex = HEXLOWER_PERMISSIVE.encode(&BASE64.decode(base64.as_bytes()).unwrap());
        for (text, encoding) in [
            (base64, SecretEncoding::Text),
            (base64, SecretEncoding::Base64),
            (&*pem, SecretEncoding::Text),
            (&pem.replace('\n', "\\n"), SecretEncoding::Text),
            (&BASE64.encode(pem.as_bytes()), SecretEncoding::Base64),
            (jwk, SecretEncoding::Text),
            (&set, SecretEncoding::Text),
            (&hex, SecretEncoding::Hex),
            (&pem[..pem.len() - 10], SecretEncoding::Text),
            (&BASE64.encode(pem.as_bytes()), SecretEncoding::Text),
            (&format!(r#"{{"jwks":{set}}}"#), SecretEncoding::Text),
            ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB a", SecretEncoding::Text),
        ] {
            assert_eq!(k(text, encoding), Err(SecretFault::PublicKey), "{text:?}");
        }
        let secret = r#"{"kty":"oct","k":"c2VjcmV0"}"#;
        assert_eq!(k(secret, SecretEncoding::Text), Err(SecretFault::SecretJwk));
        for text in [r#"{"keys":[7]}"#, "{}", "-----BEGIN X-----", "MIIB", "AAAA"] {
            assert!(k(text, SecretEncoding::Text).is_ok(), "{text}");
        }
    }
}
