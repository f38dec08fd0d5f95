//! What the server does by itself: receiving and accepting over and over, and answering (section 5).
//!
//! A stream makes the same calls as a client would. It stops reading while the session's slowest connection lags
//! behind, so a TCP peer is held back by its window and nothing piles up here.

use std::sync::Arc;
use std::time::Duration;

use sockyard_protocol::{Family, Fault, FaultKind, Mode, SocketType};
use tokio_util::sync::CancellationToken;

use super::Session;
use super::answer::Answered;
use super::calls::{accept_once, receive_streamed};
use super::responders::Responding;
use super::slot::{InUse, Slot};
use crate::engine::Patience;

/// How soon an `accept` is tried again that failed for want of descriptors or memory.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// How soon an `accept` is tried again where others have used up what the session shares with them. Each try is an event.
const SHARED_QUOTA_RETRY: Duration = Duration::from_secs(1);

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
    /// The next call, in that time.
    In(Duration),
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
        let (accept, receive, responder, ready) = {
            let settings = listener.settings();
            (settings.accept, settings.receive, settings.responder.clone(), settings.ready.clone())
        };
        if accept != Mode::Stream {
            return;
        }
        {
            let mut settings = connection.settings();
            settings.receive = receive;
            settings.responder = responder;
            settings.ready = ready;
        }
        self.run_streams(connection);
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
            (FaultKind::Quota, _) if fault.data.quota.as_deref() == Some("sockets") => Next::WhenQuota,
            (FaultKind::Quota, _) => Next::In(SHARED_QUOTA_RETRY),
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
                Next::In(time) => {
                    tokio::time::sleep(time).await;
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
    let mut goes_on = false;
    loop {
        // Registered before the call, or a connect in between would be missed.
        let mut able = std::pin::pin!(slot.able.notified());
        able.as_mut().enable();
        if !session.log.has_room()
            && !session.wait_for(Next::WhenAble, session.log.room(), &slot, &stop).await
        {
            return;
        }
        let outcome = receive_streamed(&session, &slot, goes_on, &patience).await;
        goes_on = outcome.as_ref().is_ok_and(|received| !received.is_end);
        let next = match outcome {
            // A program that answers by itself closes once its peer has (RFC 862); anybody else decides for themselves.
            Ok(received) if received.is_end && session.answers_stream(&slot) => {
                session.close_by_itself(slot.number);
                Next::End
            }
            Ok(received) if received.is_end => Next::WhenAble,
            Ok(received) => match session.answer(&slot, &mut responding, &received, &patience).await {
                Ok(Answered::GoOn) => match session.pay_for_received(received.bytes.len()) {
                    None => Next::Again,
                    Some(time) => Next::In(time),
                },
                Ok(Answered::Close) => {
                    session.close_by_itself(slot.number);
                    Next::End
                }
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
        if !session.wait_for(Next::WhenAble, session.log.room(), &slot, &stop).await {
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
