//! Errors in the command line. clap finds them, but its own texts repeat arguments as they are, so
//! messages are made here from the kind of the error and from names that clap knows.

use std::borrow::Cow;
use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::iter;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use super::args::Cli;
use super::escape;
use super::render::columns::{HANGING, wrapped};
use super::tell::harmless::{
    Harmless, NOT_SHOWN, contains_token, description, kind, shown, similar, with_file,
};
use super::tell::invalid::Invalid;

/// Options of other programs, and what to use instead.
const FOREIGN_OPTIONS: &[(&[&str], &str)] = &[
    (
        &[
            "--public-key",
            "--public-key-file",
            "--pubkey",
            "--jwk",
            "--jwks",
            "--jwks-file",
            "--pem",
            "--key-file",
            "--cert",
            "--certificate",
        ],
        "use -k KEY",
    ),
    (
        &["--jwks-url", "--jwks-uri", "--url"],
        "jwtlens has no network access; use -k <(curl -s URL)",
    ),
    (
        &["--secret", "--secret-key", "-S", "-s"],
        "write the secret to a file, then use --secret-file FILE",
    ),
    (
        &["--token", "--jwt", "-t"],
        "pass the token on stdin, with -f FILE, or as an argument",
    ),
    (
        &["--input", "--token-file"],
        "use -f FILE to read tokens from a file",
    ),
    (&["--no-color"], "use --color never, or set NO_COLOR"),
    (
        &["--clock-skew", "--clock-tolerance", "--skew"],
        "use --leeway DURATION",
    ),
    (
        &[
            "--json",
            "--jsonl",
            "--format",
            "--output-format",
            "--pretty",
            "-p",
        ],
        "use -o FORMAT, for example -o json",
    ),
    (
        &["--algorithm", "--algorithms", "--algs", "-A", "-a"],
        "the algorithm is determined by the key; --alg ALG narrows it",
    ),
    (
        &["--ignore-exp", "--no-exp", "--ignore-expiration"],
        "expired tokens exit with status 3; use --at TIME to verify as of another time",
    ),
    (
        &["--now", "--time", "--date"],
        "use --at TIME to verify as of another time",
    ),
    (
        &["--verbose", "-v"],
        "use `jwtlens debug` for details on a rejected token",
    ),
    (
        &["--also"],
        "use `jwtlens debug --try-key KEY` to try a key without trusting it",
    ),
    (&["--audience"], "use --aud NAME to require an audience"),
    (&["--issuer"], "use --iss NAME to require an issuer"),
    (&["--subject"], "use --sub NAME to require a subject"),
];

/// Commands of other programs, and what to use instead.
const FOREIGN_COMMANDS: &[(&[&str], &str)] = &[
    (&["validate", "check", "test"], "use `jwtlens verify`"),
    (
        &["inspect", "show", "view", "print", "parse", "read"],
        "use `jwtlens decode` or `jwtlens verify`",
    ),
    (&["explain", "why", "diagnose"], "use `jwtlens debug`"),
    (
        &["sign", "encode", "create", "generate", "issue"],
        "jwtlens cannot create or sign tokens",
    ),
    (
        &["scan", "grep", "find", "search"],
        "use `jwtlens verify --scan`",
    ),
    (&["version"], "use `jwtlens --version`"),
];

/// The option that `decode --expires-within` belongs to.
const CHECK_TIME: &str = "--check-time";

const COMMANDS: &str = "use one of the commands verify, debug, decode, key, completions and man";
const COMMAND_FIRST: &str = "put the command first: jwtlens verify -k public_key.json < token.txt";

/// The whole message for standard error, escaped.
pub fn explain(error: &clap::Error, arguments: &[OsString], width: Option<usize>) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return error.render().to_string();
    }
    let mut lines = vec![format!("error: {}", problem(error, arguments))];
    let valid = strings(error, ContextKind::ValidValue);
    if !valid.is_empty() {
        lines.push(format!("  [possible values: {}]", valid.join(", ")));
    }
    let missing = strings(error, ContextKind::InvalidArg);
    let missing = missing.iter().filter(|missing| *missing != CHECK_TIME);
    lines.extend(missing.map(|missing| format!("  {missing}")));
    let hint = hint(error, arguments);
    lines.extend(hint.iter().map(|hint| format!("hint: {hint}")));
    // The usage is that of an option whose name is similar.
    let is_of_other = error.kind() == ErrorKind::UnknownArgument && hint.is_some();
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage)
        && !is_of_other
    {
        lines.push(String::new());
        lines.extend(usage.to_string().lines().map(str::to_owned));
    }
    let help = "For more information, try '--help'.";
    lines.extend(["", help, ""].map(str::to_owned));
    let lines: Vec<_> = lines
        .iter()
        .map(|line| wrapped(&escape::text(line), 0, HANGING, width))
        .collect();
    lines.join("\n")
}

/// What is wrong, with the text itself only if [`shown`] allows it.
fn problem(error: &clap::Error, arguments: &[OsString]) -> String {
    let option = string(error, ContextKind::InvalidArg);
    let value = OsStr::new(string(error, ContextKind::InvalidValue));
    let invalid_value = |harmless: &[Harmless]| match harmless
        .iter()
        .find_map(|harmless| shown(value, *harmless))
    {
        Some(value) => format!("invalid value '{value}' for '{option}'"),
        None => match kind(value) {
            Some(kind) => format!("invalid value for '{option}' (looks like {kind}; {NOT_SHOWN})"),
            None => format!("invalid value for '{option}' ({NOT_SHOWN})"),
        },
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let names = [options(), commands()].concat();
            match shown(OsStr::new(option), Harmless::Name(&borrowed(&names))) {
                Some(option) => format!("unexpected argument '{option}' found"),
                None => format!("unexpected {}", numbered(error, arguments)),
            }
        }
        ErrorKind::InvalidSubcommand => {
            let command = OsStr::new(string(error, ContextKind::InvalidSubcommand));
            if more_than_a_command(arguments).is_some() {
                return "`jwtlens help` takes one command".to_owned();
            }
            let known = shown(command, Harmless::Word(&borrowed(&commands())));
            match (file_name(command), known) {
                (Some(file), _) => format!("'{file}' is a file, not a command"),
                (None, Some(command)) => format!("unrecognized command '{command}'"),
                (None, None) => format!("{} is not a command", numbered(error, arguments)),
            }
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("a value is required for '{option}' but none was supplied")
        }
        ErrorKind::InvalidValue if several_values(error).is_some() => takes_one(option),
        ErrorKind::InvalidValue => invalid_value(&[Harmless::Word(&borrowed(&values()))]),
        ErrorKind::ValueValidation => {
            let problem = invalid_value(&[Harmless::Number, Harmless::Word(&[])]);
            match invalid(error) {
                Some(Invalid::SeveralClaims) => takes_one(option),
                Some(reason) => format!("{problem}: {reason}"),
                None => problem,
            }
        }
        ErrorKind::TooManyValues => {
            format!(
                "unexpected value for '{option}' ({}; {NOT_SHOWN})",
                description(value)
            )
        }
        ErrorKind::ArgumentConflict => match string(error, ContextKind::PriorArg) {
            prior if prior == option => {
                format!("the argument '{option}' cannot be used multiple times")
            }
            prior => format!("the argument '{option}' cannot be used with '{prior}'"),
        },
        ErrorKind::MissingRequiredArgument if missing_check_time(error) => {
            format!("--expires-within requires {CHECK_TIME}")
        }
        ErrorKind::MissingRequiredArgument => {
            "the following required arguments were not provided:".to_owned()
        }
        other => other.as_str().unwrap_or("invalid argument").to_owned(),
    }
}

/// Whether `decode --expires-within` lacks the option that it belongs to.
fn missing_check_time(error: &clap::Error) -> bool {
    let missing = strings(error, ContextKind::InvalidArg);
    missing.iter().any(|missing| missing == CHECK_TIME)
}

/// What is wrong with a list of values: `'--only' takes one verdict`.
fn takes_one(option: &str) -> String {
    let mut words = option
        .split([' ', '<', '>'])
        .filter(|word| !word.is_empty());
    let name = words.next().unwrap_or_default();
    let what = match name {
        "--alg" => "algorithm",
        "--only" => "verdict",
        "--require" => "claim",
        _ => "value",
    };
    format!("'{name}' takes one {what}")
}

/// Why a value is invalid, if a parser of ours says so.
fn invalid(error: &clap::Error) -> Option<&Invalid> {
    error.source()?.downcast_ref()
}

/// The argument that an error is about, by its number and its kind. clap reads from left to right, so the
/// shortest beginning of the command line that has the same error ends with it.
fn numbered(error: &clap::Error, arguments: &[OsString]) -> String {
    let ends: Vec<usize> = (1..=arguments.len()).collect();
    let number = ends.partition_point(|end| {
        let parsed = Cli::try_parse_from(arguments.iter().take(*end));
        parsed.err().map(|other| other.kind()) != Some(error.kind())
    });
    let argument = arguments
        .get(number)
        .map_or(OsStr::new(""), OsString::as_os_str);
    format!("argument {number} ({}; {NOT_SHOWN})", description(argument))
}

/// What to do instead, if there is something better than the help.
fn hint(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let suggested = |kind| match string(error, kind) {
        "" => None,
        name => Some(did_you_mean(name)),
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let leads = arguments
                .get(1)
                .is_some_and(|first| first.as_encoded_bytes().starts_with(b"-"));
            let option = string(error, ContextKind::InvalidArg);
            let is_of_key = arguments.get(1).is_some_and(|command| command == "key")
                && ["-k", "--key"].contains(&option);
            is_of_key
                .then(|| "pass the file without -k: jwtlens key FILE".to_owned())
                .or_else(|| foreign(FOREIGN_OPTIONS, option))
                .or_else(|| command_with_dashes(option))
                .or_else(|| of_other_commands(option).filter(|_| !leads))
                .or_else(|| suggested(ContextKind::SuggestedArg))
                .or_else(|| leads.then(|| COMMAND_FIRST.to_owned()))
        }
        ErrorKind::InvalidSubcommand => {
            let similar = || match strings(error, ContextKind::SuggestedSubcommand) {
                // For `jwtlens help`, clap suggests none.
                [] => {
                    let commands = command_names();
                    let given = string(error, ContextKind::InvalidSubcommand);
                    similar(given, &borrowed(&commands)).map(did_you_mean)
                }
                many => Some(did_you_mean(&many.join("' or '"))),
            };
            let given = string(error, ContextKind::InvalidSubcommand);
            more_than_a_command(arguments)
                .or_else(|| foreign(FOREIGN_COMMANDS, given))
                .or_else(similar)
                .or_else(|| file_as_command(OsStr::new(given)))
                .or_else(|| Some(COMMANDS.to_owned()))
        }
        ErrorKind::InvalidValue => several_values(error)
            .or_else(|| other_case(error))
            .or_else(|| needs_verification(error))
            .or_else(|| suggested(ContextKind::SuggestedValue)),
        ErrorKind::ValueValidation => {
            (invalid(error) == Some(&Invalid::SeveralClaims)).then(|| {
                "repeat the option, or write a name with a comma as a JSON Pointer (/a,b)"
                    .to_owned()
            })
        }
        ErrorKind::MissingRequiredArgument => missing_check_time(error)
            .then(|| format!("add {CHECK_TIME}: without it, decode checks no times")),
        _ => None,
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean '{name}'?")
}

/// The hint for `--verify`.
fn command_with_dashes(option: &str) -> Option<String> {
    let name = option.strip_prefix("--")?;
    let is_command = command_names().iter().any(|command| command == name);
    is_command.then(|| format!("use `jwtlens {name}`: a command has no dashes"))
}

/// The hint for `help verify verify`.
fn more_than_a_command(arguments: &[OsString]) -> Option<String> {
    let [_, help, command, _, ..] = arguments else {
        return None;
    };
    let commands = commands();
    let command = shown(command, Harmless::Name(&borrowed(&commands)))?;
    let is_command = commands.iter().any(|name| **name == *command);
    (help == "help" && is_command).then(|| format!("use `jwtlens help {command}`"))
}

/// The name of a file instead of a command, if it may be shown.
fn file_name(given: &OsStr) -> Option<Cow<'_, str>> {
    let is_file = Path::new(given).is_file();
    shown(given, Harmless::Path).filter(|_| is_file)
}

/// The hint for the name of a file instead of a command.
fn file_as_command(given: &OsStr) -> Option<String> {
    file_name(given)?;
    let hint = "to verify the tokens in it, use `jwtlens verify -f FILE`";
    Some(with_file(hint, given))
}

/// The hint for a format that only verified tokens have.
fn needs_verification(error: &clap::Error) -> Option<String> {
    let value = string(error, ContextKind::InvalidValue);
    let is_format = string(error, ContextKind::InvalidArg).starts_with("--output");
    (is_format && ["claims", "token"].contains(&value))
        .then(|| format!("use `jwtlens verify -o {value}`: it needs a verified token"))
}

/// The hint for `--alg RS256,PS256`.
fn several_values(error: &clap::Error) -> Option<String> {
    let option = string(error, ContextKind::InvalidArg);
    let name = option.split(' ').next()?;
    let valid = strings(error, ContextKind::ValidValue);
    let values: Vec<&str> = string(error, ContextKind::InvalidValue)
        .split([',', ' '])
        .filter(|value| !value.is_empty())
        .collect();
    let is_valid = |value: &&str| valid.iter().any(|valid| valid == value);
    let is_repeatable = ["--alg", "--only"].contains(&name);
    (is_repeatable && values.len() > 1 && values.iter().all(is_valid)).then(|| {
        let repeated: Vec<_> = values
            .iter()
            .map(|value| format!("{name} {value}"))
            .collect();
        format!("repeat the option: {}", repeated.join(" "))
    })
}

/// The hint for a valid value in another letter case. What clap finds similar may be another value.
fn other_case(error: &clap::Error) -> Option<String> {
    let given = string(error, ContextKind::InvalidValue);
    let valid = strings(error, ContextKind::ValidValue);
    let value = valid
        .iter()
        .find(|value| value.eq_ignore_ascii_case(given))?;
    Some(did_you_mean(value))
}

fn foreign(table: &[(&[&str], &str)], name: &str) -> Option<String> {
    let (_, advice) = table.iter().find(|(names, _)| names.contains(&name))?;
    Some((*advice).to_owned())
}

/// The hint for an option of other commands.
fn of_other_commands(option: &str) -> Option<String> {
    let has_option = |command: &&clap::Command| {
        command.get_arguments().any(|argument| {
            let long = argument.get_long().map(|long| format!("--{long}"));
            let short = argument.get_short().map(|short| format!("-{short}"));
            [long, short].iter().flatten().any(|name| name == option)
        })
    };
    let program = program();
    let commands: Vec<String> = program
        .get_subcommands()
        .filter(has_option)
        .map(|command| format!("`jwtlens {}`", command.get_name()))
        .collect();
    let commands = match commands.as_slice() {
        [] => return None,
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        [only, ..] => only.clone(),
    };
    Some(format!("'{option}' is an option of {commands}"))
}

/// The program with the options of its commands.
fn program() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    program
}

/// All options of all commands, and those of other programs.
fn options() -> Vec<String> {
    let command = program();
    let mut names = Vec::new();
    for command in iter::once(&command).chain(command.get_subcommands()) {
        for argument in command.get_arguments() {
            names.extend(argument.get_long().map(|long| format!("--{long}")));
            names.extend(argument.get_short().map(|short| format!("-{short}")));
        }
    }
    names.extend(names_of(FOREIGN_OPTIONS));
    names
}

/// The values of all options that take one of a list: what one command does not take, another may.
fn values() -> Vec<String> {
    let command = program();
    let arguments = command
        .get_subcommands()
        .flat_map(clap::Command::get_arguments);
    arguments
        .chain(command.get_arguments())
        .flat_map(clap::Arg::get_possible_values)
        .map(|value| value.get_name().to_owned())
        .collect()
}

/// All commands, and those of other programs.
fn commands() -> Vec<String> {
    let names = command_names().into_iter();
    names.chain(names_of(FOREIGN_COMMANDS)).collect()
}

/// All commands.
fn command_names() -> Vec<String> {
    let program = program();
    let commands = program.get_subcommands();
    commands
        .map(|command| command.get_name().to_owned())
        .collect()
}

fn names_of(table: &'static [(&[&str], &str)]) -> impl Iterator<Item = String> {
    let names = table.iter().flat_map(|(names, _)| *names);
    names.map(|name| (*name).to_owned())
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// The one string of a context, which is empty without it.
fn string(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        _ => "",
    }
}

fn strings(error: &clap::Error, kind: ContextKind) -> &[String] {
    match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts,
        _ => &[],
    }
}

/// Whether a token stands in place of a command.
pub fn is_token_without_command(error: &clap::Error, arguments: &[OsString]) -> bool {
    let is_unknown = matches!(
        error.kind(),
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument
    );
    is_unknown && arguments.get(1).is_some_and(|first| contains_token(first))
}

/// Prints lines that are escaped already.
pub fn print(lines: &str) {
    let _ = io::stderr().write_all(lines.as_bytes());
}
