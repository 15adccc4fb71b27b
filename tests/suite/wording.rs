//! Words that are avoided in messages, help and documentation, with what to write instead.

use std::fs;
use std::path::Path;

use regex::{Captures, Regex};

/// Words to avoid everywhere, as regular expressions, and what to write instead. They match whole words, in
/// any letter case and across line breaks.
const AVOID: &[(&str, &str)] = &[
    (
        "(?:is|are|was|were) due",
        "\"must be X, found Y\" or \"expected X, found Y\"",
    ),
    ("(?:is|are|was|were) no", "\"is not a\""),
    ("anew", "\"again\""),
    (
        "(?:any|every|no|some)body",
        "the actor, \"anyone\" or a passive",
    ),
    ("as(?: it was)? asked", "\"does not match\""),
    ("beside", "\"next to\", \"besides\" or \"with\""),
    ("brings? along", "\"contains\" or \"embedded\""),
    (
        "colour\\w*|favour\\w*|honour\\w*|behaviour\\w*|licence\\w*",
        "American English",
    ),
    (
        "(?:author|canonical|normal|organ|recogn|serial)is(?:e|ed|es|ing|ation)",
        "American English",
    ),
    ("cut off", "\"truncated\""),
    ("exchanged", "\"swapped\""),
    ("folders?", "\"directory\""),
    ("foreign", "\"unknown\" or \"unsupported\""),
    ("format of certificates", "\"DER-encoded\""),
    ("h[eo]ld against", "\"compare with\" or \"verify with\""),
    ("ill-formed", "\"malformed\" or \"invalid JSON\""),
    ("in the place of", "\"instead of\""),
    ("in vain", "\"unused\""),
    ("all the same", "\"still\" or \"anyway\""),
    ("judg(?:e|ed|es|ing|ement|ment)", "\"verify\" or \"check\""),
    ("lax", "\"lenient\""),
    ("lies? ahead", "\"is in the future\""),
    ("line feeds?", "\"newline\""),
    ("manual pages?", "\"man page\""),
    ("mend(?:s|ed|ing)?", "\"fix\" or \"repair\""),
    ("octets?", "\"byte\""),
    ("of which", "two sentences"),
    ("on its way", "\"in transit\""),
    ("pass(?:ed|es)? over", "\"skip\""),
    ("refus(?:al|als|e|ed|es|ing)", "\"reject\""),
    ("taken off", "\"removed\""),
    ("tells|told", "\"prints\" or \"reports\""),
    ("whence|who(?:m)?ever", "the place, or the actor"),
    ("white spaces?", "\"whitespace\""),
];

/// Words to avoid in what the program prints. Other documentation may have them.
const AVOID_IN_OUTPUT: &[(&str, &str)] = &[
    (
        "standard (?:error|input|output)",
        "\"stderr\", \"stdin\" or \"stdout\"",
    ),
    ("\\w+n't", "no contraction, such as \"cannot\""),
];

/// Correct uses of these words. One that no longer occurs is an error, so that the list stays short.
const ALLOWED: &[(&str, &str)] = &[
    (
        "there (?:is|are|was) no",
        "says that something does not exist",
    ),
    ("\"octets\":", "a field of the JSON report"),
    ("`signature\\.octets`", "a field of the JSON report"),
    ("claim-refused", "a former verdict, in the changelog"),
    (
        "key-coordinates-exchanged",
        "a former finding code, in the changelog",
    ),
    ("zero-octets", "a former finding code, in the changelog"),
    (
        "algorithm, octets,",
        "a field of the JSON report, in the list of the man pages",
    ),
];

/// Finds the words of some rules.
struct Finder {
    rules: Vec<(Regex, &'static str)>,
    allowed: Vec<Regex>,
}

impl Finder {
    fn new(lists: &[&[(&str, &'static str)]]) -> Self {
        let whole_words = |words: &str| {
            let words = words.replace(' ', r"\s+");
            Regex::new(&format!(r"(?i)\b(?:{words})\b")).unwrap()
        };
        let rules = lists.iter().copied().flatten();
        Self {
            rules: rules
                .map(|(words, instead)| (whole_words(words), *instead))
                .collect(),
            allowed: ALLOWED.iter().map(|(words, _)| allowed(words)).collect(),
        }
    }

    /// Each word to avoid in a text, with the words around it and what to write instead.
    fn find(&self, text: &str) -> Vec<String> {
        let mut text = text.to_owned();
        for allowed in &self.allowed {
            // As long as before, so that nothing else becomes adjacent.
            let blank = |found: &Captures| "_".repeat(found[0].len());
            text = allowed.replace_all(&text, blank).into_owned();
        }
        let mut found = Vec::new();
        for (words, instead) in &self.rules {
            for place in words.find_iter(&text) {
                let before = text[..place.start()].chars().rev().take(40);
                let before: String = before.collect::<Vec<_>>().into_iter().rev().collect();
                let after: String = text[place.end()..].chars().take(40).collect();
                let around = format!("{before}{}{after}", place.as_str());
                let around = around.split_whitespace().collect::<Vec<_>>().join(" ");
                found.push(format!(
                    "...{around}...: for {:?} write {instead}",
                    place.as_str()
                ));
            }
        }
        found
    }
}

/// Not only at word boundaries: JSON fields have quotes around them.
fn allowed(words: &str) -> Regex {
    Regex::new(&format!("(?i){}", words.replace(' ', r"\s+"))).unwrap()
}

/// A session file in two parts: its own text with the commands, and the output of the commands.
pub fn split_session(text: &str) -> (String, String) {
    let (mut prose, mut output) = (String::new(), String::new());
    let mut in_console = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_console = line.starts_with("```console");
        }
        let is_output = in_console && !line.starts_with(['$', '>', '`']);
        let part = if is_output { &mut output } else { &mut prose };
        part.push_str(line);
        part.push('\n');
    }
    (prose, output)
}

/// The text of a man page, without requests for fonts and with its escapes decoded.
fn man_text(page: &str) -> String {
    let mut text = page.to_owned();
    for (escape, plain) in [
        ("\\fB", ""),
        ("\\fI", ""),
        ("\\fR", ""),
        ("\\&", ""),
        ("\\-", "-"),
        ("\\(aq", "'"),
        ("\\(dq", "\""),
        ("\\(ga", "`"),
    ] {
        text = text.replace(escape, plain);
    }
    text
}

/// The string literals of Rust source code, decoded. Left out are those of items under `#[cfg(test)]`, and
/// the reasons of lint attributes, which the program does not print.
fn literals(source: &str) -> Vec<String> {
    let tokens = Regex::new(
        r#"(?xs)
        //[^\n]* | /\*.*?\*/                                                  # comments
        | \b[bc]?r(?: "(?<r0>[^"]*)" | \#"(?<r1>.*?)"\# | \#\#"(?<r2>.*?)"\#\# )  # raw strings
        | \breason\s=\s"[^"]*"
        | "(?<string>(?:[^"\\]|\\.)*)"
        | '(?:[^'\\]|\\.[^']*)'                                               # characters
        | (?<test>\#\[cfg\(test\)\]) | [{}()\[\];]
        "#,
    )
    .unwrap();
    let line_continuation = Regex::new(r"\\\n\s*").unwrap();
    let escape = Regex::new(r"\\(?<itself>['\x22\\])|\\.").unwrap();

    let mut literals = Vec::new();
    // The bracket depth inside a test item.
    let mut skipping: Option<usize> = None;
    for token in tokens.captures_iter(source) {
        if let Some(depth) = skipping {
            skipping = match &token[0] {
                "{" | "(" | "[" => Some(depth + 1),
                ")" | "]" => Some(depth.saturating_sub(1)),
                "}" if depth > 1 => Some(depth - 1),
                ";" if depth > 0 => Some(depth),
                "}" | ";" => None,
                _ => Some(depth),
            };
        } else if token.name("test").is_some() {
            skipping = Some(0);
        } else if let Some(text) = token.name("string") {
            let text = line_continuation.replace_all(text.as_str(), "");
            // Newlines and characters given by number separate words.
            let decoded =
                |escape: &Captures| escape.name("itself").map_or(" ", |c| c.as_str()).to_owned();
            literals.push(escape.replace_all(&text, decoded).into_owned());
        } else if let Some(text) = ["r0", "r1", "r2"].iter().find_map(|name| token.name(name)) {
            literals.push(text.as_str().to_owned());
        }
    }
    literals
}

/// The files of a directory and below, by their paths in the repository.
fn files_in(directory: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(directory)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{directory}/{name}");
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_in(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// Texts with the files they are from.
type Texts = Vec<(String, String)>;

/// What people read: the documentation, and what the program prints.
fn texts() -> (Texts, Texts) {
    let (mut prose, mut output) = (Texts::new(), Texts::new());
    let documents = [
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    ]
    .map(String::from);
    let pages = files_in("docs")
        .into_iter()
        .filter(|file| Path::new(file).extension().is_some_and(|kind| kind == "md"));
    for file in documents.into_iter().chain(pages) {
        let (own, printed) = split_session(&read(&file));
        prose.push((file.clone(), own));
        output.push((file, printed));
    }
    for file in files_in("tests/golden") {
        let printed = split_session(&read(&file)).1;
        output.push((file, printed));
    }
    for file in files_in("man") {
        let text = man_text(&read(&file));
        output.push((file, text));
    }
    for file in files_in("completions")
        .into_iter()
        .chain(["tests/CONFORMANCE.md".to_owned()])
    {
        let text = read(&file);
        output.push((file, text));
    }
    for file in files_in("src") {
        // A file of tests alone.
        if !file.ends_with("/tests.rs") {
            let literals = literals(&read(&file));
            output.extend(literals.into_iter().map(|text| (file.clone(), text)));
        }
    }
    (prose, output)
}

#[test]
fn words_to_avoid_are_avoided() {
    let (prose, output) = texts();
    let mut faults = Vec::new();
    let finder = Finder::new(&[AVOID]);
    for (file, text) in &prose {
        let found = finder.find(text);
        faults.extend(found.into_iter().map(|found| format!("{file}: {found}")));
    }
    let finder = Finder::new(&[AVOID, AVOID_IN_OUTPUT]);
    for (file, text) in &output {
        let found = finder.find(text);
        faults.extend(found.into_iter().map(|found| format!("{file}: {found}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for (words, reason) in ALLOWED {
        let words = allowed(words);
        let mut texts = prose.iter().chain(&output);
        assert!(
            texts.any(|(_, text)| words.is_match(text)),
            "{words} ({reason}) no longer occurs: remove it from ALLOWED"
        );
    }
}

#[test]
fn words_to_avoid_are_found() {
    let finder = Finder::new(&[AVOID]);
    for text in [
        "a string is due",
        "a string, where a number\n    is due",
        "Nobody knows",
        "\"kty\" is no string",
        "the token was refused",
        "expected 64 octets",
        "White space",
        "colour",
        "recognised",
    ] {
        assert_eq!(
            finder.find(text).len(),
            1,
            "{text}: {:?}",
            finder.find(text)
        );
    }
    for text in [
        "due to",
        "there is no key",
        "besides",
        "amend",
        "\"octets\": 64",
        "rejected_by and refused_by",
        "license",
        "raised, otherwise precise",
        "standard input",
        "can't",
    ] {
        assert_eq!(finder.find(text), [""; 0], "{text}");
    }
    let finder = Finder::new(&[AVOID, AVOID_IN_OUTPUT]);
    assert_eq!(finder.find("cannot read it from stdin"), [""; 0]);
    assert_eq!(finder.find("can't read it from standard input").len(), 2);
    let found = finder.find("error: key.json: an octet");
    assert_eq!(
        found,
        ["...error: key.json: an octet...: for \"octet\" write \"byte\""]
    );
}

#[test]
fn literals_are_read_as_the_compiler_reads_them() {
    let source = r###"
        //! "no literal"
        /* nor "this" */
        use super::{a, b};
        fn f<'a>(x: &'a str) -> [u8; 2] {
            let quote = ['"', '\'', '\\', '\u{22}', b'"'];
            g("one \"quoted\" \\ word\n", b"bytes", 'x', "two \
                lines");
            h(r"raw \n", r#"raw "quoted""#, r##"raw "# more"##, "");
        }
        #[allow(x, reason = "not printed")]
        #[cfg(test)]
        use x::{y};
        #[cfg(test)]
        mod tests {
            const A: [u8; 1] = [b'}'];
            fn t() { assert("not this }") }
        }
        #[cfg(test)]
        mod elsewhere;
        const LAST: &str = "last";
    "###;
    let expected = [
        "one \"quoted\" \\ word ",
        "bytes",
        "two lines",
        "raw \\n",
        "raw \"quoted\"",
        "raw \"# more",
        "",
        "last",
    ];
    assert_eq!(literals(source), expected);
}

#[test]
fn sessions_and_man_pages_are_read() {
    let text = "prose\n```console\n$ command\n> continued\noutput\n```\nmore\n```sh\ncode\n```\n";
    let (prose, output) = split_session(text);
    assert_eq!(output, "output\n");
    assert!(!prose.contains("output") && prose.contains("continued") && prose.contains("code"));
    assert_eq!(
        man_text("\\fBmis\\-signed\\fR can\\(aqt"),
        "mis-signed can't"
    );
}
