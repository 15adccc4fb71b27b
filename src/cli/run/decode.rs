//! `jwtlens decode`

use anyhow::Result;
use jwtlens::Token;

use super::{line_times, progress, renderer};
use crate::cli::Surroundings;
use crate::cli::args::{Decode, Speed};
use crate::cli::exit::Exit;
use crate::cli::input::Source;
use crate::cli::messages::Messages;
use crate::cli::render::Detail;
use crate::cli::settings::{jobs, line_clock, now, policy};
use crate::cli::stream::{BATCH_SIZE, Stream};

pub fn run(
    asked: &Decode,
    speed: &Speed,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Exit> {
    let clock = line_clock(&asked.time, surroundings);
    let source = Source::new(&asked.tokens, clock, None, surroundings)?;
    if asked.show.quiet && !asked.check_time {
        // Printed even with --quiet, because a script might expect more.
        Messages {
            quiet: false,
            ..messages
        }
        .warning(
            "decode -q fails for malformed tokens only; add --check-time to fail for expired ones",
        );
    }
    let policy = policy(&asked.time, asked.expires_within)?;
    let now = now(&asked.time, surroundings);
    let renderer = renderer(
        asked.output.into(),
        asked.show.quiet,
        &asked.time,
        asked.tokens.are_several(),
        Detail::Decode,
        surroundings,
    );
    let judge = |tokens: &[Token]| {
        let now = now();
        let decode = |token| jwtlens::decode(token, &policy, now, asked.check_time);
        tokens.iter().map(decode).collect()
    };
    Stream {
        judge,
        together: BATCH_SIZE,
        renderer,
        only: &asked.only,
        fail_fast: asked.show.fail_fast,
        redact: asked.show.redact,
        line_times: line_times(&asked.time, asked.tokens.scan),
        progress: progress(asked.output.into(), surroundings, messages),
        messages,
    }
    .run_on(source, &|| jobs(speed))
}
