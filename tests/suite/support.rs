//! Keys and tokens made for a test, and the program run on them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use regex::Regex;
use sha2::{Digest, Sha256};

/// The time that tests call now: 2026-11-23T00:00:00Z.
pub const NOW: i64 = 1_795_392_000;

pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// What the fuzzer keeps for a target.
pub fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(target)
}

/// The rows of a table in `tests/data`: tab-separated, `#` begins a comment.
pub fn read_table(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(data(name)).unwrap();
    let rows = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|row| row.split('\t').map(String::from).collect())
        .collect()
}

/// Random numbers that a seed repeats.
pub struct Random {
    seed: u64,
    count: u64,
}

impl Random {
    /// Another seed in each run, unless `JWTLENS_SEED` repeats one.
    pub fn new(test: &str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Self::seeded(
            test,
            u64::from(now.subsec_nanos()) << 20 | now.as_secs() & 0xF_FFFF,
        )
    }

    /// The same seed in each run, unless `JWTLENS_SEED` names another.
    pub fn seeded(test: &str, seed: u64) -> Self {
        let seed = std::env::var("JWTLENS_SEED").map_or(seed, |seed| seed.parse().unwrap());
        println!("{test}: JWTLENS_SEED={seed}");
        Self { seed, count: 0 }
    }

    pub fn octets(&mut self) -> [u8; 32] {
        self.count += 1;
        Sha256::digest([self.seed.to_be_bytes(), self.count.to_be_bytes()].concat()).into()
    }

    /// As many bytes as are asked for.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < length {
            bytes.extend(self.octets());
        }
        bytes.truncate(length);
        bytes
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::from_be_bytes(self.octets()[..8].try_into().unwrap()) % end
    }

    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// A key pair that belongs to tests alone.
pub struct Issuer {
    key: SigningKey,
    pub kid: String,
}

impl Issuer {
    pub fn new(secret: u8, kid: &str) -> Self {
        Self::of(&[secret; 32], kid).unwrap()
    }

    /// None where the octets are no private key, which chance never meets.
    pub fn of(secret: &[u8; 32], kid: &str) -> Option<Self> {
        let key = SigningKey::from_slice(secret).ok()?;
        Some(Self {
            key,
            kid: kid.to_owned(),
        })
    }

    /// The point, uncompressed.
    pub fn point(&self) -> Vec<u8> {
        self.key
            .verifying_key()
            .to_encoded_point(false)
            .as_bytes()
            .to_vec()
    }

    pub fn coordinates(&self) -> [String; 2] {
        let point = self.point();
        [&point[1..33], &point[33..]].map(|octets| BASE64URL_NOPAD.encode(octets))
    }

    pub fn jwk(&self) -> String {
        let [x, y] = self.coordinates();
        let kid = &self.kid;
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","alg":"ES256","kid":"{kid}"}}"#)
    }

    /// RFC 7638, written anew.
    pub fn thumbprint(&self) -> String {
        let [x, y] = self.coordinates();
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        BASE64URL_NOPAD.encode(&Sha256::digest(members))
    }

    pub fn header(&self) -> String {
        format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{}"}}"#, self.kid)
    }

    /// A token with the issuer's own header.
    pub fn token(&self, payload: &str) -> String {
        self.sign(self.header().as_bytes(), payload.as_bytes())
    }

    /// A token with any header and payload.
    pub fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let input = format!(
            "{}.{}",
            BASE64URL_NOPAD.encode(header),
            BASE64URL_NOPAD.encode(payload)
        );
        let signature = self.sign_hash(&Sha256::digest(&input));
        format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    /// R and S over a hash.
    pub fn sign_hash(&self, hash: &[u8]) -> [u8; 64] {
        let signature: Signature = self.key.sign_prehash(hash).unwrap();
        signature.to_bytes().into()
    }
}

/// R and S in ASN.1 DER.
pub fn der(signature: [u8; 64]) -> Vec<u8> {
    Signature::from_slice(&signature)
        .unwrap()
        .to_der()
        .as_bytes()
        .to_vec()
}

/// The program, with an environment that no machine's habits reach into.
pub fn jwtlens() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jwtlens"));
    command.env_clear().current_dir(data(""));
    command
}

/// A command of which a test holds all three pipes.
pub trait BetweenPipes {
    fn between_pipes(&mut self) -> Child;
}

impl BetweenPipes for Command {
    fn between_pipes(&mut self) -> Child {
        self.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

/// Runs the program with these octets on standard input.
pub fn run(arguments: &[&str], stdin: &[u8]) -> Output {
    feed(jwtlens().args(arguments), stdin)
}

/// Runs a command with these octets on standard input; it need not read them.
pub fn feed(command: &mut Command, stdin: &[u8]) -> Output {
    let mut child = command.between_pipes();
    let mut pipe = child.stdin.take().unwrap();
    let octets = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = pipe.write_all(&octets);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Whether a program that not every machine has is on this one; where not, the test that asks for
/// it is passed over, and says so.
pub fn is_installed(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).any(|path| path.join(program).is_file());
    if !found {
        // Not with eprintln, which is shown of failed tests only.
        let _ = writeln!(std::io::stderr(), "skipped, as {program} is not installed");
    }
    found
}

pub fn status(output: &Output) -> i32 {
    output.status.code().expect("the program ended by itself")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Tells why a test does not run here, where `cargo test` lets it be seen.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Nothing but printable text and line feeds on either stream, but for colours of ours and, where
/// they separate columns, tabs.
pub fn assert_printable(output: &Output, tabs: bool) {
    static FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u{2800}--[\n\u{20}]]").unwrap()
    });
    static COLOUR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("\x1b\\[(1|2|32|1;31|1;32|1;35)m([^\x1b\n]*)\x1b\\[0m").unwrap()
    });
    for stream in [&output.stdout, &output.stderr] {
        let text = std::str::from_utf8(stream).expect("UTF-8");
        let mut plain = COLOUR.replace_all(text, "$2").into_owned();
        if tabs {
            plain = plain.replace('\t', " ");
        }
        assert!(!FOREIGN.is_match(&plain), "{plain:?}");
    }
}
