//! What arrives without having been asked for: events, and bytes in binary frames.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;
use sockyard_protocol::info::SocketsChanged;
use sockyard_protocol::{Event, SocketId};
use tokio::sync::{mpsc, watch};

use crate::{Closed, Error};

/// Messages that wait to be taken. The server's are some 1 MiB at most, so this is what a slow taker costs in MiB.
const QUEUE: usize = 8;

/// Something that arrived.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrival {
    /// A line of the session's log.
    Event(Event),
    /// What a streaming socket received, on a connection in binary frames; its event comes without the bytes.
    Frame(ReceivedFrame),
    /// What has changed of the sockets' facts, on a connection that follows them.
    Sockets(SocketsChanged),
    /// An event of a kind that is newer than this crate.
    Unknown {
        /// Its number.
        seq: u64,
        /// The event as it came.
        json: String,
    },
}

/// Bytes from a binary frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedFrame {
    /// The socket's number.
    pub socket: SocketId,
    /// The sender of a datagram.
    pub from: Option<String>,
    /// The bytes; they keep the message that they came in and are no copy.
    pub bytes: Bytes,
}

/// One message's worth.
pub(crate) enum Delivery {
    Events(Vec<Arrival>),
    One(Arrival),
}

pub(crate) fn channel() -> (mpsc::Sender<Delivery>, mpsc::Receiver<Delivery>) {
    mpsc::channel(QUEUE)
}

/// The events of a session in their order, and binary frames where they came between. A [`Stream`], too.
///
/// It is bounded: while it is full the connection is not read, answers included. Read it in a task of its own, or drop
/// it, and arrivals are thrown away.
pub struct Incoming {
    deliveries: mpsc::Receiver<Delivery>,
    taken: VecDeque<Arrival>,
    ended: watch::Receiver<Option<Closed>>,
    last_seq: u64,
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("last_seq", &self.last_seq).finish_non_exhaustive()
    }
}

impl Incoming {
    pub(crate) fn new(
        deliveries: mpsc::Receiver<Delivery>,
        ended: watch::Receiver<Option<Closed>>,
        last_seq: u64,
    ) -> Incoming {
        Incoming { deliveries, taken: VecDeque::new(), ended, last_seq }
    }

    /// The next arrival; waits for ever. None once the connection has ended, and [`Incoming::closed`] says how.
    pub async fn next(&mut self) -> Option<Arrival> {
        StreamExt::next(self).await
    }

    /// The next event that fits; others are thrown away. Waits for ever.
    ///
    /// ```no_run
    /// use sockyard_client::protocol::EventKind;
    ///
    /// # async fn example(mut incoming: sockyard_client::Incoming) -> Result<(), sockyard_client::Error> {
    /// let closed = incoming.event(|event| matches!(event.kind, EventKind::PeerClosed {})).await?;
    /// println!("the peer of {:?} has closed", closed.socket);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Closed`] where the connection ends first.
    pub async fn event(&mut self, fits: impl Fn(&Event) -> bool) -> Result<Event, Error> {
        loop {
            match self.next().await {
                Some(Arrival::Event(event)) if fits(&event) => return Ok(event),
                Some(_) => {}
                None => return Err(Error::Closed(self.closed().await)),
            }
        }
    }

    /// The number of the last event taken from here: what to resume after. At first, that of the greeting.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Waits for the end of the connection, throws away what has not been taken, and says how it ended.
    pub async fn closed(&mut self) -> Closed {
        self.deliveries.close();
        end(&mut self.ended).await
    }
}

impl Stream for Incoming {
    type Item = Arrival;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        loop {
            if let Some(arrival) = self.taken.pop_front() {
                match &arrival {
                    Arrival::Event(Event { seq, .. }) | Arrival::Unknown { seq, .. } => self.last_seq = *seq,
                    Arrival::Frame(_) | Arrival::Sockets(_) => {}
                }
                return Poll::Ready(Some(arrival));
            }
            match ready!(self.deliveries.poll_recv(cx)) {
                Some(Delivery::Events(events)) => self.taken = events.into(),
                Some(Delivery::One(arrival)) => return Poll::Ready(Some(arrival)),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Waits for the end of a connection.
pub(crate) async fn end(ended: &mut watch::Receiver<Option<Closed>>) -> Closed {
    match ended.wait_for(Option::is_some).await {
        Ok(closed) => closed.clone().unwrap_or_default(),
        // Its task was ended with its runtime.
        Err(_) => Closed::default(),
    }
}

/// Reads the parameters of `events`.
pub(crate) fn events(params: &RawValue) -> Result<Vec<Arrival>, Error> {
    #[derive(Deserialize)]
    struct Typed {
        events: Vec<Event>,
    }
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow)]
        events: Vec<&'a RawValue>,
    }
    if let Ok(Typed { events }) = serde_json::from_str(params.get()) {
        return Ok(events.into_iter().map(Arrival::Event).collect());
    }
    let wrong = |error| Error::Protocol(format!("events: {error}"));
    let Raw { events } = serde_json::from_str(params.get()).map_err(wrong)?;
    events.into_iter().map(|event| one(event).map_err(wrong)).collect()
}

fn one(event: &RawValue) -> serde_json::Result<Arrival> {
    #[derive(Deserialize)]
    struct Numbered {
        seq: u64,
    }
    if let Ok(event) = serde_json::from_str(event.get()) {
        return Ok(Arrival::Event(event));
    }
    let Numbered { seq } = serde_json::from_str(event.get())?;
    Ok(Arrival::Unknown { seq, json: event.get().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_newer_kind_does_not_hide_the_others() {
        let json =
            r#"{"events":[{"seq":1,"time_us":2,"kind":"note","text":"a"},{"seq":2,"kind":"teleported"}]}"#;
        let arrivals = events(&RawValue::from_string(json.to_owned()).unwrap()).unwrap();
        assert!(matches!(&arrivals[0], Arrival::Event(event) if event.seq == 1));
        let newer = r#"{"seq":2,"kind":"teleported"}"#.to_owned();
        assert_eq!(arrivals[1], Arrival::Unknown { seq: 2, json: newer });
    }

    #[test]
    fn events_without_numbers_are_an_error() {
        let json = RawValue::from_string(r#"{"events":[{"kind":"note"}]}"#.to_owned()).unwrap();
        assert!(matches!(events(&json), Err(Error::Protocol(_))));
    }
}
