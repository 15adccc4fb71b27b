//! Signatures of PKCS #1 v1.5 eight at once, where the processor has AVX-512 IFMA.

use std::iter;

use crate::lanes::rsa::{Modulus, Powers, limbs, pairs_of_limbs};
use crate::lanes::{self, LANES, Task, run};

/// A modulus in the form that the lanes compute with.
#[derive(Debug)]
pub struct LaneModulus {
    big_endian: Vec<u8>,
    modulus: Modulus,
}

impl LaneModulus {
    /// None for a modulus that is even or too long, and if the processor has no lanes.
    pub fn of(big_endian: &[u8]) -> Option<Self> {
        lanes::are_available().then(|| Self::new(big_endian))?
    }

    pub fn new(big_endian: &[u8]) -> Option<Self> {
        Some(Self {
            big_endian: big_endian.to_vec(),
            modulus: Modulus::new(big_endian)?,
        })
    }

    /// Whether each signature is that of the encoded message that ends in its hash. The power and the message
    /// are compared as numbers; a message, which begins with 00 01, is above 2^-16 times the modulus.
    pub fn accept(&self, before_hash: &[u8], asked: &[(&[u8], &[u8])]) -> Vec<bool> {
        let length = self.big_endian.len();
        let mut accepted = Vec::with_capacity(asked.len());
        let mut numbers = vec![[0; LANES]; limbs(length)];
        for asked in asked.chunks(LANES) {
            // A lane of zeros leads to no message; what the lanes that are left over compute is not used.
            for (lane, (_, signature)) in asked.iter().enumerate() {
                let is_base = signature.len() == length && **signature < *self.big_endian;
                let base = if is_base { signature } else { &[][..] };
                let limbs = pairs_of_limbs(base).flatten().chain(iter::repeat(0));
                for (numbers, limb) in numbers.iter_mut().zip(limbs) {
                    if let Some(number) = numbers.get_mut(lane) {
                        *number = limb;
                    }
                }
            }
            let is_done = run(Task::Rsa(Powers {
                modulus: &self.modulus,
                numbers: &mut numbers,
            }));
            accepted.extend(asked.iter().enumerate().map(|(lane, (prehash, _))| {
                let encoded = [before_hash, prehash].concat();
                let expected = pairs_of_limbs(&encoded).flatten();
                let power = numbers.iter().map(|limbs| limbs.get(lane).copied());
                // What was not computed is still the signature itself.
                is_done
                    && encoded.len() == length
                    && power.eq(expected.map(Some).take(numbers.len()))
            }));
        }
        accepted
    }
}
