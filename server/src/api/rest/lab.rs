//! `…/hosts` and `…/wire`: what a lab is like, and what changes it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, json};
use sockyard_protocol::call::{HOST_NAME_MAX, HOST_NAME_PATTERN};
use sockyard_protocol::{Answer, Fault};

use super::super::describe::{Operation, Success, Tag};
use super::super::problem;
use super::super::routes::{Route, Verb};
use super::body::Params;
use super::{ok, perform, respond};
use crate::session::Presence;

/// The calls that a `POST` to the wire makes; the last part of the path is the name behind the dot.
const WIRE_CALLS: &[&str] =
    &["wire.configure", "wire.cut", "wire.mend", "wire.hold", "wire.release", "wire.unhold"];

/// The routes of a session at `path`.
pub(super) fn routes(path: &str) -> Vec<Route> {
    let (hosts, wire) = (format!("{path}/hosts"), format!("{path}/wire"));
    let call = |method| Operation::call(Tag::Labs, method);
    let returned = || Success::returned(200, "What the call returned.");
    let add = call("host.add")
        .takes_params()
        .fails(&[429])
        .answers(Success::returned(201, "The host.").header("Location", "The host's path"));
    let remove = call("host.remove").answers(Success::new(204, "The host is gone."));
    let listed = call("host.connections").query::<Parameters>().answers(returned());
    let mut routes = vec![
        Route::new(Verb::Get, &hosts, list, call("host.list").answers(returned())),
        Route::new(Verb::Post, &hosts, add_host, add),
        Route::new(Verb::Delete, format!("{hosts}/{{host}}"), remove_host, remove),
        Route::new(Verb::Get, format!("{path}/connections"), connections, listed),
        Route::new(Verb::Get, &wire, show, call("wire.show").answers(returned())),
    ];
    for method in WIRE_CALLS {
        let handler = async |Extension(presence): Extension<Arc<Presence>>, Params(params): Params| {
            respond(async { perform(&presence, method, params).await.map(ok) }).await
        };
        let name = method.trim_start_matches("wire.");
        let operation = call(method).takes_params().answers(returned());
        routes.push(Route::new(Verb::Post, format!("{wire}/{name}"), handler, operation));
    }
    routes
}

/// The query of `…/connections`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// The host; every host if left out.
    // As hosts are named: a length is counted in characters there, and in bytes here.
    #[schemars(length(min = 1, max = HOST_NAME_MAX), regex(pattern = HOST_NAME_PATTERN))]
    host: Option<String>,
}

async fn connections(
    Extension(presence): Extension<Arc<Presence>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let Parameters { host } = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    let params = host.map(|host| ("host".to_owned(), json!(host))).into_iter().collect();
    respond(async { perform(&presence, "host.connections", params).await.map(ok) }).await
}

async fn list(Extension(presence): Extension<Arc<Presence>>) -> Response {
    respond(async { perform(&presence, "host.list", Map::new()).await.map(ok) }).await
}

async fn show(Extension(presence): Extension<Arc<Presence>>) -> Response {
    respond(async { perform(&presence, "wire.show", Map::new()).await.map(ok) }).await
}

async fn add_host(
    Path(session): Path<String>,
    Extension(presence): Extension<Arc<Presence>>,
    Params(params): Params,
) -> Response {
    respond(async {
        let answer = perform(&presence, "host.add", params).await?;
        let Answer::Host(host) = &answer else { return Err(Fault::internal()) };
        let location = [(LOCATION, format!("/api/v1/sessions/{session}/hosts/{}", host.name))];
        Ok((StatusCode::CREATED, location, axum::Json(answer)).into_response())
    })
    .await
}

async fn remove_host(
    Path((_, host)): Path<(String, String)>,
    Extension(presence): Extension<Arc<Presence>>,
) -> Response {
    respond(async {
        perform(&presence, "host.remove", Map::from_iter([("name".to_owned(), json!(host))])).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}
