//! The edge: HTTP and WebSocket in front of the sessions.
//!
//! Every request passes the same layers, upgrades included: a span, response headers, then [`guard`], then [`access`] for its
//! route, then its handler.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::quotas::{Proxies, Quotas};
use crate::session::Registry;
use crate::workers::Workers;

mod access;
mod assets;
mod describe;
mod exposition;
mod guard;
mod headers;
mod held;
mod operator;
mod problem;
mod reserve;
mod rest;
mod routes;
pub(crate) mod server;
mod trace;
mod ws;

pub(crate) use access::{Access, Mode};
pub(crate) use guard::Origins;

/// What the routes share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) registry: Arc<Registry>,
    pub(crate) access: Access,
    pub(crate) quotas: Arc<Quotas>,
    pub(crate) proxies: Proxies,
    pub(crate) origins: Origins,
    /// What connections and sessions run on.
    pub(crate) workers: Arc<Workers>,
    /// Every WebSocket connection, so that a shutdown can wait until they are told.
    pub(crate) connections: TaskTracker,
    /// The server goes down: it lets end what is under way and begins nothing new.
    pub(crate) stopping: CancellationToken,
}

/// Every route behind every layer.
pub(crate) fn router(app: Arc<App>) -> Router {
    routes::router(&app)
        .fallback(assets::serve)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&app), operator::refuse_at_end))
        .layer(from_fn_with_state(Arc::clone(&app), guard::check))
        .layer(from_fn(headers::add))
        .layer(from_fn(trace::request))
        .with_state(app)
}
