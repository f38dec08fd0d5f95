//! `socket.send`: `send(2)` and `sendto(2)`.

use std::sync::Arc;

use sockyard_protocol::answer::Sent;
use sockyard_protocol::call::{SendFlag, SocketSend};
use sockyard_protocol::{Answer, Family, Fault, SocketType};

use super::{Caller, interrupted, unanswered};
use crate::engine::{Direction, Patience, Turn, Unanswered};
use crate::errno;
use crate::log::{Happening, Kept};
use crate::policy::{Allowed, Target};
use crate::session::Session;
use crate::session::slot::Slot;

pub(super) async fn perform(
    session: &Arc<Session>,
    call: &SocketSend,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let bytes = call.data.to_bytes().map_err(|error| Fault::payload(error.to_string()).with_call("send"))?;
    let to = match &call.to {
        None => None,
        Some(to) => Some((
            session.policy.reach("sendto", to, slot.socket.family(), &session.unix_names)?,
            to.to_string(),
        )),
    };
    let oob = call.flags.contains(&SendFlag::Oob);
    let patience = caller.patience(call.timeout_ms);
    send_all(session, &slot, &bytes, to, oob, &patience).await?;
    Ok(Sent { bytes: bytes.len() }.into())
}

/// Hands all of `bytes` to the kernel, or fails and says how many it took. Both are one event.
pub(in crate::session) async fn send_all(
    session: &Arc<Session>,
    slot: &Slot,
    bytes: &[u8],
    to: Option<(Allowed<Target>, String)>,
    oob: bool,
    patience: &Patience,
) -> Result<(), Fault> {
    let call = if to.is_some() { "sendto" } else { "send" };
    let _turn = slot.socket.turn(Turn::Send, patience).await.map_err(|why| interrupted(call, why))?;
    let mut taken = 0;
    let sent = |taken: usize| Happening::Sent {
        kept: Kept::new(&bytes[..taken]),
        to: to.as_ref().map(|(_, name)| name.clone()),
        flags: if oob { vec!["oob".to_owned()] } else { Vec::new() },
    };
    let once = || {
        let mut log = session.log.record();
        loop {
            let flags = if oob { libc::MSG_OOB } else { 0 };
            match slot.socket.try_send(&bytes[taken..], to.as_ref().map(|(to, _)| to), flags)? {
                Ok(count) => taken += count,
                Err(error) => return Some(Err(error)),
            }
            // A datagram goes whole or not at all; an empty one is a datagram, too.
            if taken >= bytes.len() || slot.socket.kind() == SocketType::Dgram {
                log.append(Some(slot.number), sent(taken));
                return Some(Ok(()));
            }
        }
    };
    let outcome = if slot.socket.family() == Family::Unix && to.is_some() {
        slot.socket.retry(patience, once).await
    } else {
        slot.socket.attempt(Direction::Write, patience, once).await
    };
    let fault = match outcome {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => session.os_fault(slot, call, &error),
        Err(Unanswered::HungUp) => errno::fault(call, &std::io::Error::from_raw_os_error(libc::EPIPE)),
        Err(why) => unanswered(call, why),
    };
    if taken == 0 {
        return Err(fault);
    }
    // What the kernel took is on its way, whatever became of the rest.
    session.log.record().append(Some(slot.number), sent(taken));
    Err(fault.with_bytes(taken))
}
