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
use jwtlens::{ClaimCheck, ClaimPath, KeySet, Members, Policy, Token, Verifier};
use tokio::net::TcpListener;

/// What every request shares: made once, and never changed.
struct Guard {
    verifier: Verifier,
    /// Seconds since 1970-01-01T00:00:00Z; the library asks no clock. None if the clock fails.
    now: fn() -> Option<i64>,
}

/// Why a request is rejected.
type Rejection = (StatusCode, &'static str);

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

/// Requires an expiry and this audience; the policy alone requires neither. A key set of several issuers
/// would need `ClaimCheck::Issuer` too. The key may be in any form that the library reads.
fn verifier(name: &str, key: &[u8]) -> Result<Verifier, Box<dyn Error>> {
    let policy = Policy::default().with_checks([
        ClaimCheck::Require(ClaimPath::new("exp")?),
        ClaimCheck::Audience(vec!["transcodes-sdk".into()]),
    ]);
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
        Err((status, error)) => {
            let body = Json(serde_json::json!({ "error": error }));
            (status, body).into_response()
        }
    }
}

/// The claims of a valid token. The report has the reason for a rejection, for a log; the client does
/// not need it.
fn claims(guard: &Guard, headers: &HeaderMap) -> Result<Members, Rejection> {
    const INVALID: Rejection = (StatusCode::UNAUTHORIZED, "Invalid or expired token");

    let mut values = headers.get_all(AUTHORIZATION).iter();
    let header = match (values.next(), values.next()) {
        (None, _) => return Err((StatusCode::UNAUTHORIZED, "No token")),
        (Some(header), None) => header.to_str().map_err(|_| INVALID)?,
        (Some(_), Some(_)) => return Err(INVALID),
    };
    let token = Token::bearer(header).ok_or(INVALID)?;
    // Without the time no token can be known to be current.
    let now = (guard.now)().ok_or((StatusCode::INTERNAL_SERVER_ERROR, "No time"))?;
    let report = guard.verifier.verify(&token, now);
    let claims = report.valid_claims().ok_or(INVALID)?;
    Ok(claims.members.clone())
}

fn now() -> Option<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}
