//! The command line, for clap: what may be asked, in words for people.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint, value_parser};
use clap_complete::Shell;
use jwtlens::{ClaimPath, Verdict, json::Value};

use super::times::{self, At};
use super::topics;

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
    // In short help it would stand with every command, and nobody looks for it there.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check signature, times and claims of tokens
    ///
    /// The verdict on each token comes with its header, its claims and what the verdict rests on.
    /// Without TOKEN, standard input is read, one token a line.
    #[command(after_help = topics::exit_status_in_short(), after_long_help = topics::in_full("verify"))]
    Verify(Box<VerifyMany>),

    /// Verify tokens, and find out why they are refused
    ///
    /// Each refused token is looked into: how its signature is written, what was signed, which key
    /// signed, what kind of thing it is, what its times tell. What a computation shows is called
    /// proven: with the changes named, the signature verifies. No finding turns a refused token into
    /// a valid one. Without TOKEN, standard input is read, one token a line.
    #[command(after_help = topics::exit_status_in_short(), after_long_help = topics::in_full("debug"))]
    Debug(Box<Debug>),

    /// Show header, claims and expiry of tokens; verify nothing
    ///
    /// No key is needed, and nothing of what is shown is authenticated: anybody may have written
    /// it. Without TOKEN, standard input is read, one token a line.
    #[command(after_help = "Nothing is verified here; see jwtlens verify.", after_long_help = topics::in_full("decode"))]
    Decode(DecodeMany),

    /// Show what key files hold, and what is wrong with them
    ///
    /// Each key with its parameters, its RFC 7638 thumbprint and its certificate, whether tokens can be
    /// verified with it, and if not, why. With `-o jwk` and `-o pem` it converts public keys. Private key
    /// material is never shown.
    #[command(after_long_help = topics::in_full("key"))]
    Key(Key),

    /// Print completions for a shell
    ///
    /// They complete commands, options, verdicts, formats and the names of files. Where a shell looks
    /// for them is its own affair; the examples show the usual places.
    #[command(after_long_help = topics::in_full("completions"))]
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Print the manual page, or write all of them into a directory
    ///
    /// There is one for the program and one for each command.
    #[command(after_long_help = topics::in_full("man"))]
    Man {
        /// Where to write the pages: jwtlens.1, jwtlens-verify.1 and so on
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
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
    // The verdicts stand with the exit status.
    #[arg(
        long,
        value_name = "VERDICT",
        value_parser = verdicts(&VERIFY_VERDICTS, topics::when),
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub only: Vec<Verdict>,
}

#[derive(Debug, Args)]
pub struct Debug {
    #[command(flatten)]
    pub verify: Verify,

    /// A key or folder of keys that may have signed (repeatable)
    ///
    /// It is not trusted: old keys, keys of other stages and services. A token that one of them signed stays refused;
    /// the report says which it was.
    #[arg(
        long,
        value_name = "KEY",
        value_hint = ValueHint::AnyPath,
        help_heading = None::<&str>
    )]
    pub also: Vec<OsString>,

    /// Search for some seconds: alter every character
    ///
    /// And put in more that may have been lost.
    #[arg(long, help_heading = None::<&str>)]
    pub deep: bool,

    /// Tell everything that was tried without success
    #[arg(short, long, help_heading = None::<&str>)]
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

    /// With --check-time: refuse what expires within this time
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
    #[arg(long, value_name = "VERDICT", value_parser = verdicts(&DECODE_VERDICTS, |_| None), help_heading = "Output")]
    pub only: Vec<Verdict>,
}

#[derive(Debug, Args)]
pub struct Key {
    /// Key file, directory of key files, inline key, or - for stdin
    ///
    /// A key is a JWK, a JWK Set, or a public key or certificate in PEM or DER; its content tells which.
    /// Without KEY it is `$JWTLENS_KEY`, or else `./public_key.json`.
    #[arg(value_name = "KEY", value_hint = ValueHint::AnyPath)]
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
    // No file is one, so none is offered.
    #[arg(value_name = "TOKEN", value_hint = ValueHint::Other)]
    pub given: Vec<OsString>,

    /// Read tokens from a file, one a line
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Find tokens in any text: logs, HAR files, HTTP dumps
    ///
    /// Lines without a token are passed over, and a line may have several. The report tells line and
    /// column of each.
    #[arg(long)]
    pub scan: bool,
}

#[derive(Debug, Args)]
pub struct Keys {
    /// Key file, directory of key files, or inline key (repeatable)
    ///
    /// A key is a JWK, a JWK Set, or a public key or certificate in PEM or DER; its content tells which. `-k -`
    /// reads stdin. [default: `$JWTLENS_KEY`, or `./public_key.json`]
    #[arg(short, long = "key", value_name = "KEY", value_hint = ValueHint::AnyPath)]
    pub keys: Vec<OsString>,

    #[command(flatten)]
    pub secrets: Secrets,
}

#[derive(Debug, Args)]
pub struct Secrets {
    /// Read a shared secret for HS256, HS384 and HS512 from a file (repeatable)
    ///
    /// A newline at the end of the file is removed and noted. A public key is rejected: it is not a secret.
    #[arg(long = "secret-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<OsString>,

    /// Read a shared secret from an environment variable (repeatable)
    #[arg(long = "secret-env", value_name = "NAME")]
    pub variables: Vec<OsString>,

    /// How the secrets are written
    #[arg(
        long = "secret-encoding",
        value_name = "ENCODING",
        default_value = "text"
    )]
    pub encoding: SecretEncoding,
}

impl Secrets {
    pub fn are_given(&self) -> bool {
        !self.files.is_empty() || !self.variables.is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SecretEncoding {
    /// As the bytes themselves
    Text,
    /// In base64
    Base64,
    /// In base64url
    Base64url,
    /// In hexadecimal
    Hex,
}

impl From<SecretEncoding> for jwtlens::SecretEncoding {
    fn from(encoding: SecretEncoding) -> Self {
        match encoding {
            SecretEncoding::Text => Self::Text,
            SecretEncoding::Base64 => Self::Base64,
            SecretEncoding::Base64url => Self::Base64Url,
            SecretEncoding::Hex => Self::Hex,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Claim checks")]
pub struct Checks {
    /// Refuse tokens of another issuer
    #[arg(long, value_name = "NAME")]
    pub iss: Option<String>,

    /// Refuse tokens for another audience (repeatable)
    ///
    /// Given more than once, any of the names will do.
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

    /// Refuse tokens whose claim is not this (repeatable)
    ///
    /// With NAME=TEXT the claim must be that string; with NAME:=JSON it must be that JSON value,
    /// numbers compared by value. NAME is a claim's name, or a JSON Pointer such as `/address/city`.
    #[arg(long, value_name = "NAME=TEXT", value_parser = claim_equals)]
    pub claim: Vec<(ClaimPath, Value)>,

    /// Refuse tokens older than this, or without `iat`
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

    /// Let clocks differ by this much (default: 0)
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
#[command(next_help_heading = "Output")]
pub struct Speed {
    /// How many threads judge a fast stream (default: all cores)
    ///
    /// What is printed is the same whatever their number.
    #[arg(short, long, value_name = "NUMBER", value_parser = value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Show {
    /// Stop at the first token that is refused
    ///
    /// It is printed like those before it, and gives the exit status.
    #[arg(long)]
    pub fail_fast: bool,

    /// Print nothing; the exit status tells
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, and as `NO_COLOR` and `CLICOLOR_FORCE` say
    Auto,
    /// Also for a pipe or a file
    Always,
    /// Not at all
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// A line a token: line number, verdict, expiry, sub and kid, separated by tabs
    Line,
    /// An indented object a token
    Json,
    /// The same object on one line
    Jsonl,
    /// The claims of valid tokens, as a line of JSON
    Claims,
    /// The valid tokens themselves; with --only those of that verdict
    Token,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecodeFormat {
    /// For people
    Text,
    /// A line a token: line number, verdict, expiry, sub and kid, separated by tabs
    Line,
    /// An indented object a token
    Json,
    /// The same object on one line
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyFormat {
    /// For people
    Text,
    /// An indented object a source
    Json,
    /// The usable public keys as a JWK Set
    Jwk,
    /// The usable public keys as PEM (SPKI)
    Pem,
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

fn verdicts(
    verdicts: &'static [Verdict],
    when: fn(Verdict) -> Option<&'static str>,
) -> impl TypedValueParser<Value = Verdict> {
    let named = verdicts.iter().map(move |verdict| {
        let value = PossibleValue::new(verdict.name());
        match when(*verdict) {
            Some(when) => value.help(when),
            None => value,
        }
    });
    PossibleValuesParser::new(named).try_map(|name| {
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
