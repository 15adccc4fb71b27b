//! A shared secret as another program may have read or written it.

use data_encoding::{
    BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE,
    HEXUPPER,
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::debug::cause::Cause;
use crate::debug::reading::base64url_lenient;
use crate::debug::reading::notation::exactly;
use crate::debug::signing_inputs::digest::Digest;
use crate::key::SecretEncoding;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What was done to the given secret to get the one that verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretForm {
    WithNewline,
    WithCrlf,
    WithoutNewline,
    WithSpace,
    WithoutWhitespace,
    WithBom,
    WithoutBom,
    FromBase64,
    FromBase64url,
    FromLenientBase64,
    FromPrefixedBase64,
    FromHex,
    HexNotBase64,
    AsBase64,
    AsUnpaddedBase64,
    AsBase64url,
    AsPaddedBase64url,
    AsHex,
    AsUpperHex,
    InQuotes,
    InSingleQuotes,
    WithoutQuotes,
    Utf16Le,
    Utf16Be,
    Sha256,
    Sha256AsHex,
    Sha512,
    Sha512AsHex,
}

impl SecretForm {
    /// The likeliest first.
    pub const ALL: [Self; 28] = [
        Self::FromBase64,
        Self::FromBase64url,
        Self::FromHex,
        Self::HexNotBase64,
        Self::WithNewline,
        Self::WithoutNewline,
        Self::AsBase64,
        Self::AsUnpaddedBase64,
        Self::AsBase64url,
        Self::AsPaddedBase64url,
        Self::AsHex,
        Self::Sha256,
        Self::Sha256AsHex,
        Self::Sha512,
        Self::Sha512AsHex,
        Self::InQuotes,
        Self::InSingleQuotes,
        Self::WithoutQuotes,
        Self::WithCrlf,
        Self::WithSpace,
        Self::WithoutWhitespace,
        Self::AsUpperHex,
        Self::WithoutBom,
        Self::WithBom,
        Self::FromPrefixedBase64,
        Self::FromLenientBase64,
        Self::Utf16Le,
        Self::Utf16Be,
    ];

    /// What may stand around a secret that is encoded.
    const AROUND: [Self; 2] = [Self::WithoutBom, Self::WithoutQuotes];

    /// What is done to a secret one after the other, the likeliest last: what stood around it is removed before it is
    /// decoded, and `echo` wrote a newline into what was encoded.
    pub const PAIRS: [[Self; 2]; 24] = [
        [Self::FromBase64, Self::FromHex],
        [Self::FromHex, Self::FromBase64],
        [Self::AsBase64, Self::AsHex],
        [Self::AsHex, Self::AsBase64],
        [Self::InQuotes, Self::WithNewline],
        [Self::WithoutNewline, Self::WithoutQuotes],
        [Self::AsHex, Self::WithNewline],
        [Self::AsBase64url, Self::WithNewline],
        [Self::AsBase64, Self::WithNewline],
        [Self::FromHex, Self::WithNewline],
        [Self::FromBase64url, Self::WithNewline],
        [Self::FromBase64, Self::WithNewline],
        [Self::WithoutBom, Self::FromHex],
        [Self::WithoutBom, Self::FromBase64url],
        [Self::WithoutBom, Self::FromBase64],
        [Self::FromHex, Self::WithoutNewline],
        [Self::FromBase64url, Self::WithoutNewline],
        [Self::WithNewline, Self::AsHex],
        [Self::WithNewline, Self::AsBase64url],
        [Self::WithoutQuotes, Self::FromHex],
        [Self::WithoutQuotes, Self::FromBase64url],
        [Self::WithoutQuotes, Self::FromBase64],
        [Self::WithNewline, Self::AsBase64],
        [Self::FromBase64, Self::WithoutNewline],
    ];

    /// Whether it is a change to a secret whose text was read in this way; that of a JWK in none.
    pub fn is_of(self, encoding: Option<SecretEncoding>) -> bool {
        use SecretEncoding::{Base64, Base64Url};
        match self {
            Self::HexNotBase64 => matches!(encoding, None | Some(Base64 | Base64Url)),
            // Without characters of their own, they are the same text as that of the other alphabet.
            Self::AsUnpaddedBase64 => encoding == Some(Base64),
            Self::AsPaddedBase64url => encoding == Some(Base64Url),
            _ => true,
        }
    }

    /// The secret after the change; none if it cannot be made or changes nothing.
    pub fn apply(self, secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let changed = match self {
            Self::WithNewline => [secret, b"\n"].concat(),
            Self::WithCrlf => [secret, b"\r\n"].concat(),
            Self::WithoutNewline => {
                let line = secret.strip_suffix(b"\n")?;
                line.strip_suffix(b"\r").unwrap_or(line).to_vec()
            }
            Self::WithBom => [BOM, secret].concat(),
            Self::WithoutBom => secret.strip_prefix(BOM)?.to_vec(),
            Self::WithSpace => [secret, b" "].concat(),
            // What is only a newline has a form of its own.
            Self::WithoutWhitespace => {
                let trimmed = secret.trim_ascii();
                let line = Self::WithoutNewline.apply(secret);
                let is_line = line.is_some_and(|line| **line == *trimmed);
                (!is_line).then(|| trimmed.to_vec())?
            }
            Self::FromBase64 => decoded(secret, [&BASE64, &BASE64_NOPAD])?,
            Self::FromBase64url => decoded(secret, [&BASE64URL, &BASE64URL_NOPAD])?,
            // What is base64 has a form of its own, and so has what stands around it.
            Self::FromLenientBase64
                if Self::AROUND
                    .iter()
                    .find_map(|form| form.apply(secret))
                    .is_some_and(|inner| Self::FromBase64.apply(&inner).is_some())
                    || Self::FromBase64.apply(secret).is_some() =>
            {
                return None;
            }
            Self::FromLenientBase64 => leniently_decoded(secret)?,
            Self::FromPrefixedBase64 => {
                decoded(secret.strip_prefix(b"base64:")?, [&BASE64, &BASE64_NOPAD])?
            }
            Self::FromHex => HEXLOWER_PERMISSIVE.decode(secret.trim_ascii()).ok()?,
            // No hexadecimal digit differs between base64 and base64url.
            Self::HexNotBase64 => {
                let text = Zeroizing::new(BASE64_NOPAD.encode(secret));
                HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?
            }
            Self::AsBase64 => BASE64.encode(secret).into_bytes(),
            // With whole groups of three bytes there is no padding.
            Self::AsUnpaddedBase64 | Self::AsPaddedBase64url if secret.len().is_multiple_of(3) => {
                return None;
            }
            Self::AsUnpaddedBase64 => BASE64_NOPAD.encode(secret).into_bytes(),
            Self::AsBase64url => BASE64URL_NOPAD.encode(secret).into_bytes(),
            Self::AsPaddedBase64url => BASE64URL.encode(secret).into_bytes(),
            Self::AsHex => HEXLOWER.encode(secret).into_bytes(),
            Self::AsUpperHex => HEXUPPER.encode(secret).into_bytes(),
            Self::InSingleQuotes => [b"'", secret, b"'"].concat(),
            Self::InQuotes => [b"\"", secret, b"\""].concat(),
            Self::WithoutQuotes => [b'"', b'\''].iter().find_map(|quote| {
                let quote = &[*quote][..];
                let inner = secret.strip_prefix(quote)?.strip_suffix(quote)?;
                Some(inner.to_vec())
            })?,
            Self::Utf16Le => in_utf16(secret, u16::to_le_bytes)?,
            Self::Utf16Be => in_utf16(secret, u16::to_be_bytes)?,
            Self::Sha256 => Digest::Sha256.hash(secret),
            Self::Sha512 => Digest::Sha512.hash(secret),
            Self::Sha512AsHex => HEXLOWER.encode(&Digest::Sha512.hash(secret)).into_bytes(),
            Self::Sha256AsHex => HEXLOWER.encode(&Digest::Sha256.hash(secret)).into_bytes(),
        };
        // A MAC under the empty secret says nothing of the one that was given.
        (!changed.is_empty() && changed != secret).then(|| changed.into())
    }

    pub fn cause(self) -> Cause {
        match self {
            Self::WithNewline | Self::WithCrlf | Self::WithoutNewline => Cause::SecretWithNewline,
            Self::WithSpace | Self::WithoutWhitespace | Self::WithBom | Self::WithoutBom => {
                Cause::SecretWithSpace
            }
            Self::FromBase64
            | Self::FromLenientBase64
            | Self::FromPrefixedBase64
            | Self::AsBase64
            | Self::AsUnpaddedBase64 => Cause::SecretBase64,
            Self::FromBase64url | Self::AsBase64url | Self::AsPaddedBase64url => {
                Cause::SecretBase64url
            }
            Self::FromHex | Self::HexNotBase64 | Self::AsHex | Self::AsUpperHex => Cause::SecretHex,
            Self::InQuotes | Self::InSingleQuotes | Self::WithoutQuotes => Cause::SecretQuoted,
            Self::Utf16Le | Self::Utf16Be => Cause::SecretUtf16,
            Self::Sha256 | Self::Sha256AsHex | Self::Sha512 | Self::Sha512AsHex => {
                Cause::SecretHashed
            }
        }
    }

    /// What the secret of the signer is.
    pub fn described(self) -> &'static str {
        match self {
            Self::WithNewline => "with a newline appended",
            Self::WithCrlf => "with CRLF appended",
            Self::WithoutNewline => "with its newline removed",
            Self::WithSpace => "with a space appended",
            Self::WithoutWhitespace => "with whitespace removed",
            Self::WithBom => "with a byte order mark before it",
            Self::WithoutBom => "with its byte order mark removed",
            Self::FromLenientBase64 => "decoded from base64, ignoring its other characters",
            Self::FromPrefixedBase64 => "decoded from base64 without \"base64:\"",
            Self::FromBase64 => "decoded from base64",
            Self::FromBase64url => "decoded from base64url",
            Self::FromHex => "decoded from hex",
            Self::HexNotBase64 => "decoded from hex instead of base64",
            Self::AsBase64 => "encoded as base64",
            Self::AsUnpaddedBase64 => "encoded as base64 without padding",
            Self::AsBase64url => "encoded as base64url",
            Self::AsPaddedBase64url => "encoded as base64url with padding",
            Self::AsHex => "encoded as hex",
            Self::AsUpperHex => "encoded as hex in capital letters",
            Self::InQuotes => "with double quotes around it",
            Self::InSingleQuotes => "with single quotes around it",
            Self::WithoutQuotes => "with its quotes removed",
            Self::Utf16Le => "encoded as UTF-16 (little-endian)",
            Self::Utf16Be => "encoded as UTF-16 (big-endian)",
            Self::Sha256 => "hashed with SHA-256",
            Self::Sha512 => "hashed with SHA-512",
            Self::Sha512AsHex => "hashed with SHA-512 and encoded as hex",
            Self::Sha256AsHex => "hashed with SHA-256 and encoded as hex",
        }
    }
}

/// As old decoders read it: characters of other alphabets, bits without a byte and a single last character
/// count for nothing.
fn leniently_decoded(secret: &[u8]) -> Option<Vec<u8>> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut text: Vec<u8> = secret.iter().copied().filter(is_base64).collect();
    if text.len() % 4 == 1 {
        text.pop();
    }
    let text = String::from_utf8(text)
        .ok()?
        .replace('+', "-")
        .replace('/', "_");
    base64url_lenient::decode(&text)
}

fn decoded(secret: &[u8], encodings: [&Encoding; 2]) -> Option<Vec<u8>> {
    let text = secret.trim_ascii();
    encodings
        .into_iter()
        .find_map(|encoding| exactly(encoding, text))
}

fn in_utf16(secret: &[u8], bytes: fn(u16) -> [u8; 2]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(secret).ok()?;
    Some(text.encode_utf16().flat_map(bytes).collect())
}
