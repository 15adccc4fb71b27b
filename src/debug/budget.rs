//! The work budget of a search. Counting operations, unlike a timeout, gives the same report on every
//! machine.

use rsa::traits::PublicKeyParts as _;

use crate::algorithm::Material;
use crate::curve::MANY;
use crate::text::json::MAX_DEPTH;
use crate::verify::report::Tried;

/// What a multiplication of a point costs. The unit is an addition of points: half a microsecond.
pub const MULTIPLICATION: u64 = 190;

/// What it costs to look up so many hashes: their multiples of the generator, by a table, which takes less of each if
/// they are many.
pub fn of_look_ups(hashes: usize) -> u64 {
    const OF_ONE: u64 = 20;
    const OF_ONE_OF_MANY: u64 = 17;
    /// An inversion for each window of the table, and one to normalize them.
    const OF_MANY: u64 = 26 * INVERSION;
    let count = u64::try_from(hashes).unwrap_or(u64::MAX);
    let one_by_one = count.saturating_mul(OF_ONE).saturating_add(INVERSION);
    let together = count.saturating_mul(OF_ONE_OF_MANY);
    if hashes < MANY {
        one_by_one
    } else {
        together.saturating_add(OF_MANY)
    }
}

/// What it costs to find out whether a number is the x of a point.
pub const LIFT: u64 = 20;

/// What it costs to invert a number, or to normalize a point.
pub const INVERSION: u64 = 20;

/// What a proof costs: the primitive is asked, and then `verify`.
pub const PROOF: u64 = 6 * MULTIPLICATION;

/// What it costs to ask a row about a text of this length. Above all, a key chooses what it costs.
pub fn of_verification(key: &Material, text: usize) -> u64 {
    const BYTES_FOR_A_UNIT: usize = 64;
    /// Of a modulus of 2048 bits, with the exponent 65537.
    const OF_RSA: u64 = 100;
    let of_text = |length: usize| u64::try_from(length / BYTES_FOR_A_UNIT).unwrap_or(u64::MAX);
    let of_key = match key {
        Material::P256(_) | Material::Secp256k1(_) | Material::Ed25519(_) => MULTIPLICATION,
        Material::P384(_) | Material::P521(_) => 9 * MULTIPLICATION,
        Material::Oct(secret) => of_text(secret.octets().len()).saturating_add(6),
        Material::Rsa(public) => {
            let size = u64::try_from(key.bits()).unwrap_or(u64::MAX).div_ceil(512);
            let exponent = u64::from(public.e().bit_width()).div_ceil(17);
            let square = size.saturating_mul(size);
            let of_size = OF_RSA.saturating_mul(square) / 16;
            // What is computed of the modulus for each signature.
            let of_modulus = square.saturating_mul(size) / 4;
            of_size.saturating_mul(exponent).saturating_add(of_modulus)
        }
    };
    of_key.saturating_add(of_text(text))
}

/// How much a search may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// A few tens of milliseconds.
    Default,
    /// Several seconds: also every character of the token, and more missing ones.
    Deep,
}

/// What it costs to hash a text of this length, also with another hash before.
pub fn of_hash(bytes: usize) -> u64 {
    const BYTES_FOR_A_UNIT: usize = 64;
    const OF_A_HASH: u64 = 4;
    let units = u64::try_from(bytes / BYTES_FOR_A_UNIT).unwrap_or(u64::MAX);
    units.saturating_add(OF_A_HASH)
}

/// What it costs to write a text of this length and to hash it to so many bytes, as one of very many. SHA-512 has no
/// instructions of its own.
pub fn of_one_hash(bytes: usize, hash: usize) -> u64 {
    const BYTES_FOR_A_UNIT: usize = 256;
    const OF_SHA256: usize = 32;
    const OF_SHA512: u64 = 6;
    let units = u64::try_from(bytes / BYTES_FOR_A_UNIT).unwrap_or(u64::MAX);
    let units = units.saturating_add(1);
    if hash > OF_SHA256 {
        units.saturating_mul(OF_SHA512)
    } else {
        units
    }
}

/// What points of a curve cost.
pub struct CurveCosts {
    /// A sum of two points.
    pub addition: u64,
    /// A point by a number.
    pub multiplication: u64,
    /// All multiples of the generator by a digit at each place of a number.
    pub multiples: u64,
    /// The generator by a number, with these.
    pub look_up: u64,
}

/// What points cost on the curve of this key.
pub fn of_curve(key: &Material) -> CurveCosts {
    let [addition, multiplication, multiples, look_up] = match key {
        Material::P521(_) => [3, 1000, 24_000, 300],
        Material::P384(_) => [5, 1500, 17_000, 300],
        _ => [2, 220, 4400, 90],
    };
    CurveCosts {
        addition,
        multiplication,
        multiples,
        look_up,
    }
}

/// What it costs to read this text as JSON. The strict reader reads what is nested once more for each level.
pub fn of_json(text: &[u8]) -> u64 {
    const BYTES_FOR_A_UNIT: usize = 128;
    let mut depth = 1_usize;
    let mut bytes = 0_usize;
    for byte in text {
        match byte {
            b'[' | b'{' => depth = depth.saturating_add(1).min(MAX_DEPTH),
            b']' | b'}' => depth = depth.saturating_sub(1).max(1),
            _ => {}
        }
        bytes = bytes.saturating_add(depth);
    }
    u64::try_from(bytes / BYTES_FOR_A_UNIT).unwrap_or(u64::MAX)
}

/// So many bytes of JSON are written for a unit.
const WRITTEN_FOR_A_UNIT: usize = 80;

/// What it costs to read DER or text of this length.
pub fn of_parsing(bytes: usize) -> u64 {
    const BYTES_FOR_A_UNIT: usize = 32;
    u64::try_from(bytes / BYTES_FOR_A_UNIT).unwrap_or(u64::MAX)
}

/// The budget of a search, and the count of what was tried.
pub struct Work<'w> {
    left: u64,
    pub tried: Tried,
    /// Is told of so many forms tried, and ends the search with `false`.
    step: &'w mut dyn FnMut(u64) -> bool,
    stopped: bool,
}

/// So many units a token may cost.
pub const fn budget(effort: Effort) -> u64 {
    match effort {
        Effort::Default => 470_000,
        Effort::Deep => 9_000_000,
    }
}

impl<'w> Work<'w> {
    pub fn new(effort: Effort, step: &'w mut dyn FnMut(u64) -> bool) -> Self {
        Self::of(budget(effort), effort, step)
    }

    /// With so many units.
    pub fn of(left: u64, effort: Effort, step: &'w mut dyn FnMut(u64) -> bool) -> Self {
        Self {
            left,
            tried: Tried {
                deep: effort == Effort::Deep,
                complete: true,
                ..Tried::default()
            },
            step,
            stopped: false,
        }
    }

    /// Pays for a step of a search, at least one unit. If it can't be paid for it is not to be taken,
    /// and something is left out.
    #[must_use]
    pub fn spend(&mut self, units: u64) -> bool {
        let units = units.max(1);
        let is_enough = units <= self.left();
        if is_enough {
            self.left = self.left.saturating_sub(units);
        } else {
            self.leave_out();
        }
        is_enough
    }

    /// What is left.
    pub fn left(&self) -> u64 {
        if self.stopped { 0 } else { self.left }
    }

    /// Runs a part of a search that may spend so much at most.
    pub fn within<T>(&mut self, most: u64, part: impl FnOnce(&mut Self) -> T) -> T {
        let kept = self.left.saturating_sub(most);
        self.left = self.left.saturating_sub(kept);
        let found = part(self);
        self.left = self.left.saturating_add(kept);
        found
    }

    /// What is left for each of so many.
    pub fn share(&self, count: u64) -> u64 {
        self.left().checked_div(count).unwrap_or_default()
    }

    /// How many bytes of JSON can be written for what is left.
    pub fn writable(&self) -> usize {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        left.saturating_mul(WRITTEN_FOR_A_UNIT)
    }

    /// Pays for bytes that were written, of no more than are [writable](Self::writable).
    pub fn spend_written(&mut self, bytes: usize) {
        let units = u64::try_from(bytes.div_ceil(WRITTEN_FOR_A_UNIT)).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(units);
    }

    /// Notes that something was not tried.
    pub fn leave_out(&mut self) {
        self.tried.complete = false;
    }

    /// Counts forms that were tried.
    pub fn count(&mut self, forms: u64) {
        self.tried.forms = self.tried.forms.saturating_add(forms);
        if !(self.step)(forms) {
            self.stopped = true;
            self.leave_out();
        }
    }
}
