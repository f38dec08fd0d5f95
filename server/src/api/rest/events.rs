//! `GET …/events`: `log.read` with a wait, or a live stream (Server-Sent Events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};
use sockyard_protocol::call::{DataForm, LOG_READ_MAX, LogRead, PayloadShare};
use sockyard_protocol::event::EventKinds;
use sockyard_protocol::{Answer, Call, Fault};
use tokio::time::{Instant, sleep_until};

use super::super::describe::{Operation, Success, Tag};
use super::super::problem;
use super::super::routes::{Route, Verb};
use super::{listed, ok, perform};
use crate::log::{Batch, Entry, Reader};
use crate::session::{Attachment, Presence};

/// Longest `wait_ms`; proxies give up on a silent request at about twice this.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Only events with a greater `seq`.
    after: Option<u64>,
    /// Only events with a smaller `seq`, and of these the newest. Not for a live stream, and not with `wait_ms`.
    before: Option<u64>,
    /// Most events of a page; 100 if left out. Not for a live stream.
    #[schemars(range(min = 1, max = LOG_READ_MAX))]
    limit: Option<u64>,
    /// Longest wait for a page's first event, in milliseconds; more than 30000 counts as that. Not for a live stream.
    wait_ms: Option<u64>,
    /// Only events of this socket.
    socket: Option<u32>,
    /// Only events of these kinds, divided by commas.
    #[schemars(with = "Option<EventKinds>")]
    kinds: Option<String>,
}

/// The route with its description.
pub(super) fn route(path: String) -> Route {
    let page = Success::returned(
        200,
        "A page of events, or with `Accept: text/event-stream` a live stream of them.",
    )
    .body("text/event-stream");
    let operation = Operation::call(Tag::Log, "log.read")
        .query::<Parameters>()
        .header(
            "Last-Event-ID",
            json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}),
            "Goes before `after` in a live stream: a browser sends it by itself when it reconnects.",
        )
        .answers(page)
        .fails(&[429]);
    Route::new(Verb::Get, path, read, operation)
}

/// The handler.
async fn read(
    Extension(presence): Extension<Arc<Presence>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let parameters = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    let last = match last_event(&headers) {
        Ok(last) => last,
        Err(fault) => return problem::fault(&fault),
    };
    let outcome = match wants_stream(&headers) {
        true => live(presence, parameters, last),
        false => page(&presence, &parameters).await,
    };
    outcome.unwrap_or_else(|fault| problem::fault(&fault))
}

impl Parameters {
    /// As the parameters of `log.read`.
    fn to_params(&self) -> Map<String, Value> {
        let kinds: Option<Vec<&str>> = self.kinds.as_deref().map(listed);
        let given = [
            ("after", json!(self.after)),
            ("before", json!(self.before)),
            ("limit", json!(self.limit)),
            ("socket", json!(self.socket)),
            ("kinds", json!(kinds)),
        ];
        let given = given.into_iter().filter(|(_, value)| !value.is_null());
        given.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// One page, after a wait for its first event where there is none yet.
async fn page(presence: &Presence, parameters: &Parameters) -> Result<Response, Fault> {
    if parameters.before.is_some() && parameters.wait_ms.is_some() {
        return Err(Fault::bad_params("wait_ms", "waits for new events, and `before` asks for old ones"));
    }
    let wait = Duration::from_millis(parameters.wait_ms.unwrap_or(0)).min(WAIT_MAX);
    let deadline = Instant::now() + wait;
    let log = presence.session().log();
    let mut params = parameters.to_params();
    loop {
        let answer = perform(presence, "log.read", params.clone()).await?;
        let newest = match &answer {
            Answer::LogPage(page) if page.events.is_empty() => page.newest,
            _ => return Ok(ok(answer)),
        };
        // What did not fit once need not be looked at again with each event that comes.
        if parameters.after.unwrap_or(0) < newest {
            params.insert("after".to_owned(), json!(newest));
        }
        tokio::select! {
            () = sleep_until(deadline) => return Ok(ok(answer)),
            () = presence.session().ended().cancelled() => return Ok(ok(answer)),
            () = presence.revoked() => return Err(Fault::no_such_session()),
            () = log.newer_than(newest) => {}
        }
    }
}

/// Whether a live stream is wanted.
pub(super) fn wants_stream(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.split(',').any(|kind| kind.trim().starts_with("text/event-stream")))
}

/// What a browser that reconnects has seen last.
pub(super) fn last_event(headers: &HeaderMap) -> Result<Option<u64>, Fault> {
    let Some(id) = headers.get("last-event-id") else { return Ok(None) };
    let id = id.to_str().ok().and_then(|id| id.parse().ok());
    id.map(Some).ok_or_else(|| Fault::bad_params("Last-Event-ID", "is not the number of what came last"))
}

/// Events as they happen. `Last-Event-ID` goes before `after`.
fn live(presence: Arc<Presence>, mut parameters: Parameters, last: Option<u64>) -> Result<Response, Fault> {
    let for_pages = [
        ("before", parameters.before.is_some()),
        ("limit", parameters.limit.is_some()),
        ("wait_ms", parameters.wait_ms.is_some()),
    ];
    if let Some((field, _)) = for_pages.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Fault::bad_params(field, "is for pages, not for a live stream"));
    }
    parameters.after = last.or(parameters.after);
    let params = to_raw_value(&parameters.to_params()).map_err(|_| Fault::internal())?;
    let Call::LogRead(filter) = Call::parse("log.read", Some(&params))? else {
        return Err(Fault::internal());
    };
    let attachment = Attachment::new(presence)?;
    let holds = !attachment.rights().only_look();
    let reader = Reader::attach(Arc::clone(attachment.session().log()), parameters.after, holds);
    Ok(Sse::new(stream_of(reader, attachment, filter)).keep_alive(KeepAlive::new()).into_response())
}

/// The log behind a cursor as a stream. A batch counts as delivered when the next one is asked for, which is when the
/// client has taken it.
fn stream_of(
    reader: Reader,
    attachment: Attachment,
    filter: LogRead,
) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    let state = (reader, attachment, filter, Vec::<Arc<Entry>>::new().into_iter());
    stream::unfold(state, |(mut reader, attachment, filter, mut waiting)| async move {
        loop {
            if attachment.is_revoked() {
                return None;
            }
            if let Some(entry) = waiting.by_ref().find(|entry| entry.fits(&filter)) {
                let event = entry.to_event(DataForm::Auto, PayloadShare::Full);
                let event = SseEvent::default().id(event.seq.to_string()).json_data(&event).ok()?;
                return Some((Ok(event), (reader, attachment, filter, waiting)));
            }
            reader.delivered();
            let ended = attachment.session().ended().clone();
            let batch = tokio::select! {
                biased;
                () = attachment.revoked() => return None,
                batch = reader.next() => batch,
                // What the end itself logged is there already.
                () = ended.cancelled() => reader.take()?,
            };
            match batch {
                Batch::Events(entries) => waiting = entries.into_iter(),
                // The client reconnects with Last-Event-ID and goes on from the oldest event that is left.
                Batch::Overrun => return None,
            }
        }
    })
}
