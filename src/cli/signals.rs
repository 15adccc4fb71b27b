//! An interrupted run ends with a whole line and a summary: between two blocks, or, if the pipe is stalled,
//! between two lines of at most `PIPE_BUF` bytes.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, TryLockError, mpsc};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use super::exit::Exit;
use super::input::SIGNALS_BY_DEFAULT;
use super::messages::Messages;
use super::sink::{STACK, Shared, Sink, lock};
use super::summary::Summary;

/// Whether SIGINT was caught.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether SIGTERM was caught.
static TERMINATED: AtomicBool = AtomicBool::new(false);

/// The exit of a signal that was caught. The end of the input may come with it, as on Ctrl-C in a pipeline: then the
/// run may end before the thread that waits for signals ends it.
pub fn caught() -> Exit {
    if TERMINATED.load(Ordering::SeqCst) {
        Exit::Terminated
    } else if INTERRUPTED.load(Ordering::SeqCst) {
        Exit::Interrupted
    } else {
        Exit::SUCCESS
    }
}

/// Waits for SIGINT and SIGTERM on a separate thread. If that cannot be started, a signal ends the program as
/// it does by default.
pub fn watch(sink: Shared, messages: Messages) {
    let summary = lock(&sink).summary();
    // Without capacity: a send waits for the thread to run. A thread that starts may take a signal and be late to handle it.
    let (handlers, installed) = mpsc::sync_channel::<Signals>(0);
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
    // Handlers cannot be removed: without the thread, the signals would be lost.
    let thread = thread::Builder::new().stack_size(STACK).spawn(wait);
    if thread.is_ok()
        && let Ok(signals) = Signals::new([SIGINT, SIGTERM])
    {
        let _ = flag::register(SIGINT, &INTERRUPTED);
        let _ = flag::register(SIGTERM, &TERMINATED);
        SIGNALS_BY_DEFAULT.store(false, Ordering::SeqCst);
        let _ = handlers.send(signals);
    }
}

/// Prints the summary after the block that is being written. Does not wait forever for a stalled reader.
fn tell(sink: &Mutex<Sink>, summary: &Mutex<Summary>, messages: Messages) {
    const MAX_TRIES: u32 = 100;
    for _ in 0..MAX_TRIES {
        match sink.try_lock() {
            Ok(mut sink) => {
                let _ = sink.end(messages);
                // Keep the lock, so that no line is written after the summary.
                std::mem::forget(sink);
                return;
            }
            Err(TryLockError::Poisoned(_)) => return,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
        }
    }
    lock(summary).tell(messages, false, false);
}
