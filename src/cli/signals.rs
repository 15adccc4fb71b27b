//! An interrupted run ends between two blocks: with whole lines and with the summary of what was done.

use std::process;
use std::sync::{Mutex, TryLockError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit::Exit;
use super::messages::Messages;
use super::stream::{Shared, Sink};

/// Waits for SIGINT and SIGTERM on a thread of its own. Where that can't be had, a signal ends the
/// program as it ends any other.
pub fn watch(sink: Shared, messages: Messages) {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    let wait = move || {
        let Some(signal) = signals.forever().next() else {
            return;
        };
        tell(&sink, messages);
        let exit = if signal == SIGINT {
            Exit::Interrupted
        } else {
            Exit::Terminated
        };
        process::exit(exit.status().into());
    };
    // Without the thread the signals would be lost; the handlers are gone with `signals`.
    let _ = thread::Builder::new().spawn(wait);
}

/// Tells what was done, once the block that is being written is. A reader that takes nothing is not
/// waited for without end.
fn tell(sink: &Mutex<Sink>, messages: Messages) {
    const PATIENCE: u32 = 100;
    for _ in 0..PATIENCE {
        match sink.try_lock() {
            Ok(mut sink) => {
                let _ = sink.end(messages);
                // The lock is kept: nobody writes another line after the summary.
                std::mem::forget(sink);
                return;
            }
            Err(TryLockError::Poisoned(_)) => return,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
        }
    }
}
