//! Exit statuses, ordered by precedence; `and` keeps the higher one.

use jwtlens::Verdict;

/// How a run ended. Later variants take precedence over earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every token was checked; the most severe verdict.
    Judged(Verdict),
    /// The run is incomplete: a key or file cannot be read, or output cannot be written.
    Failure,
    /// Invalid usage.
    Usage,
    /// The reader of stdout closed the pipe.
    BrokenPipe,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Exit {
    /// No token was rejected and nothing failed.
    pub const SUCCESS: Self = Self::Judged(Verdict::Valid);

    /// The exit of a run over tokens, of which this is the most severe verdict.
    pub fn of_tokens(worst: Option<Verdict>) -> Self {
        worst.map_or(Self::SUCCESS, Self::Judged)
    }

    /// The one that takes precedence.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }

    /// The exit status of the process.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Judged(verdict) => verdict.status(),
            Self::Failure => 1,
            Self::Usage => 2,
            // 128 plus the signal number, as shells report a process that a signal ended.
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
    fn the_worst_status_wins() {
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
