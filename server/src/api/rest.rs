//! REST (section 10): the same calls under the same names, one request each.
//!
//! Nothing here knows what a call does. A request's path and body are put together into the parameters that a
//! WebSocket client would send, and [`Call::parse`] makes the call of them.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};
use sockyard_protocol::answer::Created;
use sockyard_protocol::call::DataForm;
use sockyard_protocol::hello::NetworkKind;
use sockyard_protocol::{Answer, Call, Fault, Hello};
use tokio_util::sync::CancellationToken;

use super::describe::{self, Operation, Success, Tag, Token};
use super::routes::{Route, Verb};
use super::{App, problem};
use crate::session::{Caller, Opener, Presence, Session};

mod body;
mod distinct;
mod events;
mod exchange;
mod export;
mod lab;
mod packets;
mod series;
mod shares;

use body::Params;

/// The calls that a `POST` to a socket makes; the last part of the path is the name behind the dot.
const SOCKET_CALLS: &[&str] = &[
    "socket.bind",
    "socket.listen",
    "socket.accept",
    "socket.connect",
    "socket.send",
    "socket.recv",
    "socket.shutdown",
    "socket.configure",
    "socket.watch",
    "socket.set_option",
    "socket.get_option",
];

/// An answer, or an error of section 8.
type Outcome = Result<Response, Fault>;

/// The routes, without their layers.
pub(super) fn routes() -> Vec<Route> {
    const SESSION: &str = "/api/v1/sessions/{session}";
    let open = Operation::new(
        "session.open",
        Tag::Sessions,
        "Opens a session.\n\nIt lives on for the grace time after each request about it, and while a connection is attached.",
    )
    .token(Token::Owners)
    .takes(|schemas| schemas.request::<Open>().to_value(), vec![("host", json!({})), ("lab", json!({"network": "lab"}))])
    .answers(
        Success::new(201, "The session. Each request about it carries its token.")
            .json(|schemas| schemas.answer::<Hello>().to_value())
            .example(describe::hello_example())
            .header("Location", "The session's path")
            .leads_to("session", "session", &["session.info", "session.close", "socket.create", "socket.list", "log.read", "export"]),
    )
    .fails(&[429]);
    let returned = || Success::returned(200, "What the call returned.");
    let call = |tag, method| Operation::call(tag, method).answers(returned());
    let close =
        Operation::call(Tag::Sessions, "session.close").answers(Success::new(204, "The session is closed."));
    let at_socket: Vec<&str> = SOCKET_CALLS.iter().copied().chain(["socket.info", "socket.close"]).collect();
    let create = Operation::call(Tag::Sockets, "socket.create").takes_params().fails(&[429]).answers(
        Success::returned(201, "The new socket's number.")
            .header("Location", "The socket's path")
            .leads_to("socket", "socket", &at_socket),
    );
    let sockets = format!("{SESSION}/sockets");
    let socket = format!("{sockets}/{{socket}}");
    let mut routes = vec![
        Route::new(Verb::Post, "/api/v1/sessions", open_session, open),
        Route::new(Verb::Get, SESSION, session_info, call(Tag::Sessions, "session.info")),
        Route::new(Verb::Delete, SESSION, close_session, close),
        Route::new(Verb::Post, &sockets, create_socket, create),
        Route::new(Verb::Get, &sockets, list_sockets, call(Tag::Sockets, "socket.list")),
        Route::new(Verb::Get, &socket, socket_info, call(Tag::Sockets, "socket.info")),
        series::route(format!("{socket}/series")),
        Route::new(Verb::Delete, &socket, close_socket, call(Tag::Sockets, "socket.close").takes_params()),
    ];
    for method in SOCKET_CALLS {
        let handler =
            async |Path((_, socket)): Path<(String, String)>,
                   Extension(presence): Extension<Arc<Presence>>,
                   Params(params): Params| { call_at(&presence, &socket, method, params).await };
        let answer = match *method {
            "socket.accept" => returned().leads_to("socket", "connection", &at_socket),
            _ => returned(),
        };
        let operation = Operation::call(Tag::Sockets, method).takes_params().answers(answer);
        let name = method.trim_start_matches("socket.");
        routes.push(Route::new(Verb::Post, format!("{socket}/{name}"), handler, operation));
    }
    routes.extend(shares::routes(&format!("{SESSION}/shares")));
    routes.push(events::route(format!("{SESSION}/events")));
    routes.push(packets::route(format!("{SESSION}/packets")));
    routes.extend(lab::routes(SESSION));
    routes.push(export::route(format!("{SESSION}/export")));
    routes.push(exchange::route());
    routes
}

/// The body of a request that opens a session.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Open {
    /// In which kind of network its sockets live; the server's own choice if left out.
    #[serde(default)]
    network: Option<NetworkKind>,
}

async fn open_session(
    State(app): State<Arc<App>>,
    Extension(opener): Extension<Opener>,
    Params(params): Params,
) -> Response {
    respond(async {
        let Open { network } = body::parse(params)?;
        let presence = app.registry.open(&opener, network).await?;
        let hello = presence.session().hello(false, presence.rights());
        let location = [(LOCATION, format!("/api/v1/sessions/{}", hello.session))];
        Ok((StatusCode::CREATED, location, axum::Json(hello)).into_response())
    })
    .await
}

async fn session_info(Extension(presence): Extension<Arc<Presence>>) -> Response {
    respond(async { perform(&presence, "session.info", Map::new()).await.map(ok) }).await
}

async fn close_session(Extension(presence): Extension<Arc<Presence>>) -> Response {
    respond(async {
        perform(&presence, "session.close", Map::new()).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

async fn list_sockets(Extension(presence): Extension<Arc<Presence>>) -> Response {
    respond(async { perform(&presence, "socket.list", Map::new()).await.map(ok) }).await
}

async fn create_socket(
    Path(session): Path<String>,
    Extension(presence): Extension<Arc<Presence>>,
    Params(params): Params,
) -> Response {
    respond(async {
        let answer = perform(&presence, "socket.create", params).await?;
        let Answer::Created(Created { socket }) = answer else { return Err(Fault::internal()) };
        let location = [(LOCATION, format!("/api/v1/sessions/{session}/sockets/{socket}"))];
        Ok((StatusCode::CREATED, location, axum::Json(answer)).into_response())
    })
    .await
}

async fn socket_info(
    Path((_, socket)): Path<(String, String)>,
    Extension(presence): Extension<Arc<Presence>>,
) -> Response {
    respond(async { perform(&presence, "socket.info", with_socket(Map::new(), &socket)?).await.map(ok) })
        .await
}

async fn close_socket(
    Path((_, socket)): Path<(String, String)>,
    Extension(presence): Extension<Arc<Presence>>,
    Params(params): Params,
) -> Response {
    call_at(&presence, &socket, "socket.close", params).await
}

async fn call_at(presence: &Presence, socket: &str, method: &str, params: Map<String, Value>) -> Response {
    respond(async { perform(presence, method, with_socket(params, socket)?).await.map(ok) }).await
}

/// Makes a call in a task of its own, which goes on when the client is gone: cancelled, so that it ends with its event
/// in the log and leaves its data to the next call.
async fn perform(presence: &Presence, method: &str, params: Map<String, Value>) -> Result<Answer, Fault> {
    let params = to_raw_value(&params).map_err(|_| Fault::internal())?;
    let call = Call::parse(method, Some(&params))?;
    let session: Arc<Session> = Arc::clone(presence.session());
    let rights = presence.rights().clone();
    session.permit(&rights, &call)?;
    let reservation = session.reserve(&call)?;
    let cancel = CancellationToken::new();
    let _gone = cancel.clone().drop_guard();
    let task = tokio::spawn(async move {
        let answer = session.perform(call, &Caller { cancel, form: DataForm::Auto, rights }).await;
        (answer, reservation)
    });
    match task.await {
        Ok((answer, _reservation)) => answer,
        Err(_) => Err(Fault::internal()),
    }
}

fn with_socket(mut params: Map<String, Value>, socket: &str) -> Result<Map<String, Value>, Fault> {
    // As it is written in answers alone: a sign or a leading zero is another name for the same socket.
    let number = socket.parse::<u32>().ok().filter(|number| number.to_string() == socket);
    let number = number.ok_or_else(|| Fault::bad_params("socket", &format!("{socket:?} is not a number")))?;
    if params.insert("socket".to_owned(), json!(number)).is_some() {
        return Err(Fault::bad_params("socket", "stands in the path already"));
    }
    Ok(params)
}

/// The names in a list divided by commas; an empty text is an empty list.
fn listed(text: &str) -> Vec<&str> {
    match text {
        "" => Vec::new(),
        names => names.split(',').map(str::trim).collect(),
    }
}

fn ok(answer: Answer) -> Response {
    axum::Json(answer).into_response()
}

async fn respond(outcome: impl Future<Output = Outcome>) -> Response {
    outcome.await.unwrap_or_else(|fault| problem::fault(&fault))
}
