//! Answers on their way to the writer.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::session::Reservation;

/// Most answers that wait to be written.
const ANSWERS: usize = 64;
/// Most bytes that they come to. A single larger one may still pass, alone: the answer of a batch.
const BYTES: usize = 4 << 20;

/// An answer as text, with the quota that its bytes are counted in until they are on their way.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) reservation: Option<Reservation>,
}

/// What is to be written beside events.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// An answer, the answers of a batch, or the sockets' facts.
    Answer(String),
    /// The answer to a ping, with its payload.
    Pong(Vec<u8>),
}

/// The sending side. A full outbox makes the sender wait, and so in the end the client's own requests.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    sender: mpsc::Sender<(Outgoing, OwnedSemaphorePermit)>,
    room: Arc<Semaphore>,
}

/// The writer's side.
pub(super) type Inbox = mpsc::Receiver<(Outgoing, OwnedSemaphorePermit)>;

impl Outbox {
    pub(super) fn new() -> (Outbox, Inbox) {
        let (sender, inbox) = mpsc::channel(ANSWERS);
        (Outbox { sender, room: Arc::new(Semaphore::new(BYTES)) }, inbox)
    }

    /// Waits for room.
    pub(super) async fn send(&self, reply: Reply) {
        let Reply { text, reservation } = reply;
        self.put(text.len(), Outgoing::Answer(text)).await;
        drop(reservation);
    }

    /// Waits for room.
    pub(super) async fn pong(&self, payload: Vec<u8>) {
        self.put(payload.len(), Outgoing::Pong(payload)).await;
    }

    async fn put(&self, bytes: usize, outgoing: Outgoing) {
        let units = u32::try_from(bytes.clamp(1, BYTES)).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(&self.room).acquire_many_owned(units).await else { return };
        self.sender.send((outgoing, permit)).await.ok(/* the connection is gone, and with it whoever asked */);
    }
}
