//! The texts of a run, one after the other: stdin and files.

use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, IsTerminal};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use std::vec;

use super::beginning::TextKind;
use super::block::{Block, Share};
use super::lines::Lines;
use super::prompt::Prompt;
use super::readable::{Readable, unreadable};
use crate::cli::messages::{Failure, Messages, io_reason, tell};
use crate::cli::scan::{Clock, LineTimes};
use crate::cli::tell::harmless::{Harmless, contains_token, named, shown};
use crate::cli::{Stdin, Surroundings};

const STDIN: &str = "stdin";

/// What messages call a file whose name is not to be shown.
const PLACE: &str = "the value of -f";

/// Texts with tokens. A text that can't be read, or is something else, does not stop the ones after it.
pub struct Texts {
    /// As in "no token found in stdin".
    pub description: String,
    rest: vec::IntoIter<UnopenedText>,
    /// The text that is being read.
    current: Option<Box<Lines>>,
    /// The number of tokens read so far.
    tokens: u64,
    /// The number of bytes in the texts that were read to their end.
    consumed: u64,
    /// The number of bytes in all texts, if they are files.
    size: Option<u64>,
    /// Whether to search the lines for tokens.
    pub scan: bool,
    /// What the times of lines do not say, if the tokens are checked at them.
    line_clock: Option<Clock>,
    /// How to ask for tokens if stdin is a terminal.
    prompt: Option<Prompt>,
}

/// A text that was opened.
struct OpenedText {
    name: String,
    bytes: Box<dyn Readable>,
    /// When it was changed last, if it is a file, in seconds since 1970-01-01T00:00:00Z.
    changed: Option<i64>,
}

/// A text that was not opened.
enum UnopenedText {
    Stdin,
    /// What was entered at the terminal.
    Entered(Vec<u8>),
    File(PathBuf),
}

impl Texts {
    /// The texts of these files, in which `-` is stdin; stdin if there are none.
    pub fn new(
        files: &[PathBuf],
        scan: bool,
        line_clock: Option<Clock>,
        surroundings: &Surroundings,
    ) -> Self {
        let text = |file: &PathBuf| {
            if file.as_os_str() == "-" || is_terminal_by_name(file, surroundings) {
                UnopenedText::Stdin
            } else {
                UnopenedText::File(file.clone())
            }
        };
        let texts = match files {
            [] => vec![UnopenedText::Stdin],
            files => files.iter().map(text).collect(),
        };
        let description = match texts.as_slice() {
            [UnopenedText::File(file)] => presentable(file),
            [_] => STDIN.to_owned(),
            texts => format!("{} files", texts.len()),
        };
        Self {
            description,
            size: texts.iter().map(UnopenedText::size).sum(),
            consumed: 0,
            rest: texts.into_iter(),
            current: None,
            tokens: 0,
            scan,
            line_clock,
            prompt: (surroundings.stdin == Stdin::Terminal).then_some(Prompt {
                scan,
                control_sequences: surroundings.knows_control_sequences,
            }),
        }
    }

    /// How often stdin is among the texts.
    pub fn stdin_count(&self) -> usize {
        let is_stdin = |text: &&UnopenedText| matches!(text, UnopenedText::Stdin);
        self.rest.as_slice().iter().filter(is_stdin).count()
    }

    /// Reports the files that don't exist, for a run that ends before it reads any.
    pub fn report_missing(&self, messages: Messages) {
        for text in self.rest.as_slice() {
            if let UnopenedText::File(path) = text
                && let Err(error) = path.metadata()
            {
                tell(&not_opened(path, &error).into(), messages);
            }
        }
    }

    /// Asks for the tokens if they are to be entered at a terminal. Returns whether it did.
    pub fn prompt(&mut self, messages: Messages) -> Result<bool, Failure> {
        let Some(prompt) = &self.prompt else {
            return Ok(false);
        };
        let mut is_entered = false;
        for text in self.rest.as_mut_slice() {
            if matches!(text, UnopenedText::Stdin) {
                *text = UnopenedText::Entered(prompt.ask(messages)?);
                is_entered = true;
            }
        }
        Ok(is_entered)
    }

    /// Replaces `block` by the next tokens: those that can be read without waiting. It may be empty at the
    /// end of a text.
    pub fn read(&mut self, block: &mut Block) {
        block.clear();
        if let Err(failure) = self.read_text(block) {
            block.failure = Some(failure);
        }
        block.is_last = self.current.is_none() && self.rest.as_slice().is_empty();
        let current = self.current.as_ref().map_or(0, |lines| lines.consumed);
        block.read = Some(Share {
            read: self.consumed.saturating_add(current),
            size: self.size,
        });
        block.first = self.tokens.saturating_add(1);
        let tokens = u64::try_from(block.len()).unwrap_or(u64::MAX);
        self.tokens = self.tokens.saturating_add(tokens);
    }

    fn read_text(&mut self, block: &mut Block) -> Result<(), Failure> {
        let opened = match self.current.take() {
            Some(lines) => Some((lines, TextKind::Tokens)),
            None => self.open_next()?,
        };
        let Some((mut lines, kind)) = opened else {
            return Ok(());
        };
        // A name of its own: threads that count the uses of one wait for each other.
        block.source = Arc::from(&*lines.name);
        match kind {
            TextKind::Tokens => {
                if lines.read(block) {
                    self.consumed = self.consumed.saturating_add(lines.consumed);
                } else {
                    self.current = Some(lines);
                }
            }
            TextKind::Wrapped => lines.read_whole(block),
            TextKind::Foreign(foreign) => {
                return Err(foreign.failure(&lines.name, self.scan));
            }
        }
        Ok(())
    }

    fn open_next(&mut self) -> Result<Option<(Box<Lines>, TextKind)>, Failure> {
        let Some(text) = self.rest.next() else {
            return Ok(None);
        };
        let opened = text.open()?;
        let (lines, kind) = Lines::open(&opened.name, opened.bytes, self.scan);
        let times = self.line_clock.clone().map(|clock| {
            LineTimes::new(Clock {
                latest: opened.changed.unwrap_or(clock.latest),
                ..clock
            })
        });
        Ok(Some((Box::new(lines.with_times(times)), kind)))
    }
}

impl UnopenedText {
    /// The number of its bytes, if it is a file.
    fn size(&self) -> Option<u64> {
        let metadata = match self {
            Self::Stdin => {
                let stdin = io::stdin().as_fd().try_clone_to_owned().ok()?;
                File::from(stdin).metadata()
            }
            Self::Entered(_) => return None,
            Self::File(path) => path.metadata(),
        };
        let metadata = metadata.ok().filter(Metadata::is_file)?;
        Some(metadata.len())
    }

    fn open(self) -> Result<OpenedText, Failure> {
        match self {
            Self::Stdin => {
                // Without the buffer of `io::stdin`, which polling knows nothing of.
                let stdin = io::stdin().as_fd().try_clone_to_owned();
                let stdin = stdin.map_err(|error| unreadable(STDIN, &error))?;
                let stdin = File::from(stdin);
                Ok(OpenedText {
                    name: STDIN.to_owned(),
                    changed: changed(&stdin),
                    bytes: Box::new(stdin),
                })
            }
            Self::Entered(bytes) => Ok(OpenedText {
                name: STDIN.to_owned(),
                changed: None,
                bytes: Box::new(Cursor::new(bytes)),
            }),
            Self::File(path) => open_file(&path),
        }
    }
}

/// Whether it is the terminal that stdin is: a prompt asks for what is read from it.
fn is_terminal_by_name(file: &Path, surroundings: &Surroundings) -> bool {
    const NAMES: [&str; 3] = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    surroundings.stdin == Stdin::Terminal && NAMES.iter().any(|name| file == Path::new(name))
}

fn open_file(path: &Path) -> Result<OpenedText, Failure> {
    let file = File::open(path).map_err(|error| not_opened(path, &error))?;
    if file.is_terminal() {
        let name = presentable(path);
        return Err(
            Failure::new(format!("cannot read '{name}': it is a terminal"))
                .hint("use `-f -` to be asked for a token"),
        );
    }
    Ok(OpenedText {
        name: presentable(path),
        changed: changed(&file),
        bytes: Box::new(file),
    })
}

/// When a regular file was changed last, in seconds since 1970-01-01T00:00:00Z.
fn changed(file: &File) -> Option<i64> {
    let metadata = file.metadata().ok().filter(Metadata::is_file)?;
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// The name of a file that exists, as reports and messages give it.
fn presentable(path: &Path) -> String {
    shown(path.as_os_str(), Harmless::Path).map_or_else(|| PLACE.to_owned(), Cow::into_owned)
}

fn not_opened(path: &Path, error: &io::Error) -> Failure {
    let name = named(path.as_os_str(), PLACE, Harmless::FileName);
    let failure = Failure::new(format!("cannot read {name}: {}", io_reason(error)));
    if path.as_os_str().as_encoded_bytes().starts_with(b"file:") {
        failure.hint("use the path without file://")
    } else if contains_token(path.as_os_str()) {
        failure.hint("-f expects a file name; pass a token without -f")
    } else {
        failure
    }
}
