//! REST (section 10): the same calls under the same names, one request each.
//!
//! Nothing here knows what a call does. A request's path and body are put together into the parameters that a
//! WebSocket client would send, and [`Call::parse`] makes the call of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};
use sockyard_protocol::call::DataForm;
use sockyard_protocol::{Answer, Call, Fault};
use tokio_util::sync::CancellationToken;

use super::access::bearer;
use super::{App, problem};
use crate::session::{Caller, Presence, Session};

mod body;
mod events;
mod exchange;
mod export;

/// The calls that a `POST` to a socket makes, by the last part of its path.
const SOCKET_CALLS: &[&str] = &[
    "bind",
    "listen",
    "accept",
    "connect",
    "send",
    "recv",
    "shutdown",
    "configure",
    "set_option",
    "get_option",
];

/// An answer, or an error of section 8.
type Outcome = Result<Response, Fault>;

/// The routes, without their layers.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/sessions", post(open_session))
        .route("/api/v1/sessions/{session}", get(session_info).delete(close_session))
        .route("/api/v1/sessions/{session}/sockets", get(list_sockets).post(create_socket))
        .route("/api/v1/sessions/{session}/sockets/{socket}", get(socket_info).delete(close_socket))
        .route("/api/v1/sessions/{session}/sockets/{socket}/{call}", post(call_socket))
        .route("/api/v1/sessions/{session}/events", get(events::read))
        .route("/api/v1/sessions/{session}/export", get(export::read))
        .route("/api/v1/exchange", post(exchange::run))
}

async fn open_session(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    respond(async {
        app.access.check(&headers)?;
        let hello = app.registry.open()?.session().hello(false);
        Ok((StatusCode::CREATED, axum::Json(hello)).into_response())
    })
    .await
}

async fn session_info(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    headers: HeaderMap,
) -> Response {
    respond(async { perform(&enter(&app, &session, &headers)?, "session.info", Map::new()).await.map(ok) })
        .await
}

async fn close_session(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    headers: HeaderMap,
) -> Response {
    respond(async {
        perform(&enter(&app, &session, &headers)?, "session.close", Map::new()).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

async fn list_sockets(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    headers: HeaderMap,
) -> Response {
    respond(async { perform(&enter(&app, &session, &headers)?, "socket.list", Map::new()).await.map(ok) })
        .await
}

async fn create_socket(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let presence = match enter(&app, &session, &headers) {
        Ok(presence) => presence,
        Err(fault) => return problem::fault(&fault),
    };
    let params = match body::read(&app, request).await {
        Ok(params) => params,
        Err(response) => return response,
    };
    respond(async {
        let answer = perform(&presence, "socket.create", params).await?;
        Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
    })
    .await
}

async fn socket_info(
    State(app): State<Arc<App>>,
    Path((session, socket)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    respond(async {
        let presence = enter(&app, &session, &headers)?;
        perform(&presence, "socket.info", with_socket(Map::new(), &socket)?).await.map(ok)
    })
    .await
}

async fn close_socket(
    State(app): State<Arc<App>>,
    Path((session, socket)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    call_at(&app, &session, &socket, "close", &headers, request).await
}

async fn call_socket(
    State(app): State<Arc<App>>,
    Path((session, socket, call)): Path<(String, String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if !SOCKET_CALLS.contains(&call.as_str()) {
        return problem::fault(&Fault::no_such_method(&call));
    }
    call_at(&app, &session, &socket, &call, &headers, request).await
}

async fn call_at(
    app: &App,
    session: &str,
    socket: &str,
    call: &str,
    headers: &HeaderMap,
    request: Request,
) -> Response {
    let presence = match enter(app, session, headers) {
        Ok(presence) => presence,
        Err(fault) => return problem::fault(&fault),
    };
    let params = match body::read(app, request).await {
        Ok(params) => params,
        Err(response) => return response,
    };
    respond(async {
        perform(&presence, &format!("socket.{call}"), with_socket(params, socket)?).await.map(ok)
    })
    .await
}

/// The session that a request is about, if its token is the session's own.
fn enter(app: &App, session: &str, headers: &HeaderMap) -> Result<Presence, Fault> {
    let token = bearer(headers).ok_or_else(|| {
        Fault::unauthorized()
            .with_hint("a request about a session carries `Authorization: Bearer` and its token")
    })?;
    app.registry.enter(session, token)
}

/// Makes a call in a task of its own, which goes on when the client is gone: cancelled, so that it ends with its event
/// in the log and leaves its data to the next call.
async fn perform(presence: &Presence, method: &str, params: Map<String, Value>) -> Result<Answer, Fault> {
    let params = to_raw_value(&params).map_err(|_| Fault::internal())?;
    let call = Call::parse(method, Some(&params))?;
    let session: Arc<Session> = Arc::clone(presence.session());
    let reservation = session.reserve(&call)?;
    let cancel = CancellationToken::new();
    let _gone = cancel.clone().drop_guard();
    let task = tokio::spawn(async move {
        let answer = session.perform(call, &Caller { cancel, form: DataForm::Auto }).await;
        (answer, reservation)
    });
    match task.await {
        Ok((answer, _reservation)) => answer,
        Err(_) => Err(Fault::internal()),
    }
}

fn with_socket(mut params: Map<String, Value>, socket: &str) -> Result<Map<String, Value>, Fault> {
    let number: u32 =
        socket.parse().map_err(|_| Fault::bad_params("socket", &format!("{socket:?} is not a number")))?;
    if params.insert("socket".to_owned(), json!(number)).is_some() {
        return Err(Fault::bad_params("socket", "stands in the path already"));
    }
    Ok(params)
}

fn ok(answer: Answer) -> Response {
    axum::Json(answer).into_response()
}

async fn respond(outcome: impl Future<Output = Outcome>) -> Response {
    outcome.await.unwrap_or_else(|fault| problem::fault(&fault))
}
