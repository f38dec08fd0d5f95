//! The calls, one file each, and what they share: quotas, patience, and the event of a failure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sockyard_protocol::call::{Call, PacketsRead, RecvFlag, SocketRecv, SocketSend, SocketSeries};
use sockyard_protocol::{Address, Answer, EventKind, Fault, FaultKind, SocketId};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::slot::Slot;
use super::{Rights, Session};
use crate::engine::{Interrupted, Patience, Unanswered};
use crate::errno;
use crate::metrics;
use crate::quotas::{Permit, Place};

mod accept;
mod asked;
mod bind;
mod close;
mod configure;
mod connect;
mod create;
mod info;
mod lab;
mod listen;
mod log;
mod option;
mod packets;
mod poll;
mod recv;
mod send;
mod series;
mod shutdown;

pub(super) use accept::accept_once;
pub(super) use info::look_at;
pub(super) use lab::of as lab_of;
pub(super) use recv::receive_streamed;
pub(crate) use send::{AtOnce, Unsent};
pub(super) use send::{Destination, send_all};

/// The unit of the quota of waiting bytes: a semaphore's permits are too few to count single bytes.
pub(super) const QUOTA_UNIT: usize = 1024;

/// Who makes a call.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Ends the call early.
    pub(crate) cancel: CancellationToken,
    /// In which form the answer's bytes are wanted.
    pub(crate) form: sockyard_protocol::call::DataForm,
    /// The call was checked against these.
    pub(crate) rights: Rights,
}

impl Caller {
    fn patience(&self, timeout_ms: Option<u64>) -> Patience {
        Patience::new(timeout_ms, self.cancel.clone())
    }
}

/// A call's share of its session's quotas. Held until its answer is on the way, because until then its bytes are
/// in memory.
#[derive(Debug)]
pub(crate) struct Reservation {
    _call: Option<OwnedSemaphorePermit>,
    _bytes: Option<OwnedSemaphorePermit>,
    /// Empty where nobody counts the calls of several sessions.
    _others: Vec<Permit>,
}

impl Session {
    /// Takes a call's share of the quotas.
    ///
    /// # Errors
    /// Code 6, with a `failed` event.
    pub(crate) fn reserve(&self, call: &Call) -> Result<Reservation, Fault> {
        self.try_reserve(call).inspect_err(|fault| {
            self.log_failure(call, fault);
            self.count(call, Some(fault), Duration::ZERO);
        })
    }

    fn try_reserve(&self, call: &Call) -> Result<Reservation, Fault> {
        let bytes = match call {
            Call::SocketSend(SocketSend { data, .. }) => data.size_hint(),
            Call::SocketRecv(SocketRecv { max, .. }) => *max,
            Call::SocketAccept(_) | Call::SocketConnect(_) | Call::SocketPoll(_) | Call::DnsResolve(_) => 0,
            Call::PacketsRead(PacketsRead { timeout_ms: Some(_), .. })
            | Call::SocketSeries(SocketSeries { timeout_ms: Some(_), .. }) => 0,
            // Never waits, and so is never refused: not even `close` while everything else is used up.
            _ => return Ok(Reservation { _call: None, _bytes: None, _others: Vec::new() }),
        };
        let call = Arc::clone(&self.call_quota)
            .try_acquire_owned()
            .map_err(|_| Fault::quota("waiting_calls", self.limits.waiting_calls as u64))?;
        // A payload over its own limit is refused with its own error when it is read.
        let units = u32::try_from(bytes.min(sockyard_protocol::payload::PAYLOAD_MAX).div_ceil(QUOTA_UNIT))
            .unwrap_or(u32::MAX);
        let bytes = match units {
            0 => None,
            units => Some(
                Arc::clone(&self.byte_quota)
                    .try_acquire_many_owned(units)
                    .map_err(|_| Fault::quota("waiting_bytes", self.limits.waiting_bytes as u64))?,
            ),
        };
        Ok(Reservation { _call: Some(call), _bytes: bytes, _others: self.payers.take(Place::WaitingCalls)? })
    }

    /// The same for a frame's bytes, which cannot be given back; waits until there is room. Frames have quotas of their own:
    /// calls that wait for something else must not hold up a reader, which alone could cancel them.
    pub(crate) async fn reserve_frame(&self, bytes: usize) -> Option<Reservation> {
        let call = Arc::clone(&self.frame_quota).acquire_owned().await.ok()?;
        let units = u32::try_from(bytes.div_ceil(QUOTA_UNIT)).unwrap_or(u32::MAX);
        let bytes = Arc::clone(&self.frame_byte_quota).acquire_many_owned(units).await.ok()?;
        Some(Reservation { _call: Some(call), _bytes: Some(bytes), _others: Vec::new() })
    }

    /// Makes a call. A failure is an event as well as an answer.
    ///
    /// Calls on one socket keep their order when this is first polled in their order: everything up to the first
    /// wait, the place in a socket's queue included, happens in the first poll.
    pub(crate) async fn perform(self: &Arc<Self>, call: Call, caller: &Caller) -> Result<Answer, Fault> {
        let started = Instant::now();
        let answer = self.dispatch(&call, caller).await;
        self.conclude(&call, &caller.rights, started, answer)
    }

    /// What comes after every call: its failure explained and logged, and its time counted.
    fn conclude(
        &self,
        call: &Call,
        rights: &Rights,
        started: Instant,
        answer: Result<Answer, Fault>,
    ) -> Result<Answer, Fault> {
        let answer = answer.map_err(|fault| self.explain(call, fault));
        let fault = answer.as_ref().err();
        match (fault, rights) {
            (Some(fault), Rights::Full) => self.log_failure(call, fault),
            // Who only looks leaves no trace in the log.
            (Some(fault), Rights::Read(_)) => metrics::failed(fault),
            (None, _) => {}
        }
        self.count(call, fault, started.elapsed());
        answer
    }

    pub(super) fn count(&self, call: &Call, fault: Option<&Fault>, took: Duration) {
        metrics::called(call.index(), fault, took);
        tracing::debug!(
            session = self.id,
            method = call.method(),
            outcome = metrics::outcome(fault),
            duration_us = took.as_micros() as u64,
            "call"
        );
    }

    async fn dispatch(self: &Arc<Self>, call: &Call, caller: &Caller) -> Result<Answer, Fault> {
        match call {
            Call::SocketCreate(call) => create::perform(self, call),
            Call::SocketBind(call) => bind::perform(self, call),
            Call::SocketListen(call) => listen::perform(self, call),
            Call::SocketAccept(call) => accept::perform(self, call, caller).await,
            Call::SocketConnect(call) => connect::perform(self, call, caller).await,
            Call::SocketSend(call) => send::perform(self, call, caller).await,
            Call::SocketRecv(call) => recv::perform(self, call, caller).await,
            Call::SocketShutdown(call) => shutdown::perform(self, call),
            Call::SocketClose(call) => close::perform(self, call).await,
            Call::SocketSetOption(call) => option::set(self, call),
            Call::SocketGetOption(call) => option::get(self, call),
            Call::SocketInfoCall(call) => info::one(self, call),
            Call::SocketList(_) => Ok(info::all(self)),
            Call::SocketWatch(call) => series::watch(self, call),
            Call::SocketSeries(call) => series::read(self, call, caller).await,
            Call::SocketPoll(call) => poll::perform(self, call, caller).await,
            Call::SocketConfigure(call) => configure::perform(self, call),
            Call::DnsResolve(call) => {
                let found = Box::pin(self.policy.resolve(&call.name));
                let patience = caller.patience(None);
                let found = patience.bound(&self.ended, found).await;
                Ok(found.map_err(|why| interrupted("getaddrinfo", why))??.into())
            }
            Call::SessionInfoCall(_) => Ok(Answer::Session(Box::new(self.info(&caller.rights)))),
            Call::LogRead(call) => log::read(self, call, caller),
            Call::LogNote(call) => log::note(self, call).await,
            Call::PacketsRead(call) => packets::read(self, call, caller).await,
            Call::HostAdd(call) => lab::add(self, call).await,
            Call::HostRemove(call) => lab::remove(self, call).await,
            Call::HostList(_) => lab::list(self),
            Call::HostConnections(call) => lab::connections(self, call),
            Call::WireConfigure(call) => lab::configure(self, call),
            Call::WireShow(_) => lab::show(self, "wire.show"),
            Call::WireCut(call) => lab::cut(self, call),
            Call::WireMend(call) => lab::mend(self, call),
            Call::WireHold(call) => lab::hold(self, call),
            Call::WireRelease(call) => lab::release(self, call),
            Call::WireUnhold(call) => lab::unhold(self, call),
            Call::SessionShare(call) => self.share(call),
            Call::SessionUnshare(call) => self.unshare(call),
            Call::SessionClose(_) => close::session(self).await,
            // Both are about a connection and answered there.
            Call::CallCancel(_) | Call::SessionConfigure(_) => Err(Fault::internal()),
        }
    }

    /// Puts a failure into the log.
    pub(crate) fn log_failure(&self, call: &Call, fault: &Fault) {
        metrics::failed(fault);
        let params = (fault.data.kind == FaultKind::Os).then(|| asked::params(call)).flatten();
        let error = fault.clone();
        let kind = EventKind::Failed { call: bsd_name(call).to_owned(), params, error };
        self.log.append(socket_of(call), kind);
    }

    /// The same of a call that could not be read, by its method's name.
    pub(crate) fn log_failed(&self, call: &str, socket: Option<SocketId>, fault: &Fault) {
        metrics::failed(fault);
        let error = fault.clone();
        self.log.append(socket, EventKind::Failed { call: call.to_owned(), params: None, error });
    }

    /// An error of the kernel's. A reset is an event of its own, whichever call heard of it.
    fn os_fault(&self, slot: &Slot, call: &str, error: &std::io::Error) -> Fault {
        if error.raw_os_error() == Some(libc::ECONNRESET) {
            self.log.append(Some(slot.number), EventKind::Reset {});
        }
        errno::fault(call, error)
    }

    /// Adds what to try to an error of the kernel's.
    fn explain(&self, call: &Call, mut fault: Fault) -> Fault {
        if fault.data.hint.is_none()
            && let Some(errno) = &fault.data.errno
        {
            let address = address_of(call).map(Address::to_string);
            fault.data.hint = errno::hint(bsd_name(call), errno, address.as_deref());
        }
        fault
    }
}

/// A call's name in the sockets API.
pub(super) fn bsd_name(call: &Call) -> &'static str {
    match call {
        Call::SocketCreate(_) => "socket",
        Call::SocketSend(SocketSend { to: Some(_), .. }) => "sendto",
        Call::SocketSetOption(_) => "setsockopt",
        Call::SocketGetOption(_) => "getsockopt",
        Call::DnsResolve(_) => "getaddrinfo",
        call => call.method().trim_start_matches("socket."),
    }
}

fn socket_of(call: &Call) -> Option<SocketId> {
    match call {
        Call::SocketBind(call) => Some(call.socket),
        Call::SocketListen(call) => Some(call.socket),
        Call::SocketAccept(call) => Some(call.socket),
        Call::SocketConnect(call) => Some(call.socket),
        Call::SocketSend(call) => Some(call.socket),
        Call::SocketRecv(call) => Some(call.socket),
        Call::SocketShutdown(call) => Some(call.socket),
        Call::SocketClose(call) => Some(call.socket),
        Call::SocketSetOption(call) => Some(call.socket),
        Call::SocketGetOption(call) => Some(call.socket),
        Call::SocketInfoCall(call) => Some(call.socket),
        Call::SocketWatch(call) => Some(call.socket),
        Call::SocketSeries(call) => Some(call.socket),
        Call::SocketConfigure(call) => Some(call.socket),
        Call::LogRead(call) => call.socket,
        Call::SocketCreate(_)
        | Call::SocketList(_)
        | Call::SocketPoll(_)
        | Call::DnsResolve(_)
        | Call::CallCancel(_)
        | Call::SessionConfigure(_)
        | Call::SessionInfoCall(_)
        | Call::LogNote(_)
        | Call::PacketsRead(_)
        | Call::HostAdd(_)
        | Call::HostRemove(_)
        | Call::HostList(_)
        | Call::HostConnections(_)
        | Call::WireConfigure(_)
        | Call::WireShow(_)
        | Call::WireCut(_)
        | Call::WireMend(_)
        | Call::WireHold(_)
        | Call::WireRelease(_)
        | Call::WireUnhold(_)
        | Call::SessionShare(_)
        | Call::SessionUnshare(_)
        | Call::SessionClose(_) => None,
    }
}

fn address_of(call: &Call) -> Option<&Address> {
    match call {
        Call::SocketBind(call) => Some(&call.address),
        Call::SocketConnect(call) => Some(&call.address),
        Call::SocketSend(call) => call.to.as_ref(),
        _ => None,
    }
}

/// A responder's delay; the error is that of a wait that ended early.
pub(super) async fn pause(delay: Duration, slot: &Slot, patience: &Patience) -> Result<(), Fault> {
    if delay.is_zero() {
        return Ok(());
    }
    slot.socket.pause(delay, patience).await.map_err(|why| interrupted("send", why))
}

/// The error of a wait that ended early.
pub(super) fn interrupted(call: &str, why: Interrupted) -> Fault {
    match why {
        Interrupted::TimedOut => Fault::timeout(call),
        Interrupted::Cancelled => Fault::cancelled(call),
    }
}

/// The same of an attempt. [`Unanswered::HungUp`] is for the caller to read; here it is "would block for ever".
fn unanswered(call: &str, why: Unanswered) -> Fault {
    match why {
        Unanswered::Interrupted(why) => interrupted(call, why),
        Unanswered::HungUp => errno::fault(call, &std::io::Error::from_raw_os_error(libc::EAGAIN)),
        Unanswered::Os(error) => errno::fault(call, &error),
    }
}

/// The names of `recv`'s flags, for the event.
fn flag_names(flags: &[RecvFlag]) -> Vec<String> {
    let name = |flag: &RecvFlag| match flag {
        RecvFlag::Peek => "peek",
        RecvFlag::Oob => "oob",
        RecvFlag::Waitall => "waitall",
    };
    flags.iter().map(|flag| name(flag).to_owned()).collect()
}
