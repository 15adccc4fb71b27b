//! A server that lets in whoever sends a valid token, and tells them who they are.
//!
//! ```sh
//! cargo run --example server -- public_key.json 127.0.0.1:3000
//! curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:3000/api/protected
//! ```

#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use jwtlens::{ClaimCheck, KeySet, Members, Policy, Token, Verdict, Verifier};
use tokio::net::TcpListener;

/// What every request shares: made once, and never changed.
struct Guard {
    verifier: Verifier,
    /// Seconds since 1970-01-01T00:00:00Z; the library asks no clock.
    now: fn() -> i64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let key = arguments.next().unwrap_or("public_key.json".into());
    let address = arguments.next().unwrap_or("127.0.0.1:3000".into());

    let guard = Guard {
        verifier: verifier(&key, &fs::read(&key)?)?,
        now,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        axum::serve(listener, app(guard)).await?;
        Ok(())
    })
}

/// Whoever is to come in needs a token of the sign-in, and for this audience.
fn verifier(name: &str, key: &[u8]) -> Result<Verifier, Box<dyn Error>> {
    let policy = Policy {
        checks: vec![ClaimCheck::Audience(vec!["transcodes-sdk".into()])],
        ..Policy::default()
    };
    Ok(Verifier::new(KeySet::read(name, key)?, policy))
}

fn app(guard: Guard) -> Router {
    Router::new()
        .route("/api/protected", get(protected))
        .with_state(Arc::new(guard))
}

async fn protected(State(guard): State<Arc<Guard>>, headers: HeaderMap) -> Response {
    match claims(&guard, &headers) {
        Ok(claims) => Json(claims).into_response(),
        Err(error) => {
            let body = Json(serde_json::json!({ "error": error }));
            (StatusCode::UNAUTHORIZED, body).into_response()
        }
    }
}

/// The claims of a valid token, or what to tell whoever sent another. Why it was refused is in the
/// report, for a log; it is no help to a stranger.
fn claims(guard: &Guard, headers: &HeaderMap) -> Result<Members, &'static str> {
    let header = headers.get(AUTHORIZATION).ok_or("No token")?;
    // `Bearer ` is taken off with what else may stand around a token.
    let token = Token::new(jwtlens::Input::default(), header.as_bytes());
    let report = guard.verifier.verify(&token, (guard.now)());
    match (report.verdict, report.claims) {
        (Verdict::Valid, Some(claims)) => Ok(claims.members),
        _ => Err("Invalid or expired token"),
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
