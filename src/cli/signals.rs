//! An interrupted run ends with whole lines and with the summary of what was done: between two blocks, or
//! where a pipe takes nothing, between two lines, as long as they are no longer than it takes at once.

use std::process;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, TryLockError, mpsc};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit::Exit;
use super::input::SIGNALS_BY_DEFAULT;
use super::messages::Messages;
use super::sink::{STACK, Shared, Sink, lock};
use super::summary::Summary;

/// Waits for SIGINT and SIGTERM on a thread of its own. Where that can't be had, a signal ends the
/// program as it ends any other.
pub fn watch(sink: Shared, messages: Messages) {
    let summary = lock(&sink).summary();
    let (handlers, installed) = mpsc::channel::<Signals>();
    let wait = move || {
        let Ok(mut signals) = installed.recv() else {
            return;
        };
        let Some(signal) = signals.forever().next() else {
            return;
        };
        lock(&summary).interrupt();
        tell(&sink, &summary, messages);
        let exit = if signal == SIGINT {
            Exit::Interrupted
        } else {
            Exit::Terminated
        };
        process::exit(exit.status().into());
    };
    // Handlers can't be taken back: without the thread the signals would be lost.
    let thread = thread::Builder::new().stack_size(STACK).spawn(wait);
    if thread.is_ok()
        && let Ok(signals) = Signals::new([SIGINT, SIGTERM])
    {
        SIGNALS_BY_DEFAULT.store(false, Ordering::SeqCst);
        let _ = handlers.send(signals);
    }
}

/// Tells what was done, once the block that is being written is. A reader that takes nothing is not
/// waited for without end.
fn tell(sink: &Mutex<Sink>, summary: &Mutex<Summary>, messages: Messages) {
    const MAX_TRIES: u32 = 100;
    for _ in 0..MAX_TRIES {
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
    lock(summary).tell(messages, false);
}
