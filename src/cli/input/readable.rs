//! Bytes that can be asked for without waiting for them.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::cli::messages::{Failure, io_reason};

/// A source that knows whether a read would block.
pub trait Readable: Read + Send {
    /// Whether there is something to read within this time: bytes, the end or an error.
    fn is_ready(&self, within: Duration) -> bool;
}

impl Readable for io::Stdin {
    fn is_ready(&self, within: Duration) -> bool {
        is_readable(self, within)
    }
}

impl Readable for File {
    fn is_ready(&self, within: Duration) -> bool {
        is_readable(self, within)
    }
}

/// Text that was pasted at a prompt.
impl Readable for Cursor<Vec<u8>> {
    fn is_ready(&self, _: Duration) -> bool {
        true
    }
}

/// Whether a descriptor can be read, or can't be polled: then the read gives the error.
pub fn is_readable(source: &impl AsFd, within: Duration) -> bool {
    // A time that does not fit is longer than anything that is asked for.
    let timeout = Timespec::try_from(within).ok();
    let mut polled = [PollFd::new(source, PollFlags::IN)];
    !matches!(poll(&mut polled, timeout.as_ref()), Ok(0))
}

/// The error for a text of this presentable name that cannot be read.
pub fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::new(format!("cannot read '{name}': {}", io_reason(error)))
}
