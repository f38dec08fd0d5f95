//! `socket.recv`: `recv(2)` and `recvfrom(2)`.

use std::sync::Arc;

use bytes::Bytes;
use sockyard_protocol::answer::Received as Answered;
use sockyard_protocol::call::{DataForm, RecvFlag, SocketRecv};
use sockyard_protocol::event::DATA_KEPT;
use sockyard_protocol::{Answer, Data, EventKind, Fault, SocketType};

use super::{Caller, flag_names, interrupted, unanswered};
use crate::busy_poll;
use crate::engine::{Direction, Facts, Patience, Received, Turn, Unanswered};
use crate::log::{Happening, Kept};
use crate::session::Session;
use crate::session::slot::Slot;

/// Most bytes that a stream takes in one `recv`: a whole datagram, and all that an event keeps.
const STREAM_RECV_MAX: usize = DATA_KEPT;

pub(super) async fn perform(
    session: &Arc<Session>,
    call: &SocketRecv,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let patience = caller.patience(call.timeout_ms);
    let Received { bytes, length, from, is_end: _ } =
        receive_once(session, &slot, call.max, &call.flags, &patience).await?;
    // The next one waits, where that was too much.
    session.pay_for_received(bytes.len());
    let truncated = length > bytes.len();
    let stream = slot.socket.kind() == SocketType::Stream;
    Ok(Answered {
        bytes: bytes.len(),
        eof: stream && bytes.is_empty(),
        data: match caller.form {
            DataForm::Auto => Data::from_bytes(&bytes),
            DataForm::Base64 => Data::base64(&bytes),
        },
        from: from.map(|from| session.address_name(&from)),
        truncated,
        datagram_bytes: truncated.then_some(length),
    }
    .into())
}

/// One `recv` and its event.
async fn receive_once(
    session: &Arc<Session>,
    slot: &Slot,
    max: usize,
    flags: &[RecvFlag],
    patience: &Patience,
) -> Result<Received, Fault> {
    // Only streams have urgent data; a datagram socket ignores the flag or refuses it.
    let stream = slot.socket.kind() == SocketType::Stream;
    let outcome = if stream && flags.contains(&RecvFlag::Oob) {
        receive_urgent(session, slot, max, flags)
    } else {
        let _turn =
            slot.socket.turn(Turn::Receive, patience).await.map_err(|why| interrupted("recv", why))?;
        if stream && flags.contains(&RecvFlag::Waitall) {
            receive_all(session, slot, max, flags, patience).await
        } else {
            receive_some(session, slot, max, flags, patience).await
        }
    };
    session.tell_drops(slot);
    outcome
}

async fn receive_some(
    session: &Arc<Session>,
    slot: &Slot,
    max: usize,
    flags: &[RecvFlag],
    patience: &Patience,
) -> Result<Received, Fault> {
    let outcome = slot
        .socket
        .attempt(Direction::Read, patience, || {
            let received = slot.socket.try_recv(max, kernel_flags(flags))?;
            if let Ok(received) = &received {
                tell(session, slot, received, flags, false);
            }
            Some(received)
        })
        .await;
    conclude(session, slot, outcome, flags, false)
}

/// One `recv` of a streaming socket and its event. `goes_on` says that the one before brought something.
pub(in crate::session) async fn receive_streamed(
    session: &Arc<Session>,
    slot: &Slot,
    goes_on: bool,
    patience: &Patience,
) -> Result<Received, Fault> {
    let _turn = slot.socket.turn(Turn::Receive, patience).await.map_err(|why| interrupted("recv", why))?;
    let call = || {
        let Some(received) = slot.socket.try_recv(STREAM_RECV_MAX, 0) else {
            session.tell_drops(slot);
            return None;
        };
        if let Ok(received) = &received {
            busy_poll::arrived();
            tell(session, slot, received, &[], true);
        }
        Some(received)
    };
    let outcome = match goes_on {
        true => slot.socket.receive_when_ready(patience, call).await,
        false => slot.socket.attempt(Direction::Read, patience, call).await,
    };
    conclude(session, slot, outcome, &[], true)
}

fn conclude(
    session: &Arc<Session>,
    slot: &Slot,
    outcome: Result<std::io::Result<Received>, Unanswered>,
    flags: &[RecvFlag],
    streamed: bool,
) -> Result<Received, Fault> {
    match outcome {
        Ok(Ok(received)) => Ok(received),
        Ok(Err(error)) => Err(session.os_fault(slot, "recv", &error)),
        // A blocking recv on a datagram socket that is shut down for reading returns nothing.
        Err(Unanswered::HungUp) => {
            let nothing = Received { bytes: Bytes::new(), length: 0, from: None, is_end: true };
            tell(session, slot, &nothing, flags, streamed);
            Ok(nothing)
        }
        Err(why) => Err(unanswered("recv", why)),
    }
}

/// `MSG_WAITALL`. Like the kernel's, a wait that ends early returns what has come, and nothing is lost.
async fn receive_all(
    session: &Arc<Session>,
    slot: &Slot,
    max: usize,
    flags: &[RecvFlag],
    patience: &Patience,
) -> Result<Received, Fault> {
    let peek = flags.contains(&RecvFlag::Peek);
    let mut bytes = Vec::new();
    let outcome = slot
        .socket
        .attempt(Direction::Read, patience, || {
            loop {
                let from = if peek { 0 } else { bytes.len() };
                match slot.socket.try_recv(max - from, kernel_flags(flags))? {
                    Ok(received) if received.bytes.is_empty() => return Some(Ok(())),
                    Ok(received) => {
                        bytes.truncate(from);
                        bytes.extend_from_slice(&received.bytes);
                    }
                    Err(error) => return Some(Err(error)),
                }
                if bytes.len() >= max {
                    return Some(Ok(()));
                }
                if peek {
                    return None;
                }
            }
        })
        .await;
    match outcome {
        Ok(Ok(())) | Err(Unanswered::HungUp) => {}
        Ok(Err(error)) if bytes.is_empty() => return Err(session.os_fault(slot, "recv", &error)),
        // The bytes come first; the error is the next call's answer.
        Ok(Err(error)) => slot.socket.put_back(error),
        Err(Unanswered::Interrupted(why)) if bytes.is_empty() => return Err(interrupted("recv", why)),
        Err(Unanswered::Interrupted(_)) => {}
        Err(why @ Unanswered::Os(_)) => return Err(unanswered("recv", why)),
    }
    let received =
        Received { length: bytes.len(), is_end: bytes.is_empty(), bytes: bytes.into(), from: None };
    tell(session, slot, &received, flags, false);
    Ok(received)
}

/// A stream's `MSG_OOB` never waits, not even on a blocking socket, and takes no turn: it reads past the queue.
fn receive_urgent(
    session: &Arc<Session>,
    slot: &Slot,
    max: usize,
    flags: &[RecvFlag],
) -> Result<Received, Fault> {
    let would_block = || Err(std::io::Error::from_raw_os_error(libc::EAGAIN));
    match slot.socket.try_recv(max, kernel_flags(flags)).unwrap_or_else(would_block) {
        Ok(received) => {
            tell(session, slot, &received, flags, false);
            Ok(received)
        }
        Err(error) => Err(session.os_fault(slot, "recv", &error)),
    }
}

fn kernel_flags(flags: &[RecvFlag]) -> i32 {
    flags.iter().fold(0, |bits, flag| {
        bits | match flag {
            RecvFlag::Peek => libc::MSG_PEEK,
            RecvFlag::Oob => libc::MSG_OOB,
            // Without effect on a non-blocking socket; `receive_all` does it.
            RecvFlag::Waitall => 0,
        }
    })
}

/// The event of what was received. Nobody can act on the bytes before, so it needs no place taken before the call.
fn tell(session: &Session, slot: &Slot, received: &Received, flags: &[RecvFlag], streamed: bool) {
    let Received { bytes, length, from, is_end: _ } = received;
    let what = if bytes.is_empty() && slot.socket.kind() == SocketType::Stream {
        EventKind::PeerClosed {}.into()
    } else {
        Happening::Received {
            kept: Kept::share(bytes),
            from: from.as_ref().map(|from| session.address_name(from)),
            truncated: *length > bytes.len(),
            flags: flag_names(flags),
            streamed,
        }
    };
    session.log.record().append(Some(slot.number), what);
}

impl Session {
    /// Tells of datagrams that found the receive buffer full since the last look.
    pub(in crate::session) fn tell_drops(&self, slot: &Slot) {
        if slot.socket.kind() != SocketType::Dgram {
            return;
        }
        let count = slot.new_drops(Facts::drops(&slot.socket));
        if count > 0 {
            let reason = "the receive buffer was full".to_owned();
            self.log.append(Some(slot.number), EventKind::Dropped { count, reason });
        }
    }
}
