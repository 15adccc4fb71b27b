//! One JSON value in the spellings that common writers give it.

use crate::text::json::{Object, Value};

/// A longer spelling is not written: indentation multiplies a text that is nested deeply.
pub const MAX_JSON: usize = 256 * 1024;

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

#[derive(Clone, Copy, Debug)]
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

/// An object of these members as a writer of this style writes it; none where it is too long.
pub fn written(members: Vec<Pair>, style: Style) -> Option<String> {
    let mut text = String::new();
    write_object(members, style, 0, &mut text);
    (text.len() <= MAX_JSON).then_some(text)
}

/// The style in which a text is written; the plainest where it is none of them.
pub fn style_of(object: &Object, text: &[u8]) -> Style {
    let is_it = |style: &Style| {
        written(pairs(object), *style).is_some_and(|written| written.as_bytes() == text)
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
        let mut text = String::new();
        write(&Value::parse(json).ok()?, CANONICAL, 0, &mut text);
        (text.len() <= MAX_JSON).then_some(text)
    };
    a != b && canonical(a).is_some() && canonical(a) == canonical(b)
}

fn write(value: &Value, style: Style, depth: usize, text: &mut String) {
    if text.len() > MAX_JSON {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => text.push_str(&value.to_string()),
        Value::String(string) => write_string(string, style, text),
        Value::Array(items) => {
            let inner = depth.saturating_add(1);
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                separate(number, style, inner, text);
                write(item, style, inner, text);
            }
            close(items.is_empty(), style, depth, text);
            text.push(']');
        }
        Value::Object(object) => write_object(pairs(object), style, depth, text),
    }
}

fn write_object(mut members: Vec<Pair>, style: Style, depth: usize, text: &mut String) {
    let inner = depth.saturating_add(1);
    if style.sorted {
        members.sort_by(|a, b| a.0.cmp(b.0));
    }
    text.push('{');
    for (number, (name, value)) in members.iter().enumerate() {
        if text.len() > MAX_JSON {
            return;
        }
        separate(number, style, inner, text);
        write_string(name, style, text);
        text.push_str(match style.spacing {
            Spacing::None => ":",
            Spacing::Spaces | Spacing::Lines(_, _) => ": ",
        });
        write(value, style, inner, text);
    }
    close(members.is_empty(), style, depth, text);
    text.push('}');
}

fn separate(number: usize, style: Style, depth: usize, text: &mut String) {
    match (number, style.spacing) {
        (0, Spacing::None | Spacing::Spaces) => {}
        (0, Spacing::Lines(_, _)) => line(style, depth, text),
        (_, Spacing::None) => text.push(','),
        (_, Spacing::Spaces) => text.push_str(", "),
        (_, Spacing::Lines(_, _)) => {
            text.push(',');
            line(style, depth, text);
        }
    }
}

fn close(empty: bool, style: Style, depth: usize, text: &mut String) {
    if !empty {
        line(style, depth, text);
    }
}

fn line(style: Style, depth: usize, text: &mut String) {
    if let Spacing::Lines(end, indent) = style.spacing {
        text.push_str(end);
        text.extend(std::iter::repeat_n(indent, depth));
    }
}

fn write_string(string: &str, style: Style, text: &mut String) {
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
    if matches!(style.escapes, EscapeStyle::HtmlAndNonAsciiCapital) {
        quoted = quoted.replace("\\\"", "\\u0022");
    }
    for c in quoted.chars() {
        match c {
            '/' if has_slash => text.push_str("\\/"),
            c if is_escaped(c) => escape(c, is_capital, text),
            c => text.push(c),
        }
    }
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
            let style = style_of(&object, spelling.as_bytes());
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
}
