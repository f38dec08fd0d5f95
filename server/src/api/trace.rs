//! A span around every request, and a line when it is answered. Both are for `SOCKYARD_LOG=debug`.
//!
//! They tell the route and never the address as it came: its query may carry a token, and its path anything.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::metrics;

/// The number of the last request.
static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// The layer.
pub(super) async fn request(request: Request, next: Next) -> Response {
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    let span = tracing::debug_span!(
        "request",
        id,
        method = method(request.method()),
        route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str),
        session = session(request.uri().path()),
    );
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    metrics::responded(status);
    tracing::debug!(parent: &span, status, duration_us = started.elapsed().as_micros() as u64, "answered");
    response
}

/// A client may write anything as a method; only those that are known are told.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The session that a path is about, if it looks like one.
fn session(path: &str) -> Option<&str> {
    let session = path.strip_prefix("/api/v1/sessions/")?.split('/').next()?;
    let digits = session.strip_prefix("s_")?;
    (digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_told_and_nothing_that_only_stands_in_its_place() {
        assert_eq!(session("/api/v1/sessions/s_0123456789abcdef/sockets"), Some("s_0123456789abcdef"));
        for path in ["/", "/api/v1/sessions", "/api/v1/sessions/my-token", "/api/v1/sessions/s_0123/sockets"]
        {
            assert_eq!(session(path), None, "{path}");
        }
    }
}
