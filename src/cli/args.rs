//! The command line, for clap: what may be asked, in words for people.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;
use jwtlens::{ClaimPath, Verdict, json::Value};

use super::times::{self, At};

const EXIT_STATUS: &str = "\
Exit status:
  0  valid
  3  expired
  4  not-yet-valid
  5  claim-refused   a claim check asked for fails
  6  unverifiable    no check was possible: alg is none, unknown or not the key's
  7  mis-signed      the signature verifies under none of the keys
  8  malformed       not a JWT
  1  no full judgement: a key or file that can't be read, output that can't be
     written, no token in the input
  2  wrong usage
Of many tokens the most severe verdict counts; 1 and 2 outrank the verdicts.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  Verify the token in the clipboard (wl-paste, xclip -o or pbpaste):
    wl-paste | jwtlens verify -k public_key.json
  Only a token for this audience, with a minute's tolerance for clocks:
    jwtlens verify -k public_key.json --aud transcodes-sdk --leeway 1m < token.txt
  In a script, by the exit status alone:
    if jwtlens verify -q -k public_key.json < token.txt; then deploy; fi
  Many tokens, one a line; keep the good ones:
    jwtlens verify -k public_key.json -o token < tokens.txt > good.txt
  Every token in a log, with the line that it stands on:
    jwtlens verify -k public_key.json --scan -o line < access.log
  A key from elsewhere:
    jwtlens verify -k <(curl -s https://auth.example.com/jwks.json) < token.txt";

const DECODE_EXAMPLES: &str = "\
Examples:
  See what a token says (and believe none of it):
    wl-paste | jwtlens decode
  One claim, for a script that trusts the token for other reasons:
    jwtlens decode -o json < token.txt | jq -r .claims.sub
  Refresh a cached token five minutes before it expires:
    jwtlens decode -q --check-time --expires-within 5m < token.txt || refresh

Exit status:
  0  not-verified: the token can be read
  3  expired, 4 not-yet-valid: with --check-time only
  8  malformed: not a JWT
  1  a file that can't be read, output that can't be written, no token in the input
  2  wrong usage";

const DEBUG_EXAMPLES: &str = "\
Examples:
  Why is this token refused?
    wl-paste | jwtlens debug -k public_key.json
  Was it signed by one of the keys that we had before?
    jwtlens debug -k public_key.json --also old-keys/ < token.txt
  Look for a single altered character in the whole token; it takes some seconds:
    jwtlens debug --deep -k public_key.json < token.txt
  The causes alone, for a script:
    jwtlens debug -o json -k public_key.json < token.txt | jq -r '.findings[].code'";

const KEY_EXAMPLES: &str = "\
Examples:
  What does this file hold, and is it good for verifying?
    jwtlens key public_key.json
  The thumbprint of each key of a service:
    curl -s https://auth.example.com/jwks.json | jwtlens key -o json - | jq -r '.keys[].thumbprint'

Exit status:
  0  every source holds a usable key
  1  one holds none, or can't be read
  2  wrong usage";

/// See through a JSON Web Token: decode it, verify it, find out why it is refused
///
/// jwtlens reads tokens (JWT) and verifies their ES256 signatures with a public key (JWK), all on
/// this machine: it has no network code. Give tokens on standard input rather than as arguments,
/// which other users can see in `ps` and which stay in the shell's history.
#[derive(Debug, Parser)]
#[command(
    name = "jwtlens",
    // Not from the first argument, which is anybody's text.
    bin_name = "jwtlens",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = false,
    after_help = "Start with: jwtlens verify -k public_key.json < token.txt\n\
        `jwtlens help COMMAND` tells more, with examples and the exit status."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Colour the output
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Output",
        long_help = "Colour the output: on a terminal (auto, also by NO_COLOR and CLICOLOR_FORCE), always or never"
    )]
    pub color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check signature, times and claims of tokens
    ///
    /// The verdict on each token comes with its header, its claims and what the verdict rests on.
    /// Without TOKEN, standard input is read, one token a line.
    #[command(after_help = EXIT_STATUS, after_long_help = format!("{VERIFY_EXAMPLES}\n\n{EXIT_STATUS}"))]
    Verify(Box<VerifyMany>),

    /// Verify tokens, and find out why they are refused
    ///
    /// Each refused token is looked into: how its signature is written, what was signed, which key
    /// signed, what kind of thing it is, what its times tell. What a computation shows is called
    /// proven: with the changes named, the signature verifies. No finding turns a refused token into
    /// a valid one. Without TOKEN, standard input is read, one token a line.
    #[command(after_help = EXIT_STATUS, after_long_help = format!("{DEBUG_EXAMPLES}\n\n{EXIT_STATUS}"))]
    Debug(Box<Debug>),

    /// Show header, claims and expiry of tokens; verify nothing
    ///
    /// No key is needed, and nothing of what is shown is authenticated: anybody may have written
    /// it. Without TOKEN, standard input is read, one token a line.
    #[command(after_help = "Nothing is verified here; see jwtlens verify.", after_long_help = DECODE_EXAMPLES)]
    Decode(DecodeMany),

    /// Show what key files hold, and what is wrong with them
    ///
    /// Each key (JWK) with its members, its RFC 7638 thumbprint, whether tokens can be verified
    /// with it, and if not, why. A private key's private part is never shown.
    #[command(after_long_help = KEY_EXAMPLES)]
    Key(Key),

    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Print the manual page, or write all of them into a directory
    Man {
        /// Where to write the pages: jwtlens.1, jwtlens-verify.1 and so on
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct VerifyMany {
    #[command(flatten)]
    pub verify: Verify,

    #[command(flatten)]
    pub speed: Speed,
}

#[derive(Debug, Args)]
pub struct DecodeMany {
    #[command(flatten)]
    pub decode: Decode,

    #[command(flatten)]
    pub speed: Speed,
}

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub tokens: Tokens,

    #[command(flatten)]
    pub keys: Keys,

    #[command(flatten)]
    pub checks: Checks,

    #[command(flatten)]
    pub time: Time,

    /// Refuse tokens that expire within this time
    ///
    /// Such a token counts as expired, and the report says that it is by this rule.
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = times::duration,
        allow_hyphen_values = true,
        help_heading = "Time"
    )]
    pub expires_within: Option<i64>,

    /// How to print what was found
    ///
    /// text: for people. line: a line a token: its line number, verdict, expiry, sub and kid,
    /// separated by tabs. json: an indented object a token. jsonl: the same on one line. claims:
    /// the claims of valid tokens as a line of JSON. token: the valid tokens themselves; with
    /// --only those of that verdict.
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub output: Format,

    #[command(flatten)]
    pub show: Show,

    /// Print only tokens with this verdict (repeatable)
    #[arg(long, value_name = "VERDICT", value_parser = verdicts(&VERIFY_VERDICTS), help_heading = "Output")]
    pub only: Vec<Verdict>,
}

#[derive(Debug, Args)]
pub struct Debug {
    #[command(flatten)]
    pub verify: Verify,

    /// A key that is not trusted, but may have signed: a file, or a folder of them (repeatable)
    ///
    /// Old keys, keys of other stages and services. A token that one of them signed stays refused;
    /// the report says which it was.
    #[arg(long, value_name = "KEY", help_heading = "Search")]
    pub also: Vec<OsString>,

    /// Search for some seconds: every character of the token, and more lost ones
    #[arg(long, help_heading = "Search")]
    pub deep: bool,

    /// Tell everything that was tried without success
    #[arg(short, long, help_heading = "Search")]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct Decode {
    #[command(flatten)]
    pub tokens: Tokens,

    /// Let expired and not-yet-valid tokens count: exit with 3 or 4
    #[arg(long, help_heading = "Time")]
    pub check_time: bool,

    #[command(flatten)]
    pub time: Time,

    /// With --check-time: count tokens that expire within this time as expired
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = times::duration,
        allow_hyphen_values = true,
        requires = "check_time",
        help_heading = "Time"
    )]
    pub expires_within: Option<i64>,

    /// How to print what was read
    ///
    /// text: for people. line: a line a token: its line number, verdict, expiry, sub and kid,
    /// separated by tabs. json: an indented object a token. jsonl: the same on one line.
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub output: DecodeFormat,

    #[command(flatten)]
    pub show: Show,

    /// Print only tokens with this verdict (repeatable)
    #[arg(long, value_name = "VERDICT", value_parser = verdicts(&DECODE_VERDICTS), help_heading = "Output")]
    pub only: Vec<Verdict>,
}

#[derive(Debug, Args)]
pub struct Key {
    /// A key file, the JSON itself, or - for standard input
    ///
    /// Without KEY it is `$JWTLENS_KEY`, or else `./public_key.json`.
    #[arg(value_name = "KEY")]
    pub keys: Vec<OsString>,

    /// How to print what was found
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub output: KeyFormat,
}

#[derive(Debug, Args)]
pub struct Tokens {
    /// A token, or - for standard input; prefer standard input
    ///
    /// Other users can see arguments in `ps`, and the shell keeps them in its history.
    #[arg(value_name = "TOKEN")]
    pub given: Vec<OsString>,

    /// Read tokens from a file, one a line
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Find tokens in any text: logs, HAR files, HTTP dumps; also several a line
    ///
    /// Lines without a token are passed over. The report tells line and column of each.
    #[arg(long)]
    pub scan: bool,
}

#[derive(Debug, Args)]
pub struct Keys {
    /// A key: a file with a JWK or a JWK Set, or the JSON itself (repeatable)
    ///
    /// Without it, `$JWTLENS_KEY` is taken, or else `./public_key.json`. `-k -` reads standard input.
    #[arg(short, long = "key", value_name = "KEY")]
    pub keys: Vec<OsString>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Claim checks")]
pub struct Checks {
    /// Refuse tokens of another issuer
    #[arg(long, value_name = "NAME")]
    pub iss: Option<String>,

    /// Refuse tokens for another audience (repeatable: any of them)
    #[arg(long, value_name = "NAME")]
    pub aud: Vec<String>,

    /// Refuse tokens of another subject
    #[arg(long, value_name = "NAME")]
    pub sub: Option<String>,

    /// Refuse tokens of another type (`typ` in the header)
    #[arg(long, value_name = "TYPE")]
    pub typ: Option<String>,

    /// Refuse tokens without this claim (repeatable)
    ///
    /// NAME is a claim's name, or a JSON Pointer such as `/realm_access/roles/0`. A claim that is
    /// null counts as missing.
    #[arg(long, value_name = "NAME", value_parser = claim_path)]
    pub require: Vec<ClaimPath>,

    /// Refuse tokens whose claim is another: NAME=TEXT, or NAME:=JSON (repeatable)
    ///
    /// With `=` the claim must be that string; with `:=` it must be that JSON value, numbers
    /// compared by value. NAME is a claim's name, or a JSON Pointer such as `/address/city`.
    #[arg(long, value_name = "NAME=TEXT", value_parser = claim_equals)]
    pub claim: Vec<(ClaimPath, Value)>,

    /// Refuse tokens issued longer ago, by `iat`, or without `iat`
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = times::duration,
        allow_hyphen_values = true
    )]
    pub max_age: Option<i64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Time")]
pub struct Time {
    /// Judge by this time instead of now
    ///
    /// RFC 3339 (2026-11-23T18:09:24Z), Unix seconds, or relative to now (-1h, +30m).
    #[arg(long, value_name = "TIME", value_parser = times::at, allow_hyphen_values = true)]
    pub at: Option<At>,

    /// Allow clocks to differ by this much (default 0)
    ///
    /// `exp` may have passed and `nbf` may lie ahead by this much. A duration is in seconds (90)
    /// or has units (90s, 5m, 1h30m, 7d).
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = times::duration,
        allow_hyphen_values = true,
        default_value = "0",
        hide_default_value = true
    )]
    pub leeway: i64,

    /// Show times in the local zone instead of UTC
    #[arg(long)]
    pub local: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Many tokens")]
pub struct Speed {
    /// How many threads judge a fast stream (default: one a core)
    ///
    /// What is printed is the same whatever their number.
    #[arg(long, value_name = "NUMBER", value_parser = value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Show {
    /// Stop at the first token that is refused
    #[arg(long, help_heading = "Many tokens")]
    pub fail_fast: bool,

    /// Print nothing; the exit status tells
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Line,
    Json,
    Jsonl,
    Claims,
    Token,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecodeFormat {
    Text,
    Line,
    Json,
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyFormat {
    Text,
    Json,
}

impl Format {
    /// Whether findings are among what is printed.
    pub fn shows_findings(self) -> bool {
        match self {
            Self::Text | Self::Json | Self::Jsonl => true,
            Self::Line | Self::Claims | Self::Token => false,
        }
    }
}

impl From<DecodeFormat> for Format {
    fn from(format: DecodeFormat) -> Self {
        match format {
            DecodeFormat::Text => Self::Text,
            DecodeFormat::Line => Self::Line,
            DecodeFormat::Json => Self::Json,
            DecodeFormat::Jsonl => Self::Jsonl,
        }
    }
}

const VERIFY_VERDICTS: [Verdict; 7] = [
    Verdict::Valid,
    Verdict::Expired,
    Verdict::NotYetValid,
    Verdict::ClaimRefused,
    Verdict::Unverifiable,
    Verdict::MisSigned,
    Verdict::Malformed,
];

const DECODE_VERDICTS: [Verdict; 4] = [
    Verdict::NotVerified,
    Verdict::Expired,
    Verdict::NotYetValid,
    Verdict::Malformed,
];

fn verdicts(verdicts: &'static [Verdict]) -> impl TypedValueParser<Value = Verdict> {
    PossibleValuesParser::new(verdicts.iter().map(|verdict| verdict.name())).try_map(|name| {
        Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.name() == name)
            .ok_or("not a verdict")
    })
}

fn claim_path(text: &str) -> Result<ClaimPath, &'static str> {
    ClaimPath::new(text)
}

/// `NAME=TEXT` or `NAME:=JSON`, split at the first `=`.
fn claim_equals(text: &str) -> Result<(ClaimPath, Value), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("NAME=TEXT or NAME:=JSON is due")?;
    let (name, value) = match name.strip_suffix(':') {
        Some(name) => {
            let value = Value::parse(value.as_bytes()).map_err(|error| {
                format!("after \":=\" JSON is due: {error}; for a string write NAME=TEXT")
            })?;
            (name, value)
        }
        None => (name, Value::from(value)),
    };
    Ok((ClaimPath::new(name)?, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_claim_check_is_split_at_its_first_sign() {
        let (path, value) = claim_equals("http://a/b=c=d").unwrap();
        assert_eq!(
            (path, value.to_string()),
            (ClaimPath::new("http://a/b").unwrap(), "\"c=d\"".into())
        );
        let (path, value) = claim_equals("n:={\"a\":1.0}").unwrap();
        assert_eq!(
            (path, value.to_string()),
            (ClaimPath::new("n").unwrap(), "{\"a\":1.0}".into())
        );
        for wrong in ["n", "=x", ":=1", "n:=", "n:=x", "/a~=x"] {
            assert!(claim_equals(wrong).is_err(), "{wrong}");
        }
    }
}
