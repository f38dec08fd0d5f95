//! `socket.send`: `send(2)` and `sendto(2)`.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sockyard_protocol::answer::Sent;
use sockyard_protocol::call::{SendFlag, SocketSend};
use sockyard_protocol::{Address, Answer, Family, Fault, SocketId, SocketType};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{Caller, Reservation, interrupted, unanswered};
use crate::engine::{Direction, Patience, Turn, Unanswered};
use crate::errno;
use crate::log::{Happening, Kept};
use crate::policy::{Allowed, Reach, Target, Use};
use crate::session::slot::{InUse, Slot};
use crate::session::{Rights, Session};

/// Where a datagram goes.
pub(in crate::session) struct Destination {
    reach: Reach,
    /// As it was written, for the event.
    name: String,
}

impl Destination {
    /// One that need not be looked up.
    pub(in crate::session) fn known(target: Allowed<Target>, name: String) -> Destination {
        Destination { reach: Reach::Now(target), name }
    }
}

pub(super) async fn perform(
    session: &Arc<Session>,
    call: &SocketSend,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let bytes = call.data.to_bytes().map_err(|error| Fault::payload(error.to_string()).with_call("send"))?;
    let to = call.to.as_ref().map(|to| destination(session, &slot, to)).transpose()?;
    let oob = call.flags.contains(&SendFlag::Oob);
    let patience = caller.patience(call.timeout_ms);
    let bytes = Bytes::from(bytes);
    send_all(session, &slot, &bytes, to, oob, &patience).await?;
    Ok(Sent { bytes: bytes.len() }.into())
}

fn destination(session: &Session, slot: &Slot, to: &Address) -> Result<Destination, Fault> {
    let reach = session.policy.reach(
        "sendto",
        (Use::Send, slot.socket.kind().into()),
        to,
        slot.socket.family(),
        &session.unix_names,
    )?;
    Ok(Destination { reach, name: to.to_string() })
}

/// Hands all of `bytes` to the kernel, or fails and says how many it took. Both are one event.
pub(in crate::session) async fn send_all(
    session: &Arc<Session>,
    slot: &Slot,
    bytes: &Bytes,
    to: Option<Destination>,
    oob: bool,
    patience: &Patience,
) -> Result<(), Fault> {
    let sending = Sending { bytes: bytes.clone(), to, oob, taken: 0, began: None };
    let turn =
        slot.socket.turn(Turn::Send, patience).await.map_err(|why| interrupted(sending.call(), why))?;
    sending.finish(session, slot, patience, turn).await
}

/// Bytes on their way to the kernel.
struct Sending {
    bytes: Bytes,
    to: Option<Destination>,
    oob: bool,
    /// How many the kernel has taken so far.
    taken: usize,
    /// The newest event when the kernel had taken some and had no room for the rest.
    began: Option<u64>,
}

impl Sending {
    /// The call's name in the sockets API.
    fn call(&self) -> &'static str {
        if self.to.is_some() { "sendto" } else { "send" }
    }

    /// Calls until all is taken or the kernel has no room. `None` is "would block", or that the destination is still to be looked up.
    fn attempt(&mut self, session: &Session, slot: &Slot) -> Option<std::io::Result<()>> {
        if matches!(&self.to, Some(Destination { reach: Reach::Later(_), .. })) {
            return None;
        }
        let place = session.log.place();
        loop {
            let flags = if self.oob { libc::MSG_OOB } else { 0 };
            let to = match &self.to {
                None => None,
                Some(Destination { reach: Reach::Now(target), .. }) => Some(target),
                Some(Destination { reach: Reach::Later(_), .. }) => return None,
            };
            match slot.socket.try_send(&self.bytes[self.taken..], to, flags) {
                Some(Ok(count)) => self.taken += count,
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    if self.taken > 0 && self.began.is_none() {
                        self.began = Some(session.log.last_seq());
                    }
                    return None;
                }
            }
            // A datagram goes whole or not at all; an empty one is a datagram, too.
            if self.taken >= self.bytes.len() || slot.socket.kind() == SocketType::Dgram {
                place.fill(Some(slot.number), self.happening());
                return Some(Ok(()));
            }
        }
    }

    fn happening(&self) -> Happening {
        Happening::Sent {
            kept: match self.taken == self.bytes.len() {
                true => Kept::share(&self.bytes),
                false => Kept::new(&self.bytes[..self.taken]),
            },
            to: self.to.as_ref().map(|to| to.name.clone()),
            flags: if self.oob { vec!["oob".to_owned()] } else { Vec::new() },
            began: self.began,
        }
    }

    /// Asks a name server for the destination where that is a name that this machine does not know. The turn is held meanwhile: what is
    /// sent after it stays behind it, as in a program that looks up and sends line by line.
    async fn look_up(&mut self, session: &Session, slot: &Slot, patience: &Patience) -> Result<(), Fault> {
        let Some(Destination { reach, .. }) = &mut self.to else { return Ok(()) };
        let Reach::Later(question) = &*reach else { return Ok(()) };
        let purpose = (Use::Send, slot.socket.kind().into());
        // In a box, because nearly no send has it.
        let found = Box::pin(session.policy.ask("sendto", purpose, question, slot.socket.family()));
        let found = slot.socket.unless_closed(found, patience).await;
        *reach = Reach::Now(found.map_err(|why| interrupted("sendto", why))??);
        Ok(())
    }

    /// Goes on until all is taken or something ends it.
    async fn finish(
        mut self,
        session: &Arc<Session>,
        slot: &Slot,
        patience: &Patience,
        _turn: OwnedSemaphorePermit,
    ) -> Result<(), Fault> {
        self.look_up(session, slot, patience).await?;
        let outcome = if slot.socket.family() == Family::Unix && self.to.is_some() {
            slot.socket.retry(patience, || self.attempt(session, slot)).await
        } else {
            slot.socket.attempt(Direction::Write, patience, || self.attempt(session, slot)).await
        };
        let call = self.call();
        let fault = match outcome {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => session.os_fault(slot, call, &error),
            Err(Unanswered::HungUp) => errno::fault(call, &std::io::Error::from_raw_os_error(libc::EPIPE)),
            Err(why) => unanswered(call, why),
        };
        Err(self.failed(session, slot, fault))
    }

    fn failed(&self, session: &Session, slot: &Slot, fault: Fault) -> Fault {
        if self.taken == 0 {
            return fault;
        }
        // What the kernel took is on its way, whatever became of the rest.
        session.log.record().append(Some(slot.number), self.happening());
        fault.with_bytes(self.taken)
    }
}

/// A binary frame's bytes for which the kernel had no room yet.
pub(crate) struct Unsent {
    slot: InUse,
    sending: Sending,
    turn: Option<OwnedSemaphorePermit>,
}

impl Session {
    /// Makes a call of `socket.send` that need not wait, without the quotas and the task of one that may: most need not.
    pub(crate) fn send_at_once(self: &Arc<Self>, call: &SocketSend) -> AtOnce {
        // What is wrong, or has its own rules, is for the call that may wait.
        let begun = || {
            let started = Instant::now();
            let slot = self.slot(call.socket).ok()?;
            let to = call.to.as_ref().map(|to| destination(self, &slot, to)).transpose().ok()?;
            let bytes = call.data.to_bytes().ok().filter(|_| call.flags.is_empty())?.into();
            let turn = slot.socket.turn_at_once(Turn::Send)?;
            let sending = Sending { bytes, to, oob: false, taken: 0, began: None };
            Some((started, Unsent { slot, sending, turn: Some(turn) }))
        };
        let Some((started, mut unsent)) = begun() else { return AtOnce::Untried };
        let Unsent { slot, sending, turn: _ } = &mut unsent;
        let answer = match sending.attempt(self, slot) {
            None if sending.taken == 0 => return AtOnce::Untried,
            None => return AtOnce::Partly(unsent),
            Some(Ok(())) => Ok(Sent { bytes: sending.bytes.len() }.into()),
            Some(Err(error)) => {
                let fault = self.os_fault(slot, sending.call(), &error);
                Err(sending.failed(self, slot, fault))
            }
        };
        AtOnce::Answered(self.conclude(&call.clone().into(), &Rights::Full, started, answer))
    }

    /// The rest of a call of which the kernel has taken a part.
    pub(crate) async fn send_rest(
        self: &Arc<Self>,
        call: SocketSend,
        unsent: Unsent,
        caller: &Caller,
    ) -> Result<Answer, Fault> {
        let started = Instant::now();
        let Unsent { slot, sending, turn } = unsent;
        let bytes = sending.bytes.len();
        let patience = caller.patience(call.timeout_ms);
        let outcome = match turn {
            Some(turn) => sending.finish(self, &slot, &patience, turn).await,
            None => Err(Fault::internal()),
        };
        self.conclude(&call.into(), &Rights::Full, started, outcome.map(|()| Sent { bytes }.into()))
    }

    /// Sends what a binary frame brought (section 9): a `socket.send` to which no answer goes, so a failure shows as its
    /// event alone. What the kernel has no room for at once comes back; the caller makes room for it in the quotas.
    pub(crate) fn send_frame(
        self: &Arc<Self>,
        socket: SocketId,
        to: Option<&Address>,
        bytes: Bytes,
    ) -> Option<Unsent> {
        self.send_unanswered(socket, to, bytes).unwrap_or(None)
    }

    /// Sends as one what several notifications of `socket.send` brought for a stream, each of which is counted as the call that
    /// it is. Otherwise as [`Session::send_frame`].
    pub(crate) fn send_joined(
        self: &Arc<Self>,
        socket: SocketId,
        bytes: Bytes,
        calls: &[SocketSend],
    ) -> Option<Unsent> {
        let started = Instant::now();
        let sent = self.send_unanswered(socket, None, bytes);
        let took = started.elapsed();
        if let Some(any) = calls.first().map(|call| call.clone().into()) {
            for _ in calls {
                self.count(&any, sent.as_ref().err(), took);
            }
        }
        sent.unwrap_or(None)
    }

    /// Tries to send, and logs a failure, which nobody else is told of.
    fn send_unanswered(
        self: &Arc<Self>,
        socket: SocketId,
        to: Option<&Address>,
        bytes: Bytes,
    ) -> Result<Option<Unsent>, Fault> {
        let begin = || {
            let slot = self.slot(socket)?;
            let to = to.map(|to| destination(self, &slot, to)).transpose()?;
            Ok(Unsent {
                turn: slot.socket.turn_at_once(Turn::Send),
                slot,
                sending: Sending { bytes, to, oob: false, taken: 0, began: None },
            })
        };
        let call = if to.is_some() { "sendto" } else { "send" };
        let mut unsent = begin().inspect_err(|fault| self.log_failed(call, Some(socket), fault))?;
        // Without a turn others wait before this one.
        if unsent.turn.is_none() {
            return Ok(Some(unsent));
        }
        match unsent.sending.attempt(self, &unsent.slot) {
            None => Ok(Some(unsent)),
            Some(Ok(())) => Ok(None),
            Some(Err(error)) => {
                let fault = self.os_fault(&unsent.slot, call, &error);
                let fault = unsent.sending.failed(self, &unsent.slot, fault);
                self.log_failed(call, Some(socket), &fault);
                Err(fault)
            }
        }
    }

    /// Whether frames to this socket may be sent as one: a stream keeps no boundaries.
    pub(crate) fn joins_frames(&self, socket: SocketId) -> bool {
        self.slot(socket).is_ok_and(|slot| slot.socket.kind() == SocketType::Stream)
    }
}

/// What became of a `socket.send` that was tried at once.
pub(crate) enum AtOnce {
    /// It has ended.
    Answered(Result<Answer, Fault>),
    /// Nothing was done: it is to be made as any other call.
    Untried,
    /// The kernel took a part and has no room for the rest.
    Partly(Unsent),
}

impl Unsent {
    /// Ends it here, where there is no room for it to wait: what the kernel took is told.
    pub(crate) fn give_up(self, session: &Session, fault: Fault) -> Fault {
        self.sending.failed(session, &self.slot, fault)
    }

    /// How many bytes wait.
    pub(crate) fn bytes(&self) -> usize {
        self.sending.bytes.len()
    }

    /// Waits until the kernel has taken all of it, `cancel` or the socket's end. Polled first in the order of the frames,
    /// it keeps that order.
    pub(crate) async fn finish(self, session: Arc<Session>, cancel: CancellationToken, room: Reservation) {
        let Unsent { slot, sending, turn } = self;
        let patience = Patience::new(None, cancel);
        let call = sending.call();
        let turn = match turn {
            Some(turn) => Ok(turn),
            None => slot.socket.turn(Turn::Send, &patience).await.map_err(|why| interrupted(call, why)),
        };
        let outcome = match turn {
            Ok(turn) => sending.finish(&session, &slot, &patience, turn).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = outcome {
            session.log_failed(call, Some(slot.number), &fault);
        }
        drop(room);
    }
}
