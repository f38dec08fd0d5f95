//! `socket.create`: `socket(2)`.

use std::sync::Arc;

use sockyard_protocol::answer::Created;
use sockyard_protocol::call::SocketCreate;
use sockyard_protocol::{Answer, EventKind, Fault};

use crate::engine::Socket;
use crate::errno;
use crate::session::Session;

pub(super) fn perform(session: &Arc<Session>, call: &SocketCreate) -> Result<Answer, Fault> {
    let SocketCreate { family, r#type } = *call;
    let permit = session.socket_permit()?;
    let mut log = session.log.record();
    let socket =
        Socket::create(&session.network, family, r#type).map_err(|error| errno::fault("socket", &error))?;
    let slot = session.adopt(socket, permit)?;
    log.append(Some(slot.number), EventKind::Created { family, r#type }.into());
    Ok(Created { socket: slot.number }.into())
}
