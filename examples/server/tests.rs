//! Over real HTTP, on loopback.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;

use super::{Guard, app, verifier};

/// A server at the time of the test data, for as long as the test runs.
fn served() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let guard = Guard {
        verifier: verifier("public_key.json", made("public_key.json").as_bytes()).unwrap(),
        now: || 1_795_457_364,
    };
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, app(guard)).await.unwrap();
        });
    });
    address
}

fn made(name: &str) -> String {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made");
    std::fs::read_to_string(made.join(name)).unwrap()
}

/// Status and body of a request with these header lines.
fn asked(address: SocketAddr, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "GET /api/protected HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap();
    (status.to_owned(), body.to_owned())
}

#[test]
fn a_valid_token_lets_in_and_no_other_does() {
    let address = served();
    let bearer = |name: &str| format!("Authorization: Bearer {}\r\n", made(name).trim());

    let (status, body) = asked(address, &bearer("valid.txt"));
    assert_eq!(status, "200");
    // The claims as the token has them.
    assert_eq!(
        body,
        r#"{"iss":"https://auth.example.com","sub":"member-7","aud":"transcodes-sdk","email":"ada@example.com","role":"admin","iat":1795449864,"nbf":1795449864,"exp":1795460664,"jti":"c0ffee"}"#
    );

    let refused = |error: &str| ("401".to_owned(), format!(r#"{{"error":"{error}"}}"#));
    assert_eq!(asked(address, ""), refused("No token"));
    for name in [
        "expired.txt",
        "not-yet-valid.txt",
        "mis-signed.txt",
        "by-other-key.txt",
        "none.txt",
        "api-token.txt",
        "no-claims.txt",
        "cut.txt",
        "opaque.txt",
    ] {
        let answer = asked(address, &bearer(name));
        assert_eq!(answer, refused("Invalid or expired token"), "{name}");
    }
    let basic = "Authorization: Basic YTpi\r\n";
    assert_eq!(asked(address, basic), refused("Invalid or expired token"));
}

/// One verifier, many threads.
#[test]
fn requests_at_the_same_time() {
    let address = served();
    let header = format!("Authorization: Bearer {}\r\n", made("valid.txt").trim());
    let askers: Vec<_> = (0..8)
        .map(|_| {
            let header = header.clone();
            thread::spawn(move || (0..10).all(|_| asked(address, &header).0 == "200"))
        })
        .collect();
    for asker in askers {
        assert!(asker.join().unwrap());
    }
}
