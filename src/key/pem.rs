//! PEM (RFC 7468) as files have it: any line width, text before, between and after the blocks. What a
//! block holds is for others to say.

use std::fmt;

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// What marks PEM wherever it stands in a text.
pub(crate) const BEGIN: &[u8] = b"-----BEGIN";

const END: &[u8] = b"-----END";
const DASHES: &[u8] = b"-----";

/// No label is longer.
const MAX_LABEL: usize = 40;

/// Text between `BEGIN` and `END`, and what its base64 decodes to.
pub(crate) struct PemBlock {
    pub(crate) label: String,
    /// The bytes, which may be a private key's.
    pub(crate) content: Result<Zeroizing<Vec<u8>>, PemFault>,
    /// Whether its line ends are written as the two characters `\n`.
    pub(crate) escaped: bool,
}

/// Why a block cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PemFault {
    /// `BEGIN` without a label and five dashes after it.
    BeginLine,
    /// No `END` before the next `BEGIN` or the end of the text.
    NoEnd,
    /// `END` with another label.
    EndLabel,
    /// No base64 (RFC 4648 section 4) between the two lines.
    Base64,
    /// Encrypted as RFC 1421 has it (`Proc-Type: 4,ENCRYPTED`).
    Encrypted,
}

/// All blocks of a text, in their order.
pub(crate) fn blocks(text: &[u8]) -> Vec<PemBlock> {
    let mut starts = text
        .windows(BEGIN.len())
        .enumerate()
        .filter(|(_, window)| *window == BEGIN)
        .map(|(start, _)| start)
        .peekable();
    let mut blocks = Vec::new();
    while let Some(start) = starts.next() {
        let end = starts.peek().copied().unwrap_or(text.len());
        blocks.push(block(text.get(start..end).unwrap_or_default()));
    }
    blocks
}

/// One block, in a text that ends before the next one begins.
fn block(text: &[u8]) -> PemBlock {
    let unread = |label, fault| PemBlock {
        label,
        content: Err(fault),
        escaped: false,
    };
    let after = text.get(BEGIN.len()..).unwrap_or_default();
    let Some((label, after)) = split_once(after, DASHES).and_then(|(label, after)| {
        let label = std::str::from_utf8(label).ok()?.strip_prefix(' ')?;
        is_label(label).then_some((label, after))
    }) else {
        return unread(String::new(), PemFault::BeginLine);
    };
    let label = label.to_owned();
    let Some((body, after)) = split_once(after, END) else {
        return unread(label, PemFault::NoEnd);
    };
    let end_label = split_once(after, DASHES).map_or(after, |(end, _)| end);
    if end_label.trim_ascii() != label.as_bytes() {
        return unread(label, PemFault::EndLabel);
    }
    PemBlock {
        label,
        content: decoded(&unescaped(body)),
        escaped: body.contains(&b'\\'),
    }
}

/// Whether it can be a label. If dashes are missing, the key itself follows, which must not be shown.
fn is_label(text: &str) -> bool {
    let is_usual = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || " #.".contains(c);
    (1..=MAX_LABEL).contains(&text.len()) && text.chars().all(is_usual)
}

/// The body with line ends where it has the two characters `\n` or `\r`, also if they were escaped more than
/// once. Base64 has no backslash.
fn unescaped(body: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(body.len()));
    let mut rest = body;
    while let [first, after @ ..] = rest {
        let (byte, after) = match after {
            [b'\\', ..] if *first == b'\\' => {
                rest = after;
                continue;
            }
            [b'n' | b'r', after @ ..] if *first == b'\\' => (b'\n', after),
            _ => (*first, after),
        };
        text.push(byte);
        rest = after;
    }
    text
}

/// RFC 7468 section 3 in its lax form: whitespace anywhere. A line with a colon is a header (RFC 1421).
fn decoded(body: &[u8]) -> Result<Zeroizing<Vec<u8>>, PemFault> {
    if find(body, b"4,ENCRYPTED").is_some() {
        return Err(PemFault::Encrypted);
    }
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    let lines = body.split(|byte| *byte == b'\n');
    let bytes = lines.filter(|line| !line.contains(&b':')).flatten();
    base64.extend(bytes.filter(|byte| !byte.is_ascii_whitespace()));
    match BASE64.decode(&base64) {
        Ok(content) if !content.is_empty() => Ok(content.into()),
        Ok(_) | Err(_) => Err(PemFault::Base64),
    }
}

/// Where a text has a mark. Not `memmem`, which first asks the processor what it can do: longer than a key takes.
pub(crate) fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    text.windows(mark.len()).position(|window| window == mark)
}

fn split_once<'t>(text: &'t [u8], mark: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let at = find(text, mark)?;
    Some((text.get(..at)?, text.get(at..)?.get(mark.len()..)?))
}

impl fmt::Display for PemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeginLine => f.write_str("PEM with a malformed BEGIN line"),
            Self::NoEnd => f.write_str("PEM without an END line"),
            Self::EndLabel => f.write_str("PEM with another label in its END line"),
            Self::Base64 => f.write_str("PEM with invalid base64"),
            Self::Encrypted => f.write_str("an encrypted private key"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "AAEC\nAwQF\n";

    fn read(text: &str) -> Vec<(String, Result<Vec<u8>, PemFault>, bool)> {
        blocks(text.as_bytes())
            .into_iter()
            .map(|block| {
                let content = block.content.map(|content| content.to_vec());
                (block.label, content, block.escaped)
            })
            .collect()
    }

    fn pem(label: &str, body: &str) -> String {
        format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n")
    }

    #[test]
    fn blocks_are_read_with_text_around_them() {
        let text = format!(
            "Bag Attributes\n    friendlyName: x\n{}subject=CN = b\n{}rest",
            pem("A B", BODY),
            pem("C", "AAE=")
        );
        let bytes = vec![0, 1, 2, 3, 4, 5];
        assert_eq!(
            read(&text),
            [
                ("A B".to_owned(), Ok(bytes), false),
                ("C".to_owned(), Ok(vec![0, 1]), false)
            ]
        );
        assert!(read("no PEM").is_empty());
    }

    #[test]
    fn whitespace_does_not_matter() {
        for text in [
            "-----BEGIN K-----AAECAwQF-----END K-----",
            "-----BEGIN K----- AAEC AwQF -----END K-----",
            "  -----BEGIN K-----\r\n  AAEC\r\n\t\r\n  AwQF\r\n  -----END K-----",
        ] {
            assert_eq!(
                read(text),
                [("K".to_owned(), Ok(vec![0, 1, 2, 3, 4, 5]), false)]
            );
        }
    }

    #[test]
    fn escaped_line_ends_are_read_and_noted() {
        for text in [
            r"-----BEGIN K-----\nAAEC\nAwQF\n-----END K-----\n",
            r#""-----BEGIN K-----\r\nAAEC\r\nAwQF\r\n-----END K-----""#,
            r"-----BEGIN K-----\\nAAEC\\nAwQF\\n-----END K-----\\n",
        ] {
            assert_eq!(
                read(text),
                [("K".to_owned(), Ok(vec![0, 1, 2, 3, 4, 5]), true)]
            );
        }
    }

    #[test]
    fn every_fault_is_named() {
        let encrypted = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAEC\n";
        for (text, label, fault) in [
            ("-----BEGIN".to_owned(), "", PemFault::BeginLine),
            ("-----BEGIN K\nAAEC".to_owned(), "", PemFault::BeginLine),
            ("-----BEGIN-----\nAAEC".to_owned(), "", PemFault::BeginLine),
            ("-----BEGIN K-----\nAAEC".to_owned(), "K", PemFault::NoEnd),
            (
                "-----BEGIN K-----\nAAEC\n-----END L-----".to_owned(),
                "K",
                PemFault::EndLabel,
            ),
            (
                "-----BEGIN PRIVATE KEY MIGHAgEAMBMG-----END PRIVATE KEY-----".to_owned(),
                "",
                PemFault::BeginLine,
            ),
            (pem("K", "AAE\n"), "K", PemFault::Base64),
            (pem("K", "AAF=\n"), "K", PemFault::Base64),
            (pem("K", ""), "K", PemFault::Base64),
            (pem("K", r"AA\tE"), "K", PemFault::Base64),
            (pem("K", encrypted), "K", PemFault::Encrypted),
        ] {
            assert_eq!(
                blocks(text.as_bytes())
                    .into_iter()
                    .map(|block| (block.label, block.content.err()))
                    .collect::<Vec<_>>(),
                [(label.to_owned(), Some(fault))],
                "{text}"
            );
        }
        let twice = format!("-----BEGIN K-----\nAAEC\n{}", pem("K", BODY));
        assert_eq!(read(&twice)[0].1, Err(PemFault::NoEnd));
        assert!(read(&twice)[1].1.is_ok());
    }

    #[test]
    fn headers_are_skipped() {
        let text = pem("K", "Comment: x\n\nAAEC\n");
        assert_eq!(read(&text)[0].1, Ok(vec![0, 1, 2]));
    }
}
