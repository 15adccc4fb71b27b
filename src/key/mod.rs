//! One JWK (RFC 7517): what it is, whether it can verify signatures, and if not, why.

mod asn1;
mod certificate;
mod distinguished_name;
mod encoding;
mod export;
mod not_a_key;
mod pem;
mod point;
mod private;
mod secret;
mod source;
mod spki;
mod wrapper;
mod x5c;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use jose_jwk::{Ec, EcCurves};
use p256::ecdsa::VerifyingKey;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::algorithm::{Algorithm, KeyType, Material, Signed};
use crate::base64url;
use crate::diagnosis::{self, Cause};
use crate::json::{JsonError, Object, Value, abridged};
use export::PublicJwk;
pub(crate) use source::{Entry, read as read_content};

pub use certificate::Certificate;
pub use not_a_key::NotAKey;
pub(crate) use secret::read as read_secret;
pub use secret::{SecretEncoding, SecretFault};
pub use source::ContentFault;

/// The octets of `x` and of `y` on P-256 (RFC 7518 section 6.2.1.2).
const COORDINATE_OCTETS: usize = 32;

/// A key that verifies signatures. The key decides which algorithms it is for, never a token's header.
#[derive(Clone, Debug)]
pub struct VerificationKey {
    /// How the key is told apart from others.
    pub id: Arc<KeyId>,
    algorithms: Vec<&'static Algorithm>,
    material: Material,
}

/// How a key is named in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyId {
    /// The JWK's own `kid`.
    pub kid: Option<Box<str>>,
    /// The JWK Thumbprint with SHA-256 (RFC 7638), in base64url.
    pub thumbprint: Box<str>,
    /// Where the key came from, as the user named it.
    pub source: Arc<str>,
}

/// What a JWK holds and what is wrong with it; never its private part.
#[derive(Clone, Debug, Serialize)]
pub struct KeyReport {
    /// Its place in the JWK Set, from 0; 0 where it stands alone.
    pub index: usize,
    /// `kty`, the key's type.
    pub kty: Option<Box<str>>,
    /// `crv`, the curve.
    pub crv: Option<Box<str>>,
    /// `alg`, the algorithm it is for.
    pub alg: Option<Box<str>>,
    /// `kid`, the key's ID.
    pub kid: Option<Box<str>>,
    /// `use`, what it is for.
    #[serde(rename = "use")]
    pub usage: Option<Box<str>>,
    /// `key_ops`, what it may do.
    pub key_ops: Option<Vec<Box<str>>>,
    /// The JWK Thumbprint with SHA-256 (RFC 7638), where the members that it needs are there.
    pub thumbprint: Option<Box<str>>,
    /// Whether `kid` is that thumbprint.
    pub kid_is_thumbprint: bool,
    /// Whether it holds a private part, which is neither kept nor shown.
    pub private: bool,
    /// Whether signatures can be verified with it.
    pub usable: bool,
    /// Why not.
    pub reasons: Vec<KeyFault>,
    /// What is unusual about it, whether it can be used or not.
    pub notes: Vec<KeyNote>,
    /// The certificate that it comes from, or the first one of its `x5c`.
    pub certificate: Option<Certificate>,
    #[serde(skip)]
    pub(crate) key: Option<VerificationKey>,
    /// A usable public key for other programs.
    #[serde(skip)]
    pub(crate) public: Option<PublicJwk>,
    /// What an unusable key may have been meant as, for the diagnosis alone.
    #[serde(skip)]
    pub(crate) mended: Vec<(Vec<Cause>, VerifyingKey)>,
}

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
    /// A `kty` other than `EC`.
    ForeignType(String),
    /// A `crv` other than `P-256`.
    ForeignCurve(String),
    /// A coordinate with padding.
    Padding(&'static str),
    /// A coordinate that is not base64url; the offset of the fault.
    NotBase64url(&'static str, usize),
    /// A coordinate with another number of octets than the curve's.
    Length(&'static str, usize),
    /// `x` and `y` are no point of the curve; whether `y` and `x` are.
    NotOnCurve {
        /// Whether exchanging the two gives a point of the curve.
        exchanged: bool,
    },
    /// A `use` other than `sig`.
    Use(String),
    /// `key_ops` without `verify`.
    KeyOps(Vec<Box<str>>),
    /// `key_ops` that names an operation twice.
    KeyOpsTwice(String),
    /// An `alg` other than that of the key's type and curve.
    Algorithm(String),
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

/// What is unusual about a key. In JSON it is its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyNote {
    /// The file begins with the byte order mark of UTF-8.
    ByteOrderMark,
    /// The line ends of its PEM are the two characters `\\n`.
    EscapedLineEnds,
    /// The line end after a secret was removed.
    SecretTrimmed,
    /// `x5c` cannot be read.
    X5cUnread,
    /// The first certificate of `x5c` has another key (RFC 7517, section 4.7).
    X5cKey,
    /// A thumbprint is not that of the first certificate of `x5c`; its name.
    X5cThumbprint(&'static str),
}

impl VerificationKey {
    /// The algorithms that the key allows: those of its type and, if it has an `alg`, that one alone.
    #[must_use]
    pub fn algorithms(&self) -> &[&'static Algorithm] {
        &self.algorithms
    }

    /// Whether tokens of this algorithm may be verified with the key.
    #[must_use]
    pub fn allows(&self, algorithm: &Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether the key allows the algorithm, and `signature` is that of `input`.
    #[must_use]
    pub fn verify(&self, algorithm: &Algorithm, input: &[u8], signature: &[u8]) -> bool {
        self.allows(algorithm) && algorithm.verify(&self.material, Signed::Text(input), signature)
    }

    /// Adds an algorithm that is not in the table, for tests of what takes any.
    #[cfg(test)]
    pub(crate) fn allow(&mut self, algorithm: &'static Algorithm) {
        self.algorithms.push(algorithm);
    }

    pub(crate) fn material(&self) -> &Material {
        &self.material
    }
}

impl KeyReport {
    /// Reads one JWK. `source` names it in reports.
    pub(crate) fn read(index: usize, source: &Arc<str>, jwk: &str) -> Self {
        Self::of(index, source, Entry::of_jwk(jwk))
    }

    /// Decides whether a key can be used, whatever its form.
    pub(crate) fn of(index: usize, source: &Arc<str>, entry: Entry) -> Self {
        let mut object = entry.jwk;
        if let (true, Some(fault)) = (object.members().is_empty(), &entry.fault) {
            return Self {
                notes: entry.notes,
                ..Self::unread(index, fault.clone())
            };
        }
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(Box::from);
        let kid: Option<Box<str>> = text("kid");
        let thumbprint = thumbprint_of(&object);

        let mut reasons = usage_faults(&object);
        let is_foreign = !reasons.is_empty();
        let is_settled = entry.fault.is_some();
        reasons.extend(entry.fault);
        let mut notes = entry.notes;
        let certificate = entry
            .certificate
            .or_else(|| x5c::check(&object, &mut notes));
        let mut key = None;
        match public_key(&object) {
            Ok(material) => {
                let mut algorithms: Vec<_> = Algorithm::of(material.key_type()).collect();
                if entry.is_pss {
                    algorithms.retain(|algorithm| algorithm.name.starts_with("PS"));
                }
                if let Some(alg) = object.get("alg").and_then(Value::as_str) {
                    algorithms.retain(|algorithm| algorithm.name == alg);
                    if algorithms.is_empty() {
                        reasons.push(KeyFault::Algorithm(abridged(alg)));
                    }
                }
                if let (true, Some(thumbprint)) = (reasons.is_empty(), thumbprint.clone()) {
                    let id = KeyId {
                        kid: kid.clone(),
                        thumbprint,
                        source: Arc::clone(source),
                    };
                    key = Some(VerificationKey {
                        id: Arc::new(id),
                        algorithms,
                        material,
                    });
                }
            }
            // What the key is comes first, what it is for after it.
            Err(faults) => {
                reasons.splice(0..0, faults);
            }
        }
        let report = Self {
            index,
            kty: text("kty"),
            crv: text("crv"),
            alg: text("alg"),
            kid_is_thumbprint: is_thumbprint(kid.as_deref(), thumbprint.as_deref()),
            kid,
            usage: text("use"),
            key_ops: strings(object.get("key_ops")),
            thumbprint,
            private: entry.is_private
                || object
                    .members()
                    .iter()
                    .any(|member| is_private_member(&member.name)),
            usable: key.is_some(),
            // An issuer's key in a chain is what it is.
            mended: if key.is_some() || is_settled {
                Vec::new()
            } else {
                diagnosis::mended(&object, is_foreign)
            },
            reasons,
            notes,
            certificate,
            public: key
                .as_ref()
                .and_then(|_| PublicJwk::of(&object, entry.is_pss)),
            key,
        };
        object.clear(is_private_member);
        report
    }

    /// The JWK of a usable public key: the members that verify, and `kid`, `use` and `alg`.
    #[must_use]
    pub fn public_jwk(&self) -> Option<&Object> {
        self.public.as_ref().map(PublicJwk::jwk)
    }

    /// Whether that JWK allows RS256 and its kind, which the key does not: it is for RSASSA-PSS alone.
    #[must_use]
    pub fn public_jwk_loses_pss(&self) -> bool {
        self.public.as_ref().is_some_and(PublicJwk::loses_pss)
    }

    /// A usable public key as PEM (`PUBLIC KEY`).
    #[must_use]
    pub fn public_pem(&self) -> Option<String> {
        self.public.as_ref()?.pem()
    }

    fn unread(index: usize, reason: KeyFault) -> Self {
        Self {
            index,
            kty: None,
            crv: None,
            alg: None,
            kid: None,
            usage: None,
            key_ops: None,
            thumbprint: None,
            kid_is_thumbprint: false,
            private: false,
            usable: false,
            reasons: vec![reason],
            notes: Vec::new(),
            certificate: None,
            public: None,
            key: None,
            mended: Vec::new(),
        }
    }
}

impl KeyReport {
    /// Whether it cannot be read, so that nothing is known of what it holds.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(
            self.reasons.as_slice(),
            [KeyFault::Json(_) | KeyFault::NotAKey(_)]
        )
    }
}

/// A member that only a private or a secret key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
pub(crate) fn is_private_member(name: &str) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].contains(&name)
}

/// What the key consists of, or all that is wrong with it.
fn public_key(object: &Object) -> Result<Material, Vec<KeyFault>> {
    let kty = required_text(object, "kty").map_err(|fault| vec![fault])?;
    if kty != "EC" {
        return Err(vec![KeyFault::ForeignType(abridged(kty))]);
    }
    let crv = required_text(object, "crv").map_err(|fault| vec![fault])?;
    if KeyType::P256.crv() != Some(crv) {
        return Err(vec![KeyFault::ForeignCurve(abridged(crv))]);
    }
    match (coordinate(object, "x"), coordinate(object, "y")) {
        (Ok(x), Ok(y)) => match point(&x, &y) {
            Some(key) => Ok(Material::P256(key)),
            None => Err(vec![KeyFault::NotOnCurve {
                exchanged: point(&y, &x).is_some(),
            }]),
        },
        (x, y) => Err([x.err(), y.err()].into_iter().flatten().collect()),
    }
}

fn point(x: &[u8], y: &[u8]) -> Option<VerifyingKey> {
    let ec = Ec {
        crv: EcCurves::P256,
        x: x.to_vec().into(),
        y: y.to_vec().into(),
        d: None,
    };
    p256::PublicKey::try_from(&ec).ok().map(VerifyingKey::from)
}

fn coordinate(object: &Object, name: &'static str) -> Result<Vec<u8>, KeyFault> {
    let text = required_text(object, name)?;
    if text.ends_with('=') {
        return Err(KeyFault::Padding(name));
    }
    let octets = base64url::decode(text).map_err(|e| KeyFault::NotBase64url(name, e.offset))?;
    match octets.len() {
        COORDINATE_OCTETS => Ok(octets),
        length => Err(KeyFault::Length(name, length)),
    }
}

fn required_text<'o>(object: &'o Object, name: &'static str) -> Result<&'o str, KeyFault> {
    let value = object.get(name).ok_or(KeyFault::Missing(name))?;
    value
        .as_str()
        .ok_or(KeyFault::MemberType(name, value.type_name(), "a string"))
}

/// What `use`, `key_ops`, `alg` and `kid` say against verification, or are of the wrong type.
fn usage_faults(object: &Object) -> Vec<KeyFault> {
    let mut faults = Vec::new();
    for name in ["use", "alg", "kid"] {
        if let Some(value) = object.get(name) {
            match value.as_str() {
                None => {
                    faults.push(KeyFault::MemberType(name, value.type_name(), "a string"));
                }
                Some(usage) if name == "use" && usage != "sig" => {
                    faults.push(KeyFault::Use(abridged(usage)));
                }
                Some(_) => {}
            }
        }
    }
    if let Some(value) = object.get("key_ops") {
        match strings(Some(value)) {
            None => {
                let expected = "an array of strings";
                faults.push(KeyFault::MemberType("key_ops", value.type_name(), expected));
            }
            Some(operations) => {
                let mut seen = HashSet::new();
                if let Some(operation) = operations.iter().find(|op| !seen.insert(&***op)) {
                    faults.push(KeyFault::KeyOpsTwice(abridged(operation)));
                }
                if !operations.iter().any(|operation| &**operation == "verify") {
                    faults.push(KeyFault::KeyOps(operations));
                }
            }
        }
    }
    faults
}

fn strings(value: Option<&Value>) -> Option<Vec<Box<str>>> {
    match value? {
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(Box::from))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            None
        }
    }
}

/// RFC 7638 section 3 and RFC 8037 section 2: SHA-256 over the required members in lexical order,
/// without white space. A symmetric key has none here: a hash of a secret is not for showing.
pub(crate) fn thumbprint_of(object: &Object) -> Option<Box<str>> {
    let names: &[&str] = match object.get("kty")?.as_str()? {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let members = names.iter().map(|name| {
        let value = serde_json::to_string(object.get(name)?.as_str()?).ok()?;
        Some(format!("\"{name}\":{value}"))
    });
    let members = members.collect::<Option<Vec<_>>>()?.join(",");
    Some(base64url::encode(&Sha256::digest(format!("{{{members}}}"))).into())
}

/// Whether the key ID is the thumbprint, by itself or as a URN (RFC 9278).
fn is_thumbprint(kid: Option<&str>, thumbprint: Option<&str>) -> bool {
    const URN: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
    kid.is_some_and(|kid| Some(kid.strip_prefix(URN).unwrap_or(kid)) == thumbprint)
}

impl KeyFault {
    /// What to do about it, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        if let Self::NotAKey(other) = self {
            return Some(other.hint().into());
        }
        self.advice().map(Cow::from)
    }

    fn advice(&self) -> Option<&'static str> {
        match self {
            Self::ForeignType(kty) if kty == "RSA" => Some(
                "an RSA key is for RS256 and its kind; older Transcodes pages told people to use RS256, but its tokens are ES256: download public_key.json again from the JSON Web Key panel",
            ),
            Self::ForeignType(kty) if kty == "oct" => Some(
                "a symmetric key is a shared secret for HS256; ES256 needs the public key of the service",
            ),
            Self::ForeignType(_) | Self::ForeignCurve(_) => {
                Some("ES256 needs a key of kty EC and crv P-256")
            }
            Self::Missing(_) => Some("a key for ES256 has the members kty, crv, x and y"),
            Self::Padding(_) => Some("take the \"=\" off: a JWK has base64url without padding"),
            Self::NotBase64url(..) => Some("a coordinate is base64url: A-Z a-z 0-9 - _"),
            Self::Length(_, 31 | 33) => Some(
                "the program that wrote the key took off or added a leading zero octet; it must write 32 octets",
            ),
            Self::Length(..) => Some("the key may be cut off; download it again"),
            Self::NotOnCurve { exchanged: true } => {
                Some("x and y are exchanged: with y as x and x as y it is a point of the curve")
            }
            Self::NotOnCurve { exchanged: false } => {
                Some("a character of x or y is wrong; download the key again")
            }
            Self::Use(_) | Self::KeyOps(_) => {
                Some("the key is meant for something else; ask its issuer for the signature key")
            }
            Self::Algorithm(_) => {
                Some("\"alg\" of a P-256 key for signatures is \"ES256\", or is left out")
            }
            Self::UnknownAlgorithm(_) => Some("use a key of type EC, RSA or Ed25519"),
            Self::ExplicitCurve => {
                Some("name the curve: openssl ec -pubin -in FILE -param_enc named_curve > key.pem")
            }
            Self::PssParameters => Some(
                "PS256, PS384 and PS512 use one hash throughout and a salt as long as the hash",
            ),
            Self::ChainIssuer => Some("tokens are verified with the first certificate's key"),
            Self::Json(_)
            | Self::NotAnObject(_)
            | Self::MemberType(..)
            | Self::KeyOpsTwice(_)
            | Self::NotAKey(_) => None,
        }
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not JSON: {error}"),
            Self::NotAnObject(found) => write!(f, "{found}, where a JWK is a JSON object"),
            Self::Missing(name) => write!(f, "\"{name}\" is missing"),
            Self::MemberType(name, found, expected) => {
                write!(f, "\"{name}\" is {found}, where {expected} is due")
            }
            Self::ForeignType(kty) => write!(f, "\"kty\" is \"{kty}\", which is not for ES256"),
            Self::ForeignCurve(crv) => write!(f, "\"crv\" is \"{crv}\", which is not for ES256"),
            Self::Padding(name) => write!(f, "\"{name}\" has padding (\"=\")"),
            Self::NotBase64url(name, offset) => {
                write!(f, "\"{name}\" is not base64url (octet {offset})")
            }
            Self::Length(name, length) => write!(
                f,
                "\"{name}\" has {length} octets, where P-256 has {COORDINATE_OCTETS}"
            ),
            Self::NotOnCurve { exchanged: true } => {
                f.write_str("x and y are no point of P-256, but are one when exchanged")
            }
            Self::NotOnCurve { exchanged: false } => f.write_str("x and y are no point of P-256"),
            Self::Use(usage) => write!(f, "\"use\" is \"{usage}\", where \"sig\" is due"),
            Self::KeyOps(operations) => {
                let names: Vec<String> = operations
                    .iter()
                    .map(|op| format!("\"{}\"", abridged(op)))
                    .collect();
                write!(
                    f,
                    "\"key_ops\" is [{}], without \"verify\"",
                    names.join(",")
                )
            }
            Self::KeyOpsTwice(operation) => write!(f, "\"key_ops\" names \"{operation}\" twice"),
            Self::Algorithm(alg) => write!(f, "\"alg\" is \"{alg}\", where \"ES256\" is due"),
            Self::NotAKey(other) => write!(f, "expected a key, found {other}"),
            Self::UnknownAlgorithm(name) => write!(f, "a key for {name}, which JOSE does not use"),
            Self::ExplicitCurve => f.write_str("an EC key with explicit curve parameters"),
            Self::PssParameters => {
                f.write_str("RSASSA-PSS parameters that fit none of PS256, PS384 and PS512")
            }
            Self::ChainIssuer => f.write_str("certificate of an issuer in the chain"),
        }
    }
}

impl KeyNote {
    /// Whether something is wrong, and not only unusual.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        match self {
            Self::ByteOrderMark | Self::EscapedLineEnds | Self::SecretTrimmed => false,
            Self::X5cUnread | Self::X5cKey | Self::X5cThumbprint(_) => true,
        }
    }
}

impl fmt::Display for KeyNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("the file begins with a UTF-8 byte order mark"),
            Self::EscapedLineEnds => f.write_str("the line ends of the PEM are written as \\n"),
            Self::SecretTrimmed => f.write_str("a newline at the end of the secret was removed"),
            Self::X5cUnread => f.write_str("\"x5c\" is not an array of certificates in base64"),
            Self::X5cKey => f.write_str(
                "the first certificate in \"x5c\" has another key than this JWK (RFC 7517, section 4.7)",
            ),
            Self::X5cThumbprint(name) => write!(
                f,
                "\"{name}\" is not the thumbprint of the first certificate in \"x5c\""
            ),
        }
    }
}

impl Serialize for KeyNote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for KeyFault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    fn read(jwk: &str) -> KeyReport {
        KeyReport::read(0, &Arc::from("test"), jwk)
    }

    fn ec(x: &str, y: &str, more: &str) -> String {
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"{more}}}"#)
    }

    fn reasons(jwk: &str) -> Vec<String> {
        let report = read(jwk);
        assert_eq!(report.usable, report.reasons.is_empty());
        assert_eq!(report.usable, report.key.is_some());
        report.reasons.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn thumbprint_is_that_of_rfc_7638() {
        let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        let report = read(rsa);
        assert_eq!(
            report.thumbprint.as_deref(),
            Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        );
        assert!(!report.usable && !report.kid_is_thumbprint);
    }

    #[test]
    fn a_good_key_is_usable_whatever_else_it_holds() {
        for more in [
            "",
            r#","alg":"ES256","use":"sig","key_ops":["verify"],"kid":"k","ext":true,"x5t":1"#,
            r#","key_ops":["sign","verify"],"d":"AAAA""#,
        ] {
            assert_eq!(reasons(&ec(X, Y, more)), Vec::<String>::new());
        }
        assert!(read(&ec(X, Y, r#","d":"AAAA""#)).private);
        let thumbprint = read(&ec(X, Y, "")).thumbprint.unwrap();
        assert!(read(&ec(X, Y, &format!(r#","kid":"{thumbprint}""#))).kid_is_thumbprint);
    }

    #[test]
    fn every_fault_has_its_name() {
        let zero_x = base64url::encode(&[0; 32]);
        for (jwk, expected) in [
            ("[]".to_owned(), "an array, where a JWK is a JSON object"),
            (
                "{".to_owned(),
                "not JSON: the text ends inside an object (octet 1)",
            ),
            (
                ec(X, Y, r#","x":"a""#),
                "not JSON: member \"x\" appears twice (octet 130)",
            ),
            ("{}".to_owned(), "\"kty\" is missing"),
            (
                r#"{"kty":7}"#.to_owned(),
                "\"kty\" is a number, where a string is due",
            ),
            (
                r#"{"kty":"RSA"}"#.to_owned(),
                "\"kty\" is \"RSA\", which is not for ES256",
            ),
            (
                r#"{"kty":"ec"}"#.to_owned(),
                "\"kty\" is \"ec\", which is not for ES256",
            ),
            (r#"{"kty":"EC"}"#.to_owned(), "\"crv\" is missing"),
            (
                r#"{"kty":"EC","crv":"P-384"}"#.to_owned(),
                "\"crv\" is \"P-384\", which is not for ES256",
            ),
            (ec(&format!("{X}="), Y, ""), "\"x\" has padding (\"=\")"),
            (
                ec(&X.replace('f', "+"), Y, ""),
                "\"x\" is not base64url (octet 0)",
            ),
            (
                ec(&X[..40], Y, ""),
                "\"x\" has 30 octets, where P-256 has 32",
            ),
            (
                ec(X, &format!("AA{Y}A"), ""),
                "\"y\" has 34 octets, where P-256 has 32",
            ),
            (
                ec(Y, X, ""),
                "x and y are no point of P-256, but are one when exchanged",
            ),
            (ec(&zero_x, Y, ""), "x and y are no point of P-256"),
            (
                ec(X, Y, r#","use":"enc""#),
                "\"use\" is \"enc\", where \"sig\" is due",
            ),
            (
                ec(X, Y, r#","use":null"#),
                "\"use\" is null, where a string is due",
            ),
            (
                ec(X, Y, r#","key_ops":["sign"]"#),
                "\"key_ops\" is [\"sign\"], without \"verify\"",
            ),
            (
                ec(X, Y, r#","key_ops":"verify""#),
                "\"key_ops\" is a string, where an array of strings is due",
            ),
            (
                ec(X, Y, r#","key_ops":["verify","verify"]"#),
                "\"key_ops\" names \"verify\" twice",
            ),
            (
                ec(X, Y, r#","alg":"ES384""#),
                "\"alg\" is \"ES384\", where \"ES256\" is due",
            ),
            (
                ec(X, Y, r#","alg":"es256""#),
                "\"alg\" is \"es256\", where \"ES256\" is due",
            ),
            (
                ec(X, Y, r#","kid":5"#),
                "\"kid\" is a number, where a string is due",
            ),
        ] {
            assert_eq!(reasons(&jwk), [expected], "{jwk}");
        }
        assert_eq!(
            reasons(r#"{"kty":"EC","crv":"P-256","use":"enc"}"#).len(),
            3
        );
    }
}
