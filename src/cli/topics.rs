//! What the help and the manual pages tell besides the options: exit status, JSON, files, environment
//! and examples. Each stands here once, and is laid out by whoever shows it.

use jwtlens::Verdict;

/// Something by its name, and what there is to say of it.
pub type Row = (String, &'static str);

/// What there is to tell of one command; an empty list has no section.
#[derive(Default)]
pub struct Topics {
    pub exit_status: Vec<Row>,
    /// What goes for the whole list above.
    pub exit_note: &'static str,
    pub json_note: &'static str,
    pub json: Vec<Row>,
    pub files: Vec<Row>,
    pub environment: Vec<Row>,
    /// What is wanted, and the command that does it.
    pub examples: &'static [(&'static str, &'static str)],
}

impl Topics {
    /// The topics of a command; the program's own for a name that is none.
    pub fn of(command: &str) -> Self {
        match command {
            "verify" => Self {
                examples: VERIFY,
                ..Self::judging()
            },
            "debug" => Self {
                examples: DEBUG,
                ..Self::judging()
            },
            "decode" => Self {
                exit_status: rows(&[
                    ("0", "not-verified: the token can be read"),
                    ("3", "expired; with --check-time only"),
                    ("4", "not-yet-valid; with --check-time only"),
                    ("8", "malformed: not a JWT"),
                    ("1", NO_JUDGEMENT_WITHOUT_KEY),
                    ("2", "wrong usage"),
                ]),
                exit_note: SIGNALS,
                json_note: REPORT_NOTE,
                json: rows(REPORT),
                environment: rows(&[TERMINAL, &[ZONE]].concat()),
                examples: DECODE,
                ..Self::default()
            },
            "key" => Self {
                exit_status: rows(&[
                    ("0", "every source holds a usable key"),
                    ("1", "one holds none, or can't be read"),
                    ("2", "wrong usage"),
                ]),
                json_note: "-o json prints an indented object for each source.",
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
                ..Self::judging()
            },
        }
    }

    /// What goes for all that judge signatures.
    fn judging() -> Self {
        let verdicts = Verdict::ALL.into_iter().filter_map(|verdict| {
            let when = when(verdict)?;
            Some((format!("{}  {}", verdict.status(), verdict.name()), when))
        });
        let others = [("1", NO_JUDGEMENT), ("2", "wrong usage")];
        Self {
            exit_status: verdicts.chain(rows(&others)).collect(),
            exit_note: "Of many tokens the most severe verdict counts, which has the highest number; 1 and 2 outrank every verdict. A closed pipe ends a run with 141, SIGINT with 130, SIGTERM with 143.",
            json_note: REPORT_NOTE,
            json: rows(REPORT),
            files: rows(KEY_FILE),
            environment: rows(&[&[KEY_VARIABLE], TERMINAL, &[ZONE]].concat()),
            examples: &[],
        }
    }
}

/// When `verify` gives a verdict; it never gives `not-verified`.
pub fn when(verdict: Verdict) -> Option<&'static str> {
    Some(match verdict {
        Verdict::NotVerified => return None,
        Verdict::Valid => "the signature verifies; times and claim checks hold",
        Verdict::Expired => "verified, but exp has passed",
        Verdict::NotYetValid => "verified, but nbf lies ahead",
        Verdict::ClaimRefused => "verified and current, but a claim check asked for fails",
        Verdict::Unverifiable => "no check was possible: alg is none, unknown or not the key's",
        Verdict::MisSigned => "the signature verifies under none of the keys",
        Verdict::Malformed => "not a JWT as RFC 7519 has it",
    })
}

/// The exit status in two lines, for the help that fits a screen.
pub fn exit_status_in_short() -> String {
    let verdicts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|verdict| when(*verdict).is_some())
        .map(|verdict| format!("{} {}", verdict.status(), verdict.name()))
        .collect();
    let lines: Vec<String> = verdicts.chunks(4).map(|some| some.join(", ")).collect();
    format!(
        "Exit status: {}; 1 no full judgement, 2 wrong usage",
        lines.join(",\n")
    )
}

/// Examples and exit status, for the help that explains.
pub fn in_full(command: &str) -> String {
    let topics = Topics::of(command);
    let mut text = "Examples:\n".to_owned();
    for (what, command) in topics.examples {
        let what = introduced(what);
        text.extend(["  ", &what, "\n    ", command, "\n"]);
    }
    text.push_str("\nExit status:\n");
    let widest = topics.exit_status.iter().map(|(name, _)| name.len()).max();
    for (name, what) in &topics.exit_status {
        let name = format!("{name:0$}", widest.unwrap_or(0));
        text.extend(["  ", &name, "  ", what, "\n"]);
    }
    text.push_str(topics.exit_note);
    text.trim_end().to_owned()
}

/// What an example is for, before the example.
pub fn introduced(what: &str) -> String {
    if what.ends_with('?') {
        what.to_owned()
    } else {
        format!("{what}:")
    }
}

fn rows(rows: &[(&'static str, &'static str)]) -> Vec<Row> {
    rows.iter()
        .map(|(name, what)| ((*name).to_owned(), *what))
        .collect()
}

const NO_JUDGEMENT: &str = "no full judgement: no token, or a key, file or output failed";

const NO_JUDGEMENT_WITHOUT_KEY: &str =
    "no full judgement: no token, or a file or the output failed";

const SIGNALS: &str =
    "A closed pipe ends a run with 141, SIGINT with 130, SIGTERM with 143; these outrank all.";

const PRINTING: &[(&str, &str)] = &[
    ("0", "written"),
    ("1", "the output can't be written"),
    ("2", "wrong usage"),
];

const REPORT_NOTE: &str = "-o json prints an indented object for each token, -o jsonl one on a line. Every member is always there, and null where nothing is known. Members may be added; none is renamed or given another type.";

const REPORT: &[(&str, &str)] = &[
    ("verdict", "the verdict, by its name under EXIT STATUS"),
    (
        "claims_authenticated",
        "whether the signature verifies, so that the claims are those of a key's holder",
    ),
    (
        "input",
        "where the token came from: source (argument, stdin or a file's name), number (among the tokens), line, column (with --scan), and what was removed around it (white_space, bearer, quotes)",
    ),
    (
        "header",
        "the JOSE Header as it stands in the token, no digit lost",
    ),
    ("claims", "the Claims Set in the same way"),
    (
        "signature",
        "status (verified, mismatch or unchecked), reason (why it is unchecked), algorithm, octets, expected_octets (the length of a signature under the keys tried, if it is the same under all), key (the one under which it verifies: kid, kty, crv, bits, thumbprint, source), keys_tried, and refused_by (those keys, where it verifies under none)",
    ),
    (
        "time",
        "status (current, expired, not-yet-valid or unbounded), now, leeway, expires_within, issued_at, not_before and expires_at as the token has them, and expires_in; all in seconds",
    ),
    (
        "checks",
        "the claim checks that were asked for, each with name, check, passed, expected and actual",
    ),
    (
        "findings",
        "what else is worth knowing, each with code, certainty (proven, likely or note), summary, evidence, hint, explains (whether it is why the token is refused), changes and tried",
    ),
    (
        "error",
        "why the token is malformed: segment, offset (in octets), message and hint",
    ),
    (
        "search",
        "what debug has tried to find out why: forms, complete, deep, milliseconds, signatures, inputs and keys",
    ),
    (
        "recovered",
        "the keys that debug derives from a signature that verifies under none it was given, each with thumbprint (RFC 7638) and jwk: if the token is intact, one of them signed it",
    ),
];

const KEY_REPORT: &[(&str, &str)] = &[
    ("source", "the file's name, stdin or the command line"),
    (
        "keys",
        "the keys, each with index, kty, crv, bits (its size), alg, kid, use, key_ops, thumbprint (RFC 7638; null for a secret), kid_is_thumbprint, private (whether a private part was there), usable, algorithms (those it allows), reasons (why it is not usable), notes (what is unusual about it), and certificate (of the key, or the first of x5c: subject, issuer, not_before, not_after, ca, x5t, x5t#S256; nothing of it is checked)",
    ),
];

const KEY_FILE: &[(&str, &str)] = &[(
    "./public_key.json",
    "the key, where neither an option nor $JWTLENS_KEY names one",
)];

const KEY_VARIABLE: (&str, &str) = (
    "JWTLENS_KEY",
    "the key if none is given: a file, a directory, or the key itself",
);

const ZONE: (&str, &str) = ("TZ", "the zone of --local");

const TERMINAL: &[(&str, &str)] = &[
    ("NO_COLOR", "where not empty, nothing is coloured"),
    (
        "CLICOLOR_FORCE",
        "where not empty and not 0, output is coloured also for a pipe or a file",
    ),
    ("TERM", "dumb: a terminal without colours"),
    (
        "COLUMNS",
        "the width to keep within, where it is not the terminal's",
    ),
];

const PROGRAM: &[(&str, &str)] = &[
    (
        "Verify a token",
        "jwtlens verify -k public_key.json < token.txt",
    ),
    (
        "Find out why it is refused",
        "jwtlens debug -k public_key.json < token.txt",
    ),
    (
        "See what it says, without a key",
        "jwtlens decode < token.txt",
    ),
    ("See what a key file holds", "jwtlens key public_key.json"),
];

const VERIFY: &[(&str, &str)] = &[
    (
        "Verify the token in the clipboard (wl-paste, xclip -o or pbpaste)",
        "wl-paste | jwtlens verify -k public_key.json",
    ),
    (
        "Only a token for this audience",
        "jwtlens verify -k public_key.json --aud transcodes-sdk < token.txt",
    ),
    (
        "In a script, by the exit status alone",
        "if jwtlens verify -q -k public_key.json < token.txt; then deploy; fi",
    ),
    (
        "Many tokens, one a line; keep the good ones",
        "jwtlens verify -k public_key.json -o token < tokens.txt > good.txt",
    ),
    (
        "Every token in a log, with the line that it stands on",
        "jwtlens verify -k public_key.json --scan -o line < access.log",
    ),
    (
        "The claims of valid tokens, for jq",
        "jwtlens verify -k public_key.json -o claims < tokens.txt | jq -r .sub",
    ),
    (
        "A key from elsewhere",
        "jwtlens verify -k <(curl -s https://auth.example.com/jwks.json) < token.txt",
    ),
];

const DEBUG: &[(&str, &str)] = &[
    (
        "Why is this token refused?",
        "wl-paste | jwtlens debug -k public_key.json",
    ),
    (
        "Was it signed by one of the keys that we had before?",
        "jwtlens debug -k public_key.json --also old-keys/ < token.txt",
    ),
    (
        "Look for one altered character in the whole token; it takes seconds",
        "jwtlens debug --deep -k public_key.json < token.txt",
    ),
    (
        "The causes alone, for a script",
        "jwtlens debug -o json < token | jq -r '.findings[] | select(.explains).code'",
    ),
    (
        "Which keys may have signed it, as JWKs?",
        "jwtlens debug -o json < token.txt | jq '.recovered[].jwk'",
    ),
];

const DECODE: &[(&str, &str)] = &[
    (
        "See what a token says (and believe none of it)",
        "wl-paste | jwtlens decode",
    ),
    (
        "One claim, for a script that trusts the token for other reasons",
        "jwtlens decode -o json < token.txt | jq -r .claims.sub",
    ),
    (
        "Refresh a cached token five minutes before it expires",
        "jwtlens decode -q --check-time --expires-within 5m < token.txt || refresh",
    ),
];

const KEY: &[(&str, &str)] = &[
    (
        "What does this file hold, and is it good for verifying?",
        "jwtlens key public_key.json",
    ),
    (
        "The thumbprint of each key of a set",
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
        "zsh, where ~/.zfunc is in fpath before compinit",
        "jwtlens completions zsh > ~/.zfunc/_jwtlens",
    ),
    (
        "fish",
        "jwtlens completions fish > ~/.config/fish/completions/jwtlens.fish",
    ),
    (
        "elvish",
        "jwtlens completions elvish >> ~/.config/elvish/rc.elv",
    ),
    ("PowerShell", "jwtlens completions powershell >> $PROFILE"),
];

const MAN: &[(&str, &str)] = &[
    (
        "Put the pages where man finds them, and read one",
        "jwtlens man ~/.local/share/man/man1 && man jwtlens-verify",
    ),
    ("Read the first of them at once", "jwtlens man | man -l -"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A command that is broken is a command that can't be copied.
    #[test]
    fn an_example_fits_a_line_of_the_help() {
        for command in ["", "verify", "debug", "decode", "key", "completions", "man"] {
            let topics = Topics::of(command);
            assert!(!topics.examples.is_empty());
            for (what, example) in topics.examples {
                assert!(example.len() <= 76 && what.len() <= 76, "{example}");
                assert!(example.contains("jwtlens"), "{example}");
            }
            for (name, what) in topics.exit_status {
                // "  4  not-yet-valid  "
                assert!(name.len() <= 16 && what.len() <= 60, "{what}");
            }
        }
    }
}
