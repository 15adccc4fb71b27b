//! Text in columns that keeps within a width: long values continue below their start.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::Paint;

/// The left edge, in which the mark of a rejected row stands.
pub const INDENT: usize = 2;

/// The indent of lines that continue. Deeper than the left edge, so that no text from a token can
/// begin a line where the program's own words begin.
pub const HANGING: usize = 4;

/// A space at which no line is broken, as wide as one to `unicode-width`. Escaped text has no control
/// character, so nothing in a token can pass for it.
const UNBREAKABLE: char = '\u{1f}';

/// The widest column of names. A longer name takes the place of its meaning too, if it has none and fits.
const MAX_NAME: usize = 9;

/// The widest name that a value stands next to; a longer one has a line of its own.
const MAX_INLINE_NAME: usize = 20;

/// The length of base64url of a hash of 256 bits, such as a thumbprint.
const HASH: usize = 43;

/// The most lines of a value in a terminal.
const MAX_LINES: usize = 6;

/// A row of a table; all text in it is escaped already.
#[derive(Default)]
pub struct Row {
    pub name: String,
    pub meaning: &'static str,
    pub value: String,
    /// Follows the value. In a terminal a long value is abridged, but its note is not.
    pub note: String,
    /// Whether it is marked as what is wrong with the token.
    pub rejected: bool,
}

impl Row {
    /// What the row is called where meanings are left out.
    fn label(&self) -> &str {
        match &*self.name {
            "" => self.meaning,
            name => name,
        }
    }
}

/// The columns of names, meanings and values, shared by all tables of a report.
#[derive(Clone, Copy)]
pub struct Columns {
    /// Where meanings begin, unless they are left out.
    meanings: Option<usize>,
    /// Where values begin.
    values: usize,
    /// Whether values stand below their names.
    stacked: bool,
    width: Option<usize>,
}

impl Columns {
    /// Columns that fit these rows. In a narrow terminal the meanings make room for the values.
    pub fn of<'r>(rows: impl Iterator<Item = &'r Row> + Clone, width: Option<usize>) -> Self {
        /// A time and its distance from now: `2026-11-23 16:04:24 +02:00, 2h 5m ago`.
        const ROOMY: usize = 37;
        /// Less than this is too narrow for values.
        const NARROW: usize = 20;
        let widest = |most: usize, name: fn(&Row) -> &str| {
            let names = rows.clone().map(|row| name(row).width());
            names.filter(|width| *width <= most).max().unwrap_or(0)
        };
        let inline = after(INDENT, widest(MAX_INLINE_NAME, Row::label));
        let names = after(INDENT, widest(MAX_NAME, |row| &row.name));
        let meanings = rows.clone().map(|row| row.meaning.width());
        let meanings = meanings.max().unwrap_or(0);
        let values = after(names, meanings).max(inline);
        let room = |values: usize| width.map_or(usize::MAX, |width| width.saturating_sub(values));
        // A thumbprint that fits on a line without them is not broken.
        let mut hashes = rows.filter(|row| row.value.len() == HASH && is_encoded(&row.value));
        let has_hash = room(inline) >= HASH && hashes.next().is_some();
        let roomy = if has_hash { HASH } else { ROOMY };
        if meanings > 0 && room(values) >= roomy {
            return Self {
                meanings: Some(names),
                values,
                stacked: false,
                width,
            };
        }
        Self {
            meanings: None,
            values: inline,
            stacked: room(inline) < NARROW,
            width,
        }
    }

    /// The lines of a row.
    pub fn row(self, row: &Row, paint: Paint) -> String {
        let name = match self.meanings {
            Some(_) => &row.name,
            None => row.label(),
        };
        let name_width = name.width();
        let name = wrapped(name, INDENT, HANGING, self.width);
        let end = after(INDENT, name_width);
        let meaning = self.meanings.filter(|_| !row.meaning.is_empty());
        let is_alone = self.stacked || end > meaning.unwrap_or(self.values);
        let (first, column) = if is_alone {
            let below = if self.stacked {
                HANGING.saturating_add(2)
            } else {
                self.values
            };
            (format!("{name}\n{}", " ".repeat(below)), below)
        } else {
            let mut first = name;
            let mut column = INDENT.saturating_add(name_width);
            if let Some(meanings) = meaning {
                pad(&mut first, &mut column, meanings);
                first.push_str(&if row.rejected {
                    row.meaning.to_owned()
                } else {
                    paint.faint(row.meaning)
                });
                column = column.saturating_add(row.meaning.width());
            }
            pad(&mut first, &mut column, self.values);
            (first, self.values)
        };
        let value = abridged(&row.value, column, self.width) + &row.note;
        let value = wrapped(&value, column, column, self.width);
        if row.rejected {
            let lines = format!("! {first}{value}");
            format!("{}\n", each_line(&lines, |line| paint.error(line)))
        } else {
            format!("  {first}{value}\n")
        }
    }
}

/// Where the column after one that begins at `start` begins; an empty column takes no room.
fn after(start: usize, width: usize) -> usize {
    match width {
        0 => start,
        width => start.saturating_add(width).saturating_add(2),
    }
}

/// Adds spaces up to a column.
fn pad(text: &mut String, column: &mut usize, to: usize) {
    let spaces = to.saturating_sub(*column);
    text.extend(std::iter::repeat_n(' ', spaces));
    *column = to;
}

/// A value that takes at most [`MAX_LINES`] lines from this column on, give or take where they break.
fn abridged(value: &str, column: usize, width: Option<usize>) -> String {
    /// An escape sequence is not cut.
    const MAX_ESCAPE: usize = 10;
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(column).max(1));
    if value.width() <= room.saturating_mul(MAX_LINES) {
        return value.to_owned();
    }
    let most = room.saturating_mul(MAX_LINES.saturating_sub(1));
    let mut taken = 0_usize;
    let fits = |c: &char| {
        taken = taken.saturating_add(c.width().unwrap_or(0));
        taken <= most
    };
    let mut start: String = value.chars().take_while(fits).collect();
    if let Some(escape) = start.rfind('\\')
        && start.len().saturating_sub(escape) < MAX_ESCAPE
    {
        start.truncate(escape);
    }
    let left = value.chars().count().saturating_sub(start.chars().count());
    format!("{start}... ({left} more characters; use -o json to see all)")
}

/// Paints the lines of a text, each for itself and without its indent.
pub fn each_line(text: &str, paint: impl Fn(&str) -> String) -> String {
    let lines = text.split('\n').map(|line| {
        let content = line.trim_start_matches(' ');
        let indent = line.strip_suffix(content).unwrap_or_default();
        match content {
            "" => indent.to_owned(),
            content => format!("{indent}{}", paint(content)),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A phrase of our own, kept on one line where it fits.
pub fn unbroken(phrase: &str) -> String {
    phrase.replace(' ', &UNBREAKABLE.to_string())
}

/// The text in lines that end before `width`: the first begins at column `at`, the others are
/// indented. Lines are broken at spaces, and inside a word that is longer than a line after
/// punctuation if it has some.
pub fn wrapped(text: &str, at: usize, indent: usize, width: Option<usize>) -> String {
    /// A line must have room for some text, however narrow the terminal.
    const LEAST: usize = 10;
    let Some(width) = width else {
        return text.replace(UNBREAKABLE, " ");
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
        let is_encoded = is_encoded(shown);
        // Where the last punctuation of the word on this line ends.
        let mut joint = None;
        for c in word.chars() {
            let c = if c == UNBREAKABLE { ' ' } else { c };
            let wide = c.width().unwrap_or(0);
            if column.saturating_add(wide) > room {
                // A space is not seen at the end of a line, and would begin one of the terminal's own.
                if c == ' ' {
                    continue;
                }
                let moved = joint.take().and_then(|joint| lines.get(joint..));
                let moved = moved.map_or(String::new(), String::from);
                let end = indent.saturating_add(moved.width()).saturating_add(wide);
                if end <= room {
                    lines.truncate(lines.len().saturating_sub(moved.len()));
                    new_line(&mut lines, &mut column, indent);
                    lines.push_str(&moved);
                    column = column.saturating_add(moved.width());
                } else {
                    new_line(&mut lines, &mut column, indent);
                }
            }
            lines.push(c);
            column = column.saturating_add(wide);
            let is_joint = match c {
                '-' => !is_encoded,
                _ => matches!(c, '/' | '.' | ',' | ':' | '&'),
            };
            if is_joint {
                joint = Some(lines.len());
            }
        }
    }
    lines
}

/// Whether a word has a run of base64url characters as long as a hash: a hyphen in it is no punctuation.
fn is_encoded(word: &str) -> bool {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    word.split(is_end).any(|run| run.len() >= HASH)
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

    const PLAIN: Paint = Paint { on: false };

    fn row(name: &str, meaning: &'static str, value: &str) -> Row {
        Row {
            name: name.to_owned(),
            meaning,
            value: value.to_owned(),
            ..Row::default()
        }
    }

    fn lines(rows: &[Row], width: usize) -> String {
        let columns = Columns::of(rows.iter(), Some(width));
        rows.iter().map(|row| columns.row(row, PLAIN)).collect()
    }

    /// A row without a name keeps its meaning where that of others is left out.
    #[test]
    fn a_row_has_a_label_in_a_narrow_terminal() {
        let rows = [
            row("kty", "type", "EC"),
            row("", "subject", "CN=auth.example.com"),
        ];
        assert_eq!(
            lines(&rows, 40),
            "  kty      EC\n  subject  CN=auth.example.com\n"
        );
    }

    #[test]
    fn lines_keep_within_the_width() {
        assert_eq!(wrapped("one two three", 0, 2, Some(12)), "one two\n  three");
        assert_eq!(
            wrapped("abcdefghijklmnop", 2, 2, Some(12)),
            "abcdefghij\n  klmnop"
        );
        assert_eq!(
            wrapped(r#"{"a":[1,2],"b":[3,4]}"#, 2, 2, Some(16)),
            "{\"a\":[1,2],\n  \"b\":[3,4]}"
        );
        assert_eq!(wrapped("漢字漢字漢字", 2, 2, Some(12)), "漢字漢字漢\n  字");
        // A hyphen of base64url is no punctuation.
        let thumbprint = "Nrqg3-M_Xwtx-1tbtc1J7Xul2DyeC0bUSy9u_5NSG6g";
        let expected = "\"Nrqg3-M_Xwtx-1tbtc1J7Xul2DyeC\n  0bUSy9u_5NSG6g\"";
        let quoted = format!("\"{thumbprint}\"");
        assert_eq!(wrapped(&quoted, 2, 2, Some(32)), expected);
        assert_eq!(wrapped("a bb", 0, 0, None), "a bb");
        let phrase = format!("one {}", unbroken("two three"));
        assert_eq!(wrapped(&phrase, 0, 2, Some(12)), "one\n  two three");
        let longer = format!("one {}", unbroken("two threescore"));
        assert_eq!(wrapped(&longer, 0, 2, Some(12)), "one two thre\n  escore");
        assert_eq!(wrapped(&phrase, 0, 2, None), "one two three");
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
    fn a_thumbprint_is_whole_if_it_can_be() {
        let thumbprint = "Nrqg3-M_Xwtx-1tbtc1J7Xul2DyeC0bUSy9u_5NSG6g";
        let rows = [row("kty", "type", "EC"), row("", "thumbprint", thumbprint)];
        let whole = format!("  kty         EC\n  thumbprint  {thumbprint}\n");
        assert_eq!(lines(&rows, 57), whole);
        let broken = "  kty  type        EC\n       thumbprint  Nrqg3-M_Xwtx-1tbtc1J7Xul2DyeC0bUSy9u_\n                   5NSG6g\n";
        assert_eq!(lines(&rows, 56), broken);
        let with_meanings = format!("  kty  type        EC\n       thumbprint  {thumbprint}\n");
        assert_eq!(lines(&rows, 62), with_meanings);
    }

    #[test]
    fn values_share_one_column() {
        let time = "2026-11-23 16:04:24 UTC, 2h 5m ago";
        let rows = [
            row("sub", "subject", "member-7"),
            row("iat", "issued", time),
            row("a-name-longer-than-twenty", "", "value"),
        ];
        assert_eq!(
            lines(&rows, 80),
            "  sub  subject  member-7\n\
             \x20 iat  issued   2026-11-23 16:04:24 UTC, 2h 5m ago\n\
             \x20 a-name-longer-than-twenty\n\
             \x20               value\n"
        );
        assert_eq!(
            lines(&rows, 50),
            "  sub  member-7\n\
             \x20 iat  2026-11-23 16:04:24 UTC, 2h 5m ago\n\
             \x20 a-name-longer-than-twenty\n\
             \x20      value\n"
        );
        assert_eq!(
            lines(&rows, 26),
            "  sub\n\
             \x20     member-7\n\
             \x20 iat\n\
             \x20     2026-11-23 16:04:24\n\
             \x20     UTC, 2h 5m ago\n\
             \x20 a-name-longer-than-\n\
             \x20   twenty\n\
             \x20     value\n"
        );
    }

    /// It takes the place of its meaning, if it has none.
    #[test]
    fn a_long_name_does_not_widen_the_column_of_names() {
        let rows = [
            row("iss", "issuer", "a"),
            row("nbf", "not before", "b"),
            row("email_verified", "", "true"),
            row("a-name-longer-than-twenty", "", "c"),
        ];
        assert_eq!(
            lines(&rows, 80),
            "  iss  issuer      a\n\
             \x20 nbf  not before  b\n\
             \x20 email_verified   true\n\
             \x20 a-name-longer-than-twenty\n\
             \x20                  c\n"
        );
    }

    #[test]
    fn a_long_value_is_abridged_in_a_terminal() {
        let mut long = row("x5c", "", &"abcdefgh".repeat(40));
        long.note = ", expected \"x\"".to_owned();
        let text = lines(&[row("n", "", "v"), long], 47);
        // 5 lines of 40 columns.
        assert_eq!(text.matches("abcdefgh").count(), 25, "{text}");
        assert_eq!(text.lines().count(), 8, "{text}");
        let end: String = text
            .split_whitespace()
            .skip(5)
            .collect::<Vec<_>>()
            .join(" ");
        assert!(
            end.ends_with("... (120 more characters; use -o json to see all), expected \"x\""),
            "{text}"
        );
        let escaped = format!("{}\\u202e{}", "a".repeat(198), "b".repeat(100));
        let start = abridged(&escaped, 7, Some(47));
        assert!(
            start.starts_with(&format!("{}... (106 more", "a".repeat(198))),
            "{start}"
        );
        let columns = Columns::of([].iter(), None);
        let long = row("x", "", &"a".repeat(1000));
        assert!(columns.row(&long, PLAIN).contains(&"a".repeat(1000)));
    }

    #[test]
    fn a_rejected_row_is_marked_in_the_margin() {
        let mut row = row("exp", "expires", "a value of several words");
        row.rejected = true;
        let columns = Columns::of([&row].into_iter(), Some(40));
        assert_eq!(
            columns.row(&row, PLAIN),
            "! exp  a value of several words\n"
        );
        colored::control::set_override(true);
        assert_eq!(
            columns.row(&row, Paint { on: true }),
            "\u{1b}[1;31m! exp  a value of several words\u{1b}[0m\n"
        );
    }

    #[test]
    fn a_long_name_continues_deeper_than_names_begin() {
        let rows = [
            row(&format!("x{}valid: yes", " ".repeat(40)), "", "v"),
            row(&"y".repeat(40), "", "v"),
        ];
        for width in [20, 45, 46, 60] {
            for line in lines(&rows, width).lines() {
                let indent = line.len() - line.trim_start().len();
                let is_name = indent == INDENT && line.starts_with(['x', 'y', ' ']);
                assert!(is_name || indent >= HANGING, "{width}: {line:?}");
                assert!(line.trim_end().width() <= width, "{width}: {line:?}");
            }
        }
    }
}
