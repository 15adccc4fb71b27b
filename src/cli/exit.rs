//! The exit status of a run as a value: whatever happens is merged into it, and the worst stays.

use jwtlens::Verdict;

/// How a run ended; later ones outrank earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every token was judged; the most severe verdict.
    Judged(Verdict),
    /// No full judgement: a key or file that can't be read, output that can't be written.
    Failure,
    /// Wrong usage.
    Usage,
    /// The reader of standard output went away.
    BrokenPipe,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Exit {
    /// Nothing has gone wrong.
    pub const SUCCESS: Self = Self::Judged(Verdict::Valid);

    /// The worse of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }

    /// The number that the shell sees.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Judged(verdict) => verdict.status(),
            Self::Failure => 1,
            Self::Usage => 2,
            // 128 and the signal's number, as the shell shows a program that a signal ended.
            Self::BrokenPipe => 141,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_stays() {
        let rising: Vec<Exit> = Verdict::ALL
            .map(Exit::Judged)
            .into_iter()
            .chain([Exit::Failure, Exit::Usage, Exit::BrokenPipe])
            .chain([Exit::Interrupted, Exit::Terminated])
            .collect();
        assert!(rising.is_sorted());
        let statuses: Vec<u8> = rising.iter().map(|exit| exit.status()).collect();
        assert_eq!(statuses, [0, 0, 3, 4, 5, 6, 7, 8, 1, 2, 141, 130, 143]);
        for pair in rising.windows(2) {
            assert_eq!(pair[0].and(pair[1]), pair[1]);
            assert_eq!(pair[1].and(pair[0]), pair[1]);
        }
    }
}
