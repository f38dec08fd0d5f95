//! `socket.create`: `socket(2)`.

use std::sync::Arc;

use sockyard_protocol::answer::Created;
use sockyard_protocol::call::SocketCreate;
use sockyard_protocol::{Answer, EventKind, Family, Fault};

use crate::engine::Socket;
use crate::errno;
use crate::session::Session;

pub(super) fn perform(session: &Arc<Session>, call: &SocketCreate) -> Result<Answer, Fault> {
    let SocketCreate { family, r#type, host } = call;
    let (family, r#type) = (*family, *r#type);
    if let Some(host) = host {
        session.network.check_host(host)?;
    }
    let permit = session.socket_permit()?;
    // A Unix socket is of no host.
    let told = session.network.host_name(host.as_deref()).filter(|_| family != Family::Unix);
    let mut log = session.log.record();
    let socket = Socket::create(&session.network, host.as_deref(), family, r#type)
        .map_err(|error| errno::fault("socket", &error))?;
    let slot = session.adopt(socket, permit)?;
    log.append(Some(slot.number), EventKind::Created { family, r#type, host: told }.into());
    Ok(Created { socket: slot.number }.into())
}
