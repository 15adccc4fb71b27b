//! `-o summary` and `-o summary-json`: what a run found, whatever its length and the number of threads.

use serde_json::Value;

use crate::support::{Issuer, NOW, feed, jwtlens, status, stderr, stdout};

fn summary(options: &[&str], tokens: &str) -> Value {
    let mut run = jwtlens();
    run.args(["decode", "--check-time", "-o", "summary-json"])
        .args(["--at", &NOW.to_string()])
        .args(options);
    let output = feed(&mut run, tokens.as_bytes());
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

/// More names than are counted each: the first ones are, in the order of the tokens.
#[test]
fn names_are_bounded_and_do_not_depend_on_threads() {
    let token = |number: usize| {
        let issuer = Issuer::new(1, &format!("kid-{number}"));
        issuer.token(&format!(
            "{{\"iss\":\"iss-{}\",\"exp\":{}}}",
            number % 3,
            NOW + 5
        ))
    };
    let mut tokens: Vec<String> = (0..1500).rev().map(token).collect();
    tokens.extend((0..1500).map(token));
    let tokens = tokens.join("\n");
    let one = summary(&["-j", "1"], &tokens);
    let many = summary(&["-j", "4"], &tokens);
    assert_eq!(one, many);
    assert_eq!(one["tokens"], 3000);
    let names = one["kid"]["names"].as_array().unwrap();
    assert_eq!(names.len(), 1000);
    let first = |name: &Value| {
        let number: usize = name["name"].as_str().unwrap()[4..].parse().unwrap();
        number >= 500 && name["tokens"] == 2
    };
    assert!(names.iter().all(first));
    assert_eq!(one["kid"]["others"]["not-verified"], 1000);
    assert_eq!(one["iss"]["names"].as_array().unwrap().len(), 3);
    assert_eq!(one["alg"]["names"][0]["name"], "ES256");
    assert_eq!(one["alg"]["names"][0]["tokens"], 3000);
}

/// A line without a time has that of the line before it, also if another thread checks that one.
#[test]
fn times_of_lines_do_not_depend_on_threads() {
    let token = Issuer::new(1, "k").token("{\"exp\":1795457000}");
    let line = |number: i64| match number % 3 {
        0 => format!("{} no token\n", 1_795_456_000 + number),
        1 => format!("  {token}\n"),
        _ => format!("  {token} and {token}\n"),
    };
    let log: String = (0..6000).map(line).collect();
    let times = |jobs: &str| -> Vec<i64> {
        let mut run = jwtlens();
        run.args(["decode", "--at", "line", "-o", "jsonl", "-j", jobs]);
        let output = feed(&mut run, log.as_bytes());
        let reports = stdout(&output);
        let reports = reports
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        reports
            .map(|report| report["time"]["now"].as_i64().unwrap())
            .collect()
    };
    let expected: Vec<i64> = (0..2000)
        .flat_map(|group| [1_795_456_000 + 3 * group; 3])
        .collect();
    assert_eq!(times("1"), expected);
    assert_eq!(times("4"), expected);
}

#[test]
fn tokens_near_their_expiry_are_counted() {
    let issuer = Issuer::new(1, "k");
    let token =
        |claim: &str, offset: i64| issuer.token(&format!("{{\"{claim}\":{}}}", NOW + offset));
    let tokens = [
        token("exp", 1),
        token("exp", 0),
        token("exp", -60),
        token("exp", -61),
        token("nbf", 300),
        token("nbf", 301),
        token("nbf", -1),
    ];
    let found = summary(&[], &tokens.join("\n"));
    assert_eq!(found["skew"]["expired"], 2);
    assert_eq!(found["skew"]["not_yet_valid"], 1);
    assert_eq!(found["verdicts"]["expired"], 3);
    assert_eq!(found["verdicts"]["not-yet-valid"], 2);
    let expired = summary(&["--only", "expired"], &tokens.join("\n"));
    assert_eq!(expired["tokens"], 3);
    assert_eq!(expired["verdicts"]["not-verified"], Value::Null);
}

/// What was guessed of a token whose signer a later one reveals is not counted any more, and a token that --only leaves
/// out not at all.
#[test]
fn causes_and_reasons_of_a_revealed_signer_add_up() {
    let [given, unknown, third] = [1, 2, 3].map(|seed| Issuer::new(seed, "k"));
    let debug = |only: &[&str], tokens: &[&str]| -> Value {
        let mut run = jwtlens();
        run.args(["debug", "-o", "summary-json", "-k", &given.jwk()]);
        run.args(["--at", &NOW.to_string()]).args(only);
        serde_json::from_str(&stdout(&feed(&mut run, tokens.join("\n").as_bytes()))).unwrap()
    };
    let [first, second] = ["1", "2"].map(|sub| unknown.token(&format!(r#"{{"sub":"{sub}"}}"#)));
    let alone = third.token(r#"{"sub":"3"}"#);
    let malformed = unknown.token(r#"{"sub":4}"#);
    for (only, tokens, same_signer, unexplained, reasons) in [
        (
            &[][..],
            vec![&*first, &alone, &second],
            Some(2),
            Some(1),
            [2, 1],
        ),
        (&[], vec![&*first, &second], Some(2), None, [2, 0]),
        (&[], vec![&*first, &alone], None, Some(2), [0, 2]),
        // The first one is not counted.
        (
            &["--only", "mis-signed"],
            vec![&*malformed, &alone, &second],
            Some(1),
            Some(1),
            [1, 1],
        ),
    ] {
        let found = debug(only, &tokens);
        assert_eq!(
            found["causes"]["same-signer"].as_u64(),
            same_signer,
            "{found:#}"
        );
        assert_eq!(
            found["causes"]["no-key-matches"].as_u64(),
            unexplained,
            "{found:#}"
        );
        let count = |cause: &str| {
            let mut counted = found["reasons"].as_array().unwrap().iter();
            let it = counted.find(|it| it["reason"] == format!("mis-signed: {cause}"));
            it.map_or(0, |it| it["tokens"].as_u64().unwrap())
        };
        assert_eq!(
            ["same-signer", "no-key-matches"].map(count),
            reasons,
            "{found:#}"
        );
        let signers = found["signers"].as_object().unwrap().values();
        assert_eq!(
            signers.map(|tokens| tokens.as_u64().unwrap()).next(),
            same_signer
        );
    }
}

/// `docs/summary.md` names every field, and no other.
#[test]
fn reference_of_the_summary_is_complete() {
    let found = summary(
        &["--scan"],
        "eyJhbGciOiJFUzI1NiJ9.e30.AA eyJhbGciOiJFUzI1NiJ9",
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/summary.md");
    let text = std::fs::read_to_string(path).unwrap();
    let names = text.lines().filter(|line| line.starts_with("| `"));
    let names = names.flat_map(|line| {
        line.split(" | ")
            .next()
            .unwrap()
            .split('`')
            .skip(1)
            .step_by(2)
    });
    let documented: Vec<String> = names
        .filter(|name| !name.starts_with('.'))
        .map(|name| name.split(['.', '[']).next().unwrap().to_owned())
        .collect();
    for field in found.as_object().unwrap().keys() {
        assert!(documented.contains(field), "{field}");
    }
    for name in documented {
        let is_absent = name == "issued_at";
        assert!(found.get(&name).is_some() || is_absent, "{name}");
    }
}

/// Every reason, cause and name at once is a screen.
#[test]
fn the_table_fits_a_screen() {
    let mut tokens = String::new();
    // More than a screen has lines.
    for number in 0..25_u8 {
        let issuer = Issuer::new(number + 1, &format!("kid-{number}"));
        let header = format!("{{\"alg\":\"XX{number}\",\"kid\":\"kid-{number}\"}}");
        let claims = format!(
            "{{\"iss\":\"iss-{number}\",\"iat\":{},\"exp\":{NOW}}}",
            NOW - i64::from(number)
        );
        tokens.push_str(&issuer.sign(header.as_bytes(), claims.as_bytes()));
        tokens.push('\n');
        tokens.push_str(&issuer.token(&claims));
        tokens.push('\n');
    }
    for malformed in [
        "a.b.c",
        "a",
        "{}.e30.",
        "e30.e30.a",
        "eyJ9.e30.AA",
        "W10.e30.AA",
        "e30.e30.AA",
        "a+b.c.d",
        "é",
    ] {
        tokens.push_str(malformed);
        tokens.push('\n');
    }
    let mut run = jwtlens();
    run.args([
        "debug",
        "-o",
        "summary",
        "-k",
        "made/public_key.json",
        "--sub",
        "a",
        "--at",
    ])
    .arg(NOW.to_string())
    .env("COLUMNS", "80");
    let output = feed(&mut run, tokens.as_bytes());
    let text = stdout(&output);
    assert_eq!(status(&output), 8);
    assert!(text.lines().count() <= 24, "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(
        !stderr(&output).contains("tokens in"),
        "{}",
        stderr(&output)
    );
}

/// Names fill the screen: more are listed if there is room.
#[test]
fn the_table_lists_as_many_names_as_fit() {
    let tokens = |count: u8| -> String {
        let token = |number: u8| {
            let issuer = Issuer::new(number + 1, &format!("kid-{number:02}"));
            issuer.token(&format!("{{\"iss\":\"iss-{}\"}}", number % 4))
        };
        (0..count).map(token).collect::<Vec<_>>().join("\n")
    };
    for (count, lines, last_kid) in [(3, 9, Some(2)), (12, 19, Some(11)), (40, 23, None)] {
        let mut run = jwtlens();
        run.args(["decode", "-o", "summary", "--at", &NOW.to_string()]);
        let text = stdout(&feed(&mut run, tokens(count).as_bytes()));
        assert_eq!(text.lines().count(), lines, "{text}");
        if let Some(number) = last_kid {
            assert!(text.contains(&format!("kid-{number:02}: ")), "{text}");
        } else {
            assert!(text.contains("; others: "), "{text}");
        }
    }
}
