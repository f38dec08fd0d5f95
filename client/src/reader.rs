//! The reading part: the one task that reads, and hands each message to whom it is for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use sockyard_protocol::Frame;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use crate::client::GOODBYE_DEADLINE;
use crate::incoming::{Arrival, Delivery, ReceivedFrame, events};
use crate::wire::{self, Said, Socket};
use crate::{Closed, Error, Waiting};

/// The server pings every 20 s. One that is silent for longer than three of these is lost.
const SILENCE_MAX: Duration = Duration::from_secs(65);
/// The server takes a client that says nothing for 50 s for lost, and pings are not read while we are held back.
const PONG_EVERY: Duration = Duration::from_secs(20);

pub(crate) struct Reader {
    pub(crate) stream: SplitStream<Socket>,
    pub(crate) waiting: Arc<Waiting>,
    pub(crate) arrivals: mpsc::Sender<Delivery>,
    pub(crate) outbox: mpsc::WeakSender<Message>,
    /// Nothing is written any more.
    pub(crate) gone: CancellationToken,
    pub(crate) ended: watch::Sender<Option<Closed>>,
}

impl Reader {
    /// Reads to the end of the connection.
    pub(crate) async fn run(mut self) {
        let gone = self.gone.clone();
        let mut closed = None;
        let ended = tokio::select! {
            ended = self.read(&mut closed) => ended,
            // The server has its time to answer our close frame.
            () = async {
                gone.cancelled().await;
                sleep(GOODBYE_DEADLINE).await;
            } => Closed::default(),
        };
        // In this order: whoever finds that no answer comes looks here for the reason.
        self.ended.send_replace(Some(closed.unwrap_or(ended)));
        self.waiting.end();
    }

    /// How the connection ended; `closed` is what the server's close frame said.
    async fn read(&mut self, closed: &mut Option<Closed>) -> Closed {
        loop {
            let taken = match timeout(SILENCE_MAX, self.stream.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => self.take_text(&text).await,
                Ok(Some(Ok(Message::Binary(bytes)))) => self.take_binary(bytes).await,
                Ok(Some(Ok(Message::Close(frame)))) => {
                    *closed = Some(wire::closed(frame));
                    Ok(())
                }
                // Pings are answered while the stream is read on.
                Ok(Some(Ok(_))) => Ok(()),
                Ok(Some(Err(error))) => return wire::lost(&error),
                Ok(None) => return Closed::default(),
                Err(_) => return because("the server said nothing for too long"),
            };
            if let Err(error) = taken {
                return because(&error.to_string());
            }
        }
    }

    async fn take_text(&mut self, text: &str) -> Result<(), Error> {
        match wire::read(text)? {
            Said::Answer { id, outcome } => {
                // One that nobody waits for belongs to a call that was dropped.
                self.waiting.settle(&id, outcome);
                Ok(())
            }
            Said::Notification { method, params } if method == "events" && !self.arrivals.is_closed() => {
                self.deliver(Delivery::Events(events(params)?)).await;
                Ok(())
            }
            Said::Notification { method, params } if method == "sockets" && !self.arrivals.is_closed() => {
                let changed = serde_json::from_str(params.get())
                    .map_err(|error| Error::Protocol(format!("sockets: {error}")))?;
                self.deliver(Delivery::One(Arrival::Sockets(changed))).await;
                Ok(())
            }
            // A client ignores what it does not know, and makes no batches.
            Said::Notification { .. } | Said::Batch(_) => Ok(()),
        }
    }

    async fn take_binary(&mut self, message: Bytes) -> Result<(), Error> {
        let frame = Frame::parse(&message).map_err(|fault| Error::Protocol(fault.to_string()))?;
        let frame = ReceivedFrame {
            socket: frame.socket,
            from: frame.address.map(ToOwned::to_owned),
            bytes: message.slice_ref(frame.bytes),
        };
        self.deliver(Delivery::One(Arrival::Frame(frame))).await;
        Ok(())
    }

    /// Waits for room, which holds the server back.
    async fn deliver(&mut self, delivery: Delivery) {
        let delivery = match self.arrivals.try_send(delivery) {
            Err(TrySendError::Full(delivery)) => delivery,
            // Nobody wants to know.
            Ok(()) | Err(TrySendError::Closed(_)) => return,
        };
        let mut pongs = interval(PONG_EVERY);
        pongs.reset();
        loop {
            tokio::select! {
                room = self.arrivals.reserve() => {
                    if let Ok(room) = room {
                        room.send(delivery);
                    }
                    return;
                }
                _ = pongs.tick() => {
                    if let Some(outbox) = self.outbox.upgrade() {
                        // A full outbox says enough by itself.
                        outbox.try_send(Message::Pong(Bytes::new())).unwrap_or_default();
                    }
                }
            }
        }
    }
}

fn because(reason: &str) -> Closed {
    Closed { code: None, reason: reason.to_owned() }
}
