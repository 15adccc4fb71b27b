//! Standard output as results need it: whole lines, whatever ends the run.

use std::io::{self, Stdout, Write};
use std::sync::Arc;

use memchr::{memchr, memrchr};
use rustix::fs::{FileType, fstat};
use signal_hook::consts::SIGXFSZ;

/// So much a pipe takes at once or not at all (POSIX `PIPE_BUF` on Linux): a run that is ended while its
/// reader sleeps leaves no half of a line there.
const PIPE_BUF: usize = 4096;

/// Standard output, and how much of it is written at once.
pub struct Output {
    stdout: Stdout,
    piece: usize,
}

impl Output {
    pub fn new() -> Self {
        let stdout = io::stdout();
        let kind = fstat(&stdout).map(|stat| FileType::from_raw_mode(stat.st_mode));
        let is_pipe = kind == Ok(FileType::Fifo);
        if kind == Ok(FileType::RegularFile) {
            // A file that may grow no further is an error to tell, not a signal to die of.
            let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
        }
        Self {
            stdout,
            piece: if is_pipe { PIPE_BUF } else { usize::MAX },
        }
    }
}

impl Write for Output {
    /// Writes whole lines, as many as a piece holds; of a longer line, all of it.
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let end = if octets.len() <= self.piece {
            octets.len()
        } else {
            let lines = memrchr(b'\n', octets.get(..self.piece).unwrap_or_default());
            let line = lines.or_else(|| memchr(b'\n', octets));
            line.map_or(octets.len(), |last| last.saturating_add(1))
        };
        self.stdout
            .write_all(octets.get(..end).unwrap_or_default())?;
        Ok(end)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}
