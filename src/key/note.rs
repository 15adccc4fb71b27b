//! What is unusual about a key, whether it can be used or not.

use std::fmt;

use serde::{Serialize, Serializer};

/// What is unusual about a key. In JSON it is its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyNote {
    /// The file begins with the byte order mark of UTF-8.
    ByteOrderMark,
    /// The line ends of its PEM are the two characters `\\n`.
    EscapedLineEnds,
    /// `n` begins with a zero byte (RFC 7518, section 6.3.1.1).
    LeadingZero,
    /// The line end after a secret was removed.
    SecretTrimmed,
    /// The secret is shorter than the hash of this algorithm (RFC 7518, section 3.2).
    WeakSecret {
        /// The algorithm with the shortest hash of those that the secret is for.
        alg: &'static str,
        /// The bytes of its hash.
        hash: usize,
        /// The bytes of the secret.
        found: usize,
    },
    /// The key is a certificate's.
    Certificate,
    /// The certificate is a CA's (RFC 5280, section 4.2.1.9).
    CaCertificate,
    /// Another key has the same `kid` (RFC 7517, section 4.5); its place.
    SameKid(usize),
    /// `x5c` cannot be read.
    X5cUnread,
    /// The first certificate of `x5c` has another key (RFC 7517, section 4.7).
    X5cKey,
    /// A thumbprint is not that of the first certificate of `x5c`; its name.
    X5cThumbprint(&'static str),
}

impl KeyNote {
    /// Whether something is wrong, and not only unusual.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        match self {
            Self::ByteOrderMark
            | Self::EscapedLineEnds
            | Self::LeadingZero
            | Self::SecretTrimmed
            | Self::WeakSecret { .. }
            | Self::Certificate
            | Self::SameKid(_) => false,
            Self::CaCertificate | Self::X5cUnread | Self::X5cKey | Self::X5cThumbprint(_) => true,
        }
    }

    /// What to do about it, if that is one thing.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::ByteOrderMark => Some("save it as UTF-8 without BOM"),
            Self::WeakSecret { .. } => Some("replace it with a longer random secret"),
            Self::EscapedLineEnds
            | Self::LeadingZero
            | Self::SecretTrimmed
            | Self::Certificate
            | Self::CaCertificate
            | Self::SameKid(_)
            | Self::X5cUnread
            | Self::X5cKey
            | Self::X5cThumbprint(_) => None,
        }
    }

    /// Whether the key is not written as it should be, and still means one thing.
    #[must_use]
    pub fn is_spelling(&self) -> bool {
        match self {
            Self::ByteOrderMark | Self::EscapedLineEnds | Self::LeadingZero => true,
            Self::SecretTrimmed
            | Self::WeakSecret { .. }
            | Self::Certificate
            | Self::CaCertificate
            | Self::SameKid(_)
            | Self::X5cUnread
            | Self::X5cKey
            | Self::X5cThumbprint(_) => false,
        }
    }
}

impl fmt::Display for KeyNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByteOrderMark => "the file begins with a UTF-8 byte order mark",
            Self::EscapedLineEnds => "line breaks in the PEM are written as literal \\n",
            Self::LeadingZero => "\"n\" begins with a zero byte",
            Self::SecretTrimmed => "a newline at the end of the secret was removed",
            Self::WeakSecret { alg, hash, found } => {
                return write!(
                    f,
                    "{alg} needs a secret of at least {hash} bytes, found {found} (RFC 7518, section 3.2)"
                );
            }
            Self::Certificate => "verification ignores the dates and the chain of the certificate",
            Self::CaCertificate => {
                "the key is from a CA certificate; CA keys sign certificates, not tokens"
            }
            Self::SameKid(other) => {
                return write!(
                    f,
                    "same \"kid\" as key {other}; each key should have its own (RFC 7517, section 4.5)"
                );
            }
            Self::X5cUnread => "\"x5c\" is not an array of certificates in base64",
            Self::X5cKey => {
                "the first certificate in \"x5c\" contains a different key (RFC 7517, section 4.7)"
            }
            Self::X5cThumbprint(name) => {
                return write!(
                    f,
                    "\"{name}\" is not the thumbprint of the first certificate in \"x5c\""
                );
            }
        })
    }
}

impl Serialize for KeyNote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
