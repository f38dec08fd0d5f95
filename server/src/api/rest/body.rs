//! Request bodies: a JSON object, or nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sockyard_protocol::Fault;

use super::super::{App, problem};
use super::distinct::Distinct;

/// Longest wait for a whole body. A client that sends it byte by byte is cut off here.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// Reads a body that is no call's parameters.
pub(super) fn parse<T: DeserializeOwned>(params: Map<String, Value>) -> Result<T, Fault> {
    serde_path_to_error::deserialize(Value::Object(params)).map_err(|error| {
        let path = error.path().to_string();
        Fault::bad_params(if path == "." { "body" } else { &path }, &error.inner().to_string())
    })
}

/// The parameters in a request's body, for a handler's last argument.
pub(super) struct Params(pub(super) Map<String, Value>);

impl FromRequest<Arc<App>> for Params {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Params, Response> {
        read(app, request).await.map(Params)
    }
}

/// The error is the response to give.
async fn read(app: &App, request: Request) -> Result<Map<String, Value>, Response> {
    let kind = request.headers().get(CONTENT_TYPE).cloned();
    // A body that may become any size is not looked at.
    if request.headers().get_all(CONTENT_ENCODING).iter().any(|coding| coding != "identity") {
        return Err(problem::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must not be compressed"));
    }
    let most = app.registry.message_bytes();
    let bytes = match tokio::time::timeout(BODY_DEADLINE, to_bytes(request.into_body(), most)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            return Err(problem::plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is over the limit, or broke off",
            ));
        }
        Err(_) => return Err(problem::plain(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    };
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let is_json = kind.as_ref().and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        kind.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
    });
    if !is_json {
        return Err(problem::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json"));
    }
    match serde_json::from_slice(&bytes) {
        Ok(Distinct(Value::Object(params))) => Ok(params),
        Ok(_) => Err(problem::fault(&Fault::bad_params("body", "must be an object"))),
        Err(error) if error.is_data() => Err(problem::fault(&Fault::bad_params("body", &error.to_string()))),
        Err(error) => Err(problem::fault(&Fault::not_json(error.to_string()))),
    }
}
