//! `GET …/export`: the session's log as a file to take away.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};
use sockyard_protocol::call::DataForm;
use sockyard_protocol::{Call, Fault};

use super::super::{App, problem};
use super::enter;
use crate::export::{self, Choice, Format};
use crate::session::Presence;

/// The first event that the log still has. Above 1 the export lacks the session's beginning.
const OLDEST_SEQ: HeaderName = HeaderName::from_static("x-sockyard-oldest-seq");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    format: Option<String>,
    after: Option<u64>,
    socket: Option<u32>,
    /// Names divided by commas.
    kinds: Option<String>,
    data: Option<DataForm>,
}

/// The route.
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let parameters = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    let outcome = enter(&app, &session, &headers).and_then(|presence| export(presence, &session, parameters));
    outcome.unwrap_or_else(|fault| problem::fault(&fault))
}

fn export(presence: Presence, session: &str, parameters: Parameters) -> Result<Response, Fault> {
    let name = parameters.format.as_deref().unwrap_or_default();
    let format = Format::named(name).map_err(|problem| Fault::bad_params("format", &problem))?;
    if format.is_program()
        && let Some(field) = parameters.filter()
    {
        return Err(Fault::bad_params(field, "is for jsonl and csv; a program is made from the whole log"));
    }
    let choice = parameters.into_choice()?;
    let log = presence.session().log();
    let oldest = log.oldest_seq();
    let texts: Box<dyn Iterator<Item = String> + Send> = match format.is_program() {
        true => Box::new(export::program(log, format, session)),
        false => Box::new(export::table(log, format, choice)),
    };
    // The session lives as long as somebody takes its export.
    let texts = texts.map(move |text| {
        let _present = &presence;
        Ok::<_, Infallible>(text)
    });
    let mut response = Body::from_stream(stream::iter(texts)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(OLDEST_SEQ, HeaderValue::from(oldest));
    let file = format!("attachment; filename=\"sockyard-{session}.{}\"", format.extension());
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(file).map_err(|_| Fault::internal())?);
    Ok(response)
}

impl Parameters {
    /// The name of a parameter that leaves events out or changes their form.
    fn filter(&self) -> Option<&'static str> {
        let Parameters { format: _, after, socket, kinds, data } = self;
        let given = [
            ("after", after.is_some()),
            ("socket", socket.is_some()),
            ("kinds", kinds.is_some()),
            ("data", data.is_some()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
    }

    /// Read as the parameters of `log.read` would be.
    fn into_choice(self) -> Result<Choice, Fault> {
        let Parameters { format: _, after, socket, kinds, data } = self;
        let kinds: Option<Vec<&str>> =
            kinds.as_deref().map(|kinds| kinds.split(',').map(str::trim).collect());
        let given = [("after", json!(after)), ("socket", json!(socket)), ("kinds", json!(kinds))];
        let given = given.into_iter().filter(|(_, value)| !value.is_null());
        let params: Map<String, Value> = given.map(|(name, value)| (name.to_owned(), value)).collect();
        let params = to_raw_value(&params).map_err(|_| Fault::internal())?;
        match Call::parse("log.read", Some(&params))? {
            Call::LogRead(filter) => Ok(Choice { filter, data: data.unwrap_or_default() }),
            _ => Err(Fault::internal()),
        }
    }
}
