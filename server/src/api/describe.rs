//! What the server says of itself (section 10): an OpenAPI document of its routes, an AsyncAPI document of its
//! WebSocket. The page `/docs` shows both.
//!
//! Both are JSON values put together from the schemas of the wire types, the table of routes and the table of calls. A
//! library with types for the documents would have to be filled from the same three, and its types would be turned
//! into this JSON in the end; validators hold the finished documents against the standards instead.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

mod asyncapi;
mod errors;
mod examples;
mod openapi;
mod operation;

pub(super) use operation::{Operation, Success, Tag, Token};

use super::routes::{Route, Verb};

static OPENAPI: LazyLock<String> = LazyLock::new(|| openapi::document().to_string());
static ASYNCAPI: LazyLock<String> = LazyLock::new(|| asyncapi::document().to_string());

/// The routes of the documents.
pub(super) fn routes() -> Vec<Route> {
    let describes = |id, text, what: &'static str| {
        Operation::new(id, Tag::Server, text).answers(Success::new(200, what).json(|_| Value::Bool(true)))
    };
    vec![
        Route::new(
            Verb::Get,
            "/api/v1/openapi.json",
            async || json(&OPENAPI),
            describes("openapi", "This document (OpenAPI 3.1).", "The document."),
        ),
        Route::new(
            Verb::Get,
            "/api/v1/asyncapi.json",
            async || json(&ASYNCAPI),
            describes("asyncapi", "The description of the WebSocket (AsyncAPI 3.0).", "The document."),
        ),
    ]
}

/// What opens a session.
pub(super) fn hello_example() -> Value {
    examples::hello()
}

/// A session's shares.
pub(super) fn shares_example() -> Value {
    serde_json::json!({"shares": examples::shares()})
}

fn json(document: &'static str) -> Response {
    ([(CONTENT_TYPE, "application/json")], document).into_response()
}
