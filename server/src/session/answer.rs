//! How a responder answers (section 5).

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::{Address, EventKind, Fault, SocketId, SocketType};

use super::Session;
use super::calls::{Destination, interrupted, pause, send_all};
use super::responder::Reply;
use super::responders::Responding;
use super::slot::Slot;
use crate::engine::{Patience, Received};
use crate::policy::{Allowed, Target};

/// What comes after an answer.
pub(super) enum Answered {
    /// The stream goes on.
    GoOn,
    /// The rule closes the socket.
    Close,
}

impl Session {
    /// Answers what came, as the socket's responder says.
    pub(super) async fn answer(
        self: &Arc<Self>,
        slot: &Slot,
        responding: &mut Responding,
        received: &Received,
        patience: &Patience,
    ) -> Result<Answered, Fault> {
        let ready = slot.settings().ready.clone();
        let Some(ready) = ready else { return Ok(Answered::GoOn) };
        // A costly match ends with its socket.
        let reply = slot.socket.unless_closed(ready.reply(&received.bytes), patience).await;
        let reply = reply.map_err(|why| interrupted("send", why))?;
        let Some(Reply { delay, bytes, close }) = reply else { return Ok(Answered::GoOn) };
        pause(delay, slot, patience).await?;
        if let Some(bytes) = bytes {
            self.send_reply(slot, responding, received, &bytes, patience).await?;
        }
        Ok(if close { Answered::Close } else { Answered::GoOn })
    }

    /// Whether the socket is a connection that has a responder.
    pub(super) fn answers_stream(&self, slot: &Slot) -> bool {
        slot.socket.kind() == SocketType::Stream && slot.settings().ready.is_some()
    }

    /// Closes a socket whose stream is about to end: `close` waits for that end, so it is a task of its own.
    pub(super) fn close_by_itself(self: &Arc<Self>, number: SocketId) {
        let session = Arc::clone(self);
        self.streams.spawn(async move {
            if let Ok(slot) = session.remove_slot(number) {
                session.close_slot(slot, ClosedBy::Server, None).await;
            }
        });
    }

    async fn send_reply(
        self: &Arc<Self>,
        slot: &Slot,
        responding: &mut Responding,
        received: &Received,
        bytes: &Bytes,
        patience: &Patience,
    ) -> Result<(), Fault> {
        let local = slot.socket.local().ok().and_then(|local| local.as_socket());
        let peer = match &received.from {
            Some(from) => from.as_socket(),
            None => slot.socket.peer().ok().and_then(|peer| peer.as_socket()),
        };
        let stream = slot.socket.kind() == SocketType::Stream;
        let answers_too = match (local, peer) {
            (Some(local), Some(peer)) => responding.begin(local, peer, stream),
            _ => self.unix_peer_answers(slot, received),
        };
        if answers_too {
            let reason = "the sender is a responder, too; answering it would never end".to_owned();
            self.log.append(Some(slot.number), EventKind::Dropped { count: 1, reason });
            return Ok(());
        }
        match self.reply_to(received, peer)? {
            To::Peer => send_all(self, slot, bytes, None, false, patience).await,
            To::Sender(target, name) => {
                let to = Destination::known(target, name);
                send_all(self, slot, bytes, Some(to), false, patience).await
            }
            To::Nobody => Ok(()),
        }
    }

    fn reply_to(&self, received: &Received, peer: Option<SocketAddr>) -> Result<To, Fault> {
        match (&received.from, peer) {
            (None, _) => Ok(To::Peer),
            (Some(_), Some(peer)) => Ok(To::Sender(self.policy.reply(peer)?, peer.to_string())),
            (Some(from), None) => {
                let Some(name) = self.unix_names.own_name(from) else { return Ok(To::Nobody) };
                let target = self.policy.reach_unix("sendto", &name, &self.unix_names)?;
                Ok(To::Sender(target, Address::Unix(name).to_string()))
            }
        }
    }

    /// Whether a socket of this session answers under the name that a Unix socket's data came from. All of a
    /// listener's connections have its name, so one of them that answers counts for all.
    fn unix_peer_answers(&self, slot: &Slot, received: &Received) -> bool {
        let sender = match &received.from {
            Some(from) => Some(self.address_name(from)),
            None => slot.socket.peer().ok().map(|peer| self.address_name(&peer)),
        };
        let is_it = |other: &Slot| {
            other.number != slot.number
                && other.settings().ready.as_ref().is_some_and(|ready| ready.sends())
                && Some(self.local_name(&other.socket)) == sender
        };
        sender.as_deref() != Some("unix:") && self.slots().iter().any(|other| is_it(other))
    }
}

/// Where an answer goes.
enum To {
    /// A stream's other end.
    Peer,
    /// The sender of a datagram.
    Sender(Allowed<Target>, String),
    /// A sender without a name in this session cannot be answered.
    Nobody,
}
