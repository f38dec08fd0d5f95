//! The answers of requests that fail, by status, each with examples made by the code that makes the errors.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use sockyard_protocol::Fault;

use crate::api::problem::Problem;

/// Statuses that any request may meet, whatever it asks for.
pub(super) const ALWAYS: &[u16] = &[400, 403, 421, 429, 500, 503];

/// A status, the name of its answer, when it comes, and examples by name.
type Failure = (u16, &'static str, &'static str, Vec<(&'static str, Fault)>);

/// Every status of an error.
fn table() -> Vec<Failure> {
    let plain = Fault::not_a_request;
    vec![
        (
            400,
            "BadRequest",
            "The request is not proper HTTP, or its body is not JSON.",
            vec![
                ("json", Fault::not_json("expected value at line 1 column 1")),
                ("header", plain("the Host header is missing")),
            ],
        ),
        (401, "Unauthorized", "A token is wanted.", vec![("token", Fault::unauthorized())]),
        (
            403,
            "Forbidden",
            "The policy forbids it, or the request comes from another origin.",
            vec![
                (
                    "policy",
                    Fault::denied("connect", "loopback_only", "this server's sockets reach loopback only"),
                ),
                (
                    "scope",
                    Fault::denied(
                        "socket",
                        "token_scope",
                        "the token that opened this session lacks the scope proto:udp",
                    ),
                ),
                ("origin", plain("requests from other origins are refused; see --public-url")),
            ],
        ),
        (
            404,
            "NotFound",
            "There is no such session (or the token is not its own), or no such socket or share in it.",
            vec![
                ("session", Fault::no_such_session()),
                ("socket", Fault::no_such_socket(9)),
                ("share", Fault::no_such_share()),
            ],
        ),
        (
            405,
            "MethodNotAllowed",
            "The address takes other methods; `Allow` names them.",
            vec![("method", plain("this address does not take that method"))],
        ),
        (
            408,
            "Timeout",
            "`timeout_ms` passed, or the body took too long. Nothing is lost: what comes later waits for the next call.",
            vec![("timeout", Fault::timeout("recv"))],
        ),
        (
            409,
            "Cancelled",
            "The socket was closed while the call waited.",
            vec![("cancelled", Fault::cancelled("recv"))],
        ),
        (
            413,
            "TooLarge",
            "The body is over the limit.",
            vec![("body", plain("the body is over the limit, or broke off"))],
        ),
        (
            415,
            "UnsupportedMediaType",
            "The body is not `application/json`.",
            vec![("body", plain("the body must be application/json"))],
        ),
        (
            421,
            "Misdirected",
            "The `Host` header names another server.",
            vec![("host", plain("this server is not reached under that name; see --public-url"))],
        ),
        (
            422,
            "Unprocessable",
            "The kernel refused, a parameter is wrong, or a payload cannot be turned into bytes.",
            vec![
                (
                    "kernel",
                    Fault::os("connect", "ECONNREFUSED", "connection refused")
                        .with_hint("nothing is listening on 127.0.0.1:9"),
                ),
                ("parameter", Fault::bad_params("max", "0 is not from 1 to 1048576")),
                ("payload", Fault::payload("'g' at position 3 is not a hexadecimal digit")),
            ],
        ),
        (
            426,
            "UpgradeRequired",
            "The upgrade to WebSocket is missing.",
            vec![("upgrade", plain("this address speaks WebSocket (RFC 6455)"))],
        ),
        (
            429,
            "Quota",
            "A quota is used up.",
            vec![
                ("quota", Fault::quota("sockets", 64)),
                ("tokens", Fault::quota("wrong_tokens", 20).with_retry_after(Duration::from_secs(3))),
            ],
        ),
        (500, "Internal", "A fault of the server's own.", vec![("internal", Fault::internal())]),
        (
            503,
            "GoingDown",
            "The server is shutting down.",
            vec![("shutdown", plain("the server is shutting down"))],
        ),
    ]
}

/// A reference to the answer of that status.
pub(super) fn reference(status: u16) -> Option<Value> {
    let (_, name, ..) = table().into_iter().find(|(known, ..)| *known == status)?;
    Some(json!({"$ref": format!("#/components/responses/{name}")}))
}

/// `components.responses`.
pub(super) fn responses() -> Map<String, Value> {
    let responses = table().into_iter().map(|(status, name, description, examples)| {
        let examples: Map<String, Value> = examples
            .iter()
            .map(|(name, fault)| ((*name).to_owned(), json!({"value": example(status, fault)})))
            .collect();
        let content = json!({"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples});
        let mut response = json!({
            "description": description,
            "content": {"application/problem+json": content},
        });
        let header = match status {
            401 => Some(("WWW-Authenticate", "`Bearer` (RFC 6750)")),
            405 => Some(("Allow", "The methods that the address takes")),
            429 => Some(("Retry-After", "Seconds until it is worth trying again")),
            _ => None,
        };
        if let Some((name, description)) = header {
            response["headers"] =
                json!({name: {"description": description, "required": true, "schema": {"type": "string"}}});
        }
        (name.to_owned(), response)
    });
    responses.collect()
}

fn example(status: u16, fault: &Fault) -> Value {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let detail = fault.data.hint.as_deref().unwrap_or(&fault.message);
    serde_json::to_value(Problem::new(status, detail, fault)).unwrap_or_default()
}
