//! The one table of routes: what answers, and what the OpenAPI document says of it.
//!
//! The router is built from it and so is the document, so there is no route that is not described.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};

use super::access::Door;
use super::describe::Operation;
use super::{App, access, describe, operator, rest, ws};

/// A method of HTTP that some route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    /// Its key in an OpenAPI document.
    pub(super) fn name(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::Post => "post",
            Verb::Delete => "delete",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
            Verb::Delete => MethodFilter::DELETE,
        }
    }
}

/// One route.
pub(super) struct Route {
    pub(super) verb: Verb,
    /// With `{name}` for each parameter, which axum and OpenAPI write alike.
    pub(super) path: String,
    pub(super) operation: Operation,
    handler: axum::routing::MethodRouter<Arc<App>, Infallible>,
}

impl Route {
    pub(super) fn new<H, T>(verb: Verb, path: impl Into<String>, handler: H, operation: Operation) -> Route
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Route { verb, path: path.into(), operation, handler: on(verb.filter(), handler) }
    }
}

/// Every route.
pub(super) fn table() -> Vec<Route> {
    let mut table = rest::routes();
    table.push(ws::route());
    table.extend(describe::routes());
    table.extend(operator::routes());
    table
}

/// A router of every route, each behind the layer that asks who it is for.
pub(super) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    table().into_iter().fold(Router::new(), |router, route| {
        let door = Door { app: Arc::clone(app), token: route.operation.wanted() };
        router.route(&route.path, route.handler.route_layer(from_fn_with_state(door, access::admit)))
    })
}
