//! Why a JWK can't be used, and what to do about it.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

use super::not_a_key::NotAKey;
use super::shown;
use crate::algorithm::{Algorithm, KeyType};
use crate::text::counted::counted;
use crate::text::json::JsonError;

/// The bits of an RSA modulus: fewer are forbidden (RFC 7518, section 3.3), and more cost too much time.
pub const RSA_BITS: RangeInclusive<usize> = 2048..=16384;

/// The values of `kty` that are supported.
const KEY_TYPES: [&str; 4] = ["EC", "RSA", "OKP", "oct"];

/// More operations are not listed.
const MAX_SHOWN: usize = 10;

/// Why a JWK can't be used to verify. In JSON it is its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// It can't be read as JSON.
    Json(JsonError),
    /// It is no JSON object; what it is instead.
    NotAnObject(&'static str),
    /// A member that must be there is not.
    Missing(&'static str),
    /// A member has another type than it must; its name, what it is, and what it should be.
    MemberType(&'static str, &'static str, &'static str),
    /// A `kty` that is not supported.
    UnsupportedType(String),
    /// A `crv` that is not supported.
    UnsupportedCurve {
        /// The key's type.
        kty: &'static str,
        /// The curve that is named.
        crv: String,
    },
    /// Members with padding.
    Padding(Vec<&'static str>),
    /// Members in standard base64.
    StandardBase64(Vec<&'static str>),
    /// A member that is not base64url; the place of the character that is at fault.
    NotBase64url(&'static str, usize),
    /// A member with so many characters that it cannot be base64url; none is expected of a member of any length.
    Characters {
        /// The member.
        name: &'static str,
        /// How many characters it has.
        found: usize,
        /// How many it must have.
        expected: Option<usize>,
    },
    /// A member that must not be empty or begin with a zero byte.
    LeadingZero(&'static str),
    /// A coordinate with another number of bytes than the curve's.
    Length {
        /// The member.
        name: &'static str,
        /// How many bytes it has.
        found: usize,
        /// How many it must have.
        expected: usize,
        /// The curve.
        key_type: KeyType,
        /// Whether it is hexadecimal digits of that many bytes.
        is_hex: bool,
    },
    /// `x` and `y` are not on the curve.
    NotOnCurve {
        /// The curve.
        curve: KeyType,
        /// How they are on it, if there is a way.
        order: CoordinateOrder,
    },
    /// `x` can't be decoded, is not canonical, or is of small order.
    NotEd25519,
    /// An RSA modulus with too few bits or too many.
    RsaSize(usize),
    /// An RSA modulus that is even.
    RsaModulus,
    /// An RSA exponent that is even, or too small, or too large.
    RsaExponent,
    /// A secret without a byte.
    EmptySecret,
    /// A secret that is a public key, in any form: the mistake of algorithm confusion.
    PublicSecret,
    /// A `use` other than `sig`.
    Use(String),
    /// `key_ops` without `verify`.
    KeyOps(Vec<Box<str>>),
    /// `key_ops` that names an operation twice.
    DuplicateKeyOp(String),
    /// An `alg` that is not for keys of this type.
    Algorithm {
        /// What it is.
        alg: String,
        /// The key's type.
        key_type: KeyType,
    },
    /// Content that is not a key.
    NotAKey(NotAKey),
    /// A key in DER for an algorithm that a JWK has no type for; its name or its object identifier.
    UnknownAlgorithm(String),
    /// An EC key in DER whose curve is written out (RFC 3279, section 2.3.5) instead of named.
    ExplicitCurve,
    /// Parameters of RSASSA-PSS that no `alg` has (RFC 4055, section 3.3).
    PssParameters,
    /// The certificate of an issuer in a chain whose first certificate has the key.
    ChainIssuer,
}

/// How coordinates that are not on a curve have to be read to be on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoordinateOrder {
    /// `y` for `x`, and `x` for `y`.
    Swapped,
    /// The bytes of both in reverse.
    LittleEndian,
    /// None is known.
    Unknown,
}

impl KeyFault {
    /// Whether the members are not those of any key, so that their thumbprint is not a key's.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            // Of the members that a thumbprint is of.
            Self::MemberType(name, ..) => matches!(*name, "crv" | "x" | "y" | "n" | "e"),
            Self::Missing(_)
            | Self::Padding(_)
            | Self::StandardBase64(_)
            | Self::NotBase64url(..)
            | Self::Characters { .. }
            | Self::LeadingZero(_)
            | Self::Length { .. }
            | Self::NotOnCurve { .. }
            | Self::NotEd25519
            | Self::RsaModulus
            | Self::RsaExponent => true,
            Self::UnsupportedCurve { kty, crv } => misspelled_curve(kty, crv).is_some(),
            Self::Json(_)
            | Self::NotAnObject(_)
            | Self::UnsupportedType(_)
            | Self::RsaSize(_)
            | Self::EmptySecret
            | Self::PublicSecret
            | Self::Use(_)
            | Self::KeyOps(_)
            | Self::DuplicateKeyOp(_)
            | Self::Algorithm { .. }
            | Self::NotAKey(_)
            | Self::UnknownAlgorithm(_)
            | Self::ExplicitCurve
            | Self::PssParameters
            | Self::ChainIssuer => false,
        }
    }

    /// What to do about it, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        if let Self::NotAKey(other) = self {
            return Some(other.hint().into());
        }
        self.advice().map(Cow::from)
    }

    fn advice(&self) -> Option<&'static str> {
        if let Self::UnsupportedCurve { kty, crv } = self
            && let Some(hint) = misspelled_curve(kty, crv)
        {
            return Some(hint);
        }
        match self {
            Self::UnsupportedCurve { crv, .. } if crv.starts_with('X') => {
                Some("ask the issuer for the public signing key; this one is for key agreement")
            }
            Self::Missing(_) => Some("download the key again; it may be incomplete"),
            Self::Padding(_) => Some("remove the \"=\" (RFC 7515, section 2)"),
            Self::StandardBase64(_) => Some(
                "write \"-\" for \"+\" and \"_\" for \"/\", without \"=\" (RFC 7515, section 2)",
            ),
            Self::Characters {
                found,
                expected: Some(expected),
                ..
            } if found > expected => Some("download the key again; something was added to it"),
            Self::NotBase64url(..) => Some("encode it as base64url: A-Z a-z 0-9 - _"),
            Self::Length { is_hex: true, .. } => {
                Some("it looks like hex; encode its bytes as base64url")
            }
            Self::Length {
                found, expected, ..
            } if found.abs_diff(*expected) == 1 => {
                Some("write the full length: a leading zero byte was removed or added")
            }
            Self::Characters { .. } | Self::Length { .. } => {
                Some("download the key again; it may be truncated")
            }
            Self::NotOnCurve { order, .. } => Some(match order {
                CoordinateOrder::Swapped => "swap \"x\" and \"y\" in the key",
                CoordinateOrder::LittleEndian => {
                    "reverse the bytes of \"x\" and \"y\": a JWK has them in big-endian order"
                }
                CoordinateOrder::Unknown => "download the key again; \"x\" or \"y\" is damaged",
            }),
            Self::NotEd25519 | Self::RsaModulus => {
                Some("download the key again; a character of it is wrong")
            }
            Self::RsaSize(bits) if bits < RSA_BITS.start() => {
                Some("have the issuer use a key of at least 2048 bits (RFC 7518, section 3.3)")
            }
            Self::Use(_) | Self::KeyOps(_) => {
                Some("ask the issuer for the public signing key; this one is not for signatures")
            }
            Self::Algorithm { .. } => Some("remove \"alg\", or ask the issuer for the right key"),
            Self::UnsupportedCurve { kty: "OKP", .. } => {
                Some("ask the issuer for an Ed25519 key: jwtlens does not support this curve")
            }
            Self::UnsupportedCurve { .. } => {
                Some("ask the issuer for a key on one of these curves")
            }
            Self::UnknownAlgorithm(_) => Some("use a key of type EC, RSA or Ed25519"),
            Self::ExplicitCurve => Some(
                "name the curve: openssl ec -pubin -in FILE -param_enc named_curve > OUTPUT.pem",
            ),
            Self::PssParameters => Some("use one hash throughout, and a salt as long as the hash"),
            Self::ChainIssuer => Some("use the key of the end-entity certificate"),
            Self::MemberType("e", "a number", _) => {
                Some("write \"e\" in base64url: 65537 is \"AQAB\"")
            }
            Self::UnsupportedType(kty) if kty == "AKP" => {
                Some("ask the issuer for an EC, RSA or Ed25519 key; ML-DSA is not supported")
            }
            Self::UnsupportedType(kty) => {
                let is_known = KEY_TYPES
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(kty));
                is_known.then_some("correct the letter case: \"kty\" is case-sensitive")
            }
            Self::NotAKey(_)
            | Self::Json(_)
            | Self::NotAnObject(_)
            | Self::MemberType(..)
            | Self::DuplicateKeyOp(_)
            | Self::LeadingZero(_)
            | Self::RsaSize(_)
            | Self::RsaExponent
            | Self::EmptySecret => None,
            Self::PublicSecret => Some("use the key itself, not a secret made of it"),
        }
    }
}

impl fmt::Display for KeyFault {
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "invalid JSON: {}", shown::json(error)),
            Self::NotAnObject(found) => write!(f, "a JWK must be a JSON object, found {found}"),
            Self::Missing(name) => write!(f, "\"{name}\" is missing"),
            Self::MemberType(name, found, expected) => {
                write!(f, "\"{name}\" must be {expected}, found {found}")
            }
            Self::UnsupportedType(kty) => write!(
                f,
                "\"kty\" must be \"EC\", \"RSA\", \"OKP\" or \"oct\", found {}",
                shown::quoted(kty)
            ),
            Self::UnsupportedCurve { kty: "OKP", crv } => {
                write!(
                    f,
                    "\"crv\" must be \"Ed25519\", found {}",
                    shown::quoted(crv)
                )
            }
            Self::UnsupportedCurve { crv, .. } => write!(
                f,
                "\"crv\" must be \"P-256\", \"P-384\", \"P-521\" or \"secp256k1\", found {}",
                shown::quoted(crv)
            ),
            Self::Padding(names) => match names.as_slice() {
                [name] => write!(f, "\"{name}\" has padding (\"=\")"),
                names => write!(f, "{} have padding (\"=\")", enumerated(names)),
            },
            Self::StandardBase64(names) => match names.as_slice() {
                [name] => write!(f, "\"{name}\" is in standard base64, expected base64url"),
                names => write!(
                    f,
                    "{} are in standard base64, expected base64url",
                    enumerated(names)
                ),
            },
            Self::NotBase64url(name, at) => {
                write!(
                    f,
                    "\"{name}\" is not base64url: invalid character at offset {at}"
                )
            }
            Self::Characters {
                name,
                found,
                expected: Some(expected),
            } => {
                let found = counted(*found, "character");
                write!(f, "\"{name}\" has {found}, expected {expected}")
            }
            Self::Characters {
                name,
                found,
                expected: None,
            } => write!(
                f,
                "\"{name}\": {} is not a valid base64url length",
                counted(*found, "character")
            ),
            Self::LeadingZero(name) => {
                write!(f, "\"{name}\" must not be empty or begin with a zero byte")
            }
            Self::Length {
                name,
                found,
                expected,
                key_type,
                ..
            } => write!(
                f,
                "\"{name}\" must have {expected} bytes for {key_type}, found {found}"
            ),
            Self::NotOnCurve { curve, order } => {
                write!(f, "(x, y) is not on the {curve} curve")?;
                f.write_str(match order {
                    CoordinateOrder::Swapped => ", but (y, x) is",
                    CoordinateOrder::LittleEndian => ", but is with reversed bytes",
                    CoordinateOrder::Unknown => "",
                })
            }
            Self::NotEd25519 => f.write_str("\"x\" is not a valid Ed25519 public key"),
            Self::RsaSize(bits) => write!(
                f,
                "an RSA key must have {} to {} bits, found {bits}",
                RSA_BITS.start(),
                RSA_BITS.end()
            ),
            Self::RsaModulus => f.write_str("\"n\" must be odd"),
            Self::RsaExponent => f.write_str("\"e\" must be an odd number from 3 to 2^33 - 1"),
            Self::EmptySecret => f.write_str("\"k\" is empty"),
            Self::PublicSecret => {
                f.write_str("\"k\" holds a key, which must not be a secret (RFC 8725, section 2.1)")
            }
            Self::Use(usage) => {
                write!(f, "\"use\" must be \"sig\", found {}", shown::quoted(usage))
            }
            Self::KeyOps(operations) => {
                let names: Vec<String> = operations
                    .iter()
                    .take(MAX_SHOWN)
                    .map(|operation| shown::quoted(operation))
                    .collect();
                write!(
                    f,
                    "\"key_ops\" must contain \"verify\", found [{}]",
                    names.join(",")
                )
            }
            Self::DuplicateKeyOp(operation) => {
                write!(f, "duplicate {} in \"key_ops\"", shown::quoted(operation))
            }
            Self::Algorithm { alg, key_type } => {
                let names: Vec<String> = Algorithm::of(*key_type)
                    .map(|algorithm| format!("\"{}\"", algorithm.name))
                    .collect();
                let expected = match names.as_slice() {
                    [one] => one.clone(),
                    [first @ .., last] => format!("{} or {last}", first.join(", ")),
                    [] => String::new(),
                };
                write!(
                    f,
                    "\"alg\" must be {expected}, found {}",
                    shown::quoted(alg)
                )
            }
            Self::NotAKey(other) => write!(f, "expected a key, found {other}"),
            Self::UnknownAlgorithm(name) => write!(
                f,
                "{name} keys are not supported: JWTs have no algorithm for them"
            ),
            Self::ExplicitCurve => f.write_str("an EC key with explicit curve parameters"),
            Self::PssParameters => {
                f.write_str("RSASSA-PSS parameters that fit none of PS256, PS384 and PS512")
            }
            Self::ChainIssuer => f.write_str("CA certificate from the chain"),
        }
    }
}

/// The hint for the name of a supported curve in another spelling, such as `p-256` or `P256`.
fn misspelled_curve(kty: &str, crv: &str) -> Option<&'static str> {
    let plain = |name: &str| name.replace(['-', '_'], "").to_ascii_lowercase();
    let hints: &[(&str, &'static str)] = match kty {
        "OKP" => &[("Ed25519", "write \"Ed25519\"")],
        _ => &[
            ("P-256", "write \"P-256\""),
            ("P-384", "write \"P-384\""),
            ("P-521", "write \"P-521\""),
            ("secp256k1", "write \"secp256k1\""),
        ],
    };
    let (_, hint) = hints.iter().find(|(name, _)| plain(name) == plain(crv))?;
    Some(hint)
}

/// `"x" and "y"`
fn enumerated(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(" and ")
}

impl Serialize for KeyFault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
