//! How much of a screen a text report takes: its height, its width, and where its verdict is if the
//! report is taller than the screen.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use regex::Regex;
use rustix::termios::{tcgetwinsize, tcsetwinsize};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::asn1;
use crate::cases::CASES;
use crate::generated::tempdir;
use crate::made_families;
use crate::pairs::Pair;
use crate::support::{Issuer, data, der, feed, jwtlens, skipped, stdout};
use crate::terminal::{on_terminal, terminal};

const AT: &str = "--at=2026-11-23T18:09:24Z";

/// The files in `tests/data/made` with this extension, in order of name.
fn made(extension: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(data("made"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(extension))
        .map(|name| format!("made/{name}"))
        .collect();
    names.sort();
    assert!(names.len() > 5, "{names:?}");
    names
}

/// Every token of the golden cases, each with the name of its file.
fn tokens() -> Vec<(String, String)> {
    made(".txt")
        .into_iter()
        .flat_map(|name| {
            let text = fs::read_to_string(data(&name)).unwrap();
            let lines = text.lines().filter(|line| !line.is_empty());
            let lines: Vec<String> = lines.map(String::from).collect();
            lines.into_iter().map(move |line| (name.clone(), line))
        })
        .collect()
}

fn report(command: &str, arguments: &[&str], columns: usize, token: &str) -> String {
    let mut program = jwtlens();
    program
        .env("COLUMNS", columns.to_string())
        .args([command, AT]);
    stdout(&feed(program.args(arguments), token.as_bytes()))
}

/// Whether header and claims are of the usual size: every value fits on a line.
fn is_ordinary(report: &Value) -> bool {
    let fits = |members: &Value, most: usize| match members {
        Value::Object(members) => {
            members.len() <= most && members.values().all(|value| value.to_string().len() <= 50)
        }
        _ => true,
    };
    fits(&report["header"], 3) && fits(&report["claims"], 9)
}

/// Whether a report shows the key or the header that a cause leads to.
fn is_long(report: &str) -> bool {
    let words: Vec<&str> = report.split_whitespace().collect();
    let report = words.join(" ");
    report.contains("with the recovered key {") || report.contains(" with the header {")
}

/// A report without some of its sections.
fn without_sections(report: &str, is_more: impl Fn(&str) -> bool) -> String {
    let mut is_left_out = false;
    let lines = report.lines().filter(|line| {
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            is_left_out = is_more(line);
        }
        !is_left_out
    });
    let lines: Vec<&str> = lines.collect();
    lines.join("\n").trim_end().to_owned()
}

#[test]
fn an_ordinary_report_fits_a_screen() {
    const KEY: &[&str] = &["-k", "made/public_key.json"];
    let (mut valid, mut rejected) = (0, 0);
    let mut too_tall = Vec::new();
    for (name, token) in tokens() {
        let json = report("verify", &[KEY, &["-o", "jsonl"]].concat(), 80, &token);
        let json: Value = serde_json::from_str(&json).unwrap();
        if !is_ordinary(&json) {
            continue;
        }
        for command in ["verify", "debug", "decode"] {
            let text = report(
                command,
                if command == "decode" { &[] } else { KEY },
                80,
                &token,
            );
            let verdict = text.split(':').next().unwrap();
            let is_accepted = ["valid", "not-verified"].contains(&verdict);
            // What is not the one cause comes on top.
            let is_more = |section: &str| {
                section.starts_with("Also: ") || is_accepted && section.starts_with("Note: ")
            };
            let lines = without_sections(&text, is_more).lines().count();
            // A recovered key is shown whole, a header as far as it fits.
            let is_long = is_long(&text);
            let most = match (is_accepted, is_long) {
                (true, _) => 22,
                // The prompt takes a line of the terminal too.
                (false, false) => 23,
                (false, true) => 24,
            };
            if lines > most {
                too_tall.push(format!("{lines} lines of {name}: {text}"));
            }
            if is_accepted {
                valid += 1;
            } else {
                rejected += 1;
            }
        }
    }
    assert!(too_tall.is_empty(), "{}", too_tall.join("\n"));
    assert!(valid > 40 && rejected > 60, "{valid} {rejected}");
}

/// A wrong key beside another fault: what is not the one cause is cut to its sentence.
#[test]
fn a_report_with_two_causes_fits_a_screen() {
    let directory = tempdir("two-causes");
    let root = Issuer::new(1, "root");
    let certificate = asn1::certificate(("Test CA", &root), ("Test CA", &root), true);
    let rsa = Pair::new("RSA", 7).jwk();
    fs::write(
        directory.join("ca.pem"),
        asn1::pem("CERTIFICATE", &certificate),
    )
    .unwrap();
    fs::write(directory.join("rsa.json"), rsa).unwrap();
    let signer = Issuer::new(2, "ec-1");
    let header = br#"{"alg":"ES256","typ":"JWT","kid":"ec-1"}"#;
    let claims = |nbf: &str, exp: &str| {
        format!(
            r#"{{"iss":"https://auth.example.com","sub":"user-42","aud":"api","email":"ada@example.com","role":"admin","iat":1795449864,"nbf":{nbf},"exp":{exp},"jti":"a1b2c3"}}"#
        )
    };
    let sign = |nbf: &str, exp: &str| signer.sign(header, claims(nbf, exp).as_bytes());
    let whole = sign("1795449864", "1795460664");
    let (input, signature) = whole.rsplit_once('.').unwrap();
    let raw = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let encoded = BASE64URL_NOPAD.encode(&der(raw.clone().try_into().unwrap()));
    let hex = BASE64URL_NOPAD.encode(HEXLOWER.encode(&raw).as_bytes());
    let tokens = [
        ("der", format!("{input}.{encoded}")),
        ("expired", sign("1795449864", "1795450000")),
        ("milliseconds", sign("1795449864", "1795460664000")),
        ("nbf in milliseconds", sign("1795449864000", "1795460664")),
        ("text", sign("1795449864", "\"2027-01-01T00:00:00Z\"")),
        ("number as text", sign("1795449864", "\"1795460664\"")),
        ("hex", format!("{input}.{hex}")),
        ("truncated", whole[..whole.len() - 7].to_owned()),
    ];
    let mut with_two = 0;
    for (name, token) in &tokens {
        for key in ["ca.pem", "rsa.json"] {
            let mut command = jwtlens();
            command.current_dir(&directory).env("COLUMNS", "80");
            command.args(["debug", AT, "-k", key]);
            let text = stdout(&feed(&mut command, token.as_bytes()));
            assert!(text.contains("Why: "), "{name}, {key}: {text}");
            assert!(text.lines().count() <= 23, "{name}, {key}: {text}");
            with_two += usize::from(text.contains("\nAlso: "));
            let whole = stdout(&feed(command.arg("--verbose"), token.as_bytes()));
            assert!(whole.matches("hint: ").count() >= text.matches("hint: ").count());
        }
    }
    assert!(with_two > 4, "{with_two}");
}

/// The last line of a tall report names the algorithm that the keys are compared with.
#[test]
fn the_verdict_of_a_tall_report_has_its_subject() {
    let directory = tempdir("subject");
    fs::write(directory.join("rsa.json"), Pair::new("RSA", 7).jwk()).unwrap();
    let (master, slave) = terminal(80);
    let mut size = tcgetwinsize(&slave).unwrap();
    size.ws_row = 10;
    tcsetwinsize(&slave, size).unwrap();
    let mut command = jwtlens();
    command
        .args(["debug", "--color=never", AT, "-k"])
        .arg(directory.join("rsa.json"));
    let token = fs::File::open(data("made/valid.txt")).unwrap();
    let (_, text) = on_terminal(&mut command, token.into(), master, slave);
    let last: Vec<&str> = text.lines().rev().take(4).collect();
    let last: Vec<&str> = last.into_iter().rev().map(str::trim).collect();
    let last = last.join(" ");
    assert!(
        last.contains("unverifiable: \"alg\" is \"ES256\"; the key is RSA (2048 bits)"),
        "{text}"
    );
}

/// Verdict, key and cause above the header: with three header parameters and nine claims, that makes a
/// report of 24 lines.
#[test]
fn every_cause_leaves_room_for_the_claims() {
    const MOST: usize = 8;
    let directory = tempdir("causes");
    let file = |name: &str, key: &str| {
        fs::write(directory.join(name), key).unwrap();
        name.to_owned()
    };
    let mut tokens = Vec::new();
    for case in &*CASES {
        tokens.push((
            case.id.to_owned(),
            case.token.clone(),
            file(&format!("{}.json", case.id), &case.key),
        ));
    }
    let [(_, families), (_, keys)] = made_families::made();
    for (number, token) in families.lines().enumerate() {
        tokens.push((
            format!("family {number}"),
            token.to_owned(),
            file("families.json", &keys),
        ));
    }
    let [root, other] = [1, 2].map(|seed| Issuer::new(seed, "k"));
    let name = "kubernetes";
    let authority = asn1::certificate((name, &root), (name, &root), true);
    let claims = br#"{"iss":"kubernetes/serviceaccount"}"#;
    let token = other.sign(br#"{"alg":"ES256","kid":""}"#, claims);
    let authority = asn1::pem("CERTIFICATE", &authority);
    tokens.push(("authority".to_owned(), token, file("ca.crt", &authority)));
    let members = Regex::new(r"(?s)\n+(Header|Claims|Note).*").unwrap();
    let (mut seen, mut too_tall) = (0, Vec::new());
    for (name, token, key) in tokens {
        let mut command = jwtlens();
        command.current_dir(&directory).env("COLUMNS", "80");
        let text = stdout(&feed(
            command.args(["debug", AT, "-k", &key]),
            token.as_bytes(),
        ));
        let above = members.replace(&text, "");
        // What is not the one cause comes on top.
        let above = without_sections(&above, |section| section.starts_with("Also: "));
        let lines = above.lines().count();
        seen += usize::from(text.contains("\nWhy: "));
        // A recovered key is shown whole, a header as far as it fits.
        if lines > MOST + usize::from(is_long(&text)) {
            too_tall.push(format!("{lines} lines of {name}: {text}"));
        }
    }
    assert!(too_tall.is_empty(), "{}", too_tall.join("\n"));
    assert!(seen > 40, "{seen}");
}

/// What a report needs beyond a screen is the lines between its sections, and then the meanings of names.
#[test]
fn a_report_with_more_claims_fits_a_screen() {
    let issuer = Issuer::new(1, "key");
    let directory = tempdir("dense");
    fs::write(directory.join("key.json"), issuer.jwk()).unwrap();
    let report = |claims: usize, columns: &str| {
        let long = "x".repeat(60);
        let claims: Vec<String> = (0..claims)
            .map(|number| format!("\"claim{number}\":\"{long}\""))
            .collect();
        let claims = format!("{{\"iss\":\"{long}\",{}}}", claims.join(","));
        let token = issuer.sign(
            br#"{"alg":"ES256","typ":"JWT","kid":"key"}"#,
            claims.as_bytes(),
        );
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        let signature = der(signature.try_into().unwrap());
        let token = format!("{input}.{}", BASE64URL_NOPAD.encode(&signature));
        let mut command = jwtlens();
        command.current_dir(&directory).env("COLUMNS", columns);
        let arguments = ["debug", AT, "-k", "key.json"];
        stdout(&feed(command.args(arguments), token.as_bytes()))
    };
    let ordinary = report(8, "160");
    assert!(ordinary.contains("\n\nClaims"), "{ordinary}");
    let dense = report(11, "160");
    assert!(
        !dense.contains("\n\n") && dense.contains("issuer"),
        "{dense}"
    );
    assert_eq!(dense.lines().count(), 23, "{dense}");
    let denser = report(11, "80");
    assert!(
        !denser.contains("\n\n") && !denser.contains("issuer"),
        "{denser}"
    );
    assert_eq!(denser.lines().count(), 23, "{denser}");
    // What does not fit is not made denser.
    let tall = report(12, "160");
    assert!(
        tall.contains("\n\nClaims") && tall.contains("issuer"),
        "{tall}"
    );
}

/// Tokens and questions of others, each with its files.
#[test]
fn reports_about_tokens_of_others_fit_a_screen() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/cases.json");
    let Ok(cases) = fs::read_to_string(file) else {
        return skipped("there are no cases of others in ../shared");
    };
    let cases: Vec<Value> = serde_json::from_str(&cases).unwrap();
    assert!(cases.len() > 20, "{}", cases.len());
    let mut too_tall = Vec::new();
    for case in &cases {
        let directory = tempdir(case["id"].as_str().unwrap());
        for (name, content) in case["files"].as_object().unwrap() {
            let path = directory.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let content = BASE64.decode(content.as_str().unwrap().as_bytes());
            fs::write(path, content.unwrap()).unwrap();
        }
        let arguments = case["args"].as_array().unwrap();
        let mut command = jwtlens();
        command.current_dir(&directory).env("COLUMNS", "80");
        command.args(arguments.iter().map(|argument| argument.as_str().unwrap()));
        let text = stdout(&feed(&mut command, b""));
        if !text.starts_with(['{', '[']) && text.lines().count() > 23 {
            too_tall.push(format!("{}: {text}", case["id"]));
        }
    }
    assert!(too_tall.is_empty(), "{}", too_tall.join("\n"));
}

/// Every token and key there is, at every width: what is too long continues below.
#[test]
fn no_report_is_wider_than_the_terminal() {
    let tokens: String = tokens()
        .into_iter()
        .map(|(_, token)| token + "\n")
        .collect();
    let keys = made(".json");
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    for columns in 40..=200 {
        let verify = [
            "-k",
            "made/public_key.json",
            "-k",
            "made/other_key.json",
            "--aud=api",
        ];
        let mut texts = vec![report("verify", &verify, columns, &tokens)];
        if columns % 4 == 0 {
            texts.push(report("decode", &[], columns, &tokens));
            let mut command = jwtlens();
            command.env("COLUMNS", columns.to_string()).arg("key");
            texts.push(stdout(&feed(command.args(&keys), b"")));
        }
        for text in texts {
            assert!(text.lines().count() > 100, "{text}");
            for line in text.lines() {
                assert!(line.width() <= columns, "{columns}: {line}");
            }
        }
    }
}

/// A debugger's sentences are longer, and a search takes a while: each token at a width of its own.
#[test]
fn no_finding_is_wider_than_the_terminal() {
    for ((name, token), columns) in tokens().into_iter().zip((40..).step_by(3)) {
        let arguments = ["-k", "made/public_key.json", "--verbose"];
        for line in report("debug", &arguments, columns, &token).lines() {
            assert!(line.width() <= columns, "{name}, {columns}: {line}");
        }
    }
}

#[test]
fn no_usage_error_is_wider_than_the_terminal() {
    for arguments in [
        &["verify", "--alg", "ES257"][..],
        &["verify", "-o", "yaml"],
        &["verify", "--leeway", "admin-login"],
        &["no-command"],
    ] {
        let (master, slave) = terminal(80);
        let mut command = jwtlens();
        command.args(arguments);
        let (status, text) = on_terminal(&mut command, Stdio::null(), master, slave);
        assert_eq!(status, Some(2), "{text}");
        assert!(text.contains("--help"), "{text}");
        for line in text.lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
}

/// What `jwtlens verify` writes to a terminal of so many rows.
fn on_rows(rows: u16, token: &str) -> String {
    let (master, slave) = terminal(80);
    let mut size = tcgetwinsize(&master).unwrap();
    size.ws_row = rows;
    tcsetwinsize(&master, size).unwrap();
    let mut command: Command = jwtlens();
    command.args(["verify", "--color=never", "-k", "made/public_key.json", AT]);
    let token = fs::File::open(data(token)).unwrap();
    on_terminal(&mut command, token.into(), master, slave).1
}

#[test]
fn the_verdict_is_the_last_line_too_if_the_report_is_taller_than_the_terminal() {
    for token in ["made/valid.txt", "made/mis-signed.txt"] {
        let whole = on_rows(100, token);
        let verdict = whole.lines().next().unwrap();
        assert_eq!(whole.matches(verdict).count(), 1, "{whole}");
        // The line of the prompt that follows takes a row too.
        let height = u16::try_from(whole.lines().count()).unwrap();
        for rows in [height + 1, height + 2] {
            assert_eq!(on_rows(rows, token), whole);
        }
        let dense = whole.replace("\n\n", "\n");
        assert_eq!(on_rows(height, token), dense);
        let (body, hint) = match whole.rsplit_once("\nhint: ") {
            Some((body, hint)) => (body, format!("hint: {hint}")),
            None => (&*whole, String::new()),
        };
        assert_eq!(hint.is_empty(), token == "made/valid.txt");
        for rows in [height - 4, 5, 1] {
            let expected = format!("{body}\n{verdict}\n{hint}");
            assert_eq!(on_rows(rows, token), expected, "{rows}");
        }
    }
    // The last lines give the cause and its hint, if there is one.
    let whole = on_rows(100, "made/by-other-key.txt");
    let cause = "mis-signed: no given key has the ID \"6d1bc1f8-2f3c-4e0c-9a3e-0d5b0f3f6a11\"";
    assert!(!whole.contains(cause), "{whole}");
    let hint = "hint: use the public_key.json that Transcodes showed when the key was created";
    let expected = format!("{whole}\n{cause}\n{hint}\n");
    assert_eq!(on_rows(5, "made/by-other-key.txt"), expected);
    // A terminal that does not know its rows, and a pipe.
    let unknown = on_rows(0, "made/valid.txt");
    assert_eq!(unknown.matches("valid: ").count(), 1, "{unknown}");
    let whole = on_rows(100, "made/valid.txt");
    let token = fs::read_to_string(data("made/valid.txt")).unwrap();
    let piped = report("verify", &["-k", "made/public_key.json"], 80, &token);
    assert_eq!(piped, whole);
}

#[test]
fn many_reports_are_told_apart() {
    let token = fs::read_to_string(data("made/valid.txt")).unwrap();
    let mut command = jwtlens();
    command.args(["verify", "-k", "made/public_key.json", AT]);
    let output = feed(&mut command, token.repeat(6).as_bytes());
    let text = stdout(&output);
    let rules: Vec<&str> = text.lines().filter(|line| line.starts_with('-')).collect();
    let expected: Vec<String> = (2..=6)
        .map(|line| format!("{:-<80}", format!("--- stdin:{line} ")))
        .collect();
    assert_eq!(rules, expected);
    // One blank line before each rule, the verdict after it.
    for rule in &expected {
        assert!(text.contains(&format!("\n\n{rule}\nvalid: ")), "{text}");
    }
    let hint = "hint: use -o line for one line per token, or -o summary for counts\n";
    let stderr =
        |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr(&output).ends_with(hint));
    // A handful can be read, and the short form needs no hint.
    let output = feed(&mut command, token.repeat(5).as_bytes());
    assert!(!stderr(&output).contains("hint:"));
    for arguments in [&["-o", "line"][..], &["--only", "valid"], &["-q"]] {
        let mut command = jwtlens();
        command.args(["verify", "-k", "made/public_key.json", AT]);
        let output = feed(command.args(arguments), token.repeat(6).as_bytes());
        assert!(!stderr(&output).contains("hint:"), "{arguments:?}");
    }
}
