//! `POST /api/v1/exchange`: one shot without a session of one's own.
//!
//! It opens a session, makes the same calls in it as anybody would, and closes it again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use memchr::memmem::Finder;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sockyard_protocol::answer::Received;
use sockyard_protocol::{Address, Answer, Data, Fault, Host, Payload, SocketType};
use tokio::runtime::Handle;

use super::super::App;
use super::super::describe::{Operation, Success, Tag, Token};
use super::super::routes::{Route, Verb};
use super::body::{self, Params};
use super::{perform, respond};
use crate::session::{Opener, Presence};

/// Longest `timeout_ms`, and what it is if left out.
const TIMEOUT_MAX_MS: u64 = 30_000;
/// Most bytes that a stream's reply may come to.
const REPLY_MAX: usize = sockyard_protocol::call::RECV_MAX;

/// The code of [`Fault::timeout`].
const TIMED_OUT: i32 = 4;

/// One exchange.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = until_is_for_streams)]
struct Exchange {
    /// The socket's type.
    r#type: SocketType,
    /// The peer: an Internet address.
    #[schemars(extend("not" = {"pattern": "^unix:"}))]
    to: Address,
    /// The bytes to send.
    send: Payload,
    /// Longest time for all of it, in milliseconds; 30000 if left out.
    #[schemars(range(max = TIMEOUT_MAX_MS))]
    timeout_ms: Option<u64>,
    /// Where a stream's reply ends: `close` (which it is if left out), `bytes:N` or `text:…`.
    #[schemars(regex(pattern = UNTIL))]
    until: Option<String>,
}

/// What [`Until::parse`] takes: one to 1048576 bytes, or some text.
const UNTIL: &str = "^(close|bytes:0*([1-9][0-9]{0,5}|10[0-3][0-9]{4}|104[0-7][0-9]{3}|1048[0-4][0-9]{2}|10485[0-6][0-9]\
    |104857[0-6])|text:[\\s\\S]+)$";

fn until_is_for_streams(schema: &mut Schema) {
    let streams = json!({"properties": {"type": {"const": "stream"}}});
    schema.insert("anyOf".to_owned(), json!([streams, {"properties": {"until": {"type": "null"}}}]));
}

/// What came back.
#[derive(Debug, Serialize, JsonSchema)]
struct Reply {
    /// The bytes.
    reply: Data,
    /// How many.
    bytes: usize,
    /// The peer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// How long it took, in microseconds.
    duration_us: u64,
}

/// Where a stream's reply ends.
#[derive(Debug)]
enum Until {
    Close,
    Bytes(usize),
    Text(Box<Finder<'static>>),
}

impl Until {
    fn parse(text: Option<&str>) -> Result<Until, Fault> {
        let wrong = |problem: &str| Err(Fault::bad_params("until", problem));
        match text {
            None | Some("close") => Ok(Until::Close),
            Some(text) => match text.split_once(':') {
                Some(("bytes", number)) => match number.parse() {
                    // The parser would take a sign.
                    Ok(number) if (1..=REPLY_MAX).contains(&number) && !text.contains('+') => {
                        Ok(Until::Bytes(number))
                    }
                    _ => wrong(&format!("takes a number of bytes from 1 to {REPLY_MAX}, as in bytes:16")),
                },
                Some(("text", text)) if !text.is_empty() => {
                    Ok(Until::Text(Box::new(Finder::new(text).into_owned())))
                }
                _ => wrong("is close, bytes:N or text:…"),
            },
        }
    }

    /// How many of these bytes make the whole reply, once it is there. It does not end within the first `known`.
    fn end(&self, bytes: &[u8], known: usize) -> Option<usize> {
        match self {
            Until::Close => None,
            Until::Bytes(number) => (bytes.len() >= *number).then_some(*number),
            Until::Text(text) => {
                let length = text.needle().len();
                let from = (known + 1).saturating_sub(length);
                text.find(&bytes[from..]).map(|start| from + start + length)
            }
        }
    }
}

/// The route with its description.
pub(super) fn route() -> Route {
    let examples = vec![
        ("datagram", json!({"type": "dgram", "to": "127.0.0.1:7788", "send": "hi", "timeout_ms": 1000})),
        (
            "stream",
            json!({
                "type": "stream", "to": "127.0.0.1:7789", "send": {"escaped": "GET / HTTP/1.0\\r\\n\\r\\n"},
                "until": "close", "timeout_ms": 1000,
            }),
        ),
    ];
    let answered = Success::new(200, "What came back.")
        .json(|schemas| schemas.answer::<Reply>().to_value())
        .example(json!({"reply": {"text": "ho"}, "bytes": 2, "from": "127.0.0.1:7788", "duration_us": 210}));
    let operation = Operation::new(
        "exchange",
        Tag::Exchange,
        "Sends to a peer and returns what comes back.\n\nIt opens a session, connects a socket, sends, receives, and closes \
         both again. A datagram's reply is the first datagram that comes; a stream's reply ends at `until`.",
    );
    let operation = operation
        .token(Token::Owners)
        .takes(|schemas| schemas.request::<Exchange>().to_value(), examples)
        .answers(answered)
        .fails(&[409, 429]);
    Route::new(Verb::Post, "/api/v1/exchange", run, operation)
}

/// The handler.
async fn run(
    State(app): State<Arc<App>>,
    Extension(opener): Extension<Opener>,
    Params(params): Params,
) -> Response {
    respond(async {
        let exchange: Exchange = body::parse(params)?;
        let session = OwnSession(Some(app.registry.open(&opener, None).await?));
        let outcome = exchange.perform(&session).await;
        session.close().await?;
        Ok(axum::Json(outcome?).into_response())
    })
    .await
}

/// The session of one exchange. It is closed even where the client goes before it has its answer: nobody else could.
struct OwnSession(Option<Presence>);

impl OwnSession {
    async fn close(mut self) -> Result<(), Fault> {
        let Some(presence) = &self.0 else { return Ok(()) };
        perform(presence, "session.close", Map::new()).await?;
        self.0 = None;
        Ok(())
    }
}

impl Drop for OwnSession {
    fn drop(&mut self) {
        if let (Some(presence), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move {
                perform(&presence, "session.close", Map::new()).await.ok(/* it has ended by itself */)
            });
        }
    }
}

impl Exchange {
    async fn perform(&self, session: &OwnSession) -> Result<Reply, Fault> {
        let presence = session.0.as_ref().ok_or_else(Fault::no_such_session)?;
        let until = Until::parse(self.until.as_deref())?;
        if self.r#type == SocketType::Dgram && self.until.is_some() {
            return Err(Fault::bad_params("until", "is for streams; a datagram's reply is one datagram"));
        }
        let timeout_ms = self.timeout_ms.unwrap_or(TIMEOUT_MAX_MS);
        if timeout_ms > TIMEOUT_MAX_MS {
            return Err(Fault::bad_params("timeout_ms", &format!("{timeout_ms} is over {TIMEOUT_MAX_MS}")));
        }
        let family = match &self.to {
            Address::Inet { host: Host::Ip(ip), .. } if ip.is_ipv6() => "inet6",
            Address::Inet { .. } => "inet",
            Address::Unix(_) => return Err(Fault::bad_params("to", "Unix names belong to a session")),
        };
        let started = Instant::now();
        let deadline = started + Duration::from_millis(timeout_ms);
        let call = async |method: &str, params: Value| {
            let Value::Object(params) = params else { return Err(Fault::internal()) };
            perform(presence, method, params).await
        };
        let left =
            || u64::try_from(deadline.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(0);
        let Answer::Created(created) =
            call("socket.create", json!({"family": family, "type": self.r#type})).await?
        else {
            return Err(Fault::internal());
        };
        let socket = created.socket;
        let connect = json!({"socket": socket, "address": self.to, "timeout_ms": left()});
        call("socket.connect", connect).await?;
        call("socket.send", json!({"socket": socket, "data": self.send, "timeout_ms": left()})).await?;
        let mut bytes = Vec::new();
        let mut from = None;
        loop {
            let max = REPLY_MAX - bytes.len();
            let answer =
                call("socket.recv", json!({"socket": socket, "max": max, "timeout_ms": left()})).await;
            let answer = answer.map_err(|fault| self.explained(fault, bytes.len()))?;
            let Answer::Received(Received { data, eof, from: sender, .. }) = answer else {
                return Err(Fault::internal());
            };
            let known = bytes.len();
            bytes.extend_from_slice(&data.to_bytes().unwrap_or_default());
            from = sender.or(from);
            if self.r#type == SocketType::Dgram || eof {
                break;
            }
            if let Some(end) = until.end(&bytes, known) {
                bytes.truncate(end);
                break;
            }
            if bytes.len() >= REPLY_MAX {
                return Err(Fault::quota("reply_bytes", REPLY_MAX as u64));
            }
        }
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let from = from.unwrap_or_else(|| self.to.to_string());
        Ok(Reply { reply: Data::from_bytes(&bytes), bytes: bytes.len(), from: Some(from), duration_us })
    }
}

impl Exchange {
    /// A stream's reply that came and did not end is lost with the session, so the error says what was missing.
    fn explained(&self, fault: Fault, bytes: usize) -> Fault {
        if fault.code != TIMED_OUT || self.r#type != SocketType::Stream {
            return fault;
        }
        let end = match self.until.as_deref() {
            None | Some("close") => {
                "the peer has not closed; with `until` the reply ends at bytes:N or text:… instead".to_owned()
            }
            Some(until) => format!("{until:?} was not reached"),
        };
        fault.with_hint(format!("{bytes} bytes came, and {end}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_where_until_says() {
        let end = |until, bytes: &[u8]| Until::parse(Some(until)).unwrap().end(bytes, 0);
        assert_eq!(end("close", b"abc"), None);
        assert_eq!(end("bytes:2", b"abc"), Some(2));
        assert_eq!(end("bytes:4", b"abc"), None);
        assert_eq!(end("text:\r\n", b"a\r\nb"), Some(3));
        assert_eq!(end("text::", b"a:b"), Some(2));
        let line = Until::parse(Some("text:\r\n")).unwrap();
        assert_eq!((line.end(b"a\r\n", 2), line.end(b"a\n\r\n", 3)), (Some(3), Some(4)));
        for wrong in ["", "bytes", "bytes:", "bytes:0", "bytes:+1", "bytes:1048577", "text:", "line"] {
            assert_eq!(Until::parse(Some(wrong)).unwrap_err().code, -32602, "{wrong}");
        }
    }
}
