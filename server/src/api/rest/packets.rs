//! `GET …/packets`: `packets.read`, or a live stream of packets (Server-Sent Events).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sockyard_protocol::Fault;
use sockyard_protocol::call::PACKETS_READ_MAX;

use super::super::describe::{Operation, Success, Tag};
use super::super::problem;
use super::super::routes::{Route, Verb};
use super::events::{last_event, wants_stream};
use super::{ok, perform, respond};
use crate::network::{PacketChanges, PacketRecord, PacketsPage};
use crate::session::{Attachment, Presence};

/// Longest `wait_ms`, as for events: proxies give up on a silent request at about twice this.
const WAIT_MAX_MS: u64 = 30_000;

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Only packets with a greater `seq`.
    after: Option<u64>,
    /// Tells as well what has become of packets since the change of this number; the wait ends with one, too. Not for a live
    /// stream, which tells of changes anyway.
    changes_after: Option<u64>,
    /// Most packets of a page; 100 if left out. Not for a live stream.
    #[schemars(range(min = 1, max = PACKETS_READ_MAX))]
    limit: Option<u64>,
    /// Whether the packets' bytes come along, in base64.
    data: Option<bool>,
    /// Longest wait for a page's first packet, in milliseconds; more than 30000 counts as that.
    /// Not for a live stream.
    wait_ms: Option<u64>,
}

/// The route with its description.
pub(super) fn route(path: String) -> Route {
    let page = Success::returned(
        200,
        "A page of packets, or with `Accept: text/event-stream` a live stream of them.",
    )
    .body("text/event-stream");
    let operation = Operation::call(Tag::Labs, "packets.read")
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

async fn read(
    Extension(presence): Extension<Arc<Presence>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let parameters = match parameters {
        Ok(Query(parameters)) => parameters,
        Err(error) => return problem::query(&error),
    };
    respond(async {
        let last = last_event(&headers)?;
        if wants_stream(&headers) {
            live(presence, &parameters, last)
        } else {
            page(&presence, parameters).await
        }
    })
    .await
}

async fn page(presence: &Presence, parameters: Parameters) -> Result<Response, Fault> {
    let Parameters { after, changes_after, limit, data, wait_ms } = parameters;
    let given = [
        ("after", after.map(|after| json!(after))),
        ("changes_after", changes_after.map(|after| json!(after))),
        ("limit", limit.map(|limit| json!(limit))),
        ("data", data.map(|data| json!(data))),
        ("timeout_ms", wait_ms.map(|wait| json!(wait.min(WAIT_MAX_MS)))),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let params: Map<String, Value> = given.collect();
    Ok(ok(perform(presence, "packets.read", params).await?))
}

/// A live stream, and what it has told so far.
struct Live {
    attachment: Attachment,
    record: Arc<PacketRecord>,
    after: u64,
    change: u64,
    data: bool,
    waiting: VecDeque<SseEvent>,
}

/// Packets as they come. `Last-Event-ID` goes before `after`.
fn live(presence: Arc<Presence>, parameters: &Parameters, last: Option<u64>) -> Result<Response, Fault> {
    let Parameters { after, changes_after, limit, data, wait_ms } = parameters;
    let for_pages = [
        ("changes_after", changes_after.is_some()),
        ("limit", limit.is_some()),
        ("wait_ms", wait_ms.is_some()),
    ];
    if let Some((field, _)) = for_pages.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Fault::bad_params(field, "is for pages, not for a live stream"));
    }
    let record = Arc::clone(presence.session().packet_record("packets.read")?);
    let attachment = Attachment::new(presence)?;
    let (newest, change) = record.newest();
    let after = last.or(*after).map_or(newest, |after| after.min(newest));
    let live =
        Live { attachment, record, after, change, data: *data == Some(true), waiting: VecDeque::new() };
    let events = stream::unfold(live, |mut live| async move {
        let event = live.next().await?;
        Some((Ok::<_, Infallible>(event), live))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new()).into_response())
}

impl Live {
    async fn next(&mut self) -> Option<SseEvent> {
        loop {
            if self.attachment.is_revoked() {
                return None;
            }
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            tokio::select! {
                biased;
                () = self.attachment.revoked() => return None,
                () = self.record.after(self.after, Some(self.change)) => {}
                () = self.attachment.session().ended().cancelled() => return None,
            }
            self.fetch()?;
        }
    }

    /// Puts what is new into the row.
    fn fetch(&mut self) -> Option<()> {
        // The changes first: a packet that changes in between is then told of as it has become.
        let PacketChanges { changes, .. } = self.record.changes(self.change, PACKETS_READ_MAX);
        let PacketsPage { packets, .. } = self.record.read(self.after, PACKETS_READ_MAX, self.data);
        let missed = packets.first().map_or(0, |first| first.seq - self.after - 1);
        if missed > 0 {
            let skipped = json!({"skipped": missed});
            self.waiting.push_back(SseEvent::default().event("skipped").json_data(skipped).ok()?);
        }
        for packet in packets {
            self.after = packet.seq;
            self.waiting.push_back(SseEvent::default().id(packet.seq.to_string()).json_data(&packet).ok()?);
        }
        for change in changes {
            self.change = change.change;
            self.waiting.push_back(SseEvent::default().event("change").json_data(&change).ok()?);
        }
        Some(())
    }
}
