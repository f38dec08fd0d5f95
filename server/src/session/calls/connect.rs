//! `socket.connect`: `connect(2)`.

use std::sync::Arc;
use std::time::Instant;

use sockyard_protocol::answer::Connected;
use sockyard_protocol::call::SocketConnect;
use sockyard_protocol::{Answer, EventKind, Fault};

use super::{Caller, interrupted, unanswered};
use crate::errno;
use crate::log::Recorder;
use crate::policy::{Reach, Use};
use crate::session::Session;
use crate::session::slot::Slot;

pub(super) async fn perform(
    session: &Arc<Session>,
    call: &SocketConnect,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let patience = caller.patience(call.timeout_ms);
    let (purpose, family) = ((Use::Connect, slot.socket.kind().into()), slot.socket.family());
    let reach = session.policy.reach("connect", purpose, &call.address, family, &session.unix_names)?;
    let target = match reach {
        Reach::Now(target) => target,
        Reach::Later(question) => {
            let found = Box::pin(session.policy.ask("connect", purpose, &question, family));
            let found = slot.socket.unless_closed(found, &patience).await;
            found.map_err(|why| interrupted("connect", why))??
        }
    };
    let started = Instant::now();
    if let Some(answer) = connect_at_once(session, &slot, || slot.socket.try_connect(&target), started) {
        return answer;
    }
    let outcome =
        slot.socket.connect_outcome(&target, &patience).await.map_err(|why| unanswered("connect", why))?;
    outcome.map_err(|error| session.os_fault(&slot, "connect", &error))?;
    Ok(connected(session, &slot, session.log.record(), started))
}

/// On loopback a connection usually stands when connect(2) returns; its event then comes before the `accepted` of
/// whoever waits at the other end.
fn connect_at_once(
    session: &Arc<Session>,
    slot: &Slot,
    connect: impl FnOnce() -> Option<std::io::Result<()>>,
    started: Instant,
) -> Option<Result<Answer, Fault>> {
    let log = session.log.record();
    connect().map(|answer| match answer {
        Ok(()) => Ok(connected(session, slot, log, started)),
        Err(error) => Err(errno::fault("connect", &error)),
    })
}

fn connected(session: &Arc<Session>, slot: &Slot, mut log: Recorder<'_>, started: Instant) -> Answer {
    let local = session.local_name(&slot.socket);
    let peer = slot.socket.peer().map_or_else(|_| String::new(), |peer| session.address_name(&peer));
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    log.append(
        Some(slot.number),
        EventKind::Connected { local: local.clone(), peer: peer.clone(), duration_us }.into(),
    );
    drop(log);
    slot.able.notify_waiters();
    Connected { local, peer, duration_us }.into()
}
