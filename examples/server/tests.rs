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

use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Guard, app, verifier};

/// A server at the time of the test data.
fn served() -> SocketAddr {
    served_at(|| Some(1_795_457_364))
}

/// A server with this clock.
fn served_at(now: fn() -> Option<i64>) -> SocketAddr {
    served_with(made("public_key.json").as_bytes(), now)
}

/// A server with this key and this clock, for as long as the test runs.
fn served_with(key: &[u8], now: fn() -> Option<i64>) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let guard = Guard {
        verifier: verifier("key", key).unwrap(),
        now,
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
        "without-exp.txt",
        "no-claims.txt",
        "cut.txt",
        "opaque.txt",
    ] {
        let answer = asked(address, &bearer(name));
        assert_eq!(answer, refused("Invalid or expired token"), "{name}");
    }
    let token = made("valid.txt");
    let token = token.trim();
    for header in [
        "Authorization: Basic YTpi\r\n".to_owned(),
        format!("Authorization: {token}\r\n"),
        format!("Authorization: Bearer  {token}\r\n"),
        format!("Authorization: Bearer \"{token}\"\r\n"),
        format!("Authorization: Authorization: Bearer {token}\r\n"),
        format!("Authorization: Bearer {token} {token}\r\n"),
        format!("{}{}", bearer("valid.txt"), bearer("valid.txt")),
        format!("{}{}", bearer("valid.txt"), bearer("expired.txt")),
    ] {
        let answer = asked(address, &header);
        assert_eq!(answer, refused("Invalid or expired token"), "{header}");
    }
}

/// PEM and a shared secret in a JWK: whatever is a key for the library is one for the server. A token of
/// another algorithm is rejected.
#[test]
fn any_key_is_taken() {
    let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    let input = |alg: &str| {
        let claims = br#"{"aud":"transcodes-sdk","exp":1795460664}"#;
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        format!("{}.{}", encode(header.as_bytes()), encode(claims))
    };
    let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    // RFC 8410, section 4: what stands before the key in SPKI.
    let before = b"\x30\x2A\x30\x05\x06\x03\x2B\x65\x70\x03\x21\0";
    let spki = [&before[..], ed25519.verifying_key().as_bytes()].concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        data_encoding::BASE64.encode(&spki)
    );
    let eddsa = input("EdDSA");
    let eddsa = format!(
        "{eddsa}.{}",
        encode(&ed25519.sign(eddsa.as_bytes()).to_bytes())
    );
    let jwk = format!(r#"{{"kty":"oct","k":"{}"}}"#, encode(&[7; 32]));
    let hs256 = input("HS256");
    let mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    let mac = mac.chain_update(&hs256).finalize().into_bytes();
    let hs256 = format!("{hs256}.{}", encode(&mac));

    for (key, token, other) in [(pem, &eddsa, &hs256), (jwk, &hs256, &eddsa)] {
        let address = served_with(key.as_bytes(), || Some(1_795_457_364));
        let status = |token: &str| asked(address, &format!("Authorization: Bearer {token}\r\n")).0;
        assert_eq!(status(token), "200");
        assert_eq!(status(other), "401");
    }
}

/// Without a clock an expired token can't be told from a current one.
#[test]
fn without_a_clock_nothing_is_let_in() {
    let address = served_at(|| None);
    for name in ["valid.txt", "expired.txt"] {
        let header = format!("Authorization: Bearer {}\r\n", made(name).trim());
        let answer = ("500".to_owned(), r#"{"error":"No time"}"#.to_owned());
        assert_eq!(asked(address, &header), answer, "{name}");
    }
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
