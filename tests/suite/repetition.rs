//! Each fact stands once in a report: in what the commands of the session files print, no two sentences of
//! one report say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::golden::FILES;

/// Words that say nothing by themselves.
const STOP_WORDS: &str = "a all an and are as at be been but by demands for from has have in is it its must not of on \
                          one only or so than that the this to was were which with";

/// Words that mean the same, in sentences of the program.
const SYNONYMS: &[(&str, &str)] = &[
    ("\"crit\"", "critical"),
    ("extension", "parameter"),
    ("empty", "missing"),
    ("truncated", "missing"),
    ("correct", "verifies"),
    ("verified", "verifies"),
];

/// Sentences that are alike and say different things: a part of both.
const ALIKE: &[(&str, &str)] = &[
    (
        "verification ignores the dates and the chain of the certificate",
        "a note on each of several keys",
    ),
    (
        "malformed: expected 3 dot-separated segments",
        "a token, and a count of tokens",
    ),
    (
        "a JWK must be a JSON object",
        "members of a set, one by one",
    ),
];

/// The outputs of the commands in a session file that run the program once.
fn screens(session: &str) -> Vec<(String, Vec<String>)> {
    let mut screens: Vec<(String, Vec<String>)> = Vec::new();
    let mut in_console = false;
    for line in session.lines() {
        if line.starts_with("```") {
            in_console = line.starts_with("```console");
        } else if in_console && line.starts_with("$ ") {
            screens.push((line.to_owned(), Vec::new()));
        } else if in_console && let Some((command, output)) = screens.last_mut() {
            match line.strip_prefix("> ") {
                Some(more) => command.push_str(more),
                None => output.push(line.to_owned()),
            }
        }
    }
    let is_data =
        Regex::new("-o (json|jsonl|line|summary-json|pem|jwk)|help| -h|--scan|while|for ").unwrap();
    screens.retain(|(command, _)| {
        command.matches("jwtlens").count() == 1 && !is_data.is_match(command)
    });
    screens
}

/// The sentences of a screen: lines with those that continue them, without the rows of tables.
fn sentences(output: &[String]) -> Vec<String> {
    let is_row = Regex::new(r"\S {2,}\S|\t|^---|^key \d|^  key: ").unwrap();
    let mut sentences: Vec<String> = Vec::new();
    for line in output {
        match sentences.last_mut() {
            Some(last) if line.starts_with("    ") && !is_row.is_match(line) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => sentences.push(line.clone()),
        }
    }
    sentences.retain(|sentence| !is_row.is_match(sentence));
    sentences
}

/// The words of a sentence, without its label. A name in quotes stays in them, so that sentences about two
/// names differ.
fn words(sentence: &str) -> BTreeSet<String> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        let labels = "error|hint|note|warning|tip|(Why|Also|Note): [a-z-]+";
        Regex::new(&format!(r"^\s*({labels})\b:?|\([^)]*\)")).unwrap()
    });
    static WORD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"[\w"'./-]*[a-z0-9][\w"'./-]*"#).unwrap());
    let sentence = LABEL.replace_all(sentence, "").to_lowercase();
    let words = WORD.find_iter(&sentence).map(|word| {
        let word = word.as_str().trim_end_matches(['.', ',']);
        let same = SYNONYMS.iter().find(|(other, _)| *other == word);
        same.map_or(word, |(_, word)| word).to_owned()
    });
    let is_stop = |word: &String| STOP_WORDS.split(' ').any(|stop| stop == word);
    words.filter(|word| !is_stop(word)).collect()
}

/// The parts of a sentence: what follows a colon, a semicolon or "but" says something of its own.
fn clauses(sentence: &str) -> impl Iterator<Item = BTreeSet<String>> {
    static BETWEEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"; |: |, but ").unwrap());
    BETWEEN.split(sentence).map(words)
}

/// Whether a line begins a report.
fn is_verdict(sentence: &str) -> bool {
    static VERDICT: LazyLock<Regex> = LazyLock::new(|| {
        let verdicts = "valid|not-verified|expired|not-yet-valid|claim-rejected|unverifiable|mis-signed|malformed";
        Regex::new(&format!("^({verdicts}): ")).unwrap()
    });
    VERDICT.is_match(sentence)
}

/// The reports on a screen, each with its sentences: what stands before the first belongs to it.
fn reports(sentences: Vec<String>) -> Vec<Vec<String>> {
    let mut reports = vec![Vec::new()];
    let (mut has_verdict, mut has_cause) = (false, false);
    for sentence in sentences {
        let is_verdict = is_verdict(&sentence);
        let is_cause = sentence.starts_with("Why: ");
        if is_verdict && (has_verdict || has_cause) || is_cause && has_cause {
            reports.push(Vec::new());
            (has_verdict, has_cause) = (false, false);
        }
        has_verdict |= is_verdict;
        has_cause |= is_cause;
        reports.last_mut().unwrap().push(sentence);
    }
    reports
}

/// Whether two sentences share most of their words, of which a few may be shared by chance, and not only one of
/// them has a name or a number that the other lacks.
fn is_shared(one: &BTreeSet<String>, other: &BTreeSet<String>, least: usize) -> bool {
    let is_name =
        |word: &String| word.contains(|c: char| c.is_ascii_digit() || "\"'./_".contains(c));
    let shared = one.intersection(other).count();
    let shorter = one.len().min(other.len());
    let are_about_others = one.difference(other).any(is_name) && other.difference(one).any(is_name);
    shorter >= least && shared * 5 >= shorter * 4 && !are_about_others
}

/// Whether a sentence says what an earlier one does; after the line of the verdict, whether any part of it does.
fn is_repeated(one: &str, other: &str) -> bool {
    if is_verdict(one) {
        let others: Vec<_> = clauses(other).collect();
        let is_said = |one| others.iter().any(|other| is_shared(&one, other, 3));
        if clauses(one).any(is_said) {
            return true;
        }
    }
    is_shared(&words(one), &words(other), 4)
}

#[test]
fn no_sentence_stands_twice_in_a_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut seen = 0;
    for file in FILES {
        for (command, output) in screens(&fs::read_to_string(root.join(file)).unwrap()) {
            for report in reports(sentences(&output)) {
                seen += report.len();
                for (place, sentence) in report.iter().enumerate() {
                    for repeated in &report[place + 1..] {
                        let is_alike = ALIKE
                            .iter()
                            .any(|(part, _)| sentence.contains(part) && repeated.contains(part));
                        if is_repeated(sentence, repeated) && !is_alike {
                            found.push(format!("{file}: {command}\n  {sentence}\n  {repeated}"));
                        }
                    }
                }
            }
        }
    }
    assert!(seen > 500, "{seen}");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// How far a time is from the check is in the line of the verdict that rests on it.
#[test]
fn the_row_of_a_deciding_time_repeats_no_duration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let verdict = Regex::new(r"^(expired|not-yet-valid): .*?((?:\d+[ydhms] ?)+)").unwrap();
    let mut rows = 0;
    for file in FILES {
        let mut duration = None;
        for line in fs::read_to_string(root.join(file)).unwrap().lines() {
            if line.is_empty() || is_verdict(line) {
                duration = duration.filter(|_| line.is_empty());
                let found = verdict.captures(line);
                duration = found.map(|found| found[2].trim().to_owned()).or(duration);
            }
            let is_row = line.starts_with("! exp") || line.starts_with("! nbf");
            if let (true, Some(duration)) = (is_row, &duration) {
                let is_said = line.contains(&format!("in {duration}"))
                    || line.contains(&format!("{duration} ago"));
                assert!(!is_said, "{file}: {line}");
                rows += 1;
            }
        }
    }
    assert!(rows >= 10, "{rows}");
}

#[test]
fn a_repeated_sentence_is_found() {
    assert!(is_repeated(
        "malformed: signature has 46 characters, expected 86 for ES256",
        "  the signature has 46 characters; ES256 has 86"
    ));
    assert!(is_repeated(
        "unverifiable: unsupported critical header parameter: \"exp\"",
        "  the signature is correct, but \"crit\" demands an unsupported extension"
    ));
    assert!(is_repeated(
        "error: key.json: swap the \"x\" and \"y\" members in the key",
        "  hint: in the key, swap the members \"x\" and \"y\""
    ));
    assert!(!is_repeated(
        "error: cannot read 'one.txt': no such file",
        "error: cannot read 'two.txt': no such file"
    ));
    assert!(!is_repeated(
        "mis-signed: the signature does not verify",
        "  with R and S swapped, it verifies with the key"
    ));
    let session =
        "```console\n$ jwtlens key k\n  a line that\n    continues\n  alg  algorithm  ES256\n```\n";
    let [(_, output)] = screens(session).try_into().unwrap();
    assert_eq!(sentences(&output), ["  a line that continues"]);
}
