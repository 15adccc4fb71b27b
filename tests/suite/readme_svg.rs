//! The screenshot in the README: a real colored report as SVG, compared with the committed file.
//! `SNAPSHOTS=overwrite` updates it.

use std::fmt::Write;
use std::fs::File;
use std::path::Path;

use regex::Regex;
use snapbox::Data;
use snapbox::data::DataFormat;

use crate::support::{data, jwtlens, status, stdout};

/// Width of the terminal shown.
const COLUMNS: usize = 88;

#[test]
fn readme_picture() {
    let arguments = [
        "debug",
        "-k",
        "public_key.json",
        "--at",
        "2026-11-23T18:09:24Z",
    ];
    let output = jwtlens()
        .args(arguments)
        .env("CLICOLOR_FORCE", "1")
        .env("COLUMNS", COLUMNS.to_string())
        .current_dir(data("made"))
        .stdin(File::open(data("made/der.txt")).unwrap())
        .output()
        .unwrap();
    assert_eq!(status(&output), 7);
    let session = format!(
        "$ jwtlens {} < der.txt\n{}",
        arguments.join(" "),
        stdout(&output)
    );
    // Durations differ each time.
    let session = Regex::new(r" in \d+ ms").unwrap().replace(&session, "");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.svg");
    let committed = Data::read_from(&path, Some(DataFormat::Text)).raw();
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(svg(&session), committed);
}

/// A terminal screen. It knows the colors that jwtlens uses, and no others.
fn svg(session: &str) -> String {
    const LINE: usize = 18;
    let lines = session.lines().count();
    // A column of a 14 pixel font is 8.4 pixels wide.
    let (width, height) = (COLUMNS * 84 / 10 + 32, lines * LINE + 32);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title>jwtlens debug on a token with a DER-encoded signature</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#14181f\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" fill=\"#d8dee9\">\n"
    );
    for (number, line) in session.lines().enumerate() {
        let y = 16 + 14 + number * LINE;
        writeln!(
            svg,
            "<text x=\"16\" y=\"{y}\" xml:space=\"preserve\">{}</text>",
            spans(line)
        )
        .unwrap();
    }
    svg + "</g>\n</svg>\n"
}

fn spans(line: &str) -> String {
    let mut spans = String::new();
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let (code, text) = match number {
            0 => ("0", part),
            _ => part.split_once('m').unwrap(),
        };
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let style = match code {
            "0" => {
                spans.push_str(&text);
                continue;
            }
            "1" => "font-weight=\"bold\"",
            "2" => "fill=\"#8b95a5\"",
            "31" => "fill=\"#f28b82\"",
            "32" => "fill=\"#8fd18f\"",
            "1;31" => "fill=\"#f28b82\" font-weight=\"bold\"",
            "1;32" => "fill=\"#8fd18f\" font-weight=\"bold\"",
            "1;33" => "fill=\"#e6c07b\" font-weight=\"bold\"",
            "1;35" => "fill=\"#d7a1e6\" font-weight=\"bold\"",
            other => panic!("unknown color {other}"),
        };
        write!(spans, "<tspan {style}>{text}</tspan>").unwrap();
    }
    spans
}
