//! What was signed: header and payload, what was made of them, and how it was hashed.

use super::{HALF, Segments};
use crate::algorithm::{Algorithm, KeyType, Material, Message, Parameter};
use crate::curve::Prehash;
use crate::debug::cause::Cause;
use crate::debug::change::Change;
use crate::debug::reading::notation::Notation;
use crate::debug::signing_inputs::digest::{self, Digest};
use crate::debug::signing_inputs::header_variants;
use crate::debug::signing_inputs::json_styles;
use crate::text::base64url;
use crate::token::segment::Segment;

/// Header and payload after these changes.
pub fn content(segments: &Segments, changes: &[Change]) -> Option<[String; 2]> {
    let sent = [segments.header.clone(), segments.payload.clone()];
    changes.iter().try_fold(sent, with_other_content)
}

/// What is signed of this content after these changes; after none the JWS Signing Input (RFC 7515
/// section 5.1).
pub fn input(content: [&str; 2], written: &[String; 2], changes: &[Change]) -> Option<Vec<u8>> {
    let parts = content.map(|part| part.as_bytes().to_vec()).to_vec();
    let parts = changes
        .iter()
        .try_fold(parts, |parts, change| made(&parts, written, change))?;
    Some(parts.join(&b'.'))
}

fn with_other_content([header, payload]: [String; 2], change: &Change) -> Option<[String; 2]> {
    match change {
        Change::ReplaceHeader { cause, json } => {
            let sent = base64url::decode(&header).ok()?;
            let is_respelled = json_styles::are_alike(&sent, json.as_bytes());
            let is_change = match cause {
                Cause::HeaderReserialized => is_respelled,
                _ => sent != json.as_bytes() && !is_respelled,
            };
            is_change.then(|| [base64url::encode(json.as_bytes()), payload])
        }
        Change::ReplacePayload { cause, json } => {
            let sent = base64url::decode(&payload).ok()?;
            let is_change = match cause {
                Cause::SignedWithNewline => json.as_bytes().strip_suffix(b"\n") == Some(&*sent),
                _ => json_styles::are_alike(&sent, json.as_bytes()),
            };
            is_change.then(|| [header, base64url::encode(json.as_bytes())])
        }
        Change::EditSegment { segment, edit, .. } => match segment {
            // A change that changes nothing names a fault where there is none.
            _ if edit.removed == edit.inserted => None,
            Segment::Header => Some([edit.apply(&header)?, payload]),
            Segment::Payload => Some([header, edit.apply(&payload)?]),
            Segment::Signature | Segment::Token | Segment::Disclosure(_) | Segment::KeyBinding => {
                None
            }
        },
        Change::HashNonce => {
            let json = header_variants::with_hashed_nonce(&base64url::decode(&header).ok()?)?;
            Some([base64url::encode(json.as_bytes()), payload])
        }
        _ => None,
    }
}

/// The parts that are signed, with dots between them, after one change.
fn made(parts: &[Vec<u8>], written: &[String; 2], change: &Change) -> Option<Vec<Vec<u8>>> {
    let made = match (change, parts) {
        (Change::KeepAsWritten, _) => written.clone().map(String::into_bytes).to_vec(),
        (Change::TakeHeader, [header, _]) => vec![header.clone()],
        (Change::TakePayload, [_, payload]) => vec![payload.clone()],
        (Change::AddPadding, _) => parts.iter().map(|part| padded(part)).collect(),
        (Change::UseStandardBase64, _) => {
            parts.iter().map(|part| in_standard_base64(part)).collect()
        }
        (Change::UseJson { separator }, _) => {
            let decoded = |part: &Vec<u8>| base64url::decode(std::str::from_utf8(part).ok()?).ok();
            let decoded = parts.iter().map(decoded).collect::<Option<Vec<_>>>()?;
            vec![decoded.join(separator.as_bytes())]
        }
        (Change::UseRawPayload, [header, payload]) => {
            let payload = base64url::decode(std::str::from_utf8(payload).ok()?).ok()?;
            vec![header.clone(), payload]
        }
        (Change::AppendLineEnd { end }, [first @ .., last]) => {
            [first, &[[last, end.as_bytes()].concat()]].concat()
        }
        (Change::QuoteInput, _) => vec![[b"\"", &*parts.join(&b'.'), b"\""].concat()],
        (Change::WrapSegments { columns, end }, _) => parts
            .iter()
            .map(|part| wrapped(part, *columns, end))
            .collect(),
        (Change::UseUtf16 { big_endian }, _) => {
            let text = String::from_utf8(parts.join(&b'.')).ok()?;
            let bytes = |unit: u16| match big_endian {
                true => unit.to_be_bytes(),
                false => unit.to_le_bytes(),
            };
            vec![text.encode_utf16().flat_map(bytes).collect()]
        }
        (_, _) => return None,
    };
    (made != parts).then_some(made)
}

fn padded(part: &[u8]) -> Vec<u8> {
    let mut padded = part.to_vec();
    padded.resize(part.len().next_multiple_of(4), b'=');
    padded
}

/// With a line break after so many bytes, but not at the end.
fn wrapped(part: &[u8], columns: usize, end: &str) -> Vec<u8> {
    let lines: Vec<&[u8]> = part.chunks(columns.max(1)).collect();
    lines.join(end.as_bytes())
}

fn in_standard_base64(part: &[u8]) -> Vec<u8> {
    let standard = |byte: &u8| match *byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    part.iter().map(standard).collect()
}

/// What ECDSA takes of the bytes that were signed, after these changes to how they are hashed.
pub fn prehash(bytes: &[u8], changes: &[Change]) -> Option<Prehash> {
    let mut digest = Digest::Sha256;
    let mut hash = None;
    for change in changes {
        match (change, &hash) {
            (Change::CorrectAlg, None) => {}
            (Change::IgnoreAlg { digest: other } | Change::UseDigest { digest: other }, None) => {
                digest = *other;
            }
            (Change::HashAgain, None) => hash = Some(digest.hash(&digest.hash(bytes))),
            (Change::HashText { notation }, None) => {
                let text = notation.encode(&digest.hash(bytes));
                hash = Some(digest.hash(text.as_bytes()));
            }
            (
                Change::HashFirst {
                    digest: first,
                    notation,
                },
                None,
            ) => {
                hash = Some(digest.hash(&hashed_first(bytes, *first, *notation)));
            }
            (Change::TakeAsHash, None) => hash = Some(bytes.get(..HALF)?.to_vec()),
            (_, _) => return None,
        }
    }
    Some(digest::prehash(&hash.unwrap_or_else(|| digest.hash(bytes))))
}

fn hashed_first(bytes: &[u8], digest: Digest, notation: Option<Notation>) -> Vec<u8> {
    let hash = digest.hash(bytes);
    notation.map_or(hash.clone(), |notation| notation.encode(&hash).into_bytes())
}

/// What is asked of a row after these changes to how the text is hashed.
pub fn message(
    bytes: &[u8],
    changes: &[Change],
    algorithm: &Algorithm,
    key: &Material,
) -> Option<(Message, Parameter)> {
    let mut text = bytes.to_vec();
    let own = Digest::of_row(algorithm);
    let mut digest = own;
    let mut parameter = Parameter::Usual;
    for change in changes {
        match change {
            Change::CorrectAlg | Change::UseAlgorithm { .. } => {}
            Change::HashFirst { digest, notation } => {
                text = hashed_first(&text, *digest, *notation);
            }
            Change::UseDigest { digest: other }
                if own.is_none() && parameter == Parameter::Usual =>
            {
                parameter = Parameter::OtherMac(other.mac()?);
            }
            Change::UseDigest { digest: other } if digest == own && own != Some(*other) => {
                digest = Some(*other);
            }
            Change::OmitDigestInfo if parameter == Parameter::Usual => {
                parameter = Parameter::NoDigestInfo;
            }
            Change::UseSaltLength { length } if parameter == Parameter::Usual => {
                parameter = Parameter::SaltLength(*length);
            }
            Change::UseMaskDigest {
                digest: Digest::Sha1,
            } => {
                parameter = Parameter::Sha1Mask(match parameter {
                    Parameter::Usual => digest?.length(),
                    Parameter::SaltLength(length) => length,
                    _ => return None,
                });
            }
            Change::TruncateMac { cause, bits } if parameter == Parameter::Usual => {
                let whole = algorithm.signature_octets(key).saturating_mul(8);
                let is_half = bits.saturating_mul(2) == whole;
                let is_told = is_half == (*cause == Cause::MacTruncated);
                if !is_told || *bits >= whole {
                    return None;
                }
                parameter = Parameter::MacBits(*bits);
            }
            _ => return None,
        }
    }
    let Some(digest) = digest else {
        return Some((Message::Text(text), parameter));
    };
    let hash = digest.hash(&text);
    Some(match key.key_type() {
        KeyType::Rsa if Some(digest) != own => {
            // No row has this hash: what is around it is given with it.
            let is_pkcs1 = algorithm.name.starts_with("RS") && parameter == Parameter::Usual;
            let info = [digest.before_hash(), &hash].concat();
            return is_pkcs1.then_some((Message::Prehash(info), Parameter::NoDigestInfo));
        }
        KeyType::P384 | KeyType::P521 | KeyType::Secp256k1 | KeyType::P256 => {
            let length = algorithm.signature_octets(key) / 2;
            let zeros = vec![0; length.saturating_sub(hash.len())];
            (Message::Prehash([zeros, hash].concat()), parameter)
        }
        KeyType::Rsa | KeyType::Ed25519 | KeyType::Oct => (Message::Prehash(hash), parameter),
    })
}
