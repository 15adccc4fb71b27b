//! What tools write before each line of a log.

use super::layouts::logger_word;
use super::words::word;

/// The maximum number of words before JSON, such as a level and a thread.
const MAX_WORDS: usize = 3;

/// The length of what a tool writes before a line; 0 without it.
pub fn prefix(line: &[u8]) -> usize {
    let container = container(line);
    if container > 0 {
        return container;
    }
    file(line).unwrap_or(0)
}

/// Where JSON may start in a line that starts with a level, a thread or `@cee:` (of syslog).
pub fn before_json(line: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    for _ in 0..=MAX_WORDS {
        let rest = line.get(at..)?;
        if rest.starts_with(b"{") {
            return Some(at);
        }
        let length = match rest.strip_prefix(b"@cee:") {
            Some(after) => after
                .iter()
                .take_while(|byte| **byte == b' ')
                .count()
                .saturating_add(b"@cee:".len()),
            None => logger_word(rest)?,
        };
        at = at.saturating_add(length);
    }
    None
}

/// `web-1  | ` of Docker Compose, `[pod/web-1/web] ` of `kubectl logs --prefix`, `web-1 web ` of stern.
fn container(line: &[u8]) -> usize {
    let first = word(line, 0);
    let second = word(line, first.end);
    let name = line.get(first.clone()).unwrap_or_default();
    let after = line.get(second.clone()).unwrap_or_default();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let end = if name.starts_with(b"[pod/") && name.ends_with(b"]") {
        first.end
    } else if !name.is_empty() && name.iter().all(is_name) && after == b"|"
        || is_pod(name) && is_container(after)
    {
        second.end
    } else {
        return 0;
    };
    word(line, end).start
}

/// Whether a word may be the name of a pod: those have a number or a random suffix.
fn is_pod(word: &[u8]) -> bool {
    let starts_with_letter = word.first().is_some_and(u8::is_ascii_lowercase);
    starts_with_letter && word.contains(&b'-') && is_kubernetes_name(word)
}

fn is_container(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_lowercase) && is_kubernetes_name(word)
}

/// Whether a word is a label (RFC 1123, section 2.1) or several, in lowercase.
fn is_kubernetes_name(word: &[u8]) -> bool {
    const MAX_NAME: usize = 253;
    let is_part =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(byte);
    word.len() <= MAX_NAME && word.iter().all(is_part)
}

/// `app.log:` and `app.log:12:` of `grep -H` and `grep -n`, `INFO:root:` of Python.
fn file(line: &[u8]) -> Option<usize> {
    let first = line.get(word(line, 0))?;
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    let name = first.iter().take_while(is_part).count();
    let is_name = first.get(..name)?.iter().any(u8::is_ascii_alphabetic);
    let rest = first.get(name..)?.strip_prefix(b":")?;
    is_name.then_some(())?;
    let second = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.')
        .count();
    let after_second = match rest.get(second..)? {
        // `[`, `{` and the like follow the first name, or the time itself.
        [b':', after @ ..] if second > 0 && !after.is_empty() && !is_clock(rest) => after,
        _ => rest,
    };
    (!rest.is_empty()).then(|| first.len().saturating_sub(after_second.len()))
}

/// Whether a text starts with the hours and minutes of a time, not with the number of a line.
fn is_clock(text: &[u8]) -> bool {
    matches!(text, [a, b, b':', c, d, b':', ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_write_before_a_line_is_known() {
        for (before, line) in [
            ("web-1  | ", "2026"),
            ("[pod/web-1/web] ", "2026"),
            ("web-5d4f8-x2 web ", "192.0.2.7 - -"),
            ("app.log:", "2026-11-25 22:48:00"),
            ("/var/log/app.log:12:", "2026-11-25 22:48:00"),
            ("app.log:12:", "192.0.2.7:1 [x]"),
            ("app.log:", "{\"a\":1}"),
            ("INFO:root:", "{\"a\":1}"),
            ("", "2026-11-25 22:48:00"),
            ("", "2026:11:25 22:48:00"),
            ("", "192.0.2.7:33317 [x]"),
            ("", "192.0.2.7 - -"),
            ("", "web web 2026"),
            ("", "a b-1 c"),
            ("", "x: y"),
            ("", ""),
        ] {
            let text = format!("{before}{line}");
            assert_eq!(prefix(text.as_bytes()), before.len(), "{text}");
        }
    }

    #[test]
    fn json_may_follow_what_a_logger_writes() {
        for (line, expected) in [
            ("{\"a\":1}", Some(0)),
            ("INFO {\"a\":1}", Some(5)),
            ("[main] INFO {\"a\":1}", Some(12)),
            ("app[7]: @cee: {\"a\":1}", Some(14)),
            ("@cee:{\"a\":1}", Some(5)),
            ("POST {\"a\":1}", None),
            ("", None),
        ] {
            assert_eq!(before_json(line.as_bytes()), expected, "{line}");
        }
    }
}
