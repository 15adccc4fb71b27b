//! `jwtlens key`

use anyhow::Result;

use super::{not_from_terminal, print, warn_of_private_key};
use crate::cli::args::Key;
use crate::cli::exit::Exit;
use crate::cli::formats::KeyFormat;
use crate::cli::given_key::Given;
use crate::cli::messages::{Messages, tell};
use crate::cli::render::key::{self as render_key, Converted};
use crate::cli::{Stdin, Surroundings, keys};

pub fn run(asked: &Key, surroundings: &Surroundings, messages: Messages) -> Result<Exit> {
    let given = if asked.keys.is_empty() && surroundings.stdin == Stdin::File {
        vec!["-".into()]
    } else {
        asked.keys.clone()
    };
    let variable = surroundings.key_variable.as_ref();
    let keys = Given::operands("KEY", &given);
    let keys = keys::find(keys, variable, messages)?;
    if keys.is_empty() {
        let hint = match surroundings.stdin {
            Stdin::Pipe => keys::PIPE,
            Stdin::Terminal | Stdin::File | Stdin::Other => keys::ARGUMENT,
        };
        return Err(keys::missing(hint).into());
    }
    if given.is_empty() && surroundings.stdin == Stdin::Pipe {
        // Printed even with --quiet: a script could take the answer for that about another key.
        let messages = Messages {
            quiet: false,
            ..messages
        };
        messages.note(&format!("stdin is not read; {}", keys::PIPE));
    }
    not_from_terminal(keys.iter().map(|key| key.text), surroundings)?;
    let mut exit = Exit::SUCCESS;
    let mut sources = Vec::new();
    for key in &keys {
        match keys::read_all(key, messages) {
            Ok(read) => sources.extend(read),
            Err(error) => {
                exit = exit.and(Exit::Failure);
                tell(&error, messages);
            }
        }
    }
    for source in &sources {
        if !source.is_usable() {
            exit = exit.and(Exit::Failure);
        }
        if asked.output != KeyFormat::Text {
            warn_of_private_key(source, messages);
        }
    }
    let mut converted = |converted: Converted| {
        if !converted.is_complete {
            exit = exit.and(Exit::Failure);
        }
        converted.text
    };
    let shown = match asked.output {
        KeyFormat::Text if asked.quiet => String::new(),
        KeyFormat::Text => {
            let now = (surroundings.clock)();
            render_key::text(&sources, surroundings.paint, surroundings.width, now)
        }
        KeyFormat::Json => render_key::json(&sources)?,
        KeyFormat::Jwk => converted(render_key::jwk_set(&sources, messages)?),
        KeyFormat::Pem => converted(render_key::pem(&sources, messages)),
    };
    if asked.quiet {
        return Ok(exit);
    }
    Ok(exit.and(print(shown.as_bytes())?))
}
