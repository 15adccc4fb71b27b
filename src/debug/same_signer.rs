//! Who signed more than one token of a run.

use std::collections::HashMap;
use std::mem;

use crate::verify::code::Code;
use crate::verify::finding::{Certainty, Finding};
use crate::verify::report::Recovered;

/// The signers of a run's rejected tokens, as far as they follow from the signatures: a key that two
/// tokens lead to signed both, since chance meets it never.
#[derive(Debug, Default)]
pub struct SignerTracker {
    seen: HashMap<Box<str>, Signed>,
}

/// The tokens that a key may have signed.
#[derive(Debug)]
struct Signed {
    tokens: u64,
    /// What was guessed of the first of them.
    guesses: Box<[Code]>,
}

/// A signer that was met before.
pub struct Met {
    pub finding: Finding,
    /// What was guessed of its first token, if this is the second.
    pub first: Option<Box<[Code]>>,
}

impl SignerTracker {
    /// Takes note of a token's possible signers; a finding where one was met before, which then stays
    /// alone among them. A single one is known already. `guesses` are the causes of the token that are none if its
    /// signer is known.
    pub fn note(&mut self, recovered: &mut Vec<Recovered>, guesses: &[Code]) -> Option<Met> {
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
            if let Some(signed) = self.seen.get_mut(&key.thumbprint) {
                signed.tokens = signed.tokens.saturating_add(1);
                let first = (signed.tokens == 2).then(|| mem::take(&mut signed.guesses));
                met = Some((key.clone(), signed.tokens, first));
            } else if self.seen.len() < MAX_SIGNERS {
                let signed = Signed {
                    tokens: 1,
                    guesses: guesses.into(),
                };
                self.seen.insert(key.thumbprint.clone(), signed);
            }
        }
        let (key, count, first) = met?;
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
        Some(Met { finding, first })
    }

    /// The thumbprints of the signers of more than one token, with how many, in any order.
    pub fn shared(&self) -> impl Iterator<Item = (&str, u64)> {
        let seen = self.seen.iter().filter(|(_, signed)| signed.tokens > 1);
        seen.map(|(thumbprint, signed)| (&**thumbprint, signed.tokens))
    }
}
