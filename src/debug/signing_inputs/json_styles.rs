//! One JSON value in the spellings that common writers give it.

use crate::debug::budget::Work;
use crate::text::json::{Object, Value};

/// A longer spelling is not written: indentation multiplies a text that is nested deeply.
const MAX_JSON: usize = 256 * 1024;

/// What it costs to write a value or a member, in bytes, besides its text.
const OF_A_VALUE: usize = 16;

/// How a writer spells JSON.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// What stands after `,` and `:`.
    spacing: Spacing,
    /// Members by name.
    sorted: bool,
    /// What is escaped in strings besides what must be.
    escapes: EscapeStyle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spacing {
    /// `{"a":1,"b":2}`: JavaScript, Go, Java.
    None,
    /// `{"a": 1, "b": 2}`: Python.
    Spaces,
    /// Lines with this end, indented by this.
    Lines(&'static str, &'static str),
}

#[derive(Clone, Copy, Debug)]
enum EscapeStyle {
    /// Nothing.
    None,
    /// `/`, as `\/`.
    Slash,
    /// What is not ASCII, as `\uXXXX`: Python, Ruby.
    NonAscii,
    /// Both: PHP.
    SlashAndNonAscii,
    /// What is not ASCII, as `\uXXXX` with capital letters.
    NonAsciiCapital,
    /// `<`, `>` and `&`, as `\u003c`: Go.
    Html,
    /// All that may mean something in HTML, and what is not ASCII, with capital letters: .NET.
    HtmlAndNonAsciiCapital,
}

impl Style {
    /// The same style, and then with the spacings that most writers use.
    pub fn with_usual_spacings(self) -> impl Iterator<Item = Self> {
        let usual = [Spacing::None, Spacing::Spaces].into_iter();
        let usual = usual.filter(move |spacing| *spacing != self.spacing);
        std::iter::once(self).chain(usual.map(move |spacing| Self { spacing, ..self }))
    }
}

/// So many styles take one line; they come first.
pub const ON_ONE_LINE: u32 = 2 * 2 * 7;

/// Every style.
pub fn styles() -> impl Iterator<Item = Style> {
    let spacings = [
        Spacing::None,
        Spacing::Spaces,
        Spacing::Lines("\n", "  "),
        Spacing::Lines("\n", "    "),
        Spacing::Lines("\n", "\t"),
        Spacing::Lines("\r\n", "  "),
    ];
    let escapes = [
        EscapeStyle::None,
        EscapeStyle::Slash,
        EscapeStyle::NonAscii,
        EscapeStyle::SlashAndNonAscii,
        EscapeStyle::NonAsciiCapital,
        EscapeStyle::Html,
        EscapeStyle::HtmlAndNonAsciiCapital,
    ];
    spacings.into_iter().flat_map(move |spacing| {
        [false, true].into_iter().flat_map(move |sorted| {
            escapes.into_iter().map(move |escapes| Style {
                spacing,
                sorted,
                escapes,
            })
        })
    })
}

/// A name and its value.
pub type Pair<'m> = (&'m str, &'m Value);

/// The members of an object.
pub fn pairs(object: &Object) -> Vec<Pair<'_>> {
    let members = object.members().iter();
    members
        .map(|member| (&*member.name, &member.value))
        .collect()
}

/// An object of these members as a writer of this style writes it; none if it is too long or cannot be
/// paid for.
pub fn written(members: Vec<Pair>, style: Style, work: &mut Work) -> Option<String> {
    let allowance = work.writable().min(MAX_JSON);
    let mut writer = Writer::new(style, allowance);
    let written = writer.object(members, 0);
    work.spend_written(allowance.saturating_sub(writer.left));
    if written.is_none() && allowance < MAX_JSON {
        work.leave_out();
    }
    written.map(|()| writer.text)
}

/// The style in which a text is written; the plainest where it is none of them.
pub fn style_of(object: &Object, text: &[u8], work: &mut Work) -> Style {
    let is_it = |style: &Style| {
        let written = written(pairs(object), *style, work);
        written.is_some_and(|written| written.as_bytes() == text)
    };
    styles().find(is_it).unwrap_or(Style {
        spacing: Spacing::None,
        sorted: false,
        escapes: EscapeStyle::None,
    })
}

/// Whether two texts are the same JSON but for their spelling: whitespace, escapes and the order of
/// members.
pub fn are_alike(a: &[u8], b: &[u8]) -> bool {
    const CANONICAL: Style = Style {
        spacing: Spacing::None,
        sorted: true,
        escapes: EscapeStyle::None,
    };
    let canonical = |json: &[u8]| {
        let mut writer = Writer::new(CANONICAL, MAX_JSON);
        writer.value(&Value::parse(json).ok()?, 0)?;
        Some(writer.text)
    };
    a != b && canonical(a).is_some_and(|text| Some(text) == canonical(b))
}

/// A text that grows as long as it is paid for.
struct Writer {
    style: Style,
    text: String,
    /// How many bytes may still be written.
    left: usize,
}

impl Writer {
    fn new(style: Style, left: usize) -> Self {
        let text = String::new();
        Self { style, text, left }
    }

    fn pay(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        Some(())
    }

    fn push(&mut self, text: &str) -> Option<()> {
        self.pay(text.len())?;
        self.text.push_str(text);
        Some(())
    }

    fn value(&mut self, value: &Value, depth: usize) -> Option<()> {
        self.pay(OF_A_VALUE)?;
        match value {
            Value::Null => self.push("null"),
            Value::Bool(true) => self.push("true"),
            Value::Bool(false) => self.push("false"),
            Value::Number(number) => self.push(number.text()),
            Value::String(string) => self.string(string),
            Value::Array(items) => {
                let inner = depth.saturating_add(1);
                self.push("[")?;
                for (number, item) in items.iter().enumerate() {
                    self.separate(number, inner)?;
                    self.value(item, inner)?;
                }
                self.close(items.is_empty(), depth)?;
                self.push("]")
            }
            Value::Object(object) => self.object(pairs(object), depth),
        }
    }

    fn object(&mut self, mut members: Vec<Pair>, depth: usize) -> Option<()> {
        let inner = depth.saturating_add(1);
        self.pay(members.len().saturating_mul(OF_A_VALUE))?;
        if self.style.sorted {
            members.sort_by(|a, b| a.0.cmp(b.0));
        }
        self.push("{")?;
        for (number, (name, value)) in members.iter().enumerate() {
            self.separate(number, inner)?;
            self.string(name)?;
            self.push(match self.style.spacing {
                Spacing::None => ":",
                Spacing::Spaces | Spacing::Lines(_, _) => ": ",
            })?;
            self.value(value, inner)?;
        }
        self.close(members.is_empty(), depth)?;
        self.push("}")
    }

    fn string(&mut self, string: &str) -> Option<()> {
        self.pay(string.len())?;
        self.push(&quoted(string, self.style))
    }

    fn separate(&mut self, number: usize, depth: usize) -> Option<()> {
        match (number, self.style.spacing) {
            (0, Spacing::None | Spacing::Spaces) => Some(()),
            (0, Spacing::Lines(_, _)) => self.line(depth),
            (_, Spacing::None) => self.push(","),
            (_, Spacing::Spaces) => self.push(", "),
            (_, Spacing::Lines(_, _)) => {
                self.push(",")?;
                self.line(depth)
            }
        }
    }

    fn close(&mut self, is_empty: bool, depth: usize) -> Option<()> {
        if is_empty { Some(()) } else { self.line(depth) }
    }

    fn line(&mut self, depth: usize) -> Option<()> {
        if let Spacing::Lines(end, indent) = self.style.spacing {
            self.push(end)?;
            for _ in 0..depth {
                self.push(indent)?;
            }
        }
        Some(())
    }
}

/// A string as JSON.
fn quoted(string: &str, style: Style) -> String {
    let is_escaped = |c: char| match style.escapes {
        EscapeStyle::None | EscapeStyle::Slash => false,
        EscapeStyle::NonAscii | EscapeStyle::SlashAndNonAscii | EscapeStyle::NonAsciiCapital => {
            !c.is_ascii()
        }
        EscapeStyle::Html => matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
        EscapeStyle::HtmlAndNonAsciiCapital => {
            matches!(c, '<' | '>' | '&' | '\'' | '+' | '`' | '\u{7F}') || !c.is_ascii()
        }
    };
    let has_slash = matches!(
        style.escapes,
        EscapeStyle::Slash | EscapeStyle::SlashAndNonAscii
    );
    let is_capital = matches!(
        style.escapes,
        EscapeStyle::NonAsciiCapital | EscapeStyle::HtmlAndNonAsciiCapital
    );
    // Strings always have a JSON form.
    let mut quoted = serde_json::to_string(string).unwrap_or_default();
    // Most strings have no character that any style escapes.
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b" \"!#$%()*,-.:;=?@[]^_{|}~".contains(&byte);
    if quoted.bytes().all(is_plain) {
        return quoted;
    }
    let mut text = String::with_capacity(quoted.len());
    if matches!(style.escapes, EscapeStyle::HtmlAndNonAsciiCapital) {
        quoted = quoted.replace("\\\"", "\\u0022");
    }
    for c in quoted.chars() {
        match c {
            '/' if has_slash => text.push_str("\\/"),
            c if is_escaped(c) => escape(c, is_capital, &mut text),
            c => text.push(c),
        }
    }
    text
}

fn escape(c: char, is_capital: bool, text: &mut String) {
    use std::fmt::Write as _;
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a String can't fail.
        let _ = if is_capital {
            write!(text, "\\u{unit:04X}")
        } else {
            write!(text, "\\u{unit:04x}")
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debug::Effort;

    fn unlimited<T>(run: impl FnOnce(&mut Work) -> T) -> T {
        run(&mut Work::of(u64::MAX, Effort::Default, &mut |_| true))
    }

    fn written(members: Vec<Pair>, style: Style) -> Option<String> {
        unlimited(|work| super::written(members, style, work))
    }

    #[test]
    fn one_object_in_every_spelling() {
        let Value::Object(object) =
            Value::parse("{\"b\":[1.0,{}],\"a\":\"/é<\\n\"}".as_bytes()).unwrap()
        else {
            panic!()
        };
        let spellings: Vec<String> = styles()
            .filter_map(|style| written(pairs(&object), style))
            .collect();
        assert_eq!(spellings.len(), 84);
        for expected in [
            "{\"b\":[1.0,{}],\"a\":\"/é<\\n\"}",
            "{\"a\":\"/é<\\n\",\"b\":[1.0,{}]}",
            "{\"b\": [1.0, {}], \"a\": \"/\\u00e9<\\n\"}",
            "{\"b\":[1.0,{}],\"a\":\"\\/\\u00e9<\\n\"}",
            "{\"b\":[1.0,{}],\"a\":\"/é\\u003c\\n\"}",
            "{\"b\":[1.0,{}],\"a\":\"/\\u00E9<\\n\"}",
            "{\"b\":[1.0,{}],\"a\":\"/\\u00E9\\u003C\\n\"}",
            "{\r\n  \"b\": [\r\n    1.0,\r\n    {}\r\n  ],\r\n  \"a\": \"/é<\\n\"\r\n}",
            "{\n  \"b\": [\n    1.0,\n    {}\n  ],\n  \"a\": \"/é<\\n\"\n}",
        ] {
            assert!(
                spellings.iter().any(|spelling| spelling == expected),
                "{expected}"
            );
        }
        for spelling in &spellings {
            let style = unlimited(|work| style_of(&object, spelling.as_bytes(), work));
            assert_eq!(written(pairs(&object), style).as_ref(), Some(spelling));
            let again = Value::parse(spelling.as_bytes()).unwrap();
            assert!(
                again.same_value(&Value::Object(object.clone())),
                "{spelling}"
            );
        }
    }

    /// A text that is nested deeply is many times as long when it is indented.
    #[test]
    fn what_grows_too_long_is_not_written() {
        let nested = format!(
            "{{\"a\":{}{}{}}}",
            "[".repeat(120),
            "1,".repeat(2000) + "1",
            "]".repeat(120)
        );
        let Value::Object(object) = Value::parse(nested.as_bytes()).unwrap() else {
            panic!()
        };
        let spellings = styles().filter_map(|style| written(pairs(&object), style));
        assert_eq!(spellings.count(), 28);
    }

    /// Nothing is written that cannot be paid for, however long or deep it is.
    #[test]
    fn every_byte_is_paid_for() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100));
        let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(5000));
        for text in [deep, wide] {
            let Value::Object(object) = Value::parse(text.as_bytes()).unwrap() else {
                panic!()
            };
            for units in [0, 1, 10, 100, 1000] {
                let step = &mut |_| true;
                let mut work = Work::of(units, Effort::Default, step);
                let mut bytes = 0;
                for style in styles() {
                    let text = super::written(pairs(&object), style, &mut work);
                    bytes += text.map_or(0, |text| text.len());
                }
                let paid = units - work.left();
                assert!(u64::try_from(bytes).unwrap() <= paid * 80, "{units}");
                assert!(units > 100 || !work.tried.complete, "{units}");
            }
        }
    }
}
