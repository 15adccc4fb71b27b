//! Many tokens: the same output whatever the number of threads and however the input is cut.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use crate::generated::tempdir;
use crate::support::{BetweenPipes, Issuer, NOW, data, feed, jwtlens, status, stderr, stdout};

/// Tokens of every verdict, good ones for the most part, with rubbish between them: enough for some
/// blocks, so that threads are used.
fn stream(lines: usize) -> Vec<u8> {
    let issuers = [Issuer::new(1, "a"), Issuer::new(2, "b")];
    let mut stream = Vec::new();
    for number in 0..lines {
        let claims = format!(r#"{{"sub":"member-{number}","exp":{}}}"#, NOW + 3600);
        match number % 50 {
            7 => stream.extend(Issuer::new(3, "c").token(&claims).bytes()),
            13 => stream.extend(issuers[0].token(r#"{"exp":1}"#).bytes()),
            19 => stream.extend(b"rubbish \xff\0"),
            23 => {}
            29 => stream.extend(
                issuers[0]
                    .sign(br#"{"alg":"none"}"#, claims.as_bytes())
                    .bytes(),
            ),
            31 => stream.extend(
                issuers[1]
                    .sign(issuers[0].header().as_bytes(), claims.as_bytes())
                    .bytes(),
            ),
            _ => stream.extend(issuers[number % 2].token(&claims).bytes()),
        }
        stream.push(b'\n');
    }
    stream
}

fn keys() -> String {
    format!(
        r#"{{"keys":[{},{}]}}"#,
        Issuer::new(1, "a").jwk(),
        Issuer::new(2, "b").jwk()
    )
}

fn verify(arguments: &[&str]) -> Command {
    let mut command = jwtlens();
    command
        .args(["verify", "-k", &keys(), "--at", &NOW.to_string()])
        .args(arguments);
    command
}

/// What is told of the time it took is another each time.
fn told(output: &Output) -> Vec<String> {
    let error = stderr(output);
    let without_time = |line: &str| match line.split_once(" tokens in ") {
        Some((count, rest)) => format!("{count}: {}", rest.split_once(": ").unwrap().1),
        None => line.to_owned(),
    };
    error.lines().map(without_time).collect()
}

#[test]
fn any_number_of_threads_prints_the_same() {
    let input = stream(4000);
    for format in [
        &["-o", "line"][..],
        &["-o", "jsonl"],
        &["-o", "claims"],
        &["-o", "token", "--only", "mis-signed"],
        &["-o", "text", "--only", "expired"],
        &["-q"],
    ] {
        let alone = feed(verify(format).args(["--jobs", "1"]), &input);
        assert_eq!(status(&alone), 8);
        assert_eq!(alone.stdout.is_empty(), format == ["-q"]);
        for jobs in ["2", "3", "7"] {
            let many = feed(verify(format).args(["--jobs", jobs]), &input);
            assert_eq!(status(&many), 8);
            assert!(many.stdout == alone.stdout, "{format:?} {jobs}");
            assert_eq!(told(&many), told(&alone), "{format:?} {jobs}");
        }
    }
    // A pipe gives less at once than a file, and any amount is one.
    let file = std::env::temp_dir().join(format!("jwtlens-stream-{}", std::process::id()));
    std::fs::write(&file, &input).unwrap();
    let whole = verify(&["-o", "jsonl", "-f"]).arg(&file).output().unwrap();
    let piped = feed(&mut verify(&["-o", "jsonl"]), &input);
    std::fs::remove_file(&file).unwrap();
    let name = format!("\"source\":\"{}\"", file.display());
    assert_eq!(
        stdout(&whole).replace(&name, "\"source\":\"stdin\""),
        stdout(&piped)
    );
    // Every line has its answer, in its order, and each is the one that a lone token gets.
    let line = stdout(&feed(verify(&["-o", "line"]).args(["--jobs", "3"]), &input));
    let numbers: Vec<usize> = line
        .lines()
        .map(|line| line.split('\t').next().unwrap().parse().unwrap())
        .collect();
    let expected: Vec<usize> = (0..4000)
        .filter(|number| number % 50 != 23)
        .map(|number| number + 1)
        .collect();
    assert_eq!(numbers, expected);
    for (line, token) in line
        .lines()
        .zip(
            input
                .split(|octet| *octet == b'\n')
                .filter(|token| !token.is_empty()),
        )
        .take(60)
    {
        let alone = stdout(&feed(&mut verify(&["-o", "line"]), token));
        assert_eq!(
            line.split_once('\t').unwrap().1,
            alone.trim_end().split_once('\t').unwrap().1
        );
    }
}

#[test]
fn any_cut_of_the_input_prints_the_same() {
    // More than a table takes to be made.
    let input = stream(80);
    let whole = feed(&mut verify(&["-o", "jsonl"]), &input);
    for size in [1, 7, 300] {
        let mut child = verify(&["-o", "jsonl"]).between_pipes();
        let mut stdin = child.stdin.take().unwrap();
        let mut answers = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            answers.read_to_end(&mut all).unwrap();
            all
        });
        for part in input.chunks(size) {
            stdin.write_all(part).unwrap();
            if size > 1 {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
        drop(stdin);
        assert!(reader.join().unwrap() == whole.stdout, "{size}");
        assert_eq!(child.wait().unwrap().code(), whole.status.code());
    }
}

#[test]
fn lines_at_the_limit_stand_between_others() {
    let good = [Issuer::new(1, "a").token("{}").into_bytes(), b"\n".to_vec()].concat();
    let long = [vec![b'a'; 16 << 20], b"\n".to_vec()].concat();
    let too_long = [vec![b'a'; (16 << 20) + 1], b"\n".to_vec()].concat();
    let many = good.repeat(2000);
    let input = [&many[..], &long, &good, &too_long, &many, &long].concat();
    for jobs in ["1", "2"] {
        let output = feed(verify(&["-o", "line"]).args(["--jobs", jobs]), &input);
        let text = stdout(&output);
        assert_eq!(text.matches("\tvalid\t").count(), 4001);
        assert_eq!(text.matches("\tmalformed\t").count(), 3);
    }
}

#[test]
fn the_first_refusal_can_end_the_run() {
    let issuer = Issuer::new(1, "a");
    let good = format!("{}\n", issuer.token("{}"));
    let bad = format!("{}\n", issuer.token(r#"{"exp":1}"#));
    for before in [0, 3, 3000] {
        let input = [good.repeat(before), bad.clone(), "rubbish\n".repeat(3000)].concat();
        for jobs in ["1", "2"] {
            let output = feed(
                verify(&["-o", "line", "--fail-fast"]).args(["--jobs", jobs]),
                input.as_bytes(),
            );
            assert_eq!(status(&output), 3, "{before} {jobs}");
            assert_eq!(stdout(&output).lines().count(), before + 1);
            assert!(
                stdout(&output)
                    .lines()
                    .last()
                    .unwrap()
                    .contains("\texpired\t")
            );
        }
    }
}

/// A reader that leaves a fast stream of many threads.
#[test]
fn a_reader_that_leaves_ends_all_threads() {
    let good = format!("{}\n", Issuer::new(1, "a").token("{}"));
    for jobs in ["1", "2", "7"] {
        let mut command = verify(&["-o", "jsonl", "--jobs", jobs]);
        let mut child = command.between_pipes();
        let mut stdin = child.stdin.take().unwrap();
        let mut answers = child.stdout.take().unwrap();
        let block = good.repeat(500);
        let writer = std::thread::spawn(move || while stdin.write_all(block.as_bytes()).is_ok() {});
        let mut first = [0; 1000];
        answers.read_exact(&mut first).unwrap();
        drop(answers);
        let output = child.wait_with_output().unwrap();
        assert_eq!((status(&output), stderr(&output).as_str()), (141, ""));
        writer.join().unwrap();
    }
}

/// A pipe that gives more than is judged at once is shared between threads, whatever one read of it
/// brings.
#[test]
fn a_fast_pipe_is_judged_by_threads() {
    let good = format!("{}\n", Issuer::new(1, "a").token("{}"));
    let block = good.repeat(5000);
    // One more waits for signals.
    for (jobs, threads) in [("1", 2), ("3", 4)] {
        let mut command = verify(&["-o", "line", "--jobs", jobs]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(block.as_bytes()).unwrap();
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let count = status
            .lines()
            .find_map(|line| line.strip_prefix("Threads:"))
            .unwrap();
        assert_eq!(count.trim(), threads.to_string(), "{jobs}");
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// A stream that stays open judges each token by the time at which it comes.
#[test]
fn a_token_expires_while_the_stream_is_open() {
    let seconds = |ahead: u64| {
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_secs() + ahead
    };
    let token = Issuer::new(1, "a").token(&format!(r#"{{"exp":{}}}"#, seconds(3)));
    let mut child = jwtlens()
        .args(["verify", "-k", &keys(), "-o", "line"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    for (wait, verdict) in [(0, "valid"), (4, "expired")] {
        std::thread::sleep(std::time::Duration::from_secs(wait));
        writeln!(stdin, "{token}").unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert!(answer.contains(&format!("\t{verdict}\t")), "{answer}");
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

/// A reader that sleeps while a run is interrupted finds whole lines when it wakes up.
#[test]
fn an_interrupted_stream_leaves_no_half_line_to_a_slow_reader() {
    let good = format!("{}\n", Issuer::new(1, "a").token("{}"));
    for input in [good.repeat(300), good.repeat(20_000)] {
        let mut child = verify(&["-o", "jsonl"]).between_pipes();
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(input.as_bytes());
            // What is written last must not be the end of the input.
            std::thread::sleep(std::time::Duration::from_secs(2));
        });
        std::thread::sleep(std::time::Duration::from_secs(1));
        let pid = child.id().to_string();
        let killed = Command::new("kill").args(["-s", "INT", &pid]).status();
        assert!(killed.unwrap().success());
        std::thread::sleep(std::time::Duration::from_secs(2));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert_eq!(status(&output), 130);
        let all = stdout(&output);
        assert!(all.len() > 30_000 && all.ends_with("}\n"), "{}", all.len());
        assert!(
            stderr(&output).contains(" tokens in "),
            "{}",
            stderr(&output)
        );
    }
}

/// Tokens that stand on one line, and short ones, are not held without bound.
#[test]
fn a_block_is_bounded_by_its_tokens_too() {
    let rubbish = "a\n".repeat(1_000_000);
    let header = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln ";
    let line = header.repeat((15 << 20) / header.len());
    for (input, scan, most) in [(rubbish, false, 32), (line, true, 96)] {
        let mut child = verify(&["-o", "jsonl", "--jobs", "2"])
            .args(scan.then_some("--scan"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let mebibytes = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024;
        assert!(mebibytes < most, "{mebibytes} MiB");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// Several keys, of which the last signed and no `kid` tells: all of one token, and of many.
#[test]
fn the_key_is_found_among_many() {
    let issuers: Vec<Issuer> = (1..=20).map(|secret| Issuer::new(secret, "same")).collect();
    let keys: Vec<String> = issuers.iter().map(Issuer::jwk).collect();
    let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let tokens: Vec<String> = (0..400)
        .map(|number| issuers[number * 7 % 20].token("{}"))
        .collect();
    let input = tokens.join("\n");
    let mut command = jwtlens();
    command.args(["verify", "-o", "jsonl", "-k", &set]);
    let output = feed(&mut command, input.as_bytes());
    assert_eq!(status(&output), 0);
    for (number, line) in stdout(&output).lines().enumerate() {
        let report: serde_json::Value = serde_json::from_str(line).unwrap();
        let key = &report["signature"]["key"]["thumbprint"];
        assert_eq!(key, &issuers[number * 7 % 20].thumbprint());
        assert_eq!(report["signature"]["keys_tried"], number * 7 % 20 + 1);
    }
}

/// What a debugger finds is told at once, not when the file is through, and a search can be interrupted.
#[test]
fn debug_tells_each_token_as_it_comes() {
    let bad = format!("{}\n", Issuer::new(9, "x").token("{}"));
    let mut command = jwtlens();
    command.args(["debug", "-o", "line", "-k", &Issuer::new(1, "a").jwk()]);
    let mut child = command.between_pipes();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(bad.repeat(500).as_bytes()));
    let mut answers = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut all = String::new();
    let begun = std::time::Instant::now();
    answers.read_line(&mut all).unwrap();
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    answers.read_line(&mut all).unwrap();
    let pid = child.id().to_string();
    let killed = Command::new("kill").args(["-s", "INT", &pid]).status();
    assert!(killed.unwrap().success());
    answers.read_to_string(&mut all).unwrap();
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    assert_eq!(status(&output), 130);
    assert!(all.ends_with('\n') && all.lines().all(|line| line.contains("\tmis-signed\t")));
    let told = stderr(&output);
    let count = format!("interrupted after {} tokens in ", all.lines().count());
    assert!(told.starts_with(&count), "{count}: {told}");
}

/// A pipe that stays open is answered line by line, also before anything is a token.
#[test]
fn a_slow_pipe_is_answered_before_it_ends() {
    let token = Issuer::new(1, "a").token("{}");
    let mut command = verify(&["-o", "line"]);
    let mut child = command.between_pipes();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for (number, line) in ["a log line", "{", "rubbish", &token, "another log line"]
        .iter()
        .enumerate()
    {
        writeln!(stdin, "{line}").unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert!(answer.starts_with(&format!("{}\t", number + 1)), "{answer}");
    }
    drop(stdin);
    assert_eq!(status(&child.wait_with_output().unwrap()), 8);
}

/// A pipe that gives its lines bit by bit, but without a pause, is recognized too.
#[test]
fn a_pipe_is_recognized_however_it_is_cut() {
    let token = Issuer::new(1, "a").token("{}");
    let json = format!("{{\n  \"access_token\": \"{token}\",\n  \"expires_in\": 3600\n}}\n");
    let (first, second) = token.split_at(30);
    let wrapped = format!("{first}\n{second}\n");
    for (text, expected, answers) in [(json, 1, 0), (wrapped, 8, 1)] {
        for size in [7, 1000] {
            let mut command = verify(&["-o", "line"]);
            let mut child = command.between_pipes();
            let mut stdin = child.stdin.take().unwrap();
            for part in text.as_bytes().chunks(size) {
                stdin.write_all(part).unwrap();
            }
            drop(stdin);
            let output = child.wait_with_output().unwrap();
            assert_eq!(status(&output), expected, "{}", stderr(&output));
            assert_eq!(stdout(&output).lines().count(), answers);
        }
    }
}

/// Text without end that is not a list of tokens is named once its first 64 KiB are there.
#[test]
fn a_log_without_end_is_named() {
    let mut command = verify(&[]);
    let mut child = command.between_pipes();
    let mut stdin = child.stdin.take().unwrap();
    let writer =
        std::thread::spawn(
            move || {
                while stdin.write_all(b"192.0.2.7 GET /favicon.ico 404\n").is_ok() {}
            },
        );
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!((status(&output), stdout(&output).as_str()), (1, ""));
    assert!(
        stderr(&output).contains("use --scan"),
        "{}",
        stderr(&output)
    );
}

/// Several files are one run: the tokens are numbered through, the lines of each file from 1.
#[test]
fn several_files_are_one_run() {
    let directory = tempdir("files");
    let names = ["a", "b", "c"].map(|name| directory.join(name));
    let [first, second, third] = names.each_ref().map(|name| name.to_str().unwrap());
    std::fs::write(first, stream(30)).unwrap();
    // Without a line feed at its end.
    std::fs::write(second, stream(2000).trim_ascii_end()).unwrap();
    std::fs::write(third, stream(1)).unwrap();
    let missing = directory.join("missing");
    let missing = missing.to_str().unwrap();
    let files = [
        "-f",
        first,
        "-f",
        "/dev/null",
        "-f",
        second,
        "-f",
        missing,
        "-f",
        third,
    ];
    let input = |file: &str| {
        let output = verify(&["-o", "jsonl", "-f", file]).output().unwrap();
        stdout(&output)
    };
    let expected: Vec<String> = [first, second, third]
        .map(input)
        .concat()
        .lines()
        .zip(1..)
        .map(|(line, number)| {
            let mut report: serde_json::Value = serde_json::from_str(line).unwrap();
            report["input"]["number"] = number.into();
            report.to_string()
        })
        .collect();
    for jobs in ["1", "3"] {
        let mut command = verify(&["-o", "jsonl", "--jobs", jobs]);
        let output = command.args(files).output().unwrap();
        let found: Vec<String> = stdout(&output)
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line)
                    .unwrap()
                    .to_string()
            })
            .collect();
        assert_eq!(found, expected);
        assert_eq!(status(&output), 1);
        assert!(stderr(&output).contains("the value of -f ("));
    }
}

/// Reasons are counted without what they quote, so that a stream of ever other ones has few.
#[test]
fn the_most_frequent_reasons_are_told() {
    let twice = |number: usize| format!("{{\"alg\":\"ES256\",\"m{number}\":1,\"m{number}\":2}}");
    let issuer = Issuer::new(1, "a");
    let mut lines: Vec<String> = (0..1500)
        .map(|number| issuer.sign(twice(number).as_bytes(), b"{}"))
        .collect();
    lines.extend(vec!["rubbish".to_owned(); 2000]);
    let input = lines.join("\n");
    let told = told(&feed(&mut verify(&["-q"]), input.as_bytes()));
    assert!(told.is_empty(), "{told:?}");
    let told = self::told(&feed(
        &mut verify(&["-o", "line", "--only", "valid"]),
        input.as_bytes(),
    ));
    assert_eq!(
        told,
        [
            "3,500: 3,500 malformed",
            "  malformed: expected 3 dot-separated segments (2,000 tokens)",
            "  malformed: header: invalid JSON: duplicate member (1,500 tokens)",
        ]
    );
}

/// A source that ends in an error: what came before it was answered.
#[test]
fn a_source_that_breaks_off_is_told() {
    let output = jwtlens()
        .args(["decode", "-f"])
        .arg(data(""))
        .output()
        .unwrap();
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("is a directory"));
}

/// An interrupted stream ends with whole lines and the summary of what was done.
#[test]
fn an_interrupted_stream_ends_with_whole_lines() {
    let good = format!("{}\n", Issuer::new(1, "a").token("{}"));
    for (signal, expected) in [("INT", 130), ("TERM", 143)] {
        for jobs in ["1", "3"] {
            let mut command = verify(&["-o", "line", "--jobs", jobs]);
            let mut child = command.between_pipes();
            let mut stdin = child.stdin.take().unwrap();
            let mut answers = child.stdout.take().unwrap();
            let block = good.repeat(500);
            let writer =
                std::thread::spawn(move || while stdin.write_all(block.as_bytes()).is_ok() {});
            let pid = child.id().to_string();
            let mut all = vec![0; 200_000];
            answers.read_exact(&mut all).unwrap();
            assert!(
                Command::new("kill")
                    .args(["-s", signal, &pid])
                    .status()
                    .unwrap()
                    .success()
            );
            answers.read_to_end(&mut all).unwrap();
            let output = child.wait_with_output().unwrap();
            writer.join().unwrap();
            assert_eq!(status(&output), expected);
            let all = String::from_utf8(all).unwrap();
            assert!(all.ends_with('\n'));
            let count = all.lines().count();
            assert!(all.lines().all(|line| line.contains("\tvalid\t")));
            let told = stderr(&output).replace(',', "");
            assert!(
                told.starts_with(&format!("interrupted after {count} tokens in ")),
                "{count}: {told}"
            );
        }
    }
}

/// Tokens in a text are found in their order, with their places, whatever stands around them.
#[test]
fn tokens_are_found_in_a_text() {
    let issuer = Issuer::new(1, "a");
    let mut text = Vec::new();
    let mut expected = Vec::new();
    for number in 0..3000_usize {
        let token = issuer.token(&format!(r#"{{"sub":"{number}"}}"#));
        let line = number + 1;
        let before = "é".repeat(number % 7);
        match number % 5 {
            0 => text.extend(b"GET / HTTP/1.1\xff no token here: eyJ. eyJhbGciOiJFUzI1NiJ9"),
            1 => {
                text.extend(format!("{before}Authorization: Bearer {token}\r").bytes());
                expected.push((line, 2 * (number % 7) + 23));
            }
            2 => {
                text.extend(format!("\"{token}\",\"{token}\"").bytes());
                expected.extend([(line, 2), (line, token.len() + 5)]);
            }
            3 => {
                text.extend(format!("see {token}.").bytes());
                expected.push((line, 5));
            }
            _ => {}
        }
        text.push(b'\n');
    }
    for jobs in ["1", "3"] {
        let output = feed(
            verify(&["--scan", "-o", "jsonl"]).args(["--jobs", jobs]),
            &text,
        );
        assert_eq!(status(&output), 0);
        let found: Vec<(usize, usize)> = stdout(&output)
            .lines()
            .map(|line| {
                let report: serde_json::Value = serde_json::from_str(line).unwrap();
                let place =
                    |name: &str| usize::try_from(report["input"][name].as_u64().unwrap()).unwrap();
                (place("line"), place("column"))
            })
            .collect();
        assert_eq!(found, expected);
    }
    assert_eq!(
        status(&feed(&mut verify(&["--scan"]), b"no token\nat all")),
        1
    );
    assert_eq!(status(&feed(verify(&["--scan"]).arg("a.b.c"), b"")), 2);
}
