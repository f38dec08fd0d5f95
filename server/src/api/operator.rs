//! What the operator asks: is it alive, is it ready, how much does it do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sockyard_protocol::Fault;

use super::describe::{Operation, Success, Tag, Token};
use super::routes::{Route, Verb};
use super::{App, exposition, problem};

/// Routes that are answered while the server goes down as well.
const TO_THE_END: &[&str] = &["/healthz", "/readyz", "/metrics"];

/// The routes, without their layers.
pub(super) fn routes() -> Vec<Route> {
    let health = Operation::new("healthz", Tag::Server, "Whether the server answers.")
        .answers(Success::new(200, "It does.").text("ok"));
    let readiness = Operation::new(
        "readyz",
        Tag::Server,
        "Whether the server takes new work: not once it is shutting down.",
    )
    .answers(Success::new(200, "It does.").text("ready"));
    let figures = Operation::new(
        "metrics",
        Tag::Server,
        "What the server does, in figures (Prometheus' text format).\n\nThe token may be that of `--metrics-token` as well, \
         and must be on a server that is open to everybody.",
    )
    .token(Token::Operators)
    .answers(Success::new(200, "The figures.").text("# TYPE sockyard_sessions gauge\nsockyard_sessions 1\n"));
    vec![
        Route::new(Verb::Get, "/healthz", async || "ok", health),
        Route::new(Verb::Get, "/readyz", ready, readiness),
        Route::new(Verb::Get, "/metrics", metrics, figures),
    ]
}

/// The layer that ends everything else once the server goes down: what came now would be cut off in the middle.
pub(super) async fn refuse_at_end(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if app.stopping.is_cancelled() && !TO_THE_END.contains(&request.uri().path()) {
        return going_down();
    }
    next.run(request).await
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.stopping.is_cancelled() { going_down() } else { "ready".into_response() }
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    match exposition::render(&app.registry, app.workers.tasks()) {
        Ok(text) => ([(CONTENT_TYPE, exposition::CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            problem::fault(&Fault::internal())
        }
    }
}

fn going_down() -> Response {
    problem::plain(StatusCode::SERVICE_UNAVAILABLE, "the server is shutting down")
}
