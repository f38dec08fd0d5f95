//! `GET …/sockets/{socket}/series`: `socket.series`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sockyard_protocol::call::SERIES_MAX;

use super::super::describe::{Operation, Success, Tag};
use super::super::problem;
use super::super::routes::{Route, Verb};
use super::{ok, perform, respond, with_socket};
use crate::session::Presence;

/// Longest `wait_ms`, as for events: proxies give up on a silent request at about twice this.
const WAIT_MAX_MS: u64 = 30_000;

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Only samples with a greater number.
    after: Option<u64>,
    /// Most samples of a page; 100 if left out.
    #[schemars(range(min = 1, max = SERIES_MAX))]
    limit: Option<u64>,
    /// Longest wait for the first sample, in milliseconds; more than 30000 counts as that.
    wait_ms: Option<u64>,
}

/// The route with its description.
pub(super) fn route(path: String) -> Route {
    let operation = Operation::call(Tag::Sockets, "socket.series")
        .query::<Parameters>()
        .answers(Success::returned(200, "What the call returned."))
        .fails(&[429]);
    Route::new(Verb::Get, path, read, operation)
}

async fn read(
    Path((_, socket)): Path<(String, String)>,
    Extension(presence): Extension<Arc<Presence>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let Parameters { after, limit, wait_ms } = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    let given = [
        ("after", after.map(|after| json!(after))),
        ("limit", limit.map(|limit| json!(limit))),
        ("timeout_ms", wait_ms.map(|wait| json!(wait.min(WAIT_MAX_MS)))),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let params: Map<String, Value> = given.collect();
    respond(async { perform(&presence, "socket.series", with_socket(params, &socket)?).await.map(ok) }).await
}
