//! What people, servers and tools put around a token: `Bearer`, quotes and whitespace.

use super::Token;
use super::compact::is_compact;
use super::input::{Input, Removed};

impl<'t> Token<'t> {
    /// The token of an `Authorization` header's value (RFC 6750 section 2.1), for servers: `Bearer` in
    /// any letter case, one space, and the characters of one token (`A-Z a-z 0-9 - _ .`). None of any
    /// other value.
    ///
    /// ```
    /// use jwtlens::Token;
    ///
    /// assert!(Token::bearer("Bearer e30.e30.AA").is_some());
    /// for other in ["e30.e30.AA", "Bearer  e30.e30.AA", "Bearer \"e30.e30.AA\"", "Bearer a, Bearer b"] {
    ///     assert!(Token::bearer(other).is_none());
    /// }
    /// ```
    #[must_use]
    pub fn bearer(authorization: &'t str) -> Option<Self> {
        let (scheme, token) = authorization.split_once(' ')?;
        let is_one = !token.is_empty() && token.bytes().all(is_compact);
        (scheme.eq_ignore_ascii_case("bearer") && is_one).then(|| Self {
            input: Input::default(),
            text: token.as_bytes(),
            too_long: None,
        })
    }

    /// Removes what people and tools put around a token: ASCII whitespace, `Bearer ` or
    /// `Authorization: Bearer `, and one pair of quotes, each at most once and in any order. What
    /// is left is verified as it is. For text that a person pasted; a server uses
    /// [`bearer`](Self::bearer).
    #[must_use]
    pub fn new(input: Input, octets: &'t [u8]) -> Self {
        let mut removed = Removed::default();
        let mut text = trim(octets, &mut removed);
        loop {
            let before = text.len();
            if !removed.bearer
                && let Some(rest) = without_bearer(text)
            {
                removed.bearer = true;
                text = trim(rest, &mut removed);
            }
            if !removed.quotes
                && let Some(rest) = without_quotes(text)
            {
                removed.quotes = true;
                text = trim(rest, &mut removed);
            }
            if text.len() == before {
                break;
            }
        }
        Self {
            input: Input { removed, ..input },
            text,
            too_long: None,
        }
    }
}

impl Token<'_> {
    /// Whether a line holds nothing but white space: it is blank, and no token.
    #[must_use]
    pub fn is_blank(line: &[u8]) -> bool {
        line.iter().copied().all(is_space)
    }
}

fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

fn trim<'t>(text: &'t [u8], removed: &mut Removed) -> &'t [u8] {
    let start = text.iter().take_while(|octet| is_space(**octet)).count();
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.len().saturating_sub(
        rest.iter()
            .rev()
            .take_while(|octet| is_space(**octet))
            .count(),
    );
    let rest = rest.get(..end).unwrap_or_default();
    removed.white_space |= rest.len() != text.len();
    rest
}

fn without_bearer(text: &[u8]) -> Option<&[u8]> {
    ["authorization: bearer ", "bearer "]
        .iter()
        .find_map(|prefix| {
            let (start, rest) = text.split_at_checked(prefix.len())?;
            start
                .eq_ignore_ascii_case(prefix.as_bytes())
                .then_some(rest)
        })
}

fn without_quotes(text: &[u8]) -> Option<&[u8]> {
    [b'"', b'\''].iter().find_map(|quote| {
        text.strip_prefix(&[*quote])
            .and_then(|rest| rest.strip_suffix(&[*quote]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(octets: &str) -> (String, bool, bool, bool) {
        let token = Token::from(octets);
        let Removed {
            white_space,
            bearer,
            quotes,
        } = token.input.removed;
        (
            String::from_utf8(token.text.to_vec()).unwrap(),
            white_space,
            bearer,
            quotes,
        )
    }

    #[test]
    fn takes_off_what_stands_around_a_token() {
        for (octets, white_space, bearer, quotes) in [
            ("a.b.c", false, false, false),
            (" \ta.b.c\r\n", true, false, false),
            ("Bearer a.b.c", false, true, false),
            ("bEARER   a.b.c", true, true, false),
            ("authorization: BEARER a.b.c\r", true, true, false),
            ("\"a.b.c\"", false, false, true),
            ("'Authorization: Bearer a.b.c'", false, true, true),
            ("Bearer \"a.b.c\"", false, true, true),
        ] {
            assert_eq!(
                cleaned(octets),
                ("a.b.c".to_owned(), white_space, bearer, quotes),
                "{octets}"
            );
        }
    }

    #[test]
    fn bearer_takes_one_token_and_nothing_else() {
        for header in ["Bearer a.b-c_9", "bearer a.b-c_9", "BEARER a.b-c_9"] {
            let token = Token::bearer(header).unwrap();
            assert_eq!(token.text, b"a.b-c_9", "{header}");
            assert_eq!(token.input.removed, Removed::default());
        }
        for header in [
            "",
            "a.b.c",
            "Bearer",
            "Bearer ",
            " Bearer a.b.c",
            "Bearer  a.b.c",
            "Bearer\ta.b.c",
            "Bearer a.b.c ",
            "Bearer a.b.c\r\n",
            "Bearer:a.b.c",
            "Bearer: a.b.c",
            "Bearer \"a.b.c\"",
            "'Bearer a.b.c'",
            "Bearer 'a.b.c'",
            "Authorization: Bearer a.b.c",
            "Bearer Bearer a.b.c",
            "Bearer a.b.c d.e.f",
            "Bearer a.b.c, Bearer d.e.f",
            "Bearer a.b.c=",
            "Bearer a.b.c~",
            "Bearer a.b.\u{e9}",
            "Bearer a.b.c\0",
            "B\u{11e}earer a.b.c",
            "Basic a.b.c",
            "DPoP a.b.c",
        ] {
            assert!(Token::bearer(header).is_none(), "{header:?}");
        }
    }

    #[test]
    fn leaves_everything_else() {
        for octets in [
            "\u{a0}a.b.c",
            "\u{b}a.b.c",
            "Bearer:a.b.c",
            "Bearera.b.c",
            "\"a.b.c",
            "\"a.b.c'",
            "a.b.c,",
            "Authorization: Basic a",
        ] {
            assert_eq!(cleaned(octets), (octets.to_owned(), false, false, false));
        }
        assert_eq!(cleaned("\"\"a.b.c\"\"").0, "\"a.b.c\"");
        assert_eq!(cleaned("Bearer Bearer a.b.c").0, "Bearer a.b.c");
        assert_eq!(cleaned("\"").0, "\"");
        assert_eq!(cleaned("Bearer ").0, "Bearer");
        assert_eq!(cleaned(" \n").0, "");
        for (octets, blank) in [
            ("", true),
            (" \t\r", true),
            ("\u{c}", false),
            ("\u{b}", false),
            ("\"\"", false),
            ("Bearer ", false),
        ] {
            assert_eq!(Token::is_blank(octets.as_bytes()), blank, "{octets:?}");
        }
    }
}
