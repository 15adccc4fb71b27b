//! Certificates (RFC 5280) as far as they tell of a key: the key itself, the names, the dates, and
//! whether it is a CA's. Nothing here vouches for a certificate: signatures and dates are not checked,
//! but what a check of a chain needs is read (`extensions`).

use std::collections::{HashMap, HashSet};
use std::iter;

use der::asn1::{AnyRef, BitStringRef, ContextSpecific, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::distinguished_name;
use super::extensions::{BASIC_CONSTRAINTS, Extensions};
use super::spki::{self, PublicKey};
use crate::text::base64url;
use crate::token::numeric_date::NumericDate;

/// What a certificate says of its key. Its signature, dates and chain are not checked.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// The subject (RFC 4514).
    pub subject: Box<str>,
    /// The issuer (RFC 4514).
    pub issuer: Box<str>,
    /// The first second of its validity, since 1970-01-01T00:00:00Z; RFC 3339 in JSON.
    #[serde(serialize_with = "rfc3339")]
    pub not_before: i64,
    /// The last second of its validity; likewise.
    #[serde(serialize_with = "rfc3339")]
    pub not_after: i64,
    /// Whether it is a CA's (RFC 5280, section 4.2.1.9): such a key signs certificates, not tokens.
    pub ca: bool,
    /// Its SHA-1 thumbprint (RFC 7515, section 4.1.7).
    pub x5t: Box<str>,
    /// Its SHA-256 thumbprint (RFC 7515, section 4.1.8).
    #[serde(rename = "x5t#S256")]
    pub x5t_s256: Box<str>,
    /// All of it.
    #[serde(skip)]
    pub(crate) der: Box<[u8]>,
}

/// A certificate with its key, with its names as DER, and with what its issuer signed.
pub(crate) struct Issued<'d> {
    pub(crate) certificate: Certificate,
    pub(crate) key: PublicKey,
    pub(crate) subject: &'d [u8],
    pub(crate) issuer: &'d [u8],
    /// `tbsCertificate`
    pub(crate) signed: &'d [u8],
    /// The algorithm of the signature; none if it is not one of `spki::signature_algorithm`.
    pub(crate) algorithm: Option<&'static str>,
    pub(crate) signature: &'d [u8],
    is_first_version: bool,
    extensions: Option<AnyRef<'d>>,
}

/// `TBSCertificate`, without what is of no use here.
struct SignedCertificate<'d> {
    is_first_version: bool,
    algorithm: &'d [u8],
    issuer: &'d [u8],
    not_before: i64,
    not_after: i64,
    subject: &'d [u8],
    key: &'d [u8],
    ca: bool,
    extensions: Option<AnyRef<'d>>,
}

/// Reads a certificate that is the whole input; none if it is malformed.
pub(crate) fn read(certificate: &[u8]) -> Option<Issued<'_>> {
    let mut reader = SliceReader::new(certificate).ok()?;
    let read = reader.sequence(|certificate| {
        let text = certificate.tlv_bytes()?;
        let signed = SliceReader::new(text)?.sequence(SignedCertificate::read)?;
        let algorithm = certificate.tlv_bytes()?;
        let signature = BitStringRef::decode(certificate)?;
        Ok::<_, der::Error>((text, signed, algorithm, signature))
    });
    let (text, signed, algorithm, signature) = read.ok()?;
    reader.finish().ok()?;
    // Both must be the same (RFC 5280, section 4.1.1.2).
    let is_same = algorithm == signed.algorithm;
    Some(Issued {
        certificate: Certificate {
            subject: distinguished_name::text(signed.subject)?.into(),
            issuer: distinguished_name::text(signed.issuer)?.into(),
            not_before: signed.not_before,
            not_after: signed.not_after,
            ca: signed.ca,
            x5t: base64url::encode(&Sha1::digest(certificate)).into(),
            x5t_s256: base64url::encode(&Sha256::digest(certificate)).into(),
            der: certificate.into(),
        },
        key: spki::read(signed.key)?,
        subject: signed.subject,
        issuer: signed.issuer,
        signed: text,
        algorithm: spki::signature_algorithm(algorithm).filter(|_| is_same),
        signature: signature.as_bytes().unwrap_or_default(),
        is_first_version: signed.is_first_version,
        extensions: signed.extensions,
    })
}

impl Issued<'_> {
    /// What its extensions allow; none if they have more than is checked here.
    pub(crate) fn extensions(&self) -> Option<Extensions> {
        Extensions::read(self.extensions)
    }

    /// Whether it is a CA's, or of version 1, which cannot say so.
    pub(crate) fn may_issue(&self) -> bool {
        self.certificate.ca || (self.is_first_version && self.extensions.is_none())
    }

    /// Subject and issuer, as they are compared: in any string type, letter case and spacing (RFC 5280, section
    /// 7.1).
    fn names(&self) -> [String; 2] {
        [&self.certificate.subject, &self.certificate.issuer].map(|name| {
            let words: Vec<&str> = name.split_whitespace().collect();
            words.join(" ").to_lowercase()
        })
    }

    /// Whether it is a root of version 1, which cannot say that it is a CA's: whoever trusts it does.
    pub(crate) fn is_old_root(&self) -> bool {
        self.is_first_version && self.extensions.is_none() && self.subject == self.issuer
    }
}

/// Which certificates of one file have a key that verifies tokens. Of a chain it is the first that is not a CA's,
/// or the first. Of others, all but the CAs' that issued another one of them: a CA's key signs certificates, and
/// a certificate that stands twice, or is signed by two CAs, must not make it count.
pub(crate) fn end_entities(certificates: &[&Issued]) -> Vec<bool> {
    let names: Vec<[String; 2]> = certificates.iter().map(|issued| issued.names()).collect();
    let is_ca = |place: &usize| {
        certificates
            .get(*place)
            .is_none_or(|issued| issued.may_issue())
    };
    if let Some(chain) = chain(&names) {
        let mut places = chain.iter();
        let leaf = places.find(|place| !is_ca(place)).or(chain.first());
        return (0..names.len()).map(|place| Some(&place) == leaf).collect();
    }
    // A leaf may have the very name of its CA.
    let issued = (0..)
        .zip(&names)
        .filter(|(place, [subject, issuer])| subject != issuer || !is_ca(place));
    let issuers: HashSet<&String> = issued.map(|(_, [_, issuer])| issuer).collect();
    let mut counting: Vec<bool> = (0..)
        .zip(&names)
        .map(|(place, [subject, _])| !(is_ca(&place) && issuers.contains(subject)))
        .collect();
    if let (false, [first, ..]) = (counting.contains(&true), counting.as_mut_slice()) {
        *first = true;
    }
    counting
}

/// The places of the certificates, each followed by that of its issuer, if one chain has them all. It does not
/// matter in which order they stand: the key of a CA must not verify tokens because its certificate is first.
///
/// The names, subject and issuer, decide. A self-issued certificate ends a chain: several of one name are those
/// of a key that was replaced.
fn chain(names: &[[String; 2]]) -> Option<Vec<usize>> {
    let count = names.len();
    let places: HashMap<&String, usize> = names
        .iter()
        .zip(0..)
        .map(|([subject, _], place)| (subject, place))
        .collect();
    let issuer = |place: &usize| {
        let [subject, issuer] = names.get(*place)?;
        places.get(issuer).copied().filter(|_| issuer != subject)
    };
    let issuers: HashSet<usize> = (0..count).filter_map(|place| issuer(&place)).collect();
    let mut leaves = (0..count).filter(|place| !issuers.contains(place));
    let (Some(leaf), None) = (leaves.next(), leaves.next()) else {
        return None;
    };
    let chain: Vec<usize> = iter::successors(Some(leaf), issuer).take(count).collect();
    // In a circle, some come twice.
    let distinct: HashSet<&usize> = chain.iter().collect();
    (count > 1 && distinct.len() == count).then_some(chain)
}

impl<'d> SignedCertificate<'d> {
    fn read(reader: &mut SliceReader<'d>) -> der::Result<Self> {
        let version = ContextSpecific::<u8>::decode_explicit(reader, TagNumber(0))?;
        // A serial number may be negative or too long, which is no matter of the key's.
        let _serial = AnyRef::decode(reader)?;
        let algorithm = reader.tlv_bytes()?;
        let issuer = reader.tlv_bytes()?;
        let (not_before, not_after) = reader.sequence(|validity| {
            let not_before = seconds(validity)?;
            Ok::<_, der::Error>((not_before, seconds(validity)?))
        })?;
        let subject = reader.tlv_bytes()?;
        let key = reader.tlv_bytes()?;
        for number in [TagNumber(1), TagNumber(2)] {
            let _unique_id = reader.context_specific::<BitStringRef>(number, TagMode::Implicit)?;
        }
        let extensions = ContextSpecific::<AnyRef>::decode_explicit(reader, TagNumber(3))?;
        let extensions = extensions.map(|extensions| extensions.value);
        Ok(Self {
            is_first_version: version.is_none(),
            algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            key,
            ca: extensions.map_or(Ok(false), is_ca)?,
            extensions,
        })
    }
}

/// `cA` of the basic constraints.
fn is_ca(extensions: AnyRef) -> der::Result<bool> {
    extensions.sequence(|extensions| {
        let mut ca = false;
        while !extensions.is_finished() {
            let (id, value) = extensions.sequence(|extension| {
                let id = ObjectIdentifier::decode(extension)?;
                let _critical = <Option<bool>>::decode(extension)?;
                Ok::<_, der::Error>((id, <&OctetStringRef>::decode(extension)?.as_bytes()))
            })?;
            if id == BASIC_CONSTRAINTS {
                ca |= AnyRef::from_der(value)?.sequence(|constraints| {
                    let ca = <Option<bool>>::decode(constraints)?;
                    let _path_length = <Option<u32>>::decode(constraints)?;
                    Ok::<_, der::Error>(ca.unwrap_or(false))
                })?;
            }
        }
        Ok(ca)
    })
}

/// `Time`, in seconds since 1970-01-01T00:00:00Z (RFC 5280, section 4.1.2.5). `der` reads none before 1970.
fn seconds(reader: &mut SliceReader) -> der::Result<i64> {
    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let time = AnyRef::decode(reader)?;
    let invalid = || der::Error::from(time.tag().value_error());
    let text = str::from_utf8(time.value()).map_err(|_| invalid())?;
    let text = match (time.tag(), text.as_bytes()) {
        (Tag::UtcTime, [b'0'..=b'4', ..]) => format!("20{text}"),
        (Tag::UtcTime, _) => format!("19{text}"),
        (Tag::GeneralizedTime, _) => text.to_owned(),
        _ => return Err(invalid()),
    };
    let is_digit = |digit: u8| digit.is_ascii_digit();
    let is_written = text.len() == "20260101000000Z".len()
        && text
            .strip_suffix('Z')
            .is_some_and(|digits| digits.bytes().all(is_digit));
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", &text)
        .ok()
        .filter(|_| is_written);
    let since = time.ok_or_else(invalid)?.duration_since(EPOCH);
    Ok(since.as_secs())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn rfc3339<S: Serializer>(seconds: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    NumericDate::from(*seconds)
        .rfc3339(&TimeZone::UTC)
        .serialize(serializer)
}
