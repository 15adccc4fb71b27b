//! What `debug` finds: mistakes of signers and damage, with fresh keys each run, and that nothing is proven
//! without a cause.
//!
//! `JWTLENS_SEED` repeats a run.

mod altered_signatures;
mod damage;
mod damaged_signers;
mod detours;
mod foreign_text;
mod header_spelling;
mod key_restrictions;
mod kinds;
mod macs;
mod many_keys;
mod mistakes;
mod near_misses;
mod no_cause;
mod placeholders;
mod signers;
mod swapped_or_added;

use std::collections::BTreeSet;

use data_encoding::BASE64URL_NOPAD;
use jwtlens::{Certainty, Debugger, Effort, Input, KeySource, Policy, Report, Token};

use crate::replayer::{self, Trust};
use crate::support::{Issuer, NOW, Random};

impl Random {
    pub fn signer(&mut self) -> Issuer {
        loop {
            if let Some(issuer) = Issuer::of(&self.octets(), KID) {
                return issuer;
            }
        }
    }
}

pub const KID: &str = "1fdef9ef-57e5-4fcd-84bd-2eb445efcf66";

pub const HEADER: &str =
    r#"{"alg":"ES256","typ":"JWT","kid":"1fdef9ef-57e5-4fcd-84bd-2eb445efcf66"}"#;

pub fn payload(number: usize) -> String {
    format!(
        r#"{{"sub":"member-{number}","aud":"transcodes-sdk","url":"https://example.com/é","exp":{}}}"#,
        NOW + 3600
    )
}

pub fn encode(text: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(text.as_ref())
}

fn source(jwk: &str) -> KeySource {
    KeySource::read("public_key.json", jwk.as_bytes()).unwrap()
}

/// A debugger, and what its proofs may rest on.
#[derive(Clone)]
pub struct Bench {
    debugger: Debugger,
    trust: Trust,
}

impl Bench {
    pub fn new(keys: &[&str], also: &[&str], policy: Policy, effort: Effort) -> Self {
        let read = |jwks: &[&str]| jwks.iter().map(|jwk| source(jwk)).collect::<Vec<_>>();
        let owned = |jwks: &[&str]| jwks.iter().map(ToString::to_string).collect();
        Self {
            debugger: Debugger::new(&read(keys), &read(also), policy, effort),
            trust: Trust {
                keys: owned(keys),
                others: owned(also),
                secret: None,
            },
        }
    }

    /// With what a MAC was made with.
    pub fn with_secret(mut self, secret: &[u8]) -> Self {
        self.trust.secret = Some(secret.to_vec());
        self
    }

    /// The report of a token. What it proves is replayed.
    pub fn debug(&self, token: &[u8], now: i64) -> Report {
        let token = Token::new(Input::default(), token);
        let report = self.debugger.debug(&token, now, &mut |_| true);
        replayer::check(token.text, &report, &self.trust);
        report
    }

    /// The report of a token alone.
    pub fn report(&self, token: &str) -> Report {
        let token = Token::new(Input::default(), token.as_bytes());
        self.debugger.debug(&token, NOW, &mut |_| true)
    }

    /// Replays what a report proves.
    pub fn check(&self, token: &str, report: &Report) {
        let token = Token::new(Input::default(), token.as_bytes());
        replayer::check(token.text, report, &self.trust);
    }
}

pub fn debugger(keys: &[&str], also: &[&str], effort: Effort) -> Bench {
    Bench::new(keys, also, Policy::default(), effort)
}

pub fn debug(debugger: &Bench, token: &str) -> Report {
    debugger.debug(token.as_bytes(), NOW)
}

/// The changes that a report has proven, as a set.
pub fn proven(report: &Report) -> BTreeSet<&'static str> {
    let proven = report
        .findings
        .iter()
        .filter(|finding| finding.certainty == Certainty::Proven);
    proven
        .flat_map(|finding| &finding.changes)
        .map(|code| code.name())
        .collect()
}

pub fn input(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

fn halves(signature: [u8; 64]) -> (Vec<u8>, Vec<u8>) {
    (signature[..32].to_vec(), signature[32..].to_vec())
}

pub fn codes(faults: &[&'static str]) -> BTreeSet<&'static str> {
    faults
        .iter()
        .copied()
        .filter(|code| !code.is_empty())
        .collect()
}
