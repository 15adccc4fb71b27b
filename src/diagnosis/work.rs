//! What a search may cost and what it has cost. A clock would give another answer each time; work is
//! counted instead, so that the same token has the same report on every machine.

use super::{Effort, Tried};

/// What a multiplication of a point costs. The unit is an addition of points: a microsecond or two.
pub const MULTIPLICATION: u64 = 200;

/// What looking up a hash costs: its multiple of the generator, by a table.
pub const LOOK_UP: u64 = 40;

/// The budget of a search, and the count of what was tried.
pub struct Work<'w> {
    left: u64,
    pub tried: Tried,
    /// Is told of so many forms tried, and ends the search with `false`.
    step: &'w mut dyn FnMut(u64) -> bool,
    stopped: bool,
}

impl<'w> Work<'w> {
    pub fn new(effort: Effort, step: &'w mut dyn FnMut(u64) -> bool) -> Self {
        Self {
            left: match effort {
                Effort::Default => 450_000,
                Effort::Deep => 6_000_000,
            },
            tried: Tried {
                deep: effort == Effort::Deep,
                complete: true,
                ..Tried::default()
            },
            step,
            stopped: false,
        }
    }

    /// Takes so many units, where they are left; else something is left out.
    pub fn spend(&mut self, units: u64) -> bool {
        let is_enough = !self.stopped && units <= self.left;
        if is_enough {
            self.left = self.left.saturating_sub(units);
        } else {
            self.tried.complete = false;
        }
        is_enough
    }

    /// What is left.
    pub fn left(&self) -> u64 {
        if self.stopped { 0 } else { self.left }
    }

    /// Counts forms that were tried.
    pub fn count(&mut self, forms: u64) {
        self.tried.forms = self.tried.forms.saturating_add(forms);
        if !(self.step)(forms) {
            self.stopped = true;
            self.tried.complete = false;
        }
    }
}
