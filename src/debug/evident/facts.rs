//! What can be seen of a rejected text and of the keys that were given.

use crate::debug::reading::Reading;
use crate::debug::reading::base64url_lenient;
use crate::key::set::KeySet;
use crate::token::header::JoseHeader;
use crate::verify::report::Report;

/// What a hypothesis about the kind may look at.
pub struct Facts<'f> {
    pub text: &'f [u8],
    /// How the text could be meant as a token.
    pub readings: &'f [Reading],
    pub report: &'f Report,
    /// The keys given.
    pub keys: &'f KeySet,
    /// Whether a computation has shown the cause: then nothing is guessed.
    pub is_settled: bool,
}

impl Facts<'_> {
    /// How many bytes a signature by this algorithm has under the keys that were given, if all agree.
    pub fn length_with_keys(&self, alg: &str) -> Option<usize> {
        let row = self.keys.algorithm(alg)?;
        let keys = self.keys.keys().iter().filter(|key| key.allows(row));
        let mut lengths = keys.map(|key| row.signature_octets(key.material()));
        let first = lengths.next()?;
        lengths.all(|length| length == first).then_some(first)
    }

    pub fn header(&self) -> Option<&JoseHeader> {
        self.report.header.as_deref()
    }

    /// The bytes of a segment, if there are three, strictly read or not.
    pub fn segment(&self, number: usize) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(self.text).ok()?;
        let segments: Vec<&str> = text.splitn(4, '.').collect();
        match segments.as_slice() {
            [_, _, _] => base64url_lenient::decode(segments.get(number)?.trim_end_matches('=')),
            _ => None,
        }
    }
}
