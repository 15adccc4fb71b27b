//! The sections of help and man pages beyond the options: exit status, JSON, files, environment and
//! examples. Each text is written once, here; help and man pages lay it out.

use clap::Command;
use jwtlens::Verdict;

/// A name and its description.
pub type HelpRow = (String, &'static str);

/// The sections of one command; an empty list has no section.
#[derive(Default)]
pub struct Sections {
    pub exit_status: Vec<HelpRow>,
    /// Applies to every exit status.
    pub exit_note: &'static str,
    pub json_note: &'static str,
    pub json: Vec<HelpRow>,
    /// The object of `-o summary-json`.
    pub summary: Vec<HelpRow>,
    pub files: Vec<HelpRow>,
    pub environment: Vec<HelpRow>,
    /// A task, and the commands that do it, one per line.
    pub examples: &'static [(&'static str, &'static str)],
}

impl Sections {
    /// The sections of a command, or of the program for any other name.
    pub fn of(command: &str) -> Self {
        match command {
            "verify" => Self {
                examples: VERIFY,
                ..Self::verifying()
            },
            "debug" => Self {
                examples: DEBUG,
                ..Self::verifying()
            },
            "decode" => Self {
                exit_status: rows(&[
                    ("0", "not-verified: the token was decoded"),
                    ("3", "expired (only with --check-time)"),
                    ("4", "not-yet-valid (only with --check-time)"),
                    ("8", "malformed: not a well-formed JWT"),
                    ("1", INCOMPLETE_WITHOUT_KEY),
                    ("2", "invalid usage"),
                ]),
                exit_note: SIGNALS,
                json_note: REPORT_NOTE,
                json: rows(REPORT),
                summary: rows(SUMMARY),
                environment: rows(&[TERMINAL, &[ZONE]].concat()),
                examples: DECODE,
                ..Self::default()
            },
            "key" => Self {
                exit_status: rows(&[
                    ("0", "every source contains a usable key"),
                    ("1", "a source is unreadable or contains no usable key"),
                    ("2", "invalid usage"),
                ]),
                json_note: "-o json prints one indented JSON object per source.",
                json: rows(KEY_REPORT),
                files: rows(KEY_FILE),
                environment: rows(&[&[KEY_VARIABLE], TERMINAL].concat()),
                examples: KEY,
                ..Self::default()
            },
            "completions" => Self {
                exit_status: rows(PRINTING),
                examples: COMPLETIONS,
                ..Self::default()
            },
            "man" => Self {
                exit_status: rows(PRINTING),
                examples: MAN,
                ..Self::default()
            },
            _ => Self {
                examples: PROGRAM,
                ..Self::verifying()
            },
        }
    }

    /// What the commands that verify signatures share.
    fn verifying() -> Self {
        let verdicts = Verdict::ALL.into_iter().filter_map(|verdict| {
            let when = when(verdict)?;
            Some((format!("{}  {}", verdict.status(), verdict.name()), when))
        });
        let others = [("1", INCOMPLETE), ("2", "invalid usage")];
        Self {
            exit_status: verdicts.chain(rows(&others)).collect(),
            exit_note: "With several tokens, the highest status wins, but 1 and 2 take precedence over every verdict. A closed pipe exits with 141, SIGINT with 130, SIGTERM with 143.",
            json_note: REPORT_NOTE,
            json: rows(REPORT),
            summary: rows(SUMMARY),
            files: rows(KEY_FILE),
            environment: rows(&[&[KEY_VARIABLE], TERMINAL, &[ZONE]].concat()),
            examples: &[],
        }
    }
}

/// When `verify` reports a verdict; it never reports `not-verified`.
pub fn when(verdict: Verdict) -> Option<&'static str> {
    Some(match verdict {
        Verdict::NotVerified => return None,
        Verdict::Valid => "the signature, times and claim checks pass",
        Verdict::Expired => "signature verified, but the token has expired",
        Verdict::NotYetValid => "signature verified, but the token is not valid yet",
        Verdict::ClaimRejected => "signature verified, but a claim check failed",
        Verdict::Unverifiable => "the signature cannot be checked, for example because of alg",
        Verdict::MisSigned => "the signature does not verify with any key",
        Verdict::Malformed => "not a well-formed JWT",
    })
}

/// Puts a text below the options in the help of each command.
pub fn below_options(program: Command) -> Command {
    let names = ["verify", "debug", "decode", "key", "completions", "man"];
    names.into_iter().fold(program, |program, name| {
        program.mut_subcommand(name, |command| {
            let command = command.after_long_help(long_after_help(name));
            match name {
                "verify" | "debug" => command.after_help(short_exit_status()),
                "decode" => command
                    .after_help("decode does not check signatures; use `jwtlens verify` for that."),
                _ => command,
            }
        })
    })
}

/// The exit status in two lines, for the short help.
fn short_exit_status() -> String {
    let verdicts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|verdict| when(*verdict).is_some())
        .map(|verdict| format!("{} {}", verdict.status(), verdict.name()))
        .collect();
    let lines: Vec<String> = verdicts.chunks(4).map(|some| some.join(", ")).collect();
    format!(
        "Exit status: {}; 1 error, 2 invalid usage",
        lines.join(",\n")
    )
}

/// Examples and exit status, for the long help.
fn long_after_help(command: &str) -> String {
    let sections = Sections::of(command);
    let mut text = "Examples:\n".to_owned();
    for (what, command) in sections.examples {
        text.extend(["  ", &example_heading(what), "\n"]);
        for line in command.lines() {
            text.extend(["    ", line, "\n"]);
        }
    }
    text.push_str("\nExit status:\n");
    let widest = sections
        .exit_status
        .iter()
        .map(|(name, _)| name.len())
        .max();
    for (name, what) in &sections.exit_status {
        let name = format!("{name:0$}", widest.unwrap_or(0));
        text.extend(["  ", &name, "  ", what, "\n"]);
    }
    text.push_str(sections.exit_note);
    text.trim_end().to_owned()
}

/// The line above an example.
pub fn example_heading(what: &str) -> String {
    if what.ends_with('?') {
        what.to_owned()
    } else {
        format!("{what}:")
    }
}

fn rows(rows: &[(&'static str, &'static str)]) -> Vec<HelpRow> {
    rows.iter()
        .map(|(name, what)| ((*name).to_owned(), *what))
        .collect()
}

const INCOMPLETE: &str = "error: no token found, or a key, input or output failed";

const INCOMPLETE_WITHOUT_KEY: &str = "error: no token found, or input or output failed";

const SIGNALS: &str = "A closed pipe exits with 141, SIGINT with 130, SIGTERM with 143.";

const PRINTING: &[(&str, &str)] = &[
    ("0", "success"),
    ("1", "the output cannot be written"),
    ("2", "invalid usage"),
];

const REPORT_NOTE: &str = "-o json prints one indented JSON object per token, -o jsonl one object per line. All fields are present, except redacted (only with --redact) and disclosures (only for an SD-JWT); unknown values are null. Offsets start at 0, lines and columns at 1. Fields may be added; existing fields are never renamed or retyped.";

const REPORT: &[(&str, &str)] = &[
    ("verdict", "the verdict, as named under EXIT STATUS"),
    (
        "input",
        "where the token came from: source (argument, stdin or a file name), number (position among the tokens), line, column (with --scan), and what was removed around it (white_space, bearer, quotes)",
    ),
    (
        "header",
        "the JOSE Header; numbers keep their original digits",
    ),
    ("claims", "the JWT Claims Set, likewise"),
    (
        "disclosures",
        "only if decode read an SD-JWT: its disclosures, each with salt, name (null for an array element) and value",
    ),
    (
        "signature",
        "status (verified, mismatch or unchecked), reason (why it is unchecked), algorithm, octets, expected_octets (the signature length for the keys tried, if it is the same for all), key (the key that verifies it: kid, kty, crv, bits, thumbprint, source), keys_tried (how many), and refused_by (those keys, if none verifies it)",
    ),
    (
        "time",
        "status (current, expired, not-yet-valid or unbounded), now, leeway, expires_within, issued_at, not_before and expires_at as given in the token, and expires_in; all in seconds",
    ),
    (
        "checks",
        "the requested claim checks, each with name, check, passed, expected and actual; an expected value that could be a secret is replaced by its option, as in [value of --aud]",
    ),
    (
        "findings",
        "additional findings, each with code, certainty (proven, likely or note), summary, evidence, section (of an RFC), hint, explains (whether it explains the rejection), changes and tried",
    ),
    (
        "error",
        "why the token is malformed: segment, number (only of a disclosure), offset (in characters of the segment, or in bytes of the JSON in it), message and hint",
    ),
    (
        "proof",
        "what makes the signature verify, if debug has proven it: changes (in the order in which they are applied, each with code, repair, change, and the parameters of the change, such as strict), algorithm, key, jwk, certificates (of x5c, if the key is that of the first) and anchor (the given key at the end of their chain)",
    ),
    (
        "search",
        "what debug tried: forms (the number of combinations), complete, exceeded_limit (the limit in bytes, if a longer token was not searched), keys_left_out (keys that were not tried in every form), deep, milliseconds, signatures, inputs and keys",
    ),
    (
        "recovered",
        "public keys recovered from the signature (ECDSA key recovery), each with thumbprint (RFC 7638) and jwk; if the token is intact, one of them signed it",
    ),
];

pub const SUMMARY_NOTE: &str = "-o summary-json prints one indented JSON object about all tokens, or about those that --only selects. Times are in seconds since 1970. Fields may be added.";

const SUMMARY: &[(&str, &str)] = &[
    ("tokens", "the number of tokens"),
    ("verdicts", "the number of tokens by verdict"),
    (
        "reasons",
        "the ten most frequent reasons for a rejection, each with reason and tokens",
    ),
    (
        "causes",
        "the number of tokens by the code of a finding that is proven or likely",
    ),
    (
        "signers",
        "the number of tokens by the thumbprint of an unknown key that signed several of them (debug)",
    ),
    (
        "kid, iss, alg",
        "the tokens by key ID, issuer and algorithm: names (each with name, tokens and verdicts; the name is null if the token has none) and others (the verdicts of all other tokens: at most 1,000 names of up to 256 bytes are counted one by one)",
    ),
    (
        "checked_at",
        "first and last, the times at which tokens were checked; with --at line, those of the log",
    ),
    ("issued_at", "first and last, of the iat claims"),
    (
        "skew",
        "expired (the tokens that expired at most 60 seconds before they were checked) and not_yet_valid (those that became valid at most 300 seconds after)",
    ),
    (
        "skipped",
        "what --scan skipped, if anything: damaged, encoded_again and escaped_again, each with count and first (source, line and column)",
    ),
];

const KEY_REPORT: &[(&str, &str)] = &[
    (
        "source",
        "the file name, stdin, or where the key was given, such as the value of -k",
    ),
    (
        "keys",
        "the keys, each with index, kty, crv, bits (its size), alg, kid, use, key_ops, thumbprint (RFC 7638; null for a secret), kid_is_thumbprint, private (whether private key material was present), usable, algorithms (those it allows), reasons (why it is not usable), notes (what is unusual about it), and certificate (of the key, or the first of x5c: subject, issuer, not_before, not_after, ca, x5t, x5t#S256; nothing of it is checked)",
    ),
];

const KEY_FILE: &[(&str, &str)] = &[(
    "./public_key.json",
    "default key, if no key or secret is given",
)];

const KEY_VARIABLE: (&str, &str) = (
    "JWTLENS_KEY",
    "default key: a file, a directory, or the key itself",
);

const ZONE: (&str, &str) = ("TZ", "time zone used by --local");

const TERMINAL: &[(&str, &str)] = &[
    ("NO_COLOR", "if not empty, disables colors"),
    ("CLICOLOR_FORCE", "if not empty and not 0, forces colors"),
    ("TERM", "if \"dumb\", disables colors"),
    ("COLUMNS", "overrides the terminal width"),
];

const PROGRAM: &[(&str, &str)] = &[
    (
        "Verify a token",
        "jwtlens verify -k public_key.json < token.txt",
    ),
    (
        "Find out why it is rejected",
        "jwtlens debug -k public_key.json < token.txt",
    ),
    ("Decode it without a key", "jwtlens decode < token.txt"),
    ("Inspect a key file", "jwtlens key public_key.json"),
];

const VERIFY: &[(&str, &str)] = &[
    (
        "Verify the token in the clipboard (wl-paste, xclip -o or pbpaste)",
        "wl-paste | jwtlens verify -k public_key.json",
    ),
    (
        "Require an audience",
        "jwtlens verify -k public_key.json --aud transcodes-sdk < token.txt",
    ),
    (
        "Use the exit status in a script",
        "if jwtlens verify -q -k public_key.json < token.txt; then deploy; fi",
    ),
    (
        "Filter a list of tokens, keeping the valid ones",
        "jwtlens verify -k public_key.json -o token < tokens.txt > good.txt",
    ),
    (
        "Check every token in a log, with line numbers",
        "jwtlens verify -k public_key.json --scan -o line < access.log",
    ),
    (
        "Extract claims with jq",
        "jwtlens verify -k public_key.json -o claims < tokens.txt | jq -r .sub",
    ),
    (
        "Fetch the key from a URL",
        "jwtlens verify -k <(curl -s https://auth.example.com/jwks.json) < token.txt",
    ),
];

const DEBUG: &[(&str, &str)] = &[
    (
        "Find out why a token is rejected",
        "wl-paste | jwtlens debug -k public_key.json",
    ),
    (
        "Check whether an old key signed the token",
        "jwtlens debug -k public_key.json --try-key old-keys/ < token.txt",
    ),
    (
        "Search longer for a changed character (takes seconds)",
        "jwtlens debug --deep -k public_key.json < token.txt",
    ),
    (
        "Print only the causes",
        "jwtlens debug -o json < token.txt | jq '.findings[]|select(.explains).code'",
    ),
    (
        "Print the public keys recovered from the signature",
        "jwtlens debug -o json < token.txt | jq '.recovered[].jwk'",
    ),
];

const DECODE: &[(&str, &str)] = &[
    (
        "Decode the token in the clipboard",
        "wl-paste | jwtlens decode",
    ),
    (
        "Extract a claim (only if the token is trusted for other reasons)",
        "jwtlens decode -o json < token.txt | jq -r .claims.sub",
    ),
    (
        "Refresh a cached token five minutes before it expires",
        "jwtlens decode -q --check-time --expires-within 5m < token.txt || refresh",
    ),
];

const KEY: &[(&str, &str)] = &[
    (
        "Check whether a key file is usable",
        "jwtlens key public_key.json",
    ),
    (
        "Print the thumbprint of every key in a JWK Set",
        "jwtlens key -o json jwks.json | jq -r '.keys[].thumbprint'",
    ),
    (
        "Convert a certificate to a JWK Set",
        "jwtlens key -o jwk cert.pem > keys.json",
    ),
];

const COMPLETIONS: &[(&str, &str)] = &[
    (
        "bash",
        "echo 'source <(jwtlens completions bash)' >> ~/.bashrc",
    ),
    (
        "zsh (skip the first line if ~/.zshrc runs compinit already)",
        "echo 'autoload -Uz compinit && compinit' >> ~/.zshrc\n\
         echo 'source <(jwtlens completions zsh)' >> ~/.zshrc",
    ),
    (
        "fish",
        "mkdir -p ~/.config/fish/completions\n\
         jwtlens completions fish > ~/.config/fish/completions/jwtlens.fish",
    ),
    (
        "elvish",
        "mkdir -p ~/.config/elvish\n\
         jwtlens completions elvish >> ~/.config/elvish/rc.elv",
    ),
    (
        "PowerShell",
        "New-Item -Type Directory -Force (Split-Path $PROFILE)\n\
         jwtlens completions powershell >> $PROFILE",
    ),
];

const MAN: &[(&str, &str)] = &[
    (
        "Install the man pages (man finds them if ~/.cargo/bin is in PATH)",
        "jwtlens man ~/.cargo/share/man/man1 && man jwtlens-verify",
    ),
    (
        "Read the main page without installing it",
        "jwtlens man | man -l -",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A wrapped command cannot be copied.
    #[test]
    fn examples_fit_a_line_of_the_help() {
        for command in ["", "verify", "debug", "decode", "key", "completions", "man"] {
            let sections = Sections::of(command);
            assert!(!sections.examples.is_empty());
            for (what, example) in sections.examples {
                let fits = |line: &str| line.len() <= 76;
                assert!(fits(what) && example.lines().all(fits), "{example}");
                assert!(example.contains("jwtlens"), "{example}");
            }
            for (name, what) in sections.exit_status {
                // "  5  claim-rejected  " at 80 columns.
                assert!(name.len() <= 17 && what.len() <= 59, "{what}");
            }
        }
    }
}
