//! `POST /api/v1/exchange`: one shot without a session of one's own.
//!
//! It opens a session, makes the same calls in it as anybody would, and closes it again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sockyard_protocol::answer::Received;
use sockyard_protocol::{Address, Answer, Data, Fault, Host, Payload, SocketType};

use super::super::{App, problem};
use super::{body, perform, respond};
use crate::session::Presence;

/// Longest `timeout_ms`, and what it is if left out.
const TIMEOUT_MAX_MS: u64 = 30_000;
/// Most bytes that a stream's reply may come to.
const REPLY_MAX: usize = sockyard_protocol::call::RECV_MAX;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    r#type: SocketType,
    to: Address,
    send: Payload,
    timeout_ms: Option<u64>,
    /// Where a stream's reply ends: `close`, `bytes:N` or `text:…`.
    until: Option<String>,
}

#[derive(Debug, Serialize)]
struct Reply {
    reply: Data,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    duration_us: u64,
}

/// Where a stream's reply ends.
#[derive(Debug, PartialEq)]
enum Until {
    Close,
    Bytes(usize),
    Text(Vec<u8>),
}

impl Until {
    fn parse(text: Option<&str>) -> Result<Until, Fault> {
        let wrong = |problem: &str| Err(Fault::bad_params("until", problem));
        match text {
            None | Some("close") => Ok(Until::Close),
            Some(text) => match text.split_once(':') {
                Some(("bytes", number)) => match number.parse() {
                    Ok(number) if (1..=REPLY_MAX).contains(&number) => Ok(Until::Bytes(number)),
                    _ => wrong(&format!("takes a number of bytes from 1 to {REPLY_MAX}, as in bytes:16")),
                },
                Some(("text", text)) if !text.is_empty() => Ok(Until::Text(text.as_bytes().to_vec())),
                _ => wrong("is close, bytes:N or text:…"),
            },
        }
    }

    /// How many of these bytes make the whole reply, once it is there.
    fn end(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Until::Close => None,
            Until::Bytes(number) => (bytes.len() >= *number).then_some(*number),
            Until::Text(text) => {
                bytes.windows(text.len()).position(|window| window == text).map(|start| start + text.len())
            }
        }
    }
}

/// The route.
pub(super) async fn run(State(app): State<Arc<App>>, headers: HeaderMap, request: Request) -> Response {
    if let Err(fault) = app.access.check(&headers) {
        return problem::fault(&fault);
    }
    let params = match body::read(&app, request).await {
        Ok(params) => params,
        Err(response) => return response,
    };
    respond(async {
        let exchange: Exchange =
            serde_path_to_error::deserialize(Value::Object(params)).map_err(|error| {
                let path = error.path().to_string();
                Fault::bad_params(if path == "." { "body" } else { &path }, &error.inner().to_string())
            })?;
        let presence = app.registry.open()?;
        let outcome = exchange.perform(&presence).await;
        perform(&presence, "session.close", Map::new()).await?;
        Ok(axum::Json(outcome?).into_response())
    })
    .await
}

impl Exchange {
    async fn perform(&self, presence: &Presence) -> Result<Reply, Fault> {
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
                call("socket.recv", json!({"socket": socket, "max": max, "timeout_ms": left()})).await?;
            let Answer::Received(Received { data, eof, from: sender, .. }) = answer else {
                return Err(Fault::internal());
            };
            bytes.extend_from_slice(&data.to_bytes().unwrap_or_default());
            from = sender.or(from);
            if self.r#type == SocketType::Dgram || eof {
                break;
            }
            if let Some(end) = until.end(&bytes) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_where_until_says() {
        let end = |until, bytes: &[u8]| Until::parse(Some(until)).unwrap().end(bytes);
        assert_eq!(end("close", b"abc"), None);
        assert_eq!(end("bytes:2", b"abc"), Some(2));
        assert_eq!(end("bytes:4", b"abc"), None);
        assert_eq!(end("text:\r\n", b"a\r\nb"), Some(3));
        assert_eq!(end("text::", b"a:b"), Some(2));
        for wrong in ["", "bytes", "bytes:", "bytes:0", "bytes:1048577", "text:", "line"] {
            assert_eq!(Until::parse(Some(wrong)).unwrap_err().code, -32602, "{wrong}");
        }
    }
}
