//! `GET …/export`: the session's log as a file to take away.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};
use sockyard_protocol::call::{DataForm, PACKETS_READ_MAX};
use sockyard_protocol::event::EventKinds;
use sockyard_protocol::{Call, Fault};

use super::super::describe::{Operation, Success, Tag, Token};
use super::super::problem;
use super::super::routes::{Route, Verb};
use super::listed;
use crate::export::{self, Capture, Choice, Format};
use crate::session::Presence;

/// The first event that the log still has, or the first packet. Above 1 the export lacks the session's beginning.
const OLDEST_SEQ: HeaderName = HeaderName::from_static("x-sockyard-oldest-seq");

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// What the export is to be.
    #[schemars(required, schema_with = "formats")]
    format: Option<String>,
    /// Only events, or in `pcapng` packets, with a greater `seq`. Like those that follow it is not for programs.
    after: Option<u64>,
    /// Only events of this socket.
    socket: Option<u32>,
    /// Only events of these kinds, divided by commas.
    #[schemars(with = "Option<EventKinds>")]
    kinds: Option<String>,
    /// In which form bytes are written; `auto` if left out.
    data: Option<DataForm>,
    /// For programs: JSON with the program and, for each event, the line that it became.
    map: Option<bool>,
}

/// A program with `map=true`, for the document: what is served is written piece by piece.
#[derive(JsonSchema, Serialize)]
struct MappedProgram {
    /// The program's language.
    format: String,
    /// The program.
    text: String,
    /// For each event its `seq` and the line, from 1, in which what it became begins; in the order of the lines.
    lines: Vec<[u64; 2]>,
}

/// The route with its description.
pub(super) fn route(path: String) -> Route {
    let exported = Success::new(200, "The file.")
        .header("Content-Disposition", "`attachment` with a name for the file")
        .header(
            "X-Sockyard-Oldest-Seq",
            "The first event that the log still has; above 1 the export lacks the beginning",
        );
    let kinds = Format::ALL.iter().filter_map(|(_, format)| format.content_type().split(';').next());
    let operation = Operation::new(
        "export",
        Tag::Log,
        "The session's log, or its lab's packets, as a file to take away.\n\nIt ends with what was the newest when it began.",
    )
    .token(Token::Sessions)
    .query::<Parameters>()
    .answers(kinds.fold(exported, Success::body).json(|schemas| schemas.answer::<MappedProgram>().to_value()));
    Route::new(Verb::Get, path, read, operation)
}

fn formats(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Format::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>()})
}

/// The handler.
async fn read(
    Path(session): Path<String>,
    Extension(presence): Extension<Arc<Presence>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let parameters = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    export(presence, &session, parameters).unwrap_or_else(|fault| problem::fault(&fault))
}

fn export(presence: Arc<Presence>, session: &str, parameters: Parameters) -> Result<Response, Fault> {
    let name = parameters.format.as_deref().unwrap_or_default();
    let format = Format::named(name).map_err(|problem| Fault::bad_params("format", &problem))?;
    if format == Format::Pcapng {
        return capture(presence, session, &parameters);
    }
    if format.is_program()
        && let Some(field) = parameters.filter()
    {
        return Err(Fault::bad_params(field, "is for jsonl and csv; a program is made from the whole log"));
    }
    let with_map = parameters.map == Some(true);
    if with_map && !format.is_program() {
        return Err(Fault::bad_params(
            "map",
            "is for programs; a line of jsonl or csv names its event itself",
        ));
    }
    let choice = parameters.into_choice()?;
    let log = presence.session().log();
    let oldest = log.oldest_seq();
    let texts: Box<dyn Iterator<Item = String> + Send> = match format.is_program() {
        true if with_map => Box::new(export::program_map(log, format, session)),
        true => Box::new(export::program(log, format, session)),
        false => Box::new(export::table(log, format, choice)),
    };
    // The session lives as long as somebody takes its export; one that breaks off must not look like a whole one.
    let texts = texts.map(move |text| match presence.is_revoked() {
        true => Err(std::io::Error::other("the share was taken back, or the token revoked")),
        false => Ok(text),
    });
    let (content_type, extension) = match with_map {
        true => ("application/json", "json"),
        false => (format.content_type(), format.extension()),
    };
    file(Body::from_stream(stream::iter(texts)), session, (content_type, extension), oldest)
}

/// A lab's packets as a capture file, up to the one that is the newest now.
fn capture(presence: Arc<Presence>, session: &str, parameters: &Parameters) -> Result<Response, Fault> {
    let Parameters { format: _, after, socket, kinds, data, map } = parameters;
    let of_events = [
        ("socket", socket.is_some()),
        ("kinds", kinds.is_some()),
        ("data", data.is_some()),
        ("map", map.is_some()),
    ];
    if let Some((field, _)) = of_events.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Fault::bad_params(field, "is about events, and pcapng has packets"));
    }
    let record = Arc::clone(presence.session().packet_record("export")?);
    let (oldest, (until, _)) = (record.oldest(), record.newest());
    let mut capture = Capture::default();
    let head = capture.head(record.host_names().iter().map(String::as_str));
    let mut after = after.unwrap_or(0);
    let pages = std::iter::from_fn(move || {
        let page = record.captured(after, until, PACKETS_READ_MAX);
        after = page.last()?.packet.seq;
        let mut bytes = Vec::new();
        page.iter().for_each(|packet| capture.packet(&mut bytes, &packet.packet, &packet.bytes));
        Some(bytes)
    });
    // As with the log: one that breaks off must not look like a whole one.
    let pages = std::iter::once(head).chain(pages).map(move |page| match presence.is_revoked() {
        true => Err(std::io::Error::other("the share was taken back, or the token revoked")),
        false => Ok(page),
    });
    let kind = (Format::Pcapng.content_type(), Format::Pcapng.extension());
    file(Body::from_stream(stream::iter(pages)), session, kind, oldest)
}

fn file(
    body: Body,
    session: &str,
    (content_type, extension): (&'static str, &str),
    oldest: u64,
) -> Result<Response, Fault> {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(OLDEST_SEQ, HeaderValue::from(oldest));
    let file = format!("attachment; filename=\"sockyard-{session}.{extension}\"");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(file).map_err(|_| Fault::internal())?);
    Ok(response)
}

impl Parameters {
    /// The name of a parameter that leaves events out or changes their form.
    fn filter(&self) -> Option<&'static str> {
        let Parameters { format: _, after, socket, kinds, data, map: _ } = self;
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
        let Parameters { format: _, after, socket, kinds, data, map: _ } = self;
        let kinds = kinds.as_deref().map(listed);
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
