//! The parts of a report for people: headings, sentences, hints and rows, each within the width.

use unicode_width::UnicodeWidthStr;

use super::columns::{HANGING, INDENT, each_line, wrapped};
use super::escape;
use super::look::Look;

/// Where the values of the rows below the verdict begin.
pub const LABELED: usize = "  token  ".len();

pub fn heading(look: &Look, heading: &str) -> String {
    let lines = wrapped(heading, 0, HANGING, look.width);
    let lines = each_line(&lines, |line| look.paint.heading(line));
    format!("\n{lines}\n")
}

/// A sentence of a section.
pub fn line(look: &Look, sentence: &str) -> String {
    let sentence = escape::text(sentence);
    let lines = wrapped(&sentence, INDENT, HANGING, look.width);
    format!("  {lines}\n")
}

pub fn hint(look: &Look, hint: &str, indent: usize) -> String {
    const LABEL: &str = "hint:";
    let at = indent.saturating_add(LABEL.len());
    let rest = format!(" {}", escape::text(hint));
    let body = wrapped(&rest, at, at.saturating_add(1), look.width);
    let spaces = " ".repeat(indent);
    format!("{spaces}{}{body}\n", look.paint.heading(LABEL))
}

/// A row below the verdict; what follows its value is dim.
pub fn labeled(look: &Look, label: &str, value: &str, rest: &str) -> String {
    let lines = wrapped(value, LABELED, LABELED, look.width);
    let at = match lines.rsplit_once('\n') {
        Some((_, last)) => last.width(),
        None => LABELED.saturating_add(lines.width()),
    };
    let rest = wrapped(rest, at, LABELED, look.width);
    let rest = each_line(&rest, |line| look.paint.faint(line));
    format!("  {label:<5}  {lines}{rest}\n")
}
