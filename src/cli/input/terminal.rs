//! The terminal at a prompt: it shows nothing of what is entered, has no limit for a line, and is restored
//! on every way out, signals included.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::mem;
use std::os::unix::net::UnixStream;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;

use super::readable::is_readable;
use crate::cli::exit::Exit;

/// Whether SIGINT and SIGTERM end the program as they do without a handler: after a prompt, whose handlers
/// can't be taken back, and until the run watches for them.
pub static SIGNALS_BY_DEFAULT: AtomicBool = AtomicBool::new(false);

/// Whether these signals do again what they do by default: a handler can't be taken back.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// A terminal that waits for an entry. Dropping it restores the terminal and discards what is pending.
pub struct Terminal {
    stdin: io::Stdin,
    saved: Termios,
    /// The terminal, if stderr is something else: the prompt must be seen.
    screen: Option<File>,
    prompt: String,
    control_sequences: bool,
    is_hidden: bool,
    signals: SignalDelivery<UnixStream, SignalOnly>,
    buffer: Vec<u8>,
}

/// What came from the terminal.
pub enum Received<'t> {
    Bytes(&'t [u8]),
    /// Nothing within the time.
    Nothing,
    /// It was hung up.
    End,
}

impl Terminal {
    /// Hides what is entered from now on, and shows the prompt.
    pub fn open(prompt: &str, control_sequences: bool) -> io::Result<Self> {
        const BUFFER: usize = 4096;
        let stdin = io::stdin();
        let saved = tcgetattr(&stdin)?;
        let (read, write) = UnixStream::pair()?;
        for signal in [SIGHUP, SIGQUIT, SIGTSTP] {
            register_conditional_default(signal, &IS_CLOSED)?;
        }
        for signal in [SIGINT, SIGTERM] {
            register_conditional_default(signal, &SIGNALS_BY_DEFAULT)?;
        }
        let handled = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT];
        let signals = SignalDelivery::with_pipe(read, write, SignalOnly, handled)?;
        let screen = || File::options().write(true).open("/dev/tty").ok();
        let mut terminal = Self {
            stdin,
            saved,
            screen: if io::stderr().is_terminal() {
                None
            } else {
                screen()
            },
            prompt: prompt.to_owned(),
            control_sequences,
            is_hidden: false,
            signals,
            buffer: vec![0; BUFFER],
        };
        terminal.hide()?;
        Ok(terminal)
    }

    /// Waits for bytes, without a limit or within this time, and meanwhile does what signals ask for.
    pub fn receive(&mut self, within: Option<Duration>) -> io::Result<Received<'_>> {
        let timeout = within.and_then(|within| Timespec::try_from(within).ok());
        loop {
            let mut polled = [
                PollFd::new(&self.stdin, PollFlags::IN),
                PollFd::new(self.signals.get_read(), PollFlags::IN),
            ];
            let polling = poll(&mut polled, timeout.as_ref());
            let [input, signal] = polled.map(|polled| !polled.revents().is_empty());
            match polling {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) if signal => self.obey()?,
                Ok(_) if input => match rustix::io::read(&self.stdin, &mut *self.buffer) {
                    Ok(0) | Err(rustix::io::Errno::IO) => return Ok(Received::End),
                    Ok(read) => {
                        let bytes = self.buffer.get(..read).unwrap_or_default();
                        return Ok(Received::Bytes(bytes));
                    }
                    Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                },
                Ok(_) => return Ok(Received::Nothing),
            }
        }
    }

    /// Reads the rest of a paste, `first` included, until the terminal is quiet; none if that takes too long or
    /// is more than so many bytes.
    pub fn rest(&mut self, first: &[u8], most: usize) -> io::Result<Option<Vec<u8>>> {
        const QUIET: Duration = Duration::from_millis(200);
        const MAX_WAIT: Duration = Duration::from_secs(5);
        let begun = Instant::now();
        let mut rest = first.to_vec();
        while is_readable(&self.stdin, QUIET) {
            match self.receive(None)? {
                Received::Bytes(bytes) => rest.extend_from_slice(bytes),
                Received::Nothing | Received::End => break,
            }
            if rest.len() > most || begun.elapsed() > MAX_WAIT {
                return Ok(None);
            }
        }
        Ok(Some(rest))
    }

    fn hide(&mut self) -> io::Result<()> {
        let mut hidden = self.saved.clone();
        // Without ICANON a line may be longer than 4,096 bytes. Ctrl-C and Ctrl-Z still send signals.
        hidden.local_modes.remove(
            LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::IEXTEN,
        );
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        // What was typed ahead is kept.
        tcsetattr(&self.stdin, OptionalActions::Now, &hidden)?;
        self.is_hidden = true;
        self.show_with("\x1B[?2004h", &self.prompt);
        Ok(())
    }

    /// Restores the terminal, unless a signal to stop has done so.
    fn restore(&mut self) {
        if !mem::take(&mut self.is_hidden) {
            return;
        }
        self.show_with("\x1B[?2004l", "\n");
        // There is no other way to restore it.
        let _ = tcsetattr(&self.stdin, OptionalActions::Flush, &self.saved);
    }

    /// Writes a control sequence, if the terminal knows any, and a text: to stderr, and to the terminal if
    /// that is something else. An error changes nothing.
    fn show_with(&self, sequence: &str, text: &str) {
        let sequence = if self.control_sequences { sequence } else { "" };
        let text = format!("{sequence}{text}");
        let _ = io::stderr().write_all(text.as_bytes());
        if let Some(mut screen) = self.screen.as_ref() {
            let _ = screen.write_all(text.as_bytes());
        }
    }

    /// Does what the signals that came ask for, with the terminal restored.
    fn obey(&mut self) -> io::Result<()> {
        let signals: Vec<i32> = self.signals.pending().collect();
        for signal in signals {
            let exit = match signal {
                SIGINT => Exit::Interrupted,
                SIGTERM => Exit::Terminated,
                SIGCONT => {
                    self.hide()?;
                    continue;
                }
                _ => {
                    self.restore();
                    emulate_default_handler(signal)?;
                    continue;
                }
            };
            self.restore();
            process::exit(exit.status().into());
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.restore();
        IS_CLOSED.store(true, Ordering::SeqCst);
        SIGNALS_BY_DEFAULT.store(true, Ordering::SeqCst);
    }
}
