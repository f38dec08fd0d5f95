//! What the server does by itself: receiving and accepting over and over, and answering (section 5).
//!
//! A stream makes the same calls as a client would. It stops reading while the session's slowest connection lags
//! behind, so a TCP peer is held back by its window and nothing piles up here.

use std::sync::Arc;
use std::time::Duration;

use sockyard_protocol::{Address, EventKind, Family, Fault, FaultKind, Mode, Responder, SocketType};
use tokio_util::sync::CancellationToken;

use super::Session;
use super::calls::{accept_once, receive_once, send_all};
use super::responders::Responding;
use super::slot::{InUse, Slot};
use crate::engine::{Patience, Received};

/// Most bytes that a stream takes in one `recv`: a whole datagram, and all that an event keeps.
const STREAM_RECV_MAX: usize = 65_536;
/// How soon an `accept` is tried again that failed for want of descriptors or memory.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// How a stream goes on after one call.
enum Next {
    /// The next call.
    Again,
    /// Nothing will come until the socket is connected or listens.
    WhenAble,
    /// The kernel is out of something; try again later.
    Later,
    /// The session has no sockets left.
    WhenQuota,
    /// The stream was ended.
    End,
}

impl Session {
    /// Starts and ends a socket's streams as its settings say.
    pub(super) fn run_streams(self: &Arc<Self>, slot: &Arc<Slot>) {
        let mut settings = slot.settings();
        let (receive, accept) = (settings.receive, settings.accept);
        switch(receive, &mut settings.receiving, |stop| {
            self.streams.spawn(receive_stream(Arc::clone(self), InUse::new(Arc::clone(slot)), stop));
        });
        switch(accept, &mut settings.accepting, |stop| {
            self.streams.spawn(accept_stream(Arc::clone(self), InUse::new(Arc::clone(slot)), stop));
        });
    }

    /// An accepted socket takes over what its listener does with data.
    pub(super) fn inherit(self: &Arc<Self>, listener: &Slot, connection: &Arc<Slot>) {
        let (accept, receive, responder) = {
            let settings = listener.settings();
            (settings.accept, settings.receive, settings.responder.clone())
        };
        if accept != Mode::Stream {
            return;
        }
        {
            let mut settings = connection.settings();
            settings.receive = receive;
            settings.responder = responder;
        }
        self.run_streams(connection);
    }

    async fn answer(
        self: &Arc<Self>,
        slot: &Slot,
        responding: &mut Responding,
        received: &Received,
        patience: &Patience,
    ) -> Result<(), Fault> {
        let Some(Responder::Echo {}) = slot.settings().responder else { return Ok(()) };
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
        let to = match (&received.from, peer) {
            (None, _) => None,
            (Some(_), Some(peer)) => Some((self.policy.reply(peer)?, peer.to_string())),
            (Some(from), None) => {
                // A sender without a name in this session cannot be answered; recvfrom(2) gives none either.
                let Some(name) = self.unix_names.own_name(from) else { return Ok(()) };
                let address = Address::Unix(name);
                let family = slot.socket.family();
                Some((self.policy.reach("sendto", &address, family, &self.unix_names)?, address.to_string()))
            }
        };
        send_all(self, slot, &received.bytes, to, false, patience).await
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
                && other.settings().responder.is_some()
                && Some(self.local_name(&other.socket)) == sender
        };
        sender.as_deref() != Some("unix:") && self.slots().iter().any(|other| is_it(other))
    }

    fn after_failure(&self, slot: &Slot, call: &str, fault: &Fault) -> Next {
        let stream = slot.socket.kind() == SocketType::Stream;
        match (fault.data.kind, fault.data.errno.as_deref()) {
            (FaultKind::Cancelled, _) => return Next::End,
            // Not connected yet, or not listening yet: nothing failed that anybody asked for.
            (_, Some("ENOTCONN")) if call == "recv" => return Next::WhenAble,
            // The same of a Unix stream.
            (_, Some("EINVAL")) if call == "recv" && slot.socket.family() == Family::Unix => {
                return Next::WhenAble;
            }
            (_, Some("EINVAL")) if call == "accept" => return Next::WhenAble,
            _ => self.log_failed(call, Some(slot.number), fault),
        }
        match (fault.data.kind, fault.data.errno.as_deref()) {
            (FaultKind::Quota, _) => Next::WhenQuota,
            (_, Some("EMFILE" | "ENFILE" | "ENOBUFS" | "ENOMEM")) => Next::Later,
            (_, Some("ECONNABORTED")) => Next::Again,
            // An error that came by ICMP concerns one datagram.
            (_, Some("ECONNREFUSED" | "EHOSTUNREACH" | "ENETUNREACH")) if !stream => Next::Again,
            _ => Next::WhenAble,
        }
    }

    /// Waits for what `next` says; false where the stream is over.
    async fn wait_for(
        &self,
        next: Next,
        able: impl Future<Output = ()>,
        slot: &Slot,
        stop: &CancellationToken,
    ) -> bool {
        let wait = async {
            match next {
                Next::Again => true,
                Next::End => false,
                Next::WhenAble => {
                    able.await;
                    true
                }
                Next::Later => {
                    tokio::time::sleep(ACCEPT_RETRY).await;
                    true
                }
                Next::WhenQuota => {
                    self.room_for_socket().await;
                    true
                }
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = slot.socket.closed().cancelled() => false,
            again = wait => again,
        }
    }
}

/// Starts or ends one stream.
fn switch(mode: Mode, running: &mut Option<CancellationToken>, start: impl FnOnce(CancellationToken)) {
    match (mode, &running) {
        (Mode::Stream, None) => start(running.insert(CancellationToken::new()).clone()),
        (Mode::Manual, Some(stop)) => {
            stop.cancel();
            *running = None;
        }
        (Mode::Stream, Some(_)) | (Mode::Manual, None) => {}
    }
}

async fn receive_stream(session: Arc<Session>, slot: InUse, stop: CancellationToken) {
    let patience = Patience::new(None, stop.clone());
    let mut responding = Responding::new(Arc::clone(&session.responders));
    loop {
        // Registered before the call, or a connect in between would be missed.
        let mut able = std::pin::pin!(slot.able.notified());
        able.as_mut().enable();
        let room = async { session.log.room().await };
        if !session.wait_for(Next::WhenAble, room, &slot, &stop).await {
            return;
        }
        let outcome = receive_once(&session, &slot, STREAM_RECV_MAX, &[], &patience).await;
        let next = match outcome {
            Ok(received) if received.is_end => Next::WhenAble,
            Ok(received) => match session.answer(&slot, &mut responding, &received, &patience).await {
                Ok(()) => Next::Again,
                Err(fault) if fault.data.kind == FaultKind::Cancelled => Next::End,
                Err(fault) => {
                    session.log_failed("send", Some(slot.number), &fault);
                    Next::Again
                }
            },
            Err(fault) => session.after_failure(&slot, "recv", &fault),
        };
        if !session.wait_for(next, able, &slot, &stop).await {
            return;
        }
    }
}

async fn accept_stream(session: Arc<Session>, slot: InUse, stop: CancellationToken) {
    let patience = Patience::new(None, stop.clone());
    loop {
        let mut able = std::pin::pin!(slot.able.notified());
        able.as_mut().enable();
        let room = async { session.log.room().await };
        if !session.wait_for(Next::WhenAble, room, &slot, &stop).await {
            return;
        }
        let next = match accept_once(&session, &slot, &patience).await {
            Ok(_) => Next::Again,
            Err(fault) => session.after_failure(&slot, "accept", &fault),
        };
        if !session.wait_for(next, able, &slot, &stop).await {
            return;
        }
    }
}
