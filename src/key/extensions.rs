//! What the extensions of a certificate allow its key (RFC 5280, section 4.2.1), as far as a chain is
//! checked by them. A certificate that restricts more than is checked here proves nothing.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader};

pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const SUBJECT_ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

/// Name constraints, policy constraints and `inhibitAnyPolicy`: they restrict what a CA may issue, also
/// where they are not marked as critical.
const RESTRICTIONS: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("2.5.29.30"),
    ObjectIdentifier::new_unwrap("2.5.29.36"),
    ObjectIdentifier::new_unwrap("2.5.29.54"),
];

/// No certificate has more, and each is compared with those before it.
const MAX_EXTENSIONS: usize = 64;

/// The extensions by which a chain is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// `cA`, if there are basic constraints.
    pub(crate) ca: Option<bool>,
    /// The most intermediate certificates that may follow.
    pub(crate) path_length: Option<u32>,
    /// The first eight bits of `keyUsage`, from `digitalSignature` on.
    pub(crate) usage: Option<u8>,
}

impl Extensions {
    /// None if they are malformed, or hold a critical one or a restriction that is not checked here.
    pub(super) fn read(extensions: Option<AnyRef>) -> Option<Self> {
        let Some(extensions) = extensions else {
            return Some(Self::default());
        };
        let mut read = Self::default();
        let mut known: Vec<ObjectIdentifier> = Vec::new();
        let is_read = extensions.sequence(|extensions| {
            let mut is_checked = true;
            while !extensions.is_finished() && is_checked {
                is_checked = known.len() < MAX_EXTENSIONS;
                let (id, critical, value) = extensions.sequence(|extension| {
                    let id = ObjectIdentifier::decode(extension)?;
                    let critical = <Option<bool>>::decode(extension)?.unwrap_or(false);
                    Ok::<_, der::Error>((
                        id,
                        critical,
                        <&OctetStringRef>::decode(extension)?.as_bytes(),
                    ))
                })?;
                is_checked &= !known.contains(&id) && read.add(id, critical, value)?;
                known.push(id);
            }
            Ok::<_, der::Error>(is_checked)
        });
        (is_read == Ok(true)).then_some(read)
    }

    /// Takes one extension in; `false` if it is one that would have to be checked.
    fn add(&mut self, id: ObjectIdentifier, critical: bool, value: &[u8]) -> der::Result<bool> {
        if id == BASIC_CONSTRAINTS {
            let (ca, path_length) = AnyRef::from_der(value)?.sequence(|constraints| {
                let ca = <Option<bool>>::decode(constraints)?;
                Ok::<_, der::Error>((ca, <Option<u32>>::decode(constraints)?))
            })?;
            self.ca = Some(ca.unwrap_or(false));
            self.path_length = path_length;
            return Ok(true);
        }
        if id == KEY_USAGE {
            let bits = BitStringRef::from_der(value)?.raw_bytes();
            self.usage = Some(bits.first().copied().unwrap_or_default());
            return Ok(true);
        }
        Ok(!RESTRICTIONS.contains(&id) && (!critical || id == SUBJECT_ALTERNATIVE_NAME))
    }

    /// Whether the key may sign certificates, of which so many that are not self-issued stand between this
    /// one and the last.
    pub(crate) fn may_issue(&self, following: u32) -> bool {
        /// `keyCertSign`
        const BIT: u8 = 0x04;
        self.ca == Some(true)
            && self.path_length.is_none_or(|most| following <= most)
            && self.usage.is_none_or(|usage| usage & BIT != 0)
    }

    /// Whether the key may sign anything else.
    pub(crate) fn may_sign(&self) -> bool {
        /// `digitalSignature` and `contentCommitment`
        const BITS: u8 = 0xC0;
        self.usage.is_none_or(|usage| usage & BITS != 0)
    }
}
