//! The reading part: from frames to requests.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, close_code};
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use sockyard_protocol::Fault;
use sockyard_protocol::rpc::{self, Id};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tungstenite::Error;

use super::connection::{Closing, Connection};
use super::outbox::Reply;

/// A client that sends nothing for this long, not even an answer to our pings, is gone.
const SILENCE_MAX: Duration = Duration::from_secs(50);

/// Reads until the client leaves, the session ends or the writer gives up (`gone`). The answer is the reason to
/// give in a close frame, where there is one.
pub(super) async fn run(
    connection: &Arc<Connection>,
    stream: &mut SplitStream<WebSocket>,
    gone: &CancellationToken,
) -> Option<Closing> {
    loop {
        let message = tokio::select! {
            biased;
            () = connection.session.ended().cancelled() => return None,
            () = gone.cancelled() => return None,
            message = timeout(SILENCE_MAX, stream.next()) => message,
        };
        match message {
            Ok(Some(Ok(Message::Text(text)))) => connection.handle(&text).await,
            Ok(Some(Ok(Message::Binary(_)))) => connection.outbox.send(binary_refused()).await,
            // The library answers pings and the client's close frame while it is read on.
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)))) => {}
            Ok(Some(Err(error))) => return reason(error),
            Ok(None) => return None,
            Err(_) => return Some((close_code::POLICY, "nothing was heard for too long")),
        }
    }
}

fn binary_refused() -> Reply {
    let fault = Fault::not_a_request("a request is a text message");
    Reply { text: rpc::error(&Id::Null, &fault).unwrap_or_default(), reservation: None }
}

/// Only a close frame tells the client what was wrong with its frames.
fn reason(error: axum::Error) -> Option<Closing> {
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => Some((close_code::SIZE, "the message is over the size limit")),
        Some(Error::Utf8(_)) => Some((close_code::INVALID, "a text message must be UTF-8")),
        Some(Error::Protocol(_)) => Some((close_code::PROTOCOL, "not as RFC 6455 has it")),
        _ => None,
    }
}
