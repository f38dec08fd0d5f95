//! `socket.info` and `socket.list`.

use std::sync::Arc;

use sockyard_protocol::answer::{Configured, Sockets};
use sockyard_protocol::call::SocketInfoCall;
use sockyard_protocol::{Answer, Fault, SocketInfo};

use crate::engine::Facts;
use crate::session::Session;
use crate::session::slot::Slot;

pub(super) fn one(session: &Arc<Session>, call: &SocketInfoCall) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    Ok(Answer::Info(Box::new(look_at(session, &slot))))
}

pub(super) fn all(session: &Arc<Session>) -> Answer {
    Sockets { sockets: session.slots().iter().map(|slot| look_at(session, slot)).collect() }.into()
}

pub(in crate::session) fn look_at(session: &Session, slot: &Slot) -> SocketInfo {
    let Facts { local, peer, state, receive_queue, send_queue, backlog, tcp, drops } =
        Facts::of(&slot.socket);
    let (bytes_sent, bytes_received) = slot.socket.totals();
    let Configured { receive, accept, responder } = slot.settings().answer();
    SocketInfo {
        socket: slot.number,
        family: slot.socket.family(),
        r#type: slot.socket.kind(),
        local: local.and_then(|local| session.bound_name(&local)),
        peer: peer.map(|peer| session.address_name(&peer)),
        state: state.map(str::to_owned),
        receive_queue,
        send_queue,
        backlog,
        tcp,
        bytes_sent,
        bytes_received,
        drops,
        receive,
        accept,
        responder,
    }
}
