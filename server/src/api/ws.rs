//! `GET /api/v1/ws`: from a request to a connection of a session.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sockyard_protocol::{Fault, SUBPROTOCOL};

use super::guard::Arrival;
use super::{App, problem};
use crate::session::{Attachment, Presence};

mod connection;
mod outbox;
mod reader;
mod requests;
mod writer;

/// A WebSocket's buffers. The defaults hold 128 KiB for every idle connection, and writes without bound.
const READ_BUFFER_BYTES: usize = 4 * 1024;
const WRITE_BUFFER_BYTES: usize = 16 * 1024;
/// One message of events with its largest payloads fits; more than one is never buffered.
const WRITE_BUFFER_MAX_BYTES: usize = 16 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    session: Option<String>,
    token: Option<String>,
    after: Option<u64>,
}

/// The route. A browser is told nothing of a failed upgrade, so the same address answers a plain GET with what
/// the upgrade would have met.
pub(super) async fn upgrade(
    State(app): State<Arc<App>>,
    Extension(arrival): Extension<Arrival>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Parameters { session, token, after } = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    let session = match find(&app, session.as_deref(), token.as_deref(), &headers) {
        Ok(session) => session,
        Err(fault) => return problem::fault(&fault),
    };
    let upgrade = match upgrade {
        Ok(upgrade) if has_key(&headers) => upgrade,
        _ => return problem::plain(StatusCode::UPGRADE_REQUIRED, "this address speaks WebSocket (RFC 6455)"),
    };
    let resumed = session.is_some();
    let attachment = match session.map_or_else(|| app.registry.open(), Ok).and_then(Attachment::new) {
        Ok(attachment) => attachment,
        Err(fault) => return problem::fault(&fault),
    };
    let connections = app.connections.clone();
    let limit = app.registry.message_bytes();
    upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_MAX_BYTES)
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| {
            connections.track_future(async move {
                connection::run(socket, attachment, resumed, after).await;
                drop(arrival.place);
            })
        })
}

/// The session to resume; none where a new one may be opened.
fn find(
    app: &App,
    session: Option<&str>,
    token: Option<&str>,
    headers: &HeaderMap,
) -> Result<Option<Presence>, Fault> {
    match session {
        // The session's own token suffices for it.
        Some(session) => app.registry.enter(session, token.unwrap_or_default()).map(Some),
        None => app.access.check(headers).map(|()| None),
    }
}

/// RFC 6455 section 4.1: 16 bytes in base64. The library takes anything.
fn has_key(headers: &HeaderMap) -> bool {
    headers
        .get("sec-websocket-key")
        .and_then(|key| STANDARD.decode(key.as_bytes()).ok())
        .is_some_and(|key| key.len() == 16)
}
