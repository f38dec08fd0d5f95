//! The writing part: answers and events out to the client.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::SinkExt as _;
use futures_util::stream::SplitSink;
use serde::Serialize;
use sockyard_protocol::{Event, Hello, rpc};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::connection::{Closing, Settings};
use super::outbox::Inbox;
use crate::log::{Batch, Reader};

/// Longest that one message may take. A client that reads nothing for so long is dropped; its session stays.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);
/// How often a ping asks whether the client is still there.
const PING_EVERY: Duration = Duration::from_secs(20);

/// The writing part of a connection.
pub(super) struct Writer {
    pub(super) sink: SplitSink<WebSocket, Message>,
    pub(super) inbox: Inbox,
    pub(super) events: Reader,
    pub(super) settings: Arc<Mutex<Settings>>,
    /// Why the connection ends, for the close frame.
    pub(super) closing: Arc<OnceLock<Closing>>,
    /// Tells the reader that nothing can be written any more.
    pub(super) gone: CancellationToken,
}

/// The client is gone, or as good as.
struct Gone;

enum Due {
    Answer(String),
    /// Nobody can answer any more: the connection is ending.
    LastAnswer,
    Events(Batch),
    Ping,
}

#[derive(Serialize)]
struct Events {
    events: Vec<Event>,
}

impl Writer {
    /// Greets, then writes until the connection ends.
    pub(super) async fn run(mut self, hello: Hello) {
        // The reader must not wait for a client that cannot be reached.
        let _gone = self.gone.clone().drop_guard();
        if self.greet(&hello).await.is_ok() && self.serve().await.is_ok() {
            self.say_goodbye().await;
        }
    }

    async fn greet(&mut self, hello: &Hello) -> Result<(), Gone> {
        let text = rpc::request(None, "session.hello", hello).map_err(|_| Gone)?;
        self.write(Message::Text(text.into())).await
    }

    async fn serve(&mut self) -> Result<(), Gone> {
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.reset();
        loop {
            // Not `biased`: neither a flood of events nor one of answers may keep the other waiting.
            let due = tokio::select! {
                answer = self.inbox.recv() => answer.map_or(Due::LastAnswer, |(text, _room)| Due::Answer(text)),
                batch = self.events.next() => Due::Events(batch),
                _ = pings.tick() => Due::Ping,
            };
            match due {
                Due::Answer(text) => self.write(Message::Text(text.into())).await?,
                Due::Events(batch) => self.write_events(batch).await?,
                Due::Ping => self.write(Message::Ping(Vec::new().into())).await?,
                Due::LastAnswer => {
                    while let Some(batch) = self.events.take() {
                        self.write_events(batch).await?;
                    }
                    return Ok(());
                }
            }
        }
    }

    async fn write_events(&mut self, batch: Batch) -> Result<(), Gone> {
        let entries = match batch {
            Batch::Events(entries) => entries,
            Batch::Overrun => {
                self.closing.set((close_code::AGAIN, "too slow: the log has moved on")).ok(/* ending already */);
                self.say_goodbye().await;
                return Err(Gone);
            }
        };
        let Settings { form, share, .. } = *self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let events = Events { events: entries.iter().map(|entry| entry.to_event(form, share)).collect() };
        let text = rpc::request(None, "events", &events).map_err(|_| Gone)?;
        self.write(Message::Text(text.into())).await?;
        self.events.delivered();
        Ok(())
    }

    async fn say_goodbye(&mut self) {
        let frame =
            self.closing.get().map(|(code, reason)| CloseFrame { code: *code, reason: (*reason).into() });
        self.write(Message::Close(frame)).await.ok(/* the client may have left first */);
    }

    async fn write(&mut self, message: Message) -> Result<(), Gone> {
        match timeout(WRITE_DEADLINE, self.sink.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                if matches!(error.into_inner().downcast_ref(), Some(tungstenite::Error::WriteBufferFull(_))) {
                    tracing::error!("a message is larger than a connection can write");
                }
                Err(Gone)
            }
            Err(_) => Err(Gone),
        }
    }
}
