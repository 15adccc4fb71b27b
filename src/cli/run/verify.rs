//! `jwtlens verify`

use anyhow::Result;
use jwtlens::{KeySet, KeySource, Token, Verifier};

use super::{inputs, sources, stream};
use crate::cli::args::{Speed, Verify};
use crate::cli::exit::Exit;
use crate::cli::messages::Messages;
use crate::cli::render::Detail;
use crate::cli::settings::{check_format, jobs, now, verify_policy};
use crate::cli::{Surroundings, keys};

pub fn run(
    asked: &Verify,
    speed: &Speed,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<Exit> {
    check_format(asked)?;
    let (source, keys) = inputs(asked, &[], true, surroundings, messages)?;
    let sources = sources(&asked.keys, &keys, surroundings, messages)?;
    let set = KeySet::new(&sources).map_err(|error| keys::none_usable(&keys, &error))?;
    let detail = Detail::Verify {
        has_secret: sources.iter().any(KeySource::holds_secret),
    };
    let mut verifier = Verifier::new(set, verify_policy(asked)?);
    if asked.show.quiet || !asked.output.shows_findings() {
        verifier = verifier.without_findings();
    }
    let now = now(&asked.time, surroundings);
    let judge = |tokens: &[Token]| verifier.verify_all(tokens, now());
    stream(asked, surroundings, messages, detail, judge).run_on(source, &|| jobs(speed))
}
