//! Who signed more than one token of a run.

use std::collections::HashMap;

use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};
use crate::verify::report::Recovered;

/// The signers of a run's rejected tokens, as far as they follow from the signatures: a key that two
/// tokens lead to signed both, since chance meets it never.
#[derive(Debug, Default)]
pub struct SignerTracker {
    seen: HashMap<Box<str>, u64>,
}

impl SignerTracker {
    /// Takes note of a token's possible signers; a finding where one was met before, which then stays
    /// alone among them, with how many tokens it signed. A single one is known already.
    pub fn note(&mut self, recovered: &mut Vec<Recovered>) -> Option<(Finding, u64)> {
        /// A run of rejected tokens of ever other signers must not fill the memory.
        const MAX_SIGNERS: usize = 100_000;
        if recovered.len() < 2 {
            return None;
        }
        // The same token again leads to the same two keys, which tells nothing new.
        if recovered
            .iter()
            .all(|key| self.seen.contains_key(&key.thumbprint))
        {
            return None;
        }
        let mut met = None;
        for key in recovered.iter() {
            if let Some(count) = self.seen.get_mut(&key.thumbprint) {
                *count = count.saturating_add(1);
                met = Some((key.clone(), *count));
            } else if self.seen.len() < MAX_SIGNERS {
                self.seen.insert(key.thumbprint.clone(), 1);
            }
        }
        let (key, count) = met?;
        // The report that is the first to know the key has all of it; the next ones refer to that.
        let shown = match count {
            2 => key.jwk.to_string(),
            _ => format!("thumbprint {}", key.thumbprint),
        };
        let finding = Finding::new(
            Code::SameSigner,
            Certainty::Proven,
            format!("key recovered from {count} signatures: {shown}"),
        );
        *recovered = vec![key];
        Some((finding, count))
    }

    /// The thumbprints of the signers of more than one token, with how many, in any order.
    pub fn shared(&self) -> impl Iterator<Item = (&str, u64)> {
        let seen = self.seen.iter().filter(|(_, count)| **count > 1);
        seen.map(|(thumbprint, count)| (&**thumbprint, *count))
    }
}
