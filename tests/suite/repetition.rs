//! Each fact stands once in a report: in what the commands of the session files print, no two sentences of
//! one report say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::golden::FILES;

/// Words that say nothing by themselves.
const STOP_WORDS: &str = "a all an and are as at be been but by for from has have in is it its must not of on \
                          one only or so than that the this to was were which with";

/// Sentences that are alike and say different things: a part of both.
const ALIKE: &[(&str, &str)] = &[
    (
        "the dates and the chain of the certificate are not checked",
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
        LazyLock::new(|| Regex::new(r#"[\w"'./-]*[a-z][\w"'./-]*"#).unwrap());
    let sentence = LABEL.replace_all(sentence, "").to_lowercase();
    let words = WORD
        .find_iter(&sentence)
        .map(|word| word.as_str().trim_end_matches(['.', ',']).to_owned());
    let is_stop = |word: &String| STOP_WORDS.split(' ').any(|stop| stop == word);
    words.filter(|word| !is_stop(word)).collect()
}

/// The reports on a screen, each with its sentences: what stands before the first belongs to it.
fn reports(sentences: Vec<String>) -> Vec<Vec<String>> {
    let verdict = Regex::new(
        "^(valid|not-verified|expired|not-yet-valid|claim-rejected|unverifiable|mis-signed|malformed): ",
    )
    .unwrap();
    let mut reports = vec![Vec::new()];
    let (mut has_verdict, mut has_cause) = (false, false);
    for sentence in sentences {
        let is_verdict = verdict.is_match(&sentence);
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

/// Whether two sentences share most of their words, and not only one of them has a name or a number that
/// the other lacks.
fn is_repeated(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    /// Fewer words may be shared by chance.
    const LEAST: usize = 4;
    let is_name =
        |word: &String| word.contains(|c: char| c.is_ascii_digit() || "\"'./_".contains(c));
    let shared = one.intersection(other).count();
    let shorter = one.len().min(other.len());
    let are_about_others = one.difference(other).any(is_name) && other.difference(one).any(is_name);
    shorter >= LEAST && shared * 5 >= shorter * 4 && !are_about_others
}

#[test]
fn no_sentence_stands_twice_in_a_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut seen = 0;
    for file in FILES {
        for (command, output) in screens(&fs::read_to_string(root.join(file)).unwrap()) {
            for report in reports(sentences(&output)) {
                let report: Vec<_> = report.into_iter().map(|s| (words(&s), s)).collect();
                seen += report.len();
                for (place, (one, sentence)) in report.iter().enumerate() {
                    for (other, repeated) in &report[place + 1..] {
                        let is_alike = ALIKE
                            .iter()
                            .any(|(part, _)| sentence.contains(part) && repeated.contains(part));
                        if is_repeated(one, other) && !is_alike {
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

#[test]
fn a_repeated_sentence_is_found() {
    let repeated = |one, other| is_repeated(&words(one), &words(other));
    assert!(repeated(
        "error: key.json: swap the \"x\" and \"y\" members in the key",
        "  hint: in the key, swap the members \"x\" and \"y\""
    ));
    assert!(!repeated(
        "error: cannot read 'one.txt': no such file",
        "error: cannot read 'two.txt': no such file"
    ));
    let session =
        "```console\n$ jwtlens key k\n  a line that\n    continues\n  alg  algorithm  ES256\n```\n";
    let [(_, output)] = screens(session).try_into().unwrap();
    assert_eq!(sentences(&output), ["  a line that continues"]);
}
