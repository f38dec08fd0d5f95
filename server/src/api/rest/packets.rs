//! `GET …/packets`: `packets.read`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sockyard_protocol::Fault;
use sockyard_protocol::call::PACKETS_READ_MAX;

use super::super::describe::{Operation, Success, Tag};
use super::super::problem;
use super::super::routes::{Route, Verb};
use super::{ok, perform, respond};
use crate::session::Presence;

/// Longest `wait_ms`, as for events: proxies give up on a silent request at about twice this.
const WAIT_MAX_MS: u64 = 30_000;

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Only packets with a greater `seq`.
    after: Option<u64>,
    /// Most packets of a page; 100 if left out.
    #[schemars(range(min = 1, max = PACKETS_READ_MAX))]
    limit: Option<u64>,
    /// Whether the packets' bytes come along, in base64.
    data: Option<bool>,
    /// Longest wait for a page's first packet, in milliseconds; more than 30000 counts as that.
    wait_ms: Option<u64>,
}

/// The route with its description.
pub(super) fn route(path: String) -> Route {
    let operation = Operation::call(Tag::Log, "packets.read")
        .query::<Parameters>()
        .answers(Success::returned(200, "A page of packets."))
        .fails(&[429]);
    Route::new(Verb::Get, path, read, operation)
}

async fn read(
    Extension(presence): Extension<Arc<Presence>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let Parameters { after, limit, data, wait_ms } = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    respond(async {
        let given = [
            ("after", after.map(|after| json!(after))),
            ("limit", limit.map(|limit| json!(limit))),
            ("data", data.map(|data| json!(data))),
            ("timeout_ms", wait_ms.map(|wait| json!(wait.min(WAIT_MAX_MS)))),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let params: Map<String, Value> = given.collect();
        Ok::<_, Fault>(ok(perform(&presence, "packets.read", params).await?))
    })
    .await
}
