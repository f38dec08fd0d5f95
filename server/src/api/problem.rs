//! Errors over HTTP: `application/problem+json` (RFC 9457) with the protocol's error under `error`.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sockyard_protocol::Fault;

#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Fault>,
}

/// An error of section 8.
pub(super) fn fault(fault: &Fault) -> Response {
    let status = StatusCode::from_u16(fault.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    build(status, fault.data.hint.as_deref().unwrap_or(&fault.message), Some(fault))
}

/// An error that HTTP alone has.
pub(super) fn plain(status: StatusCode, detail: &str) -> Response {
    build(status, detail, None)
}

pub(super) async fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method")
}

fn build(status: StatusCode, detail: &str, error: Option<&Fault>) -> Response {
    let title = error.map_or(status.canonical_reason().unwrap_or("error"), |fault| &fault.message);
    let problem = Problem { r#type: "about:blank", title, status: status.as_u16(), detail, error };
    (status, [(CONTENT_TYPE, "application/problem+json")], Json(problem).into_response().into_body())
        .into_response()
}
