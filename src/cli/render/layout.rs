//! Text in columns that keeps within a width: long values go on below where they began.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::Paint;

/// The widest first column; a longer name stands on a line of its own.
const WIDEST_NAME: usize = 20;

/// The indent of what the program says itself.
pub const OURS: usize = 2;

/// The indent of what a token says, and of lines that go on: nothing in it can begin a line where
/// one of ours begins.
pub const THEIRS: usize = 4;

/// A table of names, what they mean, and values; all text in it is escaped already.
pub struct Table {
    indent: usize,
    rows: Vec<[String; 3]>,
}

impl Table {
    pub fn new(indent: usize) -> Self {
        Self {
            indent,
            rows: Vec::new(),
        }
    }

    pub fn row(
        &mut self,
        name: impl Into<String>,
        meaning: impl Into<String>,
        value: impl Into<String>,
    ) {
        self.rows.push([name.into(), meaning.into(), value.into()]);
    }

    /// The table's lines.
    pub fn lines(&self, paint: Paint, width: Option<usize>) -> String {
        let widest = |column: usize, limit: usize| {
            let widths = self
                .rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.width());
            widths.filter(|width| *width <= limit).max().unwrap_or(0)
        };
        let (names, meanings) = (widest(0, WIDEST_NAME), widest(1, usize::MAX));
        let columns = [names, meanings]
            .iter()
            .filter(|width| **width > 0)
            .fold(self.indent, |sum, width| {
                sum.saturating_add(*width).saturating_add(2)
            });
        // Where values would get less than half of the width, they stand below their names.
        let stacked = width.is_some_and(|width| columns > width.div_ceil(2));

        let mut text = String::new();
        for [name, meaning, value] in &self.rows {
            let alone = stacked || name.width() > WIDEST_NAME;
            pad(&mut text, &mut 0, self.indent);
            let name_goes_on = self.indent.saturating_add(2);
            let name = wrapped(name, self.indent, name_goes_on, width);
            text.push_str(&name);
            let mut at = match name.rsplit_once('\n') {
                Some((_, last)) => last.width(),
                None => self.indent.saturating_add(name.width()),
            };
            if meanings > 0 && !(alone && meaning.is_empty()) {
                pad(
                    &mut text,
                    &mut at,
                    if alone {
                        0
                    } else {
                        self.indent.saturating_add(names)
                    },
                );
                text.push_str("  ");
                text.push_str(&paint.faint(meaning));
                at = at.saturating_add(2).saturating_add(meaning.width());
            }
            let indent = if alone {
                text.push('\n');
                let below = self.indent.saturating_add(4);
                pad(&mut text, &mut 0, below);
                below
            } else {
                pad(&mut text, &mut at, columns.saturating_sub(2));
                text.push_str("  ");
                columns
            };
            text.push_str(&wrapped(value, indent, indent, width));
            text.push('\n');
        }
        text
    }
}

/// Fills up with spaces from column `at` to column `to`.
fn pad(text: &mut String, at: &mut usize, to: usize) {
    let missing = to.saturating_sub(*at);
    text.extend(std::iter::repeat_n(' ', missing));
    *at = at.saturating_add(missing);
}

/// The text in lines that end before `width`: the first begins at column `at`, the others are
/// indented. Lines are broken at spaces, or inside a word that is longer than a line.
pub fn wrapped(text: &str, at: usize, indent: usize, width: Option<usize>) -> String {
    /// A line must have room for some text, however narrow the terminal.
    const LEAST: usize = 10;
    let Some(width) = width else {
        return text.to_owned();
    };
    let room = width.max(indent.saturating_add(LEAST));

    let mut lines = String::new();
    let mut column = at;
    for word in text.split_inclusive(' ') {
        let shown = word.trim_end_matches(' ');
        let fits = column.saturating_add(shown.width()) <= room;
        let fits_below = !shown.is_empty() && indent.saturating_add(shown.width()) <= room;
        if !fits && column > indent && fits_below {
            trim_spaces(&mut lines);
            new_line(&mut lines, &mut column, indent);
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if column.saturating_add(wide) > room {
                // A space is not seen at the end of a line, and would begin one of the terminal's own.
                if c == ' ' {
                    continue;
                }
                new_line(&mut lines, &mut column, indent);
            }
            lines.push(c);
            column = column.saturating_add(wide);
        }
    }
    lines
}

fn trim_spaces(lines: &mut String) {
    lines.truncate(lines.trim_end_matches(' ').len());
}

fn new_line(lines: &mut String, column: &mut usize, indent: usize) {
    lines.push('\n');
    lines.extend(std::iter::repeat_n(' ', indent));
    *column = indent;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_within_the_width() {
        assert_eq!(wrapped("one two three", 0, 2, Some(12)), "one two\n  three");
        assert_eq!(
            wrapped("abcdefghijklmnop", 2, 2, Some(12)),
            "abcdefghij\n  klmnop"
        );
        assert_eq!(wrapped("漢字漢字漢字", 2, 2, Some(12)), "漢字漢字漢\n  字");
        assert_eq!(wrapped("a bb", 0, 0, None), "a bb");
        for width in 0..60 {
            let text = "word and a-much-longer-word-that-breaks here  twice 漢字 漢字漢字";
            let lines = wrapped(text, 4, 4, Some(width));
            for line in lines.lines() {
                assert!(line.width() <= width.max(14) + 1, "{width}: {line:?}");
            }
            let letters = |text: &str| {
                text.chars()
                    .filter(|c| !c.is_whitespace())
                    .collect::<String>()
            };
            assert_eq!(letters(&lines), letters(text));
        }
    }

    #[test]
    fn a_long_value_goes_on_below_its_beginning() {
        let mut table = Table::new(OURS);
        table.row("sub", "subject", "x".repeat(20));
        table.row("a-name-that-is-longer-than-most", "", "v");
        assert_eq!(
            table.lines(Paint { on: false }, Some(34)),
            "  sub  subject  xxxxxxxxxxxxxxxxxx\n                xx\n  a-name-that-is-longer-than-most\n      v\n"
        );
    }

    #[test]
    fn a_long_name_goes_on_below_its_beginning() {
        let mut table = Table::new(THEIRS);
        table.row(format!("x{}valid: yes", " ".repeat(40)), "", "v");
        table.row("y".repeat(40), "", "v");
        for width in [20, 45, 46, 60] {
            let lines = table.lines(Paint { on: false }, Some(width));
            for line in lines.lines() {
                assert!(line.starts_with("    "), "{width}: {lines:?}");
                assert!(line.trim_end().width() <= width, "{width}: {line:?}");
            }
        }
    }
}
