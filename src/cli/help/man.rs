//! Man pages, from the same texts as the help: the options from clap, the rest from `sections`.

use std::fs;
use std::path::Path;

use clap::builder::PossibleValue;
use clap::{Arg, Command, CommandFactory};

use super::sections::{HelpRow, SUMMARY_NOTE, Sections, example_heading};
use crate::cli::args::Cli;
use crate::cli::messages::{Failure, io_reason};
use crate::cli::tell::harmless::{Harmless, named, shown};

/// The release date of this version, as in CHANGELOG.md.
const DATE: &str = "2026-11-25";

/// The page of the program itself.
pub fn main_page() -> String {
    page(&program())
}

/// Writes the program's page and one per command.
pub fn write_all(directory: &Path) -> Result<(), Failure> {
    create(directory)?;
    let program = program();
    for command in program.get_subcommands().chain([&program]) {
        let file = format!("{}.1", title(command));
        fs::write(directory.join(&file), page(command)).map_err(|error| {
            let directory = named(directory.as_os_str(), "DIR", Harmless::Path);
            let reason = io_reason(&error);
            Failure::new(format!("cannot write {file} in {directory}: {reason}"))
        })?;
    }
    Ok(())
}

/// Creates a directory, with those above it.
fn create(directory: &Path) -> Result<(), Failure> {
    fs::create_dir_all(directory).map_err(|error| {
        let mut above = directory.ancestors();
        let file = above.find_map(|path| {
            let is_file = path.exists() && !path.is_dir();
            shown(path.as_os_str(), Harmless::Path).filter(|_| is_file)
        });
        if let Some(file) = file {
            return Failure::new(format!("'{file}' is not a directory"));
        }
        let directory = named(directory.as_os_str(), "DIR", Harmless::Path);
        let reason = io_reason(&error);
        Failure::new(format!("cannot create the directory {directory}: {reason}"))
    })
}

/// The commands with a page; `help` has none.
fn program() -> Command {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    program
}

/// `jwtlens-verify`
fn title(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> String {
    let sections = Sections::of(command.get_name());
    let mut page = Page::default();
    let title = title(command);
    page.line(&format!(
        ".TH {} 1 {DATE} \"jwtlens {}\" \"User Commands\"",
        escaped(&title.to_uppercase()),
        env!("CARGO_PKG_VERSION")
    ));
    // No name is hyphenated, and no line is stretched.
    page.line(".nh");
    page.line(".ad l");
    page.section("NAME");
    let about = command.get_about().map(ToString::to_string);
    page.text(&format!(
        "{title} - {}",
        about.as_deref().unwrap_or_default()
    ));
    page.section("SYNOPSIS");
    page.synopsis(command);
    page.section("DESCRIPTION");
    let long = command.get_long_about().map(ToString::to_string);
    // The first paragraph is in NAME.
    let long = long.as_deref().and_then(|long| long.split_once("\n\n"));
    match (long, about) {
        (Some((_, rest)), _) => page.text(rest),
        (None, Some(about)) => page.text(&about),
        (None, None) => {}
    }
    if command.has_subcommands() {
        page.section("COMMANDS");
        for sub in command.get_subcommands() {
            let about = sub.get_about().map(ToString::to_string);
            page.item(
                &format!("{}(1)", bold(self::title(sub))),
                &about.unwrap_or_default(),
            );
        }
    }
    page.section("OPTIONS");
    page.options(command);
    page.rows("EXIT STATUS", "", &sections.exit_status);
    if !sections.exit_note.is_empty() {
        page.paragraph(sections.exit_note);
    }
    page.rows("JSON OUTPUT", sections.json_note, &sections.json);
    page.rows("SUMMARY OUTPUT", SUMMARY_NOTE, &sections.summary);
    page.rows("FILES", "", &sections.files);
    page.rows("ENVIRONMENT", "", &sections.environment);
    page.section("EXAMPLES");
    for (number, (what, command)) in sections.examples.iter().enumerate() {
        if number > 0 {
            page.line(".PP");
        }
        page.example(what, command);
    }
    page.section("SEE ALSO");
    page.line(&see_also(title));
    page.paragraph(
        "RFC 7515 (JWS), RFC 7517 (JWK), RFC 7519 (JWT), RFC 8725 (best current practices).",
    );
    page.0
}

/// The other pages.
fn see_also(title: &str) -> String {
    let program = program();
    let others: Vec<String> = [&program]
        .into_iter()
        .chain(program.get_subcommands())
        .map(self::title)
        .filter(|other| *other != title)
        .map(|other| format!("{}(1)", bold(other)))
        .collect();
    others.join(",\n")
}

/// A page under construction. Text is filled into short lines, as man page linters require.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn section(&mut self, heading: &str) {
        self.line(&format!(".SH {heading}"));
    }

    /// Paragraphs; the first one needs no request before it.
    fn text(&mut self, text: &str) {
        for (number, paragraph) in text.split("\n\n").enumerate() {
            if number > 0 {
                self.line(".PP");
            }
            self.fill(paragraph);
        }
    }

    fn paragraph(&mut self, text: &str) {
        self.line(".PP");
        self.text(text);
    }

    /// Words in lines, `code` in bold.
    fn fill(&mut self, text: &str) {
        const WIDTH: usize = 72;
        let mut line = String::new();
        let mut code = false;
        for word in text.split_whitespace() {
            let mut shown = String::new();
            for (number, part) in word.split('`').enumerate() {
                if number > 0 {
                    code = !code;
                    shown.push_str(if code { "\\fB" } else { "\\fR" });
                }
                shown.push_str(&escaped(part));
            }
            if !line.is_empty() && line.len().saturating_add(shown.len()) >= WIDTH {
                self.line(&escaped_request(&line));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&shown);
        }
        self.line(&escaped_request(&line));
    }

    /// A name with its description below.
    fn item(&mut self, name: &str, text: &str) {
        self.line(".TP");
        self.line(name);
        for (number, paragraph) in text.split("\n\n").enumerate() {
            if number > 0 {
                self.line(".IP");
            }
            self.fill(paragraph);
        }
    }

    fn rows(&mut self, heading: &str, note: &str, rows: &[HelpRow]) {
        if rows.is_empty() {
            return;
        }
        self.section(heading);
        if !note.is_empty() {
            self.text(note);
        }
        for (name, what) in rows {
            self.item(&bold(name), what);
        }
    }

    fn example(&mut self, what: &str, command: &str) {
        self.fill(&example_heading(what));
        for line in [".PP", ".RS 4", ".EX"] {
            self.line(line);
        }
        for line in command.lines() {
            self.line(&escaped_request(&escaped(line)));
        }
        for line in [".EE", ".RE"] {
            self.line(line);
        }
    }

    fn synopsis(&mut self, command: &Command) {
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        let mut line = format!("{} [\\fIOPTIONS\\fR]", bold(name));
        for argument in command.get_positionals() {
            let names = names(argument);
            let more = if argument.get_num_args().is_some_and(|n| n.max_values() > 1) {
                "..."
            } else {
                ""
            };
            let (begin, end) = if argument.is_required_set() {
                (" ", "")
            } else {
                (" [", "]")
            };
            line.extend([begin, &names, end, more]);
        }
        if command.has_subcommands() {
            line.push_str(" \\fICOMMAND\\fR");
        }
        self.line(&line);
    }

    /// Arguments, then options under their headings, in the order of the help.
    fn options(&mut self, command: &Command) {
        let (arguments, options): (Vec<&Arg>, Vec<&Arg>) = command
            .get_arguments()
            .filter(|argument| !argument.is_hide_set())
            .partition(|argument| argument.is_positional());
        for argument in arguments {
            self.option(&names(argument), argument);
        }
        let mut headings: Vec<Option<&str>> = Vec::new();
        for option in &options {
            if !headings.contains(&option.get_help_heading()) {
                headings.push(option.get_help_heading());
            }
        }
        headings.sort_by_cached_key(Option::is_some);
        for heading in headings {
            if let Some(heading) = heading {
                self.line(&format!(".SS {heading}"));
            }
            for option in &options {
                if option.get_help_heading() == heading {
                    self.option(&spelling(option), option);
                }
            }
        }
    }

    fn option(&mut self, name: &str, argument: &Arg) {
        let help = argument.get_long_help().or_else(|| argument.get_help());
        self.item(name, &help.map(ToString::to_string).unwrap_or_default());
        let values = argument.get_possible_values();
        let takes_values = argument.get_num_args().is_some_and(|n| n.takes_values());
        if !takes_values || values.is_empty() || argument.is_hide_possible_values_set() {
            return;
        }
        if values.iter().all(|value| value.get_help().is_none()) {
            let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            self.line(".IP");
            self.fill(&format!("One of {}.", names.join(", ")));
            return;
        }
        self.line(".RS");
        for value in values {
            let help = value.get_help().map(ToString::to_string);
            self.item(&bold(value.get_name()), &help.unwrap_or_default());
        }
        self.line(".RE");
    }
}

/// `-k, --key KEY`
fn spelling(option: &Arg) -> String {
    let short = option.get_short().map(|short| bold(&format!("-{short}")));
    let long = option.get_long().map(|long| bold(&format!("--{long}")));
    let spellings: Vec<String> = short.into_iter().chain(long).collect();
    let spellings = spellings.join(", ");
    if option.get_num_args().is_some_and(|n| n.takes_values()) {
        format!("{spellings} {}", names(option))
    } else {
        spellings
    }
}

/// The names of an argument's values.
fn names(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    let names: Vec<&str> = names.iter().map(clap::builder::Str::as_str).collect();
    format!("\\fI{}\\fR", escaped(&names.join(" ")))
}

fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

/// Text without roff syntax, with hyphens that can be copied and searched for.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => shown.push_str("\\e"),
            '-' => shown.push_str("\\-"),
            '\'' => shown.push_str("\\(aq"),
            '"' => shown.push_str("\\(dq"),
            '`' => shown.push_str("\\(ga"),
            '^' => shown.push_str("\\(ha"),
            '~' => shown.push_str("\\(ti"),
            c => shown.push(c),
        }
    }
    shown
}

/// A line that roff does not take for a request.
fn escaped_request(line: &str) -> String {
    if line.starts_with(['.', '\'']) {
        format!("\\&{line}")
    } else {
        line.to_owned()
    }
}
