//! The command line, for clap, with the text of the help.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use jwtlens::{Algorithm, ClaimPath, Verdict, json::Value};

use super::arg_values::{
    DECODE_VERDICTS, VERIFY_VERDICTS, algorithms, claim_equals, jobs, required_claim, verdicts,
};
use super::formats::{DecodeFormat, Format, KeyFormat};
use super::help::sections;
use super::time_args::{self, At};

/// Decode, verify and debug JSON Web Tokens, offline
///
/// jwtlens verifies tokens (JWT) with your public key or shared secret and explains why a signature fails.
/// Everything runs locally: jwtlens has no network code. Pass tokens on stdin: arguments are
/// visible in `ps` and saved in the shell history.
#[derive(Debug, Parser)]
#[command(
    name = "jwtlens",
    // Not taken from the first argument, which the caller controls.
    bin_name = "jwtlens",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = false,
    after_help = "Start with: jwtlens verify -k public_key.json < token.txt\n\
        See `jwtlens help COMMAND` for options, examples and the exit status."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// When to use colors
    // Hidden from short help, where every command would repeat it.
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

// Only the options of the command that runs are made.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Verify the signature, times and claims of tokens
    ///
    /// Prints a verdict for each token, with its header and claims. Without TOKEN, reads stdin, one
    /// token per line.
    Verify(Box<VerifyMany>),

    /// Verify tokens and find out why they are rejected
    ///
    /// For each rejected token, debug tries known mistakes: signature encoding, signing input, hash,
    /// key, truncated or modified characters, clocks. A finding is "proven" if the signature verifies
    /// once the named changes are applied. Findings never change the verdict. Without TOKEN, reads
    /// stdin, one token per line.
    Debug(Box<Debug>),

    /// Decode tokens without verifying them
    ///
    /// Prints the header, the claims and whether the token has expired. No key is needed. The output
    /// is not verified: do not trust it. Without TOKEN, reads stdin, one token per line.
    Decode(DecodeMany),

    /// Inspect key files and report problems
    ///
    /// For each key, prints its parameters, its RFC 7638 thumbprint, its certificate, and whether it can
    /// verify tokens. `-o jwk` and `-o pem` convert public keys. Private key material is never shown.
    Key(Key),

    /// Generate shell completions
    ///
    /// Completes commands, options, verdicts, formats and file names. The examples show how to
    /// enable them.
    Completions {
        /// Shell to generate completions for
        shell: Shell,
    },

    /// Print the man page, or write all man pages to a directory
    ///
    /// Without DIR, prints the page of jwtlens. With DIR, writes that page and one for each command.
    Man {
        /// Directory for the pages: jwtlens.1, jwtlens-verify.1 and so on
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
    },
}

impl Cli {
    /// Parses the command line. The texts below the options take longer to make than most runs, so that
    /// they are made only if help is asked for.
    pub fn from_arguments(arguments: &[OsString]) -> Result<Self, clap::Error> {
        // For clap, `-h` is the name of a command here.
        let is_help = |flag: &OsString| flag == "-h" || flag == "--help";
        let arguments = match arguments {
            [program, help, flag] if help == "help" && is_help(flag) => {
                &[program.clone(), flag.clone()][..]
            }
            [program, help, command, flag] if help == "help" && is_help(flag) => {
                &[program.clone(), command.clone(), flag.clone()]
            }
            _ => arguments,
        };
        Self::try_parse_from(arguments).map_err(|error| {
            if error.kind() != ErrorKind::DisplayHelp {
                return error;
            }
            let command = sections::below_options(Self::command());
            command
                .try_get_matches_from(arguments)
                .err()
                .unwrap_or(error)
        })
    }
}

#[derive(Debug, Args)]
#[command(mut_arg("color", last))]
pub struct VerifyMany {
    #[command(flatten)]
    pub verify: Verify,

    #[command(flatten)]
    pub speed: Speed,
}

#[derive(Debug, Args)]
#[command(mut_arg("color", last))]
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
    pub time: TimeArgs,

    /// Reject tokens that expire within this time
    ///
    /// Such tokens get the verdict expired.
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = time_args::duration,
        allow_hyphen_values = true,
        help_heading = "Time"
    )]
    pub expires_within: Option<i64>,

    /// Output format
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
    // The verdicts are listed with the exit statuses.
    #[arg(
        long,
        value_name = "VERDICT",
        value_parser = verdicts(&VERIFY_VERDICTS, sections::when),
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub only: Vec<Verdict>,
}

#[derive(Debug, Args)]
#[command(mut_arg("color", last))]
pub struct Debug {
    #[command(flatten)]
    pub verify: Verify,

    /// Also try an untrusted key (repeatable)
    ///
    /// Use this for old keys, or for keys from other environments. A token signed with one of
    /// them is still rejected; the report names the key.
    #[arg(
        long,
        value_name = "KEY",
        value_hint = ValueHint::AnyPath,
        help_heading = None::<&str>
    )]
    pub try_key: Vec<OsString>,

    /// Search longer: up to 10 seconds per token
    ///
    /// Also tries single-character changes: anywhere in ES256 tokens, in RSA signatures, and in the header and
    /// payload of other ECDSA and Ed25519 tokens.
    #[arg(long, help_heading = None::<&str>)]
    pub deep: bool,

    /// Show all findings and everything that was tried
    #[arg(short, long, help_heading = None::<&str>)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct Decode {
    #[command(flatten)]
    pub tokens: Tokens,

    /// Check exp and nbf: exit with 3 if expired, 4 if not yet valid
    #[arg(long, help_heading = "Time")]
    pub check_time: bool,

    #[command(flatten)]
    pub time: TimeArgs,

    /// With --check-time, also reject tokens that expire within this time
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = time_args::duration,
        allow_hyphen_values = true,
        requires = "check_time",
        help_heading = "Time"
    )]
    pub expires_within: Option<i64>,

    /// Output format
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
#[command(mut_arg("color", last))]
pub struct Key {
    /// Key file, directory, the key itself, or - for stdin
    ///
    /// A key is a JWK or JWK Set, a public key or certificate in PEM or DER, DER as one line of base64,
    /// a private key in PEM or as a JWK (only its public half is used), or a JSON object that maps key IDs to PEM.
    /// [default: stdin if it is a regular file, then `$JWTLENS_KEY`, then `./public_key.json`]
    #[arg(value_name = "KEY", value_hint = ValueHint::AnyPath)]
    pub keys: Vec<OsString>,

    /// Output format
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub output: KeyFormat,

    /// Print no report; only set the exit status
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Tokens {
    /// Token (visible in `ps`), or - for stdin [default: stdin]
    ///
    /// Arguments are also saved in the shell history. If stdin is a terminal and no TOKEN
    /// is given, a prompt asks for one.
    // A token is not a file name, so complete none.
    #[arg(value_name = "TOKEN", value_hint = ValueHint::Other)]
    pub given: Vec<OsString>,

    /// Read tokens from FILE, one per line (repeatable)
    #[arg(short, long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Find tokens in other text, such as logs or HAR files
    ///
    /// A line may have several tokens or none; the report gives the line and column of each. One layer of
    /// percent-encoding or JSON escapes is undone. Incomplete or doubly encoded tokens are skipped
    /// and counted on stderr.
    #[arg(long)]
    pub scan: bool,
}

impl Tokens {
    /// Whether several tokens or files are named.
    pub fn are_several(&self) -> bool {
        self.given.len() > 1 || self.files.len() > 1
    }
}

#[derive(Debug, Args)]
pub struct Keys {
    /// Key file, directory, or the key itself (repeatable)
    ///
    /// A key is a JWK or JWK Set, a public key or certificate in PEM or DER, DER as one line of base64,
    /// a private key in PEM or as a JWK (only its public half is used), or a JSON object that maps key IDs to PEM. `-k -`
    /// reads stdin. [default: `$JWTLENS_KEY`, or `./public_key.json`]
    #[arg(id = "key", short, long, value_name = "KEY", value_hint = ValueHint::AnyPath)]
    pub given: Vec<OsString>,

    #[command(flatten)]
    pub secrets: Secrets,

    /// Accept only this algorithm (repeatable)
    ///
    /// Without it, the key alone decides. ALG is ES256, ES384, ES512, ES256K, RS256, RS384, RS512, PS256,
    /// PS384, PS512, EdDSA, Ed25519, HS256, HS384 or HS512. EdDSA and Ed25519 are the same.
    #[allow(clippy::doc_markdown, reason = "shown as help")]
    #[arg(
        long,
        value_name = "ALG",
        value_parser = algorithms(),
        hide_possible_values = true,
        hide_short_help = true
    )]
    pub alg: Vec<&'static Algorithm>,
}

#[derive(Debug, Args)]
pub struct Secrets {
    /// Read a shared secret from a file (repeatable)
    ///
    /// A secret verifies HS256, HS384 and HS512. A newline at its end is removed, with a note. Public keys and
    /// tokens are rejected: they are not secrets.
    #[arg(id = "secret-file", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<OsString>,

    /// Read a shared secret from an environment variable (repeatable)
    #[arg(id = "secret-env", long, value_name = "NAME", hide_short_help = true)]
    pub variables: Vec<OsString>,

    /// Encoding of the secrets [default: text]
    #[arg(
        id = "secret-encoding",
        long,
        hide_short_help = true,
        value_name = "ENCODING"
    )]
    pub encoding: Option<SecretEncodingName>,
}

impl Secrets {
    pub fn are_given(&self) -> bool {
        !self.files.is_empty() || !self.variables.is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SecretEncodingName {
    /// Not encoded
    Text,
    /// Base64 (RFC 4648, section 4)
    Base64,
    /// Base64url (RFC 4648, section 5)
    Base64url,
    /// Hexadecimal
    Hex,
}

impl From<SecretEncodingName> for jwtlens::SecretEncoding {
    fn from(encoding: SecretEncodingName) -> Self {
        match encoding {
            SecretEncodingName::Text => Self::Text,
            SecretEncodingName::Base64 => Self::Base64,
            SecretEncodingName::Base64url => Self::Base64Url,
            SecretEncodingName::Hex => Self::Hex,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Claim checks")]
pub struct Checks {
    /// Require this issuer (iss)
    #[arg(long, value_name = "NAME")]
    pub iss: Option<String>,

    /// Require this audience (aud; repeatable)
    ///
    /// If repeated, any one of them is enough.
    #[arg(long, value_name = "NAME")]
    pub aud: Vec<String>,

    /// Require this subject (sub)
    #[arg(long, value_name = "NAME")]
    pub sub: Option<String>,

    /// Require this type (header parameter typ)
    #[arg(long, value_name = "TYPE", hide_short_help = true)]
    pub typ: Option<String>,

    /// Require this claim to be present (repeatable)
    ///
    /// NAME is a claim name, or a JSON Pointer such as `/realm_access/roles/0`. Use a JSON Pointer for
    /// a name with a comma (`/a,b`). A null claim counts as missing.
    #[arg(long, value_name = "NAME", value_parser = required_claim)]
    pub require: Vec<ClaimPath>,

    /// Require a claim to have this value (repeatable)
    ///
    /// NAME=TEXT compares with a string, NAME:=JSON with any JSON value (`admin:=true`; 1.0 equals 1). NAME
    /// is a claim name, or a JSON Pointer such as `/address/city` or `/roles/0`.
    #[arg(long, value_name = "NAME=TEXT", value_parser = claim_equals)]
    pub claim: Vec<(ClaimPath, Value)>,

    /// Reject tokens older than this, or without iat
    ///
    /// The leeway is added. An iat further in the future than the leeway is rejected too.
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = time_args::duration,
        allow_hyphen_values = true
    )]
    pub max_age: Option<i64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Time")]
pub struct TimeArgs {
    /// Use this time instead of the current time
    ///
    /// RFC 3339 (2026-11-23T18:09:24Z), a date, Unix seconds, or relative to now (-1h, +30m). Use "line"
    /// to find tokens in a log and check each at the time of its log line.
    #[arg(long, value_name = "TIME", value_parser = time_args::at, allow_hyphen_values = true)]
    pub at: Option<At>,

    /// Allowed clock skew [default: 0]
    ///
    /// Applies to every time check, at most 365 days. DURATION is a number of seconds (90) or has units (90s, 5m, 1h30m, 7d).
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = time_args::leeway,
        allow_hyphen_values = true,
        default_value = "0",
        hide_default_value = true
    )]
    pub leeway: i64,

    /// Use the local time zone
    ///
    /// Applies to times in the output and, with --at line, to times without a zone in a log.
    #[arg(long, hide_short_help = true)]
    pub local: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Speed {
    /// Number of worker threads [default: number of CPUs]
    ///
    /// The output is the same for any number.
    #[arg(short, long, value_name = "NUMBER", value_parser = jobs)]
    pub jobs: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Show {
    /// Stop at the first rejected token
    ///
    /// The rejected token is printed and determines the exit status.
    #[arg(long)]
    pub fail_fast: bool,

    /// Hide personal values, so that the output can be shared
    ///
    /// Replaces the values of all claims but iss, aud, exp, nbf and iat, and of all header parameters but
    /// alg, typ, cty, kid, crit, enc and zip, by their types, such as `[redacted string]`.
    #[arg(long, hide_short_help = true)]
    pub redact: bool,

    /// Print nothing; only set the exit status
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// If the output is a terminal; respects `NO_COLOR` and `CLICOLOR_FORCE`
    Auto,
    /// Even if the output is not a terminal
    Always,
    /// No colors
    Never,
}

/// An option of the program is there before those of a command, if these are made later. `mut_arg` puts it
/// behind them, where the help shows it.
fn last(argument: Arg) -> Arg {
    argument
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
