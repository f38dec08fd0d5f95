//! Errors over HTTP: `application/problem+json` (RFC 9457) with the protocol's error under `error`.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use sockyard_protocol::Fault;

/// A failed request (RFC 9457).
#[derive(JsonSchema, Serialize)]
pub(super) struct Problem<'a> {
    /// Always `about:blank`: `error` tells the kinds of problems apart.
    r#type: &'static str,
    /// What failed, in a few words.
    title: &'a str,
    /// The status of HTTP.
    status: u16,
    /// What was wrong and where, or what to try.
    detail: &'a str,
    /// The protocol's own error.
    error: &'a Fault,
}

impl<'a> Problem<'a> {
    pub(super) fn new(status: StatusCode, detail: &'a str, error: &'a Fault) -> Problem<'a> {
        let title = match error.http_status() == status.as_u16() {
            true => &error.message,
            false => status.canonical_reason().unwrap_or("error"),
        };
        Problem { r#type: "about:blank", title, status: status.as_u16(), detail, error }
    }
}

/// An error of section 8.
pub(super) fn fault(fault: &Fault) -> Response {
    let status = StatusCode::from_u16(fault.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = build(status, fault.data.hint.as_deref().unwrap_or(&fault.message), fault);
    if status == StatusCode::TOO_MANY_REQUESTS {
        // What is not counted in time may be free at once.
        let seconds = fault.data.retry_after_ms.unwrap_or(1).div_ceil(1_000).max(1);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// An error that HTTP alone has. Its body is of the same form, with "not a request" as the protocol's error.
pub(super) fn plain(status: StatusCode, detail: &str) -> Response {
    build(status, detail, &Fault::not_a_request(detail))
}

/// A query string that cannot be read.
pub(super) fn query(error: &QueryRejection) -> Response {
    fault(&query_fault(error))
}

/// The same as the protocol's error.
pub(super) fn query_fault(error: &QueryRejection) -> Fault {
    // "Failed to deserialize query string: after: invalid digit found in string"
    let text = error.body_text();
    let what = text.split_once("query string: ").map_or(text.as_str(), |(_, what)| what);
    let (field, problem) = what.split_once(": ").unwrap_or(("query", what));
    Fault::bad_params(field, problem)
}

pub(super) async fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method")
}

/// An address that leads nowhere.
pub(super) fn nowhere(path: &str) -> Response {
    build(StatusCode::NOT_FOUND, "there is nothing under this address", &Fault::no_such_method(path))
}

fn build(status: StatusCode, detail: &str, error: &Fault) -> Response {
    let body = Json(Problem::new(status, detail, error)).into_response().into_body();
    let mut response = (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
