//! `…/shares`: tokens with which others look at the session.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, json};
use sockyard_protocol::answer::Shared;
use sockyard_protocol::hello::Shares;
use sockyard_protocol::{Answer, Fault};

use super::super::describe::{self, Operation, Success, Tag, Token};
use super::super::routes::{Route, Verb};
use super::body::Params;
use super::{perform, respond};
use crate::metrics;
use crate::session::{Presence, Rights};

/// The routes with their descriptions.
pub(super) fn routes(path: &str) -> Vec<Route> {
    let share = Operation::call(Tag::Sessions, "session.share").takes_params().fails(&[429]).answers(
        Success::returned(201, "The share. Its token is told here and never again.")
            .header("Location", "The share's path")
            .leads_to("share", "share", &["session.unshare"]),
    );
    let list = Operation::new(
        "session.shares",
        Tag::Sessions,
        "Lists the session's shares.\n\n`session.info` tells the same; neither tells a token.",
    )
    .token(Token::Sessions)
    .answers(
        Success::new(200, "The shares, oldest first.")
            .json(|schemas| schemas.answer::<Shares>().to_value())
            .example(describe::shares_example()),
    );
    let unshare = Operation::call(Tag::Sessions, "session.unshare")
        .answers(Success::new(204, "The share is taken back, and its connections are ended."));
    vec![
        Route::new(Verb::Post, path, make, share),
        Route::new(Verb::Get, path, all, list),
        Route::new(Verb::Delete, format!("{path}/{{share}}"), revoke, unshare),
    ]
}

async fn make(
    Path(session): Path<String>,
    Extension(presence): Extension<Arc<Presence>>,
    Params(params): Params,
) -> Response {
    respond(async {
        let answer = perform(&presence, "session.share", params).await?;
        let Answer::Shared(Shared { share, .. }) = &answer else { return Err(Fault::internal()) };
        let location = [(LOCATION, format!("/api/v1/sessions/{session}/shares/{share}"))];
        Ok((StatusCode::CREATED, location, axum::Json(answer)).into_response())
    })
    .await
}

async fn all(Extension(presence): Extension<Arc<Presence>>) -> Response {
    respond(async {
        if presence.rights().only_look() {
            return Err(Rights::denied("session.info")).inspect_err(metrics::failed);
        }
        let shares = presence.session().share_infos();
        Ok(axum::Json(Shares { shares }).into_response())
    })
    .await
}

async fn revoke(
    Path((_, share)): Path<(String, String)>,
    Extension(presence): Extension<Arc<Presence>>,
) -> Response {
    respond(async {
        let params = Map::from_iter([("share".to_owned(), json!(share))]);
        perform(&presence, "session.unshare", params).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}
