//! `socket.accept`: `accept(2)`.

use std::sync::Arc;

use sockyard_protocol::answer::Accepted;
use sockyard_protocol::call::SocketAccept;
use sockyard_protocol::{Answer, EventKind, Fault};

use super::{Caller, interrupted, unanswered};
use crate::engine::{Direction, Patience, Turn};
use crate::errno;
use crate::session::Session;
use crate::session::slot::Slot;

pub(super) async fn perform(
    session: &Arc<Session>,
    call: &SocketAccept,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let patience = caller.patience(call.timeout_ms);
    let accepted = accept_once(session, &slot, &patience).await?;
    Ok(accepted.into())
}

/// One accepted connection, adopted by the session and in its log.
pub(in crate::session) async fn accept_once(
    session: &Arc<Session>,
    slot: &Slot,
    patience: &Patience,
) -> Result<Accepted, Fault> {
    let _turn = slot.socket.turn(Turn::Accept, patience).await.map_err(|why| interrupted("accept", why))?;
    slot.socket
        .attempt(Direction::Read, patience, || try_accept(session, slot))
        .await
        .map_err(|why| unanswered("accept", why))?
}

fn try_accept(session: &Arc<Session>, slot: &Slot) -> Option<Result<Accepted, Fault>> {
    let permit = match session.socket_permit() {
        Ok(permit) => permit,
        Err(fault) => return Some(Err(fault)),
    };
    let mut log = session.log.record();
    let (socket, peer) = match slot.socket.try_accept()? {
        Ok(accepted) => accepted,
        Err(error) => return Some(Err(errno::fault("accept", &error))),
    };
    let peer = session.address_name(&peer);
    let local = session.local_name(&socket);
    let connection = match session.adopt(socket, permit) {
        Ok(connection) => connection,
        Err(fault) => return Some(Err(fault)),
    };
    let number = connection.number;
    log.append(
        Some(slot.number),
        EventKind::Accepted { connection: number, peer: peer.clone(), local: local.clone() }.into(),
    );
    drop(log);
    session.inherit(slot, connection.slot());
    Some(Ok(Accepted { connection: number, peer, local }))
}
