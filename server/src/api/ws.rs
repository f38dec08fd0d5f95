//! `GET /api/v1/ws`: from a request to a connection of a session.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::header::{
    CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use schemars::JsonSchema;
use serde::Deserialize;
use sockyard_protocol::call::{DataForm, Frames, PayloadShare};
use sockyard_protocol::event::EventKinds;
use sockyard_protocol::hello::NetworkKind;
use sockyard_protocol::{Fault, Mode, SUBPROTOCOL};
use tokio::net::TcpStream;
use tracing::Instrument as _;
use tungstenite::handshake::derive_accept_key;

use super::access::Admitted;
use super::describe::{Operation, Success, Tag, Token};
use super::guard::Arrival;
use super::held::Held;
use super::routes::{Route, Verb};
use super::{App, problem};
use crate::metrics;
use crate::session::Attachment;
use connection::{Beginning, Replay, close_code};
use opening::Opening;

mod connection;
mod follow;
mod input;
mod merge;
mod opening;
mod outbox;
mod output;
mod packets;
mod reader;
mod refusals;
mod requests;
mod writer;

/// The close codes that the server sends (RFC 6455 section 7.4), and why.
pub(super) const CLOSE_CODES: &[(u16, &str)] = &[
    (close_code::NORMAL, "the session was closed"),
    (close_code::AWAY, "the server is shutting down"),
    (close_code::PROTOCOL, "frames against RFC 6455"),
    (close_code::INVALID, "text that is not UTF-8"),
    (
        close_code::POLICY,
        "nothing was heard for 50 s, not even an answer to pings, or one message took more than 60 s to come",
    ),
    (close_code::SIZE, "a message over `message_bytes`"),
    (
        close_code::REVOKED,
        "the share with whose token the connection came was taken back, or the API token that opened the session was \
         revoked or has expired",
    ),
    (close_code::AGAIN, "too slow: the log has moved on past this connection"),
];

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// The session to come back to, in place of a new one.
    session: Option<String>,
    /// That session's own token, or that of one of its shares.
    #[expect(dead_code, reason = "who it is for is asked in front of the route; here it is described")]
    token: Option<String>,
    /// With `session`: the log's events with a greater `seq` come first. Without it only new ones come.
    after: Option<u64>,
    /// With `session`: of the log's events only so many, the newest, come first. With `after` as well, those that both let
    /// through.
    last: Option<u64>,
    /// In which kind of network a new session's sockets live; the server's own choice if left out.
    network: Option<NetworkKind>,
    /// Makes the first socket of a new session: its family and its type with a comma between, as `socket.create` takes them.
    #[schemars(example = "inet,stream", regex(pattern = r"^(inet|inet6|unix),(stream|dgram)$"))]
    create: Option<String>,
    /// With `create`: connects that socket to this address, as `socket.connect` does.
    #[schemars(example = "127.0.0.1:7788", with = "Option<sockyard_protocol::Address>")]
    connect: Option<String>,
    /// With `create`: whether the server receives from that socket by itself, as in `socket.configure`.
    receive: Option<Mode>,
    /// How payload bytes travel on this connection, as in `session.configure`.
    frames: Option<Frames>,
    /// In which form this connection gets bytes, as in `session.configure`.
    data: Option<DataForm>,
    /// How much of the bytes pushed events carry here, as in `session.configure`.
    payload: Option<PayloadShare>,
    /// Which kinds of events are pushed here, divided by commas; every kind if left out.
    #[schemars(with = "Option<EventKinds>")]
    kinds: Option<String>,
}

/// The route with its description.
pub(super) fn route() -> Route {
    let operation = Operation::new(
        "ws",
        Tag::Server,
        "Upgrades to WebSocket.\n\nWhat is then said is described by `/api/v1/asyncapi.json`. A browser hides from its page \
         why an upgrade failed, so an ordinary request is answered with what the upgrade would have met, and with 426 \
         where only the upgrade is missing.",
    );
    let operation = operation
        .token(Token::Either)
        .query::<Parameters>()
        .answers(Success::new(101, "The connection speaks WebSocket from here on."))
        .fails(&[404, 426, 429]);
    Route::new(Verb::Get, "/api/v1/ws", upgrade, operation)
}

/// The handler. A browser is told nothing of a failed upgrade, so the same address answers a plain GET with what
/// the upgrade would have met.
async fn upgrade(
    State(app): State<Arc<App>>,
    Extension(arrival): Extension<Arrival>,
    Extension(admitted): Extension<Admitted>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    mut request: Request,
) -> Response {
    let parameters = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    let on_upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let headers = request.headers();
    let opening = match Opening::new(&parameters) {
        Ok(opening) => opening,
        Err(fault) => return problem::fault(&fault),
    };
    let (Some(key), Some(on_upgrade)) = (handshake_key(request.method(), headers), on_upgrade) else {
        if let Admitted::Opener(opener) = &admitted
            && let Err(fault) = app.registry.has_room(opener)
        {
            return problem::fault(&fault);
        }
        return not_upgraded();
    };
    let (presence, resumed) = match admitted {
        Admitted::Present(presence) => (Ok(presence), true),
        Admitted::Opener(opener) => {
            (app.registry.open(&opener, parameters.network).await.map(Arc::new), false)
        }
        Admitted::Anybody => (Err(Fault::internal()), false),
    };
    let attachment = match presence.and_then(Attachment::new) {
        Ok(attachment) => attachment,
        Err(fault) => return problem::fault(&fault),
    };
    let replay = Replay { after: parameters.after, last: parameters.last };
    let beginning = Beginning { opening, resumed, replay, longest: app.registry.message_bytes() };
    // The answer leaves in one write with the greeting.
    arrival.place.hold();
    let span = tracing::debug_span!("connection", session = attachment.session().id());
    let connection = app.connections.track_future(async move {
        let _open = metrics::Open::websocket();
        if let Some((stream, answer, read)) = plain_stream(on_upgrade).await {
            connection::run(stream, answer, read, attachment, beginning).await;
        }
        drop(arrival.place);
    });
    tokio::spawn(connection.instrument(span));
    let accepted = [(CONNECTION, "upgrade"), (UPGRADE, "websocket")];
    let accept = [(SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()))];
    let protocol = offers(headers, SUBPROTOCOL).then_some([(SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)]);
    match protocol {
        Some(protocol) => (StatusCode::SWITCHING_PROTOCOLS, accepted, accept, protocol).into_response(),
        None => (StatusCode::SWITCHING_PROTOCOLS, accepted, accept).into_response(),
    }
}

/// What RFC 9110 section 15.5.22 and RFC 6455 section 4.4 want said to whoever came for something else.
fn not_upgraded() -> Response {
    let why = "this address speaks WebSocket, version 13 (RFC 6455)";
    let wanted = [(CONNECTION, "upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, "13")];
    (wanted, problem::plain(StatusCode::UPGRADE_REQUIRED, why)).into_response()
}

/// The connection itself once hyper has let go of it, the answer that is still to be written, and what the client has
/// sent in the meantime.
async fn plain_stream(on_upgrade: OnUpgrade) -> Option<(TcpStream, Vec<u8>, bytes::Bytes)> {
    // Fails where the client has left before.
    let upgraded = on_upgrade.await.ok()?;
    match upgraded.downcast::<TokioIo<Held>>() {
        Ok(parts) => {
            let (stream, answer) = parts.io.into_inner().into_parts();
            Some((stream, answer, parts.read_buf))
        }
        Err(_) => {
            tracing::error!("a connection is not the TCP stream that was accepted");
            None
        }
    }
}

/// The key of a handshake as RFC 6455 section 4.1 has it: 16 bytes in base64.
fn handshake_key<'a>(method: &Method, headers: &'a HeaderMap) -> Option<&'a str> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok();
    let upgrades = text(&UPGRADE)?.eq_ignore_ascii_case("websocket")
        && text(&CONNECTION)?.split(',').any(|token| token.trim().eq_ignore_ascii_case("upgrade"));
    let key = text(&SEC_WEBSOCKET_KEY)?;
    let length = STANDARD.decode(key).ok()?.len();
    (method == Method::GET && upgrades && text(&SEC_WEBSOCKET_VERSION)? == "13" && length == 16)
        .then_some(key)
}

fn offers(headers: &HeaderMap, protocol: &str) -> bool {
    let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).any(|one| one.trim() == protocol)
}
